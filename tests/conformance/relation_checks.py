"""The relations: supplemental, related and commented records, elements, visits, each subject's fate."""

from __future__ import annotations

from conformance_checks import Report, check, put, put_where
from conformance_study import Study, groups, no_later, number
from subject_checks import happened
from transport_files import Dataset, Row


def same_key(row: Row, idvar: str, idvarval: str) -> bool:
    """Whether a record has a key that is written as text."""
    value = row.get(idvar)
    return value == idvarval or (isinstance(value, float) and value == number(idvarval))


def kind(key: str) -> str:
    """A key without its number."""
    return key.rstrip("0123456789")


def records_of(data: Dataset | None, row: Row) -> list[Row]:
    """The records that IDVAR and IDVARVAL of a row point at; all of the subject's where there are none."""
    own = [one for one in data.rows if one.get("USUBJID") == row["USUBJID"]] if data is not None else []
    if row["IDVAR"] is None:
        return own if row["IDVARVAL"] is None else []
    return [one for one in own if same_key(one, row["IDVAR"], row["IDVARVAL"] or "")]


@check(
    "CORE-000206 CG0371 SUPP",
    put("SUPPAE", IDVARVAL="99"),
    put("SUPPDM", IDVARVAL="1"),
    put("SUPPAE", IDVAR="AESEV"),
)
def a_supplemental_qualifier_finds_one_record(study: Study, report: Report) -> None:
    for data in study.supplemental:
        parents = groups(study.rows(data.name.removeprefix("SUPP")), "USUBJID")
        parent = study.files[data.name.removeprefix("SUPP")]
        for row in data.rows:
            own = Dataset(parent.name, "", "", {}, {}, {}, parents.get((row["USUBJID"],), []))
            report.that(len(records_of(own, row)) == 1, data.name, "IDVARVAL", row)


@check(
    "CORE-000206 CG0371 RELREC",
    put("RELREC", IDVARVAL="99"),
    put("RELREC", IDVAR="CMSEQ"),
    put("RELREC", RELID="ALONE"),
)
def a_related_record_is_there_and_has_a_partner(study: Study, report: Report) -> None:
    for sides in groups(study.rows("RELREC"), "USUBJID", "RELID").values():
        for row in sides:
            report.that(len({one["RDOMAIN"] for one in sides}) > 1, "RELREC", "RELID", row)
            if row["USUBJID"] is not None:
                found = records_of(study.files.get(row["RDOMAIN"]), row)
                report.that(found and row["RELTYPE"] is None, "RELREC", "IDVARVAL", row)


@check(
    "CORE-000206 CG0371 RELREC datasets",
    put_where("RELREC", {"RELID": "ECEX", "RDOMAIN": "EX"}, IDVAR="EXLOT"),
    put_where("RELREC", {"RELID": "PRXC", "RDOMAIN": "XC"}, RELTYPE="ONE"),
    put("EX", EXLNKID="G-99"),
)
def related_datasets_join_by_their_keys(study: Study, report: Report) -> None:
    for (subject, name), sides in groups(study.rows("RELREC"), "USUBJID", "RELID").items():
        if subject is not None:
            continue
        keys: list[set[tuple[str, str]]] = []
        for row in sides:
            there = list(study.files[row["RDOMAIN"]].present(row["IDVAR"]))
            keys.append({(one["USUBJID"], one[row["IDVAR"]]) for one in there})
            once = row["RELTYPE"] == "MANY" or len(keys[-1]) == len(there)
            report.that(row["IDVARVAL"] is None and there and once, "RELREC", "RELTYPE", row)
        # A key names a kind and a number; a side may hold kinds that the other has none of.
        kinds = set.intersection(*({kind(key) for _, key in side} for side in keys))
        one, other = ({key for key in side if kind(key[1]) in kinds} for side in keys)
        joined = kinds and (one <= other or other <= one)
        report.that(joined, "RELREC", "IDVAR", sides[0], name)


@check(
    "CORE-000206 CG0371 CO",
    put_where("CO", {"RDOMAIN": "AE"}, IDVARVAL="77"),
    put_where("CO", {"RDOMAIN": None}, IDVARVAL="1"),
)
def a_comment_finds_its_record_or_has_none(study: Study, report: Report) -> None:
    for row in study.rows("CO"):
        if row["RDOMAIN"] is None:
            report.that(row["IDVAR"] is None and row["IDVARVAL"] is None, "CO", "IDVARVAL", row)
        else:
            report.that(records_of(study.files.get(row["RDOMAIN"]), row), "CO", "IDVARVAL", row)


@check(
    "OWN RELSPEC", put("RELSPEC", 1, PARENT="AP-999"), put("RELSPEC", 1, LEVEL=3.0), put("RELSPEC", LEVEL=2.0)
)
def a_specimen_comes_of_a_specimen(study: Study, report: Report) -> None:
    levels = {(row["USUBJID"], row["REFID"]): row["LEVEL"] for row in study.rows("RELSPEC")}
    for row in study.rows("RELSPEC"):
        above = 0.0 if row["PARENT"] is None else levels.get((row["USUBJID"], row["PARENT"]), -1.0)
        report.that(row["LEVEL"] == above + 1, "RELSPEC", "PARENT", row)


@check("OWN RELSPEC REFID", put("BS", BSREFID="CP-999"), put("BE", BEREFID=None))
def a_specimen_of_the_cell_product_is_in_relspec(study: Study, report: Report) -> None:
    known = {(row["USUBJID"], row["REFID"]) for row in study.rows("RELSPEC")}
    for name in ("BE", "BS"):
        for row in study.rows(name):
            report.that((row["USUBJID"], row[f"{name}REFID"]) in known, name, f"{name}REFID", row)


@check("OWN EX in RFXSTDTC..RFXENDTC", put("EX", EXSTDTC="2018-01-01"), put("EX", EXENDTC="2022-01-01"))
def exposure_lies_in_the_exposure_period(study: Study, report: Report) -> None:
    for row in study.rows("EX"):
        subject = study.subjects[row["USUBJID"]]
        first, last = subject["RFXSTDTC"] or "9999", subject["RFXENDTC"] or "0000"
        report.that(no_later(first, row["EXSTDTC"]), "EX", "EXSTDTC", row)
        report.that(no_later(row["EXENDTC"], last), "EX", "EXENDTC", row)


@check("OWN EPOCH of SE", put("LB", EPOCH="FOLLOW-UP"), put("EX", EPOCH="SCREENING"))
def the_epoch_is_that_of_the_element_on_the_day(study: Study, report: Report) -> None:
    elements = groups(study.rows("SE"), "USUBJID")
    for data in study.observations:
        for row in data.present("EPOCH"):
            when = happened(data.name, row)
            if when is not None:
                lived = {
                    one["EPOCH"]
                    for one in elements.get((row["USUBJID"],), [])
                    if no_later(one["SESTDTC"], when) and no_later(when, one["SEENDTC"])
                }
                report.that(row["EPOCH"] in lived, data.name, "EPOCH", row)


@check(
    "OWN SE of TA", put("SE", EPOCH="FOLLOW-UP"), put("SE", 1, TAETORD=4.0), put("SE", SEENDTC="2018-07-04")
)
def elements_are_planned_and_join(study: Study, report: Report) -> None:
    planned = {(row["ETCD"], row["TAETORD"], row["EPOCH"]) for row in study.rows("TA")}
    for rows in groups(study.rows("SE"), "USUBJID").values():
        for row, after in zip(rows, [*rows[1:], None], strict=True):
            report.that((row["ETCD"], row["TAETORD"], row["EPOCH"]) in planned, "SE", "ETCD", row)
            if after is not None:
                good = row["SEENDTC"] == after["SESTDTC"] and row["TAETORD"] < after["TAETORD"]
                report.that(good, "SE", "SEENDTC", row)


@check(
    "OWN VISITNUM of SV", put("LB", VISIT="ANOTHER"), put("VS", VISITDY=99.0), put("VS", VSDTC="2031-01-01")
)
def a_visit_has_the_name_and_the_dates_of_sv(study: Study, report: Report) -> None:
    visits = {(row["USUBJID"], row["VISITNUM"]): row for row in study.rows("SV")}
    for data in study.observations:
        for row in data.present("VISITNUM"):
            visit = visits.get((row["USUBJID"], row["VISITNUM"]), {})
            for name in ("VISIT", "VISITDY"):
                if name in data.labels:
                    report.that(row[name] == visit.get(name), data.name, name, row)
            when = row.get(f"{data.name}DTC")
            if when is not None and data in study.findings:
                during = no_later(visit["SVSTDTC"], when) and no_later(when[:10], visit["SVENDTC"])
                report.that(during, data.name, f"{data.name}DTC", row)


@check("OWN VISITNUM of TV", put("SV", VISIT="ANOTHER"), put("SV", SVPRESP=None))
def a_planned_visit_is_that_of_tv_and_no_other_is(study: Study, report: Report) -> None:
    planned = {row["VISITNUM"]: (row["VISIT"], row["VISITDY"]) for row in study.rows("TV")}
    for row in study.rows("SV") if planned else ():
        if row["SVPRESP"] == "Y":
            report.that(planned.get(row["VISITNUM"]) == (row["VISIT"], row["VISITDY"]), "SV", "VISIT", row)
        else:
            report.that(row["VISITNUM"] not in planned and row["VISITDY"] is None, "SV", "VISITNUM", row)


@check(
    "OWN fate of DS DM SE",
    put_where("DM", {"ARMNRS": "SCREEN FAILURE"}, ARMNRS="NOT ASSIGNED"),
    put_where("DS", {"DSDECOD": "COMPLETED"}, DSDECOD="SCREEN FAILURE"),
    put_where("DS", {"DSDECOD": "COMPLETED"}, DSSTDTC="2018-06-30"),
    put_where("DS", {"DSDECOD": "ENTERED INTO TRIAL"}, DSDECOD="ELIGIBILITY CRITERIA MET"),
    put_where("SE", {"ETCD": "FU"}, ETCD="INF"),
    put("SE", 3, SEENDTC="2018-12-08"),
)
def disposition_demographics_and_elements_agree(study: Study, report: Report) -> None:
    milestones = groups(study.rows("DS"), "USUBJID", "DSCAT")
    elements = groups(study.rows("SE"), "USUBJID")
    for subject, row in study.subjects.items() if "SE" in study.files else ():
        ended = milestones.get((subject, "DISPOSITION EVENT"), [])
        reached = {one["DSDECOD"] for one in milestones.get((subject, "PROTOCOL MILESTONE"), [])}
        lived = elements.get((subject,), [])
        states = [one["ETCD"] for one in lived]
        report.that(len(ended) == 1, "DS", "DSDECOD", row, "one end of participation")
        (fate,) = {one["DSDECOD"] for one in ended} or {None}
        failed, treated = row["ARMNRS"] == "SCREEN FAILURE", row["RFXSTDTC"] is not None
        report.that(failed == (fate == "SCREEN FAILURE"), "DM", "ARMNRS", row, str(fate))
        report.that(failed == ("ENTERED INTO TRIAL" not in reached), "DS", "DSDECOD", row, "entered")
        report.that((row["ARMCD"] is None) == failed, "DM", "ARMCD", row)
        report.that(
            (row["ACTARMCD"] is not None) == treated == ("MOB" in states), "SE", "ETCD", row, "treated"
        )
        if fate == "COMPLETED":
            report.that(states == ["SCRN", "MOB", "INF", "FU"], "SE", "ETCD", row, "completed")
        report.that(lived and lived[-1]["SEENDTC"] == row["RFPENDTC"], "SE", "SEENDTC", row, "participation")
        for one in ended:
            last = lived[-1] if lived else {"SESTDTC": "9999", "SEENDTC": "0000"}
            within = no_later(last["SESTDTC"], one["DSSTDTC"]) and no_later(one["DSSTDTC"], last["SEENDTC"])
            report.that(within, "DS", "DSSTDTC", row, "in the last element")


@check(
    "OWN fate in DS",
    put("DM", RFICDTC="2001-01-01"),
    put("DM", RFPENDTC="2001-01-01"),
    of=("study", "controls"),
)
def consent_and_end_are_those_of_disposition(study: Study, report: Report) -> None:
    records = groups(study.rows("DS"), "USUBJID")
    for subject, row in study.subjects.items():
        own = records[(subject,)]
        consents = [one["DSSTDTC"] for one in own if one["DSDECOD"] == "INFORMED CONSENT OBTAINED"]
        ends = [one["DSSTDTC"] for one in own if one["DSCAT"] == "DISPOSITION EVENT"]
        report.that(min(consents, default=None) == row["RFICDTC"], "DM", "RFICDTC", row)
        report.that(len(ends) == 1 and no_later(ends[0], row["RFPENDTC"]), "DM", "RFPENDTC", row)
