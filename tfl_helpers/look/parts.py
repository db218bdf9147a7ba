"""A module in, the parts of it that TensorFlow tracks and those that it overlooks out."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..records import Concrete, Graph, TensorType, has_type
from ..values import short
from .function import concretes_of, name_of, outputs_of, parameters_of, python_text


def describe(thing: Any) -> tuple[str, str]:
    """Kind and description: `("variable", "float32[2, 2], 16 bytes")`."""
    import tensorflow as tf

    if is_variable(thing):
        fixed = "" if thing.trainable else ", not trainable"
        return "variable", f"{TensorType.like(thing)}, {counted(size_bytes(thing), 'byte')}{fixed}"
    if isinstance(thing, tf.types.experimental.ConcreteFunction):
        return "concrete function", signature_of(thing)
    if is_function(thing):
        return "tf.function", _graphs(thing)
    if is_keras(thing):
        return _keras_kind(thing), f"{type(thing).__name__}, {weights_text(thing.variables)}"
    if isinstance(thing, Mapping | list | tuple):
        return type_name(thing), counted(len(thing), "element")
    if hasattr(thing, "_trackable_children"):
        return ("module" if is_trackable(thing) else "resource"), type_name(thing)
    if inspect.isroutine(thing) or isinstance(thing, property):
        return ("property" if isinstance(thing, property) else "Python function"), ""
    if has_type(thing):
        return "tensor" if tf.is_tensor(thing) else "array", short(thing)
    text = python_text(thing)
    return "Python value", type_name(thing) if text == "a Python object" else text


def counted(count: int, thing: str) -> str:
    """How many of a thing, in words: `1 byte`, `768 bytes`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def size_bytes(thing: Any) -> int:
    """Bytes of the values of a variable, or of what else has a type; 0 where none is known."""
    import tensorflow as tf

    return tf.as_dtype(thing.dtype).size * (tf.TensorShape(thing.shape).num_elements() or 0)


def type_name(thing: Any) -> str:
    """The class of an object, by the name that the learner gave it; a loaded one has none."""
    names = {"ListWrapper": "list", "_DictWrapper": "dict", "_TupleWrapper": "tuple"}
    names |= {"_SignatureMap": "signature map", "_UserObject": "loaded object"}
    name = type(thing).__name__
    return names.get(name, name)


def signatures_of(function: Any) -> list[str]:
    """The signatures of a tf.function or concrete function, oldest first.

    Each once: saving traces a function again, so that two graphs may have one signature.
    """
    import tensorflow as tf

    single = isinstance(function, tf.types.experimental.ConcreteFunction)
    return list(dict.fromkeys(map(signature_of, [function] if single else concretes_of(function))))


def signature_of(concrete: Any) -> str:
    """One line without addresses, as a `Concrete` has it; the graph is not read."""
    name, (inputs, frozen) = name_of(concrete), parameters_of(concrete)
    return Concrete(name, inputs, outputs_of(concrete), (), frozen, Graph(name, ())).signature


def _graphs(function: Any) -> str:
    count, traces = len(signatures_of(function)), function.experimental_get_tracing_count()
    if count:
        return counted(count, "graph") + (f", traced {traces} times" if traces > count else "")
    if hasattr(function, "concrete_functions"):  # it was loaded, and has no Python to trace
        return "no graph"
    signed = function.input_signature is not None
    return f"no graph yet: {'saving traces it' if signed else 'nothing to save'}"


def _keras_kind(thing: Any) -> str:
    if not isinstance(thing, sys.modules["keras"].Layer):
        return "Keras optimizer"
    return "Keras model" if getattr(thing, "layers", None) else "Keras layer"


def weights_text(variables: Sequence[Any]) -> str:
    """How many variables, and their bytes."""
    if not variables:
        return "no variables"
    size = sum(map(size_bytes, variables))
    return f"{counted(len(variables), 'variable')}, {counted(size, 'byte')}"


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
