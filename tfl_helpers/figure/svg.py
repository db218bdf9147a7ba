"""Shapes in, an SVG document out, the same in every process. Knows nothing of what they show."""

from __future__ import annotations

import html
from typing import Any

from .shapes import DASH, FONT, INK, SIZE, WHITE, Box, Frame, Line, Point, Shape, Text


def to_svg(shapes: list[Shape], frame: Frame, title: str, desc: str) -> str:
    """A whole SVG document on a white ground, so that it can be read in a dark theme too."""
    left, top, width, height = (_number(value) for value in frame)
    writers = {Box: _box_svg, Text: _text_svg, Line: _line_svg}
    return "\n".join(
        [
            f"<svg xmlns='http://www.w3.org/2000/svg' role='img' width='{width}' height='{height}'"
            f" viewBox='{left} {top} {width} {height}' font-family='{FONT}' font-size='{SIZE:g}'"
            f" fill='{INK}'>",
            f"<title>{html.escape(title, quote=False)}</title>",
            f"<desc>{html.escape(desc, quote=False)}</desc>",
            f"<rect x='{left}' y='{top}' width='{width}' height='{height}' fill='{WHITE}'/>",
            *(writers[type(shape)](shape) for shape in shapes),
            "</svg>",
        ]
    )


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}"


def _attributes(**values: Any) -> str:
    """Attributes that are not None; underscores stand for hyphens."""
    written = []
    for name, value in values.items():
        if value is not None:
            shown = value if isinstance(value, str) else _number(value)
            written.append(f"{name.replace('_', '-')}='{shown}'")
    return " ".join(written)


def _dash(shape: Box | Line) -> str | None:
    return " ".join(map(_number, DASH)) if shape.dash else None


def _box_svg(box: Box) -> str:
    place = _attributes(x=box.x, y=box.y, width=box.width, height=box.height, rx=box.radius or None)
    look = _attributes(fill=box.fill, stroke=box.stroke, stroke_dasharray=_dash(box))
    return f"<rect {place} {look}/>"


def _text_svg(text: Text) -> str:
    look = _attributes(
        x=text.x,
        y=text.y,
        font_size=None if text.size == SIZE else text.size,
        font_weight="bold" if text.bold else None,
        text_anchor=None if text.anchor == "start" else text.anchor,
        fill=None if text.color == INK else text.color,
    )
    return f"<text {look}>{html.escape(text.text, quote=False)}</text>"


def _points(points: list[Point]) -> str:
    return " ".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _line_svg(line: Line) -> str:
    path = "".join(command + _points(points) for command, points in line.steps())
    look = _attributes(
        stroke=line.color,
        stroke_width=None if line.width == 1 else line.width,
        stroke_dasharray=_dash(line),
    )
    head = line.head()
    tip = f"<path d='M{_points(head)}z' fill='{line.color}'/>" if head else ""
    return f"<path d='{path}' fill='none' {look}/>{tip}"
