"""The layout of graphs: rows, straight lines, nothing on top of anything else."""

from __future__ import annotations

import random
import time
from itertools import combinations

import pytest

from tfl_helpers.figure.layout import Layout, layout, settle
from tfl_helpers.records import InputError

Sizes = dict[str, tuple[float, float]]
Edges = list[tuple[str, str]]


def boxes(*names: str) -> Sizes:
    return {name: (80.0, 38.0) for name in names}


def random_graph(count: int, seed: int) -> tuple[Sizes, Edges]:
    """Like a neural network: a chain with skips, and a constant now and then."""
    rng = random.Random(seed)
    sizes = {f"n{i}": (rng.uniform(40, 180), rng.choice([38.0, 50.0])) for i in range(count)}
    edges = []
    for i in range(1, count):
        if i % 4 != 1 or i == 1:
            edges.append((f"n{rng.randrange(max(0, i - 3), i)}", f"n{i}"))
            edges.append((f"n{rng.randrange(max(0, i - 6), i)}", f"n{i}"))
    return sizes, edges


def frame(name: str, sizes: Sizes, plan: Layout) -> tuple[float, float, float, float]:
    (x, y), (width, height) = plan.positions[name], sizes[name]
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


@pytest.mark.parametrize("seed", range(5))
def test_boxes_never_overlap_and_stay_on_the_page(seed: int) -> None:
    sizes, edges = random_graph(40, seed)
    plan = layout(sizes, edges, ["n0"])
    frames = [frame(name, sizes, plan) for name in sizes]
    for a, b in combinations(frames, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]
    for left, top, right, bottom in frames:
        assert left >= -0.1
        assert top >= 0
        assert right <= plan.width + 0.1
        assert bottom <= plan.height + 0.1


@pytest.mark.parametrize("seed", range(5))
def test_edges_run_downward_and_through_no_box(seed: int) -> None:
    sizes, edges = random_graph(40, seed)
    plan = layout(sizes, edges, ["n0"])
    for (source, reader), route in zip(edges, plan.routes, strict=True):
        assert route[0][1] == pytest.approx(frame(source, sizes, plan)[3])
        assert route[-1][1] == pytest.approx(frame(reader, sizes, plan)[1])
        for (x1, y1), (x2, y2) in zip(route, route[1:], strict=False):
            assert y2 > y1
            for name in set(sizes) - {source, reader}:
                left, top, right, bottom = frame(name, sizes, plan)
                beside = max(x1, x2) < left or min(x1, x2) > right
                assert beside or y2 <= top + 0.1 or y1 >= bottom - 0.1


def test_the_longest_path_is_one_straight_line() -> None:
    sizes = boxes("x", "const", "Mul", "Sum", "Sqrt", "output")
    edges = [("x", "Mul"), ("const", "Mul"), ("Mul", "Sum"), ("Sum", "Sqrt"), ("Sqrt", "output")]
    plan = layout(sizes, edges, ["x"])
    assert len({plan.positions[n][0] for n in ("x", "Mul", "Sum", "Sqrt", "output")}) == 1
    assert all(
        len({x for x, _ in r}) == 1
        for r, e in zip(plan.routes, edges, strict=True)
        if e[0] != "const"
    )


def test_side_branches_stand_one_row_above_their_reader() -> None:
    sizes = boxes("x", "a", "b", "late", "constant", "output")
    edges = [("x", "a"), ("a", "b"), ("b", "output"), ("constant", "late"), ("late", "b")]
    y = {name: at[1] for name, at in layout(sizes, edges, ["x"]).positions.items()}
    assert y["late"] == y["a"]
    assert y["constant"] == y["x"]


def test_operands_arrive_side_by_side_in_their_order() -> None:
    sizes = boxes("x", "const", "Sub")
    first, second = layout(sizes, [("x", "Sub"), ("const", "Sub")], ["x"]).routes
    assert first[-1][0] < second[-1][0]


def test_one_operand_used_twice_gives_two_arrows() -> None:
    first, second = layout(boxes("x", "Mul"), [("x", "Mul"), ("x", "Mul")], ["x"]).routes
    assert first[0] == second[0]
    assert second[-1][0] - first[-1][0] == 12


def test_a_long_edge_beside_the_spine_is_straight_too() -> None:
    names = ["x", "a", "b", "c", "d", "Mul", "scale"]
    edges = [*zip(names[:5], names[1:6], strict=True), ("scale", "Mul")]
    route = layout(boxes(*names), edges, ["x", "scale"]).routes[-1]
    assert len({round(x, 0) for x, _ in route[2:-2]}) == 1


def test_nothing_at_all_is_a_layout_too() -> None:
    assert layout({}, []) == Layout({}, (), 0.0, 0.0)


@pytest.mark.parametrize("edges", [[("a", "b"), ("b", "a")], [("a", "a")]])
def test_a_cycle_is_refused_in_words(edges: Edges) -> None:
    with pytest.raises(InputError, match=r"without a cycle, got \d nodes? of 3 .*bodies=\(body,\)"):
        layout(boxes("a", "b", "c"), edges)


def test_the_same_graph_gives_the_same_layout() -> None:
    sizes, edges = random_graph(60, 3)
    assert layout(sizes, edges, ["n0"]) == layout(dict(sizes), list(edges), ["n0"])


@pytest.mark.parametrize(("count", "seconds"), [(70, 0.5), (1_000, 5.0)])
def test_it_is_quick(count: int, seconds: float) -> None:
    sizes, edges = random_graph(count, 1)
    start = time.perf_counter()
    layout(sizes, edges, ["n0"])
    assert time.perf_counter() - start < seconds  # ten times what a busy laptop needs


def test_settle_keeps_order_and_distance_and_moves_little() -> None:
    assert settle([0, 100], [20]) == [0, 100]
    assert settle([50, 50], [20]) == [40, 60]
    assert settle([50, 50], [20], [1e9, 1]) == pytest.approx([50, 70])
    assert settle([30, 20, 10], [5, 5]) == [15, 20, 25]
    assert settle([], []) == []
