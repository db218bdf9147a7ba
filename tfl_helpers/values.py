"""Values in, what they are and how far apart they are out. Works without TensorFlow loaded."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from numbers import Number
from types import FunctionType
from typing import Any

from .records import TensorType, has_type, kind
from .words import say

_SMALL = 4  # elements of an array that are shown by value
_LONGEST = 60  # characters
_DEEPEST = 6  # lists in lists, of which one may hold itself
# What a tensor holds that is no one array: a ragged one, and a sparse one or IndexedSlices.
_PARTS = (("flat_values", "nested_row_splits"), ("values", "indices", "dense_shape"))


def by_name(result: Any) -> dict[str, Any]:
    """Outputs of a function by name, as NumPy arrays of their own; a single one is `output`.

    A tuple is several outputs; a list only if it holds arrays: `[0.5, 0.5]` is one vector. What
    stands deeper has its place as name, `pen.scale` or `pens[0]`.
    """
    if isinstance(result, tuple) or (isinstance(result, list) and any(map(has_type, result))):
        result = {f"output_{i}": value for i, value in enumerate(result)}
    elif not isinstance(result, Mapping):
        result = {"output": result}
    named = sorted((str(name), value) for name, value in result.items())
    return dict(found for name, value in named for found in _arrays(name, value))


def _arrays(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The arrays in one output by place; ValueError for what holds no values, as a dataset."""
    if (parts := _inside(value)) is not None:
        for end, part in parts.items():
            yield from _arrays(name + end, part)
        return
    array = _array(value)
    if array.dtype == object and not _holds(array, str | bytes | Number | None):
        came = say("{name} is {kind}, which has no values to compare", name=name, kind=kind(value))
        raise ValueError(came)
    yield name, array


def _holds(array: Any, kinds: Any) -> bool:
    return all(isinstance(value, kinds) for value in array.ravel().tolist())


def _array(value: Any) -> Any:
    """An array of its own, also of a tensor; a tensor of a graph raises, for it has no value."""
    import numpy as np

    with warnings.catch_warnings():  # NumPy warns of an old `__array__` before that raises
        warnings.simplefilter("ignore")
        # NumPy itself makes no array of a tensor of bfloat16 without dimensions.
        return np.array(value.numpy() if hasattr(value, "numpy") else value)


def _inside(value: Any) -> dict[str, Any] | None:
    """The parts of a value that is no one array, by what their names end with."""
    if isinstance(value, Mapping):
        return {f".{name}": part for name, part in value.items()}
    for names in _PARTS:
        if all(hasattr(value, name) for name in names):
            return {f".{name}": getattr(value, name) for name in names}
    if isinstance(value, list | tuple) and value and shape_of(value) == ():  # of unequal lengths
        return {f"[{i}]": part for i, part in enumerate(value)}
    return None


def difference(found: Any, expected: Any) -> tuple[float | None, str]:
    """The largest absolute difference of two results, or None and the reason there is none."""
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        found, expected = tuple(found), tuple(expected)
    outputs, reference = by_name(found), by_name(expected)
    if len(outputs) == len(reference) == 1:
        outputs = dict(zip(reference, outputs.values(), strict=True))
    if outputs.keys() != reference.keys():
        names, wanted = [", ".join(named) or say("none") for named in (outputs, reference)]
        return None, say("has outputs {names}, not {wanted}", names=names, wanted=wanted)
    gaps = [_gap(name, outputs[name], array) for name, array in reference.items()]
    return next((gap for gap in gaps if gap[1]), None) or max(gaps, default=(0.0, ""))


def _gap(name: str, found: Any, expected: Any) -> tuple[float | None, str]:
    import numpy as np

    one, other = _numbers(found), _numbers(expected)
    if found.shape != expected.shape or (one is None) != (other is None):
        types = {"found": _type_text(found), "expected": _type_text(expected)}
        return None, say("{name} is {found}, not {expected}", name=name, **types)
    if one is None:
        equal = _plain(found.tolist()) == _plain(expected.tolist())
        return (0.0, "") if equal else (None, say("{name} differs", name=name))
    with np.errstate(all="ignore"):  # infinity less infinity: said below, not warned of
        gaps = np.abs(one - other)
    if not np.all(np.isfinite(gaps)):
        return None, say("{name} holds nan or infinity", name=name)
    # Integers beyond 2**53 can differ by less than a float64 tells apart, but never by less than 1.
    whole = found.dtype.kind in "iu" and expected.dtype.kind in "iu"
    least = 1.0 if whole and not np.array_equal(found, expected) else 0.0
    return max(least, float(gaps.max(initial=0.0))), ""


def _type_text(array: Any) -> str:
    words = str(TensorType.like(array))  # strings of TensorFlow are objects to NumPy
    return words.replace("object", "string") if _holds(array, bytes | str) else words


def _numbers(array: Any) -> Any:
    """An array as float64 or complex128, from bfloat16 and int4 too; None for text and objects."""
    with suppress(TypeError, ValueError):  # an array of records
        if array.dtype.kind not in "OSUMm":
            return array.astype("complex128" if array.dtype.kind == "c" else "float64")
    return None


def same(found: Any, expected: Any, tolerance: float = 0.0) -> bool:
    """Equal: Python values as Python says, text and bool as such, numbers within `tolerance`.

    The tolerance is a share of the largest number expected when that is above 1: float32 has
    seven digits, so 55.0 cannot be met as closely as 0.5.
    """
    if expected is None or found is None:
        return found is expected
    text = isinstance(expected, str | bool)
    with suppress(Exception):  # arrays inside: compared element by element
        if not (text or has_type(found) or has_type(expected)) and _equals(found, expected):
            return True
    names = set(found) if isinstance(found, Mapping) else None
    if isinstance(expected, Mapping) and names != set(expected):
        return False
    with suppress(Exception):  # no two things that can be compared
        if text:
            value = _plain(_array(found).tolist())  # of a scalar, the str or bool that it holds
            return isinstance(value, type(expected)) and value == expected
        largest, _ = difference(found, expected)
        arrays = [array for a in by_name(expected).values() if (array := _numbers(a)) is not None]
        size = max((float(abs(array).max(initial=0.0)) for array in arrays), default=0.0)
        return largest is not None and largest <= tolerance * max(1.0, size)
    return False


def _equals(found: Any, expected: Any) -> bool:
    """Equal by the word of types that are expected or Python's: another may say so of anything."""
    own = ("tensorflow", "keras", "numpy")  # such as TensorShape
    others = {t for t in _types(found) if not t.__module__.startswith(own)} - set(_types(expected))
    return not any(isinstance(one.__eq__, FunctionType) for one in others) and bool(
        found == expected
    )


def _types(value: Any) -> Iterator[type]:
    if type(value) is dict:
        value = [*value, *value.values()]
    if type(value) in (list, tuple, set, frozenset):
        yield from (one for part in value for one in _types(part))
    else:
        yield type(value)


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of an array or of nested lists; `()` for what has none."""
    import numpy as np

    with suppress(Exception):  # lists of unequal lengths, a tensor of a graph
        return tuple(np.shape(value))
    return ()


def fresh(value: Any) -> Any:
    """The same value with arrays of its own: what is called with it cannot change the caller's."""
    import numpy as np

    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(fresh(part) for part in value)
    if type(value) is dict:
        return {name: fresh(part) for name, part in value.items()}
    return value


def short(thing: Any, by_value: int = _SMALL, depth: int = _DEEPEST) -> str:
    """A value in a few characters: an array of at most `by_value` elements by its values."""
    deeper = (by_value, depth - 1)
    with suppress(Exception):  # a class of the learner's that cannot show itself
        if depth and isinstance(thing, Mapping):
            parts = (f"{name}: {short(value, *deeper)}" for name, value in thing.items())
            return clip("{" + ", ".join(parts) + "}", 3 * _LONGEST)
        if depth and type(thing) in (list, tuple):
            shown = [short(part, *deeper) for part in thing[:_LONGEST]]
            text = ", ".join(shown) + ("," if len(thing) == 1 and type(thing) is tuple else "")
            return clip(f"[{text}]" if type(thing) is list else f"({text})")
        if has_type(thing):
            return _array_text(thing, by_value)
        # An address would be another one in every run.
        return clip(re.sub(r" at 0x[0-9a-fA-F]+", "", repr(_rounded(thing))))
    return kind(thing)


def clip(text: str, longest: int = _LONGEST) -> str:
    """The text on one line, cut when it is longer than `longest` characters."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _array_text(thing: Any, by_value: int) -> str:
    with suppress(Exception):  # a tensor of a graph has no value
        array = _array(thing)
        if array.size <= by_value and _holds(array, bool | int | float | complex | str | bytes):
            return clip(value_text(array), 3 * _LONGEST)
    return str(TensorType.like(thing))


def value_text(array: Any, decimals: int | None = None) -> str:
    """All values of an array, floats with five digits: the same words on every processor.

    Of floats, at most `decimals` places behind the point are left, all if it is None.
    """
    return repr(_rounded(_plain(array.tolist()), decimals))


def _plain(value: Any) -> Any:
    """Bytes as text: strings of TensorFlow are bytes, those of Python are not."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    # Not "replace": two strings that are no text would become one.
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def _rounded(value: Any, decimals: int | None = None) -> Any:
    if isinstance(value, list):
        return [_rounded(part, decimals) for part in value]
    if isinstance(value, complex):
        return complex(_rounded(value.real, decimals), _rounded(value.imag, decimals))
    if isinstance(value, float):
        value = value if decimals is None else float(f"{value:.{decimals}f}")
        return float(f"{value:.5g}")
    return value
