"""Real values and int8 steps in, a number line of where each value lands out. Runs no model."""

from __future__ import annotations

from typing import Any

from ..figure.canvas import Canvas, Picture
from ..figure.shapes import BLUE, GREY, INK, ORANGE, RED, RULE, SMALL, WHITE
from ..read.steps import HIGHEST, LOWEST, MOST_ROWS, Landing, Steps, read_steps

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
