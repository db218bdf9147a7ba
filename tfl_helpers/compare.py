"""One input and several ways to compute in, a table of values and differences out.

Calls only what it is given. Knows nothing of how each way was made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from .look.messages import error_line
from .records import InputError, Shown, Table, kind
from .values import by_name, difference, fresh, value_text
from .words import say

_PREVIEW = 4  # values shown of each output
_LONGEST = 120  # characters of them


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

    def _row(self, route: Route) -> tuple[str, ...]:
        # The last bits differ between processors: within the tolerance no digits are shown, so
        # that a stored table stays true on another machine.
        gap = "" if route.max_difference is None else f"{route.max_difference:.2g}"
        if self._fits(route):
            first = route is self.routes[0]
            gap, verdict = ("", say("reference")) if first else (say("within"), say("✓ agrees"))
        else:
            verdict = f"✗ {route.problem or say('differs')}"
        return route.name, f"`{route.values}`", gap, verdict

    def tables(self) -> tuple[Table, ...]:
        numbers = {"count": len(self.routes), "tolerance": self.tolerance}
        if self.agree:
            caption = say(
                "The same input, {count} ways (tolerance {tolerance:g}): all agree", **numbers
            )
        else:
            caption = say(
                "The same input, {count} ways (tolerance {tolerance:g}): they do not all agree",
                **numbers,
            )
        heads = (say("way"), say("values"), say("largest difference"), say("verdict"))
        return (Table(caption, heads, tuple(map(self._row, self.routes))),)


def compare_outputs(
    inputs: Mapping[str, Any], ways: Mapping[str, Callable[..., Any]], tolerance: float = 1e-6
) -> Comparison:
    """Call every way with the same named inputs and hold the outputs against the first way's.

    A row for each way is shown; one that raises is a row, not an error.

    Args:
        inputs: Input name -> array. Each way is called with these as keyword arguments, as
            tf.functions, loaded signatures and LiteRT signature runners all allow.
        ways: Name -> callable, the reference first. Each returns one array or a dict of arrays;
            a single output is compared whatever its name.
        tolerance: Largest absolute difference allowed, in the unit of the outputs.

    Raises:
        InputError: `inputs` or `ways` is not a mapping, fewer than two ways, one that cannot be
            called, a reference that does not run, or a tolerance that is no number.

    Example:
        >>> tfl.compare_outputs({"stroke": stroke}, {"eager": length, "graph": tf.function(length)})
    """
    _demand(inputs, ways, tolerance)
    (first, way), *rest = ways.items()
    try:
        reference = _outputs(way, inputs)
    except Exception as error:
        given = ", ".join(f"{name}={kind(value)}" for name, value in inputs.items())
        raise InputError(
            "Expected a reference that runs, got {came} from the first way, {first!r}. "
            "It was called with {given}.",
            came=error_line(error).rstrip("."),
            first=first,
            given=given,
        ) from error
    routes = [Route(str(first), _preview(reference, tolerance), 0.0)]
    for name, way in rest:
        try:
            outputs = _outputs(way, inputs)
            found = (_preview(outputs, tolerance), *difference(outputs, reference))
        except Exception as error:
            found = ("", None, error_line(error).rstrip("."))
        routes.append(Route(str(name), *found))
    return Comparison(tuple(routes), tolerance)


def _demand(inputs: Any, ways: Any, tolerance: Any) -> None:
    if not isinstance(inputs, Mapping):
        told = say(
            "Expected inputs by name, got {came}. "
            'Write compare_outputs({{"stroke": stroke}}, {{"eager": ..., "graph": ...}}).',
            came=kind(inputs),
        )
    elif not isinstance(ways, Mapping) or len(ways) < 2:
        told = say(
            "Expected two or more ways by name, got {came}. "
            'Write {{"eager": measure, "graph": tf.function(measure)}}.',
            came=kind(ways),
        )
    elif not isinstance(tolerance, Real) or not 0 <= tolerance < math.inf:
        told = say(
            "Expected a tolerance of 0 or more, got {tolerance!r}. Write tolerance=1e-6.",
            tolerance=tolerance,
        )
    elif idle := [name for name, way in ways.items() if not callable(way)]:
        told = say(
            "Expected something to call for {name!r}, got {came}. "
            "Of bytes or an Interpreter, pass interpreter.get_signature_runner().",
            name=idle[0],
            came=kind(ways[idle[0]]),
        )
    else:
        return
    raise InputError(told)


def _outputs(way: Callable[..., Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    result = way(**fresh(dict(inputs)))
    if result is None:
        raise ValueError(say("it returned None, is a return missing"))
    return by_name(result)


def _preview(outputs: dict[str, Any], tolerance: float) -> str:
    """The first values of each output, without the digits that the tolerance calls noise."""
    decimals = max(0, math.ceil(-math.log10(tolerance))) if tolerance > 0 else None
    shown = []
    for name, array in outputs.items():
        text = value_text(array.ravel()[:_PREVIEW] if array.ndim else array, decimals)
        if len(text) > _LONGEST:
            text = text[:_LONGEST] + " …"
        elif array.size > _PREVIEW:
            text = text[:-1] + ", …]"
        shown.append(text if len(outputs) == 1 else f"{name} {text}")
    return "; ".join(shown)
