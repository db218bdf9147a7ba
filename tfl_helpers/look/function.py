"""TensorFlow's functions in, records of their signatures and graphs out. Draws nothing."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..records import Concrete, Graph, InputError, Node, Polymorphic, Port, TensorType, kind
from ..values import clip, short, value_text
from ..words import say


def name_of(function: Any) -> str:
    """The Python name of a concrete function, also after it went through a SavedModel."""
    name = plain_name(function.name)
    ops = function.graph.get_operations() if name == "signature_wrapper" else ()
    calls = [op for op in ops if op.type.endswith("PartitionedCall")]
    return plain_name(calls[0].get_attr("f").name) if calls else name


def plain_name(name: str | bytes) -> str:
    """The name of a function in a graph without what TensorFlow put around it."""
    text = name if isinstance(name, str) else name.decode()
    text = re.sub(r"^__inference_(?:signature_wrapper_)?(.+?)_\d+$", r"\1", text)
    found = re.search(r"^__(forward|backward)_(.+?)_\d+$", text)
    return say("{way} of {name}", way=found[1], name=found[2]) if found else text


def parameters_of(function: Any) -> tuple[tuple[Port, ...], tuple[tuple[str, str], ...]]:
    """Tensor inputs, and the Python values that were baked in, with what they are called."""
    if function.structured_input_signature is None:  # it was cut out of another graph by `prune`
        own = function.inputs[: len(function.inputs) - len(function.captured_inputs)]
        return tuple(Port(tensor.op.name, TensorType.like(tensor)) for tensor in own), ()
    leaves = [leaf for name, value in _given(function) for leaf in _leaves(name, value)]
    inputs = [Port(name, type_of(leaf)) for name, leaf in leaves if _is_passed(leaf)]
    frozen = [(name, _frozen_text(leaf)) for name, leaf in leaves if not _is_passed(leaf)]
    return tuple(inputs), tuple(frozen)


def _given(function: Any) -> Iterator[tuple[str, Any]]:
    """Parameters as they were given when the graph was traced, with specs in place of tensors.

    Private API: the public signature has an `UnknownArgument` in place of every object, which is
    held only weakly. If it goes away, `test_read_tf.py::test_kinds_of_concrete_functions` fails.
    """
    from tensorflow.core.function import trace_type

    context = trace_type.InternalPlaceholderContext(unnest_only=True)
    positional, named = function.structured_input_signature
    parameters = function.function_type.parameters
    public = {**dict(zip(parameters, positional, strict=False)), **named}
    for name, parameter in parameters.items():
        alive = "; dead>" not in repr(parameter.type_constraint)
        yield name, parameter.type_constraint.placeholder_value(context) if alive else public[name]


def _is_passed(leaf: Any) -> bool:
    """Whether it stands for a tensor, or for what is made of tensors, as a Dataset is."""
    import tensorflow as tf

    return isinstance(leaf, tf.TypeSpec | tf.TensorArray)


def type_of(leaf: Any) -> TensorType:
    """Dtype and shape, in words where it is not one dense tensor: `Dataset of float32[2]`."""
    import tensorflow as tf

    spec = leaf if isinstance(leaf, tf.TypeSpec) else tf.type_spec_from_value(leaf)
    one = tf.TensorSpec | tf.RaggedTensorSpec | tf.SparseTensorSpec
    if isinstance(spec, one) or type(spec).__name__ == "VariableSpec":
        return TensorType.like(spec)
    name = re.sub(r"\.?Spec$", "", type(spec).__name__)
    tensors = tuple(tf.nest.flatten(spec, expand_composites=True))
    parts = getattr(spec, "_element_spec", tensors)  # a Dataset and its iterator say what they give
    if isinstance(leaf, tf.TensorArray):
        parts = tf.TensorSpec(leaf.element_shape, leaf.dtype)
    parts = short(parts[0] if isinstance(parts, tuple) and len(parts) == 1 else parts, by_value=0)
    return TensorType(name, None, say("{kind} of {parts}", kind=name, parts=parts))


def _leaves(name: str, given: Any) -> Iterator[tuple[str, Any]]:
    """Tensors inside nested arguments, each with its path; what holds none stays whole."""
    import tensorflow as tf

    if _is_passed(given) or not any(map(_is_passed, tf.nest.flatten(given))):
        yield name, given
        return
    if isinstance(given, Mapping):  # a loaded dict has another order in each process
        parts = {f"[{key!r}]": given[key] for key in sorted(given)}
    elif type(given) in (list, tuple):
        parts = {f"[{i}]": part for i, part in enumerate(given)}
    else:  # a namedtuple or a class of attrs
        fields = given._asdict() if hasattr(given, "_asdict") else vars(given)
        parts = {f".{field}": part for field, part in fields.items()}
    for path, part in parts.items():
        yield from _leaves(name + path, part)


class _Told(str):
    """Words in place of a Python object, also where Python writes the list that holds it."""

    __repr__ = str.__str__


def _frozen_text(value: Any) -> str:
    """As Python writes it; an object, which may have changed since it was traced, by its class."""
    import tensorflow as tf

    plain = int | float | complex | str | bytes | None | enum.Enum | tf.DType | tf.TensorShape
    if isinstance(value, plain):
        return clip(repr(value))
    if tf.nest.is_nested(value):
        return clip(repr(tf.nest.map_structure(lambda leaf: _Told(_frozen_text(leaf)), value)))
    if (name := type(value).__name__) == "UnknownArgument":
        return say("a Python object that is gone")
    told = say("a {kind} object", kind=name)
    if name[0] in "AEIOU":
        told = say("an {kind} object", kind=name)
    return clip(getattr(value, "__name__", told))


def outputs_of(function: Any) -> tuple[Port, ...]:
    """What comes back; a dict gives the names."""
    import tensorflow as tf

    structure = function.structured_outputs
    flat = [leaf for leaf in tf.nest.flatten(structure) if leaf is not None]
    names = ["output"] if len(flat) == 1 else [f"output_{i}" for i in range(len(flat))]
    by_name = isinstance(structure, Mapping) and len(structure) == len(flat)
    if by_name and not any(map(tf.nest.is_nested, structure.values())):
        names = list(map(str, sorted(structure)))
    return tuple(Port(name, type_of(leaf)) for name, leaf in zip(names, flat, strict=True))


_SMALL, _GIVEN = 4, ("input", "variable", "capture")  # elements shown by value; what comes in


def read_graph(
    graph: Any, title: str, outputs: Sequence[str], handed: Mapping[str, Node], role: str = ""
) -> Graph:
    """Nodes of a `FuncGraph` in topological order, also of a branch or loop body inside another.

    `handed` are variables by the name of the placeholder that a call hands them to, `role` is what
    the call is for. `outputs` are used where there are as many: a ragged tensor, one for the
    caller, is several in the graph.
    """
    captured = {**captures_of(graph), **handed}
    ops = [op for op in graph.get_operations() if not _folded(op, captured)]
    wires = {op.name: [_source(tensor, captured) for tensor in op.inputs] for op in ops}
    results = [_source(tensor, captured) for tensor in graph.outputs]
    read: dict[str, list[Any]] = {}  # op name -> those of its outputs that something reads
    for tensor in (tensor for group in (results, *wires.values()) for tensor in group):
        read.setdefault(tensor.op.name, []).append(tensor)
    nodes = []
    for op in ops:
        node = captured.get(op.name) or _node(op, read.get(op.name, op.outputs[:1]))
        if node.kind in ("op", "input") or op.name in read:
            inputs = tuple(tensor.op.name for tensor in wires[op.name])
            nodes.append(replace(node, id=op.name, inputs=inputs))
    if role == "body":  # of a loop: each result is an input of the next round
        outputs = [say("next {name}", name=node.label) for node in nodes if node.kind in _GIVEN]
    if len(outputs) != len(graph.outputs):
        outputs = [f"output_{i}" for i in range(len(graph.outputs))]
    for name, tensor, source in zip(outputs, graph.outputs, results, strict=True):
        shown = TensorType.like(tensor)
        nodes.append(Node(f"output {name}", "output", name, shown, (source.op.name,)))
    return Graph(title, tuple(nodes), tuple(_bodies(graph, ops, captured)), role=role)


def captures_of(graph: Any) -> dict[str, Node]:
    """What stays inside: variables and captured tensors, by the name of their placeholder."""
    import numpy as np
    import tensorflow as tf

    by_handle = {id(variable.handle): variable for variable in graph.variables}
    nodes = {}
    for outer, inner in graph.captures:
        name, shown, variable = inner.op.name, TensorType.like(outer), by_handle.get(id(outer))
        what, label, size = "capture", say("tensor"), 0
        if variable is not None:
            size = variable.dtype.size * (variable.shape.num_elements() or 0)
            what, label, shown = "variable", variable.name.split(":")[0], TensorType.like(variable)
        elif tf.is_symbolic_tensor(outer):  # of the graph around this one
            what, label = "input", outer.op.name
        elif outer.dtype in (tf.resource, tf.variant):  # a table, an iterator: nothing to read
            label = outer.dtype.name
        elif outer.shape.num_elements() <= _SMALL:
            label = _value(np.asarray(outer.numpy()))
        nodes[name] = Node(name, what, label, shown, size_bytes=size)
    return nodes


def _value(array: Any) -> str:
    """Its values as Python numbers; NumPy knows bfloat16, int4 and their like only by guests."""
    if array.dtype.kind == "V":
        array = array.astype("float64" if "float" in array.dtype.name else "int64")
    return clip(value_text(array))


def _folded(op: Any, captured: Mapping[str, Node]) -> bool:
    reads_capture = op.type == "ReadVariableOp" and op.inputs[0].op.name in captured
    return op.type in ("Identity", "NoOp") or reads_capture


def _source(tensor: Any, captured: Mapping[str, Node]) -> Any:
    """The tensor that stands for `tensor` when what is folded away is gone."""
    while _folded(tensor.op, captured):
        tensor = tensor.op.inputs[0]
    return tensor


def _node(op: Any, outputs: Sequence[Any]) -> Node:
    """Of an op that is no capture; its type is that of the outputs which are read."""
    in_order = sorted(outputs, key=lambda tensor: tensor.value_index)
    first, *others = dict.fromkeys(map(TensorType.like, in_order)) or (None,)
    if op.type == "Placeholder":
        return Node(op.name, "input", op.name.rpartition("/")[2], first)
    if op.type == "Const":
        return _constant(op, first)
    return Node(op.name, "op", op.type, first, detail=op.name, others=tuple(others))


def _constant(op: Any, shown: TensorType | None) -> Node:
    import tensorflow as tf

    value = tf.make_ndarray(op.get_attr("value"))
    label = _value(value) if value.size <= _SMALL else op.name
    # Strings are pointers to NumPy.
    size = sum(map(len, value.ravel())) if value.dtype.kind == "O" else value.nbytes
    return Node(op.name, "constant", label, shown, size_bytes=size)


def _bodies(graph: Any, ops: Sequence[Any], captured: Mapping[str, Node]) -> Iterator[Graph]:
    """The functions that ops of this graph run, with the variables that they are given."""
    for op in ops:
        given = [captured.get(_source(tensor, captured).op.name) for tensor in op.inputs]
        for role in (attr.name for attr in op.op_def.attr if attr.type in ("func", "list(func)")):
            attribute = op.node_def.attr[role]
            for name in (f.name for f in (attribute.func, *attribute.list.func) if f.name):
                # Private API: TensorFlow offers only a FunctionDef in public. If it goes away,
                # `test_read_tf.py::test_reads_both_branches_of_an_if` fails.
                if (inner := graph._get_function(name)) is None:
                    continue
                # The last inputs go in: an If keeps its condition, a map of a Dataset the Dataset.
                places = [tensor.op.name for tensor in inner.graph.inputs]
                pairs = zip(reversed(places), reversed(given), strict=False)
                handed = {name: node for name, node in pairs if node and node.kind == "variable"}
                title = f"{op.type} {op.name}: {plain_name(name) if role == 'f' else role}"
                yield replace(read_graph(inner.graph, title, (), handed, role), owner=op.name)


def read_function(function: Any) -> Polymorphic:
    """What `function`, a tf.function, owns now: concrete functions, oldest first, without graphs.

    Example:
        >>> tfl.read_function(path_length)
    """
    demand_polymorphic(function)
    concretes = tuple(signature_of(c) for c in concretes_of(function))
    return Polymorphic(python_name(function), function.experimental_get_tracing_count(), concretes)


def read_concrete(function: Any) -> Concrete:
    """The signature, captures and graph of a concrete function (a loaded signature is one too).

    Raises:
        InputError: `function` is not a concrete function, or its variables are gone.

    Example:
        >>> tfl.read_concrete(path_length.get_concrete_function(tf.TensorSpec([None, 2])))
    """
    own = signature_of(function)
    names = [port.name for port in own.outputs]
    try:
        return replace(own, graph=read_graph(function.graph, own.name, names, {}))
    except AssertionError as error:  # TensorFlow's, when a variable is gone
        raise InputError(
            "Expected the variables of {name}, but the module that held them is gone. "
            "Keep the module in a name, or return it together with the concrete function.",
            name=own.name,
        ) from error


def signature_of(function: Any) -> Concrete:
    """As `read_concrete`, but the graph is not read."""
    _demand_concrete(function)
    inputs, frozen = parameters_of(function)
    captures: tuple[Port, ...] = ()
    with suppress(AssertionError):  # TensorFlow's, when a variable is gone
        captures = tuple(Port(n.label, n.type) for n in captures_of(function.graph).values())
    return Concrete(name_of(function), inputs, outputs_of(function), captures, frozen)


def _demand_concrete(function: Any) -> None:
    import tensorflow as tf

    if isinstance(function, tf.types.experimental.ConcreteFunction):
        return
    name, told = "your_tf_function", {"came": kind(function)}
    if isinstance(function, tf.types.experimental.PolymorphicFunction):
        name = python_name(function)
        told["came"] = say("the tf.function {name}", name=name)
    told["write"] = f"{name}.get_concrete_function(tf.TensorSpec(...))"
    if isinstance(function, Mapping) and function:
        told["write"] = f"loaded.signatures[{next(iter(function))!r}]"
    asked = say("Expected a concrete function, got {came}. Write {write} and pass that.", **told)
    raise InputError(asked)


def demand_polymorphic(function: Any) -> None:
    """Raise an InputError unless `function` is a tf.function."""
    import tensorflow as tf

    if isinstance(function, tf.types.experimental.PolymorphicFunction):
        return
    name = own if (own := getattr(function, "__name__", "")).isidentifier() else "your_function"
    write = say("Put @tf.function above it, or pass tf.function({name}).", name=name)
    if isinstance(function, tf.types.experimental.ConcreteFunction):
        write = say("Pass it to read_concrete, or pass the tf.function that it came from.")
    came = kind(function)
    raise InputError("Expected a tf.function, got {came}. {write}", came=came, write=write)


def python_name(function: Any) -> str:
    """The name that its author gave to what can be called, also after a SavedModel."""
    if hasattr(function, "structured_input_signature"):
        return name_of(function)
    own = getattr(function, "python_function", function)
    while hasattr(own, "func"):  # functools.partial
        own = own.func
    if (name := getattr(own, "__name__", type(own).__name__)) != "restored_function_body":
        return name
    return name_of(loaded[0]) if (loaded := concretes_of(function)) else say("a loaded function")


def concretes_of(function: Any) -> list[Any]:
    """All concrete functions that there are by now, oldest first.

    Private API: the public one gives only their text, and TensorFlow's own list traces a function
    that has an `input_signature`. A loaded function keeps a list of its own. If these go away,
    `test_read_tf.py::test_lists_every_graph` fails.
    """
    loaded = getattr(function, "concrete_functions", None)
    return list(function._function_cache.values() if loaded is None else loaded)
