"""Bytes of a .tflite file in, a `LiteModel` record out. Needs no TensorFlow and runs nothing.

Read through the FlatBuffers schema that `ai-edge-litert` ships. That code checks no bounds
(LiteRT 2.3: a cut file gives struct errors or nonsense), so every way in is guarded here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..records import Graph, InputError, LiteModel, Node, Port, Signature, TensorType, kind
from ..values import value_text

_IDENTIFIER = b"TFL3"
_SMALL_BYTES = 16  # constants up to this size show their values
_INNER = {  # options of operators that hold the number of a subgraph -> what it is to them
    "condSubgraphIndex": "cond",
    "bodySubgraphIndex": "body",
    "thenSubgraphIndex": "then_branch",
    "elseSubgraphIndex": "else_branch",
    "initSubgraphIndex": "init",
}
_FOREIGN = {  # first bytes -> what such a file is, and where to go from there
    b"PK\x03\x04": "a zip archive, as .keras files are: convert the model first",
    b"\x89HDF": "an HDF5 file, as .h5 weights are: convert the model first",
    b"version https://git-lfs": "a Git LFS pointer, not the file itself: run `git lfs pull`",
    b"<": "a web page or XML: the download went to an error page, load the file again",
    b"\x1f\x8b": "a gzip archive: unpack it first",
}


def read_tflite(model: bytes) -> LiteModel:
    """What stands in a .tflite file: signatures, operators, graphs, and bytes of constants.

    Args:
        model: The content of the file.

    Raises:
        InputError: Not bytes, empty, cut off, or not a TensorFlow Lite model.

    Example:
        >>> tfl.read_tflite(pathlib.Path("gesture.tflite").read_bytes())
    """
    _demand_tflite(model)
    try:
        return _read(bytes(model))
    except InputError:
        raise
    except Exception as error:  # whatever the unguarded schema code stumbles over
        raise InputError(
            f"read_tflite needs a whole .tflite file, got {len(model):,} bytes that begin as one "
            "but break off or are damaged. "
            "Convert again, or copy the file again and compare its size."
        ) from error


def _demand_tflite(model: Any) -> None:
    if not isinstance(model, bytes | bytearray):
        raise InputError(
            f"read_tflite needs the bytes of a .tflite file, got {kind(model)}. "
            "Write read_tflite(pathlib.Path(name).read_bytes())."
        )
    if len(model) >= 8 and model[4:8] == _IDENTIFIER:
        return
    came = "no bytes at all: the file is empty" if not model else f"bytes {bytes(model[:8])!r}"
    for start, what in _FOREIGN.items():
        if model.lstrip().startswith(start):
            came = what
    raise InputError(
        f"read_tflite needs a .tflite file, whose bytes 4 to 8 are {_IDENTIFIER!r}, got {came}. "
        "Write converter.convert() to make one, or read the right file."
    )


def _read(model: bytes) -> LiteModel:
    from ai_edge_litert import schema_py_generated as schema

    content = schema.ModelT.InitFromPackedBuf(model, 0)
    names = _enum_names(schema.BuiltinOperator)
    graphs = [_Subgraph(content, graph, names, schema) for graph in content.subgraphs or []]
    if not graphs:
        raise InputError("read_tflite needs a model with a subgraph, got a file without any.")
    signatures = tuple(_signature(s, graphs) for s in content.signatureDefs or [])
    records = _records(content, graphs)
    operators = Counter(name for graph in graphs for name in graph.operators)
    weights = sum(len(b.data) for b in _constant_buffers(content, graphs))
    return LiteModel(len(model), weights, signatures, tuple(sorted(operators.items())), records)


def _records(content: Any, graphs: list[_Subgraph]) -> tuple[Graph, ...]:
    """One for each subgraph; those that operators run are bodies of others too."""
    titles = {i: f"subgraph {i}" for i in range(len(graphs))}
    titles |= {index: title for graph in graphs for index, title in graph.runs()}
    titles |= {s.subgraphIndex: _text(s.signatureKey) for s in content.signatureDefs or []}
    made: dict[int, Graph] = {}

    def record(index: int) -> Graph:
        if index not in made:
            bodies = tuple(record(inner) for inner, _ in graphs[index].runs())
            made[index] = graphs[index].record(titles[index], bodies)
        return made[index]

    return tuple(record(index) for index in range(len(graphs)))


def _enum_names(enum: Any) -> dict[int, str]:
    return {value: name for name, value in vars(enum).items() if isinstance(value, int)}


def _text(name: bytes | None) -> str:
    return "" if name is None else name.decode("utf-8", "replace")


def _constant_buffers(content: Any, graphs: list[_Subgraph]) -> list[Any]:
    """Buffers that a tensor reads, each once (metadata has buffers too)."""
    used = {tensor.buffer for graph in graphs for tensor in graph.tensors}
    return [content.buffers[i] for i in sorted(used) if content.buffers[i].data is not None]


def _signature(definition: Any, graphs: list[_Subgraph]) -> Signature:
    graph = graphs[definition.subgraphIndex]

    def ports(maps: Any) -> tuple[Port, ...]:
        pairs = [Port(_text(m.name), graph.type(m.tensorIndex)) for m in maps or []]
        return tuple(sorted(pairs, key=lambda port: port.name))

    inputs, outputs = ports(definition.inputs), ports(definition.outputs)
    for maps, is_input in ((definition.inputs, True), (definition.outputs, False)):
        graph.named.update({(m.tensorIndex, is_input): _text(m.name) for m in maps or []})
    return Signature(_text(definition.signatureKey), inputs, outputs)


class _Subgraph:
    """One subgraph of the file, with what is needed to turn it into nodes."""

    def __init__(self, content: Any, graph: Any, names: dict[int, str], schema: Any) -> None:
        self._content, self._graph, self._schema = content, graph, schema
        self.tensors = graph.tensors or []
        self.operators = [self._op_name(op, names) for op in graph.operators or []]
        self.named: dict[tuple[int, bool], str] = {}

    def _op_name(self, op: Any, names: dict[int, str]) -> str:
        code = self._content.operatorCodes[op.opcodeIndex]
        if code.customCode:
            return _text(code.customCode)
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        return names.get(number, f"operator {number}")

    def type(self, index: int) -> TensorType:
        """Dtype and shape of a tensor; sizes that may change when it runs are None."""
        tensor = self.tensors[index]
        signature = tensor.shapeSignature
        sizes = tensor.shape if signature is None or len(signature) == 0 else signature
        dtype = _enum_names(self._schema.TensorType).get(tensor.type, f"type {tensor.type}").lower()
        shape = () if sizes is None else tuple(None if n < 0 else int(n) for n in sizes)
        return TensorType(dtype, shape)

    def runs(self) -> Iterator[tuple[int, str]]:
        """Numbers of the subgraphs that operators of this one run, and what to call them."""
        for number, op in enumerate(self._graph.operators or []):
            for option, value in getattr(op.builtinOptions, "__dict__", {}).items():
                if option in _INNER:
                    yield value, f"{self.operators[number]} {self._made(op)}: {_INNER[option]}"

    def record(self, title: str, bodies: tuple[Graph, ...] = ()) -> Graph:
        """The graph, with constants just above the first operator that reads them."""
        inputs = [int(i) for i in self._graph.inputs if i >= 0]
        ends = [int(i) for i in self._graph.outputs]
        nodes = [Node(f"t{i}", "input", self._name(i, True), str(self.type(i))) for i in inputs]
        made = {i: f"t{i}" for i in inputs}
        operators = self._graph.operators or []
        wanted = {int(i) for op in operators for i in op.inputs} | set(ends)
        for number, op in enumerate(operators):
            read = [int(i) for i in op.inputs if i >= 0]
            for i in read:
                if i not in made:
                    made[i] = f"t{i}"
                    nodes.append(self._constant(i))
            results = [int(i) for i in op.outputs]
            made.update({i: f"op{number}" for i in results})
            shown = [i for i in results if i in wanted] or results[:1]
            nodes.append(self._op(number, op, tuple(made[i] for i in read), shown))
        nodes += [self._end(i, made[i]) for i in ends if i in made]
        return Graph(title, tuple(nodes), bodies)

    def _name(self, index: int, is_input: bool) -> str:
        return self.named.get((index, is_input)) or _text(self.tensors[index].name)

    def _op(self, number: int, op: Any, inputs: tuple[str, ...], results: list[int]) -> Node:
        shown = ", ".join(dict.fromkeys(str(self.type(i)) for i in results))
        label = self.operators[number]
        fused = getattr(op.builtinOptions, "fusedActivationFunction", 0)
        if fused:
            label += f" + {_enum_names(self._schema.ActivationFunctionType)[fused]}"
        return Node(f"op{number}", "op", label, shown, inputs, self._made(op))

    def _made(self, op: Any) -> str:
        """The name of what an operator makes first: after the TensorFlow ops that it came from."""
        return _text(self.tensors[op.outputs[0]].name) if len(op.outputs) else ""

    def _constant(self, index: int) -> Node:
        tensor = self.tensors[index]
        data = self._content.buffers[tensor.buffer].data
        size = 0 if data is None else len(data)
        label = self._values(index, data) if 0 < size <= _SMALL_BYTES else f"{size:,} bytes"
        kind_of_node = "variable" if tensor.isVariable else "constant"
        name = _text(tensor.name)
        return Node(f"t{index}", kind_of_node, label, str(self.type(index)), (), name, size)

    def _values(self, index: int, data: Any) -> str:
        import numpy as np

        shown = self.type(index)
        try:
            values = np.frombuffer(bytes(data), dtype=shown.dtype).reshape(shown.shape)
        except (TypeError, ValueError):  # a type that NumPy has not, as INT4
            return f"{len(data)} bytes"
        return value_text(values)

    def _end(self, index: int, source: str) -> Node:
        name = self._name(index, False)
        return Node(f"output t{index}", "output", name, str(self.type(index)), (source,))
