"""A tf.function and arguments in, an explorer of its graphs out. Calls only what it is given."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from typing import Any

from ..look import dispatch
from ..look.function import concretes_of, demand_polymorphic, python_name, read_function
from ..look.messages import error_line
from ..look.parts import counted
from ..records import Call, Dispatch, Table
from ..values import clip
from .panel import Answer, Explorer, explorer, labelled


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
    demand_polymorphic(function)
    named = labelled(arguments, lambda given: dispatch.calls_of([given])[0][1])
    return explorer(_Calls(function, named))


class _Calls:
    """The calls made so far from one panel."""

    def __init__(self, function: Any, arguments: dict[str, Any]) -> None:
        self.function, self.name = function, python_name(function)
        self.labels = tuple(arguments)
        self.arguments = [given for given, _ in dispatch.calls_of([*arguments.values()])]
        self.calls: list[Call] = []

    def heading(self) -> str:
        return f"Call `{self.name}` with"

    def answer(self, number: int) -> Answer:
        arguments, text = self.arguments[number], f"{self.name}({self.labels[number]})"
        known, printed, error = concretes_of(self.function), io.StringIO(), None
        with contextlib.redirect_stdout(printed):
            try:
                self.function(*arguments)
            except (Exception, SystemExit) as raised:  # whatever the learner's code raises
                error = raised
        call = self._read(arguments, text, known, error)
        self.calls.append(call)
        became = "was refused"
        if call.reached is not None:
            graph = f"graph #{call.reached + 1}"
            became = f"traced a new {graph}" if call.new else f"used {graph} again"
        said = f"{text} {': '.join(filter(None, (became, call.reason)))}."
        if printed.getvalue():
            said += f" Python printed: {clip(printed.getvalue())}"
        return Answer(said, self._seen())

    def _read(
        self, arguments: tuple[Any, ...], text: str, known: list[Any], error: BaseException | None
    ) -> Call:
        """The call just made; its graph has its number among all that the function owns."""
        owned = concretes_of(self.function)
        made = len(owned) - len(known)
        if error and not made and dispatch.stage_of(self.function, error) != "run":
            return Call(text, None, False, dispatch.refusal(error))
        call = dispatch.read_call(self.function, arguments, text, known if made < 2 else owned)
        reason = call.reason.replace("first call", "first graph")
        if made > 1:  # one that makes variables is traced twice
            reason = f"this one call made {made} graphs"
        if error:
            reason = "; ".join(filter(None, (reason, f"it raised {error_line(error)}")))
        return replace(call, new=call.new or made > 1, reason=reason)

    def restart(self) -> Answer:
        start = "The list of calls is empty again" if self.calls else "No call yet"
        self.calls = []
        return Answer(f"{start}; {self.name} {self._owns()}.", self._seen())

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        owned = read_function(self.function)
        owns = f"An explorer of `{self.name}`, which {self._owns()}. "
        return f"{owns}Press one where Python runs:", owned.tables() if owned.concretes else ()

    def _owns(self) -> str:
        return f"owns {counted(len(concretes_of(self.function)), 'graph')}"

    def _seen(self) -> str:
        concretes = read_function(self.function).concretes
        if not self.calls and not concretes:
            return ""
        found = Dispatch(self.name, tuple(self.calls), concretes)
        caption = f"{counted(len(self.calls), 'call')} so far; {self.name} {self._owns()}"
        picture = dispatch.draw_dispatch(found, caption=caption)
        made, owned = found.tables()
        owned = replace(owned, caption=f"Graphs that `{self.name}` owns")
        # For a screen reader, behind a line that opens with Enter.
        words = f"<summary>The same in words</summary>{made.html()}{owned.html()}"
        return f"{picture.html()}<details>{words}</details>"
