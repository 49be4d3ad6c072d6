"""Categories, criteria, shifts and flags: a text and its number from one line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from analysis_study import BDS, VS, build, messages, rows, variable

from small_study import ADSL

LINES = """\
variables:
  ABLFL: {flag: last, where: "ADY < 1", by: [PARAMCD], order: [ADT]}
  BASE:  {derive: "only(AVAL where ABLFL = 'Y' on PARAMCD)"}
  CHG:   {derive: "AVAL - BASE", when: "ADY >= 1"}
  ANRLO: {cases: [{when: "PARAMCD = 'SYSBP'", then: "90"}]}
  ANRHI: {cases: [{when: "PARAMCD = 'SYSBP'", then: "130"}]}
  ANRIND:
    cases:
      - {when: "AVAL < ANRLO", then: "'LOW'"}
      - {when: "AVAL > ANRHI", then: "'HIGH'"}
      - {when: "AVAL between ANRLO and ANRHI", then: "'NORMAL'"}
  BNRIND: {derive: "only(ANRIND where ABLFL = 'Y' on PARAMCD)"}
  SHIFT1: {derive: "join(' to ', BNRIND, ANRIND)", when: "ADY >= 1 and BNRIND is present and ANRIND is present"}
  AVALCAT1:
    cases:
      - {when: "AVAL < 120", then: "'<120'"}
      - {when: "AVAL < 140", then: "'120-<140'"}
      - {when: "AVAL >= 140", then: "'>=140'"}
    number: AVALCA1N
  BASECAT1: {derive: "only(AVALCAT1 where ABLFL = 'Y' on PARAMCD)"}
  CHGCAT1:
    cases: [{when: "CHG >= 10", then: "'Rise by 10 or more'", number: 10}, {when: "CHG < 10", then: "'Less'", number: 0}]
    number: CHGCAT1N
  CRIT1: {assign: "SBP above 135", when: "PARAMCD = 'SYSBP'"}
  CRIT1FL:
    cases: [{when: "AVAL > 135", then: "'Y'"}, {when: "AVAL <= 135", then: "'N'"}]
    when: "CRIT1 is present"
    number: CRIT1FN
  MCRIT1: {assign: "Pressure class", when: "PARAMCD = 'SYSBP'"}
  MCRIT1ML:
    cases: [{when: "AVAL < 130", then: "'Normal'"}, {when: "AVAL < 150", then: "'Elevated'"}, {else: "'High'"}]
    when: "MCRIT1 is present"
    number: MCRIT1MN
"""
SYSBP = pl.col("PARAMCD") == "SYSBP"


def spec(lines: str = LINES) -> dict[str, str]:
    return {"ADVS": BDS.replace("variables:\n", lines)}


def test_a_category_and_its_number_come_from_one_line(tmp_path: Path) -> None:
    made = build(tmp_path, spec())
    assert rows(
        made, "ADVS", "AVAL", "AVALCAT1", "AVALCA1N", "BASECAT1", "CHGCAT1", "CHGCAT1N", where=SYSBP
    ) == [
        (120.0, "120-<140", 2.0, "120-<140", None, None),
        (124.0, "120-<140", 2.0, "120-<140", None, None),
        (140.0, ">=140", 3.0, "120-<140", "Rise by 10 or more", 10.0),
        (130.0, "120-<140", 2.0, "120-<140", "Less", 0.0),
        (110.0, "<120", 1.0, "<120", None, None),
        (150.0, ">=140", 3.0, "<120", "Rise by 10 or more", 10.0),
        (155.0, ">=140", 3.0, "<120", "Rise by 10 or more", 10.0),
    ]
    listed = variable(made, "ADVS", "AVALCA1N").codelist
    assert [(term.value, term.decode) for term in listed.terms] == [
        ("1", "<120"),
        ("2", "120-<140"),
        ("3", ">=140"),
    ]
    assert (
        variable(made, "ADVS", "AVALCA1N").method.text
        == '1 where AVALCAT1 is "<120", 2 where it is "120-<140" and 3 where it is ">=140".'
    )
    assert [term.value for term in variable(made, "ADVS", "AVALCAT1").codelist.terms] == [
        "<120",
        "120-<140",
        ">=140",
    ]


def test_criteria_have_flags_with_numbers(tmp_path: Path) -> None:
    made = build(tmp_path, spec())
    names = ("AVAL", "CRIT1FL", "CRIT1FN", "MCRIT1ML", "MCRIT1MN")
    assert rows(made, "ADVS", *names, where=SYSBP & (pl.col("USUBJID") == "T1-001")) == [
        (120.0, "N", 0.0, "Normal", 1.0),
        (124.0, "N", 0.0, "Normal", 1.0),
        (140.0, "Y", 1.0, "Elevated", 2.0),
        (130.0, "N", 0.0, "Elevated", 2.0),
    ]
    assert set(rows(made, "ADVS", *names[1:], where=~SYSBP)) == {(None, None, None, None)}
    listed = variable(made, "ADVS", "CRIT1FN").codelist
    assert [(term.value, term.decode) for term in listed.terms] == [("1", "Y"), ("0", "N")]


def test_ranges_give_indicators_and_shifts(tmp_path: Path) -> None:
    made = build(tmp_path, spec())
    assert rows(
        made, "ADVS", "ANRIND", "BNRIND", "SHIFT1", where=SYSBP & (pl.col("USUBJID") == "T1-001")
    ) == [
        ("NORMAL", "NORMAL", None),
        ("NORMAL", "NORMAL", None),
        ("HIGH", "NORMAL", "NORMAL to HIGH"),
        ("NORMAL", "NORMAL", "NORMAL to NORMAL"),
    ]


def test_one_record_of_a_group_is_flagged_by_value(tmp_path: Path) -> None:
    flags = (
        "variables:\n"
        '  ANL01FL: {flag: first, where: "ADY >= 1", by: [PARAMCD], order: [AVAL desc, ADT]}\n'
        '  ANL02FL: {flag: last, where: "ADY >= 1", by: [PARAMCD], order: [ADT]}\n'
    )
    made = build(tmp_path, spec(flags))
    found = rows(made, "ADVS", "USUBJID", "AVAL", "ANL01FL", "ANL02FL", where=SYSBP & (pl.col("ADY") >= 1))
    assert found == [
        ("T1-001", 140.0, "Y", None),
        ("T1-001", 130.0, None, "Y"),
        ("T1-002", 150.0, None, None),
        ("T1-002", 155.0, "Y", "Y"),
    ]


def test_subjects_have_periods_populations_and_categories(tmp_path: Path) -> None:
    adsl = ADSL.replace(
        "  NAE:",
        '  AGEGR1: {cases: [{when: "AGE < 50", then: "\'<50\'"}, {when: "AGE >= 50", then: "\'>=50\'"}], number: AGEGR1N, label: Pooled Age Group 1}\n'
        "  TRT01P: {assign: Drug}\n"
        '  AP01SDT: {derive: "date(min(EX.EXSTDTC))"}\n'
        '  AP01EDT: {derive: "date(max(EX.EXENDTC))"}\n'
        "  SAFFL: {derive: \"if(count(EX.EXSEQ where EX.EXDOSE > 0) > 0, 'Y', 'N')\"}\n"
        "  BSBP: {derive: \"last(VS.VSSTRESN where VS.VSTESTCD = 'SYSBP' and VS.VSDTC < DM.RFXSTDTC order by VS.VSDTC)\", label: Baseline SBP}\n"
        "  NSBP: {derive: \"first(VS.VSSTRESN where VS.VSTESTCD = 'SYSBP' order by abs(days_between(VS.VSDTC, DM.RFXSTDTC)))\", label: SBP Nearest to Treatment}\n"
        "  NAE:",
    )
    made = build(tmp_path, {"ADSL": adsl})
    names = ("AGEGR1", "AGEGR1N", "TRT01P", "AP01SDT", "AP01EDT", "SAFFL", "BSBP", "NSBP")
    assert rows(made, "ADSL", *names) == [
        ("<50", 1.0, "Drug", "02-10", "02-11", "Y", 124.0, 124.0),
        (None, None, "Drug", "02-12", "02-12", "Y", 110.0, 110.0),
    ]


def test_occurrences_are_flagged_first_of_subject_and_of_term(tmp_path: Path) -> None:
    adae = """\
dataset: ADAE
label: Adverse Event Analysis Dataset
class: AE
from: AE
copy: [AE.AESEQ, AE.AEDECOD, AE.AESEV]
rows:
  ASTDT: {derive: "date(AE.AESTDTC)"}
  AENDT: {derive: "date(AE.AEENDTC)"}
variables:
  PREFL:   {derive: "if(ASTDT < ADSL.TRTSDT, 'Y', missing)"}
  TRTEMFL: {derive: "if(ASTDT >= ADSL.TRTSDT and days_between(ADSL.TRTSDT, ASTDT) <= 30, 'Y', missing)"}
  FUPFL:   {derive: "if(days_between(ADSL.TRTSDT, ASTDT) > 30, 'Y', missing)"}
  AOCCFL:  {flag: first, where: "TRTEMFL = 'Y'", order: [ASTDT, AESEQ]}
  AOCCPFL: {flag: first, where: "TRTEMFL = 'Y'", by: [AEDECOD], order: [ASTDT, AESEQ]}
  ADURN:   {derive: "days_between(ASTDT, AENDT) + 1"}
  ADURU:   {assign: DAYS, when: "ADURN is present"}
  CQ01NAM: {cases: [{when: "AEDECOD in ('HEADACHE', 'BONE PAIN')", then: "'PAIN'"}]}
sort: [ASTDT, AESEQ]
"""
    ae = (
        "SUBJ,AENO,TERM,SEV,START,STOP\n001,1,Headache,1,09-FEB-2020,12-FEB-2020\n"
        "001,2,Bone pain,2,11-FEB-2020,11-FEB-2020\n001,3,Bone pain,1,12-FEB-2020,\n"
        "001,4,Headache,1,12-FEB-2020,13-FEB-2020\n002,1,Nausea,3,14-APR-2020,14-APR-2020\n"
    )
    made = build(tmp_path, {"ADAE": adae}, {"raw/ae.csv": ae})
    names = (
        "AEDECOD",
        "ASTDT",
        "PREFL",
        "TRTEMFL",
        "FUPFL",
        "AOCCFL",
        "AOCCPFL",
        "ADURN",
        "ADURU",
        "CQ01NAM",
    )
    assert rows(made, "ADAE", *names) == [
        ("HEADACHE", "02-09", "Y", None, None, None, None, 4.0, "DAYS", "PAIN"),
        ("BONE PAIN", "02-11", None, "Y", None, "Y", "Y", 1.0, "DAYS", "PAIN"),
        ("BONE PAIN", "02-12", None, "Y", None, None, None, None, None, "PAIN"),
        ("HEADACHE", "02-12", None, "Y", None, None, "Y", 2.0, "DAYS", "PAIN"),
        ("NAUSEA", "04-14", None, None, "Y", None, None, 1.0, "DAYS", None),
    ]
    dataset = next(d for d in made.packages["adam"].datasets if d.name == "ADAE")
    assert (dataset.class_name, dataset.subclass) == ("OCCURRENCE DATA STRUCTURE", "ADVERSE EVENT")


def test_a_record_without_a_text_has_no_number(tmp_path: Path) -> None:
    lines = """\
variables:
  AVALCAT1:
    cases:
      - {when: "AVAL < 120", then: missing}
      - {when: "AVAL < 125", then: "'Low'"}
      - {when: "AVAL < 145", then: ADSL.DTHCAUS}
      - {else: missing}
    number: AVALCA1N
"""
    adsl = ADSL.replace(
        "  NAE:", "  DTHCAUS: {cases: [{when: \"USUBJID = 'T1-002'\", then: \"'High'\"}]}\n  NAE:"
    )
    made = build(tmp_path, {**spec(lines), "ADSL": adsl})
    assert rows(made, "ADVS", "AVAL", "AVALCAT1", "AVALCA1N", where=SYSBP) == [
        (120.0, "Low", 1.0),
        (124.0, "Low", 1.0),
        (140.0, None, None),
        (130.0, None, None),
        (110.0, None, None),
        (150.0, None, None),
        (155.0, None, None),
    ]
    assert "missing" not in variable(made, "ADVS", "AVALCA1N").method.text
    for name in ("AVALCAT1", "AVALCA1N"):
        assert "missing" not in [
            term.decode or term.value for term in variable(made, "ADVS", name).codelist.terms
        ]


FAULTS = [
    (
        'variables:\n  AVALCAT1: {cases: [{when: "AVAL < 1", then: "\'a\'", number: 2}, {else: missing}]}\n',
        "11:13 CED018 'number' of a branch of ADVS.AVALCAT1 says nothing; it goes with 'number' of the line, and "
        "with a branch that gives a value",
    ),
    (
        'variables:\n  AVALCAT1: {cases: [{when: "AVAL < 1", then: "\'a\'"}, {else: missing, number: 9}], number: '
        "AVALCA1N}\n",
        "11:13 CED018 'number' of a branch of ADVS.AVALCAT1 says nothing; it goes with 'number' of the line, and "
        "with a branch that gives a value",
    ),
    (
        "variables:\n  BASE: {derive: AVAL, number: BASEN}\n",
        "11:9 CED018 'number' does not go with 'derive' in the line of ADVS.BASE; it goes with cases",
    ),
    (
        'variables:\n  AVALCAT1: {cases: [{when: "AVAL < 1", then: "\'a\'"}], number: AVALCAT1N}\n',
        "11:64 CED024 'AVALCAT1N' is no variable name: up to 8 capitals and digits",
    ),
]


@pytest.mark.parametrize(("lines", "wanted"), FAULTS)
def test_misuse_of_numbers_is_told(tmp_path: Path, lines: str, wanted: str) -> None:
    assert f"mappings/adam/advs.yaml:{wanted}" in messages(tmp_path, spec(lines))


def test_an_sdtm_line_has_no_number(tmp_path: Path) -> None:
    files = {"mappings/sdtm/vs.yaml": VS + "  VSGRPID: {cases: [{else: \"'A'\"}], number: VSX}\n"}
    found = messages(tmp_path, {}, files)
    assert found == [
        "mappings/sdtm/vs.yaml:13:12 CED018 'number' of VS.VSGRPID goes with analysis datasets only"
    ]


SEQUENCES = (
    '  TRT01P: {cases: [{when: "AGE < 50", then: "\'Placebo\'"}, {else: "\'Drug\'"}], number: TRT01PN}\n'
    '  TRT02P: {cases: [{when: "AGE < 50", then: "\'Drug\'"}, {else: "\'Placebo\'"}], number: TRT02PN}\n'
)
"""Periods of a cross-over, of which the second has the treatments in the other order."""


def test_a_treatment_has_one_number_in_all_periods(tmp_path: Path) -> None:
    hint = "branches count from 1 in their order; 'number:' of a branch gives another"
    assert messages(tmp_path, {"ADSL": ADSL.replace("  NAE:", f"{SEQUENCES}  NAE:")}) == [
        f"mappings/adam/adsl.yaml:9:86 CED127 ADSL.TRT02PN gives '{text}' the number {number}, and ADSL.TRT01PN "
        f"gives it {other}; {hint}"
        for text, number, other in (("Drug", 1, 2), ("Placebo", 2, 1))
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '{when: "AGE < 50", then: "\'Drug\'"}, {else: "\'Placebo\'"}',
            '{when: "AGE < 50", then: "\'Drug\'", number: 2}, {else: "\'Placebo\'", number: 1}',
        ),
        ("TRT02P", "AGEGR1"),  # no treatment
        (
            "\"'Drug'\"}, {else: \"'Placebo'\"}], number: TRT02PN",
            "DM.ARM}, {else: \"'Other'\"}], number: TRT02PN",
        ),
    ],
)
def test_numbers_of_treatments_that_are_one_or_cannot_be_told(tmp_path: Path, old: str, new: str) -> None:
    assert old in SEQUENCES
    lines = SEQUENCES.replace(old, new).replace("number: TRT02PN}", "number: TRT02PN, label: Two}")
    found = messages(tmp_path, {"ADSL": ADSL.replace("  NAE:", f"{lines}  NAE:")})
    assert [one for one in found if "CED127" in one] == []
