"""Anything that a module may hold in, its kind and a short description out, without an address."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ..records import Concrete, Graph, TensorType, has_type
from ..values import short
from .function import concretes_of
from .parts import is_function, is_keras, is_trackable, is_variable
from .signature import name_of, outputs_of, parameters_of, python_text


def describe(thing: Any) -> tuple[str, str]:
    """Kind and description: `("variable", "float32[2, 2], 16 bytes")`."""
    import tensorflow as tf

    if is_variable(thing):
        fixed = "" if thing.trainable else ", not trainable"
        return "variable", f"{TensorType.like(thing)}, {counted(size_bytes(thing), 'byte')}{fixed}"
    if isinstance(thing, tf.types.experimental.ConcreteFunction):
        return "concrete function", signature_of(thing)
    if is_function(thing):
        return "tf.function", _graphs(thing)
    if is_keras(thing):
        return _keras_kind(thing), f"{type(thing).__name__}, {weights_text(thing.variables)}"
    if isinstance(thing, Mapping | list | tuple):
        return type_name(thing), counted(len(thing), "element")
    if hasattr(thing, "_trackable_children"):
        return ("module" if is_trackable(thing) else "resource"), type_name(thing)
    if inspect.isroutine(thing) or isinstance(thing, property):
        return ("property" if isinstance(thing, property) else "Python function"), ""
    if has_type(thing):
        return "tensor" if tf.is_tensor(thing) else "array", short(thing)
    text = python_text(thing)
    return "Python value", type_name(thing) if text == "a Python object" else text


def counted(count: int, thing: str) -> str:
    """How many of a thing, in words: `1 byte`, `768 bytes`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def size_bytes(thing: Any) -> int:
    """Bytes of the values of a variable, or of what else has a type; 0 where none is known."""
    import tensorflow as tf

    return tf.as_dtype(thing.dtype).size * (tf.TensorShape(thing.shape).num_elements() or 0)


def type_name(thing: Any) -> str:
    """The class of an object, by the name that the learner gave it; a loaded one has none."""
    names = {"ListWrapper": "list", "_DictWrapper": "dict", "_TupleWrapper": "tuple"}
    names |= {"_SignatureMap": "signature map", "_UserObject": "loaded object"}
    name = type(thing).__name__
    return names.get(name, name)


def signatures_of(function: Any) -> list[str]:
    """The signatures of a tf.function or concrete function, oldest first.

    Each once: saving traces a function again, so that two graphs may have one signature.
    """
    import tensorflow as tf

    single = isinstance(function, tf.types.experimental.ConcreteFunction)
    return list(dict.fromkeys(map(signature_of, [function] if single else concretes_of(function))))


def signature_of(concrete: Any) -> str:
    """One line without addresses, as a `Concrete` has it; the graph is not read."""
    name, (inputs, frozen) = name_of(concrete), parameters_of(concrete)
    return Concrete(name, inputs, outputs_of(concrete), (), frozen, Graph(name, ())).signature


def _graphs(function: Any) -> str:
    count, traces = len(signatures_of(function)), function.experimental_get_tracing_count()
    if count:
        return counted(count, "graph") + (f", traced {traces} times" if traces > count else "")
    if hasattr(function, "concrete_functions"):  # it was loaded, and has no Python to trace
        return "no graph"
    signed = function.input_signature is not None
    return f"no graph yet: {'saving traces it' if signed else 'nothing to save'}"


def _keras_kind(thing: Any) -> str:
    if not isinstance(thing, sys.modules["keras"].Layer):
        return "Keras optimizer"
    return "Keras model" if getattr(thing, "layers", None) else "Keras layer"


def weights_text(variables: Sequence[Any]) -> str:
    """How many variables, and their bytes."""
    if not variables:
        return "no variables"
    size = sum(map(size_bytes, variables))
    return f"{counted(len(variables), 'variable')}, {counted(size, 'byte')}"
