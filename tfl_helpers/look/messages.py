"""An error or a failed claim in; its line that matters, its cause and cure, or advice out."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..records import Concrete
from ..values import shape_of
from ..words import later, say

# What to try, or words of what came -> what to try then ("" for all else).
Advice = str | Mapping[str, str]


@dataclass(frozen=True)
class Cause:
    """What a message means. `pattern` is searched in it.

    `station` is where the mistake was made, which may lie before the one that complains.
    """

    station: str
    lesson: str
    pattern: str
    cause: str
    cure: str

    @property
    def tip(self) -> str:
        """Cause and cure as one sentence."""
        words = {"cause": self.cause[0].upper() + self.cause[1:], "cure": self.cure}
        if self.cure.endswith(("?", "？")):
            return say("{cause}: {cure}", **words)
        return say("{cause}: {cure}.", **words)


@functools.cache
def causes() -> tuple[Cause, ...]:
    """All rows of `messages.txt` in English, the more exact before the more general."""
    found: list[list[str]] = []
    station = ""
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("station "):
            station = line.removeprefix("station ")
        elif line[:2].isdigit():
            found.append([station, line[:2], line[3:], ""])
        elif found:  # a pattern goes on without a space, the words with one
            found[-1][3 if line[0] == " " else 2] += line.replace("   ", " ", 1)
    return tuple(Cause(*row[:3], *row[3].strip().split(" -> ")) for row in found)


def find_cause(message: str) -> Cause | None:
    """What is known of `message`, said: of its last error, if it is a whole traceback."""
    message = re.sub(r"\x1b\[[0-9;]*m", "", message)
    if "Traceback (most recent call last)" in message:
        # Lines of source code stand in between, and they quote other messages.
        message = re.sub(r"(?ms)\A.*^(?=[\w.]+: )", "", message)
    plain = " ".join(message.split())
    found = next((c for c in causes() if re.search(c.pattern, plain, re.IGNORECASE)), None)
    return found and replace(found, cause=say(found.cause), cure=say(found.cure))


# Lines around a run-time error that say in which frame, op or file, not what was wrong.
_AROUND = re.compile(
    r"Graph execution error:|Detected at |File \"|\d+ root error|\[\[|node: |<stack"
)


def error_line(error: BaseException) -> str:
    """Type and message of an error in one line: of a long message the line that says what to mend.

    The messages of TensorFlow, Keras and LiteRT run over many lines, and the first is often only
    a frame around the one that matters. Without addresses, colours and numbers of ops.
    """
    name, where = type(error).__name__, ""
    text = re.sub(r"\x1b\[[\d;]*m|\{\{function_node .*?\}\} ?| at 0x[0-9a-f]+", "", str(error))
    text = re.sub(r"\s*\[Op:.*", "", text)
    while True:  # AutoGraph and Keras put frames around each other
        if graph := re.match(r"(?ms)in user code:\s.*?^ {4}([A-Za-z_][\w.]*): (.*)", text):
            name, text = graph[1], re.sub(r"(?m)^ {4}", "", graph[2])
        elif layer := re.match(r"(?s)Exception encountered when calling (\S+)\.\n(.*)", text):
            where, text = (
                say(" (in {layer})", layer=layer[1]),
                layer[2].partition("\nArguments received")[0].strip(),
            )
        elif inner := re.match(
            r"(?s)Could not automatically infer .*?Error encountered:\s+(.*)", text
        ):
            text = inner[1]
        else:
            break
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not _AROUND.match(line)]
    return f"{name}: {_telling(lines) if lines else say('no message')}{where}"


def _telling(lines: list[str]) -> str:
    """Of a message without frames, what has to be read; in most the first line."""
    first, *rest = [re.sub(r"^\(0\) [A-Z_]+: ", "", line) for line in lines]
    if made := next((line for line in lines if ": error: " in line), ""):  # the converter's
        first = re.sub(r".*?: error: (loc\(.*\): )?", "", made)
        ops = re.findall(
            r"(?m)^(?:(?:TF Select|Custom) ops: .*|tf\.\w+\(.*(?:f64|<\*)[^:]*(?= :))",
            "\n".join(rest),
        )
        return "; ".join([first, *ops])
    if inner := next((line for line in rest if line.startswith("Exception encountered: ")), ""):
        return inner.partition(": ")[2]  # Keras: of a file that names a class it does not know
    # LiteRT writes the node behind the advice, without a space.
    if node := re.search(r"\s?(Node number \d+ \(.*?\) failed to \w+\.)$", " ".join(lines)):
        return f"{first.partition(node[1])[0].partition('. ')[0].rstrip('.')}. {node[1]}"
    while rest and (first.endswith(":") or rest[0].startswith("└")):  # a cause below its headline
        first = f"{first.rstrip(':')}: {rest.pop(0).lstrip('└ ')}"
    return first


_PYTHON = (  # words of plain Python's message -> what to try; no station made these mistakes
    (
        r"missing \d+ required|positional argument|unexpected keyword argument",
        later("The number of arguments does not fit: look at the line that starts with def."),
    ),
    (r"NoneType", later("Something is None: is a `return` missing?")),
    (
        r"name '\w+' is not defined",
        later("A name is not there: is it spelled so, has its cell run?"),
    ),
    (
        r"\ATimeUpError",
        later("A loop, a wait or a recursion has no end: when is it left? Try a small case alone."),
    ),
    (
        r"\ARecursionError",
        later("A function calls itself without an end: in which case does it not?"),
    ),
    (
        r"\A(SystemExit|KeyboardInterrupt|GeneratorExit|CancelledError)",
        later("A line ends the program in place of a result: leave it away, and `return`."),
    ),
    (r"\A\w*MemoryError", later("More memory is asked for than there is: how large is each axis?")),
    (r"object is not callable", later("A value is called like a function: `()` too many?")),
    (
        r"could not be broadcast|inhomogeneous",
        later("Two shapes do not fit: print both before the line."),
    ),
)


def on_error(error: BaseException, otherwise: str = "") -> str:
    """What to try after this error; its own words are shown beside."""
    message = f"{type(error).__name__}: {error}"
    spec = r"TensorSpec\(shape=(.*?), dtype=tf\.(\w+)"
    if specs := re.search(rf"Can not cast {spec}.* to {spec}", message):
        return _on_specs(*specs.groups())
    if cause := find_cause(message):
        return cause.tip
    if known := next((advice for words, advice in _PYTHON if re.search(words, message)), ""):
        return say(known)
    return otherwise or say(
        "Call your function by itself in a new cell and read the last line of the error."
    )


def _on_specs(came: str, came_dtype: str, wanted: str, wanted_dtype: str) -> str:
    if came_dtype != wanted_dtype:
        return say(
            "The dtype differs: compare the two TensorSpecs in the message, and name {dtype} in "
            "yours, or `tf.cast`.",
            dtype=came_dtype,
        )
    if len(re.findall(r"\w+", came)) != len(re.findall(r"\w+", wanted)):
        return say(
            "The number of axes differs: compare the two TensorSpecs in the message, and count "
            "the sizes in yours."
        )
    return say(
        "The spec is too narrow: compare the two TensorSpecs in the message, and use `None` where "
        "a size may change."
    )


def on_no_graph(found: str) -> str:
    """What to try when a call does not compute in a graph, for what was found, in English."""
    if found == "functions run eagerly":
        return say("`tf.config.run_functions_eagerly(False)`: else no tf.function makes a graph.")
    if found.startswith("Python inside"):
        return say(
            "The graph calls back into Python, which leaves nothing to save: write it with `tf.`."
        )
    return say("Put `@tf.function` above it: only then is there a graph to count.")


def on_refusal(function: Any) -> str:
    """What to try when `function` takes an argument that it should refuse."""
    if not hasattr(function, "get_concrete_function"):
        return say("Only a signature refuses: put `@tf.function(input_signature=[...])` above it.")
    if function.input_signature is None:
        return say("Nothing is refused without a signature: say `input_signature=[...]`.")
    return say("The spec is too wide: give this size or dtype in the TensorSpec.")


def tip_of(advice: Advice, came: str, error: BaseException | None) -> str:
    """The one piece of advice for what came: by its words, then by the error, then any."""
    chosen = {"": advice} if isinstance(advice, str) else advice
    for words, tip in chosen.items():
        # Whole words, so that 1 is not found in 10 and in 1.5. Japanese puts no space around them.
        if words and re.search(rf"(?<![\w.]){re.escape(words)}(?!\w|\.\d)", came, re.ASCII):
            return tip
    return on_error(error, chosen.get("", "")) if error else chosen.get("", "")


def on_traces(found: int, wanted: int, reached: list[Concrete]) -> str:
    """What to try when a tf.function owns another number of graphs than wanted.

    `reached` are the graphs that the calls of the check reach.
    """
    if found < wanted:
        return say("Fewer graphs than asked: which calls differ in dtype, shape or a Python value?")
    types = [{port.name: port.type for port in concrete.inputs} for concrete in reached]
    if len({concrete.frozen for concrete in reached}) > 1:
        return say(
            "Each Python number gets its own graph: pass a tensor, `tf.constant(x)`, "
            "or give the argument a TensorSpec."
        )
    if len(reached) <= wanted or all(inputs == types[0] for inputs in types):
        return say(
            "Other calls made graphs too: run the cell that defines the function, then this one."
        )
    if len({tuple(t.dtype for t in inputs.values()) for inputs in types}) > 1:
        return say(
            "Each dtype gets its own graph: cast the arguments to one dtype before the call."
        )
    if wanted > 1:
        return say(
            "Each shape gets its own graph: let TensorFlow widen it, `reduce_retracing=True`."
        )
    return say(
        "Each shape gets its own graph: put `None` in the TensorSpec where the size changes."
    )


_UNENDED = (inspect.isgenerator, inspect.isasyncgen, inspect.iscoroutine)


def on_values(expected: Any, found: Any, same_for_all: bool = False) -> str:
    """What to try when a result is not what was expected."""
    if isinstance(expected, str):
        return say("Another text was expected: compare the two letter by letter.")
    if found is None:
        return say("The function returns None: is a `return` missing?")
    if isinstance(expected, Mapping) and set(names := list(expected)) != set(_keys(found)):
        wanted = ", ".join(map(repr, names))
        return say("The outputs have other names: return a dict with {names}.", names=wanted)
    if any(is_(found) for is_ in _UNENDED):
        return say(
            "The function gives a generator or a coroutine: `return`, no `yield`, no `async`."
        )
    if callable(found) and not callable(expected):
        return say("The function gives back something to call: are the brackets `()` missing?")
    if shape_of(found) != shape_of(expected):
        return say("The shape differs: which axis is summed, stacked or sliced?")
    if same_for_all:
        return say("All cases give the same result: is a value baked into the graph?")
    if "nan" in str(found):
        return say("nan: is there a division by zero or the root of a negative number?")
    return say("The numbers differ: follow one small case by hand, step by step.")


def _keys(found: Any) -> list[Any]:
    return list(found) if isinstance(found, Mapping) else []
