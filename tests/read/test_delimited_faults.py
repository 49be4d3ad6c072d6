"""Faults of delimited raw tables, each with the whole text of its finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from raw_folder import AE, given_file, read, rows, said

from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.read.tables import read_table, read_tables, unclaimed_files


def test_missing_file_names_the_nearest_one() -> None:
    given_file("x", "AE_.csv")
    table, found = read_table(Path("raw"), AE)
    assert table is None
    assert [str(f) for f in found] == [
        "mappings/sources.yaml:4:3 CED202 the file of table ae is missing: raw/ae.csv; did you mean AE_.csv?"
    ]
    _, found = read_table(Path("raw"), replace(AE, file="zzz.csv"))
    assert str(found[0]).endswith("missing: raw/zzz.csv; the folder has AE_.csv")
    _, found = read_table(Path("nowhere"), AE)
    assert str(found[0]).endswith("the file of table ae is missing: nowhere/ae.csv")


def test_empty_raw_folder() -> None:
    Path("raw", ".DS_Store").touch()
    tables, found = read_tables(Path("raw"), [AE, replace(AE, name="dm", file="dm.csv")])
    assert tables == {}
    assert [str(f) for f in found] == ["raw CED201 the raw folder raw holds no file; expected ae.csv, dm.csv"]


def test_unreadable_file(monkeypatch: pytest.MonkeyPatch) -> None:
    given_file("SUBJ")

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied", "raw/ae.csv")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    _, found = read_table(Path("raw"), AE)
    assert [str(f) for f in found] == [
        "raw/ae.csv CED203 the file of table ae cannot be read: Permission denied; "
        "look at its permissions, or whether another program holds it open"
    ]


def test_a_folder_in_place_of_the_file() -> None:
    Path("raw", "ae.csv").mkdir()
    _, found = read_table(Path("raw"), AE)
    assert [str(f) for f in found] == [
        "mappings/sources.yaml:4:3 CED204 the file of table ae is no ordinary file: raw/ae.csv; "
        "put the exported table there"
    ]


@pytest.mark.parametrize("content", ["", "\n", "\r\n\r\n", b"\xef\xbb\xbf"])
def test_empty_file(content: str | bytes) -> None:
    assert said(content) == [
        "raw/ae.csv CED205 the file of table ae is empty: not even a header; expected SUBJ, TERM, SEV"
    ]


@pytest.mark.parametrize("file", ["../ae.csv", "/etc/passwd"])
def test_a_file_outside_the_raw_folder(file: str) -> None:
    _, found = read_table(Path("raw"), replace(AE, file=file))
    assert [str(f) for f in found] == [
        f"mappings/sources.yaml:4:3 CED206 the file of table ae must lie in the raw folder: {file}; "
        "write its path below the raw folder"
    ]


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "§"])
def test_unusable_delimiter(delimiter: str) -> None:
    assert said("x", replace(AE, delimiter=delimiter)) == [
        f"mappings/sources.yaml:4:3 CED207 delimiter {delimiter!r} of table ae is not one ASCII character "
        r"other than a quote or a line end; usual ones are ',', ';', '|' and '\t'"
    ]


@pytest.mark.parametrize("encoding", ["utf8000", "", "base64", "nul\0l"])
def test_unknown_encoding(encoding: str) -> None:
    assert said("x", replace(AE, encoding=encoding)) == [
        f"mappings/sources.yaml:4:3 CED207 unknown encoding {encoding} of table ae; "
        "usual ones are utf-8, cp1252 and latin-1"
    ]


def test_utf16_where_utf8_was_promised() -> None:
    assert said("SUBJ,TERM,SEV\n".encode("utf-16")) == [
        "raw/ae.csv CED208 the file of table ae is UTF-16, not utf-8; "
        "save it as UTF-8, or write encoding: utf-16 at mappings/sources.yaml:4:3"
    ]


def test_the_mark_of_utf8_where_cp1252_was_promised() -> None:
    assert said(b"\xef\xbb\xbfSUBJ,TERM,SEV\n", replace(AE, encoding="cp1252")) == [
        "raw/ae.csv CED208 table ae starts with the mark of UTF-8, but encoding is cp1252; "
        "write encoding: utf-8 at mappings/sources.yaml:4:3"
    ]


def test_bytes_that_are_not_utf8() -> None:
    assert said("SUBJ,TERM,SEV\n1,é ".encode() + "Raynaud’s,2\n".encode("cp1252")) == [
        "raw/ae.csv:2:12 CED209 table ae is not utf-8: byte 0x92; read as cp1252 the place is "
        "'Ã© Raynaud’s,2'; if that is right, write encoding: cp1252 at mappings/sources.yaml:4:3"
    ]


def test_bytes_that_are_not_utf8_beyond_the_first_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ced_cdisc.read.encoding._BLOCK", 5)
    assert read("SUBJ,TERM,SEV\n1,é½≥😀é½≥😀,2\n").frame["TERM"].to_list() == ["é½≥😀é½≥😀"]
    (text,) = said("SUBJ,TERM,SEV\n1,é½≥😀é½≥😀\xff".encode()[:-2] + b"\xff,2\n")
    assert text.startswith("raw/ae.csv:2:11 CED209 table ae is not utf-8: byte 0xFF; ")


def test_bytes_that_are_not_cp1252_or_cut_utf16() -> None:
    assert said(b"SUBJ,TERM,SEV\n1,\x81,2\n", replace(AE, encoding="cp1252")) == [
        "raw/ae.csv:2:3 CED209 table ae is not cp1252: byte 0x81; save the table as UTF-8"
    ]
    (text,) = said("SUBJ".encode("utf-16")[:-1], replace(AE, encoding="utf-16"))
    assert text.startswith("raw/ae.csv:1:") and "CED209 table ae is not utf-16: " in text


def test_utf8_read_as_cp1252_is_a_warning() -> None:
    assert said("SUBJ,TERM,SEV\n1,é,2\n", replace(AE, encoding="cp1252")) == [
        "raw/ae.csv CED210 table ae reads as UTF-8 and has letters that are not ASCII, but "
        "encoding is cp1252; "
        "write encoding: utf-8 at mappings/sources.yaml:4:3 unless the letters come out right"
    ]


def test_nul_byte() -> None:
    assert said(b"SUBJ,TERM,SEV\n1,a\0b,2\n") == [
        "raw/ae.csv:2:4 CED211 a NUL byte in table ae; it may be UTF-16 or not text at all; "
        "export the table again"
    ]


@pytest.mark.parametrize(
    ("content", "place"),
    [("SUBJ,TERM,SEV\r1,2,3\r", "1:14"), ("SUBJ,TERM,SEV\n1,a\rb,3\n", "2:4"), ("SUBJ,TERM,SEV\r", "1:14")],
)
def test_lone_carriage_return(content: str, place: str) -> None:
    assert said(content) == [
        f"raw/ae.csv:{place} CED212 a carriage return without line feed outside quotes in table ae; "
        "save the table with line ends of Windows or Unix"
    ]


@pytest.mark.parametrize("cell", ['"never closed,2', '"', '"""', '"a""'])
def test_unclosed_quote(cell: str) -> None:
    assert said(f"SUBJ,TERM,SEV\né,{cell}") == [
        f"raw/ae.csv:2:3 CED213 a quoted cell of table ae is never closed: {cell}; "
        "add the closing quote, or take the opening one away"
    ]


def test_text_after_a_closing_quote() -> None:
    assert said('SUBJ,TERM,SEV\n1,"x"y,3\n') == [
        'raw/ae.csv:2:5 CED214 text after a closing quote in table ae, at "y,3; double a quote '
        "within a quoted cell"
    ]


def test_text_after_a_closing_quote_far_from_its_opening() -> None:
    assert said('SUBJ,TERM,SEV\n1,"open,2\n3,"x",4\n') == [
        'raw/ae.csv:3:3 CED214 text after a closing quote in table ae, at "x",4; double a quote '
        "within a quoted "
        "cell; or the cell that opens at line 2, column 3 lacks its closing quote"
    ]


def test_quote_within_an_unquoted_cell() -> None:
    assert said('SUBJ,TERM,SEV\n1,5" tube of a very long name,3\n') == [
        'raw/ae.csv:2:4 CED215 a quote within an unquoted cell of table ae, at " tube of a very lon...; '
        'quote the whole cell and double the quotes in it: "5"" tube"'
    ]


def test_short_and_long_rows_are_counted_and_shown() -> None:
    content = "SUBJ,TERM,SEV\n1,2\n1,2,3\n1,2,3,4\n1,2,3,4,5\n"
    assert said(content) == [
        "raw/ae.csv:2 CED216 1 row of table ae has fewer cells than the header (3); "
        "the row may be cut, or a line end within a cell is not quoted\n    ae line 2: 2 cells: 1,2",
        "raw/ae.csv:4 CED217 2 rows of table ae have more cells than the header (3); "
        "a cell that holds ',' must be quoted\n    ae line 4: 4 cells: 1,2,3,4\n    ae line 5: "
        "5 cells: 1,2,3,4,5",
    ]


def test_wrong_delimiter() -> None:
    assert said("SUBJ;TERM;SEV\n1;2;3\n") == [
        "raw/ae.csv:1 CED219 the header of table ae has no delimiter ',', but ';'; "
        "write delimiter: ';' at mappings/sources.yaml:4:3"
    ]


def test_missing_and_extra_columns_are_all_named() -> None:
    contract = replace(AE, column_lines={"SEV": Location("mappings/sources.yaml", 9, 7)})
    assert said("subj,TERM,SEVR,XYZ\n", contract) == [
        "mappings/sources.yaml:4:3 CED220 column ae.SUBJ is not in the header of raw/ae.csv; "
        "did you mean subj?",
        "mappings/sources.yaml:9:7 CED220 column ae.SEV is not in the header of raw/ae.csv; did "
        "you mean SEVR?",
        "raw/ae.csv:1:1 CED221 column subj is not among the columns of table ae; did you mean SUBJ?",
        "raw/ae.csv:1:3 CED221 column SEVR is not among the columns of table ae; did you mean SEV?",
        "raw/ae.csv:1:4 CED221 column XYZ is not among the columns of table ae; "
        "list it under columns at mappings/sources.yaml:4:3, or delete it",
    ]
    (text,) = said("SUBJ,TERM\n")
    assert text.endswith("column ae.SEV is not in the header of raw/ae.csv; the header has SUBJ, TERM")


@pytest.mark.parametrize(("policy", "codes"), [("warn", ["CED220", "CED221"]), ("ignore", ["CED220"])])
def test_other_column_policies_go_on_with_a_null_column(policy: str, codes: list[str]) -> None:
    given_file("TERM,XYZ,SUBJ\na,b,1\n")
    table, found = read_table(
        Path("raw"), replace(AE, column_policy=policy, needed=frozenset({"SUBJ", "TERM"}))
    )
    assert table is not None
    assert rows(table) == [("1", "a", None, 2)]
    assert table.new == ("XYZ",)
    assert [(f.code, f.severity) for f in found] == [(code, Severity.WARNING) for code in codes]


@pytest.mark.parametrize("policy", ["strict", "warn", "ignore"])
def test_a_column_that_is_read_must_be_there_under_every_policy(policy: str) -> None:
    contract = replace(AE, column_policy=policy, needed=frozenset({"SEV"}))
    assert said("SUBJ,TERM\n", contract) == [
        "mappings/sources.yaml:4:3 CED220 column ae.SEV is not in the header of raw/ae.csv; "
        "the header has SUBJ, TERM"
    ]


def test_texts_of_spreadsheet_errors_are_faults_unless_they_mean_missing() -> None:
    text = "SUBJ,TERM,SEV\n1,#N/A,#5\n2,b,#REF!\n3,#DIV/0!,2\n"
    assert said(text) == [
        "raw/ae.csv:2 CED242 column ae.TERM holds #N/A, an error of a spreadsheet, in 2 cells, first in "
        "line 2; correct it, or list it under 'missing' in sources.yaml",
        "raw/ae.csv:3 CED242 column ae.SEV holds #REF!, an error of a spreadsheet, in line 3; "
        "correct it, or list it under 'missing' in sources.yaml",
    ]
    contract = replace(AE, missing=("#N/A", "#REF!", "#DIV/0!"))
    assert rows(read(text, contract)) == [("1", None, "#5", 2), ("2", "b", None, 3), ("3", None, "2", 4)]


def test_duplicate_and_blank_header_cells() -> None:
    assert said("SUBJ,TERM,SEV,,SUBJ\n1,2,3,,4\n") == [
        "raw/ae.csv:1:4 CED223 header cell 4 of table ae is blank; give the column a name or delete it",
        "raw/ae.csv:1:5 CED222 column SUBJ stands twice in the header of table ae, in cells 1 and 5; "
        "rename one of them",
    ]


def test_unclaimed_files_are_noted() -> None:
    for name in ("ae.csv", "aes.csv", "zzz", ".hidden", "~$ae.xlsx"):
        given_file("x", name)
    Path("raw/controls").mkdir()
    Path("raw/controls/x.csv").touch()
    found = unclaimed_files(Path("raw"), [AE])
    assert [str(f) for f in found] == [
        "raw/aes.csv CED235 aes.csv stands in the raw folder, but no table reads it; did you mean ae.csv?",
        "raw/zzz CED235 zzz stands in the raw folder, but no table reads it; declare it in "
        "sources.yaml, or move it away",
    ]
    assert {f.severity for f in found} == {Severity.NOTE}
    assert len(unclaimed_files(Path("raw"), [AE, replace(AE, file="controls/y.csv")])) == 3


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_several_tables_come_in_the_order_of_the_contracts(threads: int) -> None:
    contracts = [replace(AE, name=f"t{n}", file=f"t{n}.csv") for n in range(12)]
    for n, contract in enumerate(contracts):
        given_file(f"SUBJ,TERM,SEV\n{n},a,b\n" if n % 3 else "SUBJ\n", contract.file)
    tables, found = read_tables(Path("raw"), contracts, threads)
    assert list(tables) == [f"t{n}" for n in range(12) if n % 3]
    assert tables["t1"].frame["SUBJ"].to_list() == ["1"]
    assert [f.code for f in found] == ["CED220"] * 8


def test_contracts_that_no_spec_may_hold_are_bugs() -> None:
    with pytest.raises(ValueError, match="columns must be distinct and none may be __row"):
        replace(AE, columns=("A", "A"))
    with pytest.raises(ValueError, match="table names must be distinct"):
        read_tables(Path("raw"), [AE, AE])
