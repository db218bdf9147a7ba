"""Boxes in, shapes on a canvas out, laid out so that they fit a page. Knows no graph's meaning."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from ..figure.canvas import Canvas
from ..figure.layout import Layout, layout
from ..figure.layout_columns import in_columns
from ..figure.shapes import (
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
)
from ..records import Graph
from .boxes import WIDEST, Box, boxes_of

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
