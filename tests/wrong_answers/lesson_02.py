"""Wrong and right answers to the exercises of lesson 02."""

from . import RightAnswer, WrongAnswer

ADDED = "    return stroke + tf.random.normal(tf.shape(stroke), 0.0, 0.01)\n"
SHAKEN = "@tf.function\ndef shaken(stroke):\n" + ADDED
NOISE, OPERATION = "tf.random.normal(tf.shape(stroke), 0.0, 0.01)", "Draw with an operation"
MADE, WRITTEN = "tf.TensorArray(tf.float32, size=tf.shape(stroke)[0])", "drawn.write(i, pen)"
ARRAY, STEP = "drawn = " + MADE, "(pen + stroke[i]) / 2.0"
SIGNED = "@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])\n"
LOOP = f"""\
    pen = stroke[0]
    drawn = {MADE}
    for i in tf.range(tf.shape(stroke)[0]):
        pen = {STEP}
        drawn = {WRITTEN}
    return drawn.stack()"""
STEADY = SIGNED + "def steady(stroke):\n" + LOOP
CLIPPED = """\
    inside = stroke
    if tf.reduce_max(stroke) > 1.0:
        inside = stroke / tf.reduce_max(stroke)
    return inside
"""
WIDTH = """\
    width = 0.5
    if path_length(stroke) > 1.0:
        width = 1.0
    return width
"""
HALVED = "        return stroke / 2.0\n    return stroke\n"
LEAKS, HANDED = "[0, 1, 1, 0]", "[clipped, width_of, halved]"
DIFFER, KEPT = "The numbers differ", "it may be kept"

ANSWERS = {
    "02-jitter": [
        *[
            WrongAnswer(slip, advice, change=(NOISE, noise))
            for slip, advice, noise in (
                ("NumPy draws once", OPERATION, "rng.normal(0.0, 0.01, (32, 2)).astype('float32')"),
                ("one for the stroke", "one number for each", "tf.random.normal([], 0.0, 0.01)"),
                (
                    "one for each point",
                    "one number for each",
                    "tf.random.normal([32, 1], 0.0, 0.01)",
                ),
                ("one for each axis", "one number for each", "tf.random.normal([2], 0.0, 0.01)"),
                ("deviation 1", "mean, stddev", "tf.random.normal(tf.shape(stroke))"),
                ("deviation 0.015", "mean, stddev", NOISE.replace("0.01", "0.015")),
                ("mean 0.01", "mean, stddev", NOISE.replace("0.0, 0.01", "0.01, 0.01")),
                ("multiplied", "mean, stddev", f"stroke * {NOISE}"),
                ("uniform", "mean, stddev", "tf.random.uniform([32, 2], -0.01732, 0.01732)"),
                ("a constant", OPERATION, "0.01"),
                ("the same seeds", OPERATION, "0.01 * tf.random.stateless_normal([32, 2], [1, 2])"),
                (
                    "calls Python",
                    "calls back into",
                    "tf.py_function(lambda: rng.normal(0, 0.01, (32, 2)), [], 'float')",
                ),
            )
        ],
        WrongAnswer(
            "an operation, but outside the function",
            OPERATION,
            f"noise = tf.random.normal([32, 2], 0.0, 0.01)\n{SHAKEN}".replace(NOISE, "noise"),
        ),
        WrongAnswer("no decorator", "Put `@tf.function`", change=("@tf.function\n", "")),
        WrongAnswer(
            "a number for each call",
            "Other calls made graphs",
            SHAKEN + "shaken(circle(40))\n",
        ),
    ],
    "02-list": [
        WrongAnswer(
            "a Python list in a loop of the graph",
            "write it into a `tf.TensorArray`",
            STEADY.replace(MADE, "[]")
            .replace("drawn = drawn.write(i, pen)", "drawn.append(pen)")
            .replace("drawn.stack()", "tf.stack(drawn)"),
        ),
        WrongAnswer(
            "a Python loop over a size that nobody knows yet",
            "write `tf.shape(x)[0]`",
            change=("in tf.range(tf.shape(stroke)[0])", "in range(stroke.shape[0])"),
        ),
        *[
            WrongAnswer(slip, advice, change=change)
            for slip, advice, change in (
                ("drops what write returns", DIFFER, ("drawn = " + WRITTEN, WRITTEN)),
                ("stores the point", DIFFER, (WRITTEN, "drawn.write(i, stroke[i])")),
                ("does not stack", "The shape differs", ("drawn.stack()", "drawn")),
                ("forgets where the pen was", DIFFER, ("pen = (pen +", "pen = (stroke[0] +")),
                ("a third of the way", DIFFER, (STEP, "(2.0 * pen + stroke[i]) / 3.0")),
                ("starts at zero", DIFFER, ("pen = stroke[0]", "pen = 0.0 * stroke[0]")),
                ("concatenates", "The shape differs", ("drawn.stack()", "drawn.concat()")),
                ("gives the last only", "The shape differs", ("drawn.stack()", "pen")),
                (
                    "one too few",
                    "",
                    ("range(tf.shape(stroke)[0])", "range(1, tf.shape(stroke)[0])"),
                ),
                ("gives the stroke", DIFFER, ("drawn.stack()", "stroke")),
                ("no signature", "put `None` in the TensorSpec", (SIGNED, "@tf.function\n")),
                ("no graph", "Put `@tf.function`", (SIGNED, "")),
            )
        ],
    ],
    "02-branches": [
        WrongAnswer(
            "hands them in as they are",
            "set it before the `if`",
            change=("inside = stroke\n", "\n"),
        ),
        *[
            WrongAnswer(slip, advice, change=change)
            for slip, advice, change in (
                ("a whole number is one", "keep one dtype", ("width = 1.0", "width = 1")),
                ("returns in one only", "only one gives a value", (HALVED, HALVED[:28])),
                (
                    "whole numbers",
                    DIFFER,
                    (WIDTH, WIDTH.replace("0.5", "0").replace("1.0\n", "1\n")),
                ),
                (
                    "no change",
                    DIFFER,
                    ("inside = stroke / tf.reduce_max(stroke)", "inside = stroke"),
                ),
                ("cuts off", DIFFER, (CLIPPED, "    return tf.minimum(stroke, 1.0)\n")),
                ("always halves", DIFFER, (HALVED, HALVED[:-1] + " / 2.0\n")),
                ("always wide", "a value baked", (WIDTH, "    return tf.constant(1.0)\n")),
                ("two of three", "the three functions", (HANDED, "[clipped, halved]")),
                ("names", "the three functions", (HANDED, "['clipped', 'width_of', 'halved']")),
                ("another order", "shape differs", (HANDED, "[width_of, clipped, halved]")),
                (
                    "results",
                    "the three functions",
                    (HANDED, "[f(stroke) for f in (clipped, halved)]"),
                ),
            )
        ],
        WrongAnswer(
            "decorators deleted, nothing repaired",
            "Call your function by itself",
            """\
def clipped(stroke):
    if tf.reduce_max(stroke) > 1.0:
        inside = stroke / tf.reduce_max(stroke)
    return inside


my_repairs = [clipped, lambda s: 1 if path_length(s) > 1.0 else 0.5, lambda s: s]
""",
        ),
        WrongAnswer(
            "repaired, and plain Python",
            "Put `@tf.function`",
            change=("@tf.function\ndef clipped", "def clipped"),
        ),
    ],
    "02-leak": [
        WrongAnswer(slip, advice, change=(LEAKS, answers))
        for slip, advice, answers in (
            ("a constant cannot leak", "made inside is a place", "[0, 0, 1, 0]"),
            ("the variable leaks too", KEPT, "[1, 1, 1, 0]"),
            ("all that it gives is symbolic", "It was returned", "[0, 1, 1, 1]"),
            ("nothing leaks, the program runs", "made inside is a place", "[0, 0, 0, 0]"),
            ("what was computed is no leak", "Set inside the function", "[0, 1, 0, 0]"),
            ("everything", KEPT, "[1, 1, 1, 1]"),
            ("the other way round", KEPT, "[1, 0, 0, 1]"),
            ("only the variable", KEPT, "[1, 0, 0, 0]"),
            ("only the result", "made inside is a place", "[0, 0, 0, 1]"),
            ("three of four", "Write a list", "[1, 1, 0]"),
            ("the names", "Write a list", "['const', 'mult']"),
        )
    ],
}

RIGHT = {
    "02-jitter": [
        *[
            RightAnswer(slip, change=(NOISE, noise))
            for slip, noise in (
                ("the static shape", "tf.random.normal(stroke.shape, 0.0, 0.01)"),
                ("scaled", "0.01 * tf.random.normal([32, 2])"),
                ("a seed", "tf.random.normal(tf.shape(stroke), stddev=0.01, seed=3)"),
            )
        ],
        RightAnswer(
            "by call",
            "shaken = tf.function(lambda drawn: drawn + "
            "tf.random.normal(tf.shape(drawn), 0.0, 0.01))\n",
        ),
        RightAnswer("a signature", change=("@tf.function\n", SIGNED)),
        RightAnswer(
            "a generator that is memory",
            "dice_of_tf = tf.random.Generator.from_seed(4)\n"
            + SHAKEN.replace("tf.random.normal", "dice_of_tf.normal"),
        ),
        RightAnswer(
            "an eager wrapper",
            "inner = tf.function(lambda s: s + "
            "tf.random.normal([32, 2], 0.0, 0.01))\n\n\n"
            "def shaken(stroke):\n    return inner(stroke)\n",
        ),
    ],
    "02-list": [
        *[
            RightAnswer(slip, change=(LOOP, body))
            for slip, body in (
                (
                    "a scan",
                    "    return tf.scan(lambda pen, at: (pen + at) / 2.0, stroke, stroke[0])",
                ),
                ("grows", LOOP.replace("size=tf.shape(stroke)[0]", "size=0, dynamic_size=True")),
                ("other halves", LOOP.replace(STEP, "0.5 * pen + 0.5 * stroke[i]")),
                ("another name", LOOP.replace("drawn", "pens")),
                (
                    "a loop over pairs",
                    LOOP.replace(
                        "i in tf.range(tf.shape(stroke)[0])",
                        "i, at in tf.data.Dataset.from_tensor_slices(stroke).enumerate()",
                    )
                    .replace("stroke[i]", "at")
                    .replace("write(i", "write(tf.cast(i, tf.int32)"),
                ),
            )
        ],
    ],
    "02-branches": [
        *[
            RightAnswer(slip, change=change)
            for slip, change in (
                (
                    "else",
                    (
                        CLIPPED,
                        CLIPPED.replace("    inside = stroke\n", "", 1).replace(
                            "    return", "    else:\n        inside = stroke\n    return"
                        ),
                    ),
                ),
                (
                    "no branch",
                    (CLIPPED, "    return stroke / tf.maximum(1.0, tf.reduce_max(stroke))\n"),
                ),
                ("where", (WIDTH, "    return tf.where(path_length(stroke) > 1.0, 1.0, 0.5)\n")),
                (
                    "cond",
                    (
                        WIDTH,
                        "    return tf.cond(path_length(stroke) > 1.0, lambda: 1.0, lambda: 0.5)\n",
                    ),
                ),
                ("a tuple", (HANDED, HANDED.replace("[", "(").replace("]", ")"))),
                (
                    "by name",
                    (HANDED, "{'clipped': clipped, 'width_of': width_of, 'halved': halved}"),
                ),
                (
                    "else",
                    (
                        HALVED,
                        HALVED.replace("    return stroke\n", "    else:\n        return stroke\n"),
                    ),
                ),
            )
        ],
    ],
    "02-leak": [
        RightAnswer(slip, change=(LEAKS, answers))
        for slip, answers in (
            ("a tuple", "(0, 1, 1, 0)"),
            ("an array", "np.array([0, 1, 1, 0])"),
            ("a tensor", "tf.constant([0, 1, 1, 0])"),
            ("truths", "[False, True, True, False]"),
            ("by name", "{'root.var': 0, 'root.const': 1, 'root.mult': 1, 'result': 0}"),
            (
                "asked",
                "[tf.is_symbolic_tensor(t) for t in (root.var, root.const, root.mult, result)]",
            ),
        )
    ],
}

PREDICTIONS = {
    "02-predict-jitter": (
        "twice the same shake",
        "two different shakes",
        "a random number is drawn wherever the line stands",
    ),
    "02-predict-eight": ("3", "8", "names are looked up at each call, as Python does"),
    "02-predict-object": (
        "width",
        "scale and width",
        "an object is an argument, and arguments are fresh at each call",
    ),
    "02-predict-if": ("first, second", "second", "tracing follows the branch that is taken"),
    "02-predict-count": ("202 and 18", "202 and 180", "tf.range writes each round down, too"),
    "02-predict-list": ("an error", "the same shape", "tf.range is range in another spelling"),
    "02-predict-shape": ("None", "32 and 40", "the shape of a tensor is known where it is used"),
    "02-predict-eagerly": ("second", "nothing", "a function that has its graph runs no Python"),
}
