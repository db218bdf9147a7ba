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

import nbformat
import papermill

from tests.author.run import options
from tests.author.solutions import fill_in
from tests.needs import demand_runtime
from tfl_helpers.setup.lessons import ROOT, find_lessons

NUMBERS = ROOT / "notebooks" / "browser.json"

Point = tuple[float, float]


def write_page_of_lesson(folder: Path, **parameters: Any) -> None:
    """Run lesson 14, solutions filled in, so that it writes its page into `folder`."""
    demand_runtime()
    (lesson,) = find_lessons(["14"])
    notebook = fill_in(nbformat.read(lesson, as_version=4))
    place = {"cwd": lesson.parent, "progress_bar": False}
    values = {"page": str(folder), **parameters}
    papermill.execute_notebook(notebook, None, values, **place, **options())


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


def saved_numbers(page: Any) -> str:
    """Press the two buttons; the text of the file that the browser saves."""
    page.locator("#compare").click()
    with page.expect_download() as waiting:
        page.locator("#save").click()
    assert waiting.value.suggested_filename == NUMBERS.name
    return Path(waiting.value.path()).read_text(encoding="utf-8")
