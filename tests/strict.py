"""pytest plugin: a notebook passes when a fresh run gives exactly the outputs stored in it.

It keeps nbval's options and its one item per code cell, and replaces how they run and compare:
nbval 0.11 skips pictures, output order and cells without a number, hides values before a `;`
differently from JupyterLab, and waits for a dead kernel until the timeout. Nothing is sanitised.
"""

from __future__ import annotations

import copy
import difflib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from tfl_helpers.authoring.kernel import CellError, FreshKernel
from tfl_helpers.authoring.stored import tidy_outputs


class StrictFile(IPyNbFile):
    """A notebook with its kernel, which lives from the first selected cell to the last."""

    stopped: str | None = None

    def collect(self) -> Iterator[StrictCell]:
        self.nb = nbformat.read(self.path, as_version=4)
        code = [i for i, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        for number, index in enumerate(code, 1):
            cell = self.nb.cells[index]
            item = StrictCell.from_parent(
                self, name=f"cell-{number}", cell_num=number, cell=cell, options={}
            )
            item.index = index
            item.add_marker("slow")
            yield item

    def setup(self) -> None:
        timeout = int(self.config.option.nbval_cell_timeout)
        self.fresh = FreshKernel(copy.deepcopy(self.nb), self.path.parent, timeout)
        self.fresh.__enter__()

    def teardown(self) -> None:
        if hasattr(self, "fresh"):
            self.fresh.__exit__()


class StrictCell(IPyNbCell):
    """One code cell; cells above it that were not selected run first."""

    index: int

    def runtest(self) -> None:
        if self.parent.stopped:
            pytest.skip(f"did not run: {self.parent.stopped} stopped the notebook")
        try:
            fresh = self.parent.fresh.run_through(self.index)
        except CellError as error:
            self.parent.stopped = f"cell [{self.cell_num}]"
            self.raise_cell_error(str(error))
        fresh.outputs = tidy_outputs(fresh.outputs)
        stored = [self.cell.execution_count, self.cell.outputs]
        rerun = [fresh.execution_count, fresh.outputs]
        if stored != rerun:
            lines = difference(stored, rerun)
            self.raise_cell_error(f"cell [{self.cell_num}] is not what is stored\n{lines}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        if not isinstance(excinfo.value, NbCellError):
            return super().repr_failure(excinfo)
        again = f"Run it again: python -m pytest {self.nodeid}"
        return f"{self.path.name} {excinfo.value}\n\nThe cell:\n{self.cell.source}\n\n{again}"

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.path.name} {self.name}"


def difference(stored: Any, rerun: Any) -> str:
    """The lines in which two lists of outputs differ; pictures are told by their hash."""
    lines = [_lines(stored), _lines(rerun)]
    return "\n".join(difflib.unified_diff(*lines, "stored", "run again", n=1, lineterm=""))


def _lines(value: Any) -> list[str]:
    text = json.dumps(_readable(value), indent=1, ensure_ascii=False, sort_keys=True)
    return text.splitlines()


def _readable(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _readable(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_readable(part) for part in value]
    if key.startswith("image/") and key != "image/svg+xml":
        return f"{len(value)} characters, sha256 {hashlib.sha256(value.encode()).hexdigest()[:16]}"
    if not isinstance(value, str):
        return value
    lines = value.replace("><", ">\n<").replace("%3E%3C", "%3E\n%3C").splitlines(keepends=True)
    return lines if len(lines) > 1 else value


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Any:
    collected = yield
    return [
        StrictFile.from_parent(parent, path=file_path) if isinstance(node, IPyNbFile) else node
        for node in collected
    ]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With -n: the cells of one notebook on one worker (`load` would spread them over all)."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByNotebook(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition(".ipynb::")[0]

    return ByNotebook(config, log)
