"""An English lesson and its catalogue in, the Japanese lesson out; catalogues brought up to date.

A message is a paragraph of a markdown cell (its context is the cell's id), or a string or comment
of the code (context `code`: the same words are the same message in the whole lesson). A word in
the code that has to stay, such as the name of a dtype, has itself as its translation.
"""

from __future__ import annotations

import ast
import copy
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, partial
from pathlib import Path

import nbformat
import polib
from nbformat import NotebookNode

from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import NOTEBOOKS, ROOT

from .execute import run_notebook, show_progress, store
from .links import HOSTED, LINKS
from .spoken import CATALOGUE, open_spoken, said

LOCALE = NOTEBOOKS / "locale" / "ja"
CODE = "code"  # context of what stands in code
_HEADER = {"Content-Type": "text/plain; charset=UTF-8", "Language": "ja"}
_PARTS = re.compile(r"(^```.*?^```[ ]*$|\n[ \t]*\n)", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(r"\A```python\n(.*)\n```[ ]*\Z", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_LITERAL = re.compile(r"([A-Za-z]*)(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", re.DOTALL)
_LETTERS = re.compile("[A-Za-z]{2}")
_ALIKE = 0.5  # from here on an old translation is worth mending


@dataclass(frozen=True)
class Place:
    """Where a message stands in code, and how its translation is written there."""

    start: int
    end: int
    message: str
    write: Callable[[str], str]


def catalogue_of(lesson: Path) -> Path:
    """Where the Japanese of a lesson stands."""
    return LOCALE / f"{lesson.stem}.po"


def messages(notebook: NotebookNode) -> dict[tuple[str | None, str], str]:
    """The messages of a lesson in order, by context and text, with the cell where each is first."""
    found: dict[tuple[str | None, str], str] = {}
    for cell in notebook.cells:
        if cell.id in (LINKS, HOSTED):
            continue
        parts = [(CODE, cell.source)] if cell.cell_type == "code" else _parts(cell)
        for context, text in parts:
            texts = [place.message for place in places(text)] if context == CODE else [text]
            for message in texts:
                found.setdefault((context, message), cell.id)
    return found


def _parts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """The paragraphs of a markdown cell, and what is Python in it."""
    for part in _PARTS.split(cell.source):
        if python := _PYTHON.match(part):
            yield CODE, python[1]
        elif _is_prose(part):
            yield cell.id, part.strip("\n")


def _is_prose(part: str) -> bool:
    return not part.startswith("```") and bool(_LETTERS.search(_TAG.sub("", part)))


def places(source: str) -> list[Place]:
    """All messages in a piece of code, from the end backwards."""
    lines = source.splitlines(keepends=True)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines) + 1)]

    def offset(row: int, column: int) -> int:
        return starts[row - 1] + len(lines[row - 1].encode()[:column].decode())

    found = []
    for node in _strings(ast.parse(source)):
        start = offset(node.lineno, node.col_offset)
        end = offset(node.end_lineno or 0, node.end_col_offset or 0)
        message, write = _literal(node, source[start:end])
        found.append(Place(start, end, message, write))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            start = starts[token.start[0] - 1] + token.start[1]
            words = token.string.lstrip("# ")
            found.append(Place(start, start + len(token.string), words, "# {}".format))
    kept = [place for place in found if _LETTERS.search(place.message)]
    return sorted(kept, key=lambda place: -place.start)


def _strings(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Strings but those inside the braces of another, and the one that names the language."""
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "language":
        return
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _strings(child)


def _literal(node: ast.Constant | ast.JoinedStr, text: str) -> tuple[str, Callable[[str], str]]:
    """The message of a string of the code, and what writes another in its place."""
    if isinstance(node, ast.JoinedStr):
        quote = re.search("[\"']", text)[0]
        inner = "".join(body[1:-1] for _, body in _LITERAL.findall(text))
        return inner, f"f{quote}{{}}{quote}".format
    if '"""' in text[:4]:
        return node.value, '"""{}"""'.format
    return node.value, partial(json.dumps, ensure_ascii=False)


def translate_code(source: str, words: dict[str, str]) -> str:
    """The code with each message in its translation, laid out as all our code is."""
    told = source
    for place in places(source):
        said = words.get(place.message, place.message)
        if said != place.message:
            told = told[: place.start] + place.write(said) + told[place.end :]
    return source if told == source else _laid_out(told)


@cache
def _laid_out(source: str) -> str:
    """Lines of at most 100 columns, of which a Japanese letter takes two."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "cell.py", "-"]
    ran = subprocess.run(command, input=source, capture_output=True, encoding="utf-8", cwd=ROOT)
    if ran.returncode:
        raise InputError(f"The translation of this code is no Python any more:\n{source}")
    return ran.stdout.rstrip("\n")


def build(notebook: NotebookNode, catalogue: polib.POFile) -> NotebookNode:
    """The Japanese lesson, with no outputs: the same cells, ids and metadata."""
    words = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in catalogue}
    code = {text: said for (context, text), said in words.items() if context == CODE}
    built = copy.deepcopy(notebook)
    for cell in built.cells:
        if cell.id in (LINKS, HOSTED):
            if cell.id == LINKS:  # to the lesson in its own language
                cell.source = cell.source.replace("notebooks/en/", "notebooks/ja/")
            continue
        if cell.cell_type == "code":
            cell.source = translate_code(cell.source, code)
            if "parameters" in cell.metadata.get("tags", []):
                cell.source = cell.source.replace('language = "en"', 'language = "ja"')
            cell.update(outputs=[], execution_count=None)
            continue
        parts = _PARTS.split(cell.source)
        for i, part in enumerate(parts):
            if python := _PYTHON.match(part):
                parts[i] = part.replace(python[1], translate_code(python[1], code))
            elif _is_prose(part):
                message = part.strip("\n")
                parts[i] = part.replace(message, words[cell.id, message])
        cell.source = "".join(parts)
    return built


def open_catalogue(lesson: Path) -> polib.POFile:
    """The catalogue as it is stored; an empty one where there is none."""
    path = catalogue_of(lesson)
    return polib.pofile(str(path), wrapwidth=0) if path.exists() else polib.POFile(wrapwidth=0)


def updated(wanted: dict[tuple[str | None, str], str], old: polib.POFile) -> polib.POFile:
    """The catalogue for these messages: one that has changed is fuzzy, what is new is empty.

    A paragraph that moved keeps its translation.
    """
    known = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
    anywhere = {entry.msgid: entry for entry in known.values()}
    spare = [entry for key, entry in known.items() if key not in wanted and entry.msgstr]
    new = polib.POFile(wrapwidth=0)
    new.metadata = dict(_HEADER)
    for (context, text), place in wanted.items():
        made = polib.POEntry(msgctxt=context, msgid=text)
        if context in (None, CODE):
            made.occurrences = [(place, "")]
        if same := known.get((context, text)) or anywhere.get(text):
            made.msgstr, made.flags = same.msgstr, list(same.flags)
            made.previous_msgid = same.previous_msgid
        elif like := _alike(made, spare):
            made.msgstr, made.flags, made.previous_msgid = like.msgstr, ["fuzzy"], like.msgid
            spare.remove(like)
        elif context == CODE and " " not in text:
            made.msgstr = text  # a name, until somebody says that it is a word for the learner
        new.append(made)
    return new


def _alike(entry: polib.POEntry, spare: list[polib.POEntry]) -> polib.POEntry | None:
    """The translation of what this most likely was before it changed."""
    likely = [
        (SequenceMatcher(None, one.msgid, entry.msgid, autojunk=False).ratio(), -i)
        for i, one in enumerate(spare)
        if one.msgctxt == entry.msgctxt
    ]
    ratio, place = max(likely, default=(0.0, 0))
    return spare[-place] if ratio >= _ALIKE else None


def to_do(catalogue: polib.POFile) -> list[str]:
    """What keeps the lesson from being built: a line for each message."""
    found = []
    for entry in catalogue:
        what = "changed" if entry.fuzzy else "" if entry.msgstr else "new"
        if what:
            where = entry.msgctxt or entry.occurrences[0][0]
            found.append(f"{what}, in {where}: {' '.join(entry.msgid.split())[:70]}")
    return found


def translate_lessons(lessons: list[Path]) -> int:
    """Bring each catalogue up to date; where nothing is to be done, build the lesson and run it.

    Returns:
        The exit status: 1 if a message is to be translated, or a lesson was refused.
    """
    spoken = updated(said(), open_spoken())
    _write(spoken, CATALOGUE)
    left = len(to_do(spoken))
    print(f"helpers: {len(spoken)} messages, {left} to be translated")
    print(*(f"  {line}\n" for line in to_do(spoken)), sep="", end="")
    for lesson in lessons:
        show_progress(f"{lesson.stem}: reading")
        notebook = nbformat.read(lesson, as_version=4)
        catalogue = updated(messages(notebook), open_catalogue(lesson))
        _write(catalogue, catalogue_of(lesson))
        lines = to_do(catalogue)
        state = f"{len(lines)} to be translated" if lines else ""
        if not lines:
            state, lines = _rebuild(build(notebook, catalogue), NOTEBOOKS / "ja" / lesson.name)
        show_progress("")
        print(f"{lesson.stem}: {len(catalogue)} messages, {state}")
        print(*(f"  {line}\n" for line in lines), sep="", end="")
        left += bool(lines)
    return int(left > 0)


def _write(catalogue: polib.POFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"{catalogue}\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")


def _rebuild(built: NotebookNode, lesson: Path) -> tuple[str, list[str]]:
    """Run and store the lesson, unless its sources are those that are stored."""
    if lesson.exists() and _sources(nbformat.read(lesson, as_version=4)) == _sources(built):
        return "unchanged", []
    lesson.parent.mkdir(exist_ok=True)
    executed, reasons = run_notebook(built, lesson)
    return ("refused" if reasons else store(executed, lesson)), reasons


def _sources(notebook: NotebookNode) -> list[tuple[str, str, str]]:
    return [(cell.id, cell.source, str(cell.metadata)) for cell in notebook.cells]
