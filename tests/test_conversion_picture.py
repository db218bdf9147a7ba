"""Which TensorFlow op became which operator: the rules by hand, and the picture of a conversion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from tfl_helpers import InputError, draw_conversion, quiet
from tfl_helpers.figure.canvas import Picture
from tfl_helpers.look.conversion import FATES, Conversion, Op, Row, counted, match_ops
from tfl_helpers.records import Graph, Node, TensorType

TYPE = TensorType("float32", (8,))


def node(name: str, kind: str, label: str, *inputs: str, made: str = "") -> Node:
    return Node(name, kind, label, TYPE, inputs, made or name)


def chain(*ops: str) -> Graph:
    """A graph of ops, one after the other, each called as its label."""
    labels = ["x", *ops]
    nodes = [node(op, "op", op, source) for source, op in zip(labels, ops, strict=False)]
    return Graph("chain", (node("x", "input", "x"), *nodes, node("y", "output", "y", labels[-1])))


def file(*operators: tuple[str, str]) -> Graph:
    """A file of operators, one after the other, each with the name of what it makes."""
    ids = ["t0", *(f"op{i}" for i in range(len(operators)))]
    nodes = [
        node(f"op{i}", "op", label, ids[i], made=made) for i, (label, made) in enumerate(operators)
    ]
    return Graph("file", (node("t0", "input", "x"), *nodes, node("t9", "output", "r", ids[-1])))


def layer() -> tuple[Row, ...]:
    """A layer, a dead op, an op of constants only, and one that no name tells of."""
    graph = chain("Conv2D", "BiasAdd", "Relu", "Erf", "Softmax")
    graph = replace(
        graph,
        nodes=(
            node("w", "variable", "kernel"),
            node("Rsqrt", "op", "Rsqrt", "w"),
            *(
                replace(n, inputs=(*n.inputs, "Rsqrt")) if n.id == "Conv2D" else n
                for n in graph.nodes
            ),
            node("Neg", "op", "Neg", "x"),
        ),
    )
    return match_ops(
        graph,
        file(
            ("QUANTIZE", "tfl.quantize"),
            ("CONV_2D + RELU", "Relu;Conv2D1"),
            ("SOFTMAX", "Identity1"),
            ("DEQUANTIZE", "Identity"),
        ),
    )


def said(rows: tuple[Row, ...]) -> list[tuple[str, list[str], list[str]]]:
    return [(row.fate, row.words(), counted(row.operators)) for row in rows]


# Rules, by hand ------------------------------------------------------------------------------


def test_names_place_and_results_tell_and_the_rest_is_unknown() -> None:
    assert said(layer()) == [
        ("became", ["Conv2D", "BiasAdd (by place)", "Relu"], ["CONV_2D + RELU"]),
        ("became", ["Softmax"], ["SOFTMAX"]),
        ("computed", ["Rsqrt"], []),
        ("dropped", ["Neg"], []),
        ("unknown", ["Erf"], []),
        ("added", [], ["QUANTIZE", "DEQUANTIZE"]),
    ]
    assert Conversion("layer", "y", layer()).count() == (7, 4)


@pytest.mark.parametrize(
    ("ops", "operators", "rows"),
    [
        (  # digits behind a name are the converter's, unless an op has them
            ["MatMul", "MatMul_1"],
            [("A", "MatMul2"), ("B", "MatMul_11"), ("C", "Other_1"), ("D", "End")],
            [("became", ["MatMul"], ["A"]), ("became", ["MatMul_1"], ["B", "D"])]
            + [("added", [], ["C"])],
        ),
        (  # an op may become several operators
            ["Einsum", "Tanh"],
            [("TRANSPOSE", "Einsum"), ("MATMUL", "Einsum1"), ("TRANSPOSE", "Einsum2")]
            + [("TANH", "Tanh")],
            [("became", ["Einsum"], ["TRANSPOSE × 2", "MATMUL"]), ("became", ["Tanh"], ["TANH"])],
        ),
        (  # without a name: before its reader, after what it adds to
            ["Pad", "Conv2D", "BiasAdd", "Tanh"],
            [("CONV_2D", "Conv2D"), ("TANH", "Tanh")],
            [
                ("became", ["Pad (by place)", "Conv2D", "BiasAdd (by place)"], ["CONV_2D"]),
                ("became", ["Tanh"], ["TANH"]),
            ],
        ),
        (  # but only where that operator can take it in
            ["Mul", "Add", "Sin"],
            [("MUL", "Mul"), ("SIN", "Sin")],
            [("became", ["Mul"], ["MUL"]), ("became", ["Sin"], ["SIN"]), ("merged", ["Add"], [])],
        ),
    ],
)
def test_rules(ops: list[str], operators: list[tuple[str, str]], rows: list[Any]) -> None:
    assert said(match_ops(chain(*ops), file(*operators))) == rows


def test_without_values_nothing_is_computed_from_variables() -> None:
    nodes = (node("w", "variable", "w"), node("Rsqrt", "op", "Rsqrt", "w"))
    graph = Graph(
        "lost", (*nodes, node("Mul", "op", "Erf", "Rsqrt"), node("y", "output", "y", "Mul"))
    )
    lite = file(("VAR_HANDLE", "w"), ("READ_VARIABLE", "r"), ("ERF", "Identity"))

    assert said(match_ops(graph, lite, loses=True)) == [
        ("lost", [], ["VAR_HANDLE", "READ_VARIABLE"]),
        ("became", ["Erf"], ["ERF"]),
        ("unknown", ["Rsqrt"], []),
    ]


def test_time_grows_with_the_ops_and_not_with_their_square() -> None:
    """Counted in calls: a clock would tell of the machine. No name tells of the Pads and Adds."""
    import cProfile
    import pstats

    calls = []
    for count in (200, 400, 800):
        ops = [f"{kind}{i}" for i in range(count) for kind in ("Pad", "Conv2D", "Add")]
        graph = chain(*ops)
        graph = replace(
            graph, nodes=tuple(replace(n, label=n.label.rstrip("0123456789")) for n in graph.nodes)
        )
        lite = file(*(("CONV_2D", f"Conv2D{i}") for i in range(count)))
        profile = cProfile.Profile()
        rows = profile.runcall(match_ops, graph, lite)
        assert len(rows) == count
        calls.append(pstats.Stats(profile).total_calls)
    assert calls[2] / calls[1] < 2.1
    assert calls[1] / calls[0] < 2.1


# The picture ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cases() -> Iterator[dict[str, tuple[Any, bytes]]]:
    """Concrete functions and their files: a power, and a dense layer without its weights."""
    with quiet():
        import tensorflow as tf

        def convert(concrete: Any, root: Any) -> tuple[Any, bytes]:
            converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], root)
            return concrete, converter.convert()

        square = tf.function(lambda x: {"y": x**2}, [tf.TensorSpec([], tf.float32, name="x")])
        model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(3)])
        dense = tf.function(lambda x: model(x), [tf.TensorSpec([1, 4])])
        made = {
            "power": convert(square.get_concrete_function(), tf.Module()),
            "lost": convert(dense.get_concrete_function(), model),
        }
    yield made
    assert model.built, "until here the name keeps its variables alive"


def texts(picture: Picture) -> list[str]:
    return [
        s.text or "" for s in ElementTree.fromstring(picture.svg).iter() if s.tag[-5:] == "}text"
    ]


def test_lost_values_stand_first_in_red(cases: dict[str, tuple[Any, bytes]]) -> None:
    picture = draw_conversion(*cases["lost"])

    assert picture.caption.endswith("; values of 2 variables are lost")
    assert FATES["lost"] in " ".join(texts(picture)[:5])
    assert "READ_VARIABLE × 2" in picture.words


def test_a_signature_is_chosen_by_its_key(cases: dict[str, tuple[Any, bytes]]) -> None:
    chosen = draw_conversion(*cases["power"], key="serving_default")
    assert "to serving_default" in chosen.words
    with pytest.raises(InputError) as caught:
        draw_conversion(*cases["power"], key="measure")
    assert str(caught.value) == (
        "Expected the key of a signature of the file, got 'measure'. "
        "It has 'serving_default': write key= and one of them, or leave it out."
    )


def test_other_things_are_refused(cases: dict[str, tuple[Any, bytes]]) -> None:
    concrete, model = cases["power"]
    with pytest.raises(InputError, match="^Expected a concrete function, got bytes"):
        draw_conversion(model, model)
    with pytest.raises(InputError, match="^Expected a .tflite file, .* file is empty"):
        draw_conversion(concrete)


def test_the_picture_says_what_the_record_says() -> None:
    picture = draw_conversion(Conversion("layer", "serving_default", layer()))

    assert picture.caption == "layer: 7 TensorFlow ops, 4 operators; a reconstruction from names"
    words = ("Conv2D", "CONV_2D + RELU", "3 → 1", "Erf", FATES["unknown"], FATES["added"])
    note = "dashed: no name tells where it went, its neighbours do"
    for word in (*words, note):
        assert word in " ".join(texts(picture))
    assert "BiasAdd (by place)" in picture.words
    assert picture.svg.count("stroke-dasharray") == 1
    assert draw_conversion(Conversion("f", "k", ()), caption="Nothing").caption == "Nothing"


def test_what_names_tell_is_not_dashed_and_a_loop_is_named() -> None:
    row = Row("became", (Op("Pow"),), ("MUL",), "float32[]", "loop")
    picture = draw_conversion(Conversion("f", "k", (row,)))

    assert "dash" not in picture.svg
    assert "in a loop" in texts(picture)
    assert "became, in a loop" in picture.words


def test_the_picture_has_the_first_rows_and_the_words_have_all(
    cases: dict[str, tuple[Any, bytes]],
) -> None:
    rows = [Row("became", (Op(f"Op{i}"),), (f"OP_{i}",), "int8[]") for i in range(50)]
    long = Conversion("long", "main", tuple(rows))
    picture = draw_conversion(long)

    assert "and 10 rows more, in the words of this picture" in texts(picture)
    assert "OP_39" in texts(picture)
    assert "OP_40" not in texts(picture)
    assert "OP_49" in picture.words
    for case in ((long,), *cases.values()):
        picture = draw_conversion(*case)
        assert picture.width <= 900
        assert len(picture.html()) < 60_000
        assert picture == draw_conversion(*case)
