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
    "compare_saved": "read.survival",
    "draw_bytes": "draw.bytes",
    "draw_concrete": "draw.card",
    "draw_conversion": "draw.ops",
    "draw_dispatch": "draw.dispatch",
    "draw_graph": "draw.graph",
    "draw_lanes": "draw.lanes",
    "draw_module": "draw.module",
    "draw_number_line": "draw.number_line",
    "draw_road": "draw.road",
    "draw_sizes": "draw.sizes",
    "examine": "setup.doctor",
    "explore_function": "explore.function",
    "explore_message": "explore.message",
    "explore_spec": "explore.spec",
    "explore_tensors": "explore.tensors",
    "find_station": "read.stations",
    "predict": "ask",
    "quiet": "silence",
    "read_bytes": "read.bytes",
    "read_concrete": "read.function",
    "read_function": "read.function",
    "read_tflite": "read.tflite",
    "write_page": "web.folder",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"tfl_helpers has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
