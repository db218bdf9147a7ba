"""A question's options in, a row of buttons out, with a static twin. Knows nothing of TensorFlow.

Plain Buttons, for JupyterLab takes the arrow keys away from Dropdown and RadioButtons
(ipywidgets issue 3912).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from .records import InputError, choices_html, kind, status_html


def predict(options: Sequence[Any]) -> Any:
    """Ask for a prediction before the next cell shows the answer.

    Args:
        options: What can be predicted; each becomes a button with its text.

    Returns:
        A widget whose `choice` is the option pressed last, None before. Without a kernel, in a
        saved notebook or an HTML page, the options stay readable as a list.

    Raises:
        InputError: Fewer than two options, two that read the same, or a single string.

    Example:
        >>> tfl.predict([1, 2, 3])
    """
    if isinstance(options, str | bytes) or not isinstance(options, Sequence) or len(options) < 2:
        raise InputError(
            f"predict needs a list of two or more options, got {kind(options)}. "
            "Write predict([1, 2, 3])."
        )
    if len(set(map(str, options))) < len(options):
        raise InputError(
            f"predict needs options that differ, got {', '.join(map(str, options))}. "
            "Write each one once."
        )
    return _widget_class()(tuple(options))


class Prediction:
    """Buttons, and a line that says which one was pressed; `choice` is None before."""

    options: tuple[Any, ...]
    choice: Any
    buttons: tuple[Any, ...]
    said: Any

    def choose(self, option: Any) -> None:
        """Take `option` as the prediction, as a press on its button does."""
        texts = [str(option) for option in self.options]
        if str(option) not in texts:
            raise InputError(
                f"choose needs one of {', '.join(texts)}, got {option}. "
                f"Write choose({self.options[0]!r})."
            )
        number = texts.index(str(option))
        self.choice = self.options[number]
        for i, button in enumerate(self.buttons):
            button.button_style = "info" if i == number else ""
            button.icon = "check" if i == number else ""
        self.said.value = status_html(f"You say: {option}. Now run the next cell.")

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        live = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        texts = list(map(str, self.options))
        words = "Your prediction: " + "  |  ".join(texts)
        return {**live, "text/plain": words, "text/html": choices_html("Your prediction:", texts)}


@functools.cache
def _widget_class() -> type:
    import ipywidgets as widgets

    class LivePrediction(Prediction, widgets.VBox):
        """A prediction that JupyterLab shows live."""

        def __init__(self, options: tuple[Any, ...]) -> None:
            self.options, self.choice = options, None
            self.said = widgets.HTML(status_html("Press one, then run the next cell."))
            wide = widgets.Layout(width="auto")
            self.buttons = tuple(widgets.Button(description=str(o), layout=wide) for o in options)
            for button, option in zip(self.buttons, options, strict=True):
                button.on_click(lambda _, option=option: self.choose(option))
            super().__init__([widgets.Box(self.buttons), self.said])

    return LivePrediction
