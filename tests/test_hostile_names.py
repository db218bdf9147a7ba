"""Names that try to be more than text stay text in every table, picture and widget."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from markdown_it import MarkdownIt
from PIL import Image

import tfl_helpers as tfl
from tests.needs import demand_runtime
from tests.odd_files import model, operator, pack, schema, tensor
from tfl_helpers import __main__ as command_line
from tfl_helpers.records import (
    Call,
    Concrete,
    Dispatch,
    Graph,
    LiteModel,
    Node,
    Polymorphic,
    Port,
    Signature,
    TensorType,
)
from tfl_helpers.setup import copies
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.words import showable

with tfl.quiet():
    import tensorflow as tf

NAMES = {
    "script": "<script>alert(1)</script>",
    "handler": "'\"><img src=x onerror=alert(1)>",
    "link": "](javascript:alert(1))",
    "long": "x" * 10_000,
    "right to left": "\u202eabc\u200f",
    "nul": "a\0b",
    "colour": "\x1b[31mred\x85",
    "half a letter": "\ud83d half",
    "no letter": "\uffff",
    "lines": "a\nb\r\tc",
    "code": "`code` ` x",
    "empty": "",
    "coded": "%3Cb%3E &lt;b&gt; ]]>",
    "japanese": "画像 😀",
}
TAGS = {"figure", "img", "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td"}
TAGS |= {"code", "p", "ul", "li", "span", "b"}
OURS = re.compile(r"data:image/(png|svg\+xml);base64,|\d\d_\w+\.ipynb#cell-id=")
NO_TEXT = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")


def graph(name: str) -> Graph:
    like = TensorType(name, (None, 2))
    kinds = {"input": (), "op": ("input",), "variable": (), "output": ("op", "variable")}
    return Graph(name, tuple(Node(k, k, name, like, inputs, name) for k, inputs in kinds.items()))


def concrete(name: str) -> Concrete:
    port = (Port(name, TensorType(name, None)),)
    return Concrete(name, port, port, port, ((name, name),), graph(name))


def lite(name: str) -> bytes:
    """A file in which all is called so."""
    made = model([tensor("x") for _ in "xyz"], [operator([0, 1], [2])], [0, 1], [2], code="X")
    key, entry, metadata = schema.SignatureDefT(), schema.TensorMapT(), schema.MetadataT()
    text = name.encode("utf-8", "surrogatepass")
    places = [(made, "description"), (made.subgraphs[0], "name"), (entry, "name")]
    places += [(key, "signatureKey"), (metadata, "name"), (made.operatorCodes[0], "customCode")]
    for thing, field in [*places, *((t, "name") for t in made.subgraphs[0].tensors)]:
        setattr(thing, field, text)
    key.inputs, key.outputs = [entry], [entry]
    made.signatureDefs, made.metadata = [key], [metadata]
    return pack(made)


def module(name: str) -> tf.Module:
    made = tf.Module()
    setattr(made, name, tf.Variable(1.0))
    made.inside = {name: tf.Variable(2.0)}
    setattr(made, f"text {name}", name)
    return made


def fail(name: str) -> None:
    raise ValueError(name)


def pressed(explorer: Any, name: str) -> Any:
    explorer.press(name)
    assert not tags(explorer.seen.value + explorer.said.value) - TAGS - {"style"}
    return explorer


def says(name: str) -> Callable[..., Any]:
    def said(x: Any, word: str = "") -> Any:
        print(name)
        return x

    said.__name__ = name.replace("\0", "").encode("utf-8", "ignore").decode()
    return said


def traced(name: str) -> Any:
    return tf.function(says(name)).get_concrete_function(tf.TensorSpec([]), name)


MAKERS: dict[str, Callable[[str], Any]] = {
    "graph": graph,
    "concrete": concrete,
    "polymorphic": lambda name: Polymorphic(name, 1, (concrete(name),)),
    "dispatch": lambda name: Dispatch(name, (Call(name, None, False, name),), (concrete(name),)),
    "lite": lambda name: LiteModel(
        1, 1, (Signature(name, (), concrete(name).outputs),), ((name, 2),), (graph(name),)
    ),
    "draw_graph": lambda name: tfl.draw_graph(graph(name)),
    "draw_module": lambda name: tfl.draw_module(module(name)),
    "draw_dispatch": lambda name: tfl.draw_dispatch(tf.function(says(name)), [(1.0, name), name]),
    "draw_lanes": lambda name: tfl.draw_lanes(says(name), [(1.0,)]),
    "a file": lambda name: tfl.read_tflite(lite(name)),
    "graph of a file": lambda name: tfl.draw_graph(lite(name)),
    "draw_bytes": lambda name: tfl.draw_bytes(lite(name)),
    "compare_outputs": lambda name: tfl.compare_outputs(
        {"x": 1.0}, {name: lambda x: name, "b": lambda x: {name: x}, "c": lambda x: fail(name)}
    ),
    "check_answers": lambda name: tfl.check_answers([name], {name: f"{name}!"}, {name: name}),
    "predict": lambda name: tfl.predict([name, "other"]),
    "what it is": lambda name: tfl.predict([name, "other"]).compare(name),
    "draw_concrete": lambda name: tfl.draw_concrete(traced(name)),
    "read_bytes": lambda name: tfl.read_bytes(lite(name)),
    "check_function": lambda name: tfl.check_function(
        says(name), [((1.0, name), 2.0), ((2.0, name), name)], advice=name
    ),
    "what an answer raises": lambda name: tfl.check_answers(
        [lambda: fail(name)], {name: 1}, {name: name}
    ),
    "a module that is saved": lambda name: tfl.compare_saved(module(name), tf.Module()),
    "explore_spec": lambda name: pressed(tfl.explore_spec(tf.TensorSpec([]), {name: name}), name),
    "explore_message": lambda name: tfl.explore_message(name),
}


def tags(text: str) -> set[str]:
    """The elements in HTML, its attributes that would run something, and links elsewhere."""
    found = set()

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update([tag, *(name for name, _ in attrs if name.startswith("on"))])
            places = [value or "" for name, value in attrs if name in ("href", "src")]
            found.update(one for one in places if not OURS.match(one))

    Parser().feed(text)
    return found


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_name_stays_text(make: Callable[[str], Any], name: str) -> None:
    shown = make(name)
    bundle = shown._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert not NO_TEXT.search(data["text/plain"])
    assert not NO_TEXT.search(data["text/html"])
    assert not tags(data["text/html"]) - TAGS
    if "image/png" in data:
        parts = {node.tag.rpartition("}")[2] for node in ElementTree.fromstring(shown.svg).iter()}
        assert parts <= {"svg", "title", "desc", "rect", "text", "path"}
        Image.open(io.BytesIO(shown.png)).load()
        assert shown.width < 4_200
        assert not tags(f'<i title="{html.escape(shown.caption)}">') - {"i"}
    if name == NAMES["long"]:
        for text in (data["text/plain"], data["text/html"], getattr(shown, "svg", "")):
            assert not re.search("x{1001}", text)


@pytest.mark.parametrize("make", ["graph", "concrete", "a file", "draw_graph", "predict"])
def test_what_is_too_long_to_be_seen_is_cut_and_its_length_told(make: str) -> None:
    bundle = MAKERS[make](NAMES["long"])._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    for kind in ("text/plain", "text/html"):  # two more are the marks of code
        assert re.search(r"xxx… \(10,0\d\d characters\)", data[kind]), data[kind][:3000]


def raised(act: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    with pytest.raises(tfl.InputError) as caught:
        act(*arguments, **named)
    return str(caught.value)


REFUSALS: dict[str, Callable[[str], str]] = {
    "choose": lambda name: raised(tfl.predict([1, 2]).choose, f"{name} "),
    "predict": lambda name: raised(tfl.predict, [f"{name}!", f"{name}!"]),
    "speak": lambda name: raised(tfl.speak, name),
    "lesson": lambda name: raised(tfl.review_predictions, name),
    "signature": lambda name: raised(
        tfl.write_page, "none", lite(name), {name: [[0.0, 0.0]]}, signature=f"{name}!"
    ),
    "folder": lambda name: raised(tfl.find_station, f"no/such/{name}"),
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("refuse", REFUSALS.values(), ids=REFUSALS)
def test_an_error_holds_a_name_as_text(refuse: Callable[[str], str], name: str) -> None:
    said = refuse(name)
    said.encode()
    assert not NO_TEXT.search(said)
    assert len(said) < 2_000
    if name == NAMES["long"]:
        assert re.search(r"xxx… \(10,0\d\d characters\)|xxx\.\.\.", said)


def rendered(markdown: str) -> tuple[set[str], str]:
    """The elements that it becomes, raw ones too, and what it shows."""
    made = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(markdown)
    return tags(made), html.unescape(re.sub(r"<[^>]*>", "", made))


def one_line(name: str) -> str:
    return " ".join(showable(name).split())


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_what_was_predicted_comes_back_as_text(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFL_PROGRESS", str(tmp_path))
    mark = {"said": name, "outcome": f"{name}!"}
    (tmp_path / "03-predict-prints").write_text(json.dumps(mark))
    for words in (tfl.recall_predictions("05"), tfl.review_predictions("03")):
        found, shown = rendered(words.markdown)
        assert not found - {"p", "strong", "a", "pre", "code", "details", "summary", "em"}
        assert not NO_TEXT.search(words.markdown + words.plain)
    found, shown = rendered(tfl.recall_predictions("05").markdown)
    assert one_line(name) in shown
    assert one_line(f"{name}!") in shown


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_model_card_and_its_page_hold_a_name_as_text(name: str, tmp_path: Path) -> None:
    demand_runtime()
    model, stroke = (ROOT / "notebooks" / "gesture.tflite").read_bytes(), np.eye(32, 2)
    told = {"measured": {name: (1, 2)}, "about": name}
    tfl.write_page(tmp_path, model, {name: stroke, "other": stroke}, **told)
    found, shown = rendered((tmp_path / "model_card.md").read_text("utf-8"))
    assert not found - {"h1", "h2", "ul", "li", "p", "code", "table", "thead", "tbody", *CELLS}
    assert shown.count(one_line(name)) >= (3 if name else 0)
    settings = json.loads((tmp_path / "settings.json").read_text("utf-8"))
    assert settings["labels"] == [name, "other"]


CELLS = ("tr", "th", "td")


def test_a_command_says_a_file_name_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named = "\x1b[31m\u202e \udcff.ipynb"
    monkeypatch.setattr(copies, "prepare", lambda *given, **named_too: [f"{named} is damaged"])
    monkeypatch.setattr(copies, "MY", tmp_path)
    assert command_line.main(["lab", "03", "--language", "en", "--no-browser"]) == 1
    said = capsys.readouterr().err
    assert "is damaged" in said
    assert not NO_TEXT.search(said)
