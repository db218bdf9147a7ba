"""Wrong and right answers to the exercises of lesson 04."""

from . import RightAnswer, WrongAnswer

WRONG_SPEC = "compare the two TensorSpecs"
TOO_WIDE, DIFFER = "The spec is too wide", "The numbers differ"
SIGNED = "@tf.function(input_signature=[tf.TensorSpec([None, 32, 2]), tf.TensorSpec([])])"
PRODUCT = "strokes * factor"
CLOSED = "tf.norm(line[-1] - line[0]) < 0.1"
GIVEN = '{"length": path_length(line), "closed": closed}'
PEN = '@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="stroke")])'
NAMES, APART = "the name of the spec wins", "less than 0.1 apart"
SIZES, DTYPE, FORM = "fixes every size", "Numbers are not in a spec", "is it a tensor already?"
SEVEN = "[0, 0, 1, 1, 0, 0, 1]"
CAST, FIRST = "length(tf.cast(whole, tf.float32))", "length(batch[0])"
HEIGHT, GROWN = "mean_height(long_stroke)", "half_signed(stroke, 3.0)"
ANY = "@tf.function(input_signature=[any_length])\ndef mean_height"
BOTH = "half_signed = tf.function(grow, input_signature=[any_length, one_number])"

# Cell of a prediction -> what it is, the commonest misconception, and why people think so.
PREDICTIONS = {
    "04-predict-turned": ("another length", "an error", "a shape that makes no sense is noticed"),
    "04-predict-none": ("3", "4", "None means that anything goes, the rank too"),
    "04-predict-converted": ("2", "1", "float64 is not float32, in whatever form it comes"),
    "04-predict-pixels": ("0", "a refusal", "the signature guards the dtype"),
    "04-predict-byte": ("44", "a refusal", "what does not fit is refused, or cut to 255"),
    "04-predict-default": (
        "a refusal",
        "3 x length",
        "a default stays a default if the signature does not speak of it",
    ),
    "04-predict-names": (
        "pen -> output_0, output_1",
        "stroke -> closed, size",
        "others call a function as Python does, by its own names",
    ),
}

ANSWERS = {
    "04-batch": [
        WrongAnswer(slip, advice, change=change)
        for slip, advice, change in (
            ("promises nothing", "a TensorSpec", (SIGNED, "@tf.function")),
            ("plain Python", "Put `@tf.function`", (SIGNED, "")),
            ("widens", "a TensorSpec", (SIGNED, "@tf.function(reduce_retracing=True)")),
            ("the first batch", WRONG_SPEC, ("[None, 32", "[8, 32")),
            ("one stroke", WRONG_SPEC, ("[None, 32, 2]", "[32, 2]")),
            ("any number of points", TOO_WIDE, ("[None, 32", "[None, None")),
            ("any number of coordinates", TOO_WIDE, ("32, 2]", "32, None]")),
            ("any rank", TOO_WIDE, ("[None, 32, 2]", "None")),
            ("a number has one size", WRONG_SPEC, ("Spec([])", "Spec([1])")),
            ("None for one number", TOO_WIDE, ("Spec([])", "Spec(None)")),
            ("the number is whole", "say `tf.float32`", ("Spec([])", "Spec([], tf.int32)")),
            ("adds", DIFFER, (PRODUCT, "strokes + factor")),
            ("the first axis only", DIFFER, (PRODUCT, "strokes * [factor, 1.0]")),
            ("by two", DIFFER, (PRODUCT, "strokes * 2.0 + 0.0 * factor")),
        )
    ],
    "04-four-refusals": [
        *[
            WrongAnswer(slip, advice, change=change)
            for slip, advice, change in (
                ("calls again", "say tf.cast", (CAST, "length(whole)")),
                ("the bits", "say tf.cast", ("tf.cast(", "tf.bitcast(")),
                ("the batch again", "take the stroke out", (FIRST, "length(batch)")),
                ("the wrong axis", "take the stroke out", (FIRST, "length(batch[:, 0])")),
                ("cuts a good stroke", "a good stroke", (HEIGHT, HEIGHT[:-1] + "[:32])")),
                (
                    "for 40 only",
                    "a good stroke",
                    (ANY, ANY.replace("any_length", "tf.TensorSpec([40, 2])")),
                ),
                ("the other axis", "a good stroke", ("stroke[:, 1]", "stroke[:, 0]")),
                ("the default", "Literal[2.0]", (GROWN, "half_signed(stroke)")),
                ("the old function", "Literal[2.0]", ("[any_length, one_number]", "[any_length]")),
                (
                    "another default",
                    "Literal[2.0]",
                    (
                        BOTH,
                        "half_signed = tf.function("
                        "lambda s, factor=3.0: grow(s, factor), input_signature=[any_length])",
                    ),
                ),
                (
                    "a number in place of the call",
                    "Literal[2.0]",
                    (BOTH, "half_signed = lambda s, factor: 3.0 * path_length(s)"),
                ),
                ("runs at once", "Write a list", ("lambda: " + CAST + ",", "")),
            )
        ],
        WrongAnswer(
            "one call", "Write a list with one answer", source="repaired = length(batch[0])"
        ),
    ],
    "04-names": [
        *[
            WrongAnswer(slip, advice, change=change)
            for slip, advice, change in (
                ("the parameter's name goes out", NAMES, (', name="stroke"', "")),
                ("a tuple of two local names", NAMES, (GIVEN, "path_length(line), closed")),
                ("another key", NAMES, ('"closed"', '"is_closed"')),
                ("the spec of measure", NAMES, ('name="stroke"', 'name="pen"')),
                ("plain Python", "`input_signature` in the decorator", (PEN + "\n", "")),
                ("the other way round", APART, ("< 0.1", "> 0.1")),
                ("a Python bool, baked in", APART, (CLOSED, "tf.constant(True)")),
                ("32 points are closed", APART, (CLOSED, "tf.equal(tf.shape(line)[0], 32)")),
                ("x only", APART, (CLOSED, "tf.abs(line[-1, 0] - line[0, 0]) < 0.1")),
                ("cancels", APART, (CLOSED, "tf.abs(tf.reduce_sum(line[-1] - line[0])) < 0.1")),
                ("the sign", APART, (CLOSED, "tf.reduce_max(line[-1] - line[0]) < 0.1")),
                (
                    "the larger axis",
                    APART,
                    (CLOSED, CLOSED.replace("norm(", "reduce_max(tf.abs(").replace(") <", ")) <")),
                ),
                ("a constant length", "closed", ("path_length(line)", "tf.constant(2.5)")),
            )
        ],
        WrongAnswer(
            "renames the parameter",
            "missing a required argument: 'stroke'",
            """\
@tf.function(input_signature=[any_length])
def report(stroke):
    closed = tf.norm(stroke[-1] - stroke[0]) < 0.1
    return {"length": path_length(stroke), "closed": closed}
""",
        ),
    ],
    "04-example": [
        WrongAnswer(slip, advice, change=(SEVEN, answers))
        for slip, advice, answers in (
            ("stands for any size", SIZES, "[1, 0, 1, 1, 0, 0, 1]"),
            ("the batch is free by itself", SIZES, "[0, 1, 1, 1, 0, 0, 1]"),
            ("another number, another spec", DTYPE, "[0, 0, 0, 1, 0, 0, 1]"),
            ("2 is not 2.0", DTYPE, "[0, 0, 1, 0, 0, 0, 1]"),
            ("numbers are numbers", DTYPE, "[0, 0, 1, 1, 1, 0, 1]"),
            ("a tensor is converted", FORM, "[0, 0, 1, 1, 0, 1, 1]"),
            ("an array is not converted", FORM, "[0, 0, 1, 1, 0, 0, 0]"),
            ("everything fits", SIZES, "[1] * 7"),
            ("nothing fits", DTYPE, "[0] * 7"),
            ("the other way round", SIZES, "[1, 1, 0, 0, 1, 1, 0]"),
            ("six answers", "Write a list", "[0, 0, 1, 1, 0, 0]"),
        )
    ],
}

RIGHT = {
    "04-batch": [
        *[
            RightAnswer(slip, change=change)
            for slip, change in (
                ("dtypes", ("Spec([])", "Spec([], tf.float32)")),
                ("a tuple", (SIGNED, SIGNED.replace("=[tf", "=(tf").replace("])])", "]),))"))),
                ("names", ("Spec([])", "Spec([], name='by')")),
                ("by an operation", (PRODUCT, "tf.multiply(factor, strokes)")),
            )
        ],
        RightAnswer("by call", f"enlarge = {SIGNED[1:-1]})(lambda s, f: s * f)\n"),
        RightAnswer(
            "an eager wrapper",
            f"{SIGNED}\ndef grown(s, f):\n    return s * f\n\n\n"
            "def enlarge(strokes, factor):\n    return grown(strokes, factor)\n",
        ),
    ],
    "04-four-refusals": [
        RightAnswer(slip, change=change)
        for slip, change in (
            ("a list of numbers", (CAST, "length(whole.numpy())")),
            ("squeezes", (FIRST, "length(tf.squeeze(batch, 0))")),
            ("a default", (GROWN, "half_signed(stroke, factor=3.0)")),
            ("signed of the lesson", (BOTH, "half_signed = signed")),
            ("values", ("lambda: " + FIRST, FIRST)),
            ("wider", (ANY, ANY.replace("any_length", "tf.TensorSpec([None, None])"))),
        )
    ],
    "04-names": [
        *[
            RightAnswer(slip, change=change)
            for slip, change in (
                ("another order", (GIVEN, '{"closed": closed, "length": path_length(line)}')),
                ("a root", (CLOSED, "tf.sqrt(tf.reduce_sum((line[-1] - line[0]) ** 2)) < 0.1")),
                ("less", (CLOSED, "tf.less(tf.norm(line[0] - line[-1]), 0.1)")),
                ("dict()", (GIVEN, "dict(length=path_length(line), closed=closed)")),
            )
        ],
        RightAnswer(
            "by call",
            """\
def report(line):
    return measure.python_function(line)


report = tf.function(report, input_signature=[tf.TensorSpec([None, 2], name="stroke")])
""",
        ),
    ],
    "04-example": [
        RightAnswer(slip, change=(SEVEN, answers))
        for slip, answers in (
            ("a tuple", "(0, 0, 1, 1, 0, 0, 1)"),
            ("an array", f"np.array({SEVEN})"),
            ("truths", f"[bool(n) for n in {SEVEN}]"),
            ("by use", f"dict(zip(uses, {SEVEN}))"),
            ("a tensor", f"tf.constant({SEVEN})"),
        )
    ],
}
