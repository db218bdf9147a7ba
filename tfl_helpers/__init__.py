"""Helpers that look at what a lesson made: they read, draw, compare, ask and check, never build.

Importing this package loads neither TensorFlow nor NumPy: a name loads its module on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "InputError": "records",
    "check_answers": "check.function",
    "check_concrete": "check.objects",
    "check_function": "check.function",
    "check_model": "check.objects",
    "compare_outputs": "compare",
    "draw_bytes": "draw.bytes",
    "draw_conversion": "draw.ops",
    "draw_dispatch": "draw.dispatch",
    "draw_graph": "draw.graph",
    "draw_road": "draw.road",
    "examine": "setup.doctor",
    "explore_function": "explore.function",
    "explore_spec": "explore.spec",
    "find_station": "read.stations",
    "predict": "ask",
    "quiet": "silence",
    "read_bytes": "read.bytes",
    "read_concrete": "read.function",
    "read_function": "read.function",
    "read_tflite": "read.tflite",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"tfl_helpers has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
