"""Wrong answers to the exercises of lesson 01."""

from . import WrongAnswer

COUNTS = "[3, 3, 3, 3, 1, 3, 1, 3]"
WANTED = "tf.linspace(0.0, along[-1], points)"
ONE_STEP = "return stroke + 1.0"
STEPS = """\
    for _ in range(100):
        stroke = stroke + 0.01
    return stroke"""
MADE = "calls = tf.Variable(0)\n"
COUNT = "    calls.assign_add(1)\n"

ANSWERS = {
    "01-how-often": [
        WrongAnswer(
            "the decorator changes nothing",
            "Is this line Python or an operation?",
            change=(COUNTS, "[3, 3, 3, 3, 3, 3, 3, 3]"),
        ),
        WrongAnswer(
            "after the first call nothing runs any more",
            "tf.function: tf.print    3",
            change=(COUNTS, "[3, 3, 3, 3, 1, 1, 1, 1]"),
        ),
        WrongAnswer(
            "only printing belongs to Python",
            "tf.function: append      1",
            change=(COUNTS, "[3, 3, 3, 3, 1, 3, 3, 3]"),
        ),
        WrongAnswer(
            "plain Python is traced too",
            "each call runs each line",
            change=(COUNTS, "[1, 3, 1, 3, 1, 3, 1, 3]"),
        ),
        WrongAnswer("four of eight", "one answer for each of", change=(COUNTS, "[1, 3, 1, 3]")),
    ],
    "01-too-early": [
        WrongAnswer(
            "asks for the value inside the graph",
            "call `.numpy()` outside",
            change=(WANTED, "np.linspace(0.0, along[-1].numpy(), points, dtype=np.float32)"),
        ),
        WrongAnswer(
            "leaves out .numpy(), and NumPy asks for the value itself",
            "write `tf.` in place of `np.`",
            change=(WANTED, "np.linspace(0.0, along[-1], points, dtype=np.float32)"),
        ),
        WrongAnswer(
            "counts the points in place of the distances",
            "Two dtypes meet in one op",
            change=(WANTED, "tf.range(points)"),
        ),
        WrongAnswer(
            "distances from 0 to 1",
            "The numbers differ",
            change=("along[-1], points", "1.0, points"),
        ),
    ],
    "01-faster": [
        WrongAnswer(
            "a graph is faster with one operation too",
            "take many",
            change=(STEPS, "    " + ONE_STEP),
        ),
        WrongAnswer(
            "many steps lose",
            "How few operations will do?",
            change=(ONE_STEP, STEPS.strip()),
        ),
        WrongAnswer(
            "NumPy is fast, so the graph may call it",
            "NumPy cannot be in a graph",
            change=(STEPS, "    return np.add(stroke, 1.0)"),
        ),
        WrongAnswer(
            "NumPy is one operation too",
            "Stay with TensorFlow",
            change=(ONE_STEP, "return np.add(stroke, 1.0)"),
        ),
        WrongAnswer(
            "many steps that add up to something else",
            "that add up to 1.0",
            change=("stroke + 0.01", "stroke + 0.1"),
        ),
    ],
    "01-order": [
        WrongAnswer(
            "forgets the decorator", "on the line above `def`", change=("@tf.function\n", "")
        ),
        WrongAnswer(
            "counts in Python",
            "Count with an operation",
            """\
calls = 0


@tf.function
def kept(stroke):
    calls += 1
    return stroke - tf.reduce_mean(stroke, axis=0)
""",
        ),
        WrongAnswer(
            "the operation on a Python number",
            "Count with an operation, in a variable",
            change=(MADE, "calls = 0\n"),
        ),
        WrongAnswer("counts after the return", "made once, outside", change=(COUNT, "")),
        WrongAnswer(
            "makes the variable anew at each call",
            "made once, outside",
            change=(COUNT, "    calls = tf.Variable(0)\n" + COUNT),
        ),
    ],
}
