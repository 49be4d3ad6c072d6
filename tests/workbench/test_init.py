"""Specs of domains proposed from raw tables: each line with how sure it is, and what is open left open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from running import run, study

from ced_cdisc.propose.profile import TableProfile
from ced_cdisc.stages import proposing_domain

EXAMPLES = Path(__file__).parents[2] / "examples"


pytestmark = pytest.mark.usefixtures("empty_raw")


def proposed(domain: str, *options: str) -> str:
    """The spec, without the two lines at its top."""
    code, out, err = run("init", domain, "--print", *options)
    assert code == 0, err
    return out.split("\n", 2)[2]


AE = """\
SUBJID,AENO,TERM,AESTDT,AEENDT,SEV,SER,ERFASST
01-1,1,Kopfweh,03/04/2021,05-MAR-2021,1,n,2021-05-01
01-1,2,Übelkeit,05/06/2021,UN-MAR-2021,2,n,2021-05-02
01-2,1,Kopfweh,07/08/2021,,1,y,2021-05-03
01-2,2,Kopfweh,07/09/2021,,1,n,2021-05-03
"""


def test_an_events_domain() -> None:
    study(ae=AE)
    assert (
        proposed("ae")
        == """\
domain: AE
from: ae
variables:
  AESPID: ae.AENO  # likely: the name speaks of number
  AETERM: {collect: ae.TERM, text: transliterate}  # likely: the name TERM; decide: letters that are not ASCII are written in ASCII; or translate with ct
  # AELLT: ?  # decide: Lowest Level Term (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AELLTCD: ?  # decide: Lowest Level Term Code (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AEDECOD: ?  # decide: Dictionary-Derived Term (Req): no column of ae is called so; write a line, or {assign: ..}
  # AEPTCD: ?  # decide: Preferred Term Code (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AEHLT: ?  # decide: High Level Term (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AEHLTCD: ?  # decide: High Level Term Code (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AEHLGT: ?  # decide: High Level Group Term (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AEHLGTCD: ?  # decide: High Level Group Term Code (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AEBODSYS: ?  # decide: Body System or Organ Class (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AEBDSYCD: ?  # decide: Body System or Organ Class Code (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AESOC: ?  # decide: Primary System Organ Class (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AESOCCD: ?  # decide: Primary System Organ Class Code (Exp): no column of ae is called so; write a line, or {absent: "why"}
  AESEV: {collect: ae.SEV, ct: {1: MILD, 2: MODERATE}}  # likely: the name SEV; decide: whether 1 is MILD, 2 is MODERATE
  AESER: {collect: ae.SER, ct: {n: N, y: Y}}  # likely: the name SER
  # AEACN: ?  # decide: Action Taken with Study Treatment (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AEREL: ?  # decide: Causality (Exp): no column of ae is called so; write a line, or {absent: "why"}
  # AESTDTC: {collect: ae.AESTDT, date: DD/MM/YYYY}  # decide: DD/MM/YYYY or MM/DD/YYYY: no day over 12 tells whether day or month stands first
  AEENDTC: {collect: ae.AEENDT, date: [DD-MON-YYYY, UN-MON-YYYY]}  # likely: the name AEENDT
# No line reads these columns of ae: ERFASST.
"""
    )


def test_what_is_open_is_named_by_check_spec() -> None:
    study(ae=AE.replace("1,n,", "9,n,"))
    assert run("init", "AE") == (
        0,
        "",
        "mappings/sdtm/ae.yaml proposed from the table ae: 0 sure, 5 likely, 0 guess, 15 decide\n"
        "next: look at its lines, then ced-cdisc check-spec\n",
    )
    code, _, err = run("check-spec")
    assert code == 10
    assert "mappings/sdtm/ae.yaml:3:9 CED020 AE has no line for AELLT (Exp), " in err
    assert (
        "CED021 '?' is no term of codelist AESEV (C66769) of AE.AESEV; terms: MILD, MODERATE, SEVERE" in err
    )


def test_a_code_that_several_codelists_may_have_is_never_passed_on() -> None:
    """DSDECOD may have terms of three codelists; the line takes one, so that `?` is a fault."""
    study(dispo="SUBJID,STATUS,EOSDT\n1,1,2021-01-02\n2,1,2021-01-03\n3,2,2021-01-04\n4,2,2021-01-04\n")
    text = proposed("DS")
    assert '  DSDECOD: {collect: dispo.STATUS, ct: {1: "?", 2: "?"}, codelist: C' in text
    lines = [line.replace("# DSTERM: ?", "DSTERM: dispo.STATUS") for line in text.splitlines()]
    lines = [line.replace("# DSCAT: ?", "DSCAT: {assign: DISPOSITION EVENT}") for line in lines]
    Path("mappings/sdtm").mkdir()
    Path("mappings/sdtm/ds.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    assert "CED021 '?' is no term" in run("check-spec")[2]


def test_tests_in_columns() -> None:
    rows = [
        "P1,Day 1,2021-01-01,09:00,120,118,80,79,36.6,C,70,,",
        "P2,Day 1,2021-01-02,09:00,121,117,81,78,98.1,F,,Y,ill",
    ]
    study(
        vs="SUBJECT,VISIT,VISDAT,ZEIT,SYS1,SYS2,DIA1,DIA2,TEMP,TEMPU,Gewicht,ND,NDREASON\n"
        + "\n".join(rows)
        + "\n"
    )
    assert (
        proposed("VS")
        == """\
domain: VS
sort: [VSTESTCD, VISITNUM, VSREPNUM]
variables:
  VSLOBXFL: {absent: There is no DM yet}  # decide: take this line out when DM has RFXSTDTC
stack:
  - from: vs
    visit: yes
    for: [{n: 1}, {n: 2}]  # likely: the columns are numbered, for repetitions
    long:
      - {test: SYSBP, result: "vs.SYS{n}", unit: mmHg}  # likely: SYS1 is Systolic Blood Pressure; the unit is the usual one
      - {test: DIABP, result: "vs.DIA{n}", unit: mmHg}  # likely: DIA1 is Diastolic Blood Pressure; the unit is the usual one
    not_done: {when: "vs.ND = 'Y'", reason: vs.NDREASON}  # likely: the name ND
    variables:
      VSREPNUM: {assign: "{n}"}  # likely: the number of the column
      VSDTC: {collect: vs.VISDAT, date: ISO, time: vs.ZEIT}  # likely: the date of the visit
  - from: vs
    visit: yes
    long:
      - {test: TEMP, result: vs.TEMP, unit: {collect: vs.TEMPU}, standard: C, decimals: 1}  # sure: the code of the test
      - {test: WEIGHT, result: vs.Gewicht, unit: kg}  # likely: Gewicht is Weight; the unit is the usual one
    not_done: {when: "vs.ND = 'Y'", reason: vs.NDREASON}  # likely: the name ND
    variables:
      VSDTC: {collect: vs.VISDAT, date: ISO, time: vs.ZEIT}  # likely: the date of the visit
"""
    )
    assert run("init", "VS")[0] == 0
    assert run("check-spec")[0] == 0


def test_decimals_are_those_of_results_in_the_standard_unit() -> None:
    """Where none is in it, they are those of the converted results."""
    study(
        ecg="SUBJECT,VISIT,EGDAT,QT,QTU,PR,PRU\n"
        "P1,Day 1,2021-01-01,384,msec,0.15,s\n"
        "P1,Day 2,2021-01-02,0.379,s,0.16,s\n"
        "P2,Day 1,2021-01-02, 418 ,MSEC,0.2,s\n"
    )
    lines = [
        line.split("  # ")[0] for line in proposed("EG", "--from", "ecg").splitlines() if "test:" in line
    ]
    assert lines == [
        "  - {test: QTAG, result: ecg.QT, unit: {collect: ecg.QTU}, standard: ms, decimals: 0}",
        "  - {test: PRAG, result: ecg.PR, unit: {collect: ecg.PRU}, standard: ms, decimals: 0}",
    ]


def test_tests_in_rows() -> None:
    cells = [
        ("Glukose", "5.1", "mmol/l"),
        ("Glukose", "92", "mg/dl"),
        ("Zauberwert", "1", "mg/dl"),
        ("INR", "1.1", ""),
    ]
    rows = [f"P{at},2021-01-0{at},{test},{value},{unit},S" for at in (1, 2, 3) for test, value, unit in cells]
    study(lab="SUBJECT,DATE,TEST,RESULT,UNIT,SPEC\n" + "\n".join(rows) + "\n")
    assert (
        proposed("LB", "--from", "lab")
        == """\
domain: LB
from: lab
test:
  collect: lab.TEST
  ct:
    Glukose: GLUC  # likely: Glucose
    INR: INR  # sure: the code of the test
    Zauberwert: "?"  # decide: no term of C65047 is called so; "" leaves its rows out
tests:
  GLUC: {standard: mmol/L, decimals: 1, variables: {LBCAT: {assign: CHEMISTRY}}}  # guess: collected in mg/dl (3), mmol/l (3)
  INR: {unit: {assign: RATIO}, standard: RATIO, decimals: 1, variables: {LBCAT: {assign: COAGULATION}}}  # guess: no unit is collected
result: lab.RESULT
unit: {collect: lab.UNIT}
variables:
  LBSPEC: {collect: lab.SPEC, ct: {S: "?"}}  # likely: the name SPEC; decide: what S means, by the terms of C78734
  LBLOBXFL: {absent: There is no DM yet}  # decide: take this line out when DM has RFXSTDTC
  # VISITNUM: ?  # decide: Visit Number (Exp): no visit with its date is told under `visit` of lab; write it there, or {absent: "why"}
  LBDTC: {collect: lab.DATE, date: ISO}  # likely: the name speaks of the date alone
"""
    )


def test_a_test_that_sites_call_otherwise_is_said_once() -> None:
    """Its units and decimals are those of all its rows; three keys of one name would be a fault of the spec."""
    cells = [
        ("Creatinine", "1.02", "mg/dl"),
        ("Kreatinin", "90.5", "µmol/l"),
        ("CREATININE", "88", "umol/L"),
        ("NT-proBNP", "300", "pg/mL"),
    ]
    rows = [f"P{at},2021-01-0{at},{test},{value},{unit}" for at in (1, 2, 3) for test, value, unit in cells]
    study(lab="SUBJECT,DATE,TEST,RESULT,UNIT\n" + "\n".join(rows) + "\n")
    text = proposed("LB", "--from", "lab")
    assert (
        text[text.index("  ct:") : text.index("result:")]
        == """\
  ct:
    CREATININE: CREAT  # likely: Creatinine
    Creatinine: CREAT  # likely: Creatinine
    Kreatinin: CREAT  # likely: Creatinine
    NT-proBNP: BNPPRONT  # likely: N-Terminal ProB-type Natriuretic Peptide
tests:
  CREAT: {standard: umol/L, decimals: 1, variables: {LBCAT: {assign: CHEMISTRY}}}  # guess: collected in mg/dl (3), umol/L (3), µmol/l (3)
  BNPPRONT: {standard: ng/L, decimals: 0, variables: {LBCAT: {assign: CHEMISTRY}}}  # guess: collected in pg/mL (3)
"""
    )


def test_where_no_code_is_known_no_key_is_left_empty() -> None:
    rows = "".join(f"P{at},2021-01-0{at},Zauberwert,1,mg/dl\n" for at in (1, 2, 3))
    study(lab="SUBJECT,DATE,TEST,RESULT,UNIT\n" + rows)
    assert proposed("LB", "--from", "lab").splitlines()[2:8] == [
        "test:",
        "  collect: lab.TEST",
        "  ct:",
        '    Zauberwert: "?"  # decide: no term of C65047 is called so; "" leaves its rows out',
        "# tests: {CODE: {standard: unit, decimals: 1}}  # decide: when codes are known",
        "result: lab.RESULT",
    ]


@pytest.mark.parametrize(
    ("second", "line"),
    [
        ("P2,1,2021-01-01", "  EXDOSE: dose.DOSE  # likely: the name DOSE"),
        (
            "P1,2,2021-01-01",
            "  # EXDOSE: ?  # decide: Dose (Exp): DOSE is in the key of dose, and may be the number of the dose; "
            'write a line, or {absent: "why"}',
        ),
    ],
)
def test_a_dose_that_tells_rows_apart_is_no_amount(second: str, line: str) -> None:
    study(dose=f"SUBJECT,DOSE,DOSDT\nP1,1,2021-01-01\n{second}\n")
    assert [text for text in proposed("EX", "--from", "dose").splitlines() if "EXDOSE" in text] == [line]


def test_the_baseline_flag_is_left_to_the_standard_where_dm_has_the_first_treatment() -> None:
    study(vs="SUBJECT,VISIT,VISDAT,PULS\nP1,Day 1,2021-01-01,60\nP2,Day 1,2021-01-02,70\n")
    Path("mappings/sdtm").mkdir()
    Path("mappings/sdtm/dm.yaml").write_text(
        "domain: DM\nfrom: vs\nvariables:\n  RFXSTDTC: vs.VISDAT\n", "utf-8"
    )
    assert "LOBXFL" not in proposed("VS")


def test_of_several_columns_one_is_a_guess_that_names_the_others() -> None:
    study(ae="SUBJID,AENO,TERM,AESTDT,REL_A,REL_B\n1,1,a,2021-01-01,no,no\n1,2,b,2021-01-01,no,yes\n")
    assert "  AEREL: ae.REL_A  # guess: the name speaks of relation; decide: or REL_B\n" in proposed("AE")


@pytest.mark.parametrize(
    ("study_name", "domains"),
    [("vitals_labs", "DM DS EX LB MH VS"), ("improve_ced", "AE CM DM DS EG LB MH VS")],
)
def test_every_proposal_can_be_loaded_and_says_what_is_missing(
    study_name: str, domains: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that check-spec finds is what the proposal leaves open: lines (CED020, CED012), terms (CED021, CED027)."""
    raw = EXAMPLES / study_name / "raw"
    assert run("new", "S", "--raw", str(raw))[0] == 0
    folders = ("--mappings", "S/mappings", "--define", "S/define")
    profiles = proposing_domain._profiles
    made: list[list[TableProfile]] = []

    def looked_at_once(*given: Any) -> list[TableProfile]:
        """The profiles of the tables, which are the same for every domain."""
        made.extend([profiles(*given)] if not made else [])
        return made[0]

    monkeypatch.setattr(proposing_domain, "_profiles", looked_at_once)
    for domain in domains.split():
        assert run("init", domain, "--raw", str(raw), *folders)[0] == 0
        path = Path("S/mappings/sdtm", f"{domain.lower()}.yaml")
        _, _, err = run("check-spec", *folders)
        codes = {word for line in err.splitlines() for word in line.split() if word.startswith("CED")}
        assert codes <= {"CED012", "CED020", "CED021", "CED027"}
        assert bool(codes) <= ("decide: " in path.read_text("utf-8"))
        assert run("fmt", "--check", str(path))[0] == 0
        path.unlink()


def test_a_table_that_is_not_clear_is_asked_for() -> None:
    study(one="SUBJID,PULS\n1,60\n2,61\n", two="SUBJID,PULS\n1,60\n2,61\n", three="SUBJID,XX\n1,a\n2,a\n")
    assert run("init", "VS") == (
        10,
        "",
        "1 error in the specs\n--from CED771 VS may be made from one, two; name one of them, or all: --from one,two\n",
    )
    assert run("init", "PE") == (
        10,
        "",
        "1 error in the specs\n--from CED771 no table looks like PE; name one with --from: one, three, two\n",
    )


def test_nothing_is_replaced() -> None:
    study(vs="SUBJECT,PULS\nP1,60\nP2,70\n")
    assert run("init", "VS")[0] == 0
    mine = Path("mappings/sdtm/vs.yaml").read_bytes()
    assert run("init", "VS") == (
        12,
        "",
        "1 error in the output\n"
        "mappings/sdtm/vs.yaml CED770 mappings/sdtm/vs.yaml is there already, and nothing was written; a proposal "
        "never replaces a file: delete it first, or edit it by hand\n",
    )
    assert Path("mappings/sdtm/vs.yaml").read_bytes() == mine


def test_wrong_calls_of_init() -> None:
    assert run("init", "VS", "--raw", "nowhere") == (
        2,
        "",
        "Error: there is no folder nowhere; name the raw files with --raw\n",
    )
    assert run("init", "VS") == (
        2,
        "",
        "Error: no mappings/ here: make a study with ced-cdisc new, or name its folder with --mappings\n",
    )
    study(vital="SUBJECT,PULS\nP1,60\nP2,70\n")
    assert run("init", "VSS")[2] == "Error: SDTMIG 3.4 has no domain VSS; did you mean SS or VS?\n"
    assert run("init", "VX")[2].startswith("Error: SDTMIG 3.4 has no domain VX; there are AG, CM, EC, EX, ")
    assert run("init", "TA") == (
        2,
        "",
        "Error: no spec of TA is proposed; docs/how-to/trial-design.md shows how it is written\n",
    )
    assert run("init", "SE")[2] == (
        "Error: no spec of SE is proposed; docs/mapping-language.md shows how it is written\n"
    )
    assert run("init", "SV")[2] == (
        "Error: no spec of SV is proposed; docs/how-to/visits.md shows how it is written\n"
    )
    assert run("init", "RELREC")[2] == (
        "Error: no spec of RELREC is proposed; docs/how-to/relate-records.md shows how it is written\n"
    )
    assert run("init", "VS", "--from", "vitla")[2] == (
        "Error: sources.yaml has no table vitla; did you mean vital?\n"
    )
    assert run("init", "VS", "--from", "x")[2] == "Error: sources.yaml has no table x; there are vital\n"


def test_faults_of_raw_tables_are_told_without_their_cells() -> None:
    study(vs="SUBJECT,PULS\nP1,60\nP2,70\n", ae="SUBJECT,TERM\nP1,x\nP2,y\n")
    Path("raw/vs.csv").write_text("SUBJECT,PULS\nP1\n", "utf-8")
    told = (
        11,
        "",
        "1 error in the raw data\n"
        "raw/vs.csv:2 CED216 1 row of table vs has fewer cells than the header (2); the row may be cut, or a line end "
        "within a cell is not quoted\n",
    )
    assert run("init", "VS", "--from", "vs") == told
    assert run("init", "AE") == told
    assert run("init", "AE", "--from", "ae")[0] == 0


def test_antibodies_are_immunogenicity() -> None:
    cells = [(who, day, test) for who in "12" for day in ("10", "11") for test in ("ADA", "NAb")]
    rows = [f"{who},2020-02-{day},{test},{'<10' if test == 'ADA' else 40}" for who, day, test in cells]
    study(titres="SUBJ,SAMPDT,ASSAY,RESULT\n" + "\n".join(rows) + "\n", ae=AE.replace("SUBJID", "SUBJ"))
    text = proposed("is")
    assert "from: titres\n" in text
    assert "    ADA: ADA_BAB  # likely: Binding Antidrug Antibody\n" in text
    assert "    NAb: ADA_NAB  # likely: Neutralizing Binding Antidrug Antibody\n" in text


def test_data_that_are_sdtm_already() -> None:
    """Their numbers are no identifiers of the sponsor, an empty column is one, and ISO 8601 has years alone."""
    study(
        ex="USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\n1,1,X,5,,2020-02-03\n1,2,X,5,,2020\n2,1,X,5,,2020-03\n"
    )
    made = proposed("EX")
    assert "EXSPID" not in made
    assert (
        "  # EXDOSU: ?  # decide: Dose Units (Exp): the column of ex that is called so is empty; write a line, or "
        '{absent: "why"}\n'
    ) in made
    assert "  EXSTDTC: {collect: ex.EXSTDTC, date: ISO}  # sure: the same name\n" in made
