"""What the builder guarantees by construction, and which datasets and variables have to be there."""

from __future__ import annotations

import re

from conformance_checks import (
    EVERY,
    Report,
    attribute,
    check,
    label,
    new_variable,
    no_variable,
    put,
    put_where,
    without,
)
from conformance_study import GENERAL, Study, class_of, day, groups, guide, model, terminology

NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")
SMALL_WORDS = {
    "a",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "is",
    "of",
    "on",
    "or",
    "per",
    "the",
    "to",
    "with",
    "within",
}
DAYS = (("DTC", "DY"), ("STDTC", "STDY"), ("ENDTC", "ENDY"))


# By construction


@check("CORE-000182 CG0310", new_variable("AE", "AETOOLONG"), of=EVERY)
def names_have_at_most_eight_characters(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (data.name, *data.labels):
            report.that(NAME.fullmatch(name), data.name, name)


@check("CORE-000019 CG0311", label("AE", "AETERM", "x" * 41), label("AE", "AETERM", ""), of=EVERY)
def labels_have_at_most_forty_characters(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name, text in ((data.name, data.label), *data.labels.items()):
            report.that(text and len(text) <= 40, data.name, name, text=text)


@check("CORE-000594 CG0359", label("AE", "AETERM", "Reported term"), of=EVERY)
def labels_are_in_title_case(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name, text in data.labels.items():
            words = re.split(r"[ /]+", re.sub(r"\(.*?\)", "", text).strip())  # units stand in brackets
            small = [word for word in words if word[:1].islower() and word not in SMALL_WORDS]
            report.that(not small and text[0] == text[0].upper(), data.name, name, text=text)


@check("CORE-000180 CG0308", put("AE", DOMAIN="AEX"), put("VS", DOMAIN="LB"))
def domain_is_the_two_letters_of_its_dataset(study: Study, report: Report) -> None:
    for data in study.files.values():
        for row in data.present("DOMAIN"):
            report.that(len(row["DOMAIN"]) == 2 and row["DOMAIN"] == data.name[:2], data.name, "DOMAIN", row)


@check(
    "CORE-000929 CG0001", put("AE", DOMAIN="QQ"), attribute("//odm:ItemGroupDef[@Name='XC']", "Name", "XQ")
)
def domain_is_published_or_declared_as_custom(study: Study, report: Report) -> None:
    custom = {group.get("Name") for group in study.all("//odm:ItemGroupDef[@def:IsNonStandard='Yes']")}
    for data in study.files.values():
        for domain in {row["DOMAIN"] for row in data.present("DOMAIN")}:
            report.that(domain in terminology("C66734") or domain in custom, data.name, "DOMAIN", text=domain)


@check(
    "CORE-001081 CG0010",
    attribute("//odm:ItemGroupDef[@Name='AE']/odm:ItemRef[@ItemOID='IT.AE.AETERM']", "Role", "Identifier"),
)
def roles_are_those_of_the_guide(study: Study, report: Report) -> None:
    for name in study.files:
        for ref, item in study.items(name):
            variable = item.get("Name", "")
            published = guide(name).get(variable) or model(name).get(variable)
            if published is not None and published["role"]:
                report.that(ref.get("Role") == published["role"], name, variable, text=ref.get("Role", ""))


@check("CORE-000544 CG0028", put("AE", AESEQ=2.0), put("AE", AESEQ=None))
def sequence_numbers_are_unique_in_a_subject(study: Study, report: Report) -> None:
    for data in study.files.values():
        name = f"{data.name}SEQ"
        if name in data.labels and "USUBJID" in data.labels:
            for rows in groups(data.rows, "USUBJID", name).values():
                report.that(len(rows) == 1 and rows[0][name] is not None, data.name, name, rows[0])


def _days(study: Study, report: Report, *, complete: bool) -> None:
    for data in study.files.values():
        for dtc, dy in ((data.name[:2] + one, data.name[:2] + other) for one, other in DAYS):
            if "USUBJID" not in data.labels or dtc not in data.labels or dy not in data.labels:
                continue
            for row in data.rows:
                start = day((study.subjects.get(row["USUBJID"]) or {}).get("RFSTDTC"))
                happened = day(row[dtc])
                if start is not None and happened is not None:
                    if complete:
                        apart = (happened - start).days
                        report.that(row[dy] == apart + (apart >= 0), data.name, dy, row)
                elif not complete:
                    report.that(row[dy] is None, data.name, dy, row)


@check(
    "CORE-000552 CORE-000553 CG0220 CG0222",
    put("AE", AESTDY=0.0),
    put("VS", VSDY=None),
    put("AE", AEENDY=9999.0),
)
def study_days_count_from_the_reference_start(study: Study, report: Report) -> None:
    _days(study, report, complete=True)


@check(
    "CORE-000138 CORE-000139 CG0221 CG0223",
    put_where("AE", {"AESTDTC": "2019-02"}, AESTDY=3.0),
    put_where("DM", {"RFSTDTC": None}, DMDY=1.0),
)
def no_study_day_comes_of_a_partial_date(study: Study, report: Report) -> None:
    _days(study, report, complete=False)


@check(
    "CORE-000220 CG0372",
    put("LB", LBTESTCD="1ALB"),
    put("TI", IETESTCD="EXCLUSION1"),
    put("TS", TSPARMCD="A-B"),
)
def test_codes_have_the_shape_of_a_name(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (f"{data.name[:2]}TESTCD", "IETESTCD", "TSPARMCD"):
            for row in data.present(name):
                report.that(NAME.fullmatch(row[name]), data.name, name, row)


@check("CORE-000199 CG0406", put("LB", LBTEST="x" * 41))
def test_names_have_at_most_forty_characters(study: Study, report: Report) -> None:
    for data in study.findings:
        name = f"{data.name}TEST"
        for row in data.present(name) if data.name != "IE" else ():  # the text of a criterion may be longer
            report.that(len(row[name]) <= 40, data.name, name, row)


@check("CORE-000221 CG0417", put("SUPPAE", QNAM="AE LLT"), put("SUPPAE", QNAM="AETERM"))
def qualifier_names_have_the_shape_of_a_new_name(study: Study, report: Report) -> None:
    for data in study.supplemental:
        parent = study.files[data.name.removeprefix("SUPP")]
        for row in data.rows:
            good = NAME.fullmatch(row["QNAM"]) and row["QNAM"] not in parent.labels
            report.that(good, data.name, "QNAM", row)


@check("CORE-000222 CG0416", put("SUPPAE", QLABEL="x" * 41))
def qualifier_labels_have_at_most_forty_characters(study: Study, report: Report) -> None:
    for data in study.supplemental:
        for row in data.rows:
            report.that(row["QLABEL"] and len(row["QLABEL"]) <= 40, data.name, "QLABEL", row)


@check("CORE-000867 FB1501", put("AE", AETERM=" Headache"), of=EVERY)
def no_text_begins_with_a_blank(study: Study, report: Report) -> None:
    _texts(study, report, lambda text: text[0] != " ")


@check("CORE-000890 FB1502", put("AE", AETERM="."), of=EVERY)
def no_text_is_a_lone_point(study: Study, report: Report) -> None:
    _texts(study, report, lambda text: text.strip() != ".")


def _texts(study: Study, report: Report, good) -> None:
    for data in study.files.values():
        for name in (name for name, kind in data.types.items() if kind == "Char"):
            for row in data.present(name):
                report.that(good(row[name]), data.name, name, row)


# Presence


@check(
    "CORE-000355 CORE-000356 CG0014",
    no_variable("AE", "AEDECOD"),
    put("AE", AEDECOD=None),
    put("XC", XCTEST=None),
)
def required_variables_are_there_and_filled(study: Study, report: Report) -> None:
    for data in study.files.values():
        known = guide(data.name) or {
            name: {"core": "Req"}
            for name in (
                "STUDYID",
                "DOMAIN",
                "USUBJID",
                *(data.name + one for one in ("SEQ", "TESTCD", "TEST")),
            )
        }
        for name in (name for name, row in known.items() if row["core"] == "Req"):
            report.that(name in data.labels, data.name, name, text="absent")
            for row in data.rows if name in data.labels else ():
                report.that(row[name] is not None, data.name, name, row)


@check("CORE-000334 CG0016", no_variable("AE", "AESTDTC"))
def expected_variables_are_there(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (name for name, row in guide(data.name).items() if row["core"] == "Exp"):
            report.that(name in data.labels, data.name, name, text="absent")


@check("CORE-000581 CG0368", without("DM"))
def demographics_are_there(study: Study, report: Report) -> None:
    report.that(study.rows("DM"), "DM")


@check("CORE-000575 CG0219", lambda study: _untime(study))
def every_observation_dataset_has_a_timing_variable(study: Study, report: Report) -> None:
    for data in study.observations:
        timed = [name for name in data.labels if _published(data.name, name).get("role") == "Timing"]
        report.that(timed, data.name)


def _published(dataset: str, name: str) -> dict[str, str]:
    return guide(dataset).get(name) or model(dataset).get(name) or {}


def _untime(study: Study) -> None:
    for name in [name for name in study.files["DV"].labels if _published("DV", name).get("role") == "Timing"]:
        no_variable("DV", name)(study)


@check("CORE-000321 FB3201", no_variable("LB", "LBDY"))
def a_date_of_collection_has_a_study_day(study: Study, report: Report) -> None:
    _pairs(study, report, "DTC", "DY")


@check("CORE-000328 FB3202", no_variable("AE", "AESTDY"))
def a_start_date_has_a_study_day(study: Study, report: Report) -> None:
    _pairs(study, report, "STDTC", "STDY")


@check("CORE-000776 FB3203", no_variable("AE", "AEENDY"))
def an_end_date_has_a_study_day(study: Study, report: Report) -> None:
    _pairs(study, report, "ENDTC", "ENDY")


def _pairs(study: Study, report: Report, date: str, number: str) -> None:
    for data in study.files.values():
        if class_of(data.name) in (*GENERAL, "Special-Purpose") and data.name[:2] + date in data.labels:
            report.that(
                data.name[:2] + number in data.labels, data.name, data.name[:2] + number, text="absent"
            )
