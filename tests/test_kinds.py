"""Every kind of thing that TensorFlow, Keras and LiteRT hand out: placed, drawn, compared."""

from __future__ import annotations

from collections import OrderedDict, deque, namedtuple
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tfl_helpers import InputError, compare_saved, draw_module, find_station, quiet
from tfl_helpers.look.module import read_ownership
from tfl_helpers.setup.lessons import ROOT

with quiet():
    import keras
    import tensorflow as tf
    from ai_edge_litert.compiled_model import CompiledModel
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

MODEL = (ROOT / "notebooks" / "gesture.tflite").read_bytes()
Pair = namedtuple("Pair", "a b")
PAIRS = [tf.TensorSpec([None, 2], name="x")]


class Held:
    """Any attributes, of no framework."""

    def __init__(self, **held: Any) -> None:
        vars(self).update(held)

    def __call__(self, x: Any) -> Any:
        return x


class Slotted:
    """An object without a dict."""

    __slots__ = ("v",)

    def __init__(self, v: Any) -> None:
        self.v = v


class Odd:
    """Every look at it raises."""

    dtype = shape = property(lambda self: 1 / 0)


class Loud:
    """Not even its name can be asked for."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


class Shared(tf.Module):
    """A function that belongs to the class."""

    @staticmethod
    @tf.function(input_signature=PAIRS)
    def double(x: Any) -> Any:
        return x * 2.0


class Masked(tf.experimental.ExtensionType):
    """A composite of two tensors."""

    values: tf.Tensor
    mask: tf.Tensor


class Network(keras.Model):
    """A Keras model with layers in attributes, lists, dicts and tuples, and variables of both."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.several = keras.layers.Dense(3), [keras.layers.Dense(2)]
        self.by_name, self.pair = {"a": keras.layers.Dense(2)}, (keras.layers.Dense(2),)
        self.extra, self.own = tf.Variable(5.0), self.add_weight(shape=(2,), name="own")

    def call(self, x: Any) -> Any:
        for layer in (self.first, *self.several, self.by_name["a"], *self.pair):
            x = layer(x)
        return x * self.extra * self.own

    @tf.function(input_signature=PAIRS)
    def measure(self, x: Any) -> Any:
        return self(x)


def power(x: Any, n: int = 2) -> Any:
    return x**n


def variable(value: Any = 1.0, **named: Any) -> Any:
    return tf.Variable(value, **named)


def holding(**attributes: Any) -> Any:
    module = tf.Module()
    for name, value in attributes.items():
        setattr(module, name, value)
    return module


def concrete(function: Callable[..., Any], *specs: Any) -> Any:
    return tf.function(function).get_concrete_function(*specs)


def network() -> Any:
    model = Network()
    model(tf.ones([1, 2]))
    return model


def sequential() -> Any:
    return keras.Sequential([keras.Input((2,), name="x"), keras.layers.Dense(1)])


def table() -> Any:
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [1]), -1)


def looked_up() -> Any:
    module = holding(table=table())
    module.find = tf.function(lambda x: module.table.lookup(x), [tf.TensorSpec([], tf.string)])
    return module


def saved(module: Any, folder: Path, export: bool = False) -> Any:
    with quiet():
        if export:
            module.export(str(folder), verbose=False)
        else:
            tf.saved_model.save(module, str(folder))
        return tf.saved_model.load(str(folder))


def symbolic(make: Callable[[Any], Any]) -> Any:
    """A thing of a graph, after its trace."""
    kept = []
    concrete(lambda x: kept.append(make(x)), tf.TensorSpec([2]))
    return kept[0]


def tensorflow_1(folder: Path) -> Any:
    with tf.Graph().as_default(), tf.compat.v1.Session() as session, quiet():
        x = tf.compat.v1.placeholder(tf.float32, [None], name="x")
        scale = tf.compat.v1.get_variable("scale", initializer=3.0)
        session.run(scale.initializer)
        tf.compat.v1.saved_model.simple_save(session, str(folder), {"x": x}, {"y": x * scale})
    return tf.saved_model.load(str(folder))


# What stands at which station ------------------------------------------------------------------

text = tf.constant("abc")
STATIONS: dict[str, tuple[Callable[[], Any], tuple[str, str] | None]] = {
    "text": (lambda: tf.constant("a"), ("eager", "tensor string[]")),
    "bool": (lambda: tf.constant([True]), ("eager", "tensor bool[1]")),
    "complex": (lambda: tf.constant(1j), ("eager", "tensor complex128[]")),
    "bfloat16": (lambda: tf.constant(1.0, tf.bfloat16), ("eager", "tensor bfloat16[]")),
    "int4": (lambda: tf.cast([1], tf.dtypes.experimental.int4), ("eager", "tensor int4[1]")),
    "resource": (lambda: variable().handle, ("eager", "tensor resource[]")),
    "variant": (
        lambda: tf.raw_ops.EmptyTensorList(
            element_shape=[1], max_num_elements=2, element_dtype=tf.float32
        ),
        ("eager", "tensor variant[]"),
    ),
    "ragged": (
        lambda: tf.ragged.constant([[1.0], []]),
        ("eager", "tensor ragged float32[2, ?]"),
    ),
    "sparse": (
        lambda: tf.sparse.from_dense([[0.0, 1.0]]),
        ("eager", "tensor sparse float32[1, 2]"),
    ),
    "variable": (lambda: variable("a"), ("eager", "variable string[]")),
    "Keras variable": (lambda: keras.Variable(1.0), ("eager", "variable float32[]")),
    "Python function": (lambda: power, ("eager", "function power")),
    "builtin": (lambda: abs, ("eager", "function abs")),
    "TensorFlow's function": (lambda: tf.add, ("eager", "function add")),
    "partial": (lambda: partial(partial(power), n=3), ("eager", "function power")),
    "method": (lambda: Held().__call__, ("eager", "function __call__")),
    "tf.function": (lambda: tf.function(power), ("tf.function", "power")),
    "tf.function of a partial": (
        lambda: tf.function(partial(power, n=3)),
        ("tf.function", "power"),
    ),
    "tf.function of an object": (lambda: tf.function(Held()), ("tf.function", "Held")),
    "tf.function of a model": (lambda: tf.function(sequential()), ("tf.function", "Sequential")),
    "wrapped": (
        lambda: tf.compat.v1.wrap_function(lambda x: x * 2.0, [tf.TensorSpec([])]),
        ("concrete function", "float32[] -> float32[]"),
    ),
    "captured text": (
        lambda: concrete(lambda x: tf.strings.join([x, text]), tf.TensorSpec([], tf.string)),
        ("concrete function", "string[] -> string[]"),
    ),
    "ragged inputs": (
        lambda: concrete(lambda r: r * 2.0, tf.RaggedTensorSpec([None, None])),
        ("concrete function", "ragged float32[?, ?] -> ragged float32[?, ?]"),
    ),
    "no result": (lambda: concrete(lambda: None), ("concrete function", "nothing -> nothing")),
    "interpreter": (lambda: Interpreter(model_content=MODEL), ("device", "Interpreter")),
    "runner": (
        lambda: Interpreter(model_content=MODEL).get_signature_runner("classify"),
        ("device", "SignatureRunner"),
    ),
    "compiled model": (lambda: CompiledModel.from_buffer(MODEL), ("device", "CompiledModel")),
    "bytes": (lambda: memoryview(MODEL), (".tflite", "6,232 bytes")),
    "a file": (
        lambda: str(ROOT / "notebooks" / "gesture.tflite"),
        (".tflite", "gesture.tflite, 6,232 bytes"),
    ),
    "TensorSpec": (lambda: PAIRS[0], None),
    "RaggedTensorSpec": (lambda: tf.RaggedTensorSpec([None, None]), None),
    "DatasetSpec": (lambda: tf.data.DatasetSpec(PAIRS[0]), None),
    "KerasTensor": (lambda: keras.Input((3,)), None),
    "symbolic": (lambda: symbolic(lambda x: x), None),
    "symbolic ragged": (
        lambda: symbolic(lambda x: tf.RaggedTensor.from_row_splits(x, [0, 1, 2])),
        None,
    ),
    "dataset": (lambda: tf.data.Dataset.range(3), None),
    "iterator": (lambda: iter(tf.data.Dataset.range(3)), None),
    "ExtensionType": (lambda: Masked(tf.constant(1.0), tf.constant(True)), None),
    "TensorArray": (lambda: tf.TensorArray(tf.float32, 3), None),
    "array": (lambda: np.ones(3), None),
    "dtype": (lambda: tf.float32, None),
    "class": (lambda: tf.Tensor, None),
    "callable": (Held, None),
    "odd": (Odd, None),
    "module": (lambda: holding(v=variable()), None),
    "Keras model": (sequential, None),
    "optimizer": (keras.optimizers.SGD, None),
    "table": (table, None),
    "checkpoint": (tf.train.Checkpoint, None),
    "converter": (
        lambda: tf.lite.TFLiteConverter.from_concrete_functions([concrete(lambda: 1.0)]),
        None,
    ),
    "enum of LiteRT": (lambda: OpResolverType.AUTO, None),
    "other bytes": (lambda: b"", None),
    "Python package": (lambda: np, None),
    "list": (lambda: [tf.constant(1.0)], None),
}


@pytest.mark.parametrize("name", STATIONS)
def test_station(name: str) -> None:
    make, expected = STATIONS[name]
    with quiet():
        thing = make()
    if expected:
        assert find_station(thing) == expected
    else:
        with pytest.raises(InputError, match="^No station of the road holds "):
            find_station(thing)


def test_stations_of_what_was_saved_and_loaded(tmp_path: Path) -> None:
    module = holding(v=variable())
    module.go = tf.function(lambda x: x * module.v, PAIRS)
    loaded = saved(module, tmp_path / "now")
    old = tensorflow_1(tmp_path / "tf1")
    sequential().save(tmp_path / "m.keras")

    assert find_station(loaded) == ("SavedModel", "loaded: serving_default")
    assert find_station(old) == ("SavedModel", "loaded: serving_default")
    assert find_station(str(tmp_path / "tf1")) == ("SavedModel", "folder tf1")
    assert find_station(loaded.go)[0] == "tf.function"
    assert find_station(old.signatures["serving_default"])[0] == "concrete function"
    for path in (tmp_path / "m.keras", tmp_path, tmp_path / "gone.tflite"):
        with pytest.raises(InputError, match=f"holds the path .*{path.name}"):
            find_station(path)


# What a module holds -----------------------------------------------------------------------------

ONE = ("variable", "float32[], 4 bytes")
LOST = "not tracked: "


def cyclic() -> Any:
    module, plain = holding(v=variable()), Held(v=variable())
    plain.itself, module.again, module.several = plain, module, [module]
    module.plain = plain
    return module


def deleted() -> Any:
    module = holding(v=variable())
    module.graph = concrete(lambda x: x * module.v, tf.TensorSpec([]))
    del module.v
    return module


HELD: dict[str, tuple[Callable[[], Any], dict[str, str]]] = {
    "named tuple": (lambda: holding(p=Pair(variable(), 3)), {"[0]": "", "[1]": "a Python value"}),
    "ordered": (lambda: holding(d=OrderedDict(a=variable())), {"['a']": ""}),
    "set": (lambda: holding(s={Held(v=variable()), 3}), {"[0].v": "inside a Python Held"}),
    "deque": (lambda: holding(q=deque([variable()])), {"[0]": "inside a Python deque"}),
    "five deep": (
        lambda: holding(a=Held(b=Held(c=Held(d=[{"e": variable()}])))),
        {".b.c.d[0]['e']": "inside a Python dict"},
    ),
    "slots": (lambda: holding(s=Slotted(variable())), {".v": "inside a Python Slotted"}),
    "partial": (
        lambda: holding(p=partial(power, variable())),
        {"args[0]": "inside a Python tuple"},
    ),
    "bound method": (
        lambda: holding(m=Held(v=variable()).__call__),
        {"__self__.v": "inside a Python Held"},
    ),
    "cycles": (
        cyclic,
        {".v": "inside a Python Held", ".again": "", "[0]": "", ".plain": "a Python object"},
    ),
    "odd": (
        lambda: holding(o=Odd(), l=Loud()),
        {".o": "a Python object", ".l": "a Python object"},
    ),
    "static function": (Shared, {".double": ""}),
    "a package": (lambda: holding(np=np), {".np": "a Python value"}),
    "deleted": (deleted, {".graph": ""}),
    "Keras model": (
        network,
        {".layers[0]": "", ".layers[3]": "", ".extra": "", ".own": "", ".measure": ""},
    ),
    "layers in a layer": (
        lambda: holding(f=keras.layers.Bidirectional(keras.layers.LSTM(2), name="f")),
        {".forward_layer": "", ".backward_layer": "", ".cell": ""},
    ),
    "preprocessing": (
        lambda: holding(t=keras.layers.TextVectorization(vocabulary=["a"])),
        {"._lookup_layer": "", ".lookup_table": ""},
    ),
    "metric": (
        lambda: holding(m=keras.metrics.Mean()),
        {".total": "inside a Python Mean", ".count": "inside a Python Mean"},
    ),
    "optimizer": (lambda: holding(o=keras.optimizers.SGD()), {".o": "", ".learning_rate": ""}),
    "table": (looked_up, {".table": "", ".find": ""}),
    "asset": (lambda: holding(a=tf.saved_model.Asset(__file__)), {".a": ""}),
    "checkpoint": (lambda: tf.train.Checkpoint(v=variable()), {".v": ""}),
    "spec": (lambda: holding(s=PAIRS[0], k=keras.Input((2,))), {".s": "a Python object"}),
    "dict with a number": (
        lambda: holding(d={1: variable(), "a": variable()}),
        {"[1]": "saving fails: a key is no text"},
    ),
    "text": (lambda: holding(v=variable("abc")), {".v": ""}),
}


@pytest.mark.parametrize("name", HELD)
def test_module(name: str) -> None:
    make, claims = HELD[name]
    with quiet():
        module = make()
    found = {part.name: part.missed for depth, part in read_ownership(module).walk() if depth}
    assert {claim: found.get(claim, "no row") for claim in claims} == claims
    words = draw_module(module).words
    assert words.count(LOST) >= sum(map(bool, claims.values()))


def test_what_is_not_known_is_not_told() -> None:
    module = holding(
        t=variable("abc"), n=variable([1.0], shape=[None]), s=PAIRS[0], d=deleted().graph
    )
    told = {part.name: part.about for _, part in read_ownership(module).walk()}
    assert told[".t"] == "string[]"
    assert told[".n"] == "float32[?]"
    assert told[".s"] == "TensorSpec float32[?, 2]"
    assert told[".d"] == "(x: float32[]) -> float32[]"


# What is there after loading ---------------------------------------------------------------------

SAVED: dict[str, tuple[Callable[[], Any], dict[str, str]]] = {
    "a static function": (Shared, {".double": "kept"}),
    "a Keras model with code": (network, {".variables": "kept", ".measure": "kept"}),
    "Keras in a module": (
        lambda: holding(k=network(), several=[sequential()]),
        {".k.variables": "kept", ".several[0].variables": "kept"},
    ),
    "modules in containers": (
        lambda: holding(
            l=[holding(v=variable(1.0)), holding(v=variable(2.0))], d={"a": (variable(),)}
        ),
        {".l[0].v": "kept", ".l[1].v": "kept", ".d['a'][0]": "kept", ".d['a']": "changed"},
    ),
    "values of other kinds": (
        lambda: holding(
            t=variable("abc"),
            n=variable(np.nan),
            b=variable(1.0, dtype=tf.bfloat16),
            c=variable(1j),
        ),
        {".t": "kept", ".n": "kept", ".b": "kept", ".c": "kept"},
    ),
    "a table and an asset": (
        looked_up,
        {".table": "changed", ".find": "kept", ".signatures['serving_default']": "new"},
    ),
    "functions by key": (
        lambda: holding(f={"a": tf.function(power, PAIRS), "b": tf.function(power)}),
        {".f['a']": "kept", ".f['b']": "empty"},
    ),
    "a cycle": (
        cyclic,
        {".v": "kept", ".again": "kept", ".several[0]": "kept", ".plain.v": "gone"},
    ),
    "an optimizer": (lambda: holding(o=keras.optimizers.SGD()), {".o.variables": "kept"}),
    "a checkpoint": (lambda: tf.train.Checkpoint(v=variable()), {".v": "kept"}),
    "hidden in hidden": (
        lambda: holding(sub=holding(plain=Held(v=variable()))),
        {".sub.plain": "gone", ".sub.plain.v": "gone"},
    ),
}


def states(original: Any, loaded: Any) -> dict[str, str]:
    return {fate.name: fate.state for fate in compare_saved(original, loaded).fates}


@pytest.mark.parametrize("name", SAVED)
def test_saved(name: str, tmp_path: Path) -> None:
    make, claims = SAVED[name]
    with quiet():
        module = make()
    found = states(module, saved(module, tmp_path))
    assert {claim: found.get(claim, "no row") for claim in claims} == claims
    assert all(
        fate.why
        for fate in compare_saved(module, saved(module, tmp_path)).fates
        if fate.state == "gone"
    )


@pytest.mark.parametrize("export", [True, False])
@pytest.mark.parametrize("make", [network, sequential])
def test_values_of_a_keras_model_are_compared(
    make: Callable[[], Any], export: bool, tmp_path: Path
) -> None:
    model = make()
    loaded = saved(model, tmp_path, export)
    found = states(model, loaded)
    bias = model.layers[0].bias
    bias.assign(bias + 1.0)
    later = {fate.name: fate.why for fate in compare_saved(model, loaded).fates}

    code = {".measure"} & set(found)
    assert {name for name in found if found[name] != "new"} == {"the object", ".variables"} | code
    assert ".signatures['serving_default']" in found
    assert not any("._" in name for name in found)
    assert later[bias.path] == "values differ by up to 1"
    assert later[".variables"] == "equal values"


def test_a_layer_around_a_saved_model_keeps_its_variables(tmp_path: Path) -> None:
    saved(sequential(), tmp_path / "first", export=True)
    layer = keras.layers.TFSMLayer(str(tmp_path / "first"), call_endpoint="serve")
    module = holding(layer=layer)
    found = states(module, saved(module, tmp_path / "second"))
    assert found[".layer.variables"] == "kept"
    assert "gone" not in found.values()


def test_what_was_renamed_is_found_by_its_values(tmp_path: Path) -> None:
    pen = holding(scale=variable(2.0), inner=holding(w=variable([1.0, 2.0])))
    pen.same = pen.scale
    loaded = saved(pen, tmp_path)
    renamed = holding(factor=pen.scale, part=pen.inner, late=variable(2.0), w=variable(3.0))
    found = {fate.name: (fate.state, fate.why) for fate in compare_saved(renamed, loaded).fates}

    assert found[".factor"] == ("kept", "equal values, there as .scale")
    assert found[".part"] == ("gone", "nothing of this name was saved")
    assert found[".part.w"] == ("kept", "equal values, there as .inner.w")
    assert found[".late"] == found[".w"] == ("gone", "nothing like it was saved")


def test_models_of_tensorflow_1_are_drawn_and_compared(tmp_path: Path) -> None:
    old = tensorflow_1(tmp_path)
    again = tf.saved_model.load(str(tmp_path))
    assert ".signatures" in draw_module(old).words
    assert set(states(old, again).values()) == {"kept"}
