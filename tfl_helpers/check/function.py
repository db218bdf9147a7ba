"""The learner's object and the claims about it in, a verdict out. Calls only what it is given.

An untouched stub (`...`) is "not yet", never an error. Each failed claim says what to try.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..records import InputError, error_line, kind
from ..tables import Table
from ..values import clip, difference, fresh, same, shape_of, short
from .advice import on_error, on_traces, on_values
from .placeholder import is_stub, is_unfinished
from .verdict import Claim, Verdict


def check_answers(
    answers: Any, facts: Mapping[str, Any], advice: Mapping[str, str] | None = None
) -> Verdict:
    """Hold answers against facts, question by question.

    Args:
        answers: The learner's answers, a list in the order of `facts`; `...` is "not yet".
        facts: Question -> the fact, which the check cell measures in view.
        advice: Question -> what to try when that answer is wrong.

    Example:
        >>> tfl.check_answers(my_counts, {"the same circle": 0, "a longer circle": 1})
    """
    if is_unfinished(answers):
        return Verdict()
    write = f"Write a list with one answer for each of: {', '.join(facts)}."
    if not isinstance(answers, list | tuple):
        wanted = f"a list of {len(facts)}"
        return Verdict((Claim("answers", wanted, kind(answers), False, write),))
    if len(answers) != len(facts):
        found = Claim("number of answers", str(len(facts)), str(len(answers)), False, write)
        return Verdict((found,))
    claims = []
    for (asked, fact), answer in zip(facts.items(), answers, strict=True):
        hint = (advice or {}).get(asked, "")
        holds = same(answer, fact)
        claims.append(Claim(asked, f"`{short(fact)}`", f"`{short(answer)}`", holds, hint))
    return Verdict(tuple(claims))


def check_function(
    function: Any,
    cases: Sequence[tuple[Any, Any]] = (),
    traces: int | None = None,
    accepts: Sequence[Any] = (),
    refuses: Sequence[Any] = (),
    tolerance: float = 1e-5,
) -> Verdict:
    """Call the learner's function and hold what it does against the claims.

    Args:
        function: A Python function, tf.function or concrete function.
        cases: (arguments, expected result) pairs; a tuple as arguments is several of them.
        traces: Number of graphs that a tf.function owns after the calls of `cases` and `accepts`.
        accepts: Arguments that it must take.
        refuses: Arguments for which it must raise an error.
        tolerance: Largest difference allowed; for expectations above 1 a share of them.

    Raises:
        InputError: `function` cannot be called.

    Example:
        >>> tfl.check_function(length, cases=[(s, 2.5) for s in strokes], traces=1)
    """
    if is_stub(function):
        return Verdict()
    if not callable(function):
        raise InputError(
            f"check_function needs a function, got {kind(function)}. Pass the name of your "
            "function without brackets: check_function(length, ...)."
        )
    results = [(arguments, expected, _call(function, arguments)) for arguments, expected in cases]
    if any(is_unfinished(result) for _, _, result in results):
        return Verdict()
    claims = _value_claims(function, results, tolerance)
    claims += [_accept_claim(function, arguments, True) for arguments in accepts]
    counted, evidence = _trace_claim(function, traces, [*(a for a, *_ in results), *accepts])
    claims += counted
    claims += [_accept_claim(function, arguments, False) for arguments in refuses]
    return Verdict(tuple(claims), evidence)


def _value_claims(function: Any, results: list[Any], tolerance: float) -> list[Claim]:
    constant = _all_same([r for *_, r in results]) and not _all_same([e for _, e, _ in results])
    return [_value_claim(function, *result, tolerance, constant) for result in results]


def _all_same(results: list[Any]) -> bool:
    return all(same(result, results[0]) for result in results)


def _call(function: Callable[..., Any], arguments: Any) -> Any:
    given = fresh(arguments if isinstance(arguments, tuple) else (arguments,))
    try:
        return fresh(function(*given))
    except Exception as error:  # whatever the learner's code raises becomes a failed claim
        return error


def _call_text(function: Any, arguments: Any) -> str:
    arguments = arguments if isinstance(arguments, tuple) else (arguments,)
    name = getattr(function, "__name__", "function")
    return f"`{name}({', '.join(short(a) for a in arguments)})`"


def _value_claim(
    function: Any, arguments: Any, expected: Any, found: Any, tolerance: float, constant: bool
) -> Claim:
    asked, wanted = _call_text(function, arguments), f"`{short(expected)}`"
    if isinstance(found, Exception):
        return Claim(asked, wanted, _error_text(found), False, on_error(found))
    holds = same(found, expected, tolerance)
    if holds:
        return Claim(asked, wanted, f"`{short(found)}`", True)
    told = f"`{short(found)}`{_gap_text(found, expected)}"
    return Claim(asked, wanted, told, False, on_values(expected, found, constant))


def _gap_text(found: Any, expected: Any) -> str:
    """How far off, where the short texts of the two do not tell it."""
    if shape_of(expected) == () and short(found) != short(expected):
        return ""
    try:
        largest, _ = difference(found, expected)
    except Exception:  # no two things that can be compared
        return ""
    return f", off by {largest:.2g}" if largest else ""


def _error_text(error: Exception) -> str:
    return clip(error_line(error), 160)


def _accept_claim(function: Any, arguments: Any, wanted: bool) -> Claim:
    words = {True: "accepted", False: "refused"}
    result = _call(function, arguments)
    accepted = not isinstance(result, Exception)
    found = words[accepted]
    if wanted and not accepted:
        found = f"refused: {_error_text(result)}"
    advice = (
        "The spec is too narrow for this one: use None where a size may change."
        if wanted
        else "The spec is too wide: give this size or dtype in the TensorSpec."
    )
    return Claim(_call_text(function, arguments), words[wanted], found, accepted == wanted, advice)


def _trace_claim(
    function: Any, traces: int | None, calls: list[Any]
) -> tuple[list[Claim], tuple[Table, ...]]:
    """No claim or one, and the graphs as evidence when it fails."""
    if traces is None:
        return [], ()
    asked, wanted = "number of traces", str(traces)
    if not hasattr(function, "experimental_get_tracing_count"):
        advice = "Put `@tf.function` above it: only then is there a graph to count."
        return [Claim(asked, wanted, "no tf.function", False, advice)], ()
    from ..read.calls import read_calls
    from ..read.function import read_function

    found = read_function(function)
    if found.traces == traces:
        return [Claim(asked, wanted, wanted, True)], ()
    if calls and not found.concretes:
        return [Claim(asked, wanted, "none: each call raised an error", False)], ()
    reached = [c for c in read_calls(function, calls).calls if c.reached is not None]
    reasons = [call.reason for call in reached if call.new]
    advice = on_traces(found.traces, traces, reasons) if reached else ""
    return [Claim(asked, wanted, str(found.traces), False, advice)], found.tables()
