"""Wrong answers to the exercises of lesson 09."""

from . import WrongAnswer

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

ANSWERS = {
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
