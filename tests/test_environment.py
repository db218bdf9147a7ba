"""The four locks, environment.yml, proven.json and pyproject.toml say the same, and no address.

`.venv/bin/python tests/test_environment.py` compiles the locks and writes the five files, from the
versions that are locked already; with `--upgrade`, from the newest.
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "environment.yml"
LAB, TESTS, SITE = LOCKS = (
    ROOT / "requirements.txt",
    ROOT / "tests" / "requirements.txt",
    ROOT / "tests" / "site.txt",
)
# Beside the three, not upon them: it shares packages with the tests, and conda needs no hub.
WORKSHOP = ROOT / "tfl_helpers" / "workshop" / "requirements.txt"
ALL = (*LOCKS, WORKSHOP)
PROVEN = ROOT / "tfl_helpers" / "setup" / "proven.json"
WRITE = ".venv/bin/python tests/test_environment.py"
COMPILE = (
    "uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet"
    " --extra lab"
)
HEADS = {
    LAB: f"# What `lab` installs. Compiled together with tests/requirements.txt: {WRITE}\n",
    TESTS: f"# What `run` adds to requirements.txt. Compiled together with it: {WRITE}\n",
    SITE: f"# What `site` and `test` add to both. Compiled together with them: {WRITE}\n",
    WORKSHOP: f"# What `workshop` adds to the first lock. Compiled together with it: {WRITE}\n",
}
# conda hands the whole pip list to one `pip install -r`. There a single hash makes pip demand one
# of every entry, and `-e .` cannot have one (pip 23.2 and 26.3 refuse `-r` and `-c` alike). So the
# pins stand here without their hashes.
HEADER = """\
# For conda: conda env create --file environment.yml && conda activate tfl
# The pins are those of the three locks; written by: .venv/bin/python tests/test_environment.py
name: tfl
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def locked(*locks: Path) -> list[str]:
    """The entries of the locks without their hashes; of all, if none is named."""
    text = "".join(lock.read_text("utf-8") for lock in locks or LOCKS)
    return sorted(re.findall(r"^([a-z0-9].*?) \\$", text, re.MULTILINE))


def named() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for: by every helper, and by each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {"run": project["dependencies"], **project["optional-dependencies"]}
    return {group: list(map(Requirement, lines)) for group, lines in asked.items()}


def proven_versions() -> dict[str, dict[str, list[str]]]:
    """The locked versions of what pyproject.toml names, by group."""
    pins = [Requirement(entry) for entry in dict.fromkeys(locked(*ALL))]
    return {
        group: {
            wanted.name: [str(pin.specifier)[2:] for pin in pins if pin.name == wanted.name]
            for wanted in wanteds
        }
        for group, wanteds in named().items()
    }


def environment_text() -> str:
    """What environment.yml has to be."""
    return HEADER + "".join(f"      - {entry}\n" for entry in [*locked(), "-e ."])


def test_environment_has_the_locked_versions_and_this_package():
    message = "environment.yml is old. Run: .venv/bin/python tests/test_environment.py"
    assert ENVIRONMENT.read_text("utf-8") == environment_text(), message


def test_environment_is_the_yaml_that_conda_reads():
    environment = yaml.safe_load(ENVIRONMENT.read_text("utf-8"))
    assert list(environment) == ["name", "channels", "dependencies"]
    python, pip, section = environment["dependencies"]
    assert (python, pip) == ("python=3.11", "pip")
    assert section == {"pip": [*locked(), "-e ."]}


def test_each_locked_entry_is_one_version_with_hashes():
    text = "".join(lock.read_text("utf-8") for lock in ALL)
    entries = re.sub(r"\\\n", "", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    assert len(entries) == len(locked(*ALL)) > 100
    pattern = re.compile(r"[a-z0-9.-]+==[^\s*]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
    assert [entry for entry in entries if not pattern.fullmatch(entry)] == []


@pytest.mark.parametrize("lock", ALL, ids=["lab", "tests", "site", "workshop"])
def test_lock_says_how_it_was_made_and_from_nowhere(lock: Path):
    text = lock.read_text("utf-8")
    assert text.startswith(HEADS[lock])
    addresses = r"\w+://\S*|--(?:extra-)?index\S*|--find[-]links.*|file:\S*"
    places = rf"{addresses}|# +-[cr] .*|(?<![\w.])/\w+/.*"
    assert re.findall(places, text) == []


def test_lock_keeps_the_bounds_of_the_project():
    pins = [Requirement(entry) for entry in locked(*ALL)]
    for wanted in sum(named().values(), []):
        versions = [str(pin.specifier)[2:] for pin in pins if pin.name == wanted.name]
        assert versions, f"{wanted.name} is in no lock. Run: {WRITE}"
        assert all(wanted.specifier.contains(version) for version in versions), wanted


def test_lab_installs_what_a_learner_needs_and_no_tool_of_the_tests():
    lab, tests, site = ({Requirement(e).name for e in locked(lock)} for lock in LOCKS)
    assert len(lab) + len(tests) + len(site) == len(lab | tests | site)
    groups = {group: {wanted.name for wanted in wanteds} for group, wanteds in named().items()}
    assert groups["run"] | groups["lab"] <= lab
    assert {"playwright", "pytest", "ruff", "nbval", "papermill"} <= groups["test"] & tests
    assert groups["site"] <= site


def test_the_doctor_knows_what_was_proven_and_when():
    proven = json.loads(PROVEN.read_text("utf-8"))
    assert proven["versions"] == proven_versions(), f"proven.json is old. Run: {WRITE}"
    assert datetime.date(2026, 11, 1) < datetime.date.fromisoformat(proven["date"])


@pytest.mark.parametrize("locks", [LOCKS, (LAB, WORKSHOP)], ids=["test", "workshop"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_no_package_has_two_versions_on_one_machine(python: str, system: str, locks: tuple[Path]):
    name = {"linux": "posix", "darwin": "posix", "win32": "nt"}[system]
    machine = {"python_version": python, "python_full_version": f"{python}.9"}
    machine |= {"sys_platform": system, "os_name": name, "implementation_name": "cpython"}
    pins = [
        pin
        for pin in map(Requirement, locked(*locks))
        if not pin.marker or pin.marker.evaluate(machine)
    ]
    names = [canonicalize_name(pin.name) for pin in pins]
    assert len(names) == len(set(names))


def test_one_release_has_one_number_and_one_date():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    releases = re.findall(r"^## (\S+), (\d{4}-\d\d-\d\d)$", changes, re.MULTILINE)
    newest = (project["version"], cited["date-released"])
    assert releases[0] == newest == (cited["version"], cited["date-released"])
    assert releases == sorted(releases, reverse=True)


def compiled(folder: Path, name: str, *options: str) -> dict[str, str]:
    """Entry -> its text with hashes, as uv resolves it; versions locked already are kept."""
    output = folder / name
    if "--upgrade" not in sys.argv:
        known = [lock.read_text("utf-8") for lock in ALL if lock.is_file()]
        output.write_text("".join(known), encoding="utf-8")
    command = [sys.executable, "-m", *COMPILE.split(), *options, "--output-file", str(output)]
    subprocess.run([*command, "pyproject.toml"], cwd=ROOT, check=True)
    text = re.sub(r"^ +# +-c .*\n", "", output.read_text("utf-8"), flags=re.MULTILINE)
    found = re.findall(r"^(?:[a-z0-9].*?) \\\n(?: +[-#].*\n)+", text, re.MULTILINE)
    return {entry.partition(" \\\n")[0]: entry for entry in found}


def write() -> None:
    """Write the four locks, environment.yml and proven.json."""
    with tempfile.TemporaryDirectory() as folder:
        whole = compiled(Path(folder), "whole", "--extra", "test", "--extra", "site")
        bounds = Path(folder) / "bounds"
        bounds.write_text("\n".join(whole))
        bound = ("--constraint", str(bounds))
        lab = compiled(Path(folder), "lab", *bound)
        tests = compiled(Path(folder), "tests", "--extra", "test", *bound)
        room = compiled(Path(folder), "workshop", "--extra", "workshop", *bound)
    parts = {
        LAB: lab.values(),
        TESTS: [whole[name] for name in tests if name not in lab],
        SITE: [whole[name] for name in whole if name not in tests],
        WORKSHOP: [room[name] for name in room if name not in lab],
    }
    for lock, entries in parts.items():
        lock.write_text(HEADS[lock] + "".join(entries), encoding="utf-8", newline="\n")
    ENVIRONMENT.write_text(environment_text(), encoding="utf-8", newline="\n")
    proven = {"date": f"{datetime.date.today()}", "versions": proven_versions()}
    PROVEN.write_text(json.dumps(proven, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
