"""Shapes in, one picture out: SVG, a PNG twin of it and words. Knows no meaning."""

from __future__ import annotations

import base64
import html
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from ..records import escaped
from ..words import is_wide, japanese_font, showable

FONT = "DejaVu Sans, Verdana, sans-serif"  # Verdana is as wide: what fits in one fits in the other
SIZE, SMALL = 12.0, 10.0  # the one type scale: names, and what is said about them
INK, GREY, RULE, WHITE = "#1a1a1a", "#595959", "#767676", "#ffffff"
BLUE, ORANGE, RED = "#0072b2", "#b35900", "#c1272d"  # Okabe-Ito, darkened for text
PALE_BLUE, PALE_ORANGE, PALE_GREY = "#e4f1fa", "#fdeed3", "#f4f4f4"
Point = tuple[float, float]

# DejaVu has no Japanese: where a text needs it, a browser takes the first of these that is there.
_JAPANESE = "Hiragino Sans, Yu Gothic, Meiryo, Noto Sans CJK JP, Noto Sans JP, IPAexGothic"
_KANA = "[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]"  # and kanji, and full-width punctuation
_STARTS_NONE = "[] 、。，．・：；？！）」』】ー々〜ァィゥェォッャュョぁぃぅぇぉっゃゅょ…,.:;?!)}%]"
_ENDS_NONE = "[（「『【({[ ]"
# At a space, but neither inside a shape, `[32, 2]`, nor after an arrow; beside a Japanese letter;
# never in code, which is where an odd number of backticks follows.
_BREAK = re.compile(
    r"((?<!->) (?![^\[\]]*\])"
    rf"|(?:(?<={_KANA})|(?<=.)(?={_KANA}))(?<!{_ENDS_NONE})(?!{_STARTS_NONE}|$))"
    r"(?=[^`]*(?:`[^`]*`[^`]*)*$)"
)
_MARGIN = 12.0
_DASH = {True: "4 3", False: None}
_HEAD = 6.0  # length of an arrowhead, plus twice the line's width
_WIDEST = 4_000.0  # pixels of one text: a name of 10,000 letters must not make the picture so wide
_MOST = 2_000  # letters of one text: they are wider than that
# Pixels of the PNG for one of the SVG. Sizes and places are mostly whole numbers: a quarter more
# keeps thin lines sharper than a half more does, and the stored notebook a sixth smaller.
_SHARP = 1.25
_LARGE = 700_000  # pixels beyond which it is 1
_LARGEST = 4_000_000  # pixels of any PNG


def _font_file(bold: bool = False) -> str:
    """The DejaVu Sans that matplotlib ships, so that widths are the same on every machine."""
    import matplotlib

    return f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf"


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(_font_file(bold), 100, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> float:
    """Width in em; Japanese is square in any font."""
    if is_wide(character):
        return 1.0
    return _font(bold).getlength(showable(character)) / 100


def text_width(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Width of a line of text in pixels."""
    return size * sum(_advance(character, bold) for character in text)


def fit_text(text: str, width: float, size: float = SIZE, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width`."""
    text = text[:_MOST]
    if text_width(text, size, bold) <= width:
        return text
    kept, room = "", width - text_width("…", size, bold)
    for character in text:
        room -= size * _advance(character, bold)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + "…"


def wrap_text(text: str, width: float, size: float = SIZE) -> list[str]:
    """The text in lines of at most `width`; a longer word is cut.

    Broken at spaces, but neither inside a shape, `[32, 2]`, nor after an arrow, `-> float32[]`;
    in Japanese between any two letters, but not before closing punctuation.
    """
    lines: list[str] = []
    parts = ["", *_BREAK.split(text if len(text) <= _MOST else f"{text[:_MOST]}…")]
    for gap, word in zip(parts[::2], parts[1::2], strict=True):
        longer = lines[-1] + gap + word if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(fit_text(word, width, size))
    return lines


@dataclass
class Canvas:
    """Takes shapes in pixels, x to the right and y down; the picture is as large as they are."""

    _shapes: list[str] = field(default_factory=list)
    _corners: list[Point] = field(default_factory=list)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str = WHITE,
        stroke: str = INK,
        dash: bool = False,
        radius: float = 3.0,
    ) -> None:
        """A rectangle; `radius` rounds its corners."""
        self._corners += [(x, y), (x + width, y + height)]
        place = _attributes(x=x, y=y, width=width, height=height, rx=radius or None)
        look = _attributes(fill=fill, stroke=stroke, stroke_dasharray=_DASH[dash])
        self._shapes.append(f"<rect{place}{look}/>")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = SIZE,
        bold: bool = False,
        color: str = INK,
        anchor: str = "start",
    ) -> None:
        """One line of text on the baseline `y`; `anchor` says what `x` is: start, middle, end."""
        text = fit_text(text, _WIDEST, size, bold)
        width = text_width(text, size, bold)
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        self._corners += [(left, y - 0.8 * size), (left + width, y + 0.25 * size)]
        # Hundreds of texts stand in some pictures: at whole pixels letters repeat in the PNG, which
        # then packs better, and what the root says already is left out.
        look = _attributes(
            x=round(x),
            y=round(y),
            font_size=None if size == SIZE else size,
            font_weight="bold" if bold else None,
            text_anchor=None if anchor == "start" else anchor,
            fill=None if color == INK else color,
        )
        self._shapes.append(f"<text{look}>{escaped(text)}</text>")

    def line(
        self,
        points: Iterable[Point],
        curve: str = "",
        color: str = RULE,
        width: float = 1.2,
        dash: bool = False,
        arrow: bool = True,
    ) -> None:
        """Points joined by straight lines, or by curves that leave each `down` or `across`."""
        points = list(points)
        xs, ys = zip(*points, strict=True)
        room = width + 2.0
        self._corners += [(min(xs) - room, min(ys) - room), (max(xs) + room, max(ys) + room)]
        tip = ""
        if arrow:
            head, points[-1] = _arrowhead(points, curve, width)
            tip = f"<path d='M{_places(head)}z' fill='{color}'/>"
        thick = None if width == 1 else width
        look = _attributes(stroke=color, stroke_width=thick, stroke_dasharray=_DASH[dash])
        self._shapes.append(f"<path d='{_path(points, curve)}' fill='none'{look}/>{tip}")

    def picture(self, caption: str, words: str) -> Picture:
        """The shapes as a `Picture`; `words` are its text form, whose first line is the caption."""
        xs, ys = zip(*(self._corners or [(0.0, 0.0)]), strict=True)
        left, top = math.floor(min(xs) - _MARGIN), math.floor(min(ys) - _MARGIN)
        width, height = math.ceil(max(xs) + _MARGIN - left), math.ceil(max(ys) + _MARGIN - top)
        words = words if words.startswith(caption) else f"{caption}\n{words}"
        size, place = _attributes(width=width, height=height), _attributes(x=left, y=top)
        fonts, language = FONT, ""
        if any(map(is_wide, "".join([words, *self._shapes]))):
            # Chinese has other forms of some letters.
            fonts, language = FONT.replace("sans", f"{_JAPANESE}, sans"), " xml:lang='ja'"
        # A white ground, so that it can be read in a dark theme too. No id, style or url: several
        # pictures stand in one page, and there they would share them.
        parts = [
            f"<svg xmlns='http://www.w3.org/2000/svg' role='img'{size}{language}"
            f" viewBox='{_places([(left, top), (width, height)])}' font-family='{fonts}'"
            f" font-size='{SIZE:g}' fill='{INK}'>",
            f"<title>{escaped(caption)}</title>",
            f"<desc>{escaped(words)}</desc>",
            f"<rect{place}{size} fill='{WHITE}'/>",
            *self._shapes,
            "</svg>",
        ]
        return Picture(showable(caption), showable(words), "\n".join(parts), width, height)


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:.9g}"  # + 0.0, for -0.0 is written with its sign


def _attributes(**values: str | float | None) -> str:
    """Attributes that are not None; underscores stand for hyphens."""
    shown = {k: v if isinstance(v, str) else _number(v) for k, v in values.items() if v is not None}
    return "".join(f" {name.replace('_', '-')}='{value}'" for name, value in shown.items())


def _places(points: Iterable[Point]) -> str:
    return " ".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _path(points: list[Point], curve: str) -> str:
    steps = [f"M{_places(points[:1])}"]
    for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False):
        # The handles of a curve lie half way, so that it leaves and arrives in the same direction.
        mx, my = (x1 + x2) / 2, (y1 + y2) / 2
        if curve == "down" and x1 != x2:
            steps.append(f"C{_places([(x1, my), (x2, my), (x2, y2)])}")
        elif curve == "across" and y1 != y2:
            steps.append(f"C{_places([(mx, y1), (mx, y2), (x2, y2)])}")
        else:
            steps.append(f"L{_places([(x2, y2)])}")
    return "".join(steps)


def _arrowhead(points: list[Point], curve: str, width: float) -> tuple[list[Point], Point]:
    """The three corners of a line's arrowhead, its tip first, and where the line ends under it."""
    (x1, y1), (x, y) = points[-2:]
    length = math.hypot(x - x1, y - y1) or 1.0
    straight = ((x - x1) / length, (y - y1) / length)
    dx, dy = {"down": (0.0, 1.0), "across": (1.0, 0.0)}.get(curve, straight)
    long, half, under = _HEAD + 2 * width, 2.2 + width, _HEAD + width
    bx, by = x - dx * long, y - dy * long
    head = [(x, y), (bx - dy * half, by + dx * half), (bx + dy * half, by - dx * half)]
    return head, (x - dx * under, y - dy * under)


@dataclass(frozen=True)
class Picture:
    """One drawing in three forms. The caption is the alternative text too; `words` say it all."""

    caption: str
    words: str
    svg: str = field(repr=False)
    width: int = 0
    height: int = 0

    @cached_property
    def png(self) -> bytes:
        """Painted from the SVG when it is first asked for: an explorer draws many, shows few."""
        return _to_png(self.svg, self.width * self.height)

    def html(self) -> str:
        """A figure whose image survives JupyterLab's sanitizer: SVG as the source of an `img`.

        In base64: GitHub's view of a notebook shows no percent-encoded one.
        """
        caption = html.escape(self.caption)
        source = "data:image/svg+xml;base64," + base64.b64encode(self.svg.encode()).decode()
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


def _to_png(svg: str, area: int) -> bytes:
    """The SVG as resvg paints it, in few colours; the same bytes on every machine."""
    import resvg_py
    from PIL import Image

    zoom = _SHARP if area * _SHARP**2 <= _LARGE else min(1.0, (_LARGEST / area) ** 0.5)
    look = {"zoom": zoom, "skip_system_fonts": True, "font_files": _font_files(svg)}
    painted = resvg_py.svg_to_bytes(svg_string=svg, **look)
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette(svg))
    image = Image.open(io.BytesIO(painted)).convert("RGB")
    stored = io.BytesIO()
    # Level 9 takes three times as long as 8 for one byte in a hundred.
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(stored, "PNG", compress_level=8)
    return stored.getvalue()


def _font_files(svg: str) -> list[str]:
    japanese = japanese_font() if any(map(is_wide, svg)) else None
    return [_font_file(), _font_file(bold=True), *([str(japanese)] if japanese else [])]


def _palette(svg: str) -> list[int]:
    """The colours used and, for smooth edges, one between each dark one and white."""
    used = [bytes.fromhex(c) for c in dict.fromkeys(re.findall("='#([0-9a-f]{6})'", svg))]
    between = [bytes((part + 255) // 2 for part in ink) for ink in used if min(ink) < 0xC0]
    return list(b"".join([*used, *between][:256]))
