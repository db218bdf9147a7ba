"""What a machine lacks, met for real: a copy of this clone, no program in PATH, a pytest there.

A learner's machine skips with a sentence and ends green; in CI the same sentence is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.live_lab import find_browser
from tests.needs import demand_runtime
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.web import folder

BROWSER = ("tests/test_browser.py", "tests/test_web_page.py")
# Lesson 14 in each pass that runs it, and what looks into the folder that it writes.
LESSON = ("notebooks/en/14_ship_it.ipynb", "tests/test_notebooks_solved.py")
LESSON += ("tests/test_wrong_answers.py", "tests/test_web_folder.py")
ALL = (*BROWSER, *LESSON, "-k", "test_browser or test_web or 14_")
NO_BROWSER = (
    f"no Chromium here. Install it, or run: {sys.executable} -m playwright install chromium"
)
NO_RUNTIME = "LiteRT.js is not on this machine yet. In a terminal, run: python3 -m tfl_helpers web"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of this clone, without what it made or fetched."""
    left_out = shutil.ignore_patterns(
        ".git", ".venv", "node_modules", ".*_cache", "__pycache__", "my", ".progress*"
    )
    return Path(shutil.copytree(ROOT, tmp_path / "clone", ignore=left_out))


def run_bare(clone: Path, *arguments: str, ci: str = "") -> tuple[int, str]:
    """The exit code and the words of pytest in `clone`, where no program is to be found."""
    nothing = clone.parent / "nothing"
    nothing.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "TFL_"))}
    kept |= {"PATH": str(nothing), "PLAYWRIGHT_BROWSERS_PATH": str(nothing), "CHROMIUM": ""}
    kept |= {"PYTHONPATH": str(clone), "COLUMNS": "400", "CI": ci}
    command = [sys.executable, "-m", "pytest", "--color=no", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=clone, env=kept)
    return done.returncode, done.stdout + done.stderr


def told(said: str, kind: str) -> set[str]:
    """The sentences with which tests were skipped or failed, from pytest's summary."""
    return set(re.findall(rf"^{kind} .*?(?:\.py:\d+: | - Failed: )(.*)$", said, re.MULTILINE))


def kinds(said: str) -> set[str]:
    """What became of the tests, from pytest's last line."""
    found = set(re.findall(r"\d+ ([a-z]+)", said.splitlines()[-1]))
    return found - {"deselected", "warning", "warnings"}  # TensorFlow warns on Python 3.13


@pytest.mark.slow
def test_without_a_browser_and_npm_a_learner_is_told_what_lacks(clone: Path) -> None:
    code, said = run_bare(clone, *ALL)
    assert (code, kinds(said)) == (0, {"passed", "skipped"}), said
    assert told(said, "SKIPPED") == {NO_BROWSER, NO_RUNTIME}


@pytest.mark.slow
def test_without_a_browser_a_learner_with_npm_is_told_too(clone: Path) -> None:
    demand_runtime()
    place = folder.PACKAGES.parent.relative_to(ROOT)
    shutil.copytree(ROOT / place, clone / place, symlinks=True)
    code, said = run_bare(clone, *BROWSER)
    # What needs no browser passes; the other runs say what they need.
    assert (code, kinds(said) - {"passed"}) == (0, {"skipped"}), said
    assert told(said, "SKIPPED") == {NO_BROWSER}


@pytest.mark.slow
def test_in_ci_all_of_it_fails_with_the_same_words(clone: Path) -> None:
    code, said = run_bare(clone, *ALL, ci="true")
    assert (code, kinds(said)) == (1, {"passed", "failed", "errors"}), said
    failures = told(said, "FAILED") | told(said, "ERROR")
    assert failures == {
        f"CI has to run the browser tests, but there is {NO_BROWSER}",
        f"CI has to run lesson 14 and its page. {NO_RUNTIME}",
    }


def test_the_browser_of_playwright_will_do_and_a_named_one_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "chrome"
    own.touch()
    playwright = SimpleNamespace(chromium=SimpleNamespace(executable_path=str(own)))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert find_browser(playwright) == str(own)
    monkeypatch.setenv("CHROMIUM", "mine")
    assert find_browser(playwright) == "mine"
