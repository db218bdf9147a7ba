"""Stored notebooks say nothing of one machine or moment and have the form that `execute` writes."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.author.stored import WIDGET_VIEW, faults, text_of, tidy
from tfl_helpers.setup.lessons import NOTEBOOKS, ROOT

STORED = sorted(NOTEBOOKS.glob("*/*.ipynb"))

PASSING = {
    "absolute path": ["in /srv/data/x.npy", "'C:\\Users\\me'", "C:\\\\Users\\\\me", "file:///x"],
    "temporary folder": ["tmpab12cd_9", "ipykernel_312/1.py"],
    "memory address": ["<Thing at 0x7f52b01a5c90>"],
    "process id": ["pid: 312", "process id = 4"],
    "clock time": ["at 9:05:00", "2026-11-23T12:00:01"],
    "date": ["2026-11-23", "23.11. or 2026/11/23"],
    "duration": ["3.25 ms", "12us", "0.5 seconds", "31ms/step"],
}
LASTING = """
</td></tr> and/or, a/b/c, 1/2/3, n//2, text/html, image/png
https://www.w3.org/2000/svg (see facts) StatefulPartitionedCall/functional/dense/MatMul
0x1c, 0x0000001c, b'TFL3', [10:20], x:0, serving_default_x:0, float32[?, 2], 2.21.0, 1,024 bytes
M 10.5,20.25 L 30,40; 9223372036854775807 template, 5 processes, msec, 3 sizes
"""


def stored(**parts: object) -> NotebookNode:
    """A notebook of one executed cell with one output of these parts."""
    output = new_output("display_data", **parts)
    return new_notebook(cells=[new_code_cell("x", execution_count=1, outputs=[output])])


def untidy(lesson: Path, notebook: NotebookNode) -> list[str]:
    """Where the file is not what `execute` would write; empty if it is."""
    clean = tidy(notebook)
    if lesson.read_text(encoding="utf-8") == text_of(clean):
        return []
    pairs = zip(notebook.cells, clean.cells, strict=True)
    places = [f"cell {cell.id}" for cell, tidied in pairs if cell != tidied]
    places += ["metadata of the notebook"] if notebook.metadata != clean.metadata else []
    return places or ["the layout of the file, or an id that two cells have"]


@pytest.mark.parametrize("lesson", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_stored_as_execute_writes_it(lesson: Path) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    command = f"python3 -m tfl_helpers execute {lesson.relative_to(ROOT)}"
    assert not faults(notebook), f"run: {command}"
    assert not untidy(lesson, notebook), f"run: {command}"
    identifiers = [cell.id for cell in notebook.cells]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize(
    ("what", "text"), [(what, text) for what, texts in PASSING.items() for text in texts]
)
def test_what_passes_is_found_in_text_html_and_json(what: str, text: str) -> None:
    for data in ({"text/plain": text}, {"text/html": f"<b>{text}</b>"}, {"application/json": text}):
        found = [fault for fault in faults(stored(data=data)) if what in fault]
        assert found, data
        assert found[0].startswith(f"cell [1]: {what} in {next(iter(data))}: ")


@pytest.mark.parametrize(
    "source",
    [
        ",%3Ctext%3Eat%200x7f52b01a5c90%3C/text%3E",
        ";base64,PHRleHQ+YXQgMHg3ZjUyYjAxYTVjOTA8L3RleHQ+",
    ],
)
def test_it_is_found_inside_an_encoded_picture(source: str) -> None:
    picture = f'<img src="data:image/svg+xml{source}">'
    [fault] = faults(stored(data={"text/html": picture}))
    assert fault.startswith("cell [1]: memory address in text/html: ")


def test_what_lasts_is_left_alone() -> None:
    assert faults(stored(data={"text/plain": LASTING, "text/html": LASTING})) == []
    png = {
        "image/png": "AAAA/home/me/0x7f52b01a5c90",
        "text/html": "data:;base64,AA/bb/cc/tmpab12cd_9",
    }
    assert faults(stored(data=png)) == []


def test_live_widgets_are_not_stored() -> None:
    notebook = stored(data={WIDGET_VIEW: {"model_id": "1"}, "text/plain": "a button"})
    notebook.metadata.widgets = {"state": {}}
    assert faults(notebook) == [
        "the notebook stores widget state",
        "cell [1]: view of a live widget",
    ]
    assert faults(tidy(notebook)) == []


def test_a_cell_that_did_not_run_in_its_turn_is_found() -> None:
    notebook = stored(data={"text/plain": "1"})
    notebook.cells[0].execution_count = 3
    assert faults(notebook) == ["cell [1]: its stored number is 3"]


@pytest.mark.parametrize("lesson", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_words_of_a_figure_stand_on_the_page(lesson: Path) -> None:
    for cell in nbformat.read(lesson, as_version=4).cells:
        shown = [out for out in cell.get("outputs", []) if "data" in out]
        texts = [out.data.get("text/plain", "") for out in shown if "image/png" not in out.data]
        for out in shown:  # JupyterLab 4.6 drops the alt of a PNG; a helper's picture is HTML
            if "image/png" in out.data and "text/html" not in out.data:
                assert any(out.metadata["image/png"]["alt"] in text for text in texts), cell.id
