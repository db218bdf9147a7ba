"""Numbers and a step size in, a picture of what they become as integers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..figure.canvas import BLUE, GREY, INK, ORANGE, RED, RULE, SMALL, WHITE, Canvas, Picture
from ..records import InputError, Shown, Table, kind

LOWEST, HIGHEST = -128, 127
MOST_ROWS = 8  # up to so many values, each has a row of its own
_NOISE = 1e-5  # of a step: what the seven digits of float32 cannot tell apart


@dataclass(frozen=True)
class Landing:
    """One value: where it is in steps, the step it goes to, what that stands for, how far off."""

    label: str
    value: float
    position: float
    step: int
    real: float
    error: float
    clipped: bool


@dataclass(frozen=True)
class Steps(Shown):
    """Values on the 256 steps of int8. `counts` holds those not clipped, step by step."""

    scale: float
    zero_point: int
    counts: tuple[int, ...]
    below: int
    above: int
    max_rounding: float
    max_clipping: float
    landings: tuple[Landing, ...]

    @property
    def size(self) -> int:
        """How many values there are."""
        return sum(self.counts) + self.below + self.above

    @property
    def used(self) -> int:
        """How many of the 256 steps have a value."""
        ends = (self.counts[0] + self.below, *self.counts[1:-1], self.counts[-1] + self.above)
        return sum(map(bool, ends))

    def real(self, step: int) -> float:
        """What a step stands for."""
        return self.scale * (step - self.zero_point)

    def summary(self) -> str:
        """How many values, and how far rounding and clipping move them."""
        count = f"{self.size:,} {'value' if self.size == 1 else 'values'}"
        said = f"{count} on {self.used} of the 256 steps of int8"
        if sum(self.counts):
            said += f"; rounding moves them by at most {self.max_rounding:.2g}"
        if self.below + self.above:
            said += f"; {self.below + self.above:,} clipped, by at most {self.max_clipping:.2g}"
        return said

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (
                one.label,
                f"{one.value:.5g}",
                f"{one.step}" + " (clipped)" * one.clipped,
                f"{one.real:.5g}",
                f"{one.error:.2g}",
            )
            for one in self.landings
        )
        heads = ("", "real value", "step", "stands for", "off by")
        fixed = f"scale {self.scale:.5g}, zero point {self.zero_point}"
        reach = f"from {self.real(LOWEST):.5g} to {self.real(HIGHEST):.5g}"
        return (
            Table(self.summary(), ("steps",), ((f"{fixed}: {reach}",),)),
            Table("Closer", heads, rows),
        )


def read_steps(values: Any, scale: Any, zero_point: Any, asker: str) -> Steps:
    """Where real values land on int8: `round(value / scale) + zero_point`, kept in -128..127.

    Halves are rounded away from zero, as LiteRT's reference kernels do.

    Raises:
        InputError: On behalf of `asker`, for values, a scale or a zero point that make no steps.
    """
    import numpy as np

    reals = _reals(values, asker).ravel()
    one, zero = _scale(scale, asker), _zero_point(zero_point, asker)
    positions = reals / one
    nearest = np.copysign(np.floor(np.abs(positions) + 0.5), positions) + zero
    steps = np.clip(nearest, LOWEST, HIGHEST).astype(int)
    back = (steps - zero) * one
    moved = np.abs(back - reals)
    moved[moved < _NOISE * one] = 0.0
    clipped = nearest != steps
    counts = np.bincount(steps[~clipped] - LOWEST, minlength=HIGHEST - LOWEST + 1)
    columns = (reals, positions + zero, steps, back, moved, clipped)
    return Steps(
        one,
        zero,
        tuple(counts.tolist()),
        int((nearest < LOWEST).sum()),
        int((nearest > HIGHEST).sum()),
        float(moved[~clipped].max(initial=0.0)),
        float(moved[clipped].max(initial=0.0)),
        tuple(
            Landing(label, *(column[i].item() for column in columns))
            for label, i in _chosen(reals, np.where(clipped, -1.0, moved))
        ),
    )


def _chosen(reals: Any, rounding: Any) -> Sequence[tuple[str, int]]:
    """Which values have a row: few ones all, by number; of many those that say most."""
    if reals.size <= MOST_ROWS:
        return [(str(i + 1), i) for i in range(reals.size)]
    told = {"nearest to 0": abs(reals).argmin()}
    if rounding.max() > 0.0:
        told["rounded most"] = rounding.argmax()
    told |= {"largest": reals.argmax(), "smallest": reals.argmin()}
    once = {float(reals[i]): (label, int(i)) for label, i in told.items()}
    return [once[value] for value in sorted(once)]


def _reals(values: Any, asker: str) -> Any:
    import numpy as np

    try:
        given = np.asarray(values)
        reals = given.astype(np.float64)
    except (TypeError, ValueError):
        given, reals = None, np.array([])
    if given is not None and given.dtype in (np.int8, np.uint8):
        raise InputError(
            f"{asker} needs the real values, got {kind(given)}, which are steps already. "
            "Write scale * (values.astype(np.float32) - zero_point)."
        )
    if not reals.size or not np.isfinite(reals).all():
        came = "nan or infinity among them" if reals.size else kind(values)
        raise InputError(
            f"{asker} needs one or more finite numbers, got {came}. "
            "Write [0.1, 0.25, -0.7], or an array of weights."
        )
    return reals


def _scale(scale: Any, asker: str) -> float:
    import numpy as np

    if np.size(scale) > 1:
        raise InputError(
            f"{asker} needs one scale, got {np.size(scale)}, one for each channel. "
            "Pass the values of one channel with its own: values[0], scales[0], zero_points[0]."
        )
    one = _number(scale)
    if not 0.0 < one < float("inf"):
        raise InputError(
            f"{asker} needs a scale above 0, the real size of one step, got {scale!r}. "
            "Write np.abs(values).max() / 127."
        )
    return one


def _zero_point(zero_point: Any, asker: str) -> int:
    one = _number(zero_point)
    if not LOWEST <= one <= HIGHEST or one != int(one):
        raise InputError(
            f"{asker} needs a whole zero point from -128 to 127, got {zero_point!r}. "
            "Write 0 for weights; of a uint8 tensor, zero_point - 128."
        )
    return int(one)


def _number(thing: Any) -> float:
    """A number, or an array that holds one, as a float; nan where there is none."""
    import numpy as np

    try:
        return float(np.reshape(thing, ()))
    except (TypeError, ValueError):
        return float("nan")


_STEP = 3.0  # pixels of one of 256 steps
_WIDE = _STEP * (HIGHEST - LOWEST + 1)
_TALLEST, _ONE = 110.0, 14.0  # pixels of the tallest column, and at most of one value
_CUT = 3  # times the second highest: a higher column is broken
_APART = 14  # steps between two ticks with words
_OUT, _ROW = 16.0, 34.0  # room for clipped values; from row to row
_VALUE, _RULER, _NEXT, _LANDS = 150.0, 310.0, 80.0, 480.0  # right end, middle, one step, step


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
    found = read_steps(values, scale, zero_point, "draw_number_line")
    canvas = Canvas()
    _draw_columns(canvas, found)
    _draw_axis(canvas, found)
    _draw_rows(canvas, found, 74.0)
    return canvas.picture(caption or found.summary(), str(found))


def _middle(step: float) -> float:
    """Where a step stands on the whole line."""
    return _STEP * (step - LOWEST + 0.5)


def _draw_columns(canvas: Canvas, found: Steps) -> None:
    """A column for each step, as high as its values are many; what is clipped stands outside."""
    second, most = sorted(found.counts)[-2:]
    limit = _CUT * second or max(most, found.below, found.above)
    one = min(_ONE, _TALLEST / min(limit, max(most, found.below, found.above)))
    solid, dashed = {"fill": BLUE, "stroke": BLUE}, {"stroke": RED, "dash": True}
    for i, count in enumerate(found.counts):
        if count:
            _draw_column(canvas, i * _STEP, _STEP, count, limit, one, solid)
    for count, x, end in ((found.below, -_OUT, LOWEST), (found.above, _WIDE + _OUT - 8, HIGHEST)):
        if count:
            high = _draw_column(canvas, x, 8.0, count, limit, one, dashed)
            said, left = f"{count:,} clipped to {end}", end == LOWEST
            look = {"anchor": "start" if left else "end", "size": SMALL, "color": RED}
            canvas.text(x if left else x + 8, -high - 6, said, **look)
    if found.size <= MOST_ROWS:
        return _draw_numbers(canvas, found, one)
    step = LOWEST + found.counts.index(most)
    said = f"{most:,} values on step {step}"
    high = one * min(most, limit)
    return canvas.text(_middle(step), -high - 6, said, size=SMALL, color=GREY, anchor="middle")


def _draw_column(
    canvas: Canvas, x: float, wide: float, count: int, limit: int, one: float, look: dict[str, Any]
) -> float:
    """One column, broken where it is too high to show whole; returns its height."""
    high = one * min(count, limit)
    canvas.box(x, -high, wide, high, radius=0, **look)
    if count > limit:
        cut = [(x - 3, 14 - high), (x + wide + 3, 10 - high)]
        canvas.line(cut, color=WHITE, width=4.0, arrow=False)
    return high


def _draw_numbers(canvas: Canvas, found: Steps, one: float) -> None:
    """The numbers of the rows, above their columns; neighbours share a label."""
    spots: list[tuple[float, float, list[str]]] = []
    for landing in sorted(found.landings, key=lambda at: at.position):
        if landing.clipped:
            continue
        x, high = _middle(landing.step), one * found.counts[landing.step - LOWEST]
        if spots and x - spots[-1][0] < 14:
            spots[-1] = (spots[-1][0], max(high, spots[-1][1]), [*spots[-1][2], landing.label])
        else:
            spots.append((x, high, [landing.label]))
    for x, high, labels in spots:
        canvas.text(x, -high - 5, ", ".join(labels), size=SMALL, anchor="middle")


def _draw_axis(canvas: Canvas, found: Steps) -> None:
    """The line, and at some steps the int8 number and the real value that it stands for."""
    canvas.line([(0, 0), (_WIDE, 0)], color=INK, arrow=False)
    ticks: list[int] = []
    for step in (found.zero_point, LOWEST, HIGHEST, *range(-96, 97, 32)):
        if all(abs(step - other) >= _APART for other in ticks):
            ticks.append(step)
    for name, y in (("int8 step", 18.0), ("real value", 32.0)):
        canvas.text(-26, y, name, size=SMALL, color=GREY, anchor="end")
    for step in sorted(ticks):
        x, bold = _middle(step), step == found.zero_point
        canvas.line([(x, 0), (x, 6)], color=INK if bold else RULE, arrow=False)
        canvas.text(x, 18, str(step), size=SMALL, bold=bold, anchor="middle")
        canvas.text(x, 32, f"{found.real(step):.3g}", size=SMALL, bold=bold, anchor="middle")


def _draw_rows(canvas: Canvas, found: Steps, top: float) -> None:
    heads = (
        (_VALUE, "real value", "end"),
        (_RULER, "between the steps", "middle"),
        (_LANDS, "step", "end"),
        (_LANDS + 110, "stands for", "end"),
        (_LANDS + 190, "off by", "end"),
    )
    for x, head, anchor in heads:
        canvas.text(x, top, head, size=SMALL, color=GREY, anchor=anchor)
    for i, landing in enumerate(found.landings):
        _draw_row(canvas, landing, top + 28 + i * _ROW)


def _draw_row(canvas: Canvas, landing: Landing, y: float) -> None:
    canvas.text(0, y, landing.label, size=SMALL, color=GREY)
    canvas.text(_VALUE, y, f"{landing.value:.5g}", anchor="end")
    _draw_ruler(canvas, landing, y - 4)
    canvas.text(_LANDS, y, str(landing.step), bold=True, anchor="end")
    canvas.text(_LANDS + 110, y, f"{landing.real:.5g}", anchor="end")
    color = RED if landing.clipped else INK
    canvas.text(_LANDS + 190, y, f"{landing.error:.2g}", color=color, anchor="end")
    if landing.clipped:
        canvas.text(_LANDS + 200, y, "clipped", size=SMALL, color=RED)


def _draw_ruler(canvas: Canvas, landing: Landing, y: float) -> None:
    """The step that a value goes to and its neighbours, to scale; a clipped value is far off."""
    off = landing.position - landing.step
    shown = max(-1.4, min(1.4, off))
    for side in (-1, 0, 1):
        step, x = landing.step + side, _RULER + side * _NEXT
        if not LOWEST <= step <= HIGHEST:
            continue
        canvas.line([(x, y - 4), (x, y + 4)], color=INK, arrow=False)
        canvas.text(x, y + 14, str(step), size=SMALL, color=GREY, anchor="middle")
    left = _RULER - (0 if landing.step == LOWEST else 1.4 * _NEXT)
    right = _RULER + (0 if landing.step == HIGHEST else 1.4 * _NEXT)
    canvas.line([(left, y), (right, y)], color=RULE, arrow=False)
    x, color = _RULER + shown * _NEXT, RED if landing.clipped else ORANGE
    if abs(shown) * _NEXT > 1:
        canvas.line([(x, y - 7), (_RULER, y - 7)], color=color, arrow=abs(shown) * _NEXT > 14)
    canvas.box(x - 3.5, y - 3.5, 7, 7, fill=color, stroke=color, radius=3.5)
