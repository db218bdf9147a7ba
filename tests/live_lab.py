"""A real JupyterLab of its own, and a browser page in it that is used with the keyboard only."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tfl_helpers.__main__ import ROOT, lab_command

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Without a sandbox, for a container's root has none to use; the rest keeps it off the network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 90.0  # a slow machine that imports TensorFlow


def find_browser(playwright: Any) -> str:
    """The machine's Chromium, or the one that Playwright installed.

    Where there is none, a learner's machine skips the test; in CI that is a failure.

    Args:
        playwright: a started one, for a second one cannot start in its loop.
    """
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    found = named or playwright.chromium.executable_path
    if named or Path(found).exists():
        return found
    words = f"no Chromium here. Install it, or run: {sys.executable} -m playwright install chromium"
    if os.environ.get("CI"):
        pytest.fail(f"CI has to run the browser tests, but there is {words}", pytrace=False)
    pytest.skip(words)


@dataclass(frozen=True)
class Lab:
    """The address of a running JupyterLab, and the folder that it shows."""

    url: str
    token: str
    folder: Path

    def sessions(self) -> list[dict[str, Any]]:
        """The notebooks that have a kernel, and what it does."""
        asked = f"{self.url}/api/sessions?token={self.token}"
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    def address(self, name: str) -> str:
        """Where the notebook `name` opens alone, without the state of an earlier test."""
        return f"{self.url}/doc/tree/{name}?token={self.token}&reset"


@contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """JupyterLab on a free port, offline as a learner's, with settings and trust of its own."""
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    with _running(lab_command(notebooks / "none.ipynb"), folder, ROOT, notebooks) as lab:
        yield lab


@contextmanager
def running_course(
    clone: Path, *arguments: str, folder: Path, language: str = "en"
) -> Iterator[Lab]:
    """What `lab` with these arguments starts in a clone of the course."""
    command = ["tfl_helpers", "lab", *arguments, "--no-browser", "--"]
    with _running(command, folder, clone, clone / "my" / language) as lab:
        yield lab


@contextmanager
def _running(command: list[str], folder: Path, root: Path, shown: Path) -> Iterator[Lab]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lab = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(16), shown)
    kinds = "JUPYTER_CONFIG JUPYTER_DATA JUPYTER_RUNTIME JUPYTERLAB_SETTINGS"
    own = {f"{kind}_DIR": str(folder / kind.lower()) for kind in kinds.split()}
    own |= {"IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": str(root)}
    if root == ROOT:
        own |= {"JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces")}
        own |= {"TFL_PROGRESS": str(folder / "progress")}
    command = [*command, "--ServerApp.open_browser=False", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={lab.token}"]
    log = folder / "lab.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**os.environ, **own},
            stdout=said,
            stderr=said,
            cwd=root,
        )
    try:
        wait_until(lambda: process.poll() is not None or _answers(lab), "JupyterLab")
        assert process.poll() is None, log.read_text()[-2000:]
        yield lab
    finally:
        process.terminate()
        process.wait(SECONDS)


def _answers(lab: Lab) -> bool:
    try:
        return lab.sessions() == []
    except (urllib.error.URLError, OSError):
        return False


def wait_until(true: Callable[[], Any], what: str, pause: float = 0.1) -> None:
    """Ask again and again, for at most SECONDS."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, f"waited {SECONDS:.0f} s for {what}"
        time.sleep(pause)


def open_notebook(page: Any, lab: Lab, path: Path) -> None:
    """Show a copy of the notebook in `page`, its kernel idle.

    The server says when: JupyterLab's own indicator says idle before there is a kernel.
    """
    shutil.copy(path, lab.folder / path.name)
    page.goto(lab.address(path.name))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()

    def idle() -> bool:
        page.wait_for_timeout(50)
        mine = [one["kernel"] for one in lab.sessions() if one["path"] == path.name]
        return any(kernel and kernel["execution_state"] == "idle" for kernel in mine)

    wait_until(idle, "an idle kernel")
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()


def run_all(page: Any) -> None:
    """Shift+Enter through all cells, then wait until each code cell has its number.

    Control+Enter in the last one, after which there would be a new cell that takes the Tab key.
    """
    prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt")
    wanted = prompts.count()
    page.locator(".jp-Notebook").focus()
    for _ in range(page.locator(".jp-Notebook .jp-Cell").count() - 1):
        page.keyboard.press("Shift+Enter")
    page.keyboard.press("Control+Enter")
    numbered = "all => all.filter(one => /\\[\\d+\\]:/.test(one.textContent)).length"
    wait_until(lambda: prompts.evaluate_all(numbered) >= wanted, "the cells to run")


def tab_to(page: Any, label: str, key: str = "Tab") -> None:
    """Press Tab until the button with this label has the focus."""
    seen = []
    for _ in range(60):
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
        if seen[-1] == label:
            return
    raise AssertionError(f"Tab never reached {label!r}, but {seen}")


def without_kernel(page: Any, lab: Lab, path: Path) -> None:
    """Show a copy of a notebook that names no kernel, and say in JupyterLab's question: none."""
    shutil.copy(path, lab.folder / path.name)
    page.goto(lab.address(path.name))
    page.locator(".jp-Dialog").wait_for()
    tab_to(page, "No Kernel")
    page.keyboard.press("Enter")
    page.locator(".jp-Dialog").wait_for(state="detached")
