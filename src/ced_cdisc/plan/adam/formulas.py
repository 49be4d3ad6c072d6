"""Formulas of computed parameters: what a parameter's name stands for, and the formula in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause, phrase
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.model import Block
from ced_cdisc.spec.analysis import ParameterSpec
from ced_cdisc.spec.source import Text

_AGGREGATES = {
    "first": "first",
    "last": "last",
    "min": "smallest",
    "max": "largest",
    "sum": "sum of",
    "mean": "mean of",
    "count": "number of records with",
}


def parameters_to_aggregates(node: tree.Node, parameters: Collection[str], by: tuple[str, ...]) -> tree.Node:
    """In a computed parameter: CBF and CBF[..] become the parameter's value among the group's records.

    Inside a function over several records, a parameter's name stands for AVAL of that parameter's records.
    """

    def of(name: str, where: tree.Node | None, at: int) -> tree.Node:
        value = tree.Column(name="AVAL", at=at)
        return tree.Aggregate(func="only", of=value, where=_of_parameter(name, where, at), on=by, at=at)

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
        where = _of_parameter(named[0], below.where, below.at) if named else below.where

        def plain(inner: tree.Node) -> tree.Node:
            if isinstance(inner, tree.Column) and inner.name in parameters:
                return replace(inner, name="AVAL")
            return tree.rebuild(inner, plain)

        made = tree.rebuild(replace(below, where=where), plain)
        return made if below.dataset or below.on else replace(made, on=by)

    return change(node)


def formula_in_words(
    formula: Text,
    parameters: Mapping[Text, ParameterSpec],
    by: tuple[str, ...],
    expressions: Expressions,
    blocks: Sequence[Block],
) -> str:
    """A computed parameter's formula for the reviewer: in the parameters' codes, without what they mean.

    Args:
        formula: the text of ``computed``.
        parameters: the parameters of the dataset.
        by: the variables whose values the records of a group share, beside the subject.
        expressions: parses the formula; its faults become findings.
        blocks: make the records of sources; nothing else says of which a parameter is that is not kept.
    """
    parsed, functions = expressions.parse(formula), expressions.functions
    if parsed is None:
        return ""

    def said(node: tree.Node) -> tree.Node:
        if isinstance(node, tree.Selected) and node.name in parameters and node.where is not None:
            return tree.Column(name=f"({node.name} where {clause(node.where, functions)})")
        if (
            isinstance(node, tree.Aggregate)
            and node.func in _AGGREGATES
            and node.of is not None
            and not node.dataset
            and not node.on
        ):
            text = f"{_AGGREGATES[node.func]} {clause(node.of, functions).removeprefix('the ')}"
            if node.where is not None:
                text += f" where {clause(node.where, functions)}"
            if node.order:
                parts = [f"{clause(o.of, functions)}{' (falling)' if o.falling else ''}" for o in node.order]
                text += f", ordered by {', '.join(parts)}"
            return tree.Column(name=f"(the {text})")
        return tree.rebuild(node, said)

    node = said(parsed)
    alone = isinstance(node, tree.Column) and node is not parsed  # in brackets for what would stand around it
    text = phrase(node, functions)[1:-1] if alone else phrase(node, functions)
    named = {n.name for n in tree.walk(parsed) if isinstance(n, tree.Column | tree.Selected)}
    is_named = any(str(code) in named for code in parameters)
    head = "A parameter's code stands for its AVAL" if is_named else "The records are those"
    text = f"{text[:1].upper()}{text[1:]}. {head} with the same {_and(('USUBJID', *by))}."
    for code, parameter in parameters.items():
        value = expressions.parse(parameter.value) if parameter.value is not None else None
        if str(code) in named and not parameter.keep and value is not None:
            text += f" {code}, not kept as a parameter, is {parameter.param}: {clause(value, functions)}"
            text += f"{_chosen(str(code), blocks)}."
    return text


def _chosen(code: str, blocks: Sequence[Block]) -> str:
    """Of which records of its sources a parameter is."""
    said = [
        f"{block.source} where {clause(block.keep, FUNCTIONS)}"
        for block in blocks
        if block.keep is not None and _code_of(block) == code
    ]
    said = list(dict.fromkeys(said))
    if len(said) > 1:
        said = [f"({number}) {one}" for number, one in enumerate(said, 1)]
    return f", of the records of {'; '.join(said)}" if said else ""


def _code_of(block: Block) -> str:
    codes = (line.tree for line in block.lines if line.variable == "PARAMCD")
    return next((str(code.value) for code in codes if isinstance(code, tree.Literal)), "")


def _of_parameter(name: str, where: tree.Node | None, at: int) -> tree.Node:
    """The condition that a record is of a parameter, and a further one if there is any."""
    code, value = tree.Column(name="PARAMCD", at=at), tree.Literal(value=name, at=at)
    test = tree.Compare(op="=", left=code, right=value, at=at)
    return test if where is None else tree.Both(left=test, right=where, at=at)


def _and(words: tuple[str, ...]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
