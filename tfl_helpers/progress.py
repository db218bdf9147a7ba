"""A check's cell that is right in, the learner's own small file and what stands in it out.

Keeps the ids of exercises, nothing else, and tells nobody. TFL_PROGRESS names another file, or is
`off`. Nothing here may break a check: what goes wrong comes back as a sentence for the learner.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
SWITCH = "TFL_PROGRESS"
_CHECK = "-check"  # what the id of a check's cell ends with, after the id of its exercise
_PATIENCE = 2.0  # seconds to wait for another kernel that is writing
_said: set[str] = set()


@dataclass(frozen=True)
class Progress:
    """Exercises that were right, exercises of the course, and a word if something is wrong."""

    right: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()
    note: str = ""

    def count(self, lessons: str) -> tuple[int, int]:
        """How many exercises of the lessons `00 01` were right, and how many there are."""
        wanted = {name for name in self.exercises if name[:2] in lessons.split()}
        return len(wanted & self.right), len(wanted)


def record_right() -> str:
    """Note that the exercise whose check is running was right; a word if that was not possible."""
    path, exercise = _file(), _exercise()
    if not path or not exercise:
        return ""
    try:
        with _locked(path):
            return _add(path, exercise)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _once(
            f"Your progress is not kept: {path.name} cannot be written ({reason}). "
            f"Set {SWITCH} to a file that can, or to off, before you start the kernel."
        )


def read_progress() -> Progress:
    """What the learner's file says; empty where there is none, or where it is switched off."""
    path = _file()
    if not path or not path.exists():
        return Progress()
    try:
        return Progress(_parse(path), _exercises())
    except ValueError:
        return Progress(note=f"{path.name} is damaged: the next right answer sets it aside")
    except OSError as error:
        return Progress(note=f"{path.name} cannot be read: {error.strerror}")


def _file() -> Path | None:
    named = os.environ.get(SWITCH, "").strip()
    if named:
        return None if named.lower() == "off" else Path(named).expanduser()
    return NOTEBOOKS / ".progress.json" if NOTEBOOKS.is_dir() else None


def _exercise() -> str:
    """From the id of the running cell, which JupyterLab sends with its code; else nothing."""
    ipython: Any = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    try:
        cell = kernel.get_parent("shell")["metadata"]["cellId"]
    except (AttributeError, KeyError, TypeError):  # no notebook, or a front end that names no cell
        return ""
    number, _, word = cell.removesuffix(_CHECK).partition("-")
    is_check = cell.endswith(_CHECK) and number.isdecimal() and word
    return cell.removesuffix(_CHECK) if is_check else ""


def _add(path: Path, exercise: str) -> str:
    """Write the file anew with one exercise more; what could not be read is set aside."""
    note, right = "", frozenset()
    try:
        right = _parse(path)
    except FileNotFoundError:
        pass
    except ValueError:
        aside = _set_aside(path)
        note = f"{path.name} was damaged. It is now {aside.name}, and a new one has begun."
    if exercise not in right:
        _write(path, json.dumps({"right": sorted({*right, exercise})}, indent=1) + "\n")
    return note


def _parse(path: Path) -> frozenset[str]:
    """Raises ValueError for anything but what `_add` writes."""
    content = json.loads(path.read_text(encoding="utf-8"))
    right = content.get("right") if isinstance(content, dict) else None
    if not isinstance(right, list) or not all(isinstance(name, str) for name in right):
        raise ValueError(f"{path.name} has no list of exercises")
    return frozenset(right)


def _set_aside(path: Path) -> Path:
    """Under a name that is free, so that an older damaged one stays too."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    return path.replace(aside)


def _write(path: Path, text: str) -> None:
    """All of it or nothing: a reader, or a crash, meets the old file or the new one."""
    handle, new = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(new, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(new)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One kernel at a time. The lock is the system's: it ends with a kernel that dies."""
    end = time.monotonic() + _PATIENCE
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        while True:
            try:
                _lock(lock)
                break
            except (BlockingIOError, PermissionError):  # Windows calls it a permission
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)
        yield  # closing the file unlocks it


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _exercises() -> frozenset[str]:
    """Ids of all exercises of the course, from the check cells of its English notebooks."""
    names = set()
    for path in sorted((NOTEBOOKS / "en").glob("*.ipynb")):
        with suppress(OSError, ValueError):
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            names |= {c["id"].removesuffix(_CHECK) for c in cells if c["id"].endswith(_CHECK)}
    return frozenset(names)


def _once(words: str) -> str:
    """The words, or nothing if this kernel has said them before."""
    if words in _said:
        return ""
    _said.add(words)
    return words
