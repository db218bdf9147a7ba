"""Wrong answers to the exercises of lesson 03."""

from . import WrongAnswer

ANY_LENGTH = "input_signature=[tf.TensorSpec([None, 2], tf.float32)]"
LENGTH = "tf.reduce_sum(tf.norm(steps, axis=1))"
WRONG_SPEC = "compare the two TensorSpecs"

ANSWERS = {
    "03-ten-calls": [
        WrongAnswer(
            "1 and 1.0 are two values",
            "In Python `1 == 1.0`",
            change=("[1, 0, 0, 0,", "[1, 0, 0, 1,"),
        ),
        WrongAnswer(
            "a default is not there until it is written",
            "was there before anybody wrote it",
            change=("[1, 0, 0, 0,", "[1, 0, 1, 0,"),
        ),
        WrongAnswer(
            "a tensor counts by its value",
            "never counts by its number",
            change=("1, 1, 0, 1, 1, 1]", "1, 1, 1, 1, 1, 1]"),
        ),
        WrongAnswer(
            "a list counts as an array",
            "A list is no array",
            change=("1, 1, 1]", "1, 1, 0]"),
        ),
        WrongAnswer(
            "other numbers make another graph",
            "is there a graph with this dtype and this shape",
            change=("[1, 0, 0, 0,", "[1, 1, 0, 0,"),
        ),
    ],
    "03-any-length": [
        WrongAnswer(
            "decorates and promises nothing", "put `None` in the", change=(f"({ANY_LENGTH})", "")
        ),
        WrongAnswer(
            "lets TensorFlow widen, after a first narrow graph",
            "put `None` in the TensorSpec",
            change=(ANY_LENGTH, "reduce_retracing=True"),
        ),
        WrongAnswer("a size from the lesson", WRONG_SPEC, change=("[None, 2]", "[32, 2]")),
        WrongAnswer("an axis too many", WRONG_SPEC, change=("[None, 2]", "[None, None, 2]")),
        WrongAnswer("one norm over everything", "The numbers differ", change=(", axis=1", "")),
        WrongAnswer("no return", "is a `return` missing?", change=("return ", "")),
        WrongAnswer(
            "plain Python", "Put `@tf.function` above", change=(f"@tf.function({ANY_LENGTH})\n", "")
        ),
        WrongAnswer(
            "NumPy inside the graph",
            "write `tf.` in place of `np.`",
            change=(LENGTH, "np.linalg.norm(steps, axis=1).sum()"),
        ),
        WrongAnswer(
            "asks for the value inside the graph",
            "call `.numpy()` outside",
            change=(LENGTH, LENGTH + ".numpy()"),
        ),
    ],
    "03-python-number": [
        WrongAnswer(
            "decorates and promises nothing",
            "Each Python number gets its own graph",
            """\
@tf.function
def scaled(stroke, factor):
    return stroke * factor
""",
        ),
        WrongAnswer(
            "makes the tensor inside, where it is too late",
            "Each Python number gets its own graph",
            """\
@tf.function
def scaled(stroke, factor):
    return stroke * tf.constant(factor)
""",
        ),
        WrongAnswer(
            "widens shapes, and a number has none",
            "give the argument a TensorSpec",
            """\
@tf.function(reduce_retracing=True)
def scaled(stroke, factor):
    return stroke * factor
""",
        ),
        WrongAnswer("a scalar has one size", WRONG_SPEC, change=("([], ", "([1], ")),
        WrongAnswer(
            "a number is an int32",
            "say `tf.float32`",
            change=("([], tf.float32)", "([], tf.int32)"),
        ),
    ],
    "03-two-graphs": [
        WrongAnswer(
            "decorates only", "`reduce_retracing=True`", change=("(reduce_retracing=True)", "")
        ),
        WrongAnswer(
            "the promise of exercise 2",
            "A signature is your promise",
            change=("reduce_retracing=True", ANY_LENGTH),
        ),
        WrongAnswer("the mean of all numbers", "The shape differs", change=(", axis=0", "")),
        WrongAnswer("the mean of each point", "The shape differs", change=("axis=0", "axis=1")),
    ],
}
