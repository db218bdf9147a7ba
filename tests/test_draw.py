"""Every kind of picture, from records made by hand: what it says, and that it is readable."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tfl_helpers.figure.canvas import Picture, text_width
from tfl_helpers.look.card import Card, Rule, draw_concrete
from tfl_helpers.look.dispatch import draw_dispatch
from tfl_helpers.look.graph import draw_graph
from tfl_helpers.look.module import Owned, draw_module
from tfl_helpers.look.road import STATIONS, draw_road, find_station
from tfl_helpers.records import (
    Call,
    Concrete,
    Dispatch,
    Graph,
    InputError,
    LiteModel,
    Node,
    Polymorphic,
    Port,
    TensorType,
)

STROKE = "float32[?, 2]"
TFLITE = b"\x1c\x00\x00\x00TFL3" + bytes(1396)


def typed(text: str) -> TensorType:
    """The type that is printed so: `float32[?, 2]`."""
    dtype, _, sizes = text.rstrip("]").partition("[")
    return TensorType(dtype, tuple(None if n == "?" else int(n) for n in sizes.split(", ") if n))


def node(name: str, kind: str, label: str, shown: str, *inputs: str) -> Node:
    return Node(name, kind, label, typed(shown), inputs)


def path_length() -> Graph:
    """What tracing `scale * sum of steps` of a stroke gives, with its many small constants."""
    cut = [node(f"c{i}", "constant", f"[{i % 2}]", "int32[1]") for i in range(6)]
    return Graph(
        "path_length",
        (
            node("stroke", "input", "stroke", STROKE),
            *cut,
            node("later", "op", "StridedSlice", STROKE, "stroke", "c0", "c1", "c2"),
            node("earlier", "op", "StridedSlice", STROKE, "stroke", "c3", "c4", "c5"),
            node("steps", "op", "Sub", STROKE, "later", "earlier"),
            node("square", "op", "Mul", STROKE, "steps", "steps"),
            node("axis", "constant", "[0, 1]", "int32[2]"),
            node("sum", "op", "Sum", "float32[]", "square", "axis"),
            node("scale", "variable", "scale", "float32[]"),
            node("scaled", "op", "Mul", "float32[]", "scale", "sum"),
            node("length", "output", "length", "float32[]", "scaled"),
        ),
    )


def branches() -> Graph:
    """An If with two inner graphs; one of them does not read its second input."""
    x, y = (node(name, "input", name, "float32[3]") for name in "xy")
    double = node("double", "op", "Mul", "float32[3]", "x", "y")
    then = Graph("If cond: then", (x, y, double, node("o", "output", "o", "float32[3]", "double")))
    other = Graph("If cond: else", (x, y, node("o", "output", "o", "float32[3]", "x")))
    both = node("if", "op", "If", "float32[3]", "flag", "x", "table")
    return Graph(
        "branch",
        (
            node("flag", "input", "flag", "bool[]"),
            x,
            node("table", "capture", "table", "float32[100]"),
            both,
            node("output", "output", "output", "float32[3]", "if"),
        ),
        (then, other),
    )


def loop() -> Graph:
    """A While whose body passes most of its inputs on."""
    names = [f"while/value_{i}" for i in range(12)]
    inputs = [node(name, "input", name, "float32[3]") for name in names]
    step = node("step", "op", "AddN", "float32[3]", *names[:5])
    made = ["step", *names[1:]]
    ends = [node(f"out_{i}", "output", f"next {i}", STROKE, s) for i, s in enumerate(made)]
    body = Graph("While while: body", (*inputs, step, *ends), (), "while", "body")
    x = node("x", "input", "x", "float32[3]")
    run = Node("while", "op", "While", typed("float32[3]"), ("x",), "while")
    return Graph("f", (x, run, node("y", "output", "y", STROKE, "while")), (body,))


def network(blocks: int) -> Graph:
    """More than one page can show from about twenty blocks on."""
    nodes = [node("image", "input", "image", "float32[1, 224, 224, 3]")]
    for i in range(blocks):
        last = nodes[-1].id
        nodes.append(Node(f"w{i}", "variable", f"w{i}", typed("float32[9]"), size_bytes=36))
        nodes.append(node(f"conv{i}", "op", "Conv2D", STROKE, last, f"w{i}"))
        nodes.append(node(f"norm{i}", "op", "Mul", STROKE, f"conv{i}"))
        nodes.append(node(f"add{i}", "op", "AddV2", STROKE, last, f"norm{i}"))
    return Graph("net", (*nodes, node("output", "output", "output", STROKE, nodes[-1].id)))


def crowd(count: int) -> Graph:
    """One op that reads many variables, as a call of a loaded function does."""
    stored = [
        Node(f"w{i}", "variable", f"w{i}", typed("float32[9]"), (), "", 36) for i in range(count)
    ]
    call = node("call", "op", "PartitionedCall", STROKE, *(n.id for n in stored))
    return Graph("crowd", (*stored, call, node("output", "output", "output", STROKE, "call")))


def handles() -> Graph:
    """What the converter makes of variables that it did not find."""
    return Graph(
        "main", (node("h", "op", "VAR_HANDLE", "resource[]"), node("x", "input", "x", "int8[]"))
    )


def chain() -> Graph:
    """One op after the other."""
    ops = [node(f"op{i}", "op", "Tanh", STROKE, f"op{i - 1}") for i in range(1, 8)]
    return Graph("chain", (node("op0", "input", "x", STROKE), *ops))


def long_names() -> Graph:
    shape = f"float32[{', '.join(map(str, range(1, 30)))}]"
    kernel = "sequential/a_block_with_a_long_name/and_another_part/kernel"
    return Graph(
        "long",
        (
            node("x", "input", "x" * 200, shape),
            node("k", "variable", kernel, shape),
            node("m", "op", "MatMul", shape, "x", "k"),
            node("o", "output", '<output> & "more" 画像', shape, "m"),
        ),
    )


def concrete(count: int = 32) -> Concrete:
    inputs = (Port("stroke", TensorType("float32", (count, 2))),)
    outputs = (Port("output", TensorType("float32", ())),)
    return Concrete("path_length", inputs, outputs, (), (("factor", "0.5"),), path_length())


def calls() -> Dispatch:
    refused = "float32[3, 3] does not fit float32[?, 2], " * 9
    made = (
        Call("path_length(float32[32, 2])", 0, True, "first call"),
        Call("path_length(float32[32, 2])", 0, False),
        Call("path_length(float32[3, 3])", None, False, refused.strip(", ")),
        Call("path_length(float32[40, 2])", 1, True, "shape of stroke: [32, 2] → [40, 2]"),
        Call("path_length('" + "x" * 200 + "')", None, False, "no tensor"),
        Call("path_length(float32[32, 2])", 0, False),
    )
    return Dispatch("path_length", made, (concrete(), concrete(40)))


def some_function() -> None:
    """Stands for the learner's own."""


def lite_model() -> LiteModel:
    return LiteModel(1404, 20, (), (("MUL", 1),), (path_length(),))


def road() -> Picture:
    function = Polymorphic("path_length", 2, (concrete(),))
    return draw_road(some_function, function, concrete(), concrete(40), TFLITE, here=".tflite")


def card(captures: int) -> Card:
    """A concrete function with everything that one may have; a long name is cut."""
    names = ["scale", *(f"model/block_with_a_long_name_{i}/kernel" for i in range(captures - 1))]
    kind = TensorType("float32", (3, 3, 16, 32))
    held = tuple(Node(n, "variable", n, kind, size_bytes=18432) for n in names)
    whole = Concrete(
        "path_length",
        (Port("stroke", TensorType("float32", (None, 2))), Port("start", TensorType("int32", ()))),
        (Port("closed", TensorType("bool", ())), Port("length", TensorType("float32", ()))),
        tuple(Port(name, kind) for name in names),
        (("factor", "0.5"), ("kind", "'a word of more letters than there is room for in a box'")),
    )
    rules = (Rule("dtype", True, "else an error"), Rule("shape", False, "any goes in, " * 20))
    return Card(whole, "a dict of 2: closed, length", 8, held, rules)


def tree(count: int) -> Owned:
    """A module of modules: parts that are tracked, and parts that are not."""
    scale = Owned(".scale", "variable", "float32[], 4 bytes")
    lost = Owned(".table", "Python value", "Plain" * 20, "a Python object " * 5, (scale,))
    parts = (scale, Owned(".run", "tf.function", "2 graphs"), lost)
    inner = [Owned(f".layer_{i}", "module", "Layer", "", parts) for i in range(count)]
    return Owned("Gesture", "module", "Gesture", "", (*parts, *inner))


PICTURES = {
    "card": lambda: draw_concrete(card(2)),
    "card of many captures": lambda: draw_concrete(card(40)),
    "module": lambda: draw_module(tree(2)),
    "large module": lambda: draw_module(tree(100)),
    "graph": lambda: draw_graph(path_length()),
    "branches": lambda: draw_graph(branches()),
    "long names": lambda: draw_graph(long_names()),
    "loop": lambda: draw_graph(loop()),
    "crowd": lambda: draw_graph(crowd(40)),
    "lost": lambda: draw_graph(LiteModel(8, 0, (), (("READ_VARIABLE", 1),), (handles(),))),
    "file of two graphs": lambda: draw_graph(LiteModel(8, 0, (), (), (path_length(), chain()))),
    "dispatch": lambda: draw_dispatch(calls()),
    "no calls": lambda: draw_dispatch(Dispatch("path_length", (), ())),
    "bare road": draw_road,
    "road": road,
}


# What a reader sees, taken from the SVG ------------------------------------------------------


@dataclass(frozen=True)
class Area:
    left: float
    top: float
    right: float
    bottom: float
    text: str = ""

    def holds(self, x: float, y: float) -> bool:
        return self.left < x < self.right and self.top < y < self.bottom

    def touches(self, other: Area) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


@dataclass
class Seen:
    page: Area
    boxes: list[Area] = field(default_factory=list)
    texts: list[Area] = field(default_factory=list)
    curves: list[list[tuple[float, float]]] = field(default_factory=list)

    def said(self) -> list[str]:
        return [text.text for text in self.texts]


def look_at(picture: Picture) -> Seen:
    root = ElementTree.fromstring(picture.svg)
    left, top, width, height = map(float, (root.get("viewBox") or "").split())
    seen = Seen(Area(left, top, left + width, top + height))
    for shape in root:
        name = shape.tag.rpartition("}")[2]
        if name == "rect":
            x, y, wide, high = (float(shape.get(a, "0")) for a in ("x", "y", "width", "height"))
            seen.boxes.append(Area(x, y, x + wide, y + high))
        elif name == "text":
            seen.texts.append(text_area(shape))
        elif name == "path" and shape.get("fill") == "none":
            seen.curves.append(list(points_along(shape.get("d", ""))))
    del seen.boxes[0]  # the white ground
    return seen


def text_area(shape: ElementTree.Element) -> Area:
    size, bold = float(shape.get("font-size", "12")), shape.get("font-weight") == "bold"
    width = text_width(shape.text or "", size, bold)
    share = {"middle": 0.5, "end": 1.0}.get(shape.get("text-anchor", ""), 0.0)
    left, base = float(shape.get("x", "0")) - width * share, float(shape.get("y", "0"))
    return Area(left, base - 0.73 * size, left + width, base + 0.2 * size, shape.text or "")


def points_along(path: str) -> Iterator[tuple[float, float]]:
    """Forty points on each step of a path of M, L and C."""
    here = (0.0, 0.0)
    for command, numbers in re.findall(r"([MLC])([^MLC]*)", path):
        flat = [float(number) for number in numbers.split()]
        points = list(zip(flat[::2], flat[1::2], strict=True))
        if command == "M":
            here = points[0]
            continue
        bones = [here, *points] if command == "C" else [here, here, points[0], points[0]]
        weights = (1, 3, 3, 1)
        for step in range(41):
            t = step / 40
            share = [w * t**k * (1 - t) ** (3 - k) for k, w in enumerate(weights)]
            yield (
                sum(s * x for s, (x, _) in zip(share, bones, strict=True)),
                sum(s * y for s, (_, y) in zip(share, bones, strict=True)),
            )
        here = points[-1]


@pytest.fixture(params=PICTURES, scope="module")
def picture(request: pytest.FixtureRequest) -> Picture:
    return PICTURES[request.param]()


def test_every_label_fits_its_box(picture: Picture) -> None:
    seen = look_at(picture)
    for text in seen.texts:
        x, y = (text.left + text.right) / 2, (text.top + text.bottom) / 2
        around = [box for box in [seen.page, *seen.boxes] if box.holds(x, y)]
        for box in around:
            assert box.left + 3 < text.left, text
            assert text.right < box.right - 3, text
            assert box.top < text.top, text
            assert text.bottom < box.bottom, text


def test_no_two_texts_overlap(picture: Picture) -> None:
    for one, other in combinations(look_at(picture).texts, 2):
        assert not one.touches(other), (one.text, other.text)


def test_no_two_boxes_overlap_unless_one_frames_the_other(picture: Picture) -> None:
    for one, other in combinations(look_at(picture).boxes, 2):
        framed = one.holds(other.left, other.top) and one.holds(other.right, other.bottom)
        assert framed or not one.touches(other)


def test_no_arrow_runs_through_a_word(picture: Picture) -> None:
    seen = look_at(picture)
    for curve in seen.curves:
        for text in seen.texts:
            assert not any(text.holds(x, y) for x, y in curve), text


def test_it_fits_the_page_and_the_budget(picture: Picture) -> None:
    assert picture.width <= 960  # readable at 100 % beside JupyterLab's file browser
    assert len(picture.html()) < 60_000
    assert len(picture.png) < 42_000


def test_words_begin_with_the_caption(picture: Picture) -> None:
    assert picture.words.splitlines()[0] == picture.caption
    root = ElementTree.fromstring(picture.svg)
    assert root.findtext("{http://www.w3.org/2000/svg}desc") == picture.words


# Graphs --------------------------------------------------------------------------------------


def test_words_of_a_graph_tell_every_node_of_every_inner_graph() -> None:
    graph = branches()
    words = draw_graph(graph).words
    for inner in (graph, *graph.bodies):
        assert inner.title in words
        assert all(node.label in words and node.types in words for node in inner.nodes)


def test_graph_says_of_each_box_what_it_is() -> None:
    said = look_at(draw_graph(path_length())).said()
    assert "input float32[?, 2]" in said
    assert "variable float32[]" in said
    assert "constant int32[2]" in said
    assert "output float32[]" in said
    assert said.count("StridedSlice") == 2


def test_constants_of_one_reader_and_one_type_share_a_box() -> None:
    said = look_at(draw_graph(path_length())).said()
    assert "[0], [1], [0]" in said
    assert said.count("3 constants int32[1]") == 2


def test_default_caption_counts_and_another_one_may_be_given() -> None:
    made_of = "path_length: 1 input, 6 ops, 1 variable, 7 constants, 1 output"
    assert draw_graph(path_length()).caption == made_of
    assert draw_graph(Graph("`f`", ())).caption == "f: empty"
    assert draw_graph(path_length(), caption="Look at scale").caption == "Look at scale"


def test_long_paths_keep_their_end() -> None:
    said = look_at(draw_graph(long_names())).said()
    assert any(text.startswith("…") and text.endswith("/kernel") for text in said)


def test_inner_graphs_leave_out_inputs_that_nothing_reads() -> None:
    said = look_at(draw_graph(branches())).said()
    assert said.count("x") == 3
    assert said.count("y") == 1
    assert "If cond: else" in said


def test_results_that_a_loop_passes_on_are_counted_and_not_drawn() -> None:
    said = look_at(draw_graph(loop())).said()
    assert "11 unchanged results not shown" in said
    assert [word for word in said if word.startswith("next")] == ["next 0"]
    assert "While while: body" in said
    assert "next 7" in draw_graph(loop()).words


def test_an_op_with_an_inner_graph_says_its_own_name() -> None:
    assert "While while" in look_at(draw_graph(loop())).said()
    name, title = "PartitionedCall_1", "PartitionedCall PartitionedCall_1: scale"
    call = Node(name, "op", "PartitionedCall", typed(STROKE), (), name)
    graph = Graph("f", (call,), (Graph(title, (), (), name, "f"),))
    said = look_at(draw_graph(graph)).said()
    assert {"PartitionedCall_1", "PartitionedCall_1: scale"} <= set(said)


def test_variables_of_a_file_that_nothing_writes_are_red_and_said() -> None:
    handle = handles().nodes[0]
    read = node("r", "op", "READ_VARIABLE", "float32[3]", "h")
    graph = Graph("main", (handle, read, node("o", "output", "o", "float32[3]", "r")))
    lost = LiteModel(8, 0, (), (("READ_VARIABLE", 1), ("VAR_HANDLE", 1)), (graph,))
    picture = draw_graph(lost)
    assert "no value in the file" in look_at(picture).said()
    assert "stroke='#c1272d' stroke-dasharray" in picture.svg
    assert picture.caption.endswith("; values of 1 variable are lost")
    assert "no value in the file" in picture.words
    kept = LiteModel(8, 0, (), (*lost.operators, ("ASSIGN_VARIABLE", 1)), (graph,))
    assert "no value" not in draw_graph(kept).words


def test_a_graph_too_large_to_read_is_a_table_of_its_ops() -> None:
    found = draw_graph(network(20))
    words = str(found)
    assert words.startswith("net: 1 input, 60 ops, 20 variables, 1 output\n")
    rows = [line.split() for line in words.splitlines()]
    assert ["Conv2D", "20", "720"] in rows, "of each type how many, and the bytes that they read"
    assert ["AddV2", "20", "0"] in rows
    assert "82 boxes are more than one page can show" in words
    assert "Netron (netron.app)" in words
    assert "<code>Conv2D</code>" in found._repr_mimebundle_()["text/html"]
    assert str(draw_graph(network(20), caption="See")).startswith("See\n")
    assert "Conv2D" in look_at(draw_graph(network(10))).said(), "as a box"


def test_many_variables_of_one_op_are_one_box() -> None:
    said = look_at(draw_graph(crowd(40))).said()
    assert {"40 variables", "1,440 bytes"} <= set(said)
    assert look_at(draw_graph(crowd(6))).said().count("variable float32[9]") == 6


def test_operands_are_numbered_only_where_their_order_cannot_be_seen() -> None:
    a, b = (node(name, "input", name, "float32[]") for name in "ab")
    one = node("one", "op", "Sub", "float32[]", "a", "b")
    other = node("other", "op", "Sub", "float32[]", "b", "a")
    both = node("both", "op", "AddV2", "float32[]", "one", "other")
    said = look_at(draw_graph(Graph("subs", (a, b, one, other, both)))).said()
    assert [word for word in said if word in ("1", "2")] == ["1", "2"]
    assert not {"1", "2"} & set(look_at(draw_graph(Graph("sub", (a, b, one)))).said())


def test_kinds_differ_in_more_than_colour() -> None:
    svg = draw_graph(branches()).svg
    assert "rx='19'" in svg
    assert "rx='3'" in svg
    assert len(re.findall(r"<rect [^>]*stroke-dasharray='4 3'/>", svg)) == 1  # the capture


@pytest.mark.parametrize("thing", [concrete(), lite_model()])
def test_graph_of_records_that_hold_one(thing: Any) -> None:
    assert draw_graph(thing).svg == draw_graph(path_length()).svg


@pytest.mark.parametrize(
    ("thing", "came"),
    [
        (3, "got int"),
        (some_function, "got function"),
        ("model.tflite", "got str"),
        (LiteModel(8, 0, (), (), ()), "got LiteModel"),
    ],
)
def test_graph_of_anything_else_is_refused_in_words(thing: Any, came: str) -> None:
    with pytest.raises(InputError) as caught:
        draw_graph(thing)
    assert came in str(caught.value)
    assert "Expected a concrete function or the bytes of a .tflite file" in str(caught.value)
    assert "Write draw_graph(your_function.get_concrete_function(" in str(caught.value)


# Calls ---------------------------------------------------------------------------------------


def test_dispatch_says_what_became_of_each_call_and_why() -> None:
    said = look_at(draw_dispatch(calls())).said()
    outcomes = [word for word in said if word in ("new graph", "used again", "refused")]
    assert outcomes == ["new graph", "used again", "refused", "new graph", "refused", "used again"]
    assert "shape of stroke: [32, 2] → [40, 2]" in said
    assert "no tensor" in said


def test_dispatch_cuts_a_long_reason_in_the_picture_and_not_in_the_words() -> None:
    picture = draw_dispatch(calls())
    assert any(text.endswith("…") for text in look_at(picture).said())
    assert calls().calls[2].reason in picture.words


def test_dispatch_draws_new_graphs_thick_and_others_thin_and_dashed() -> None:
    svg = draw_dispatch(calls()).svg
    assert len(re.findall(r"stroke='#b35900' stroke-width='2.4'/>", svg)) == 2
    assert len(re.findall(r"stroke='#0072b2' stroke-width='1.2' stroke-dasharray", svg)) == 2


def test_dispatch_arrows_end_at_the_box_they_mean() -> None:
    seen = look_at(draw_dispatch(calls()))
    ends = [curve[-1] for curve in seen.curves]
    first, second = sorted(seen.boxes, key=lambda box: box.top)
    assert sum(first.top < y < first.bottom for x, y in ends if x > first.left - 20) == 3
    assert sum(second.top < y < second.bottom for x, y in ends if x > first.left - 20) == 1


def test_dispatch_caption_counts() -> None:
    assert draw_dispatch(calls()).caption == "path_length: 6 calls reach 2 graphs, 2 refused"
    one = Dispatch("f", (Call("f(2)", 0, True, "first call"),), (concrete(),))
    assert draw_dispatch(one).caption == "f: 1 call reaches 1 graph"
    assert draw_dispatch(one, caption="See").caption == "See"


def test_dispatch_of_anything_else_is_refused_in_words() -> None:
    with pytest.raises(InputError, match=r"^Expected a tf.function, got function\. Put"):
        draw_dispatch(some_function, [])


# The road ------------------------------------------------------------------------------------


def test_bare_road_names_every_station_and_act() -> None:
    said = look_at(draw_road()).said()
    for station in STATIONS:
        assert {station.name, station.words} <= set(said)
    assert [s.onward for s in STATIONS[:-1]] == ["decorate", "trace", "save", "convert", "run"]
    assert {"1", "2", "3", "4", "5", "6"} <= set(said)
    assert draw_road().caption == "The road from eager code to a device, 6 stations"


def test_things_light_their_stations() -> None:
    picture = road()
    said = look_at(picture).said()
    assert picture.caption.endswith(": 4 of 6 stations reached")
    assert {"function some_function", "path_length", "1,404 bytes", "you are here"} <= set(said)
    assert {"4", "6"} <= set(said)
    assert not {"1", "2", "3", "5"} & set(said)
    assert "  5. .tflite (you are here): one small file; then run [reached: 1,404 bytes]" in (
        picture.words.splitlines()
    )


def test_stations_of_files(tmp_path: Path) -> None:
    model, saved = tmp_path / "gesture.tflite", tmp_path / "gesture"
    model.write_bytes(TFLITE)
    saved.mkdir()
    (saved / "saved_model.pb").touch()
    assert find_station(model) == (".tflite", "gesture.tflite, 1,404 bytes")
    assert find_station(str(saved)) == ("SavedModel", "folder gesture")


def test_stations_of_things_of_litert() -> None:
    interpreter = type("Interpreter", (), {"__module__": "ai_edge_litert.interpreter"})
    assert find_station(interpreter()) == ("device", "Interpreter")


def test_stations_of_things_of_tensorflow(tmp_path: Path) -> None:
    import tensorflow as tf

    square = tf.function(lambda x: x**2, input_signature=[tf.TensorSpec([None])])
    module = tf.Module()
    module.square = square
    tf.saved_model.save(module, tmp_path, signatures=square.get_concrete_function())
    assert find_station(tf.constant([1.0, 2.0])) == ("eager", "tensor float32[2]")
    assert find_station(square) == ("tf.function", "<lambda>")
    shown = "float32[?] -> float32[?]"
    assert find_station(square.get_concrete_function()) == ("concrete function", shown)
    loaded = tf.saved_model.load(tmp_path)
    assert find_station(loaded) == ("SavedModel", "loaded: serving_default")


@pytest.mark.parametrize("thing", [3, b"not a model", "nowhere", "\0", "x" * 9_999, Path(__file__)])
def test_thing_without_a_station_is_refused_in_words(thing: Any) -> None:
    with pytest.raises(InputError) as caught:
        draw_road(thing)
    said = str(caught.value)
    assert said.startswith("No station of the road holds ")
    assert all(f"{station.name}: {station.holds}" in said for station in STATIONS)
    assert "Pass something like these." in said


def test_unknown_place_is_refused_in_words() -> None:
    with pytest.raises(
        InputError, match=r"needs the name of a station as here, got 'home'\. .*'eager'"
    ):
        draw_road(here="home")


# All of them ---------------------------------------------------------------------------------


def digest() -> str:
    """One number for every byte of every picture."""
    found = hashlib.sha256()
    for draw in PICTURES.values():
        found.update(repr(draw()._repr_mimebundle_()).encode())
    return found.hexdigest()


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_same_bytes_in_another_process_and_no_tensorflow(hash_seed: str) -> None:
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parent)])
    code = "import sys, test_draw; print(test_draw.digest(), 'tensorflow' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == [digest(), "False"]
    assert run.stderr == ""
