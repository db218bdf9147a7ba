"""Wrong answers to the exercises of lesson 11."""

from . import RightAnswer, WrongAnswer

ZERO_POINT = "int(np.round(-128 - low / scale))"
CLIPPED = "np.clip(np.round(values / scale) + zero_point, -128, 127)"
SAMPLE = "[np.float32(recording / 1000.0)[np.newaxis]]"
FED = "np.clip(np.round(np.float32([stroke]) / scale_in) + zero_in, -128, 127)"
SHARE = "scale_out * (int(answer.max()) - zero_out)"
SMALL = "convert(Gesture(hidden=220), **shrink)"
WIDENED = "    low, high = min(low, 0.0), max(high, 0.0)\n"
WIDENED_BELOW = "    low = min(low, 0.0)\n"
WIDE = "tf.lite.TargetSpec(supported_ops=[wide])"
UNCLIPPED = "np.round(np.float32([stroke]) / scale_in) + zero_in"
IN_BLOCKS = "requantize(convert(Gesture(hidden=384)), recipe.dynamic_wi4b32_afp32)"
RECORDINGS = "recordings = [1000.0 * stroke.astype(np.float64) for stroke in many(300)[0]]\n"
OWN = RECORDINGS + "my_samples = samples\n"
READY = (
    RECORDINGS
    + "ready = [np.float32([recording]) / np.float32(1000) for recording in recordings]\n"
)
BY_FORMULA = """\
def recognise(stroke):
    shares = run(files["int8"])(np.float32([stroke]))[0]
    return gestures[shares.argmax()], shares.max()
"""

ANSWERS = {
    "11-by-hand": [
        WrongAnswer("256 steps, 256 gaps", "255 gaps", change=("/ 255", "/ 256")),
        WrongAnswer(
            "steps counted from 0",
            "`low` belongs on step -128",
            change=(ZERO_POINT, "int(np.round(-low / scale))"),
        ),
        WrongAnswer(
            "weights' zero point, for a range on one side",
            "On which does 0.0 land?",
            change=(ZERO_POINT, "0"),
        ),
        WrongAnswer(
            "a cast in place of rounding",
            "a cast cuts off",
            change=("np.round(values / scale)", "values / scale"),
        ),
        WrongAnswer(
            "no ends",
            "Clip before the cast",
            change=(CLIPPED, "np.round(values / scale) + zero_point"),
        ),
        WrongAnswer("a range that need not hold 0", "widen first", change=(WIDENED, "")),
        WrongAnswer("widened below alone", "widen first", change=(WIDENED, WIDENED_BELOW)),
        WrongAnswer("cast to uint8", "", change=("np.int8)", "np.uint8)")),
        WrongAnswer("no cast", "'int8'", change=("steps.astype(np.int8)", "steps")),
        WrongAnswer("the steps alone", "The first of three", change=("scale, zero_point, ", "")),
    ],
    "11-samples": [
        WrongAnswer(
            "the same sample again",
            "represents one user, once",
            change=(SAMPLE, "[np.float32(recordings[0] / 1000.0)[np.newaxis]]"),
        ),
        WrongAnswer("pixels", "0 to 1, not 0 to 1,000", change=(" / 1000.0", "")),
        WrongAnswer("no list", "`yield [array]`", change=(SAMPLE, SAMPLE[1:-1])),
        WrongAnswer("float64", "`np.float32`", change=("np.float32(", "np.float64(")),
        WrongAnswer("the lesson's own samples", "Those strokes", OWN),
        WrongAnswer(
            "random noise", "Those strokes", change=(SAMPLE, "[rng.random((1, 32, 2), np.float32)]")
        ),
        WrongAnswer("ten will do", "go through", change=("in recordings:", "in recordings[:10]:")),
        WrongAnswer("a division too many", "0 to 1", change=("1000.0)[", "1_000_000.0)[")),
        WrongAnswer("return in place of yield", "", change=("yield", "return")),
        WrongAnswer("no batch axis", "a batch axis of one", change=("[np.newaxis]", "")),
    ],
    "11-int8-io": [
        WrongAnswer("a cast", "Scale and zero point first", change=(FED, "np.float32([stroke])")),
        WrongAnswer("no zero point", "Scale and zero point first", change=(" + zero_in", "")),
        WrongAnswer(
            "the probability in steps",
            "Steps out, too",
            change=(SHARE, "int(answer.max())"),
        ),
        WrongAnswer(
            "int8 minus int8",
            "in a wider integer",
            change=("int(answer.max())", "answer.max()"),
        ),
        WrongAnswer("no ends", "clip before the cast", change=(FED, UNCLIPPED)),
        WrongAnswer(
            "always the line", "Always one?", change=("gestures[answer.argmax()]", '"line"')
        ),
        WrongAnswer("a certain answer", "Steps out, too", change=(SHARE, "1.0")),
        WrongAnswer("the least likely", "", change=("argmax", "argmin")),
        WrongAnswer("the name alone", "", change=("answer.argmax()], share", "answer.argmax()]")),
        WrongAnswer(
            "the number of the gesture",
            "Its name, not its number",
            change=("gestures[answer.argmax()]", "answer.argmax()"),
        ),
    ],
    "11-budget": [
        WrongAnswer(
            "the smallest of the seven", "Fewer hidden", change=(SMALL, 'files["int4 in blocks"]')
        ),
        WrongAnswer(
            "half the network, half the digits",
            "which way is smallest?",
            change=("**shrink", "**shrink, target_spec=halves"),
        ),
        WrongAnswer("no quantization", "Fewer hidden", change=(", **shrink", "")),
        WrongAnswer("too small", "never learnt", change=("hidden=220", "hidden=48")),
        WrongAnswer("all 512", "Fewer hidden", change=("hidden=220", "hidden=512")),
        WrongAnswer("half of them", "Fewer hidden", change=("hidden=220", "hidden=256")),
        WrongAnswer("eight", "never learnt", change=("hidden=220", "hidden=8")),
        WrongAnswer(
            "sixteen in integers",
            "never learnt",
            change=("220), **shrink", "16), **measured, **int8_io"),
        ),
        WrongAnswer("the float file", "Fewer hidden", change=(SMALL, 'files["float32"]')),
        WrongAnswer("a module, not a file", "Fewer hidden", change=(SMALL, "Gesture(hidden=256)")),
        WrongAnswer("nothing in it", "got no bytes", change=(SMALL, 'b""')),
    ],
}

RIGHT = {
    "11-by-hand": [
        RightAnswer("rint", change=("np.round(values", "np.rint(values")),
        RightAnswer(
            "a list",
            change=(
                "return scale, zero_point, steps.astype(np.int8)",
                "return [scale, zero_point, steps.astype(np.int8)]",
            ),
        ),
        RightAnswer(
            "-128 apart", change=("np.round(-128 - low / scale)", "-128 - np.round(low / scale)")
        ),
        RightAnswer(
            "ends by hand",
            change=(
                CLIPPED,
                "np.minimum(np.maximum(np.round(values / scale) + zero_point, -128), 127)",
            ),
        ),
        RightAnswer(
            "in float64",
            change=(
                "    scale = (high - low) / 255",
                "    low, high = float(low), float(high)\n    scale = (high - low) / 255.0",
            ),
        ),
    ],
    "11-samples": [
        RightAnswer("tensors", change=(SAMPLE, f"[tf.constant({SAMPLE[1:-1]})]")),
        RightAnswer("by name", change=(SAMPLE, f'{{"strokes": {SAMPLE[1:-1]}}}')),
        RightAnswer("a hundred", change=("in recordings:", "in recordings[::3]:")),
        RightAnswer(
            "made before", READY + "\n\ndef my_samples():\n    return ([one] for one in ready)\n"
        ),
        RightAnswer("a lambda", READY + "my_samples = lambda: [[one] for one in ready]\n"),
    ],
    "11-int8-io": [
        RightAnswer(
            "a list",
            change=(
                "return gestures[answer.argmax()], share",
                "return [gestures[answer.argmax()], share]",
            ),
        ),
        RightAnswer("by the lesson's formulas", BY_FORMULA),
        RightAnswer(
            "in float32",
            change=("(int(answer.max()) - zero_out)", "(np.float32(answer.max()) - zero_out)"),
        ),
        RightAnswer("in 16 bits", change=("int(answer.max())", "answer.max().astype(np.int16)")),
        RightAnswer(
            "an array", change=("np.float32([stroke])", "np.array(stroke, np.float32)[np.newaxis]")
        ),
    ],
    "11-budget": [
        RightAnswer("200", change=("hidden=220", "hidden=200")),
        RightAnswer("int4", change=(SMALL, IN_BLOCKS)),
        RightAnswer("180", change=("hidden=220", "hidden=180")),
        RightAnswer("integers", change=("220), **shrink", "200), **measured, **int8_io")),
        RightAnswer("integers inside", change=("220), **shrink", "200), **measured")),
        RightAnswer(
            "16 bits between",
            change=("220), **shrink", f"180), **measured, target_spec={WIDE}"),
        ),
    ],
}

PREDICTIONS = {
    "11-predict-half": ("half a step", "one step", "a value may fall anywhere between two steps"),
    "11-predict-smallest": ("dynamic range", "int8", "integers everywhere must be smaller"),
    "11-predict-changed": (
        "0 to 6",
        "7 to 60",
        "a quarter of the bits costs a share of the answers",
    ),
    "11-predict-same": ("below 90%", "nothing", "no error was raised, and the size is the same"),
    "11-predict-slowest": ("16x8", "float32", "the largest numbers take the longest"),
}
