"""Checks on an untouched stub, the right answer, and the commonest wrong answers."""

from __future__ import annotations

import functools
import gc
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tfl_helpers import InputError, check_answers, check_function, quiet
from tfl_helpers.check.check import MIME, Claim, Verdict, is_stub, is_unfinished
from tfl_helpers.look.messages import on_error, on_signature, on_traces, on_values

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
    assert str(verdict).startswith("○ Not yet: put your own code in place of the ... above")


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
    assert verdict.advice == ()
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
            "Inside a tf.function a tensor has no value yet: return it and call `.numpy()` "
            "outside.",
        ),
        (
            wants_another,
            "The number of arguments does not fit: look at the line that starts with def.",
        ),
        (
            lambda stroke: undefined,  # type: ignore[name-defined]  # noqa: F821
            "Call your function by itself in a new cell and read the last line of the error.",
        ),
    ],
)
def test_wrong_results_get_advice(wrong: Callable[..., Any], advice: str) -> None:
    verdict = check_function(wrong, CASES)

    assert verdict.state == "not right"
    assert verdict.advice == (advice,)
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
    assert check_function(lambda x: found, [(1, expected)]).advice == (advice,)


def test_a_wrong_array_is_told_with_its_distance() -> None:
    stroke = STROKES[0]
    wrong = check_function(lambda s: s + 0.5, [(stroke, stroke)])
    close = check_function(lambda x: 1.00003, [(1, 1.00001)])
    shape = check_function(lambda s: s[:3], [(stroke, stroke)])

    assert wrong.claims[0].found == "`float32[5, 2]`, off by 0.5"
    assert (close.claims[0].expected, close.claims[0].found) == ("`1.0`", "`1.0`, off by 2e-05")
    assert shape.claims[0].found == "`float32[3, 2]`"


def test_large_numbers_may_be_off_by_a_share_of_themselves() -> None:
    assert check_function(lambda x: 1000.005, [(1, 1000.0)]).state == "right"
    assert check_function(lambda x: 1000.02, [(1, 1000.0)]).state == "not right"
    assert check_function(lambda x: 0.50002, [(1, 0.5)]).state == "not right"
    assert check_function(lambda x: 0.6, [(1, 0.5)], tolerance=0.2).state == "right"


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
    assert verdict.advice == (advice,)


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
    assert numbers.advice == (
        "Each Python number gets its own graph: pass a tensor, `tf.constant(x)`, "
        "or give the argument a TensorSpec.",
    )
    double = tf.function(lambda x: x + x)
    dtypes = check_function(double, [(np.int32(1), 2), (np.float32(1), 2)], traces=1)
    assert dtypes.advice == (
        "Each dtype gets its own graph: cast the arguments to one dtype before the call.",
    )
    double(tf.constant("a"))
    others = check_function(double, [(np.int32(1), 2)], traces=1)
    assert others.advice == (
        "Other calls made graphs too: run the cell that defines the function, then this one.",
    )


def test_what_accepts_traced_counts_and_what_refuses_traced_does_not() -> None:
    double = tf.function(lambda x: x * 2)
    verdict = check_function(double, [(STROKES[0], 2 * STROKES[0])], 1, [STROKES[1]], ["text"])

    assert [c.holds for c in verdict.claims] == [True, True, False, False]
    assert verdict.claims[2].advice.startswith("Each shape gets its own graph")


def test_a_function_that_cannot_be_traced_gets_one_piece_of_advice() -> None:
    for broken in (asks_for_numpy, lambda stroke: {}["scale"]):
        verdict = check_function(tf.function(broken), CASES, traces=1)

        assert verdict.state == "not right"
        assert len(verdict.advice) == 1


# Accepting and refusing.


def test_a_spec_that_is_too_narrow_and_one_that_is_too_wide() -> None:
    narrow = tf.function(path_length, input_signature=[tf.TensorSpec([5, 2], tf.float32)])
    verdict = check_function(narrow, accepts=[STROKES[1]])
    assert verdict.advice == (
        "The spec is too narrow for this one: use None where a size may change.",
    )
    assert verdict.claims[0].found.startswith("refused: TypeError: ")

    wide = tf.function(path_length, input_signature=[tf.TensorSpec([None, None], tf.float32)])
    verdict = check_function(wide, refuses=[np.ones([4, 3], np.float32)])
    assert verdict.advice == ("The spec is too wide: give this size or dtype in the TensorSpec.",)
    assert (verdict.claims[0].expected, verdict.claims[0].found) == ("refused", "accepted")


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


def test_what_cannot_be_called_is_refused() -> None:
    words = (
        "check_function needs a function, got EagerTensor float32[]. Pass the name of your "
        "function without brackets: check_function(length, ...)."
    )
    with pytest.raises(InputError, match=re.escape(words)):
        check_function(tf.constant(1.0), CASES)


# Answers.

FACTS = {"the same circle": 0, "a longer circle": 1, "its dtype": "float32"}


@pytest.mark.parametrize("answers", [..., [...] * 3, [0, 1, ...], [0, [...], "float32"]])
def test_open_answers_are_not_yet(answers: Any) -> None:
    assert check_answers(answers, FACTS).state == "not yet"


@pytest.mark.parametrize("answers", [[0, 1, "float32"], (0, 1.0, "float32")])
def test_right_answers(answers: Any) -> None:
    assert check_answers(answers, FACTS).state == "right"


@pytest.mark.parametrize(
    ("answers", "held", "advice"),
    [
        ([1, 1, "float32"], "2 of 3", ("Numbers in a tensor never matter.",)),
        ([0, 0, "float32"], "2 of 3", ()),
        ([1, 0, "Float32"], "0 of 3", ("Numbers in a tensor never matter.",)),
        ([None, "1", 32], "0 of 3", ("Numbers in a tensor never matter.",)),
    ],
)
def test_wrong_answers(answers: Any, held: str, advice: tuple[str, ...]) -> None:
    hints = {"the same circle": "Numbers in a tensor never matter."}
    verdict = check_answers(answers, FACTS, hints)

    assert verdict.headline == f"✗ Not right: {held} claims hold"
    assert verdict.advice == advice


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
        (np.zeros(3), "ndarray float64[3]"),
        ({"its dtype": "float32"}, "dict of length 1"),
    ],
)
def test_answers_that_are_no_list_are_a_failed_claim(answers: Any, came: str) -> None:
    verdict = check_answers(answers, FACTS)

    assert (verdict.claims[0].expected, verdict.claims[0].found) == ("a list of 3", came)
    assert verdict.advice == (
        "Write a list with one answer for each of: the same circle, a longer circle, its dtype.",
    )


def test_another_number_of_answers_is_a_failed_claim() -> None:
    verdict = check_answers([0, 1], FACTS)
    assert verdict.state == "not right"
    assert (verdict.claims[0].expected, verdict.claims[0].found) == ("3", "2")
    assert verdict.advice[0].startswith("Write a list with one answer for each of: the same")


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
        (Verdict(), "not yet", "<p>○ Not yet"),
        (Verdict((Claim("a", "b", "b", True),)), "right", "<table>"),
    ],
)
def test_states(verdict: Verdict, state: str, start: str) -> None:
    shown = verdict._repr_mimebundle_()

    assert shown[MIME] == {"state": state} == {"state": verdict.state}
    assert shown["text/html"].startswith(start)


# Advice, tried on the words that TensorFlow and LiteRT really say.


def raised(function: Callable[[], Any]) -> Exception:
    """The error that a function raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function()
    return caught.value


def branch_without_autograph() -> Any:
    """A Python if on a tensor."""
    return tf.function(lambda x: x if x > 0 else -x, autograph=False)(tf.constant(1.0))


def leak() -> Any:
    """A tensor of one trace in another."""
    kept: list[Any] = []
    tf.function(lambda x: kept.append(x))(tf.constant(1.0))
    return kept[0] + 1.0


def variable_each_time() -> Any:
    """A variable made in the function."""
    return tf.function(lambda: tf.Variable(1.0) + 1.0)()


class Ruler(tf.Module):
    """A module that has to be kept while its method is in use."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = tf.Variable(2.0)

    @tf.function(input_signature=[ANY])
    def measure(self, stroke: Any) -> Any:
        return path_length(stroke) * self.scale


def outlived() -> Any:
    """A concrete function whose module is gone."""
    ruler = Ruler()
    concrete = ruler.measure.get_concrete_function()
    del ruler
    gc.collect()
    return concrete


def convert(functions: Any) -> Any:
    """A conversion as a learner may write it."""
    return tf.lite.TFLiteConverter.from_concrete_functions(functions).convert()


def wrong_spec() -> Any:
    """An argument that does not fit the signature."""
    return tf.function(path_length, input_signature=[ANY])(tf.ones([3, 3]))


@pytest.fixture(scope="module")
def interpreter() -> Any:
    """LiteRT with x * 2 for float32[2]."""
    from ai_edge_litert.interpreter import Interpreter

    root = tf.Module()
    root.double = tf.function(lambda x: x * 2.0)
    concrete = root.double.get_concrete_function(tf.TensorSpec([2], name="x"))
    with quiet():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], root)
        made = Interpreter(model_content=converter.convert())
        made.allocate_tensors()
    return made


@pytest.mark.parametrize(
    ("function", "start"),
    [
        (branch_without_autograph, "A Python `if` met a tensor"),
        (leak, "A tensor from inside a trace was kept outside it"),
        (variable_each_time, "Make the variable once"),
        (wrong_spec, "The argument does not fit the signature"),
        (lambda: path_length(), "The number of arguments does not fit"),  # type: ignore[call-arg]
        (lambda: path_length(1, 2), "The number of arguments does not fit"),  # type: ignore[call-arg]
        (
            lambda: tf.function(path_length, input_signature=[ANY])(),
            "The number of arguments does not fit",
        ),
        (lambda: forgets_return(STROKES[0]).shape, "Something is None: is a `return` missing"),
        (lambda: Ruler().measure(STROKES[0]), "Something is None: is a `return` missing"),
        (lambda: convert([outlived()]), "The graph outlived its module"),
        (lambda: convert([tf.function(path_length)]), "Ask the tf.function with"),
        (lambda: convert(outlived()), "Ask the tf.function with"),
        (lambda: tf.function(np.sum)(tf.ones(2)), "NumPy cannot compute with a tensor of a graph"),
        (lambda: tf.ones(2, tf.float64) * tf.ones(2), "NumPy makes float64 by itself"),
        (
            lambda: tf.function(lambda x, n: x * n)(tf.ones(2), tf.constant(2)),
            "Two dtypes meet in one op",
        ),
        (
            lambda: tf.function(abs, input_signature=[tf.TensorSpec([], tf.int32)])(0.5),
            "A number with a fraction came",
        ),
    ],
)
def test_advice_knows_the_errors_of_tensorflow(function: Any, start: str) -> None:
    assert on_error(raised(function)).startswith(start)


@pytest.mark.parametrize(
    ("data", "start"),
    [
        (np.ones(2), "NumPy makes float64 by itself"),
        (np.ones(3, np.float32), "Shape differs from the file's"),
    ],
)
def test_advice_knows_the_errors_of_litert(interpreter: Any, data: Any, start: str) -> None:
    index = interpreter.get_input_details()[0]["index"]

    assert on_error(raised(lambda: interpreter.set_tensor(index, data))).startswith(start)


@pytest.mark.parametrize(
    ("call", "start"),
    [
        (lambda runner: runner(STROKES[0]), "A signature takes arrays by its own names"),
        (lambda runner: runner(wrong=STROKES[0]), "A signature takes arrays by its own names"),
        (lambda runner: runner(), "A signature takes arrays by its own names"),
        (lambda runner: runner(x=[1.0, 2.0]), "An array is wanted here"),
        (lambda runner: runner(x=np.ones(2)), "NumPy makes float64 by itself"),
    ],
)
def test_advice_knows_the_errors_of_a_signature(interpreter: Any, call: Any, start: str) -> None:
    assert on_error(raised(lambda: call(interpreter.get_signature_runner()))).startswith(start)


@pytest.mark.parametrize(
    ("found", "start"),
    [
        ("(stroke: float32[8, 2]) -> float32[]", "A size differs: `None` in the TensorSpec"),
        ("(stroke: float32[?]) -> float32[]", "The number of axes differs"),
        ("(stroke: float64[?, 2]) -> float64[]", "A dtype differs"),
        ("(x: float32[?, 2]) -> float32[]", "Compare the two word by word"),
    ],
)
def test_advice_on_a_signature(found: str, start: str) -> None:
    assert on_signature("(stroke: float32[?, 2]) -> float32[]", found).startswith(start)


def test_advice_on_values_and_traces_stands_alone() -> None:
    assert on_values(1.0, None).startswith("The function returns None")
    assert on_values([1.0], [2.0], same_for_all=True).startswith("All cases give the same")
    assert on_traces(1, 2, []).startswith("Fewer graphs than asked")
    assert "`None` in the TensorSpec" in on_traces(3, 1, ["the shape of stroke"])
    assert "`reduce_retracing=True`" in on_traces(5, 2, ["the shape of stroke"])


def test_a_signed_function_that_cannot_be_traced_gets_a_verdict() -> None:
    signed = tf.function(lambda stroke: stroke.numpy(), input_signature=[ANY])

    verdict = check_function(signed, CASES, traces=1)

    assert verdict.claims[-1].found == "none: each call raised an error"
    assert verdict.advice[0].startswith("Inside a tf.function a tensor has no value yet")
