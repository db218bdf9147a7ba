"""Answers to the exercises of lesson 12."""

from . import RightAnswer, WrongAnswer

KEYS = '{"measure": ruler.measure}'
LONGEST = "    return tf.reduce_max(tf.norm(stroke[1:] - stroke[:-1], axis=1))"
FROM_START = "    return tf.norm(stroke - stroke[0], axis=1)"
SHAKEN = "stroke + tf.random.normal(tf.shape(stroke), stddev=0.01)"
SHAKE = "tf.random.normal(tf.shape(stroke), stddev=0.01)"
SUM = "tf.reduce_sum(tf.norm(stroke[1:] - stroke[:-1], axis=1))"
CONVERTED = "convert([measure.get_concrete_function()], tf.Module())"
ON_THE_WAY_IN = 'np.round(stroke / step_in["scales"][0]) + step_in["zero_points"][0]'
ON_THE_WAY_OUT = '(answer - step_out["zero_points"][0]) * step_out["scales"][0]'
CLIPPED = "np.clip(steps, -128, 127)"
HINTED = """\
@tf.function(input_signature=[any_length])
def measure(stroke):
    exact = tf.cast(stroke, tf.float64)
    length = tf.reduce_sum(tf.norm(exact[1:] - exact[:-1], axis=1))
    return {"length": tf.cast(length, tf.float32)}


hinted = tf.lite.TFLiteConverter.from_concrete_functions(
    [measure.get_concrete_function()], tf.Module()
)
hinted.target_spec.supported_ops = [sets.TFLITE_BUILTINS, sets.SELECT_TF_OPS]
with tfl.quiet():
    file = hinted.convert()
"""
BY_FOLDER = """\
@tf.function(input_signature=[any_length])
def measure(stroke):
    return {"length": path_length(stroke)}


with tempfile.TemporaryDirectory() as folder, tfl.quiet():
    tf.saved_model.save(tf.Module(), folder, signatures={"measure": measure})
    file = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
"""
BY_ATTRIBUTES = """\
ruler = tf.Module()
ruler.scale = tf.Variable(100.0, trainable=False)
ruler.measure = tf.function(
    lambda stroke: {"millimetres": path_length(stroke) * ruler.scale}, [any_length]
)
keys = {"measure": ruler.measure.get_concrete_function()}
"""

# Cell of a prediction -> what it is, the commonest misconception, and why people think so.
PREDICTIONS = {
    "12-predict-silent": ("7", "1", "what goes wrong says so"),
}

ANSWERS = {
    "12-tracing": [
        WrongAnswer("Python's max", "Case 3", change=("tf.reduce_max", "max")),
        WrongAnswer(
            "a value out of the trace",
            "no `.numpy()` in here",
            change=("stroke[:-1], axis=1))", "stroke[:-1], axis=1)).numpy()"),
        ),
        WrongAnswer(
            "the sum of the steps", "The numbers differ", change=("reduce_max", "reduce_sum")
        ),
        WrongAnswer(
            "the longest of x and of y alone",
            "",
            change=("stroke[:-1], axis=1)", "stroke[:-1], axis=0)"),
        ),
        WrongAnswer(
            "Python behind a graph's back",
            "calls back into Python",
            change=(
                LONGEST,
                "    steps = lambda s: np.linalg.norm(np.diff(s, axis=0), axis=1).max()\n"
                "    return tf.numpy_function(steps, [stroke], tf.float32)",
            ),
        ),
        WrongAnswer(
            "a list, filled in a loop over a tensor",
            "one op over the axis",
            change=(
                FROM_START,
                "    found = []\n    for point in stroke:\n"
                "        found.append(tf.norm(point - stroke[0]))\n    return tf.stack(found)",
            ),
        ),
        WrongAnswer(
            "from the corner",
            "The numbers differ",
            change=("stroke - stroke[0], axis=1", "stroke, axis=1"),
        ),
        WrongAnswer(
            "along the wrong axis", "which axis", change=("stroke[0], axis=1", "stroke[0], axis=0")
        ),
        WrongAnswer(
            "NumPy draws, once",
            "baked in",
            change=(SHAKE, "np.random.normal(0.0, 0.01, (32, 2)).astype(np.float32)"),
        ),
        WrongAnswer(
            "one of NumPy's numbers for all",
            "whose number is baked in?",
            change=(SHAKE, "np.float32(np.random.normal(0.0, 0.01))"),
        ),
        WrongAnswer(
            "one number for each point",
            "for each coordinate",
            change=(SHAKE, "tf.random.normal([tf.shape(stroke)[0], 1], stddev=0.01)"),
        ),
        WrongAnswer(
            "a size that is open", "say `tf.shape", change=("tf.shape(stroke)", "stroke.shape")
        ),
        WrongAnswer("a shake of 1", "The spread is 0.01", change=(", stddev=0.01", "")),
        WrongAnswer(
            "half of the shake", "The spread is 0.01", change=("stddev=0.01", "stddev=0.005")
        ),
        WrongAnswer(
            "one patient is forgotten",
            "1 of 12 are still",
            change=(FROM_START, "    return ..."),
            state="not yet",
        ),
    ],
    "12-saving": [
        WrongAnswer(
            "the scale stays global", "Case 10", change=("self.scale * path", "scale * path")
        ),
        WrongAnswer("no variable any more", "Case 10", change=("tf.Variable(100.0)", "100.0")),
        WrongAnswer(
            "the number beside an idle variable",
            "Case 10",
            change=("self.scale * path", "100.0 * path"),
        ),
        WrongAnswer(
            "another scale", "100.0 at first", change=("Variable(100.0)", "Variable(10.0)")
        ),
        WrongAnswer(
            "decorated, and nothing promised",
            "Case 11",
            change=("(input_signature=[any_length])", ""),
        ),
        WrongAnswer(
            "the length of the sample",
            "too narrow",
            change=("[any_length]", "[tf.TensorSpec([32, 2], tf.float32)]"),
        ),
        WrongAnswer("the name of the output as key", "Case 12", change=('{"measure"', '{"length"')),
        WrongAnswer("the function in place of a dict", "Case 12", change=(KEYS, "ruler.measure")),
        WrongAnswer("a list of names", "a dict of methods", change=(KEYS, '["measure"]')),
        WrongAnswer("called", "not called", change=(KEYS, '{"measure": ruler.measure(stroke)}')),
        WrongAnswer("no keys yet", "Case 12", change=(KEYS, "...")),
        WrongAnswer("the class, not an object", "", change=("ruler = Ruler()", "ruler = Ruler")),
        WrongAnswer(
            "an output of another name",
            "A dict",
            change=('{"millimetres": self', '{"length": self'),
        ),
    ],
    "12-converting": [
        WrongAnswer("no second argument", "Case 15", change=(", tf.Module())", ")")),
        WrongAnswer("takes the converter's hint", "Case 16", HINTED),
        WrongAnswer("loses the sum on the way", "the sum that of", change=(SUM, "tf.norm(stroke)")),
        WrongAnswer(
            "another name for the input",
            "stroke",
            change=("[any_length]", "[tf.TensorSpec([None, 2], name='points')]"),
        ),
        WrongAnswer(
            "the graph, not a file",
            "bytes from `convert`",
            change=(CONVERTED, "measure.get_concrete_function()"),
        ),
        WrongAnswer(
            "another name for the output", "Is it called", change=('"length":', '"millimetres":')
        ),
        WrongAnswer(
            "an output without a name", "Is it called", change=('{"length": ' + SUM + "}", SUM)
        ),
        WrongAnswer(
            "strokes of 32 points only",
            "",
            change=("[any_length]", '[tf.TensorSpec([32, 2], name="stroke")]'),
        ),
        WrongAnswer(
            "a constant", "the sum that of", change=(SUM, "0.0 * tf.reduce_sum(stroke) + 2.5")
        ),
        WrongAnswer(
            "dx + dy", "the sum that of", change=("stroke[:-1], axis=1)", "stroke[:-1], 1, axis=1)")
        ),
        WrongAnswer(
            "the lesson's file",
            "Is it called",
            change=(CONVERTED, "convert([concrete], tf.Module())"),
        ),
    ],
    "12-device": [
        WrongAnswer(
            "a difference in int8",
            "runs over",
            change=(
                '(answer - step_out["zero_points"][0])',
                '(answer - int(step_out["zero_points"][0]))',
            ),
        ),
        WrongAnswer("a cast", "Case 19", change=(ON_THE_WAY_IN, "stroke")),
        WrongAnswer(
            "a scale and no zero point",
            "zero point and scale",
            change=(ON_THE_WAY_IN, 'np.round(stroke / step_in["scales"][0])'),
        ),
        WrongAnswer(
            "steps out", "zero point", change=(f"return {ON_THE_WAY_OUT}", "return answer")
        ),
        WrongAnswer(
            "a scale and no zero point on the way out",
            "On the way out",
            change=(ON_THE_WAY_OUT, 'answer * step_out["scales"][0]'),
        ),
        WrongAnswer("no return", "None", change=(f"return {ON_THE_WAY_OUT}", "pass")),
        WrongAnswer("no ends", "runs over in silence", change=(CLIPPED, "steps")),
        WrongAnswer(
            "without the model", "come from `in_int8`", change=(ON_THE_WAY_OUT, "2.0 * stroke")
        ),
        WrongAnswer(
            "without the model, with ends",
            "come from `in_int8`",
            """\
def doubled_by_int8(stroke):
    ends = (np.array([-128, 127]) - step_in["zero_points"][0]) * step_in["scales"][0]
    return 2.0 * np.clip(stroke, *ends)
""",
        ),
        WrongAnswer("the dict", "", change=('.astype(np.int8))["output_0"]', ".astype(np.int8))")),
        WrongAnswer(
            "the scale upside down", "Case 19", change=("stroke / step_in", "stroke * step_in")
        ),
        WrongAnswer(
            "the scale of the input on the way out",
            "Case 19",
            change=('* step_out["scales"]', '* step_in["scales"]'),
        ),
        WrongAnswer(
            "the zero point added twice",
            "Case 19",
            change=("answer - step_out", "answer + step_out"),
        ),
    ],
}

RIGHT = {
    "12-tracing": [
        RightAnswer(
            "the root of the largest square",
            change=(
                LONGEST,
                "    steps = stroke[1:] - stroke[:-1]\n"
                "    return tf.sqrt(tf.reduce_max(tf.reduce_sum(steps**2, axis=1)))",
            ),
        ),
        RightAnswer(
            "a loop over the points, and a TensorArray",
            change=(
                FROM_START,
                "    found = tf.TensorArray(tf.float32, size=tf.shape(stroke)[0])\n"
                "    for i in tf.range(tf.shape(stroke)[0]):\n"
                "        found = found.write(i, tf.norm(stroke[i] - stroke[0]))\n"
                "    return found.stack()",
            ),
        ),
        RightAnswer(
            "point by point, by map_fn",
            change=(FROM_START, "    return tf.map_fn(lambda p: tf.norm(p - stroke[0]), stroke)"),
        ),
        RightAnswer(
            "a normal number, made smaller",
            change=(SHAKEN, "stroke + 0.01 * tf.random.normal(tf.shape(stroke))"),
        ),
        RightAnswer(
            "decorated already",
            change=("def shaken", "@tf.function\ndef shaken"),
        ),
        RightAnswer("another op that adds", change=(SHAKEN, f"tf.add({SHAKE}, stroke)")),
    ],
    "12-saving": [
        RightAnswer("attributes of a bare module", BY_ATTRIBUTES),
        RightAnswer("not to be trained", change=("(100.0)", "(100.0, trainable=False)")),
        RightAnswer("a concrete function", change=(KEYS, KEYS[:-1] + ".get_concrete_function()}")),
        RightAnswer(
            "a signature at the key alone",
            change=(
                'keys = {"measure": ruler.measure}',
                "graph = ruler.measure.get_concrete_function(any_length)\n"
                'keys = {"measure": graph, "serving_default": graph}',
            ),
        ),
        RightAnswer(
            "the factor behind",
            change=("self.scale * path_length(stroke)", "path_length(stroke) * self.scale"),
        ),
        RightAnswer(
            "in a list",
            change=(
                "self.scale = tf.Variable(100.0)",
                "self.kept = [tf.Variable(100.0)]\n        self.scale = self.kept[0]",
            ),
        ),
    ],
    "12-converting": [
        RightAnswer("by way of a folder, with a key of its own", BY_FOLDER),
        RightAnswer("calls what is there", change=(SUM, "path_length(stroke)")),
        RightAnswer(
            "the root of squares",
            change=(
                SUM,
                "tf.reduce_sum(tf.sqrt(tf.reduce_sum((stroke[1:] - stroke[:-1]) ** 2, axis=1)))",
            ),
        ),
        RightAnswer("an owner with a name", change=("tf.Module())", "tf.Module(name='owner'))")),
        RightAnswer(
            "a tuple of one graph",
            change=("[measure.get_concrete_function()]", "(measure.get_concrete_function(),)"),
        ),
    ],
    "12-device": [
        RightAnswer("rint", change=("np.round", "np.rint")),
        RightAnswer(
            "up to the nearest",
            change=(
                'np.round(stroke / step_in["scales"][0])',
                'np.floor(stroke / step_in["scales"][0] + 0.5)',
            ),
        ),
        RightAnswer(
            "two ends by hand", change=(CLIPPED, "np.minimum(np.maximum(steps, -128), 127)")
        ),
        RightAnswer(
            "by TensorFlow",
            change=(f"return {ON_THE_WAY_OUT}", f"return tf.constant({ON_THE_WAY_OUT})"),
        ),
        RightAnswer(
            "in float64 and int32",
            change=(
                f"return {ON_THE_WAY_OUT}",
                f"return {ON_THE_WAY_OUT.replace('answer', 'np.int32(answer)')}",
            ),
        ),
    ],
}
