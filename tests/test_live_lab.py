"""A machine without a browser: a learner's skips the browser tests, CI fails them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import live_lab
import playwright.sync_api
import pytest


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where Playwright would have a browser, on a machine that has none in its PATH."""
    path = tmp_path / "chrome"

    @contextlib.contextmanager
    def fake() -> Iterator[Any]:
        yield SimpleNamespace(chromium=SimpleNamespace(executable_path=str(path)))

    monkeypatch.setattr(playwright.sync_api, "sync_playwright", fake)
    monkeypatch.setattr(live_lab.shutil, "which", lambda name: None)
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return path


def test_a_learner_is_told_how_to_have_one(own: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="no Chromium here. Install it, or run: .* -m"):
        live_lab.find_browser()


def test_ci_fails(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI has to run the browser tests, but there"):
        live_lab.find_browser()


def test_the_one_of_playwright_will_do(own: Path) -> None:
    own.touch()
    assert live_lab.find_browser() == str(own)


def test_a_named_one_comes_first(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.touch()
    monkeypatch.setenv("CHROMIUM", "mine")
    assert live_lab.find_browser() == "mine"
