"""A machine's answers in, a report out: of each thing wrong the cause and one command.

It judges what a machine can do. Other versions than the proven ones are named, not judged.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..records import Shown, Table
from ..web.folder import find_npm, is_fetched
from ..words import say
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
        if not self.cause:
            return say("✓ ok")
        return say("○ not here") if self.optional else say("✗ wrong")


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
        lead = say("✓ This machine is ready for the course")
        if self.wrong:
            lead = say("✗ This machine is not ready yet")
        tables = [Table(lead, (say("check"), say("found"), say("verdict")), rows)]
        lacking = [c for c in self.checks if c.cause and c.optional]
        for caption, checks in (
            (say("What to do, from the top"), self.wrong),
            (say("It works without these"), lacking),
        ):
            mend = tuple((c.asked, c.cause, f"`{c.command}`") for c in checks)
            heads = (say("check"), say("cause"), say("run this"))
            tables += [Table(caption, heads, mend)] if mend else []
        if self.others:
            other = say(
                "Other than proven on {date}: sizes and wording may differ, no more",
                date=self.date,
            )
            heads = (say("package"), say("here"), say("proven"))
            tables.append(Table(other, heads, self.others))
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
            say("Memory"),
            machine.free_memory_gb(),
            MEMORY_GB,
            say("a lesson and its kernel"),
            _RUNNING,
        ),
        check_room(say("Disk"), disk, DISK_GB, say("models and copies of lessons"), clean),
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
        (name, found[name], say(" or ").join(versions))
        for name, versions in sorted(pins.items())
        if found.get(name, versions[0]) not in versions
    )


def check_version(here: tuple[int, ...], found: Mapping[str, str]) -> Check:
    """Python is one that TensorFlow has wheels for, or has TensorFlow all the same."""
    if here in SUPPORTED or "tensorflow" in found:
        return Check("Python", say("a version that TensorFlow has wheels for"))
    command = "python3.13 -m tfl_helpers doctor"
    return Check("Python", ".".join(map(str, here)), say(WHEELS), command)


def check_imports(failed: Mapping[str, str]) -> Check:
    """All that helpers need can be imported."""
    if not failed:
        found = say("{count} that the helpers need can be imported", count=len(IMPORTS))
        return Check(say("Packages"), found)
    cause = say("without {packages} some helpers do not work", packages=", ".join(failed))
    return Check(say("Packages"), next(iter(failed.values())), cause, _repair(*failed))


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
    asked = say("TensorFlow and LiteRT")
    if outcome.code != 0:
        return _failed(asked, outcome, ROAD)
    if outcome.line != "9.0 9.0":
        cause = say("both should say 9.0, so an installation is damaged")
        found = say("3.0 squared: {numbers}", numbers=outcome.line)
        return Check(asked, found, cause, _repair(*ROAD))
    return Check(asked, say("agree that 3.0 squared is 9.0"))


def check_kernel(outcome: Outcome, prefix: str) -> Check:
    """A Jupyter kernel starts in this environment and finds this package."""
    asked = say("Jupyter kernel")
    if outcome.code != 0:
        return _failed(asked, outcome, ("ipykernel", "jupyter-client"))
    ran = outcome.line.partition("\t")[0]
    if not is_same(ran, prefix):
        command = _python("ipykernel", "install", "--sys-prefix")
        return Check(asked, ran, say("it should run in {folder}", folder=prefix), command)
    return Check(asked, say("starts and finds these helpers"))


def check_widgets(outcome: Outcome) -> Check:
    """A button in that kernel hears that it was pressed."""
    asked = say("Widgets")
    if outcome.code != 0:
        return Check(asked, say("not asked: there is no kernel"), optional=True)
    word = outcome.line.partition("\t")[2] or say("no answer to a press")
    if word == "answers":
        return Check(asked, say("a button answers"))
    cause = say("what can be pressed in a lesson is dead")
    return Check(asked, word, cause, _repair("ipywidgets"))


def _failed(asked: str, outcome: Outcome, packages: Iterable[str]) -> Check:
    found = outcome.error or say("exit code {code}", code=outcome.code)
    cause, command = say("an installation is damaged"), _repair(*packages)
    if outcome.code is None:
        found = say("no answer in {seconds} seconds", seconds=TIMEOUT_SECONDS)
        cause, command = say("too much else runs here"), _python("tfl_helpers", "doctor")
    elif outcome.code == -4:  # SIGILL
        cause, command = say("the processor lacks the AVX of TensorFlow's wheels"), "lscpu"
    elif outcome.code == -9:  # SIGKILL
        cause, command = say("the system ended it, as a rule for want of memory"), _RUNNING
    elif "DLL load failed" in found:
        cause = say("Windows lacks the Visual C++ libraries")
        command = "winget install Microsoft.VCRedist.2015+.x64"
    elif "No module named 'tfl_helpers'" in found:
        cause = say("the kernel does not know this clone")
        command = _python("pip", "install", "--no-deps", "-e", str(ROOT))
    return Check(asked, found, cause, command)


def check_room(
    asked: str, free_gb: float | None, needed_gb: float, what: str, command: str
) -> Check:
    """Room for `what`; where the system does not say how much is free, nothing is wrong."""
    if free_gb is None or free_gb >= needed_gb:
        return Check(asked, say("no shortage found"))
    cause = say("{what} need {needed} GB", what=what, needed=needed_gb)
    return Check(asked, say("{free:.1f} GB free", free=free_gb), cause, command)


def check_writing() -> Check:
    """Lessons may write: into the folder that they run in, and into a temporary one."""
    for folder, command in ((os.curdir, OWN), (None, TEMPORARY)):
        try:
            with tempfile.NamedTemporaryFile(dir=folder) as file:
                file.write(b"x")
        except OSError as error:
            if folder and not Path.cwd().is_relative_to(ROOT):
                command = HOME  # not ours to change
            found = say("temporary files: {error}", error=error.strerror)
            if folder:
                found = say("this folder: {error}", error=error.strerror)
            cause = say("lessons save models, and cannot here")
            return Check(say("Writing"), found, cause, command)
    return Check(say("Writing"), say("files can be written"))


def what_is_optional() -> tuple[Check, ...]:
    """A browser, npm and Japanese letters: what lacks costs a part of the course."""
    asked = (say("Browser"), "npm", say("Japanese letters"))
    browser, npm, letters = (Check(name, say("here")) for name in asked)
    if not machine.has_browser():
        lab = _python("tfl_helpers", "lab", "--no-browser")
        cause = say("nothing can be opened here: open the address that `lab` prints elsewhere")
        browser = replace(browser, found=say("none"), cause=cause, command=lab, optional=True)
    if not (is_fetched() or find_npm()):
        install = install_command(apt="npm", dnf="npm", brew="node", winget="OpenJS.NodeJS")
        cause = say("lesson 14's page needs LiteRT.js, which npm fetches")
        npm = replace(npm, found=say("none"), cause=cause, command=install, optional=True)
    if not machine.has_japanese():
        fonts = {"apt": "fonts-noto-cjk", "dnf": "google-noto-sans-cjk-fonts"}
        lack = {"found": say("no font"), "command": install_command(**fonts), "optional": True}
        cause = say("lessons in Japanese show boxes in place of letters")
        letters = replace(letters, cause=cause, **lack)
    return browser, npm, letters
