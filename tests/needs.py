"""What a machine may lack in; a skipped test out, or a failed one in CI, with the sentence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest
from nbformat import NotebookNode

from tfl_helpers.records import InputError
from tfl_helpers.setup import bootstrap
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.web.folder import NPM, find_npm, runtime_files
from tfl_helpers.workshop.start import PROXY

TESTS = Path(__file__).parent


def demand_runtime(notebook: NotebookNode | None = None) -> None:
    """Go on only where npm has fetched LiteRT.js, or the notebook writes no web page."""
    if notebook and not any("write_page(" in cell.source for cell in notebook.cells):
        return
    try:
        runtime_files()
    except InputError as error:
        _lacks(f"CI has to run lesson 14 and its page. {error}", str(error))


def demand_site() -> None:
    """Go on only where the pins of the site are, or the command under test would install them."""
    if not bootstrap.has_pins(ROOT, "run", "lab", "test", "site"):
        words = f"{bootstrap.SITE_LOCK} is not installed here: python3 -m tfl_helpers test does it."
        _lacks(words, words)


def demand_hub() -> None:
    """Go on only where npm has fetched the hub's proxy, and a hub can be: not on Windows."""
    if os.name == "nt":
        pytest.skip("JupyterHub does not run on Windows.")
    if not find_npm() and not PROXY.is_file():
        words = "The hub needs its proxy, which npm fetches, and there is no npm here."
        _lacks(words, words)


def demand_tool(name: str, file: str) -> Path:
    """A file of an npm package that tests/package.json pins, if `fetch_tools` has fetched it."""
    path = TESTS / "node_modules" / name / file
    if not path.is_file():
        words = f"{name} is not here: with npm, python3 -m tfl_helpers test fetches it."
        _lacks(words, words)
    return path


def fetch_tools() -> None:
    """Let npm fetch what package-lock.json pins, where there is npm."""
    pins = json.loads((TESTS / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    if (npm := find_npm()) and any(_version(name) != pin for name, pin in pins.items()):
        print("Fetching what judges pages and prose with npm, once (140 MB on the disk) ...")
        subprocess.run([npm, *NPM], cwd=TESTS)


def _version(name: str) -> str:
    path = TESTS / "node_modules" / name / "package.json"
    return json.loads(path.read_text(encoding="utf-8"))["version"] if path.is_file() else ""


def demand_no_network() -> list[str]:
    """What goes before a command that shall reach nothing: a network namespace of its own."""
    ways = (["unshare", "--net"], ["unshare", "--map-root-user", "--net"])
    for way in ways if shutil.which("unshare") else ():
        if not subprocess.run([*way, "true"], capture_output=True).returncode:
            return way
    words = "The network cannot be taken away here: there is no unshare, or it may not do that."
    return _lacks(words, words)


def _lacks(in_ci: str, elsewhere: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(in_ci, pytrace=False)
    pytest.skip(elsewhere)
