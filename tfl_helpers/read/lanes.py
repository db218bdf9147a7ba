"""A function and calls of it in, what each call printed at trace time and at run time out.

Runs the calls that it is given, and nothing else.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..records import InputError, error_line, kind
from ..tables import Shown, Table
from .calls import argument_text, demand_calls
from .function import concretes_of, python_name

NO_TRACE, SILENT, NOT_REACHED = "no tracing", "prints nothing", "not reached"
_STDOUT, _STDERR = 1, 2  # file descriptors: where tf.print writes when no IPython is there
_LOG_LINE = re.compile(r"[IWEF]\d{4} |\d{4}-\d\d-\d\d |WARNING: All log messages")


@dataclass(frozen=True)
class Spoken:
    """One call: the lines printed while it was traced and while it ran, and what it raised.

    `traced` is false where a graph was there already or none is made; `ran` where tracing failed.
    """

    call: str
    traced: bool
    ran: bool
    trace_lines: tuple[str, ...] = ()
    run_lines: tuple[str, ...] = ()
    error: str = ""

    def lanes(self) -> tuple[list[str], list[str]]:
        """What stands in the two lanes."""
        at_trace = [*self.trace_lines, *([] if self.ran else [self.error])] or [SILENT]
        at_run = [*self.run_lines, *([self.error] if self.error else [])] or [SILENT]
        return (at_trace if self.traced else [NO_TRACE], at_run if self.ran else [NOT_REACHED])


@dataclass(frozen=True)
class Lanes(Shown):
    """What calls of a function printed, in order, at trace time and at run time."""

    name: str
    calls: tuple[Spoken, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple((f"`{c.call}`", *map("; ".join, c.lanes())) for c in self.calls)
        caption = f"Calls of `{self.name}`, in order, and what each printed"
        return (Table(caption, ("call", "at trace time", "at run time"), rows),)


def read_lanes(function: Any, calls: Sequence[Any], asker: str = "read_lanes") -> Lanes:
    """What each call prints while TensorFlow traces it, and what while it runs.

    A plain Python function is not traced: all that it prints stands at run time.

    Args:
        function: A tf.function or a Python function.
        calls: The arguments of each call; a tuple stands for several arguments.

    Raises:
        InputError: On behalf of `asker`: `function` cannot be called, or `calls` is not a list.
    """
    if not callable(function):
        raise InputError(
            f"{asker} needs a function, got {kind(function)}. "
            f"Pass its name without brackets: {asker}(path_length, [stroke])."
        )
    demand_calls(calls, asker)
    graphs = hasattr(function, "get_concrete_function")
    name = python_name(function) if graphs else getattr(function, "__name__", "function")
    spoken = []
    for given in calls:
        arguments = given if isinstance(given, tuple) else (given,)
        text = f"{name}({', '.join(map(argument_text, arguments))})"
        spoken.append(_listen(function, arguments, text, graphs))
    return Lanes(name, tuple(spoken))


def _listen(function: Any, arguments: tuple[Any, ...], text: str, graphs: bool) -> Spoken:
    """The call in its two halves: ask for the graph, which traces if none fits, then run it."""
    trace_lines: tuple[str, ...] = ()
    traced = False
    if graphs:
        before = len(concretes_of(function))
        trace_lines, error = _hear(function.get_concrete_function, arguments)
        traced = bool(error) or len(concretes_of(function)) > before
        if error:
            return Spoken(text, traced, False, trace_lines, (), error)
    run_lines, error = _hear(function, arguments)
    return Spoken(text, traced, True, trace_lines, run_lines, error)


def _hear(call: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[tuple[str, ...], str]:
    """The lines that a call prints, and its error in one line or nothing."""
    error = ""
    python = io.StringIO()  # in IPython, tf.print arrives here too
    with tempfile.TemporaryFile() as native:
        with _descriptors_into(native.fileno()), contextlib.redirect_stdout(python):
            try:
                call(*arguments)
            except Exception as caught:  # whatever the learner's code raises
                error = error_line(caught)
        native.seek(0)
        said = native.read().decode("utf-8", "replace").splitlines()
    lines = [*python.getvalue().splitlines(), *(s for s in said if not _LOG_LINE.match(s))]
    return tuple(" ".join(line.split()) for line in lines), error


@contextlib.contextmanager
def _descriptors_into(target: int) -> Iterator[None]:
    """Send what C++ code writes to stdout and stderr to `target`, and give both back after."""
    copies = {}
    for number, stream in ((_STDOUT, sys.stdout), (_STDERR, sys.stderr)):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or none at all
            stream.flush()
            copies[number] = os.dup(number)
            os.dup2(target, number)
    try:
        yield
    finally:
        for number, copy in copies.items():
            os.dup2(copy, number)
            os.close(copy)
