"""The same input through several ways: a row for each, whatever it does."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from tfl_helpers import InputError, compare_outputs, quiet
from tfl_helpers.compare import Comparison, Route

with quiet():
    import tensorflow as tf

X = np.array([1.0, 2.0], np.float32)


def double(x: Any) -> Any:
    """The reference of most tests."""
    return x * 2


def against(way: Any, reference: Any = double, tolerance: float = 1e-6) -> Route:
    """The row of `way` beside the reference's."""
    found = compare_outputs({"x": X.copy()}, {"reference": reference, "way": way}, tolerance)
    return found.routes[1]


class Root(tf.Module):
    """A module with one signature and two outputs, one of them bool."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = tf.Variable(2.0, name="scale")

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="stroke")])
    def measure(self, stroke: Any) -> Any:
        steps = stroke[1:] - stroke[:-1]
        length = tf.reduce_sum(tf.norm(steps, axis=1)) * self.scale
        return {"length": length, "far": length > 1.0, "points": tf.shape(stroke)[0]}


def test_one_input_through_the_whole_road(tmp_path: Path) -> None:
    root = Root()
    concrete = root.measure.get_concrete_function()
    with quiet():
        tf.saved_model.save(root, str(tmp_path), signatures=concrete)
        loaded = tf.saved_model.load(str(tmp_path))
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], root)
        from ai_edge_litert.interpreter import Interpreter

        runner = Interpreter(model_content=converter.convert()).get_signature_runner()
        found = compare_outputs(
            {"stroke": np.array([[0.0, 0.0], [3.0, 4.0]], np.float32)},
            {
                "tf.function": root.measure,
                "concrete function": concrete,
                "SavedModel": loaded.signatures["serving_default"],
                "LiteRT": runner,
            },
        )

    assert found.agree
    assert [(r.values, r.problem) for r in found.routes] == [
        ("far True; length 10.0; points 2", "")
    ] * 4
    assert str(found).splitlines()[0] == "The same input, 4 ways (tolerance 1e-06): all agree"
    assert str(found).count("✓ agrees") == 3


@pytest.mark.parametrize(
    "way",
    [
        lambda x: x * 2,
        lambda x: (x * 2).tolist(),
        lambda x: {"other name": x * 2},
        lambda x: tf.constant(x) * 2.0,
        lambda x: (x * 2).astype(np.float64) + 1e-7,
        lambda x: (x * 2).astype(np.int64),
        tf.function(lambda x: x + x),
    ],
)
def test_ways_that_agree(way: Any) -> None:
    row = against(way)

    assert row.problem == ""
    assert row.max_difference is not None
    assert row.max_difference <= 1e-6


@pytest.mark.parametrize(
    ("way", "problem"),
    [
        (lambda x: x * np.float32("nan"), "output holds nan or infinity"),
        (lambda x: x[:1], "output is float32[1], not float32[2]"),
        (lambda x: {"a": x, "b": x}, "has outputs a, b, not output"),
        (lambda x: (x, x), "has outputs output_0, output_1, not output"),
        (lambda x: None, "ValueError: it returned None, is a return missing"),
        (lambda x: "text", "output is str[], not float32[2]"),
        (lambda y: y, "got an unexpected keyword argument 'x'"),
        (lambda x: 1 / 0, "ZeroDivisionError: division by zero"),
        (tf.function(lambda x: x.numpy()), "object has no attribute 'numpy'"),
        (
            lambda x: tf.matmul(tf.ones([2, 2]), tf.ones([3, 2])),
            "InvalidArgumentError: Matrix size-incompatible: In[0]: [2,2], In[1]: [3,2]",
        ),
    ],
)
def test_ways_that_do_not_fit_are_rows_with_a_reason(way: Any, problem: str) -> None:
    row = against(way)

    assert row.max_difference is None
    assert problem in row.problem
    assert "\n" not in row.problem


RAGGED = tf.ragged.constant([[1.0, 2.0], [3.0]])
SPARSE = tf.sparse.from_dense([[1.0, 0.0], [0.0, 2.0]])
GROWN = tf.ragged.constant([[1.0, 2.0], [3.25]])
BIG = np.array([2**63 - 1], np.uint64)


@pytest.mark.parametrize(
    ("one", "other", "gap", "shown"),
    [
        (True, np.bool_(False), 1.0, "True"),
        (np.uint8([1, 255]), np.uint8([255, 1]), 254.0, "[1, 255]"),
        (BIG, BIG - np.uint64(1), 1.0, "[9223372036854775807]"),
        (tf.constant(1.5, tf.bfloat16), np.float32(1.75), 0.25, "1.5"),
        (np.array([1, -3], ml_dtypes.int4), [1, -2], 1.0, "[1, -3]"),
        (np.array([0.5], ml_dtypes.float8_e4m3fn), [0.5], 0.0, "[0.5]"),
        (tf.constant([1 + 2j]), tf.constant([1 + 5j]), 3.0, "[(1+2j)]"),
        (1e300, 1e300, 0.0, "1e+300"),
        (tf.Variable([1.0, 2.0]), X, 0.0, "[1.0, 2.0]"),
        (RAGGED, RAGGED, 0.0, "output.flat_values [1.0, 2.0, 3.0]; output.nested_row_splits"),
        (RAGGED, GROWN, 0.25, "output.flat_values [1.0, 2.0, 3.0]"),
        (SPARSE, SPARSE * 2.0, 2.0, "output.values [1.0, 2.0]; output.indices [0, 0, 1, 1]"),
        ({"a": {"b": 1.0}, "c": [1.0, (2.0, 3.0)]},) * 2 + (0.0, "a.b 1.0; c[0] 1.0; c[1] [2."),
        ({1: 1.0, "a": 2.0}, {"a": 2.5, 1: 1.0}, 0.5, "1 1.0; a 2.0"),
        ([[1], [2, 3]], [[1], [2, 5]], 2.0, "output[0] [1]; output[1] [2, 3]"),
        ((None, 1.0), (None, 2.0), 1.0, "output_0 None; output_1 1.0"),
        ({}, {}, 0.0, ""),
        (b"\xff", b"\xff", 0.0, r"'\\xff'"),
        ("x" * 10_000, "x" * 10_000, 0.0, "x" * 100),
    ],
)
def test_every_kind_of_value(one: Any, other: Any, gap: float, shown: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = compare_outputs({"x": X}, {"a": lambda x: one, "b": lambda x: other})

    assert (found.routes[1].max_difference, found.routes[1].problem) == (gap, "")
    assert shown in found.routes[0].values
    assert len(found.routes[0].values) < 200
    assert found.agree == (gap == 0.0)


@pytest.mark.parametrize(
    ("one", "other", "problem"),
    [
        (np.inf, np.inf, "output holds nan or infinity"),
        (RAGGED, X, "has outputs output, not output.flat_values, output.nested_row_splits"),
        (b"\xff", b"\xfe", "output differs"),
        (tf.constant(["a", "b"]), X, "output is float32[2], not string[2]"),
        ((None, 1.0), (1.0, 1.0), "output_0 is float64[], not object[]"),
        ({}, X, "has outputs output, not none"),
        (X, object(), "ValueError: output is object, which has no values to compare"),
        (X, tf.data.Dataset.range(3), "output is _RangeDataset, which has no values to compare"),
        (X, {"a": tf.TensorSpec([2])}, "a is TensorSpec float32[2], which has no values"),
        (X, tf.Variable(1.0).handle, "resource"),
        (X, tf.keras.Input((2,)), "KerasTensor"),
    ],
)
def test_kinds_that_have_no_difference(one: Any, other: Any, problem: str) -> None:
    row = compare_outputs({"x": X}, {"a": lambda x: one, "b": lambda x: other}).routes[1]
    assert row.max_difference is None
    assert problem in row.problem
    assert " at 0x" not in row.values + row.problem


@pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf"), "1e-6", None, X])
def test_a_tolerance_is_a_number(tolerance: Any) -> None:
    with pytest.raises(InputError, match="Expected a tolerance of 0 or more, got .*=1e-6"):
        compare_outputs({"x": X}, {"a": double, "b": double}, tolerance)


@pytest.mark.parametrize(
    ("reference", "way", "gap"),
    [
        (lambda x: x > 1, lambda x: x > 1, 0.0),
        (lambda x: x > 1, lambda x: x < 1, 1.0),
        (lambda x: x.astype(int), lambda x: x.astype(int) + 3, 3.0),
        (lambda x: ["a", "b"], lambda x: tf.constant(["a", "b"]), 0.0),
        (lambda x: (x, x[0]), lambda x: (x, x[0] + 0.5), 0.5),
        (lambda x: {"a": x, "b": x[0]}, lambda x: {"b": x[0], "a": x}, 0.0),
        (lambda x: x[:0], lambda x: x[:0], 0.0),
    ],
)
def test_other_kinds_of_outputs(reference: Any, way: Any, gap: float) -> None:
    row = against(way, reference)

    assert (row.max_difference, row.problem) == (gap, "")


def test_other_words_differ() -> None:
    assert against(lambda x: "b", lambda x: "a").problem == "output differs"


def test_the_tolerance_decides() -> None:
    assert compare_outputs({"x": X}, {"a": double, "b": lambda x: x * 2 + 0.25}, 0.25).agree
    assert not compare_outputs({"x": X}, {"a": double, "b": lambda x: x * 2 + 0.25}, 0.2).agree


def test_no_way_can_change_the_input_of_the_next() -> None:
    def in_place(x: Any) -> Any:
        x *= 2
        return x

    given = X.copy()
    found = compare_outputs({"x": given}, {"a": in_place, "b": double, "c": in_place})

    assert found.agree
    assert given.tolist() == X.tolist()


def test_a_buffer_that_is_used_again_does_not_hide_a_difference() -> None:
    buffer = np.zeros(2, np.float32)

    def into_buffer(x: Any) -> Any:
        buffer[:] = buffer + x
        return buffer

    assert not compare_outputs({"x": X}, {"a": into_buffer, "b": into_buffer}).agree


def test_a_comparison_shows_differences_but_no_last_digits() -> None:
    found = Comparison(
        (
            Route("eager", "1.0", 0.0),
            Route("LiteRT", "1.0", 5.9e-8),
            Route("quantised", "1.02", 0.0234),
            Route("broken", "", None, "ValueError: no"),
        ),
        1e-6,
    )
    assert not found.agree
    assert str(found) == (
        "The same input, 4 ways (tolerance 1e-06): they do not all agree\n"
        "  way        values  largest difference  verdict\n"
        "  eager      1.0                         reference\n"
        "  LiteRT     1.0     within              ✓ agrees\n"
        "  quantised  1.02    0.023               ✗ differs\n"
        "  broken                                 ✗ ValueError: no"
    )
    assert "<code>1.02</code>" in found._repr_mimebundle_()["text/html"]


def test_long_outputs_are_previewed() -> None:
    found = compare_outputs({"x": X}, {"a": lambda x: np.arange(9) / 3, "b": double})

    assert found.routes[0].values == "[0.0, 0.33333, 0.66667, 1.0, …]"
    assert found.routes[1].values == "[2.0, 4.0]"


@pytest.mark.parametrize(
    ("inputs", "ways", "words"),
    [
        (
            X,
            {"a": double, "b": double},
            "Expected inputs by name, got ndarray float32[2]. "
            'Write compare_outputs({"stroke": stroke}, {"eager": ..., "graph": ...}).',
        ),
        (
            {"x": X},
            [double, double],
            "Expected two or more ways by name, got list of length 2. "
            'Write {"eager": measure, "graph": tf.function(measure)}.',
        ),
        ({"x": X}, {"a": double}, "Expected two or more ways by name, got dict of length 1."),
        (
            {"x": X},
            {"eager": double, "LiteRT": b"TFL3"},
            "Expected something to call for 'LiteRT', got bytes of length 4. "
            "Of bytes or an Interpreter, pass interpreter.get_signature_runner().",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(inputs: Any, ways: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        compare_outputs(inputs, ways)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (lambda y: y, "got an unexpected keyword argument 'x' from the first way, 'a'. It was"),
        (lambda x: None, "got ValueError: it returned None, is a return missing from the first"),
        (tf.function(lambda x: x.numpy()), "got AttributeError: 'SymbolicTensor' object has"),
    ],
)
def test_a_reference_must_run(reference: Any, words: str) -> None:
    start = "Expected a reference that runs, got "
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        compare_outputs({"x": X}, {"a": reference, "b": double})
    assert str(caught.value).startswith(start)
    assert str(caught.value).endswith("It was called with x=ndarray float32[2].")


def test_values_are_shown_without_the_digits_below_the_tolerance() -> None:
    ways = {"a": lambda x: np.float32([1.7046e-5, 0.123456789]), "b": lambda x: np.zeros(2)}
    shown = [route.values for route in compare_outputs({"x": 1.0}, ways, 1e-3).routes]
    assert shown == ["[0.0, 0.123]", "[0.0, 0.0]"]
    exact = compare_outputs({"x": 1.0}, ways, 0.0).routes[0].values
    assert exact == "[1.7046e-05, 0.12346]"
