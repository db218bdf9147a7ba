"""This machine in, a report out: each thing, ok or wrong, its cause and one command.

TensorFlow and the kernel get processes of their own, so that a crash is a finding; a notebook that
runs both already is asked itself.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..look.messages import error_line
from ..records import Shown, Table
from ..silence import quiet
from .bootstrap import direct_pins, installed_versions
from .errors import SUPPORTED, WHEELS

ROOT = Path(__file__).resolve().parents[2]
MEMORY_GB = 1.5  # TensorFlow 0.6, JupyterLab and a kernel 0.2, a conversion, a second notebook
DISK_GB = 0.5
TIMEOUT_SECONDS = 180  # the first import of TensorFlow on a slow disk


def _python(*arguments: str) -> str:
    return shlex.join([sys.executable, "-m", *arguments])


_LOCKED = ("--require-hashes", "-r", str(ROOT / "requirements.txt"))
_INSTALL = _python("pip", "install", *_LOCKED)
_REPAIR = _python("pip", "install", "--force-reinstall", *_LOCKED)
_STOP = _python("jupyter", "server", "stop")

# Each prints its finding as its last line.
_ROAD = "from tfl_helpers.setup.doctor import square_twice; print(*square_twice())"
_KERNEL = """
import nbclient
from nbformat.v4 import new_code_cell, new_notebook

notebook = new_notebook(cells=[new_code_cell("import sys, tfl_helpers; print(sys.prefix)")])
nbclient.NotebookClient(notebook, timeout=60).execute()
print(notebook.cells[0].outputs[0].text.strip())
"""


@dataclass(frozen=True)
class Outcome:
    """How a process ended: its exit code (None: too slow), last line and last error line."""

    code: int | None
    line: str = ""
    error: str = ""


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
    memory, disk = free_memory_gb(), shutil.disk_usage(ROOT).free / 1e9
    files, clean = "models and copies of lessons", _python("uv", "cache", "clean")
    return Report(
        (
            check_version(sys.version_info[:2]),
            *check_packages(pins, installed_versions(pins)),
            check_road(try_road()),
            check_kernel(try_kernel(), sys.prefix),
            check_room("Memory", memory, MEMORY_GB, "a lesson and its kernel", _STOP),
            check_room("Disk", disk, DISK_GB, files, clean),
        )
    )


def check_version(found: tuple[int, ...]) -> Check:
    """Python is one that TensorFlow has wheels for."""
    if found in SUPPORTED:
        return Check("Python", "a version that TensorFlow has wheels for")
    return Check("Python", ".".join(map(str, found)), WHEELS, "python3.11 -m tfl_helpers doctor")


def check_packages(pins: Mapping[str, set[str]], found: Mapping[str, str]) -> tuple[Check, ...]:
    """Each direct dependency has a pinned version: one row if so, else a row for each other one."""
    wrong = [name for name, versions in pins.items() if found.get(name) not in versions]
    if not wrong:
        return (Check("Packages", f"{len(pins)} with the versions of requirements.txt"),)
    pinned = {name: " or ".join(sorted(pins[name])) for name in wrong}
    return tuple(
        Check(name, found.get(name, "missing"), f"requirements.txt has {pinned[name]}", _INSTALL)
        for name in wrong
    )


def check_road(outcome: Outcome) -> Check:
    """TensorFlow and LiteRT import, convert and agree on the square of 3."""
    asked = "TensorFlow and LiteRT"
    if outcome.code != 0:
        return _failed(asked, outcome)
    if outcome.line != "9.0 9.0":
        cause = "both should say 9.0, so an installation is damaged"
        return Check(asked, f"3.0 squared: {outcome.line}", cause, _REPAIR)
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
    return Check(asked, found, "an installation is damaged", _REPAIR)


def check_room(
    asked: str, free_gb: float | None, needed_gb: float, what: str, command: str
) -> Check:
    """Room for `what`; where the system does not say how much is free, nothing is wrong."""
    if free_gb is None or free_gb >= needed_gb:
        return Check(asked, "no shortage found")
    return Check(asked, f"{free_gb:.1f} GB free", f"{what} need {needed_gb} GB", command)


def try_road() -> Outcome:
    """Convert x**2 and square 3.0 with TensorFlow and with LiteRT: `9.0 9.0`."""
    if "tensorflow" not in sys.modules:
        return run_program(_ROAD)
    try:
        with quiet():
            return Outcome(0, " ".join(map(str, square_twice())))
    except Exception as error:
        return Outcome(1, error=error_line(error))


def square_twice() -> tuple[float, float]:
    """The square of 3.0 by TensorFlow, and by LiteRT from the file that TensorFlow makes of it."""
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter

    module = tf.Module()
    module.square = tf.function(tf.square, input_signature=[tf.TensorSpec([], tf.float32, "x")])
    concrete = module.square.get_concrete_function()
    model = tf.lite.TFLiteConverter.from_concrete_functions([concrete], module).convert()
    lite = Interpreter(model_content=model).get_signature_runner()
    x = tf.constant(3.0)
    return float(module.square(x)), float(lite(x=x.numpy())["output_0"])


def try_kernel() -> Outcome:
    """Import this package in a Jupyter kernel: the folder of the kernel's environment."""
    kernels = sys.modules.get("ipykernel.kernelapp")
    if kernels and kernels.IPKernelApp.initialized():
        return Outcome(0, sys.prefix)  # this code runs in one
    return run_program(_KERNEL)


def run_program(program: str, timeout_seconds: float = TIMEOUT_SECONDS) -> Outcome:
    """Run Python code in a process of its own, with this interpreter."""
    command = [sys.executable, "-c", program]
    options = {"capture_output": True, "text": True, "errors": "replace"}
    try:
        done = subprocess.run(command, timeout=timeout_seconds, **options)
    except subprocess.TimeoutExpired:
        return Outcome(None)
    return Outcome(done.returncode, _last_line(done.stdout), _last_line(done.stderr))


def _last_line(text: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)  # tracebacks of a kernel come in colour
    return plain.strip().split("\n")[-1].strip()


def free_memory_gb() -> float | None:
    """What Linux can give without swapping; None where the system does not say."""
    try:
        said = re.search(r"MemAvailable: *(\d+) kB", Path("/proc/meminfo").read_text())
    except OSError:
        return None
    return int(said[1]) / 1e6 if said else None
