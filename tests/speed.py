"""pytest plugin: with -n, units of work instead of single cells, and the longest comes first.

Without it the same tests pass and fail, later.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from typing import Any

import pytest

# jsonschema looks for it, to check kinds of addresses that no notebook has; it builds its grammar
# for two seconds, in each process of a run.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

SECONDS = "tfl/seconds"  # in pytest's cache: how long each unit took
SOLVED = "tests/test_notebooks_solved.py"
taken: Counter[str] = Counter()


def unit(nodeid: str) -> str:
    """What stays on one worker: a notebook, a file of tests, one solved lesson."""
    path = nodeid.partition("::")[0]
    return nodeid if path == SOLVED else path


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    taken[unit(report.nodeid)] += report.duration


def pytest_terminal_summary(config: pytest.Config) -> None:
    if cache := getattr(config, "cache", None):
        cache.set(SECONDS, {**cache.get(SECONDS, {}), **taken})


def pytest_collection() -> None:
    gc.disable()  # test modules import TensorFlow, a million objects that stay


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With -n: units instead of single cells (as `load` has it), and the longest first."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    cache = getattr(config, "cache", None)
    seconds = cache.get(SECONDS, {}) if cache else {}

    class LongestFirst(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

        def _assign_work_unit(self, node: Any) -> None:
            longest = max(self.workqueue, key=lambda name: seconds.get(name, float("inf")))
            self.workqueue.move_to_end(longest, last=False)
            super()._assign_work_unit(node)

    return LongestFirst(config, log)
