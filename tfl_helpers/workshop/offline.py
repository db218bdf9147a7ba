"""A clone in, a folder such as a USB stick out that installs it without a network; and back.

uv says which wheel fits which system, pip fetches it. Who only takes from the folder needs the
standard library alone, and writes nothing there. Parses on Python 3.8, as `bootstrap` does.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import unquote
from urllib.request import Request, urlopen

from ..setup import bootstrap, errors
from ..setup.errors import SetupError
from ..words import later, say, speak, spoken

# What `--for` takes, uv takes, and people say.
SYSTEMS = {
    "linux-x86_64": ("x86_64-manylinux_2_28", "Linux (x86-64)"),
    "linux-arm64": ("aarch64-manylinux_2_28", "Linux (arm64)"),
    "macos-arm64": ("aarch64-apple-darwin", "macOS (Apple silicon)"),
    "windows": ("x86_64-pc-windows-msvc", "Windows (x86-64)"),
}
TARGETS = [f"{system}:{x}.{y}" for system in SYSTEMS for x, y in errors.SUPPORTED]
# Where npm installs, and about how many bytes of the course that is: it tells no sizes beforehand.
_NPM = {"tfl_helpers/web": 12_000_000, "tests": 36_000_000}
_BATCH = 24_000_000  # bytes: a stopped run loses no more, or 20 small files, or one large one
_MADE = {".git", ".venv", "my", "node_modules", "__pycache__"}
_README = later(
    "From eager TensorFlow to a model on a device: the course, and all that it installs.\n\n"
    "You need no network, but the Python that is named below and 4 GB of free disk.\n"
    "Open a terminal in this folder (on Windows: PowerShell) and type the three lines of your\n"
    "system. They unpack the course into your home folder, set it up and open it. From then on,\n"
    'the third line, in the folder tfl-course and without --offline "$stick", is enough.\n'
)
_LINES = """
{title}, Python {version}

    {python} -m zipfile -e course.zip "$HOME"
    {stick}="$PWD"; cd "$HOME/tfl-course"
    {python} -m tfl_helpers lab --offline "$stick"
"""


@dataclass(frozen=True)
class _File:
    """A file of the folder: its hash, its bytes, what pip calls it, and for which systems it is."""

    place: str
    sha256: str
    size: int
    package: str = ""
    targets: tuple[str, ...] = ()  # none: for all

    def lies_in(self, folder: Path) -> bool:
        """Whether it is there, whole and unchanged."""
        with suppress(OSError):  # a stick that is worn out refuses to be read
            return _digest(folder / self.place) == self.sha256
        return False


def fill(root: Path, folder: Path, named: Iterable[str], tests: bool, out: TextIO) -> None:
    """Put into `folder` what the clone `root` installs: for what it holds and what is `named`.

    What lies there is compared and stays, so a run that was stopped goes on. A folder that holds
    nothing, with nothing named, is for this system and Python.
    """
    old = _manifest(folder)
    targets = sorted({*old["for"], *named} or {errors.target_here()})
    extras = ["test", "site"] if tests or bootstrap.TESTS_LOCK in old["locks"] else []
    if not all(_is_unpacked(root, place) for place in _places(extras)):
        words = say("What npm fetches is not here, or not as package-lock.json pins it.")
        raise SetupError(words, f"python3 -m tfl_helpers {'test' if extras else 'web'}")
    out.write(say("Asking what there is for {targets} ...", targets=", ".join(targets)) + "\n")
    config = bootstrap.call(Path(sys.executable), "-m", "pip", "config", "list")
    options, told = bootstrap.handed_over(config)
    wheels = _wheels(bootstrap.locks_of(root, *extras), targets, options, told)
    try:
        part = folder / "part"
        shutil.rmtree(part, ignore_errors=True)
        for made in (part, folder / "wheels"):
            made.mkdir(parents=True, exist_ok=True)
        missing = _compare(wheels, folder, out)
        _announce(wheels, missing, folder, _places(extras), out)
        _fetch(missing, folder, part, told, out)
        files = {one.place: (one.sha256, one.size, one.targets) for one in wheels}
        _write_course(root, part / "course.zip", _places(extras))
        (part / "README.txt").write_text(_readme(targets, "en"), "utf-8")
        (part / "README.ja.txt").write_text(_readme(targets, "ja"), "utf-8")
        for name in ("course.zip", "README.txt", "README.ja.txt"):
            files[name] = (_digest(part / name), (part / name).stat().st_size, ())
        kept = {"for": targets, "locks": _locks(root, extras), "files": files}
        (part / "manifest.json").write_text(json.dumps(kept, indent=1), "utf-8")
        for name in ("course.zip", "README.txt", "README.ja.txt", "manifest.json"):
            (part / name).replace(folder / name)
        shutil.rmtree(part)
        for place in set(old["files"]) - set(files):  # of an older state of the course
            (folder / place).unlink()
    except OSError as error:
        words = say(
            "{folder} cannot be filled: {error}.", folder=folder, error=error.strerror or error
        )
        raise SetupError(words, "python3 -m tfl_helpers offline OTHER-FOLDER") from None
    getattr(os, "sync", int)()  # so that a stick may be pulled out
    out.write(say("Complete. {readme} says how to start.", readme=folder / "README.txt") + "\n")


def take(root: Path, folder: Path, arguments: list[str], *extras: str) -> Path | None:
    """The folder's wheels, every file compared, for a clone that lacks some; None if it has all.

    LiteRT.js, and for the tests what npm would fetch, goes into the clone at once.
    """
    lacking = [place for place in _places(extras) if not _is_unpacked(root, place)]
    if bootstrap.is_ready(root / ".venv", bootstrap.locks_of(root, *extras)) and not lacking:
        return None
    errors.check_python(sys.version_info[:2], arguments)
    folder = Path(os.path.abspath(folder))
    kept, here = _manifest(folder), errors.target_here()
    errors.check_folder(folder, kept, _locks(root, extras), arguments)
    listed = (_File(place, *one[:2], targets=one[2]) for place, one in kept["files"].items())
    files = [one for one in listed if not one.targets or here in one.targets]
    if damaged := _compare(files, folder, sys.stderr):
        words = say("{file} is damaged or gone.", file=folder / damaged[0].place)
        raise errors.ask_who_filled(words, folder)
    for place in lacking:
        _unpack(folder / "course.zip", root, f"{place}/node_modules/")
    return folder / "wheels"


def _manifest(folder: Path) -> dict[str, Any]:
    """What the folder says that it holds: nothing, while it is not complete."""
    with suppress(OSError, ValueError):
        return json.loads((folder / "manifest.json").read_text("utf-8"))
    return {"for": [], "locks": {}, "files": {}}


def _places(extras: Iterable[str]) -> list[str]:
    return list(_NPM) if "test" in extras else list(_NPM)[:1]


def _locks(root: Path, extras: Iterable[str]) -> dict[str, str]:
    npm = [root / place / "package-lock.json" for place in _places(extras)]
    locks = [*bootstrap.locks_of(root, *extras), *npm]
    return {lock.relative_to(root).as_posix(): _digest(lock) for lock in locks}


def _digest(path: Path) -> str:
    made = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            made.update(block)
    return made.hexdigest()


def _compare(files: list[_File], folder: Path, out: TextIO) -> list[_File]:
    """Those that are not there as they have to be."""
    total, done, missing = sum(one.size for one in files), 0, []
    with bootstrap.telling(out) as tell:
        for one in files:
            tell(say("comparing"), done // 10**6, total // 10**6, "MB")
            missing += [] if one.lies_in(folder) else [one]
            done += one.size
    return missing


def _is_unpacked(root: Path, place: str) -> bool:
    """Whether npm, or `_unpack`, has put there what package-lock.json pins, by its hashes."""
    with suppress(OSError, ValueError, KeyError):
        names = ("node_modules/.package-lock.json", "package-lock.json")
        locks = [json.loads((root / place / name).read_text("utf-8")) for name in names]
        packages = [{k: v for k, v in lock["packages"].items() if k} for lock in locks]
        done, wanted = ({k: v["integrity"] for k, v in one.items()} for one in packages)
        return done == wanted
    return False


def _unpack(course: Path, root: Path, inside: str) -> None:
    with zipfile.ZipFile(course) as packed:
        names = [name for name in packed.namelist() if name.startswith(f"tfl-course/{inside}")]
        done = f"tfl-course/{inside}.package-lock.json"  # comes last: by it `_is_unpacked` knows
        for name in sorted(names, key=done.__eq__):
            target = root / name.split("/", 1)[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(name))


def _wheels(
    locks: list[Path], targets: list[str], options: list[str], told: dict[str, str]
) -> list[_File]:
    """For each target a wheel of each package, such as the locks name by its hash."""
    import tomllib

    pins, found = "".join(lock.read_text("utf-8") for lock in locks), {}
    ask = ["-m", "uv", "pip", "compile", "--quiet", "--directory", locks[0].anchor, *options]
    ask += [bootstrap.BEST, "--no-deps", "--only-binary=:all:", "--format=pylock.toml"]
    # A marker may tell 3.11.4 from 3.11.5, and a learner has any of them.
    for target, patch in product(targets, ("0", "99")):
        system, version = target.split(":")
        how = [f"--python-platform={SYSTEMS[system][0]}", f"--python-version={version}.{patch}"]
        said = bootstrap.call(Path(sys.executable), *ask, *how, *map(str, locks), **told)
        for package in tomllib.loads(said)["packages"]:
            name = f"{package['name']}=={package['version']}"
            wheels = [one for one in package["wheels"] if one["hashes"]["sha256"] in pins]
            if not wheels:
                raise errors.explain(f"{name} has no wheels")
            wheel = min(wheels, key=lambda one: one["url"].endswith("-none-any.whl"))
            place = "wheels/" + unquote(wheel["url"].rpartition("/")[2])
            if place not in found:
                size = wheel.get("size") or _size(wheel["url"])
                found[place] = _File(place, wheel["hashes"]["sha256"], size, name)
            for_all = dict.fromkeys([*found[place].targets, target])
            found[place] = replace(found[place], targets=tuple(for_all))
    return list(found.values())


def _size(url: str) -> int:
    """Bytes of a file of which the index says none; 0 where its server does not either."""
    with suppress(OSError), urlopen(Request(url, method="HEAD"), timeout=20) as answer:
        return int(answer.headers["Content-Length"] or 0)
    return 0


def _announce(
    wheels: list[_File], missing: list[_File], folder: Path, places: list[str], out: TextIO
) -> None:
    """Say how much it is before any of it is fetched; refuse a disk that would be full."""
    course = 6_000_000 + sum(_NPM[place] for place in places)
    fetch, free = sum(one.size for one in missing), shutil.disk_usage(folder).free
    sizes = {"whole": course + sum(one.size for one in wheels), "fetch": fetch, "free": free}
    sizes["shared"] = sum(one.size for one in wheels if len(one.targets) > 1)
    words = later(
        "{whole} in all, {shared} of it for several systems at once. "
        "To fetch: {fetch}. Free there: {free}."
    )
    out.write(say(words, **{name: f"{size / 1e6:,.0f} MB" for name, size in sizes.items()}) + "\n")
    # pip has two copies of what it fetches.
    if free < course + fetch + max((one.size for one in missing), default=0):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fetch(
    missing: list[_File], folder: Path, part: Path, told: dict[str, str], out: TextIO
) -> None:
    """Let pip fetch some at a time. Only what is whole gets its name: a part never counts."""
    python, total = Path(sys.executable), sum(one.size for one in missing)
    before = sum(path.stat().st_size for path in folder.rglob("*.whl"))
    # On that disk there is room, and a part that is left there goes with the next run.
    told = {**told, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(part))}
    with bootstrap.telling(out) as tell:

        def look(_: str) -> None:
            with suppress(OSError):  # pip takes its folders away meanwhile
                there = sum(path.stat().st_size for path in folder.rglob("*.whl")) - before
                doing = say("fetching {name}", name=batch[-1].package)
                tell(doing, min(there, total) // 10**6, total // 10**6, "MB")

        for batch in _batches(missing):
            bootstrap.watch(python, _pip(batch, part), told, look)
            for one in batch:
                (part / Path(one.place).name).replace(folder / one.place)


def _batches(missing: list[_File]) -> Iterator[list[_File]]:
    """Of one target each, and no package twice: pip takes one Python and one version at a time."""
    batch: list[_File] = []
    for one in sorted(missing, key=lambda one: (one.targets[0], one.size)):
        full = len(batch) == 20 or sum(other.size for other in [*batch, one]) > _BATCH
        twice = one.package.split("==")[0] in [other.package.split("==")[0] for other in batch]
        if batch and (full or twice or batch[0].targets[0] != one.targets[0]):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _pip(batch: list[_File], part: Path) -> list[str]:
    """What makes pip fetch exactly these, on whatever system it runs."""
    lines = [f"{one.package} --hash=sha256:{one.sha256}\n" for one in batch]
    (part / "files").write_text("".join(lines), "utf-8")
    tags = [one.place[: -len(".whl")].split("-")[-2:] for one in batch]
    abis, systems = ({name for tag in tags for name in tag[end].split(".")} for end in (0, 1))
    fits = [f"--python-version={batch[0].targets[0].split(':')[1]}.99", "--implementation=cp"]
    fits += [*(f"--abi={abi}" for abi in abis), *(f"--platform={system}" for system in systems)]
    command = ["pip", "download", "--no-deps", "--no-input", "--no-cache-dir", "--require-hashes"]
    return [*command, *fits, "--only-binary=:all:", "-d", str(part), "-r", str(part / "files")]


def _write_course(root: Path, target: Path, places: list[str]) -> None:
    """The clone with what npm has fetched, and without what was made in it."""
    if (root / ".git").exists() and shutil.which("git"):
        tracked = subprocess.check_output(["git", "ls-files", "-z"], cwd=root, encoding="utf-8")
        files = [root / name for name in tracked.split("\0") if name]
    else:
        files = [x for x in root.rglob("*") if not _MADE & {*x.relative_to(root).parts}]
        files = [x for x in files if target.parents[1] not in x.parents]
    files += [path for place in places for path in (root / place / "node_modules").rglob("*")]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(files):
            if path.is_file() and ".bin" not in path.parts:
                # Without its hour: the same course has the same hash.
                name = zipfile.ZipInfo(f"tfl-course/{path.relative_to(root).as_posix()}")
                packed.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED)


def _readme(targets: list[str], language: str) -> str:
    before = spoken()
    speak(language)
    words = say(_README)
    speak(before)
    for target in targets:
        system, version = target.split(":")
        windows = system == "windows"
        python, stick = f"py -{version}" if windows else f"python{version}", "$" * windows + "stick"
        title = SYSTEMS[system][1]
        words += _LINES.format(title=title, version=version, python=python, stick=stick)
    return words
