"""An error message in, a box to paste messages into and what they mean out. Runs nothing."""

from __future__ import annotations

import functools
import html
from typing import Any

from ..look.messages import CAUSES, Cause, causes_of
from ..records import InputError, Table, kind, status_html
from .panel import ROOM

_ASKS = "Paste an error message, then press the button."
_HEADS = ("mistake made at", "likely cause", "look first at", "taught in")
# For a message that nobody has listed: what it looks like, and where to begin.
_TREE = Table(
    "Which of these is it like?",
    ("the message", "begin at", "look first at"),
    (
        ("says `in user code:`", "tf.function", "its last line, and the last line of yours above"),
        ("says `Binding inputs`", "concrete function", "the argument beside the signature"),
        ("comes while loading, or from what was loaded", "SavedModel", "what was saved, not how"),
        ("is a `ConverterError`", ".tflite", "the op in quotes, `'tf.Name' op`"),
        ("names a tensor, node or kernel by number", "device", "`get_input_details()`"),
        ("there is none, the numbers are wrong", "anywhere", "the first station that differs"),
    ),
)


def explore_message(text: str = "") -> MessageExplorer:
    """A box for an error message: where the mistake was made, and what to look at first.

    Args:
        text: A message to begin with, for example `str(error)`.

    Raises:
        InputError: `text` is no text.

    Example:
        >>> tfl.explore_message("'SymbolicTensor' object has no attribute 'numpy'")
    """
    if not isinstance(text, str):
        raise InputError(
            f"explore_message needs the text of a message, got {kind(text)}. "
            "Write explore_message(str(error))."
        )
    return _widget_class()(text)


class MessageExplorer:
    """A text box, a button, a line that says what was found, and a table of it."""

    box: Any
    button: Any
    said: Any
    seen: Any

    def ask(self, text: str) -> None:
        """Do what pasting `text` and pressing the button does."""
        self.box.value = text
        self._show()

    def _show(self) -> None:
        line, table = _answer(self.box.value)
        self.said.value = status_html(line)
        self.seen.value = ROOM + table.html() if table else ""

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        live = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        line, table = _answer(self.box.value)
        table = table or _known()
        shown = f"<p>{html.escape(line)}</p>{table.html()}"
        return {**live, "text/plain": f"{line}\n{table.text()}", "text/html": shown}


def _answer(text: str) -> tuple[str, Table | None]:
    """One line that is announced, and what there is to see."""
    if not text.strip():
        return _ASKS, None
    found = causes_of(text)
    if not found:
        return "I do not know this message: compare it with these.", _TREE
    station, look = found[0].station, found[0].look.replace("`", "")
    caption = "What the message means" + ", the likeliest first" * (len(found) > 1)
    line = f"The mistake was made at {station}. Look first at: {look}."
    return line, Table(caption, _HEADS, tuple(map(_row, found)))


def _row(cause: Cause) -> tuple[str, ...]:
    return cause.station, cause.cause, cause.look, f"lesson {cause.lesson}"


def _known() -> Table:
    words = [cause.words.replace("`", "") for cause in CAUSES]
    rows = tuple(
        (f"`{said}`", cause.station, f"lesson {cause.lesson}")
        for said, cause in zip(words, CAUSES, strict=True)
    )
    return Table("Messages that are known", ("words of the message", _HEADS[0], _HEADS[3]), rows)


@functools.cache
def _widget_class() -> type:
    import ipywidgets as widgets

    class LiveMessageExplorer(MessageExplorer, widgets.VBox):
        """A box for messages that JupyterLab shows live."""

        def __init__(self, text: str) -> None:
            wide = {"width": "98%"}
            self.box = widgets.Textarea(value=text, description="message", rows=4, layout=wide)
            self.box.continuous_update = False  # else a quick press overtakes the last letters
            self.box.observe(lambda _: self._show(), "value")
            self.button = widgets.Button(description="what does it mean", icon="search")
            self.button.layout.width = "auto"
            row = widgets.Box([self.button])  # a VBox makes its own children as wide as it is
            self.button.on_click(lambda _: self._show())
            self.said, self.seen = widgets.HTML(), widgets.HTML()
            self.seen.add_class("tfl-seen")
            title = widgets.HTML(f"<strong>{_ASKS}</strong>")
            super().__init__([title, self.box, row, self.said, self.seen])
            self._show()

    return LiveMessageExplorer
