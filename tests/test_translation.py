"""The Japanese edition: whole, built from the English one, the same code, our terms, good prose."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from pathlib import Path

import nbformat
import polib
import pytest
from japanese import breaches, english_left, first_uses, prose, read_by_textlint, term_breaches

from tests.author.spoken import said
from tests.author.translate import (
    CODE,
    LOCALE,
    build,
    catalogue_of,
    messages,
    open_catalogue,
    to_do,
    updated,
)
from tfl_helpers import predict, speak
from tfl_helpers.setup.lessons import NOTEBOOKS, ROOT, find_lessons

LESSONS = find_lessons([])
LESSON = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
RENEW = "bring it up to date: python3 -m tfl_helpers translate"


def read(lesson: Path) -> nbformat.NotebookNode:
    return nbformat.read(lesson, as_version=4)


def japanese(lesson: Path) -> nbformat.NotebookNode:
    return read(NOTEBOOKS / "ja" / lesson.name)


def test_every_catalogue_has_its_lesson() -> None:
    stems = sorted(lesson.stem for lesson in LESSONS)
    assert sorted(path.stem for path in LOCALE.glob("*.po")) == stems
    assert sorted(path.stem for path in (NOTEBOOKS / "ja").glob("*.ipynb")) == stems


@LESSON
def test_no_message_is_new_changed_or_gone(lesson: Path) -> None:
    now = updated(messages(read(lesson)), open_catalogue(lesson))
    assert to_do(now) == [], RENEW
    assert catalogue_of(lesson).read_text(encoding="utf-8") == f"{now}\n", RENEW


@LESSON
def test_the_lesson_is_made_from_the_english_one_and_the_catalogue(lesson: Path) -> None:
    built = build(read(lesson), open_catalogue(lesson))
    for made, stored in zip(built.cells, japanese(lesson).cells, strict=True):
        assert (made.id, made.metadata) == (stored.id, stored.metadata), RENEW
        assert stored.source == made.source, f"{made.id}: {RENEW}"


class Blank(ast.NodeTransformer):
    """Takes the words for the learner out of a tree; what stands in braces stays, in any order."""

    def __init__(self, words: set[str]) -> None:
        self.words = words

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if node.value in self.words else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        fields = [self.visit(one) for one in node.values if isinstance(one, ast.FormattedValue)]
        return ast.Constant(str(sorted(map(ast.dump, fields))))


@LESSON
def test_the_code_is_the_same_but_for_its_words(lesson: Path) -> None:
    pairs = [(e.msgid, e.msgstr) for e in open_catalogue(lesson) if e.msgctxt == CODE]
    ours, theirs = ({one for one in side} for side in zip(*pairs, strict=True))
    for english, other in zip(read(lesson).cells, japanese(lesson).cells, strict=True):
        if english.cell_type == "code":
            first = Blank({*ours, "en"}).visit(ast.parse(english.source))
            second = Blank({*theirs, "ja"}).visit(ast.parse(other.source))
            assert ast.dump(first) == ast.dump(second), english.id
            longer = len(other.source.splitlines()) - len(english.source.splitlines())
            assert longer <= 0, f"{english.id}: say it in {longer} lines less"


@LESSON
def test_a_translation_keeps_what_is_no_language(lesson: Path) -> None:
    entries = open_catalogue(lesson)
    found = [f"{e.msgctxt}: {what}: {e.msgid[:60]!r}" for e in entries for what in breaches(e)]
    assert found == []


@LESSON
def test_a_term_has_one_japanese_word(lesson: Path) -> None:
    entries = open_catalogue(lesson)
    found = [f"{e.msgctxt}: {what}: {e.msgid[:60]!r}" for e in entries for what in term_breaches(e)]
    assert found == []


@LESSON
def test_a_term_has_its_english_at_first_use(lesson: Path) -> None:
    assert list(first_uses(open_catalogue(lesson))) == []


@LESSON
def test_no_english_of_ours_is_left_on_a_page(lesson: Path) -> None:
    assert list(english_left(japanese(lesson), [text for _, text in said()])) == []


def outcomes(notebook: nbformat.NotebookNode, language: str) -> dict[str, list[int]]:
    """By prediction: the numbers of the options that its stored outcome names."""
    found, open_question = {}, ("", [])
    speak(language)
    for cell in notebook.cells:
        if "-predict-" in cell.id:
            listed = re.search(r"tfl\.predict\((\[.*\])\)", cell.source, re.DOTALL)
            open_question = cell.id, ast.literal_eval(listed[1])
        elif cell.cell_type == "code" and ".compare(" in cell.source:
            name, options = open_question
            told = [output.data.get("text/plain") for output in cell.outputs if "data" in output]
            found[name] = [i for i, option in enumerate(options) if told_by(option) & set(told)]
    return found


def told_by(option: object) -> set[str]:
    """The words of an outcome that is this option, which may name a value: `"True"`."""
    values = [option]
    with suppress(ValueError, SyntaxError):
        values.append(ast.literal_eval(str(option)))
    return {str(predict([option, ...]).compare(value)) for value in values}


@LESSON
def test_a_prediction_comes_out_at_the_same_option(lesson: Path) -> None:
    try:
        second, first = outcomes(japanese(lesson), "ja"), outcomes(read(lesson), "en")
    finally:
        speak("en")
    assert first == second
    assert all(len(places) == 1 for places in second.values()), second


def test_textlint_finds_nothing(tmp_path: Path) -> None:
    texts = {lesson.stem: prose(open_catalogue(lesson)) for lesson in LESSONS}
    name = "README.ja"
    texts[name] = [(f"{name}.md", (ROOT / f"{name}.md").read_text(encoding="utf-8"))]
    assert read_by_textlint(texts, tmp_path) == []


def test_textlint_reads(tmp_path: Path) -> None:
    bad = [("here", "これはA です。"), ("there", "`x`は関数です。ｶﾅ。"), ("fine", "短い文です。")]
    found = read_by_textlint({"one": bad}, tmp_path)
    assert [line.split(":")[0] for line in found] == ["one, here", *["one, there"] * 2], found


def test_what_is_lost_is_named() -> None:
    lost = polib.POEntry(msgctxt="a", msgid="`x` is 3, see [it](b.md).", msgstr="`y` は[それ](b)。")
    assert list(breaches(lost)) == [
        "lacks the code `x`",
        "adds the code `y`",
        "lacks the link b.md",
        "adds the link b",
        "lacks the number 3",
    ]
    other = polib.POEntry(msgctxt="a", msgid="A concrete function.", msgstr="具体関数です。")
    assert len(list(term_breaches(other))) == 2
