"""What `probe` found in, a report out: each thing, ok or wrong, its cause and one command."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..records import Shown, Table
from .bootstrap import direct_pins
from .errors import SUPPORTED, supported
from .probe import (
    TIMEOUT_SECONDS,
    Outcome,
    free_memory_gb,
    installed_versions,
    try_kernel,
    try_road,
)

ROOT = Path(__file__).resolve().parents[2]
MEMORY_GB = 1.5  # TensorFlow 0.6, JupyterLab and a kernel 0.2, a conversion, a second notebook
DISK_GB = 0.5


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `cause` and `command` are there when it is wrong."""

    asked: str
    found: str
    cause: str = ""
    command: str = ""


@dataclass(frozen=True)
class Report(Shown):
    """What the doctor found. If all is well, in the same words on every machine."""

    checks: tuple[Check, ...]

    @property
    def wrong(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.cause)

    def tables(self) -> tuple[Table, ...]:
        rows = tuple((c.asked, c.found, "✗ wrong" if c.cause else "✓ ok") for c in self.checks)
        heads = ("check", "found", "verdict")
        if not self.wrong:
            return (Table("✓ This machine is ready for the course", heads, rows),)
        mend = tuple((c.asked, c.cause, f"`{c.command}`") for c in self.wrong)
        return (
            Table("✗ This machine is not ready yet", heads, rows),
            Table("What to do, from the top", ("check", "cause", "run this"), mend),
        )


def examine() -> Report:
    """Look at Python, the packages, TensorFlow and LiteRT, the kernel, memory and disk.

    Example:
        >>> tfl.examine()
    """
    pins = direct_pins(ROOT)
    return Report(
        (
            check_version(sys.version_info[:2]),
            *check_packages(pins, installed_versions(pins)),
            check_road(try_road()),
            check_kernel(try_kernel(), sys.prefix),
            check_memory(free_memory_gb()),
            check_disk(shutil.disk_usage(ROOT).free / 1e9),
        )
    )


def check_version(found: tuple[int, ...]) -> Check:
    """Python is one that TensorFlow has wheels for."""
    if found in SUPPORTED:
        return Check("Python", "a version that TensorFlow has wheels for")
    cause = f"TensorFlow has wheels for {supported()}"
    return Check("Python", ".".join(map(str, found)), cause, "python3.11 -m tfl_helpers doctor")


def check_packages(pins: Mapping[str, set[str]], found: Mapping[str, str]) -> tuple[Check, ...]:
    """Each direct dependency has a pinned version: one row if so, else a row for each other one."""
    wrong = [name for name, versions in pins.items() if found.get(name) not in versions]
    if not wrong:
        return (Check("Packages", f"{len(pins)} with the versions of requirements.txt"),)
    pinned = {name: " or ".join(sorted(pins[name])) for name in wrong}
    return tuple(
        Check(name, found.get(name, "missing"), f"requirements.txt has {pinned[name]}", _pip())
        for name in wrong
    )


def check_road(outcome: Outcome) -> Check:
    """TensorFlow and LiteRT import, convert and agree on the square of 3."""
    asked = "TensorFlow and LiteRT"
    if outcome.code != 0:
        return _failed(asked, outcome)
    if outcome.line != "9.0 9.0":
        cause = "both should say 9.0, so an installation is damaged"
        return Check(asked, f"3.0 squared: {outcome.line}", cause, _pip("--force-reinstall"))
    return Check(asked, "agree that 3.0 squared is 9.0")


def check_kernel(outcome: Outcome, prefix: str) -> Check:
    """A Jupyter kernel starts in this environment and finds this package."""
    if outcome.code != 0:
        return _failed("Jupyter kernel", outcome)
    if os.path.realpath(outcome.line) != os.path.realpath(prefix):
        command = _python("ipykernel", "install", "--sys-prefix")
        return Check("Jupyter kernel", outcome.line, f"it should run in {prefix}", command)
    return Check("Jupyter kernel", "starts and finds these helpers")


def _failed(asked: str, outcome: Outcome) -> Check:
    found = outcome.error or f"exit code {outcome.code}"
    if outcome.code is None:
        found = f"no answer in {TIMEOUT_SECONDS} seconds"
        return Check(asked, found, "too much else runs here", "python3 -m tfl_helpers doctor")
    if outcome.code == -4:  # SIGILL
        return Check(asked, found, "the processor lacks the AVX of TensorFlow's wheels", "lscpu")
    if outcome.code == -9:  # SIGKILL
        return Check(asked, found, "the system ended it, as a rule for want of memory", _STOP)
    if "DLL load failed" in found:
        install = "winget install Microsoft.VCRedist.2015+.x64"
        return Check(asked, found, "Windows lacks the Visual C++ libraries", install)
    if "No module named 'tfl_helpers'" in found:
        command = _python("pip", "install", "--no-deps", "-e", str(ROOT))
        return Check(asked, found, "the kernel does not know this clone", command)
    return Check(asked, found, "an installation is damaged", _pip("--force-reinstall"))


def check_memory(free_gb: float | None) -> Check:
    """Room for TensorFlow; where the system does not say how much is free, nothing is wrong."""
    if free_gb is None or free_gb >= MEMORY_GB:
        return Check("Memory", "no shortage found")
    cause = f"a lesson and its kernel need {MEMORY_GB} GB"
    return Check("Memory", f"{free_gb:.1f} GB free", cause, _STOP)


def check_disk(free_gb: float) -> Check:
    """Room for models and executed copies."""
    if free_gb >= DISK_GB:
        return Check("Disk", "no shortage found")
    cause = f"models and copies of lessons need {DISK_GB} GB"
    return Check("Disk", f"{free_gb:.1f} GB free", cause, _python("pip", "cache", "purge"))


def _python(*arguments: str) -> str:
    return shlex.join([sys.executable, "-m", *arguments])


def _pip(*options: str) -> str:
    lock = str(ROOT / "requirements.txt")
    return _python("pip", "install", *options, "--require-hashes", "-r", lock)


_STOP = _python("jupyter", "server", "stop")
