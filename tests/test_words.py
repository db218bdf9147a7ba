"""What the helpers say: every message has its Japanese, and no other Japanese is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from japanese import breaches

from tests.author import spoken
from tests.author.spoken import PACKAGE, calls, open_spoken, said
from tests.author.translate import to_do, updated
from tfl_helpers import words

RENEW = "bring it up to date: python3 -m tfl_helpers translate"

CATALOGUE = open_spoken()
KNOWN = {entry.msgid: entry.msgstr for entry in CATALOGUE}


def test_every_message_is_in_the_catalogue_and_no_other() -> None:
    now = updated(said(), CATALOGUE)
    assert to_do(now) == [], RENEW
    assert spoken.CATALOGUE.read_text(encoding="utf-8") == f"{now}\n", RENEW


def test_the_package_reads_it_as_polib_does() -> None:
    assert {text: words._catalogue()[text] for text in KNOWN} == KNOWN


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_a_message_is_one_text_with_its_values(path: Path) -> None:
    for call in calls(path):
        text = call.args[0]
        if isinstance(text, ast.Constant):
            given = {one.arg for one in call.keywords}
            fields = set(re.findall(r"(?<!{){(\w+)", text.value)) if given else set()
            known = given - {None}  # None is `**values`, which may hold more
            assert fields == known or (known < given and known <= fields), text.value
        else:
            assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"line {text.lineno}"


def test_a_translation_keeps_what_is_no_language() -> None:
    found = []
    for entry in CATALOGUE:
        entry.msgctxt = "code"
        found += [f"{what}: {entry.msgid[:60]!r}" for what in breaches(entry)]
    assert found == []


def test_a_language_is_chosen_and_what_it_lacks_is_english() -> None:
    text = next(text for text in KNOWN if "{" not in text)
    try:
        words.speak("ja")
        assert words.say(text) == KNOWN[text]
        assert words.say("no such {thing}", thing="message") == "no such message"
    finally:
        words.speak("en")
    assert words.say(text) == text
    with pytest.raises(words.InputError, match='Expected language "en" or "ja", got \'fr\''):
        words.speak("fr")
