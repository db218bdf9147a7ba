"""A graph in, a picture of its boxes and arrows out; a large one folded. See `fold`, `boxes`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import inf
from os.path import commonprefix
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
from ..figure.layout_columns import in_columns
from ..records import Concrete, Graph, InputError, LiteModel, Node, kind

Path = tuple[str, ...]
Keys = dict[str, Path]  # a node's id -> where it belongs; a node without a place is missing
_RUNS = 24  # parts, where names tell too little


def foldings(graph: Graph) -> Iterable[Keys]:
    """Ever coarser ways to fold: by scopes, and in the outermost of a depth by parts of its name.

    Variables and constants go with their reader.
    """
    scopes = scopes_of(graph)
    ways: dict[int, Keys] = {}  # by how many keys: of two ways as fine, that with shorter names
    for depth in range(max(map(len, scopes.values()), default=0), 0, -1):
        words = [scope[depth - 1].split("_") for scope in scopes.values() if len(scope) >= depth]
        for count in range(max(map(len, words)), 0, -1):
            keys = _named_in_full({id_: _cut(s, depth, count) for id_, s in scopes.items()}, scopes)
            ways[len(set(keys.values()))] = keys
    return [_with_operands(graph, ways[count]) for count in sorted(ways, reverse=True)]


def runs(parts: Iterable[Iterable[str]], graph: Graph) -> Keys:
    """A way for names that tell too little: so many ops one after the other.

    Args:
        parts: Ids of nodes that stay together, in topological order.
        graph: That they are of.
    """
    ops = {node.id for node in graph.nodes if node.kind == "op"}
    groups = [group for part in parts if (group := [id_ for id_ in part if id_ in ops])]
    size, keys = -(-len(groups) // _RUNS), {}
    for start in range(0, len(groups), size) if size > 1 else ():
        run = [id_ for group in groups[start : start + size] for id_ in group]
        keys |= dict.fromkeys(run, (f"ops {len(keys) + 1} to {len(keys) + len(run)}",))
    return _with_operands(graph, keys)


def _cut(scope: Path, depth: int, count: int) -> Path:
    """The first `depth` scopes, the last of them with the first `count` words of its name."""
    if len(scope) < depth:
        return scope
    return (*scope[: depth - 1], "_".join(scope[depth - 1].split("_")[:count]))


def _named_in_full(keys: Keys, scopes: Keys) -> Keys:
    """The last name of each key with all the words that are the same in all its scopes."""
    words: dict[Path, list[list[str]]] = {}
    for id_, key in keys.items():
        words.setdefault(key, []).append(scopes[id_][len(key) - 1].split("_"))
    full = {key: (*key[:-1], "_".join(commonprefix(names))) for key, names in words.items()}
    return {id_: full[key] for id_, key in keys.items()}


def scopes_of(graph: Graph) -> Keys:
    """Scopes of the ops that have any, without what says the same of all.

    An operator of a .tflite file has the names of all ops that it came from, its heart last.
    """
    named = ((node.id, node.detail.split(";")[-1]) for node in graph.nodes if node.kind == "op")
    scopes = {id_: tuple(name.split("/")[:-1]) for id_, name in named if "/" in name}
    shared = len(commonprefix(list(scopes.values())))
    scopes = {id_: scope[shared:] for id_, scope in scopes.items() if scope[shared:]}
    # Keras numbers all layers of a model that is called again: `conv1_1`, `pool1_1`.
    ends = {re.search(r"(_\d+)?$", scope[0])[0] for scope in scopes.values()}
    end = ends.pop() if len(ends) == 1 else ""
    return {id_: (scope[0].removesuffix(end), *scope[1:]) for id_, scope in scopes.items()}


def _with_operands(graph: Graph, keys: Keys) -> Keys:
    """Variables and constants too, where all their readers belong together."""
    readers: dict[str, set[Path | None]] = {}
    for node in graph.nodes:
        for source in node.inputs:
            readers.setdefault(source, set()).add(keys.get(node.id))
    together = {id_: paths.pop() for id_, paths in readers.items() if len(paths) == 1}
    operands = [n.id for n in graph.nodes if n.kind in ("variable", "capture", "constant")]
    return keys | {id_: path for id_ in operands if (path := together.get(id_))}


@dataclass(frozen=True)
class Part:
    """Some nodes of a graph that are shown as one."""

    name: str
    nodes: tuple[Node, ...]

    @property
    def ops(self) -> int:
        """How many of the nodes are operations."""
        return sum(node.kind == "op" for node in self.nodes)


def partings(graph: Graph) -> Iterator[list[Part]]:
    """Ways to part the graph, finest first."""
    parts = [Part(node.id, (node,)) for node in graph.nodes]
    for keys in foldings(graph):
        parts = _parts(graph, keys)
        yield parts
    if keys := runs([[node.id for node in part.nodes] for part in parts], graph):
        yield _parts(graph, keys)


def _parts(graph: Graph, keys: Keys) -> list[Part]:
    """The nodes of one key together, as far as that makes no cycle, in topological order."""
    found: list[list[Node]] = []
    at: dict[str, int] = {}
    latest: dict[Path, int] = {}
    after: list[set[int]] = []
    for node in graph.nodes:
        key = keys.get(node.id)
        sources = {at[source] for source in node.inputs if source in at}
        mine = latest.get(key) if key else None
        if mine is None or _leads(after, mine, sources - {mine}):
            mine = len(found)
            found.append([])
            after.append(set())
        if key:
            latest[key] = mine
        found[mine].append(node)
        at[node.id] = mine
        for source in sources - {mine}:
            after[source].add(mine)
    names = _names([keys.get(nodes[0].id) or (nodes[0].id,) for nodes in found])
    parts = [Part(name, tuple(nodes)) for name, nodes in zip(names, found, strict=True)]
    return [parts[i] for i in _topological(after)]


def _leads(after: list[set[int]], start: int, targets: set[int]) -> bool:
    """Whether a way leads from `start` to one of the targets."""
    todo, seen = [start] if targets else [], {start}
    while todo:
        fresh = after[todo.pop()] - seen
        if fresh & targets:
            return True
        seen |= fresh
        todo += fresh
    return False


def _names(paths: Sequence[Path]) -> list[str]:
    """A path as text; parts of one split path are numbered."""
    names = ["/".join(path) for path in paths]
    many, so_far = Counter(names), Counter[str]()
    for i, name in enumerate(names):
        so_far[name] += 1
        names[i] = f"{name} ({so_far[name]})" if many[name] > 1 else name
    return names


def _topological(after: list[set[int]]) -> list[int]:
    """The lowest number first wherever there is a choice."""
    waiting = Counter(later for laters in after for later in laters)
    ready = [i for i in range(len(after)) if not waiting[i]]
    order = []
    while ready:
        i = heappop(ready)
        order.append(i)
        for later in after[i]:
            waiting[later] -= 1
            if not waiting[later]:
                heappush(ready, later)
    return order


_SHARED = "constants shared by parts"
_CROWD = 6  # variables of one op that are still shown one by one


def fold(graph: Graph, fits: Callable[[Graph], bool]) -> Graph:
    """The graph, with its parts folded no more than it takes to fit."""
    folded = graph
    for parts in partings(graph):
        folded = _folded(graph, _shared_together(parts))
        if fits(folded):
            break
    return folded


def _shared_together(parts: list[Part]) -> list[Part]:
    """Constants that several parts read, as one part without arrows: they would tie all to all."""
    shared = [part for part in parts if [node.kind for node in part.nodes] == ["constant"]]
    if len(shared) < 2:
        return parts
    rest = [part for part in parts if part not in shared]
    return [Part(_SHARED, tuple(part.nodes[0] for part in shared)), *rest]


def gather(graph: Graph) -> Graph:
    """The graph, the many variables that one op alone reads as one node."""
    node_of = {node.id: node for node in graph.nodes}
    readers = Counter(source for node in graph.nodes for source in set(node.inputs))
    parts = {node.id: Part(node.id, (node,)) for node in graph.nodes}
    for node in graph.nodes:
        own = [node_of[s] for s in dict.fromkeys(node.inputs) if readers[s] == 1 and s in node_of]
        stored = tuple(source for source in own if source.kind in ("variable", "capture"))
        if len(stored) > _CROWD:
            parts = {id_: part for id_, part in parts.items() if part.nodes[0] not in stored[1:]}
            parts[stored[0].id] = Part(f"variables of {node.id}", stored)
    return _folded(graph, list(parts.values())) if len(parts) < len(graph.nodes) else graph


def open_part(graph: Graph, name: str, fits: Callable[[Graph], bool]) -> Graph:
    """The part called `name`, with what comes into it as inputs and what goes on as outputs.

    Raises:
        InputError: neither the graph nor one inside it has such a part.
    """
    graphs = [graph, *_inner(graph)]
    for found in graphs:
        if found is not graph and found.title == name:
            return found
        for parts in reversed(list(partings(found))):
            named = [part for part in parts if part.name == name and len(part.nodes) > 1]
            if named:
                return _alone(found, named[0])
    known = [node.label for g in graphs for node in fold(g, fits).nodes if node.kind == "part"]
    names = ", ".join(map(repr, [*known, *(g.title for g in graphs[1:])])) or "no parts"
    raise InputError(
        f"draw_graph needs the name of a part as inside=, got {name!r}. "
        f"{graph.title} has {names}: write one of them, or leave it out."
    )


def _inner(graph: Graph) -> Iterator[Graph]:
    for body in graph.bodies:
        yield body
        yield from _inner(body)


def _folded(graph: Graph, parts: list[Part]) -> Graph:
    """One node a part; bodies of ops that are folded away stay inside them."""
    home = {node.id: part.name for part in parts for node in part.nodes}
    home |= {part.nodes[0].id: part.nodes[0].id for part in parts if len(part.nodes) == 1}
    read = {s for n in graph.nodes for s in n.inputs if home.get(s) != home[n.id]}
    nodes = [_node(part, home, read) for part in parts]
    shown = {node.detail for node in nodes if node.kind == "op"}
    bodies = tuple(body for body in graph.bodies if owner_of(body) in shown)
    return replace(graph, nodes=tuple(nodes), bodies=bodies)


def owner_of(body: Graph) -> str:
    """The op that an inner graph belongs to: of `While loop: body` it is `loop`."""
    return body.title.partition(" ")[2].rpartition(":")[0]


def _node(part: Part, home: dict[str, str], read: set[str]) -> Node:
    read_ids = [s for node in part.nodes for s in node.inputs]
    sources = [home[s] for s in read_ids if home.get(s, _SHARED) != _SHARED]
    if len(part.nodes) == 1:  # it may read a node twice, but a part is one thing
        once = [
            s for i, s in enumerate(sources) if s in part.nodes[0].inputs or s not in sources[:i]
        ]
        return replace(part.nodes[0], inputs=tuple(once))
    inputs = dict.fromkeys(source for source in sources if source != part.name)
    size = sum(node.size_bytes for node in part.nodes)
    if not part.ops:
        label = f"{len(part.nodes)} {part.name.partition(' of ')[0]}"
        return Node(part.name, part.nodes[0].kind, label, f"{size:,} bytes", size_bytes=size)
    about = f"{part.ops} op{'s' * (part.ops != 1)}" + (f", {size:,} bytes" if size else "")
    types = dict.fromkeys(node.type for node in part.nodes if node.id in read)
    return Node(part.name, "part", part.name, ", ".join(types), tuple(inputs), about, size)


def _alone(graph: Graph, part: Part) -> Graph:
    """Only the part, between what it reads and what reads it."""
    within = {node.id for node in part.nodes}
    places = scopes_of(graph)
    sources = dict.fromkeys(s for node in part.nodes for s in node.inputs if s not in within)
    comes = [_comes(node, places) for node in graph.nodes if node.id in sources]
    readers = [node for node in graph.nodes if node.id not in within]
    goes = {s: _goes(s, node, places) for node in reversed(readers) for s in node.inputs}
    types = {node.id: node.type for node in part.nodes}
    ends = [replace(goes[id_], type=types[id_]) for id_ in types if id_ in goes]
    inner = {node.detail for node in part.nodes}
    bodies = tuple(body for body in graph.bodies if owner_of(body) in inner)
    return Graph(f"{part.name} in {graph.title}", (*comes, *part.nodes, *ends), bodies)


def _comes(node: Node, places: Keys) -> Node:
    if node.kind != "op":
        return replace(node, inputs=())
    return Node(node.id, "input", f"from {_place(node, places)}", node.type)


def _goes(source: str, reader: Node, places: Keys) -> Node:
    label = reader.label if reader.kind == "output" else f"to {_place(reader, places)}"
    return Node(f"output {source}", "output", label, "", (source,))


def _place(node: Node, places: Keys) -> str:
    return "/".join(places.get(node.id, (node.label,)))


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
    return text_width(_names_draw(group)) <= WIDEST


def _names_draw(group: list[Node]) -> str:
    return ", ".join(node.label for node in group)


def _words(node: Node, group: list[Node], owns: bool) -> tuple[str, Sequence[str]]:
    """The name of a box, and the lines below it."""
    if node.kind == "part":
        return node.label, (node.detail, node.type)
    said = node.kind in ("op", node.label) or re.match(rf"\d+ {node.kind}s", node.label)
    word = "" if said else node.kind
    if len(group) > 1:
        word = f"{len(group)} {word}s"
    name = _with_own_name(node) if owns else _names_draw(group)
    return name, (f"{word} {node.type}".strip(),)


def _with_own_name(node: Node) -> str:
    """Of an op with inner graphs, whose titles begin like this."""
    name = node.detail.rpartition("/")[2]
    return name if name.startswith(node.label) else f"{node.label} {name}"


def _fit_name(name: str, widest: float) -> str:
    """Cut at the end, but a path at its beginning: `…block/kernel` says more than `model/bl…`."""
    return fit_text(name[::-1], widest)[::-1] if "/" in name else fit_text(name, widest)


PAGE, TALL = 900.0, 760.0  # pixels of what can be read at once
_INPUT = {"fill": PALE_BLUE, "stroke": BLUE, "radius": 19.0}
_LOOKS: dict[str, dict[str, Any]] = {
    "input": _INPUT,
    "output": _INPUT,
    "op": {"fill": WHITE, "stroke": INK},
    "part": {"fill": WHITE, "stroke": INK},
    "lost": {"fill": WHITE, "stroke": RED, "dash": True},
    "variable": {"fill": PALE_ORANGE, "stroke": ORANGE},
    "capture": {"fill": PALE_ORANGE, "stroke": ORANGE, "dash": True},
    "constant": {"fill": PALE_GREY, "stroke": RULE, "dash": True},
}
_UNDER = 4.0  # pixels by which the sheet under a part looks out
# Ops of two operands that may not change places, as TensorFlow and .tflite files write them.
_ORDERED = {"sub", "div", "realdiv", "floordiv", "floormod", "pow", "matmul", "batchmatmul"}
_ORDERED |= {"batchmatmulv2", "less", "lessequal", "greater", "greaterequal", "atan2"}


@dataclass(frozen=True)
class Page:
    """The boxes of one graph and where they stand."""

    boxes: list[Box]
    plan: Layout


def page_of(graph: Graph, inner: bool = False) -> Page:
    """Laid out to be no wider than a page, where it must be in more rows and shorter words."""
    for text, row in ((WIDEST, inf), (WIDEST, PAGE), (150.0, PAGE), (150.0, PAGE * 0.8)):
        boxes = boxes_of(graph, inner, text)
        sizes = {box.id: (box.width, box.height) for box in boxes}
        inputs = [box.id for box in boxes if box.kind == "input"]
        plan = layout(sizes, _edges(boxes), inputs, row)
        if plan.width <= PAGE:
            break
    return Page(boxes, in_columns(plan, sizes, TALL, PAGE))


def _edges(boxes: list[Box]) -> list[tuple[str, str]]:
    return [(source, box.id) for box in boxes for source in box.inputs]


def draw_page(canvas: Canvas, page: Page, left: float, top: float) -> None:
    """All boxes and arrows, with the upper left corner at a place of the canvas."""
    for route in page.plan.routes:
        turns = any(y1 == y2 for (_, y1), (_, y2) in zip(route, route[1:], strict=False))
        points = [(left + x, top + y) for x, y in route]
        canvas.line(points, curve="" if turns else "down")
    for box in page.boxes:
        x, y = page.plan.positions[box.id]
        _draw_box(canvas, box, left + x, top + y)
    _draw_order(canvas, page, left, top)


def _draw_box(canvas: Canvas, box: Box, x: float, y: float) -> None:
    left, top = x - box.width / 2, y - box.height / 2
    if box.kind == "part":
        right, low = left + box.width, top + box.height
        corners = [(left, low), (right, low), (right, top)]
        sheet = [(x + _UNDER, y + _UNDER) for x, y in corners]
        around = [(left + _UNDER, low), *sheet, (right, top + _UNDER)]
        canvas.line(around, color=INK, width=1.0, arrow=False)
    canvas.box(left, top, box.width, box.height, **_LOOKS[box.kind])
    canvas.text(x, top + (16 if box.about else 23), box.name, anchor="middle")
    look = {"size": SMALL, "color": RED if box.kind == "lost" else GREY, "anchor": "middle"}
    for i, line in enumerate(box.about):
        canvas.text(x, top + 30 + 13 * i, line, **look)


def _draw_order(canvas: Canvas, page: Page, left: float, top: float) -> None:
    """Number the two operands where the second comes from the left of the first."""
    arrivals: dict[str, list[tuple[float, float]]] = {box.id: [] for box in page.boxes}
    for (_, reader), route in zip(_edges(page.boxes), page.plan.routes, strict=True):
        arrivals[reader].append(route[-1])
    for box in page.boxes:
        points = arrivals[box.id]
        ordered = box.kind == "op" and box.name.lower().replace("_", "") in _ORDERED
        if ordered and len(points) == 2 and points[1] < points[0]:
            (x1, y1), (x2, y2) = points
            look = {"size": SMALL, "color": GREY}
            canvas.text(left + x1 + 6, top + y1 - 4, "1", **look)
            canvas.text(left + x2 - 6, top + y2 - 4, "2", anchor="end", **look)


_SPACE, _PAD, _TITLE = 24.0, 14.0, 40.0  # frames of inner graphs, in pixels
_MOST = 48  # boxes of one graph that can be read


def draw_graph(thing: Any, caption: str = "", inside: str = "") -> Picture:
    """The nodes of a graph, from its inputs down to its outputs; inner graphs stand below.

    A graph too large to read is folded: what has one scope in its names, such as the ops of a
    Keras layer or block, is one box with the count of its ops and the bytes of its weights.

    Args:
        thing: A concrete function, the bytes of a .tflite file, or what `read_concrete` and
            `read_tflite` return.
        caption: What is to be seen; without it, what the graph is made of.
        inside: The name of a folded box, or the title of an inner graph, to draw alone.

    Raises:
        InputError: `thing` is none of these, or has no part of that name.

    Example:
        >>> tfl.draw_graph(path_length.get_concrete_function(tf.TensorSpec([None, 2])))
        >>> tfl.draw_graph(mobile_net, inside="block_3")
    """
    whole = _graph_of(thing)
    if inside:
        whole = open_part(whole, inside, _fits_draw)
    graph = _readable(whole)
    canvas = Canvas()
    page = page_of(graph)
    draw_page(canvas, page, 0.0, 0.0)
    _draw_frames(canvas, _bodies(graph), page.plan.height + _SPACE if page.boxes else 0.0)
    return canvas.picture(caption or _summary(whole, graph), _words_draw(graph))


def _graph_of(thing: Any) -> Graph:
    tf = sys.modules.get("tensorflow")
    if tf is not None and isinstance(thing, tf.types.experimental.ConcreteFunction):
        from .function import read_concrete

        thing = read_concrete(thing)
    if isinstance(thing, bytes | bytearray):
        from .tflite import read_tflite

        thing = read_tflite(bytes(thing))
    if isinstance(thing, Concrete):
        return thing.graph
    if isinstance(thing, LiteModel) and thing.subgraphs:
        return _graph_of_file(thing)
    if isinstance(thing, Graph):
        return thing
    raise InputError(
        f"draw_graph needs a concrete function or the bytes of a .tflite file, got {kind(thing)}. "
        "Write draw_graph(your_function.get_concrete_function(tf.TensorSpec(...)))."
    )


def _graph_of_file(model: LiteModel) -> Graph:
    """Its only graph, or all that no operator of another runs, side by side."""
    inner = {id(body) for graph in model.subgraphs for body in graph.bodies}
    graphs = tuple(graph for graph in model.subgraphs if id(graph) not in inner)
    operators = dict(model.operators)
    if "READ_VARIABLE" in operators and "ASSIGN_VARIABLE" not in operators:
        graphs = tuple(_with_lost(graph) for graph in graphs)
    return graphs[0] if len(graphs) == 1 else Graph(f"{len(graphs)} graphs", (), graphs)


def _with_lost(graph: Graph) -> Graph:
    """The graph, its variables marked: nothing in the file ever writes them."""
    nodes = [replace(n, type=LOST) if n.label == "VAR_HANDLE" else n for n in graph.nodes]
    return replace(graph, nodes=tuple(nodes), bodies=tuple(map(_with_lost, graph.bodies)))


def _readable(graph: Graph) -> Graph:
    """Folded where there is too much to read, inner graphs too."""
    graph = gather(graph)
    if not _fits_draw(graph):
        graph = fold(graph, _fits_draw)
    return replace(graph, bodies=tuple(_readable(body) for body in graph.bodies))


def _fits_draw(graph: Graph) -> bool:
    return len(boxes_of(graph)) <= _MOST


def _summary(whole: Graph, shown: Graph) -> str:
    if whole.bodies and not whole.nodes:
        return f"{whole.title}: {', '.join(body.title for body in whole.bodies)}"
    found = Counter(node.kind for node in whole.nodes)
    names = ("input", "op", "variable", "capture", "constant", "output")
    counts = [f"{found[n]} {n if found[n] == 1 else n + 's'}" for n in names if found[n]]
    said = f"{whole.title.replace('`', '')}: {', '.join(counts) or 'empty'}"
    if lost := sum(node.type == LOST for node in whole.nodes):
        said += f"; values of {lost} variable{'s' * (lost > 1)} are lost"
    parts = [n for graph in (shown, *_bodies(shown)) for n in graph.nodes if n.kind == "part"]
    if not parts:
        return said
    return f'{said}; {len(parts)} parts are folded, inside="{parts[0].label}" opens one'


def _words_draw(graph: Graph) -> str:
    """The tables of a graph and those inside it; a part says what is in it."""
    if graph.bodies and not graph.nodes:
        return "\n".join(_words_draw(body) for body in graph.bodies)
    said = [
        replace(node, label=f"{node.label}: {node.detail}") if node.kind == "part" else node
        for node in graph.nodes
    ]
    own = str(Graph(graph.title, tuple(said)))
    return "\n".join([own, *map(_words_draw, graph.bodies)])


def _bodies(graph: Graph) -> list[Graph]:
    return [inner for body in graph.bodies for inner in (body, *_bodies(body))]


def _title(body: Graph) -> str:
    """Without the op's type where its name begins with it: `PartitionedCall_1: scale`."""
    op, _, rest = body.title.partition(" ")
    return rest if rest.startswith(op) else body.title


def _draw_frames(canvas: Canvas, bodies: list[Graph], top: float) -> None:
    """Each inner graph in a frame of its own, side by side as far as the page is wide."""
    left, lowest = 0.0, top
    for body in bodies:
        page = page_of(body, inner=True)
        title = fit_text(_title(body), PAGE - 2 * _PAD, bold=True)
        passing = len(unchanged(body))
        aside = f"{passing} unchanged results not shown" if passing else ""
        head = max(text_width(title, bold=True), text_width(aside, SMALL))
        width = max(page.plan.width, head) + 2 * _PAD
        if left and left + width > PAGE:
            left, top = 0.0, lowest + _SPACE
        above = _TITLE + (14.0 if aside else 0.0)
        height = page.plan.height + above + _PAD
        canvas.box(left, top, width, height, fill=WHITE, stroke=RULE)
        canvas.text(left + _PAD, top + 22, title, bold=True)
        if aside:
            canvas.text(left + _PAD, top + 38, aside, size=SMALL, color=GREY)
        draw_page(canvas, page, left + (width - page.plan.width) / 2, top + above)
        lowest = max(lowest, top + height)
        left += width + _SPACE
