"""What no learner should hand in, by name: things that lie about what they are, and what calls do.

Runs nothing by itself.
"""

from __future__ import annotations

import asyncio
import builtins
import functools
import os
import signal
import sys
import tempfile
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import tfl_helpers as tfl

with tfl.quiet():
    import tensorflow as tf


def _raising(error: BaseException) -> Callable[..., Any]:
    def method(*arguments: Any) -> Any:
        raise error

    return method


def _of(name: str = "Odd", *bases: type, **methods: Any) -> Any:
    """An object of a class with these methods."""
    return type(name, bases, methods)()


METHODS = [
    *("__eq__", "__array__", "__len__", "__iter__", "__bool__", "__repr__", "__str__", "__hash__"),
    *("__getattr__", "__call__", "__float__", "__index__", "__getitem__", "__contains__"),
]
ERRORS = {
    "an exception": ValueError("no"),
    "SystemExit": SystemExit(3),
    "KeyboardInterrupt": KeyboardInterrupt(),
    "GeneratorExit": GeneratorExit(),
    "CancelledError": asyncio.CancelledError(),
    "a BaseException": BaseException("mine"),
    "an error that cannot speak": _of("Mute", Exception, __str__=_raising(ValueError("mute"))),
    "an error that says that it is nothing": _of("Nought", Exception, __bool__=lambda self: False),
    "an error whose words exit": _of("Leaving", Exception, __str__=_raising(SystemExit())),
    "an error as long as a book": ValueError("Expected " * 200_000),
    "a group of errors": BaseExceptionGroup("many", [ValueError("a"), SystemExit()]),
    "a warning": UserWarning("beware"),
    "StopIteration": StopIteration(1),
    "MemoryError": MemoryError(),
}


class Counts(tf.Module):
    """A module that computes another thing each time."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = tf.Variable(0.0)

    @tf.function
    def __call__(self, x: Any) -> Any:
        return self.calls.assign_add(1.0) + x


async def coroutine(x: Any = 0) -> Any:
    """Gives what nobody waits for."""
    return 3.0


async def stream(x: Any = 0) -> Any:
    """Gives an asynchronous generator."""
    yield 3.0


def generator(x: Any = 0) -> Iterator[float]:
    """Goes on for ever."""
    while True:
        yield 1.0


class Self:
    """Each attribute is another one of these."""

    def __getattr__(self, name: str) -> Any:
        return Self()


class Late(list):
    """A list that is longer each time."""

    def __len__(self) -> int:
        self.append(1)
        return super().__len__()


def things() -> dict[str, Any]:
    """What an answer may be, or a function give back: none is 2.5."""
    nest: list[Any] = []
    nest.append(nest)
    lies = {
        "says that it equals all": _of(__eq__=lambda self, other: True, __hash__=lambda self: 1),
        "a list of what equals all": [_of(__eq__=lambda self, other: True)] * 3,
        "a float that equals all": type("F", (float,), {"__eq__": lambda s, o: True})(7.0),
        "says that it is a dict": _of(__class__=property(lambda self: dict)),
        "says that it is a float": _of(__class__=property(lambda self: float)),
        "raises when asked what it is": _of(__class__=property(_raising(ValueError("who")))),
        "of the length -1": _of(__len__=lambda self: -1, __getitem__=lambda self, i: 1.0),
        "of no end": _of(__iter__=lambda self: generator()),
        "an array of another kind each time": _of(__array__=lambda self, *a, **k: "no array"),
        "has a dtype that is none": _of(dtype=3, shape="many"),
        "has a shape that raises": _of(dtype=np.float32, shape=property(_raising(SystemExit()))),
        "gives a numpy that is none": _of(numpy=lambda self: self, dtype=tf.float32, shape=()),
        "answers to every name": Self(),
        "grows": Late([1.0]),
        "speaks for a million characters": _of(__repr__=lambda self: "x" * 10**6),
        "holds itself": nest,
    }
    others = {
        "nothing": None,
        "junk": object(),
        "a class": Counts,
        "a type": int,
        "a module": types,
        "a generator": generator(),
        "an asynchronous generator": stream(),
        "a function": generator,
        "a partial": functools.partial(pow, 2),
        "a bound method": [].append,
        "a Keras layer": tf.keras.layers.ReLU(),
        "a tf.Module": Counts(),
        "a dataset": tf.data.Dataset.range(3),
        "a spec": tf.TensorSpec([None]),
        "a variable": tf.Variable([1.0, 2.0]),
        "a ragged tensor": tf.ragged.constant([[1.0], [2.0, 3.0]]),
        "a string tensor": tf.constant("2.6"),
        "an open file": tempfile.TemporaryFile(),  # noqa: SIM115
        "bytes": b"\xff\x00",
        "half a character": "\ud800",
        "a huge integer": 10**5000,
        "not a number": float("nan"),
        "infinity": float("inf"),
        "an error": SystemExit(1),
        "a verdict": tfl.check_answers([1], {"one": 1}),
        "a set of odd things": {frozenset(), b"", None},
        "a dict of odd keys": {None: 1, 3.5: 2},
        "a deep list": functools.reduce(lambda inner, _: [inner], range(3000), 1.0),
        "a lock": threading.Lock(),
        "an object array": np.array([object(), None], dtype=object),
        "a record array": np.zeros(2, [("a", "i4"), ("b", "f4")]),
        "a time": np.datetime64("2020-01-01"),
    }
    raising = {
        f"{name} raises {error}": _of(**{name: _raising(raised)})
        for name in METHODS
        for error, raised in (("ValueError", ValueError("no")), ("SystemExit", SystemExit()))
    }
    return lies | others | raising


def _recurses(*arguments: Any) -> Any:
    return _recurses(*arguments)


def _recurses_far(*arguments: Any) -> Any:
    sys.setrecursionlimit(3000)
    return _recurses(*arguments)


def _floods(*arguments: Any) -> float:
    for _ in range(20_000):
        print("one of many lines " * 4)
        print("and of errors", file=sys.stderr)
    return 1.0


def _writes_to_descriptors(*arguments: Any) -> float:
    os.write(1, b"out\n")
    os.write(2, b"err\n")
    return 1.0


def _patches_builtins(*arguments: Any) -> float:
    builtins.len = builtins.isinstance = builtins.str = _raising(ValueError("patched"))  # type: ignore
    builtins.all = lambda values: True
    return 1.0


def _patches_numpy(*arguments: Any) -> float:
    np.allclose = np.array_equal = lambda *a, **k: True
    np.abs = lambda x: np.zeros_like(x)
    return 1.0


def _patches_the_check(*arguments: Any) -> float:
    tfl.check_function = tfl.check_answers = lambda *a, **k: "✓ Right"  # type: ignore[assignment]
    for name in ("values", "check.answers", "check.function"):
        module = sys.modules[f"tfl_helpers.{name}"]
        module.same = module.fits = lambda *a, **k: True  # type: ignore[attr-defined]
    return 1.0


def _patches_time(*arguments: Any) -> float:
    time.time = time.perf_counter = time.monotonic = time.sleep = lambda *a: 0.0  # type: ignore
    return 1.0


def _changes_settings(*arguments: Any) -> float:
    sys.setrecursionlimit(5000)
    warnings.simplefilter("error")
    tf.config.run_functions_eagerly(True)
    os.chdir(tempfile.gettempdir())
    return 1.0


def _takes_the_signals(*arguments: Any) -> float:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(getattr(signal, "SIGALRM", signal.SIGINT), signal.SIG_IGN)
    return 1.0


def _takes_the_files(*arguments: Any) -> float:
    sys.stdout = sys.stderr = None  # type: ignore[assignment]
    sys.displayhook = sys.excepthook = None  # type: ignore[assignment]
    return 1.0


def _changes_its_inputs(*arguments: Any) -> float:
    for one in arguments:
        if isinstance(one, np.ndarray):
            one[...] = 2.5
    return 1.0


def _starts_threads(*arguments: Any) -> float:
    for _ in range(5):
        threading.Thread(target=sys.exit, daemon=True).start()
    return 1.0


def _opens_files(*arguments: Any) -> float:
    global kept
    kept = [open(os.devnull) for _ in range(20)]  # noqa: SIM115
    return 1.0


def _allocates(*arguments: Any) -> Any:
    return np.ones(10**16)


def _checks(*arguments: Any) -> Any:
    return tfl.check_function(_checks, [((), 1.0)])


_kept: list[Any] = []


@tf.function
def leak(x: Any = 1.0) -> Any:
    """Keeps a tensor of its graph."""
    _kept.append(x + 1.0)
    return x


def _keeps_a_state(*arguments: Any) -> Any:
    leak(tf.constant(1.0))
    return _kept[-1]


ACTS: dict[str, Callable[..., Any]] = {
    **{f"raises {name}": _raising(error) for name, error in ERRORS.items()},
    "sys.exit": lambda *a: sys.exit(),
    "exit": lambda *a: exit(),
    "quit": lambda *a: quit(3),
    "calls itself without an end": _recurses,
    "lifts the limit, then calls itself": _recurses_far,
    "prints without measure": _floods,
    "writes to descriptors": _writes_to_descriptors,
    "patches built-in functions": _patches_builtins,
    "patches NumPy": _patches_numpy,
    "patches the check": _patches_the_check,
    "patches time": _patches_time,
    "changes settings": _changes_settings,
    "takes the signals": _takes_the_signals,
    "takes the files": _takes_the_files,
    "changes its inputs": _changes_its_inputs,
    "starts threads": _starts_threads,
    "opens files": _opens_files,
    "asks for more memory than there is": _allocates,
    "checks itself": _checks,
    "keeps a tensor of a graph": _keeps_a_state,
    "coroutine": coroutine,
    "asynchronous generator": stream,
    "generator": generator,
}


def _loops(*arguments: Any) -> Any:
    while True:
        pass


def _swallows(*arguments: Any) -> Any:
    while True:
        try:  # noqa: SIM105
            time.sleep(3600)
        except:  # noqa: E722
            pass


def _swallows_twice(*arguments: Any) -> Any:
    try:
        while True:
            try:
                time.sleep(3600)
            except BaseException as error:  # noqa: PERF203
                del error
    except BaseException:
        return 2.5


def _wraps(*arguments: Any) -> Any:
    try:
        time.sleep(3600)
    except BaseException as error:
        raise ValueError("of mine") from error


def _ignores_signals(*arguments: Any) -> Any:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _loops()


@tf.function
def _traces_for_ever(x: Any) -> Any:
    while True:
        x = x + 1.0
    return x


# What never ends, each in a way of its own.
ENDLESS: dict[str, Callable[..., Any]] = {
    "loops": _loops,
    "sleeps": lambda *a: time.sleep(10**6),
    "waits": lambda *a: threading.Event().wait(),
    "swallows what ends it": _swallows,
    "swallows it twice": _swallows_twice,
    "makes another error of it": _wraps,
    "ignores signals": _ignores_signals,
    "traces for ever": lambda *a: _traces_for_ever(tf.constant(1.0)),
    "an eager loop": lambda *a: tf.while_loop(lambda x: True, lambda x: [x + 1.0], [1.0]),
    "its length": lambda *a: _of(__len__=_loops, __iter__=lambda self: iter([])),
    "its equality": lambda *a: _of("E", float, __float__=_loops, __eq__=_loops, __repr__=_loops),
    "its words": lambda *a: _of(__repr__=_loops),
    "its array": lambda *a: _of(__array__=_loops),
    "an error's words": _raising(_of("Long", Exception, __str__=_loops)),
}
