"""Checks on an untouched stub, the right answer, and the commonest wrong answers."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tfl_helpers import check_answers, check_function, quiet, speak
from tfl_helpers.check.answers import MIME, Claim, Verdict, is_unfinished
from tfl_helpers.check.function import is_stub
from tfl_helpers.records import Table

with quiet():
    import tensorflow as tf

STROKES = [np.cumsum(np.ones([n, 2], np.float32), axis=0) for n in (5, 9, 40)]
LENGTHS = [np.linalg.norm(np.diff(s, axis=0), axis=1).sum() for s in STROKES]
CASES = list(zip(STROKES, LENGTHS, strict=True))
ANY = tf.TensorSpec([None, 2], tf.float32)
OFFSET = 1


def path_length(stroke: Any) -> Any:
    """The right answer of most checks."""
    steps = stroke[1:] - stroke[:-1]
    return tf.reduce_sum(tf.norm(steps, axis=1))


# Stubs: what counts as untouched.


def returns(x: Any) -> Any:
    """The usual stub."""
    return ...


def names(x: Any) -> Any:
    """A stub with a line to fill in."""
    steps = ...
    return tf.reduce_sum(steps)


def half(x: Any) -> Any:
    """One of two results is there."""
    return x[..., 0], ...


def in_a_dict(x: Any) -> Any:
    """A stub of a function with named results."""
    return {"length": ..., "closed": x}


def inside(x: Any) -> Any:
    """A stub in an inner function."""

    def body(y: Any) -> Any:
        return ...

    return body(x)


def sometimes(x: Any) -> Any:
    """One branch is done."""
    if len(x) > 3:
        return x
    return ...


class Stub(tf.Module):
    """Stubs of methods."""

    def __call__(self, x: Any) -> Any:
        return ...

    @tf.function(input_signature=[ANY])
    def measure(self, stroke: Any) -> Any:
        return ...


class TracedStub(tf.Module):
    """The call itself is traced."""

    @tf.function
    def __call__(self, x: Any) -> Any:
        return ...


@functools.wraps(returns)
def wrapped(*arguments: Any) -> Any:
    """Below a decorator."""
    return returns(*arguments)


STUBS = {
    "ellipsis": ...,
    "return": returns,
    "name": names,
    "tuple": half,
    "dict": in_a_dict,
    "inner": inside,
    "branch": sometimes,
    "lambda": lambda x: ...,
    "partial": functools.partial(returns, 1),
    "decorated": wrapped,
    "tf.function": tf.function(returns),
    "tf.function, name": tf.function(names),
    "tf.function, tuple": tf.function(half),
    "object": Stub(),
    "method": Stub().measure,
    "traced object": TracedStub(),
}


@pytest.mark.parametrize("stub", STUBS.values(), ids=STUBS)
def test_an_untouched_stub_is_not_yet(stub: Any) -> None:
    assert is_stub(stub)
    verdict = check_function(stub, CASES, traces=1, accepts=STROKES, refuses=["no"])

    assert verdict.state == "not yet"
    assert str(verdict).startswith("○ Not yet: `...` still stands in ")
    assert "If your cell stopped with an error, `...` stands as before" in str(verdict)


def leading(x: Any) -> Any:
    """Uses an Ellipsis as NumPy does."""
    return x[..., 0]


def bare(x: Any) -> Any:
    """An index that is nothing but an Ellipsis."""
    return x[...]


def computed(x: Any) -> Any:
    """Ellipses beside names, calls and in a store."""
    x = x + 0
    i = len(x) - 1
    x[..., OFFSET] = x[..., i - i]
    return x[..., OFFSET], x[i, ...], {"a": x[..., 0]}


def optional(x: Any, axis: Any = ...) -> Any:
    """An Ellipsis as default and as an argument."""
    return np.sum(x) if axis is ... else np.take(x, 0)


class Done:
    """A finished callable object."""

    def __call__(self, x: Any) -> Any:
        return x[..., 0]


@pytest.mark.parametrize(
    "finished",
    [
        leading,
        bare,
        computed,
        optional,
        Done(),
        Done,
        Stub,
        path_length,
        len,
        np.sum,
        3,
        "...",
        None,
    ],
)
def test_an_ellipsis_as_an_index_is_no_stub(finished: Any) -> None:
    assert not is_stub(finished)


def test_a_result_that_holds_an_ellipsis_is_not_yet() -> None:
    blank: Any = {"result": [1, ...]}

    assert check_function(lambda x: blank, [(1, 1)]).state == "not yet"
    assert is_unfinished((1, [2, {"a": ...}]))
    assert not is_unfinished((1, "...", np.zeros(3), {"a": [2]}))


# Right answers.


def test_the_right_answer_is_right() -> None:
    right = tf.function(path_length, input_signature=[ANY])
    wide = np.ones([3, 3], np.float32)
    verdict = check_function(right, CASES, traces=1, accepts=STROKES, refuses=[wide])

    assert verdict.state == "right"
    assert verdict.claims[0].asked == "`path_length(float32[5, 2])`"
    assert (verdict.claims[0].expected, verdict.claims[0].found) == ("`5.6569`", "`5.6569`")
    assert verdict.advice == ""
    assert str(verdict).startswith("✓ Right\n")
    assert [c.expected for c in verdict.claims[3:]] == ["accepted"] * 3 + ["1", "refused"]
    assert [c.found for c in verdict.claims[3:]] == ["accepted"] * 3 + ["1", "refused"]


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (lambda x: x * 2, 2, 4),
        (lambda x, y: x * y, (2, 3.0), 6.0),
        (lambda: 3, (), 3),
        (lambda x: "circle", 1, "circle"),
        (lambda x: tf.constant("circle"), 1, "circle"),
        (lambda x: x > 1, 2, True),
        (lambda x: tf.constant(x) > 1, 2, True),
        (lambda x: np.bool_(False), 2, False),
        (lambda x: None, 2, None),
        (lambda x: x is None, None, True),
        (lambda x: {"b": x, "a": tf.constant([1.0])}, 2, {"a": [1.0], "b": 2}),
        (lambda x: (x, tf.constant([1.0, 2.0])), 2, (2, [1.0, 2.0])),
        (lambda x: [x, x], 2, [2, 2]),
        (lambda x: tf.constant([0.5, 0.5]), 1, [0.5, 0.5]),
        (lambda x: x, np.zeros([0, 2]), np.zeros([0, 2])),
        (lambda x: x.dtype, np.float32(1), np.dtype("float32")),
        (Done(), np.ones([3, 2]), np.ones(3)),
        (tf.function(lambda x: x[..., 0]), np.ones([3, 2]), np.ones(3)),
        (
            tf.function(lambda x: x * 2.0).get_concrete_function(ANY),
            np.ones([3, 2], "f"),
            2 * np.ones([3, 2]),
        ),
    ],
)
def test_right_results_of_every_kind(function: Any, arguments: Any, expected: Any) -> None:
    verdict = check_function(function, [(arguments, expected)])

    assert verdict.state == "right", str(verdict)


# Wrong answers and the advice that each gets.


def forgets_return(stroke: Any) -> None:
    """Computes and gives nothing back."""
    path_length(stroke)


def sums_the_wrong_axis(stroke: Any) -> Any:
    """A vector instead of a number."""
    return tf.norm(stroke[1:] - stroke[:-1], axis=1)


def is_constant(stroke: Any) -> Any:
    """A value was baked in."""
    return tf.constant(5.0)


def is_squared(stroke: Any) -> Any:
    """Another number."""
    return path_length(stroke) ** 2


def divides_by_zero(stroke: Any) -> Any:
    """Not a number."""
    return path_length(stroke * 0.0) / 0.0


def asks_for_numpy(stroke: Any) -> Any:
    """Takes a value that is not there yet."""
    return path_length(stroke).numpy()


def wants_another(stroke: Any, scale: Any) -> Any:
    """One parameter too many."""
    return path_length(stroke) * scale


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (forgets_return, "The function returns None: is a `return` missing?"),
        (sums_the_wrong_axis, "The shape differs: which axis is summed, stacked or sliced?"),
        (is_constant, "All cases give the same result: is a value baked into the graph?"),
        (is_squared, "The numbers differ: follow one small case by hand, step by step."),
        (divides_by_zero, "nan: is there a division by zero or the root of a negative number?"),
        (
            tf.function(asks_for_numpy),
            "While tracing there is no value yet: return the tensor, and call `.numpy()` outside.",
        ),
        (
            wants_another,
            "The number of arguments does not fit: look at the line that starts with def.",
        ),
        (
            lambda stroke: undefined,  # type: ignore[name-defined]  # noqa: F821
            "A name is not there: is it spelled so, has its cell run?",
        ),
        (
            lambda stroke: 1 / 0,
            "Call your function by itself in a new cell and read the last line of the error.",
        ),
        (
            lambda stroke: (stroke for _ in "a"),
            "The function gives a generator or a coroutine: `return`, no `yield`, no `async`.",
        ),
        (
            lambda stroke: lambda: path_length(stroke),
            "The function gives back something to call: are the brackets `()` missing?",
        ),
    ],
)
def test_wrong_results_get_advice(wrong: Callable[..., Any], advice: str) -> None:
    verdict = check_function(wrong, CASES)

    assert verdict.state == "not right"
    assert verdict.advice == advice
    assert f"Try: {advice}" in str(verdict)
    assert str(verdict).startswith("✗ Not right: 0 of 3 claims hold")


@pytest.mark.parametrize(
    ("found", "expected", "advice"),
    [
        ("Circle", "circle", "Another text was expected: compare the two letter by letter."),
        (
            {"len": 1.0},
            {"length": 1.0},
            "The outputs have other names: return a dict with 'length'.",
        ),
        (1.0, {"length": 1.0}, "The outputs have other names: return a dict with 'length'."),
        (1, True, "The numbers differ: follow one small case by hand, step by step."),
        ([1, 2], [1, 2, 3], "The shape differs: which axis is summed, stacked or sliced?"),
        (
            np.ones(2),
            [0.5, 0.5],
            "The numbers differ: follow one small case by hand, step by step.",
        ),
    ],
)
def test_wrong_results_of_other_kinds(found: Any, expected: Any, advice: str) -> None:
    assert check_function(lambda x: found, [(1, expected)]).advice == advice


def test_a_wrong_array_is_told_with_its_distance() -> None:
    stroke = STROKES[0]
    wrong = check_function(lambda s: s + 0.5, [(stroke, stroke)])
    close = check_function(lambda x: 1.00003, [(1, 1.00001)])
    shape = check_function(lambda s: s[:3], [(stroke, stroke)])

    assert wrong.claims[0].found == "`float32[5, 2]`, off by 0.5 (tolerance 1e-05)"
    assert (close.claims[0].expected, close.claims[0].found) == (
        "`1.0`",
        "`1.0`, off by 2e-05 (tolerance 1e-05)",
    )
    assert shape.claims[0].found == "`float32[3, 2]`"


def test_large_numbers_may_be_off_by_a_share_of_themselves() -> None:
    assert check_function(lambda x: 1000.005, [(1, 1000.0)]).state == "right"
    assert check_function(lambda x: 1000.02, [(1, 1000.0)]).state == "not right"
    assert check_function(lambda x: 0.50002, [(1, 0.5)]).state == "not right"
    assert check_function(lambda x: 0.6, [(1, 0.5)], tolerance=0.2).state == "right"
    assert check_function(lambda x: 1_000_001, [(1, 1_000_000)]).state == "not right"
    assert check_function(lambda x: 3.9999999, [(1, 4)]).state == "right"


def test_an_error_is_told_in_one_line_with_its_type() -> None:
    plain = check_function(lambda x: [][x], [(3, 1.0)])
    traced = check_function(tf.function(asks_for_numpy), CASES[:1])

    assert plain.claims[0].found == "IndexError: list index out of range"
    found = traced.claims[0].found
    assert found == "AttributeError: 'SymbolicTensor' object has no attribute 'numpy'"


def test_a_symbolic_tensor_as_result_is_wrong_but_no_crash() -> None:
    kept = []

    @tf.function
    def leak(x: Any) -> Any:
        kept.append(x)
        return x

    leak(tf.constant(1.0))
    verdict = check_function(lambda x: kept[0], [(1.0, 1.0), (2.0, True), (3.0, "a")])
    assert verdict.state == "not right"
    assert verdict.claims[0].found == "`float32[]`"


# Traces.


@pytest.mark.parametrize(
    ("make", "traces", "advice"),
    [
        (
            lambda: tf.function(path_length),
            1,
            "Each shape gets its own graph: put `None` in the TensorSpec where the size changes.",
        ),
        (
            lambda: path_length,
            1,
            "Put `@tf.function` above it: only then is there a graph to count.",
        ),
        (
            lambda: tf.function(path_length, input_signature=[ANY]),
            2,
            "Fewer graphs than asked: which calls differ in dtype, shape or a Python value?",
        ),
    ],
)
def test_the_wrong_number_of_traces(make: Any, traces: int, advice: str) -> None:
    verdict = check_function(make(), CASES, traces=traces)

    assert [claim.holds for claim in verdict.claims] == [True, True, True, False]
    assert verdict.advice == advice


def test_a_failed_count_shows_the_graphs() -> None:
    verdict = check_function(tf.function(path_length), CASES, traces=1)

    (table,) = verdict.evidence
    assert table.caption == "Polymorphic function `path_length`: 3 graphs, traces: 3"
    assert "(stroke: float32[9, 2]) -> float32[]" in str(verdict)
    assert check_function(tf.function(path_length), CASES, traces=3).evidence == ()


def test_python_numbers_dtypes_and_other_calls_have_their_own_advice() -> None:
    @tf.function
    def scaled(x: Any, factor: Any) -> Any:
        return tf.cast(x, tf.float32) * factor

    numbers = check_function(scaled, [((2.0, f), 2.0 * f) for f in (0.5, 0.6)], traces=1)
    assert numbers.advice.startswith("Each Python number gets its own graph: pass a tensor, ")
    double = tf.function(lambda x: x + x)
    dtypes = check_function(double, [(np.int32(1), 2), (np.float32(1), 2)], traces=1)
    assert dtypes.advice.startswith("Each dtype gets its own graph: cast the arguments")
    double(tf.constant("a"))
    others = check_function(double, [(np.int32(1), 2)], traces=1)
    assert others.advice.startswith("Other calls made graphs too: run the cell that defines the")
    widened = tf.function(path_length, reduce_retracing=True)
    assert (
        "`reduce_retracing=True`"
        in check_function(tf.function(path_length), CASES, traces=2).advice
    )
    assert check_function(widened, CASES, traces=2).state == "right"


def test_what_accepts_traced_counts_and_what_refuses_traced_does_not() -> None:
    double = tf.function(lambda x: x * 2)
    verdict = check_function(double, [(STROKES[0], 2 * STROKES[0])], 1, [STROKES[1]], ["text"])

    assert [c.holds for c in verdict.claims] == [True, True, False, False]
    assert verdict.claims[2].advice.startswith("Each shape gets its own graph")


def test_a_function_that_cannot_be_traced_gets_one_piece_of_advice() -> None:
    for broken in (asks_for_numpy, lambda stroke: {}["scale"]):
        verdict = check_function(tf.function(broken), CASES, traces=1)

        assert verdict.state == "not right"
        assert verdict.advice.startswith(("While tracing there is no value yet", "Call your"))
        assert verdict.claims[-1].found == "none: each call raised an error"


# Accepting and refusing.


def signed(*shape: int | None, dtype: Any = tf.float32) -> Any:
    """The right answer with another promise."""
    return tf.function(path_length, input_signature=[tf.TensorSpec(shape, dtype)])


@pytest.mark.parametrize(
    ("function", "argument", "advice"),
    [
        (signed(5, 2), STROKES[1], "The spec is too narrow: compare the two TensorSpecs in the"),
        (signed(None, 2), STROKES[1][0], "The number of axes differs: compare the two TensorSpecs"),
        (
            signed(None, 2),
            STROKES[1].astype("f8"),
            "The dtype differs: compare the two TensorSpecs",
        ),
        (tf.function(wants_another), STROKES[1], "Number or names of the arguments are not those"),
        (tf.function(asks_for_numpy), STROKES[1], "While tracing there is no value yet"),
        (path_length, "a word", "Call your function by itself"),
        (lambda x: [][9], 1, "Call your function by itself in a new cell"),
    ],
)
def test_what_is_refused_gets_advice_by_cause(function: Any, argument: Any, advice: str) -> None:
    given = tf.constant(argument) if isinstance(argument, np.ndarray) else argument
    verdict = check_function(function, accepts=[given])

    assert verdict.advice.startswith(advice)
    assert verdict.claims[0].found.startswith("refused: ")


@pytest.mark.parametrize(
    ("function", "advice"),
    [
        (signed(None, None), "The spec is too wide: give this size or dtype in the TensorSpec."),
        (tf.function(path_length), "Nothing is refused without a signature: say `input_signature"),
        (path_length, "Only a signature refuses: put `@tf.function(input_signature=[...])`"),
    ],
)
def test_what_is_accepted_by_mistake_gets_advice_by_cause(function: Any, advice: str) -> None:
    verdict = check_function(function, refuses=[np.ones([4, 3], np.float32)])

    assert verdict.advice.startswith(advice)
    assert (verdict.claims[0].expected, verdict.claims[0].found) == ("refused", "accepted")


# A graph, no leaks, a state.


def through_a_graph(stroke: Any) -> Any:
    """Plain Python around a graph, as practitioners write it."""
    return MEASURE(tf.constant(stroke))


MEASURE = tf.function(path_length, input_signature=[ANY])
NUMPY = tf.function(lambda x: tf.numpy_function(lambda v: v, [x], tf.float32))
PYTHON = tf.function(lambda x: tf.py_function(lambda v: v, [x], tf.float32))


def test_a_graph_can_be_demanded() -> None:
    concrete = MEASURE.get_concrete_function()
    pen = tf.Module()
    pen.measure = MEASURE
    partial = functools.partial(through_a_graph)
    others = (lambda s: pen.measure(s), lambda s: concrete(s), lambda s: through_a_graph(s))
    for right in (MEASURE, through_a_graph, concrete, pen.measure, partial, *others):
        assert check_function(right, CASES, graph=True).state == "right", right
    assert check_function(through_a_graph, CASES, traces=1).state == "right"
    plain = check_function(path_length, CASES, graph=True)
    assert plain.claims[-1].found == "plain Python"
    assert plain.advice.startswith("Put `@tf.function` above it")
    for function, op in ((NUMPY, "PyFunc"), (PYTHON, "EagerPyFunc")):
        back = check_function(function, [(STROKES[0], STROKES[0])], graph=True)
        assert back.claims[-1].found == f"Python inside: {op}"
        assert back.advice.startswith("The graph calls back into Python")
    tf.config.run_functions_eagerly(True)
    try:
        eager = check_function(MEASURE, CASES, graph=True)
    finally:
        tf.config.run_functions_eagerly(False)
    assert (eager.claims[-1].found, eager.claims[0].holds) == ("functions run eagerly", True)


KEPT: list[Any] = []


@pytest.mark.parametrize(
    ("keep", "place"),
    [
        (lambda root, x: KEPT.append({"a": [x]}), r"`KEPT\[0\]\['a'\]\[0\]` is one"),
        (lambda root, x: setattr(root, "mult", x), "`root.mult` is one"),
        (lambda root, x: setattr(root, "log", [(x,)]), r"`root.log\[0\]\[0\]` is one"),
        (lambda root, x: setattr(root, "scale", tf.Variable(1.0)), "none"),
    ],
)
def test_what_a_trace_leaves_behind_is_found(keep: Any, place: str) -> None:
    KEPT.clear()
    root = tf.Module()
    root.scale = None

    def body(x: Any) -> Any:
        if not KEPT and root.scale is None:
            keep(root, x)
        return x

    global measure_and_keep
    measure_and_keep = tf.function(body)
    verdict = check_function(measure_and_keep, [(tf.constant(1.0), 1.0)], clean={"root": root})
    assert re.fullmatch(place, verdict.claims[-1].found)
    assert verdict.claims[-1].holds == (place == "none")


def test_a_state_is_changed_and_asked_again() -> None:
    pen = tf.Module()
    pen.scale = tf.Variable(1.0)
    scaled = tf.function(lambda x: x * pen.scale)
    frozen = tf.function(lambda x: x * 1.0)
    cases = [
        (tf.constant(2.0), lambda x: x * 1.0),
        lambda: pen.scale.assign(3.0),
        (tf.constant(2.0), 6.0),
    ]

    assert check_function(scaled, cases).state == "right"
    pen.scale.assign(1.0)
    assert [c.holds for c in check_function(frozen, cases).claims] == [True, False]
    broken = check_function(scaled, [lambda: {}["pen"], (2.0, 6.0)])
    assert broken.claims[0].found == "KeyError: 'pen'"


def test_an_author_has_advice_for_what_came() -> None:
    tips = {"number of traces": "One graph.", "9.0": "Nine.", "IndexError": "Ten.", "": "Else."}
    found = {9.0: "Nine.", 99.0: "Else.", 9.01: "Else."}
    for value, tip in found.items():
        assert check_function(lambda x, v=value: v, [(1, 1.0)], advice=tips).advice == tip
    assert check_function(lambda x: [][x], [(1, 1.0)], advice=tips).advice == "Ten."
    assert check_function(path_length, traces=1, advice=tips).advice == "One graph."
    assert check_function(path_length, traces=1, advice="Always this.").advice == "Always this."


def test_verdicts_are_added() -> None:
    right, wrong = check_answers([1], {"a": 1}), check_function(len, [([1], 2)])
    assert (right + right).state == "right"
    assert [c.holds for c in (right + wrong).claims] == [True, False]
    waits = check_answers(..., {"a": 1})
    assert wrong + waits == waits == waits + right
    assert ((wrong | waits).state, (wrong | waits).headline[:21]) == (
        "not yet",
        "○ Not yet: 1 of 2 are",
    )
    assert "✗ fails" in str(wrong | waits)


# Functions that change things.


def test_a_function_that_changes_its_argument_spoils_no_other_case() -> None:
    def centre(stroke: Any) -> Any:
        stroke -= stroke.mean(axis=0)
        return stroke

    shared = STROKES[0].copy()
    cases = [(shared, shared - shared.mean(axis=0))] * 2
    verdict = check_function(centre, cases)

    assert verdict.state == "right"
    assert shared.tolist() == STROKES[0].tolist()


def test_a_function_that_gives_the_same_buffer_twice_is_seen_as_it_was() -> None:
    buffer = np.zeros(2)

    def fill(value: float) -> Any:
        buffer[:] = value
        return buffer

    assert check_function(fill, [(1.0, [1.0, 1.0]), (2.0, [2.0, 2.0])]).state == "right"


def test_calls_come_in_order_so_state_can_be_checked() -> None:
    counter = tf.Variable(0)
    count = tf.function(lambda: counter.assign_add(1))

    assert check_function(count, [((), 1), ((), 2)], traces=1).state == "right"


class Liar:
    """Says that it is what it is not, and then raises."""

    shape, dtype = (2,), "float32"

    def __eq__(self, other: object) -> bool:
        raise SystemExit("no")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError("no array")

    def __repr__(self) -> str:
        raise ValueError("no text")


async def waits(x: Any) -> Any:
    """A coroutine."""
    return x


def leaves(x: Any) -> Any:
    """Ends the program."""
    raise SystemExit(0)


CYCLE: list[Any] = [1]
CYCLE.append(CYCLE)
STRANGE = [
    tf.constant(1.0), 3, None, "length", Liar, Liar(), waits, leaves, CYCLE, int, (i for i in "ab"),
    tf.keras.layers.Dense(2), tf.Module(), np.float32, object(), lambda: CYCLE, lambda x: Liar(),
]  # fmt: skip


@pytest.mark.parametrize("answer", STRANGE, ids=[f"{i}" for i in range(len(STRANGE))])
def test_whatever_is_handed_in_gets_a_verdict(answer: Any) -> None:
    function = check_function(
        answer, CASES, traces=1, accepts=["a"], graph=True, clean={"a": answer}
    )
    assert function.state == "not right"
    assert "Try: " in str(function)
    for given in (answer, [answer, 1], {"a": answer, "b": 1}):
        assert check_answers(given, {"a": 7.5, "b": 8}).state == "not right"


def test_what_cannot_be_called_is_told() -> None:
    claim = check_function(tf.constant(1.0), CASES).claims[0]
    assert (claim.expected, claim.found) == ("to call", "EagerTensor float32[]")
    assert claim.advice.startswith("Pass the name of your function without brackets")


def test_pressed_five_times_it_says_the_same_and_warns_of_nothing(caplog: Any) -> None:
    told = set()
    for _ in range(5):
        again = tf.function(lambda x: x * 2.0)
        cases = [(float(n), 2.0 * n) for n in range(6)]
        told.add(str(check_function(again, cases, traces=1)))
        check_answers(lambda: [tf.function(lambda x: x)(n) for n in range(3)], dict(a=0, b=1, c=2))
    assert len(told) == 1
    assert caplog.text == ""


# Answers.

FACTS = {"the same circle": 0, "a longer circle": 1, "its dtype": "float32"}


@pytest.mark.parametrize("answers", [..., [...] * 3, [0, 1, ...], [0, [...], "float32"]])
def test_open_answers_are_not_yet(answers: Any) -> None:
    assert check_answers(answers, FACTS).state == "not yet"


@pytest.mark.parametrize("form", [list, tuple, lambda a: dict(zip(FACTS, a, strict=True))])
def test_half_of_the_answers_are_judged(form: Callable[[list[Any]], Any]) -> None:
    tips = {"the same circle": "Count again.", "its dtype": "Not this."}
    verdict = check_answers(form([1, 1, ...]), FACTS, tips)

    assert [claim.holds for claim in verdict.claims] == [False, True, None]
    assert verdict.state == verdict._repr_mimebundle_()[MIME]["state"] == "not yet"
    _, *rows, tip, last = str(verdict).splitlines()
    assert [row.split()[-2:] for row in rows[1:]] == [
        ["✗", "fails"],
        ["✓", "holds"],
        ["not", "yet"],
    ]
    assert tip == "Try: Count again."
    assert last.startswith("Put your own code in its place")


@pytest.mark.parametrize("typed", ["savedmodel", "Saved Model", "saved_model"])
def test_another_spelling_is_told_as_that(typed: str) -> None:
    verdict = check_answers([typed], {"folder": "SavedModel"}, {"folder": "More than one file."})
    assert (verdict.state, verdict.advice) == (
        "not right",
        "Only the spelling differs: write `'SavedModel'`.",
    )
    assert check_answers(["float32[]"], {"a": "float32[?]"}, {"a": "Open."}).advice == "Open."


def test_what_is_still_open_is_named() -> None:
    def gives() -> Any:
        return int(steps)

    steps = ...
    assert check_answers(..., FACTS).headline == "○ Not yet: `...` still stands in your code"
    assert check_answers([gives], {"a": 1}).headline.endswith("in your code")
    assert check_function(gives, [((), 1)]).headline.endswith("in `gives`")
    both = check_function(returns, CASES) + check_function(names, CASES)
    assert both.headline.endswith("in `returns`, `names`")
    assert "table" not in both._repr_mimebundle_()["text/html"]


def test_a_function_that_looks_at_what_is_not_there_waits() -> None:
    looks = [lambda: ..., lambda: 2]
    assert str(check_answers(looks, {"a": 1, "b": 1})).startswith("○ Not yet: `...` still")


@pytest.mark.parametrize("answers", [[0, 1, "float32"], (0, 1.0, "float32")])
def test_right_answers(answers: Any) -> None:
    assert check_answers(answers, FACTS).state == "right"


@pytest.mark.parametrize(
    ("answers", "held", "advice"),
    [
        ([1, 1, "float32"], "2 of 3", "Numbers in a tensor never matter."),
        ([0, 0, "float32"], "2 of 3", ""),
        ([1, 0, "Float32"], "0 of 3", "Numbers in a tensor never matter."),
        ([None, "1", 32], "0 of 3", "Numbers in a tensor never matter."),
        ([9, 1, "float32"], "2 of 3", "That is the number of points."),
        ([0, 0, "32"], "1 of 3", "A dtype has a name."),
    ],
)
def test_wrong_answers_are_told_without_the_key(answers: Any, held: str, advice: str) -> None:
    hints = {
        "the same circle": {
            "9": "That is the number of points.",
            "": "Numbers in a tensor never matter.",
        },
        "its dtype": "A dtype has a name.",
    }
    verdict = check_answers(answers, FACTS, hints)

    assert verdict.headline == f"✗ Not right: {held} claims hold"
    assert verdict.advice == advice
    assert "question         your answer" in str(verdict)
    assert {claim.expected for claim in verdict.claims} == {""}


GRID = {"a": True, "b": 0, "c": 0.25, "d": 3}


@pytest.mark.parametrize(
    "answers",
    [
        [True, 0, 0.25, 3],
        (1, False, 0.2500001, 3.0),
        np.array([1, 0, 0.25, 3]),
        np.array([[1.0, 0.0], [0.25, 3.0]], np.float32),
        tf.constant([1, 0, 0.25, 3]),
        [[True, 0], [0.25, 3]],
        {"d": 3, "c": 0.25, "b": 0, "a": True},
        {"one": True, "two": 0, "three": 0.25, "four": 3},
        {"a": True, "b": 0, "c": 0.25, "d": 3}.values(),
        (value for value in (True, 0, 0.25, 3)),
        [tf.constant(True), np.int64(0), np.float32(0.25), tf.Variable(3)],
        lambda: [True, 0, 0.25, 3],
        {"a": lambda: True, "b": 0, "c": 0.25, "d": 3},
    ],
)
def test_right_answers_in_every_form(answers: Any) -> None:
    verdict = check_answers(answers, GRID)
    assert verdict.state == "right", str(verdict)


def test_one_question_takes_a_bare_answer() -> None:
    assert check_answers(3, {"graphs": 3}).state == "right"
    assert check_answers("float32", {"dtype": "float32"}).state == "right"
    assert check_answers([32, 2], {"shape": [32, 2]}).state == "right"
    assert check_answers([3], {"shape": [3]}).state == "right"
    assert check_answers({"a": 1.0}, {"outputs": {"a": 1.0}}).state == "right"
    for value in (np.array(3), tf.constant(3), np.float32(3), {"graphs": 3}, [3]):
        assert check_answers(value, {"graphs": 3}).state == "right"
    assert check_answers([4, 5], {"graphs": 3}).claims[0].found == "`[4, 5]`"
    assert check_answers(np.array(["1", "float32"]), {"n": 1, "dtype": "float32"}).state == "right"


def test_floats_are_held_to_a_tolerance_that_is_named() -> None:
    assert check_answers([2.5163002], {"length": 2.5163}).state == "right"
    far = check_answers([2.5173], {"length": 2.5163})
    near = check_answers([2.51634], {"length": 2.5163})
    assert far.claims[0].found == "`2.5173`"
    assert near.claims[0].found == "`2.5163`, off by 4e-05 (tolerance 1e-05)"
    assert check_answers([2.51634], {"length": 2.5163}, tolerance=1e-4).state == "right"
    assert check_answers([1_000_001], {"bytes": 1_000_000}).state == "not right"


def test_answers_that_are_called_show_what_was_expected() -> None:
    tips = {"a": "Look at a.", "b": {"KeyError": "No such key.", "": "Look at b."}}
    answers = {"a": lambda: 3, "b": lambda: {}["x"], "c": lambda: tf.constant([1, 2])[5]}
    verdict = check_answers(answers, {"a": 2, "b": 1, "c": 1}, tips)

    assert [claim.expected for claim in verdict.claims] == ["`2`", "`1`", "`1`"]
    assert [claim.found for claim in verdict.claims][:2] == ["`3`", "KeyError: 'x'"]
    assert [claim.advice for claim in verdict.claims][:2] == ["Look at a.", "No such key."]
    assert verdict.claims[2].advice.startswith("An index lies beyond the end of its axis")
    assert check_answers(lambda: ..., FACTS).state == "not yet"
    assert (
        check_answers({"a": lambda: ..., "b": 1, "c": 1}, {"a": 1, "b": 1, "c": 1}).state
        == "not yet"
    )
    one = check_answers(lambda: undefined, FACTS)  # type: ignore[name-defined]  # noqa: F821
    assert [claim.found for claim in one.claims] == ["NameError: name 'undefined' is not defined"]
    assert one.advice.startswith("A name is not there")


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (True, np.bool_(True)),
        ("float32", "float32"),
        ((32, 2), tf.TensorShape([32, 2])),
        ([None, 2], tf.TensorShape([None, 2])),
        (tf.float32, tf.constant(1.0).dtype),
        ([1, 0, 0], [1, 0, 0]),
        ({"a", "b"}, {"b", "a"}),
        (3, np.int64(3)),
        (None, None),
    ],
)
def test_facts_of_every_kind(answer: Any, fact: Any) -> None:
    assert check_answers([answer], {"fact": fact}).state == "right"


@pytest.mark.parametrize(
    ("answers", "came"),
    [
        ("01", "str of length 2"),
        (3, "int"),
        ([0, 1], "2 answers"),
        (np.zeros(2), "2 answers"),
        ({"its dtype": "float32"}, "no answer for `the same circle`"),
        ({0, 1, 2}, "set of length 3"),
    ],
)
def test_answers_of_another_form_are_a_failed_claim(answers: Any, came: str) -> None:
    verdict = check_answers(answers, FACTS)

    assert (verdict.claims[0].expected, verdict.claims[0].found) == ("a list of 3", came)
    names = "`the same circle`; `a longer circle`; `its dtype`"
    assert verdict.advice == f"Write a list with one answer for each of: {names}."


# The verdict itself.


def test_a_verdict_shows_state_table_and_advice() -> None:
    verdict = Verdict(
        (
            Claim("`f(1)`", "`2`", "`2`", True, "unused"),
            Claim("`f(2)`", "`4`", "`3 < 4`", False, "Use `x * 2`."),
            Claim("`f(3)`", "`6`", "`5`", False, "Use `x * 2`."),
        )
    )
    assert str(verdict) == (
        "✗ Not right: 1 of 3 claims hold\n"
        "  claim  expected  found\n"
        "  f(1)   2         2      ✓ holds\n"
        "  f(2)   4         3 < 4  ✗ fails\n"
        "  f(3)   6         5      ✗ fails\n"
        "Try: Use `x * 2`."
    )
    shown = verdict._repr_mimebundle_()
    assert shown[MIME] == {"state": "not right"}
    assert "<code>3 &lt; 4</code>" in shown["text/html"]
    assert shown["text/html"].endswith("<p><b>Try:</b> Use <code>x * 2</code>.</p>")


@pytest.mark.parametrize(
    ("verdict", "state", "start"),
    [
        (Verdict(()), "not yet", "<p>○ Not yet"),
        (Verdict((Claim("`f`", "", "`...`", None),)), "not yet", "<p>○ Not yet: <code>..."),
        (Verdict((Claim("a", "b", "b", True),)), "right", "<table>"),
    ],
)
def test_states(verdict: Verdict, state: str, start: str) -> None:
    shown = verdict._repr_mimebundle_()

    assert shown[MIME] == {"state": state} == {"state": verdict.state}
    assert shown["text/html"].startswith(start)


def test_a_builtin_function_is_no_graph() -> None:
    verdict = check_function([1].index, [(1, 0)], traces=1)
    assert "no tf.function" in str(verdict)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    ("key", "function", "claims"),
    [
        ("off by", lambda x: tf.constant([1.0, 2.5]), {"cases": [(1.0, [1.0, 2.0])]}),
        ("number of traces 1", tf.function(lambda x: x), {"cases": [(1, 1)], "traces": 2}),
        ("number of traces", lambda x: x, {"cases": [(1, 1)], "traces": 1}),
        ("accepted", lambda x: x, {"refuses": [1]}),
        ("refused", abs, {"accepts": ["a"]}),
        ("plain Python", lambda x: x, {"cases": [(1, 1)], "graph": True}),
        ("a function", 3, {}),
        ("the next step", lambda x: x, {"cases": [lambda: 1 / 0]}),
    ],
)
def test_a_check_cell_names_its_advice_in_english_in_every_language(
    japanese: None, language: str, key: str, function: Any, claims: dict[str, Any]
) -> None:
    speak(language)
    verdict = check_function(function, **claims, advice={key: "Mine.", "1.5": "No.", "": "Other."})
    assert verdict.advice == "Mine."


def test_an_answer_off_by_a_little_is_named_in_english_too(japanese: None) -> None:
    facts, tips = {"sizes": [1.0, 2.0]}, {"sizes": {"off by": "Mine.", "": "Other."}}
    verdict = check_answers([lambda: [1.0, 2.5]], facts, tips)
    assert verdict.claims[0].found == "`[1.0, 2.5]`（誤差 0.5、許容誤差 1e-05）"
    assert verdict.advice == "Mine."


def test_a_verdict_in_japanese(japanese: None) -> None:
    verdict = check_answers([3], {"三角形の角の数": 4}, {"三角形の角の数": "数えてください。"})
    assert str(verdict) == (
        "✗ 不正解：1 項目中 0 項目を満たしています\n"
        + str(Table("", ("質問", "回答", ""), (("三角形の角の数", "3", "✗ 満たさない"),)).text())[
            1:
        ]
        + "\nヒント：数えてください。"
    )
    assert verdict._repr_mimebundle_()[MIME] == {"state": "not right"}
