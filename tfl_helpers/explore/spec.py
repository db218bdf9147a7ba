"""TensorSpecs and arguments in, an explorer of what they accept out. Calls no function."""

from __future__ import annotations

from typing import Any

from ..look.dispatch import argument_text
from ..look.messages import error_line
from ..records import InputError, Table, TensorType, has_type, kind
from ..values import clip
from ..words import say
from .panel import Answer, Explorer, explorer, labelled


def _specs_of(spec: Any) -> tuple[Any, ...]:
    """One TensorSpec or a list of them as a tuple."""
    import tensorflow as tf

    specs = tuple(spec) if isinstance(spec, list | tuple) else (spec,)
    strange = [one for one in specs if not isinstance(one, tf.TensorSpec)]
    if strange or not specs:
        raise InputError(
            "Expected a tf.TensorSpec or a list of them, got {kind}. "
            "Write tf.TensorSpec([None, 2], tf.float32).",
            kind=kind([*strange, spec][0]),
        )
    return specs


def _match(specs: tuple[Any, ...], arguments: tuple[Any, ...]) -> tuple[bool, str]:
    """Whether a tf.function with the input_signature `specs` takes these arguments, and why.

    As `tf.function` 2.21 does (held against it by `test_explore.py`): tensors, variables and
    specs keep their dtype, all else goes through `tf.convert_to_tensor` with the dtype of the
    spec; the result has to be a subtype of the spec, `tf.TensorSpec.is_subtype_of`.
    """
    if len(specs) != len(arguments):
        counts = {"specs": len(specs), "given": len(arguments)}
        return False, say("{specs} specs, but {given} given", **counts)
    found = [_match_one(*pair) for pair in zip(specs, arguments, strict=True)]
    if len(found) == 1:
        return found[0]
    fits = all(accepted for accepted, _ in found)
    told = [
        say("{argument}: {why}", argument=spec.name or say("argument {number}", number=i), why=why)
        for i, (spec, (one, why)) in enumerate(zip(specs, found, strict=True), 1)
        if fits or not one
    ]
    return fits, "; ".join(told)


def _match_one(spec: Any, argument: Any) -> tuple[bool, str]:
    import tensorflow as tf

    typed = isinstance(argument, tf.Tensor | tf.Variable | tf.TensorSpec)
    try:
        tensor = argument if typed else tf.convert_to_tensor(argument, spec.dtype)
    except Exception as error:  # TypeError, ValueError and others, as the value has it
        line = clip(error_line(error).partition(": ")[2].replace("`", ""), 90)
        refused = {"dtype": spec.dtype.name, "error": line}
        return False, say("not to be converted to {dtype}: {error}", **refused)
    given, wanted = TensorType.like(tensor), TensorType.like(spec)
    if tf.TensorSpec(tensor.shape, tensor.dtype).is_subtype_of(spec):
        both = {"given": given, "wanted": wanted}
        if typed:
            return True, say("{given} fits {wanted}", **both)
        return True, say("converted to {given}, which fits {wanted}", **both)
    return False, _difference(given, wanted)


def _difference(given: TensorType, wanted: TensorType) -> str:
    """The first thing in which a type is not what is wanted: dtype, rank or a size."""
    if given.dtype != wanted.dtype:
        both = {"given": given.dtype, "wanted": wanted.dtype}
        return say("dtype: {given}, wanted {wanted}", **both)
    if given.shape is None or wanted.shape is None:
        known = given if wanted.shape is None else len(wanted.shape)
        return say("rank: unknown, wanted {wanted}", wanted=known)
    if len(given.shape) != len(wanted.shape):
        ranks = {"rank": len(given.shape), "given": given}
        return say(
            "rank: {rank} in {given}, wanted {due} as in {wanted}",
            **ranks,
            due=len(wanted.shape),
            wanted=wanted,
        )
    pairs = enumerate(zip(given.shape, wanted.shape, strict=True))
    axis, (size, want) = next(pair for pair in pairs if pair[1][1] not in (None, pair[1][0]))
    here = say("any size") if size is None else size
    return say("size of axis {axis}: {size}, wanted {wanted}", axis=axis, size=here, wanted=want)


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
        return say("Does `{spec}` accept", spec=self.title)

    def answer(self, number: int) -> Answer:
        accepted, reason = _match(self.specs, self.arguments[number])
        label = self.labels[number]
        verdict = say("✓ accepted") if accepted else say("✗ refused")
        self.rows.append((f"`{label}`", verdict, reason))
        heads = (say("argument"), say("verdict"), say("why"))
        table = Table(say("Tried against `{spec}`", spec=self.title), heads, tuple(self.rows))
        said = say("{label} is refused: {why}.", label=label, why=reason)
        if accepted:
            said = say("{label} is accepted: {why}.", label=label, why=reason)
        return Answer(said, table.html())

    def restart(self) -> Answer:
        began, self.rows = bool(self.rows), []
        return Answer(say("The table is empty again.") if began else say("Nothing tried yet."))

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        told = say("A matcher for `{spec}`. Press one where Python runs:", spec=self.title)
        return told, ()


def _text(value: Any) -> str:
    spec = has_type(value) and not hasattr(value, "__array__")
    return say("a spec {type}", type=TensorType.like(value)) if spec else argument_text(value)
