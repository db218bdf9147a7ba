"""What learners commonly write instead of the solution, and the advice that each should get.

A module a lesson, its `ANSWERS`: exercise id -> wrong answers, in the order of the lesson. An
answer is told as a `source`, the whole text of the stub cell, or as a `change` of the solution's
text, (old, new). Runs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.author.lessons import lesson_id


@dataclass(frozen=True)
class WrongAnswer:
    """The misconception in a few words, words that its verdict must show, the learner's text."""

    slip: str
    advice: str
    source: str = ""
    change: tuple[str, str] = ("", "")


def answers_of(lesson: Path) -> dict[str, list[WrongAnswer]]:
    """Exercise id -> its wrong answers, for one lesson."""
    return import_module(f"{__name__}.lesson_{lesson_id(lesson)}").ANSWERS
