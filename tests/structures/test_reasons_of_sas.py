"""Special missing values of a SAS file that say why there is no value: read by lines, or a fault."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.write.xpt import write_xpt
from structures import LAB, made, rows, said

STAMP = "01FEB20:00:00:00"
NOT_DONE = """\
not_done:
  when: "lab.AL in ('.N', '.R')"
  reason: {derive: "if(lab.AL = '.R', 'REFUSED', 'NOT TAKEN')"}
"""
SPEC = LAB.replace("variables:", f"{NOT_DONE}variables:")
TABLE = "  lab: {file: lab.xpt, page: 4, WORDS key: [SUBJ, DT], columns: [SUBJ, DT, AL]}\n"
BOTH = "special_missing: [.N, .R],"


def with_raw(folder: Path) -> Path:
    """The raw table of three records: .R, .N and a result."""
    variables = (
        XptVariable("SUBJ", "", "Char", 3),
        XptVariable("DT", "", "Char", 11),
        XptVariable("AL", "", "Num", 8),
    )
    records: list[tuple[Any, ...]] = [
        ("001", "05-FEB-2020", None),
        ("001", "12-FEB-2020", None),
        ("002", "13-FEB-2020", 41.5),
    ]
    schema = {v.name: pl.String if v.type == "Char" else pl.Float64 for v in variables}
    stream = BytesIO()
    codes = {"AL": pl.Series(["R", "N", None])}
    member = XptMember("LAB", "", variables, STAMP, STAMP)
    write_xpt(stream, pl.DataFrame(records, schema, orient="row"), member, codes)
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    (folder / "raw/lab.xpt").write_bytes(stream.getvalue())
    return folder


def test_lines_read_why_there_is_no_value(tmp_path: Path) -> None:
    done = made(with_raw(tmp_path), {"mappings/sdtm/lb.yaml": SPEC}, TABLE.replace("WORDS", BOTH))
    assert rows(done, "LB", "LBDTC", "LBSTRESN", "LBSTAT", "LBREASND") == [
        ("2020-02-05", None, "NOT DONE", "REFUSED"),
        ("2020-02-12", None, "NOT DONE", "NOT TAKEN"),
        ("2020-02-13", 41.5, None, None),
    ]


def test_a_reason_that_no_line_reads_is_no_number(tmp_path: Path) -> None:
    files = {"mappings/sdtm/lb.yaml": LAB}
    found = said(with_raw(tmp_path), files, TABLE.replace("WORDS", BOTH))
    assert sorted(one.partition(" ")[2] for one in found) == [
        "CED253 LB.LBSTRESN: '.N' of LBORRES is not a number; correct the data, or tell the reason "
        "under `not_done`; numeric(..) loses the text\n    lab.xpt row 2, subject T1-001",
        "CED253 LB.LBSTRESN: '.R' of LBORRES is not a number; correct the data, or tell the reason "
        "under `not_done`; numeric(..) loses the text\n    lab.xpt row 1, subject T1-001",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "special_missing: [.NN],",
            "CED158 '.NN' is no special missing value of SAS; they are .A to .Z and ._",
        ),
        (
            "missing: [.N], special_missing: [.N],",
            "CED018 .N cannot be missing and be read as a text in table lab; "
            "take it out of 'missing', or out of 'special_missing'",
        ),
        (
            "format: csv, special_missing: [.N],",
            "CED139 'special_missing' does not go with a table of the format csv; it goes with xpt, sas7bdat",
        ),
    ],
)
def test_words_that_do_not_go_together(tmp_path: Path, words: str, message: str) -> None:
    found = said(with_raw(tmp_path), {"mappings/sdtm/lb.yaml": SPEC}, TABLE.replace("WORDS", words))
    assert message in [one.partition(" ")[2] for one in found]
