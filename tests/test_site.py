"""The static site as a reader meets it: built by the command, in a real browser, light and dark."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import nbformat
import pytest

from tests.author import site as author
from tests.live_lab import FLAGS, find_browser
from tests.live_page import served
from tests.needs import demand_runtime, demand_site, demand_tool
from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import NOTEBOOKS, ROOT

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # dark or not
# Of code's tokens one of each kind on a page is judged: a page has thousands, in a dozen colours.
FEW = """() => {
  const seen = new Set();
  for (const token of document.querySelectorAll("pre span[class]")) {
    const kind = token.className + Boolean(token.closest(".cell_output"));
    seen.has(kind) ? token.replaceWith(token.textContent) : seen.add(kind);
  }
}"""
AXE = """async rules => {
  const report = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return report.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((one) => one.html) }));
}"""
STORED = sorted((NOTEBOOKS / "en").glob("*.ipynb"))
PICTURE = re.compile(r'<img alt="([^"]*)"[^>]* src="data:image/svg\+xml([^"]*)"')
slow = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes in a clone whose path has a space and Japanese letters."""
    demand_site()
    demand_runtime()
    clone = tmp_path_factory.mktemp("ein Ort 場所") / "clone"
    left = shutil.ignore_patterns(".*", "my", "__pycache__")
    shutil.copytree(ROOT, clone, ignore=left)
    environment = {**os.environ, "PYTHONPATH": str(clone)}
    command = [sys.executable, "-m", "tfl_helpers", "site"]
    ran = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f'http.server 8015 --bind 127.0.0.1 --directory "{clone / "my" / "site"}"' in ran.stdout
    return clone / "my" / "site"


@pytest.fixture(scope="module")
def address(made: Path) -> Iterator[str]:
    with served(made) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(playwright), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page that asks nobody outside, and for nothing that is not there."""
    context = browser.new_context(viewport=DESK)
    opened, asked, missed = context.new_page(), [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on(
        "response", lambda answer: missed.append(answer.url) if answer.status >= 400 else None
    )
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert missed == []


def pages(made: Path) -> list[Path]:
    """All that a reader may open, the page to draw on with them; `_static` has a template."""
    return sorted(path for path in made.rglob("*.html") if path.parent.name != "_static")


@slow
def test_axe_finds_nothing_in_the_light_nor_in_the_dark(made: Path, page: Any, address: str):
    axe, found = demand_tool("axe-core", "axe.min.js").read_text("utf-8"), []
    for path in pages(made):
        page.goto(address + path.relative_to(made).as_posix())
        page.evaluate(axe)
        page.evaluate(FEW)
        for scheme, rules in (("light", RULES), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            violations = page.evaluate(AXE, rules)
            found += [(path.name, scheme, one["id"], one["nodes"][:3]) for one in violations]
    assert found == []


@slow
def test_each_page_names_its_language_and_fits_a_phone(made: Path, page: Any, address: str):
    page.set_viewport_size(PHONE)
    for path in made.glob("*.html"):
        page.goto(address + path.name)
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.evaluate("document.scrollingElement.scrollWidth") == PHONE["width"], path.name
    for path in (made / "ja").glob("*.html"):
        assert '<html lang="ja"' in path.read_text("utf-8")


@slow
def test_the_first_page_answers_and_leads_to_the_lessons(page: Any, address: str):
    page.goto(address)
    inside = page.frame_locator("#draw")
    inside.get_by_role("button", name="zigzag").click()
    inside.locator("#spoken", has_text="zigzag").wait_for(state="attached")
    height = inside.locator("html").evaluate("root => root.offsetHeight")
    assert page.locator("#draw").bounding_box()["height"] == height > 600
    page.locator(".bd-article").get_by_role("link", name="00 Start here").click()
    page.get_by_role("link", name="next").click()
    assert page.title().startswith("Eager execution")
    page.get_by_role("link", name="previous").click()
    assert page.title().startswith("Start here")


@slow
def test_the_switch_leads_to_the_same_lesson_and_back(made: Path, page: Any, address: str):
    lesson = sorted((made / "ja").glob("*_*.html"))[-1].name
    page.goto(address + lesson)
    page.locator("a[hreflang=ja]:visible").click()
    assert page.url == f"{address}ja/{lesson}"
    page.locator("a[hreflang=en]:visible").click()
    assert page.url == address + lesson
    page.goto(f"{address}ja/index.html")
    page.frame_locator("#draw").locator("h1", has_text="ジェスチャを描く").wait_for()


@slow
def test_pictures_lie_on_white_in_the_dark_and_keep_their_size_on_a_phone(page: Any, address: str):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    page.goto(f"{address}03_polymorphic_functions.html")
    picture = page.locator(".cell_output figure img").first
    ground = "node => getComputedStyle(node).backgroundColor"
    assert picture.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.locator("body").evaluate(ground) != "rgb(255, 255, 255)"
    assert picture.bounding_box()["width"] == float(picture.get_attribute("width")) > 390
    page.locator(
        '.cell_output > .output[tabindex="0"]:has(figure)'
    ).first.wait_for()  # keys scroll it


@slow
def test_the_search_finds_a_word_of_a_lesson(page: Any, address: str):
    page.goto(f"{address}search.html?q=polymorphic")
    page.locator("#search-results a", has_text="Polymorphic functions").first.wait_for()


class Anchors(HTMLParser):
    """What a page leads to, and the places in it that another may lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self.links |= {named[name] for name in ("href", "src") if named.get(name)}
        self.places |= {named[name] for name in ("id", "name") if named.get(name)}


@slow
def test_every_link_inside_the_site_leads_somewhere(made: Path):
    read = {path.resolve(): Anchors(path) for path in pages(made)}
    dead, followed = [], 0
    for path, anchors in read.items():
        for link in anchors.links:
            scheme, host, there, _, anchor = urlsplit(link)
            if scheme or host:
                continue
            followed += 1
            target = (path.parent / unquote(there)).resolve() if there else path
            if not target.is_file() or anchor not in getattr(read.get(target), "places", {anchor}):
                dead.append((path.name, link))
    assert (dead, followed > 1000) == ([], True)


@slow
def test_pages_show_what_is_stored_folded_and_give_the_notebook_away(made: Path):
    for lesson in STORED:
        text = (made / f"{lesson.stem}.html").read_text("utf-8")
        notebook = nbformat.read(lesson, as_version=4)
        prose = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert text.count("<details>") == prose.count("<details") > 0
        assert "<details open" not in text
        outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
        pictures = [out for out in outputs if "image/png" in out.get("data", {})]
        shown = re.findall(r'<img alt="([^"]+)"[^>]* src="data:image/', text)
        assert len(shown) >= len(pictures)
        assert text.count('class="output ') >= len(outputs) - text.count("output text_html")
        download = made / "_sources" / lesson.name
        assert f'href="_sources/{lesson.name}" download' in text
        assert download.read_bytes() == lesson.read_bytes()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One lesson instead of all, on a machine without LiteRT.js."""
    folder = tmp_path / "notebooks" / "en"
    folder.mkdir(parents=True)
    cell = nbformat.v4.new_markdown_cell("# One lesson")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, folder / "00_one.ipynb")
    monkeypatch.setattr(author, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(author, "is_fetched", lambda: False)
    return folder / "00_one.ipynb"


def test_without_npm_a_sentence_stands_where_the_pad_would(small: Path, tmp_path: Path):
    demand_site()
    first = author.build_site(tmp_path / "site") / "index.html"
    text = " ".join(first.read_text("utf-8").split())
    assert "there was no npm where these pages were made" in text
    assert "<iframe" not in text
    assert "hreflang" not in text  # there is no other language
    assert author.build_site(tmp_path / "site") == tmp_path / "site"  # over the older one


def test_a_dead_link_is_no_site(small: Path, tmp_path: Path):
    demand_site()
    notebook = nbformat.read(small, as_version=4)
    notebook.cells[0].source += "\n\n[there](07_gone.ipynb)"
    nbformat.write(notebook, small)
    with pytest.raises(InputError, match=r"(?s)Sphinx warned of the en pages:.*07_gone.ipynb"):
        author.build_site(tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_it_writes_into_no_folder_that_is_not_its_own(tmp_path: Path):
    with pytest.raises(InputError, match=r"Git tracks .*notebooks. Write for example --to my/site"):
        author.build_site(NOTEBOOKS)
    (tmp_path / "letter.txt").touch()
    with pytest.raises(InputError, match="Expected a new folder, or an older site, got"):
        author.build_site(tmp_path)
    assert (tmp_path / "letter.txt").exists()


@pytest.mark.parametrize("lesson", STORED, ids=lambda path: path.stem)
def test_pictures_survive_where_html_does_not(lesson: Path):
    """Base64, for some take no other; and where no HTML is shown, as in LaTeX, the PNG is."""
    from nbconvert import LatexExporter
    from nbconvert.filters import DataTypeFilter
    from PIL import Image

    notebook = nbformat.read(lesson, as_version=4)
    bundles = [
        out["data"] for cell in notebook.cells for out in cell.get("outputs", []) if "data" in out
    ]
    for data in bundles:
        for words, address in PICTURE.findall(data.get("text/html", "")):
            assert words
            assert b64decode(address.removeprefix(";base64,"), validate=True).startswith(b"<svg")
            assert "image/png" in data
    in_latex = DataTypeFilter(config=LatexExporter().config)
    for data in bundles:
        if "image/png" in data:
            assert in_latex(data) == ["image/png"]
            assert Image.open(io.BytesIO(b64decode(data["image/png"]))).width > 100
