"""A concrete function in, the card out that says what goes in and what a call of it checks.

Runs and traces nothing. What is checked was measured with TensorFlow 2.21 (`test_card.py` holds
each rule against it): a call is first bound to the signature as Python binds arguments, which
converts and compares all; where that fails, tensors alone may still go straight to the runtime,
which counts them and compares dtypes, not shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..records import Concrete, Graph, InputError, TensorType, has_type
from ..tables import Shown, Table
from ..values import clip
from .describe import counted, size_bytes
from .function import read_concrete


@dataclass(frozen=True)
class Rule:
    """Something that a call might check, whether it does, and what that means."""

    subject: str
    checked: bool
    meaning: str


@dataclass(frozen=True)
class Card(Shown):
    """A concrete function as its caller meets it. `returns` is the structure of its outputs."""

    concrete: Concrete
    returns: str
    ops: int
    capture_bytes: tuple[int, ...]
    rules: tuple[Rule, ...]

    def tables(self) -> tuple[Table, ...]:
        (own,) = self.concrete.tables()
        captured = iter(self.capture_bytes)
        sizes = [f"{next(captured):,}" if row[0] == "capture" else "" for row in own.rows]
        rows = tuple((*row, size) for row, size in zip(own.rows, sizes, strict=True))
        caption = f"{own.caption}: {counted(self.ops, 'op')}, returns {self.returns}"
        rules = tuple((r.subject, "yes" if r.checked else "NO", r.meaning) for r in self.rules)
        return (
            Table(caption, (*own.heads, "bytes"), rows),
            Table("What a call checks", ("of a call", "checked", "that is"), rules),
        )


def read_card(function: Any) -> Card:
    """The card of a concrete function; a loaded signature is one too.

    Raises:
        InputError: `function` is not a concrete function, or its variables are gone.
    """
    try:
        concrete = read_concrete(function)
    except InputError as error:  # say it in the name of what the learner called
        raise InputError(str(error).replace("read_concrete", "draw_concrete")) from None
    sizes = tuple(
        node.size_bytes or size_bytes(TensorType.parse(node.type))
        for node in concrete.graph.nodes
        if node.kind in ("variable", "capture")
    )
    returns = _structure(function.structured_outputs)
    rules = tuple(_rules(function, concrete))
    return Card(concrete, returns, _count_ops(concrete.graph), sizes, rules)


def _count_ops(graph: Graph) -> int:
    """Ops of all inner graphs too; a call of one is no op of its own."""
    own = [node for node in graph.nodes if node.kind == "op"]
    calls = sum(node.label.endswith("PartitionedCall") for node in own)
    return len(own) - calls + sum(map(_count_ops, graph.bodies))


def _structure(structure: Any) -> str:
    """What holds the outputs, in words: `a dict of 2: closed, length`."""
    if structure is None:
        return "nothing"
    if isinstance(structure, Mapping):
        return f"a dict of {len(structure)}: {', '.join(map(str, sorted(structure)))}"
    if isinstance(structure, list | tuple):
        fields = getattr(structure, "_fields", None)
        told = f": {', '.join(fields)}" if fields else ""
        return f"a {type(structure).__name__} of {len(structure)}{told}"
    return "a tensor" if has_type(structure) else f"a {type(structure).__name__}"


def _rules(function: Any, concrete: Concrete) -> Iterator[Rule]:
    positional, _ = function.structured_input_signature or ((), {})
    names = ", ".join(port.name for port in concrete.inputs)
    if not names:
        yield Rule("number of arguments", True, "none; one more is a TypeError")
        return
    by_keyword = not positional and len(concrete.inputs) > 1
    how = f"{names}{', by keyword' if by_keyword else ''}; else a TypeError"
    yield Rule("number and names of inputs", True, how)
    dtypes = ", ".join(dict.fromkeys(port.type.dtype for port in concrete.inputs))
    yield Rule("dtype of a tensor", True, f"{dtypes}; else an InvalidArgumentError")
    shown = " or ".join(dict.fromkeys(str(port.type) for port in concrete.inputs))
    free = f"one that is not {clip(shown)} goes in: an op fails, or a wrong number comes out"
    yield Rule("shape of a tensor", False, free)
    if concrete.frozen:
        values = ", ".join(f"{name} = {value}" for name, value in concrete.frozen)
        yield Rule("baked-in values", True, f"leave them out; other than {values}: a TypeError")
        told = "a TypeError, unless the baked-in values are given too; pass tensors"
        yield Rule("arrays, lists and numbers", True, told)
    else:
        told = "converted to the dtype, then held against the shape; else a TypeError"
        yield Rule("arrays, lists and numbers", True, told)
