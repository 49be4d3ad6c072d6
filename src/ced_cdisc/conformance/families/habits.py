"""SDTM across records: gaps in numbers, repeats, dates of visits, limits, references of time, dates of DM."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.dates import after, day
from ced_cdisc.conformance.follow import is_nearly_all
from ced_cdisc.conformance.look import Gathered, Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.submission import Datasets, WithOthers

_APART_IN_EX = ("EXCAT", "EXSCAT", "EXDOSFRM", "EXROUTE", "EXLOC", "EXLAT", "EXDIR", "FOCID")
_CONSENT = "INFORMED CONSENT OBTAINED"


def numbers_without_gap(study: WithOthers) -> Iterator[Look]:
    """--SEQ and ASEQ whose number says that others were before it; one finding a subject, at the last."""
    for data in study.each():
        number = "ASEQ" if data.kind == "ADaM" else data.v("--SEQ")
        # The parts of a split domain share its numbers.
        whole = data.kind != "SDTM" or len(study.others(data.domain)) == 1
        if number in data.numbers() and "USUBJID" in data.texts() and whole:
            gather = partial(_last_numbers, number)
            yield Gathered(data, gather, lambda parts: parts, partial(_gaps, data, number))


def _last_numbers(number: str, block: Block) -> pl.DataFrame:
    """The ``last`` number of each subject, and whether that ``is whole``: as high as its records are many."""
    last = pl.col(number).max()
    return block.frame.group_by("USUBJID").agg(last.alias("last"), (last == pl.len()).alias("is whole"))


def _gaps(data: Dataset, number: str, subjects: pl.DataFrame) -> Iterator[Look]:
    is_whole = subjects["is whole"]
    whole, known = int(is_whole.sum()), len(is_whole) - is_whole.null_count()
    if not is_nearly_all(whole, known):
        return
    if whole == known:
        yield data.right(number)
        return
    gaps = subjects.filter(~pl.col("is whole")).select("USUBJID", "last")
    yield data.records(pl.col(number) == pl.col("last"), number, frame=data.beside(gaps, "USUBJID"))


def numbers_in_order(study: Datasets) -> Iterator[Look]:
    """--SEQ and ASEQ that are smaller than in the subject's record before, where nearly none is."""
    for data in study.each():
        number = "ASEQ" if data.kind == "ADaM" else data.v("--SEQ")
        if number in data.numbers() and "USUBJID" in data.texts():
            of_one = pl.col("USUBJID") == pl.col("USUBJID").shift(1)
            way = pl.when(of_one).then(pl.col(number) > pl.col(number).shift(1))
            yield data.habit(way, number, in_order=True)


def repeats_counted(study: Datasets) -> Iterator[Look]:
    """--REPNUM and TAETORD that are no whole numbers from 1."""
    for name in ("--REPNUM", "TAETORD"):
        for data in study.having(name):
            yield data.numbers_wrong(name, lambda value: (value < 1) | (value % 1 != 0))


def record_within_visit(study: WithOthers) -> Iterator[Look]:
    """Dates outside of the days of the visit, in datasets that nearly always keep to them."""
    visits = study.other("SV")
    if visits is None or not visits.has("USUBJID", "VISITNUM", "SVSTDTC", "SVENDTC"):
        return
    spans = visits.read("USUBJID", "VISITNUM", "SVSTDTC", "SVENDTC")
    spans = spans.filter(~pl.struct("USUBJID", "VISITNUM").is_duplicated())
    for data in study.having("USUBJID", "VISITNUM"):
        date = next((n for n in ("--DTC", "--STDTC") if data.has(n)), "")
        if date and data.name != "SV":
            frame = data.beside(spans, ["USUBJID", "VISITNUM"])
            when, first, last = day(data.col(date)), day(pl.col("SVSTDTC")), day(pl.col("SVENDTC"))
            way = (when >= first) & (when <= last)
            yield data.habit(way, date, "VISITNUM", "SVSTDTC", "SVENDTC", frame=frame)


def visits_in_order(study: Datasets) -> Iterator[Look]:
    """Visits that begin before the one with the number before, where nearly all begin after it."""
    for data in study.domain("SV"):
        if data.has("USUBJID", "VISITNUM", "SVSTDTC"):
            start, number, subject = day(pl.col("SVSTDTC")), pl.col("VISITNUM"), pl.col("USUBJID")
            next_one = (subject == subject.shift()) & (number > number.shift())
            way = pl.when(next_one).then(start >= start.shift())
            yield data.habit(way, "SVSTDTC", "VISITNUM", in_order=True)


def limits_converted(study: Datasets) -> Iterator[Look]:
    """Limits with a factor of their own; they may be rounded, so that only a tenth apart counts.

    Limits are few, so each pair of them is looked at once.
    """
    for data in study.having("--TESTCD", "--ORRESU", "--STRESU", among=study.sdtm("Findings")):
        by = [data.v(n) for n in ("--TESTCD", "--ORRESU", "--STRESU")]
        for pair in (("--ORNRLO", "--STNRLO"), ("--ORNRHI", "--STNRHI")):
            if not data.has(*pair):
                continue
            collected, standard = (data.v(n) for n in pair)
            names = [*by, collected, standard]
            yield data.combined(names, partial(_limits, data, by, collected, standard))


def _limits(
    data: Dataset, by: list[str], collected: str, standard: str, each: pl.DataFrame
) -> Iterator[Look]:
    number = pl.col(collected).cast(pl.Float64, strict=False)
    factor = pl.when(number != 0).then(pl.col(standard) / number)
    each = each.sort("count", descending=True, maintain_order=True).with_columns(factor.alias("factor"))
    usual = pl.col("factor").drop_nulls().first().over(by)
    each = each.with_columns((((pl.col("factor") / usual) - 1).abs() < 0.1).alias("fits"))
    told = each.filter(pl.col("fits").is_not_null())
    of, few = int(told["count"].sum()), int(told.filter(~pl.col("fits"))["count"].sum())
    if not few and of:
        yield data.right(standard, collected)
    elif is_nearly_all(of - few, of):
        keys = [*by, collected, standard]
        frame = data.beside(told.select(*keys, "fits"), keys, nulls_equal=True)
        yield data.records(~pl.col("fits"), standard, collected, *by, frame=frame)


def reference_time_of_day(study: Datasets) -> Iterator[Look]:
    """References of time points on another day than the record, where nearly all are on its day."""
    for data in study.having("--RFTDTC", "--DTC"):
        way = day(data.col("--RFTDTC")) == day(data.col("--DTC"))
        yield data.habit(way, "--RFTDTC", "--DTC")


def subject_in_unique_identifier(study: Datasets) -> Iterator[Look]:
    """SUBJID that USUBJID does not end with, where nearly all do."""
    for data in study.datasets.values():
        if {"USUBJID", "SUBJID"} <= set(data.texts()):
            way = pl.col("USUBJID").str.ends_with(pl.col("SUBJID"))
            yield data.habit(way, "SUBJID")


def death_on_one_day(study: WithOthers) -> Iterator[Look]:
    """Deaths in DS on another day than in DM."""
    for data in study.domain("DS"):
        if data.has("USUBJID", "DSDECOD", "DSSTDTC"):
            frame, of = study.with_dm("DTHDTC"), pl.col("DSDECOD") == "DEATH"
            wrong = _apart(pl.col("DSSTDTC"), pl.col("DM.DTHDTC"))
            yield data.records(wrong, "DSSTDTC", "DM.DTHDTC", of=of, frame=frame)


def consent_on_one_day(study: WithOthers) -> Iterator[Look]:
    """Consents of DM that no consent of the subject in DS has."""
    dm = study.get("DM")
    if dm is None or not dm.has("USUBJID", "RFICDTC"):
        return
    consents = [_consents(one) for one in study.others("DS") if one.has("USUBJID", "DSDECOD", "DSSTDTC")]
    if consents:
        days = pl.concat(consents).group_by("USUBJID", maintain_order=True).agg("consent")
        frame = dm.beside(days, "USUBJID")
        consent = day(pl.col("RFICDTC"))
        of = pl.col("consent").is_not_null() & consent.is_not_null()
        yield dm.records(~pl.col("consent").list.contains(consent), "RFICDTC", of=of, frame=frame)


def participation_ends_last(study: WithOthers) -> Iterator[Look]:
    """What was collected or began after the end of the participation; what began before may end later."""
    for date in ("--DTC", "--STDTC"):
        for data in study.having("USUBJID", date):
            when, end = data.col(date), pl.col("DM.RFPENDTC")
            of, frame = when.is_not_null() & end.is_not_null(), study.with_dm("RFPENDTC")
            yield data.records(after(when, end), date, "DM.RFPENDTC", of=of, frame=frame)


def doses_do_not_overlap(study: Datasets) -> Iterator[Look]:
    """A treatment that is given twice at a time, on more than the day of a change, where nearly none is.

    Treatments of another form, route or place are others. Two strengths that are taken together, and
    interruptions within an interval, are the way of most subjects, where they are any.
    """
    for data in study.domain("EX"):
        if not data.has("USUBJID", "EXTRT", "EXSTDTC", "EXENDTC", "EXSEQ"):
            continue
        first, last = day(pl.col("EXSTDTC")), day(pl.col("EXENDTC"))
        of_one = ["USUBJID", "EXTRT", *(name for name in _APART_IN_EX if data.has(name))]
        known = pl.when(first.is_not_null()).then(last)
        ended = known.cum_max().forward_fill().shift(1).over(of_one, order_by=[first, last, pl.col("EXSEQ")])
        way = pl.when(first.is_not_null() & last.is_not_null()).then(ended.is_null() | (first >= ended))
        yield data.habit(way, "EXSTDTC", "EXENDTC", "EXTRT")


def _apart(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return after(one, other) | after(other, one)


def _consents(data: Dataset) -> pl.DataFrame:
    """The subjects with the days of their consents; a subject with a consent of no whole day is left out."""
    given = data.read("USUBJID", "DSDECOD", "DSSTDTC").filter(pl.col("DSDECOD") == _CONSENT)
    consents = given.select("USUBJID", day(pl.col("DSSTDTC")).alias("consent"))
    unsure = consents.filter(pl.col("consent").is_null())["USUBJID"]
    return consents.filter(~pl.col("USUBJID").is_in(unsure.implode()))
