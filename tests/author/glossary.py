"""The table of terms in, the page that learners read out. Looks into no lesson.

Write the page anew with: python -m tests.author.glossary
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

from tfl_helpers.setup.lessons import NOTEBOOKS, find_lessons

TABLE = NOTEBOOKS / "locale" / "glossary.csv"
PAGE = NOTEBOOKS / "en" / "glossary.md"

_TOP = """\
# Glossary

The words of the course, each with the lesson that explains it and with the Japanese term.

| term | in one sentence | lesson | in Japanese |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Term:
    """One row of the table; `lesson` is a number of two digits."""

    term: str
    lesson: str
    sentence: str
    ja: str


def read_terms() -> list[Term]:
    """The terms in order of the alphabet."""
    with TABLE.open(encoding="utf-8", newline="") as rows:
        terms = [Term(**row) for row in csv.DictReader(rows)]
    return sorted(terms, key=lambda term: term.term.casefold())


def page(terms: list[Term]) -> str:
    """The page in Markdown, as it should be stored in PAGE."""
    return _TOP + "".join(f"| {' | '.join(_cells(term))} |\n" for term in terms)


def _cells(term: Term) -> tuple[str, ...]:
    (lesson,) = find_lessons([term.lesson])
    name = f"`{term.term}`" if set("._") & set(term.term) else term.term
    return f"**{name}**", term.sentence, f"[{term.lesson}]({lesson.name})", term.ja


if __name__ == "__main__":
    PAGE.write_text(page(read_terms()), encoding="utf-8", newline="\n")
