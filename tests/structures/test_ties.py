"""Records that the order of rank(), next() and previous() does not tell apart."""

from __future__ import annotations

from pathlib import Path

import pytest

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
  X: {derive: "EXPRESSION"WORD, label: Extra}
sort: [PARAMCD, XADTC, XASPID]
"""


def study(raw: list[str], expression: str, word: str = "") -> dict[str, str]:
    """A study with results of one subject, ``number,date,result``, and a variable of its analysis dataset."""
    lines = "".join(f"001,{row}\n" for row in raw)
    return {
        "raw/lab.csv": "SUBJ,N,DT,RES\n" + lines,
        "mappings/sdtm/xa.yaml": XA,
        "mappings/adam/adxa.yaml": ADXA.replace("EXPRESSION", expression).replace("WORD", word),
    }


def records(*lines: int) -> str:
    shown = "".join(f"\n    lab.csv line {line}, subject T1-001" for line in lines[:3])
    return shown + f"\n    and {len(lines) - 3} more" * (len(lines) > 3)


TIED = ["1,2020-02-09,5", "2,2020-02-09,6", "3,2020-02-10,7", "4,2020-02-11,8", "5,2020-02-11,8"]


@pytest.mark.parametrize(
    ("expression", "name", "values", "lines"),
    [
        ("rank(order by ADT)", "rank", [1, 2, 3, 4, 5], (2, 3, 5, 6)),
        ("rank(where AVAL < 8 order by ADT desc)", "rank", [2, 3, 1, None, None], (2, 3)),
        ("next(AVAL order by ADT)", "next", [6, 7, 8, 8, None], (2, 3, 5, 6)),
        ("previous(AVAL order by ADT)", "previous", [None, 5, 6, 7, 8], (2, 3, 5, 6)),
        (
            "next(XADTC order by ADT)",
            "next",
            ["2020-02-09", "2020-02-10"] + ["2020-02-11"] * 2 + [None],
            (2, 3, 5, 6),
        ),
    ],
)
def test_records_that_an_order_leaves_alike_are_named(
    tmp_path: Path, expression: str, name: str, values: list[object], lines: tuple[int, ...]
) -> None:
    done = made(tmp_path, study(TIED, expression), LAB)
    assert rows(done, "ADXA", "X") == [(value,) for value in values]
    what = f"several records have one place in the order of {name}(), and their keys decide; name more variables in the order"
    assert [(one.severity.value, str(one)) for one in done.findings] == [
        ("note", f"{tmp_path}/mappings/adam/adxa.yaml:11:16 CED833 ADXA.X: {what}{records(*lines)}")
    ]


@pytest.mark.parametrize(
    ("raw", "expression"),
    [
        (TIED, "rank(order by ADT, XASPID)"),
        (TIED, "rank(on XASPID order by ADT)"),
        (TIED, "rank(where XASPID in ('1', '3', '4') order by ADT)"),
        (
            ["1,2020-02-09,5", "2,2020-02-09,5", "3,2020-02-10,5"],
            "previous(PARAMCD where AVAL > 9 order by ADT)",
        ),
        (
            ["1,2020-01,5", "2,2020-02-08,6", "3,2020-03,7"],
            "rank(order by XADTC)",
        ),  # partial, and yet certain
    ],
)
def test_what_the_order_tells_apart_is_not_told(tmp_path: Path, raw: list[str], expression: str) -> None:
    assert said(tmp_path, study(raw, expression), LAB) == []


def test_records_of_which_it_does_not_matter_which_comes_first_are_not_told(tmp_path: Path) -> None:
    raw = ["1,2020-02-08,5", "2,2020-02-09,5", "3,2020-02-09,5", "4,2020-02-10,5"]
    assert said(tmp_path, study(raw, "next(AVAL order by ADT)"), LAB) == []
    raw[3] = "4,2020-02-10,6"  # now one of the two in the middle has another next value
    assert len(said(tmp_path, study(raw, "next(AVAL order by ADT)"), LAB)) == 1


@pytest.mark.parametrize(
    ("word", "severity"), [("", "note"), (", unknown: report", "warning"), (", unknown: accept", None)]
)
@pytest.mark.parametrize("expression", ["rank(order by XADTC)", "previous(AVAL order by XADTC desc)"])
def test_partial_dates_that_leave_an_order_open_are_told(
    tmp_path: Path, expression: str, word: str, severity: str | None
) -> None:
    raw = ["1,2020-02,5", "2,2020-02-08,6", "3,2020-02-09,6", "4,2020-03-01,7"]
    done = made(tmp_path, study(raw, expression, word), LAB)
    what = f"partial dates leave open the order of {expression.partition('(')[0]}(), and their texts decide"
    hint = "look at the dates, impute them, or accept it with unknown: accept"
    told = (
        severity,
        f"{tmp_path}/mappings/adam/adxa.yaml:11:16 CED270 ADXA.X: {what}; {hint}{records(2, 3)}",
    )
    assert [(one.severity.value, str(one)) for one in done.findings] == ([told] if severity else [])


LACKING = ["1,,5", "2,2020-02-09,6", "3,2020-02-10,7"]
NO_PLACE = "in the order has no value there, and others have one; leave it out, as by where: ADT is present, or accept it"


@pytest.mark.parametrize(
    ("expression", "which", "value", "lines"),
    [
        ("first(AVAL order by ADT)", "first", 5, (2, 3, 4)),
        ("last(AVAL order by ADT desc)", "last", 5, (2, 3, 4)),
        ("first(AVAL order by XADTC)", "first", 5, (2, 3, 4)),
        ("first(AVAL order by PARAMCD, ADT)", "first", 5, (2, 3, 4)),
    ],
)
def test_a_record_that_is_first_without_a_value_of_the_order_is_told(
    tmp_path: Path, expression: str, which: str, value: float, lines: tuple[int, ...]
) -> None:
    done = made(tmp_path, study(LACKING, expression), LAB)
    assert rows(done, "ADXA", "X") == [(value,)] * 3
    assert [(one.severity.value, str(one)) for one in done.findings] == [
        (
            "note",
            f"{tmp_path}/mappings/adam/adxa.yaml:11:16 CED857 ADXA.X: the record that is the {which} {NO_PLACE}"
            f"{records(*lines)}",
        )
    ]


def test_a_flag_of_a_record_without_a_value_of_the_order_names_that_record(tmp_path: Path) -> None:
    flag = "  ANL01FL: {flag: first, by: [PARAMCD], order: [ADT]}\n"
    files = study(LACKING, "AVAL")
    spec = files["mappings/adam/adxa.yaml"].replace("sort:", flag + "sort:")
    done = made(tmp_path, {**files, "mappings/adam/adxa.yaml": spec}, LAB)
    assert rows(done, "ADXA", "ANL01FL") == [("Y",), (None,), (None,)]
    assert [str(one) for one in done.findings] == [
        f"{tmp_path}/mappings/adam/adxa.yaml:12:49 CED857 ADXA.ANL01FL: the record that is the first {NO_PLACE}"
        f"{records(2)}"
    ]


@pytest.mark.parametrize(
    ("raw", "expression", "word"),
    [
        (LACKING, "first(AVAL where ADT is present order by ADT)", ""),
        (LACKING, "first(AVAL order by ADT)", ", unknown: accept"),
        (LACKING, "last(AVAL order by ADT)", ""),
        (LACKING, "rank(order by ADT)", ""),
        (LACKING, "next(AVAL order by ADT)", ""),
        (["1,,5", "2,2020-02-09,5"], "first(AVAL order by ADT)", ""),
        (["1,,5"], "first(AVAL order by ADT)", ""),
    ],
)
def test_a_record_without_a_value_of_the_order_is_not_told_where_it_does_not_matter(
    tmp_path: Path, raw: list[str], expression: str, word: str
) -> None:
    assert [str(one) for one in made(tmp_path, study(raw, expression, word), LAB).findings] == []
