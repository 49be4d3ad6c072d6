"""A condition on the records of an analysis dataset as the range checks of a where clause."""

from __future__ import annotations

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.metadata import Comparator, RangeCheck
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.spec.source import Text

_COMPARATORS: dict[str, Comparator] = {"=": "EQ", "!=": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}
_HINT = "write comparisons of a variable with constants, 'in' and 'not in', joined by 'and'"


def selection(
    text: Text, names: RowNames, expressions: Expressions, findings: Findings
) -> tuple[RangeCheck, ...] | None:
    """The checks of a condition, all of which must hold; None where it has faults.

    What a where clause of define.xml cannot say (or, not, missing values, functions, variables of other
    datasets) is CED120.
    """
    node = expressions.condition(text, names)
    if node is None:
        return None
    made: list[RangeCheck] = []
    for part in tree.conjuncts(node):
        check = _check(part, names.dataset)
        if check is None:
            message = f"a where clause cannot hold this part of '{text}'"
            findings.add(Finding("CED120", message, text.locate(part.at), hint=_HINT))
            return None
        made.append(check)
    return tuple(made)


def _check(node: tree.Node, dataset: str) -> RangeCheck | None:
    if isinstance(node, tree.Compare):
        of, values = node.left, (node.right,)
        comparator = _COMPARATORS.get(node.op)
    elif isinstance(node, tree.Member):
        of, values = node.of, node.values
        comparator = "NOTIN" if node.negated else "IN"
    else:
        return None
    texts = tuple(_constant(value) for value in values)
    plain = isinstance(of, tree.Column) and not of.owner and of.type in (Type.TEXT, Type.NUMBER)
    if not plain or comparator is None or any(text is None for text in texts):
        return None
    assert isinstance(of, tree.Column)
    return RangeCheck(dataset, of.name, comparator, tuple(text for text in texts if text is not None))


def _constant(node: tree.Node) -> str | None:
    """A constant as it is written in a CheckValue."""
    if not isinstance(node, tree.Literal) or node.value is None:
        return None
    return node.value if isinstance(node.value, str) else node.digits
