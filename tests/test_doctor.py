"""The doctor: each thing wrong with its words and its command, and a machine that is well."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tfl_helpers.setup import bootstrap, doctor, errors, machine
from tfl_helpers.setup.doctor import Check, Report
from tfl_helpers.setup.machine import Outcome

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


def test_commands_are_those_of_the_systems_own_shell(monkeypatch: pytest.MonkeyPatch):
    words = ["C:\\Users\\A B\\python.exe", "-m", "pip"]
    assert errors.typed(["/a b/python", "-m", "pip"]) == "'/a b/python' -m pip"
    monkeypatch.setattr(errors, "_POSIX", False)
    assert errors.typed(words) == '"C:\\Users\\A B\\python.exe" -m pip'


def test_a_console_without_check_marks_gets_the_words():
    program = "import tfl_helpers.__main__ as m; m._doctor = lambda o: print('✓ ok') or 0\n"
    program += "m.COMMANDS['doctor'] = (m._doctor, ''); m.main(['doctor'])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(doctor.ROOT)},
    )
    assert done.stdout == "? ok\n", done.stderr


def test_the_report_of_a_machine_is_japanese(japanese: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine, "has_browser", lambda: False)
    monkeypatch.setattr(machine, "has_japanese", lambda: False)
    monkeypatch.setattr(doctor, "is_fetched", lambda: False)
    monkeypatch.setattr(doctor, "find_npm", lambda: None)
    checks = [
        doctor.check_version((3, 14), {}),
        doctor.check_imports({"pillow": "OSError: 9"}),
        doctor.check_kernel(Outcome(0, "/other\tanswers"), "/this"),
        doctor.check_widgets(Outcome(0, "/this\t")),
        doctor.check_widgets(Outcome(1)),
        doctor.check_room("RAM", 0.3, 1.5, "LiteRT", "ls"),
        *(doctor.check_road(Outcome(code)) for code in (0, 1, None, -4, -9)),
        *(
            doctor.check_road(Outcome(1, error=error))
            for error in ("DLL load failed", "No module named 'tfl_helpers'")
        ),
        *doctor.what_is_optional(),
        doctor.check_version((3, 13), {}),
        doctor.check_imports({}),
        doctor.check_road(WELL),
        doctor.check_kernel(Outcome(0, "/this\tanswers"), "/this"),
        doctor.check_widgets(Outcome(0, "/this\tanswers")),
        doctor.check_room("RAM", None, 1.5, "LiteRT", "ls"),
        doctor.check_writing(),
    ]
    report = Report(tuple(checks), (("numpy", "1", "2"),), "2026-11-28")
    for check in checks:
        assert re.search("[ぁ-んァ-ヶ一-龠]", check.found + check.cause), check
        assert re.search("[ぁ-んァ-ヶ一-龠]", check.verdict), check
    told = [
        (table.caption, *table.heads, *(row[1] for row in table.rows)) for table in report.tables()
    ]
    words = set(re.findall("[A-Za-z]{2,}", re.sub("`.*?`", "", str(told))))
    names = "GB Python TensorFlow LiteRT AVX Windows Visual Jupyter JupyterLab js npm wheel import"
    theirs = "OSError DLL load failed No module named tfl helpers pillow other this"
    assert words <= set(f"{names} {theirs}".split())


def test_python_without_wheels_is_wrong_unless_it_has_tensorflow():
    assert not doctor.check_version((3, 13), {}).cause
    assert not doctor.check_version((3, 14), {"tensorflow": "2.23"}).cause
    check = doctor.check_version((3, 14), {})
    assert check.found == "3.14"
    assert check.cause == "TensorFlow has wheels for Python 3.11, 3.12 and 3.13"


def test_other_versions_are_named_and_not_wrong():
    pins = {"numpy": ["2.4.6", "2.5.5"], "tensorflow": ["2.21.0"], "uv": ["1"]}
    others = doctor.other_versions(pins, {"numpy": "2.1.3", "tensorflow": "2.21.0"})
    assert others == (("numpy", "2.1.3", "2.4.6 or 2.5.5"),)
    report = Report((Check("Python", "supported"),), others, "2026-11-28")
    assert report.wrong == ()
    assert str(report).endswith(
        "Other than proven on 2026-11-28: sizes and wording may differ, no more\n"
        "  package  here   proven\n"
        "  numpy    2.1.3  2.4.6 or 2.5.5"
    )


def test_repair_changes_no_other_package_and_no_version(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor.sys, "prefix", "/elsewhere")
    again = f"numpy=={bootstrap.installed_versions(['numpy'])['numpy']} no-such-package"
    command = doctor.check_imports({"numpy": "gone", "no-such-package": "gone"}).command
    assert command.endswith(f"-m pip install --force-reinstall --no-deps {again}")
    monkeypatch.setattr(doctor.sys, "prefix", str(doctor.ROOT / ".venv"))
    assert " --no-deps --require-hashes -r " in doctor.check_imports({"numpy": "gone"}).command


@pytest.mark.parametrize(
    ("outcome", "found", "cause", "command"),
    [
        (Outcome(0, "9.0 8.5"), "9.0 8.5", "both should say 9.0", "--force-reinstall"),
        (Outcome(1, "", "ImportError: gone"), "ImportError: gone", "damaged", "--force-reinstall"),
        (Outcome(-4), "exit code -4", "lacks the AVX", "lscpu"),
        (Outcome(-9), "exit code -9", "want of memory", "jupyter server list"),
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
    check = doctor.check_kernel(Outcome(0, "/other\tanswers"), "/this")
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
    monkeypatch.setattr(machine, "free_memory_gb", lambda: 0.25)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: SimpleNamespace(free=0.1e9))
    monkeypatch.setattr(machine, "try_road", lambda: WELL)
    monkeypatch.setattr(machine, "try_kernel", lambda: Outcome(0, f"{sys.prefix}\tanswers"))
    memory, disk = doctor.examine().wrong
    assert (memory.found, memory.cause) == ("0.2 GB free", "a lesson and its kernel need 1.5 GB")
    assert memory.command.endswith("-m jupyter server list")
    assert (disk.found, disk.cause) == ("0.1 GB free", "models and copies of lessons need 0.5 GB")
    assert disk.command.endswith("-m pip cache purge")


def broken(tmp_path: Path, *arguments: str, **environment: str) -> dict[str, dict[str, str]]:
    """What the doctor says, in a terminal on a machine that is broken by a variable, by row."""
    done = subprocess.run(
        [sys.executable, "-m", "tfl_helpers", "doctor", "--json", *arguments],
        capture_output=True,
        text=True,
        cwd=environment.pop("FOLDER", tmp_path),
        env={**os.environ, "PYTHONPATH": str(doctor.ROOT), **environment},
    )
    report = json.loads(done.stdout)
    assert report["ready"] == (done.returncode == 0)
    return {check["asked"]: check for check in report["checks"]}


def damage(folder: Path, package: str) -> str:
    """The PYTHONPATH with which that package cannot be imported."""
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text("raise ImportError('libgone.so: not found')\n")
    return os.pathsep.join([str(folder), str(doctor.ROOT)])


def wrong(checks: dict[str, dict[str, str]]) -> set[str]:
    return {asked for asked, check in checks.items() if check["verdict"] == "✗ wrong"}


@pytest.mark.slow
def test_damaged_litert(tmp_path: Path):
    checks = broken(tmp_path, PYTHONPATH=damage(tmp_path, "ai_edge_litert"))
    assert wrong(checks) == {"TensorFlow and LiteRT"}
    row = checks["TensorFlow and LiteRT"]
    assert row["found"] == "ImportError: libgone.so: not found"
    assert "--force-reinstall --no-deps" in row["command"]


@pytest.mark.slow
def test_widgets_that_do_not_answer(tmp_path: Path):
    checks = broken(tmp_path, PYTHONPATH=damage(tmp_path, "ipywidgets"))
    assert wrong(checks) == {"Packages", "Widgets"}
    assert checks["Widgets"]["found"] == "libgone.so: not found"
    assert checks["Widgets"]["cause"] == "what can be pressed in a lesson is dead"


@pytest.mark.slow
def test_kernel_that_does_not_start(tmp_path: Path):
    spec = {"argv": ["no-such-python"], "display_name": "Python 3", "language": "python"}
    (tmp_path / "kernels" / "python3").mkdir(parents=True)
    (tmp_path / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    checks = broken(tmp_path, JUPYTER_PATH=str(tmp_path))
    assert wrong(checks) == {"Jupyter kernel"}
    assert "no-such-python" in checks["Jupyter kernel"]["found"]
    assert checks["Widgets"]["verdict"] == "✓ ok"
    assert checks["Widgets"]["found"] == "not asked: there is no kernel"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux alone")
def test_folder_that_nobody_can_write(tmp_path: Path):
    checks = broken(tmp_path, FOLDER="/proc")
    assert "Writing" in wrong(checks)
    assert checks["Writing"]["found"].startswith("this folder: ")
    assert checks["Writing"]["command"] == "cd ~"


@pytest.mark.slow
def test_no_browser_no_npm_and_no_japanese_letters_are_no_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(doctor, "is_fetched", lambda: False)
    monkeypatch.setattr(machine.sys, "platform", "linux")
    (tmp_path / "fc-list").write_text("#!/bin/sh\n")
    (tmp_path / "fc-list").chmod(0o755)
    for name, value in {"PATH": str(tmp_path), "DISPLAY": "", "BROWSER": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(machine.webbrowser, "_tryorder", None)
    checks = doctor.what_is_optional()
    assert [check.verdict for check in checks] == ["○ not here"] * 3
    report = Report(checks)
    assert report.wrong == ()
    assert "It works without these" in str(report)
    for words in ("lab --no-browser", "conda install -c conda-forge node", "fonts-noto-cjk"):
        assert words in str(report)


def test_crash_and_hang_are_findings():
    assert machine.run_program("import os; os.abort()").code not in (0, None)
    assert machine.run_program("import time; time.sleep(60)", 0.2) == Outcome(None)
    assert machine.run_program("print('\\x1b[31mred\\x1b[0m')").line == "red"
    assert machine.run_program("1 / 0").error == "ZeroDivisionError: division by zero"


def test_versions_of_what_is_installed_only():
    assert list(bootstrap.installed_versions(["pytest", "no-such-package"])) == ["pytest"]


def test_free_memory_is_a_size_or_unknown():
    free_gb = machine.free_memory_gb()
    assert free_gb is None or 0 < free_gb < 10_000


@pytest.mark.slow
def test_this_machine_is_well_in_words_that_fit_any_machine():
    report = doctor.examine()
    assert report.wrong == ()
    assert len(report.tables()) == 1
    assert str(report).startswith("✓ This machine is ready for the course\n")
    for private in (str(Path.home()), sys.prefix, str(doctor.ROOT), "GB", ":"):
        assert private not in str(report)
    assert str(report).count("✓ ok") == len(report.checks) == 8


def test_a_process_that_has_tensorflow_is_asked_itself():
    import tensorflow  # noqa: F401

    assert machine.try_road() == WELL
    assert doctor.check_road(WELL).found == "agree that 3.0 squared is 9.0"


def test_a_process_without_tensorflow_asks_another():
    code = "import sys; from tfl_helpers.setup import machine; o = machine.try_road()"
    code += "; print(o.code, o.line, 'tensorflow' in sys.modules)"
    assert machine.run_program(code).line == "0 9.0 9.0 False"
