"""What somebody types, or a system speaks, in; paths of lessons and a language out.

Opens no notebook. Standard library only, for a bare machine asks for its language.
"""

from __future__ import annotations

import contextlib
import os
import re
from locale import getlocale
from pathlib import Path

from ..words import InputError, say

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"


def find_lessons(names: list[str], language: str = "en") -> list[Path]:
    """The notebooks meant by `names`; all of that language, in order, when there are none.

    Args:
        names: numbers (`3`, `03`), file names with or without `.ipynb`, or paths.
        language: the folder under `notebooks/`.
    """
    languages = sorted(folder.name for folder in NOTEBOOKS.glob("??"))
    if language not in languages:
        known = say(" or ").join(languages)
        raise InputError(
            "Expected --language {known}, got {language!r}.", known=known, language=language
        )
    known = sorted((NOTEBOOKS / language).glob("*.ipynb"))
    return [_find_lesson(name, known) for name in names] or known


def system_language() -> str:
    """`ja` on a system that speaks Japanese, if the whole course is there in it; else `en`."""
    english, japanese = (
        {file.name for file in (NOTEBOOKS / language).glob("*.*") if file.is_file()}
        for language in ("en", "ja")
    )
    speaks = re.match(r"ja(panese)?([^a-z]|$)", _system_locale(), re.IGNORECASE)
    return "ja" if speaks and english and english <= japanese else "en"


def _system_locale() -> str:
    """What this system wants messages in, such as `ja_JP.UTF-8`; variables as gettext has them."""
    set_ = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    if found := next(filter(None, set_), ""):
        first = os.environ.get("LANGUAGE", "").partition(":")[0]
        return found if found in ("C", "POSIX") or not first else first
    with contextlib.suppress(ValueError):  # a locale that Python does not know
        return getlocale()[0] or ""  # Windows: "Japanese_Japan"
    return ""


def lesson_id(lesson: Path) -> str:
    """`03` for `03_polymorphic_functions.ipynb`: what exercise ids begin with."""
    return lesson.stem.split("_")[0]


def _find_lesson(name: str, known: list[Path]) -> Path:
    path = Path(name)
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    for lesson in known:
        if name.zfill(2) == lesson_id(lesson) or path.name in (lesson.stem, lesson.name):
            return lesson
    raise InputError(
        "Expected a lesson by number, name or path, got {name!r}. The lessons: {lessons}. "
        "Write for example 03.",
        name=name,
        lessons=", ".join(lesson.stem for lesson in known) or say("none yet"),
    )
