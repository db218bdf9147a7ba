"""Helpers that look at what a lesson made: they read, draw, compare, ask and check, never build.

Importing this package loads neither TensorFlow nor NumPy: a name loads its module on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "InputError": "words",
    "check_answers": "check.answers",
    "check_function": "check.function",
    "compare_outputs": "compare",
    "compare_saved": "look.saved",
    "draw_bytes": "look.byte_picture",
    "draw_concrete": "look.card",
    "draw_conversion": "look.conversion",
    "draw_dispatch": "look.dispatch",
    "draw_graph": "look.graph",
    "draw_lanes": "look.lanes",
    "draw_module": "look.module",
    "draw_number_line": "look.numbers",
    "draw_road": "look.road",
    "examine": "setup.doctor",
    "explore_function": "explore.function",
    "explore_message": "explore.message",
    "explore_spec": "explore.spec",
    "explore_tensors": "explore.tensors",
    "find_station": "look.road",
    "predict": "ask",
    "quiet": "silence",
    "read_bytes": "look.bytes",
    "read_concrete": "look.function",
    "read_function": "look.function",
    "read_tflite": "look.tflite",
    "recall_predictions": "predictions",
    "review_predictions": "predictions",
    "speak": "words",
    "write_page": "web.folder",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"tfl_helpers has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
