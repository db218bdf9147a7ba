"""Re-run the whole course many times and count false alarms: `python -m tests.soak 10 --busy`.

A strict comparison is worth as much as its silence on unchanged notebooks. What follows `--` goes
to pytest, such as `-n 2`. `python -m tests.soak --seeds 20` runs every solution with so many
seeds: no right answer may fail by a float. Nothing here is collected as a test.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import papermill

from tests.author.solutions import verdicts
from tests.test_notebooks_solved import run_solved
from tfl_helpers.setup.lessons import ROOT, find_lessons

COURSE = ("notebooks", "tests/test_notebooks_solved.py")
ENDLESS = "import os\nfor_whom = os.getppid()\nwhile os.getppid() == for_whom: pass"


def main(arguments: list[str]) -> int:
    """Run the course as often as asked; 1 if a cell or a lesson failed in any run."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("runs", type=int, nargs="?", default=0, help="how often")
    parser.add_argument("--seeds", type=int, default=0, help="run the solutions with seeds 0, 1, …")
    parser.add_argument("--busy", action="store_true", help="keep one core busy meanwhile")
    options = parser.parse_args(arguments[:end])
    if options.seeds:
        return run_seeds(options.seeds)
    results = []
    with busy(options.busy):
        for number in range(1, options.runs + 1):
            tests, alarms, seconds = run_course(arguments[end + 1 :])
            results.append((tests, alarms, seconds))
            print(f"run {number}: {tests} tests, {len(alarms)} failed, {seconds:.0f} s", flush=True)
            for alarm in alarms:
                print(f"  {alarm}", flush=True)
    tests, alarms = sum(r[0] for r in results), sum(len(r[1]) for r in results)
    middle = statistics.median(seconds for _, _, seconds in results)
    print(f"{options.runs} runs, {tests} tests, {alarms} false alarms, median {middle:.0f} s a run")
    return int(alarms > 0)


def run_seeds(count: int) -> int:
    """Run each lesson with its solutions and each seed; 1 if a verdict was not right."""
    lessons = [one for one in find_lessons([]) if "seed" in papermill.inspect_notebook(one)]
    pairs = [(lesson, seed) for lesson in lessons for seed in range(count)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        told = list(pool.map(lambda pair: run_seed(*pair), pairs))
    failed = [line for line in told if line]
    print(*failed, f"{len(told)} runs of {len(lessons)} lessons, {len(failed)} failed", sep="\n")
    return int(bool(failed))


def run_seed(lesson: Path, seed: int) -> str:
    """What was not right; empty if all was."""
    try:
        states = verdicts(run_solved(lesson, seed=seed))
    except BaseException as error:  # pytest.fail is no Exception
        return f"{lesson.stem}, seed {seed}: {error}"
    wrong = {name: state for name, state in states.items() if state != "right"}
    return f"{lesson.stem}, seed {seed}: {wrong}" if wrong else ""


def run_course(options: list[str]) -> tuple[int, list[str], float]:
    """How many tests ran, which failed or were left out, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *options, *COURSE]
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        seconds = time.perf_counter() - start
        if not report.exists():
            return 0, [f"pytest stopped: {' '.join(command)}"], seconds
        cases = list(ElementTree.parse(report).iter("testcase"))
    return len(cases), [alarm for case in cases for alarm in _alarms(case)], seconds


def _alarms(case: ElementTree.Element) -> Iterator[str]:
    for outcome in case:
        if outcome.tag in ("failure", "error", "skipped"):
            name = f"{case.get('classname')} {case.get('name')}"
            yield f"{outcome.tag}: {name}\n{outcome.text or outcome.get('message')}"


@contextmanager
def busy(wanted: bool) -> Iterator[None]:
    """Meanwhile a process that does nothing takes as much of one core as it gets."""
    others = [subprocess.Popen([sys.executable, "-c", ENDLESS])] if wanted else []
    if wanted and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(others[0].pid, {max(os.sched_getaffinity(0))})
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
