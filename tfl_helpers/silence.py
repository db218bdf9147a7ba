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
from collections.abc import Iterator
from typing import Any

_LOGGERS = ("tensorflow", "absl")
# Without this the first op on a machine with no GPU logs an error, long after the import
# (TensorFlow 2.21, cuda_platform.cc). Python errors and fatal C++ errors still come through.
_LOG_LEVEL = {"TF_CPP_MIN_LOG_LEVEL": "3"}
_NOTE_LINES = 20


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence log lines of C++ code and of TensorFlow's own loggers inside the block.

    Python errors pass through as they are. The lines that were kept off the page are attached
    to such an error as a note, for the cause of a failed conversion may stand in them.

    Example:
        >>> with tfl.quiet():
        ...     import tensorflow as tf
    """
    for name, value in _LOG_LEVEL.items():
        os.environ.setdefault(name, value)
    loggers = [logging.getLogger(name) for name in _LOGGERS if _may_name(name)]
    levels = [logger.level for logger in loggers]
    with tempfile.TemporaryFile() as kept, _stderr_into(kept.fileno()):
        try:
            for logger in loggers:
                logger.setLevel(logging.ERROR)
            yield
        except Exception as error:
            _attach(error, kept)
            raise
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


@contextlib.contextmanager
def _stderr_into(target: int) -> Iterator[None]:
    """Send file descriptor 2 to `target`, but leave Python's own sys.stderr where it was."""
    before = _copy_of_descriptor_2()
    if before is None:
        yield
        return
    python_stderr, stand_in = sys.stderr, None
    if _writes_to_descriptor_2(python_stderr):
        python_stderr.flush()
        stand_in = _StandIn(python_stderr, os.dup(before))
        sys.stderr = stand_in  # type: ignore[assignment]
    os.dup2(target, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        if stand_in:
            stand_in.retire()


def _may_name(logger: str) -> bool:
    """False for absl before its import: it must make its logger itself, of its own class."""
    return logger != "absl" or logger in logging.root.manager.loggerDict


def _copy_of_descriptor_2() -> int | None:
    try:
        return os.dup(2)
    except OSError:  # closed, as under some services: nobody hears anything anyhow
        return None


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


def _attach(error: Exception, kept: io.BufferedRandom) -> None:
    kept.seek(0)
    lines = kept.read().decode(errors="replace").splitlines()[-_NOTE_LINES:]
    if lines:
        error.add_note("Log lines kept off the page:\n" + "\n".join(lines))
