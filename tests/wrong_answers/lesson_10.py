"""Wrong answers to the exercises of lesson 10."""

from . import WrongAnswer

CLOSE = "bool((np.abs(a - b) <= tolerance).all())"

ANSWERS = {
    "10-any-stroke": [
        WrongAnswer(
            "the axis in front stays", "nan: is there", change=("raw[0, ::2]", "raw[:, ::2]")
        ),
        WrongAnswer("float64 as it comes", "astype", change=(".astype(np.float32)", "")),
        WrongAnswer("the first half", "The numbers differ", change=("raw[0, ::2]", "raw[0, :32]")),
        WrongAnswer("all points", "`shape_signature`", change=("raw[0, ::2]", "raw[0]")),
        WrongAnswer(
            "halves the axis in front", "`shape_signature`", change=("raw[0, ::2]", "raw[::2]")
        ),
        WrongAnswer("by position", "by its own names", change=("stroke=stroke", "stroke")),
        WrongAnswer("no return", "is a `return` missing?", change=("return ", "")),
    ],
    "10-by-name": [
        WrongAnswer(
            "trusts the order of the log",
            "The numbers differ",
            """\
def replay(pairs):
    (_, start), (_, end) = pairs
    return move(start=np.float32(start), end=np.float32(end))["shift"]
""",
        ),
        WrongAnswer(
            "lists as they are", "An array is wanted", change=("np.float32(values)", "values")
        ),
        WrongAnswer(
            "an array, of float64", "float64 by itself", change=("np.float32(", "np.array(")
        ),
        WrongAnswer("by position", "by its own names", change=("**inputs", "*inputs.values()")),
        WrongAnswer("the dict as an argument", "by its own names", change=("**inputs", "inputs")),
    ],
    "10-agree": [
        WrongAnswer(
            "allclose, with its own rtol",
            "`rtol=0`",
            change=(CLOSE, "np.allclose(a, b, atol=tolerance)"),
        ),
        WrongAnswer("a mean", "A mean hides", change=(CLOSE, "np.abs(a - b).mean() <= tolerance")),
        WrongAnswer(
            "nothing larger, so nan passes",
            "No comparison with nan is true",
            change=(CLOSE, "not (np.abs(a - b) > tolerance).any()"),
        ),
        WrongAnswer(
            "no look at shapes", "compare the shapes", change=("a.shape == b.shape and ", "")
        ),
        WrongAnswer(
            "differences upward only", "without `np.abs`", change=("np.abs(a - b)", "(a - b)")
        ),
        WrongAnswer(
            "equal to the last digit", "`<= tolerance`", change=(CLOSE, "bool((a == b).all())")
        ),
        WrongAnswer(
            "a truth for each element", "`.all()`", change=(CLOSE, "np.abs(a - b) <= tolerance")
        ),
    ],
    "10-first-bytes": [
        WrongAnswer("every sign is in front", "in bytes 4 to 8", change=("file[4:8]", "file[:4]")),
        WrongAnswer(
            "forgets the empty file",
            "when there is nothing",
            change=('    if not file:\n        return "empty"\n', ""),
        ),
        WrongAnswer("text, where there are bytes", "compared with bytes", change=('b"<"', '"<"')),
        WrongAnswer(
            "zip as it is called", "these begin with two letters", change=('b"PK"', 'b"zip"')
        ),
        WrongAnswer("HDF5 as it is called", "first eight bytes", change=('b"\\x89HDF"', 'b"HDF"')),
        WrongAnswer("LFS as it is called", "a small text", change=('b"version"', 'b"LFS"')),
    ],
}
