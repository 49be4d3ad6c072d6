"""Faulty values of the raw data end a build with exit code 11 and leave the former output as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import (
    AE,
    EX,
    RAW_AE,
    RAW_EX,
    SPECS,
    Run,
    around,
    ced,
    given,
    given_build,
    spoil,
    tree,
)

ONE = "1 error in the raw data\n"
TWO = "2 errors in the raw data\n"
EDC = "DD-MON-YYYY, UN-MON-YYYY, UN-UNK-YYYY"
LONG = "B" * 201


def cell(value: str) -> tuple[str, str, str]:
    """The start date of the first adverse event replaced."""
    return RAW_AE, "Headache,1,10-FEB-2020", f"Headache,1,{value}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            (RAW_AE, "Bone pain,2", "Bone pain,4"),
            ONE + "mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '4' of ae.SEV has no term in ct; "
            "ct has 1, 2, 3\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
        (
            (RAW_AE, "Bone pain,2", "Bone pain,SEVER"),
            ONE
            + "mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value 'SEVER' of ae.SEV has no term in ct; "
            "did you mean SEVERE?\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
        (
            (RAW_AE, "Bone pain,2", "Bone pain,[/red]"),
            ONE
            + "mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '[/red]' of ae.SEV has no term in ct; "
            "ct has 1, 2, 3\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
        (
            (RAW_AE, "Bone pain,2", "Bone pain,:x:"),
            ONE + "mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value ':x:' of ae.SEV has no term in ct; "
            "ct has 1, 2, 3\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
        (
            (RAW_AE, "Bone pain,2", 'Bone pain,"2\n\x1b[31m\u00a0é"'),
            ONE + "mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '2\\n\\x1b[31m\\xa0é' of ae.SEV "
            "has no term in ct; ct has 1, 2, 3\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
        (
            cell("2020-02-60"),
            ONE + "mappings/sdtm/ae.yaml:23:23 CED251 AE.AESTDTC: date '2020-02-60' of ae.START fits none of "
            f"the formats {EDC}\n"
            "    ae.csv line 2, subject T1-001\n",
        ),
        (
            cell("31-FEB-2020"),
            ONE
            + "mappings/sdtm/ae.yaml:23:23 CED251 AE.AESTDTC: date '31-FEB-2020' of ae.START fits none of "
            f"the formats {EDC}; the calendar has no such day\n"
            "    ae.csv line 2, subject T1-001\n",
        ),
        (
            (RAW_EX, "2.5", "two"),
            ONE + "mappings/sdtm/ex.yaml:6:13 CED253 EX.EXDOSE: 'two' of dose.DOSE is not a number; "
            "correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n"
            "    dose.csv line 4, subject T1-002\n",
        ),
        (
            (RAW_AE, "002,1,Nausea", ",1,Nausea"),
            ONE + "mappings/sources.yaml:5:17 CED258 ae.csv: SUBJ is empty, so the row has no subject; "
            "correct the data; rows that are none of the study are taken away with 'exclude_rows'\n"
            "    ae.csv line 4\n",
        ),
        (
            (RAW_AE, "001,2,Bone", "001,1,Bone"),
            ONE
            + "mappings/sources.yaml:5:17 CED259 ae.csv: lines 2 and 3 have the same key SUBJ '001', "
            + "AENO '1'; "
            "the key of a table stands in sources.yaml\n    ae.csv line 2, subject T1-001\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
        (
            (RAW_AE, "002,1,Nausea", "003,1,Nausea"),
            ONE + "mappings/sources.yaml:5:17 CED260 subject T1-003 of ae.csv line 4 is not in DM; "
            "correct the data; rows that are none of the study are taken away with 'exclude_rows'\n",
        ),
        (
            (RAW_AE, "Bone pain", LONG),
            TWO
            + "mappings/sdtm/ae.yaml:6:13 CED266 AE.AETERM: text of 201 bytes, a transport file holds 200: "
            f"'{LONG[:40]}...'; write `text: split` in this line\n"
            "    ae.csv line 3, subject T1-001\n"
            "mappings/sdtm/ae.yaml:9:13 CED266 AE.AEDECOD: text of 201 bytes, a transport file holds 200: "
            f"'{LONG[:40]}...'; write `text: split` in this line\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
        (
            (RAW_AE, "Bone pain", "5 µg pain"),
            TWO
            + "mappings/sdtm/ae.yaml:6:13 CED267 AE.AETERM: 'µ' (U+00B5) in '5 µg pain' is not printable "
            + "ASCII; "
            "a transport file holds nothing else: write `text: transliterate` in this line\n"
            "    ae.csv line 3, subject T1-001\n"
            "mappings/sdtm/ae.yaml:9:13 CED267 AE.AEDECOD: 'Μ' (U+039C) in '5 ΜG PAIN' is not printable "
            "ASCII; "
            "a transport file holds nothing else: write replace(.., 'Μ', '..') in this line\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
    ],
    ids=[
        "code outside ct",
        "term for code",
        "brackets are no markup",
        "colons are no emoji",
        "control characters are shown",
        "ISO date",
        "31 February",
        "number as text",
        "no subject",
        "duplicate key",
        "subject not in DM",
        "201 bytes",
        "micro sign",
    ],
)
def test_a_value_at_fault(change: tuple[str, str, str], said: str) -> None:
    before = given_build()
    spoil(*change)
    assert ced("build", "raw", "out") == Run(11, SPECS + said)
    assert tree("out") == before


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        (
            EX,
            (
                "EXDOSE:   dose.DOSE",
                'EXDOSE:   {derive: "seconds(dose.DOSDT)", when: "dose.DOSE is present"}',
            ),
            "mappings/sdtm/ex.yaml:6:23 CED254 EX.EXDOSE: '12-FEB-2020' of dose.DOSDT is not a duration; "
            "a duration is written M:SS, H:MM:SS, or with sec, min or h\n"
            "    dose.csv line 4, subject T1-002\n",
        ),
        (
            EX,
            ("EXDOSE:   dose.DOSE", "EXDOSE:   {derive: \"convert(number(dose.DOSE), dose.DOSDT, 'kg')\"}"),
            "mappings/sdtm/ex.yaml:6:23 CED255 EX.EXDOSE: unit '12-FEB-2020' of dose.DOSDT has no "
            "conversion to kg\n"
            "    dose.csv line 4, subject T1-002\n",
        ),
        (
            AE,
            (
                "AEENDTC:  {collect: ae.STOP, date: edc}",
                'AEENDTC:  {derive: "until(AESTDTC, ae.SEV)"}',
            ),
            "mappings/sdtm/ae.yaml:24:23 CED252 AE.AEENDTC: '3' of ae.SEV is not a time; "
            "a time is written HH:MM, HHMM, H:MM or HH:MM:SS\n"
            "    ae.csv line 4, subject T1-002\n",
        ),
        (
            AE,
            (
                "AEENDTC:  {collect: ae.STOP, date: edc}",
                "AEENDTC:  {derive: \"until(AESTDTC, join(':', '10', join('', ae.SEV, '0')))\"}",
            ),
            "mappings/sdtm/ae.yaml:24:23 CED252 AE.AEENDTC: time '10:30' has no start with a time beside it\n"
            "    ae.csv line 4, subject T1-002\n",
        ),
        (
            AE,
            ("AESER:    {assign: N}", 'AESER:    {derive: "lower(AETERM)"}'),
            "mappings/sdtm/ae.yaml:20:13 CED264 AE.AESER: 'nausea' is not in the codelist No Yes "
            "Response (C66742), "
            "on 1 record; it has N, NA, U, Y\n"
            "    ae.csv line 4, subject T1-002\n",
        ),
        (
            AE,
            (
                "AESTDTC:  {collect: ae.START, date: edc}",
                "AESTDTC:  {collect: ae.START, date: edc, time: ae.SEV}",
            ),
            "mappings/sdtm/ae.yaml:23:23 CED252 AE.AESTDTC: time '3' of ae.SEV fits none of the formats "
            "HH:MM, HHMM, H:MM, HH:MM:SS\n"
            "    ae.csv line 4, subject T1-002\n",
        ),
    ],
    ids=["duration", "unit", "end by the clock", "end without a start", "value outside the codelist", "time"],
)
def test_the_value_of_a_line_at_fault(file: str, line: tuple[str, str], said: str) -> None:
    """Each of the three records is at fault, so that three findings stand one below the other."""
    given()
    spoil(file, *line)
    run = ced("build", "raw", "out")
    assert run.code == 11
    assert run.err.startswith(SPECS + "3 errors in the raw data\n")
    assert said in run.err


THREE = (
    "    dose.csv line 2, subject T1-001\n"
    "    dose.csv line 3, subject T1-001\n"
    "    dose.csv line 4, subject T1-002\n"
)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "log(number(dose.DOSE) - 1000)",
            "2 errors in the raw data\n"
            "mappings/sdtm/ex.yaml:6:23 CED865 EX.EXDOSE: '-995' has no logarithm; say which records have "
            'one, as with when: "AVAL > 0", or if(AVAL > 0, log(AVAL), missing)\n'
            "    dose.csv line 2, subject T1-001\n"
            "    dose.csv line 3, subject T1-001\n"
            "mappings/sdtm/ex.yaml:6:23 CED865 EX.EXDOSE: '-997.5' has no logarithm; say which records have "
            'one, as with when: "AVAL > 0", or if(AVAL > 0, log(AVAL), missing)\n'
            "    dose.csv line 4, subject T1-002\n",
        ),
        (
            "if(add_days(EXSTDTC, 0.5) is missing, 1, 2)",
            "1 error in the raw data\n"
            "mappings/sdtm/ex.yaml:6:26 CED864 EX.EXDOSE: '0.5' is no whole number of days; "
            "round(.., 0) or floor(..) makes it one; a time is counted with hours_between(..)\n" + THREE,
        ),
        (
            "if(add_days(EXSTDTC, 9999999) is missing, 1, 2)",
            "1 error in the raw data\n"
            "mappings/sdtm/ex.yaml:6:26 CED864 EX.EXDOSE: 9999999 days lead out of the calendar\n" + THREE,
        ),
        (
            "if(add_days(EXSTDTC, number(dose.DOSE)) is missing, 1, 2)",
            "1 error in the raw data\n"
            "mappings/sdtm/ex.yaml:6:26 CED864 EX.EXDOSE: '2.5' of dose.DOSE is no whole number of days; "
            "round(.., 0) or floor(..) makes it one; a time is counted with hours_between(..)\n"
            "    dose.csv line 4, subject T1-002\n",
        ),
    ],
    ids=["logarithm", "half a day", "far days", "a number of days"],
)
def test_a_number_that_a_function_cannot_take(line: str, said: str) -> None:
    given()
    spoil(EX, "EXDOSE:   dose.DOSE", f'EXDOSE:   {{derive: "{line}"}}')
    assert ced("build", "raw", "out") == Run(11, SPECS + said)


def test_a_logarithm_that_no_record_needs_is_no_fault() -> None:
    given()
    spoil(EX, "EXDOSE:   dose.DOSE", 'EXDOSE:   {derive: "log(number(dose.DOSE) - 10)", when: "1 > 2"}')
    assert ced("build", "raw", "out").code == 0


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (
            "",
            "CED252 AE.AESTDTC: time '24:00' of ae.SEV fits none of the formats HH:MM, HHMM, H:MM, HH:MM:SS; "
            "HH+:MM reads a time past midnight, as one of the day after\n"
            "    ae.csv line 2, subject T1-001\n"
            "    ae.csv line 3, subject T1-001\n"
            "    ae.csv line 4, subject T1-002\n",
        ),
        (
            ", times: HH+:MM",
            "CED252 AE.AESTDTC: time '24:00' of ae.SEV has no complete date beside it\n"
            "    ae.csv line 3, subject T1-001\n",
        ),
    ],
    ids=["refused", "read"],
)
def test_a_time_past_midnight(times: str, said: str) -> None:
    given()
    spoil(AE, "{collect: ae.START, date: edc}", f"{{collect: ae.START, date: edc, time: ae.SEV{times}}}")
    raw = Path("raw/ae.csv")
    header, *rows = raw.read_text(encoding="utf-8").splitlines()
    at = header.split(",").index("SEV")
    made = [",".join("24:00" if i == at else cell for i, cell in enumerate(row.split(","))) for row in rows]
    raw.write_text("\n".join([header, *made, ""]), encoding="utf-8")
    run = ced("build", "raw", "out")
    assert run.code == 11
    assert run.err.endswith(f"    ae.csv line 4, subject T1-002\nmappings/sdtm/ae.yaml:23:23 {said}")


def test_a_synonym_of_a_term_is_named_as_one() -> None:
    given(ae=("AESER:    {assign: N}", "AESER:    {derive: \"text(if(AESEV is present, 'yes', missing))\"}"))
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS + "1 error in the raw data\n"
        "mappings/sdtm/ae.yaml:20:13 CED264 AE.AESER: 'yes' is not in the codelist No Yes Response (C66742), "
        "on 3 records; CT has it as a synonym of Y; match: synonym takes it\n"
        "    ae.csv line 2, subject T1-001\n"
        "    ae.csv line 3, subject T1-001\n"
        "    ae.csv line 4, subject T1-002\n",
    )


def test_a_list_that_is_extensible_takes_further_terms() -> None:
    given(ex=("EXDOSU:   {assign: mg}", "EXDOSU:   {derive: \"join(' ', EXTRT, 'OF CHART')\"}"))
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS + "1 error in the raw data\n"
        "mappings/sdtm/ex.yaml:7:13 CED264 EX.EXDOSU: 'DRUG OF CHART' is not in the codelist Unit (C71620), "
        "on 3 records; the list is extensible: declare the term in define/define.yaml, extends: C71620\n"
        "    dose.csv line 2, subject T1-001\n"
        "    dose.csv line 3, subject T1-001\n"
        "    dose.csv line 4, subject T1-002\n",
    )


def test_several_records_where_one_is_asked_for() -> None:
    given(dm=("max(EX.EXSTDTC)", "only(EX.EXSTDTC)"))
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + ONE
        + "mappings/sdtm/dm.yaml:6:23 CED256 DM.RFENDTC: only(EX.EXSTDTC) finds more than one record "
        + "with a value; "
        + "first, last, min or max choose one\n"
        + "    demog.csv line 2, subject T1-001\n",
    )


def test_a_look_up_that_finds_several_records() -> None:
    given(ae=("from: ae\n", "from: ae\nwith: {dose: subject}\n"))
    spoil(AE, "AETERM:   ae.TERM", "AETERM:   {derive: \"join(' ', ae.TERM, dose.DOSE)\"}")
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS
        + ONE
        + "mappings/sdtm/ae.yaml:3:8 CED257 AE: dose has 2 records for USUBJID 'T1-001'; "
        + "a look-up finds one record at most; name more columns that match\n"
        + "    dose.csv line 2, subject T1-001\n"
        + "    dose.csv line 3, subject T1-001\n",
    )


VISITS = """\
date: edc
unscheduled: [EXTRA]
visits:
  - {number: 1, visit: DAY 1, day: 1, raw: "1"}
  - {number: 2, visit: DAY 2, day: 2, raw: "2"}
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("001,2,11-FEB-2020", "001,3,11-FEB-2020"),
            ONE + "mappings/sources.yaml:4:17 CED261 raw visit '3' of dose.DAY is no visit of visits.yaml\n"
            "    dose.csv line 3, subject T1-001\n",
        ),
        (
            ("001,2,11-FEB-2020", "001,EXTRA,UN-FEB-2020"),
            ONE
            + "mappings/sources.yaml:4:17 CED262 an unscheduled visit needs a complete date in dose.DOSDT\n"
            "    dose.csv line 3, subject T1-001\n",
        ),
        (
            ("001,2,11-FEB-2020", "001,2,soon"),
            "3 errors in the raw data\n"
            "mappings/sdtm/ex.yaml:10:23 CED251 EX.EXSTDTC: date 'soon' of dose.DOSDT fits none of "
            f"the formats {EDC}\n"
            "    dose.csv line 3, subject T1-001\n"
            "mappings/sdtm/ex.yaml:11:23 CED251 EX.EXENDTC: date 'soon' of dose.DOSDT fits none of "
            f"the formats {EDC}\n"
            "    dose.csv line 3, subject T1-001\n"
            "mappings/sources.yaml:4:17 CED263 visit date 'soon' of dose.DOSDT fits none of "
            f"the formats {EDC}\n"
            "    dose.csv line 3, subject T1-001\n",
        ),
    ],
    ids=["unknown visit", "unscheduled visit without a day", "visit date"],
)
def test_a_visit_at_fault(change: tuple[str, str], said: str) -> None:
    given(sources=("page: 2,", "page: 2, visit: {name: DAY, date: DOSDT},"), raw_dose=change)
    Path("mappings/visits.yaml").write_text(VISITS, encoding="utf-8")
    spoil(EX, "from: dose\n", "from: dose\nvisit: yes\n")
    assert ced("build", "raw", "out") == Run(11, SPECS + said)


def test_all_faults_of_all_tables_in_one_pass() -> None:
    given(raw_ae=("Bone pain,2", "Bone pain,4"), raw_demog=("05-JUN-1970,1", "35-JUN-1970,7"))
    spoil(RAW_EX, "2.5", "two")
    run = ced("build", "raw", "out")
    assert run == Run(
        11,
        SPECS
        + "4 errors in the raw data\n"
        + "mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '4' of ae.SEV has no term in ct; "
        + "ct has 1, 2, 3\n"
        + "    ae.csv line 3, subject T1-001\n"
        + "mappings/sdtm/dm.yaml:14:23 CED251 DM.BRTHDTC: date '35-JUN-1970' of demog.BRTHDAT fits none "
        + "of the "
        + f"formats {EDC}; the calendar has no such day\n"
        + "    demog.csv line 2, subject T1-001\n"
        + "mappings/sdtm/dm.yaml:17:23 CED250 DM.SEX: raw value '7' of demog.SEX has no term in ct; "
        + "ct has 1, 2\n"
        + "    demog.csv line 2, subject T1-001\n"
        + "mappings/sdtm/ex.yaml:6:13 CED253 EX.EXDOSE: 'two' of dose.DOSE is not a number; "
        + "correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n"
        + "    dose.csv line 4, subject T1-002\n",
    )
    assert "out" not in around()


@pytest.mark.parametrize(("faulty", "said"), [(20, False), (21, True)])
def test_many_faults_of_one_line_are_counted_below_the_list(faulty: int, said: bool) -> None:
    """A wrong format is told for each date that it does not fit."""
    given()
    cells = [f"001,{9 + at},Headache,1,2020/02/{at:02}," for at in range(1, faulty + 1)]
    with Path(RAW_AE).open("a", encoding="utf-8") as raw:
        raw.write("\n".join(cells) + "\n")
    run = ced("build", "raw", "out")
    assert run.code == 11
    assert f"{faulty} errors in the raw data\n" in run.err
    last = run.err.splitlines()[-1]
    counted = f"{faulty} of these {faulty} are CED251 at mappings/sdtm/ae.yaml:23:23"
    assert (last == counted) == said, run.err
