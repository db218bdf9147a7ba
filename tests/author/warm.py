"""A kernel's command in, its process out: forked from one that has TensorFlow loaded, if there is.

A run of the tests has one such server, found by an environment variable, and it ends with the run.
Where there is none (not Linux, TFL_COLD=1, no run of tests) nothing here starts anything.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .lessons import ROOT

# What kernels get: as the run found it, for a test that loads TensorFlow changes os.environ. One
# thread for NumPy's linear algebra: it adds up in the same order on any number of cores.
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
    "OPENBLAS_NUM_THREADS": "1",
}
ADDRESS = "TFL_WARM"  # the socket of this run's server
COLD = "TFL_COLD"  # set it to start every kernel from nothing
REFUSED = "No fork:"
# Loading TensorFlow takes 5 seconds; the first time, from a slow disk, more.
LOADING_SECONDS = 60


class WarmServer:
    """The process that kernels are forked from, for as long as this object is not closed."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tfl-"))
        address = str(self._folder / "warm")
        self._log = self._folder / "log"
        kind = socket.SOCK_SEQPACKET
        with socket.socket(socket.AF_UNIX, kind) as listener, self._log.open("w") as log:
            listener.bind(address)
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.warm_server", str(listener.fileno())],
                cwd=self._folder,
                stdin=subprocess.PIPE,  # it ends with this one, however this one ends
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=ENVIRONMENT,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        os.environ[ADDRESS] = address

    def close(self) -> str:
        """End it and all that was forked from it. What it could not do, in words."""
        if not self._folder.exists():
            return ""
        os.environ.pop(ADDRESS, None)
        died = self._process.poll() is not None
        self._process.stdin.close()
        self._process.terminate()  # while it loads, it does not look at its stdin
        self._process.wait()
        lines = self._log.read_text(errors="replace").splitlines()
        shutil.rmtree(self._folder, ignore_errors=True)
        return "\n".join(lines if died else [line for line in lines if REFUSED in line])


class WarmProcess:
    """A forked process, as far as Jupyter uses subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, server: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._server = server

    def poll(self) -> int | None:
        """The exit code, if it has ended."""
        if self.returncode is None and select.select([self._server], [], [], 0)[0]:
            self._listen()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, when it has ended."""
        if self.returncode is None:
            if not select.select([self._server], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked kernel", timeout)
            self._listen()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to this one process."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _listen(self) -> None:
        said = receive(self._server)  # nothing if the server has ended, and its forks with it
        self.returncode = said.get("code", -signal.SIGKILL)
        self._server.close()


def start() -> WarmServer | None:
    """Start this run's server, unless there is one, it is not wanted, or fork is not to be had."""
    able = sys.platform == "linux" and hasattr(os, "pidfd_open")
    if not able or os.environ.get(COLD) or ADDRESS in os.environ:
        return None
    return WarmServer()


def launch(
    command: Sequence[str], folder: str, environment: Mapping[str, str], descriptors: Sequence[int]
) -> WarmProcess | None:
    """Start `python -m MODULE ...` with TensorFlow loaded; nothing if that cannot be had.

    Args:
        descriptors: stdin, stdout and stderr for it.
    """
    address = os.environ.get(ADDRESS)
    if not address or os.environ.get(COLD) or list(command[:2]) != [sys.executable, "-m"]:
        return None
    wanted = {"arguments": command[2:], "folder": folder, "environment": dict(environment)}
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.settimeout(LOADING_SECONDS)
    try:
        server.connect(address)
        socket.send_fds(server, [json.dumps(wanted).encode()], descriptors)
        said = receive(server)
    except OSError:  # it is gone, or hangs
        said = {}
    if "pid" not in said:
        server.close()
        return None
    return WarmProcess(said["pid"], server)


def receive(server: socket.socket) -> dict[str, Any]:
    """The next message; empty when there will be none."""
    try:
        return json.loads(server.recv(1 << 12) or "{}")
    except ConnectionError:
        return {}
