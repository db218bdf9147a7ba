"""Models, their errors and a budget in, who is within it out. Runs no model, draws nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..records import InputError, kind
from ..tables import Shown, Table


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
