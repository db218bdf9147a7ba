"""A module in, a picture of who owns which variable out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..figure.canvas import (
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
    Canvas,
    Picture,
    fit_text,
    text_width,
)
from ..records import InputError, Shown, Table, kind
from ..values import clip
from .parts import (
    Part,
    captured_by,
    counted,
    describe,
    hidden_in,
    is_function,
    is_keras,
    is_trackable,
    is_variable,
    parts_of,
    tracked_from,
)


@dataclass(frozen=True)
class Owned(Shown):
    """One thing, and what it holds in turn. `missed`: why TensorFlow does not track it."""

    name: str
    kind: str
    about: str
    missed: str = ""
    parts: tuple[Owned, ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Owned]]:
        """This and all below it, each with its depth, owners first."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (
                f"`{'. ' * (depth - 1)}{part.name}`",
                part.kind,
                part.about and f"`{part.about}`",
                f"not tracked: {part.missed}" if part.missed else "tracked" if part.kind else "",
            )
            for depth, part in self.walk()
            if depth
        )
        return (Table(f"What `{self.name}` holds", ("name", "kind", "what", "TensorFlow"), rows),)


def read_ownership(module: Any) -> Owned:
    """The tree of a tf.Module, a Keras model, a tf.train.Checkpoint or what was loaded.

    Raises:
        InputError: `module` is none of these.
    """
    import tensorflow as tf

    demand_module(module, "draw_module")
    listed = {id(v) for v in module.variables} if isinstance(module, tf.Module) else None
    name = describe(module)[1].partition(",")[0]
    return _Reader(set(tracked_from(module)), listed).read(Part(name, module), "")


def demand_module(thing: Any, asker: str) -> None:
    """Raise an InputError on behalf of `asker` unless `thing` is what TensorFlow can save."""
    if is_trackable(thing):
        return
    write = "Pass the module, an object of a class like class Gesture(tf.Module)."
    if isinstance(thing, type):
        write = f"Pass an object of it, {thing.__name__}(...)."
    elif is_function(thing):
        write = "Write module = tf.Module(); module.measure = measure, and pass module."
    elif isinstance(thing, str) or hasattr(thing, "__fspath__"):
        write = "Of a SavedModel's folder, pass tf.saved_model.load(folder)."
    raise InputError(f"{asker} needs a tf.Module, got {kind(thing)}. {write}")


@dataclass
class _Reader:
    """`tracked` is the ids of all that is saved, `listed` those of `module.variables`."""

    tracked: set[int]
    listed: set[int] | None
    seen: dict[int, str] = field(default_factory=dict)

    def read(self, part: Part, owner: str, in_keras: bool = False) -> Owned:
        """The tree below one part, and on the way where each thing was seen first."""
        thing, name = part.thing, part.name.strip()
        what, about = describe(thing)
        path = f"{owner}{part.name}" if owner or self.seen else ""
        if is_variable(thing) or is_trackable(thing):
            if id(thing) in self.seen:
                same = self.seen[id(thing)].strip() or "the root"
                return Owned(name, what, f"the same as {same}", part.missed)
            self.seen[id(thing)] = path
        parts = [self.read(inner, path, is_keras(thing)) for inner in self._inner(part)]
        about += "" if in_keras else self._note(part)
        return Owned(name, what, about, part.missed, tuple(_grouped(parts, what)))

    def _inner(self, part: Part) -> Iterator[Part]:
        thing, opaque = part.thing, bool(part.missed) and not is_trackable(part.thing)
        for inner in [] if opaque else parts_of(thing):
            lost = part.missed and f"inside {part.name.strip()}"
            yield Part(inner.name, inner.thing, inner.missed or lost)
        used = captured_by(thing) if is_function(thing) else hidden_in(thing) if opaque else []
        yield from (inner for inner in used if id(inner.thing) not in self.tracked)

    def _note(self, part: Part) -> str:
        """Where `.variables` and what is tracked do not agree."""
        variables = part.thing.variables if is_keras(part.thing) else [part.thing]
        if self.listed is None or not any(map(is_variable, variables)):
            return ""
        listed = any(id(variable) in self.listed for variable in variables)
        if listed != bool(part.missed):
            return ""
        return "; yet in .variables" if listed else "; not in .variables"


def _grouped(parts: list[Owned], owner: str) -> Iterator[Owned]:
    """The parts, but methods in one row, and plain values of a list or dict in another."""
    code = owner == "module"
    several = "Python function" if code else "Python value"
    group = [part for part in parts if part.kind == several and not part.parts]
    if len(group) < 2 or owner not in ("module", "list", "dict", "tuple"):
        yield from parts
        return
    yield from (part for part in parts if part not in group)
    names, abouts = ", ".join(p.name for p in group), ", ".join(p.about for p in group)
    kind, about = counted(len(group), several), "" if code else clip(abouts)
    yield Owned(clip(names), kind, about, group[0].missed)


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
