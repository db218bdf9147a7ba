"""Wrong answers to the exercises of lesson 06."""

from . import WrongAnswer

INIT = "Make the variable in `__init__`"
EXPONENT = "self.exponent = tf.Variable(2.0)"
HANG, ELSEWHERE = "Both must hang on self", "lives elsewhere?"
KEEP, LOADED, STATE = "what a tf.Variable holds", "What arrives is graphs alone", "no weight"
SUM, COUNT = "self.sum = tf.Variable(0.0,", "self.count = tf.Variable(0.0,"
ADD = """\
        self.sum.assign_add(path_length(stroke))
        self.count.assign_add(1.0)
"""
FOLLOWED, REPLACED, BAKED = "wherever it hangs", "not the attribute", "No variable"

ANSWERS = {
    "06-basic-model": [
        WrongAnswer(
            "the guard of the old guide",
            INIT,
            """\
class BasicModel(tf.Module):
    def __init__(self):
        super().__init__()
        self.exponent = None

    @tf.function
    def power(self, x):
        if self.exponent is None:
            self.exponent = tf.Variable(2.0)
        return x**self.exponent
""",
        ),
        WrongAnswer(
            "a variable at every call",
            "only supports singleton",
            """\
class BasicModel(tf.Module):
    @tf.function
    def power(self, x):
        return x ** tf.Variable(2.0)
""",
        ),
        WrongAnswer("a Python number", INIT, change=("tf.Variable(2.0)", "2.0")),
        WrongAnswer("a whole number", "a float like `x`", change=("(2.0)", "(2)")),
        WrongAnswer(
            "a local name in __init__", INIT, change=(EXPONENT, "exponent = tf.Variable(2.0)")
        ),
        WrongAnswer("plain Python", "`@tf.function` above", change=("    @tf.function\n", "")),
        WrongAnswer(
            "no super().__init__()", "begins with", change=("        super().__init__()\n", "")
        ),
        WrongAnswer("times, not to the power", "to the power", change=("x**self", "x * self")),
    ],
    "06-nothing-left": [
        WrongAnswer("a plain object in a dict", HANG, change=("Cartridge()", "Ink()")),
        WrongAnswer("a constant", HANG, change=('tf.Variable(0.5, name="spill")', "0.5")),
        WrongAnswer(
            "a set",
            HANG,
            """\
class Pad(tf.Module):
    def __init__(self):
        super().__init__()
        self.inks = {Cartridge()}
        self.spill = tf.Variable(0.5, name="spill")

    @tf.function(input_signature=[any_length])
    def ink(self, stroke):
        return next(iter(self.inks)).flow * path_length(stroke) + self.spill
""",
        ),
        WrongAnswer(
            "on the class",
            ELSEWHERE,
            """\
class Pad(tf.Module):
    flow = tf.Variable(10.0)
    spill = tf.Variable(0.5)

    @tf.function(input_signature=[any_length])
    def ink(self, stroke):
        return self.flow * path_length(stroke) + self.spill
""",
        ),
        WrongAnswer(
            "fills in the one line",
            HANG,
            """\
spill = tf.Variable(0.5, name="spill")


class Pad(tf.Module):
    def __init__(self):
        super().__init__()
        self.inks = {"blue": Ink()}

    @tf.function(input_signature=[any_length])
    def ink(self, stroke):
        return self.inks["blue"].flow * path_length(stroke) + spill
""",
        ),
        WrongAnswer(
            "plain Python",
            "is there a graph?",
            change=("    @tf.function(input_signature=[any_length])\n", ""),
        ),
    ],
    "06-meter": [
        WrongAnswer(
            "Python numbers",
            KEEP,
            """\
class Meter(tf.Module):
    def __init__(self):
        super().__init__()
        self.lengths = []

    @tf.function(input_signature=[any_length])
    def add(self, stroke):
        self.lengths.append(path_length(stroke))
        return tf.reduce_sum(self.lengths) / len(self.lengths)
""",
        ),
        WrongAnswer(
            "another tensor in the variable's place",
            KEEP,
            change=(
                ADD,
                "        self.sum = self.sum + path_length(stroke)\n"
                "        self.count = self.count + 1.0\n",
            ),
        ),
        WrongAnswer(
            "weights", STATE, change=(SUM + " trainable=False", "self.sum = tf.Variable(0.0")
        ),
        WrongAnswer(
            "plain Python", LOADED, change=("    @tf.function(input_signature=[any_length])\n", "")
        ),
        WrongAnswer(
            "a graph for each length seen", LOADED, change=("(input_signature=[any_length])", "")
        ),
        WrongAnswer(
            "a size from the lesson", KEEP, change=("[any_length]", "[tf.TensorSpec([32, 2])]")
        ),
        WrongAnswer("an int count", "two floats", change=(COUNT, "self.count = tf.Variable(0,")),
    ],
    "06-weight-or-constant": [
        WrongAnswer("a new part is seen", REPLACED, change=("[1, 0, 1,", "[1, 1, 1,")),
        WrongAnswer("a list is Python, so frozen", FOLLOWED, change=("[1, 0, 1,", "[1, 0, 0,")),
        WrongAnswer("a number is looked up", BAKED, change=("0, 0]", "1, 0]")),
        WrongAnswer("an array is shared", BAKED, change=("0, 0]", "0, 1]")),
    ],
}
