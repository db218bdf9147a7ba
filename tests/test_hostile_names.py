"""Names that try to be more than text stay text in every table, picture and widget."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

import tfl_helpers as tfl
from tests.odd_files import model, operator, pack, schema, tensor
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

    said.__name__ = name.replace("\0", "")
    return said


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
    "explore_spec": lambda name: pressed(tfl.explore_spec(tf.TensorSpec([]), {name: name}), name),
    "explore_message": lambda name: tfl.explore_message(name),
}


def tags(text: str) -> set[str]:
    """The elements in HTML, and its attributes that would run something."""
    found = set()

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update([tag, *(name for name, _ in attrs if name.startswith("on"))])

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
