"""Real .tflite files and broken ones: a record or an InputError, never anything else."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import odd_files
from tfl_helpers import InputError, quiet, read_tflite
from tfl_helpers.records import Graph, LiteModel
from tfl_helpers.setup.lessons import ROOT

with quiet():
    import tensorflow as tf

STROKE = tf.TensorSpec([None, 2], tf.float32, name="stroke")
PAIR = tf.TensorSpec([2], tf.float32, name="x")


class Gesture(tf.Module):
    """Two signatures: one with two outputs and any length, one with 192 bytes of weights."""

    def __init__(self) -> None:
        super().__init__()
        values = np.random.default_rng(7).random((3, 8, 2), np.float32)
        self.templates = tf.Variable(values, name="templates")

    @tf.function(input_signature=[STROKE])
    def measure(self, stroke: Any) -> Any:
        steps = stroke[1:] - stroke[:-1]
        closed = tf.norm(stroke[0] - stroke[-1]) < 0.1
        return {"length": tf.reduce_sum(tf.norm(steps, axis=1)) * 2.5, "closed": closed}

    @tf.function(input_signature=[tf.TensorSpec([8, 2], tf.float32, name="stroke")])
    def classify(self, stroke: Any) -> Any:
        far = tf.reduce_mean((self.templates - stroke) ** 2, axis=[1, 2])
        return {"probabilities": tf.nn.softmax(-far)}


class Loop(tf.Module):
    """A loop, a branch, an op with two results, a fused activation, other dtypes."""

    def __init__(self) -> None:
        super().__init__()
        self.count = tf.Variable(3, name="count")

    @tf.function(input_signature=[PAIR])
    def walk(self, x: Any) -> Any:
        for i in tf.range(3):
            x = x + tf.cast(i, tf.float32)
        if tf.reduce_sum(x) > 100.0:
            x = -x
        largest, where = tf.math.top_k(tf.nn.relu(x + 1.0), 1)
        return {"largest": largest, "where": where, "best": tf.argmax(x)}

    @tf.function(input_signature=[])
    def step(self) -> Any:
        return self.count.assign_add(1)


def convert(root: Any, *functions: Any) -> bytes:
    """The .tflite file of these methods."""
    concretes = [function.get_concrete_function() for function in functions]
    with quiet():
        return tf.lite.TFLiteConverter.from_concrete_functions(concretes, root).convert()


@pytest.fixture(scope="module")
def gesture() -> bytes:
    """A file with two signatures."""
    root = Gesture()
    return convert(root, root.measure, root.classify)


@pytest.fixture(scope="module")
def loop() -> LiteModel:
    """A file with inner graphs, read."""
    root = Loop()
    return read_tflite(convert(root, root.walk, root.step))


def labels(graph: Graph, *kinds: str) -> list[str]:
    """Labels of the nodes of these kinds."""
    return [node.label for node in graph.nodes if node.kind in kinds]


def test_signatures_have_names_types_and_open_sizes(gesture: bytes) -> None:
    assert {s.key: str(s) for s in read_tflite(gesture).signatures} == {
        "measure": "stroke: float32[?, 2] -> closed: bool[], length: float32[]",
        "classify": "stroke: float32[8, 2] -> probabilities: float32[3]",
    }


def test_sizes_are_those_of_the_file(gesture: bytes) -> None:
    found = read_tflite(gesture)

    assert found.size_bytes == len(gesture)
    assert 192 <= found.weights_bytes < 400


def test_operators_are_counted(gesture: bytes) -> None:
    found = read_tflite(gesture)
    operators = dict(found.operators)

    assert list(operators) == sorted(operators)
    assert operators["SOFTMAX"] == 1
    assert operators["STRIDED_SLICE"] == 4
    nodes = [n for graph in found.subgraphs for n in graph.nodes if n.kind == "op"]
    assert sum(operators.values()) == len(nodes)


def test_a_graph_is_named_wired_and_in_order(gesture: bytes) -> None:
    graphs = {graph.title: graph for graph in read_tflite(gesture).subgraphs}
    graph = graphs["classify"]

    assert labels(graph, "input") == ["stroke"]
    assert labels(graph, "output") == ["probabilities"]
    assert "192 bytes" in labels(graph, "constant")
    assert "[1, 2]" in labels(graph, "constant")
    seen: set[str] = set()
    for node in graph.nodes:
        assert set(node.inputs) <= seen
        seen.add(node.id)
    weights = next(node for node in graph.nodes if node.label == "192 bytes")
    assert (str(weights.type), weights.size_bytes) == ("float32[3, 8, 2]", 192)
    assert "2.5" in labels(graphs["measure"], "constant")
    assert labels(graphs["measure"], "output") == ["length", "closed"]


def test_inner_graphs_are_there(loop: LiteModel) -> None:
    assert {"walk", "step"} <= {graph.title for graph in loop.subgraphs}
    assert len(loop.subgraphs) >= 6
    walk = next(graph for graph in loop.subgraphs if graph.title == "walk")
    types = {node.label: node.types for node in walk.nodes if node.kind == "op"}
    assert types["WHILE"] == "float32[2]", "the result in use, not the loop counter"
    assert types["IF"] == "float32[2]"
    assert types["TOPK_V2"] == "float32[1], int32[1]"
    assert types["ARG_MAX"] == "int64[]"
    roles = sorted(body.role for body in walk.bodies)
    assert roles == ["body", "cond", "else_branch", "init", "then_branch"]
    labels_by_id = {node.id: node.label for node in walk.nodes}
    assert {labels_by_id[body.owner] for body in walk.bodies} == {"WHILE", "IF", "CALL_ONCE"}
    assert {body.nodes for body in walk.bodies} <= {graph.nodes for graph in loop.subgraphs}


def test_an_operator_tells_the_ops_that_it_came_from(gesture: bytes) -> None:
    ops = [node for node in read_tflite(gesture).subgraphs[0].nodes if node.kind == "op"]
    assert all(node.detail for node in ops)


def test_a_fused_activation_is_shown(loop: LiteModel) -> None:
    walk = next(graph for graph in loop.subgraphs if graph.title == "walk")

    assert "ADD + RELU" in labels(walk, "op")


def test_a_signature_without_inputs(loop: LiteModel) -> None:
    (step,) = [s for s in loop.signatures if s.key == "step"]

    assert step.inputs == ()
    assert [str(port.type) for port in step.outputs] == ["int32[]"]


def test_quantised_types_and_small_constants() -> None:
    root = Gesture()
    with quiet():
        concretes = [root.classify.get_concrete_function()]
        converter = tf.lite.TFLiteConverter.from_concrete_functions(concretes, root)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: [[np.ones([8, 2], np.float32)]]
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        found = read_tflite(converter.convert())

    (signature,) = found.signatures
    assert (signature.key, str(signature.inputs[0])) == ("serving_default", "stroke: int8[8, 2]")


def test_a_file_without_signature() -> None:
    function = tf.function(lambda x: x * 2.0).get_concrete_function(PAIR)
    with quiet():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
        found = read_tflite(converter.convert())

    assert found.signatures == ()
    assert [graph.title for graph in found.subgraphs] == ["subgraph 0"]
    assert labels(found.subgraphs[0], "op") == ["MUL"]


def test_no_output_is_missing() -> None:
    """Constants are outputs too, and one tensor can have several names, in several signatures."""
    made = odd_files.signed(odd_files.doubled(), "first", one=1, same=1, half=2)
    found = read_tflite(odd_files.pack(odd_files.signed(made, "second", again=1)))

    assert [(s.key, len(s.outputs), s.subgraph) for s in found.signatures] == [
        ("first", 3, 0),
        ("second", 1, 0),
    ]
    (graph,) = found.subgraphs
    assert graph.title == "first, second"
    sources = {node.label: node.inputs for node in graph.nodes if node.kind == "output"}
    assert sources == dict.fromkeys(("one", "same", "again"), ("op0",)) | {"half": ("t2",)}


def test_what_may_be_left_out_is_no_damage() -> None:
    constant = odd_files.tensor("half", buffer=1)
    made = odd_files.model([constant], [], None, [0], (bytes(8),))
    made.subgraphs[0].operators = None
    (graph,) = read_tflite(odd_files.pack(made)).subgraphs

    assert [node.kind for node in graph.nodes] == ["constant", "output"]


def test_no_rank_is_no_scalar() -> None:
    made = odd_files.doubled()
    made.subgraphs[0].tensors[1].shape = made.subgraphs[0].tensors[2].shape = []
    for tensor in made.subgraphs[0].tensors[1:]:
        tensor.hasRank = False
    made.buffers[1].data = np.frombuffer(np.float32(0.5).tobytes(), np.uint8)
    (graph,) = read_tflite(odd_files.pack(made)).subgraphs

    types = {node.label: node.types for node in graph.nodes}
    assert types["ADD"] == "float32[unknown rank]"
    assert types["0.5"] == "float32[]", "in files from before 2022 no tensor says its rank"


@pytest.mark.parametrize(
    ("dtype", "data", "label", "type"),
    [
        ("INT4", b"\x21", "1 bytes", "int4[2]"),
        ("BFLOAT16", b"\x80\x3f\x00\x40", "4 bytes", "bfloat16[2]"),
        ("FLOAT16", np.float16([1, 2]).tobytes(), "[1.0, 2.0]", "float16[2]"),
        ("COMPLEX64", np.complex64([1j, 2]).tobytes(), "[1j, (2+0j)]", "complex64[2]"),
        ("STRING", np.int32([1, 12, 15]).tobytes() + b"abc", "15 bytes", "string[2]"),
    ],
)
def test_constants_of_other_dtypes(dtype: str, data: bytes, label: str, type: str) -> None:
    made = odd_files.doubled()
    made.buffers[1].data = np.frombuffer(data, np.uint8)
    made.subgraphs[0].tensors[2].type = getattr(odd_files.DTYPE, dtype)
    (constant,) = (
        n for n in read_tflite(odd_files.pack(made)).subgraphs[0].nodes if n.kind == "constant"
    )

    assert (constant.label, constant.types, constant.size_bytes) == (label, type, len(data))


def test_values_outside_of_the_tables_and_of_the_file() -> None:
    assert read_tflite(odd_files.outside()).weights_bytes == 4000
    made = odd_files.doubled()
    made.subgraphs[0].tensors[2].externalBuffer, made.subgraphs[0].tensors[2].buffer = 1, 0
    assert "in another file" in str(read_tflite(odd_files.pack(made)).subgraphs[0])
    assert "64 bytes" in str(read_tflite(odd_files.sparse()).subgraphs[0])


def test_custom_operators_and_composites_have_their_names() -> None:
    assert read_tflite(odd_files.compiled()).operators == (("DISPATCH_OP", 1),)
    graph = read_tflite(odd_files.composite()).subgraphs[0]
    assert labels(graph, "op") == ["STABLEHLO_COMPOSITE odml.rms_norm"]
    assert [(body.owner, body.role) for body in graph.bodies] == [("op0", "decomposition")]


def test_bytearray_is_welcome_and_reading_changes_nothing(gesture: bytes) -> None:
    writable = bytearray(gesture)

    assert read_tflite(writable) == read_tflite(gesture)
    assert writable == gesture


def test_needs_no_tensorflow(gesture: bytes, tmp_path: Path) -> None:
    file = tmp_path / "gesture.tflite"
    file.write_bytes(gesture)
    code = (
        "import sys, pathlib, tfl_helpers as tfl;"
        "print(tfl.read_tflite(pathlib.Path(sys.argv[1]).read_bytes()));"
        "assert 'tensorflow' not in sys.modules"
    )
    command = [sys.executable, "-c", code, str(file)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.rstrip() == str(read_tflite(gesture))


@pytest.mark.parametrize(
    ("content", "came"),
    [
        (b"", "no bytes at all: the file is empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page or XML: the download went"),
        (b"\n\n  <html>404</html>", "a web page or XML"),
        (b"PK\x03\x04" + bytes(60), "a zip archive, as .keras files are: convert the model first"),
        (b"\x89HDF\r\n\x1a\n" + bytes(60), "an HDF5 file, as .h5 weights are: convert the model"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
            "a Git LFS pointer, not the file itself: run `git lfs pull`",
        ),
        (b"\x1f\x8b\x08" + bytes(60), "a gzip archive: unpack it first"),
        (random.Random(7).randbytes(500), "bytes b'"),
        (b"TFL3", "bytes b'TFL3'"),
        (bytes(8), "bytes b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00'"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_foreign_file_is_named(content: bytes, came: str) -> None:
    start = "Expected a .tflite file, whose bytes 4 to 8 are b'TFL3', got "
    end = "Write converter.convert() to make one, or read the right file."
    with pytest.raises(InputError, match=re.escape(start + came)) as caught:
        read_tflite(content)
    assert str(caught.value).endswith(end)


@pytest.mark.parametrize(
    ("thing", "came"),
    [
        ("gesture.tflite", "str of length 14"),
        (Path("gesture.tflite"), "Path"),
        (None, "None"),
        (np.zeros(3, np.uint8), "ndarray uint8[3]"),
        (tf.Module(), "Module"),
        (np.ndarray, "the class ndarray"),
    ],
)
def test_what_is_no_bytes_is_refused_with_the_line_to_write(thing: Any, came: str) -> None:
    words = r"Expected the bytes of a \.tflite file, got \w*"
    with pytest.raises(InputError, match=words + re.escape(came)) as caught:
        read_tflite(thing)
    assert str(caught.value).endswith("Write pathlib.Path(name).read_bytes().")


def test_a_file_without_graphs_is_refused() -> None:
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder

    builder = Builder()
    builder.Finish(schema.ModelT().Pack(builder), b"TFL3")
    with pytest.raises(
        InputError, match="Expected a model with a subgraph, got a file without any"
    ):
        read_tflite(bytes(builder.Output()))


def look(content: bytes) -> bool:
    """Whether a damaged file could still be read; fails when it gives another error, or time."""
    start = time.process_time()
    try:
        found = read_tflite(content)
    except InputError:
        found = None
    else:
        assert found._repr_mimebundle_()
        assert all(str(graph) for graph in found.subgraphs)
    assert time.process_time() - start < 1.0
    return found is not None


def test_a_file_that_breaks_off_says_so(gesture: bytes) -> None:
    words = (
        f"Expected a whole .tflite file, got {len(gesture) // 2:,} bytes that begin as "
        "one but break off or are damaged. Convert again, or copy the file again and compare "
        "its size."
    )
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        read_tflite(gesture[: len(gesture) // 2])
    assert caught.value.__cause__ is not None


def test_no_length_of_a_cut_file_does_harm(gesture: bytes) -> None:
    lengths = [*range(64), *range(64, len(gesture), 29), len(gesture) - 1]

    assert sum(look(gesture[:length]) for length in lengths) < 5
    assert look(gesture + bytes(100))


def test_no_flipped_byte_does_harm(gesture: bytes) -> None:
    rng = random.Random(7)
    readable = 0
    for number in range(300):
        content = bytearray(gesture)
        for _ in range(1 + number % 4):
            content[rng.randrange(8, len(content))] = rng.randrange(256)
        readable += look(bytes(content))
    assert 0 < readable < 300
