"""An error message in, a box to paste messages into and what they mean out. Runs nothing."""

from __future__ import annotations

from ..look.messages import Cause, find_cause
from ..records import InputError, Table, kind
from .panel import Answer, Explorer, explorer

_ASKS = "Paste an error message, then press the button."
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


def explore_message(text: str = "") -> Explorer:
    """A box for an error message: where the mistake was made, and what to do.

    Args:
        text: A message to begin with, for example `str(error)`, or a whole traceback.

    Raises:
        InputError: `text` is no text.

    Example:
        >>> tfl.explore_message("'SymbolicTensor' object has no attribute 'numpy'")
    """
    if not isinstance(text, str):
        raise InputError(
            f"Expected the text of a message, got {kind(text)}. Write explore_message(str(error))."
        )
    panel = explorer(_Messages(), field="message", lines=4)
    panel.search(text)
    return panel


class _Messages:
    """What stands in the box of one panel."""

    labels = ("what does it mean",)
    text = ""

    def heading(self) -> str:
        return _ASKS

    def search(self, text: str) -> Answer:
        """Explain another message."""
        self.text = text
        return self.answer(0)

    def answer(self, number: int) -> Answer:
        sentence, tables = self.twin()
        seen = "".join(table.html() for table in tables if self.text.strip())
        return Answer(sentence.replace("`", ""), seen)

    def restart(self) -> Answer:
        self.text = ""
        return self.answer(0)

    def twin(self) -> tuple[str, tuple[Table, ...]]:
        if cause := find_cause(self.text):
            return f"The mistake was made at {cause.station}. {cause.tip}", (_meaning(cause),)
        unknown = "I do not know this message: compare it with these."
        return unknown if self.text.strip() else _ASKS, (_TREE,)


def _meaning(cause: Cause) -> Table:
    rows = (
        ("likely cause", cause.cause),
        ("what to do", cause.cure),
        ("taught in", f"lesson {cause.lesson}"),
    )
    return Table("What the message means", ("mistake made at", cause.station), rows)
