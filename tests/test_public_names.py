"""The names that lessons use: where they live, what they say, and what they load."""

from __future__ import annotations

import inspect
import pkgutil
import subprocess
import sys

import pytest

import tfl_helpers
from tfl_helpers.setup.lessons import ROOT


def run(code: str) -> str:
    """What a new Python prints."""
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ran.stderr == ""
    return ran.stdout.strip()


def test_the_names_are_these() -> None:
    verbs = {name.partition("_")[0] for name in tfl_helpers.__all__}

    assert tfl_helpers.__all__ == sorted(set(tfl_helpers.__all__))
    assert verbs == {
        "InputError",
        "check",
        "compare",
        "draw",
        "examine",
        "explore",
        "find",
        "predict",
        "quiet",
        "read",
        "recall",
        "review",
        "speak",
        "write",
    }


def test_no_name_is_hidden_by_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(tfl_helpers.__path__)}

    assert modules.isdisjoint(tfl_helpers.__all__)


@pytest.mark.parametrize("name", [n for n in tfl_helpers.__all__ if n != "InputError"])
def test_every_function_has_an_example_and_types(name: str) -> None:
    function = getattr(tfl_helpers, name)
    shown = inspect.getdoc(function)

    assert shown is not None
    assert "Example:\n    >>> " in shown
    signature = inspect.signature(function)
    assert all(p.annotation is not p.empty for p in signature.parameters.values())
    asked = [p.name for p in signature.parameters.values() if p.default is p.empty]
    told = [argument for argument in asked if f"{argument}: " in shown or f"`{argument}`" in shown]
    assert told == asked, "each argument that must be given is explained"


def test_a_name_is_the_same_object_each_time() -> None:
    from tfl_helpers import read_tflite
    from tfl_helpers.look.tflite import read_tflite as original
    from tfl_helpers.records import InputError

    assert read_tflite is original is tfl_helpers.read_tflite
    assert tfl_helpers.InputError is InputError


def test_unknown_names_give_the_list() -> None:
    with pytest.raises(AttributeError) as caught:
        tfl_helpers.read_model  # noqa: B018
    assert str(caught.value) == (
        f"tfl_helpers has no 'read_model'; it has {', '.join(tfl_helpers.__all__)}"
    )
    with pytest.raises(ImportError, match="cannot import name 'read_model'"):
        from tfl_helpers import read_model  # noqa: F401
    assert not hasattr(tfl_helpers, "__wrapped__")


def test_import_takes_milliseconds() -> None:
    code = (
        "import time; start = time.process_time(); import tfl_helpers;"
        "print(time.process_time() - start)"
    )
    assert min(float(run(code)) for _ in range(3)) < 0.1


def test_a_name_loads_its_module_and_no_other_name() -> None:
    loaded = "print(*sorted(m for m in sys.modules if m.startswith('tfl_helpers.')))"

    assert run(f"import sys, tfl_helpers; {loaded}") == ""
    assert run(f"import sys, tfl_helpers; tfl_helpers.quiet; {loaded}") == "tfl_helpers.silence"


def test_what_needs_no_tensorflow_loads_none() -> None:
    code = """
import sys
import numpy as np
import tfl_helpers as tfl
tfl.predict([1, 2]).choose(1)
assert tfl.check_answers([1, "a"], {"number": 1, "word": "a"}).state == "right"
assert tfl.check_function(lambda x: x * 2, [(np.ones(3), 2 * np.ones(3))]).state == "right"
assert tfl.compare_outputs({"x": 1}, {"a": lambda x: x, "b": lambda x: x}).agree
assert tfl.check_answers([1], {"a": 2}).state == "not right"
print("tensorflow" in sys.modules)
"""
    assert run(code) == "False"
