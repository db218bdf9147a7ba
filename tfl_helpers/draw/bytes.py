"""Bytes of a .tflite file in, a picture of where each of them went out. See `byte_grid` too."""

from __future__ import annotations

from typing import Any

from ..figure.canvas import Canvas, Picture
from ..figure.shapes import GREY, SMALL, WHITE, fit_text, text_width
from ..read.byte_map import PARTS, ByteMap
from ..records import InputError
from .byte_grid import GRID_BYTES, LOOKS, draw_grid

_WIDE, _BAR = 800.0, 32.0  # pixels: the bar of a large file
_ROW, _SWATCH, _GAP = 21.0, 15.0, 30.0
_NAME, _BYTES, _SHARE, _WHAT = 24.0, 205.0, 254.0, 276.0  # legend: name, right ends, its use
_LEFT, _WIDEST = 316.0, 240.0  # largest pieces: where they begin, and pixels of a name
_BARS, _LONGEST = 594.0, 130.0  # their bars


def draw_bytes(model: bytes, caption: str = "") -> Picture:
    """Every byte of a .tflite file, coloured and lettered by the part of the file that owns it.

    Up to 4,096 bytes each byte is a square, in the order of the file; a larger file is one bar
    to scale, with its largest pieces by name.

    Args:
        model: The content of the file, or what `read_bytes` returns.
        caption: What is to be seen; without it, the size and the share of the weights.

    Raises:
        InputError: `model` is not a .tflite file.

    Example:
        >>> tfl.draw_bytes(pathlib.Path("gesture.tflite").read_bytes())
    """
    found = model if isinstance(model, ByteMap) else _read(model)
    canvas = Canvas()
    if found.size_bytes <= GRID_BYTES:
        _draw_legend(canvas, found, draw_grid(canvas, found) + _GAP, uses=True)
    else:
        _draw_bar(canvas, found)
        _draw_legend(canvas, found, _BAR + _GAP)
        _draw_pieces(canvas, found, _BAR + _GAP)
    return canvas.picture(caption or _summary(found), str(found))


def _read(model: Any) -> ByteMap:
    from ..read.bytes import read_bytes

    try:
        return read_bytes(model)
    except InputError as error:  # say it in the name of what the learner called
        raise InputError(str(error).replace("read_bytes", "draw_bytes")) from None


def _summary(found: ByteMap) -> str:
    sizes = dict(found.parts)
    weights = sizes.get("weights", 0)
    share = found.share(weights) if weights else "none"
    said = f"{found.size_bytes:,} bytes, {share} of them weights"
    part = max(sizes, key=sizes.__getitem__)
    return (
        said
        if part == "weights"
        else f"{said}; the largest part is {part}, {found.share(sizes[part])}"
    )


def _draw_bar(canvas: Canvas, found: ByteMap) -> None:
    """The whole file to scale, a part after the other; a letter where there is room."""
    left = 0.0
    for part, size_bytes in found.parts:
        look, width = LOOKS[part], _WIDE * size_bytes / found.size_bytes
        canvas.box(left, 0, width, _BAR, fill=look.fill, stroke=look.fill, radius=0)
        for said in (f"{part} {found.share(size_bytes)}", look.letter):
            if text_width(said) + 8 <= width:
                place = left + width / 2, _BAR / 2 + 4
                canvas.text(*place, said, color=look.ink, anchor="middle")
                break
        left += width
        if left < _WIDE:
            canvas.line([(left, 0), (left, _BAR)], color=WHITE, arrow=False)


def _draw_legend(canvas: Canvas, found: ByteMap, top: float, uses: bool = False) -> None:
    """A line for each part, weights even where there are none; `uses` says what each is for."""
    _draw_head(canvas, 0.0, top, "part of the file")
    canvas.text(_BYTES, top, "bytes", size=SMALL, color=GREY, anchor="end")
    sizes = {"weights": 0, **dict(found.parts)}
    for i, (part, size_bytes) in enumerate(sizes.items(), 1):
        y = top + i * _ROW
        _draw_swatch(canvas, part, 0.0, y)
        canvas.text(_NAME, y, part)
        canvas.text(_BYTES, y, f"{size_bytes:,}", anchor="end")
        canvas.text(_SHARE, y, found.share(size_bytes), anchor="end")
        if uses:
            canvas.text(_WHAT, y, PARTS[part], size=SMALL, color=GREY)


def _draw_head(canvas: Canvas, left: float, top: float, words: str) -> None:
    canvas.text(left, top, words, size=SMALL, color=GREY)


def _draw_swatch(canvas: Canvas, part: str, x: float, y: float) -> None:
    look = LOOKS[part]
    canvas.box(x, y - 12, _SWATCH, _SWATCH, fill=look.fill, stroke=look.fill, radius=0)
    canvas.text(x + _SWATCH / 2, y - 1, look.letter, size=SMALL, color=look.ink, anchor="middle")


def _draw_pieces(canvas: Canvas, found: ByteMap, top: float) -> None:
    """The largest things with a name, each with a bar as long as its bytes."""
    pieces = found.pieces()
    _draw_head(canvas, _LEFT, top, "largest pieces by name")
    canvas.text(_WIDE, top, "bytes", size=SMALL, color=GREY, anchor="end")
    for i, (part, name, size_bytes) in enumerate(pieces, 1):
        y = top + i * _ROW
        _draw_swatch(canvas, part, _LEFT, y)
        canvas.text(_LEFT + _NAME, y, _fit_path(name))
        look, width = LOOKS[part], max(_LONGEST * size_bytes / pieces[0][2], 1.0)
        canvas.box(_BARS, y - 10, width, 11, fill=look.fill, stroke=look.fill, radius=0)
        canvas.text(_WIDE, y, f"{size_bytes:,}", anchor="end")


def _fit_path(name: str) -> str:
    """Cut at its beginning, where a part of the path begins if there is one."""
    short = fit_text(name[::-1], _WIDEST)[::-1]
    return f"…{short[short.index('/') :]}" if short != name and "/" in short else short
