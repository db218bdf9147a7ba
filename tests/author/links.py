"""The address of the repository in; links and the cell that hosted notebooks need, in each lesson.

Nothing is invented: without an address nothing is written. Links are words, not badges: a badge
is a picture that each reader's browser would fetch from somebody else.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import ROOT

from .stored import text_of

LINKS, HOSTED = "open-elsewhere", "hosted"  # the ids of the two cells
ADDRESS = re.compile(r"github:([\w.-]+/[\w.-]+)")
MARKS = ("<!-- links -->", "<!-- /links -->")  # around those in the README
PLACES = {
    "Colab": "https://colab.research.google.com/github/{name}/blob/{branch}/{path}",
    "Kaggle": "https://kaggle.com/kernels/welcome?src="
    "https://github.com/{name}/blob/{branch}/{path}",
    "Binder": "https://mybinder.org/v2/gh/{name}/{branch}?urlpath=lab/tree/{path}",
    "Codespaces": "https://codespaces.new/{name}?ref={branch}",
}
# A clone and not the package alone, for lessons read `../gesture.tflite`: from inside its folder of
# lessons they find it, in every language. These variables are set by these two hosts alone.
PREAMBLE = """\
import os
import subprocess
import sys

if os.environ.keys() & {{"COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"}}:
    course = os.path.expanduser("~/tfl_course")
    if not os.path.isdir(course):
        clone = ["git", "clone", "--quiet", "--depth=1", "--branch={branch}"]
        subprocess.run([*clone, "https://github.com/{name}", course], check=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", course], check=True){more}
    os.chdir(f"{{course}}/notebooks/en")"""
RUN = '\n    subprocess.run([sys.executable, "-m", {}], check=True)'
MORE = {  # what a lesson with these words in its code needs besides
    "write_page(": RUN.format('"tfl_helpers", "web"'),
    "litert_quantizer": RUN.format('"pip", "install", "-q", "litert-quantizer"'),
}


def write_links(address: str | None, branch: str = "main", root: Path = ROOT) -> list[Path]:
    """Write, renew or (without an `address`) remove them; the files that are not as they were.

    Args:
        address: `github:OWNER/NAME`.
        branch: or a tag, such as v0.3.0.
    """
    found = ADDRESS.fullmatch(address or "github:none/none")
    if not found or not re.fullmatch(r"[\w./-]+", branch):
        raise InputError(
            f"Expected github:OWNER/NAME and the name of a branch, got {address} and {branch}. "
            "Write for example links github:OWNER/NAME --branch main."
        )
    name = found[1] if address else ""
    texts = {root / "README.md": _readme((root / "README.md").read_text("utf-8"), name, branch)}
    for path in sorted(root.glob("notebooks/??/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        place = path.relative_to(root).as_posix()
        texts[path] = text_of(_lesson(notebook, name, branch, place))
    changed = [path for path, text in texts.items() if path.read_text("utf-8") != text]
    for path in changed:
        path.write_text(texts[path], encoding="utf-8", newline="\n")
    return changed


def _addresses(name: str, branch: str, path: str) -> str:
    filled = {"name": name, "branch": branch, "path": path}
    return " · ".join(f"[{place}]({url.format(**filled)})" for place, url in PLACES.items())


def _lesson(notebook: NotebookNode, name: str, branch: str, path: str) -> NotebookNode:
    """The lesson with the two cells, or without if there is no `name`; numbered as if run so."""
    cells = [cell for cell in notebook.cells if cell.id not in (LINKS, HOSTED)]
    if name:
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        more = "".join(line for words, line in MORE.items() if words in code)
        source = PREAMBLE.format(name=name, branch=branch, more=more)
        (first,) = (
            i for i, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", [])
        )
        cells.insert(first, new_code_cell(source, id=HOSTED, execution_count=1))
        cells.insert(1, new_markdown_cell(_addresses(name, branch, path), id=LINKS))
    notebook.cells = cells
    for number, cell in enumerate((c for c in cells if c.cell_type == "code"), 1):
        cell.execution_count = number
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    return notebook


def _readme(text: str, name: str, branch: str) -> str:
    """The links stand under the two commands' heading; lesson 00 is where one begins."""
    begin, end = MARKS
    bare = re.sub(rf"{begin}.*?{end}\n\n", "", text, flags=re.DOTALL)
    if not name:
        return bare
    links = _addresses(name, branch, "notebooks/en/00_start_here.ipynb")
    line = f"{begin}\nWithout installing anything: {links}\n{end}\n\n"
    return bare.replace("## Two commands\n\n", f"## Two commands\n\n{line}", 1)
