"""Something that TensorFlow does not look into in, the variables inside it out. Calls nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from ..records import has_type
from .function import concretes_of
from .parts import Part, is_trackable, is_variable

_DEEP = 3  # how many plain things may stand inside one another
_UNOWNED = "captured, but no attribute holds it"


def hidden_in(thing: Any) -> Iterator[Part]:
    """Variables and modules in a plain object, a Python container or the closure of a function."""
    yield from _search(thing, "", _DEEP, {id(thing)})


def _search(thing: Any, path: str, deep: int, seen: set[int]) -> Iterator[Part]:
    code = inspect.isfunction(thing)
    for name, value in _inside(thing).items():
        if id(value) in seen:
            continue
        seen.add(id(value))
        if is_variable(value) or is_trackable(value):
            where = "used by Python code" if code else f"inside a Python {type(thing).__name__}"
            yield Part(f"{path}{name}", value, where)
        elif deep > 1:
            yield from _search(value, f"{path}{name}", deep - 1, seen)


def _inside(thing: Any) -> dict[str, Any]:
    if isinstance(thing, Mapping):
        return {f"[{key!r}]": value for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return {f"[{i}]": value for i, value in enumerate(thing)}
    if inspect.isfunction(thing):
        return {f" {name}": value for name, value in _names_in(thing).items()}
    if isinstance(thing, type) or inspect.ismodule(thing) or has_type(thing):
        return {}
    return {f".{name}": value for name, value in getattr(thing, "__dict__", {}).items()}


def _names_in(function: Any) -> dict[str, Any]:
    """Names from outside that a Python function uses, and what they mean now."""
    try:
        found = inspect.getclosurevars(inspect.unwrap(function))
    except (TypeError, ValueError):  # not written in Python, or a name that is not yet set
        return {}
    return {**found.globals, **found.nonlocals}


def captured_by(function: Any) -> list[Part]:
    """The variables that a tf.function or concrete function uses, whoever owns them."""
    import tensorflow as tf

    polymorphic = isinstance(function, tf.types.experimental.PolymorphicFunction)
    concretes = concretes_of(function) if polymorphic else [function]
    names = _names_in(function.python_function) if polymorphic else {}
    named = {id(value): name for name, value in names.items() if is_variable(value)}
    used = [variable for concrete in concretes for variable in _variables_of(concrete)]
    used += [value for value in names.values() if is_variable(value)]
    found = {}
    for variable in used:
        name = named.get(id(variable)) or variable.name.partition(":")[0]
        found.setdefault(id(variable), Part(f" {name}", variable, _UNOWNED))
    return list(found.values())


def _variables_of(concrete: Any) -> list[Any]:
    try:
        return list(concrete.graph.variables)
    except AssertionError:  # TensorFlow's, when a variable is gone
        return []
