"""Predictions that count: said before, compared after, kept, and brought back where wrong."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.wrong_answers import predictions_of
from tfl_helpers import (
    InputError,
    ask,
    draw_road,
    predict,
    predictions,
    progress,
    recall_predictions,
    review_predictions,
    words,
)
from tfl_helpers.setup.lessons import find_lessons, lesson_id
from tfl_helpers.setup.merge import make_copy

LESSONS = find_lessons([])
Say = Callable[[str, str | None, str], str]


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TFL_PROGRESS", str(tmp_path / "marks"))
    return tmp_path / "marks"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lessons 00 to 05 with two predictions each, as the package reads them."""
    folder = tmp_path / "notebooks" / "en"
    folder.mkdir(parents=True)
    for number in range(6):
        cells: list[NotebookNode] = []
        for word in ("first", "second"):
            section = f"Section `{word}`, on"
            ask = f"guess = tfl.predict([1, 2])\nguess  # {word}"
            why = f"Two, for **{word}**.\n\n**Change it:** do.\n\n## Next of {word}"
            cells += [
                new_markdown_cell(f"## {section}\n\nHow many, {word}?", id=f"{number:02}-{word}"),
                new_code_cell(ask, id=f"{number:02}-predict-{word}"),
                new_code_cell(
                    f"count = {number}\nguess.compare(\n    count\n)",
                    id=f"run-{word}",
                    outputs=[new_output("execute_result", {"text/plain": "It is 2."})],
                ),
                new_markdown_cell(why, metadata={"tags": ["outcome"]}),
            ]
        nbformat.write(new_notebook(cells=cells), folder / f"{number:02}_lesson.ipynb")
    for module in (progress, predictions):
        monkeypatch.setattr(module, "NOTEBOOKS", folder.parent)
    return folder


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """A function: a cell's id, what is said there (None: nothing), what it is, to the words."""

    def run(cell: str, said: str | None, actual: str) -> str:
        parent = {"metadata": {"cellId": cell}}
        shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda channel: parent))
        fake = SimpleNamespace(get_ipython=lambda: shell)
        monkeypatch.setitem(sys.modules, "IPython", fake)
        guess = predict([1, 2])
        if said:
            guess.choose(said)
        return str(guess.compare(int(actual)))

    return run


@pytest.mark.parametrize(
    ("options", "said", "actual", "words"),
    [
        ([1, 2, 3], 3, 2, "You said 3, it is 2."),
        ([1, 2, 3], 2, 2, "You said 2, and it is 2."),
        ([1, 2, 3], None, 2, "It is 2."),
        ([1, 2], 1, 7, "You said 1, it is 7, which was not among the options."),
        (["both", "an error"], "both", "an error", "You said “both”, it is “an error”."),
        (["a < b", "no"], None, "a < b", "It is “a < b”."),
        ([None, 1], "None", 1, "You said None, it is 1."),
        ([True, 1], "1", True, "You said 1, it is True."),
    ],
)
def test_what_a_comparison_says(options: list, said: object, actual: object, words: str) -> None:
    guess = predict(options)
    if said is not None:
        guess.choose(said)
    outcome = guess.compare(actual)
    assert str(outcome) == outcome._repr_mimebundle_()["text/plain"] == words
    assert words.replace("<", "&lt;") in outcome._repr_mimebundle_()["text/html"]
    assert all(button.disabled for button in guess.buttons)


def test_a_prediction_stands_when_the_next_cell_has_run() -> None:
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("from tfl_helpers import predict\nguess = predict([1, 2])")
        guess = shell.user_ns["guess"]
        guess.buttons[0].click()
        guess.buttons[1].click()  # changed: nothing has run yet
        assert guess.choice == 2
        shell.run_cell("count = 1")
        assert all(button.disabled for button in guess.buttons)
        with pytest.raises(InputError, match="Expected a prediction before the next cell has run"):
            guess.choose(1)
        shell.run_cell("words = str(guess.compare(count))")
        assert shell.user_ns["words"] == "You said 2, it is 1."
        assert not [c for c in shell.events.callbacks["post_run_cell"] if "ask" in c.__module__]
    finally:
        InteractiveShell.clear_instance()


def test_it_is_kept_when_its_cell_runs_again_before_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ask._Asked, "_latest", {})
    monkeypatch.setattr(ask, "running_cell", lambda: "03-predict-first")
    before = predict([None, 1, 2])
    before.choose(None)
    again = predict([None, 1, 2])
    assert again.buttons[0].icon == "check"
    assert str(again.compare(2)) == "You said None, it is 2."
    assert not [button for button in predict([None, 1, 2]).buttons if button.icon]


def test_only_the_first_word_is_kept(marks: Path, course: Path, say: Say) -> None:
    say("03-predict-first", None, "2")
    assert not marks.exists()
    say("03-predict-first", "1", "2")
    say("03-predict-first", "2", "2")  # by now the outcome is known
    say("03-other", "1", "2")
    kept = {path.name: json.loads(path.read_text()) for path in marks.iterdir()}
    assert kept == {"03-predict-first": {"said": "1", "outcome": "2"}}


@pytest.mark.parametrize(
    ("cell", "is_its_own"),
    [("run-first", False), ("run-second", True), ("of-the-learner", True), ("", True)],
)
def test_a_cell_about_another_prediction_is_refused(
    marks: Path, course: Path, monkeypatch: pytest.MonkeyPatch, cell: str, is_its_own: bool
) -> None:
    monkeypatch.setattr(ask, "running_cell", lambda: "03-predict-second")
    guess = predict([1, 2])
    guess.choose(1)
    monkeypatch.setattr(ask, "running_cell", lambda: cell)
    if is_its_own:
        assert str(guess.compare(2)) == "You said 1, it is 2."
        return
    with pytest.raises(InputError, match="Expected the prediction that this cell is about"):
        guess.compare(2)
    assert not marks.exists()
    assert not guess.buttons[0].disabled


def test_an_outcome_of_another_state_is_told_and_not_marked(
    marks: Path, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "running_cell", lambda: "03-predict-second")
    guess = predict([1, 2])
    guess.choose(1)
    monkeypatch.setattr(ask, "running_cell", lambda: "run-second")
    said = str(guess.compare(1))
    assert said.startswith("You said 1, and it is 1. In the lesson as it is stored: It is 2. ")
    assert said.endswith("run those above in order, then this one.")
    assert not marks.exists()
    assert str(guess.compare(2)) == "You said 1, it is 2."
    assert progress.read_progress().told == {"03-predict-second": progress.Told("1", "2")}


def test_switched_off_nothing_is_kept(
    tmp_path: Path, course: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFL_PROGRESS", "off")
    before = sorted(tmp_path.rglob("*"))
    assert say("03-predict-first", "1", "2") == "You said 1, it is 2."
    assert sorted(tmp_path.rglob("*")) == before


def test_what_cannot_be_kept_costs_no_outcome(marks: Path, course: Path, say: Say) -> None:
    marks.touch()
    said = say("03-predict-first", "1", "2")
    assert said.startswith("You said 1, it is 2. Your progress is not kept in marks: File exists.")


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"said": 1}', '{"a": "b"}'])
def test_a_damaged_mark_counts_for_nothing_and_is_mended(
    marks: Path, course: Path, say: Say, damage: str
) -> None:
    marks.mkdir()
    (marks / "03-predict-first").write_text(damage)
    assert progress.read_progress().told == {}
    say("03-predict-first", "1", "2")
    assert progress.read_progress().told == {"03-predict-first": progress.Told("1", "2")}


def test_the_line_at_the_end(marks: Path, course: Path, say: Say) -> None:
    none = "No prediction of this lesson is noted here."
    assert str(review_predictions("03")) == none
    say("03-predict-first", "2", "2")
    assert str(review_predictions("03")) == "You made 1 of 2 predictions. Right: 1."
    say("03-predict-second", "1", "2")
    words = "You made 2 of 2 predictions. Right: 1. Look again at: Section `second`, on."
    assert str(review_predictions("03")) == words
    link = "[Section `second`, on](03_lesson.ipynb#cell-id=03-second)"
    assert link in review_predictions("03").markdown


def test_what_was_wrong_comes_back_two_and_five_lessons_later(
    marks: Path, course: Path, say: Say
) -> None:
    for cell, said in (("00-predict-first", "1"), ("03-predict-second", "1")):
        say(cell, said, "2")
    say("03-predict-first", "2", "2")
    shown = recall_predictions("05")
    assert shown.markdown.count("Back from lesson") == 2
    assert "[Section `second`, on](03_lesson.ipynb#cell-id=03-second)" in shown.markdown
    card = shown.markdown.split("---")[1]
    open_part, folded = card.split("<details>")
    assert "How many, second?" in open_part
    assert "```python\ncount = 3\n```" in open_part
    assert "**It is: 2.**\n\nTwo, for **second**." in folded
    assert "`1` · `2`\n\nYou said: `1`." in open_part
    assert "Two" not in open_part
    assert "Next of" not in card
    assert "Change it" not in card
    assert "You said: 1. It is: 2." in str(shown)
    assert str(recall_predictions("04")) == "From lesson 02 no prediction comes back."
    assert str(recall_predictions("00")) == "None yet."


def test_of_many_cards_two_stand_open(marks: Path, course: Path, say: Say) -> None:
    for cell in ("00-predict-first", "00-predict-second", "03-predict-first", "03-predict-second"):
        say(cell, "1", "2")
    shown = recall_predictions("05")
    opened, folded = shown.markdown.split("<details><summary>2 more</summary>")
    assert opened.count("Back from lesson 00") == folded.count("Back from lesson 03") == 2
    assert shown.markdown.count("<details>") == shown.markdown.count("</details>") == 5
    assert str(shown).count("You said: 1. It is: 2.") == 4


def test_the_value_is_not_said_twice(
    marks: Path, course: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = course / "03_lesson.ipynb"
    path.write_text(path.read_text("utf-8").replace("Two, for", "2, for"), "utf-8")
    say("03-predict-first", "1", "2")
    answer = recall_predictions("05").markdown.split("<summary>Answer</summary>")[1]
    assert answer.strip().startswith("2, for **first**.")


def test_a_card_shows_what_its_code_is_made_of() -> None:
    code = {
        0: "@tf.function\ndef twice(x):\n    return 2 * x\n\n\ndef other():\n    pass",
        1: "seed = 3\npen = twice(seed)",
        4: "seed = 4",
        7: "y = pen + 1\nguess.compare(y)",
    }
    told = predictions._code(code, 3, 5, 9, "What does `twice` say?")
    lines = ["@tf.function", "def twice(x):", "    return 2 * x", "seed = 3", "pen = twice(seed)"]
    assert told.splitlines() == [*lines, "", "seed = 4", "", "y = pen + 1"]
    assert predictions._code(code, 3, 5, 7, "compared in another section") == ""


@pytest.mark.parametrize("lesson", LESSONS, ids=lesson_id)
def test_every_card_can_be_answered_from_itself(lesson: Path) -> None:
    about_more = {"12-predict-silent"}  # about twenty cases
    for one in predictions._questions(int(lesson_id(lesson))):
        assert one.asks
        assert len(one.options) > 1
        assert bool(one.code) != (one.cell in about_more), one.cell
        ast.parse(one.code)


def test_a_mark_counts_in_both_languages(
    marks: Path, course: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    japanese = course.with_name("ja")
    japanese.mkdir()
    notebook = (course / "03_lesson.ipynb").read_text("utf-8").replace("Section", "節")
    (japanese / "03_lesson.ipynb").write_text(notebook, "utf-8")  # of 01 there is none yet
    say("01-predict-first", "1", "2")
    say("03-predict-first", "2", "2")
    say("03-predict-second", "1", "2")
    monkeypatch.setitem(words._reader, "language", "ja")
    for lesson, section in (("01", "Section `first`, on"), ("03", "節 `second`, on")):
        assert section in str(review_predictions(lesson))
    cards = recall_predictions("05").markdown
    assert "[節 `second`, on](03_lesson.ipynb#cell-id=03-second)" in cards
    assert "`first`" not in cards  # was right in English, so is right
    say("03-predict-second", "2", "2")  # after the outcome was seen, in whatever language
    assert recall_predictions("05").markdown == cards


def test_the_road_counts_them(marks: Path, course: Path, say: Say) -> None:
    say("01-predict-first", "1", "2")
    say("01-predict-second", "2", "2")
    caption, *lines = draw_road(progress=True).words.splitlines()
    assert caption.endswith("6 stations, 1 of 2 predictions right")
    assert "1 of 2 predictions right" in lines[0]


@pytest.mark.parametrize("lesson", ["3", 3, "", "77", None])
def test_no_such_lesson(lesson: object) -> None:
    for look in (review_predictions, recall_predictions):
        with pytest.raises(InputError, match="Expected the number of a lesson, got"):
            look(lesson)


@pytest.mark.parametrize("lesson", LESSONS, ids=lesson_id)
def test_a_link_leads_to_the_section_in_the_copy(lesson: Path) -> None:
    copy = make_copy(json.loads(lesson.read_text("utf-8")))
    texts = {cell["id"]: "".join(cell["source"]) for cell in copy["cells"]}
    for one in predictions._questions(int(lesson_id(lesson))):
        assert f"# {one.section}\n" in texts[one.place]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_prediction_is_compared_with_what_it_is(lesson: Path) -> None:
    """Stored: it is what the table says; outcome and misconception are among the options."""
    cells = nbformat.read(lesson, as_version=4).cells
    asked, known = _asked(cells), predictions_of(lesson)
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert len(asked) == code.count("tfl.predict(") > 0
    assert list(asked) == list(known)
    for cell, (options, outcome) in asked.items():
        actual, misconception, why = known[cell]
        assert cell.startswith(f"{lesson_id(lesson)}-predict-")
        assert outcome == actual, cell
        assert actual in options, cell
        assert misconception in options, cell
        assert misconception != actual, cell
        assert why


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_frame_of_a_lesson(lesson: Path) -> None:
    cells = nbformat.read(lesson, as_version=4).cells
    number = lesson_id(lesson)
    code = {cell.id: cell.source for cell in cells if cell.cell_type == "code"}
    assert code.get("look-back") == f'tfl.review_predictions("{number}")'
    if number >= "02":
        assert code.get("recall-predictions") == f'tfl.recall_predictions("{number}")'
    folded = [cell for cell in cells if "outcome" in cell.metadata.get("tags", [])]
    assert len(folded) >= len(_asked(cells)) - (number == "12")
    assert all(cell.cell_type == "markdown" and cell.source[0] != "#" for cell in folded)


def _asked(cells: list[NotebookNode]) -> dict[str, tuple[list[str], str]]:
    """Id of each cell that asks -> texts of its options, and the outcome stored after it."""
    found, names = {}, {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        if asks := re.search(r"^(\w+) = tfl\.predict\((.+)\)$", cell.source, re.M | re.S):
            assert "tfl.predict" not in cell.source[asks.end() :]
            name, options = asks[1], ast.literal_eval(asks[2].split(")\n")[0])
            assert cell.source.rstrip().endswith(f"\n{name}"), cell.id
            names[name] = cell.id
            found[cell.id] = ([str(option).strip() for option in options], "")
        if compares := re.search(r"^(\w+)\.compare\(", cell.source, re.M):
            asked = names.pop(compares[1])
            said = [o.data["text/plain"] for o in cell.outputs if "data" in o][-1]
            outcome = re.fullmatch(r"It is (.*?)\.", said, re.S)
            assert outcome, f"{cell.id}: {said}"
            found[asked] = (found[asked][0], outcome[1].strip("“”"))
    assert not names, f"never compared: {names}"
    return found
