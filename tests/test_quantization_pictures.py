"""The number line of int8: what it shows, says, and refuses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tfl_helpers import InputError, draw_number_line, quiet
from tfl_helpers.figure.canvas import Picture
from tfl_helpers.look.numbers import HIGHEST, LOWEST, read_steps
from tfl_helpers.setup.lessons import ROOT

SVG = "{http://www.w3.org/2000/svg}"
WEIGHTS = np.random.default_rng(7).normal(0.0, 0.1, (30, 40)).astype(np.float32)


def texts(picture: Picture) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]


def assert_fits_a_page(picture: Picture) -> None:
    assert picture.width <= 900
    assert len(picture.html()) < 60_000
    assert len(picture.png) < 30_000


# The steps of int8 -------------------------------------------------------------------------------


def test_values_go_to_the_nearest_step() -> None:
    found = read_steps([0.31, -0.503, 1.4, 0.0, 0.3149], 0.01, 0)

    assert found.steps.tolist() == [31, -50, 127, 0, 31]
    assert found.clipped.tolist() == [False, False, True, False, False]
    assert found.positions[1] == pytest.approx(-50.3)
    assert found.errors == pytest.approx([0, 0.003, 0.13, 0, 0.0049])
    assert found.errors[0] == 0.0, "no noise of float64"
    assert found.summary() == (
        "5 values on 4 of the 256 steps of int8; rounding moves them by at most 0.0049; "
        "1 clipped, by at most 0.13"
    )


def test_the_zero_point_moves_the_steps() -> None:
    found = read_steps([0.0, 2.55, -0.01, 2.56], 0.01, LOWEST)

    assert found.steps.tolist() == [LOWEST, HIGHEST, LOWEST, HIGHEST]
    assert found.clipped.tolist() == [False, False, True, True]
    assert (found.real(LOWEST), found.real(HIGHEST)) == pytest.approx((0.0, 2.55))


def test_a_tensor_keeps_its_count_and_half_a_step() -> None:
    scale = float(np.abs(WEIGHTS).max()) / 127
    found = read_steps(WEIGHTS, scale, 0)

    assert found.values.size == WEIGHTS.size
    assert not found.clipped.any()
    assert 0.4 * scale < found.errors.max() <= 0.5 * scale
    assert [label for label, _ in found.rows] == [
        "smallest",
        "nearest to 0",
        "rounded most",
        "largest",
    ]


def quantized_inside() -> bytes:
    """A file whose input is float32, and whose first op makes int8 of it."""
    with quiet():
        import tensorflow as tf

        double = tf.function(lambda x: x + x, [tf.TensorSpec([64], tf.float32)])
        concrete = double.get_concrete_function()
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module())
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([WEIGHTS[:2, :32].ravel()] for _ in range(3))
        return converter.convert()


def test_steps_are_those_of_the_runtime() -> None:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=quantized_inside(),
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    values = np.random.default_rng(3).uniform(-0.5, 0.5, 64).astype(np.float32)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    first = interpreter._get_ops_details()[0]
    details = {d["index"]: d for d in interpreter.get_tensor_details()}
    written = int(first["outputs"][0])
    scale, zero_point = details[written]["quantization"]
    found = read_steps(values, scale, zero_point)

    assert first["op_name"] == "QUANTIZE"
    assert found.steps.tolist() == interpreter.get_tensor(written).tolist()
    assert {*found.clipped.tolist()} == {True, False}


def test_five_values_are_shown_one_by_one() -> None:
    picture = draw_number_line([0.31, -0.503, 1.4, 0.0, 0.3125], 0.01)

    assert picture.caption == (
        "5 values on 4 of the 256 steps of int8; "
        "rounding moves them by at most 0.003; 1 clipped, by at most 0.13"
    )
    assert {"1 clipped to 127", "1, 5", "clipped", "-0.503", "-50"} <= set(texts(picture))
    assert picture.words.splitlines()[2:] == [
        "  scale 0.01, zero point 0: from -1.28 to 1.27",
        "Closer",
        "     real value  step           stands for  off by",
        "  1  0.31        31             0.31        0",
        "  2  -0.503      -50            -0.5        0.003",
        "  3  1.4         127 (clipped)  1.27        0.13",
        "  4  0           0              0           0",
        "  5  0.3125      31             0.31        0.0025",
    ]
    assert_fits_a_page(picture)


def test_hundreds_of_values_are_columns() -> None:
    picture = draw_number_line(WEIGHTS, 0.0012)

    assert re.match(r"1,200 values on \d+ of the 256 steps", picture.caption)
    assert (
        sum(text.endswith((" clipped to -128", " clipped to 127")) for text in texts(picture)) == 2
    )
    assert {"smallest", "largest", "rounded most", "nearest to 0"} <= set(texts(picture))
    assert_fits_a_page(picture)


def test_a_column_far_above_the_others_is_broken() -> None:
    relu = np.maximum(WEIGHTS, 0.0)
    picture = draw_number_line(relu, float(relu.max()) / 255, -128)
    plain = draw_number_line(WEIGHTS, 0.003)

    zeros = int((relu < 0.5 * relu.max() / 255).sum())
    assert f"{zeros} values on step -128" in texts(picture)
    assert "stroke='#ffffff'" in picture.svg
    assert "stroke='#ffffff'" not in plain.svg


def test_an_own_caption_stands_before_the_words() -> None:
    picture = draw_number_line([0.5], 0.01, caption="One weight")

    assert picture.caption == "One weight"
    assert picture.words.startswith("One weight\n1 value on 1 of the 256 steps")


@pytest.mark.parametrize("values", [0.25, [0.25], np.full((3, 3), 9.9), [-5.0, 5.0], [1e-30]])
def test_any_values_make_a_picture(values: Any) -> None:
    picture = draw_number_line(values, 0.01)

    assert ElementTree.fromstring(picture.svg).get("role") == "img"
    assert_fits_a_page(picture)


ONE = "one scale above 0, the real size of a step, and one whole zero point from -128 to 127, got "


@pytest.mark.parametrize(
    ("values", "scale", "zero_point", "words"),
    [
        ([], 0.1, 0, "Expected real values, one or more finite numbers, got list of length 0. Wri"),
        ("abc", 0.1, 0, "got str of length 3. Write [0.1, 0.25, -0.7], or an array of weights; "),
        ([1.0, np.nan], 0.1, 0, "got list of length 2 with nan or infinity in it."),
        (np.int8([1, 2]), 0.1, 0, "got ndarray int8[2]. Write"),
        (np.int8([1, 2]), 0.1, 0, "scale * (values.astype(np.float32) - zero_point)."),
        ([1.0], 0.0, 0, ONE + "0.0 and 0. Write np.abs(values).max() / 127 and 0 for weights, "),
        ([1.0], "x", 0, ONE + "'x' and 0."),
        ([1.0], [0.1, 0.2], 0, "[0.1, 0.2] and 0. Write"),
        ([1.0], [0.1, 0.2], 0, "scales[0] and zero_points[0] for those of one channel"),
        ([1.0], 0.1, 128, ONE + "0.1 and 128."),
        ([1.0], 0.1, 0.5, ONE + "0.1 and 0.5."),
        ([1.0], 0.1, None, ONE + "0.1 and None."),
    ],
)
def test_what_has_no_steps(values: Any, scale: Any, zero_point: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        draw_number_line(values, scale, zero_point)


DRAW = """
import hashlib, numpy as np, tfl_helpers as tfl
drawn = tfl.draw_number_line(np.random.default_rng(7).normal(0, 0.1, 500), 0.001)
print(hashlib.sha256(drawn.svg.encode() + drawn.png).hexdigest())
"""


def test_pictures_are_the_same_in_every_process() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", DRAW],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(said) == 1
