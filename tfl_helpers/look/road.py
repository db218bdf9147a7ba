"""An object in, the station of the road that it stands at, and a picture of the road, out."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..figure.canvas import (
    BLUE,
    GREY,
    ORANGE,
    PALE_BLUE,
    RULE,
    SMALL,
    WHITE,
    Canvas,
    Picture,
    wrap_text,
)
from ..progress import Progress, read_progress
from ..records import Concrete, InputError, LiteModel, Polymorphic, Port, TensorType, kind


@dataclass(frozen=True)
class Station:
    """One stop: what it is, what a learner holds there, its lessons, and the act that leads on."""

    name: str
    words: str
    holds: str
    lessons: str
    onward: str = ""


STATIONS = (
    Station("eager", "values now, in Python", "a tensor or a Python function", "00 01", "decorate"),
    Station("tf.function", "one name, many graphs", "a tf.function", "02 03", "trace"),
    Station("concrete function", "one graph, fixed dtypes", "a concrete function", "04 05", "save"),
    Station(
        "SavedModel",
        "a folder, needs no code",
        "its folder, or the loaded model",
        "06 07 08",
        "convert",
    ),
    Station(".tflite", "one small file", "its bytes, or the file's path", "09 11 12", "run"),
    Station("device", "needs no TensorFlow", "a LiteRT interpreter or runner", "10 13 14"),
)


def find_station(thing: Any) -> tuple[str, str]:
    """The name of the station where `thing` belongs, and what it is: `(".tflite", "660 bytes")`.

    Raises:
        InputError: no station holds such a thing.

    Example:
        >>> tfl.find_station(tf.function(path_length))
        ('tf.function', 'path_length')
    """
    for look in (_record, _tensorflow, _litert, _file, _python):
        found = look(thing)
        if found:
            return found
    held = "; ".join(f"{station.name}: {station.holds}" for station in STATIONS)
    raise InputError(
        f"No station of the road holds {kind(thing)}. What each holds: {held}. "
        "Pass something like these."
    )


def _record(thing: Any) -> tuple[str, str] | None:
    if isinstance(thing, Polymorphic):
        return "tf.function", thing.name
    if isinstance(thing, Concrete):
        return "concrete function", f"{_types(thing.inputs)} -> {_types(thing.outputs)}"
    if isinstance(thing, LiteModel):
        return ".tflite", f"{thing.size_bytes:,} bytes"
    return None


def _types(ports: Sequence[Port]) -> str:
    return ", ".join(str(port.type) for port in ports) or "nothing"


def _tensorflow(thing: Any) -> tuple[str, str] | None:
    tf = sys.modules.get("tensorflow")
    if tf is None:
        return None
    if isinstance(thing, tf.types.experimental.PolymorphicFunction):
        python_function = getattr(thing, "python_function", None)
        return "tf.function", getattr(python_function, "__name__", "function")
    if isinstance(thing, tf.types.experimental.ConcreteFunction):
        from .function import read_concrete

        return _record(read_concrete(thing))
    if isinstance(thing, tf.Tensor) and not tf.is_symbolic_tensor(thing):
        return "eager", f"tensor {TensorType.of(thing.dtype.name, thing.shape)}"
    # What tf.saved_model.load returns has no public class of its own.
    if type(thing).__module__ == "tensorflow.python.saved_model.load":
        keys = getattr(thing, "signatures", {})
        return "SavedModel", f"loaded: {', '.join(keys)}" if keys else "loaded, no signature"
    return None


def _litert(thing: Any) -> tuple[str, str] | None:
    if type(thing).__module__.split(".")[0] == "ai_edge_litert":
        return "device", type(thing).__name__
    return None


def _file(thing: Any) -> tuple[str, str] | None:
    if isinstance(thing, bytes | bytearray):
        return (".tflite", f"{len(thing):,} bytes") if thing[4:8] == b"TFL3" else None
    if not isinstance(thing, str | Path):
        return None
    try:
        path = Path(thing)
        if (path / "saved_model.pb").is_file():
            return "SavedModel", f"folder {path.name}"
        with path.open("rb") as stream:
            is_model = stream.read(8)[4:] == b"TFL3"
        return (".tflite", f"{path.name}, {path.stat().st_size:,} bytes") if is_model else None
    except (OSError, ValueError):  # not there, not readable, or not a path at all
        return None


def _python(thing: Any) -> tuple[str, str] | None:
    if inspect.isfunction(thing) or inspect.ismethod(thing):
        return "eager", f"function {thing.__name__}"
    return None


_PITCH, _RADIUS, _WIDE = 144.0, 11.0, 118.0  # pixels; the last is the widest text in a tag
_NAME, _ROAD, _WORDS, _TAGS = 0.0, 30.0, 60.0, 76.0  # heights on the page
_LINE, _PAD = 14.0, 7.0
_BAR = 6.0  # height of the bar that says how many exercises are done


def draw_road(*things: Any, here: str | None = None, progress: bool = False) -> Picture:
    """The six stations of the course in order; each thing lights the one where it belongs.

    Args:
        things: What you have made so far: a tensor or Python function, a tf.function, a concrete
            function, a SavedModel's folder, a .tflite file's bytes, a LiteRT interpreter.
        here: The name of the station to mark with "you are here".
        progress: Say under each station how many of its lessons' exercises you have had right,
            once there is one; from your own file, which TFL_PROGRESS names or switches off.

    Raises:
        InputError: a thing belongs to no station, or `here` is not the name of one.

    Example:
        >>> tfl.draw_road(path_length, model_bytes, here=".tflite")
    """
    names = [station.name for station in STATIONS]
    if here is not None and here not in names:
        raise InputError(
            f"draw_road needs the name of a station as here, got {here!r}. "
            f"Write here= and one of {', '.join(map(repr, names))}."
        )
    lit: dict[str, list[str]] = {name: [] for name in names}
    for thing in things:
        name, description = find_station(thing)
        lit[name].append(description)
    done = read_progress() if progress else Progress()
    canvas = Canvas()
    _draw_track(canvas, [bool(lit[name]) for name in names])
    for i, station in enumerate(STATIONS):
        top = _draw_done(canvas, i * _PITCH, station, done)
        _draw_station(canvas, i * _PITCH, i, lit[station.name], station.name == here, top)
    return canvas.picture(_caption(lit, done), _words(lit, here, done))


def _caption(lit: dict[str, list[str]], done: Progress) -> str:
    reached = sum(map(bool, lit.values()))
    count = f": {reached} of {len(lit)} stations reached" if reached else f", {len(lit)} stations"
    every = _done_words(done, " ".join(station.lessons for station in STATIONS))
    note = f" ({done.note})" if done.note else ""
    return f"The road from eager code to a device{count}{every}{note}"


def _done_words(done: Progress, lessons: str) -> str:
    right, known = done.count(lessons)
    return f", {right} of {known} exercises right" if done.right and known else ""


def _words(lit: dict[str, list[str]], here: str | None, done: Progress) -> str:
    lines = []
    for i, station in enumerate(STATIONS, 1):
        things = f" [reached: {'; '.join(lit[station.name])}]" if lit[station.name] else ""
        things += _done_words(done, station.lessons)
        mark = " (you are here)" if station.name == here else ""
        onward = f"; then {station.onward}" if station.onward else ""
        lines.append(f"  {i}. {station.name}{mark}: {station.words}{onward}{things}")
    return "\n".join(lines)


def _draw_track(canvas: Canvas, lit: Sequence[bool]) -> None:
    """From station to station: thick where both ends are reached, and the act in a word."""
    for i, station in enumerate(STATIONS[:-1]):
        left, right = i * _PITCH + _RADIUS + 3, (i + 1) * _PITCH - _RADIUS - 3
        travelled = lit[i] and lit[i + 1]
        look = {"color": BLUE, "width": 2.4} if travelled else {"color": RULE}
        canvas.line([(left, _ROAD), (right, _ROAD)], **look)
        middle = (left + right) / 2 - 4
        canvas.text(middle, _ROAD - 6, station.onward, size=SMALL, color=GREY, anchor="middle")


def _draw_done(canvas: Canvas, x: float, station: Station, done: Progress) -> float:
    """A bar and its words below a station; returns where its tags may begin."""
    right, known = done.count(station.lessons)
    if not done.right or not known:
        return _TAGS
    left, top = x - _WIDE / 2, _TAGS + 2
    canvas.box(left, top, _WIDE, _BAR, stroke=GREY, radius=_BAR / 2)
    if right:
        canvas.box(left, top, _WIDE * right / known, _BAR, fill=BLUE, stroke=BLUE, radius=_BAR / 2)
    canvas.text(x, top + _BAR + _LINE, f"{right} of {known} exercises", size=SMALL, anchor="middle")
    return top + _BAR + 2 * _LINE


def _draw_station(
    canvas: Canvas, x: float, i: int, things: list[str], here: bool, top: float
) -> None:
    station, size = STATIONS[i], 2 * _RADIUS
    look = {"fill": BLUE, "stroke": BLUE} if things else {"stroke": GREY, "dash": True}
    canvas.text(x, _NAME, station.name, bold=True, anchor="middle")
    canvas.box(x - _RADIUS, _ROAD - _RADIUS, size, size, radius=_RADIUS, **look)
    if things:
        tick = [(x - 5, _ROAD), (x - 1.5, _ROAD + 4), (x + 5, _ROAD - 4.5)]
        canvas.line(tick, color=WHITE, width=2.2, arrow=False)
    else:
        canvas.text(x, _ROAD + 4, str(i + 1), color=GREY, anchor="middle")
    canvas.text(x, _WORDS, station.words, size=SMALL, color=GREY, anchor="middle")
    if here:
        canvas.text(x, _NAME - 27, "you are here", bold=True, color=ORANGE, anchor="middle")
        canvas.line([(x, _NAME - 24), (x, _NAME - 12)], color=ORANGE, width=2.0)
    for thing in things:
        top = _draw_tag(canvas, x, top, wrap_text(thing, _WIDE, SMALL))


def _draw_tag(canvas: Canvas, x: float, top: float, lines: list[str]) -> float:
    """A thing's description in a box below its station; returns where the next may begin."""
    width, height = _WIDE + 2 * _PAD, len(lines) * _LINE + _PAD
    canvas.box(x - width / 2, top, width, height, fill=PALE_BLUE, stroke=BLUE)
    for k, line in enumerate(lines, 1):
        canvas.text(x, top + k * _LINE, line, size=SMALL, anchor="middle")
    return top + height + 6
