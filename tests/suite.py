"""A folder of notebooks in, what a real run of the suite on two workers says of each cell out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tfl_helpers.setup.lessons import ROOT

LINE = re.compile(r"^\[(gw\d)\] \[ *\d+%\] (\w+) \S*?(\w+)\.ipynb::cell-(\d+)", re.MULTILINE)
HEAD = re.compile(r"^_+ \S*?(\w+)\.ipynb cell-(\d+) _+$", re.MULTILINE)

Cell = tuple[str, int]  # name of the notebook, number of the cell


@dataclass(frozen=True)
class Run:
    """What pytest printed, and by cell: PASSED, FAILED or SKIPPED, the worker, the report."""

    said: str
    outcomes: dict[Cell, str]
    workers: dict[Cell, str]
    reports: dict[Cell, str]

    def cells(self, outcome: str, name: str) -> list[int]:
        """Numbers of the cells of a notebook that came out like this."""
        return [n for (nb, n), out in self.outcomes.items() if (nb, out) == (name, outcome)]


def run_suite(folder: Path) -> Run:
    """The project's own pytest on all notebooks of a folder."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-v", "-n2", "-p", "no:cacheprovider", "--color=no"]
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(folder)]
    said = subprocess.run(
        [*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    ).stdout
    outcomes, workers = {}, {}
    for worker, outcome, name, number in LINE.findall(said):
        outcomes[name, int(number)] = outcome
        workers[name, int(number)] = worker
    _, *parts = HEAD.split(said.partition("short test summary")[0])
    reports = {
        (name, int(number)): report for name, number, report in zip(*[iter(parts)] * 3, strict=True)
    }
    return Run(said, dict(sorted(outcomes.items())), workers, reports)
