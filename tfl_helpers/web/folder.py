"""A .tflite file in, the folder of a web page that runs it out. Builds, runs, measures no model.

The one helper that writes: what it writes around the learner's bytes is in `page/`, to be read.
Its runtime, LiteRT.js, is what package-lock.json pins and npm has put into `node_modules`.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..look.tflite import read_tflite
from ..records import Shown, Signature, Table, kind
from ..words import InputError, later, markdown_text, say, showable, spoken

FOLDER = Path(__file__).parent
PAGE = FOLDER / "page"
PACKAGES = FOLDER / "node_modules" / "@litertjs"
_WASM = ("litert_wasm_internal", "litert_wasm_compat_internal")
# By its name on the page: where npm puts it. `compat` is for browsers without relaxed SIMD.
FILES = {
    "core.js": "core/dist/index.js",
    "wasm-utils.js": "wasm-utils/dist/index.js",
    **{f"{name}.{end}": f"core/wasm/{name}.{end}" for name in _WASM for end in ("js", "wasm")},
}
COMMAND = "python3 -m tfl_helpers web"
# No address of a registry stands in the lock, so npm asks the one that this machine is set up for.
NPM = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
WHAT = {
    "index.html": later("what a browser opens"),
    "model.js": later("loads the model, takes the signature by its name, asks it"),
    "page.js": later("takes a stroke from the pen, shows the answer"),
    "words.js": later("the words of the page in two languages"),
    "learn.js": later("loads the file that learns, trains it, asks it"),
    "teach.js": later("takes ten strokes of yours, shows what was learnt"),
    "settings.json": later(
        "names of signature, input and output; gestures; strokes; what was measured"
    ),
    "model.tflite": later("your model, byte for byte"),
    "learner.tflite": later("the file that learns, byte for byte"),
    "model_card.md": later("what the file says of itself, and what was measured"),
    "runtime/": later("LiteRT.js: the interpreter as WebAssembly, two builds"),
}
LEARNS = ("infer", "set_weights", "train", "weights")


@dataclass(frozen=True)
class Page(Shown):
    """What lies in the folder of a page: (name, bytes, what it is for)."""

    files: tuple[tuple[str, int, str], ...]

    def tables(self) -> tuple[Table, ...]:
        # No single bytes: a line end or a last digit may differ on another system.
        rows = tuple((f"`{name}`", f"{size / 1000:,.0f}", what) for name, size, what in self.files)
        heads = (say("file"), "KB", say("what"))
        return (Table(say("A web page, complete in one folder"), heads, rows),)


def write_page(
    folder: str | os.PathLike[str],
    model: bytes,
    samples: Mapping[str, Any],
    *,
    signature: str = "classify",
    strokes: Sequence[Any] = (),
    limits: Mapping[str, float] | None = None,
    measured: Mapping[str, tuple[int, int]] | None = None,
    about: str = "",
    learner: bytes | None = None,
) -> Page:
    """Write a page that runs one signature of `model` under the reader's own pen.

    Args:
        folder: made if need be; files of an earlier page in it are replaced.
        model: bytes of a .tflite file.
        samples: gesture -> an example of it, `[points, 2]`, x to the right and y upward from 0
            to 1; in the order of the model's output.
        signature: `float32[points, 2]` in; `float32[gestures]`, and maybe `distance`, out.
        strokes: more of them, whose probabilities the page writes into a file, for comparison.
        limits: gesture -> the `distance`, an output, beyond which it is "none of these".
        measured: what was drawn -> (right, strokes), as you counted, for the page and for
            `model_card.md`; `about` says whose strokes they were.
        learner: a .tflite file with lesson 13's four signatures, which the page lets one teach.

    Raises:
        InputError: one of these is not like that, or the runtime was not fetched. A size left
            open is not judged here: the browser does that.

    Example:
        >>> tfl.write_page("page", model, {"line": line, "circle": circle})  # doctest: +SKIP
    """
    settings, entry = _settings(model, samples, signature, strokes)
    settings |= {"limits": _limits(limits, entry), "measured": _measured(measured), "about": about}
    files = _page_files()
    files |= {"model.tflite": bytes(model), "model_card.md": _card(model, entry, settings).encode()}
    if learner is not None:
        files["learner.tflite"] = _learns(learner)
    files["settings.json"] = json.dumps(settings | {"learner": learner is not None}).encode()
    files |= {f"runtime/{name}": file.read_bytes() for name, file in runtime_files().items()}
    _write(folder, files)
    sizes = {name: sum(len(files[f]) for f in files if f.startswith(name)) for name in WHAT}
    return Page(tuple((name, size, say(WHAT[name])) for name, size in sizes.items() if size))


def _page_files() -> dict[str, bytes]:
    """Begins in Japanese where it is spoken here (`speak`), or in the browser that opens it."""
    files = {file.name: file.read_bytes() for file in PAGE.iterdir()}
    page = files["index.html"].decode().replace('lang="en"', f'lang="{spoken()}"')
    files["index.html"] = page.replace("Draw a gesture", say("Draw a gesture")).encode()
    return files


def _write(folder: str | os.PathLike[str], files: Mapping[str, bytes]) -> None:
    try:
        for name, content in files.items():
            _put(Path(folder, name), content)
            if name.startswith("runtime/"):  # a third of the bytes, for the page takes these
                _put(Path(folder, f"{name}.gz"), _packed(content))
    except (OSError, TypeError) as error:
        words = later(
            "Expected a folder to write to, got {folder!r}: {error}. Write write_page('page', ...)."
        )
        raise InputError(words, folder=folder, error=error) from error


@cache
def _packed(content: bytes) -> bytes:
    """The same bytes each time: without the hour that gzip would write into them."""
    return gzip.compress(content, mtime=0)


def _settings(
    model: bytes, samples: Mapping[str, Any], signature: str, strokes: Sequence[Any]
) -> tuple[dict[str, Any], Signature]:
    if not isinstance(samples, Mapping) or not samples:
        words = later(
            "Expected samples as a dict, gesture -> stroke, got {kind}. "
            "Write for example {{'line': line, 'circle': circle}}."
        )
        raise InputError(words, kind=kind(samples))
    examples = {str(name): _numbers(sample) for name, sample in samples.items()}
    more = [_numbers(one) for one in (strokes if hasattr(strokes, "__iter__") else [strokes])]
    lengths = sorted({len(stroke) for stroke in (*examples.values(), *more)})
    if len(lengths) > 1:
        words = later(
            "Expected strokes of one length, as many points as the signature takes, got some "
            "of {lengths}. Resample them."
        )
        raise InputError(words, lengths=say(" and ").join(map(str, lengths)))
    entry = _entry(model, signature, lengths[0], len(examples))
    settings = {
        "signature": entry.key,
        "input": entry.inputs[0].name,
        "output": next(one.name for one in entry.outputs if one.name != "distance"),
        "labels": list(examples),
        "points": lengths[0],
        "samples": examples,
        "strokes": more,
    }
    return settings, entry


def _entry(model: bytes, signature: str, points: int, gestures: int) -> Signature:
    """The signature that the page calls, if it takes such strokes and has enough answers."""
    entries = read_tflite(model).signatures
    entry = next((entry for entry in entries if entry.key == signature), None)
    if entry is None:
        keys = [entry.key for entry in entries]
        known = {"keys": ", ".join(keys) or say("none"), "example": [*keys, "classify"][0]}
        raise InputError(
            "Expected a signature of the file, got {signature!r}. It has {keys}. "
            "Write for example signature={example!r}.",
            signature=signature,
            **known,
        )
    outputs = [one for one in entry.outputs if one.name != "distance"]
    if len(entry.inputs) == len(outputs) == 1:
        taken, given = entry.inputs[0].type, outputs[0].type
        # A size left open, None, is not judged here: the browser does that.
        sizes = (points, 2) if taken.shape is None else taken.shape
        fits = len(sizes) == 2 and sizes[0] in (None, points) and sizes[1] in (None, 2)
        enough = given.shape is None or None in given.shape or math.prod(given.shape) >= gestures
        if fits and enough and taken.dtype == given.dtype == "float32":
            return entry
    needed = {"points": points, "gestures": gestures}
    raise InputError(
        "Expected a signature that takes one stroke float32[{points}, 2] and gives one "
        "float32[{gestures}], got {signature}: {ports}. Convert one like that.",
        **needed,
        signature=signature,
        ports=entry,
    )


def _limits(limits: Any, entry: Signature) -> dict[str, float] | None:
    if limits is None:
        return None
    if "distance" not in [one.name for one in entry.outputs]:
        raise InputError(
            "Limits need an output called distance, got {signature}: {ports}. Let the signature"
            " give {{'probabilities': ..., 'distance': ...}}, and convert again.",
            signature=entry.key,
            ports=entry,
        )
    with suppress(AttributeError, TypeError, ValueError):
        given = {str(name): float(limit) for name, limit in limits.items()}
        if all(map(math.isfinite, given.values())):
            return given
    words = later(
        "Expected limits as a dict, gesture -> number, got {limits!r}. "
        "Write for example limits={{'line': 0.05}}."
    )
    raise InputError(words, limits=limits)


def _measured(measured: Mapping[str, tuple[int, int]] | None) -> list[tuple[str, int, int]]:
    with suppress(AttributeError, TypeError, ValueError):
        rows = [(str(what), int(right), int(of)) for what, (right, of) in (measured or {}).items()]
        if all(0 <= right <= of != 0 for _, right, of in rows):
            return rows
    words = later(
        "Expected measured as a dict, what was drawn -> (right, strokes), two counts, got "
        "{measured!r}. Write for example {{'line': (49, 50)}}."
    )
    raise InputError(words, measured=measured)


def _learns(learner: bytes) -> bytes:
    keys = sorted(one.key for one in read_tflite(learner).signatures)
    if keys != sorted(LEARNS):
        raise InputError(
            "Expected a learner with the signatures {wanted}, got {keys}. "
            "Convert the module of lesson 13.",
            wanted=", ".join(LEARNS),
            keys=", ".join(keys),
        )
    return bytes(learner)


def _card(model: bytes, entry: Signature, settings: Mapping[str, Any]) -> str:
    """A model card of what is known: the file's own words, and the learner's counts."""
    limits = settings["limits"] or {}
    beyond = ", ".join(f"{limit:.4g} ({markdown_text(name)})" for name, limit in limits.items())
    measured = say("Not measured.")
    if settings["measured"]:
        about = markdown_text(settings["about"])
        whose = about or say("Nobody has said whose strokes these were.")
        measured = [(markdown_text(what), *counts) for what, *counts in settings["measured"]]
        rows = [f"| {what} | {of} | {right} |" for what, right, of in measured]
        measured = "\n".join(
            [whose, "", say("| drawn | strokes | right |"), "|---|---|---|", *rows]
        )
    signature = showable(" ".join(f"{entry.key}: {entry}".replace("`", "'").split()))
    known = {"size": len(model), "signature": signature, "points": settings["points"]}
    return say(
        "# Model card\n\n"
        "- File: `model.tflite`, {size:,} bytes\n"
        "- Signature: `{signature}`\n"
        "- Gestures, in the order of the output: {labels}\n"
        "- None of these: {none}\n"
        "- Before the model: each stroke becomes {points} points at equal distances along the way\n"
        "\n## How right it is\n\n{measured}\n",
        **known,
        labels=", ".join(map(markdown_text, settings["labels"])),
        none=say("`distance` above {limits}", limits=beyond) if beyond else say("never said"),
        measured=measured,
    )


def _numbers(stroke: Any) -> list[list[float]]:
    """Digits enough that float32 comes back as it was."""
    given = stroke.numpy() if hasattr(stroke, "numpy") else stroke
    with suppress(TypeError, ValueError):
        given = given.tolist() if hasattr(given, "tolist") else given
        points = [[float(f"{x:.9g}"), float(f"{y:.9g}")] for x, y in given]
        if points and all(math.isfinite(x) for point in points for x in point):  # as JSON wants
            return points
    words = later(
        "Expected strokes [points, 2] of finite numbers, got {kind}. "
        "Write np.asarray(stroke, np.float32)."
    )
    raise InputError(words, kind=kind(stroke))


def _put(target: Path, content: bytes) -> None:
    """In one step: a page that is open, or another process, never meets half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}")
    part.write_bytes(content)
    os.replace(part, target)


def fetch_runtime() -> Path:
    """Let npm install what package-lock.json pins, hashes compared; the folder it is in."""
    npm = find_npm()
    if not npm:
        raise InputError(
            "The web page of lesson 14 needs LiteRT.js, which npm fetches, and there is no npm "
            "here. Install Node.js 18 or newer (nodejs.org; on Debian: apt install npm), then "
            "run again: {command}. The other lessons do not need it.",
            command=COMMAND,
        )
    if subprocess.run([npm, *NPM], cwd=FOLDER).returncode:
        raise InputError(
            "npm could not install LiteRT.js; its own words stand above. "
            "With a network, run again: {command}",
            command=COMMAND,
        )
    return PACKAGES


def find_npm() -> str | None:
    """Where npm is; on Windows it is called npm.cmd."""
    return shutil.which("npm")


def is_fetched() -> bool:
    """Whether all files of the runtime are on this machine."""
    return all((PACKAGES / path).is_file() for path in FILES.values())


def runtime_files() -> dict[str, Path]:
    """Name on the page -> file on this machine; an InputError if it was not fetched yet."""
    if not is_fetched():
        raise InputError(
            "LiteRT.js is not on this machine yet. In a terminal, run: {line}", line=COMMAND
        )
    return {name: PACKAGES / path for name, path in FILES.items()}
