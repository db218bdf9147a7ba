"""Mistakes that really raise: the line that is kept, and what is known of the message."""

from __future__ import annotations

import importlib.util
import textwrap
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from tfl_helpers import quiet
from tfl_helpers.look.messages import causes, error_line, find_cause
from tfl_helpers.look.road import STATIONS

HERE = Path(__file__).parent
HEAD, *BLOCKS = (HERE / "real_errors.txt").read_text(encoding="utf-8").split("\n== ")
MISTAKES = {block.partition(" | ")[0]: block.splitlines() for block in BLOCKS}
FOREIGN = (HERE / "foreign_errors.txt").read_text(encoding="utf-8").strip().splitlines()
USED = set()


@pytest.fixture(scope="module")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Callable[[], object]]:
    """Every mistake as a function of one file, since AutoGraph reads source code."""
    place = tmp_path_factory.mktemp("mistakes") / "real_mistakes.py"
    code = [
        f"def {name}():\n" + textwrap.indent("\n".join(lines[2:]), "    ")
        for name, lines in MISTAKES.items()
    ]
    place.write_text("\n".join([HEAD, *code]), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("real_mistakes", place)
    module = importlib.util.module_from_spec(spec)
    with quiet():
        spec.loader.exec_module(module)
    return vars(module)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_understood(name: str, mistakes: dict[str, Callable[[], object]]) -> None:
    (_, station, *words), kept = MISTAKES[name][0].split(" | "), MISTAKES[name][1].strip()
    with quiet(), pytest.raises(Exception) as caught:  # noqa: PT011
        mistakes[name]()
    error, trace = caught.value, "".join(traceback.format_exception(caught.value))
    line, said = error_line(error), f"{type(error).__name__}: {error}"

    assert kept in line
    assert "\n" not in line
    for text in (str(error), said, line, trace):
        cause = find_cause(text)
        if station == "unknown":
            assert cause is None, text
        else:
            assert cause or text is line, text  # the line alone may be Python's
            if not cause:
                continue
            USED.add(cause)
            assert cause.station == station
            assert words[0] in cause.cause
            assert words[1] in cause.cure


@pytest.mark.parametrize("message", FOREIGN)
def test_a_message_of_another_library_is_unknown(message: str) -> None:
    assert find_cause(message) is None
    assert find_cause(message.partition(": ")[2]) is None


# These need another version, a page, or a log: no snippet raises them.
SEEN = {
    "WARNING:tensorflow:5 out of the last 5 calls to <function f at 0x7f> triggered tf.function "
    "retracing. Tracing is expensive": "eager",
    "WARNING:tensorflow:AutoGraph could not transform <function f at 0x7f> and will run it as-is": (
        "tf.function"
    ),
    "Element type INT8 is not supported": ".tflite",
    "Cannot set tensor: Got value of type FLOAT32 but expected type INT8 for input 0": "device",
    "Didn't find op for builtin opcode 'FULLY_CONNECTED' version '12'.": "device",
    "SELECT TensorFlow\n   OP(s), included in the given model": ".tflite",
}


@pytest.mark.parametrize("message", SEEN)
def test_a_message_that_only_stands_in_a_log_is_understood(message: str) -> None:
    cause = find_cause(message)
    USED.add(cause)
    assert cause.station == SEEN[message]


def test_every_row_of_the_table_is_met_and_says_where() -> None:
    assert {cause.lesson for cause in causes()} <= {f"{number:02d}" for number in range(15)}
    stations = [station.name for station in STATIONS]
    assert [s for s in stations if s in {c.station for c in causes()}] == stations
    if len(USED) > 50:  # all of this file ran, not a part of it
        assert [cause.pattern for cause in causes() if cause not in USED] == []
    for cause in causes():
        assert not cause.cure.endswith(".")
        assert cause.tip[0].isupper() or cause.tip[0] == "`"
