"""An offline folder: filled by the real pip and uv from small wheels, and taken without a network.

The whole of it, for a real clone, is tried by `tests/offline_room.py`, which takes minutes.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.needs import demand_no_network
from tests.test_bootstrap import GO_ON, ONE_WHEEL, REPOSITORY, wheel_of_uv
from tfl_helpers.setup import errors
from tfl_helpers.setup.errors import SetupError
from tfl_helpers.workshop import offline

HERE = errors.target_here()
PYTHON = HERE.split(":")[1]
ABI = f"cp{PYTHON.replace('.', '')}"
OTHER = "windows" if HERE.startswith("linux") else "linux-x86_64"
TAGS = {
    "linux-x86_64": "manylinux_2_28_x86_64",
    "linux-arm64": "manylinux2014_aarch64",
    "macos-arm64": "macosx_12_0_arm64",
    "windows": "win_amd64",
}
BESIDE = {"README.txt", "README.ja.txt", "course.zip", "manifest.json"}
BOTH = [HERE, f"{OTHER}:{PYTHON}"]
START = f"""
import sys
from pathlib import Path
from tfl_helpers.setup import bootstrap, errors
from tfl_helpers.workshop.offline import take
root, folder = map(Path, sys.argv[1:])
try:
    wheels = take(root, folder, ["-m", "tfl_helpers", "lab"])
    bootstrap.enter(root, ["-I", "-c", {GO_ON!r}], wheels=wheels)
except errors.SetupError as error:
    sys.exit(str(error))
"""


class Room:
    """A clone with a package of each kind, what npm has fetched, and a folder to be filled."""

    def __init__(self, folder: Path) -> None:
        self.root, self.wheels = folder / "clone", folder / "wheels"
        self.lock, self.stick = self.root / "requirements.txt", folder / "a stick" / "教材"
        self.web, self.tests = self.root / "tfl_helpers" / "web", self.root / "tests"

    def make(self) -> None:
        """Wheels and the locks that name them."""
        self.wheels.mkdir()
        for place in (self.web, self.tests):
            pins = {"": {}, "node_modules/one": {"version": "1.0.0", "integrity": "sha512-abc="}}
            (place / "node_modules" / "one").mkdir(parents=True)
            (place / "node_modules" / "one" / "index.js").write_text("1\n")
            for lock in ("package-lock.json", "node_modules/.package-lock.json"):
                (place / lock).write_text(json.dumps({"packages": pins}))
        patched = f"patched==1 ; python_full_version < '{PYTHON}.1'"
        pins = [self.pin("tiny==1", ["py3-none-any"]), self.pin(patched, ["py3-none-any"])]
        pins += [self.pin("window==1 ; sys_platform == 'win32'", ["py3-none-any"])]
        pins += [self.pin("native==1", [f"{ABI}-{ABI}-{tag}" for tag in TAGS.values()])]
        self.lock.write_text("".join(pins))
        for lock in ("requirements.txt", "site.txt"):
            (self.tests / lock).write_text(pins[0])
        proven = self.root / "tfl_helpers" / "setup" / "proven.json"
        proven.parent.mkdir()
        proven.write_text(json.dumps({"versions": {"run": {"tiny": ["0"]}, "lab": {}}}))
        (self.root / "tfl_helpers" / "__init__.py").write_text("CLONE = 'imported'\n")

    def pin(self, package: str, tags: list[str]) -> str:
        """What stands in the lock for wheels that are made here."""
        wheels = [self.write(package.split("==")[0], tag).read_bytes() for tag in tags]
        return " \\\n    ".join([package, *(hash_of(wheel) for wheel in wheels)]) + "\n"

    def write(self, name: str, tag: str) -> Path:
        """A wheel of 2 MB, for that a size is to be seen."""
        wheel = self.wheels / f"{name}-1-{tag}.whl"
        with zipfile.ZipFile(wheel, "w") as file:
            for path, text in ONE_WHEEL.items():
                words = {"name": name, "version": "1"}
                file.writestr(zipfile.ZipInfo(path.format(**words)), text.format(**words))
            file.writestr(zipfile.ZipInfo(f"{name}/{tag}.bin"), bytes(2_000_000))
        return wheel

    def fill(self, *named: str, tests: bool = False) -> str:
        """What is printed meanwhile."""
        out = io.StringIO()
        offline.fill(self.root, self.stick, named, tests, out)
        return out.getvalue()

    def holds(self) -> set[str]:
        """Every file of the folder."""
        return {x.relative_to(self.stick).as_posix() for x in self.stick.rglob("*") if x.is_file()}

    def take(self, *extras: str) -> Path | None:
        """As `lab --offline` does, before it installs anything."""
        return offline.take(self.root, self.stick, ["-m", "tfl_helpers", "lab"], *extras)


def hash_of(wheel: bytes) -> str:
    """As a lock has it."""
    return f"--hash=sha256:{hashlib.sha256(wheel).hexdigest()}"


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip and uv know no place of this machine."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Nothing filled yet; pip looks into the folder of wheels and nowhere else."""
    made = Room(tmp_path)
    made.make()
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.wheels))
    return made


@pytest.fixture
def filled(room: Room) -> Room:
    """The same, filled for this system and Python, for the tests too."""
    room.fill(tests=True)
    return room


def native(target: str) -> str:
    """The wheel that is for one system alone."""
    return f"wheels/native-1-{ABI}-{ABI}-{TAGS[target.split(':')[0]]}.whl"


def test_one_system_then_two_and_what_they_share_lies_there_once(room: Room) -> None:
    said = room.fill()
    shared = {f"wheels/{name}-1-py3-none-any.whl" for name in ("tiny", "patched")}
    window = {"wheels/window-1-py3-none-any.whl"}
    ours = window if HERE.startswith("windows") else set()
    assert room.holds() == BESIDE | shared | ours | {native(HERE)}
    assert said.startswith(f"Asking what there is for {HERE} ...\n")
    assert "MB in all, 0 MB of it for several systems at once. To fetch: 6 MB. Free " in said
    assert said.endswith(f"Complete. {room.stick / 'README.txt'} says how to start.\n")
    before = {name: (room.stick / name).stat().st_mtime_ns for name in shared}
    course = (room.stick / "course.zip").read_bytes()
    said = room.fill(BOTH[1])
    assert "MB in all, 4 MB of it for several systems at once. To fetch: " in said
    assert room.holds() == BESIDE | shared | window | {native(HERE), native(BOTH[1])}
    assert {name: (room.stick / name).stat().st_mtime_ns for name in shared} == before
    assert (room.stick / "course.zip").read_bytes() == course, "the same course, the same hash"
    kept = json.loads((room.stick / "manifest.json").read_text("utf-8"))
    assert kept["for"] == sorted(BOTH)
    assert all(kept["files"][name][2] == sorted(BOTH) for name in shared)
    assert set(kept["files"]) == room.holds() - {"manifest.json"}
    for name, (sha256, size, _) in kept["files"].items():
        content = (room.stick / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size)
    (room.stick / "mine.txt").write_text("kept")
    room.lock.write_text(room.pin("tiny==1", ["py3-none-any"]))
    room.fill()  # of a newer course that needs less
    assert room.holds() == BESIDE | {"mine.txt", "wheels/tiny-1-py3-none-any.whl"}


def test_a_stopped_run_goes_on_with_what_is_missing_or_damaged(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = offline._pip

    def stop(batch: list, part: Path) -> list[str]:
        if batch[-1].package.startswith("native"):
            (part / "native-1.whl").write_bytes(b"half a file")
            raise KeyboardInterrupt
        return real(batch, part)

    monkeypatch.setattr(offline, "_pip", stop)
    monkeypatch.setattr(offline, "_BATCH", 0)
    with pytest.raises(KeyboardInterrupt):
        room.fill()
    tiny = room.stick / "wheels" / "tiny-1-py3-none-any.whl"
    assert tiny.is_file()
    assert "manifest.json" not in room.holds()
    with pytest.raises(SetupError, match="does not hold the course, or its filling was stopped"):
        room.take()
    monkeypatch.setattr(offline, "_pip", real)
    patched, before = tiny.with_name("patched-1-py3-none-any.whl"), tiny.stat().st_mtime_ns
    content = patched.read_bytes()
    patched.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    room.fill()
    assert (patched.read_bytes(), tiny.stat().st_mtime_ns) == (content, before)
    assert native(HERE) in room.holds()
    assert not [name for name in room.holds() if name.startswith("part")]


def test_the_course_lies_there_with_what_npm_fetched_and_without_what_was_made(room: Room) -> None:
    for made in (".venv/x", "my/x", "tfl_helpers/__pycache__/x"):
        (room.root / made).parent.mkdir(parents=True, exist_ok=True)
        (room.root / made).write_text("x")
    room.stick = room.root / "stick"  # in the clone itself
    room.fill()
    with zipfile.ZipFile(room.stick / "course.zip") as course:
        names = {name.partition("/")[2] for name in course.namelist()}
        assert all(name.startswith("tfl-course/") for name in course.namelist())
    assert {"requirements.txt", "tfl_helpers/web/node_modules/one/index.js"} <= names
    assert not [x for x in names if x.startswith(("stick", ".venv", "my/", "tests/node_modules"))]
    assert not [x for x in names if "__pycache__" in x]


def test_the_readme_has_three_lines_for_each_system() -> None:
    targets = ["linux-arm64:3.11", "windows:3.13"]
    english, japanese = (offline._readme(targets, language) for language in ("en", "ja"))
    lines = [line for line in english.splitlines() if line.startswith("    ")]
    assert lines == [line for line in japanese.splitlines() if line.startswith("    ")]
    assert len(lines) == 6
    assert lines[2] == '    python3.11 -m tfl_helpers lab --offline "$stick"'
    assert lines[3:5] == [
        '    py -3.13 -m zipfile -e course.zip "$HOME"',
        '    $stick="$PWD"; cd "$HOME/tfl-course"',
    ]
    assert "インストール" in japanese
    assert "macOS" not in english


@pytest.mark.slow
def test_a_room_without_a_network_installs_all_and_writes_nothing_there(room: Room) -> None:
    without = demand_no_network()
    uv = wheel_of_uv(room.wheels)
    version = uv.name.split("-")[1]
    room.lock.write_text(
        f"uv=={version} \\\n    {hash_of(uv.read_bytes())}\n" + room.lock.read_text()
    )
    room.fill()
    shutil.rmtree(room.web / "node_modules")
    before = {path: path.stat().st_mtime_ns for path in room.stick.rglob("*")}
    foreign = ("PIP_", "UV_", "PYTHON", "SSL_")
    told = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    told |= {"PIP_INDEX_URL": "http://127.0.0.1:9", "PIP_FIND_LINKS": "http://127.0.0.1:9/links"}
    told |= {"UV_CACHE_DIR": str(room.wheels / "cache"), "UV_INDEX_URL": "http://127.0.0.1:9"}
    command = [*without, sys.executable, "-c", START, str(room.root), str(room.stick)]
    start = {"cwd": REPOSITORY, "env": told, "capture_output": True, "text": True, "timeout": 120}
    done = subprocess.run(command, **start)
    assert (done.returncode, done.stdout) == (0, f"{room.root / '.venv'} imported 1\n"), done.stderr
    assert "Setting up .venv, once, without a network: 2.5 GB on the disk.\n" in done.stderr
    assert " MB  0:00  comparing\n" in done.stderr
    assert (room.web / "node_modules" / "one" / "index.js").read_text() == "1\n"
    assert {path: path.stat().st_mtime_ns for path in room.stick.rglob("*")} == before
    shutil.rmtree(room.stick)  # pulled out
    done = subprocess.run(command, **start)
    assert (done.returncode, done.stdout, done.stderr) == (
        *(0, f"{room.root / '.venv'} imported 1\n"),
        "",
    )


def test_what_npm_would_fetch_is_unpacked(filled: Room) -> None:
    for place, extras in ((filled.web, ()), (filled.tests, ("test", "site"))):
        shutil.rmtree(place / "node_modules")
        assert filled.take(*extras) == filled.stick / "wheels"
        assert (place / "node_modules" / "one" / "index.js").read_text() == "1\n"
        assert offline._is_unpacked(filled.root, place.relative_to(filled.root))


def refused(room: Room, *extras: str) -> str:
    with pytest.raises(SetupError) as caught:
        room.take(*extras)
    return str(caught.value)


def test_each_damaged_file_is_named_with_the_command_that_fetches_it_again(room: Room) -> None:
    room.fill()
    mend = errors.typed(["python3", "-m", "tfl_helpers", "offline", str(room.stick)])
    for name in [native(HERE), "course.zip", "README.txt"]:
        file = room.stick / name
        content = file.read_bytes()
        file.write_bytes(content[:-1])
        assert refused(room) == (
            f"{file} is damaged or gone. Ask whoever filled it to do this, with a network.\n"
            f"To mend it:\n    {mend}"
        )
        file.write_bytes(content)
    assert room.take()
    (room.stick / native(HERE)).unlink()
    assert "is damaged or gone" in refused(room)


def test_a_folder_that_does_not_fit_says_so(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(room).startswith(f"There is no folder {room.stick}. This names the sticks")
    room.fill()
    assert "but not what the tests need." in refused(room, "test", "site")
    assert refused(room, "test", "site").endswith(" --tests")
    for target, python, command in (
        ("macos-arm64:3.12", "", "--for macos-arm64:3.12"),
        (f"{HERE.split(':')[0]}:3.14", f"python{PYTHON}", f"python{PYTHON} -m tfl_helpers lab"),
    ):
        monkeypatch.setattr(errors, "target_here", lambda target=target: target)
        monkeypatch.setattr(errors, "which", {python: "x"}.get)
        said = refused(room)
        assert said.startswith(f"{room.stick} is for {HERE}, and this is {target}.")
        assert said.endswith(command)
    monkeypatch.undo()
    room.lock.write_text(room.lock.read_text() + "# changed\n")
    assert "of the course: requirements.txt differs. It holds that course.\n" in refused(room)


def test_an_older_python_is_told_first(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline.sys, "version_info", (3, 10, 1))
    monkeypatch.setattr(errors, "which", {"python3.12": "x"}.get)
    with pytest.raises(SetupError) as caught:
        offline.take(room.root, room.stick, ["lab", "--offline", str(room.stick)])
    assert str(caught.value).startswith("This is Python 3.10; TensorFlow has wheels for")
    quoted = errors.typed(["python3.12", "lab", "--offline", str(room.stick)])
    assert str(caught.value).endswith(quoted), "as it can be typed, with its blank"


def test_what_cannot_be_filled(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        with pytest.raises(SetupError) as caught:
            room.fill()
        return str(caught.value)

    with monkeypatch.context() as patch:
        patch.setattr(offline.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))
        assert fails().startswith(f"{room.stick} cannot be filled: No space left on device.\n")
    with monkeypatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "0")
        patch.setenv("PIP_FIND_LINKS", "")
        patch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9")
        assert fails().startswith("The package index cannot be reached")
    (room.wheels / "tiny-1-py3-none-any.whl").unlink()
    assert fails().startswith("There is no tiny")
    stick, room.stick = room.stick, room.lock / "stick"
    room.pin("tiny==1", ["py3-none-any"])
    assert " cannot be filled: Not a directory.\n" in fails()
    room.stick = stick
    (room.web / "node_modules" / ".package-lock.json").unlink()
    assert fails().endswith("python3 -m tfl_helpers web")


def test_old_python_can_read_it() -> None:
    source = Path(offline.__file__).read_text("utf-8")
    assert ast.parse(source, feature_version=(3, 8)).body
