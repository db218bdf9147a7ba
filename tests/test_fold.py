"""Folding a large graph by the names in it, and opening one part again."""

from __future__ import annotations

import random

import pytest

from tfl_helpers.look.graph import draw_graph, fold, foldings, gather, open_part, partings
from tfl_helpers.records import Graph, InputError, LiteModel, Node

TYPE = "float32[1, 8]"


def op(name: str, *inputs: str, label: str = "Mul") -> Node:
    return Node(name, "op", label, TYPE, inputs, detail=name)


def stored(name: str, kind: str = "variable", size_bytes: int = 32) -> Node:
    return Node(name, kind, name, "float32[8]", (), name, size_bytes)


def network(blocks: int = 8, root: str = "net_1/", end: str = "_1") -> Graph:
    """Blocks of three layers as Keras names them, the last adding what came into the block."""
    nodes = [Node("image", "input", "image", TYPE)]
    before = "image"
    for i in range(blocks):
        first, second, total = (
            f"{root}block_{i}_{layer}{end}" for layer in ("conv", "scale", "add")
        )
        nodes += [
            stored(f"{first}/kernel/resource", size_bytes=1000 + i),
            op(f"{first}/Conv2D", before, f"{first}/kernel/resource", label="Conv2D"),
            stored(f"{second}/x/y", "constant", 4),
            op(f"{second}/x/mul", f"{first}/Conv2D", f"{second}/x/y"),
            op(f"{second}/x/add", f"{second}/x/mul"),
            op(f"{total}/Add", before, f"{second}/x/add"),
        ]
        before = f"{total}/Add"
    head = f"{root}global_pool{end}"
    nodes += [op(f"{head}/Mean", before), op(f"{head}/Squeeze", f"{head}/Mean")]
    nodes.append(Node("output", "output", "output", TYPE, (f"{head}/Squeeze",)))
    return Graph("net", tuple(nodes))


def at_most(count: int):
    return lambda graph: len(graph.nodes) <= count


def labels(graph: Graph) -> list[str]:
    return [node.label for node in graph.nodes]


def test_it_folds_no_more_than_it_must() -> None:
    sizes = [len(fold(network(), at_most(count)).nodes) for count in (100, 30, 15)]
    assert sizes == [27, 27, 11]  # by layers, by layers, by blocks


def test_blocks_are_named_without_what_all_names_share() -> None:
    found = labels(fold(network(3), at_most(8)))
    assert found == ["image", "block_0", "block_1", "block_2", "global_pool", "output"]


def test_layers_are_named_in_full() -> None:
    found = labels(fold(network(1), at_most(8)))
    assert found == ["image", "block_0_conv", "block_0_scale", "Mul", "global_pool", "output"]


def test_a_part_says_what_is_in_it() -> None:
    part = fold(network(3), at_most(8)).nodes[2]
    assert (part.kind, part.detail, part.size_bytes) == ("part", "4 ops, 1,005 bytes", 1005)
    assert part.type == TYPE
    assert part.inputs == ("block_0",)


def test_every_op_and_every_byte_is_in_one_part() -> None:
    graph = network(9)
    for parts in partings(graph):
        ids = [node.id for part in parts for node in part.nodes]
        assert sorted(ids) == sorted(node.id for node in graph.nodes)


def test_ops_without_scopes_stay_as_they_are() -> None:
    graph = Graph("f", (Node("x", "input", "x", TYPE), op("Mul", "x"), op("a/Add", "Mul")))
    assert labels(fold(graph, at_most(9))) == ["x", "Mul", "Mul"]
    assert foldings(Graph("f", graph.nodes[:2])) == []


def test_names_of_a_file_tell_by_the_last_op_in_them() -> None:
    nodes = [Node("t0", "input", "x", TYPE)]
    for i in range(4):
        made = f"net/relu_{i}/Relu;net/conv_{i}/BiasAdd;net/conv_{i}/Conv2D"
        nodes += [stored(f"t{i + 1}", "constant"), op(f"op{i}", nodes[-1].id, f"t{i + 1}")]
        nodes[-1] = Node(f"op{i}", "op", "CONV_2D", TYPE, nodes[-1].inputs, made)
    assert labels(fold(Graph("main", tuple(nodes)), at_most(6))) == [
        "x",
        "conv_0",
        "conv_1",
        "conv_2",
        "conv_3",
    ]


def test_a_part_that_others_stand_between_is_split() -> None:
    x = Node("x", "input", "x", TYPE)
    nodes = (
        x,
        op("a/1", "x"),
        op("b/1", "a/1"),
        op("b/2", "b/1"),
        op("a/2", "b/2"),
        op("a/3", "a/2"),
    )
    folded = fold(Graph("f", nodes), at_most(9))
    assert labels(folded) == ["x", "Mul", "b", "a (2)"]
    assert folded.nodes[3].inputs == ("b",)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_folded_is_in_topological_order_without_a_cycle(seed: int) -> None:
    rng = random.Random(seed)
    nodes = [Node("x", "input", "x", TYPE)]
    for i in range(80):
        sources = {rng.choice(nodes).id for _ in range(2)}
        nodes.append(op(f"{rng.choice('abcde')}_{rng.randrange(3)}/{i}", *sorted(sources)))
    for parts in partings(Graph("f", tuple(nodes))):
        home = {node.id: number for number, part in enumerate(parts) for node in part.nodes}
        for node in nodes:
            assert all(home[source] <= home[node.id] for source in node.inputs)


def test_where_names_tell_nothing_runs_of_ops_are_folded() -> None:
    nodes = [Node("x", "input", "x", TYPE)]
    for i in range(100):
        nodes += [stored(f"c{i}", "constant", 4), op(f"Mul_{i}", nodes[-1].id, f"c{i}")]
    folded = fold(Graph("f", tuple(nodes)), at_most(48))
    assert labels(folded)[:3] == ["x", "ops 1 to 5", "ops 6 to 10"]
    assert folded.nodes[-1].detail == "5 ops, 20 bytes"


def test_constants_that_parts_share_tie_nothing_together() -> None:
    graph = network(6)
    shared = [stored(f"bias_{i}", "constant", 8) for i in range(2)]
    nodes = [
        Node(n.id, n.kind, n.label, n.type, (*n.inputs, "bias_0", "bias_1"), n.detail)
        if n.label == "Conv2D"
        else n
        for n in graph.nodes
    ]
    folded = fold(Graph("net", (*shared, *nodes)), at_most(12))
    assert labels(folded)[0] == "2 constants shared by parts"
    assert folded.nodes[0].type == "16 bytes"
    assert not any(folded.nodes[0].id in node.inputs for node in folded.nodes)


def test_many_variables_of_one_op_are_one_node() -> None:
    weights = [stored(f"w{i}") for i in range(7)]
    call = op("call", "w0", *(w.id for w in weights), label="StatefulPartitionedCall")
    gathered = gather(Graph("f", (*weights, call)))
    assert labels(gathered) == ["7 variables", "StatefulPartitionedCall"]
    assert gathered.nodes[0].type == "224 bytes"
    assert gathered.nodes[1].inputs == (gathered.nodes[0].id,)
    few = Graph("f", (*weights[:6], op("call", *(w.id for w in weights[:6]))))
    assert gather(few) == few


def test_a_part_can_be_opened_at_any_level() -> None:
    block = open_part(network(), "block_3", at_most(15))
    assert block.title == "block_3 in net"
    assert [n.label for n in block.nodes if n.kind in ("input", "output")] == [
        "from block_2_add",
        "to block_4_conv",
    ]
    assert sum(node.kind == "op" for node in block.nodes) == 4
    layer = open_part(network(), "block_3_scale", at_most(15))
    assert labels(layer) == [
        "from block_3_conv",
        layer.nodes[1].label,
        "Mul",
        "Mul",
        "to block_3_add",
    ]


def test_a_part_of_an_inner_graph_and_an_inner_graph_can_be_opened() -> None:
    outer = Graph("f", (op("call"),), (Graph("Call call: net", network().nodes),))
    assert open_part(outer, "block_3", at_most(15)).title == "block_3 in Call call: net"
    assert open_part(outer, "Call call: net", at_most(15)) is outer.bodies[0]


def test_another_name_is_refused_with_those_there_are() -> None:
    words = (
        r"needs the name of a part as inside=, got 'block_99'\. net has 'block_0', .*'global_pool'"
    )
    with pytest.raises(InputError, match=words):
        draw_graph(network(40), inside="block_99")
    with pytest.raises(InputError, match="f has no parts: write one of them, or leave it out"):
        draw_graph(Graph("f", (op("Mul"),)), inside="block")


def test_inner_graphs_of_ops_that_are_folded_away_are_not_shown() -> None:
    body = Graph("Mul net_1/block_0_add_1/Add: body", (op("Mul"),))
    graph = Graph("net", network().nodes, (body,))
    assert fold(graph, at_most(15)).bodies == ()
    assert draw_graph(graph, inside="block_0").words.count("body") == 1


# The picture ---------------------------------------------------------------------------------


def test_a_small_graph_is_drawn_whole_and_a_large_one_folded() -> None:
    assert "part" not in draw_graph(network(4)).words
    picture = draw_graph(network(40))
    assert picture.caption.endswith('41 parts are folded, inside="block_0" opens one')
    assert "block_39: 4 ops, 1,043 bytes" in picture.words
    assert "kernel" not in picture.words


def test_a_part_is_a_sheet_on_another_with_the_ops_and_bytes_in_it() -> None:
    svg = draw_graph(network(40)).svg
    assert ">block_7</text>" in svg
    assert ">4 ops, 1,011 bytes</text>" in svg


def test_a_folded_picture_fits_a_screen() -> None:
    picture = draw_graph(network(40))
    assert picture.width <= 960
    assert picture.height <= 900


def test_graphs_of_a_file_stand_side_by_side_in_frames() -> None:
    graphs = (Graph("classify", network(2).nodes), Graph("measure", network(1).nodes))
    picture = draw_graph(LiteModel(8, 0, (), (), graphs))
    assert picture.caption == "2 graphs: classify, measure"
    assert ">classify</text>" in picture.svg
    assert draw_graph(LiteModel(8, 0, (), (), graphs), inside="measure").caption.startswith(
        "measure:"
    )
