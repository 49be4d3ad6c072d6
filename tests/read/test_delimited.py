"""Delimited raw tables: every value comes through as the text it is."""

from __future__ import annotations

import hashlib

import pytest
from msgspec.structs import replace
from raw_folder import AE, read, rows, said


def test_every_value_stays_the_text_it_is() -> None:
    values = ["001", "NO", "12:30", "1E5", "NA", "null", "nan", "-0.0", " x ", "TRUE", "2019-02-31", "½", "'"]
    body = "".join(f"01-001,{value},1\n" for value in values)
    table = read(f"SUBJ,TERM,SEV\n{body}")
    assert table.frame["TERM"].to_list() == values
    assert [str(t) for t in table.frame.dtypes] == ["String", "String", "String", "Int64"]


def test_empty_cells_are_null_quoted_or_not_and_the_digest_is_of_the_bytes() -> None:
    content = b'SUBJ,TERM,SEV\n1,,""\n'
    table = read(content)
    assert rows(table) == [("1", None, None, 2)]
    assert (table.sha256, table.file, table.name) == (hashlib.sha256(content).hexdigest(), "ae.csv", "ae")


def test_row_numbers_are_physical_lines_and_line_ends_within_quotes_are_kept() -> None:
    table = read('SUBJ,TERM,SEV\r\n1,"a\r\nb\rc\n",2\r\n3,"x ""y"", z",4')
    assert rows(table) == [("1", "a\r\nb\rc\n", "2", 2), ("3", 'x "y", z', "4", 5)]


def test_the_mark_of_utf8_is_no_part_of_the_first_name_nor_taken_from_a_cell() -> None:
    table = read("\ufeffSUBJ,TERM,SEV\n\ufeff1,a,b\n".encode())
    assert rows(table) == [("\ufeff1", "a", "b", 2)]


def test_columns_come_in_the_order_of_the_contract() -> None:
    assert rows(read("SEV,SUBJ,TERM\n3,1,2\n")) == [("1", "2", "3", 2)]


def test_trim_reaches_cells_and_header_and_missing_texts_are_null_after_it() -> None:
    contract = replace(AE, trim=True, missing=(".", "ND"))
    table = read("SUBJ , TERM,SEV\n 1\t,  ,\u00a0.\n2,ND ,nd\n", contract)
    assert rows(table) == [("1", None, None, 2), ("2", None, "nd", 3)]


def test_without_trim_blanks_count() -> None:
    contract = replace(AE, missing=(".",))
    assert rows(read("SUBJ,TERM,SEV\n 1, .,.\n", contract)) == [(" 1", " .", None, 2)]


def test_a_header_without_records_is_an_empty_table() -> None:
    table = read("SUBJ,TERM,SEV\n")
    assert table.frame.shape == (0, 4)
    assert [str(t) for t in table.frame.dtypes] == ["String", "String", "String", "Int64"]


@pytest.mark.parametrize(
    ("delimiter", "text"), [(";", "SUBJ;TERM;SEV\n1;a,b;2\n"), ("\t", "SUBJ\tTERM\tSEV\n1\ta,b\t2\n")]
)
def test_other_delimiters(delimiter: str, text: str) -> None:
    assert rows(read(text, replace(AE, delimiter=delimiter))) == [("1", "a,b", "2", 2)]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-16", "utf-16-le", "utf-8-sig"])
def test_other_encodings(encoding: str) -> None:
    contract = replace(AE, encoding=encoding)
    assert rows(read("SUBJ,TERM,SEV\n1,é µ,2\n".encode(encoding), contract)) == [("1", "é µ", "2", 2)]


def test_blank_rows_are_left_out_with_a_note() -> None:
    content = 'SUBJ,TERM,SEV\n\n1,a,b\n,,\n"","",""\r\n\r\n2,c,d\n\n\n'
    table = read(content)
    assert rows(table) == [("1", "a", "b", 3), ("2", "c", "d", 7)]
    assert said(content) == ["raw/ae.csv:2 CED218 4 blank lines of table ae left out: 2, 4, 5, 6"]
    assert said("SUBJ,TERM,SEV\n,,\n") == ["raw/ae.csv:2 CED218 1 blank line of table ae left out: 2"]


def test_a_single_column() -> None:
    table = read('SUBJ\n1\n\n""\n2', replace(AE, columns=("SUBJ",)))
    assert rows(table) == [("1", 2), ("2", 5)]


def test_a_cell_longer_than_any_block() -> None:
    long = "x" * 9_000_000
    assert rows(read(f"SUBJ,TERM,SEV\n1,{long},2\n3,b,c\n"))[0][1] == long


def test_rows_above_and_below_the_header_are_no_records() -> None:
    content = 'Export of 2021-01-04\n\nSUBJ,TERM,SEV\nSubject,Term,"Severity\n(1-3)"\n1,a,2\n3,b,1\n'
    table = read(content, replace(AE, titles=1, labels=1))
    assert rows(table) == [("1", "a", "2", 6), ("3", "b", "1", 7)]
    assert rows(read("SUBJ,TERM,SEV\nx,y,z\n", replace(AE, labels=1))) == []


def test_titles_that_are_not_there_leave_no_header() -> None:
    assert said("SUBJ,TERM,SEV\n", replace(AE, titles=1)) == said("", AE)
    found = said("SUBJ,TERM,SEV\n1,a,2\n", replace(AE, titles=1))
    assert len(found) == 6 and all("raw/ae.csv" in one and "CED22" in one for one in found)
