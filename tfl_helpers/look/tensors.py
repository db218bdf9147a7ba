"""A LiteRT interpreter in, what each of its tensors holds out. Runs nothing."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from ..records import InputError, Shown, Table, TensorType, kind
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


_ALLOCATE = Table(
    "No tensor has memory yet",
    ("to see values",),
    (("`interpreter.allocate_tensors()`, then `set_tensor` and `invoke`",),),
)
_PRESERVE = Table(
    "Tensors between ops are not kept",
    ("to see them, run one that keeps them",),
    (("`Interpreter(model_content=model, experimental_preserve_all_tensors=True)`",),),
)


@dataclass(frozen=True)
class LiteOp(Shown):
    """One op with the tensors that it reads and writes, in operand order."""

    name: str
    tensors: tuple[LiteTensor, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (t.role, f"`{t.short_name}`", f"`{t.type}`", t.quantization, t.values)
            for t in self.tensors
        )
        heads = ("", "tensor", "dtype and shape", "quantization", "values")
        return (Table(f"What `{self.name}` reads and writes", heads, rows),)


class OpReader:
    """The ops of an interpreter. Which there are is read once, their values anew each time."""

    def __init__(self, interpreter: Any, asker: str) -> None:
        self.interpreter = _demand_interpreter(interpreter, asker)
        operations = interpreter._get_ops_details()
        self.operations = [op for op in operations if op["op_name"] != "DELEGATE"]
        self.given = {d["index"] for d in interpreter.get_input_details()}
        self._written = {int(i) for op in self.operations for i in op["outputs"]}
        self._between = self._written - {d["index"] for d in interpreter.get_output_details()}
        self._names = {i: name_of(detail) for i, detail in self._details().items()}
        self.graph = _graph_name(interpreter)

    def op_name(self, number: int) -> str:
        """What the op is called: `CONV_2D`."""
        return self.operations[number]["op_name"]

    def names(self, number: int, part: str = "") -> list[str]:
        """Names of the tensors of an op, or only of its `inputs` or `outputs`."""
        parts = [part] if part else ["inputs", "outputs"]
        indices = [int(i) for p in parts for i in self.operations[number][p]]
        return [self._names[i] for i in indices if i in self._names]

    def op(self, number: int) -> LiteOp:
        """One op with its tensors, as the last run left them."""
        op, details = self.operations[number], self._details()
        kept = self._kept()
        tensors = (
            self._tensor(details[int(i)], role, kept)
            for role, part in (("reads", "inputs"), ("writes", "outputs"))
            for i in op[part]
            if int(i) in details
        )
        return LiteOp(op["op_name"], tuple(tensors))

    def missing(self) -> tuple[Table, ...]:
        """What to write where values are missing; nothing if all can be read."""
        if self.given and all(self._value(index) is None for index in self.given):
            return (_ALLOCATE,)
        kept = self._kept() and all(self._value(i) is not None for i in self._between)
        return () if kept else (_PRESERVE,)

    def _details(self) -> dict[int, dict[str, Any]]:
        return {d["index"]: d for d in self.interpreter.get_tensor_details()}

    def _tensor(self, detail: dict[str, Any], role: str, kept: bool) -> LiteTensor:
        index = detail["index"]
        value = self._value(index) if kept or index not in self._between else None
        constant = index not in self._written | self.given
        return describe(detail, f"{role} a constant" if constant else role, value)

    def _value(self, index: int) -> Any:
        try:
            return self.interpreter.get_tensor(index)
        except (ValueError, RuntimeError):  # no memory, or a type that NumPy does not have
            return None

    def _kept(self) -> bool:
        """False where tensors share memory: the later one has overwritten the earlier one.

        LiteRT does not say how an interpreter was made, and reads overwritten tensors without
        an error. Scalars are left out: `tensor` gives no view of them, but a copy.
        """
        spans = []
        for index in self._written:
            try:
                view = self.interpreter.tensor(index)()
            except (ValueError, RuntimeError):
                continue
            if getattr(view, "ndim", 0) and view.nbytes:
                start = view.__array_interface__["data"][0]
                spans.append((start, start + view.nbytes))
        spans.sort()
        return all(one[1] <= other[0] for one, other in itertools.pairwise(spans))


def _demand_interpreter(interpreter: Any, asker: str) -> Any:
    needed = ("get_tensor", "get_tensor_details", "_get_ops_details")
    if isinstance(interpreter, type) or not all(hasattr(interpreter, n) for n in needed):
        raise InputError(
            f"{asker} needs an Interpreter of ai_edge_litert, got {kind(interpreter)}. "
            "Write Interpreter(model_content=model, experimental_preserve_all_tensors=True)."
        )
    return interpreter


def _graph_name(interpreter: Any) -> str:
    """The signature whose graph `invoke` runs, if there is one."""
    for key in interpreter.get_signature_list():
        if getattr(interpreter.get_signature_runner(key), "_subgraph_index", None) == 0:
            return key
    return ""
