"""Set-up: a real `.venv` from wheels that the test writes itself, and the words of each refusal."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tfl_helpers.setup import bootstrap, errors, installer
from tfl_helpers.setup.errors import SetupError

SETUP = [f"setup/{name}" for name in ("__init__", "bootstrap", "installer", "errors")]
slow = pytest.mark.slow  # uses the `.venv` of the fixture `clone`
REPOSITORY = Path(bootstrap.__file__).resolve().parents[2]
# What a start goes on with: where it runs, and what it can import.
GO_ON = "import sys, tfl_helpers, tiny; print(sys.prefix, tfl_helpers.CLONE, tiny.VERSION)"
START = f"""
import sys
from pathlib import Path
from tfl_helpers.setup import bootstrap, errors
sys.modules.update(dict.fromkeys(sys.argv[2:]))  # as if these were not installed
try:
    bootstrap.enter(Path(sys.argv[1]), ["-I", "-c", {GO_ON!r}])
except errors.SetupError as error:
    sys.exit(str(error))
"""
INFO = "{name}-{version}.dist-info"
ONE_WHEEL = {
    "{name}.py": "VERSION = {version}\n",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/RECORD": "{name}.py,,\n",
}


class Clone:
    """A folder with a package and a lock, and the wheels that pip may take."""

    def __init__(self, folder: Path) -> None:
        self.root, self.wheels = folder / "clone", folder / "wheels"
        self.venv, self.lock = self.root / ".venv", self.root / "requirements.txt"
        self.wheels.mkdir(parents=True)
        (self.root / "tfl_helpers").mkdir(parents=True)
        (self.root / "tfl_helpers" / "__init__.py").write_text("CLONE = 'imported'\n")
        project = '[project]\ndependencies = ["tiny"]\noptional-dependencies = {test = []}\n'
        (self.root / "pyproject.toml").write_text(project)

    def pin(self, *packages: str, damaged: bool = False) -> None:
        """Write requirements.txt, and a wheel for each `name==version`."""
        lines = []
        for package in packages:
            name, version = package.split("==")
            wheel = self.wheels / f"{name}-{version}-py3-none-any.whl"
            with zipfile.ZipFile(wheel, "w") as file:
                for path, text in ONE_WHEEL.items():
                    words = {"name": name, "version": version}
                    file.writestr(zipfile.ZipInfo(path.format(**words)), text.format(**words))
            digest = hashlib.sha256(b"" if damaged else wheel.read_bytes()).hexdigest()
            lines.append(f"{package} --hash=sha256:{digest}\n")
        self.lock.write_text("".join(lines))

    def popen(self, *missing: str, **environment: str) -> subprocess.Popen[str]:
        """Start as someone does whose pip is set to look into `wheels` and nowhere else."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_NO_CACHE_DIR": "1"}
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
    clone.pin("tiny==1", "more==1")
    code, out, err = clone.start()
    assert (code, out) == clone.runs(1), err
    assert err.startswith("Setting up .venv, once: about 1 GB to fetch, 2.5 GB on the disk.\n")
    assert " of 2 packages  0:0" in err
    return clone


@slow
def test_second_start_does_not_ask_pip(clone: Clone):
    clone.pin("tiny==1", "more==1")
    clone.start()
    code, out, err = clone.start(PIP_FIND_LINKS="nowhere")
    assert (code, out) == clone.runs(1)
    assert err == ""


@slow
def test_second_start_takes_no_time(clone: Clone):
    started = time.perf_counter()
    assert bootstrap.is_ready(clone.venv, clone.lock)
    assert time.perf_counter() - started < 0.05


@slow
def test_changed_lock_is_installed_in_place(clone: Clone):
    (clone.venv / "kept").touch()
    clone.pin("tiny==2", "more==1")
    code, out, err = clone.start()
    assert (code, out) == clone.runs(2), err
    assert err.startswith("requirements.txt has changed: bringing .venv up to date.\n")
    assert (clone.venv / "kept").exists()


@slow
def test_half_installed_package_is_installed_again(clone: Clone):
    clone.pin("tiny==3", "more==1")
    clone.start()
    bootstrap._stamp(clone.venv).unlink()
    (record,) = clone.venv.glob("**/tiny-3.dist-info/RECORD")
    record.unlink()
    record.parent.with_name("tiny.py").unlink()
    code, out, err = clone.start()
    assert (code, out) == clone.runs(3), err
    assert err.startswith("Going on with the set-up of .venv where it stopped.\n")


@slow
@pytest.mark.skipif(os.name == "nt", reason="signals to a group of processes")
def test_interrupted_start_leaves_no_pip_behind_and_can_be_repeated(clone: Clone):
    clone.pin("tiny==4", "more==1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        process = clone.popen(PIP_NO_INDEX="0", PIP_INDEX_URL=address)
        silent.settimeout(60)
        connection, _ = silent.accept()  # pip now waits for an answer
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
        connection.close()
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert not bootstrap.is_ready(clone.venv, clone.lock)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert clone.start()[:2] == clone.runs(4)


@slow
def test_no_network(clone: Clone):
    clone.pin("tiny==5")
    address = "http://127.0.0.1:9/simple"
    code, out, err = clone.start(
        PIP_NO_INDEX="0", PIP_INDEX_URL=address, PIP_RETRIES="1", PIP_FIND_LINKS=""
    )
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
    assert "-m pip cache purge" in err


@slow
def test_no_wheel_for_this_machine(clone: Clone):
    clone.pin("tiny==7")
    (clone.wheels / "tiny-7-py3-none-any.whl").unlink()
    code, _, err = clone.start()
    assert code == 1
    assert "pip found no tiny==7 for Python 3." in err


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


@pytest.mark.skipif(os.name == "nt", reason="a symbolic link")
def test_python_of_the_environment_is_gone(tmp_path: Path):
    clone = Clone(tmp_path)
    clone.pin("tiny==1")
    python = bootstrap.python_of(clone.venv)
    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere/python3")
    with pytest.raises(
        SetupError, match=r"Python that .venv was made with is gone(.|\n)*rm -r .venv"
    ):
        bootstrap.prepare(clone.root, [], io.StringIO())


def test_this_environment_has_the_pins_of_its_own_clone_only(tmp_path: Path):
    assert bootstrap.has_pins(REPOSITORY)
    (tmp_path / "pyproject.toml").write_bytes((REPOSITORY / "pyproject.toml").read_bytes())
    (tmp_path / "requirements.txt").write_text("tensorflow==0.0.1 \\\n")
    assert not bootstrap.has_pins(tmp_path)


def test_child_passes_its_exit_code_on():
    assert bootstrap.follow([sys.executable, "-c", "raise SystemExit(7)"]) == 7


@pytest.mark.parametrize(
    "name",
    [
        "__init__",
        "__main__",
        "setup/__init__",
        "setup/bootstrap",
        "setup/installer",
        "setup/errors",
    ],
)
def test_old_python_can_read(name: str):
    source = (REPOSITORY / "tfl_helpers" / f"{name}.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 8))


def test_command_line_needs_the_standard_library_alone():
    command = [sys.executable, "-S", "-m", "tfl_helpers"]
    printed = subprocess.check_output(command, text=True, cwd=REPOSITORY, env={})
    assert printed.startswith("usage: python3 -m tfl_helpers")


def test_unsupported_python_names_one_that_is_here():
    with pytest.raises(SetupError) as caught:
        errors.check_python((3, 10), ["-m", "tfl_helpers", "lab"], {"python3.12": "x"}.get)
    assert str(caught.value) == (
        "This is Python 3.10; TensorFlow has wheels for Python 3.11, 3.12 and 3.13.\n"
        "To mend it:\n    python3.12 -m tfl_helpers lab"
    )


@pytest.mark.parametrize(
    ("tool", "command"),
    [
        ("apt", "apt install python3.11 python3.11-venv"),
        ("dnf", "dnf install python3.13"),
        ("brew", "brew install python@3.13"),
        ("winget", "winget install Python.Python.3.13"),
        ("", "conda env create --file environment.yml && conda activate tfl"),
    ],
)
def test_unsupported_python_says_how_to_get_one(tool: str, command: str):
    with pytest.raises(SetupError, match="This is Python 3.14; ") as caught:
        errors.check_python((3, 14), [], {tool: "x"}.get)
    assert str(caught.value).endswith(command)


def test_missing_ensurepip_names_the_package_of_debian():
    with pytest.raises(
        SetupError, match=r"python3\.11 lacks ensurepip(.|\n)*apt install python3\.11-venv"
    ):
        errors.check_ensurepip(False, (3, 11), {"apt": "x"}.get)


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
        (
            "ERROR: Could not install packages: [Errno 28] No space left on device",
            "The disk is full",
        ),
        ("SSLError(... CERTIFICATE_VERIFY_FAILED ...)", "The certificate of the package index"),
        (
            "... Temporary failure in name resolution ... No matching distribution found for six",
            "cannot be reached",
        ),
        (
            "HINT: This error might have occurred since ... Windows Long Path support enabled.",
            "Windows has to be told",
        ),
        ("ERROR: [Errno 13] Permission denied: 'x'", "Files here cannot be written"),
        ("one\nERROR: something new\n", "these were its last words: ERROR: something new"),
        ("", "these were its last words: none"),
    ],
)
def test_words_of_pip_become_a_sentence(printed: str, sentence: str):
    assert sentence in str(errors.explain(printed))


def test_stage_counts_what_pip_has_seen():
    lines = ["Ignoring colorama: markers 'x' don't match your environment\n"]
    assert installer.stage(lines, 4, 0) == ("asking the package index", 0, 3)
    lines += ["Requirement already satisfied: typing-extensions==4 in ./x (from -r y)\n"]
    lines += ["  Downloading more-1-py3-none-any.whl.metadata (4 kB)\n"]
    lines += ["Downloading ai_edge_litert-2.3.0-cp311-manylinux.whl (21.8 MB)\n"]
    assert installer.stage(lines, 4, 0) == ("fetching ai_edge_litert (21.8 MB)", 2, 3)
    lines += ["Processing /wheels/tiny-1-py3-none-any.whl (from -r x (line 1))\n"]
    assert installer.stage(lines, 4, 0) == ("fetching tiny", 3, 3)
    lines += ["Installing collected packages: tiny, ai-edge-litert\n"]
    assert installer.stage(lines, 4, 1) == ("installing", 1, 2)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal():
    out = Terminal()
    progress = installer.Progress(out)
    progress.show("fetching tiny", 1, 2)
    progress.show("installing", 2, 2)
    progress.close()
    blank, first, second = out.getvalue().split("\r")
    assert blank == ""
    assert first.rstrip() == "[##########..........]   1 of 2 packages  0:00  fetching tiny"
    assert second.rstrip() == "[####################]   2 of 2 packages  0:00  installing"


def test_progress_is_a_line_now_and_then_elsewhere():
    out = io.StringIO()
    progress = installer.Progress(out)
    for at in range(5):
        progress.show("installing", at, 5)
    progress.close()
    assert out.getvalue() == "   0 of 5 packages  0:00  installing\n"
