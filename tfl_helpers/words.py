"""A text of ours in English in, the same in the reader's language out. Knows no lesson.

The English sentence is the key. Needs the standard library alone, for a bare machine has no more.
"""

from __future__ import annotations

import ast
import re
import sys
import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_CATALOGUE = Path(__file__).with_name("ja.po")
_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|\Z))+)', re.MULTILINE)
_reader = {"language": "en"}
# What XML and UTF-8 refuse: control characters, half a surrogate pair, and what is no character.
# And what turns the writing of all that follows round, our own words too: U+202E and its like.
_UNSHOWABLE = re.compile(
    "[^\t\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)


class InputError(ValueError):
    """The one exception of this package: what was expected, what came, what to write instead.

    Takes what `say` takes. `english` is what it says in English, for advice that looks for it.
    """

    def __init__(self, message: str, /, **values: object) -> None:
        told = {name: showable(v) if isinstance(v, str) else v for name, v in values.items()}
        super().__init__(_UNSHOWABLE.sub("\ufffd", say(message, **told)))
        self.english = message.format(**values) if values else message


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
        raise InputError(
            'Expected language "en" or "ja", got {language!r}. Write "en".', language=language
        )
    _reader["language"] = language
    if language == "ja":
        _write_japanese_in_plots()


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


# What is counted -> one of it, and none or many.
_COUNTED = {
    "op": (later("{count:,} op"), later("{count:,} ops")),
    "TensorFlow op": (later("{count:,} TensorFlow op"), later("{count:,} TensorFlow ops")),
    "operator": (later("{count:,} operator"), later("{count:,} operators")),
    "byte": (later("{count:,} byte"), later("{count:,} bytes")),
    "call": (later("{count:,} call"), later("{count:,} calls")),
    "input": (later("{count:,} input"), later("{count:,} inputs")),
    "output": (later("{count:,} output"), later("{count:,} outputs")),
    "capture": (later("{count:,} capture"), later("{count:,} captures")),
    "baked-in value": (later("{count:,} baked-in value"), later("{count:,} baked-in values")),
    "constant": (later("{count:,} constant"), later("{count:,} constants")),
    "variable": (later("{count:,} variable"), later("{count:,} variables")),
    "graph": (later("{count:,} graph"), later("{count:,} graphs")),
    "value": (later("{count:,} value"), later("{count:,} values")),
    "element": (later("{count:,} element"), later("{count:,} elements")),
    "module": (later("{count:,} module"), later("{count:,} modules")),
    "tf.function": (later("{count:,} tf.function"), later("{count:,} tf.functions")),
    "Keras model": (later("{count:,} Keras model"), later("{count:,} Keras models")),
    "Keras layer": (later("{count:,} Keras layer"), later("{count:,} Keras layers")),
    "Python value": (later("{count:,} Python value"), later("{count:,} Python values")),
    "Python function": (later("{count:,} Python function"), later("{count:,} Python functions")),
}


def counted(count: int, thing: str) -> str:
    """How many of a thing: `1 byte`, `768 bytes`."""
    return say(_COUNTED[thing][count != 1], count=count)


def showable(text: str) -> str:
    """The text with � for what some page, picture or file cannot hold; a long line is cut."""
    lines = _UNSHOWABLE.sub("\ufffd", text).split("\n")
    long = later("{start}… ({count:,} characters)")
    told = [say(long, start=it[:200], count=len(it)) if len(it) > 1000 else it for it in lines]
    return "\n".join(told)


def markdown_text(text: str) -> str:
    """Markdown that shows the text as it is, on one line: no link, no code, no cell of a table."""
    return re.sub(r"([\\`*_~\[\]<&|$]|^[#>+=-])", r"\\\1", " ".join(showable(text).split()))


def is_wide(character: str) -> bool:
    """True for what is two columns wide in a terminal, as Japanese is."""
    return unicodedata.east_asian_width(character) in "WF"


def japanese_font() -> Path | None:
    """The file of IPAexGothic; None where the package that brings it is not installed."""
    # Found, not imported: importing it changes how matplotlib draws everything.
    found = find_spec("matplotlib_fontja")
    return Path(found.origin).with_name("fonts") / "ipaexg.ttf" if found and found.origin else None


def _write_japanese_in_plots() -> None:
    """Where matplotlib is loaded, give it Japanese letters for what DejaVu Sans has not."""
    fonts, font = sys.modules.get("matplotlib.font_manager"), japanese_font()
    if fonts and font:
        fonts.fontManager.addfont(font)
        sys.modules["matplotlib"].rcParams["font.family"] = ["DejaVu Sans", "IPAexGothic"]


@lru_cache(maxsize=1)  # not `cache`: an old Python gets its sentence too
def _catalogue() -> dict[str, str]:
    found = _ENTRY.findall(_CATALOGUE.read_text(encoding="utf-8"))
    return {_joined(message): _joined(words) for message, words in found if message != '""\n'}


def _joined(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.splitlines())
