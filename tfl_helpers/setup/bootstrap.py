"""A clone in, a Python that has its packages out. Standard library only; knows no lesson.

pip fetches uv, and uv installs the rest. Parses on Python 3.8 too, so that an old Python gets a
sentence and not a SyntaxError.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any, TextIO

from ..words import is_wide, later, say
from . import errors
from .errors import SUPPORTED, SetupError

STAMP = "requirements.sha256"  # in `.venv`: the locks that were installed, a line each
# What `lab` installs, what `run` adds to it, `test` and `site` to both, `workshop` to the first.
LOCK, TESTS_LOCK, SITE_LOCK = "requirements.txt", "tests/requirements.txt", "tests/site.txt"
_HUB_LOCK = "tfl_helpers/workshop/requirements.txt"
_LOCKS = {"lab": LOCK, "test": TESTS_LOCK, "site": SITE_LOCK, "workshop": _HUB_LOCK}
# Never build from source: that asks a learner for a compiler.
_WHEELS = ["--only-binary=:all:", "--require-hashes"]
_PIP = ["pip", "install", "--no-deps", "--no-input", "--disable-pip-version-check", *_WHEELS]
# uv takes a package from the first index that knows its name, pip asks all; the hashes say which
# file it has to be.
BEST = "--index-strategy=unsafe-best-match"
_UV = ["uv", "pip", "install", BEST, "--color=never", *_WHEELS]
_TOLD_NOTHING = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "UV_FIND_LINKS": ""}


def enter(root: Path, arguments: list[str], *extras: str, wheels: Path | None = None) -> int | None:
    """Go on in a Python that has the pins of the clone `root`, and of the extras `test` and `site`.

    Returns None if the running Python has them. Otherwise makes `.venv` or brings it up to date,
    and runs `python *arguments` there in place of this process (on Windows: as a child, whose exit
    code is returned). With a folder of `wheels`, from it alone and without a network.
    """
    venv = root / ".venv"
    locks = locks_of(root, *extras)
    inside = is_same(sys.prefix, venv)
    ready = is_ready(venv, locks)
    if inside and ready:
        return None
    # conda's environment has no hub: `test` does without, and says so.
    needed = [extra for extra in extras if extra != "workshop" or "site" not in extras]
    if not inside and has_pins(root, "run", "lab", *needed):
        # A conda environment, for example. Its children must import this clone too.
        paths = [str(root), os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        return None
    if not ready:
        prepare(root, locks, arguments, sys.stderr, wheels)
    os.environ.pop("PYTHONHOME", None)  # it would lead the new Python out of .venv again
    return become([str(python_of(venv)), *arguments])


def locks_of(root: Path, *extras: str) -> list[Path]:
    """What `lab` installs, and what the extras `test` and `site` add."""
    return [root / _LOCKS[extra] for extra in ("lab", *extras)]


def is_same(first: str | Path, second: str | Path) -> bool:
    """Whether two paths lead to one place; Windows does not tell large letters from small."""
    places = {os.path.normcase(os.path.realpath(path)) for path in (first, second)}
    return len(places) == 1


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
        with contextlib.suppress(KeyboardInterrupt):
            return child.wait()


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ready(venv: Path, locks: list[Path]) -> bool:
    """True if finished set-ups have installed exactly these locks."""
    return python_of(venv).is_file() and {_hash(lock) for lock in locks} <= _stamped(venv)


def _stamped(venv: Path) -> set[str]:
    stamp = venv / STAMP
    return set(stamp.read_text("utf-8").split()) if stamp.is_file() else set()


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def proven(root: Path) -> dict[str, Any]:
    """The `versions` that the course was last proven with, by group and package, and the `date`."""
    return json.loads((root / "tfl_helpers" / "setup" / "proven.json").read_text("utf-8"))


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """The versions of those packages that are installed here."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in names:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def has_pins(root: Path, *groups: str) -> bool:
    """True if the running Python is an environment with the proven versions of these groups."""
    if sys.version_info[:2] not in SUPPORTED or find_spec("tensorflow") is None:
        return False  # the quick answer for a bare Python
    versions = proven(root)["versions"]
    pins = [pin for group in groups for pin in versions[group].items()]
    found = installed_versions(name for name, _ in pins)
    return all(found.get(name) in known for name, known in pins)


def prepare(
    root: Path, locks: list[Path], arguments: list[str], out: TextIO, wheels: Path | None = None
) -> None:
    """Make `.venv` or bring it up to date. A stamp comes last, so a stopped set-up goes on."""
    venv = root / ".venv"
    python, stamp, done = python_of(venv), venv / STAMP, _stamped(venv)
    if not os.path.lexists(python):
        errors.check_python(sys.version_info[:2], arguments)
        errors.check_platform(sys.platform, platform.machine(), platform.version())
        errors.check_ensurepip(find_spec("ensurepip") is not None, sys.version_info[:2])
        errors.check_space(shutil.disk_usage(root).free / 1e9)
        once = later("Setting up .venv, once: about 1 GB to fetch, 2.5 GB on the disk.")
        taken = later("Setting up .venv, once, without a network: 2.5 GB on the disk.")
        out.write(say(taken if wheels else once) + "\n")
        call(Path(sys.executable), "-m", "venv", "--without-pip", str(venv))
    elif _hash(locks[0]) in done:
        new = [x.relative_to(root).as_posix() for x in locks if _hash(x) not in done]
        out.write(say("Adding to .venv what is in {names}.", names=", ".join(new)) + "\n")
    elif done:
        out.write(say("requirements.txt has changed: bringing .venv up to date.") + "\n")
    else:
        out.write(say("Going on with the set-up of .venv where it stopped.") + "\n")
    site = _site_packages(python)
    for package in list(site.glob("*.dist-info")):
        # These are written last: the set-up was stopped in this package, so it is not installed.
        if not all((package / last).is_file() for last in ("INSTALLER", "RECORD")):
            shutil.rmtree(package)
    if not list(site.glob("pip-*.dist-info")):
        call(python, "-m", "ensurepip")
    # Adding leaves what the first lock has installed as it is: `lab` starts meanwhile.
    stamp.write_text("\n".join(done & {_hash(locks[0])}), "utf-8")
    install(python, site, locks, out, wheels)
    # A path file, not an editable install: no build tool, no index, and it may move with the clone.
    (site / "tfl_helpers.pth").write_text(os.path.relpath(root, site) + "\n", "utf-8")
    stamp.write_text("\n".join(map(_hash, locks)), "utf-8")


def install(
    python: Path, site: Path, locks: list[Path], out: TextIO, wheels: Path | None = None
) -> None:
    """Install every line of `locks` into the environment of `python`, showing how far it is."""
    pins = "".join(lock.read_text("utf-8") for lock in locks)
    only = ["--no-index", "-f", str(wheels)] if wheels else []
    if wheels:  # and nothing else that pip and uv are told on this machine
        options, variables = [*only, "--offline", "--no-config"], _TOLD_NOTHING
    else:
        options, variables = handed_over(call(python, "-m", "pip", "config", "list"))
    files = [part for lock in locks for part in ("-r", str(lock))]
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "uv.txt"
        own.write_text("".join(re.findall(r"^uv==.*\n(?: +--hash.*\n)+", pins, re.MULTILINE)))
        call(python, "-m", *_PIP, *only, "-r", str(own), **variables)
    count, installed = len(re.findall(r"^[\w.-]+==", pins, re.MULTILINE)), "*.dist-info/INSTALLER"
    with telling(out) as tell:

        def look(printed: str) -> None:
            tell(*stage(printed, count, len(list(site.glob(installed)))))

        watch(python, [*_UV, *files, *options], variables, look)
    # Or the first import would do it, on one core: half of all the lines that are installed. Not
    # uv's --compile-bytecode: that gives up, and with it the set-up, where a Python starts slowly.
    out.write(say("Compiling TensorFlow, so that its first import does not have to.") + "\n")
    large = [str(site / name) for name in ("tensorflow", "keras", "numpy")]
    subprocess.run([str(python), "-I", "-m", "compileall", "-qq", "-j0", *large])


def handed_over(config: str) -> tuple[list[str], dict[str, str]]:
    """Options and variables for uv, which does not read what pip is told on this machine.

    `config` is what `pip config list` prints. Of a variable that is set already, nothing is said;
    an index that uv alone is told goes to pip.
    """
    pip: dict[str, str] = {}
    for section in ("global", "install", ":env:"):  # the later one counts
        found = re.findall(rf"^{section}\.([\w-]+)=(.+)$", config, re.MULTILINE)
        pip.update((name, ast.literal_eval(text)) for name, text in found)
    links = pip.get("find-links", "").split()
    variables = {
        "UV_INDEX_URL": pip.get("index-url"),
        "UV_EXTRA_INDEX_URL": " ".join(pip.get("extra-index-url", "").split()),
        # pip overlooks a folder that is gone
        "UV_FIND_LINKS": ",".join(x for x in links if "://" in x or os.path.isdir(x)),
        "UV_INSECURE_HOST": pip.get("trusted-host"),
        "SSL_CERT_FILE": pip.get("cert"),
        "ALL_PROXY": pip.get("proxy"),
    }
    if "index-url" not in pip:
        own = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
        variables["PIP_INDEX_URL"] = own
    variables = {k: v for k, v in variables.items() if v and k not in os.environ}
    return ["--no-index"] if pip.get("no-index", "0") in ("1", "true") else [], variables


@contextlib.contextmanager
def telling(out: TextIO) -> Iterator[Callable[[str, int, int, str], None]]:
    """A function that shows what is done and how far: in one line, or in a file every 15 s."""
    started, due = time.time(), 0
    width = shutil.get_terminal_size().columns - 1 if out.isatty() else 0

    def tell(doing: str, at: int, total: int, unit: str) -> None:
        nonlocal due
        seconds = int(time.time() - started)
        if width or seconds >= due:
            due = seconds + 15
            out.write(progress(doing, at, total, unit, seconds, width))
            out.flush()

    try:
        yield tell
    finally:
        out.write("\n" if width else "")


def watch(
    python: Path, module: list[str], variables: dict[str, str], tell: Callable[[str], None]
) -> None:
    """Run pip or uv, and tell what it has printed until it ends. It ends with Ctrl-C too."""
    with tempfile.TemporaryDirectory() as folder, open(Path(folder, "said"), "wb") as stream:
        child = subprocess.Popen(
            [str(python), "-I", "-m", *module],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            cwd=python.anchor,  # in the clone uv would want hashes of [tool.uv]'s constraint
            env={**os.environ, **variables},
        )
        said = Path(folder, "said")
        try:
            while child.poll() is None:
                time.sleep(0.2)
                tell(said.read_text("utf-8", "replace"))
        finally:
            child.kill()  # after Ctrl-C; the next start finds what is half installed
            child.wait()
        if child.returncode:
            raise errors.explain(said.read_text("utf-8", "replace"))


def stage(printed: str, pins: int, installed: int) -> tuple[str, int, int, str]:
    """Where uv is, from what it has printed: what it does, and how many of how many are done."""
    resolved = re.search(r"^Resolved (\d+) packages?", printed, re.MULTILINE)
    if not resolved:
        return say("asking the package index"), 0, pins, say("packages")
    begun = dict(re.findall(r"^Downloading (\S+) \((.+)\)$", printed, re.MULTILINE))
    ended = re.findall(r"^ Downloaded (\S+)$", printed, re.MULTILINE)
    for name in [name for name in begun if name not in ended]:
        doing = say("fetching {name} ({size})", name=name, size=begun[name])
        return doing, len(ended), len(begun), say("large packages")
    total = int(resolved[1])
    return say("installing"), min(installed, total), total, say("packages")


def progress(doing: str, at: int, total: int, unit: str, seconds: int, width: int = 0) -> str:
    """One line; for a terminal of some `width`, one that is written over the last."""
    done = {"at": at, "total": total, "unit": unit}
    text = say("{at:4} of {total} {unit}", **done) + f"  {seconds // 60}:{seconds % 60:02}  {doing}"
    if not width:
        return text + "\n"
    filled = 20 * at // max(total, 1)
    line = f"[{'#' * filled}{'.' * (20 - filled)}]{text}"
    # A terminal shows most Japanese letters two columns wide.
    wide = [1 + is_wide(letter) for letter in line]
    shown = [letter for letter, end in zip(line, accumulate(wide)) if end <= width]
    return "\r" + "".join(shown) + " " * (width - sum(wide[: len(shown)]))


def call(python: Path, *arguments: str, **variables: str) -> str:
    """What this Python prints, run with these arguments; a SetupError where it fails."""
    # In UTF-8 on every system: a path of a learner may have letters that the console lacks.
    said = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
    command = [str(python), "-I", "-X", "utf8", *arguments]
    done = subprocess.run(command, env={**os.environ, **variables}, **said)
    if done.returncode:
        raise errors.explain(done.stdout + done.stderr)
    return done.stdout


def _site_packages(python: Path) -> Path:
    program = "import sys, sysconfig as s; print(*sys.version_info[:2], s.get_path('purelib'))"
    try:
        command = [str(python), "-I", "-X", "utf8", "-c", program]
        printed = subprocess.check_output(command, encoding="utf-8")
    except (OSError, subprocess.CalledProcessError):
        raise SetupError(say("The Python that .venv was made with is gone.")) from None
    major, minor, path = printed.strip().split(" ", 2)
    if (int(major), int(minor)) not in SUPPORTED:
        here = {"version": f"{major}.{minor}", "wheels": say(errors.WHEELS)}
        raise SetupError(say(".venv has Python {version}; {wheels}.", **here))
    return Path(path)
