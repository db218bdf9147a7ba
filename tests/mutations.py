"""The catalogue of small lies that a stored notebook could tell, by name. Catches none of them."""

from __future__ import annotations

import re

from nbformat.v4 import new_output
from PIL import ImageOps

from tests.author.solutions import VERDICT
from tests.author.stored import WIDGET_VIEW
from tests.telling import (
    HTML,
    JSON,
    PLAIN,
    PNG,
    PRINTED,
    ROW,
    SVG,
    Lie,
    another,
    bundles,
    codes,
    comment,
    cropped,
    dot,
    draws,
    errors,
    fraction,
    note,
    outputs,
    paints,
    rename,
    says,
    swap,
    swap_unlike,
    tag,
)

# Words and numbers, printed or shown.
TEXT: dict[str, Lie] = {
    "digit printed": says(PRINTED, r"\d", another),
    "last digit printed": says(PRINTED, r"\d(?!.*\d)", another),
    "digit of a value": says(PLAIN, r"\d", another),
    "sign": says(PRINTED, r"(?<![\w-])(?=\d)", "-"),
    "decimal point": says(PRINTED, r"(\d)\.(\d)", r".\1\2"),
    "dtype": says(PLAIN, "float32", "float64"),
    "shape": says(PLAIN, r"\[\?|\[\d+, \d", "[9"),
    "truth": says(PLAIN, "True|False", lambda m: str(m[0] != "True")),
    "display before it changed": says(PLAIN, "second", "first"),
    "output that was cleared": says(PRINTED, "^step 2", "step 1\nstep 2"),
    "nan": says(PRINTED, "nan", "0.0"),
    "exception printed": says(PRINTED, "ValueError", "TypeError"),
    "line lost": says(PRINTED, r"^[^\n]*\n", ""),
    "line doubled": says(PRINTED, r"^([^\n]*\n)", r"\1\1"),
    "lines swapped": says(PRINTED, r"^([^\n]*\n)([^\n]*\n)", r"\2\1"),
    "final newline lost": says(PRINTED, r"\n\Z", ""),
    "final newline added": says(PRINTED, r"\Z", "\n"),
    "space within": says(PRINTED, r"(\S) (\S)", r"\1  \2"),
    "space at the end of a line": says(PRINTED, r"\n", " \n"),
    "space in a text twin": says(PLAIN, r"(\S)  ", r"\1   "),
    "capital letter": says(PRINTED, "[a-z]", lambda m: m[0].upper()),
    "look-alike letter": says(PRINTED, "a", "\u0430"),
    "look-alike space": says(PRINTED, " ", "\u00a0"),
    "look-alike minus": says(PRINTED, "-", "\u2212"),
    "letter without width": says(PRINTED, r"(\w)\n", "\\1\u200b\n"),
}

# Tables and other HTML.
PAGE: dict[str, Lie] = {
    "row lost": says(HTML, f"(<tbody>|<table>){ROW}", r"\1"),
    "row doubled": says(HTML, f"(<tbody>|<table>)({ROW})", r"\1\2\2"),
    "rows swapped": says(HTML, f"({ROW})({ROW})(</tbody>)", r"\2\1\3"),
    "table head": says(HTML, r"(<th[^>]*>)[^<]+", r"\1other"),
    "caption": says(HTML, r"(<caption[^>]*>)[^<]+", r"\1Another caption"),
    "digit in a table": says(HTML, r"\d(?=[^<>]*</(td|code))", another),
    "emphasis": says(HTML, "</?code>", ""),
    "style": says(HTML, "text-align:left", "text-align:right"),
    "newline between tags": says(HTML, "><", ">\n<"),
    "verdict in words": says(HTML, "Not yet", "Right"),
    "widget label": says(HTML, r"(<li[^>]*>)[^<]+", r"\1other"),
    "widget value": says(HTML, r"value=\"\d", 'value="9'),
}

# Pictures.
PICTURE: dict[str, Lie] = {
    "alternative text": says(HTML, r' alt="[^"]*"', ' alt="a picture"'),
    "alternative text lost": says(HTML, r' alt="[^"]*"', ""),
    "figcaption": says(HTML, r"(<figcaption[^>]*>)[^<]+", r"\1Another caption"),
    "svg title": draws("(<title>)[^<]+", r"\1other"),
    "svg coordinate": draws(r"(<rect x='0' y=')\d", r"\g<1>3"),
    "svg colour": draws("stroke='#0072b2'", "stroke='#b35900'"),
    "svg label": draws("(<text[^>]*>)[^<]+", r"\1other"),
    "svg line lost": draws("<path.*?/>", ""),
    "svg of its own": says(SVG, r"r=.\d", "r='7"),
    "pixel": paints(dot),
    "pixel block": paints(lambda image: dot(image, 8)),
    "mirrored": paints(ImageOps.mirror),
    "size": paints(cropped),
    "comment in a png": paints(lambda image: image, pnginfo=note("other")),
    "resolution of a png": paints(lambda image: image, dpi=(30, 30)),
    "bytes after a png": says(PNG, r"\Z", "AAAA"),
    "letter outside base64": says(PNG, r"\Z", "="),
    "png lost": bundles(PNG, lambda output: output.data.pop(PNG)),
    "png under another name": bundles(PNG, lambda o: rename(o.data, PNG, "image/jpeg")),
    "display width": bundles(PNG, lambda o: o.metadata.get(PNG, {}).update(width=99)),
    "display height": bundles(PNG, lambda o: o.metadata.get(PNG, {}).update(height=99)),
    "display width as a fraction": bundles(PNG, fraction),
    "display metadata lost": bundles(PNG, lambda output: output.metadata.clear()),
}

# What an output consists of, and which outputs there are.
OUTPUT: dict[str, Lie] = {
    "text twin lost": bundles(HTML, lambda output: output.data.pop(PLAIN, "")),
    "html lost": bundles(HTML, lambda output: output.data.pop(HTML)),
    "mime type added": bundles(PLAIN, lambda o: o.data.update({"text/latex": "$x$"})),
    "verdict": bundles(VERDICT, lambda o: o.data[VERDICT].update(state="right")),
    "verdict lost": bundles(VERDICT, lambda output: output.data.pop(VERDICT)),
    "1 for true": bundles(JSON, lambda output: output.data[JSON].update(agree=1)),
    "live widget": bundles(HTML, lambda o: o.data.update({WIDGET_VIEW: {"model_id": "1"}})),
    "result as a display": bundles(
        PLAIN, lambda o: o.pop("execution_count", 0) and o.update(output_type="display_data")
    ),
    "number of a result": bundles(
        PLAIN, lambda o: "execution_count" in o and o.update(execution_count=99)
    ),
    "output lost": outputs(lambda outputs: outputs.pop()),
    "all outputs lost": outputs(lambda outputs: outputs.clear(), 2),
    "output added": outputs(lambda outputs: outputs.append(new_output("stream", text="4\n")), 0),
    "output doubled": outputs(lambda outputs: outputs.append(outputs[-1])),
    "outputs swapped": outputs(swap, 2),
    "figure and printed text swapped": outputs(swap_unlike, 2),
    "name of a stream": lambda cell: [o.update(name="stderr") for o in cell.outputs if "name" in o],
    "stderr added": outputs(lambda o: o.append(new_output("stream", name="stderr", text="E")), 0),
    "number of a cell": lambda cell: cell.update(execution_count=cell.execution_count + 1),
    "number of the cell above": lambda cell: cell.update(execution_count=cell.execution_count - 1),
    "number lost": lambda cell: cell.update(execution_count=None),
    "number as a fraction": lambda cell: cell.update(execution_count=float(cell.execution_count)),
    "never run": lambda cell: cell.update(execution_count=None, outputs=[]),
}

# Exceptions.
RAISED: dict[str, Lie] = {
    "exception lost": outputs(lambda o: o[-1].output_type == "error" and o.pop()),
    "exception of another class": errors(lambda error: error.update(ename="KeyError")),
    "message of an exception": errors(lambda error: error.update(evalue=error.evalue + ".")),
    "text of a traceback": errors(
        lambda e: e.update(traceback=[line.replace("line", "row") for line in e.traceback])
    ),
    "line number in a traceback": errors(
        lambda e: e.update(traceback=[re.sub(r"\d+(?=\x1b|\n)", "99", t) for t in e.traceback])
    ),
    "traceback cut": errors(lambda error: error.traceback.pop()),
    "exception invented": outputs(
        lambda outputs: outputs.append(new_output("error", ename="E", evalue="", traceback=[])), 0
    ),
}

# Faults of storage: what no output shows, and what would waive a comparison. Of whole notebooks.
STORAGE: dict[str, Lie] = {
    "widget state": lambda notebook: notebook.metadata.update(widgets={"state": {}}),
    "kernel": lambda notebook: notebook.metadata.kernelspec.update(name="tf"),
    "version of python": lambda notebook: notebook.metadata.language_info.update(version="3.9.1"),
    "time of the run": codes(
        lambda cell: cell.metadata.update(execution={"iopub.status.idle": "9"})
    ),
    "output folded": codes(lambda cell: cell.metadata.update(collapsed=True)),
    "id doubled": lambda notebook: notebook.cells[1].update(id=notebook.cells[0].id),
    "number doubled": codes(lambda cell: cell.update(execution_count=cell.execution_count - 1)),
    "code hidden": codes(lambda cell: cell.metadata.update(jupyter={"source_hidden": True})),
    "tag raises-exception": codes(lambda cell: tag(cell, "raises-exception")),
    "tag skip-execution": codes(lambda cell: tag(cell, "skip-execution")),
    "tag nbval-skip": codes(lambda cell: tag(cell, "nbval-skip")),
    "tag nbval-ignore-output": codes(lambda cell: tag(cell, "nbval-ignore-output")),
    "comment that waives": codes(lambda cell: comment(cell, "NBVAL_IGNORE_OUTPUT")),
    "parameters untagged": lambda notebook: [
        cell.metadata.get("tags", []).remove("parameters")
        for cell in notebook.cells
        if "parameters" in cell.metadata.get("tags", [])
    ],
}

# Lies about outputs, of single cells.
LIES: dict[str, Lie] = {**TEXT, **PAGE, **PICTURE, **OUTPUT, **RAISED}
