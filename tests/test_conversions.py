"""Forty programs and what the real converter made of each, line by line."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tfl_helpers import quiet
from tfl_helpers.look.conversion import Row, counted, read_conversion
from tfl_helpers.look.tflite import read_tflite

with quiet():
    import tensorflow as tf

L, Spec, Made = tf.keras.layers, tf.TensorSpec, tuple[Any, ...]
HELD: list[Any] = []  # a concrete function does not keep its variables alive
ONE, VEC, MAT = Spec([]), Spec([2]), Spec([1, 4])
WEIGHTS = tf.constant(np.arange(12, dtype=np.float32).reshape(4, 3))


def convert(concretes: list[Any], root: Any = None, flex: bool = False, **options: Any) -> bytes:
    converter = tf.lite.TFLiteConverter.from_concrete_functions(concretes, root)
    if flex:
        select = tf.lite.OpsSet.SELECT_TF_OPS
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, select]
    converter.target_spec.supported_types = options.pop("types", [])
    for name, value in options.items():
        setattr(converter, name, value)
    return converter.convert()


def plain(function: Callable[..., Any], *specs: Any, **options: Any) -> Made:
    concrete = tf.function(function).get_concrete_function(*specs)
    return concrete, convert([concrete], **options)


def keras(*layers: Any, lose: bool = False, **options: Any) -> Made:
    """Of a Keras model with an input of batch 1, biases and moving means that are not 0."""
    model = layers[0] if isinstance(layers[0], tf.keras.Model) else tf.keras.Sequential(layers)
    for number, variable in enumerate(model.variables):
        variable.assign(
            np.linspace(0.1, 1.0 + number, variable.shape.num_elements()).reshape(variable.shape)
        )
    shape = [1, *model.input_shape[1:]]
    call = tf.function(lambda x: model(x)).get_concrete_function(Spec(shape, model.inputs[0].dtype))
    HELD.append(model)
    return call, convert([call], model if lose else None, **options)


def stateful(make: Callable[[], Any], *names: str, **options: Any) -> Made:
    """Of the methods of a module; the first one is compared."""
    module = make()
    HELD.append(module)
    found = [getattr(module, name).get_concrete_function() for name in names]
    return found[0], convert(found, module, **options)


def samples(*shape: int) -> dict[str, Any]:
    values = np.random.default_rng(7).random((4, *shape), np.float32)
    default = [tf.lite.Optimize.DEFAULT]
    return {"optimizations": default, "representative_dataset": lambda: ([v] for v in values)}


class Notes(tf.Module):
    """Variables that are assigned, in the open and in a loop, and read by a second signature."""

    def __init__(self) -> None:
        self.total = tf.Variable([0.0, 0.0], name="total")
        self.count = tf.Variable(0, name="count")

    @tf.function(input_signature=[Spec([2], name="x")])
    def put(self, x: Any) -> Any:
        self.total.assign(x)
        return {"twice": x * 2.0}

    @tf.function(input_signature=[Spec([2], name="x")])
    def step(self, x: Any) -> Any:
        self.total.assign_add(x)
        self.count.assign_add(1)
        return {"total": self.total * 2.0, "count": tf.identity(self.count)}

    @tf.function(input_signature=[Spec([4, 2], name="xs")])
    def sum(self, xs: Any) -> Any:
        for x in xs:
            self.total.assign_add(x)
        return self.total.read_value()

    @tf.function(input_signature=[])
    def get(self) -> Any:
        return self.total * 3.0


class Tables(tf.Module):
    def __init__(self) -> None:
        keys, values = tf.constant(["a", "b"]), tf.constant([1, 2], tf.int64)
        fixed = tf.lookup.KeyValueTensorInitializer(keys, values)
        self.fixed = tf.lookup.StaticHashTable(fixed, -1)
        self.grows = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)

    @tf.function(input_signature=[Spec([None], tf.string, name="x")])
    def find(self, x: Any) -> Any:
        return self.fixed.lookup(x)

    @tf.function(input_signature=[Spec([1], tf.string, name="x")])
    def put(self, x: Any) -> Any:
        self.grows.insert(x, tf.constant([3], tf.int64))
        return self.grows.lookup(x)


class Weights(tf.Module):
    def __init__(self) -> None:
        self.weights, self.bias = tf.Variable(WEIGHTS), tf.Variable([1.0, 2.0, 3.0])

    @tf.function(input_signature=[Spec([1, 4], name="x")])
    def line(self, x: Any) -> Any:
        return {"line": x @ self.weights + self.bias}

    @tf.function(input_signature=[Spec([1, 4], name="x")])
    def bent(self, x: Any) -> Any:
        return {"sine": tf.sin(x), "bent": tf.nn.relu(x @ self.weights - self.bias)}

    @tf.function(input_signature=[Spec([2, 4]), Spec([2, 3])])
    def train(self, x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((x @ self.weights - y) ** 2)
        self.weights.assign_sub(0.1 * tape.gradient(loss, self.weights))
        return {"loss": loss}


def printing(x: Any) -> Any:
    tf.print(x)
    return x * 2.0


def asserting(x: Any) -> Any:
    tf.debugging.assert_positive(x)
    return tf.debugging.check_numerics(x * 2.0, "not finite")


def dead(x: Any) -> Any:
    tf.sin(x)
    return x * 2.0


def counting(x: Any) -> Any:
    i = tf.constant(0)
    while i < 3:
        x = tf.sin(x) + 1.0
        i += 1
    return x


def length(points: Any) -> Any:
    total = 0.0
    for point in points:
        total += tf.norm(point)
    return total


def known_branch(x: Any) -> Any:
    return x * 2.0 if tf.shape(x)[0] > 3 else tf.exp(x)


@tf.function
def inner(x: Any) -> Any:
    return tf.sin(x) * 2.0


@tf.function
def outer(x: Any) -> Any:
    return inner(x) + inner(x + 1.0)


@tf.function
def telling(x: Any) -> Any:
    tf.print(x)
    return x + 1.0


def written(x: Any) -> Any:
    array = tf.TensorArray(tf.float32, size=4)
    for i in tf.range(4):
        array = array.write(i, x[i] * 2.0)
    return array.stack()


def named(x: Any) -> Any:
    return {"a": x * 2.0, "b": tf.constant([1, 2, 3]), "c": x, "d": x * 2.0}


def two_heads() -> Made:
    entry = tf.keras.Input((4,))
    body = L.Dense(8, activation="relu")(entry)
    heads = {"class": L.Dense(3, activation="softmax")(body), "size": L.Dense(1)(body)}
    return keras(tf.keras.Model(entry, heads))


def residual() -> Made:
    entry = tf.keras.Input((4, 4, 2))
    body = L.BatchNormalization()(L.Conv2D(2, 3, padding="same")(entry))
    return keras(tf.keras.Model(entry, L.ReLU()(L.Add()([body, entry]))))


class Subclassed(tf.keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = L.Dense(4), L.Dense(2)

    def call(self, x: Any) -> Any:
        return self.last(tf.nn.tanh(self.first(x)))


def subclassed() -> Made:
    HELD.append(Subclassed())
    return plain(HELD[-1], MAT)


def saved() -> Made:
    """Through a SavedModel: a loaded signature, and one of two in the file."""
    with tempfile.TemporaryDirectory() as folder:
        module, keys = Weights(), ["line", "bent"]
        tf.saved_model.save(module, folder, {key: getattr(module, key) for key in keys})
        HELD.append(tf.saved_model.load(folder))
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=keys)
        return HELD[-1].signatures["bent"], converter.convert(), "bent"


HALF = {"optimizations": [tf.lite.Optimize.DEFAULT]}
BUILDERS: dict[str, Callable[[], Made]] = {
    "power": lambda: plain(lambda x: {"y": x**2}, ONE),
    "line": lambda: plain(lambda x: x @ WEIGHTS + 1.0, MAT),
    "bent line": lambda: plain(lambda x: tf.nn.relu(x @ WEIGHTS + 1.0), MAT),
    "clipped": lambda: plain(lambda x: tf.clip_by_value(x @ WEIGHTS, 0.0, 6.0), MAT),
    "weights given": lambda: plain(
        lambda x, w: tf.nn.bias_add(x @ w, [1.0, 2.0]), MAT, Spec([4, 2])
    ),
    "dense": lambda: keras(tf.keras.Input((4,)), L.Dense(8, activation="relu"), L.Dense(3)),
    "lost": lambda: keras(tf.keras.Input((4,)), L.Dense(8, activation="relu"), lose=True),
    "heads": two_heads,
    "residual": residual,
    "subclassed": subclassed,
    "saved": saved,
    "cnn": lambda: keras(
        tf.keras.Input((8, 8, 1)),
        L.ZeroPadding2D(),
        L.Conv2D(4, 3),
        L.BatchNormalization(),
        L.ReLU(),
        L.MaxPool2D(),
        L.Flatten(),
        L.Dense(3, activation="softmax"),
    ),
    "lstm": lambda: keras(tf.keras.Input((5, 2)), L.LSTM(4), L.Dense(2)),
    "int8": lambda: keras(
        tf.keras.Input((8,)), L.Dense(8, activation="relu"), L.Dense(3), **samples(1, 8)
    ),
    "int8 inside": lambda: keras(
        tf.keras.Input((8,)),
        L.Dense(3),
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        **samples(1, 8),
    ),
    "dynamic range": lambda: keras(
        tf.keras.Input((64,)), L.Dense(64, activation="relu"), L.Dense(3), **HALF
    ),
    "float16": lambda: keras(
        tf.keras.Input((64,)),
        L.Dense(64, activation="relu"),
        L.Dense(3),
        types=[tf.float16],
        **HALF,
    ),
    "fake quant": lambda: plain(
        lambda x: 2.0 * tf.quantization.fake_quant_with_min_max_args(x, 0.0, 1.0), VEC
    ),
    "assigned": lambda: stateful(Notes, "put", experimental_enable_resource_variables=True),
    "counted": lambda: stateful(Notes, "step", "get", experimental_enable_resource_variables=True),
    "assigned in a loop": lambda: stateful(
        Notes, "sum", experimental_enable_resource_variables=True
    ),
    "trained": lambda: stateful(Weights, "train", experimental_enable_resource_variables=True),
    "variables": lambda: stateful(Weights, "line"),
    "table": lambda: stateful(Tables, "find"),
    "growing table": lambda: stateful(Tables, "put", flex=True),
    "printed": lambda: plain(printing, VEC, flex=True),
    "printed in a call": lambda: plain(lambda x: telling(x) * 2.0, VEC, flex=True),
    "asserted": lambda: plain(asserting, VEC),
    "dead": lambda: plain(dead, VEC),
    "folded": lambda: plain(lambda x: x * tf.sqrt(tf.constant([2.0, 3.0])), VEC),
    "nothing": lambda: plain(lambda x: tf.reshape(x, [2]) * 1.0 + 0.0, VEC),
    "twins": lambda: plain(
        lambda x: tf.reshape(x, [tf.shape(x)[0], 4]) / tf.cast(tf.shape(x)[0], tf.float32),
        Spec([None, 2, 2]),
    ),
    "results": lambda: plain(named, VEC),
    "two results": lambda: plain(lambda x: tf.math.top_k(x, 2), Spec([5])),
    "pattern": lambda: plain(lambda x: tf.nn.gelu(x), VEC),
    "calls": lambda: plain(lambda x: outer(x) - 1.0, VEC),
    "branch": lambda: plain(lambda x: tf.cond(x[0] > 0.0, lambda: x * 2.0, lambda: x * 3.0), VEC),
    "known branch": lambda: plain(known_branch, VEC),
    "loop": lambda: plain(counting, VEC),
    "loop over points": lambda: plain(length, Spec([None, 2])),
    "list": lambda: plain(written, Spec([4, 2])),
    "words": lambda: plain(
        lambda x: tf.strings.join([x, tf.constant("!")]), Spec([], tf.string), flex=True
    ),
    "random": lambda: plain(lambda x: x + tf.random.uniform([2]), VEC),
    "flex": lambda: plain(lambda x: tf.linalg.inv(x), Spec([2, 2]), flex=True),
}
CLAIMS = """
power: Pow > MUL
line: MatMul, AddV2 > FULLY_CONNECTED
bent line: MatMul, AddV2, Relu > FULLY_CONNECTED + RELU
clipped: MatMul, Minimum (by place), Maximum > FULLY_CONNECTED + RELU6
weights given: MatMul, BiasAdd > TRANSPOSE, FULLY_CONNECTED
dense: MatMul, BiasAdd, Relu > FULLY_CONNECTED + RELU | MatMul, BiasAdd > FULLY_CONNECTED
lost: lost VAR_HANDLE × 2, READ_VARIABLE × 2 | MatMul > BATCH_MATMUL
    | BiasAdd (by place), Relu > ADD + RELU
heads: MatMul, BiasAdd, Relu > FULLY_CONNECTED + RELU | MatMul, BiasAdd > FULLY_CONNECTED
    | Softmax > SOFTMAX | MatMul, AddV2 > FULLY_CONNECTED
residual: Conv2D, BiasAdd, Mul, AddV2 > CONV_2D | AddV2 (by place), Relu > ADD + RELU
    | computed Reshape, Squeeze, AddV2, Rsqrt, Mul × 2, Sub
subclassed: MatMul, BiasAdd (by place) > FULLY_CONNECTED | Tanh > TANH
    | MatMul, BiasAdd > FULLY_CONNECTED
saved: Sin > SIN | MatMul > FULLY_CONNECTED | Sub (by place), Relu > SUB + RELU
    | opened StatefulPartitionedCall
cnn: Pad, Conv2D, BiasAdd, Mul, AddV2, Relu > CONV_2D + RELU | MaxPool > MAX_POOL_2D
    | Reshape > RESHAPE | MatMul, BiasAdd > FULLY_CONNECTED | Softmax > SOFTMAX
    | computed Reshape, Squeeze, AddV2, Rsqrt, Mul × 2, Sub
lstm: Transpose > RESHAPE | While > WHILE | StridedSlice > STRIDED_SLICE
    | MatMul, BiasAdd > FULLY_CONNECTED | computed TensorListReserve, Range, Max
    | merged TensorListFromTensor, TensorListStack
    | ...
int8: MatMul, BiasAdd, Relu > FULLY_CONNECTED + RELU | MatMul, BiasAdd > FULLY_CONNECTED
    | added QUANTIZE, DEQUANTIZE
int8 inside: MatMul, BiasAdd > FULLY_CONNECTED
dynamic range: MatMul, BiasAdd, Relu > FULLY_CONNECTED + RELU | MatMul, BiasAdd > FULLY_CONNECTED
float16: MatMul, BiasAdd, Relu > FULLY_CONNECTED + RELU | MatMul, BiasAdd > FULLY_CONNECTED
    | added DEQUANTIZE × 4
fake quant: FakeQuantWithMinMaxArgs > QUANTIZE, DEQUANTIZE | Mul > MUL
assigned: AssignVariableOp > ASSIGN_VARIABLE | Mul > MUL | added CALL_ONCE, VAR_HANDLE
counted: AssignAddVariableOp > READ_VARIABLE, ADD, ASSIGN_VARIABLE
    | AssignAddVariableOp > READ_VARIABLE, ADD, ASSIGN_VARIABLE | Mul > MUL
    | added CALL_ONCE, VAR_HANDLE × 2, READ_VARIABLE × 2
assigned in a loop: While > WHILE | merged TensorListFromTensor | dropped TensorListReserve
    | added CALL_ONCE, VAR_HANDLE, READ_VARIABLE | loop Less > LESS | loop AddV2 > ADD
    | loop TensorListGetItem > GATHER
    | loop AssignAddVariableOp > READ_VARIABLE, ADD, ASSIGN_VARIABLE | loop AddV2 > ADD
trained: MatMul > BATCH_MATMUL | Sub > SUB | Mul > MUL | MatMul > BATCH_MATMUL | Mul > MUL
    | AssignSubVariableOp > SUB, ASSIGN_VARIABLE | Pow > MUL | Mean > MEAN
    | computed Reshape, Tile, RealDiv, Mul, Sub | merged Pow | dropped Neg
    | added CALL_ONCE, VAR_HANDLE, READ_VARIABLE
variables: MatMul, AddV2 > FULLY_CONNECTED
table: LookupTableFindV2 > HASHTABLE_FIND | added CALL_ONCE, HASHTABLE
growing table: LookupTableInsertV2 > FlexLookupTableInsertV2
    | LookupTableFindV2 > FlexLookupTableFindV2 | added CALL_ONCE, FlexMutableHashTableV2
printed: StringFormat > FlexStringFormat | PrintV2 > FlexPrintV2 | Mul > MUL
printed in a call: StringFormat > FlexStringFormat | PrintV2 > FlexPrintV2 | AddV2 > ADD
    | Mul > MUL | opened StatefulPartitionedCall
asserted: Mul > MUL | opened If | dropped Less, All | checks CheckNumerics | branch checks Assert
dead: Mul > MUL | dropped Sin
folded: Mul > MUL | computed Sqrt
nothing: merged Reshape, Mul, AddV2
twins: Shape, Shape (by place) > SHAPE | StridedSlice, StridedSlice (by place) > STRIDED_SLICE
    | Pack > PACK | Reshape > RESHAPE | Cast > CAST | RealDiv > DIV
results: Mul, Mul (by place) > MUL
two results: TopKV2 > TOPK_V2
pattern: Mul (by place), Neg (by place), Mul (by place), Erfc (by place), Mul > GELU
calls: Sin > SIN | Mul > MUL | AddV2 > ADD | Sin > SIN | Mul > MUL | AddV2 > ADD | Sub > SUB
    | opened PartitionedCall × 3
branch: StridedSlice > STRIDED_SLICE | Greater > GREATER | StatelessIf > IF | branch Mul > MUL
    | branch Mul > MUL
known branch: computed StridedSlice, Greater | opened StatelessIf | branch Exp > EXP
    | branch dropped Mul
loop: StatelessWhile > WHILE | loop Less > LESS | loop Sin > SIN | loop AddV2 > ADD
    | loop AddV2 > ADD | loop dropped AddV2
loop over points: Shape > SHAPE | StridedSlice > STRIDED_SLICE | StatelessWhile > WHILE
    | merged TensorListFromTensor | dropped Shape, TensorListReserve | loop Less > LESS
    | loop AddV2 > ADD | loop TensorListGetItem > GATHER | loop Mul > MUL | loop Sum > SUM
    | loop Sqrt > SQRT | loop Squeeze > RESHAPE | loop AddV2 > ADD | loop AddV2 > ADD
list: StatelessWhile > WHILE | TensorListStack > SHAPE, RESHAPE | computed TensorListReserve
    | dropped Range, Sub, FloorDiv, FloorMod, NotEqual, Cast, AddV2, Maximum | loop Less > LESS
    | loop AddV2 > ADD | loop Pack > RESHAPE | loop Pack > RESHAPE
    | loop StridedSlice > STRIDED_SLICE | loop Mul > MUL
    | loop TensorListSetItem > CONCATENATION × 3, SLICE × 2, RESHAPE | loop AddV2 > ADD
    | loop merged AddV2
words: StringJoin > FlexStringJoin
random: RandomUniform > RANDOM_UNIFORM | AddV2 > ADD
flex: MatrixInverse > FlexMatrixInverse
"""


def told(row: Row) -> str:
    words, operators = ", ".join(row.words()), ", ".join(counted(row.operators))
    said = f"{words} > {operators}" if row.fate == "became" else f"{row.fate} {words}{operators}"
    return f"{row.place} {said}".strip()


@pytest.mark.parametrize("name", BUILDERS)
def test_the_fate_of_each_op_and_operator(name: str) -> None:
    said = re.search(rf"^{name}: (.+(?:\n .+)*)", CLAIMS, re.M)
    assert said, "each program has a claim"
    claims = re.split(r"\s+\| ", said[1])
    with quiet():
        concrete, model, *key = BUILDERS[name]()
    found = read_conversion(concrete, model, *key)
    rows = [told(row) for row in found.rows]

    assert (rows[: len(claims) - 1] + ["..."] if claims[-1] == "..." else rows) == claims
    assert not [row for row in found.rows if row.fate == "unknown"]
    files = read_tflite(model).subgraphs
    assert found.count()[1] <= sum(node.kind == "op" for graph in files for node in graph.nodes)
