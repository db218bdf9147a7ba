"""Lessons in, what they claim other than stored on the Python that runs this out. Writes nothing.

`test --stack host`. Not bytes: every cell has to run, every solution to be right, and what a cell
says in words has to be what is stored, up to what TOLERATED names. Needs nbclient and a kernel.
"""

from __future__ import annotations

import copy
import math
import re
import time
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tfl_helpers.records import InputError
from tfl_helpers.web.folder import runtime_files

from .kernel import CellError, FreshKernel
from .solutions import VERDICT, exercises, fill_in
from .stored import tidy_outputs

# What may differ from one stack to another: a pattern, what stands for it, and why.
TOLERATED = (
    (
        r"(?m)^Saved artifact at .*\n?(?:(?:\* Endpoint .*|  (?:args_|[A-Z]\w+|\d+: ).*|"
        r"Output Type:|Captures:|)(?:\n|\Z))*",
        "",
        "Keras before 3.15 prints it with verbose=False, too",
    ),
    (r"[\d,]+ +\d+ % *", "# ", "how a file is shared out: each converter names otherwise"),
    (r"\S+ +(?:weights|tensors|metadata|signatures) +#", "piece #", "the same"),
    (r"\b\d+\.\d+\.\d+(?:-?rc\d+)?\b", "#", "versions"),
    (r"\nOther than proven on (?s:.*)", "", "the doctor names the versions of this stack"),
)
# Numbers that may differ a little: floats, in the fourth digit; integers of three digits and more,
# which are sizes in bytes, by one in twenty.
NUMBER = re.compile(r"(?<![\w.,])-?(?:\d+\.\d*(?:e[+-]?\d+)?|\d{1,3}(?:,\d{3})+|\d{3,})(?!\w|,\d)")
TIMEOUT_SECONDS = 600


def run_on_host(lessons: list[Path]) -> int:
    """Run each lesson with its solutions; the exit status is 1 if one claims something else."""
    failed = 0
    for lesson in lessons:
        started = time.monotonic()
        said = list(other_claims(lesson))
        seconds = time.monotonic() - started
        failed += bool(said) and not said[0].startswith("left out")
        print(f"{lesson.stem}: {seconds:.0f} s, {said[0] if said else 'as stored'}", flush=True)
        for line in said[1:]:
            print(f"  {line}", flush=True)
    print(f"{len(lessons) - failed} passed, {failed} failed", flush=True)
    return int(failed > 0)


def other_claims(lesson: Path) -> Iterator[str]:
    """A sentence for each cell that says something else than what is stored; none if none does."""
    stored = nbformat.read(lesson, as_version=4)
    if any("write_page(" in cell.source for cell in stored.cells):
        try:
            runtime_files()
        except InputError as error:
            yield f"left out: {error}"
            return
    fresh = with_solutions(stored)
    stopped = None
    try:
        with FreshKernel(fresh, lesson.parent, TIMEOUT_SECONDS) as kernel:
            kernel.run_through(len(fresh.cells) - 1)
    except (CellError, RuntimeError) as error:
        stopped = str(error).partition("\n")[0]
    found = list(_compared(stored, fresh))
    if stopped or found:
        yield stopped or f"{len(found)} cells say something else"
    yield from found


def with_solutions(stored: NotebookNode) -> NotebookNode:
    """The lesson without outputs; behind its end once more the exercises, with their solutions.

    Behind its end, for what follows an exercise is stored as it is where that waits.
    """
    fresh, solved = copy.deepcopy(stored), fill_in(stored)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    checks = {check.id for _, check, _ in exercises(solved).values()}
    parts = [cell.id for part in exercises(solved).values() for cell in part]
    places = [i for i, cell in enumerate(solved.cells) if cell.id in parts]
    for cell in solved.cells[places[0] : places[-1]] if places else []:
        if cell.cell_type == "code":
            again = "solved" if cell.id in checks else "again"
            fresh.cells.append(new_code_cell(cell.source, id=f"{again}-{cell.id}"))
    return fresh


def _compared(stored: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    was = {cell.id: cell for cell in stored.cells}
    for cell in fresh.cells:
        if cell.cell_type != "code" or cell.execution_count is None:
            continue
        if cell.id.startswith("solved-"):
            states = [
                o.data[VERDICT]["state"] for o in cell.outputs if VERDICT in o.get("data", {})
            ]
            if states != ["right"]:
                yield f"{cell.id}: the solution is {states}\n{words(cell)}"
        elif cell.id in was and (lines := difference(words(was[cell.id]), words(cell))):
            yield f"{cell.id}:\n{lines}"


def words(cell: NotebookNode) -> str:
    """What the outputs of a cell say, a picture as its kind alone."""
    parts = []
    for output in tidy_outputs(cell.outputs):
        data = output.get("data", {})
        said = output.get("text") or data.get("text/plain", "")
        parts.append(f"{said.rstrip()}{' [picture]' if 'image/png' in data else ''}")
    return "\n".join(parts)


def difference(was: str, now: str) -> str:
    """The lines that claim something else, stored and here; empty if none does."""
    was, now = tolerant(was), tolerant(now)
    pairs = zip_longest(was.splitlines(), now.splitlines(), fillvalue="(nothing)")
    return "\n".join(f"    - {a}\n    + {b}" for a, b in pairs if not same(a, b))


def tolerant(text: str) -> str:
    """The text without what may differ."""
    for pattern, instead, _ in TOLERATED:
        text = re.sub(pattern, instead, text)
    return text


def same(was: str, now: str) -> bool:
    """Whether two lines, made tolerant, claim the same: figures but for their last digits."""
    numbers = [NUMBER.findall(text) for text in (was, now)]
    plain = [re.sub(r"[ ─-]+", " ", NUMBER.sub("#", text)).strip() for text in (was, now)]
    if plain[0] != plain[1] or len(numbers[0]) != len(numbers[1]):
        return False
    return all(map(_nearly, *numbers))


def _nearly(was: str, now: str) -> bool:
    far = {"rel_tol": 1e-3, "abs_tol": 1e-5} if "." in was else {"rel_tol": 0.05}
    return math.isclose(*(float(text.replace(",", "")) for text in (was, now)), **far)
