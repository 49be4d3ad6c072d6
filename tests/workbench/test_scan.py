"""What `scan` says of raw folders, and what it never shows."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import openpyxl
import pytest
from running import run

from ced_cdisc.read import discover_text

EXAMPLES = Path(__file__).parents[2] / "examples"


pytestmark = pytest.mark.usefixtures("empty_raw")


def written(name: str, text: str, encoding: str = "utf-8") -> None:
    path = Path("raw", name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode(encoding))


def columns_of(table: str, *options: str) -> dict[str, dict[str, object]]:
    code, out, err = run("scan", "raw", "--table", table, "--format", "json", *options)
    assert code == 0, err
    return {column["name"]: column for column in json.loads(out)["tables"][0]["columns"]}


MESS = """\
PATNR;Besuch;Datum;Ort;Wert;Wert;Befund
P-01;Tag 1;01.02.2021;München;1,5;>2;"sagte ""nein"",
ging dann"
P-02;Tag 1;02.02.2021;München;1,25;3; müde
P-01;Woche 4;13.03.2021;Köln;12;n/a;
P-02;Woche 4;14.03.2021;Köln;;4;
P-02;Woche 4;15.03.2021;Köln;7;5;
"""


def test_a_messy_table_is_told_in_full() -> None:
    written("befund.csv", MESS.replace("\n", "\r\n"), "latin-1")
    assert run("scan", "raw") == (
        0,
        """\
befund  befund.csv: text, semicolon, cp1252; 5 rows, 7 columns
  byte 0xFC in line 2 is no UTF-8, and ü in cp1252; with a semicolon the header and the first records have 7 cells
  key, likely: PATNR, Datum

  column    filled  empty  values  what
  PATNR          5      0       2  text (subject)                A-99
  Besuch         5      0       2  text (visit)                  Woche 4 (3), Tag 1 (2)
  Datum          5      0       5  date DD.MM.YYYY (visit date)  2021-02-01 .. 2021-03-15
  Ort            5      0       2  text                          Köln (3), München (2)
  Wert           4      1       4  decimal comma                 1,25 (1), 1,5 (1), 12 (1), 7 (1)
  Wert (2)       5      0       5  integer                       3 (1), 4 (1), 5 (1), >2 (1), n/a (1)
  Befund         2      3       2  text                          up to 24 characters (free text)
  ! Wert stands twice in the header, in cells 5 and 6; a build refuses it
  ! Wert (2): n/a may say that there is no value; see `missing`
  ! Wert (2): mixed, beside integer: 1 number with comparator
  ! Befund: 1 cell has blanks at an end; `trim: yes` takes them away

1 table; the subject is likely PATNR
""",
        "",
    )


@pytest.mark.parametrize("size", [1, 7, 64])
def test_blocks_of_any_size_give_the_same(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    written("a.csv", MESS)
    written("b.csv", 'SUBJ,A,B\n1,2,3\n2,3\n"3,""x",4,5\n4,5,6,7\n')
    written("c.csv", MESS, "latin-1")
    written("d.csv", MESS, "utf-16")
    whole = run("scan", "raw")
    monkeypatch.setattr(discover_text, "_BLOCK", size)
    assert run("scan", "raw") == whole
    assert whole[1].count("5 rows, 7 columns") == 3


def test_the_same_files_in_another_order_give_the_same() -> None:
    written("a.csv", "SUBJ,X\n1,2\n")
    written("b.csv", "SUBJ,X\n1,2\n")
    first = run("scan", "raw")
    for name in ("a.csv", "b.csv"):
        Path("raw", name).rename(name)
    for name in ("b.csv", "a.csv"):
        Path(name).rename(Path("raw", name))
    assert run("scan", "raw") == first


def dates(*cells: str) -> list[object]:
    written("d.csv", "SUBJ,DT\n" + "".join(f"{at},{cell}\n" for at, cell in enumerate(cells)))
    found = columns_of("d").get("DT", {}).get("dates", [])
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("cells", "formats", "note"),
    [
        (
            ("03/04/2021", "05/06/2021"),
            ["DD/MM/YYYY", "MM/DD/YYYY"],
            "no day over 12 tells whether day or month stands first",
        ),
        (("03/04/2021", "25/06/2021"), ["DD/MM/YYYY"], "1 have a day over 12 in first place"),
        (("3/4/2021", "5/26/2021"), ["M/D/YYYY"], "1 have a day over 12 in second place"),
        (
            ("03/14/2021", "25/06/2021"),
            ["DD/MM/YYYY", "MM/DD/YYYY"],
            "the day stands first in 1 and second in 1 of them: two orders in one column",
        ),
        (("03.04.2021", "05.06.2021"), ["DD.MM.YYYY"], "by the dots; no day over 12 proves it"),
        (("03-04-21 08:30", "25-04-21 08:30"), ["DD-MM-YY HH:MM"], "1 have a day over 12 in first place"),
        (("2021-03-04", "2021-03"), ["ISO"], None),
        (("2021-03-04T08:30:00", "2021-03-04T08:30"), ["ISO"], None),
        (("2021-03-04 08:30", "2021-03-05 09:30"), ["YYYY-MM-DD HH:MM"], None),
        (("05-MAR-2021", "06-Apr-2021"), ["DD-MON-YYYY"], None),
        (("UN-MAR-2021", "un-mar-2021"), ["UN-MON-YYYY"], None),
        (("UN-UNK-2021", "UN-UNK-2022"), ["UN-UNK-YYYY"], None),
        (("05MAR2021", "06APR2021"), ["DDMONYYYY"], None),
        (("5 March 2021", "16 April 2021"), ["D MONTH YYYY"], None),
        (("20210304", "20211231"), ["YYYYMMDD"], None),
    ],
)
def test_the_form_of_dates(cells: tuple[str, ...], formats: list[str], note: str | None) -> None:
    wanted = {"formats": formats, "cells": 2} | ({"note": note} if note else {})
    found = dates(*cells)
    if formats == ["D MONTH YYYY"]:  # two shapes, of one and of two digits
        assert [form["formats"] for form in found] == [["D MONTH YYYY"], ["DD MONTH YYYY"]]  # type: ignore[index]
    else:
        assert found == [wanted]


UNTOLD = "no other date tells whether the number is a day or a month"


@pytest.mark.parametrize(
    ("cells", "formats", "note"),
    [
        (("03/14/2021", "07/UN/2021"), ["MM/UN/YYYY"], None),
        (("03/14/2021", "UN/07/2021"), ["UN/DD/YYYY"], None),
        (("14/03/2021", "UN/07/2021"), ["UN/MM/YYYY"], None),
        (("14/03/2021", "07/UNK/2021"), ["DD/UNK/YYYY"], None),
        (("05-MAR-2021", "07-UNK-2021"), ["DD-UNK-YYYY"], None),
        (("05-MAR-2021", "UN.07.2021"), ["UN.MM.YYYY"], None),
        (("03/04/2021", "07/UN/2021"), ["DD/UN/YYYY", "MM/UN/YYYY"], UNTOLD),
        (("05-MAR-2021", "07/UN/2021"), ["DD/UN/YYYY", "MM/UN/YYYY"], UNTOLD),
        (("2021-03-14", "2021-03-UN"), ["YYYY-MM-UN"], None),
        (("2021-03-14", "2021-UNK-UNK"), ["YYYY-UNK-UNK"], None),
    ],
)
def test_a_number_beside_an_unknown_part_is_what_the_whole_dates_make_it(
    cells: tuple[str, ...], formats: list[str], note: str | None
) -> None:
    wanted = {"formats": formats, "cells": 1} | ({"note": note} if note else {})
    assert wanted in dates(*cells)


def test_numbers_of_eight_digits_are_no_dates_where_one_is_none() -> None:
    assert dates("20210304", "20211331") == []


def test_years_and_months_are_dates_where_the_column_is_one() -> None:
    written("m.csv", "SUBJ,SEIT,SCORE\n1,12.2012,12.2012\n2,2015,13.5\n3,5.6.2011,1\n")
    columns = columns_of("m")
    assert columns["SEIT"]["kinds"] == {"date": 3}
    assert columns["SCORE"]["kinds"] == {"decimal": 2, "integer": 1}


def test_a_word_for_an_unknown_part_is_no_date_where_there_are_none() -> None:
    rows = ["SUBJ,TITRE,NOTE,DAY", "1,160,ND,01-FEB-2020", "2,ND,ND,ND", "3,320,,02-FEB-2020"]
    written("m.csv", "\n".join(rows) + "\n")
    columns = columns_of("m")
    assert columns["TITRE"]["kinds"] == {"integer": 2, "text": 1}
    assert columns["NOTE"]["kinds"] == {"text": 2}
    assert columns["DAY"]["kinds"] == {"date": 3}


@pytest.mark.parametrize(("codes", "role"), [("V1 V2 V7", "visit"), ("V30 V31 V30", None)])
def test_numbered_codes_are_visits_where_they_count_from_the_first(codes: str, role: str | None) -> None:
    cells = zip("112", codes.split(), ("01", "02", "03"), strict=True)
    written("m.csv", "SUBJ,CODE,DT\n" + "".join(f"{s},{c},2020-02-{d}\n" for s, c, d in cells))
    assert columns_of("m")["CODE"].get("role") == role


def test_rows_of_one_key_are_counted_and_the_first_is_named() -> None:
    rows = [f"{at // 4},V{at % 4},{at}" for at in range(40)]
    written("v.csv", "\n".join(["SUBJ,VISIT,SBP", *rows, "3,V1,99", ""]))
    _, out, _ = run("scan", "raw")
    assert (
        "  key, perhaps: SUBJ, VISIT; 1 row has the key of an earlier one, the first in line 42 (as line 15)\n"
        in out
    )


def test_identifiers_are_shapes_unless_they_are_asked_for() -> None:
    people = [("Ann-Kathrin", "0151 234"), ("Béla", "0160 99"), ("Cem", "0170 1"), ("Dörte", "0171 22")]
    rows = [
        f"AB-{at:03d},{name},{phone},0{at + 1}.04.1960,fell down the stairs {at},M"
        for at, (name, phone) in enumerate(people)
    ]
    written("dm.csv", "\n".join(["SUBJID,VORNAME,TELEFON,GEBDAT,HERGANG,SEX", *rows, ""]))
    written("ae.csv", "SUBJID,REF\n" + "".join(f"AB-{at:03d},AB-{at:03d}\n" for at in range(4)))
    secrets = [text for row in rows for text in row.split(",")[:5]] + ["1960-04", "1960"]
    for form in ("text", "json"):
        code, out, err = run("scan", "raw", "--format", form)
        assert (code, [secret for secret in secrets if secret in out + err]) == (0, [])
        code, out, _ = run("scan", "raw", "--format", form, "--show-ids")
        assert "AB-001" in out
        assert "Dörte" in out
    _, out, _ = run("scan", "raw")
    assert (
        out
        == """\
ae  ae.csv: text, comma, utf-8; 4 rows, 2 columns
  all is ASCII; with a comma the header and the first records have 2 cells
  key, likely: SUBJID

  column  filled  empty  values  what
  SUBJID       4      0       4  text (subject)  AA-999
  REF          4      0       4  text            AA-999 (subject)

dm  dm.csv: text, comma, utf-8; 4 rows, 6 columns
  all letters beyond ASCII are UTF-8; with a comma the header and the first records have 6 cells
  key, likely: SUBJID

  column   filled  empty  values  what
  SUBJID        4      0       4  text (subject)   AA-999
  VORNAME       4      0       4  text             Aaa, Aaa-Aaa.., Aaaa, .. (person)
  TELEFON       4      0       4  text             9999 99, 9999 9, 9999 999 (person)
  GEBDAT        4      0       4  date DD.MM.YYYY  99.99.9999 (date of birth)
  HERGANG       4      0       4  text             up to 22 characters (free text)
  SEX           4      0       1  text             M (4)
  ! GEBDAT: DD.MM.YYYY: by the dots; no day over 12 proves it

2 tables; the subject is likely SUBJID
"""
    )


def test_words_among_numbers_are_not_shown() -> None:
    written("w.csv", "SUBJ,DOSE\n1,10\n2,10\n3,refused by Ann\n4,n/a\n")
    _, out, _ = run("scan", "raw")
    assert "DOSE         4      0       3  integer            10 (2), n/a (1) and 1 more\n" in out


@pytest.mark.parametrize(
    ("study", "subject", "others"),
    [("vitals_labs", "PATNR", ("GEBDAT",)), ("improve_ced", "SUBJ", ("BRTHDAT", "AESPEC", "COMMENT"))],
)
def test_no_identifier_of_the_examples_is_shown(study: str, subject: str, others: tuple[str, ...]) -> None:
    raw = EXAMPLES / study / "raw"
    _, out, err = run("scan", str(raw), "--format", "json")
    shown = json.loads(out)
    values = {
        value
        for table in shown["tables"]
        for column in table["columns"]
        for value in column.get("values", {})
        if column["kinds"].get("text") or column.get("role") == "subject"
    }
    secret: set[str] = set()
    for path in raw.glob("*.csv"):
        with path.open(encoding="latin-1", newline="") as lines:
            sign = ";" if study == "vitals_labs" else ","
            for row in csv.DictReader(lines, delimiter=sign):
                secret |= {row[name] for name in (subject, *others) if row.get(name)}
    assert secret
    assert not secret & values
    assert err == ""


def test_what_cannot_be_read_is_named_and_the_rest_is_shown() -> None:
    written("good.csv", "SUBJ,X\n1,2\n")
    written("empty.csv", "")
    written("header.csv", "SUBJ;VISIT\n")
    written("nul.csv", "SUBJ,X\n1,\0\n")
    written("letter.docx", "x")
    written("broken.xlsx", "x")
    Path("raw/locked.xlsx").write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600))
    written(".hidden.csv", "a,b\n")
    book = openpyxl.Workbook()
    book.active.append(["SUBJ", "TERM"])  # type: ignore[union-attr]
    book.active.append(["1", "x"])  # type: ignore[union-attr]
    book.create_sheet("Notes")
    book.create_sheet("Title")["A3"] = "SUBJ"
    book.save("raw/two.xlsx")
    code, out, err = run("scan", "raw")
    assert code == 11
    assert [line.split("  ")[0] for line in out.splitlines() if ": " in line and line[0].isalpha()] == [
        "good",
        "header",
        "two_sheet",
    ]
    assert "  ! a header and no rows\n" in out
    assert err == (
        "1 note in the raw data\n"
        "raw/letter.docx CED760 raw/letter.docx is passed over: no reader for a file of this ending; files of raw "
        "tables end in .csv, .tsv, .txt, .dat, .psv, .xlsx, .xpt, .sas7bdat, .parquet, .json, .ndjson, .dsjc, "
        ".xml\n"
        "2 warnings in the raw data\n"
        "raw/empty.csv CED762 the file is empty: not even a header; nothing is proposed for it\n"
        "raw/two.xlsx CED762 the sheet Notes is empty: not even a header; nothing is proposed for it\n"
        "4 errors in the raw data\n"
        "raw/broken.xlsx CED761 raw/broken.xlsx is no xlsx workbook: it starts with b'x'; save it as .xlsx\n"
        "raw/locked.xlsx CED761 raw/locked.xlsx is password-protected or an old .xls; save it as .xlsx "
        "without a password\n"
        "raw/nul.csv CED761 raw/nul.csv is no text: line 2 holds a NUL byte; export it again\n"
        "raw/two.xlsx:1 CED761 row 1 of the sheet Title is empty, where the header must stand; delete the rows above "
        "the header\n"
    )


LABELLED = (
    "SUBJ,AGE,VISDAT,SEX\nSubject number,Age in years,Date of visit,Sex\n"
    "1,40,2021-01-04,M\n2,50,2021-02-04,F\n3,60,2021-03-04,M\n"
)


def test_a_row_of_labels_below_the_header_is_seen() -> None:
    written("demog.csv", LABELLED)
    _, out, _ = run("scan", "raw")
    assert out.startswith("demog  demog.csv: text, comma, utf-8; 3 rows, 4 columns\n")
    assert "  AGE          3      0       3  integer" in out and "40 (1)" in out
    assert "  ! 1 row below the header seems to hold labels, not data; see `labels`\n" in out
    assert run("new", "S", "--raw", "raw")[0] == 0
    assert "    labels: 1  # likely: it has words where others have numbers or dates\n" in (
        Path("S/mappings/sources.yaml").read_text()
    )


@pytest.mark.parametrize(
    "row",
    ["0,unknown,not done,M", "x,n.a.,unknown,F", "Subject number,,,", "Subject number,Age,2021-01-04,Sex"],
)
def test_a_row_of_data_is_no_row_of_labels(row: str) -> None:
    lines = LABELLED.splitlines()
    written("demog.csv", "\n".join([lines[0], row, *lines[2:]]) + "\n")
    assert "; 4 rows, 4 columns\n" in run("scan", "raw")[1]


@pytest.mark.parametrize("above", ["Study X, export of 2021", "Study X,,,", ",,,\nStudy X,,,\nmade in May"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rows_above_the_header_are_seen_and_read_by_the_contract(above: str, ending: str) -> None:
    table = LABELLED.splitlines()
    lines = [*above.splitlines(), table[0], *table[2:]]
    if above.startswith("Study X, "):
        lines[0] = '"Study X, export of 2021"'
    if ending == "csv":
        written("demog.csv", "\n".join(lines) + "\n")
    else:
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append([cell or None for cell in line.split(",")] if '"' not in line else [line])  # type: ignore[union-attr]
        book.save("raw/demog.xlsx")
    titles = len(above.splitlines())
    _, out, _ = run("scan", "raw")
    assert "; 3 rows, 4 columns\n" in out and "above the header; see `titles`\n" in out
    assert run("new", "S", "--raw", "raw")[0] == 0
    assert f"    titles: {titles}  # likely: the header is the first row of several cells\n" in (
        Path("S/mappings/sources.yaml").read_text()
    )
    code, _, err = run(
        "init",
        "SC",
        "--print",
        "--from",
        "demog",
        "--raw",
        "raw",
        "--mappings",
        "S/mappings",
        "--define",
        "S/define",
    )
    assert (code, err) == (0, "")


FOREIGN = {
    "package.json": '{"name": "x", "version": 1}',
    "list.json": "[1, 2]",
    "log.ndjson": '{"a": 1}\n{"a": 2}\n',
    "page.xml": "<html><body/></html>",
    "define.xml": '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot"><Study OID="1"/></ODM>',
}


def test_a_file_of_another_kind_is_passed_over_and_said() -> None:
    written("good.csv", "SUBJ,X\n1,2\n")
    for name, text in FOREIGN.items():
        written(name, text)
    code, out, err = run("scan", "raw")
    assert code == 0
    assert out.startswith("good  good.csv: text, comma, utf-8; 1 row, 2 columns\n")
    assert err == (
        "5 notes in the raw data\n"
        "raw/define.xml CED760 raw/define.xml is passed over: the XML has no ClinicalData; export the clinical "
        "data, not the metadata alone\n"
        "raw/list.json CED760 raw/list.json is passed over: the JSON is no Dataset-JSON; Dataset-JSON 1.1 is read\n"
        "raw/log.ndjson CED760 raw/log.ndjson is passed over: the JSON is no Dataset-JSON; Dataset-JSON 1.1 is "
        "read\n"
        "raw/package.json CED760 raw/package.json is passed over: the JSON is no Dataset-JSON; Dataset-JSON 1.1 is "
        "read\n"
        "raw/page.xml CED760 raw/page.xml is passed over: the XML begins with the element html; ODM 1.2, 1.3 and "
        "2.0 are read\n"
    )


DAMAGED = {
    "version.json": (
        '{"datasetJSONVersion": "1.0.0", "columns": []}',
        "raw/version.json CED606 raw/version.json is Dataset-JSON 1.0.0; Dataset-JSON 1.1 is read",
    ),
    "cut.json": (
        '{"datasetJSONVersion": "1.1.0", "rows": [',
        "raw/cut.json CED605 raw/cut.json is no JSON: Expecting value in line 1 column 42; write it again",
    ),
    "cut.xml": (
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot">',
        "raw/cut.xml:1:67 CED271 the file of table cut.xml is no well-formed XML: no element found; export it again",
    ),
    "changes.xml": (
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Transactional"/>',
        "raw/changes.xml:1:1 CED277 the file of table changes.xml is no snapshot, but Transactional; export a "
        "snapshot, which holds what is there",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_raw_table_that_is_damaged_is_an_error(name: str) -> None:
    text, said = DAMAGED[name]
    written("good.csv", "SUBJ,X\n1,2\n")
    written(name, text)
    code, out, err = run("scan", "raw")
    assert (code, err) == (11, f"1 error in the raw data\n{said}\n")
    assert out.startswith("good  good.csv: ")


def test_a_folder_without_tables_is_said() -> None:
    assert run("scan", "raw") == (
        11,
        "",
        "1 error in the raw data\nraw CED763 raw holds no table; name the folder of the raw files\n",
    )


def test_wrong_calls() -> None:
    written("a.csv", "SUBJ,X\n1,2\n")
    assert run("scan", "nowhere") == (2, "", "Error: there is no folder nowhere\n")
    assert run("scan", "raw", "--table", "b") == (2, "", "Error: no table b in raw\n")


def test_text_that_is_not_well_formed_is_told_by_line() -> None:
    written("r.csv", 'SUBJ,A,B\n1,2,3\n2,3\n3,4,5,6\n4,"x"y,2\n')
    written("cr.csv", "SUBJ,X\r1,2\r2,3\r")
    _, out, _ = run("scan", "raw")
    assert [line for line in out.splitlines() if line.startswith("  !")] == [
        "  ! a line ends in a carriage return alone in line 1; a build refuses it",
        "  ! a quote is misplaced in line 5; a build refuses it",
        "  ! 1 record has fewer cells than the header, the first in line 3; a build stops",
        "  ! 1 record has more cells than the header, the first in line 4; a build stops",
        "  ! A: mixed, beside integer: 1 text",
    ]


def test_a_transport_file_is_scanned_too() -> None:
    _, out, _ = run("scan", str(EXAMPLES / "improve_ced" / "raw"), "--table", "cellprod.xpt")
    assert out.startswith("cellprod  cellprod.xpt: xpt; 40 rows, 13 columns\n  key, likely: SUBJID, PRODID\n")


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    written("a.csv", "SUBJ,X\n1,2\n")

    def refuse(*arguments: object, **options: object) -> object:
        raise PermissionError(13, "Permission denied")

    Path("raw/a.csv").chmod(stat.S_IRUSR)
    monkeypatch.setattr(discover_text, "found_text", refuse)
    assert run("scan", "raw") == (
        11,
        "",
        "1 error in the raw data\n"
        "raw/a.csv CED761 raw/a.csv cannot be read: Permission denied; look at its permissions\n",
    )


def test_a_large_column_is_told_by_its_shapes() -> None:
    rows = "".join(f"S{at // 50:04d},{at},{at % 60:02d}-X\n" for at in range(30_000))
    written("big.csv", "SUBJ,REF,TEST\n" + rows)
    columns = columns_of("big")
    assert columns["REF"]["distinct"] is None
    assert (columns["REF"]["low"], columns["REF"]["high"]) == ("0", "29999")
    assert columns["TEST"]["distinct"] == 60
    assert len(columns["TEST"]["values"]) == 60  # type: ignore[arg-type]


def test_times_past_midnight_are_told() -> None:
    written(
        "a.csv",
        "SUBJ,TM,DT,CODE\n1,08:30,2021-02-01 23:59,25:08\n2,24:00,2021-02-01 24:00,x\n3,25:08,,y\n4,9:00,,z\n",
    )
    code, out, err = run("scan", "raw")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if "24:00" in line] == [
        "  ! TM: 2 cells have a time of 24:00 or later; `HH+` reads it, as one of the day after",
        "  ! DT: 1 cell has a time of 24:00 or later; `HH+` reads it, as one of the day after",
    ]
    assert {name: column.get("past midnight") for name, column in columns_of("a").items()} == {
        "SUBJ": None,
        "TM": 2,
        "DT": 1,
        "CODE": None,
    }
