"""Whatever an answer is or does, there is a verdict, and the next check works as before."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.hostile_answers import ACTS, ENDLESS, things
from tfl_helpers import check_answers, check_function
from tfl_helpers.check import call
from tfl_helpers.check.answers import Verdict
from tfl_helpers.setup.lessons import ROOT

SOME = np.ones([3, 2], np.float32)
THINGS = things()
CALLED: dict[str, Callable[[Any], Verdict]] = {
    "function": lambda f: check_function(f, [(SOME, 2.5)], 1, [SOME], ["no"], graph=True, clean=f),
    "an answer": lambda f: check_answers([lambda: f(SOME), 1.0], {"a": 2.5, "b": 1.0}),
    "all answers": lambda f: check_answers(lambda: f(SOME), {"a": 2.5, "b": 1.0}),
}
GIVEN: dict[str, Callable[[Any], Verdict]] = {
    "function": CALLED["function"],
    "result": lambda one: check_function(lambda x: one, [(SOME, 2.5), (SOME + 1.0, [2.5, 1.0])]),
    "an answer": lambda one: check_answers([one], {"a": 2.5}),
    "all answers": lambda one: check_answers(one, {"a": 2.5, "b": "text", "c": SOME}),
    "computed": lambda one: check_answers([lambda: one, 1.0], {"a": 2.5, "b": 1.0}),
    "all computed": lambda one: check_answers(lambda: one, {"a": 2.5, "b": 1.0}),
}


def state() -> list[Any]:
    """What a call may change, and must not have changed."""
    files = [sys.stdout, sys.stderr, sys.displayhook, sys.getrecursionlimit(), os.getcwd()]
    patched = [len, isinstance, str, all, np.allclose, np.abs, time.time, time.sleep]
    return [*files, *patched, list(warnings.filters), signal.getsignal(signal.SIGINT)]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """After each test a right answer is right, and Python is as it was."""
    before, running = state(), sys.modules["tensorflow"].config.functions_run_eagerly()
    yield
    assert check_function(abs, [(-3, 3)]).state == "right"
    assert check_function(abs, [(-3, 4)]).state == "not right"
    assert state() == before
    assert sys.modules["tensorflow"].config.functions_run_eagerly() is running
    assert [one for one in threading.enumerate() if one.name.endswith("(_keep_time)")] == []


@pytest.mark.parametrize("use", GIVEN)
def test_things_that_are_no_answer(use: str) -> None:
    for name, thing in THINGS.items():
        verdict = GIVEN[use](thing)
        assert verdict.state == "not right", name
        assert verdict._repr_mimebundle_()["text/plain"], name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("use", CALLED)
@pytest.mark.parametrize("act", ACTS)
def test_calls_that_do_odd_things(act: str, use: str) -> None:
    verdict = CALLED[use](ACTS[act])
    assert verdict.state == "not right"
    assert verdict._repr_mimebundle_()["text/plain"]


@pytest.mark.parametrize("act", ENDLESS)
def test_calls_without_an_end(act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "LIMIT", 0.2)
    monkeypatch.setattr(call, "_AGAIN", 0.3)
    verdict = check_function(ENDLESS[act], [(SOME, 2.5)] * 3, refuses=[SOME])
    assert verdict.state == "not right"
    if act not in ("its length", "its array"):
        assert verdict.claims[0].found == "TimeUpError: no result after 0.2 s"
        assert verdict.advice.startswith("A loop, a wait or a recursion has no end")
        assert not any(claim.holds for claim in verdict.claims), "no refusal either"


@pytest.mark.parametrize(
    ("act", "advice"),
    [
        ("sys.exit", "A line ends the program in place of a result: leave it away, and `return`."),
        ("calls itself without an end", "A function calls itself without an end: in which case"),
        ("asks for more memory than there is", "More memory is asked for than there is"),
        ("asynchronous generator", "The function gives a generator or a coroutine"),
    ],
)
def test_what_was_done_is_told(act: str, advice: str) -> None:
    assert check_function(ACTS[act], [(SOME, 2.5)]).advice.startswith(advice)


def test_code_that_is_not_python_is_waited_for_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(call, "LIMIT", 0.1)
    monkeypatch.setattr(call, "_AGAIN", 0.1)

    def hashes(x: Any) -> Any:
        return hashlib.pbkdf2_hmac("sha256", b"", b"", 3_000_000)

    assert "no result" in check_function(hashes, [(1, 1)]).claims[0].found
    assert "choose Kernel, Restart Kernel" in capsys.readouterr().err


def test_a_flood_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    check_function(ACTS["prints without measure"], [(SOME, 2.5)])
    told = capsys.readouterr()
    assert len(told.out) < 1.1 * call._SHOWN
    assert told.out.endswith("What your code prints beyond this is left out.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there a signal ends the process")
def test_the_stop_button_is_the_learners() -> None:
    main = threading.main_thread().ident or 0
    threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        check_function(lambda x: time.sleep(60), [(1, 1)])


def test_what_a_check_is_held_to_cannot_be_changed_by_an_answer() -> None:
    cases, facts = [(SOME, np.zeros(2)), (SOME, np.zeros(2))], {"a": np.zeros(2)}

    def rewrites(*arguments: Any) -> Any:
        cases[0][1][:] = facts["a"][:] = 7.0
        return np.full(2, 7.0)

    assert check_function(rewrites, cases).state == "not right"
    facts["a"][:] = 0.0
    assert check_answers([rewrites], facts).state == "not right"


@pytest.mark.parametrize("answer", ["1", "deaf()"])
def test_what_traces_goes_on_after_a_check(answer: str) -> None:
    """In a process of its own: one that looks for an exception for ever stands still."""
    code = """
import cProfile, signal, sys, time
from tfl_helpers import check_answers
from tfl_helpers.check import call
call.LIMIT, call._AGAIN = 0.2, 0.2
def deaf():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        pass
print(check_answers([lambda: %s], {"a": 1}).state)
cProfile.run("[i for i in range(3)]")
"""
    ran = subprocess.run(
        [sys.executable, "-c", code % answer],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stdout.startswith("right" if answer == "1" else "not right"), ran.stderr
