"""Wrong answers to the exercises of lesson 13."""

from . import RightAnswer, WrongAnswer

PREDICTIONS = {
    "13-predict-tape": ("the tape", "the gradient", "a derivative is thought to need the tape"),
    "13-predict-changes": ("all three", "the file", "only a file looks foreign to a graph"),
    "13-predict-lines": ("none", "all 25", "the loss fell, and lines were never touched"),
    "13-predict-who": ("1", "2", "a reset is believed, or the file is thought to be written to"),
}
STEP = "self.factor.assign_sub(0.5 * tape.gradient(loss, self.factor))"

ANSWERS = {
    "13-four-signatures": [
        WrongAnswer(
            "another step size", "0.5 times the gradient", change=("0.5 * tape", "0.1 * tape")
        ),
        WrongAnswer(
            "a start of zeros", "A variable of 1.0", change=("Variable(1.0", "Variable(0.0")
        ),
        WrongAnswer(
            "the sum of the squares",
            "The mean of the squared",
            change=("tf.reduce_mean(", "tf.reduce_sum("),
        ),
        WrongAnswer("a gradient that nobody uses", "assign_sub", change=(f"        {STEP}\n", "")),
        WrongAnswer("up the hill", "assign_sub", change=("assign_sub", "assign_add")),
        WrongAnswer(
            "an attribute instead of the variable",
            "assign_sub",
            change=(STEP, "self.learnt = 0.5 * tape.gradient(loss, self.factor)"),
        ),
        WrongAnswer(
            "the value of the factory",
            "",
            change=("self.factor.read_value()}", "1.0}"),
        ),
        WrongAnswer(
            "takes the weights and drops them",
            "has to `assign`",
            change=("self.factor.assign(factor)}", "factor}"),
        ),
        WrongAnswer(
            "stores and returns nothing",
            "and return it",
            change=(
                'return {"factor": self.factor.assign(factor)}',
                "self.factor.assign(factor)\n        return {}",
            ),
        ),
        WrongAnswer(
            "forgets one of the four",
            "All four are converted",
            change=("pen.weights, pen.set_weights]", "pen.weights]"),
        ),
        WrongAnswer(
            "hands in the module",
            "gives bytes",
            change=("pen_file = convert(", "pen_file, _ = pen, convert("),
        ),
    ],
    "13-hundredfold": [
        WrongAnswer("no end", "Stop after 3,000", change=("range(3000)", "range(4000)")),
        WrongAnswer("below, not at most", "", change=("losses[-1] <=", "losses[-1] <")),
        WrongAnswer("always a hundredth", "", change=("/ fold", "/ 100")),
        WrongAnswer(
            "stops before it is told", "Return all", change=("return losses", "return losses[:-1]")
        ),
        WrongAnswer("a number of rounds", "at most", change=("losses[-1] <=", "0 >=")),
        WrongAnswer("stops too early", "at most", change=("/ fold", "/ 10")),
        WrongAnswer(
            "one batch only",
            "A round shows all batches",
            change=("in batches]", "in batches[3:]]"),
        ),
        WrongAnswer(
            "the sum of a round",
            "loss is the mean",
            change=("np.mean(steps)", "np.sum(steps)"),
        ),
        WrongAnswer(
            "the last loss only",
            "Return all",
            change=("return losses", "return losses[-1:]"),
        ),
        WrongAnswer(
            "compares with the round before",
            "at most",
            change=("losses[0] / fold:", "losses[-2:][0] / fold or len(losses) > 50:"),
        ),
    ],
    "13-your-gesture": [
        WrongAnswer(
            "the lesson's circle",
            "a small circle is",
            change=("return np.column_stack([along, np.abs(along - 0.3)])", "return curves[1]"),
        ),
        WrongAnswer(
            "a zigzag of half the size",
            "Size is taken out",
            change=(
                "return np.column_stack([along, np.abs(along - 0.3)])",
                "return 0.5 * curves[2]",
            ),
        ),
        WrongAnswer(
            "x alone",
            "np.column_stack",
            change=("np.column_stack([along, np.abs(along - 0.3)])", "along"),
        ),
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
        WrongAnswer("no return", "32 points with x and y", change=("return np.", "np.")),
        WrongAnswer(
            "three coordinates",
            "np.column_stack",
            change=("[along, np.abs(along - 0.3)]", "[along, along, along**2]"),
        ),
    ],
    "13-yesterday": [
        WrongAnswer(
            "the number of templates alone",
            "whole shape",
            change=("if found != wanted", "if found[0] != wanted[0]"),
        ),
        WrongAnswer(
            "too few alone", "whole shape", change=("if found != wanted", "if found[0] < wanted[0]")
        ),
        WrongAnswer(
            "the size alone",
            "whole shape",
            change=("if found != wanted", "if np.prod(found) != np.prod(wanted)"),
        ),
        WrongAnswer(
            "always yesterday's bow",
            "go in by `set_weights`",
            change=("np.load(shelf / name) as saved", 'np.load(shelf / "bow.npz") as saved'),
        ),
        WrongAnswer(
            "no look at the shape",
            "Compare the whole shape",
            change=("if found != wanted", "if not found"),
        ),
        WrongAnswer(
            "loads and forgets",
            "Weights go in by `set_weights`",
            change=("        set_weights(**saved)\n", ""),
        ),
        WrongAnswer(
            "another interpreter answers",
            "the same one answers",
            change=("return infer(", 'return fresh(model).get_signature_runner("infer")('),
        ),
        WrongAnswer(
            "an error of another kind",
            "`raise ValueError`",
            change=("raise ValueError(", "raise TypeError("),
        ),
        WrongAnswer(
            "the whole answer of nobody",
            "the same one answers",
            change=('infer(strokes=strokes)["probabilities"]', "None"),
        ),
        WrongAnswer(
            "the factory's weights",
            "go in by `set_weights`",
            change=("set_weights(**saved)", "set_weights(**weights())"),
        ),
    ],
}

RIGHT = {
    "13-four-signatures": [
        RightAnswer(
            "the gradient by hand",
            change=(
                STEP,
                "self.factor.assign(self.factor - 0.5 * tape.gradient(loss, self.factor))",
            ),
        ),
        RightAnswer(
            "a square",
            change=(
                "tf.square(self.factor * drawn - length)",
                "(self.factor * drawn - length) ** 2",
            ),
        ),
        RightAnswer(
            "an identity", change=("self.factor.read_value()}", "tf.identity(self.factor)}")
        ),
        RightAnswer(
            "another order",
            change=(
                "[pen.infer, pen.train, pen.weights, pen.set_weights]",
                "[pen.weights, pen.set_weights, pen.train, pen.infer]",
            ),
        ),
        RightAnswer("another name inside", change=('name="factor")', 'name="scale")')),
    ],
    "13-hundredfold": [
        RightAnswer("an array", change=("return losses", "return np.array(losses)")),
        RightAnswer("a tuple", change=("return losses", "return tuple(losses)")),
        RightAnswer(
            "the end asked first",
            change=("/ fold:\n            break", "/ fold:\n            return losses"),
        ),
        RightAnswer(
            "multiplied",
            change=("losses[-1] <= losses[0] / fold", "fold * losses[-1] <= losses[0]"),
        ),
        RightAnswer(
            "a sum over a count", change=("float(np.mean(steps))", "float(sum(steps) / len(steps))")
        ),
    ],
    "13-your-gesture": [
        RightAnswer(
            "a list",
            change=(
                "np.column_stack([along, np.abs(along - 0.3)])",
                "np.column_stack([along, np.abs(along - 0.3)]).tolist()",
            ),
        ),
        RightAnswer(
            "a tensor",
            change=(
                "np.column_stack([along, np.abs(along - 0.3)])",
                "tf.stack([along, abs(along - 0.3)], axis=1)",
            ),
        ),
        RightAnswer(
            "the lesson's bow",
            change=("np.column_stack([along, np.abs(along - 0.3)])", "curves[3]"),
        ),
        RightAnswer("a line back", change=("np.abs(along - 0.3)", "1.0 - along")),
        RightAnswer(
            "the circle from its other end",
            change=("np.column_stack([along, np.abs(along - 0.3)])", "curves[1][::-1]"),
        ),
    ],
    "13-yesterday": [
        RightAnswer(
            "the shape as it is written", change=("if found != wanted", "if found != (4, 32, 2)")
        ),
        RightAnswer(
            "the lesson's templates", change=("if found != wanted", "if found != templates.shape")
        ),
        RightAnswer(
            "by name", change=("set_weights(**saved)", 'set_weights(templates=saved["templates"])')
        ),
        RightAnswer("the dict", change=('["probabilities"]', "")),
        RightAnswer("nested lists", change=('["probabilities"]', '["probabilities"].tolist()')),
        RightAnswer("a list of sizes", change=("if found != wanted", "if [*found] != [*wanted]")),
    ],
}
