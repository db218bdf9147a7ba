"""Proof that the checks bite: every small lie of the catalogue, told wherever it can be, is caught.

That a re-run gives what the lessons store is what the suite shows of the lessons themselves. So
what they store stands for the re-run here, and thousands of lies take seconds. A sample of them
then goes through a real run of the suite.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
import test_budgets
import test_stored_outputs
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from tests.author.kernel import FreshKernel
from tests.author.stored import KERNEL, LANGUAGE, text_of, tidy
from tests.difference import difference
from tests.mutations import LIES, STORAGE, Lie
from tests.suite import run_suite
from tfl_helpers.setup.lessons import NOTEBOOKS, find_lessons

pytestmark = pytest.mark.slow

LESSONS = find_lessons([])
SAMPLE = "10"  # the lesson that runs fastest; its pictures, which it lacks, are in the small one
WORDS = {"pixel": ": 1 of ", "look-alike letter": "U+0430 CYRILLIC SMALL LETTER A"}
CELLS = 1  # of each notebook, for each kind of lie; of all cells, it takes ten seconds

# What no lesson has: other pictures, other widgets, displays that change, exceptions.
SLIDER = """
slider = widgets.IntSlider(description="rate", value=3)
twin = f'<p>rate <input value="{slider.value}"></p>'
display({**slider._repr_mimebundle_(), "text/plain": "rate 3", "text/html": twin}, raw=True)
"""
SVG = """'<svg xmlns="http://www.w3.org/2000/svg"><circle r="5"/></svg>'"""
SMALL = (
    "import json\nimport ipywidgets as widgets\nimport matplotlib.pyplot as plt\n"
    "import tfl_helpers as tfl\nfrom IPython.display import clear_output, display",
    "print('above')\n_ = plt.figure(figsize=(2, 1)).gca().plot([1, 3, 2])",
    SLIDER,
    *["tfl.draw_road()"] * 8,
    "handle = display('first', display_id=True)",
    "handle.update('second')",
    "print('step 1')\nclear_output()\nprint('step 2')",
    f"display({{'image/svg+xml': {SVG}, 'text/plain': 'a circle'}}, raw=True)",
    "display({'application/json': {'agree': True, 'n': 2}, 'text/plain': '-'}, raw=True)",
    "print(1)\ndisplay(2)\nprint(-3.5)",
    *["json.loads('{')"] * 7,
)


class Told(NamedTuple):
    """A lie in a copy of a cell, and the cell as it is."""

    place: tuple[str, int]
    mutant: NotebookNode
    truth: NotebookNode


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small notebook, executed and stored as `execute` would, had it no exceptions."""
    tags = {"tags": ["raises-exception"]}
    cells = [new_code_cell(s, metadata=tags if "loads" in s else {}) for s in SMALL]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": LANGUAGE})
    path = tmp_path_factory.mktemp("en") / "small.ipynb"
    with FreshKernel(notebook, path.parent) as fresh:
        fresh.run_through(len(cells) - 1)
    path.write_text(text_of(tidy(notebook)), encoding="utf-8")
    return path


@cache
def code_cells(path: Path) -> list[NotebookNode]:
    """The code cells of a notebook, none of which may be changed."""
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def tell(lie: Lie, notebooks: list[Path]) -> Iterator[Told]:
    """The lie in every code cell of which it can be told."""
    for path in notebooks:
        for number, truth in enumerate(code_cells(path), 1):
            mutant = copy.deepcopy(truth)
            lie(mutant)
            if repr(mutant) != repr(truth):
                yield Told((path.stem, number), mutant, truth)


def test_every_lie_about_outputs_is_caught_in_every_lesson(small: Path) -> None:
    missed = []
    for kind, lie in LIES.items():
        told = [t for path in (small, *LESSONS) for t in islice(tell(lie, [path]), CELLS)]
        assert told, f"no notebook has a cell of which to say: {kind}"
        missed += [(kind, t.place) for t in told if not told_by(kind, t)]
        places = ", ".join(f"{name[:2]} [{number}]" for (name, number), *_ in told)
        print(f"{kind:36} {places}: tests/strict.py")
    assert missed == []


def told_by(kind: str, told: Told) -> bool:
    """Whether the comparison finds the lie, and no larger one that came with it."""
    said = difference(told.mutant, told.truth)
    return bool(said) and WORDS.get(kind, "") in said


@pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
def test_every_fault_of_storage_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_stored_outputs, "ROOT", tmp_path)
    [lesson] = find_lessons([SAMPLE])
    caught = {}
    for kind, lie in {"nothing": lambda notebook: None, **STORAGE}.items():
        notebook = nbformat.read(lesson, as_version=4)
        lie(notebook)
        copied = tmp_path / lesson.name
        copied.write_text(nbformat.v4.writes(notebook) + "\n", encoding="utf-8")
        caught[kind] = catchers(copied)
        print(f"{kind:36} {', '.join(caught[kind]) or '-'}")
    assert [kind for kind, names in caught.items() if not names] == ["nothing"]


def catchers(lesson: Path) -> list[str]:
    """Names of the tests of stored lessons that fail."""
    caught = []
    for test in (test_stored_outputs.test_stored_as_execute_writes_it, test_budgets.test_rules):
        try:
            test(lesson)
        except AssertionError:
            caught.append(test.__name__)
    return caught


def plant(notebooks: list[Path]) -> dict[tuple[str, int], str]:
    """Write as many kinds of lies into the notebooks as there is room for, one a cell."""
    told = {kind: [t.place for t in tell(lie, notebooks)] for kind, lie in LIES.items()}
    planted: dict[tuple[str, int], str] = {}
    for kind in sorted(told, key=lambda kind: len(told[kind])):
        if free := [place for place in told[kind] if place not in planted]:
            planted[free[0]] = kind
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for number, cell in enumerate(code, 1):
            if kind := planted.get((path.stem, number)):
                LIES[kind](cell)
        path.write_text(nbformat.v4.writes(notebook), encoding="utf-8")
    return planted


def test_a_real_run_of_the_suite_catches_them_too(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "notebooks" / "en"
    folder.mkdir(parents=True)
    shutil.copy(small, folder / "truth.ipynb")
    for model in NOTEBOOKS.glob("*.tflite"):
        shutil.copy(model, folder.parent)
    copies = [shutil.copy(path, folder) for path in (small, *find_lessons([SAMPLE]))]
    planted = plant([Path(path) for path in copies])

    ran = run_suite(folder)

    assert len(ran.cells("PASSED", "truth")) == len(SMALL), ran.said
    failed = {place for place, outcome in ran.outcomes.items() if outcome == "FAILED"}
    assert failed == set(planted), {planted.get(place, place) for place in failed ^ set(planted)}
    assert "SKIPPED" not in ran.outcomes.values()
    for (name, number), kind in planted.items():
        report = ran.reports[name, number]
        assert f"{name}.ipynb cell [{number}] " in report, kind
        assert f"\npython3 -m tfl_helpers test -- {folder / name}.ipynb::cell-{number}\n" in report
    print(f"{len(set(planted.values()))} of {len(LIES)} kinds in a real run")
