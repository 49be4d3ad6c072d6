"""Findings: tests, results, units and baselines."""

from __future__ import annotations

from conformance_checks import Report, check, new_variable, put, put_where
from conformance_study import Study, groups, number

# Besides the code, what makes a series of measurements of one kind.
UNIT_OF = ("TESTCD", "SPEC", "MRKSTR", "CAT", "METHOD")
SERIES = ("TESTCD", "CAT", "SCAT", "LOC", "LAT", "METHOD", "SPEC", "POS", "OBJ")


@check("CORE-000303 FB0901", put("LB", LBTEST="Another Test"), put("LB", LBTESTCD="ANOTHER"))
def a_code_has_one_name_and_a_name_one_code(study: Study, report: Report) -> None:
    pairs = [(data, f"{data.name}TESTCD", f"{data.name}TEST") for data in study.findings]
    pairs += [(study.files["TS"], "TSPARMCD", "TSPARM")]
    for data, code, name in pairs:
        for one, other in ((code, name), (name, code)):
            for (value,), rows in groups(data.rows, one).items():
                report.that(len({row[other] for row in rows}) == 1, data.name, one, rows[0], str(value))


@check("CORE-000200 CG0348", put("LB", LBORRES=None), put_where("LB", {"LBORRES": None}, LBSTAT=None))
def a_result_is_there_or_was_not_done(study: Study, report: Report) -> None:
    for data in study.findings:
        for row in data.rows:
            there = row[f"{data.name}ORRES"] is not None
            undone = row.get(f"{data.name}STAT") == "NOT DONE"
            derived = row.get(f"{data.name}DRVFL") == "Y"
            report.that(there or undone or derived, data.name, f"{data.name}ORRES", row)
            report.that(not (there and undone), data.name, f"{data.name}STAT", row)


@check(
    "CORE-000732 CORE-000863 FB3101 FB3103",
    put("VS", VSSTRESN=None),
    put("VS", VSSTRESN=1.5),
    put("VS", VSSTRESC="<5"),
)
def a_numeric_result_is_the_number_of_its_text(study: Study, report: Report) -> None:
    for data in study.findings:
        text, value = f"{data.name}STRESC", f"{data.name}STRESN"
        for row in data.rows if value in data.labels else ():
            if row[text] is not None or row[value] is not None:
                report.that(number(row[text]) == row[value], data.name, value, row)


@check("CORE-000699 FB3001", put("LB", LBSTRESU="kg"))
def a_test_has_one_standard_unit(study: Study, report: Report) -> None:
    for data in study.findings:
        unit = f"{data.name}STRESU"
        if unit in data.labels:
            rows = [row for row in data.rows if row[f"{data.name}STRESC"] is not None]
            names = [data.name + one for one in UNIT_OF]
            for same in groups(rows, *names).values():
                report.that(len({row[unit] for row in same}) == 1, data.name, unit, same[0])


@check(
    "CORE-000914 FB2603",
    put_where("VS", {"VSLOBXFL": "Y"}, VSLOBXFL="N"),
    lambda s: _two(s),
)
def a_series_has_one_baseline_flag(study: Study, report: Report) -> None:
    for data in study.findings:
        flag = f"{data.name}LOBXFL"
        if flag in data.labels:
            for same in groups(data.rows, "USUBJID", *(data.name + one for one in SERIES)).values():
                flags = [row[flag] for row in same if row[flag] is not None]
                report.that(flags in ([], ["Y"]), data.name, flag, same[0])


def _two(study: Study) -> None:
    """A second flag in a series that has one."""
    rows = study.files["VS"].rows
    rows.append(dict(study.files["VS"].where(VSLOBXFL="Y")[0], VSSEQ=9999.0))


@check("CORE-000031 CG0659", new_variable("QS", "QSEVAL", "Evaluator", "INVESTIGATOR"))
def a_questionnaire_has_no_evaluator(study: Study, report: Report) -> None:
    if "QS" in study.files:
        report.that("QSEVAL" not in study.files["QS"].labels, "QS", "QSEVAL")
