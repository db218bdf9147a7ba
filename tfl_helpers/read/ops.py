"""A concrete function and the .tflite file made of it in, a `Conversion` record out.

A reconstruction: the file does not say where an operator came from, but the converter names its
tensors after TensorFlow's ops, joined by ";" where several became one (TensorFlow 2.21).
"""

from __future__ import annotations

from typing import Any

from ..records import InputError, LiteModel
from .conversion import Conversion
from .flatbuffer import Table, number
from .match import match_ops


def read_conversion(concrete: Any, model: bytes, key: str | None = None) -> Conversion:
    """Which TensorFlow ops became which operators of the file, as far as names tell.

    Args:
        concrete: The concrete function that was converted.
        model: The content of the file.
        key: The signature's; the first graph of the file without it.

    Raises:
        InputError: `concrete` is no concrete function, `model` no file, or `key` not in it.
    """
    from .function import read_concrete
    from .tflite import read_tflite

    function = read_concrete(concrete)
    found = read_tflite(model)
    index = _index(found, key)
    graph = found.subgraphs[index]
    rows = match_ops(function.graph, graph, _names(bytes(model), index), _loses(found))
    return Conversion(function.name, graph.title, rows)


def _index(found: LiteModel, key: str | None) -> int:
    titles = [graph.title for graph in found.subgraphs]
    if key is None:
        return 0
    if key not in [signature.key for signature in found.signatures]:
        keys = ", ".join(repr(s.key) for s in found.signatures) or "none"
        raise InputError(
            f"read_conversion needs the key of a signature of the file, got {key!r}. "
            f"It has {keys}: write key= and one of them, or leave it out."
        )
    return titles.index(key)


def _loses(found: LiteModel) -> bool:
    """True where operators read variables and none ever writes one."""
    operators = dict(found.operators)
    return "READ_VARIABLE" in operators and "ASSIGN_VARIABLE" not in operators


def _names(model: bytes, index: int) -> dict[str, tuple[str, ...]]:
    """Names of the tensors that each operator makes, by the id that `read_tflite` gives it."""
    graph = Table(model, number(model, 0)).tables(2)[index]
    tensors = [tensor.text(3) for tensor in graph.tables(0)]
    names = {}
    for i, operator in enumerate(graph.tables(3)):
        start, end = operator.vector(2, 4) or (0, 0)
        made = [number(model, place) for place in range(start + 4, end, 4)]
        names[f"op{i}"] = tuple(tensors[tensor] for tensor in made)
    return names
