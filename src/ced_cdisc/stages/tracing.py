"""One value of one record with all that it was computed from: of the raw data of its subject alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ced_cdisc.core.findings import Findings, did_you_mean, one_of
from ced_cdisc.plan.model import SUPP, DatasetPlan, StudyPlan
from ced_cdisc.plan.needed import lines_for
from ced_cdisc.plan.only import restrict, with_qualifiers, without_qualifiers
from ced_cdisc.recompute import Reason, Reasons, Record, as_text
from ced_cdisc.recompute.records import SUBJECT, has_subject, variables_of
from ced_cdisc.stages.plugging import run_again
from ced_cdisc.stages.subject_rows import people_of, subject_rows

_MOST = 8


class NoSuchValue(Exception):
    """The value asked for is not one; the text says what to ask for (exit code 2)."""


def trace_value(
    plan: StudyPlan, raw: Path, dataset: str, given: Mapping[str, str], variable: str, findings: Findings
) -> tuple[Reason, StudyPlan, list[str]]:
    """Why a variable of one record is what it is.

    Args:
        plan: the whole study.
        raw: the folder of the raw tables.
        dataset: its name, with the folder of a pooled study; or that of its supplemental qualifiers.
        given: values by variable that tell the record from all others; USUBJID, where the dataset has it.
        variable: the variable, or a supplemental qualifier.
        findings: receives faults of the raw tables.

    Returns:
        The reason, the part of the plan that was carried out, and what the data refused on the way.

    Raises:
        NoSuchValue: no such dataset or variable, or not exactly one record.
        Stopped: a raw table is missing or damaged.
    """
    study, one, is_supp = _find(plan, dataset)
    if is_supp:
        given, variable = _of_parent(one, dataset, given, variable)
    known = [name.removeprefix(SUPP) for name in variables_of(one) if not name.startswith("__")]
    for name in (*given, variable):
        if name not in known:
            hint = did_you_mean(name, known) or f"it has {one_of(known)}"
            raise NoSuchValue(f"{one.name} has no variable {name}; {hint}")
    if has_subject(one) and SUBJECT not in given:
        raise NoSuchValue(f"name the subject of the record: {SUBJECT}=..")
    number = one.numbered or "ASEQ"  # for the message, where several records have the values
    part = lines_for(plan, study.qualified(one.name), [*given, variable, number])
    reasons, part = carried_out(part, raw, study.qualified(one.name), given.get(SUBJECT), findings)
    record = _record(one, reasons.datasets[study.qualified(one.name)], given)
    return reasons.of(record, variable), part, reasons.faults


def carried_out(
    plan: StudyPlan, raw: Path, dataset: str, subject: str | None, findings: Findings
) -> tuple[Reasons, StudyPlan]:
    """A dataset and those that it needs, computed of the raw rows of one subject; and the part of the plan.

    Args:
        plan: the study, or the lines of it that are asked for.
        raw: the folder of the raw tables.
        dataset: its name, with the folder of a pooled study.
        subject: the USUBJID; None for all rows.
        findings: receives faults of the raw tables.

    Raises:
        NoSuchValue: no raw table has a row of the subject.
        Stopped: a raw table is missing or damaged.
    """
    part = restrict(plan, [dataset], findings)
    part, rows = subject_rows(part, raw, subject, findings)
    if subject is not None and not any(
        table.subject and rows[study.qualified(name)]
        for study in part.studies
        for name, table in study.tables.items()
    ):
        there = _named_as_collected(part, raw, subject)
        hint = f"; did you mean {there}?" if there else ""
        raise NoSuchValue(f"no raw table has a record of {SUBJECT} {subject}{hint}")
    return Reasons(part, rows, run_again()), part


def _named_as_collected(plan: StudyPlan, raw: Path, subject: str) -> str:
    """The USUBJID of a subject who is named as in the raw tables; an empty text where there is none."""
    people = people_of(plan, raw, Findings())
    for study in plan.studies:
        made = people[study.folder](subject)
        if made not in (None, subject):
            part, rows = subject_rows(plan, raw, made, Findings())
            tables = [(one, name, table) for one in part.studies for name, table in one.tables.items()]
            if any(table.subject and rows[one.qualified(name)] for one, name, table in tables):
                return str(made)
    return ""


def _find(plan: StudyPlan, name: str) -> tuple[StudyPlan, DatasetPlan, bool]:
    """The dataset that is asked about, and whether by the name of its supplemental qualifiers."""
    known = {study.qualified(one.name): (study, one) for study in plan.studies for one in study.datasets}
    parents = with_qualifiers(plan)
    found = next((one for one in (*known, *parents) if one.casefold() == name.casefold()), None)
    if found is None:
        hint = did_you_mean(name, known) or without_qualifiers(name.upper(), known)
        raise NoSuchValue(f"there is no dataset {name}; {hint or f'there are {one_of(sorted(known))}'}")
    return *known[parents.get(found, found)], found in parents


def _of_parent(
    dataset: DatasetPlan, name: str, given: Mapping[str, str], variable: str
) -> tuple[dict[str, str], str]:
    """A question about a record of SUPPxx as one about the record of its parent: QVAL is what QNAM names."""
    own = dict(given)
    qualifier = own.pop("QNAM", None)
    if variable == "QVAL" and qualifier is not None:
        variable = qualifier
    one = next((one for one in dataset.supplemental if one.name == variable), None)
    if one is None:
        names = one_of([one.name for one in dataset.supplemental])
        hint = f"ask for QNAM={names} QVAL" if names else f"ask for the variables of {dataset.name}"
        raise NoSuchValue(f"{name} holds the supplemental qualifiers of {dataset.name}; {hint}")
    if "IDVARVAL" in own and one.idvar:
        own[one.idvar] = own.pop("IDVARVAL")
    for key, value in (("IDVAR", one.idvar), ("RDOMAIN", dataset.domain)):
        if own.get(key) == value:
            del own[key]
    return own, variable


def _record(dataset: DatasetPlan, records: Sequence[Record], given: Mapping[str, str]) -> Record:
    """The one record with the values that are given."""
    found = list(records)
    for name, value in given.items():
        left = [record for record in found if (_shown(record, name) or "") == value]
        if not left:
            there = sorted({_shown(record, name) or "" for record in found})
            which = ", ".join(f"{key} {text}" for key, text in given.items() if key != name)
            has = f"; there {'is' if len(there) == 1 else 'are'} {one_of(there, _MOST)}" if there else ""
            of = f" with {which}" if which else ""
            raise NoSuchValue(f"no record of {dataset.name}{of} has {name} '{value}'{has}")
        found = left
    if len(found) > 1:
        telling = [
            name
            for name in dict.fromkeys((*dataset.sort, dataset.numbered or "ASEQ"))
            if len({_shown(record, name) for record in found}) > 1
        ]
        ways = [
            f"{name}={one_of(sorted({_shown(record, name) or '' for record in found}), _MOST)}"
            for name in telling
        ]
        hint = f"; tell them apart by {' or '.join(ways)}" if ways else ""
        raise NoSuchValue(f"{len(found)} records of {dataset.name} have these values{hint}")
    return found[0]


def _shown(record: Record, name: str) -> str | None:
    return as_text(record.column(name))
