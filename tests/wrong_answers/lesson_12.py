"""Wrong answers to the exercises of lesson 12."""

from . import WrongAnswer

KEYS = '{"measure": ruler.measure}'
FROM_START = "    return tf.norm(stroke - stroke[0], axis=1)"
ON_THE_WAY_IN = 'np.round(stroke / step_in["scales"][0]) + step_in["zero_points"][0]'
ON_THE_WAY_OUT = '(answer - step_out["zero_points"][0]) * step_out["scales"][0]'

ANSWERS = {
    "12-tracing": [
        WrongAnswer("Python's max", "Case 3", change=("tf.reduce_max", "max")),
        WrongAnswer(
            "a value out of the trace",
            "no `.numpy()` in here",
            change=("stroke[:-1], axis=1))", "stroke[:-1], axis=1)).numpy()"),
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
            "NumPy draws, once",
            "is baked in",
            change=(
                "tf.random.normal(tf.shape(stroke), stddev=0.01)",
                "np.random.normal(0.0, 0.01, (32, 2)).astype(np.float32)",
            ),
        ),
        WrongAnswer("a shake of 1", "The spread is 0.01", change=(", stddev=0.01", "")),
        WrongAnswer("one patient is forgotten", "untreated", change=(FROM_START, "    return ...")),
    ],
    "12-saving": [
        WrongAnswer(
            "the scale stays global", "Case 10", change=("self.scale * path", "scale * path")
        ),
        WrongAnswer(
            "decorated, and nothing promised",
            "Case 11",
            change=("(input_signature=[any_length])", ""),
        ),
        WrongAnswer(
            "the length of the sample",
            "promise any length",
            change=("[any_length]", "[tf.TensorSpec([32, 2], tf.float32)]"),
        ),
        WrongAnswer("the name of the output as key", "Case 12", change=('{"measure"', '{"length"')),
        WrongAnswer("the function in place of a dict", "Case 12", change=(KEYS, "ruler.measure")),
    ],
    "12-converting": [
        WrongAnswer("no second argument", "Case 15", change=(", tf.Module())", ")")),
        WrongAnswer(
            "takes the converter's hint",
            "Case 16",
            """\
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
""",
        ),
        WrongAnswer(
            "loses the sum on the way",
            "and the sum that of `path_length`",
            change=("tf.reduce_sum(tf.norm(stroke[1:] - stroke[:-1], axis=1))", "tf.norm(stroke)"),
        ),
        WrongAnswer(
            "another name for the input",
            "called `stroke`",
            change=("[any_length]", "[tf.TensorSpec([None, 2], name='points')]"),
        ),
        WrongAnswer(
            "the graph, not a file",
            "bytes from `convert`",
            change=(
                "convert([measure.get_concrete_function()], tf.Module())",
                "measure.get_concrete_function()",
            ),
        ),
    ],
    "12-device": [
        WrongAnswer("a cast", "Case 19", change=(ON_THE_WAY_IN, "stroke")),
        WrongAnswer(
            "a scale and no zero point",
            "Zero point and scale",
            change=(ON_THE_WAY_IN, 'np.round(stroke / step_in["scales"][0])'),
        ),
        WrongAnswer(
            "steps out",
            "Zero point and scale",
            change=(f"return {ON_THE_WAY_OUT}", "return answer"),
        ),
        WrongAnswer(
            "a scale and no zero point on the way out",
            "on the way out",
            change=(ON_THE_WAY_OUT, 'answer * step_out["scales"][0]'),
        ),
        WrongAnswer(
            "no return", "Zero point and scale", change=(f"return {ON_THE_WAY_OUT}", "pass")
        ),
    ],
}
