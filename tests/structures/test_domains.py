"""Domains of every kind: split, custom, of associated persons, relationships, trial design."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import FILES
from structures import Files, made, rows, said, xml

QS = "  qs: {file: qs.csv, key: [SUBJ, QSDT], page: 4, columns: [SUBJ, QSDT, A, B]}\n"


def part(name: str, test: str, column: str, category: str) -> str:
    """One part of QS: one test."""
    return f"""\
domain: QS
dataset: {name}
label: Questionnaire {category}
from: qs
sort: [QSTESTCD, QSDTC]
long: [{{test: {test}, label: Question {column}, result: qs.{column}}}]
variables:
  QSCAT: {{assign: {category}}}
  VISITNUM: {{absent: No visits}}
  QSDTC: {{collect: qs.QSDT, date: edc}}
supp:
  QSX: {{collect: qs.{column}, label: As Written}}
"""


SPLIT: Files = {
    "raw/qs.csv": "SUBJ,QSDT,A,B\n001,09-FEB-2020,1,22\n001,12-FEB-2020,2,333\n002,11-FEB-2020,1,4\n",
    "mappings/sdtm/qssa.yaml": part("QSSA", "SAQ1", "A", "SAQ"),
    "mappings/sdtm/qsph.yaml": part("QSPH", "PHQLONG", "B", "PHILONG"),
    "define/define.yaml": FILES["define/define.yaml"]
    + "codelists:\n  QSCAT: {extends: C100129, terms: {SAQ: Seattle, PHILONG: Long}}\n",
}


def test_the_parts_of_a_split_domain_share_numbers_lengths_and_domain(tmp_path: Path) -> None:
    done = made(tmp_path, SPLIT, QS)
    names = ("DOMAIN", "USUBJID", "QSSEQ", "QSTESTCD", "QSORRES")
    assert rows(done, "QSPH", *names) == [
        ("QS", "T1-001", 1, "PHQLONG", "22"),
        ("QS", "T1-001", 2, "PHQLONG", "333"),
        ("QS", "T1-002", 1, "PHQLONG", "4"),
    ]
    assert rows(done, "QSSA", *names) == [
        ("QS", "T1-001", 3, "SAQ1", "1"),
        ("QS", "T1-001", 4, "SAQ1", "2"),
        ("QS", "T1-002", 2, "SAQ1", "1"),
    ]
    assert rows(done, "SUPPQSSA", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL") == [
        ("QS", "T1-001", "QSSEQ", "3"),
        ("QS", "T1-001", "QSSEQ", "4"),
        ("QS", "T1-002", "QSSEQ", "2"),
    ]
    datasets = {d.name: d for d in done.packages["sdtm"].datasets}
    widths = {
        name: {v.name: v.xpt_length for v in datasets[name].variables}
        for name in ("QSPH", "QSSA", "SUPPQSSA")
    }
    assert (widths["QSSA"]["QSTESTCD"], widths["QSSA"]["QSORRES"], widths["SUPPQSSA"]["QVAL"]) == (7, 3, 3)
    assert widths["QSSA"] == widths["QSPH"]
    text = xml(tmp_path)
    assert 'Name="QSSA" Domain="QS"' in text and 'Name="SUPPQSSA" Domain="QS"' in text
    assert text.count('<Alias Context="DomainDescription" Name="Questionnaires"/>') == 4
    assert (tmp_path / "out/sdtm/qssa.xpt").exists() and (tmp_path / "out/sdtm/suppqssa.xpt").exists()


FACE = """\
domain: FA
dataset: FACE
label: Findings About Clinical Events
from: ae
sort: [FAOBJ, FATESTCD]
long: [{test: SEV, label: Severity/Intensity, result: ae.SEV}]
variables:
  FAOBJ: ae.TERM
  FASPID: ae.AENO
  FADTC: {collect: ae.START, date: edc}
  FALOBXFL: {absent: Not asked before treatment}
  VISITNUM: {absent: No visits}
"""


def related(domain: str) -> Files:
    """A part of FA, and a relationship of AE with what RDOMAIN says."""
    rows = "  - {RDOMAIN: AE, USUBJID: '', IDVAR: AESPID, IDVARVAL: '', RELTYPE: ONE, RELID: R}\n"
    rows += f"  - {{RDOMAIN: {domain}, USUBJID: '', IDVAR: FASPID, IDVARVAL: '', RELTYPE: MANY, RELID: R}}\n"
    return {"mappings/sdtm/face.yaml": FACE, "mappings/sdtm/relrec.yaml": f"domain: RELREC\nrows:\n{rows}"}


@pytest.mark.parametrize("domain", ["FA", "FACE"])
def test_a_relationship_names_a_part_of_fa_or_the_domain(tmp_path: Path, domain: str) -> None:
    done = made(tmp_path, related(domain))
    assert rows(done, "RELREC", "RDOMAIN", "IDVAR") == [("AE", "AESPID"), (domain, "FASPID")]
    listed = xml(tmp_path).count('CodedValue="FACE" OrderNumber="2" def:ExtendedValue="Yes"')
    assert listed == (1 if domain == "FACE" else 0)


def test_rdomain_of_a_part_is_told_the_code_of_its_domain(tmp_path: Path) -> None:
    rows = "  - {RDOMAIN: QSSA, USUBJID: '', IDVAR: QSSEQ, IDVARVAL: '', RELTYPE: ONE, RELID: R}\n"
    faults = said(tmp_path, {**SPLIT, "mappings/sdtm/relrec.yaml": f"domain: RELREC\nrows:\n{rows}"}, QS)
    assert faults == [
        "mappings/sdtm/relrec.yaml:3:15 CED021 'QSSA' is no term of codelist DOMAIN (C66734) of RELREC.RDOMAIN; "
        "QSSA is a part of QS: write QS"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "dataset: QSSA\n",
            "dataset: QSSAQ\n",
            "mappings/sdtm/qssa.yaml:2:10 CED050 QSSAQ cannot be the name of a part of QS; "
            "it is QS and one or two capitals or digits, so that SUPP can stand before it",
        ),
        (
            "dataset: QSSA\n",
            "",
            "mappings/sdtm/qssa.yaml:1:9 CED050 QS is split, so that this part needs a name of its own; "
            "write dataset: QS.., as QSPH has",
        ),
        ("dataset: QSSA\n", "dataset: QSPH\n", "mappings/sdtm/qssa.yaml:2:10 CED029 a second spec for QSPH"),
    ],
)
def test_the_names_of_parts(tmp_path: Path, old: str, new: str, expected: str) -> None:
    files = SPLIT | {"mappings/sdtm/qssa.yaml": SPLIT["mappings/sdtm/qssa.yaml"].replace(old, new)}
    assert said(tmp_path, files, QS) == [expected]


def custom(text: str, code: str = "XA") -> Files:
    """A custom domain made from the adverse events."""
    return {"mappings/sdtm/xa.yaml": f"domain: {code}\nlabel: Extra\nfrom: ae\n{text}"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class: Events\nvariables: {--TERM: ae.TERM, --STDTC: {collect: ae.START, date: edc}}\n", "EVENTS"),
        (
            "class: Interventions\nvariables: {--TRT: ae.TERM, --STDTC: {collect: ae.START, date: edc}}\n",
            "INT",
        ),
        (
            "class: Findings\nlong: [{test: A, label: Aa, result: ae.SEV}]\n"
            "variables: {VISITNUM: {absent: None}, --DTC: {collect: ae.START, date: edc}}\n",
            "FINDINGS",
        ),
        (
            "class: Findings About\nlong: [{test: A, label: Aa, result: ae.SEV}]\n"
            "variables: {--OBJ: ae.TERM, VISITNUM: {absent: None}, --DTC: {collect: ae.START, date: edc}}\n",
            "FINDINGS ABOUT",
        ),
    ],
)
def test_custom_domains_of_every_class(tmp_path: Path, text: str, expected: str) -> None:
    done = made(tmp_path, custom(text))
    assert len(done.frames["XA"]) == 3
    dataset = next(d for d in done.packages["sdtm"].datasets if d.name == "XA")
    assert dataset.class_name.startswith(expected) and dataset.standard == ""


def test_a_custom_domain_that_cannot_be(tmp_path: Path) -> None:
    text = "class: Events\nvariables: {--TERM: ae.TERM}\n"
    assert said(tmp_path, custom(text, "XABC")) == [
        "mappings/sdtm/xa.yaml:1:9 CED026 XABC is no domain code; it has two capitals or digits"
    ]
    assert said(tmp_path, custom(text + "like: AF\n")) == [
        "mappings/sdtm/xa.yaml:6:7 CED026 AF is no domain to be like; did you mean FA?"
    ]


def test_associated_persons(tmp_path: Path) -> None:
    apmh = """\
domain: APMH
from: fam
variables:
  APID: {derive: "join('-', fam.SUBJ, fam.REL)"}
  SREL: {collect: fam.REL, ct: {M: "MOTHER, BIOLOGICAL", F: "FATHER, BIOLOGICAL"}}
  MHTERM: fam.TERM
supp:
  MHX: {collect: fam.NO, label: Line of the Form}
"""
    files = {"raw/fam.csv": "SUBJ,NO,REL,TERM\n001,1,M,MI\n001,2,F,Stroke\n002,1,M,MI\n001,3,M,Angina\n"}
    table = "  fam: {file: fam.csv, key: [SUBJ, NO], page: 4, columns: [SUBJ, NO, REL, TERM]}\n"
    done = made(tmp_path, files | {"mappings/sdtm/apmh.yaml": apmh}, table)
    assert done.frames["APMH"].columns == ["STUDYID", "DOMAIN", "APID", "RSUBJID", "SREL", "MHSEQ", "MHTERM"]
    assert rows(done, "APMH", "DOMAIN", "APID", "RSUBJID", "SREL", "MHSEQ", "MHTERM") == [
        ("APMH", "001-F", "T1-001", "FATHER, BIOLOGICAL", 1, "Stroke"),
        ("APMH", "001-M", "T1-001", "MOTHER, BIOLOGICAL", 1, "Angina"),
        ("APMH", "001-M", "T1-001", "MOTHER, BIOLOGICAL", 2, "MI"),
        ("APMH", "002-M", "T1-002", "MOTHER, BIOLOGICAL", 1, "MI"),
    ]
    assert rows(done, "SUPPAPMH", "RDOMAIN", "APID", "IDVAR", "IDVARVAL", "QVAL") == [
        ("APMH", "001-F", "MHSEQ", "1", "2"),
        ("APMH", "001-M", "MHSEQ", "1", "3"),
        ("APMH", "001-M", "MHSEQ", "2", "1"),
        ("APMH", "002-M", "MHSEQ", "1", "1"),
    ]
    datasets = {d.name: d for d in done.packages["sdtm"].datasets}
    assert datasets["APMH"].label == "Associated Persons Medical History"
    person = next(v for v in datasets["APMH"].variables if v.name == "RSUBJID")
    assert person.origin is not None and person.origin.type == "Derived"


def test_relationship_datasets(tmp_path: Path) -> None:
    files = {
        "mappings/sdtm/relsub.yaml": """\
domain: RELSUB
from: demog
where: demog.SUBJ = '001'
variables: {RSUBJID: {assign: T1-002}, SREL: {assign: "SIBLING, BIOLOGICAL"}}
""",
        "mappings/sdtm/relspec.yaml": """\
domain: RELSPEC
stack:
  - from: demog
    variables:
      REFID: {derive: "join('-', demog.SUBJ, '1')"}
      PARENT: {absent: "Missing for the specimen that was collected"}
      SPEC: {assign: BLOOD}
      LEVEL: {assign: 1}
  - from: demog
    variables:
      REFID: {derive: "join('-', demog.SUBJ, '1.1')"}
      PARENT: {derive: "join('-', demog.SUBJ, '1')"}
      SPEC: {assign: SERUM}
      LEVEL: {assign: 2}
""",
        "mappings/sdtm/pooldef.yaml": """\
domain: POOLDEF
label: Pool Definition
from: demog
variables: {POOLID: {assign: P1}}
""",
    }
    done = made(tmp_path, files)
    assert rows(done, "RELSUB", "USUBJID", "RSUBJID") == [("T1-001", "T1-002")]
    assert rows(done, "RELSPEC", "USUBJID", "REFID", "SPEC", "PARENT", "LEVEL") == [
        ("T1-001", "001-1", "BLOOD", None, 1),
        ("T1-001", "001-1.1", "SERUM", "001-1", 2),
        ("T1-002", "002-1", "BLOOD", None, 1),
        ("T1-002", "002-1.1", "SERUM", "002-1", 2),
    ]
    assert rows(done, "POOLDEF", "POOLID", "USUBJID") == [("P1", "T1-001"), ("P1", "T1-002")]


def test_trial_design_with_assessments_milestones_and_null_flavours(tmp_path: Path) -> None:
    files = {
        "mappings/sdtm/td.yaml": "domain: TD\norigin: Protocol\nrows:\n"
        "  - {TDORDER: 1, TDANCVAR: ANCH1DT, TDSTOFF: P0D, TDTGTPAI: P8W, TDMINPAI: P53D, TDMAXPAI: P9W, "
        "TDNUMRPT: 6}\n",
        "mappings/sdtm/tm.yaml": "domain: TM\norigin: Protocol\nrows:\n"
        "  - {MIDSTYPE: HYPO, TMDEF: A glucose below 54 mg/dL, TMRPT: Y}\n",
        "mappings/sdtm/ts.yaml": "domain: TS\norigin: Protocol\nrows:\n"
        "  - {TSSEQ: 1, TSPARMCD: AGEMIN, TSPARM: Planned Minimum Age of Subjects, TSVAL: P18Y}\n"
        "  - {TSSEQ: 1, TSPARMCD: AGEMAX, TSPARM: Planned Maximum Age of Subjects, TSVALNF: PINF}\n"
        "variables: {TSVALCD: {absent: Not coded}, TSVCDREF: {absent: Not coded}, TSVCDVER: {absent: Not coded}}\n",
    }
    done = made(tmp_path, files)
    assert rows(done, "TD", "TDORDER", "TDTGTPAI", "TDNUMRPT") == [(1, "P8W", 6)]
    assert rows(done, "TM", "MIDSTYPE", "TMRPT") == [("HYPO", "Y")]
    assert rows(done, "TS", "TSPARMCD", "TSSEQ", "TSVAL", "TSVALNF") == [
        ("AGEMAX", 1, None, "PINF"),
        ("AGEMIN", 1, "P18Y", None),
    ]


def test_replicates_time_points_and_links_by_expressions(tmp_path: Path) -> None:
    text = """\
domain: VS
from: eg
for: [{k: 0, tpt: PRE}, {k: 1, tpt: 1H}]
sort: [VSTESTCD, VSTPTNUM, VSREPNUM]
long: [{test: SYSBP, result: "eg.QT{k}", unit: mmHg}]
variables:
  VSLNKID: {derive: "join('-', 'E', eg.REP)"}
  VSREPNUM: {derive: "rank(on VSTPTNUM order by VSLNKID)"}
  VISITNUM: {absent: No visits}
  VSDTC: {collect: eg.EGDT, date: edc}
  VSTPT: {assign: "{tpt}"}
  VSTPTNUM: {assign: "{k}"}
  VSELTM: {assign: "PT{k}H"}
  VSTPTREF: {assign: DOSE}
  VSRFTDTC: {derive: DM.RFXSTDTC}
"""
    files = {
        "mappings/sdtm/vs.yaml": text,
        "raw/eg.csv": "SUBJ,REP,EGDT,QT0,QT1\n001,B,10-FEB-2020,401,411\n001,A,10-FEB-2020,400,\n",
    }
    table = "  eg: {file: eg.csv, key: [SUBJ, REP], page: 4, columns: [SUBJ, REP, EGDT, QT0, QT1]}\n"
    done = made(tmp_path, files, table)
    names = ("VSREPNUM", "VSTPT", "VSTPTNUM", "VSELTM", "VSRFTDTC", "VSLNKID", "VSSTRESN")
    assert rows(done, "VS", *names) == [
        (1, "PRE", 0, "PT0H", "2020-02-10", "E-A", 400),
        (2, "PRE", 0, "PT0H", "2020-02-10", "E-B", 401),
        (1, "1H", 1, "PT1H", "2020-02-10", "E-B", 411),
    ]


def test_what_stands_above_a_stack_uses_the_names_of_its_blocks(tmp_path: Path) -> None:
    text = """\
domain: VS
sort: [VSTESTCD, VSTPT]
tests: {SYSBP: {unit: "{unit}"}}
stack:
  - from: eg
    for: [{k: 0, unit: mmHg}, {k: 1, unit: mmHg}]
    long: [{test: SYSBP, result: "eg.QT{k}"}]
    variables: {VSTPT: {assign: "T{k}"}}
variables:
  VISITNUM: {absent: No visits}
  VSDTC: {collect: eg.EGDT, date: edc}
  VSTPTREF: {absent: Not planned}
"""
    files = {"mappings/sdtm/vs.yaml": text, "raw/eg.csv": "SUBJ,EGDT,QT0,QT1\n001,10-FEB-2020,401,411\n"}
    table = "  eg: {file: eg.csv, key: SUBJ, page: 4, columns: [SUBJ, EGDT, QT0, QT1]}\n"
    done = made(tmp_path, files, table)
    assert rows(done, "VS", "VSTPT", "VSSTRESN", "VSSTRESU") == [("T0", 401, "mmHg"), ("T1", 411, "mmHg")]


def test_the_label_of_a_custom_domain_is_no_name_of_its_tests(tmp_path: Path) -> None:
    vision: Files = {
        "raw/qs.csv": "SUBJ,QSDT,A,B\n001,09-FEB-2020,1,22\n",
        "mappings/sdtm/xa.yaml": "domain: XA\nclass: Findings\nlabel: Vision\nfrom: qs\n"
        "long: [{test: VIS, result: qs.A}, {test: VISB, label: Vision B, result: qs.B}]\n"
        "variables:\n  XADTC: {collect: qs.QSDT, date: edc}\n  VISITNUM: {absent: No visits}\n",
    }
    assert said(tmp_path, vision, QS) == [
        "mappings/sdtm/xa.yaml:5:15 CED021 the terminology has no name for test VIS; give it with 'label'"
    ]


@pytest.mark.parametrize(("shared", "own"), [("--GRPID", "AEGRPID"), ("AEGRPID", "--GRPID")])
def test_the_line_of_a_block_goes_before_that_of_all_however_they_are_written(
    tmp_path: Path, shared: str, own: str
) -> None:
    ae = FILES["mappings/sdtm/ae.yaml"].replace(
        "from: ae\n",
        "stack:\n  - from: ae\n    where: \"ae.AENO = '1'\"\n"
        f'    variables: {{{own}: {{derive: "upper(AETERM)"}}}}\n'
        "  - from: ae\n    where: \"ae.AENO = '2'\"\n",
    )
    ae = ae.replace("  AESPID:", f'  {shared}: {{derive: "first(AETERM order by AESPID)"}}\n  AESPID:')
    done = made(tmp_path, {"mappings/sdtm/ae.yaml": ae})
    assert rows(done, "AE", "AETERM", "AEGRPID") == [
        ("Bone pain", "Headache"),
        ("Headache", "HEADACHE"),
        ("Nausea", "NAUSEA"),
    ]
