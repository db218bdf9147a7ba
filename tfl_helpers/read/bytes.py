"""Bytes of a .tflite file in, a `ByteMap` of every one of them out. Needs neither TensorFlow
nor LiteRT, and runs nothing.

The numbers of the fields are those of TensorFlow Lite's schema, version 3 (`schema.fbs`).
"""

from __future__ import annotations

from ..records import InputError
from .byte_map import ByteMap, Span, fill_gaps
from .flatbuffer import DamagedError, Place, Table, number

# Options that hold vectors, by their number: field, bytes of an item, bytes after the vector.
_VECTORS = {
    17: ((0, 4, 0),),  # RESHAPE: the new shape
    30: ((0, 4, 0),),  # SQUEEZE: the axes
    115: ((0, 4, 0),),  # BUCKETIZE: the boundaries
    111: ((0, 1, 1), (1, 1, 1)),  # VAR_HANDLE: two names
}


def read_bytes(model: bytes) -> ByteMap:
    """Which part of a .tflite file owns each of its bytes.

    Args:
        model: The content of the file.

    Raises:
        InputError: Not bytes, empty, cut off, or not a TensorFlow Lite model.

    Example:
        >>> tfl.read_bytes(pathlib.Path("gesture.tflite").read_bytes())
    """
    if not isinstance(model, bytes | bytearray) or model[4:8] != b"TFL3":
        _refuse(model)
    content = bytes(model)
    try:
        return fill_gaps(content, _Walk(content).spans)
    except DamagedError as error:
        raise InputError(
            f"read_bytes needs a whole .tflite file, got {len(content):,} bytes that begin as one "
            f"but break off or are damaged: {error}. "
            "Convert again, or copy the file again and compare its size."
        ) from error


def _refuse(model: bytes) -> None:
    """Raise what `read_tflite`, which knows foreign files, says of this one."""
    from .tflite import read_tflite

    try:
        read_tflite(model)
    except InputError as error:
        raise InputError(str(error).replace("read_tflite", "read_bytes")) from None


class _Walk:
    """Goes through all tables from the first one on, and notes what owns their bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._seen: set[int] = set()
        self._readers: dict[int, tuple[str, str]] = {}  # buffer -> part and name of its reader
        self.spans = [Span(0, 8, "header", "TFL3")]
        self._model(Table(content, number(content, 0)))

    def _own(self, part: str, label: str, place: Place | None) -> None:
        if place:
            self.spans.append(Span(*place, part, label))

    def _is_new(self, table: Table, part: str, label: str) -> bool:
        """Own a table; False if it was met before, as a damaged file may make it."""
        self._own("structure", "vtables", table.vtable)
        self._own(part, label, (table.start, table.end))
        known = table.start in self._seen
        self._seen.add(table.start)
        return not known

    def _list(self, owner: Table, field: int, what: str) -> list[Table]:
        self._own("structure", f"list of {what}", owner.vector(field, 4))
        return owner.tables(field)

    def _model(self, model: Table) -> None:
        self._is_new(model, "structure", "model")
        for i, code in enumerate(self._list(model, 1, "operator codes")):
            self._is_new(code, "operators", f"operator code {i}")
            self._own("operators", f"operator code {i}", code.vector(1, 1, more=1))
        graphs = self._list(model, 2, "subgraphs")
        for i, graph in enumerate(graphs):
            self._subgraph(graph, f"subgraph {i} " if len(graphs) > 1 else "")
        self._own("metadata", "description", model.vector(3, 1, more=1))
        self._own("metadata", "metadata buffers", model.vector(5, 4))
        for note in self._list(model, 6, "metadata"):
            name = note.text(0)
            self._is_new(note, "metadata", name)
            self._own("metadata", name, note.vector(0, 1, more=1))
            self._readers.setdefault(note.number(1), ("metadata", name))
        for signature in self._list(model, 7, "signatures"):
            self._signature(signature)
        for i, buffer in enumerate(self._list(model, 4, "buffers")):
            self._buffer(i, buffer)

    def _subgraph(self, graph: Table, where: str) -> None:
        if not self._is_new(graph, "structure", "subgraph"):
            return
        for tensor in self._list(graph, 0, "tensors"):
            self._tensor(tensor)
        self._own("structure", "inputs", graph.vector(1, 4))
        self._own("structure", "outputs", graph.vector(2, 4))
        for i, operator in enumerate(self._list(graph, 3, "operators")):
            self._operator(operator, f"{where}operator {i}")
        self._own("structure", "subgraph", graph.vector(4, 1, more=1))

    def _tensor(self, tensor: Table) -> None:
        name = tensor.text(3)
        if not self._is_new(tensor, "tensors", name):
            return
        self._readers.setdefault(tensor.number(2), ("weights", name))
        for shape in (0, 7):
            self._own("tensors", name, tensor.vector(shape, 4))
        self._own("tensors", name, tensor.vector(3, 1, more=1))
        self._quantization(tensor.table(4), name)
        for variant in self._list(tensor, 9, "variant tensors"):
            self._is_new(variant, "tensors", name)
            self._own("tensors", name, variant.vector(0, 4))

    def _quantization(self, found: Table | None, name: str) -> None:
        if found and self._is_new(found, "quantization", name):
            for field, item_bytes in ((0, 4), (1, 4), (2, 4), (3, 8)):
                self._own("quantization", name, found.vector(field, item_bytes))
            details = found.table(5)
            if details:
                self._is_new(details, "quantization", name)

    def _operator(self, operator: Table, label: str) -> None:
        if not self._is_new(operator, "operators", label):
            return
        for field, item_bytes in ((1, 4), (2, 4), (5, 1), (7, 1), (8, 4)):
            self._own("operators", label, operator.vector(field, item_bytes))
        for field in (4, 12):
            options = operator.table(field)
            if options:
                self._is_new(options, "operators", label)
        options = operator.table(4)
        for vector in _VECTORS.get(operator.number(3, "<B"), ()) if options else ():
            self._own("operators", label, options.vector(*vector))

    def _signature(self, signature: Table) -> None:
        key = signature.text(2)
        if not self._is_new(signature, "signatures", key):
            return
        self._own("signatures", key, signature.vector(2, 1, more=1))
        for field, what in ((0, "inputs"), (1, "outputs")):
            for entry in self._list(signature, field, f"{what} of {key}"):
                self._is_new(entry, "signatures", key)
                self._own("signatures", key, entry.vector(0, 1, more=1))

    def _buffer(self, index: int, buffer: Table) -> None:
        """Its table and length lead to the data; who reads it, owns it."""
        self._is_new(buffer, "structure", "buffers")
        reader = self._readers.get(index, ("unknown", f"buffer {index}"))
        place = buffer.vector(0, 1)
        if place:
            self._own("structure", "buffers", (place[0], place[0] + 4))
            self._own(*reader, (place[0] + 4, place[1]))
        start, size = buffer.number(1, "<Q"), buffer.number(2, "<Q")
        if start > 1:  # files of 2 GB and more keep the data behind all tables
            if start + size > len(self._content):
                raise DamagedError(f"buffer {index} ends behind the file")
            self._own(*reader, (start, start + size))
