"""How long the lessons take to test, in many ways, side by side: `python -m tests.benchmark`.

Each round runs each way once, so that what else the machine does falls on all alike. "plain" is
pytest with nbval and papermill as they come; "ours" is what `python -m pytest` runs here; the
lower bound is no test at all: the same code cells, those of both passes, each notebook in a plain
Python. `--rounds 5` for steadier medians, `--ways ours bound` for some rows.
A pass is a run of all lessons: one compares what is stored, one has the solutions filled in.
"""

from __future__ import annotations

import argparse
import ast
import json
import linecache
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from tfl_helpers.setup.lessons import ROOT, find_lessons

CORES = os.cpu_count() or 1
SOLVED = "tests/test_notebooks_solved.py::test_every_solution_is_right"
PYTEST = ("-m", "pytest", "-q", "--no-header", "-p", "no:warnings")
PLAIN = (*PYTEST, "-o", "addopts=", "-p", "no:cacheprovider", "--nbval", "notebooks/en")
SPREAD = ("-n", str(CORES))
OWN = ("-m", "tests.benchmark", "--part")

# By name: what the interpreter is given, one process after the other.
WAYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "plain nbval": (PLAIN,),
    f"plain nbval -n {CORES}": ((*PLAIN, *SPREAD, "--dist", "loadfile"),),
    "plain papermill": ((*OWN, "papermill"),),
    "ours strict": ((*PYTEST, "notebooks/en"),),
    f"ours strict -n {CORES}": ((*PYTEST, "notebooks/en", *SPREAD),),
    "ours solved": ((*PYTEST, SOLVED),),
    "ours both": ((*PYTEST, "notebooks/en", SOLVED),),
    f"ours both -n {CORES}": ((*PYTEST, "notebooks/en", SOLVED, *SPREAD),),
    f"bound both, {CORES} at once": ((*OWN, "bound"),),
}


def main() -> None:
    """Run all ways in each round; then the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="*", default=[""], help="words of the rows to run")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--lesson", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--solved", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part == "cells":
        run_cells(options.lesson, bool(options.solved))
    elif options.part:
        {"papermill": run_papermill, "bound": run_bound}[options.part]()
    else:
        run_rounds(options.ways, options.rounds)


def run_rounds(words: list[str], rounds: int) -> None:
    """Print each way of each round as it is done, then the table."""
    ways = [way for way in WAYS if any(word in way for word in words)]
    taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for number in range(rounds):
        for way in ways:
            print(f"round {number + 1}: {way}", end=" ", flush=True)
            *seconds, said = timed(way)
            taken[way].append(tuple(seconds))
            print(f"{seconds[0]:.1f} s, {said}", flush=True)
    print(table(taken))


def timed(way: str) -> tuple[float, float, str]:
    """Seconds on the clock, seconds of all processors, the last line that was said."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    cpu, begin, said = _cpu_of_children(), time.monotonic(), ""
    for arguments in WAYS[way]:
        ran = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        said = (ran.stdout.strip() or ran.stderr.strip()).rpartition("\n")[2]
    return time.monotonic() - begin, _cpu_of_children() - cpu, said


def table(taken: dict[str, list[tuple[float, float]]]) -> str:
    """A row for each way, and how the sums of plain ones compare with ours."""
    lines = [f"{'':24}{'seconds':>9}{'lowest':>9}{'highest':>9}{'CPU':>9}"]
    walls = {}
    for way, runs in taken.items():
        wall, cpu = ([run[i] for run in runs] for i in (0, 1))
        walls[way] = wall
        row = (median(wall), min(wall), max(wall), median(cpu))
        lines.append(f"{way:24}" + "".join(f"{number:9.1f}" for number in row))
    both, bound = walls.get(f"ours both -n {CORES}"), walls.get(f"bound both, {CORES} at once")
    if both and "plain nbval" in walls and "plain papermill" in walls:
        plain = map(sum, zip(walls["plain nbval"], walls["plain papermill"], strict=True))
        lines.append(_ratio("plain nbval + plain papermill, by ours both", list(plain), both))
    if both and bound:
        lines.append(_ratio("ours both, by the bound", both, bound))
    return "\n".join(lines)


def _ratio(name: str, above: list[float], below: list[float]) -> str:
    """Of each round its own quotient, then their median."""
    quotients = [a / b for a, b in zip(above, below, strict=True)]
    each = ", ".join(f"{quotient:.2f}" for quotient in quotients)
    return f"{name} -n {CORES}: {median(quotients):.2f}  (rounds: {each})"


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_papermill() -> None:
    """Each lesson with its solutions, as papermill's own documentation does it."""
    import nbformat
    import papermill

    from tests.author.solutions import fill_in

    for lesson in find_lessons([]):
        with tempfile.TemporaryDirectory() as folder:
            solved, output = Path(folder) / "solved.ipynb", Path(folder) / "output.ipynb"
            nbformat.write(fill_in(nbformat.read(lesson, as_version=4)), solved)
            papermill.execute_notebook(solved, output, cwd=lesson.parent, progress_bar=False)
    print("done")


def run_bound() -> None:
    """All code cells of both passes, in a Python process for each notebook and pass."""
    passes = [(lesson, solved) for solved in ("solved", "") for lesson in find_lessons([])]
    passes.sort(key=lambda one: -one[0].stat().st_size)
    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(lambda one: _run_bound(*one), passes))
    print("done")


def _run_bound(lesson: Path, solved: str) -> None:
    command = [sys.executable, *OWN, "cells", "--lesson", str(lesson), "--solved", solved]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def run_cells(lesson: Path, solved: bool) -> None:
    """Run the cells, with the value that each would show."""
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(lesson.parent)
    IPKernelApp.instance()  # the doctor asks: is this a kernel?
    names = {"__name__": "__main__"}
    for number, source in enumerate(_sources(lesson, solved)):
        file = f"<cell {number}>"  # tf.function reads the source of what it traces
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, file, "exec"), names)
        if last:
            value = eval(compile(ast.Expression(last.value), file, "eval"), names)
            getattr(value, "_repr_mimebundle_", value.__repr__)()


def _sources(lesson: Path, solved: bool) -> Iterator[str]:
    """The code, read without nbformat, whose import takes longer than all of this."""
    from tests.author.solutions import _solution_code

    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    for cell, beyond in zip(cells, [*cells[2:], None, None], strict=True):
        if cell["cell_type"] == "code":
            stub = "exercise" in cell["metadata"].get("tags", [])
            text = "".join(beyond["source"]) if solved and stub else ""
            yield _solution_code(lesson.stem, text) if text else "".join(cell["source"])


if __name__ == "__main__":
    main()
