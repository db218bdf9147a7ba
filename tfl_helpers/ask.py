"""A question's options in, a row of buttons out, with a static twin. Knows nothing of TensorFlow.

Plain Buttons, for JupyterLab takes the arrow keys away from Dropdown and RadioButtons
(ipywidgets issue 3912).
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from .progress import record_prediction, running_cell, show_live, told_in_lesson
from .records import InputError, choices_html, kind, live_view, showable, status_html
from .words import later, say


@dataclass(frozen=True)
class Outcome:
    """What it is, beside what was said before: None where nothing was."""

    said: str | None
    actual: str
    words: str

    def __str__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        line = status_html(self.words)
        if self.said is not None:  # an answer stands apart from what the cell has printed
            line = f'<div style="padding:6px 5px">{line}</div>'
        return {"text/plain": self.words, "text/html": line}


def predict(options: Sequence[Any]) -> Any:
    """Ask for a prediction before the next cell shows the answer.

    Args:
        options: What can be predicted; each becomes a button with its text.

    Returns:
        A widget whose `choice` is the option pressed last, None before. It can be changed until
        the next cell has run; `compare(actual)` then says what was said and what it is. Without a
        kernel, in a saved notebook or an HTML page, the options stay readable as a list.

    Raises:
        InputError: Fewer than two options, two that read the same, or a single string.

    Example:
        >>> guess = tfl.predict([1, 2, 3])
        >>> guess
        >>> guess.compare(path_length.experimental_get_tracing_count())
    """
    if isinstance(options, str | bytes) or not isinstance(options, Sequence) or len(options) < 2:
        raise InputError(
            "Expected a list of two or more options, got {came}. Write predict([1, 2, 3]).",
            came=kind(options),
        )
    texts = list(map(_text, options))
    if len(set(texts)) < len(texts):
        raise InputError(
            "Expected options that differ, got {options}. Write each one once.",
            options=", ".join(texts),
        )
    return _widget_class()(tuple(options))


def _text(option: Any) -> str:
    """What stands on the button: never nothing, and no address, which differs in every run."""
    text = re.sub(r" at 0x[0-9a-f]+", "", str(option)).strip()
    return showable(text or repr(option))


def _words(said: str | None, actual: Any, options: dict[str, Any]) -> str:
    def quoted(option: Any) -> str:
        text = _text(option)
        return say("“{text}”", text=text) if isinstance(option, str) else text

    known, it_is = _text(actual) in options, {"actual": quoted(actual)}
    if said is None and known:
        return say("It is {actual}.", **it_is)
    if said is None:
        return say("It is {actual}, which was not among the options.", **it_is)
    it_is["said"] = quoted(options[said])
    if said == _text(actual):
        return say("You said {said}, and it is {actual}.", **it_is)
    if known:
        return say("You said {said}, it is {actual}.", **it_is)
    return say("You said {said}, it is {actual}, which was not among the options.", **it_is)


def _after_next_cell(act: Callable[[], None]) -> None:
    """Do it when the cell after the running one has run; never where there is no notebook."""
    ipython: Any = sys.modules.get("IPython")
    events = getattr(ipython and ipython.get_ipython(), "events", None)
    if events is None:
        return
    left = [act, lambda: None]  # the running cell ends first

    def end(result: Any) -> None:
        left.pop()()
        if not left:
            events.unregister("post_run_cell", end)

    events.register("post_run_cell", end)


class _Asked:
    """What a prediction does whatever its buttons are: it is said, it stands, it is compared."""

    options: dict[str, Any]
    buttons: tuple[Any, ...]
    said: Any  # a line of HTML
    choice: Any = None
    _said: str | None = None  # the text of the choice: an option may be None, too
    _closed = False
    _cell = ""
    _latest: ClassVar[dict[str, _Asked]] = {}  # by cell

    def choose(self, option: Any) -> None:
        """Take `option` as the prediction, as a press on its button does."""
        text = _text(option)
        if text not in self.options:
            first = next(iter(self.options.values()))
            raise InputError(
                "Expected one of {options}, got {text}. Write choose({first!r}).",
                options=", ".join(self.options),
                text=text,
                first=first,
            )
        if self._closed:
            raise InputError(
                "Expected a prediction before the next cell has run, got one after it. "
                "Run the cell with predict again to say something else."
            )
        self.choice, self._said = self.options[text], text
        for button in self.buttons:
            pressed = button.description == text
            button.button_style, button.icon = ("info", "check") if pressed else ("", "")
        self.said.value = status_html(say("You say: {text}. Now go on.", text=text))

    def compare(self, actual: Any) -> Outcome:
        """What was said beside `actual`, what it is; from now on the prediction stands."""
        # Each lesson calls all its predictions by one name, and cells run in any order.
        asked, stored = told_in_lesson(self._cell[:2], running_cell())
        if asked not in ("", self._cell):
            raise InputError(
                "Expected the prediction that this cell is about, got another one. "
                "Run the cell with predict that stands before this cell, then this cell again."
            )
        self._close()
        words, outcome = _words(self._said, actual, self.options), _text(actual)
        due = [one for one in self.options.values() if stored == _words(None, one, self.options)]
        if due and outcome != _text(*due):
            other = later(
                "{words} In the lesson as it is stored: {stored} Either something was changed, or "
                "cells ran in another order: run those above in order, then this one."
            )
            words = say(other, words=words, stored=stored)
        elif self._said is not None:
            note = record_prediction(self._cell, self._said, outcome)
            words = say("{words} {note}", words=words, note=note) if note else words
        return Outcome(self._said, outcome, words)

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            for button in self.buttons:
                button.disabled = True
            said = say("nothing") if self._said is None else self._said
            words = say("You said: {said}. The outcome is below.", said=said)
            self.said.value = status_html(words)


@functools.cache
def _widget_class() -> type:
    import ipywidgets as widgets

    class Prediction(_Asked, widgets.VBox):
        """Buttons, and a line that says which one was pressed; `choice` is None before."""

        def __init__(self, options: tuple[Any, ...]) -> None:
            # By text: 1, True and 1.0 are one key to Python.
            self.options = dict(zip(map(_text, options), options, strict=True))
            self.said = widgets.HTML(status_html(say("Press one, then go on.")))
            wide = widgets.Layout(width="auto")
            self.buttons = tuple(widgets.Button(description=t, layout=wide) for t in self.options)
            for button in self.buttons:
                button.on_click(lambda pressed: self.choose(pressed.description))
            super().__init__([widgets.Box(self.buttons), self.said])
            self._cell = running_cell()
            # A press makes this cell the active one in JupyterLab: the Shift+Enter meant for the
            # next cell runs this one again, and what was said outlives that.
            before = self._latest.get(self._cell) if self._cell else None
            if before and not before._closed and before._said in self.options:
                self.choose(before.choice)
            self._latest[self._cell] = self
            show_live(self)
            _after_next_cell(self._close)

        _ipython_display_ = None  # with which ipywidgets 7 shows the view alone

        def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
            # Without a kernel the view of a widget is blank: words and a list stand beside it.
            words = say("Your prediction: {options}", options="  |  ".join(self.options))
            twin = choices_html(say("Your prediction:"), list(self.options))
            return {**live_view(self), "text/plain": words, "text/html": twin}

    return Prediction
