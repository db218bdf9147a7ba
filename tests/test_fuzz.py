"""Damaged files in small numbers, and what many of them once broke, each made anew."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from tests import fuzz, odd_files
from tfl_helpers import InputError, draw_conversion, draw_graph, explore_tensors, find_station

MUTANTS, FOLDERS = 800, 60


@pytest.fixture
def judge(tmp_path: Path) -> fuzz.Judge:
    (tmp_path / "watched").mkdir()
    return fuzz.Judge(tmp_path / "watched")


def wrong(judge: fuzz.Judge) -> list[str]:
    return [f"{name}: {one}" for name, tally in judge.tallies.items() for one in tally.wrong]


def test_a_damaged_file_is_read_or_refused(judge: fuzz.Judge, tmp_path: Path) -> None:
    fuzz.try_files(MUTANTS, 7, judge, tmp_path / "watched")
    assert wrong(judge) == []
    for name in ("read_tflite", "read_bytes", "draw_graph", "draw_bytes", "draw_conversion"):
        assert judge.tallies[name].results > MUTANTS / 10, name
    assert judge.tallies["read_tflite"].refused > MUTANTS / 10


def test_a_spoilt_folder_is_known_or_refused(judge: fuzz.Judge, tmp_path: Path) -> None:
    fuzz.try_folders(FOLDERS, 7, judge, tmp_path / "watched")
    assert wrong(judge) == []
    found = judge.tallies["find_station, folder"]
    assert min(found.results, found.refused) > FOLDERS / 10


@pytest.mark.parametrize("kind", odd_files.every_kind())
def test_a_sound_file_of_each_kind_is_read_and_drawn(kind: str, judge: fuzz.Judge) -> None:
    content = odd_files.every_kind()[kind]
    for name in ("read_tflite", "read_bytes", "draw_graph", "draw_bytes"):
        assert judge.attempt(name, lambda name=name: looked(name, content)) == "result"
    assert wrong(judge) == []


def looked(name: str, content: bytes) -> Any:
    import tfl_helpers as tfl

    return getattr(tfl, name)(content)._repr_mimebundle_()


def busy(seconds: float = 1.1) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


BREAKS: dict[str, Callable[[], Any]] = {
    "slow": busy,
    "large": lambda: len(b"x" * 300_000_000),
    "foreign error": lambda: {}["x"],
    "warning": lambda: __import__("warnings").warn("seen", stacklevel=1),
    "stderr": lambda: os.write(2, b"seen"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_each_rule_bites(broken: str, judge: fuzz.Judge) -> None:
    judge.attempt("way", BREAKS[broken])
    assert len(wrong(judge)) == 1


def test_a_file_that_is_left_is_seen(judge: fuzz.Judge, tmp_path: Path) -> None:
    judge.attempt("way", lambda: (tmp_path / "watched" / "left").write_text("x"))
    assert wrong(judge) == ["way: left {'left'}"]


# What was found ---------------------------------------------------------------------------------


def sharing(count: int = 3000) -> bytes:
    """A list that leads to one tensor so many times; its name alone has 100,000 letters."""
    made = odd_files.doubled()
    made.subgraphs[0].tensors = [odd_files.tensor("x" * 100_000)] + [odd_files.tensor("y")] * count
    content = bytearray(odd_files.pack(made))
    places = (at for at, size in fuzz.known(bytes(content)).places if size == 4)
    at = 4 + next(i for i in places if struct.unpack_from("<I", content, i)[0] == count + 1)
    target = at + struct.unpack_from("<I", content, at)[0]
    for place in range(at, at + 4 * count, 4):
        struct.pack_into("<I", content, place, target - place)
    return bytes(content)


def laughing(levels: int = 30) -> bytes:
    """Options of a compiled operator: a list of two lists, which are one, and so on."""
    told = bytearray([1, 1, 4])
    for _ in range(levels):
        inner = len(told) - (2 if len(told) == 3 else 4)
        start = len(told) + 1
        told += bytes([2, start - inner, start + 1 - inner, 40, 40])
    told += bytes([4, 40, 1])
    made = odd_files.model(
        [odd_files.tensor("x")], [odd_files.operator([0], [0])], [0], [0], (), "DISPATCH_OP"
    )
    made.subgraphs[0].operators[0].customOptions = list(told)
    return odd_files.pack(made)


@pytest.mark.parametrize("look", ["read_tflite", "read_bytes", "draw_graph", "draw_bytes"])
@pytest.mark.parametrize("make", [sharing, laughing])
def test_a_few_bytes_are_not_read_for_hours(
    make: Callable[[], bytes], look: str, judge: fuzz.Judge
) -> None:
    assert judge.attempt(look, lambda: looked(look, make())) != "result"
    assert wrong(judge) == []


def test_subgraphs_in_subgraphs_are_not_drawn_a_million_times(judge: fuzz.Judge) -> None:
    content = odd_files.nested(40, 2)
    for name in ("read_tflite", "draw_graph"):
        assert judge.attempt(name, lambda name=name: looked(name, content)) != "result"
    assert wrong(judge) == []


def test_as_many_arrows_as_hide_each_other_are_no_picture() -> None:
    ops = [odd_files.operator(list(range(i + 1)), [i + 1]) for i in range(40)]
    tensors = [odd_files.tensor(f"t{i}") for i in range(41)]
    told = str(draw_graph(odd_files.pack(odd_files.model(tensors, ops, [0], [40]))))
    assert "821 arrows are more than one page can show" in told


def test_what_an_operator_runs_is_drawn_once() -> None:
    assert draw_graph(odd_files.looping()).words.count("WHILE y: body") == 1


def test_a_long_name_makes_no_high_picture() -> None:
    tensors = [odd_files.tensor("x"), odd_files.tensor("y")]
    made = odd_files.model(tensors, [odd_files.operator([0], [1])], [0], [1], (), "long " * 20_000)
    picture = draw_conversion(fuzz.concrete(), odd_files.pack(made))
    assert picture.height < 2_000


def test_names_that_are_no_text_are_refused_by_the_inspector() -> None:
    made = odd_files.doubled()
    made.subgraphs[0].tensors[0].name = b"\xff"
    interpreter = Interpreter(model_content=odd_files.pack(made))
    with pytest.raises(InputError, match=r"names in the file that are text, got b'\\xff'"):
        explore_tensors(interpreter)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_nobody_waits_for_a_named_pipe(tmp_path: Path, judge: fuzz.Judge) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert judge.attempt("find_station", lambda: find_station(tmp_path / "pipe")) != "result"
    assert wrong(judge) == []


def without_graphs() -> Any:
    made = odd_files.doubled()
    made.subgraphs = None
    return made


def in_itself() -> Any:
    """A loop whose body is the graph that it stands in."""
    made = schema.ModelT.InitFromPackedBuf(odd_files.looping(), 0)
    made.subgraphs[0].operators[0].builtinOptions.bodySubgraphIndex = 0
    return made


@pytest.mark.parametrize("make", [without_graphs, in_itself])
def test_what_ends_the_process_in_litert_is_refused_by_who_reads_first(
    make: Callable[[], Any], judge: fuzz.Judge
) -> None:
    """LiteRT 2.3: SIGSEGV, of the first in `Interpreter`, of the second in `allocate_tensors`."""
    content = odd_files.pack(make())
    assert judge.attempt("read_tflite", lambda: looked("read_tflite", content)) != "result"
    assert wrong(judge) == []
