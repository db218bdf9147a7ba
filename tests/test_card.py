"""The card of a concrete function: what it says, and each of its rules held against TensorFlow."""

from __future__ import annotations

import gc
import re
from collections import namedtuple
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tfl_helpers import InputError, draw_concrete, quiet
from tfl_helpers.figure.canvas import Picture
from tfl_helpers.look.card import Card, read_card
from tfl_helpers.words import speak

with quiet():
    import tensorflow as tf

PAIR = tf.TensorSpec([2], tf.float32, name="pair")
SCALAR = tf.TensorSpec([], tf.float32)
ONE, TWO = tf.constant(1.0), tf.constant([1.0, 2.0])
Ends = namedtuple("Ends", "start end")


class Ruler(tf.Module):
    """A variable, a captured tensor, and functions with one and with two inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = tf.Variable([2.0, 3.0], name="scale")
        self.table = tf.constant(np.arange(9.0, dtype=np.float32))

    @tf.function(input_signature=[PAIR])
    def grow(self, pair: Any) -> Any:
        return {"length": pair * self.scale[0], "first": self.table[0]}

    @tf.function(input_signature=[tf.TensorSpec([2], name=n) for n in ("west", "east", "a", "z")])
    def move(self, west: Any, east: Any, a: Any, z: Any) -> Any:
        return {"shift": west - east + a - z}


@pytest.fixture(scope="module")
def ruler() -> Ruler:
    return Ruler()


@pytest.fixture(scope="module")
def loaded(ruler: Ruler, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The ruler after a SavedModel, with two signatures."""
    folder = str(tmp_path_factory.mktemp("ruler"))
    with quiet():
        tf.saved_model.save(ruler, folder, signatures={"grow": ruler.grow, "move": ruler.move})
        return tf.saved_model.load(folder)


@pytest.fixture(scope="module")
def baked() -> Any:
    """A concrete function with two Python values in it."""
    function = tf.function(lambda pair, factor, mean=True: pair * factor)
    return function.get_concrete_function(PAIR, 2.0)


def said(picture: Picture) -> list[str]:
    """What stands in the picture."""
    root = ElementTree.fromstring(picture.svg)
    return [text.text or "" for text in root.iter() if text.tag.endswith("}text")]


def checked(card: Card) -> dict[str, bool]:
    return {rule.subject: rule.checked for rule in card.rules}


# What it says --------------------------------------------------------------------------------


def test_a_card_tells_inputs_captures_bytes_and_structure(ruler: Ruler) -> None:
    card = read_card(ruler.grow.get_concrete_function())

    assert card.concrete.signature == "(pair: float32[2]) -> float32[], float32[2]"
    assert [str(port) for port in card.concrete.captures] == [
        "scale: float32[2]",
        "tensor: float32[9]",
    ]
    assert [node.size_bytes for node in card.held] == [8, 36]
    assert card.returns == "a dict of 2: first, length"
    assert card.ops == len([n for n in card.concrete.graph.nodes if n.kind == "op"])


def test_the_picture_says_it_too(baked: Any) -> None:
    shown = said(draw_concrete(baked))

    assert {"the caller passes", "the graph holds", "comes back: a tensor"} <= set(shown)
    assert {"factor = 2.0", "mean = True", "Python value", "pair", "float32[2]"} <= set(shown)
    assert shown.count("✗ NOT checked") == 1
    assert shown[shown.index("✗ NOT checked") + 1] == "shape of a tensor"


def test_captures_are_drawn_with_their_bytes(ruler: Ruler) -> None:
    picture = draw_concrete(ruler.grow.get_concrete_function())

    assert {
        "captured, 44 bytes",
        "variable float32[2], 8 bytes",
        "tensor float32[9], 36 bytes",
    } <= (set(said(picture)))
    assert picture.words.splitlines()[0] == picture.caption
    assert picture.caption == (
        "Concrete function grow: 1 input, 2 captures, 2 outputs; "
        "a call does not check the shape of a tensor"
    )


@pytest.mark.parametrize("language", ["en", "ja"])
def test_bytes_stand_beside_captures_in_any_language(ruler: Ruler, language: str) -> None:
    speak(language)
    try:
        card = read_card(ruler.grow.get_concrete_function())
        shown = said(draw_concrete(card))
        table, _ = card.tables()
    finally:
        speak("en")

    assert [row[-1] for row in table.rows] == ["", "8", "36", "", ""]
    assert not [words for words in shown if "first, length" in words]  # boxes have the names


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda x: x, "a tensor"),
        (lambda x: None, "nothing"),
        (lambda x: (x, x), "a tuple of 2"),
        (lambda x: [x], "a list of 1"),
        (lambda x: Ends(x, x), "a Ends of 2: start, end"),
        (lambda x: {"b": {"c": x}, "a": (x, x)}, "a dict of 2: a, b"),
    ],
)
def test_structures_of_outputs(result: Callable[..., Any], words: str) -> None:
    concrete = tf.function(result).get_concrete_function(SCALAR)

    assert read_card(concrete).returns == words
    assert f"comes back: {words.partition(':')[0]}" in said(draw_concrete(concrete))


def test_a_loaded_signature_has_the_same_card(ruler: Ruler, loaded: Any) -> None:
    before = read_card(ruler.grow.get_concrete_function())
    after = read_card(loaded.signatures["grow"])

    assert after.concrete.name == "grow"
    assert after.concrete.signature == before.concrete.signature
    assert (after.ops, after.returns) == (before.ops, before.returns)


def test_inputs_of_a_loaded_signature_stand_in_one_order(loaded: Any) -> None:
    found = loaded.signatures["move"]

    assert [p.name for p in read_card(found).concrete.inputs] == list(
        found.function_type.parameters
    )


def test_no_input_and_no_output() -> None:
    shown = said(draw_concrete(tf.function(lambda: None).get_concrete_function()))

    assert shown.count("nothing") == 2
    assert "none; one more is a TypeError" in shown


def test_another_caption_may_be_given(baked: Any) -> None:
    assert draw_concrete(baked, "Look at factor").caption == "Look at factor"


# What a call checks: TensorFlow itself is asked -----------------------------------------------


def outcome(function: Any, *arguments: Any, **named: Any) -> str:
    """The name of the error that a call raises, or `runs`."""
    try:
        function(*arguments, **named)
    except Exception as error:
        return type(error).__name__
    return "runs"


@pytest.mark.parametrize("kind", ["concrete", "signature"])
def test_rules_of_one_input(kind: str, ruler: Ruler, loaded: Any) -> None:
    made = ruler.grow.get_concrete_function()
    call = {"concrete": made, "signature": loaded.signatures["grow"]}[kind]

    assert outcome(call, TWO) == outcome(call, pair=TWO) == "runs"
    assert outcome(call) == outcome(call, other=TWO) == outcome(call, TWO, TWO) == "TypeError"
    assert outcome(call, pair=tf.constant([1, 2])) == "InvalidArgumentError"
    assert outcome(call, pair=tf.constant([1.0, 2.0], tf.float64)) == "InvalidArgumentError"
    for shape in ([3], [], [2, 2]):
        assert outcome(call, pair=tf.ones(shape)) == "runs"
    for value in (np.ones(2, np.float32), np.ones(2), [1.0, 2.0], [1, 2], tf.Variable([1.0, 2.0])):
        assert outcome(call, pair=value) == "runs"
    for value in (np.ones(3, np.float32), [1.0], 1.0, tf.Variable([1.0])):
        assert outcome(call, pair=value) == "TypeError"
    assert checked(read_card(call)) == {
        "number and names of inputs": True,
        "dtype of a tensor": True,
        "shape of a tensor": False,
        "arrays, lists and numbers": True,
    }


def test_rules_of_a_signature_of_several_inputs(loaded: Any) -> None:
    call = loaded.signatures["move"]
    named = dict.fromkeys(("west", "east", "a", "z"), TWO)

    assert outcome(call, **named) == "runs"
    assert outcome(call, TWO, TWO, TWO, TWO) == "TypeError"
    assert outcome(call, **{**named, "west": tf.ones([1])}) == "runs"
    assert read_card(call).rules[0].meaning == "a, east, west, z, by keyword; else a TypeError"


def test_rules_of_baked_in_values(baked: Any) -> None:
    array = np.ones(2, np.float32)

    assert outcome(baked, TWO) == outcome(baked, TWO, 2.0, True) == "runs"
    assert outcome(baked, TWO, 3.0, True) == "TypeError"
    assert outcome(baked, array) == outcome(baked, [1.0, 2.0]) == "TypeError"
    assert outcome(baked, array, 2.0, True) == "runs"
    told = {rule.subject: rule.meaning for rule in read_card(baked).rules}
    assert told["baked-in values"] == (
        "leave them out; other than factor = 2.0, mean = True: a TypeError"
    )
    assert told["arrays, lists and numbers"] == (
        "a TypeError, unless the baked-in values are given too; pass tensors"
    )


def test_rules_without_inputs() -> None:
    call = tf.function(lambda: ONE).get_concrete_function()

    assert (outcome(call), outcome(call, ONE)) == ("runs", "TypeError")
    assert checked(read_card(call)) == {"number of arguments": True}


@pytest.mark.parametrize(
    ("given", "other", "error"),
    [
        (tf.ragged.constant([[1.0], []]), tf.ragged.constant([[1], []]), "TypeError"),
        (tf.sparse.from_dense([0.0, 1.0]), tf.sparse.from_dense([0.0, 1.0, 2.0]), "runs"),
        (tf.data.Dataset.range(3), tf.data.Dataset.range(3).batch(2), "runs"),
        (tf.Variable(1.0), tf.Variable([1.0, 2.0]), "runs"),
    ],
)
def test_rules_of_what_is_more_than_one_dense_tensor(given: Any, other: Any, error: str) -> None:
    call = tf.function(lambda x: ONE).get_concrete_function(given)

    assert outcome(call, given) == "runs"
    assert outcome(call, [1.0, 2.0]) == "TypeError"
    assert outcome(call, other) == error
    assert checked(read_card(call)) == {
        "number and names of inputs": True,
        "content of x": error == "TypeError",
        "arrays and lists as x": True,
    }


def test_any_shape_fits_an_unknown_rank() -> None:
    call = tf.function(lambda x: x).get_concrete_function(tf.TensorSpec(None))
    assert "shape of a tensor" not in checked(read_card(call))


def test_drawing_calls_and_traces_nothing() -> None:
    counter = tf.Variable(0)
    count = tf.function(lambda: counter.assign_add(1))
    concrete = count.get_concrete_function()
    traces = count.experimental_get_tracing_count()
    draw_concrete(concrete)

    assert counter.numpy() == 0
    assert count.experimental_get_tracing_count() == traces


# Refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (
            tf.function(abs),
            "Expected a concrete function, got the tf.function abs. "
            "Write abs.get_concrete_function(tf.TensorSpec(...)) and pass that.",
        ),
        (
            abs,
            "Expected a concrete function, got builtin_function_or_method. Write your",
        ),
        ("saved", "Expected a concrete function, got str of length 5."),
        ({"go": 1}, "got dict of length 1. Write loaded.signatures['go'] and pass that."),
    ],
)
def test_what_is_no_concrete_function_is_refused_in_words(thing: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        draw_concrete(thing)


def test_a_graph_whose_module_is_gone_is_refused_in_words() -> None:
    def orphan() -> Any:
        module = tf.Module()
        module.scale = tf.Variable(2.0)
        module.apply = tf.function(lambda x: x * module.scale)
        return module.apply.get_concrete_function(SCALAR)

    concrete = orphan()
    gc.collect()
    with pytest.raises(InputError, match=r"^Expected the variables of .* Keep the mod"):
        draw_concrete(concrete)
