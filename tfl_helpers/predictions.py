"""A lesson's number in; what became of its predictions, and what comes back in it, out.

Reads the stored lessons for the questions and the learner's own marks for what was said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .progress import NOTEBOOKS, Told, lesson_files, read_progress
from .records import InputError, kind
from .setup.merge import OUTCOME, make_copy
from .words import say

BACK = (2, 5)  # so many lessons later what was wrong comes back
_HEADING = re.compile(r"^#{2,6} (.+)$", re.MULTILINE)
_COMPARES = re.compile(r"^\w+\.compare\(.*\Z", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Question:
    """One prediction of a lesson: where it stands, what was asked, what was run, and why."""

    cell: str
    lesson: Path
    section: str
    place: str  # the id of the cell with its heading, in the learner's copy
    asks: str
    runs: str
    why: str

    @property
    def link(self) -> str:
        """Markdown that leads to its section."""
        # By cell: JupyterLab finds no heading with a quotation mark, or in a notebook not yet open.
        return f"[{self.section}]({self.lesson.name}#cell-id={self.place})"


@dataclass(frozen=True)
class Words:
    """Markdown for the page, and the same as plain text."""

    markdown: str
    plain: str

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"text/markdown": self.markdown, "text/plain": self.plain}

    def __str__(self) -> str:
        return self.plain


def review_predictions(lesson: str) -> Words:
    """How many predictions of the lesson were right, and which sections to look at again.

    Args:
        lesson: its number, such as `"03"`.

    Raises:
        InputError: there is no such lesson.

    Example:
        >>> tfl.review_predictions("03")
        You made 5 of 7 predictions; 4 were right. Look again at: No number in the key.
    """
    asked, told = _questions(_number(lesson)), read_progress().told
    said = [one for one in asked if one.cell in told]
    if not said:
        words = say("No prediction of this lesson is noted here.")
        return Words(words, words)
    wrong = {one.section: one for one in said if _is_wrong(told[one.cell])}
    right = sum(not _is_wrong(told[one.cell]) for one in said)
    made = {"said": len(said), "asked": len(asked), "right": right}
    if right == len(said) > 1:
        words = say("You made {said} of {asked} predictions; all were right.", **made)
    elif right > 1:
        words = say("You made {said} of {asked} predictions; {right} were right.", **made)
    elif right:
        words = say("You made {said} of {asked} predictions; {right} was right.", **made)
    else:
        words = say("You made {said} of {asked} predictions; none was right.", **made)
    if not wrong:
        return Words(words, words)
    ways = [say("; ").join(way) for way in ([one.link for one in wrong.values()], wrong)]
    return Words(
        *(say("{count} Look again at: {sections}.", count=words, sections=w) for w in ways)
    )


def recall_predictions(lesson: str) -> Words:
    """Cards of what you predicted wrongly two and five lessons ago: question, code, answer folded.

    Args:
        lesson: the number of the lesson that you are in, such as `"05"`.

    Raises:
        InputError: there is no such lesson.

    Example:
        >>> tfl.recall_predictions("05")
    """
    number, told = _number(lesson), read_progress().told
    earlier = [number - back for back in reversed(BACK) if number >= back]
    wrong = [
        (one, told[one.cell])
        for past in earlier
        for one in _questions(past)
        if one.cell in told and _is_wrong(told[one.cell])
    ]
    if wrong:
        cards, plain = zip(*(_card(*one) for one in wrong), strict=True)
        return Words("\n\n---\n\n".join(cards), "\n\n".join(plain))
    if len(earlier) > 1:
        first, last = earlier
        words = say(
            "From lessons {first:02} and {last:02} no prediction comes back.",
            first=first,
            last=last,
        )
    elif earlier:
        words = say("From lesson {number:02} no prediction comes back.", number=earlier[0])
    else:
        words = say("None yet.")
    return Words(words, words)


def _card(one: Question, told: Told) -> tuple[str, str]:
    """As Markdown with the answer folded, and as plain text."""
    number = one.lesson.stem[:2]
    runs = f"\n\n```python\n{one.runs}\n```" if one.runs else ""
    heads = [
        say("Back from lesson {number}, {section}", number=number, section=section)
        for section in (one.link, one.section)
    ]
    again = say("You said: {said}. What would you say now?", said=told.said)
    answer = say("It is: {outcome}. {why}", outcome=told.outcome, why=one.why)
    card = (
        f"**{heads[0]}**\n\n{one.asks}{runs}\n\n{again}\n\n"
        f"<details><summary>{say('Answer')}</summary>\n\n{answer}\n\n</details>"
    )
    both = say("You said: {said}. It is: {outcome}.", said=told.said, outcome=told.outcome)
    return card, f"{heads[1]}\n{one.asks}\n{both}"


def _is_wrong(told: Told) -> bool:
    return told.said != told.outcome


def _number(lesson: str) -> int:
    if not isinstance(lesson, str) or not re.fullmatch(r"\d\d", lesson):
        came = repr(lesson) if isinstance(lesson, str) else kind(lesson)
        raise InputError('Expected the number of a lesson, got {came}. Write "03".', came=came)
    if NOTEBOOKS.is_dir() and not _files(int(lesson)):
        raise InputError(
            "Expected the number of a lesson, got {lesson!r}: there is none.", lesson=lesson
        )
    return int(lesson)


def _files(number: int) -> list[Path]:
    return [path for path in lesson_files() if path.name.startswith(f"{number:02}_")]


def _questions(number: int) -> list[Question]:
    """The predictions of one lesson in order; none where there is no stored lesson."""
    for path in _files(number):
        with suppress(OSError, ValueError, LookupError):
            return list(_read(path, make_copy(json.loads(path.read_text("utf-8")))["cells"]))
    return []


def _read(path: Path, cells: list[Any]) -> Iterator[Question]:
    """Those of a learner's copy, where what tells an outcome is a cell of its own."""
    sources = ["".join(cell["source"]) for cell in cells]
    told_in = [i for i, c in enumerate(cells) if OUTCOME in c["metadata"].get("tags", [])]
    section = place = asks = ""
    # What to do in the lesson, not on a card.
    task = re.compile(rf"^\*\*{say('Change it')}", re.MULTILINE)
    for i, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            if headings := _HEADING.findall(sources[i]):
                section, place = headings[-1], cell["id"]
            asks = _HEADING.split(sources[i])[-1].strip()
        if cell["id"].startswith(f"{path.stem[:2]}-predict-"):
            later = range(i + 1, len(cells))
            runs = next((k for k in later if cells[k]["cell_type"] == "code"), None)
            code = "" if runs is None else sources[runs]
            told = next((sources[k] for k in told_in if k > i), "")
            why = task.split(told)[0].strip()
            shown = _COMPARES.sub("", code).strip() if _COMPARES.search(code) else ""
            yield Question(cell["id"], path, section, place, asks, shown, why)
