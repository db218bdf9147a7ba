"""What an author types in, paths of lessons out. Opens no notebook."""

from __future__ import annotations

from pathlib import Path

from ..records import InputError

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
        raise InputError(f"Expected --language {' or '.join(languages)}, got {language!r}.")
    known = sorted((NOTEBOOKS / language).glob("*.ipynb"))
    return [_find_lesson(name, known) for name in names] or known


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
    lessons = ", ".join(lesson.stem for lesson in known) or "none yet"
    raise InputError(
        f"Expected a lesson by number, name or path, got {name!r}. The lessons: {lessons}. "
        "Write for example 03."
    )
