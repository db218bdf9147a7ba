"""The command line: what each command starts, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from conftest import MakeLesson

from tfl_helpers import __main__ as command_line
from tfl_helpers.setup.lessons import find_lessons

COMMANDS = ("lab", "doctor", "run", "web", "workshop", "rehearse", "test", "site", "slides")
COMMANDS += ("links", "offline", "execute", "translate")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user does, in this environment."""
    return subprocess.run(
        [sys.executable, "-m", "tfl_helpers", *arguments],
        capture_output=True,
        text=True,
        cwd=command_line.ROOT,
        env={**os.environ, **environment},
    )


def test_without_a_command_it_lists_them_and_says_where_to_begin():
    done = run()
    assert done.returncode == 0
    names = re.findall(r"^ {4}(\w+)", done.stdout, re.MULTILINE)
    assert names == list(COMMANDS)
    assert done.stdout.endswith("Begin with: python3 -m tfl_helpers lab\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as caught:
        command_line.parse([command, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python3 -m tfl_helpers {command}")


def test_options_after_two_dashes_are_passed_on():
    assert command_line.parse(["test", "--fast", "--", "-k", "figure"]).rest == ["-k", "figure"]
    assert command_line.parse(["lab", "3", "--", "--port", "8889"]).rest == ["--port", "8889"]
    assert command_line.parse(["lab", "3"]).rest == []


def test_the_tests_spread_over_the_cores_unless_options_say_what_to_run():
    spread = ["-n", "logical", "--maxprocesses", "4"]
    commands = {
        (): ["pytest", *spread],
        ("--fast",): ["pytest", "-m", "not slow", *spread],
        ("--", "-k", "figure"): ["pytest", "-k", "figure"],
    }
    for arguments, command in commands.items():
        options = command_line.parse(["test", *arguments])
        assert command_line.pytest_command(options) == command


def test_options_that_nothing_takes_are_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        command_line.parse(["doctor", "--", "-v"])
    assert "doctor passes nothing on: leave out -v" in capsys.readouterr().err


def test_parameters_are_pairs():
    options = command_line.parse(["run", "03", "-p", "seed", "3", "-p", "language", "ja"])
    assert dict(options.parameters) == {"seed": "3", "language": "ja"}
    assert command_line.parse(["run", "03"]).parameters == []


@pytest.mark.parametrize("command", ["lab", "run", "execute"])
def test_unknown_lesson_is_one_sentence_with_the_lessons(command: str):
    done = run(command, "77")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "Expected a lesson by number, name or path, got '77'. The lessons: "
    )
    assert find_lessons([])[0].stem in done.stderr


def test_unknown_language_names_those_there_are():
    done = run("lab", "--language", "xx")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Expected --language en")


def test_lab_opens_the_lesson_in_its_folder(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command_line, "IS_ROOT", True)
    lesson = Path("/course/en/03_small.ipynb")
    command = command_line.lab_command(lesson)
    assert command[:2] == ["jupyterlab", f"--ServerApp.root_dir={lesson.parent}"]
    assert command[-2:] == ["--LabApp.default_url=/lab/tree/03_small.ipynb", "--allow-root"]
    monkeypatch.setattr(command_line, "IS_ROOT", False)
    assert "--allow-root" not in command_line.lab_command(lesson)


def test_lab_begins_anew_only_a_lesson_that_is_named(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        command_line.parse(["lab", "--fresh"])
    assert "say which, such as lab --fresh 03" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command_line.parse(["lab", "--fresh", "--proven", "03"])
    assert "not allowed with" in capsys.readouterr().err


@pytest.fixture
def japanese_course(tmp_path: Path, make_lesson: MakeLesson) -> Path:
    """A clone of the helpers with one lesson in two languages, on a system that has nothing."""
    course = tmp_path / "コース"
    left_out = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(command_line.ROOT / "tfl_helpers", course / "tfl_helpers", ignore=left_out)
    shutil.copy(command_line.ROOT / "requirements.txt", course)
    for language in ("en", "ja"):
        (course / "notebooks" / language).mkdir(parents=True)
        shutil.copy(make_lesson("1"), course / "notebooks" / language)
        (course / "notebooks" / language / "glossary.md").touch()
    return course


def run_there(course: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in that clone, on a Japanese system; `lab` stops at the version of JupyterLab."""
    # An environment that needs no set-up is one that has the pins: that of these tests.
    plain = {"PATH": os.environ["PATH"], "LANG": "ja_JP.UTF-8", "PYTHONUTF8": "1", **variables}
    return subprocess.run(
        [sys.executable, "-m", "tfl_helpers", *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=course,
        env=plain,
    )


def test_a_japanese_system_gets_japanese_where_the_course_has_it(japanese_course: Path):
    said = run_there(japanese_course).stdout
    assert "レッスンを JupyterLab で開く" in said
    assert "open the lessons" in run_there(japanese_course, LANG="C.UTF-8").stdout
    assert "レッスン" in run_there(japanese_course, "lab", "--help").stdout
    english = run_there(japanese_course, "lab", "--language", "en", "--help").stdout
    assert "read the lesson with its outputs" in english
    (japanese_course / "notebooks" / "ja" / "77_small.ipynb").unlink()
    assert "open the lessons" in run_there(japanese_course).stdout


def test_japanese_needs_the_standard_library_alone(japanese_course: Path):
    command = [sys.executable, "-S", "-m", "tfl_helpers", "--help"]
    options = {"cwd": japanese_course, "encoding": "utf-8"}
    variables = {"LC_ALL": "ja_JP.UTF-8", "PYTHONUTF8": "1"}
    printed = subprocess.check_output(command, env=variables, **options)
    assert "レッスンを JupyterLab で開く" in printed


def test_the_choice_of_japanese_is_said_once(japanese_course: Path):
    notice = "lab --language en"
    first, second = (run_there(japanese_course, "lab", "--", "--version") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert first.stderr.splitlines()[0].endswith(notice)
    assert re.search("[ぁ-ん]", first.stderr)
    assert second.stderr == ""
    assert (japanese_course / "my" / "ja" / "77_small.ipynb").is_file()
    assert not (japanese_course / "my" / "en").exists()


@pytest.mark.parametrize("arguments", [("--language", "ja"), ("--language=en",), ()])
def test_nothing_is_said_of_a_language_that_was_not_chosen_for_the_learner(
    japanese_course: Path, arguments: tuple[str, ...]
):
    if not arguments:  # a Japanese system, and a course without Japanese
        shutil.rmtree(japanese_course / "notebooks" / "ja")
    done = run_there(japanese_course, "lab", *arguments, "--", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    language = "ja" if "ja" in arguments else "en"
    assert [folder.name for folder in (japanese_course / "my").glob("??")] == [language]


def test_errors_of_a_command_are_in_its_language(japanese_course: Path):
    done = run_there(japanese_course, "lab", "--language", "ja", "12", LANG="C.UTF-8")
    assert done.returncode == 1
    assert done.stderr.startswith("レッスンの番号")
    assert "77_small" in done.stderr
    passed = run_there(japanese_course, "doctor", "--language=ja", "--", "-v", LANG="C.UTF-8")
    assert "doctor はオプションを引き渡しません" in passed.stderr
    asked = run_there(japanese_course, "doctor", "--", "--language", "ja", LANG="C.UTF-8")
    assert "doctor passes nothing on" in asked.stderr, "what follows is not for us"


@pytest.mark.slow
def test_lab_really_starts_and_asks_nobody_outside(tmp_path: Path):
    with socket.create_server(("localhost", 0)) as free:
        port = str(free.getsockname()[1])
    folders = {name: str(tmp_path) for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    options = ["--port", port, "--ServerApp.port_retries=0", "--IdentityProvider.token=open"]
    lab = subprocess.Popen(
        [sys.executable, "-m", "tfl_helpers", "lab", "0", "--no-browser", "--", *options],
        stderr=subprocess.PIPE,
        text=True,
        cwd=command_line.ROOT,
        env={**os.environ, **folders},
    )
    try:
        said = "".join(iter_until(lab.stderr, "token="))
        plugin = "@jupyterlab/apputils-extension:notification"
        settings = fetch(f"http://localhost:{port}/lab/api/settings/{plugin}?token=open")
    finally:
        lab.terminate()
        said += lab.communicate(timeout=60)[1]
    assert "/lab/tree/00_" in said
    defaults = json.loads(settings)["schema"]["properties"]
    assert defaults["fetchNews"]["default"] == "false"
    assert defaults["checkForUpdates"]["default"] is False
    assert "Extension Manager is 'readonly'" in said


def iter_until(lines: Iterable[str], word: str) -> Iterator[str]:
    """The lines up to the first with `word`."""
    for line in lines:
        yield line
        if word in line:
            return


def fetch(address: str) -> str:
    """The page, as soon as there is one: JupyterLab prints its address before it listens."""
    for _ in range(100):
        try:
            return urlopen(address, timeout=60).read().decode()
        except URLError:
            time.sleep(0.2)
    pytest.fail(f"nobody answers at {address}")


def test_tools_run_on_and_the_first_failure_counts(capfd: pytest.CaptureFixture[str]):
    steps = (["ruff", "check", "no-such-file"], ["ruff", "--version"], ["ruff", "no-such"])
    first = subprocess.call([sys.executable, "-m", *steps[0]], cwd=command_line.ROOT)
    assert command_line.run_tools(steps, command_line.ROOT) == first != 0
    said = capfd.readouterr()
    assert "$ python -m ruff --version\nruff " in said.out
    assert said.err.endswith("Failed: ruff check no-such-file, ruff no-such\n")
    assert command_line.run_tools([["ruff", "--version"]], command_line.ROOT) == 0
