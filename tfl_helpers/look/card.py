"""A concrete function in, a card of what goes in, stays inside and comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from ..figure.canvas import BLUE, GREY, RED, SMALL, WHITE, Canvas, Picture, fit_text
from ..figure.columns import Cell, Column, Link, draw_columns
from ..records import Concrete, Graph, Node, Shown, Table, has_type
from ..values import clip
from ..words import counted, say
from .function import captures_of, read_concrete
from .graph import LOOKS, fit_name
from .parts import size_bytes


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
        sizes = [""] * len(self.concrete.inputs + self.concrete.frozen)  # rows before captures
        sizes += [f"{node.size_bytes:,}" if node.size_bytes else "" for node in self.held]
        rows = tuple((*row, size) for row, size in zip_longest(own.rows, sizes, fillvalue=""))
        told = {"function": own.caption, "ops": counted(self.ops, "op"), "returns": self.returns}
        caption = say("{function}: {ops}, returns {returns}", **told)
        yes, no = say("yes"), say("NO")
        rules = tuple((r.subject, yes if r.checked else no, r.meaning) for r in self.rules)
        heads = say("of a call"), say("checked"), say("that is")
        return (
            Table(caption, (*own.heads, say("bytes")), rows),
            Table(say("What a call checks"), heads, rules),
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
    kind = "dict" if isinstance(structure, Mapping) else type(structure).__name__
    if structure is None:
        return say("nothing")
    if isinstance(structure, Mapping | list | tuple):
        fields = sorted(structure) if kind == "dict" else getattr(structure, "_fields", ())
        if names := ", ".join(map(str, fields)):
            return say("a {kind} of {n}: {names}", kind=kind, n=len(structure), names=names)
        return say("a {kind} of {n}", kind=kind, n=len(structure))
    return say("a tensor") if has_type(structure) else say("a {kind}", kind=kind)


def _rules(function: Any, concrete: Concrete) -> Iterator[Rule]:
    """Held against TensorFlow itself by the tests of this module."""
    positional, _ = function.structured_input_signature or ((), {})
    inputs = concrete.inputs
    dense, others = ([p for p in inputs if bool(p.type.told) == told] for told in (False, True))
    names = ", ".join(port.name for port in inputs)
    if inputs:
        told = say("{asked}; else a TypeError", asked=names)
        if not positional and len(inputs) > 1:
            told = say("{asked}, by keyword; else a TypeError", asked=names)
        yield Rule(say("number and names of inputs"), True, told)
    elif not concrete.frozen:
        yield Rule(say("number of arguments"), True, say("none; one more is a TypeError"))
    if dense:
        asked = ", ".join(dict.fromkeys(port.type.dtype for port in dense))
        told = say("{asked}; else an InvalidArgumentError", asked=asked)
        yield Rule(say("dtype of a tensor"), True, told)
    shown = dict.fromkeys(str(port.type) for port in dense if port.type.shape is not None)
    if shown:  # of an unknown rank, every shape is one
        told = say(
            "one that is not {asked} goes in: an op fails, or a wrong number comes out",
            asked=clip(say(" or ").join(shown)),
        )
        yield Rule(say("shape of a tensor"), False, told)
    for port in others:  # TensorFlow looks into a ragged tensor, but not into a Dataset
        sure, told = False, say("other than {asked} may go in", asked=port.type)
        if port.type.told.startswith("ragged"):
            sure, told = True, say("{asked}; else a TypeError", asked=port.type)
        yield Rule(say("content of {name}", name=port.name), sure, told)
    if concrete.frozen:
        values = ", ".join(f"{name} = {value}" for name, value in concrete.frozen)
        told = say("leave them out; other than {values}: a TypeError", values=values)
        yield Rule(say("baked-in values"), True, told)
    if dense:
        told = say("converted to the dtype, then held against the shape; else a TypeError")
        if concrete.frozen:
            told = say("a TypeError, unless the baked-in values are given too; pass tensors")
        yield Rule(say("arrays, lists and numbers"), True, told)
    if others:
        names = ", ".join(port.name for port in others)
        yield Rule(say("arrays and lists as {names}", names=names), True, say("a TypeError"))


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
    nothing = [Cell(say("nothing"), ink=GREY)]
    returned = say("comes back: {what}", what=re.split("[:：]", card.returns)[0])  # names are below
    columns = [
        Column(inputs or nothing, say("the caller passes")),
        Column([_holder(card)], say("the graph holds"), lane=56.0, floats=True),
        Column(outputs or nothing, returned, lane=56.0, floats=True),
    ]
    canvas = Canvas()
    bottom = draw_columns(canvas, columns, links)
    yes, no = Cell(say("✓ checked"), ink=BLUE), Cell(say("✗ NOT checked"), ink=RED, bold=True)
    rules = [
        Column([yes if rule.checked else no for rule in card.rules], say("what a call checks")),
        Column([Cell(rule.subject) for rule in card.rules], lane=16.0),
        Column([Cell(about=r.meaning, widest=_MEANING) for r in card.rules], lane=16.0),
    ]
    draw_columns(canvas, rules, top=bottom + 28, flush=True)
    return canvas.picture(caption or _summary(card), str(card))


def _summary(card: Card) -> str:
    concrete, unchecked = card.concrete, [r.subject for r in card.rules if not r.checked]
    counts = [(concrete.inputs, "input"), (concrete.frozen, "baked-in value")]
    counts += [(concrete.captures, "capture"), (concrete.outputs, "output")]
    told = say(", ").join(counted(len(things), name) for things, name in counts if things)
    told = told or say("no inputs")
    said = say("Concrete function {name}: {counts}", name=concrete.name, counts=told)
    if unchecked:
        said += say("; a call does not check the {what}", what=unchecked[0])
    return said


def _holder(card: Card) -> Cell:
    """The function with what was baked in and what was captured."""
    value = say("Python value")
    frozen = [_box("constant", f"{name} = {v}", value) for name, v in card.concrete.frozen]
    held = []
    for node in card.held:
        is_variable = node.kind == "variable"
        about = [f"{say('variable') if is_variable else say('tensor')} {node.type}"]
        about += [counted(node.size_bytes, "byte")] if node.size_bytes else []
        look = "variable" if is_variable else "capture"
        held.append(_box(look, node.label, say(", ").join(about)))
    size = counted(sum(node.size_bytes for node in card.held), "byte")
    inner: list[Cell] = []
    for heading, boxes in ((say("baked in"), frozen), (say("captured, {size}", size=size), held)):
        inner += [Cell(about=heading), *_few(boxes)] if boxes else []
    name, ops = fit_text(card.concrete.name, _WIDEST, bold=True), counted(card.ops, "op")
    return Cell(name, ops, tuple(inner), {"fill": WHITE}, bold=True, anchor="middle")


def _box(look: str, name: str, about: str) -> Cell:
    about = fit_text(about, _WIDEST, SMALL)
    return Cell(fit_name(name, _WIDEST), about, look=LOOKS[look], anchor="middle")


def _few(boxes: list[Cell]) -> list[Cell]:
    if len(boxes) <= _MOST:
        return boxes
    more = say("… {n} more", n=len(boxes) - _MOST + 1)
    return [*boxes[: _MOST - 1], Cell(more, anchor="middle")]
