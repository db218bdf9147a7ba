"""What a run must do whatever is stored, and that moved or changed cells are caught by running."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from conftest import MakeLesson
from nbformat import NotebookNode

from tests.author.execute import execute_lessons
from tests.author.kernel import CellError, FreshKernel
from tests.mutations import LIES, Lie
from tests.strict import commands
from tests.suite import run_suite
from tests.telling import comment, tag
from tfl_helpers.setup.lessons import ROOT, find_lessons

pytestmark = pytest.mark.slow


def ran(source: str) -> Lie:
    """The lie that the outputs are those of another source."""
    return lambda cell: cell.update(source=source)


def under(waiver: Callable[[NotebookNode], object]) -> Lie:
    """A wrong digit in a cell that asks to be let off."""
    return lambda cell: (LIES["digit printed"](cell), waiver(cell))


DIGIT = '-  "text": "2\\n"\n+  "text": "1\\n"'

# What is wrong, the source of the cell, what is done to it, what the report says.
CHANGES: tuple[tuple[str, str, Lie, str], ...] = (
    ("value before a ;", "5;", LIES["output added"], '-  "text": "4\\n"'),
    ("stderr", "pass", ran("print(8, file=sys.stderr)"), "wrote on stderr, which must stay empty"),
    ("stderr below Python", "pass", ran("_ = os.write(2, b'I0000 log')"), "wrote on stderr"),
    ("source", "rate = 2\nrate", ran("rate = 3\nrate"), '-   "text/plain": "2"\n+   "text/plain"'),
    ("number", "rate", LIES["number lost"], "- null,\n+ 6,"),
    ("tag", "print(1)", under(lambda cell: tag(cell, "nbval-skip")), DIGIT),
    ("tag", "print(1)", under(lambda cell: tag(cell, "nbval-ignore-output")), DIGIT),
    ("comment", "print(1)", under(lambda cell: comment(cell, "NBVAL_SKIP")), DIGIT),
    ("no error", "1", lambda cell: tag(cell, "raises-exception"), "and raised nothing"),
    ("source lost", "print(1)", ran(""), "did not run: it is empty, or tagged skip-execution"),
    ("not run", "1", lambda cell: tag(cell, "skip-execution"), "did not run: it is empty, or"),
    ("error", "rate", ran("rates"), "raised NameError: name 'rates' is not defined\n--- stored"),
)
NUMBERS = range(2, len(CHANGES) + 2)

# Of these cells the parameter is changed, the prints are swapped, `x = 1` is deleted.
MOVED = ("rate = 2", "rate", "print('a')", "print('b')", "x = 1", "print(5)")


def test_a_run_must_give_what_is_stored(make_lesson: MakeLesson) -> None:
    truth = make_lesson("import os, sys", *[c[1] for c in CHANGES], "2", name="truth.ipynb")
    moved = make_lesson(*MOVED, name="moved.ipynb")
    dead = make_lesson("import os", "os._exit(3)", "2", name="dead.ipynb")
    assert execute_lessons([truth, moved]) == 0
    edit(truth, tell_all, name="lies.ipynb")
    edit(moved, move, name="moved.ipynb")

    ran = run_suite(truth.parent)

    assert len(ran.cells("PASSED", "truth")) == len(CHANGES) + 2, ran.said
    assert ran.cells("PASSED", "lies") == [1]
    assert ran.cells("SKIPPED", "lies") == [len(CHANGES) + 2]
    for number, (what, source, _, words) in zip(NUMBERS, CHANGES, strict=True):
        assert words in ran.reports["lies", number], what
        assert f"lies.ipynb cell [{number}] " in ran.reports["lies", number], source
    assert ran.cells("PASSED", "moved") == [1]
    assert ran.cells("FAILED", "moved") == [2, 3, 4, 5]
    assert [ran.outcomes[dead.stem, n] for n in (1, 2, 3)] == ["FAILED", "FAILED", "SKIPPED"]
    assert "dead.ipynb cell [2] ended the kernel's process" in ran.reports["dead", 2]
    assert len({worker for (name, _), worker in ran.workers.items() if name == "lies"}) == 1


def test_the_command_in_a_report_finds_the_cell() -> None:
    lesson = find_lessons(["3"])[0]
    again, store = commands(lesson, "cell-4")
    *program, cell = shlex.split(again.partition("\n")[2])
    assert program == ["python3", "-m", "tfl_helpers", "test", "--"]
    assert cell == "notebooks/en/03_polymorphic_functions.ipynb::cell-4"
    found = [sys.executable, "-m", "pytest", "--collect-only", "-q", cell]
    said = subprocess.run(found, cwd=ROOT, capture_output=True, text=True).stdout
    assert said.splitlines()[0] == cell
    assert store.endswith(f"\npython3 -m tfl_helpers execute {cell.partition('::')[0]}")


def test_what_an_output_widget_captures_is_no_output_of_the_cell(make_lesson: MakeLesson) -> None:
    lesson = make_lesson(
        "import ipywidgets", "box = ipywidgets.Output()\nwith box:\n    print(1)", "box.outputs"
    )
    for _ in range(3):  # ipykernel 7.4 may lose a cell with such a widget, and nbclient waits
        notebook = nbformat.read(lesson, as_version=4)
        with suppress(CellError), FreshKernel(notebook, lesson.parent, timeout=30) as kernel:
            kernel.run_through(2)
            break
    _, captures, tells = notebook.cells
    assert captures.outputs == []
    assert "'text': '1\\n'" in tells.outputs[0].data["text/plain"]


def edit(path: Path, change: Callable[[list[NotebookNode]], object], name: str) -> None:
    """Write a changed copy beside the notebook, or in its place."""
    notebook = nbformat.read(path, as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, path.with_name(name))


def tell_all(cells: list[NotebookNode]) -> None:
    """Each change in its cell."""
    for number, (_, _, lie, _) in zip(NUMBERS, CHANGES, strict=True):
        lie(cells[number - 1])


def move(cells: list[NotebookNode]) -> None:
    """Another parameter, two cells swapped, one deleted."""
    cells[0].source = "rate = 3"
    cells[2:4] = cells[3], cells[2]
    del cells[4]
