"""Programs from one multiplication to MobileNetV2, each with its .tflite file, made by TensorFlow.

What the gallery draws and the benchmark reads. Nothing is downloaded, and weights come from a seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import tfl_helpers as tfl

with tfl.quiet():
    import tensorflow as tf

SEED = 7


@dataclass(frozen=True)
class Example:
    """A function of a module, the calls made of it, its concrete function, and its file."""

    about: str
    module: Any
    function: Any
    calls: list[Any]
    concrete: Any
    model: bytes
    values: Any  # real numbers that an int8 tensor of it would hold
    rivals: dict[str, bytes] = field(default_factory=dict)  # other files of the same program

    @property
    def scale(self) -> float:
        """That of symmetric int8, as LiteRT takes it for weights."""
        return float(np.abs(self.values).max()) / 127


def convert(concretes: list[Any], owner: Any = None, samples: Any = None) -> bytes:
    """The file; in int8 from end to end where there are samples to find the ranges from."""
    converter = tf.lite.TFLiteConverter.from_concrete_functions(concretes, owner)
    if samples is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([sample] for sample in samples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with tfl.quiet():
        return converter.convert()


def square() -> Example:
    """The smallest program, called with three things that ask for three graphs."""
    module = tf.Module()
    module.square = tf.function(lambda x: x**2)
    concrete = module.square.get_concrete_function(tf.TensorSpec([], tf.float32, name="x"))
    calls = [2.0, tf.constant(2.0), tf.constant(3.0), tf.constant([1, 2])]
    about = "`x**2`, one operation"
    return Example(
        about, module, module.square, calls, concrete, convert([concrete], module), [1.0]
    )


class Program(tf.Module):
    """The program of TensorFlow's old guide to concrete functions; its variable is made once."""

    def __init__(self) -> None:
        super().__init__()
        self.var = tf.Variable([[0.1, 0.7], [0.4, 0.2]], name="var")

    @tf.function
    def exported(self, x: Any) -> Any:
        """The product of a constant, the variable and x."""
        const = tf.constant([[37.0, -23.0], [1.0, 4.0]])
        return tf.matmul(const, self.var) * x


def program() -> Example:
    """One variable and one constant; the product of both needs no input."""
    module = Program()
    concrete = module.exported.get_concrete_function(tf.TensorSpec([1, 1], name="x"))
    calls = [tf.ones([1, 1]), tf.ones([1, 1]), tf.ones([2, 2])]
    model, values = convert([concrete], module), module.var.numpy()
    about = "The old guide's program"
    return Example(about, module, module.exported, calls, concrete, model, values)


class Gesture(tf.Module):
    """Three functions of one module, as lesson 09 converts them."""

    def __init__(self) -> None:
        super().__init__()
        drawn = np.random.default_rng(SEED).uniform(-1.0, 1.0, (3, 32, 2))
        self.templates = tf.Variable(drawn.astype(np.float32), name="templates")
        self.names = ["line", "circle", "zigzag"]

    @tf.function(input_signature=[tf.TensorSpec([32, 2], name="stroke")])
    def classify(self, stroke: Any) -> Any:
        """Which template is nearest."""
        moved = stroke - tf.reduce_mean(stroke, axis=0)
        shape = moved / tf.reduce_max(tf.abs(moved))
        distances = tf.reduce_mean(tf.square(shape - self.templates), axis=[1, 2])
        return {"probabilities": tf.nn.softmax(-10.0 * distances)}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], name="stroke")])
    def measure(self, stroke: Any) -> Any:
        """Length of any number of points, and whether they come back."""
        length = tf.reduce_sum(tf.norm(stroke[1:] - stroke[:-1], axis=1))
        return {"length": length, "closed": tf.norm(stroke[-1] - stroke[0]) < 0.1}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], name="stroke")])
    def longest(self, stroke: Any) -> Any:
        """The longest step, found by a loop with a condition in it."""
        best = tf.constant(0.0)
        for i in tf.range(1, tf.shape(stroke)[0]):
            step = tf.norm(stroke[i] - stroke[i - 1])
            if step > best:
                best = step
        return {"longest": best}


def gesture() -> Example:
    """Three signatures in one file, one of them with a loop."""
    module = Gesture()
    functions = (module.classify, module.measure, module.longest)
    concretes = [function.get_concrete_function() for function in functions]
    stroke = tf.constant(module.templates[0])
    calls = [stroke, stroke[::-1], tf.ones([3, 3])]
    model, values = convert(concretes, module), module.templates.numpy()
    return Example("The gesture model", module, module.classify, calls, concretes[0], model, values)


def loop() -> Example:
    """The gesture model's function with a While and an If inside."""
    module = Gesture()
    concrete = module.longest.get_concrete_function()
    model, calls = convert([concrete], module), [tf.zeros([5, 2]), tf.zeros([9, 2])]
    about = "A loop with a condition in it"
    return Example(about, module, module.longest, calls, concrete, model, [0.5, 1.5])


def _of_keras(about: str, keras: Any, shape: list[int]) -> tuple[Example, Any]:
    """The example in float, and the samples to quantize it with."""
    owner = tf.Module()
    owner.model = keras
    spec = tf.TensorSpec([1, *shape], tf.float32, name="image")
    owner.predict = tf.function(lambda image: {"scores": keras(image)}, input_signature=[spec])
    concrete = owner.predict.get_concrete_function()
    rng = np.random.default_rng(SEED)
    samples = [rng.random([1, *shape], dtype=np.float32) for _ in range(3)]
    values = keras.weights[0].numpy()
    calls = [samples[0], samples[1]]
    made = convert([concrete])
    return Example(about, owner, owner.predict, calls, concrete, made, values), samples


def _small_cnn() -> Any:
    layers = tf.keras.layers
    tf.keras.utils.set_random_seed(SEED)
    return tf.keras.Sequential(
        [
            tf.keras.Input((28, 28, 1), name="image"),
            layers.Conv2D(8, 3, activation="relu", name="conv1"),
            layers.MaxPooling2D(name="pool1"),
            layers.Conv2D(16, 3, activation="relu", name="conv2"),
            layers.GlobalAveragePooling2D(name="gap"),
            layers.Dense(10, activation="softmax", name="logits"),
        ],
        name="tiny_cnn",
    )


def cnns() -> Iterator[tuple[str, Example]]:
    """A small CNN in float, in int8, and converted so that its weights are lost.

    The last: `from_concrete_functions` with a Keras 3 model as the object that owns the variables
    does not find them, says nothing, and the interpreter gives nan (TensorFlow 2.21).
    """
    keras = _small_cnn()
    plain, samples = _of_keras("A small CNN", keras, [28, 28, 1])
    small = convert([plain.concrete], samples=samples)
    lost = convert([plain.concrete], keras)
    parts = plain.module, plain.function, plain.calls, plain.concrete
    yield "cnn", plain
    files = {"float32": plain.model, "int8": small}
    yield "cnn_int8", Example("The CNN in int8", *parts, small, plain.values, files)
    yield "cnn_lost", Example("The CNN, its weights lost", *parts, lost, plain.values)


def mobilenets() -> Iterator[tuple[str, Example]]:
    """MobileNetV2 of keras.applications without trained weights, in float and in int8."""
    tf.keras.utils.set_random_seed(SEED)
    keras = tf.keras.applications.MobileNetV2(weights=None)
    plain, samples = _of_keras("MobileNetV2", keras, [224, 224, 3])
    small = convert([plain.concrete], samples=samples)
    parts = plain.module, plain.function, plain.calls, plain.concrete
    yield "mobilenet", plain
    files = {"float32": plain.model, "int8": small}
    yield "mobilenet_int8", Example("MobileNetV2 in int8", *parts, small, plain.values, files)


_MAKERS: dict[str, Callable[[], Example]] = {
    "square": square,
    "program": program,
    "gesture": gesture,
    "loop": loop,
}
_FAMILIES: dict[str, Callable[[], Iterator[tuple[str, Example]]]] = {
    "cnn": cnns,
    "mobilenet": mobilenets,
}
NAMES = [*_MAKERS, *_FAMILIES]


def examples(names: list[str]) -> Iterator[tuple[str, Example]]:
    """Name and example, in order; those of a CNN and of MobileNetV2 come together."""
    for name in names:
        if name in _MAKERS:
            yield name, _MAKERS[name]()
        else:
            yield from _FAMILIES[name]()
