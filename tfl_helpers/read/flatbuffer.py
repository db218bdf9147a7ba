"""Bytes of a FlatBuffer in; its tables, vectors and texts, with their places, out. No schema.

A table begins with the way to its vtable, which tells where each field stands, or that it does
not. Nothing here trusts the file: what points out of it raises `DamagedError`.
"""

from __future__ import annotations

import struct

Place = tuple[int, int]  # first byte, and the one after the last


class DamagedError(ValueError):
    """The content points to where it has no bytes."""


def number(content: bytes, start: int, form: str = "<I") -> int:
    """The little-endian number at a place: `form` as in `struct`."""
    if not 0 <= start <= len(content) - struct.calcsize(form):
        raise DamagedError(f"no number at {start}")
    return struct.unpack_from(form, content, start)[0]


class Table:
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

    def table(self, field: int) -> Table | None:
        """The table of a field."""
        start = self.target(field)
        return None if start is None else Table(self._content, start)

    def tables(self, field: int) -> list[Table]:
        """The tables that the vector of a field points to."""
        start, end = self.vector(field, 4) or (0, 0)
        places = range(start + 4, end, 4)
        return [Table(self._content, place + number(self._content, place)) for place in places]
