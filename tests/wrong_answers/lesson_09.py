"""Answers to the exercises of lesson 09, right and wrong."""

from . import RightAnswer, WrongAnswer

LSTM = """\
lstm = keras.Sequential([keras.Input((32, 2), name="stroke"), layers.LSTM(4)])
"""
EXPORTED = (
    LSTM
    + """\
with tempfile.TemporaryDirectory() as folder, tfl.quiet():
    lstm.export(f"{folder}/lstm.tflite", format="litert", verbose=False)
    lstm_file = pathlib.Path(folder, "lstm.tflite").read_bytes()
"""
)
MEMORY = "convert([graph], memory)"
WRAPPED = "tf.function(lambda stroke: lstm(stroke))"
KEYS = '{"width": frame.width, "height": frame.height}'
SHOELACE = "tf.reduce_sum(x[:-1] * y[1:] - y[:-1] * x[1:])"
FILE = "convert([area.get_concrete_function()], tf.Module())"
FRAME = """
frame = tf.Module()
frame.width = tf.function(extent(0), input_signature=[any_length])
frame.height = tf.function(extent(1), input_signature=[any_length])
"""
LAMBDAS = """\
def extent(axis):
    return lambda stroke: tf.reduce_max(stroke[:, axis]) - tf.reduce_min(stroke[:, axis])

"""
TOGETHER = (
    "\nboth = convert([f.get_concrete_function() for f in (frame.width, frame.height)], frame)\n"
)
ONE_DEF = """\
def extent(axis):
    def side(stroke):
        return tf.reduce_max(stroke[:, axis]) - tf.reduce_min(stroke[:, axis])

    return side

"""
TWO_DEFS = """\
@tf.function(input_signature=[any_length])
def height(s):
    return tf.reduce_max(s[:, 1]) - tf.reduce_min(s[:, 1])


@tf.function(input_signature=[any_length])
def width(s):
    return tf.reduce_max(s[:, 0]) - tf.reduce_min(s[:, 0])


both = convert([f.get_concrete_function() for f in (width, height)], tf.Module())
"""
NAMED = (
    LAMBDAS
    + """\

def called(name, axis):
    side = extent(axis)
    side.__name__ = name
    return tf.function(side, input_signature=[any_length]).get_concrete_function()


both = convert([called("width", 0), called("height", 1)], tf.Module())
"""
)
A_MODULE = """\
class Frame(tf.Module):
    @tf.function(input_signature=[any_length])
    def width(self, stroke):
        return {"width": tf.reduce_max(stroke[:, 0]) - tf.reduce_min(stroke[:, 0])}

    @tf.function(input_signature=[any_length])
    def height(self, stroke):
        return {"height": tf.reduce_max(stroke[:, 1]) - tf.reduce_min(stroke[:, 1])}


frame = Frame()
both = convert([frame.width.get_concrete_function(), frame.height.get_concrete_function()], frame)
"""
SELECTED = """\
@tf.function(input_signature=[any_length])
def area(stroke):
    pairs = tf.stack([stroke[:-1], stroke[1:]], axis=1)
    return {"area": tf.reduce_sum(tf.linalg.det(pairs)) / 2.0}


graphs = [area.get_concrete_function()]
converter = tf.lite.TFLiteConverter.from_concrete_functions(graphs, tf.Module())
converter.target_spec.supported_ops = [sets.TFLITE_BUILTINS, sets.SELECT_TF_OPS]
with tfl.quiet():
    area_file = converter.convert()
"""
BY_FOLDER = """\
holder = tf.Module()
holder.area = area
with tempfile.TemporaryDirectory() as folder, tfl.quiet():
    tf.saved_model.save(holder, folder, signatures=area)
    area_file = tf.lite.TFLiteConverter.from_saved_model(folder).convert()"""
TRACED = (
    '{"width": frame.width.get_concrete_function(), "height": frame.height.get_concrete_function()}'
)
FOUND = "min(files, key=lambda name: tfl.read_tflite(files[name]).weights_bytes)"
ANSWERED = 'my_answers = ["saved", tfl.read_tflite(saved).weights_bytes, "READ_VARIABLE"]'
BYTES = "tfl.read_tflite(saved).weights_bytes"
LOST = "Weights lost, or other numbers"
NO_OWNER = "does not own every variable"
WANTED = "The bytes of a file are wanted"
ONE_KEY = "One function, one key"
SELECT = "no Python runtime has"

PREDICTIONS = {
    "09-predict-keys": ("1", "3", "a file that was made without an error has its signature"),
    "09-predict-bytes": ("1", "hundreds", "two ways of conversion give two kinds of file"),
    "09-predict-ops": ("2", "3", "each op of the graph becomes one operator"),
    "09-predict-later": ("zigzag, as before", "a third for each", "the file reads the variable"),
    "09-predict-runs": ("neither", "both", "what converts without an error will run"),
}

ANSWERS = {
    "09-lstm": [
        WrongAnswer("the Keras model as owner", "", change=(MEMORY, "convert([graph], lstm)")),
        WrongAnswer("no owner", NO_OWNER, change=(MEMORY, "convert([graph])")),
        WrongAnswer(
            "an owner of nothing", NO_OWNER, change=(MEMORY, "convert([graph], tf.Module())")
        ),
        WrongAnswer(
            "owns Keras variables",
            "",
            change=("variable.value for variable", "variable for variable"),
        ),
        WrongAnswer("export, which needs a TensorFlow op", SELECT, EXPORTED),
        WrongAnswer("the graph, not a file", WANTED, change=(MEMORY, "graph")),
        WrongAnswer(
            "owns some of the variables",
            NO_OWNER,
            change=("in lstm.variables", "in lstm.variables[:1]"),
        ),
        WrongAnswer("another model", LOST, change=("lstm(stroke))", "2.0 * lstm(stroke))")),
        WrongAnswer("a constant", LOST, change=("lstm(stroke))", "0.0 * lstm(stroke))")),
        WrongAnswer("another file of the lesson", LOST, change=(MEMORY, "held")),
        WrongAnswer("None", WANTED, change=(MEMORY, "None")),
    ],
    "09-rewrite": [
        WrongAnswer("lets TensorFlow's op into the file", SELECT, SELECTED),
        WrongAnswer("the sign of the other direction", LOST, change=(SHOELACE, "-" + SHOELACE)),
        WrongAnswer("no sign", LOST, change=(SHOELACE, f"tf.abs({SHOELACE})")),
        WrongAnswer("forgets the half", LOST, change=(" / 2.0", "")),
        WrongAnswer("the tf.function, not a file", WANTED, change=(FILE, "area")),
        WrongAnswer(
            "the products of the same point", LOST, change=("x[:-1] * y[1:]", "x[:-1] * y[:-1]")
        ),
        WrongAnswer("a plus", LOST, change=("y[1:] - y", "y[1:] + y")),
        WrongAnswer("the mean", LOST, change=("reduce_sum", "reduce_mean")),
        WrongAnswer(
            "the coordinates swapped",
            LOST,
            change=("x, y = stroke[:, 0], stroke[:, 1]", "y, x = stroke[:, 0], stroke[:, 1]"),
        ),
        WrongAnswer("a constant", LOST, change=(SHOELACE, f"0.0 * {SHOELACE}")),
        WrongAnswer(
            "the last pair alone",
            LOST,
            change=("x[:-1] * y[1:] - y[:-1] * x[1:]", "x[-2] * y[-1] - y[-2] * x[-1]"),
        ),
    ],
    "09-both": [
        WrongAnswer("two lambdas", ONE_KEY, LAMBDAS + FRAME + TOGETHER),
        WrongAnswer("a def, but one for both", ONE_KEY, ONE_DEF + FRAME + TOGETHER),
        WrongAnswer("one signature", ONE_KEY, change=(KEYS, "frame.width")),
        WrongAnswer(
            "names of its own", ONE_KEY, change=(KEYS, '{"w": frame.width, "h": frame.height}')
        ),
        WrongAnswer(
            "each name beside the other function",
            LOST,
            change=(KEYS, '{"width": frame.height, "height": frame.width}'),
        ),
        WrongAnswer("the module", WANTED, LAMBDAS + FRAME + "\nboth = frame\n"),
        WrongAnswer("one function twice", LOST, change=("extent(1)", "extent(0)")),
        WrongAnswer("the largest alone", LOST, change=(" - tf.reduce_min(stroke[:, axis])", "")),
        WrongAnswer(
            "the smallest first",
            LOST,
            TWO_DEFS.replace("return tf.reduce_max", "return -tf.reduce_max"),
        ),
        WrongAnswer("two files", WANTED, LAMBDAS + FRAME + "\nboth = [held, exported]\n"),
        WrongAnswer("one def only", ONE_KEY, TWO_DEFS.replace("(width, height)", "(width,)")),
    ],
    "09-wrong-file": [
        WrongAnswer(slip, advice, change=(ANSWERED, f"my_answers = [{answers}]"))
        for slip, advice, answers in [
            ("suspects the export", "By `agrees` with", f'"exported", {BYTES}, "READ_VARIABLE"'),
            ("suspects the held", "By `agrees` with", f'"held", {BYTES}, "READ_VARIABLE"'),
            (
                "the size of the whole file",
                "Its `weights_bytes`",
                '"saved", len(saved), "READ_VARIABLE"',
            ),
            (
                "the kernel that should be there",
                "Its `weights_bytes`",
                '"saved", 768, "READ_VARIABLE"',
            ),
            ("none at all", "Its `weights_bytes`", '"saved", 0, "READ_VARIABLE"'),
            (
                "the bytes of another",
                "Its `weights_bytes`",
                '"saved", tfl.read_tflite(held).weights_bytes, "READ_VARIABLE"',
            ),
            ("the operator that makes the handle", "One reads", f'"saved", {BYTES}, "VAR_HANDLE"'),
            ("TensorFlow's name", "One reads", f'"saved", {BYTES}, "ReadVariableOp"'),
            ("an operator that all have", "One reads", f'"saved", {BYTES}, "RESHAPE"'),
            ("two of three", "one answer for each of", f'"saved", {BYTES}'),
            ("the file itself", "By `agrees` with", f'saved, {BYTES}, "READ_VARIABLE"'),
        ]
    ],
}

RIGHT = {
    "09-lstm": [
        RightAnswer("the model wrapped as it is", change=(WRAPPED, "tf.function(lstm)")),
        RightAnswer("another name", change=(WRAPPED, "tf.function(lambda s: lstm(s))")),
        RightAnswer(
            "a spec without a name", change=("(one_stroke)", "(tf.TensorSpec([1, 32, 2]))")
        ),
        RightAnswer("a sample", change=("(one_stroke)", "(tf.constant(row))")),
        RightAnswer(
            "export for one stroke",
            EXPORTED.replace("verbose=False", "verbose=False, input_signature=[one_stroke]"),
        ),
        RightAnswer("unrolled", change=("layers.LSTM(4)", "layers.LSTM(4, unroll=True)")),
    ],
    "09-rewrite": [
        RightAnswer(
            "unstacked", change=("stroke[:, 0], stroke[:, 1]", "tf.unstack(stroke, axis=1)")
        ),
        RightAnswer(
            "pairs cut before they are unstacked",  # at rest, an open size is 1: no pair is left
            change=(
                f'    x, y = stroke[:, 0], stroke[:, 1]\n    return {{"area": {SHOELACE} / 2.0}}',
                "    a, b = tf.unstack(stroke[:-1], axis=1)\n"
                "    c, d = tf.unstack(stroke[1:], axis=1)\n"
                '    return {"area": tf.reduce_sum(a * d - b * c) / 2.0}',
            ),
        ),
        RightAnswer(
            "a half before",
            change=(
                SHOELACE + " / 2.0",
                SHOELACE.replace("(x", "(0.5 * x").replace("- y", "- 0.5 * y"),
            ),
        ),
        RightAnswer("no dict", change=('{"area": ' + SHOELACE + " / 2.0}", SHOELACE + " / 2.0")),
        RightAnswer("from a folder", change=("area_file = " + FILE, BY_FOLDER)),
        RightAnswer(
            "by the next point's difference",
            change=("y[1:] - y[:-1] * x[1:]", "(y[1:] - y[:-1]) - y[:-1] * (x[1:] - x[:-1])"),
        ),
    ],
    "09-both": [
        RightAnswer("two defs", TWO_DEFS),
        RightAnswer("names given to the lambdas", NAMED),
        RightAnswer("a class", A_MODULE),
        RightAnswer(
            "the other order", change=(KEYS, '{"height": frame.height, "width": frame.width}')
        ),
        RightAnswer("concrete functions", change=(KEYS, TRACED)),
    ],
    "09-wrong-file": [
        RightAnswer(form, change=(ANSWERED, f"my_answers = {answers}"))
        for form, answers in [
            ("a tuple", f'("saved", {BYTES}, "READ_VARIABLE")'),
            ("values", f'dict(a="saved", b={BYTES}, c="READ_VARIABLE").values()'),
            ("an array", f'np.array(["saved", {BYTES}, "READ_VARIABLE"])'),
            ("a dict", f'{{"name": "saved", "constants": {BYTES}, "operator": "READ_VARIABLE"}}'),
            (
                "found by asking",
                f'[{FOUND}, {BYTES}, "READ_VARIABLE"]',
            ),
        ]
    ],
}
