"""A graph in, a picture of its boxes and arrows out; a large one folded. See `fold`, `boxes`."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import Any

from ..figure.canvas import Canvas, Picture
from ..figure.shapes import GREY, RULE, SMALL, WHITE, fit_text, text_width
from ..records import Concrete, Graph, InputError, LiteModel, kind
from .boxes import LOST, boxes_of, unchanged
from .fold import fold, gather, open_part
from .graph_page import PAGE, draw_page, page_of

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
        whole = open_part(whole, inside, _fits)
    graph = _readable(whole)
    canvas = Canvas()
    page = page_of(graph)
    draw_page(canvas, page, 0.0, 0.0)
    _draw_frames(canvas, _bodies(graph), page.plan.height + _SPACE if page.boxes else 0.0)
    return canvas.picture(caption or _summary(whole, graph), _words(graph))


def _graph_of(thing: Any) -> Graph:
    tf = sys.modules.get("tensorflow")
    if tf is not None and isinstance(thing, tf.types.experimental.ConcreteFunction):
        from ..read.function import read_concrete

        thing = read_concrete(thing)
    if isinstance(thing, bytes | bytearray):
        from ..read.tflite import read_tflite

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
    if not _fits(graph):
        graph = fold(graph, _fits)
    return replace(graph, bodies=tuple(_readable(body) for body in graph.bodies))


def _fits(graph: Graph) -> bool:
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


def _words(graph: Graph) -> str:
    """The tables of a graph and those inside it; a part says what is in it."""
    if graph.bodies and not graph.nodes:
        return "\n".join(_words(body) for body in graph.bodies)
    said = [
        replace(node, label=f"{node.label}: {node.detail}") if node.kind == "part" else node
        for node in graph.nodes
    ]
    own = str(Graph(graph.title, tuple(said)))
    return "\n".join([own, *map(_words, graph.bodies)])


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
