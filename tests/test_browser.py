"""Widgets as a learner meets them: a real JupyterLab, a real browser, and only the keyboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import MakeLesson
from live_lab import (
    SECONDS,
    Lab,
    open_notebook,
    run_all,
    running_lab,
    tab_to,
    wait_until,
    without_kernel,
)
from nbformat.v4 import new_markdown_cell, new_output

from tfl_helpers.setup.lessons import ROOT

pytestmark = pytest.mark.slow

IMPORTS = """
import tfl_helpers as tfl

with tfl.quiet():
    import tensorflow as tf
"""
SQUARE = """
@tf.function
def square(x):
    print("tracing")
    return x**2
"""
EXPLORE = 'tfl.explore_function(square, {"two": 2, "2.0": 2.0, "a tensor": tf.constant(2.0)})'
MATCH = 'tfl.explore_spec(tf.TensorSpec([None, 2]), {"a row": [[1, 2]], "a number": 3.0})'
INTERPRET = f"""
import pathlib

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import tfl_helpers as tfl

interpreter = Interpreter(
    model_content=pathlib.Path({str(ROOT / "notebooks" / "gesture.tflite")!r}).read_bytes(),
    experimental_preserve_all_tensors=True,
    experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
)
interpreter.allocate_tensors()
interpreter.set_tensor(0, np.eye(32, 2, dtype=np.float32))
interpreter.invoke()
"""
INSPECT = "tfl.explore_tensors(interpreter)"


@pytest.fixture(scope="module")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def page(browser: Any, lab: Lab) -> Iterator[Any]:
    """A page in which no script may fail, and which talks to nobody but the Lab."""
    errors: list[str] = []
    outside: list[str] = []
    shown = browser.new_page(viewport={"width": 1280, "height": 1200})
    shown.set_default_timeout(SECONDS * 1000)
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.on("request", lambda asked: outside.append(asked.url))
    yield shown
    shown.close()
    assert errors == []
    own = (lab.url, lab.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in outside if not url.startswith(own)] == []


def status(page: Any, cell: int) -> Any:
    return page.locator(".jp-CodeCell").nth(cell).get_by_role("status")


def test_the_explorer_answers_to_the_keyboard(page: Any, lab: Lab, make_lesson: MakeLesson) -> None:
    from playwright.sync_api import expect

    path = make_lesson(IMPORTS, SQUARE, EXPLORE, MATCH, name="71_explore.ipynb")
    open_notebook(page, lab, path)
    run_all(page)
    expect(status(page, 2)).to_have_text("No call yet; square owns 0 graphs.")
    picture = page.locator(".jp-CodeCell").nth(2).get_by_role("img")
    expect(picture).to_have_count(0)

    tab_to(page, "two")
    page.keyboard.press("Enter")
    expect(status(page, 2)).to_have_text(
        "square(two) traced a new graph #1: first graph. Python printed: tracing"
    )
    expect(picture).to_have_attribute("alt", "1 call so far; square owns 1 graph")
    first = picture.get_attribute("src")

    tab_to(page, "2.0")
    page.keyboard.press("Space")
    expect(status(page, 2)).to_have_text(re.compile(r"used graph #1 again: 2\.0 == 2"))
    expect(picture).to_have_attribute("alt", "2 calls so far; square owns 1 graph")
    assert picture.get_attribute("src") != first
    assert picture.evaluate("image => image.naturalWidth") > 100

    tab_to(page, "start again")
    page.keyboard.press("Enter")
    expect(status(page, 2)).to_have_text("The list of calls is empty again; square owns 1 graph.")

    tab_to(page, "a number")
    page.keyboard.press("Enter")
    expect(status(page, 3)).to_have_text(re.compile("a number is refused: rank: 0"))
    expect(page.get_by_role("table")).to_contain_text("✗ refused")


def test_the_inspector_goes_from_op_to_op_and_to_a_name(
    page: Any, lab: Lab, make_lesson: MakeLesson
) -> None:
    from playwright.sync_api import expect

    open_notebook(page, lab, make_lesson(INTERPRET, INSPECT, name="74_inspect.ipynb"))
    run_all(page)
    expect(status(page, 1)).to_have_text("Op 1 of 9: MEAN writes Mean.")
    table = page.locator(".jp-CodeCell").nth(1).get_by_role("table")
    expect(table).to_contain_text("Mean/reduction_indices")

    tab_to(page, "next")
    page.keyboard.press("Enter")
    expect(status(page, 1)).to_have_text("Op 2 of 9: SUB writes sub.")
    expect(table).to_contain_text("64 values, -0.031 to 0.969")
    tab_to(page, "previous", "Shift+Tab")
    page.keyboard.press("Space")
    expect(status(page, 1)).to_have_text("Op 1 of 9: MEAN writes Mean.")

    tab_to(page, "start again")
    page.keyboard.press("Tab")
    expect(page.get_by_label("tensor name")).to_be_focused()
    page.keyboard.type("mul/x")
    page.keyboard.press("Enter")
    expect(status(page, 1)).to_have_text("Op 8 of 9: MUL writes mul. 1 of 1 with 'mul/x'.")
    expect(table).to_contain_text("reads a constant")


def test_a_prediction_is_made_with_the_keyboard(
    page: Any, lab: Lab, make_lesson: MakeLesson
) -> None:
    from playwright.sync_api import expect

    asking = "from tfl_helpers import predict\n\nasked = predict(['one', 'two'])\nasked"
    open_notebook(page, lab, make_lesson(asking, name="72_predict.ipynb"))
    run_all(page)
    expect(status(page, 0)).to_have_text("Press one, then go on.")

    tab_to(page, "two")
    page.keyboard.press("Enter")
    expect(status(page, 0)).to_have_text("You say: two. Now go on.")


CHECK = """
import tfl_helpers as tfl

tfl.check_answers([1], {"one": 1})
"""


def test_what_is_right_is_progress_also_in_a_saved_notebook(
    page: Any, lab: Lab, make_lesson: MakeLesson
) -> None:
    from playwright.sync_api import expect

    path = make_lesson(CHECK, "tfl.draw_road(progress=True)", name="75_progress.ipynb")
    with_ids(path, "03-any-length-check", "75-road")
    saved, kept = lab.folder / path.name, lab.folder.parent / "progress"
    road = page.locator(".jp-CodeCell").nth(1).get_by_role("img")

    def run_from_nothing() -> None:
        shutil.rmtree(kept, ignore_errors=True)
        open_notebook(page, lab, path)
        run_all(page)
        wait_until((kept / "03-any-length").exists, "the progress")
        expect(road).to_have_attribute("alt", re.compile(", 1 of [0-9]+ exercises right"))

    run_from_nothing()
    page.keyboard.press("Control+s")
    wait_until(lambda: "exercises right" in saved.read_text(), "the saved notebook")
    shutil.copy(saved, path)
    run_from_nothing()


def with_ids(path: Path, *ids: str) -> None:
    """Give the cells ids of their own."""
    notebook = nbformat.read(path, as_version=4)
    for cell, name in zip(notebook.cells, ids, strict=True):
        cell.id = name
    nbformat.write(notebook, path)


def test_a_message_is_explained_with_the_keyboard(
    page: Any, lab: Lab, make_lesson: MakeLesson
) -> None:
    from playwright.sync_api import expect

    asking = "import tfl_helpers as tfl\n\ntfl.explore_message()"
    open_notebook(page, lab, make_lesson(asking, name="75_message.ipynb"))
    run_all(page)
    expect(status(page, 0)).to_have_text("Paste an error message, then press the button.")

    tab_to(page, "what does it mean")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("textbox", name="message", exact=True)).to_be_focused()
    page.keyboard.type("KeyError: 'serving_default'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(status(page, 0)).to_have_text(re.compile("The mistake was made at SavedModel"))
    expect(page.get_by_role("table")).to_contain_text("lesson 07")


def with_outputs(path: Path, *shown: dict[str, Any]) -> Path:
    """The notebook as somebody else's JupyterLab saved it: output there, no trust, no state."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {}
    notebook.cells[-1].outputs = [new_output("display_data", data=one) for one in shown]
    nbformat.write(notebook, path)
    return path


def test_the_twin_shows_in_an_untrusted_copy_without_a_kernel(
    page: Any, lab: Lab, make_lesson: MakeLesson
) -> None:
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter
    from playwright.sync_api import expect

    import tfl_helpers as tfl

    square = tf.function(lambda x: x**2)
    square(tf.constant(2.0))
    shown = tfl.explore_function(square, {"two": 2, "a < b": 2.0})._repr_mimebundle_()
    gesture = Interpreter(model_path=str(ROOT / "notebooks" / "gesture.tflite"))
    inspected = tfl.explore_tensors(gesture)._repr_mimebundle_()
    path = make_lesson(new_markdown_cell("# A copy"), EXPLORE, name="73_copy.ipynb")
    without_kernel(page, lab, with_outputs(path, shown, inspected))

    output = page.locator(".jp-CodeCell .jp-OutputArea")
    expect(output.get_by_role("listitem")).to_have_text(["two", "a < b", "previous", "next"])
    expect(output).to_contain_text("owns 1 graph.")
    tables = output.get_by_role("table")
    expect(tables.first).to_contain_text("(x: float32[]) -> float32[]")
    expect(tables.nth(1)).to_contain_text("SQUARED_DIFFERENCE")
    expect(output.get_by_role("button")).to_have_count(0)
    assert [one for one in lab.sessions() if one["path"] == path.name] == []
