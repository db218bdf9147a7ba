"""The numbers and rules of CONTRIBUTING.md, held by every lesson; Japanese is made from English."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from conftest import MakeLesson
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.author.budgets import breaches, helper_names, numbers, word_count
from tfl_helpers.setup.lessons import find_lessons, lesson_id

LESSONS = find_lessons([])

LIMITS: dict[str, tuple[float, float]] = {
    "cells": (40, 70),
    "words": (1200, 2500),
    "code lines": (80, 200),
    "lines of the longest code cell": (1, 25),
    "% of code cells over 15 lines": (0, 10),
    "words of the longest markdown cell": (1, 150),
    "words under one heading": (1, 250),
    "code cells in a row": (1, 2),
    "% of code lines that are comments": (0, 5),
    "helper names": (0, 6),
    "exercises": (2, 4),
    "KB": (0, 150),
}

DEBUGGING = "debugging, shapes, objects and the way back to Python, each tried in view"
SENT = "the old guide's class in three forms, each sent and called in view"
TAKEN_THROUGH = "a program, a text file and a tool are taken through the folder in view"
DOORS = "six doors, a graph for its caller, a layer with three options, each tried in view"
READ_AND_RUN = "what a file says, holds and counts is read, run and drawn in view"
BY_HAND = "labels, threads, a size and a drawing, each in view"
SEVEN_WAYS = "seven files of one model, their table, the feeding of integers and a plot, in view"
CASES = "twenty cases that fail live, five lines each, beside the exercises"
FOR_REAL = "the file that an exercise makes is read and run by its check, in view"
PEOPLE = "strokes of people, what is right of them and what the cure costs, made in view"
# Lesson, number: the limits that hold there instead, and why.
EXCEPTIONS: dict[tuple[str, str], tuple[float, float, str]] = {
    ("02", "code lines"): (200, 260, DEBUGGING),
    ("06", "code lines"): (200, 215, SENT),
    ("07", "code lines"): (200, 230, TAKEN_THROUGH),
    ("08", "code lines"): (200, 230, DOORS),
    ("09", "code lines"): (200, 249, READ_AND_RUN),
    ("10", "code lines"): (200, 215, BY_HAND),
    ("11", "code lines"): (200, 250, SEVEN_WAYS),
    ("12", "code lines"): (200, 260, CASES),
    ("13", "code lines"): (200, 245, FOR_REAL),
    ("14", "code lines"): (200, 270, PEOPLE),
}


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_numbers(lesson: Path, name: str) -> None:
    low, high, *_ = EXCEPTIONS.get((lesson_id(lesson), name), LIMITS[name])
    assert low <= numbers(lesson)[name] <= high, name


@pytest.mark.parametrize("lesson", find_lessons([], "ja"), ids=lambda lesson: lesson.stem)
def test_numbers_that_another_language_may_change(lesson: Path) -> None:
    found = numbers(lesson)
    for name in ("code lines", "lines of the longest code cell", "KB"):
        assert found[name] <= EXCEPTIONS.get((lesson_id(lesson), name), LIMITS[name])[1], name


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_rules(lesson: Path) -> None:
    assert breaches(nbformat.read(lesson, as_version=4)) == []


def test_every_exception_is_still_needed() -> None:
    known = {lesson_id(lesson): lesson for lesson in LESSONS}
    for (lesson, name), (_, _, reason) in EXCEPTIONS.items():
        assert reason
        low, high = LIMITS[name]
        assert not low <= numbers(known[lesson])[name] <= high, f"{lesson} keeps to {name} again"


def test_what_counts(make_lesson: MakeLesson) -> None:
    folded = "<details><summary>Hint</summary>\n\nfour words in here\n</details>"
    fence = "```python\n# no heading\n1\n```"
    lesson = make_lesson(
        new_markdown_cell(
            f"# One title\n\ntwo *words* - of [six](https://a.b/c d)\n{fence}\n{folded}"
        ),
        new_code_cell("# a comment\ntfl.draw(x)  # beside\n\ny = tfl.read(x)"),
        new_code_cell("\n".join(["1"] * 16)),
        new_markdown_cell("three more words\n## A section\nof four words `+` here"),
        new_code_cell("from tfl_helpers import quiet"),
    )
    assert numbers(lesson) == {
        "cells": 5,
        "words": 20,
        "code lines": 20,
        "lines of the longest code cell": 16,
        "% of code cells over 15 lines": pytest.approx(33.3, abs=0.1),
        "words of the longest markdown cell": 9,
        "words under one heading": 7,
        "code cells in a row": 2,
        "% of code lines that are comments": 5,
        "helper names": 2,  # `quiet` frames every lesson
        "exercises": 0,
        "KB": lesson.stat().st_size / 1000,
    }
    assert helper_names(nbformat.read(lesson, as_version=4)) == {"draw", "read", "quiet"}
    assert word_count("| a | b |\n|---|---|\n| `c d` | <b>e</b> |") == 5


def test_breaches_are_found_by_cell() -> None:
    cells = [
        new_markdown_cell("## Second\n#### Fourth"),
        new_markdown_cell("Just do it! `!x` ![picture](x.png) <!-- c --> adjust\n```\nsimply\n```"),
        new_code_cell("from numpy import *"),
        new_code_cell("globals()['x'] = 1; y = ';'"),
        new_code_cell("%matplotlib inline"),
        new_code_cell("1  # NBVAL_IGNORE_OUTPUT", metadata={"tags": ["parameters", "core"]}),
        new_code_cell(
            "2", metadata={"tags": ["raises-exception"], "jupyter": {"source_hidden": 1}}
        ),
    ]
    for number, cell in enumerate(cells, 1):
        cell.id = f"id-{number}"
    assert breaches(new_notebook(cells=cells)) == [
        "one # heading is needed, the first; there are 0",
        "a heading #### follows ##: one level is skipped",
        "the first or second code cell is tagged parameters; tagged are [4]",
        "cell 2 (id-2): the prose says 'Just'",
        "cell 2 (id-2): the prose says '!'",
        "cell 3 (id-3): from numpy import *",
        "cell 4 (id-4): globals()",
        "cell 4 (id-4): a semicolon",
        "cell 5 (id-5): not plain Python (a magic or a shell line?)",
        "cell 6 (id-6): '# NBVAL_IGNORE_OUTPUT' waives the comparison",
        "cell 7 (id-7): tag 'raises-exception' hides or waives something",
        "cell 7 (id-7): metadata 'source_hidden' hides something",
    ]
    cells[0].source = "# One\n## Two"
    cells[2].metadata["tags"] = ["parameters"]
    cells[5].metadata["tags"] = ["core"]
    assert breaches(new_notebook(cells=[cells[0], cells[2], cells[5]])) == [
        "cell 2 (id-3): from numpy import *",
        "cell 3 (id-6): '# NBVAL_IGNORE_OUTPUT' waives the comparison",
    ]
