"""One input and several ways to compute in, a table of values and differences out.

Calls only what it is given. Knows nothing of how each way was made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .records import InputError, Shown, Table, error_line, kind
from .values import by_name, difference, fresh, value_text

_PREVIEW = 4  # values shown of each output
_ALL_DIGITS = 17  # of a float64


@dataclass(frozen=True)
class Route:
    """One way to compute: its values in short, and how far they are from the first way's."""

    name: str
    values: str
    max_difference: float | None
    problem: str = ""


@dataclass(frozen=True)
class Comparison(Shown):
    """The same input through several ways. `agree` is true when all stay within `tolerance`."""

    routes: tuple[Route, ...]
    tolerance: float

    @property
    def agree(self) -> bool:
        """True when every way gave the first way's outputs, within the tolerance."""
        return all(self._fits(route) for route in self.routes)

    def _fits(self, route: Route) -> bool:
        return route.max_difference is not None and route.max_difference <= self.tolerance

    def _difference(self, route: Route) -> str:
        # The last bits differ between processors: within the tolerance no digits are shown, so
        # that a stored table stays true on another machine.
        if route is self.routes[0] or route.max_difference is None:
            return ""
        return "within" if self._fits(route) else f"{route.max_difference:.2g}"

    def _verdict(self, route: Route) -> str:
        if route is self.routes[0] and not route.problem:
            return "reference"
        return "✓ agrees" if self._fits(route) else f"✗ {route.problem or 'differs'}"

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (r.name, f"`{r.values}`", self._difference(r), self._verdict(r)) for r in self.routes
        )
        end = "all agree" if self.agree else "they do not all agree"
        caption = f"The same input, {len(rows)} ways (tolerance {self.tolerance:g}): {end}"
        return (Table(caption, ("way", "values", "largest difference", "verdict"), rows),)


def compare_outputs(
    inputs: Mapping[str, Any], ways: Mapping[str, Callable[..., Any]], tolerance: float = 1e-6
) -> Comparison:
    """Call every way with the same named inputs and hold the outputs against the first way's.

    Args:
        inputs: Input name -> array. Each way is called with these as keyword arguments, as
            tf.functions, loaded signatures and LiteRT signature runners all allow.
        ways: Name -> callable, the reference first. Each returns one array or a dict of arrays;
            a single output is compared whatever its name.
        tolerance: Largest absolute difference allowed, in the unit of the outputs.

    Returns:
        A record that shows a row for each way. A way that raises is a row, not an error.

    Raises:
        InputError: `inputs` or `ways` is not a mapping, fewer than two ways, or one that cannot
            be called.

    Example:
        >>> tfl.compare_outputs({"stroke": stroke}, {"eager": length, "graph": tf.function(length)})
    """
    _demand(inputs, ways)
    names = list(ways)
    try:
        reference = _outputs(ways[names[0]], inputs)
    except Exception as error:
        raise InputError(
            f"compare_outputs needs a reference that runs, but the first way, {names[0]!r}, "
            f"raised {error_line(error).rstrip('.')}. "
            f"It was called with {', '.join(f'{n}={kind(v)}' for n, v in inputs.items())}."
        ) from error
    rows = [Route(names[0], _preview(reference, tolerance), 0.0)]
    rows += [_route(name, ways[name], inputs, reference, tolerance) for name in names[1:]]
    return Comparison(tuple(rows), tolerance)


def _demand(inputs: Any, ways: Any) -> None:
    if not isinstance(inputs, Mapping):
        raise InputError(
            f"compare_outputs needs inputs by name, got {kind(inputs)}. "
            'Write compare_outputs({"stroke": stroke}, {"eager": ..., "graph": ...}).'
        )
    if not isinstance(ways, Mapping) or len(ways) < 2:
        raise InputError(
            f"compare_outputs needs two or more ways by name, got {kind(ways)}. "
            'Write {"eager": measure, "graph": tf.function(measure)}.'
        )
    for name, way in ways.items():
        if not callable(way):
            raise InputError(
                f"compare_outputs needs something to call for {name!r}, got {kind(way)}. "
                "Of bytes or an Interpreter, pass interpreter.get_signature_runner()."
            )


def _route(
    name: str, way: Callable[..., Any], inputs: Mapping[str, Any], reference: Any, tolerance: float
) -> Route:
    try:
        outputs = _outputs(way, inputs)
    except Exception as error:
        return Route(name, "", None, error_line(error).rstrip("."))
    largest, problem = difference(outputs, reference)
    return Route(name, _preview(outputs, tolerance), largest, problem)


def _outputs(way: Callable[..., Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    result = way(**fresh(dict(inputs)))
    if result is None:
        raise ValueError("it returned None, is a return missing")
    return by_name(result)


def _preview(outputs: dict[str, Any], tolerance: float) -> str:
    """The first values of each output, without the digits that the tolerance calls noise."""
    digits = max(0, math.ceil(-math.log10(tolerance))) if tolerance > 0 else _ALL_DIGITS
    shown = []
    for name, array in outputs.items():
        array = array.astype("float64").round(digits) if array.dtype.kind == "f" else array
        text = value_text(array.ravel()[:_PREVIEW] if array.ndim else array)
        if array.size > _PREVIEW:
            text = text[:-1] + ", …]"
        shown.append(text if len(outputs) == 1 else f"{name} {text}")
    return "; ".join(shown)
