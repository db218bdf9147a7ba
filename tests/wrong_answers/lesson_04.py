"""Wrong answers to the exercises of lesson 04."""

from . import WrongAnswer

WRONG_SPEC = "compare the two TensorSpecs"
TOO_WIDE = "The spec is too wide"
SIGNED = "@tf.function(input_signature=[tf.TensorSpec([None, 32, 2]), tf.TensorSpec([])])"
CLOSED = "tf.norm(line[-1] - line[0]) < 0.1"
PEN = '@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="stroke")])'
NAMES = "the name of the spec wins"
SIZES, DTYPE, FORM = "fixes every size", "Numbers are not in a spec", "is it a tensor already?"

ANSWERS = {
    "04-batch": [
        WrongAnswer("decorates and promises nothing", TOO_WIDE, change=(SIGNED, "@tf.function")),
        WrongAnswer("the size of the first batch", WRONG_SPEC, change=("[None, 32", "[8, 32")),
        WrongAnswer("one stroke, no batch", WRONG_SPEC, change=("[None, 32, 2]", "[32, 2]")),
        WrongAnswer("any number of points", TOO_WIDE, change=("[None, 32", "[None, None")),
        WrongAnswer("any number of coordinates", TOO_WIDE, change=("32, 2]", "32, None]")),
        WrongAnswer("a number has one size", WRONG_SPEC, change=("Spec([])", "Spec([1])")),
        WrongAnswer("None for one number", TOO_WIDE, change=("Spec([])", "Spec(None)")),
        WrongAnswer(
            "the number is whole", "say `tf.float32`", change=("Spec([])", "Spec([], tf.int32)")
        ),
    ],
    "04-four-refusals": [
        WrongAnswer("calls again", "say tf.cast", change=("tf.cast(whole, tf.float32)", "whole")),
        WrongAnswer(
            "reads the bits as another dtype", "say tf.cast", change=("tf.cast(", "tf.bitcast(")
        ),
        WrongAnswer("the wrong axis", "take the stroke out", change=("batch[0]", "batch[:, 0]")),
        WrongAnswer(
            "cuts a good stroke", "a good stroke", change=("(long_stroke)", "(long_stroke[:32])")
        ),
        WrongAnswer("gives in to the default", "Literal[2.0]", change=("stroke, 3.0", "stroke")),
        WrongAnswer(
            "the old function", "Literal[2.0]", change=("[any_length, one_number]", "[any_length]")
        ),
        WrongAnswer(
            "one call", "Write a list with one answer", source="repaired = length(batch[0])"
        ),
    ],
    "04-names": [
        WrongAnswer("the parameter's name goes out", NAMES, change=(', name="stroke"', "")),
        WrongAnswer(
            "a tuple of two local names",
            NAMES,
            change=('{"length": path_length(line), "closed": closed}', "path_length(line), closed"),
        ),
        WrongAnswer("plain Python", NAMES, change=(PEN + "\n", "")),
        WrongAnswer(
            "renames the parameter",
            "missing a required argument: 'stroke'",
            """\
@tf.function(input_signature=[any_length])
def report(stroke):
    closed = tf.norm(stroke[-1] - stroke[0]) < 0.1
    return {"length": path_length(stroke), "closed": closed}
""",
        ),
        WrongAnswer("the other way round", "less than 0.1 apart", change=("< 0.1", "> 0.1")),
        WrongAnswer(
            "a Python bool, baked in",
            "less than 0.1 apart",
            change=(CLOSED, "tf.constant(True)"),
        ),
    ],
    "04-example": [
        WrongAnswer("an example stands for any size", SIZES, change=("[0, 0,", "[1, 0,")),
        WrongAnswer("the batch is free by itself", SIZES, change=("[0, 0,", "[0, 1,")),
        WrongAnswer(
            "another number, another spec", DTYPE, change=("1, 1, 0, 0, 1]", "0, 1, 0, 0, 1]")
        ),
        WrongAnswer("2 is not 2.0", DTYPE, change=("1, 1, 0, 0, 1]", "1, 0, 0, 0, 1]")),
        WrongAnswer("numbers are numbers", DTYPE, change=("1, 1, 0, 0, 1]", "1, 1, 1, 0, 1]")),
        WrongAnswer("a tensor is converted", FORM, change=("0, 0, 1]", "0, 1, 1]")),
        WrongAnswer("an array is not converted", FORM, change=("0, 0, 1]", "0, 0, 0]")),
    ],
}
