"""Every byte of a .tflite file has one owner: real files, broken ones, and their picture."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from tests import odd_files
from tfl_helpers import InputError, draw_bytes, quiet, read_tflite
from tfl_helpers.figure.canvas import Picture
from tfl_helpers.look import byte_picture
from tfl_helpers.look.byte_picture import LOOKS
from tfl_helpers.look.bytes import PARTS, ByteMap, Span, fill_gaps, read_bytes
from tfl_helpers.setup.lessons import ROOT

GESTURE = (ROOT / "notebooks" / "gesture.tflite").read_bytes()


def converted(name: str) -> bytes:
    """A small model: `square`, `cnn`, `int8` or `lost`, whose weights did not get into it."""
    with quiet():
        import tensorflow as tf

        if name == "square":
            square = tf.function(lambda x: x**2, [tf.TensorSpec([], tf.float32, name="x")])
            concrete, root = square.get_concrete_function(), tf.Module()
            return tf.lite.TFLiteConverter.from_concrete_functions([concrete], root).convert()
        layers = [tf.keras.Input((8, 8, 1)), tf.keras.layers.Conv2D(8, 3, activation="relu")]
        model = tf.keras.Sequential([*layers, tf.keras.layers.Conv2D(8, 3)])
        image = tf.TensorSpec([1, 8, 8, 1], tf.float32, name="image")
        concrete = tf.function(lambda x: model(x), [image]).get_concrete_function()
        root = model if name == "lost" else None
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], root)
        if name == "int8":
            samples = np.random.default_rng(7).random((4, 1, 8, 8, 1), np.float32)
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: ([sample] for sample in samples)
        return converter.convert()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {name: converted(name) for name in ("square", "cnn", "int8", "lost")}


@pytest.fixture(scope="module", params=["gesture", "square", "cnn", "int8", "lost"])
def model(request: pytest.FixtureRequest, files: dict[str, bytes]) -> bytes:
    return GESTURE if request.param == "gesture" else files[request.param]


def assert_whole(found: ByteMap) -> None:
    """Each byte belongs to one span, and each span to a known part."""
    end = 0
    for span in found.spans:
        assert span.start == end < span.end
        assert span.part in PARTS
        end = span.end
    assert end == found.size_bytes == sum(size for _, size in found.parts)


def handmade(size_bytes: int) -> ByteMap:
    spans = [Span(0, 8, "header", "TFL3"), Span(8, 12, "weights", "scale")]
    return fill_gaps(bytes(size_bytes), [*spans, Span(12, size_bytes, "structure", "vtables")])


# Real files ------------------------------------------------------------------------------------


def test_each_byte_has_one_owner(model: bytes) -> None:
    found = read_bytes(model)

    assert_whole(found)
    assert "unknown" not in dict(found.parts)
    assert dict(found.parts)["header"] == 8
    assert all(not any(model[s.start : s.end]) for s in found.spans if s.part == "padding")


def test_weights_are_those_that_read_tflite_counts(model: bytes) -> None:
    assert dict(read_bytes(model).parts).get("weights", 0) == read_tflite(model).weights_bytes


def test_parts_hold_what_their_name_says(files: dict[str, bytes]) -> None:
    def held(model: bytes, part: str) -> bytes:
        spans = read_bytes(model).spans
        return b"|".join(model[s.start : s.end] for s in spans if s.part == part)

    assert b"classify" in held(GESTURE, "signatures")
    assert b"CONVERSION_METADATA" in held(GESTURE, "metadata")
    assert b"measure_stroke" in held(GESTURE, "tensors")
    assert b"TFL3" in held(GESTURE, "header")
    assert b"sequential" in held(files["lost"], "operators"), "names of variables, in VAR_HANDLE"


def test_weights_go_by_the_name_of_their_tensor(files: dict[str, bytes]) -> None:
    part, name, size_bytes = read_bytes(files["cnn"]).pieces(1)[0]

    assert (part, size_bytes) == ("weights", 3 * 3 * 8 * 8 * 4)
    assert name.endswith("convolution")


def test_int8_weights_are_a_quarter_and_have_scales(files: dict[str, bytes]) -> None:
    floats, integers = (dict(read_bytes(files[name]).parts) for name in ("cnn", "int8"))

    assert integers["weights"] < floats["weights"] / 3
    assert integers["quantization"] > 5 * floats["quantization"]


def test_lost_weights_are_seen(files: dict[str, bytes]) -> None:
    assert dict(read_bytes(files["lost"]).parts).get("weights", 0) < 100
    assert re.search(r"(none|\d %) of them weights; the largest", draw_bytes(files["lost"]).caption)


def test_reading_needs_neither_tensorflow_nor_litert(tmp_path: Path) -> None:
    path = tmp_path / "gesture.tflite"
    path.write_bytes(GESTURE)
    code = (
        "import sys, pathlib, tfl_helpers as tfl\n"
        f"tfl.draw_bytes(pathlib.Path({str(path)!r}).read_bytes())\n"
        "print(sorted({'tensorflow', 'ai_edge_litert'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_bytearray_is_welcome() -> None:
    assert read_bytes(bytearray(GESTURE)) == read_bytes(GESTURE)


# Files that are none, or broken ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("thing", "came"),
    [
        ("gesture.tflite", "got str of length 14. Write pathlib.Path(name).read_bytes()."),
        (None, "Expected the bytes of a .tflite file, got None"),
        (b"", "got no bytes at all: the file is empty"),
        (b"PK\x03\x04 rest", "got a zip archive, as .keras files are: convert the model first"),
    ],
)
def test_foreign_things_are_refused_as_read_tflite_does(thing: Any, came: str) -> None:
    with pytest.raises(InputError, match=re.escape(came)):
        draw_bytes(thing)


def test_a_file_that_breaks_off_says_so() -> None:
    words = "Expected a whole .tflite file, got 3,000 bytes that begin as one but break off or are"
    with pytest.raises(InputError, match=words) as caught:
        read_bytes(GESTURE[:3000])
    assert "Convert again, or copy the file again and compare its size." in str(caught.value)


def test_no_cut_and_no_flip_does_harm() -> None:
    chance = random.Random(7)
    broken = [GESTURE[: chance.randrange(len(GESTURE))] for _ in range(100)]
    for _ in range(300):
        flipped = bytearray(GESTURE)
        for _ in range(chance.choice([1, 1, 4])):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        broken.append(bytes(flipped))
    refused = 0
    for model in broken:
        try:
            assert_whole(read_bytes(model))
        except InputError:
            refused += 1
    assert 100 < refused < 400


# What the converter here does not write ---------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "piece"),
    [
        (odd_files.sparse(), ("sparsity", "half", 101)),
        (odd_files.outside(), ("weights", "half", 4000)),
        (odd_files.compiled(), ("custom", "operator 0 DISPATCH_OP", 9068)),
        (odd_files.composite(), ("operators", "subgraph 0 operator 0", 66)),
        (odd_files.labelled(), ("appended", "labels.txt", 990)),
        (odd_files.labelled(), ("metadata", "buffer 2", 99)),
    ],
    ids=["sparse", "outside", "compiled", "composite", "label file", "notes"],
)
def test_odd_files_have_true_names(model: bytes, piece: tuple[str, str, int]) -> None:
    found = read_bytes(model)

    assert_whole(found)
    assert piece in found.pieces()
    assert "unknown" not in dict(found.parts)
    assert f"{piece[0]} " in draw_bytes(model).words


def test_a_buffer_that_nothing_reads_is_unused() -> None:
    made = odd_files.doubled()
    made.buffers.append(made.buffers[1])

    assert ("unused", "buffer 2", 8) in read_bytes(odd_files.pack(made)).pieces()


# Records by hand ---------------------------------------------------------------------------------


def test_gaps_are_padding_only_where_they_are_few_zeros() -> None:
    content = bytes(8) + b"\x01" + bytes(91)
    found = fill_gaps(content, [Span(0, 2, "header"), Span(4, 8, "weights", "w"), Span(9, 10, "T")])

    assert [span.part for span in found.spans] == [
        "header",
        "padding",
        "weights",
        "unknown",
        "T",
        "unknown",
    ]


def test_two_owners_of_a_byte_the_first_has_it() -> None:
    owned = [Span(0, 6, "weights", "a"), Span(4, 8, "weights", "b"), Span(4, 5, "header")]

    assert fill_gaps(bytes(8), owned).spans == (
        Span(0, 6, "weights", "a"),
        Span(6, 8, "weights", "b"),
    )


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(0, "0 %"), (4, "<1 %"), (500, "50 %"), (999, ">99 %"), (1000, "100 %")],
)
def test_shares_are_0_and_100_only_where_they_are(size_bytes: int, said: str) -> None:
    assert handmade(1000).share(size_bytes) == said


def test_the_record_says_parts_and_pieces() -> None:
    assert str(handmade(100)).splitlines() == [
        "Every byte of a TensorFlow Lite model of 100 bytes",
        "  part       bytes  share  what stands there",
        "  weights    4      4 %    values of constants",
        "  structure  88     88 %   lists and tables that lead to the rest",
        "  header     8      8 %    the way to the first table, TFL3",
        "Largest pieces with a name",
        "  name   part     bytes  share",
        "  scale  weights  4      4 %",
    ]


# The picture -------------------------------------------------------------------------------------


def drawn(picture: Picture, name: str) -> list[ElementTree.Element]:
    return [s for s in ElementTree.fromstring(picture.svg) if s.tag.endswith("}" + name)]


def test_each_part_has_a_letter_and_a_colour_of_its_own() -> None:
    assert list(LOOKS) == list(PARTS)
    assert len({look.letter for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.fill for look in LOOKS.values()}) == len(LOOKS)


def test_a_small_file_is_a_grid_whose_squares_are_its_bytes(files: dict[str, bytes]) -> None:
    found = read_bytes(files["square"])
    side = 12.0
    area = dict.fromkeys((look.fill for look in LOOKS.values()), 0.0)
    bottom = -(-found.size_bytes // 64) * side
    for box in drawn(draw_bytes(files["square"]), "rect"):
        if float(box.get("y", "0")) + float(box.get("height", "0")) <= bottom:
            fill = box.get("fill", "")
            area[fill] = area.get(fill, 0.0) + float(box.get("width", "0")) * float(
                box.get("height", "0")
            )
    total = found.size_bytes * side**2
    drawn_twice = sum(area.values()) - total  # on the ground, which is one part's colour
    ground = next(fill for fill, size in area.items() if size == total)
    for part, size_bytes in found.parts:
        over = drawn_twice if LOOKS[part].fill == ground else 0
        assert area[LOOKS[part].fill] - over == size_bytes * side**2, part


def test_a_large_file_is_a_bar_to_scale() -> None:
    picture = draw_bytes(GESTURE)
    found = read_bytes(GESTURE)
    bar = [box for box in drawn(picture, "rect") if box.get("y") == "0"]

    assert len(bar) == len(found.parts)
    for box, (part, size_bytes) in zip(bar, found.parts, strict=True):
        assert box.get("fill") == LOOKS[part].fill
        assert float(box.get("width", "0")) == pytest.approx(800 * size_bytes / 6232, abs=0.1)


def test_caption_and_words_say_it_all() -> None:
    picture = draw_bytes(GESTURE)

    assert picture.caption == (
        "6,232 bytes, 14 % of them weights; the largest part is tensors, 35 %"
    )
    for part, size_bytes in read_bytes(GESTURE).parts:
        assert re.search(rf"{part} +{size_bytes:,} ", picture.words)
    assert all(name in picture.words for _, name, _ in read_bytes(GESTURE).pieces(10))
    assert draw_bytes(GESTURE, "Where bytes go").caption == "Where bytes go"


def test_weights_stand_in_the_legend_even_where_there_are_none(files: dict[str, bytes]) -> None:
    picture = draw_bytes(files["square"])

    assert "weights" in [text.text for text in drawn(picture, "text")]
    assert "none of them weights" in picture.caption


def test_it_fits_the_page_and_the_budget(model: bytes) -> None:
    picture = draw_bytes(model)

    assert picture.width <= 900
    assert len(picture.html()) < 60_000
    assert len(picture.png) < 40_000


def test_the_fullest_grid_keeps_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    rare = ("sparsity", "custom", "appended", "unused", "padding", "unknown")
    parts = [part for part in PARTS if part not in rare]
    spans = [
        Span(i * 14, i * 14 + 14, parts[i % len(parts)], f"piece {i}") for i in range(4088 // 14)
    ]
    monkeypatch.setattr(byte_picture, "read_bytes", lambda model: fill_gaps(model, spans))

    html = draw_bytes(bytes(4088)).html()
    assert len(html) < 80_000, "292 runs, more than files of that size have"


def test_same_bytes_same_picture() -> None:
    assert draw_bytes(GESTURE) == draw_bytes(GESTURE)
