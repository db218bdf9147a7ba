"""Claims with what was found in, a verdict that shows itself out. Knows nothing of TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..progress import record_right
from ..tables import Shown, Table, code_html

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
