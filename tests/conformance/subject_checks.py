"""Demographics, what crosses datasets, and adverse events."""

from __future__ import annotations

from conformance_checks import Report, check, put, put_where, twice
from conformance_study import Study, class_of, day, groups, no_later
from transport_files import Row

SERIOUS = ("AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE")
HAPPENED = ("STDTC", "DTC")


@check("CORE-000351 CG0151", twice("DM", SUBJID="01-999"))
def a_subject_is_once_in_demographics(study: Study, report: Report) -> None:
    for rows in groups(study.rows("DM"), "USUBJID").values():
        report.that(len(rows) == 1, "DM", "USUBJID", rows[0])


@check("CORE-000186 CG0150", put("DM", SUBJID="01-002"))
def a_subject_number_is_of_one_subject(study: Study, report: Report) -> None:
    for rows in groups(study.rows("DM"), "SUBJID").values():
        report.that(len(rows) == 1, "DM", "SUBJID", rows[0])


@check("CORE-000189 CORE-000190 CG0665 CG0666", put("DM", AGEU=None), put("DM", AGE=None))
def an_age_has_its_unit_and_a_unit_its_age(study: Study, report: Report) -> None:
    for row in study.rows("DM"):
        report.that((row["AGE"] is None) == (row["AGEU"] is None), "DM", "AGE", row)


@check("CORE-000238 CORE-000239 CG0147 CG0148", put("DM", RFXSTDTC="2018-07-04"), put("DM", RFXENDTC=None))
def first_and_last_exposure_are_those_of_ex(study: Study, report: Report) -> None:
    doses = groups(study.rows("EX"), "USUBJID")
    for row in study.rows("DM"):
        given = doses.get((row["USUBJID"],), [])
        if given or row["RFXSTDTC"] is not None or row["RFXENDTC"] is not None:
            first = min((dose["EXSTDTC"] for dose in given), default=None)
            last = max((dose["EXENDTC"] or dose["EXSTDTC"] for dose in given), default=None)
            report.that(row["RFXSTDTC"] == first, "DM", "RFXSTDTC", row)
            report.that(row["RFXENDTC"] == last, "DM", "RFXENDTC", row)


def _ordered(study: Study, report: Report, first: str, second: str) -> None:
    for row in study.rows("DM"):
        if row[first] is not None and row[second] is not None:
            report.that(no_later(row[first], row[second]), "DM", second, row)


@check("CORE-000711 FB3404", put("DM", RFENDTC="2018-01-01"))
def the_reference_period_starts_before_it_ends(study: Study, report: Report) -> None:
    _ordered(study, report, "RFSTDTC", "RFENDTC")


@check("CORE-000658 FB3412", put("DM", RFICDTC="2019-01-01"))
def consent_is_before_treatment(study: Study, report: Report) -> None:
    _ordered(study, report, "RFICDTC", "RFXSTDTC")


@check(
    "CORE-000119 CG0521", put("DM", ARM=None), put("DM", ARM="Another Arm"), put("DM", ACTARM="Another Arm")
)
def an_arm_has_one_code(study: Study, report: Report) -> None:
    for code, arm in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
        names = groups(study.rows("DM"), code)
        for row in study.rows("DM"):
            same = {one[arm] for one in names[(row[code],)]}
            report.that((row[code] is None) == (row[arm] is None) and len(same) == 1, "DM", arm, row)


@check("CORE-000045 CG0517", put_where("DM", {"ARMCD": None}, ARMNRS=None), put("DM", ARMNRS="NOT ASSIGNED"))
def a_missing_arm_has_a_reason(study: Study, report: Report) -> None:
    for row in study.rows("DM"):
        missing = row["ARMCD"] is None or row["ACTARMCD"] is None
        report.that(missing == (row["ARMNRS"] is not None), "DM", "ARMNRS", row)


@check("CORE-000047 CORE-000210 CG0516 CG0518", put("DM", ARM="CD 34"), put("DM", ACTARMCD="CD43"))
def arms_are_those_of_the_trial_design(study: Study, report: Report) -> None:
    planned = {(row["ARMCD"], row["ARM"]) for row in study.rows("TA")}
    for row in study.rows("DM"):
        for code, arm in (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")):
            if row[code] is not None or row[arm] is not None:
                report.that((row[code], row[arm]) in planned, "DM", code, row)


@check(
    "CORE-000252 CORE-000253 CORE-000254 CG0134 CG0135 CG0136",
    put("DM", DTHFL="Y"),
    put("DM", DTHDTC="2019-01-01"),
    put("AE", AEOUT="FATAL"),
    put("DS", 3, DSDECOD="DEATH"),
)
def a_death_is_told_the_same_everywhere(study: Study, report: Report) -> None:
    told = {row["USUBJID"] for row in study.rows("DS") if row["DSDECOD"] == "DEATH"}
    told |= {row["USUBJID"] for row in study.rows("AE") if row["AEOUT"] == "FATAL" or row["AESDTH"] == "Y"}
    for row in study.rows("DM"):
        said = (row["DTHFL"] == "Y", row["DTHDTC"] is not None, row["USUBJID"] in told)
        report.that(len(set(said)) == 1 and row["DTHFL"] in ("Y", None), "DM", "DTHFL", row)


# Cross


@check("CORE-000201 CG0029", put("LB", USUBJID="IMPROVECED-01-999"))
def every_subject_is_in_demographics(study: Study, report: Report) -> None:
    for data in study.files.values():
        for row in data.present("USUBJID"):
            report.that(row["USUBJID"] in study.subjects, data.name, "USUBJID", row)


@check("CORE-000172 CG0409", put("LB", STUDYID="ANOTHER"))
def every_record_is_of_the_study(study: Study, report: Report) -> None:
    own = study.rows("DM")[0]["STUDYID"]
    for data in study.files.values():
        for row in data.rows:
            report.that(row["STUDYID"] == own, data.name, "STUDYID", row)


@check(
    "CORE-000502 CG0369", put("SUPPAE", RDOMAIN="ML"), put("RELREC", RDOMAIN=None), put("CO", RDOMAIN="ML")
)
def the_related_domain_is_there(study: Study, report: Report) -> None:
    for data in study.files.values():
        if "RDOMAIN" in data.labels:
            for row in data.rows:
                free = data.name == "CO" and row["IDVAR"] is None  # a comment may be on the subject alone
                there = row["RDOMAIN"] in study.files or (free and row["RDOMAIN"] is None)
                report.that(there, data.name, "RDOMAIN", row)


@check("CORE-000168 CG0034", put("LB", VISITNUM=77.0))
def every_visit_number_is_in_sv(study: Study, report: Report) -> None:
    visits = {(row["USUBJID"], row["VISITNUM"]) for row in study.rows("SV")}
    for data in study.observations:
        for row in data.present("VISITNUM"):
            report.that((row["USUBJID"], row["VISITNUM"]) in visits, data.name, "VISITNUM", row)


@check("CORE-000271 CG0009", put("LB", EPOCH="TREATMENT 2"))
def every_epoch_is_in_ta(study: Study, report: Report) -> None:
    planned = {row["EPOCH"] for row in study.rows("TA")}
    for data in study.files.values():
        for row in data.present("EPOCH"):
            report.that(row["EPOCH"] in planned, data.name, "EPOCH", row)


@check("CORE-000701 FB2201", put("LB", EPOCH=None))
def a_dated_record_has_an_epoch(study: Study, report: Report) -> None:
    for data in study.observations:
        for row in data.rows if "EPOCH" in data.labels else ():
            if day(happened(data.name, row)) is not None:
                report.that(row["EPOCH"] is not None, data.name, "EPOCH", row)


def happened(dataset: str, row: Row) -> str | None:
    """When a record happened: its start, and the date of collection where it has none."""
    names = HAPPENED if class_of(dataset) != "Findings" else ("DTC",)
    return next((row[dataset + one] for one in names if row.get(dataset + one) is not None), None)


# Adverse events, and all that has an end


@check(
    "CORE-000022 CG0041",
    put_where("AE", {"AESER": "Y"}, AESER="N"),
    put_where("AE", {"AESER": "N"}, AESER="Y"),
)
def a_serious_event_has_a_criterion(study: Study, report: Report) -> None:
    for row in study.rows("AE"):
        criteria = any(row[name] == "Y" for name in SERIOUS)
        report.that((row["AESER"] == "Y") == criteria, "AE", "AESER", row)


@check("CORE-000718 FB3209", put_where("AE", {"AEENTPT": None}, AEENDTC="2001-01-01"))
def a_start_is_not_after_its_end(study: Study, report: Report) -> None:
    for data in study.files.values():
        start, end = f"{data.name[:2]}STDTC", f"{data.name[:2]}ENDTC"
        for row in data.present(end):
            if row.get(start) is not None:
                report.that(no_later(row[start], row[end]), data.name, end, row)
