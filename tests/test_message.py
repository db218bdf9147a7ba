"""The box for messages: what it says, sees and leaves on a page without a kernel."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import nbformat
import pytest

from tfl_helpers import InputError, explore_message
from tfl_helpers.look.messages import find_cause
from tfl_helpers.setup.lessons import find_lessons

VIEW = "application/vnd.jupyter.widget-view+json"
NUMPY = "'SymbolicTensor' object has no attribute 'numpy'"


def test_every_message_of_the_clinic_is_known() -> None:
    [clinic] = find_lessons(["12"])
    shown = str([cell.get("outputs") for cell in nbformat.read(clinic, as_version=4).cells])
    messages = re.findall(r"\w+Error: [^\n]+?(?=\\n|'\]|$)", shown)
    assert len(set(messages)) >= 14
    assert [message for message in messages if not find_cause(message)] == []


def test_of_a_traceback_the_last_error_counts() -> None:
    trace = (
        "Traceback (most recent call last):\n"
        '  File "a.py", line 3, in <module>\n'
        '    raise ValueError("The model is not a valid Flatbuffer buffer")\n'
        "\x1b[31mValueError\x1b[0m: Invoke called on model that is not ready.\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n"
        "KeyError: 'serving_default'\n"
    )
    assert find_cause(trace).station == "SavedModel"
    assert find_cause(trace.partition("\n\n")[0]).cause.startswith("no memory was laid out")


def said(panel: Any) -> str:
    """The line that a screen reader announces."""
    line = ET.fromstring(panel.said.value)
    assert (line.get("role"), line.get("aria-live")) == ("status", "polite")
    return line.text or ""


def cells(panel: Any) -> list[str]:
    table = ET.fromstring(panel.seen.value.partition("</style>")[2])
    return ["".join(cell.itertext()) for cell in table.iter() if cell.tag in ("th", "td")]


def test_a_message_is_explained_at_once() -> None:
    panel = explore_message(NUMPY)
    assert said(panel) == (
        "The mistake was made at tf.function. While tracing there is no value yet: "
        "return the tensor, and call .numpy() outside."
    )
    assert cells(panel) == [
        "mistake made at",
        "tf.function",
        "likely cause",
        "while tracing there is no value yet",
        "what to do",
        "return the tensor, and call .numpy() outside",
        "taught in",
        "lesson 01",
    ]


def test_a_pasted_message_is_explained_at_a_press() -> None:
    panel = explore_message()
    start = "Paste an error message, then press the button."
    assert (said(panel), panel.seen.value) == (start, "")
    panel.field.value = "ValueError: Only support at least one signature key."
    panel.buttons[0].click()
    assert cells(panel)[1] == "SavedModel"
    panel.search("  ")
    assert panel.seen.value == ""
    panel.search(NUMPY)
    panel.again.click()
    assert (panel.field.value, said(panel), panel.seen.value) == ("", start, "")


def test_an_unknown_message_leads_into_the_tree() -> None:
    panel = explore_message("Segmentation fault")
    assert said(panel) == "I do not know this message: compare it with these."
    assert cells(panel)[3:6] == [
        "says in user code:",
        "tf.function",
        "its last line, and the last line of yours above",
    ]


def test_the_box_is_reached_by_keyboard_before_its_button_and_has_a_label() -> None:
    panel = explore_message()
    box, button, again = panel.children[1].children
    assert (type(box).__name__, box.description) == ("Textarea", "message")
    assert (button.description, again.description) == ("what does it mean", "start again")


@pytest.mark.parametrize(
    ("text", "sentence", "line"),
    [
        ("", "Paste an error message, then press the button.", "  says in user code:  "),
        ("x < y", "I do not know this message: compare it with these.", "  says in user code:  "),
        (
            "Invalid Input name (z)",
            "The mistake was made at device. A sig",
            "  mistake made at  device",
        ),
    ],
)
def test_the_twin_says_the_same(text: str, sentence: str, line: str) -> None:
    shown = explore_message(text)._repr_mimebundle_()
    assert VIEW in shown
    first, second, *rest = shown["text/plain"].splitlines()
    assert first.startswith(sentence)
    assert second == "  what does it mean"
    assert any(row.startswith(line) for row in rest)
    assert ET.fromstring(f"<div>{shown['text/html']}</div>") is not None


def test_what_is_no_message() -> None:
    words = "Expected the text of a message, got ValueError. Write explore_message(str(error))."
    with pytest.raises(InputError, match=re.escape(words)):
        explore_message(ValueError("x"))  # type: ignore[arg-type]
