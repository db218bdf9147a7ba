"""Bytes of a .tflite file in, a map of every one of them out. Runs nothing, draws nothing."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..records import InputError, Shown, Table

Place = tuple[int, int]  # first byte, and the one after the last


class DamagedError(ValueError):
    """The content points to where it has no bytes."""


def number(content: bytes, start: int, form: str = "<I") -> int:
    """The little-endian number at a place: `form` as in `struct`."""
    if not 0 <= start <= len(content) - struct.calcsize(form):
        raise DamagedError(f"no number at {start}")
    return struct.unpack_from(form, content, start)[0]


class FlatTable:
    """A table and its fields, by their number in the schema; a field may not be there."""

    def __init__(self, content: bytes, start: int) -> None:
        self._content, self.start = content, start
        vtable = start - number(content, start, "<i")
        self.vtable: Place = vtable, vtable + number(content, vtable, "<H")
        self.end = start + number(content, vtable + 2, "<H")
        if min(self.vtable[1] - vtable, self.end - start) < 4:
            raise DamagedError(f"no table at {start}")
        if max(self.vtable[1], self.end) > len(content):
            raise DamagedError(f"the table at {start} is longer than the file")

    def place(self, field: int) -> int | None:
        """Where a field's value stands, inside the table."""
        entry = self.vtable[0] + 4 + 2 * field
        offset = number(self._content, entry, "<H") if entry + 2 <= self.vtable[1] else 0
        if offset >= self.end - self.start:
            raise DamagedError(f"field {field} of the table at {self.start} is outside")
        return self.start + offset if offset else None

    def number(self, field: int, form: str = "<I") -> int:
        """The number in a field; 0 where it is not there."""
        place = self.place(field)
        return 0 if place is None else number(self._content, place, form)

    def target(self, field: int) -> int | None:
        """Where the vector, text or table of a field stands, outside the table."""
        place = self.place(field)
        return None if place is None else place + number(self._content, place)

    def vector(self, field: int, item_bytes: int, more: int = 0) -> Place | None:
        """A vector with the 4 bytes of its length before it, and `more` bytes after it."""
        start = self.target(field)
        if start is None:
            return None
        end = start + 4 + number(self._content, start) * item_bytes + more
        if end > len(self._content):
            raise DamagedError(f"the vector at {start} is longer than the file")
        return start, end

    def text(self, field: int) -> str:
        """The text of a field; empty where it is not there."""
        place = self.vector(field, 1)
        return self._content[place[0] + 4 : place[1]].decode("utf-8", "replace") if place else ""

    def table(self, field: int) -> FlatTable | None:
        """The table of a field."""
        start = self.target(field)
        return None if start is None else FlatTable(self._content, start)

    def tables(self, field: int) -> list[FlatTable]:
        """The tables that the vector of a field points to."""
        start, end = self.vector(field, 4) or (0, 0)
        places = range(start + 4, end, 4)
        return [FlatTable(self._content, place + number(self._content, place)) for place in places]


PARTS = {  # part -> what stands there; the order is that of every table and picture
    "weights": "values of constants",
    "quantization": "scales and zero points, or that there are none",
    "tensors": "names, dtypes, shapes",
    "operators": "what to compute, on which tensors",
    "signatures": "names to call it by",
    "metadata": "who made it, and for which runtime",
    "structure": "lists and tables that lead to the rest",
    "header": "the way to the first table, TFL3",
    "padding": "zeros, so that numbers begin at even places",
    "unknown": "not read here",
}


@dataclass(frozen=True)
class Span:
    """Bytes from `start` up to `end`, without it, that one part of the file owns."""

    start: int
    end: int
    part: str
    label: str = ""

    @property
    def size_bytes(self) -> int:
        """How many bytes."""
        return self.end - self.start


@dataclass(frozen=True)
class ByteMap(Shown):
    """Every byte of a .tflite file with the one part that owns it, in the order of the file."""

    size_bytes: int
    spans: tuple[Span, ...]

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """Bytes of each part that is there; their sum is the size of the file."""
        found: Counter[str] = Counter()
        for span in self.spans:
            found[span.part] += span.size_bytes
        return tuple((part, found[part]) for part in PARTS if found[part])

    def pieces(self, count: int = 10) -> tuple[tuple[str, str, int], ...]:
        """The largest things that have a name: part, name, bytes."""
        found: Counter[tuple[str, str]] = Counter()
        for span in self.spans:
            if span.label and span.part not in ("structure", "header", "padding", "unknown"):
                found[span.part, span.label] += span.size_bytes
        return tuple((part, label, n) for (part, label), n in found.most_common(count))

    def share(self, size_bytes: int) -> str:
        """A size in percent of the file; 0 and 100 only where it is nothing or all: `<1 %`."""
        percent = 100 * size_bytes / self.size_bytes
        if 0 < percent < 0.5:
            return "<1 %"
        return ">99 %" if 99.5 <= percent < 100 else f"{percent:.0f} %"

    def tables(self) -> tuple[Table, ...]:
        parts = tuple((part, f"{n:,}", self.share(n), PARTS[part]) for part, n in self.parts)
        pieces = tuple(
            (f"`{label}`", part, f"{n:,}", self.share(n)) for part, label, n in self.pieces()
        )
        caption = f"Every byte of a TensorFlow Lite model of {self.size_bytes:,} bytes"
        return (
            Table(caption, ("part", "bytes", "share", "what stands there"), parts),
            Table("Largest pieces with a name", ("name", "part", "bytes", "share"), pieces),
        )


def fill_gaps(content: bytes, owned: Iterable[Span]) -> ByteMap:
    """The map of `content`: where two own a byte the first has it, and none is without owner."""
    spans: list[Span] = []
    end = 0
    for span in sorted(owned, key=lambda span: span.start):
        if span.end <= end:
            continue
        if span.start > end:
            spans.append(_gap(content, end, span.start))
        spans.append(Span(max(span.start, end), span.end, span.part, span.label))
        end = span.end
    if end < len(content):
        spans.append(_gap(content, end, len(content)))
    return ByteMap(len(content), tuple(spans))


def _gap(content: bytes, start: int, end: int) -> Span:
    """Padding, but only if it is zeros and no more of them than the widest alignment asks for."""
    zeros = end - start < _WIDEST and not any(content[start:end])
    return Span(start, end, "padding" if zeros else "unknown")


_WIDEST = 64  # bytes; weights begin at multiples of 16


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
        self._model(FlatTable(content, number(content, 0)))

    def _own(self, part: str, label: str, place: Place | None) -> None:
        if place:
            self.spans.append(Span(*place, part, label))

    def _is_new(self, table: FlatTable, part: str, label: str) -> bool:
        """Own a table; False if it was met before, as a damaged file may make it."""
        self._own("structure", "vtables", table.vtable)
        self._own(part, label, (table.start, table.end))
        known = table.start in self._seen
        self._seen.add(table.start)
        return not known

    def _list(self, owner: FlatTable, field: int, what: str) -> list[FlatTable]:
        self._own("structure", f"list of {what}", owner.vector(field, 4))
        return owner.tables(field)

    def _model(self, model: FlatTable) -> None:
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

    def _subgraph(self, graph: FlatTable, where: str) -> None:
        if not self._is_new(graph, "structure", "subgraph"):
            return
        for tensor in self._list(graph, 0, "tensors"):
            self._tensor(tensor)
        self._own("structure", "inputs", graph.vector(1, 4))
        self._own("structure", "outputs", graph.vector(2, 4))
        for i, operator in enumerate(self._list(graph, 3, "operators")):
            self._operator(operator, f"{where}operator {i}")
        self._own("structure", "subgraph", graph.vector(4, 1, more=1))

    def _tensor(self, tensor: FlatTable) -> None:
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

    def _quantization(self, found: FlatTable | None, name: str) -> None:
        if found and self._is_new(found, "quantization", name):
            for field, item_bytes in ((0, 4), (1, 4), (2, 4), (3, 8)):
                self._own("quantization", name, found.vector(field, item_bytes))
            details = found.table(5)
            if details:
                self._is_new(details, "quantization", name)

    def _operator(self, operator: FlatTable, label: str) -> None:
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

    def _signature(self, signature: FlatTable) -> None:
        key = signature.text(2)
        if not self._is_new(signature, "signatures", key):
            return
        self._own("signatures", key, signature.vector(2, 1, more=1))
        for field, what in ((0, "inputs"), (1, "outputs")):
            for entry in self._list(signature, field, f"{what} of {key}"):
                self._is_new(entry, "signatures", key)
                self._own("signatures", key, entry.vector(0, 1, more=1))

    def _buffer(self, index: int, buffer: FlatTable) -> None:
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
