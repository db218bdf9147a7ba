"""Columns of cells and the links between them in, shapes on a canvas out. Knows no meaning.

Cells of one row are level with each other; those of a column that floats are level with what
leads to them, in their own order and as far as there is room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise, zip_longest
from typing import Any

from .canvas import GREY, INK, PALE_GREY, SIZE, SMALL, Canvas, Point, text_width, wrap_text
from .layout import settle

_LINE, _BASE, _GAP = 16.0, 4.0, 12.0  # pixels: a line, its foot below the text; between rows
_SIDE, _ABOVE, _INNER = 12.0, 4.0, 5.0  # around what is in a box; between cells in one
_BRACKET, _ARRIVE = 8.0, 9.0  # the arms of a bracket; between arrows at one cell
_STUB, _ARM = 24.0, 4.5  # a link that leads nowhere, and the cross at its end
Place = tuple[int, int]  # numbers of the column and of the row


@dataclass(frozen=True)
class Cell:
    """Lines of text, smaller ones below, other cells below those; a box if it has a look.

    Every line is wrapped to `widest`; `mark` stands before the first one, bold in a box.
    """

    text: str = ""
    about: str = ""
    inner: tuple[Cell, ...] = ()
    look: dict[str, Any] = field(default_factory=dict)
    mark: str = ""
    ink: str = INK
    faint: str = GREY  # of `about`
    bold: bool = False
    anchor: str = "start"  # or "middle"
    widest: float = 300.0

    @cached_property
    def lines(self) -> list[tuple[str, dict[str, Any]]]:
        """Each line of text and how it looks."""
        large = {"size": SIZE, "bold": self.bold, "color": self.ink}
        small = {"size": SMALL, "bold": False, "color": self.faint}
        return [
            (line, look)
            for text, look in ((self.text, large), (self.about, small))
            for part in text.splitlines()
            for line in wrap_text(part, self.widest, look["size"])
        ]

    @cached_property
    def indent(self) -> float:
        """Width of the mark and the room behind it."""
        return text_width(self.mark, bold=bool(self.look)) + 8 if self.mark else 0.0

    @cached_property
    def width(self) -> float:
        """With everything inside."""
        own = [text_width(line, look["size"], look["bold"]) for line, look in self.lines]
        wide = max([*own, *(cell.width for cell in self.inner)], default=0.0) + self.indent
        return wide + 2 * _SIDE * bool(self.look)

    @cached_property
    def height(self) -> float:
        """With everything inside."""
        parts = [_LINE * len(self.lines)] * bool(self.lines) + [cell.height for cell in self.inner]
        around = 2 * _ABOVE + _INNER * any(cell.look for cell in self.inner)
        return sum(parts) + _INNER * max(len(parts) - 1, 0) + around * bool(self.look)

    def draw(self, canvas: Canvas, x: float, y: float, width: float) -> None:
        """Its box as wide as the column, its lines, and below them the cells that it holds."""
        if self.look:
            canvas.box(x, y, width, self.height, **self.look)
            x, y, width = x + _SIDE, y + _ABOVE, width - 2 * _SIDE
        if self.mark:
            look = {"bold": True} if self.look else {"color": GREY}
            canvas.text(x, y + _LINE - _BASE, self.mark, **look)
        left = x + (width / 2 if self.anchor == "middle" else self.indent)
        for line, look in self.lines:
            y += _LINE
            canvas.text(left, y - _BASE, line, anchor=self.anchor, **look)
        y += _INNER * bool(self.lines)
        for cell in self.inner:
            cell.draw(canvas, x, y, width)
            y += cell.height + _INNER


@dataclass(frozen=True)
class Column:
    """Cells from top to bottom; cell i stands in row i unless the column floats.

    A `title` is bold above the head, and the column has a ground of its own then.
    """

    cells: Sequence[Cell]
    head: str = ""
    title: str = ""
    lane: float = 44.0  # pixels between it and the column before
    floats: bool = False

    @cached_property
    def width(self) -> float:
        """Of the widest cell or of what stands above."""
        heads = [text_width(self.head, SMALL), text_width(self.title, bold=True)]
        return max([*heads, *(cell.width for cell in self.cells)])


@dataclass(frozen=True)
class Link:
    """An arrow from a cell, by the numbers of column and row, to one further right.

    It ends in a cross if `end` is None. A cell that only holds others has a bracket at its side.
    """

    start: Place
    end: Place | None
    words: str = ""  # above its middle
    look: dict[str, Any] = field(default_factory=dict)


Placed = dict[Place, tuple[Cell, float, float, float]]  # left, top and width


def draw_columns(
    canvas: Canvas,
    columns: Sequence[Column],
    links: Sequence[Link] = (),
    top: float = 0.0,
    flush: bool = False,
) -> float:
    """Draw from the left, below `top`; returns where it ends.

    Links are in the order in which they arrive at one cell, from above. If `flush`, cells of one
    row begin at one height, else their middles are level.
    """
    heads = [any(column.title for column in columns), any(column.head for column in columns)]
    body = top + _LINE * sum(heads) + _GAP / 2 * any(heads)
    steps = (before.width + column.lane for before, column in pairwise(columns))
    lefts = list(accumulate(steps, initial=0.0))
    placed = _place(columns, lefts, links, body, flush)
    bottom = max((y + cell.height for cell, _, y, _ in placed.values()), default=body)
    head = min((y for _, _, y, _ in placed.values()), default=body) - _GAP / 2
    for column, left in zip(columns, lefts, strict=True):
        x, anchor = (left + column.width / 2, "middle") if column.title else (left, "start")
        if column.title:
            y = head - 2 * _LINE - _SIDE / 2
            ground = left - _SIDE, y, column.width + 2 * _SIDE, bottom - y + _SIDE / 2
            canvas.box(*ground, fill=PALE_GREY, stroke=PALE_GREY)
            canvas.text(x, head - _LINE - _BASE, column.title, bold=True, anchor=anchor)
        if column.head:
            canvas.text(x, head - _BASE, column.head, size=SMALL, color=GREY, anchor=anchor)
    for link in links:
        _draw_link(canvas, placed, links, link)
    for place in sorted(placed, key=lambda place: place[::-1]):  # row by row, as one reads
        cell, *where = placed[place]
        cell.draw(canvas, *where)
    return bottom


def _place(
    columns: Sequence[Column], lefts: list[float], links: Sequence[Link], top: float, flush: bool
) -> Placed:
    still = [[cell.height for cell in column.cells] for column in columns if not column.floats]
    rows = [max(row) for row in zip_longest(*still, fillvalue=0.0)]
    starts = list(accumulate((row + _GAP for row in rows), initial=top))
    placed: Placed = {}
    for k, (column, left) in enumerate(zip(columns, lefts, strict=True)):
        highs, tops = [cell.height for cell in column.cells], starts
        if column.floats:  # level with what leads there, apart from each other
            middles = []
            for n in range(len(highs)):
                come = [placed[link.start] for link in links if link.end == (k, n)]
                ys = [y + cell.height / 2 for cell, _, y, _ in come]
                middles.append(sum(ys) / len(ys) if ys else (top + starts[-1] - _GAP) / 2)
            settled = settle(middles, [(a + b) / 2 + _GAP for a, b in pairwise(highs)])
            tops = [middle - high / 2 for middle, high in zip(settled, highs, strict=True)]
        elif not flush:
            tops = [y + (row - h) / 2 for y, row, h in zip(starts, rows, highs, strict=False)]
        cells = enumerate(zip(column.cells, tops, strict=False))
        placed |= {(k, n): (cell, left, y, column.width) for n, (cell, y) in cells}
    return placed


def _draw_link(canvas: Canvas, placed: Placed, links: Sequence[Link], link: Link) -> None:
    x, y = _port(canvas, placed, links, link, "start")
    look = link.look
    if link.end:
        end = _port(canvas, placed, links, link, "end")
    else:
        end, look = (x + _STUB, y), look | {"arrow": False}
        for arm in (_ARM, -_ARM):
            canvas.line([(end[0] - _ARM, y - arm), (end[0] + _ARM, y + arm)], **look)
    canvas.line([(x, y), end], curve="across", **look)
    if link.words:
        middle = (x + end[0]) / 2, (y + end[1]) / 2 - 6
        canvas.text(*middle, link.words, size=SMALL, color=GREY, anchor="middle")


def _port(canvas: Canvas, placed: Placed, links: Sequence[Link], link: Link, side: str) -> Point:
    """Where a link leaves or arrives: those at one cell side by side, and outside its bracket."""
    cell, left, top, width = placed[getattr(link, side)]
    high, (x, way) = cell.height, (left + width, 1.0) if side == "start" else (left, -1.0)
    group = [other for other in links if getattr(other, side) == getattr(link, side)]
    step = min(_ARRIVE, (high - 2 * _ABOVE) / max(len(group) - 1, 1))
    y = top + high / 2 + (group.index(link) - (len(group) - 1) / 2) * step
    if len(cell.inner) > 1 and not cell.look:
        near, far = x + 4 * way, x + (4 + _BRACKET) * way
        corners = [(near, top + 2), (far, top + 2), (far, top + high - 2), (near, top + high - 2)]
        canvas.line(corners, **link.look | {"arrow": False, "dash": False})
        return far, y
    apart = 2.0 if side == "end" else 0.0 if cell.look else 6.0
    return x + apart * way, y
