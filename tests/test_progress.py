"""What the learner has had right: kept whole, by many kernels at once, and never at a check's cost.

That JupyterLab says which cell runs is tried in test_browser.
"""

from __future__ import annotations

import json
import os
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
from tests.author.lessons import ROOT, find_lessons
from tests.author.run import options
from tfl_helpers import check_answers, draw_road, progress
from tfl_helpers.look.road import STATIONS

Answer = Callable[[str], str]

RECORD = """
import sys
from types import SimpleNamespace as Thing
from tfl_helpers import progress

for number in range(20):
    parent = {"metadata": {"cellId": f"03-{sys.argv[1]}-{number}-check"}}
    kernel = Thing(get_parent=lambda channel: parent)
    sys.modules["IPython"] = Thing(get_ipython=lambda: Thing(kernel=kernel))
    print(progress.record_right(), end="")
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "progress.json"
    monkeypatch.setenv("TFL_PROGRESS", str(path))
    monkeypatch.setattr(progress, "_said", set())
    return path


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


def kept(path: Path) -> list[str]:
    return json.loads(path.read_text(encoding="utf-8"))["right"]


def test_what_is_right_is_kept_once(file: Path, answer: Answer) -> None:
    for cell in ("03-b-check", "03-a-c-check", "03-b-check"):
        assert "rogress" not in answer(cell)
    assert kept(file) == ["03-a-c", "03-b"]
    assert {path.name for path in file.parent.iterdir()} == {file.name, f"{file.name}.lock"}


@pytest.mark.parametrize("cell", [None, "", "cell-3", "03-a", "-check", "03-check", "x-a-check"])
def test_another_cell_is_no_exercise(file: Path, answer: Answer, cell: str | None) -> None:
    answer(cell)
    assert not file.exists()


def test_what_is_not_right_is_not_kept(file: Path, answer: Answer) -> None:
    answer("03-a-check", given=2)
    assert not file.exists()


def test_nothing_is_kept_outside_a_notebook(file: Path) -> None:
    assert check_answers([1], {"one": 1})._repr_mimebundle_()
    assert not file.exists()


def test_it_can_be_switched_off(
    file: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer("03-a-check")
    monkeypatch.setenv("TFL_PROGRESS", "off")
    answer("03-b-check")
    assert kept(file) == ["03-a"]
    assert progress.read_progress() == progress.Progress()


def test_without_the_variable_it_is_beside_the_lessons_and_git_ignores_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TFL_PROGRESS", raising=False)
    path = progress._file()
    assert path == ROOT / "notebooks" / ".progress.json"
    command = ["git", "check-ignore", "-q", str(path), f"{path}.lock"]
    assert subprocess.run(command, cwd=ROOT).returncode in (0, 128)  # 128: no repository


def test_kernels_that_write_at_once_lose_nothing(file: Path) -> None:
    command = [sys.executable, "-c", RECORD]
    here = {"cwd": ROOT, "stdout": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen([*command, name], **here) for name in "abc"]
    assert [run.communicate()[0] for run in runs] == [""] * 3
    assert kept(file) == sorted(f"03-{name}-{number}" for name in "abc" for number in range(20))


def test_a_crash_leaves_the_old_file(
    file: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer("03-a-check")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = answer("03-b-check")
    assert "Your progress is not kept: progress.json cannot be written (No space left on" in said
    assert kept(file) == ["03-a"]
    assert {path.name for path in file.parent.iterdir()} == {file.name, f"{file.name}.lock"}


def test_it_is_said_once_that_nothing_can_be_kept(
    file: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFL_PROGRESS", str(file / "below" / "a.json"))
    file.touch()
    said = answer("03-a-check")
    assert said.startswith("✓ Right")
    assert said.endswith("to a file that can, or to off, before you start the kernel.")
    assert "progress" not in answer("03-b-check")


def test_a_kernel_that_keeps_the_lock_costs_no_verdict(
    file: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0.05)
    with progress._locked(file):
        assert "Your progress is not kept" in answer("03-a-check")
    answer("03-a-check")
    assert kept(file) == ["03-a"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"right": 3}', b'{"right": [3]}', b"\xff"])
def test_a_damaged_file_is_set_aside(file: Path, answer: Answer, content: bytes) -> None:
    older = file.with_name("progress.damaged-1.json")
    older.write_bytes(b"older")
    file.write_bytes(content)
    assert "(progress.json is damaged: the next right answer" in draw_road(progress=True).caption

    said = answer("03-a-check")

    assert "progress.json was damaged. It is now progress.damaged-2.json, and a new one" in said
    assert file.with_name("progress.damaged-2.json").read_bytes() == content
    assert older.read_bytes() == b"older"
    assert kept(file) == ["03-a"]


def test_the_road_shows_it(file: Path) -> None:
    assert draw_road(progress=True) == draw_road()
    file.write_text('{"right": ["03-any-length", "03-gone"]}')
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
    assert progress._exercises() == tagged


@pytest.mark.slow
def test_what_is_executed_is_nobodys_progress(make_lesson: MakeLesson) -> None:
    lesson = make_lesson("import os\n\nos.environ['TFL_PROGRESS']")
    assert execute_lessons([lesson]) == 0
    stored = nbformat.read(lesson, as_version=4)
    run = papermill.execute_notebook(lesson, None, progress_bar=False, **options())
    for notebook in (stored, run):
        assert notebook.cells[-1].outputs[0].data["text/plain"] == "'off'"
