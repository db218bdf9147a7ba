"""A tf.function or concrete function in, records out. Runs and traces nothing.

Public API of TensorFlow 2.21 but for the two attributes in `concretes_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..records import Concrete, InputError, Polymorphic, Port, TensorType, kind
from .graph import read_graph
from .signature import name_of, outputs_of, parameters_of


def read_function(function: Any) -> Polymorphic:
    """The concrete functions that a tf.function owns now, oldest first.

    Raises:
        InputError: `function` is not a tf.function.

    Example:
        >>> tfl.read_function(path_length)
        Polymorphic function path_length: 2 graphs, traces: 2
    """
    demand_polymorphic(function, "read_function")
    concretes = tuple(read_concrete(c) for c in concretes_of(function))
    return Polymorphic(python_name(function), function.experimental_get_tracing_count(), concretes)


def read_concrete(function: Any) -> Concrete:
    """The signature, captures and graph of a concrete function (a loaded signature is one too).

    Raises:
        InputError: `function` is not a concrete function.

    Example:
        >>> tfl.read_concrete(path_length.get_concrete_function(tf.TensorSpec([None, 2])))
    """
    _demand_concrete(function)
    outputs = outputs_of(function)
    inputs, frozen = parameters_of(function)
    name = name_of(function)
    try:
        graph = read_graph(function.graph, name, tuple(port.name for port in outputs))
    except AssertionError as error:  # TensorFlow's, when a variable is gone
        raise InputError(
            f"read_concrete needs the variables of {name}, but the module that held them is gone. "
            "Keep the module in a name, or return it together with the concrete function."
        ) from error
    captures = tuple(
        Port(node.label, TensorType.parse(node.type))
        for node in graph.nodes
        if node.kind in ("variable", "capture")
    )
    return Concrete(name, inputs, outputs, captures, frozen, graph)


def _demand_concrete(function: Any) -> None:
    import tensorflow as tf

    if isinstance(function, tf.types.experimental.PolymorphicFunction):
        name = python_name(function)
        raise InputError(
            f"read_concrete needs a concrete function, got the tf.function {name}. "
            f"Write {name}.get_concrete_function(...) with a TensorSpec for each input."
        )
    if not isinstance(function, tf.types.experimental.ConcreteFunction):
        write = "your_tf_function.get_concrete_function(tf.TensorSpec(...))"
        if isinstance(function, Mapping) and function:
            write = f"loaded.signatures[{next(iter(function))!r}]"
        raise InputError(
            f"read_concrete needs a concrete function, got {kind(function)}. "
            f"Write {write} and pass that."
        )


def demand_polymorphic(function: Any, asker: str) -> None:
    """Raise an InputError on behalf of `asker` unless `function` is a tf.function."""
    import tensorflow as tf

    if isinstance(function, tf.types.experimental.PolymorphicFunction):
        return
    if isinstance(function, tf.types.experimental.ConcreteFunction):
        write = "Pass it to read_concrete, or pass the tf.function that it came from."
    else:
        name = getattr(function, "__name__", "your_function")
        name = name if name.isidentifier() else "your_function"
        write = f"Put @tf.function above it, or pass tf.function({name})."
    raise InputError(f"{asker} needs a tf.function, got {kind(function)}. {write}")


def python_name(function: Any) -> str:
    """The Python name of a tf.function, also after it went through a SavedModel."""
    python_function = function.python_function
    name = getattr(python_function, "__name__", type(python_function).__name__)
    loaded = concretes_of(function) if name == "restored_function_body" else []
    return name_of(loaded[0]) if loaded else name


def concretes_of(function: Any) -> list[Any]:
    """All concrete functions that there are by now, oldest first.

    Private API: the public one gives only their text, and TensorFlow's own list traces a function
    that has an `input_signature`. A loaded function keeps a list of its own. If these go away,
    `test_read_tf.py::test_lists_every_graph` fails.
    """
    loaded = getattr(function, "concrete_functions", None)
    return list(function._function_cache.values() if loaded is None else loaded)
