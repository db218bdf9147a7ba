"""Answers to the exercises of lesson 10, right and wrong."""

from . import RightAnswer, WrongAnswer

EVERY_SECOND = "raw[0, ::2]"
RUN = 'return classify(stroke=stroke)["probabilities"]'
DICT = "inputs = {name: np.float32(values) for name, values in pairs}"
MOVE = 'return move(**inputs)["shift"]'
CLOSE = "bool((np.abs(a - b) <= tolerance).all())"
WHOLE = "return a.shape == b.shape and " + CLOSE
EMPTY = '    if not file:\n        return "empty"\n'
FOUND = 'return next((word for sign, word in signs.items() if file.startswith(sign)), "unknown")'
FIVE_STEPS = """\
def recognise(raw):
    interpreter.set_tensor(wanted["index"], raw[0, ::2].astype(np.float32))
    interpreter.invoke()
    return interpreter.get_tensor(given["index"])
"""
IN_BUFFERS = """\
def recognise(raw):
    return in_compiled(raw[0, ::2].astype(np.float32))
"""
IN_ORDER = """\
def replay(pairs):
    (_, start), (_, end) = pairs
    return move(start=np.float32(start), end=np.float32(end))["shift"]
"""
IN_A_LOOP = """\
def replay(pairs):
    inputs = {}
    for name, values in pairs:
        inputs[name] = np.array(values, np.float32)
    return move(**inputs)["shift"]
"""
WITHOUT_THE_FILE = """\
def replay(pairs):
    inputs = dict(pairs)
    return np.float32(inputs["end"]) - np.float32(inputs["start"])
"""
BY_TWO_NAMES = """\
def replay(pairs):
    log = dict(pairs)
    return move(start=np.float32(log["start"]), end=np.float32(log["end"]))["shift"]
"""
LOOKED_UP = """\
def tell(file):
    return {content: word for word, content in suspects.items()}[file]
"""
BY_STEPS = """\
def tell(file):
    if len(file) == 0:
        return "empty"
    if b"TFL3" in file[:8]:
        return "model"
    if file[:1] == b"<":
        return "web page"
    if file[:2] == b"PK":
        return "zip"
    return "HDF5" if file[1:4] == b"HDF" else "LFS pointer"
"""
BY_MATCH = """\
def tell(file):
    match file[:2]:
        case b"":
            return "empty"
        case b"PK":
            return "zip"
        case b"ve":
            return "LFS pointer"
        case b"\\x89H":
            return "HDF5"
    return "web page" if file[0] == ord("<") else "model"
"""
ALL_HANDED = "Hand over all names"
DIFFER = "The numbers differ"
SHAPES = "compare the shapes"
ONE_BAD = "hides one bad element"
NAN = "No comparison with nan"

ANSWERS = {
    "10-any-stroke": [
        WrongAnswer(
            "the axis in front stays", "A batch axis", change=(EVERY_SECOND, "raw[:, ::2]")
        ),
        WrongAnswer("float64 as it comes", "astype", change=(".astype(np.float32)", "")),
        WrongAnswer("the first half", DIFFER, change=(EVERY_SECOND, "raw[0, :32]")),
        WrongAnswer("all points", "`shape_signature`", change=(EVERY_SECOND, "raw[0]")),
        WrongAnswer(
            "halves the axis in front", "`shape_signature`", change=(EVERY_SECOND, "raw[::2]")
        ),
        WrongAnswer("by position", "by its own names", change=("stroke=stroke", "stroke")),
        WrongAnswer("no return", "is a `return` missing?", change=("return ", "")),
        WrongAnswer(
            "averages of pairs", DIFFER, change=(EVERY_SECOND, "raw.reshape(32, 2, 2).mean(axis=1)")
        ),
        WrongAnswer("the other half of the points", DIFFER, change=(EVERY_SECOND, "raw[0, 1::2]")),
        WrongAnswer(
            "one coordinate twice", DIFFER, change=(EVERY_SECOND, "raw[0, ::2][:, [0, 0]]")
        ),
        WrongAnswer("backwards", DIFFER, change=(EVERY_SECOND, "raw[0, ::-2]")),
        WrongAnswer("a constant", "baked", change=(RUN, "return np.float32([0, 1, 0])")),
        WrongAnswer("the largest alone", "The shape differs", change=(RUN, RUN + ".max()")),
        WrongAnswer("the name of the gesture", "", change=(RUN, f"{RUN}.argmax()")),
    ],
    "10-by-name": [
        WrongAnswer("trusts the order of the log", DIFFER, IN_ORDER),
        WrongAnswer(
            "lists as they are", "An array is wanted", change=("np.float32(values)", "values")
        ),
        WrongAnswer(
            "an array, of float64", "float64 by itself", change=("np.float32(", "np.array(")
        ),
        WrongAnswer("by position", "by its own names", change=("**inputs", "*inputs.values()")),
        WrongAnswer("the dict as an argument", "by its own names", change=("**inputs", "inputs")),
        WrongAnswer("a constant", "", change=(MOVE, "return np.float32([0.8, 0.4])")),
        WrongAnswer("NumPy, without the file", ALL_HANDED, WITHOUT_THE_FILE),
        WrongAnswer("the two names that it knows", ALL_HANDED, BY_TWO_NAMES),
        WrongAnswer("the other way round", DIFFER, change=(MOVE, MOVE.replace("move", "-move"))),
        WrongAnswer("the first coordinate", "", change=(MOVE, MOVE + "[:1]")),
        WrongAnswer(
            "the length", "The shape differs", change=(MOVE, f"return np.linalg.norm({MOVE[7:]})")
        ),
        WrongAnswer("no return", "is a `return` missing?", change=("return ", "")),
    ],
    "10-agree": [
        WrongAnswer(
            "allclose, with its own rtol",
            "`rtol=0`",
            change=(CLOSE, "np.allclose(a, b, atol=tolerance)"),
        ),
        WrongAnswer("a mean", ONE_BAD, change=(CLOSE, "np.abs(a - b).mean() <= tolerance")),
        WrongAnswer(
            "nothing larger, so nan passes",
            NAN,
            change=(CLOSE, "not (np.abs(a - b) > tolerance).any()"),
        ),
        WrongAnswer("no look at shapes", SHAPES, change=("a.shape == b.shape and ", "")),
        WrongAnswer("differences upward only", ONE_BAD, change=("np.abs(a - b)", "(a - b)")),
        WrongAnswer(
            "equal to the last digit", "`<= tolerance`", change=(CLOSE, "bool((a == b).all())")
        ),
        WrongAnswer(
            "a truth for each element", "`.all()`", change=(CLOSE, "np.abs(a - b) <= tolerance")
        ),
        WrongAnswer("the sum", ONE_BAD, change=(CLOSE, "abs((a - b).sum()) <= tolerance")),
        WrongAnswer("less, not at most", "`<= tolerance`", change=("<= tolerance", "< tolerance")),
        WrongAnswer(
            "lengths for shapes", SHAPES, change=("a.shape == b.shape", "len(a) == len(b)")
        ),
        WrongAnswer("sizes for shapes", SHAPES, change=("a.shape == b.shape", "a.size == b.size")),
        WrongAnswer("axes for shapes", SHAPES, change=("a.shape == b.shape", "a.ndim == b.ndim")),
        WrongAnswer("a tolerance of its own", "`<= tolerance`", change=("<= tolerance", "<= 1e-4")),
        WrongAnswer("one close element", ONE_BAD, change=(".all()", ".any()")),
        WrongAnswer(
            "nan agrees with nan",
            NAN,
            change=(CLOSE, "np.allclose(a, b, rtol=0, atol=tolerance, equal_nan=True)"),
        ),
        WrongAnswer(
            "leaves nan out", NAN, change=(CLOSE, "bool(np.nanmax(np.abs(a - b)) <= tolerance)")
        ),
        WrongAnswer("always", "A mean", change=(WHOLE, "return True")),
        WrongAnswer("never", "`<= tolerance`", change=(WHOLE, "return False")),
    ],
    "10-first-bytes": [
        WrongAnswer("every sign is in front", "in bytes 4 to 8", change=("file[4:8]", "file[:4]")),
        WrongAnswer("forgets the empty file", "when there is nothing", change=(EMPTY, "")),
        WrongAnswer("text, where there are bytes", "compared with bytes", change=('b"<"', '"<"')),
        WrongAnswer(
            "zip as it is called", "these begin with two letters", change=('b"PK"', 'b"zip"')
        ),
        WrongAnswer("HDF5 as it is called", "first eight bytes", change=('b"\\x89HDF"', 'b"HDF"')),
        WrongAnswer("LFS as it is called", "a small text", change=('b"version"', 'b"LFS"')),
        WrongAnswer("a table of the suspects", "", change=(FOUND, LOOKED_UP.split("return ")[1])),
        WrongAnswer("this page alone", "begins with `<`", change=('b"<"', 'b"<!DOCTYPE"')),
        WrongAnswer("bytes that differ by case", "two letters", change=('b"PK"', 'b"pk"')),
        WrongAnswer("the sign at the end", "", change=("startswith", "endswith")),
        WrongAnswer(
            "a model is what is left",
            "",
            change=('    if file[4:8] == b"TFL3":\n        return "model"\n', ""),
        ),
        WrongAnswer("gives the sign", "", change=("word for sign, word", "sign for sign, word")),
        WrongAnswer("always a model", "", change=('file[4:8] == b"TFL3"', "file[4:8]")),
    ],
}

RIGHT = {
    "10-any-stroke": [
        RightAnswer("the five steps by hand", FIVE_STEPS),
        RightAnswer("CompiledModel", IN_BUFFERS),
        RightAnswer("squeezed", change=(EVERY_SECOND, "raw.squeeze()[::2]")),
        RightAnswer("reshaped", change=(EVERY_SECOND, "raw.reshape(32, -1)[:, :2]")),
        RightAnswer(
            "a NumPy function", change=("raw[0, ::2].astype(np.float32)", "np.float32(raw[0][::2])")
        ),
        RightAnswer("a list", change=(RUN, RUN + ".tolist()")),
        RightAnswer("the dict as it comes", change=(RUN, RUN.replace('["probabilities"]', ""))),
    ],
    "10-by-name": [
        RightAnswer("a loop", IN_A_LOOP),
        RightAnswer(
            "a dict of the list",
            change=(DICT, "inputs = {k: np.float32(v) for k, v in dict(pairs).items()}"),
        ),
        RightAnswer("the only output", change=(MOVE, "return next(iter(move(**inputs).values()))")),
        RightAnswer(
            "asarray", change=("np.float32(values)", 'np.asarray(values, dtype="float32")')
        ),
        RightAnswer("a list", change=(MOVE, MOVE + ".tolist()")),
    ],
    "10-agree": [
        RightAnswer("the largest", change=(CLOSE, "np.max(np.abs(a - b)) <= tolerance")),
        RightAnswer(
            "allclose without rtol", change=(CLOSE, "np.allclose(a, b, rtol=0, atol=tolerance)")
        ),
        RightAnswer("isclose", change=(CLOSE, "np.isclose(a, b, 0, tolerance).all()")),
        RightAnswer(
            "in Python",
            change=(CLOSE, "all(abs(x - y) <= tolerance for x, y in zip(a.ravel(), b.ravel()))"),
        ),
        RightAnswer(
            "the shapes by themselves",
            change=(WHOLE, f"if a.shape != b.shape:\n        return False\n    return {CLOSE}"),
        ),
        RightAnswer("none outside", change=(CLOSE, "not np.any(~(np.abs(a - b) <= tolerance))")),
    ],
    "10-first-bytes": [
        RightAnswer("step by step", "suspects = dict(suspects)\n\n\n" + BY_STEPS),
        RightAnswer("a match", "suspects = dict(suspects)\n\n\n" + BY_MATCH),
        RightAnswer("longer signs", change=('b"PK"', 'b"PK\\x03\\x04"')),
        RightAnswer("the whole HDF5 sign", change=('b"\\x89HDF"', 'b"\\x89HDF\\r\\n\\x1a\\n"')),
        RightAnswer(
            "the address of LFS", change=('b"version"', 'b"version https://git-lfs.github.com"')
        ),
        RightAnswer("find", change=('file[4:8] == b"TFL3"', 'file.find(b"TFL3") == 4')),
    ],
}

PREDICTIONS = {
    "10-predict-float64": ("an error", "casts it", "NumPy casts wherever a value fits"),
    "10-predict-batch": ("nan", "an error", "set_tensor refused the very same array"),
    "10-predict-order": ("-0.8, -0.4", "0.8, 0.4", "inputs keep the order of the signature"),
    "10-predict-equal": ("not all equal", "all equal", "one model gives one set of numbers"),
    "10-predict-inside": ("other numbers", "the distances", "a tensor keeps what was written"),
    "10-predict-threads": (
        "not twice",
        "four times or more",
        "four do four times the work",
    ),
}
