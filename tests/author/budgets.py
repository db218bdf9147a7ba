"""An English lesson in, its numbers and its breaches of CONTRIBUTING.md out. Sets no limits."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .links import HOSTED, LINKS
from .solutions import exercises

BANNED = re.compile(r"\b(?:note that|simply|just|powerful|let's dive in)\b|!", re.IGNORECASE)
WAIVERS = re.compile(r"nbval-|raises-exception|skip-execution|hide|remove")
# What frames every lesson alike: no idea of its own, so it counts neither as cell nor as code.
FRAME_NAMES = {"predict", "quiet", "recall_predictions", "review_predictions", "speak"}
FRAME_CELLS = {"recall-predictions", "look-back-md", "look-back", LINKS, HOSTED}
_COMPARES = re.compile(r"^\w+\.compare\((?:[^\n]*\)|\n.*?^\))$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#{1,6}) .+$", re.MULTILINE)


def numbers(lesson: Path) -> dict[str, float]:
    """What CONTRIBUTING.md sets a number for, by name."""
    notebook = nbformat.read(lesson, as_version=4)
    cells = [cell for cell in notebook.cells if cell.id != LINKS]
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    code = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.id not in FRAME_CELLS
    ]
    lengths = [len(_counted(source)) for source in code]
    runs = groupby(cell.cell_type for cell in notebook.cells if cell.id not in FRAME_CELLS)
    comments = sum(line.startswith("#") for source in code for line in _lines(source))
    return {
        "cells": sum(cell.id not in FRAME_CELLS for cell in notebook.cells),
        "words": sum(word_count(source, folded=True) for source in prose),
        "code lines": sum(lengths),
        "lines of the longest code cell": max(lengths, default=0),
        "% of code cells over 15 lines": _percent(sum(n > 15 for n in lengths), len(lengths)),
        "words of the longest markdown cell": max(map(word_count, prose), default=0),
        "words under one heading": max(_words_by_heading(notebook)),
        "code cells in a row": max((len(list(g)) for kind, g in runs if kind == "code"), default=0),
        "% of code lines that are comments": _percent(comments, sum(lengths)),
        "helper names": len(helper_names(notebook) - FRAME_NAMES),
        "exercises": len(exercises(notebook)),
        "KB": lesson.stat().st_size / 1000,
    }


def breaches(notebook: NotebookNode) -> list[str]:
    """Rules without a number that the lesson breaks, with the place of each."""
    found = [*_heading_breaches(notebook), *_parameter_breaches(notebook)]
    for place, cell in enumerate(notebook.cells, 1):
        check = _code_breaches if cell.cell_type == "code" else _prose_breaches
        found += [f"cell {place} ({cell.id}): {what}" for what in (*check(cell), *_waived(cell))]
    return found


def word_count(markdown: str, folded: bool = False) -> int:
    """Words without fenced code, addresses and marks; with those in <details> only if `folded`."""
    text = _without_fences(markdown)
    if not folded:
        text = re.sub(r"<details.*?</details>", " ", text, flags=re.DOTALL)
    text = re.sub(r"\]\([^)]*\)|<[^>]*>|https?://\S+", " ", text)
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def helper_names(notebook: NotebookNode) -> set[str]:
    """Names of the helper package that the code uses, as `tfl.name` or imported by name."""
    names = set()
    for tree in _trees(notebook):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "tfl":
                names.add(node.attr)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tfl_helpers"):
                names.update(alias.name for alias in node.names)
    return names


def _words_by_heading(notebook: NotebookNode) -> list[int]:
    counts = [0]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            first, *sections = HEADING.split(_without_fences(cell.source))
            counts[-1] += word_count(first)
            counts += [word_count(section) for section in sections[1::2]]
    return counts


def _heading_breaches(notebook: NotebookNode) -> Iterator[str]:
    prose = [_without_fences(c.source) for c in notebook.cells if c.cell_type == "markdown"]
    levels = [len(marks) for source in prose for marks in HEADING.findall(source)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"one # heading is needed, the first; there are {levels.count(1)}"
    for above, below in zip(levels, levels[1:], strict=False):
        if below > above + 1:
            yield f"a heading {'#' * below} follows {'#' * above}: one level is skipped"


def _parameter_breaches(notebook: NotebookNode) -> Iterator[str]:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    tagged = [i for i, cell in enumerate(code, 1) if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1 or tagged[0] > 2:
        yield f"the first or second code cell is tagged parameters; tagged are {tagged or 'none'}"


def _prose_breaches(cell: NotebookNode) -> Iterator[str]:
    text = re.sub(r"`[^`]*`|<[^>]*>|!\[", " ", _without_fences(cell.source))
    for match in BANNED.finditer(text):
        yield f"the prose says {match.group()!r}"


def _code_breaches(cell: NotebookNode) -> Iterator[str]:
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        yield "not plain Python (a magic or a shell line?)"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            yield f"from {node.module} import *"
        if isinstance(node, ast.Name) and node.id in ("globals", "locals", "get_ipython"):
            yield f"{node.id}()"
    for token in tokenize.generate_tokens(io.StringIO(cell.source).readline):
        if token.type == tokenize.OP and token.string == ";":
            yield "a semicolon"
        if token.type == tokenize.COMMENT and "nbval" in token.string.lower():
            yield f"{token.string!r} waives the comparison"


def _waived(cell: NotebookNode) -> Iterator[str]:
    for tag in filter(WAIVERS.match, cell.metadata.get("tags", [])):
        yield f"tag {tag!r} hides or waives something"
    for mark in filter(None, cell.metadata.get("jupyter", {})):
        yield f"metadata {mark!r} hides something"


def _trees(notebook: NotebookNode) -> Iterator[ast.Module]:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            try:
                yield ast.parse(cell.source)
            except SyntaxError:
                continue


def _lines(source: str) -> list[str]:
    return [line.strip() for line in source.splitlines() if line.strip()]


_FRAME = ('language = "en"', 'language = "ja"', "tfl.speak(language)")


def _counted(source: str) -> list[str]:
    """Lines of a code cell but those on the language, and what shows or compares a prediction."""
    guesses = set(re.findall(r"^(\w+) = tfl\.predict\(", source, re.MULTILINE))
    compared = _COMPARES.sub("", source)
    return [line for line in _lines(compared) if line not in (*guesses, *_FRAME)]


def _without_fences(markdown: str) -> str:
    return re.sub(r"^(```+).*?^\1\s*$", " ", markdown, flags=re.DOTALL | re.MULTILINE)


def _percent(part: int, whole: int) -> float:
    return 100 * part / max(whole, 1)
