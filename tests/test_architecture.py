"""Who may import whom, how large things are, what is public, and what stands in no file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import tfl_helpers
from tfl_helpers.authoring.lessons import ROOT

PACKAGE = ROOT / "tfl_helpers"
SOURCES = {".".join(p.relative_to(PACKAGE).with_suffix("").parts): p for p in PACKAGE.rglob("*.py")}
MODULES = sorted(SOURCES)


@dataclass(frozen=True)
class Group:
    """Modules that are one box in the README's picture."""

    modules: str
    uses: str = ""
    packages: str = ""


# From bottom to top. TensorFlow is read by one box, drawing knows none of it, widgets are in one.
GROUPS = {
    "records": Group("tables records"),
    "quiet": Group("silence"),
    "figure": Group("shapes svg png figure layout_rows layout", "records", "matplotlib PIL"),
    "values": Group("values", "records", "numpy"),
    "read": Group(
        "read_signature read_graph read_tf read_calls read_lite stations",
        "records values",
        "tensorflow ai_edge_litert numpy",
    ),
    "compare": Group("compare", "records values"),
    "draw": Group("graph_boxes graph_picture dispatch_picture road_picture", "records figure read"),
    "predict": Group("ask", "records", "ipywidgets"),
    "check": Group("placeholder verdict advice check check_objects", "records values read"),
    "set-up": Group("bootstrap installer setup_errors"),
    "doctor": Group("probe doctor", "records set-up"),
    "authoring": Group(
        "authoring.__init__ authoring.lessons authoring.kernel authoring.stored authoring.execute "
        "authoring.run authoring.solutions authoring.budgets",
        "records",
        "nbformat nbclient papermill jupyter_client traitlets",
    ),
    "package": Group("__init__"),
    "command line": Group("__main__", "records set-up doctor authoring"),
}
GROUP_OF = {module: name for name, group in GROUPS.items() for module in group.modules.split()}

# These print: they are what people start, not what a lesson calls.
SPEAKERS = {"authoring", "set-up", "command line"}

TOP_LEVEL = (
    ".ci .gitignore CONTRIBUTING.md LICENSE README.md environment.yml notebooks pyproject.toml "
    "requirements.txt tests tfl_helpers"
)
KINDS_OF_NOTEBOOK_FILES = {".ipynb", ".tflite", ".svg", ".po"}

# Of one machine, or of one network: patterns that do not match themselves.
FOREIGN = re.compile(
    r"(?<![\w./:])/(?:home|root|Users|work|mnt|private)/[\w.]"
    r"|pypi[.]|pythonhosted[.]|anaconda[.]org|index-url[ =]|find-links[ =]|/simple[/]"
)


def tree(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


def imports(module: str, everywhere: bool = True) -> Iterator[tuple[bool, str]]:
    """What a module imports (not for type checkers): whether it is ours, and its name."""
    nodes = tree(module).body
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            yield from ((False, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield False, node.module or ""
        elif isinstance(node, ast.ImportFrom):
            yield from ((True, name) for name in _own(module, node))
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            nodes += node.orelse
        elif everywhere or not isinstance(node, ast.FunctionDef):
            nodes += ast.iter_child_nodes(node)


def _own(module: str, node: ast.ImportFrom) -> list[str]:
    """The modules behind `from .records import X`, `from . import stored`, `from ..x import y`."""
    folder = module.split(".")[: -node.level]
    named = [".".join([*folder, node.module])] if node.module else []
    return named or [".".join([*folder, alias.name]) for alias in node.names]


def test_every_module_is_in_the_picture() -> None:
    assert set(GROUP_OF) == set(MODULES)
    names = list(GROUPS)
    for name, group in GROUPS.items():
        assert set(group.uses.split()) <= set(names[: names.index(name)]), "only boxes below"


@pytest.mark.parametrize("module", [m for m in MODULES if m in GROUP_OF])
def test_imports_go_down(module: str) -> None:
    own = GROUP_OF[module]
    group = GROUPS[own]
    for ours, name in imports(module):
        if ours:
            assert GROUP_OF.get(name) in {own, *group.uses.split()}, f"{module} imports {name}"
        else:
            top = name.partition(".")[0]
            known = top in sys.stdlib_module_names or top in group.packages.split()
            assert known, f"{module} imports {name}"


@pytest.mark.parametrize("module", [m for m in MODULES if GROUP_OF.get(m) != "authoring"])
def test_packages_are_imported_where_they_are_used(module: str) -> None:
    at_once = {name.partition(".")[0] for ours, name in imports(module, False) if not ours}
    assert at_once <= sys.stdlib_module_names


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {m: {name for ours, name in imports(m) if ours} for m in MODULES}
    assert tuple(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("module", MODULES)
def test_sizes(module: str) -> None:
    assert len(SOURCES[module].read_text(encoding="utf-8").splitlines()) <= 250
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 40, f"{node.name}: a function fits a screen"


@pytest.mark.parametrize("module", MODULES)
def test_words_and_types(module: str) -> None:
    parsed = tree(module)
    assert ast.get_docstring(parsed), "the first line says what comes in and what goes out"
    for node in parsed.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"
    for node in ast.walk(parsed):
        if isinstance(node, ast.FunctionDef):
            given = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            bare = [a.arg for a in given if not a.annotation and a.arg not in ("self", "cls")]
            assert node.returns, f"{node.name} does not say what it returns"
            assert not bare, f"{node.name} does not say the types of {bare}"


@pytest.mark.parametrize("module", [m for m in MODULES if GROUP_OF.get(m) not in SPEAKERS])
def test_no_printing(module: str) -> None:
    called = [node.func for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    assert "print" not in [getattr(function, "id", "") for function in called]


@pytest.mark.parametrize("name", tfl_helpers.__all__)
def test_public_names_exist_and_explain_themselves(name: str) -> None:
    assert getattr(tfl_helpers, name).__doc__
    assert name in dir(tfl_helpers)


def test_another_name_is_refused_with_the_list() -> None:
    with pytest.raises(AttributeError, match="tfl_helpers has no 'convert'; it has .*read_tflite"):
        tfl_helpers.convert  # noqa: B018


def test_the_package_loads_nothing_heavy() -> None:
    heavy = "tensorflow numpy matplotlib ipywidgets IPython nbformat papermill ai_edge_litert PIL"
    code = f"import sys, tfl_helpers; print(*sorted(set(sys.modules) & set('{heavy}'.split())))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == ("", "")


def tracked() -> list[Path]:
    """Files that git has or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if ran.returncode:
        pytest.skip("not a git repository")
    return [path for line in ran.stdout.splitlines() if (path := ROOT / line).is_file()]


def test_top_level_and_notebooks_hold_only_what_belongs_there() -> None:
    places = [path.relative_to(ROOT) for path in tracked()]
    assert {place.parts[0] for place in places} <= set(TOP_LEVEL.split())
    kinds = {place.suffix for place in places if place.parts[0] == "notebooks"}
    assert kinds <= KINDS_OF_NOTEBOOK_FILES


def test_no_file_names_a_machine_or_a_package_index() -> None:
    for path in tracked():
        text = path.read_text(encoding="utf-8", errors="ignore")
        found = [match.group() for match in FOREIGN.finditer(text)]
        assert not found, path.relative_to(ROOT)
