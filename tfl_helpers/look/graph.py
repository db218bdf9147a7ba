"""A graph in, a picture of its boxes and arrows out. Knows nothing of where the graph came from."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
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
)
from ..figure.layout import Layout, layout
from ..records import Concrete, Graph, InputError, LiteModel, Node, Shown, Table, TensorType, kind
from ..words import counted, later, say

_WIDEST, _NARROWEST = 220.0, 24.0  # pixels of text in a box
_HEIGHT, _SIDE, _ROUND = 38.0, 10.0, 6.0  # a round end needs more room at the side
_SPACE, _PAD, _TITLE = 24.0, 14.0, 40.0  # frames of inner graphs
_PAGE = 900.0  # pixels of what can be read at once
# Boxes of one graph, boxes and arrows of all that can still be read.
_MOST, _MOST_IN_ALL, _MOST_ARROWS = 60, 120, 240
_CROWD = 6  # variables of one op that are still shown one by one
_STORED = ("variable", "capture")
LOOKS: dict[str, dict[str, Any]] = {
    later("input"): {"fill": PALE_BLUE, "stroke": BLUE, "radius": 19.0},
    later("output"): {"fill": PALE_BLUE, "stroke": BLUE, "radius": 19.0},
    later("op"): {"fill": WHITE, "stroke": INK},
    "lost": {"fill": WHITE, "stroke": RED, "dash": True},
    later("variable"): {"fill": PALE_ORANGE, "stroke": ORANGE},
    later("capture"): {"fill": PALE_ORANGE, "stroke": ORANGE, "dash": True},
    later("constant"): {"fill": PALE_GREY, "stroke": RULE, "dash": True},
}
# Ops of two operands that may not change places, as TensorFlow and .tflite files write them.
_ORDERED = {"sub", "div", "realdiv", "floordiv", "floormod", "pow", "matmul", "batchmatmul"}
_ORDERED |= {"batchmatmulv2", "less", "lessequal", "greater", "greaterequal", "atan2"}


@dataclass(frozen=True)
class LargeGraph(Shown):
    """A graph and its inner ones, of more boxes or arrows than one page can show."""

    caption: str
    graphs: tuple[Graph, ...]
    boxes: int
    arrows: int

    def tables(self) -> tuple[Table, ...]:
        """How often each type of op stands there, and the bytes that it is the first to read."""
        counts, sizes = Counter[str](), Counter[str]()
        for graph in self.graphs:
            weights = {node.id: node.size_bytes for node in graph.nodes}
            for node in (node for node in graph.nodes if node.kind == "op"):
                counts[node.label] += 1
                sizes[node.label] += sum(weights.pop(source, 0) for source in node.inputs)
        order = sorted(counts, key=lambda op: (-sizes[op], -counts[op], op))
        rows = tuple((f"`{op}`", f"{counts[op]:,}", f"{sizes[op]:,}") for op in order)
        heads = say("op"), say("count"), say("bytes of its constants and variables")
        why = say("{n} boxes are more than one page can show", n=self.boxes)
        if self.arrows > _MOST_ARROWS:
            why = say("{n:,} arrows are more than one page can show", n=self.arrows)
        tools = (("Netron (netron.app)",), (say("Google's Model Explorer"),))
        others = Table(why, (say("made for graphs of this size"),), tools)
        return Table(self.caption, heads, rows), others


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
        about = text_width(self.about, SMALL)
        return round(max(text_width(self.name), _NARROWEST, about) + 2 * side, 1)


def draw_graph(thing: Any, caption: str = "") -> Picture | LargeGraph:
    """The nodes of a graph, from its inputs down to its outputs; inner graphs stand below.

    Of a graph too large to read there is a table of its ops and the bytes that they read.

    Args:
        thing: A concrete function, the bytes of a .tflite file, or what `read_concrete` and
            `read_tflite` return.
        caption: What is to be seen; without it, what the graph is made of.

    Raises:
        InputError: `thing` is none of these.

    Example:
        >>> tfl.draw_graph(path_length.get_concrete_function(tf.TensorSpec([None, 2])))
    """
    graph = _graph_of(thing)
    graphs = _with_bodies(graph)
    boxes, caption = [_boxes(one, one is not graph) for one in graphs], caption or _summary(graph)
    count = sum(map(len, boxes))
    arrows = sum(len(box.inputs) for one in boxes for box in one)
    if count > _MOST_IN_ALL or max(map(len, boxes)) > _MOST or arrows > _MOST_ARROWS:
        return LargeGraph(caption, tuple(graphs), count, arrows)
    canvas, plan = Canvas(), _plan(boxes[0])
    _draw_boxes(canvas, boxes[0], plan, 0.0, 0.0)
    _draw_frames(canvas, graphs[1:], boxes[1:], plan.height + _SPACE if boxes[0] else 0.0)
    words = graph.bodies if graph.bodies and not graph.nodes else (graph,)
    return canvas.picture(caption, "\n".join(map(str, words)))


def _graph_of(thing: Any) -> Graph:
    tf = sys.modules.get("tensorflow")
    if tf is not None and isinstance(thing, tf.types.experimental.ConcreteFunction):
        from .function import read_concrete

        thing = read_concrete(thing)
    if isinstance(thing, bytes | bytearray):
        from .tflite import read_tflite

        thing = read_tflite(bytes(thing))
    if isinstance(thing, Concrete) and thing.graph:
        return thing.graph
    if isinstance(thing, LiteModel) and thing.subgraphs:
        return _graph_of_file(thing)
    if isinstance(thing, Graph):
        return thing
    raise InputError(
        "Expected a concrete function or the bytes of a .tflite file, got {came}. "
        "Write draw_graph(your_function.get_concrete_function(tf.TensorSpec(...))).",
        came=kind(thing),
    )


def _graph_of_file(model: LiteModel) -> Graph:
    """Its only graph, or all that no operator of another runs, side by side."""
    # A body is a copy that knows its owner; the nodes are the same.
    inner = {id(body.nodes) for graph in model.subgraphs for body in graph.bodies}
    graphs = tuple(graph for graph in model.subgraphs if id(graph.nodes) not in inner)
    operators = dict(model.operators)
    if "READ_VARIABLE" in operators and "ASSIGN_VARIABLE" not in operators:
        graphs = tuple(_with_lost(graph) for graph in graphs)
    return graphs[0] if len(graphs) == 1 else Graph(counted(len(graphs), "graph"), (), graphs)


def _with_lost(graph: Graph) -> Graph:
    """The graph, its variables marked: nothing in the file ever writes them."""
    lost = TensorType("", None, say("no value in the file"))
    nodes = [
        replace(node, kind="lost", type=lost) if node.label == "VAR_HANDLE" else node
        for node in graph.nodes
    ]
    return replace(graph, nodes=tuple(nodes), bodies=tuple(map(_with_lost, graph.bodies)))


def _with_bodies(graph: Graph) -> list[Graph]:
    return [graph, *(inner for body in graph.bodies for inner in _with_bodies(body))]


def _summary(graph: Graph) -> str:
    if graph.bodies and not graph.nodes:
        titles = ", ".join(body.title for body in graph.bodies)
        return say("{graph}: {counts}", graph=graph.title, counts=titles)
    found = Counter(node.kind for node in graph.nodes)
    kinds = ("input", "op", "variable", "capture", "constant", "output")
    counts = [counted(found[kind], kind) for kind in kinds if found[kind]]
    told, lost = say(", ").join(counts) or say("empty"), counted(found["lost"], "variable")
    said = say("{graph}: {counts}", graph=graph.title.replace("`", ""), counts=told)
    return said + (say("; values of {variables} are lost", variables=lost) if found["lost"] else "")


def _boxes(graph: Graph, inner: bool) -> list[Box]:
    """The boxes of a graph; of an inner one without the inputs that nothing reads."""
    groups = _groups(graph)
    group_of = {node.id: node.id for node in graph.nodes}
    group_of |= {node.id: first for first, group in groups.items() for node in group}
    owners = {body.owner for body in graph.bodies}
    passing = set(_unchanged(graph))
    boxes = []
    for node in graph.nodes:
        if group_of[node.id] != node.id or node.id in passing:
            continue
        inputs: list[str] = []
        for source in (group_of[i] for i in node.inputs if i in group_of):
            inputs += [source] if source not in groups or source not in inputs else []
        name, about = _words(node, groups.get(node.id, [node]), node.id in owners)
        about = fit_text(about, _WIDEST, SMALL)
        boxes.append(Box(node.id, node.kind, fit_name(name), about, tuple(inputs)))
    read = {source for box in boxes for source in box.inputs}
    return [box for box in boxes if not inner or box.kind != "input" or box.id in read]


def _unchanged(graph: Graph) -> list[str]:
    """Results of a loop's body that are what came in at the same place."""
    inputs = [node.id for node in graph.nodes if node.kind in ("input", *_STORED)]
    outputs = [node for node in graph.nodes if node.kind == "output" and graph.role == "body"]
    pairs = zip(inputs, outputs, strict=False)
    return [output.id for source, output in pairs if output.inputs == (source,)]


def _groups(graph: Graph) -> dict[str, list[Node]]:
    """What one op alone reads and is drawn as one box, by the id of the first.

    That is constants of one type whose values fit, and variables where they are a crowd.
    """
    stored = {node.id: node for node in graph.nodes if node.kind in ("constant", *_STORED)}
    readers = Counter(source for node in graph.nodes for source in set(node.inputs))
    groups: dict[str, list[Node]] = {}
    for node in graph.nodes:
        alike: dict[Any, list[Node]] = {}
        for operand in (stored[i] for i in dict.fromkeys(node.inputs) if i in stored):
            if readers[operand.id] == 1:
                key = operand.type if operand.kind == "constant" else None
                alike.setdefault(key, []).append(operand)
        crowd = alike.pop(None, [])
        found = [g for g in alike.values() if len(g) > 1 and text_width(_named(g)) <= _WIDEST]
        found += [crowd] if len(crowd) > _CROWD else []
        groups |= {group[0].id: group for group in found}
    return groups


def _named(group: list[Node]) -> str:
    return ", ".join(node.label for node in group)


def _words(node: Node, group: list[Node], owns: bool) -> tuple[str, str]:
    """The name of a box, and the line below it."""
    if len(group) > 1 and node.kind in _STORED:
        size = sum(member.size_bytes for member in group)
        return counted(len(group), "variable"), counted(size, "byte")
    word = "" if node.kind in ("op", "lost", node.label) else say(node.kind)
    word = counted(len(group), node.kind) if len(group) > 1 else word
    name = _named(group)
    if owns:  # an op with inner graphs, whose titles name it like this
        own = node.detail.rpartition("/")[2]
        name = own if own.startswith(node.label) else f"{node.label} {own}"
    return name, f"{word} {node.types}".strip()


def fit_name(name: str, width: float = _WIDEST) -> str:
    """Cut at the end, but a path at its beginning: `…block/kernel` says more than `model/bl…`."""
    return fit_text(name[::-1], width)[::-1] if "/" in name else fit_text(name, width)


def _plan(boxes: list[Box]) -> Layout:
    sizes = {box.id: (box.width, _HEIGHT) for box in boxes}
    edges = [(source, box.id) for box in boxes for source in box.inputs]
    return layout(sizes, edges, [box.id for box in boxes if box.kind == "input"])


def _draw_boxes(canvas: Canvas, boxes: list[Box], plan: Layout, left: float, top: float) -> None:
    """All boxes and arrows, with the upper left corner at a place of the canvas.

    Two operands have numbers where the second comes from the left of the first.
    """
    routes = [[(left + x, top + y) for x, y in route] for route in plan.routes]
    for route in routes:
        canvas.line(route, curve="down")
    arrivals = iter(routes)  # those of one box follow each other
    numbers = []
    for box in boxes:
        x, y = plan.positions[box.id]
        x, high = left + x, top + y - _HEIGHT / 2
        canvas.box(x - box.width / 2, high, box.width, _HEIGHT, **LOOKS[box.kind])
        canvas.text(x, high + (16 if box.about else 23), box.name, anchor="middle")
        if box.about:
            color = RED if box.kind == "lost" else GREY
            canvas.text(x, high + 30, box.about, size=SMALL, color=color, anchor="middle")
        ends = [route[-1] for route in islice(arrivals, len(box.inputs))]
        ordered = box.kind == "op" and box.name.lower().replace("_", "") in _ORDERED
        if ordered and len(ends) == 2 and ends[1] < ends[0]:
            numbers += [(ends[0], 6, "1", "start"), (ends[1], -6, "2", "end")]
    for (x, y), aside, number, anchor in numbers:
        canvas.text(x + aside, y - 4, number, size=SMALL, color=GREY, anchor=anchor)


def _draw_frames(
    canvas: Canvas, bodies: list[Graph], contents: list[list[Box]], top: float
) -> None:
    """Each inner graph in a frame of its own, side by side as far as the page is wide."""
    left, lowest = 0.0, top
    for body, boxes in zip(bodies, contents, strict=True):
        plan = _plan(boxes)
        op, _, rest = body.title.partition(" ")
        title = rest if rest.startswith(op) else body.title  # `PartitionedCall_1: scale`
        title = fit_text(title, _PAGE - 2 * _PAD, bold=True)
        passing = len(_unchanged(body))
        aside = say("{n} unchanged results not shown", n=passing) if passing else ""
        head = max(text_width(title, bold=True), text_width(aside, SMALL))
        width = max(plan.width, head) + 2 * _PAD
        if left and left + width > _PAGE:
            left, top = 0.0, lowest + _SPACE
        above = _TITLE + (14.0 if aside else 0.0)
        height = plan.height + above + _PAD
        canvas.box(left, top, width, height, fill=WHITE, stroke=RULE)
        canvas.text(left + _PAD, top + 22, title, bold=True)
        if aside:
            canvas.text(left + _PAD, top + 38, aside, size=SMALL, color=GREY)
        _draw_boxes(canvas, boxes, plan, left + (width - plan.width) / 2, top + above)
        lowest = max(lowest, top + height)
        left += width + _SPACE
