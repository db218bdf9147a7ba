"""Answers to the exercises of lesson 07."""

from . import RightAnswer, WrongAnswer

CENTRE = "pad.centre.get_concrete_function(any_length)"
KEYS = f'{{key: pad.measure, "centre": {CENTRE}}}'
DECORATOR = '    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])\n'
ASK = "return module.lengths.get_concrete_function(tf.TensorSpec([None, None, 2], tf.float32))"
ASK_FOR_ONE, UNCALLED = "ask it for one graph, for any length", "belongs `pad.measure`"
ONE = "made from one graph"
RETURN, NAMED = 'return {"power": x**self.const}', "under the name `power`"
FITS, TOO_WIDE = "which graph fits any sizes", "x and y are two"
MINE, FIRST, SECOND = "follows it", "which line assigned to that one last", "nobody assigned to it"
SIGNED, ASKED = (
    '{key: pad.measure, "centre": tf.function(',
    '{key: pad.measure, "centre": pad.centre',
)
TWO = """\
    @tf.function(input_signature=[tf.TensorSpec([])])
    def root(self, x):
        return tf.sqrt(x)

"""
BATCHES = """\
for many in (1, None):
        module.lengths.get_concrete_function(tf.TensorSpec([many, None, 2]))"""
KEY = "[2, 6, 6, 1, 5]"


def finds(slip: str, key: str, advice: str) -> WrongAnswer:
    """Another list in place of the right one of 07-photograph."""
    return WrongAnswer(slip, advice, change=(KEY, key))


def keys(slip: str, text: str, advice: str) -> WrongAnswer:
    """Another dict in place of the right one of 07-two-keys."""
    return WrongAnswer(slip, advice, change=(KEYS, text))


def keys_too(slip: str, text: str) -> RightAnswer:
    """Another dict that is right."""
    return RightAnswer(slip, change=(KEYS, text))


PREDICTIONS = {
    "07-predict-files": ("3", "5", "every part of a folder is thought to be needed"),
    "07-predict-asset": (
        "line circle zigzag",
        "an error",
        "a graph is thought to keep the path that it was given",
    ),
    "07-predict-names": ("4", "6", "what is loaded is taken for the object that was saved"),
    "07-predict-centre": (
        "an error",
        "a new graph",
        "a loaded tf.function is thought to trace anew, as the one in memory does",
    ),
    "07-predict-second": ("0", "2", "each function with a signature is thought to get a key"),
}

ANSWERS = {
    "07-two-keys": [
        keys(
            "a tf.function without a signature",
            '{key: pad.measure, "centre": pad.centre}',
            "one graph",
        ),
        keys(
            "a sample fixes the number of points",
            '{key: pad.measure, "centre": pad.centre.get_concrete_function(stroke)}',
            ASK_FOR_ONE,
        ),
        keys(
            "the name of the method as key",
            f'{{"measure": pad.measure, "centre": {CENTRE}}}',
            "under another key",
        ),
        keys("a list, no keys", f"[pad.measure, {CENTRE}]", "A list has no keys"),
        keys(
            "each key beside the other function",
            f'{{"centre": pad.measure, key: {CENTRE}}}',
            UNCALLED,
        ),
        keys(
            "calls the functions", '{key: pad.measure(stroke), "centre": pad.centre(stroke)}', ONE
        ),
        keys("the default alone", "{key: pad.measure}", "No function has this key"),
        keys("one function, no dict", "pad.measure", "No function has this key"),
        keys("measure under both", '{key: pad.measure, "centre": pad.measure}', ASK_FOR_ONE),
        keys("centre under both", f'{{key: {CENTRE}, "centre": {CENTRE}}}', UNCALLED),
        keys("the plain method", f'{{key: pad.length, "centre": {CENTRE}}}', ONE),
        keys("names of functions", '{key: "measure", "centre": "centre"}', ONE),
    ],
    "07-empty-map": [
        WrongAnswer("a plain method", "fills the map", change=(DECORATOR, "")),
        WrongAnswer("bare @tf.function", "fills the map", change=(DECORATOR, "    @tf.function\n")),
        WrongAnswer("a sample's size in the signature", "`None` where", change=("[None]", "[3]")),
        WrongAnswer("a bare tensor", NAMED, change=(RETURN, "return x**self.const")),
        WrongAnswer(
            "the seed's name, not __call__",
            "not saved",
            """\
class BasicModel(tf.Module):
    def __init__(self):
        super().__init__()
        self.const = tf.Variable(2.0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def pow(self, x):
        return {"power": x**self.const}

    def __call__(self, x):
        return self.pow(x)
""",
        ),
        WrongAnswer("a number, not the variable", NAMED, change=("x**self.const", "x**2")),
        WrongAnswer(
            "a constant for the result", NAMED, change=("x**self.const", "tf.constant([4.0])")
        ),
        WrongAnswer("times", NAMED, change=("x**self.const", "x * self.const")),
        WrongAnswer("another name", NAMED, change=('"power":', '"pow":')),
        WrongAnswer("off by one", NAMED, change=("x**self.const", "x ** (self.const + 1.0)")),
        WrongAnswer("no variable", NAMED, change=("tf.Variable(2.0)", "2.0")),
        WrongAnswer("a second signature", "fills the map", change=(DECORATOR, TWO + DECORATOR)),
    ],
    "07-any-batch": [
        WrongAnswer(
            "calls it with one batch",
            FITS,
            change=(ASK, "return module.lengths(tf.ones([5, 32, 2]))"),
        ),
        WrongAnswer(
            "calls it with many batches",
            FITS,
            change=(ASK, "return [module.lengths(tf.ones([n, 32, 2])) for n in range(1, 9)]"),
        ),
        WrongAnswer(
            "leaves the batch open, fixes the points",
            FITS,
            change=("[None, None, 2]", "[None, 32, 2]"),
        ),
        WrongAnswer(
            "leaves the points open, fixes the batch",
            FITS,
            change=("[None, None, 2]", "[1, None, 2]"),
        ),
        WrongAnswer("leaves all three open", TOO_WIDE, change=("[None, None, 2]", "[None] * 3")),
        WrongAnswer("does nothing", "never traced", change=(ASK, "return module")),
        WrongAnswer("another dtype", FITS, change=("tf.float32", "tf.float64")),
        WrongAnswer(
            "one stroke", "count the sizes of the shape", change=("[None, None, 2]", "[None, 2]")
        ),
        WrongAnswer(
            "changes her class",
            "a signature in her class",
            """\
class Strokes(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, None, 2], tf.float32)])
    def lengths(self, strokes):
        return tf.reduce_sum(tf.norm(strokes[:, 1:] - strokes[:, :-1], axis=2), axis=1)


def prepare(module):
    pass
""",
        ),
        WrongAnswer(
            "the class, not her module", "never traced", change=(ASK, "return Strokes().lengths")
        ),
        WrongAnswer(
            "an untold rank",
            TOO_WIDE,
            change=(
                "tf.TensorSpec([None, None, 2], tf.float32)",
                "tf.TensorSpec([None, None, None])",
            ),
        ),
        WrongAnswer(
            "steps over the wrong axis",
            "The numbers differ",
            change=("axis=2), axis=1)", "axis=1), axis=1)"),
        ),
    ],
    "07-photograph": [
        finds("all share one variable", "[6, 6, 6, 6, 6]", MINE),
        finds("nothing changes after saving", "[1, 1, 1, 1, 1]", MINE),
        finds("a signature is frozen", "[2, 6, 1, 1, 5]", "the map and the attribute share it"),
        finds(
            "a loaded object is saved as it was loaded",
            "[2, 6, 6, 1, 1]",
            "with the numbers of that moment",
        ),
        finds("misses the second assign", "[2, 5, 5, 1, 5]", FIRST),
        finds("what is loaded follows mine", "[2, 2, 2, 2, 2]", FIRST),
        finds("first and second are one", "[2, 6, 6, 6, 5]", SECOND),
        finds("third follows first", "[2, 6, 6, 1, 6]", "with the numbers of that moment"),
        finds("second follows mine", "[2, 6, 6, 2, 5]", SECOND),
        finds("four numbers", "[2, 6, 1, 5]", "one answer for each of"),
    ],
}

RIGHT = {
    "07-two-keys": [
        keys_too("the key in words", f'{{"serving_default": pad.measure, "centre": {CENTRE}}}'),
        keys_too(
            "a graph of measure",
            f"{{key: pad.measure.get_concrete_function(), 'centre': {CENTRE}}}",
        ),
        keys_too("the other order", f'{{"centre": {CENTRE}, key: pad.measure}}'),
        keys_too(
            "a function with a signature",
            '{key: pad.measure, "centre": tf.function(pad.centre, input_signature=[any_length])}',
        ),
        keys_too(
            "another name for the input",
            ASKED + '.get_concrete_function(tf.TensorSpec([None, 2], name="line"))}',
        ),
        keys_too("a wrapper", SIGNED + "lambda s: pad.centre(s), input_signature=[any_length])}"),
        keys_too("dict()", f"dict(serving_default=pad.measure, centre={CENTRE})"),
    ],
    "07-empty-map": [
        RightAnswer("another name for the input", change=(', name="x"', "")),
        RightAnswer("by operation", change=("x**self.const", "tf.pow(x, self.const)")),
        RightAnswer("not to be trained", change=("(2.0)", "(2.0, trainable=False)")),
        RightAnswer("any rank", change=("[None], tf.float32", "None, tf.float32")),
        RightAnswer(
            "a tuple as signature",
            change=('[tf.TensorSpec([None], tf.float32, name="x")]', "(tf.TensorSpec([None]),)"),
        ),
        RightAnswer("dict()", change=(RETURN, "return dict(power=x**self.const)")),
    ],
    "07-any-batch": [
        RightAnswer("no return", change=("return module", "module")),
        RightAnswer("returns the module", change=(ASK, ASK[7:] + "\n    return module")),
        RightAnswer("a name in the spec", change=("tf.float32)", 'tf.float32, "many")')),
        RightAnswer(
            "after a call", change=(ASK, "module.lengths(tf.ones([1, 32, 2]))\n    " + ASK)
        ),
        RightAnswer("by keyword", change=("(tf.TensorSpec", "(strokes=tf.TensorSpec")),
        RightAnswer("for two ranks of batches", change=(ASK, BATCHES)),
    ],
    "07-photograph": [
        RightAnswer("a tuple", change=(KEY, "(2, 6, 6, 1, 5)")),
        RightAnswer("floats", change=(KEY, "[2.0, 6.0, 6.0, 1.0, 5.0]")),
        RightAnswer("an array", change=(KEY, "np.array([2, 6, 6, 1, 5])")),
        RightAnswer("a tensor", change=(KEY, "tf.constant([2, 6, 6, 1, 5])")),
        RightAnswer(
            "variables",
            change=(KEY, "[mine.scale, first.scale, first.scale, second.scale, third.scale]"),
        ),
    ],
}
