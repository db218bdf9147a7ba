"""A .tflite file in, the folder of a web page that runs it out. Builds and runs no model.

The one helper that writes: what it writes around the learner's bytes is in `page/`, to be read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..look.tflite import read_tflite
from ..records import InputError, Port, Shown, Signature, Table, kind
from .runtime import runtime_files

PAGE = Path(__file__).parent / "page"
WHAT = {
    "index.html": "what a browser opens",
    "model.js": "loads the model, takes the signature by its name, asks it",
    "page.js": "takes a stroke from the pen, shows the answer",
    "words.js": "the words of the page in two languages",
    "settings.json": "names of signature, input and output; gestures; strokes",
    "model.tflite": "your model, byte for byte",
    "runtime/": "LiteRT.js: the interpreter as WebAssembly, two builds",
}


@dataclass(frozen=True)
class Page(Shown):
    """What lies in the folder of a page: (name, bytes, what it is for)."""

    files: tuple[tuple[str, int, str], ...]

    def tables(self) -> tuple[Table, ...]:
        # No single bytes: a line end or a last digit may differ on another system.
        rows = tuple((f"`{name}`", f"{size / 1000:,.0f}", what) for name, size, what in self.files)
        return (Table("A web page, complete in one folder", ("file", "KB", "what"), rows),)


def write_page(
    folder: str | os.PathLike[str],
    model: bytes,
    samples: Mapping[str, Any],
    *,
    signature: str = "classify",
    strokes: Sequence[Any] = (),
) -> Page:
    """Write a page that runs one signature of `model` under the reader's own pen.

    Args:
        folder: made if need be; files of an earlier page in it are replaced.
        model: bytes of a .tflite file.
        samples: gesture -> an example of it, `[points, 2]`, x to the right and y upward from 0
            to 1; in the order of the model's output.
        signature: takes one stroke `float32[points, 2]`, gives one `float32[gestures]`.
        strokes: more of them, whose probabilities the page writes into a file, for comparison.

    Raises:
        InputError: the file, its signature or a stroke is not like that, or the runtime was not
            fetched. A size left open is not judged here: the browser does that.

    Example:
        >>> tfl.write_page("page", model, {"line": line, "circle": circle})  # doctest: +SKIP
    """
    settings = _settings(_entry(model, signature), samples, strokes)
    files = {file.name: file.read_bytes() for file in PAGE.iterdir()}
    files["settings.json"] = json.dumps(settings).encode()
    files["model.tflite"] = bytes(model)
    for name, file in runtime_files().items():
        files[f"runtime/{name}"] = file.read_bytes()
    for name, content in files.items():
        _put(Path(folder, name), content)
    return Page(tuple((name, _size(name, files), what) for name, what in WHAT.items()))


def _entry(model: bytes, signature: str) -> Signature:
    known = {entry.key: entry for entry in read_tflite(model).signatures}
    if signature not in known:
        raise InputError(
            f"write_page needs a signature of the file, got {signature!r}. It has "
            f"{', '.join(known) or 'none'}. Write for example signature={next(iter(known), '')!r}."
        )
    return known[signature]


def _settings(
    entry: Signature, samples: Mapping[str, Any], strokes: Sequence[Any]
) -> dict[str, Any]:
    return {
        "signature": entry.key,
        "input": _only(entry.inputs, "input", entry).name,
        "output": _only(entry.outputs, "output", entry).name,
        "labels": list(samples),
        "points": _points(samples),
        "samples": {name: _numbers(sample) for name, sample in samples.items()},
        "strokes": [_numbers(stroke) for stroke in strokes],
    }


def _only(ports: tuple[Port, ...], what: str, entry: Signature) -> Port:
    if len(ports) != 1:
        raise InputError(
            f"write_page needs a signature with one {what}, and {entry.key} is {entry}."
        )
    return ports[0]


def _points(samples: Mapping[str, Any]) -> int:
    lengths = {name: len(_numbers(sample)) for name, sample in samples.items()}
    if len(set(lengths.values())) != 1:
        found = ", ".join(f"{name} with {points}" for name, points in lengths.items()) or "none"
        raise InputError(
            "write_page needs samples of one length, as many points as the signature takes, "
            f"got {found}. Write for example {{'line': line, 'circle': circle}}."
        )
    return next(iter(lengths.values()))


def _numbers(stroke: Any) -> list[list[float]]:
    """Digits enough that float32 comes back as it was."""
    if not hasattr(stroke, "tolist") or stroke.shape[1:] != (2,):
        raise InputError(
            f"write_page needs strokes as arrays [points, 2], got {kind(stroke)}. "
            "Write np.asarray(stroke, np.float32)."
        )
    return [[float(f"{number:.9g}") for number in point] for point in stroke.tolist()]


def _put(target: Path, content: bytes) -> None:
    """In one step: a page that is open, or another process, never meets half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}")
    part.write_bytes(content)
    os.replace(part, target)


def _size(name: str, files: Mapping[str, bytes]) -> int:
    """Of one file, or of all in a folder: its name ends with a slash."""
    return sum(len(content) for file, content in files.items() if file.startswith(name))
