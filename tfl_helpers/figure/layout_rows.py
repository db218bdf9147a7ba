"""Edges between numbered nodes in, ordered rows out. Knows nothing of coordinates or drawing.

The first half of Sugiyama's method: a row for each node, a bend in every row that an edge passes,
then an order in each row (barycentres) in which few edges cross.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..records import InputError

Pair = tuple[int, int]
_SWEEPS = 12
_BEND = 20.0  # pixels that an edge takes in a row that it passes


@dataclass
class Rows:
    """Nodes and, numbered after them, bends: in rows, with the neighbours one row up and down.

    `chains` tells for each edge its nodes and bends; `spine` those of the longest path; `aside`
    the nodes that no data from the starts reaches.
    """

    rows: list[list[int]]
    above: list[list[int]] = field(default_factory=list)
    below: list[list[int]] = field(default_factory=list)
    chains: dict[Pair, list[int]] = field(default_factory=dict)
    spine: set[int] = field(default_factory=set)
    aside: set[int] = field(default_factory=set)

    def add(self, row: int) -> int:
        """A new node or bend in that row."""
        self.rows[row].append(len(self.above))
        self.above.append([])
        self.below.append([])
        return len(self.above) - 1

    def join(self, chain: list[int]) -> None:
        """An edge from the first node of the chain over its bends to the last."""
        self.chains[chain[0], chain[-1]] = chain
        for a, b in zip(chain, chain[1:], strict=False):
            self.below[a].append(b)
            self.above[b].append(a)


def arrange(
    widths: Sequence[float], edges: Iterable[Pair], starts: Sequence[int], widest: float
) -> Rows:
    """Rows of nodes with these widths; the spine is the longest path from `starts`.

    A row is made no wider than `widest` as far as its sources and ends can go to others.

    Raises:
        InputError: the edges form a cycle.
    """
    count, edges = len(widths), list(dict.fromkeys(edges))
    readers: list[list[int]] = [[] for _ in range(count)]
    for u, v in edges:
        readers[u].append(v)
    order = _topological(readers)
    live = _reached(starts, readers)
    rank = _narrowed(_ranks(order, readers, live), edges, widths, widest)
    rows = Rows([[] for _ in range(max(rank, default=-1) + 1)], aside=set(order) - live)
    for n in range(count):
        rows.add(rank[n])
    for u, v in edges:
        rows.join([u, *(rows.add(row) for row in range(rank[u] + 1, rank[v])), v])
    path = _longest_path([n for n in order if n in live or not live], readers)
    steps = zip(path, path[1:], strict=False)
    rows.spine = {*path, *(n for step in steps for n in rows.chains[step])}
    _untangle(rows)
    return rows


def _topological(readers: list[list[int]]) -> list[int]:
    waiting = [0] * len(readers)
    for later in readers:
        for v in later:
            waiting[v] += 1
    order = [n for n, count in enumerate(waiting) if not count]
    for n in order:
        for v in readers[n]:
            waiting[v] -= 1
            if not waiting[v]:
                order.append(v)
    if len(order) < len(readers):
        raise InputError(
            "layout needs edges without a cycle, got "
            f"{len(readers) - len(order)} nodes of {len(readers)} in or behind one. "
            "Pass the body of a loop as a graph of its own: Graph(title, nodes, bodies=(body,))."
        )
    return order


def _reached(starts: Sequence[int], readers: list[list[int]]) -> set[int]:
    found, todo = set(starts), list(starts)
    while todo:
        fresh = [v for v in readers[todo.pop()] if v not in found]
        found.update(fresh)
        todo += fresh
    return found


def _ranks(order: list[int], readers: list[list[int]], live: set[int]) -> list[int]:
    """The row of each node: below all it reads, and side branches as far down as can be."""
    rank = [0] * len(order)
    for n in order:
        for v in readers[n]:
            rank[v] = max(rank[v], rank[n] + 1)
    for n in reversed(order):
        if n not in live and readers[n]:
            rank[n] = min(rank[v] for v in readers[n]) - 1
    return rank


def _narrowed(
    rank: list[int], edges: list[Pair], widths: Sequence[float], widest: float
) -> list[int]:
    """What no edge holds back goes up or down a row as long as its own is too wide."""
    for step, tied, free in ((-1, 1, 0), (1, 0, 1)):
        held = Counter(edge[tied] for edge in edges)
        bends = Counter(edge[free] for edge in edges)
        here = max(rank, default=0) if step < 0 else min(rank, default=0)
        while any((n - here) * step >= 0 for n in rank):
            row = [n for n, r in enumerate(rank) if r == here]
            passing = sum(min(rank[u], rank[v]) < here < max(rank[u], rank[v]) for u, v in edges)
            room = widest - sum(widths[n] for n in row) - passing * _BEND
            for n in reversed(row[1:]):
                if room < 0 and not held[n]:
                    rank[n] += step
                    room += widths[n] - bends[n] * _BEND
            here += step
    return [r - min(rank) for r in rank]


def _longest_path(order: list[int], readers: list[list[int]]) -> list[int]:
    steps: dict[int, int] = {}
    following: dict[int, int] = {}
    for n in reversed(order):
        steps[n] = 0
        for v in readers[n]:
            if v in steps and steps[v] + 1 > steps[n]:
                steps[n], following[n] = steps[v] + 1, v
    path = [max(order, key=lambda n: steps[n])] if order else []
    while path and path[-1] in following:
        path.append(following[path[-1]])
    return path


def _untangle(rows: Rows) -> None:
    """Sort each row by the mean place of the neighbours; keep the order with fewest crossings."""
    place = _visits(rows)
    for row in rows.rows:
        _sort(row, place, place)
    best, kept = _crossings(rows, place), [list(row) for row in rows.rows]
    for sweep in range(_SWEEPS if best else 0):
        near = rows.below if sweep % 2 else rows.above
        for row in reversed(rows.rows) if sweep % 2 else rows.rows:
            _sort(row, {n: _mean([place[m] for m in near[n]], place[n]) for n in row}, place)
        found = _crossings(rows, place)
        if found < best:
            best, kept = found, [list(row) for row in rows.rows]
    rows.rows = kept


def _visits(rows: Rows) -> dict[int, int]:
    """When a walk up from the last node, operands from left to right, comes to each node."""
    visit: dict[int, int] = {}
    todo = [n for n in reversed(range(len(rows.below))) if not rows.below[n]]
    while todo:
        n = todo.pop()
        if n not in visit:
            visit[n] = len(visit)
            todo += reversed(rows.above[n])
    return visit


def _sort(row: list[int], wanted: dict[int, float], place: dict[int, int]) -> None:
    row.sort(key=lambda n: (wanted[n], place[n]))
    place.update((n, i) for i, n in enumerate(row))


def _mean(values: list[int], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: Rows, place: dict[int, int]) -> int:
    count = 0
    for row in rows.rows:
        ends: list[int] = []
        for n in row:
            reached = [place[m] for m in rows.below[n]]
            count += sum(len(ends) - bisect_right(ends, end) for end in reached)
            for end in reached:
                insort(ends, end)
    return count
