"""A stored cell and its re-run in, the lines in which their outputs differ out. Runs nothing.

Equal means equal as JSON text: 425 is not 425.0, and neither order nor number is forgiven. Two
things are put into one form first: how a PNG is packed, and where the files of a traceback lie.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import hashlib
import io
import json
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import numpy as np
from nbformat import NotebookNode
from PIL import Image, UnidentifiedImageError

from tests.author.stored import opened

# What is replaced in the words of an error and nowhere else, by what, and why it would differ.
# No lesson stores an error, so nothing at all is sanitised in a lesson.
SANITISED: tuple[tuple[str, str, str], ...] = (
    (r"\x1b\[[\d;]*m", "", "colours are no text"),
    (r"[^\s\"']*ipykernel_\d+[/\\]\d+\.py", "<cell>", "a file named after the process"),
    (r"[^\s\"']*__autograph_generated_file\w+\.py", "<autograph>", "a file named at random"),
    (r"[^\s\"']*[/\\]site-packages(?=[/\\])", "<packages>", "where packages are installed"),
    (r"[^\s\"']*[/\\]lib[/\\]python3\.\d+(?=[/\\])", "<python>", "where Python is installed"),
    (r"[^\s\"']*[/\\](?=tfl_helpers[/\\])", "<clone>/", "where this clone lies"),
    (r"\b0x[0-9a-fA-F]{9,}", "<address>", "where in memory an object lies"),
)
LONGEST = 100  # lines of a report: a figure that is lost or new has hundreds


def difference(stored: NotebookNode, rerun: NotebookNode) -> str:
    """How the number and outputs of a code cell differ from its re-run; empty if they do not."""
    was, now = (_comparable([cell.execution_count, *cell.outputs]) for cell in (stored, rerun))
    if _text(was) == _text(now):
        return ""
    shown = [_text(_readable(part)).splitlines() for part in (was, now)]
    plain = shown if shown[0] != shown[1] else [_text(part).splitlines() for part in (was, now)]
    lines = list(difflib.unified_diff(*plain, "stored", "run again", n=1, lineterm=""))
    rest = [f"... and {len(lines) - LONGEST} lines more"] if len(lines) > LONGEST else []
    hints = [*_look_alikes(lines[2:]), *_pictures(stored, rerun)]
    return "\n".join([*lines[:LONGEST], *rest, *hints])


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)


def _comparable(value: Any, key: str = "", error: bool = False) -> Any:
    if isinstance(value, dict):
        error = value.get("output_type") == "error"
        return {name: _comparable(part, name, error) for name, part in value.items()}
    if isinstance(value, list):
        return [_comparable(part, key, error) for part in value]
    if key == "image/png" and isinstance(value, str):
        return png_parts(value)
    return sanitised(value) if error and isinstance(value, str) else value


def sanitised(text: str) -> str:
    """The words of an error without what differs from machine to machine or run to run."""
    for pattern, mark, _ in SANITISED:
        text = re.sub(pattern, mark, text)
    return text


def png_parts(encoded: str) -> list[str]:
    """All that a PNG holds, apart from how zlib packed it: other builds of zlib pack otherwise.

    What is not a flawless PNG is one part.
    """
    try:
        raw = base64.b64decode(encoded)
        if base64.b64encode(raw).decode() != encoded:
            raise ValueError("there are letters that say nothing")
        parts = list(chunks(raw))
        unpack = zlib.decompressobj()
        pixels = unpack.decompress(b"".join(body for kind, body in parts if kind == "IDAT"))
    except (binascii.Error, struct.error, zlib.error, ValueError):
        return [f"not a PNG {_digest(encoded.encode())}"]
    rest = [f"{kind} {_digest(body)}" for kind, body in parts if kind != "IDAT"]
    return [*rest, f"pixels {_digest(pixels)}", f"unused {_digest(unpack.unused_data)}"]


def chunks(png: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a PNG, name and content; ValueError if one of them is damaged."""
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("this is not how a PNG begins")
    start = 8
    while start < len(png):
        size, kind = struct.unpack(">I4s", png[start : start + 8])
        end = start + 8 + size
        body = png[start + 8 : end]
        if struct.unpack(">I", png[end : end + 4])[0] != zlib.crc32(kind + body):
            raise ValueError("a part of the PNG is damaged")
        yield kind.decode("latin-1"), body
        start = end + 4


def _digest(content: bytes) -> str:
    return f"{len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()[:16]}"


def _readable(value: Any, key: str = "") -> Any:
    """Long strings as lists of lines, so that a diff shows the line and not the page."""
    if isinstance(value, dict):
        return {name: _readable(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_readable(part, key) for part in value]
    if key.startswith("image/") and "svg" not in key and isinstance(value, str):
        return _digest(value.encode()) if "sha256" not in value else value
    if not isinstance(value, str):
        return value
    lines = re.sub(r">(?=<)", ">\n", opened(value)).splitlines(keepends=True)
    return lines if len(lines) > 1 else value


def _look_alikes(lines: list[str]) -> Iterator[str]:
    """Names for letters outside ASCII, which may look like those that they replace."""
    lost, new = ([line[1:] for line in lines if line[0] == sign] for sign in "-+")
    for was, now in zip(lost, new, strict=True) if len(lost) == len(new) else ():
        pairs = zip_longest(was, now, fillvalue=" ")
        first, second = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
        if not (first + second).isascii():
            yield f"stored: {_letter(first)}; run again: {_letter(second)}"


def _letter(letter: str) -> str:
    return f"U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')}"


def _pictures(stored: NotebookNode, rerun: NotebookNode) -> Iterator[str]:
    for number, outputs in enumerate(zip(stored.outputs, rerun.outputs, strict=False), 1):
        pair = [output.get("data", {}).get("image/png", "") for output in outputs]
        if all(pair) and png_parts(pair[0]) != png_parts(pair[1]):
            yield f"picture in output {number}: {_picture_words(*pair)}"


def _picture_words(stored: str, rerun: str) -> str:
    try:
        pictures = [Image.open(io.BytesIO(base64.b64decode(text))) for text in (stored, rerun)]
        was, now = (np.asarray(picture.convert("RGBA")) for picture in pictures)
    except (binascii.Error, OSError, UnidentifiedImageError):
        return "one of the two cannot be read"
    if was.shape != now.shape:
        sizes = [f"{width} x {height} pixels" for height, width, _ in (was.shape, now.shape)]
        return f"stored {sizes[0]}, run again {sizes[1]}"
    rows, columns = np.nonzero((was != now).any(axis=2))
    if not len(rows):
        return "the same pixels, but something beside them differs"
    place = f"x {columns.min()} to {columns.max()}, y {rows.min()} to {rows.max()}"
    return f"{len(rows)} of {was[..., 0].size} pixels differ, in {place}"
