"""Wrong answers to the exercises of lesson 14."""

from . import RightAnswer, WrongAnswer

PREDICTIONS = {
    "14-predict-stranger": ("0", "3", "on paper the two strokes are the same"),
    "14-predict-key": ("serving_default", "classify", "the function has that name in Python"),
    "14-predict-open": ("1", "32", "the strokes have 32 points, so the signature has"),
    "14-predict-hurried": ("line", "zigzag", "all its points lie on the ideal zigzag"),
    "14-predict-five": ("below 0.00001", "none at all", "the same numbers, the same arithmetic"),
    "14-predict-people": ("about half", "all 50", "five runtimes agree, so the model is right"),
    "14-predict-square": ("circle, above 0.5", "a third for each", "it is none of the three"),
}
KINDS = "        kinds += [stroke, stroke * [1, -1]]"
QUANTILE = "float(np.quantile(distances, 0.99))"

ANSWERS = {
    "14-mend": [
        WrongAnswer(
            "no mirror image", "makes no mirror image", change=(KINDS, "        kinds += [stroke]")
        ),
        WrongAnswer(
            "turned by half instead of mirrored",
            "makes no mirror image",
            change=("stroke * [1, -1]]", "stroke * [-1, -1]]"),
        ),
        WrongAnswer(
            "three segments only", "One more ideal stroke", change=("range(3, 9)", "range(3, 4)")
        ),
        WrongAnswer("up to six", "One more ideal stroke", change=("range(3, 9)", "range(3, 7)")),
        WrongAnswer(
            "both ends again",
            "what do you have twice",
            change=("stroke * [1, -1]]", "stroke * [1, -1], stroke[::-1], stroke[::-1] * [1, -1]]"),
        ),
        WrongAnswer(
            "two widths",
            "what do you have twice",
            change=(KINDS, f"{KINDS}\n        kinds += [stroke * [1.5, 1], stroke * [1.5, -1]]"),
        ),
        WrongAnswer(
            "the lesson's zigzag",
            "makes no mirror image",
            'def zigzags():\n    return [ideal("zigzag")]\n',
        ),
        WrongAnswer("nearly a line", "nearly a line", change=("i % 2]))", "0.05 * (i % 2)]))")),
        WrongAnswer(
            "equal points for each corner, not along the way",
            "",
            change=(
                "resample(np.column_stack([1.5 * i / segments, i % 2]))",
                "np.resize(np.column_stack([1.5 * i / segments, i % 2]), (32, 2))",
            ),
        ),
        WrongAnswer("no return", "", change=("    return kinds", "    kinds")),
    ],
    "14-none": [
        WrongAnswer("the mean", "Too strict", change=(QUANTILE, "float(np.mean(distances))")),
        WrongAnswer("the median", "Too strict", change=("0.99", "0.5")),
        WrongAnswer("the nearest", "Too strict", change=(QUANTILE, "float(np.min(distances))")),
        WrongAnswer("zero", "Too strict", "limits = dict.fromkeys(gestures, 0.0)\n"),
        WrongAnswer(
            "a limit for circles only",
            "Too kind",
            'turns, limits = 32, {"line": 1.0, "circle": 0.0075, "zigzag": 1.0}\n',
        ),
        WrongAnswer("one", "nearest to circles", "limits = dict.fromkeys(gestures, 1.0)\n"),
        WrongAnswer(
            "no limit at all", "nearest to circles", "limits = dict.fromkeys(gestures, np.inf)\n"
        ),
        WrongAnswer("one limit for all", "nearest to circles", change=(QUANTILE, "0.045")),
        WrongAnswer("as many turns as before", "nearest to circles", change=("32", "8")),
        WrongAnswer("twice as many turns", "nearest to circles", change=("32", "16")),
        WrongAnswer("too many turns", "each costs 512 bytes", change=("32", "64")),
        WrongAnswer("a limit in place of the dict", "", "limits = 0.04\n"),
        WrongAnswer("a percentile of one", "Too strict", change=("np.quantile(", "np.percentile(")),
        WrongAnswer(
            "ten times the limit", "nearest to circles", change=(QUANTILE, f"10.0 * {QUANTILE}")
        ),
    ],
    "14-road": [
        WrongAnswer(
            "a number is its type",
            "2 and 3 have the same type",
            change=("equal value", "equal type"),
        ),
        WrongAnswer("nothing is compared", "Would an integer", change=('"dtype"', '"nothing"')),
        WrongAnswer("shapes are compared", "Would an integer", change=('"dtype"', '"shape"')),
        WrongAnswer("both are", "Would an integer", change=('"dtype"', '"dtype and shape"')),
        WrongAnswer(
            "a graph has no assertions", "an op of the graph", change=("converting", "tracing")
        ),
        WrongAnswer("the runtime skips it", "one of the file", change=("converting", "running")),
        WrongAnswer("the outcomes of lesson 00", "2 and 3 have", "my_answers = [2, True, False]\n"),
        WrongAnswer("two of three", "one answer for each", change=(', "converting"]', "]")),
        WrongAnswer(
            "in the other order",
            "2 and 3 have",
            'my_answers = ["converting", "equal value", "dtype"]\n',
        ),
        WrongAnswer("the type", "2 and 3 have the same type", change=("equal value", "float32")),
    ],
}

RIGHT = {
    "14-mend": [
        RightAnswer("mirrored the other way", change=("* [1, -1]]", "* [-1, 1]]")),
        RightAnswer("an array", change=("return kinds", "return np.array(kinds)")),
        RightAnswer("up and down the other way", change=("i % 2]))", "1 - i % 2]))")),
        RightAnswer("a little wider", change=("1.5 * i", "1.7 * i")),
        RightAnswer(
            "by a comprehension",
            """\
def zigzags():
    ways = [way(f"zigzag {segments}", dice) for segments in range(3, 9)]
    return [resample(one * [1, side]) for one in ways for side in (1, -1)]
""",
        ),
    ],
    "14-none": [
        RightAnswer(
            "of a hundred", change=("np.quantile(distances, 0.99)", "np.percentile(distances, 99)")
        ),
        RightAnswer("a NumPy number", change=(QUANTILE, "np.quantile(distances, 0.99)")),
        RightAnswer("98 in 100", change=("0.99", "0.98")),
        RightAnswer("48 turns", change=("32", "48")),
        RightAnswer(
            "numbers that were read off",
            'turns, limits = 32, {"line": 0.045, "circle": 0.0075, "zigzag": 0.042}\n',
        ),
    ],
    "14-road": [
        RightAnswer("a tuple", 'my_answers = ("equal value", "dtype", "converting")\n'),
        RightAnswer(
            "a dict", 'my_answers = {"a": "equal value", "b": "dtype", "c": "converting"}\n'
        ),
        RightAnswer(
            "by question",
            'my_answers = {"3. assertion": "converting", "1. one graph": "equal value"}\n'
            'my_answers["2. compared"] = "dtype"\n',
        ),
        RightAnswer("an array", 'my_answers = np.array(["equal value", "dtype", "converting"])\n'),
        RightAnswer(
            "as objects", 'my_answers = np.array(["equal value", "dtype", "converting"], object)\n'
        ),
    ],
}
