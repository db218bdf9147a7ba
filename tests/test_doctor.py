"""The doctor: each thing wrong with its words and its command, and a machine that is well."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tfl_helpers.setup import doctor
from tfl_helpers.setup.doctor import Check, Outcome, Report

WELL = Outcome(0, "9.0 9.0")


def test_report_says_what_to_do_for_each_thing_wrong():
    memory = Check("Memory", "0.3 GB free", "a lesson needs 1.5 GB", "jupyter server stop")
    report = Report((Check("Python", "supported"), memory))
    assert report.wrong == (memory,)
    assert str(report) == (
        "✗ This machine is not ready yet\n"
        "  check   found        verdict\n"
        "  Python  supported    ✓ ok\n"
        "  Memory  0.3 GB free  ✗ wrong\n"
        "What to do, from the top\n"
        "  check   cause                  run this\n"
        "  Memory  a lesson needs 1.5 GB  jupyter server stop"
    )


def test_python_version():
    assert not doctor.check_version((3, 13)).cause
    check = doctor.check_version((3, 14))
    assert check.found == "3.14"
    assert check.cause == "TensorFlow has wheels for Python 3.11, 3.12 and 3.13"


def test_packages_as_pinned_are_one_row():
    pins = {"numpy": {"2.4.6", "2.5.5"}, "tensorflow": {"2.21.0"}}
    (check,) = doctor.check_packages(pins, {"numpy": "2.5.5", "tensorflow": "2.21.0"})
    assert check == Check("Packages", "2 with the versions of requirements.txt")


def test_each_other_package_is_a_row():
    pins = {"numpy": {"2.4.6", "2.5.5"}, "pillow": {"13"}, "tensorflow": {"2.21.0"}}
    numpy, pillow = doctor.check_packages(pins, {"numpy": "1.26", "tensorflow": "2.21.0"})
    assert (numpy.asked, numpy.found) == ("numpy", "1.26")
    assert numpy.cause == "requirements.txt has 2.4.6 or 2.5.5"
    assert "-m pip install --require-hashes -r " in numpy.command
    assert (pillow.asked, pillow.found) == ("pillow", "missing")


@pytest.mark.parametrize(
    ("outcome", "found", "cause", "command"),
    [
        (Outcome(0, "9.0 8.5"), "9.0 8.5", "both should say 9.0", "--force-reinstall"),
        (Outcome(1, "", "ImportError: gone"), "ImportError: gone", "damaged", "--force-reinstall"),
        (Outcome(-4), "exit code -4", "lacks the AVX", "lscpu"),
        (Outcome(-9), "exit code -9", "want of memory", "jupyter server stop"),
        (Outcome(None), "no answer in 180 seconds", "too much else", "tfl_helpers doctor"),
        (Outcome(1, "", "ImportError: DLL load failed"), "DLL", "Visual C++", "winget install"),
    ],
)
def test_tensorflow_or_litert_is_broken(outcome: Outcome, found: str, cause: str, command: str):
    check = doctor.check_road(outcome)
    assert found in check.found
    assert cause in check.cause
    assert command in check.command


def test_kernel_of_another_python():
    check = doctor.check_kernel(Outcome(0, "/other"), "/this")
    assert check.found == "/other"
    assert check.cause == "it should run in /this"
    assert check.command.endswith("-m ipykernel install --sys-prefix")


def test_kernel_that_does_not_know_the_clone():
    error = "ModuleNotFoundError: No module named 'tfl_helpers'"
    check = doctor.check_kernel(Outcome(1, "", error), sys.prefix)
    assert check.cause == "the kernel does not know this clone"
    assert "pip install --no-deps -e " in check.command


def test_room_that_is_enough_or_unknown():
    for free_gb in (None, 0.5):
        check = doctor.check_room("Disk", free_gb, 0.5, "copies", "x")
        assert check == Check("Disk", "no shortage found")


def test_little_memory_and_a_full_disk_have_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "free_memory_gb", lambda: 0.25)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: SimpleNamespace(free=0.1e9))
    monkeypatch.setattr(doctor, "try_road", lambda: WELL)
    monkeypatch.setattr(doctor, "try_kernel", lambda: Outcome(0, sys.prefix))
    memory, disk = doctor.examine().wrong
    assert (memory.found, memory.cause) == ("0.2 GB free", "a lesson and its kernel need 1.5 GB")
    assert memory.command.endswith("-m jupyter server stop")
    assert (disk.found, disk.cause) == ("0.1 GB free", "models and copies of lessons need 0.5 GB")
    assert disk.command.endswith("-m uv cache clean")


def test_crash_and_hang_are_findings():
    assert doctor.run_program("import os; os.abort()").code not in (0, None)
    assert doctor.run_program("import time; time.sleep(60)", 0.2) == Outcome(None)
    assert doctor.run_program("print('\\x1b[31mred\\x1b[0m')").line == "red"
    assert doctor.run_program("1 / 0").error == "ZeroDivisionError: division by zero"


def test_versions_of_what_is_installed_only():
    assert list(doctor.installed_versions(["pytest", "no-such-package"])) == ["pytest"]


def test_free_memory_is_a_size_or_unknown():
    free_gb = doctor.free_memory_gb()
    assert free_gb is None or 0 < free_gb < 10_000


@pytest.mark.slow
def test_this_machine_is_well_in_words_that_fit_any_machine():
    report = doctor.examine()
    assert report.wrong == ()
    assert len(report.tables()) == 1
    assert str(report).startswith("✓ This machine is ready for the course\n")
    for private in (str(Path.home()), sys.prefix, str(doctor.ROOT), "GB", ":"):
        assert private not in str(report)
    assert str(report).count("✓ ok") == len(report.checks) == 6


def test_a_process_that_has_tensorflow_is_asked_itself():
    import tensorflow  # noqa: F401

    assert doctor.try_road() == WELL
    assert doctor.check_road(WELL).found == "agree that 3.0 squared is 9.0"


def test_a_process_without_tensorflow_asks_another():
    code = "import sys; from tfl_helpers.setup import doctor; o = doctor.try_road()"
    code += "; print(o.code, o.line, 'tensorflow' in sys.modules)"
    assert doctor.run_program(code).line == "0 9.0 9.0 False"
