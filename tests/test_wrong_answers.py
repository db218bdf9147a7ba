"""Each lesson through papermill with many answers, right and wrong, before the solution."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from test_notebooks_solved import shown
from wrong_answers import Answer, answers_of, right_answers_of

from tests.author.run import options
from tests.author.solutions import VERDICT, exercises, fill_in, verdicts
from tests.needs import demand_runtime
from tfl_helpers.setup.lessons import find_lessons

LESSONS = find_lessons([])
SEED = (
    11  # the lessons store 7, with which the solutions alone run: what they claim must hold for any
)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_exercise_has_many_answers(lesson: Path) -> None:
    right, wrong = right_answers_of(lesson), answers_of(lesson)
    known = exercises(fill_in(nbformat.read(lesson, as_version=4)))
    assert list(wrong) == list(known)
    assert set(right) <= set(known)
    for name, (stub, _, _) in known.items():
        answers = [*right.get(name, []), *wrong[name]]
        texts = {text_of(answer, stub.source) for answer in answers}
        assert len(texts) == len(answers), name
        assert len(wrong[name]) >= 10, name
        assert len(right[name]) >= 5, name
        assert stub.source not in texts, name


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_answer_gets_its_verdict(lesson: Path) -> None:
    tried = run(lesson, with_answers(lesson))

    said = [fault for cell in tried.cells if (fault := fault_of(lesson, cell))]
    unsolved = {name: state for name, state in verdicts(tried).items() if state != "right"}
    if unsolved:
        said.append(f"{lesson.stem}: after the other answers the solutions are {unsolved}")
    if said:
        pytest.fail("\n\n".join(said), pytrace=False)


def with_answers(lesson: Path) -> NotebookNode:
    """The solved lesson; before each solution stand the other answers, each with the check."""
    solved = fill_in(nbformat.read(lesson, as_version=4))
    right, wrong = right_answers_of(lesson), answers_of(lesson)
    for name, (stub, check, _) in exercises(solved).items():
        place = next(i for i, cell in enumerate(solved.cells) if cell.id == stub.id)
        solved.cells[place:place] = [
            new_code_cell(source, metadata=_metadata(name, role, answer))
            for answer in (*wrong[name], *right.get(name, []))
            for role, source in (("answer", text_of(answer, stub.source)), ("check", check.source))
        ]
    return solved


def _metadata(name: str, role: str, answer: Answer) -> dict[str, str]:
    return {"try": name, "role": role, "state": "right", **vars(answer)}


def text_of(answer: Answer, solution: str) -> str:
    """What stands in the stub cell."""
    if answer.source:
        return answer.source
    old, new = answer.change
    assert solution.count(old) == 1, f"{answer.slip}: {old!r} is not once in the solution"
    return solution.replace(old, new)


def run(lesson: Path, notebook: NotebookNode) -> NotebookNode:
    """As test_notebooks_solved runs a lesson; a cell that raises fails the test by its slip."""
    demand_runtime(notebook)
    seed = {"seed": SEED} if "seed" in papermill.inspect_notebook(lesson) else {}
    place = {"cwd": lesson.parent, "progress_bar": False}
    try:
        return papermill.execute_notebook(notebook, None, seed, **place, **options())
    except papermill.PapermillExecutionError as caught:
        error = caught
    cell = notebook.cells[error.cell_index - len(seed)]  # papermill puts in one cell for the seed
    what = f"{lesson.stem}, {where(cell)}, raised {error.ename}: {error.evalue}"
    pytest.fail(f"{what}\n\n{error.source}", pytrace=False)


def fault_of(lesson: Path, cell: NotebookNode) -> str:
    """Nothing, or what is wrong with the verdict on an answer."""
    if cell.metadata.get("role") != "check":
        return ""
    advice, due, text = cell.metadata["advice"], cell.metadata["state"], shown(cell)
    data = [out.data for out in cell.outputs if VERDICT in out.get("data", {})]
    state = data[0][VERDICT]["state"] if data else "no verdict"
    if state == due and advice in text:
        return ""
    wanted = f"{lesson.stem}, {where(cell)}: expected {due!r} and {advice!r}, got {state!r}"
    return f"{wanted}\n{text}"


def where(cell: NotebookNode) -> str:
    """The exercise and the slip, as far as the cell has them."""
    if "try" not in cell.metadata:
        return f"exercise {cell.metadata.get('exercise', 'none')}"
    return "exercise {try}, {role} of {slip!r}".format(**cell.metadata)
