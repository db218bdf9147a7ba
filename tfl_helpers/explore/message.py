"""An error message in, a box to paste messages into and what they mean out. Runs nothing."""

from __future__ import annotations

from ..look.messages import Cause, find_cause
from ..records import InputError, Table, kind
from ..words import later, say
from .panel import Answer, Explorer, explorer

_ASKS = later("Paste an error message, then press the button.")
# For a message that nobody has listed: what it looks like, and where to begin.
_TREE = (
    (
        later("says `in user code:`"),
        "tf.function",
        later("its last line, and the last line of yours above"),
    ),
    (
        later("says `Binding inputs`"),
        later("concrete function"),
        later("the argument beside the signature"),
    ),
    (
        later("comes while loading, or from what was loaded"),
        "SavedModel",
        later("what was saved, not how"),
    ),
    (later("is a `ConverterError`"), ".tflite", later("the op in quotes, `'tf.Name' op`")),
    (later("names a tensor, node or kernel by number"), later("device"), "`get_input_details()`"),
    (
        later("there is none, the numbers are wrong"),
        later("anywhere"),
        later("the first station that differs"),
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
            "Expected the text of a message, got {kind}. Write explore_message(str(error)).",
            kind=kind(text),
        )
    panel = explorer(_Messages(), field=say("message"), lines=4)
    panel.search(text)
    return panel


class _Messages:
    """What stands in the box of one panel."""

    text = ""

    def __init__(self) -> None:
        self.labels = (say("what does it mean"),)

    def heading(self) -> str:
        return say(_ASKS)

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
            station = say(cause.station)
            made = say("The mistake was made at {station}. {tip}", station=station, tip=cause.tip)
            return made, (_meaning(cause),)
        if not self.text.strip():
            return say(_ASKS), (_tree(),)
        return say("I do not know this message: compare it with these."), (_tree(),)


def _tree() -> Table:
    heads = (say("the message"), say("begin at"), say("look first at"))
    rows = tuple(tuple(say(cell) for cell in row) for row in _TREE)
    return Table(say("Which of these is it like?"), heads, rows)


def _meaning(cause: Cause) -> Table:
    rows = (
        (say("likely cause"), cause.cause),
        (say("what to do"), cause.cure),
        (say("taught in"), say("lesson {number}", number=cause.lesson)),
    )
    heads = (say("mistake made at"), say(cause.station))
    return Table(say("What the message means"), heads, rows)
