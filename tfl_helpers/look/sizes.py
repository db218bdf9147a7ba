"""Several files in, a picture of size against error out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..figure.canvas import BLUE, GREY, ORANGE, PALE_BLUE, RULE, SMALL, WHITE, Canvas, Picture
from ..figure.layout import settle
from ..records import InputError, Shown, Table, kind

_MOST_TICKS = 8
_WIDE_RANGE = 20.0  # where the largest is this many times the smallest, sizes go by factors
_ZERO = 34.0  # pixels between the place of zero and the smallest decade


@dataclass(frozen=True)
class Scale:
    """Where values stand, in pixels from the beginning of the axis, and which are written."""

    place: Callable[[float], float]
    ticks: tuple[float, ...]


def size_scale(sizes: Sequence[float], length: float) -> Scale:
    """From zero, so that twice the bytes are twice as far; by factors where sizes differ much."""
    positive = [size for size in sizes if size > 0] or [1]
    if max(positive) > _WIDE_RANGE * min(positive):
        return log_scale(positive, length)
    step = _round_step(max(positive) / 5)
    end = step * math.ceil(max(positive) / step)
    ticks = tuple(step * i for i in range(round(end / step) + 1))
    return Scale(lambda value: length * value / end, ticks)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, ... that is not below `least`."""
    decade = 10.0 ** math.floor(math.log10(least))
    return next(decade * factor for factor in (1, 2, 5, 10) if decade * factor >= least * 0.999)


def log_scale(values: Sequence[float], length: float) -> Scale:
    """Whole decades around the positive values; zero, if there, at the beginning, apart."""
    positive = [value for value in values if value > 0] or [1.0]
    low = math.floor(math.log10(min(positive)))
    high = max(math.ceil(math.log10(max(positive))), low + 1)
    start = _ZERO if min(values) <= 0 else 0.0
    decade = (length - start) / (high - low)
    every = math.ceil((high - low + 1) / _MOST_TICKS)
    ticks = tuple(float(f"1e{k}") for k in range(high, low - 1, -every))

    def place(value: float) -> float:
        return start + decade * (math.log10(value) - low) if value > 0 else 0.0

    return Scale(place, (*((0.0,) if start else ()), *ticks))


@dataclass(frozen=True)
class Variant:
    """One model; `too` says what the budget does not allow."""

    name: str
    size_bytes: int
    error: float
    too: tuple[str, ...]

    def words(self) -> str:
        """Size and error in one line."""
        return f"{self.size_bytes:,} bytes, error {self.error:.2g}"

    def verdict(self) -> str:
        """What the budget says."""
        return f"✗ {' and '.join(self.too)}" if self.too else "✓ within the budget"


@dataclass(frozen=True)
class Sizes(Shown):
    """Models with their sizes and errors, and the budget if there is one."""

    variants: tuple[Variant, ...]
    most_bytes: float | None
    most_error: float | None

    @property
    def limited(self) -> bool:
        """True if there is a budget."""
        return self.most_bytes is not None or self.most_error is not None

    def summary(self) -> str:
        """The smallest and the largest, or how many are within the budget."""
        count = f"{len(self.variants)} {'model' if len(self.variants) == 1 else 'models'}"
        if self.limited:
            limits = [] if self.most_bytes is None else [f"at most {self.most_bytes:,} bytes"]
            limits += [] if self.most_error is None else [f"errors of at most {self.most_error:g}"]
            within = sum(not variant.too for variant in self.variants)
            return f"A budget of {' and '.join(limits)}: {within} of {count} within it"
        small, large = (pick(self.variants, key=lambda v: v.size_bytes) for pick in (min, max))
        return (
            f"Size against error of {count}: the smallest, {small.name}, has {small.words()}; "
            f"the largest, {large.name}, has {large.words()}"
        )

    def tables(self) -> tuple[Table, ...]:
        rows = [
            (v.name, f"{v.size_bytes:,}", f"{v.error:.2g}", v.verdict())[: 4 if self.limited else 3]
            for v in sorted(self.variants, key=lambda v: v.size_bytes)
        ]
        heads = ("model", "bytes", "error", "budget")[: len(rows[0])]
        return (Table(self.summary(), heads, tuple(rows)),)


def read_sizes(models: Any, errors: Any, most_bytes: Any, most_error: Any, asker: str) -> Sizes:
    """The record of models by name and their errors by the same names.

    Raises:
        InputError: On behalf of `asker`, for models, errors or limits that are none.
    """
    _demand_models(models, asker)
    if not isinstance(errors, Mapping) or set(errors) != set(models):
        came = ", ".join(map(repr, errors)) if isinstance(errors, Mapping) else kind(errors)
        raise InputError(
            f"{asker} needs the error of each model, {', '.join(map(repr, models))}, got {came}. "
            f"Write {{{next(iter(models))!r}: 0.01, ...}} with the same names."
        )
    limits = {"most_bytes": most_bytes, "most_error": most_error}
    given = {name: limit for name, limit in limits.items() if limit is not None}
    for name, number in {**errors, **given}.items():
        _demand_number(name, number, asker)
    variants = []
    for name, model in models.items():
        over = 0 if most_bytes is None else len(model) - most_bytes
        too = [f"{over:,} bytes too large"] if over > 0 else []
        too += ["error too large"] if most_error is not None and errors[name] > most_error else []
        variants.append(Variant(str(name), len(model), float(errors[name]), tuple(too)))
    return Sizes(tuple(variants), most_bytes, most_error)


def _demand_models(models: Any, asker: str) -> None:
    if not isinstance(models, Mapping) or not models:
        raise InputError(
            f"{asker} needs models by name, got {kind(models)}. "
            f'Write {asker}({{"float32": model}}, {{"float32": 1e-7}}).'
        )
    for name, model in models.items():
        if not isinstance(model, bytes | bytearray):
            raise InputError(
                f"{asker} needs the bytes of each model, got {kind(model)} for {name!r}. "
                f"Write {{{name!r}: converter.convert()}}, or pathlib.Path(name).read_bytes()."
            )


def _demand_number(name: str, number: Any, asker: str) -> None:
    try:
        fits = 0.0 <= float(number) < math.inf
    except (TypeError, ValueError):
        fits = False
    if not fits:
        came = f"{number}" if isinstance(number, float) else kind(number)
        raise InputError(
            f"{asker} needs a finite number of 0 or more for {name!r}, got {came}. "
            "Write float(np.abs(found - expected).max()); where that is nan, so is an output."
        )


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
