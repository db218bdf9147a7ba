"""What `run` does with parameters, and what it says when it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import MakeLesson
from nbformat.v4 import new_code_cell

from tests.author import run
from tfl_helpers.records import InputError


@pytest.fixture
def lesson(make_lesson: MakeLesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lesson with the parameters seed and names; what it ran goes to a folder of this test."""
    monkeypatch.setattr(run, "RUNS", tmp_path / "runs")
    tagged = new_code_cell("seed = 7\nnames = ['a']", metadata={"tags": ["parameters"]})
    return make_lesson("import os", tagged, "sorted(os.listdir()), seed, names", "1 / seed")


@pytest.mark.slow
def test_a_copy_runs_in_the_lessons_folder(lesson: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = lesson.read_bytes()

    output = run.run_lesson(lesson, {"seed": "3", "names": "['b', 'c']"})

    assert output == run.RUNS / lesson.parent.name / lesson.name
    cells = nbformat.read(output, as_version=4).cells
    shown = cells[3].outputs[0].data["text/plain"]
    assert shown == "(['77_small.ipynb', 'runs'], 3, ['b', 'c'])"
    assert lesson.read_bytes() == before
    said = capfd.readouterr().err
    assert "Executing: 100%" in said
    assert "WARNING" not in said


def test_an_unknown_parameter_gets_the_list(lesson: Path) -> None:
    with pytest.raises(InputError) as caught:
        run.run_lesson(lesson, {"sead": "3"})
    assert str(caught.value) == "77_small.ipynb has the parameters seed, names, got sead."
    assert not run.RUNS.exists()


def test_a_lesson_without_parameters(make_lesson: MakeLesson) -> None:
    with pytest.raises(InputError, match=r"has the parameters \(none\), got seed\."):
        run.run_lesson(make_lesson("1"), {"seed": "3"})


@pytest.mark.slow
def test_a_cell_that_raises_is_named(lesson: Path) -> None:
    with pytest.raises(InputError) as caught:
        run.run_lesson(lesson, {"seed": "0"})
    output = run.RUNS / lesson.parent.name / lesson.name
    assert str(caught.value) == (
        "77_small.ipynb stopped: cell [5] raised ZeroDivisionError: division by zero\n"
        f"Its first line: 1 / seed\nWhat ran until then is in {output}"
    )
    assert "(['77_small.ipynb', 'runs'], 0, ['a'])" in output.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_dead_kernel_is_told_at_once(make_lesson: MakeLesson, lesson: Path) -> None:
    dead = make_lesson("import os", "os._exit(3)", name="78_dead.ipynb")
    with pytest.raises(InputError) as caught:
        run.run_lesson(dead, {})
    assert str(caught.value) == "78_dead.ipynb stopped: a cell ended the kernel's process."


@pytest.mark.slow
def test_no_state_of_widgets_is_kept(make_lesson: MakeLesson, lesson: Path) -> None:
    source = "import ipywidgets\nbox = ipywidgets.Output()\nwith box:\n    print(1)"
    copy = run.run_lesson(make_lesson(source, name="79_box.ipynb"), {})
    assert "widgets" not in nbformat.read(copy, as_version=4).metadata


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("1e-3", 1e-3),
        ("[1, 2]", [1, 2]),
        ("None", None),
        ("true", True),
        ("False", False),
        ("ja", "ja"),
        ("no", "no"),
        ("03", "03"),
        ("'7'", "7"),
        ("", ""),
    ],
)
def test_values_are_literals_or_text(text: str, value: Any) -> None:
    assert run.parse_value(text) == value
