"""What a stub cell made in, whether it still holds a `...` out. Calls nothing."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Mapping
from types import CodeType
from typing import Any

# Between a `...` and the `return` of it stand only these; an index, x[..., i], ends otherwise.
_ON_THE_WAY = ("LOAD_CONST", "LOAD_FAST", "BUILD_", "COPY")
_STORES = ("STORE_FAST", "STORE_DEREF", "STORE_GLOBAL")


def is_unfinished(value: Any) -> bool:
    """True for `...`, also inside a list, tuple or dict."""
    if isinstance(value, Mapping):
        return any(is_unfinished(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(is_unfinished(part) for part in value)
    return value is ...


def is_stub(thing: Any) -> bool:
    """True for `...` and for a function that says `return ...` or `name = ...`."""
    code = _code_of(thing)
    return thing is ... or (code is not None and _says_ellipsis(code))


def _code_of(thing: Any) -> CodeType | None:
    """Byte code of a function, tf.function, partial, or of the `__call__` of an object."""
    function = getattr(thing, "python_function", getattr(thing, "func", thing))
    if not hasattr(function, "__code__") and not isinstance(function, type):
        call = type(function).__call__ if callable(function) else None
        function = getattr(call, "python_function", call)
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    return code if isinstance(code, CodeType) else None


def _says_ellipsis(code: CodeType) -> bool:
    steps = list(dis.get_instructions(code))
    for number, step in enumerate(steps):
        if step.argval is not ...:
            continue
        if step.opname == "RETURN_CONST" or steps[number + 1].opname.startswith(_STORES):
            return True
        after = [s.opname for s in steps[number:] if not s.opname.startswith(_ON_THE_WAY)]
        if after[0] == "RETURN_VALUE":
            return True
    return any(_says_ellipsis(inner) for inner in code.co_consts if isinstance(inner, CodeType))
