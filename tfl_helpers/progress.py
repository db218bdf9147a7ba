"""A check's cell that is right in, the learner's own marks and their count out. Tells nobody.

A mark is an empty file with the name of an exercise: two kernels cannot hinder each other, and
there is nothing that could be damaged. TFL_PROGRESS names another folder, or is `off`.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
SWITCH = "TFL_PROGRESS"
_CHECK = "-check"  # what the id of a check's cell ends with, after the id of its exercise


@dataclass(frozen=True)
class Progress:
    """Exercises of the course that were right, and all that it has."""

    right: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()

    def count(self, lessons: str) -> tuple[int, int]:
        """How many exercises of the lessons `00 01` were right, and how many there are."""
        wanted = {name for name in self.exercises if name[:2] in lessons.split()}
        return len(wanted & self.right), len(wanted)


def record_right() -> str:
    """Note that the exercise whose check is running was right; a word if that was not possible."""
    folder, exercise = _folder(), _exercise()
    if folder and exercise:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / exercise).touch()
        except OSError as error:  # a mark that is not kept must not cost the verdict
            return (
                f"Your progress is not kept in {folder.name}: {error.strerror}. Set {SWITCH} "
                "to a folder that can be written, or to off, before you start the kernel."
            )
    return ""


def read_progress() -> Progress:
    """What the learner's marks say; nothing where there are none, or where it is switched off."""
    folder, marks, exercises = _folder(), set(), set()
    for path in (NOTEBOOKS / "en").glob("*.ipynb"):  # the check cells name the exercises
        with suppress(OSError, ValueError, LookupError):
            ids = [cell["id"] for cell in json.loads(path.read_text("utf-8"))["cells"]]
            exercises |= {name.removesuffix(_CHECK) for name in ids if name.endswith(_CHECK)}
    if folder:
        with suppress(OSError):
            marks |= set(os.listdir(folder))
        # Until November 2026 all marks stood in one file; what it says still counts.
        with suppress(OSError, ValueError, TypeError, LookupError):
            marks |= set(json.loads(Path(f"{folder}.json").read_text("utf-8"))["right"])
    return Progress(frozenset(exercises & marks), frozenset(exercises))


def _folder() -> Path | None:
    named = os.environ.get(SWITCH, "").strip().removesuffix(".json")
    if named:
        return None if named.lower() == "off" else Path(named).expanduser()
    return NOTEBOOKS / ".progress" if NOTEBOOKS.is_dir() else None


def _exercise() -> str:
    """From the id of the running cell, which JupyterLab sends with its code; else nothing."""
    ipython: Any = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    try:
        cell = kernel.get_parent("shell")["metadata"]["cellId"]
    except (AttributeError, KeyError, TypeError):  # no notebook, or a front end that names no cell
        return ""
    number, _, word = cell.removesuffix(_CHECK).partition("-")
    return f"{number}-{word}" if cell.endswith(_CHECK) and number.isdecimal() and word else ""
