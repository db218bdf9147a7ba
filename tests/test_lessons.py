"""What an author may type for a lesson, and what an unknown name is told."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from conftest import MakeLesson

from tfl_helpers.records import InputError
from tfl_helpers.setup import lessons
from tfl_helpers.setup.lessons import find_lessons, lesson_id, system_language


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


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Notebooks in two languages, on a machine that says nothing of its own."""
    for language in ("en", "ja"):
        (tmp_path / language / ".ipynb_checkpoints").mkdir(parents=True)
        for name in ("00_start.ipynb", "01_more.ipynb", "glossary.md"):
            (tmp_path / language / name).touch()
    monkeypatch.setattr(lessons, "NOTEBOOKS", tmp_path)
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ("", "en"),
        ("LANG=ja_JP.UTF-8", "ja"),
        ("LANG=ja", "ja"),
        ("LANG=ja_JP.eucJP LC_CTYPE=en_US.UTF-8", "ja"),
        ("LANG=en_US.UTF-8 LC_MESSAGES=ja_JP.UTF-8", "ja"),
        ("LANG=ja_JP.UTF-8 LC_MESSAGES=en_US.UTF-8", "en"),
        ("LANG=ja_JP.UTF-8 LC_ALL=C", "en"),
        ("LC_ALL=ja_JP.UTF-8 LC_MESSAGES=C LANG=C", "ja"),
        ("LANG=ja_JP.UTF-8 LANGUAGE=en:ja", "en"),
        ("LANG=en_US.UTF-8 LANGUAGE=ja:en", "ja"),
        ("LANG=C LANGUAGE=ja", "en"),  # as gettext: in this locale nothing is translated
        ("LANGUAGE=ja", "en"),
        ("LC_ALL= LANG=ja_JP.UTF-8", "ja"),
        ("LANG=jam_JM.UTF-8", "en"),
    ],
)
def test_the_system_says_which_language(
    both: Path, monkeypatch: pytest.MonkeyPatch, variables: str, language: str
) -> None:
    for variable in variables.split():
        monkeypatch.setenv(*variable.split("="))
    assert system_language() == language


@pytest.mark.parametrize(
    ("locale", "language"),
    [("Japanese_Japan", "ja"), ("ja_JP", "ja"), ("English_Japan", "en"), (None, "en")],
)
def test_where_no_variable_says_so_the_standard_library_does(
    both: Path, monkeypatch: pytest.MonkeyPatch, locale: str | None, language: str
) -> None:
    monkeypatch.setattr(lessons, "getlocale", lambda: (locale, "932"))
    assert system_language() == language


def test_a_locale_that_python_does_not_know_is_english(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def getlocale() -> None:
        raise ValueError("unknown locale: UTF-8")

    monkeypatch.setattr(lessons, "getlocale", getlocale)
    assert system_language() == "en"


@pytest.mark.parametrize("name", ["00_start.ipynb", "glossary.md"])
def test_a_language_that_is_not_whole_is_not_chosen(
    both: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    (both / "ja" / name).unlink()
    assert system_language() == "en"
    for file in [*both.glob("*/*.*")]:
        file.is_file() and file.unlink()
    assert system_language() == "en", "nor in a package without lessons"
