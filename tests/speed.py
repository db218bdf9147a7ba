"""pytest plugin: kernels are forked from one warm process; with -n, the longest work comes first.

Without it the same tests pass and fail, later.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from typing import Any

import pytest

# jsonschema looks for it, to check kinds of addresses that no notebook has; it builds its grammar
# for two seconds, in each process of a run.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from tests.author import warm  # noqa: E402

SECONDS = "tfl/seconds"  # in pytest's cache: how long each unit took
SOLVED = "tests/test_notebooks_solved.py"


def unit(nodeid: str) -> str:
    """What stays on one worker: a notebook, a file of tests, one solved lesson."""
    path = nodeid.partition("::")[0]
    return nodeid if path == SOLVED else path


class Run:
    """Hooks of the process that was started; its workers, if there are any, inherit the server."""

    def __init__(self, server: warm.WarmServer | None) -> None:
        self.server = server
        self.seconds: Counter[str] = Counter()

    def pytest_configure(self, config: pytest.Config) -> None:
        if self.server and not starts_kernels(config):
            self.server.close()

    def pytest_report_header(self) -> str:
        how = "forked from one warm process" if warm.ADDRESS in os.environ else "plain"
        return f"kernels: {how}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[unit(report.nodeid)] += report.duration

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if cache := getattr(config, "cache", None):
            cache.set(SECONDS, {**cache.get(SECONDS, {}), **self.seconds})
        if self.server and (trouble := self.server.close()):
            terminalreporter.section("kernels that started from nothing")
            terminalreporter.write_line(trouble)

    def pytest_unconfigure(self) -> None:
        if self.server:
            self.server.close()


def starts_kernels(config: pytest.Config) -> bool:
    """Whether it pays to load TensorFlow: not for the fast tests, nor for single files of tests."""
    paths = [argument.partition("::")[0] for argument in config.args]
    single = all(path.endswith(".py") and not path.endswith(SOLVED) for path in paths)
    return not (config.option.collectonly or config.option.markexpr == "not slow" or single)


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """The first hook there is: TensorFlow loads while pytest reads its plugins and the tests."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pluginmanager.register(Run(warm.start()))
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
