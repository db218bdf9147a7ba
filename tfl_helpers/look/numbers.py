"""Numbers and a step size in, a picture of what they become as integers out."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..figure.canvas import BLUE, GREY, INK, ORANGE, RED, RULE, SMALL, WHITE, Canvas, Picture
from ..records import InputError, Shown, Table, kind
from ..words import counted, later, say

LOWEST, HIGHEST = -128, 127
MOST_ROWS = 8  # up to so many values, each has a row of its own
_NOISE = 1e-5  # of a step: what the seven digits of float32 cannot tell apart


@dataclass(frozen=True, eq=False)
class Steps(Shown):
    """Values on the 256 steps of int8: arrays with one element for each value.

    `positions` are where values lie, in steps; `steps` the ones that they go to, `back` what those
    stand for, `errors` how far off that is. `rows` are a few of them, each with a label, a number
    or a message.
    """

    scale: float
    zero_point: int
    values: Any
    positions: Any
    steps: Any
    back: Any
    errors: Any
    clipped: Any
    rows: tuple[tuple[str, int], ...]

    def real(self, step: int) -> float:
        """What a step stands for."""
        return self.scale * (step - self.zero_point)

    def summary(self) -> str:
        """How many values, and how far rounding and clipping move them."""
        size, used, rounded = self.values.size, len({*self.steps.tolist()}), ~self.clipped
        values = counted(size, "value")
        said = [say("{values} on {used} of the 256 steps of int8", values=values, used=used)]
        if rounded.any():
            most = self.errors[rounded].max()
            said.append(say("rounding moves them by at most {most:.2g}", most=most))
        if not rounded.all():
            most, count = self.errors[self.clipped].max(), self.clipped.sum()
            said.append(say("{count:,} clipped, by at most {most:.2g}", count=count, most=most))
        return say("; ").join(said)

    def told(self, i: int) -> tuple[str, str, str, str]:
        """Value, step, what that stands for and how far off, with the digits that are shown."""
        value, back, error = f"{self.values[i]:.5g}", f"{self.back[i]:.5g}", f"{self.errors[i]:.2g}"
        return value, str(self.steps[i]), back, error

    def tables(self) -> tuple[Table, ...]:
        rows = []
        for label, i in self.rows:
            value, step, back, error = self.told(i)
            if self.clipped[i]:
                step = say("{step} (clipped)", step=step)
            rows.append((say(label), value, step, back, error))
        reach = say(
            "scale {scale:.5g}, zero point {zero}: from {lowest:.5g} to {highest:.5g}",
            scale=self.scale,
            zero=self.zero_point,
            lowest=self.real(LOWEST),
            highest=self.real(HIGHEST),
        )
        return (
            Table(self.summary(), (say("steps"),), ((reach,),)),
            Table(say("Closer"), ("", *map(say, _ENDS)), tuple(rows)),
        )


def read_steps(values: Any, scale: Any, zero_point: Any) -> Steps:
    """Where real values land on int8: `round(value / scale) + zero_point`, kept in -128..127.

    Halves are rounded away from zero, as LiteRT's reference kernels do.

    Raises:
        InputError: Values, a scale or a zero point that make no steps.
    """
    import numpy as np

    reals, (one, zero) = _reals(values), _step(scale, zero_point)
    positions = reals / one
    nearest = np.copysign(np.floor(np.abs(positions) + 0.5), positions) + zero
    steps = np.clip(nearest, LOWEST, HIGHEST).astype(int)
    back, clipped = (steps - zero) * one, nearest != steps
    errors = np.abs(back - reals)
    errors[errors < _NOISE * one] = 0.0
    if reals.size <= MOST_ROWS:
        rows = {i: (str(i + 1), i) for i in range(reals.size)}
    else:  # those that say most
        rounding = np.where(clipped, -1.0, errors)
        most = {later("rounded most"): rounding.argmax()} if rounding.max() > 0.0 else {}
        told = {later("nearest to 0"): abs(reals).argmin(), **most}
        told |= {later("largest"): reals.argmax(), later("smallest"): reals.argmin()}
        rows = {float(reals[i]): (label, int(i)) for label, i in told.items()}
    chosen = tuple(rows[key] for key in sorted(rows))
    return Steps(one, zero, reals, positions + zero, steps, back, errors, clipped, chosen)


def _reals(values: Any) -> Any:
    """All values in one row, as float64; integers of 8 bits are refused: they are steps already."""
    import numpy as np

    came = kind(values)
    with suppress(TypeError, ValueError):  # no numbers
        given = np.asarray(values)
        reals = given.astype(np.float64).ravel()
        if not np.isfinite(reals).all():
            came = say("{kind} with nan or infinity in it", kind=came)
        elif reals.size and given.dtype.itemsize > 1:
            return reals
    raise InputError(
        "Expected real values, one or more finite numbers, got {came}. "
        "Write [0.1, 0.25, -0.7], or an array of weights; where integers came out already, "
        "scale * (values.astype(np.float32) - zero_point).",
        came=came,
    )


def _step(scale: Any, zero_point: Any) -> tuple[float, int]:
    """The size of a step, and the step that stands for 0.0."""
    import numpy as np

    with suppress(TypeError, ValueError):  # no number, or several: one for each channel
        one, zero = (float(np.reshape(thing, ())) for thing in (scale, zero_point))
        if 0.0 < one < float("inf") and LOWEST <= zero <= HIGHEST and zero == int(zero):
            return one, int(zero)
    raise InputError(
        "Expected one scale above 0, the real size of a step, and one whole zero point from "
        "-128 to 127, got {scale!r} and {zero_point!r}. Write np.abs(values).max() / 127 and 0 "
        "for weights, scales[0] and zero_points[0] for those of one channel, zero_point - 128 "
        "of uint8.",
        scale=scale,
        zero_point=zero_point,
    )


_STEP = 3.0  # pixels of one of 256 steps
_WIDE = _STEP * (HIGHEST - LOWEST + 1)
_TALLEST, _ONE = 110.0, 14.0  # pixels of the tallest column, and at most of one value
_CUT = 3  # times the second highest: a higher column is broken
_APART = 14  # steps between two ticks with words
_OUT, _TOP, _ROW = 16.0, 74.0, 34.0  # room for clipped values; the first row, from row to row
_RULER, _NEXT = 310.0, 80.0  # the middle of a row's steps, and the way to the next one
_ERROR = later("off by")
_ENDS = {  # right ends
    later("real value"): 150.0,
    later("step"): 480.0,
    later("stands for"): 590.0,
    _ERROR: 670.0,
}
_FAINT = {"size": SMALL, "color": GREY}


def draw_number_line(values: Any, scale: float, zero_point: int = 0, caption: str = "") -> Picture:
    """The 256 steps of an int8 tensor, how many values land on each, and some of them closer.

    Up to eight values are all shown closer: where each lies between two steps, and the one that
    it is rounded to. Of more, the smallest, the largest, the one nearest to zero, and the one
    that rounding moves most. What lies beyond the last step is clipped to it.

    Args:
        values: Real values of any shape, before they are quantized.
        scale: The real size of one step.
        zero_point: The step that stands for 0.0.
        caption: What is to be seen; without it, the largest rounding error and what is clipped.

    Raises:
        InputError: No finite values, int8 in place of real ones, or no such scale.

    Example:
        >>> tfl.draw_number_line([0.31, -0.5, 1.4], scale=0.01)
    """
    found = read_steps(values, scale, zero_point)
    canvas = Canvas()
    _draw_columns(canvas, found)
    _draw_axis(canvas, found)
    _draw_rows(canvas, found)
    return canvas.picture(caption or found.summary(), str(found))


def _middle(step: float) -> float:
    """Where a step stands on the whole line."""
    return _STEP * (step - LOWEST + 0.5)


def _draw_columns(canvas: Canvas, found: Steps) -> None:
    """A column for each step, as high as its values are many; what is clipped stands outside."""
    counts = Counter(found.steps[~found.clipped].tolist())
    beside = Counter(found.steps[found.clipped].tolist())
    most, second = [*sorted(counts.values(), reverse=True), 0, 0][:2]
    highest = max(most, *beside.values(), 0)
    limit = _CUT * second or highest
    one = min(_ONE, _TALLEST / min(limit, highest))

    def column(x: float, wide: float, count: int, **look: Any) -> float:
        high = one * min(count, limit)
        canvas.box(x, -high, wide, high, radius=0, **look)
        if count > limit:
            broken = [(x - 3, 14 - high), (x + wide + 3, 10 - high)]
            canvas.line(broken, color=WHITE, width=4.0, arrow=False)
        return -high - 6

    tops: dict[int, float] = {}
    for step, count in sorted(counts.items()):
        tops[step] = column(_STEP * (step - LOWEST), _STEP, count, fill=BLUE, stroke=BLUE)
    for step, count in sorted(beside.items()):
        x = -_OUT if step == LOWEST else _WIDE + _OUT - 8
        y = column(x, 8.0, count, stroke=RED, dash=True)
        said = say("{count:,} clipped to {step}", count=count, step=step)
        end, anchor = (x, "start") if step == LOWEST else (x + 8, "end")
        canvas.text(end, y, said, anchor=anchor, size=SMALL, color=RED)
    if found.values.size <= MOST_ROWS:
        _draw_numbers(canvas, found, tops)
    elif tops:
        step = min(tops, key=lambda at: (-counts[at], at))
        said = say("{values} on step {step}", values=counted(most, "value"), step=step)
        canvas.text(_middle(step), tops[step], said, anchor="middle", **_FAINT)


def _draw_numbers(canvas: Canvas, found: Steps, tops: dict[int, float]) -> None:
    """The numbers of the rows, above their columns; neighbours share a label."""
    spots: list[tuple[float, float, str]] = []
    for label, i in sorted(found.rows, key=lambda row: found.positions[row[1]]):
        if found.clipped[i]:
            continue
        x, y = _middle(found.steps[i]), tops[found.steps[i]]
        if spots and x - spots[-1][0] < 14:
            x, above, before = spots.pop()
            y, label = min(y, above), f"{before}, {label}"
        spots.append((x, y, label))
    for x, y, label in spots:
        canvas.text(x, y, label, size=SMALL, anchor="middle")


def _draw_axis(canvas: Canvas, found: Steps) -> None:
    """The line, and at some steps the int8 number and the real value that it stands for."""
    canvas.line([(0, 0), (_WIDE, 0)], color=INK, arrow=False)
    ticks: list[int] = []
    for step in (found.zero_point, LOWEST, HIGHEST, *range(-96, 97, 32)):
        if all(abs(step - other) >= _APART for other in ticks):
            ticks.append(step)
    for name, y in ((say("int8 step"), 18.0), (say("real value"), 32.0)):
        canvas.text(-26, y, name, anchor="end", **_FAINT)
    for step in sorted(ticks):
        x, bold = _middle(step), step == found.zero_point
        canvas.line([(x, 0), (x, 6)], color=INK if bold else RULE, arrow=False)
        canvas.text(x, 18, str(step), size=SMALL, bold=bold, anchor="middle")
        canvas.text(x, 32, f"{found.real(step):.3g}", size=SMALL, bold=bold, anchor="middle")


def _draw_rows(canvas: Canvas, found: Steps) -> None:
    """The values that have a row: numbers at the sides, where they lie in the middle."""
    canvas.text(_RULER, _TOP, say("between the steps"), anchor="middle", **_FAINT)
    for head, x in _ENDS.items():
        canvas.text(x, _TOP, say(head), anchor="end", **_FAINT)
    for i, (label, value) in enumerate(found.rows, 1):
        y, clipped = _TOP - 6 + i * _ROW, found.clipped[value]
        canvas.text(0, y, say(label), **_FAINT)
        for (head, x), said in zip(_ENDS.items(), found.told(value), strict=True):
            color = RED if clipped and head == _ERROR else INK
            canvas.text(x, y, said, color=color, bold=head == "step", anchor="end")
        if clipped:
            canvas.text(_ENDS[_ERROR] + 10, y, say("clipped"), size=SMALL, color=RED)
        _draw_ruler(canvas, int(found.steps[value]), found.positions[value], clipped, y - 4)


def _draw_ruler(canvas: Canvas, goal: int, position: float, clipped: bool, y: float) -> None:
    """The step that a value goes to and its neighbours, to scale; a clipped value is far off."""
    for step in (goal - 1, goal, goal + 1):
        if LOWEST <= step <= HIGHEST:
            x = _RULER + (step - goal) * _NEXT
            canvas.line([(x, y - 4), (x, y + 4)], color=INK, arrow=False)
            canvas.text(x, y + 14, str(step), anchor="middle", **_FAINT)
    left = _RULER - 1.4 * _NEXT * (goal > LOWEST)  # beyond the ends there are no steps
    right = _RULER + 1.4 * _NEXT * (goal < HIGHEST)
    canvas.line([(left, y), (right, y)], color=RULE, arrow=False)
    off = _NEXT * float(max(-1.4, min(1.4, position - goal)))
    x, color = _RULER + off, RED if clipped else ORANGE
    if abs(off) > 1:
        canvas.line([(x, y - 7), (_RULER, y - 7)], color=color, arrow=abs(off) > 14)
    canvas.box(x - 3.5, y - 3.5, 7, 7, fill=color, stroke=color, radius=3.5)
