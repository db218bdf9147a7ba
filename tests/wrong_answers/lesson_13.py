"""Wrong answers to the exercises of lesson 13."""

from . import WrongAnswer

STEP = "self.factor.assign_sub(0.5 * tape.gradient(loss, self.factor))"

ANSWERS = {
    "13-four-signatures": [
        WrongAnswer("a gradient that nobody uses", "assign_sub", change=(f"        {STEP}\n", "")),
        WrongAnswer("up the hill", "assign_sub", change=("assign_sub", "assign_add")),
        WrongAnswer(
            "an attribute instead of the variable",
            "assign_sub",
            change=(STEP, "self.learnt = 0.5 * tape.gradient(loss, self.factor)"),
        ),
        WrongAnswer(
            "the value of the factory",
            "`weights` reads the variable",
            change=("self.factor.read_value()}", "1.0}"),
        ),
        WrongAnswer(
            "takes the weights and drops them",
            "has to `assign`",
            change=("self.factor.assign(factor)}", "factor}"),
        ),
        WrongAnswer(
            "forgets one of the four",
            "All four are converted",
            change=("pen.weights, pen.set_weights]", "pen.weights]"),
        ),
        WrongAnswer(
            "hands in the module",
            "All four are converted",
            change=("pen_file = convert(", "pen_file, _ = pen, convert("),
        ),
    ],
    "13-hundredfold": [
        WrongAnswer("a number of rounds", "is it at most", change=("losses[-1] <=", "0 >=")),
        WrongAnswer("stops too early", "is it at most", change=("/ fold", "/ 10")),
        WrongAnswer(
            "one batch only",
            "shows all batches",
            change=("in batches]", "in batches[3:]]"),
        ),
        WrongAnswer(
            "the sum of a round",
            "loss is their mean",
            change=("np.mean(steps)", "np.sum(steps)"),
        ),
        WrongAnswer(
            "the last loss only",
            "loss is their mean",
            change=("return losses", "return losses[-1:]"),
        ),
        WrongAnswer(
            "compares with the round before",
            "is it at most",
            change=("losses[0] / fold:", "losses[-2:][0] / fold or len(losses) > 50:"),
        ),
    ],
    "13-your-gesture": [
        WrongAnswer(
            "a small circle",
            "a small circle is a circle",
            """\
def mine():
    turn = np.linspace(0.0, 2.0 * np.pi, 32)
    return 0.2 + 0.1 * np.column_stack([np.cos(turn), np.sin(turn)])
""",
        ),
        WrongAnswer(
            "a line elsewhere",
            "a small circle is",
            change=("np.abs(along - 0.3)", "along + 5.0"),
        ),
        WrongAnswer("20 points", "32 points with x and y", change=("1.0, 32", "1.0, 20")),
        WrongAnswer(
            "two rows",
            "np.column_stack",
            change=(
                "np.column_stack([along, np.abs(along - 0.3)])",
                "[along, np.abs(along - 0.3)]",
            ),
        ),
        WrongAnswer(
            "a root of what is negative",
            "Are all points numbers?",
            change=(
                "np.abs(along - 0.3)",
                "np.sqrt(np.clip(along - 0.3, 0.0, None)) / (along > 0.3)",
            ),
        ),
    ],
    "13-yesterday": [
        WrongAnswer(
            "no look at the shape",
            "with `templates.shape`",
            change=("if found != wanted", "if not found"),
        ),
        WrongAnswer(
            "loads and forgets",
            "Weights go in by `set_weights`",
            change=("        set_weights(**saved)\n", ""),
        ),
        WrongAnswer(
            "another interpreter answers",
            "the same interpreter answers",
            change=("return infer(", 'return fresh(model).get_signature_runner("infer")('),
        ),
        WrongAnswer(
            "an error of another kind",
            "`raise ValueError`",
            change=("raise ValueError(", "raise TypeError("),
        ),
        WrongAnswer("returns the dict", "with an array", change=('["probabilities"]', "")),
    ],
}
