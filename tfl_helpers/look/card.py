"""A concrete function in, a card of what goes in, stays inside and comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..figure.canvas import BLUE, GREY, RED, SMALL, WHITE, Canvas, Picture, fit_text
from ..figure.columns import Cell, Column, Link, draw_columns
from ..records import Concrete, Graph, Node, Shown, Table, has_type
from ..values import clip
from .function import captures_of, read_concrete
from .graph import LOOKS, fit_name
from .parts import counted, size_bytes


@dataclass(frozen=True)
class Rule:
    """Something that a call might check, whether it does, and what that means."""

    subject: str
    checked: bool
    meaning: str


@dataclass(frozen=True)
class Card(Shown):
    """A concrete function as its caller meets it.

    `returns` is the structure of its outputs; `held` are its captures, in the order of
    `concrete.captures`, with their bytes (0 where nobody can tell).
    """

    concrete: Concrete
    returns: str
    ops: int
    held: tuple[Node, ...]
    rules: tuple[Rule, ...]

    def tables(self) -> tuple[Table, ...]:
        (own,) = self.concrete.tables()
        sizes = iter([f"{node.size_bytes:,}" if node.size_bytes else "" for node in self.held])
        rows = tuple((*row, next(sizes) if row[0] == "capture" else "") for row in own.rows)
        caption = f"{own.caption}: {counted(self.ops, 'op')}, returns {self.returns}"
        rules = tuple((r.subject, "yes" if r.checked else "NO", r.meaning) for r in self.rules)
        return (
            Table(caption, (*own.heads, "bytes"), rows),
            Table("What a call checks", ("of a call", "checked", "that is"), rules),
        )


def read_card(function: Any) -> Card:
    """The card of a concrete function; a loaded signature is one too."""
    concrete = read_concrete(function)
    held = []
    for node in captures_of(function.graph).values():  # a table, an iterator, a text tell no size
        told = node.size_bytes or node.type.dtype in ("resource", "variant", "string")
        held.append(node if told else replace(node, size_bytes=size_bytes(node.type)))
    returns, rules = _structure(function.structured_outputs), tuple(_rules(function, concrete))
    return Card(concrete, returns, _count_ops(concrete.graph), tuple(held), rules)


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
    """Held against TensorFlow itself by the tests of this module."""
    positional, _ = function.structured_input_signature or ((), {})
    inputs = concrete.inputs
    dense, others = ([p for p in inputs if bool(p.type.told) == told] for told in (False, True))
    wrong = "goes in: an op fails, or a wrong number comes out"
    names = ", ".join(port.name for port in inputs)
    if inputs:
        how = ", by keyword" if not positional and len(inputs) > 1 else ""
        yield Rule("number and names of inputs", True, f"{names}{how}; else a TypeError")
    elif not concrete.frozen:
        yield Rule("number of arguments", True, "none; one more is a TypeError")
    if dense:
        dtypes = ", ".join(dict.fromkeys(port.type.dtype for port in dense))
        yield Rule("dtype of a tensor", True, f"{dtypes}; else an InvalidArgumentError")
    shown = " or ".join(dict.fromkeys(str(p.type) for p in dense if p.type.shape is not None))
    if shown:  # of an unknown rank, every shape is one
        yield Rule("shape of a tensor", False, f"one that is not {clip(shown)} {wrong}")
    for port in others:  # TensorFlow looks into a ragged tensor, but not into a Dataset
        sure = port.type.told.startswith("ragged")
        told = f"{port.type}; else a TypeError" if sure else f"other than {port.type} may go in"
        yield Rule(f"content of {port.name}", sure, told)
    if concrete.frozen:
        values = ", ".join(f"{name} = {value}" for name, value in concrete.frozen)
        yield Rule("baked-in values", True, f"leave them out; other than {values}: a TypeError")
    if dense:
        told = "converted to the dtype, then held against the shape; else a TypeError"
        if concrete.frozen:
            told = "a TypeError, unless the baked-in values are given too; pass tensors"
        yield Rule("arrays, lists and numbers", True, told)
    if others:
        names = ", ".join(port.name for port in others)
        yield Rule(f"arrays and lists as {names}", True, "a TypeError")


_WIDEST, _MEANING, _MOST = 224.0, 520.0, 8  # pixels of text in a box, of a rule; boxes of a kind


def draw_concrete(function: Any, caption: str = "") -> Picture:
    """What a caller passes, what the graph holds, what comes back; and what a call checks.

    Args:
        function: A concrete function, or a signature of a loaded SavedModel.
        caption: What is to be seen; without it, the signature in numbers.

    Raises:
        InputError: `function` is not a concrete function, or its variables are gone.

    Example:
        >>> tfl.draw_concrete(path_length.get_concrete_function(tf.TensorSpec([32, 2])))
    """
    card = function if isinstance(function, Card) else read_card(function)
    inputs, outputs = (
        _few([_box("input", port.name, str(port.type)) for port in ports])
        for ports in (card.concrete.inputs, card.concrete.outputs)
    )
    links = [Link((0, i), (1, 0)) for i in range(len(inputs))]
    links += [Link((1, 0), (2, i)) for i in range(len(outputs))]
    nothing = [Cell("nothing", ink=GREY)]
    returned = f"comes back: {card.returns.partition(':')[0]}"
    columns = [
        Column(inputs or nothing, "the caller passes"),
        Column([_holder(card)], "the graph holds", lane=56.0, floats=True),
        Column(outputs or nothing, returned, lane=56.0, floats=True),
    ]
    canvas = Canvas()
    bottom = draw_columns(canvas, columns, links)
    yes, no = Cell("✓ checked", ink=BLUE), Cell("✗ NOT checked", ink=RED, bold=True)
    rules = [
        Column([yes if rule.checked else no for rule in card.rules], "what a call checks"),
        Column([Cell(rule.subject) for rule in card.rules], lane=16.0),
        Column([Cell(about=r.meaning, widest=_MEANING) for r in card.rules], lane=16.0),
    ]
    draw_columns(canvas, rules, top=bottom + 28, flush=True)
    return canvas.picture(caption or _summary(card), str(card))


def _summary(card: Card) -> str:
    concrete, unchecked = card.concrete, [r.subject for r in card.rules if not r.checked]
    counts = [(concrete.inputs, "input"), (concrete.frozen, "baked-in value")]
    counts += [(concrete.captures, "capture"), (concrete.outputs, "output")]
    told = ", ".join(counted(len(things), name) for things, name in counts if things)
    said = f"Concrete function {concrete.name}: {told or 'no inputs'}"
    return said + (f"; a call does not check the {unchecked[0]}" if unchecked else "")


def _holder(card: Card) -> Cell:
    """The function with what was baked in and what was captured."""
    frozen = [_box("constant", f"{n} = {v}", "Python value") for n, v in card.concrete.frozen]
    held = []
    for node in card.held:
        kind, word = ("variable",) * 2 if node.kind == "variable" else ("capture", "tensor")
        size = f", {counted(node.size_bytes, 'byte')}" if node.size_bytes else ""
        held.append(_box(kind, node.label, f"{word} {node.type}{size}"))
    captured = f"captured, {counted(sum(node.size_bytes for node in card.held), 'byte')}"
    inner: list[Cell] = []
    for heading, boxes in (("baked in", frozen), (captured, held)):
        inner += [Cell(about=heading), *_few(boxes)] if boxes else []
    name, ops = fit_text(card.concrete.name, _WIDEST, bold=True), counted(card.ops, "op")
    return Cell(name, ops, tuple(inner), {"fill": WHITE}, bold=True, anchor="middle")


def _box(look: str, name: str, about: str) -> Cell:
    about = fit_text(about, _WIDEST, SMALL)
    return Cell(fit_name(name, _WIDEST), about, look=LOOKS[look], anchor="middle")


def _few(boxes: list[Cell]) -> list[Cell]:
    if len(boxes) <= _MOST:
        return boxes
    return [*boxes[: _MOST - 1], Cell(f"… {len(boxes) - _MOST + 1} more", anchor="middle")]
