"""What reading and drawing takes: `python -m tests.pictures_benchmark`.

Each with its PNG twin, which is most of it. Times are of the processor, so that what else the
machine does counts little, and medians of a few rounds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import tfl_helpers as tfl
from tfl_helpers.look.bytes import read_bytes
from tfl_helpers.setup.lessons import ROOT

LESSONS = ("02_tracing", "05_concrete_functions")


def main() -> None:
    """Time each drawing, then the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures_benchmark", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    keras, concrete, model = mobilenet()  # a graph holds its variables only weakly
    drawings: dict[str, Callable[[], Any]] = {
        "byte map of MobileNetV2: read (limit 300)": lambda: read_bytes(model),
        "byte map of MobileNetV2: read and draw": lambda: tfl.draw_bytes(model).png,
        "graph of MobileNetV2: read, a table": lambda: str(tfl.draw_graph(concrete)),
    }
    for name, drawn in lesson_graphs():
        drawings[f"graph of {name} (limit 50)"] = lambda drawn=drawn: tfl.draw_graph(drawn).png
    for name, draw in drawings.items():
        print(f"{1000 * seconds(draw, rounds):8.1f} ms  {name}", flush=True)


def mobilenet() -> tuple[Any, Any, bytes]:
    """MobileNetV2 of keras.applications without trained weights, its graph and its file."""
    with tfl.quiet():
        import tensorflow as tf

        keras = tf.keras.applications.MobileNetV2(weights=None)
        spec = tf.TensorSpec([1, 224, 224, 3], tf.float32, name="image")
        concrete = tf.function(lambda image: keras(image)).get_concrete_function(spec)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
        return keras, concrete, converter.convert()


def lesson_graphs() -> Iterator[tuple[str, Any]]:
    """What the lessons draw as graphs: their cells run up to there."""
    for lesson in LESSONS:
        cells = json.loads((ROOT / f"notebooks/en/{lesson}.ipynb").read_text("utf-8"))["cells"]
        shell = InteractiveShell()
        shell.push({"held": lambda thing, caption="": thing})
        for cell in cells:
            code = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
            with capture_output():
                ran = shell.run_cell(code.replace("tfl.draw_graph(", "held("))
            if code.startswith("tfl.draw_graph("):
                yield f"{lesson} {cell['id']}", ran.result


def seconds(draw: Callable[[], Any], rounds: int) -> float:
    """Of the processor, after a first round that only warms up."""
    taken = []
    for _ in range(rounds + 1):
        start = time.process_time()
        draw()
        taken.append(time.process_time() - start)
    return median(taken[1:])


if __name__ == "__main__":
    main()
