"""Who may import whom, how large things are, what is public, and what stands in no file."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import tfl_helpers
from tfl_helpers.setup.lessons import ROOT

PACKAGE = ROOT / "tfl_helpers"
SOURCES = {".".join(p.relative_to(PACKAGE).with_suffix("").parts): p for p in PACKAGE.rglob("*.py")}
MODULES = sorted(SOURCES)


@dataclass(frozen=True)
class Box:
    """One box of the README's picture: a folder of the package, or a module beside them."""

    uses: str = ""
    packages: str = ""


# From bottom to top. Drawing knows nothing of TensorFlow; widgets are in two boxes.
BOXES = {
    "words": Box(),
    "records": Box("words"),
    "silence": Box("words"),
    "values": Box("words records", "numpy"),
    "progress": Box("words"),
    "figure": Box("words records", "matplotlib PIL resvg_py"),
    "look": Box(
        "words records values figure progress", "tensorflow ai_edge_litert flatbuffers numpy"
    ),
    "compare": Box("words records values look"),
    "explore": Box("words records values look progress", "ipywidgets tensorflow"),
    "ask": Box("words records progress", "ipywidgets"),
    "check": Box("words records values look progress", "tensorflow"),
    "web": Box("words records look"),
    "setup": Box(
        "words records silence look web",
        "tensorflow ai_edge_litert ipywidgets psutil jupyter_server tornado",
    ),
    "workshop": Box(
        "words records progress setup web",
        "aiohttp firstuseauthenticator jinja2 jupyter_server jupyterhub jupyterhub_idle_culler "
        "nbformat psutil tests tornado traitlets yarl "
        "tfl_helpers",  # hub_config is read as a file, in no package
    ),
    "predictions": Box("words records progress setup"),
    "__init__": Box(),
    "options": Box("words setup workshop"),
    "__main__": Box("words records web setup workshop options", "tests nbformat"),
}

# What people start in a terminal: not counted as met, and the command line may print.
SPEAKERS = {"setup", "workshop", "options", "__main__"}
# What JupyterHub and a learner's server load by name: its packages are there, or it is not.
HUB_SIDE = ("homes", "hub_config", "join", "lessons", "teacher")
LOADED_BY_THE_HUB = {f"workshop.{name}" for name in HUB_SIDE}
MET = set(BOXES) - SPEAKERS

TOP_LEVEL = (
    ".ci .gitattributes .github .gitignore CHANGELOG.md CITATION.cff CONTRIBUTING.md LICENSE "
    "README.ja.md README.md environment.yml notebooks pyproject.toml requirements.txt tests "
    "tfl_helpers"
)
KINDS_OF_NOTEBOOK_FILES = {".ipynb", ".tflite", ".svg", ".po", ".csv", ".md"}
NUMBERS = "browser.json"  # what a real browser answered to the strokes of lesson 14

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
        elif everywhere or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes += ast.iter_child_nodes(node)


def _own(module: str, node: ast.ImportFrom) -> list[str]:
    """The modules behind `from .records import X`, `from . import stored`, `from ..x import y`."""
    folder = [*module.split(".")[: -node.level], *(node.module or "").split(".")]
    place = ".".join(filter(None, folder))
    inside = [".".join(filter(None, [place, alias.name])) for alias in node.names]
    return [name for name in inside if name in SOURCES] or [place]


def box_of(module: str) -> str:
    return module.partition(".")[0]


def test_every_module_is_in_the_picture() -> None:
    assert {box_of(module) for module in MODULES} == set(BOXES)
    names = list(BOXES)
    for name, box in BOXES.items():
        assert set(box.uses.split()) <= set(names[: names.index(name)]), "only boxes below"


def test_the_picture_in_the_readme_names_every_module() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    picture = readme.split("```\ntfl_helpers/\n")[1].split("```")[0]
    names = {module.rpartition(".")[2] for module in MODULES} - {"__init__"}
    assert names <= set(re.findall(r"\w+", picture))


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    box = BOXES[box_of(module)]
    for ours, name in imports(module):
        if ours:
            allowed = {box_of(module), *box.uses.split()}
            assert box_of(name) in allowed, f"{module} imports {name}"
        else:
            top = name.partition(".")[0]
            known = top in sys.stdlib_module_names or top in box.packages.split()
            assert known, f"{module} imports {name}"


@pytest.mark.parametrize("module", sorted(set(MODULES) - LOADED_BY_THE_HUB))
def test_packages_are_imported_where_they_are_used(module: str) -> None:
    at_once = {name.partition(".")[0] for ours, name in imports(module, False) if not ours}
    assert at_once <= sys.stdlib_module_names


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {m: {name for ours, name in imports(m) if ours} for m in MODULES}
    assert tuple(TopologicalSorter(graph).static_order())


def lines(modules: Iterable[str]) -> int:
    """Lines of these modules: code, words and blanks alike."""
    return sum(len(SOURCES[module].read_text(encoding="utf-8").splitlines()) for module in modules)


def reached(module: str) -> set[str]:
    """A module of ours and all that it imports, inside its functions too."""
    found, open_ends = set(), [module]
    while open_ends:
        if (name := open_ends.pop()) not in found:
            found.add(name)
            open_ends += [other for ours, other in imports(name) if ours]
    return found


def own_lines() -> dict[str, int]:
    """By module that is home to names for learners: lines of what no other such home reaches."""
    homes = {home for home in tfl_helpers._HOME.values() if box_of(home) in MET}
    counted = Counter(module for home in homes for module in reached(home))
    return {home: lines(m for m in reached(home) if counted[m] == 1) for home in homes}


def longest_function() -> int:
    """Lines of the longest function of the package."""
    nodes = [node for module in MODULES for node in ast.walk(tree(module))]
    return max(n.end_lineno - n.lineno + 1 for n in nodes if isinstance(n, ast.FunctionDef))


# Ceilings only fall: whoever makes the package smaller lowers them here.
CEILINGS = {
    "lines that learners meet": (9_030, lambda: lines(m for m in MODULES if box_of(m) in MET)),
    "lines of a room": (1_960, lambda: lines(m for m in MODULES if box_of(m) == "workshop")),
    "lines of the package": (13_070, lambda: lines(MODULES)),
    "modules": (66, lambda: len(MODULES)),
    "lines of the longest module": (350, lambda: max(lines([module]) for module in MODULES)),
    "lines of the longest function": (45, longest_function),
    "own lines of a public name": (530, lambda: max(own_lines().values())),
}
ROOM = 1.03  # how far a ceiling may stand above what is there


@pytest.mark.parametrize("what", CEILINGS)
def test_ceilings_only_fall(what: str) -> None:
    ceiling, measure = CEILINGS[what]
    there = measure()
    assert there <= ceiling, f"{what}: {there}, at most {ceiling}"
    assert ceiling <= there * ROOM, f"{what}: {there}. Lower the ceiling, which is {ceiling}"


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


@pytest.mark.parametrize("module", [m for m in MODULES if box_of(m) not in SPEAKERS])
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
    if not shutil.which("git") or not (ROOT / ".git").exists():
        words = "This copy is no git clone, or git is not installed: nobody says what it tracks."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for line in ran.stdout.splitlines() if (path := ROOT / line).is_file()]


def test_top_level_and_notebooks_hold_only_what_belongs_there() -> None:
    places = [path.relative_to(ROOT) for path in tracked()]
    assert {place.parts[0] for place in places} <= set(TOP_LEVEL.split())
    beside = [place for place in places if place.parts[0] == "notebooks"]
    kinds = {place.suffix for place in beside if place.parts[1:] != (NUMBERS,)}
    assert kinds <= KINDS_OF_NOTEBOOK_FILES


def test_no_file_names_a_machine_or_a_package_index() -> None:
    for path in tracked():
        text = path.read_text(encoding="utf-8", errors="ignore")
        found = [match.group() for match in FOREIGN.finditer(text)]
        assert not found, path.relative_to(ROOT)
