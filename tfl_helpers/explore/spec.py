"""TensorSpecs and arguments in, an explorer of what they accept out. Calls no function."""

from __future__ import annotations

from typing import Any

from ..read.calls import argument_text
from ..read.specs import match, specs_of
from ..records import TensorType, has_type
from ..tables import Table
from .panel import Answer, Explorer, demand_arguments, explorer, labelled

_WORDS = {True: "✓ accepted", False: "✗ refused"}


def explore_spec(spec: Any, arguments: Any) -> Explorer:
    """A button for each argument: press it, and see whether the spec accepts it and why.

    What is compared is what `tf.function(input_signature=[spec])` compares. A tensor or variable
    keeps its dtype, and its dtype and shape have to fit. Python and NumPy values are converted
    to the dtype of the spec first, so `[1, 2]` fits float32. Another TensorSpec has to be at
    least as exact (`is_subtype_of`, not the more lenient `is_compatible_with`): an unknown size
    does not fit a known one.

    Args:
        spec: A tf.TensorSpec, or a list of them, one for each argument of a call.
        arguments: What to try, by label; or a list, whose labels are made from the values. A
            tuple stands for several arguments.

    Raises:
        InputError: `spec` is no TensorSpec, or there is nothing to choose from.

    Example:
        >>> tfl.explore_spec(tf.TensorSpec([None, 2]), {"a circle": circle(32), "a number": 3})
    """
    specs = specs_of(spec, "explore_spec")
    demand_arguments(arguments, "explore_spec")
    texts = [", ".join(map(_text, _several(value, len(specs)))) for value in arguments]
    return explorer(_Tries(specs, labelled(arguments, texts, "explore_spec")))


class _Tries:
    """What was held against the specs so far from one panel."""

    def __init__(self, specs: tuple[Any, ...], arguments: dict[str, Any]) -> None:
        self.specs, self.labels = specs, tuple(arguments)
        self.arguments = [_several(value, len(specs)) for value in arguments.values()]
        self.title = ", ".join(str(TensorType.like(spec)) for spec in specs)
        self.rows: list[tuple[str, str, str]] = []

    def heading(self) -> str:
        return f"Does `{self.title}` accept"

    def answer(self, number: int) -> Answer:
        found = match(self.specs, self.arguments[number])
        label = self.labels[number]
        self.rows.append((f"`{label}`", _WORDS[found.accepted], found.reason))
        word = "accepted" if found.accepted else "refused"
        return Answer(f"{label} is {word}: {found.reason}.", self._table().html())

    def restart(self) -> Answer:
        began, self.rows = bool(self.rows), []
        return Answer("The table is empty again." if began else "Nothing tried yet.")

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        sentence = f"A matcher for `{self.title}`. Press one where Python runs:"
        return sentence, ()

    def _table(self) -> Table:
        heads = ("argument", "verdict", "why")
        return Table(f"Tried against `{self.title}`", heads, tuple(self.rows))


def _several(value: Any, specs: int) -> tuple[Any, ...]:
    """The arguments of one call; for a single spec, a tuple is a value like a list."""
    return value if isinstance(value, tuple) and specs > 1 else (value,)


def _text(value: Any) -> str:
    spec = has_type(value) and not hasattr(value, "__array__")
    return f"a spec {TensorType.like(value)}" if spec else argument_text(value)
