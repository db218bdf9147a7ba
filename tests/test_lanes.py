"""What calls print at trace time and at run time: read from real calls, drawn from records."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tfl_helpers.figure.canvas import Picture
from tfl_helpers.look.lanes import Lanes, Spoken, draw_lanes, read_lanes
from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.silence import quiet

with quiet():
    import tensorflow as tf


def hello(stroke: Any) -> Any:
    """Speaks twice: as Python, and as an op."""
    print("Python sees", stroke.shape)
    tf.print("the graph sees", tf.shape(stroke)[0], "points")
    return tf.reduce_sum(stroke)


def told() -> Lanes:
    """Each kind of call, made by hand."""
    shown = "hello(float32[3, 2])"
    return Lanes(
        "hello",
        (
            Spoken(shown, True, True, ("Python sees (3, 2)",), ("3 points",)),
            Spoken(shown, False, True, (), ("3 points", "and a line that needs two lines " * 2)),
            Spoken(shown, True, False, ("Python sees (4,)",), (), "ValueError: bad shape"),
            Spoken(shown, False, True, (), (), "InvalidArgumentError: bad value"),
            Spoken(shown, True, True),
        ),
    )


def texts(picture: Picture) -> list[str]:
    """What stands in the picture."""
    root = ElementTree.fromstring(picture.svg)
    return ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")]


def test_python_speaks_while_tracing_and_the_graph_at_each_run() -> None:
    strokes = [tf.zeros([3, 2]), tf.ones([3, 2]), tf.ones([4, 2])]

    found = read_lanes(tf.function(hello), strokes)

    assert [(c.traced, c.trace_lines, c.run_lines) for c in found.calls] == [
        (True, ("Python sees (3, 2)",), ("the graph sees 3 points",)),
        (False, (), ("the graph sees 3 points",)),
        (True, ("Python sees (4, 2)",), ("the graph sees 4 points",)),
    ]
    assert (
        str(found)
        == """\
Calls of hello, in order, and what each printed
  call                  at trace time       at run time
  hello(float32[3, 2])  Python sees (3, 2)  the graph sees 3 points
  hello(float32[3, 2])  no tracing          the graph sees 3 points
  hello(float32[4, 2])  Python sees (4, 2)  the graph sees 4 points"""
    )


def test_a_python_function_speaks_at_run_time_only() -> None:
    found = read_lanes(hello, [tf.zeros([3, 2])] * 2)

    assert {(c.traced, c.trace_lines) for c in found.calls} == {(False, ())}
    assert [set(c.run_lines) for c in found.calls] == [
        {"Python sees (3, 2)", "the graph sees 3 points"}
    ] * 2


def test_a_call_is_run_once() -> None:
    count = tf.Variable(0)
    read_lanes(tf.function(lambda step: count.assign_add(step)), [tf.constant(1)] * 3)
    assert int(count) == 3


def test_a_tuple_is_several_arguments_and_an_empty_one_is_none() -> None:
    assert read_lanes(tf.function(lambda a, b: a + b), [(1, 2)]).calls[0].ran
    assert read_lanes(lambda: None, [()]).calls[0].call == "<lambda>()"


def test_an_error_stands_in_the_lane_where_it_was_raised() -> None:
    @tf.function
    def early(x: Any) -> Any:
        print("tracing")
        return x.numpy()

    @tf.function
    def late(x: Any) -> Any:
        return tf.debugging.check_numerics(x, "bad")

    refused = read_lanes(early, [tf.constant(1.0)]).calls[0]
    assert refused.lanes() == (
        ["tracing", "AttributeError: 'SymbolicTensor' object has no attribute 'numpy'"],
        ["not reached"],
    )
    failed = read_lanes(late, [tf.constant(1.0), tf.constant(float("nan"))]).calls[1]
    assert (failed.traced, failed.ran, failed.trace_lines) == (False, True, ())
    assert failed.error.startswith("InvalidArgumentError")


def test_nothing_reaches_the_page_and_both_streams_are_given_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    streams = sys.stdout, sys.stderr
    read_lanes(tf.function(hello), [tf.zeros([3, 2])])
    assert (sys.stdout, sys.stderr) == streams
    assert capfd.readouterr() == ("", "")
    os.write(1, b"out")
    os.write(2, b"err")
    assert capfd.readouterr() == ("out", "err")


def test_log_lines_of_cpp_code_are_no_words_of_the_graph() -> None:
    def noisy() -> None:
        os.write(2, b"I0000 00:00:17 service.cc:152] XLA\n2026-01-02 03:04:05.6: I tensor\nheard\n")

    assert read_lanes(noisy, [()]).calls[0].run_lines == ("heard",)


def test_it_works_where_a_descriptor_is_closed() -> None:
    code = (
        "import os; os.close(2)\n"
        "from tfl_helpers.look.lanes import read_lanes\n"
        "print(read_lanes(lambda: print('heard'), [()]).calls[0].run_lines)"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ran.stdout.strip() == "('heard',)"


def test_what_is_no_function_or_no_list_is_refused_in_words() -> None:
    with pytest.raises(InputError) as caught:
        draw_lanes(tf.constant(1.0), [])
    assert str(caught.value) == (
        "Expected a function, got EagerTensor float32[]. "
        "Pass its name without brackets: draw_lanes(path_length, [stroke])."
    )
    with pytest.raises(InputError, match=r"^Expected a list .*, got tuple of length 2\. W"):
        draw_lanes(hello, (1, 2))


def test_the_picture_says_what_the_record_says() -> None:
    picture = draw_lanes(told())
    said = texts(picture)

    assert picture.caption == "hello: 5 calls, 3 traced, 4 run"
    assert picture.words == f"{picture.caption}\n{told()}"
    for words in ("trace time", "run time", "Python sees (3, 2)", "3 points", "not reached"):
        assert words in said
    assert said.count("no tracing") == 2
    assert said.count("prints nothing") == 2
    assert "ValueError: bad shape" in said
    assert draw_lanes(told(), caption="See").caption == "See"
    assert draw_lanes(Lanes("f", told().calls[:1])).caption == "f: 1 call, 1 traced, 1 run"


def test_the_picture_is_the_same_in_every_process(tmp_path: Path) -> None:
    code = "from test_lanes import *; import hashlib; p = draw_lanes(told())\n"
    code += "print(hashlib.sha256(p.svg.encode() + p.png).hexdigest())"
    seen = set()
    for seed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", code]
        place = {"cwd": ROOT / "tests", "env": environment}
        ran = subprocess.run(command, **place, capture_output=True, encoding="utf-8")
        seen.add(ran.stdout)
    assert len(seen) == 1
    assert len(seen.pop().strip()) == 64


def test_no_calls_make_a_picture_too() -> None:
    assert draw_lanes(Lanes("f", ())).caption == "f: 0 calls, 0 traced, 0 run"


def test_python_that_the_graph_calls_back_speaks_at_run_time() -> None:
    """So does tf.print in IPython: there TensorFlow hands the line to Python's print."""

    def call_back(value: Any) -> Any:
        print("called back")
        return value

    @tf.function
    def spoken(x: Any) -> Any:
        return tf.numpy_function(call_back, [x], tf.float32)

    found = read_lanes(spoken, [tf.constant(1.0)] * 2).calls
    assert [(c.trace_lines, c.run_lines) for c in found] == [((), ("called back",))] * 2
