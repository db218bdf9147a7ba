"""What went wrong in, one sentence on what to try out. Knows no lesson and runs nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..values import shape_of

_ERRORS = (  # words of TensorFlow 2.21's message -> what to try
    (
        r"has no attribute 'numpy'",
        "Inside a tf.function a tensor has no value yet: return it and call `.numpy()` outside.",
    ),
    (
        r"Using a symbolic `?tf\.Tensor`? as a Python `?bool",
        "A Python `if` met a tensor where AutoGraph does not work: use `tf.cond` or `tf.where`.",
    ),
    (
        r"out of scope",
        "A tensor from inside a trace was kept outside it: return it instead.",
    ),
    (
        r"singleton tf\.Variables",
        "Make the variable once, outside the function, and use it inside.",
    ),
    (
        r"SignatureRunner.*positional argument|Invalid Input name|Invalid number of inputs",
        "A signature takes arrays by its own names: `runner(stroke=stroke)`.",
    ),
    (
        r"'(?:list|tuple|float|int)' object has no attribute 'shape'",
        "An array is wanted here: `np.array(values, np.float32)`.",
    ),
    (
        r"missing \d+ required|missing a required argument|positional argument",
        "The number of arguments does not fit: look at the line that starts with def.",
    ),
    (
        r"Cannot convert \S+ to EagerTensor of dtype u?int",
        "A number with a fraction came where an integer is promised: say `tf.float32`.",
    ),
    (
        r"Can not cast TensorSpec|Binding inputs",
        "The argument does not fit the signature: compare the two TensorSpecs in the message.",
    ),
    (
        r"FLOAT64|float64|double tensor",
        "NumPy makes float64 by itself: convert with `.astype(np.float32)`.",
    ),
    (
        r"type \w+ that does not match type|expected to be a \w+ tensor but is a",
        "Two dtypes meet in one op: name the dtype in each TensorSpec, or use `tf.cast`.",
    ),
    (
        r"'NoneType' object has no attribute",
        "Something is None: is a `return` missing, or is the module gone whose method is traced?",
    ),
    (
        r"variables which have been deleted",
        "The graph outlived its module: keep the module in a name, or return it too.",
    ),
    (
        r"needs a concrete function|Function' object is not iterable|list of ConcreteFunction",
        "Ask the tf.function with `get_concrete_function(...)`, and pass a list where one is due.",
    ),
    (
        r"failed to reshape",
        "The shape does not go through the graph: compare it with the file's `shape_signature`.",
    ),
    (
        r"symbolic tf\.Tensor .*to a numpy array",
        "NumPy cannot compute with a tensor of a graph: write `tf.` in place of `np.`.",
    ),
    (
        r"Dimension mismatch",
        "Shape differs from the file's: resize the input, or reshape the data.",
    ),
)


def on_error(error: Exception) -> str:
    """What to try after this error; its own words are shown beside."""
    for words, advice in _ERRORS:
        if re.search(words, str(error)):
            return advice
    return "Call your function by itself in a new cell and read the last line of the error."


def on_traces(found: int, wanted: int, reasons: Sequence[str]) -> str:
    """What to try when a tf.function owns another number of graphs than wanted."""
    if found < wanted:
        return "Fewer graphs than asked: which calls differ in dtype, shape or a Python value?"
    said = " ".join(reasons)
    if "Python value" in said:
        return (
            "Each Python number gets its own graph: pass a tensor, `tf.constant(x)`, "
            "or give the argument a TensorSpec."
        )
    if "shape of" in said and wanted > 1:
        return "Each shape gets its own graph: let TensorFlow widen it, `reduce_retracing=True`."
    if "shape of" in said:
        return "Each shape gets its own graph: put `None` in the TensorSpec where the size changes."
    if "dtype of" in said:
        return "Each dtype gets its own graph: cast the arguments to one dtype before the call."
    return "Other calls made graphs too: run the cell that defines the function, then this one."


def on_values(expected: Any, found: Any, same_for_all: bool = False) -> str:
    """What to try when a result is not what was expected."""
    if isinstance(expected, str):
        return "Another text was expected: compare the two letter by letter."
    if found is None:
        return "The function returns None: is a `return` missing?"
    if isinstance(expected, Mapping) and set(names := list(expected)) != set(_keys(found)):
        return f"The outputs have other names: return a dict with {', '.join(map(repr, names))}."
    if shape_of(found) != shape_of(expected):
        return "The shape differs: which axis is summed, stacked or sliced?"
    if same_for_all:
        return "All cases give the same result: is a value baked into the graph?"
    if "nan" in str(found):
        return "nan: is there a division by zero or the root of a negative number?"
    return "The numbers differ: follow one small case by hand, step by step."


def _keys(found: Any) -> list[Any]:
    return list(found) if isinstance(found, Mapping) else []


def on_signature(expected: str, found: str) -> str:
    """What to try when a signature, written as text, is not what was expected."""
    if _blank(r"(?<=[\[ ])[?\d]+(?=[,\]])", expected, found):
        return "A size differs: `None` in the TensorSpec is shown as `?`."
    if _blank(r"\[[^\]]*\]", expected, found):
        return "The number of axes differs: count the sizes in each TensorSpec."
    if _blank(r"\b(?:u?int\d+|float\d+|bool|string)\b", expected, found):
        return "A dtype differs: name it in the TensorSpec."
    return "Compare the two word by word: names, dtypes, shapes."


def _blank(pattern: str, expected: str, found: str) -> bool:
    """True when the two differ in nothing but what the pattern matches."""
    return re.sub(pattern, "", expected) == re.sub(pattern, "", found)
