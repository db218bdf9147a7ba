"""Changes in, lies about a notebook out: functions that change what one cell or notebook stores.

A lie that cannot be told of a cell, such as another caption where there is no table, leaves it
as it is. Nothing here knows which lies there are (mutations.py) or how they are caught.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from nbformat import NotebookNode
from PIL import Image
from PIL.PngImagePlugin import PngInfo

Lie = Callable[[NotebookNode], object]
Change = str | Callable[[re.Match[str]], str]

PRINTED, PLAIN, HTML = "stream", "text/plain", "text/html"
PNG, SVG, JSON = "image/png", "image/svg+xml", "application/json"
ROW = "<tr>(?:(?!</tr>).)*</tr>"


def _bundles(cell: NotebookNode, mime: str) -> Iterator[NotebookNode]:
    return (output for output in cell.outputs if mime in output.get("data", {}))


def says(where: str, old: str, new: Change) -> Lie:
    """The lie that it says `new` where it says `old` (a pattern) for the first time."""

    def tell(cell: NotebookNode) -> None:
        for output in cell.outputs:
            place, key = (output, "text") if where == PRINTED else (output.get("data", {}), where)
            if key in place and re.search(old, place[key], re.DOTALL):
                place[key] = re.sub(old, new, place[key], count=1, flags=re.DOTALL)
                return

    return tell


def draws(old: str, new: str) -> Lie:
    """The lie that the first SVG inside HTML that has `old` (a pattern) has `new` there."""

    def tell(cell: NotebookNode) -> None:
        for output in _bundles(cell, HTML):
            for source in re.findall(r"svg\+xml;base64,([^\"]+)", output.data[HTML]):
                svg = base64.b64decode(source).decode()
                if re.search(old, svg, re.DOTALL):
                    told = re.sub(old, new, svg, count=1, flags=re.DOTALL)
                    coded = base64.b64encode(told.encode()).decode()
                    output.data[HTML] = output.data[HTML].replace(source, coded)
                    return

    return tell


def paints(change: Callable[[Image.Image], Image.Image], **options: Any) -> Lie:
    """The lie that the first PNG looked otherwise, or said otherwise how it is to be shown."""

    def tell(cell: NotebookNode) -> None:
        for output in list(_bundles(cell, PNG))[:1]:
            image = Image.open(io.BytesIO(base64.b64decode(output.data[PNG])))
            kept = {"dpi": image.info["dpi"]} if "dpi" in image.info else {}
            change(image).save(file := io.BytesIO(), "png", **{**kept, **options})
            output.data[PNG] = base64.b64encode(file.getvalue()).decode()

    return tell


def bundles(mime: str, change: Callable[[NotebookNode], object]) -> Lie:
    """The lie that the first output that has `mime` is another."""

    def tell(cell: NotebookNode) -> None:
        for output in list(_bundles(cell, mime))[:1]:
            change(output)

    return tell


def outputs(change: Callable[[list[NotebookNode]], object], at_least: int = 1) -> Lie:
    """The lie that the list of outputs is another."""
    return lambda cell: change(cell.outputs) if len(cell.outputs) >= at_least else None


def errors(change: Callable[[NotebookNode], object]) -> Lie:
    """The lie that the exception was another."""
    return lambda cell: [change(o) for o in cell.outputs if o.output_type == "error"]


def codes(change: Lie) -> Lie:
    """The lie that the last code cell of a notebook is another."""
    return lambda notebook: change([c for c in notebook.cells if c.cell_type == "code"][-1])


def tag(cell: NotebookNode, name: str) -> None:
    """One more tag."""
    cell.metadata.tags = [*cell.metadata.get("tags", []), name]


def comment(cell: NotebookNode, words: str) -> None:
    """One more comment, above the rest."""
    cell.source = f"# {words}\n{cell.source}"


def another(digit: re.Match[str]) -> str:
    """The next digit, 0 after 9."""
    return str((int(digit[0]) + 1) % 10)


def colour(image: Image.Image, place: tuple[int, int]) -> Any:
    """A colour that the pixel there does not have, in the terms of this picture."""
    now = image.getpixel(place)
    return (now + 1) % 2 if isinstance(now, int) else (*((n + 1) % 256 for n in now[:3]), *now[3:])


def dot(image: Image.Image, size: int = 1) -> Image.Image:
    """A square of another colour in the middle, `size` pixels wide."""
    place = (image.width // 2, image.height // 2)
    ink = colour(image, place)
    image.paste(ink, (*place, place[0] + size, place[1] + size))
    return image


def cropped(image: Image.Image) -> Image.Image:
    """The picture without its last row."""
    return image.crop((0, 0, image.width, image.height - 1))


def fraction(output: NotebookNode) -> None:
    """425.0 for 425, which Python thinks equal and a front end may not."""
    size = output.metadata.get(PNG, {})
    if "width" in size:
        size.width = float(size.width)


def note(text: str) -> PngInfo:
    """A line of text that travels in a PNG unseen."""
    info = PngInfo()
    info.add_text("Comment", text)
    return info


def swap(outputs: list[NotebookNode]) -> None:
    """The first two outputs in the other order."""
    outputs[:2] = outputs[1::-1]


def swap_unlike(outputs: list[NotebookNode]) -> None:
    """A figure or value and the printed text beside it in the other order."""
    for i in range(len(outputs) - 1):
        if (outputs[i].output_type == "stream") != (outputs[i + 1].output_type == "stream"):
            outputs[i : i + 2] = outputs[i + 1], outputs[i]
            return


def rename(data: NotebookNode, old: str, new: str) -> None:
    """The same content under another mime type."""
    data[new] = data.pop(old)
