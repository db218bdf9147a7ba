"""A graph in, a picture of its boxes and arrows out. What stands in a box: see `graph_boxes`."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from ..figure.canvas import Canvas, Picture
from ..figure.layout import Layout, layout
from ..figure.shapes import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    RULE,
    SMALL,
    WHITE,
    fit_text,
    text_width,
)
from ..records import Concrete, Graph, InputError, LiteModel, kind
from .boxes import Box, boxes_of

_PAGE, _SPACE, _PAD, _TITLE = 860.0, 24.0, 14.0, 40.0  # frames of inner graphs, in pixels
_INPUT = {"fill": PALE_BLUE, "stroke": BLUE, "radius": 19.0}
_LOOKS: dict[str, dict[str, Any]] = {
    "input": _INPUT,
    "output": _INPUT,
    "op": {"fill": WHITE, "stroke": INK},
    "variable": {"fill": PALE_ORANGE, "stroke": ORANGE},
    "capture": {"fill": PALE_ORANGE, "stroke": ORANGE, "dash": True},
    "constant": {"fill": PALE_GREY, "stroke": RULE, "dash": True},
}
# Ops of two operands that may not change places, as TensorFlow and .tflite files write them.
_ORDERED = {"sub", "div", "realdiv", "floordiv", "floormod", "pow", "matmul", "batchmatmul"}
_ORDERED |= {"batchmatmulv2", "less", "lessequal", "greater", "greaterequal", "atan2"}


def draw_graph(thing: Any, caption: str = "") -> Picture:
    """The nodes of a graph, from its inputs down to its outputs; inner graphs stand below.

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
    canvas = Canvas()
    boxes = boxes_of(graph)
    plan = _plan(boxes)
    _draw(canvas, boxes, plan, 0.0, 0.0)
    _draw_bodies(canvas, _bodies(graph), plan.height + _SPACE)
    return canvas.picture(caption or _summary(graph), str(graph))


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
        return thing.subgraphs[0]
    if isinstance(thing, Graph):
        return thing
    raise InputError(
        f"draw_graph needs a concrete function or the bytes of a .tflite file, got {kind(thing)}. "
        "Write draw_graph(your_function.get_concrete_function(tf.TensorSpec(...)))."
    )


def _summary(graph: Graph) -> str:
    found = Counter(node.kind for node in graph.nodes)
    names = ("input", "op", "variable", "capture", "constant", "output")
    counts = [f"{found[n]} {n if found[n] == 1 else n + 's'}" for n in names if found[n]]
    return f"{graph.title.replace('`', '')}: {', '.join(counts) or 'empty'}"


def _bodies(graph: Graph) -> list[Graph]:
    return [inner for body in graph.bodies for inner in (body, *_bodies(body))]


def _plan(boxes: list[Box]) -> Layout:
    sizes = {box.id: (box.width, box.height) for box in boxes}
    return layout(sizes, _edges(boxes), [box.id for box in boxes if box.kind == "input"])


def _edges(boxes: list[Box]) -> list[tuple[str, str]]:
    return [(source, box.id) for box in boxes for source in box.inputs]


def _draw(canvas: Canvas, boxes: list[Box], plan: Layout, left: float, top: float) -> None:
    for route in plan.routes:
        canvas.line([(left + x, top + y) for x, y in route], curve="down")
    for box in boxes:
        x, y = plan.positions[box.id]
        _draw_box(canvas, box, left + x, top + y)
    _draw_order(canvas, boxes, plan, left, top)


def _draw_box(canvas: Canvas, box: Box, x: float, y: float) -> None:
    place = x - box.width / 2, y - box.height / 2
    canvas.box(*place, box.width, box.height, **_LOOKS[box.kind])
    canvas.text(x, y - 3 if box.about else y + 4, box.name, anchor="middle")
    if box.about:
        canvas.text(x, y + 11, box.about, size=SMALL, color=GREY, anchor="middle")


def _draw_order(canvas: Canvas, boxes: list[Box], plan: Layout, left: float, top: float) -> None:
    """Number the two operands where the second comes from the left of the first."""
    arrivals = dict.fromkeys(box.id for box in boxes)
    for (_, reader), route in zip(_edges(boxes), plan.routes, strict=True):
        arrivals[reader] = [*(arrivals[reader] or []), route[-1]]
    for box in boxes:
        points = arrivals[box.id] or []
        ordered = box.kind == "op" and box.name.lower().replace("_", "") in _ORDERED
        if ordered and len(points) == 2 and points[1] < points[0]:
            (x1, y1), (x2, y2) = points
            look = {"size": SMALL, "color": GREY}
            canvas.text(left + x1 + 6, top + y1 - 4, "1", **look)
            canvas.text(left + x2 - 6, top + y2 - 4, "2", anchor="end", **look)


def _draw_bodies(canvas: Canvas, bodies: list[Graph], top: float) -> None:
    """Each inner graph in a frame of its own, side by side as far as the page is wide."""
    left, lowest = 0.0, top
    for body in bodies:
        boxes = boxes_of(body, inner=True)
        plan = _plan(boxes)
        width = max(plan.width, text_width(body.title, bold=True)) + 2 * _PAD
        if left and left + width > _PAGE:
            left, top = 0.0, lowest + _SPACE
        height = plan.height + _TITLE + _PAD
        canvas.box(left, top, width, height, fill=WHITE, stroke=RULE)
        canvas.text(left + _PAD, top + 22, fit_text(body.title, _PAGE, bold=True), bold=True)
        _draw(canvas, boxes, plan, left + (width - plan.width) / 2, top + _TITLE)
        lowest = max(lowest, top + height)
        left += width + _SPACE
