"""A notebook in, the form in which it is stored and its faults in words out. Runs nothing."""

from __future__ import annotations

import copy
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import nbformat
from nbformat import NotebookNode

from tfl_helpers.records import WIDGET_VIEW

# What JupyterLab needs to colour the code; the rest of it names one version of Python.
LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
}
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}

# Traces of one run or one front end, not of the lesson.
VOLATILE = ("widgets", "papermill", "execution", "ExecuteTime", "collapsed", "scrolled", "trusted")

# What is true of one machine or one moment, and therefore no part of a lesson.
PASSING = {
    "absolute path": re.compile(
        r"(?<![\w./:<)\]])/(?:[\w.+-]+/)+[\w.+-]+|\bfile:/|\b[A-Za-z]:\\+\w+\\"
    ),
    "temporary folder": re.compile(r"\btmp[a-z0-9_]{8}\b|\bipykernel_\d+"),
    "memory address": re.compile(r"\b0x[0-9a-fA-F]{9,}"),  # a file offset is shorter
    "process id": re.compile(r"\b(?:pid|process id)\b\W{0,3}\d+", re.IGNORECASE),
    "clock time": re.compile(r"(?<!\d)\d\d?:\d\d:\d\d\b"),
    "date": re.compile(r"\b(?:19|20)\d\d[-/.][01]\d[-/.][0-3]\d\b"),
    "duration": re.compile(r"\b\d[\d.]*\s?(?:ns|µs|us|ms|s/step|seconds?)\b"),
}


def tidy(notebook: NotebookNode) -> NotebookNode:
    """A copy of an executed notebook without what changes from run to run by nature."""
    clean = copy.deepcopy(notebook)
    for node in (clean, *clean.cells):
        for name in VOLATILE:
            node.metadata.pop(name, None)
    for cell in clean.cells:
        if cell.cell_type == "code":
            cell.outputs = tidy_outputs(cell.outputs)
    clean.metadata.update(kernelspec=dict(KERNEL), language_info=dict(LANGUAGE))
    return clean


def tidy_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Copies without the views of live widgets, neighbouring texts of one stream merged."""
    kept: list[NotebookNode] = []
    for output in copy.deepcopy(outputs):
        output.get("data", {}).pop(WIDGET_VIEW, None)
        is_stream = output.output_type == "stream"
        if is_stream and kept and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    return kept


def text_of(notebook: NotebookNode) -> str:
    """The one way in which a notebook is written: same notebook, same text."""
    return nbformat.writes(notebook, version=4) + "\n"


def faults(notebook: NotebookNode) -> list[str]:
    """What must not stand in a stored notebook, a sentence each; empty if all is well."""
    found = [] if "widgets" not in notebook.metadata else ["the notebook stores widget state"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        if cell.execution_count != number:
            found.append(f"cell [{number}]: its stored number is {cell.execution_count}")
        for output in cell.outputs:
            found += [f"cell [{number}]: {fault}" for fault in _output_faults(output)]
    return found


def _output_faults(output: NotebookNode) -> Iterator[str]:
    if output.get("name") == "stderr":
        yield f"stderr: {_short(output.text)}"
    if output.output_type == "error":
        yield f"raised {output.ename}: {_short(output.evalue)}"
    if output.get("data") == {}:
        yield "a widget without a static twin (text or HTML) shows nothing when stored"
    if WIDGET_VIEW in output.get("data", {}):
        yield "view of a live widget"
    for place, text in texts_of(output):
        for what, pattern in PASSING.items():
            if match := pattern.search(text):
                yield f"{what} in {place}: {_around(text, match)}"


def texts_of(output: NotebookNode) -> Iterator[tuple[str, str]]:
    """All that an output says in words, by place; pictures of pixels say nothing."""
    if "text" in output:
        yield output.name, output.text
    for mime, value in output.get("data", {}).items():
        if mime.startswith("image/") and mime != "image/svg+xml" or mime == WIDGET_VIEW:
            continue
        text = value if isinstance(value, str) else _json(value)
        yield mime, unquote(re.sub(r";base64,[A-Za-z0-9+/=]*", "", opened(text)))


def opened(text: str) -> str:
    """The text with each SVG that stands in it in base64 as the words that it is."""

    def words(found: re.Match[str]) -> str:
        try:
            return "," + b64decode(found[1], validate=True).decode()
        except ValueError:  # damaged: it says nothing
            return found[0]

    return re.sub(r"(?<=data:image/svg\+xml);base64,([^\s\"']+)", words, text)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _around(text: str, match: re.Match[str]) -> str:
    line = text[: match.start()].rpartition("\n")[2][-30:]
    return repr(line + match.group() + text[match.end() :].partition("\n")[0][:30])


def _short(text: str) -> str:
    return repr(text.strip().partition("\n")[0][:100])
