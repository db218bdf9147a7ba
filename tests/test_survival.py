"""What of a module is there after loading: real SavedModels, and each row of the table."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfl_helpers import InputError, compare_saved, draw_concrete, draw_module, quiet
from tfl_helpers.look.saved import Fate, Survival
from tfl_helpers.setup.lessons import ROOT

with quiet():
    import tensorflow as tf

FLOAT = "variable float32[], 4 bytes"
STROKE = tf.TensorSpec([None, 2], tf.float32, name="stroke")
CLASS_IS_GONE = "its class and its Python code are gone"


class Pen(tf.Module):
    """A variable."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = tf.Variable(2.0, name="scale")


class Gesture(tf.Module):
    """What survives, and what does not."""

    def __init__(self) -> None:
        super().__init__()
        self.pen = Pen()
        self.bias = tf.Variable([1.0, float("nan")], trainable=False, name="bias")
        self.names = ["line", tf.Variable(3.0)]
        self.count = 3
        self.table = tf.constant([1.0, 2.0])

    @tf.function(input_signature=[STROKE, *(tf.TensorSpec([], name=n) for n in "dcba")])
    def measure(self, stroke: Any, d: Any, c: Any, b: Any, a: Any) -> Any:
        return {"sum": tf.reduce_sum(stroke) * self.pen.scale + a + b - c - d + self.table[0]}

    @tf.function
    def grow(self, stroke: Any, factor: float = 2.0) -> Any:
        return stroke * factor + self.bias

    @tf.function
    def never(self, stroke: Any) -> Any:
        return stroke

    def length(self, stroke: Any) -> Any:
        return stroke


def save_and_load(module: Any, folder: Path, **named: Any) -> Any:
    with quiet():
        tf.saved_model.save(module, str(folder), **named)
        return tf.saved_model.load(str(folder))


def rows(found: Survival) -> dict[str, tuple[str, str, str, str]]:
    return {fate.name: (fate.before, fate.after, fate.state, fate.why) for fate in found.fates}


@pytest.fixture
def gesture() -> Gesture:
    made = Gesture()
    made.grow(np.ones([3, 2], np.float32))
    made.grow(np.ones([3, 2], np.float32), 3.0)
    return made


def test_attribute_by_attribute(gesture: Gesture, tmp_path: Path) -> None:
    loaded = save_and_load(gesture, tmp_path, signatures={"go": gesture.measure})
    signature = "(stroke: float32[?, 2], d: float32[], c: float32[], b: float32[], a: float32[])"
    signature += " -> float32[]"
    grown = "(stroke: float32[3, 2], factor = {}) -> float32[3, 2]"
    bias = "variable float32[2], 8 bytes, not trainable"
    found = compare_saved(gesture, loaded)

    assert found.fates == (
        Fate("the object", "module Gesture", "loaded object", "changed", CLASS_IS_GONE),
        Fate(".pen", "module Pen", "loaded object", "changed", CLASS_IS_GONE),
        Fate(".pen.scale", FLOAT, FLOAT, "kept", "equal values"),
        Fate(".bias", bias, bias, "kept", "equal values"),
        Fate(".names", "list of 2 elements", "list of 2 elements", "kept"),
        Fate(".names[0]", "'line'", "", "gone", "a Python value"),
        Fate(".names[1]", FLOAT, FLOAT, "kept", "equal values"),
        Fate(".count", "3", "", "gone", "a Python value"),
        Fate(".table", "tensor [1.0, 2.0]", "", "gone", "a constant; graphs keep a copy"),
        Fate(".measure", signature, signature, "kept"),
        Fate(".grow", grown.format("2.0"), grown.format("2.0"), "kept"),
        Fate(".grow", grown.format("3.0"), grown.format("3.0"), "kept"),
        Fate(
            ".never",
            "tf.function no graph yet: nothing to save",
            "tf.function no graph",
            "empty",
            "no graph was saved, a call raises",
        ),
        Fate(".length", "Python function", "", "gone", "Python code"),
        Fate(
            ".signatures['go']",
            "",
            "(a: float32[], b: float32[], c: float32[], d: float32[], stroke: float32[?, 2])"
            " -> float32[]",
            "new",
        ),
    )
    with pytest.raises(ValueError, match="Found zero restored functions"):
        loaded.never(np.ones([3, 2], np.float32))


def test_it_shows_itself_as_text_and_html(gesture: Gesture, tmp_path: Path) -> None:
    found = compare_saved(gesture, save_and_load(gesture, tmp_path))
    shown = found._repr_mimebundle_()

    assert str(found).splitlines()[0] == (
        "Gesture before saving and after loading: 7 kept, 2 changed, 1 empty, 4 gone, 1 new"
    )
    assert re.search(r"the same +✓ kept: equal values", shown["text/plain"])
    assert "<td style=" in shown["text/html"]
    assert ">✗ gone: Python code</td>" in shown["text/html"]


def test_values_that_differ(gesture: Gesture, tmp_path: Path) -> None:
    loaded = save_and_load(gesture, tmp_path)
    gesture.pen.scale.assign(2.25)
    gesture.bias.assign([1.0, 5.0])
    found = rows(compare_saved(gesture, loaded))

    assert found[".pen.scale"][2:] == ("changed", "values differ by up to 0.25")
    assert found[".bias"][2:] == ("changed", "values differ")


def test_what_was_added_after_saving(gesture: Gesture, tmp_path: Path) -> None:
    loaded = save_and_load(gesture, tmp_path)
    gesture.late = tf.Variable(1.0)
    gesture.grow(np.ones([5, 2], np.float32))
    found = compare_saved(gesture, loaded)

    assert rows(found)[".late"] == (FLOAT, "", "gone", "nothing like it was saved")
    assert [fate.state for fate in found.fates if fate.name == ".grow"] == ["kept", "kept", "gone"]


def test_tuples_become_lists_and_dicts_keep_variables(tmp_path: Path) -> None:
    module = tf.Module()
    module.pair = (tf.Variable(1.0), 3)
    module.ways = {"a": tf.Variable(1.0), "n": 3}
    module.odd = {"list": [tf.Variable(1.0)]}
    module.again = module.odd
    found = rows(compare_saved(module, save_and_load(module, tmp_path)))

    kept = "what is tracked is kept"
    assert found[".pair"] == ("tuple of 2 elements", "list of 1 element", "changed", kept)
    assert found[".ways"] == ("dict of 2 elements", "dict of 1 element", "changed", kept)
    assert found[".ways['n']"] == ("3", "", "gone", "a Python value")
    assert found[".odd['list'][0]"][2] == "kept"
    assert found[".again"][2:] == ("kept", "shown above")


def test_variables_in_hiding_have_rows(tmp_path: Path) -> None:
    module = tf.Module()
    module.own = tf.Variable(1.0)
    hidden = tf.Variable(1.0)
    module.apply = lambda x: x * hidden + module.own
    found = rows(compare_saved(module, save_and_load(module, tmp_path)))

    assert found[".apply"] == ("Python function", "", "gone", "Python code")
    assert found[".apply hidden"] == (FLOAT, "", "gone", "used by Python code")
    assert ".apply module" not in found


def test_nothing_is_called_or_traced(gesture: Gesture, tmp_path: Path) -> None:
    loaded = save_and_load(gesture, tmp_path)
    traces = [f.experimental_get_tracing_count() for f in (gesture.measure, gesture.grow)]
    compare_saved(gesture, loaded)

    assert [f.experimental_get_tracing_count() for f in (gesture.measure, gesture.grow)] == traces


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        (lambda g, loaded: (loaded, g), "got the loaded one first. Write compare_saved(module, "),
        (lambda g, loaded: (g, g), "saved, then what was loaded, got one object twice. Write"),
        (lambda g, loaded: (g, "a.keras"), "got str of length 7 as the loaded one. Write compare_"),
        (
            lambda g, loaded: (g, tf.keras.layers.ReLU()),
            "by model.export(folder), a .keras file is",
        ),
        (lambda g, loaded: (g.grow, loaded), "Expected a tf.Module, got Function. Write module = "),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(
    swap: Any, words: str, gesture: Gesture, tmp_path: Path
) -> None:
    loaded = save_and_load(gesture, tmp_path)

    with pytest.raises(InputError, match=re.escape(words)):
        compare_saved(*swap(gesture, loaded))


def all_words(folder: str) -> str:
    """Card, tree and table of one saved module."""
    made, loaded = Gesture(), tf.saved_model.load(folder)
    made.grow(np.ones([3, 2], np.float32))
    card = draw_concrete(loaded.signatures["go"])
    trees = draw_module(made), draw_module(loaded)
    return "\n".join([card.svg, *(tree.svg for tree in trees), str(compare_saved(made, loaded))])


def test_same_words_in_another_process(gesture: Gesture, tmp_path: Path) -> None:
    save_and_load(gesture, tmp_path / "saved", signatures={"go": gesture.measure})
    told = tmp_path / "words.txt"
    code = f"""
from pathlib import Path
from test_survival import all_words
Path({str(told)!r}).write_text(all_words({str(tmp_path / "saved")!r}), encoding="utf-8")
"""
    paths = os.pathsep.join([str(Path(__file__).parent), str(ROOT)])
    subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": paths},
        capture_output=True,
        check=True,
    )
    assert told.read_text(encoding="utf-8") == all_words(str(tmp_path / "saved"))
