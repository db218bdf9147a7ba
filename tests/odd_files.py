"""Models by hand, with the schema: what the converter of this machine never writes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import Builder, flexbuffers

DTYPE, OP = schema.TensorType, schema.BuiltinOperator
PAIR = (2,)


def tensor(name: str, shape: Any = PAIR, buffer: int = 0, dtype: int = DTYPE.FLOAT32) -> Any:
    """A tensor with a rank; `shape` may be None: then it has none."""
    made = schema.TensorT()
    made.name, made.type, made.buffer = name.encode(), dtype, buffer
    made.shape, made.hasRank = list(shape or ()), shape is not None
    return made


def operator(inputs: list[int], outputs: list[int], options: tuple[int, Any] | None = None) -> Any:
    """An operator with the first operator code, and options with their number in the union."""
    made = schema.OperatorT()
    made.inputs, made.outputs = inputs, outputs
    if options:
        made.builtinOptionsType, made.builtinOptions = options
    return made


def model(
    tensors: list[Any],
    operators: list[Any],
    inputs: list[int] | None,
    outputs: list[int] | None,
    buffers: tuple[bytes, ...] = (),
    code: int | str = OP.ADD,
) -> Any:
    """A model of one subgraph and one kind of operator, to be changed before `pack`."""
    made, graph, kind = schema.ModelT(), schema.SubGraphT(), schema.OperatorCodeT()
    graph.tensors, graph.operators = tensors, operators
    graph.inputs, graph.outputs = inputs, outputs
    kind.version, kind.builtinCode = 1, OP.CUSTOM if isinstance(code, str) else code
    kind.deprecatedBuiltinCode = min(kind.builtinCode, 127)
    kind.customCode = code if isinstance(code, str) else None
    made.version, made.subgraphs, made.operatorCodes = 3, [graph], [kind]
    made.buffers = [schema.BufferT() for _ in range(1 + len(buffers))]
    for buffer, data in zip(made.buffers[1:], buffers, strict=True):
        buffer.data = np.frombuffer(data, np.uint8)
    return made


def pack(made: Any) -> bytes:
    """The file."""
    builder = Builder()
    builder.Finish(made.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def doubled() -> Any:
    """x + x, and a constant beside it that is an output too."""
    tensors = [tensor("x"), tensor("y"), tensor("half", buffer=1)]
    add = operator([0, 0], [1], (schema.BuiltinOptions.AddOptions, schema.AddOptionsT()))
    return model(tensors, [add], [0], [1, 2], (np.float32([0.5, 0.5]).tobytes(),))


def signed(made: Any, key: str, **outputs: int) -> Any:
    """The model with one more signature, whose input is the first tensor."""
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = key, 0
    signature.inputs, signature.outputs = _maps({"x": 0}), _maps(outputs)
    made.signatureDefs = [*(made.signatureDefs or []), signature]
    return made


def _maps(tensors: dict[str, int]) -> list[Any]:
    maps = []
    for name, index in tensors.items():
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name, index
        maps.append(entry)
    return maps


def sparse() -> bytes:
    """A constant of 64 numbers of which 16 are kept, with their places."""
    made = doubled()
    made.buffers[1].data = np.frombuffer(bytes(range(64)), np.uint8)
    half = made.subgraphs[0].tensors[2]
    half.shape, half.sparsity = [8, 8], schema.SparsityParametersT()
    half.sparsity.traversalOrder, rows = [0, 1], schema.DimensionMetadataT()
    rows.denseSize, columns = 8, schema.DimensionMetadataT()
    columns.format = schema.DimensionType.SPARSE_CSR
    columns.arraySegmentsType = columns.arrayIndicesType = schema.SparseIndexVector.Uint8Vector
    columns.arraySegments, columns.arrayIndices = schema.Uint8VectorT(), schema.Uint8VectorT()
    columns.arraySegments.values = np.arange(0, 18, 2, dtype=np.uint8)
    columns.arrayIndices.values = np.arange(16, dtype=np.uint8)
    half.sparsity.dimMetadata = [rows, columns]
    return pack(made)


def outside(size_bytes: int = 4000) -> bytes:
    """The constant's values behind all tables, as in files of 2 GB and more."""
    made = doubled()
    made.buffers[1].data, made.buffers[1].offset, made.buffers[1].size = None, 1, 1
    start = -(-len(pack(made)) // 64) * 64  # numbers that change keep the file's length
    made.buffers[1].offset, made.buffers[1].size = start, size_bytes
    return pack(made).ljust(start, b"\0") + bytes(range(250)) * (size_bytes // 250)


def compiled(size_bytes: int = 9000) -> bytes:
    """One operator of LiteRT for an NPU, and its code behind the model."""

    def made(start: int) -> bytes:
        told = {"bytecode_size": size_bytes, "bytecode_offset": start, "name": "main"}
        one = model([tensor("x"), tensor("y")], [operator([0], [1])], [0], [1], (), "DISPATCH_OP")
        one.subgraphs[0].operators[0].customOptions = list(flexbuffers.Dumps(told))
        return pack(one)

    start = -(-len(made(2**16)) // 1024) * 1024
    return made(start).ljust(start, b"\0") + b"\x7fNPU" * (size_bytes // 4)


def composite() -> bytes:
    """One composite operator, whose other form is the second subgraph."""
    made = model(
        [tensor("x"), tensor("y")], [operator([0], [1])], [0], [1], (), OP.STABLEHLO_COMPOSITE
    )
    options = schema.StableHLOCompositeOptionsT()
    options.name, options.decompositionSubgraphIndex = "odml.rms_norm", 1
    one = made.subgraphs[0].operators[0]
    one.builtinOptions2, one.builtinOptions2Type = (
        options,
        schema.BuiltinOptions2.StableHLOCompositeOptions,
    )
    other = schema.SubGraphT()
    other.tensors, other.inputs, other.outputs, other.operators = [tensor("x")], [0], [0], []
    made.subgraphs.append(other)
    return pack(made)


def archive(before: bytes = b"") -> bytes:
    """A zip archive with a label file, behind something else."""
    made = io.BytesIO(before)
    with zipfile.ZipFile(made, "a") as behind:
        behind.writestr("labels.txt", "line\ncircle\nzigzag\n" * 50)
    return made.getvalue()


def labelled() -> bytes:
    """Notes in an older file's way, and a label file in a zip archive behind the model."""
    made = doubled()
    made.metadataBuffer = [len(made.buffers)]
    note = schema.BufferT()
    note.data = np.frombuffer(b"who made it" * 9, np.uint8)
    made.buffers.append(note)
    return archive(pack(made))


def texts() -> bytes:
    """A constant of strings, copied to an output of strings."""
    packed = np.int32([2, 16, 17, 20]).tobytes() + b"a" + "é?".encode()
    tensors = [tensor("words", buffer=1, dtype=DTYPE.STRING), tensor("y", dtype=DTYPE.STRING)]
    return pack(signed(model(tensors, [operator([0], [1])], [], [1], (packed,), OP.TILE), "a", y=1))


def counting() -> bytes:
    """A variable, assigned and read."""
    resource, options = tensor("count", (), dtype=DTYPE.RESOURCE), schema.VarHandleOptionsT()
    options.container, options.sharedName = "", "count"
    handle = operator([], [1], (schema.BuiltinOptions.VarHandleOptions, options))
    made = model([tensor("x"), resource, tensor("y")], [handle], [0], [2], (), OP.VAR_HANDLE)
    for code, inputs, outputs in ((OP.ASSIGN_VARIABLE, [1, 0], []), (OP.READ_VARIABLE, [1], [2])):
        _then(made, code, operator(inputs, outputs))
    return pack(signed(made, "count", y=2))


def quantized() -> bytes:
    """A layer in int8: a scale for each of its two rows, and dynamic sizes around them."""
    shapes = {"x": (1, 2), "weights": (2, 2), "y": (1, 2)}
    tensors = [tensor(name, shape, dtype=DTYPE.INT8) for name, shape in shapes.items()]
    tensors[1].buffer = 1
    for one, scales in zip(tensors, ([0.5], [0.1, 0.2], [0.5]), strict=True):
        one.quantization = schema.QuantizationParametersT()
        one.quantization.scale, one.quantization.zeroPoint = scales, [0] * len(scales)
        one.shapeSignature = [-1, 2] if one.buffer == 0 else None
    made = model(tensors, [operator([0, 1, -1], [2])], [0], [2], (bytes(4),), OP.FULLY_CONNECTED)
    return pack(signed(signed(made, "first", y=2), "second", y=2))


def looping() -> bytes:
    """A loop: its condition and its body are the second and the third subgraph."""
    options = schema.WhileOptionsT()
    options.condSubgraphIndex, options.bodySubgraphIndex = 1, 2
    loop = operator([0], [1], (schema.BuiltinOptions.WhileOptions, options))
    made = model([tensor("x", ()), tensor("y", ())], [loop], [0], [1], (), OP.WHILE)
    for code, dtype in ((OP.LESS, DTYPE.BOOL), (OP.ADD, DTYPE.FLOAT32)):
        inner = schema.SubGraphT()
        inner.tensors = [tensor("i", ()), tensor("end", (), 1), tensor("o", (), 0, dtype)]
        inner.inputs, inner.outputs, inner.operators = [0], [2], []
        made.subgraphs.append(inner)
        _then(made, code, operator([0, 1], [2]), inner)
    made.buffers.append(schema.BufferT())
    made.buffers[1].data = np.frombuffer(np.float32(3).tobytes(), np.uint8)
    return pack(made)


def foreign() -> bytes:
    """A Select TensorFlow op, which no LiteRT of a pip package runs, with its options."""
    made = model([tensor("x"), tensor("y")], [operator([0], [1])], [0], [1], (), "FlexErf")
    made.subgraphs[0].operators[0].customOptions = list(flexbuffers.Dumps(["Erf", b"\x12\x01x"]))
    made.description, note = b"made by hand", schema.MetadataT()
    note.name, note.buffer, made.metadata = b"min_runtime_version", 1, [note]
    made.buffers.append(schema.BufferT())
    made.buffers[1].data = np.frombuffer(b"2.0.0", np.uint8)
    return pack(made)


def chain(count: int = 1000) -> bytes:
    """So many operators, one after the other."""
    tensors = [tensor(f"model/block_{i}/add;block_{i}") for i in range(count + 1)]
    return pack(model(tensors, [operator([i, i], [i + 1]) for i in range(count)], [0], [count]))


def nested(depth: int, each: int = 1) -> bytes:
    """Subgraphs, of which each runs the next one so often."""
    options = schema.CallOnceOptionsT()
    made = model([], [], [], [], (), OP.CALL_ONCE)
    made.subgraphs = []
    for i in range(depth):
        options, inner = schema.CallOnceOptionsT(), schema.SubGraphT()
        options.initSubgraphIndex = i + 1
        call = operator([], [], (schema.BuiltinOptions.CallOnceOptions, options))
        inner.operators = [call] * each if i + 1 < depth else []
        made.subgraphs.append(inner)
    return pack(made)


def _then(made: Any, code: int, one: Any, graph: Any = None) -> None:
    """One more operator, with a code of its own."""
    kind = schema.OperatorCodeT()
    kind.version, kind.builtinCode, kind.deprecatedBuiltinCode = 1, code, min(code, 127)
    made.operatorCodes.append(kind)
    one.opcodeIndex = len(made.operatorCodes) - 1
    (graph or made.subgraphs[0]).operators.append(one)


def classifying() -> bytes:
    """What a page of lesson 14 can show, by its signature; LiteRT would not run it."""
    tensors = [tensor("stroke", (32, 2)), tensor("y", (3,))]
    return pack(signed(model(tensors, [operator([0], [1])], [0], [1]), "classify", probabilities=1))


def every_kind() -> dict[str, bytes]:
    """A small file of each kind by its name, to be damaged."""
    makers = (sparse, outside, compiled, composite, labelled)
    makers += (texts, counting, quantized, looping, foreign, classifying)
    plain = signed(signed(doubled(), "one", y=1), "two", half=2)
    made = {maker.__name__: maker() for maker in makers}
    return made | {"plain": pack(plain), "chain": chain(60), "nested": nested(5, 2)}
