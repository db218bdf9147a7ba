"""Wrong answers to the exercises of lesson 05."""

from . import WrongAnswer

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
HOLDS = "Who holds the module"
MATRIX = "the matrix product of const and a tf.Variable"

ANSWERS = {
    "05-three-ways": [
        WrongAnswer(
            "the wide graph first, which then serves all",
            "before a wider graph is there",
            change=(SAMPLE_FIRST, SPEC_FIRST),
        ),
        WrongAnswer(
            "promises and does not ask",
            "the request has no argument",
            change=("[any_length]).get_concrete_function()", "[any_length])"),
        ),
        WrongAnswer(
            "calls, and keeps the value",
            "'EagerTensor'",
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
        WrongAnswer("way 2 twice", "tf.function takes any_length", change=(WAY_1, WAY_2)),
    ],
    "05-what-runs": [
        WrongAnswer("a tensor's shape counts", TENSOR, change=("[1, 1, 0,", "[0, 0, 0,")),
        WrongAnswer("a tensor is cast", TENSOR, change=("[1, 1, 0,", "[1, 1, 1,")),
        WrongAnswer("float64 is always refused", NO_TENSOR, change=("1, 0, 1]", "0, 0, 1]")),
        WrongAnswer("an array passes as a tensor", NO_TENSOR, change=("1, 0, 1]", "1, 1, 1]")),
        WrongAnswer("a list is no input", NO_TENSOR, change=("1, 0, 1]", "1, 0, 0]")),
    ],
    "05-owner": [
        WrongAnswer(
            "as it was",
            HOLDS,
            """\
def open_gesture(scale):
    return Gesture(scale).measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "a name while tracing, none after", HOLDS, change=("return gesture, ", "return ")
        ),
        WrongAnswer(
            "two modules, and the traced one dies",
            HOLDS,
            """\
def open_gesture(scale):
    return Gesture(scale), Gesture(scale).measure.get_concrete_function()
""",
        ),
        WrongAnswer(
            "the tf.function, not its graph",
            "no attribute 'variables'",
            change=(".get_concrete_function()", ""),
        ),
        WrongAnswer(
            "the two in the other order",
            "Return two: owner, graph",
            change=(PAIR, "gesture.measure.get_concrete_function(), gesture"),
        ),
        WrongAnswer("no return", "Return two: owner, graph", change=("return ", "")),
    ],
    "05-old-program": [
        WrongAnswer(
            "still sets an attribute inside",
            "use a local name",
            change=(
                PRODUCT,
                "self.mult = tf.matmul(self.const, self.var)\n        return self.mult * x",
            ),
        ),
        WrongAnswer("plain Python", "Decorate func", change=(ANY_1_1, "")),
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
        WrongAnswer("a tensor in the variable's place", MATRIX, change=(VARIABLE, VARIABLE[12:-1])),
        WrongAnswer(
            "a new variable at every call",
            "only supports singleton",
            change=(PRODUCT, f"var = {VARIABLE}\n        return tf.matmul(self.const, var) * x"),
        ),
        WrongAnswer(
            "the variable at the first call, so two traces",
            "make the variable in __init__",
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
    ],
}
