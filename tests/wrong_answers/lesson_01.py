"""Wrong answers to the exercises of lesson 01."""

from . import RightAnswer, WrongAnswer

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
            "Only operations are in the graph",
            change=(COUNTS, "[3, 3, 3, 3, 1, 1, 1, 1]"),
        ),
        WrongAnswer(
            "only printing belongs to Python",
            "Only operations are in the graph.",
            change=(COUNTS, "[3, 3, 3, 3, 1, 3, 3, 3]"),
        ),
        WrongAnswer(
            "plain Python is traced too",
            "each call runs each line",
            change=(COUNTS, "[1, 3, 1, 3, 1, 3, 1, 3]"),
        ),
        WrongAnswer("four of eight", "one answer for each of", change=(COUNTS, "[1, 3, 1, 3]")),
        WrongAnswer(
            "all of it stays in Python",
            "Only operations are in",
            change=(COUNTS, "[3, 3, 3, 3, 1, 1, 3, 1]"),
        ),
        WrongAnswer("everything once", "each call runs each line", change=(COUNTS, "[1] * 8")),
        WrongAnswer(
            "a variable is Python",
            "Only operations are",
            change=(COUNTS, "[3, 3, 3, 3, 1, 3, 1, 1]"),
        ),
        WrongAnswer(
            "the two halves swapped", "each call runs", change=(COUNTS, "[1, 3, 1, 3, 3, 3, 3, 3]")
        ),
        WrongAnswer(
            "counts from zero", "each call runs", change=(COUNTS, "[2, 2, 2, 2, 0, 2, 0, 2]")
        ),
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
        WrongAnswer("no decorator", "`@tf.function`", change=("@tf.function\n", "")),
        WrongAnswer(
            "no decorator, and .numpy() kept",
            "`@tf.function`",
            """\
def resample_graph(stroke, points):
    return resample(stroke, points)
""",
        ),
        WrongAnswer(
            "all functions eager",
            "run_functions_eagerly",
            """\
tf.config.run_functions_eagerly(True)
resample_graph = tf.function(resample)
""",
        ),
        WrongAnswer(
            "Python behind a graph's back",
            "calls back into Python",
            """\
tf.config.run_functions_eagerly(False)


@tf.function
def resample_graph(stroke, points):
    return tf.numpy_function(lambda s, n: resample(s, int(n)), [stroke, points], tf.float32)
""",
        ),
        WrongAnswer(
            "one point too many", "", change=(WANTED, "tf.linspace(0.0, along[-1], points + 1)")
        ),
        WrongAnswer(
            "stops before the end", "", change=(WANTED, "tf.linspace(0.0, along[-2], points)")
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
            "write `tf.` in place of `np.`",
            change=(STEPS, "    return np.add(stroke, 1.0)"),
        ),
        WrongAnswer(
            "NumPy is one operation too",
            "`tf.` in place of `np.`",
            change=(ONE_STEP, "return np.add(stroke, 1.0)"),
        ),
        WrongAnswer(
            "many steps that add up to something else",
            "that add up to 1.0",
            change=("stroke + 0.01", "stroke + 0.1"),
        ),
        WrongAnswer(
            "one and the same", "How few operations", change=(ONE_STEP, "return wins(stroke)")
        ),
        WrongAnswer("a plain number", "One addition", change=(ONE_STEP, "return 1.0")),
        WrongAnswer(
            "the sum of another number", "One addition", change=(ONE_STEP, "return stroke + 2.0")
        ),
        WrongAnswer(
            "two steps are many", "Many steps that add up", change=("range(100)", "range(2)")
        ),
        WrongAnswer(
            "forgets to return",
            "",
            change=(
                "        stroke = stroke + 0.01\n    return stroke",
                "        stroke = stroke + 0.01",
            ),
        ),
    ],
    "01-order": [
        WrongAnswer(
            "forgets the decorator", "Put `@tf.function` above", change=("@tf.function\n", "")
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
            "make it once, outside",
            change=(COUNT, "    calls = tf.Variable(0)\n" + COUNT),
        ),
        WrongAnswer(
            "prints instead of counting", "with an operation", change=(COUNT, "    print(1)\n")
        ),
        WrongAnswer("the middle of x alone", "", change=("axis=0", "axis=1, keepdims=True")),
        WrongAnswer("gives the middle", "", change=("stroke - tf.reduce", "tf.reduce")),
        WrongAnswer("counts twice", "with an operation", change=("assign_add(1)", "assign_add(2)")),
        WrongAnswer(
            "sets in place of adding", "with an operation", change=("assign_add(1)", "assign(1)")
        ),
    ],
}

RIGHT = {
    "01-how-often": [
        RightAnswer("a tuple", change=(COUNTS, "(3, 3, 3, 3, 1, 3, 1, 3)")),
        RightAnswer("an array", change=(COUNTS, f"np.array({COUNTS})")),
        RightAnswer("a tensor", change=(COUNTS, f"tf.constant({COUNTS})")),
        RightAnswer("two lists", change=(COUNTS, "[[3, 3, 3, 3], [1, 3, 1, 3]]")),
        RightAnswer("floats", change=(COUNTS, "[3.0, 3.0, 3.0, 3.0, 1.0, 3.0, 1.0, 3.0]")),
    ],
    "01-too-early": [
        RightAnswer(
            "fewer graphs", change=("@tf.function\n", "@tf.function(reduce_retracing=True)\n")
        ),
        RightAnswer(
            "a range",
            change=(
                WANTED,
                "tf.range(points, dtype=tf.float32) * along[-1] / tf.cast(points - 1, tf.float32)",
            ),
        ),
        RightAnswer(
            "the sum of the steps",
            change=(WANTED, "tf.linspace(0.0, tf.reduce_sum(steps), points)"),
        ),
        RightAnswer(
            "shares of the whole", change=(WANTED, "along[-1] * tf.linspace(0.0, 1.0, points)")
        ),
        RightAnswer(
            "NumPy for the shares",
            change=(WANTED, "along[-1] * np.linspace(0.0, 1.0, points, dtype=np.float32)"),
        ),
    ],
    "01-faster": [
        RightAnswer("an operation by name", change=(ONE_STEP, "return tf.add(stroke, 1.0)")),
        RightAnswer("a subtraction", change=(ONE_STEP, "return stroke - (-1.0)")),
        RightAnswer(
            "two hundred steps",
            change=(STEPS, STEPS.replace("100", "200").replace("0.01", "0.005")),
        ),
        RightAnswer(
            "up and down", change=(STEPS, STEPS.replace("stroke + 0.01", "stroke + 0.02 - 0.01"))
        ),
        RightAnswer("a tensor added", change=(ONE_STEP, "return stroke + tf.constant(1.0)")),
    ],
    "01-order": [
        RightAnswer(
            "counts last",
            change=(
                COUNT + "    return stroke - tf.reduce_mean(stroke, axis=0)",
                "    middle = tf.reduce_mean(stroke, axis=0)\n"
                "    calls.assign_add(1)\n    return stroke - middle",
            ),
        ),
        RightAnswer(
            "a name for the variable", change=("tf.Variable(0)", "tf.Variable(0, name='calls')")
        ),
        RightAnswer(
            "not to be trained", change=("tf.Variable(0)", "tf.Variable(0, trainable=False)")
        ),
        RightAnswer("assigns the sum", change=("calls.assign_add(1)", "calls.assign(calls + 1)")),
        RightAnswer(
            "by call",
            source="""\
calls = tf.Variable(0)


def middle_out_of(stroke):
    calls.assign_add(1)
    return stroke - tf.reduce_mean(stroke, axis=0)


kept = tf.function(middle_out_of)
""",
        ),
    ],
}

PREDICTIONS = {
    "01-predict-mix": ("an error", "float32[32, 2]", "a Python 2 fits itself in, so a tensor will"),
    "01-predict-clocks": ("1 and 3", "3 and 3", "a function runs its lines at each call"),
    "01-predict-nested": ("1", "3", "what is not decorated stays eager, as an old guide says"),
    "01-predict-numpy": (
        "an error while tracing",
        "the same points",
        "the decorator does not change what is computed",
    ),
    "01-predict-deploy": ("measured only", "both", "both are attributes of one module"),
    "01-predict-speed": ("eager", "tf.function", "a graph is always faster"),
}
