"""Objects of TensorFlow, from every corner a learner may bring, and the records they become."""

from __future__ import annotations

import enum
import functools
import gc
import re
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfl_helpers import InputError, quiet, read_concrete
from tfl_helpers.look.function import read_function
from tfl_helpers.look.graph import draw_graph
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
    assert loop.types == "float32[2]", "of several results the one that is read, not the counter"
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

    assert [(n.kind, n.label, n.types) for n in graph.nodes] == [
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

    assert node(read_concrete(trace(second, PAIR)).graph, "UniqueWithCounts").types == "int32[?]"
    assert node(read_concrete(trace(both, PAIR)).graph, "Unique").types == "float32[?], int32[2]"


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


def test_a_variable_that_is_returned_is_read() -> None:
    scale = tf.Variable(2.0, name="scale")
    graph = read_concrete(trace(lambda: scale)).graph

    assert [(n.label, n.inputs) for n in graph.nodes] == [
        ("scale", ()),
        ("output", (graph.nodes[0].id,)),
    ]


def test_python_values_are_baked_in() -> None:
    def act(x: Any, n: int = 2, *, word: str = "a", flag: bool = True, odd: Any = None) -> Any:
        return x * float(n)

    record = read_concrete(trace(act, PAIR, word="b", odd=float("nan")))
    assert record.frozen == (("n", "2"), ("word", "'b'"), ("flag", "True"), ("odd", "nan"))
    assert "n = 2, word = 'b'" in record.signature


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
        (lambda x: {2: x, 1: x[0]}, ["1: float32[]", "2: float32[2]"]),
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


# Kinds of concrete functions, and what is right of each: signature, captures, inner graphs.


class Mask(tf.experimental.ExtensionType):
    """A tensor and what is known of it, as one thing."""

    values: tf.Tensor
    known: tf.Tensor


class Color(enum.Enum):
    """A Python value with a name."""

    RED = 1


class Pen:
    """A Python object: the graph knows only which one it was."""

    def __call__(self, x: Any) -> Any:
        return x * 2.0


PEN, VARIABLE = Pen(), tf.Variable([1.0, 2.0], name="scale")
FREE = tf.Variable(np.zeros(2, np.float32), shape=tf.TensorShape(None), name="free")
WORDS, WORD = tf.constant(["a", "b"]), tf.constant("?")
HALF = tf.constant(0.5, tf.bfloat16)
FOURS = tf.cast([1, -2], "int4")
TURN = tf.constant([1 + 2j], tf.complex64)
TABLE = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["line"], ["l"]), "?")
VECTORIZE = tf.keras.layers.TextVectorization(vocabulary=["line", "circle"])
NUMBERS = tf.data.Dataset.from_tensor_slices({"x": np.ones([3, 2], np.float32), "y": [1, 2, 3]})
ARRAY = tf.TensorArray(tf.float32, 2, element_shape=[2])
RAGGED, SPARSE = tf.RaggedTensorSpec([None, None]), tf.SparseTensorSpec([3, 2])


def one(x: Any, *rest: Any) -> Any:
    """Reads nothing of what it is given."""
    return tf.constant(1)


@tf.function
def twice(x: Any) -> Any:
    """Is called by others."""
    return x * VARIABLE


def summed(x: Any) -> Any:
    """A Dataset and its functions inside a graph."""
    return NUMBERS.map(lambda both: both["x"] * x).reduce(0.0, lambda a, b: a + b[0])


def steep(x: Any) -> Any:
    """A gradient through a call: two graphs, one there and one back."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = twice(x)
    return tape.gradient(y, x)


def cut_out() -> Any:
    """A graph of TensorFlow 1, cut anew: it has no structured signature."""
    whole = tf.compat.v1.wrap_function(lambda x: tf.sin(x * 2.0), [PAIR])
    return whole.prune(whole.inputs[0], whole.outputs[0])


def gone() -> Any:
    """Traced for an object that nobody holds any more."""
    return trace(one, {"x": SCALAR, "pen": Pen()}, Pen())


DATA = "Dataset of {x: float32[2], y: int32[]}"
ONE = "int32[]"
KINDS: dict[str, tuple[Any, ...]] = {
    "dataset": (lambda: trace(one, NUMBERS), f"(x: {DATA}) -> {ONE}"),
    "iterator": (
        lambda: trace(lambda data: next(data), iter(NUMBERS)),
        f"(data: {DATA.replace('Dataset', 'Iterator')}) -> float32[2], int32[]",
    ),
    "ragged": (lambda: trace(one, RAGGED), f"(x: ragged float32[?, ?]) -> {ONE}"),
    "sparse": (lambda: trace(one, SPARSE), f"(x: sparse float32[3, 2]) -> {ONE}"),
    "extension": (
        lambda: trace(lambda m: m, Mask(np.zeros([2], np.float32), [True, False])),
        "(m: Mask of (float32[2], bool[2])) -> Mask of (float32[2], bool[2])",
    ),
    "optional": (
        lambda: trace(one, tf.experimental.Optional.from_value(1.0)),
        f"(x: Optional of float32[]) -> {ONE}",
    ),
    "tensor array": (lambda: trace(one, ARRAY), f"(x: TensorArray of float32[2]) -> {ONE}"),
    "variable": (lambda: trace(one, VARIABLE), f"(x: variable float32[2]) -> {ONE}"),
    "unknown rank": (
        lambda: trace(lambda x: x + FREE, tf.TensorSpec(None)),
        "(x: float32[unknown rank]) -> float32[unknown rank]",
        "free: float32[unknown rank]",
    ),
    "array of numpy": (lambda: trace(one, np.zeros((2, 3))), f"(x: float64[2, 3]) -> {ONE}"),
    "inside a dict": (
        lambda: trace(one, {"a": NUMBERS, "b": [PEN, 1]}),
        f"(x['a']: {DATA}, x['b'] = [a Pen object, 1]) -> {ONE}",
    ),
    "object": (
        lambda: trace(one, SCALAR, PEN, Pen, Color.RED, tf.nn.relu, tf.int8),
        "(x: float32[], rest_0 = a Pen object, rest_1 = Pen, rest_2 = <Color.RED: 1>, "
        f"rest_3 = relu, rest_4 = tf.int8) -> {ONE}",
    ),
    "object that is gone": (
        gone,
        "(x['x']: float32[], x['pen'] = a Python object that is gone, "
        f"rest_0 = a Python object that is gone) -> {ONE}",
    ),
    "outputs": (
        lambda: trace(lambda x: {"b": x, "a": tf.ragged.constant([[1.0]])}, SCALAR),
        "(x: float32[]) -> ragged float32[1, ?], float32[]",
    ),
    "text": (
        lambda: trace(lambda x: tf.strings.join([x, WORDS[0], WORD, "s" * 999]), WORD),
        "(x: string[]) -> string[]",
        "['a', 'b']: string[2], '?': string[]",
    ),
    "table": (
        lambda: trace(lambda keys: TABLE.lookup(keys), tf.TensorSpec([None], tf.string)),
        "(keys: string[?]) -> string[?]",
        "resource: resource[], '?': string[]",
    ),
    "text vectorization": (
        lambda: trace(lambda x: VECTORIZE(x), tf.TensorSpec([None], tf.string)),
        "(x: string[?]) -> int64[?, ?]",
        "resource: resource[], 1: int64[], '': string[], 0: int64[]",
    ),
    "rare dtypes": (
        lambda: trace(lambda x: (x * HALF, FOURS, TURN), tf.TensorSpec([], tf.bfloat16)),
        "(x: bfloat16[]) -> bfloat16[], int4[2], complex64[1]",
        "0.5: bfloat16[], [1, -2]: int4[2], [(1+2j)]: complex64[1]",
    ),
    "captured data": (
        lambda: trace(summed, PAIR),
        "(x: float32[2]) -> float32[]",
        "variant: variant[]",
        "MapDataset MapDataset: Dataset_map_lambda, ReduceDataset ReduceDataset: reduce_lambda",
    ),
    "calls": (
        lambda: trace(lambda x: twice(twice(x)), PAIR),
        "(x: float32[2]) -> float32[2]",
        "scale: float32[2]",
        "StatefulPartitionedCall StatefulPartitionedCall: twice, "
        "StatefulPartitionedCall StatefulPartitionedCall_1: twice",
    ),
    "gradient of a call": (
        lambda: trace(steep, PAIR),
        "(x: float32[2]) -> float32[2]",
        "scale: float32[2]",
        "StatefulPartitionedCall StatefulPartitionedCall: forward of twice, "
        "PartitionedCall PartitionedCall: backward of twice",
    ),
    "partial": (
        lambda: trace(functools.partial(lambda x, by: x * by, by=2.0), PAIR),
        "(x: float32[2], by = 2.0) -> float32[2]",
    ),
    "callable object": (lambda: trace(PEN, PAIR), "(x: float32[2]) -> float32[2]"),
    "cut out": (cut_out, "(Placeholder: float32[2]) -> float32[2]"),
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds_of_concrete_functions(name: str) -> None:
    make, signature, captures, bodies = (*KINDS[name], "", "")[:4]
    concrete = make()
    record, picture = read_concrete(concrete), draw_graph(concrete)

    assert record.signature == signature
    assert ", ".join(map(str, record.captures)) == captures
    assert ", ".join(body.title for body in record.graph.bodies) == bodies
    results = [n for n in record.graph.nodes if n.kind == "output"]
    assert len(results) == len(concrete.outputs), "no output is lost"
    shown = [str(record), str(record.graph), picture.words, picture.svg]
    shown += [record._repr_mimebundle_()["text/html"], picture.html()]
    assert all(shown)
    assert not re.search(r" at 0x|_\d{3,}\b", " ".join(shown[:3])), "what changes from run to run"


def test_names_of_functions() -> None:
    class Doubler:
        def __call__(self, x: Any) -> Any:
            return x * 2

    unnamed, double, ruler = tf.function(lambda x: x), tf.function(Doubler()), Ruler()
    part = functools.partial(functools.partial(a_function), x=2.0)
    assert read_function(tf.function(part)).name == "a_function"
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
            "Expected a tf.function, got function. "
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
            "Expected a concrete function, got function. "
            "Write your_tf_function.get_concrete_function(tf.TensorSpec(...)) and pass that.",
        ),
        (
            tf.function(a_function),
            "Expected a concrete function, got the tf.function a_function. "
            "Write a_function.get_concrete_function(tf.TensorSpec(...)) and pass that.",
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
