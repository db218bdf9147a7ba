"""A clone in, a Python that has its packages out. Standard library only; knows no lesson.

Parses on Python 3.8 too, so that an old Python gets a sentence and not a SyntaxError.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TextIO

from .errors import (
    SUPPORTED,
    SetupError,
    check_ensurepip,
    check_platform,
    check_python,
    check_space,
    explain,
    supported,
)
from .installer import install


def enter(root: Path, arguments: list[str]) -> int | None:
    """Go on in a Python that has the pins of the clone `root`.

    Returns None if the running Python has them. Otherwise makes `.venv` or brings it up to date,
    and runs `python *arguments` there in place of this process (on Windows: as a child, whose exit
    code is returned).
    """
    lock, venv = root / "requirements.txt", root / ".venv"
    inside = os.path.realpath(sys.prefix) == os.path.realpath(venv)
    ready = is_ready(venv, lock)
    if inside and ready:
        return None
    if not inside and has_pins(root):
        # A conda environment, for example. Its children must import this clone too.
        paths = [str(root), os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        return None
    if not ready:
        prepare(root, arguments, sys.stderr)
    os.environ.pop("PYTHONHOME", None)  # it would lead the new Python out of .venv again
    return become([str(python_of(venv)), *arguments])


def become(command: list[str]) -> int:
    """Run `command` in place of this process; on Windows, which cannot, as a child."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    return follow(command)


def follow(command: list[str], folder: Path | None = None) -> int:
    """Run `command` as a child and return its exit code. Ctrl-C reaches the child: it decides."""
    child = subprocess.Popen(command, cwd=folder)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ready(venv: Path, lock: Path) -> bool:
    """True if the last finished set-up installed exactly this requirements.txt."""
    stamp = _stamp(venv)
    return stamp.is_file() and stamp.read_text() == _hash(lock) and python_of(venv).is_file()


def _stamp(venv: Path) -> Path:
    return venv / "requirements.sha256"


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def direct_pins(root: Path) -> dict[str, set[str]]:
    """Each package that pyproject.toml names, with the versions that requirements.txt gives it."""
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pins: dict[str, set[str]] = {re.split(r"[^\w.-]", line)[0]: set() for line in named}
    lock = (root / "requirements.txt").read_text("utf-8")
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE):
        if name in pins:
            pins[name].add(version)
    return pins


def has_pins(root: Path) -> bool:
    """True if the running Python is an environment with the versions of requirements.txt."""
    if sys.version_info[:2] not in SUPPORTED or importlib.util.find_spec("tensorflow") is None:
        return False  # the quick answer for a bare Python
    from importlib.metadata import PackageNotFoundError, version

    try:
        return all(version(name) in allowed for name, allowed in direct_pins(root).items())
    except PackageNotFoundError:
        return False


def prepare(root: Path, arguments: list[str], out: TextIO) -> None:
    """Make `.venv` or bring it up to date. The stamp comes last, so a stopped set-up goes on."""
    venv, lock = root / ".venv", root / "requirements.txt"
    python = python_of(venv)
    if not os.path.lexists(python):
        check_python(sys.version_info[:2], arguments)
        check_platform(sys.platform, platform.machine(), platform.version())
        check_ensurepip(importlib.util.find_spec("ensurepip") is not None, sys.version_info[:2])
        check_space(shutil.disk_usage(root).free / 1e9)
        out.write("Setting up .venv, once: about 1 GB to fetch, 2.5 GB on the disk.\n")
        _run(Path(sys.executable), "-m", "venv", "--without-pip", str(venv))
    elif _stamp(venv).exists():
        out.write("requirements.txt has changed: bringing .venv up to date.\n")
        _stamp(venv).unlink()
    else:
        out.write("Going on with the set-up of .venv where it stopped.\n")
    site = _site_packages(python)
    for half in [d for d in site.glob("*.dist-info") if not (d / "RECORD").is_file()]:
        shutil.rmtree(half)  # pip was stopped in this package and must not take it for installed
    if not list(site.glob("pip-*.dist-info")):
        _run(python, "-m", "ensurepip")
    install(python, site, lock, out)
    # A path file, not an editable install: no build tool, no index, and it may move with the clone.
    (site / "tfl_helpers.pth").write_text(os.path.relpath(root, site) + "\n")
    _stamp(venv).write_text(_hash(lock))


def _run(python: Path, *arguments: str) -> None:
    command = [str(python), "-I", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise explain(done.stdout + done.stderr)


def _site_packages(python: Path) -> Path:
    program = "import sys, sysconfig as s; print(*sys.version_info[:2], s.get_path('purelib'))"
    try:
        printed = subprocess.check_output([str(python), "-I", "-c", program], text=True)
    except (OSError, subprocess.CalledProcessError):
        raise SetupError("The Python that .venv was made with is gone.") from None
    major, minor, path = printed.strip().split(" ", 2)
    if (int(major), int(minor)) not in SUPPORTED:
        raise SetupError(f".venv has Python {major}.{minor}; TensorFlow's wheels: {supported()}.")
    return Path(path)
