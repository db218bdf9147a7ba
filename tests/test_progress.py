"""What the learner has had right: an empty file each, and never at a check's cost.

That JupyterLab says which cell runs is tried in test_browser.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
import papermill
import pytest
from conftest import MakeLesson

from tests.author.execute import execute_lessons
from tests.author.run import options
from tfl_helpers import check_answers, draw_road, predict, progress
from tfl_helpers.look.road import STATIONS
from tfl_helpers.setup.lessons import ROOT, find_lessons

Answer = Callable[[str], str]


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own" / "progress"
    monkeypatch.setenv("TFL_PROGRESS", str(folder))
    return folder


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """A function: the id of a cell, whose check is right there, to what its verdict says."""

    def run(cell: str | None, given: int = 1) -> str:
        parent = {"metadata": {"cellId": cell} if cell else {}}
        kernel = SimpleNamespace(get_parent=lambda channel: parent)
        shell = SimpleNamespace(kernel=kernel)
        fake = SimpleNamespace(get_ipython=lambda: shell)
        monkeypatch.setitem(sys.modules, "IPython", fake)
        shown = check_answers([given], {"one": 1})._repr_mimebundle_()
        assert shown["application/vnd.tfl.verdict+json"]["state"] in ("right", "not right")
        return shown["text/plain"]

    return run


def test_what_is_right_is_marked_by_an_empty_file(
    marks: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for cell in ("03-b-check", "03-a-c-check", "03-b-check"):
        assert "rogress" not in answer(cell)
    monkeypatch.setenv("TFL_PROGRESS", "off")
    answer("03-d-check")

    assert progress.read_progress().right == frozenset()
    assert {path.name: path.stat().st_size for path in marks.iterdir()} == {"03-a-c": 0, "03-b": 0}


@pytest.mark.parametrize("cell", [None, "", "cell-3", "03-a", "-check", "03-check", "x-a-check"])
def test_another_cell_is_no_exercise(marks: Path, answer: Answer, cell: str | None) -> None:
    answer(cell)
    answer("03-a-check", given=2)  # and what is not right is not kept
    assert not marks.exists()


def test_nothing_is_kept_outside_a_notebook(marks: Path) -> None:
    assert check_answers([1], {"one": 1})._repr_mimebundle_()
    assert not marks.exists()


def test_without_the_variable_it_is_with_the_learners_copies_and_git_ignores_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TFL_PROGRESS", raising=False)
    path = progress._folder()
    assert path == ROOT / "my" / ".progress"
    if not shutil.which("git"):
        pytest.skip("git is not installed here: nobody can ask what it ignores.")
    command = ["git", "check-ignore", "-q", str(path / "03-a")]
    assert subprocess.run(command, cwd=ROOT).returncode in (0, 128)  # 128: no repository


def test_what_cannot_be_kept_costs_no_verdict(marks: Path, answer: Answer) -> None:
    marks.parent.mkdir()
    marks.touch()
    said = answer("03-a-check")
    assert said.startswith("✓ Right")
    assert "Your progress is not kept in progress: File exists. Set TFL_PROGRESS to a fol" in said
    assert not progress.read_progress().right


def test_the_road_shows_it(marks: Path) -> None:
    assert draw_road(progress=True) == draw_road()
    marks.mkdir(parents=True)
    for name in ("03-any-length", "03-gone", ".DS_Store"):
        (marks / name).touch()
    caption, *lines = draw_road(progress=True).words.splitlines()
    assert caption.startswith("The road from eager code to a device, 6 stations, 1 of ")
    assert ["1 of" in line for line in lines] == [False, True, False, False, False, False]
    assert draw_road() != draw_road(progress=True)


def test_each_lesson_has_its_station() -> None:
    places = [number for station in STATIONS for number in station.lessons.split()]
    assert sorted(places) == [f"{number:02}" for number in range(15)]


def test_the_exercises_are_those_of_the_lessons() -> None:
    tagged = {
        cell.metadata["exercise"]
        for lesson in find_lessons([])
        for cell in nbformat.read(lesson, as_version=4).cells
        if "check" in cell.metadata.get("tags", [])
    }
    assert progress.read_progress().exercises == tagged


@pytest.mark.slow
def test_what_is_executed_is_nobodys_progress(make_lesson: MakeLesson) -> None:
    lesson = make_lesson("import os\n\nos.environ['TFL_PROGRESS']")
    assert execute_lessons([lesson]) == 0
    stored = nbformat.read(lesson, as_version=4)
    run = papermill.execute_notebook(lesson, None, progress_bar=False, **options())
    for notebook in (stored, run):
        assert notebook.cells[-1].outputs[0].data["text/plain"] == "'off'"


def test_a_cell_that_runs_again_closes_what_it_showed(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = pytest.importorskip("ipywidgets.widgets.widget")._instances

    def run(cell: str, message: str) -> set[str]:
        parent = {"metadata": {"cellId": cell}, "header": {"msg_id": message}}
        monkeypatch.setattr(progress, "_parent", lambda: parent)
        before = set(registry)
        for few in ([1, 2], [3, 4]):
            predict(few)
        return set(registry) - before

    first, other = run("a", "1"), run("b", "2")
    again = run("a", "3")
    assert not first & set(registry), "of an earlier run"
    assert other | again <= set(registry)
    assert len(first) == len(again) > 10, "both of one run stay, with all their parts"
