"""A module and what was loaded of it in, a table of what survived out. Calls and traces nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..records import InputError, Shown, Table
from ..values import difference
from .module import demand_module
from .parts import (
    Part,
    describe,
    hidden_in,
    is_function,
    is_keras,
    is_trackable,
    is_variable,
    parts_of,
    signatures_of,
    tracked_from,
    type_name,
    weights_text,
)

_MARKS = {"kept": "✓", "changed": "≠", "empty": "✗", "gone": "✗", "new": "+"}
_LOADED = "loaded object"


@dataclass(frozen=True)
class Fate:
    """One attribute before and after. `state` is kept, changed, empty, gone or new."""

    name: str
    before: str
    after: str
    state: str
    why: str = ""


@dataclass(frozen=True)
class Survival(Shown):
    """What a module held before saving, and what there is after loading."""

    name: str
    fates: tuple[Fate, ...]

    def count(self, state: str) -> int:
        """How many attributes ended in a state."""
        return sum(fate.state == state for fate in self.fates)

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (
                f"`{fate.name}`",
                fate.before and f"`{fate.before}`",
                "the same" if fate.after == fate.before else fate.after and f"`{fate.after}`",
                f"{_MARKS[fate.state]} {fate.state}{fate.why and f': {fate.why}'}",
            )
            for fate in self.fates
        )
        told = ", ".join(f"{self.count(state)} {state}" for state in _MARKS if self.count(state))
        caption = f"`{self.name}` before saving and after loading: {told}"
        return (Table(caption, ("attribute", "before saving", "after loading", "verdict"), rows),)


def compare_saved(original: Any, loaded: Any) -> Survival:
    """Attribute by attribute, what a module held before saving and what there is after loading.

    Args:
        original: The tf.Module or Keras model that was saved.
        loaded: What `tf.saved_model.load` returned.

    Returns:
        A record that shows a row for each attribute, and for each signature of a tf.function.

    Raises:
        InputError: one of them is nothing that TensorFlow saves, or they changed places.

    Example:
        >>> tfl.compare_saved(gesture, tf.saved_model.load(folder))
    """
    demand_module(original, "compare_saved")
    demand_module(loaded, "compare_saved")
    swapped = type_name(original) == _LOADED != type_name(loaded)
    if swapped or original is loaded:
        came = "the loaded one first" if swapped else "one object twice"
        raise InputError(
            f"compare_saved needs the module that was saved, then what was loaded, got {came}. "
            "Write compare_saved(module, tf.saved_model.load(folder))."
        )
    seen, tracked = {id(original)}, set(tracked_from(original))
    hidden = [
        Fate(f"{part.name}{inner.name}", _told(inner.thing), "", "gone", inner.missed)
        for part in parts_of(original)
        if part.missed and not is_trackable(part.thing)
        for inner in hidden_in(part.thing)
        if id(inner.thing) not in tracked
    ]
    itself = _owner("the object", original, loaded)
    fates = [itself, *_compare(original, loaded, "", seen), *hidden]
    return Survival(type_name(original), tuple(sorted(fates, key=lambda fate: fate.state == "new")))


def _compare(original: Any, loaded: Any, path: str, seen: set[int]) -> Iterator[Fate]:
    """Rows of the parts of one pair of objects, those that are only in the loaded one last."""
    after = {part.name: part.thing for part in parts_of(loaded)}
    if is_keras(original) and not is_keras(loaded):
        yield from _weights(original, loaded, path)
    else:
        for part in parts_of(original):
            yield from _part(part, after.pop(part.name, None), f"{path}{part.name}", seen)
    for name, thing in after.items():
        yield from _added(f"{path}{name}", thing)


def _part(part: Part, after: Any, name: str, seen: set[int]) -> Iterator[Fate]:
    before = part.thing
    if after is None:
        yield Fate(name, _told(before), "", "gone", part.missed)
    elif is_variable(before) and is_variable(after):
        yield _variable(name, before, after)
    elif is_function(before) and is_function(after):
        yield from _function(name, before, after)
    elif id(before) in seen:
        yield Fate(name, _told(before), _told(after), "kept", "shown above")
    else:
        seen.add(id(before))
        yield _owner(name, before, after)
        yield from _compare(before, after, name, seen)


def _told(thing: Any) -> str:
    kind, about = describe(thing)
    if isinstance(thing, Mapping | list | tuple):
        return f"{kind} of {about}"
    plain = kind in ("Python value", "concrete function") or about == _LOADED
    return about if plain else f"{kind} {about}".strip()


def _owner(name: str, before: Any, after: Any) -> Fate:
    """A module, list or dict by itself; its parts have rows of their own."""
    texts = _told(before), _told(after)
    if texts[0] == texts[1]:
        return Fate(name, *texts, "kept")
    loaded = is_trackable(before) and type_name(after) == _LOADED
    why = "its class and its Python code are gone" if loaded else "what is tracked is kept"
    return Fate(name, *texts, "changed", why)


def _variable(name: str, before: Any, after: Any) -> Fate:
    texts, (one, other) = (_told(before), _told(after)), (before.numpy(), after.numpy())
    if texts[0] != texts[1]:
        return Fate(name, *texts, "changed")
    largest, problem = difference(one, other)
    if one.tobytes() == other.tobytes() or (not problem and not largest):
        return Fate(name, *texts, "kept", "equal values")
    apart = f"values differ by up to {largest:.2g}" if largest else "values differ"
    return Fate(name, *texts, "changed", apart)


def _function(name: str, before: Any, after: Any) -> Iterator[Fate]:
    """A row for each signature: these are the calls that were possible, and still are."""
    had, has = signatures_of(before), signatures_of(after)
    if not has:
        yield Fate(name, _told(before), _told(after), "empty", "no graph was saved, a call raises")
        return
    for signature in had:
        kept = signature in has
        yield Fate(name, signature, signature if kept else "", "kept" if kept else "gone")
    yield from (Fate(name, "", signature, "new") for signature in has if signature not in had)


def _weights(original: Any, loaded: Any, path: str) -> Iterator[Fate]:
    """Variables of a Keras model; loaded, they stand elsewhere, under the names of their paths.

    Those with equal values share a row.
    """
    there = [thing for thing in tracked_from(loaded).values() if is_variable(thing)]
    kept = []
    for variable in original.variables:
        name = f"{path} {variable.path}".strip()
        same = [found for found in there if found.name.partition(":")[0] == variable.path]
        fates = [_variable(name, variable, found) for found in same]
        fates = fates or [Fate(name, _told(variable), "", "gone")]
        worst = next((fate for fate in fates if fate.state != "kept"), None)
        if worst:
            yield worst
        else:
            kept.append(variable)
    if kept:
        told = weights_text(kept)
        yield Fate(f"{path}.variables", told, f"{told}, of the same names", "kept", "equal values")


def _added(name: str, thing: Any) -> Iterator[Fate]:
    """What can be called and was not there; what TensorFlow and Keras note down is left out."""
    if name.rpartition(".")[2].startswith("_"):
        return
    if is_function(thing):
        yield from (Fate(name, "", signature, "new") for signature in signatures_of(thing))
    elif isinstance(thing, Mapping):
        for part in parts_of(thing):
            yield from _added(f"{name}{part.name}", part.thing)
