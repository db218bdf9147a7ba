"""The learner's copies: how they begin, what an update keeps, and what happens to files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tfl_helpers.records import WIDGET_VIEW, InputError
from tfl_helpers.setup.copies import UNSAVED, last_saved, prepare
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.setup.merge import fingerprint, make_copy, merge, split_at_heading, text_of

Cell = dict[str, Any]
Notebook = dict[str, Any]
ASK = "**Predict.** How many?"
TOLD = "Three, and `print` was silent.\n\n```python\n# no heading\n```\n"


def cell(name: str, source: str, kind: str = "markdown", *tags: str) -> Cell:
    """One cell, a code cell with an output."""
    made = {"cell_type": kind, "id": name, "source": source, "metadata": {"tags": [*tags]}}
    output = {"output_type": "stream", "name": "stdout", "text": "3\n"}
    return made | ({"outputs": [output], "execution_count": 3} if kind == "code" else {})


def lesson(*cells: Cell) -> Notebook:
    """A proven lesson, as JSON gives it."""
    return {"cells": [*cells], "metadata": {"a": "b"}, "nbformat": 4, "nbformat_minor": 5}


OLD = lesson(
    cell("ask", ASK),
    cell("run", "print(3)", "code"),
    cell("why", f"{TOLD}\n## The next thing\n\nIs it so?", "markdown", "outcome"),
    cell("stub", "length = ...", "code", "exercise"),
    cell("end", "The end."),
)


def changed(notebook: Notebook, **sources: str) -> Notebook:
    """The notebook with other texts in some cells, by id."""
    other = deepcopy(notebook)
    for one in other["cells"]:
        one["source"] = sources.get(one["id"], one["source"])
    return other


def ids(notebook: Notebook) -> list[str]:
    return [one["id"] for one in notebook["cells"]]


def texts(notebook: Notebook) -> dict[str, str]:
    return {one["id"]: text_of(one) for one in notebook["cells"]}


def test_a_copy_has_no_output_and_folds_the_outcome_up_to_its_first_heading() -> None:
    copy = make_copy(OLD)
    assert ids(copy) == ["ask", "run", "why", "why-on", "stub", "end"]
    by_id = {one["id"]: one for one in copy["cells"]}
    assert (by_id["run"]["outputs"], by_id["run"]["execution_count"]) == ([], None)
    folded = [name for name, one in by_id.items() if "jupyter" in one["metadata"]]
    assert folded == ["why"]
    assert by_id["why"]["metadata"]["jupyter"] == {"source_hidden": True}
    assert by_id["why"]["source"] == "\n" + TOLD.strip(), "JupyterLab shows its first line"
    assert by_id["why-on"]["source"].startswith("## The next thing")
    assert by_id["stub"]["metadata"]["tags"] == ["exercise"]
    assert OLD["cells"][1]["outputs"], "the proven one is left as it is"


def test_a_comment_in_a_fence_is_no_heading_and_one_at_the_top_folds_nothing() -> None:
    assert split_at_heading(TOLD) == (TOLD, "")
    assert split_at_heading("a\n~~~\n# b\n```\n# c\n~~~\n# d") == (
        "a\n~~~\n# b\n```\n# c\n~~~",
        "# d",
    )
    copy = make_copy(lesson(cell("why", "## Why\n\nSo.", "markdown", "outcome")))
    assert ids(copy) == ["why"]
    assert "jupyter" not in copy["cells"][0]["metadata"]


def test_nothing_to_do_where_nothing_has_changed_whatever_the_learner_did() -> None:
    copy = changed(make_copy(OLD), stub="length = 3")
    copy["cells"].reverse()
    assert merge(copy, make_copy(OLD)) is None


def test_views_of_widgets_go_where_the_same_stands_in_html() -> None:
    """Their kernel has gone: JupyterLab would show an error in their place."""
    view = {WIDGET_VIEW: {"model_id": "1"}}
    copy = make_copy(OLD)
    run = next(one for one in copy["cells"] if one["id"] == "run")
    twin = {"output_type": "display_data", "data": {"text/html": "<b>1 | 2</b>", **view}}
    alone = {"output_type": "display_data", "data": {"text/plain": "Box()", **view}}
    run["outputs"] = [twin, alone, "damaged"]
    update = merge(copy, make_copy(OLD))
    assert (str(update), update.is_theirs) == ("", False)
    still = next(one for one in update.notebook["cells"] if one["id"] == "run")["outputs"]
    assert still == [{**twin, "data": {"text/html": "<b>1 | 2</b>"}}, alone, "damaged"]
    assert merge(update.notebook, make_copy(OLD)) is None


def test_each_side_keeps_what_it_alone_has_changed() -> None:
    copy = changed(make_copy(OLD), stub="length = 3")
    for one in copy["cells"]:
        if one["cell_type"] == "code":
            one["outputs"], one["execution_count"] = [{"output_type": "stream"}], 1
    update = merge(copy, make_copy(changed(OLD, run="print(4)", end="The very end.")))
    assert update
    assert (update.new, update.beside, update.gone, update.is_theirs) == (2, 0, 0, True)
    assert str(update) == "2 cells are new"
    assert texts(update.notebook) == texts(make_copy(OLD)) | {
        "run": "print(4)",
        "stub": "length = 3",
        "end": "The very end.",
    }
    outputs = {one["id"]: one.get("outputs") for one in update.notebook["cells"]}
    assert outputs["run"] == []
    assert outputs["stub"]


def test_what_both_have_changed_stays_the_learners_with_ours_beside_it_once() -> None:
    copy = changed(make_copy(OLD), stub="length = 3", end="My end.")
    new = make_copy(changed(OLD, stub="length = ... # a ```fence```", end="The very end."))
    update = merge(copy, new)
    assert update
    assert (update.new, update.beside) == (0, 2)
    assert str(update) == "2 cells are changed by you too: ours stands beside yours"
    names, told = ids(update.notebook), texts(update.notebook)
    assert (told["stub"], told["end"]) == ("length = 3", "My end.")
    beside = names[names.index("stub") + 1]
    assert "````python\nlength = ... # a ```fence```\n````" in told[beside]
    assert names[-1].startswith("end-")
    assert told[names[-1]].endswith("The very end.")
    assert merge(update.notebook, new) is None
    again = changed(OLD, stub="length = ... # a ```fence```", end="The very end.", run="print(4)")
    third = merge(update.notebook, make_copy(again))
    assert third
    assert (ids(third.notebook), third.new, third.beside) == (names, 1, 0)


def test_what_the_learner_added_stays_behind_its_neighbour() -> None:
    copy = make_copy(OLD)
    copy["cells"].insert(0, cell("top", "Mine, on top."))
    copy["cells"].insert(3, cell("mine", "x = 1", "code"))
    copy["cells"].append(cell("last", "Mine, at last."))
    new = deepcopy(OLD)
    new["cells"].insert(2, cell("extra", "New."))
    new["cells"] = new["cells"][::-1]
    update = merge(copy, make_copy(new))
    assert update
    assert update.new == 1
    wanted = ["top", "end", "last", "stub", "why", "why-on", "extra", "run", "mine", "ask"]
    assert ids(update.notebook) == wanted, "the order is that of the course"


def test_a_deleted_cell_comes_back_only_with_a_new_text() -> None:
    copy = make_copy(OLD)
    copy["cells"] = [one for one in copy["cells"] if one["id"] not in ("run", "end")]
    update = merge(copy, make_copy(changed(OLD, end="The very end.")))
    assert update
    assert ids(update.notebook) == ["ask", "why", "why-on", "stub", "end"]


def test_a_cell_that_the_course_gives_up_goes_unless_the_learner_changed_it() -> None:
    copy = changed(make_copy(OLD), stub="length = 3")
    new = lesson(*[one for one in OLD["cells"] if one["id"] not in ("stub", "end")])
    update = merge(copy, make_copy(new))
    assert update
    assert (update.gone, str(update)) == (1, "1 cell is gone")
    assert ids(update.notebook) == ["ask", "run", "why", "why-on", "stub"]


def test_an_outcome_that_was_opened_stays_open_and_a_new_one_is_folded() -> None:
    copy = make_copy(OLD)
    copy["cells"][2]["metadata"].pop("jupyter")
    new = changed(OLD, why=f"{TOLD} Indeed.\n## The next thing\n\nIs it so?")
    new["cells"][4]["metadata"]["tags"] = ["outcome"]
    update = merge(copy, make_copy(new))
    assert update
    by_id = {one["id"]: one["metadata"] for one in update.notebook["cells"]}
    assert "jupyter" not in by_id["why"]
    assert by_id["end"]["jupyter"] == {"source_hidden": True}


def test_without_its_record_and_its_ids_nothing_is_lost() -> None:
    copy = changed(make_copy(OLD), stub="length = 3")
    del copy["metadata"]["tfl"]
    update = merge(copy, make_copy(changed(OLD, run="print(4)")))
    assert update
    assert update.is_theirs
    assert (texts(update.notebook)["stub"], texts(update.notebook)["run"]) == (
        "length = 3",
        "print(3)",
    )
    for one in copy["cells"]:
        del one["id"]
    update = merge(copy, make_copy(OLD))
    assert update
    assert ids(update.notebook)[:4] == ["ask", "run", "why", "why-on"]
    assert "length = 3" in texts(update.notebook).values()
    assert len(set(ids(update.notebook))) == len(ids(update.notebook))


def test_blank_ends_and_windows_lines_are_no_change() -> None:
    assert fingerprint(cell("a", "x\r\ny\n")) == fingerprint(cell("a", "x\ny"))
    assert fingerprint(cell("a", "x")) != fingerprint(cell("a", "x", "code"))


@pytest.fixture
def course(tmp_path: Path) -> Callable[..., list[Path]]:
    """A function that writes a course of two lessons, under a name that is hard to spell."""

    def write(notebook: Notebook = OLD) -> list[Path]:
        folder = tmp_path / "コース 1" / "notebooks" / "en"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "glossary.md").write_text("words")
        (folder.parent / "gesture.tflite").write_bytes(b"model")
        for name in ("00_one.ipynb", "03_two.ipynb"):
            (folder / name).write_text(json.dumps(notebook), "utf-8")
        return sorted(folder.glob("*.ipynb"))

    return write


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "コース 1" / "my" / "en"


def learn(copy: Path, **sources: str) -> None:
    """Write in the copy, as JupyterLab saves it."""
    copy.write_text(json.dumps(changed(json.loads(copy.read_text("utf-8")), **sources)), "utf-8")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


COPIES = ["00_one.ipynb", "03_two.ipynb", "glossary.md"]


def test_files_are_made_once_and_the_first_is_where_to_begin(
    course: Callable[..., list[Path]], mine: Path
) -> None:
    lessons = course()
    assert prepare(lessons, mine) == []
    assert files(mine) == COPIES
    assert (mine.parent / "gesture.tflite").read_bytes() == b"model"
    copies = [mine / one.name for one in lessons]
    assert {copy.stat().st_mtime for copy in copies} == {UNSAVED}
    assert last_saved(copies) == copies[0]
    learn(copies[1], stub="length = 3")
    before = copies[1].read_bytes()
    assert prepare(lessons, mine) == []
    assert (copies[1].read_bytes(), last_saved(copies)) == (before, copies[1])


def test_an_update_keeps_the_time_and_what_it_replaced(
    course: Callable[..., list[Path]], mine: Path
) -> None:
    prepare(course(), mine)
    learn(mine / "03_two.ipynb", stub="length = 3")
    before, saved = (mine / "03_two.ipynb").read_bytes(), (mine / "03_two.ipynb").stat().st_mtime
    told = prepare(course(changed(OLD, end="Over.", stub="length = None")), mine)
    assert told == [
        "00: 2 cells are new",
        "03: 1 cell is new, 1 cell is changed by you too: ours stands beside yours",
    ]
    assert (mine / "03_two.ipynb").stat().st_mtime == pytest.approx(saved)
    (kept,) = (mine / "older").iterdir()
    assert kept.name.startswith("03_two 20")
    assert not set(kept.name) & set('<>:"/\\|?*')
    assert kept.read_bytes() == before
    assert prepare(course(changed(OLD, end="Over.", stub="length = None")), mine) == []


def test_the_glossary_is_renewed_unless_the_learner_wrote_in_it(
    course: Callable[..., list[Path]], mine: Path
) -> None:
    lessons = course()
    prepare(lessons, mine)
    words = lessons[0].with_name("glossary.md")
    words.write_text("more words")
    prepare(lessons, mine)
    assert (mine / "glossary.md").read_text() == "more words"
    (mine / "glossary.md").write_text("my words")
    words.write_text("other words")
    prepare(lessons, mine)
    assert (mine / "glossary.md").read_text() == "my words"


def test_begun_anew_the_old_copy_and_its_marks_are_put_aside(
    course: Callable[..., list[Path]], mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = mine.parent / ".progress"
    monkeypatch.setenv("TFL_PROGRESS", str(marks))
    lessons = course()
    prepare(lessons, mine)
    marks.mkdir()
    for name in ("03-length", "00-first"):
        (marks / name).touch()
    learn(mine / "03_two.ipynb", stub="length = 3")
    before = (mine / "03_two.ipynb").read_bytes()
    (told,) = prepare(lessons, mine, fresh=lessons[1])
    (aside,) = mine.glob("03_two 20*.ipynb")
    assert told == f"03: begun anew; what you had is in {aside.name}"
    assert aside.read_bytes() == before
    assert "length = 3" not in (mine / "03_two.ipynb").read_text("utf-8")
    assert [Path(name).name for name in files(marks)] == ["00-first", "03-length"]
    assert not (marks / "03-length").exists()


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"cells": [1]}', b"\xff\xfe", b"null"])
def test_a_damaged_copy_is_put_aside(
    course: Callable[..., list[Path]], mine: Path, damage: bytes
) -> None:
    lessons = course()
    prepare(lessons, mine)
    (mine / "03_two.ipynb").write_bytes(damage)
    assert prepare(lessons, mine) == ["03: the copy was damaged and is now in older/"]
    (kept,) = (mine / "older").iterdir()
    assert kept.read_bytes() == damage
    assert texts(json.loads((mine / "03_two.ipynb").read_text("utf-8"))) == texts(make_copy(OLD))


def test_what_a_killed_jupyterlab_kept_comes_back(
    course: Callable[..., list[Path]], mine: Path
) -> None:
    lessons = course()
    prepare(lessons, mine)
    learn(mine / "03_two.ipynb", stub="length = 3")
    (mine / ".~03_two.ipynb").write_bytes((mine / "03_two.ipynb").read_bytes())
    (mine / "03_two.ipynb").write_bytes(b"")
    prepare(lessons, mine)
    assert texts(json.loads((mine / "03_two.ipynb").read_text("utf-8")))["stub"] == "length = 3"


CHILD = """
import os, resource, signal, sys
from pathlib import Path
from tfl_helpers.setup.copies import prepare
{}
print(*prepare(sorted(Path(sys.argv[1]).glob("*.ipynb")), Path(sys.argv[2])), sep="\\n")
"""
FULL = "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
NOBODY = "os.geteuid() or os.seteuid(65534)"  # root may write what is read-only


@pytest.mark.skipif(os.name != "posix", reason="limits and permissions are those of POSIX")
@pytest.mark.parametrize(
    ("limit", "words"), [(FULL, "Make room on this disk"), (NOBODY, "Make that folder yours")]
)
def test_without_room_or_right_it_is_one_sentence_and_the_copies_stay(
    course: Callable[..., list[Path]], mine: Path, limit: str, words: str
) -> None:
    prepare(course(), mine)
    learn(mine / "03_two.ipynb", stub="length = 3")
    (mine / "00_one.ipynb").unlink()
    lessons, before = course(changed(OLD, end="Over.")), files(mine)
    for folder in mine.parents:  # as pytest makes them, another user may not even look in
        if "pytest-of-" in str(folder):
            folder.chmod(folder.stat().st_mode | 0o055)
    for folder in (mine, mine.parent):
        folder.chmod(0o555)
    command = [sys.executable, "-c", CHILD.format(limit), str(lessons[0].parent), str(mine)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    mine.chmod(0o755)
    mine.parent.chmod(0o755)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    assert words in done.stdout
    assert done.stdout.startswith(f"Expected to write in {mine}, got: ")
    assert files(mine) == before
    assert texts(json.loads((mine / "03_two.ipynb").read_text("utf-8")))["stub"] == "length = 3"
    assert prepare(lessons, mine) == ["03: 1 cell is new"]


def test_two_at_once_make_the_same(course: Callable[..., list[Path]], mine: Path) -> None:
    for notebook in (OLD, changed(OLD, end="Over.")):
        lessons = course(notebook)
        command = [sys.executable, "-c", CHILD.format(""), str(lessons[0].parent), str(mine)]
        both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(4)]
        assert [one.communicate()[1] for one in both] == [b""] * 4
        assert [name for name in files(mine) if "older" not in name] == COPIES
        for name in COPIES[:2]:
            there = json.loads((mine / name).read_text("utf-8"))
            assert texts(there) == texts(make_copy(notebook)) | {
                "stub": "length = 3" if notebook is not OLD else "length = ..."
            }
            learn(mine / name, stub="length = 3")


def test_a_damaged_lesson_of_the_course_is_one_sentence(
    course: Callable[..., list[Path]], mine: Path
) -> None:
    lessons = course()
    lessons[1].write_text("<<<<<<< HEAD")
    with pytest.raises(InputError, match="git checkout -- notebooks/en/03_two.ipynb"):
        prepare(lessons, mine)


def test_a_disk_without_links_will_do(
    course: Callable[..., list[Path]], mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    prepare(course(), mine)
    assert files(mine) == COPIES
    learn(mine / "03_two.ipynb", stub="length = 3")
    before = (mine / "03_two.ipynb").read_bytes()
    prepare(course(changed(OLD, end="Over.")), mine)
    assert [path.read_bytes() for path in (mine / "older").iterdir()] == [before]
    assert texts(json.loads((mine / "03_two.ipynb").read_text("utf-8")))["stub"] == "length = 3"
    _, lesson_three = course()
    prepare([lesson_three], mine, fresh=lesson_three)
    assert len(list(mine.glob("03_two 20*.ipynb"))) == 1


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the script needs POSIX")
def test_killed_at_any_moment_nothing_is_lost() -> None:
    command = [sys.executable, "-m", "tests.kills", "21"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("21 kills: ")
    assert "; 0 losses" in done.stdout
