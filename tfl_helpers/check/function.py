"""A learner's function and claims about it in, a verdict out. Calls only what it is given."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..look.dispatch import arguments_of, read_calls
from ..look.function import concretes_of, python_name, read_function
from ..look.messages import Advice, on_no_graph, on_refusal, on_traces, on_values, tip_of
from ..records import Table, kind
from ..values import fresh, same, short
from ..words import later, say
from .answers import Claim, Verdict, call, fits, is_unfinished, judged, told, unfinished
from .call import TimeUpError

_NO_FUNCTION = later(
    "Pass the name of your function without brackets: `check_function(length, ...)`."
)
_KEPT = later(
    "A tensor of a graph was kept: return it, keep a `tf.Variable`, or a name of the function."
)
_STEP = object()  # what a function between two cases has in place of arguments
# Between a `...` and the `return` of it stand only these; an index, x[..., i], ends otherwise.
_ON_THE_WAY = ("LOAD_CONST", "LOAD_FAST", "BUILD_", "COPY")
_STORES = ("STORE_FAST", "STORE_DEREF", "STORE_GLOBAL")
_PYTHON_OPS = {"PyFunc", "EagerPyFunc", "PyFuncStateless"}  # py_function and numpy_function


@judged
def check_function(
    function: Any,
    cases: Sequence[Any] = (),
    traces: int | None = None,
    accepts: Sequence[Any] = (),
    refuses: Sequence[Any] = (),
    tolerance: float = 1e-5,
    *,
    graph: bool = False,
    clean: Any = None,
    advice: Advice = "",
) -> Verdict:
    """Call the learner's function and hold what it does against the claims.

    Args:
        function: A Python function, tf.function or concrete function.
        cases: (arguments, expected result) in order; a tuple of arguments is several, an expected
            function is called with the same. A function between two cases is called, to change
            a state that is then asked again.
        traces: Number of graphs owned after `cases` and `accepts`, by it or what it calls by name.
        accepts, refuses: Arguments that it must take, and those at which it must raise.
        tolerance: Largest difference of floats; for expectations above 1 a share of them.
        graph: Whether it must compute in a graph, without Python inside.
        clean: Objects by name, in which no tensor of a trace may be left, nor in what it names.
        advice: What to try; or words of what was asked or came -> what to try then.

    Example:
        >>> tfl.check_function(length, cases=[(s, 2.5) for s in strokes], traces=1)
    """
    if is_stub(function):
        return unfinished(say("a function") if function is ... else f"`{python_name(function)}`")
    if not callable(function):
        claim = Claim(say("a function"), say("to call"), kind(function), False, "", "a function")
        return Verdict((_advised(replace(claim, advice=say(_NO_FUNCTION)), advice),))
    results = [_result(function, case) for case in fresh(list(cases))]
    if is_unfinished([found for _, _, found, _ in results]):
        return unfinished(f"`{python_name(function)}`")
    claims = _value_claims(function, results, tolerance)
    claims += [_accept_claim(function, arguments, True) for arguments in accepts]
    claims += [_graph_claim(function)] if graph else []
    calls = [*(arguments for arguments, *_ in results if arguments is not _STEP), *accepts]
    counted, evidence = _trace_claim(function, traces, calls) if traces is not None else ([], ())
    claims += counted + ([_clean_claim(function, clean)] if clean is not None else [])
    claims += [_accept_claim(function, arguments, False) for arguments in refuses]
    return Verdict(tuple(_advised(claim, advice) for claim in claims), evidence)


def _advised(claim: Claim, advice: Advice) -> Claim:
    """The check cell's own tip, if it has one for this, goes before ours."""
    tip = tip_of(advice, f"{claim.asked} {claim.found} {claim.english}", None)
    return replace(claim, advice=tip or claim.advice)


def is_stub(thing: Any) -> bool:
    """True for `...` and for a function that says `return ...` or `name = ...`."""
    function = _plain(thing)
    if not (hasattr(function, "__code__") or isinstance(function, type)):
        function = _plain(type(function).__call__)
    code = getattr(function, "__code__", None)
    return thing is ... or (isinstance(code, CodeType) and _says_ellipsis(code))


def _says_ellipsis(code: CodeType) -> bool:
    steps = list(dis.get_instructions(code))
    names = [step.opname for step in steps]
    for number, step in enumerate(steps):
        if step.argval is ...:
            after = next(name for name in names[number:] if not name.startswith(_ON_THE_WAY))
            if after.startswith("RETURN_") or names[number + 1].startswith(_STORES):
                return True
    return any(_says_ellipsis(inner) for inner in code.co_consts if isinstance(inner, CodeType))


def _result(function: Any, case: Any) -> tuple[Any, Any, Any, BaseException | None]:
    """Arguments (or `_STEP`, between two calls), what is expected, what came, what was raised."""
    if callable(case):
        return _STEP, None, *call(case)
    arguments, expected = case
    value, error = call(function, *arguments_of(arguments))
    if isinstance(expected, FunctionType):
        expected = expected(*fresh(arguments_of(arguments)))
    return arguments, expected, value, error


def _call_text(function: Any, arguments: Any) -> str:
    return f"`{python_name(function)}({', '.join(map(short, arguments_of(arguments)))})`"


def _value_claims(function: Any, results: list[Any], tolerance: float) -> list[Claim]:
    asked = [result for result in results if result[0] is not _STEP]
    constant = _all_same([r[2] for r in asked]) and not _all_same([r[1] for r in asked])
    claims = []
    for arguments, expected, found, error in results:
        if arguments is _STEP:
            if error:
                step = later("the next step")
                claims.append(Claim.of_error(say(step), say("runs"), error, english=step))
            continue
        text, wanted = _call_text(function, arguments), f"`{short(expected)}`"
        if error:
            claims.append(Claim.of_error(text, wanted, error))
            continue
        holds = fits(found, expected, tolerance)
        tip = "" if holds else on_values(expected, found, constant)
        came, english = told(found, expected, tolerance, holds)
        claims.append(Claim(text, wanted, came, holds, tip, english))
    return claims


def _all_same(results: list[Any]) -> bool:
    return all(same(result, results[0]) for result in results)


def _accept_claim(function: Any, arguments: Any, wanted: bool) -> Claim:
    _, error = call(function, *arguments_of(arguments))
    text, outcomes = _call_text(function, arguments), (say("refused"), say("accepted"))
    if isinstance(error, TimeUpError):  # no refusal
        return Claim.of_error(text, outcomes[wanted], error)
    if wanted and error:
        return Claim.of_error(text, outcomes[True], error, say("refused: "), "refused")
    tip = "" if wanted else on_refusal(function)
    found, english = outcomes[not error], "refused" if error else "accepted"
    return Claim(text, outcomes[wanted], found, wanted != bool(error), tip, english)


def _graph_claim(function: Any) -> Claim:
    why, ops = _why_no_graph(function)
    found, asked = say(why, ops=ops) if why else say("yes"), later("computes in a graph")
    tip, english = on_no_graph(why), f"{asked} {why}"
    return Claim(say(asked), say("yes"), found, not why, tip, english)


def _clean_claim(function: Any, clean: Any) -> Claim:
    """A tensor of a graph outlives its trace, in an object or a name, only by mistake."""
    given = dict(clean) if isinstance(clean, Mapping) else {"object": clean}
    reached = {**_names_of(function), **given}.items()
    kept = next((path for name, one in reached for path in _leaks(name, one, set())), "")
    found = say("`{name}` is one", name=kept) if kept else say("none")
    asked = later("tensors of a trace left behind")
    return Claim(say(asked), say("none"), found, not kept, say(_KEPT), asked)


def _trace_claim(
    function: Any, traces: int, calls: list[Any]
) -> tuple[list[Claim], tuple[Table, ...]]:
    """The claim, and the graphs as evidence when it fails."""
    english, wanted = later("number of traces"), str(traces)
    asked = say(english)
    owners = [one for one in _graphs_of(function) if _is_polymorphic(one)]
    if not owners:
        tip = on_no_graph("plain Python")
        return [Claim(asked, wanted, say("no tf.function"), False, tip, english)], ()
    read = [read_function(one) for one in owners]
    found = sum(one.traces for one in read)
    if found == traces:
        return [Claim(asked, wanted, wanted, True)], ()
    concretes = [concrete for one in read for concrete in one.concretes]
    if calls and not concretes:
        raised = say("none: each call raised an error")
        return [Claim(asked, wanted, raised, False, english=english)], ()
    if owners[0] is function and calls:  # without graphs of calls that others made
        concretes = list(read_calls(function, calls).concretes)
    tip = on_traces(found, traces, concretes) if concretes else ""
    evidence = tuple(table for one in read for table in one.tables())
    return [Claim(asked, wanted, str(found), False, tip, f"{english} {found}")], evidence


def _why_no_graph(function: Any) -> tuple[str, str]:
    """Nothing, or the message why a call of `function` computes in Python, and its `{ops}`.

    To be asked after a call.
    """
    import tensorflow as tf

    if tf.config.functions_run_eagerly():
        return later("functions run eagerly"), ""
    called = _graphs_of(function)
    owned = [one for f in called for one in (concretes_of(f) if _is_polymorphic(f) else [f])]
    if not owned:
        return later("no graph") if called else later("plain Python"), ""
    for one in owned:
        defined = one.graph.as_graph_def()
        bodies = [defined.node, *(inner.node_def for inner in defined.library.function)]
        if found := {node.op for body in bodies for node in body} & _PYTHON_OPS:
            return later("Python inside: {ops}"), ", ".join(sorted(found))
    return "", ""


def _graphs_of(function: Any, seen: tuple[Any, ...] = ()) -> list[Any]:
    """tf.functions and concrete functions that a call reaches by a name, `f` or `pen.f`."""
    if _is_graph(function):
        return [function]
    named = [one for one in _names_of(function).values() if not _is_foreign(one)]
    code = getattr(_plain(function), "__code__", None)  # a built-in function has none
    words = getattr(code, "co_names", ()) if named else ()
    methods = [getattr(one, word, None) for one in named for word in words]
    found = []
    for one in [*named, *methods]:
        if _is_graph(one):
            found.append(one)
        elif isinstance(one, FunctionType) and not any(one is other for other in seen):
            found += _graphs_of(one, (*seen, one))
    return list({id(one): one for one in found}.values())


def _is_graph(thing: Any) -> bool:
    concrete = hasattr(thing, "structured_input_signature") and not isinstance(thing, type)
    return concrete or _is_polymorphic(thing)


def _is_polymorphic(thing: Any) -> bool:
    return hasattr(thing, "experimental_get_tracing_count") and not isinstance(thing, type)


def _is_foreign(thing: Any) -> bool:
    home = thing if isinstance(thing, FunctionType) else type(thing)
    package = (home.__module__ or "").partition(".")[0]
    return isinstance(thing, ModuleType) or (
        package in ("tensorflow", "keras", "numpy")
        and home.__name__ != "Module"
        and not _is_graph(thing)
    )


def _plain(function: Any) -> Any:
    """The Python below a tf.function, partial, method or decorator."""
    for below in ("python_function", "func", "__func__"):
        function = getattr(function, below, function)
    return inspect.unwrap(function)


def _names_of(function: Any) -> dict[str, Any]:
    """What the code of a function can reach by name: globals, closure, its object."""
    owner = {"self": function.__self__} if hasattr(function, "__self__") else {}
    function = _plain(function)
    if not isinstance(function, FunctionType):
        return owner
    code = function.__code__
    named = {n: function.__globals__[n] for n in code.co_names if n in function.__globals__}
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # a name that has no value yet
            named[name] = cell.cell_contents
    return {**named, **owner}


def _leaks(path: str, thing: Any, seen: set[int]) -> Iterator[str]:
    """Where in `thing` tensors of a graph are, to the bottom of attributes, lists and dicts.

    Not in TensorFlow's own objects: a graph is full of such tensors.
    """
    if type(thing).__name__ == "SymbolicTensor":
        yield path
        return
    if id(thing) in seen or isinstance(thing, type | FunctionType | ModuleType):
        return
    seen.add(id(thing))
    if isinstance(thing, Mapping):
        parts = [(f"{path}[{key!r}]", value) for key, value in thing.items()]
    elif isinstance(thing, list | tuple | set | frozenset):
        parts = [(f"{path}[{i}]", value) for i, value in enumerate(thing)]
    else:
        held = {} if _is_foreign(thing) or _is_graph(thing) else getattr(thing, "__dict__", {})
        # TensorFlow keeps what a module depends on a second time, under names of its own.
        parts = [(f"{path}.{n}", value) for n, value in held.items() if not n.startswith("_self_")]
    for name, value in parts:
        yield from _leaks(name, value, seen)
