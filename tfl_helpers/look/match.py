"""Two graphs in, which node of one became which of the other out. Draws nothing, reads no file.

A .tflite file does not say where an operator came from. The converter names what an operator
makes after the ops that it was made of, so names tell most of it, and neighbours the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..records import Graph, Node

# What TensorFlow 2.21 lets an operator take in: weights take in products and sums, and of an
# activation the label tells, `CONV_2D + RELU`.
_WEIGHTED = {"CONV_2D", "CONV_3D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED"}
_INTO_WEIGHTS = {"BiasAdd", "Add", "AddV2", "Sub", "Mul", "RealDiv"}
_KINDS = {"BiasAdd": "ADD", "AddV2": "ADD", "RealDiv": "DIV", "MatMul": "FULLY_CONNECTED"}
_KINDS |= {"Conv2D": "CONV_2D", "DepthwiseConv2dNative": "DEPTHWISE_CONV_2D"}
_ACTIVATIONS = {"Relu", "Relu6", "Maximum", "Minimum", "Tanh"}
_BEFORE = {"Pad", "PadV2", "MirrorPad", "Transpose", "Reshape", "ExpandDims", "Squeeze"}
_BEFORE |= {"SpaceToBatchND"}  # a dilation
_PATTERNS = {"GELU", "HARD_SWISH", "L2_NORMALIZATION", "LEAKY_RELU", "LOG_SOFTMAX", "PRELU"}
_PATTERNS |= {"ELU", "RSQRT", "SQUARED_DIFFERENCE"}  # each stands for several ops
_CHECKS = {"Assert", "CheckNumerics"}
_WIRES = _CHECKS | {"EnsureShape", "IdentityN", "PreventGradient", "Snapshot", "StopGradient"}
_WIRES |= {"TensorListFromTensor", "TensorListReserve", "TensorListStack"}  # a list is a tensor
_MAY_VANISH = _INTO_WEIGHTS | _ACTIVATIONS | _BEFORE | _WIRES
_MAY_VANISH |= {"BroadcastTo", "Cast", "Neg", "Pow", "Slice", "StridedSlice", "Tile"}
_ROUNDS = {"QUANTIZE", "DEQUANTIZE"}
_ASIDE = ("init", "decomposition")  # runs once before; what a composite may be replaced by
_EFFECTS = {f"Assign{way}VariableOp": "ASSIGN_VARIABLE" for way in ("", "Add", "Sub")}
_NEAR = 8  # operators after an op that are remembered: enough to meet, and time stays linear


def _opened(graph: Graph) -> dict[str, Node]:
    """Nodes with those of inner graphs before the op that runs them, as `op//node`.

    Nothing reads a call any more, but what makes its results; a loop or branch reads those.
    """
    nodes: dict[str, Node] = {}
    stands: dict[str, list[str]] = {}  # what is read in place of a node

    def walk(part: Graph, path: str, given: list[str]) -> list[str]:
        results: list[str] = []
        for node in part.nodes:
            id_, reads = path + node.id, [path + i for i in node.inputs]
            sources = [i for read in reads for i in stands.get(read, [read])]
            if path and node.kind == "input":
                stands[id_] = given
            elif path and node.kind == "output":
                results += sources
            else:
                inner = []
                bodies = [body for body in part.bodies if body.owner == node.id]
                for body in bodies:
                    if body.role not in _ASIDE:
                        below = f"{id_}//" + ("" if is_call(node) else f"{body.role}/")
                        # A loop's first result counts its rounds: TensorFlow's own.
                        inner += walk(body, below, sources)[body.role == "body" :]
                if bodies and is_call(node):
                    stands[id_] = inner
                nodes[id_] = replace(node, id=id_, inputs=tuple(dict.fromkeys(sources + inner)))
        return results

    walk(graph, "", [])
    return nodes


def is_call(node: Node) -> bool:
    """Whether a node runs another function, as a tf.function that calls one does."""
    return node.kind == "op" and "PartitionedCall" in node.label


@dataclass(eq=False)
class _Group:
    """Operators of one row, and the ops that they were made of."""

    operators: list[str]
    ops: list[str] = field(default_factory=list)


class Match:
    """Which group each op went to: `homes`; in `sure` those that a name tells."""

    def __init__(self, graph: Graph, lite: Graph) -> None:
        self.nodes, self._lite = _opened(graph), _opened(lite)
        self._owners, self._running = (
            {id_.rpartition("//")[0] for id_ in nodes} for nodes in (self.nodes, self._lite)
        )
        ops = {i: n for i, n in self.nodes.items() if n.kind == "op"}
        self._ops = {i: n for i, n in ops.items() if i not in self._owners or not is_call(n)}
        self.operators = {i: n for i, n in self._lite.items() if n.kind == "op"}
        self.order = {operator: i for i, operator in enumerate(self.operators)}
        self.homes: dict[str, _Group] = {}
        self.sure: set[str] = set()
        self.rows = {operator: _Group([operator]) for operator in self.operators}
        self._readers: dict[str, list[str]] = {id_: [] for id_ in self.nodes}
        for node in self.nodes.values():
            for source in node.inputs:
                self._readers[source].append(node.id)
        keeps = any(node.label == "READ_VARIABLE" for node in self.operators.values())
        live = ("input", "variable") if keeps else ("input",)
        self._fed = _spread([i for i, n in self.nodes.items() if n.kind in live], self._readers)
        self._by_names()
        self._by_outputs()
        self._by_kind()
        ends = [i for i, n in self.nodes.items() if n.kind == "output"]
        ends += [i for i in self.homes if not self._ops[i].type]
        self._needed = _spread(ends, {i: n.inputs for i, n in self.nodes.items()})
        self._by_twin()
        self._by_place()

    def _settle(self, op: str, operator: str, sure: bool = True) -> None:
        """An op that went to several operators has them in one row."""
        row = self.rows[operator]
        own = self.homes.setdefault(op, row)
        if own is not row:
            own.ops += row.ops
            own.operators += row.operators
            self.homes |= dict.fromkeys(row.ops, own)
            self.rows |= dict.fromkeys(row.operators, own)
        elif op not in row.ops:
            row.ops.append(op)
        if sure:
            self.sure.add(op)

    def _by_names(self) -> None:
        """What an operator makes is named after its ops; so are constants made for it alone."""
        names: dict[str, list[str]] = {}  # a file may leave out the path
        for op, node in self._ops.items():
            for name in dict.fromkeys((op.replace("//", "/"), node.detail)):
                names.setdefault(name, []).append(op)
        constants = {i: n.detail for i, n in self._lite.items() if n.kind == "constant"}
        for id_, node in self.operators.items():
            if node.label == "DEQUANTIZE" and node.inputs[0] in constants:
                constants[id_] = node.detail  # weights of fewer bits
            ops = self._named(node.detail, names)
            for op in [op for op in ops if op in self._fed] or ops:  # others made its constants
                if node.label not in _ROUNDS or "Quant" in self._ops[op].label:
                    self._settle(op, id_)
        readers = Counter(i for node in self.operators.values() for i in node.inputs)
        for id_ in (i for i in self.operators if i not in constants):
            for source in (i for i in self.operators[id_].inputs if i in constants):
                for op in self._named(constants[source], names):
                    if op in self._fed and op not in self.homes:
                        self._settle(op, id_, readers[source] == 1)

    def _named(self, name: str, names: Mapping[str, list[str]]) -> list[str]:
        """The ops in a name: `mul;call/mul` is one, and digits may make equal names differ."""
        found = []
        parts = [part.split(":")[0] for part in name.split(";")]
        for part in parts:
            while part not in names and re.search(r"\d$", part):
                part = part[:-1]
            ops = names.get(part, [])
            if ops and not any(o.endswith(f"/{part}") and o in names for o in parts):
                free = [op for op in ops if op not in self.homes]
                found.append(part if part in ops else (free or ops)[0])
        return found

    def _by_outputs(self) -> None:
        """Results have names of their own on both sides, or none, but the same order."""
        ours, theirs = (
            [(node.label, node.inputs) for node in nodes.values() if node.kind == "output"]
            for nodes in (self.nodes, self._lite)
        )
        same, turn = Counter(ids for _, ids in ours), Counter[tuple[str, ...]]()
        for i, (name, ids) in enumerate(ours):
            if same[ids] == len(ids):  # of a call with as many results, in their order
                ours[i] = name, ids[turn[ids] :][:1]
                turn[ids] += 1
        by_name = {f"Identity_{i}" if i else "Identity": ids for i, (_, ids) in enumerate(ours)}
        by_name |= dict(ours)
        if len(ours) == len(theirs) and not {n for n, _ in theirs} <= {n for n, _ in ours}:
            by_name = {name: ids for (name, _), (_, ids) in zip(theirs, ours, strict=True)}
        for name, (operator,) in theirs:
            while self._lite[operator].label in _ROUNDS:
                operator = self._lite[operator].inputs[0]
            made = [i for i in by_name.get(name, ()) if i in self._ops]
            if made and operator in self.operators:
                self._settle_result(made, operator)

    def _settle_result(self, made: list[str], operator: str) -> None:
        """The last op may have gone, with what a check, a branch or a call gives back."""
        last, reads = made[0], [i for op in made for i in self._ops[op].inputs if i in self._ops]
        inner = [op for op in reads if op.startswith(f"{last}//") and operator not in self._running]
        ways = [op for op in made + reads if op not in self.homes]
        alike = [op for op in ways if self._is_alone(op, operator)] or inner
        gone = inner or last in self.homes or self._ops[last].label in _WIRES
        if not gone or not (alike or self.rows[operator].ops):
            alike = made
        for op in alike[:1]:
            self._settle(op, operator)

    def _by_kind(self) -> None:
        """Ops without a result have no name in the file: by what they read, else in their order."""
        free: dict[str, list[str]] = {}
        for id_, node in self.operators.items():
            free.setdefault(node.label, []).append(id_)
        for op, node in ((op, node) for op, node in self._ops.items() if not node.type):
            homes = [self.homes[i] for i in (op, *node.inputs) if i in self.homes]
            known = {operator for home in homes for operator in home.operators}
            for label in (_EFFECTS.get(node.label, node.label), f"Flex{node.label}"):
                fits = [o for o in free.get(label, []) if known & {*self.operators[o].inputs}]
                for operator in (fits or free.get(label, []))[:1]:
                    self._settle(op, operator)
                    free[label].remove(operator)

    def _open(self) -> list[str]:
        """Ops that an input reaches and an output needs, without an operator so far."""
        wanted = self._fed & self._needed
        return [op for op in self._ops if op in wanted and op not in self.homes]

    def _by_twin(self) -> None:
        """Of ops of one kind that read the same, one is left."""
        alike: dict[Any, str] = {}
        first: dict[str, str] = {}
        for id_, node in self.nodes.items():
            key = (node.label, str(node.type), *(first[i] for i in node.inputs))
            first[id_] = alike.setdefault(key, id_) if node.kind in ("op", "constant") else id_
        homes = {first[op]: home for op, home in self.homes.items() if self._ops[op].type}
        for op in self._open():
            if first[op] in homes:
                self._settle(op, homes[first[op]].operators[-1], False)

    def _by_place(self) -> None:
        """Between two ops of one operator, after an op that it adds to, or before its reader."""
        homes = {op: group.operators for op, group in self.homes.items()}
        after: dict[str, list[str]] = {}  # the next operators on every way down, nearest first
        for op in reversed(self.nodes):
            near = {o for i in self._readers[op] for o in homes.get(i, after[i])}
            after[op] = sorted(near, key=self.order.__getitem__)[:_NEAR]
        weighted = [o for o, n in self.operators.items() if n.label.split(" + ")[0] in _WEIGHTED]
        for op, home in [(op, o) for o in weighted for op in self.rows[o].ops]:
            for i in self._ops[op].inputs:  # what is named after the weights' own TRANSPOSE
                if i in self.homes and self._is_alone(i, home):
                    self._settle(i, home)
        for op in self._open():
            label = self._ops[op].label
            groups = [self.homes[i] for i in self._ops[op].inputs if i in self.homes]
            before = [home for group in groups for home in group.operators]
            takes = [home for home in before if home in after[op]]
            takes = takes or [o for o in after[op] if self._is_alone(op, o)]
            for home in () if takes else before:
                kind, _, activation = self.operators[home].label.partition(" + ")
                weights = label in _INTO_WEIGHTS and kind in _WEIGHTED
                if weights or (label in _ACTIVATIONS and activation):
                    takes.append(home)
            if takes:
                self._settle(op, max(takes, key=self.order.__getitem__), False)
        for op in self._open():
            kinds = [self.operators[o].label.split(" + ")[0] for o in after[op]]
            label = self._ops[op].label
            if kinds and (label in _BEFORE or ({*kinds} <= _PATTERNS and label not in _WIRES)):
                self._settle(op, after[op][0], False)

    def _is_alone(self, op: str, operator: str) -> bool:
        """Whether an operator is of the op's kind, and of no other op of that kind."""
        kind, *others = (
            _KINDS.get(self._ops[i].label, self._ops[i].label.upper())
            for i in (op, *self.rows[operator].ops)
        )
        return kind == self.operators[operator].label.split(" + ")[0] and kind not in others

    def fate(self, op: str) -> str:
        """Of an op without an operator."""
        node, owner = self.nodes[op], op.rpartition("//")[0]
        gone = [i for i in self._readers[op] if i in self._ops and i not in self.homes]
        if op in self._owners or node.label in _CHECKS:
            return "opened" if op in self._owners else "checks"
        if op not in self._needed:
            return "dropped" if node.type else "effects"
        if op not in self._fed:
            return "computed"
        if owner in self._ops and owner not in self.homes:
            return "dropped"  # a branch that is never taken, as was found at conversion
        vanishes = node.label in _MAY_VANISH or len(gone) == len(self._readers[op])
        return "merged" if vanishes else "unknown"


def _spread(starts: Iterable[str], onward: Mapping[str, Sequence[str]]) -> set[str]:
    """All that can be reached."""
    todo = list(starts)
    found = set(todo)
    while todo:
        fresh = set(onward[todo.pop()]) - found
        found |= fresh
        todo += fresh
    return found
