"""Places of a .tflite file and what owns them in, a `ByteMap` record out. Knows no file format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..tables import Shown, Table

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
