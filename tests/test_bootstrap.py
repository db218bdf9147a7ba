"""Set-up: a real `.venv` from wheels that the test writes itself, and the words of each refusal."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import ntpath
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from unicodedata import east_asian_width

import pytest

from tfl_helpers.setup import bootstrap, errors
from tfl_helpers.setup.errors import SetupError

slow = pytest.mark.slow  # uses the `.venv` of the fixture `clone`
REPOSITORY = Path(bootstrap.__file__).resolve().parents[2]
# What a start goes on with: where it runs, and what it can import.
GO_ON = "import sys, tfl_helpers, tiny; print(sys.prefix, tfl_helpers.CLONE, tiny.VERSION)"
START = f"""
import os, signal, sys
from pathlib import Path
from tfl_helpers.setup import bootstrap, errors
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs in the background ignores it
sys.modules.update(dict.fromkeys(sys.argv[2:]))  # as if these were not installed
try:
    extras = os.environ.get("EXTRAS", "").split()
    bootstrap.enter(Path(sys.argv[1]), ["-I", "-c", {GO_ON!r}], *extras)
except errors.SetupError as error:
    sys.exit(str(error))
"""
INFO = "{name}-{version}.dist-info"
ONE_WHEEL = {
    "{name}/__init__.py": "VERSION = {version}\n",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/RECORD": "{name}/__init__.py,,\n"
    + "".join(f"{INFO}/{file},,\n" for file in ("METADATA", "WHEEL", "RECORD")),
}


def wheel_of_uv(folder: Path) -> Path:
    """The uv of this environment, packed again: no test of set-up asks an index for it."""
    uv = distribution("uv")
    wheel = folder / f"uv-{uv.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for path in uv.files:
            if path.name.split(".")[0] == "uv" and "bin" in str(path).lower():
                file.write(path.locate(), f"uv-{uv.version}.data/scripts/{path.name}")
            elif ".." not in path.parts and path.suffix != ".pyc":
                file.write(path.locate(), path)
    return wheel


def entry(package: str, content: bytes) -> str:
    """The lines of requirements.txt for one package."""
    return f"{package} \\\n    --hash=sha256:{hashlib.sha256(content).hexdigest()}\n"


class Clone:
    """A folder with a package and a lock, and the wheels that pip and uv may take."""

    def __init__(self, folder: Path) -> None:
        self.root, self.wheels = folder / "clone", folder / "wheels"
        self.venv, self.lock = self.root / ".venv", self.root / "requirements.txt"
        self.wheels.mkdir(parents=True)
        self.uv = wheel_of_uv(self.wheels)
        (self.root / "tfl_helpers" / "setup").mkdir(parents=True)
        versions = dict.fromkeys(("run", "lab", "test"), {"tiny": ["0"]})
        proven = self.root / "tfl_helpers" / "setup" / "proven.json"
        proven.write_text(json.dumps({"versions": versions}))
        (self.root / "tfl_helpers" / "__init__.py").write_text("CLONE = 'imported'\n")
        self.tests = self.root / "tests" / "requirements.txt"
        self.tests.parent.mkdir()
        own = '[tool.uv]\nconstraint-dependencies = ["other<2"]\n'  # as ours: without a hash
        (self.root / "pyproject.toml").write_text(own)

    def pin(self, *packages: str, damaged: bool = False) -> None:
        """Write requirements.txt, and a wheel for each `name==version`."""
        lines = [entry(f"uv=={self.uv.name.split('-')[1]}", self.uv.read_bytes())]
        for package in packages:
            name, version = package.split("==")
            wheel = self.wheels / f"{name}-{version}-py3-none-any.whl"
            with zipfile.ZipFile(wheel, "w") as file:
                for path, text in ONE_WHEEL.items():
                    words = {"name": name, "version": version}
                    file.writestr(zipfile.ZipInfo(path.format(**words)), text.format(**words))
            lines.append(entry(package, b"" if damaged else wheel.read_bytes()))
        self.lock.write_text("".join(lines))

    def pin_tests(self, *packages: str) -> None:
        """The same for what `test` adds."""
        lab = self.lock.read_text()
        self.pin(*packages)
        self.tests.write_text("".join(self.lock.read_text().splitlines(keepends=True)[2:]))
        self.lock.write_text(lab)

    def popen(self, *missing: str, **environment: str) -> subprocess.Popen[str]:
        """Start as someone does whose pip is set to look into `wheels` and nowhere else."""
        foreign = ("PIP_", "UV_", "PYTHON", "SSL_")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_NO_CACHE_DIR": "1"}
        pip |= {"UV_CACHE_DIR": str(self.wheels / "cache"), "UV_HTTP_RETRIES": "0"}
        return subprocess.Popen(
            [sys.executable, "-c", START, str(self.root), *missing],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**inherited, **pip, "PIP_FIND_LINKS": str(self.wheels), **environment},
            start_new_session=True,
        )

    def start(self, *missing: str, **environment: str) -> tuple[int, str, str]:
        """The exit code, standard output and standard error of a start."""
        process = self.popen(*missing, **environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def runs(self, version: int) -> tuple[int, str]:
        """What a good start gives: the command ran inside, with that version of `tiny`."""
        return 0, f"{self.venv} imported {version}\n"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone set up once; a test pins what it needs, which is installed in place."""
    clone = Clone(tmp_path_factory.mktemp("setup"))
    clone.pin("tiny==1", "keras==1")
    code, out, err = clone.start()
    assert (code, out) == clone.runs(1), err
    assert err.startswith("Setting up .venv, once: about 1 GB to fetch, 2.5 GB on the disk.\n")
    assert " of 3 packages  0:00  " in err
    assert list(clone.venv.glob("**/keras/__pycache__/*.pyc")), "compiled and not yet imported"
    return clone


@slow
def test_second_start_asks_nobody_and_takes_no_time(clone: Clone):
    clone.pin("tiny==1", "keras==1")
    clone.start()
    assert clone.start(PIP_FIND_LINKS="nowhere") == (*clone.runs(1), "")
    started = time.perf_counter()
    assert bootstrap.is_ready(clone.venv, [clone.lock])
    assert time.perf_counter() - started < 0.05


@slow
def test_changed_lock_is_installed_in_place(clone: Clone):
    (clone.venv / "kept").touch()
    clone.pin("tiny==2", "keras==1")
    code, out, err = clone.start()
    assert (code, out) == clone.runs(2), err
    assert err.startswith("requirements.txt has changed: bringing .venv up to date.\n")
    assert (clone.venv / "kept").exists()


@slow
def test_lab_then_test_then_lab_installs_each_thing_once(clone: Clone):
    clone.pin("tiny==1", "keras==1")
    clone.pin_tests("checker==1")
    clone.start()
    assert not list(clone.venv.glob("**/checker"))
    code, out, err = clone.start(EXTRAS="test")
    assert (code, out) == clone.runs(1), err
    assert err.startswith("Adding to .venv what is in tests/requirements.txt.\n")
    assert list(clone.venv.glob("**/checker"))
    nowhere = {"PIP_FIND_LINKS": "nowhere"}
    assert clone.start(**nowhere) == clone.start(EXTRAS="test", **nowhere) == (*clone.runs(1), "")


@slow
def test_a_stopped_addition_leaves_lab_ready_and_goes_on(clone: Clone):
    clone.pin("tiny==1", "keras==1")
    clone.start()
    clone.pin_tests("checker==2")
    wheel = next(clone.wheels.glob("checker-2*"))
    wheel.rename(wheel.with_suffix(".gone"))
    code, _, err = clone.start(EXTRAS="test")
    assert (code, "There is no checker==2 for " in err) == (1, True)
    assert clone.start() == (*clone.runs(1), "")
    wheel.with_suffix(".gone").rename(wheel)
    assert clone.start(EXTRAS="test")[:2] == clone.runs(1)
    assert bootstrap.is_ready(clone.venv, [clone.lock, clone.tests])
    clone.pin("tiny==2", "keras==1")
    assert not bootstrap.is_ready(clone.venv, [clone.lock])


@slow
@pytest.mark.parametrize("last", ["RECORD", "INSTALLER"])
def test_half_installed_package_is_installed_again(clone: Clone, last: str):
    clone.pin("tiny==3", "keras==1")
    clone.start()
    (clone.venv / bootstrap.STAMP).unlink()
    (written,) = clone.venv.glob(f"**/tiny-3.dist-info/{last}")
    written.unlink()
    written.parent.with_name("tiny").joinpath("__init__.py").unlink()
    code, out, err = clone.start()
    assert (code, out) == clone.runs(3), err
    assert err.startswith("Going on with the set-up of .venv where it stopped.\n")


@slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to a group of processes.")
def test_interrupted_start_leaves_nothing_behind_and_can_be_repeated(clone: Clone):
    clone.pin("tiny==4", "keras==1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        process = clone.popen(PIP_NO_INDEX="0", PIP_INDEX_URL=address)
        silent.settimeout(60)
        connection, _ = silent.accept()  # uv now waits for an answer
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
        connection.close()
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert not bootstrap.is_ready(clone.venv, [clone.lock])
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert clone.start()[:2] == clone.runs(4)


@slow
def test_no_network(clone: Clone):
    clone.pin("tiny==5")
    address = "http://127.0.0.1:9/simple"
    code, out, err = clone.start(PIP_NO_INDEX="0", PIP_INDEX_URL=address, PIP_FIND_LINKS="")
    assert (code, out) == (1, "")
    assert "The package index cannot be reached: connect this machine to the network" in err
    assert "pip config set global.proxy http://YOUR-PROXY:PORT" in err
    assert "Traceback" not in err


@slow
def test_hash_that_differs(clone: Clone):
    clone.pin("tiny==6", damaged=True)
    code, _, err = clone.start()
    assert code == 1
    assert "A fetched file is not the one that requirements.txt names" in err
    assert "-m uv cache clean" in err


@slow
def test_no_wheel_for_this_machine(clone: Clone):
    clone.pin("tiny==7")
    (clone.wheels / "tiny-7-py3-none-any.whl").unlink()
    code, _, err = clone.start()
    assert code == 1
    assert "There is no tiny==7 for Python 3." in err


def test_python_without_ensurepip(tmp_path: Path):
    clone = Clone(tmp_path)
    clone.pin("tiny==1")
    code, _, err = clone.start("ensurepip")
    assert code == 1
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert err.startswith(f"{name} lacks ensurepip and cannot make virtual environments.\n")
    assert not clone.venv.exists()


@slow
def test_moved_clone_still_imports_itself(clone: Clone):
    moved = clone.root.rename(clone.root.with_name("moved"))
    python = bootstrap.python_of(moved / ".venv")
    program = "import tfl_helpers; print(tfl_helpers.__file__)"
    printed = subprocess.check_output([python, "-I", "-c", program], text=True)
    moved.rename(clone.root)
    assert Path(printed.strip()) == moved / "tfl_helpers" / "__init__.py"


@pytest.mark.skipif(os.name == "nt", reason="Windows makes symbolic links for administrators only.")
def test_python_of_the_environment_is_gone(tmp_path: Path):
    clone = Clone(tmp_path)
    clone.pin("tiny==1")
    python = bootstrap.python_of(clone.venv)
    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere/python3")
    with pytest.raises(
        SetupError, match=r"(?s)Python that .venv was made with is gone.*rm -r .venv"
    ):
        bootstrap.prepare(clone.root, [clone.lock], [], io.StringIO())


def test_this_environment_has_the_pins_of_its_own_clone_only(tmp_path: Path):
    assert bootstrap.has_pins(REPOSITORY, "run", "lab", "test")
    other = bootstrap.proven(REPOSITORY)
    other["versions"]["test"]["pytest"] = ["0.0.1"]
    file = tmp_path / "tfl_helpers" / "setup" / "proven.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(other))
    assert bootstrap.has_pins(tmp_path, "run", "lab")
    assert not bootstrap.has_pins(tmp_path, "run", "lab", "test")


def test_one_place_has_one_name_on_windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert not bootstrap.is_same(tmp_path, tmp_path.with_name("Other"))
    monkeypatch.setattr(bootstrap.os.path, "normcase", ntpath.normcase)
    assert bootstrap.is_same("/Clone/.venv", "/clone/.VENV")


def test_child_passes_its_exit_code_on():
    assert bootstrap.follow([sys.executable, "-c", "raise SystemExit(7)"]) == 7


@pytest.mark.parametrize(
    "name", ["__init__", "__main__", "setup/__init__", "setup/bootstrap", "setup/errors"]
)
def test_old_python_can_read(name: str):
    source = (REPOSITORY / "tfl_helpers" / f"{name}.py").read_text("utf-8")
    assert ast.parse(source, feature_version=(3, 8)).body


def test_command_line_needs_the_standard_library_alone():
    command = [sys.executable, "-S", "-m", "tfl_helpers"]
    printed = subprocess.check_output(command, text=True, cwd=REPOSITORY, env={})
    assert printed.startswith("usage: python3 -m tfl_helpers")


@pytest.mark.parametrize(
    ("tool", "command"),
    [
        ("python3.12", "python3.12 -m tfl_helpers lab"),
        ("apt", "apt install python3.11 python3.11-venv"),
        ("dnf", "dnf install python3.13"),
        ("brew", "brew install python@3.13"),
        ("winget", "winget install Python.Python.3.13"),
        ("", "conda env create --file environment.yml && conda activate tfl"),
    ],
)
@pytest.mark.parametrize("minor", [10, 14])
def test_unsupported_python_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, minor: int, tool: str, command: str
):
    monkeypatch.setattr(errors, "which", {tool: "x"}.get)
    monkeypatch.setattr(errors, "_SUDO", "")
    with pytest.raises(SetupError) as caught:
        errors.check_python((3, minor), ["-m", "tfl_helpers", "lab"])
    assert str(caught.value) == (
        f"This is Python 3.{minor}; TensorFlow has wheels for Python 3.11, 3.12 and 3.13.\n"
        f"To mend it:\n    {command}"
    )


def test_missing_ensurepip_names_the_package_of_debian(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(errors, "which", {"apt": "x"}.get)
    advice = r"(?s)python3\.11 lacks ensurepip.*apt install python3\.11-venv"
    with pytest.raises(SetupError, match=advice):
        errors.check_ensurepip(False, (3, 11))


def test_macs_with_an_intel_chip_or_an_intel_python():
    errors.check_platform("darwin", "arm64", "Darwin Kernel RELEASE_ARM64_T6000")
    with pytest.raises(SetupError, match=r"no wheels for Macs with an Intel chip(.|\n)*docker run"):
        errors.check_platform("darwin", "x86_64", "Darwin Kernel RELEASE_X86_64")
    with pytest.raises(SetupError, match=r"built for Intel(.|\n)*arch -arm64 brew install"):
        errors.check_platform("darwin", "x86_64", "Darwin Kernel RELEASE_ARM64_T6000")


def test_too_little_space():
    errors.check_space(4.0)
    with pytest.raises(
        SetupError, match=r"1\.2 GB are free here; set-up needs 4 GB and keeps 2\.5"
    ):
        errors.check_space(1.2)


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full"),
        ("failed to write `x`: No space left on device (os error 28)", "The disk is full"),
        ("SSLError(... CERTIFICATE_VERIFY_FAILED ...)", "The certificate of the package index"),
        ("cause: invalid peer certificate: UnknownIssuer", "The certificate of the package index"),
        ("... THESE PACKAGES DO NOT MATCH THE HASHES ...", "-m pip cache purge"),
        ("cause: tunnel error: ... Connection refused (os error 111)", "cannot be reached"),
        ("Because six==1 has no wheels with a matching platform tag", "There is no six==1 for "),
        ("Because six was not found in the package registry", "There is no six for Python 3."),
        ("name resolution ... No matching distribution found for six", "cannot be reached"),
        ("HINT: This error ... Windows Long Path support enabled.", "Windows has to be told"),
        ("ERROR: [Errno 13] Permission denied: 'x'", "Files here cannot be written"),
        ("one\nERROR: something new\n", "these were its last words: ERROR: something new"),
        ("", "these were its last words: none"),
    ],
)
def test_words_of_pip_and_uv_become_a_sentence(printed: str, sentence: str):
    assert sentence in str(errors.explain(printed))


def test_stage_is_what_uv_has_printed():
    printed = "Using Python 3.11.7 environment at: .venv\n"
    assert bootstrap.stage(printed, 9, 0) == ("asking the package index", 0, 9, "packages")
    printed += "Resolved 3 packages in 9ms\n"
    printed += "Downloading tensorflow (545.9MiB)\nDownloading numpy (16.1MiB)\n"
    fetching = "fetching tensorflow (545.9MiB)"
    assert bootstrap.stage(printed, 9, 0) == (fetching, 0, 2, "large packages")
    printed += " Downloaded numpy\n"
    assert bootstrap.stage(printed, 9, 0) == (fetching, 1, 2, "large packages")
    printed += " Downloaded tensorflow\nPrepared 3 packages in 9.00s\n"
    assert bootstrap.stage(printed, 9, 2) == ("installing", 2, 3, "packages")
    printed += "Installed 3 packages in 40ms\n"
    assert bootstrap.stage(printed, 9, 5) == ("installing", 3, 3, "packages")


def test_progress_is_a_line_or_written_over_the_last():
    done = ("fetching tiny", 1, 2, "packages")
    text = "   1 of 2 packages  1:05  fetching tiny"
    assert bootstrap.progress(*done, 65) == text + "\n"
    assert bootstrap.progress(*done, 65, 70) == f"\r[##########..........]{text}".ljust(71)
    assert bootstrap.progress(*done, 65, 30) == f"\r[##########..........]{text}"[:31]


def test_japanese_fills_the_line_of_a_terminal_and_no_more(japanese: None):
    printed = "Resolved 2 packages\nDownloading tiny (1KiB)\n"
    for width in range(30, 90):
        line = bootstrap.progress(*bootstrap.stage(printed, 2, 0), 65, width)[1:]
        assert sum(1 + (east_asian_width(letter) in "FW") for letter in line) == width
    assert "tiny を取得中（1KiB）" in line


def test_what_pip_is_told_is_handed_to_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_INDEX_URL", "SSL_CERT_FILE", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    told = {
        ":env:.no-index": "1",
        "global.cert": "mine.pem",
        "global.find-links": f"{tmp_path} nowhere http://links",
        "global.index-url": "http://one",
        "global.proxy": "http://proxy",
        "install.extra-index-url": "\nhttp://three\nhttp://four",
        "install.index-url": "http://two",
    }
    config = "".join(f"{name}={value!r}\n" for name, value in told.items())
    variables = {
        "UV_INDEX_URL": "http://two",
        "UV_EXTRA_INDEX_URL": "http://three http://four",
        "UV_FIND_LINKS": f"{tmp_path},http://links",
        "SSL_CERT_FILE": "mine.pem",
        "ALL_PROXY": "http://proxy",
    }
    assert bootstrap.handed_over(config) == (["--no-index"], variables)
    monkeypatch.setenv("UV_INDEX_URL", "http://own")
    assert "UV_INDEX_URL" not in bootstrap.handed_over(config)[1]
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://own")
    assert bootstrap.handed_over("") == ([], {"PIP_INDEX_URL": "http://own"})


@slow
def test_index_that_pip_is_told_is_asked_by_uv(clone: Clone):
    clone.pin("tiny==8")
    index = clone.wheels / "index" / "tiny"
    index.mkdir(parents=True)
    wheel = (clone.wheels / "tiny-8-py3-none-any.whl").rename(index / "tiny-8-py3-none-any.whl")
    (index / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    told = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": str(clone.wheels)}
    assert clone.start(**told, PIP_INDEX_URL=index.parent.as_uri())[:2] == clone.runs(8)
