"""Calls of a tf.function in, a picture of what they did at trace time and at run time out."""

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

from ..figure.canvas import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    RED,
    SMALL,
    WHITE,
    Canvas,
    Picture,
    fit_text,
    text_width,
    wrap_text,
)
from ..records import InputError, Shown, Table, error_line, kind
from .dispatch import argument_text, demand_calls
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


_CALL, _SAID = 200.0, 230.0  # widest text of a call and of what is printed, in pixels
_LINE, _PAD, _ROW, _GAP, _HEAD = 17.0, 10.0, 14.0, 44.0, 46.0
_TITLES = (("trace time", "Python runs, the graph is made"), ("run time", "values are computed"))
_LOOKS = ((PALE_ORANGE, ORANGE), (PALE_BLUE, BLUE))


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
    lanes = function if isinstance(function, Lanes) else read_lanes(function, calls, "draw_lanes")
    canvas = Canvas()
    said = [[_wrapped(lane) for lane in call.lanes()] for call in lanes.calls]
    heights = [max(len(lines) for lines in both) * _LINE + _PAD for both in said]
    lefts, widths = _columns(lanes, said)
    bottom = _HEAD + sum(heights) + _ROW * len(heights)
    _draw_lanes(canvas, lefts, widths, bottom)
    top = _HEAD
    for call, both, height in zip(lanes.calls, said, heights, strict=True):
        _draw_call(canvas, call, both, top + height / 2, lefts, widths)
        top += height + _ROW
    return canvas.picture(caption or _summary(lanes), str(lanes))


def _summary(lanes: Lanes) -> str:
    calls = len(lanes.calls)
    traced, ran = (sum(getattr(c, part) for c in lanes.calls) for part in ("traced", "ran"))
    return f"{lanes.name}: {calls} {'call' if calls == 1 else 'calls'}, {traced} traced, {ran} run"


def _wrapped(lines: Sequence[str]) -> list[str]:
    return [part for line in lines for part in wrap_text(line, _SAID)]


def _columns(
    lanes: Lanes, said: Sequence[Sequence[Sequence[str]]]
) -> tuple[list[float], list[float]]:
    """Left edge and width of the two lanes; the calls stand to the left of both."""
    calls = max((text_width(_call_text(call)) for call in lanes.calls), default=0.0)
    widths = []
    for k, title in enumerate(_TITLES):
        texts = [text_width(line) for both in said for line in both[k]]
        heads = [text_width(title[0], bold=True), text_width(title[1], SMALL)]
        widths.append(max([*texts, *heads]) + 4 * _PAD)
    left = text_width("00 ") + calls + _GAP
    return [left, left + widths[0] + _GAP], widths


def _call_text(call: Spoken) -> str:
    return fit_text(call.call, _CALL)


def _draw_lanes(
    canvas: Canvas, lefts: Sequence[float], widths: Sequence[float], bottom: float
) -> None:
    canvas.text(0, 20, "calls, in order", size=SMALL, color=GREY)
    for (name, what), left, width in zip(_TITLES, lefts, widths, strict=True):
        canvas.box(left, 0, width, bottom, fill=PALE_GREY, stroke=PALE_GREY)
        canvas.text(left + width / 2, 17, name, bold=True, anchor="middle")
        canvas.text(left + width / 2, 33, what, size=SMALL, color=GREY, anchor="middle")


def _draw_call(
    canvas: Canvas,
    call: Spoken,
    said: Sequence[Sequence[str]],
    middle: float,
    lefts: Sequence[float],
    widths: Sequence[float],
) -> None:
    """Its text, a box in each lane that it enters, and an arrow from stop to stop."""
    text = _call_text(call)
    canvas.text(0, middle + 4, text)
    start = text_width(text) + 6
    for k, entered in enumerate((call.traced, call.ran)):
        x, width = lefts[k] + _PAD, widths[k] - 2 * _PAD
        if not entered:
            word = NO_TRACE if k == 0 else NOT_REACHED
            canvas.text(x + width / 2, middle - 5, word, size=SMALL, color=GREY, anchor="middle")
            continue
        straight = k == 1 and not call.traced
        thin = {"width": 1.2, "dash": True} if straight else {"width": 2.0}
        canvas.line([(start, middle), (x - 2, middle)], color=_LOOKS[k][1], **thin)
        raised = len(_wrapped([call.error])) if call.error and (k == 1) == call.ran else 0
        _draw_said(canvas, said[k], (x, middle, width), _LOOKS[k], raised)
        start = x + width + 2


def _draw_said(
    canvas: Canvas,
    lines: Sequence[str],
    place: tuple[float, float, float],
    look: tuple[str, str],
    raised: int,
) -> None:
    """The lines in a box; the last `raised` of them are those of an error."""
    x, middle, width = place
    fill, stroke = look
    silent = list(lines) == [SILENT]
    height = len(lines) * _LINE + _PAD
    top = middle - height / 2
    fill, stroke = WHITE if silent else fill, RED if raised else stroke
    canvas.box(x, top, width, height, fill=fill, stroke=stroke)
    for i, line in enumerate(lines):
        color = RED if i >= len(lines) - raised else GREY if silent else INK
        canvas.text(x + _PAD, top + _PAD / 2 + _LINE * (i + 0.75), line, color=color)
