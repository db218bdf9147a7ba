"""Facts in, frozen records out that show themselves as text and HTML. Knows no TensorFlow.

A reader makes these, a picture or a check takes them: nothing else passes between modules.
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from .words import InputError as InputError
from .words import counted, is_wide, later, say, showable

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # MIME type of a live widget


@dataclass(frozen=True)
class Table:
    """One table, shown as aligned text or as HTML. A cell in `backticks` is code."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """The caption, then the rows in aligned columns."""
        grid = [[_plain(cell) for cell in row] for row in (self.heads, *self.rows)]
        widths = [max(map(_columns, column)) for column in zip(*grid, strict=True)]
        lines = ["  ".join(map(_padded, row, widths)) for row in grid]
        return "\n".join([_plain(self.caption), *("  " + line.rstrip() for line in lines)])

    def html(self) -> str:
        """A table with a caption and column heads that a screen reader announces."""
        # Style stands in each cell: untrusted notebooks lose <style>, and GitHub what names it.
        left = 'style="text-align:left;vertical-align:top"'
        mark = left[:-1] + ';white-space:nowrap"'  # the words of a column without a head
        styles = [left if head else mark for head in self.heads]
        heads = "".join(f'<th scope="col" {left}>{escaped(head)}</th>' for head in self.heads)
        cells = [map("<td {}>{}</td>".format, styles, map(code_html, row)) for row in self.rows]
        rows = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
        bold = "text-align:left;font-weight:bold;padding:4px 0;white-space:nowrap"
        return (
            f'<table><caption style="{bold}">{code_html(self.caption)}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )


def _plain(text: str) -> str:
    """One line without the marks for code."""
    return showable(text).replace("`", "").replace("\n", " ")


def _columns(text: str) -> int:
    return len(text) + sum(map(is_wide, text))


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - _columns(text))


def escaped(text: str) -> str:
    """HTML, or XML, that shows the text as it is."""
    return html.escape(showable(text), quote=False)


def code_html(text: str) -> str:
    """HTML of a text in which `backticks` stand for code."""
    parts = escaped(text).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def status_html(text: str) -> str:
    """A line that a screen reader announces when it changes."""
    return f'<span role="status" aria-live="polite">{escaped(text)}</span>'


def choices_html(lead: str, choices: Sequence[str]) -> str:
    """Buttons that cannot be pressed: what can be chosen, as a list after `lead`, which is HTML."""
    style = "display:inline-block;border:1px solid #999;border-radius:4px;padding:3px 12px"
    style += ";margin-right:6px"
    pills = "".join(f'<li style="{style}">{escaped(choice)}</li>' for choice in choices)
    return (
        f'<p style="margin:0 0 4px">{lead}</p>'
        f'<ul style="list-style:none;margin:0;padding:0">{pills}</ul>'
    )


def live_view(widget: Any) -> dict[str, Any]:
    """What makes a page show the widget itself, in the words of ipywidgets 7 and 8 alike."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {WIDGET_VIEW: view}


class Shown:
    """A record that shows itself: subclasses say which tables they are."""

    def tables(self) -> tuple[Table, ...]:
        """The tables that say all that this record knows."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n".join(table.text() for table in self.tables())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = "".join(table.html() for table in self.tables())
        return {"text/plain": str(self), "text/html": shown}


def kind(thing: object) -> str:
    """What `thing` is, in the few words that an error message needs: `ndarray float64[3, 2]`."""
    name = type(thing).__name__
    if isinstance(thing, type):
        return say("the class {name}", name=thing.__name__)
    with contextlib.suppress(Exception):  # a class of the learner's may fail to say its length
        if isinstance(thing, str | bytes | bytearray | list | tuple | dict | set):
            return say("{name} of length {length}", name=name, length=len(thing))
        if has_type(thing):
            return f"{name} {TensorType.like(thing)}"
    return "None" if thing is None else name


def has_type(thing: object) -> bool:
    """True for an array, tensor, variable or spec: for what has a dtype and a shape."""
    with contextlib.suppress(Exception):  # a property of the learner's that raises
        typed = hasattr(thing, "dtype") and hasattr(thing, "shape")
        return typed and not isinstance(thing, type | ModuleType)
    return False


@dataclass(frozen=True)
class TensorType:
    """A dtype and a shape; `None` in the shape is any size, a shape of `None` any rank.

    `told` says in words what is more than one dense tensor: `ragged float32[2, ?]`, `Dataset`.
    """

    dtype: str
    shape: tuple[int | None, ...] | None
    told: str = ""

    @classmethod
    def of(cls, dtype: str, shape: Sequence[int | None] | None) -> TensorType:
        """From any sequence of sizes; None or a `TensorShape(None)` is an unknown rank."""
        unknown = shape is None or getattr(shape, "rank", 0) is None
        return cls(dtype, None if unknown else tuple(shape))

    @classmethod
    def like(cls, thing: Any) -> TensorType:
        """Of an array, tensor, variable or spec: of what has a dtype and a shape."""
        name = getattr(thing.dtype, "name", str(thing.dtype))
        own = cls.of(re.sub(r"^(str|bytes)\d+$", r"\1", name), thing.shape)  # NumPy counts bits
        # Ragged and sparse tensors and their specs; what stands for a variable in a signature.
        more = re.match("Ragged|Sparse|Variable(?=Spec)", type(thing).__name__)
        return replace(own, told=f"{more[0].lower()} {own}") if more else own

    @property
    def sizes(self) -> str:
        """Only the shape: `[?, 2]`."""
        if self.shape is None:
            return say("[unknown rank]")
        return f"[{', '.join('?' if n is None else str(n) for n in self.shape)}]"

    def __str__(self) -> str:
        return self.told or self.dtype + self.sizes


@dataclass(frozen=True)
class Port:
    """One named input, output or capture."""

    name: str
    type: TensorType

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


_KINDS = later("op"), later("variable"), later("constant"), later("lost")  # and four parts


@dataclass(frozen=True)
class Node:
    """One node of a graph. `kind` is input, output, op, variable, constant, capture or lost.

    `type` is that of the first result that is read (None: it has none), `others` are those of
    more results, where they differ. `detail` is the name of what it makes in its file or function.
    """

    id: str
    kind: str
    label: str
    type: TensorType | None
    inputs: tuple[str, ...] = ()
    detail: str = ""
    size_bytes: int = 0
    others: tuple[TensorType, ...] = ()

    @property
    def types(self) -> str:
        """Dtype and shape of all results that are read, each once."""
        return ", ".join(str(t) for t in (self.type, *self.others) if t is not None)


@dataclass(frozen=True)
class Graph(Shown):
    """Nodes in topological order; `bodies` are the graphs inside If, While and calls.

    Of such a body `owner` is the id of the op that runs it, `role` what for: `cond`, `body`, ...
    """

    title: str
    nodes: tuple[Node, ...]
    bodies: tuple[Graph, ...] = ()
    owner: str = ""
    role: str = ""

    def tables(self) -> tuple[Table, ...]:
        number = {node.id: str(i) for i, node in enumerate(self.nodes)}
        rows = []
        for node in self.nodes:
            read = " ".join(number[i] for i in node.inputs)
            kind, types = say(node.kind), f"`{node.types}`"
            rows.append((number[node.id], kind, f"`{node.label}`", read, types))
        heads = ("#", say("kind"), say("name or op"), say("from"), say("dtype and shape"))
        own = Table(self.title, heads, tuple(rows))
        return (own, *(table for body in self.bodies for table in body.tables()))


def _ports(ports: Sequence[Port]) -> str:
    return ", ".join(str(port) for port in ports)


@dataclass(frozen=True)
class Concrete(Shown):
    """A concrete function: its signature and the Python values baked into it.

    `graph` is None where only the signature was read (`signature_of`).
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    captures: tuple[Port, ...]
    frozen: tuple[tuple[str, str], ...]
    graph: Graph | None = None

    @property
    def signature(self) -> str:
        """One line without addresses: `(stroke: float32[?, 2], factor = 2.0) -> float32[]`."""
        frozen = [f"{name} = {value}" for name, value in self.frozen]
        outputs = ", ".join(str(port.type) for port in self.outputs)
        return f"({', '.join([*map(str, self.inputs), *frozen])}) -> {outputs or say('nothing')}"

    def tables(self) -> tuple[Table, ...]:
        rows = [(say("input"), f"`{p.name}`", f"`{p.type}`") for p in self.inputs]
        rows += [(say("baked in"), f"`{name}`", f"`{value}`") for name, value in self.frozen]
        rows += [(say("capture"), f"`{p.name}`", f"`{p.type}`") for p in self.captures]
        rows += [(say("output"), f"`{p.name}`", f"`{p.type}`") for p in self.outputs]
        caption = say("Concrete function `{name}`", name=self.name)
        return (Table(caption, (say("part"), say("name"), say("dtype and shape")), tuple(rows)),)


def _numbered(concretes: Sequence[Concrete]) -> tuple[tuple[str, str], ...]:
    return tuple((f"#{i}", f"`{c.signature}`") for i, c in enumerate(concretes, 1))


@dataclass(frozen=True)
class Polymorphic(Shown):
    """A tf.function and the concrete functions that it owns now, oldest first."""

    name: str
    traces: int
    concretes: tuple[Concrete, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = _numbered(self.concretes)
        told = {"name": self.name, "graphs": counted(len(rows), "graph"), "traces": self.traces}
        caption = say("Polymorphic function `{name}`: {graphs}, traces: {traces}", **told)
        return (Table(caption, ("#", say("concrete function")), rows),)


@dataclass(frozen=True)
class Call:
    """One call: the concrete function it reached (None: refused), whether first, and why."""

    call: str
    reached: int | None
    new: bool
    reason: str = ""


@dataclass(frozen=True)
class Dispatch(Shown):
    """Which call of a polymorphic function reaches which concrete function."""

    name: str
    calls: tuple[Call, ...]
    concretes: tuple[Concrete, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (f"`{c.call}`", say("refused") if c.reached is None else f"#{c.reached + 1}", c.reason)
            for c in self.calls
        )
        caption = say("Calls of `{name}`, in order", name=self.name)
        own = Table(caption, (say("call"), say("concrete function"), say("why")), rows)
        reached = _numbered(self.concretes)
        return (own, Table(say("Concrete functions reached"), ("#", say("signature")), reached))


@dataclass(frozen=True)
class Signature:
    """One named entry point of a .tflite file."""

    key: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    subgraph: int = 0

    def __str__(self) -> str:
        return f"{_ports(self.inputs)} -> {_ports(self.outputs)}"


@dataclass(frozen=True)
class LiteModel(Shown):
    """What stands in a .tflite file. `weights_bytes` counts the data of all constants."""

    size_bytes: int
    weights_bytes: int
    signatures: tuple[Signature, ...]
    operators: tuple[tuple[str, int], ...]
    subgraphs: tuple[Graph, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (f"`{s.key}`", f"`{_ports(s.inputs)}`", f"`{_ports(s.outputs)}`")
            for s in self.signatures
        ) or ((say("none"), "", ""),)
        sizes = {"size": self.size_bytes, "held": self.weights_bytes}
        caption = say("TensorFlow Lite model, {size:,} bytes, {held:,} of them constants", **sizes)
        ops = ", ".join(f"`{name}`" + f"\xa0×\xa0{n}" * (n > 1) for name, n in self.operators)
        return (
            Table(caption, (say("signature"), say("inputs"), say("outputs")), rows),
            Table(say("Operators"), (say("in order of the alphabet"),), ((ops or say("none"),),)),
        )
