"""A `ByteMap` in, a grid with one square for each byte out, and the looks of the parts of a file.

A run of bytes of one part is one shape, not one a byte, and the part with the most runs is the
ground below the others: the SVG of 4 KB takes about 60 kB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..figure.canvas import Canvas
from ..figure.shapes import GREY, INK, SMALL, WHITE, text_width
from ..read.byte_map import ByteMap

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


LOOKS = {  # Okabe-Ito
    "weights": PartLook("W", "#0072b2", WHITE),
    "quantization": PartLook("Q", "#7cc4ee"),
    "tensors": PartLook("T", "#f0b429"),
    "operators": PartLook("O", "#b84a00", WHITE),
    "signatures": PartLook("S", "#00785a", WHITE),
    "metadata": PartLook("M", "#dfa3c6"),
    "structure": PartLook("L", "#c9c9c9"),
    "header": PartLook("H", INK, WHITE),
    "padding": PartLook("·", "#ececec"),
    "unknown": PartLook("?", "#f0e442"),
}


@dataclass(frozen=True)
class _Run:
    """Bytes of one part in one row of the grid, or in several whole rows."""

    part: str
    row: int
    column: int
    bytes: int
    rows: int = 1


def draw_grid(canvas: Canvas, found: ByteMap) -> float:
    """Draw from (0, 0) on, offsets on the left; returns where the grid ends below."""
    small = found.size_bytes > _MANY_BYTES
    columns, cell = (_MANY_COLUMNS, _MANY_CELL) if small else (_COLUMNS, _CELL)
    rows = -(-found.size_bytes // columns)
    runs = [run for part, start, end in _merged(found) for run in _rows(part, start, end, columns)]
    ground = Counter(run.part for run in runs).most_common(1)[0][0]  # one shape for all its runs
    below = _rows(ground, 0, found.size_bytes, columns)
    for run in [*below, *(run for run in runs if run.part != ground)]:
        place = run.column * cell, run.row * cell, run.bytes * cell, run.rows * cell
        canvas.box(*place, fill=LOOKS[run.part].fill, stroke=WHITE, radius=0)
    _draw_lines(canvas, rows, columns, cell)
    for run in runs:
        _draw_letter(canvas, run, cell)
    for row in range(0, rows, 2):
        label = f"{row * columns:,}"
        canvas.text(-6, row * cell + cell - 2, label, size=SMALL, color=GREY, anchor="end")
    return rows * cell


def _merged(found: ByteMap) -> Iterator[tuple[str, int, int]]:
    """Part, start and end of the longest runs of one part."""
    start, spans = 0, found.spans
    for span, after in zip(spans, [*spans[1:], None], strict=True):
        if after is None or after.part != span.part:
            yield span.part, start, span.end
            start = span.end


def _rows(part: str, start: int, end: int, columns: int) -> Iterator[_Run]:
    """A run cut where rows end; the whole rows in its middle stay together."""
    while start < end:
        row, column = divmod(start, columns)
        whole = (end - start) // columns
        if column == 0 and whole:
            yield _Run(part, row, 0, columns, whole)
            start += whole * columns
        else:
            count = min(end - start, columns - column)
            yield _Run(part, row, column, count)
            start += count


def _draw_lines(canvas: Canvas, rows: int, columns: int, cell: float) -> None:
    """White lines between the squares: each direction is one line that goes to and fro."""
    right, bottom = columns * cell, rows * cell
    down = [(i * cell, y) for i in range(columns + 1) for y in (0.0, bottom)[:: 1 - 2 * (i % 2)]]
    across = [(x, i * cell) for i in range(rows + 1) for x in (0.0, right)[:: 1 - 2 * (i % 2)]]
    for points in (down, across):
        canvas.line(points, color=WHITE, width=1.0, arrow=False)


def _draw_letter(canvas: Canvas, run: _Run, cell: float) -> None:
    look = LOOKS[run.part]
    if text_width(look.letter, _LETTER) > run.bytes * cell - 1:
        return
    x = run.column * cell + cell / 2
    y = run.row * cell + cell / 2 + 0.36 * _LETTER
    canvas.text(x, y, look.letter, size=_LETTER, color=look.ink, anchor="middle")
