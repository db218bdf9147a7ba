"""Messages of TensorFlow, Keras and LiteRT, what they mean, and the box that says it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import nbformat
import pytest

from tests.author.lessons import find_lessons
from tfl_helpers import InputError, explore_message
from tfl_helpers.look.messages import CAUSES, causes_of
from tfl_helpers.look.road import STATIONS

VIEW = "application/vnd.jupyter.widget-view+json"

# As the libraries say it (TensorFlow 2.21, Keras 3.15, LiteRT 2.3), and a word of the first look.
MESSAGES = {
    "cannot compute Mul as input #1(zero-based) was expected to be a float tensor but is a "
    "double tensor [Op:Mul] name: ": (
        "eager",
        "dtypes",
    ),
    "Input 'y' of 'Mul' Op has type int32 that does not match type float32 of argument 'x'.": (
        "eager",
        "tf.cast",
    ),
    "in user code:\n\n    ValueError: tf.function only supports singleton tf.Variables created "
    "on the first call.": (
        "tf.function",
        "tf.Variable(",
    ),
    "AttributeError: 'SymbolicTensor' object has no attribute 'numpy'": ("tf.function", ".numpy()"),
    "Cannot convert a symbolic tf.Tensor (x:0) to a numpy array.": ("tf.function", "np."),
    "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed.": ("tf.function", "max"),
    "Iterating over a symbolic `tf.Tensor` is not allowed.": ("tf.function", "zip"),
    "<tf.Tensor 'while/mul:0' shape=() dtype=int32> is out of scope and cannot be used here.": (
        "tf.function",
        "append",
    ),
    "'y' must also be initialized in the else branch": ("tf.function", "set it before"),
    "'y' has dtype int32 in the main branch, but dtype float32 in the else branch": (
        "tf.function",
        "0.5",
    ),
    "'x' has shape (1,) before the loop, but shape (2,) after one iteration. Use "
    "tf.autograph.experimental.set_loop_options to set shape invariants.": (
        "tf.function",
        "TensorArray",
    ),
    "Expected int32, but got None of type 'NoneType'.": ("tf.function", "tf.shape(x)"),
    "5 out of the last 5 calls to <function f> triggered tf.function retracing.": (
        "eager",
        "no tensors",
    ),
    "Binding inputs to tf.function failed due to `Can not cast TensorSpec(shape=(2,), "
    "dtype=tf.int32, name=None) to": (
        "eager",
        "two TensorSpecs",
    ),
    "input_signature missing type constraint for y": ("tf.function", "list of specs"),
    "Binding inputs to tf.function failed due to `missing a required argument: 'speed'`.": (
        "eager",
        "name in the message",
    ),
    "'NoneType' object has no attribute 'scale'": ("eager", "Module().method"),
    "Called a function referencing variables which have been deleted.": (
        "eager",
        "holds that object",
    ),
    "Tried to export a function which references an 'untracked' resource.": (
        "tf.function",
        "class attribute",
    ),
    "Could not find matching concrete function to call loaded from the SavedModel. Got:": (
        "tf.function",
        "listed options",
    ),
    "Found zero restored functions for caller function.": ("tf.function", "one call"),
    "KeyError: 'serving_default'": ("SavedModel", "signatures="),
    "ValueError: Only support at least one signature key.": ("SavedModel", "signatures="),
    "'_UserObject' object is not callable": ("tf.function", "decorator"),
    "Unrecognized data type: x=[-1, 0, 1] (of type <class 'list'>)": ("eager", "np.array"),
    "Invalid filepath extension for saving. Please add either a `.keras`": ("SavedModel", "name"),
    "error: 'tf.TensorListReserve' op requires element_shape to be static during TF Lite": (
        "concrete function",
        "batch of 1",
    ),
    "error: 'tf.Erf' op is neither a custom op nor a flex op": ("tf.function", "tf.print"),
    "TypeError: 'ConcreteFunction' object is not iterable": (".tflite", "brackets"),
    "SignatureDef signature_key is None and model has 0 Signatures.": (".tflite", "second"),
    "Select TensorFlow op(s), included in the given model, is(are) not supported by": (
        ".tflite",
        "SELECT_TF_OPS",
    ),
    "For full integer quantization, a `representative_dataset` must be specified.": (
        ".tflite",
        "yields lists",
    ),
    "Cannot set tensor: Got value of type FLOAT64 but expected type FLOAT32 for input 0": (
        "device",
        "astype",
    ),
    "Cannot set tensor: Dimension mismatch. Got 3 but expected 1 for dimension 0 of input 0.": (
        "device",
        "shape_signature",
    ),
    "Tensor data is null. Run allocate_tensors() first": ("device", "each resize"),
    "Invoke called on model that is not ready.": ("device", "each resize"),
    "There is at least 1 reference to internal data": ("device", "get_tensor"),
    "RuntimeError: Failed to load model from buffer": (".tflite", "length"),
    "The model is not a valid Flatbuffer buffer": (".tflite", "bytes 4 to 8"),
    "Didn't find op for builtin opcode 'FULLY_CONNECTED' version '12'.": ("device", "version"),
    "Invalid Input name (inputs) for SignatureDef": ("device", "get_signature_list"),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_leads_to_one_cause(message: str) -> None:
    [cause] = causes_of(message)
    station, look = MESSAGES[message]
    assert cause.station == station
    assert look in cause.look


def test_every_cause_has_a_message_a_station_and_a_lesson() -> None:
    assert {cause for message in MESSAGES for cause in causes_of(message)} == set(CAUSES)
    assert len(CAUSES) == len(MESSAGES) == 41
    stations = [station.name for station in STATIONS]
    assert [s for s in stations if s in {c.station for c in CAUSES}] == stations
    assert {cause.lesson for cause in CAUSES} <= {f"{number:02d}" for number in range(15)}
    for cause in CAUSES:
        assert cause.words
        assert cause.cause[0].islower() or cause.cause[0] in "`KP", cause.cause
        assert not cause.look.endswith(".")


def test_every_message_of_the_clinic_is_known() -> None:
    [clinic] = find_lessons(["12"])
    shown = str([cell.get("outputs") for cell in nbformat.read(clinic, as_version=4).cells])
    messages = re.findall(r"\w+Error: [^\n]+?(?=\\n|'\]|$)", shown)
    assert len(set(messages)) >= 14
    assert [message for message in messages if not causes_of(message)] == []


def test_words_may_be_broken_over_lines_and_written_in_capitals() -> None:
    [cause] = causes_of("SELECT TensorFlow\n   OP(s), included in the given model")
    assert cause.station == ".tflite"
    assert causes_of("dtype int32 in the else branch, in the main branch") == ()


def test_two_causes_stand_with_the_most_exact_first() -> None:
    both = "Invalid Input name (x). Invoke called on model that is not ready."
    words = [cause.words for cause in causes_of(both)]
    assert words == ["Invoke called on model that is not ready", "Invalid Input name"]
    assert "the likeliest first" in explore_message(both).seen.value


def said(panel: Any) -> str:
    """The line that a screen reader announces."""
    line = ET.fromstring(panel.said.value)
    assert (line.get("role"), line.get("aria-live")) == ("status", "polite")
    return line.text or ""


def cells(panel: Any) -> list[str]:
    table = ET.fromstring(panel.seen.value.partition("</style>")[2])
    return ["".join(cell.itertext()) for cell in table.iter("td")]


def test_a_message_is_explained_at_once() -> None:
    panel = explore_message("'SymbolicTensor' object has no attribute 'numpy'")
    assert said(panel) == (
        "The mistake was made at tf.function. "
        "Look first at: the line with .numpy(): move it behind the call."
    )
    assert cells(panel) == [
        "tf.function",
        "while tracing there is no value yet",
        "the line with .numpy(): move it behind the call",
        "lesson 01",
    ]


def test_a_pasted_message_is_explained_at_a_press() -> None:
    panel = explore_message()
    assert (said(panel), panel.seen.value) == (
        "Paste an error message, then press the button.",
        "",
    )
    panel.box.value = "ValueError: Only support at least one signature key."
    panel.button.click()
    assert cells(panel)[0] == "SavedModel"
    panel.ask("  ")
    assert panel.seen.value == ""


def test_an_unknown_message_leads_into_the_tree() -> None:
    panel = explore_message("Segmentation fault")
    assert said(panel) == "I do not know this message: compare it with these."
    assert cells(panel)[:3] == [
        "says in user code:",
        "tf.function",
        "its last line, and the last line of yours above",
    ]


def test_the_box_is_reached_by_keyboard_and_has_a_label() -> None:
    panel = explore_message()
    assert [type(child).__name__ for child in panel.children] == [
        "HTML",
        "Textarea",
        "Box",
        "HTML",
        "HTML",
    ]
    assert panel.box.description == "message"
    assert panel.children[2].children == (panel.button,)
    assert panel.button.description == "what does it mean"


def test_the_twin_lists_what_is_known() -> None:
    shown = explore_message()._repr_mimebundle_()
    lines = shown["text/plain"].splitlines()
    assert VIEW in shown
    assert lines[0] == "Paste an error message, then press the button."
    assert lines[1] == "Messages that are known"
    assert len(lines) == 3 + len(CAUSES)
    assert re.search(r"symbolic ... as a Python bool +tf.function +lesson 02", shown["text/plain"])
    assert shown["text/html"].count("<tr>") == 1 + len(CAUSES)


def test_the_twin_explains_a_message_that_was_given() -> None:
    shown = explore_message("x < y: Invalid Input name (z)")._repr_mimebundle_()
    assert shown["text/plain"].splitlines() == [
        "The mistake was made at device. Look first at: get_signature_list().",
        "What the message means",
        "  mistake made at  likely cause                             look first at"
        "         taught in",
        "  device           the signature has inputs of other names  get_signature_list()"
        "  lesson 10",
    ]
    assert ET.fromstring(f"<div>{shown['text/html']}</div>") is not None


def test_what_is_no_message() -> None:
    words = "explore_message needs the text of a message, got ValueError. Write explore_message(str"
    with pytest.raises(InputError, match=re.escape(words)):
        explore_message(ValueError("x"))  # type: ignore[arg-type]
