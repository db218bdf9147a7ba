"""No name runs a script: a real JupyterLab and the written web page, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import MakeLesson
from live_lab import SECONDS, open_notebook, run_all, running_lab
from test_hostile_names import MAKERS, NAMES

from tests.live_page import is_ready, served, write_page_of_lesson
from tfl_helpers import write_page
from tfl_helpers.setup.lessons import ROOT

pytestmark = pytest.mark.slow

# What each of our pages would hold if a name had become more than text.
HARM = """() => [...document.querySelectorAll("*")].flatMap((one) =>
  [...one.attributes].filter((a) => /^on/.test(a.name) || /^\\s*javascript:/i.test(a.value))
    .filter((a) => /alert/.test(a.value)).map((a) => `${one.tagName} ${a.name}=${a.value}`)
    .concat(one.tagName === "SCRIPT" && /alert\\(1\\)/.test(one.textContent) ? ["SCRIPT"] : [])
    .concat(one.tagName === "IMG" && one.getAttribute("src") === "x" ? ["IMG"] : []))"""
SHOW = f"""
import sys

sys.path.insert(0, {str(ROOT / "tests")!r})
from test_hostile_names import MAKERS, NAMES

import tfl_helpers as tfl

SHORT = [name for key, name in NAMES.items() if key in ("script", "handler", "link", "nul")]
"""
ALL = [f"for make in MAKERS.values():\n    display(make(SHORT[{number}]))" for number in range(4)]
REFUSED = """
for name in SHORT:
    try:
        tfl.predict([1, 2]).choose(name)
    except tfl.InputError:
        get_ipython().showtraceback()
"""
CARDS = """
import json
import pathlib
import tempfile

with tempfile.TemporaryDirectory() as folder:
    %env TFL_PROGRESS={folder}
    for name in SHORT:
        mark = json.dumps({"said": name, "outcome": name + "!"})
        pathlib.Path(folder, "03-predict-prints").write_text(mark)
        display(tfl.recall_predictions("05"), tfl.review_predictions("03"))
"""


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[[], Any]]:
    """A function that makes a page in which no dialog may open and no script may fail."""
    heard: list[str] = []
    pages = []

    def make() -> Any:
        page = browser.new_page(viewport={"width": 1280, "height": 1200})
        page.set_default_timeout(SECONDS * 1000)
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: heard.append(str(error)))
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.close()
    assert heard == []


def test_the_browser_would_see_it(browser: Any) -> None:
    page, heard = browser.new_page(), []
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.set_content(NAMES["script"] + NAMES["handler"] + '<a href="javascript:alert(1)">a</a>')
    page.wait_for_function("document.images.length === 1 && document.images[0].complete")
    assert heard == ["1", "1"]
    assert sorted(one.split()[0] for one in page.evaluate(HARM)) == ["A", "IMG", "IMG", "SCRIPT"]
    page.close()


def test_no_name_runs_in_jupyterlab(
    new_page: Callable[[], Any], make_lesson: MakeLesson, tmp_path: Path
) -> None:
    path = make_lesson(SHOW, *ALL, REFUSED, CARDS, name="70_names.ipynb")
    page = new_page()
    with running_lab(tmp_path) as lab:
        open_notebook(page, lab, path)
        run_all(page)
        cells = page.locator(".jp-CodeCell")
        for number in range(1, 5):  # a cell each: JupyterLab shows fifty outputs of one
            shown = cells.nth(number).locator(".jp-OutputArea-child")
            assert shown.count() >= len(MAKERS)
            assert cells.nth(number).locator("img").count() > 5
        errors = cells.nth(5).locator(".jp-OutputArea").text_content()
        assert NAMES["script"] in errors
        assert "Expected one of" in errors
        cards = cells.nth(6).locator(".jp-RenderedMarkdown")
        assert cards.count() == 8
        assert NAMES["script"] in cards.first.text_content()
        assert cards.locator("a").count() > 0
        assert page.evaluate(HARM) == []


def test_no_name_runs_on_the_written_page(new_page: Callable[[], Any], tmp_path: Path) -> None:
    write_page_of_lesson(tmp_path / "lesson")
    model, stroke = (tmp_path / "lesson" / "model.tflite").read_bytes(), np.eye(32, 2)
    labels = [NAMES["script"], NAMES["handler"], NAMES["link"]]
    measured = {name: (1, 2) for name in NAMES.values()}
    samples = {name: stroke for name in labels}
    write_page(tmp_path / "page", model, samples, measured=measured, about=" ".join(labels))
    with served(tmp_path / "page") as address:
        page = new_page()
        page.goto(address)
        assert is_ready(page), page.locator("body").inner_text()
        buttons = page.locator("#samples button")
        assert buttons.all_inner_texts() == labels
        for number in range(3):
            buttons.nth(number).click()
        assert page.locator("#rows").inner_text().count("alert(1)") == 3
        assert page.locator("#about").inner_text() == " ".join(labels)
        assert page.locator("#counts tr").count() >= len(measured)
        assert page.evaluate(HARM) == []
