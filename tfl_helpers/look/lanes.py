"""Calls of a tf.function in, a picture of what they did at trace time and at run time out."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..figure.canvas import BLUE, GREY, ORANGE, PALE_BLUE, PALE_ORANGE, RED, WHITE, Canvas, Picture
from ..figure.columns import Cell, Column, Link, draw_columns
from ..records import InputError, Shown, Table, kind
from ..words import counted, later, say
from .dispatch import calls_of, refusal, stage_of
from .function import concretes_of, python_name
from .messages import error_line

NO_TRACE, SILENT = later("no tracing"), later("prints nothing")
NOT_REACHED = later("not reached")
_LOG_LINE = re.compile(
    r"[IWEF]\d{4} |\d{4}-\d\d-\d\d |(INFO|WARNING|ERROR):tensor|WARNING: All log"
)
_UNSEEN = re.compile(r"\x1b\[[\d;?]*[A-Za-z]|[\x00-\x09\x0b-\x1f\x7f]")  # of a progress bar, say


@dataclass(frozen=True)
class Spoken:
    """One call: the lines printed while it was traced and while it ran, and what it raised.

    `traced` is false where a graph was there already or none is made; `ran` where tracing failed
    or the call was refused.
    """

    call: str
    traced: bool
    ran: bool
    trace_lines: tuple[str, ...] = ()
    run_lines: tuple[str, ...] = ()
    error: str = ""

    def heard(self, lane: int) -> tuple[tuple[str, ...], str] | None:
        """Lines and error at trace time (0) or at run time (1); None: the call was not there."""
        if not (self.ran if lane else self.traced or not self.ran):
            return None
        lines = self.run_lines if lane else self.trace_lines
        return lines, self.error if self.ran == bool(lane) else ""

    def lanes(self) -> tuple[list[str], ...]:
        """What stands in the two lanes."""
        absent = ((say(NO_TRACE),), ""), ((say(NOT_REACHED),), "")
        both = (self.heard(lane) or absent[lane] for lane in (0, 1))
        return tuple([*lines, *filter(None, [error])] or [say(SILENT)] for lines, error in both)


@dataclass(frozen=True)
class Lanes(Shown):
    """What calls of a function printed, in order, at trace time and at run time."""

    name: str
    calls: tuple[Spoken, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple((f"`{c.call}`", *map("; ".join, c.lanes())) for c in self.calls)
        caption = say("Calls of `{name}`, in order, and what each printed", name=self.name)
        return (Table(caption, (say("call"), say("at trace time"), say("at run time")), rows),)


def read_lanes(function: Any, calls: Sequence[Any]) -> Lanes:
    """What each call prints while TensorFlow traces it, and what while it runs.

    Plain Python is not traced itself: what it prints stands at run time.
    """
    if not callable(function):
        raise InputError(
            "Expected a function, got {came}. "
            "Pass its name without brackets: draw_lanes(path_length, [stroke]).",
            came=kind(function),
        )
    name = python_name(function)
    made = (_listen(function, given, f"{name}({text})") for given, text in calls_of(calls))
    return Lanes(name, tuple(made))


class _Heard(io.TextIOBase):
    """Stands for stdout: keeps what Python says while a graph is made apart from all else.

    In IPython, tf.print arrives here too, when the graph is there and runs.
    """

    def __init__(self) -> None:
        self.said = {True: "", False: ""}

    def write(self, text: str) -> int:
        tensorflow = sys.modules.get("tensorflow")
        self.said[tensorflow is not None and tensorflow.inside_function()] += text
        return len(text)


def _lines(text: str) -> tuple[str, ...]:
    """Without what a terminal does not show, and without lines of TensorFlow's own log."""
    lines = _UNSEEN.sub(" ", text).splitlines()
    return tuple(" ".join(line.split()) for line in lines if not _LOG_LINE.match(line))


def _listen(function: Any, arguments: tuple[Any, ...], text: str) -> Spoken:
    """Make the call, once."""
    owns, heard, error = hasattr(function, "get_concrete_function"), _Heard(), None
    before = len(concretes_of(function)) if owns else 0
    with tempfile.TemporaryFile() as native:  # tf.print writes there, if not in IPython
        with _descriptors_into(native.fileno()), contextlib.redirect_stdout(heard):
            try:
                function(*arguments)
            except (Exception, SystemExit) as caught:  # whatever the learner's code raises
                error = caught
        native.seek(0)
        run_lines = _lines(heard.said[False]) + _lines(native.read().decode("utf-8", "replace"))
    trace_lines = _lines(heard.said[True])
    made = owns and len(concretes_of(function)) > before
    stage = stage_of(function, error) if error and not made else "run"
    traced = made or stage == "trace" or bool(trace_lines)
    told = refusal(error) if stage == "refused" else error_line(error) if error else ""
    return Spoken(text, traced, stage == "run", trace_lines, run_lines, told)


@contextlib.contextmanager
def _descriptors_into(target: int) -> Iterator[None]:
    """Send what C++ code writes to stdout and stderr to `target`, and give both back after."""
    copies = {}
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
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


_SAID, _MOST = 230.0, 12  # pixels of the widest line that is printed; lines that are drawn
_LANES = (  # title, what happens, colours of what is said
    (later("trace time"), later("Python runs, the graph is made"), (PALE_ORANGE, ORANGE)),
    (later("run time"), later("values are computed"), (PALE_BLUE, BLUE)),
)


def draw_lanes(function: Any, calls: Sequence[Any] = (), caption: str = "") -> Picture:
    """Calls in order, each with what it printed while it was traced and while it ran.

    Args:
        function: A tf.function or a Python function; each call is made once, in order.
        calls: The arguments of each call; a tuple stands for several arguments.
        caption: What is to be seen; without it, how many calls were traced.

    Raises:
        InputError: `function` cannot be called, or `calls` is not a list.

    Example:
        >>> tfl.draw_lanes(path_length, [circle(32), circle(32), circle(32)])
    """
    lanes = function if isinstance(function, Lanes) else read_lanes(function, calls)
    columns = [Column([Cell(c.call, widest=200.0) for c in lanes.calls], say("calls, in order"))]
    for k, (title, head, (fill, stroke)) in enumerate(_LANES):
        cells = [_said(call, k, {"fill": fill, "stroke": stroke}) for call in lanes.calls]
        columns.append(Column(cells, say(head), say(title), 68.0))
    links = []
    for i, call in enumerate(lanes.calls):
        if call.traced or not call.ran:
            links.append(Link((0, i), (1, i), look={"width": 2.0, "color": ORANGE}))
        if call.ran and call.traced:
            links.append(Link((1, i), (2, i), look={"width": 2.0, "color": BLUE}))
        elif call.ran:  # straight to the values
            links.append(Link((0, i), (2, i), say(NO_TRACE), {"color": BLUE, "dash": True}))
    canvas = Canvas()
    draw_columns(canvas, columns, links)
    traced, ran = (sum(getattr(call, part) for call in lanes.calls) for part in ("traced", "ran"))
    made = counted(len(lanes.calls), "call")
    told = {"name": lanes.name, "calls": made, "traced": traced, "ran": ran}
    summary = say("{name}: {calls}, {traced} traced, {ran} run", **told)
    return canvas.picture(caption or summary, str(lanes))


def _said(call: Spoken, lane: int, look: dict[str, Any]) -> Cell:
    """What was printed in a lane; red where the call raised, a word where it did not come."""
    if (heard := call.heard(lane)) is None:
        return Cell(about=say(NOT_REACHED) if lane else "", anchor="middle")
    printed, raised = heard
    if not printed and not raised:
        return Cell(say(SILENT), ink=GREY, look=look | {"fill": WHITE})
    left = len(printed) - _MOST
    more = [say("… and {n} lines more", n=left)] if left > 0 else []
    last = (Cell(raised, ink=RED, widest=_SAID),) if raised else ()
    look = look | ({"stroke": RED} if raised else {})
    return Cell("\n".join([*printed[:_MOST], *more]), inner=last, look=look, widest=_SAID)
