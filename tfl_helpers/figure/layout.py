"""Box sizes and edges in, positions and routes out: a layered layout. Knows nothing of drawing.

The rows come from `layout_rows`; here each row keeps its order and takes the x that makes edges
short (least squares), so that no edge runs through a box. Deterministic.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf

from .layout_rows import Pair, Rows, arrange

Point = tuple[float, float]

_BETWEEN, _GAP, _PORTS = 18.0, 26.0, 12.0  # pixels: boxes in a row, rows, arrows at one box
_BEND, _EDGE = 2.0, 8.0  # width of a bend; least distance of an arrow from a box's corner
_ROUNDS, _LAST = 18, 8  # in the last ones each lane settles on one x
_FIXED, _FIRM = 1e7, 1e3  # weights of spine and lanes against 1 for any other node


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
    widest: float = inf,
) -> Layout:
    """Lay boxes out in rows from top to bottom.

    The longest path from `starts` is drawn straight; what cannot be reached from them (variables,
    constants) stands one row above its first reader.

    Args:
        sizes: Width and height of each box, by name.
        edges: Names of source and reader; an edge may be given twice.
        starts: Names of the boxes where the data comes in.
        widest: Pixels that a row may take, if some of its boxes can stand in another.

    Raises:
        InputError: the edges form a cycle.

    Example:
        >>> layout({"x": (60, 38), "Mul": (60, 38)}, [("x", "Mul"), ("x", "Mul")], ["x"])
    """
    number = {name: i for i, name in enumerate(sizes)}
    pairs = [(number[u], number[v]) for u, v in edges]
    boxes = list(sizes.values())
    apart = [width + _BETWEEN for width, _ in boxes]
    rows = arrange(apart, pairs, [number[name] for name in starts], widest + _BETWEEN)
    widths = [w for w, _ in boxes] + [_BEND] * (len(rows.above) - len(boxes))
    x = _columns(rows, widths, len(boxes), widest)
    bands = _bands(rows, x, [h for _, h in boxes])
    middles = {name: (x[n], sum(bands[n]) / 2) for name, n in number.items()}
    ports = _ports(rows, x, widths, pairs)
    routes = tuple(
        _route(rows.chains[pair], port, x, bands, boxes)
        for pair, port in zip(pairs, ports, strict=True)
    )
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


def _columns(rows: Rows, widths: list[float], count: int, widest: float) -> list[float]:
    """The x of `count` boxes and all bends, from 0; the spine is one straight line."""
    x = _settled(rows, widths, count, (-inf, inf))
    left, right = _sides(x, widths)
    if right - left > widest:
        bound = max(left, min(-widest / 2, right - widest))
        x = _settled(rows, widths, count, (bound, bound + widest))
        left, right = _sides(x, widths)
    return [round(at - left, 1) for at in x]


def _sides(x: list[float], widths: list[float]) -> Point:
    ends = [(at - width / 2, at + width / 2) for at, width in zip(x, widths, strict=True)]
    return min((left for left, _ in ends), default=0.0), max((r for _, r in ends), default=0.0)


def _settled(rows: Rows, widths: list[float], count: int, bounds: Point) -> list[float]:
    """The x of all, none beyond the bounds; the spine at 0 wherever that leaves room."""
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
            pairs = zip(row, row[1:], strict=False)
            apart = [(widths[a] + widths[b]) / 2 + _BETWEEN for a, b in pairs]
            places = _within(places, apart, bounds, (widths[row[0]], widths[row[-1]]))
            weights = [_FIXED if n in rows.spine else _FIRM if n in wanted else 1.0 for n in row]
            for n, place in zip(row, settle(places, apart, weights), strict=True):
                x[n] = 0.0 if n in rows.spine and abs(place) < 0.1 else place
    return x


def _within(
    places: list[float], apart: list[float], bounds: Point, ends: tuple[float, float]
) -> list[float]:
    """Places clipped so far that those beside them have room within the bounds too."""
    shifts = [0.0, *accumulate(apart)]
    low = bounds[0] + ends[0] / 2
    high = bounds[1] - ends[1] / 2 - shifts[-1]
    pairs = zip(places, shifts, strict=True)
    return [min(max(place, low + shift), high + shift) for place, shift in pairs]


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
        straight = [k for k, i in enumerate(edges) if abs(comes[i] - x[v]) < 1]
        middle = straight[0] if len(straight) == 1 else (len(edges) - 1) / 2
        center = comes[edges[straight[0]]] if len(straight) == 1 else x[v]
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
