"""A question's options in, a row of buttons out, with a static twin. Knows nothing of TensorFlow.

Plain Buttons, for JupyterLab takes the arrow keys away from Dropdown and RadioButtons
(ipywidgets issue 3912).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

from .records import InputError, choices_html, kind, showable, status_html


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
        came = kind(options)
        raise InputError(
            f"Expected a list of two or more options, got {came}. Write predict([1, 2, 3])."
        )
    texts = list(map(_text, options))
    if len(set(texts)) < len(texts):
        raise InputError(
            f"Expected options that differ, got {', '.join(texts)}. Write each one once."
        )
    return _widget_class()(tuple(options))


def _text(option: Any) -> str:
    """What stands on the button: never nothing, and no address, which differs in every run."""
    text = re.sub(r" at 0x[0-9a-f]+", "", str(option)).strip()
    return showable(text or repr(option))


@functools.cache
def _widget_class() -> type:
    import ipywidgets as widgets

    class Prediction(widgets.VBox):
        """Buttons, and a line that says which one was pressed; `choice` is None before."""

        def __init__(self, options: tuple[Any, ...]) -> None:
            # By text: 1, True and 1.0 are one key to Python.
            self.options, self.choice = dict(zip(map(_text, options), options, strict=True)), None
            self.said = widgets.HTML(status_html("Press one, then run the next cell."))
            wide = widgets.Layout(width="auto")
            self.buttons = tuple(widgets.Button(description=t, layout=wide) for t in self.options)
            for button in self.buttons:
                button.on_click(lambda pressed: self.choose(pressed.description))
            super().__init__([widgets.Box(self.buttons), self.said])

        def choose(self, option: Any) -> None:
            """Take `option` as the prediction, as a press on its button does."""
            text = _text(option)
            if text not in self.options:
                first = next(iter(self.options.values()))
                raise InputError(
                    f"Expected one of {', '.join(self.options)}, got {text}. "
                    f"Write choose({first!r})."
                )
            self.choice = self.options[text]
            for button in self.buttons:
                pressed = button.description == text
                button.button_style, button.icon = ("info", "check") if pressed else ("", "")
            self.said.value = status_html(f"You say: {text}. Now run the next cell.")

        def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
            bundle = super()._repr_mimebundle_(**kwargs)
            # Without a kernel the view of a widget is blank: words and a list stand beside it.
            live = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
            words = "Your prediction: " + "  |  ".join(self.options)
            twin = choices_html("Your prediction:", list(self.options))
            return {**live, "text/plain": words, "text/html": twin}

    return Prediction
