"""A lesson's `core` cells in, slides of them out: one page for a projector, which asks nobody.

Runs no lesson: it shows what is stored. Sizes are guessed here, and fitted in the browser.
"""

from __future__ import annotations

import re
import struct
from base64 import b64decode
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import ROOT

from .site import give_words

SLIDES = ROOT / "my" / "slides"
LOOKS = Path(__file__).with_name("pages") / "slides"
REVEAL = ROOT / "tests" / "node_modules" / "reveal.js" / "dist"
ROOM = 650  # of the 720 pixels of a slide: what our guess may fill
# What frames a lesson says nothing to a room. What a check asks for stands in its task.
_UNSEEN = {"imports", "look-back", "look-back-md"}
_HEADING = re.compile(r"(?m)^(?=#{1,3} )")
_DETAILS = re.compile(r"</?details>|<summary>(.*?)</summary>")
_LOCAL = re.compile(r"\[([^]]*)\]\((?!https?:)[^)]*\)")  # no lesson lies beside the slides


def write_slides(lesson: Path, folder: Path | None = None) -> Path:
    """Write the slides of `lesson` into `folder`, `my/slides` if none is named.

    Raises:
        InputError: reveal.js has not been fetched, or the lesson has no cell tagged `core`.
    """
    from nbconvert import SlidesExporter

    if not (REVEAL / "reveal.js").is_file():
        raise InputError(
            "Slides need reveal.js, which npm fetches (Node.js 18 or newer). With npm on this "
            "machine, start the same command again."
        )
    language = lesson.parent.name if len(lesson.parent.name) == 2 else "en"
    notebook = new_notebook(cells=list(_slides(nbformat.read(lesson, as_version=4))))
    if not notebook.cells:
        raise InputError("No cell of {name} is tagged core: nothing to show.", name=lesson.name)
    notebook.metadata.title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
    exporter = SlidesExporter(template_file=str(LOOKS / "slides.html.j2"), language_code=language)
    for part in ("input", "output"):
        setattr(exporter, f"exclude_{part}_prompt", True)
    own = {name.replace(".", "_"): (REVEAL / name).read_text("utf-8") for name in _PARTS}
    own |= {path.name.replace(".", "_"): path.read_text("utf-8") for path in LOOKS.glob("own.*")}
    own["notes"] = (REVEAL / "plugin" / "notes.js").read_text("utf-8")
    page, _ = exporter.from_notebook_node(notebook, resources={"own": own})
    made = (folder or SLIDES / language).expanduser() / f"{lesson.stem}.html"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(page, "utf-8")
    return made


_PARTS = ("reset.css", "reveal.css", "reveal.js")


def _slides(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Cells that say by their `slide_type` where they stand, for nbconvert."""
    taken = 0
    for piece, kind in _pieces(notebook):
        height = _height(piece)
        if kind == "notes":
            place = "notes"
        elif kind in ("slide", "subslide") or taken + height > ROOM:
            place = "slide" if kind == "slide" else "subslide"
            taken = height
        else:
            # What answers a question appears when the teacher says so.
            place = "fragment" if kind == "answer" else "-"
            taken += height
        piece.metadata["slideshow"] = {"slide_type": place}
        yield piece


def _pieces(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    """What is shown of the lesson, and what each is: a new slide, more of it, an answer, notes."""
    around = [None, *notebook.cells, None]
    for before, cell, after in zip(around, around[1:], around[2:], strict=False):
        tags = _tags(cell)
        if "core" not in tags or tags & {"parameters", "check"} or cell.id in _UNSEEN:
            continue
        if "solution" in tags:
            yield new_markdown_cell(_plain(cell.source)), "notes"
        elif cell.cell_type == "markdown":
            yield from _told(cell, before, after)
        else:
            yield from _shown(cell)


def _told(
    cell: NotebookNode, before: NotebookNode | None, after: NotebookNode | None
) -> Iterator[tuple[NotebookNode, str]]:
    """A slide for each heading; without what speaks of a neighbour that is not shown."""
    parts = _parts(cell.source)
    if len(parts) > 1 and after and after.cell_type == "code" and "core" not in _tags(after):
        parts.pop()
    if not parts[0].startswith("#"):
        if before and "core" not in _tags(before) and len(parts) + ("#" in cell.source) > 1:
            parts.pop(0)
        elif "outcome" in _tags(cell) or "<details>" in parts[0]:
            yield new_markdown_cell(_plain(parts.pop(0))), "answer"
    for part in parts:
        marks = len(part) - len(part.lstrip("#"))
        kind = {0: "more", 1: "slide", 2: "slide"}.get(marks, "subslide")
        yield new_markdown_cell(_plain(part)), kind


def _parts(markdown: str) -> list[str]:
    """What stands under each heading; a heading with nothing under it stays with the next."""
    parts: list[str] = []
    for part in filter(str.strip, _HEADING.split(markdown)):
        if parts and re.fullmatch(r"#.*\s*", parts[-1]):
            parts[-1] += part
        else:
            parts.append(part)
    return parts


def _shown(cell: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    """The code, then what came of it; of a prediction its options alone."""
    if "-predict-" not in cell.id:
        source = deepcopy(cell)
        source.outputs = []
        yield source, "more"
    if cell.outputs:
        output = deepcopy(cell)
        output.id = f"{cell.id}-output"
        for one in output.outputs:
            give_words(one)
        output.metadata["transient"] = {"remove_source": True}
        yield output, "more" if "-predict-" in cell.id else "answer"


def _plain(markdown: str) -> str:
    opened = _DETAILS.sub(lambda found: f"**{found[1]}**" if found[1] else "", markdown)
    return _LOCAL.sub(r"\1", opened)


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _height(cell: NotebookNode) -> int:
    """Pixels that a cell takes on a slide of 1280 by 720, roughly."""
    if cell.cell_type == "markdown":
        # A Japanese letter takes two columns, and three bytes.
        columns = [(len(line) + len(line.encode())) // 2 for line in cell.source.splitlines()]
        return sum(40 * (1 + wide // 76) if wide else 18 for wide in columns)
    if not cell.outputs:
        return 20 + 26 * len(cell.source.splitlines())
    return sum(map(_output_height, cell.outputs))


def _output_height(output: NotebookNode) -> int:
    data = output.get("data", {})
    shown = data.get("text/html", "")
    if "image/png" in data:
        width, height = struct.unpack(">II", b64decode(data["image/png"])[16:24])
        return 30 + min(600, 1230 * height // width)  # as wide as the slide, or nearly as high
    rows = shown.count("<tr") or len((output.get("text") or data["text/plain"]).splitlines())
    return 24 + (34 if shown else 26) * rows
