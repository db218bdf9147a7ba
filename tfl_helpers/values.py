"""Values in, what they are and how far apart they are out. Works without TensorFlow loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .records import TensorType, has_type

_SMALL = 4  # elements of an array that are shown by value
_LONGEST = 60  # characters
_SHOWN = (bool, int, float, complex, str, bytes)


def by_name(result: Any) -> dict[str, Any]:
    """Outputs of a function by name, as NumPy arrays of their own; a single one is `output`.

    A tuple is several outputs; a list only if it holds arrays: `[0.5, 0.5]` is one vector.
    """
    import numpy as np

    if isinstance(result, Mapping):
        return {name: np.array(value) for name, value in sorted(result.items())}
    if isinstance(result, tuple) or (isinstance(result, list) and any(map(has_type, result))):
        return _numbered(result)
    return {"output": np.array(result)}


def _numbered(results: list[Any] | tuple[Any, ...]) -> dict[str, Any]:
    import numpy as np

    return {f"output_{i}": np.array(value) for i, value in enumerate(results)}


def difference(found: Any, expected: Any) -> tuple[float | None, str]:
    """The largest absolute difference of two results, or None and the reason there is none."""
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        outputs, reference = _numbered(found), _numbered(expected)
    else:
        outputs, reference = by_name(found), by_name(expected)
    if len(outputs) == len(reference) == 1:
        outputs = dict(zip(reference, outputs.values(), strict=True))
    if outputs.keys() != reference.keys():
        return None, f"has outputs {_names(outputs)}, not {_names(reference)}"
    gaps = [_gap(name, outputs[name], array) for name, array in reference.items()]
    problem = next((problem for _, problem in gaps if problem), "")
    return (None, problem) if problem else (max((gap for gap, _ in gaps), default=0.0), "")


def _names(outputs: Mapping[str, Any]) -> str:
    return ", ".join(map(str, outputs))


def _gap(name: str, found: Any, expected: Any) -> tuple[float, str]:
    import numpy as np

    if found.shape != expected.shape:
        return 0.0, f"{name} is {TensorType.like(found)}, not {TensorType.like(expected)}"
    if found.dtype.kind not in "biuf" or expected.dtype.kind not in "biuf":
        same = _plain(found.tolist()) == _plain(expected.tolist())
        return 0.0, "" if same else f"{name} differs"
    gaps = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    if not np.all(np.isfinite(gaps)):
        return 0.0, f"{name} holds nan or infinity"
    return float(gaps.max(initial=0.0)), ""


def same(found: Any, expected: Any, tolerance: float = 0.0) -> bool:
    """Equal: Python values as Python says, text and bool as such, numbers within `tolerance`.

    The tolerance is a share of the largest number expected when that is above 1: float32 has
    seven digits, so 55.0 cannot be met as closely as 0.5.
    """
    if expected is None or found is None:
        return found is expected
    if isinstance(expected, str | bool):
        return _as_python(found, type(expected)) == expected
    if not has_type(found) and not has_type(expected) and _equal(found, expected):
        return True
    if isinstance(expected, Mapping) and not _has_names(found, expected):
        return False
    try:
        largest, _ = difference(found, expected)
        return largest is not None and largest <= tolerance * max(1.0, _size(expected))
    except Exception:  # no two things that can be compared
        return False


def _size(expected: Any) -> float:
    """The largest number in a result, without its sign."""
    arrays = [a for a in by_name(expected).values() if a.dtype.kind in "iuf" and a.size]
    return max((float(abs(a).max()) for a in arrays), default=0.0)


def _has_names(found: Any, expected: Mapping[str, Any]) -> bool:
    return isinstance(found, Mapping) and set(found) == set(expected)


def _equal(found: Any, expected: Any) -> bool:
    try:
        return bool(found == expected)
    except Exception:  # arrays inside: compared element by element
        return False


def _as_python(found: Any, wanted: type) -> Any:
    """The str or bool that `found` is or holds as a scalar; None when it is neither."""
    import numpy as np

    try:
        value = _plain(np.asarray(found).tolist())
    except Exception:  # a tensor of a graph has no value
        return None
    return value if isinstance(value, wanted) else None


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of an array or of nested lists; `()` for what has none."""
    import numpy as np

    try:
        return np.shape(value)
    except Exception:  # lists of unequal lengths, a tensor of a graph
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


def short(thing: Any, by_value: int = _SMALL) -> str:
    """A value in a few characters: an array of at most `by_value` elements by its values."""
    if isinstance(thing, Mapping):
        parts = (f"{name}: {short(value, by_value)}" for name, value in thing.items())
        return "{" + ", ".join(parts) + "}"
    if type(thing) in (list, tuple):
        shown = [short(part, by_value) for part in thing[:_LONGEST]]
        text = ", ".join(shown) + ("," if len(thing) == 1 and type(thing) is tuple else "")
        return clip(f"[{text}]" if type(thing) is list else f"({text})")
    if has_type(thing):
        return _array_text(thing, by_value)
    return clip(repr(_rounded(thing) if isinstance(thing, float) else thing))


def clip(text: str, longest: int = _LONGEST) -> str:
    """The text on one line, cut when it is longer than `longest` characters."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _array_text(thing: Any, by_value: int) -> str:
    import numpy as np

    shown = str(TensorType.like(thing))
    try:
        array = np.asarray(thing)
    except Exception:  # a tensor of a graph has no value
        return shown
    if array.size > by_value or not all(isinstance(v, _SHOWN) for v in array.ravel().tolist()):
        return shown
    return value_text(array)


def value_text(array: Any) -> str:
    """All values of an array, floats with five digits: the same words on every processor."""
    return repr(_rounded(_plain(array.tolist())))


def _plain(value: Any) -> Any:
    """Bytes as text: strings of TensorFlow are bytes, those of Python are not."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
