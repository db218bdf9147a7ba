"""Every drawing of the package on real programs, in one notebook: `python -m tests.gallery`.

Writes gallery.ipynb, its outputs stored, and gallery.html from it. Below each drawing stands what
it weighs. Names of examples after the folder leave out the others; MobileNetV2 takes a minute.
Nothing here is collected as a test; `test_gallery.py` is.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import tfl_helpers as tfl
from tests.author.stored import KERNEL
from tests.gallery_models import NAMES, Example, examples, tf

FUNCTION = (
    "tfl.draw_dispatch(function, calls)",
    "tfl.draw_lanes(function, calls[:2])",
    "tfl.draw_concrete(concrete)",
    "tfl.draw_module(module)",
    "tfl.compare_saved(module, loaded)",
    "tfl.draw_road(function, concrete, model)",
    "tfl.draw_graph(concrete)",
)
FILE = (
    "tfl.draw_graph(model)",
    "tfl.draw_conversion(concrete, model)",
    "tfl.draw_bytes(model)",
)
INT8 = (
    "tfl.draw_number_line(values, scale)",
    "tfl.draw_sizes(rivals, errors)",
)
OPENED = ('tfl.draw_graph(concrete, inside="block_3")', 'tfl.draw_graph(model, inside="block_3")')
LOADED = ('tfl.draw_graph(loaded.signatures["serving_default"])',)


def drawings(name: str) -> tuple[str, ...]:
    """What to draw of an example, as a learner would write it."""
    if name.endswith("_int8"):
        return (*FILE, *INT8)
    if name.endswith("_lost"):
        return FILE
    return (*FUNCTION, *LOADED, *FILE, *(OPENED if name == "mobilenet" else ()))


def main() -> None:
    """Make the notebook and the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where to; a temporary one without")
    parser.add_argument("examples", nargs="*", help=f"of {', '.join(NAMES)}; all without")
    options = parser.parse_args()
    if unknown := set(options.examples) - set(NAMES):
        parser.error(f"no example is called {', '.join(sorted(unknown))}; there are {NAMES}")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="gallery-"))
    folder.mkdir(parents=True, exist_ok=True)
    notebook = gallery(options.examples or NAMES)
    nbformat.write(notebook, folder / "gallery.ipynb")
    write_page(notebook, folder / "gallery.html")
    print(folder / "gallery.ipynb")


def gallery(names: list[str]) -> nbformat.NotebookNode:
    """The notebook, each code cell with its output."""
    cells = [new_markdown_cell("# Gallery", id="title"), new_code_cell(SETUP, id="setup")]
    for name, example in examples(names):
        cells.append(new_markdown_cell(f"## {name}\n\n{example.about}", id=f"{name}-about"))
        known = namespace(example)
        for number, code in enumerate(drawings(name)):
            start = time.perf_counter()
            data, metadata = bundle(eval(code, known))
            print(f"{name:16}{time.perf_counter() - start:6.2f} s  {code}", flush=True)
            output = new_output("execute_result", data, metadata=metadata, execution_count=1)
            cell = new_code_cell(code, id=f"{name}-{number}", execution_count=1, outputs=[output])
            cells.append(cell)
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


SETUP = (
    "import tfl_helpers as tfl\n\n# The names below are those of `tests.gallery_models.Example`."
)


def namespace(example: Example) -> dict[str, Any]:
    """What the drawings name: the fields of the example, and the module saved and loaded."""
    known: dict[str, Any] = {"tfl": tfl, **vars(example), "scale": example.scale}
    known["errors"] = {name: difference(example, file) for name, file in example.rivals.items()}
    with tempfile.TemporaryDirectory() as folder, tfl.quiet():
        tf.saved_model.save(example.module, folder, signatures=example.concrete)
        known["loaded"] = tf.saved_model.load(folder)
    return known


def difference(example: Example, model: bytes) -> float:
    """How far the file is from TensorFlow on the first call, in int8 too."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    with tfl.quiet():
        interpreter = Interpreter(model_content=model)
        interpreter.allocate_tensors()
    (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()
    value = example.calls[0]
    if given["dtype"] == np.int8:
        scale, zero = given["quantization"]
        value = np.clip(np.round(value / scale) + zero, -128, 127).astype(np.int8)
    interpreter.set_tensor(given["index"], value)
    interpreter.invoke()
    found = interpreter.get_tensor(made["index"]).astype(np.float64)
    if made["dtype"] == np.int8:
        found = (found - made["quantization"][1]) * made["quantization"][0]
    (expected,) = example.function(example.calls[0]).values()
    return float(f"{np.abs(found - expected.numpy()).max():.1g}")


def bundle(shown: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What IPython would store: data by MIME type, and what belongs to them."""
    stored = shown._repr_mimebundle_()
    return stored if isinstance(stored, tuple) else (stored, {})


def write_page(notebook: nbformat.NotebookNode, path: Path) -> None:
    """As `jupyter nbconvert --to html` does it."""
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_notebook_node(notebook)
    path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
