"""TensorSpecs and arguments in, an explorer of what they accept out. Calls no function."""

from __future__ import annotations

from typing import Any

from ..look.dispatch import argument_text
from ..look.messages import error_line
from ..records import InputError, Table, TensorType, has_type, kind
from ..values import clip
from .panel import Answer, Explorer, explorer, labelled


def _specs_of(spec: Any) -> tuple[Any, ...]:
    """One TensorSpec or a list of them as a tuple."""
    import tensorflow as tf

    specs = tuple(spec) if isinstance(spec, list | tuple) else (spec,)
    strange = [one for one in specs if not isinstance(one, tf.TensorSpec)]
    if strange or not specs:
        raise InputError(
            f"Expected a tf.TensorSpec or a list of them, got {kind([*strange, spec][0])}. "
            "Write tf.TensorSpec([None, 2], tf.float32)."
        )
    return specs


def _match(specs: tuple[Any, ...], arguments: tuple[Any, ...]) -> tuple[bool, str]:
    """Whether a tf.function with the input_signature `specs` takes these arguments, and why.

    As `tf.function` 2.21 does (held against it by `test_explore.py`): tensors, variables and
    specs keep their dtype, all else goes through `tf.convert_to_tensor` with the dtype of the
    spec; the result has to be a subtype of the spec, `tf.TensorSpec.is_subtype_of`.
    """
    if len(specs) != len(arguments):
        return False, f"{len(specs)} specs, but {len(arguments)} given"
    found = [_match_one(*pair) for pair in zip(specs, arguments, strict=True)]
    if len(found) == 1:
        return found[0]
    fits = all(accepted for accepted, _ in found)
    names = [spec.name or f"argument {i}" for i, spec in enumerate(specs, 1)]
    told = [f"{n}: {why}" for n, (one, why) in zip(names, found, strict=True) if fits or not one]
    return fits, "; ".join(told)


def _match_one(spec: Any, argument: Any) -> tuple[bool, str]:
    import tensorflow as tf

    typed = isinstance(argument, tf.Tensor | tf.Variable | tf.TensorSpec)
    try:
        tensor = argument if typed else tf.convert_to_tensor(argument, spec.dtype)
    except Exception as error:  # TypeError, ValueError and others, as the value has it
        line = clip(error_line(error).partition(": ")[2].replace("`", ""), 90)
        return False, f"not to be converted to {spec.dtype.name}: {line}"
    given, wanted = TensorType.like(tensor), TensorType.like(spec)
    if tf.TensorSpec(tensor.shape, tensor.dtype).is_subtype_of(spec):
        how = f"{given}" if typed else f"converted to {given}, which"
        return True, f"{how} fits {wanted}"
    return False, _difference(given, wanted)


def _difference(given: TensorType, wanted: TensorType) -> str:
    """The first thing in which a type is not what is wanted: dtype, rank or a size."""
    if given.dtype != wanted.dtype:
        return f"dtype: {given.dtype}, wanted {wanted.dtype}"
    if given.shape is None or wanted.shape is None:
        return f"rank: unknown, wanted {given if wanted.shape is None else len(wanted.shape)}"
    if len(given.shape) != len(wanted.shape):
        return f"rank: {len(given.shape)} in {given}, wanted {len(wanted.shape)} as in {wanted}"
    pairs = enumerate(zip(given.shape, wanted.shape, strict=True))
    axis, (size, want) = next(pair for pair in pairs if pair[1][1] not in (None, pair[1][0]))
    return f"size of axis {axis}: {'any size' if size is None else size}, wanted {want}"


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
    return explorer(_Tries(_specs_of(spec), arguments))


class _Tries:
    """What was held against the specs so far from one panel."""

    def __init__(self, specs: tuple[Any, ...], arguments: Any) -> None:
        def several(value: Any) -> tuple[Any, ...]:  # of a single spec, a tuple is a value
            return value if isinstance(value, tuple) and len(specs) > 1 else (value,)

        named = labelled(arguments, lambda value: ", ".join(map(_text, several(value))))
        self.specs, self.labels = specs, tuple(named)
        self.arguments = list(map(several, named.values()))
        self.title = ", ".join(str(TensorType.like(spec)) for spec in specs)
        self.rows: list[tuple[str, str, str]] = []

    def heading(self) -> str:
        return f"Does `{self.title}` accept"

    def answer(self, number: int) -> Answer:
        accepted, reason = _match(self.specs, self.arguments[number])
        word, label = "accepted" if accepted else "refused", self.labels[number]
        self.rows.append((f"`{label}`", f"{'✓' if accepted else '✗'} {word}", reason))
        title, heads = f"Tried against `{self.title}`", ("argument", "verdict", "why")
        table = Table(title, heads, tuple(self.rows))
        return Answer(f"{label} is {word}: {reason}.", table.html())

    def restart(self) -> Answer:
        began, self.rows = bool(self.rows), []
        return Answer("The table is empty again." if began else "Nothing tried yet.")

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        return f"A matcher for `{self.title}`. Press one where Python runs:", ()


def _text(value: Any) -> str:
    spec = has_type(value) and not hasattr(value, "__array__")
    return f"a spec {TensorType.like(value)}" if spec else argument_text(value)
