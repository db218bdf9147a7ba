"""Shapes in, the bytes of a small PNG out, drawn by matplotlib. Knows nothing of what they show."""

from __future__ import annotations

import io
import logging
import warnings
from typing import Any

from .shapes import DASH, WHITE, Box, Frame, Line, Shape, Text, font_file

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
