"""A tall layout in, the same in columns side by side out. Knows nothing of drawing.

It is cut only between rows where no more than one edge passes, so each column is read downward
and one arrow leads from its foot to the head of the next.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import pairwise

from .layout import Layout, Point

_LANE, _HEAD = 44.0, 14.0  # pixels between columns; how far an arrow goes on before it turns
_WORTH = 0.75  # of the height that may be left for a cut to be made


def in_columns(
    plan: Layout, sizes: Mapping[Hashable, Point], tallest: float, widest: float
) -> Layout:
    """The layout in as few columns as make it at most `tallest`, if it can be cut and has room.

    Example:
        >>> in_columns(layout(sizes, edges), sizes, tallest=700, widest=960)
    """
    cuts = _cuts(plan, sizes, -(-plan.height // tallest))
    if not cuts:
        return plan
    ends = pairwise([-1.0, *cuts, plan.height + 1.0])
    columns = _Columns(cuts, [_sides(plan, sizes, top, low) for top, low in ends])
    if columns.width > widest:
        return plan
    positions = {name: columns.move(point) for name, point in plan.positions.items()}
    routes = tuple(columns.lead(route) for route in plan.routes)
    height = max(y + sizes[name][1] / 2 for name, (_, y) in positions.items()) + _HEAD
    if height > _WORTH * plan.height:
        return plan
    return Layout(positions, routes, columns.width, height)


def _cuts(plan: Layout, sizes: Mapping[Hashable, Point], count: float) -> list[float]:
    """Where to cut: between rows, near equal parts, where one edge alone passes."""
    rows = {(y - sizes[n][1] / 2, y + sizes[n][1] / 2) for n, (_, y) in plan.positions.items()}
    places = sorted({round(low) + 1.0 for _, low in rows})[:-1]
    free = [y for y in places if not any(a < y < b for a, b in rows) and _passing(plan, y) < 2]
    wanted = [plan.height * i / count for i in range(1, int(count))]
    return sorted({min(free, key=lambda y: (abs(y - want), y)) for want in wanted if free})


def _passing(plan: Layout, y: float) -> int:
    return sum(route[0][1] < y < route[-1][1] for route in plan.routes)


def _sides(
    plan: Layout, sizes: Mapping[Hashable, Point], top: float, low: float
) -> tuple[float, float, float]:
    """Left, right and top of what stands or runs between two heights."""
    boxes = [(x, y, *sizes[n]) for n, (x, y) in plan.positions.items() if top < y < low]
    bends = [x for route in plan.routes for x, y in route if top < y < low]
    left = min(*(x - width / 2 for x, _, width, _ in boxes), *bends)
    right = max(*(x + width / 2 for x, _, width, _ in boxes), *bends)
    return left, right, min(y - height / 2 for _, y, _, height in boxes)


class _Columns:
    """Where the points between two cuts go."""

    def __init__(self, cuts: list[float], sides: list[tuple[float, float, float]]) -> None:
        self._cuts = cuts
        self._tops = [top for _, _, top in sides]
        widths = [right - left for left, right, _ in sides]
        self._rights = [sum(widths[: i + 1]) + _LANE * i for i in range(len(widths))]
        self._shifts = [self._rights[i] - right for i, (_, right, _) in enumerate(sides)]
        self.width = self._rights[-1]

    def _index(self, y: float) -> int:
        return sum(y > cut for cut in self._cuts)

    def move(self, point: Point) -> Point:
        """The place of a point; later columns leave room at their head for an arrow."""
        x, y = point
        i = self._index(y)
        return round(x + self._shifts[i], 1), round(y - self._tops[i] + (_HEAD if i else 0.0), 1)

    def lead(self, route: tuple[Point, ...]) -> tuple[Point, ...]:
        """The route, at each cut down, over to the lane, up it, and over the next head."""
        moved: list[Point] = []
        for before, point in zip((route[0], *route), route, strict=False):
            (x, y), i = self.move(point), self._index(before[1])
            if i != self._index(point[1]):
                lane, (last, foot) = self._rights[i] + _LANE / 2, moved[-1]
                turns = [(last, foot + _HEAD), (lane, foot + _HEAD), (lane, y - _HEAD)]
                moved += [*turns, (x, y - _HEAD)]
            moved.append((x, y))
        return tuple(moved)
