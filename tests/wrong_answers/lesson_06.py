"""Answers to the exercises of lesson 06."""

from . import RightAnswer, WrongAnswer

INIT = "Make the variable in `__init__`"
EXPONENT = "self.exponent = tf.Variable(2.0)"
HANG, PLAIN, LOOKED_UP = "Both must hang on self", "A plain method is not sent", "looked up on self"
KEEP, STATE = "what a tf.Variable holds", "no weight"
FOLLOW = "the power of the variable itself"
KEY, SIGNED = "[1, 0, 1, 0, 0]", "(input_signature=[any_length])"
COST = 'self.inks["blue"].flow * path_length(stroke) + self.spill'
SUM, COUNT = "self.sum = tf.Variable(0.0,", "self.count = tf.Variable(0.0,"
ADD = """\
        self.sum.assign_add(path_length(stroke))
        self.count.assign_add(1.0)
"""
FOLLOWED, REPLACED, BAKED = "wherever it hangs", "not the attribute", "No variable"
MEAN = "        return self.sum / self.count"


def sees(slip: str, key: str, advice: str) -> WrongAnswer:
    """Another list in place of the right one of 06-weight-or-constant."""
    return WrongAnswer(slip, advice, change=(KEY, key))


PREDICTIONS = {
    "06-predict-second": (
        "1 x length",
        "5 x length",
        "a function is thought to belong to the object that it hangs on",
    ),
    "06-predict-found": ("4", "6", "whatever self can reach is thought to belong to the module"),
    "06-predict-save": (
        "sending",
        "neither",
        "a call that works is taken as proof that the module is whole",
    ),
    "06-predict-replace": (
        "1 and 10",
        "10 and 10",
        "a graph is thought to look the attribute up at each call",
    ),
    "06-predict-counter": (
        "3 and 1",
        "3 and 3",
        "Python lines of a tf.function are thought to run at each call",
    ),
    "06-predict-signed": (
        "Signed",
        "none",
        "a variable is thought to be saved only if it was there before saving",
    ),
}

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
        WrongAnswer("a whole number", "dtype", change=("(2.0)", "(2)")),
        WrongAnswer(
            "a local name in __init__", INIT, change=(EXPONENT, "exponent = tf.Variable(2.0)")
        ),
        WrongAnswer("plain Python", "`@tf.function` above", change=("    @tf.function\n", "")),
        WrongAnswer("a number, beside an idle variable", FOLLOW, change=("**self.exponent", "**2")),
        WrongAnswer("starts elsewhere", FOLLOW, change=("(2.0)", "(3.0)")),
        WrongAnswer("the other way round", FOLLOW, change=("x**self.exponent", "self.exponent**x")),
        WrongAnswer(
            "off by one", FOLLOW, change=("x**self.exponent", "x ** (self.exponent + 1.0)")
        ),
        WrongAnswer(
            "two variables",
            INIT,
            change=(EXPONENT, EXPONENT + "\n        self.calls = tf.Variable(0)"),
        ),
        WrongAnswer("no return", "is a `return` missing?", change=("return ", "")),
        WrongAnswer(
            "no super().__init__()",
            "`super().__init__()` first",
            change=("        super().__init__()\n", ""),
        ),
        WrongAnswer("times, not to the power", FOLLOW, change=("x**self", "x * self")),
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
            HANG,
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
            PLAIN,
            change=("    @tf.function(input_signature=[any_length])\n", ""),
        ),
        WrongAnswer(
            "numbers, beside idle variables",
            LOOKED_UP,
            change=(COST, "10.0 * path_length(stroke) + 0.5"),
        ),
        WrongAnswer("the spill is left out", LOOKED_UP, change=(" + self.spill", "")),
        WrongAnswer("the sign", LOOKED_UP, change=("+ self.spill", "- self.spill")),
        WrongAnswer("the length is left out", LOOKED_UP, change=(" * path_length(stroke)", "")),
        WrongAnswer(
            "the spill for every centimetre",
            LOOKED_UP,
            change=(COST, '(self.inks["blue"].flow + self.spill) * path_length(stroke)'),
        ),
        WrongAnswer(
            "a graph for each length seen", "never traced before saving", change=(SIGNED, "")
        ),
        WrongAnswer(
            "the size from the lesson",
            "`None` where",
            change=("[any_length]", "[tf.TensorSpec([32, 2])]"),
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
            "plain Python",
            "`@tf.function` above the method",
            change=("    @tf.function(input_signature=[any_length])\n", ""),
        ),
        WrongAnswer(
            "a graph for each length seen",
            "Only graphs traced before saving",
            change=("(input_signature=[any_length])", ""),
        ),
        WrongAnswer(
            "a size from the lesson",
            "`None` where",
            change=("[any_length]", "[tf.TensorSpec([32, 2])]"),
        ),
        WrongAnswer("an int count", "two floats", change=(COUNT, "self.count = tf.Variable(0,")),
        WrongAnswer(
            "the last stroke alone", KEEP, change=(MEAN, "        return path_length(stroke)")
        ),
        WrongAnswer("the sum", KEEP, change=(MEAN, "        return self.sum")),
        WrongAnswer("counts from one", KEEP, change=(COUNT, COUNT.replace("0.0", "1.0"))),
        WrongAnswer("a count that never grows", KEEP, change=("assign_add(1.0)", "assign(1.0)")),
        WrongAnswer(
            "the mean of the last mean and this",
            KEEP,
            change=(
                ADD + MEAN,
                """\
        self.count.assign_add(1.0)
        mean = (self.sum + path_length(stroke)) / tf.minimum(self.count, 2.0)
        return self.sum.assign(mean)""",
            ),
        ),
        WrongAnswer(
            "one for all meters",
            "hangs on no attribute",
            """\
total, count = tf.Variable(0.0, trainable=False), tf.Variable(0.0, trainable=False)


class Meter(tf.Module):
    @tf.function(input_signature=[any_length])
    def add(self, stroke):
        total.assign_add(path_length(stroke))
        count.assign_add(1.0)
        return total / count
""",
        ),
    ],
    "06-weight-or-constant": [
        sees("a new part is seen", "[1, 1, 1, 0, 0]", REPLACED),
        sees("a list is Python, so frozen", "[1, 0, 0, 0, 0]", FOLLOWED),
        sees("a number is looked up", "[1, 0, 1, 1, 0]", BAKED),
        sees("an array is shared", "[1, 0, 1, 0, 1]", BAKED),
        sees("a graph is frozen", "[0, 0, 0, 0, 0]", FOLLOWED),
        sees("everything is looked up", "[1] * 5", REPLACED),
        sees("what is set anew is seen", "[0, 1, 0, 1, 0]", FOLLOWED),
        sees("only modules are followed", "[0, 1, 0, 0, 0]", FOLLOWED),
        sees("Python changes in place", "[1, 0, 1, 1, 1]", BAKED),
        sees("four answers", "[1, 0, 1, 0]", "one answer for each of"),
    ],
}

RIGHT = {
    "06-basic-model": [
        RightAnswer("by operation", change=("x**self.exponent", "tf.pow(x, self.exponent)")),
        RightAnswer("not to be trained", change=("(2.0)", "(2.0, trainable=False)")),
        RightAnswer(
            "float, which AutoGraph makes an operation",
            change=("**self.exponent", "**float(self.exponent)"),
        ),
        RightAnswer(
            "a signature",
            change=("@tf.function", "@tf.function(input_signature=[tf.TensorSpec([None])])"),
        ),
        RightAnswer(
            "in a list",
            """\
class BasicModel(tf.Module):
    def __init__(self, start=2.0):
        super().__init__("raises")
        self.numbers = [tf.Variable(start)]

    @tf.function
    def power(self, x):
        return x ** self.numbers[0]
""",
        ),
        RightAnswer(
            "decorated in __init__",
            """\
class BasicModel(tf.Module):
    def __init__(self):
        super().__init__()
        self.const = tf.Variable(2.0)
        self.power = tf.function(self.pow)

    def pow(self, x):
        return x**self.const
""",
        ),
        RightAnswer(
            "a method around the graph",
            """\
class BasicModel(tf.Module):
    def __init__(self):
        super().__init__()
        self.const = tf.Variable(2.0)

    @tf.function
    def pow(self, x):
        return x**self.const

    def power(self, x):
        return self.pow(x)
""",
        ),
    ],
    "06-nothing-left": [
        RightAnswer(
            "the global variable, held",
            """\
spill = tf.Variable(0.5, name="spill")


class Pad(tf.Module):
    def __init__(self):
        super().__init__()
        self.inks = {"blue": Cartridge()}
        self.spill = spill

    @tf.function(input_signature=[any_length])
    def ink(self, stroke):
        return spill + path_length(stroke) * self.inks["blue"].flow
""",
        ),
        RightAnswer(
            "a tuple",
            """\
class Pad(tf.Module):
    def __init__(self):
        super().__init__()
        self.inks = (Cartridge(),)
        self.spill = tf.Variable(0.5, trainable=False)

    @tf.function(input_signature=(any_length,))
    def ink(self, stroke):
        return self.inks[0].flow * path_length(stroke) + self.spill
""",
        ),
        RightAnswer(
            "an ink that is a module",
            """\
class Water(tf.Module):
    def __init__(self):
        super().__init__()
        self.flow = tf.Variable(10.0)


class Pad(tf.Module):
    def __init__(self):
        super().__init__()
        self.inks = {"blue": Water()}
        self.spill = tf.Variable(0.5)

    @tf.function(input_signature=[any_length])
    def ink(self, stroke):
        flow = self.inks["blue"].flow
        return flow * path_length(stroke) + self.spill
""",
        ),
        RightAnswer(
            "variables in the dict",
            """\
class Pad(tf.Module):
    def __init__(self):
        super().__init__()
        self.inks = {"blue": tf.Variable(10.0), "spill": tf.Variable(0.5)}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], name="line")])
    def ink(self, line):
        return self.inks["blue"] * path_length(line) + self.inks["spill"]
""",
        ),
        RightAnswer(
            "decorated in __init__",
            """\
class Pad(tf.Module):
    def __init__(self):
        super().__init__()
        self.inks, self.spill = {"blue": Cartridge()}, tf.Variable(0.5)
        self.ink = tf.function(self.cost, input_signature=[any_length])

    def cost(self, stroke):
        return self.inks["blue"].flow * path_length(stroke) + self.spill
""",
        ),
    ],
    "06-meter": [
        RightAnswer(
            "a whole count, cast",
            """\
class Meter(tf.Module):
    def __init__(self):
        super().__init__()
        self.sum = tf.Variable(0.0, trainable=False)
        self.count = tf.Variable(0, trainable=False)

    @tf.function(input_signature=[any_length])
    def add(self, stroke):
        self.count.assign_add(1)
        return self.sum.assign_add(path_length(stroke)) / tf.cast(self.count, tf.float32)
""",
        ),
        RightAnswer(
            "the mean itself is kept",
            """\
class Meter(tf.Module):
    def __init__(self):
        super().__init__()
        self.mean = tf.Variable(0.0, trainable=False)
        self.count = tf.Variable(0.0, trainable=False)

    @tf.function(input_signature=[any_length])
    def add(self, stroke):
        self.count.assign_add(1.0)
        return self.mean.assign_add((path_length(stroke) - self.mean) / self.count)
""",
        ),
        RightAnswer(
            "both in one variable",
            """\
class Meter(tf.Module):
    def __init__(self):
        super().__init__()
        self.seen = tf.Variable([0.0, 0.0], trainable=False)

    @tf.function(input_signature=[any_length])
    def add(self, stroke):
        both = self.seen.assign_add([path_length(stroke), 1.0])
        return both[0] / both[1]
""",
        ),
        RightAnswer(
            "another name for the input",
            change=("[any_length]", '[tf.TensorSpec([None, 2], name="line")]'),
        ),
        RightAnswer(
            "assigns the sums",
            change=(
                ADD,
                ADD.replace("sum.assign_add(", "sum.assign(self.sum + ").replace(
                    "count.assign_add(", "count.assign(self.count + "
                ),
            ),
        ),
    ],
    "06-weight-or-constant": [
        RightAnswer("truths", change=(KEY, "[True, False, True, False, False]")),
        RightAnswer("a tuple", change=(KEY, "(1, 0, 1, 0, 0)")),
        RightAnswer("an array", change=(KEY, "np.array([1, 0, 1, 0, 0])")),
        RightAnswer("a dict", change=(KEY, "dict(zip(changes, [1, 0, 1, 0, 0]))")),
        RightAnswer("a tensor", change=(KEY, "tf.constant([1, 0, 1, 0, 0])")),
    ],
}
