"""Answers to the exercises of lesson 00."""

from . import RightAnswer, WrongAnswer

NO_LIST = "Write a list with one answer for each of"

STATIONS = '["tf.function", "concrete function", ".tflite", "SavedModel", "device", "eager"]'
OTHERWISE_SPELLED = (
    '["tf.function", "concrete function", "TFLite", "SavedModel", "device", "Eager"]'
)
CUBE = "tf.function(cube).get_concrete_function(tf.TensorSpec([None], tf.float32))"
TWO_ACTS = "decorate, then trace"

ANSWERS = {
    "00-stations": [
        WrongAnswer(
            "decorating makes a graph",
            "not yet asked for a graph",
            change=('["tf.function", ', '["concrete function", '),
        ),
        WrongAnswer("the runner is the file", "Not the file", change=('"device"', '".tflite"')),
        WrongAnswer(
            "a folder is a file to run",
            "in more than one file",
            change=('"SavedModel"', '".tflite"'),
        ),
        WrongAnswer(
            "whatever TensorFlow computes is a graph",
            "TensorFlow answered at once",
            change=('"eager"', '"tf.function"'),
        ),
        WrongAnswer(
            "spelled in another way than the picture",
            "'TFLite'",
            change=(STATIONS, OTHERWISE_SPELLED),
        ),
        WrongAnswer(
            "a dict, as `things` is one", NO_LIST, change=(STATIONS, '{"model": ".tflite"}')
        ),
        WrongAnswer(
            "a concrete function is a tf.function",
            "get_concrete_function",
            change=('"concrete function"', '"tf.function"'),
        ),
        WrongAnswer(
            "the bytes are a SavedModel",
            "the bytes of a file",
            change=('".tflite", "Sav', '"SavedModel", "Sav'),
        ),
        WrongAnswer("five of six", "one answer for each of", change=(', "eager"]', "]")),
        WrongAnswer("backwards", "no type is known", change=(STATIONS, STATIONS + "[::-1]")),
    ],
    "00-cube": [
        WrongAnswer("stops at the tf.function", TWO_ACTS, change=(CUBE, "tf.function(cube)")),
        WrongAnswer("a value", TWO_ACTS, change=(CUBE, "cube(tf.constant(2.0))")),
        WrongAnswer("the signature alone", TWO_ACTS, change=(CUBE, "tf.TensorSpec([None])")),
        WrongAnswer("one number", "`TensorSpec` with `None`", change=("[None]", "[]")),
        WrongAnswer("a size from an example", "`TensorSpec` with `None`", change=("[None]", "[3]")),
        WrongAnswer("the lesson's own square", "power of three", change=(CUBE, "concrete")),
        WrongAnswer("the fourth power", "power of three", change=("x**3", "x**4")),
        WrongAnswer("another dtype", "`tf.float32`", change=("tf.float32", "tf.float64")),
        WrongAnswer("times three", "power of three", change=("x**3", "3 * x")),
        WrongAnswer("the sign lost", "power of three", change=("x**3", "abs(x) ** 3")),
    ],
}

TYPED = STATIONS.strip("[]")

RIGHT = {
    "00-stations": [
        RightAnswer("a tuple", change=(STATIONS, f"({TYPED})")),
        RightAnswer("a tensor", change=(STATIONS, f"tf.constant({STATIONS})")),
        RightAnswer("a dict by thing", change=(STATIONS, f"dict(zip(things, {STATIONS}))")),
        RightAnswer("two lists", change=(STATIONS, f"[[{TYPED}][:3], [{TYPED}][3:]]")),
        RightAnswer(
            "asked", change=(STATIONS, "[tfl.find_station(one)[0] for one in things.values()]")
        ),
    ],
    "00-cube": [
        RightAnswer("multiplied", change=("x**3", "x * x * x")),
        RightAnswer("by tf.pow", change=("x**3", "tf.pow(x, 3.0)")),
        RightAnswer(
            "a signature",
            change=(CUBE, "tf.function(cube, [tf.TensorSpec([None])]).get_concrete_function()"),
        ),
        RightAnswer("a lambda", change=(CUBE, CUBE.replace("(cube)", "(lambda x: cube(x))"))),
        RightAnswer(
            "decorated twice", change=(CUBE, CUBE.replace("(cube)", "(tf.function(cube))"))
        ),
    ],
}

PREDICTIONS = {
    "00-predict-file": (
        "no",
        "after converting it back",
        "a conversion of a file sounds as if there were one for the way back",
    ),
    "00-predict-graphs": ("2", "3", "three calls with three arguments, so three graphs"),
    "00-predict-shape": (
        "it computes both",
        "it raises an error",
        "a graph that was made for one shape is taken to check for it",
    ),
    "00-predict-silent": ("not always", "yes", "what does not complain is taken to be right"),
}
