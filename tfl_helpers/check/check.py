"""The learner's work and claims in, a verdict out."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any

from ..look.messages import on_error, on_traces, on_values
from ..progress import record_right
from ..records import InputError, Shown, Table, code_html, error_line, kind
from ..values import clip, difference, fresh, same, shape_of, short

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


MIME = "application/vnd.tfl.verdict+json"


@dataclass(frozen=True)
class Claim:
    """One thing that was asked: what was expected, what was found, and what to try if not so."""

    asked: str
    expected: str
    found: str
    holds: bool
    advice: str = ""


@dataclass(frozen=True)
class Verdict(Shown):
    """What a check says. No claims: the stub was not touched. `evidence` backs a failed claim."""

    claims: tuple[Claim, ...] = ()
    evidence: tuple[Table, ...] = ()

    @property
    def state(self) -> str:
        """`not yet`, `right` or `not right`."""
        if not self.claims:
            return "not yet"
        return "right" if all(claim.holds for claim in self.claims) else "not right"

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        if not self.claims:
            return "○ Not yet: put your own code in place of the ... above, then run both cells"
        if self.state == "right":
            return "✓ Right"
        held = sum(claim.holds for claim in self.claims)
        return f"✗ Not right: {held} of {len(self.claims)} claims hold"

    @property
    def advice(self) -> tuple[str, ...]:
        """What to try, each piece of advice once."""
        said = [claim.advice for claim in self.claims if not claim.holds and claim.advice]
        return tuple(dict.fromkeys(said))

    def tables(self) -> tuple[Table, ...]:
        if not self.claims:
            return ()
        heads = ("claim", "expected", "found", "")
        rows = tuple(
            (c.asked, c.expected, c.found, "✓ holds" if c.holds else "✗ fails") for c in self.claims
        )
        return (Table(self.headline, heads, rows), *self.evidence)

    def __str__(self) -> str:
        if not self.claims:
            return self.headline
        return "\n".join([super().__str__(), *(f"Try: {text}" for text in self.advice)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = "".join(table.html() for table in self.tables()) or f"<p>{self.headline}</p>"
        shown += "".join(f"<p><b>Try:</b> {code_html(text)}</p>" for text in self.advice)
        text = str(self)
        if self.state == "right" and (note := record_right()):
            text, shown = f"{text}\n{note}", f"{shown}<p>{code_html(note)}</p>"
        return {"text/plain": text, "text/html": shown, MIME: {"state": self.state}}


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
    from ..look.dispatch import read_calls
    from ..look.function import read_function

    found = read_function(function)
    if found.traces == traces:
        return [Claim(asked, wanted, wanted, True)], ()
    if calls and not found.concretes:
        return [Claim(asked, wanted, "none: each call raised an error", False)], ()
    reached = [c for c in read_calls(function, calls).calls if c.reached is not None]
    reasons = [call.reason for call in reached if call.new]
    advice = on_traces(found.traces, traces, reasons) if reached else ""
    return [Claim(asked, wanted, str(found.traces), False, advice)], found.tables()
