"""SDTM logic within a dataset, and with the subject's record in DM: dates, arms, seriousness, results."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.dates import after, day, is_day, study_day
from ced_cdisc.conformance.look import Beside, Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.several import several
from ced_cdisc.conformance.submission import Datasets, WithOthers
from ced_cdisc.standards.model import GENERAL_CLASSES

_CRITERIA = ("AESCAN", "AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESOD", "AESMIE", "AESINTV")
_DAYS = (("--DTC", "--DY"), ("--STDTC", "--STDY"), ("--ENDTC", "--ENDY"))
_START = pl.col("start of the subject")


def one_record_a_subject(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("USUBJID"):
            yield data.records(pl.col("USUBJID").is_duplicated(), "USUBJID")


def subject_identifiers(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("USUBJID", "SUBJID"):
            yield several(data, "USUBJID", ["SUBJID"], "SUBJID", is_missing_one=True)


def age_has_unit(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("AGE"):
            yield data.records(data.col("AGEU").is_null(), "AGE", "AGEU")


def age_unit_has_age(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("AGEU"):
            missing = pl.all_horizontal(data.col("AGE").is_null(), data.col("AGETXT").is_null())
            yield data.records(missing, "AGEU", "AGE")


def age_not_negative(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("AGE"):
            yield data.records(pl.col("AGE") < 0, "AGE")


def age_and_birth(study: Datasets) -> Iterator[Look]:
    """Ages that the subject had on none of the dates of DM, nor two months before or after them."""
    for data in study.domain("DM"):
        dates = [name for name in ("RFICDTC", "RFSTDTC", "DMDTC") if data.has(name)]
        if data.has("AGE", "AGEU", "BRTHDTC") and dates:
            known, birth = [day(pl.col(name)) for name in dates], day(pl.col("BRTHDTC"))
            first = (pl.min_horizontal(known) - birth).dt.total_days() - 61
            last = (pl.max_horizontal(known) - birth).dt.total_days() + 61
            wrong = (pl.col("AGE") < (first / 365.25).floor()) | (pl.col("AGE") > (last / 365.25).floor())
            of = (pl.col("AGEU") == "YEARS") & first.is_not_null() & pl.col("AGE").is_not_null()
            yield data.records(wrong, "AGE", "BRTHDTC", *dates, of=of)


def demographics_of_one_study(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("STUDYID"):
            yield data.combined(["STUDYID"], partial(_of_another_study, data))


def _of_another_study(data: Dataset, each: pl.DataFrame) -> Iterator[Look]:
    usual = each.sort("STUDYID").sort("count", descending=True, maintain_order=True)["STUDYID"].first()
    yield data.records(pl.col("STUDYID") != pl.lit(usual, pl.String), "STUDYID")


def reference_dates_in_order(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _in_order(study, "RFSTDTC", "RFENDTC")


def exposure_dates_in_order(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _in_order(study, "RFXSTDTC", "RFXENDTC")


def consent_before_treatment(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _in_order(study, "RFICDTC", "RFXSTDTC")


def consent_before_end(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _in_order(study, "RFICDTC", "RFPENDTC")


def birth_before_consent(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _in_order(study, "BRTHDTC", "RFICDTC")


def first_exposure(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    yield from _exposure(study, "RFXSTDTC", first=True)


def last_exposure(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    yield from _exposure(study, "RFXENDTC", first=False)


def arm_and_code(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _together(study, "ARMCD", "ARM")


def actual_arm_and_code(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _together(study, "ACTARMCD", "ACTARM")


def one_name_an_arm(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        for code, name in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
            if data.has(code, name):
                yield several(data, name, [code], code, name)


def no_arm_has_reason(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("ARMCD"):
            lacking = pl.col("ARMCD").is_null() & data.col("ARMNRS").is_null()
            yield data.records(lacking, "ARMCD", "ARMNRS", of=pl.lit(True))


def death_has_flag(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("DTHDTC"):
            yield data.records(data.col("DTHFL").ne_missing("Y"), "DTHDTC", "DTHFL")


def death_flag_is_y(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DM"):
        if data.has("DTHFL"):
            yield data.records(pl.col("DTHFL") != "Y", "DTHFL")


def criteria_make_serious(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("AE"):
        present = [name for name in _CRITERIA if data.has(name)]
        if present and data.has("AESER"):
            met = pl.any_horizontal(pl.col(present) == "Y")
            yield data.records(pl.col("AESER").ne_missing("Y"), "AESER", *present, of=met)


def serious_has_criterion(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("AE"):
        present = [name for name in _CRITERIA if data.has(name)]
        if present and data.has("AESER"):
            none = ~pl.any_horizontal(pl.col(present).eq_missing("Y"))
            yield data.records(none, "AESER", of=pl.col("AESER") == "Y")


def fatal_results_in_death(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("AE"):
        if data.has("AESDTH", "AEOUT"):
            yield data.records(
                pl.col("AEOUT").ne_missing("FATAL"), "AEOUT", "AESDTH", of=pl.col("AESDTH") == "Y"
            )


def fatal_is_serious(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("AE"):
        if data.has("AEOUT", "AESER"):
            yield data.records(
                pl.col("AESER").ne_missing("Y"), "AESER", "AEOUT", of=pl.col("AEOUT") == "FATAL"
            )


def fatal_event_and_death(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("AE"):
        if data.has("AEOUT", "USUBJID") and study.subjects.height:
            died = pl.col("DM.DTHFL").ne_missing("Y")
            fatal = pl.col("AEOUT") == "FATAL"
            yield data.records(died, "AEOUT", "DM.DTHFL", of=fatal, frame=study.with_dm("DTHFL"))


def end_not_before_start(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--STDTC", "--ENDTC"):
        start, end = data.col("--STDTC"), data.col("--ENDTC")
        yield data.records(after(start, end), "--ENDTC", "--STDTC")


def occurrence_is_prespecified(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--OCCUR", among=study.sdtm("Interventions", "Events")):
        yield data.records(data.col("--PRESP").ne_missing("Y"), "--OCCUR", "--PRESP")


def prespecified_is_y(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--PRESP"):
        yield data.records(data.col("--PRESP") != "Y", "--PRESP")


def prespecified_is_answered(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--PRESP", "--OCCUR", among=study.sdtm("Interventions", "Events")):
        asked = data.col("--PRESP") == "Y"
        silent = data.col("--OCCUR").is_null() & data.col("--STAT").is_null()
        yield data.records(silent, "--OCCUR", "--PRESP", of=asked)


def not_done_has_no_answer(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--STAT", "--OCCUR"):
        yield data.records(data.col("--OCCUR").is_not_null(), "--STAT", "--OCCUR")


def not_done_has_no_result(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--STAT", among=study.sdtm("Findings")):
        results = [data.v(name) for name in ("--ORRES", "--STRESC", "--STRESN") if data.has(name)]
        if results:
            given = pl.any_horizontal(pl.col(results).is_not_null())
            yield data.records(given, "--STAT", *results)


def reason_not_done(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--REASND"):
        yield data.records(data.col("--STAT").ne_missing("NOT DONE"), "--REASND", "--STAT")


def exposure_has_start(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("EX"):
        if data.has("EXSTDTC"):
            yield data.records(pl.col("EXSTDTC").is_null(), "EXSTDTC", of=pl.lit(True))


def relative_start(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _needs(study, "--STRTPT", "--STTPT")


def relative_end(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _needs(study, "--ENRTPT", "--ENTPT")


def elapsed_time_has_reference(study: Datasets) -> Iterator[Look]:  # noqa: D103
    yield from _needs(study, "--ELTM", "--TPTREF")


def time_point_numbers(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("--TPT", "--TPTNUM"):
        by = [data.v(name) for name in ("--TPTREF", "--TESTCD") if data.has(name)]
        yield several(data, "--TPT", ["--TPTNUM", *by], "--TPTNUM", "--TPT")


def study_day_arithmetic(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for date, number in _DAYS:
        for data in study.having(
            "USUBJID", date, number, among=study.sdtm(*GENERAL_CLASSES, "Special-Purpose", "Special Purpose")
        ):
            right = study_day(data.day(date), _START)
            wrong = data.col(number) != right
            yield data.records(wrong, number, date, "DM.RFSTDTC", frame=_with_days(study, data, date))


def study_day_needs_dates(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for date, number in _DAYS:
        for data in study.having("USUBJID", date, number, among=study.sdtm(*GENERAL_CLASSES)):
            known, frame = data.day(date).is_not_null() & _START.is_not_null(), _with_days(study, data, date)
            yield data.records(~known, number, date, "DM.RFSTDTC", frame=frame)


def study_day_is_given(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for date, number in _DAYS:
        for data in study.having("USUBJID", date, number, among=study.sdtm(*GENERAL_CLASSES)):
            known, frame = data.day(date).is_not_null() & _START.is_not_null(), _with_days(study, data, date)
            yield data.records(data.col(number).is_null(), number, date, of=known, frame=frame)


def visit_names(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.having("VISITNUM", "VISIT"):
        yield several(data, "VISIT", ["VISITNUM"], "VISITNUM", "VISIT")


def death_in_disposition(study: WithOthers) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("DS"):
        if data.has("DSDECOD", "USUBJID") and study.subjects.height:
            alive = pl.col("DM.DTHFL").ne_missing("Y")
            death = pl.col("DSDECOD") == "DEATH"
            yield data.records(alive, "DSDECOD", "DM.DTHFL", of=death, frame=study.with_dm("DTHFL"))


def elements_follow_each_other(study: Datasets) -> Iterator[Look]:  # noqa: D103
    for data in study.domain("SE"):
        if data.has("USUBJID", "SESTDTC", "SEENDTC", "SESEQ"):
            start, end = pl.col("SESTDTC"), pl.col("end before")
            late, of = after(start, end) | after(end, start), end.is_not_null()
            yield data.records(late, "SESTDTC", "end before", of=of, frame=_element_before)


def _element_before(block: Block) -> pl.DataFrame | None:
    """Elements with the ``end before``; none where a subject has a number twice."""
    ordered = (
        pl.col("SEENDTC").sort_by("SESTDTC", "SESEQ").shift(1).over("USUBJID", mapping_strategy="explode")
    )
    frame = block.frame.sort("USUBJID", "SESTDTC", "SESEQ", maintain_order=True)
    before = frame.with_columns(frame.select(ordered.alias("end before")).to_series())
    known, keys = before.select("USUBJID", "SESEQ", "end before"), ["USUBJID", "SESEQ"]
    place = block.frame.join(known, on=keys, how="left", maintain_order="left")
    return place if place.height == block.frame.height else None


def epoch_is_filled(study: WithOthers) -> Iterator[Look]:
    """Records without an epoch that start, or were made, while the subject was in the study.

    What was before the first element of the subject has no epoch, and neither has what came after the last.
    """
    spans = _in_study(study)
    for data in study.having("USUBJID", "EPOCH", among=study.sdtm(*GENERAL_CLASSES)):
        date = next((name for name in ("--STDTC", "--DTC") if data.has(name)), "")
        if date:
            frame = data.with_day(date, data.beside(spans, "USUBJID"))
            on = data.day(date)
            inside = (on >= pl.col("first day")) & (on <= pl.col("last day"))
            yield data.records(pl.col("EPOCH").is_null(), "EPOCH", date, of=inside, frame=frame)


def _in_study(study: WithOthers) -> pl.DataFrame:
    """The first and last day of each subject in the study: by SE, or by the reference dates of DM."""
    elements = study.other("SE")
    if elements is not None and elements.has("USUBJID", "SESTDTC", "SEENDTC"):
        days = elements.read("USUBJID", "SESTDTC", "SEENDTC").select(
            "USUBJID", first=day(pl.col("SESTDTC")), last=day(pl.col("SEENDTC"))
        )
    else:
        dm = study.other("DM")
        names = ("RFSTDTC", "RFENDTC")
        if dm is None or not dm.has("USUBJID", *names):
            return pl.DataFrame(schema={"USUBJID": pl.String, "first day": pl.Date, "last day": pl.Date})
        days = dm.frame.select("USUBJID", first=day(pl.col(names[0])), last=day(pl.col(names[1])))
    return days.group_by("USUBJID", maintain_order=True).agg(
        pl.col("first").min().alias("first day"), pl.col("last").max().alias("last day")
    )


# What several rules share


def _with_days(study: WithOthers, data: Dataset, date: str) -> Beside:
    """Gives the day of a date, that of the start of the subject, and DM.RFSTDTC."""
    start = day(pl.col("RFSTDTC")).alias(_START.meta.output_name())
    return data.with_day(date, study.with_dm("RFSTDTC", start))


def _in_order(study: Datasets, first: str, last: str) -> Iterator[Look]:
    for data in study.domain("DM"):
        if data.has(first, last):
            yield data.records(after(pl.col(first), pl.col(last)), last, first)


def _together(study: Datasets, one: str, other: str) -> Iterator[Look]:
    """Both are filled, or neither."""
    for data in study.domain("DM"):
        if data.has(one, other):
            either = pl.col(one).is_not_null() | pl.col(other).is_not_null()
            yield data.records(pl.col(one).is_null() | pl.col(other).is_null(), one, other, of=either)


def _needs(study: Datasets, one: str, other: str) -> Iterator[Look]:
    for data in study.having(one):
        yield data.records(data.col(other).is_null(), one, other)


def _exposure(study: WithOthers, name: str, *, first: bool) -> Iterator[Look]:
    """DM's first or last exposure is that of EX, as far as both are known.

    A record without an end says no more than that the last exposure is not before its start.
    """
    dm = study.get("DM")
    if dm is None or not dm.has(name, "USUBJID"):
        return
    parts = [data for data in study.others("EX") if data.has("USUBJID", "EXSTDTC")]
    if not parts:
        return
    moments = pl.concat([_moments(data, first=first) for data in parts])
    whole = moments.filter(is_day(pl.col("moment")))
    partial = moments.filter(~is_day(pl.col("moment")).fill_null(False))["USUBJID"].unique(
        maintain_order=True
    )
    found = pl.col("moment").min() if first else pl.col("moment").max()
    of_ex = (
        whole.filter(~pl.col("USUBJID").is_in(partial.implode()))
        .group_by("USUBJID", maintain_order=True)
        .agg(found.alias("EX"), pl.col("open").any())
    )
    frame = dm.beside(of_ex, "USUBJID")
    said, real = pl.col(name), pl.col("EX")
    differ = pl.when(is_day(said)).then(after(real, said) | (after(said, real) & ~pl.col("open")))
    yield dm.records(differ, name, "EX", of=said.is_not_null() & real.is_not_null(), frame=frame)


def _moments(data: Dataset, *, first: bool) -> pl.DataFrame:
    ends = pl.col("EXENDTC") if not first and data.has("EXENDTC") else pl.col("EXSTDTC")
    moment = reduce(lambda a, b: a.fill_null(b), [ends, pl.col("EXSTDTC")])
    is_open = pl.col("EXENDTC").is_null() if not first and data.has("EXENDTC") else pl.lit(value=False)
    names = [name for name in ("USUBJID", "EXSTDTC", "EXENDTC") if data.has(name)]
    return data.read(*names).select("USUBJID", moment.alias("moment"), is_open.alias("open")).drop_nulls()
