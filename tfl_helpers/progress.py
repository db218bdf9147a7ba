"""What was right and what was predicted in, the learner's own marks and their count out.

Tells nobody. A mark is a small file with the name of an exercise or a prediction, so two kernels
cannot hinder each other. TFL_PROGRESS names another folder, or is `off`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .words import say, spoken

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
SWITCH = "TFL_PROGRESS"
_CHECK = re.compile(r"(\d+-.+)-check")  # the id of a check's cell: that of its exercise, and a word
_PREDICTION = re.compile(r"\d+-predict-.+")


@dataclass(frozen=True)
class Told:
    """A prediction that was compared: what was said first, and what it is."""

    said: str
    outcome: str


@dataclass(frozen=True)
class Progress:
    """Exercises and predictions of the course, and the learner's marks of them."""

    right: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()
    predictions: frozenset[str] = frozenset()
    told: Mapping[str, Told] = field(default_factory=dict)

    def count(self, lessons: str) -> tuple[int, int]:
        """How many exercises of the lessons `00 01` were right, and how many there are."""
        wanted = {name for name in self.exercises if name[:2] in lessons.split()}
        return len(wanted & self.right), len(wanted)

    def count_told(self, lessons: str) -> tuple[int, int]:
        """How many predictions of the lessons `00 01` were right, and how many were said."""
        told = [told for name, told in self.told.items() if name[:2] in lessons.split()]
        return sum(one.said == one.outcome for one in told), len(told)


def record_right() -> str:
    """Note that the exercise whose check is running was right; a word if that was not possible."""
    check = _CHECK.fullmatch(running_cell())
    return _mark(check[1], "") if check else ""


def record_prediction(cell: str, said: str, outcome: str) -> str:
    """Note what was said at the cell of a prediction; a word if that was not possible.

    The first one stands: whoever predicts again has seen the outcome.
    """
    if not _PREDICTION.fullmatch(cell) or cell in read_progress().told:
        return ""
    return _mark(cell, json.dumps({"said": said, "outcome": outcome}))


def _mark(name: str, content: str) -> str:
    if folder := _folder():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Written beside it first: whoever reads, or is stopped, never meets half a mark.
            draft = folder / f".{name}.{os.getpid()}"
            draft.write_text(content, "utf-8")
            os.replace(draft, folder / name)
        except OSError as error:  # a mark that is not kept must not cost the verdict
            return say(
                "Your progress is not kept in {folder}: {error}. Set {variable} "
                "to a folder that can be written, or to off, before you start the kernel.",
                folder=folder.name,
                error=error.strerror,
                variable=SWITCH,
            )
    return ""


def lesson_files() -> list[Path]:
    """The stored lessons in order, in the language that is spoken or else in English.

    Cells have the same ids in both, so a mark is one of either; what was said stays as it was said.
    """
    folders = (NOTEBOOKS / language for language in ("en", spoken()))
    named = {path.name: path for folder in folders for path in folder.glob("*.ipynb")}
    return [named[name] for name in sorted(named)]


def read_progress() -> Progress:
    """What the learner's marks say; nothing where there are none, or where it is switched off."""
    folder, marks, told = _folder(), set(), {}
    ids = {cell["id"] for path in lesson_files() for cell in _cells_of(path)}
    exercises = frozenset(check[1] for check in map(_CHECK.fullmatch, ids) if check)
    predictions = frozenset(filter(_PREDICTION.fullmatch, ids))
    if folder:
        with suppress(OSError):
            marks |= set(os.listdir(folder))
        for name in predictions & marks:
            with suppress(OSError, ValueError, TypeError):
                told[name] = Told(**json.loads((folder / name).read_text("utf-8")))
    return Progress(exercises & marks, exercises, predictions, told)


def told_in_lesson(lesson: str, cell: str) -> tuple[str, str]:
    """Which prediction a cell of the lesson `02` is about, and the last words that it stores."""
    cells = next((_cells_of(path) for path in lesson_files() if path.name[:2] == lesson), [])
    ids = [one["id"] for one in cells]
    if cell not in ids:
        return "", ""
    place = ids.index(cell)
    asked = next(filter(_PREDICTION.fullmatch, reversed(ids[: place + 1])), "")
    shown = [one.get("data", {}).get("text/plain", "") for one in cells[place].get("outputs", ())]
    return asked, "".join(shown[-1]) if shown else ""


def _cells_of(path: Path) -> list[dict[str, Any]]:
    with suppress(OSError, ValueError, LookupError, TypeError):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        return [cell for cell in cells if cell["id"]]
    return []


def _folder() -> Path | None:
    if named := os.environ.get(SWITCH, "").strip():
        return None if named.lower() == "off" else Path(named).expanduser()
    return ROOT / "my" / ".progress" if NOTEBOOKS.is_dir() else None


def _parent() -> dict[str, Any]:
    """The message with which a front end asked for the running cell; empty without a notebook."""
    ipython: Any = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    try:
        return kernel.get_parent("shell") or {}
    except AttributeError:
        return {}


def running_cell() -> str:
    """The id of the running cell, which JupyterLab sends with its code; else nothing."""
    return _parent().get("metadata", {}).get("cellId") or ""


_live: dict[str, tuple[str, list[Any]]] = {}  # by cell: which run, and what it shows


def show_live(widget: Any) -> None:
    """Note that the running cell shows it. What an earlier run showed is off the page, and goes."""
    cell, run = running_cell(), _parent().get("header", {}).get("msg_id", "")
    before, widgets = _live.get(cell, ("", []))
    if cell and before != run:
        while widgets:
            _close(widgets.pop())
        _live[cell] = (run, widgets := [])
    widgets.append(widget)


def _close(widget: Any) -> None:
    for part in (*getattr(widget, "children", ()), widget.layout, getattr(widget, "style", None)):
        if part is not None:
            _close(part) if hasattr(part, "layout") else part.close()
    widget.close()
