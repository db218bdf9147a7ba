"""A room that is rehearsed: three learners in a real hub, what breaks there, who sees whose."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from live_lab import wait_until
from live_room import through
from nbformat import from_dict, read

from tests import faults
from tests.author.solutions import fill_in
from tests.needs import demand_hub
from tfl_helpers.records import InputError
from tfl_helpers.setup.errors import IS_ROOT
from tfl_helpers.setup.lessons import ROOT, find_lessons
from tfl_helpers.workshop import rehearsal
from tfl_helpers.workshop.learner import Learner, Ran
from tfl_helpers.workshop.rehearsal import Walk, figures, tables


def test_figures_are_of_all_learners_together() -> None:
    walks = {"a": Walk({"server": 2.0, "first": 4.0}, [1.0, 3.0], ["a, x: no"]), "b": Walk()}
    walks["b"].cells = [2.0]
    after = {("", "hub"): (200.0, 9.0), ("a", "server"): (100.0, 2.0), ("a", "kernel"): (90.0, 4.0)}
    end = after | {("b", "server"): (120.0, 2.0), ("b", "kernel"): (302.0, 12.0)}
    told = figures(walks, after, end)
    assert told["seconds"] == {"server": [2.0] * 3, "first": [4.0] * 3, "cell": [2.0, 3.0, 3.0]}
    assert told["mib"] == {"hub": 200.0, "server": 110.0, "kernel": 196.0}
    assert told["cpu_seconds"] == {"hub": 9.0, "begin": 6.0, "lesson": 10.0}
    assert (told["learners_per_gib"], told["learners_per_core"]) == (3.3, 10.0)
    shown = tables({**told, "learners": 2, "lesson": "03", "minutes": 3.0})
    assert "3 cells have run, 1 failures\n  a, x: no" in shown
    assert "each cell                         2.0     3.0   3.0" in shown


def test_a_room_that_nobody_came_to_has_no_figures() -> None:
    told = figures({"a": Walk(failures=["a: no"])}, {}, {})
    assert (told["seconds"], told["learners_per_gib"], told["learners_per_core"]) == (
        {},
        None,
        None,
    )


@pytest.mark.parametrize("learners", [0, 101])
def test_so_many_are_no_room(learners: int) -> None:
    (lesson,) = find_lessons(["10"])
    with pytest.raises(InputError, match=f"1 to 100 learners, got {learners}"):
        asyncio.run(rehearsal.rehearse(learners, lesson, 1, None))


def test_more_than_the_memory_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    known = json.loads(rehearsal.MEASURED.read_text("utf-8"))
    three = known["hub_mib"] + 3.5 * (known["server_mib"] + known["kernel_mib"]["tensorflow"])
    monkeypatch.setattr(rehearsal, "free_memory_gb", lambda: three * 2**20 / 1e9)
    with pytest.raises(InputError, match="which holds 3 learners. Write: rehearse 3"):
        asyncio.run(rehearsal.rehearse(4, find_lessons(["03"])[0], 1, None))


def test_a_solution_that_is_not_right_is_a_failure() -> None:
    verdict = {"output_type": "execute_result", "data": {rehearsal._VERDICT: {"state": "not yet"}}}
    assert rehearsal._wrong(Ran(outputs=[verdict]), solved=fill_in) == ["not yet"]
    assert rehearsal._wrong(Ran(outputs=[verdict], error="NameError: x"), None) == ["NameError: x"]


@pytest.mark.slow
def test_three_learners_one_of_them_in_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    demand_hub()
    monkeypatch.setattr(rehearsal, "BEFORE", through())
    asyncio.run(_three())


async def _three() -> None:
    """Eve takes lesson 10; Ann's kernel is killed, and then she tries all that is Bob's."""
    (lesson,) = find_lessons(["10"])
    done = Walk()
    async with faults.open_room() as room, Learner(room.hub.url, "eve") as eve:
        solve = lambda notebook: fill_in(from_dict(notebook))  # noqa: E731
        walking = asyncio.create_task(
            rehearsal.walk(eve, room.hub, f"en/{lesson.name}", 0, solve, done)
        )
        row = await faults.suffer(room, "kernel killed")
        await walking
        used = rehearsal.measure(room.hub)
        got = await faults.attempts(room) if IS_ROOT else []
        lab = await eve.ask("GET", f"{eve.home}lab")
    assert done.failures == []
    assert list(done.stages) == [stage for stage in rehearsal.STAGES if stage != "cell"]
    assert len(done.cells) == sum(one.cell_type == "code" for one in read(lesson, 4).cells)
    parts = {(name, part) for name in ("ann", "bob", "eve") for part in ("server", "kernel")}
    assert set(used) == parts | {("", "hub")}
    assert all(20 < mib < 1000 and cpu > 0.1 for mib, cpu in used.values())
    assert (row[1], row[-1]) == ("her variables", "nothing"), "of Ann, and of Bob"
    assert len(got) == (len(faults.ATTEMPTS) + len(faults.PAGES)) * IS_ROOT
    assert [one for one in got if one[1].startswith("GOT")] == []
    # Its button opens a port at which any learner of the machine can run code as this one.
    off = re.search(r'"disabledExtensions": (\[.*?\])', lab)
    assert "@jupyterlab/debugger-extension" in json.loads(off[1])


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_running() -> None:
    demand_hub()
    command = [*through(), sys.executable, "-m", "tfl_helpers", "rehearse", "1", "10"]
    begun = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    theirs: list[psutil.Process] = []
    wait_until(lambda: _has_server(begun, theirs), "a learner's server")
    folder = Path(theirs[-1].environ()["TFL_PROGRESS"]).parents[4]
    assert folder.is_dir()
    begun.send_signal(signal.SIGINT)
    said = begun.communicate(timeout=60)[1].decode()
    assert begun.returncode == 130, said
    assert "Stopped." in said
    assert psutil.wait_procs(theirs, timeout=5)[1] == []
    assert not folder.exists()


def _has_server(begun: subprocess.Popen[bytes], theirs: list[psutil.Process]) -> bool:
    """Whether it has started a learner's server, and puts it at the end of all its children."""
    assert begun.poll() is None, begun.communicate()
    theirs[:] = psutil.Process(begun.pid).children(recursive=True)
    with suppress(psutil.Error):
        theirs.sort(key=lambda one: "jupyterhub.singleuser" in one.cmdline())
        return "jupyterhub.singleuser" in theirs[-1].cmdline() if theirs else False
    return False
