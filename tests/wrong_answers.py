"""What learners commonly write instead of the solution, and the advice that each should get.

Exercise id -> wrong answers, in the order of the lessons. An answer is told as a `source`, the
whole text of the stub cell, or as a `change` of the solution's text, (old, new). Runs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WrongAnswer:
    """The misconception in a few words, words that its verdict must show, the learner's text."""

    slip: str
    advice: str
    source: str = ""
    change: tuple[str, str] = ("", "")


NO_LIST = "Write a list with one answer for each of"

STATIONS = '["tf.function", "concrete function", ".tflite", "device", "eager"]'
OTHERWISE_SPELLED = '["tf.function", "concrete function", "TFLite", "device", "Eager"]'
CUBE = "tf.function(cube).get_concrete_function(tf.TensorSpec([None], tf.float32))"
TWO_ACTS = "decorate, then trace"

LESSON_00 = {
    "00-stations": [
        WrongAnswer(
            "decorating makes a graph",
            "not yet asked for a graph",
            change=('["tf.function", ', '["concrete function", '),
        ),
        WrongAnswer("the runner is the file", "Not the file", change=('"device"', '".tflite"')),
        WrongAnswer(
            "whatever TensorFlow computes is a graph",
            "TensorFlow answered at once",
            change=('"eager"', '"tf.function"'),
        ),
        WrongAnswer(
            "spelled in another way than the picture",
            "'TFLite'",
            change=(STATIONS, OTHERWISE_SPELLED),
        ),
        WrongAnswer(
            "a dict, as `things` is one", NO_LIST, change=(STATIONS, '{"model": ".tflite"}')
        ),
    ],
    "00-cube": [
        WrongAnswer("stops at the tf.function", TWO_ACTS, change=(CUBE, "tf.function(cube)")),
        WrongAnswer("a value", TWO_ACTS, change=(CUBE, "cube(tf.constant(2.0))")),
        WrongAnswer("the signature alone", TWO_ACTS, change=(CUBE, "tf.TensorSpec([None])")),
        WrongAnswer("one number", "`TensorSpec` with `None`", change=("[None]", "[]")),
        WrongAnswer("a size from an example", "`TensorSpec` with `None`", change=("[None]", "[3]")),
        WrongAnswer("another dtype", "`tf.float32`", change=("tf.float32", "tf.float64")),
    ],
}

ANY_LENGTH = "input_signature=[tf.TensorSpec([None, 2], tf.float32)]"
LENGTH = "tf.reduce_sum(tf.norm(steps, axis=1))"
WRONG_SPEC = "compare the two TensorSpecs"

LESSON_03 = {
    # No advice here: the columns `expected` and `found` are all that the learner gets.
    "03-ten-calls": [
        WrongAnswer(
            "1 and 1.0 are two values",
            "circle(16) and 1                 0         1      ✗ fails",
            change=("[1, 0, 0, 0,", "[1, 0, 0, 1,"),
        ),
        WrongAnswer(
            "a default is not there until it is written",
            "circle(16) and 1.0               0         1      ✗ fails",
            change=("[1, 0, 0, 0,", "[1, 0, 1, 0,"),
        ),
        WrongAnswer(
            "a tensor counts by its value",
            "circle(16) and tf.constant(3.0)  0         1      ✗ fails",
            change=("1, 1, 0, 1, 1, 1]", "1, 1, 1, 1, 1, 1]"),
        ),
        WrongAnswer(
            "a list counts as an array",
            "circle(16) as a list             1         0      ✗ fails",
            change=("1, 1, 1]", "1, 1, 0]"),
        ),
    ],
    "03-any-length": [
        WrongAnswer(
            "decorates and promises nothing", "put `None` in the", change=(f"({ANY_LENGTH})", "")
        ),
        WrongAnswer(
            "lets TensorFlow widen, after a first narrow graph",
            "put `None` in the TensorSpec",
            change=(ANY_LENGTH, "reduce_retracing=True"),
        ),
        WrongAnswer("a size from the lesson", WRONG_SPEC, change=("[None, 2]", "[32, 2]")),
        WrongAnswer("an axis too many", WRONG_SPEC, change=("[None, 2]", "[None, None, 2]")),
        WrongAnswer("one norm over everything", "The numbers differ", change=(", axis=1", "")),
        WrongAnswer("no return", "is a `return` missing?", change=("return ", "")),
        WrongAnswer(
            "plain Python", "Put `@tf.function` above", change=(f"@tf.function({ANY_LENGTH})\n", "")
        ),
        WrongAnswer(
            "NumPy inside the graph",
            "write `tf.` in place of `np.`",
            change=(LENGTH, "np.linalg.norm(steps, axis=1).sum()"),
        ),
        WrongAnswer(
            "asks for the value inside the graph",
            "call `.numpy()` outside",
            change=(LENGTH, LENGTH + ".numpy()"),
        ),
    ],
    "03-python-number": [
        WrongAnswer(
            "decorates and promises nothing",
            "Each Python number gets its own graph",
            """\
@tf.function
def scaled(stroke, factor):
    return stroke * factor
""",
        ),
        WrongAnswer(
            "makes the tensor inside, where it is too late",
            "Each Python number gets its own graph",
            """\
@tf.function
def scaled(stroke, factor):
    return stroke * tf.constant(factor)
""",
        ),
        WrongAnswer(
            "widens shapes, and a number has none",
            "give the argument a TensorSpec",
            """\
@tf.function(reduce_retracing=True)
def scaled(stroke, factor):
    return stroke * factor
""",
        ),
        WrongAnswer("a scalar has one size", WRONG_SPEC, change=("([], ", "([1], ")),
        WrongAnswer(
            "a number is an int32",
            "say `tf.float32`",
            change=("([], tf.float32)", "([], tf.int32)"),
        ),
    ],
    "03-two-graphs": [
        WrongAnswer(
            "decorates only", "`reduce_retracing=True`", change=("(reduce_retracing=True)", "")
        ),
        WrongAnswer(
            "the promise of exercise 2",
            "Fewer graphs than asked",
            change=("reduce_retracing=True", ANY_LENGTH),
        ),
        WrongAnswer("the mean of all numbers", "The shape differs", change=(", axis=0", "")),
        WrongAnswer("the mean of each point", "The shape differs", change=("axis=0", "axis=1")),
    ],
}

SAMPLE_FIRST = """\
by_sample = flexible.get_concrete_function(tf.constant(stroke))
by_spec = flexible.get_concrete_function(any_length)
"""
SPEC_FIRST = """\
by_spec = flexible.get_concrete_function(any_length)
by_sample = flexible.get_concrete_function(tf.constant(stroke))
"""
WAY_1 = "tf.function(width, input_signature=[any_length]).get_concrete_function()"
WAY_2 = "flexible.get_concrete_function(any_length)"
PAIR = "gesture, gesture.measure.get_concrete_function()"
VARIABLE = "tf.Variable(tf.random.stateless_uniform([2, 2], seed=[seed, 0]))"
ANY_1_1 = "    @tf.function(input_signature=[tf.TensorSpec([1, 1], tf.float32)])\n"
PRODUCT = "return tf.matmul(self.const, self.var) * x"
TENSOR, NO_TENSOR = "which of its properties", "Not a tensor yet"
HOLDS = "Who holds the module"
MATRIX = "the matrix product of const and a tf.Variable"

LESSON_05 = {
    "05-three-ways": [
        WrongAnswer(
            "the wide graph first, which then serves all",
            "before a wider graph is there",
            change=(SAMPLE_FIRST, SPEC_FIRST),
        ),
        WrongAnswer(
            "promises and does not ask",
            "the request has no argument",
            change=("[any_length]).get_concrete_function()", "[any_length])"),
        ),
        WrongAnswer(
            "calls, and keeps the value",
            "'EagerTensor'",
            change=(
                "flexible.get_concrete_function(tf.constant(stroke))",
                "flexible(tf.constant(stroke))",
            ),
        ),
        WrongAnswer(
            "a tf.function for each graph",
            "Two requests to flexible",
            change=("by_spec = flexible", "by_spec = tf.function(width)"),
        ),
        WrongAnswer("way 2 twice", "tf.function takes any_length", change=(WAY_1, WAY_2)),
    ],
    "05-what-runs": [
        WrongAnswer("a tensor's shape counts", TENSOR, change=("[1, 1, 0,", "[0, 0, 0,")),
        WrongAnswer("a tensor is cast", TENSOR, change=("[1, 1, 0,", "[1, 1, 1,")),
        WrongAnswer("float64 is always refused", NO_TENSOR, change=("1, 0, 1]", "0, 0, 1]")),
        WrongAnswer("an array passes as a tensor", NO_TENSOR, change=("1, 0, 1]", "1, 1, 1]")),
        WrongAnswer("a list is no input", NO_TENSOR, change=("1, 0, 1]", "1, 0, 0]")),
    ],
    "05-owner": [
        WrongAnswer(
            "as it was",
            HOLDS,
            """\
def open_gesture(scale):
    return Gesture(scale).measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "a name while tracing, none after", HOLDS, change=("return gesture, ", "return ")
        ),
        WrongAnswer(
            "two modules, and the traced one dies",
            HOLDS,
            """\
def open_gesture(scale):
    return Gesture(scale), Gesture(scale).measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "the tf.function, not its graph",
            "no attribute 'variables'",
            change=(".get_concrete_function()", ""),
        ),
        WrongAnswer(
            "the two in the other order",
            "Return two: owner, graph",
            change=(PAIR, "gesture.measure.get_concrete_function(), gesture"),
        ),
        WrongAnswer("no return", "Return two: owner, graph", change=("return ", "")),
    ],
    "05-old-program": [
        WrongAnswer(
            "still sets an attribute inside",
            "use a local name",
            change=(
                PRODUCT,
                "self.mult = tf.matmul(self.const, self.var)\n        return self.mult * x",
            ),
        ),
        WrongAnswer("plain Python", "Decorate func", change=(ANY_1_1, "")),
        WrongAnswer(
            "element by element",
            MATRIX,
            change=("tf.matmul(self.const, self.var)", "self.const * self.var"),
        ),
        WrongAnswer(
            "the factors in the other order",
            MATRIX,
            change=("(self.const, self.var)", "(self.var, self.const)"),
        ),
        WrongAnswer("a tensor in the variable's place", MATRIX, change=(VARIABLE, VARIABLE[12:-1])),
        WrongAnswer(
            "a new variable at every call",
            "only supports singleton",
            change=(PRODUCT, f"var = {VARIABLE}\n        return tf.matmul(self.const, var) * x"),
        ),
        WrongAnswer(
            "the variable at the first call, so two traces",
            "make the variable in __init__",
            """\
class Program(tf.Module):
    def __init__(self):
        super().__init__()
        self.var = None

    @tf.function(input_signature=[tf.TensorSpec([1, 1], tf.float32)])
    def func(self, x):
        if self.var is None:
            self.var = tf.Variable(tf.random.uniform([2, 2]))
        return tf.matmul(tf.constant([[37.0, -23.0], [1.0, 4.0]]), self.var) * x


program = Program()
""",
        ),
    ],
}

MEMORY = "convert([graph], memory)"
KEYS = '{"width": frame.width, "height": frame.height}'
SHOELACE = "tf.reduce_sum(x[:-1] * y[1:] - y[:-1] * x[1:])"
TOGETHER = """
frame = tf.Module()
frame.width = tf.function(extent(0), input_signature=[any_length])
frame.height = tf.function(extent(1), input_signature=[any_length])

both = convert([f.get_concrete_function() for f in (frame.width, frame.height)], frame)
"""
RUN_IT = "an error, no weights, or other numbers"
FROM_CONVERT = "Is it from `convert`?"
ONE_NAME = "Do two functions share a name?"

LESSON_09 = {
    "09-lstm": [
        WrongAnswer("the Keras model as owner", RUN_IT, change=(MEMORY, "convert([graph], lstm)")),
        WrongAnswer("no owner", "own all variables", change=(MEMORY, "convert([graph])")),
        WrongAnswer(
            "an owner of nothing",
            "own all variables",
            change=(MEMORY, "convert([graph], tf.Module())"),
        ),
        WrongAnswer(
            "owns Keras variables, not those inside them",
            RUN_IT,
            change=("variable.value for variable", "variable for variable"),
        ),
        WrongAnswer(
            "export, which needs a TensorFlow op for an LSTM",
            RUN_IT,
            """\
lstm = keras.Sequential([keras.Input((32, 2), name="stroke"), layers.LSTM(4)])
with tempfile.TemporaryDirectory() as folder, tfl.quiet():
    lstm.export(f"{folder}/lstm.tflite", format="litert", verbose=False)
    lstm_file = pathlib.Path(folder, "lstm.tflite").read_bytes()
""",
        ),
        WrongAnswer("the graph, not a file", FROM_CONVERT, change=(MEMORY, "graph")),
    ],
    "09-rewrite": [
        WrongAnswer(
            "lets TensorFlow's op into the file",
            RUN_IT,
            """\
@tf.function(input_signature=[any_length])
def area(stroke):
    pairs = tf.stack([stroke[:-1], stroke[1:]], axis=1)
    return {"area": tf.reduce_sum(tf.linalg.det(pairs)) / 2.0}


graphs = [area.get_concrete_function()]
converter = tf.lite.TFLiteConverter.from_concrete_functions(graphs, tf.Module())
converter.target_spec.supported_ops = [sets.TFLITE_BUILTINS, sets.SELECT_TF_OPS]
with tfl.quiet():
    area_file = converter.convert()
""",
        ),
        WrongAnswer(
            "the sign of the other direction", "or other numbers", change=(SHOELACE, "-" + SHOELACE)
        ),
        WrongAnswer("no sign", "or other numbers", change=(SHOELACE, f"tf.abs({SHOELACE})")),
        WrongAnswer("forgets the half", "or other numbers", change=(" / 2.0", "")),
        WrongAnswer(
            "the tf.function, not a file",
            FROM_CONVERT,
            change=("convert([area.get_concrete_function()], tf.Module())", "area"),
        ),
    ],
    "09-both": [
        WrongAnswer(
            "two lambdas",
            ONE_NAME,
            """\
def extent(axis):
    return lambda stroke: tf.reduce_max(stroke[:, axis]) - tf.reduce_min(stroke[:, axis])

"""
            + TOGETHER,
        ),
        WrongAnswer(
            "a def, but one for both",
            ONE_NAME,
            """\
def extent(axis):
    def side(stroke):
        return tf.reduce_max(stroke[:, axis]) - tf.reduce_min(stroke[:, axis])

    return side

"""
            + TOGETHER,
        ),
        WrongAnswer("one signature", "['serving_default']", change=(KEYS, "frame.width")),
        WrongAnswer(
            "names of its own", "['h', 'w']", change=(KEYS, '{"w": frame.width, "h": frame.height}')
        ),
        WrongAnswer(
            "each name beside the other function",
            "or other numbers",
            change=(KEYS, '{"width": frame.height, "height": frame.width}'),
        ),
    ],
    "09-wrong-file": [
        WrongAnswer("suspects the export", "Compare with", change=('["saved"', '["exported"')),
        WrongAnswer(
            "the size of the whole file",
            "Its `weights_bytes`",
            change=("tfl.read_tflite(saved).weights_bytes", "len(saved)"),
        ),
        WrongAnswer(
            "the kernel that should be there",
            "Its `weights_bytes`",
            change=("tfl.read_tflite(saved).weights_bytes", "768"),
        ),
        WrongAnswer(
            "the operator that makes the handle",
            "One reads",
            change=('"READ_VARIABLE"', '"VAR_HANDLE"'),
        ),
    ],
}

CLOSE = "bool((np.abs(a - b) <= tolerance).all())"

LESSON_10 = {
    "10-any-stroke": [
        WrongAnswer(
            "the axis in front stays", "nan: is there", change=("raw[0, ::2]", "raw[:, ::2]")
        ),
        WrongAnswer("float64 as it comes", "astype", change=(".astype(np.float32)", "")),
        WrongAnswer("the first half", "The numbers differ", change=("raw[0, ::2]", "raw[0, :32]")),
        WrongAnswer("all points", "`shape_signature`", change=("raw[0, ::2]", "raw[0]")),
        WrongAnswer(
            "halves the axis in front", "`shape_signature`", change=("raw[0, ::2]", "raw[::2]")
        ),
        WrongAnswer("by position", "by its own names", change=("stroke=stroke", "stroke")),
        WrongAnswer("no return", "is a `return` missing?", change=("return ", "")),
    ],
    "10-by-name": [
        WrongAnswer(
            "trusts the order of the log",
            "The numbers differ",
            """\
def replay(pairs):
    (_, start), (_, end) = pairs
    return move(start=np.float32(start), end=np.float32(end))["shift"]
""",
        ),
        WrongAnswer(
            "lists as they are", "An array is wanted", change=("np.float32(values)", "values")
        ),
        WrongAnswer(
            "an array, of float64", "float64 by itself", change=("np.float32(", "np.array(")
        ),
        WrongAnswer("by position", "by its own names", change=("**inputs", "*inputs.values()")),
        WrongAnswer("the dict as an argument", "by its own names", change=("**inputs", "inputs")),
    ],
    "10-agree": [
        WrongAnswer(
            "allclose, with its own rtol",
            "`rtol=0`",
            change=(CLOSE, "np.allclose(a, b, atol=tolerance)"),
        ),
        WrongAnswer("a mean", "A mean hides", change=(CLOSE, "np.abs(a - b).mean() <= tolerance")),
        WrongAnswer(
            "nothing larger, so nan passes",
            "No comparison with nan is true",
            change=(CLOSE, "not (np.abs(a - b) > tolerance).any()"),
        ),
        WrongAnswer(
            "no look at shapes", "compare the shapes", change=("a.shape == b.shape and ", "")
        ),
        WrongAnswer(
            "differences upward only", "without `np.abs`", change=("np.abs(a - b)", "(a - b)")
        ),
        WrongAnswer(
            "equal to the last digit", "`<= tolerance`", change=(CLOSE, "bool((a == b).all())")
        ),
        WrongAnswer(
            "a truth for each element", "`.all()`", change=(CLOSE, "np.abs(a - b) <= tolerance")
        ),
    ],
    "10-first-bytes": [
        WrongAnswer("every sign is in front", "in bytes 4 to 8", change=("file[4:8]", "file[:4]")),
        WrongAnswer(
            "forgets the empty file",
            "when there is nothing",
            change=('    if not file:\n        return "empty"\n', ""),
        ),
        WrongAnswer("text, where there are bytes", "compared with bytes", change=('b"<"', '"<"')),
        WrongAnswer(
            "zip as it is called", "these begin with two letters", change=('b"PK"', 'b"zip"')
        ),
        WrongAnswer("HDF5 as it is called", "first eight bytes", change=('b"\\x89HDF"', 'b"HDF"')),
        WrongAnswer("LFS as it is called", "a small text", change=('b"version"', 'b"LFS"')),
    ],
}

WRONG_ANSWERS = LESSON_00 | LESSON_03 | LESSON_05 | LESSON_09 | LESSON_10
