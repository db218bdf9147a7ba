"""The stacks that the course is run on, and `test --stack all`: a Python in, its claims out.

Makes an environment a stack under `my/stacks/`, with uv, where this machine has its Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from tfl_helpers.setup.bootstrap import LOCK, TESTS_LOCK, python_of
from tfl_helpers.setup.lessons import ROOT

FOLDER = ROOT / "my" / "stacks"
LOCKED = ("--require-hashes", "-r", str(ROOT / LOCK), "-r", str(ROOT / TESTS_LOCK))
# Of ours what the helpers need, and what runs a notebook.
COURSE = ("-r", str(ROOT / "pyproject.toml"), "ipykernel", "nbclient", "nbformat")
COLAB = ROOT / "tests" / "colab.txt"
UV = (sys.executable, "-m", "uv")


@dataclass(frozen=True)
class Stack:
    """A Python, and what uv is told to install for it."""

    python: str
    install: tuple[str, ...]


STACKS = {
    "pins on 3.11": Stack("3.11", LOCKED),
    "pins on 3.12": Stack("3.12", LOCKED),
    "pins on 3.13": Stack("3.13", LOCKED),
    "Colab": Stack("3.13", (*COURSE, "-c", str(COLAB))),
    "TensorFlow 2.20": Stack("3.11", (*COURSE, "tensorflow==2.20.0")),
    "TensorFlow 2.22": Stack("3.13", (*COURSE, "tensorflow==2.22.0rc0")),
}


def run_all(lessons: list[str]) -> int:
    """Run the lessons on each stack whose Python is here; 1 if one claims something else."""
    said, failed = {}, 0
    for name, stack in STACKS.items():
        print(f"== {name} (Python {stack.python})", flush=True)
        python = environment(name, stack)
        if not python:
            said[name] = f"left out: no Python {stack.python} here"
            continue
        host = [python, "-m", "tfl_helpers", "test", "--stack", "host", "--", *lessons]
        paths = {**os.environ, "PYTHONPATH": str(ROOT)}
        code = subprocess.run(host, cwd=ROOT, env=paths).returncode
        said[name] = "claims something else" if code else "claims the same"
        failed += bool(code)
    print(*(f"{name}: {words}" for name, words in said.items()), sep="\n")
    return int(failed > 0)


def environment(name: str, stack: Stack) -> str:
    """The Python of that stack, installed if need be; empty where this machine has none."""
    find = [*UV, "python", "find", "--no-python-downloads", "--system", stack.python]
    found = subprocess.run(find, capture_output=True, text=True)
    if found.returncode:
        return ""
    venv = FOLDER / name.replace(" ", "-")
    if not (venv / "ready").is_file():
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([*UV, "venv", "-q", "--python", found.stdout.strip(), str(venv)], check=True)
        install = [*UV, "pip", "install", "-q", "--python", str(python_of(venv)), *stack.install]
        # As in bootstrap: asked in the clone, uv would want a hash of its constraint.
        order = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
        subprocess.run(install, cwd=ROOT.anchor, env={**os.environ, **order}, check=True)
        (venv / "ready").touch()
    return str(python_of(venv))
