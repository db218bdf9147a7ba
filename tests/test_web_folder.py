"""What a page's folder holds, where its runtime comes from, and what is said when either fails."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.needs import demand_runtime
from tfl_helpers import InputError, write_page
from tfl_helpers import __main__ as command_line
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.web import folder

MODEL = (ROOT / "notebooks" / "gesture.tflite").read_bytes()
LINE = np.linspace(0.1, 0.9, 64, dtype=np.float32).reshape(32, 2)
SAMPLES = {"line": LINE, "circle": LINE[::-1]}
SIZE = 1000


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime of SIZE bytes in each file; the folder that npm would fill."""
    packages = tmp_path / "packages"
    for file in folder.FILES.values():
        (packages / file).parent.mkdir(parents=True, exist_ok=True)
        (packages / file).write_bytes(b"x" * SIZE)
    monkeypatch.setattr(folder, "PACKAGES", packages)
    return packages


def test_the_folder_holds_the_page_the_model_and_the_runtime(tmp_path: Path, fetched: Path) -> None:
    target = tmp_path / "a" / "page"
    page = write_page(target, MODEL, SAMPLES, strokes=[LINE])

    files = {f.relative_to(target).as_posix() for f in target.rglob("*.*")}
    own = {"index.html", "model.js", "page.js", "words.js", "settings.json", "model.tflite"}
    assert files == own | {f"runtime/{name}" for name in folder.FILES}
    assert (target / "model.tflite").read_bytes() == MODEL
    shown = {name: size for name, size, _ in page.files}
    assert set(shown) == own | {"runtime/"}
    assert shown["model.tflite"] == len(MODEL)
    assert shown["runtime/"] == SIZE * len(folder.FILES)
    assert "model.tflite   7 " in page.tables()[0].text()


def test_the_settings_name_what_the_signature_has(tmp_path: Path, fetched: Path) -> None:
    write_page(tmp_path, MODEL, SAMPLES, strokes=[LINE])
    settings = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))

    strokes, samples = settings.pop("strokes"), settings.pop("samples")
    assert settings == {
        "signature": "classify",
        "input": "stroke",
        "output": "probabilities",
        "labels": ["line", "circle"],
        "points": 32,
    }
    assert np.array_equal(np.array(strokes, np.float32), [LINE])  # to the last bit
    assert np.array_equal(np.array(samples["circle"], np.float32), LINE[::-1])


def test_strokes_may_be_lists_tuples_or_tensors(tmp_path: Path, fetched: Path) -> None:
    import tensorflow as tf

    same = [
        LINE.tolist(),
        tuple(map(tuple, LINE)),
        list(LINE),
        tf.constant(LINE),
        tf.Variable(LINE),
    ]
    for samples, strokes in [
        (dict(zip("abc", same[:3], strict=True)), same),
        ({"a": LINE}, same[3:]),
    ]:
        write_page(tmp_path, bytearray(MODEL), samples, strokes=tuple(strokes))
        settings = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))
        for stroke in [*settings["samples"].values(), *settings["strokes"]]:
            assert np.array_equal(np.array(stroke, np.float32), LINE)


def test_an_earlier_page_is_replaced(tmp_path: Path, fetched: Path) -> None:
    write_page(tmp_path, MODEL, SAMPLES)
    (tmp_path / "page.js").write_text("old", encoding="utf-8")
    write_page(tmp_path, MODEL, {"line": LINE})
    assert '"labels": ["line"]' in (tmp_path / "settings.json").read_text(encoding="utf-8")
    assert (tmp_path / "page.js").read_bytes() == (folder.PAGE / "page.js").read_bytes()
    assert not [f for f in tmp_path.iterdir() if f.suffix[1:].isdigit()]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"signature": "predict"},
            "Expected a signature of the file, got 'predict'. It has classify, measure, move. "
            "Write for example signature='classify'.",
        ),
        (
            {"signature": "move"},
            "one stroke float32[32, 2] and gives one float32[2], got move: end",
        ),
        ({"signature": "measure"}, "gives one float32[2], got measure: stroke: float32[?, 2] -> c"),
        ({"samples": dict.fromkeys("abcd", LINE)}, "gives one float32[4], got classify: stroke"),
        ({"samples": {"dot": LINE[:3]}}, "one stroke float32[3, 2] and gives one float32[1], got"),
        ({"samples": {"line": LINE, "dot": LINE[:3]}}, "of one length, as many points as the sig"),
        ({"strokes": [LINE[:3]]}, "got some of 3 and 32. Resample them."),
        ({"samples": {}}, "Expected samples as a dict, gesture -> stroke, got dict of length 0."),
        ({"samples": [LINE]}, "got list of length 1. Write for example {'line': line, 'circle'"),
        ({"samples": {"line": 3}}, "Expected strokes [points, 2] of finite numbers, got int."),
        ({"samples": {"line": LINE * np.nan}}, "of finite numbers, got ndarray float32[32, 2]."),
        (
            {"strokes": [LINE[:, 0]]},
            "got ndarray float32[32]. Write np.asarray(stroke, np.float32).",
        ),
        ({"strokes": LINE}, "got ndarray float32[2]."),
        ({"strokes": None}, "got None."),
        ({"folder": __file__}, "Expected a folder to write to, got "),
        ({"folder": None}, "Expected a folder to write to, got None: "),
        ({"model": b"<html>"}, ".tflite"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_does_not_fit_is_told_before_anything_is_written(
    tmp_path: Path, fetched: Path, changed: dict[str, Any], words: str
) -> None:
    given = {"folder": tmp_path / "page", "model": MODEL, "samples": SAMPLES, **changed}
    with pytest.raises(InputError, match=re.escape(words)):
        write_page(**given)
    assert not (tmp_path / "page").exists()


def test_without_the_runtime_there_is_only_the_command(tmp_path: Path, fetched: Path) -> None:
    next(fetched.rglob("*.wasm")).unlink()
    with pytest.raises(InputError) as caught:
        write_page(tmp_path / "page", MODEL, SAMPLES)
    assert str(caught.value) == (
        "LiteRT.js is not on this machine yet. In a terminal, run: python3 -m tfl_helpers web"
    )
    assert not (tmp_path / "page").exists()


def test_without_npm_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder.shutil, "which", lambda name: None)
    with pytest.raises(InputError) as caught:
        folder.fetch_runtime()
    assert str(caught.value) == (
        "The web page of lesson 14 needs LiteRT.js, which npm fetches, and there is no npm here. "
        "Install Node.js 18 or newer (nodejs.org; on Debian: apt install npm), then run again: "
        "python3 -m tfl_helpers web. The other lessons do not need it."
    )


@pytest.mark.parametrize("code", [0, 1])
def test_npm_installs_what_is_pinned_and_its_failure_is_told(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    called = []

    def run(command: list[str], cwd: Path) -> Any:
        called.append((command[:2], cwd))
        return subprocess.CompletedProcess(command, code)

    monkeypatch.setattr(folder.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(folder.subprocess, "run", run)
    if code:
        with pytest.raises(InputError, match="npm could not install LiteRT.js; its own words"):
            folder.fetch_runtime()
    else:
        assert folder.fetch_runtime() == folder.PACKAGES
    assert called == [(["/usr/bin/npm", "ci"], folder.FOLDER)]


def test_the_lock_pins_one_version_by_hash_and_names_no_registry() -> None:
    wanted = json.loads((folder.FOLDER / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((folder.FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    for name, version in wanted["dependencies"].items():
        assert packages[f"node_modules/{name}"]["version"] == version
    for one in packages.values():
        assert one["integrity"].startswith("sha512-")
        assert "resolved" not in one
        assert one["license"] == "Apache-2.0"


@pytest.mark.parametrize("npm", ["/usr/bin/npm", None])
@pytest.mark.parametrize("there", [True, False])
def test_the_tests_fetch_the_runtime_once_if_they_can(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    npm: str | None,
    there: bool,
) -> None:
    def fail() -> None:
        raise InputError("npm could not")

    monkeypatch.setattr(folder, "find_npm", lambda: npm)
    monkeypatch.setattr(folder, "is_fetched", lambda: there)
    monkeypatch.setattr(folder, "fetch_runtime", fail)
    command_line.fetch_for_tests()
    said = capsys.readouterr()
    if npm and not there:
        assert said.out.startswith("Lesson 14's page needs LiteRT.js: fetching it with npm")
        assert said.err == "npm could not\n"
    else:
        assert (said.out, said.err) == ("", "")


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_what_writes_a_page_is_skipped_without_the_runtime_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(folder, "PACKAGES", tmp_path)
    monkeypatch.setenv("CI", ci)
    demand_runtime(new_notebook(cells=[new_code_cell("1 + 1")]))
    for notebook in (None, new_notebook(cells=[new_code_cell("tfl.write_page(page, model)")])):
        with pytest.raises(outcome, match="run: python3 -m tfl_helpers web"):
            demand_runtime(notebook)
