"""A graph in, a smaller graph out, in which parts of it are one node each. Draws nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from ..records import Graph, InputError, Node
from .parting import Part, partings
from .scopes import Keys, scopes_of

_SHARED = "constants shared by parts"
_CROWD = 6  # variables of one op that are still shown one by one


def fold(graph: Graph, fits: Callable[[Graph], bool]) -> Graph:
    """The graph, with its parts folded no more than it takes to fit."""
    folded = graph
    for parts in partings(graph):
        folded = _folded(graph, _shared_together(parts))
        if fits(folded):
            break
    return folded


def _shared_together(parts: list[Part]) -> list[Part]:
    """Constants that several parts read, as one part without arrows: they would tie all to all."""
    shared = [part for part in parts if [node.kind for node in part.nodes] == ["constant"]]
    if len(shared) < 2:
        return parts
    rest = [part for part in parts if part not in shared]
    return [Part(_SHARED, tuple(part.nodes[0] for part in shared)), *rest]


def gather(graph: Graph) -> Graph:
    """The graph, the many variables that one op alone reads as one node."""
    node_of = {node.id: node for node in graph.nodes}
    readers = Counter(source for node in graph.nodes for source in set(node.inputs))
    parts = {node.id: Part(node.id, (node,)) for node in graph.nodes}
    for node in graph.nodes:
        own = [node_of[s] for s in dict.fromkeys(node.inputs) if readers[s] == 1 and s in node_of]
        stored = tuple(source for source in own if source.kind in ("variable", "capture"))
        if len(stored) > _CROWD:
            parts = {id_: part for id_, part in parts.items() if part.nodes[0] not in stored[1:]}
            parts[stored[0].id] = Part(f"variables of {node.id}", stored)
    return _folded(graph, list(parts.values())) if len(parts) < len(graph.nodes) else graph


def open_part(graph: Graph, name: str, fits: Callable[[Graph], bool]) -> Graph:
    """The part called `name`, with what comes into it as inputs and what goes on as outputs.

    Raises:
        InputError: neither the graph nor one inside it has such a part.
    """
    graphs = [graph, *_inner(graph)]
    for found in graphs:
        if found is not graph and found.title == name:
            return found
        for parts in reversed(list(partings(found))):
            named = [part for part in parts if part.name == name and len(part.nodes) > 1]
            if named:
                return _alone(found, named[0])
    known = [node.label for g in graphs for node in fold(g, fits).nodes if node.kind == "part"]
    names = ", ".join(map(repr, [*known, *(g.title for g in graphs[1:])])) or "no parts"
    raise InputError(
        f"draw_graph needs the name of a part as inside=, got {name!r}. "
        f"{graph.title} has {names}: write one of them, or leave it out."
    )


def _inner(graph: Graph) -> Iterator[Graph]:
    for body in graph.bodies:
        yield body
        yield from _inner(body)


def _folded(graph: Graph, parts: list[Part]) -> Graph:
    """One node a part; bodies of ops that are folded away stay inside them."""
    home = {node.id: part.name for part in parts for node in part.nodes}
    home |= {part.nodes[0].id: part.nodes[0].id for part in parts if len(part.nodes) == 1}
    read = {s for n in graph.nodes for s in n.inputs if home.get(s) != home[n.id]}
    nodes = [_node(part, home, read) for part in parts]
    shown = {node.detail for node in nodes if node.kind == "op"}
    bodies = tuple(body for body in graph.bodies if owner_of(body) in shown)
    return replace(graph, nodes=tuple(nodes), bodies=bodies)


def owner_of(body: Graph) -> str:
    """The op that an inner graph belongs to: of `While loop: body` it is `loop`."""
    return body.title.partition(" ")[2].rpartition(":")[0]


def _node(part: Part, home: dict[str, str], read: set[str]) -> Node:
    read_ids = [s for node in part.nodes for s in node.inputs]
    sources = [home[s] for s in read_ids if home.get(s, _SHARED) != _SHARED]
    if len(part.nodes) == 1:  # it may read a node twice, but a part is one thing
        once = [
            s for i, s in enumerate(sources) if s in part.nodes[0].inputs or s not in sources[:i]
        ]
        return replace(part.nodes[0], inputs=tuple(once))
    inputs = dict.fromkeys(source for source in sources if source != part.name)
    size = sum(node.size_bytes for node in part.nodes)
    if not part.ops:
        label = f"{len(part.nodes)} {part.name.partition(' of ')[0]}"
        return Node(part.name, part.nodes[0].kind, label, f"{size:,} bytes", size_bytes=size)
    about = f"{part.ops} op{'s' * (part.ops != 1)}" + (f", {size:,} bytes" if size else "")
    types = dict.fromkeys(node.type for node in part.nodes if node.id in read)
    return Node(part.name, "part", part.name, ", ".join(types), tuple(inputs), about, size)


def _alone(graph: Graph, part: Part) -> Graph:
    """Only the part, between what it reads and what reads it."""
    within = {node.id for node in part.nodes}
    places = scopes_of(graph)
    sources = dict.fromkeys(s for node in part.nodes for s in node.inputs if s not in within)
    comes = [_comes(node, places) for node in graph.nodes if node.id in sources]
    readers = [node for node in graph.nodes if node.id not in within]
    goes = {s: _goes(s, node, places) for node in reversed(readers) for s in node.inputs}
    types = {node.id: node.type for node in part.nodes}
    ends = [replace(goes[id_], type=types[id_]) for id_ in types if id_ in goes]
    inner = {node.detail for node in part.nodes}
    bodies = tuple(body for body in graph.bodies if owner_of(body) in inner)
    return Graph(f"{part.name} in {graph.title}", (*comes, *part.nodes, *ends), bodies)


def _comes(node: Node, places: Keys) -> Node:
    if node.kind != "op":
        return replace(node, inputs=())
    return Node(node.id, "input", f"from {_place(node, places)}", node.type)


def _goes(source: str, reader: Node, places: Keys) -> Node:
    label = reader.label if reader.kind == "output" else f"to {_place(reader, places)}"
    return Node(f"output {source}", "output", label, "", (source,))


def _place(node: Node, places: Keys) -> str:
    return "/".join(places.get(node.id, (node.label,)))
