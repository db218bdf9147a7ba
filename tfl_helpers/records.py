"""Facts in, frozen records out that show themselves as text and HTML. Knows no TensorFlow.

A reader makes these, a picture or a check takes them: nothing else passes between modules.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """One table, shown as aligned text or as HTML. A cell in `backticks` is code."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """The caption, then the rows in aligned columns."""
        grid = [[cell.replace("`", "") for cell in row] for row in (self.heads, *self.rows)]
        widths = [max(len(row[i]) for row in grid) for i in range(len(self.heads))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in grid]
        caption = self.caption.replace("`", "")
        return "\n".join([caption, *("  " + line.rstrip() for line in lines)])

    def html(self) -> str:
        """A table with a caption and column heads that a screen reader announces."""
        left = 'style="text-align:left;vertical-align:top"'
        heads = "".join(f'<th scope="col" {left}>{html.escape(head)}</th>' for head in self.heads)
        rows = "".join(
            "<tr>" + "".join(f"<td {left}>{code_html(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        bold = "text-align:left;font-weight:bold;padding:4px 0;white-space:nowrap"
        return (
            f'<table><caption style="{bold}">{code_html(self.caption)}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )


def code_html(text: str) -> str:
    """HTML of a text in which `backticks` stand for code."""
    parts = html.escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def status_html(text: str) -> str:
    """A line that a screen reader announces when it changes."""
    return f'<span role="status" aria-live="polite">{html.escape(text)}</span>'


def choices_html(lead: str, choices: Sequence[str]) -> str:
    """Buttons that cannot be pressed: what can be chosen, as a list after `lead`, which is HTML."""
    style = "display:inline-block;border:1px solid #999;border-radius:4px;padding:3px 12px"
    style += ";margin-right:6px"
    pills = "".join(f'<li style="{style}">{html.escape(choice)}</li>' for choice in choices)
    return (
        f'<p style="margin:0 0 4px">{lead}</p>'
        f'<ul style="list-style:none;margin:0;padding:0">{pills}</ul>'
    )


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


class InputError(ValueError):
    """The one exception of this package: what was expected, what came, what to write instead."""


def kind(thing: object) -> str:
    """What `thing` is, in the few words that an error message needs: `ndarray float64[3, 2]`."""
    name = type(thing).__name__
    if isinstance(thing, type):
        return f"the class {thing.__name__}"
    if isinstance(thing, str | bytes | bytearray | list | tuple | dict | set):
        return f"{name} of length {len(thing)}"
    if has_type(thing):
        return f"{name} {TensorType.like(thing)}"
    return "None" if thing is None else name


def error_line(error: Exception) -> str:
    """Type and message of an error in one line, without the address of an op."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if lines and lines[0].startswith("in user code"):  # AutoGraph: both stand in the last line
        line = lines[-1]
    else:
        line = f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
    return re.sub(r"\{\{function_node .*?\}\} ?| \[Op:\w+\].*", "", line)


def has_type(thing: object) -> bool:
    """True for an array, tensor, variable or spec: for what has a dtype and a shape."""
    return not isinstance(thing, type) and hasattr(thing, "dtype") and hasattr(thing, "shape")


@dataclass(frozen=True)
class TensorType:
    """A dtype and a shape; `None` in the shape is any size, a shape of `None` any rank."""

    dtype: str
    shape: tuple[int | None, ...] | None

    @classmethod
    def of(cls, dtype: str, shape: Sequence[int | None] | None) -> TensorType:
        """From any sequence of sizes; None or a `TensorShape(None)` is an unknown rank."""
        unknown = shape is None or getattr(shape, "rank", 0) is None
        return cls(dtype, None if unknown else tuple(shape))

    @classmethod
    def like(cls, thing: Any) -> TensorType:
        """Of an array, tensor, variable or spec: of what has a dtype and a shape."""
        name = getattr(thing.dtype, "name", str(thing.dtype))
        return cls.of(re.sub(r"^(str|bytes)\d+$", r"\1", name), thing.shape)  # NumPy counts bits

    @classmethod
    def parse(cls, text: str) -> TensorType:
        """Of what `str` made of one: `float32[?, 2]`."""
        dtype, _, sizes = text.rstrip("]").partition("[")
        if sizes == "unknown rank":
            return cls(dtype, None)
        split = [size for size in sizes.split(", ") if size]
        return cls(dtype, tuple(None if size == "?" else int(size) for size in split))

    def __str__(self) -> str:
        if self.shape is None:
            return f"{self.dtype}[unknown rank]"
        return f"{self.dtype}[{', '.join('?' if n is None else str(n) for n in self.shape)}]"


@dataclass(frozen=True)
class Port:
    """One named input, output or capture."""

    name: str
    type: TensorType

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"


@dataclass(frozen=True)
class Node:
    """One node of a graph. `kind` is input, output, op, variable, constant or capture."""

    id: str
    kind: str
    label: str
    type: str
    inputs: tuple[str, ...] = ()
    detail: str = ""
    size_bytes: int = 0


@dataclass(frozen=True)
class Graph(Shown):
    """Nodes in topological order; `bodies` are the graphs inside If, While and calls."""

    title: str
    nodes: tuple[Node, ...]
    bodies: tuple[Graph, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        number = {node.id: str(i) for i, node in enumerate(self.nodes)}
        rows = tuple(
            (
                number[node.id],
                node.kind,
                f"`{node.label}`",
                " ".join(number[i] for i in node.inputs),
                f"`{node.type}`",
            )
            for node in self.nodes
        )
        own = Table(self.title, ("#", "kind", "name or op", "from", "dtype and shape"), rows)
        return (own, *(table for body in self.bodies for table in body.tables()))


def _ports(ports: Sequence[Port]) -> str:
    return ", ".join(str(port) for port in ports)


@dataclass(frozen=True)
class Concrete(Shown):
    """A concrete function: its signature, the Python values baked into it, and its graph."""

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    captures: tuple[Port, ...]
    frozen: tuple[tuple[str, str], ...]
    graph: Graph

    @property
    def signature(self) -> str:
        """One line without addresses: `(stroke: float32[?, 2], factor = 2.0) -> float32[]`."""
        frozen = [f"{name} = {value}" for name, value in self.frozen]
        outputs = ", ".join(str(port.type) for port in self.outputs)
        return f"({', '.join([*map(str, self.inputs), *frozen])}) -> {outputs or 'nothing'}"

    def tables(self) -> tuple[Table, ...]:
        rows = [("input", f"`{p.name}`", f"`{p.type}`") for p in self.inputs]
        rows += [("baked in", f"`{name}`", f"`{value}`") for name, value in self.frozen]
        rows += [("capture", f"`{p.name}`", f"`{p.type}`") for p in self.captures]
        rows += [("output", f"`{p.name}`", f"`{p.type}`") for p in self.outputs]
        caption = f"Concrete function `{self.name}`"
        return (Table(caption, ("part", "name", "dtype and shape"), tuple(rows)),)


@dataclass(frozen=True)
class Polymorphic(Shown):
    """A tf.function and the concrete functions that it owns now, oldest first."""

    name: str
    traces: int
    concretes: tuple[Concrete, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple((f"#{i}", f"`{c.signature}`") for i, c in enumerate(self.concretes, 1))
        word = "graph" if len(rows) == 1 else "graphs"
        caption = f"Polymorphic function `{self.name}`: {len(rows)} {word}, traces: {self.traces}"
        return (Table(caption, ("#", "concrete function"), rows),)


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
            (f"`{c.call}`", "refused" if c.reached is None else f"#{c.reached + 1}", c.reason)
            for c in self.calls
        )
        caption = f"Calls of `{self.name}`, in order"
        own = Table(caption, ("call", "concrete function", "why"), rows)
        graphs = tuple((f"#{i}", f"`{c.signature}`") for i, c in enumerate(self.concretes, 1))
        return (own, Table("Concrete functions reached", ("#", "signature"), graphs))


@dataclass(frozen=True)
class Signature:
    """One named entry point of a .tflite file."""

    key: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

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
        ) or (("none", "", ""),)
        size = f"{self.size_bytes:,} bytes, {self.weights_bytes:,} of them constants"
        caption = f"TensorFlow Lite model, {size}"
        ops = ", ".join(f"`{name}`" + f" × {n}" * (n > 1) for name, n in self.operators)
        return (
            Table(caption, ("signature", "inputs", "outputs"), rows),
            Table("Operators", ("in order of the alphabet",), ((ops or "none",),)),
        )
