"""Noise in, silence out: keeps log lines of TensorFlow and LiteRT off the page. Loses no error.

No environment variable silences `import tensorflow` on Linux (TensorFlow 2.21), so the file
descriptor of stderr itself is turned away for as long as the block runs.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Any

_NOTE_LINES = 20
# One file for all blocks: those of two threads or tasks may overlap, and if each put back what it
# found, the last one would leave stderr in the file of another.
_LOCK, _OPEN, _UNDO = threading.Lock(), list[IO[bytes]](), contextlib.ExitStack()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence log lines of C++ code and of TensorFlow's own loggers inside the block.

    Kept off the page: what is written to descriptor 2, as by C++ or a child process, and
    warnings of TensorFlow's loggers. All else passes: prints, Python's warnings, other loggers
    and errors as they are. The lines that were kept are attached to an error as a note, for the
    cause of a failed conversion may stand in them. What ends the process inside the block takes
    its last words along: leave `quiet` away to hear them.

    Example:
        >>> with tfl.quiet():
        ...     import tensorflow as tf
    """
    # Without this the first op on a machine with no GPU logs an error, long after the import
    # (TensorFlow 2.21, cuda_platform.cc). Python errors and fatal C++ errors still come through.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _LOCK:
        kept = _OPEN[0] if _OPEN else _turn_away()
        _OPEN.append(kept)
        start = os.fstat(kept.fileno()).st_size
    try:
        yield
    except Exception as error:
        with _LOCK:
            kept.seek(start)
            # Descriptor 2 writes where this has read to: all of it, so that it goes on at the end.
            lines = kept.read().decode(errors="replace").splitlines()[-_NOTE_LINES:]
        from .words import say  # only where it is needed: `quiet` is the first line of a lesson

        head = say("Log lines kept off the page:")
        noted = any(note.startswith(head) for note in getattr(error, "__notes__", ()))
        if lines and not noted:  # by a block inside this one
            error.add_note("\n".join([head, *lines]))
        raise
    finally:
        with _LOCK:
            _OPEN.pop()
            if not _OPEN:
                _UNDO.close()


def _turn_away() -> IO[bytes]:
    """Send descriptor 2 into a new file, and log only errors, until `_UNDO` is closed."""
    kept = _UNDO.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
    # absl must make its logger itself, of its own class: it is named only after that.
    for name in {"tensorflow", *logging.root.manager.loggerDict} & {"tensorflow", "absl"}:
        logger = logging.getLogger(name)
        _UNDO.callback(logger.setLevel, logger.level)
        logger.setLevel(logging.ERROR)
    try:
        before = os.dup(2)
    except OSError:  # closed, as under some services: nobody hears it anyhow
        return kept
    if _writes_to_descriptor_2(sys.stderr):  # Python's own sys.stderr goes on to where it went
        sys.stderr.flush()
        sys.stderr = stand_in = _StandIn(sys.stderr, os.dup(before))  # type: ignore[assignment]
        _UNDO.callback(stand_in.retire)
    _UNDO.callback(os.close, before)
    _UNDO.callback(os.dup2, before, 2)
    os.dup2(kept.fileno(), 2)
    return kept


class _StandIn:
    """sys.stderr for the time of the block.

    Log handlers that are made inside (`import tensorflow` makes two) keep it for good: so it is
    never closed, and from the end of the block on it writes to the true sys.stderr.
    """

    def __init__(self, true: io.TextIOWrapper, descriptor: int) -> None:
        self._true = true
        self._stream = open(descriptor, "w", 1, true.encoding, true.errors)  # noqa: SIM115

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def retire(self) -> None:
        """Give sys.stderr back, unless the block put another stream in its place."""
        aside, self._stream = self._stream, self._true
        aside.close()
        if sys.stderr is self:
            sys.stderr = self._true


def _writes_to_descriptor_2(stream: Any) -> bool:
    try:
        return isinstance(stream, io.TextIOWrapper) and stream.fileno() == 2
    except (OSError, ValueError):
        return False
