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


def labelled() -> bytes:
    """Notes in an older file's way, and a label file in a zip archive behind the model."""
    made = doubled()
    made.metadataBuffer = [len(made.buffers)]
    note = schema.BufferT()
    note.data = np.frombuffer(b"who made it" * 9, np.uint8)
    made.buffers.append(note)
    archive = io.BytesIO(pack(made))
    with zipfile.ZipFile(archive, "a") as behind:
        behind.writestr("labels.txt", "line\ncircle\nzigzag\n" * 50)
    return archive.getvalue()
