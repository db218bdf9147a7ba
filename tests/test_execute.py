"""What `execute` stores, what it refuses, and that a refused file stays as it was."""

from __future__ import annotations

import sys

import nbformat
import pytest
from conftest import MakeLesson

import tfl_helpers
from tests.author.execute import execute_lessons
from tests.author.stored import WIDGET_VIEW

pytestmark = pytest.mark.slow

WIDGET = """
import ipywidgets
from IPython.display import display
button = ipywidgets.Button(description="1")
display({**button._repr_mimebundle_(), "text/plain": "a button"}, raw=True)
"""

STOPS = {
    "1 / 0": "cell [2] raised ZeroDivisionError: division by zero",
    "import os\nos._exit(3)": "cell [2] ended the kernel's process",
}

# One notebook, a fault in each cell: what it runs, and how the refusal begins.
FAULTS = (
    ("import sys\nprint('beware', file=sys.stderr)", "stderr: 'beware'"),
    ("import os\n_ = os.write(2, b'I0000 log')", "stderr: 'I0000 log'"),
    ("class Thing: ...\nThing()", "memory address in text/plain: '<__main__.Thing at 0x"),
    ("import tempfile\ntempfile.mktemp()", "temporary folder in text/plain: "),
    ("print('see', os.path.abspath('.'))", "absolute path in stdout: 'see "),
    ("import time\nprint(time.ctime())", "clock time in stdout: '"),
    ("import datetime\nprint(datetime.date.today())", "date in stdout: '"),
    ("print('took 12.5 ms')", "duration in stdout: 'took 12.5 ms'"),
    ("print('pid', os.getpid())", "process id in stdout: 'pid "),
    (WIDGET, ""),  # it has a twin: no fault
    (f"display({{{WIDGET_VIEW!r}: {{}}}}, raw=True)", "a widget without a static twin "),
    ("", "its stored number is None"),
)


@pytest.mark.parametrize("source", STOPS)
def test_a_cell_that_stops_is_refused(
    source: str, make_lesson: MakeLesson, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = make_lesson("1 + 1", source, "2 + 2")
    before = lesson.read_bytes()

    assert execute_lessons([lesson]) == 1

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("77_small: 3 cells, ")
    assert first.endswith(", refused")
    assert second.strip() == STOPS[source]
    assert lesson.read_bytes() == before


def test_outputs_of_one_machine_or_moment_are_refused(
    make_lesson: MakeLesson, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = make_lesson(*[source for source, _ in FAULTS])
    before = lesson.read_bytes()

    assert execute_lessons([lesson]) == 1

    printed = capsys.readouterr().out
    for number, (_, reason) in enumerate(FAULTS, 1):
        assert (f"  cell [{number}]: {reason}" in printed) == bool(reason)
    assert lesson.read_bytes() == before
    assert [path.name for path in lesson.parent.iterdir()] == [lesson.name]


def test_a_second_execution_gives_the_same_bytes(
    make_lesson: MakeLesson, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = make_lesson("print(1)\nprint(2, flush=True)\nprint(3)", "{3: 'ü'}", "4;", WIDGET)

    assert execute_lessons([lesson]) == 0
    first = lesson.read_bytes()
    assert execute_lessons([lesson]) == 0

    assert lesson.read_bytes() == first
    words = [line.rpartition(", ")[2] for line in capsys.readouterr().out.splitlines()]
    assert words == ["written", "unchanged"]


def test_what_is_stored(make_lesson: MakeLesson) -> None:
    lesson = make_lesson("print(1)\nprint(2, flush=True)\nprint(3)", "4;", WIDGET)
    lesson.write_text(lesson.read_text().replace('"metadata": {}', '"metadata": {"trusted": true}'))

    assert execute_lessons([lesson]) == 0

    text = lesson.read_text(encoding="utf-8")
    stored = nbformat.reads(text, as_version=4)
    assert text.startswith('{\n "cells"')
    assert text.endswith("}\n")
    assert [cell.execution_count for cell in stored.cells] == [1, 2, 3]
    assert [cell.id for cell in stored.cells] == ["cell-0", "cell-1", "cell-2"]
    assert [output.text for output in stored.cells[0].outputs] == ["1\n2\n3\n"]
    assert stored.cells[1].outputs == []
    assert stored.cells[2].outputs[0].data == {"text/plain": "a button"}
    assert "trusted" not in text
    assert sys.version.split()[0] not in text
    assert set(stored.metadata) == {"kernelspec", "language_info"}


def test_runs_in_the_lessons_folder_with_this_python_and_these_helpers(
    make_lesson: MakeLesson,
) -> None:
    lesson = make_lesson(
        "import os, sys, tfl_helpers",
        f"(os.listdir(), sys.executable == {sys.executable!r})",
        f"tfl_helpers.__file__ == {tfl_helpers.__file__!r}",
    )

    assert execute_lessons([lesson]) == 0

    cells = nbformat.read(lesson, as_version=4).cells
    assert cells[1].outputs[0].data["text/plain"] == "(['77_small.ipynb'], True)"
    assert cells[2].outputs[0].data["text/plain"] == "True"
