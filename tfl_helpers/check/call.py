"""A learner's code in; what it gave or raised out, in bounded time, and the kernel as it was.

Python code ends where a signal tells it to, as by the stop button, in a sleep too; C++ code does
not: then a line on the page says what to do. What ends the process itself (`os._exit`, a crash, no
memory left on the machine) nobody can catch in it. Knows nothing of what was asked.
"""

from __future__ import annotations

import _thread
import builtins
import ctypes
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import Any

from ..words import say

# For all calls of one check. The slowest right answer of the course takes 3.2 s on two cores.
LIMIT = 120.0
_AGAIN = 5.0  # seconds until what goes on all the same is told again
_SHOWN = 20_000  # characters: of a million lines a page would not recover


class TimeUpError(TimeoutError):
    """In place of a result that did not come in time, or was not waited for any more."""


class _Stop(BaseException):
    """Raised wherever the learner's code is. No Exception, so that no handler takes it for one."""


class _Watch:
    """The time of one check, and who asked for an end: the clock, or the learner's stop button."""

    def __init__(self, seconds: float) -> None:
        self.spent = self.due = self.sent = self.stopped = self._forced = False
        self._over, self._lock = threading.Event(), threading.Lock()
        self.seconds, self._before = seconds, signal.getsignal(signal.SIGINT)

    def __enter__(self) -> _Watch:
        signal.signal(signal.SIGINT, self._on_signal)
        self._thread = threading.Thread(target=self._keep_time, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        with self._lock:
            self._over.set()
        self._thread.join(1.0)
        self.calm()
        signal.signal(signal.SIGINT, self._before)  # what is still on its way arrives before

    def calm(self) -> None:
        """The learner's code has ended: nothing more is to be raised."""
        self.due = False
        with suppress(AttributeError):
            del _Stop.__del__
        if self._forced:
            # One may be on its way. To take it back (NULL) would leave Python 3.11 looking for it
            # for ever, and whatever traces, such as a debugger, would stand still.
            self._forced = False
            with suppress(_Stop):
                _raise_in_main(_Stop)
                while True:
                    pass

    def settle(self) -> None:
        """Raise here if the time is up and the learner's code has swallowed that."""
        if self.due:
            raise _Stop

    def _keep_time(self) -> None:
        if self._over.wait(self.seconds):
            return
        self._end()
        for again in count():
            if self._over.wait(_AGAIN):
                return
            if self.due and again == 1:
                _tell_of_c_code(self.seconds)
            if self.due:  # to code that takes signals: at its next line of Python
                self._end(also=True)

    def _end(self, also: bool = False) -> None:
        with self._lock:
            if self._over.is_set():
                return
            self.spent = self.due = self.sent = True
            # Swallowed by an `except:`, it is thrown away, and with that it comes back.
            _Stop.__del__ = _thread.interrupt_main  # type: ignore[attr-defined]
            if also:
                self._forced = True
                _raise_in_main(_Stop)
            if sys.platform == "win32":
                signal.raise_signal(signal.SIGINT)  # there a handler of C wakes the main thread
            else:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def _on_signal(self, number: int, frame: Any) -> None:
        ours, self.sent = self.sent or self.due, False
        if self.due:
            raise _Stop
        if not ours and callable(self._before):
            self.stopped = True
            self._before(number, frame)


def _raise_in_main(error: type[BaseException]) -> None:
    """Raise it at the main thread's next line of Python."""
    main = ctypes.c_ulong(threading.main_thread().ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(main, ctypes.py_object(error))


_watches: list[_Watch] = []  # one at most: a check inside a check has the time of the outer one


def attempt(act: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """What `act` gives, or else what it raises, be it SystemExit; the stop button passes.

    It and all attempts inside it have `LIMIT`; after that TimeUpError stands for each result.
    """
    if _watches or threading.current_thread() is not threading.main_thread():
        return _attempt(act, _watches[0] if _watches else None)
    with _Watch(LIMIT) as watch, _bounded_prints(), _no_exit():
        _watches.append(watch)
        try:
            return _attempt(act, watch)
        finally:
            _watches.clear()


def _attempt(act: Callable[[], Any], watch: _Watch | None) -> tuple[Any, BaseException | None]:
    if watch and watch.spent:
        return None, TimeUpError(say("not asked any more, the time was up"))
    put_back = _state()
    try:
        try:
            value = act()
        finally:
            put_back()
        if watch:
            watch.settle()
        return value, None
    except BaseException as error:
        told = _readable(error)
    if watch and watch.stopped:
        raise KeyboardInterrupt
    if watch and watch.due:  # whatever the learner's code has made of it
        watch.calm()
        return None, TimeUpError(say("no result after {seconds:g} s", seconds=watch.seconds))
    return None, told


def _readable(error: BaseException) -> BaseException:
    """The error itself, without what was alive where it was raised, if what it says can be read."""
    name = type(error).__name__
    try:
        text = str(error)
        if error and len(text) <= _SHOWN:  # an error may say that it is nothing
            return BaseException.with_traceback(error, None)
        return RuntimeError(f"{name}: {text[:_SHOWN]}")
    except BaseException:
        return RuntimeError(say("{name}, and what it says cannot be read", name=name))


def _state() -> Callable[[], None]:
    """What undoes what a call does to Python itself: names of modules, and settings."""
    own = __name__.partition(".")[0]
    ours = [module for name, module in list(sys.modules.items()) if name.startswith(own)]
    modules = [builtins, sys, time, warnings, sys.modules.get("numpy"), *ours]
    names = [(vars(module), dict(vars(module))) for module in modules if module]
    settings = [(get, put, get()) for get, put in _settings()]

    def put_back() -> None:
        for now, before in names:  # the built-in ones first: the rest needs them
            for name, value in before.items():
                if now.get(name) is not value:
                    now[name] = value
        package = vars(sys.modules[own])  # new names stay elsewhere: modules load their parts late
        for name in set(package) - set(names[-len(ours)][1]) & set(package["__all__"]):
            del package[name]
        for get, put, value in settings:
            if get() != value:
                put(value)

    return put_back


def _settings() -> Iterator[tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """How to read each setting of this process, and how to set it."""
    yield sys.getrecursionlimit, sys.setrecursionlimit
    yield _folder, os.chdir
    yield (lambda: tuple(warnings.filters)), _put_filters
    if config := getattr(sys.modules.get("tensorflow"), "config", None):
        yield config.functions_run_eagerly, config.run_functions_eagerly
    if threading.current_thread() is threading.main_thread():
        for number in {signal.SIGINT, getattr(signal, "SIGALRM", signal.SIGINT)}:
            yield partial(signal.getsignal, number), partial(signal.signal, number)


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it is removed
        return os.curdir


def _put_filters(filters: tuple[Any, ...]) -> None:
    warnings.resetwarnings()  # tells Python, too, that they change
    warnings.filters[:] = filters  # type: ignore[index]


@contextmanager
def _bounded_prints() -> Iterator[None]:
    """What a page could not show is left out; a terminal takes any number of lines."""
    streams = [one for one in (sys.stdout, sys.stderr) if hasattr(one, "__dict__")]
    for stream in streams:
        stream.write = _bounded(stream.write)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for stream in streams:
            with suppress(AttributeError):
                del stream.write


def _bounded(write: Callable[[str], Any]) -> Callable[[str], int]:
    left = _SHOWN

    def bounded(text: str) -> int:
        nonlocal left
        if left > 0:
            write(text[:left])
            left -= len(text)
            if left <= 0:
                write("\n" + say("What your code prints beyond this is left out.") + "\n")
        return len(text)

    return bounded


@contextmanager
def _no_exit() -> Iterator[None]:
    """In a notebook `exit()` ends the kernel after the cell: here it raises, as `sys.exit()`."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell:
        shell.ask_exit = sys.exit
    try:
        yield
    finally:
        if shell:
            del shell.ask_exit


def _tell_of_c_code(seconds: float) -> None:
    words = say(
        "Your code has run for {seconds:g} s in code that is not Python and cannot be stopped: "
        "choose Kernel, Restart Kernel, then run the cells above again. Your notebook is kept.",
        seconds=seconds,
    )
    sys.stderr.write(f"{words}\n")
