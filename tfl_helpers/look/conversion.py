"""A concrete function and the file made of it in, which op became which as a picture out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from ..figure.canvas import BLUE, GREY, PALE_BLUE, PALE_GREY, RED, RULE, WHITE, Canvas, Picture
from ..figure.columns import Cell, Column, Link, draw_columns
from ..records import Graph, InputError, Node, Shown, Table
from ..words import counted as how_many
from ..words import later, say
from .match import Match, is_call

FATES = {  # in the order of the rows
    "lost": later("variables; their values are missing"),
    "became": later("became"),
    "computed": later("computed at conversion, kept as constants"),
    "merged": later("no operator of their own: nothing to compute, or part of a neighbour"),
    "opened": later("opened: the ops inside stand for them"),
    "dropped": later("dropped: no output needs them"),
    "checks": later("dropped: the converter leaves checks out"),
    "effects": later("dropped: nothing in the file does what they do"),
    "unknown": later("unknown: no name in the file tells"),
    "added": later("added at conversion"),
}
_PLACES = {"loop": later("in a loop"), "branch": later("in a branch")}


@dataclass(frozen=True)
class Op:
    """A TensorFlow op; `sure` if a name tells its row, not only its neighbours."""

    label: str
    sure: bool = True


@dataclass(frozen=True)
class Row:
    """Ops on one side, operators on the other, what happened, and in which `loop` or `branch`."""

    fate: str
    ops: tuple[Op, ...] = ()
    operators: tuple[str, ...] = ()
    type: str = ""
    place: str = ""

    def words(self) -> list[str]:
        """Its ops in words; of those that became nothing, how many of each kind."""
        if self.fate != "became":
            return counted(op.label for op in self.ops)
        return [op.label if op.sure else say("{op} (by place)", op=op.label) for op in self.ops]

    def told(self) -> str:
        """What happened, and where."""
        place = [say(_PLACES[self.place])] if self.place else []
        return say(", ").join([say(FATES[self.fate]), *place])


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
        rows = tuple((_code(r.words()), r.told(), _code(counted(r.operators))) for r in self.rows)
        caption = say("From `{f}` to `{key}`, reconstructed from names", f=self.name, key=self.key)
        heads = say("TensorFlow ops"), say("what happened"), say("operators")
        return (Table(caption, heads, rows),)


def counted(labels: Iterable[str]) -> list[str]:
    """Each label once, in order, with how often: `Reshape × 2`."""
    return [f"{label} × {n}" if n > 1 else label for label, n in Counter(labels).items()]


def _code(labels: list[str]) -> str:
    return ", ".join(f"`{label}`" for label in labels)


def read_conversion(concrete: Any, model: bytes, key: str | None = None) -> Conversion:
    """Which TensorFlow ops became which operators of the file, as far as names tell.

    Raises:
        InputError: `concrete` is no concrete function, `model` no file, or `key` not in it.
    """
    from .function import read_concrete
    from .tflite import read_tflite

    function, found = read_concrete(concrete), read_tflite(model)
    places = {signature.key: signature.subgraph for signature in found.signatures}
    if key is None:
        key = function.name if function.name in places else next(iter(places), None)
    elif key not in places:
        raise InputError(
            "Expected the key of a signature of the file, got {key!r}. "
            "It has {keys}: write key= and one of them, or leave it out.",
            key=key,
            keys=", ".join(map(repr, places)) or say("none"),
        )
    lite = found.subgraphs[places.get(key, 0)]
    labels = dict(found.operators)
    loses = "READ_VARIABLE" in labels and "ASSIGN_VARIABLE" not in labels
    return Conversion(function.name, key or lite.title, match_ops(function.graph, lite, loses))


def match_ops(graph: Graph, lite: Graph, loses: bool = False) -> tuple[Row, ...]:
    """One row for each operator with ops, then one for each fate of ops or operators alone.

    Args:
        graph: Of the concrete function.
        lite: Of the file.
        loses: Whether operators read variables that have no value in the file.
    """
    match = Match(graph, lite)
    number = {id_: i for i, id_ in enumerate(match.nodes)}
    rows: list[Row] = []
    alone: dict[tuple[str, str], tuple[list[Op], list[str]]] = {}
    for group in dict.fromkeys(match.rows.values()):
        made = [match.operators[i] for i in sorted(group.operators, key=match.order.__getitem__)]
        labels = tuple(node.label for node in made)
        if ids := sorted(group.ops, key=number.__getitem__):
            ops = tuple(Op(match.nodes[i].label, i in match.sure) for i in ids)
            rows.append(Row("became", ops, labels, made[-1].types, _place(match.nodes, ids[0])))
        else:
            lost = loses and labels[0] in ("VAR_HANDLE", "READ_VARIABLE")
            alone.setdefault(("lost" if lost else "added", ""), ([], []))[1].extend(labels)
    for id_, node in match.nodes.items():
        if node.kind == "op" and id_ not in match.homes:
            key = match.fate(id_), _place(match.nodes, id_)
            alone.setdefault(key, ([], []))[0].append(Op(node.label))
    for (fate, place), (those, left) in alone.items():
        rows.append(Row(fate, tuple(those), tuple(left), place=place))
    order = list(FATES)
    return tuple(sorted(rows, key=lambda row: (bool(row.place), order.index(row.fate))))


def _place(nodes: Mapping[str, Node], id_: str) -> str:
    """Whether a node stands in a loop or a branch."""
    owner = id_.rpartition("//")[0]
    while owner and is_call(nodes[owner]):
        owner = owner.rpartition("//")[0]
    return owner and ("loop" if "While" in nodes[owner].label else "branch")


_BOXES = 40  # the most that are drawn one below another; the words of the picture have all


def draw_conversion(
    concrete: Any, model: bytes = b"", key: str | None = None, caption: str = ""
) -> Picture:
    """TensorFlow ops on the left, operators of the file on the right, what happened in between.

    The file does not say where an operator came from: this is read off the names of its tensors.
    Dashed ops have no name there and stand where their neighbours are.

    Args:
        concrete: The concrete function that was converted, or what `read_conversion` returned.
        model: The content of the .tflite file.
        key: The signature's; without it that of the function's name, or else the first.
        caption: What is to be seen; without it, how many ops became how many operators.

    Raises:
        InputError: `concrete` is no concrete function, `model` no file, or `key` not in it.

    Example:
        >>> tfl.draw_conversion(concrete, model)
    """
    ready = isinstance(concrete, Conversion)
    found = concrete if ready else read_conversion(concrete, model, key)
    high = accumulate(max(len(row.words()), len(row.operators)) for row in found.rows)
    rows = found.rows[: max(1, sum(boxes <= _BOXES for boxes in high))]
    left, right = zip(*map(_sides, rows), strict=True) if rows else ((), ())
    heads = say("TensorFlow ops"), say("operators of the file")
    columns = [Column(left, heads[0]), Column(right, heads[1], lane=110.0)]
    links = [Link((0, i), (1, i), *_between(row)) for i, row in enumerate(rows)]
    canvas, notes = Canvas(), []
    bottom = draw_columns(canvas, columns, links)
    if any(not op.sure for row in rows for op in row.ops):
        notes.append(say("dashed: no name tells where it went, its neighbours do"))
    if more := len(found.rows) - len(rows):
        notes.append(say("and {n} rows more, in the words of this picture", n=more))
    draw_columns(canvas, [Column([Cell(about="\n".join(notes), widest=400.0)])], top=bottom + 6)
    return canvas.picture(caption or _summary(found), str(found))


def _between(row: Row) -> tuple[str, dict[str, Any]]:
    """Above the line how many became how many, and where; and the look of the line."""
    if row.fate != "became":
        return "", {"color": RULE, "arrow": False}
    ops, operators = len(row.ops), len(row.operators)
    words = [f"{ops} → {operators}"] if ops + operators > 2 else []
    words += [say(_PLACES[row.place])] if row.place else []
    return say(", ").join(words), {"color": BLUE, "width": 1.4}


def _sides(row: Row) -> list[Cell]:
    """A box for each op and operator; where a side has none, what happened."""
    if row.fate == "became":
        ops = [_box(op.label, {"fill": WHITE, "dash": not op.sure}) for op in row.ops]
        operators = [_box(label, {"fill": PALE_BLUE, "stroke": BLUE}) for label in row.operators]
        operators[-1] = replace(operators[-1], about=row.type)
    else:
        fill, stroke = (WHITE, RED) if row.fate == "lost" else (PALE_GREY, RULE)
        look = {"fill": fill, "stroke": stroke}
        ops = [_box(words, look) for words in row.words()]
        operators = [_box(words, look) for words in counted(row.operators)]
    ink = RED if row.fate in ("lost", "unknown") else GREY
    told = [Cell(about=row.told(), faint=ink, widest=165.0)]
    sides = ops or told, operators or told
    return [Cell(inner=tuple(cells)) if len(cells) > 1 else cells[0] for cells in sides]


def _box(words: str, look: dict[str, Any]) -> Cell:
    return Cell(words, look=look, anchor="middle")


def _summary(found: Conversion) -> str:
    ops, operators = found.count()
    told = {"ops": how_many(ops, "TensorFlow op"), "operators": how_many(operators, "operator")}
    said = say("{name}: {ops}, {operators}; a reconstruction from names", name=found.name, **told)
    if lost := [label for row in found.rows if row.fate == "lost" for label in row.operators]:
        said += say("; values of {n} variables are lost", n=lost.count("READ_VARIABLE"))
    return said
