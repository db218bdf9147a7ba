"""Helpers that look at what a lesson made: they read, draw, compare, ask and check, never build.

Importing this package loads neither TensorFlow nor NumPy: a name loads its module on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "InputError": "records",
    "check_answers": "check",
    "check_concrete": "check_objects",
    "check_function": "check",
    "check_model": "check_objects",
    "compare_outputs": "compare",
    "draw_dispatch": "dispatch_picture",
    "draw_graph": "graph_picture",
    "draw_road": "road_picture",
    "examine": "doctor",
    "find_station": "stations",
    "predict": "ask",
    "quiet": "silence",
    "read_concrete": "read_tf",
    "read_function": "read_tf",
    "read_tflite": "read_lite",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"tfl_helpers has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
