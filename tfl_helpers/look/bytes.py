"""Bytes of a .tflite file in, a map of every one of them out. Runs nothing, draws nothing.

The `flatbuffers` package reads the tables. Which field leads where stands here as data: the schema
of TensorFlow Lite, version 3 (`schema.fbs`, as LiteRT 2.3 has it).
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ..records import InputError, Shown, Table, kind
from ..words import later, say

PARTS = {  # part -> what stands there; the order is that of every table and picture
    later("weights"): later("values of constants"),
    later("quantization"): later("scales and zero points, or that there are none"),
    later("sparsity"): later("where the values of sparse constants belong"),
    later("tensors"): later("names, dtypes, shapes"),
    later("operators"): later("what to compute, on which tensors"),
    later("custom"): later("options of custom operators, code for other processors"),
    later("signatures"): later("names to call it by"),
    later("metadata"): later("who made it, and for which runtime"),
    later("structure"): later("lists and tables that lead to the rest"),
    later("header"): later("the way to the first table, TFL3"),
    later("appended"): later("files behind the model, as labels"),
    later("unused"): later("buffers that nothing reads"),
    later("padding"): later("zeros, so that numbers begin at even places"),
    later("unknown"): later("not read here"),
}
_FOREIGN = {  # first bytes -> what such a file is, and where to go from there
    b"PK\x03\x04": later("a zip archive, as .keras files are: convert the model first"),
    b"\x89HDF": later("an HDF5 file, as .h5 weights are: convert the model first"),
    b"version https://git-lfs": later("a Git LFS pointer, not the file itself: run `git lfs pull`"),
    b"<": later("a web page or XML: the download went to an error page, load the file again"),
    b"\x1f\x8b": later("a gzip archive: unpack it first"),
}
_UNNAMED = ("structure", "header", "padding", "unknown")

# Of some 150 kinds of options, by number, those that hold vectors (Reshape is 17), and of those of
# StableHLO (composites are 21): field -> bytes of an item. Many begin with vectors of int64.
_TWO_TEXTS = {0: "text", 1: "text"}
_VECTORS = {1: {0: 4}, 2: {0: 2}, 3: {0: 1}}  # of sparse indices
_OPTIONS = {3: {1: 4, 2: 4}, 8: {5: 1}, 17: {0: 4}, 30: {0: 4}, 111: _TWO_TEXTS, 115: {0: 4}}
_LONGS = {2: 1, 3: 3, 6: 1, 9: 1, 10: 3, 13: 5, 17: 1}
_OPTIONS_2 = {kind: dict.fromkeys(range(count), 8) for kind, count in _LONGS.items()} | {
    4: {0: 8, 1: 8, 2: 8, 3: 8, 4: 1, 7: 8, 10: 8, 13: 8, 16: 4},
    5: {0: "text", 2: "text", 4: 4, 5: 1},
    7: {1: 8, 2: 8, 3: 8},
    12: {0: 8, 1: 8, 2: 8, 3: 8, 4: 4},
    16: {0: 8, 1: 8, 2: 8, 4: 8},
    21: {0: "text", 2: 1},
    23: {0: 4},
}
# Table -> part of the file, and its fields that lead out of it, by number: bytes of an item of a
# vector, or "text", or the kind of one table, or * and the kind of many. A dict is a union: by the
# number that stands in the field before, what the fields of its table are. A tuple has another
# part before it, and a label behind it.
_SCHEMA: dict[str, tuple[str, dict[int, Any]]] = {
    "model": (
        "structure",
        {1: "*code", 2: "*graph", 3: ("metadata", "text", later("description")), 6: "*note"}
        | {5: ("metadata", 4, later("metadata buffers")), 7: "*entry", 8: "*group", 9: "*outside"}
        | {4: "*buffer"},  # the last, when it is known who reads them
    ),
    "code": ("operators", {1: "text"}),
    "graph": ("structure", {0: "*tensor", 1: 4, 2: 4, 3: "*operator", 4: "text"}),
    "tensor": ("tensors", {0: 4, 3: "text", 4: "scales", 6: "sparse", 7: 4, 9: "*variant"}),
    "variant": ("tensors", {0: 4}),
    "scales": ("quantization", {0: 4, 1: 4, 2: 4, 3: 8, 5: {1: {0: 1}, 2: {3: 4}, 3: {3: 4}}}),
    "sparse": ("sparsity", {0: 4, 1: 4, 2: "*dimension"}),
    "dimension": ("sparsity", {3: _VECTORS, 5: _VECTORS}),
    "operator": (
        "operators",
        {1: 4, 2: 4, 4: _OPTIONS, 5: ("custom", 1, ""), 7: 1, 8: 4, 12: _OPTIONS_2},
    ),
    "note": ("metadata", {0: "text"}),
    "entry": ("signatures", {0: "*port", 1: "*port", 2: "text"}),
    "port": ("signatures", {0: "text"}),
    "group": ("metadata", {0: "text"}),  # weights in other files: this file has only the names
    "outside": ("metadata", {4: "text"}),
    "buffer": ("structure", {}),
}
_NAME = {"tensor": 3, "note": 0, "entry": 2, "group": 0}  # fields that name a table
_READS = {"tensor": (2, "weights"), "note": (1, "metadata")}  # fields that say whose a buffer is


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
            if span.label and span.part not in _UNNAMED:
                found[span.part, span.label] += span.size_bytes
        return tuple((part, label, n) for (part, label), n in found.most_common(count))

    def share(self, size_bytes: int) -> str:
        """A size in percent of the file; 0 and 100 only where it is nothing or all: `<1 %`."""
        percent = 100 * size_bytes / self.size_bytes
        if 0 < percent < 0.5:
            return "<1 %"
        return ">99 %" if 99.5 <= percent < 100 else f"{percent:.0f} %"

    def tables(self) -> tuple[Table, ...]:
        parts = tuple(
            (say(part), f"{n:,}", self.share(n), say(PARTS[part])) for part, n in self.parts
        )
        pieces = tuple(
            (f"`{label}`", say(part), f"{n:,}", self.share(n)) for part, label, n in self.pieces()
        )
        size = {"size": self.size_bytes}
        caption = say("Every byte of a TensorFlow Lite model of {size:,} bytes", **size)
        heads = say("part"), say("bytes"), say("share")
        return (
            Table(caption, (*heads, say("what stands there")), parts),
            Table(say("Largest pieces with a name"), (say("name"), *heads), pieces),
        )


def fill_gaps(content: bytes, owned: Iterable[Span]) -> ByteMap:
    """The map of `content`: where two own a byte the first has it, and none is without owner."""
    spans: list[Span] = []
    end = 0
    for span in sorted([*owned, Span(len(content), len(content) + 1, "")], key=lambda s: s.start):
        if span.end <= max(end, span.start):
            continue
        if span.start > end:
            # Padding, but only if it is zeros, and no more than what begins behind it asks for.
            few = span.start - end < max(64, span.start & -span.start)
            zeros = few and not any(content[end : span.start])
            spans.append(Span(end, span.start, "padding" if zeros else "unknown"))
        spans.append(Span(max(span.start, end), span.end, span.part, span.label))
        end = span.end
    return ByteMap(len(content), tuple(spans[:-1]))


@contextmanager
def whole_tflite(model: Any) -> Iterator[tuple[bytes, list[Span]]]:
    """The bytes of a .tflite file and who owns them; an InputError if it is none, or damaged."""
    if not isinstance(model, bytes | bytearray):
        raise InputError(
            "Expected the bytes of a .tflite file, got {came}. "
            "Write pathlib.Path(name).read_bytes().",
            came=kind(model),
        )
    if model[4:8] != b"TFL3":
        empty = say("no bytes at all: the file is empty")
        came = say("bytes {first!r}", first=bytes(model[:8])) if model else empty
        for first, what in _FOREIGN.items():
            if model.lstrip().startswith(first):
                came = say(what)
        raise InputError(
            "Expected a .tflite file, whose bytes 4 to 8 are {wanted!r}, got {came}. "
            "Write converter.convert() to make one, or read the right file.",
            wanted=b"TFL3",
            came=came,
        )
    try:
        content = bytes(model)
        yield content, _Walk(content).spans
    except InputError:
        raise
    except Exception as error:  # whatever the unguarded schema code stumbles over
        raise InputError(
            "Expected a whole .tflite file, got {size:,} bytes that begin as one but break off "
            "or are damaged. Convert again, or copy the file again and compare its size.",
            size=len(model),
        ) from error


def read_bytes(model: bytes) -> ByteMap:
    """Which part of a .tflite file owns each of its bytes.

    Args:
        model: The content of the file.

    Raises:
        InputError: Not bytes, empty, cut off, or not a TensorFlow Lite model.

    Example:
        >>> tfl.read_bytes(model)
    """
    with whole_tflite(model) as (content, spans):
        return fill_gaps(content, spans)


class _Walk:
    """Goes through all tables from the first one on, and notes what owns their bytes."""

    def __init__(self, content: bytes) -> None:
        from flatbuffers import number_types, table

        self._content, self._flat, self._n = content, table.Table, number_types
        self._left = 8 * len(content)  # bytes that may be read, those of values not counted
        self._notes: set[int] = set()
        self._codes: list[str] = []  # what custom operators are called; empty for the others
        self._readers: dict[int, tuple[str, str]] = {}  # buffer -> part and name of its reader
        self.spans = [Span(0, 8, "header", "TFL3")]
        self._record("model", int.from_bytes(content[:4], "little"))
        self._appended()

    def _own(self, part: str, label: str, start: int, end: int) -> None:
        # Sound files share names and vtables, no more; where a damaged one makes lists share
        # tables, or tables lists, a few kilobytes could be read for hours.
        self._left -= 4 + (end - start) * (part != "weights")
        if not 0 <= start <= end <= len(self._content) or self._left < 0:
            raise ValueError(f"nothing can stand at {start} to {end}")
        self.spans.append(Span(start, end, part, label))

    def _record(self, kind: str, start: int, index: int = 0, label: str = "") -> None:
        """A table that the schema names. Who reads a buffer is noted before the buffers come."""
        at = self._flat(self._content, start)
        if kind in _NAME:
            label = self._bytes(at, _NAME[kind]).decode("utf-8", "replace")
        if kind == "code":
            label = say("operator code {n}", n=index)
            self._codes.append(self._bytes(at, 1).decode("utf-8", "replace"))
        elif kind == "operator":
            name = self._codes[self._number(at, 0)]
            label += say("operator {n} {name}", n=index, name=name).rstrip()
            self._behind(at, name == "DISPATCH_OP", label)
        elif kind in _READS:
            field, part = _READS[kind]
            self._readers.setdefault(self._number(at, field), (part, label))
        elif kind == "model" and (offset := at.Offset(14)):  # buffers of notes in older files
            self._notes |= set(at.GetVectorAsNumpy(self._n.Uint32Flags, offset).tolist())
        elif kind == "buffer":
            label, unread = "buffers", "metadata" if index in self._notes else "unused"
            self._buffer(at, *self._readers.get(index, (unread, say("buffer {n}", n=index))))
        self._table(*_SCHEMA[kind], at, label)

    def _table(self, part: str, fields: dict[int, Any], at: Any, label: str) -> None:
        """A table, its vtable, and all that its fields lead to."""
        vtable = at.Pos - at.Get(self._n.SOffsetTFlags, at.Pos)
        length, size = (at.Get(self._n.VOffsetTFlags, place) for place in (vtable, vtable + 2))
        if min(length, size) < 4:  # what each begins with
            raise ValueError(f"no table can stand at {at.Pos}")
        self._own("structure", "vtables", vtable, vtable + length)
        self._own(part, label, at.Pos, at.Pos + size)
        for field, what in fields.items():
            offset = at.Offset(4 + 2 * field)
            if offset >= size:
                raise ValueError(f"field {field} of the table at {at.Pos} is outside of it")
            if isinstance(what, dict):
                what = what.get(self._number(at, field - 1, self._n.Uint8Flags), {})
            if offset:
                owner, what, name = what if isinstance(what, tuple) else (part, what, "")
                self._field(at, offset, owner, what, say(name) if name else label)

    def _field(self, at: Any, offset: int, part: str, what: Any, label: str) -> None:
        """What a field leads to, outside its table."""
        target = at.Indirect(at.Pos + offset)
        if isinstance(what, dict):
            self._table(part, what, self._flat(self._content, target), label)
        elif what in _SCHEMA:
            self._record(what, target, label=label)
        elif isinstance(what, str) and what[0] == "*":
            count = at.VectorLen(offset)
            self._own("structure", f"list of {what[1:]}s", target, target + 4 + 4 * count)
            for i in range(count):
                several = what == "*graph" and count > 1
                where = say("subgraph {n} ", n=i) if several else label
                self._record(what[1:], at.Indirect(target + 4 + 4 * i), i, where)
        else:  # its length stands before it, behind text a zero
            size = at.VectorLen(offset) * (1 if what == "text" else what)
            self._own(part, label, target, target + 4 + size + (what == "text"))

    def _behind(self, at: Any, compiled: bool, label: str) -> None:
        """What an operator has behind all tables: large options, code for another processor."""
        places = [[self._number(at, field, self._n.Uint64Flags) for field in (9, 10)]]
        if compiled and (options := self._bytes(at, 5)):  # for an NPU, ahead of time, by LiteRT
            from flatbuffers import flexbuffers

            told = flexbuffers.GetRoot(options).AsMap  # `Loads` would read all that it leads to
            with suppress(KeyError):
                places.append([told[f"bytecode_{name}"].AsInt for name in ("offset", "size")])
        for start, size in places:
            if start > 1:  # 1 holds the place until all is written
                self._own("custom", label, start, start + size)

    def _buffer(self, at: Any, part: str, label: str) -> None:
        """Its table and length lead to the data; who reads it, owns it."""
        if offset := at.Offset(4):
            start = at.Vector(offset)
            self._own("structure", "buffers", start - 4, start)
            self._own(part, label, start, start + at.VectorLen(offset))
        start, size = (self._number(at, field, self._n.Uint64Flags) for field in (1, 2))
        if start > 1:  # files of 2 GB and more keep the data behind all tables
            self._own(part, label, start, start + size)

    def _appended(self) -> None:
        """Files in a zip archive behind the model: that is where label files are put."""
        end = max(span.end for span in self.spans)
        try:
            with zipfile.ZipFile(io.BytesIO(self._content)) as archive:
                files = sorted((file.header_offset, file.filename) for file in archive.infolist())
                files += [(archive.start_dir, say("list of the files")), (len(self._content), "")]
        except zipfile.BadZipFile:
            return
        for (start, name), (after, _) in itertools.pairwise(files):
            if start >= end:
                self._own("appended", name, start, after)

    def _bytes(self, at: Any, field: int) -> bytes:
        offset = at.Offset(4 + 2 * field)
        return at.String(at.Pos + offset) if offset else b""

    def _number(self, at: Any, field: int, flags: Any = None) -> int:
        """The number in a field, of four bytes if nothing else is said; 0 where it is not there."""
        return at.GetSlot(4 + 2 * field, 0, flags or self._n.Uint32Flags)
