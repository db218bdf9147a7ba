"""A connection in, a kernel of this interpreter with this checkout's helpers out. Runs no cell.

What nbclient and papermill are given as kernel manager class. It keeps to Jupyter's interfaces.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Type, default

from . import warm

READY_SECONDS = 15  # a forked kernel takes 0.3; then it is replaced by one that starts from nothing
UNSEEN = {"TFL_PROGRESS": "off"}  # what is run here is no learner's progress
ANSWER_SECONDS = 20  # a kernel says that it is busy a few milliseconds after it got a cell


class _Heard(AsyncZMQSocketChannel):
    """A channel that knows when it last heard something."""

    at = 0.0

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        message = await super().get_msg(timeout)
        self.at = time.monotonic()
        return message


class PromptClient(AsyncKernelClient):
    """Waits for nothing but the answer, and not for ever."""

    iopub_channel_class = Type(_Heard)
    asked_at = 0.0

    def execute(self, *args: Any, **options: Any) -> str:
        """Send code; the id of the message."""
        self.asked_at = time.monotonic()
        return super().execute(*args, **options)

    @property
    def unanswered(self) -> bool:
        """Whether the kernel has not even begun with what it was last asked for."""
        silent = self.iopub_channel.at < self.asked_at
        return silent and time.monotonic() - self.asked_at > ANSWER_SECONDS

    async def is_alive(self) -> bool:
        """Whether there is still an answer to wait for; nbclient asks each second."""
        return not self.unanswered and await self.parent.is_alive()

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return as soon as the kernel has answered on both channels.

        Raises:
            RuntimeError: it died, or the time is over.
        """
        forked = isinstance(self.parent.provisioner.process, warm.WarmProcess)
        try:
            await self._ready(READY_SECONDS if forked else timeout)
        except RuntimeError:
            self.parent.provisioner.warm = False
            await self.parent.restart_kernel(now=True)
            await self._ready(timeout)

    async def _ready(self, seconds: float | None) -> None:
        end = time.monotonic() + (seconds or float("inf"))
        asked = self.kernel_info()
        while time.monotonic() < end:
            if not await self._answered(asked, self.shell_channel, 0.5):
                if not await self.parent.is_alive():
                    raise RuntimeError("The kernel died before it was ready.")
            elif await self._answered(asked, self.iopub_channel, 0.1):
                return
            else:  # it published its answer before this client had subscribed
                asked = self.kernel_info()
        raise RuntimeError(f"The kernel did not answer in {seconds:.0f} seconds.")

    async def _answered(self, asked: str, channel: AsyncZMQSocketChannel, seconds: float) -> bool:
        """Read up to the last message of that answer; whether it came in time."""
        end = time.monotonic() + seconds
        with suppress(Empty):
            while True:
                message = await channel.get_msg(max(0.0, end - time.monotonic()))
                state = message["content"].get("execution_state", "idle")
                if message["parent_header"].get("msg_id") == asked and state == "idle":
                    return True
        return False


class OwnProvisioner(LocalProvisioner):
    """Starts the process: a fork of the warm one, or one from nothing."""

    warm = True

    async def launch_kernel(self, cmd: list[str], **options: Any) -> dict[str, Any]:
        """Start it; how to connect to it."""
        process = self._fork(cmd, **options) if self.warm else None
        if not process:
            return await super().launch_kernel(cmd, **options)
        self.process, self.pid, self.pgid = process, process.pid, process.pid
        self.cwd = options.get("cwd")
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End it and wait for that; Jupyter would look every 0.1 s."""
        await super().kill(restart)
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(5)

    @staticmethod
    def _fork(
        command: list[str], env: dict[str, str], cwd: str = "", **streams: Any
    ) -> warm.WarmProcess | None:
        with open(os.devnull, "r+b") as nothing:
            targets = [nothing.fileno()]
            for own, name in ((1, "stdout"), (2, "stderr")):
                stream = streams.get(name)
                stream = own if stream is None else stream
                stream = nothing if stream == subprocess.DEVNULL else stream
                targets.append(stream if isinstance(stream, int) else stream.fileno())
            return warm.launch(command, os.path.abspath(cwd or "."), env, targets)


class OwnKernel(AsyncKernelManager):
    """Starts this interpreter with this checkout's helpers, whatever else is installed."""

    @default("client_factory")
    def _client_that_does_not_wait(self) -> type[PromptClient]:
        return PromptClient

    @default("kernel_spec_manager")
    def _own_environment_only(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])

    @default("transport")
    def _no_port_that_another_kernel_may_take(self) -> str:
        return "ipc" if sys.platform == "linux" else "tcp"

    async def start_kernel(self, **options: Any) -> None:
        """Start it with a temporary folder of its own, which goes when it goes."""
        if self.provisioner is None:
            self._folder = tempfile.TemporaryDirectory(prefix="tfl-", ignore_cleanup_errors=True)
            self.connection_file = str(Path(self._folder.name) / "kernel.json")
            self.provisioner = OwnProvisioner(parent=self, kernel_spec=self.kernel_spec)
        options.setdefault("stderr", subprocess.DEVNULL)  # its remarks on its own sockets
        options.setdefault("env", {**warm.ENVIRONMENT, "TMPDIR": self._folder.name, **UNSEEN})
        await super().start_kernel(**options)
        await self._listens()

    async def _listens(self) -> None:
        """Wait for its sockets: who connects to none tries again only after 0.1 s."""
        sockets = [f"{self.ip}-{port}" for port in self.ports if self.transport == "ipc"]
        end = time.monotonic() + READY_SECONDS
        while not all(map(os.path.exists, sockets)) and time.monotonic() < end:
            if not await self.is_alive():
                return
            await asyncio.sleep(0.005)

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """End it at once: it has nothing to save, and TensorFlow takes seconds to take leave."""
        await super().shutdown_kernel(True, restart)

    async def cleanup_resources(self, restart: bool = False) -> None:
        """Remove what is left of it."""
        await super().cleanup_resources(restart)
        if not restart:
            self._folder.cleanup()
