"""A concrete function and the file made of it in, which op became which as a picture out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..figure.canvas import (
    BLUE,
    GREY,
    INK,
    PALE_BLUE,
    PALE_GREY,
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
from ..records import Graph, InputError, LiteModel, Node, Shown, Table
from .bytes import FlatTable, number

FATES = {
    "became": "became",
    "computed": "computed at conversion, kept as constants",
    "dropped": "dropped: no output needs them",
    "unknown": "unknown: no name in the file tells",
    "added": "added at conversion",
    "lost": "variables; their values are missing",
}


@dataclass(frozen=True)
class Op:
    """A TensorFlow op; `sure` if a name tells its row, not only its neighbours."""

    label: str
    name: str
    sure: bool = True


@dataclass(frozen=True)
class Row:
    """TensorFlow ops on one side, operators of the file on the other, and what happened."""

    fate: str
    ops: tuple[Op, ...] = ()
    operators: tuple[str, ...] = ()
    type: str = ""

    def words(self) -> list[str]:
        """Its ops in words; of those that became nothing, how many of each kind."""
        if self.fate != "became":
            return counted(op.label for op in self.ops)
        return [op.label + ("" if op.sure else " (by place)") for op in self.ops]


@dataclass(frozen=True)
class Conversion(Shown):
    """What became of the ops of a concrete function in one signature of a .tflite file."""

    name: str
    key: str
    rows: tuple[Row, ...]

    def count(self) -> tuple[int, int]:
        """How many TensorFlow ops there were, and how many operators there are."""
        return sum(len(r.ops) for r in self.rows), sum(len(r.operators) for r in self.rows)

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (_code(row.words()), FATES[row.fate], _code(counted(row.operators)))
            for row in self.rows
        )
        caption = f"From `{self.name}` to `{self.key}`, reconstructed from names"
        return (Table(caption, ("TensorFlow ops", "what happened", "operators"), rows),)


def counted(labels: Iterable[str]) -> list[str]:
    """Each label once, in order, with how often: `Reshape × 2`."""
    return [f"{label} × {n}" if n > 1 else label for label, n in Counter(labels).items()]


def _code(labels: list[str]) -> str:
    return ", ".join(f"`{label}`" for label in labels)


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


def read_conversion(concrete: Any, model: bytes, key: str | None = None) -> Conversion:
    """Which TensorFlow ops became which operators of the file, as far as names tell.

    Args:
        concrete: The concrete function that was converted.
        model: The content of the file.
        key: The signature's; the first graph of the file without it.

    Raises:
        InputError: `concrete` is no concrete function, `model` no file, or `key` not in it.
    """
    from .function import read_concrete
    from .tflite import read_tflite

    function = read_concrete(concrete)
    found = read_tflite(model)
    index = _index(found, key)
    graph = found.subgraphs[index]
    rows = match_ops(function.graph, graph, _names(bytes(model), index), _loses(found))
    return Conversion(function.name, graph.title, rows)


def _index(found: LiteModel, key: str | None) -> int:
    titles = [graph.title for graph in found.subgraphs]
    if key is None:
        return 0
    if key not in [signature.key for signature in found.signatures]:
        keys = ", ".join(repr(s.key) for s in found.signatures) or "none"
        raise InputError(
            f"read_conversion needs the key of a signature of the file, got {key!r}. "
            f"It has {keys}: write key= and one of them, or leave it out."
        )
    return titles.index(key)


def _loses(found: LiteModel) -> bool:
    """True where operators read variables and none ever writes one."""
    operators = dict(found.operators)
    return "READ_VARIABLE" in operators and "ASSIGN_VARIABLE" not in operators


def _names(model: bytes, index: int) -> dict[str, tuple[str, ...]]:
    """Names of the tensors that each operator makes, by the id that `read_tflite` gives it."""
    graph = FlatTable(model, number(model, 0)).tables(2)[index]
    tensors = [tensor.text(3) for tensor in graph.tables(0)]
    names = {}
    for i, operator in enumerate(graph.tables(3)):
        start, end = operator.vector(2, 4) or (0, 0)
        made = [number(model, place) for place in range(start + 4, end, 4)]
        names[f"op{i}"] = tuple(tensors[tensor] for tensor in made)
    return names


_WIDEST, _SIDE, _LANE = 220.0, 10.0, 130.0  # text in a box, room beside it, room for arrows
_OP, _OPERATOR, _BETWEEN, _STACK, _LINE = 22.0, 38.0, 10.0, 3.0, 14.0
_BRACKET = 8.0
_FOLDED, _ROWS = 24, 40  # rows from which equal ones are one; the most that are drawn


def draw_conversion(
    concrete: Any, model: bytes = b"", key: str | None = None, caption: str = ""
) -> Picture:
    """TensorFlow ops on the left, operators of the file on the right, brackets in between.

    The file does not say where an operator came from: this is read off the names of its tensors.
    Dashed ops have no name there and stand where their neighbours are.

    Args:
        concrete: The concrete function that was converted, or what `read_conversion` returned.
        model: The content of the .tflite file.
        key: The signature's; the first graph of the file without it.
        caption: What is to be seen; without it, how many ops became how many operators.

    Raises:
        InputError: `concrete` is no concrete function, `model` no file, or `key` not in it.

    Example:
        >>> tfl.draw_conversion(concrete, model)
    """
    found = concrete if isinstance(concrete, Conversion) else _read(concrete, model, key)
    canvas = Canvas()
    rows = _folded(found.rows)
    shown = rows[:_ROWS]
    width = max([_width(op.label) for row in shown for op in _left(row)], default=60.0)
    right = width + _LANE
    canvas.text(0, 0, "TensorFlow ops", size=SMALL, color=GREY)
    canvas.text(right, 0, "operators of the file", size=SMALL, color=GREY)
    top = 12.0
    for row in shown:
        top = _draw_row(canvas, row, width, right, top) + _BETWEEN
    for note in _notes(found, len(rows) - len(shown)):
        canvas.text(0, top + 10, note, size=SMALL, color=GREY)
        top += _LINE
    return canvas.picture(caption or _summary(found), str(found))


def _read(concrete: Any, model: bytes, key: str | None) -> Conversion:

    try:
        return read_conversion(concrete, model, key)
    except InputError as error:  # say it in the name of what the learner called
        words = str(error)
        for name in ("read_conversion", "read_concrete", "read_tflite"):
            words = words.replace(name, "draw_conversion")
        raise InputError(words) from None


def _summary(found: Conversion) -> str:
    ops, operators = found.count()
    lost = [label for row in found.rows if row.fate == "lost" for label in row.operators]
    said = (
        f"{found.name}: {ops} TensorFlow {'op' if ops == 1 else 'ops'}, {operators} "
        f"{'operator' if operators == 1 else 'operators'}; a reconstruction from names"
    )
    return f"{said}; values of {lost.count('READ_VARIABLE')} variables are lost" if lost else said


def _notes(found: Conversion, left_out: int) -> list[str]:
    notes = []
    if any(not op.sure for row in found.rows for op in row.ops):
        notes.append("dashed: no name tells where it went, its neighbours do")
    if left_out:
        notes.append(f"and {left_out} rows more, in the words of this picture")
    return notes


def _folded(rows: Sequence[Row]) -> list[Row]:
    """Of many rows, those alike as one that says how often, in place of dtype and shape."""
    if len(rows) < _FOLDED:
        return list(rows)
    alike: dict[Any, list[Row]] = {}
    for row in rows:
        ops = tuple((op.label, op.sure) for op in row.ops)
        alike.setdefault((row.fate, ops, row.operators), []).append(row)
    return [
        replace(same[0], type=f"{len(same)} times") if len(same) > 1 else same[0]
        for same in alike.values()
    ]


def _left(row: Row) -> list[Op]:
    """The boxes on the left: each op, or where none became anything, each kind of op."""
    if row.fate == "became":
        return list(row.ops)
    return [Op(label, label) for label in counted([op.label for op in row.ops])]


def _right(row: Row) -> list[str]:
    return list(row.operators) if row.fate == "became" else counted(row.operators)


def _width(label: str) -> float:
    return min(text_width(label), _WIDEST) + 2 * _SIDE


def _draw_row(canvas: Canvas, row: Row, width: float, right: float, top: float) -> float:
    """Both sides, level with each other; returns where they end."""
    ops, operators = _left(row), _right(row)
    single = _OPERATOR if row.fate == "became" else _OP
    left_high = len(ops) * (_OP + _STACK) - _STACK
    right_high = len(operators) * (single + _STACK) - _STACK
    height = max(left_high, right_high)
    middle = top + height / 2
    _draw_ops(canvas, ops, row.fate, width, middle - left_high / 2)
    _draw_operators(canvas, row, operators, right, middle - right_high / 2)
    if ops:
        color = BLUE if row.fate == "became" else RULE
        _draw_bracket(canvas, width + 4, middle, left_high, _BRACKET, color)
    if ops and operators:
        canvas.line([(width + 4 + _BRACKET, middle), (right - 10, middle)], color=BLUE, width=1.4)
        if len(ops) + len(operators) > 2:
            place = (width + right) / 2, middle - 6
            count = f"{len(ops)} → {len(operators)}"
            canvas.text(*place, count, size=SMALL, color=BLUE, anchor="middle")
        if len(operators) > 1:
            _draw_bracket(canvas, right - 4, middle, right_high, -5.0, BLUE)
    if not operators:
        _draw_fate(canvas, row.fate, width + _BRACKET + 12, middle, "start", 300.0)
    if not ops:
        if len(operators) > 1:
            _draw_bracket(canvas, right - 4, middle, right_high, -_BRACKET, RULE)
        _draw_fate(canvas, row.fate, right - _BRACKET - 12, middle, "end", right - _BRACKET - 12)
    return top + height


def _draw_ops(canvas: Canvas, ops: list[Op], fate: str, width: float, top: float) -> None:
    fill, stroke = (WHITE, INK) if fate == "became" else (PALE_GREY, RULE)
    for i, op in enumerate(ops):
        y = top + i * (_OP + _STACK)
        canvas.box(0, y, width, _OP, fill=fill, stroke=stroke, dash=not op.sure)
        canvas.text(width / 2, y + 15, fit_text(op.label, _WIDEST), anchor="middle")


def _draw_operators(
    canvas: Canvas, row: Row, operators: list[str], left: float, top: float
) -> None:
    """Boxes on the right; the last one's dtype and shape is that of the row."""
    became = row.fate == "became"
    high = _OPERATOR if became else _OP
    kind = fit_text(row.type, _WIDEST, SMALL)
    width = max([_width(label) for label in operators], default=0.0)
    width = max(width, text_width(kind, SMALL) + 2 * _SIDE)
    look: dict[str, Any] = {"fill": PALE_GREY, "stroke": RULE}
    if row.fate == "lost":
        look = {"fill": WHITE, "stroke": RED}
    for i, label in enumerate(operators):
        y = top + i * (high + _STACK)
        look = {"fill": PALE_BLUE, "stroke": BLUE} if became else look
        canvas.box(left, y, width, high, **look)
        about = kind if became and i == len(operators) - 1 else ""
        base = y + (16 if about else high / 2 + 4)
        canvas.text(left + width / 2, base, fit_text(label, _WIDEST), anchor="middle")
        if about:
            canvas.text(left + width / 2, y + 30, about, size=SMALL, color=GREY, anchor="middle")


def _draw_bracket(
    canvas: Canvas, x: float, middle: float, height: float, arm: float, color: str
) -> None:
    """Open to the left, with an `arm` to the right; or the other way round where it is negative."""
    top, bottom = middle - height / 2 + 2, middle + height / 2 - 2
    points = [(x, top), (x + arm, top), (x + arm, bottom), (x, bottom)]
    canvas.line(points, color=color, width=1.4, arrow=False)


def _draw_fate(
    canvas: Canvas, fate: str, x: float, middle: float, anchor: str, width: float
) -> None:
    color = RED if fate in ("lost", "unknown") else GREY
    lines = wrap_text(FATES[fate], width, SMALL)
    for i, line in enumerate(lines):
        y = middle + 4 + (i - (len(lines) - 1) / 2) * _LINE
        canvas.text(x, y, line, size=SMALL, color=color, anchor=anchor)
