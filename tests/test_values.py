"""Values by name, how far apart they are, and in a few characters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tfl_helpers.values import (
    by_name,
    clip,
    difference,
    fresh,
    same,
    shape_of,
    short,
    value_text,
)

HALVES = np.array([0.5, 0.5], np.float32)
WORDS = np.array([b"circle", b"line"], object)  # as a string tensor gives them


class Symbolic:
    """What a tensor of a graph is to NumPy: a dtype, a shape, and no value."""

    dtype = np.dtype("float32")
    shape = (3, 2)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise NotImplementedError("Cannot convert a symbolic tf.Tensor to a numpy array.")


def test_outputs_have_names() -> None:
    assert list(by_name(HALVES)) == ["output"]
    assert list(by_name({"b": 1, "a": 2})) == ["a", "b"]
    assert list(by_name((HALVES, 1))) == ["output_0", "output_1"]
    assert list(by_name([HALVES, HALVES])) == ["output_0", "output_1"]


def test_a_list_of_numbers_is_one_vector() -> None:
    assert by_name([0.5, 0.5])["output"].shape == (2,)
    assert difference(HALVES, [0.5, 0.5]) == (0.0, "")
    assert difference([0.5, 0.5], HALVES) == (0.0, "")


def test_outputs_are_copies() -> None:
    buffer = np.zeros(2)
    outputs = by_name(buffer)
    buffer += 1

    assert outputs["output"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("found", "expected", "gap"),
    [
        (HALVES + 0.25, HALVES, 0.25),
        (np.int64(3), 5, 2.0),
        (np.array([True, False]), [True, True], 1.0),
        (np.uint8(1), np.uint8(3), 2.0),
        ({"a": 1.0, "b": 2.0}, {"b": 2.5, "a": 1.0}, 0.5),
        ({"length": HALVES}, HALVES, 0.0),
        ((HALVES, 1.0), [HALVES, 1.5], 0.5),
        ((np.float32(1), np.float32(2)), (1.0, 2.0), 0.0),
        (WORDS, ["circle", "line"], 0.0),
        (np.zeros((0, 2)), np.zeros((0, 2)), 0.0),
        ({}, {}, 0.0),
    ],
)
def test_the_largest_difference(found: Any, expected: Any, gap: float) -> None:
    assert difference(found, expected) == (gap, "")


@pytest.mark.parametrize(
    ("found", "expected", "problem"),
    [
        (HALVES, np.zeros(3), "output is float32[2], not float64[3]"),
        ({"a": 1, "b": 2}, {"a": 1, "c": 2}, "has outputs a, b, not a, c"),
        (HALVES, (1.0, 2.0), "has outputs output, not output_0, output_1"),
        (HALVES * np.nan, HALVES, "output holds nan or infinity"),
        (np.float32(np.inf), np.float32(0), "output holds nan or infinity"),
        (WORDS, ["circle", "zigzag"], "output differs"),
        ("a", 1, "output is str[], not int64[]"),
    ],
)
def test_no_difference_but_a_reason(found: Any, expected: Any, problem: str) -> None:
    assert difference(found, expected) == (None, problem)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (1.000001, 1.0),
        (HALVES, [0.5, 0.5]),
        ((32, 2), [32, 2]),
        ("circle", "circle"),
        (np.array(b"circle", object), "circle"),
        (np.bool_(True), True),
        (np.array(False), False),
        (None, None),
        ({"a": HALVES}, {"a": HALVES.copy()}),
        ([HALVES], [HALVES.copy()]),
        ({1, 2}, {2, 1}),
        (np.float32, np.float32),
    ],
)
def test_same(found: Any, expected: Any) -> None:
    assert same(found, expected, tolerance=1e-5)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (1.1, 1.0),
        (1, True),
        ("True", True),
        (True, "True"),
        ("circle", "Circle"),
        (WORDS, "circle"),
        (None, 0),
        (0, None),
        (Symbolic(), 1.0),
        (Symbolic(), True),
        (ValueError("1"), 1),
        ([1, [2]], [1, [2, 3]]),
        ({"a": 1}, {"b": 1}),
    ],
)
def test_not_same(found: Any, expected: Any) -> None:
    assert not same(found, expected, tolerance=1e-5)


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (np.float32(1 / 3), "0.33333"),
        (np.arange(3), "[0, 1, 2]"),
        (np.zeros((3, 2), np.float32), "float32[3, 2]"),
        (WORDS, "['circle', 'line']"),
        ("circle", "'circle'"),
        (1 / 3, "0.33333"),
        (True, "True"),
        (None, "None"),
        ((1.0, HALVES), "(1.0, [0.5, 0.5])"),
        ((1,), "(1,)"),
        ([], "[]"),
        ({"a": HALVES, "b": np.zeros(9)}, "{a: [0.5, 0.5], b: float64[9]}"),
        (Symbolic(), "float32[3, 2]"),
        (np.array([None, object]), "object[2]"),
        (float("nan"), "nan"),
    ],
)
def test_short(thing: Any, text: str) -> None:
    assert short(thing) == text


def test_short_is_short_and_on_one_line() -> None:
    assert len(short(list(range(1000)))) == 60
    assert short("x" * 100).endswith("...")
    assert short([np.zeros((2, 2)), "a\nb"]) == "[[[0.0, 0.0], [0.0, 0.0]], 'a\\nb']"
    assert clip("two\nlines") == "two lines"
    assert clip("abcdefgh", 6) == "abc..."


def test_short_without_values() -> None:
    assert short([HALVES, 2.0], by_value=0) == "[float32[2], 2.0]"


def test_value_text_rounds_every_float() -> None:
    assert (
        value_text(np.array([[1 / 3, 1e-9], [123456.7, 2]]))
        == "[[0.33333, 1e-09], [123460.0, 2.0]]"
    )


def test_fresh_arrays_are_others_and_the_rest_is_itself() -> None:
    inner, thing = np.zeros(2), object()
    given = {"a": [inner, thing], "b": (1, inner)}
    copy = fresh(given)
    copy["a"][0] += 1

    assert inner.tolist() == [0.0, 0.0]
    assert copy["a"][1] is thing
    assert type(copy["b"]) is tuple


def test_shapes() -> None:
    assert shape_of([[1, 2], [3, 4]]) == (2, 2)
    assert shape_of(HALVES) == (2,)
    assert shape_of(Symbolic()) == (3, 2)
    assert shape_of([[1], [2, 3]]) == ()
    assert shape_of("text") == ()
