"""A graph in, the boxes of its picture out: lines of words and a size. Knows no positions.

Fewer boxes than nodes: the constants of one type that one op alone reads share a box, and inner
graphs leave out what only passes through them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..figure.shapes import SMALL, fit_text, text_width
from ..records import Graph, Node
from .fold import owner_of

LOST = "no value in the file"  # in place of its type, what stands for a variable that has none
WIDEST = 220.0  # pixels of text
_HEIGHT, _LINE, _SIDE, _ROUND = 38.0, 13.0, 10.0, 6.0  # a round end needs more room at the side
_NARROWEST = 24.0  # pixels of text


@dataclass(frozen=True)
class Box:
    """What one box says, and which boxes it reads (operand order)."""

    id: str
    kind: str
    name: str
    about: tuple[str, ...]
    inputs: tuple[str, ...]

    @property
    def width(self) -> float:
        """Pixels that the longest line needs, and the room beside it."""
        side = _SIDE + (_ROUND if self.kind in ("input", "output") else 0.0)
        lines = [text_width(line, SMALL) for line in self.about]
        return round(max(text_width(self.name), _NARROWEST, *lines) + 2 * side, 1)

    @property
    def height(self) -> float:
        """The same for every box but those that stand for a part, so that rows are even."""
        return _HEIGHT + _LINE * max(len(self.about) - 1, 0)


def boxes_of(graph: Graph, inner: bool = False, widest: float = WIDEST) -> list[Box]:
    """The boxes of a graph, their text at most `widest` pixels wide.

    Of an inner graph without the inputs that nothing reads.
    """
    groups = _groups(graph)
    group_of = {node.id: node.id for node in graph.nodes}
    group_of |= {node.id: first for first, group in groups.items() for node in group}
    owners = {owner_of(body) for body in graph.bodies}
    passing = set(unchanged(graph))
    boxes = []
    for node in graph.nodes:
        if group_of[node.id] != node.id or node.id in passing:
            continue
        inputs = [group_of[source] for source in node.inputs if source in group_of]
        grouped = {source for source in inputs if source in groups}
        once = [s for i, s in enumerate(inputs) if s not in grouped or s not in inputs[:i]]
        name, about = _words(node, groups.get(node.id, [node]), node.detail in owners)
        about = tuple(fit_text(line, widest, SMALL) for line in about if line)
        kind = "lost" if node.type == LOST else node.kind
        boxes.append(Box(node.id, kind, _fit_name(name, widest), about, tuple(once)))
    read = {source for box in boxes for source in box.inputs}
    return [box for box in boxes if not inner or box.kind != "input" or box.id in read]


def unchanged(graph: Graph) -> list[str]:
    """Results of a loop's body that are what came in at the same place."""
    if not re.match(r"(?i)(stateless)?while .*: body$", graph.title):
        return []
    kinds = ("input", "variable", "capture")
    inputs = [node.id for node in graph.nodes if node.kind in kinds]
    outputs = [node for node in graph.nodes if node.kind == "output"]
    pairs = zip(inputs, outputs, strict=False)
    return [output.id for source, output in pairs if output.inputs == (source,)]


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
    return text_width(_names(group)) <= WIDEST


def _names(group: list[Node]) -> str:
    return ", ".join(node.label for node in group)


def _words(node: Node, group: list[Node], owns: bool) -> tuple[str, Sequence[str]]:
    """The name of a box, and the lines below it."""
    if node.kind == "part":
        return node.label, (node.detail, node.type)
    said = node.kind in ("op", node.label) or re.match(rf"\d+ {node.kind}s", node.label)
    word = "" if said else node.kind
    if len(group) > 1:
        word = f"{len(group)} {word}s"
    name = _with_own_name(node) if owns else _names(group)
    return name, (f"{word} {node.type}".strip(),)


def _with_own_name(node: Node) -> str:
    """Of an op with inner graphs, whose titles begin like this."""
    name = node.detail.rpartition("/")[2]
    return name if name.startswith(node.label) else f"{node.label} {name}"


def _fit_name(name: str, widest: float) -> str:
    """Cut at the end, but a path at its beginning: `…block/kernel` says more than `model/bl…`."""
    return fit_text(name[::-1], widest)[::-1] if "/" in name else fit_text(name, widest)
