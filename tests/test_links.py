"""Links to hosts and the cell that they need, written into a copy of the course, and out again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
import pytest

from tests.author import translate
from tests.author.execute import run_notebook
from tests.author.links import HOSTED, LINKS, write_links
from tests.author.stored import text_of
from tfl_helpers.records import InputError
from tfl_helpers.setup.bootstrap import python_of
from tfl_helpers.setup.lessons import ROOT

ADDRESS = "github:some-owner/some.name"
slow = pytest.mark.slow


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The course without what is made in it."""
    left = shutil.ignore_patterns(".venv", ".git", ".*_cache", "my", "__pycache__", "node_modules")
    return shutil.copytree(ROOT, tmp_path / "copy", ignore=left)


def texts(root: Path) -> dict[Path, str]:
    """The files that may change."""
    return {
        path: path.read_text("utf-8") for path in [*root.glob("**/*.ipynb"), root / "README.md"]
    }


def cells(root: Path, number: str) -> dict[str, str]:
    """The sources of an English lesson by id, in their order."""
    (path,) = root.glob(f"notebooks/en/{number}_*.ipynb")
    return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in the copy, which imports the package of the copy."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)


def test_written_once_renewed_and_removed_without_a_trace(copy: Path):
    before = texts(copy)
    assert set(write_links(ADDRESS, root=copy)) == set(before)
    assert write_links(ADDRESS, root=copy) == []
    ids = list(cells(copy, "03"))
    assert ids[:4] == ["title", LINKS, HOSTED, "parameters"]
    links = cells(copy, "03")[LINKS]
    file = "some-owner/some.name/blob/main/notebooks/en/03_polymorphic_functions.ipynb"
    assert f"(https://colab.research.google.com/github/{file})" in links
    assert f"(https://kaggle.com/kernels/welcome?src=https://github.com/{file})" in links
    assert "/v2/gh/some-owner/some.name/main?urlpath=lab/tree/notebooks/en/03_" in links
    assert "(https://codespaces.new/some-owner/some.name?ref=main)" in links
    assert "[Colab](https://colab" in (copy / "README.md").read_text("utf-8")

    assert set(write_links("github:some-owner/other", "v0.3.0", copy)) == set(before)
    renewed = "".join(texts(copy).values())
    assert ("some.name" in renewed, "--branch=v0.3.0" in renewed) == (False, True)
    write_links(None, root=copy)
    assert texts(copy) == before


@pytest.mark.parametrize("address", ["https://github.com/o/n", "o/n", "github:o", "github:o/n/m"])
def test_another_address_is_refused_and_nothing_written(copy: Path, address: str):
    before = texts(copy)
    with pytest.raises(
        InputError, match="Expected github:OWNER/NAME and the name of a branch, got"
    ):
        write_links(address, root=copy)
    assert texts(copy) == before


def test_without_an_address_the_command_writes_nothing(copy: Path):
    before = texts(copy)
    done = run(copy, "-m", "tfl_helpers", "links")
    assert (done.returncode, "required" in done.stderr) == (2, True)
    assert texts(copy) == before


def test_they_are_no_words_to_translate_and_lead_to_the_lesson_in_its_language(copy: Path):
    (path,) = copy.glob("notebooks/en/14_*.ipynb")
    before = translate.messages(nbformat.read(path, as_version=4))
    write_links(ADDRESS, root=copy)
    lesson = nbformat.read(path, as_version=4)
    assert translate.messages(lesson) == before
    catalogue = translate.updated(translate.messages(lesson), translate.polib.POFile())
    for entry in catalogue:
        entry.msgstr = entry.msgid
    english, japanese = lesson.cells, translate.build(lesson, catalogue).cells
    assert [cell.id for cell in japanese[1:3]] == [LINKS, HOSTED]
    assert japanese[1].source == english[1].source.replace("notebooks/en", "notebooks/ja")
    assert japanese[2].source == english[2].source


@slow
def test_with_them_all_rules_for_lessons_hold(copy: Path):
    write_links(ADDRESS, root=copy)
    rules = ["budgets", "stored_outputs", "course", "predictions", "solutions", "glossary"]
    files = [f"tests/test_{rule}.py" for rule in rules]
    said = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *files)
    assert (said.returncode, said.stdout[-3000:] if said.returncode else "") == (0, "")
    for command in (["check"], ["format", "--check"]):
        linted = run(copy, "-m", "ruff", *command, "--no-cache", "notebooks")
        assert linted.returncode == 0, linted.stdout


@slow
def test_here_the_cell_does_nothing_and_a_fresh_run_stores_the_same(copy: Path):
    write_links(ADDRESS, root=copy)
    (lesson,) = copy.glob("notebooks/en/01_*.ipynb")
    notebook, reasons = run_notebook(nbformat.read(lesson, as_version=4), lesson)
    assert reasons == []
    assert text_of(notebook) == lesson.read_text("utf-8")


@slow
@pytest.mark.skipif(not shutil.which("git"), reason="a hosted notebook clones with git")
def test_there_it_brings_the_package_and_the_files_from_an_empty_folder(copy: Path):
    """Git and pip are real; git finds the repository on this machine, not on that host."""
    write_links(ADDRESS, "v0.3.0", copy)
    named = ["-c", "user.name=somebody", "-c", "user.email=somebody@localhost"]
    steps = (["init", "-q"], ["add", "."], [*named, "commit", "-qm", "All"], ["tag", "v0.3.0"])
    for step in steps:
        subprocess.run(["git", *step], cwd=copy, check=True)
    empty, home, there = (copy.with_name(name) for name in ("empty", "home", "there"))
    empty.mkdir()
    home.mkdir()
    venv.create(there, with_pip=True)
    (packages,) = there.glob("[Ll]ib/**/site-packages")
    (packages / "host.pth").write_text("\n".join(path for path in sys.path if "packages" in path))
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    environment |= {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "COLAB_RELEASE_TAG": "any",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{copy.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/some-owner/some.name",
    }
    asked = (
        "import tfl_helpers, pathlib; print(tfl_helpers.__file__, *pathlib.Path('..').glob('*'))"
    )
    program = f"{cells(copy, '10')[HOSTED]}\n{asked}\n"
    command = [str(python_of(there)), "-c", program]
    for _ in range(2):  # the second time the clone is there already
        said = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True)
        if "hatchling" in said.stderr and "No matching distribution" in said.stderr:
            words = "no network: pip cannot fetch hatchling, which packs the package"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
        assert said.returncode == 0, said.stderr
        assert str(packages / "tfl_helpers") in said.stdout
        assert {"gesture.tflite", "learner.tflite", "browser.json"} <= {
            Path(word).name for word in said.stdout.split()
        }
    assert list(empty.iterdir()) == []
