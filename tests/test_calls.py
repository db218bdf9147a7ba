"""Calls of every kind of function: which graph they reach, and why; what they print, and when."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tfl_helpers import (
    InputError,
    draw_concrete,
    draw_dispatch,
    draw_lanes,
    explore_function,
    quiet,
)
from tfl_helpers.look.dispatch import read_calls
from tfl_helpers.look.lanes import read_lanes

with quiet():
    import tensorflow as tf

ANY = tf.TensorSpec([None, 2], tf.float32)
SCALAR = tf.TensorSpec([], tf.float32)


class Ruler(tf.Module):
    """A variable, and a function with a default."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = tf.Variable(2.0, name="scale")

    @tf.function
    def grow(self, stroke: Any, factor: float = 2.0) -> Any:
        return stroke * self.scale * factor


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A Ruler with two graphs that was saved and loaded again."""
    folder = str(tmp_path_factory.mktemp("ruler"))
    ruler = Ruler()
    ruler.grow(np.ones([3, 2], np.float32))
    ruler.grow(np.ones([3, 2], np.float32), 3.0)
    with quiet():
        tf.saved_model.save(ruler, folder)
        return tf.saved_model.load(folder)


def reached(function: Any, calls: list[Any]) -> list[tuple[int | None, str]]:
    """Graph (from 1) and reason of each call."""
    found = read_calls(function, calls).calls
    return [(None if c.reached is None else c.reached + 1, c.reason) for c in found]


def stroke(points: int, dtype: Any = np.float32) -> Any:
    """Any stroke of so many points."""
    return np.ones([points, 2], dtype)


def test_calls_say_why_they_need_a_graph() -> None:
    @tf.function
    def shrink(stroke: Any, factor: Any = 1.0) -> Any:
        return stroke * tf.cast(factor, stroke.dtype)

    calls = [
        stroke(3),
        stroke(3) + 1,
        (stroke(3), 0.5),
        (stroke(3), tf.constant(2.0)),
        (stroke(3), tf.constant(3.0)),
        stroke(5),
        stroke(5, np.float64),
        (stroke(3), np.float32(4.0)),
        (stroke(5), 0.25),
    ]
    assert reached(shrink, calls) == [
        (1, "first call"),
        (1, ""),
        (2, "Python value of factor: 1.0 → 0.5"),
        (3, "factor is a tensor, was 0.5"),
        (3, ""),
        (4, "shape of stroke: [3, 2] → [5, 2]"),
        (5, "dtype of stroke: float32 → float64"),
        (3, ""),
        (6, "Python value of factor: 1.0 → 0.25"),
    ]


def test_calls_are_shown_as_a_learner_writes_them() -> None:
    @tf.function
    def f(*arguments: Any) -> Any:
        return tf.constant(1.0)

    calls = [
        (stroke(3), 0.5),
        tf.constant(2.5),
        tf.constant([1.0, 2.0]),
        {"a": stroke(3)},
        [[1.0, 2.0]],
        tf.nn.relu,
        "word",
        (),
    ]
    assert [call.call for call in read_calls(f, calls).calls] == [
        "f(float32[3, 2], 0.5)",
        "f(tf.constant(2.5))",
        "f(float32[2])",
        "f({a: float32[3, 2]})",
        "f([[1.0, 2.0]])",
        "f(relu)",
        "f('word')",
        "f()",
    ]


def test_equal_python_values_share_a_graph() -> None:
    square = tf.function(lambda x: x**2)

    assert reached(square, [2, 2.0, tf.constant(2.0), True, 1]) == [
        (1, "first call"),
        (1, "2.0 == 2, so the graph of x = 2 answers"),
        (2, "x is a tensor, was 2"),
        (3, "x is the Python value True, was float32[]"),
        (3, "1 == True, so the graph of x = True answers"),
    ]


def test_calls_of_a_signature_that_do_not_fit_are_refused() -> None:
    @tf.function(input_signature=[ANY, SCALAR])
    def scaled(stroke: Any, factor: Any) -> Any:
        return stroke * factor

    calls = [(stroke(5), 2.0), (stroke(9), 3), (stroke(5).T, 2.0), stroke(5), (stroke(5), "x")]
    assert reached(scaled, calls) == [
        (1, "first call"),
        (1, ""),
        (None, "float32[2, 5] does not fit float32[?, 2]"),
        (None, "Binding inputs to tf.function failed due to missing a required argument: 'factor'"),
        (
            None,
            "Binding inputs to tf.function failed due to Cannot convert 'x' to EagerTensor of "
            "dtype float",
        ),
    ]


def numpy_inside(x: Any) -> Any:
    """Raises an AttributeError while it is traced."""
    return x.numpy()


def key_missing(x: Any) -> Any:
    """Raises a KeyError while it is traced."""
    return {}["scale"]


def never(x: Any) -> Any:
    """Raises an AssertionError without words."""
    assert x is None


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (
            numpy_inside,
            "AttributeError: 'SymbolicTensor' object has no attribute 'numpy'",
        ),
        (key_missing, "KeyError: 'scale'"),
        (never, "AssertionError: no message"),
    ],
)
def test_a_body_that_raises_is_a_refused_call(function: Any, reason: str) -> None:
    assert reached(tf.function(function), [tf.constant(1.0)]) == [(None, reason)]


def test_a_widened_graph_serves_all_later_shapes() -> None:
    relaxed = tf.function(lambda s: s * 2.0, reduce_retracing=True)

    assert reached(relaxed, [stroke(n) for n in (5, 9, 16)]) == [
        (1, "first call"),
        (2, "shape of s: [5, 2] → [?, 2]"),
        (2, ""),
    ]


def test_nested_arguments_and_objects_have_reasons() -> None:
    @tf.function
    def act(p: Any, by: Any = tf.sin) -> Any:
        return by(p["x"])

    small, both = {"x": stroke(3)}, {"x": stroke(3), "y": stroke(3)}
    assert reached(act, [small, both, {"x": stroke(4)}, (small, tf.cos), (small, tf.cos)]) == [
        (1, "first call"),
        (2, "p['y'] is a tensor, was not there"),
        (3, "shape of p['x']: [3, 2] → [4, 2]"),
        (4, "Python value of by: sin → cos"),
        (4, ""),
    ]


def test_calls_of_a_loaded_function(loaded: Any) -> None:
    assert read_calls(loaded.grow, [stroke(3)]).name == "grow"
    assert reached(loaded.grow, [stroke(3), (stroke(3), 3.0), stroke(3), stroke(4)]) == [
        (1, "saved with the model"),
        (2, "Python value of factor: 2.0 → 3.0"),
        (1, ""),
        (None, "none of the saved graphs fits these arguments"),
    ]


def test_nothing_is_run() -> None:
    counter = tf.Variable(0)

    @tf.function
    def count(x: Any) -> Any:
        return counter.assign_add(x)

    read_calls(count, [1, tf.constant(1)])
    assert counter.numpy() == 0


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        (
            (1, 2),
            "Expected a list with the arguments of each call, got tuple of length 2. "
            "Write [first_argument, second_argument], or [(a, b)] for one call with two "
            "arguments.",
        ),
        (np.ones([3, 2]), "got ndarray float64[3, 2]."),
    ],
)
def test_calls_must_be_a_list(calls: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        read_calls(tf.function(abs), calls)


def test_calls_need_a_tf_function() -> None:
    with pytest.raises(InputError, match="Expected a tf.function, got function"):
        read_calls(numpy_inside, [1])


# Every kind of function and argument, in each picture ------------------------------------------


class Pen:
    """A Python object: counts by identity."""

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def __call__(self, stroke: Any) -> Any:
        return stroke * self.scale


class Pair(tf.experimental.ExtensionType):
    """Tensors and a Python value in one argument."""

    start: tf.Tensor
    steps: int


class Gesture(tf.Module):
    """Methods: one with a default, one with a signature, one that makes its variable late."""

    late = None

    @tf.function
    def grow(self, x: Any, factor: Any = 2.0) -> Any:
        return x * factor

    @tf.function(input_signature=[tf.TensorSpec([None])])
    def fixed(self, x: Any) -> Any:
        return x * 2.0


def one(x: Any, factor: Any = 2, *, mean: bool = True) -> Any:
    """Takes anything."""
    return tf.constant(1.0)


def saved_and_loaded(tmp_path: Any) -> Any:
    module = Gesture()
    module.fixed(tf.ones(3))
    with quiet():
        tf.saved_model.save(module, str(tmp_path))
        return tf.saved_model.load(str(tmp_path)).fixed


RAGGED, SPARSE = tf.ragged.constant([[1.0], [2.0, 3.0]]), tf.sparse.from_dense([0.0, 1.0])
PEN, VECTOR = Pen(2.0), tf.ones(2)
COUNT = tf.data.Dataset.range
FIRST, NAN = "first call", float("nan")
SHAPE = "shape of x: [2] → [3]"
KINDS: dict[str, tuple[Callable[..., Any], list[Any], list[tuple[int | None, str]]]] = {
    "ragged": (
        lambda: tf.function(one),
        [RAGGED, tf.ones([2, 2]), RAGGED * 2.0],
        [(1, FIRST), (2, "x: ragged float32[2, ?] → dense float32[2, 2]"), (1, "")],
    ),
    "sparse": (
        lambda: tf.function(one),
        [VECTOR, SPARSE],
        [(1, FIRST), (2, "x: dense float32[2] → sparse float32[2]")],
    ),
    "dataset": (
        lambda: tf.function(one),
        [COUNT(3), COUNT(9), COUNT(4).batch(2)],
        [(1, FIRST), (1, ""), (2, "x: Dataset of int64[] → Dataset of int64[?]")],
    ),
    "iterator": (
        lambda: tf.function(one),
        [iter(COUNT(3)), iter(COUNT(4))],
        [(1, FIRST), (1, "")],
    ),
    "extension type": (
        lambda: tf.function(one),
        [Pair(VECTOR, 1), Pair(VECTOR, 2)],
        [(1, FIRST), (2, "x: Pair.Spec(start=float32[2], steps=1) → ")],
    ),
    "variable": (
        lambda: tf.function(one),
        [tf.Variable(1.0), tf.Variable(2.0), tf.constant(1.0)],
        [(1, FIRST), (1, ""), (2, "x: variable float32[] → dense float32[]")],
    ),
    "objects": (
        lambda: tf.function(one),
        [PEN, Pen(2.0), PEN],
        [(1, FIRST), (2, "another Python object in x: objects count by identity"), (1, "")],
    ),
    "objects in a list": (
        lambda: tf.function(one),
        [[PEN, VECTOR], [Pen(2.0), VECTOR]],
        [(1, FIRST), (2, "another Python object in x: objects count by identity")],
    ),
    "list and tuple": (
        lambda: tf.function(one),
        [[VECTOR, VECTOR], ((VECTOR, VECTOR),), [VECTOR]],
        [(1, FIRST), (2, "x is a tuple, was a list"), (3, "x[1] is gone")],
    ),
    "kinds of Python values": (
        lambda: tf.function(one),
        [True, 1, None, "a", b"a", "a"],
        [
            (1, FIRST),
            (1, "1 == True, so the graph of x = True answers"),
            (2, "Python value of x: True → None"),
            (3, "Python value of x: None → 'a'"),
            (4, "Python value of x: 'a' → b'a'"),
            (3, ""),
        ],
    ),
    "long words": (
        lambda: tf.function(one),
        ["x" * 99, "x" * 98 + "y"],
        [(1, FIRST), (2, "another Python value of x")],
    ),
    "numpy scalars": (
        lambda: tf.function(one),
        [np.float32(1), np.float32(2), np.int64(1), np.bool_(True)],
        [
            (1, FIRST),
            (1, ""),
            (2, "dtype of x: float32 → int64"),
            (3, "dtype of x: int64 → bool"),
        ],
    ),
    "partial": (
        lambda: tf.function(functools.partial(lambda by, x: by * x, 2.0)),
        [VECTOR, tf.ones(3)],
        [(1, FIRST), (2, SHAPE)],
    ),
    "instance": (
        lambda: tf.function(Pen(3.0)),
        [VECTOR, tf.ones([4, 2])],
        [(1, FIRST), (2, "shape of stroke: [2] → [4, 2]")],
    ),
    "method": (
        lambda: Gesture().grow,
        [VECTOR, (VECTOR, 3.0), VECTOR],
        [(1, FIRST), (2, "Python value of factor: 2.0 → 3.0"), (1, "")],
    ),
    "signature": (
        lambda: Gesture().fixed,
        [VECTOR, [1.0, 2.0, 3.0], tf.ones([2, 2]), (VECTOR, 1)],
        [
            (1, FIRST),
            (1, ""),
            (None, "float32[2, 2] does not fit float32[?]"),
            (None, "Binding inputs to tf.function failed due to too many positional arguments"),
        ],
    ),
    "widened": (
        lambda: tf.function(lambda x: x, reduce_retracing=True),
        [VECTOR, tf.ones(3), tf.ones(4)],
        [(1, FIRST), (2, "shape of x: [2] → [?]"), (2, "")],
    ),
    "variable number": (
        lambda: tf.function(lambda *x: x[0]),
        [(VECTOR, 1), (VECTOR,), VECTOR],
        [(1, FIRST), (2, "x_1 is gone"), (2, "")],
    ),
    "keyword only": (
        lambda: tf.function(lambda x, *, by: x),
        [VECTOR],
        [(None, "Binding inputs to tf.function failed due to missing a required argument: 'by'")],
    ),
    "raises": (
        lambda: tf.function(lambda x: x.numpy()),
        [VECTOR],
        [(None, "AttributeError: 'SymbolicTensor' object has no attribute 'numpy'")],
    ),
    "compiled": (
        lambda: tf.function(lambda x: x * 2.0, jit_compile=True),
        [VECTOR, tf.ones(3)],
        [(1, FIRST), (2, SHAPE)],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_calls_in_the_picture_of_dispatch(kind: str) -> None:
    make, calls, expected = KINDS[kind]
    found = reached(make(), calls)

    assert [graph for graph, _ in found] == [graph for graph, _ in expected]
    for (_, came), (_, wanted) in zip(found, expected, strict=True):
        assert came.startswith(wanted) if wanted else came == ""
    words = draw_dispatch(make(), calls).words
    assert " at 0x" not in words
    assert all(wanted in words for _, wanted in expected)


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_calls_in_lanes_and_under_buttons(kind: str) -> None:
    """What is traced, runs and is refused there is what dispatch says."""
    make, calls, expected = KINDS[kind]
    graphs = [graph for graph, _ in expected]
    new = [n is not None and n not in graphs[:i] for i, n in enumerate(graphs)]

    heard = read_lanes(make(), calls).calls
    assert [call.ran for call in heard] == [graph is not None for graph in graphs]
    if kind != "raises":
        assert [call.traced for call in heard] == new
    panel = explore_function(make(), {str(i): call for i, call in enumerate(calls)})
    for i, (graph, reason) in enumerate(expected):
        panel.press(str(i))
        became = "traced a new graph" if new[i] else "used graph"
        wanted = f"{became} #{graph}" if graph else f"was refused: {reason}"
        assert wanted in html.unescape(panel.said.value)


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_calls_on_cards(kind: str) -> None:
    """A card names each argument once: passed or baked in."""
    make, calls, expected = KINDS[kind]
    function = make()
    for given, (graph, _) in zip(calls, expected, strict=True):
        arguments = given if isinstance(given, tuple) else (given,)
        if graph is not None:
            concrete = function.get_concrete_function(*arguments)
            words = draw_concrete(concrete).words
            names = [re.split(r"\W", name)[0] for name in concrete.function_type.parameters]
            assert all(re.search(rf"(input|baked in) +{name}\b", words) for name in names)


def test_a_loaded_function_under_buttons(tmp_path: Any) -> None:
    panel = explore_function(saved_and_loaded(tmp_path), {"2": VECTOR, "3": tf.ones(3)})

    for label in ("2", "3"):
        panel.press(label)
        assert f"fixed({label}) used graph #1 again" in panel.said.value
    assert read_lanes(saved_and_loaded(tmp_path), [VECTOR]).calls[0].lanes() == (
        ["no tracing"],
        ["prints nothing"],
    )


def test_a_graph_that_fails_while_it_runs_was_reached_all_the_same() -> None:
    checked = tf.function(lambda x: tf.debugging.check_numerics(x, "bad pen"))
    panel = explore_function(checked, {"1": tf.constant(1.0), "nan": tf.constant(NAN)})

    panel.press("nan")
    assert "traced a new graph #1: first graph; it raised InvalidArgument" in panel.said.value
    panel.press("nan")
    assert "used graph #1 again: it raised InvalidArgument" in panel.said.value
    heard = read_lanes(checked, [tf.constant(NAN)]).calls[0]
    assert (heard.traced, heard.ran) == (False, True)


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (len, "len"),
        (Pen, "Pen"),
        (Pen(2.0), "Pen"),
        (functools.partial(max, 1), "max"),
        (np.square, "square"),
        (tf.keras.Sequential([tf.keras.layers.Flatten()]), "Sequential"),
        (tf.function(one).get_concrete_function(VECTOR), "one"),
        (Gesture().grow, "grow"),
    ],
)
def test_lanes_take_whatever_can_be_called_and_call_it_once(thing: Any, name: str) -> None:
    asked = [tf.ones([1, 2])] if name == "Sequential" else [np.ones(2, np.float32)]
    found = read_lanes(thing, asked)

    assert found.name == name
    assert found.calls[0].ran


def test_lanes_hear_what_a_plain_function_traces_and_a_failing_trace_once() -> None:
    said = []

    def outer(x: Any) -> Any:
        print("outer")
        return tf.function(inner)(x)

    def inner(x: Any) -> Any:
        print("inner")
        said.append(x)
        return x.numpy()

    heard = read_lanes(outer, [VECTOR]).calls[0]
    assert (heard.trace_lines, heard.run_lines, len(said)) == (("inner",), ("outer",), 1)
    heard = read_lanes(tf.function(inner), [VECTOR]).calls[0]
    assert (heard.traced, heard.ran, heard.trace_lines, len(said)) == (True, False, ("inner",), 2)
    with quiet():
        tf.config.run_functions_eagerly(True)
    try:
        heard = read_lanes(tf.function(inner), [VECTOR]).calls[0]
    finally:
        tf.config.run_functions_eagerly(False)
    assert (heard.traced, heard.ran, heard.run_lines, len(said)) == (False, True, ("inner",), 3)


def test_what_a_terminal_alone_shows_is_left_out() -> None:
    found = read_lanes(lambda: print("\x1b[1m1/1\x1b[0m \x08\x08done\r"), [()])
    assert found.calls[0].run_lines == ("1/1 done",)


def test_a_call_that_would_end_python_is_an_error_like_any_other() -> None:
    found = read_lanes(raise_exit, [()]).calls[0]
    assert (found.ran, found.error) == (True, "SystemExit: 3")
    long = draw_lanes(lambda: print("\n".join(map(str, range(99)))), [()])
    assert "… and 87 lines more" in html.unescape(long.svg)
    assert "98" in long.words


def raise_exit() -> None:
    raise SystemExit(3)
