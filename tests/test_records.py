"""Records made by hand: what they show, as text and as HTML, and the words about a thing."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from tfl_helpers.look.messages import error_line
from tfl_helpers.records import (
    Call,
    Concrete,
    Dispatch,
    Graph,
    InputError,
    LiteModel,
    Node,
    Polymorphic,
    Port,
    Shown,
    Signature,
    Table,
    TensorType,
    code_html,
    kind,
)

STROKE = TensorType("float32", (None, 2))
SCALAR = TensorType("float32", ())
BODY = Graph("If cond: then_branch", (Node("x", "input", "x", SCALAR),))
GRAPH = Graph(
    "length",
    (
        Node("stroke", "input", "stroke", STROKE),
        Node("scale", "variable", "scale", SCALAR, size_bytes=4),
        Node("Mul", "op", "Mul", STROKE, ("stroke", "scale")),
        Node("output output", "output", "output", STROKE, ("Mul",)),
    ),
    (BODY,),
)
CONCRETE = Concrete(
    "length",
    inputs=(Port("stroke", STROKE),),
    outputs=(Port("output", SCALAR),),
    captures=(Port("scale", SCALAR),),
    frozen=(("factor", "2.0"),),
    graph=GRAPH,
)
DISPATCH = Dispatch(
    "length",
    (
        Call("length(float32[5, 2])", 0, True, "first call"),
        Call("length('a')", None, False, "TypeError: no text"),
    ),
    (CONCRETE,),
)
SIGNATURE = Signature("measure", CONCRETE.inputs, (Port("closed", TensorType("bool", ())),))
MODEL = LiteModel(5624, 1272, (SIGNATURE,), (("MUL", 2),), (GRAPH,))
RECORDS = (GRAPH, CONCRETE, Polymorphic("length", 1, (CONCRETE,)), DISPATCH, MODEL)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((None, 2), "float32[?, 2]"),
        ((), "float32[]"),
        ((0,), "float32[0]"),
        (None, "float32[unknown rank]"),
    ],
)
def test_a_tensor_type_reads_as_one_word(shape: Any, text: str) -> None:
    assert str(TensorType("float32", shape)) == text


class UnknownShape:
    """What `tf.TensorShape(None)` is to us: a shape with a rank of None that cannot be walked."""

    rank = None


def test_tensor_types_come_from_any_shape() -> None:
    assert TensorType.of("int8", [3, None]) == TensorType("int8", (3, None))
    assert TensorType.of("int8", UnknownShape()) == TensorType("int8", None)  # type: ignore[arg-type]
    assert str(TensorType.like(np.zeros((3, 2), np.float16))) == "float16[3, 2]"
    assert str(TensorType.like(np.array(["circle", "line"]))) == "str[2]"
    assert str(TensorType.like(np.float32(1.0))) == "float32[]"


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (np.zeros((3, 2)), "ndarray float64[3, 2]"),
        (np.float32(2.0), "float32 float32[]"),
        ("model.tflite", "str of length 12"),
        (b"", "bytes of length 0"),
        ([1, 2], "list of length 2"),
        ({"a": 1}, "dict of length 1"),
        (None, "None"),
        (..., "ellipsis"),
        (len, "builtin_function_or_method"),
        (2.5, "float"),
        (np.ndarray, "the class ndarray"),
        (Port("x", SCALAR), "Port"),
    ],
)
def test_kind_says_what_came(thing: object, words: str) -> None:
    assert kind(thing) == words


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("first\nsecond"), "ValueError: first"),
        (ValueError(), "ValueError: no message"),
        (KeyError("scale"), "KeyError: 'scale'"),
        (
            AttributeError("in user code:\n\n    File 'a', line 3\n\n    TypeError: no numpy\n"),
            "TypeError: no numpy",
        ),
        (
            RuntimeError("{{function_node __wrapped__MatMul}} In[0]: [2,2] [Op:MatMul] name: "),
            "RuntimeError: In[0]: [2,2]",
        ),
    ],
)
def test_error_line_keeps_the_line_that_matters(error: Exception, line: str) -> None:
    assert error_line(error) == line


def test_input_error_is_a_value_error() -> None:
    assert issubclass(InputError, ValueError)


def test_a_table_aligns_its_columns() -> None:
    table = Table("Calls of `f`", ("call", "why"), (("`f(1)`", "first"), ("`f(10)`", "")))

    assert table.text() == "Calls of f\n  call   why\n  f(1)   first\n  f(10)"


def test_a_japanese_letter_is_two_columns_wide() -> None:
    table = Table("`f`", ("呼び出し", "why"), (("`f(1)`、", "first"), ("`f(10)`", "２")))

    assert table.text().splitlines()[1:] == [
        "  呼び出し  why",
        "  f(1)、    first",
        "  f(10)     ２",
    ]


def test_a_table_in_html_is_escaped_and_has_heads_for_screen_readers() -> None:
    shown = Table("A < B", ("a & b",), (("`x < y` & <i>",),)).html()

    table = ET.fromstring(shown)
    assert table.findtext("caption") == "A < B"
    assert [(head.get("scope"), head.text) for head in table.iter("th")] == [("col", "a & b")]
    cell = next(table.iter("td"))
    assert (cell.findtext("code"), cell[0].tail) == ("x < y", " & <i>")


def test_backticks_become_code() -> None:
    assert code_html("pass `tf.constant(x)` & run") == "pass <code>tf.constant(x)</code> &amp; run"
    assert code_html("no code") == "no code"


def test_a_graph_numbers_its_nodes_and_shows_its_bodies() -> None:
    assert str(GRAPH) == (
        "length\n"
        "  #  kind      name or op  from  dtype and shape\n"
        "  0  input     stroke            float32[?, 2]\n"
        "  1  variable  scale             float32[]\n"
        "  2  op        Mul         0 1   float32[?, 2]\n"
        "  3  output    output      2     float32[?, 2]\n"
        "If cond: then_branch\n"
        "  #  kind   name or op  from  dtype and shape\n"
        "  0  input  x                 float32[]"
    )


def test_a_concrete_function_has_a_signature_in_one_line() -> None:
    assert CONCRETE.signature == "(stroke: float32[?, 2], factor = 2.0) -> float32[]"
    empty = dataclasses.replace(CONCRETE, inputs=(), frozen=(), outputs=())
    assert empty.signature == "() -> nothing"


def test_a_concrete_function_shows_inputs_values_captures_and_outputs() -> None:
    assert str(CONCRETE) == (
        "Concrete function length\n"
        "  part      name    dtype and shape\n"
        "  input     stroke  float32[?, 2]\n"
        "  baked in  factor  2.0\n"
        "  capture   scale   float32[]\n"
        "  output    output  float32[]"
    )


@pytest.mark.parametrize(
    ("graphs", "caption"),
    [(0, "0 graphs, traces: 2"), (1, "1 graph, traces: 2"), (2, "2 graphs, traces: 2")],
)
def test_a_polymorphic_function_counts_graphs(graphs: int, caption: str) -> None:
    shown = str(Polymorphic("length", 2, (CONCRETE,) * graphs))

    assert shown.splitlines()[0] == f"Polymorphic function length: {caption}"
    assert shown.count("(stroke: float32[?, 2], factor = 2.0) -> float32[]") == graphs


def test_a_dispatch_says_which_graph_a_call_reached() -> None:
    assert str(DISPATCH) == (
        "Calls of length, in order\n"
        "  call                   concrete function  why\n"
        "  length(float32[5, 2])  #1                 first call\n"
        "  length('a')            refused            TypeError: no text\n"
        "Concrete functions reached\n"
        "  #   signature\n"
        "  #1  (stroke: float32[?, 2], factor = 2.0) -> float32[]"
    )


def test_a_lite_model_shows_signatures_and_operators() -> None:
    assert str(SIGNATURE) == "stroke: float32[?, 2] -> closed: bool[]"
    assert str(MODEL) == (
        "TensorFlow Lite model, 5,624 bytes, 1,272 of them constants\n"
        "  signature  inputs                 outputs\n"
        "  measure    stroke: float32[?, 2]  closed: bool[]\n"
        "Operators\n"
        "  in order of the alphabet\n"
        "  MUL\xa0×\xa02"
    )


def test_a_lite_model_without_signature_says_so() -> None:
    assert "\n  none" in str(dataclasses.replace(MODEL, signatures=()))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_every_record_shows_itself_and_cannot_change(record: Shown) -> None:
    shown = record._repr_mimebundle_()

    assert list(shown) == ["text/plain", "text/html"]
    assert shown["text/plain"] == str(record)
    tables = ET.fromstring(f"<div>{shown['text/html']}</div>")
    assert [t.tag for t in tables] == ["table"] * len(record.tables())
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.name = "other"  # type: ignore[attr-defined]
    assert hash(record) == hash(dataclasses.replace(record))  # type: ignore[type-var]
