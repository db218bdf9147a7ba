"""A LiteRT interpreter in, an inspector of its tensors out, op by op. Never runs it."""

from __future__ import annotations

from typing import Any

from ..look.tensors import OpReader
from ..records import Table
from .panel import Answer, Explorer, explorer

_ROWS = 20  # of the twin


def explore_tensors(interpreter: Any) -> Explorer:
    """Go from op to op: what each reads and writes, with dtype, shape, quantization and values.

    Values are those that the last run left; run again, press a button, and see the new ones.
    Text in the field keeps the ops that have a tensor with this text in its name. Of a file with
    several signatures, the ops are those of the first graph, which `invoke` runs.

    Args:
        interpreter: An Interpreter of `ai_edge_litert` after a run. To keep the tensors between
            ops, make it with `experimental_preserve_all_tensors=True`.

    Raises:
        InputError: `interpreter` is no Interpreter.

    Example:
        >>> tfl.explore_tensors(interpreter)
    """
    return explorer(_Ops(OpReader(interpreter, "explore_tensors")), field="tensor name")


class _Ops:
    """Where a panel is, and which ops its field lets through."""

    labels = ("previous", "next")

    def __init__(self, reader: OpReader) -> None:
        self.reader = reader
        self.everything = list(range(len(reader.operations)))
        self.found, self.place, self.text = self.everything, 0, ""

    def heading(self) -> str:
        return f"Tensors{self._of()} as the last run left them, op by op"

    def answer(self, number: int) -> Answer:
        place = self.place + (1 if number else -1)
        if not 0 <= place < len(self.found):
            end = "last" if number else "first"
            return self._answer(f"This is the {end} one. ")
        self.place = place
        return self._answer()

    def search(self, text: str) -> Answer:
        """Keep the ops with a tensor that has `text` in its name, large or small letters."""
        wanted = text.strip().lower()
        found = [
            i
            for i in self.everything
            if any(wanted in name.lower() for name in self.reader.names(i))
        ]
        if not found:
            return self._answer(f"No tensor has {text!r} in its name. ")
        self.found, self.place, self.text = found, 0, text.strip()
        return self._answer()

    def restart(self) -> Answer:
        self.found, self.place, self.text = self.everything, 0, ""
        return self._answer()

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        rows = tuple(
            (
                str(i + 1),
                f"`{self.reader.op_name(i)}`",
                f"`{t.short_name}`",
                f"`{t.type}`",
                t.values,
            )
            for i in self.everything[:_ROWS]
            for t in self.reader.op(i).tensors
            if t.role == "writes"
        )
        more = len(self.everything) - _ROWS
        caption = "What each op writes" + (f", and {more} more ops" if more > 0 else "")
        heads = ("#", "op", "writes", "dtype and shape", "values")
        sentence = f"An inspector of {self._count()}{self._of()}. Press one where Python runs:"
        return sentence, (Table(caption, heads, rows), *self.reader.missing())

    def _of(self) -> str:
        return f" of `{self.reader.graph}`" if self.reader.graph else ""

    def _count(self) -> str:
        count = len(self.everything)
        return f"{count} {'op' if count == 1 else 'ops'}"

    def _answer(self, first: str = "") -> Answer:
        if not self.found:
            return Answer("The graph has no ops.")
        number = self.found[self.place]
        writes = ", ".join(self.reader.names(number, "outputs"))
        said = f"{first}Op {number + 1} of {len(self.everything)}: {self.reader.op_name(number)}"
        said += f" writes {writes}."
        if self.text:
            said += f" {self.place + 1} of {len(self.found)} with {self.text!r}."
        tables = (*self.reader.op(number).tables(), *self.reader.missing())
        return Answer(said, "".join(table.html() for table in tables))
