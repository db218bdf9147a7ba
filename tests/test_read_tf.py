"""Objects of TensorFlow, from every corner a learner may bring, and the records they become."""

from __future__ import annotations

import gc
import re
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfl_helpers import InputError, quiet, read_concrete, read_function
from tfl_helpers.look.dispatch import read_calls
from tfl_helpers.records import Graph, Node

with quiet():
    import tensorflow as tf

ANY = tf.TensorSpec([None, 2], tf.float32)
PAIR = tf.TensorSpec([2], tf.float32)
SCALAR = tf.TensorSpec([], tf.float32)
Point = namedtuple("Point", "x y")


class Ruler(tf.Module):
    """What the lessons save: a variable, a captured table, one signature with two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = tf.Variable(2.0, name="scale")
        self.table = tf.constant(np.arange(9.0, dtype=np.float32))

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="stroke")])
    def measure(self, stroke: Any) -> Any:
        steps = stroke[1:] - stroke[:-1]
        length = tf.reduce_sum(tf.norm(steps, axis=1)) * self.scale
        return {"length": length, "first": self.table[0]}

    @tf.function
    def grow(self, stroke: Any, factor: float = 2.0) -> Any:
        return stroke * self.scale * factor


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A Ruler that was saved and loaded again."""
    folder = str(tmp_path_factory.mktemp("ruler"))
    ruler = Ruler()
    ruler.grow(np.ones([3, 2], np.float32))
    ruler.grow(np.ones([3, 2], np.float32), 3.0)
    with quiet():
        signatures = {"go": ruler.measure.get_concrete_function()}
        tf.saved_model.save(ruler, folder, signatures=signatures)
        return tf.saved_model.load(folder)


def trace(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """A concrete function of a Python function."""
    return tf.function(function).get_concrete_function(*arguments, **named)


def ports(record: Any) -> tuple[list[str], list[str]]:
    """Inputs and outputs as text."""
    return [str(p) for p in record.inputs], [str(p) for p in record.outputs]


def node(graph: Graph, label: str) -> Node:
    """The one node of a graph with this label."""
    (found,) = [n for n in graph.nodes if n.label == label]
    return found


def ops(graph: Graph) -> list[str]:
    """Labels of the operations, in order."""
    return [n.label for n in graph.nodes if n.kind == "op"]


def test_lists_every_graph() -> None:
    @tf.function
    def shrink(stroke: Any, factor: float = 1.0) -> Any:
        return stroke * factor

    assert read_function(shrink).concretes == ()
    shrink(np.ones([3, 2], np.float32))
    shrink(np.ones([5, 2], np.float32))
    shrink(np.ones([5, 2], np.float32), 2.0)

    found = read_function(shrink)
    assert (found.name, found.traces) == ("shrink", 3)
    assert [concrete.signature for concrete in found.concretes] == [
        "(stroke: float32[3, 2], factor = 1.0) -> float32[3, 2]",
        "(stroke: float32[5, 2], factor = 1.0) -> float32[5, 2]",
        "(stroke: float32[5, 2], factor = 2.0) -> float32[5, 2]",
    ]


def test_reads_both_branches_of_an_if() -> None:
    scale = tf.Variable(2.0, name="scale")

    def bend(x: Any) -> Any:
        if tf.reduce_sum(x) > 0.0:  # noqa: SIM108
            y = x * scale
        else:
            y = -x + tf.constant([5.0, 6.0])
        return y

    graph = read_concrete(trace(bend, PAIR)).graph

    assert [body.title for body in graph.bodies] == ["If cond: then_branch", "If cond: else_branch"]
    assert [ops(body) for body in graph.bodies] == [["Mul"], ["Neg", "AddV2"]]
    assert node(graph.bodies[0], "scale").kind == "variable"
    assert node(graph.bodies[1], "[5.0, 6.0]").kind == "constant"
    label_of = {n.id: n.label for n in graph.nodes}
    assert [label_of[i] for i in node(graph, "If").inputs] == ["Greater", "scale", "x"]


def test_reads_condition_and_body_of_a_loop() -> None:
    def grow(x: Any) -> Any:
        for i in tf.range(3):
            x = x + tf.cast(i, tf.float32)
        return x

    graph = read_concrete(trace(grow, PAIR)).graph
    loop = next(n for n in graph.nodes if n.label.endswith("While"))

    assert [body.title.partition(": ")[2] for body in graph.bodies] == ["cond", "body"]
    assert ops(graph.bodies[0]) == ["Less"]
    assert ops(graph.bodies[1])[:2] == ["Cast", "AddV2"]
    assert loop.type == "float32[2]", "of several results the one that is read, not the counter"
    inputs, outputs = (
        [n.label for n in graph.bodies[1].nodes if n.kind == kind] for kind in ("input", "output")
    )
    assert outputs == [f"next {label}" for label in inputs], "what each is in the next round"
    assert "loop_counter" in inputs


def test_reads_the_branches_of_a_switch() -> None:
    def pick(i: Any) -> Any:
        return tf.switch_case(i, [lambda: tf.constant(1.0), lambda: tf.constant(2.0)])

    graph = read_concrete(trace(pick, tf.TensorSpec([], tf.int32))).graph

    assert [body.nodes[0].label for body in graph.bodies] == ["1.0", "2.0"]


def test_reads_a_function_inside_a_function() -> None:
    inner = tf.function(lambda x: tf.sin(x))
    graph = read_concrete(trace(lambda x: inner(x) + 1.0, PAIR)).graph

    assert ops(graph) == ["PartitionedCall", "AddV2"]
    assert [ops(body) for body in graph.bodies] == [["Sin"]]
    assert graph.bodies[0].title == "PartitionedCall PartitionedCall: <lambda>"


def test_variables_that_a_loaded_call_hands_on_keep_their_names(tmp_path: Path) -> None:
    module = tf.Module()
    module.scale = tf.Variable(2.0, name="scale")
    module.times = tf.function(lambda x: x * module.scale, input_signature=[PAIR])
    concrete = module.times.get_concrete_function()
    tf.saved_model.save(module, tmp_path, signatures=concrete)
    loaded = tf.saved_model.load(tmp_path)

    (call,) = read_concrete(loaded.signatures["serving_default"]).graph.bodies
    assert [n.label for n in call.nodes if n.kind == "variable"] == ["scale"]
    assert ops(call) == ["Mul"]


def test_nodes_are_in_order_and_wired() -> None:
    scale = tf.Variable([1.0, 2.0], name="scale")
    graph = read_concrete(trace(lambda x: tf.identity(x * scale) + 0.5, PAIR)).graph

    assert [(n.kind, n.label, n.type) for n in graph.nodes] == [
        ("input", "x", "float32[2]"),
        ("variable", "scale", "float32[2]"),
        ("op", "Mul", "float32[2]"),
        ("constant", "0.5", "float32[]"),
        ("op", "AddV2", "float32[2]"),
        ("output", "output", "float32[2]"),
    ]
    x, variable, product, half, total, _ = graph.nodes
    assert product.inputs == (x.id, variable.id)
    assert total.inputs == (product.id, half.id)
    assert graph.nodes[-1].inputs == (total.id,)
    assert variable.size_bytes == 8
    assert half.size_bytes == 4


def test_the_type_of_an_op_is_that_of_its_results_in_use() -> None:
    def second(x: Any) -> Any:
        return tf.unique_with_counts(x)[2]

    def both(x: Any) -> Any:
        found = tf.unique(x)
        return found.idx, found.y

    assert node(read_concrete(trace(second, PAIR)).graph, "UniqueWithCounts").type == "int32[?]"
    assert node(read_concrete(trace(both, PAIR)).graph, "Unique").type == "float32[?], int32[2]"


def test_a_node_that_nothing_reads_is_left_out_unless_it_does_something() -> None:
    counter = tf.Variable(0, name="counter")

    def count(x: Any) -> None:
        tf.constant(5.0)
        counter.assign_add(1)

    record = read_concrete(trace(count, PAIR))
    assert record.signature == "(x: float32[2]) -> nothing"
    assert [n.label for n in record.graph.nodes] == ["x", "1", "counter", "AssignAddVariableOp"]


def test_captures_are_variables_and_tensors() -> None:
    scale = tf.Variable([1.0, 2.0], name="scale")
    large, small = tf.constant(np.arange(9.0)), tf.constant(1.5)

    def mix(x: Any) -> Any:
        return x * scale + small, tf.reduce_sum(large)

    record = read_concrete(trace(mix, PAIR))
    assert [str(port) for port in record.captures] == [
        "scale: float32[2]",
        "1.5: float32[]",
        "tensor: float64[9]",
    ]


def test_captures_without_a_value_have_no_numbers() -> None:
    data = tf.data.Dataset.from_tensor_slices(np.ones(3, np.float32))
    keys = tf.lookup.KeyValueTensorInitializer(["line"], [1])
    table = tf.lookup.StaticHashTable(keys, 0)

    def total(x: Any) -> Any:
        for element in data:
            x += element
        return x

    assert [str(p) for p in read_concrete(trace(total, SCALAR)).captures] == ["tensor: variant[]"]
    found = read_concrete(trace(table.lookup, tf.TensorSpec([], tf.string)))
    assert [str(p) for p in found.captures][0] == "tensor: resource[]"


def test_a_variable_that_is_returned_is_read() -> None:
    scale = tf.Variable(2.0, name="scale")
    graph = read_concrete(trace(lambda: scale)).graph

    assert [(n.label, n.inputs) for n in graph.nodes] == [
        ("scale", ()),
        ("output", (graph.nodes[0].id,)),
    ]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (tf.TensorSpec(None, tf.float32), "x: float32[unknown rank]"),
        (tf.TensorSpec([], tf.string), "x: string[]"),
        (tf.TensorSpec([None, 3], tf.int8), "x: int8[?, 3]"),
        (tf.RaggedTensorSpec([None, None], tf.float32), "x: float32[?, ?]"),
        (np.zeros((2, 3)), "x: float64[2, 3]"),
    ],
)
def test_input_types(spec: Any, text: str) -> None:
    assert ports(read_concrete(trace(lambda x: tf.constant(1), spec)))[0] == [text]


def test_python_values_are_baked_in() -> None:
    def act(x: Any, n: int = 2, *, word: str = "a", flag: bool = True, odd: Any = None) -> Any:
        return x * float(n)

    record = read_concrete(trace(act, PAIR, word="b", odd=float("nan")))
    assert record.frozen == (("n", "2"), ("word", "'b'"), ("flag", "True"), ("odd", "nan"))
    assert "n = 2, word = 'b'" in record.signature


def test_a_python_object_is_shown_without_its_address() -> None:
    record = read_concrete(trace(lambda x, act: act(x), PAIR, tf.nn.relu))

    assert record.frozen == (("act", "a Python object"),)


def test_nested_arguments_have_paths() -> None:
    def dig(p: Any, point: Any, *more: Any, **named: Any) -> Any:
        return p["a"] * p["b"][1] + point.x + more[0] + named["z"]

    given = {"a": PAIR, "b": (3.0, SCALAR), "c": [1, 2]}
    record = read_concrete(trace(dig, given, Point(SCALAR, 2), SCALAR, z=PAIR))

    assert ports(record)[0] == [
        "p['a']: float32[2]",
        "p['b'][1]: float32[]",
        "point.x: float32[]",
        "more_0: float32[]",
        "z: float32[2]",
    ]
    assert record.frozen == (("p['b'][0]", "3.0"), ("p['c']", "[1, 2]"), ("point.y", "2"))


def test_a_list_of_numbers_is_one_python_value_and_short() -> None:
    stroke = np.ones([32, 2]).tolist()
    ((name, value),) = read_concrete(trace(lambda s: tf.constant(s), stroke)).frozen

    assert name == "s"
    assert value.startswith("[[1.0, 1.0], ")
    assert len(value) == 60


@pytest.mark.parametrize(
    ("result", "names"),
    [
        (lambda x: x, ["output: float32[2]"]),
        (lambda x: (x, x[0]), ["output_0: float32[2]", "output_1: float32[]"]),
        (lambda x: {"b": x, "a": x[0]}, ["a: float32[]", "b: float32[2]"]),
        (lambda x: {"a": (x, x), "b": None}, ["output_0: float32[2]", "output_1: float32[2]"]),
        (lambda x: None, []),
        (lambda x: [x, {"k": x}], ["output_0: float32[2]", "output_1: float32[2]"]),
    ],
)
def test_outputs_have_the_names_of_a_dict(result: Callable[..., Any], names: list[str]) -> None:
    record = read_concrete(trace(result, PAIR))

    assert ports(record)[1] == names
    ends = [n.label for n in record.graph.nodes if n.kind == "output"]
    assert ends == [name.partition(":")[0] for name in names]


def test_names_of_functions() -> None:
    class Doubler:
        def __call__(self, x: Any) -> Any:
            return x * 2

    unnamed, double, ruler = tf.function(lambda x: x), tf.function(Doubler()), Ruler()
    assert read_function(unnamed).name == "<lambda>"
    assert read_concrete(unnamed.get_concrete_function(PAIR)).name == "<lambda>"
    assert read_function(double).name == "Doubler"
    assert read_function(ruler.grow).name == "grow"
    assert read_concrete(ruler.measure.get_concrete_function()).name == "measure"


def test_a_method_hides_its_self() -> None:
    ruler = Ruler()
    record = read_concrete(ruler.grow.get_concrete_function(ANY))

    assert record.signature == "(stroke: float32[?, 2], factor = 2.0) -> float32[?, 2]"
    assert [str(port) for port in record.captures] == ["scale: float32[]"]


def test_a_loaded_signature_reads_like_the_function_that_was_saved(loaded: Any) -> None:
    record = read_concrete(loaded.signatures["go"])

    assert record.name == "measure"
    assert ports(record) == (["stroke: float32[?, 2]"], ["first: float32[]", "length: float32[]"])
    assert [str(p) for p in record.captures] == ["scale: float32[]", "tensor: float32[9]"]
    (call,) = record.graph.bodies
    assert "Sqrt" in " ".join(ops(call))


def test_a_loaded_function_keeps_its_graphs_and_its_name(loaded: Any) -> None:
    found = read_function(loaded.grow)

    assert found.name == "grow"
    assert [concrete.signature for concrete in found.concretes] == [
        "(stroke: float32[3, 2], factor = 2.0) -> float32[3, 2]",
        "(stroke: float32[3, 2], factor = 3.0) -> float32[3, 2]",
    ]


def test_a_keras_model_reads_as_a_graph_with_its_weights() -> None:
    layers = [tf.keras.layers.Input([2]), tf.keras.layers.Dense(1, name="only")]
    function = tf.function(tf.keras.Sequential(layers, name="tiny"))
    record = read_concrete(function.get_concrete_function(ANY))

    assert read_function(function).name == "Sequential"
    assert [p.name for p in record.captures] == ["tiny/only/kernel", "tiny/only/bias"]
    assert ops(record.graph) == ["MatMul", "AddV2"]


def test_the_same_function_gives_the_same_record() -> None:
    ruler = Ruler()
    concrete = ruler.measure.get_concrete_function()

    assert read_concrete(concrete) == read_concrete(concrete)
    assert " at 0x" not in str(read_concrete(concrete)) + str(read_concrete(concrete).graph)


def a_function(x: Any) -> Any:
    """Not a tf.function."""
    return x


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (
            a_function,
            "read_function needs a tf.function, got function. "
            "Put @tf.function above it, or pass tf.function(a_function).",
        ),
        (
            lambda x: x,
            "got function. Put @tf.function above it, or pass tf.function(your_function).",
        ),
        (None, "got None. Put @tf.function above it"),
        (b"TFL3", "got bytes of length 4."),
        (tf.constant(1.0), "got EagerTensor float32[]."),
        (tf.TensorSpec(None), "got TensorSpec float32[unknown rank]."),
        (Ruler, "got the class Ruler. Put @tf.function above it, or pass tf.function(Ruler)."),
        (
            trace(a_function, PAIR),
            "got ConcreteFunction. Pass it to read_concrete, or pass the tf.function that it "
            "came from.",
        ),
    ],
)
def test_read_function_says_what_it_needs(thing: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        read_function(thing)


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (
            a_function,
            "read_concrete needs a concrete function, got function. "
            "Write your_tf_function.get_concrete_function(tf.TensorSpec(...)) and pass that.",
        ),
        (
            tf.function(a_function),
            "read_concrete needs a concrete function, got the tf.function a_function. "
            "Write a_function.get_concrete_function(...) with a TensorSpec for each input.",
        ),
        (tf.Module(), "got Module."),
        (3, "got int."),
    ],
)
def test_read_concrete_says_what_it_needs(thing: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        read_concrete(thing)


def test_all_signatures_at_once_are_refused_with_the_key_to_write(loaded: Any) -> None:
    with pytest.raises(InputError, match=r"Write loaded\.signatures\['go'\] and pass that\."):
        read_concrete(loaded.signatures)


# Which call reaches which graph, and why.


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
        (never, "AssertionError"),
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
        (4, "another object or structure of arguments"),
        (4, ""),
    ]


def test_calls_of_a_loaded_function(loaded: Any) -> None:
    assert read_calls(loaded.grow, [stroke(3)]).name == "grow"
    assert reached(loaded.grow, [stroke(3), (stroke(3), 3.0), "no"])[:2] == [
        (1, "first call"),
        (2, "Python value of factor: 2.0 → 3.0"),
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
            "read_calls needs a list with the arguments of each call, got tuple of length 2. "
            "Write [first_argument, second_argument], or [(a, b)] for one call with two "
            "arguments.",
        ),
        (np.ones([3, 2]), "got ndarray float64[3, 2]."),
    ],
)
def test_calls_must_be_a_list(calls: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        read_calls(tf.function(a_function), calls)


def test_calls_need_a_tf_function() -> None:
    with pytest.raises(InputError, match="read_calls needs a tf.function, got function"):
        read_calls(a_function, [1])


def test_a_graph_whose_module_is_gone_is_refused_in_words() -> None:
    def orphan() -> Any:
        module = tf.Module()
        module.scale = tf.Variable(2.0)
        module.apply = tf.function(lambda x: x * module.scale)
        return module.apply.get_concrete_function(tf.TensorSpec([], tf.float32))

    concrete = orphan()
    gc.collect()
    with pytest.raises(InputError, match=r"the module that held them is gone\. Keep the module"):
        read_concrete(concrete)
