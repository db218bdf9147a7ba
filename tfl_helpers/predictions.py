"""A lesson's number in; what became of its predictions, and what comes back in it, out.

Reads the stored lessons for the questions and the learner's own marks for what was said.
"""

from __future__ import annotations

import ast
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
from .words import later, markdown_text, say, showable

BACK = (2, 5)  # so many lessons later what was wrong comes back
_OPEN = 2  # cards that stand open: who missed more is not to scroll to the lesson
_LONG = 18  # lines of code on an open card
_RULE = "\n\n---\n\n"
_LIST = re.compile(r"\[.*\]", re.DOTALL)
_HEADING = re.compile(r"^#{2,6} (.+)$", re.MULTILINE)
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
# A statement that makes something, to its last indented line or closing bracket.
_MADE = re.compile(
    r"^(?:@.*\n)*(?:def |class |(?=\w+ = ))(\w+).*(?:\n+(?: .*|[)\]}].*))*", re.MULTILINE
)
_COMPARES = re.compile(r"^\w+\.compare\(.*\Z", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Question:
    """One prediction of a lesson: where it stands, what was asked, about which code, and why."""

    cell: str
    lesson: Path
    section: str
    place: str  # the id of the cell with its heading, in the learner's copy
    asks: str
    options: tuple[str, ...]
    code: str  # "": it cannot be asked on a card
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
        You made 5 of 7 predictions. Right: 4. Look again at: No number in the key.
    """
    asked, told = _questions(_number(lesson)), read_progress().told
    said = [one for one in asked if one.cell in told]
    if not said:
        words = say("No prediction of this lesson is noted here.")
        return Words(words, words)
    wrong = {one.section: one for one in said if _is_wrong(told[one.cell])}
    right = sum(not _is_wrong(told[one.cell]) for one in said)
    made = {"said": len(said), "asked": len(asked), "right": right}
    words = say("You made {said} of {asked} predictions. Right: {right}.", **made)
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
        if one.code and one.cell in told and _is_wrong(told[one.cell])
    ]
    if wrong:
        cards, plain = zip(*(_card(*one) for one in wrong), strict=True)
        shown, rest = (list(part) for part in (cards[:_OPEN], cards[_OPEN:]))
        if rest:
            shown.append(_folded(say("{count} more", count=len(rest)), _RULE.join(rest)))
        return Words(_RULE.join(shown), "\n\n".join(plain))
    if len(earlier) > 1:
        none = later("From lessons {first:02} and {last:02} no prediction comes back.")
        words = say(none, first=earlier[0], last=earlier[1])
    elif earlier:
        words = say("From lesson {number:02} no prediction comes back.", number=earlier[0])
    else:
        words = say("None yet.")
    return Words(words, words)


def _card(one: Question, told: Told) -> tuple[str, str]:
    """As Markdown with the answer folded, and as plain text."""
    number = one.lesson.stem[:2]
    code = f"```python\n{one.code}\n```" if one.code else ""
    if one.code.count("\n") >= _LONG:
        code = _folded(say("Code"), code)
    back = later("Back from lesson {number}, {section}")
    heads = [say(back, number=number, section=name) for name in (one.link, one.section)]
    options = " · ".join(map(_as_code, one.options))
    again = say("You said: {said}. What would you say now?", said=_as_code(told.said))
    why = one.why
    if not re.match(re.escape(told.outcome) + r"\b", why, re.IGNORECASE):  # not to say it twice
        outcome = markdown_text(told.outcome)
        why = f"**{say('It is: {outcome}.', outcome=outcome)}**\n\n{why}"
    parts = [f"**{heads[0]}**", one.asks, code, options, again, _folded(say("Answer"), why)]
    both = say("You said: {said}. It is: {outcome}.", said=told.said, outcome=told.outcome)
    return "\n\n".join(filter(None, parts)), showable(f"{heads[1]}\n{one.asks}\n{both}")


def _as_code(text: str) -> str:
    return f"`{showable(' '.join(text.split())).replace('`', chr(39))}`"


def _folded(summary: str, words: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{words}\n\n</details>"


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
    heads = [i for i, c in enumerate(cells) if _is_prose(c) and _HEADING.search(sources[i])]
    code = {i: sources[i] for i, c in enumerate(cells) if not _is_prose(c)}
    # What to do in the lesson, not on a card.
    task = re.compile(rf"^\*\*{say('Change it')}", re.MULTILINE)
    for i, cell in enumerate(cells):
        if cell["id"].startswith(f"{path.stem[:2]}-predict-"):
            head = max(k for k in heads if k < i)
            asks = _HEADING.split(sources[max(k for k in range(i) if k not in code)])[-1].strip()
            told = next((sources[k] for k in told_in if k > i), "")
            yield Question(
                cell["id"],
                path,
                _HEADING.findall(sources[head])[-1],
                cells[head]["id"],
                asks,
                tuple(map(str, ast.literal_eval(_LIST.search(code.pop(i))[0]))),
                _code(code, head, i, min((k for k in heads if k > i), default=len(cells)), asks),
                task.split(told)[0].strip(),
            )


def _is_prose(cell: dict[str, Any]) -> bool:
    return bool(cell["cell_type"] == "markdown")


def _code(code: dict[int, str], head: int, place: int, end: int, asks: str) -> str:
    """The code of a section to where a prediction is compared, after what it names of before.

    Nothing where it is compared in another section: then the question is about more than code.
    """
    compares = [i for i in code if place < i < end and _COMPARES.search(code[i])]
    if not compares:
        return ""
    here = [_COMPARES.sub("", code[i]).strip() for i in code if head < i <= compares[0]]
    section = "\n\n".join(filter(None, here))
    made = {one[1]: (i, one) for i in code if i < head for one in _MADE.finditer(code[i])}
    own = {one[1] for one in _MADE.finditer(section)}
    wanted, found = {*re.findall(r"`(\w+)", asks), *_NAME.findall(section)} - own, set()
    while wanted:
        if (name := wanted.pop()) in made and name not in found:
            found.add(name)
            if " =" in made[name][1][0].split("\n")[0]:  # made of more, which tells what it is
                wanted |= {*_NAME.findall(made[name][1][0])}
    before = sorted((i, one.start(), one[0]) for i, one in map(made.get, found))
    return "\n".join([*(text for *_, text in before), "", section]).strip()
