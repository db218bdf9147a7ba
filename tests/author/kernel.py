"""A notebook in, its cells with the outputs of a fresh kernel out. Judges and writes nothing.

The one way in which stored outputs are made (execute) and tested (tests/strict.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import default

from tfl_helpers.setup.lessons import ROOT

# ipykernel copies what C++ code writes to its file descriptors into the page in a thread of its
# own: the line comes, comes later, or is lost. Here these descriptors lead to a file instead.
NO_CAPTURE = "--IPKernelApp.capture_fd_output=False"
# This checkout's helpers, whatever else is installed. One thread for NumPy's linear algebra: it
# adds up in the same order on any number of cores. What is run here is no learner's progress.
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "TFL_PROGRESS": "off"}


class CellError(Exception):
    """A cell raised, took too long or lost its kernel; says which cell and why."""


class WakefulClient(AsyncKernelClient):
    """Looks each second whether a reply has come.

    jupyter_client 8.10 sends behind the back of its asyncio socket. If a reply arrives in just that
    moment, as when nbclient answers an Output widget, the socket is never told, and the client
    waits for ever.
    """

    async def is_alive(self) -> bool:
        """What nbclient asks each second."""
        self.shell_channel.socket.get(zmq.EVENTS)  # to ask is to wake it
        return await super().is_alive()


class OwnKernel(AsyncKernelManager):
    """A kernel of this interpreter: what nbclient and papermill are given as manager class."""

    @default("kernel_spec_manager")
    def _own_environment_only(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])

    @default("client_factory")
    def _client_that_wakes(self) -> type[AsyncKernelClient]:
        return WakefulClient

    @default("transport")
    def _no_port_that_another_kernel_may_take(self) -> str:
        return "ipc" if sys.platform == "linux" else "tcp"

    async def start_kernel(self, **options: Any) -> None:
        """Start it with a temporary folder of its own, which goes when it goes."""
        if not self.has_kernel:
            self._folder = tempfile.TemporaryDirectory(prefix="tfl-", ignore_cleanup_errors=True)
            self.connection_file = str(Path(self._folder.name) / "kernel.json")
        options.setdefault("stderr", subprocess.DEVNULL)  # its remarks on its own sockets
        own = {**ENVIRONMENT, "TMPDIR": self._folder.name}
        options.setdefault("env", {**os.environ, **own})
        await super().start_kernel(**options)

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """End it at once: it has nothing to save, and TensorFlow takes seconds to take leave."""
        await super().shutdown_kernel(True, restart)

    async def cleanup_resources(self, restart: bool = False) -> None:
        """Remove what is left of it."""
        await super().cleanup_resources(restart)
        if not restart:
            self._folder.cleanup()


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
            raise CellError(f"{place} ended the kernel's process") from None
        if heard := self._noise.read_bytes()[self._heard :]:
            self._heard += len(heard)
            text = heard.decode("utf-8", "replace")
            cell.outputs.append(new_output("stream", name="stderr", text=text))


def cell_number(notebook: NotebookNode, index: int) -> int:
    """The number in brackets that JupyterLab shows beside code cell `index`."""
    return sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
