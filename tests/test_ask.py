"""A prediction: a choice by button or by name, and a twin that needs no kernel."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from tfl_helpers import InputError, predict

VIEW = "application/vnd.jupyter.widget-view+json"


def marked(asked: Any) -> list[int]:
    """Which buttons look pressed."""
    pressed = [i for i, button in enumerate(asked.buttons) if button.icon == "check"]
    assert pressed == [i for i, b in enumerate(asked.buttons) if b.button_style == "info"]
    return pressed


def test_nothing_is_chosen_at_first() -> None:
    asked = predict([1, 2, 3])

    assert asked.choice is None
    assert marked(asked) == []
    assert [button.description for button in asked.buttons] == ["1", "2", "3"]
    assert "Press one, then go on." in asked.said.value


def test_a_press_on_a_button_chooses() -> None:
    asked = predict(["int32", "float32", "an error"])
    asked.buttons[2].click()

    assert asked.choice == "an error"
    assert marked(asked) == [2]
    assert "You say: an error. Now go on." in asked.said.value


def test_the_last_press_counts() -> None:
    asked = predict([1, 2, 3])
    asked.buttons[0].click()
    asked.buttons[1].click()

    assert asked.choice == 2
    assert marked(asked) == [1]


def test_options_that_are_equal_in_python_stay_apart() -> None:
    asked = predict([1, True, 1.0])
    asked.buttons[1].click()

    assert asked.choice is True
    assert marked(asked) == [1]


def test_choose_is_a_press() -> None:
    asked = predict([1, 2, 3])
    asked.choose(3)

    assert asked.choice == 3
    assert marked(asked) == [2]


def test_two_questions_do_not_know_each_other() -> None:
    first, second = predict([1, 2]), predict([1, 2])
    first.buttons[0].click()

    assert second.choice is None
    assert marked(second) == []


def test_what_was_said_is_announced_and_escaped() -> None:
    asked = predict(["x < y", "x > y"])
    asked.buttons[0].click()

    line = ET.fromstring(asked.said.value)
    assert (line.get("role"), line.get("aria-live")) == ("status", "polite")
    assert line.text == "You say: x < y. Now go on."


def test_the_twin_says_the_same_without_a_kernel() -> None:
    shown = predict([1, "a < b"])._repr_mimebundle_()

    assert VIEW in shown
    assert shown["text/plain"] == "Your prediction: 1  |  a < b"
    twin = ET.fromstring(f"<div>{shown['text/html']}</div>")
    assert [item.text for item in twin.iter("li")] == ["1", "a < b"]


def test_the_twin_does_not_change_with_the_choice() -> None:
    asked = predict([1, 2])
    before = asked._repr_mimebundle_()
    asked.buttons[0].click()
    after = asked._repr_mimebundle_(include=None, exclude=None)

    assert {k: before[k] for k in ("text/plain", "text/html")} == {
        k: after[k] for k in ("text/plain", "text/html")
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([1], "Expected a list of two or more options, got list of length 1. Write predict("),
        ("123", "got str of length 3. Write predict([1, 2, 3])."),
        (b"123", "got bytes of length 3."),
        ({1, 2}, "got set of length 2."),
        (3, "got int."),
        (None, "got None."),
        (np.arange(3), "got ndarray int64[3]."),
        ([1, "1"], "Expected options that differ, got 1, 1. Write each one once."),
    ],
)
def test_what_cannot_be_asked(options: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        predict(options)


def test_another_choice_is_refused() -> None:
    words = "Expected one of 1, 2, got 3. Write choose(1)."
    with pytest.raises(InputError, match=re.escape(words)):
        predict([1, 2]).choose(3)
