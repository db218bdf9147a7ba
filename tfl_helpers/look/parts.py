"""A module in, the parts of it that TensorFlow tracks and those that it overlooks out."""

from __future__ import annotations

import inspect
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..records import TensorType, has_type
from ..values import clip, short
from ..words import counted, later, say
from .function import concretes_of, signature_of


def is_trackable(thing: Any) -> bool:
    """True for a tf.Module, a Keras layer, a tf.train.Checkpoint and what was loaded."""
    import tensorflow as tf

    return isinstance(thing, tf.__internal__.tracking.AutoTrackable)


def is_tracked(thing: Any) -> bool:
    """True for all that TensorFlow saves: also variables, functions, tables, lists in a module."""
    import tensorflow as tf

    return isinstance(thing, tf.__internal__.tracking.Trackable)


def is_loaded(thing: Any) -> bool:
    """True for what tf.saved_model.load returns, also of TensorFlow 1, and for objects in it."""
    made = "tensorflow.python.saved_model.load", "tensorflow.python.trackable.autotrackable"
    return is_trackable(thing) and type(thing).__module__ in made  # they have no public class


def is_variable(thing: Any) -> bool:
    """True for a variable of TensorFlow or of Keras."""
    import tensorflow as tf

    keras = sys.modules.get("keras")
    return isinstance(thing, tf.Variable) or bool(keras and isinstance(thing, keras.Variable))


def tensorflow_variable(variable: Any) -> Any:
    """Itself, or of a variable of Keras the one that holds its values."""
    import tensorflow as tf

    return variable if isinstance(variable, tf.Variable) else variable.value


def is_keras(thing: Any) -> bool:
    """True for a Keras layer or model, and for an optimizer."""
    keras = sys.modules.get("keras")
    return bool(keras and isinstance(thing, keras.Layer | keras.Optimizer))


def is_function(thing: Any) -> bool:
    """True for a tf.function and for a concrete function."""
    import tensorflow as tf

    types = tf.types.experimental
    return isinstance(thing, types.PolymorphicFunction | types.ConcreteFunction)


def describe(thing: Any) -> tuple[str, str]:
    """Kind, not yet said, and description: `("variable", "float32[2, 2], 16 bytes")`."""
    try:
        return _described(thing)
    except Exception:  # a class of the learner's may raise at any look
        return later("Python value"), type(thing).__name__


def _described(thing: Any) -> tuple[str, str]:
    import numpy as np
    import tensorflow as tf

    if is_variable(thing):
        told = [str(TensorType.like(thing)), *_sized([thing])]
        told += [] if thing.trainable else [say("not trainable")]
        return later("variable"), say(", ").join(told)
    if isinstance(thing, tf.types.experimental.ConcreteFunction):
        return later("concrete function"), signatures_of(thing)[0]
    if is_function(thing):
        return "tf.function", _graphs(thing)
    if is_keras(thing):
        model = later("Keras model") if getattr(thing, "layers", None) else later("Keras layer")
        layer = isinstance(thing, sys.modules["keras"].Layer)
        told = type(thing).__name__ + say(", ") + weights_text(thing.variables)
        return model if layer else later("Keras optimizer"), told
    if isinstance(thing, Mapping | list | tuple):
        return type_name(thing), counted(len(thing), "element")
    if is_tracked(thing):
        return later("module") if is_trackable(thing) else later("resource"), type_name(thing)
    if inspect.isroutine(thing) or isinstance(thing, property):
        code = isinstance(thing, property)
        return later("property") if code else later("Python function"), ""
    if has_type(thing):  # a spec has no value
        if tf.is_tensor(thing) or isinstance(thing, np.ndarray | np.generic):
            return later("tensor") if tf.is_tensor(thing) else later("array"), short(thing)
        return later("Python value"), f"{type_name(thing)} {TensorType.like(thing)}"
    text = getattr(thing, "__name__", repr(thing))
    return later("Python value"), type_name(thing) if " at 0x" in text else clip(text)


def size_bytes(thing: Any) -> int:
    """Bytes of the values of a variable, or of what else has a type; 0 where none is known."""
    import tensorflow as tf

    return tf.as_dtype(thing.dtype).size * (tf.TensorShape(thing.shape).num_elements() or 0)


def weights_text(variables: Sequence[Any]) -> str:
    """How many variables, and their bytes."""
    if not variables:
        return say("no variables")
    return say(", ").join([counted(len(variables), "variable"), *_sized(variables)])


def _sized(variables: Sequence[Any]) -> list[str]:
    """Their bytes, unless they are texts or have no fixed shape."""
    size = sum(map(size_bytes, variables))
    return [counted(size, "byte")] if size else []


_WRAPPERS = {"ListWrapper": "list", "_DictWrapper": "dict", "_TupleWrapper": "tuple"}
_WRAPPERS |= {"_SignatureMap": later("signature map")}


def type_name(thing: Any) -> str:
    """The class of an object, by the name that the learner gave it; a loaded one has none."""
    name = type(thing).__name__
    return say("loaded object") if is_loaded(thing) else _WRAPPERS.get(name, name)


def signatures_of(function: Any) -> list[str]:
    """Of its graphs, oldest first; each once, since saving traces a function again."""
    return list(dict.fromkeys(signature_of(graph).signature for graph in all_concretes(function)))


def all_concretes(function: Any) -> list[Any]:
    """Of a tf.function those that it owns, of a concrete function itself."""
    import tensorflow as tf

    alone = isinstance(function, tf.types.experimental.ConcreteFunction)
    return [function] if alone else concretes_of(function)


def _graphs(function: Any) -> str:
    count, traces = len(signatures_of(function)), function.experimental_get_tracing_count()
    if graphs := count and counted(count, "graph"):
        again = {"graphs": graphs, "traces": traces}
        return say("{graphs}, traced {traces} times", **again) if traces > count else graphs
    if hasattr(function, "concrete_functions"):  # it was loaded, and has no Python to trace
        return say("no graph")
    signed, unsigned = say("no graph yet: saving traces it"), say("no graph yet: nothing to save")
    return unsigned if function.input_signature is None else signed


# What TensorFlow keeps for itself in each module, and what it adds to all that it loads.
_INTERNAL = {"_name", "_name_scope", "graph_debug_info"}
_INTERNAL |= {"tensorflow_version", "tensorflow_git_version"}


@dataclass(frozen=True)
class Part:
    """One thing that an object holds. `missed` says why TensorFlow does not track it."""

    name: str
    thing: Any
    missed: str = ""


def parts_of(thing: Any) -> list[Part]:
    """What one object holds, in the order in which it was set; nothing of a plain value."""
    if is_variable(thing) or is_function(thing):
        return []
    if isinstance(thing, Mapping | list | tuple):
        return list(_elements(thing))
    if is_keras(thing) or is_trackable(thing):
        held = [*_attributes(thing), *_class_parts(thing)]
        functions = [part for part in held if is_function(part.thing)]
        return _keras_parts(thing) + functions if is_keras(thing) else held
    return [Part(f".{name}", child) for name, child in tracked_in(thing).items()]


def _keras_parts(thing: Any) -> list[Part]:
    """The layers of a Keras object, and the variables and tables that are in none of them."""
    layers = [(f".layers[{i}]", layer) for i, layer in enumerate(getattr(thing, "layers", ()))]
    for path, child in [] if layers else tracked_from(thing).values():
        if path and is_keras(child) and not path.startswith(tuple(f"{p}." for p, _ in layers)):
            layers.append((path, child))  # of a layer, also those in its lists
    inside = {id(variable) for _, layer in layers for variable in layer.variables}
    own = [(f".{one.name}", one) for one in thing.variables if id(one) not in inside]
    inside |= {id(variable) for variable in thing.variables}
    for name, child in tracked_in(thing).items():
        plain = is_keras(child) or is_function(child) or isinstance(child, Mapping | list | tuple)
        if is_tracked(child) and not plain and id(child) not in inside:
            own.append((f".{name}", child))
    return [Part(name, child) for name, child in (*layers, *own)]


def tracked_from(root: Any) -> dict[int, tuple[str, Any]]:
    """All that is tracked from `root` on: its id -> where it is, and itself."""
    found, todo = {id(root): ("", root)}, [("", root)]
    for path, thing in todo:  # it grows on the way
        own = {"value": tensorflow_variable(thing)} if is_variable(thing) else {}
        for name, child in (tracked_in(thing) | own).items():
            if id(child) not in found:
                found[id(child)] = f"{path}.{name}", child
                todo.append(found[id(child)])
    return found


def variables_from(root: Any) -> list[tuple[str, Any]]:
    """The variables that are tracked, and where; Keras' own, not TensorFlow's inside them too."""
    found: dict[int, tuple[str, Any]] = {}
    for path, thing in tracked_from(root).values():
        if is_variable(thing):
            found.setdefault(id(tensorflow_variable(thing)), (path, thing))
    return list(found.values())


def tracked_in(thing: Any) -> dict[str, Any]:
    """What TensorFlow tracks of an object, by the name under which it is saved."""
    import tensorflow as tf

    if type(thing).__module__.startswith("keras.") and isinstance(thing, Mapping | list):
        pairs = thing.items() if isinstance(thing, Mapping) else enumerate(thing)
        return {str(key): value for key, value in pairs}
    if not is_tracked(thing):
        return {}
    try:
        found = tf.train.TrackableView.children(thing)
    except ValueError:  # a dict with keys that are no strings, a list changed in its middle
        return {}
    # Keras has lists and dicts of its own, which TensorFlow is told of only while it saves.
    lists = {name: getattr(thing, name) for name in getattr(thing, "_tracked", ())}
    return {k: v for k, v in {**found, **lists}.items() if not k.startswith("_self_")}


def _elements(thing: Any) -> Iterator[Part]:
    """What a list or dict holds, which saving refuses where it cannot name an element."""
    tracked, is_dict = tracked_in(thing), isinstance(thing, Mapping)
    fails = say("saving fails: the list was changed inside")
    if is_dict:
        fails = say("saving fails: a key is no text")
    for key, value in thing.items() if is_dict else enumerate(thing):
        missed = "" if str(key) in tracked or is_function(value) else _why_missed(value, fails)
        yield Part(f"[{key!r}]", value, missed)


def _attributes(thing: Any) -> Iterator[Part]:
    import tensorflow as tf

    tracked, held = tracked_in(thing), vars(thing)
    for name, value in held.items():
        empty = isinstance(value, Mapping | list | tuple) and not value
        private = name.startswith("_") and not isinstance(thing, tf.Module)
        own = name in _INTERNAL or name.startswith("_self_")
        if not own and not (private and (empty or name not in tracked)):
            yield Part(f".{name}", value, "" if name in tracked else _why_missed(value))
    yield from (Part(f".{name}", child) for name, child in tracked.items() if name not in held)


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
            if is_function(getattr(value, "__func__", value)):  # also of a staticmethod
                yield Part(f".{name}", getattr(thing, name))
            else:
                code = inspect.isroutine(value) or isinstance(value, property)
                why = say("Python code") if code else say("held by the class")
                yield Part(f".{name}", value, why)


def _why_missed(value: Any, trackable: str = "") -> str:
    """Why TensorFlow does not track a value that it does not track."""
    import tensorflow as tf

    if is_variable(value) or is_trackable(value):
        return trackable or say("not set as an attribute")
    if tf.is_tensor(value):
        leaked = isinstance(value, tf.Tensor) and tf.is_symbolic_tensor(value)
        leak, copied = say("leaked from a trace: no value"), say("a constant; graphs keep a copy")
        return leak if leaked else copied
    if inspect.isroutine(value):
        return say("Python code")
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return say("a Python {type}", type=type(value).__name__)
    builtin = type(value).__module__ == "builtins"
    return say("a Python value") if builtin else say("a Python object")


_MOST = 500  # plain things that are searched for what may hide in them


def hidden_in(thing: Any) -> Iterator[Part]:
    """Variables and modules in a plain object, a Python container or the closure of a function."""
    todo, seen = [("", thing)], {id(thing)}
    for path, holder in todo:  # it grows on the way
        code = inspect.isfunction(holder) or is_function(holder)
        inside = say("inside a Python {type}", type=type(holder).__name__)
        where = say("used by Python code") if code else inside
        for name, value in _inside(holder).items():
            if id(value) in seen:
                continue
            seen.add(id(value))
            if is_variable(value) or is_trackable(value):
                yield Part(f"{path}{name}", value, where)
            elif len(todo) < _MOST and _inside(value):
                todo.append((f"{path}{name}", value))


def _inside(thing: Any) -> dict[str, Any]:
    if isinstance(thing, set | frozenset):  # in an order that is the same in every process
        thing = sorted(thing, key=lambda value: type(value).__name__)
    if isinstance(thing, Mapping | list | tuple | deque):
        pairs = thing.items() if isinstance(thing, Mapping) else enumerate(thing)
        return {f"[{key!r}]": value for key, value in pairs}
    if inspect.isfunction(thing) or is_function(thing):
        return {f" {name}": value for name, value in names_in(thing).items()}
    if inspect.ismethod(thing) or isinstance(thing, partial):
        names = ("__self__", "func", "args", "keywords")
        return {f" {name}": getattr(thing, name) for name in names if hasattr(thing, name)}
    if isinstance(thing, type) or inspect.ismodule(thing) or has_type(thing):
        return {}
    slots = [name for owner in type(thing).__mro__ for name in vars(owner).get("__slots__", ())]
    found = {name: getattr(thing, name) for name in slots if hasattr(thing, name)}
    found |= getattr(thing, "__dict__", {})
    return {f".{name}": value for name, value in found.items()}


def names_in(function: Any) -> dict[str, Any]:
    """Names from outside that a Python function uses, and what they mean now."""
    try:
        code = inspect.unwrap(getattr(function, "python_function", function))
        found = inspect.getclosurevars(code)
    except (TypeError, ValueError):  # not written in Python, or a name that is not yet set
        return {}
    return {**found.globals, **found.nonlocals}
