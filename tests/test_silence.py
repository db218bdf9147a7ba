"""Noise of C code stays off the page; whatever Python has to say comes through."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
import textwrap
import threading

import pytest

from tfl_helpers import quiet
from tfl_helpers.setup.lessons import ROOT

START = "import os, sys, logging; from tfl_helpers import quiet\n"


def run(code: str, *options: str, **environment: str) -> tuple[str, str, int]:
    """Stdout, stderr and exit code of a new Python, where sys.stderr is descriptor 2."""
    ran = subprocess.run(
        [sys.executable, *options, "-c", START + textwrap.dedent(code)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
    )
    return ran.stdout, ran.stderr, ran.returncode


def log(text: str) -> None:
    """Write as C++ code does."""
    os.write(2, f"{text}\n".encode(errors="surrogateescape"))


def fail(*lines: str) -> None:
    """Log some lines, then raise, as a conversion does."""
    for line in lines:
        log(line)
    raise ValueError("no such op")


def test_c_code_is_silent_inside_and_heard_outside(capfd: pytest.CaptureFixture[str]) -> None:
    log("before")
    with quiet():
        log("inside")
    log("after")

    assert capfd.readouterr().err == "before\nafter\n"


def test_standard_output_is_left_alone(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet():
        os.write(1, b"from C\n")
        print("from Python", flush=True)

    assert capfd.readouterr().out == "from C\nfrom Python\n"


def test_prints_to_stderr_come_through_in_order() -> None:
    code = """
    print("before", file=sys.stderr)
    with quiet():
        os.write(2, b"from C\\n")
        print("inside", file=sys.stderr)
        sys.stderr.write("no line end")
    print(" after", file=sys.stderr)
    """
    assert run(code) == ("", "before\ninside\nno line end after\n", 0)


def test_prints_keep_encoding_and_what_cannot_be_encoded() -> None:
    code = 'with quiet(): print("✓ é", file=sys.stderr)'

    assert run(code, PYTHONIOENCODING="utf-8")[1] == "✓ é\n"
    assert run(code, PYTHONIOENCODING="ascii")[1] == "\\u2713 \\xe9\n"


def test_warnings_and_tracebacks_of_python_come_through() -> None:
    code = """
    import warnings
    with quiet():
        warnings.warn("beware")
        logging.getLogger("learner").warning("mine")
        raise KeyError("scale")
    """
    out, err, exit_code = run(code)

    assert (out, exit_code) == ("", 1)
    assert "UserWarning: beware" in err
    assert "\nmine\n" in err
    assert err.endswith("KeyError: 'scale'\n")


def test_an_error_passes_with_the_lines_that_were_kept(capfd: pytest.CaptureFixture[str]) -> None:
    lines = [f"error: op {number} of the model" for number in range(30)]
    with pytest.raises(ValueError, match="no such op") as caught, quiet():
        fail(*lines)

    (note,) = caught.value.__notes__
    assert note.splitlines() == ["Log lines kept off the page:", *lines[10:]]
    assert caught.value.__context__ is None
    assert capfd.readouterr().err == ""


def test_an_error_without_log_lines_has_no_note() -> None:
    with pytest.raises(ValueError, match="no such op") as caught, quiet():
        fail()

    assert not hasattr(caught.value, "__notes__")


def test_bytes_that_are_no_text_do_not_hide_the_error() -> None:
    with pytest.raises(ValueError, match="no such op") as caught, quiet():
        fail("\udcff")

    assert "�" in caught.value.__notes__[0]


def test_an_interrupt_passes_and_restores(capfd: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(KeyboardInterrupt), quiet():
        raise KeyboardInterrupt
    log("after")

    assert capfd.readouterr().err == "after\n"


def test_blocks_can_be_nested(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet():
        with quiet():
            log("inner")
        log("between")
    log("after")

    assert capfd.readouterr().err == "after\n"
    code = """
    with quiet():
        with quiet():
            print("inner", file=sys.stderr)
        print("between", file=sys.stderr)
        os.write(2, b"from C")
    print("after", file=sys.stderr)
    """
    assert run(code)[1] == "inner\nbetween\nafter\n"


def test_an_error_of_an_inner_block_is_noted_once() -> None:
    with pytest.raises(ValueError, match="no such op") as caught, quiet(), quiet():
        fail("from C")

    assert len(caught.value.__notes__) == 1


def test_blocks_that_overlap_put_back_what_was_there() -> None:
    code = """
    first, second = quiet(), quiet()
    first.__enter__()
    second.__enter__()
    os.write(2, b"from C")
    first.__exit__(None, None, None)
    os.write(2, b"from C")
    second.__exit__(None, None, None)
    os.write(2, b"heard\\n")
    print("printed", sys.stderr is sys.__stderr__, file=sys.stderr)
    """
    assert run(code) == ("", "heard\nprinted True\n", 0)


def test_a_child_process_is_silenced_too() -> None:
    code = """
    import subprocess
    with quiet():
        subprocess.run([sys.executable, "-c", "import os; os.write(2, b'log'); print('out')"])
    """
    assert run(code) == ("out\n", "", 0)


def test_a_hundred_blocks_leave_no_descriptor_open() -> None:
    code = """
    def lowest():
        copy = os.dup(0)
        os.close(copy)
        return copy
    before = lowest()
    for _ in range(100):
        with quiet():
            pass
    print(lowest() - before, sys.stderr is sys.__stderr__)
    """
    assert run(code, "-W", "error") == ("0 True\n", "", 0)


def test_log_levels_are_as_before() -> None:
    logger = logging.getLogger("tensorflow")
    before = logger.level
    try:
        logger.setLevel(logging.INFO)
        with quiet():
            assert logger.level == logging.ERROR
            with quiet():
                assert logger.level == logging.ERROR
            assert logger.level == logging.ERROR
        assert logger.level == logging.INFO
        with contextlib.suppress(ValueError), quiet():
            raise ValueError
        assert logger.level == logging.INFO
    finally:
        logger.setLevel(before)


def test_a_replaced_stderr_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    page = io.StringIO()  # as in Jupyter: no descriptor behind it
    monkeypatch.setattr(sys, "stderr", page)
    with quiet():
        assert sys.stderr is page
        print("to the page", file=sys.stderr)
        log("from C")

    assert page.getvalue() == "to the page\n"
    assert capfd.readouterr().err == ""


def test_a_stderr_that_the_block_puts_in_place_stays() -> None:
    code = """
    import io
    with quiet():
        sys.stderr = page = io.StringIO()
    print("kept", file=sys.stderr)
    assert page.getvalue() == "kept\\n"
    sys.stderr = sys.__stderr__
    print("back", file=sys.stderr)
    """
    assert run(code) == ("", "back\n", 0)


def test_without_stderr_nothing_happens() -> None:
    code = """
    sys.stderr = None
    with quiet():
        os.write(2, b"from C")
    print("done")
    """
    assert run(code) == ("done\n", "", 0)


@pytest.mark.parametrize("closed", ["os.close(2)", "os.close(0); os.close(2)"])
def test_a_closed_descriptor_is_no_error(closed: str) -> None:
    code = f"""
    {closed}
    with quiet():
        pass
    try:
        with quiet():
            1 / 0
    except ZeroDivisionError as error:
        print(error, error.__context__)
    try:
        os.fstat(2)
    except OSError:
        print("still closed")
    """
    assert run(code) == ("division by zero None\nstill closed\n", "", 0)


def test_a_handler_made_inside_speaks_afterwards() -> None:
    code = """
    logger = logging.getLogger("made inside")
    with quiet():
        logger.addHandler(logging.StreamHandler())
        logger.warning("one")
    logger.warning("two")
    with quiet():
        pass
    logger.warning("three")
    """
    assert run(code) == ("", "one\ntwo\nthree\n", 0)


def test_other_threads_can_print_meanwhile() -> None:
    written = []

    def write() -> None:
        for _ in range(50):
            print("x", end="", file=sys.stderr)
        written.append(True)

    thread = threading.Thread(target=write)
    thread.start()
    for _ in range(20):
        with quiet():
            pass
    thread.join()
    assert written == [True]


@pytest.mark.slow
def test_the_import_of_tensorflow_is_silent_and_its_loggers_work_afterwards() -> None:
    code = """
    with quiet():
        import tensorflow as tf
    tf.constant(1.0) + 1.0
    from absl import logging as absl_logging
    print(type(absl_logging.get_absl_logger()).__name__)
    logging.root.handlers.clear()
    tf.get_logger().warning("retracing")
    """
    out, err, exit_code = run(code)

    assert (out, exit_code) == ("ABSLLogger\n", 0)
    assert err == "WARNING:tensorflow:retracing\n"
