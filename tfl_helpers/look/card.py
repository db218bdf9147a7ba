"""A concrete function in, a card of what goes in, stays inside and comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..figure.canvas import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    RED,
    RULE,
    SMALL,
    WHITE,
    Canvas,
    Picture,
    fit_text,
    text_width,
    wrap_text,
)
from ..records import Concrete, Graph, InputError, Port, Shown, Table, TensorType, has_type
from ..values import clip
from .function import read_concrete
from .parts import counted, size_bytes


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


_WIDEST, _NARROWEST, _PAD, _LANE = 224.0, 60.0, 12.0, 56.0  # pixels of text, and around it
_BOX, _BETWEEN, _HEAD, _LINE = 38.0, 8.0, 22.0, 15.0
_MOST = 8  # boxes of one kind
_MEANING = 520.0  # widest line of what a rule means
_PORT = {"fill": PALE_BLUE, "stroke": BLUE, "radius": 19.0}
_LOOKS: dict[str, dict[str, Any]] = {
    "port": _PORT,
    "baked in": {"fill": PALE_GREY, "stroke": RULE, "dash": True},
    "variable": {"fill": PALE_ORANGE, "stroke": ORANGE},
    "capture": {"fill": PALE_ORANGE, "stroke": ORANGE, "dash": True},
    "more": {"fill": WHITE, "stroke": WHITE},
}


@dataclass(frozen=True)
class _Item:
    """A box of two lines of words."""

    look: str
    name: str
    about: str

    @property
    def width(self) -> float:
        side = 16.0 if self.look == "port" else 10.0
        text = max(text_width(self.name), text_width(self.about, SMALL), _NARROWEST)
        return text + 2 * side


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
    canvas = Canvas()
    bottom = _draw_signature(canvas, card)
    _draw_rules(canvas, card.rules, bottom + 28)
    return canvas.picture(caption or _summary(card), str(card))


def _summary(card: Card) -> str:
    concrete, unchecked = card.concrete, [r.subject for r in card.rules if not r.checked]
    counts = [(concrete.inputs, "input"), (concrete.frozen, "baked-in value")]
    counts += [(concrete.captures, "capture"), (concrete.outputs, "output")]
    told = ", ".join(counted(len(things), name) for things, name in counts if things)
    said = f"Concrete function {concrete.name}: {told or 'no inputs'}"
    return said + (f"; a call does not check the {unchecked[0]}" if unchecked else "")


def _ports(ports: Sequence[Port]) -> list[_Item]:
    return [_item("port", port.name, str(port.type)) for port in ports]


def _item(look: str, name: str, about: str) -> _Item:
    shown = fit_text(name[::-1], _WIDEST)[::-1] if "/" in name else fit_text(name, _WIDEST)
    return _Item(look, shown, fit_text(about, _WIDEST, SMALL))


def _few(items: list[_Item]) -> list[_Item]:
    if len(items) <= _MOST:
        return items
    return [*items[: _MOST - 1], _Item("more", f"… {len(items) - _MOST + 1} more", "")]


def _captures(card: Card) -> list[_Item]:
    nodes = [n for n in card.concrete.graph.nodes if n.kind in ("variable", "capture")]
    items = []
    for node, size in zip(nodes, card.capture_bytes, strict=True):
        told = f"{'tensor' if node.kind == 'capture' else 'variable'} {node.type}"
        items.append(_item(node.kind, node.label, f"{told}, {counted(size, 'byte')}"))
    return items


def _draw_signature(canvas: Canvas, card: Card) -> float:
    """Inputs, the function and its outputs, from left to right; returns where they end below."""
    concrete = card.concrete
    inputs, outputs = _few(_ports(concrete.inputs)), _few(_ports(concrete.outputs))
    frozen = _few([_item("baked in", f"{n} = {v}", "Python value") for n, v in concrete.frozen])
    captures = _few(_captures(card))
    captured = f"captured, {counted(sum(card.capture_bytes), 'byte')}"
    groups = [(h, g) for h, g in (("baked in", frozen), (captured, captures)) if g]
    left = _width(inputs)
    middle = max(_width(frozen + captures), text_width(concrete.name, bold=True)) + 2 * _PAD
    height = 50 + sum(_HEAD + _height(group) for _, group in groups)
    tall = max(height, _height(inputs), _height(outputs))
    right = left + middle + 2 * _LANE
    frame = left + _LANE, _HEAD + (tall - height) / 2
    canvas.box(*frame, middle, height, fill=WHITE, stroke=INK)
    _draw_held(canvas, frame[0], frame[1], middle, card, groups)
    canvas.text(0, 8, "the caller passes", size=SMALL, color=GREY)
    canvas.text(frame[0], 8, "the graph holds", size=SMALL, color=GREY)
    canvas.text(right, 8, f"comes back: {card.returns.partition(':')[0]}", size=SMALL, color=GREY)
    ends = frame[0], frame[0] + middle
    for x, items, arrives in ((0.0, inputs, True), (right, outputs, False)):
        _draw_ports(canvas, x, _HEAD + tall / 2, items, ends, arrives)
    return _HEAD + tall


def _width(items: Sequence[_Item]) -> float:
    return max((item.width for item in items), default=_NARROWEST)


def _height(items: Sequence[_Item]) -> float:
    return len(items) * (_BOX + _BETWEEN)


def _draw_held(
    canvas: Canvas,
    left: float,
    top: float,
    width: float,
    card: Card,
    groups: Sequence[tuple[str, list[_Item]]],
) -> None:
    middle = left + width / 2
    name = fit_text(card.concrete.name, width - 2 * _PAD, bold=True)
    canvas.text(middle, top + 20, name, bold=True, anchor="middle")
    canvas.text(middle, top + 36, counted(card.ops, "op"), size=SMALL, color=GREY, anchor="middle")
    top += 44
    for heading, items in groups:
        canvas.text(left + _PAD, top + 12, heading, size=SMALL, color=GREY)
        top = _draw_boxes(canvas, left + _PAD, top + _HEAD - 4, width - 2 * _PAD, items) + 4


def _draw_boxes(
    canvas: Canvas, left: float, top: float, width: float, items: Sequence[_Item]
) -> float:
    for item in items:
        canvas.box(left, top, width, _BOX, **_LOOKS[item.look])
        middle = left + width / 2
        canvas.text(middle, top + (16 if item.about else 23), item.name, anchor="middle")
        if item.about:
            canvas.text(middle, top + 30, item.about, size=SMALL, color=GREY, anchor="middle")
        top += _BOX + _BETWEEN
    return top


def _draw_ports(
    canvas: Canvas,
    left: float,
    middle: float,
    items: Sequence[_Item],
    ends: tuple[float, float],
    arrives: bool,
) -> None:
    """Boxes around the height `middle`, each with its arrow to or from the function."""
    if not items:
        canvas.text(left, middle + 4, "nothing", color=GREY)
        return
    width, top = _width(items), middle - _height(items) / 2 + _BETWEEN / 2
    _draw_boxes(canvas, left, top, width, items)
    for i in range(len(items)):
        y = top + i * (_BOX + _BETWEEN) + _BOX / 2
        inner = middle + (y - middle) * 0.2
        if arrives:
            canvas.line([(left + width, y), (ends[0] - 2, inner)], curve="across")
        else:
            canvas.line([(ends[1], inner), (left - 2, y)], curve="across")


def _draw_rules(canvas: Canvas, rules: Sequence[Rule], top: float) -> None:
    marks = {True: ("✓ checked", BLUE), False: ("✗ NOT checked", RED)}
    second = max(text_width(mark, bold=True) for mark, _ in marks.values()) + 16
    third = second + max(text_width(rule.subject) for rule in rules) + 16
    canvas.text(0, top, "what a call checks", size=SMALL, color=GREY)
    for rule in rules:
        mark, color = marks[rule.checked]
        lines = wrap_text(rule.meaning, _MEANING, SMALL)
        top += 22
        canvas.text(0, top, mark, bold=not rule.checked, color=color)
        canvas.text(second, top, rule.subject)
        for k, line in enumerate(lines):
            canvas.text(third, top + k * _LINE, line, size=SMALL, color=GREY)
        top += _LINE * (len(lines) - 1)
