"""A tf.function and calls of it in, the graph that each reaches and why out. Runs nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..records import Call, Dispatch, InputError, TensorType, error_line, has_type, kind
from ..values import short
from .function import concretes_of, demand_polymorphic, python_name, read_concrete
from .signature import parameters_of, python_text


def read_calls(function: Any, calls: Sequence[Any], asker: str = "read_calls") -> Dispatch:
    """Which concrete function each call reaches, and why it is another one than before.

    Nothing is run. A call that no graph fits is traced, as the call itself would do it.

    Args:
        function: A tf.function.
        calls: The arguments of each call; a tuple stands for several arguments.

    Raises:
        InputError: On behalf of `asker`: `function` is not a tf.function, or `calls` not a list.
    """
    demand_polymorphic(function, asker)
    demand_calls(calls, asker)
    name, reached, shown = python_name(function), [], []
    for arguments in calls:
        arguments = arguments if isinstance(arguments, tuple) else (arguments,)
        text = f"{name}({', '.join(map(argument_text, arguments))})"
        try:
            concrete = function.get_concrete_function(*arguments)
        except Exception as error:  # whatever the learner's code raises while it is traced
            shown.append(Call(text, None, False, _refusal(error)))
            continue
        new = all(concrete is not other for other in reached)
        reason = _why(concrete, reached) if new else _why_again(concrete, arguments)
        if new:
            reached.append(concrete)
        index = next(i for i, other in enumerate(reached) if other is concrete)
        shown.append(Call(text, index, new, reason))
    return Dispatch(name, tuple(shown), tuple(read_concrete(c) for c in reached))


def demand_calls(calls: Any, asker: str) -> None:
    """Raise an InputError on behalf of `asker` unless `calls` is a list."""
    if not isinstance(calls, list):
        raise InputError(
            f"{asker} needs a list with the arguments of each call, got {kind(calls)}. "
            "Write [first_argument, second_argument], or [(a, b)] for one call with two arguments."
        )


def read_call(
    function: Any, arguments: tuple[Any, ...], text: str, before: int, error: Exception | None
) -> Call:
    """Which of all graphs of `function` a call just made reached, and why.

    Args:
        function: A tf.function, in which every graph has its number, oldest first.
        arguments: Those of the call, which `text` shows.
        text: The call as the learner would write it.
        before: How many graphs there were before the call.
        error: What the call raised, or None.
    """
    if error:
        return Call(text, None, False, _refusal(error))
    concrete, owned = function.get_concrete_function(*arguments), concretes_of(function)
    index = next(i for i, other in enumerate(owned) if other is concrete)
    new = index >= before
    if len(owned) - before > 1:
        reason = f"this one call made {len(owned) - before} graphs"
    elif new:
        reason = _why(concrete, owned[:index]).replace("first call", "first graph")
    else:
        reason = _why_again(concrete, arguments)
    return Call(text, index, new, reason)


def argument_text(value: Any) -> str:
    """An argument as in a call: a value in full, an array by its dtype and shape."""
    if not has_type(value) and not isinstance(value, list | tuple | Mapping):
        return python_text(value)
    if has_type(value) and hasattr(value, "numpy") and value.shape.rank == 0:
        return f"tf.constant({short(value)})"
    return short(value, by_value=0)


def _refusal(error: Exception) -> str:
    text = re.sub(r"^TypeError: (?=Binding)| Received args.*", "", error_line(error))
    cast = re.search(r"Can not cast (TensorSpec\(.+?\)) to (TensorSpec\(.+\))", text)
    if cast:
        return f"{_spec_text(cast[1])} does not fit {_spec_text(cast[2])}"
    return text.replace("`", "").strip(" .:")


def _spec_text(text: str) -> str:
    found = re.search(r"shape=\(([^)]*)\), dtype=tf\.(\w+)", text)
    if not found:
        return text
    sizes = [s for s in found[1].replace("None", "?").replace(" ", "").split(",") if s]
    return f"{found[2]}[{', '.join(sizes)}]"


def _why(concrete: Any, earlier: list[Any]) -> str:
    """What is different from the nearest graph that was there before."""
    if not earlier:
        return "first call"
    differences = [_differences(concrete, other) for other in earlier]
    nearest = min(reversed(differences), key=len)
    return "; ".join(nearest) or "another object or structure of arguments"


def _differences(concrete: Any, other: Any) -> list[str]:
    inputs, frozen = parameters_of(concrete)
    old = {port.name: port.type for port in parameters_of(other)[0]}
    old_frozen = dict(parameters_of(other)[1])
    said = []
    for name, value in frozen:
        if name in old:
            said.append(f"{name} is the Python value {value}, was {old[name]}")
        elif name not in old_frozen:
            said.append(f"Python value of {name}: {value}, was not there")
        elif old_frozen[name] != value:
            said.append(f"Python value of {name}: {old_frozen[name]} → {value}")
    for port in inputs:
        before_type = old.get(port.name)
        if before_type is None:
            said.append(f"{port.name} is a tensor, was {old_frozen.get(port.name, 'not there')}")
        elif before_type.dtype != port.type.dtype:
            said.append(f"dtype of {port.name}: {before_type.dtype} → {port.type.dtype}")
        elif before_type.shape != port.type.shape:
            said.append(f"shape of {port.name}: {_sizes(before_type)} → {_sizes(port.type)}")
    return said


def _sizes(shown: TensorType) -> str:
    return str(shown)[len(shown.dtype) :]


def _why_again(concrete: Any, arguments: tuple[Any, ...]) -> str:
    """Says which graph answered when the Python value in it is only equal, as 2 is to 2.0."""
    given_by_name = dict(zip(concrete.function_type.parameters, arguments, strict=False))
    for name, value in parameters_of(concrete)[1]:
        given = given_by_name.get(name)
        if isinstance(given, bool | int | float) and repr(given) != value:
            return f"{given!r} == {value}, so the graph of {name} = {value} answers"
    return ""
