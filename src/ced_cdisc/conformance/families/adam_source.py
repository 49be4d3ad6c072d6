"""ADaM against where it comes from: the record in SDTM, the subject in DM, treatments and dates of ADSL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import polars as pl

from ced_cdisc.conformance.beside import beside
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.dates import day
from ced_cdisc.conformance.look import Beside, Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.repeated import repeated
from ced_cdisc.conformance.several import several
from ced_cdisc.conformance.submission import Datasets, Submission, WithOthers

_SAME = (
    ("AVAL", "--STRESN"), ("AVAL", "--DOSE"), ("AVALC", "--STRESC"), ("ANRLO", "--STNRLO"),
    ("ANRHI", "--STNRHI"), ("ANRIND", "--NRIND"), ("ATPTN", "--TPTNUM"), ("ATPT", "--TPT"),
)  # fmt: skip
_DATED = (("ADT", "--DTC"), ("ASTDT", "--STDTC"), ("AENDT", "--ENDTC"))
_TIMED = (("ADTM", "--DTC"), ("ASTDTM", "--STDTC"), ("AENDTM", "--ENDTC"))
_OF_DM = (("TRTSDT", "RFXSTDTC"), ("TRTEDT", "RFXENDTC"), ("RFICDT", "RFICDTC"), ("DTHDT", "DTHDTC"))
_TREATMENT = re.compile(r"TRT\d\d[PA]|TRT[PA]")
_IDENTIFIERS = ("STUDYID", "DOMAIN", "USUBJID")


def copied_from_source(study: WithOthers) -> Iterator[Look]:
    """Variables that carry the name of one of the SDTM record have its value.

    Where a record names several of SDTM, VISITNUM and the like may be of any of them.
    """
    for data, parents, frame in _with_sources(study):
        several = len(_keys(data)) > 1
        for name in data.columns:
            types = {one.columns[name].type for one in parents if name in one.columns}
            told = name not in _IDENTIFIERS and not (several and name[:2] != parents[0].domain)
            if told and types == {data.columns[name].type}:
                yield _compared(data, frame, name)


def copied_from_dm(study: WithOthers) -> Iterator[Look]:
    """Variables with the name of one of DM; another rule compares with ADSL those that ADSL has."""
    dm, adsl = study.other("DM"), study.other("ADSL")
    if dm is None or not dm.has("USUBJID"):
        return
    for data in study.adam():
        if not _is_text(data, "USUBJID"):
            continue
        known = adsl.columns if adsl is not None and data is not adsl else {}
        shared = [
            n for n, c in dm.columns.items()
            if n in data.columns and data.columns[n].type == c.type and n not in {*_IDENTIFIERS, *known}
        ]  # fmt: skip
        frame = study.with_dm("USUBJID", *shared)
        there = pl.col("USUBJID").is_in(study.subjects["USUBJID"].implode())
        if "STUDYID" in data.texts() and dm.has("STUDYID"):
            there = there & pl.col("STUDYID").is_in(dm.values("STUDYID").implode())
        for name in shared:
            differ = _differ(data, name, f"DM.{name}")
            yield data.records(differ, name, f"DM.{name}", of=there, frame=frame)


def treatment_of_adsl(study: WithOthers) -> Iterator[Look]:
    """TRTP and TRTA are treatments that ADSL gives the subject for some period or sequence."""
    adsl = study.other("ADSL")
    if adsl is None or not _is_text(adsl, "USUBJID"):
        return
    for name, letter in (("TRTP", "P"), ("TRTA", "A")):
        pattern = re.compile(rf"TRT\d\d{letter}|TRTSEQ{letter}|TR\d\d{letter}G\d|TSEQ{letter}G\d")
        given = [n for n in adsl.texts() if pattern.fullmatch(n)]
        subjects = adsl.frame.filter(~pl.col("USUBJID").is_duplicated()).select(
            "USUBJID", pl.concat_list(given).alias("__given") if given else pl.lit(None).alias("__given")
        )
        for data in study.adam("BDS", "TTE", "OCCDS"):
            if given and _is_text(data, name) and _is_text(data, "USUBJID"):
                frame = data.beside(subjects, "USUBJID")
                of = pl.col(name).is_not_null() & pl.col("__given").is_not_null()
                yield data.records(~pl.col("__given").list.contains(pl.col(name)), name, of=of, frame=frame)


def treatment_has_one_number(study: Submission) -> Iterator[Look]:
    """A number of a treatment that another variable or dataset has with another number, ADSL first.

    That one variable has several is told by another rule.
    """
    known: dict[str, float] = {}
    for data in sorted(study.adam(), key=lambda one: one.name != "ADSL"):
        numbers = set(data.numbers())
        for name in (one for one in data.texts() if _TREATMENT.fullmatch(one) and f"{one}N" in numbers):
            number = f"{name}N"
            pairs = data.records_held.different(name, number).drop_nulls()
            pairs = pairs.filter(~pl.col(name).is_duplicated())
            first = [known.setdefault(text, code) for text, code in pairs.rows()]
            other = pairs.with_columns(elsewhere=pl.Series(first, dtype=pl.Float64))
            other = other.filter(pl.col(number) != pl.col("elsewhere"))
            of = pl.col(name).is_not_null() & pl.col(number).is_not_null()
            frame = data.beside(other, [name, number])
            yield data.records(
                pl.col("elsewhere").is_not_null(), number, name, "elsewhere", of=of, frame=frame
            )


def sequence_whole_in_adam(study: Datasets) -> Iterator[Look]:
    """ASEQ and SRCSEQ that are no whole numbers from 1."""
    for data in study.adam():
        for name in ("ASEQ", "SRCSEQ"):
            if name in data.numbers():
                yield data.numbers_wrong(name, lambda value: (value < 1) | (value % 1 != 0))


def visit_has_one_name(study: Datasets) -> Iterator[Look]:
    """VISITNUM with several names; a name may have several numbers, as unplanned visits have."""
    for data in study.adam():
        if "VISITNUM" in data.numbers() and _is_text(data, "VISIT"):
            within = ["VISITNUM", *(["STUDYID"] if "STUDYID" in data.columns else [])]
            yield several(data, "VISIT", within, "VISITNUM", "VISIT")


def visit_of_subject(study: WithOthers) -> Iterator[Look]:
    """VISITNUM that the subject does not have in SV."""
    visits = study.other("SV")
    if visits is None or not visits.has("USUBJID", "VISITNUM"):
        return
    there = (
        visits.read("USUBJID", "VISITNUM")
        .unique(maintain_order=True)
        .with_columns(pl.lit(True).alias("__there"))
    )
    known = visits.values("USUBJID").implode()
    for data in study.adam("BDS", "OCCDS", "TTE"):
        if "VISITNUM" in data.numbers() and _is_text(data, "USUBJID"):
            frame = data.beside(there, ["USUBJID", "VISITNUM"])
            of = pl.col("VISITNUM").is_not_null() & pl.col("USUBJID").is_in(known)
            yield data.records(pl.col("__there").is_null(), "VISITNUM", "VISIT", of=of, frame=frame)


def value_of_source(study: WithOthers) -> Iterator[Look]:
    """Where nearly all records of a parameter have a value of their source, all have."""
    for data, parents, frame in _with_sources(study):
        original = pl.col("DTYPE").is_null() if "DTYPE" in data.columns else pl.lit(value=True)
        by = data.values("PARAMCD") if _is_text(data, "PARAMCD") else [None]
        for name, source in _SAME:
            origin = parents[0].v(source)
            if not _is_same_type(data, name, parents, origin):
                continue
            here, there = pl.col(name), pl.col(f"source {origin}")
            equal = _near(here, there) if data.columns[name].type == "Num" else here == there
            for code in by:
                of = original & (pl.lit(value=True) if code is None else pl.col("PARAMCD") == code)
                way = pl.when(of).then(equal)
                filled = pl.col(name).is_not_null()
                yield data.habit(way, name, "PARAMCD", f"source {origin}", of=filled, frame=frame)


def date_of_source(study: WithOthers) -> Iterator[Look]:
    """Dates of which nearly all are those of their source; what it does not say whole is free."""
    for data, parents, frame in _with_sources(study):
        for pairs, unit in ((_DATED, "days"), (_TIMED, "seconds")):
            for name, source in pairs:
                origin = parents[0].v(source)
                if name in data.numbers() and all(origin in one.texts() for one in parents):
                    way = pl.col(name) == _since_1960(pl.col(f"source {origin}"), unit)
                    yield data.habit(way, name, f"source {origin}", frame=frame)


def dates_of_dm(study: WithOthers) -> Iterator[Look]:
    """Where nearly all dates of ADSL are those of DM, all are."""
    adsl = study.get("ADSL")
    dm = study.other("DM") if adsl is not None else None
    if adsl is None or dm is None or not _is_text(adsl, "USUBJID") or not dm.has("USUBJID"):
        return
    for name, source in _OF_DM:
        for suffix, unit in (("", "days"), ("M", "seconds")):
            if f"{name}{suffix}" in adsl.numbers() and dm.has(source):
                frame = study.with_dm(source)
                way = pl.col(f"{name}{suffix}") == _since_1960(pl.col(f"DM.{source}"), unit)
                yield adsl.habit(way, f"{name}{suffix}", f"DM.{source}", frame=frame)


# What several rules share


def _with_sources(study: WithOthers) -> Iterable[tuple[Dataset, list[Dataset], Beside]]:
    """Datasets with the SDTM records that they name, the variables of these as ``source NAME``.

    A record is named by the --SEQ of its domain, or by SRCDOM with SRCSEQ. Where several SDTM records have
    the number, or none has, the variables are null and ``__source`` too.
    """
    return study.once("sources", lambda: list(_sourced(study)))


def _sourced(study: WithOthers) -> Iterator[tuple[Dataset, list[Dataset], Beside]]:
    for data in study.adam("BDS", "TTE", "OCCDS"):
        if not _is_text(data, "USUBJID"):
            continue
        keyed = [(n[:2], n) for n in _keys(data) if n != "SRCSEQ"]
        if "SRCSEQ" in _keys(data):
            keyed += [(code, "SRCSEQ") for code in data.values("SRCDOM")]
        for code, number in keyed:
            parents = [one for one in study.others(code) if one.has("USUBJID", "--SEQ")]
            if parents:
                yield data, parents, _joined(data, parents, code, number)


def _keys(data: Dataset) -> list[str]:
    """The variables with which records of a dataset name those of SDTM."""
    traced = "SRCSEQ" in data.numbers() and _is_text(data, "SRCDOM")
    return [n for n in data.numbers() if re.fullmatch("[A-Z]{2}SEQ", n)] + ["SRCSEQ"] * traced


def _joined(data: Dataset, parents: list[Dataset], code: str, number: str) -> Beside:
    wanted = set(data.columns) | {parents[0].v(source) for _, source in (*_SAME, *_DATED, *_TIMED)}
    here = pl.col(number)
    if number == "SRCSEQ":
        here = pl.when(pl.col("SRCDOM") == code).then(here)

    def source(one: Dataset, block: Block) -> pl.DataFrame:
        names = [n for n in one.columns if n in wanted or n in ("USUBJID", one.v("--SEQ"))]
        return one.records_held.of_subjects(block, names).select(
            "USUBJID",
            pl.col(one.v("--SEQ")).alias("__number"),
            *(pl.col(n).alias(f"source {n}") for n in names if n in wanted),
            pl.lit(value=True).alias("__source"),
        )

    def found(block: Block) -> pl.DataFrame:
        sources = pl.concat([source(one, block) for one in parents], how="diagonal_relaxed")
        sources = sources.filter(~repeated(sources, ["USUBJID", "__number"]))
        frame = block.frame.with_columns(here.alias("__number"))
        return beside(frame, sources, ["USUBJID", "__number"])

    return found


def _compared(data: Dataset, frame: Beside, name: str) -> Look:
    differ = _differ(data, name, f"source {name}")
    of = pl.col("__source").is_not_null()
    if "DTYPE" in data.columns:
        # A derived record need not carry all of the record that it comes from.
        of = of & (pl.col(name).is_not_null() | pl.col("DTYPE").is_null())
    return data.records(differ, name, f"source {name}", of=of, frame=frame)


def _differ(data: Dataset, name: str, other: str) -> pl.Expr:
    differ = pl.col(name).ne_missing(pl.col(other))
    if data.columns[name].type == "Num":
        return differ & ~_near(pl.col(name), pl.col(other)).fill_null(value=False)
    return differ


def _is_same_type(data: Dataset, name: str, parents: list[Dataset], origin: str) -> bool:
    return name in data.columns and all(
        origin in one.columns and one.columns[origin].type == data.columns[name].type for one in parents
    )


def _is_text(data: Dataset, name: str) -> bool:
    return name in data.columns and data.columns[name].type == "Char"


def _near(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    return (one - other).abs() <= 1e-9 * pl.max_horizontal(one.abs(), pl.lit(1.0))


def _since_1960(text: pl.Expr, unit: str) -> pl.Expr:
    """A whole date in days, or a date and time in seconds, as SAS counts; null where the text says less."""
    epoch = pl.date(1960, 1, 1)
    if unit == "days":
        return (day(text) - epoch).dt.total_days().cast(pl.Float64)
    padded = pl.when(text.str.len_chars() == 16).then(text + ":00").otherwise(text)
    moment = padded.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
    return (moment - epoch.cast(pl.Datetime)).dt.total_seconds().cast(pl.Float64)
