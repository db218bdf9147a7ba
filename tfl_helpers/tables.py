"""Rows of words in, aligned text and HTML out. Knows no record and no TensorFlow."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """One table, shown as aligned text or as HTML. A cell in `backticks` is code."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """The caption, then the rows in aligned columns."""
        grid = [[cell.replace("`", "") for cell in row] for row in (self.heads, *self.rows)]
        widths = [max(len(row[i]) for row in grid) for i in range(len(self.heads))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in grid]
        caption = self.caption.replace("`", "")
        return "\n".join([caption, *("  " + line.rstrip() for line in lines)])

    def html(self) -> str:
        """A table with a caption and column heads that a screen reader announces."""
        left = 'style="text-align:left;vertical-align:top"'
        heads = "".join(f'<th scope="col" {left}>{html.escape(head)}</th>' for head in self.heads)
        rows = "".join(
            "<tr>" + "".join(f"<td {left}>{code_html(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        bold = "text-align:left;font-weight:bold;padding:4px 0;white-space:nowrap"
        return (
            f'<table><caption style="{bold}">{code_html(self.caption)}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )


def code_html(text: str) -> str:
    """HTML of a text in which `backticks` stand for code."""
    parts = html.escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def status_html(text: str) -> str:
    """A line that a screen reader announces when it changes."""
    return f'<span role="status" aria-live="polite">{html.escape(text)}</span>'


def choices_html(lead: str, choices: Sequence[str]) -> str:
    """Buttons that cannot be pressed: what can be chosen, as a list after `lead`, which is HTML."""
    style = "display:inline-block;border:1px solid #999;border-radius:4px;padding:3px 12px"
    style += ";margin-right:6px"
    pills = "".join(f'<li style="{style}">{html.escape(choice)}</li>' for choice in choices)
    return (
        f'<p style="margin:0 0 4px">{lead}</p>'
        f'<ul style="list-style:none;margin:0;padding:0">{pills}</ul>'
    )


class Shown:
    """A record that shows itself: subclasses say which tables they are."""

    def tables(self) -> tuple[Table, ...]:
        """The tables that say all that this record knows."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n".join(table.text() for table in self.tables())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = "".join(table.html() for table in self.tables())
        return {"text/plain": str(self), "text/html": shown}
