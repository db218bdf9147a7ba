"""Any thing the course makes in, its station on the road and a short description out.

Loads neither TensorFlow nor LiteRT: a thing of theirs can only come from where they are loaded.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
