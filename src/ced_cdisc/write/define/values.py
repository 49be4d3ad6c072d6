"""Value-level metadata in define.xml: value lists and the where clauses that select their records.

Source: Define-XML 2.1, the elements def:ValueListDef and def:WhereClauseDef.
"""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.metadata import DatasetMetadata, Variable
from ced_cdisc.define.datasets import (
    CheckValue,
    ItemRef,
    RangeCheck,
    ValueListDef,
    WhereClauseDef,
    WhereClauseRef,
)
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.definitions import WhereClause
from ced_cdisc.write.define.methods import comment_oid, method_oid


def value_list_defs(dataset: DatasetMetadata) -> Iterator[ValueListDef]:
    """The value list of every variable of a dataset that has value-level metadata, in variable order."""
    for variable in dataset.variables:
        if variable.value_level:
            yield _value_list_def(dataset, variable)


def where_clause_def(clause: WhereClause) -> WhereClauseDef:
    """A where clause: its range checks are joined by AND.

    The comment says how records are joined when the clause looks into another dataset.
    """
    return WhereClauseDef(
        oid=clause.oid,
        comment_oid=comment_oid(clause.comment),
        checks=tuple(
            RangeCheck(
                comparator=check.comparator,
                soft_hard="Soft",
                item_oid=oids.item(check.dataset, check.variable),
                values=tuple(CheckValue(text=value) for value in check.values),
            )
            for check in clause.checks
        ),
    )


def _value_list_def(dataset: DatasetMetadata, variable: Variable) -> ValueListDef:
    return ValueListDef(
        oid=oids.value_list(dataset.name, variable.name),
        items=tuple(
            ItemRef(
                item_oid=oids.value_item(dataset.name, variable.name, row.where),
                order_number=str(order),
                mandatory="Yes" if row.mandatory else "No",
                method_oid=method_oid(row.method),
                where_clauses=(WhereClauseRef(where_clause_oid=oids.where_clause(dataset.name, row.where)),),
            )
            for order, row in enumerate(variable.value_level, start=1)
        ),
    )
