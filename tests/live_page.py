"""The web page that lesson 14 writes, served on this machine, and a pen for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from tests.author import run
from tests.needs import demand_runtime
from tfl_helpers.setup.lessons import ROOT

NUMBERS = ROOT / "notebooks" / "browser.json"

Point = tuple[float, float]


def write_page_of_lesson(folder: Path, **parameters: Any) -> None:
    """What the author's function does, where there is the runtime that the page needs."""
    demand_runtime()
    run.write_page_of_lesson(folder, **parameters)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server that gives the files of `folder`, as `http.server` does."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def is_ready(page: Any) -> bool:
    """Wait until the page has loaded its model, or has said why not."""
    page.locator("body[data-ready]").wait_for()
    return page.locator("body").get_attribute("data-ready") == "true"


def on_screen(page: Any, stroke: Sequence[Point]) -> list[Point]:
    """Where on the screen the points of a stroke are, which has y upward from 0 to 1."""
    pad = page.locator("#pad").bounding_box()
    return [(pad["x"] + x * pad["width"], pad["y"] + (1 - y) * pad["height"]) for x, y in stroke]


def draw(page: Any, stroke: Sequence[Point]) -> dict[str, Any]:
    """Draw with the mouse; what the page shows then: points, probabilities, milliseconds."""
    first, *others = on_screen(page, stroke)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point)
    page.mouse.up()
    return answer(page)


def answer(page: Any) -> dict[str, Any]:
    """The answer to the stroke that has ended: only then it is spoken."""
    page.locator("#spoken:not(:empty)").wait_for(state="attached")
    return json.loads(page.locator("body").get_attribute("data-latest"))


def clear(page: Any) -> None:
    """Press the button, and wait until nothing is spoken."""
    page.locator("#clear").click()
    page.locator("#spoken:empty").wait_for(state="attached")


def by_a_stranger(kind: str, rng: np.random.Generator, segments: int = 3) -> list[Point]:
    """A stroke of nobody in the lesson: slow at corners, trembling, any start and direction."""
    turn = np.linspace(0.0, 2.0 * np.pi, 49)
    corners = (
        {
            "line": [[0.0, 0.0], [1.0, 0.3]],
            "circle": np.column_stack([np.cos(turn + 1.0), np.sin(turn + 1.0)]),
            "zigzag": [[1.4 * i / segments, i % 2] for i in range(segments + 1)],
            "square": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]],
            "spiral": np.column_stack([turn * np.cos(3 * turn), turn * np.sin(3 * turn)]),
            "eight": np.column_stack([0.7 * np.sin(2 * turn), np.cos(turn)]),
            "scribble": rng.random((8, 2)),
        }[kind]
        * rng.uniform([0.9, 0.9], [1.1, 1.1])
        * [1, rng.choice([-1, 1])]
    )
    few = len(corners) < 20
    corners = corners[:: rng.choice([-1, 1])] + rng.normal(0.0, 0.03 if few else 0.0, [1, 2])
    corners += rng.normal(0.0, 0.03, corners.shape) if few else 0.0
    eased = (1.0 - np.cos(np.pi * np.linspace(0.0, 1.0, 7 if few else 1)))[:, np.newaxis] / 2.0
    pieces = zip(corners[:-1], corners[1:], strict=True)
    drawn = np.concatenate([begin + (end - begin) * eased for begin, end in pieces])
    lean = rng.uniform(0.0, 2.0 * np.pi)
    drawn = drawn @ [[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]]
    drawn += rng.normal(0.0, 0.004, drawn.shape) + np.cumsum(
        rng.normal(0.0, 0.002, drawn.shape), axis=0
    )
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    fits = 0.5 + (drawn - (low + high) / 2.0) / (high - low).max() * rng.uniform(0.4, 0.8)
    return [tuple(point) for point in fits.tolist()]


def right_answers(page: Any, kind: str, rng: np.random.Generator, strokes: int, **how: int) -> int:
    """Of so many strokes drawn with the mouse, how many the page calls what they are."""
    right = 0
    for _ in range(strokes):
        clear(page)
        draw(page, by_a_stranger(kind, rng, **how))
        said = page.locator("#answer").inner_text()
        known = kind in ("line", "circle", "zigzag")
        right += said.startswith(f"{kind}, ") if known else said == "none of these"
    return right


def saved_numbers(page: Any) -> str:
    """Press the two buttons; the text of the file that the browser saves."""
    page.locator("#compare").click()
    with page.expect_download() as waiting:
        page.locator("#save").click()
    assert waiting.value.suggested_filename == NUMBERS.name
    return Path(waiting.value.path()).read_text(encoding="utf-8")
