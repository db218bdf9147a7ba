"""Numbers in, places on an axis out: linear, logarithmic, and a place for zero. Draws nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
