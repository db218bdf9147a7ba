"""A machine as the room of N learners: what is enough, what lacks, and the command for each."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tfl_helpers.__main__ import parse
from tfl_helpers.setup.doctor import Check
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.workshop import ready


def lacking(check: Check, optional: bool = False) -> str:
    """What it says, of a check that found something to do."""
    assert check.cause
    assert check.command
    assert check.optional is optional
    return f"{check.asked} | {check.found} | {check.cause} | {check.command}"


def test_memory_is_that_of_the_rehearsal() -> None:
    found = ready.measured()
    one = found["server_mib"] + found["kernel_mib"]["tensorflow"]
    mib = found["hub_mib"] + 40 * one * ready.RESERVE
    assert ready.memory_gb(40) == pytest.approx(mib * 2**20 / 1e9)
    assert 5 < ready.memory_gb(40, "litert") < ready.memory_gb(40) < 60


def test_memory_for_all_or_the_number_that_there_is_room_for() -> None:
    enough = ready.memory_gb(40)
    assert not ready.check_memory(40, enough).cause
    assert not ready.check_memory(40, None).cause  # no system that says
    words = lacking(ready.check_memory(40, ready.memory_gb(13)))
    assert f"{enough:.0f} GB with TensorFlow" in words
    assert "room for 13 here" in words
    assert words.endswith("doctor --workshop 13")
    assert lacking(ready.check_memory(40, 0.1)).endswith("doctor --workshop 1")


def test_cores_are_no_condition() -> None:
    share = ready.measured()["learners_per_core"]
    assert not ready.check_cores(int(share), 1).cause
    words = lacking(ready.check_cores(int(4 * share), 2), optional=True)
    assert "2 of 4" in words
    assert words.endswith(f"rehearse {int(4 * share)}")


def test_open_files() -> None:
    assert not ready.check_files(40, None).cause
    assert not ready.check_files(40, -1).cause
    needed = 512 + 40 * ready.FILES
    assert not ready.check_files(40, needed).cause
    assert lacking(ready.check_files(40, needed - 1)).endswith(f"ulimit -n {needed}")


def test_a_port_that_another_program_has() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = lacking(ready.check_ports(range(port, port + 1)))
        assert f"{port} is taken" in words
        assert words.endswith("workshop --port 8100")
    assert not ready.check_ports(range(port, port + 1)).cause


def test_who_may_give_each_learner_a_user() -> None:
    assert not ready.check_system("linux", 0).cause
    assert "root" in lacking(ready.check_system("linux", 1000))
    assert lacking(ready.check_system("win32", 0)).endswith("wsl --install")


def test_the_proxy_is_here_or_npm_is() -> None:
    assert not ready.check_proxy(True, False).cause
    assert not ready.check_proxy(False, True).cause
    assert "npm" in lacking(ready.check_proxy(False, False))


def test_the_offline_folder(tmp_path: Path) -> None:
    assert "--offline" in lacking(ready.check_offline(None), optional=True)
    assert shlex.quote(str(tmp_path)) in lacking(ready.check_offline(tmp_path))
    (tmp_path / "manifest.json").write_text("{}")
    assert not ready.check_offline(tmp_path).cause


def test_a_room_in_japanese(japanese: None) -> None:
    assert "学習者 40 人分のメモリ" in lacking(ready.check_memory(40, 0.1))


@pytest.mark.slow
def test_the_command_says_it_all_to_a_program_too(tmp_path: Path) -> None:
    assert parse(["doctor", "--workshop", "40"]).workshop == 40
    code = "import sys; from tfl_helpers.__main__ import parse, _doctor; "
    code += "sys.exit(_doctor(parse(sys.argv[1:])))"
    words = ["doctor", "--workshop", "100000", "--offline", str(tmp_path), "--json"]
    ran = subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    report = json.loads(ran.stdout)
    checks = {check["asked"]: check for check in report["checks"]}
    assert ran.returncode == 1
    assert report["ready"] is False
    assert {"Python", "TensorFlow and LiteRT", "Ports 8000 to 8003"} <= set(checks)
    for asked in ("Memory for 100000 learners", "Open files", "Offline folder"):
        assert checks[asked]["verdict"] == "✗ wrong", asked
