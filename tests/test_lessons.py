"""What an author may type for a lesson, and what an unknown name is told."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from conftest import MakeLesson

from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import find_lessons, lesson_id


def test_lessons_are_found_by_number_name_or_path(make_lesson: MakeLesson) -> None:
    lesson = make_lesson("1")
    every = find_lessons([])
    assert every == sorted(every)
    for found in every:
        names = [lesson_id(found), lesson_id(found).lstrip("0") or "0", found.stem, found.name]
        assert find_lessons([*names, str(found)]) == [found] * 5
    assert find_lessons([str(lesson)]) == [lesson.resolve()]
    assert lesson_id(lesson) == "77"


def test_an_unknown_lesson_gets_the_list() -> None:
    stems = ", ".join(lesson.stem for lesson in find_lessons([])) or "none yet"
    with pytest.raises(InputError) as caught:
        find_lessons(["no_such"])
    assert str(caught.value) == (
        f"Expected a lesson by number, name or path, got 'no_such'. The lessons: {stems}. "
        "Write for example 03."
    )


def test_no_notebook_of_another_place_is_a_lesson() -> None:
    with pytest.raises(InputError):
        find_lessons([str(Path(tempfile.gettempdir()) / "not_there.ipynb")])
