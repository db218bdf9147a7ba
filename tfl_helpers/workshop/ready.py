"""A number of learners in; what this machine needs to be their room, and lacks, out.

Sizes are those of `measured.json`, which a rehearsal wrote. Starts nothing.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from ..setup.doctor import Check, check_room
from ..setup.errors import install_command, typed
from ..setup.machine import free_memory_gb
from ..web.folder import find_npm
from ..words import later, say
from .room import is_free

HERE = Path(__file__).parent
MEASURED = HERE / "measured.json"
PROXY = HERE / "node_modules" / ".bin" / "configurable-http-proxy"
PORTS = range(8000, 8004)  # what `workshop` takes if it is told nothing
RESERVE = 1.3  # of memory: not all learners do the same, and a room has a late one
DISK_GB = 0.05  # a learner's copies, models and the page of lesson 14
FILES = 64  # of the hub and its proxy, for the sockets of a learner


def examine_room(learners: int, offline: Path | None = None) -> tuple[Check, ...]:
    """What `learners` at once need of this machine; `offline` is a folder to install from."""
    return (
        check_system(sys.platform, getattr(os, "geteuid", lambda: 0)()),
        check_memory(learners, free_memory_gb()),
        check_cores(learners, len(os.sched_getaffinity(0)) if sys.platform == "linux" else None),
        check_room(
            say("Disk for their files"),
            shutil.disk_usage(HERE).free / 1e9,
            1 + DISK_GB * learners,
            say("their copies and models"),
            typed([sys.executable, "-m", "pip", "cache", "purge"]),
        ),
        check_files(learners, open_files()),
        check_ports(PORTS),
        check_proxy(PROXY.is_file(), find_npm() is not None),
        check_offline(offline),
    )


def measured() -> dict[str, Any]:
    """What the last rehearsal found, in MiB for a learner and in learners for a core."""
    return json.loads(MEASURED.read_text("utf-8"))


def memory_gb(learners: int, kernel: str = "tensorflow") -> float:
    """What a hub, and a server and a kernel for each learner, take together."""
    found = measured()
    one = found["server_mib"] + found["kernel_mib"][kernel]
    return (found["hub_mib"] + RESERVE * learners * one) * 2**20 / 1e9


def _command(*words: object) -> str:
    return typed([sys.executable, "-m", "tfl_helpers", *map(str, words)])


def check_system(platform: str, user: int) -> Check:
    """The hub runs on Linux and macOS, and root alone gives each learner a system user."""
    asked = say("Learners kept apart")
    if platform == "win32":
        cause = say("JupyterHub does not run on Windows: let each learner install the course")
        return Check(asked, platform, cause, "wsl --install")
    if user:
        cause = say("as you, each could read the files of the others: only root may part them")
        return Check(asked, say("you are not root"), cause, f"sudo {_command('workshop')}")
    return Check(asked, say("each gets a system user of their own"))


def check_memory(learners: int, free: float | None) -> Check:
    """Room for a server and a TensorFlow kernel each; the command says for how many there is."""
    asked, needed = say("Memory for {count} learners", count=learners), memory_gb(learners)
    if free is None or free >= needed:
        return Check(asked, say("{needed:.0f} GB of what is free", needed=needed))
    fit = next(n for n in range(learners, -1, -1) if n == 0 or memory_gb(n) <= free)
    told = later("{needed:.0f} GB with TensorFlow, {thin:.0f} in lesson 10: room for {count} here")
    cause = say(told, needed=needed, thin=memory_gb(learners, "litert"), count=fit)
    found = say("{free:.1f} GB free", free=free)
    return Check(asked, found, cause, _command("doctor", "--workshop", max(fit, 1)))


def check_cores(learners: int, cores: int | None) -> Check:
    """Enough cores: with fewer all works, and all wait."""
    share = measured()["learners_per_core"]
    asked, needed = say("A core for {count:.0f} learners", count=share), math.ceil(learners / share)
    if cores is None or cores >= needed:
        return Check(asked, say("enough"))
    cause = say("they will wait for each other: see how long")
    found = say("{here} of {needed}", here=cores, needed=needed)
    return Check(asked, found, cause, _command("rehearse", learners), optional=True)


def open_files() -> int | None:
    """How many files a process may open here; None where nobody says, as on Windows."""
    resource = import_module("resource") if os.name == "posix" else None
    return resource and resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def check_files(learners: int, limit: int | None) -> Check:
    """Open files: each learner holds sockets of the hub and of its proxy."""
    needed = 512 + FILES * learners
    if limit is None or limit < 0 or limit >= needed:
        return Check(say("Open files"), say("enough"))
    cause = say("the hub would refuse the last ones: it needs {needed}", needed=needed)
    return Check(say("Open files"), str(limit), cause, f"ulimit -n {needed}")


def check_ports(ports: range) -> Check:
    """The ports of hub, proxy and pages are free on this machine."""
    asked = say("Ports {first} to {last}", first=ports[0], last=ports[-1])
    if taken := [port for port in ports if not is_free(port)]:
        cause = say("another program, or an older room, answers there")
        found = say("{port} is taken", port=taken[0])
        return Check(asked, found, cause, _command("workshop", "--port", 8100))
    return Check(asked, say("free"))


def check_proxy(fetched: bool, npm: bool) -> Check:
    """The hub's proxy is here, or npm is, which fetches it at the first start."""
    asked = say("The hub's proxy")
    if fetched or npm:
        return Check(asked, say("here") if fetched else say("npm fetches it at the first start"))
    command = install_command(apt="npm", dnf="npm", brew="node", winget="OpenJS.NodeJS")
    return Check(asked, say("none"), say("npm fetches it, and there is no npm here"), command)


def check_offline(folder: Path | None) -> Check:
    """A folder to install from, for the hour without a network."""
    asked = say("Offline folder")
    fill = _command("offline", folder or "FOLDER")
    if folder is None:
        cause = say("without one, whoever installs needs the network: name it with --offline")
        return Check(asked, say("none named"), cause, fill, optional=True)
    if not (folder / "manifest.json").is_file():
        cause = say("there is no complete offline folder: fill it while you have a network")
        return Check(asked, str(folder), cause, fill)
    return Check(asked, say("filled"))
