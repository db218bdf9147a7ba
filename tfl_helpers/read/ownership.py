"""A tf.Module in, the tree of what it holds out, with what TensorFlow does not track.

Calls and traces nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..records import InputError, kind
from ..tables import Shown, Table
from ..values import clip
from .describe import counted, describe
from .hidden import captured_by, hidden_in
from .parts import Part, is_function, is_keras, is_trackable, is_variable, parts_of, tracked_from


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
