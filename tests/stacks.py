"""The stacks that the course is run on, and `test --stack all`: a Python in, its claims out.

Makes an environment a stack under `my/stacks/`, with uv, where this machine has its Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tfl_helpers.setup.bootstrap import LOCK, TESTS_LOCK, python_of
from tfl_helpers.setup.lessons import ROOT

FOLDER = ROOT / "my" / "stacks"
LOCKED = ("--require-hashes", "-r", str(ROOT / LOCK), "-r", str(ROOT / TESTS_LOCK))
TOOL = "litert-quantizer"  # lesson 11 quantizes a file with it
# Of ours what the helpers need, what runs a notebook, and the tool.
COURSE = ("-r", str(ROOT / "pyproject.toml"), "ipykernel", "nbclient", "nbformat", TOOL)
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


def find_python(version: str) -> str:
    """Where this machine has that Python; empty where it has none."""
    find = [*UV, "python", "find", "--no-python-downloads", "--system", version]
    # pyenv's stand-ins start no Python but the one that they are told.
    told = {**os.environ, "PYENV_VERSION": version}
    found = subprocess.run(find, env=told, capture_output=True, text=True)
    return "" if found.returncode else found.stdout.strip()


def environment(name: str, stack: Stack) -> str:
    """The Python of that stack, installed anew if what it is made of changed; empty without one."""
    base = find_python(stack.python)
    if not base:
        return ""
    venv = FOLDER / name.replace(" ", "-")
    ready, wanted = venv / "ready", [part for part in stack.install if Path(part).is_file()]
    made_of = "\n".join([*stack.install, *(Path(part).read_text("utf-8") for part in wanted)])
    if not ready.is_file() or ready.read_text("utf-8") != made_of:
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([*UV, "venv", "-q", "--python", base, str(venv)], check=True)
        install = [*UV, "pip", "install", "-q", "--python", str(python_of(venv)), *stack.install]
        # As in bootstrap: asked in the clone, uv would want a hash of its constraint.
        order = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
        subprocess.run(install, cwd=ROOT.anchor, env={**os.environ, **order}, check=True)
        ready.write_text(made_of, "utf-8")
    return str(python_of(venv))
