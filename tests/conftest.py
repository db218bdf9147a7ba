"""Small notebooks for the tests of tests/author: made by hand, then executed for real."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from tests.author.stored import KERNEL
from tfl_helpers import speak

os.environ["LANGUAGE"] = "en"  # what is compared is English, on a system that speaks Japanese too

MakeLesson = Callable[..., Path]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium for the tests of one module, whose expectations wait as long as a lab may take."""
    from live_lab import FLAGS, SECONDS, find_browser
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:  # ends with this module: it keeps an event loop running
        path = find_browser(playwright)
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def japanese() -> Iterator[None]:
    """The helpers speak Japanese until the test is over."""
    speak("ja")
    yield
    speak("en")


@pytest.fixture
def make_lesson(tmp_path: Path) -> MakeLesson:
    """A function: sources of code cells, or cells, to the path of a notebook never executed."""

    def make(*cells: str | NotebookNode, name: str = "77_small.ipynb") -> Path:
        nodes = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        for number, node in enumerate(nodes):
            node.id = f"cell-{number}"
        path = tmp_path / name
        nbformat.write(new_notebook(cells=nodes, metadata={"kernelspec": KERNEL}), path)
        return path

    return make
