"""The page of lesson 14 as a stranger meets it: a real browser, a hand, and what can go wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
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
    right_answers,
    saved_numbers,
    served,
    write_page_of_lesson,
)
from tfl_helpers import write_page
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
    """The folder that lesson 14 writes; in it, in `shipped`, the page of the mended model."""
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
    contexts, ours = [], [address, "data:", "blob:"]

    def make(*addresses: str, **options: Any) -> Any:
        ours.extend(addresses)
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
    assert [url for url in asked if not url.startswith(tuple(ours))] == []


@pytest.fixture
def page(new_page: Callable[..., Any], address: str) -> Any:
    """The page, its model loaded."""
    opened = new_page()
    opened.goto(address)
    assert is_ready(opened)
    return opened


@pytest.fixture
def mended(new_page: Callable[..., Any], address: str) -> Any:
    """The page that the lesson ends with, its models loaded."""
    opened = new_page()
    opened.goto(f"{address}shipped/")
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


@pytest.mark.parametrize("place", ["", "shipped/"])
def test_it_speaks_japanese_to_who_does_and_to_who_asks(
    new_page: Callable[..., Any], address: str, place: str
) -> None:
    page = new_page(locale="ja-JP")
    page.goto(f"{address}{place}")
    assert is_ready(page)
    tab_to(page, "円")
    page.keyboard.press("Enter")
    answer(page)
    assert page.locator("#answer").inner_text().startswith("円 9")
    assert page.title() == "ジェスチャを描く"
    assert page.locator("html").get_attribute("lang") == "ja"
    shown = page.locator("body").inner_text()
    about = page.locator("#about").inner_text()  # the lesson's own sentence
    for word in re.findall(r"[A-Za-z][a-z]+", shown.replace(about, "")):
        assert (
            word
            in "English JavaScript Python model tflite classify stroke probabilities json taught"
        )
    page.get_by_text("English").click()
    assert page.locator("#answer").inner_text().startswith("circle, 9")
    assert page.locator("html").get_attribute("lang") == "en"
    keys = "import('./words.js').then(({ WORDS }) => ['en', 'ja'].map(l => Object.keys(WORDS[l])))"
    english, japanese = page.evaluate(keys)
    assert english == japanese


def test_what_a_japanese_lesson_wrote_is_japanese_in_every_browser(
    new_page: Callable[..., Any], address: str, shipped: Path, japanese: None
) -> None:
    settings = json.loads((shipped / "settings.json").read_text(encoding="utf-8"))
    write_page(shipped / "ja", (shipped / "model.tflite").read_bytes(), settings["samples"])
    page = new_page()
    page.goto(f"{address}ja/")
    assert is_ready(page)
    assert page.locator("html").get_attribute("lang") == "ja"
    assert page.title() == "ジェスチャを描く"
    tab_to(page, "円")
    page.get_by_text("English").click()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("place", ["", "shipped/"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("locale", ["en-GB", "ja-JP"])
def test_nothing_moves_overlaps_or_sticks_out(
    new_page: Callable[..., Any], address: str, size: dict[str, int], locale: str, place: str
) -> None:
    page = new_page(viewport=size, locale=locale)
    page.goto(f"{address}{place}")
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


def open_model(points: int | None = None, factor: float = 1.0) -> bytes:
    """A file whose signature takes strokes of any length, or of one."""
    import tensorflow as tf

    import tfl_helpers as tfl

    spec = tf.TensorSpec([points, 2], tf.float32, name="stroke")
    module = tf.Module()
    module.sums = tf.function(
        lambda stroke: {"probabilities": factor * tf.reduce_sum(stroke, axis=0)},
        input_signature=[spec],
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
    "other JSON": (SETTINGS, lambda model: b"null", "settings.json is not as the lesson wrote it."),
    "nan": (MODEL, lambda model: open_model(32, np.nan), "output probabilities is nan, infinite"),
    "no WebAssembly": ("litert_wasm*.wasm*", None, MISSING.format("runtime/litert_wasm_")[:30]),
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


LEARNER = "learner.tflite"
SPOILT = {
    "no model": (lambda folder: b"", f"{LEARNER} is no LiteRT model"),
    "another": (lambda folder: (folder / MODEL).read_bytes(), "no signature called infer."),
    "cut off": (
        lambda folder: (folder / LEARNER).read_bytes()[:9000],
        f"The runtime refused {LEARNER}: ",
    ),
}


@pytest.mark.parametrize("trouble", SPOILT)
def test_where_the_file_that_learns_is_spoilt_the_model_answers(
    new_page: Callable[..., Any], address: str, shipped: Path, trouble: str
) -> None:
    body, sentence = SPOILT[trouble]
    content = body(shipped / "shipped")
    page = new_page()
    page.route(f"**/{LEARNER}", lambda route: route.fulfill(body=content))
    page.goto(f"{address}shipped/")
    assert is_ready(page)
    assert sentence in page.locator(".wrong:visible").inner_text()
    assert page.locator("#school").is_hidden()
    draw(page, by_hand("circle", np.random.default_rng(SEED)))
    assert page.locator("#answer").inner_text().startswith("circle, ")


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
    assert "In its folder run python3 -m http.server --bind 127.0.0.1" in said.inner_text()
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


def test_people_are_told_apart_once_the_model_is_mended(page: Any, mended: Any) -> None:
    """Ten strokes a kind, by hands that neither templates, limits nor lesson have seen."""
    kinds = [("line", {}), ("circle", {}), *(("zigzag", {"segments": n}) for n in (3, 5, 8))]
    kinds += [(stranger, {}) for stranger in ("square", "spiral", "eight", "scribble")]
    before, after = (
        [right_answers(one, kind, np.random.default_rng(SEED), 10, **how) for kind, how in kinds]
        for one in (page, mended)
    )
    assert min(before[:2]) >= 9
    assert 2 <= before[2] <= 8  # half of all, begun at the top
    assert max(before[3:]) <= 2
    assert min(after) >= 9


def test_what_the_lesson_measured_stands_on_the_page(mended: Any, shipped: Path) -> None:
    rows = mended.locator("#counts tr").all_inner_texts()
    card = (shipped / "shipped" / "model_card.md").read_text(encoding="utf-8")
    table = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("| ")]
    assert [re.split(r"\t| of | right", row)[:3] for row in rows] == [
        [what, right, of] for what, of, right in table[1:]
    ]
    assert len(rows) == 12
    assert mended.locator("#about").inner_text() in card


def test_a_page_written_anew_shows_the_new_model(
    new_page: Callable[..., Any], shipped: Path, tmp_path: Path
) -> None:
    """Without a word from the server a browser keeps what has not changed for some hours."""
    folder = Path(shutil.copytree(shipped, tmp_path / "page"))
    for file in folder.rglob("*"):
        os.utime(file, (hours_ago := time.time() - 10_000, hours_ago))
    with served(folder) as url:
        page = new_page(url)
        page.goto(url)
        assert is_ready(page)
        old = page.locator("#file").inner_text()
        for name in (MODEL, SETTINGS, "learner.tflite"):
            shutil.copy(folder / "shipped" / name, folder / name)
        page.reload()
        assert is_ready(page)
        assert page.locator("#file").inner_text() != old
        assert page.locator("#counts tr").count() == 12


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_asked_and_learnt_is_seen_beside_the_pad(
    new_page: Callable[..., Any], address: str, size: dict[str, int]
) -> None:
    from playwright.sync_api import expect

    page = new_page(viewport=size)
    page.goto(f"{address}shipped/")
    assert is_ready(page)
    taught(page, rng := np.random.default_rng(SEED))
    says(page, by_a_spiral(rng))
    for place in ("#pad", "#taught", "#pupil"):
        expect(page.locator(place)).to_be_in_viewport(ratio=0.99)  # of whole pixels


def taught(page: Any, rng: np.random.Generator) -> dict[str, Any]:
    """Give a spiral a name and ten strokes; what was learnt."""
    page.locator("#name").fill("snail")
    page.locator("#teach").click()
    for number in range(10):
        sentence = f"Draw “snail” on the pad: stroke {number + 1} of 10."
        page.locator("#taught").filter(has_text=sentence).wait_for()
        draw(page, by_a_spiral(rng))
    page.locator("#keep").wait_for()
    return state(page)["learnt"]


def by_a_spiral(rng: np.random.Generator) -> list[Point]:
    """Outward, two and a half turns, shaky."""
    turn = np.linspace(0.5, 5.0 * np.pi, 40)
    out = np.column_stack([np.cos(turn), np.sin(turn)]) * turn[:, np.newaxis] / 50.0
    return [tuple(point) for point in (0.5 + out + rng.normal(0.0, 0.005, out.shape)).tolist()]


def state(page: Any) -> dict[str, Any]:
    return json.loads(page.locator("body").get_attribute("data-taught"))


def says(page: Any, stroke: list[Point]) -> str:
    """What the file that learnt says of a stroke."""
    before = page.locator("body").get_attribute("data-taught")
    draw(page, stroke)
    page.wait_for_function("old => document.body.dataset.taught !== old", arg=before)
    return page.locator("#pupil").inner_text()


def test_ten_strokes_teach_it_and_what_it_knew_stays(mended: Any) -> None:
    rng = np.random.default_rng(SEED)
    learnt = taught(mended, rng)
    assert (learnt["right"], learnt["of"], learnt["kept"], learnt["old"]) == (10, 10, 3, 3)
    assert float(learnt["seconds"]) < 20.0  # about one, where nobody else is at work
    for _ in range(5):
        assert says(mended, by_a_spiral(rng)).startswith("It says: snail, ")
    for gesture in GESTURES:
        exact = [tuple(point) for point in (0.2 + 0.6 * ideal(gesture)).tolist()]
        assert says(mended, exact).startswith(f"It says: {gesture}, ")
    mended.locator("#forget").click()
    mended.locator("#keep").wait_for(state="hidden")
    assert mended.locator("#pupil").inner_text() == ""


def test_the_page_paints_while_it_learns(mended: Any) -> None:
    mended.evaluate(
        "() => { window.seen = []; new MutationObserver(() => window.seen.push("
        "document.getElementById('learning').value)).observe(document.getElementById('learning'),"
        " { attributes: true }); }"
    )
    taught(mended, np.random.default_rng(SEED))
    seen = mended.evaluate("window.seen")
    between = [part for part in seen if 0 < part < 1]
    assert len(between) >= 2
    assert between == sorted(between)


def test_weights_are_kept_and_brought_back_and_others_refused(
    new_page: Callable[..., Any], mended: Any, address: str, tmp_path: Path
) -> None:
    rng = np.random.default_rng(SEED)
    taught(mended, rng)
    with mended.expect_download() as waiting:
        mended.locator("#keep").click()
    kept = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(kept)
    assert kept.name == "taught.json"
    morning = new_page()
    morning.goto(f"{address}shipped/")
    assert is_ready(morning)

    for content in ("", "{}", "null", '{"templates": [1, 2]}', '{"templates": "256"}'):
        (tmp_path / "other.json").write_text(content, encoding="utf-8")
        morning.locator("#bring").set_input_files(tmp_path / "other.json")
        refused = "This file does not hold the weights, float32[4, 32, 2]. Nothing was changed."
        morning.locator("#taught").filter(has_text=refused).wait_for()
        assert morning.locator("#keep").is_hidden()

    morning.locator("#bring").set_input_files(kept)
    morning.locator("#taught").filter(has_text="“snail” is back. Draw.").wait_for()
    assert says(morning, by_a_spiral(rng)).startswith("It says: snail, ")


def test_the_clear_button_clears(page: Any) -> None:
    draw(page, by_hand("circle", np.random.default_rng(SEED)))
    page.locator("#clear").click()
    assert page.locator("#answer").inner_text() == ""
    assert page.locator(".number").all_inner_texts() == ["–"] * 3
    assert page.get_by_role("img").get_attribute("aria-label") == "Drawing pad, empty."
    colours = "new Set(new Uint32Array(document.getElementById('pad').getContext('2d')"
    blue = f"{colours}.getImageData(0, 0, 832, 300).data.buffer)).size"
    assert page.evaluate(blue) == 1


def test_the_runtime_comes_packed_with_its_progress_or_plain_without(
    new_page: Callable[..., Any], address: str
) -> None:
    for packed in (True, False):
        page = new_page()
        come: list[str] = []
        page.on("request", lambda request, come=come: come.append(request.url))
        if not packed:
            page.route("**/*.gz", lambda route: route.fulfill(status=404, body="not found"))
        page.add_init_script(
            "window.seen = []; setInterval(() => window.seen.push("
            "document.getElementById('coming')?.value ?? 0), 1);"
        )
        page.goto(address)
        assert is_ready(page)
        assert max(page.evaluate("window.seen")) == 1
        assert page.locator("#coming").is_hidden()
        assert any(url.endswith(".wasm") for url in come) != packed


def brightness(page: Any, element: str, side: str) -> float:
    colour = page.evaluate(f"getComputedStyle(document.querySelector('{element}')).{side}")
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 765


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_dark_where_the_reader_wants_it(
    new_page: Callable[..., Any], address: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{address}shipped/")
    assert is_ready(page)
    for element in ("html", "#clear", "#name"):
        dark = brightness(page, element, "backgroundColor") < brightness(page, element, "color")
        assert dark == (scheme == "dark"), element


def test_the_file_that_learns_is_what_lesson_13_makes(tmp_path: Path) -> None:
    import papermill

    from tests.author.run import options
    from tfl_helpers.setup.lessons import find_lessons

    (lesson,) = find_lessons(["13"])
    made = tmp_path / "learner.tflite"
    place = {"cwd": lesson.parent, "progress_bar": False}
    papermill.execute_notebook(
        lesson, None, {"save_to": str(made), "seed": 12}, **place, **options()
    )
    write = "python3 -m tfl_helpers run 13 -p save_to ../learner.tflite"
    stored = ROOT / "notebooks" / "learner.tflite"
    assert made.read_bytes() == stored.read_bytes(), f"renew it: {write}"
