"""A concrete function and the file made of it in, a picture of which op became which out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..figure.canvas import Canvas, Picture
from ..figure.shapes import (
    BLUE,
    GREY,
    INK,
    PALE_BLUE,
    PALE_GREY,
    RED,
    RULE,
    SMALL,
    WHITE,
    fit_text,
    text_width,
    wrap_text,
)
from ..read.conversion import FATES, Conversion, Op, Row, counted
from ..records import InputError

_WIDEST, _SIDE, _LANE = 220.0, 10.0, 130.0  # text in a box, room beside it, room for arrows
_OP, _OPERATOR, _BETWEEN, _STACK, _LINE = 22.0, 38.0, 10.0, 3.0, 14.0
_BRACKET = 8.0
_FOLDED, _ROWS = 24, 40  # rows from which equal ones are one; the most that are drawn


def draw_conversion(
    concrete: Any, model: bytes = b"", key: str | None = None, caption: str = ""
) -> Picture:
    """TensorFlow ops on the left, operators of the file on the right, brackets in between.

    The file does not say where an operator came from: this is read off the names of its tensors.
    Dashed ops have no name there and stand where their neighbours are.

    Args:
        concrete: The concrete function that was converted, or what `read_conversion` returned.
        model: The content of the .tflite file.
        key: The signature's; the first graph of the file without it.
        caption: What is to be seen; without it, how many ops became how many operators.

    Raises:
        InputError: `concrete` is no concrete function, `model` no file, or `key` not in it.

    Example:
        >>> tfl.draw_conversion(concrete, model)
    """
    found = concrete if isinstance(concrete, Conversion) else _read(concrete, model, key)
    canvas = Canvas()
    rows = _folded(found.rows)
    shown = rows[:_ROWS]
    width = max([_width(op.label) for row in shown for op in _left(row)], default=60.0)
    right = width + _LANE
    canvas.text(0, 0, "TensorFlow ops", size=SMALL, color=GREY)
    canvas.text(right, 0, "operators of the file", size=SMALL, color=GREY)
    top = 12.0
    for row in shown:
        top = _draw_row(canvas, row, width, right, top) + _BETWEEN
    for note in _notes(found, len(rows) - len(shown)):
        canvas.text(0, top + 10, note, size=SMALL, color=GREY)
        top += _LINE
    return canvas.picture(caption or _summary(found), str(found))


def _read(concrete: Any, model: bytes, key: str | None) -> Conversion:
    from ..read.ops import read_conversion

    try:
        return read_conversion(concrete, model, key)
    except InputError as error:  # say it in the name of what the learner called
        words = str(error)
        for name in ("read_conversion", "read_concrete", "read_tflite"):
            words = words.replace(name, "draw_conversion")
        raise InputError(words) from None


def _summary(found: Conversion) -> str:
    ops, operators = found.count()
    lost = [label for row in found.rows if row.fate == "lost" for label in row.operators]
    said = (
        f"{found.name}: {ops} TensorFlow {'op' if ops == 1 else 'ops'}, {operators} "
        f"{'operator' if operators == 1 else 'operators'}; a reconstruction from names"
    )
    return f"{said}; values of {lost.count('READ_VARIABLE')} variables are lost" if lost else said


def _notes(found: Conversion, left_out: int) -> list[str]:
    notes = []
    if any(not op.sure for row in found.rows for op in row.ops):
        notes.append("dashed: no name tells where it went, its neighbours do")
    if left_out:
        notes.append(f"and {left_out} rows more, in the words of this picture")
    return notes


def _folded(rows: Sequence[Row]) -> list[Row]:
    """Of many rows, those alike as one that says how often, in place of dtype and shape."""
    if len(rows) < _FOLDED:
        return list(rows)
    alike: dict[Any, list[Row]] = {}
    for row in rows:
        ops = tuple((op.label, op.sure) for op in row.ops)
        alike.setdefault((row.fate, ops, row.operators), []).append(row)
    return [
        replace(same[0], type=f"{len(same)} times") if len(same) > 1 else same[0]
        for same in alike.values()
    ]


def _left(row: Row) -> list[Op]:
    """The boxes on the left: each op, or where none became anything, each kind of op."""
    if row.fate == "became":
        return list(row.ops)
    return [Op(label, label) for label in counted([op.label for op in row.ops])]


def _right(row: Row) -> list[str]:
    return list(row.operators) if row.fate == "became" else counted(row.operators)


def _width(label: str) -> float:
    return min(text_width(label), _WIDEST) + 2 * _SIDE


def _draw_row(canvas: Canvas, row: Row, width: float, right: float, top: float) -> float:
    """Both sides, level with each other; returns where they end."""
    ops, operators = _left(row), _right(row)
    single = _OPERATOR if row.fate == "became" else _OP
    left_high = len(ops) * (_OP + _STACK) - _STACK
    right_high = len(operators) * (single + _STACK) - _STACK
    height = max(left_high, right_high)
    middle = top + height / 2
    _draw_ops(canvas, ops, row.fate, width, middle - left_high / 2)
    _draw_operators(canvas, row, operators, right, middle - right_high / 2)
    if ops:
        color = BLUE if row.fate == "became" else RULE
        _draw_bracket(canvas, width + 4, middle, left_high, _BRACKET, color)
    if ops and operators:
        canvas.line([(width + 4 + _BRACKET, middle), (right - 10, middle)], color=BLUE, width=1.4)
        if len(ops) + len(operators) > 2:
            place = (width + right) / 2, middle - 6
            count = f"{len(ops)} → {len(operators)}"
            canvas.text(*place, count, size=SMALL, color=BLUE, anchor="middle")
        if len(operators) > 1:
            _draw_bracket(canvas, right - 4, middle, right_high, -5.0, BLUE)
    if not operators:
        _draw_fate(canvas, row.fate, width + _BRACKET + 12, middle, "start", 300.0)
    if not ops:
        if len(operators) > 1:
            _draw_bracket(canvas, right - 4, middle, right_high, -_BRACKET, RULE)
        _draw_fate(canvas, row.fate, right - _BRACKET - 12, middle, "end", right - _BRACKET - 12)
    return top + height


def _draw_ops(canvas: Canvas, ops: list[Op], fate: str, width: float, top: float) -> None:
    fill, stroke = (WHITE, INK) if fate == "became" else (PALE_GREY, RULE)
    for i, op in enumerate(ops):
        y = top + i * (_OP + _STACK)
        canvas.box(0, y, width, _OP, fill=fill, stroke=stroke, dash=not op.sure)
        canvas.text(width / 2, y + 15, fit_text(op.label, _WIDEST), anchor="middle")


def _draw_operators(
    canvas: Canvas, row: Row, operators: list[str], left: float, top: float
) -> None:
    """Boxes on the right; the last one's dtype and shape is that of the row."""
    became = row.fate == "became"
    high = _OPERATOR if became else _OP
    kind = fit_text(row.type, _WIDEST, SMALL)
    width = max([_width(label) for label in operators], default=0.0)
    width = max(width, text_width(kind, SMALL) + 2 * _SIDE)
    look: dict[str, Any] = {"fill": PALE_GREY, "stroke": RULE}
    if row.fate == "lost":
        look = {"fill": WHITE, "stroke": RED}
    for i, label in enumerate(operators):
        y = top + i * (high + _STACK)
        look = {"fill": PALE_BLUE, "stroke": BLUE} if became else look
        canvas.box(left, y, width, high, **look)
        about = kind if became and i == len(operators) - 1 else ""
        base = y + (16 if about else high / 2 + 4)
        canvas.text(left + width / 2, base, fit_text(label, _WIDEST), anchor="middle")
        if about:
            canvas.text(left + width / 2, y + 30, about, size=SMALL, color=GREY, anchor="middle")


def _draw_bracket(
    canvas: Canvas, x: float, middle: float, height: float, arm: float, color: str
) -> None:
    """Open to the left, with an `arm` to the right; or the other way round where it is negative."""
    top, bottom = middle - height / 2 + 2, middle + height / 2 - 2
    points = [(x, top), (x + arm, top), (x + arm, bottom), (x, bottom)]
    canvas.line(points, color=color, width=1.4, arrow=False)


def _draw_fate(
    canvas: Canvas, fate: str, x: float, middle: float, anchor: str, width: float
) -> None:
    color = RED if fate in ("lost", "unknown") else GREY
    lines = wrap_text(FATES[fate], width, SMALL)
    for i, line in enumerate(lines):
        y = middle + 4 + (i - (len(lines) - 1) / 2) * _LINE
        canvas.text(x, y, line, size=SMALL, color=color, anchor=anchor)
