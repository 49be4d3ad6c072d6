"""Whom the raw tables of a run are about: what its messages mask."""

from __future__ import annotations

from collections.abc import Mapping

from ced_cdisc.core.masking import Identifiers, Mask
from ced_cdisc.plan.model import PERSON, StudyPlan
from ced_cdisc.read.tables import RawTable
from ced_cdisc.recompute.records import SUBJECT, usubjid_of


def identifiers_of(plan: StudyPlan, tables: Mapping[str, RawTable]) -> Identifiers:
    """Whom raw tables are about.

    Args:
        plan: the study, whose contracts say which columns tell who somebody is.
        tables: those that were read, by qualified name.
    """
    subjects, columns, variables = {SUBJECT, PERSON}, set[str](), set[str]()
    for study in plan.studies:
        for name, table in study.tables.items():
            subjects |= {table.subject, f"{name}.{table.subject}"} if table.subject else set()
            for column in table.identifying:
                columns |= {column, f"{name}.{column}"}
                variables |= {one for one in table.readers.get(column, ()) if "." in one}

    def people() -> dict[str, str]:
        made: dict[str, str] = {}
        for study in plan.studies:
            for name, table in study.tables.items():
                read = tables.get(study.qualified(name))
                if read is None or table.subject not in read.frame.columns:
                    continue
                for text in read.frame[table.subject].drop_nulls().unique().sort().to_list():
                    if text not in made:
                        person = usubjid_of(study, text) or text
                        made |= {text: person, person: person}
        return made

    digests = [f"{name} {table.sha256}{table.rows_sha256}" for name, table in sorted(tables.items())]
    return Identifiers(Mask(digests), people, subjects, columns - subjects, variables)
