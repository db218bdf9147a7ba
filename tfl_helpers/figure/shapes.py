"""Numbers and text in, shapes out that know their corners. Knows nothing of SVG, PNG or graphs."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

FONT = "DejaVu Sans, Verdana, sans-serif"
SIZE, SMALL = 12.0, 10.0  # the one type scale: names, and what is said about them
INK, GREY, RULE, WHITE = "#1a1a1a", "#595959", "#767676", "#ffffff"
BLUE, ORANGE, RED = "#0072b2", "#b35900", "#c1272d"  # Okabe-Ito, darkened for text
PALE_BLUE, PALE_ORANGE, PALE_GREY = "#e4f1fa", "#fdeed3", "#f4f4f4"
DASH = (4.0, 3.0)
Point = tuple[float, float]
Frame = tuple[float, float, int, int]  # left, top, width, height
_HEAD = 6.0  # length of an arrowhead, plus twice the line's width


def font_file(bold: bool = False) -> str:
    """The DejaVu Sans that matplotlib ships, so that widths are the same on every machine."""
    import matplotlib

    return f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf"


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(font_file(bold), 100, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> float:
    """Width in em; DejaVu has no Japanese, which is square in any font."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return _font(bold).getlength(character) / 100


def text_width(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Width of a line of text in pixels."""
    return size * sum(_advance(character, bold) for character in text)


def fit_text(text: str, width: float, size: float = SIZE, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width`."""
    if text_width(text, size, bold) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size, bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrap_text(text: str, width: float, size: float = SIZE) -> list[str]:
    """The text in lines of at most `width`; a longer word is cut.

    Broken at spaces, but neither inside a shape, `[32, 2]`, nor after an arrow, `-> float32[]`.
    """
    lines: list[str] = []
    for word in re.split(r"(?<!->) (?![^\[\]]*\])", text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(fit_text(word, width, size))
    return lines


@dataclass(frozen=True)
class Box:
    """A rectangle; `radius` rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str = WHITE
    stroke: str = INK
    dash: bool = False
    radius: float = 3.0

    def corners(self) -> list[Point]:
        return [(self.x, self.y), (self.x + self.width, self.y + self.height)]


@dataclass(frozen=True)
class Text:
    """One line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    size: float = SIZE
    bold: bool = False
    color: str = INK
    anchor: str = "start"

    def corners(self) -> list[Point]:
        width = text_width(self.text, self.size, self.bold)
        left = self.x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return [(left, self.y - 0.8 * self.size), (left + width, self.y + 0.25 * self.size)]


@dataclass(frozen=True)
class Line:
    """Points joined by straight lines, or by curves that leave each point `down` or `across`."""

    points: tuple[Point, ...]
    curve: str = ""
    color: str = RULE
    width: float = 1.2
    dash: bool = False
    arrow: bool = True

    def corners(self) -> list[Point]:
        xs, ys = zip(*self.points, strict=True)
        room = self.width + 2.0
        return [(min(xs) - room, min(ys) - room), (max(xs) + room, max(ys) + room)]

    def _direction(self) -> tuple[float, float]:
        (x1, y1), (x2, y2) = self.points[-2:]
        if self.curve == "down":
            return (0.0, 1.0)
        if self.curve == "across":
            return (1.0, 0.0)
        length = math.hypot(x2 - x1, y2 - y1) or 1.0
        return ((x2 - x1) / length, (y2 - y1) / length)

    def head(self) -> list[Point]:
        """The arrowhead's three corners, its tip first; nothing for a line without one."""
        if not self.arrow:
            return []
        (x, y), (dx, dy) = self.points[-1], self._direction()
        long, half = _HEAD + 2 * self.width, 2.2 + self.width
        bx, by = x - dx * long, y - dy * long
        return [(x, y), (bx - dy * half, by + dx * half), (bx + dy * half, by - dx * half)]

    def steps(self) -> list[tuple[str, list[Point]]]:
        """Path commands, M L C, as far as the arrowhead's base."""
        points = list(self.points)
        if self.arrow:
            (x, y), (dx, dy) = points[-1], self._direction()
            back = _HEAD + self.width
            points[-1] = (x - dx * back, y - dy * back)
        steps = [("M", points[:1])]
        for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False):
            mx, my = (x1 + x2) / 2, (y1 + y2) / 2
            if self.curve == "down" and x1 != x2:
                steps.append(("C", [(x1, my), (x2, my), (x2, y2)]))
            elif self.curve == "across" and y1 != y2:
                steps.append(("C", [(mx, y1), (mx, y2), (x2, y2)]))
            else:
                steps.append(("L", [(x2, y2)]))
        return steps


Shape = Box | Text | Line
