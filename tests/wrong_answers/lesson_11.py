"""Wrong answers to the exercises of lesson 11."""

from . import WrongAnswer

ZERO_POINT = "int(np.round(-128 - low / scale))"
CLIPPED = "np.clip(np.round(values / scale) + zero_point, -128, 127)"
SAMPLE = "[np.float32(recording / 1000.0)[np.newaxis]]"
FED = "np.clip(np.round(np.float32([stroke]) / scale_in) + zero_in, -128, 127)"
SHARE = "scale_out * (int(answer.max()) - zero_out)"
SMALL = "convert(Gesture(hidden=256), **shrink)"

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
        WrongAnswer("the steps alone", "Divide by the scale", change=("scale, zero_point, ", "")),
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
        WrongAnswer("no batch axis", "a batch axis of one", change=("[np.newaxis]", "")),
    ],
    "11-int8-io": [
        WrongAnswer("a cast", "`astype` alone cuts off", change=(FED, "np.float32([stroke])")),
        WrongAnswer("no zero point", "scale and zero point first", change=(" + zero_in", "")),
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
        WrongAnswer(
            "the number of the gesture",
            "Always one name?",
            change=("gestures[answer.argmax()]", "answer.argmax()"),
        ),
    ],
    "11-budget": [
        WrongAnswer("the smallest of the five", "Fewer hidden", change=(SMALL, 'files["int8"]')),
        WrongAnswer(
            "half the network, half the digits",
            "which way is smallest?",
            change=("**shrink", "**shrink, target_spec=halves"),
        ),
        WrongAnswer("no quantization", "Fewer hidden", change=(", **shrink", "")),
        WrongAnswer("too small", "never learnt", change=("hidden=256", "hidden=48")),
        WrongAnswer("a module, not a file", "Fewer hidden", change=(SMALL, "Gesture(hidden=256)")),
    ],
}
