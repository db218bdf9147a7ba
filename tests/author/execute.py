"""Lessons in, the same files with outputs out: the only writer of them. Compares nothing."""

from __future__ import annotations

import copy
import os
import shutil
import sys
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from . import stored
from .kernel import CellError, FreshKernel


def execute_lessons(lessons: list[Path]) -> int:
    """Run each lesson top to bottom and store its outputs, or refuse and leave the file as it was.

    Returns:
        The exit status: 1 if a lesson was refused.
    """
    refused = 0
    for lesson in lessons:
        started = time.monotonic()
        notebook, reasons = run_notebook(nbformat.read(lesson, as_version=4), lesson)
        word = "refused" if reasons else store(notebook, lesson)
        seconds = time.monotonic() - started
        size = lesson.stat().st_size / 1000
        show_progress("")
        print(f"{lesson.stem}: {len(notebook.cells)} cells, {seconds:.1f} s, {size:.0f} KB, {word}")
        for reason in reasons:
            print(f"  {reason}")
        refused += bool(reasons)
    return int(refused > 0)


def run_notebook(notebook: NotebookNode, lesson: Path) -> tuple[NotebookNode, list[str]]:
    """The notebook as it would be stored there, and why it must not be (empty when it may)."""
    fresh = copy.deepcopy(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    try:
        with FreshKernel(fresh, lesson.parent) as kernel:
            for index in range(len(fresh.cells)):
                show_progress(f"{lesson.stem}: cell {index + 1} of {len(fresh.cells)}")
                kernel.run_through(index)
    except CellError as error:
        return notebook, [str(error)]
    tidied = stored.tidy(fresh)
    return tidied, stored.faults(tidied)


def store(notebook: NotebookNode, lesson: Path) -> str:
    """Write the file whole or not at all; says whether it was `written` or `unchanged`."""
    text = stored.text_of(notebook)
    is_new = not lesson.exists()
    if not is_new and lesson.read_text(encoding="utf-8") == text:
        return "unchanged"
    part = lesson.with_name(f".{lesson.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        if not is_new:
            shutil.copymode(lesson, part)
        os.replace(part, lesson)
    finally:
        part.unlink(missing_ok=True)
    return "written"


def show_progress(line: str) -> None:
    """Rewrite the terminal's last line; say nothing where there is no terminal."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{line}", end="", flush=True)
