"""TensorFlow's functions in, records of their signatures and graphs out. Draws nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..records import (
    Concrete,
    Graph,
    InputError,
    Node,
    Polymorphic,
    Port,
    TensorType,
    has_type,
    kind,
)
from ..values import clip, value_text

if TYPE_CHECKING:
    import tensorflow as tf


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


_BODIES = ("cond", "body", "then_branch", "else_branch", "branches", "f")
_CALLS = {"If", "While", "Case", "StatelessIf", "StatelessWhile", "StatelessCase"}
_CALLS |= {"PartitionedCall", "StatefulPartitionedCall"}
_SMALL = 4  # elements that a node can show as its value


def read_graph(
    graph: Any, title: str, outputs: tuple[str, ...] = (), handed: Mapping[str, Any] | None = None
) -> Graph:
    """Nodes of a `FuncGraph` in topological order.

    Args:
        graph: The `graph` of a concrete function, or of a branch or loop body inside it.
        title: What to call it.
        outputs: Names of the graph's outputs, flat; `output_0`, ... where they are not given.
        handed: Variables by the name of the placeholder that a call hands them to.
    """
    names = outputs or tuple(f"output_{i}" for i in range(len(graph.outputs)))
    captured = {inner.op.name: outer for outer, inner in graph.captures}
    stored = {**_variables(graph), **(handed or {})}
    captured |= {name: variable.handle for name, variable in stored.items()}
    ops = [op for op in graph.get_operations() if not _folded(op, captured)]
    wires = {op.name: [_source(tensor, captured) for tensor in op.inputs] for op in ops}
    results = [_source(tensor, captured) for tensor in graph.outputs]
    read = _read([results, *wires.values()])
    nodes = []
    for op in ops:
        node = _node(op, captured, stored, read.get(op.name, op.outputs[:1]))
        if node.kind in ("op", "input") or op.name in read:
            inputs = tuple(tensor.op.name for tensor in wires[op.name])
            nodes.append(replace(node, inputs=inputs))
    for name, tensor, source in zip(names, graph.outputs, results, strict=True):
        shown = str(TensorType.like(tensor))
        nodes.append(Node(f"output {name}", "output", name, shown, (source.op.name,)))
    return Graph(title, tuple(nodes), tuple(_bodies(graph, ops, captured, stored)))


def _variables(graph: Any) -> dict[str, Any]:
    """The captured ones, by the name of their placeholder."""
    by_handle = {id(variable.handle): variable for variable in graph.variables}
    captures = ((inner.op.name, id(outer)) for outer, inner in graph.captures)
    return {name: by_handle[handle] for name, handle in captures if handle in by_handle}


def _folded(op: Any, captured: dict[str, Any]) -> bool:
    reads_capture = op.type == "ReadVariableOp" and op.inputs[0].op.name in captured
    return op.type in ("Identity", "NoOp") or reads_capture


def _source(tensor: Any, captured: dict[str, Any]) -> Any:
    """The tensor that stands for `tensor` when what is folded away is gone."""
    while _folded(tensor.op, captured):
        tensor = tensor.op.inputs[0]
    return tensor


def _read(groups: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """Op name -> those of its outputs that something reads."""
    read: dict[str, list[Any]] = {}
    for tensor in (tensor for group in groups for tensor in group):
        read.setdefault(tensor.op.name, []).append(tensor)
    return read


def _node(
    op: Any, captured: dict[str, Any], stored: dict[str, Any], outputs: Sequence[Any]
) -> Node:
    if op.name in stored:
        return _stored(op, stored[op.name])
    if op.name in captured:
        return _captured(op, captured[op.name])
    types = {t.value_index: str(TensorType.like(t)) for t in outputs}
    shown = ", ".join(dict.fromkeys(types[i] for i in sorted(types)))
    if op.type == "Placeholder":
        return Node(op.name, "input", op.name.rpartition("/")[2], shown)
    if op.type == "Const":
        return _constant(op, shown)
    return Node(op.name, "op", op.type, shown, detail=op.name)


def _stored(op: Any, variable: Any) -> Node:
    name = variable.name.split(":")[0]
    size = variable.dtype.size * (variable.shape.num_elements() or 0)
    shown = str(TensorType.like(variable))
    return Node(op.name, "variable", name, shown, size_bytes=size)


def _captured(op: Any, outer: tf.Tensor) -> Node:
    import tensorflow as tf

    shown = str(TensorType.like(outer))
    if tf.is_symbolic_tensor(outer):
        return Node(op.name, "input", outer.op.name, shown)
    has_value = outer.dtype not in (tf.resource, tf.variant)
    readable = has_value and outer.shape.num_elements() <= _SMALL
    label = value_text(outer.numpy()) if readable else "tensor"
    return Node(op.name, "capture", label, shown, detail=op.name)


def _constant(op: Any, shown: str) -> Node:
    import tensorflow as tf

    value = tf.make_ndarray(op.get_attr("value"))
    label = value_text(value) if value.size <= _SMALL else op.name
    return Node(op.name, "constant", label, shown, detail=op.name, size_bytes=value.nbytes)


def _bodies(
    graph: Any, ops: list[Any], captured: dict[str, Any], stored: dict[str, Any]
) -> Iterator[Graph]:
    for op in (op for op in ops if op.type in _CALLS):
        given = [stored.get(_source(tensor, captured).op.name) for tensor in op.inputs]
        for role in _BODIES:
            attribute = op.node_def.attr.get(role)
            for function in [attribute.func, *attribute.list.func] if attribute else []:
                if function.name:
                    part = plain_name(function.name) if role == "f" else role
                    inner = _inner_graph(graph, function.name)
                    yield _body(inner, f"{op.type} {op.name}: {part}", given)


def _body(inner: Any, title: str, given: list[Any]) -> Graph:
    """With the variables that the call gives it; the first input of an If is not handed on."""
    places = [tensor.op.name for tensor in inner.inputs]
    pairs = zip(places, given[len(given) - len(places) :], strict=True)
    body = read_graph(
        inner, title, handed={name: value for name, value in pairs if value is not None}
    )
    return _renamed(body) if title.endswith(": body") else body


def _renamed(body: Graph) -> Graph:
    """A loop's body, each result called after the input that it is in the next round."""
    kinds = ("input", "variable", "capture")
    inputs = iter([node.label for node in body.nodes if node.kind in kinds])
    nodes = [
        replace(node, label=f"next {next(inputs, node.label)}") if node.kind == "output" else node
        for node in body.nodes
    ]
    return replace(body, nodes=tuple(nodes))


def _inner_graph(graph: Any, name: str) -> Any:
    """The graph of a branch or body. Private API: TensorFlow offers only a FunctionDef in public.

    If `_get_function` goes away, `test_read_tf.py::test_reads_both_branches_of_an_if` fails.
    """
    return graph._get_function(name).graph


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
