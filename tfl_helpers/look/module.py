"""A module in, a picture of who owns which variable out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ..figure import canvas as paint
from ..records import InputError, Shown, Table, kind
from ..values import clip
from ..words import counted, say
from . import parts


@dataclass(frozen=True)
class Owned(Shown):
    """One thing, and what it holds in turn. `missed`: why TensorFlow does not track it.

    `kind` is a message that is not yet said; `again` is true of what has its row already.
    """

    name: str
    kind: str
    about: str
    missed: str = ""
    parts: tuple[Owned, ...] = ()
    again: bool = False

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Owned]]:
        """This and all below it, each with its depth, owners first."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (
                f"`{'. ' * (depth - 1)}{part.name}`",
                say(part.kind),
                part.about and f"`{part.about}`",
                part._fate(),
            )
            for depth, part in self.walk()
            if depth
        )
        heads = (say("name"), say("kind"), say("what"), "TensorFlow")
        return (Table(say("What `{name}` holds", name=self.name), heads, rows),)

    def _fate(self) -> str:
        if self.missed:
            return say("not tracked: {why}", why=self.missed)
        return say("tracked") if self.kind else ""


def read_ownership(module: Any) -> Owned:
    """The tree of a tf.Module, a Keras model, a tf.train.Checkpoint or what was loaded.

    Raises:
        InputError: `module` is none of these.
    """
    demand_module(module)
    return _Reader(module).read(parts.Part(parts.type_name(module), module), "")


def demand_module(thing: Any) -> None:
    """Raise an InputError unless `thing` is what TensorFlow can save."""
    if parts.is_trackable(thing):
        return
    write = say("Pass the module, an object of a class like class Gesture(tf.Module).")
    if isinstance(thing, type):
        write = say("Pass an object of it, {name}(...).", name=thing.__name__)
    elif parts.is_function(thing):
        write = say("Write module = tf.Module(); module.measure = measure, and pass module.")
    elif isinstance(thing, str) or hasattr(thing, "__fspath__"):
        write = say("Of a SavedModel's folder, pass tf.saved_model.load(folder).")
        if str(thing).endswith((".keras", ".h5")):
            write = say("Of a Keras file, pass keras.models.load_model(file).")
    raise InputError("Expected a tf.Module, got {came}. {write}", came=kind(thing), write=write)


class _Reader:
    """`tracked` is the ids of all that is saved, `listed` those of `module.variables`."""

    def __init__(self, module: Any) -> None:
        import tensorflow as tf

        self.seen: dict[int, str] = {}
        self.tracked, self.listed = set(parts.tracked_from(module)), None
        if isinstance(module, tf.Module):
            with suppress(ValueError):  # TensorFlow's, of a dict with keys that cannot be sorted
                self.listed = {id(variable) for variable in module.variables}

    def read(self, part: parts.Part, owner: str, in_keras: bool = False) -> Owned:
        """The tree below one part, and on the way where each thing was seen first."""
        thing, name = part.thing, part.name.strip()
        what, about = parts.describe(thing)
        path = f"{owner}{part.name}" if owner or self.seen else ""
        if parts.is_variable(thing) or parts.is_tracked(thing):
            if id(thing) in self.seen:
                place = self.seen[id(thing)].strip() or say("the root")
                same = say("the same as {place}", place=place)
                return Owned(name, what, same, part.missed, again=True)
            self.seen[id(thing)] = path
        held = [self.read(inner, path, parts.is_keras(thing)) for inner in self._inner(part)]
        about = about if in_keras else self._noted(part, about)
        return Owned(name, what, about, part.missed, tuple(_grouped(held, what)))

    def _inner(self, part: parts.Part) -> Iterator[parts.Part]:
        thing, opaque = part.thing, bool(part.missed) and not parts.is_trackable(part.thing)
        for inner in [] if opaque else parts.parts_of(thing):
            lost = part.missed and say("inside {owner}", owner=part.name.strip())
            yield parts.Part(inner.name, inner.thing, inner.missed or lost)
        look = _captured_by if parts.is_function(thing) else parts.hidden_in
        used = look(thing) if opaque or parts.is_function(thing) else ()
        yield from (inner for inner in used if id(inner.thing) not in self.tracked)

    def _noted(self, part: parts.Part, about: str) -> str:
        """With a note where `.variables` and what is tracked do not agree."""
        variables = part.thing.variables if parts.is_keras(part.thing) else [part.thing]
        if self.listed is None or not any(map(parts.is_variable, variables)):
            return about
        listed = any(id(variable) in self.listed for variable in variables)
        if listed and part.missed:
            return say("{about}; yet in .variables", about=about)
        agree = listed or part.missed
        return about if agree else say("{about}; not in .variables", about=about)


def _captured_by(function: Any) -> list[parts.Part]:
    """The variables that a tf.function or concrete function uses, whoever owns them."""
    names = {k: v for k, v in parts.names_in(function).items() if parts.is_variable(v)}
    named, used = {id(value): name for name, value in names.items()}, []
    for concrete in parts.all_concretes(function):
        with suppress(AssertionError):  # TensorFlow's, when a variable is gone
            used += concrete.graph.variables
    found, unowned = {}, say("captured, but no attribute holds it")
    for variable in [*used, *names.values()]:
        name = named.get(id(variable)) or variable.name.partition(":")[0]
        found.setdefault(id(variable), parts.Part(f" {name}", variable, unowned))
    return list(found.values())


def _grouped(held: list[Owned], owner: str) -> Iterator[Owned]:
    """The parts, but methods in one row, and plain values of a list or dict in another."""
    several = "Python function" if owner == "module" else "Python value"
    group = [part for part in held if part.kind == several and not part.parts]
    if len(group) < 2 or owner not in ("module", "list", "dict", "tuple"):
        yield from held
        return
    yield from (part for part in held if part not in group)
    names, abouts = ", ".join(p.name for p in group), ", ".join(p.about for p in group)
    about = "" if owner == "module" else clip(abouts)
    yield Owned(clip(names), counted(len(group), several), about, group[0].missed)


_ROW, _BOX, _INDENT, _TRUNK, _PAD, _GAP = 30.0, 22.0, 24.0, 10.0, 9.0, 16.0  # pixels
_NAME, _ABOUT, _REASON = 220.0, 330.0, 200.0  # widest texts
_MANY, _ROWS = (12, 6, 3), 60  # parts of one owner, fewer where there would be more rows
_FAINT = {"size": paint.SMALL, "color": paint.GREY}
_OWNER = {"fill": paint.WHITE, "stroke": paint.INK}
_FUNCTION = {"fill": paint.PALE_BLUE, "stroke": paint.BLUE, "radius": 11.0}
_VALUE = {"fill": paint.PALE_GREY, "stroke": paint.RULE}
_LOOKS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("module", "Keras model", "Keras layer"), _OWNER),
    **dict.fromkeys(("tf.function", "concrete function"), _FUNCTION),
    "variable": {"fill": paint.PALE_ORANGE, "stroke": paint.ORANGE},
}


def draw_module(module: Any, caption: str = "") -> paint.Picture:
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
    for most in _MANY:  # fewer parts of one owner, where there would be too many rows
        tree = _first(whole, most)
        rows = list(tree.walk())
        if len(rows) <= _ROWS:
            break
    names = [paint.fit_text(part.name, _NAME) for _, part in rows]
    abouts = [paint.fit_text(_about(part), _ABOUT, paint.SMALL) for _, part in rows]
    wide = [paint.text_width(name) for name in names]
    ends = [depth * _INDENT + width for (depth, _), width in zip(rows, wide, strict=True)]
    right = max(ends) + 2 * _PAD + _GAP
    last = right + max(paint.text_width(about, paint.SMALL) for about in abouts) + _GAP
    canvas = paint.Canvas()
    _draw_trunks(canvas, rows)
    for i, (depth, part) in enumerate(rows):
        left, y = depth * _INDENT, i * _ROW
        look = {**_LOOKS.get(part.kind, _VALUE), "dash": bool(part.missed)}
        canvas.box(left, y - _BOX / 2, wide[i] + 2 * _PAD, _BOX, **look)
        canvas.text(left + _PAD, y + 4, names[i])
        canvas.text(right, y + 4, abouts[i], **_FAINT)
        if part.missed:
            missed = say("not tracked")
            canvas.text(last, y + 4, missed, size=paint.SMALL, bold=True, color=paint.RED)
            beside = last + paint.text_width(missed, paint.SMALL, bold=True) + 6
            canvas.text(beside, y + 4, paint.fit_text(part.missed, _REASON, paint.SMALL), **_FAINT)
    return canvas.picture(caption or _summary(whole), str(tree))


def _about(part: Owned) -> str:
    """What stands beside a box."""
    if part.kind and part.about and part.about != part.name:
        return say("{kind}: {about}", kind=say(part.kind), about=part.about)
    return say(part.kind) if part.kind else part.about


def _summary(tree: Owned) -> str:
    below = [part for depth, part in tree.walk() if depth]
    kept = [part.kind for part in below if not part.missed and not part.again]
    kinds = ("variable", "tf.function", "module", "Keras model", "Keras layer")
    told = say(", ").join(counted(kept.count(kind), kind) for kind in kinds if kind in kept)
    words = {"name": tree.name, "held": told or say("nothing that TensorFlow tracks")}
    if missed := sum(bool(part.missed) for part in below):
        return say("{name}: {held}; {missed} not tracked (dashed)", missed=missed, **words)
    return say("{name}: {held}", **words)


def _first(tree: Owned, most: int) -> Owned:
    """The tree with the first parts of an owner of many, and how many more there are."""
    shown = tree.parts if len(tree.parts) <= most + 1 else tree.parts[:most]
    held = [_first(part, most) for part in shown]
    if rest := tree.parts[len(shown) :]:
        about = say("all tracked")
        if missed := sum(bool(part.missed) for part in rest):
            about = say("{missed} of them not tracked", missed=missed)
        held.append(Owned(say("… {count} more", count=len(rest)), "", about))
    return replace(tree, parts=tuple(held))


def _draw_trunks(canvas: paint.Canvas, rows: Sequence[tuple[int, Owned]]) -> None:
    """From each owner down to its last part, and across to each; across is dashed as its box."""
    owner_at: dict[int, int] = {}  # depth -> the row that owns what stands one deeper
    last: dict[int, int] = {}
    for i, (depth, _) in enumerate(rows):
        owner_at[depth] = i
        if depth:
            last[owner_at[depth - 1]] = i
    for owner, end in last.items():
        x = rows[owner][0] * _INDENT + _TRUNK
        down = [(x, owner * _ROW + _BOX / 2), (x, end * _ROW)]
        canvas.line(down, arrow=False, width=1.0)
    for i, (depth, part) in enumerate(rows[1:], 1):
        across = [((depth - 1) * _INDENT + _TRUNK, i * _ROW), (depth * _INDENT, i * _ROW)]
        canvas.line(across, arrow=False, width=1.0, dash=bool(part.missed))
