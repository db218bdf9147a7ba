"""pytest plugin: a notebook passes when a fresh run gives exactly the outputs stored in it.

It keeps nbval's options and its one item per code cell, and replaces how they run and compare:
nbval 0.11 skips pictures, output order and cells without a number, hides values before a `;`
differently from JupyterLab, and waits for a dead kernel until the timeout. Tags and comments that
nbval or nbclient know, such as `nbval-skip`, waive nothing.
"""

from __future__ import annotations

import copy
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from tests.author.kernel import CellError, FreshKernel
from tests.author.stored import tidy_outputs
from tests.difference import difference
from tests.needs import demand_runtime
from tfl_helpers.setup.lessons import NOTEBOOKS, ROOT


class StrictFile(IPyNbFile):
    """A notebook, run whole before its first cell is judged: a late cell may change an early one.

    So one cell asked for alone is judged as in a run of all.
    """

    stopped: tuple[int, str] | None = None  # number of the cell that stopped the run, and why

    def collect(self) -> Iterator[StrictCell]:
        self.nb = nbformat.read(self.path, as_version=4)
        self.rerun = without_outputs(self.nb)
        code = [i for i, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        for number, index in enumerate(code, 1):
            item = StrictCell.from_parent(
                self, name=f"cell-{number}", cell_num=number, cell=self.nb.cells[index], options={}
            )
            item.rerun = self.rerun.cells[index]
            item.add_marker("slow")
            yield item

    def setup(self) -> None:
        demand_runtime(self.nb)
        timeout = int(self.config.option.nbval_cell_timeout)
        number = 0
        try:
            with FreshKernel(self.rerun, self.path.parent, timeout) as fresh:
                for index, cell in enumerate(self.rerun.cells):
                    number += cell.cell_type == "code"
                    fresh.run_through(index)
        except (CellError, RuntimeError) as error:  # nbclient's word for no answer at all
            self.stopped = max(number, 1), str(error)

    def teardown(self) -> None:
        """Nothing is left to stop."""


class StrictCell(IPyNbCell):
    """One code cell of a notebook that has been run."""

    rerun: NotebookNode

    def runtest(self) -> None:
        stop, reason = self.parent.stopped or (self.cell_num + 1, "")
        if stop < self.cell_num:
            pytest.skip(f"did not run: cell [{stop}] stopped the notebook")
        self.rerun.outputs = tidy_outputs(self.rerun.outputs)
        lines = difference(self.cell, self.rerun)
        if stop == self.cell_num:
            self.raise_cell_error(f"{reason}\n{lines}")
        if fault := broken_promise(self.rerun):
            self.raise_cell_error(f"cell [{self.cell_num}] {fault}\n{lines}")
        if lines:
            self.raise_cell_error(f"cell [{self.cell_num}] is not what is stored\n{lines}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        if not isinstance(excinfo.value, NbCellError):
            return super().repr_failure(excinfo)
        said, cell = f"{self._notebook} {excinfo.value}", f"The cell:\n{self.cell.source}"
        return "\n\n".join([said, cell, *commands(self.path, self.name)])

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self._notebook} {self.name}"

    @property
    def _notebook(self) -> str:
        """With its folder, which is the language."""
        return "/".join(self.path.parts[-2:])


def commands(path: Path, name: str) -> Iterator[str]:
    """What to type to run one cell again, and to store what it gives now; at the clone's root."""
    inside = path.is_relative_to(ROOT)
    place = path.relative_to(ROOT).as_posix() if inside else str(path)
    yield f"Run it again:\npython3 -m tfl_helpers test -- {shlex.quote(f'{place}::{name}')}"
    if path.is_relative_to(NOTEBOOKS):
        yield f"If the new output is right:\npython3 -m tfl_helpers execute {place}"


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """A copy before its run, so that a cell that does not run cannot keep what it stores."""
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return bare


def broken_promise(rerun: NotebookNode) -> str:
    """What a cell did not do although it should, whatever is stored; empty if it did."""
    if rerun.execution_count is None:
        return "did not run: it is empty, or tagged skip-execution"
    if any(output.get("name") == "stderr" for output in rerun.outputs):
        return "wrote on stderr, which must stay empty"
    raised = any(output.output_type == "error" for output in rerun.outputs)
    if "raises-exception" in rerun.metadata.get("tags", []) and not raised:
        return "is tagged raises-exception and raised nothing"
    return ""


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Any:
    collected = yield
    return [
        StrictFile.from_parent(parent, path=file_path) if isinstance(node, IPyNbFile) else node
        for node in collected
    ]
