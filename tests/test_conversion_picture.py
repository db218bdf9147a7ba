"""Which TensorFlow op became which operator: by hand, from the real converter, and its picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tfl_helpers import InputError, draw_conversion, quiet
from tfl_helpers.figure.canvas import Picture
from tfl_helpers.look.conversion import (
    FATES,
    Conversion,
    Op,
    Row,
    counted,
    match_ops,
    read_conversion,
)
from tfl_helpers.records import Graph, Node


def node(name: str, kind: str, label: str, *inputs: str) -> Node:
    return Node(name, kind, label, "float32[8]", inputs)


def concrete_graph() -> Graph:
    """A layer, a dead op, an op of constants only, and one that no name tells of."""
    return Graph(
        "layer",
        (
            node("x", "input", "x"),
            node("w", "variable", "kernel"),
            node("scale", "op", "Rsqrt", "w"),
            node("block/conv", "op", "Conv2D", "x", "scale"),
            node("block/bias", "op", "BiasAdd", "block/conv", "w"),
            node("block/relu", "op", "Relu", "block/bias"),
            node("odd", "op", "Erf", "block/relu"),
            node("dead", "op", "Neg", "x"),
            node("last", "op", "Softmax", "odd"),
            node("output y", "output", "y", "last"),
        ),
    )


def file_graph() -> Graph:
    return Graph(
        "serving_default",
        (
            node("t0", "input", "x"),
            node("op0", "op", "QUANTIZE", "t0"),
            node("op1", "op", "CONV_2D + RELU", "op0"),
            node("op2", "op", "SOFTMAX", "op1"),
            node("op3", "op", "DEQUANTIZE", "op2"),
            node("output t9", "output", "scores", "op3"),
        ),
    )


NAMES = {"op0": ("tfl.quantize",), "op1": ("block/relu;block/conv1",), "op3": ("Identity",)}


def handmade(loses: bool = False, **names: tuple[str, ...]) -> tuple[Row, ...]:
    return match_ops(concrete_graph(), file_graph(), NAMES | names, loses)


def said(rows: tuple[Row, ...]) -> list[tuple[str, list[str], list[str]]]:
    return [(row.fate, row.words(), counted(row.operators)) for row in rows]


# Rules, by hand ------------------------------------------------------------------------------


def test_names_place_and_results_tell_and_the_rest_is_unknown() -> None:
    assert said(handmade()) == [
        ("became", ["Conv2D", "BiasAdd (by place)", "Relu"], ["CONV_2D + RELU"]),
        ("became", ["Softmax"], ["SOFTMAX"]),
        ("computed", ["Rsqrt"], []),
        ("dropped", ["Neg"], []),
        ("unknown", ["Erf"], []),
        ("added", [], ["QUANTIZE", "DEQUANTIZE"]),
    ]


def test_digits_behind_a_name_are_the_converters_unless_an_op_has_them() -> None:
    graph = Graph(
        "two",
        (
            node("x", "input", "x"),
            node("MatMul", "op", "MatMul", "x"),
            node("MatMul_1", "op", "BatchMatMulV2", "MatMul"),
            node("output y", "output", "y", "MatMul_1"),
        ),
    )
    lite = Graph("two", (node("op0", "op", "A"), node("op1", "op", "B"), node("op2", "op", "C")))
    names = {"op0": ("MatMul2",), "op1": ("MatMul_11",), "op2": ("Other_1",)}

    assert said(match_ops(graph, lite, names)) == [
        ("became", ["MatMul"], ["A"]),
        ("became", ["BatchMatMulV2"], ["B"]),
        ("added", [], ["C"]),
    ]


def test_an_op_may_become_several_operators() -> None:
    row = handmade(op0=("block/conv",))[0]

    assert row.operators == ("QUANTIZE", "CONV_2D + RELU")


def test_an_op_without_a_name_goes_with_what_it_follows_or_leads_to() -> None:
    graph = Graph(
        "pad",
        (
            node("x", "input", "x"),
            node("pad", "op", "Pad", "x"),
            node("conv", "op", "Conv2D", "pad"),
            node("bias", "op", "BiasAdd", "conv"),
            node("output y", "output", "y", "bias"),
        ),
    )
    lite = Graph("pad", (node("t0", "input", "x"), node("op0", "op", "CONV_2D", "t0")))

    (row,) = match_ops(graph, lite, {"op0": ("conv",)})
    assert row.words() == ["Pad (by place)", "Conv2D", "BiasAdd (by place)"]


def test_without_values_nothing_is_computed_from_variables() -> None:
    rows = handmade(loses=True)

    assert ("unknown", ["Rsqrt", "Erf"], []) in said(rows)
    assert "computed" not in [row.fate for row in rows]


def test_every_op_and_operator_stands_in_one_row() -> None:
    rows = handmade()

    assert Conversion("layer", "y", rows).count() == (7, 4)
    assert sorted(op.name for row in rows for op in row.ops) == sorted(
        n.id for n in concrete_graph().nodes if n.kind == "op"
    )


# Real files ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cases() -> Iterator[dict[str, tuple[Any, bytes]]]:
    """Concrete functions and their files: a power, a small CNN, int8, and without its weights."""
    with quiet():
        import tensorflow as tf

        def convert(concrete: Any, root: Any, int8: bool = False) -> bytes:
            converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], root)
            if int8:
                samples = np.random.default_rng(7).random((4, 1, 8, 8, 1), np.float32)
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
                converter.representative_dataset = lambda: ([sample] for sample in samples)
            return converter.convert()

        square = tf.function(lambda x: {"y": x**2}, [tf.TensorSpec([], tf.float32, name="x")])
        power = square.get_concrete_function()
        layers = tf.keras.layers
        model = tf.keras.Sequential(
            [
                tf.keras.Input((8, 8, 1)),
                layers.Conv2D(4, 3),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, activation="softmax"),
            ]
        )
        image = tf.TensorSpec([1, 8, 8, 1], tf.float32, name="image")
        cnn = tf.function(lambda x: model(x), [image]).get_concrete_function()
        made = {
            "power": (power, convert(power, tf.Module())),
            "cnn": (cnn, convert(cnn, None)),
            "int8": (cnn, convert(cnn, None, int8=True)),
            "lost": (cnn, convert(cnn, model)),
        }
    yield made
    assert model.built, "until here the name keeps its variables alive"


def test_a_power_became_a_product(cases: dict[str, tuple[Any, bytes]]) -> None:
    rows = read_conversion(*cases["power"]).rows

    assert said(rows) == [("became", ["Pow"], ["MUL"])]


def test_a_cnn_is_fused_and_partly_computed(cases: dict[str, tuple[Any, bytes]]) -> None:
    rows = read_conversion(*cases["cnn"]).rows
    labels = [([op.label for op in row.ops], list(row.operators)) for row in rows]

    assert labels[0] == (["Conv2D", "BiasAdd", "Mul", "AddV2", "Relu"], ["CONV_2D + RELU"])
    assert (["MatMul", "BiasAdd"], ["FULLY_CONNECTED"]) in labels
    assert labels[-1][0].count("Rsqrt") == 1
    assert [row.fate for row in rows] == ["became"] * 4 + ["computed"]


def test_int8_adds_operators_at_both_ends(cases: dict[str, tuple[Any, bytes]]) -> None:
    rows = read_conversion(*cases["int8"]).rows

    assert said(rows)[-1] == ("added", [], ["QUANTIZE", "DEQUANTIZE"])
    assert not [row for row in rows if row.fate == "unknown"]


def test_lost_values_stand_first_in_red(cases: dict[str, tuple[Any, bytes]]) -> None:
    picture = draw_conversion(*cases["lost"])

    assert read_conversion(*cases["lost"]).rows[0].fate == "lost"
    assert picture.caption.endswith("; values of 8 variables are lost")
    assert FATES["lost"] in [text.text for text in texts(picture)]
    assert "READ_VARIABLE × 8" in picture.words


def test_a_signature_is_chosen_by_its_key(cases: dict[str, tuple[Any, bytes]]) -> None:
    assert read_conversion(*cases["power"], key="serving_default").key == "serving_default"
    with pytest.raises(InputError) as caught:
        draw_conversion(*cases["power"], key="measure")
    assert str(caught.value) == (
        "draw_conversion needs the key of a signature of the file, got 'measure'. "
        "It has 'serving_default': write key= and one of them, or leave it out."
    )


def test_other_things_are_refused_in_the_name_of_the_picture(
    cases: dict[str, tuple[Any, bytes]],
) -> None:
    concrete, model = cases["power"]
    with pytest.raises(InputError, match="^draw_conversion needs a concrete function, got bytes"):
        draw_conversion(model, model)
    with pytest.raises(InputError, match="^draw_conversion needs a .tflite file, .* file is empty"):
        draw_conversion(concrete)


# The picture ---------------------------------------------------------------------------------


def texts(picture: Picture) -> list[ElementTree.Element]:
    return [s for s in ElementTree.fromstring(picture.svg) if s.tag.endswith("}text")]


def long_conversion() -> Conversion:
    fused = Row("became", (Op("Conv2D", "a"), Op("BiasAdd", "b", False)), ("CONV_2D",), "int8[1]")
    alone = tuple(
        Row("became", (Op(f"Op{i}", f"o{i}"),), (f"OP_{i}",), "int8[]") for i in range(50)
    )
    return Conversion("long", "main", (fused,) * 30 + alone)


def test_the_picture_says_what_the_record_says() -> None:
    picture = draw_conversion(Conversion("layer", "serving_default", handmade()))
    seen = [text.text for text in texts(picture)]

    assert picture.caption == ("layer: 7 TensorFlow ops, 4 operators; a reconstruction from names")
    for word in ("Conv2D", "CONV_2D + RELU", "3 → 1", "Erf", FATES["unknown"], FATES["added"]):
        assert word in seen
    assert "dashed: no name tells where it went, its neighbours do" in seen
    assert "BiasAdd (by place)" in picture.words
    assert draw_conversion(Conversion("f", "k", ()), caption="Nothing").caption == "Nothing"


def test_only_ops_placed_by_their_neighbours_are_dashed() -> None:
    picture = draw_conversion(Conversion("layer", "serving_default", handmade()))

    assert picture.svg.count("stroke-dasharray") == 1
    sure = Conversion("f", "k", (Row("became", (Op("Pow", "pow"),), ("MUL",), "float32[]"),))
    assert "stroke-dasharray" not in draw_conversion(sure).svg
    assert "dashed" not in draw_conversion(sure).svg


def test_many_rows_are_folded_and_cut_but_not_in_the_words() -> None:
    picture = draw_conversion(long_conversion())
    seen = [text.text for text in texts(picture)]

    assert seen.count("CONV_2D") == 1
    assert "30 times" in seen
    assert "and 11 rows more, in the words of this picture" in seen
    assert picture.words.count("CONV_2D") == 30
    assert "OP_49" in picture.words


def test_it_fits_the_page_and_is_always_the_same(cases: dict[str, tuple[Any, bytes]]) -> None:
    for case in cases.values():
        picture = draw_conversion(*case)
        assert picture.width <= 900
        assert len(picture.html()) < 60_000
        assert picture == draw_conversion(*case)
    assert len(draw_conversion(long_conversion()).html()) < 60_000
