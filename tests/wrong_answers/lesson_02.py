"""Wrong answers to the exercises of lesson 02."""

from . import WrongAnswer

NOISE = "tf.random.normal(tf.shape(stroke), 0.0, 0.01)"
ARRAY = "tf.TensorArray(tf.float32, size=tf.shape(stroke)[0])"
SHRINK = "        inside = stroke / tf.reduce_max(stroke)"
LEAKS = "[0, 1, 1, 0]"

ANSWERS = {
    "02-jitter": [
        WrongAnswer(
            "NumPy draws once",
            "Draw with an operation",
            change=(NOISE, "rng.normal(0.0, 0.01, stroke.shape).astype(np.float32)"),
        ),
        WrongAnswer(
            "an operation, but outside the function",
            "Draw with an operation, while the graph runs",
            """\
noise = tf.random.normal([32, 2], 0.0, 0.01)


@tf.function
def shaken(stroke):
    return stroke + noise
""",
        ),
        WrongAnswer(
            "one number for the whole stroke",
            "one number for each coordinate",
            change=("tf.shape(stroke)", "[]"),
        ),
        WrongAnswer(
            "works, and leaves no graph",
            "One decorator, above `def`",
            change=("@tf.function\n", ""),
        ),
        WrongAnswer(
            "noise of standard deviation 1",
            "Standard deviation 0.01",
            change=(", 0.0, 0.01", ""),
        ),
    ],
    "02-list": [
        WrongAnswer(
            "a Python list in a loop of the graph",
            "return it instead",
            """\
@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
def steady(stroke):
    pen = stroke[0]
    drawn = []
    for i in tf.range(tf.shape(stroke)[0]):
        pen = (pen + stroke[i]) / 2.0
        drawn.append(pen)
    return tf.stack(drawn)
""",
        ),
        WrongAnswer(
            "a Python loop over a size that nobody knows yet",
            "Call your function by itself",
            """\
@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
def steady(stroke):
    pen = stroke[0]
    drawn = []
    for i in range(stroke.shape[0]):
        pen = (pen + stroke[i]) / 2.0
        drawn.append(pen)
    return tf.stack(drawn)
""",
        ),
        WrongAnswer(
            "does not keep what write returns",
            "The numbers differ",
            change=("drawn = drawn.write(i, pen)", "drawn.write(i, pen)"),
        ),
        WrongAnswer(
            "stores the point, not the pen",
            "The numbers differ",
            change=("write(i, pen)", "write(i, stroke[i])"),
        ),
        WrongAnswer("does not stack", "The shape differs", change=("drawn.stack()", "drawn")),
    ],
    "02-branches": [
        WrongAnswer(
            "hands them in as they are",
            "Define it before the `if`",
            change=("    inside = stroke\n", ""),
        ),
        WrongAnswer(
            "a whole number is one of them", "as floats", change=("width = 1.0", "width = 1")
        ),
        WrongAnswer(
            "returns in one branch only",
            "return the stroke there",
            change=("stroke / 2.0\n    return stroke", "stroke / 2.0"),
        ),
        WrongAnswer(
            "both dtypes agree, on integers",
            "as floats",
            change=(
                "0.5\n    if path_length(stroke) > 1.0:\n        width = 1.0",
                "0\n    if path_length(stroke) > 1.0:\n        width = 1",
            ),
        ),
    ],
    "02-leak": [
        WrongAnswer(
            "a constant cannot leak",
            "made inside is a place",
            change=(LEAKS, "[0, 0, 1, 0]"),
        ),
        WrongAnswer(
            "the variable leaks too",
            "it may be kept",
            change=(LEAKS, "[1, 1, 1, 0]"),
        ),
        WrongAnswer(
            "all that a traced function gives is symbolic",
            "It was returned",
            change=(LEAKS, "[0, 1, 1, 1]"),
        ),
        WrongAnswer(
            "nothing leaks, the program runs",
            "Set inside the function, and not returned",
            change=(LEAKS, "[0, 0, 0, 0]"),
        ),
    ],
}
