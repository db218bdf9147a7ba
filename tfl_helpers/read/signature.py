"""A concrete function in, its name, inputs, baked-in values and outputs out. Runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..records import Port, TensorType, has_type
from ..values import clip


def name_of(function: Any) -> str:
    """The Python name of a concrete function, also after it went through a SavedModel."""
    name = plain_name(function.name)
    if name != "signature_wrapper":
        return name
    calls = [op for op in function.graph.get_operations() if op.type.endswith("PartitionedCall")]
    return plain_name(calls[0].get_attr("f").name) if calls else name


def plain_name(name: str | bytes) -> str:
    """The name of a function in a graph without what TensorFlow put around it."""
    text = name.decode() if isinstance(name, bytes) else name
    return re.sub(r"^__inference_(?:signature_wrapper_)?(.+?)_\d+$", r"\1", text)


def parameters_of(function: Any) -> tuple[tuple[Port, ...], tuple[tuple[str, str], ...]]:
    """Tensor inputs, and the Python values that were baked in, with what they are called."""
    positional, named = function.structured_input_signature or ((), {})
    names = function.function_type.parameters
    # A loaded signature has its named inputs in another order in each process.
    place = {name: i for i, name in enumerate(names)}
    by_name = sorted(named.items(), key=lambda item: place.get(item[0], len(place)))
    leaves = [
        leaf
        for name, given in [*zip(names, positional, strict=False), *by_name]
        for leaf in _leaves(name, given)
    ]
    inputs = [Port(name, TensorType.like(leaf)) for name, leaf in leaves if has_type(leaf)]
    frozen = [(name, python_text(leaf)) for name, leaf in leaves if not has_type(leaf)]
    return tuple(inputs), tuple(frozen)


def _leaves(name: str, given: Any) -> Iterator[tuple[str, Any]]:
    """Tensors inside nested arguments, each with its path; what holds none stays whole."""
    import tensorflow as tf

    if has_type(given) or not any(map(has_type, tf.nest.flatten(given))):
        yield name, given
    elif isinstance(given, Mapping):
        for key, part in given.items():
            yield from _leaves(f"{name}[{key!r}]", part)
    else:
        for i, part in enumerate(given):
            fields = getattr(given, "_fields", None)
            yield from _leaves(f"{name}.{fields[i]}" if fields else f"{name}[{i}]", part)


def python_text(value: Any) -> str:
    """A Python value by its name or as Python writes it, but never with an address."""
    text = getattr(value, "__name__", repr(value))
    return "a Python object" if " at 0x" in text else clip(text)


def outputs_of(function: Any) -> tuple[Port, ...]:
    """The tensors that come back; a dict gives them their names."""
    import tensorflow as tf

    structure = function.structured_outputs
    flat = [t for t in tf.nest.flatten(structure, expand_composites=True) if has_type(t)]
    by_name = isinstance(structure, Mapping) and all(map(has_type, structure.values()))
    if by_name and len(structure) == len(flat):
        names = sorted(structure)
    else:
        names = ["output"] if len(flat) == 1 else [f"output_{i}" for i in range(len(flat))]
    return tuple(Port(n, TensorType.like(t)) for n, t in zip(names, flat, strict=True))
