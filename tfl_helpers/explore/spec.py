"""TensorSpecs and arguments in, an explorer of what they accept out. Calls no function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..look.dispatch import argument_text
from ..records import InputError, Table, TensorType, error_line, has_type, kind
from ..values import clip
from .panel import Answer, Explorer, demand_arguments, explorer, labelled


@dataclass(frozen=True)
class Match:
    """Whether an `input_signature` accepts an argument, and why."""

    accepted: bool
    reason: str


def specs_of(spec: Any, asker: str) -> tuple[Any, ...]:
    """One TensorSpec or a list of them as a tuple.

    Raises:
        InputError: It is neither.
    """
    import tensorflow as tf

    several = isinstance(spec, list | tuple)
    specs = tuple(spec) if several else (spec,)
    strange = [one for one in specs if not isinstance(one, tf.TensorSpec)]
    if strange or not specs:
        got = kind(strange[0] if strange and several else spec)
        raise InputError(
            f"{asker} needs a tf.TensorSpec or a list of them, got {got}. "
            "Write tf.TensorSpec([None, 2], tf.float32)."
        )
    return specs


def match(specs: Sequence[Any], arguments: Sequence[Any]) -> Match:
    """Whether a tf.function with the input_signature `specs` takes these arguments, and why.

    As `tf.function` 2.21 does (held against it by `test_explore.py`): tensors, variables and
    specs keep their dtype, all else goes through `tf.convert_to_tensor` with the dtype of the
    spec; the result has to be a subtype of the spec, `tf.TensorSpec.is_subtype_of`.
    """
    if len(specs) != len(arguments):
        return Match(False, f"{len(specs)} specs, but {len(arguments)} given")
    found = [_match_one(*pair) for pair in zip(specs, arguments, strict=True)]
    if len(found) == 1:
        return found[0]
    names = [spec.name or f"argument {i}" for i, spec in enumerate(specs, 1)]
    refused = [i for i, one in enumerate(found) if not one.accepted]
    told = refused or range(len(found))
    return Match(not refused, "; ".join(f"{names[i]}: {found[i].reason}" for i in told))


def _match_one(spec: Any, argument: Any) -> Match:
    import tensorflow as tf

    typed = isinstance(argument, tf.Tensor | tf.Variable | tf.TensorSpec)
    try:
        tensor = argument if typed else tf.convert_to_tensor(argument, spec.dtype)
    except Exception as error:  # TypeError, ValueError and others, as the value has it
        line = clip(error_line(error).partition(": ")[2].replace("`", ""), 90)
        return Match(False, f"not to be converted to {spec.dtype.name}: {line}")
    given, wanted = TensorType.like(tensor), TensorType.like(spec)
    if tf.TensorSpec(tensor.shape, tensor.dtype).is_subtype_of(spec):
        how = f"{given}" if typed else f"converted to {given}, which"
        return Match(True, f"{how} fits {wanted}")
    return Match(False, difference_of_types(given, wanted))


def difference_of_types(given: TensorType, wanted: TensorType) -> str:
    """The first thing in which a type is not what is wanted: dtype, rank or a size."""
    if given.dtype != wanted.dtype:
        return f"dtype: {given.dtype}, wanted {wanted.dtype}"
    if given.shape is None or wanted.shape is None:
        return f"rank: unknown, wanted {given if wanted.shape is None else len(wanted.shape)}"
    if len(given.shape) != len(wanted.shape):
        return f"rank: {len(given.shape)} in {given}, wanted {len(wanted.shape)} as in {wanted}"
    pairs = list(zip(given.shape, wanted.shape, strict=True))
    axis = next(i for i, (size, want) in enumerate(pairs) if want not in (None, size))
    size = "any size" if pairs[axis][0] is None else str(pairs[axis][0])
    return f"size of axis {axis}: {size}, wanted {pairs[axis][1]}"


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
