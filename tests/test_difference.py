"""When two outputs differ, what is said of it, and what two files may differ in for all that."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from PIL import Image

from tests.difference import LONGEST, SANITISED, chunks, difference, sanitised
from tfl_helpers.setup.lessons import find_lessons

LESSONS = find_lessons([])
FOLDER = "/usr/lib/python3.11"
TRACEBACK = f'File "{FOLDER}/site-packages/keras/a.py", line 3, in <module>\nError: <f at 0x{{}}>'


def shows(**data: Any) -> NotebookNode:
    """A cell with one output, its mime types written with `_`."""
    bundle = {mime.replace("_", "/"): value for mime, value in data.items()}
    return new_code_cell(execution_count=1, outputs=[new_output("display_data", bundle)])


def prints(text: str) -> NotebookNode:
    return new_code_cell(execution_count=1, outputs=[new_output("stream", text=text)])


def raises(*traceback: str, name: str = "Error") -> NotebookNode:
    error = new_output("error", ename=name, evalue="no", traceback=list(traceback))
    return new_code_cell(execution_count=1, outputs=[error])


def png(size: tuple[int, int] = (40, 20), dots: tuple[tuple[int, int], ...] = ()) -> str:
    """White, with black dots."""
    image = Image.new("L", size, 255)
    for dot in dots:
        image.putpixel(dot, 0)
    image.save(file := io.BytesIO(), "png")
    return base64.b64encode(file.getvalue()).decode()


def packed_otherwise(encoded: str) -> str:
    """The same PNG as another build of zlib might have packed it."""
    parts = list(chunks(base64.b64decode(encoded)))
    pixels = b"".join(body for kind, body in parts if kind == "IDAT")
    again = [(k, zlib.compress(zlib.decompress(pixels), 1) if k == "IDAT" else b) for k, b in parts]
    raw = b"\x89PNG\r\n\x1a\n"
    for kind, body in again:
        named = kind.encode() + body
        raw += struct.pack(">I", len(body)) + named + struct.pack(">I", zlib.crc32(named))
    return base64.b64encode(raw).decode()


def test_the_lines_that_differ_are_shown() -> None:
    assert difference(prints("2.5\n"), prints("2.5\n")) == ""
    assert difference(prints("a\n2.5\n"), prints("a\n3.5\n")).splitlines() == [
        *("--- stored", "+++ run again", "@@ -7,3 +7,3 @@"),
        *('    "a\\n",', '-   "2.5\\n"', '+   "3.5\\n"', "   ]"),
    ]


def test_letters_that_look_alike_are_named() -> None:
    told = difference(prints("a\u2212b"), prints("a-b")).splitlines()
    assert told[-1] == "stored: U+2212 MINUS SIGN; run again: U+002D HYPHEN-MINUS"
    told = difference(prints("ab"), prints("ab\u200b")).splitlines()
    assert told[-1] == "stored: U+0022 QUOTATION MARK; run again: U+200B ZERO WIDTH SPACE"


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (png(dots=((9, 4),)), "2 of 800 pixels differ, in x 9 to 9, y 4 to 5"),
        (png((40, 21)), "stored 40 x 21 pixels, run again 40 x 20 pixels"),
        (png(dots=((9, 5),)) + "AAAA", "the same pixels, but something beside them differs"),
        ("no picture", "one of the two cannot be read"),
    ],
)
def test_pictures_are_told_in_words(stored: str, words: str) -> None:
    told = difference(shows(image_png=stored), shows(image_png=png(dots=((9, 5),))))
    assert told.splitlines()[-1] == f"picture in output 1: {words}"
    assert stored[:50] not in told


def test_a_long_difference_is_cut() -> None:
    told = difference(prints(""), prints("line\n" * 500)).splitlines()
    assert len(told) == LONGEST + 1
    assert re.fullmatch(r"\.\.\. and \d+ lines more", told[-1])


def test_a_newline_between_tags_is_a_difference_that_can_be_seen() -> None:
    told = difference(shows(text_html="<p></p>"), shows(text_html="<p>\n</p>"))
    assert '-    "<p>",' not in told
    assert "<p>\\n" in told


def test_numbers_of_another_type_differ() -> None:
    for stored, rerun in ((1, 1.0), (1, True)):
        assert difference(
            shows(application_json={"n": stored}), shows(application_json={"n": rerun})
        )
    nan = shows(application_json={"n": float("nan")})
    assert difference(nan, shows(application_json={"n": float("nan")})) == ""


def test_of_an_error_everything_counts_but_the_place_of_files() -> None:
    here, there = TRACEBACK.format("7f52b01a5c90"), TRACEBACK.format("7f52b01a5c00")
    elsewhere = there.replace(FOLDER, "~/.venv/lib/python3.11")
    assert difference(raises(here), raises(elsewhere)) == ""
    for other in (here.replace("3", "4"), here.replace("keras", "numpy"), here + "\n"):
        assert difference(raises(here), raises(other))
    assert difference(raises(here), raises(here, here))
    assert difference(raises(here), raises(here, name="OtherError"))
    assert difference(prints(here), prints(elsewhere)), "only errors are sanitised"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[31mError\x1b[39m: \x1b[38;5;28mno", "Error: no"),
        ('File "/x/ipykernel_31/12.py", line 1', 'File "<cell>", line 1'),
        (r'File "C:\x\ipykernel_31\12.py", line 1', 'File "<cell>", line 1'),
        ("File /x/__autograph_generated_fileab1_.py:9", "File <autograph>:9"),
        ("File ~/v/lib/python3.11/site-packages/keras/a.py", "File <packages>/keras/a.py"),
        ("File /usr/lib/python3.11/json/decoder.py:9", "File <python>/json/decoder.py:9"),
        ("File ~/course/tfl_helpers/ask.py:9", "File <clone>/tfl_helpers/ask.py:9"),
        ("<f at 0x7f52b01a5c90>, at 0x1c", "<f at <address>>, at 0x1c"),
    ],
)
def test_what_is_sanitised(text: str, clean: str) -> None:
    assert sanitised(text) == clean
    assert all(reason for _, _, reason in SANITISED)


def joined(value: Any) -> Any:
    """Lists of lines as one text, and the keys in another order."""
    if isinstance(value, dict):
        return {key: joined(part) for key, part in reversed(value.items())}
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return "".join(value) if any(part.endswith("\n") for part in value) else value
    return [joined(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "saved",
    [
        lambda raw: json.dumps(raw, indent=4),
        lambda raw: json.dumps(raw, separators=(",", ":"), ensure_ascii=False),
        lambda raw: json.dumps(joined(raw), indent=1).replace("\n", "\r\n"),
    ],
)
def test_a_notebook_may_be_laid_out_otherwise(saved: Callable[[Any], str]) -> None:
    for lesson in LESSONS:
        text = lesson.read_text(encoding="utf-8")
        again = saved(json.loads(text))
        assert again != text
        pairs = zip(*(nbformat.reads(t, as_version=4).cells for t in (text, again)), strict=True)
        cells = [(was, now) for was, now in pairs if was.cell_type == "code"]
        assert [difference(was, now) for was, now in cells] == [""] * len(cells)


def test_a_png_may_be_packed_otherwise() -> None:
    for lesson in LESSONS:
        for cell in nbformat.read(lesson, as_version=4).cells:
            for output in cell.get("outputs", []):
                if picture := output.get("data", {}).get("image/png"):
                    again = packed_otherwise(picture)
                    assert again != picture
                    assert difference(shows(image_png=picture), shows(image_png=again)) == ""
