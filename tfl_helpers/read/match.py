"""Two graphs and the names of tensors in, rows of ops that belong together out.

First what names tell, then what the place between two ops of one row tells; the rest is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..records import Graph, Node
from .conversion import Op, Row

_AFTER = {"BiasAdd", "Add", "AddV2", "Sub", "Mul", "Relu", "Relu6"}  # fused into what they follow
_BEFORE = {"Pad", "PadV2", "MirrorPad", "Transpose", "Reshape", "ExpandDims", "Squeeze"}
_ROUNDS = {"QUANTIZE", "DEQUANTIZE"}
_VARIABLES = {"VAR_HANDLE", "READ_VARIABLE"}


def match_ops(
    graph: Graph, lite: Graph, names: Mapping[str, tuple[str, ...]], loses: bool = False
) -> tuple[Row, ...]:
    """What was lost, rows in the order of the operators, then ops and operators alone.

    Args:
        graph: Of the concrete function.
        lite: Of the file.
        names: Of the tensors that each operator of `lite` makes, by its id.
        loses: Whether operators read variables that have no value in the file.
    """
    match = _Match(graph, lite)
    match.by_names(names)
    match.by_outputs()
    match.by_place()
    rows = [*match.became(), *match.alone(loses), *match.added(loses)]
    return tuple(sorted(rows, key=lambda row: row.fate != "lost"))


class _Match:
    """Which operator each op went to: `self._home`, and whether a name told so: `self._sure`."""

    def __init__(self, graph: Graph, lite: Graph) -> None:
        self._graph, self._lite = graph, lite
        self._ops = {node.id: node for node in graph.nodes if node.kind == "op"}
        self._operators = {node.id: node for node in lite.nodes if node.kind == "op"}
        self._order = {id_: i for i, id_ in enumerate(self._operators)}
        self._home: dict[str, str] = {}
        self._with: dict[str, str] = {}  # an operator that shares the row of a later one
        self._sure: set[str] = set()
        self._readers: dict[str, list[str]] = {}
        for node in graph.nodes:
            for source in node.inputs:
                self._readers.setdefault(source, []).append(node.id)
        self._fed = _spread((n.id for n in graph.nodes if n.kind == "input"), self._readers)
        ends = (n.id for n in graph.nodes if n.kind == "output")
        self._needed = _spread(ends, {node.id: list(node.inputs) for node in graph.nodes})

    def _set(self, op: str, operator: str, sure: bool) -> None:
        self._home[op] = operator
        if sure:
            self._sure.add(op)

    def by_names(self, names: Mapping[str, tuple[str, ...]]) -> None:
        """An op that several operators are named after became all of them."""
        for operator in self._operators:
            for part in (p for name in names.get(operator, ()) for p in name.split(";")):
                op = self._named(part.split(":")[0])
                if op and self._home.get(op, operator) != operator:
                    self._with[self._home[op]] = operator
                if op:
                    self._set(op, operator, True)

    def _named(self, name: str) -> str | None:
        """The op of that name; the converter may put digits after it to make names differ."""
        while name not in self._ops and re.search(r"\d$", name):
            name = name[:-1]
        return name if name in self._ops else None

    def by_outputs(self) -> None:
        """Results have names of their own on both sides, not those of the ops."""
        ours, theirs = (
            {node.label: node.inputs[0] for node in graph.nodes if node.kind == "output"}
            for graph in (self._graph, self._lite)
        )
        if len(ours) == len(theirs) == 1:
            ours = dict(zip(theirs, ours.values(), strict=True))
        for name, operator in theirs.items():
            while operator in self._operators and self._operators[operator].label in _ROUNDS:
                operator = self._operators[operator].inputs[0]
            op = ours.get(name)
            if op in self._ops and op not in self._home and operator in self._operators:
                self._set(op, operator, True)

    def by_place(self) -> None:
        """Between two ops of one operator, after an op that it adds to, or before its reader."""
        for op in self._open():
            before, after = self._before(op), self._after(op)
            if before & after:
                self._set(op, max(before & after, key=self._order.__getitem__), False)
        for op in self._open():
            if self._ops[op].label in _AFTER and self._before(op):
                self._set(op, max(self._before(op), key=self._order.__getitem__), False)
        for op in reversed(self._open()):
            if self._ops[op].label in _BEFORE and self._after(op):
                self._set(op, min(self._after(op), key=self._order.__getitem__), False)

    def _open(self) -> list[str]:
        wanted = self._fed & self._needed
        return [op for op in self._ops if op in wanted and op not in self._home]

    def _before(self, op: str) -> set[str]:
        return {self._home[i] for i in self._ops[op].inputs if i in self._home}

    def _after(self, op: str) -> set[str]:
        """Operators of the next ops on every way down that have one."""
        found, todo, seen = set(), [op], {op}
        while todo:
            for reader in self._readers.get(todo.pop(), []):
                if reader in self._home:
                    found.add(self._home[reader])
                elif reader not in seen:
                    seen.add(reader)
                    todo.append(reader)
        return found

    def became(self) -> list[Row]:
        """One row for each operator that has ops."""
        rows = []
        for id_, node in self._operators.items():
            ops = [op for op, home in self._home.items() if home == id_]
            ops = [op for op in self._ops if op in ops]
            if ops:
                partners = [o for o in self._operators if self._with.get(o) == id_]
                labels = tuple(self._operators[o].label for o in (*partners, id_))
                rows.append(Row("became", self._shown(ops), labels, node.type))
        return rows

    def _shown(self, ops: Iterable[str]) -> tuple[Op, ...]:
        return tuple(Op(self._ops[op].label, op, op in self._sure) for op in ops)

    def alone(self, loses: bool) -> list[Row]:
        """Ops without an operator, one row for each fate."""
        stored = (n.id for n in self._graph.nodes if n.kind in ("variable", "capture"))
        reads = _spread(stored, self._readers) if loses else set()
        fates: dict[str, list[str]] = {"computed": [], "dropped": [], "unknown": []}
        for op in self._ops:
            if op in self._home:
                continue
            if op not in self._needed:
                fates["dropped"].append(op)
            else:
                fates["unknown" if op in self._fed | reads else "computed"].append(op)
        return [
            Row(fate, tuple(Op(self._ops[op].label, op) for op in ops))
            for fate, ops in fates.items()
            if ops
        ]

    def added(self, loses: bool) -> list[Row]:
        """Operators without an op: what the converter put in, and variables without a value."""
        used = {*self._home.values(), *self._with}
        free = [node for id_, node in self._operators.items() if id_ not in used]
        lost = [node for node in free if loses and node.label in _VARIABLES]
        rest = [node for node in free if node not in lost]
        return [
            Row(fate, (), _labels(nodes))
            for fate, nodes in (("added", rest), ("lost", lost))
            if nodes
        ]


def _labels(nodes: Iterable[Node]) -> tuple[str, ...]:
    return tuple(node.label for node in nodes)


def _spread(starts: Iterable[str], onward: Mapping[str, list[str]]) -> set[str]:
    """All that can be reached."""
    todo = list(starts)
    found = set(todo)
    while todo:
        fresh = set(onward.get(todo.pop(), [])) - found
        found |= fresh
        todo += fresh
    return found
