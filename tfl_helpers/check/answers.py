"""Answers and the facts that were measured in, a verdict that shows itself out.

Also what every check shares: a learner's code is called, its results are told, and claims are held.
"""

from __future__ import annotations

import ast
import functools
import inspect
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from types import FunctionType
from typing import Any

from ..look.messages import Advice, error_line, on_error, tip_of
from ..progress import record_right
from ..records import (
    InputError,
    Shown,
    Table,
    TensorType,
    code_html,
    has_type,
    kind,
    showable,
)
from ..values import clip, difference, fresh, same, shape_of, short
from ..words import later, say
from .call import attempt

MIME = "application/vnd.tfl.verdict+json"
# True too where `...` is what an error has left of the learner's own work.
_UNFINISHED = later(
    "Put your own code in its place, then run both cells. If your cell stopped with an error, "
    "`...` stands as before: the last line of the error says why."
)
_WHOLE = str | bytes | set | frozenset  # no list of answers: letters are none, a set has no order


@dataclass(frozen=True)
class Claim:
    """One thing that was asked: what was expected, what was found, and what to try if not so.

    `holds` is None while `...` stands where the answer goes. `expected` is empty where it would be
    the key to answers that a learner writes. `english` are words of ours in it by which a check
    cell, in whatever language, may name its advice.
    """

    asked: str
    expected: str
    found: str
    holds: bool | None
    advice: str = ""
    english: str = ""

    @classmethod
    def of_error(
        cls, asked: str, expected: str, error: BaseException, lead: str = "", english: str = ""
    ) -> Claim:
        """A claim that failed because something was raised, which is told after `lead`."""
        found = lead + clip(error_line(error), 160)
        return cls(asked, expected, found, False, on_error(error), english)


@dataclass(frozen=True)
class Verdict(Shown):
    """What a check says. `evidence` backs a failed claim.

    `a + b` is the verdict on one answer: while a part is not yet done, the others wait.
    `a | b` is that on two answers, of which each is judged.
    """

    claims: tuple[Claim, ...]
    evidence: tuple[Table, ...] = ()

    def __add__(self, other: Verdict) -> Verdict:
        waits = [one for one in (self, other) if one.state == "not yet"]
        return waits[0] if len(waits) == 1 else self | other

    def __or__(self, other: Verdict) -> Verdict:
        return Verdict(self.claims + other.claims, self.evidence + other.evidence)

    @property
    def state(self) -> str:
        """`not yet`, `right` or `not right`."""
        held = [claim.holds for claim in self.claims]
        if None in held or not held:
            return "not yet"
        return "right" if all(held) else "not right"

    @property
    def _open(self) -> list[str]:
        return [claim.asked for claim in self.claims if claim.holds is None]

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        if self.state == "right":
            return say("✓ Right")
        held, of = sum(claim.holds or 0 for claim in self.claims), len(self.claims)
        if self.state == "not right":
            return say("✗ Not right: {held} of {all} claims hold", held=held, all=of)
        if 0 < len(self._open) < of:
            return say("○ Not yet: {count} of {all} are still `...`", count=len(self._open), all=of)
        named = dict.fromkeys(name for name in self._open if name.startswith("`"))
        where = ", ".join(named) or say("your code")
        return say("○ Not yet: `...` still stands in {where}", where=where)

    @property
    def advice(self) -> str:
        """What to try: one piece of advice, that of the first claim which has one."""
        return next((c.advice for c in self.claims if c.holds in (False,) and c.advice), "")

    def tables(self) -> tuple[Table, ...]:
        if len(self._open) == len(self.claims):
            return ()
        heads = (say("claim"), say("expected"), say("found"), "")
        marks = {True: say("✓ holds"), False: say("✗ fails"), None: say("○ not yet")}
        rows = [(c.asked, c.expected, c.found, marks[c.holds]) for c in self.claims]
        if not any(claim.expected for claim in self.claims):
            heads = (say("question"), say("your answer"), "")
            rows = [(row[0], *row[2:]) for row in rows]
        return (Table(self.headline, heads, tuple(rows)), *self.evidence)

    @property
    def _note(self) -> str:
        return say(_UNFINISHED) if self.state == "not yet" else ""

    def __str__(self) -> str:
        advice = say("Try: {advice}", advice=self.advice) if self.advice else ""
        said = (super().__str__() or self.headline, advice, self._note)
        return "\n".join(filter(None, said))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = "".join(t.html() for t in self.tables()) or f"<p>{code_html(self.headline)}</p>"
        if self.advice:
            shown += f"<p><b>{say('Try:')}</b> {code_html(self.advice)}</p>"
        if self._note:
            shown += f"<p>{code_html(self._note)}</p>"
        text = showable(str(self))
        if self.state == "right" and (note := record_right()):
            text, shown = f"{text}\n{note}", f"{shown}<p>{code_html(note)}</p>"
        return {"text/plain": text, "text/html": shown, MIME: {"state": self.state}}


def unfinished(*where: str) -> Verdict:
    """The verdict on what is still `...`, or has come to nothing but it."""
    return Verdict(tuple(Claim(one, "", "`...`", None) for one in where))


def judged(check: Callable[..., Verdict]) -> Callable[..., Verdict]:
    """Whatever an answer does when it is looked at, the learner gets a verdict, and no warning.

    Calls of a check trace anew by intention; TensorFlow's advice on that is about other programs.
    """

    def is_other_advice(record: logging.LogRecord) -> bool:
        return "triggered tf.function retracing" not in record.getMessage()

    @functools.wraps(check)
    def judged(*arguments: Any, **named: Any) -> Verdict:
        logging.getLogger("tensorflow").addFilter(is_other_advice)
        try:
            verdict, error = attempt(lambda: check(*arguments, **named))
        finally:
            logging.getLogger("tensorflow").removeFilter(is_other_advice)
        if isinstance(error, InputError):
            raise error
        if error:  # of an object that lies about what it is
            return Verdict((Claim.of_error(say("your answer"), say("can be read"), error),))
        return verdict

    return judged


@judged
def check_answers(
    answers: Any,
    facts: Mapping[str, Any],
    advice: Mapping[str, Advice] | None = None,
    tolerance: float = 1e-5,
) -> Verdict:
    """Hold answers against facts, question by question.

    Args:
        answers: One for each of `facts`: a list, tuple, array or tensor in their order, or a dict
            by question; where `...` stands is "not yet". A function, in place of all or of one, is
            called, and what it raises is a failed claim. Only its claims show what was expected.
        facts: Question -> the fact, which the check cell measures in view.
        advice: Question -> what to try when that answer is wrong; or words of what came -> what to
            try then, "" for all else. An error that is known has its own advice.
        tolerance: Largest difference of floats; for facts above 1 a share of them.

    Example:
        >>> tfl.check_answers(my_counts, {"the same circle": 0, "a longer circle": 1})
    """
    computed, facts = isinstance(answers, FunctionType), fresh(dict(facts))
    answers, error = call(answers) if computed else (answers, None)
    if answers is ...:
        return unfinished(say("your answer"))
    if error:
        return Verdict((Claim.of_error(say("your code"), say("runs"), error),))
    given = _in_order(answers, facts)
    if isinstance(given, str):
        names = "; ".join(f"`{name}`" for name in facts)
        tip = say("Write a list with one answer for each of: {names}.", names=names)
        wanted = say("a list of {count}", count=len(facts))
        return Verdict((Claim(say("answers"), wanted, given, False, tip),))
    called = [call(a) if isinstance(a, FunctionType) else (a, None) for a in given]
    if all(isinstance(a, FunctionType) for a in given) and is_unfinished([a for a, _ in called]):
        return unfinished(say("your code"))  # the check cell's own looks, at one thing
    claims = []
    for (asked, fact), typed, came in zip(facts.items(), given, called, strict=True):
        key = f"`{short(fact)}`" if computed or isinstance(typed, FunctionType) else ""
        claims.append(_claim(asked, key, fact, came, tolerance, (advice or {}).get(asked, "")))
    return Verdict(tuple(claims))


def _claim(asked: str, key: str, fact: Any, came: Any, tolerance: float, advice: Advice) -> Claim:
    answer, error = came
    if is_unfinished(answer):
        return Claim(asked, key, "`...`", None)
    holds = not error and bool(_is_answer(answer, fact, tolerance))
    found, english = told(answer, fact, tolerance, holds)
    if error:
        found, english = clip(error_line(error), 160), getattr(error, "english", "")
    elif not holds and isinstance(answer, str) and _letters(answer) == _letters(str(fact)):
        advice = say("Only the spelling differs: write `{fact}`.", fact=short(fact))
    return Claim(asked, key, found, holds, tip_of(advice, f"{found} {english}", error))


def _in_order(answers: Any, facts: Mapping[str, Any]) -> list[Any] | str:
    """One answer for each fact, whatever form they came in; or in words what came instead."""
    count, text = len(facts), False
    if count == 1 and same(answers, *facts.values(), 1e-5):
        return [answers]  # not in a list, as nobody would for one
    if isinstance(answers, Mapping):
        if any(name in answers for name in facts):
            missing = [name for name in facts if name not in answers]
            if missing:
                return say("no answer for `{name}`", name=missing[0])
            return [answers[name] for name in facts]
        listed = list(answers.values())
    elif has_type(answers) and shape_of(answers):
        text = str(answers.dtype).startswith("<U")  # NumPy makes text of [1, "circle"]
        listed = (answers.numpy() if hasattr(answers, "numpy") else answers).tolist()
    elif isinstance(answers, _WHOLE) or has_type(answers) or not hasattr(answers, "__iter__"):
        return [answers] if count == 1 else kind(answers)
    else:
        listed = list(islice(answers, 1000))
    if count == 1 and len(listed) != 1:
        return [answers]  # the one answer is a list
    if len(listed) != count and all(isinstance(row, list | tuple) for row in listed):
        listed = [answer for row in listed for answer in row]
    if len(listed) != count:
        return say("{count} answers", count=len(listed))
    pairs = zip(listed, facts.values(), strict=True)
    return [_from_text(a) if text and not isinstance(fact, str) else a for a, fact in pairs]


def _from_text(text: str) -> Any:
    with suppress(ValueError, SyntaxError):
        return ast.literal_eval(text)
    return text


def _letters(text: str) -> str:
    return re.sub(r"[ ._-]", "", text).casefold()


def _is_answer(answer: Any, fact: Any, tolerance: float) -> bool:
    """As `fits`, and 1 and 0 are True and False: NumPy makes numbers of [0.5, True]."""
    if type(answer) in (int, float) and shape_of(fact) == () and same(fact, bool(fact)):
        return bool(answer == bool(fact))
    return fits(answer, fact, tolerance)


def is_unfinished(value: Any) -> bool:
    """True for `...`, also inside a list, tuple or dict."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(map(is_unfinished, value))
    return value is ...


def call(function: Callable[..., Any], *arguments: Any) -> tuple[Any, BaseException | None]:
    """What a call gives or raises: whatever the learner's code raises is a failed claim.

    What stumbles over a `...` gives `...`.
    """

    def act() -> Any:
        value = fresh(function(*fresh(arguments)))
        if inspect.iscoroutine(value):
            value.close()  # else Python warns that nobody waited for it
        return value

    value, error = attempt(act)
    return (..., None) if "ellipsis" in str(error).lower() else (value, error)


def fits(found: Any, expected: Any, tolerance: float) -> bool:
    """Whether two values are the same, floats within the tolerance, whole numbers exactly."""
    return same(found, expected, 0.0 if _whole(found) and _whole(expected) else tolerance)


def _whole(value: Any) -> bool:
    """True for integers and truths, and lists of them: these are equal or not."""
    if has_type(value):
        return TensorType.like(value).dtype.startswith(("int", "uint", "bool"))
    return all(map(_whole, value)) if isinstance(value, list | tuple) else isinstance(value, int)


def told(found: Any, expected: Any, tolerance: float, holds: bool) -> tuple[str, str]:
    """What came; if it is wrong and that is not plain from a number, how far off it is.

    Then the words of that, as in `Claim.english`.
    """
    largest = None
    if not holds and (shape_of(expected) or short(found) == short(expected)):
        with suppress(Exception):  # no two things that can be compared
            largest, _ = difference(found, expected)
    if not largest:
        return f"`{short(found)}`", ""
    far = {"found": short(found), "gap": largest, "tolerance": tolerance}
    return say("`{found}`, off by {gap:.2g} (tolerance {tolerance:g})", **far), "off by"
