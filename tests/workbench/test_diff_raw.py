"""Two deliveries of raw data: each change is told whole, with what it means for a build that is then tried."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main
from small_study import RAW, write_study

SPECS = "specs from mappings and define\n"
AE = "mappings/sources.yaml:5:17"


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(Path())
    shutil.copytree("raw", "new")


def diff(*arguments: str, old: str = "raw", new: str = "new") -> tuple[int, str]:
    result = CliRunner().invoke(main, ["diff-raw", old, new, *arguments], prog_name="ced-cdisc")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.stderr == SPECS
    return result.exit_code, result.stdout


def changed(file: str, old: str, new: str, folder: str = "new") -> None:
    path = Path(folder, file)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def of(table: str, *arguments: str) -> str:
    """What the report says of one table, subjects shown."""
    _, text = diff("--show-ids", *arguments)
    found = re.search(rf"^{re.escape(table)}.*?: .*\n((?:  .*\n)+)", text, re.MULTILINE)
    return found[1] if found else ""


def test_the_same_delivery() -> None:
    assert diff() == (
        0,
        """\
old: raw
new: new

table  old  new  result
demog    -    -  the same bytes
dose     -    -  the same bytes
ae       -    -  the same bytes

nothing changed
""",
    )


def test_a_code_that_the_specs_lack_and_the_records_behind_it() -> None:
    """The build stops at the very line that the report names, with the same words."""
    changed("ae.csv", "001,1,Headache,1,", "001,1,Headache,4,")
    code, text = diff("--show-ids")
    assert (code, text) == (
        1,
        """\
old: raw
new: new

table  old  new  result
demog    -    -  the same bytes
dose     -    -  the same bytes
ae       3    3  1 error, 1 warning, 1 note

ae (ae.csv): 1 error, 1 warning, 1 note
  error CED804 SEV: a new value stops a build, in 1 record: AE.AESEV: raw value '4' of ae.SEV has no term in ct; \
ct has 1, 2, 3; read by AE.AESEV
      mappings/sdtm/ae.yaml:19:23
  warning CED812 SEV: another value in 1 of 3 records that both have; read by AE.AESEV
      SUBJ '001' AENO '1', line 2: '1' -> '4'
  note CED806 SEV: codes that no record has any more: '1' (1); read by AE.AESEV

a build writes other records or values into AE, ADSL
1 change stops a build of the new delivery
""",
    )
    build = CliRunner().invoke(main, ["build", "new", "out", "--no-check"], prog_name="ced-cdisc")
    assert build.exit_code == 11
    assert (
        "mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '4' of ae.SEV has no term in ct"
        in build.stderr
    )


CASES = [
    (  # a column that is gone, one that is new, and another order
        "ae",
        ("ae.csv", RAW["ae.csv"], "SUBJ,AENO,TERM,STOP,START,GRADE\n001,1,Headache,12-FEB-2020,10-FEB-2020,1\n"),
        [
            "  error CED801 SEV: the column is gone; read by AE.AESEV\n      mappings/sources.yaml:5:81\n",
            "  error CED801 GRADE: the column is new; list it under columns, and map it or exclude it\n"
            f"      {AE}\n",
            "  note CED802 the columns stand in another order, from STOP on; no line depends on it\n",
            "  warning CED809 SUBJ: 1 subject gone: 002\n",
            "  warning CED807 2 records gone\n      SUBJ '001' AENO '2', line 3\n      SUBJ '002' AENO '1', line 4\n",
        ],
    ),
    (
        "ae",
        ("ae.csv", "14-FEB-2020,14-FEB-2020", "14-FEB-2020,2020-02-14"),
        [
            "  error CED804 STOP: a new value stops a build, in 1 record: AE.AEENDTC: date '2020-02-14' of ae.STOP fits "
            "none of the formats DD-MON-YYYY, UN-MON-YYYY, UN-UNK-YYYY; read by AE.AEENDTC\n"
            "      mappings/sdtm/ae.yaml:24:23\n",
            "  warning CED803 STOP: dates are written in new ways: 9999-99-99; read by AE.AEENDTC\n",
        ],
    ),
    (
        "ae",
        ("ae.csv", "14-FEB-2020,14-FEB-2020", "14-FEB-2020,14-FEB-2021"),
        [
            "  warning CED811 STOP: dates after the snapshot of the study, 2020-12-01, up to 2021-02-14; "
            "read by AE.AEENDTC\n",
            "  note CED811 STOP: dates from 2020-02-12 to 2021-02-14, before 2020-02-12 to 2020-02-14; "
            "read by AE.AEENDTC\n",
        ],
    ),
    (
        "ae",
        ("ae.csv", "Nausea", "N" * 201),
        ["  warning CED810 TERM: texts of up to 201 characters, before 9; read by AE.AETERM\n"],
    ),
    (
        "dose",
        ("dose.csv", "2.5", "12.25"),
        [
            "  warning CED812 DOSE: another value in 1 of 3 records that both have; read by EX.EXDOSE\n"
            "      SUBJ '002' DAY '1', line 4: '2.5' -> '12.25'\n",
            "  note CED810 DOSE: numbers from 5 to 12.25, before 2.5 to 5; up to 2 decimals, before 1; "
            "read by EX.EXDOSE\n",
        ],
    ),
    (
        "dose",
        ("dose.csv", ",2.5", ",low"),
        [
            "  error CED804 DOSE: a new value stops a build, in 1 record: EX.EXDOSE: 'low' of dose.DOSE is not a number; "
            "correct the data, or tell the reason under `not_done`; numeric(..) loses the text; read by EX.EXDOSE\n      mappings/sdtm/ex.yaml:6:13\n",
            "  warning CED803 DOSE: the column had numbers and has texts now: 'low' (1); read by EX.EXDOSE\n",
        ],
    ),
    (
        "dose",
        ("dose.csv", RAW["dose.csv"], re.sub(r",[^,]*$", ",", RAW["dose.csv"], flags=re.M).replace("DOSDT,", "DOSDT,DOSE")),
        [
            "  warning CED803 DOSE: 3 cells had a value, now none has; read by EX.EXDOSE\n",
            "  warning CED812 DOSE: another value in 3 of 3 records that both have (3 emptied); read by EX.EXDOSE\n"
            "      SUBJ '001' DAY '1', line 2: '5' -> empty\n"
            "      SUBJ '001' DAY '2', line 3: '5' -> empty\n"
            "      SUBJ '002' DAY '1', line 4: '2.5' -> empty\n",
        ],
    ),
    (
        "dose",
        ("dose.csv", "001,2,11", "001,1,11"),
        [
            "  error CED808 2 records share the key with another one, before 0; mend the data, or say with "
            "duplicates which is kept\n"
            "      mappings/sources.yaml:4:17\n"
            "      SUBJ '001' DAY '1', line 2\n"
            "      SUBJ '001' DAY '1', line 3\n",
        ],
    ),
    (
        "dose",
        ("dose.csv", "002,1,12-FEB-2020,2.5", "003,1,12-FEB-2020,2.5"),
        [
            "  note CED809 SUBJ: 1 subject new: 003\n",
            "  note CED807 1 record new\n      SUBJ '003' DAY '1', line 4\n",
        ],
    ),
    (
        "dose",
        ("dose.csv", ",", "\t"),
        [
            "  error CED813 the delimiter is '\\t', before ','; say it in the contract, or have the file exported as "
            "before\n      mappings/sources.yaml:4:17\n",
        ],
    ),
    (
        "dose",
        ("dose.csv", "2.5", '"2.5'),
        [
            "  error CED814 the file cannot be read now: CED213 a quoted cell of table dose is never closed: \"2.5; add "
            "the closing quote, or take the opening one away\n      new/dose.csv:4:19\n",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("table", "change", "lines"), CASES)
def test_a_change_is_told_whole(table: str, change: tuple[str, str, str], lines: list[str]) -> None:
    changed(*change)
    said = of(table)
    for line in lines:
        assert line in said


def test_codes_that_the_specs_know_stop_nothing() -> None:
    changed("ae.csv", "1,Nausea,3", "1,Nausea,2", folder="raw")
    assert "  note CED805 SEV: new codes, which the specs know: '3' (1); read by AE.AESEV\n" in of("ae")


def test_files_that_come_go_and_change_their_name() -> None:
    Path("new/dose.csv").rename("new/dosing.csv")
    Path("new/notes.pdf").write_bytes(b"b")
    Path("raw/notes.pdf").write_bytes(b"a")
    Path("raw/gone.csv").write_text("A\n1\n")
    Path("raw/free.csv").write_text("SUBJ,A\n001,Anna\n")
    Path("new/free.csv").write_text("SUBJ,A\n001,Berta\n")
    Path("new/.hidden.csv").write_text("A\n")
    said = diff("--show-ids")[1].partition("\n\ndose")[2]
    assert said == (
        """ (dose.csv): 1 error
  error CED800 the file is gone; dosing.csv has its bytes; read by subject, key, EX.EXSTDTC and 2 more
      mappings/sources.yaml:4:17

dosing.csv: 1 note
  note CED800 the file is new; no table reads it

free.csv: 1 warning, 3 notes
  note CED815 no contract: columns are compared by what they hold, records as a whole
  warning CED807 1 record gone; no key is known, so that records count as a whole
  note CED807 1 record new; no key is known, so that records count as a whole
  note CED810 A: texts of up to 5 characters, before 4

gone.csv: 1 note
  note CED800 the file is gone; no table reads it

notes.pdf: 1 note
  note CED815 the file is another one; it is no table

1 change stops a build of the new delivery
"""
    )


def test_a_file_of_another_name_is_known_by_its_columns() -> None:
    Path("new/dose.csv").unlink()
    Path("new/dosing.csv").write_text(RAW["dose.csv"].replace("2.5", "3"))
    assert "  error CED800 the file is gone; dosing.csv has its columns; read by" in of("dose")
    Path("raw/dose.csv").unlink()
    assert "  error CED800 the file is in neither delivery; dosing.csv has its columns; read by" in of("dose")


DOSE = "dose:  {file: dose.csv, key: [SUBJ, DAY], "


@pytest.mark.parametrize(
    ("word", "added", "said"),
    [
        (
            "{keep: latest, by: DOSDT, date: edc}",
            "001,1,13-FEB-2020,7",
            [
                "  note CED808 2 records share the key with another one, before 0\n"
                "      mappings/sources.yaml:4:17\n"
                "      SUBJ '001' DAY '1', line 2\n"
                "      SUBJ '001' DAY '1', line 5\n",
                "  warning CED812 DOSDT: another value in 1 of 3 records that both have; read by EX.EXSTDTC, "
                "EX.EXENDTC, duplicates\n"
                "      SUBJ '001' DAY '1', line 5: '10-FEB-2020' -> '13-FEB-2020'\n",
                "  warning CED812 DOSE: another value in 1 of 3 records that both have; read by EX.EXDOSE\n"
                "      SUBJ '001' DAY '1', line 5: '5' -> '7'\n",
            ],
        ),
        (
            "{keep: latest, by: DOSDT, date: edc}",
            "001,1,10-FEB-2020,7",
            [
                "  error CED808 2 records share the key with another one, before 0; of 2 of them 'duplicates' "
                "chooses none: mend the data\n",
            ],
        ),
        (
            "identical",
            "001,1,10-FEB-2020,7\n001,1,10-FEB-2020,7",
            [
                "  error CED808 3 records share the key with another one, before 0; of 2 of them 'duplicates' "
                "chooses none: mend the data\n",
            ],
        ),
        (
            "identical",
            "001,1,10-FEB-2020,5",
            ["  note CED808 2 records share the key with another one, before 0\n"],
        ),
    ],
)
def test_of_records_with_one_key_those_count_that_a_build_keeps(
    word: str, added: str, said: list[str]
) -> None:
    changed("sources.yaml", DOSE, f"{DOSE}duplicates: {word}, ", "mappings")
    Path("new/dose.csv").write_text(f"{RAW['dose.csv']}{added}\n")
    found = of("dose")
    assert [text for text in said if text not in found] == []
    assert ("1 record new" in found) == ("error" in found)
    built = CliRunner().invoke(main, ["build", "new", "out", "--no-check"], prog_name="ced-cdisc")
    assert built.exit_code == (11 if "error" in found else 0), built.stderr


def test_another_encoding_is_read_all_the_same() -> None:
    changed("ae.csv", "Nausea", "Übelkeit", folder="raw")
    text = Path("raw/ae.csv").read_text(encoding="utf-8")
    Path("new/ae.csv").write_bytes(text.replace("Bone", "Back").encode("cp1252"))
    said = of("ae")
    assert (
        "  error CED813 the encoding is 8 bits a character, before UTF-8; say it in the contract, or have the file "
        "exported as before\n"
    ) in said
    assert "another value in 1 of 3 records that both have; read by AE.AETERM\n" in said


def test_an_encoding_that_the_contract_cannot_read_stops_a_build() -> None:
    Path("new/ae.csv").write_bytes(RAW["ae.csv"].encode("utf-16"))
    assert of("ae") == (
        "  error CED813 the encoding is UTF-16, before ASCII; say it in the contract, or have the file exported as "
        f"before\n      {AE}\n"
    )
    Path("new/ae.csv").write_bytes(b"")
    assert of("ae") == (
        "  error CED814 the file cannot be read now: CED205 the file of table ae is empty: not even a header; "
        "expected SUBJ, AENO, TERM, SEV, START, STOP\n      new/ae.csv\n"
    )
    Path("new/ae.csv").write_text("SUBJ,__row\n001,1\n")
    assert of("ae") == (
        "  error CED814 the file cannot be read now: CED814 a column of new/ae.csv is called __row, which is a name of "
        "this tool; give the column another name\n      ae.csv\n"
    )


def test_a_header_alone_has_lost_its_records_and_no_kinds() -> None:
    Path("new/dose.csv").write_text("SUBJ,DAY,DOSDT,DOSE\n")
    assert of("dose") == (
        "  warning CED809 SUBJ: 2 subjects gone: 001, 002\n"
        "  warning CED807 3 records gone\n"
        "      SUBJ '001' DAY '1', line 2\n"
        "      SUBJ '001' DAY '2', line 3\n"
        "      SUBJ '002' DAY '1', line 4\n"
    )


def test_a_record_without_a_subject_stops_a_build() -> None:
    changed("dose.csv", "002,1", ",1")
    assert "  error CED809 SUBJ: 1 record without a subject\n" in of("dose")


def test_line_ends_alone_change_nothing_else() -> None:
    Path("new/ae.csv").write_bytes(RAW["ae.csv"].replace("\n", "\r\n").encode())
    assert of("ae") == "  note CED813 line ends are those of Windows, before of Unix\n      " + AE + "\n"


def test_no_piece_of_a_file_that_cannot_be_read_is_shown() -> None:
    changed("dose.csv", "2.5", '"2.5 Anna Smith')
    said = (
        "  error CED814 the file cannot be read now: CED213 a quoted cell of table dose is never closed: {}; add "
        "the closing quote, or take the opening one away\n"
    )
    assert said.format('"2.5 Anna Smith') in diff("--show-ids")[1]
    masked = diff()[1]
    assert said.format('"9.9 Aaaa Aaaaa') in masked
    assert "Smith" not in masked


def test_identifiers_are_masked_the_same_way_everywhere() -> None:
    changed(
        "sources.yaml", "key: [SUBJ], page: 1,", "key: [SUBJ], identifying: BRTHDAT, page: 1,", "mappings"
    )
    changed("demog.csv", "001,05-JUN-1970", "001,06-JUN-1971")
    changed("dose.csv", "001,1,10-FEB-2020,5", "001,1,10-FEB-2020,6")
    for form in ("text", "json"):
        masked = diff("--format", form)[1]
        assert "'001'" not in masked and "JUN" not in masked and "1971" not in masked
        assert len(set(re.findall(r"#[0-9a-f]{6}", masked))) == 1
    assert "'99-AAA-9999' -> '99-AAA-9999'" in diff()[1]
    assert "'05-JUN-1970' -> '06-JUN-1971'" in diff("--show-ids")[1]
    assert diff() == diff()


def test_what_is_grave_enough_decides_the_exit_code() -> None:
    changed("dose.csv", "2.5", "3")  # another value: a warning
    codes = {word: diff("--fail-on", word)[0] for word in ("error", "warning", "note", "none")}
    assert codes == {"error": 0, "warning": 1, "note": 1, "none": 0}
    changed("ae.csv", "Nausea,3", "Nausea,9")
    assert [diff("--fail-on", word)[0] for word in ("error", "none")] == [1, 0]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("none", "new"), 2, "Error: there is no folder none\n"),
        (("raw", "new", "--mappings", "none"), 2, "Error: there is no folder none\n"),
    ],
)
def test_usage(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = CliRunner().invoke(main, ["diff-raw", *arguments], prog_name="ced-cdisc")
    assert (result.exit_code, result.stderr, result.stdout) == (code, said, "")


def test_faults_of_the_specs_come_first() -> None:
    changed("sources.yaml", "columns: [SUBJ, DAY", "columns: [SUBJ, DAYS", "mappings")
    result = CliRunner().invoke(main, ["diff-raw", "raw", "new"], prog_name="ced-cdisc")
    assert (result.exit_code, result.stdout) == (10, "")
    assert "CED012 table dose lists no column DAY" in result.stderr


@pytest.mark.parametrize("seed", range(5))
def test_records_and_cells_are_counted_as_the_csv_module_counts_them(seed: int) -> None:
    """Rows are dropped, added, shuffled and their cells changed at random; Python alone counts what changed."""
    rng = random.Random(seed)
    head = ["SUBJ", "AENO", "TERM", "SEV", "START", "STOP"]
    records = [
        [f"{i // 4:03d}", str(i % 4), rng.choice(["Pain", "Rash"]), rng.choice("123"), f"{i % 28 + 1:02d}-FEB-2020", ""]
        for i in range(200)
    ]  # fmt: skip
    later = [list(one) for one in records if rng.random() > 0.1]
    for one in later:
        if rng.random() < 0.3:
            one[rng.choice([2, 3, 5])] = rng.choice(["", "1", "2"])
    later += [[f"{i:03d}", "9", "Cold", "1", "01-FEB-2020", ""] for i in range(60, 60 + rng.randrange(5))]
    rng.shuffle(later)
    for folder, rows in (("raw", records), ("new", later)):
        with Path(folder, "ae.csv").open("w", newline="") as opened:
            csv.writer(opened).writerows([head, *rows])
    table = next(t for t in json.loads(diff("--format", "json")[1])["tables"] if t["table"] == "ae")
    before, after = ({(one[0], one[1]): one for one in rows} for rows in (records, later))
    cells = {
        name: sum(before[key][place] != after[key][place] for key in before.keys() & after.keys())
        for place, name in enumerate(head)
    }
    found = {c["column"]: c["count"] for c in table["changes"] if c["code"] == "CED812"}
    assert found == {name: number for name, number in cells.items() if number}
    sides = {c["message"].split()[2]: c["count"] for c in table["changes"] if c["code"] == "CED807"}
    expected = {"gone": len(before.keys() - after.keys()), "new": len(after.keys() - before.keys())}
    assert sides == {word: number for word, number in expected.items() if number}
    assert (table["old"], table["new"]) == (len(records), len(later))
