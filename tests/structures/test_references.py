"""What points at other records: qualifiers, RELREC, comments; and that every reference finds its record."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.pipeline import Build
from small_study import AE, DM, FILES, SOURCES
from structures import Files, made, rows, said, unchecked, written

RACES = (
    "RACE: {ticks: {demog.W: WHITE, demog.B: BLACK OR AFRICAN AMERICAN, demog.A: ASIAN}, "
    "ct: {1: Y, 0: N}, several: MULTIPLE, else: NOT REPORTED}"
)
DEFINE = FILES["define/define.yaml"] + (
    "codelists:\n  RACE: {extends: C74457, terms: {MULTIPLE: Multiple}, exception: Several races.}\n"
)


def ticked(*ticks: str, races: str = RACES) -> Files:
    """Two subjects with the boxes W, B and A."""
    one, two = ticks
    return {
        "define/define.yaml": DEFINE,
        "mappings/sources.yaml": SOURCES.replace("SEX, ICFDT]", "SEX, ICFDT, W, B, A]"),
        "mappings/sdtm/dm.yaml": DM.replace('RACE:     {absent: "Not collected"}', races),
        "raw/demog.csv": "SUBJ,BRTHDAT,SEX,ICFDT,W,B,A\n"
        f"001,05-JUN-1970,1,01-FEB-2020,{one}\n002,UN-UNK-1966,2,03-FEB-2020,{two}\n",
    }


def joined_back(done: Build, parent: str) -> None:
    """Every qualifier finds records of its parent by IDVAR, and all of these have it."""
    plan = done.plan.dataset(parent)
    records = done.frames[parent].to_dicts()
    for row in done.frames[f"SUPP{parent}"].to_dicts():
        assert row["RDOMAIN"] == plan.domain
        mine = [r for r in records if r[plan.person] == row[plan.person]]
        if row["IDVAR"] is not None:
            mine = [r for r in mine if f"{r[row['IDVAR']]:g}" == row["IDVARVAL"]]
        assert mine


def test_boxes_to_tick_make_one_variable_and_a_qualifier_for_each_of_several(tmp_path: Path) -> None:
    done = made(tmp_path, ticked("0,1,1", "1,0,"))
    assert rows(done, "DM", "RACE") == [("MULTIPLE",), ("WHITE",)]
    assert rows(done, "SUPPDM", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG") == [
        ("T1-001", None, None, "RACE1", "Race 1", "BLACK OR AFRICAN AMERICAN", "Derived"),
        ("T1-001", None, None, "RACE2", "Race 2", "ASIAN", "Derived"),
    ]
    joined_back(done, "DM")
    variable = next(v for v in done.plan.dataset("DM").variables if v.name == "RACE")
    assert variable.method is not None
    assert variable.method.text == (
        "MULTIPLE where more than one box is ticked of WHITE (demog.W), BLACK OR AFRICAN AMERICAN (demog.B) "
        "and ASIAN (demog.A); otherwise the one that is ticked; NOT REPORTED where none is."
    )


def test_no_box_ticked(tmp_path: Path) -> None:
    assert rows(made(tmp_path, ticked("1,1,1", "0,,0")), "DM", "RACE") == [("MULTIPLE",), ("NOT REPORTED",)]


def test_a_tick_that_is_none_is_a_fault(tmp_path: Path) -> None:
    assert said(tmp_path, ticked("0,1,1", "X,0,0"))[0] == (
        "mappings/sdtm/dm.yaml:18:9 CED250 DM.RACE: raw value 'X' of demog.W has no term in ct; ct has 1, 0\n"
        "    demog.csv line 3, subject T1-002"
    )


def test_ticks_need_words_for_a_tick_and_for_several(tmp_path: Path) -> None:
    races = RACES.replace(", several: MULTIPLE, else: NOT REPORTED", "")
    assert said(tmp_path, ticked("0,1,1", "0,0,0", races=races)) == [
        "mappings/sdtm/dm.yaml:18:9 CED018 the ticks of DM.RACE need 'ct' (what a tick is) and 'several' or 'nth'; "
        "for example ct: {1: Y, 0: N}, several: MULTIPLE"
    ]
    races = RACES.replace("ASIAN}", "ASIEN}")
    assert said(tmp_path, ticked("0,1,1", "0,0,0", races=races))[0] == (
        "mappings/sdtm/dm.yaml:18:79 CED021 'ASIEN' is no term of codelist RACE (C74457) of DM.RACE; "
        "did you mean ASIAN?"
    )


def ae(*qualifiers: str) -> Files:
    """AE with supplemental qualifiers."""
    return {"mappings/sdtm/ae.yaml": AE + "supp:\n" + "".join(f"  {q}\n" for q in qualifiers)}


def test_idvar_is_the_number_or_the_variable_that_is_told(tmp_path: Path) -> None:
    done = made(
        tmp_path,
        ae(
            "AEX: {collect: ae.STOP, label: Stop as Written}",
            "AEY: {collect: ae.SEV, label: Severity as Written, idvar: --SPID}",
        ),
    )
    names = ("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL")
    assert rows(done, "SUPPAE", *names) == [
        ("T1-001", "AESEQ", "2", "AEX", "12-FEB-2020"),
        ("T1-001", "AESPID", "1", "AEY", "1"),
        ("T1-001", "AESPID", "2", "AEY", "2"),
        ("T1-002", "AESEQ", "1", "AEX", "14-FEB-2020"),
        ("T1-002", "AESPID", "1", "AEY", "3"),
    ]


def test_records_that_share_idvar_share_one_qualifier(tmp_path: Path) -> None:
    files = {
        "mappings/sdtm/ex.yaml": FILES["mappings/sdtm/ex.yaml"]
        + "  EXGRPID: {assign: A}\nsupp:\n  EXX: {derive: \"join('', 'S', dose.SUBJ)\", label: X, idvar: EXGRPID}\n"
    }
    done = made(tmp_path, files)
    assert rows(done, "SUPPEX", "USUBJID", "IDVAR", "IDVARVAL", "QVAL") == [
        ("T1-001", "EXGRPID", "A", "S001"),
        ("T1-002", "EXGRPID", "A", "S002"),
    ]


def test_a_qualifier_that_does_not_go_back_to_its_records_is_a_fault(tmp_path: Path) -> None:
    found = said(tmp_path, ae("AEX: {collect: ae.SEV, label: X, idvar: AESER}"))
    assert found == [
        "mappings/sdtm/ae.yaml:26:8 CED297 SUPPAE.AEX: records of one AESER do not share the value; "
        "IDVAR must say which records a qualifier belongs to; --SEQ always does\n"
        "    ae.csv line 2, subject T1-001\n"
        "    ae.csv line 3, subject T1-001"
    ]
    found = said(tmp_path, ae("AEX: {collect: ae.SEV, label: X, idvar: AEENDTC}"))
    assert found == [
        "mappings/sdtm/ae.yaml:26:8 CED297 SUPPAE.AEX: AEENDTC is missing, which is to identify the record; "
        "IDVAR must say which records a qualifier belongs to; --SEQ always does\n"
        "    ae.csv line 3, subject T1-001"
    ]


def test_a_reference_that_leads_nowhere_is_not_taken_for_a_side(tmp_path: Path) -> None:
    """Written the right way round; the other way would lose the record without a word."""
    files = RELATED | {"raw/cm.csv": "SUBJ,NO,TRT,AENO\n001,1,Asp,1\n001,2,Ibu,2\n001,3,Z,7\n002,1,X,1\n"}
    assert said(tmp_path, files, CM) == [
        "mappings/sdtm/relrec.yaml:3:10 CED298 CM.CMAENO: no record of the subject has AE.AESPID '7'; "
        "a reference must find one record at least\n"
        "    cm.csv line 4, subject T1-001"
    ]


@pytest.mark.parametrize(
    ("qualifiers", "expected"),
    [
        (
            ["AESEV: {collect: ae.SEV, label: Severity}"],
            "mappings/sdtm/ae.yaml:26:3 CED051 AESEV is a variable of AE; write it under 'variables'",
        ),
        (
            ["AEX: {collect: ae.SEV, label: Severity, idvar: AESPDI}"],
            "mappings/sdtm/ae.yaml:26:50 CED051 AE has no variable AESPDI to be IDVAR; did you mean AESPID?",
        ),
    ],
)
def test_a_qualifier_that_does_not_fit(tmp_path: Path, qualifiers: list[str], expected: str) -> None:
    assert said(tmp_path, ae(*qualifiers)) == [expected]


def test_one_qualifier_has_one_label_and_a_parent_without_number_needs_idvar(tmp_path: Path) -> None:
    sv = """\
domain: RELSUB
stack:
  - from: demog
    variables: {RSUBJID: {assign: A}}
    supp: {RX: {collect: demog.SEX, label: One}}
  - from: demog
    variables: {RSUBJID: {assign: B}}
    supp: {RX: {collect: demog.SEX, label: Two}}
variables:
  SREL: {assign: "SIBLING, BIOLOGICAL"}
"""
    assert said(tmp_path, {"mappings/sdtm/relsub.yaml": sv}) == [
        "mappings/sdtm/relsub.yaml:5:12 CED051 RELSUB has no RESEQ to identify the records of RX; "
        "name a variable that does, such as idvar: VISITNUM",
        "mappings/sdtm/relsub.yaml:8:12 CED051 RELSUB has no RESEQ to identify the records of RX; "
        "name a variable that does, such as idvar: VISITNUM",
        "mappings/sdtm/relsub.yaml:8:44 CED051 the qualifier RX is labelled 'Two' here and 'One' elsewhere; "
        "QNAM and QLABEL go together",
    ]


CM = "  cm: {file: cm.csv, key: [SUBJ, NO], page: 4, columns: [SUBJ, NO, TRT, AENO]}\n"
RELATED: Files = {
    "mappings/sdtm/cm.yaml": """\
domain: CM
from: cm
variables:
  CMTRT: cm.TRT
  CMSPID: cm.NO
supp:
  CMAENO: {collect: cm.AENO, label: Number of the Event Treated}
""",
    "mappings/sdtm/relrec.yaml": """\
domain: RELREC
sort: [RELID, RDOMAIN, USUBJID, IDVAR, IDVARVAL]
relate: [{id: AECM, from: AE.AESPID, to: CM.CMAENO, by: ";"}]
variables: {RELTYPE: {absent: "The relationships hold between records."}}
""",
    "raw/cm.csv": "SUBJ,NO,TRT,AENO\n001,1,Asp,1; 2\n001,2,Ibu,2\n001,3,Zink,\n002,1,X,1\n",
}


def test_a_collected_identifier_relates_records(tmp_path: Path) -> None:
    done = made(tmp_path, RELATED, CM)
    # AE 1 of T1-001 is AESPID 2, which comes first by its date; CM 1 treats both
    expected = [
        ("AE", "T1-001", "AESEQ", "1", "AECM1"),
        ("AE", "T1-002", "AESEQ", "1", "AECM1"),
        ("CM", "T1-001", "CMSEQ", "1", "AECM1"),
        ("CM", "T1-001", "CMSEQ", "2", "AECM1"),
        ("CM", "T1-002", "CMSEQ", "1", "AECM1"),
        ("AE", "T1-001", "AESEQ", "2", "AECM2"),
        ("CM", "T1-001", "CMSEQ", "1", "AECM2"),
    ]
    assert rows(done, "RELREC", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELID") == expected
    origins = {v.name: v.origin.type for v in done.plan.dataset("RELREC").variables}
    assert origins["USUBJID"] == "Derived" and origins["IDVARVAL"] == "Assigned"
    assert origins["STUDYID"] == "Protocol"


def test_a_relation_by_another_variable(tmp_path: Path) -> None:
    files = {name: text.replace('by: ";"', 'by: ";", idvar: --SPID') for name, text in RELATED.items()}
    done = made(tmp_path, files, CM)
    assert rows(done, "RELREC", "RDOMAIN", "IDVAR", "IDVARVAL", "RELID")[:2] == [
        ("AE", "AESPID", "2", "AECM1"),
        ("AE", "AESPID", "1", "AECM1"),
    ]


def test_an_identifier_that_nothing_has_is_a_fault(tmp_path: Path) -> None:
    files = RELATED | {"raw/cm.csv": "SUBJ,NO,TRT,AENO\n001,1,Asp,1;7\n002,1,X,2\n"}
    hint = "a reference must find one record at least"
    assert said(tmp_path, files, CM) == [
        f"mappings/sdtm/relrec.yaml:3:10 CED298 CM.CMAENO: no record of the subject has AE.AESPID '2'; {hint}\n"
        "    cm.csv line 3, subject T1-002",
        f"mappings/sdtm/relrec.yaml:3:10 CED298 CM.CMAENO: no record of the subject has AE.AESPID '7'; {hint}\n"
        "    cm.csv line 2, subject T1-001",
    ]


def test_sides_that_stand_the_wrong_way_round_are_told(tmp_path: Path) -> None:
    """Of the two the one that refers stands in `to`; an event without treatment has no relation."""
    swapped = "from: CM.CMAENO, to: AE.AESPID"
    files = {name: text.replace("from: AE.AESPID, to: CM.CMAENO", swapped) for name, text in RELATED.items()}
    files |= {"raw/cm.csv": "SUBJ,NO,TRT,AENO\n001,1,Asp,1\n001,2,Ibu,1\n002,1,X,1\n"}
    assert said(tmp_path, files, CM) == [
        "mappings/sdtm/relrec.yaml:3:10 CED298 AE.AESPID: no record of the subject has CM.CMAENO '2'; "
        "each CM.CMAENO is one of AE.AESPID: write from: AE.AESPID, to: CM.CMAENO\n"
        "    ae.csv line 3, subject T1-001"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("AE.AESPID", "AEE.AESPID", "3:27 CED016 unknown dataset AEE; did you mean AE?"),
        ("AE.AESPID", "AE.AESPDI", "3:27 CED012 AE has no variable AESPDI; did you mean AESPID?"),
        ("CM.CMAENO", "CM.CMAEN", "3:42 CED012 CM has no variable CMAEN; did you mean CMAENO?"),
        (
            'by: ";"',
            "idvar: --LNKID",
            "3:60 CED012 AE has no variable AELNKID to be IDVAR; did you mean AESPID?|"
            "3:60 CED012 CM has no variable CMLNKID to be IDVAR; did you mean CMSPID?",
        ),
    ],
)
def test_a_relation_of_unknown_names(tmp_path: Path, old: str, new: str, expected: str) -> None:
    files = {name: text.replace(old, new) for name, text in RELATED.items()}
    assert said(tmp_path, files, CM) == [f"mappings/sdtm/relrec.yaml:{one}" for one in expected.split("|")]


def test_an_id_that_is_another_one_and_a_number_is_a_fault(tmp_path: Path) -> None:
    """The relationship of R with --SEQ 11 would be that of R1 with --SEQ 1."""
    text = RELATED["mappings/sdtm/relrec.yaml"].replace("AECM,", "R,")
    text = text.replace(
        '"}]',
        '"}, {id: R1, from: AE.AESPID, to: CM.CMAENO, by: ";"}, {id: RX, from: AE.AESPID, to: CM.CMSPID}]',
    )
    text += "rows: [{RDOMAIN: AE, IDVAR: AESPID, RELID: R20}]\n"
    assert said(tmp_path, RELATED | {"mappings/sdtm/relrec.yaml": text}, CM)[:2] == [
        "mappings/sdtm/relrec.yaml:3:65 CED163 RELID of the relation R and R1 can be alike; "
        "it is R and a number; name one of them otherwise",
        "mappings/sdtm/relrec.yaml:5:44 CED163 RELID of the relation R and R20 can be alike; "
        "it is R and a number; name one of them otherwise",
    ]


def test_written_relations_name_what_is_there(tmp_path: Path) -> None:
    text = """\
domain: RELREC
origin: Assigned
rows:
  - {RDOMAIN: AE, USUBJID: T1-001, IDVAR: AESEQ, IDVARVAL: 3, RELID: R1}
  - {RDOMAIN: EX, IDVAR: EXSEQ, RELTYPE: ONE, RELID: R1}
  - {RDOMAIN: AE, IDVAR: AESEQQ, RELTYPE: ONE, RELID: R2}
  - {RDOMAIN: CM, IDVAR: CMSEQ, RELTYPE: ONE, RELID: R2}
"""
    assert said(tmp_path, {"mappings/sdtm/relrec.yaml": text}) == [
        "mappings/sdtm/relrec.yaml:6:26 CED012 AE has no variable AESEQQ; did you mean AESEQ?",
        "mappings/sdtm/relrec.yaml:7:15 CED016 unknown dataset CM",
    ]
    good = "".join(text.splitlines(keepends=True)[:-2])
    assert said(tmp_path, {"mappings/sdtm/relrec.yaml": good}) == [
        "mappings/sdtm/relrec.yaml:1:9 CED298 RELREC: no record of the subject in AE has AESEQ '3'; "
        "a reference must find one record at least\n"
        "    subject T1-001"
    ]


CO = """\
domain: CO
sort: [RDOMAIN, IDVARVAL]
stack:
  - from: ae
    where: ae.STOP is present
    variables:
      RDOMAIN: {assign: AE}
      IDVAR: {assign: AESEQ}
      IDVARVAL: {derive: "text(only(AE.AESEQ where AE.AESPID = ae.AENO))"}
      COVAL: ae.STOP
  - from: dose
    where: dose.DAY = '1'
    variables:
      RDOMAIN: {assign: EX}
      IDVAR: {assign: EXSEQ}
      IDVARVAL: {derive: "text(min(EX.EXSEQ where EX.EXDOSE > 1))"}
      COVAL: dose.DOSDT
  - from: demog
    variables: {COVAL: demog.SUBJ}
"""


def test_comments_point_at_a_record_or_at_the_subject(tmp_path: Path) -> None:
    done = made(tmp_path, {"mappings/sdtm/co.yaml": CO})
    assert rows(done, "CO", "USUBJID", "COSEQ", "RDOMAIN", "IDVAR", "IDVARVAL", "COVAL") == [
        ("T1-001", 1, None, None, None, "001"),
        ("T1-001", 2, "AE", "AESEQ", "2", "12-FEB-2020"),
        ("T1-001", 3, "EX", "EXSEQ", "1", "10-FEB-2020"),
        ("T1-002", 1, None, None, None, "002"),
        ("T1-002", 2, "AE", "AESEQ", "1", "14-FEB-2020"),
        ("T1-002", 3, "EX", "EXSEQ", "1", "12-FEB-2020"),
    ]
    variable = next(v for v in done.plan.dataset("CO").variables if v.name == "IDVARVAL")
    assert variable.method is not None
    assert variable.method.text.startswith(
        "In records made from the raw table ae: (the AESEQ of the subject's record in AE where"
    )


def test_the_origin_of_a_variable_is_that_of_the_block_which_has_it(tmp_path: Path) -> None:
    text = CO.replace("COVAL: ae.STOP", 'COVAL: ae.STOP\n      CODTC: {absent: "Not on the page"}')
    text = text.replace(
        "COVAL: dose.DOSDT", "COVAL: dose.DOSDT\n      CODTC: {collect: dose.DOSDT, date: edc}"
    )
    done = made(tmp_path, {"mappings/sdtm/co.yaml": text})
    variable = next(v for v in done.plan.dataset("CO").variables if v.name == "CODTC")
    assert (variable.origin.type, variable.absent) == ("Collected", False)
    assert [ref.pages for ref in variable.origin.documents] == [(2,)]


def test_a_comment_on_no_record_is_a_fault(tmp_path: Path) -> None:
    text = CO.replace("    where: dose.DAY = '1'\n", "").replace(
        'derive: "text(min(EX.EXSEQ where EX.EXDOSE > 1))"', "collect: dose.DAY"
    )
    text = text.replace("    where: ae.STOP is present\n", "").replace(
        'derive: "text(only(AE.AESEQ where AE.AESPID = ae.AENO))"', 'assign: "9"'
    )
    assert said(tmp_path, {"mappings/sdtm/co.yaml": text}) == [
        "mappings/sdtm/co.yaml:1:9 CED298 CO: no record of the subject in AE has AESEQ '9'; "
        "a reference must find one record at least\n"
        "    ae.csv line 2, subject T1-001\n"
        "    ae.csv line 3, subject T1-001\n"
        "    ae.csv line 4, subject T1-002"
    ]


def test_a_comment_on_a_record_that_was_left_out_is_a_fault(tmp_path: Path) -> None:
    """The formula of IDVARVAL finds no record then: the comment would name a variable and no value of it."""
    ae = AE.replace("domain: AE\nfrom: ae\n", "domain: AE\nfrom: ae\nwhere: ae.AENO != '1'\n")
    assert ae != AE
    assert said(tmp_path, {"mappings/sdtm/co.yaml": CO, "mappings/sdtm/ae.yaml": ae}) == [
        "mappings/sdtm/co.yaml:1:9 CED298 CO: IDVARVAL is missing, which is to say which AESEQ of AE is meant; "
        "look whether that record was left out; 'where', or 'when' at RDOMAIN and IDVAR, says what then holds\n"
        "    ae.csv line 2, subject T1-001\n"
        "    ae.csv line 4, subject T1-002"
    ]
    is_there = "when: count(AE.AESEQ where AE.AESPID = ae.AENO) > 0}"
    of_subjects = CO.replace("{assign: AE}", f"{{assign: AE, {is_there}")
    of_subjects = of_subjects.replace("{assign: AESEQ}", f"{{assign: AESEQ, {is_there}")
    done = made(tmp_path / "kept", {"mappings/sdtm/co.yaml": of_subjects, "mappings/sdtm/ae.yaml": ae})
    assert (None, None, None, "12-FEB-2020") in rows(done, "CO", "RDOMAIN", "IDVAR", "IDVARVAL", "COVAL")


def test_a_part_of_a_build_takes_what_it_points_at(tmp_path: Path) -> None:
    folder = written(tmp_path, {"mappings/sdtm/co.yaml": CO})
    done = unchecked(folder, only="CO")
    assert sorted(done.frames) == ["AE", "CO", "DM", "EX"]
