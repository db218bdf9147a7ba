"""What became of the ops of a concrete function in a .tflite file: the records. Reads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..tables import Shown, Table

FATES = {
    "became": "became",
    "computed": "computed at conversion, kept as constants",
    "dropped": "dropped: no output needs them",
    "unknown": "unknown: no name in the file tells",
    "added": "added at conversion",
    "lost": "variables; their values are missing",
}


@dataclass(frozen=True)
class Op:
    """A TensorFlow op; `sure` if a name tells its row, not only its neighbours."""

    label: str
    name: str
    sure: bool = True


@dataclass(frozen=True)
class Row:
    """TensorFlow ops on one side, operators of the file on the other, and what happened."""

    fate: str
    ops: tuple[Op, ...] = ()
    operators: tuple[str, ...] = ()
    type: str = ""

    def words(self) -> list[str]:
        """Its ops in words; of those that became nothing, how many of each kind."""
        if self.fate != "became":
            return counted(op.label for op in self.ops)
        return [op.label + ("" if op.sure else " (by place)") for op in self.ops]


@dataclass(frozen=True)
class Conversion(Shown):
    """What became of the ops of a concrete function in one signature of a .tflite file."""

    name: str
    key: str
    rows: tuple[Row, ...]

    def count(self) -> tuple[int, int]:
        """How many TensorFlow ops there were, and how many operators there are."""
        return sum(len(r.ops) for r in self.rows), sum(len(r.operators) for r in self.rows)

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (_code(row.words()), FATES[row.fate], _code(counted(row.operators)))
            for row in self.rows
        )
        caption = f"From `{self.name}` to `{self.key}`, reconstructed from names"
        return (Table(caption, ("TensorFlow ops", "what happened", "operators"), rows),)


def counted(labels: Iterable[str]) -> list[str]:
    """Each label once, in order, with how often: `Reshape × 2`."""
    return [f"{label} × {n}" if n > 1 else label for label, n in Counter(labels).items()]


def _code(labels: list[str]) -> str:
    return ", ".join(f"`{label}`" for label in labels)
