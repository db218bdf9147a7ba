"""Labels and someone who answers in, a panel of buttons out. Knows nothing of TensorFlow.

Plain Buttons, reached with Tab and pressed with Enter or Space (see `ask`), and a twin for a
notebook without a kernel.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..progress import show_live
from ..records import (
    InputError,
    Table,
    choices_html,
    code_html,
    kind,
    live_view,
    showable,
    status_html,
)
from ..words import say

# Tables inside a widget get none of the room that JupyterLab gives to those of an output.
ROOM = "<style>.tfl-seen td, .tfl-seen th { padding: 2px 18px 2px 0; line-height: 1.5 }</style>"


@dataclass(frozen=True)
class Answer:
    """What a press brings: one line that is announced, and HTML to look at."""

    said: str
    seen: str = ""


class Explored(Protocol):
    """Who answers: `labels` are the buttons; a sentence with `backticks` is the heading."""

    labels: tuple[str, ...]

    def heading(self) -> str:
        """What a press does."""

    def answer(self, number: int) -> Answer:
        """Do what button `number` stands for."""

    def restart(self) -> Answer:
        """Forget the presses so far; also what is seen at first."""

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        """How things stand, for a page without a kernel: a sentence and tables."""


class Explorer:
    """Buttons, a line that says what the last press did, and what it looks like."""

    explored: Explored

    def press(self, label: str) -> None:
        """Do what a press on the button with this label does."""
        labels = self.explored.labels
        if label not in labels:
            known = {"labels": ", ".join(labels), "label": label, "first": repr(labels[0])}
            raise InputError(
                "Expected one of {labels}, got {label}. Write press({first}).", **known
            )
        number = labels.index(label)
        self._show(self.explored.answer(number), number)

    def search(self, text: str) -> None:
        """Do what Enter after this text in the field does."""
        self.field.value = text

    def restart(self) -> None:
        """Do what a press on `start again` does."""
        if self.field is not None:
            self.field.value = ""
        self._show(self.explored.restart())

    def _show(self, answer: Answer, pressed: int | None = None) -> None:
        for number, button in enumerate(self.buttons):
            button.button_style = "info" if number == pressed else ""
        self.said.value = status_html(answer.said)
        self.seen.value = ROOM + answer.seen if answer.seen else ""

    _ipython_display_ = None  # with which ipywidgets 7 shows the view alone

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        sentence, tables = self.explored.twin()
        labels = self.explored.labels
        lines = [sentence.replace("`", ""), "  " + "  |  ".join(labels)]
        text = "\n".join([*lines, *(table.text() for table in tables)])
        shown = choices_html(code_html(sentence), labels) + "".join(t.html() for t in tables)
        return {**live_view(self), "text/plain": showable(text), "text/html": shown}


def explorer(explored: Explored, field: str = "", lines: int = 1) -> Explorer:
    """The live panel of `explored`; with a text field called `field` if it has a `search`."""
    return _widget_class()(explored, field, lines)


def labelled(arguments: Any, text: Callable[[Any], str]) -> dict[str, Any]:
    """What there is to choose from, by label: a dict as it is, a list by the text of each."""
    if not isinstance(arguments, dict | list) or not arguments:
        raise InputError(
            "Expected a list of arguments, or a dict of them by label, got {kind}. "
            "Write {{'two': 2, 'a tensor': tf.constant(2)}}.",
            kind=kind(arguments),
        )
    named = isinstance(arguments, dict)
    labels = list(map(str if named else text, arguments))
    if len(set(labels)) < len(labels):
        raise InputError(
            "Expected labels that differ, got {labels}. "
            "Write a dict, {{'my label': argument}}, in place of the {kind}.",
            labels=", ".join(labels),
            kind=type(arguments).__name__,
        )
    return dict(zip(labels, arguments.values() if named else arguments, strict=True))


@functools.cache
def _widget_class() -> type:
    import ipywidgets as widgets

    class LiveExplorer(Explorer, widgets.VBox):
        """An explorer that JupyterLab shows live."""

        def __init__(self, explored: Explored, field: str, lines: int) -> None:
            self.explored = explored
            wide = widgets.Layout(width="auto", margin="2px 6px 2px 0")
            self.buttons = [widgets.Button(description=d, layout=wide) for d in explored.labels]
            for button in self.buttons:
                button.on_click(lambda pressed: self.press(pressed.description))
            self.again = widgets.Button(description=say("start again"), icon="undo", layout=wide)
            self.again.style.button_color = "transparent"
            self.again.on_click(lambda _: self.restart())
            self.field = _text_field(field, lines, explored, self._show) if field else None
            self.said, self.seen = widgets.HTML(), widgets.HTML()
            self.seen.add_class("tfl-seen")
            asking = [*self.buttons, self.again]
            if field:  # of several lines, it stands above its button
                asking.insert(0 if lines > 1 else len(asking), self.field)
            row = widgets.Box(asking, layout={"flex_flow": "row wrap", "grid_gap": "4px 0"})
            title = widgets.HTML(f"<strong>{code_html(explored.heading())}</strong>")
            super().__init__([title, row, self.said, self.seen])
            self._show(explored.restart())
            show_live(self)

    return LiveExplorer


def _text_field(name: str, lines: int, explored: Any, show: Callable[[Answer], None]) -> Any:
    """A field that answers to Enter: with each key, a screen reader would never be done.

    One of several lines answers when it is left: a quick press would overtake the last letters.
    """
    import ipywidgets as widgets

    field = widgets.Textarea(rows=lines, layout={"width": "98%"}) if lines > 1 else widgets.Text()
    field.description, field.continuous_update = name, False
    field.style.description_width = "initial"
    field.observe(lambda change: show(explored.search(change.new)), "value")
    return field
