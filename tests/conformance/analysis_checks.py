"""ADaM: the drafts of the public rules, and our own on changes, baselines and parameters."""

from __future__ import annotations

import math

from conformance_checks import Report, check, new_variable, no_variable, put, put_where, without
from conformance_study import Study, groups

ADAM = ("adam",)
POPULATIONS = {"ENRLFL", "SAFFL", "CELLFL", "FASFL", "PPROTFL", "HCFL"}


@check("CORE-000560 AD1", without("ADSL"), of=ADAM)
def adsl_is_there(study: Study, report: Report) -> None:
    report.that(study.rows("ADSL"), "ADSL")


@check("AD5", put("ADSL", SAFFL="X"), put("ADCF", ANL01FL="1"), of=ADAM)
def a_flag_is_y_n_or_missing(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (name for name in data.labels if name.endswith("FL")):
            for row in data.rows:
                report.that(row[name] in ("Y", "N", None), data.name, name, row)


@check("AD6 AD7", new_variable("ADSL", "SAFFN", "Safety Population Flag (N)", 2.0), of=ADAM)
def a_numeric_flag_is_one_zero_or_missing(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (name for name in data.labels if name.endswith("FN")):
            for row in data.rows:
                report.that(row[name] in (1.0, 0.0, None), data.name, name, row)


@check("AD10", new_variable("ADSL", "SAFFN", "Safety Population Flag (N)", 1.0), of=ADAM)
def a_numeric_flag_agrees_with_its_text(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (name for name in data.labels if name.endswith("FN")):
            for row in data.rows:
                same = {"Y": 1.0, "N": 0.0}.get(row.get(name[:-1] + "L"))
                report.that(row[name] == same, data.name, name, row)


@check("AD17", put("ADAE", AETERM="x" * 201), of=ADAM)
def a_text_has_at_most_two_hundred_bytes(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (name for name, kind in data.types.items() if kind == "Char"):
            for row in data.present(name):
                report.that(len(row[name].encode()) <= 200, data.name, name, row)


@check("AD19 AD20 AD21 AD22 AD23 AD24 AD25", put("ADSL", SAFFL=None), put("ADSL", PPROTFL=None), of=ADAM)
def a_population_flag_of_adsl_is_y_or_n(study: Study, report: Report) -> None:
    for name in sorted(POPULATIONS):
        for row in study.rows("ADSL"):
            report.that(row.get(name) in ("Y", "N"), "ADSL", name, row)


@check("AD60", new_variable("ADSL", "TR01SDTM", "Datetime", "2019-01-01"), of=ADAM)
def a_datetime_is_a_number(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (name for name in data.labels if name.endswith("DTM")):
            report.that(data.types[name] == "Num" and data.formats.get(name), data.name, name)


@check("AD46", put("ADCF", ADY=0.0), of=ADAM)
def a_relative_day_is_not_zero(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (name for name in data.labels if name.endswith("DY")):
            for row in data.present(name):
                report.that(row[name] != 0, data.name, name, row)


@check("AD39", put("ADAE", ASTDTF="X"), put("ADAE", ASTTMF="Y"), of=ADAM)
def an_imputation_flag_is_of_its_list(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in (name for name in data.labels if name.endswith(("DTF", "TMF"))):
            allowed = ("Y", "M", "D") if name.endswith("DTF") else ("H", "M", "S")
            for row in data.present(name):
                report.that(row[name] in allowed, data.name, name, row)


@check("AD53", put("ADCF", USUBJID="IMPROVECED-01-999"), put("ADSL", USUBJID=None), of=ADAM)
def every_subject_is_in_a_demographics_dataset(study: Study, report: Report) -> None:
    for data in study.files.values():
        for row in data.rows:
            report.that(row["USUBJID"] in study.subjects, data.name, "USUBJID", row)


@check("AD88 AD89", no_variable("ADCF", "USUBJID"), no_variable("ADSL", "STUDYID"), of=ADAM)
def study_and_subject_are_there(study: Study, report: Report) -> None:
    for data in study.files.values():
        for name in ("STUDYID", "USUBJID"):
            filled = name in data.labels and all(row[name] is not None for row in data.rows)
            report.that(filled, data.name, name)


@check("AD211", new_variable("ADCF", "ABLFN", "Baseline Record Flag (N)", 0.5), of=ADAM)
def a_numeric_baseline_flag_is_one_or_missing(study: Study, report: Report) -> None:
    for data in study.files.values():
        if "ABLFN" in data.labels:
            for row in data.rows:
                report.that(row["ABLFN"] == (1.0 if row["ABLFL"] == "Y" else None), data.name, "ABLFN", row)


# Our own


def series(data_name: str) -> tuple[str, ...]:
    """What has one baseline; the steps of the coronary function test have one each, told by BASETYPE."""
    return ("USUBJID", "PARAMCD", "BASETYPE") if data_name == "ADCF" else ("USUBJID", "PARAMCD")


@check("OWN CHG", put_where("ADCF", {"ANL01FL": "Y"}, CHG=1e6), of=ADAM)
def a_change_is_value_less_baseline(study: Study, report: Report) -> None:
    for data in study.files.values():
        for row in data.present("CHG"):
            report.that(row["CHG"] == row["AVAL"] - row["BASE"], data.name, "CHG", row)


@check("OWN PCHG", put_where("ADCF", {"ANL01FL": "Y"}, PCHG=1e6, CHG=1.0, BASE=1.0), of=ADAM)
def a_percent_change_is_relative_to_baseline(study: Study, report: Report) -> None:
    for data in study.files.values():
        for row in data.present("PCHG"):
            expected = 100 * row["CHG"] / row["BASE"]
            report.that(math.isclose(row["PCHG"], expected, rel_tol=1e-12), data.name, "PCHG", row)


@check(
    "OWN BASE",
    put_where("ADCF", {"ABLFL": "Y"}, AVAL=1e6),
    put_where("ADCF", {"ABLFL": "Y"}, ABLFL=None),
    of=ADAM,
)
def the_baseline_is_the_value_that_is_flagged(study: Study, report: Report) -> None:
    for data in study.files.values():
        for rows in groups(data.rows, *series(data.name)).values() if "BASE" in data.labels else ():
            flagged = [row["AVAL"] for row in rows if row["ABLFL"] == "Y"] or [None]
            for row in rows:
                report.that(row["BASE"] == flagged[0], data.name, "BASE", row)


@check("OWN ABLFL", put_where("ADCF", {"ABLFL": None}, ABLFL="N"), lambda study: _second(study), of=ADAM)
def a_series_has_one_baseline(study: Study, report: Report) -> None:
    for data in study.files.values():
        for rows in groups(data.rows, *series(data.name)).values() if "ABLFL" in data.labels else ():
            flags = [row["ABLFL"] for row in rows if row["ABLFL"] is not None]
            report.that(flags in ([], ["Y"]), data.name, "ABLFL", rows[0])


def _second(study: Study) -> None:
    """A second baseline in a series that has one."""
    study.files["ADVS"].rows.append(dict(study.files["ADVS"].where(ABLFL="Y")[0]))


@check("OWN PARAMCD PARAM", put("ADCF", PARAM="Another Parameter"), put("ADLB", PARAMCD="ANOTHER"), of=ADAM)
def a_parameter_has_one_code_and_one_number(study: Study, report: Report) -> None:
    for data in study.files.values():
        if "PARAMCD" in data.labels:
            for one, other in (("PARAMCD", "PARAM"), ("PARAM", "PARAMCD"), ("PARAMCD", "PARAMN")):
                for rows in groups(data.rows, one).values():
                    same = len({row[other] for row in rows}) == 1 and rows[0][one] is not None
                    report.that(same, data.name, one, rows[0])


@check("OWN PARAMCD shape", put("ADCF", PARAMCD="TOO LONG"), put("ADCF", PARAM="x" * 201), of=ADAM)
def a_parameter_code_has_the_shape_of_a_name(study: Study, report: Report) -> None:
    for data in study.files.values():
        for row in data.present("PARAMCD"):
            good = row["PARAMCD"].isalnum() and len(row["PARAMCD"]) <= 8 and not row["PARAMCD"][0].isdigit()
            report.that(good and len(row["PARAM"]) <= 200, data.name, "PARAMCD", row)
