"""A graph in, the boxes of its picture out: two lines of words and a size. Knows no positions.

Fewer boxes than nodes: the constants of one type that one op alone reads share a box.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..figure.shapes import SMALL, fit_text, text_width
from ..records import Graph, Node

_HEIGHT, _SIDE, _ROUND = 38.0, 10.0, 6.0  # pixels; a round end needs more room at the side
_WIDEST, _NARROWEST = 220.0, 24.0  # pixels of text


@dataclass(frozen=True)
class Box:
    """What one box says, and which boxes it reads (operand order)."""

    id: str
    kind: str
    name: str
    about: str
    inputs: tuple[str, ...]

    @property
    def width(self) -> float:
        """Pixels that the longer line needs, and the room beside it."""
        side = _SIDE + (_ROUND if self.kind in ("input", "output") else 0.0)
        text = max(text_width(self.name), text_width(self.about, SMALL), _NARROWEST)
        return round(text + 2 * side, 1)

    @property
    def height(self) -> float:
        """The same for every box, so that rows are even."""
        return _HEIGHT


def boxes_of(graph: Graph, inner: bool = False) -> list[Box]:
    """The boxes of a graph; of an inner graph without the inputs that nothing reads."""
    groups = _groups(graph)
    group_of = {node.id: node.id for node in graph.nodes}
    group_of |= {node.id: first for first, group in groups.items() for node in group}
    boxes = []
    for node in graph.nodes:
        if group_of[node.id] != node.id:
            continue
        inputs = [group_of[source] for source in node.inputs if source in group_of]
        grouped = {source for source in inputs if source in groups}
        once = [s for i, s in enumerate(inputs) if s not in grouped or s not in inputs[:i]]
        boxes.append(_box(node, groups.get(node.id, [node]), tuple(once)))
    read = {source for box in boxes for source in box.inputs}
    return [box for box in boxes if not inner or box.kind != "input" or box.id in read]


def _groups(graph: Graph) -> dict[str, list[Node]]:
    """Constants to be drawn as one box, by the id of the first."""
    node_of = {node.id: node for node in graph.nodes}
    readers = Counter(source for node in graph.nodes for source in set(node.inputs))
    groups: dict[str, list[Node]] = {}
    for node in graph.nodes:
        by_type: dict[str, list[Node]] = {}
        for source in dict.fromkeys(node.inputs):
            operand = node_of.get(source)
            if operand and operand.kind == "constant" and readers[source] == 1:
                by_type.setdefault(operand.type, []).append(operand)
        groups |= {g[0].id: g for g in by_type.values() if len(g) > 1 and _fits(g)}
    return groups


def _fits(group: list[Node]) -> bool:
    return text_width(_names(group)) <= _WIDEST


def _names(group: list[Node]) -> str:
    return ", ".join(node.label for node in group)


def _box(node: Node, group: list[Node], inputs: tuple[str, ...]) -> Box:
    word = "" if node.kind == "op" or node.kind == node.label else node.kind
    if len(group) > 1:
        word = f"{len(group)} {word}s"
    about = fit_text(f"{word} {node.type}".strip(), _WIDEST, SMALL)
    return Box(node.id, node.kind, _fit_name(_names(group)), about, inputs)


def _fit_name(name: str) -> str:
    """Cut at the end, but a path at its beginning: `…block/kernel` says more than `model/bl…`."""
    return fit_text(name[::-1], _WIDEST)[::-1] if "/" in name else fit_text(name, _WIDEST)
