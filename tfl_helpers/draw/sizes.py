"""Models and their errors in, a picture of size against error out. Runs no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..figure.canvas import Canvas, Picture
from ..figure.layout import settle
from ..figure.shapes import BLUE, GREY, ORANGE, PALE_BLUE, RULE, SMALL, WHITE
from ..read.sizes import Sizes, read_sizes
from .scales import Scale, log_scale, size_scale

_WIDE, _HIGH = 440.0, 280.0  # pixels of the plot
_LABEL, _LINE, _BETWEEN = 480.0, 15.0, 36.0  # words beside it: left, from line to line, to the next
_MARK, _TICK = 5.0, 5.0


def draw_sizes(
    models: Mapping[str, bytes],
    errors: Mapping[str, float],
    most_bytes: int | None = None,
    most_error: float | None = None,
    caption: str = "",
) -> Picture:
    """Size against error: a mark for each model, with its name, bytes and error beside it.

    Errors stand on a logarithmic scale, with a line of its own for an error of zero.

    Args:
        models: Name -> content of the .tflite file.
        errors: The same names -> largest difference from the reference, in any one unit.
        most_bytes: A budget: the largest file that will do. Drawn as a dashed line.
        most_error: A budget: the largest error that will do.
        caption: What is to be seen; without it, the range, or how many are within the budget.

    Raises:
        InputError: No bytes, no number, or names that differ.

    Example:
        >>> tfl.draw_sizes({"float32": plain, "int8": small}, {"float32": 1e-7, "int8": 0.03})
    """
    found = read_sizes(models, errors, most_bytes, most_error, "draw_sizes")
    across = size_scale(_with(most_bytes, [v.size_bytes for v in found.variants]), _WIDE)
    up = log_scale(_with(most_error, [v.error for v in found.variants]), _HIGH)
    canvas = Canvas()
    if found.limited:
        _draw_budget(canvas, found, across, up)
    _draw_axes(canvas, across, up)
    _draw_marks(canvas, found, across, up)
    return canvas.picture(caption or found.summary(), str(found))


def _with(limit: float | None, values: Sequence[float]) -> list[float]:
    return [*values, *(() if limit is None else (limit,))]


def _draw_budget(canvas: Canvas, found: Sizes, across: Scale, up: Scale) -> None:
    """What the budget allows, on a pale ground; its limits as dashed lines with words."""
    most_bytes, most_error = found.most_bytes, found.most_error
    right = _WIDE if most_bytes is None else across.place(most_bytes)
    top = 0.0 if most_error is None else _HIGH - up.place(most_error)
    canvas.box(0, top, right, _HIGH - top, fill=PALE_BLUE, stroke=PALE_BLUE, radius=0)
    look = {"color": ORANGE, "dash": True, "arrow": False}
    if most_bytes is not None:
        canvas.line([(right, -4), (right, _HIGH)], **look)
        said = f"at most {most_bytes:,} bytes"
        canvas.text(right, -8, said, size=SMALL, color=ORANGE, anchor="middle")
    if most_error is not None:
        canvas.line([(0, top), (_WIDE, top)], **look)
        said = f"error at most {most_error:g}"
        canvas.text(_WIDE - 4, top - 4, said, size=SMALL, color=ORANGE, anchor="end")


def _draw_axes(canvas: Canvas, across: Scale, up: Scale) -> None:
    look = {"color": RULE, "arrow": False}
    lowest = min(filter(None, up.ticks))  # below it, only the place of zero: off the scale
    canvas.line([(0, 0), (0, _HIGH - up.place(lowest))], **look)
    canvas.line([(0, _HIGH - up.place(lowest)), (0, _HIGH)], dash=True, **look)
    canvas.line([(0, _HIGH), (_WIDE, _HIGH)], **look)
    for value in up.ticks:
        y = _HIGH - up.place(value)
        canvas.line([(-_TICK, y), (0, y)], **look)
        canvas.text(-_TICK - 4, y + 4, f"{value:g}", size=SMALL, color=GREY, anchor="end")
    for value in across.ticks:
        x = across.place(value)
        canvas.line([(x, _HIGH), (x, _HIGH + _TICK)], **look)
        y = _HIGH + _TICK + 12
        canvas.text(x, y, f"{value:,.0f}", size=SMALL, color=GREY, anchor="middle")
    canvas.text(-_TICK - 4, -8, "error", size=SMALL, anchor="end")
    said = "bytes of the file (smaller and more exact: lower left)"
    canvas.text(_WIDE, _HIGH + 36, said, size=SMALL, anchor="end")


def _draw_marks(canvas: Canvas, found: Sizes, across: Scale, up: Scale) -> None:
    """Marks, and beside the plot their words, level with them as far as there is room."""
    ordered = sorted(found.variants, key=lambda v: (-up.place(v.error), v.size_bytes))
    wanted = [_HIGH - up.place(v.error) for v in ordered]
    apart = _BETWEEN + (_LINE if found.limited else 0.0)
    levels = settle(wanted, [apart] * (len(ordered) - 1))
    for variant, y, level in zip(ordered, wanted, levels, strict=True):
        x = across.place(variant.size_bytes)
        canvas.line([(x, y), (_LABEL - 6, level - 4)], color=RULE, width=0.7, arrow=False)
        canvas.text(_LABEL, level, variant.name, bold=True)
        canvas.text(_LABEL, level + _LINE, variant.words())
        if found.limited:
            color = ORANGE if variant.too else BLUE
            canvas.text(_LABEL, level + 2 * _LINE, variant.verdict(), size=SMALL, color=color)
    for variant, y in zip(ordered, wanted, strict=True):
        x, size = across.place(variant.size_bytes), 2 * _MARK
        look = {"fill": WHITE, "stroke": ORANGE} if variant.too else {"fill": BLUE, "stroke": BLUE}
        canvas.box(x - _MARK, y - _MARK, size, size, radius=_MARK, **look)
