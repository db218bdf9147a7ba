"""Real values, a scale and a zero point in, the int8 steps they land on out. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..records import InputError, kind
from ..tables import Shown, Table

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
