"""A graph in, the ways to fold it out: for each a name per node, finest first. Draws nothing.

TensorFlow names an op after the scopes it was made in, `model/block_1_expand/BiasAdd`, and Keras
writes a layer's block before the layer: so both `/` and `_` tell what belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from os.path import commonprefix

from ..records import Graph

Path = tuple[str, ...]
Keys = dict[str, Path]  # a node's id -> where it belongs; a node without a place is missing
_RUNS = 24  # parts, where names tell too little


def foldings(graph: Graph) -> Iterable[Keys]:
    """Ever coarser ways to fold: by scopes, and in the outermost of a depth by parts of its name.

    Variables and constants go with their reader.
    """
    scopes = scopes_of(graph)
    ways: dict[int, Keys] = {}  # by how many keys: of two ways as fine, that with shorter names
    for depth in range(max(map(len, scopes.values()), default=0), 0, -1):
        words = [scope[depth - 1].split("_") for scope in scopes.values() if len(scope) >= depth]
        for count in range(max(map(len, words)), 0, -1):
            keys = _named_in_full({id_: _cut(s, depth, count) for id_, s in scopes.items()}, scopes)
            ways[len(set(keys.values()))] = keys
    return [_with_operands(graph, ways[count]) for count in sorted(ways, reverse=True)]


def runs(parts: Iterable[Iterable[str]], graph: Graph) -> Keys:
    """A way for names that tell too little: so many ops one after the other.

    Args:
        parts: Ids of nodes that stay together, in topological order.
        graph: That they are of.
    """
    ops = {node.id for node in graph.nodes if node.kind == "op"}
    groups = [group for part in parts if (group := [id_ for id_ in part if id_ in ops])]
    size, keys = -(-len(groups) // _RUNS), {}
    for start in range(0, len(groups), size) if size > 1 else ():
        run = [id_ for group in groups[start : start + size] for id_ in group]
        keys |= dict.fromkeys(run, (f"ops {len(keys) + 1} to {len(keys) + len(run)}",))
    return _with_operands(graph, keys)


def _cut(scope: Path, depth: int, count: int) -> Path:
    """The first `depth` scopes, the last of them with the first `count` words of its name."""
    if len(scope) < depth:
        return scope
    return (*scope[: depth - 1], "_".join(scope[depth - 1].split("_")[:count]))


def _named_in_full(keys: Keys, scopes: Keys) -> Keys:
    """The last name of each key with all the words that are the same in all its scopes."""
    words: dict[Path, list[list[str]]] = {}
    for id_, key in keys.items():
        words.setdefault(key, []).append(scopes[id_][len(key) - 1].split("_"))
    full = {key: (*key[:-1], "_".join(commonprefix(names))) for key, names in words.items()}
    return {id_: full[key] for id_, key in keys.items()}


def scopes_of(graph: Graph) -> Keys:
    """Scopes of the ops that have any, without what says the same of all.

    An operator of a .tflite file has the names of all ops that it came from, its heart last.
    """
    named = ((node.id, node.detail.split(";")[-1]) for node in graph.nodes if node.kind == "op")
    scopes = {id_: tuple(name.split("/")[:-1]) for id_, name in named if "/" in name}
    shared = len(commonprefix(list(scopes.values())))
    scopes = {id_: scope[shared:] for id_, scope in scopes.items() if scope[shared:]}
    # Keras numbers all layers of a model that is called again: `conv1_1`, `pool1_1`.
    ends = {re.search(r"(_\d+)?$", scope[0])[0] for scope in scopes.values()}
    end = ends.pop() if len(ends) == 1 else ""
    return {id_: (scope[0].removesuffix(end), *scope[1:]) for id_, scope in scopes.items()}


def _with_operands(graph: Graph, keys: Keys) -> Keys:
    """Variables and constants too, where all their readers belong together."""
    readers: dict[str, set[Path | None]] = {}
    for node in graph.nodes:
        for source in node.inputs:
            readers.setdefault(source, set()).add(keys.get(node.id))
    together = {id_: paths.pop() for id_, paths in readers.items() if len(paths) == 1}
    operands = [n.id for n in graph.nodes if n.kind in ("variable", "capture", "constant")]
    return keys | {id_: path for id_ in operands if (path := together.get(id_))}
