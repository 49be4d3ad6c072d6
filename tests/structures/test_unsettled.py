"""What order and dates leave open: records that tie, and partial dates of which none is the last for certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import FILES
from structures import made, rows, said

LAB = "  lab: {file: lab.csv, key: [SUBJ, N], page: 4, columns: [SUBJ, N, DT, RES]}\n"
XA = """\
domain: XA
label: Extra
class: Findings
from: lab
sort: [XADTC, XASPID]
long: [{test: A, label: Aa, result: lab.RES, unit: U/L}]
variables:
  VISITNUM: {absent: No visits}
  XALOBXFL: {absent: No treatment}
  XASPID: lab.N
  XADTC: {collect: lab.DT, date: ISO}
"""
ADXA = """\
dataset: ADXA
label: Extra
class: BDS
from: XA
copy: [XA.XASPID, XA.XADTC]
rows:
  ADT: {derive: "date(XA.XADTC)", unknown: accept}
parameters:
  A: {param: Aa, value: XA.XASTRESN}
variables:
  ABLFL: {flag: last, where: "AVAL is present", by: PARAMCD, order: ORDER}
  AFSTFL: {flag: first, by: PARAMCD, order: ORDER, label: First Record Flag}
  BASE: {derive: "last(AVAL order by ORDER on PARAMCD)"}
sort: [PARAMCD, XADTC, XASPID]
"""


def study(raw: list[str], order: str, xa: str = XA) -> dict[str, str]:
    """A study with results of one subject, ``number,date,result``, and an order of them."""
    lines = "".join(f"001,{row}\n" for row in raw)
    return {
        "raw/lab.csv": "SUBJ,N,DT,RES\n" + lines,
        "mappings/sdtm/xa.yaml": xa,
        "mappings/adam/adxa.yaml": ADXA.replace("ORDER", order),
    }


def tie(where: str, which: str, *records: int) -> str:
    """The note of a line whose order does not tell records apart."""
    words = f"several records are the {which} in the order, and their keys decide; name more variables in the order"
    found = "".join(f"\n    lab.csv line {record}, subject T1-001" for record in records)
    return f"mappings/adam/adxa.yaml:{where}: {words}{found}"


@pytest.mark.parametrize("numbers", [("1", "2", "3"), ("8", "9", "10")])
def test_a_tie_is_told_and_one_rule_holds_for_flags_and_functions(
    tmp_path: Path, numbers: tuple[str, ...]
) -> None:
    values = {number: float(place) for place, number in enumerate(numbers, 5)}
    files = study([f"{number},2020-02-09,{value:g}" for number, value in values.items()], "ADT")
    done = made(tmp_path, files, LAB)
    last = max(numbers)  # by the characters of the key
    expected = [(n, "Y" if n == last else None, "Y" if n == min(numbers) else None) for n in sorted(numbers)]
    assert rows(done, "ADXA", "XASPID", "ABLFL", "AFSTFL") == expected
    assert rows(done, "ADXA", "BASE") == [(values[last],)] * 3
    assert [str(finding).replace(f"{tmp_path}/", "") for finding in done.findings.sorted()] == [
        tie("11:31 CED833 ADXA.ABLFL", "last", 2, 3, 4),
        tie("12:45 CED833 ADXA.AFSTFL", "first", 2, 3, 4),
        tie("13:19 CED833 ADXA.BASE", "last", 2, 3, 4),
    ]


@pytest.mark.parametrize(
    ("raw", "order"),
    [
        (["1,2020-02-09,5", "2,2020-02-09,6"], "ADT, XASPID"),  # the order tells them apart
        (["1,2020-02-09,5", "2,2020-02-08,6", "3,2020-02-10,7"], "XADTC"),
        (["1,2020-01,5", "2,2020-02-08,6", "3,2020-03,7"], "XADTC"),  # partial, and yet certain
    ],
)
def test_what_the_order_settles_is_not_told(tmp_path: Path, raw: list[str], order: str) -> None:
    files = study(raw, order)
    adxa = "mappings/adam/adxa.yaml"
    files[adxa] = files[adxa].replace(f"order: {order}", f"order: [{order}]")
    assert said(tmp_path, files, LAB) == []


def test_a_tie_of_one_value_is_of_no_consequence_to_a_function(tmp_path: Path) -> None:
    found = said(tmp_path, study(["1,2020-02-09,5", "2,2020-02-09,5", "3,2020-02-08,4"], "ADT"), LAB)
    assert found == [tie("11:31 CED833 ADXA.ABLFL", "last", 2, 3)]


OPEN = "look at the dates, impute them, or accept it with unknown: accept"


@pytest.mark.parametrize(
    ("word", "severities"), [("", ["note"]), (", unknown: report", ["warning"]), (", unknown: accept", [])]
)
def test_partial_dates_that_leave_open_which_record_is_the_last_are_told(
    tmp_path: Path, word: str, severities: list[str]
) -> None:
    files = study(["1,2020-01,5", "2,2020-02,6", "3,2020-02-10,7"], "XADTC")
    adxa = "mappings/adam/adxa.yaml"
    files[adxa] = files[adxa].replace("order: XADTC}", f"order: XADTC{word}}}", 1)
    files[adxa] = files[adxa].replace('XADTC on PARAMCD)"}', f'XADTC on PARAMCD)"{word}}}')
    done = made(tmp_path, files, LAB)
    assert rows(done, "ADXA", "ABLFL", "AFSTFL", "BASE") == [(None, "Y", 7), (None, None, 7), ("Y", None, 7)]
    found = done.findings.sorted()
    assert [finding.severity.value for finding in found] == severities * 2
    what = f"partial dates leave open which record is the last, and their texts decide; {OPEN}"
    two = "\n    lab.csv line 3, subject T1-001\n    lab.csv line 4, subject T1-001"
    three = "\n    lab.csv line 2, subject T1-001" + two
    assert [str(finding) for finding in found] == [
        f"{tmp_path}/{adxa}:11:31 CED270 ADXA.ABLFL: {what}{two}",
        f"{tmp_path}/{adxa}:13:19 CED270 ADXA.BASE: {what}{three}",
    ][: 2 * len(severities)]


@pytest.mark.parametrize(
    ("first", "second", "earliest", "latest"),
    [
        ("10-FEB-2020", "UN-FEB-2020", "2020-02", "2020-02"),
        ("UN-FEB-2020", "UN-UNK-2020", "2020", "2020"),
        ("10-FEB-2020", "UN-MAR-2020", "2020-02-10", "2020-03"),  # certain
        ("UN-FEB-2020", "UN-FEB-2020", "2020-02", "2020-02"),
    ],
)
def test_of_partial_dates_the_earliest_and_the_latest_are_what_is_certain(
    tmp_path: Path, first: str, second: str, earliest: str, latest: str
) -> None:
    raw = f"SUBJ,DAY,DOSDT,DOSE\n001,1,{first},5\n001,2,{second},5\n002,1,12-FEB-2020,2.5\n"
    done = made(tmp_path, {"raw/dose.csv": raw})
    assert rows(done, "DM", "RFSTDTC", "RFENDTC")[0] == (earliest, latest)
    told = [
        f"{tmp_path}/mappings/sdtm/dm.yaml:{line}:23 CED270 DM.{name}: partial dates leave open which is the "
        f"{which}, and '{value}' is what is certain of it; {OPEN}\n    demog.csv line 2, subject T1-001"
        for line, name, which, value in (
            (5, "RFSTDTC", "earliest", earliest),
            (6, "RFENDTC", "latest", latest),
            (7, "RFXSTDTC", "earliest", earliest),
            (8, "RFXENDTC", "latest", latest),
        )
    ]
    is_certain = first == second or "MAR" in second
    found = [str(finding) for finding in done.findings.sorted() if finding.code == "CED270"]
    assert found == ([] if is_certain else told)


@pytest.mark.parametrize(("name", "which"), [("least", "earliest"), ("greatest", "latest")])
def test_least_and_greatest_tell_of_partial_dates(tmp_path: Path, name: str, which: str) -> None:
    ae = FILES["mappings/sdtm/ae.yaml"]
    ae += f'supp:\n  XQ: {{derive: "{name}(AESTDTC, DM.RFSTDTC)", label: Of Two}}\n'
    done = made(tmp_path, {"mappings/sdtm/ae.yaml": ae})
    both = ("2020-02-10", "2020-02", "2020-02-12" if name == "least" else "2020-02-14")
    assert rows(done, "SUPPAE", "IDVARVAL", "QVAL") == [("1", both[1]), ("2", both[0]), ("1", both[2])]
    assert [str(finding) for finding in done.findings.sorted()] == [
        f"{tmp_path}/mappings/sdtm/ae.yaml:26:17 CED270 SUPPAE.XQ: partial dates leave open which is the {which}, "
        f"and '2020-02' is what is certain of it; {OPEN}\n    ae.csv line 3, subject T1-001"
    ]


HINT = "number(..) reads a number, a line with 'date' a date, and text(..) goes by the characters"


@pytest.mark.parametrize(
    ("expression", "column", "what", "cell"),
    [
        ("max(dose.DAY)", 21, "max()", "dose.DAY"),
        ("min(trim(dose.DAY))", 21, "min()", "dose.DAY"),
        ("max(coalesce(dose.DAY, '0'))", 21, "max()", "dose.DAY"),
        ("last(dose.DOSE order by dose.DAY)", 41, "an order", "dose.DAY"),
        ("first(dose.DOSE order by if(dose.DAY = '1', dose.DAY, '2') desc)", 42, "an order", "dose.DAY"),
    ],
)
def test_the_text_of_a_raw_column_has_no_order(
    tmp_path: Path, expression: str, column: int, what: str, cell: str
) -> None:
    ae = FILES["mappings/sdtm/ae.yaml"] + f'supp:\n  XQ: {{derive: "{expression}", label: Stop}}\n'
    assert said(tmp_path, {"mappings/sdtm/ae.yaml": ae}) == [
        f"mappings/sdtm/ae.yaml:26:{column} CED014 {what} needs numbers or dates, and {cell} is the text of a "
        f"raw column; {HINT}"
    ]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("text(max(number(dose.DAY)))", "10"),
        ("max(text(dose.DAY))", "9"),
        ("last(dose.DOSE order by number(dose.DAY))", "7"),
        ("last(dose.DOSE order by text(dose.DAY))", "5"),
        ("max(EX.EXDOSFRM)", "TABLET"),
    ],
)
def test_a_word_of_the_spec_gives_it_one(tmp_path: Path, expression: str, value: str) -> None:
    raw = "SUBJ,DAY,DOSDT,DOSE\n001,9,10-FEB-2020,5\n001,10,11-FEB-2020,7\n002,1,12-FEB-2020,2.5\n"
    ae = FILES["mappings/sdtm/ae.yaml"] + f'supp:\n  XQ: {{derive: "{expression}", label: Stop}}\n'
    done = made(tmp_path, {"mappings/sdtm/ae.yaml": ae, "raw/dose.csv": raw})
    assert rows(done, "SUPPAE", "QVAL")[0] == (value,)


def test_a_misspelt_group_of_a_flag_is_told_at_its_word(tmp_path: Path) -> None:
    files = study(["1,2020-02-09,5"], "ADT")
    adxa = "mappings/adam/adxa.yaml"
    files[adxa] = files[adxa].replace("by: PARAMCD", "by: [PARAMCD, XASPIDD]", 1)
    assert said(tmp_path, files, LAB) == [
        f"{adxa}:11:63 CED012 unknown variable XASPIDD; did you mean XASPID?"
    ]
