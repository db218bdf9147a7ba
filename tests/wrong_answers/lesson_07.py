"""Wrong answers to the exercises of lesson 07."""

from . import WrongAnswer

CENTRE = "pad.centre.get_concrete_function(any_length)"
KEYS = f'{{key: pad.measure, "centre": {CENTRE}}}'
DECORATOR = '    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")])\n'
ASK = "return module.lengths.get_concrete_function(tf.TensorSpec([None, None, 2], tf.float32))"
ASK_FOR_ONE = "ask it for one graph, for any length"
MINE, FIRST = "follows it", "which line assigned to that one last"

ANSWERS = {
    "07-two-keys": [
        WrongAnswer(
            "a tf.function without a signature", ASK_FOR_ONE, change=(CENTRE, "pad.centre")
        ),
        WrongAnswer(
            "a sample fixes the number of points",
            ASK_FOR_ONE,
            change=("get_concrete_function(any_length)", "get_concrete_function(stroke)"),
        ),
        WrongAnswer(
            "the name of the method as key", "`key` is the default", change=("key:", '"measure":')
        ),
        WrongAnswer("a list, no keys", "A dict", change=(KEYS, f"[pad.measure, {CENTRE}]")),
        WrongAnswer(
            "each key beside the other function",
            "belongs `pad.measure`",
            change=(KEYS, f'{{"centre": pad.measure, key: {CENTRE}}}'),
        ),
        WrongAnswer(
            "calls the functions",
            "the function, uncalled",
            change=(KEYS, '{key: pad.measure(stroke), "centre": pad.centre(stroke)}'),
        ),
    ],
    "07-empty-map": [
        WrongAnswer("a plain method", "Only a `tf.function` is saved", change=(DECORATOR, "")),
        WrongAnswer(
            "bare @tf.function, traced for one number only",
            "fills the map",
            change=(DECORATOR, "    @tf.function\n"),
        ),
        WrongAnswer(
            "a sample's size in the signature", "`None` leaves one open", change=("[None]", "[3]")
        ),
        WrongAnswer(
            "a bare tensor",
            "a dict names its output",
            change=('{"power": x**self.const}', "x**self.const"),
        ),
        WrongAnswer(
            "the seed's name, not __call__",
            "Only a `tf.function` is saved",
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
    ],
    "07-any-batch": [
        WrongAnswer(
            "calls it with one batch",
            "which graph fits all",
            change=(ASK, "return module.lengths(tf.ones([5, 32, 2]))"),
        ),
        WrongAnswer(
            "calls it with many batches",
            "The number of points is open too",
            change=(ASK, "return [module.lengths(tf.ones([n, 32, 2])) for n in range(1, 9)]"),
        ),
        WrongAnswer(
            "leaves the batch open, fixes the points",
            "The number of points is open too",
            change=("[None, None, 2]", "[None, 32, 2]"),
        ),
        WrongAnswer(
            "leaves all three open", "x and y are two", change=("[None, None, 2]", "[None] * 3")
        ),
        WrongAnswer("does nothing", "which graph fits all", change=(ASK, "return module")),
    ],
    "07-photograph": [
        WrongAnswer(
            "all share one variable",
            "nobody assigned to it",
            change=("[2, 6, 6, 1, 5]", "[6, 6, 6, 6, 6]"),
        ),
        WrongAnswer(
            "nothing changes after saving", MINE, change=("[2, 6, 6, 1, 5]", "[1, 1, 1, 1, 1]")
        ),
        WrongAnswer(
            "a signature is frozen",
            "the map and the attribute share it",
            change=("[2, 6, 6, 1, 5]", "[2, 6, 1, 1, 5]"),
        ),
        WrongAnswer(
            "a loaded object is saved as it was loaded",
            "with the numbers of that moment",
            change=("[2, 6, 6, 1, 5]", "[2, 6, 6, 1, 1]"),
        ),
        WrongAnswer(
            "misses the second assign", FIRST, change=("[2, 6, 6, 1, 5]", "[2, 5, 5, 1, 5]")
        ),
    ],
}
