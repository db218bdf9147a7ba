"""What the pages for teachers and for those with a chatbot say, held against lessons and commands.

A core is what makes half a lesson; an agenda names sections that are there, with minutes that are
those of the lesson, up to three times as many where a room predicts together.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from japanese import read_by_textlint
from nbformat import NotebookNode

from tests.author.budgets import word_count
from tests.author.stored import texts_of
from tfl_helpers.__main__ import COMMANDS, parse
from tfl_helpers.setup.lessons import NOTEBOOKS, find_lessons, lesson_id

LANGUAGES = ("en", "ja")
AGENDA = re.compile(r"(?m)^## (?=[^\n]*\d+ (?:minutes|分))")
ROW = re.compile(r"(?m)^\| (\d+) \| (?:\[(\d\d)\]\(([^)]+)\))? ?\| (.+?) \|")
MINUTES = {"en": r"(\d+) minutes", "ja": r"(\d+) 分"}
SHORT_ROAD = ("01", "03", "05", "09", "10")
PAGES = [
    NOTEBOOKS / language / f"{name}.md"
    for language in LANGUAGES
    for name in ("teaching", "chatbot")
]
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


def weights(cell: NotebookNode) -> list[tuple[str, float]]:
    """What a cell asks of a person, in minutes of a quick one: by heading, "" for the last one."""
    tags = cell.metadata.get("tags", [])
    if "exercise" in tags:
        return [("", 5)]
    if {"check", "solution"} & set(tags):
        return []
    if cell.cell_type == "code":
        return [("", len(cell.source.splitlines()) / 20 + ("-predict-" in cell.id) / 2)]
    parts = [part for part in re.split(r"(?m)^(?=#{1,3} )", cell.source) if part.strip()]
    headings = [re.match(r"#.*", part) for part in parts]
    return [(h[0] if h else "", word_count(p) / 150) for h, p in zip(headings, parts, strict=True)]


@cache
def sections(lesson: str) -> dict[str, float]:
    """Minutes by heading of the English lesson: of a `##`, with those of its `###`."""
    cells = nbformat.read(find_lessons([lesson])[0], as_version=4).cells
    own: dict[str, float] = {}
    for cell in cells:
        for heading, weight in weights(cell):
            name = heading or [*own][-1]
            own[name] = own.get(name, 0) + weight
    whole = dict(own)
    for heading, weight in own.items():
        if heading.startswith("## "):
            above = heading
        if heading.startswith("### "):
            whole[above] += weight
    scale = int(re.search(MINUTES["en"], cells[0].source)[1]) / sum(own.values())
    return {re.sub("#+ ", "", heading): scale * weight for heading, weight in whole.items()}


def share_of_core(lesson: Path) -> float:
    cells = nbformat.read(lesson, as_version=4).cells
    core = [cell for cell in cells if "core" in cell.metadata.get("tags", [])]
    return sum(w for c in core for _, w in weights(c)) / sum(
        w for c in cells for _, w in weights(c)
    )


@pytest.mark.parametrize("lesson", find_lessons([]), ids=lambda lesson: lesson.stem)
def test_the_core_is_half_of_a_lesson_with_one_exercise(lesson: Path) -> None:
    cells = nbformat.read(lesson, as_version=4).cells
    core = [cell for cell in cells if "core" in cell.metadata.get("tags", [])]
    assert 0.4 <= share_of_core(lesson) <= 0.6
    assert sum("exercise" in cell.metadata["tags"] for cell in core) == 1
    assert {"title", "parameters", "imports", "keep"} <= {cell.id for cell in core}
    # A prediction with what answers it, a task with its check: all of it, or nothing.
    kinds = [{"exercise", "check", "solution"} & set(cell.metadata["tags"]) for cell in core]
    assert [kind.pop() for kind in kinds if kind] == ["exercise", "check", "solution"]
    asked = [cell for cell in core if "-predict-" in cell.id]
    compared = [cell for cell in core if ".compare(" in cell.source]
    assert len(asked) == len(compared) > 0 or lesson_id(lesson) == "00"


def test_the_short_road_takes_two_hours() -> None:
    lessons = [(lesson, share_of_core(lesson)) for lesson in find_lessons([*SHORT_ROAD])]
    minutes = sum(share * sum_of(lesson) for lesson, share in lessons)
    assert 110 <= minutes <= 130


def sum_of(lesson: Path) -> int:
    title = nbformat.read(lesson, as_version=4).cells[0].source
    return int(re.search(MINUTES["en"], title)[1])


def agendas(language: str) -> list[str]:
    text = (NOTEBOOKS / language / "teaching.md").read_text("utf-8")
    return [re.split(r"(?m)^## ", part)[0] for part in AGENDA.split(text)[1:]]


def headings(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"(?m)^#{2,3} (.+)$", prose)


@LANGUAGE
def test_minutes_add_up_and_sections_are_there(language: str) -> None:
    found = agendas(language)
    totals = [int(re.search(MINUTES[language], agenda.splitlines()[0])[1]) for agenda in found]
    assert totals == [90, 210, 420]
    for agenda, total in zip(found, totals, strict=True):
        rows = ROW.findall(agenda)
        assert sum(int(minutes) for minutes, *_ in rows) == total
        for _, number, target, named in rows:
            if number:
                lesson = NOTEBOOKS / language / target
                assert lesson_id(lesson) == number
                assert set(named.split(" · ")) <= set(headings(lesson)), named


def test_minutes_are_those_of_the_lesson_or_up_to_three_times_as_many() -> None:
    for minutes, number, _, named in ROW.findall("".join(agendas("en"))):
        if number:
            own = sum(sections(number)[name] for name in named.split(" · "))
            assert 0.7 * own <= int(minutes) <= 3 * own, f"{number}, {named}: {own:.1f} by itself"


def test_both_languages_have_the_same_rows() -> None:
    first, second = (ROW.findall("".join(agendas(language))) for language in LANGUAGES)
    assert [row[:3] for row in first] == [row[:3] for row in second]
    for (_, number, target, ours), (*_, theirs) in zip(first, second, strict=True):
        if number:  # the same places in both lessons
            places = [
                [headings(NOTEBOOKS / language / target).index(name) for name in names.split(" · ")]
                for language, names in (("en", ours), ("ja", theirs))
            ]
            assert places[0] == places[1], theirs


@LANGUAGE
def test_what_is_said_to_stand_on_the_screen_stands_there(language: str) -> None:
    text = (NOTEBOOKS / language / "teaching.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| \[(\d\d)\]\(([^)]+)\)[,、](.+?) \| (.+?) \|", text)
    assert len(rows) == 9
    for _, target, named, shown in rows:
        cells = nbformat.read(NOTEBOOKS / language / target, as_version=4).cells
        assert named.strip() in headings(NOTEBOOKS / language / target)
        page = "\n".join(
            [cell.source for cell in cells]
            + [t for c in cells for o in c.get("outputs", []) for _, t in texts_of(o)]
        )
        for quoted in re.findall(r"`([^`]+)`", shown):
            assert quoted in page, f"{target}: {quoted}"


@PAGE
def test_every_command_is_one(page: Path) -> None:
    found = re.findall(
        r"python3 -m tfl_helpers ([^`\n]+)|`(doctor --[^`]+)`", page.read_text("utf-8")
    )
    for words in (one or other for one, other in found):
        name = words.split()[0]
        if name in COMMANDS and ("--offline" not in words or "offline" in COMMANDS):
            assert parse(words.split()).command == name
        else:
            assert name in ("workshop", "rehearse", "offline", "lab", "doctor"), words


@PAGE
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).is_file(), target


def test_the_japanese_is_read_by_textlint(tmp_path: Path) -> None:
    texts = {}
    for page in PAGES:
        if page.parent.name == "ja":
            text = re.sub(r"(?ms)^```.*?^```\n", "", page.read_text("utf-8"))
            text = re.sub(r"(?m)^\|.*\n", "", re.sub(r"\]\([^)]*\)", "]", text))
            texts[page.stem] = [(page.name, re.sub(r"\[([^]]*)\]", r"\1", text))]
    assert read_by_textlint(texts, tmp_path) == []
