"""Checks of concrete functions and .tflite files: stub, right, wrong, and something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfl_helpers import check_concrete, check_model, quiet

with quiet():
    import tensorflow as tf

ANY = tf.TensorSpec([None, 2], tf.float32, name="stroke")
SIGNATURE = "(stroke: float32[?, 2]) -> float32[]"
MEASURE = {"measure": "stroke: float32[?, 2] -> length: float32[]"}


class Ruler(tf.Module):
    """The right answer of the exercises on modules."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = tf.Variable(2.0, name="scale")
        self.table = tf.Variable(np.zeros([300], np.float32), name="table")

    @tf.function(input_signature=[ANY])
    def measure(self, stroke: Any) -> Any:
        steps = stroke[1:] - stroke[:-1]
        return {"length": tf.reduce_sum(tf.norm(steps, axis=1)) * self.scale}

    @tf.function(input_signature=[ANY])
    def count(self, stroke: Any) -> Any:
        return {"points": tf.shape(stroke)[0], "table": self.table}


def scaled(scale: Any) -> Any:
    """A function that captures `scale`."""

    @tf.function
    def length(stroke: Any) -> Any:
        return tf.reduce_sum(tf.norm(stroke[1:] - stroke[:-1], axis=1)) * scale

    return length


def convert(root: Any, *concretes: Any) -> bytes:
    """The .tflite file of these concrete functions."""
    with quiet():
        return tf.lite.TFLiteConverter.from_concrete_functions(list(concretes), root).convert()


@pytest.fixture(scope="module")
def model() -> bytes:
    """Two signatures, `measure` and `count`."""
    root = Ruler()
    return convert(root, root.measure.get_concrete_function(), root.count.get_concrete_function())


def test_stubs_are_not_yet() -> None:
    assert check_concrete(..., SIGNATURE, captures=["scale"]).state == "not yet"
    assert check_model(..., MEASURE, without=["SUM"], most_bytes=10).state == "not yet"


def test_the_right_concrete_function() -> None:
    variable = tf.Variable(2.0, name="scale")
    right = scaled(variable).get_concrete_function(ANY)

    assert check_concrete(right, SIGNATURE).state == "right"
    assert check_concrete(right, SIGNATURE, captures=["scale"]).state == "right"
    bare = scaled(1.0).get_concrete_function(ANY)
    assert check_concrete(bare, SIGNATURE, captures=[]).state == "right"
    ruler = Ruler()
    named = check_concrete(
        ruler.count.get_concrete_function(),
        "(stroke: float32[?, 2]) -> int32[], float32[300]",
        ["table"],
    )
    assert named.state == "right"


@pytest.mark.parametrize(
    ("spec", "advice"),
    [
        (tf.TensorSpec([8, 2]), "A size differs: `None` in the TensorSpec is shown as `?`."),
        (
            tf.TensorSpec([None, 2], tf.float64),
            "A dtype differs: name it in the TensorSpec.",
        ),
        (
            tf.TensorSpec([None, 2, 2]),
            "The number of axes differs: count the sizes in each TensorSpec.",
        ),
        (
            tf.TensorSpec(None),
            "The number of axes differs: count the sizes in each TensorSpec.",
        ),
    ],
)
def test_a_wrong_signature(spec: Any, advice: str) -> None:
    function = tf.function(lambda stroke: tf.reduce_sum(tf.norm(stroke)))
    wrong = function.get_concrete_function(spec)
    verdict = check_concrete(wrong, SIGNATURE)

    assert verdict.state == "not right"
    assert verdict.advice == (advice,)


def test_another_name_is_told_word_by_word() -> None:
    wrong = tf.function(lambda x: tf.reduce_sum(x)).get_concrete_function(ANY)
    verdict = check_concrete(wrong, SIGNATURE)

    assert verdict.claims[0].found == "`(x: float32[?, 2]) -> float32[]`"
    assert verdict.advice == ("Compare the two word by word: names, dtypes, shapes.",)


@pytest.mark.parametrize(
    ("make", "found"), [(lambda: 2.0, "`none`"), (lambda: tf.Variable(2.0, name="s"), "`s`")]
)
def test_wrong_captures(make: Any, found: str) -> None:
    scale = make()
    concrete = scaled(scale).get_concrete_function(ANY)
    verdict = check_concrete(concrete, SIGNATURE, ["scale"])

    assert [claim.holds for claim in verdict.claims] == [True, False]
    assert verdict.claims[1].found == found
    assert verdict.advice == (
        "A capture is a variable or tensor that the function uses but does not take in.",
    )


def a_function(stroke: Any) -> Any:
    """Plain Python."""
    return stroke


@pytest.mark.parametrize(
    ("thing", "came", "advice"),
    [
        (tf.function(a_function), "Function", "Write a_function.get_concrete_function(...) with"),
        (a_function, "function", "Write your_tf_function.get_concrete_function(tf.TensorSpec"),
        (None, "None", "read_concrete needs a concrete function, got None."),
        (b"TFL3", "bytes of length 4", "got bytes of length 4."),
    ],
)
def test_what_is_no_concrete_function_is_a_failed_claim(thing: Any, came: str, advice: str) -> None:
    verdict = check_concrete(thing, SIGNATURE)

    assert verdict.state == "not right"
    assert (verdict.claims[0].asked, verdict.claims[0].found) == ("a concrete function", came)
    assert advice in verdict.advice[0]


def test_the_right_model(model: bytes) -> None:
    verdict = check_model(model, MEASURE, without=["VAR_HANDLE"], most_bytes=len(model))

    assert verdict.state == "right"
    assert [claim.asked for claim in verdict.claims] == [
        "signature `measure`",
        "no `VAR_HANDLE`",
        "size in bytes",
    ]


def test_a_size_that_is_fixed(model: bytes) -> None:
    verdict = check_model(model, {"measure": "stroke: float32[8, 2] -> length: float32[]"})

    assert verdict.claims[0].found == "`stroke: float32[?, 2] -> length: float32[]`"
    assert verdict.advice == ("A size differs: `None` in the TensorSpec is shown as `?`.",)


def test_a_key_that_is_not_there(model: bytes) -> None:
    verdict = check_model(model, {"serving_default": "x: float32[] -> y: float32[]"})

    assert verdict.claims[0].found == "`no such signature`"
    assert verdict.advice == (
        "The file has count, measure: keys come from `signatures=` of the SavedModel, or from "
        "the names of the functions when you convert several.",
    )


def test_a_file_without_signature() -> None:
    concrete = tf.function(lambda x: x * 2.0).get_concrete_function(ANY)
    with quiet():
        bare = tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()
    verdict = check_model(bare, MEASURE)

    assert verdict.advice == (
        "The file has no signature at all: give the converter the module as second argument.",
    )


def test_an_operator_and_a_size_that_must_not_be(model: bytes) -> None:
    verdict = check_model(model, {}, without=["SUM", "CONV_2D"], most_bytes=1000)

    assert [(c.expected, c.found) for c in verdict.claims] == [
        ("absent", "present"),
        ("absent", "absent"),
        ("at most 1,000", f"{len(model):,}"),
    ]
    assert verdict.advice[0] == "Find what becomes `SUM` in the graph, and write it another way."
    assert verdict.advice[1].endswith(" bytes of it are constants: are they all needed, so exact?")
    assert verdict.advice[1].startswith("1,2")


@pytest.mark.parametrize(
    ("thing", "came", "advice"),
    [
        (b"", "bytes of length 0", "got no bytes at all: the file is empty."),
        (b"<html>", "bytes of length 6", "got a web page or XML"),
        (
            "gesture.tflite",
            "str of length 14",
            "Write read_tflite(pathlib.Path(name).read_bytes())",
        ),
        (Path("gesture.tflite"), "Path", "needs the bytes of a .tflite file"),
        (None, "None", "needs the bytes of a .tflite file, got None."),
    ],
)
def test_what_is_no_file_is_a_failed_claim(thing: Any, came: str, advice: str) -> None:
    verdict = check_model(thing, MEASURE)

    assert verdict.state == "not right"
    assert verdict.claims[0].asked == "a .tflite file"
    assert came in verdict.claims[0].found
    assert advice in verdict.advice[0]


def test_a_cut_file_is_a_failed_claim(model: bytes) -> None:
    assert "break off or are damaged" in check_model(model[:600], MEASURE).advice[0]
