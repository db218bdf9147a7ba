"""A machine asked, what it answers out: conversions, kernels, presses, memory. Judges nothing.

TensorFlow and the kernel get processes of their own, so that a crash is an answer; a notebook that
runs both already is asked itself.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ..look.messages import error_line
from ..silence import quiet

TIMEOUT_SECONDS = 180  # the first import of TensorFlow on a slow disk
# Each prints its finding as its last line.
_ROAD = "from tfl_helpers.setup.machine import square_twice; print(*square_twice())"
# As a page does: it opens a comm with the kernel and sends a press through it.
_KERNEL = """
import sys
from jupyter_client.manager import start_new_kernel

def run(code):
    said = []
    client.execute_interactive(code, output_hook=said.append, timeout=60)
    errors = [m["content"]["evalue"] for m in said if m["msg_type"] == "error"]
    text = "".join(m["content"].get("text", "") for m in said).strip()
    ids = [m["content"]["comm_id"] for m in said if m["msg_type"] == "comm_open"]
    return (errors or [""])[0], text, ids

manager, client = start_new_kernel(startup_timeout=60)
try:
    error, prefix, _ = run("import sys, tfl_helpers; print(sys.prefix)")
    if error:
        sys.exit(error)
    make = "import ipywidgets; pressed = []; b = ipywidgets.Button(); b.on_click(pressed.append)"
    error, _, ids = run(make)
    press = {"data": {"method": "custom", "content": {"event": "click"}}}
    for comm_id in ids:  # of the button, of its layout and its style
        message = client.session.msg("comm_msg", {"comm_id": comm_id, **press})
        client.shell_channel.send(message)
    answers = run("print(len(pressed))")[1] == "1"
    print(prefix, "answers" if answers else error, sep="\\t")
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""


@dataclass(frozen=True)
class Outcome:
    """How a process ended: its exit code (None: too slow), last line and last error line."""

    code: int | None
    line: str = ""
    error: str = ""


def try_imports(names: Mapping[str, str]) -> dict[str, str]:
    """Package -> why it cannot be imported, for those that cannot."""
    failed = {}
    for package, module in names.items():
        try:
            import_module(module)
        except Exception as error:  # a damaged package raises what it likes
            failed[package] = error_line(error)
    return failed


def has_browser() -> bool:
    """Whether Python's own list of browsers has one that can start here."""
    try:
        return bool(webbrowser.get())
    except webbrowser.Error:
        return False


def has_japanese() -> bool:
    """Whether a font has Japanese letters, as those of macOS and Windows do, or nobody says."""
    tool = shutil.which("fc-list")
    if sys.platform != "linux" or not tool:
        return True
    command = [tool, ":lang=ja", "family"]
    return bool(subprocess.run(command, capture_output=True).stdout.strip())


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
    """A kernel that imports this package and is sent a press: its environment, a tab, its answer.

    In a notebook, that is the kernel which runs this.
    """
    kernels = sys.modules.get("ipykernel.kernelapp")
    if not (kernels and kernels.IPKernelApp.initialized()):
        return run_program(_KERNEL)
    try:
        import ipywidgets

        pressed: list[Any] = []
        button = ipywidgets.Button()
        button.on_click(pressed.append)
        button.click()
        word = "answers" if pressed and button.comm else ""
    except Exception as error:
        word = error_line(error)
    return Outcome(0, f"{sys.prefix}\t{word}")


def run_program(program: str, timeout_seconds: float = TIMEOUT_SECONDS) -> Outcome:
    """Run Python code in a process of its own, with this interpreter."""
    command = [sys.executable, "-X", "utf8", "-c", program]
    options = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
    try:
        done = subprocess.run(command, timeout=timeout_seconds, **options)
    except subprocess.TimeoutExpired:
        return Outcome(None)
    return Outcome(done.returncode, _last_line(done.stdout), _last_line(done.stderr))


def _last_line(text: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)  # tracebacks of a kernel come in colour
    return plain.strip().split("\n")[-1].strip()


def free_memory_gb() -> float | None:
    """What this machine, or the container that it is, can still give; None where nobody says."""
    try:
        import psutil  # the kernel brings it

        free = psutil.virtual_memory().available
    except (ImportError, OSError):
        return None
    try:
        limits = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")
        limit, used = (int(path.read_text()) for path in limits)
    except (OSError, ValueError):  # no container, or one without a limit: "max"
        return free / 1e9
    return min(free, limit - used) / 1e9
