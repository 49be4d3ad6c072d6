"""ADaM in general: identifiers, ADSL, flags, names and their numbers, dates, occurrences and the trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import cast

import polars as pl

from ced_cdisc.conformance.beside import beside
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.follow import is_mostly
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.several import one_to_one
from ced_cdisc.conformance.standard import TABLES
from ced_cdisc.conformance.submission import Datasets, Submission, WithOthers
from ced_cdisc.standards.adam import Structure, adam_variable, load_adamig

_POPULATIONS = ("FASFL", "SAFFL", "ITTFL", "PPROTFL", "COMPLFL", "RANDFL", "ENRLFL")
_ONLY_YES = re.compile(r"ABLFL|ANL\d\dFL|TRTEMFL|AOCC[A-Z]?FL|AOCC\d\dFL")
_LAST_DAY = 2_936_547  # 9999-12-31 in days since 1960
_PERIODS = (
    *((f"AP{i:02}SDT{m}", f"AP{i:02}EDT{m}") for i in range(1, 100) for m in ("", "M")),
    *((f"TR{i:02}SDT{m}", f"TR{i:02}EDT{m}") for i in range(1, 100) for m in ("", "M")),
    *((f"PH{i}SDT{m}", f"PH{i}EDT{m}") for i in range(1, 10) for m in ("", "M")),
)
_DAYS = (("ADY", "ADT"), ("ASTDY", "ASTDT"), ("AENDY", "AENDT"))


def adsl_exists(study: Submission) -> Iterator[Look]:  # noqa: D103
    first = next(study.adam(), None)
    if first is not None:
        yield first.fact(study.get("ADSL") is None)


def one_record_a_subject_in_adsl(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("ADSL")
    if data is not None and _text(data, "USUBJID"):
        yield data.records(pl.col("USUBJID").is_duplicated(), "USUBJID")


def identifiers_exist(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam("ADSL", "BDS", "TTE", "OCCDS"):
        for name in ("STUDYID", "USUBJID"):
            yield data.fact(name not in data.columns, name)


def identifiers_filled(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam("ADSL", "BDS", "TTE", "OCCDS"):
        for name in ("STUDYID", "USUBJID"):
            if _text(data, name):
                yield data.filled(name)


def required_variables_of_adam(study: Datasets) -> Iterator[Look]:
    """Required variables of the structure that are absent; STUDYID and USUBJID have a rule of their own.

    Of names that leave a part open, as TRTxxP does, one is enough; an occurrence has its own topic.
    """
    for data in study.adam("ADSL", "BDS", "TTE", "OCCDS"):
        structure = cast(Structure, "AE" if data.name == "ADAE" else data.class_name)
        there = {known.order for known in data.expected.values() if known.core == "Req"}
        topic = structure == "OCCDS" and any(name[2:] in ("TERM", "TRT") for name in data.columns)
        for variable in load_adamig(TABLES["ADaMIG"]).structure(structure).variables:
            if variable.core == "Req" and variable.name not in ("STUDYID", "USUBJID", "CMTRT"):
                absent = variable.order not in there and not topic
                yield data.fact(absent, variable.name.replace("--", data.name[2:4]))


def subject_in_dm_of_adam(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    if study.other("DM") is not None and study.subjects.height:
        for data in study.adam():
            if _text(data, "USUBJID"):
                known = study.subjects["USUBJID"].implode()
                of = pl.col("USUBJID").is_not_null() & _of_the_study(study, data)
                yield data.records(~pl.col("USUBJID").is_in(known), "USUBJID", of=of)


def subject_in_adsl(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    adsl = study.other("ADSL")
    if adsl is not None and _text(adsl, "USUBJID"):
        known = adsl.values("USUBJID")
        for data in study.adam():
            if data.name != "ADSL" and _text(data, "USUBJID"):
                yield data.not_among("USUBJID", known)


def values_of_adsl(study: WithOthers) -> Iterator[Look]:
    """Variables that a dataset has from ADSL; records under another SUBJID (enrolled again) are left out."""
    adsl = study.other("ADSL")
    if adsl is None or not _text(adsl, "USUBJID"):
        return
    subjects = adsl.frame.filter(~pl.col("USUBJID").is_duplicated())
    for data in study.adam("BDS", "TTE", "OCCDS"):
        shared = [n for n in data.columns if n in adsl.columns and _is_of_adsl(data, adsl, n)]
        if not shared or not _text(data, "USUBJID"):
            continue
        again = "SUBJID" in data.texts() and "SUBJID" in adsl.texts()
        right = subjects.select(
            "USUBJID",
            pl.lit(True).alias("__there"),
            pl.col([*shared, *(["SUBJID"] * again)]).name.prefix("ADSL."),
        )
        frame = data.beside(right, "USUBJID")
        there = pl.col("__there").fill_null(False)
        if again:
            there = there & pl.col("SUBJID").eq_missing(pl.col("ADSL.SUBJID"))
        for name in shared:
            one, other = pl.col(name), pl.col(f"ADSL.{name}")
            differ = one.ne_missing(other)
            if data.columns[name].type == "Num":
                near = (one - other).abs() <= 1e-9 * pl.max_horizontal(one.abs(), pl.lit(1.0))
                differ = differ & ~near.fill_null(False)
            yield data.records(differ, name, f"ADSL.{name}", of=there, frame=frame)


def population_flags(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("ADSL")
    for name in _POPULATIONS:
        if data is not None and _text(data, name):
            yield data.records(~pl.col(name).is_in(["Y", "N"]).fill_null(False), name, of=pl.lit(True))


def flags_yes_no(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam():
        for name in data.texts():
            told = _ONLY_YES.fullmatch(name) or (data.name == "ADSL" and name in _POPULATIONS)
            if name.endswith("FL") and not told:
                yield data.not_among(name, ("Y", "N"))


def flags_yes_alone(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam():
        for name in data.texts():
            if _ONLY_YES.fullmatch(name):
                yield data.not_among(name, ("Y",))


def numeric_flags(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam():
        for name in data.numbers():
            if name.endswith("FN") and name != "ABLFN":
                yield data.values_wrong(name, lambda value: value not in (0, 1))


def numeric_baseline_flag(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam():
        if "ABLFN" in data.numbers():
            yield data.numbers_wrong("ABLFN", lambda value: value != 1)


def flags_agree(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam():
        for name in data.texts():
            number = f"{name[:-1]}N"
            if name.endswith("FL") and number in data.numbers():
                flag = pl.col(name).replace_strict(
                    {"Y": 1.0, "N": 0.0}, default=None, return_dtype=pl.Float64
                )
                known = pl.col(name).is_null() | pl.col(name).is_in(["Y", "N"])
                yield data.records(
                    pl.col(number).ne_missing(flag), number, name,
                    of=known & (pl.col(name).is_not_null() | pl.col(number).is_not_null()),
                )  # fmt: skip


def names_and_numbers(study: Datasets) -> Iterator[Look]:
    """A variable and its N: one number a name, and the reverse; within the parameter where it may differ."""
    for data in study.adam():
        numbers = set(data.numbers())
        for name in data.texts():
            number = f"{name}N"
            if number in numbers:
                within = [] if _is_general(name) or "PARAMCD" not in data.texts() else ["PARAMCD"]
                yield one_to_one(data, number, name, within, is_within_filled=False)


def dates_have_formats(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, name in _dates(study, "DT", "DTM"):
        if data.format == "xpt":
            yield data.fact(not data.columns[name].format, name)


def dates_in_days(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, name in _dates(study, "DT"):
        yield data.numbers_wrong(name, lambda value: (value > _LAST_DAY) | (value % 1 != 0))


def dates_of_date_times(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data, name in _dates(study, "DTM"):
        day = name[:-1]
        if day in data.numbers():
            of = pl.col(day).is_not_null() & pl.col(name).is_not_null()
            yield data.records((pl.col(name) / 86_400).floor() != pl.col(day), name, day, of=of)


def relative_days_not_zero(study: Datasets) -> Iterator[Look]:
    """Other relative days than those that the rule of study days has: a sponsor's own, or in ADSL."""
    for data in study.adam():
        for name in data.numbers():
            if name.endswith("DY") and name not in ("ADY", "ASTDY", "AENDY"):
                yield data.numbers_wrong(name, lambda value: value == 0)


def date_flags(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _imputed(study, "DTF", ["Y", "M", "D"])


def time_flags(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _imputed(study, "TMF", ["H", "M", "S"])


def imputed_date_is_there(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam():
        for name in data.texts():
            dates = [n for n in (name[:-1], f"{name[:-1]}M") if n in data.numbers()]
            if name.endswith("DTF") and dates:
                yield data.records(pl.all_horizontal(pl.col(dates).is_null()), name, *dates)


def treatment_dates_in_order(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _in_order(study, (("TRTSDT", "TRTEDT"), ("TRTSDTM", "TRTEDTM")))


def periods_in_order(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _in_order(study, _PERIODS)


def analysis_dates_in_order(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _in_order(study, (("ASTDT", "AENDT"), ("ASTDTM", "AENDTM")))


def duration_of_dates(study: Datasets) -> Iterator[Look]:
    """ADURN in days lies within a day of the days between the dates, whichever way they are counted."""
    for data in study.adam():
        if {"ADURN", "ASTDT", "AENDT"} <= set(data.numbers()) and _text(data, "ADURU"):
            apart = pl.col("AENDT") - pl.col("ASTDT")
            of = pl.col("ADURU").is_in(["DAYS", "DAY"]) & apart.is_not_null() & pl.col("ADURN").is_not_null()
            yield data.records((pl.col("ADURN") - apart).abs() > 1, "ADURN", "ASTDT", "AENDT", of=of)


def days_from_treatment(study: Datasets) -> Iterator[Look]:
    """Where days are counted from TRTSDT in nearly all records, they are in all."""
    for data in study.adam("BDS", "TTE", "OCCDS"):
        for name, date in _DAYS:
            if {name, date, "TRTSDT"} <= set(data.numbers()):
                apart = pl.col(date) - pl.col("TRTSDT")
                right = pl.col(name) == apart + (apart >= 0).cast(pl.Float64)
                yield data.habit(right, name, date, "TRTSDT", told=is_mostly)


def sequence_unique_in_adam(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.adam():
        if "ASEQ" in data.numbers() and _text(data, "USUBJID"):
            keys = ["USUBJID", "ASEQ"]
            yield data.repeated(keys, "ASEQ")


def date_of_death_has_flag(study: Datasets) -> Iterator[Look]:  # noqa: D103
    data = study.get("ADSL")
    if data is not None and "DTHDT" in data.numbers() and _text(data, "DTHFL"):
        yield data.records(pl.col("DTHFL").ne_missing("Y"), "DTHDT", "DTHFL")


def first_of_subject(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _first(study, "AOCCFL", ())


def first_of_system(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _first(study, "AOCCSFL", ("BODSYS", "SOC"))


def first_of_term(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _first(study, "AOCCPFL", ("DECOD",))


def sequence_of_sdtm(study: WithOthers) -> Iterator[Look]:
    """--SEQ of an occurrence dataset, where the domain is in the submission."""
    for data in study.adam("OCCDS"):
        for name in data.numbers():
            parents = study.others(name[:2]) if re.fullmatch("[A-Z]{2}SEQ", name) else []
            if _text(data, "USUBJID") and parents and all(one.has("USUBJID", name) for one in parents):
                frame = partial(_looked_up, parents, name, name)
                of = pl.col(name).is_not_null() & _of_the_study(study, data)
                yield data.records(pl.col("__found").is_null(), name, of=of, frame=frame)


def source_variable(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in _sourced(study, "SRCVAR"):
        for source, parents in _sources(study, data).items():
            known = {column for one in parents for column in one.columns}
            of = (pl.col("SRCDOM") == source) & pl.col("SRCVAR").is_not_null()
            yield data.records(~pl.col("SRCVAR").is_in(sorted(known)), "SRCVAR", "SRCDOM", of=of)


def source_record(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in _sourced(study, "SRCSEQ"):
        for source, parents in _sources(study, data).items():
            number = "ASEQ" if parents[0].kind == "ADaM" else "--SEQ"
            if not _text(data, "USUBJID") or not all(one.has("USUBJID", number) for one in parents):
                continue
            frame = partial(_looked_up, parents, number, "SRCSEQ")
            of = (pl.col("SRCDOM") == source) & pl.col("SRCSEQ").is_not_null()
            if number == "--SEQ":
                of = of & _of_the_study(study, data)
            yield data.records(pl.col("__found").is_null(), "SRCSEQ", "SRCDOM", of=of, frame=frame)


# What several rules share


def _text(data: Dataset, name: str) -> bool:
    return name in data.columns and data.columns[name].type == "Char"


def _is_of_adsl(data: Dataset, adsl: Dataset, name: str) -> bool:
    """Whether a shared name is one of the subject: the guide has it in ADSL, and the types agree."""
    known = adam_variable("ADSL", name) is not None and name not in ("USUBJID", "SUBJID")
    return known and data.columns[name].type == adsl.columns[name].type


def _is_general(name: str) -> bool:
    """Whether a name and its number go together in the whole dataset, not only within a parameter."""
    return name == "PARAM" or name.startswith("TRT") or adam_variable("ADSL", name) is not None


def _dates(study: Datasets, *suffixes: str) -> Iterator[tuple[Dataset, str]]:
    for data in study.adam():
        for name in data.numbers():
            if name.endswith(suffixes):
                yield data, name


def _imputed(study: Datasets, suffix: str, values: list[str]) -> Iterator[Look]:
    for data in study.adam():
        for name in data.texts():
            if name.endswith(suffix):
                yield data.not_among(name, values)


def _in_order(study: Datasets, pairs: tuple[tuple[str, str], ...]) -> Iterator[Look]:
    for data in study.adam():
        numbers = set(data.numbers())
        for start, end in pairs:
            if start in numbers and end in numbers:
                of = pl.col(start).is_not_null() & pl.col(end).is_not_null()
                yield data.records(pl.col(start) > pl.col(end), end, start, of=of)


def _first(study: Datasets, flag: str, groups: tuple[str, ...]) -> Iterator[Look]:
    for data in study.adam("OCCDS"):
        by = [n for n in data.texts() if n[2:] in groups]
        if _text(data, flag) and _text(data, "USUBJID") and bool(by) == bool(groups):
            key = pl.when(pl.col(flag) == "Y").then(pl.struct("USUBJID", *by))
            several = key.is_duplicated() & pl.col(flag).eq("Y")
            yield data.records(several, flag, *by)


def _of_the_study(study: WithOthers, data: Dataset) -> pl.Expr:
    """The records of the study of DM: an analysis may take in subjects of another study."""
    dm = study.other("DM")
    if dm is None or not (_text(dm, "STUDYID") and _text(data, "STUDYID")):
        return pl.lit(True)
    return pl.col("STUDYID").is_in(dm.values("STUDYID").implode())


def _sourced(study: Datasets, name: str) -> Iterator[Dataset]:
    for data in study.adam():
        right = data.numbers() if name == "SRCSEQ" else data.texts()
        if name in right and _text(data, "SRCDOM"):
            yield data


def _sources(study: WithOthers, data: Dataset) -> dict[str, list[Dataset]]:
    """The datasets of the submission that SRCDOM names: a domain with its parts, or a dataset."""
    found: dict[str, list[Dataset]] = {}
    for name in data.values("SRCDOM"):
        one = study.other(name)
        parts = study.others(name) or ([one] if one is not None else [])
        if parts and not parts[0].is_supplemental:
            found[name] = parts
    return found


def _looked_up(parents: list[Dataset], number: str, name: str, block: Block) -> pl.DataFrame:
    """The records with ``__found``, null where no parent has a record of the subject with the number."""
    keys = [
        one.records_held.of_subjects(block, ["USUBJID", one.v(number)]).rename({one.v(number): name})
        for one in parents
    ]
    there = pl.concat(keys).unique().with_columns(pl.lit(value=True).alias("__found"))
    return beside(block.frame, there, ["USUBJID", name])
