"""Slides as a room sees them: what stands on them, in which order, and that it fits.

A real Chromium turns every slide of every lesson, in both languages, at 1280 by 720.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import MakeLesson
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from test_site import AXE, RULES

from tests.author import slides
from tests.author.slides import write_slides
from tests.live_lab import FLAGS, find_browser
from tests.needs import demand_tool
from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import find_lessons

SCREEN = {"width": 1280, "height": 720}
LESSONS = [*find_lessons([], "en"), *find_lessons([], "ja")]
SMALLEST = {"prose": 24, "code": 15}  # pixels of 720
# Turns each slide to its end: what it says, how far it reaches, and its letters in pixels.
TURN = """() => [...document.querySelectorAll("section:not(:has(section))")].map((slide) => {
  const { h, v } = Reveal.getIndices(slide);
  Reveal.slide(h, v, 99);
  const shown = [...slide.querySelectorAll("p, li, pre, td, img, svg, h1, h2, h3")]
    .filter((part) => part.offsetParent || part.getClientRects().length);
  const size = (names) => shown.filter((part) => part.matches(names))
    .map((part) => parseFloat(getComputedStyle(part).fontSize));
  const boxes = shown.map((part) => part.getBoundingClientRect());
  return {
    words: slide.innerText, pictures: slide.querySelectorAll("img[alt], svg").length,
    height: Math.max(...boxes.map((box) => box.bottom)),
    width: Math.max(...boxes.map((box) => box.right)),
    prose: Math.min(99, ...size("p, li")), code: Math.min(99, ...size("pre")),
  };
})"""


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    demand_tool("reveal.js", "dist/reveal.js")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(playwright), args=FLAGS)
        opened = chromium.new_page(viewport=SCREEN)
        opened.asked = []
        opened.on("request", lambda request: opened.asked.append(request.url))
        yield opened
        chromium.close()


def turned(page: Any, made: Path) -> list[dict[str, Any]]:
    """Every slide, by a browser that may ask for nothing but the page itself."""
    page.asked.clear()
    page.goto(made.as_uri())
    page.wait_for_function("Reveal.isReady()")
    shown = page.evaluate(TURN)
    assert [url for url in page.asked if not url.startswith(("data:", "blob:"))] == [made.as_uri()]
    return shown


@pytest.mark.slow
@pytest.mark.parametrize(
    "lesson", LESSONS, ids=lambda lesson: f"{lesson.parent.name}-{lesson.stem}"
)
def test_every_slide_fits_and_can_be_read(lesson: Path, page: Any, tmp_path: Path) -> None:
    shown = turned(page, write_slides(lesson, tmp_path))
    assert 12 <= len(shown) <= 40  # a talk of twenty minutes; lesson 12 has many short ones
    for number, slide in enumerate(shown, 1):
        assert slide["words"].strip() or slide["pictures"], f"slide {number} is empty"
        assert slide["height"] <= SCREEN["height"], f"slide {number}: {slide}"
        assert slide["width"] <= SCREEN["width"], f"slide {number}: {slide}"
        for kind, least in SMALLEST.items():
            assert slide[kind] >= least, f"slide {number}, {kind}: {slide}"


@pytest.mark.slow
def test_axe_finds_nothing(page: Any, tmp_path: Path) -> None:
    for language in ("en", "ja"):
        turned(page, write_slides(find_lessons(["03"], language)[0], tmp_path))
        page.evaluate(demand_tool("axe-core", "axe.min.js").read_text("utf-8"))
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate(AXE, RULES) == []


def core(cell: nbformat.NotebookNode, *tags: str) -> nbformat.NotebookNode:
    cell.metadata["tags"] = ["core", *tags]
    return cell


def test_an_answer_comes_when_the_teacher_says_so(
    make_lesson: MakeLesson, page: Any, tmp_path: Path
) -> None:
    printed = [new_output("stream", text="it is 4\n")]
    lesson = make_lesson(
        core(new_markdown_cell("# Sums\n\nA question.")),
        core(new_code_cell("language = 1"), "parameters"),
        core(new_code_cell("2 + 2", outputs=printed)),
        core(new_markdown_cell("Four.\n\n## More\n\nSee [there](01_x.ipynb)."), "outcome"),
        core(new_code_cell("check()"), "check"),
        core(new_markdown_cell("<details><summary>Solution</summary>\n4\n</details>"), "solution"),
    )
    page.goto(write_slides(lesson, tmp_path).as_uri())
    page.wait_for_function("Reveal.isReady()")
    shown = "() => Reveal.getCurrentSlide().innerText"
    seen = [page.evaluate(shown)]
    hidden = page.locator(".fragment:not(.visible)")
    assert [text.strip() for text in hidden.all_text_contents()] == ["it is 4", "Four."]
    for _ in range(3):
        page.keyboard.press("Space")
        seen.append(page.evaluate(shown))
    assert page.locator(".fragment.visible").count() == 2
    assert "2 + 2" in seen[0]
    assert "language" not in seen[0]
    assert "More" in seen[3]
    assert "See there." in seen[3]
    assert "01_x" not in page.content()
    assert page.locator("aside.notes").text_content().split() == ["Solution", "4"]
    assert "check()" not in page.content()


def test_what_speaks_of_a_cell_that_is_not_shown_is_left_out(
    make_lesson: MakeLesson, page: Any, tmp_path: Path
) -> None:
    lesson = make_lesson(
        core(new_markdown_cell("# Sums")),
        new_code_cell("left_out()"),
        core(
            new_markdown_cell("It was left out.\n\n## Kept\n\nYes.\n\n### Next\n\nRun it."),
            "outcome",
        ),
        new_code_cell("left_out_too()"),
        new_markdown_cell("## Not core"),
    )
    shown = turned(page, write_slides(lesson, tmp_path))
    assert [slide["words"].split() for slide in shown] == [["Sums"], ["Kept", "Yes."]]


def test_without_npm_it_says_what_to_do(
    make_lesson: MakeLesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slides, "REVEAL", tmp_path)
    with pytest.raises(InputError, match="Slides need reveal.js, which npm fetches"):
        write_slides(make_lesson("1 + 1"), tmp_path)


def test_what_cannot_be_shown_is_said(make_lesson: MakeLesson, tmp_path: Path) -> None:
    demand_tool("reveal.js", "dist/reveal.js")
    with pytest.raises(InputError, match="No cell of 77_small.ipynb is tagged core"):
        write_slides(make_lesson("1 + 1"), tmp_path)
