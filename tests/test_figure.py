"""The one door out: each of the three forms, and that no text can break any of them."""

from __future__ import annotations

import io
import warnings
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from PIL import Image

from tfl_helpers.figure.canvas import (
    BLUE,
    PALE_BLUE,
    PALE_ORANGE,
    Canvas,
    Line,
    Picture,
    fit_text,
    text_width,
    wrap_text,
)

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


def test_svg_has_nothing_that_two_pictures_of_a_page_could_share() -> None:
    svg = small_picture().svg
    assert " id=" not in svg
    assert "<style" not in svg
    assert "url(" not in svg


def test_svg_stands_on_white_so_that_a_dark_theme_can_show_it() -> None:
    picture = small_picture()
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
    assert kind == "data:image/svg+xml"
    assert unquote(data) == picture.svg
    assert "max-width:100%" in (image.get("style") or "")


@pytest.mark.parametrize("text", [AWKWARD, "", "x" * 300])
def test_any_text_goes_through_every_form(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = small_picture(text, caption=text)
    shown = [node.text or "" for node in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]
    assert shown == [text]


def test_png_is_the_same_picture_half_as_large_again() -> None:
    picture = small_picture()
    image = Image.open(io.BytesIO(picture.png))
    assert image.mode == "P"
    assert image.size == (round(picture.width * 1.5), round(picture.height * 1.5))
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


def test_png_ignores_the_style_that_the_learner_chose_for_plots() -> None:
    import matplotlib as mpl

    before = small_picture().png
    changed = {
        "text.usetex": False,
        "lines.linewidth": 9,
        "font.size": 30,
        "path.sketch": (1, 9, 2),
    }
    with mpl.rc_context({**changed, "text.antialiased": False, "figure.facecolor": "black"}):
        assert small_picture().png == before


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
    ("curve", "before_tip"), [("", (10, 0)), ("across", (10, 0)), ("down", (20, -10))]
)
def test_arrowhead_points_where_the_line_goes(curve: str, before_tip: tuple[int, int]) -> None:
    line = Line(((0.0, 0.0), (20.0, 0.0)), curve=curve, width=2.0)
    tip, left, right = line.head()
    assert tip == (20.0, 0.0)
    assert ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2) == pytest.approx(before_tip)


def test_numbers_in_the_svg_are_short() -> None:
    canvas = Canvas()
    canvas.box(1 / 3, 2 / 3, 100 / 3, 40)
    assert "<rect x='0.3' y='0.7' width='33.3' height='40'" in canvas.picture("c", "").svg
