"""The table of terms in, the page that learners read in each language out. Looks into no lesson.

Write the pages anew with: python -m tests.author.glossary
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tfl_helpers.setup.lessons import NOTEBOOKS, find_lessons

TABLE = NOTEBOOKS / "locale" / "glossary.csv"

_TOP = {
    "en": """\
# Glossary

The words of the course, each with the lesson that explains it and with the Japanese term.

| term | in one sentence | lesson | in Japanese |
|---|---|---|---|
""",
    # Word joiners: a browser breaks Japanese anywhere, and this column is narrow.
    "ja": """\
# 用語集

用語を英語のアルファベット順に並べ、説明するレッスンと英語を添えました。

| 用語 | 説明 | レ\u2060ッ\u2060ス\u2060ン | 英語 |
|---|---|---|---|
""",
}


@dataclass(frozen=True)
class Term:
    """One row of the table; `lesson` is a number of two digits."""

    term: str
    lesson: str
    sentence: str
    ja: str
    sentence_ja: str


def read_terms() -> list[Term]:
    """The terms in order of the alphabet."""
    with TABLE.open(encoding="utf-8", newline="") as rows:
        terms = [Term(**row) for row in csv.DictReader(rows)]
    return sorted(terms, key=lambda term: term.term.casefold())


def place(language: str) -> Path:
    """Where the page stands."""
    return NOTEBOOKS / language / "glossary.md"


def page(terms: list[Term], language: str) -> str:
    """The page in Markdown, as it should be stored."""
    return _TOP[language] + "".join(f"| {' | '.join(_cells(t, language))} |\n" for t in terms)


def _cells(term: Term, language: str) -> tuple[str, ...]:
    (lesson,) = find_lessons([term.lesson])
    link = f"[{term.lesson}]({lesson.name})"
    name = f"`{term.term}`" if set("._") & set(term.term) else term.term
    if language == "ja":
        return f"**{name if term.ja == term.term else term.ja}**", term.sentence_ja, link, name
    return f"**{name}**", term.sentence, link, term.ja


if __name__ == "__main__":
    for spoken in _TOP:
        place(spoken).write_text(page(read_terms(), spoken), encoding="utf-8", newline="\n")
