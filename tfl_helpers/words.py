"""A sentence of ours in English in, the same in the reader's language out. Knows no lesson.

The English sentence is the key. Needs the standard library alone, for a bare machine has no more.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

_CATALOGUE = Path(__file__).with_name("ja.po")
_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|\Z))+)', re.MULTILINE)
_reader = {"language": "en"}


class InputError(ValueError):
    """The one exception of this package: what was expected, what came, what to write instead."""


def speak(language: str) -> None:
    """From now on tables, pictures, verdicts and errors of this package speak this language.

    Args:
        language: `"en"` or `"ja"`.

    Raises:
        InputError: another language.

    Example:
        >>> tfl.speak("ja")
    """
    if language not in ("en", "ja"):
        raise InputError(f'Expected language "en" or "ja", got {language!r}. Write "en".')
    _reader["language"] = language


def spoken() -> str:
    """The language that is spoken now."""
    return _reader["language"]


def say(message: str, /, **values: object) -> str:
    """The message in the reader's language, with `values` at its `{names}`, as str.format does."""
    if spoken() != "en":
        message = _catalogue().get(message) or message
    return message.format(**values) if values else message


def later(message: str) -> str:
    """The message itself: marks one that stands in a table, for whoever collects messages."""
    return message


@cache
def _catalogue() -> dict[str, str]:
    found = _ENTRY.findall(_CATALOGUE.read_text(encoding="utf-8"))
    return {_joined(message): _joined(words) for message, words in found}


def _joined(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.splitlines())
