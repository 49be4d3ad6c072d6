"""Rows from rows: look-ups of one and of many, text lists, repeated blocks, choices, values of neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from structures import made, rows, said, slow_faults, xml

LAB = "  lab: {file: lab.csv, key: [SUBJ, LBDT], page: 4, columns: [SUBJ, LBDT, RES]}\n"
LAB_CSV = {"raw/lab.csv": "SUBJ,LBDT,RES\n001,12-FEB-2020,20\n001,09-FEB-2020,10\n001,11-FEB-2020,15\n"}
LIST = "  sy: {file: sy.csv, key: [SUBJ, NO], page: 7, columns: [SUBJ, NO, LIST]}\n"


def ce(text: str) -> dict[str, str]:
    """A domain of clinical events with further words."""
    return {"mappings/sdtm/ce.yaml": "domain: CE\n" + text}


EVENTS = """\
from: ae
sort: [CETERM]
variables:
  CETERM: ae.TERM
  CESTDTC: {collect: ae.START, date: edc}
"""


def test_each_match_of_a_look_up_of_many_is_a_record_and_none_leaves_the_row(tmp_path: Path) -> None:
    text = EVENTS.replace("sort", "with: {lab: {on: subject, many: yes}}\nsort") + "  CEDECOD: lab.RES\n"
    done = made(tmp_path, {**LAB_CSV, **ce(text)}, LAB)
    assert rows(done, "CE", "USUBJID", "CESEQ", "CETERM", "CEDECOD") == [
        ("T1-001", 1, "Bone pain", "10"),
        ("T1-001", 2, "Bone pain", "15"),
        ("T1-001", 3, "Bone pain", "20"),
        ("T1-001", 4, "Headache", "10"),
        ("T1-001", 5, "Headache", "15"),
        ("T1-001", 6, "Headache", "20"),
        ("T1-002", 1, "Nausea", None),
    ]


def test_rows_are_chosen_after_they_are_repeated(tmp_path: Path) -> None:
    text = EVENTS.replace("sort", "with: {lab: {on: subject, many: yes}}\nwhere: lab.RES = '20'\nsort")
    done = made(tmp_path, {**LAB_CSV, **ce(text + "  CEDECOD: lab.RES\n")}, LAB)
    assert rows(done, "CE", "CETERM", "CEDECOD") == [("Bone pain", "20"), ("Headache", "20")]


def test_without_many_several_matches_are_a_fault(tmp_path: Path) -> None:
    text = EVENTS.replace("sort", "with: {lab: subject}\nsort") + "  CEDECOD: lab.RES\n"
    assert said(tmp_path, {**LAB_CSV, **ce(text)}, LAB) == [
        "mappings/sdtm/ce.yaml:3:8 CED257 CE: lab has 3 records for USUBJID 'T1-001'; "
        "a look-up finds one record at most; name more columns that match\n"
        "    lab.csv line 2, subject T1-001\n"
        "    lab.csv line 3, subject T1-001\n"
        "    lab.csv line 4, subject T1-001"
    ]


def test_the_closest_record_of_another_dataset(tmp_path: Path) -> None:
    # the first of AE is unknown to the day; 10-FEB lies as far from 09-FEB as from 11-FEB: the key decides
    closest = "first(XA.XAORRES order by abs(days_between(XA.XADTC, CESTDTC)))"
    lab = """\
domain: XA
label: Extra
class: Findings
from: lab
long: [{test: A, label: Aa, result: lab.RES, unit: U/L}]
variables:
  VISITNUM: {absent: No visits}
  XADTC: {collect: lab.LBDT, date: edc}
"""
    text = EVENTS + f'  CEDECOD: {{derive: "{closest}"}}\n'
    ae = "SUBJ,AENO,TERM,SEV,START,STOP\n001,1,A,1,10-FEB-2020,\n001,2,B,1,14-FEB-2020,\n002,1,C,1,14-FEB-2020,\n"
    files = {**LAB_CSV, **ce(text), "mappings/sdtm/xa.yaml": lab, "raw/ae.csv": ae}
    done = made(tmp_path, files, LAB)
    assert rows(done, "CE", "CETERM", "CEDECOD") == [("A", "10"), ("B", "20"), ("C", None)]
    words = "The first XAORRES of the subject&apos;s records in XA, ordered by the absolute value of the calendar days"
    assert words.replace("&apos;", "'") in xml(tmp_path).replace("&apos;", "'").replace("&#39;", "'")


EACH = """\
from: sy
each: {of: sy.LIST, by: ";"}
sort: [CESPID]
variables:
  CESPID: {derive: "join('-', sy.NO, text(each.NUMBER))"}
  CETERM: each.TEXT
"""


ANY = EACH.replace("sort:", "where: each.TEXT is present\nsort:")
"""Rows without a part are left out."""


def test_each_part_of_a_text_list_is_a_record(tmp_path: Path) -> None:
    raw = {"raw/sy.csv": "SUBJ,NO,LIST\n002,1,d\n001,2,\n001,3,;\n001,1,a; b ;;c c;\n"}
    done = made(tmp_path, {**raw, **ce(ANY)}, LIST)
    assert rows(done, "CE", "USUBJID", "CESPID", "CETERM") == [
        ("T1-001", "1-1", "a"),
        ("T1-001", "1-2", "b"),
        ("T1-001", "1-3", "c c"),
        ("T1-002", "1-1", "d"),
    ]
    variable = next(v for v in done.packages["sdtm"].datasets if v.name == "CE").variables
    origin = next(v for v in variable if v.name == "CETERM").origin
    assert origin is not None
    assert (origin.type, origin.source, origin.documents[0].pages) == ("Collected", "Investigator", (7,))


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text("ab; ", max_size=8), min_size=1, max_size=6))
def test_parts_are_those_of_python(tmp_path: Path, lists: list[str]) -> None:
    raw = "".join(f"001,{number},{text}\n" for number, text in enumerate(lists))
    done = made(tmp_path, {"raw/sy.csv": "SUBJ,NO,LIST\n" + raw, **ce(ANY)}, LIST)
    parts = [p.strip(" ") for text in lists for p in text.split(";") if p.strip(" ")]
    assert sorted(term for (term,) in rows(done, "CE", "CETERM")) == sorted(parts)


WITHOUT_PART = {"raw/sy.csv": "SUBJ,NO,LIST\n002,1,d\n001,2,\n001,3,; ;\n001,4,\n"}
HINT = "; correct the data, or leave such rows out: where: each.TEXT is present\n"
EMPTY = (
    "mappings/sdtm/ce.yaml:3:12 CED830 CE: sy.LIST is empty, so that 'each' by ';' makes no record of the row"
    f"{HINT}    sy.csv line 3, subject T1-001\n    sy.csv line 5, subject T1-001"
)
BARE = (
    "mappings/sdtm/ce.yaml:3:12 CED830 CE: '; ;' of sy.LIST has no part, so that 'each' by ';' makes no record "
    f"of the row{HINT}    sy.csv line 4, subject T1-001"
)


@pytest.mark.parametrize(
    ("where", "faults"),
    [
        ("", [BARE, EMPTY]),
        ("sy.LIST is present", [BARE]),
        ("sy.LIST is missing", [EMPTY]),
        ("each.NUMBER = 1", [BARE, EMPTY]),  # unknown without a part
        ("CETERM is present", []),  # where the condition needs the lines
        ("CESPID is present", [BARE, EMPTY]),
    ],
)
def test_a_list_without_a_part_is_a_fault_unless_the_condition_leaves_it_out(
    tmp_path: Path, where: str, faults: list[str]
) -> None:
    spec = EACH.replace("sort:", f"where: {where}\nsort:") if where else EACH
    found = said(tmp_path, {**WITHOUT_PART, **ce(spec)}, LIST)
    assert [text for text in found if "CED830" in text] == faults
    assert slow_faults(tmp_path) == ["sy.LIST has no part"] * sum(text.count("line ") for text in faults)


def test_the_column_of_a_text_list_is_read_and_cannot_be_excluded(tmp_path: Path) -> None:
    raw = {"raw/sy.csv": "SUBJ,NO,LIST\n002,1,d\n"}
    done = made(tmp_path / "read", {**raw, **ce(EACH)}, LIST)
    assert done.plan.tables["sy"].readers["LIST"] == ("CE each", "CE.CESPID", "CE.CETERM")
    excluded = LIST.replace("LIST]", "LIST], exclude: {LIST: no}")
    assert said(tmp_path / "excluded", {**raw, **ce(EACH)}, excluded) == [
        "mappings/sources.yaml:6:85 CED090 sy.LIST is excluded, but read by CE each, CE.CESPID, CE.CETERM; "
        "take it from 'exclude', or do not read it"
    ]


def test_each_takes_a_raw_column(tmp_path: Path) -> None:
    raw = {"raw/sy.csv": "SUBJ,NO,LIST\n"}
    text = EACH.replace("of: sy.LIST", 'of: "upper(sy.LIST)"').replace("each.NUMBER", "each.NUMBR")
    assert said(tmp_path, {**raw, **ce(text)}, LIST) == [
        "mappings/sdtm/ce.yaml:3:12 CED018 'each' takes one raw column, not 'upper(sy.LIST)'",
        "mappings/sdtm/ce.yaml:6:43 CED012 unknown column each.NUMBR; did you mean each.NUMBER?",
    ]


def test_a_form_of_several_events_makes_one_record_of_each(tmp_path: Path) -> None:
    text = """\
from: ae
for: [{k: 1, column: TERM}, {k: 2, column: SEV}]
where: "ae.{column} is present"
sort: [CESPID]
variables:
  CESPID: {derive: "join('-', ae.AENO, '{k}')"}
  CETERM: "ae.{column}"
"""
    done = made(tmp_path, ce(text))
    assert rows(done, "CE", "USUBJID", "CESPID", "CETERM") == [
        ("T1-001", "1-1", "Headache"),
        ("T1-001", "1-2", "1"),
        ("T1-001", "2-1", "Bone pain"),
        ("T1-001", "2-2", "2"),
        ("T1-002", "1-1", "Nausea"),
        ("T1-002", "1-2", "3"),
    ]


def test_rows_can_be_chosen_by_their_own_lines(tmp_path: Path) -> None:
    text = EVENTS.replace("sort", "where: CESTDTC > '2020-02-09' and CETERM != 'Nausea'\nsort")
    assert rows(made(tmp_path, ce(text)), "CE", "CETERM") == [("Headache",)]


def test_rows_cannot_be_chosen_by_their_place_among_each_other(tmp_path: Path) -> None:
    text = EVENTS.replace("sort", 'where: "rank(order by CETERM) = 1"\nsort')
    assert said(tmp_path, ce(text)) == [
        "mappings/sdtm/ce.yaml:3:8 CED052 the choice of records looks at several records of CE, "
        "which are not all there yet; name the dataset whose records are meant"
    ]


def test_rows_cannot_be_chosen_by_what_waits_for_all_rows(tmp_path: Path) -> None:
    text = EVENTS.replace("sort", 'where: "count(AE.AETERM where AE.AESEQ = 1) > 0"\nsort')
    assert said(tmp_path, ce(text)) == [
        "mappings/sdtm/ce.yaml:3:8 CED052 AE.AESEQ is made when the rows of all datasets are, "
        "so that no row can wait for it; choose by what is collected, or by a date"
    ]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (
            "CESEQ > 1",
            "CED052 CE.CESEQ is made when all rows are there, so that it can choose none of them; "
            "choose by what is collected, or by a date",
        ),
        (
            "CEDECOD = 'Headache'",
            "CED054 CE.CEDECOD has no value in these rows, so that it can choose none of them; "
            "choose by what has a line here",
        ),
    ],
)
def test_rows_cannot_be_chosen_by_what_they_do_not_have(tmp_path: Path, where: str, message: str) -> None:
    text = EVENTS.replace("sort", f'where: "{where}"\nsort') + '  CEDECOD: {absent: "Not coded"}\n'
    assert said(tmp_path, ce(text)) == [f"mappings/sdtm/ce.yaml:3:8 {message}"]


def test_what_waits_for_all_rows_is_no_look_up_but_an_aggregate(tmp_path: Path) -> None:
    text = EVENTS.replace("from: ae", "from: AE").replace("ae.TERM", "{derive: AE.AETERM}")
    text = text.replace("{collect: ae.START, date: edc}", "{derive: AE.AESTDTC}")
    assert said(tmp_path, ce(text + "  CESPID: {derive: text(AE.AESEQ)}\n")) == [
        "mappings/sdtm/ce.yaml:7:11 CED052 AE.AESEQ is made when the rows of all datasets are, "
        "so that no row can wait for it; read it with only(AE.AESEQ where ..)"
    ]
    number = "text(only(AE.AESEQ where AE.AETERM = CETERM))"
    line = f'  CESPID: {{derive: "{number}"}}\nsupp:\n  CEX: {{derive: "{number}", label: Number}}\n'
    done = made(tmp_path, ce(text + line))
    assert rows(done, "CE", "CETERM", "CESPID") == [("Bone pain", "1"), ("Headache", "2"), ("Nausea", "1")]
    assert rows(done, "SUPPCE", "QNAM", "QVAL", "QORIG") == [
        ("CEX", "1", "Derived"),
        ("CEX", "2", "Derived"),
        ("CEX", "1", "Derived"),
    ]


def test_tests_have_their_own_place_method_and_origin(tmp_path: Path) -> None:
    text = """\
domain: XA
label: Extra
class: Findings
noun: Extra Test
from: lab
long:
  - {test: A, label: Aa, result: lab.RES, unit: U/L, variables: {--LOC: {assign: ARM}, --CAT: {assign: MEASURED}}}
  - test: B
    label: Bb
    result: {derive: "text(if(number(lab.RES) > 12, number(lab.RES) * 2, missing))"}
    variables: {--METHOD: {assign: CALCULATION}, --CAT: {assign: COMPUTED}}
variables:
  VISITNUM: {absent: No visits}
  XADTC: {collect: lab.LBDT, date: edc}
"""
    done = made(tmp_path, {**LAB_CSV, "mappings/sdtm/xa.yaml": text}, LAB)
    assert rows(done, "XA", "XATESTCD", "XAORRES", "XAORRESU", "XALOC", "XAMETHOD", "XACAT") == [
        ("A", "10", "U/L", "ARM", None, "MEASURED"),
        ("A", "15", "U/L", "ARM", None, "MEASURED"),
        ("A", "20", "U/L", "ARM", None, "MEASURED"),
        ("B", "30", None, None, "CALCULATION", "COMPUTED"),
        ("B", "40", None, None, "CALCULATION", "COMPUTED"),
    ]
    variables = next(d for d in done.packages["sdtm"].datasets if d.name == "XA").variables
    levels = next(v for v in variables if v.name == "XAORRES").value_level
    assert [(x.where[0].values, x.origin.type if x.origin else "") for x in levels] == [
        (("A",), "Collected"),
        (("B",), "Derived"),
    ]


SE = """\
domain: SE
from: DM
for:
  - {etcd: SCRN, element: Screening, order: 1, epoch: SCREENING, start: DM.RFICDTC}
  - {etcd: TRT, element: Treatment, order: 2, epoch: TREATMENT, start: DM.RFXSTDTC}
  - {etcd: UNPLAN, element: "", order: "", epoch: TREATMENT, start: "min(AE.AESTDTC where AE.AESEV = 'SEVERE')"}
where: "{start} is present"
sort: [SESTDTC, TAETORD]
variables:
  ETCD: {protocol: "{etcd}"}
  ELEMENT: {protocol: "{element}", when: "ETCD != 'UNPLAN'"}
  TAETORD: {derive: "number('{order}')"}
  EPOCH: {protocol: "{epoch}"}
  SESTDTC: {derive: "{start}"}
  SEENDTC: {derive: "coalesce(next(SESTDTC order by SESTDTC, TAETORD), '2020-03-01')"}
  SEUPDES: {derive: "if(ETCD = 'UNPLAN', 'Rest after a severe event', missing)"}
"""


def test_an_element_ends_where_the_next_one_starts_unplanned_ones_included(tmp_path: Path) -> None:
    done = made(tmp_path, {"mappings/sdtm/se.yaml": SE})
    assert rows(done, "SE", "USUBJID", "ETCD", "ELEMENT", "SESTDTC", "SEENDTC", "SEUPDES") == [
        ("T1-001", "SCRN", "Screening", "2020-02-01", "2020-02-10", None),
        ("T1-001", "TRT", "Treatment", "2020-02-10", "2020-03-01", None),
        ("T1-002", "SCRN", "Screening", "2020-02-03", "2020-02-12", None),
        ("T1-002", "TRT", "Treatment", "2020-02-12", "2020-02-14", None),
        ("T1-002", "UNPLAN", None, "2020-02-14", "2020-03-01", "Rest after a severe event"),
    ]
    words = "The SESTDTC of the subject's next record, ordered by SESTDTC and TAETORD; if missing"
    assert words in xml(tmp_path).replace("&apos;", "'")
    assert rows(done, "AE", "AETERM", "EPOCH") == [
        ("Bone pain", None),
        ("Headache", "TREATMENT"),
        ("Nausea", "TREATMENT"),
    ]


def test_the_previous_record_within_a_group(tmp_path: Path) -> None:
    line = "  CESPID: {derive: \"previous(CETERM where CETERM != 'Headache' order by CETERM desc)\"}\n"
    done = made(tmp_path, ce(EVENTS + line))
    assert rows(done, "CE", "CETERM", "CESPID") == [("Bone pain", None), ("Headache", None), ("Nausea", None)]
    line = '  CESPID: {derive: "previous(CETERM order by CETERM desc)"}\n'
    done = made(tmp_path, ce(EVENTS + line))
    assert rows(done, "CE", "CETERM", "CESPID") == [
        ("Bone pain", "Headache"),
        ("Headache", None),
        ("Nausea", None),
    ]


def test_next_needs_an_order(tmp_path: Path) -> None:
    assert said(tmp_path, ce(EVENTS + '  CESPID: {derive: "next(CETERM)"}\n')) == [
        "mappings/sdtm/ce.yaml:7:21 CED014 next() needs an 'order by'"
    ]


BLOCKS = """\
domain: VS
stack:
  - {from: dose, visit: yes, long: [{test: WEIGHT, result: dose.DOSE, unit: kg}]}
  - {from: dose, long: [{test: HEIGHT, result: dose.DOSE, unit: cm}]}
variables:
  VSDTC: {collect: dose.DOSDT, date: edc}
"""


def test_each_block_of_a_stack_has_the_expected_variables_that_another_has(tmp_path: Path) -> None:
    lacking = (
        "mappings/sdtm/vs.yaml:4:5 CED020 VS has no line for VISITNUM (Exp) in this block, as others have; "
        "write 'visit: yes', a line, or {absent: \"why\"} for an expected one"
    )
    assert lacking in said(tmp_path / "lacking", {"mappings/sdtm/vs.yaml": BLOCKS})
    written = BLOCKS.replace("cm}]}", 'cm}], variables: {VISITNUM: {absent: "At no visit"}}}')
    assert not any("CED020" in one for one in said(tmp_path / "written", {"mappings/sdtm/vs.yaml": written}))
