"""The tensor inspector: what it reads of an interpreter, what it does not believe, its twin."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tests import odd_files
from tfl_helpers import InputError, explore_tensors, quiet
from tfl_helpers.explore.tensors import quantization_text, short_name, values_text
from tfl_helpers.setup.lessons import ROOT

GESTURE = (ROOT / "notebooks" / "gesture.tflite").read_bytes()
PLAIN = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
VIEW = "application/vnd.jupyter.widget-view+json"
STROKE = np.column_stack([np.linspace(0, 1, 32), np.linspace(0.25, 0.75, 32)]).astype(np.float32)


def run(interpreter: Interpreter, stroke: np.ndarray = STROKE) -> Interpreter:
    with quiet():
        interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], stroke)
    interpreter.invoke()
    return interpreter


def keeping(stroke: np.ndarray = STROKE) -> Interpreter:
    """An interpreter after a run, with all its tensors."""
    made = Interpreter(
        model_content=GESTURE,
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=PLAIN,
    )
    return run(made, stroke)


def said(panel: Any) -> str:
    """The line that a screen reader announces."""
    line = ET.fromstring(panel.said.value)
    assert (line.get("role"), line.get("aria-live")) == ("status", "polite")
    return line.text or ""


def rows(panel: Any) -> list[str]:
    """What is seen, a line for each row of each table."""
    tables = ET.fromstring(f"<div>{panel.seen.value.partition('</style>')[2]}</div>")
    return ["|".join("".join(cell.itertext()) for cell in row) for row in tables.iter("tr")]


def test_it_begins_with_the_first_op() -> None:
    panel = explore_tensors(keeping())

    assert [button.description for button in panel.buttons] == ["previous", "next"]
    assert said(panel) == "Op 1 of 9: MEAN writes Mean."
    assert rows(panel) == [
        "|tensor|dtype and shape|quantization|values",
        "reads|classify_stroke:0|float32[32, 2]|none|64 values, 0.0 to 1.0; [0.0, 0.25, 0.03, …]",
        "reads a constant|Mean/reduction_indices|int32[]|none|0",
        "writes|Mean|float32[2]|none|[0.5, 0.5]",
    ]


def test_buttons_go_from_op_to_op_and_stop_at_the_ends() -> None:
    panel = explore_tensors(keeping())
    previous, following = panel.buttons

    following.click()
    assert said(panel) == "Op 2 of 9: SUB writes sub."
    assert [b.button_style for b in panel.buttons] == ["", "info"]
    previous.click()
    previous.click()
    assert said(panel) == "This is the first one. Op 1 of 9: MEAN writes Mean."
    for _ in range(9):
        panel.press("next")
    assert said(panel).startswith("This is the last one. Op 9 of 9: SOFTMAX writes ")
    panel.again.click()
    assert said(panel) == "Op 1 of 9: MEAN writes Mean."


def test_a_name_keeps_the_ops_that_have_it() -> None:
    panel = explore_tensors(keeping())

    panel.search("mean_1 ")
    assert said(panel) == "Op 7 of 9: MEAN writes Mean_1. 1 of 2 with 'mean_1'."
    panel.press("next")
    assert said(panel) == "Op 8 of 9: MUL writes mul. 2 of 2 with 'mean_1'."
    panel.press("next")
    assert said(panel).startswith("This is the last one. Op 8 of 9")
    panel.search("loss")
    assert said(panel).startswith("No tensor has 'loss' in its name. Op 8 of 9: MUL")
    panel.search("")
    assert said(panel) == "Op 1 of 9: MEAN writes Mean."
    panel.search("sub")
    panel.again.click()
    assert (panel.field.value, said(panel)) == ("", "Op 1 of 9: MEAN writes Mean.")


def test_values_are_those_of_the_last_run() -> None:
    interpreter = keeping()
    panel = explore_tensors(interpreter)
    run(interpreter, STROKE + np.float32(1.0))

    assert "writes|Mean|float32[2]|none|[0.5, 0.5]" in rows(panel)
    panel.press("previous")
    assert "writes|Mean|float32[2]|none|[1.5, 1.5]" in rows(panel)


def test_it_never_runs_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter = keeping()
    for step in ("invoke", "allocate_tensors", "set_tensor", "resize_tensor_input"):
        monkeypatch.setattr(interpreter, step, None)
    panel = explore_tensors(interpreter)
    panel.press("next")
    panel.search("Mean")
    assert "An inspector of" in panel._repr_mimebundle_()["text/plain"]


def test_it_holds_no_window_on_the_memory() -> None:
    interpreter = keeping()
    panel = explore_tensors(interpreter)
    panel.press("next")

    interpreter.invoke()


KEEPING = "Interpreter(model_content=model, experimental_preserve_all_tensors=True)"
KEEP = ["to see values", f"run {KEEPING}"]


@pytest.mark.parametrize("resolver", [OpResolverType.AUTO, PLAIN])
def test_tensors_that_were_not_kept_are_not_shown(resolver: OpResolverType) -> None:
    """XNNPACK leaves no value; without it LiteRT gives back whatever was written there since."""
    interpreter = run(Interpreter(model_content=GESTURE, experimental_op_resolver_type=resolver))
    panel = explore_tensors(interpreter)

    assert rows(panel)[-3:] == ["writes|Mean|float32[2]|none|no value", *KEEP]
    panel.search("StatefulPartitionedCall")
    assert said(panel).startswith("Op 9 of 9: SOFTMAX writes StatefulPartitionedCall:0.")
    assert re.fullmatch(r"writes\|.*\|float32\[3\]\|none\|\[[\d., e-]+\]", rows(panel)[-3])


def test_kept_tensors_need_no_other_resolver() -> None:
    with pytest.warns(UserWarning, match="intended for debugging"):
        made = Interpreter(model_content=GESTURE, experimental_preserve_all_tensors=True)
    panel = explore_tensors(run(made))

    assert said(panel) == "Op 1 of 9: MEAN writes Mean.", "what XNNPACK adds is no op of the file"
    assert rows(panel)[-1] == "writes|Mean|float32[2]|none|[0.5, 0.5]"


def test_before_the_first_run_it_says_what_to_write() -> None:
    interpreter = Interpreter(model_content=GESTURE)
    panel = explore_tensors(interpreter)

    line = "interpreter.allocate_tensors(), then set_tensor, invoke"
    assert rows(panel)[-2:] == ["to see values", line]
    interpreter.allocate_tensors()
    panel.restart()
    assert rows(panel)[-2:] == [
        "to see values",
        f"set_tensor with other values, invoke, of {KEEPING}",
    ]
    assert [row.rpartition("|")[2] for row in rows(panel)[1:4]] == ["no value", "0", "no value"]


def test_the_twin_shows_what_each_op_writes() -> None:
    shown = explore_tensors(keeping())._repr_mimebundle_()

    assert VIEW in shown
    lines = shown["text/plain"].splitlines()
    assert lines[:5] == [
        "An inspector of 9 ops of classify. Press one where Python runs:",
        "  previous  |  next",
        "What each op writes",
        "  #  op                  writes                     dtype and shape    values",
        "  1  MEAN                Mean                       float32[2]         [0.5, 0.5]",
    ]
    assert len(lines) == 13
    twin = ET.fromstring(f"<div>{shown['text/html']}</div>")
    assert [item.text for item in twin.iter("li")] == ["previous", "next"]
    assert "SQUARED_DIFFERENCE" in "".join(twin.itertext())


def test_a_long_name_shows_its_end() -> None:
    shown = short_name("model/relu;" * 9 + "model/conv")

    assert re.fullmatch("….*model/conv", shown)
    assert len(shown) == 48


def test_it_loads_no_tensorflow() -> None:
    code = """
import sys, pathlib
import tfl_helpers as tfl
from ai_edge_litert.interpreter import Interpreter
model = pathlib.Path("notebooks/gesture.tflite").read_bytes()
tfl.explore_tensors(Interpreter(model_content=model))
print("tensorflow" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == ("False", "")


@pytest.fixture(scope="module")
def dangerous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files with text, resources, variants, less than a byte, inner graphs; `adds` is plain."""
    with quiet():
        import tensorflow as tf

        root = tf.Module()
        root.count = tf.Variable([1.0, 2.0])
        keys = tf.lookup.KeyValueTensorInitializer(["this", "that"], tf.constant([1, 2], tf.int64))
        root.table = tf.lookup.StaticHashTable(keys, -1)
        pair, text = tf.TensorSpec([2], tf.float32), tf.TensorSpec([2], tf.string)
        functions = {
            "variable": tf.function(lambda x: root.count.assign_add(x), [pair]),
            "table": tf.function(lambda s: root.table.lookup(s), [text]),
            "text": tf.function(lambda s: tf.gather(s, [1]), [text]),
            "while": tf.function(
                lambda x: tf.while_loop(lambda y: y[0] < 9.0, lambda y: y * 2.0, [x])[0], [pair]
            ),
            "if": tf.function(lambda x: tf.cond(x[0] > 0.5, lambda: x + x, lambda: x), [pair]),
        }
        files = {
            name: tf.lite.TFLiteConverter.from_concrete_functions(
                [function.get_concrete_function()], root
            ).convert()
            for name, function in functions.items()
        }
    for name in ("STRING", "RESOURCE", "VARIANT", "INT4", "BFLOAT16"):
        made = odd_files.doubled()
        made.subgraphs[0].tensors[2].type = getattr(odd_files.DTYPE, name)
        files[name.lower()] = odd_files.pack(made)
    files |= {"adds": odd_files.pack(odd_files.doubled()), "sparse": odd_files.sparse()}
    folder = tmp_path_factory.mktemp("files")
    for name, content in files.items():
        (folder / f"{name}.tflite").write_bytes(content)
    return folder


EXPLORE = """
import sys, pathlib, warnings, numpy as np, tfl_helpers as tfl
from ai_edge_litert.interpreter import Interpreter, OpResolverType
warnings.simplefilter("ignore")
kept, plain = [], OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.tflite")):
    for way in range(8):
        source = {"model_path": path} if way & 1 else {"model_content": path.read_bytes()}
        kept.append(made := Interpreter(
            **source,
            experimental_preserve_all_tensors=bool(way & 2),
            experimental_op_resolver_type=plain if way & 4 else OpResolverType.AUTO,
        ))
        for state in ("new", "allocated", "run"):
            if state == "allocated":
                made.allocate_tensors()
            if state == "run":
                for given in made.get_input_details():
                    text = given["dtype"] is np.bytes_
                    value = np.array([b"this", b"no"]) if text else np.float32([1.0, 3.0])
                    made.set_tensor(given["index"], value)
                made.invoke()
            panel = tfl.explore_tensors(made)
            assert "An inspector of" in panel._repr_mimebundle_()["text/plain"]
            for _ in range(9):
                seen = panel.seen.value
                panel.press("next")
            rows = [row for i in range(len(panel.explored.everything))
                    for row in panel.explored.rows(i)]
            values = sum(row[-1] != "no value" for row in rows if "constant" not in row[0])
            print(path.stem, "kept" if way & 2 else "not", state, values)
"""


@pytest.mark.parametrize("time", range(3))
def test_the_kernel_lives_and_sees_no_memory_without_a_run(dangerous: Path, time: int) -> None:
    """LiteRT ends the process where it is asked for what is no array: so in a child."""
    command = [sys.executable, "-c", EXPLORE, str(dangerous)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr[-500:]
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert len(lines) == len(list(dangerous.iterdir())) * 8 * 3
    assert {values for _, _, state, values in lines if state != "run"} == {"0"}
    for name, values in (("adds", "3"), ("int4", "3"), ("variable", "6")):
        assert [values] * 4 == [
            v for n, kept, s, v in lines if (n, kept, s) == (name, "kept", "run")
        ]


@pytest.mark.parametrize(
    ("thing", "came"),
    [
        (GESTURE, f"got bytes of length {len(GESTURE)}. Write Interpreter(model_content=model, "),
        (Interpreter, "got the class Interpreter"),
        (None, "Expected an Interpreter of ai_edge_litert, got None."),
    ],
)
def test_what_is_no_interpreter(thing: Any, came: str) -> None:
    with pytest.raises(InputError, match=re.escape(came)):
        explore_tensors(thing)


# One tensor by hand ------------------------------------------------------------------------------


def words(value: Any, scales: Any = (), zero_points: Any = ()) -> tuple[str, str]:
    """What is said of the quantization and the values of a tensor."""
    told = {"scales": scales, "zero_points": zero_points, "quantized_dimension": 3}
    return quantization_text(told), values_text(value, told)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.float32(0.123456), "`0.123`"),
        (np.float32([1234.5678, 1e-6]), "`[1235.0, 0.0]`"),
        (np.float32([-0.0, 1e-9]), "`[0.0, 1e-09]`"),
        (np.zeros(20, np.float32), "20 values, all 0.0"),
        (np.zeros(0, np.float32), "`[]`"),
        (np.arange(9.0), "9 values, 0.0 to 8.0; `[0.0, 1.0, 2.0, …]`"),
        (np.float32([1, np.nan]), "`[1.0, nan]`"),
        (np.full(9, np.nan), "9 values, 9 of them nan or infinite"),
        (np.array([np.inf] + [1.0] * 7), "8 values, 1 of them nan or infinite, all 1.0"),
        (np.array([True, False]), "`[True, False]`"),
        (None, "no value"),
    ],
)
def test_values_in_few_words(value: Any, said: str) -> None:
    assert words(value) == ("none", said)


def test_quantization_in_few_words() -> None:
    pixels = np.arange(-128, 128, dtype=np.int8)
    assert words(pixels, [1 / 255], [-128]) == (
        "scale 0.00392, zero point -128",
        "256 values, -128 to 127, which stand for 0 to 1; `[-128, -127, -126, …]`",
    )
    assert words(np.int8([3]), [0.5], [1])[1] == "`[3]`, which stand for 1"
    assert words(np.int8([1, 2]), np.float32([0.1, 0.5]), [0, 0]) == (
        "2 scales, 0.1 to 0.5, along axis 3",
        "`[1, 2]`",
    )
