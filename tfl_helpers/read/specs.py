"""Specs and an argument in, whether they accept it and why out. Calls and traces nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..records import InputError, TensorType, error_line, kind
from ..values import clip


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
