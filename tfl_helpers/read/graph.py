"""A TensorFlow graph in, a `Graph` record out. Reads, never traces or runs anything.

Folded away, so that what is left is what the learner wrote: `Identity` (stands for its input),
`NoOp`, and `ReadVariableOp` of a captured variable (the variable itself is the node).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..records import Graph, Node, TensorType
from ..values import value_text
from .signature import plain_name

if TYPE_CHECKING:
    import tensorflow as tf

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
