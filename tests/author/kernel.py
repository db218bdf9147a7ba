"""A notebook in, its cells with the outputs of a fresh kernel out. Judges and writes nothing.

The one way in which stored outputs are made (execute) and tested (tests/strict.py).
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from .own_kernel import OwnKernel

# ipykernel copies what C++ code writes to its file descriptors into the page in a thread of its
# own: the line comes, comes later, or is lost. Here these descriptors lead to a file instead.
NO_CAPTURE = "--IPKernelApp.capture_fd_output=False"


class CellError(Exception):
    """A cell raised, took too long or lost its kernel; says which cell and why."""


class FreshKernel:
    """Runs the cells of `notebook` in place, in `folder`; use it in a `with` statement.

    Args:
        timeout: seconds that one cell may take; None lets it take any time.
    """

    def __init__(self, notebook: NotebookNode, folder: Path, timeout: int | None = None) -> None:
        self.notebook = notebook
        self._next = 0
        self._heard = 0
        self._stack = ExitStack()
        self._client = NotebookClient(
            notebook,
            kernel_name="python3",
            kernel_manager_class=OwnKernel,
            extra_arguments=[NO_CAPTURE],
            resources={"metadata": {"path": str(folder)}},
            timeout=timeout,
            record_timing=False,
        )

    def __enter__(self) -> FreshKernel:
        scratch = self._stack.enter_context(tempfile.TemporaryDirectory())
        self._noise = Path(scratch) / "noise"
        noise = self._stack.enter_context(self._noise.open("wb"))
        self._stack.enter_context(self._client.setup_kernel(stdout=noise, stderr=noise))
        self._heard = self._noise.stat().st_size  # the kernel's own greeting
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.close()

    def run_through(self, index: int) -> NotebookNode:
        """Run what has not run yet up to cell `index`; that cell with its outputs."""
        for i in range(self._next, index + 1):
            self._next = i + 1
            self._run(i)
        return self.notebook.cells[index]

    def _run(self, index: int) -> None:
        cell = self.notebook.cells[index]
        place = f"cell [{cell_number(self.notebook, index)}]"
        try:
            self._client.execute_cell(cell, index)
        except CellExecutionError as error:
            raise CellError(f"{place} raised {error.ename}: {error.evalue}") from None
        except CellTimeoutError:
            limit = f"{self._client.timeout} seconds"
            raise CellError(f"{place} was not done after {limit}") from None
        except DeadKernelError:
            silent = self._client.kc.unanswered
            what = "was not taken up by the kernel" if silent else "ended the kernel's process"
            raise CellError(f"{place} {what}") from None
        if heard := self._noise.read_bytes()[self._heard :]:
            self._heard += len(heard)
            text = heard.decode("utf-8", "replace")
            cell.outputs.append(new_output("stream", name="stderr", text=text))


def cell_number(notebook: NotebookNode, index: int) -> int:
    """The number in brackets that JupyterLab shows beside code cell `index`."""
    return sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
