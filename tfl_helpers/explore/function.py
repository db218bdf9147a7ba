"""A tf.function and arguments in, an explorer of its graphs out. Calls only what it is given."""

from __future__ import annotations

import contextlib
import dataclasses
import io
from typing import Any

from ..look.dispatch import argument_text, draw_dispatch, read_call
from ..look.function import demand_polymorphic, read_function
from ..records import Call, Dispatch, Table
from ..values import clip
from .panel import Answer, Explorer, demand_arguments, explorer, folded, labelled


def explore_function(function: Any, arguments: Any) -> Explorer:
    """A button for each argument: press it, and see which graph the call reaches and why.

    A press really calls the function, so the graphs that it makes are there afterwards.

    Args:
        function: A tf.function.
        arguments: What it can be called with, by label; or a list, whose labels are made from
            the values. A tuple stands for several arguments.

    Raises:
        InputError: `function` is not a tf.function, or there is nothing to choose from.

    Example:
        >>> tfl.explore_function(square, {"2": 2, "2.0": 2.0, "a tensor": tf.constant(2.0)})
    """
    demand_polymorphic(function, "explore_function")
    demand_arguments(arguments, "explore_function")
    texts = [", ".join(map(argument_text, _tuple(value))) for value in arguments]
    return explorer(_Calls(function, labelled(arguments, texts, "explore_function")))


class _Calls:
    """The calls made so far from one panel."""

    def __init__(self, function: Any, arguments: dict[str, Any]) -> None:
        self.function, self.arguments = function, [_tuple(v) for v in arguments.values()]
        self.labels = tuple(arguments)
        self.name = read_function(function).name
        self.calls: list[Call] = []

    def heading(self) -> str:
        return f"Call `{self.name}` with"

    def answer(self, number: int) -> Answer:
        before, printed, error = self._owned(), io.StringIO(), None
        with contextlib.redirect_stdout(printed):
            try:
                self.function(*self.arguments[number])
            except Exception as raised:  # whatever the learner's code raises
                error = raised
        text = f"{self.name}({self.labels[number]})"
        call = read_call(self.function, self.arguments[number], text, before, error)
        self.calls.append(call)
        said = f"{text} {_outcome(call)}."
        if printed.getvalue():
            said += f" Python printed: {clip(printed.getvalue())}"
        return Answer(said, self._seen())

    def restart(self) -> Answer:
        began, self.calls = bool(self.calls), []
        start = "The list of calls is empty again" if began else "No call yet"
        return Answer(f"{start}; {self.name} {self._owns()}.", self._seen())

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        owned = read_function(self.function)
        sentence = (
            f"An explorer of `{self.name}`, which {self._owns()}. Press one where Python runs:"
        )
        return sentence, owned.tables() if owned.concretes else ()

    def _owned(self) -> int:
        return len(read_function(self.function).concretes)

    def _owns(self) -> str:
        owned = self._owned()
        return f"owns {owned} {'graph' if owned == 1 else 'graphs'}"

    def _seen(self) -> str:
        concretes = read_function(self.function).concretes
        if not self.calls and not concretes:
            return ""
        dispatch = Dispatch(self.name, tuple(self.calls), concretes)
        calls = f"{len(self.calls)} {'call' if len(self.calls) == 1 else 'calls'} so far"
        picture = draw_dispatch(dispatch, caption=f"{calls}; {self.name} {self._owns()}")
        made, owned = dispatch.tables()
        owned = dataclasses.replace(owned, caption=f"Graphs that `{self.name}` owns")
        return picture.html() + folded("The same in words", (made, owned))


def _outcome(call: Call) -> str:
    if call.reached is None:
        return f"was refused: {call.reason}"
    why = f": {call.reason}" if call.reason else ""
    graph = f"#{call.reached + 1}"
    return f"traced a new graph {graph}{why}" if call.new else f"used graph {graph} again{why}"


def _tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
