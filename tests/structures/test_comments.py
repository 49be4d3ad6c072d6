"""What define.xml says beside an origin: comments of lines, and the conditions of values without a method."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from small_study import ADSL, AE, EX
from structures import Files, unchecked, written

NS = {"o": "http://www.cdisc.org/ns/odm/v1.3", "d": "http://www.cdisc.org/ns/def/v2.1"}
COMMENT = f"{{{NS['d']}}}CommentOID"
RESCUE = "  rescue: {file: rescue.csv, key: [SUBJ], page: 4, columns: [SUBJ, TAKEN, AMOUNT]}\n"


def comments(folder: Path, files: Files, tables: str = "", package: str = "sdtm") -> dict[str, str]:
    """The texts of the comments on variables and values, by the OID of these."""
    unchecked(written(folder, files, tables))
    root = etree.parse(folder / "out" / package / "define.xml").getroot()
    texts = {
        str(one.get("OID")): "".join(one.xpath(".//o:TranslatedText/text()", namespaces=NS))
        for one in root.iterfind(".//d:CommentDef", NS)
    }
    items = root.iterfind(".//o:ItemDef", NS)
    return {str(item.get("OID")): texts[item.attrib[COMMENT]] for item in items if COMMENT in item.attrib}


def stacked(dose: str, other: str) -> Files:
    """EX of two raw tables, with a line for EXDOSE in each."""
    lines = EX.split("variables:\n")[1]
    first = lines.replace("EXDOSE:   dose.DOSE", f"EXDOSE:   {dose}")
    second = (
        lines.replace("EXDOSE:   dose.DOSE", f"EXDOSE:   {other}")
        .replace("{collect: dose.DOSDT, date: edc}", "{collect: rescue.TAKEN, date: edc}")
        .replace("{assign: DRUG}", "{assign: DRUG, comment: Always the one drug.}")
    )
    blocks = [f"  - from: {table}\n    variables:\n" for table in ("dose", "rescue")]
    return {
        "mappings/sdtm/ex.yaml": "domain: EX\nsort: [EXSTDTC]\nstack:\n"
        + blocks[0] + first.replace("  EX", "      EX") + blocks[1] + second.replace("  EX", "      EX"),
        "raw/rescue.csv": "SUBJ,TAKEN,AMOUNT\n001,20-FEB-2020,1\n",
    }  # fmt: skip


def test_the_condition_of_a_value_without_a_method_is_its_comment(tmp_path: Path) -> None:
    lines = (
        "  AESEV:    {collect: ae.SEV, ct: {1: MILD, 2: MODERATE, 3: SEVERE}, when: \"ae.AENO != '2'\"}\n"
        "  AETOXGR:  {derive: \"ae.SEV\", when: AESEV is present}\n"
        "  AECONTRT: {assign: N, when: \"AESEV = 'MILD' or AESEV = 'SEVERE'\"}\n"
        "  AELOC:    {assign: HEAD, when: AESEV is present, comment: Where the pain was.}\n"
    )  # fmt: skip
    ae = AE.replace("  AESEV:    {collect: ae.SEV, ct: {1: MILD, 2: MODERATE, 3: SEVERE}}\n", lines)
    said = comments(tmp_path, {"mappings/sdtm/ae.yaml": ae})
    assert said["IT.AE.AESEV"] == 'Given only if AENO (ae) is not "2".'
    assert said["IT.AE.AECONTRT"] == 'Given only if AESEV is "MILD" or AESEV is "SEVERE".'
    assert said["IT.AE.AELOC"] == "Where the pain was."
    assert "IT.AE.AETOXGR" not in said  # its method says it
    assert said["IT.DM.AGEU"] == "Given only if AGE is present."


def test_a_copied_value_says_its_condition_too(tmp_path: Path) -> None:
    line = '  TRTSDT: {derive: "date(DM.RFXSTDTC)"}\n'
    copied = f"{line}  ETHNIC: {{copy: DM.COUNTRY, label: Land, when: NAE > 1}}\n"
    adsl = ADSL.replace(line, "").replace("sort:", f"{copied}sort:")
    said = comments(tmp_path, {"mappings/adam/adsl.yaml": adsl}, package="adam")
    assert said == {"IT.ADSL.ETHNIC": "Given only if NAE is above 1."}


def test_comments_and_conditions_of_qualifiers_are_in_define_xml(tmp_path: Path) -> None:
    supp = (
        "supp:\n  NUMBER: {collect: ae.AENO, label: Number on the Form, comment: As the site numbered.}\n"
        "  GRADE: {collect: ae.SEV, label: Grade on the Form, when: \"ae.SEV = '3'\"}\n"
    )  # fmt: skip
    said = comments(tmp_path, {"mappings/sdtm/ae.yaml": AE + supp})
    assert {k: v for k, v in said.items() if "QVAL" in k} == {
        "IT.SUPPAE.QVAL.QNAM.EQ.NUMBER": "As the site numbered.",
        "IT.SUPPAE.QVAL.QNAM.EQ.GRADE": 'Given only if SEV (ae) is "3".',
    }


def test_a_condition_of_some_records_names_their_source(tmp_path: Path) -> None:
    files = stacked("dose.DOSE", '{collect: rescue.AMOUNT, when: "EXENDTC is present"}')
    said = comments(tmp_path, files, RESCUE)
    assert said["IT.EX.EXDOSE"] == (
        "In records made from the raw table rescue: given only if EXENDTC is present."
    )
    assert said["IT.EX.EXTRT"] == "Always the one drug."  # written once, as for all


def test_why_there_is_no_value_names_the_source_that_has_none(tmp_path: Path) -> None:
    """The other source has values, of which the reason would be untrue."""
    files = stacked("dose.DOSE", '{absent: "The amount was not asked for."}')
    assert comments(tmp_path, files, RESCUE)["IT.EX.EXDOSE"] == (
        "In records made from the raw table rescue: the amount was not asked for."
    )


def test_different_comments_of_two_sources_are_both_told(tmp_path: Path) -> None:
    files = stacked(
        "{collect: dose.DOSE, comment: As prescribed.}",
        '{collect: rescue.AMOUNT, when: "EXENDTC is present"}',
    )
    assert comments(tmp_path, files, RESCUE)["IT.EX.EXDOSE"] == (
        "In records made from the raw table dose: as prescribed. "
        "In records made from the raw table rescue: given only if EXENDTC is present."
    )


def test_a_condition_that_all_sources_have_is_said_once(tmp_path: Path) -> None:
    files = stacked(
        "{collect: dose.DOSE, when: EXENDTC is present}",
        "{collect: rescue.AMOUNT, when: EXENDTC is present}",
    )
    assert comments(tmp_path, files, RESCUE)["IT.EX.EXDOSE"] == "Given only if EXENDTC is present."


def test_a_result_says_the_condition_that_is_written_and_not_that_of_its_test(tmp_path: Path) -> None:
    lb = """\
domain: LB
from: lab
sort: [LBTESTCD, LBDTC]
long:
  - {test: GLUC, result: {collect: lab.GL, when: "lab.GL != '0'"}, unit: {assign: mg/dL}, standard: mg/dL}
  - {test: ALB, result: lab.AL, unit: {assign: g/L, when: "lab.AL != '0'"}, standard: g/L}
not_done: {when: "{result} is missing", reason: {collect: lab.WHY, when: "lab.WHY != '-'"}}
variables:
  LBDTC: {collect: lab.DT, date: edc}
  LBCAT: {assign: CHEMISTRY}
  VISITNUM: {absent: "Not collected"}
  LBORNRLO: {absent: "No limits"}
  LBORNRHI: {absent: "No limits"}
  LBSTNRLO: {absent: "No limits"}
  LBSTNRHI: {absent: "No limits"}
  LBNRIND: {absent: "No limits"}
"""
    csv = "SUBJ,DT,GL,AL,WHY\n001,10-FEB-2020,7,2,\n002,11-FEB-2020,,3,broken\n"
    tables = "  lab: {file: lab.csv, key: [SUBJ, DT], page: 5, columns: [SUBJ, DT, GL, AL, WHY]}\n"
    said = comments(tmp_path, {"mappings/sdtm/lb.yaml": lb, "raw/lab.csv": csv}, tables)
    assert {k: v for k, v in said.items() if k.startswith("IT.LB.") and v.startswith("Given")} == {
        "IT.LB.LBORRES.LBTESTCD.EQ.GLUC": 'Given only if GL (lab) is not "0".',
        "IT.LB.LBORRESU.LBTESTCD.EQ.ALB": 'Given only if AL (lab) is not "0".',
        "IT.LB.LBREASND": 'Given only if WHY (lab) is not "-".',
    }
