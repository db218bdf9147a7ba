"""A tf.function and arguments in, an explorer of its graphs out. Calls only what it is given."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from typing import Any

from ..look import dispatch
from ..look.function import concretes_of, demand_polymorphic, python_name, read_function
from ..look.messages import error_line
from ..records import Call, Dispatch, Table
from ..values import clip
from ..words import counted, say
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
        return say("Call `{name}` with", name=self.name)

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
        told = {"call": text, "number": (call.reached or 0) + 1, "why": call.reason}
        if call.reached is None:
            said = say("{call} was refused: {why}.", **told)
        elif call.new:
            said = say("{call} traced a new graph #{number}: {why}.", **told)
        elif call.reason:
            said = say("{call} used graph #{number} again: {why}.", **told)
        else:
            said = say("{call} used graph #{number} again.", **told)
        if printed.getvalue():
            said = say("{said} Python printed: {text}", said=said, text=clip(printed.getvalue()))
        return Answer(said, self._seen())

    def _read(
        self, arguments: tuple[Any, ...], text: str, known: list[Any], error: BaseException | None
    ) -> Call:
        """The call just made; its graph has its number among all that the function owns."""
        owned, is_first = concretes_of(self.function), not known
        made = len(owned) - len(known)
        if error and not made and dispatch.stage_of(self.function, error) != "run":
            return Call(text, None, False, dispatch.refusal(error))
        call = dispatch.read_call(self.function, arguments, text, known if made < 2 else owned)
        reason = say("first graph") if is_first and call.new else call.reason
        if made > 1:  # one that makes variables is traced twice
            reason = say("this one call made {count} graphs", count=made)
        if error:
            raised = say("it raised {error}", error=error_line(error))
            reason = "; ".join(filter(None, (reason, raised)))
        return replace(call, new=call.new or made > 1, reason=reason)

    def restart(self) -> Answer:
        start = say("The list of calls is empty again") if self.calls else say("No call yet")
        self.calls, owned = [], {"name": self.name, "graphs": self._graphs()}
        return Answer(say("{start}; {name} owns {graphs}.", start=start, **owned), self._seen())

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        owned = read_function(self.function)
        sentence = say(
            "An explorer of `{name}`, which owns {graphs}. Press one where Python runs:",
            name=self.name,
            graphs=self._graphs(),
        )
        return sentence, owned.tables() if owned.concretes else ()

    def _graphs(self) -> str:
        return counted(len(concretes_of(self.function)), "graph")

    def _seen(self) -> str:
        concretes = read_function(self.function).concretes
        if not self.calls and not concretes:
            return ""
        found = Dispatch(self.name, tuple(self.calls), concretes)
        told = {"calls": counted(len(self.calls), "call"), "graphs": self._graphs()}
        caption = say("{calls} so far; {name} owns {graphs}", name=self.name, **told)
        picture = dispatch.draw_dispatch(found, caption=caption)
        made, owned = found.tables()
        owned = replace(owned, caption=say("Graphs that `{name}` owns", name=self.name))
        # For a screen reader, behind a line that opens with Enter.
        summary = f"<summary>{say('The same in words')}</summary>"
        words = f"{summary}{made.html()}{owned.html()}"
        return f"{picture.html()}<details>{words}</details>"
