"""Rows read without a library of frames: those of the readers with one, or none."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from raw_folder import AE, given_file

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.read.plain import plain_rows
from ced_cdisc.read.tables import TableContract, read_table
from ced_cdisc.spec.load import load_specs
from ced_cdisc.stages.contracts import contracts_of

CLONE = Path(__file__).parents[2]
RAW = CLONE / "examples" / "improve_ced" / "raw"
PLAIN = "SUBJ,TERM,SEV\n001,Headache,1\n002,Bone pain,2\n"


def every(text: str | None) -> bool:
    return True


def plain(content: bytes | str, contract: TableContract = AE) -> list[dict[str, Any]] | None:
    """The rows, which must be those of the other reader; it must have nothing to say where there are any."""
    given_file(content)
    read = plain_rows(Path("raw"), contract, "", every)
    if read is None:
        return None
    table, found = read_table(Path("raw"), contract)
    assert table is not None
    assert read == (table.frame.to_dicts(), found)
    return read[0]


def test_rows_and_their_lines() -> None:
    rows = plain('SUBJ,TERM,SEV\r\n001,"Headache,\nsevere",1\r\n002,,2')
    assert rows == [
        {"SUBJ": "001", "TERM": "Headache,\nsevere", "SEV": "1", "__row": 2},
        {"SUBJ": "002", "TERM": None, "SEV": "2", "__row": 4},
    ]
    given_file("SEV,SUBJ,TERM\n1,001,a\n2,002,b\n")
    asked: list[str | None] = []

    def second(text: str | None) -> bool:
        asked.append(text)
        return text == "002"

    read = plain_rows(Path("raw"), AE, "SUBJ", second)
    assert read == ([{"SUBJ": "002", "TERM": "b", "SEV": "2", "__row": 3}], [])
    assert asked == ["001", "002"]


UNUSUAL: dict[str, Callable[[str], str | bytes]] = {
    "a quote that no quote opened": lambda text: text.replace("Bone pain", 'Bone "pain"'),
    "a quote in a quoted cell": lambda text: text.replace("Bone pain", '"Bone ""pain"""'),
    "text after a quote": lambda text: text.replace("Bone pain", '"Bone" pain'),
    "a quote that is not closed": lambda text: text.replace("Bone pain", '"Bone pain'),
    "a cell too few": lambda text: text.replace("002,", ""),
    "a cell too many": lambda text: text.replace("002,", "002,,"),
    "a blank line": lambda text: text.replace("002,", "\n002,"),
    "a blank record": lambda text: text + ", ,\n",
    "a lone carriage return": lambda text: text.replace("Bone pain", "Bone\rpain"),
    "no record": lambda text: "",
    "a column more": lambda text: text.replace("SEV", "SEV,NEW").replace("1\n", "1,\n"),
    "a column twice": lambda text: text.replace("SEV", "TERM"),
    "another column": lambda text: text.replace("SEV", "SEVERITY"),
    "an error of a spreadsheet": lambda text: text.replace("Bone pain", " #N/A"),
    "no UTF-8": lambda text: text.replace("pain", "p\xe4in").encode("latin-1"),
    "a NUL": lambda text: text.replace("pain", "p\0in"),
    "white space that polars does not trim": lambda text: text.replace("pain", "pain\x1f"),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_what_another_reader_has_a_word_for_is_not_plain(case: str) -> None:
    contract = replace(AE, trim=True)
    assert plain(PLAIN, contract) is not None
    assert plain(UNUSUAL[case](PLAIN), contract) is None


def test_contracts_with_titles_and_other_formats_are_not_plain() -> None:
    assert plain(PLAIN, replace(AE, titles=1)) is None
    assert plain(PLAIN, replace(AE, labels=1)) is None
    assert plain(PLAIN, replace(AE, format="xpt")) is None
    assert plain(PLAIN, replace(AE, file="none.csv")) is None
    assert plain(PLAIN, replace(AE, delimiter=";")) is None


def test_a_large_file_is_left_to_the_reader_of_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ced_cdisc.read.plain._MOST_BYTES", len(PLAIN) - 1)
    assert plain(PLAIN) is None
    monkeypatch.setattr("ced_cdisc.read.plain._MOST_BYTES", len(PLAIN))
    assert plain(PLAIN) is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    st.text(st.sampled_from('a,"\n\r; #\t\xa0\ufeff'), max_size=24),
    st.booleans(),
    st.sampled_from([(), ("a",), (" a", "NA")]),
)
def test_any_text_is_read_alike_or_not_plain(body: str, trim: bool, missing: tuple[str, ...]) -> None:
    plain(f"A,B\n{body}".encode(), replace(AE, columns=("A", "B"), trim=trim, missing=missing))


def test_a_sheet_with_what_is_to_be_said_of_it() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["SUBJ", "TERM", "SEV"], ["001", " Headache ", 1.5], [], ["002", "NA", None]):
        sheet.append(row)
    book.save("raw/ae.xlsx")
    contract = replace(AE, file="ae.xlsx", format="xlsx", trim=True, missing=("NA",))
    read = plain_rows(Path("raw"), contract, "", every)
    assert read is not None
    rows, found = read
    assert rows == [
        {"SUBJ": "001", "TERM": "Headache", "SEV": "1.5", "__row": 2},
        {"SUBJ": "002", "TERM": None, "SEV": None, "__row": 4},
    ]
    assert [str(one) for one in found] == ["raw/ae.xlsx:3 CED218 1 blank row of table ae left out: 3"]
    table, theirs = read_table(Path("raw"), contract)
    assert table is not None and (table.frame.to_dicts(), theirs) == (rows, found)
    sheet["B2"] = "=1/0"
    book.save("raw/ae.xlsx")
    assert plain_rows(Path("raw"), contract, "", every) is None


def test_the_tables_of_the_example_are_read_alike_and_most_of_them_here() -> None:
    findings = Findings()
    specs = load_specs(CLONE / "mappings", CLONE / "define", findings)
    plan = plan_study(specs, findings) if specs is not None else None
    assert plan is not None
    here: Counter[bool] = Counter()
    for contract in contracts_of(plan):
        read = plain_rows(RAW, contract, "", every)
        here[read is not None] += 1
        if read is not None:
            table, found = read_table(RAW, contract)
            assert table is not None
            assert read == (table.frame.to_dicts(), found), contract.name
    assert here[True] > 4 * here[False]


def test_nothing_is_loaded_for_it() -> None:
    given_file(PLAIN)
    code = """import sys
from pathlib import Path
from ced_cdisc.core.findings import Location
from ced_cdisc.read.plain import plain_rows
from ced_cdisc.read.contract import TableContract
contract = TableContract("ae", "ae.csv", "csv", ("SUBJ", "TERM", "SEV"), Location("s"))
print(len(plain_rows(Path("raw"), contract, "", bool)[0]))
print({"polars", "numpy", "pyarrow"} & set(sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    assert run.stdout == "2\nset()\n"
