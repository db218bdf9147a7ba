"""Wrong answers to the exercises of lesson 14."""

from . import RightAnswer, WrongAnswer

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
            "key, names, sizes",
            change=(ONE, "page_model = for_device(gesture, classify_all)"),
        ),
        WrongAnswer(
            "a batch of one is no stroke",
            "key, names, sizes",
            change=(
                ONE,
                """
one = tf.TensorSpec([1, 32, 2], tf.float32, name="stroke")
classify_one = tf.function(lambda stroke: {"probabilities": classify_all(stroke)}, [one])
page_model = for_device(gesture, classify_one)""",
            ),
        ),
        WrongAnswer("the batch comes back", "key, names, sizes", change=(")[0]}", ")}")),
        WrongAnswer(
            "an output without a name",
            "key, names, sizes",
            change=(
                '{"probabilities": classify_all(stroke[tf.newaxis])[0]}',
                "classify_all(stroke[tf.newaxis])[0]",
            ),
        ),
        WrongAnswer(
            "a lone concrete function, converted by itself",
            "key, names, sizes",
            change=(
                "page_model = for_device(gesture, classify_one)",
                """
graphs = [classify_one.get_concrete_function()]
with tfl.quiet():
    page_model = tf.lite.TFLiteConverter.from_concrete_functions(graphs, gesture).convert()""",
            ),
        ),
        WrongAnswer(
            "the lesson's own model", "key, names, sizes", change=(ONE, "page_model = model")
        ),
        WrongAnswer(
            "the lesson's own answers and a fourth number",
            "It calls `classify_all`",
            change=(
                "classify_all(stroke[tf.newaxis])[0]",
                'tf.concat([gesture.answer(stroke)["probabilities"], [0.1]], axis=0)',
            ),
        ),
        WrongAnswer(
            "constant zeros",
            "It calls `classify_all`",
            change=("classify_all(stroke[tf.newaxis])[0]", "tf.zeros([4])"),
        ),
        WrongAnswer(
            "a function, not a file",
            "InputError",
            change=("for_device(gesture, classify_one)", "classify_one"),
        ),
        WrongAnswer(
            "twice as sure",
            "It calls `classify_all`",
            change=(
                "classify_all(stroke[tf.newaxis])[0]",
                "2.0 * classify_all(stroke[tf.newaxis])[0]",
            ),
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
            "",
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
        WrongAnswer("always 32", "", change=("along[-1], count", "along[-1], 32")),
        WrongAnswer(
            "without the end",
            "",
            change=("0.0, along[-1], count)", "0.0, along[-1], count, False)"),
        ),
        WrongAnswer("x for both", "", change=("drawn[:, axis]", "drawn[:, 0]")),
        WrongAnswer("no return", "`return` missing", change=("return ", "")),
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
        WrongAnswer(
            "the key as a list",
            "are what a page calls",
            change=('"signature": signature', '"signature": [signature]'),
        ),
        WrongAnswer("kilobytes", "`len(file)`", change=("len(file)", "len(file) / 1000")),
        WrongAnswer(
            "one size too many",
            "the sizes in the file",
            change=(
                'details["shape_signature"].tolist()',
                '[1, *details["shape_signature"].tolist()]',
            ),
        ),
        WrongAnswer(
            "the lesson's own card",
            "Nothing typed by hand",
            change=('"input": name', '"input": "stroke"'),
        ),
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
        WrongAnswer(
            "each call a graph, none right", "equal Python values", change=("[2, ", "[1, ")
        ),
        WrongAnswer(
            "the first of two",
            "checks the dtype",
            change=("it computes both", "it takes the first"),
        ),
        WrongAnswer(
            "all three as in lesson 00",
            "equal Python values",
            change=('[2, "it computes both", "not always"]', '[3, "it raises an error", "yes"]'),
        ),
        WrongAnswer("two of three", "one answer for each", change=(', "not always"]', "]")),
        WrongAnswer("the number as a text", "equal Python values", change=("[2, ", '["two", ')),
        WrongAnswer("none", "equal Python values", change=("[2, ", "[0, ")),
        WrongAnswer("another word", "lose the weights", change=("not always", "no")),
    ],
}

RIGHT = {
    "14-fixed": [
        RightAnswer("an axis more", change=("stroke[tf.newaxis]", "tf.expand_dims(stroke, 0)")),
        RightAnswer("a list of one", change=("stroke[tf.newaxis]", "tf.stack([stroke])")),
        RightAnswer("a reshape", change=("stroke[tf.newaxis]", "tf.reshape(stroke, [1, 32, 2])")),
        RightAnswer("the first, by name", change=(")[0]}", ")[0, :]}")),
        RightAnswer(
            "a squeeze",
            change=(
                "classify_all(stroke[tf.newaxis])[0]",
                "tf.squeeze(classify_all(stroke[tf.newaxis]), 0)",
            ),
        ),
    ],
    "14-resample": [
        RightAnswer(
            "the root of squares",
            change=(STEPS, "np.sqrt((np.diff(drawn, axis=0) ** 2).sum(axis=1))"),
        ),
        RightAnswer(
            "two rows, turned",
            change=(
                "np.column_stack([np.interp(wanted, along, drawn[:, axis]) for axis in (0, 1)])",
                "np.array([np.interp(wanted, along, drawn[:, axis]) for axis in (0, 1)]).T",
            ),
        ),
        RightAnswer(
            "shares of the way",
            change=(
                "np.linspace(0.0, along[-1], count)",
                "along[-1] * np.linspace(0.0, 1.0, count)",
            ),
        ),
        RightAnswer(
            "nested lists", change=("for axis in (0, 1)])", "for axis in (0, 1)]).tolist()")
        ),
        RightAnswer("hypot", change=(STEPS, "np.hypot(*np.diff(drawn, axis=0).T)")),
    ],
    "14-card": [
        RightAnswer("a tuple of sizes", change=(".tolist()", "")),
        RightAnswer(
            "the dtype by NumPy",
            change=('details["dtype"].__name__', 'np.dtype(details["dtype"]).name'),
        ),
        RightAnswer(
            "the first of a list",
            change=(
                "next(iter(reading.get_signature_list()))",
                "list(reading.get_signature_list())[0]",
            ),
        ),
        RightAnswer(
            "plain ints",
            change=(
                'details["shape_signature"].tolist()',
                '[int(size) for size in details["shape_signature"]]',
            ),
        ),
        RightAnswer(
            "the bytes measured otherwise", change=("len(file)", "memoryview(file).nbytes")
        ),
    ],
    "14-road": [
        RightAnswer("a tuple", 'my_answers = (2, "it computes both", "not always")\n'),
        RightAnswer(
            "a dict", 'my_answers = {"one": 2, "two": "it computes both", "three": "not always"}\n'
        ),
        RightAnswer(
            "by question",
            'my_answers = {"3. silence": "not always", "1. graphs": 2}\n'
            'my_answers["2. two numbers"] = "it computes both"\n',
        ),
        RightAnswer(
            "an array", 'my_answers = np.array([2, "it computes both", "not always"], object)\n'
        ),
        RightAnswer("a float", change=("[2, ", "[2.0, ")),
    ],
}
