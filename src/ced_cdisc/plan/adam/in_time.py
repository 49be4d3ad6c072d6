"""What is read must be made before: rows of the sources, then computed records, then lines over the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import own_columns
from ced_cdisc.plan.adam.kinds import Analysis
from ced_cdisc.plan.model import Block, Computed
from ced_cdisc.plan.order import check_alone


def check_in_time(
    analysis: Analysis,
    blocks: Sequence[Block],
    computed: Sequence[Computed],
    whole: Collection[str],
    findings: Findings,
) -> None:
    """CED052: a variable of the dataset that has no value yet where it is read.

    Args:
        analysis: the dataset.
        blocks: the records of its sources.
        computed: the records of its computed parameters, in the order in which they are made.
        whole: the variables that lines over the whole dataset make.
        findings: receives CED052.
    """

    def tell(names: Iterable[str], where: Location, reader: str) -> None:
        for name in dict.fromkeys(one for one in names if one not in at_fault):
            if name in whole or name == "ASEQ":
                problem = f"{reader} {name}, which is made later, when all records are there"
                line = f"{name}: {{copy: {copied[name]}}}" if name in copied else name
                written = name in copied or name in analysis.spec.variables
                hint = f"write {line} under 'rows'" if written else "take a variable of 'rows'"
            else:
                problem = f"{reader} {name}, which these records do not have"
                hint = "write it for them, or name it in 'by'" if name in made else "write a line for it"
            findings.add(Finding("CED052", problem, where, hint=hint))

    copied = {text.rpartition(".")[2]: text for text in analysis.spec.copy_}
    made = {line.variable for block in blocks for line in block.lines} | {"USUBJID"}
    written = {str(name) for part in analysis.parts for name in part.rows}
    at_fault = written - made - {*whole}  # told where they are
    of_rows = {(line.variable, line.where): line for block in blocks for line in block.lines}
    for line in of_rows.values():
        check_alone(analysis.name, line.variable, line.tree, line.where, findings)
    for one in (*blocks, *computed):
        by = one.by if isinstance(one, Computed) else ()
        tell((name for name in by if name not in made), one.where, "'by' names")
        made = made.union(by)  # told once
        own = made if isinstance(one, Block) else {*(x.variable for x in one.lines), *by, "USUBJID"}
        for line in one.lines:
            read = [name for name in _of_the_record(line.tree) if name not in own]
            read += [name for name in _of_records(line.tree) if name not in made]
            tell(read, line.where, f"{analysis.name}.{line.variable} reads")
        if one.keep is not None:
            tell((n for n in _names(one.keep) if n not in made), one.where, "the choice of records reads")
        made = made.union(own)


def _of_the_record(node: tree.Node) -> list[str]:
    """The names that a tree reads of the record at hand."""
    if isinstance(node, tree.Aggregate):
        return [] if node.dataset == "" else _names(node)
    if isinstance(node, tree.Column):
        return _names(node)
    return [name for child in tree.children(node) for name in _of_the_record(child)]


def _of_records(node: tree.Node) -> list[str]:
    """The names that a tree reads of other records of its dataset."""
    over = (one for one in tree.walk(node) if isinstance(one, tree.Aggregate) and not one.dataset)
    return [name for one in over for name in (*_names(one), *one.on)]


def _names(node: tree.Node) -> list[str]:
    return [one.name for one in own_columns(node) if one.scope is tree.Scope.VARIABLE and not one.owner]
