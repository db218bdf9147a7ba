"""An error's message in, its station, cause and cure out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..values import shape_of


@dataclass(frozen=True)
class Cause:
    """What a message means. `words` stand in it, in this order; ` ... ` is anything between.

    `station` is where the mistake was made, which may lie before the one that complains.
    """

    words: str
    station: str
    cause: str
    look: str
    lesson: str

    def fits(self, message: str) -> bool:
        """True if all the words stand in the message, in their order."""
        rest = _plain(message)
        for part in self.words.split(" ... "):
            _, found, rest = rest.partition(_plain(part))
            if not found:
                return False
        return True


def causes_of(message: str) -> tuple[Cause, ...]:
    """The causes whose words stand in `message`, the most exact first."""
    found = [cause for cause in CAUSES if cause.fits(message)]
    return tuple(sorted(found, key=lambda cause: -len(cause.words)))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _read(station: str, table: str) -> list[Cause]:
    """Three lines each: lesson and words of the message, the cause, what to look at first."""
    lines = [line.strip() for line in table.strip().splitlines()]
    causes = []
    for first, cause, look in zip(*[iter(lines)] * 3, strict=True):
        lesson, _, words = first.partition(" ")
        causes.append(Cause(words, station, cause, look, lesson))
    return causes


# Station -> messages of TensorFlow 2.21, Keras 3.15 and LiteRT 2.3.
_TABLES = {
    "eager": """
01 as input # ... was expected to be a ... tensor but is a
   two dtypes meet; NumPy makes float64 unless told otherwise
   the two dtypes at the end of the message
01 does not match type ... of argument
   two dtypes meet in one op, and TensorFlow never casts by itself
   the two dtypes in the message, then `tf.cast`
03 triggered tf.function retracing
   each call brings a new key: a Python number, a shape, a new function
   arguments that are no tensors, and `tf.function` in a loop
04 Can not cast TensorSpec
   the argument does not fit the signature
   the two TensorSpecs: dtype first, then rank, then sizes
04 Binding inputs to tf.function failed ... missing a required argument
   the signature knows that input by another name, or gets none
   the name in the message against the TensorSpec's
05 'NoneType' object has no attribute
   a method holds its object weakly, and nobody holds the object
   `Module().method`: give the module a name first
05 variables which have been deleted
   the function outlived the module or the loaded model it belongs to
   who holds that object: keep it in a name
08 Unrecognized data type: x=[
   Keras 3 takes no Python lists
   `fit(x=[...])`: make it `np.array`
""",
    "tf.function": """
01 'SymbolicTensor' object has no attribute 'numpy'
   while tracing there is no value yet
   the line with `.numpy()`: move it behind the call
02 Cannot convert a symbolic tf.Tensor
   a NumPy function was given a tensor that has no value yet
   the nearest `np.`: write `tf.` in its place
02 symbolic ... as a Python `bool`
   Python decides on a value that is not there yet
   `if`, `and`, `max`, `sorted` that AutoGraph cannot rewrite
02 Iterating over a symbolic
   Python walks through a tensor that has no value yet
   `sum`, `max`, `zip` or a comprehension over a tensor
02 is out of scope and cannot be used here
   a tensor was carried out of its graph in a list, global or attribute
   `append`, `global` and `self.x =` inside the function
02 must also be initialized in the else branch
   both branches are traced, and one leaves a name without value
   the name in the message: set it before the `if`
02 in the main branch, but dtype ... in the else branch
   both branches are traced and must give one dtype
   `1` beside `0.5` in the two branches
02 set_loop_options to set shape invariants
   a tensor grows in a loop over tensors
   `tf.concat` in the loop: a `tf.TensorArray` grows
02 but got None of type 'NoneType'
   `x.shape[0]` is None while tracing
   `.shape[`: write `tf.shape(x)[0]`
04 input_signature missing type constraint
   a parameter has no TensorSpec; or `self` has another name
   the parameters against the list of specs
06 only supports singleton tf.Variables
   a variable is made inside the function, so again at each trace
   every `tf.Variable(` below `@tf.function`
06 references an 'untracked' resource
   a variable hangs on no attribute of the saved module
   variables that are global, or in a set or a class attribute
07 Could not find matching concrete function
   only graphs traced before saving were saved; none fits this call
   the listed options against what came: shape, dtype, list or tensor
07 Found zero restored functions
   the function was never traced before saving
   `input_signature`, or one call before saving
07 '_UserObject' object is not callable
   a method without `@tf.function` is not saved
   the decorator above that method
09 op is neither a custom op nor a flex op
   an op, or a dtype such as float64, that LiteRT does not have
   the op in quotes, `tf.print`, and `tf.float64`
""",
    "concrete function": """
09 requires element_shape to be static
   an LSTM or list of tensors with an unknown batch size
   `None` in the signature: a concrete function for a batch of 1
""",
    "SavedModel": """
07 KeyError ... serving_default
   it was saved without signatures
   `signatures=` of `tf.saved_model.save`; `list(loaded.signatures)`
07 Only support at least one signature key
   the folder to convert was saved without signatures
   `signatures=` of `tf.saved_model.save`
08 Invalid filepath extension for saving
   Keras 3 saves `.keras` files; a folder is written by `export`
   the name given to `save`
""",
    ".tflite": """
09 'ConcreteFunction' object is not iterable
   `from_concrete_functions` takes a list
   the brackets around the first argument
09 model has 0 Signatures
   converted without the module that holds every variable
   the second argument of `from_concrete_functions`
09 Select TensorFlow op(s)
   converted with TensorFlow ops, which no Python runtime has
   `SELECT_TF_OPS`, and the op in brackets at the end
10 not a valid Flatbuffer
   no model, or one cut short
   bytes 4 to 8, then the length against the original
10 Failed to load model from buffer
   no model, or one cut short, given to CompiledModel
   the length against the original, then bytes 4 to 8
11 representative_dataset` must be specified
   full int8 needs samples to measure ranges
   `converter.representative_dataset`: a function that yields lists
""",
    "device": """
10 Cannot set tensor: Got value of type
   another dtype than the input's; NumPy makes float64
   `dtype` in `get_input_details()`, then `astype`
10 Cannot set tensor: Dimension mismatch
   another shape; a size of `None` is 1 until it is resized
   `shape_signature` in `get_input_details()`
10 Run allocate_tensors() first
   no memory yet, or an inner tensor that was not kept
   `allocate_tensors()`, again after each resize
10 Invoke called on model that is not ready
   no memory was laid out before `invoke`
   `allocate_tensors()`, again after each resize
10 reference to internal data
   a view made by `tensor()` is still held
   `tensor(...)()` kept in a name: use `get_tensor`
10 Didn't find op for builtin opcode
   the runtime is older than the converter
   the version of `ai-edge-litert`
10 Invalid Input name
   the signature has inputs of other names
   `get_signature_list()`
""",
}

CAUSES = tuple(c for station, table in _TABLES.items() for c in _read(station, table))


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
