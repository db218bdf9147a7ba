"""A graph in, the parts it can be shown in out, ever fewer. Knows no picture.

What belongs together: see `scopes`. A part is split where showing it as one would make a cycle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from ..records import Graph, Node
from .scopes import Keys, Path, foldings, runs


@dataclass(frozen=True)
class Part:
    """Some nodes of a graph that are shown as one."""

    name: str
    nodes: tuple[Node, ...]

    @property
    def ops(self) -> int:
        """How many of the nodes are operations."""
        return sum(node.kind == "op" for node in self.nodes)


def partings(graph: Graph) -> Iterator[list[Part]]:
    """Ways to part the graph, finest first."""
    parts = [Part(node.id, (node,)) for node in graph.nodes]
    for keys in foldings(graph):
        parts = _parts(graph, keys)
        yield parts
    if keys := runs([[node.id for node in part.nodes] for part in parts], graph):
        yield _parts(graph, keys)


def _parts(graph: Graph, keys: Keys) -> list[Part]:
    """The nodes of one key together, as far as that makes no cycle, in topological order."""
    found: list[list[Node]] = []
    at: dict[str, int] = {}
    latest: dict[Path, int] = {}
    after: list[set[int]] = []
    for node in graph.nodes:
        key = keys.get(node.id)
        sources = {at[source] for source in node.inputs if source in at}
        mine = latest.get(key) if key else None
        if mine is None or _leads(after, mine, sources - {mine}):
            mine = len(found)
            found.append([])
            after.append(set())
        if key:
            latest[key] = mine
        found[mine].append(node)
        at[node.id] = mine
        for source in sources - {mine}:
            after[source].add(mine)
    names = _names([keys.get(nodes[0].id) or (nodes[0].id,) for nodes in found])
    parts = [Part(name, tuple(nodes)) for name, nodes in zip(names, found, strict=True)]
    return [parts[i] for i in _topological(after)]


def _leads(after: list[set[int]], start: int, targets: set[int]) -> bool:
    """Whether a way leads from `start` to one of the targets."""
    todo, seen = [start] if targets else [], {start}
    while todo:
        fresh = after[todo.pop()] - seen
        if fresh & targets:
            return True
        seen |= fresh
        todo += fresh
    return False


def _names(paths: Sequence[Path]) -> list[str]:
    """A path as text; parts of one split path are numbered."""
    names = ["/".join(path) for path in paths]
    many, so_far = Counter(names), Counter[str]()
    for i, name in enumerate(names):
        so_far[name] += 1
        names[i] = f"{name} ({so_far[name]})" if many[name] > 1 else name
    return names


def _topological(after: list[set[int]]) -> list[int]:
    """The lowest number first wherever there is a choice."""
    waiting = Counter(later for laters in after for later in laters)
    ready = [i for i in range(len(after)) if not waiting[i]]
    order = []
    while ready:
        i = heappop(ready)
        order.append(i)
        for later in after[i]:
            waiting[later] -= 1
            if not waiting[later]:
                heappush(ready, later)
    return order
