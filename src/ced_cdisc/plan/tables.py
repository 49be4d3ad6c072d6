"""Raw tables and visits: sources.yaml and visits.yaml to the plan."""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases

from msgspec.structs import replace

from ced_cdisc.core.dates import ISO
from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.expr.lineage import aggregates, columns
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.dates import Formats, date_formats
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.language.identifiers import identifier
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.units import notation_of
from ced_cdisc.plan.raw import Duplicates, LeftOut, PlannedVisit, RawTable, VisitPlan
from ced_cdisc.plan.table_words import check_special_missing, check_table_words, table_file, table_format
from ced_cdisc.spec.source import Text, place_of
from ced_cdisc.spec.study import DuplicatesSpec, SourcesSpec, TableDefaults, TableSpec, VisitsSpec

_DEFAULT = (
    "it is the subject of the defaults: write 'subject: ..', or 'subject: none' of a table without subjects"
)
_CALL = re.compile(r"\w+\(.*\)", re.DOTALL)
_DAYS = re.compile(r"(-?\d+)?\.\.(-?\d+)?")


def plan_tables(sources: SourcesSpec, formats: Formats, findings: Findings) -> dict[str, RawTable]:
    """The contract of every raw table; faults are CED007, CED008, CED012, CED018, CED029,
    CED139 and CED140."""
    tables: dict[str, RawTable] = {}
    for name, spec in sources.tables.items():
        listed = sources.defaults.columns_of(spec)
        _no_repeats(listed, name, findings)
        known = {str(c) for c in listed}
        subject = None if spec.of_no_subject else spec.subject or sources.defaults.subject
        named = [subject] if subject and is_column(subject) else []
        wanted: list[Text] = [*spec.key, *named, *spec.identifying, *spec.exclude]
        if spec.visit is not None:
            wanted += [column for column in (spec.visit.name, spec.visit.date) if column is not None]
        if spec.duplicates is not None and spec.duplicates.by is not None:
            wanted.append(spec.duplicates.by)
        for column in wanted:
            if str(column) not in known:
                where, hint = column.where, did_you_mean(str(column), known)
                if column is sources.defaults.subject:
                    where = spec.place
                    hint = _DEFAULT
                findings.add(Finding("CED012", f"table {name} lists no column {column}", where, hint=hint))
        if spec.of_no_subject:
            _check_no_subject(str(name), spec, known, findings)
        elif subject is None:
            message = f"table {name} needs 'subject', here or in the defaults"
            hint = "of a table without subjects it is 'subject: none'"
            findings.add(Finding("CED007", message, spec.place, hint=hint))
        if spec.encoding is not None:
            _check_encoding(spec.encoding, findings)
        check_table_words(str(name), spec, known, findings)
        check_special_missing(str(name), spec, sources.defaults.missing, findings)
        kind = table_format(spec)
        tables[str(name)] = RawTable(
            name=str(name),
            file=table_file(str(name), spec),
            format=kind,
            columns=tuple(str(c) for c in listed),
            key=tuple(str(c) for c in spec.key),
            subject=str(subject or ""),
            where=place_of(spec.file if spec.file is not None else spec.query, spec.place),
            delimiter=str(spec.delimiter or ","),
            encoding=str(spec.encoding or ("" if kind == "sas7bdat" else "utf-8")),
            sheet=str(spec.sheet or ""),
            group=str(spec.group or ""),
            items=spec.items or "oid",
            database=str(spec.database or ""),
            query=str(spec.query or ""),
            titles=spec.titles or 0,
            labels=spec.labels or 0,
            names={str(column): str(theirs) for column, theirs in spec.names.items()},
            trim=spec.trim if spec.trim is not None else sources.defaults.trim,
            missing=tuple(
                str(m) for m in (spec.missing if spec.missing is not None else sources.defaults.missing)
            ),
            special_missing=tuple(str(m) for m in spec.special_missing or ()),
            policy=spec.policy or sources.defaults.policy,
            page=spec.page,
            form=str(spec.form or ""),
            duplicates=_duplicates(spec.duplicates, formats, notation_of(spec, sources.defaults), findings)
            if spec.duplicates is not None
            else None,
            identifying=tuple(
                dict.fromkeys(
                    str(c) for c in (*sources.defaults.identifying, *spec.identifying) if str(c) in known
                )
            ),
            exclude={
                str(column): str(reason)
                for column, reason in (sources.defaults.exclude | spec.exclude).items()
                if str(column) in known
            },
            places={str(column): column.where for column in listed},
        )
    return tables


def is_column(subject: str) -> bool:
    """Whether the subject of a table is the name of a column, which may be any text, and no expression."""
    return _CALL.fullmatch(subject.strip()) is None


def with_subjects(
    tables: dict[str, RawTable], sources: SourcesSpec, expressions: Expressions, findings: Findings
) -> dict[str, RawTable]:
    """The tables with the expressions that make subjects; CED012 and CED156 are faults."""
    made = dict(tables)
    for name, spec in sources.tables.items():
        text = None if spec.of_no_subject else spec.subject or sources.defaults.subject
        parsed = None if text is None or is_column(text) else expressions.parse(text)
        if text is None or parsed is None:
            continue
        table = tables[str(name)]
        unknown = [one for one in columns(parsed) if one.name not in table.columns]
        for one in unknown:
            message, hint = f"table {name} lists no column {one.name}", did_you_mean(one.name, table.columns)
            where = text.locate(one.at) if spec.subject is not None else spec.place
            findings.add(Finding("CED012", message, where, hint=hint or _DEFAULT * (spec.subject is None)))
        if unknown:
            continue
        names = RowNames(Catalogue(tables={}), "", dict.fromkeys(table.columns, Type.TEXT))
        node = expressions.resolve(parsed, names, text)
        if node is None:
            continue
        if several := aggregates(node):
            message = f"the subject of a row of table {name} is made of other rows"
            findings.add(Finding("CED156", message, text.locate(several[0].at)))
            continue
        made[str(name)] = replace(table, subject_of=identifier(node))
    return made


def with_exclusions(
    tables: dict[str, RawTable], sources: SourcesSpec, expressions: Expressions, findings: Findings
) -> dict[str, RawTable]:
    """The tables with the conditions of the rows that they exclude; CED012, CED014 and CED156 are faults.

    Those of the defaults hold for the tables of subjects that have all columns that they read.
    """
    made = dict(tables)
    common = {
        text: {one.name for one in columns(parsed)}
        for text in sources.defaults.exclude_rows
        if (parsed := expressions.parse(text)) is not None
    }
    held: set[str] = set()
    for name, spec in sources.tables.items():
        table = tables[str(name)]
        fitting = [] if spec.of_no_subject else [t for t in common if common[t] <= {*table.columns}]
        held.update(fitting)
        reasons = {text: sources.defaults.exclude_rows[text] for text in fitting} | spec.exclude_rows
        left = [_left_out(table, text, str(why), expressions, findings) for text, why in reasons.items()]
        made[str(name)] = replace(table, left_out=tuple(one for one in left if one is not None))
    known = {column for table in tables.values() for column in table.columns}
    for text in common:
        if text not in held:
            message = f"no table of subjects has all columns of '{text}'"
            hint = next((did_you_mean(name, known) for name in sorted(common[text] - known)), "")
            findings.add(Finding("CED012", message, text.where, hint=hint))
    return made


def _left_out(
    table: RawTable, text: Text, why: str, expressions: Expressions, findings: Findings
) -> LeftOut | None:
    parsed = expressions.parse(text)
    unknown = [] if parsed is None else [one for one in columns(parsed) if one.name not in table.columns]
    for one in unknown:
        hint = did_you_mean(one.name, table.columns)
        message = f"table {table.name} lists no column {one.name}"
        findings.add(Finding("CED012", message, text.locate(one.at), hint=hint))
    if parsed is None or unknown:
        return None
    names = RowNames(Catalogue(tables={}), "", dict.fromkeys(table.columns, Type.TEXT))
    node = expressions.condition(text, names)
    if node is None:
        return None
    if several := aggregates(node):
        message = f"whether table {table.name} excludes a row hangs on other rows"
        findings.add(Finding("CED156", message, text.locate(several[0].at)))
        return None
    return LeftOut(node, why, text.where)


def _check_no_subject(name: str, spec: TableSpec, columns: set[str], findings: Findings) -> None:
    """CED142 where ``none`` may be a column's name, and CED128 for words about the records of subjects."""
    if spec.subject is not None and str(spec.subject) in columns:
        message = f"'subject: none' says that table {name} has no subjects, and it lists a column none"
        hint = "call the column by another name, with 'names'"
        findings.add(Finding("CED142", message, spec.subject.where, hint=hint))
    for word in ("visit", "page", "form"):
        if getattr(spec, word) is not None:
            message = f"'{word}' has no effect in table {name}, which has no subjects"
            findings.add(Finding("CED128", message, spec.place, hint="take it out"))


def _check_encoding(encoding: Text, findings: Findings) -> None:
    """CED008: an encoding that Python does not know."""
    try:
        codecs.lookup(str(encoding))
    except LookupError:
        known = {*aliases.values(), "utf-8", "latin-1"}
        hint = did_you_mean(str(encoding), known) or "usual ones are utf-8, cp1252 and latin-1"
        findings.add(Finding("CED008", f"unknown encoding '{encoding}'", encoding.where, hint=hint))


def _duplicates(
    spec: DuplicatesSpec, formats: Formats, notation: str, findings: Findings
) -> Duplicates | None:
    dated = spec.keep in ("latest", "earliest")
    if spec.keep != "identical" and spec.by is None:
        text = f"'duplicates: {spec.keep}' needs 'by', the column that decides"
        findings.add(Finding("CED007", text, spec.place))
        return None
    for word, given, fits in (("by", spec.by, spec.keep != "identical"), ("date", spec.date, dated)):
        if given is not None and not fits:
            text = f"'{word}' does not go with 'duplicates: {spec.keep}'"
            goes = "latest, earliest" if word == "date" else "latest, earliest, last, first"
            findings.add(Finding("CED018", text, spec.place, hint=f"it goes with {goes}"))
            return None
    read_by = date_formats(spec.date, formats, findings) if spec.date is not None else (ISO,)
    by = str(spec.by or "")
    return Duplicates(spec.keep, spec.place, by, read_by if dated else (), formats.pivot, notation)


def _no_repeats(columns: tuple[Text, ...], table: str, findings: Findings) -> None:
    seen: set[str] = set()
    for column in columns:
        if str(column) in seen:
            findings.add(Finding("CED029", f"table {table} lists the column {column} twice", column.where))
        seen.add(str(column))


def table_visit(spec: TableSpec, defaults: TableDefaults, columns: set[str]) -> tuple[str, str, bool] | None:
    """The columns of a table's visit and date, and whether it witnesses that visits took place.

    The name of either is empty where the table has it not.
    """
    visit = None if spec.of_no_subject else spec.visit or defaults.visit
    given = [] if visit is None else [one for one in (visit.name, visit.date) if one is not None]
    if visit is None or not columns.issuperset(map(str, given)):
        return None
    return str(visit.name or ""), str(visit.date or ""), visit.witness and visit.date is not None


def plan_visits(
    visits: VisitsSpec | None,
    sources: SourcesSpec,
    formats: tuple[str, ...],
    findings: Findings,
    pivot: int | None = None,
) -> VisitPlan | None:
    """The visits of the protocol; a raw name that means two visits is CED029."""
    if visits is None:
        return None
    seen: dict[str, Location] = {}
    planned: list[PlannedVisit] = []
    for spec in visits.visits:
        for name in spec.raw:
            if str(name) in seen:
                findings.add(Finding("CED029", f"the raw visit name '{name}' is given twice", name.where))
            seen[str(name)] = name.where
        planned.append(
            PlannedVisit(
                number=spec.number,
                name=str(spec.visit),
                day=None if spec.day is None else float(spec.day),
                raw=tuple(str(n) for n in spec.raw) or (str(spec.visit),),
                mode=str(spec.mode or ""),
                repeats=spec.repeats,
            )
        )
    witnesses: list[tuple[str, str, str]] = []
    for name, table in sources.tables.items():
        columns = {str(c) for c in sources.defaults.columns_of(table)}
        visit = table_visit(table, sources.defaults, columns)
        if visit is not None and not visit[0] and all(spec.days is None for spec in visits.visits):
            message = f"table {name} names no visit, and no visit in visits.yaml has 'days'"
            hint = "name the column of the visit, or give the days that mean each visit"
            findings.add(Finding("CED053", message, table.place, hint=hint))
        if visit is not None and not visit[0] and not visit[1]:
            message = f"the visit of table {name} has neither a name nor a date"
            findings.add(Finding("CED053", message, table.place, hint="name the column of the visit"))
        elif visit is not None and visit[2]:
            witnesses.append((str(name), visit[0], visit[1]))
    return VisitPlan(
        planned=tuple(planned),
        unscheduled=tuple(str(n) for n in visits.unscheduled),
        tables=tuple(witnesses),
        formats=formats,
        pivot=pivot,
        windows=_windows(visits, findings),
        day1=_day1(visits, sources, findings),
        untreated=_untreated(visits, planned, findings),
    )


def _untreated(visits: VisitsSpec, planned: list[PlannedVisit], findings: Findings) -> str:
    """The raw name that stands for the visits of a subject without day 1; CED053 where none is called so."""
    given = visits.untreated
    if given is None:
        return ""
    known = {*(name for visit in planned for name in visit.raw), *map(str, visits.unscheduled)}
    problem = hint = ""
    if visits.day1 is None:
        problem, hint = "'untreated' is of subjects without 'day1', which is not given", "take it away"
    elif given not in known:
        problem, hint = f"'{given}' is no raw name of a visit", did_you_mean(str(given), known)
    if problem:
        findings.add(Finding("CED053", problem, given.where, hint=hint))
    return str(given)


def _windows(visits: VisitsSpec, findings: Findings) -> tuple[tuple[str, int | None, int | None], ...]:
    """The days of each visit that has some; CED023 what is no range, CED053 windows that overlap."""
    made: list[tuple[str, int | None, int | None]] = []
    for spec in visits.visits:
        if spec.days is None:
            continue
        match = _DAYS.fullmatch(spec.days)
        low, high = (int(word) if word else None for word in match.groups()) if match else (1, 0)
        if low is not None and high is not None and low > high:
            problem, hint = f"'{spec.days}' is no range of days", "write from..to, such as -3..3"
            findings.add(Finding("CED023", problem, spec.days.where, hint=hint))
            continue
        name = str(spec.raw[0]) if spec.raw else str(spec.visit)
        for other, first, last in made:
            if (first is None or high is None or first <= high) and (
                last is None or low is None or low <= last
            ):
                message = f"the days {spec.days} of {spec.visit} overlap those of {other}"
                findings.add(Finding("CED053", message, spec.days.where, hint="a day means one visit"))
        made.append((name, low, high))
    return tuple(made)


def _day1(visits: VisitsSpec, sources: SourcesSpec, findings: Findings) -> tuple[str, str] | None:
    windowed = next((spec.days for spec in visits.visits if spec.days is not None), None)
    if visits.day1 is None:
        if windowed is not None:
            hint = "name the raw column of the first dose, such as day1: dose.DOSDT"
            findings.add(Finding("CED053", "windows of days need 'day1'", windowed.where, hint=hint))
        return None
    table, _, column = str(visits.day1).partition(".")
    known = {str(name): spec for name, spec in sources.tables.items()}
    columns = {str(c) for c in sources.defaults.columns_of(known[table])} if table in known else set[str]()
    if column not in columns:
        names = [f"{table}.{c}" for c in columns] or [f"{name}." for name in known]
        hint = did_you_mean(str(visits.day1), names)
        findings.add(Finding("CED012", f"unknown column {visits.day1}", visits.day1.where, hint=hint))
        return None
    return table, column
