"""Bytes of a .tflite file in, a picture of what owns each of them out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..figure.canvas import GREY, INK, SMALL, WHITE, Canvas, Picture, fit_text, text_width
from ..words import say
from .bytes import PARTS, ByteMap, read_bytes

GRID_BYTES = 4096  # larger files are no grid
_COLUMNS, _CELL = 64, 12.0  # a square's side in pixels, with the white line on its right
_MANY_BYTES, _MANY_COLUMNS, _MANY_CELL = 1536, 80, 10.0  # more bytes, smaller squares
_LETTER = 8.0  # pixels of type


@dataclass(frozen=True)
class PartLook:
    """Letter and colours of a part; the letter tells the parts apart without colour."""

    letter: str
    fill: str
    ink: str = INK


LOOKS = {  # Okabe-Ito, and shades of it
    "weights": PartLook("W", "#0072b2", WHITE),
    "quantization": PartLook("Q", "#7cc4ee"),
    "sparsity": PartLook("Z", "#9bd8c6"),
    "tensors": PartLook("T", "#f0b429"),
    "operators": PartLook("O", "#b84a00", WHITE),
    "custom": PartLook("C", "#f2a07b"),
    "signatures": PartLook("S", "#00785a", WHITE),
    "metadata": PartLook("M", "#dfa3c6"),
    "structure": PartLook("L", "#c9c9c9"),
    "header": PartLook("H", INK, WHITE),
    "appended": PartLook("A", "#8a4f7d", WHITE),
    "unused": PartLook("U", "#8f8f8f"),
    "padding": PartLook("·", "#ececec"),
    "unknown": PartLook("?", "#f0e442"),
}


_Run = tuple[str, int, int, int, int]  # part, column and row where it begins, how many it takes


def _draw_grid(canvas: Canvas, found: ByteMap) -> float:
    """Draw from (0, 0) on, offsets on the left; returns where the grid ends below."""
    small = found.size_bytes > _MANY_BYTES
    columns, cell = (_MANY_COLUMNS, _MANY_CELL) if small else (_COLUMNS, _CELL)
    rows = -(-found.size_bytes // columns)
    runs: list[_Run] = []
    for part, group in itertools.groupby(found.spans, key=lambda span: span.part):
        spans = list(group)
        runs += _rows(part, spans[0].start, spans[-1].end, columns)
    ground = Counter(run[0] for run in runs).most_common(1)[0][0]  # one shape for all its runs
    below = _rows(ground, 0, found.size_bytes, columns)
    for part, *place in [*below, *(run for run in runs if run[0] != ground)]:
        canvas.box(*(cell * n for n in place), fill=LOOKS[part].fill, stroke=WHITE, radius=0)
    _draw_lines(canvas, rows, columns, cell)
    for part, column, row, count, _ in runs:
        look, x, y = LOOKS[part], (column + 0.5) * cell, (row + 0.5) * cell
        if text_width(look.letter, _LETTER) <= count * cell - 1:
            y += 0.36 * _LETTER
            canvas.text(x, y, look.letter, size=_LETTER, color=look.ink, anchor="middle")
    for row in range(0, rows, 2):
        label = f"{row * columns:,}"
        canvas.text(-6, row * cell + cell - 2, label, size=SMALL, color=GREY, anchor="end")
    return rows * cell


def _rows(part: str, start: int, end: int, columns: int) -> Iterator[_Run]:
    """A run cut where rows end; the whole rows in its middle stay together."""
    while start < end:
        row, column = divmod(start, columns)
        rows = 1 if column else max((end - start) // columns, 1)
        count = min(end - start, columns - column)
        yield part, column, row, count, rows
        start += count * rows


def _draw_lines(canvas: Canvas, rows: int, columns: int, cell: float) -> None:
    """White lines between the squares: each direction is one line that goes to and fro."""
    right, bottom = columns * cell, rows * cell
    down = [(i * cell, y) for i in range(columns + 1) for y in (0.0, bottom)[:: 1 - 2 * (i % 2)]]
    across = [(x, i * cell) for i in range(rows + 1) for x in (0.0, right)[:: 1 - 2 * (i % 2)]]
    for points in (down, across):
        canvas.line(points, color=WHITE, width=1.0, arrow=False)


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
        model: The content of the file.
        caption: What is to be seen; without it, the size and the share of the weights.

    Raises:
        InputError: `model` is not a .tflite file.

    Example:
        >>> tfl.draw_bytes(pathlib.Path("gesture.tflite").read_bytes())
    """
    found = read_bytes(model)
    canvas = Canvas()
    if found.size_bytes <= GRID_BYTES:
        _draw_legend(canvas, found, _draw_grid(canvas, found) + _GAP, uses=True)
    else:
        _draw_bar(canvas, found)
        _draw_legend(canvas, found, _BAR + _GAP)
        _draw_pieces(canvas, found, _BAR + _GAP)
    return canvas.picture(caption or _summary(found), str(found))


def _summary(found: ByteMap) -> str:
    sizes = {"weights": 0, **dict(found.parts)}
    share = found.share(sizes["weights"]) if sizes["weights"] else say("none")
    said = say("{size:,} bytes, {share} of them weights", size=found.size_bytes, share=share)
    part = max(sizes, key=sizes.__getitem__)
    if part != "weights":
        share = found.share(sizes[part])
        said += say("; the largest part is {part}, {share}", part=say(part), share=share)
    return said


def _draw_bar(canvas: Canvas, found: ByteMap) -> None:
    """The whole file to scale, a part after the other; a letter where there is room."""
    left = 0.0
    for part, size_bytes in found.parts:
        look, width = LOOKS[part], _WIDE * size_bytes / found.size_bytes
        canvas.box(left, 0, width, _BAR, fill=look.fill, stroke=look.fill, radius=0)
        for said in (f"{say(part)} {found.share(size_bytes)}", look.letter):
            if text_width(said) + 8 <= width:
                place = left + width / 2, _BAR / 2 + 4
                canvas.text(*place, said, color=look.ink, anchor="middle")
                break
        left += width
        if left < _WIDE:
            canvas.line([(left, 0), (left, _BAR)], color=WHITE, arrow=False)


def _draw_legend(canvas: Canvas, found: ByteMap, top: float, uses: bool = False) -> None:
    """A line for each part, weights even where there are none; `uses` says what each is for."""
    canvas.text(0, top, say("part of the file"), size=SMALL, color=GREY)
    canvas.text(_BYTES, top, say("bytes"), size=SMALL, color=GREY, anchor="end")
    sizes = {"weights": 0, **dict(found.parts)}
    for i, (part, size_bytes) in enumerate(sizes.items(), 1):
        y = top + i * _ROW
        _draw_swatch(canvas, part, 0.0, y)
        canvas.text(_NAME, y, say(part))
        canvas.text(_BYTES, y, f"{size_bytes:,}", anchor="end")
        canvas.text(_SHARE, y, found.share(size_bytes), anchor="end")
        if uses:
            canvas.text(_WHAT, y, say(PARTS[part]), size=SMALL, color=GREY)


def _draw_swatch(canvas: Canvas, part: str, x: float, y: float) -> None:
    look = LOOKS[part]
    canvas.box(x, y - 12, _SWATCH, _SWATCH, fill=look.fill, stroke=look.fill, radius=0)
    canvas.text(x + _SWATCH / 2, y - 1, look.letter, size=SMALL, color=look.ink, anchor="middle")


def _draw_pieces(canvas: Canvas, found: ByteMap, top: float) -> None:
    """The largest things with a name, each with a bar as long as its bytes."""
    pieces = found.pieces()
    canvas.text(_LEFT, top, say("largest pieces by name"), size=SMALL, color=GREY)
    canvas.text(_WIDE, top, say("bytes"), size=SMALL, color=GREY, anchor="end")
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
