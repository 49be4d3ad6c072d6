"""Raw visit names to VISITNUM, VISIT and VISITDY, the visits that took place, and unscheduled ones.

A planned visit took place if a table that witnesses visits has it with a date. A name alone does not say so:
the forms of a visit that was missed have it too.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

import polars as pl
from msgspec import Struct, field

from ced_cdisc.convert.faults import (
    ROW,
    SUBJECT,
    TABLE,
    Faults,
    records_of,
)
from ced_cdisc.convert.sources import OWNER
from ced_cdisc.convert.unscheduled import check_room, tell_open, unscheduled_visits
from ced_cdisc.convert.visit_rows import DAY, planned_visits, rows_of_visits
from ced_cdisc.convert.wording import ONE_FORMAT, readings_in_words
from ced_cdisc.core.blocks import FEW
from ced_cdisc.core.dates import Reading, read_date
from ced_cdisc.core.findings import Severity, did_you_mean
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import computed, each, missing
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.raw import VisitPlan

_NAMED = {
    "NAME": pl.String,
    "VISITNUM": pl.Float64,
    "VISIT": pl.String,
    "VISITDY": pl.Float64,
    "MODE": pl.String,
}
_NAME_OF_DAY, _DAY_OF_VISIT = "__visit", "__day"


class Visits(Struct, frozen=True):
    """What the visits' plan and the data say together.

    Attributes:
        plan: the protocol's visits and their raw names.
        named: NAME (raw), VISITNUM, VISIT, VISITDY, MODE of planned visits.
        unscheduled: USUBJID, DATE, VISITNUM, VISIT of unscheduled ones.
        rows: one row a subject and visit: ``visits.*`` columns, USUBJID and hidden ones.
    """

    plan: VisitPlan
    named: pl.DataFrame
    unscheduled: pl.DataFrame
    rows: pl.DataFrame
    tables: dict[tuple[str, tuple[str, str]], pl.DataFrame] = field(
        default_factory=dict[tuple[str, tuple[str, str]], pl.DataFrame]
    )
    """Raw tables with their visits, once made."""


def study_visits(plan: StudyPlan, raw: dict[str, pl.DataFrame], faults: Faults) -> Visits | None:
    """The visits of a study, or None where the plan has none."""
    visits = plan.visits
    if visits is None:
        return None
    named = pl.DataFrame(
        [(name, v.number, v.name, v.day, v.mode or None) for v in visits.planned for name in v.raw],
        schema=_NAMED,
        orient="row",
    )
    if visits.windows:
        _add_names(plan, visits, raw, faults)
    witnessed = [
        _read(raw[t], t, name, date, visits, plan, faults) for t, name, date in visits.tables if t in raw
    ]
    for found, (_, name, _) in zip(
        witnessed, [used for used in visits.tables if used[0] in raw], strict=True
    ):
        _check_repeats(found, named, name, visits, plan, faults)
    undated = pl.concat([found.filter(pl.col("RAW").is_null()) for found in witnessed]) if witnessed else None
    listed = {(t, name, date) for t, name, date in visits.tables}
    others = dict.fromkeys(
        (block.source, *block.visit)
        for dataset in plan.datasets
        for block in dataset.blocks
        if block.visit is not None and (block.source, *block.visit) not in listed
    )
    dated = [
        _read(raw[t], t, name, date, visits, plan, None) for t, name, date in others if t in raw and date
    ]
    names = [SUBJECT, "NAME", "DATE", TABLE, ROW]
    nothing = pl.DataFrame(schema={name: pl.Int64 if name == ROW else pl.String for name in names})
    seen = pl.concat([nothing, *(found[:, names] for found in witnessed)])
    planned = planned_visits(seen, named)
    is_shown = any(block.kind == "visits" for dataset in plan.datasets for block in dataset.blocks)
    if is_shown and undated is not None and undated.height:
        _tell_undated(undated, named, planned, plan, faults)
    dates = pl.concat([seen, *(found[:, names] for found in dated)])
    unscheduled = unscheduled_visits(dates, planned, visits)
    if unscheduled.height:
        check_room(unscheduled, dates, visits, plan, faults)
        tell_open(unscheduled, dates, visits, plan, faults)
    return Visits(visits, named, unscheduled, rows_of_visits(planned, unscheduled, seen, visits))


def _name_column(table: str, name: str, visits: VisitPlan) -> str:
    """The column of a table's visit names: as collected, or with those that the day gives."""
    return f"{table}.{_NAME_OF_DAY}" if visits.windows else _column(table, name)


def _add_names(plan: StudyPlan, visits: VisitPlan, raw: dict[str, pl.DataFrame], faults: Faults) -> None:
    """Name the visits of rows without a name by their study day; CED299 where that cannot be done."""
    assert visits.day1 is not None
    table, column = visits.day1
    start: dict[str, str] = {}
    if table in raw:
        for subject, day in raw[table].select(OWNER, _date(_column(table, column), visits)).iter_rows():
            if subject is not None and day is not None and len(day) == DAY:
                start[subject] = min(day, start.get(subject, day))
    blocks = [(b.source, *b.visit) for d in plan.datasets for b in d.blocks if b.visit is not None]
    for t, name, date in dict.fromkeys((*visits.tables, *blocks)):
        if t not in raw:
            continue
        frame = raw[t]
        given = frame[_column(t, name)].to_list() if name else [None] * frame.height
        days = frame.with_columns(_date_of(t, date, visits).alias(_DAY_OF_VISIT))[_DAY_OF_VISIT].to_list()
        made: list[str | None] = []
        for place, (subject, word, day) in enumerate(zip(frame[OWNER].to_list(), given, days, strict=True)):
            found, problem = (
                (word, "") if word or subject is None else _by_day(day, start.get(subject), visits)
            )
            made.append(found)
            if problem:
                message = f"{_column(t, date or name)}: {problem.format(day1=f'{table}.{column}')}"
                hint = "without a visit name the day must mean one visit of visits.yaml"
                hint += ", or `untreated` says which it is" if "{day1}" in problem else ""
                record = records_of(frame[place], OWNER)
                faults.add("CED299", message, plan.tables[t].where, hint, record)
        raw[t] = frame.with_columns(pl.Series(f"{t}.{_NAME_OF_DAY}", made, dtype=pl.String))


def _by_day(day: str | None, start: str | None, visits: VisitPlan) -> tuple[str | None, str]:
    """The raw name of the visit that a date means, or what is wrong."""
    if day is None or len(day) != DAY:
        return None, "there is neither a visit name nor a complete date"
    if start is None:
        return visits.untreated or None, "" if visits.untreated else "the subject has no day 1 in {day1}"
    days = (datetime.date.fromisoformat(day) - datetime.date.fromisoformat(start)).days
    days += days >= 0
    for name, low, high in visits.windows:
        if (low is None or low <= days) and (high is None or days <= high):
            return name, ""
    if visits.unscheduled:
        return visits.unscheduled[0], ""
    return None, f"day {days} is in no window"


def _check_repeats(
    found: pl.DataFrame, named: pl.DataFrame, name: str, visits: VisitPlan, plan: StudyPlan, faults: Faults
) -> None:
    """CED299: a planned visit on several dates of one table, unless the visit may be repeated."""
    once = [float(visit.number) for visit in visits.planned if not visit.repeats]
    if found.height <= FEW and not _are_several(found, named, once):
        return
    rows = found.filter(pl.col("DATE").is_not_null()).join(
        named, on="NAME", how="inner", maintain_order="left"
    )
    rows = rows.filter(pl.col("VISITNUM").is_in(once))
    keys = [SUBJECT, "VISITNUM"]
    several = rows.group_by(keys).agg(pl.col("DATE").n_unique().alias("__n")).filter(pl.col("__n") > 1)
    for _, part in rows.join(several, on=keys, how="semi").group_by(keys):
        table = part[TABLE][0]
        label = _column(table, name) if name else table
        dates = " and ".join(sorted(set(part["DATE"].to_list())))
        message = f"visit {part['VISIT'][0]} of {label} has the dates {dates}"
        hint = "write repeats: yes in visits.yaml, or correct the data"
        faults.add("CED299", message, plan.tables[table].where, hint, records_of(part))


def _tell_undated(
    undated: pl.DataFrame, named: pl.DataFrame, planned: pl.DataFrame, plan: StudyPlan, faults: Faults
) -> None:
    """CED848: a planned visit that is named without a date anywhere, so that ``visits`` has no row of it."""
    keys = [SUBJECT, "VISITNUM"]
    rows = undated.join(named, on="NAME", how="inner", maintain_order="left")
    for (table, visit), part in rows.join(planned, on=keys, how="anti").group_by(TABLE, "VISIT"):
        message = f"visit {visit} of {table} has no date, so that 'visits' has no row of it"
        hint = "correct the data, or write the row in SV where the visit did not take place"
        where, records = plan.tables[str(table)].where, records_of(part)
        faults.add("CED848", message, where, hint, records, Severity.NOTE)


def _are_several(found: pl.DataFrame, named: pl.DataFrame, once: Collection[float]) -> bool:
    """Whether a subject has one of the visits on two dates."""
    numbers: dict[str, list[float]] = {}
    for name, number in zip(named["NAME"].to_list(), named["VISITNUM"].to_list(), strict=True):
        if number in once:
            numbers.setdefault(name, []).append(number)
    first: dict[tuple[str, float], str] = {}
    for subject, name, date in found[:, [SUBJECT, "NAME", "DATE"]].rows():
        if date is None:
            continue
        for number in numbers.get(name, ()):
            if first.setdefault((subject, number), date) != date:
                return True
    return False


def _column(table: str, name: str) -> str:
    return name if name.startswith(f"{table}.") else f"{table}.{name}"


def _date(column: str, visits: VisitPlan) -> pl.Expr:
    """The day of a visit, in ISO 8601 of the precision collected."""
    formats, pivot = visits.formats, visits.pivot

    def day(text: str) -> str | None:
        dtc = read_date(text, None, formats, (), pivot).dtc
        return None if dtc is None else dtc.partition("T")[0]

    return each(pl.col(column), day, Type.DTC)


def _date_of(table: str, date: str, visits: VisitPlan) -> pl.Expr:
    """As :func:`_date` of a table's column; missing where the table has no date of the visit."""
    return _date(_column(table, date), visits) if date else missing(Type.DTC)


def _read(
    frame: pl.DataFrame,
    table: str,
    name: str,
    date: str,
    visits: VisitPlan,
    plan: StudyPlan,
    faults: Faults | None,
) -> pl.DataFrame:
    """Subject, raw name and date of a table's rows; names and dates that cannot be read are faults."""
    raw_name, raw_date = _name_column(table, name, visits), _column(table, date)
    found = computed(
        frame.lazy().select(
            pl.col(OWNER).alias(SUBJECT),
            pl.col(raw_name).alias("NAME"),
            _date(raw_date, visits).alias("DATE"),
            pl.col(raw_date).alias("RAW"),
            TABLE,
            ROW,
        )
    )
    if faults is not None:
        check_names(found, "NAME", table, name, visits, plan, faults)
        _check_dates(found, table, date, visits, plan, faults)
    return (
        found.drop_nulls([SUBJECT, "NAME"])
        if found[SUBJECT].null_count() or found["NAME"].null_count()
        else found
    )


def check_names(
    rows: pl.DataFrame, column: str, table: str, name: str, visits: VisitPlan, plan: StudyPlan, faults: Faults
) -> None:
    """CED261: a raw visit name that no visit lists."""
    known = [*(raw for visit in visits.planned for raw in visit.raw), *visits.unscheduled]
    if {None, *known}.issuperset(_different(rows[column])):
        return
    strange = rows.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(known))
    for (value,), part in strange.group_by(column, maintain_order=True):
        message = f"raw visit '{value}' of {_column(table, name)} is no visit of visits.yaml"
        hint = did_you_mean(str(value), known)
        faults.add("CED261", message, plan.tables[table].where, hint, records_of(part))


def check_undated(
    rows: pl.DataFrame, column: str, table: str, name: str, visits: VisitPlan, plan: StudyPlan, faults: Faults
) -> None:
    """CED262: an unscheduled visit of a table without a date."""
    if not set(visits.unscheduled).intersection(_different(rows[column])):
        return
    unnumbered = rows.filter(pl.col(column).is_in(list(visits.unscheduled)))
    message = f"an unscheduled visit of {_column(table, name)} needs a date, and table {table} names none"
    hint = "name the column of the date under `visit`, or leave the rows out with `where`"
    faults.add("CED262", message, plan.tables[table].where, hint, records_of(unnumbered))


def _check_dates(
    rows: pl.DataFrame, table: str, date: str, visits: VisitPlan, plan: StudyPlan, faults: Faults
) -> None:
    """CED263: a visit date no format fits. CED268: one that two formats read differently. CED262: an
    unscheduled visit whose date is not complete."""
    where = plan.tables[table].where
    formats = visits.formats

    def read(text: str) -> Reading:
        return read_date(text, None, formats, (), visits.pivot)

    texts = [text for text in _different(rows["RAW"]) if text is not None and read(text).trouble]
    unread = rows.filter(pl.col("RAW").is_in(texts)).group_by("RAW", maintain_order=True) if texts else ()
    for (value,), part in unread:
        reading = read(str(value))
        if reading.trouble == "ambiguous":
            message = f"visit date '{value}' of {_column(table, date)} {readings_in_words(reading)}"
            faults.add("CED268", message, where, ONE_FORMAT, records_of(part))
            continue
        message = (
            f"visit date '{value}' of {_column(table, date)} fits none of the formats {', '.join(formats)}"
        )
        faults.add("CED263", message, where, records=records_of(part))
    if not set(visits.unscheduled).intersection(_different(rows["NAME"])):
        return
    unnumbered = rows.filter(
        pl.col("NAME").is_in(list(visits.unscheduled)),
        (pl.col("DATE").str.len_bytes() != DAY) | pl.col("RAW").is_null(),
    )
    if unnumbered.height:
        message = f"an unscheduled visit needs a complete date in {_column(table, date)}"
        faults.add("CED262", message, where, records=records_of(unnumbered))


def _different(values: pl.Series) -> Iterable[Any]:
    """Every value of a column, each once or as often as it is there."""
    return (values.unique() if len(values) > FEW else values).to_list()


def with_visits(frame: pl.DataFrame, table: str, visit: tuple[str, str], visits: Visits) -> pl.DataFrame:
    """Raw rows with ``visits.VISITNUM``, ``visits.VISIT``, ``visits.VISITDY`` and ``visits.MODE``.

    Rows with an unscheduled name take the number of their subject's visit of that date.
    """
    known = visits.tables.get((table, visit))
    if known is None:
        known = visits.tables[table, visit] = _with_visits(frame, table, visit, visits)
    return known


def _with_visits(frame: pl.DataFrame, table: str, visit: tuple[str, str], visits: Visits) -> pl.DataFrame:
    name, date = _name_column(table, visit[0], visits.plan), _date_of(table, visit[1], visits.plan)
    named = visits.named[:, list(_NAMED)]
    named.columns = [n if n == "NAME" else f"visits.{n}" for n in _NAMED]
    rows = frame.lazy()
    joined = rows.join(named.lazy(), left_on=name, right_on="NAME", how="left", maintain_order="left")
    if not visits.plan.unscheduled:
        return computed(joined)
    extra = visits.unscheduled.lazy().select(
        SUBJECT, "DATE", pl.col("VISITNUM").alias("__number"), pl.col("VISIT").alias("__visit")
    )
    is_one = pl.col(name).is_in(list(visits.plan.unscheduled))
    day = pl.when(is_one).then(date).alias(_DAY_OF_VISIT)
    joined = joined.with_columns(day).join(
        extra, left_on=[SUBJECT, _DAY_OF_VISIT], right_on=[SUBJECT, "DATE"], how="left", maintain_order="left"
    )
    number, shown = pl.col("visits.VISITNUM"), pl.col("visits.VISIT")
    made = joined.with_columns(
        pl.when(is_one).then(pl.col("__number")).otherwise(number).alias("visits.VISITNUM"),
        pl.when(is_one).then(pl.col("__visit")).otherwise(shown).alias("visits.VISIT"),
    )
    return computed(made.select(*frame.columns, *(n for n in named.columns if n != "NAME")))
