"""Shapes in, one picture out: SVG, a PNG twin and words. Knows no meaning."""

from __future__ import annotations

import base64
import html
import io
import logging
import math
import re
import unicodedata
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote

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


_SHARP = 1.5  # pixels of the PNG for one of the SVG
_LARGE = 1_000_000  # pixels beyond which it is 1: the stored notebook stays small
_LARGEST = 4_000_000  # pixels of any PNG
_ARC = 0.5523  # where a cubic curve's handles stand to look like a quarter of a circle
_SHADES = 3  # steps of antialiasing between a colour and the ground it stands on


def to_png(shapes: list[Shape], frame: Frame) -> bytes:
    """The same shapes through matplotlib, in a palette of few colours."""
    # A first start on a machine reads all its fonts and says so; no word of it on the page.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    import matplotlib.style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    left, top, width, height = frame
    scale = _scale(width * height)
    with matplotlib.style.context("default", after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=(width / 72, height / 72), dpi=72 * scale, facecolor=WHITE)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(left, left + width), ylim=(top + height, top))
        axes.set_axis_off()
        for order, shape in enumerate(shapes):
            _ARTISTS[type(shape)](axes, shape, order)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        size = canvas.get_width_height()
        image = Image.frombuffer("RGBA", size, canvas.buffer_rgba()).convert("RGB")
    stored = io.BytesIO()
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette(shapes))
    flat = image.quantize(palette=palette, dither=Image.Dither.NONE)
    flat.save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _scale(area: int) -> float:
    if area * _SHARP**2 <= _LARGE:
        return _SHARP
    return min(1.0, (_LARGEST / area) ** 0.5)


def _palette(shapes: list[Shape]) -> list[int]:
    """The colours used, and a few shades between each and the grounds it is drawn on."""
    fills = sorted({WHITE, *(shape.fill for shape in shapes if isinstance(shape, Box))})
    pairs = {(fill, fill) for fill in fills}
    for shape in shapes:
        if isinstance(shape, Text):
            pairs |= {(fill, shape.color) for fill in fills}
        elif isinstance(shape, Box):
            pairs |= {(WHITE, shape.stroke), (shape.fill, shape.stroke)}
        else:
            pairs.add((WHITE, shape.color))
    steps = [1.0, 0.0, *(step / _SHADES for step in range(1, _SHADES))]  # pure colours first
    shades = dict.fromkeys(_blend(*pair, step) for step in steps for pair in sorted(pairs))
    return [part for shade in list(shades)[:256] for part in shade]


def _blend(ground: str, ink: str, share: float) -> tuple[int, ...]:
    pairs = zip(bytes.fromhex(ground[1:]), bytes.fromhex(ink[1:]), strict=True)
    return tuple(round(a + (b - a) * share) for a, b in pairs)


def _dashes(shape: Box | Line, width: float) -> Any:
    return (0, tuple(n / width for n in DASH)) if shape.dash else "solid"


def _draw_box(axes: Any, box: Box, order: int) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (left, top), (right, bottom) = box.corners()
    r = min(box.radius, box.height / 2, box.width / 2)
    k = r * (1 - _ARC)
    sides = [
        [(left, bottom - r), (left, top + r), (left, top + k), (left + k, top)],
        [(left + r, top), (right - r, top), (right - k, top), (right, top + k)],
        [(right, top + r), (right, bottom - r), (right, bottom - k), (right - k, bottom)],
        [(right - r, bottom), (left + r, bottom), (left + k, bottom), (left, bottom - k)],
    ]
    points = [point for side in sides for point in side] + [sides[0][0], sides[0][0]]
    codes = [Path.LINETO, Path.LINETO, Path.CURVE4, Path.CURVE4]
    codes = [Path.MOVETO, *codes[1:], *[Path.CURVE4, *codes[1:]] * 3, Path.CURVE4, Path.CLOSEPOLY]
    look = {"facecolor": box.fill, "edgecolor": box.stroke, "linestyle": _dashes(box, 1.0)}
    axes.add_artist(PathPatch(Path(points, codes), linewidth=1, zorder=order, **look))


def _draw_text(axes: Any, text: Text, order: int) -> None:
    from matplotlib.font_manager import FontProperties

    font = FontProperties(fname=font_file(text.bold), size=text.size)
    side = {"start": "left", "middle": "center", "end": "right"}[text.anchor]
    look = {"ha": side, "va": "baseline", "color": text.color, "parse_math": False}
    axes.text(text.x, text.y, text.text, fontproperties=font, zorder=order, **look)


def _draw_line(axes: Any, line: Line, order: int) -> None:
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    codes = {"M": [Path.MOVETO], "L": [Path.LINETO], "C": [Path.CURVE4] * 3}
    points = [point for _, step in line.steps() for point in step]
    path = Path(points, [code for command, _ in line.steps() for code in codes[command]])
    look = {"edgecolor": line.color, "linewidth": line.width, "capstyle": "butt"}
    dashes = _dashes(line, line.width)
    axes.add_artist(PathPatch(path, fill=False, linestyle=dashes, zorder=order, **look))
    if line.head():
        axes.add_artist(Polygon(line.head(), facecolor=line.color, linewidth=0, zorder=order))


_ARTISTS = {Box: _draw_box, Text: _draw_text, Line: _draw_line}


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
