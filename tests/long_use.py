"""Use the helpers for hours in one kernel: `python -m tests.long_use 200`.

A round is forty predictions, checks, pictures and panels in a seeded order, each in a cell of a
real kernel, as JupyterLab sends it. After it: memory, threads, open files, and what lies in the
temporary folder. Nothing here is collected as a test.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tfl_helpers.setup.lessons import ROOT

START = """
import gc, os, sys, threading
from pathlib import Path
import numpy as np, psutil
import tfl_helpers as tfl
with tfl.quiet():
    import tensorflow as tf
from ipywidgets.widgets.widget import _instances
some = np.random.default_rng(3).random([9, 2], np.float32)
file = Path("gesture.tflite").read_bytes()

def double(x):
    return 2.0 * x

def wrong(x):
    raise ValueError("no such stroke")

def figures():
    gc.collect()
    me = psutil.Process()
    files = [len(inside) for _, _, inside in os.walk(os.environ["TMPDIR"])]
    told = {"MB": me.memory_info().rss / 1e6, "threads": me.num_threads(), "files": me.num_fds()}
    told |= {"temporary": sum(files), "objects": len(gc.get_objects()), "widgets": len(_instances)}
    return told
"""
# What learners do, again and again: sources of cells, by the id that JupyterLab sends with each.
CELLS = {
    "03-predict-prints": "guess = tfl.predict([1, 2, 3])\nguess.choose(2)\nguess",
    "compare": "guess.compare(2)",
    "function": "tfl.check_function(double, [(some, 2.0 * some)] * 3)",
    "graph": "tfl.check_function(tf.function(double), [(some, 2.0 * some)], traces=1, graph=True)",
    "wrong": "tfl.check_function(tf.function(wrong), [(some, some)], traces=1, refuses=[some])",
    "answers": "tfl.check_answers([1, lambda: 2.5, [3]], {'a': 1, 'b': 2.5, 'c': 4})",
    "exit": "tfl.check_answers([lambda: exit()], {'a': 1})",
    "dispatch": "tfl.draw_dispatch(tf.function(double), [some, some[:3], 2.0])",
    "concrete": "tfl.draw_concrete(tf.function(double).get_concrete_function(some))",
    "drawn graph": "tfl.draw_graph(tf.function(double).get_concrete_function(some))",
    "lanes": "tfl.draw_lanes(double, [some])",
    "bytes": "tfl.draw_bytes(file)",
    "read": "tfl.read_tflite(file)",
    "outputs": "tfl.compare_outputs({'x': some}, {'eager': double, 'graph': tf.function(double)})",
    "quiet": "with tfl.quiet():\n    os.write(2, b'noise')",
    "station": "tfl.find_station(file)",
    "spec": "tfl.explore_spec(tf.TensorSpec([None, 2]), {'some': some})",
    "panel": "tfl.explore_function(tf.function(double), {'some': some, 'two': 2.0})",
    "plot": "import matplotlib.pyplot as plt\nplt.plot(some)\nplt.show()",
}


def main(arguments: list[str]) -> int:
    """So many rounds of forty; 1 if memory grows, or a thread or a file is left."""
    rounds = int(arguments[0]) if arguments else 200
    told = []
    with kernel() as client:
        for number in range(rounds):
            told.append(use(client, number))
            if number % 10 == 9:
                print(f"round {number + 1}: {told[-1]}", flush=True)
    faults = judge(told)
    print(*faults, f"{rounds} rounds of forty, {len(faults)} faults", sep="\n")
    return int(bool(faults))


@contextmanager
def kernel() -> Iterator[BlockingKernelClient]:
    """A kernel in the folder of the lessons that has run what a lesson begins with."""
    with tempfile.TemporaryDirectory(prefix="tfl-", ignore_cleanup_errors=True) as folder:
        transport = "ipc" if sys.platform == "linux" else "tcp"
        manager = KernelManager(transport=transport, connection_file=f"{folder}/kernel.json")
        place = {"TMPDIR": folder, "PYTHONPATH": str(ROOT), "TFL_PROGRESS": "off"}
        manager.start_kernel(cwd=str(ROOT / "notebooks"), env={**os.environ, **place})
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            run(client, START)
            yield client
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, source: str, cell: str = "") -> list[dict[str, Any]]:
    """What a cell shows: content of its messages; RuntimeError if it raises."""
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
    message = client.session.msg("execute_request", content, metadata={"cellId": cell})
    client.shell_channel.send(message)
    shown = []
    while True:
        came = client.get_iopub_msg(timeout=120)
        if came["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        if came["content"].get("execution_state") == "idle":
            return shown
        if came["msg_type"] == "error":
            raise RuntimeError("\n".join(came["content"]["traceback"]))
        shown.append(came["content"])


def use(client: BlockingKernelClient, number: int, count: int = 40) -> dict[str, float]:
    """One round in an order of its own, and what the kernel takes after it."""
    order = [*CELLS] * (count // len(CELLS) + 1)
    order = order[:count]
    random.Random(number).shuffle(order)
    order = ["03-predict-prints", *order]
    for cell in order:
        run(client, CELLS[cell], cell)
    run(client, "", "end")
    shown = run(client, "print(__import__('json').dumps(figures()))")
    return json.loads(next(one["text"] for one in shown if "text" in one))


def judge(told: list[dict[str, float]], warm: int = 10) -> list[str]:
    """What has grown between the first rounds and the last ones, in words."""
    early, late = told[warm // 2 : warm], told[-5:]
    faults = []
    for what, most in {"MB": 1.05, "threads": 1.0, "files": 1.0, "widgets": 1.0}.items():
        before, after = (statistics.median(one[what] for one in some) for some in (early, late))
        if after > most * before:
            faults.append(f"{what}: {before:g} after {warm} rounds, {after:g} at the end")
    return faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
