"""A machine's answers in, a report out: of each thing wrong the cause and one command.

It judges what a machine can do. Other versions than the proven ones are named, not judged.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..records import Shown, Table
from ..web.folder import find_npm, is_fetched
from . import machine
from .bootstrap import LOCK, installed_versions, is_same, proven
from .errors import HOME, OWN, SUPPORTED, TEMPORARY, WHEELS, install_command, typed
from .machine import TIMEOUT_SECONDS, Outcome

ROOT = Path(__file__).resolve().parents[2]
MEMORY_GB = 1.5  # TensorFlow 0.6, JupyterLab and a kernel 0.2, a conversion, a second notebook
DISK_GB = 0.5
# What helpers import beside the two that walk the road: name on the index -> name in Python.
IMPORTS = {
    "flatbuffers": "flatbuffers",
    "ipywidgets": "ipywidgets",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "pillow": "PIL",
    "resvg-py": "resvg_py",
}
ROAD = ("tensorflow", "ai-edge-litert")


def _python(*arguments: str) -> str:
    return typed([sys.executable, "-m", *arguments])


_RUNNING = _python("jupyter", "server", "list")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `cause` and `command` are there when something lacks.

    What is `optional` may lack: the course runs without it, and the cause says what does not.
    """

    asked: str
    found: str
    cause: str = ""
    command: str = ""
    optional: bool = False

    @property
    def verdict(self) -> str:
        """A word and its sign."""
        return "✓ ok" if not self.cause else "○ not here" if self.optional else "✗ wrong"


@dataclass(frozen=True)
class Report(Shown):
    """What the doctor found. If all is well and as proven, in the same words on every machine."""

    checks: tuple[Check, ...]
    others: tuple[tuple[str, str, str], ...] = ()  # package, version here, versions proven
    date: str = ""  # of the last proven run

    @property
    def wrong(self) -> tuple[Check, ...]:
        """What lacks and is needed."""
        return tuple(check for check in self.checks if check.cause and not check.optional)

    def tables(self) -> tuple[Table, ...]:
        rows = tuple((c.asked, c.found, c.verdict) for c in self.checks)
        ready = "✗ This machine is not ready yet" if self.wrong else "✓ This machine is ready"
        lead = ready if self.wrong else f"{ready} for the course"
        tables = [Table(lead, ("check", "found", "verdict"), rows)]
        lacking = [c for c in self.checks if c.cause and c.optional]
        for caption, checks in (
            ("What to do, from the top", self.wrong),
            ("Not needed by most lessons", lacking),
        ):
            mend = tuple((c.asked, c.cause, f"`{c.command}`") for c in checks)
            tables += [Table(caption, ("check", "cause", "run this"), mend)] if mend else []
        if self.others:
            caption = f"Other than proven on {self.date}: sizes and wording may differ, no more"
            tables.append(Table(caption, ("package", "here", "proven"), self.others))
        return tuple(tables)

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        others = [dict(zip(("package", "here", "proven"), o, strict=True)) for o in self.others]
        checks = [{**vars(check), "verdict": check.verdict} for check in self.checks]
        ready = {"ready": not self.wrong, "proven": self.date}
        return {**ready, "checks": checks, "other_than_proven": others}


def examine(everything: bool = False) -> Report:
    """Look at what this machine can do: import, convert, run a kernel, answer to a press.

    Args:
        everything: look for a browser, npm and Japanese letters too, which most lessons or a
            notebook that is open already do not need.

    Example:
        >>> tfl.examine()
    """
    last = proven(ROOT)
    versions = {**last["versions"]["lab"], **last["versions"]["run"]}
    kernel = machine.try_kernel()
    disk, clean = shutil.disk_usage(os.curdir).free / 1e9, _python("pip", "cache", "purge")
    checks = (
        check_version(sys.version_info[:2], installed_versions(ROAD)),
        check_imports(machine.try_imports(IMPORTS)),
        check_road(machine.try_road()),
        check_kernel(kernel, sys.prefix),
        check_widgets(kernel),
        check_room(
            "Memory", machine.free_memory_gb(), MEMORY_GB, "a lesson and its kernel", _RUNNING
        ),
        check_room("Disk", disk, DISK_GB, "models and copies of lessons", clean),
        check_writing(),
    )
    others = other_versions(versions, installed_versions(versions))
    return Report(checks + (what_is_optional() if everything else ()), others, last["date"])


def other_versions(
    pins: Mapping[str, list[str]], found: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Packages that are here in another version than a proven one, and Python if it is another."""
    here = sys.version_info[:2]
    known = ", ".join(f"{major}.{minor}" for major, minor in SUPPORTED)
    python = () if here in SUPPORTED else (("Python", f"{here[0]}.{here[1]}", known),)
    return python + tuple(
        (name, found[name], " or ".join(versions))
        for name, versions in sorted(pins.items())
        if found.get(name, versions[0]) not in versions
    )


def check_version(here: tuple[int, ...], found: Mapping[str, str]) -> Check:
    """Python is one that TensorFlow has wheels for, or has TensorFlow all the same."""
    if here in SUPPORTED or "tensorflow" in found:
        return Check("Python", "a version that TensorFlow has wheels for")
    return Check("Python", ".".join(map(str, here)), WHEELS, "python3.13 -m tfl_helpers doctor")


def check_imports(failed: Mapping[str, str]) -> Check:
    """All that helpers need can be imported."""
    if not failed:
        return Check("Packages", f"{len(IMPORTS)} that the helpers need can be imported")
    cause = f"without {', '.join(failed)} some helpers do not work"
    return Check("Packages", next(iter(failed.values())), cause, _repair(*failed))


def _repair(*packages: str) -> str:
    """The command that brings packages back, and changes no other package of this environment."""
    if is_same(sys.prefix, ROOT / ".venv"):
        lock = ("--require-hashes", "-r", str(ROOT / LOCK))
        return _python("pip", "install", "--force-reinstall", "--no-deps", *lock)
    found = installed_versions(packages)
    again = [f"{name}=={found[name]}" if name in found else name for name in packages]
    return _python("pip", "install", "--force-reinstall", "--no-deps", *again)


def check_road(outcome: Outcome) -> Check:
    """TensorFlow and LiteRT import, convert and agree on the square of 3."""
    asked = "TensorFlow and LiteRT"
    if outcome.code != 0:
        return _failed(asked, outcome, ROAD)
    if outcome.line != "9.0 9.0":
        cause = "both should say 9.0, so an installation is damaged"
        return Check(asked, f"3.0 squared: {outcome.line}", cause, _repair(*ROAD))
    return Check(asked, "agree that 3.0 squared is 9.0")


def check_kernel(outcome: Outcome, prefix: str) -> Check:
    """A Jupyter kernel starts in this environment and finds this package."""
    if outcome.code != 0:
        return _failed("Jupyter kernel", outcome, ("ipykernel", "jupyter-client"))
    ran = outcome.line.partition("\t")[0]
    if not is_same(ran, prefix):
        command = _python("ipykernel", "install", "--sys-prefix")
        return Check("Jupyter kernel", ran, f"it should run in {prefix}", command)
    return Check("Jupyter kernel", "starts and finds these helpers")


def check_widgets(outcome: Outcome) -> Check:
    """A button in that kernel hears that it was pressed."""
    if outcome.code != 0:
        return Check("Widgets", "not asked: there is no kernel", optional=True)
    word = outcome.line.partition("\t")[2]
    if word == "answers":
        return Check("Widgets", "a button answers")
    return Check("Widgets", word, "what can be pressed in a lesson is dead", _repair("ipywidgets"))


def _failed(asked: str, outcome: Outcome, packages: Iterable[str]) -> Check:
    found = outcome.error or f"exit code {outcome.code}"
    if outcome.code is None:
        found = f"no answer in {TIMEOUT_SECONDS} seconds"
        return Check(asked, found, "too much else runs here", _python("tfl_helpers", "doctor"))
    if outcome.code == -4:  # SIGILL
        return Check(asked, found, "the processor lacks the AVX of TensorFlow's wheels", "lscpu")
    if outcome.code == -9:  # SIGKILL
        return Check(asked, found, "the system ended it, as a rule for want of memory", _RUNNING)
    if "DLL load failed" in found:
        install = "winget install Microsoft.VCRedist.2015+.x64"
        return Check(asked, found, "Windows lacks the Visual C++ libraries", install)
    if "No module named 'tfl_helpers'" in found:
        command = _python("pip", "install", "--no-deps", "-e", str(ROOT))
        return Check(asked, found, "the kernel does not know this clone", command)
    return Check(asked, found, "an installation is damaged", _repair(*packages))


def check_room(
    asked: str, free_gb: float | None, needed_gb: float, what: str, command: str
) -> Check:
    """Room for `what`; where the system does not say how much is free, nothing is wrong."""
    if free_gb is None or free_gb >= needed_gb:
        return Check(asked, "no shortage found")
    return Check(asked, f"{free_gb:.1f} GB free", f"{what} need {needed_gb} GB", command)


def check_writing() -> Check:
    """Lessons may write: into the folder that they run in, and into a temporary one."""
    for folder, command in ((os.curdir, OWN), (None, TEMPORARY)):
        try:
            with tempfile.NamedTemporaryFile(dir=folder) as file:
                file.write(b"x")
        except OSError as error:
            if folder and not Path.cwd().is_relative_to(ROOT):
                command = HOME  # not ours to change
            found = f"{'this folder' if folder else 'temporary files'}: {error.strerror}"
            return Check("Writing", found, "lessons save models, and cannot here", command)
    return Check("Writing", "files can be written")


def what_is_optional() -> tuple[Check, ...]:
    """A browser, npm and Japanese letters: what lacks costs a part of the course."""
    asked = ("Browser", "npm", "Japanese letters")
    browser, npm, letters = (Check(name, "here") for name in asked)
    if not machine.has_browser():
        lab = _python("tfl_helpers", "lab", "--no-browser")
        cause = "nothing can be opened here: open the address that `lab` prints elsewhere"
        browser = Check("Browser", "none", cause, lab, optional=True)
    if not (is_fetched() or find_npm()):
        install = install_command(apt="npm", dnf="npm", brew="node", winget="OpenJS.NodeJS")
        cause = "lesson 14's page needs LiteRT.js, which npm fetches"
        npm = Check("npm", "none", cause, install, optional=True)
    if not machine.has_japanese():
        fonts = {"apt": "fonts-noto-cjk", "dnf": "google-noto-sans-cjk-fonts"}
        cause = "lessons in Japanese show boxes in place of letters"
        install = install_command(**fonts)
        letters = Check("Japanese letters", "no font", cause, install, optional=True)
    return browser, npm, letters
