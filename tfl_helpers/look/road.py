"""An object in, the station of the road that it stands at, and a picture of the road, out."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from ..figure import canvas as paint
from ..progress import Progress, read_progress
from ..records import Concrete, InputError, LiteModel, Polymorphic, TensorType, has_type, kind
from ..values import clip
from ..words import counted, later, say


@dataclass(frozen=True)
class Station:
    """One stop: what it is, what a learner holds there, its lessons, and the act that leads on.

    All but name and lessons are messages; the name stands in code, so it is no word to translate.
    """

    name: str
    words: str
    holds: str
    lessons: str
    onward: str = ""


STATIONS = (
    Station(
        "eager",
        later("values now, in Python"),
        later("a tensor or a Python function"),
        "00 01",
        later("decorate"),
    ),
    Station(
        "tf.function",
        later("one name, many graphs"),
        later("a tf.function"),
        "02 03",
        later("trace"),
    ),
    Station(
        "concrete function",
        later("one graph, fixed dtypes"),
        later("a concrete function"),
        "04 05",
        later("save"),
    ),
    Station(
        "SavedModel",
        later("a folder, needs no code"),
        later("its folder, also loaded"),
        "06 07 08",
        later("convert"),
    ),
    Station(
        ".tflite",
        later("one small file"),
        later("its bytes, or the file's path"),
        "09 11 12",
        later("run"),
    ),
    Station(
        "device",
        later("needs no TensorFlow"),
        later("a LiteRT interpreter or runner"),
        "10 13 14",
    ),
)


def find_station(thing: Any) -> tuple[str, str]:
    """The name of the station where `thing` belongs, and what it is: `(".tflite", "660 bytes")`.

    Raises:
        InputError: no station holds such a thing.

    Example:
        >>> tfl.find_station(tf.function(path_length))
        ('tf.function', 'path_length')
    """
    if found := _record(thing) or _file(thing) or _device(thing) or _tensorflow(thing):
        return found
    if inspect.isroutine(thing) or isinstance(thing, partial):
        while isinstance(thing, partial):
            thing = thing.func
        name = getattr(thing, "__name__", type(thing).__name__)
        return "eager", say("function {name}", name=name)
    held = say("; ").join(
        say("{station}: {things}", station=station.name, things=say(station.holds))
        for station in STATIONS
    )
    came = kind(thing)
    if isinstance(thing, str | Path):
        came = say("the path {name}", name=clip(Path(thing).name))
    raise InputError(
        "No station of the road holds {came}. What each holds: {held}. Pass something like these.",
        came=came,
        held=held,
    )


def _record(thing: Any) -> tuple[str, str] | None:
    if isinstance(thing, Polymorphic):
        return "tf.function", thing.name
    if isinstance(thing, Concrete):
        sides = [", ".join(str(p.type) for p in side) for side in (thing.inputs, thing.outputs)]
        return "concrete function", " -> ".join(side or say("nothing") for side in sides)
    if isinstance(thing, LiteModel):
        return ".tflite", counted(thing.size_bytes, "byte")
    return None


def _file(thing: Any) -> tuple[str, str] | None:
    """A file is known by its first bytes, whatever it is called."""
    if isinstance(thing, bytes | bytearray | memoryview):
        return (".tflite", counted(len(thing), "byte")) if thing[4:8] == b"TFL3" else None
    if not isinstance(thing, str | Path):
        return None
    try:
        path = Path(thing)
        if any((path / f"saved_model.{end}").is_file() for end in ("pb", "pbtxt")):
            return "SavedModel", say("folder {name}", name=path.resolve().name)
        with path.open("rb") if path.is_file() else BytesIO() as stream:  # a pipe would wait
            is_model = stream.read(8)[4:] == b"TFL3"
        size = counted(path.stat().st_size, "byte")
        return (".tflite", f"{path.name}, {size}") if is_model else None
    except (OSError, ValueError):  # not there, not readable, or not a path at all
        return None


def _device(thing: Any) -> tuple[str, str] | None:
    """LiteRT's, and the old interpreter of TensorFlow that it was; not what else they define."""
    names = ("Interpreter", "SignatureRunner", "CompiledModel")
    found = [owner for owner in type(thing).__mro__ if owner.__name__ in names]
    ours = found and found[0].__module__.startswith(("ai_edge_litert", "tensorflow."))
    return ("device", found[0].__name__) if ours else None


def _tensorflow(thing: Any) -> tuple[str, str] | None:
    tf = sys.modules.get("tensorflow")
    if tf is None:
        return None
    from .function import python_name, signature_of
    from .parts import is_loaded, is_variable

    if isinstance(thing, tf.types.experimental.PolymorphicFunction):
        return "tf.function", python_name(thing)
    if isinstance(thing, tf.types.experimental.ConcreteFunction):
        return _record(signature_of(thing))
    if is_loaded(thing):
        keys = ", ".join(getattr(thing, "signatures", {}))
        told = say("loaded: {keys}", keys=keys)
        return "SavedModel", told if keys else say("loaded, no signature")
    if is_variable(thing):
        return "eager", say("variable {type}", type=TensorType.like(thing))
    # Specs are no values, and those of a graph have none now: also if parts of a ragged tensor.
    if tf.is_tensor(thing) and has_type(thing):
        parts = tf.nest.flatten(thing, expand_composites=True)
        if not any(map(tf.is_symbolic_tensor, parts)):
            return "eager", say("tensor {type}", type=TensorType.like(thing))
    return None


_PITCH, _RADIUS, _WIDE = 144.0, 11.0, 118.0  # pixels; the last is the widest text in a tag
_NAME, _ROAD, _WORDS, _TAGS = 0.0, 30.0, 60.0, 76.0  # heights on the page
_LINE, _PAD = 14.0, 7.0
_BAR = 6.0  # height of the bar that says how many exercises are done
_FAINT = {"size": paint.SMALL, "color": paint.GREY}


def draw_road(*things: Any, here: str | None = None, progress: bool = False) -> paint.Picture:
    """The six stations of the course in order; each thing lights the one where it belongs.

    Args:
        things: What you have made so far: a tensor or Python function, a tf.function, a concrete
            function, a SavedModel's folder, a .tflite file's bytes, a LiteRT interpreter.
        here: The name of the station to mark with "you are here".
        progress: Say under each station how many of its lessons' exercises and predictions you
            have had right, once there is one; from your own marks, which TFL_PROGRESS places or
            switches off.

    Raises:
        InputError: a thing belongs to no station, or `here` is not the name of one.

    Example:
        >>> tfl.draw_road(path_length, model_bytes, here=".tflite")
    """
    names = [station.name for station in STATIONS]
    if here is not None and here not in names:
        raise InputError(
            "draw_road needs the name of a station as here, got {here!r}. "
            "Write here= and one of {names}.",
            here=here,
            names=", ".join(map(repr, names)),
        )
    lit: dict[str, list[str]] = {name: [] for name in names}
    for thing in things:
        name, description = find_station(thing)
        lit[name].append(description)
    done = read_progress() if progress else Progress()
    canvas, lines = paint.Canvas(), []
    for i, station in enumerate(STATIONS, 1):
        words = _told(station, lit[station.name], station.name == here)
        lines.append(f"  {i}. {words}{_done_words(done, station.lessons)}")
    for i, station in enumerate(STATIONS[:-1]):
        _draw_way(canvas, i, say(station.onward), bool(lit[station.name] and lit[names[i + 1]]))
    for i, station in enumerate(STATIONS):  # above all the ways between them
        _draw_station(canvas, i, lit[station.name], station.name == here, done)
    caption = _caption(len(lit), sum(map(bool, lit.values())))
    every = _done_words(done, " ".join(station.lessons for station in STATIONS))
    return canvas.picture(caption + every, "\n".join(lines))


def _caption(stations: int, reached: int) -> str:
    some = later("The road from eager code to a device: {count} of {all} stations reached")
    none = later("The road from eager code to a device, {all} stations")
    return say(some if reached else none, count=reached, all=stations)


def _told(station: Station, held: list[str], here: bool) -> str:
    name = say("{station} (you are here)", station=station.name) if here else station.name
    words = say("{station}: {things}", station=name, things=say(station.words))
    if station.onward:
        words = say("{words}; then {act}", words=words, act=say(station.onward))
    if held:
        words = say("{words} [reached: {things}]", words=words, things=say("; ").join(held))
    return words


def _draw_way(canvas: paint.Canvas, i: int, act: str, travelled: bool) -> None:
    """From one station to the next: thick where both are reached, and the act in a word."""
    left, right = i * _PITCH + _RADIUS + 3, (i + 1) * _PITCH - _RADIUS - 3
    look = {"color": paint.BLUE, "width": 2.4} if travelled else {"color": paint.RULE}
    canvas.line([(left, _ROAD), (right, _ROAD)], **look)
    canvas.text((left + right) / 2 - 4, _ROAD - 6, act, anchor="middle", **_FAINT)


def _done_words(done: Progress, lessons: str) -> str:
    (right, known), (true, said) = done.count(lessons), done.count_told(lessons)
    words = ""
    if done.right and known:
        words = say(", {right} of {all} exercises right", right=right, all=known)
    told = say(", {right} of {all} predictions right", right=true, all=said)
    return words + told if said else words


def _draw_station(
    canvas: paint.Canvas, i: int, things: list[str], here: bool, done: Progress
) -> None:
    """Its number or a tick, below it the bar of its exercises and a box for each thing."""
    x, top, station, size = i * _PITCH, _TAGS, STATIONS[i], 2 * _RADIUS
    blue = {"fill": paint.BLUE, "stroke": paint.BLUE}
    right, known = done.count(station.lessons)
    if done.right and known:
        left, round_ends = x - _WIDE / 2, {"radius": _BAR / 2}
        canvas.box(left, top + 2, _WIDE, _BAR, stroke=paint.GREY, **round_ends)
        if right:
            canvas.box(left, top + 2, _WIDE * right / known, _BAR, **blue, **round_ends)
        top += 2 + _BAR + _LINE
        words = say("{right} of {all} exercises", right=right, all=known)
        canvas.text(x, top, words, size=paint.SMALL, anchor="middle")
        top += _LINE
    right, said = done.count_told(station.lessons)
    if said:
        words = say("{right} of {all} predictions", right=right, all=said)
        canvas.text(x, top + 2, words, size=paint.SMALL, anchor="middle")
        top += _LINE
    look = blue if things else {"stroke": paint.GREY, "dash": True}
    canvas.text(x, _NAME, station.name, bold=True, anchor="middle")
    canvas.box(x - _RADIUS, _ROAD - _RADIUS, size, size, radius=_RADIUS, **look)
    if things:
        tick = [(x - 5, _ROAD), (x - 1.5, _ROAD + 4), (x + 5, _ROAD - 4.5)]
        canvas.line(tick, color=paint.WHITE, width=2.2, arrow=False)
    else:
        canvas.text(x, _ROAD + 4, str(i + 1), color=paint.GREY, anchor="middle")
    canvas.text(x, _WORDS, say(station.words), anchor="middle", **_FAINT)
    if here:
        look = {"color": paint.ORANGE}
        canvas.text(x, _NAME - 27, say("you are here"), bold=True, anchor="middle", **look)
        canvas.line([(x, _NAME - 24), (x, _NAME - 12)], width=2.0, **look)
    for thing in things:
        lines = paint.wrap_text(thing, _WIDE, paint.SMALL)
        width, height = _WIDE + 2 * _PAD, len(lines) * _LINE + _PAD
        canvas.box(x - width / 2, top, width, height, fill=paint.PALE_BLUE, stroke=paint.BLUE)
        for k, line in enumerate(lines, 1):
            canvas.text(x, top + k * _LINE, line, size=paint.SMALL, anchor="middle")
        top += height + 6
