"""Explorers: what a press does and says, what is kept, and the twin that needs no kernel."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from tfl_helpers import InputError, explore_function, explore_spec, quiet
from tfl_helpers.look.function import read_function

with quiet():
    import tensorflow as tf

VIEW = "application/vnd.jupyter.widget-view+json"


def said(panel: Any) -> str:
    """The line that a screen reader announces."""
    line = ET.fromstring(panel.said.value)
    assert (line.get("role"), line.get("aria-live")) == ("status", "polite")
    return line.text or ""


def zeros(points: int) -> np.ndarray:
    return np.zeros((points, 2), np.float32)


@pytest.fixture
def double() -> Any:
    def double(stroke: Any) -> Any:
        print("tracing", stroke.shape)
        return stroke * 2.0

    return tf.function(double)


@pytest.fixture
def square() -> Any:
    def square(x: Any) -> Any:
        return x**2

    return tf.function(square)


def test_nothing_is_called_at_first(double: Any) -> None:
    panel = explore_function(double, {"five": zeros(5), "six": zeros(6)})

    assert [button.description for button in panel.buttons] == ["five", "six"]
    assert said(panel) == "No call yet; double owns 0 graphs."
    assert panel.seen.value == ""
    assert read_function(double).traces == 0


def test_a_press_calls_and_says_which_graph(double: Any, capsys: Any) -> None:
    panel = explore_function(double, {"five": zeros(5), "six": zeros(6)})
    five, six = panel.buttons

    five.click()
    assert said(panel) == (
        "double(five) traced a new graph #1: first graph. Python printed: tracing (5, 2)"
    )
    five.click()
    assert said(panel) == "double(five) used graph #1 again."
    six.click()
    assert said(panel).startswith(
        "double(six) traced a new graph #2: shape of stroke: [5, 2] → [6, 2]."
    )
    assert read_function(double).traces == 2
    assert [b.button_style for b in panel.buttons] == ["", "info"]
    assert capsys.readouterr().out == "", "what Python prints stands in the panel"


def test_the_picture_grows_with_each_call(double: Any) -> None:
    panel = explore_function(double, {"five": zeros(5), "six": zeros(6)})
    panel.press("five")
    first = panel.seen.value
    panel.press("six")

    assert 'alt="1 call so far; double owns 1 graph"' in first
    assert 'alt="2 calls so far; double owns 2 graphs"' in panel.seen.value
    words = panel.seen.value.partition("<details>")[2]
    assert "<code>double(six)</code>" in words
    assert "Graphs that <code>double</code> owns" in words
    assert "(stroke: float32[6, 2]) -&gt; float32[6, 2]" in words


def test_an_equal_python_value_reaches_the_old_graph(square: Any) -> None:
    panel = explore_function(square, [2, 2.0, tf.constant(2.0)])
    panel.press("2")
    panel.press("2.0")

    assert (
        said(panel) == "square(2.0) used graph #1 again: 2.0 == 2, so the graph of x = 2 answers."
    )
    panel.press("tf.constant(2.0)")
    assert said(panel) == "square(tf.constant(2.0)) traced a new graph #2: x is a tensor, was 2."


def test_a_refusal_says_why_and_the_next_press_works(square: Any) -> None:
    panel = explore_function(square, {"a word": "a", "two": 2})
    panel.press("a word")

    assert said(panel).startswith("square(a word) was refused: TypeError: unsupported operand")
    assert "refused" in panel.seen.value
    panel.press("two")
    assert said(panel) == "square(two) traced a new graph #1: first graph."


def test_a_signature_refuses_in_short_words() -> None:
    spec = tf.TensorSpec([None, 2], tf.float32)
    one = tf.function(lambda stroke: stroke, input_signature=[spec])
    panel = explore_function(one, {"wide": np.zeros((5, 3), np.float32)})
    panel.press("wide")

    assert said(panel).endswith("was refused: float32[5, 3] does not fit float32[?, 2].")


def test_several_arguments_are_a_tuple() -> None:
    @tf.function
    def shrink(stroke: Any, factor: Any) -> Any:
        return stroke * factor

    panel = explore_function(shrink, [(zeros(5), 0.5), (zeros(5), 0.6)])
    panel.press("float32[5, 2], 0.5")
    panel.press("float32[5, 2], 0.6")

    assert said(panel).endswith("traced a new graph #2: Python value of factor: 0.5 → 0.6.")


def test_one_call_may_make_two_graphs() -> None:
    class LazyScale(tf.Module):
        scale = None

        @tf.function
        def apply(self, stroke: Any) -> Any:
            if self.scale is None:
                self.scale = tf.Variable(2.0)
            return stroke * self.scale

    lazy = LazyScale()  # its method holds it weakly
    panel = explore_function(lazy.apply, {"five": zeros(5)})
    panel.press("five")

    assert said(panel) == "apply(five) traced a new graph #2: this one call made 2 graphs."


def test_graphs_from_before_keep_their_numbers(double: Any) -> None:
    double(zeros(4))
    panel = explore_function(double, {"five": zeros(5), "four": zeros(4)})
    assert said(panel) == "No call yet; double owns 1 graph."

    panel.press("four")
    assert said(panel) == "double(four) used graph #1 again."
    panel.press("five")
    assert "traced a new graph #2: shape of stroke: [4, 2] → [5, 2]" in said(panel)


def test_start_again_forgets_the_calls_not_the_graphs(double: Any) -> None:
    panel = explore_function(double, {"five": zeros(5)})
    panel.press("five")
    panel.again.click()

    assert said(panel) == "The list of calls is empty again; double owns 1 graph."
    assert "0 calls so far; double owns 1 graph" in panel.seen.value
    assert [b.button_style for b in panel.buttons] == [""]
    panel.press("five")
    assert said(panel) == "double(five) used graph #1 again."


def test_the_twin_says_what_there_is(double: Any) -> None:
    panel = explore_function(double, {"a < b": zeros(5), "six": zeros(6)})
    panel.press("six")
    shown = panel._repr_mimebundle_()

    assert VIEW in shown
    assert shown["text/plain"].splitlines() == [
        "An explorer of double, which owns 1 graph. Press one where Python runs:",
        "  a < b  |  six",
        "Polymorphic function double: 1 graph, traces: 1",
        "  #   concrete function",
        "  #1  (stroke: float32[6, 2]) -> float32[6, 2]",
    ]
    twin = ET.fromstring(f"<div>{shown['text/html']}</div>")
    assert [item.text for item in twin.iter("li")] == ["a < b", "six"]
    assert "double, which owns 1 graph" in "".join(twin.itertext())


def test_two_panels_of_one_function_do_not_share_their_calls(square: Any) -> None:
    one, other = explore_function(square, [2]), explore_function(square, [2])
    one.press("2")

    assert said(other) == "No call yet; square owns 0 graphs."
    other.press("2")
    assert said(other) == "square(2) used graph #1 again."
    assert "1 call so far" in other.seen.value


def test_a_spec_accepts_or_refuses_with_a_reason() -> None:
    tried = {
        "a stroke": tf.zeros([5, 2]),
        "int32": tf.constant([[1, 2]]),
        "three columns": tf.zeros([5, 3]),
        "a vector": tf.zeros([2]),
        "a list": [[1, 2]],
        "a word": "a",
        "any spec": tf.TensorSpec([None, None]),
        "no rank": tf.TensorSpec(None),
    }
    panel = explore_spec(tf.TensorSpec([None, 2], tf.float32), tried)
    assert said(panel) == "Nothing tried yet."
    for label in tried:
        panel.press(label)

    table = ET.fromstring(panel.seen.value.partition("</style>")[2])
    rows = ["|".join("".join(cell.itertext()) for cell in row) for row in table.iter("tr")]
    assert rows == [
        "argument|verdict|why",
        "a stroke|✓ accepted|float32[5, 2] fits float32[?, 2]",
        "int32|✗ refused|dtype: int32, wanted float32",
        "three columns|✗ refused|size of axis 1: 3, wanted 2",
        "a vector|✗ refused|rank: 1 in float32[2], wanted 2 as in float32[?, 2]",
        "a list|✓ accepted|converted to float32[1, 2], which fits float32[?, 2]",
        "a word|✗ refused|not to be converted to float32: "
        "Cannot convert 'a' to EagerTensor of dtype float",
        "any spec|✗ refused|size of axis 1: any size, wanted 2",
        "no rank|✗ refused|rank: unknown, wanted 2",
    ]
    assert said(panel) == "no rank is refused: rank: unknown, wanted 2."
    panel.again.click()
    assert (said(panel), panel.seen.value) == ("The table is empty again.", "")


def test_several_specs_are_tried_together() -> None:
    specs = [tf.TensorSpec([None, 2], name="stroke"), tf.TensorSpec([])]
    panel = explore_spec(
        specs, {"both": (zeros(3), 0.5), "bad": (zeros(3), [1.0]), "one": zeros(3)}
    )

    panel.press("both")
    assert said(panel).startswith("both is accepted: stroke: converted to float32[3, 2], which")
    panel.press("bad")
    assert (
        said(panel)
        == "bad is refused: argument 2: rank: 1 in float32[1], wanted 0 as in float32[]."
    )
    panel.press("one")
    assert said(panel) == "one is refused: 2 specs, but 1 given."


SPECS = {
    "float32[?]": tf.TensorSpec([None], tf.float32),
    "float32[2]": tf.TensorSpec([2], tf.float32),
    "float32[]": tf.TensorSpec([], tf.float32),
    "int32[2]": tf.TensorSpec([2], tf.int32),
    "string": tf.TensorSpec(None, tf.string),
    "bool[2]": tf.TensorSpec([2], tf.bool),
}
ARGUMENTS = {
    "int": 2,
    "float": 2.5,
    "bool": True,
    "str": "a",
    "None": None,
    "ints": [1, 2],
    "floats": [1.5, 2.0],
    "ragged list": [[1], [1, 2]],
    "tuple": (1.0, 2.0),
    "numpy float64": np.array([1.5, 2.0]),
    "numpy int64": np.array([1, 2]),
    "numpy str": np.array(["a"]),
    "numpy scalar": np.float64(2.5),
    "int32 tensor": tf.constant([1, 2]),
    "float32 tensor": tf.constant([1.0, 2.0]),
    "float64 tensor": tf.constant([1.0, 2.0], tf.float64),
    "float32 variable": tf.Variable([1.0, 2.0]),
    "int32 variable": tf.Variable([1, 2]),
    "list of tensors": [tf.constant(1.0), tf.constant(2.0)],
    "spec of any size": tf.TensorSpec([None], tf.float32),
    "spec of size 2": tf.TensorSpec([2], tf.float32),
    "spec of no rank": tf.TensorSpec(None, tf.float32),
    "ragged tensor": tf.ragged.constant([[1.0], [1.0, 2.0]]),
    "dict": {"a": 1},
}


@pytest.mark.parametrize("spec", SPECS)
def test_the_verdict_is_that_of_tf_function(spec: str) -> None:
    panel = explore_spec(SPECS[spec], ARGUMENTS)
    for label, argument in ARGUMENTS.items():
        panel.press(label)
        function = tf.function(lambda x: x, input_signature=[SPECS[spec]])
        try:
            function.get_concrete_function(argument)
            taken = True
        except TypeError:
            taken = False
        assert f"{label} is {'accepted' if taken else 'refused'}: " in said(panel)


def test_the_twin_of_a_matcher() -> None:
    shown = explore_spec(tf.TensorSpec([2]), [tf.TensorSpec([2]), zeros(2)])._repr_mimebundle_()

    assert shown["text/plain"].splitlines() == [
        "A matcher for float32[2]. Press one where Python runs:",
        "  a spec float32[2]  |  float32[2, 2]",
    ]
    assert "<code>float32[2]</code>" in html.unescape(shown["text/html"])


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        (abs, [1], "Expected a tf.function, got builtin_function_or_method."),
        (
            tf.function(abs),
            [],
            "Expected a list of arguments, or a dict of them by label, got list",
        ),
        (tf.function(abs), "123", "got str of length 3. Write {'two': 2, 'a tensor': tf.con"),
        (tf.function(abs), [zeros(2), zeros(2)], "labels that differ, got float32[2, 2], float32"),
        (tf.function(abs), {1: 1, "1": 1}, "Write a dict, {'my label': argument}, in place of"),
    ],
)
def test_what_cannot_be_explored(function: Any, arguments: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        explore_function(function, arguments)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            [None, 2],
            "Expected a tf.TensorSpec or a list of them, got None. Write tf.TensorSpec([None, 2",
        ),
        (tf.zeros([2]), "got EagerTensor float32[2]. Write tf.TensorSpec([None, 2], tf.float32)."),
        ([], "got list of length 0."),
    ],
)
def test_what_is_no_spec(spec: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        explore_spec(spec, [1])


def test_a_press_on_no_button_is_refused(square: Any) -> None:
    words = "Expected one of 2, 3, got 4. Write press('2')."
    with pytest.raises(InputError, match=re.escape(words)):
        explore_function(square, [2, 3]).press("4")
