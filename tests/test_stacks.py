"""Claims on other stacks: what may differ and what may not, Colab's packages, the wheel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import MakeLesson
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.author.execute import execute_lessons
from tests.author.host import difference, other_claims, run_on_host
from tests.stacks import COLAB, ROOT, STACKS, TOOL, UV, environment, find_python
from tfl_helpers.setup import bootstrap
from tfl_helpers.setup.errors import SUPPORTED


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("a model of 1,024 bytes", "a model of 1,048 bytes"),
        ("(3952, True)", "(3892, True)"),
        ("[reached: 828 bytes]", "[reached: 836 bytes]"),
        (
            "  a/MatMul  weights  1,024  26 %  values",
            "  arith.constant3  weights  1,024  27 %  values",
        ),
        (
            "ready",
            "Saved artifact at 'x':\n\n* Endpoint 'serve'\n  args_0: x\nCaptures:\n  1: y\nready",
        ),
        ("TensorFlow 2.21.0", "TensorFlow 2.22.0-rc0"),
        ("  a/b:0  tensors  84  2 %", "  serving  signatures  80  2 %"),
        ("✓ ok", "✓ ok\nOther than proven on 2026-11-28\n  numpy  2.1"),
        ("length 2.51634 and 3.0", "length 2.51629 and 3.0"),
    ],
)
def test_what_may_differ(was: str, now: str):
    assert difference(was, now) == ""


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("It is 3.", "It is 2."),
        ("traces: 1", "traces: 2"),
        ("✓ right", "✗ not right"),
        ("float32[?, 2]", "float32[32, 2]"),
        ("a model of 1,024 bytes", "a model of 2,048 bytes"),
        ("It is 3.", "It is 4."),
        ("60 of 60", "59 of 60"),
        ("length 2.516", "length 2.616"),
        ("1 0.5", "1"),
        ("ADD, MUL", "ADD"),
        ("(nothing)", "one line more"),
    ],
)
def test_what_may_not_differ(was: str, now: str):
    assert difference(was, now)


@pytest.mark.slow
def test_a_lie_and_a_wrong_solution_are_told_and_the_truth_is_not(make_lesson: MakeLesson):
    stub = new_code_cell("answer = ...", metadata={"tags": ["exercise"], "exercise": "77-two"})
    check = new_code_cell(
        "import tfl_helpers as tfl\ntfl.check_answers({'two': answer}, {'two': 2})",
        metadata={"tags": ["check"], "exercise": "77-two"},
    )
    fence = "<details>\n\n```python\nanswer = 2\n```\n\n</details>"
    solution = new_markdown_cell(fence, metadata={"tags": ["solution"], "exercise": "77-two"})
    after = new_code_cell("print(answer)")
    lesson = make_lesson("print('It is 3.')", stub, check, solution, after)
    assert execute_lessons([lesson]) == 0
    assert list(other_claims(lesson)) == []

    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells[0].outputs[0].text = "It is 4.\n"
    notebook.cells[3].source = fence.replace("answer = 2", "answer = 3")
    nbformat.write(notebook, lesson)
    first, lie, wrong = other_claims(lesson)
    assert first == "2 cells say something else"
    assert lie == "cell-0:\n    - It is 4.\n    + It is 3."
    assert wrong.startswith("solved-cell-2: the solution is ['not right']")

    notebook.cells[0].source = "1 / 0"
    nbformat.write(notebook, lesson)
    assert next(other_claims(lesson)) == "cell [1] raised ZeroDivisionError: division by zero"
    assert run_on_host([lesson]) == 1


def test_each_python_that_is_promised_is_a_stack():
    promised = {f"{major}.{minor}" for major, minor in SUPPORTED}
    assert {stack.python for name, stack in STACKS.items() if "pins" in name} == promised
    assert environment("none", type(STACKS["Colab"])("3.4", ())) == ""


@pytest.mark.skipif(os.name == "nt", reason="pyenv's stand-ins are shell scripts")
def test_a_python_of_pyenv_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    version = "{}.{}".format(*sys.version_info)
    stand_in = tmp_path / f"python{version}"
    told = f'[ "$PYENV_VERSION" = {version} ] || exit 127'
    real = Path(sys.base_prefix, "bin", f"python{version}")
    stand_in.write_text(f'#!/bin/sh\n{told}\nexec "{real}" "$@"\n', "utf-8")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_python(version)
    assert subprocess.check_output([found, "-V"], text=True).startswith(f"Python {version}")


def resolved(*options: str, also: str = "") -> dict[str, str]:
    """What uv would install for the helpers on Colab's Python; skips where no index answers."""
    command = [*UV, "pip", "compile", "-q", "--no-header", "--no-annotate", *options]
    command += ["--python-version", "3.13", "--python-platform", "x86_64-manylinux_2_28"]
    order = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    done = subprocess.run(
        [*command, "pyproject.toml", "-"],
        cwd=ROOT,
        env={**os.environ, **order},
        input=also,
        capture_output=True,
        text=True,
    )
    if re.search("error sending request|dns error|Could not connect", done.stderr):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no package index answers")
    assert done.returncode == 0, done.stderr
    return dict(re.findall(r"^([\w.-]+)==(\S+)", done.stdout, re.MULTILINE))


@pytest.mark.slow
def test_on_colab_the_helpers_bring_what_is_new_and_change_nothing():
    there = dict(re.findall(r"^([\w.-]+)==(\S+)", COLAB.read_text("utf-8"), re.MULTILINE))
    # Colab's IPython asks for jedi, too, and Colab leaves it out.
    new = {"ai-edge-litert", "backports-strenum", "jedi", "matplotlib-fontja", "resvg-py"}
    for also, brought in (("", set()), (TOOL, {TOOL, "litert-lm-builder", "tomli"})):
        needed = resolved("-c", str(COLAB), also=also)
        assert {name: needed[name] for name in needed if name in there}.items() <= there.items()
        assert set(needed) - set(there) == new | brought
    with pytest.raises(AssertionError, match="unsatisfiable"):
        resolved("-c", str(COLAB), "--extra", "lab")  # the newer widgets of JupyterLab 4


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_folder(tmp_path: Path):
    pip, target, empty = [sys.executable, "-m", "pip"], tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    made = subprocess.run(
        [*pip, "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT)],
        capture_output=True,
        text=True,
    )
    if "hatchling" in made.stderr and not os.environ.get("CI"):
        pytest.skip("no package index has hatchling, which makes the wheel")
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    install = [*pip, "install", "-q", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*install, str(wheel)], check=True)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        paths = {**os.environ, "PYTHONPATH": str(target)}
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=empty, env=paths, capture_output=True, text=True)

    names = "import tfl_helpers as t; [getattr(t, n) for n in t.__all__]; print(t.__file__)"
    assert Path(run("-c", names).stdout.strip()).is_relative_to(target)
    examined = run("-c", "import tfl_helpers as t; print(t.examine(), t.draw_road())")
    assert examined.stdout.startswith("✓ This machine is ready"), examined.stderr
    doctor = run("-m", "tfl_helpers", "doctor", "--json")
    assert json.loads(doctor.stdout)["ready"], doctor.stdout
    refused = run("-m", "tfl_helpers", "lab")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("`lab` needs the lessons, and this package was installed with")
    assert list(empty.iterdir()) == []
    locks = {path.parent.name for path in target.rglob(bootstrap.LOCK)}
    assert locks <= {"workshop"}, "a room's is data of the package, the course's is not"
