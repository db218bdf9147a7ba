"""A module and what was loaded of it in, a table of what survived out. Calls and traces nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..records import InputError, Shown, Table, TensorType, kind
from ..values import difference
from ..words import later, say
from . import parts
from .module import demand_module

_STATES = {  # what a row says of it, and the caption of all of them
    "kept": (later("✓ kept"), later("{count} kept")),
    "changed": (later("≠ changed"), later("{count} changed")),
    "empty": (later("✗ empty"), later("{count} empty")),
    "gone": (later("✗ gone"), later("{count} gone")),
    "new": (later("+ new"), later("{count} new")),
}


@dataclass(frozen=True)
class Fate:
    """One attribute before and after. `state` is kept, changed, empty, gone or new."""

    name: str
    before: str
    after: str
    state: str
    why: str = ""

    def verdict(self) -> str:
        """The state with its mark, and why."""
        said = say(_STATES[self.state][0])
        return say("{state}: {why}", state=said, why=self.why) if self.why else said


@dataclass(frozen=True)
class Survival(Shown):
    """What a module held before saving, and what there is after loading."""

    name: str
    fates: tuple[Fate, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (
                f"`{fate.name}`",
                fate.before and f"`{fate.before}`",
                say("the same") if fate.after == fate.before else fate.after and f"`{fate.after}`",
                fate.verdict(),
            )
            for fate in self.fates
        )
        states = [fate.state for fate in self.fates]
        found = [state for state in _STATES if state in states]
        told = say(", ").join(say(_STATES[one][1], count=states.count(one)) for one in found)
        caption = say("`{name}` before saving and after loading: {told}", name=self.name, told=told)
        heads = (say("attribute"), say("before saving"), say("after loading"), say("verdict"))
        return (Table(caption, heads, rows),)


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
    demand_module(original)
    came = ""
    if original is loaded:
        came = say("one object twice")
    elif parts.is_loaded(original) and not parts.is_loaded(loaded):
        came = say("the loaded one first")
    elif parts.is_keras(loaded) or not parts.is_trackable(loaded):
        came = say("{kind} as the loaded one", kind=kind(loaded))
    if came:
        raise InputError(
            "Expected the module that was saved, then what was loaded, got {came}. Write "
            "compare_saved(module, tf.saved_model.load(folder)); a Keras model is saved to "
            "such a folder by model.export(folder), a .keras file is none.",
            came=came,
        )
    rows = _Rows(original, loaded)
    fates = [_owner(say("the object"), original, loaded), *rows.of(original, loaded, "")]
    fates.sort(key=lambda fate: fate.state == "new")
    return Survival(parts.type_name(original), tuple(fates))


def _key(variable: Any) -> int:
    """Keras has objects of its own around the variables that are saved."""
    return id(parts.tensorflow_variable(variable))


def _apart(before: Any, after: Any) -> str:
    """How two variables differ, in words; nothing if they do not."""
    import numpy as np

    if TensorType.like(before) != TensorType.like(after):
        return say("another dtype or shape")
    one, other = np.asarray(before.numpy()), np.asarray(after.numpy())
    largest, problem = difference(one, other)
    if one.tobytes() == other.tobytes() or (not problem and not largest):  # nan is nan here
        return ""
    if not largest:
        return say("values differ")
    return say("values differ by up to {largest:.2g}", largest=largest)


class _Rows:
    """Makes the rows; what of a module has its row already is noted on the way.

    `pairs`: key of each tracked variable -> where it is in what was loaded, and what it is there.
    """

    def __init__(self, original: Any, loaded: Any) -> None:
        self.tracked, self.seen = set(parts.tracked_from(original)), {id(original)}
        self.pairs: dict[int, tuple[str, Any]] = {}
        # By the names under which saving walked to a variable.
        todo, seen = [("", original, loaded)], {id(original)}
        for path, before, after in todo:  # it grows on the way
            names = parts.tracked_in(after)
            for name, child in parts.tracked_in(before).items():
                place = f"{path}.{name}"
                if parts.is_variable(child) and parts.is_variable(names.get(name)):
                    self.pairs.setdefault(_key(child), (place, names[name]))
                elif name in names and id(child) not in seen:
                    seen.add(id(child))
                    todo.append((place, child, names[name]))
        # Else by its place, since Keras' `export` saves a list of the variables.
        lists = [[*getattr(owner, "variables", ())] for owner in (original, loaded)]
        types = [[TensorType.like(one) for one in variables] for variables in lists]
        for i, one in enumerate(lists[0] if parts.is_keras(original) else ()):
            if types[0] == types[1]:
                self.pairs.setdefault(_key(one), (f".variables[{i}]", lists[1][i]))
        # Else by equal values, for an attribute that was renamed.
        claimed = {id(variable) for _, variable in self.pairs.values()}
        free = [found for found in parts.variables_from(loaded) if id(found[1]) not in claimed]
        for _, one in parts.variables_from(original):
            equal = (found for found in free if not _apart(one, found[1]))
            if _key(one) not in self.pairs and (found := next(equal, None)):
                self.pairs[_key(one)] = found
                free.remove(found)

    def of(self, original: Any, loaded: Any, path: str) -> Iterator[Fate]:
        """Of the parts of one pair of objects, those that are only in the loaded one last."""
        after = {part.name: part.thing for part in parts.parts_of(loaded)}
        before = parts.parts_of(original)
        if parts.is_keras(original):
            yield from self._weights(original, path)
            before = [part for part in before if parts.is_function(part.thing)]
        for part in before:
            yield from self._part(part, after.pop(part.name, None), f"{path}{part.name}")
        for name, thing in after.items():
            yield from _added(f"{path}{name}", thing)

    def _part(self, part: parts.Part, after: Any, name: str) -> Iterator[Fate]:
        before = part.thing
        if parts.is_variable(before):
            yield self._variable(name, before, part.missed, after)
        elif after is None:
            why = part.missed or say("nothing of this name was saved")
            yield Fate(name, _told(before), "", "gone", why)
            # What it holds may be there under another name, or it hid in it and was not saved.
            for inner in parts.hidden_in(before) if part.missed else ():
                if id(inner.thing) not in self.tracked:
                    yield Fate(f"{name}{inner.name}", _told(inner.thing), "", "gone", inner.missed)
            for place, variable in () if part.missed else parts.variables_from(before):
                yield self._variable(f"{name}{place}", variable)
        elif parts.is_function(before) and parts.is_function(after):
            yield from _function(name, before, after)
        elif id(before) in self.seen:
            yield Fate(name, _told(before), _told(after), "kept", say("shown above"))
        else:
            self.seen.add(id(before))
            yield _owner(name, before, after)
            yield from self.of(before, after, name)

    def _variable(self, name: str, before: Any, missed: str = "", same_place: Any = None) -> Fate:
        place, after = self.pairs.get(_key(before), ("", None))
        if after is None:
            lost = missed or say("nothing like it was saved")
            return Fate(name, _told(before), "", "gone", lost)
        why, texts = _apart(before, after), (_told(before), _told(after))
        if why:
            return Fate(name, *texts, "changed", why)
        if same_place is after:
            return Fate(name, *texts, "kept", say("equal values"))
        return Fate(name, *texts, "kept", say("equal values, there as {place}", place=place))

    def _weights(self, original: Any, path: str) -> Iterator[Fate]:
        """Variables of a Keras model; those with equal values share a row."""
        found, kept = {}, []
        for place, one in [*(("", v) for v in original.variables), *parts.variables_from(original)]:
            found.setdefault(_key(one), (place, one))
        for place, one in found.values():
            name = f" {one.path}" if hasattr(one, "path") else place
            fate = self._variable(f"{path}{name}".strip(), one)
            if fate.state == "kept":
                kept.append(one)
            else:
                yield fate
        if kept:
            told = parts.weights_text(kept)
            yield Fate(f"{path}.variables", told, told, "kept", say("equal values"))


def _told(thing: Any) -> str:
    kind, about = parts.describe(thing)
    if isinstance(thing, Mapping | list | tuple):
        return say("{kind} of {about}", kind=say(kind), about=about)
    plain = kind in ("Python value", "concrete function") or parts.is_loaded(thing)
    return about if plain else f"{say(kind)} {about}".strip()


def _owner(name: str, before: Any, after: Any) -> Fate:
    """A module, list or dict by itself; its parts have rows of their own."""
    texts = _told(before), _told(after)
    if texts[0] == texts[1]:
        return Fate(name, *texts, "kept")
    loaded = parts.is_trackable(before) and parts.is_loaded(after)
    gone, kept = say("its class and its Python code are gone"), say("what is tracked is kept")
    return Fate(name, *texts, "changed", gone if loaded else kept)


def _function(name: str, before: Any, after: Any) -> Iterator[Fate]:
    """A row for each signature: these are the calls that were possible, and still are."""
    had, has = parts.signatures_of(before), parts.signatures_of(after)
    if not has:
        why = say("no graph was saved, a call raises")
        yield Fate(name, _told(before), _told(after), "empty", why)
        return
    for one in had:
        gone = Fate(name, one, "", "gone", say("no such graph was saved"))
        yield Fate(name, one, one, "kept") if one in has else gone
    yield from (Fate(name, "", one, "new") for one in has if one not in had)


def _added(name: str, thing: Any) -> Iterator[Fate]:
    """What can be called and was not there; what TensorFlow and Keras note down is left out."""
    if name.rpartition(".")[2].startswith("_"):
        return
    if parts.is_function(thing):
        yield from (Fate(name, "", signature, "new") for signature in parts.signatures_of(thing))
    elif isinstance(thing, Mapping):
        for part in parts.parts_of(thing):
            yield from _added(f"{name}{part.name}", part.thing)
