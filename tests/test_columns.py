"""Columns of cells: what is level, what keeps apart, where arrows and brackets go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tfl_helpers.figure.canvas import text_width
from tfl_helpers.figure.columns import Cell, Column, Link, draw_columns

BOX = {"fill": "#ffffff"}


@dataclass
class Area:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass
class Page:
    """Stands for a canvas and keeps what is drawn."""

    boxes: list[Area] = field(default_factory=list)
    texts: list[tuple[str, Area]] = field(default_factory=list)
    lines: list[tuple[list[tuple[float, float]], dict[str, Any]]] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, **look: Any) -> None:
        self.boxes.append(Area(x, y, width, height))

    def text(self, x: float, y: float, text: str, **look: Any) -> None:
        width = text_width(text, look.get("size", 12.0), look.get("bold", False))
        left = x - width / 2 if look.get("anchor") == "middle" else x
        self.texts.append((text, Area(left, y, width, 0.0)))

    def line(self, points: list[tuple[float, float]], **look: Any) -> None:
        self.lines.append((list(points), look))


def page(*columns: Column, links: tuple[Link, ...] = (), **how: Any) -> Page:
    drawn: Any = Page()
    draw_columns(drawn, columns, links, **how)
    return drawn


def test_cells_of_a_row_are_level_and_as_wide_as_their_column() -> None:
    tall, short = Cell("one\ntwo\nthree", look=BOX), Cell("x", look=BOX)
    a, b, c, d = page(Column([tall, short]), Column([short, tall])).boxes  # row by row

    assert a.middle == b.middle < c.middle == d.middle
    assert a.width == c.width == b.width == d.width
    assert a.y + a.height < d.y
    assert a.x + a.width < b.x


def test_flush_cells_begin_at_one_height() -> None:
    seen = page(Column([Cell("call", "why")]), Column([Cell(about="word")]), flush=True)
    (_, call), _, (_, word) = seen.texts
    assert call.y == word.y


def test_a_column_that_floats_is_level_with_what_leads_there_and_keeps_apart() -> None:
    box = Cell("graph\nof two lines", look=BOX)
    reached = [1, 0, 0, 0, 2, 2]
    links = tuple(Link((0, i), (1, n)) for i, n in enumerate(reached))
    seen = page(Column([Cell("call")] * 6), Column([box] * 3, floats=True), links=links)

    for above, below in zip(seen.boxes, seen.boxes[1:], strict=False):
        assert above.y + above.height < below.y
    ends = [points[-1] for points, _ in seen.lines]
    for (x, y), box_drawn in zip(ends, (seen.boxes[n] for n in reached), strict=True):
        assert box_drawn.y < y < box_drawn.y + box_drawn.height
        assert box_drawn.x - 3 < x < box_drawn.x
    assert len(set(ends)) == len(links)


def test_cells_in_one_without_a_box_have_a_bracket() -> None:
    box = Cell("op", look=BOX)
    pair, one = Cell(inner=(box, box)), Cell(inner=(box,))
    links = Link((0, 0), (1, 0), "2 to 1"), Link((0, 1), (1, 1), look={"dash": True})
    seen = page(Column([pair, one]), Column([one, pair]), links=links)

    assert [len(points) for points, _ in seen.lines] == [4, 2, 4, 2]
    assert [look.get("arrow") for _, look in seen.lines] == [False, None, False, None]
    assert [look.get("dash") for _, look in seen.lines] == [False, None, False, True]
    assert "2 to 1" in [text for text, _ in seen.texts]


def test_a_link_without_an_end_is_crossed_out() -> None:
    seen = page(Column([Cell("call")]), links=(Link((0, 0), None),))
    assert [look["arrow"] for _, look in seen.lines] == [False] * 3


@pytest.mark.parametrize("cells", [[], [Cell("a\nb\nc", look=BOX)]])
def test_heads_stand_above_all_and_never_on_each_other(cells: list[Cell]) -> None:
    seen = page(Column([], "a long head"), Column(cells, "another", "title", floats=True))
    heads = {text: area for text, area in seen.texts if text in ("a long head", "another")}

    left, right = heads["a long head"], heads["another"]
    assert left.x + left.width < right.x
    assert left.y == right.y
    assert all(box.y > left.y for box in seen.boxes[1:])  # the first is the ground


def test_the_mark_of_a_cell_stands_clear_of_its_lines() -> None:
    cell = Cell("a signature of two lines", mark="#1", widest=90.0)
    (_, mark), *lines = page(Column([cell])).texts
    assert len(lines) == 2
    assert all(line.x > mark.x + mark.width for _, line in lines)
