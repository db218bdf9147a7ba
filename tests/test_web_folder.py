"""What a page's folder holds, where its runtime comes from, and what is said when either fails."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests import needs
from tests.needs import demand_runtime
from tfl_helpers import InputError, speak, write_page
from tfl_helpers import __main__ as command_line
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.web import folder

MODEL = (ROOT / "notebooks" / "gesture.tflite").read_bytes()
LEARNER = (ROOT / "notebooks" / "learner.tflite").read_bytes()
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
    own = {file.name for file in folder.PAGE.iterdir()}
    own |= {"settings.json", "model.tflite", "model_card.md"}
    assert files == own | {f"runtime/{name}{gz}" for name in folder.FILES for gz in ("", ".gz")}
    assert (target / "model.tflite").read_bytes() == MODEL
    shown = {name: size for name, size, _ in page.files}
    assert set(shown) == own | {"runtime/"}
    assert shown["model.tflite"] == len(MODEL)
    assert shown["runtime/"] == SIZE * len(folder.FILES)
    assert "model.tflite   6 " in page.tables()[0].text()


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
        "limits": None,
        "measured": [],
        "about": "",
        "learner": False,
    }
    assert np.array_equal(np.array(strokes, np.float32), [LINE])  # to the last bit
    assert np.array_equal(np.array(samples["circle"], np.float32), LINE[::-1])


def with_distance() -> bytes:
    """A file that says how far the nearest template is, beside the probabilities."""
    import tensorflow as tf

    import tfl_helpers as tfl

    module = tf.Module()
    module.classify = tf.function(
        lambda stroke: {"probabilities": stroke[0], "distance": tf.reduce_max(stroke)},
        input_signature=[tf.TensorSpec([32, 2], tf.float32, name="stroke")],
    )
    with tfl.quiet(), tempfile.TemporaryDirectory() as place:
        tf.saved_model.save(module, place, signatures={"classify": module.classify})
        return tf.lite.TFLiteConverter.from_saved_model(place).convert()


def test_what_was_measured_stands_in_the_settings_and_in_the_card(
    tmp_path: Path, fetched: Path
) -> None:
    counts = {"line": (49, 50), "square": (np.int64(13), 30)}
    whose = "Strokes of the neighbours."
    model = with_distance()
    limits = {"line": 0.03, "circle": np.float32(0.25)}
    given = {"limits": limits, "measured": counts, "about": whose, "learner": LEARNER}
    page = write_page(tmp_path, model, SAMPLES, **given)
    settings = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))
    assert settings["output"] == "probabilities"
    assert settings["limits"] == limits
    assert (settings["about"], settings["learner"]) == (whose, True)
    assert settings["measured"] == [["line", 49, 50], ["square", 13, 30]]
    assert (tmp_path / "learner.tflite").read_bytes() == LEARNER
    assert "learner.tflite" in {name for name, _, _ in page.files}
    assert (tmp_path / "model_card.md").read_text(encoding="utf-8") == (
        f"""\
# Model card

- File: `model.tflite`, {len(model):,} bytes
- Signature: `classify: stroke: float32[32, 2] -> distance: float32[], probabilities: float32[2]`
- Gestures, in the order of the output: line, circle
- None of these: `distance` above 0.03 (line), 0.25 (circle)
- Before the model: each stroke becomes 32 points at equal distances along the way

## How right it is

Strokes of the neighbours.

| drawn | strokes | right |
|---|---|---|
| line | 50 | 49 |
| square | 30 | 13 |
"""
    )


def test_a_card_invents_nothing(tmp_path: Path, fetched: Path) -> None:
    write_page(tmp_path, MODEL, SAMPLES)
    card = (tmp_path / "model_card.md").read_text(encoding="utf-8")
    assert card.endswith("## How right it is\n\nNot measured.\n")
    assert "None of these: never said" in card


def test_the_packed_runtime_is_the_runtime_the_same_each_time(
    tmp_path: Path, fetched: Path
) -> None:
    write_page(tmp_path, MODEL, SAMPLES)
    for name in folder.FILES:
        packed = (tmp_path / f"runtime/{name}.gz").read_bytes()
        assert gzip.decompress(packed) == (tmp_path / f"runtime/{name}").read_bytes()
        assert packed[4:8] == bytes(4)  # no hour


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
        ({"limits": {"line": 0.1}}, "Limits need an output called distance, got classify: stroke"),
        ({"measured": {"line": 3}}, "(right, strokes), two counts, got {'line': 3}. Write for"),
        ({"measured": {"line": (51, 50)}}, "two counts, got {'line': (51, 50)}."),
        ({"measured": {"line": (0, 0)}}, "two counts, got {'line': (0, 0)}."),
        ({"measured": ["line"]}, "two counts, got ['line']."),
        ({"learner": MODEL}, "Expected a learner with the signatures infer, set_weights, train, w"),
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


def test_limits_are_a_number_for_a_gesture(tmp_path: Path, fetched: Path) -> None:
    odd = [0.1, {"line": np.nan}, {"line": "far"}, ["line", "circle"]]
    model = with_distance()
    for limits in odd:
        words = f"Expected limits as a dict, gesture -> number, got {limits!r}. Write for"
        with pytest.raises(InputError, match=re.escape(words)):
            write_page(tmp_path, model, SAMPLES, limits=limits)


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

    monkeypatch.setattr(needs, "fetch_tools", lambda: None)
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


def test_a_japanese_lesson_writes_a_japanese_page(
    tmp_path: Path, fetched: Path, japanese: None
) -> None:
    page = write_page(tmp_path, MODEL, SAMPLES)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<html lang="ja">' in html
    assert "<title>ジェスチャを描く</title>" in html
    card = (tmp_path / "model_card.md").read_text(encoding="utf-8")
    assert card.startswith("# モデルカード\n\n- ファイル：`model.tflite`")
    assert card.endswith("測定していません。\n")
    assert "ファイル" in page.tables()[0].heads
    with pytest.raises(InputError, match="dict が必要です。渡されたもの：int。"):
        write_page(tmp_path, MODEL, 3)
    speak("en")
    write_page(tmp_path, MODEL, SAMPLES)
    assert (tmp_path / "index.html").read_bytes() == (folder.PAGE / "index.html").read_bytes()
