"""Each lesson through papermill with the commonest wrong answers, each before the right one."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from test_notebooks_solved import SEED, shown
from wrong_answers import WrongAnswer, answers_of

from tests.author.lessons import find_lessons
from tests.author.run import options
from tests.author.solutions import VERDICT, exercises, fill_in, verdicts
from tests.needs import demand_runtime

LESSONS = find_lessons([])


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_exercise_has_three_wrong_answers(lesson: Path) -> None:
    answers_to = answers_of(lesson)
    known = exercises(fill_in(nbformat.read(lesson, as_version=4)))
    assert list(answers_to) == list(known)
    for name, (stub, _, _) in known.items():
        answers = answers_to[name]
        texts = {text_of(answer, stub.source) for answer in answers}
        assert len(texts) == len(answers) >= 3, name
        assert stub.source not in texts, name


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_wrong_answer_gets_its_advice(lesson: Path) -> None:
    tried = run(lesson, with_wrong_answers(lesson))

    said = [fault for cell in tried.cells if (fault := fault_of(lesson, cell))]
    unsolved = {name: state for name, state in verdicts(tried).items() if state != "right"}
    if unsolved:
        said.append(f"{lesson.stem}: after the wrong answers the solutions are {unsolved}")
    if said:
        pytest.fail("\n\n".join(said), pytrace=False)


def with_wrong_answers(lesson: Path) -> NotebookNode:
    """The solved lesson; before each solution stand the wrong answers, each with the check."""
    solved = fill_in(nbformat.read(lesson, as_version=4))
    answers_to = answers_of(lesson)
    for name, (stub, check, _) in exercises(solved).items():
        place = next(i for i, cell in enumerate(solved.cells) if cell.id == stub.id)
        solved.cells[place:place] = [
            new_code_cell(source, metadata={"try": name, "role": role, **vars(answer)})
            for answer in answers_to[name]
            for role, source in (("answer", text_of(answer, stub.source)), ("check", check.source))
        ]
    return solved


def text_of(answer: WrongAnswer, solution: str) -> str:
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
    """Nothing, or what is wrong with the verdict on a wrong answer."""
    if cell.metadata.get("role") != "check":
        return ""
    advice, text = cell.metadata["advice"], shown(cell)
    data = [out.data for out in cell.outputs if VERDICT in out.get("data", {})]
    state = data[0][VERDICT]["state"] if data else "no verdict"
    if state == "not right" and advice in text:
        return ""
    wanted = f"{lesson.stem}, {where(cell)}: expected 'not right' and {advice!r}, got {state!r}"
    return f"{wanted}\n{text}"


def where(cell: NotebookNode) -> str:
    """The exercise and the slip, as far as the cell has them."""
    if "try" not in cell.metadata:
        return f"exercise {cell.metadata.get('exercise', 'none')}"
    return "exercise {try}, {role} of {slip!r}".format(**cell.metadata)
