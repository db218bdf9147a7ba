"""The values for Zero to JupyterHub: sizes as rehearsed, paths that are there, a hook that works.

The chart's own schema is not here; who changes a key holds the files against it by hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tfl_helpers.setup.lessons import ROOT, find_lessons
from tfl_helpers.workshop.ready import HERE, measured

FOLDER = HERE / "kubernetes"
IMAGE = "/srv/course/"  # where `repo2docker --target-repo-dir` puts the clone


def values(learners: int) -> dict[str, Any]:
    """What helm makes of the files for so many."""
    first = yaml.safe_load((FOLDER / "values.yaml").read_text("utf-8"))
    if learners == 40:
        return first
    return over(first, yaml.safe_load((FOLDER / f"{learners}.yaml").read_text("utf-8")))


def over(first: Any, second: Any) -> Any:
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return second
    return {**first, **{key: over(first.get(key), value) for key, value in second.items()}}


@pytest.mark.parametrize("learners", [40, 200, 2000])
def test_sizes_are_those_of_the_rehearsal(learners: int) -> None:
    found, chart = measured(), values(learners)
    size = chart["singleuser"]["memory"]
    gib = {name: float(text.removesuffix("G")) for name, text in size.items()}
    one = (found["server_mib"] + found["kernel_mib"]["tensorflow"]) / 1024
    assert one < gib["guarantee"] < 2 * one
    assert gib["limit"] > one + found["kernel_mib"]["tensorflow"] / 1024  # two lessons open
    assert 0.5 < chart["singleuser"]["cpu"]["guarantee"] * found["learners_per_core"] < 2
    assert chart["scheduling"]["userPlaceholder"]["replicas"] == learners // 10
    assert chart["hub"]["concurrentSpawnLimit"] >= min(learners, 64)


def test_the_start_of_a_server_makes_the_learners_copies(tmp_path: Path) -> None:
    chart = values(40)["singleuser"]
    _, *words = chart["lifecycleHooks"]["postStart"]["exec"]["command"]
    home = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, *words], env=home, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    for profile in chart["profileList"]:
        page = profile["kubespawner_override"]["default_url"].removeprefix("/lab/tree/")
        copy = tmp_path / page
        assert copy.is_file()
        assert sorted(path.name for path in copy.parent.glob("*.ipynb")) == [
            lesson.name for lesson in find_lessons([], profile["slug"])
        ]
    assert (tmp_path / "my" / "gesture.tflite").is_file()  # lesson 10 reads ../gesture.tflite


def test_what_it_starts_is_in_the_image() -> None:
    _, settings, _ = values(40)["singleuser"]["cmd"]
    assert (ROOT / settings.partition("=")[2].removeprefix(IMAGE)).is_dir()
    assert f"--target-repo-dir {IMAGE[:-1]}" in (FOLDER / "values.yaml").read_text("utf-8")
