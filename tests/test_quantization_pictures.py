"""Size against error, and the number line of int8: what they show, say, and refuse."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.author.lessons import ROOT
from tfl_helpers import InputError, draw_number_line, draw_sizes, quiet
from tfl_helpers.figure.canvas import Picture
from tfl_helpers.look.numbers import HIGHEST, LOWEST, Steps, read_steps
from tfl_helpers.look.sizes import log_scale, size_scale

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"float32": 7060, "dynamic range": 2880, "float16": 4270, "int8": 2304, "16x8": 2440}
MODELS = {name: bytes(size_bytes) for name, size_bytes in SIZES.items()}
ERRORS = dict(zip(SIZES, (0.0, 0.0117, 2.4e-4, 0.0311, 0.0127), strict=True))
WEIGHTS = np.random.default_rng(7).normal(0.0, 0.1, (30, 40)).astype(np.float32)


def texts(picture: Picture) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]


def marks(picture: Picture) -> list[tuple[float, float]]:
    """The middles of the round marks, in the order drawn."""
    root = ElementTree.fromstring(picture.svg)
    round_ones = [r for r in root.iter(f"{SVG}rect") if r.get("rx") and r.get("width") == "10"]
    return [(float(r.get("x", 0)) + 5, float(r.get("y", 0)) + 5) for r in round_ones]


def assert_fits_a_page(picture: Picture) -> None:
    assert picture.width <= 900
    assert len(picture.html()) < 60_000
    assert len(picture.png) < 30_000


# Size against error ------------------------------------------------------------------------------


def test_each_model_has_a_mark_and_its_numbers_as_words() -> None:
    picture = draw_sizes(MODELS, ERRORS)

    assert len(marks(picture)) == len(SIZES)
    for name, size_bytes in SIZES.items():
        words = f"{size_bytes:,} bytes, error {ERRORS[name]:.2g}"
        assert {name, words} <= set(texts(picture))
    assert picture.caption == (
        "Size against error of 5 models: the smallest, int8, has 2,304 bytes, error 0.031; "
        "the largest, float32, has 7,060 bytes, error 0"
    )
    assert picture.words.splitlines()[1:] == [
        "  model          bytes  error",
        "  int8           2,304  0.031",
        "  16x8           2,440  0.013",
        "  dynamic range  2,880  0.012",
        "  float16        4,270  0.00024",
        "  float32        7,060  0",
    ]
    assert_fits_a_page(picture)


def test_smaller_is_left_and_more_exact_is_lower() -> None:
    models = {"small": bytes(1000), "exact": bytes(3000)}
    places = marks(draw_sizes(models, {"small": 0.1, "exact": 0.001}))

    (small_x, small_y), (exact_x, exact_y) = places
    assert exact_x == pytest.approx(3 * small_x, abs=0.2), "from zero, so that lengths compare"
    assert small_y < exact_y


def test_a_budget_says_who_is_within_and_what_is_too_much() -> None:
    picture = draw_sizes(
        MODELS, ERRORS, most_bytes=3000, most_error=0.0117
    )  # that of `dynamic range`

    assert picture.caption == (
        "A budget of at most 3,000 bytes and errors of at most 0.0117: 1 of 5 models within it"
    )
    assert picture.words.splitlines()[2:] == [
        "  int8           2,304  0.031    ✗ error too large",
        "  16x8           2,440  0.013    ✗ error too large",
        "  dynamic range  2,880  0.012    ✓ within the budget",
        "  float16        4,270  0.00024  ✗ 1,270 bytes too large",
        "  float32        7,060  0        ✗ 4,060 bytes too large",
    ]
    assert {"at most 3,000 bytes", "error at most 0.0117"} <= set(texts(picture))
    assert "✓" not in draw_sizes(MODELS, ERRORS).words


def test_a_budget_may_have_one_limit() -> None:
    by_size = draw_sizes(MODELS, ERRORS, most_bytes=2400)
    by_error = draw_sizes(MODELS, ERRORS, most_error=0)

    assert by_size.caption == "A budget of at most 2,400 bytes: 1 of 5 models within it"
    assert by_error.caption == "A budget of errors of at most 0: 1 of 5 models within it"


def test_labels_do_not_overlap() -> None:
    close = {f"model {i}": bytes(2000 + i) for i in range(8)}
    root = ElementTree.fromstring(draw_sizes(close, dict.fromkeys(close, 0.01)).svg)
    bold = [float(t.get("y", 0)) for t in root.iter(f"{SVG}text") if t.get("font-weight")]

    gaps = [second - first for first, second in zip(bold, bold[1:], strict=False)]
    assert len(bold) == 8
    assert min(gaps) >= 30


@pytest.mark.parametrize("errors", [[0.0], [1.0], [1e-7, 1e-1], [0.0, 3e-9, 250.0]])
def test_each_error_has_a_place_on_the_axis(errors: list[float]) -> None:
    scale = log_scale(errors, 280)
    places = [scale.place(error) for error in errors]

    assert places == sorted(places)
    assert all(0 <= place <= 280 for place in [*places, *map(scale.place, scale.ticks)])
    assert (0.0 in scale.ticks) == (0.0 in errors)
    assert len(scale.ticks) <= 9


@pytest.mark.parametrize("sizes", [[7060, 2304], [600], [0], [660, 13_921_636], [229_688, 63_504]])
def test_each_size_has_a_place_on_the_axis(sizes: list[int]) -> None:
    scale = size_scale(sizes, 440)

    assert all(0 <= scale.place(size) <= 440 for size in [*sizes, *scale.ticks])
    assert 2 <= len(scale.ticks) <= 8


@pytest.mark.parametrize(
    ("models", "errors", "words"),
    [
        ([b""], [0.0], "draw_sizes needs models by name, got list of length 1. Write draw_sizes({"),
        ({}, {}, "got dict of length 0"),
        ({"int8": "a.tflite"}, {"int8": 0}, "got str of length 8 for 'int8'. Write {'int8': con"),
        (
            MODELS,
            {"float32": 0},
            "the error of each model, 'float32', 'dynamic range', 'float16', ",
        ),
        (MODELS, {"float32": 0}, "got 'float32'. Write {'float32': 0.01, ...} with the s"),
        (MODELS, [0.1], "got list of length 1. Write {'float32': 0.01"),
        (
            {"a": b""},
            {"a": float("nan")},
            "finite number of 0 or more for 'a', got nan. Write floa",
        ),
        ({"a": b""}, {"a": -1.0}, "got -1.0. Write float(np.abs(found - expected).max())"),
        ({"a": b""}, {"a": np.zeros(3)}, "for 'a', got ndarray float64[3]"),
        ({"a": b""}, {"a": "small"}, "for 'a', got str of length 5"),
    ],
)
def test_what_cannot_be_drawn_as_sizes(models: Any, errors: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        draw_sizes(models, errors)


def test_a_budget_is_a_number() -> None:
    with pytest.raises(InputError, match="0 or more for 'most_bytes', got str of length 4"):
        draw_sizes(MODELS, ERRORS, most_bytes="3 kB")  # type: ignore[arg-type]


# The steps of int8 -------------------------------------------------------------------------------


def steps(values: Any, scale: Any = 0.01, zero_point: Any = 0) -> Steps:
    return read_steps(values, scale, zero_point, "draw_number_line")


def test_values_go_to_the_nearest_step() -> None:
    found = steps([0.31, -0.503, 1.4, 0.0, 0.3149], 0.01)

    assert [one.step for one in found.landings] == [31, -50, 127, 0, 31]
    assert [one.clipped for one in found.landings] == [False, False, True, False, False]
    assert found.landings[1].position == pytest.approx(-50.3)
    assert [one.error for one in found.landings] == pytest.approx([0, 0.003, 0.13, 0, 0.0049])
    assert found.landings[0].error == 0.0, "no noise of float64"
    assert (found.max_rounding, found.max_clipping) == pytest.approx((0.0049, 0.13))
    assert (found.below, found.above, found.used, found.size) == (0, 1, 4, 5)


def test_the_zero_point_moves_the_steps() -> None:
    found = steps([0.0, 2.55, -0.01, 2.56], 0.01, LOWEST)

    assert [one.step for one in found.landings] == [LOWEST, HIGHEST, LOWEST, HIGHEST]
    assert [one.clipped for one in found.landings] == [False, False, True, True]
    assert (found.real(LOWEST), found.real(HIGHEST)) == pytest.approx((0.0, 2.55))


def test_a_tensor_keeps_its_count_and_half_a_step() -> None:
    scale = float(np.abs(WEIGHTS).max()) / 127
    found = steps(WEIGHTS, scale)

    assert found.size == sum(found.counts) == WEIGHTS.size
    assert 0.4 * scale < found.max_rounding <= 0.5 * scale
    assert [one.label for one in found.landings] == [
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
    parts = [steps(part, scale, zero_point) for part in np.split(values, 8)]
    landings = [landing for part in parts for landing in part.landings]

    assert first["op_name"] == "QUANTIZE"
    assert [one.step for one in landings] == interpreter.get_tensor(written).tolist()
    assert {one.clipped for one in landings} == {True, False}


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


@pytest.mark.parametrize(
    ("values", "scale", "zero_point", "words"),
    [
        (
            [],
            0.1,
            0,
            "draw_number_line needs one or more finite numbers, got list of length 0. Wri",
        ),
        ("abc", 0.1, 0, "got str of length 3. Write [0.1, 0.25, -0.7], or an array of weights."),
        ([1.0, np.nan], 0.1, 0, "got nan or infinity among them"),
        (np.int8([1, 2]), 0.1, 0, "the real values, got ndarray int8[2], which are steps already."),
        (
            [1.0],
            0.0,
            0,
            "a scale above 0, the real size of one step, got 0.0. Write np.abs(values)",
        ),
        ([1.0], "x", 0, "a scale above 0, the real size of one step, got 'x'"),
        ([1.0], [0.1, 0.2], 0, "needs one scale, got 2, one for each channel. Pass the values of"),
        ([1.0], 0.1, 128, "a whole zero point from -128 to 127, got 128. Write 0 for weights; of "),
        ([1.0], 0.1, 0.5, "a whole zero point from -128 to 127, got 0.5"),
        ([1.0], 0.1, None, "a whole zero point from -128 to 127, got None"),
    ],
)
def test_what_has_no_steps(values: Any, scale: Any, zero_point: Any, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        draw_number_line(values, scale, zero_point)


# Both --------------------------------------------------------------------------------------------

DRAW = """
import hashlib, numpy as np, tfl_helpers as tfl
sizes = {"float32": bytes(7060), "int8": bytes(2304), "16x8": bytes(2440)}
one = tfl.draw_sizes(sizes, {"16x8": 0.01, "int8": 0.03, "float32": 0.0}, most_bytes=3000)
two = tfl.draw_number_line(np.random.default_rng(7).normal(0, 0.1, 500), 0.001)
print([hashlib.sha256(p.svg.encode() + p.png).hexdigest() for p in (one, two)])
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
