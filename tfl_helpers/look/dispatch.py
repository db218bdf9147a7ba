"""Calls of a tf.function in, a picture of the graph that each reaches out."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from ..figure.canvas import BLUE, GREY, ORANGE, PALE_BLUE, RED, SMALL, Canvas, Picture, wrap_text
from ..figure.columns import Cell, Column, Link, draw_columns
from ..records import Call, Dispatch, InputError, TensorType, has_type, kind
from ..values import clip, short
from ..words import counted, later, say
from .function import demand_polymorphic, parameters_of, python_name, signature_of, type_of
from .messages import error_line


def read_calls(function: Any, calls: Sequence[Any]) -> Dispatch:
    """Which concrete function each call reaches, and why it is another one than before.

    Nothing is run. A call that no graph fits is traced, as the call itself would do it.
    """
    demand_polymorphic(function)
    name, reached = python_name(function), []
    shown = [
        read_call(function, arguments, f"{name}({text})", reached)
        for arguments, text in calls_of(calls)
    ]
    return Dispatch(name, tuple(shown), tuple(map(signature_of, reached)))


def read_call(function: Any, arguments: tuple[Any, ...], text: str, known: list[Any]) -> Call:
    """Which graph a call reaches, by its place in `known`, to which a new one is added; and why."""
    try:
        concrete = function.get_concrete_function(*arguments)
    except Exception as error:  # whatever the learner's code raises while it is traced
        return Call(text, None, False, refusal(error))
    loaded = hasattr(function, "concrete_functions")
    if loaded:  # what was traced is a wrapper that calls a saved one
        ops = [op for op in concrete.graph.get_operations() if "Call" in op.type]
        called = {op.get_attr("f").name for op in ops}
        saved = (one for one in function.concrete_functions if one.name.decode() in called)
        concrete = next(saved, concrete)
    first = say("saved with the model") if loaded else say("first call")
    reason, new = _why(concrete, known, arguments) if known else first, concrete not in known
    if new:
        known.append(concrete)
    return Call(text, known.index(concrete), new and not loaded, reason)


def calls_of(calls: Any) -> list[tuple[tuple[Any, ...], str]]:
    """Arguments of each call, a tuple stands for several, and what stands in its brackets.

    Raises:
        InputError: `calls` is not a list.
    """
    if not isinstance(calls, list):
        raise InputError(
            "Expected a list with the arguments of each call, got {came}. Write "
            "[first_argument, second_argument], or [(a, b)] for one call with two arguments.",
            came=kind(calls),
        )
    several = map(arguments_of, calls)
    return [(arguments, ", ".join(map(argument_text, arguments))) for arguments in several]


def arguments_of(given: Any) -> tuple[Any, ...]:
    """Of one call: a tuple stands for several arguments."""
    return given if isinstance(given, tuple) else (given,)


def argument_text(value: Any) -> str:
    """An argument as in a call: a value in full, an array by its dtype and shape."""
    if hasattr(type(value), "_type_spec"):  # a variable, a Dataset: more than one dense tensor
        return str(type_of(value))
    if has_type(value) and hasattr(value, "numpy") and value.shape.rank == 0:
        return f"tf.constant({short(value)})"
    if has_type(value) or isinstance(value, list | tuple | Mapping):
        text = short(value, by_value=0)
    else:
        text = getattr(value, "__name__", None) or clip(repr(value))
    at = r"<(?:[\w.]*\.)?(\w+)[^<>]*? at 0x\w*(>|\.\.\.|$)"
    return re.sub(at, lambda found: say("a {kind} object", kind=found[1]), text)


def stage_of(function: Any, error: BaseException) -> str:
    """Where a call failed that made no new graph: `refused`, `trace` or `run`.

    While a graph is made, code that is not TensorFlow's stands in the traceback; while it runs,
    none does; and a call that its signature refuses never comes so far.
    """
    import tensorflow as tf

    polymorphic = isinstance(function, tf.types.experimental.PolymorphicFunction)
    if not polymorphic or tf.config.functions_run_eagerly():
        return "run"
    frames = traceback.extract_tb(error.__traceback__)[1:]  # the first is the call itself
    if not all(frame.filename.startswith(os.path.dirname(tf.__file__)) for frame in frames):
        return "trace"
    return "run" if isinstance(error, tf.errors.OpError) else "refused"


def refusal(error: BaseException) -> str:
    """Why a call was refused, in one line without the arguments."""
    text = _in_short(re.sub(r"^TypeError: (?=Binding)| Received args.*", "", error_line(error)))
    cast = re.search(r"Can not cast (.+?) to (.+?)`?\.?$", text)
    if cast:
        return say("{came} does not fit {wanted}", came=cast[1], wanted=cast[2])
    if "Could not find matching concrete function" in text:
        return say("none of the saved graphs fits these arguments")
    text = text.replace("required keyword-only argument", "required argument")  # Python 3.13's word
    return text.replace("`", "").strip(" .:")


def _in_short(text: str) -> str:
    """Specs as dtype and shape: `float32[?, 2]`."""
    spec = r"\bTensorSpec\(shape=\(([^)]*)\), dtype=tf\.(\w+), name=[^)]*\)"
    return re.sub(spec, lambda m: f"{m[2]}[{m[1].replace('None', '?').rstrip(',')}]", text)


def _why(concrete: Any, earlier: list[Any], arguments: tuple[Any, ...]) -> str:
    """What is different from the nearest graph that was there before; which value is only equal."""
    if concrete not in earlier:
        nearest = min((_differences(concrete, other) for other in reversed(earlier)), key=len)
        alike = [say("the arguments are alike, the scope of the call is not")]
        return say("; ").join(nearest or alike)
    frozen = dict(parameters_of(concrete)[1])
    for name, given in zip(concrete.function_type.parameters, arguments, strict=False):
        value = frozen.get(name)
        if value and isinstance(given, bool | int | float) and repr(given) != value:  # 2.0 is 2
            told = {"given": given, "value": value, "name": name}
            return say("{given!r} == {value}, so the graph of {name} = {value} answers", **told)
    return ""


def _differences(concrete: Any, other: Any) -> list[str]:
    """What is unlike, leaf by leaf; where all leaves read alike, what TensorFlow tells apart."""
    # Tensor inputs by their type, Python values by their text.
    new, old = (
        dict(frozen) | {port.name: port.type for port in inputs}
        for inputs, frozen in map(parameters_of, (concrete, other))
    )
    kinds, known = (
        {name: part.type_constraint for name, part in graph.function_type.parameters.items()}
        for graph in (concrete, other)
    )
    said = []
    for name in [name for name in kinds | known if kinds.get(name) != known.get(name)]:
        own = [leaf for leaf in new | old if re.match(rf"{re.escape(name)}($|\W)", leaf)]
        told = [_difference(n, new.get(n), old.get(n)) for n in own if new.get(n) != old.get(n)]
        said += told or [_unlike(name, kinds.get(name), known.get(name))]
    return said


def _difference(name: str, new: Any, old: Any) -> str:
    if new is None:
        return say("{name} is gone", name=name)
    if isinstance(new, str) and isinstance(old, str):
        return say("Python value of {name}: {old} → {new}", name=name, old=old, new=new)
    if isinstance(new, str) or not isinstance(old, TensorType):
        value = say("the Python value {value}", value=new)
        is_, was = value if isinstance(new, str) else say("a tensor"), old or say("not there")
        return say("{name} is {new}, was {old}", name=name, new=is_, old=was)
    if new.told or old.told:
        was, is_ = (type_.told or say("dense {type}", type=type_) for type_ in (old, new))
        return say("{name}: {old} → {new}", name=name, old=was, new=is_)
    if new.dtype != old.dtype:
        return say("dtype of {name}: {old} → {new}", name=name, old=old.dtype, new=new.dtype)
    return say("shape of {name}: {old} → {new}", name=name, old=old.sizes, new=new.sizes)


def _unlike(name: str, new: Any, old: Any) -> str:
    """What TensorFlow's own types of an argument tell apart, where its tensors are alike."""
    here, there = (re.sub(r"\.?Spec$", "", type(kind).__name__) for kind in (new, old))
    if here != there:
        new, old = here.lower(), there.lower()
        return say("{name} is a {new}, was a {old}", name=name, new=new, old=old)
    if "Weakref" in repr(new):
        return say("another Python object in {name}: objects count by identity", name=name)
    if here == "Literal":
        return say("another Python value of {name}", name=name)
    old, new = _in_short(repr(old)), _in_short(repr(new))
    return say("{name}: {old} → {new}", name=name, old=old, new=new)


_CALLS, _GRAPHS, _LANE = 310.0, 290.0, 100.0  # pixels: widest texts, room for the arrows
_OUTCOMES: dict[bool | None, tuple[str, dict[str, Any]]] = {
    True: (later("new graph"), {"color": ORANGE, "width": 2.4}),
    False: (later("used again"), {"color": BLUE, "width": 1.2, "dash": True}),
    None: (later("refused"), {"color": RED, "width": 2.0}),
}


def draw_dispatch(function: Any, calls: Sequence[Any] = (), caption: str = "") -> Picture:
    """Calls on the left, in order; on the right the concrete function that each one reaches.

    Args:
        function: A tf.function, or what `read_calls` returned.
        calls: The arguments of each call; a tuple stands for several arguments.
        caption: What is to be seen; without it, how many calls made how many graphs.

    Raises:
        InputError: `function` is not a tf.function, or `calls` is not a list.

    Example:
        >>> tfl.draw_dispatch(path_length, [circle(32), circle(32), circle(40)])
    """
    found = function if isinstance(function, Dispatch) else read_calls(function, calls)
    made, words, links = [], [], []
    digits = len(str(len(found.calls)))
    for i, call in enumerate(found.calls):
        refused = call.reached is None
        word, look = _OUTCOMES[None if refused else call.new]
        mark = str(i + 1).rjust(digits, "\u2007")  # a space as wide as a digit
        why = wrap_text(call.reason, _CALLS, SMALL)
        if len(why) > 2:  # the words of the picture have it whole
            why = [why[0], f"{why[1][:-2]}…"]
        ink = RED if refused else GREY
        made.append(Cell(call.call, "\n".join(why), mark=mark, faint=ink, widest=_CALLS))
        words.append(Cell(about=say(word), faint=look["color"]))
        links.append(Link((1, i), None if refused else (2, call.reached), look=look))
    graphs = [
        Cell(concrete.signature, mark=f"#{i}", look={"fill": PALE_BLUE}, widest=_GRAPHS)
        for i, concrete in enumerate(found.concretes, 1)
    ]
    columns = [
        Column(made, say("calls, in order")),
        Column(words, lane=18.0),
        Column(graphs, say("concrete functions"), lane=_LANE, floats=True),
    ]
    canvas = Canvas()
    draw_columns(canvas, columns, links, flush=True)
    return canvas.picture(caption or _summary(found), str(found))


def _summary(found: Dispatch) -> str:
    calls, graphs = len(found.calls), counted(len(found.concretes), "graph")
    said = say("{name}: {n} calls reach {graphs}", name=found.name, n=calls, graphs=graphs)
    if calls == 1:
        said = say("{name}: 1 call reaches {graphs}", name=found.name, graphs=graphs)
    refused = sum(call.reached is None for call in found.calls)
    return said + (say(", {n} refused", n=refused) if refused else "")
