"""A lesson whose cells run in another order misleads nobody; the whole course: any_order.py."""

from __future__ import annotations

import sys

import nbformat
import pytest

from tests.any_order import Judge, Lesson, Nursery, Origins, Ran, order, parts, run_in_order
from tests.any_order import run_order as run
from tfl_helpers.setup.lessons import find_lessons

(START,) = find_lessons(["00"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked, and looked up in /proc")
def test_no_order_of_the_first_lesson_misleads() -> None:
    lesson = Lesson.of(START)
    with Nursery() as nursery:
        assert run_in_order(nursery, lesson) == []
        judge = run(nursery, lesson, 2)
    assert judge.found == []
    assert judge.count["predictions"] > 3
    assert judge.count["marks"] > 2


def judged(cell: str, said: Ran, stood: str = "", state: str = "") -> list[str]:
    """The faults of one cell, the stub before it in this state."""
    lesson = Lesson.of(START)
    lesson.actual = {"00-predict-graphs": "2"}
    judge = Judge(lesson, "one")
    judge.stood["00-cube"] = stood
    judge.solved |= {"00-cube"} if stood == "solution" else set()
    judge.judge(nbformat.v4.new_code_cell("1", id=cell), "1", said, state)
    return judge.found


@pytest.mark.parametrize(
    ("cell", "ran", "stood", "fault"),
    [
        ("00-cube-check", Ran(state="right"), "stub", "'right' where the stub is stub"),
        ("00-cube-check", Ran(state="right"), "wrong", "'right' where the stub is wrong"),
        ("00-cube-check", Ran(state="not right"), "solution", "'not right' where"),
        ("00-cube-check", Ran(state="not right"), "stub", "'not right' where"),
        ("00-cube-check", Ran(state="not yet"), "stub", ""),
        ("00-cube-check", Ran(state="right"), "solution", ""),
        ("00-cube-check", Ran(error="NameError: name 'x' is not defined"), "solution", ""),
        ("graphs", Ran(texts=["It is 3."]), "", "it is 2 in order"),
        ("graphs", Ran(texts=["You said 1, it is 2."]), "", "said was None, told is 1"),
        ("graphs", Ran(texts=["It is 2."]), "", ""),
        ("eager", Ran(seconds=61.0), "", "took 61 s"),
        ("eager", Ran(alive=False), "", "the kernel is gone"),
        ("eager", Ran(error="InputError: nothing of ours"), "", "no words of ours"),
        ("eager", Ran(error="KeyError: 1", home="x/tfl_helpers/ask.py"), "", "not our error"),
        ("eager", Ran(error="KeyError: 1", home="x/cell.py"), "", ""),
    ],
)
def test_what_misleads_is_seen(cell: str, ran: Ran, stood: str, fault: str) -> None:
    found = judged(cell, ran, stood)
    assert len(found) == bool(fault)
    assert fault in "".join(found)


def test_a_cell_is_of_the_same_origin_only_if_all_that_it_reads_is() -> None:
    def run_all(*cells: str) -> str:
        origins = Origins()
        return [origins.run(cell, False) for cell in cells][-1]

    makes, looks = "box = [1]\ndef f():\n    return box", "print(f())"
    same = run_all(makes, looks)
    assert run_all("other = 2", makes, looks) == same
    assert run_all(makes, "box = [2]", looks) != same
    assert run_all(makes, "box.append(2)", looks) != same
    assert run_all(makes, looks, looks) != same
    assert run_all("def f():\n    return tf.random.normal([])", looks) == ""


def test_sentences_of_an_outcome_are_taken_apart() -> None:
    assert parts("a\nYou said “x, y”, it is “below 0.1”.") == ("“x, y”", "“below 0.1”")
    assert parts("It is 3, which was not among the options.") == (None, "3")
    assert parts("nothing of that kind") == (None, None)


def test_orders_are_the_same_each_time_and_of_four_kinds() -> None:
    import random

    lesson = Lesson.of(START)
    made = [order(lesson, kind, random.Random(3)) for kind in range(4)]
    assert made == [order(lesson, kind, random.Random(3)) for kind in range(4)]
    assert [None in one for one in made] == [False, False, False, True]
    assert all(one[:2] == ["parameters", "imports"] for one in made)
