"""A number of learners and a lesson in; what they met when all took it at once, out.

Opens the room of `workshop` in a folder of its own, walks learners through it and ends all of it.
Knows of the hub its command, its pages and its processes.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..records import InputError, Table
from ..setup.bootstrap import progress
from ..setup.errors import IS_ROOT
from ..setup.lessons import ROOT, lesson_id
from ..setup.machine import free_memory_gb
from ..words import later, say
from .learner import Learner, LearnerError, Ran

MEASURED = Path(__file__).with_name("measured.json")
_MOST = 100  # learners: more are no room, and no one machine
_MINUTE = 60  # seconds, within which a room has to have begun
_VERDICT = "application/vnd.tfl.verdict+json"
STAGES = {
    "server": later("signed in, a server of their own"),
    "page": later("the lesson in JupyterLab"),
    "kernel": later("a kernel"),
    "first": later("the first cell has run"),
    "imports": later("the imports have run"),
    "cell": later("each cell"),
}
# MiB (PSS) and seconds of a core, by learner (or "") and part: hub, server or kernel.
Usage = dict[tuple[str, str], tuple[float, float]]
BEFORE: list[str] = []  # tests: a view of the machine in which learners reach its Python


@dataclass(frozen=True)
class Hub:
    """A room that is open: where, its code, its process."""

    url: str
    code: str
    process: subprocess.Popen[bytes]


@dataclass
class Walk:
    """What one learner has met: seconds from their beginning, seconds of each cell."""

    stages: dict[str, float] = field(default_factory=dict)
    cells: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@asynccontextmanager
async def running_hub(folder: Path, language: str = "en") -> AsyncIterator[Hub]:
    """A room on the loopback address, its state in `folder`; afterwards nothing of it runs."""
    # Four ports below those of learners' servers, and those that the system hands out.
    port, code = 10_000 + 4 * secrets.randbelow(2400), secrets.token_hex(4)
    hub = Hub(f"http://127.0.0.1:{port}", code, start_hub(folder, port, code, language))
    try:
        async with Learner(hub.url, "") as visitor:
            while hub.process.poll() is None:
                with suppress(LearnerError):
                    await visitor.ask("GET", "/hub/login")
                    break
                await asyncio.sleep(0.2)
            else:
                raise InputError((folder / "start.log").read_text("utf-8", "replace"))
        yield hub
    finally:
        stop_hub(hub.process)


def start_hub(folder: Path, port: int, code: str, language: str) -> subprocess.Popen[bytes]:
    """What `workshop` starts, out of reach of this terminal's Ctrl-C: we end it ourselves."""
    own = ["--folder", str(folder / "hub"), "--join", code, "--port", str(port)]
    own += ["--language", language, *([] if IS_ROOT else ["--shared-user"])]
    with (folder / "start.log").open("ab") as log:
        return subprocess.Popen(
            [*BEFORE, sys.executable, "-m", "tfl_helpers", "workshop", *own],
            cwd=ROOT,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def stop_hub(process: subprocess.Popen[bytes]) -> None:
    """Let the room end; what has not ended after half a minute is killed."""
    import psutil

    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        theirs = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        for one in psutil.wait_procs(theirs, timeout=5)[1]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.kill()
    process.wait()


def measure(hub: Hub) -> Usage:
    """What the room's processes hold, and what they have taken so far."""
    import psutil

    found: Usage = {}
    root = psutil.Process(hub.process.pid)
    for process in [root, *root.children(recursive=True)]:
        with suppress(psutil.Error):
            name = process.environ().get("JUPYTERHUB_USER", "")
            part = "kernel" if "ipykernel_launcher" in process.cmdline() else "server"
            key = name, part if name else "hub"
            mib, cpu = found.get(key, (0.0, 0.0))
            held = process.memory_full_info()
            mib += getattr(held, "pss", held.uss) / 2**20  # macOS has no PSS
            found[key] = mib, cpu + sum(process.cpu_times()[:2])
    return found


async def walk(learner: Learner, hub: Hub, lesson: str, think: float, solve: Any, to: Walk) -> None:
    """From the join page to the last cell.

    Args:
        lesson: its path in the learner's folder.
        think: how many seconds pass between the cells, all in all.
        solve: makes a notebook with its solutions of one without; None for who leaves them.
        to: takes what is met on the way.
    """
    begun, cell, lots = time.perf_counter(), "", random.Random(learner.name)

    def reached(stage: str) -> None:
        to.stages.setdefault(stage, time.perf_counter() - begun)

    try:
        await learner.sign_in(hub.code, f"{hub.code} {learner.name}")
        await learner.open_server()
        reached("server")
        await learner.open_page(lesson)
        reached("page")
        notebook = await learner.read(lesson)
        notebook = solve(notebook) if solve else notebook
        await learner.start_kernel(lesson)
        reached("kernel")
        cells = [one for one in notebook["cells"] if one["cell_type"] == "code"]
        pauses = [lots.lognormvariate(0.0, 0.7) for _ in cells]
        for one, pause in zip(cells, pauses, strict=True):
            cell = one["id"]
            ran = await learner.run(one["source"], cell)
            to.cells.append(ran.seconds)
            to.failures += [f"{learner.name}, {cell}: {why}" for why in _wrong(ran, solve)]
            one["outputs"] = ran.outputs
            reached("first")
            if re.search(r"^(import|from) ", one["source"], re.MULTILINE):
                reached("imports")
            if "imports" in to.stages:
                await asyncio.sleep(think * pause / sum(pauses))
            if "exercise" in one["metadata"].get("tags", ()):
                await learner.save(lesson, notebook)
        await learner.save(lesson, notebook)
    except LearnerError as error:
        to.failures.append(f"{learner.name}, {cell or say('before the first cell')}: {error}")


def _wrong(ran: Ran, solved: Any) -> list[str]:
    """The error of a cell, and a verdict that a solution should not get."""
    verdicts = [out["data"][_VERDICT] for out in ran.outputs if _VERDICT in out.get("data", ())]
    states = [one["state"] for one in verdicts if solved and one["state"] != "right"]
    return [ran.error, *states] if ran.error else states


async def rehearse(learners: int, lesson: Path, minutes: float, solve: Any) -> dict[str, Any]:
    """Walk so many learners through a lesson at once; every second one puts the solutions in.

    Raises:
        InputError: so many are no room, or more than this machine holds.
    """
    kind = "tensorflow" if "import tensorflow" in lesson.read_text("utf-8") else "litert"
    _check(learners, kind)
    walks = {f"rehearsal-{number + 1}": Walk() for number in range(learners)}
    path = f"{lesson.parent.name}/{lesson.name}"
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tfl-")))
        hub = await stack.enter_async_context(running_hub(folder, lesson.parent.name))
        tasks = []
        for number, (name, to) in enumerate(walks.items()):
            learner = await stack.enter_async_context(Learner(hub.url, name))
            mind = solve if number % 2 else None
            tasks += [asyncio.create_task(walk(learner, hub, path, _MINUTE * minutes, mind, to))]
        samples = await _watch(tasks, walks, hub, 2 * _MINUTE * minutes + 300 + 20 * learners)
    return {
        "learners": learners,
        "lesson": lesson_id(lesson),
        "kind": kind,
        "minutes": minutes,
        "date": time.strftime("%Y-%m-%d"),
        **figures(walks, *samples),
    }


async def _watch(
    tasks: list[asyncio.Task[None]], walks: Mapping[str, Walk], hub: Hub, limit: float
) -> tuple[Usage, Usage]:
    """Stay until all are through or the time is over; the usage after the imports, and then."""
    begun, after = time.monotonic(), {}
    while pending := [task for task in tasks if not task.done()]:
        await asyncio.wait(pending, timeout=1)
        seconds = time.monotonic() - begun
        if seconds > limit:
            for task in pending:
                task.cancel()
        ran = sum(len(one.cells) for one in walks.values())
        ready = sum("imports" in one.stages for one in walks.values())
        doing = say("{count} cells have run, {ready} are past the imports", count=ran, ready=ready)
        at, total = len(tasks) - len(pending), len(tasks)
        width = shutil.get_terminal_size().columns - 1 if sys.stderr.isatty() else 0
        if width or int(seconds) % 15 == 0:
            line = progress(doing, at, total, say("learners"), int(seconds), width)
            print(line, end="", file=sys.stderr, flush=True)
        if ready == total and not after:
            after = measure(hub)
    for one, task in zip(walks.values(), tasks, strict=True):
        if task.cancelled():
            one.failures.append(say("not through after {seconds:.0f} s", seconds=limit))
        else:
            task.result()
    end = measure(hub)
    return after or end, end


def figures(walks: Mapping[str, Walk], after: Usage, end: Usage) -> dict[str, Any]:
    """What the learners have met, together; what the room held, and what another has to have."""
    met = {
        stage: [w.stages[stage] for w in walks.values() if stage in w.stages] for stage in STAGES
    }
    met["cell"] = [seconds for one in walks.values() for seconds in one.cells]

    def mean(usage: Usage, part: str, which: int) -> float:
        of = [one[which] for (_, name), one in usage.items() if name == part]
        return round(statistics.fmean(of), 1) if of else 0.0

    mib = {part: mean(end, part, 0) for part in ("hub", "server", "kernel")}
    to_begin = mean(after, "server", 1) + mean(after, "kernel", 1)
    to_end = mean(end, "server", 1) + mean(end, "kernel", 1)
    each = mib["server"] + mib["kernel"]
    return {
        "seconds": {stage: _spread(all_) for stage, all_ in met.items() if all_},
        "cells": len(met["cell"]),
        "failures": [why for one in walks.values() for why in one.failures],
        "mib": mib,
        "cpu_seconds": {"hub": mean(end, "hub", 1), "begin": to_begin, "lesson": to_end},
        "learners_per_gib": round(1024 / each, 1) if each else None,
        "learners_per_core": round(_MINUTE / to_begin, 1) if to_begin else None,
    }


def _spread(seconds: list[float]) -> list[float]:
    """Median, what 95 of 100 are within, and the longest."""
    inside = sorted(seconds)
    most = inside[min(len(inside) - 1, int(0.95 * len(inside)))]
    return [round(one, 2) for one in (statistics.median(inside), most, inside[-1])]


def tables(told: Mapping[str, Any]) -> str:
    """What `rehearse` has found, to be read."""
    heads = (say("seconds"), say("median"), "95 %", say("longest"))
    rows = [(say(STAGES[name]), *map(str, all_)) for name, all_ in told["seconds"].items()]
    caption = later("{learners} at once, lesson {lesson}, {minutes:g} minutes of thinking each")
    times = Table(say(caption, **told), heads, tuple(rows)).text()
    mib, cpu = told["mib"], told["cpu_seconds"]
    holds = later(
        "Memory: hub and proxy {hub:.0f} MiB; a learner's server {server:.0f}, kernel {kernel:.0f}."
    )
    takes = later(
        "A core is busy {begin:.1f} s until a learner has begun, {lesson:.1f} s with all of the"
        " lesson; {hub:.1f} s with the hub."
    )
    room = later(
        "So a room has {learners_per_gib} learners to each GiB, and {learners_per_core} to each"
        " core if all are to have begun within a minute."
    )
    failed = later("{count} cells have run, {failed} failures")
    count = say(failed, count=told["cells"], failed=len(told["failures"]))
    lines = [times, say(holds, **mib), say(takes, **cpu), say(room, **told), count]
    return "\n".join([*lines, *(f"  {why}" for why in told["failures"])])


def _check(learners: int, kind: str) -> None:
    if not 1 <= learners <= _MOST:
        wanted = later(
            "Expected 1 to {most} learners, got {learners}. Write for example: rehearse 20"
        )
        raise InputError(wanted, most=_MOST, learners=learners)
    known, free = json.loads(MEASURED.read_text("utf-8")), free_memory_gb()
    fit = ((free or 1e6) * 1e9 / 2**20 - known["hub_mib"]) / (
        known["server_mib"] + known["kernel_mib"][kind]
    )
    if learners > fit:
        fits = later(
            "{free:.1f} GB of memory are free here, which holds {fit:.0f} learners."
            " Write: rehearse {fit:.0f}"
        )
        raise InputError(fits, free=free, fit=max(1, fit // 1))
