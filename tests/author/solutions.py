"""A lesson in, the lesson with its own solutions filled in, or its verdicts, out. Runs nothing.

An exercise is three neighbouring cells with one id: the stub (tag `exercise`), its check (tag
`check`) and a markdown cell (tag `solution`) whose last <details> block holds the solution.
"""

from __future__ import annotations

import copy
import re

from nbformat import NotebookNode

from tfl_helpers.records import InputError

VERDICT = "application/vnd.tfl.verdict+json"
ROLES = ("exercise", "check", "solution")


def fill_in(notebook: NotebookNode) -> NotebookNode:
    """A copy of the lesson with each solution in the place of its stub."""
    solved = copy.deepcopy(notebook)
    for name, (stub, _, solution) in exercises(solved).items():
        stub.source = _solution_code(name, solution.source)
    return solved


def exercises(notebook: NotebookNode) -> dict[str, tuple[NotebookNode, NotebookNode, NotebookNode]]:
    """By exercise id: stub, check and solution cell.

    Raises:
        InputError: a part is missing, stands elsewhere or is there twice.
    """
    places: dict[str, dict[str, int]] = {}
    for index, cell in enumerate(notebook.cells):
        for role in set(ROLES) & set(cell.metadata.get("tags", [])):
            name = cell.metadata.get("exercise")
            if not name:
                raise InputError(
                    f"A cell tagged {role!r} needs its exercise's id in the metadata, for example "
                    f'{{"exercise": "03-any-length"}}; this one has none: {cell.source[:60]!r}'
                )
            if role in places.setdefault(name, {}):
                raise InputError(f"Exercise {name!r} has two cells tagged {role!r}; one is needed.")
            places[name][role] = index
    for name, found in places.items():
        _check_places(name, found)
    return {
        name: tuple(notebook.cells[found[role]] for role in ROLES) for name, found in places.items()
    }


def verdicts(notebook: NotebookNode) -> dict[str, str]:
    """By exercise id: the state that its executed check cell shows, or `no verdict`."""
    return {name: _state(check) for name, (_, check, _) in exercises(notebook).items()}


def _check_places(name: str, found: dict[str, int]) -> None:
    for role in ROLES:
        if role not in found:
            raise InputError(
                f"Exercise {name!r} has no cell tagged {role!r}. It needs a stub (tag 'exercise'), "
                "right after it a check (tag 'check'), then a markdown cell (tag 'solution')."
            )
    first = found["exercise"]
    if [found[role] for role in ROLES] != [first, first + 1, first + 2]:
        raise InputError(
            f"The cells of exercise {name!r} must follow each other: stub, check, solution. "
            f"They are the cells {', '.join(str(found[role] + 1) for role in ROLES)}."
        )


def _solution_code(name: str, source: str) -> str:
    """Hints may show code too: the solution is the one fence in the last block."""
    last = source.rpartition("<details")[2]
    fences = re.findall(r"^```python\n(.*?)\n```$", last, re.DOTALL | re.MULTILINE)
    if len(fences) != 1:
        raise InputError(
            f"The last <details> block of exercise {name!r} must hold one ```python fence with the "
            f"text that replaces the stub; it holds {len(fences)}."
        )
    return fences[0]


def _state(check: NotebookNode) -> str:
    for output in check.outputs:
        if VERDICT in output.get("data", {}):
            return output.data[VERDICT]["state"]
    return "no verdict"
