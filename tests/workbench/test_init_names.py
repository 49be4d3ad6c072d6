"""Specs proposed from exports that name their columns otherwise, or hold a domain in several tables."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from running import run, study

from ced_cdisc.propose.headings import told_name

pytestmark = pytest.mark.usefixtures("empty_raw")


def lines(domain: str, *options: str) -> list[str]:
    """The lines of the spec that count, without their comments."""
    code, out, err = run("init", domain, "--print", *options)
    assert code == 0, err
    return [line.split("  # ")[0].strip() for line in out.splitlines() if not line.strip().startswith("#")]


@pytest.mark.parametrize(
    ("column", "name", "unit"),
    [
        ("Weight (kg)", "Weight", "kg"),
        ("Gewicht [kg]", "Gewicht", "kg"),
        ("Temp. (°C)", "Temp.", "C"),
        ("HEIGHT_CM", "HEIGHT", "cm"),
        ("Creatinine (umol/L)", "Creatinine", "umol/L"),
        ("IT.VS.SYSBP", "SYSBP", ""),
        ("I_AGE", "AGE", ""),
        ("Sex (at birth)", "Sex (at birth)", ""),
        ("SUBJ_ID", "SUBJ_ID", ""),
        ("IT.", "IT.", ""),
    ],
)
def test_what_a_name_says(column: str, name: str, unit: str) -> None:
    assert told_name(column) == (name, unit)


def test_units_in_the_names_of_columns() -> None:
    rows = "P1,Screening,2021-01-04,170,70.5,36.5,120\nP2,Screening,2021-01-05,180,80.5,36.7,130\n"
    study(vitals=f"Patient,Visit,Date,Height (cm),Weight (kg),Temp. (°C),Systolic BP\n{rows}")
    made = lines("VS")
    for test in (
        "- {test: HEIGHT, result: vitals.HEIGHT_CM, unit: cm}",
        "- {test: WEIGHT, result: vitals.WEIGHT_KG, unit: kg}",
        "- {test: TEMP, result: vitals.TEMP_DEGC, unit: C}",
        "- {test: SYSBP, result: vitals.SYSTOLIC_BP, unit: mmHg}",
    ):
        assert test in made


def test_units_of_a_list_of_their_own() -> None:
    study(
        pp="Patient,Cmax (ng/mL),Tmax (h)\nP1,40,1\nP2,41,2\n",
        pk="Patient,Analyte,Time,Result,Unit\nP1,ALB,0,40,ng/ml\nP1,ALB,1,41,ng/ml\n",
    )
    made = lines("PP", "--from", "pp")
    assert "- {test: CMAX, result: pp.CMAX_NG_ML, unit: ng/mL}" in made
    assert "- {test: TMAX, result: pp.TMAX_H, unit: h}" in made


def test_dates_that_sas_names_and_codes_without_a_codelist() -> None:
    study(
        ae="SUBJID,AESEQNO,AETERM,AESTDTN,AEENDTN,AEREL,AEONG\n"
        "P1,1,a,01FEB2021,02FEB2021,1,0\nP1,2,b,FEB2021,,2,1\nP2,1,c,2021,,1,1\n"
    )
    made = lines("AE")
    assert "AESTDTC: {collect: ae.AESTDTN, date: [DDMONYYYY, MONYYYY, YYYY]}" in made
    assert "AEENDTC: {collect: ae.AEENDTN, date: DDMONYYYY}" in made
    assert "AEENRTPT: {collect: ae.AEONG, ct: {0: BEFORE, 1: ONGOING}}" in made
    assert not any(line.startswith("AEREL") for line in made)
    said = run("init", "AE", "--print")[1]
    assert (
        '  # AEREL: {collect: ae.AEREL, ct: {1: "?", 2: "?"}}  # decide: the same name; '
        "what 1, 2 mean only the form tells\n"
    ) in said
    assert (
        "  # AEENTPT: {assign: ?}  # decide: the time point that AEENRTPT speaks of, such as END OF STUDY\n"
    ) in said


ODM = """\
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot" FileOID="F">
<ClinicalData StudyOID="T1" MetaDataVersionOID="1">{0}</ClinicalData></ODM>
"""
RECORD = """\
<SubjectData SubjectKey="P{0}"><SiteRef LocationOID="S1"/><StudyEventData StudyEventOID="SE">
<FormData FormOID="F">
<ItemGroupData ItemGroupOID="IG.EX" ItemGroupRepeatKey="1"><ItemData ItemOID="IT.EXTRT" Value="DRUG"/>
<ItemData ItemOID="IT.EXDOSE" Value="1{0}"/><ItemData ItemOID="IT.EXSTDAT" Value="2021-01-0{0}"/>
<ItemData ItemOID="IT.EXENDAT" Value="2021-02-0{0}"/></ItemGroupData>
</FormData></StudyEventData></SubjectData>
"""


def test_items_of_odm_and_its_keys() -> None:
    Path("raw/export.xml").write_text(ODM.format("".join(RECORD.format(number) for number in range(1, 6))))
    study()
    sources = Path("mappings/sources.yaml").read_text()
    assert "    # visit: {name: StudyEventOID, date: ?}  # decide: the date of the visit\n" in sources
    made = lines("EX")
    assert made[made.index("variables:") + 1 :] == [
        "EXSPID: ex.ItemGroupRepeatKey",
        "EXTRT: ex.IT_EXTRT",
        "EXDOSE: ex.IT_EXDOSE",
        "EXSTDTC: {collect: ex.IT_EXSTDAT, date: ISO}",
        "EXENDTC: {collect: ex.IT_EXENDAT, date: ISO}",
    ]


HEMATOLOGY = "SUBJID,VISIT,LBDAT,HGB,HGB_U\nP1,Week 4,2021-01-04,14.1,g/dL\nP2,Week 4,2021-01-05,13.1,g/dL\n"
CHEMISTRY = (
    "SUBJID,VISIT,LBDAT,ALT (U/L),Creatinine (umol/L)\n"
    "P1,Week 4,2021-01-04,20,80\nP2,Week 4,2021-01-05,30,90\n"
)
STACKED = """\
domain: LB
variables:
LBLOBXFL: {absent: There is no DM yet}
stack:
- from: labs_blood
visit: yes
long:
- {test: HGB, result: labs_blood.HGB, unit: {collect: labs_blood.HGB_U}, standard: g/dL, decimals: 1, \
variables: {LBCAT: {assign: HEMATOLOGY}}}
variables:
LBDTC: {collect: labs_blood.LBDAT, date: ISO}
- from: labs_chem
visit: yes
long:
- {test: ALT, result: labs_chem.ALT_U_L, unit: U/L, variables: {LBCAT: {assign: CHEMISTRY}}}
- {test: CREAT, result: labs_chem.CREATININE_UMOL_L, unit: umol/L, variables: {LBCAT: {assign: CHEMISTRY}}}
variables:
LBDTC: {collect: labs_chem.LBDAT, date: ISO}"""


def test_several_tables_are_the_blocks_of_a_stack() -> None:
    study(labs_blood=HEMATOLOGY, labs_chem=CHEMISTRY)
    assert run("init", "LB")[2] == (
        "1 error in the specs\n"
        "--from CED771 LB may be made from labs_chem, labs_blood; name one of them, or all: --from "
        "labs_chem,labs_blood\n"
    )
    assert "\n".join(lines("LB", "--from", "labs_blood,labs_chem")) == STACKED
    code, _, err = run("init", "LB", "--from", "labs_blood,labs_chem")
    assert (code, err.splitlines()[0]) == (
        0,
        "mappings/sdtm/lb.yaml proposed from the tables labs_blood and labs_chem: 2 sure, 3 likely, 0 guess, "
        "6 decide",
    )
    said = run("check-spec")[2]
    assert said.count("CED") == 1  # only what the laboratory did not send is left
    assert "CED020 LB has no line for LBORNRLO (Exp), LBORNRHI (Exp), LBSTNRLO (Exp)" in said


def test_a_stack_of_numbered_columns_keeps_its_blocks() -> None:
    study(
        vitals="SUBJID,VISIT,VSDAT,SYSBP1,SYSBP2,PULSE,POSITION\n"
        "P1,Week 4,2021-01-04,120,121,60,Sitting\nP2,Week 4,2021-01-05,130,131,70,Sitting\n",
        weight="SUBJID,VISIT,VSDAT,WEIGHT\nP1,Week 4,2021-01-04,70\nP2,Week 4,2021-01-05,80\n",
    )
    made = lines("VS", "--from", "vitals,weight")
    assert [line for line in made if line.startswith("- from")] == [
        "- from: vitals",
        "- from: vitals",
        "- from: weight",
    ]
    assert made.count("VSPOS: {collect: vitals.POSITION, ct: {Sitting: SITTING}}") == 2
    assert run("init", "VS", "--from", "vitals,weight")[0] == 0
    assert run("check-spec")[:2] == (0, "")


def test_a_table_without_a_subject_hinders_no_other_one() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Info"  # type: ignore[union-attr]
    book.active.append(["Export 3"])  # type: ignore[union-attr]
    book.active.append(["made in May"])  # type: ignore[union-attr]
    sheet = book.create_sheet("VS")
    for row in (["USUBJID", "PULSE"], ["P1", 60], ["P2", 70], ["P3", 65]):
        sheet.append(row)
    book.save("raw/all.xlsx")
    study()
    proposed = Path("mappings/sources.yaml").read_text()
    assert (
        '    subject: "?"  # decide: no column of this table seems to hold the subject; '
        "name it, write none for a table of no subject, or take the table out\n"
    ) in proposed
    assert proposed.count("    page: ") == 1  # a form has subjects
    told = "mappings/sources.yaml:11:14 CED012 table all_info lists no column ?\n"
    assert run("init", "VS") == (
        0,
        "",
        f"1 warning in the specs\n{told}"
        "mappings/sdtm/vs.yaml proposed from the table all_vs: 1 sure, 0 likely, 0 guess, 3 decide\n"
        "next: look at its lines, then ced-cdisc check-spec\n",
    )
    assert run("init", "AE", "--from", "all_info") == (10, "", f"1 error in the specs\n{told}")


@pytest.mark.parametrize("domain", ["AE", "CM"])
def test_a_table_that_is_called_as_another_domain_is_not_taken(domain: str) -> None:
    study(
        mh="SUBJID,NR,TERM,START,STOP\nP1,1,a,2021-01-04,2021-02-04\nP2,1,b,2021-01-04,2021-02-04\n",
        ex="SUBJID,TRT,DOSE,START,STOP\nP1,a,1,2021-01-04,2021-02-04\nP2,b,2,2021-01-04,2021-02-04\n",
    )
    assert run("init", domain)[2] == (
        f"1 error in the specs\n--from CED771 no table looks like {domain}; name one with --from: ex, mh\n"
    )


def test_tables_of_pharmacokineticists_are_known_by_their_names() -> None:
    Path("raw/pk.csv").write_text(
        "SUBJ,TPT,SMPDAT,CONC,UNIT\n101,PRE,06-MAR-2023,<0.5,ng/mL\n101,1 H,06-MAR-2023,2.9,ng/mL\n"
    )
    Path("raw/pkparam.csv").write_text(
        "SUBJ,PERIOD,PARAM,VALUE,UNIT\n101,1,AUCINF_obs,271.6,hr*ng/mL\n101,1,HL_Lambda_z,3.51,h\n"
        "102,1,AUCINF_obs,211.1,hr*ng/mL\n102,1,HL_Lambda_z,3.12,h\n"
    )
    study()
    assert run("init", "PC") == (
        0,
        "",
        "mappings/sdtm/pc.yaml proposed from the table pk: 0 sure, 2 likely, 0 guess, 5 decide\n"
        "next: look at its lines, then ced-cdisc check-spec\n",
    )
    made = lines("PP")
    assert "from: pkparam" in made
    assert [line for line in made if line.startswith(("AUC", "HL", "LAM"))] == [
        "AUCINF_obs: AUCIFO",
        "HL_Lambda_z: LAMZHL",
        "AUCIFO: {standard: h*ng/mL, decimals: 1}",
        "LAMZHL: {standard: h, decimals: 2}",
    ]
