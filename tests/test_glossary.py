"""The glossary: one table, one page made from it, and each term where the table says."""

from __future__ import annotations

import re
from collections import Counter

import nbformat
import pytest

from tests.author.budgets import BANNED
from tests.author.glossary import Term, page, place, read_terms
from tfl_helpers.setup.lessons import find_lessons

TERMS = read_terms()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_is_made_from_the_table(language: str) -> None:
    write = "python -m tests.author.glossary"
    stored = place(language).read_text(encoding="utf-8")
    assert stored == page(TERMS, language), f"renew it: {write}"


def test_there_are_enough_terms_and_each_is_there_once() -> None:
    assert len(TERMS) >= 40
    names = Counter(term.term.casefold() for term in TERMS)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_a_term_stands_in_the_prose_of_its_lesson(term: Term) -> None:
    (lesson,) = find_lessons([term.lesson])
    cells = nbformat.read(lesson, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    word = rf"(?<!\w){re.escape(term.term)}(?:s|es)?(?!\w)"
    assert re.search(word, re.sub(r"\s+", " ", prose), re.IGNORECASE), lesson.name


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_a_term_has_one_sentence_and_a_japanese_word(term: Term) -> None:
    assert re.fullmatch(r"[A-Z`][^|]*[^|.]\.", term.sentence)
    assert not re.search(r"\. [A-Z]", term.sentence)
    assert 6 <= len(term.sentence.split()) <= 22
    assert not BANNED.search(term.sentence)
    assert term.ja
    # What it is, as a noun; what else is to be known, in a sentence of its own.
    assert re.fullmatch(r"[^|。]{8,60}。(?:[^|。]{5,50}。)?", term.sentence_ja)
    assert "|" not in term.ja
