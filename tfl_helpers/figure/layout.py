"""Box sizes and edges in, positions and routes out: a layered layout. Knows nothing of drawing.

Nodes are sorted into rows, rows so that few edges cross; then each row keeps its order and takes
the x that makes edges short (least squares), so that no edge runs through a box. Deterministic.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import accumulate, pairwise

from ..words import InputError

Point = tuple[float, float]
Pair = tuple[int, int]
_SWEEPS = 12  # down and up through the rows, in search of fewer crossings
_BETWEEN, _GAP, _PORTS = 18.0, 26.0, 12.0  # pixels: boxes in a row, rows, arrows at one box
_BEND, _EDGE = 2.0, 8.0  # width of a bend; least distance of an arrow from a box's corner
_ROUNDS, _LAST = 18, 8  # in the last ones each lane settles on one x
_FIXED, _FIRM = 1e7, 1e3  # weights of spine and lanes against 1 for any other node


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
        for a, b in pairwise(chain):
            self.below[a].append(b)
            self.above[b].append(a)


def arrange(count: int, edges: Iterable[Pair], starts: Sequence[int]) -> Rows:
    """Rows of so many nodes; the spine is the longest path from `starts`."""
    edges = list(dict.fromkeys(edges))
    readers: list[list[int]] = [[] for _ in range(count)]
    for u, v in edges:
        readers[u].append(v)
    order = _topological(count, edges)
    live = set(starts)
    for n in order:
        live.update(readers[n] if n in live else ())
    rank = _ranks(order, readers, live)
    rows = Rows([[] for _ in range(max(rank, default=-1) + 1)], aside=set(order) - live)
    for n in range(count):
        rows.add(rank[n])
    for u, v in edges:
        rows.join([u, *(rows.add(row) for row in range(rank[u] + 1, rank[v])), v])
    path = _longest_path([n for n in order if n in live or not live], readers)
    rows.spine = {*path, *(n for step in pairwise(path) for n in rows.chains[step])}
    _untangle(rows)
    return rows


def _topological(count: int, edges: list[Pair]) -> list[int]:
    sorter = TopologicalSorter({n: () for n in range(count)})
    for u, v in edges:
        sorter.add(v, u)
    try:
        return list(sorter.static_order())
    except CycleError as error:
        raise InputError(
            "Expected edges without a cycle, got {found} nodes of {count} in one. Pass the "
            "body of a loop as a graph of its own: Graph(title, nodes, bodies=(body,)).",
            found=len(error.args[1]) - 1,
            count=count,
        ) from error


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


def _longest_path(order: list[int], readers: list[list[int]]) -> list[int]:
    longest: dict[int, list[int]] = {}
    for n in reversed(order):
        onward = [longest[v] for v in readers[n] if v in longest]
        longest[n] = [n, *max(onward, key=len, default=[])]
    return max((longest[n] for n in order), key=len, default=[])


def _untangle(rows: Rows) -> None:
    """Sort each row by the mean place of the neighbours; keep the order with fewest crossings."""
    place = _visits(rows)
    for row in rows.rows:
        _sort(row, place, place)
    best, kept = _crossings(rows, place), [list(row) for row in rows.rows]
    for sweep in range(_SWEEPS if best else 0):
        near = rows.below if sweep % 2 else rows.above
        for row in reversed(rows.rows) if sweep % 2 else rows.rows:
            seen = {n: [place[m] for m in near[n]] or [place[n]] for n in row}
            _sort(row, {n: sum(places) / len(places) for n, places in seen.items()}, place)
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


@dataclass(frozen=True)
class Layout:
    """Centres of the boxes, and for each edge given its points from box to box, downward."""

    positions: dict[Hashable, Point]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def layout(
    sizes: Mapping[Hashable, Point],
    edges: Sequence[tuple[Hashable, Hashable]],
    starts: Collection[Hashable] = (),
) -> Layout:
    """Lay boxes out in rows from top to bottom.

    The longest path from `starts` is drawn straight; what cannot be reached from them (variables,
    constants) stands one row above its first reader.

    Args:
        sizes: Width and height of each box, by name.
        edges: Names of source and reader; an edge may be given twice.
        starts: Names of the boxes where the data comes in.

    Raises:
        InputError: the edges form a cycle.

    Example:
        >>> layout({"x": (60, 38), "Mul": (60, 38)}, [("x", "Mul"), ("x", "Mul")], ["x"])
    """
    number = {name: i for i, name in enumerate(sizes)}
    pairs = [(number[u], number[v]) for u, v in edges]
    boxes = list(sizes.values())
    rows = arrange(len(boxes), pairs, [number[name] for name in starts])
    widths = [w for w, _ in boxes] + [_BEND] * (len(rows.above) - len(boxes))
    x = _columns(rows, widths, len(boxes))
    bands = _bands(rows, x, [h for _, h in boxes])
    middles = {name: (x[n], sum(bands[n]) / 2) for name, n in number.items()}
    ports = zip(pairs, _ports(rows, x, widths, pairs), strict=True)
    routes = tuple(_route(rows.chains[pair], port, x, bands, boxes) for pair, port in ports)
    right = max((at + width / 2 for at, width in zip(x, widths, strict=True)), default=0.0)
    return Layout(middles, routes, right, max((low for _, low in bands.values()), default=0.0))


def settle(
    wanted: Sequence[float], apart: Sequence[float], weights: Sequence[float] = ()
) -> list[float]:
    """Places in the given order, as near to the wanted ones as distances of `apart` allow.

    Least squares by pool adjacent violators: those who would overlap move on together.
    """
    shifts = [0.0, *accumulate(apart)]
    blocks: list[tuple[float, float, int]] = []  # mean, weight, count
    for i, want in enumerate(wanted):
        block = (want - shifts[i], weights[i] if weights else 1.0, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, weight, count = blocks.pop()
            both = weight + block[1]
            block = ((mean * weight + block[0] * block[1]) / both, both, count + block[2])
        blocks.append(block)
    placed = [mean for mean, _, count in blocks for _ in range(count)]
    return [place + shift for place, shift in zip(placed, shifts, strict=False)]


def _columns(rows: Rows, widths: list[float], count: int) -> list[float]:
    """The x of `count` boxes and all bends, from 0; the spine is one straight line."""
    x = [0.0] * len(widths)
    lanes = _lanes(rows, count)
    for turn in range(-1, _ROUNDS):
        last = turn >= _ROUNDS - _LAST
        near = None if turn < 0 or last else rows.below if turn % 2 else rows.above
        wanted: dict[int, float] = {}
        for lane in lanes if last else []:
            wanted |= dict.fromkeys(lane, sum(x[n] for n in lane) / len(lane))
        for row in reversed(rows.rows) if turn % 2 else rows.rows:
            places = [wanted[n] if n in wanted else _middle(rows, n, near, x) for n in row]
            apart = [(widths[a] + widths[b]) / 2 + _BETWEEN for a, b in pairwise(row)]
            weights = [_FIXED if n in rows.spine else _FIRM if n in wanted else 1.0 for n in row]
            for n, place in zip(row, settle(places, apart, weights), strict=True):
                x[n] = 0.0 if n in rows.spine and abs(place) < 0.1 else place
    left = min((at - width / 2 for at, width in zip(x, widths, strict=True)), default=0.0)
    return [round(at - left, 1) for at in x]


def _middle(rows: Rows, n: int, near: list[list[int]] | None, x: list[float]) -> float:
    """The mean place of the neighbours on one side, or on both; 0 on the spine."""
    seen = (near[n] if near else []) or rows.above[n] + rows.below[n]
    if n in rows.spine or not seen:
        return 0.0 if n in rows.spine else x[n]
    return sum(x[m] for m in seen) / len(seen)


def _lanes(rows: Rows, count: int) -> list[list[int]]:
    """Boxes, or bends, that follow each other without a fork: they want to stand in one line."""
    sources = [[m for m in above if m not in rows.aside] for above in rows.above]
    lane_of: dict[int, list[int]] = {}
    for row in rows.rows:
        for n in row:
            one = sources[n][0] if len(sources[n]) == 1 else -1
            alike = one >= 0 and (one < count) == (n < count)
            follows = alike and len(rows.below[one]) == 1 and n not in rows.aside
            lane_of[n] = lane_of[one] if follows else []
            lane_of[n].append(n)
    return [lane for n, lane in lane_of.items() if lane[0] == n and len(lane) > 1]


def _bands(rows: Rows, x: list[float], heights: list[float]) -> dict[int, Point]:
    """Top and bottom of each node's row; where edges go far sideways the gap is wider."""
    bands, top = {}, 0.0
    for row in rows.rows:
        bottom = round(top + max((heights[n] for n in row if n < len(heights)), default=0.0), 3)
        bands.update((n, (top, bottom)) for n in row)
        aside = max((abs(x[n] - x[m]) for n in row for m in rows.below[n]), default=0.0)
        top = round(bottom + _GAP + min(aside / 20, 18.0), 1)
    return bands


def _ports(rows: Rows, x: list[float], widths: list[float], pairs: list[Pair]) -> list[float]:
    """The x at which each edge arrives: side by side, a straight one in the middle."""
    comes = [x[rows.chains[pair][-2]] for pair in pairs]
    arriving: dict[int, list[int]] = {}
    for i in sorted(range(len(pairs)), key=lambda i: (comes[i], i)):
        arriving.setdefault(pairs[i][1], []).append(i)
    ports = [0.0] * len(pairs)
    for v, edges in arriving.items():
        middle, center = (len(edges) - 1) / 2, x[v]
        if len(straight := [k for k, i in enumerate(edges) if abs(comes[i] - x[v]) < 1]) == 1:
            middle, center = straight[0], comes[edges[straight[0]]]
        room = (widths[v] / 2 - _EDGE) / max(middle, len(edges) - 1 - middle, 1)
        for k, i in enumerate(edges):
            ports[i] = round(center + (k - middle) * min(_PORTS, room), 1)
    return ports


def _route(
    chain: list[int], port: float, x: list[float], bands: dict[int, Point], boxes: list[Point]
) -> tuple[Point, ...]:
    """From box to box: upright beside the boxes of a row, sideways only between rows."""
    first, last = chain[0], chain[-1]
    leaves = round(sum(bands[first]) / 2 + boxes[first][1] / 2, 3)
    arrives = round(sum(bands[last]) / 2 - boxes[last][1] / 2, 3)
    bends = [(x[n], y) for n in chain[1:-1] for y in bands[n]]
    start = [(x[first], leaves), (x[first], bands[first][1])]
    return tuple(dict.fromkeys([*start, *bends, (port, bands[last][0]), (port, arrives)]))
