"""Value-level metadata in define.xml: value lists and the where clauses that select their records.

Source: Define-XML 2.1, the elements def:ValueListDef and def:WhereClauseDef.
"""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.metadata import DatasetMetadata, Variable
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.definitions import WhereClause
from ced_cdisc.write.define.markup import Element, element
from ced_cdisc.write.define.methods import comment_oid, method_oid


def value_list_defs(dataset: DatasetMetadata) -> Iterator[Element]:
    """The value list of every variable of a dataset that has value-level metadata, in variable order."""
    for variable in dataset.variables:
        if variable.value_level:
            yield _value_list_def(dataset, variable)


def where_clause_def(clause: WhereClause) -> Element:
    """A where clause: its range checks are joined by AND.

    The comment says how records are joined when the clause looks into another dataset.
    """
    return element(
        "def:WhereClauseDef",
        {"OID": clause.oid, "def:CommentOID": comment_oid(clause.comment)},
        *(
            element(
                "RangeCheck",
                {
                    "Comparator": check.comparator,
                    "SoftHard": "Soft",
                    "def:ItemOID": oids.item(check.dataset, check.variable),
                },
                *(element("CheckValue", {}, text=value) for value in check.values),
            )
            for check in clause.checks
        ),
    )


def _value_list_def(dataset: DatasetMetadata, variable: Variable) -> Element:
    return element(
        "def:ValueListDef",
        {"OID": oids.value_list(dataset.name, variable.name)},
        *(
            element(
                "ItemRef",
                {
                    "ItemOID": oids.value_item(dataset.name, variable.name, row.where),
                    "OrderNumber": order,
                    "Mandatory": "Yes" if row.mandatory else "No",
                    "MethodOID": method_oid(row.method),
                },
                element("def:WhereClauseRef", {"WhereClauseOID": oids.where_clause(dataset.name, row.where)}),
            )
            for order, row in enumerate(variable.value_level, start=1)
        ),
    )
