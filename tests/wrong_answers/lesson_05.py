"""Answers to the exercises of lesson 05."""

from . import RightAnswer, WrongAnswer

SAMPLE_FIRST = """\
by_sample = flexible.get_concrete_function(tf.constant(stroke))
by_spec = flexible.get_concrete_function(any_length)
"""
SPEC_FIRST = """\
by_spec = flexible.get_concrete_function(any_length)
by_sample = flexible.get_concrete_function(tf.constant(stroke))
"""
WAY_1 = "tf.function(width, input_signature=[any_length]).get_concrete_function()"
WAY_2 = "flexible.get_concrete_function(any_length)"
PAIR = "gesture, gesture.measure.get_concrete_function()"
VARIABLE = "tf.Variable(tf.random.stateless_uniform([2, 2], seed=[seed, 0]))"
ANY_1_1 = "    @tf.function(input_signature=[tf.TensorSpec([1, 1], tf.float32)])\n"
PRODUCT = "return tf.matmul(self.const, self.var) * x"
TENSOR, NO_TENSOR = "which of its properties", "Not a tensor yet"
KEY = "[1, 1, 0, 1, 0, 1]"
HOLDS, ITS_OWN, PAIR_DUE = (
    "Who holds the module",
    "a module of its own",
    "the module first, then its graph",
)
OWNER = """\
    gesture = Gesture(scale)
    return gesture, gesture.measure.get_concrete_function()"""
MATRIX, INIT, LOCAL = "the matrix product of const", "Make the variable in __init__", "a local name"


def runs(slip: str, key: str, advice: str) -> WrongAnswer:
    """Another list in place of the right one of 05-what-runs."""
    return WrongAnswer(slip, advice, change=(KEY, key))


PREDICTIONS = {
    "05-predict-again": ("True", "False", "another spec is taken for another graph, as a new key"),
    "05-predict-capture": (
        "scale",
        "self, the pen",
        "a method uses self, so a graph of it seems to carry the object along",
    ),
    "05-predict-changes": (
        "scale",
        "dot, flow, scale",
        "a graph is thought to look its names up at each run, as Python does",
    ),
    "05-predict-unchecked": (
        "31",
        "an error",
        "a concrete function is thought to guard the shape of its signature",
    ),
    "05-predict-checked": (
        "5",
        "2",
        "a concrete function that let one shape through is thought to compare none",
    ),
    "05-predict-orphan": (
        "3 x length",
        "AttributeError",
        "a graph is thought to die with the module that made it",
    ),
}

ANSWERS = {
    "05-three-ways": [
        WrongAnswer(
            "the wide graph first, which then serves all",
            "before a wider graph is there",
            change=(SAMPLE_FIRST, SPEC_FIRST),
        ),
        WrongAnswer(
            "promises and does not ask",
            "get_concrete_function",
            change=("[any_length]).get_concrete_function()", "[any_length])"),
        ),
        WrongAnswer(
            "calls, and keeps the value",
            "with the sample",
            change=(
                "flexible.get_concrete_function(tf.constant(stroke))",
                "flexible(tf.constant(stroke))",
            ),
        ),
        WrongAnswer(
            "a tf.function for each graph",
            "Two requests to flexible",
            change=("by_spec = flexible", "by_spec = tf.function(width)"),
        ),
        WrongAnswer("way 2 twice", "a tf.function of its own", change=(WAY_1, WAY_2)),
        WrongAnswer(
            "another sample in place of the spec",
            "use `None` where a size may change",
            change=(WAY_2, "flexible.get_concrete_function(tf.constant(circle(40)))"),
        ),
        WrongAnswer(
            "a signature for 32 points",
            "takes any_length",
            change=("input_signature=[any_length]", "input_signature=[tf.TensorSpec([32, 2])]"),
        ),
        WrongAnswer(
            "a third graph of flexible",
            "Two requests to flexible",
            change=(SAMPLE_FIRST, SAMPLE_FIRST + "flexible(tf.ones([3, 2], tf.float64))\n"),
        ),
        WrongAnswer(
            "the height",
            "with the sample",
            change=("width(stroke):\n", "width(stroke):\n    stroke = stroke[:, ::-1]\n"),
        ),
        WrongAnswer("by_sample for all", "leaves the number", change=(WAY_2, "by_sample")),
        WrongAnswer(
            "the stroke itself",
            "with the sample",
            change=("flexible.get_concrete_function(tf.constant(stroke))", "tf.constant(stroke)"),
        ),
    ],
    "05-what-runs": [
        runs("a tensor's shape counts", "[0, 0, 0, 1, 0, 1]", TENSOR),
        runs("a tensor is cast", "[1, 1, 1, 1, 0, 1]", TENSOR),
        runs("float64 is always refused", "[1, 1, 0, 0, 0, 1]", NO_TENSOR),
        runs("an array passes as a tensor", "[1, 1, 0, 1, 1, 1]", NO_TENSOR),
        runs("a list is no input", "[1, 1, 0, 1, 0, 0]", NO_TENSOR),
        runs("the rank of a tensor counts", "[1, 0, 0, 1, 0, 1]", TENSOR),
        runs("only what fits exactly", "[0, 0, 0, 0, 0, 0]", TENSOR),
        runs("everything runs", "[1] * 6", TENSOR),
        runs("the other way round", "[0, 0, 1, 0, 1, 0]", TENSOR),
        runs("five answers", "[1, 1, 0, 1, 0]", "one answer for each of"),
    ],
    "05-owner": [
        WrongAnswer(
            "as it was",
            "give the module a name",
            """\
def open_gesture(scale):
    return Gesture(scale).measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "a name while tracing, none after", PAIR_DUE, change=("return gesture, ", "return ")
        ),
        WrongAnswer(
            "two modules, and the traced one dies",
            "give the module a name",
            """\
def open_gesture(scale):
    return Gesture(scale), Gesture(scale).measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "the tf.function, not its graph",
            "get_concrete_function",
            change=(".get_concrete_function()", ""),
        ),
        WrongAnswer(
            "the two in the other order",
            PAIR_DUE,
            change=(PAIR, "gesture.measure.get_concrete_function(), gesture"),
        ),
        WrongAnswer("no return", PAIR_DUE, change=("return ", "")),
        WrongAnswer(
            "the module in a global",
            PAIR_DUE,
            """\
def open_gesture(scale):
    global gesture
    gesture = Gesture(scale)
    return gesture.measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "a global, and an owner that owns nothing",
            "give the module a name",
            """\
held = []


def open_gesture(scale):
    held.append(Gesture(scale))
    return None, held[-1].measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "another module as the owner",
            HOLDS,
            """\
held = []


def open_gesture(scale):
    held.append(Gesture(scale))
    return Gesture(scale), held[-1].measure.get_concrete_function()
""",
        ),
        WrongAnswer("the scale is left out", ITS_OWN, change=("Gesture(scale)", "Gesture()")),
        WrongAnswer(
            "one module for all",
            ITS_OWN,
            """\
gesture = Gesture()


def open_gesture(scale):
    gesture.scale.assign(scale)
    return gesture, gesture.measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "the variable as the owner", HOLDS, change=("return gesture,", "return gesture.scale,")
        ),
        WrongAnswer("three things", PAIR_DUE, change=("return gesture,", "return gesture, scale,")),
    ],
    "05-old-program": [
        WrongAnswer(
            "still sets an attribute inside",
            LOCAL,
            change=(
                PRODUCT,
                "self.mult = tf.matmul(self.const, self.var)\n        return self.mult * x",
            ),
        ),
        WrongAnswer("plain Python", "`@tf.function`", change=(ANY_1_1, "")),
        WrongAnswer(
            "element by element",
            MATRIX,
            change=("tf.matmul(self.const, self.var)", "self.const * self.var"),
        ),
        WrongAnswer(
            "the factors in the other order",
            MATRIX,
            change=("(self.const, self.var)", "(self.var, self.const)"),
        ),
        WrongAnswer("a tensor in the variable's place", INIT, change=(VARIABLE, VARIABLE[12:-1])),
        WrongAnswer(
            "a new variable at every call",
            "only supports singleton",
            change=(PRODUCT, f"var = {VARIABLE}\n        return tf.matmul(self.const, var) * x"),
        ),
        WrongAnswer(
            "the variable at the first call, so two traces",
            INIT,
            """\
class Program(tf.Module):
    def __init__(self):
        super().__init__()
        self.var = None

    @tf.function(input_signature=[tf.TensorSpec([1, 1], tf.float32)])
    def func(self, x):
        if self.var is None:
            self.var = tf.Variable(tf.random.uniform([2, 2]))
        return tf.matmul(tf.constant([[37.0, -23.0], [1.0, 4.0]]), self.var) * x


program = Program()
""",
        ),
        WrongAnswer("calls the old program", MATRIX, change=(PRODUCT, "return old(x)")),
        WrongAnswer(
            "shares the old variable",
            INIT,
            change=(VARIABLE, "root.var"),
        ),
        WrongAnswer(
            "leaks into a list",
            LOCAL,
            """class Program(tf.Module):
    def __init__(self):
        super().__init__()
        self.var, self.kept = tf.Variable(tf.zeros([2, 2])), []

    @tf.function(input_signature=[tf.TensorSpec([1, 1], tf.float32)])
    def func(self, x):
        self.kept.append(tf.matmul([[37.0, -23.0], [1.0, 4.0]], self.var))
        return self.kept[-1] * x


program = Program()
""",
        ),
        WrongAnswer("no x", MATRIX, change=(PRODUCT, PRODUCT[:-4])),
        WrongAnswer("the sign", MATRIX, change=("-23.0", "23.0")),
        WrongAnswer("added", MATRIX, change=("self.var) * x", "self.var) + x")),
        WrongAnswer(
            "the variable under another name",
            INIT,
            """\
class Program(tf.Module):
    def __init__(self):
        super().__init__()
        self.weights = tf.Variable(tf.random.stateless_uniform([2, 2], seed=[seed, 0]))

    @tf.function(input_signature=[tf.TensorSpec([1, 1], tf.float32)])
    def func(self, x):
        return tf.matmul([[37.0, -23.0], [1.0, 4.0]], self.weights) * x


program = Program()
""",
        ),
    ],
}

RIGHT = {
    "05-three-ways": [
        RightAnswer("the array itself as the sample", change=("tf.constant(stroke)", "stroke")),
        RightAnswer(
            "a name in the spec",
            change=(WAY_2, 'flexible.get_concrete_function(tf.TensorSpec([None, 2], name="s"))'),
        ),
        RightAnswer("a tuple as signature", change=("[any_length])", "(any_length,))")),
        RightAnswer(
            "a spec of its own",
            change=("=[any_length]", '=[tf.TensorSpec([None, 2], tf.float32, "points")]'),
        ),
        RightAnswer(
            "decorators",
            """\
@tf.function
def flexible(line):
    return tf.reduce_max(line[:, 0]) - tf.reduce_min(line[:, 0])


@tf.function(input_signature=[any_length])
def signed(points):
    return tf.reduce_max(points[:, 0]) - tf.reduce_min(points[:, 0])


by_sample = flexible.get_concrete_function(stroke)
by_spec = flexible.get_concrete_function(any_length)
by_signature = signed.get_concrete_function()
""",
        ),
        RightAnswer(
            "a call first", change=(SAMPLE_FIRST, "flexible(tf.constant(stroke))\n" + SAMPLE_FIRST)
        ),
    ],
    "05-what-runs": [
        RightAnswer("truths", change=(KEY, "[True, True, False, True, False, True]")),
        RightAnswer("a tuple", change=(KEY, "(1, 1, 0, 1, 0, 1)")),
        RightAnswer("an array", change=(KEY, "np.array([1, 1, 0, 1, 0, 1])")),
        RightAnswer("a dict", change=(KEY, "dict(zip(arguments, [1, 1, 0, 1, 0, 1]))")),
        RightAnswer("two lists", change=(KEY, "[[1, 1, 0], [1, 0, 1]]")),
    ],
    "05-owner": [
        RightAnswer("a list", change=(PAIR, f"[{PAIR}]")),
        RightAnswer(
            "a name for the graph",
            change=(
                OWNER,
                """\
    gesture = Gesture(scale)
    graph = gesture.measure.get_concrete_function()
    return gesture, graph""",
            ),
        ),
        RightAnswer("a sample for the request", change=("function()", "function(any_length)")),
        RightAnswer(
            "a module around it",
            change=(
                OWNER,
                """\
    owner = tf.Module()
    owner.gesture = Gesture(scale)
    return owner, owner.gesture.measure.get_concrete_function()""",
            ),
        ),
        RightAnswer(
            "by assign", change=("Gesture(scale)\n", "Gesture()\n    gesture.scale.assign(scale)\n")
        ),
        RightAnswer(
            "a graph without the signature",
            change=(
                "gesture.measure.get_concrete_function()",
                "tf.function(gesture.length).get_concrete_function(any_length)",
            ),
        ),
    ],
    "05-old-program": [
        RightAnswer(
            "const as a variable that is not trained",
            change=(
                "tf.constant([[37.0, -23.0], [1.0, 4.0]])",
                "tf.Variable([[37.0, -23.0], [1.0, 4.0]], trainable=False)",
            ),
        ),
        RightAnswer(
            "const inside", change=("tf.matmul(self.const", "tf.matmul([[37.0, -23.0], [1.0, 4.0]]")
        ),
        RightAnswer(
            "no signature", change=("(input_signature=[tf.TensorSpec([1, 1], tf.float32)])", "")
        ),
        RightAnswer(
            "an operator", change=("tf.matmul(self.const, self.var)", "(self.const @ self.var)")
        ),
        RightAnswer(
            "a local name",
            change=(PRODUCT, "mult = tf.matmul(self.const, self.var)\n        return mult * x"),
        ),
        RightAnswer(
            "a variable of zeros, not trained",
            change=(VARIABLE, "tf.Variable(tf.zeros([2, 2]), trainable=False)"),
        ),
        RightAnswer(
            "an empty module",
            """\
program = tf.Module()
program.var = tf.Variable(tf.random.stateless_uniform([2, 2], seed=[seed, 0]))
program.func = tf.function(
    lambda x: tf.matmul([[37.0, -23.0], [1.0, 4.0]], program.var) * x,
    input_signature=[tf.TensorSpec([1, 1])],
)
""",
        ),
    ],
}
