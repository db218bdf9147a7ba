"""One object in, the things that it holds out, each with the reason if TensorFlow loses it.

Tracked is what `tf.saved_model.save` and `tf.train.Checkpoint` walk along, the children of
`tf.train.TrackableView`. `tf.Module.variables` walks along `vars(module)` instead: it finds a
variable in a defaultdict, and none of a Keras model. Calls and traces nothing, no property either.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What TensorFlow keeps for itself in each module, and what it adds to all that it loads.
_INTERNAL = {"_name", "_name_scope", "graph_debug_info"}
_INTERNAL |= {"tensorflow_version", "tensorflow_git_version"}
_NO_ATTRIBUTE = "not set as an attribute"


@dataclass(frozen=True)
class Part:
    """One thing that an object holds. `missed` says why TensorFlow does not track it."""

    name: str
    thing: Any
    missed: str = ""


def is_trackable(thing: Any) -> bool:
    """True for a tf.Module, a Keras layer, a tf.train.Checkpoint and what was loaded."""
    import tensorflow as tf

    return isinstance(thing, tf.__internal__.tracking.AutoTrackable)


def is_variable(thing: Any) -> bool:
    """True for a variable of TensorFlow or of Keras."""
    import tensorflow as tf

    keras = sys.modules.get("keras")
    return isinstance(thing, tf.Variable) or bool(keras and isinstance(thing, keras.Variable))


def is_keras(thing: Any) -> bool:
    """True for a Keras layer or model, and for an optimizer."""
    keras = sys.modules.get("keras")
    return bool(keras and isinstance(thing, keras.Layer | keras.Optimizer))


def is_function(thing: Any) -> bool:
    """True for a tf.function and for a concrete function."""
    import tensorflow as tf

    types = tf.types.experimental
    return isinstance(thing, types.PolymorphicFunction | types.ConcreteFunction)


def parts_of(thing: Any) -> list[Part]:
    """What one object holds, in the order in which it was set; nothing of a plain value."""
    if is_variable(thing) or is_function(thing):
        return []
    if is_keras(thing):
        return list(_keras_parts(thing))
    if isinstance(thing, Mapping):
        return list(_element_parts(thing, {key: (str(key), value) for key, value in thing.items()}))
    if isinstance(thing, list | tuple):
        return list(_element_parts(thing, {i: (str(i), value) for i, value in enumerate(thing)}))
    if is_trackable(thing):
        return [*_attribute_parts(thing), *_class_parts(thing)]
    return [Part(f".{name}", child) for name, child in _tracked_in(thing).items()]


def tracked_from(root: Any) -> dict[int, Any]:
    """All that is tracked from `root` on, by id; of a Keras variable also TensorFlow's."""
    found, todo = {id(root): root}, [root]
    while todo:
        thing = todo.pop()
        children = list(_tracked_in(thing).values())
        if is_variable(thing) and hasattr(thing, "path"):
            children.append(thing.value)
        todo += [child for child in children if id(child) not in found]
        found |= {id(child): child for child in children}
    return found


def _tracked_in(thing: Any) -> dict[str, Any]:
    """What TensorFlow tracks of an object, by the name under which it is saved."""
    import tensorflow as tf

    if not hasattr(thing, "_trackable_children"):
        return {}
    try:
        found = tf.train.TrackableView.children(thing)
    except ValueError:  # a dict with keys that are no strings, a list changed in its middle
        return {}
    return {name: child for name, child in found.items() if not name.startswith("_self_")}


def _keras_parts(thing: Any) -> Iterator[Part]:
    """Keras has names of its own: layers of a model, else the variables."""
    inner = getattr(thing, "layers", None)
    for i, part in enumerate(inner or ()):
        yield Part(f".layers[{i}]", part)
    if not inner:
        yield from (Part(f".{variable.name}", variable) for variable in thing.variables)


def _element_parts(thing: Any, elements: dict[Any, tuple[str, Any]]) -> Iterator[Part]:
    """What a list or dict holds; each element with the name under which it would be saved."""
    tracked = _tracked_in(thing)
    cause = "a key is no text" if isinstance(thing, Mapping) else "the list was changed inside"
    for key, (name, value) in elements.items():
        missed = "" if name in tracked or is_function(value) else _why_missed(value)
        if missed == _NO_ATTRIBUTE:
            missed = f"saving fails: {cause}"
        yield Part(f"[{key!r}]", value, missed)


def _attribute_parts(thing: Any) -> Iterator[Part]:
    tracked, held = _tracked_in(thing), vars(thing)
    for name, value in held.items():
        if not _internal(thing, name, value, name in tracked):
            yield Part(f".{name}", value, "" if name in tracked else _why_missed(value))
    yield from (Part(f".{name}", child) for name, child in tracked.items() if name not in held)


def _internal(thing: Any, name: str, value: Any, tracked: bool) -> bool:
    """True for what TensorFlow or Keras keeps for itself."""
    import tensorflow as tf

    if name in _INTERNAL or name.startswith("_self_"):
        return True
    empty = isinstance(value, Mapping | list | tuple) and not value
    return name.startswith("_") and not isinstance(thing, tf.Module) and (empty or not tracked)


def _class_parts(thing: Any) -> Iterator[Part]:
    """tf.functions, methods and values on the classes that the learner wrote."""
    seen = set(vars(thing))
    for owner in type(thing).__mro__:
        if owner is object or owner.__module__.split(".")[0] in ("tensorflow", "keras"):
            continue
        for name, value in vars(owner).items():
            if name in seen or (name.startswith("_") and name != "__call__"):
                continue
            seen.add(name)
            if is_function(value):
                yield Part(f".{name}", getattr(thing, name))
            else:
                code = inspect.isroutine(value) or isinstance(value, property)
                yield Part(f".{name}", value, "Python code" if code else "held by the class")


def _why_missed(value: Any) -> str:
    """Why TensorFlow does not track a value that it does not track."""
    import tensorflow as tf

    if is_variable(value) or is_trackable(value):
        return _NO_ATTRIBUTE
    if tf.is_tensor(value):
        leaked = isinstance(value, tf.Tensor) and tf.is_symbolic_tensor(value)
        return "leaked from a trace: no value" if leaked else "a constant; graphs keep a copy"
    if inspect.isroutine(value):
        return "Python code"
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return f"a Python {type(value).__name__}"
    return "a Python value" if type(value).__module__ == "builtins" else "a Python object"
