"""What a module holds, and what TensorFlow does not track: from every corner one may hide in."""

from __future__ import annotations

import re
from collections import defaultdict, namedtuple
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tfl_helpers import InputError, draw_module, quiet
from tfl_helpers.look.module import Owned, read_ownership
from tfl_helpers.look.parts import tracked_from

with quiet():
    import tensorflow as tf

Ends = namedtuple("Ends", "start end")
FLOAT = "float32[], 4 bytes"


class Plain:
    """An object of no framework."""

    def __init__(self, **held: Any) -> None:
        vars(self).update(held)


def variable(value: float = 1.0) -> Any:
    return tf.Variable(value)


def holding(**attributes: Any) -> Any:
    """A module with these attributes."""
    module = tf.Module()
    for name, value in attributes.items():
        setattr(module, name, value)
    return module


def rows(module: Any) -> list[tuple[str, str, str, str]]:
    """Each row below the root: name with its depth, kind, description, why it is not tracked."""
    found = read_ownership(module).walk()
    return [("  " * (d - 1) + p.name, p.kind, p.about, p.missed) for d, p in found if d]


class Gesture(tf.Module):
    """What the lessons build, and one thing of each kind that gets lost."""

    unit = "cm"

    def __init__(self) -> None:
        super().__init__()
        self.scale = tf.Variable(2.0, trainable=False)
        self.labels = ["line", "circle"]
        self.table = tf.constant([1.0, 2.0])

    @tf.function(input_signature=[tf.TensorSpec([2])])
    def measure(self, pair: Any) -> Any:
        return pair * self.scale

    @tf.function
    def grow(self, stroke: Any) -> Any:
        return stroke * self.scale

    def length(self, stroke: Any) -> Any:
        return stroke

    @property
    def broken(self) -> Any:
        raise RuntimeError("a reader must not ask")


# Against TensorFlow itself -------------------------------------------------------------------


@pytest.mark.parametrize(
    "attributes",
    [
        lambda: {"v": variable(), "sub": holding(w=variable())},
        lambda: {"several": [variable(), {"a": variable()}, (variable(), 3)]},
        lambda: {"ends": Ends(variable(), 2), "d": {"a": {"b": variable()}}},
        lambda: {"plain": Plain(v=variable()), "odd": defaultdict(list, v=[variable()])},
        lambda: {"checkpoint": tf.train.Checkpoint(v=variable())},
    ],
)
def test_tracked_variables_are_those_that_a_checkpoint_saves(
    attributes: Callable[[], dict[str, Any]],
) -> None:
    module = holding(**attributes())
    saved = [
        thing
        for thing in tf.train.TrackableView(module).descendants()
        if isinstance(thing, tf.Variable)
    ]
    found = [row for row in rows(module) if row[1] == "variable" and not row[3]]

    assert len(found) == len(saved)
    assert {id(v) for v in saved} <= set(tracked_from(module))


def test_nothing_is_traced_and_no_property_is_asked() -> None:
    gesture = Gesture()
    picture = draw_module(gesture)

    assert gesture.measure.experimental_get_tracing_count() == 0
    assert gesture.grow.experimental_get_tracing_count() == 0
    assert "broken" in picture.words


# What a module holds -------------------------------------------------------------------------


def test_a_module_of_the_lessons() -> None:
    gesture = Gesture()
    gesture.grow(np.ones([3, 2], np.float32))
    gesture.grow(np.ones([4, 2], np.float32))

    assert rows(gesture) == [
        (".scale", "variable", "float32[], 4 bytes, not trainable", ""),
        (".labels", "list", "2 elements", ""),
        ("  [0], [1]", "2 Python values", "'line', 'circle'", "a Python value"),
        (".table", "tensor", "[1.0, 2.0]", "a constant; graphs keep a copy"),
        (".unit", "Python value", "'cm'", "held by the class"),
        (".measure", "tf.function", "no graph yet: saving traces it", ""),
        (".grow", "tf.function", "2 graphs", ""),
        (".length", "Python function", "", "Python code"),
        (".broken", "property", "", "Python code"),
    ]


def test_graphs_of_one_signature_count_once(tmp_path: Any) -> None:
    gesture = Gesture()
    gesture.measure(np.ones(2, np.float32))
    with quiet():
        tf.saved_model.save(gesture, str(tmp_path))

    assert gesture.measure.experimental_get_tracing_count() == 2
    assert (".measure", "tf.function", "1 graph, traced 2 times", "") in rows(gesture)


def test_modules_in_lists_and_things_held_twice() -> None:
    inner = holding(w=variable())
    module = holding(several=[inner, inner], again=inner)
    module.itself = module

    assert rows(module) == [
        (".several", "list", "2 elements", ""),
        ("  [0]", "module", "Module", ""),
        ("    .w", "variable", FLOAT, ""),
        ("  [1]", "module", "the same as .several[0]", ""),
        (".again", "module", "the same as .several[0]", ""),
        (".itself", "module", "the same as the root", ""),
    ]


def test_a_keras_model_is_told_by_layers_and_is_not_in_variables() -> None:
    keras = tf.keras
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.ReLU()])
    module = holding(model=model)

    assert module.variables == ()
    assert [row[:3] for row in rows(module)] == [
        (".model", "Keras model", "Sequential, 2 variables, 36 bytes; not in .variables"),
        ("  .layers[0]", "Keras layer", "Dense, 2 variables, 36 bytes"),
        ("    .kernel", "variable", "float32[2, 3], 24 bytes"),
        ("    .bias", "variable", "float32[3], 12 bytes"),
        ("  .layers[1]", "Keras layer", "ReLU, no variables"),
    ]
    assert read_ownership(model).name == "Sequential"


def test_an_optimizer_and_a_checkpoint_show_what_they_track() -> None:
    optimizer = tf.keras.optimizers.SGD()
    module = holding(optimizer=optimizer, checkpoint=tf.train.Checkpoint(v=variable()))
    found = rows(module)

    assert found[0][1:3] == (
        "Keras optimizer",
        "SGD, 2 variables, 12 bytes; not in .variables",
    )
    assert found[-2:] == [
        (".checkpoint", "module", "Checkpoint", ""),
        ("  .v", "variable", f"{FLOAT}; not in .variables", ""),
    ]


def test_a_loaded_module_shows_functions_and_signatures(tmp_path: Any) -> None:
    gesture = Gesture()
    with quiet():
        tf.saved_model.save(gesture, str(tmp_path))
        loaded = tf.saved_model.load(str(tmp_path))

    assert read_ownership(loaded).name == "loaded object"
    assert [row for row in rows(loaded) if row[0] != ".scale"] == [
        (".labels", "list", "0 elements", ""),
        (".grow", "tf.function", "no graph", ""),
        (".measure", "tf.function", "1 graph", ""),
        (".signatures", "signature map", "1 element", ""),
        ("  ['serving_default']", "concrete function", "(pair: float32[2]) -> float32[2]", ""),
    ]


# What TensorFlow does not track --------------------------------------------------------------


def test_a_variable_in_a_plain_object_or_an_odd_container() -> None:
    module = holding(plain=Plain(inner=Plain(v=variable())), odd=defaultdict(list, v=[variable()]))

    assert rows(module) == [
        (".plain", "Python value", "Plain", "a Python object"),
        ("  .inner.v", "variable", FLOAT, "inside a Python Plain"),
        (".odd", "defaultdict", "1 element", "a Python defaultdict"),
        ("  ['v'][0]", "variable", f"{FLOAT}; yet in .variables", "inside a Python list"),
    ]
    assert len(module.variables) == 1


@pytest.mark.parametrize("traced", [True, False])
def test_a_variable_that_only_a_function_knows(traced: bool, tmp_path: Any) -> None:
    hidden = variable()
    module = holding(apply=tf.function(lambda x: x * hidden))
    if traced:
        module.apply(2.0)

    assert rows(module)[1] == (
        "  hidden",
        "variable",
        FLOAT,
        "captured, but no attribute holds it",
    )
    module.apply(tf.constant(2.0))
    with pytest.raises(KeyError, match="not reachable from root"):
        tf.saved_model.save(module, str(tmp_path))
    module.hidden = hidden
    assert all(row[3] == "" for row in rows(module))


def test_a_variable_in_the_closure_of_plain_python() -> None:
    hidden, owned = variable(), variable()
    module = holding(owned=owned, apply=lambda x: x * hidden + owned)

    assert rows(module)[1:] == [
        (".apply", "Python function", "", "Python code"),
        ("  hidden", "variable", FLOAT, "used by Python code"),
    ]


def test_what_the_class_holds_and_what_was_set_behind_the_back() -> None:
    class Shared(tf.Module):
        common = tf.Variable(1.0)

    shared = Shared()
    shared.__dict__["sneaked"] = variable()

    assert rows(shared) == [
        (".sneaked", "variable", f"{FLOAT}; yet in .variables", "not set as an attribute"),
        (".common", "variable", FLOAT, "held by the class"),
    ]


@pytest.mark.parametrize(
    ("container", "why"),
    [
        (lambda m: {1: variable()}, "saving fails: a key is no text"),
        (lambda m: [variable()], "saving fails: the list was changed inside"),
    ],
)
def test_containers_that_saving_refuses(container: Any, why: str, tmp_path: Any) -> None:
    module = holding(held=container(None))
    if isinstance(module.held, list):
        module.held[0] = variable()

    assert rows(module)[1][3] == why
    with pytest.raises(ValueError, match="Unable to save the object"), quiet():
        tf.saved_model.save(module, str(tmp_path))


def test_a_tensor_leaked_from_a_trace() -> None:
    module = tf.Module()

    @tf.function
    def leak(x: Any) -> Any:
        module.doubled = x * 2.0
        return module.doubled

    leak(tf.constant(1.0))
    assert rows(module) == [(".doubled", "tensor", "float32[]", "leaked from a trace: no value")]


# The picture ---------------------------------------------------------------------------------


def said(tree: Any) -> list[str]:
    root = ElementTree.fromstring(draw_module(tree).svg)
    return [text.text or "" for text in root.iter() if text.tag.endswith("}text")]


def test_what_is_not_tracked_is_dashed_and_says_so() -> None:
    picture = draw_module(Gesture())

    assert len(re.findall(r"<rect [^>]*stroke-dasharray='4 3'/>", picture.svg)) == 5
    assert said(Gesture()).count("not tracked") == 5
    assert picture.words.count("not tracked: ") == 5
    assert picture.caption == "Gesture: 1 variable, 2 tf.functions; 5 not tracked (dashed)"
    assert draw_module(Gesture(), "Look").caption == "Look"
    assert draw_module(tf.Module()).caption == "Module: nothing that TensorFlow tracks"


def test_many_parts_are_counted_and_not_drawn() -> None:
    module = holding(several=[variable() for _ in range(40)])
    module.several.append(3)
    shown = said(module)

    assert "… 29 more" in shown
    assert "1 of them not tracked" in shown
    assert "… 29 more" in draw_module(module).words


def test_kinds_differ_in_words_too() -> None:
    tree = Owned("M", "module", "M", "", (Owned(".v", "variable", FLOAT), Owned(".f", "list", "1")))

    assert said(tree) == ["M", "module", ".v", f"variable: {FLOAT}", ".f", "list: 1"]


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (3, "got int. Pass the module, an object of a class like class Gesture(tf.Module)."),
        (Gesture, "got the class Gesture. Pass an object of it, Gesture(...)."),
        (tf.function(abs), "Write module = tf.Module(); module.measure = measure, and pass module"),
        (
            "saved",
            "got str of length 5. Of a SavedModel's folder, pass tf.saved_model.load(folder)",
        ),
    ],
)
def test_what_is_no_module_is_refused_in_words(thing: Any, words: str) -> None:
    with pytest.raises(InputError, match=r"^Expected a tf.Module, ") as caught:
        draw_module(thing)
    assert words in str(caught.value)
