"""A proven lesson in, the learner's copy of it out, also one that is to be brought up to date.

Notebooks are what JSON gives: dicts. Knows no files. Cells are told apart by their ids. A copy
keeps in its metadata, under `tfl`, what each cell of ours said when the two last met: so it can be
known later who has changed what.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from ..records import WIDGET_VIEW
from ..words import later, say

Cell = dict[str, Any]
Notebook = dict[str, Any]

KEY = "tfl"  # in the metadata of a copy
OUTCOME = "outcome"  # the tag of a markdown cell that tells what the cell above it has shown
_BESIDE = later(
    "*The course has changed this cell, and so have you. Yours stands above; ours is now:*\n\n"
)


@dataclass(frozen=True)
class Update:
    """A copy brought up to date, and how much of it is new.

    Args:
        new: cells of ours with a text that the copy did not have, and has now.
        beside: those that stand beside the learner's, who has changed the cell too.
        gone: cells of ours that the course has no more.
        is_theirs: whether the copy held anything that the learner wrote.
    """

    notebook: Notebook
    new: int
    beside: int
    gone: int
    is_theirs: bool

    def __str__(self) -> str:
        one = (
            say("1 cell is new"),
            say("1 cell is gone"),
            say("1 cell is changed by you too: ours stands beside yours"),
        )
        many = (
            say("{count} cells are new", count=self.new),
            say("{count} cells are gone", count=self.gone),
            say(
                "{count} cells are changed by you too: ours stands beside yours", count=self.beside
            ),
        )
        counts = zip((self.new, self.gone, self.beside), one, many, strict=True)
        return ", ".join(few if count == 1 else more for count, few, more in counts if count)


def is_notebook(value: Any) -> bool:
    """True if this is a notebook that can be merged."""
    cells = value.get("cells") if isinstance(value, dict) else None
    return isinstance(cells, list) and all(
        isinstance(cell, dict)
        and isinstance(cell.get("cell_type"), str)
        and isinstance(cell.get("metadata"), dict)
        and isinstance(cell.get("source"), str | list)
        and isinstance(cell.get("id", ""), str)
        for cell in cells
    )


def make_copy(proven: Notebook) -> Notebook:
    """The learner's edition of a lesson: nothing has run, and outcomes are folded."""
    cells = [part for cell in proven["cells"] for part in _parts(cell)]
    met = {cell["id"]: fingerprint(cell) for cell in cells}
    whole = _hash(json.dumps(cells, sort_keys=True))
    metadata = {**proven["metadata"], KEY: {"edition": whole, "cells": met}}
    return {**proven, "cells": cells, "metadata": metadata}


def _parts(cell: Cell) -> list[Cell]:
    """The cell as a learner first meets it. From an outcome's first heading on it is another one:
    what is folded must hide no heading and no question."""
    if cell["cell_type"] == "code":
        return [{**cell, "outputs": [], "execution_count": None}]
    if OUTCOME not in _tags(cell):
        return [cell]
    told, rest = split_at_heading(text_of(cell))
    tags = [tag for tag in _tags(cell) if tag != OUTCOME]
    folded = {**cell["metadata"], "jupyter": {"source_hidden": True}}
    # JupyterLab shows the first line of what is folded: an empty one.
    first = {**cell, "metadata": folded, "source": f"\n{told}" if told else ""}
    name = f"{cell['id']}-on" if told else cell["id"]
    second = {**cell, "id": name, "metadata": {**cell["metadata"], "tags": tags}, "source": rest}
    return [part for part in (first, second) if part["source"]]


def split_at_heading(text: str) -> tuple[str, str]:
    """What stands before the first heading of a markdown text, and the rest."""
    lines, fenced = text.splitlines(keepends=True), ""
    for number, line in enumerate(lines):
        fence = re.match(r" {0,3}(```+|~~~+)", line)
        if fence and (not fenced or fence[1].startswith(fenced)):
            fenced = "" if fenced else fence[1]
        elif not fenced and re.match(r" {0,3}#{1,6}\s", line):
            return "".join(lines[:number]).strip(), "".join(lines[number:])
    return text, ""


def fingerprint(cell: Cell) -> str:
    """What tells two texts of a cell apart; blank ends, which editors cut, do not."""
    return _hash(f"{cell['cell_type']}\n{text_of(cell).rstrip()}")


def text_of(cell: Cell) -> str:
    """The source of a cell, which a file may hold line by line."""
    return "".join(cell["source"]).replace("\r\n", "\n")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _tags(cell: Cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def merge(copy: Notebook, ours: Notebook) -> Update | None:
    """The learner's `copy` with the text of `ours`, a `make_copy`; None if nothing has to change.

    Ours takes the place of a cell that the learner left alone; one that they changed stays, with
    ours beside it if the course has changed it too. What they added stays behind the same cell.
    What they deleted comes back only with a new text: that one they have never seen.
    """
    had, copy = copy, {**copy, "cells": [_still(cell) for cell in copy["cells"]]}
    known = copy.get("metadata", {}).get(KEY)
    known = known if isinstance(known, dict) else {}  # another editor may have dropped it
    if known.get("edition") == ours["metadata"][KEY]["edition"]:
        return None if copy == had else Update(copy, 0, 0, 0, is_theirs=False)
    met, now = dict(known.get("cells", {})), ours["metadata"][KEY]["cells"]
    theirs = _with_ids(copy["cells"], {**met, **now})
    by_id = {cell["id"]: cell for cell in theirs}
    added = _added(theirs, met, now)
    cells, new, beside = list(added[""]), 0, 0
    for cell in ours["cells"]:
        name = cell["id"]
        shown, is_new = _meet(cell, by_id.get(name), met.get(name))
        if shown[1:] and shown[1]["id"] in by_id:  # stands there since an update that was stopped
            shown = shown[:1]
        new, beside = new + is_new, beside + len(shown[1:])
        cells += shown + added[name]
    metadata = {**copy.get("metadata", {}), KEY: ours["metadata"][KEY]}
    whole = {**ours, "cells": cells, "metadata": metadata}
    gone = sum(c["id"] not in now and met.get(c["id"]) == fingerprint(c) for c in theirs)
    is_theirs = any(met.get(cell["id"]) != fingerprint(cell) for cell in theirs)
    return Update(whole, new, beside, gone, is_theirs)


def _still(cell: Cell) -> Cell:
    """The cell without views of widgets that show the same in HTML: another day their kernel has
    gone, and JupyterLab shows an error in their place."""
    outputs = cell.get("outputs")
    if not isinstance(outputs, list):
        return cell
    return {**cell, "outputs": [_without_view(output) for output in outputs]}


def _without_view(output: Any) -> Any:
    data = output.get("data") if isinstance(output, dict) else None
    if not isinstance(data, dict) or "text/html" not in data:
        return output
    return {**output, "data": {kind: what for kind, what in data.items() if kind != WIDGET_VIEW}}


def _meet(cell: Cell, own: Cell | None, met: str | None) -> tuple[list[Cell], bool]:
    """What stands for `cell` of ours, and whether its text is new to the learner.

    Args:
        own: the same cell in the learner's copy, None if it is not there.
        met: the fingerprint of ours when the two last met, None if that is not known.
    """
    text = fingerprint(cell)
    if own is None:
        return ([], False) if met == text else ([cell], True)
    has = fingerprint(own)
    folding = own if (OUTCOME in _tags(own)) == (OUTCOME in _tags(cell)) else cell
    metadata = {**own["metadata"], **cell["metadata"]}
    metadata.pop("jupyter", None)
    if "jupyter" in folding["metadata"]:  # what the learner has opened stays open
        metadata["jupyter"] = folding["metadata"]["jupyter"]
    if has == text:
        return [{**own, "metadata": metadata}], False
    if has == met:
        return [{**cell, "metadata": metadata}], True
    if met in (text, None):  # without a record nobody knows whether the course has changed it
        return [own], False
    return [own, _beside(cell, text)], False


def _beside(cell: Cell, text: str) -> Cell:
    source = text_of(cell)
    if cell["cell_type"] == "code":
        fence = max(["``", *re.findall(r"`+", source)], key=len) + "`"
        source = f"{fence}python\n{source}\n{fence}"
    folded = {key: value for key, value in cell["metadata"].items() if key == "jupyter"}
    name = f"{cell['id'][:40]}-{text}"  # of this text: so it is shown once
    return {
        "cell_type": "markdown",
        "id": name,
        "metadata": folded,
        "source": say(_BESIDE) + source,
    }


def _added(theirs: list[Cell], met: dict[str, str], now: dict[str, str]) -> dict[str, list[Cell]]:
    """The learner's own cells by the id of our cell that they stand behind; "" is the top."""
    added: dict[str, list[Cell]] = {name: [] for name in ["", *now]}
    behind = ""
    for cell in theirs:
        if cell["id"] in now:
            behind = cell["id"]
        elif met.get(cell["id"]) != fingerprint(cell):  # else ours, and the course has it no more
            added[behind].append(cell)
    return added


def _with_ids(cells: list[Cell], known: dict[str, str]) -> list[Cell]:
    """The cells, each with an id of its own. One that lost it is found by its text, or is new."""
    names = {text: name for name, text in known.items()}
    taken = {cell.get("id") for cell in cells}
    seen: set[str] = set()
    whole = []
    for number, cell in enumerate(cells):
        text, name = fingerprint(cell), cell.get("id")
        if not name or name in seen:
            name = names.get(text)
            name = f"own-{number}-{text}" if not name or name in seen | taken else name
        seen.add(name)
        whole.append({**cell, "id": name})
    return whole
