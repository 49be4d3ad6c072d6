"""Expression texts of the specs to resolved trees; faults become findings at the word's place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.parse import ExpressionError, parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.spec.source import Text

Rewrite = Callable[[tree.Node], tree.Node]


class Expressions:
    """Compiles the texts of one study; collects findings."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def parse(self, text: Text) -> tree.Node | None:
        """The tree of a text without types, or None with a finding."""
        try:
            return parse(str(text))
        except ExpressionError as error:
            self._report(text, error)
            return None

    def compile(self, text: Text, names: RowNames, rewrite: Rewrite | None = None) -> tree.Node | None:
        """The resolved tree of a text, or None with a finding."""
        parsed = self.parse(text)
        if parsed is None:
            return None
        return self.resolve(rewrite(parsed) if rewrite else parsed, names, text)

    def resolve(self, node: tree.Node, names: RowNames, text: Text) -> tree.Node | None:
        """A parsed or composed tree with types, or None with a finding at ``text``."""
        try:
            return resolve(node, names, FUNCTIONS)
        except ExpressionError as error:
            self._report(text, error)
            return None

    def condition(self, text: Text, names: RowNames) -> tree.Node | None:
        """As :meth:`compile`, and the expression must be a condition."""
        node = self.compile(text, names)
        if node is not None and node.type is not tree.Type.TRUTH:
            self._report(text, ExpressionError("a condition is needed here", node.at, code="CED014"))
            return None
        return node

    def _report(self, text: Text, error: ExpressionError) -> None:
        self._findings.add(Finding(error.code, error.message, text.locate(error.at), hint=error.hint))


def missing() -> tree.Literal:
    """The literal ``missing``."""
    return tree.Literal(value=None, type=tree.Type.MISSING)


def literal(value: str | float) -> tree.Literal:
    """A literal text or number, with its type."""
    if isinstance(value, str):
        return tree.Literal(value=value, type=tree.Type.TEXT)
    digits = str(int(value)) if float(value).is_integer() else repr(float(value))
    return tree.Literal(value=float(value), digits=digits, type=tree.Type.NUMBER)


def choose(condition: tree.Node, then: tree.Node, otherwise: tree.Node | None = None) -> tree.Call:
    """``if(condition, then, otherwise)``."""
    return tree.Call(name="if", args=(condition, then, otherwise or missing()), type=then.type)


def both(left: tree.Node | None, right: tree.Node | None) -> tree.Node | None:
    """The conjunction of two conditions, of which either may be None."""
    if left is None or right is None:
        return left or right
    return tree.Both(left=left, right=right, type=tree.Type.TRUTH)


def parameters_to_aggregates(node: tree.Node, parameters: set[str], by: tuple[str, ...]) -> tree.Node:
    """In a computed parameter: CBF and CBF[..] become the parameter's value among the group's records.

    Inside a function over several records, a parameter's name stands for AVAL of that parameter's records.
    """

    def of(name: str, where: tree.Node | None, at: int) -> tree.Node:
        test = tree.Compare(
            op="=", left=tree.Column(name="PARAMCD", at=at), right=tree.Literal(value=name, at=at), at=at
        )
        both_ = test if where is None else tree.Both(left=test, right=where, at=at)
        return tree.Aggregate(func="only", of=tree.Column(name="AVAL", at=at), where=both_, on=by, at=at)

    def change(below: tree.Node) -> tree.Node:
        if isinstance(below, tree.Selected) and below.name in parameters:
            return of(below.name, below.where, below.at)
        if isinstance(below, tree.Column) and below.name in parameters:
            return of(below.name, None, below.at)
        if isinstance(below, tree.Aggregate):
            return aggregate(below)
        return tree.rebuild(below, change)

    def aggregate(below: tree.Aggregate) -> tree.Node:
        named = [n.name for n in tree.walk(below) if isinstance(n, tree.Column) and n.name in parameters]
        where = below.where
        if named:
            test = tree.Compare(
                op="=",
                left=tree.Column(name="PARAMCD", at=below.at),
                right=tree.Literal(value=named[0], at=below.at),
                at=below.at,
            )
            where = test if where is None else tree.Both(left=test, right=where, at=below.at)

        def plain(inner: tree.Node) -> tree.Node:
            if isinstance(inner, tree.Column) and inner.name in parameters:
                return replace(inner, name="AVAL")
            return tree.rebuild(inner, plain)

        changed = tree.rebuild(replace(below, where=where), plain)
        return changed if below.dataset or below.on else replace(changed, on=by)

    return change(node)
