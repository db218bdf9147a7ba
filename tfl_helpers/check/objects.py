"""A concrete function or a .tflite file and claims about it in, a verdict out. Runs neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..look.messages import on_signature
from ..records import InputError, LiteModel, kind
from .check import Claim, Verdict


def check_concrete(function: Any, signature: str, captures: Sequence[str] | None = None) -> Verdict:
    """Hold a concrete function's signature and captures against the claims.

    Args:
        function: A concrete function.
        signature: As `read_concrete` shows it: `(stroke: float32[?, 2]) -> float32[]`.
        captures: Names of the variables and tensors that it captures, in any order.

    Example:
        >>> tfl.check_concrete(concrete, "(stroke: float32[?, 2]) -> float32[]", captures=[])
    """
    from ..look.function import read_concrete

    if function is ...:
        return Verdict()
    try:
        found = read_concrete(function)
    except InputError as error:
        came = kind(function)
        return Verdict((Claim("a concrete function", "yes", came, False, str(error)),))
    advice = on_signature(signature, found.signature)
    claims = [_text_claim("signature", signature, found.signature, advice)]
    if captures is not None:
        names = ", ".join(sorted(port.name for port in found.captures)) or "none"
        expected = ", ".join(sorted(captures)) or "none"
        hint = "A capture is a variable or tensor that the function uses but does not take in."
        claims.append(_text_claim("captures", expected, names, hint))
    return Verdict(tuple(claims))


def check_model(
    model: Any,
    signatures: Mapping[str, str],
    without: Sequence[str] = (),
    most_bytes: int | None = None,
) -> Verdict:
    """Hold a .tflite file against claims on its signatures, operators and size.

    Args:
        model: The bytes of the file.
        signatures: Key -> `stroke: float32[?, 2] -> length: float32[]`, names in order of the
            alphabet, as `read_tflite` shows them.
        without: Operators that must not be in the file.
        most_bytes: The largest size allowed.

    Example:
        >>> tfl.check_model(model, {"measure": "stroke: float32[?, 2] -> length: float32[]"})
    """
    from ..look.tflite import read_tflite

    if model is ...:
        return Verdict()
    try:
        found = read_tflite(model)
    except InputError as error:
        return Verdict((Claim("a .tflite file", "yes", kind(model), False, str(error)),))
    shown = {s.key: str(s) for s in found.signatures}
    claims = []
    for key, expected in signatures.items():
        text = shown.get(key, "no such signature")
        hint = _on_signature(shown, key, expected)
        claims.append(_text_claim(f"signature `{key}`", expected, text, hint))
    claims += [_absence_claim(found, name) for name in without]
    if most_bytes is not None:
        claims.append(_size_claim(found, most_bytes))
    return Verdict(tuple(claims))


def _absence_claim(model: LiteModel, name: str) -> Claim:
    holds = name not in dict(model.operators)
    hint = f"Find what becomes `{name}` in the graph, and write it another way."
    return Claim(f"no `{name}`", "absent", "absent" if holds else "present", holds, hint)


def _size_claim(model: LiteModel, most_bytes: int) -> Claim:
    holds = model.size_bytes <= most_bytes
    hint = f"{model.weights_bytes:,} bytes of it are constants: are they all needed, so exact?"
    expected, found = f"at most {most_bytes:,}", f"{model.size_bytes:,}"
    return Claim("size in bytes", expected, found, holds, hint)


def _text_claim(asked: str, expected: str, found: str, advice: str) -> Claim:
    return Claim(asked, f"`{expected}`", f"`{found}`", expected == found, advice)


def _on_signature(shown: Mapping[str, str], key: str, expected: str) -> str:
    if not shown:
        return "The file has no signature at all: give the converter the module as second argument."
    if key not in shown:
        return (
            f"The file has {', '.join(shown)}: keys come from `signatures=` of the SavedModel, "
            "or from the names of the functions when you convert several."
        )
    return on_signature(expected, shown[key])
