"""Kill the making of the learner's copies at random moments: `python -m tests.kills 300`.

A real SIGKILL of a real process, while it makes copies, brings them up to date or begins a lesson
anew. After each one, every cell of the learner must be in a whole notebook, and the next start must
repair the rest. Needs POSIX. Nothing here is collected as a test.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tfl_helpers.setup.copies import prepare
from tfl_helpers.setup.lessons import NOTEBOOKS, find_lessons

KINDS = ("creation", "update", "fresh")


def main(arguments: list[str]) -> int:
    """Kill as often as asked, evenly over the kinds; 1 if anything was lost."""
    wanted = int(arguments[0]) if arguments else 300
    os.environ["TFL_PROGRESS"] = "off"
    count, lost, seconds = Counter(), [], {}
    with tempfile.TemporaryDirectory() as folder:
        places = make_courses(Path(folder))
        for kind in KINDS:
            begin(kind, *places)
            start = time.perf_counter()
            start_anew(kind, *places[1:])
            seconds[kind] = time.perf_counter() - start
        while (killed := sum(count[kind] for kind in KINDS)) < wanted:
            kind = KINDS[killed % len(KINDS)]
            begin(kind, *places)
            if kill_once(kind, *places[1:], random.uniform(0.0, 1.1 * seconds[kind])):
                count[kind] += 1
                count["half way"] += half_way(kind, places[2])
                count["left temporary files"] += any(places[2].rglob(".*.new"))
                lost += [f"{kind}, after the kill: {one}" for one in missing(kind, places[2])]
                start_anew("creation", *places[1:])
                again = missing(kind, places[2]) + unrepaired(places[2])
                lost += [f"{kind}, after the next start: {one}" for one in again]
            else:
                count["ended before the kill"] += 1
    print(f"{killed} kills: {dict(count)}; {len(lost)} losses", *lost[:20], sep="\n")
    return int(bool(lost))


def make_courses(folder: Path) -> tuple[Path, Path, Path]:
    """The course as it was, as it has become, and the place of the copies."""
    old, new = folder / "old", folder / "new"
    for course in (old, new):
        shutil.copytree(NOTEBOOKS, course, ignore=shutil.ignore_patterns(".*"))
    for lesson in (new / "en").glob("*.ipynb"):
        notebook = json.loads(lesson.read_text("utf-8"))
        for cell in notebook["cells"][1:9]:
            cell["source"] = ["New: ", *cell["source"]]
        lesson.write_text(json.dumps(notebook), "utf-8")
    return old, new, folder / "my" / "en"


def lessons_in(course: Path) -> list[Path]:
    """The lessons of one of the two courses."""
    return sorted((course / "en").glob("*.ipynb"))


def begin(kind: str, old: Path, new: Path, mine: Path) -> None:
    """Nothing there for a creation; else copies of the old course with the learner's work."""
    shutil.rmtree(mine.parent, ignore_errors=True)
    if kind == "creation":
        return
    prepare(lessons_in(old if kind == "update" else new), mine)
    for copy in mine.glob("*.ipynb"):
        notebook = json.loads(copy.read_text("utf-8"))
        cells = notebook["cells"]
        for place, what in ((3, "changed by both"), (12, "changed by me")):
            cells[place]["source"] = f"{what} {copy.stem}"
        added = {"cell_type": "markdown", "metadata": {}, "id": "mine"}
        cells.insert(6, {**added, "source": f"added by me {copy.stem}"})
        copy.write_text(json.dumps(notebook), "utf-8")


def start_anew(kind: str, new: Path, mine: Path) -> None:
    """What `lab` does before it starts JupyterLab."""
    lessons = lessons_in(new)
    told = prepare(lessons, mine, fresh=lessons[3] if kind == "fresh" else None)
    assert not [one for one in told if one.startswith("Expected")], told


def kill_once(kind: str, new: Path, mine: Path, seconds: float) -> bool:
    """Start a process that does it and kill it after so long; False if it had ended before."""
    child = os.fork()
    if child == 0:
        start_anew(kind, new, mine)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def half_way(kind: str, mine: Path) -> bool:
    """Whether some was done when the kill came, and some was not."""
    copies = {path.name: path.read_text("utf-8") for path in mine.glob("*.ipynb")}
    if kind == "creation":
        return 0 < len(copies) < len(find_lessons([]))
    if kind == "fresh":
        return any(" 20" in name for name in copies)
    return 0 < sum("New: " in text for text in copies.values()) < len(copies)


def missing(kind: str, mine: Path) -> list[str]:
    """What is lost: a cell of the learner, or a copy; and what is damaged."""
    found, bad, names = [], [], [lesson.name for lesson in find_lessons([])]
    for path in mine.rglob("*.ipynb"):
        try:
            found.append(text_of(json.loads(path.read_text("utf-8"))))
        except ValueError:
            bad.append(f"damaged: {path.name}")
    if kind != "creation":
        bad += [f"no {name}" for name in names if not (mine / name).is_file()]
        kinds = ("changed by both", "changed by me", "added by me")
        told = [f"{what} {name[:-6]}" for name in names for what in kinds]
        bad += [one for one in told if not any(one in text for text in found)]
    return bad


def unrepaired(mine: Path) -> list[str]:
    """What a start that nobody stops must not leave."""
    old = [one.name for one in find_lessons([]) if "New: " not in read(mine / one.name)]
    return [f"not up to date: {name}" for name in old] + [p.name for p in mine.rglob(".*.new")]


def read(path: Path) -> str:
    """The text of a file; empty where there is none."""
    return path.read_text("utf-8") if path.is_file() else ""


def text_of(notebook: dict[str, Any]) -> str:
    """All that its cells say."""
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
