"""A tensor's details and value in, a record with words on both out. Knows no interpreter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..records import TensorType
from ..values import value_text

_SHOWN = 6  # up to so many values are all shown; of more, the range and the first
_FIRST, _DIGITS = 3, 3
_LONGEST = 48  # characters of a name in a table


@dataclass(frozen=True)
class LiteTensor:
    """One tensor of one op: whether it is read or written, and its values in short."""

    name: str
    role: str
    type: TensorType
    quantization: str
    values: str

    @property
    def short_name(self) -> str:
        """The end of a long name: of fused ops the file keeps all names, one after the other."""
        return self.name if len(self.name) <= _LONGEST else f"…{self.name[1 - _LONGEST :]}"


def name_of(detail: dict[str, Any]) -> str:
    """The name in the file; LiteRT adds tensors of its own, which have none."""
    return detail["name"] or "(no name)"


def describe(detail: dict[str, Any], role: str, value: Any) -> LiteTensor:
    """The record of what `get_tensor_details` says of a tensor; `value` is None if it has none."""
    dtype = getattr(detail["dtype"], "__name__", str(detail["dtype"]))
    return LiteTensor(
        name_of(detail),
        role,
        TensorType.of("resource" if dtype == "object_" else dtype, detail["shape"].tolist()),
        _quantization_text(detail["quantization_parameters"]),
        _values_text(value, detail["quantization_parameters"]),
    )


def _quantization_text(told: dict[str, Any]) -> str:
    scales, zeros = told["scales"], told["zero_points"]
    if len(scales) == 0:
        return "none"
    if len(scales) == 1:
        return f"scale {_short(scales[0])}, zero point {zeros[0]}"
    several = f"{len(scales)} scales, {_short(min(scales))} to {_short(max(scales))}"
    return f"{several}, along axis {told['quantized_dimension']}"


def _short(number: float) -> str:
    return f"{float(number):.{_DIGITS}g}"


def _values_text(value: Any, told: dict[str, Any]) -> str:
    """All values if they are few, else their range and the first; floats with few digits."""
    import numpy as np

    if value is None or value.dtype.kind == "O":
        return "no value"
    flat = value.ravel()
    if value.dtype.kind not in "iuf" or not flat.size:
        more = ", …" if flat.size > _SHOWN else ""
        return f"`{value_text(flat[:_FIRST] if more else value)}`{more}"
    numbers = flat[np.isfinite(flat)]
    if flat.size <= _SHOWN:
        return f"`{_rounded(value, numbers)}`" + _real_range(numbers, told)
    bad = flat.size - numbers.size
    said = f"{flat.size:,} values" + (f", {bad:,} of them nan or infinite" if bad else "")
    if not numbers.size:
        return said
    low, high = (_rounded(end, numbers) for end in (numbers.min(), numbers.max()))
    if low == high:
        return f"{said}, all {low}" + _real_range(numbers, told)
    first = _rounded(flat[:_FIRST], numbers)[:-1]
    return f"{said}, {low} to {high}{_real_range(numbers, told)}; `{first}, …]`"


def _rounded(values: Any, among: Any) -> str:
    """As text, with the digits that matter beside the largest number of all."""
    import numpy as np

    array = np.asarray(values)
    if array.dtype.kind == "f":
        largest = float(np.abs(among).max(initial=0.0))
        digits = _DIGITS - 1 - math.floor(math.log10(largest)) if largest else 0
        array = array.astype(np.float64).round(max(digits, 0)) + 0.0
    return value_text(array)


def _real_range(numbers: Any, told: dict[str, Any]) -> str:
    """What the smallest and the largest number of a tensor with one scale stand for."""
    if len(told["scales"]) != 1 or numbers.dtype.kind == "f" or not numbers.size:
        return ""
    scale, zero = float(told["scales"][0]), int(told["zero_points"][0])
    low, high = (_short(scale * (int(end) - zero)) for end in (numbers.min(), numbers.max()))
    return f", which stand for {low} to {high}" if low != high else f", which stand for {low}"
