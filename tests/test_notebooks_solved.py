"""Each lesson through papermill, its own solutions filled in.

In English with the seed that every learner has, in Japanese with another one, as in
test_wrong_answers.py.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat import NotebookNode

from tests.author.run import options
from tests.author.solutions import VERDICT, exercises, fill_in, verdicts
from tests.needs import demand_runtime
from tfl_helpers.setup.lessons import find_lessons

LESSONS = [*find_lessons([]), *find_lessons([], "ja")]
NAMES = [f"{lesson.parent.name}-{lesson.stem}" for lesson in LESSONS]
OTHER = {"seed": 12}  # than the lessons have


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=NAMES)
def test_every_solution_is_right(lesson: Path) -> None:
    has_seed = "seed" in papermill.inspect_notebook(lesson)
    solved = run_solved(lesson, **OTHER if has_seed and lesson.parent.name == "ja" else {})

    wrong = {name: state for name, state in verdicts(solved).items() if state != "right"}

    said = [
        f"{lesson.stem}, exercise {name}: {state}\n{shown(exercises(solved)[name][1])}"
        for name, state in wrong.items()
    ]
    if said:
        pytest.fail("\n\n".join(said), pytrace=False)


@pytest.mark.parametrize("lesson", LESSONS, ids=NAMES)
def test_every_untouched_stub_is_not_yet_done(lesson: Path) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    states = verdicts(notebook)
    assert set(states.values()) <= {"not yet"}, states
    tables = [name for name, one in exercises(notebook).items() if "\n  " in shown(one[1])]
    assert not tables, "nothing is wrong, nor right, before anybody has begun"


def run_solved(lesson: Path, **parameters: object) -> NotebookNode:
    """The executed lesson; a cell that raises fails the test by exercise or number."""
    notebook = fill_in(nbformat.read(lesson, as_version=4))
    demand_runtime(notebook)
    place = {"cwd": lesson.parent, "progress_bar": False}
    try:
        return papermill.execute_notebook(notebook, None, parameters, **place, **options())
    except papermill.PapermillExecutionError as caught:
        error = caught
    names = {cell.source: cell.metadata.get("exercise") for cell in notebook.cells}
    where = f"cell [{error.exec_count}], exercise {names.get(error.source) or 'none'}"
    what = f"{lesson.stem}, {where}, raised {error.ename}: {error.evalue}"
    pytest.fail(f"{what}\n\n{error.source}", pytrace=False)


def shown(check: NotebookNode) -> str:
    """The words of the verdict, which name the claim that failed."""
    data = [output.data for output in check.outputs if VERDICT in output.get("data", {})]
    return data[0]["text/plain"] if data else "The check cell shows no verdict."
