"""Damage files and see that each is read or refused: `python -m tests.fuzz 100000`.

A mutant passes if each way to look at it ends in a result or in an `InputError`, in under a
second, with less than 200 MB, no warning, nothing on stderr, no file. Half of the damage knows
where the tables have their offsets and lengths. A mutant that stumbles at a place where none did
before is damaged further: so the search finds its way into the code. `--litert 5000` and
`--saved 1000` run what files do inside LiteRT and TensorFlow in processes of their own, which may
die there, but not in code of ours; `--page 1000` opens them in the page of lesson 14.
Nothing here is collected as a test; `tests/test_fuzz.py` runs a small part.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import psutil

import tfl_helpers as tfl
from tests import odd_files
from tfl_helpers.setup.lessons import NOTEBOOKS

SECONDS, BYTES, HANG = 1.0, 200_000_000, 60
EXTREMES = (0, 1, 2, 3, 4, 8, 16, 127, 128, 255, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)
NAMES = (b"<script>alert(1)</script>", b"](javascript:alert(1))", b"\xff\xfe\x00", b"../../x")
NAMES += (b"'\"><img src=x onerror=x>", "\u202eabc".encode(), b"\0" * 9, b"a" * 99)


@dataclass
class File:
    """A file to be damaged, and where its numbers are: place and bytes of each."""

    content: bytes
    places: list[tuple[int, int]]


def known(content: bytes) -> File:
    """The file, with the places that the schema's own code reads."""
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import encode

    places, get = {}, encode.Get

    def watched(kind: Any, content: bytes, at: int) -> Any:
        places[at] = kind.size
        return get(kind, content, at)

    with mock.patch.object(encode, "Get", watched):
        schema.ModelT.InitFromPackedBuf(content, 0)
    return File(content, sorted(places.items()))


def stored_files() -> list[File]:
    """One of each kind, and those of the lessons."""
    lessons = [(NOTEBOOKS / f"{name}.tflite").read_bytes() for name in ("gesture", "learner")]
    return [known(one) for one in (*odd_files.every_kind().values(), *lessons)]


# Damage ----------------------------------------------------------------------------------------


def _block(rng: random.Random, content: bytes) -> slice:
    start = rng.randrange(len(content) + 1)
    return slice(start, start + rng.choice((1, 4, 8, 32, 200)))


def flip(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """A few bits."""
    for _ in range(rng.choice((1, 1, 2, 8)) if made else 0):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)


def cut(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """All behind some place."""
    del made[rng.randrange(len(made) + 1) :]


def swap(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """Two blocks."""
    first, second = _block(rng, made), _block(rng, made)
    made[first], made[second] = made[second], made[first]


def splice(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """A block of another file in place of one, or between two."""
    into, of = _block(rng, made), _block(rng, other.content)
    made[into if rng.random() < 0.5 else slice(into.start, into.start)] = other.content[of]


def blank(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """A block of one byte."""
    block = _block(rng, made)
    made[block] = bytes([rng.choice((0, 255, 1))]) * len(made[block])


def rename(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """What tries to be more than text, over whatever stands there."""
    name, start = rng.choice(NAMES), rng.randrange(len(made) + 1)
    made[start : start + len(name)] = name


def number(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """An offset, a length, an index or a type: an extreme, or one near to what it was."""
    at, size = rng.choice(one.places)
    was = int.from_bytes(made[at : at + size], "little")
    near = was + rng.choice((-8, -4, -2, -1, 1, 2, 4, 8)), was * 2, was // 2, len(made) - at
    value = rng.choice(EXTREMES + near) % 256**size
    made[at : at + size] = value.to_bytes(size, "little")


def share(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """An offset to where another one leads: tables that two have, or that have themselves."""
    for _ in range(rng.choice((1, 1, 10, 200))):
        (at, _), (there, _) = rng.choice(one.places), rng.choice(one.places)
        if max(at, there) + 4 <= len(made):
            to = there + struct.unpack_from("<I", made, there)[0] * rng.choice((0, 1)) - at
            struct.pack_into("<I", made, at, to % 2**32)


def repeat(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """A number in the place of another."""
    (at, size), (there, wide) = rng.choice(one.places), rng.choice(one.places)
    made[at : at + size] = made[there : there + min(size, wide)].ljust(size, b"\0")


def append(rng: random.Random, made: bytearray, one: File, other: File) -> None:
    """Something behind the model."""
    made += rng.choice((other.content, odd_files.archive(), b"PK\5\6" + bytes(18), bytes(64)))


def meaning(rng: random.Random, content: bytes) -> bytes:
    """A whole file again, in which indices, types, names or lists are not what they were."""
    from ai_edge_litert import schema_py_generated as schema

    made, places = schema.ModelT.InitFromPackedBuf(content, 0), []
    todo: list[Any] = [made]
    for thing in todo:  # it grows on the way
        places += [(thing, name) for name in vars(thing)]
        for value in vars(thing).values():
            inside = value if isinstance(value, list) else [value]
            todo += [one for one in inside if hasattr(one, "__dict__") and one not in todo]
    for _ in range(rng.choice((1, 1, 2, 4))):
        thing, name = rng.choice(places)
        setattr(thing, name, _other(rng, getattr(thing, name)))
    return odd_files.pack(made)


def _other(rng: random.Random, value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice((0, 1, -1, value + 1, value - 1, value * 2, 200, 2**31 - 1, -(2**31)))
    if isinstance(value, bytes):
        return rng.choice((*NAMES, b"", value * 2, value + b"/" + value, b"long " * 20_000))
    if isinstance(value, list) or hasattr(value, "tolist"):
        items = value if isinstance(value, list) else value.tolist()
        if items and not hasattr(items[0], "__dict__") and rng.random() < 0.5:
            place = rng.randrange(len(items))
            return [*items[:place], _other(rng, items[place]), *items[place + 1 :]]
        few = [*items, *items], items[1:], items[:-1], items[::-1], [], items * 40, items[:1] * 3
        return rng.choice(few)
    return rng.choice((None, value))


KNOWING = (number, number, share, repeat)
BLIND = (flip, cut, swap, splice, blank, rename, append)


def damaged(rng: random.Random, files: list[File]) -> File:
    """A mutant; most keep the eight bytes by which a file is known."""
    one, other = rng.choice(files), rng.choice(files)
    if len(one.content) > 4000 and rng.random() < 0.7:  # small ones are quicker, and break as well
        one = other
    if rng.random() < 0.5:
        with suppress(Exception):  # what the schema cannot write, or a mutant that it cannot read
            return File(meaning(rng, one.content), one.places)
    made = bytearray(one.content)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        rng.choice(KNOWING if rng.random() < 0.5 else BLIND)(rng, made, one, other)
    if len(made) > 8 and rng.random() < 0.95:
        made[4:8] = b"TFL3"
    return File(bytes(made), one.places)


# Ways to look at a file ------------------------------------------------------------------------


def show(thing: Any) -> Any:
    """All that a notebook asks for but the PNG, which takes most of the time."""
    return (thing.html(), thing.words) if hasattr(thing, "svg") else thing._repr_mimebundle_()


@cache
def concrete() -> Any:
    """A concrete function, of which mutants are said to be made."""
    with tfl.quiet():
        import tensorflow as tf

        spec = tf.TensorSpec([32, 2], name="x")
        made = tf.function(lambda x: tf.while_loop(lambda x: x[0, 0] < 3.0, lambda x: x + x, [x]))
        return made.get_concrete_function(spec)


def write_page(folder: Path, model: bytes, **more: bytes) -> Any:
    """A page as lesson 14 writes one."""
    stroke = [[i / 31, i / 31] for i in range(32)]
    return tfl.write_page(folder / "page", model, dict.fromkeys("abc", stroke), **more)


def looks(folder: Path) -> dict[str, Callable[[bytes], Any]]:
    """Each way by its name; files of its own go to `folder`."""
    path, sound = folder / "model.tflite", odd_files.classifying()

    def at_path(model: bytes) -> Any:
        path.write_bytes(model)
        return path

    return {
        "read_tflite": lambda model: show(tfl.read_tflite(model)),
        "read_bytes": lambda model: show(tfl.read_bytes(model)),
        "draw_graph": lambda model: show(tfl.draw_graph(model)),
        "draw_bytes": lambda model: show(tfl.draw_bytes(model)),
        "draw_conversion": lambda model: show(tfl.draw_conversion(concrete(), model)),
        "find_station": lambda model: tfl.find_station(model) + tfl.find_station(at_path(model)),
        "draw_road": lambda model: show(tfl.draw_road(model, at_path(model))),
        "write_page": lambda model: write_page(folder, model),
        "write_page, learner": lambda model: write_page(folder, sound, learner=model),
    }


PAINTED = ("draw_graph", "draw_bytes", "draw_conversion", "draw_road")


# The judge -------------------------------------------------------------------------------------


class Hang(BaseException):
    """It took too long, and nothing of ours may catch that."""


@dataclass
class Tally:
    """What became of the mutants of one way to look."""

    results: int = 0
    refused: int = 0
    seconds: float = 0.0
    size: int = 0
    wrong: list[str] = field(default_factory=list)


def origin(error: BaseException | None) -> str:
    """Where a refusal came from: the last place in our code, and the kind of error."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    ours = [f"{Path(f.filename).name}:{f.lineno}" for f in frames if "tfl_helpers" in f.filename]
    return f"{type(error).__name__} {ours[-1] if ours else ''}"


def peak() -> int:
    """The most bytes of memory that this process has had; on Linux, since it was last asked."""
    with suppress(OSError):
        status = Path("/proc/self/status").read_text()
        Path("/proc/self/clear_refs").write_text("5")
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])
    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):  # Windows
        return memory.peak_wset
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Judge:
    """Tries one look after the other, and holds each to the rules."""

    def __init__(self, folder: Path, keep: Path | None = None, every: int = 0) -> None:
        self.tallies: dict[str, Tally] = {}
        self._keep, self._every = keep, every
        self._folder, self._stderr = folder, os.open(folder / "stderr", os.O_RDWR | os.O_CREAT)

    def attempt(self, name: str, act: Callable[[], Any], mutant: bytes = b"") -> str:
        """Where it ended, for whoever looks for new places."""
        tally = self.tallies.setdefault(name, Tally())
        outcome, wrong, seconds, size = self._measured(act)
        if seconds > SECONDS and not wrong:  # once more: the first one may have loaded something
            outcome, wrong, seconds, _ = self._measured(act)
        tally.seconds, tally.size = max(seconds, tally.seconds), max(size, tally.size)
        tally.results += outcome == "result"
        tally.refused += outcome != "result"
        if seconds > SECONDS:
            wrong += f" {seconds:.1f} s"
        if size > BYTES:
            wrong += f" {size / 1e6:.0f} MB"
        if said := os.pread(self._stderr, 300, 0):
            os.ftruncate(self._stderr, 0)
            wrong += f" stderr: {said!r}"
        if left := {one.name for one in self._folder.iterdir()} - {"stderr", *LEFT}:
            wrong += f" left {left}"
        if wrong:
            self.note(name, wrong.strip(), mutant)
        return outcome

    def note(self, name: str, wrong: str, mutant: bytes) -> None:
        """A broken rule, and the mutant that broke it."""
        wrongs = self.tallies[name].wrong
        wrongs.append(wrong)
        if self._keep:
            (self._keep / f"{name} {len(wrongs)}").write_bytes(mutant)

    def _measured(self, act: Callable[[], Any]) -> tuple[str, str, float, int]:
        outcome, wrong = "result", ""
        peak()
        most = peak()
        with warnings.catch_warnings(record=True) as heard, _limit(), self._watched():
            warnings.simplefilter("always")
            start = time.process_time()
            try:
                act()
            except tfl.InputError as error:
                outcome = origin(error.__cause__)
                if not str(error).strip():
                    wrong = "an error without words"
            except (Exception, Hang) as error:
                outcome = wrong = f"{origin(error)}: {error}"
            seconds = time.process_time() - start
        if heard:
            wrong += f" warned: {heard[0].message}"
        return outcome, wrong, seconds, peak() - most

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """What native code says goes to a file meanwhile."""
        kept = os.dup(2)
        os.dup2(self._stderr, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)

    def tell(self, done: int, count: int, more: str) -> None:
        """A bar while it goes on."""
        if self._every and (done % self._every == 0 or done == count):
            wrong = sum(len(tally.wrong) for tally in self.tallies.values())
            bar = "#" * (30 * done // count)
            end = "\n" if done == count else "\r"
            told = f"[{bar:30}] {done:,} of {count:,}, {wrong} wrong, {more}"
            print(told, end=end if self._every == 1 else "\n", flush=True)

    def report(self) -> int:
        """What became of all, way by way; 1 if a rule was broken."""
        for name, one in self.tallies.items():
            told = f"{one.results:9,} results {one.refused:9,} refused"
            worst = f"{one.seconds:6.3f} s {one.size / 1e6:6.1f} MB at most"
            print(f"{name:26} {told} {worst}  {len(one.wrong)} wrong")
            for wrong, times in Counter(one.wrong).most_common(9):
                print(f"    {times} x {wrong}")
        return int(any(one.wrong for one in self.tallies.values()))


@contextmanager
def _limit() -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise Hang(f"more than {HANG} s")

    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, HANG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


# What refuses where a quicker one has refused, and is asked then one time in 200.
READERS = dict.fromkeys(("draw_graph", "draw_conversion", "write_page"), "read_tflite")
READERS |= {"write_page, learner": "read_tflite", "draw_bytes": "read_bytes"}
LEFT = ("model.tflite", "page")  # what two of the looks need, or write


def try_files(count: int, seed: int, judge: Judge, folder: Path) -> None:
    """So many mutants through each look; those that end where none did before are damaged anew."""
    rng, files, seen = random.Random(seed), stored_files(), set()
    ways, first = looks(folder), len(files)
    concrete()
    for done in range(count):
        few = files[:first] if rng.random() < 0.7 else files
        mutant, painted, ends = damaged(rng, few), rng.random() < 0.005, {}
        for name, look in ways.items():
            write = "write" not in name or rng.random() < 0.2  # each that succeeds writes 15 MB
            if not (painted or write and ends.get(READERS.get(name)) in (None, "result")):
                continue
            ends[name] = judge.attempt(name, partial(look, mutant.content), mutant.content)
            if (place := f"{name} {ends[name]}") not in seen:
                seen.add(place)
                files[first:] = [*files[first:], mutant][-200:]
        if painted:
            for name in PAINTED:
                picture = partial(_painted, ways[name], mutant.content)
                judge.attempt(f"{name}, its PNG", picture, mutant.content)
        judge.tell(done + 1, count, f"{len(seen)} places where looks end")


def _painted(look: Callable[[bytes], Any], content: bytes) -> None:
    with mock.patch(f"{__name__}.show", lambda thing: thing._repr_mimebundle_()):
        look(content)


# SavedModel folders ------------------------------------------------------------------------------

FOREIGN = (b"", b"<html>", b"PK\3\4", b"\x89PNG", b"\0" * 99, b"x" * 5_000_000, b"{" * 20_000)


def save(folder: Path) -> Any:
    """A module with variables, a list, a table, an asset and a loop; itself."""
    with tfl.quiet():
        import tensorflow as tf

        made, asset = tf.Module(), folder.parent / "labels.txt"
        made.scale, made.names = tf.Variable(2.0, name="scale"), [tf.Variable([1.0, 2.0])]
        asset.write_text("line\ncircle\n", encoding="utf-8")
        made.labels = tf.saved_model.Asset(str(asset))
        index, wide = tf.lookup.TextFileIndex, tf.TensorSpec([None], tf.string)
        words = (tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER)
        words = tf.lookup.TextFileInitializer(str(asset), *words)
        made.table = tf.lookup.StaticHashTable(words, -1)
        made.find = tf.function(made.table.lookup, input_signature=[wide])
        made.grow = tf.function(
            lambda x: tf.while_loop(lambda x: x < 9.0, lambda x: x * made.scale, [x]),
            input_signature=[tf.TensorSpec([], name="x")],
        )
        tf.saved_model.save(made, str(folder), signatures={"grow": made.grow, "find": made.find})
    return made


def _files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file() and not one.is_symlink())


def spoil(rng: random.Random, folder: Path) -> None:
    """Leave something out, cut it, take it for another, put something foreign in its place."""
    files = _files(folder)
    if not files:
        return
    one, other = rng.choice(files), rng.choice(files)
    content = one.read_bytes()
    way = rng.randrange(9)
    if way < 5:  # its content: the model's own words most of the time
        cut_off, flipped = content[: rng.randrange(len(content) + 1)], bytearray(content)
        flip(rng, flipped, File(b"", []), File(b"", []))
        changed = (
            cut_off,
            bytes(flipped),
            other.read_bytes(),
            rng.choice(FOREIGN),
            reworded(rng, one),
        )
        one.write_bytes(changed[way])
        return
    one.unlink()
    if way == 5:
        one.mkdir()
    elif way == 6:
        one.symlink_to(rng.choice((one.name, "nowhere", "..", "/dev/null")))
    elif way == 7 and hasattr(os, "mkfifo"):
        os.mkfifo(one)
    elif way == 8:
        name = rng.choice(NAMES).decode("utf-8", "replace").replace("\0", "").replace("/", "_")
        with suppress(OSError):  # a link of that name, which leads nowhere
            (one.parent / (name or "none")).write_bytes(content)


def reworded(rng: random.Random, file: Path) -> bytes:
    """The graph and the objects of a SavedModel with other names, numbers and lengths."""
    from tensorflow.core.protobuf import saved_model_pb2

    made = saved_model_pb2.SavedModel()
    with suppress(Exception):  # another file, or one that is damaged already
        made.ParseFromString(file.read_bytes())
    parts: list[Any] = [made]
    for part in parts:  # it grows on the way
        for kind, value in part.ListFields():
            if kind.message_type and not kind.message_type.GetOptions().map_entry:
                parts += value if kind.is_repeated else [value]
    for _ in range(rng.choice((1, 1, 3))):
        part = rng.choice(parts)
        _reword(rng, part, rng.choice([kind for kind, _ in part.ListFields()] or [None]))
    return made.SerializeToString()


def _reword(rng: random.Random, part: Any, kind: Any) -> None:
    if kind is None or kind.message_type and kind.message_type.GetOptions().map_entry:
        return
    value = getattr(part, kind.name)
    with suppress(TypeError, ValueError):  # a number that its kind cannot hold
        if kind.is_repeated:
            few = [[], [*value, *value], list(value)[::-1], list(value)[:-1]]
            if not kind.message_type:
                few.append([_other_word(rng, one) for one in value])
            chosen = [
                type(one).FromString(one.SerializeToString()) if kind.message_type else one
                for one in rng.choice(few)
            ]
            part.ClearField(kind.name)
            getattr(part, kind.name).extend(chosen)
        elif kind.message_type:
            part.ClearField(kind.name)
        else:
            setattr(part, kind.name, _other_word(rng, value))


def _other_word(rng: random.Random, value: Any) -> Any:
    if isinstance(value, str):
        names = [name.decode("utf-8", "replace") for name in NAMES]
        return rng.choice(
            (*names, "", value + value, "/etc/passwd", "long " * 50_000, "a" * 10_000)
        )
    return _other(rng, value)


def try_folders(count: int, seed: int, judge: Judge, folder: Path) -> None:
    """So many spoilt folders; nothing is loaded here."""
    rng, sound, spoilt = random.Random(seed), folder.parent / "sound", folder.parent / "spoilt"
    save(sound)
    readers = {name: getattr(tfl, name) for name in ("read_tflite", "draw_bytes", "draw_graph")}
    looks = {"find_station": tfl.find_station, "draw_road": lambda one: show(tfl.draw_road(one))}
    for done in range(count):
        shutil.rmtree(spoilt, ignore_errors=True)
        shutil.copytree(sound, spoilt)
        for _ in range(rng.choice((1, 1, 2, 6))):
            spoil(rng, spoilt)
        places = [spoilt, str(spoilt), *rng.sample(sorted(spoilt.rglob("*")), 1)]
        for name, look in (looks | readers).items():
            for place in places:
                judge.attempt(f"{name}, folder", partial(look, place), str(place).encode())
        judge.tell(done + 1, count, "folders")


# What runs inside LiteRT and TensorFlow ----------------------------------------------------------


def child(kind: str, seed: int, first: int, last: int) -> None:
    """Those mutants one after the other, each said before it is tried: the process may die."""
    resource = suppress(ImportError)
    with resource:
        import resource as limits

        limits.setrlimit(limits.RLIMIT_AS, (12 * 2**30, 12 * 2**30))
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "empty").mkdir()
        judge = Judge(home / "empty")
        tries = {"litert": try_in_litert, "saved": try_saved}[kind](home, judge)
        for number in range(first, last):
            if hasattr(signal, "alarm"):
                signal.alarm(HANG)
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
            rng = random.Random(f"{seed} {number}")
            for stage in tries(rng):
                print(json.dumps([number, stage, ""]), flush=True)
            for look, tally in judge.tallies.items():
                print(json.dumps([number, "end", [look, tally.results, tally.wrong]]), flush=True)
            judge.tallies.clear()
            print(json.dumps([number, "end", ""]), flush=True)


def try_in_litert(home: Path, judge: Judge) -> Callable[[random.Random], Iterator[str]]:
    """What a learner does with a file, stage by stage, and `explore_tensors` between any two."""
    from ai_edge_litert.interpreter import Interpreter

    files = stored_files()

    def tries(rng: random.Random) -> Iterator[str]:
        content = damaged(rng, files).content
        yield f"Interpreter {len(content)}"
        (home / "mutant").write_bytes(content)
        try:
            keep = {"experimental_preserve_all_tensors": rng.random() < 0.5}
            interpreter = Interpreter(model_content=content, **keep)
        except Exception:
            yield "refused"
            return
        for stage in ("made", "allocate_tensors", "invoke", "invoke"):
            if stage != "made":
                yield stage
                try:
                    getattr(interpreter, stage)()
                except Exception:
                    yield "refused"
                    return
            if stage == "invoke" or rng.random() < 0.5:
                yield f"explore_tensors after {stage}"
                judge.attempt("explore_tensors", partial(pressed, interpreter))

    return tries


def pressed(interpreter: Any) -> None:
    """Every button, so that every tensor is looked at."""
    explorer = tfl.explore_tensors(interpreter)
    explorer._repr_mimebundle_()
    for _ in range(20):
        explorer.press("next")


def try_saved(home: Path, judge: Judge) -> Callable[[random.Random], Iterator[str]]:
    """Folders that TensorFlow loads although they are spoilt: what of ours looks at what came."""
    import tensorflow as tf

    sound, spoilt = home / "sound", home / "spoilt"
    made = save(sound)

    def tries(rng: random.Random) -> Iterator[str]:
        shutil.rmtree(spoilt, ignore_errors=True)
        shutil.copytree(sound, spoilt)
        for _ in range(rng.choice((1, 1, 2))):
            one = spoilt / "saved_model.pb"
            if rng.random() < 0.8 and one.is_file():
                one.write_bytes(reworded(rng, one))
            else:
                spoil(rng, spoilt)
        yield "load"
        try:
            loaded = tf.saved_model.load(str(spoilt))
        except Exception:
            yield "refused"
            return
        yield "looks"
        for name, look in looks_at_loaded(made, loaded).items():
            judge.attempt(name, look)

    return tries


def looks_at_loaded(made: Any, loaded: Any) -> dict[str, Callable[[], Any]]:
    """Each way to look at what was loaded."""
    looks = {
        "compare_saved": lambda: show(tfl.compare_saved(made, loaded)),
        "draw_module, loaded": lambda: show(tfl.draw_module(loaded)),
        "find_station, loaded": lambda: tfl.find_station(loaded),
    }
    graphs = dict(loaded.signatures)
    for name in ("find", "grow"):
        if hasattr(loaded, name):
            looks[f"read_function {name}"] = partial(
                _shown, tfl.read_function, getattr(loaded, name)
            )
    for one in graphs.values():
        for look in (tfl.draw_concrete, tfl.draw_graph, tfl.read_concrete, tfl.find_station):
            looks[look.__name__ + ", loaded"] = partial(_shown, look, one)
    return looks


def _shown(look: Callable[[Any], Any], thing: Any) -> None:
    seen = look(thing)
    if not isinstance(seen, tuple):
        show(seen)


def in_children(kind: str, count: int, seed: int, judge: Judge) -> None:
    """So many mutants in processes that may die; where the next one goes on."""
    ended, number = Counter[str](), 0
    while number < count:
        start = [sys.executable, "-m", "tests.fuzz", "--child", kind, str(seed)]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        stage = ""
        with subprocess.Popen([*start, str(number), str(count)], **quiet) as process:
            for line in process.stdout:
                number, stage, told = json.loads(line)
                if told:
                    tally = judge.tallies.setdefault(told[0], Tally())
                    tally.results += told[1]
                    tally.wrong += [f"mutant {number}: {wrong}" for wrong in told[2]]
                elif stage == "refused":
                    ended["refused"] += 1
                elif stage == "end":
                    judge.tell(number + 1, count, f"{kind}, {dict(ended)}")
        if process.returncode:
            died = (
                f"{signal.Signals(-process.returncode).name} in {stage.rpartition(' ')[0] or stage}"
            )
            ended[died] += 1
            print(f"  mutant {number}: {died} {stage}", flush=True)
            if stage.startswith(("explore", "looks")):
                judge.tallies.setdefault(stage, Tally()).wrong.append(f"mutant {number}: {died}")
        number += 1
    print(f"{kind}: {count:,} mutants, {dict(ended)}")


# The page of lesson 14 --------------------------------------------------------------------------

NO_WORDS = re.compile(r"undefined|NaN|null|\[object|Cannot |not a function|not iterable")


def try_pages(count: int, seed: int, judge: Judge, folder: Path) -> None:
    """So many loads in a real browser of the page with one of its three files damaged."""
    from playwright.sync_api import sync_playwright

    from tests.live_lab import FLAGS, find_browser
    from tests.live_page import served, write_page_of_lesson

    rng, place = random.Random(seed), folder.parent / "lesson"
    place.mkdir()
    write_page_of_lesson(place, seed=11)
    shipped, states = place / "shipped", Counter[str]()
    names = ("model.tflite", "learner.tflite", "settings.json")
    sound = {name: (shipped / name).read_bytes() for name in names}
    files = {name: known(sound[name]) for name in names[:2]}
    with sync_playwright() as started, served(shipped) as url:
        chromium = started.chromium.launch(executable_path=find_browser(started), args=FLAGS)
        for done in range(count):
            name = rng.choice((*names, names[0]))
            if name in files:
                mutant = damaged(rng, [files[name], files[rng.choice(names[:2])]]).content
            else:
                mutant = json.dumps(_junk(rng, json.loads(sound[name]))).encode()
            tally = judge.tallies.setdefault(f"page, {name}", Tally())
            page = chromium.new_page(locale="en-GB")
            page.route(f"**/{name}", partial(_give, mutant))
            start = time.perf_counter()
            wrong = on_page(page, url, states)
            tally.seconds = max(tally.seconds, time.perf_counter() - start)
            tally.results += 1
            if wrong:
                judge.note(f"page, {name}", wrong, mutant)
            page.close()
            judge.tell(done + 1, count, f"pages, {dict(states)}")
        chromium.close()


def _give(body: bytes, route: Any) -> None:
    route.fulfill(body=body)


def on_page(page: Any, url: str, states: Counter[str]) -> str:
    """What is wrong with the page: a blank, a word of no language, an error that nobody told."""
    from playwright.sync_api import Error

    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"error {error}"))
    try:
        page.goto(url)
        page.locator("body[data-ready]").wait_for(timeout=1000 * HANG)
        if page.locator("body").get_attribute("data-ready") == "true":
            page.locator("#samples button").first.click()
            done = page.locator("#spoken:not(:empty), #state.wrong").first
            done.wait_for(state="attached", timeout=1000 * HANG)
        said = page.locator("#state").inner_text()
        text = page.locator("body").inner_text()
        states[said.partition(":")[0][:40]] += 1
    except Error as error:
        return f"hang: {str(error)[:80]}"
    if not said.strip() or said.startswith("Loading"):
        errors.append(f"says {said!r}")
    if found := NO_WORDS.search(text):
        errors.append(f"says {text[max(0, found.start() - 40) : found.end() + 40]!r}")
    return "; ".join(errors)


def _junk(rng: random.Random, settings: Any) -> Any:
    """The settings, one part of them something else."""
    part, key = settings, rng.choice(list(settings))
    while isinstance(part[key], dict | list) and part[key] and rng.random() < 0.5:
        part = part[key]
        key = rng.choice(list(part) if isinstance(part, dict) else range(len(part)))
    new = None, 0, -1, 1e400, "", "<b>x</b>", [], {}, [None], "x" * 10_000, True, [[1, 2]]
    part[key] = rng.choice(new)
    return rng.choice((settings, settings, settings, settings, part, None, [], "x"))


def main(arguments: list[str]) -> int:
    """As many mutants as asked; 1 if one of them broke a rule."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("files", type=int, nargs="?", default=0, help="damaged .tflite files")
    parser.add_argument("--folders", type=int, default=0, help="spoilt SavedModels")
    parser.add_argument("--saved", type=int, default=0, help="the same, loaded by TensorFlow")
    parser.add_argument("--litert", type=int, default=0, help="files that LiteRT runs")
    parser.add_argument("--page", type=int, default=0, help="loads of the page of lesson 14")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for mutants that break a rule")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        kind, *numbers = options.child
        child(kind, *map(int, numbers))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "watched"
        folder.mkdir()
        judge = Judge(folder, options.keep, 1 if sys.stdout.isatty() else 500)
        ways = ((try_files, options.files), (try_folders, options.folders))
        for tries, count in (*ways, (try_pages, options.page)):
            if count:
                tries(count, options.seed, judge, folder)
        for kind, count in (("litert", options.litert), ("saved", options.saved)):
            if count:
                in_children(kind, count, options.seed, judge)
    return judge.report()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
