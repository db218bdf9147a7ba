"""The helper package in, the messages that it says out; its catalogue brought up to date."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib

import tfl_helpers
from tfl_helpers.look.messages import causes

PACKAGE = Path(tfl_helpers.__file__).parent
CATALOGUE = PACKAGE / "ja.po"
SAYING = ("say", "later", "InputError")
_ON_PAGES = re.compile(r'say_in\(language, "([^"]+)"')  # in templates


def calls(path: Path) -> list[ast.Call]:
    """Where a module says something, or marks what it says later, in order."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = [n for n in nodes if isinstance(n, ast.Call) and _name(n) in SAYING]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def said() -> dict[tuple[None, str], str]:
    """Every message with the file that says it first."""
    found: dict[tuple[None, str], str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in calls(path):
            if isinstance(call.args[0], ast.Constant):
                found.setdefault((None, call.args[0].value), path.relative_to(PACKAGE).as_posix())
    for path in sorted(PACKAGE.glob("workshop/pages/*.html")):
        for text in _ON_PAGES.findall(path.read_text(encoding="utf-8")):
            found.setdefault((None, text), path.relative_to(PACKAGE).as_posix())
    for cause in causes():
        for text in (cause.cause, cause.cure):
            found.setdefault((None, text), "look/messages.txt")
    return found


def open_spoken() -> polib.POFile:
    """The catalogue of the helpers as it is stored."""
    return polib.pofile(str(CATALOGUE), wrapwidth=0)
