"""What learners write instead of the solution: wrong, with the advice due, or right otherwise.

A module a lesson: its `ANSWERS`, exercise id -> wrong answers, and its `RIGHT`, exercise id ->
right ones, in the order of the lesson; `PREDICTIONS` say what people predict.
An answer is told as a `source`, the whole text of the stub
cell, or as a `change` of the solution's text, (old, new). Runs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tfl_helpers.setup.lessons import lesson_id


@dataclass(frozen=True)
class WrongAnswer:
    """The misconception in a few words, words that its verdict must show, the learner's text."""

    slip: str
    advice: str
    source: str = ""
    change: tuple[str, str] = ("", "")
    state: str = "not right"


@dataclass(frozen=True)
class RightAnswer:
    """How it differs from the solution in a few words, and the learner's text."""

    slip: str
    source: str = ""
    change: tuple[str, str] = ("", "")
    advice: str = ""  # none is due


Answer = WrongAnswer | RightAnswer


def answers_of(lesson: Path) -> dict[str, list[WrongAnswer]]:
    """Exercise id -> its wrong answers, for one lesson."""
    return _module(lesson).ANSWERS


def right_answers_of(lesson: Path) -> dict[str, list[RightAnswer]]:
    """Exercise id -> right answers of another form than the solution's, for one lesson."""
    return getattr(_module(lesson), "RIGHT", {})


def predictions_of(lesson: Path) -> dict[str, tuple[str, str, str]]:
    """Id of the cell that asks -> what it is, the commonest misconception, why people think so."""
    return getattr(_module(lesson), "PREDICTIONS", {})


def _module(lesson: Path) -> ModuleType:
    return import_module(f"{__name__}.lesson_{lesson_id(lesson)}")
