"""The Clinical Study Data Reviewer's Guide: what the build knows of the SDTM datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from ced_cdisc.core.findings import Severity, counted
from ced_cdisc.core.guide import Block, Guide, Paragraph, Run, table, text
from ced_cdisc.core.metadata import DatasetMetadata
from ced_cdisc.describe.guides.facts import (
    Facts,
    acronyms,
    bullets,
    codelists,
    inputs,
    is_of_visits,
    issues,
    plugins,
    protocol,
    selected,
    standards,
)
from ced_cdisc.describe.guides.outline import guide_of, is_trial_design
from ced_cdisc.expr.english import listed
from ced_cdisc.plan.account import account, sentence, totals
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.raw import RawTable

_SHOWN = {
    "TA": ("ARMCD", "ARM", "TAETORD", "ELEMENT", "EPOCH"),
    "TE": ("ETCD", "ELEMENT", "TESTRL", "TEENRL", "TEDUR"),
    "TV": ("VISITNUM", "VISIT", "VISITDY", "TVSTRL"),
    "TS": ("TSPARMCD", "TSPARM", "TSVAL", "TSVALNF"),
}
_WIDTHS = {
    "TA": (1, 3, 1, 3, 1.5),
    "TE": (0.8, 2.2, 2.5, 3.5, 0.8),
    "TV": (1.1, 2.2, 1, 4),
    "TS": (1.2, 3.2, 4.5, 1.1),
}
_CRITERIA = ("IETESTCD", "IECAT", "IETEST")
_KEEPS = {
    "identical": "records that are alike in all columns are one",
    "latest": "the record with the latest {by} stays",
    "earliest": "the record with the earliest {by} stays",
    "last": "the record with the highest {by} stays",
    "first": "the record with the lowest {by} stays",
}


def csdrg(facts: Facts, title: str, words: Mapping[str, tuple[Block, ...]]) -> Guide:
    """The guide of a study's SDTM package.

    Args:
        facts: what the build knows.
        title: the title that define.xml gives the document.
        words: what people wrote, by the key of the section.
    """
    return guide_of(facts.plan, "csdrg", title, _content(facts), words)


def _content(facts: Facts) -> dict[str, tuple[Block, ...]]:
    plan = facts.plan
    folder = plan.qualified("sdtm")
    made: dict[str, tuple[Block, ...]] = {
        "purpose": (
            text(
                f"This guide stands beside define.xml of the SDTM datasets of study {plan.study_name}. It "
                "says what define.xml has no place for: what became of the collected data, which "
                "decisions a reader must know, and which findings of conformance checkers stand, with "
                "the reason for each."
            ),
        ),
        "acronyms": (acronyms(),),
        "study-data-standards-and-dictionary-inventory": (standards(facts),),
        "protocol-number-and-title": (protocol(facts),),
        "protocol-design": tuple(_design(facts)),
        "trial-design-datasets": tuple(_trial(facts)),
        "overview": tuple(_overview(facts)),
        "traceability-flow-diagram": tuple(_trace(facts)),
        "annotated-crfs": tuple(_forms(facts)),
        "sdtm-subject-domains": tuple(_domains(facts)),
        "conformance-inputs": inputs(facts, folder),
        "issues-summary": issues(facts),
        "additional-conformance-details": tuple(_notes(facts)),
        "appendix-i-inclusion-exclusion-criteria": tuple(_criteria(facts)),
        "appendix-ii-conformance-issues-details": tuple(_details(facts)),
    }
    for dataset in plan.datasets:
        metadata = facts.dataset(dataset.name)
        if dataset.kind == "sdtm" and metadata is not None:
            made[dataset.name] = tuple(_dataset(facts, dataset, metadata))
    return made


def _cells(frame: pl.DataFrame, names: Iterable[str]) -> list[tuple[str, ...]]:
    columns = [name for name in names if name in frame.columns]
    return [tuple(_cell(value) for value in row) for row in frame.select(columns).iter_rows()]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _design(facts: Facts) -> Iterator[Block]:
    data = facts.frames.get("TA")
    if data is None or not len(data):
        return
    arms: dict[str, list[str]] = {}
    for row in data.frame().sort("ARMCD", "TAETORD").iter_rows(named=True):
        arms.setdefault(f"{row['ARM']} ({row['ARMCD']})", []).append(f"{row['ELEMENT']}")
    yield text(f"TA holds {counted(len(arms), 'planned arm')} with these elements in their order:")
    yield bullets(f"{arm}: {', '.join(elements)}." for arm, elements in arms.items())


def _trial(facts: Facts) -> Iterator[Block]:
    there = [one for one in facts.plan.datasets if is_trial_design(one) and facts.dataset(one.name)]
    if not there:
        yield text("The package has no datasets of the trial design.")
        return
    yield text(f"The package has {counted(len(there), 'dataset')} of the trial design.")


def _overview(facts: Facts) -> Iterator[Block]:
    own = [one for one in facts.package.datasets if not one.name.startswith("SUPP")]
    more = len(facts.package.datasets) - len(own)
    records = sum(facts.records(one.name) for one in facts.package.datasets)
    qualifiers = f" and {counted(more, 'dataset')} of supplemental qualifiers" if more else ""
    points = [f"{counted(len(own), 'dataset')}{qualifiers}, with {counted(records, 'record')} in all."]
    subjects = facts.frames.get("DM")
    if subjects is not None:
        points.append(f"{counted(len(subjects), 'subject')} in DM.")
        if {"ARMCD", "ARMNRS"} <= set(subjects.columns):
            groups: dict[str, int] = {}
            for arm, why in subjects.frame(["ARMCD", "ARMNRS"]).iter_rows():
                name = f"of arm {arm}" if arm else f"without arm: {why or 'no reason given'}"
                groups[name] = groups.get(name, 0) + 1
            points += [f"{counted(number, 'subject')} {name}." for name, number in sorted(groups.items())]
    points.append(f"The data are those of {facts.plan.snapshot.date().isoformat()}.")
    if facts.plan.profile:
        points.append(
            f"The specs know several ways to tabulate the study; this is their profile {facts.plan.profile}."
        )
    yield bullets(points)


def _trace(facts: Facts) -> Iterator[Block]:
    if not facts.raw:
        return
    yield text(
        "The way of the data: raw tables as they were exported, to SDTM datasets by the specs of the "
        "study, to analysis datasets that read SDTM alone. Every column of every raw table has an "
        "account:"
    )
    counts = totals({name: one.columns for name, one in facts.raw.items()})
    yield text(f"{sentence(counts)[0].upper()}{sentence(counts)[1:]}.")
    rows: list[tuple[str, ...]] = []
    for name, one in facts.raw.items():
        listed = [column.status for column in one.columns.values()]
        rows.append(
            (
                name,
                f"{one.records:,}",
                str(one.dropped),
                str(listed.count("mapped")),
                str(listed.count("excluded")),
                str(len(listed) - listed.count("mapped") - listed.count("excluded")),
                ", ".join(facts.into(name)),
            )
        )
    header = (
        "Raw table",
        "Records",
        "Duplicates left out",
        "Columns mapped",
        "Excluded",
        "Other",
        "Datasets",
    )
    yield table(header, rows, (1.7, 1, 1.2, 1.1, 1.1, 0.8, 4))
    yield from plugins(facts)
    yield from _mess(facts)


def _mess(facts: Facts) -> Iterator[Block]:
    """What the contract of the raw tables says on irregular data."""
    points: list[str] = []
    for name, one in facts.plan.tables.items():
        account = facts.raw.get(name)
        excluded = account.excluded.items() if account is not None else ()
        said = [
            f"of {count:,} record{'s' * (count != 1)} nothing is submitted: {why}" for why, count in excluded
        ]
        said = [words.rstrip(".") for words in (*said, *_policies(one))]
        if said:
            points.append(f"{name}: {'; '.join(said)}.")
    if points:
        yield _minor("Irregularities of the raw tables that the specs provide for")
        yield bullets(points)


def _policies(one: RawTable) -> Iterator[str]:
    if one.duplicates is not None:
        kept = _KEEPS[one.duplicates.keep].format(by=one.duplicates.by)
        yield f"of several records with one key ({', '.join(one.key)}) {kept}"
    if one.missing:
        yield "no value is meant by " + ", ".join(f"'{word}'" for word in one.missing)
    if one.special_missing:
        listed = ", ".join(one.special_missing)
        yield f"the special missing values {listed} are read for the reason that they give"
    if one.policy == "warn":
        yield "columns beyond the contract are told and not read"
    elif one.policy == "ignore":
        yield "columns beyond the contract are not read"


def _forms(facts: Facts) -> Iterator[Block]:
    documents = [one for one in facts.package.documents if one.kind == "acrf"]
    if documents:
        shown = ", ".join(f"{one.title} ({one.href})" for one in documents)
        yield text(f"Each collected field is shown with the variable that holds it in: {shown}.")
    else:
        yield text("define.xml names no annotated CRF.")
    reasons: dict[str, dict[str, list[str]]] = {}
    for name, columns in account(facts.plan).items():
        for column, one in columns.items():
            if one.status == "excluded":
                reasons.setdefault(one.reason, {}).setdefault(column, []).append(name)
    if reasons:
        yield _minor("Columns of raw tables that are not submitted")
        rows = [
            ("; ".join(f"{c} ({_tables(tables)})" for c, tables in columns.items()), reason)
            for reason, columns in reasons.items()
        ]
        yield table(("Columns (tables)", "Why they are not submitted"), rows, (1, 1))


def _tables(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{len(names)} tables"


def _domains(facts: Facts) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    for one in facts.package.datasets:
        if one.class_name == "TRIAL DESIGN":
            continue
        kind = "" if one.standard else "custom"
        rows.append((one.name, one.label, one.class_name.capitalize(), f"{facts.records(one.name):,}", kind))
    yield table(("Dataset", "Label", "Class", "Records", "Kind"), rows, (1.1, 3.4, 1.7, 1, 1))
    custom = [one for one in facts.package.datasets if not one.standard and not one.name.startswith("SUPP")]
    if custom:
        yield _minor("Custom domains, and why they are there")
        yield bullets(f"{one.name} ({one.label}): {_why(facts, one)}" for one in custom)
    lists = {one.id: one for one in codelists(facts.package) if any(term.extended for term in one.terms)}
    if lists:
        yield _minor("Published codelists with terms of the sponsor")
        rows = [
            (
                f"{one.name} ({one.code})" if one.code else one.name,
                ", ".join(term.value for term in one.terms if term.extended),
                one.comment.text if one.comment else "",
            )
            for one in sorted(lists.values(), key=lambda one: (one.name, one.id))
        ]
        yield table(("Codelist", "Terms added", "Comment"), rows, (2, 2.6, 3.4))


def _why(facts: Facts, one: DatasetMetadata) -> str:
    """The comment on a custom domain, else that on its code in the list of domains."""
    if one.comment is not None:
        return one.comment.text
    for codelist in codelists(facts.package):
        for term in codelist.terms if codelist.code == "C66734" else ():
            if term.extended and term.value == one.domain and codelist.comment is not None:
                return codelist.comment.text
    return "the specs give no reason."


def _dataset(facts: Facts, dataset: DatasetPlan, metadata: DatasetMetadata) -> Iterator[Block]:
    rows = [
        ("Class", metadata.class_name.capitalize()),
        ("Structure", metadata.structure),
        ("Keys", ", ".join(metadata.keys)),
        ("Records", f"{facts.records(dataset.name):,}"),
    ]
    data = facts.frames[dataset.name]
    if dataset.person in data.columns and not dataset.reference_data:
        rows.append(("Subjects", f"{data.values(dataset.person)[dataset.person].n_unique():,}"))
    rows += _raw_tables(facts, dataset)
    rows += _qualifiers(facts, dataset)
    if metadata.comment is not None:
        rows.append(("Comment", metadata.comment.text))
    empty = [(one.name, one.comment.text) for one in metadata.variables if one.has_no_data and one.comment]
    rows += [(f"{name} holds no data", why) for name, why in empty]
    yield table(("Item", "Value"), rows, (1, 4))
    if dataset.name in _SHOWN and len(data):
        shown_names = tuple(name for name in _SHOWN[dataset.name] if name in data.columns)
        widths = tuple(
            w for n, w in zip(_SHOWN[dataset.name], _WIDTHS[dataset.name], strict=True) if n in shown_names
        )
        yield table(shown_names, _cells(data.frame(), shown_names), widths)
    if dataset.name == "TI" and len(data):
        kinds = data.frame().group_by("IECAT").len().sort("IECAT", descending=True).rows()
        shown = listed([f"{number} of {kind.lower()}" for kind, number in kinds if kind])
        yield text(f"The criteria, {shown}, are listed in Appendix I.")


def _raw_tables(facts: Facts, dataset: DatasetPlan) -> Iterator[tuple[str, str]]:
    """The raw tables whose rows become records, and those of which something else is taken."""
    made = {block.source for block in dataset.blocks if block.kind == "raw"}
    rows = sorted(made | facts.visit_tables() if is_of_visits(dataset) else made)
    own = {dataset.name, f"SUPP{dataset.name}"}
    others = sorted(name for name in facts.raw if name not in rows and own & {*facts.into(name)})
    if rows:
        yield "Raw tables of its records", ", ".join(rows)
    if others:
        yield "Further raw tables read", ", ".join(others)


def _qualifiers(facts: Facts, dataset: DatasetPlan) -> Iterator[tuple[str, str]]:
    """The supplemental qualifiers that records have, and those that the specs provide for in vain."""
    name = f"SUPP{dataset.name}"
    made = facts.dataset(name)
    levels = made.variable("QVAL").value_level if made is not None else ()
    held = {level.where[0].values[0]: level.label for level in levels}
    if held:
        shown = "; ".join(f"{qualifier} ({label})" for qualifier, label in held.items())
        yield "Supplemental qualifiers", f"{name}, {counted(facts.records(name), 'record')}: {shown}"
    lacking = "; ".join(f"{one.name} ({one.label})" for one in dataset.supplemental if one.name not in held)
    if lacking:
        yield "Qualifiers without a record", f"{lacking}: provided for, and no subject has a value."


def _notes(facts: Facts) -> Iterator[Block]:
    """What the build told of the data and went on, with the records."""
    told = [one for one in facts.findings if one.severity is not Severity.ERROR]
    if not told:
        yield text("The build told of no irregularity that it dealt with.")
        return
    yield text("What the build told of the data, and dealt with as the specs say:")
    rows = [(one.code, one.message, "; ".join(one.records)) for one in told]
    yield table(("Code", "What was found", "Records"), rows, (0.8, 4.2, 2))


def _criteria(facts: Facts) -> Iterator[Block]:
    data = facts.frames.get("TI")
    if data is None or not len(data):
        yield text("The package has no TI dataset.")
        return
    names = tuple(name for name in _CRITERIA if name in data.columns)
    yield table(names, _cells(data.frame(), names), (1, 1.2, 5)[: len(names)])


def _details(facts: Facts) -> Iterator[Block]:
    known = [one for one in facts.known if one.where]
    if not known:
        yield text("No known finding is restricted to some records.")
        return
    rows = [(one.rule, one.place, selected(one)) for one in known]
    yield table(("Rule", "Where", "Records found"), rows, (1, 1.5, 4))


def _minor(words: str) -> Paragraph:
    return Paragraph((Run(words),), "minor")
