"""Run the cells of lessons in orders that nobody foresaw: `python -m tests.any_order 8 02 03`.

Cells left out, run twice, shuffled, after a restart; stubs untouched, solved, or with the answers
of tests/wrong_answers, and predictions said by chance: so many orders a lesson, seeded. A cell may
raise. It may not mislead: see `Judge`. Needs Linux. Nothing here is collected as a test.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import symtable
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from nbformat import NotebookNode

from tests.author.kernel import ENVIRONMENT, NO_CAPTURE
from tests.author.solutions import VERDICT, exercises, fill_in
from tests.wrong_answers import answers_of
from tfl_helpers.setup.lessons import NOTEBOOKS, ROOT, find_lessons
from tfl_helpers.setup.merge import make_copy
from tfl_helpers.words import say, speak

SECONDS = 60  # that a cell may take
SETUP = ("parameters", "imports")
# A process that has loaded what takes long, and forks a kernel for each line that it reads.
WARM = f"""
import json, os, signal, sys
import ipykernel.kernelapp, ipykernel.ipkernel, ipywidgets, matplotlib.pyplot, tensorflow
import ai_edge_litert.interpreter
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("warm", flush=True)
made = []
for line in sys.stdin:
    given = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.chdir(given["folder"])
        os.environ.update(given["environment"])
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        arguments = ["-f", given["connection"], {NO_CAPTURE!r}]
        ipykernel.kernelapp.IPKernelApp.launch_instance(argv=arguments)
        os._exit(0)
    made.append(pid)
    print(pid, flush=True)
for pid in made:  # whoever asked for them is gone
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""
# It would make every function of the kernel eager, which is what its learner asked for.
FOR_ALL = "run_functions_eagerly(True)"
OTHER = (
    "{words} In the lesson as it is stored: {stored} Either something was changed, or "
    "cells ran in another order: run those above in order, then this one."
)
DRAWS = re.compile(r"tf\.random|layers\.")
MARKS = re.compile(r"recall_predictions|review_predictions|draw_road")  # show what was said before
TEMPLATES = (
    "You said {said}, it is {actual}, which was not among the options.",
    "You said {said}, and it is {actual}.",
    "You said {said}, it is {actual}.",
    "It is {actual}, which was not among the options.",
    "It is {actual}.",
)


@dataclass
class Ran:
    """What a kernel answered to one cell."""

    seconds: float = 0.0
    error: str = ""  # the type and the message
    home: str = ""  # the file of the innermost frame
    texts: list[str] = field(default_factory=list)  # plain texts of what was shown
    state: str = ""  # of a verdict
    alive: bool = True
    streamed: str = ""  # name of the stream that spoke last

    @property
    def text(self) -> str:
        """All that a reader sees, without colour."""
        return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(self.texts))


class Nursery:
    """Kernels that are there at once; use it in a `with` statement."""

    def __enter__(self) -> Nursery:
        self.folder = Path(tempfile.mkdtemp(prefix="tfl-order-"))
        environment = {**os.environ, **ENVIRONMENT, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-c", WARM]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._warm = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, **pipes)
        assert self._line() == "warm"
        self._number = 0
        return self

    def __exit__(self, *error: Any) -> None:
        self._warm.kill()
        self._warm.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _line(self) -> str:
        assert self._warm.stdout
        return self._warm.stdout.readline().strip()

    @contextmanager
    def place(self, language: str) -> Iterator[Path]:
        """A folder of lessons with the files that they read, and nothing else."""
        self._number += 1
        top = self.folder / str(self._number)
        own = top / "notebooks" / language
        own.mkdir(parents=True)
        for file in NOTEBOOKS.iterdir():
            if file.is_file():
                shutil.copy(file, own.parent)
        yield own
        shutil.rmtree(top, ignore_errors=True)

    def kernel(self, place: Path) -> Kernel:
        """A new one, with the learner's marks beside the lessons."""
        self._number += 1
        path = str(self.folder / f"k{self._number}.json")
        write_connection_file(path, ip=f"{self.folder}/k{self._number}", transport="ipc")
        marks = {"TFL_PROGRESS": str(place.parent.parent / "marks")}
        given = {"folder": str(place), "environment": marks, "connection": path}
        assert self._warm.stdin
        self._warm.stdin.write(json.dumps(given) + "\n")
        self._warm.stdin.flush()
        return Kernel(path, int(self._line()))


class Kernel:
    """Runs one cell after another, as JupyterLab sends them: with their ids."""

    def __init__(self, connection: str, pid: int) -> None:
        self.pid = pid
        self._client = BlockingKernelClient(connection_file=connection)
        self._client.load_connection_file()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=120)

    def end(self) -> None:
        """Kill it: a restart, or the end of an order."""
        self._client.stop_channels()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def run(self, source: str, cell: str = "", silent: bool = False) -> Ran:
        """What came of it; a cell that takes longer than `SECONDS` is interrupted."""
        content = {"code": source, "silent": silent, "store_history": not silent}
        content |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": False}
        session, ran = self._client.session, Ran()
        message = session.msg("execute_request", content, metadata={"cellId": cell})
        start = time.monotonic()
        self._client.shell_channel.send(message)
        while True:
            ran.seconds = time.monotonic() - start
            if ran.seconds > SECONDS:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGINT)
            if ran.seconds > 2 * SECONDS or not Path(f"/proc/{self.pid}").exists():
                ran.alive = False
                return ran
            try:
                heard = self._client.get_iopub_msg(timeout=2)
            except Empty:
                self._client.kernel_info()  # ipykernel 7.4 may sleep on a request
                continue
            if heard["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if heard["content"].get("execution_state") == "idle":
                return ran
            _take(ran, heard["msg_type"], heard["content"])


def _take(ran: Ran, kind: str, content: dict[str, Any]) -> None:
    data = content.get("data", {})
    ran.streamed, before = content.get("name", "") if kind == "stream" else "", ran.streamed
    if kind in ("execute_result", "display_data"):
        ran.texts.append(data.get("text/plain", ""))
        if pixels := data.get("image/png"):
            ran.texts.append(f"picture {hashlib.sha256(pixels.encode()).hexdigest()[:12]}")
        ran.state = data.get(VERDICT, {}).get("state", ran.state)
    elif kind == "stream":
        joined = before == content["name"]
        ran.texts += [(ran.texts.pop() if joined else "") + content["text"]]
    elif kind == "error":
        ran.error = f"{content['ename']}: {content['evalue']}"
        trace = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(content["traceback"]))
        frames = re.findall(r"^File (.*?):\d+", trace, re.MULTILINE)
        ran.home = frames[-1] if frames else ""


@dataclass
class Lesson:
    """Its code cells in order, and what they say in that order: `told` by cell."""

    path: Path
    cells: list[NotebookNode]
    stubs: dict[str, str]  # cell of a stub -> exercise
    texts: dict[str, dict[str, list[str]]]  # exercise -> state -> what may stand in the stub
    asks: dict[str, str]  # cell that compares -> cell that asks
    told: dict[str, str] = field(default_factory=dict)  # origin -> what a cell of it has shown
    actual: dict[str, str] = field(default_factory=dict)  # cell that asks -> what it is

    @classmethod
    def of(cls, path: Path) -> Lesson:
        """Read it as a learner's copy has it."""
        proven = nbformat.read(path, as_version=4)
        solved, copy = fill_in(proven), nbformat.from_dict(make_copy(proven))
        done = {cell.id: cell.source for cell in solved.cells}
        cells = [cell for cell in copy.cells if cell.cell_type == "code"]
        wrong = answers_of(path) if path.parent.name == "en" else {}
        stubs, texts = {}, {}
        for name, (stub, _, _) in exercises(proven).items():
            stubs[stub.id] = name
            ways = [w.source or done[stub.id].replace(*w.change) for w in wrong.get(name, [])]
            ways = [way for way in ways if FOR_ALL not in way]
            texts[name] = {"stub": [stub.source], "solution": [done[stub.id]], "wrong": ways}
        asks, asked = {}, ""
        for cell in cells:
            asked = cell.id if re.match(r"\d\d-predict-", cell.id) else asked
            if re.search(r"^\w+\.compare\(", cell.source, re.MULTILINE):
                asks[cell.id] = asked
        return cls(path, cells, stubs, texts, asks)


class Origins:
    """Where each name of a kernel comes from: which cells made and touched it, of what.

    A cell touches all that it reads, for it may change it; what is imported is the same for all.
    """

    def __init__(self) -> None:
        self._of = {"tf.random": ""}  # name -> a number for all that has made it what it is
        self._inside: dict[str, set[str]] = {}  # name -> what functions made with it read later

    def run(self, source: str, failed: bool) -> str:
        """A number for this cell and all that it reads; what it binds and touches is of that.

        Nothing where it reads what is drawn anew in each kernel.
        """
        bound, read, inside, imported = names_in(source)
        todo, reached = [*read], set()
        while todo:
            if (name := todo.pop()) in self._of and name not in reached:
                reached.add(name)
                todo += self._inside.get(name, ())
        inputs = sorted((name, self._of[name]) for name in reached)
        origin = hashlib.sha256(repr((source, inputs, failed)).encode()).hexdigest()[:16]
        for name in (reached | bound) - imported:
            made = "" if name in bound and name not in reached else self._of.get(name, "")
            self._of[name] = hashlib.sha256(f"{made} {origin}".encode()).hexdigest()[:16]
        for name in bound:
            self._inside[name] = inside
        return "" if "tf.random" in reached else origin


@cache
def names_in(source: str) -> tuple[set[str], set[str], set[str], set[str]]:
    """What a cell binds, what it reads, what its functions read, what it imports."""
    top = symtable.symtable(source, "cell", "exec")
    own = {one.get_name(): one for one in top.get_symbols()}
    bound = {name for name, one in own.items() if one.is_assigned() or one.is_imported()}
    imported = {name for name, one in own.items() if one.is_imported()}
    inside, tables = set(), [*top.get_children()]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        inside |= {one.get_name() for one in table.get_symbols() if one.is_global()}
    inside |= {"tf.random"} if DRAWS.search(source) else set()  # from a state that no name has
    read = {name for name, one in own.items() if one.is_referenced()} | inside
    return bound, read, inside, imported


class Judge:
    """Holds what an order shows against what it may show, and keeps what misleads.

    - No verdict is right where no solution stands in the stub that ran last, and none is not right
      where it does; an untouched stub is not yet done. An error instead is honest, and so is a
      verdict that tells which name is not there.
    - A prediction is compared with what it is in order, and is the one that was said.
    - No error is ours but InputErrors of our words; none comes from inside of a helper.
    - What a cell shows is what it showed at any other time when all that it reads came about so.
    - The kernel lives, and no cell takes longer than a minute.
    """

    def __init__(self, lesson: Lesson, name: str) -> None:
        self.lesson, self.name = lesson, name
        self.found: list[str] = []
        self.count: Counter[str] = Counter()
        self.past: list[str] = []
        self.ever_solved: set[str] = set()
        self.begin()

    def begin(self) -> None:
        """A new kernel: nothing has run in it."""
        self.stood: dict[str, str] = {}  # exercise -> state of the stub that ran last
        self.solved: set[str] = set()  # exercises whose solution has run in this kernel
        self.said: dict[str, str | None] = {}
        self.origins = Origins()
        self.past.append("(restart)")

    def fault(self, cell: str, what: str) -> None:
        """Keep it, with what ran before."""
        self.found.append(f"{self.name} {cell}: {what}\n    after {' '.join(self.past)}")

    def judge(self, cell: NotebookNode, source: str, ran: Ran, state: str) -> None:
        """One cell has run as `source`; `state` is what that is, if it is a stub."""
        self.count["cells"] += 1
        if not ran.alive:
            self.fault(cell.id, f"the kernel is gone after {ran.seconds:.0f} s")
        elif ran.seconds > SECONDS:
            self.fault(cell.id, f"took {ran.seconds:.0f} s")
        if ran.error:
            self.count["errors"] += 1
            self._of_error(cell.id, ran)
        if "Traceback (most recent call last)" in ran.text and "tfl_helpers/" in ran.text:
            self.fault(cell.id, f"a traceback of ours on the page:\n{ran.text[-1500:]}")
        self._of_text(cell.id, source, ran)
        if cell.id in self.lesson.stubs:
            name = self.lesson.stubs[cell.id]
            self.stood[name] = "unknown" if ran.error else state
            self.solved |= {name} if state == "solution" else set()
        elif cell.id.endswith("-check") and not ran.error:
            self._of_verdict(cell.id, ran)
        elif cell.id in self.lesson.asks and not ran.error:
            self._of_prediction(cell.id, ran)
        self.past.append(cell.id + ("!" if ran.error else f"={state}" if state else ""))

    def _of_text(self, cell: str, source: str, ran: Ran) -> None:
        if ran.error or cell in self.lesson.asks or MARKS.search(source):
            self.origins.run(source, True)  # half of it has run, or it tells what was said
            return
        origin = self.origins.run(source, False)
        before = self.lesson.told.setdefault(origin, ran.text) if origin else ran.text
        self.count["shown again"] += before is not ran.text
        if before != ran.text:
            self.fault(cell, f"of the same origin are\n{before[-1500:]}\n  and\n{ran.text[-1500:]}")

    def _of_error(self, cell: str, ran: Ran) -> None:
        ename, _, evalue = ran.error.partition(": ")
        if ename == "InputError":
            self.count["our errors"] += 1
            if not any(one.fullmatch(evalue) for one in our_words()):
                self.fault(cell, f"no words of ours: {ran.error[:300]}")
        elif "tfl_helpers/" in ran.home:
            self.fault(cell, f"not our error, from {ran.home}: {ran.error[:300]}")

    def _of_verdict(self, cell: str, ran: Ran) -> None:
        name = cell.removesuffix("-check")
        stood = self.stood.get(name, "never run")
        self.count[f"verdict {ran.state}, {stood}"] += 1
        may = {"stub": ("not yet",), "wrong": ("not right", "not yet"), "solution": ("right",)}
        allowed = may.get(stood, ("right", "not right", "not yet"))
        if name not in self.solved:
            allowed = tuple(one for one in allowed if one != "right")
        if "NameError: name" in ran.text and ran.state == "not right":
            self.count["verdicts that name what is not there"] += 1
        elif ran.state not in allowed:
            self.fault(cell, f"{ran.state!r} where the stub is {stood}\n{ran.text[-1500:]}")

    def _of_prediction(self, cell: str, ran: Ran) -> None:
        asked = self.lesson.asks[cell]
        said, actual = parts(ran.text)
        self.count["predictions"] += 1
        due = self.lesson.actual.get(asked)
        if (other := spoken_pattern(OTHER).search(ran.text)) and parts(other["words"])[1] != due:
            self.count["predictions told to be of another state"] += 1
        elif actual is None or (due is not None and actual != due):
            self.fault(cell, f"it is {due} in order, and here: {ran.text[-300:]!r}")
        elif said not in (None, self.said.get(asked)):
            self.fault(cell, f"said was {self.said.get(asked)}, told is {said}")

    def marks(self, folder: Path) -> None:
        """The learner's marks are files: what they say is true, too."""
        for mark in sorted(folder.iterdir()) if folder.is_dir() else ():
            self.count["marks"] += 1
            text = mark.read_text("utf-8")
            if text:
                due, is_so = self.lesson.actual.get(mark.name), json.loads(text)["outcome"]
                if due not in (None, is_so, *quoted(is_so)):
                    self.fault(mark.name, f"marked {text}, and in order it is {due}")
            elif mark.name not in self.ever_solved:
                self.fault(mark.name, "marked right, and was never solved")


def quoted(text: str) -> list[str]:
    """A string option as sentences say it, in the two languages."""
    return [f"“{text}”", f"「{text}」"]


def parts(text: str) -> tuple[str | None, str | None]:
    """What was said, and what it is, from the sentence of an outcome; None where it is not."""
    for template in TEMPLATES:
        if match := spoken_pattern(template).search(text):
            return match.groupdict().get("said"), match["actual"]
    return None, None


@cache
def spoken_pattern(template: str) -> re.Pattern[str]:
    """A line that is this sentence in the language that is spoken, its values as groups."""
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(say(template)))
    return re.compile(f"^{pattern}$", re.MULTILINE)


def our_words() -> list[re.Pattern[str]]:
    """Patterns of all sentences of ours, in the two languages."""
    if not _PATTERNS:
        import polib

        for entry in polib.pofile(str(ROOT / "tfl_helpers" / "ja.po")):
            for text in (entry.msgid, entry.msgstr):
                parts = re.split(r"\{[^{}]*\}", text.replace("{{", "\0").replace("}}", "\1"))
                parts = [re.escape(p.replace("\0", "{").replace("\1", "}")) for p in parts]
                if len("".join(parts)) > 20:  # "{words} {note}" would fit anything
                    _PATTERNS.append(re.compile(".*".join(parts), re.DOTALL))
    return _PATTERNS


_PATTERNS: list[re.Pattern[str]] = []


def order(lesson: Lesson, kind: int, dice: random.Random) -> list[str | None]:
    """Ids of cells to run; None restarts the kernel. What a lesson begins with runs first."""
    ids = [cell.id for cell in lesson.cells]
    setup = [name for name in SETUP if name in ids]
    rest = [name for name in ids if name not in setup]
    if kind == 0:  # all by chance, twice
        return [*setup, *dice.sample(rest, len(rest)), *dice.sample(rest, len(rest))]
    if kind == 1:  # in order with cells left out, twice
        passes = [[one for one in rest if dice.random() < 0.75] for _ in range(2)]
        return [*setup, *passes[0], *passes[1]]
    if kind == 2:  # in order, and then again by chance
        return [*setup, *rest, *dice.sample(rest, len(rest))]
    stop = dice.randrange(1, len(rest))  # a restart in the middle, on from there, then back
    jumps = []
    while len(jumps) < len(rest):
        start = dice.randrange(len(rest))
        jumps += rest[start : start + dice.randrange(1, 7)]
    return [*setup, *rest[:stop], None, *setup, *rest[stop:], *jumps]


def run_in_order(nursery: Nursery, lesson: Lesson) -> list[str]:
    """What each cell says in order, solutions filled in; what is wrong already then."""
    faults, origins = [], Origins()
    with nursery.place(lesson.path.parent.name) as place:
        kernel = nursery.kernel(place)
        for cell in lesson.cells:
            name = lesson.stubs.get(cell.id)
            source = lesson.texts[name]["solution"][0] if name else cell.source
            ran = kernel.run(source, cell.id)
            if not ran.error and cell.id not in lesson.asks and not MARKS.search(source):
                lesson.told[origins.run(source, False)] = ran.text
            else:
                origins.run(source, True)
            if cell.id in lesson.asks:
                lesson.actual[lesson.asks[cell.id]] = parts(ran.text)[1] or "?"
            if ran.error or ran.state not in ("", "right"):
                faults.append(f"in order, {cell.id}: {ran.error or ran.text}")
        kernel.end()
    return faults


def run_order(nursery: Nursery, lesson: Lesson, number: int) -> Judge:
    """One order of the lesson: what was found in it."""
    name = f"{lesson.path.parent.name} {lesson.path.stem[:2]} #{number}"
    dice, judge = random.Random(name), Judge(lesson, name)
    cells = {cell.id: cell for cell in lesson.cells}
    before = ""
    with nursery.place(lesson.path.parent.name) as place:
        kernel = nursery.kernel(place)
        for one in order(lesson, number % 4, dice):
            if one is None:
                kernel.end()
                kernel = nursery.kernel(place)
                judge.begin()
                continue
            cell, source, state = cells[one], cells[one].source, ""
            if one in lesson.stubs:
                texts = lesson.texts[lesson.stubs[one]]
                state = dice.choice(["stub", "solution", "solution", "wrong"])
                state = state if texts[state] else "stub"
                source = dice.choice(texts[state])
                judge.ever_solved |= {lesson.stubs[one]} if state == "solution" else set()
            ran = kernel.run(source, one)
            judge.judge(cell, source, ran, state)
            if not ran.alive:
                break
            if one in lesson.asks.values() and not ran.error:
                say_something(kernel, judge, one, dice, before == one)
            before = one
        kernel.end()
        judge.marks(place.parent.parent / "marks")
    return judge


def say_something(
    kernel: Kernel, judge: Judge, asked: str, dice: random.Random, again: bool
) -> None:
    """Press a button, or none: what a silent request does is no cell that has run."""
    if not again:
        judge.said[asked] = None
    if dice.random() < 0.7:
        press = f"guess.choose([*guess.options.values()][{dice.randrange(9)} % len(guess.options)])"
        look = "print(type(guess.choice) is str, guess._said, sep='|')"
        ran = kernel.run(f"{press}\n{look}", silent=True)
        is_text, _, said = ran.text.strip().partition("|")
        judge.said[asked] = say("“{text}”", text=said) if is_text == "True" else said


def main(arguments: list[str]) -> int:
    """Run so many orders of each lesson; 1 if anything misled."""
    parser = argparse.ArgumentParser(prog="python -m tests.any_order")
    parser.add_argument("count", type=int, help="orders of each lesson")
    parser.add_argument("lessons", nargs="*", help="all if none is named")
    parser.add_argument("--language", default="en", choices=("en", "ja"))
    parser.add_argument("--first", type=int, default=0, help="number of the first order")
    options = parser.parse_intermixed_args(arguments)
    speak(options.language)
    found, count = [], Counter()
    with Nursery() as nursery:
        for path in find_lessons(options.lessons, options.language):
            lesson, start = Lesson.of(path), time.monotonic()
            mine = run_in_order(nursery, lesson)
            for number in range(options.first, options.first + options.count):
                judge = run_order(nursery, lesson, number)
                mine += judge.found
                count.update(judge.count)
                count["orders"] += 1
            print(*mine, sep="\n", end="\n" * bool(mine))
            seconds = time.monotonic() - start
            told = f"{path.stem}: {options.count} orders, {len(mine)} faults, {seconds:.0f} s"
            print(told, flush=True)
            found += mine
    print(*(f"{n} {what}" for what, n in sorted(count.items())), f"{len(found)} faults", sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
