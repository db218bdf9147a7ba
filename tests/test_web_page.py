"""The page of lesson 14 as a stranger meets it: a real browser, a hand, and what can go wrong."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.live_lab import FLAGS, find_browser, tab_to
from tests.live_page import (
    NUMBERS,
    Point,
    answer,
    draw,
    is_ready,
    on_screen,
    saved_numbers,
    served,
    write_page_of_lesson,
)
from tfl_helpers.setup.lessons import ROOT

pytestmark = pytest.mark.slow

GESTURES = ("line", "circle", "zigzag")
DESK = {"width": 1000, "height": 800}
PHONE = {"width": 390, "height": 844}
SEED = 11
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as started:  # ends with this module: it keeps an event loop running
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Any) -> Iterator[Any]:
    chromium = playwright.chromium.launch(executable_path=find_browser(playwright), args=FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that lesson 14 writes."""
    folder = tmp_path_factory.mktemp("shipped")
    write_page_of_lesson(folder, seed=SEED)
    return folder


@pytest.fixture(scope="module")
def address(shipped: Path) -> Iterator[str]:
    with served(shipped) as url:
        yield url


@pytest.fixture
def new_page(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """A function that makes a page in which no script may fail and which asks nobody outside."""
    errors: list[str] = []
    asked: list[str] = []
    contexts = []

    def make(**options: Any) -> Any:
        context = browser.new_context(**{"viewport": DESK, "locale": "en-GB", **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.fixture
def page(new_page: Callable[..., Any], address: str) -> Any:
    """The page, its model loaded."""
    opened = new_page()
    opened.goto(address)
    assert is_ready(opened)
    return opened


@pytest.fixture(scope="module")
def in_python(shipped: Path) -> Callable[[Any], np.ndarray]:
    """The same file in LiteRT in Python: 32 points in, three probabilities out."""
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(str(shipped / "model.tflite")).get_signature_runner("classify")
    return lambda points: run(stroke=np.array(points, np.float32))["probabilities"]


def ideal(gesture: str) -> np.ndarray:
    """Nineteen points as a calm hand sets them, from 0 to 1."""
    along = np.linspace(0.0, 1.0, 19)
    turn = 2.0 * np.pi * along
    across, up = {
        "line": (along, along),
        "circle": (0.5 + 0.5 * np.cos(turn), 0.5 + 0.5 * np.sin(turn)),
        "zigzag": (along, np.abs(3.0 * along % 2.0 - 1.0)),
    }[gesture]
    return np.column_stack([across, up])


def by_hand(gesture: str, rng: np.random.Generator) -> list[Point]:
    """The gesture shaky, tilted, larger or smaller, elsewhere, and sometimes from its end."""
    angle, size = rng.uniform(-0.2, 0.2), rng.uniform(0.4, 0.8)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    stroke = (ideal(gesture) - 0.5) @ turn * size + rng.uniform(0.45, 0.55, 2)
    stroke += rng.normal(0.0, 0.008, stroke.shape)
    return [tuple(point) for point in stroke[:: rng.choice([-1, 1])].tolist()]


@pytest.mark.parametrize("gesture", GESTURES)
def test_twenty_hands_are_told_apart_as_in_python(
    page: Any, in_python: Callable[[Any], np.ndarray], gesture: str
) -> None:
    rng = np.random.default_rng(SEED)
    for _ in range(20):
        shown = draw(page, by_hand(gesture, rng))

        assert np.shape(shown["points"]) == (32, 2)
        probabilities = in_python(shown["points"])
        assert np.abs(np.array(shown["probabilities"]) - probabilities).max() < TOLERANCE
        assert GESTURES[probabilities.argmax()] == gesture
        percent = round(100 * max(shown["probabilities"]))
        assert page.locator("#answer").inner_text() == f"{gesture}, {percent} %"


def test_the_points_lie_at_equal_distances_from_end_to_end(page: Any) -> None:
    slow, fast = np.linspace(0.2, 0.4, 20), np.linspace(0.45, 0.8, 5)
    stroke = [(float(x), 0.5) for x in [*slow, *fast]]
    points = np.array(draw(page, stroke)["points"])
    assert points[[0, -1], 0] == pytest.approx([0.2, 0.8], abs=0.005)
    assert np.diff(points[:, 0]) == pytest.approx(np.full(31, 0.6 / 31), abs=1e-3)


def test_the_bars_follow_while_the_pen_is_down_and_only_its_end_is_spoken(page: Any) -> None:
    from playwright.sync_api import expect

    points = on_screen(page, [tuple(point) for point in ideal("circle") * 0.6 + 0.2])
    page.mouse.move(*points[0])
    page.mouse.down()
    expect(page.locator("#answer")).to_have_text("Go on …")
    for point in points[1:12]:
        page.mouse.move(*point)
    expect(page.locator("#answer")).to_have_text(re.compile("%"))
    half = page.locator("meter").nth(1).evaluate("bar => bar.value")
    expect(page.locator("#spoken")).to_be_empty()
    for point in points[12:]:
        page.mouse.move(*point)
    page.mouse.up()
    answer(page)
    assert page.locator("meter").nth(1).evaluate("bar => bar.value") > half
    expect(page.locator("#spoken")).to_have_text(page.locator("#answer").inner_text())
    expect(page.locator("#call")).to_have_text(re.compile(r"^\d+\.\d ms, in this browser$"))
    expect(page.locator("#file")).to_have_text(re.compile(r"^model\.tflite, \d\d,\d{3} bytes$"))
    expect(page.locator("#signature")).to_have_text("classify(stroke) → probabilities")


def test_a_click_is_no_stroke(page: Any) -> None:
    draw(page, [(0.5, 0.5), (0.8, 0.8)])
    page.locator("#pad").click()
    assert page.locator("#answer").inner_text() == "Go on …"
    assert page.locator(".number").all_inner_texts() == ["–"] * 3


def test_the_keyboard_is_enough(page: Any) -> None:
    pad = page.get_by_role("img")
    assert pad.get_attribute("aria-label") == "Drawing pad, empty."
    for gesture, key in zip(GESTURES, ("Enter", "Space", "Enter"), strict=True):
        tab_to(page, gesture)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        page.keyboard.press(key)
        page.locator("#spoken").filter(has_text=gesture).wait_for(state="attached")
        assert f"which the model calls {gesture}" in pad.get_attribute("aria-label")
        assert page.get_by_role("meter", name=gesture).evaluate("bar => bar.value") > 0.5


@pytest.mark.parametrize("gesture", GESTURES)
def test_a_finger_draws_and_does_not_scroll(
    new_page: Callable[..., Any], address: str, gesture: str
) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(address)
    assert is_ready(page)
    hand = page.context.new_cdp_session(page)
    points = on_screen(page, by_hand(gesture, np.random.default_rng(SEED)))
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
        hand.send("Input.dispatchTouchEvent", touch)
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert GESTURES[np.argmax(answer(page)["probabilities"])] == gesture
    assert page.evaluate("scrollY") == 0


def test_a_pen_draws_too(page: Any) -> None:
    hand = page.context.new_cdp_session(page)
    pen = {"pointerType": "pen", "button": "left"}
    points = on_screen(page, by_hand("circle", np.random.default_rng(SEED)))
    for kind, (x, y) in [
        ("mousePressed", points[0]),
        *(("mouseMoved", point) for point in points[1:]),
        ("mouseReleased", points[-1]),
    ]:
        hand.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "buttons": 1, **pen})
    assert np.argmax(answer(page)["probabilities"]) == 1


def test_the_stored_numbers_are_those_of_the_browser(
    page: Any, shipped: Path, in_python: Callable[[Any], np.ndarray]
) -> None:
    fresh, stored = (
        np.array(json.loads(text)["probabilities"])
        for text in (saved_numbers(page), NUMBERS.read_text(encoding="utf-8"))
    )
    strokes = json.loads((shipped / "settings.json").read_text(encoding="utf-8"))["strokes"]
    renew = ".venv/bin/python -m tests.browser_numbers"
    assert fresh.shape == stored.shape == (6, 3)
    assert np.abs(fresh - stored).max() < TOLERANCE, f"renew them: {renew}"
    assert np.abs(fresh - [in_python(stroke) for stroke in strokes]).max() < TOLERANCE
    assert page.locator("#compared").inner_text() == "6 strokes answered."


def test_it_speaks_japanese_to_who_does_and_to_who_asks(
    new_page: Callable[..., Any], address: str
) -> None:
    page = new_page(locale="ja-JP")
    page.goto(address)
    assert is_ready(page)
    tab_to(page, "円")
    page.keyboard.press("Enter")
    answer(page)
    assert page.locator("#answer").inner_text().startswith("円 9")
    assert page.title() == "ジェスチャーを描く"
    assert page.locator("html").get_attribute("lang") == "ja"
    shown = page.locator("body").inner_text()
    for word in re.findall(r"[A-Za-z][a-z]+", shown):
        assert word in "English JavaScript Python model tflite classify stroke probabilities json"
    page.get_by_text("English").click()
    assert page.locator("#answer").inner_text().startswith("circle, 9")
    assert page.locator("html").get_attribute("lang") == "en"
    keys = "import('./words.js').then(({ WORDS }) => ['en', 'ja'].map(l => Object.keys(WORDS[l])))"
    english, japanese = page.evaluate(keys)
    assert english == japanese


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
def test_nothing_moves_overlaps_or_sticks_out(
    new_page: Callable[..., Any], address: str, size: dict[str, int], locale: str
) -> None:
    page = new_page(viewport=size, locale=locale)
    page.goto(address)
    assert is_ready(page)
    places = "[...document.querySelectorAll('main *')].filter(one => one.id !== 'spoken')"
    boxes = f"{places}.map(one => one.getBoundingClientRect().top)"
    before = page.evaluate(boxes)
    draw(page, by_hand("circle", np.random.default_rng(SEED)))
    assert page.evaluate(boxes) == before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


OPEN = "does not match expected ranked tensor type Float32[-1, 2]"
NO_MODEL = "model.tflite is no LiteRT model: bytes 4 to 8 of one say TFL3."
MISSING = "The file {} is missing in the page's folder, or the server does not give it."


def open_model() -> bytes:
    """A file whose signature takes strokes of any length."""
    import tensorflow as tf

    import tfl_helpers as tfl

    spec = tf.TensorSpec([None, 2], tf.float32, name="stroke")
    module = tf.Module()
    module.sums = tf.function(
        lambda stroke: {"probabilities": tf.reduce_sum(stroke, axis=0)}, input_signature=[spec]
    )
    with tfl.quiet(), tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures={"classify": module.sums})
        return tf.lite.TFLiteConverter.from_saved_model(folder).convert()


GESTURE = (ROOT / "notebooks" / "gesture.tflite").read_bytes()  # one of its outputs is a bool
MODEL, SETTINGS = "model.tflite", "settings.json"
# What the server gives in place of a file: a function of the right model, or None for nothing.
TROUBLES = {
    "a web page": (MODEL, lambda model: b"<html>not found", NO_MODEL),
    "empty": (MODEL, lambda model: b"", NO_MODEL),
    "cut off": (MODEL, lambda model: model[:8000], "The runtime refused: "),
    "an open size": (MODEL, lambda model: open_model(), OPEN),
    "a bool": (MODEL, lambda model: GESTURE, "Element type BOOL is not supported"),
    "no model": (MODEL, None, MISSING.format(MODEL)),
    "no settings": (SETTINGS, None, MISSING.format(SETTINGS)),
    "no JSON": (SETTINGS, lambda model: b"<html>", MISSING.format(SETTINGS)),
    "no WebAssembly": ("litert_wasm*.wasm", None, "The runtime refused: "),
    "no runtime": ("core.js", None, "This page needs a server that gives all its files."),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_has_a_sentence(
    new_page: Callable[..., Any], address: str, shipped: Path, trouble: str
) -> None:
    from playwright.sync_api import expect

    name, body, sentence = TROUBLES[trouble]
    page = new_page()
    if body:
        content = body((shipped / "model.tflite").read_bytes())
        page.route(f"**/{name}", lambda route: route.fulfill(body=content))
    else:
        page.route(f"**/{name}", lambda route: route.fulfill(status=404, body="not found"))
    page.goto(address)
    expect(page.locator(".wrong:visible")).to_contain_text(sentence)
    expect(page.locator("#pad")).to_be_hidden()


def test_a_signature_of_another_name_is_told_with_those_there_are(
    new_page: Callable[..., Any], address: str, shipped: Path
) -> None:
    page = new_page()
    settings = json.loads((shipped / "settings.json").read_text(encoding="utf-8"))
    settings["signature"] = "serving_default"
    page.route("**/settings.json", lambda route: route.fulfill(body=json.dumps(settings)))
    page.goto(address)
    assert not is_ready(page)
    said = "The model has no signature called serving_default. It has: classify."
    assert page.locator("#state").inner_text() == said


def test_opened_from_a_folder_it_asks_for_a_server(browser: Any, shipped: Path) -> None:
    page = browser.new_page()
    page.goto((shipped / "index.html").as_uri())
    said = page.locator("#unserved")
    said.wait_for()
    assert "In its folder run python3 -m http.server" in said.inner_text()
    page.close()


def test_without_webassembly_it_says_so(playwright: Any, address: str) -> None:
    flags = [*FLAGS, "--js-flags=--jitless"]
    chromium = playwright.chromium.launch(executable_path=find_browser(playwright), args=flags)
    page = chromium.new_page(locale="en-GB")
    page.goto(address)
    assert not is_ready(page)
    assert page.locator("#state").inner_text().startswith("This browser does not run WebAssembly")
    chromium.close()


def test_once_open_it_needs_nobody(page: Any) -> None:
    page.context.set_offline(True)
    shown = draw(page, by_hand("zigzag", np.random.default_rng(SEED)))
    assert np.argmax(shown["probabilities"]) == 2
