"""Proof that the strict comparison bites: one notebook, a lie in each cell, each caught there."""

from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import MakeLesson
from nbformat import NotebookNode
from nbformat.v4 import new_output
from PIL import Image

from tfl_helpers.authoring.execute import execute_lessons
from tfl_helpers.authoring.lessons import ROOT
from tfl_helpers.authoring.solutions import VERDICT

SETUP = f"""
import base64, io, os, sys
from IPython.display import display
from PIL import Image
image = Image.new("L", (40, 40), 255)
image.putpixel((9, 9), 0)
image.save(file := io.BytesIO(), "png")
png = base64.b64encode(file.getvalue()).decode()
page = "<table><caption>Shapes</caption><tr><td>float32</td><td>[32, 2]</td></tr></table>"
table = {{"text/plain": "one row", "text/html": page, "image/png": png}}
verdict = {{"{VERDICT}": {{"state": "not yet"}}, "text/plain": "not yet"}}
"""
TABLE = "display(table, raw=True)"

Lie = Callable[[NotebookNode], object]


def says(mime: str, old: str, new: str) -> Lie:
    """The lie that a bundle says `new` where it said `old`."""

    def tell(cell: NotebookNode) -> None:
        assert old in cell.outputs[0].data[mime]
        cell.outputs[0].data[mime] = cell.outputs[0].data[mime].replace(old, new)

    return tell


def adds(text: str) -> Lie:
    """The lie that there was one more output."""
    return lambda cell: cell.outputs.append(new_output("stream", text=text))


def ran(source: str) -> Lie:
    """The lie that the outputs are those of another source."""
    return lambda cell: cell.update(source=source)


def move_pixel(cell: NotebookNode) -> None:
    """The lie that the one black pixel stood one row lower."""
    data = cell.outputs[0].data
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    image.putpixel((9, 9), 255)
    image.putpixel((9, 10), 0)
    image.save(file := io.BytesIO(), "png")
    data["image/png"] = base64.b64encode(file.getvalue()).decode()


# What is lied about, the source of the cell, the lie.
LIES: tuple[tuple[str, str, Lie], ...] = (
    ("digit printed", "print(3.14)", lambda cell: cell.outputs[0].update(text="3.15\n")),
    ("digit of a value", "6 * 7", says("text/plain", "42", "43")),
    ("cell of a table", TABLE, says("text/html", "[32, 2]", "[32, 3]")),
    ("caption", TABLE, says("text/html", "Shapes", "Types")),
    ("text twin", TABLE, says("text/plain", "one row", "no row")),
    ("pixel", TABLE, move_pixel),
    ("bytes after the picture", TABLE, says("image/png", "=", "==")),
    ("picture lost", TABLE, lambda cell: cell.outputs[0].data.pop("image/png")),
    ("verdict", "display(verdict, raw=True)", lambda cell: cell.outputs[0].data.pop(VERDICT)),
    ("output lost", "print(1)\n2", lambda cell: cell.outputs.pop()),
    ("all outputs lost", "print(1)", lambda cell: cell.outputs.clear()),
    ("output too many", "3", adds("4\n")),
    ("value before a ;", "5;", adds("5\n")),
    ("order", f"print(6)\n{TABLE}", lambda cell: cell.outputs.reverse()),
    ("stream", "print(7)", lambda cell: cell.outputs[0].update(name="stderr")),
    ("number of the cell", "pass", lambda cell: cell.update(execution_count=None)),
    ("stderr", "pass", ran("print(8, file=sys.stderr)")),
    ("stderr below Python", "pass", ran("_ = os.write(2, b'I0000 log')")),
    ("source", "rate = 2\nrate", ran("rate = 3\nrate")),
    ("error", "rate", ran("rates")),
    ("cell after the error", "rate", ran("rate")),
)


def run_pytest(folder: Path) -> tuple[dict[str, list[str]], dict[str, set[str]], str]:
    """Two workers on all notebooks of a folder: by file the outcomes and workers, what it said."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-v", "-n2", "-p", "no:cacheprovider", "--color=no"]
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(folder)]
    said = subprocess.run(
        [*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    ).stdout
    outcomes: dict[str, list[str]] = {}
    workers: dict[str, set[str]] = {}
    for worker, outcome, name in re.findall(
        r"\[(gw\d)\] \[ *\d+%\] (\w+) \S*?(\w+)\.ipynb::", said
    ):
        outcomes.setdefault(name, []).append(outcome)
        workers.setdefault(name, set()).add(worker)
    return outcomes, workers, said


@pytest.mark.slow
def test_every_lie_is_caught_in_its_cell(make_lesson: MakeLesson) -> None:
    truth = make_lesson(SETUP, *[source for _, source, _ in LIES], name="truth.ipynb")
    assert execute_lessons([truth]) == 0
    notebook = nbformat.read(truth, as_version=4)
    for cell, (_, _, lie) in zip(notebook.cells[1:], LIES, strict=True):
        lie(cell)
    nbformat.write(notebook, truth.with_name("lies.ipynb"))
    make_lesson("import os", "os._exit(3)", "2", name="dead.ipynb")

    outcomes, workers, said = run_pytest(truth.parent)

    assert set(outcomes["truth"]) == {"PASSED"}, said
    believed = [
        lie for lie, outcome in zip(LIES, outcomes["lies"][1:], strict=True) if outcome != "FAILED"
    ]
    assert [what for what, _, _ in believed] == ["cell after the error"], said
    assert outcomes["dead"] == ["FAILED", "FAILED", "SKIPPED"]
    assert "dead.ipynb cell [2] ended the kernel's process" in said
    assert all(len(names) == 1 for names in workers.values())
