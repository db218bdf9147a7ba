"""Calls of a tf.function in, a picture of the graph that each reaches out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..figure.canvas import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE_BLUE,
    RED,
    SMALL,
    Canvas,
    Picture,
    fit_text,
    text_width,
    wrap_text,
)
from ..figure.layout import settle
from ..records import Call, Dispatch, InputError, TensorType, error_line, has_type, kind
from ..values import short
from .function import (
    concretes_of,
    demand_polymorphic,
    parameters_of,
    python_name,
    python_text,
    read_concrete,
)


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


_CALLS, _GRAPHS = 310.0, 290.0  # widest text of a call and of a signature, in pixels
_LANE, _STUB = 110.0, 24.0  # room for the arrows; length of the line of a refused call
_ROW, _REASON, _HEAD = 30.0, 15.0, 34.0
_LINE, _PAD, _BETWEEN, _ARRIVE = 17.0, 10.0, 14.0, 9.0
_WORDS = {True: "new graph", False: "used again", None: "refused"}
_LOOKS: dict[bool | None, dict[str, Any]] = {
    True: {"color": ORANGE, "width": 2.4},
    False: {"color": BLUE, "width": 1.2, "dash": True},
    None: {"color": RED, "width": 2.0, "arrow": False},
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
    given = isinstance(function, Dispatch)
    dispatch = function if given else read_calls(function, calls, "draw_dispatch")
    canvas = Canvas()
    rows = _rows(dispatch.calls)
    right = _draw_calls(canvas, dispatch.calls, rows)
    boxes = _draw_graphs(canvas, dispatch, rows, right + _LANE)
    _draw_arrows(canvas, dispatch.calls, rows, boxes, right)
    return canvas.picture(caption or _summary(dispatch), str(dispatch))


def _summary(dispatch: Dispatch) -> str:
    calls, graphs = len(dispatch.calls), len(dispatch.concretes)
    refused = sum(call.reached is None for call in dispatch.calls)
    reach = "call reaches" if calls == 1 else "calls reach"
    said = f"{dispatch.name}: {calls} {reach} {graphs} {'graph' if graphs == 1 else 'graphs'}"
    return said + (f", {refused} refused" if refused else "")


def _outcome(call: Call) -> bool | None:
    return None if call.reached is None else call.new


def _rows(calls: Sequence[Call]) -> list[float]:
    """The middle of each call's line of text; a reason takes a second line."""
    tops, top = [], _HEAD
    for call in calls:
        tops.append(top)
        top += _ROW + _REASON * len(_reason(call))
    return tops


def _reason(call: Call) -> list[str]:
    """At most two lines: the words of the picture have it whole."""
    lines = wrap_text(call.reason, _CALLS, SMALL) if call.reason else []
    return lines if len(lines) < 3 else [lines[0], fit_text(f"{lines[1]} …", _CALLS, SMALL)]


def _draw_calls(canvas: Canvas, calls: Sequence[Call], rows: Sequence[float]) -> float:
    """Number, call, reason and outcome; returns where the arrows may begin."""
    names = [fit_text(call.call, _CALLS) for call in calls]
    reasons = [_reason(call) for call in calls]
    number = text_width(f"{len(calls)} ") + 4
    widths = [text_width(name) for name in names]
    wide = max([*widths, *(text_width(line, SMALL) for text in reasons for line in text), 0.0])
    outcome = number + wide + 18
    canvas.text(0, 4, "calls, in order", size=SMALL, color=GREY)
    for i, (call, row) in enumerate(zip(calls, rows, strict=True)):
        canvas.text(number - 8, row + 4, str(i + 1), color=GREY, anchor="end")
        canvas.text(number, row + 4, names[i])
        for k, line in enumerate(reasons[i], 1):
            color = RED if call.reached is None else GREY
            canvas.text(number, row + 4 + _REASON * k, line, size=SMALL, color=color)
        kind = _outcome(call)
        canvas.text(outcome, row + 4, _WORDS[kind], size=SMALL, color=_LOOKS[kind]["color"])
    return outcome + max(text_width(word, SMALL) for word in _WORDS.values()) + 8


def _draw_graphs(
    canvas: Canvas, dispatch: Dispatch, rows: Sequence[float], left: float
) -> list[tuple[float, float, float]]:
    """A box for each concrete function, level with its calls; left, middle and height of each."""
    lines = [wrap_text(concrete.signature, _GRAPHS) for concrete in dispatch.concretes]
    heights = [len(text) * _LINE + 10 for text in lines]
    wanted = []
    for i in range(len(lines)):
        own = [row for call, row in zip(dispatch.calls, rows, strict=True) if call.reached == i]
        wanted.append(sum(own) / len(own) if own else _HEAD)
    pairs = zip(heights, heights[1:], strict=False)
    middles = settle(wanted, [(a + b) / 2 + _BETWEEN for a, b in pairs])
    lower = max(0.0, _HEAD - 15 - middles[0] + heights[0] / 2) if middles else 0.0
    middles = [middle + lower for middle in middles]
    number = text_width(f"#{len(lines)}", bold=True) + 8
    width = max((text_width(line) for text in lines for line in text), default=0.0)
    canvas.text(left, 4, "concrete functions", size=SMALL, color=GREY)
    for i, (text, middle, height) in enumerate(zip(lines, middles, heights, strict=True)):
        top = middle - height / 2
        canvas.box(left, top, width + number + 2 * _PAD, height, fill=PALE_BLUE, stroke=INK)
        canvas.text(left + _PAD, top + _LINE, f"#{i + 1}", bold=True)
        for k, line in enumerate(text):
            canvas.text(left + _PAD + number, top + _LINE * (k + 1), line)
    return [(left, middle, height) for middle, height in zip(middles, heights, strict=True)]


def _draw_arrows(
    canvas: Canvas,
    calls: Sequence[Call],
    rows: Sequence[float],
    boxes: Sequence[tuple[float, float, float]],
    left: float,
) -> None:
    arriving = [[i for i, call in enumerate(calls) if call.reached == k] for k in range(len(boxes))]
    for i, (call, row) in enumerate(zip(calls, rows, strict=True)):
        look = _LOOKS[_outcome(call)]
        if call.reached is None:
            _draw_refusal(canvas, left, row, look)
            continue
        x, middle, height = boxes[call.reached]
        group = arriving[call.reached]
        step = min(_ARRIVE, (height - 12) / max(len(group) - 1, 1))
        y = middle + (group.index(i) - (len(group) - 1) / 2) * step
        canvas.line([(left, row), (x - 2, y)], curve="across", **look)


def _draw_refusal(canvas: Canvas, left: float, row: float, look: dict[str, Any]) -> None:
    end, arm = left + _STUB, 4.5
    canvas.line([(left, row), (end, row)], **look)
    for slope in (arm, -arm):
        canvas.line([(end - arm, row - slope), (end + arm, row + slope)], **look)
