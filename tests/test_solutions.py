"""Exercises by hand: how solutions take the place of stubs, and what a broken exercise is told."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.author.solutions import VERDICT, fill_in, verdicts
from tfl_helpers.records import InputError

SOLUTION = "def half(n):\n    return n / 2"
BLOCKS = f"""<details><summary>Hint 1</summary>

```python
1 / 2
```
</details>
<details><summary>Solution</summary>

```python
{SOLUTION}
```
</details>"""


def part(role: str, source: str, name: str | None = "77-half") -> NotebookNode:
    new = new_markdown_cell if role == "solution" else new_code_cell
    metadata = {"tags": [role]} | ({"exercise": name} if name else {})
    return new(source, metadata=metadata)


def exercise(name: str = "77-half", blocks: str = BLOCKS) -> list[NotebookNode]:
    return [
        part("exercise", "def half(n):\n    return ...", name),
        part("check", "tfl.check_function(half)", name),
        part("solution", blocks, name),
    ]


def error_of(cells: list[NotebookNode]) -> str:
    with pytest.raises(InputError) as caught:
        fill_in(new_notebook(cells=cells))
    return str(caught.value)


def test_the_solution_replaces_the_stub_and_nothing_else() -> None:
    lesson = new_notebook(cells=[new_markdown_cell("# Halves"), *exercise(), *exercise("77-again")])

    solved = fill_in(lesson)

    assert [cell.source for cell in (solved.cells[1], solved.cells[4])] == [SOLUTION, SOLUTION]
    assert lesson.cells[1].source.endswith("...")
    for index in (1, 4):
        solved.cells[index].source = lesson.cells[index].source
    assert solved == lesson


@pytest.mark.parametrize("role", ["exercise", "check", "solution"])
def test_a_missing_part(role: str) -> None:
    cells = [cell for cell in exercise() if role not in cell.metadata.tags]
    assert error_of(cells) == (
        f"Exercise '77-half' has no cell tagged '{role}'. It needs a stub (tag 'exercise'), "
        "right after it a check (tag 'check'), then a markdown cell (tag 'solution')."
    )


def test_an_id_used_twice() -> None:
    said = error_of([*exercise(), *exercise()])
    assert said == "Exercise '77-half' has two cells tagged 'exercise'; one is needed."


def test_parts_that_do_not_follow_each_other() -> None:
    stub, check, solution = exercise()
    assert error_of([stub, new_markdown_cell("Now check."), check, solution]) == (
        "The cells of exercise '77-half' must follow each other: stub, check, solution. "
        "They are the cells 1, 3, 4."
    )


def test_a_tagged_cell_without_id() -> None:
    said = error_of([part("check", "tfl.check_function(half)", None)])
    assert said == (
        "A cell tagged 'check' needs its exercise's id in the metadata, for example "
        '{"exercise": "03-any-length"}; this one has none: \'tfl.check_function(half)\''
    )


@pytest.mark.parametrize(
    ("blocks", "count"),
    [
        ("<details><summary>Solution</summary>\n\nHalve it.\n</details>", 0),
        (BLOCKS.replace("```python\ndef", "```\ndef"), 0),
        (BLOCKS.replace("</details>", "```python\n2\n```\n</details>"), 2),
    ],
)
def test_a_solution_is_one_fence_in_the_last_block(blocks: str, count: int) -> None:
    assert error_of(exercise(blocks=blocks)) == (
        "The last <details> block of exercise '77-half' must hold one ```python fence with the "
        f"text that replaces the stub; it holds {count}."
    )


def test_verdicts_are_read_from_the_check_cells() -> None:
    lesson = new_notebook(cells=[*exercise(), *exercise("77-again")])
    data = {VERDICT: {"state": "right"}, "text/plain": "right"}
    lesson.cells[1].outputs = [
        new_output("stream", text="hello"),
        new_output("execute_result", data=data, execution_count=2),
    ]
    assert verdicts(lesson) == {"77-half": "right", "77-again": "no verdict"}
