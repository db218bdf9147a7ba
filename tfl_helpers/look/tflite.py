"""Bytes of a .tflite file in, a `LiteModel` record out. Needs no TensorFlow and runs nothing.

Read through the FlatBuffers schema that `ai-edge-litert` ships. That code checks no bounds
(LiteRT 2.3: a cut file gives struct errors or nonsense), so every way in is guarded here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from ..records import Graph, InputError, LiteModel, Node, Port, Signature, TensorType
from ..values import value_text
from ..words import say
from .bytes import whole_tflite

_MOST = 50_000  # a file of a few hundred bytes can run subgraphs in subgraphs a million times
_SMALL_BYTES = 16  # constants up to this size show their values
_ROLES = {"then": "then_branch", "else": "else_branch"}  # as TensorFlow calls them


def read_tflite(model: bytes) -> LiteModel:
    """What stands in a .tflite file: signatures, operators, graphs, and bytes of constants.

    Args:
        model: The content of the file.

    Raises:
        InputError: Not bytes, empty, cut off, or not a TensorFlow Lite model.

    Example:
        >>> tfl.read_tflite(pathlib.Path("gesture.tflite").read_bytes())
    """
    with whole_tflite(model) as (content, _):
        return _read(content)


def _read(model: bytes) -> LiteModel:
    from ai_edge_litert import schema_py_generated as schema

    content = schema.ModelT.InitFromPackedBuf(model, 0)
    graphs = [_Subgraph(model, content, graph) for graph in content.subgraphs or []]
    if not graphs:
        raise InputError("Expected a model with a subgraph, got a file without any.")
    signatures = tuple(_signature(s, graphs[s.subgraphIndex]) for s in content.signatureDefs or [])
    operators = Counter(name for graph in graphs for name in graph.operators)
    used = {tensor.buffer for graph in graphs for tensor in graph.tensors}
    weights = sum(len(graphs[0].data(buffer)) for buffer in used)
    records = _records(signatures, graphs)
    return LiteModel(len(model), weights, signatures, tuple(sorted(operators.items())), records)


@cache
def _names(enum: str) -> dict[int, str]:
    """What the numbers of an enumeration of the schema mean."""
    from ai_edge_litert import schema_py_generated as schema

    found = vars(getattr(schema, enum)).items()
    return {value: name for name, value in found if isinstance(value, int)}


def first_dtypes(content: bytes) -> dict[int, str]:
    """Names of the dtypes of the first graph, which LiteRT does not tell: it calls int4 int8."""
    from ai_edge_litert import schema_py_generated as schema

    graph = schema.Model.GetRootAs(content, 0).Subgraphs(0)
    types = (graph.Tensors(i).Type() for i in range(graph.TensorsLength()))
    return {i: _names("TensorType")[number].lower() for i, number in enumerate(types)}


def _text(name: bytes | None) -> str:
    return "" if name is None else name.decode("utf-8", "replace")


def _list(vector: Any) -> list[int]:
    """A vector, which may be left out where it is empty; of tensors, -1 is one left out."""
    return [] if vector is None else [int(number) for number in vector]


def _signature(definition: Any, graph: _Subgraph) -> Signature:
    def ports(maps: Any, names: dict[int, list[str]]) -> tuple[Port, ...]:
        pairs = [(_text(m.name), m.tensorIndex) for m in maps or []]
        for name, tensor in pairs:
            names.setdefault(tensor, []).append(name)
        return tuple(Port(name, graph.type(tensor)) for name, tensor in sorted(pairs))

    inputs = ports(definition.inputs, graph.input_names)
    outputs = ports(definition.outputs, graph.output_names)
    return Signature(_text(definition.signatureKey), inputs, outputs, definition.subgraphIndex)


def _records(signatures: tuple[Signature, ...], graphs: list[_Subgraph]) -> tuple[Graph, ...]:
    """One for each subgraph; those that operators run are bodies of others too."""
    keys: dict[int, list[str]] = {}
    for signature in signatures:
        keys.setdefault(signature.subgraph, []).append(signature.key)
    titles = {i: say("subgraph {number}", number=i) for i in range(len(graphs))}
    titles |= {inner: title for graph in graphs for inner, title, _, _ in graph.runs()}
    titles |= {i: ", ".join(names) for i, names in keys.items()}

    boxes = Counter[int]()

    @cache
    def record(index: int) -> Graph:
        bodies = []
        for inner, _, owner, role in graphs[index].runs():
            bodies.append(replace(record(inner), owner=owner, role=role))
            boxes[index] += boxes[inner]
            if boxes[index] > _MOST:
                raise ValueError(f"subgraph {index} runs more than {_MOST:,} boxes")
        made = graphs[index].record(titles[index], tuple(bodies))
        boxes[index] += 1 + len(made.nodes)
        return made

    return tuple(map(record, range(len(graphs))))


class _Subgraph:
    """One subgraph of the file, with what is needed to turn it into nodes."""

    def __init__(self, model: bytes, content: Any, graph: Any) -> None:
        self._model, self._content, self._graph = model, content, graph
        self.tensors, self._ops = graph.tensors or [], graph.operators or []
        self.operators = [self._op_name(op) for op in self._ops]
        self.input_names: dict[int, list[str]] = {}  # of a tensor, in signatures
        self.output_names: dict[int, list[str]] = {}

    def data(self, index: int) -> bytes:
        """What stands in a buffer; files of 2 GB and more keep it behind all tables."""
        buffer = self._content.buffers[index]
        if buffer.offset > 1:  # 1 holds the place until all is written
            return self._model[buffer.offset : buffer.offset + buffer.size]
        return b"" if buffer.data is None else bytes(buffer.data)

    def _op_name(self, op: Any) -> str:
        code = self._content.operatorCodes[op.opcodeIndex]
        if code.customCode:
            return _text(code.customCode)
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        name = _names("BuiltinOperator").get(number, say("operator {number}", number=number))
        composite = getattr(op.builtinOptions2, "decompositionSubgraphIndex", None) is not None
        return f"{name} {_text(op.builtinOptions2.name)}" if composite else name

    def type(self, index: int) -> TensorType:
        """Dtype and shape of a tensor; sizes that may change when it runs are None."""
        tensor = self.tensors[index]
        dtype = _names("TensorType").get(tensor.type, f"type {tensor.type}").lower()
        shape = _list(tensor.shapeSignature) or _list(tensor.shape)
        # Files from before 2022 say of no tensor that it has a rank; a value tells a scalar.
        if not shape and not tensor.hasRank and not self.data(tensor.buffer):
            return TensorType(dtype, None)
        return TensorType(dtype, tuple(None if size < 0 else size for size in shape))

    def runs(self) -> Iterator[tuple[int, str, str, str]]:
        """Subgraphs that operators of this one run: number, title, id of the operator, role."""
        for i, op in enumerate(self._ops):
            for options in filter(None, (op.builtinOptions, op.builtinOptions2)):
                for option, value in vars(options).items():
                    name, _, several = option.partition("SubgraphInd")  # bodySubgraphIndex
                    if several and value is not None:
                        role = _ROLES.get(name, name)
                        title = f"{self.operators[i]} {self._made(op)}: {role}"
                        for inner in _list(value if several == "ices" else [value]):
                            yield inner, title, f"op{i}", role

    def record(self, title: str, bodies: tuple[Graph, ...] = ()) -> Graph:
        """The graph, with constants just above the first operator that reads them."""
        inputs = [i for i in _list(self._graph.inputs) if i >= 0]
        ends = list(dict.fromkeys([*_list(self._graph.outputs), *self.output_names]))
        wanted = {i for op in self._ops for i in _list(op.inputs)} | set(ends)
        made = {i: f"t{i}" for i in inputs}
        nodes = [
            Node(made[i], "input", ", ".join(self._called(i, self.input_names)), self.type(i))
            for i in inputs
        ]

        def sources(tensors: list[int]) -> tuple[str, ...]:
            for i in tensors:
                if i not in made:
                    made[i] = f"t{i}"
                    nodes.append(self._constant(i))
            return tuple(made[i] for i in tensors)

        for number, op in enumerate(self._ops):
            read = sources([i for i in _list(op.inputs) if i >= 0])
            results = [i for i in _list(op.outputs) if i >= 0]
            shown = [i for i in results if i in wanted] or results[:1]
            made.update({i: f"op{number}" for i in results})
            nodes.append(self._op(number, op, read, shown))
        for i in ends:
            read = sources([i])
            for name in self._called(i, self.output_names):
                nodes.append(Node(f"output t{i} {name}", "output", name, self.type(i), read))
        return Graph(title, tuple(nodes), bodies)

    def _called(self, index: int, names: dict[int, list[str]]) -> list[str]:
        """All names that signatures have for an input or output, or else that of its tensor."""
        return list(dict.fromkeys(names.get(index, [_text(self.tensors[index].name)])))

    def _op(self, number: int, op: Any, inputs: tuple[str, ...], results: list[int]) -> Node:
        label = self.operators[number]
        if fused := getattr(op.builtinOptions, "fusedActivationFunction", 0):
            label += f" + {_names('ActivationFunctionType')[fused]}"
        first, *others = [*dict.fromkeys(self.type(i) for i in results)] or [None]
        return Node(f"op{number}", "op", label, first, inputs, self._made(op), 0, tuple(others))

    def _made(self, op: Any) -> str:
        """The name of what an operator makes first: after the TensorFlow ops that it came from."""
        results = _list(op.outputs)
        return _text(self.tensors[results[0]].name) if results else ""

    def _constant(self, index: int) -> Node:
        tensor, shown = self.tensors[index], self.type(index)
        data, name = self.data(tensor.buffer), _text(tensor.name)
        values = _values(data, shown) if 0 < len(data) <= _SMALL_BYTES else ""
        label = values or say("{count:,} bytes", count=len(data))
        if tensor.externalBuffer:
            label = say("in another file")
        kind_of_node = "variable" if tensor.isVariable else "constant"
        return Node(f"t{index}", kind_of_node, label, shown, (), name, len(data))


def _values(data: bytes, shown: TensorType) -> str:
    """The values as text; empty for what NumPy cannot read: sparse ones, text, int4, bfloat16."""
    import numpy as np

    try:
        dtype = np.dtype(shown.dtype)
        values = np.frombuffer(data, dtype).reshape(shown.shape)
    except (TypeError, ValueError):
        return ""
    return value_text(values) if dtype.isbuiltin == 1 else ""  # others only if TensorFlow is here
