"""What reading and drawing takes, beside other tools: `python -m tests.pictures_benchmark`.

Each round runs each tool once on each file. Times are of the processor, so that what else the
machine does counts little. They are medians; the ratios are to TensorFlow's Analyzer, which prints
text and is the only other tool that works inside a notebook's process. Netron's figure ends when
its server has answered; what the browser needs to draw comes on top. Most of what our drawings
take is the PNG twin. `--rounds 9` for steadier medians.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import socket
import tempfile
import time
import urllib.request
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import tfl_helpers as tfl
from tests.gallery_models import NAMES, examples, tf

Tool = Callable[[bytes, Path], object]
BASE, MAP = "Analyzer (prints text)", "byte map: read"
LIMIT = 0.3  # seconds for the byte map of MobileNetV2


def analyze(model: bytes, path: Path) -> str:
    """TensorFlow's own list of operators and tensors."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        tf.lite.experimental.Analyzer.analyze(model_content=model)
    return said.getvalue()


def serve_with_netron(model: bytes, path: Path) -> bytes:
    """Until the page and the model can be fetched."""
    import netron

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = ("127.0.0.1", free.getsockname()[1])
    with contextlib.redirect_stdout(io.StringIO()):
        host, port = netron.start(str(path), address=address, browse=False)
    try:
        for part in ("", f"data/{path.name}"):
            with urllib.request.urlopen(f"http://{host}:{port}/{part}", timeout=30) as answer:
                fetched = answer.read()
    finally:
        with contextlib.redirect_stdout(io.StringIO()):
            netron.stop(address)
    return fetched


def convert_for_model_explorer(model: bytes, path: Path) -> object:
    """Its graph as JSON; what its page needs to draw comes on top."""
    from model_explorer.builtin_tflite_flatbuffer_adapter import BuiltinTfliteFlatbufferAdapter

    return BuiltinTfliteFlatbufferAdapter().convert(str(path), {})


TOOLS: dict[str, Tool] = {
    BASE: analyze,
    "graph: read": lambda model, path: tfl.read_tflite(model),
    "graph: read and draw": lambda model, path: tfl.draw_graph(model),
    MAP: lambda model, path: tfl.read_bytes(model),
    "byte map: read and draw": lambda model, path: tfl.draw_bytes(model),
}
OTHERS: dict[str, tuple[str, Tool]] = {
    "Netron (serves)": ("netron", serve_with_netron),
    "Model Explorer (to JSON)": ("model_explorer", convert_for_model_explorer),
}


def main() -> None:
    """Time all tools on all files, then the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures_benchmark", description=__doc__)
    parser.add_argument("models", nargs="*", help=f"of {', '.join(NAMES)}; all without")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    tools = TOOLS | {name: tool for name, (module, tool) in OTHERS.items() if find_spec(module)}
    names = options.models or NAMES
    files = {name: example.model for name, example in examples(names)}
    taken = measure(tools, files, options.rounds)
    print(table(taken, files))
    for name, (module, _) in OTHERS.items():
        if name not in tools:
            print(f"{name}: not installed ({module})")
    if "mobilenet" in files:
        seconds = median(taken[MAP, "mobilenet"])
        print(f"byte map of MobileNetV2, read: {seconds:.3f} s; the limit is {LIMIT} s")


def measure(
    tools: dict[str, Tool], files: dict[str, bytes], rounds: int
) -> dict[tuple[str, str], list[float]]:
    """Seconds of the processor by tool and file, after a first round that only warms up."""
    taken: dict[tuple[str, str], list[float]] = {(t, f): [] for t in tools for f in files}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            for name, model in files.items():
                path = Path(folder, f"{name}.tflite")
                path.write_bytes(model)
                for tool, run in tools.items():
                    start = time.process_time()
                    run(model, path)
                    if number:
                        taken[tool, name].append(time.process_time() - start)
    return taken


def table(taken: dict[tuple[str, str], list[float]], files: dict[str, bytes]) -> str:
    """Milliseconds and, in brackets, how many times what the Analyzer takes."""
    lines = [f"{'ms (ratio)':26}" + "".join(f"{name:>18}" for name in files)]
    lines.append(f"{'bytes':26}" + "".join(f"{len(model):18,}" for model in files.values()))
    for tool in dict.fromkeys(tool for tool, _ in taken):
        row = []
        for name in files:
            rounds = zip(taken[tool, name], taken[BASE, name], strict=True)
            ratio = median(mine / base for mine, base in rounds)
            row.append(f"{1000 * median(taken[tool, name]):9.1f} ({ratio:5.1f})")
        lines.append(f"{tool:26}" + "".join(f"{cell:>18}" for cell in row))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
