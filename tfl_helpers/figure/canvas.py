"""Shapes in, one picture out: SVG, its PNG twin and words. Knows nothing of graphs or TensorFlow.

Three forms, because a notebook just cloned opens untrusted and loses inline SVG, some front ends
drop HTML, and a screen reader wants words. The same shapes give the same bytes in every process.
"""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .png import to_png
from .shapes import Box, Frame, Line, Point, Shape, Text, text_width
from .svg import to_svg

__all__ = ["Canvas", "Picture", "text_width"]

_MARGIN = 12.0
_KEPT = " !$'()*+,-./:;=?@[]_|~"  # what a data URI in double quotes may hold as it is


@dataclass(frozen=True)
class Picture:
    """One drawing in three forms. The caption is the alternative text too; `words` say it all."""

    caption: str
    words: str
    svg: str = field(repr=False)
    png: bytes = field(repr=False)
    width: int = 0
    height: int = 0

    def html(self) -> str:
        """A figure whose image survives JupyterLab's sanitizer: SVG as the source of an `img`."""
        caption = html.escape(self.caption)
        source = "data:image/svg+xml," + quote(self.svg, safe=_KEPT)
        style = "display:block;max-width:100%;height:auto"
        image = f'<img alt="{caption}" width="{self.width}" style="{style}" '
        words = f'<figcaption style="font-size:13px;margin-top:4px">{caption}</figcaption>'
        return f'<figure style="margin:8px 0">{image}src="{source}">{words}</figure>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        data = {
            "text/html": self.html(),
            "image/png": base64.b64encode(self.png).decode("ascii"),
            "text/plain": self.words,
        }
        size = {"width": self.width, "height": self.height, "alt": self.caption}
        return data, {"image/png": size}


@dataclass
class Canvas:
    """Takes shapes in pixels, x to the right and y down; the picture is as large as they are."""

    shapes: list[Shape] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, **look: Any) -> None:
        """A rectangle; `look` as in `Box`: fill, stroke, dash, radius."""
        self.shapes.append(Box(x, y, width, height, **look))

    def text(self, x: float, y: float, text: str, **look: Any) -> None:
        """One line of text on the baseline `y`; `look` as in `Text`: size, bold, color, anchor."""
        self.shapes.append(Text(x, y, text, **look))

    def line(self, points: Iterable[Point], **look: Any) -> None:
        """A line or arrow; `look` as in `Line`: curve, color, width, dash, arrow."""
        self.shapes.append(Line(tuple(points), **look))

    def frame(self) -> Frame:
        """Left, top, width and height of all shapes and the margin around them."""
        corners = [point for shape in self.shapes for point in shape.corners()] or [(0.0, 0.0)]
        xs, ys = zip(*corners, strict=True)
        left, top = math.floor(min(xs) - _MARGIN), math.floor(min(ys) - _MARGIN)
        return left, top, math.ceil(max(xs) + _MARGIN - left), math.ceil(max(ys) + _MARGIN - top)

    def picture(self, caption: str, words: str) -> Picture:
        """The shapes as a `Picture`; `words` are its text form, whose first line is the caption."""
        frame = self.frame()
        said = words if words.startswith(caption) else f"{caption}\n{words}"
        drawn = to_svg(self.shapes, frame, caption, said)
        return Picture(caption, said, drawn, to_png(self.shapes, frame), frame[2], frame[3])
