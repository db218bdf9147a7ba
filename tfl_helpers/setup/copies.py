"""The proven lessons in, the learner's copies of them in a folder of their own out.

Knows files; `merge` knows what stands in them. Nothing of the learner's is ever overwritten: a new
copy takes no place that is taken, an update replaces a copy in one step, and what it replaces is
kept in `older/` if the learner wrote in it. May be killed at any moment and run twice at once.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import time
from functools import partial
from pathlib import Path

from ..words import InputError, say
from .lessons import ROOT, lesson_id
from .merge import Notebook, is_notebook, make_copy, merge

MY = ROOT / "my"
# The time of what the learner has not saved yet: so the latest tells where they stopped.
UNSAVED = 946_684_800  # 2000-01-01
_NEVER = UNSAVED * 10**9
_A_DAY = 86_400  # file systems differ in how they round times, and in time zones
_TRIES = 20  # to write a copy that somebody else writes too
_ENDING = ".new"  # of files that are being written
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def prepare(lessons: list[Path], mine: Path, *, fresh: Path | None = None) -> list[str]:
    """Make the copies that are missing, bring up to date the others, and say what has changed.

    Args:
        lessons: proven ones of one language, all in one folder.
        mine: the folder of the copies.
        fresh: the lesson to begin anew: its copy is put aside, beside the new one.

    Returns:
        A sentence for each thing that the learner should know.
    """
    source = lessons[0].parent
    # What lessons read as ../gesture.tflite, and the glossary beside them.
    files = [file for file in source.parent.iterdir() if file.is_file()]
    steps = [partial(_begin, mine), *(partial(_renew, file, mine.parent) for file in files)]
    steps += [partial(_renew, source / "glossary.md", mine)]
    steps += [partial(_begin_anew, fresh, mine / fresh.name)] if fresh else []
    steps += [partial(_bring_up_to_date, lesson, mine / lesson.name) for lesson in lessons]
    told, errors = [], []
    for step in steps:
        try:
            told += step()
        except OSError as error:
            errors.append(error)
    for error in errors[:1]:  # of a full disk they all say the same
        mend = say("Make that folder yours to write, then start lab again.")
        if error.errno in _FULL:
            mend = say("Make room on this disk, then start lab again.")
        came = {"folder": mine, "error": error.strerror or error, "mend": mend}
        told.append(
            say(
                "Expected to write in {folder}, got: {error}. What you wrote is as it was. {mend}",
                **came,
            )
        )
    return told


def _begin(mine: Path) -> list[str]:
    """Make the folder, and take away what an earlier start left half written."""
    mine.mkdir(parents=True, exist_ok=True)
    for left in [*mine.glob(f".*{_ENDING}"), *mine.parent.glob(f".*{_ENDING}")]:
        with contextlib.suppress(FileNotFoundError, PermissionError):  # Windows: still written
            left.unlink()
    return []


def last_saved(copies: list[Path]) -> Path:
    """Where the learner stopped: the copy that they saved last, the first one if none."""
    times = {copy: copy.stat().st_mtime for copy in copies if copy.is_file()}
    saved = [copy for copy in times if times[copy] > UNSAVED + _A_DAY]
    return max(saved, key=lambda copy: times[copy], default=copies[0])


def _bring_up_to_date(lesson: Path, copy: Path) -> list[str]:
    """Make the copy, or merge into it what the lesson has become."""
    ours = _edition(lesson)
    for _ in range(_TRIES):
        try:
            old = copy.read_bytes()
        except FileNotFoundError:
            _create(copy, _bytes_of(ours))
            continue
        notebook = _parse(old)
        if notebook is None:
            time.sleep(1)  # JupyterLab may be in the midst of saving it
            if copy.read_bytes() == old and _mend(copy, old, ours):
                number = lesson_id(lesson)
                return [say("{number}: the copy was damaged and is now in older/", number=number)]
            continue
        update = merge(notebook, ours)
        if update is None:
            return []
        new, saved = _bytes_of(update.notebook), copy.stat().st_mtime_ns
        if _replace(copy, old, new, saved, keep=update.is_theirs):
            return [f"{lesson_id(lesson)}: {update}"] if str(update) else []
    raise OSError(errno.EBUSY, say("another program keeps writing {name}", name=copy.name))


def _edition(lesson: Path) -> Notebook:
    proven = _parse(lesson.read_bytes())
    if proven is None:
        place = f"notebooks/{lesson.parent.name}/{lesson.name}"
        raise InputError(
            "Expected a notebook in {lesson}, got something that cannot be read. "
            "To have it back: git checkout -- {place}",
            lesson=lesson,
            place=place,
        )
    return make_copy(proven)


def _mend(copy: Path, old: bytes, ours: Notebook) -> bool:
    """In the place of a damaged copy put what JupyterLab kept when it was stopped, or a new one."""
    kept = copy.with_name(f".~{copy.name}")  # as jupyter_server's atomic_writing names it
    before = kept.read_bytes() if kept.is_file() else b""
    whole, saved = (before, time.time_ns()) if _parse(before) else (_bytes_of(ours), _NEVER)
    return _replace(copy, old, whole, saved, keep=True)


def _begin_anew(lesson: Path, copy: Path) -> list[str]:
    """A new copy in the place of the learner's, which stands beside it from now on."""
    marks = Path(os.environ.get("TFL_PROGRESS") or copy.parents[1] / ".progress")
    ours, told = _bytes_of(_edition(lesson)), []
    while copy.exists():
        old = copy.read_bytes()
        aside = _put_aside(copy, old, copy.parent)
        if aside.read_bytes() == old and _replace(copy, old, ours, _NEVER, keep=False):
            names = {"number": lesson_id(lesson), "name": aside.name}
            told = [say("{number}: begun anew; what you had is in {name}", **names)]
            break
    aside = marks / f"{lesson_id(lesson)} {_now()}"
    for mark in sorted(marks.glob(f"{lesson_id(lesson)}-*")):
        aside.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # a second lab does the same
            mark.replace(aside / mark.name)
    return told


def _renew(file: Path, folder: Path) -> list[str]:
    """A file of ours beside the copies; one that the learner has changed stays."""
    new, copy = file.read_bytes(), folder / file.name
    if not copy.exists():
        _create(copy, new)
    old, status = copy.read_bytes(), copy.stat()
    if old != new and status.st_mtime < UNSAVED + _A_DAY:
        _replace(copy, old, new, status.st_mtime_ns, keep=False)
    return []


def _create(path: Path, data: bytes) -> None:
    """A new file, whole from its first moment on; one that is there stays."""
    temporary = _write(path, data, _NEVER)
    try:
        os.link(temporary, path)  # unlike a renaming it refuses to overwrite
    except (FileExistsError, FileNotFoundError):
        return  # a second lab was quicker, or took away what looked left over: look again
    except OSError:  # a file system without links
        with contextlib.suppress(FileExistsError), path.open("xb") as file:
            file.write(data)
            os.utime(path, ns=(_NEVER,) * 2)
    finally:
        temporary.unlink(missing_ok=True)


def _replace(path: Path, old: bytes, new: bytes, time_ns: int, *, keep: bool) -> bool:
    """Put `new` in the place of `old` in one step; False if somebody else wrote there meanwhile.

    The old file has a second name while that happens: what JupyterLab saves in that moment goes
    into it, and it is kept.
    """
    temporary = _write(path, new, time_ns)
    try:
        aside = _put_aside(path, old, path.parent / "older")
        if path.read_bytes() != old:
            if aside.samefile(path):
                aside.unlink()
            return False
        os.replace(temporary, path)
    except FileNotFoundError:  # a second lab took away what looked left over
        return False
    finally:
        temporary.unlink(missing_ok=True)
    if not keep and aside.read_bytes() == old:
        aside.unlink()
        with contextlib.suppress(OSError):
            aside.parent.rmdir()  # only if it is empty
    return True


def _put_aside(path: Path, data: bytes, folder: Path) -> Path:
    """A second name for the file, with the date in it, in that folder."""
    folder.mkdir(exist_ok=True)
    name = f"{path.stem} {_now()}"
    for other in folder.glob(f"{path.stem} *"):
        if other.samefile(path):  # of a start that was stopped before it put another in its place
            return other
    for number in range(2, 1000):
        aside = folder / f"{name}{path.suffix}"
        try:
            os.link(path, aside)
            return aside
        except FileExistsError:
            name = f"{path.stem} {_now()} {number}"
        except OSError:  # a file system without links
            with aside.open("xb") as file:
                file.write(data)
            return aside
    raise FileExistsError(errno.EEXIST, say("too many older copies"), str(folder))


def _write(path: Path, data: bytes, time_ns: int) -> Path:
    """The data on the disk, in a file beside `path` that JupyterLab does not show."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_ENDING}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.utime(temporary, ns=(time_ns, time_ns))
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _parse(data: bytes) -> Notebook | None:
    """The notebook, None if it is damaged."""
    with contextlib.suppress(ValueError, RecursionError):
        notebook = json.loads(data)
        return notebook if is_notebook(notebook) else None
    return None


def _bytes_of(notebook: Notebook) -> bytes:
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _now() -> str:
    return time.strftime("%Y-%m-%d %H%M%S")
