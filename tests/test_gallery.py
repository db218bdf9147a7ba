"""Every drawing on real programs: small, readable, in words too, and the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from tests.author.lessons import ROOT

pytestmark = pytest.mark.slow

EXAMPLES = ("square", "program", "gesture", "loop", "cnn")  # MobileNetV2 takes a minute
WIDEST, MOST_BYTES = 960, 60_000


@dataclass(frozen=True)
class Drawn:
    """One stored output: which example, the call, and its forms."""

    example: str
    call: str
    html: str
    words: str
    width: int


def make(folder: Path, hash_seed: str) -> str:
    """The gallery as a process of its own writes it."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.gallery", str(folder), *EXAMPLES],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return (folder / "gallery.ipynb").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make(tmp_path_factory.mktemp("gallery"), "0")


@pytest.fixture(scope="module")
def drawn(gallery: str) -> list[Drawn]:
    found = []
    for cell in nbformat.reads(gallery, as_version=4).cells:
        if "outputs" in cell and cell.outputs:
            (output,) = cell.outputs
            width = output.metadata.get("image/png", {}).get("width", 0)
            shown = output.data["text/html"], output.data["text/plain"]
            found.append(Drawn(cell.id.rpartition("-")[0], cell.source, *shown, width))
    return found


def of(drawn: list[Drawn], example: str, call: str) -> Drawn:
    return next(one for one in drawn if one.example == example and one.call.startswith(call))


def test_each_fits_the_page_and_the_budget(drawn: list[Drawn]) -> None:
    assert len(drawn) > 50
    for one in drawn:
        assert one.width <= WIDEST, (one.example, one.call)
        assert len(one.html) < MOST_BYTES, (one.example, one.call)


def test_each_says_in_words_what_it_shows(drawn: list[Drawn]) -> None:
    for one in drawn:
        caption, *rest = one.words.splitlines()
        assert caption, (one.example, one.call)
        assert rest, (one.example, one.call)
        assert one.width == 0 or 'alt="' in one.html


def test_a_conversion_that_lost_its_weights_is_seen_in_each_picture(drawn: list[Drawn]) -> None:
    graph = of(drawn, "cnn_lost", "tfl.draw_graph").words
    assert graph.count("VAR_HANDLE") == graph.count("READ_VARIABLE") == 6
    assert graph.count("no value in the file") == 6
    assert "values of 6 variables are lost" in graph
    assert "6 ops, 6 constants" in of(drawn, "cnn", "tfl.draw_graph(model)").words
    assert "2 % of them weights" in of(drawn, "cnn_lost", "tfl.draw_bytes").words
    assert "72 % of them weights" in of(drawn, "cnn", "tfl.draw_bytes").words
    conversion = of(drawn, "cnn_lost", "tfl.draw_conversion").words
    assert "values of 6 variables are lost" in conversion


def test_another_process_with_another_hash_seed_gives_the_same_bytes(
    gallery: str, tmp_path: Path
) -> None:
    assert make(tmp_path, "4242") == gallery
