"""requirements.txt, environment.yml and pyproject.toml say the same, and name no address.

`.venv/bin/python tests/test_environment.py` writes environment.yml anew from requirements.txt.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "environment.yml"
COMPILE = (
    "uv pip compile --universal --python-version 3.11 --generate-hashes --extra test"
    " --output-file requirements.txt pyproject.toml"
)
# conda hands the whole pip list to one `pip install -r`. There a single hash makes pip demand one
# of every entry, and `-e .` cannot have one (pip 23.2 and 26.3 refuse `-r` and `-c` alike). So the
# pins stand here without their hashes.
HEADER = """\
# For conda: conda env create --file environment.yml && conda activate tfl
# The pins are those of requirements.txt; written by: .venv/bin/python tests/test_environment.py
name: tfl
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def locked() -> list[str]:
    """The entries of requirements.txt without their hashes."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    return re.findall(r"^([a-z0-9].*?) \\$", text, re.MULTILINE)


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
    text = (ROOT / "requirements.txt").read_text("utf-8")
    entries = re.sub(r"\\\n", "", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    assert len(entries) == len(locked()) > 100
    pattern = re.compile(r"[a-z0-9.-]+==[^\s*]+( ; [^\\]+?)?(\s+--hash=sha256:[0-9a-f]{64})+")
    assert [entry for entry in entries if not pattern.fullmatch(entry)] == []


def test_lock_says_how_it_was_made_and_from_nowhere():
    text = (ROOT / "requirements.txt").read_text("utf-8")
    assert text.splitlines()[1] == f"#    {COMPILE}"
    assert re.findall(r"\w+://\S*|--(?:extra-)?index\S*|--find[-]links.*|file:\S*", text) == []


def test_lock_keeps_the_bounds_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pins = [Requirement(entry) for entry in locked()]
    for wanted in map(Requirement, named):
        versions = [str(pin.specifier)[2:] for pin in pins if pin.name == wanted.name]
        assert versions, f"{wanted.name} is not in requirements.txt. Run: {COMPILE}"
        assert all(wanted.specifier.contains(version) for version in versions), wanted


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_no_package_has_two_versions_on_one_machine(python: str, system: str):
    name = {"linux": "posix", "darwin": "posix", "win32": "nt"}[system]
    machine = {"python_version": python, "python_full_version": f"{python}.9"}
    machine |= {"sys_platform": system, "os_name": name, "implementation_name": "cpython"}
    pins = [
        pin for pin in map(Requirement, locked()) if not pin.marker or pin.marker.evaluate(machine)
    ]
    names = [canonicalize_name(pin.name) for pin in pins]
    assert len(names) == len(set(names))


if __name__ == "__main__":
    ENVIRONMENT.write_text(environment_text(), encoding="utf-8", newline="\n")
