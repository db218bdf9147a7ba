"""A tf.Module in, the tree of what it holds out; dashed is what TensorFlow does not track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..figure.canvas import Canvas, Picture
from ..figure.shapes import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PALE_ORANGE,
    RED,
    RULE,
    SMALL,
    WHITE,
    fit_text,
    text_width,
)
from ..read.describe import counted
from ..read.ownership import Owned, read_ownership

_ROW, _BOX, _INDENT, _TRUNK, _PAD, _GAP = 30.0, 22.0, 24.0, 10.0, 9.0, 16.0  # pixels
_NAME, _ABOUT, _REASON = 220.0, 330.0, 200.0  # widest texts
_MANY, _ROWS = (12, 6, 3), 60  # parts of one owner, fewer where there would be more rows
_MISSED = "not tracked"
_OWNER = {"fill": WHITE, "stroke": INK}
_FUNCTION = {"fill": PALE_BLUE, "stroke": BLUE, "radius": 11.0}
_VALUE = {"fill": PALE_GREY, "stroke": RULE}
_LOOKS: dict[str, dict[str, Any]] = {
    "module": _OWNER,
    "Keras model": _OWNER,
    "Keras layer": _OWNER,
    "variable": {"fill": PALE_ORANGE, "stroke": ORANGE},
    "tf.function": _FUNCTION,
    "concrete function": _FUNCTION,
}


@dataclass(frozen=True)
class _Row:
    """One line of the picture: a part, and the line of what holds it."""

    part: Owned
    depth: int
    owner: int

    @property
    def name(self) -> str:
        return fit_text(self.part.name, _NAME)

    @property
    def about(self) -> str:
        about = "" if self.part.about == self.part.name else self.part.about
        told = ": ".join(word for word in (self.part.kind, about) if word)
        return fit_text(told, _ABOUT, SMALL)


def draw_module(module: Any, caption: str = "") -> Picture:
    """What a module holds: variables, functions and modules; dashed what TensorFlow does not track.

    Args:
        module: A tf.Module, a Keras model, a tf.train.Checkpoint, or a loaded SavedModel.
        caption: What is to be seen; without it, what is tracked in numbers.

    Raises:
        InputError: `module` is none of these.

    Example:
        >>> tfl.draw_module(gesture)
    """
    whole = module if isinstance(module, Owned) else read_ownership(module)
    tree = _folded(whole)
    rows = _rows(tree)
    canvas = Canvas()
    _draw_trunks(canvas, rows)
    right = max(row.depth * _INDENT + text_width(row.name) for row in rows) + 2 * _PAD + _GAP
    last = right + max(text_width(row.about, SMALL) for row in rows) + _GAP
    for i, row in enumerate(rows):
        _draw_row(canvas, row, i * _ROW, right, last)
    return canvas.picture(caption or _summary(whole), str(tree))


def _summary(tree: Owned) -> str:
    parts = [part for depth, part in tree.walk() if depth]
    kept = [p.kind for p in parts if not p.missed and not p.about.startswith("the same as ")]
    kinds = ("variable", "tf.function", "module", "Keras model", "Keras layer")
    counts = [(kept.count(kind), kind) for kind in kinds if kind in kept]
    told = ", ".join(counted(count, kind) for count, kind in counts)
    missed = sum(bool(part.missed) for part in parts)
    dashed = f"; {missed} {_MISSED} (dashed)" if missed else ""
    return f"{tree.name}: {told or 'nothing that TensorFlow tracks'}{dashed}"


def _folded(tree: Owned) -> Owned:
    """The tree with of one owner's many parts the first, and how many more."""
    for most in _MANY:
        folded = _first(tree, most)
        if sum(1 for _ in folded.walk()) <= _ROWS:
            break
    return folded


def _first(tree: Owned, most: int) -> Owned:
    shown = tree.parts if len(tree.parts) <= most + 1 else tree.parts[:most]
    rest = tree.parts[len(shown) :]
    parts = [_first(part, most) for part in shown]
    if rest:
        missed = sum(bool(part.missed) for part in rest)
        about = f"{missed} of them {_MISSED}" if missed else "all tracked"
        parts.append(Owned(f"… {len(rest)} more", "", about))
    return replace(tree, parts=tuple(parts))


def _rows(tree: Owned) -> list[_Row]:
    """The tree line by line, each with the line of what holds it."""
    rows: list[_Row] = []
    owners: dict[int, int] = {}
    for i, (depth, part) in enumerate(tree.walk()):
        owners[depth] = i
        rows.append(_Row(part, depth, owners.get(depth - 1, 0)))
    return rows


def _draw_trunks(canvas: Canvas, rows: Sequence[_Row]) -> None:
    """From each owner down to its last part, and across to each; across is dashed as its box."""
    last = {row.owner: i for i, row in enumerate(rows) if i}
    for owner, end in last.items():
        x = rows[owner].depth * _INDENT + _TRUNK
        down = [(x, owner * _ROW + _BOX / 2), (x, end * _ROW)]
        canvas.line(down, arrow=False, width=1.0)
    for i, row in enumerate(rows[1:], 1):
        across = [((row.depth - 1) * _INDENT + _TRUNK, i * _ROW), (row.depth * _INDENT, i * _ROW)]
        canvas.line(across, arrow=False, width=1.0, dash=bool(row.part.missed))


def _draw_row(canvas: Canvas, row: _Row, y: float, right: float, last: float) -> None:
    part, left = row.part, row.depth * _INDENT
    look = {**_LOOKS.get(part.kind, _VALUE), "dash": bool(part.missed)}
    canvas.box(left, y - _BOX / 2, text_width(row.name) + 2 * _PAD, _BOX, **look)
    canvas.text(left + _PAD, y + 4, row.name)
    canvas.text(right, y + 4, row.about, size=SMALL, color=GREY)
    if part.missed:
        canvas.text(last, y + 4, _MISSED, size=SMALL, bold=True, color=RED)
        beside = last + text_width(_MISSED, SMALL, bold=True) + 6
        canvas.text(beside, y + 4, fit_text(part.missed, _REASON, SMALL), size=SMALL, color=GREY)
