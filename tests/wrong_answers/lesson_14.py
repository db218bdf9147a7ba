"""Wrong answers to the exercises of lesson 14."""

from . import WrongAnswer

ONE = """
@tf.function(input_signature=[still])
def classify_one(stroke):
    return {"probabilities": classify_all(stroke[tf.newaxis])[0]}


page_model = for_device(gesture, classify_one)"""
STEPS = "np.linalg.norm(np.diff(drawn, axis=0), axis=1)"
ALONG = "np.concatenate([[0.0], np.cumsum(steps)])"

ANSWERS = {
    "14-fixed": [
        WrongAnswer(
            "the batch stays open, under another name",
            "Compare the two word by word",
            change=(ONE, "page_model = for_device(gesture, classify_all)"),
        ),
        WrongAnswer(
            "a batch of one is no stroke",
            "The number of axes differs",
            change=(
                ONE,
                """
one = tf.TensorSpec([1, 32, 2], tf.float32, name="stroke")
classify_one = tf.function(lambda stroke: {"probabilities": classify_all(stroke)}, [one])
page_model = for_device(gesture, classify_one)""",
            ),
        ),
        WrongAnswer("the batch comes back", "The number of axes differs", change=(")[0]}", ")}")),
        WrongAnswer(
            "an output without a name",
            "names, dtypes, shapes",
            change=(
                '{"probabilities": classify_all(stroke[tf.newaxis])[0]}',
                "classify_all(stroke[tf.newaxis])[0]",
            ),
        ),
        WrongAnswer(
            "a lone concrete function, converted by itself",
            "The file has serving_default",
            change=(
                "page_model = for_device(gesture, classify_one)",
                """
graphs = [classify_one.get_concrete_function()]
with tfl.quiet():
    page_model = tf.lite.TFLiteConverter.from_concrete_functions(graphs, gesture).convert()""",
            ),
        ),
        WrongAnswer("the lesson's own model", "A size differs", change=(ONE, "page_model = model")),
        WrongAnswer(
            "a function, not a file",
            "needs the bytes of a .tflite file",
            change=("for_device(gesture, classify_one)", "classify_one"),
        ),
    ],
    "14-resample": [
        WrongAnswer(
            "every n-th point",
            "not equal steps of the index",
            """\
def resample(drawn, count=32):
    return drawn[np.linspace(0, len(drawn) - 1, count).astype(int)]
""",
        ),
        WrongAnswer(
            "between points, but by their index",
            "not equal steps of the index",
            change=(ALONG, "np.arange(len(drawn))"),
        ),
        WrongAnswer(
            "a step as long as dx + dy",
            "the root of dx² + dy²",
            change=(STEPS, "np.abs(np.diff(drawn, axis=0)).sum(axis=1)"),
        ),
        WrongAnswer(
            "the sum does not begin with 0", "begins with 0", change=(ALONG, "np.cumsum(steps)")
        ),
        WrongAnswer(
            "divides by each step",
            "do not divide by it",
            """\
def resample(drawn, count=32):
    steps = np.linalg.norm(np.diff(drawn, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, along[-1], count)
    place = np.searchsorted(along[1:-1], wanted)
    with np.errstate(all="ignore"):
        part = (wanted - along[place]) / (drawn[1:] - drawn[:-1])[place, 0]
    return drawn[place] + part[:, np.newaxis] * (drawn[1:] - drawn[:-1])[place]
""",
        ),
        WrongAnswer(
            "two rows for two columns",
            "not equal steps of the index",
            change=("np.column_stack(", "np.stack("),
        ),
        WrongAnswer("no return", "unsupported operand", change=("return ", "")),
    ],
    "14-card": [
        WrongAnswer(
            "the shape at rest",
            "the size at rest, 1",
            change=('details["shape_signature"]', 'details["shape"]'),
        ),
        WrongAnswer(
            "typed by hand",
            "the size at rest, 1",
            change=('details["shape_signature"].tolist()', "[32, 2]"),
        ),
        WrongAnswer(
            "the size of an object in Python",
            "`len(file)`",
            change=("len(file),", "file.__sizeof__(),"),
        ),
        WrongAnswer(
            "the class for its name",
            "`__name__` is the word",
            change=('details["dtype"].__name__', 'str(details["dtype"])'),
        ),
        WrongAnswer(
            "the tensor's name inside the graph",
            "what a page passes",
            change=('"input": name', '"input": details["name"]'),
        ),
        WrongAnswer("no return", "TypeError", change=("    return {", "    card = {")),
    ],
    "14-road": [
        WrongAnswer(
            "a graph for each value",
            "equal Python values share a graph",
            change=("[2, ", "[3, "),
        ),
        WrongAnswer(
            "a concrete function checks shapes",
            "checks the dtype, and not the shape",
            change=("it computes both", "it raises an error"),
        ),
        WrongAnswer("no error, so it is right", "lose the weights", change=("not always", "yes")),
    ],
}
