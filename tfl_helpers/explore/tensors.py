"""A LiteRT interpreter in, an inspector of its tensors out, op by op. Never runs it."""

from __future__ import annotations

import itertools
import math
import operator
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from ..look.tflite import first_dtypes
from ..records import InputError, Table, TensorType, kind
from ..values import value_text
from ..words import counted, later, say
from .panel import Answer, Explorer, explorer

_ROWS = 20  # of the twin
_SHOWN = 6  # up to so many values are all shown; of more, the range and the first
_FIRST, _DIGITS = 3, 3
_LONGEST = 48  # characters of a name in a table
_MAKE = "Interpreter(model_content=model, experimental_preserve_all_tensors=True)"
_PLAIN = {"bool", *(f"{u}int{bits}" for u in ("", "u") for bits in (8, 16, 32, 64))} | {
    *("float16", "float32", "float64", "complex64", "complex128")  # what NumPy has too
}
# Ops as functions of real numbers; most models have at least one of them.
_KNOWN: dict[str, Callable[..., Any]] = {
    **{"ADD": operator.add, "SUB": operator.sub, "MUL": operator.mul, "DIV": operator.truediv},
    **{"NEG": operator.neg, "ABS": abs, "QUANTIZE": operator.pos, "DEQUANTIZE": operator.pos},
    **{"SQUARE": lambda x: x**2, "SQRT": lambda x: x**0.5, "EXP": lambda x: math.e**x},
    **{"MAXIMUM": lambda x, y: x.clip(y), "MINIMUM": lambda x, y: x.clip(None, y)},
    "LOGISTIC": lambda x: 1.0 / (1.0 + math.e**-x),
    "TANH": lambda x: 2.0 / (1.0 + math.e ** (-2.0 * x)) - 1.0,
    "SQUARED_DIFFERENCE": lambda x, y: (x - y) ** 2,
    "MEAN": lambda x, axes: x.mean(tuple(axes.flat)),
    "SUM": lambda x, axes: x.sum(tuple(axes.flat)),
    "FULLY_CONNECTED": lambda x, w, b=0.0: x.reshape(-1, w.shape[-1]) @ w.T + b,
    "BATCH_MATMUL": operator.matmul,
    "SOFTMAX": lambda y: abs(y) / abs(y).sum(-1, keepdims=True),  # of its result: it sums to 1
}


def explore_tensors(interpreter: Any) -> Explorer:
    """Go from op to op: what each reads and writes, with dtype, shape, quantization and values.

    Values are those that the last run left; run again, press a button, and see the new ones.
    LiteRT does not say whether there was a run: only what fits together as a run leaves it is
    shown, and text, resources and variants, which it cannot hand out safely, never are. Text
    in the field keeps the ops that have a tensor with this text in its name. Of a file with
    several signatures, the ops are those of the first graph, which `invoke` runs.

    Args:
        interpreter: An Interpreter of `ai_edge_litert` after a run. To keep the tensors between
            ops, make it with `experimental_preserve_all_tensors=True`.

    Raises:
        InputError: `interpreter` is no Interpreter, or LiteRT cannot tell the names in its file.

    Example:
        >>> tfl.explore_tensors(interpreter)
    """
    needed = ("get_tensor", "get_tensor_details", "_get_ops_details")
    if isinstance(interpreter, type) or not all(hasattr(interpreter, n) for n in needed):
        raise InputError(
            "Expected an Interpreter of ai_edge_litert, got {kind}. Write {line}.",
            kind=kind(interpreter),
            line=_MAKE,
        )
    try:
        return explorer(_Ops(interpreter), field=say("tensor name"))
    except UnicodeDecodeError as error:
        words = later("Expected names in the file that are text, got {name!r}. Convert again.")
        raise InputError(words, name=error.object) from error


class _Ops:
    """The ops, of which there are the same ones always, and where among them a panel is."""

    def __init__(self, interpreter: Any) -> None:
        self.labels = (say("previous"), say("next"))
        self._interpreter = interpreter
        self._ops = [op for op in interpreter._get_ops_details() if op["op_name"] != "DELEGATE"]
        self.everything = range(len(self._ops))
        content = getattr(interpreter, "_model_content", None)  # None if only a path was given
        self._file_types = first_dtypes(content) if content else {}
        raw = interpreter._interpreter  # `get_output_details` raises where one is bfloat16
        self._given = {int(i) for i in raw.InputIndices()}
        self._written = {int(i) for op in self._ops for i in op["outputs"]}
        self._between = self._written - {int(i) for i in raw.OutputIndices()}
        runners = {k: interpreter.get_signature_runner(k) for k in interpreter.get_signature_list()}
        first = [k for k, runner in runners.items() if not getattr(runner, "_subgraph_index", 1)]
        self._entry = first[0] if first else ""  # the graph that `invoke` runs
        indices = {detail["index"] for detail in interpreter.get_tensor_details()}
        self._constants = indices - self._written - self._given
        self._refresh()
        self.restart()

    def heading(self) -> str:
        if self._entry:
            return say("Tensors of `{key}` as the last run left them, op by op", key=self._entry)
        return say("Tensors as the last run left them, op by op")

    def answer(self, number: int) -> Answer:
        place = self._place + (1 if number else -1)
        if place not in range(len(self._found)):
            last, first = say("This is the last one."), say("This is the first one.")
            return self._answer(last if number else first)
        self._place = place
        return self._answer()

    def search(self, text: str) -> Answer:
        """Keep the ops with a tensor that has `text` in its name, large or small letters."""
        wanted, found = text.strip(), [*self.everything]
        if wanted:
            names = {i: self._names(i, "inputs") + self._names(i, "outputs") for i in found}
            found = [i for i in names if any(wanted.lower() in n.lower() for n in names[i])]
            if not found:
                return self._answer(say("No tensor has {text!r} in its name.", text=text))
        self._found, self._place, self._text = found, 0, wanted
        return self._answer()

    def restart(self) -> Answer:
        return self.search("")

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        self._refresh()
        rows = tuple(
            (str(i + 1), f"`{self._ops[i]['op_name']}`", name, type, values)
            for i in self.everything[:_ROWS]
            for _, name, type, _, values in self.rows(i, "outputs")
        )
        count, caption = len(self.everything), say("What each op writes")
        if count > _ROWS:
            caption = say("What each op writes, and {more} more ops", more=count - _ROWS)
        heads = ("#", say("op"), say("writes"), say("dtype and shape"), say("values"))
        ops = counted(count, "op")
        sentence = say("An inspector of {ops}. Press one where Python runs:", ops=ops)
        if self._entry:
            told = {"ops": ops, "key": self._entry}
            sentence = say("An inspector of {ops} of `{key}`. Press one where Python runs:", **told)
        return sentence, (Table(caption, heads, rows), *self._missing())

    def _answer(self, first: str = "") -> Answer:
        if not self._found:
            return Answer(say("The graph has no ops."))
        self._refresh()
        number = self._found[self._place]
        name, writes = self._ops[number]["op_name"], self._names(number, "outputs")
        told = {"number": number + 1, "all": len(self.everything), "op": name}
        said = say("Op {number} of {all}: {op} writes no tensor.", **told)
        if writes:
            names = ", ".join(writes)
            said = say("Op {number} of {all}: {op} writes {names}.", **told, names=names)
        found = {"place": self._place + 1, "found": len(self._found), "text": self._text}
        more = say("{place} of {found} with {text!r}.", **found) if self._text else ""
        for part in filter(None, (said, more)):
            first = say("{first} {then}", first=first, then=part) if first else part
        caption = say("What `{op}` reads and writes", op=name)
        heads = ("", say("tensor"), say("dtype and shape"), say("quantization"), say("values"))
        tables = (Table(caption, heads, tuple(self.rows(number))), *self._missing())
        return Answer(first, "".join(table.html() for table in tables))

    def _refresh(self) -> None:
        """Look again whether there was a run, and what it kept."""
        self._details = {d["index"]: d for d in self._interpreter.get_tensor_details()}
        for index, detail in self._details.items():
            dtype = getattr(detail["dtype"], "__name__", str(detail["dtype"]))
            known = {"bytes_": "string", "object_": "resource"}.get(dtype, dtype)
            detail["type"] = self._file_types.get(index, known)
            detail["name"] = detail["name"] or say("(no name)")  # LiteRT adds tensors of its own
        with warnings.catch_warnings(action="ignore"):  # what was not written divides by 0
            self._ran = any(self._proves(op) for op in self._ops)
        self._kept = self._ran and self._apart()

    def _names(self, number: int, part: str) -> list[str]:
        """Names of the tensors that an op has as its `inputs` or `outputs`."""
        details = (self._details.get(int(i)) for i in self._ops[number][part])
        return [detail["name"] for detail in details if detail]

    def rows(self, number: int, *parts: str) -> Iterator[tuple[str, str, str, str, str]]:
        """What an op reads and writes, as the last run left it; a row for each tensor."""
        roles = {"inputs": say("reads"), "outputs": say("writes")}
        for part in parts or roles:
            for i in (int(i) for i in self._ops[number][part] if int(i) in self._details):
                detail, constant = self._details[i], i in self._constants
                # A value can be believed of a constant, and of what a run has left.
                left = self._ran and (self._kept or i not in self._between)
                told = detail["quantization_parameters"]
                yield (
                    say("reads a constant") if constant else roles[part],
                    f"`{short_name(detail['name'])}`",
                    f"`{TensorType.of(detail['type'], detail['shape'].tolist())}`",
                    quantization_text(told),
                    values_text(self._value(i) if left or constant else None, told),
                )

    def _missing(self) -> tuple[Table, ...]:
        """What to write where values are missing; nothing if all can be read."""
        readable = {i for i, detail in self._details.items() if detail["type"] in _PLAIN}
        given, between = self._given & readable, self._between & readable
        if given and all(self._value(i) is None for i in given):
            caption = say("No tensor has memory yet")
            line = say("`interpreter.allocate_tensors()`, then `set_tensor`, `invoke`")
        elif not self._ran:
            caption = say("No run is proven by what is in memory")
            line = say("`set_tensor` with other values, `invoke`, of `{made}`", made=_MAKE)
        elif not self._kept or any(self._value(i) is None for i in between):
            caption = say("Tensors between ops are not kept")
            line = say("run `{made}`", made=_MAKE)
        else:
            return ()
        return (Table(caption, (say("to see values"),), ((line,),)),)

    def _value(self, index: int) -> Any:
        """A copy of what is in memory, None where NumPy can have none.

        LiteRT guards nothing: it ends the process where text, resources or variants are asked
        for, and reads on behind numbers of less than a byte, which it calls int8.
        """
        dtype = self._details[index]["type"]
        small = dtype in ("int8", "uint8") and index in self._constants
        if dtype not in _PLAIN or small and not self._file_types:
            return None
        try:
            return self._interpreter.get_tensor(index)
        except (ValueError, RuntimeError):  # no memory
            return None

    def _apart(self) -> bool:
        """False where tensors share memory: the later one has overwritten the earlier one.

        LiteRT does not say how an interpreter was made, and reads overwritten tensors without
        an error. Scalars are left out: `tensor` gives no view of them, but a copy.
        """
        spans = []
        for index in (i for i in self._written if self._value(i) is not None):
            view = self._interpreter.tensor(index)()
            if getattr(view, "ndim", 0) and view.nbytes:
                start = view.__array_interface__["data"][0]
                spans.append((start, start + view.nbytes))
        return all(one[1] <= other[0] for one, other in itertools.pairwise(sorted(spans)))

    def _proves(self, op: dict[str, Any]) -> bool:
        """Whether what an op wrote fits to what it reads: then there was a run.

        LiteRT does not say so, and before the first run memory holds whatever was there.
        """
        known, ends = _KNOWN.get(op["op_name"]), [int(i) for i in op["outputs"]]
        reads = ends if op["op_name"] == "SOFTMAX" else [int(i) for i in op["inputs"] if i >= 0]
        if known is None or len(ends) != 1:
            return False
        values = [self._value(i) for i in (*reads, *ends)]
        if any(value is None for value in values) or not values[-1].size:
            return False
        told = [self._details[i]["quantization_parameters"] for i in (*reads, *ends)]
        *given, end = map(_real, values, told)
        near = 2 * max(told[-1]["scales"], default=0.0) + 1e-4 * abs(end).max()

        def alike(one: Any, other: Any) -> bool:
            return one.shape == other.shape and bool((abs(one - other) <= near).all())

        # Copies prove nothing: tensors may share memory, and all of it may still be 0.
        copies = [0 * values[-1], *(values[:-1] if reads != ends else ())]
        try:
            made = known(*given).reshape(end.shape)
            fits = alike(made, end) or alike(made.clip(0), end)  # RELU
            return fits and not any(alike(copy, values[-1]) for copy in copies)
        except (TypeError, ValueError):  # options that LiteRT does not tell
            return False


def _real(value: Any, told: dict[str, Any]) -> Any:
    """What the integers of a quantized tensor stand for; other numbers as they are."""
    if value.dtype.kind == "f" or not len(told["scales"]):
        return value.astype("float64") if value.dtype.kind == "f" else value
    along = [-1 if i == told["quantized_dimension"] else 1 for i in range(value.ndim)]
    scales, zeros = (told[key].reshape(along) for key in ("scales", "zero_points"))
    return scales * (value.astype("float64") - zeros)


def short_name(name: str) -> str:
    """The end of a long name: of fused ops the file keeps all names, one after the other."""
    return name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"


def quantization_text(told: dict[str, Any]) -> str:
    """Scale and zero point of a tensor, or how many there are of them."""
    scales, zeros = told["scales"], told["zero_points"]
    if len(scales) == 0:
        return say("none")
    if len(scales) == 1:
        return say("scale {scale}, zero point {zero}", scale=_short(scales[0]), zero=zeros[0])
    more = {"count": len(scales), "axis": told["quantized_dimension"]}
    more |= {"low": _short(min(scales)), "high": _short(max(scales))}
    return say("{count} scales, {low} to {high}, along axis {axis}", **more)


def _short(number: float) -> str:
    return f"{float(number):.{_DIGITS}g}"


def values_text(value: Any, told: dict[str, Any]) -> str:
    """All values if they are few, else their range and the first; floats with few digits."""
    if value is None:
        return say("no value")
    flat = value.ravel()
    if value.dtype.kind not in "iuf" or not flat.size:
        more = ", …" if flat.size > _SHOWN else ""
        return f"`{value_text(flat[:_FIRST] if more else value)}`{more}"
    numbers = flat[abs(flat) < math.inf]
    if flat.size <= _SHOWN:
        return _and_real(f"`{_rounded(value, numbers)}`", numbers, told)
    bad = flat.size - numbers.size
    said = counted(flat.size, "value")
    if bad:
        lost = {"count": flat.size, "bad": bad}
        said = say("{count:,} values, {bad:,} of them nan or infinite", **lost)
    if not numbers.size:
        return said
    low, high = (_rounded(end, numbers) for end in (numbers.min(), numbers.max()))
    if low == high:
        return _and_real(say("{values}, all {one}", values=said, one=low), numbers, told)
    said = say("{values}, {low} to {high}", values=said, low=low, high=high)
    first = f"`{_rounded(flat[:_FIRST], numbers)[:-1]}, …]`"
    return f"{_and_real(said, numbers, told)}; {first}"


def _rounded(values: Any, among: Any) -> str:
    """As text, with the digits that matter beside the largest number of all."""
    if values.dtype.kind == "f":
        largest = float(abs(among).max(initial=0.0))
        digits = _DIGITS - 1 - math.floor(math.log10(largest)) if largest else 0
        values = values.astype("float64").round(max(digits, 0)) + 0.0  # 0.0 for -0.0
    return value_text(values)


def _and_real(said: str, numbers: Any, told: dict[str, Any]) -> str:
    """With what the smallest and the largest number of a tensor with one scale stand for."""
    if len(told["scales"]) != 1 or numbers.dtype.kind == "f" or not numbers.size:
        return said
    scale, zero = float(told["scales"][0]), int(told["zero_points"][0])
    low, high = (_short(scale * (int(end) - zero)) for end in (numbers.min(), numbers.max()))
    if low == high:
        return say("{values}, which stand for {one}", values=said, one=low)
    return say("{values}, which stand for {low} to {high}", values=said, low=low, high=high)
