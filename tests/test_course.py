"""What holds the lessons together: the files between them, and who may do without TensorFlow."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

import tfl_helpers as tfl
from tests.author.kernel import FreshKernel
from tests.author.run import options
from tests.author.solutions import exercises
from tfl_helpers.setup.lessons import ROOT, find_lessons, lesson_id

NOTEBOOKS = ROOT / "notebooks"
READMES = {
    language: (ROOT / name).read_text(encoding="utf-8")
    for language, name in (("en", "README.md"), ("ja", "README.ja.md"))
}
MINUTES = {"en": r"\*(\d+) minutes", "ja": r"\*(\d+) 分"}
EVERY = [lesson for language in READMES for lesson in find_lessons([], language)]


@pytest.mark.slow
def test_the_gesture_file_is_what_lesson_09_makes(tmp_path: Path) -> None:
    (lesson,) = find_lessons(["09"])
    made = tmp_path / "gesture.tflite"
    parameters = {"save_to": str(made), "seed": 12}
    place = {"cwd": lesson.parent, "progress_bar": False}
    papermill.execute_notebook(lesson, None, parameters, **place, **options())
    write = "python3 -m tfl_helpers run 09 -p save_to ../gesture.tflite"
    assert made.read_bytes() == (NOTEBOOKS / "gesture.tflite").read_bytes(), f"renew it: {write}"


@pytest.mark.slow
def test_lesson_10_runs_without_tensorflow() -> None:
    (lesson,) = find_lessons(["10"])
    cells = nbformat.read(lesson, as_version=4).cells
    program = [cell.source for cell in cells if cell.cell_type == "code"]
    program.append("import sys\nprint('tensorflow' in sys.modules)")
    command = [sys.executable, "-c", "\n".join(program)]
    environment = {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=lesson.parent, env=environment, capture_output=True)
    assert (ran.returncode, ran.stdout.decode().split()[-1]) == (0, "False"), ran.stderr.decode()


def check_road(name: str) -> None:
    stored = (NOTEBOOKS / name).read_text(encoding="utf-8")
    write = f'tfl.draw_road().svg into notebooks/{name}, with encoding="utf-8"'
    assert stored == tfl.draw_road().svg, f"renew it: write {write}"


def test_the_road_in_the_readme_is_the_one_that_is_drawn() -> None:
    check_road("road.svg")


def test_the_road_in_the_japanese_readme_is_the_one_that_is_drawn(japanese: None) -> None:
    check_road("road.ja.svg")


@pytest.mark.parametrize("lesson", EVERY, ids=lambda lesson: f"{lesson.parent.name}-{lesson.stem}")
def test_the_map_in_the_readme_knows_the_lesson(lesson: Path) -> None:
    language = lesson.parent.name
    title = nbformat.read(lesson, as_version=4).cells[0].source
    name, minutes = re.match(r"# (.+)\n", title)[1], re.search(MINUTES[language], title)[1]
    row = f"| {lesson_id(lesson)} | [{name}](notebooks/{language}/{lesson.name}) | {minutes} |"
    assert row in READMES[language]


@pytest.mark.parametrize("language", READMES)
def test_the_readme_links_to_files_that_are_there(language: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", READMES[language]):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("lesson", find_lessons([]), ids=lambda lesson: lesson.stem)
def test_a_right_answer_can_be_marked(lesson: Path) -> None:
    for name, (_, check, _) in exercises(nbformat.read(lesson, as_version=4)).items():
        assert check.id == f"{name}-check"  # progress reads the exercise off it


@pytest.mark.slow
@pytest.mark.parametrize("lesson", find_lessons([]), ids=lambda lesson: lesson.stem)
def test_the_core_cells_run_by_themselves(lesson: Path) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells = [cell for cell in cells if "core" in cell.metadata.get("tags", [])]
    with FreshKernel(notebook, lesson.parent, 300) as kernel:
        kernel.run_through(len(notebook.cells) - 1)  # a cell that raises raises here
