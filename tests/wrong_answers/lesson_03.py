"""Wrong and right answers to the exercises of lesson 03."""

from . import RightAnswer, WrongAnswer

ANY_LENGTH = "input_signature=[tf.TensorSpec([None, 2], tf.float32)]"
LENGTH = "tf.reduce_sum(tf.norm(steps, axis=1))"
BOTH = "[tf.TensorSpec([None, 2], tf.float32), tf.TensorSpec([], tf.float32)]"
MEAN = "tf.reduce_mean(stroke, axis=0)"
TEN = "[1, 0, 0, 0, 1, 1, 0, 1, 1, 1]"
EQUAL, KEY = "In Python `1 == 1.0`", "is there a graph with this dtype and this shape"
WRONG_SPEC, DIFFER = "compare the two TensorSpecs", "The numbers differ"
OWN, WIDEN = "Each Python number gets its own graph", "`reduce_retracing=True`"
UNDECORATED = "Put `@tf.function` above"

# Cell of a prediction -> what it is, the commonest misconception, and why people think so.
PREDICTIONS = {
    "03-predict-prints": ("2", "3", "a function runs its Python at each call"),
    "03-predict-numbers": ("2", "5", "other numbers are other arguments, so each has its graph"),
    "03-predict-shrink": ("3", "1", "a number is a number, inside a tensor or not"),
    "03-predict-pens": ("2", "3", "an object counts by what is in it, as a number does"),
    "03-predict-loop": ("3", "1", "the graphs belong to the Python function"),
    "03-predict-float": ("int32", "float32", "2 and 2.0 are of two types, so there are two graphs"),
    "03-predict-lazy": ("2", "1", "one call makes at most one graph"),
    "03-predict-relaxed": ("2", "1", "the option means one graph from the first call on"),
}

ANSWERS = {
    "03-ten-calls": [
        WrongAnswer(slip, advice, change=(TEN, answers))
        for slip, advice, answers in (
            ("1 and 1.0 are two values", EQUAL, "[1, 0, 0, 1, 1, 1, 0, 1, 1, 1]"),
            ("a default comes late", "before anybody wrote it", "[1, 0, 1, 0, 1, 1, 0, 1, 1, 1]"),
            ("a tensor by its value", "never counts by its", "[1, 0, 0, 0, 1, 1, 1, 1, 1, 1]"),
            ("a list is an array", "A list is no array", "[1, 0, 0, 0, 1, 1, 0, 1, 1, 0]"),
            ("other numbers", KEY, "[1, 1, 0, 0, 1, 1, 0, 1, 1, 1]"),
            ("dtypes do not count", KEY, "[1, 0, 0, 0, 1, 1, 0, 1, 0, 1]"),
            ("lengths do not count", KEY, "[1, 0, 0, 0, 1, 1, 0, 0, 1, 1]"),
            ("a tensor 2.0 is 2.0", "only Python values came", "[1, 0, 0, 0, 1, 0, 0, 1, 1, 1]"),
            ("2.0 is a float like 1.0", "by itself", "[1, 0, 0, 0, 0, 1, 0, 1, 1, 1]"),
            ("the first is free", "owns no graph yet", "[0, 0, 0, 0, 1, 1, 0, 1, 1, 1]"),
            ("every call", KEY, "[1] * 10"),
            ("how many in all", "Write a list", "6"),
            ("nine answers", "Write a list", "[1, 0, 0, 0, 1, 1, 0, 1, 1]"),
        )
    ],
    "03-any-length": [
        WrongAnswer(slip, advice, change=change)
        for slip, advice, change in (
            ("promises nothing", "put `None` in the", (f"({ANY_LENGTH})", "")),
            (
                "lets it widen",
                "put `None` in the TensorSpec",
                (ANY_LENGTH, "reduce_retracing=True"),
            ),
            ("a size from the lesson", WRONG_SPEC, ("[None, 2]", "[32, 2]")),
            ("an axis too many", WRONG_SPEC, ("[None, 2]", "[None, None, 2]")),
            ("another dtype", "dtype", ("tf.float32", "tf.int32")),
            ("one norm over everything", DIFFER, (", axis=1", "")),
            ("the other axis", DIFFER, ("axis=1", "axis=0")),
            ("the first axis only", DIFFER, ("tf.norm(steps, axis=1)", "tf.abs(steps[:, 0])")),
            ("the sum of both", DIFFER, ("tf.norm(steps, axis=1)", "tf.abs(steps)")),
            ("the sign", DIFFER, (LENGTH, "-" + LENGTH)),
            ("a step too few", DIFFER, ("stroke[1:] - stroke[:-1]", "stroke[2:] - stroke[1:-1]")),
            ("a mean", "nan", ("reduce_sum", "reduce_mean")),
            ("a constant", "baked into the graph", (LENGTH, "tf.constant(2.5)")),
            ("no sum", "The shape differs", (LENGTH, "tf.norm(steps, axis=1)")),
            ("no return", "is a `return` missing?", ("return ", "")),
            ("plain Python", UNDECORATED, (f"@tf.function({ANY_LENGTH})\n", "")),
            ("NumPy", "`tf.` in place of `np.`", (LENGTH, "np.linalg.norm(steps, axis=1).sum()")),
            ("too early", "call `.numpy()` outside", (LENGTH, LENGTH + ".numpy()")),
        )
    ],
    "03-python-number": [
        *[
            WrongAnswer(slip, advice, f"{over}\ndef scaled(stroke, factor):\n    return {body}\n")
            for slip, advice, over, body in (
                ("promises nothing", OWN, "@tf.function", "stroke * factor"),
                ("too late", OWN, "@tf.function", "stroke * tf.constant(factor)"),
                (
                    "a number has no shape",
                    OWN,
                    "@tf.function(reduce_retracing=True)",
                    "stroke * factor",
                ),
                ("plain Python", UNDECORATED, "", "stroke * factor"),
            )
        ],
        *[
            WrongAnswer(slip, advice, change=change)
            for slip, advice, change in (
                ("a scalar has one size", WRONG_SPEC, ("([], ", "([1], ")),
                ("whole", "say `tf.float32`", ("([], tf.float32)", "([], tf.int32)")),
                ("adds", DIFFER, ("stroke * factor", "stroke + factor")),
                ("divides", DIFFER, ("stroke * factor", "stroke / factor")),
                ("the sign", DIFFER, ("stroke * factor", "stroke * tf.abs(factor)")),
                (
                    "no factor",
                    "baked into the graph",
                    ("stroke * factor", "stroke * 0.5 + 0.0 * factor"),
                ),
                ("the wrong rank", WRONG_SPEC, ("[None, 2]", "[2]")),
                (
                    "a new function at each call",
                    UNDECORATED,
                    (
                        f"@tf.function(input_signature={BOTH})\ndef scaled(stroke, factor):\n"
                        "    return stroke * factor",
                        "def scaled(stroke, factor):\n"
                        "    return tf.function(lambda s: s * factor)(stroke)",
                    ),
                ),
            )
        ],
    ],
    "03-two-graphs": [
        WrongAnswer(slip, advice, change=change)
        for slip, advice, change in (
            ("decorates only", WIDEN, ("(reduce_retracing=True)", "")),
            ("refused", WIDEN, ("reduce_retracing=True", "reduce_retracing=False")),
            ("a signature", "A signature is your promise", ("reduce_retracing=True", ANY_LENGTH)),
            (
                "both",
                "A signature is your",
                ("reduce_retracing", ANY_LENGTH + ", reduce_retracing"),
            ),
            ("plain Python", UNDECORATED, ("@tf.function(reduce_retracing=True)\n", "")),
            ("the mean of all", "The shape differs", (", axis=0", "")),
            ("the mean of each point", "The shape differs", ("axis=0", "axis=1")),
            ("a sum", DIFFER, ("reduce_mean", "reduce_sum")),
            (
                "the middle of the box",
                DIFFER,
                (MEAN, "(tf.reduce_max(stroke, axis=0) + tf.reduce_min(stroke, axis=0)) / 2.0"),
            ),
            ("without the last", DIFFER, ("(stroke, axis", "(stroke[:-1], axis")),
            ("by 32", DIFFER, (MEAN, "tf.reduce_sum(stroke, axis=0) / 32.0")),
            (
                "by a size that is open",
                "say `tf.shape(stroke)[0]`",
                (MEAN, "tf.reduce_sum(stroke, axis=0) / stroke.shape[0]"),
            ),
            ("a constant", "baked into the graph", (MEAN, "0.5 + 0.0 * stroke[0]")),
            ("no return", "is a `return` missing?", ("return ", "")),
        )
    ],
}

RIGHT = {
    "03-ten-calls": [
        RightAnswer(slip, change=(TEN, answers))
        for slip, answers in (
            ("a tuple", "(1, 0, 0, 0, 1, 1, 0, 1, 1, 1)"),
            ("an array", f"np.array({TEN})"),
            ("by call", f"dict(zip(calls, {TEN}))"),
            ("truths", f"[bool(new) for new in {TEN}]"),
            ("two rows", f"[{TEN}[:5], {TEN}[5:]]"),
        )
    ],
    "03-any-length": [
        *[
            RightAnswer(slip, change=change)
            for slip, change in (
                ("a tuple of specs", (ANY_LENGTH, "input_signature=(tf.TensorSpec([None, 2]),)")),
                ("a name", ("tf.float32)", "tf.float32, name='pen')")),
                ("wider", ("[None, 2]", "[None, None]")),
                ("a root", (LENGTH, "tf.reduce_sum(tf.sqrt(tf.reduce_sum(steps**2, axis=1)))")),
            )
        ],
        RightAnswer(
            "by call",
            f"length = tf.function(path_length.python_function, {ANY_LENGTH})\n",
        ),
        RightAnswer(
            "a lambda",
            "length = tf.function(lambda s: tf.reduce_sum(tf.norm(s[1:] - s[:-1], axis=1)), "
            f"{ANY_LENGTH})\n",
        ),
        RightAnswer(
            "a function in a function",
            f"@tf.function({ANY_LENGTH})\ndef length(drawn):\n"
            "    return path_length.python_function(drawn)\n",
        ),
    ],
    "03-python-number": [
        RightAnswer(
            "an eager wrapper",
            """\
@tf.function
def multiplied(stroke, factor):
    return stroke * factor


def scaled(stroke, factor):
    return multiplied(stroke, tf.constant(factor))
""",
        ),
        RightAnswer(
            "shrink of the lesson, new",
            "again = tf.function(shrink.python_function)\n\n\n"
            "def scaled(stroke, factor):\n    return again(stroke, np.float32(factor))\n",
        ),
        RightAnswer(
            "by call", f"scaled = tf.function(lambda s, f: s * f, input_signature={BOTH})\n"
        ),
        RightAnswer("multiply", change=("stroke * factor", "tf.multiply(factor, stroke)")),
        RightAnswer("for 32 points", change=("[None, 2]", "[32, 2]")),
        RightAnswer("names", change=("([], tf.float32)", "([], tf.float32, name='by')")),
    ],
    "03-two-graphs": [
        *[
            RightAnswer(slip, change=(MEAN, mean))
            for slip, mean in (
                ("by position", "tf.reduce_mean(stroke, 0)"),
                ("a share", "tf.reduce_sum(stroke, 0) / tf.cast(tf.shape(stroke)[0], tf.float32)"),
                (
                    "both axes",
                    "tf.stack([tf.reduce_mean(stroke[:, 0]), tf.reduce_mean(stroke[:, 1])])",
                ),
                ("turned", "tf.reduce_mean(tf.transpose(stroke), axis=-1)"),
            )
        ],
        RightAnswer(
            "by call",
            "middle = tf.function(lambda s: tf.reduce_mean(s, axis=0), reduce_retracing=True)\n",
        ),
    ],
}
