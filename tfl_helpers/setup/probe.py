"""This machine in, bare findings out: versions, memory, how TensorFlow and a kernel start.

Judges nothing. TensorFlow and the kernel get processes of their own, so that a crash is a finding;
a notebook that runs both already is asked itself.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..records import error_line
from ..silence import quiet

TIMEOUT_SECONDS = 180  # the first import of TensorFlow on a slow disk

# Each prints its finding as its last line.
_ROAD = "from tfl_helpers.setup.probe import square_twice; print(*square_twice())"
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


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """The versions of those packages that are installed here."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


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
    """What the system can give without swapping; None where the standard library cannot tell."""
    try:
        lines = Path("/proc/meminfo").read_text().split("\n")
        (kilobytes,) = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
        return int(kilobytes) / 1e6
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (AttributeError, OSError, ValueError):
        return None
