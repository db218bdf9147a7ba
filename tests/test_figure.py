"""The one door out: each of the three forms, and that no text can break any of them."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
import warnings
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from tfl_helpers import words
from tfl_helpers.figure.canvas import (
    BLUE,
    PALE_BLUE,
    PALE_ORANGE,
    Canvas,
    Picture,
    _font_files,
    fit_text,
    text_width,
    wrap_text,
)
from tfl_helpers.setup.lessons import find_lessons

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"
AWKWARD = "a < b & \"c\" 'd' $e$ %20 # 画像"


def small_picture(text: str = "stroke", caption: str = "One box") -> Picture:
    canvas = Canvas()
    canvas.box(0, 0, 160, 40, fill=PALE_BLUE, stroke=BLUE, radius=8)
    canvas.text(80, 24, text, anchor="middle")
    canvas.line([(80, 40), (120, 90)], curve="down", dash=True)
    return canvas.picture(caption, "the words")


def test_svg_is_xml_with_role_title_and_description() -> None:
    root = ElementTree.fromstring(small_picture().svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "One box"
    assert root.findtext(f"{SVG}desc") == "One box\nthe words"


def test_svg_stands_alone_on_white() -> None:
    """In a dark theme too; and nothing in it could be shared by two pictures of a page."""
    picture = small_picture()
    assert not re.search(r" id=|<style|url\(", picture.svg)
    ground = ElementTree.fromstring(picture.svg).find(f"{SVG}rect")
    assert ground is not None
    assert ground.get("fill") == "#ffffff"
    assert (ground.get("width"), ground.get("height")) == (str(picture.width), str(picture.height))


def test_html_holds_the_whole_svg_and_says_the_caption_twice() -> None:
    picture = small_picture(caption=AWKWARD)
    figure = ElementTree.fromstring(picture.html().replace('"><figcaption', '"/><figcaption'))
    image, caption = figure
    assert image.get("alt") == caption.text == AWKWARD
    kind, _, data = (image.get("src") or "").partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == picture.svg
    assert "max-width:100%" in (image.get("style") or "")
    assert "png" not in vars(picture), "an explorer shows no PNG, so none is painted"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (AWKWARD, AWKWARD),
        ("", ""),
        ("x" * 300, "x" * 300),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("](javascript:alert(1))", "](javascript:alert(1))"),
        ("x' onload='alert(1)", "x' onload='alert(1)"),
        ("]]><!-- &#0; &lt;", "]]><!-- &#0; &lt;"),
        ("\u202eright\u200f to left", "�right\u200f to left"),
        ("nul \0, \x1b[31m, \x85", "nul �, �[31m, �"),
        ("half \ud83d, \uffff", "half �, �"),
        ("='#00000' ='#ffffff' 😀", "='#00000' ='#ffffff' 😀"),
    ],
)
def test_any_text_stays_text_in_every_form(text: str, shown: str) -> None:
    picture = small_picture(text, caption=text)
    root = ElementTree.fromstring(picture.svg)
    assert {node.tag.removeprefix(SVG) for node in root} == {
        "title",
        "desc",
        "rect",
        "text",
        "path",
    }
    assert [node.text or "" for node in root.iter(f"{SVG}text")] == [shown]
    assert [node.text or "" for node in root.iter(f"{SVG}title")] == [shown]
    figure = ElementTree.fromstring(picture.html().replace('"><figcaption', '"/><figcaption'))
    assert [node.tag for node in figure.iter()] == ["figure", "img", "figcaption"]
    assert (figure[0].get("alt"), figure[1].text or "") == (shown, shown)
    assert picture.words.startswith(shown)
    assert Image.open(io.BytesIO(picture.png)).size[0] >= picture.width


def test_a_text_of_ten_thousand_letters_is_cut() -> None:
    for text in ("x" * 10_000, "a b " * 2_500):
        picture = small_picture(text)
        assert picture.width < 4_100
        assert Image.open(io.BytesIO(picture.png)).size[0] < 5_200
        assert all(text_width(line) <= 300 for line in wrap_text(text, 300))


def test_png_is_the_same_picture_a_quarter_larger() -> None:
    picture = small_picture()
    image = Image.open(io.BytesIO(picture.png))
    assert image.mode == "P"
    assert image.size == (round(picture.width * 1.25), round(picture.height * 1.25))
    colors = {color for _, color in image.convert("RGB").getcolors() or []}
    assert {(255, 255, 255), (0xE4, 0xF1, 0xFA), (0x00, 0x72, 0xB2)} <= colors
    assert len(picture.png) < 5_000


def test_png_of_a_huge_picture_stays_small() -> None:
    canvas = Canvas()
    canvas.box(0, 0, 9_000, 9_000, fill=PALE_ORANGE)
    picture = canvas.picture("Huge", "")
    width, height = Image.open(io.BytesIO(picture.png)).size
    assert width * height < 4_100_000
    assert len(picture.png) < 25_000


def test_png_is_the_same_in_every_process() -> None:
    """Whatever the hash seed, and whatever style the learner chose for plots."""
    code = """
import matplotlib as mpl, sys
mpl.rcParams.update({"font.size": 30, "text.antialiased": False, "figure.facecolor": "black"})
from tests.test_figure import small_picture
sys.stdout.buffer.write(small_picture().png)
"""
    for seed in "13":
        told = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(
            [sys.executable, "-c", code], env=told, capture_output=True, check=True
        )
        assert ran.stdout == small_picture().png


def test_japanese_brings_its_own_font_and_names_others() -> None:
    names = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "ipaexg.ttf"]
    assert [Path(file).name for file in _font_files("<text>x</text>")] == names[:2]
    assert [Path(file).name for file in _font_files("<text>画像</text>")] == names
    assert "matplotlib_fontja" not in sys.modules  # importing it changes all plots
    assert "xml:lang='ja'" in small_picture("画像").svg
    assert "Noto Sans CJK JP" in small_picture("画像").svg
    assert "xml:lang='ja'" in small_picture("stroke", "画像").svg  # its title is read aloud
    assert not {"xml:lang", "Noto"} & set(re.findall(r"[\w:]+", small_picture().svg))


def test_plots_write_japanese_once_it_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import pyplot
    from matplotlib.font_manager import fontManager

    def width(text: str) -> float:
        return pyplot.figure().text(0, 0, text, size=10).get_window_extent().width

    monkeypatch.setattr(fontManager, "ttflist", fontManager.ttflist[:])
    monkeypatch.setitem(words._reader, "language", "en")
    plain = {"figure.dpi": 72, "font.family": ["sans-serif"]}
    with pyplot.rc_context(plain), warnings.catch_warnings(action="error"):
        latin = width("length")
        words.speak("en")
        assert pyplot.rcParams["font.family"] == ["sans-serif"]
        words.speak("ja")
        assert width("length") == latin
        assert width("長さ") == pytest.approx(20, abs=1)  # a letter without a glyph is warned of
    pyplot.close("all")


@pytest.mark.parametrize("lesson", find_lessons([]), ids=lambda path: path.stem)
def test_lessons_load_matplotlib_before_they_speak(lesson: Path) -> None:
    before, spoken, after = lesson.read_text(encoding="utf-8").partition("tfl.speak(")
    assert spoken
    assert "plt." not in after or "import matplotlib.pyplot as plt" in before


def test_each_japanese_letter_is_painted() -> None:
    letters = "具象関数シグネチャの予想（、）"  # an empty box for each would make them all alike
    assert len({small_picture(letter).png for letter in [*letters, "\u3000"]}) == len(letters) + 1


def test_bundle_has_three_forms_and_the_size_to_show_the_png_at() -> None:
    picture = small_picture()
    data, metadata = picture._repr_mimebundle_()
    assert list(data) == ["text/html", "image/png", "text/plain"]
    assert data["text/plain"] == "One box\nthe words"
    size = {"width": picture.width, "height": picture.height, "alt": "One box"}
    assert metadata == {"image/png": size}


def test_picture_of_nothing_is_a_white_square() -> None:
    picture = Canvas().picture("Nothing", "")
    assert (picture.width, picture.height) == (24, 24)


def test_text_width_is_that_of_dejavu_sans() -> None:
    assert text_width("") == 0
    assert text_width("mm", 100) == pytest.approx(2 * text_width("m", 100))
    assert text_width("m", 100) == pytest.approx(97.4, abs=1)
    assert text_width("path_length", bold=True) > text_width("path_length")
    assert text_width("画像", 10) == 20


def test_fit_text_cuts_with_an_ellipsis_only_where_it_must() -> None:
    assert fit_text("stroke", 200) == "stroke"
    cut = fit_text("a name that is far too long for its box", 100)
    assert cut.endswith("…")
    assert text_width(cut) <= 100


def test_wrap_text_breaks_neither_shapes_nor_after_arrows() -> None:
    signature = "(stroke: float32[32, 2], factor = 0.5) -> float32[32, 2]"
    assert wrap_text(signature, 170) == [
        "(stroke: float32[32, 2],",
        "factor = 0.5)",
        "-> float32[32, 2]",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("呼び出すたびにトレースします。", ["呼び出すたびにト", "レースします。"]),
        ("呼び出すたびにと、レースします", ["呼び出すたびに", "と、レースします"]),
        ("呼び出すたびに「レース」します", ["呼び出すたびに", "「レース」します"]),
        ("グラフを path_length で使う", ["グラフを", "path_length で使", "う"]),
        ("次は `a = f(b, c)` です", ["次は `a = f(b, c)`", "です"]),
        ("呼び出す（「x」）と", ["呼び出す", "（「x」）と"]),
        ("関数float32[3, 2]を使う", ["関数float32[3, 2]", "を使う"]),
    ],
)
def test_wrap_text_breaks_japanese_where_japanese_does(text: str, lines: list[str]) -> None:
    assert wrap_text(text, 101) == lines
    assert all(text_width(line) <= 101 for line in lines)


@pytest.mark.parametrize(
    ("curve", "head", "end"),
    [
        ("", "20 0 10 4.2 10 -4.2", "L12 0"),
        ("across", "20 0 10 4.2 10 -4.2", "L12 0"),
        ("down", "20 0 15.8 -10 24.2 -10", "C0 -4 20 -4 20 -8"),
    ],
)
def test_arrowhead_points_where_the_line_goes(curve: str, head: str, end: str) -> None:
    canvas = Canvas()
    canvas.line([(0.0, 0.0), (20.0, 0.0)], curve=curve, width=2.0)
    svg = canvas.picture("c", "").svg
    assert f"<path d='M0 0{end}' fill='none'" in svg
    assert f"<path d='M{head}z'" in svg


def test_numbers_in_the_svg_are_short() -> None:
    canvas = Canvas()
    canvas.box(1 / 3, 2 / 3, 100 / 3, 40)
    assert "<rect x='0.3' y='0.7' width='33.3' height='40'" in canvas.picture("c", "").svg
