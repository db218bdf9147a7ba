"""What a machine, pip or uv says in, one sentence and the command that mends it out.

Knows why a set-up fails. Standard library only; parses on Python 3.8, as `bootstrap` does.
"""

from __future__ import annotations

import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Any

from ..words import later, say

SUPPORTED = ((3, 11), (3, 12), (3, 13))
WHEELS = later("TensorFlow has wheels for Python 3.11, 3.12 and 3.13")
SPACE_GB = 4  # 2.5 stay, and uv unpacks each wheel beside them
IS_ROOT = getattr(os, "geteuid", lambda: 1)() == 0  # as in a container

_POSIX = os.name == "posix"
HOME = "cd ~" if _POSIX else "cd /d %USERPROFILE%"
TEMPORARY = "mkdir -p ~/tmp && export TMPDIR=~/tmp" if _POSIX else "set TEMP=%USERPROFILE%"
_PYTHON = ".venv/bin/python" if _POSIX else r".venv\Scripts\python"
_REMOVE = "rm -r .venv" if _POSIX else """py -c "import shutil; shutil.rmtree('.venv')\""""
OWN = 'sudo chown -R "$USER" .' if _POSIX else 'icacls . /grant "%USERNAME%":F /T'
_SUDO = "" if IS_ROOT else "sudo "
_CONDA = "conda env create --file environment.yml && conda activate tfl"
_DOCKER = (
    'docker run -it --rm -p 127.0.0.1:8888:8888 -v "$PWD":/tfl -w /tfl python:3.11'
    " python3 -m tfl_helpers lab --no-browser -- --ip=0.0.0.0"
)
_CLEAN = f"{_PYTHON} -m uv cache clean"
_CHANGED = later(
    "A fetched file is not the one that requirements.txt names: its hash differs, so it was"
    " damaged or changed on its way."
)
# What pip or uv says: our sentence and the command. The first that is found counts: a failed
# connection comes before "No matching distribution", with which pip ends in both cases.
_FAILURES = {
    r"No space left on device|\[Errno 28\]|not enough space on the disk": (
        later(
            "The disk is full: set-up needs 4 GB here, shared with uv's cache if that is on the"
            " same disk (UV_CACHE_DIR can name another folder for it)."
        ),
        _CLEAN,
    ),
    r"DO NOT MATCH THE HASHES": (_CHANGED, f"{_PYTHON} -m pip cache purge"),
    r"Hash mismatch for": (_CHANGED, _CLEAN),
    r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate": (
        later(
            "The certificate of the package index is signed by nobody whom this machine knows:"
            " behind a company's proxy, tell pip the company's certificate file."
        ),
        f"{_PYTHON} -m pip config set global.cert YOUR-CERTIFICATES.pem",
    ),
    r"Failed to establish a new connection|NewConnectionError|Connection refused|timed out"
    r"|ConnectTimeout|ConnectionResetError|Cannot connect to proxy|name resolution|dns error"
    r"|getaddrinfo failed|Network is unreachable|Proxy Authentication|error sending request": (
        later(
            "The package index cannot be reached: connect this machine to the network or, if it is"
            " behind a proxy, tell pip the proxy."
        ),
        f"{_PYTHON} -m pip config set global.proxy http://YOUR-PROXY:PORT",
    ),
    r"Long Path|os error 206": (
        later(
            "Windows has to be told to allow file names as long as JupyterLab's (as administrator)."
        ),
        r"reg add HKLM\SYSTEM\CurrentControlSet\Control\FileSystem"
        " /v LongPathsEnabled /t REG_DWORD /d 1 /f",
    ),
    r"Permission denied|Read-only file system|Access is denied": (
        later(
            "Files here cannot be written: the folder is not yours, or a JupyterLab still runs"
            " in it."
        ),
        OWN,
    ),
    r"No matching distribution found for (\S+)|there is no version of (\S+)"
    r"|(\S+) has no wheels|(\S+) was not found": (
        later("There is no {found} for {machine}, or the package index lacks it."),
        f"{_PYTHON} -m pip config list",
    ),
}


class SetupError(Exception):
    """What is wrong in one sentence, and the command that mends it."""

    def __init__(self, sentence: str, command: str = _REMOVE) -> None:
        told = {"sentence": sentence, "command": command}
        super().__init__(say("{sentence}\nTo mend it:\n    {command}", **told))


def explain(printed: str) -> SetupError:
    """Why pip, uv, ensurepip or venv failed, from what it printed."""
    here = {"version": platform.python_version(), "system": platform.system()}
    machine = say("Python {version} on {system} {chip}", **here, chip=platform.machine())
    for pattern, (sentence, command) in _FAILURES.items():
        if found := re.search(pattern, printed):
            name = found[found.lastindex or 0]
            return SetupError(say(sentence, found=name, machine=machine), command)
    last = (printed.strip() or say("none")).splitlines()[-1]
    return SetupError(say("The set-up failed, and these were its last words: {last}", last=last))


def typed(words: list[str]) -> str:
    """The command as it is typed into this system's own shell, paths with blanks quoted."""
    return shlex.join(words) if _POSIX else subprocess.list2cmdline(words)


def install_command(**packages: str) -> str:
    """The command of this machine's own package manager; `packages` are names, by its name."""
    for tool, package in packages.items():
        if which(tool):
            sudo = _SUDO if tool in ("apt", "dnf") else ""
            return f"{sudo}{tool} install {package}"
    return f"conda install -c conda-forge {packages.get('brew', packages['apt'])}"


def check_python(version: tuple[int, int], arguments: list[str]) -> None:
    """Refuse a Python that TensorFlow has no wheel for. `arguments` are repeated in the advice."""
    if version in SUPPORTED:
        return
    names = [f"python{major}.{minor}" for major, minor in SUPPORTED]
    tools = {"apt": "python3.11 python3.11-venv", "dnf": "python3.13", "brew": "python@3.13"}
    tools["winget"] = "Python.Python.3.13"
    command = next((typed([name, *arguments]) for name in names if which(name)), "")
    if not command:
        command = install_command(**tools) if any(map(which, tools)) else _CONDA
    here = f"{version[0]}.{version[1]}"
    words = say("This is Python {version}; {wheels}.", version=here, wheels=say(WHEELS))
    raise SetupError(words, command)


def check_platform(system: str, machine: str, kernel: str) -> None:
    """Refuse the one common platform without wheels: Python for Intel on macOS."""
    if (system, machine) != ("darwin", "x86_64"):
        return
    if "ARM64" in kernel:
        sentence = say(
            "This Python is built for Intel; TensorFlow has wheels for your Mac's own chip."
        )
        raise SetupError(sentence, "arch -arm64 brew install python@3.13")
    raise SetupError(
        say("TensorFlow has no wheels for Macs with an Intel chip; it runs there in a container."),
        _DOCKER,
    )


def check_ensurepip(found: bool, version: tuple[int, int]) -> None:
    """Refuse a Python that cannot make virtual environments (Debian splits that part off)."""
    if not found:
        name = f"python{version[0]}.{version[1]}"
        command = f"{_SUDO}apt install {name}-venv" if which("apt") else _CONDA
        words = say("{name} lacks ensurepip and cannot make virtual environments.", name=name)
        raise SetupError(words, command)


def check_space(free_gb: float) -> None:
    """Refuse a disk that would be full before the end."""
    if free_gb < SPACE_GB:
        sizes = {"free": free_gb, "needed": SPACE_GB}
        words = say("{free:.1f} GB are free here; set-up needs {needed} GB and keeps 2.5.", **sizes)
        raise SetupError(words, "python3 -m pip cache purge")


def target_here() -> str:
    """This system and Python, as `offline --for` names them."""
    chip = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"
    system = {"win32": "windows", "darwin": f"macos-{chip}"}.get(sys.platform, f"linux-{chip}")
    return f"{system}:{sys.version_info[0]}.{sys.version_info[1]}"


def ask_who_filled(sentence: str, folder: Path, *options: str) -> SetupError:
    """What is wrong with an offline folder, for somebody else to mend: a room has no network."""
    command = ["python3", "-m", "tfl_helpers", "offline", str(folder), *options]
    words = say("{sentence} Ask whoever filled it to do this, with a network.", sentence=sentence)
    return SetupError(words, typed(command))


def check_folder(
    folder: Path, kept: Mapping[str, Any], locks: Mapping[str, str], arguments: list[str]
) -> None:
    """Refuse an offline folder that holds nothing for this machine, or not this course.

    `kept` is its manifest, `locks` are the clone's own by name, `arguments` are repeated in the
    advice.
    """
    here = target_here()
    told = {"folder": folder, "here": here, "targets": ", ".join(kept["for"])}
    if not folder.is_dir():
        disks = {"win32": "Get-PSDrive", "darwin": "ls /Volumes"}
        words = say(
            "There is no folder {folder}. This names the sticks and disks that are here.", **told
        )
        raise SetupError(words, disks.get(sys.platform, "ls -d /media/*/* /run/media/*/*"))
    if not kept["for"]:
        words = say("{folder} does not hold the course, or its filling was stopped.", **told)
        raise ask_who_filled(words, folder)
    if here not in kept["for"]:
        words = say("{folder} is for {targets}, and this is {here}.", **told)
        system = here.split(":")[0]
        pythons = [f"python{one.split(':')[1]}" for one in kept["for"] if one.startswith(system)]
        if python := next(filter(which, pythons), None):
            raise SetupError(words, typed([python, *arguments]))
        raise ask_who_filled(words, folder, "--for", here)
    if not set(locks) <= set(kept["locks"]):
        words = say("{folder} holds the lessons, but not what the tests need.", **told)
        raise ask_who_filled(words, folder, "--tests")
    if changed := [name for name in locks if locks[name] != kept["locks"][name]]:
        words = say(
            "{folder} is for another state of the course: {lock} differs. It holds that course.",
            lock=changed[0],
            **told,
        )
        raise SetupError(
            words, typed(["python3", "-m", "zipfile", "-e", f"{folder / 'course.zip'}", ".."])
        )
