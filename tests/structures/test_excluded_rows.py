"""Rows of a raw table that its contract excludes: records of other studies, subjects that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ced_cdisc.read.coverage import read_account
from ced_cdisc.report.coverage_text import coverage_text
from ced_cdisc.stages.deliveries import compare_deliveries
from small_study import SOURCES
from structures import LAB, made, said, unchecked, written

CSV = "STUDY,SUBJ,DT,AL\nT1,001,05-FEB-2020,40\nT2,001,05-FEB-2020,x\nT2,900,,1\nT1,002,06-FEB-2020,41\n,002,07-FEB-2020,42\n"
OTHERS = "Records of other studies of the laboratory."
TABLE = """\
  lab:
    {file: lab.csv, key: [SUBJ, DT], page: 5, columns: [STUDY, SUBJ, DT, AL],
     exclude_rows: {"STUDY != 'T1'": Records of other studies of the laboratory.}}
"""
FILES = {"mappings/sdtm/lb.yaml": LAB, "raw/lab.csv": CSV}


def test_they_make_nothing_and_are_counted(tmp_path: Path) -> None:
    """A row of which it is not known stays. The second engine reads the rows of the file anew."""
    done = made(tmp_path, FILES, TABLE)
    assert done["LB"][["USUBJID", "LBORRES"]].to_numpy().tolist() == [
        ["T1-001", "40"],
        ["T1-002", "41"],
        ["T1-002", "42"],
    ]
    notes = [str(one) for one in done.findings if one.code == "CED891"]
    assert [one.replace(f"{tmp_path}/", "") for one in notes] == [
        f"mappings/sources.yaml:8:21 CED891 lab.csv: 2 rows are excluded: {OTHERS}"
    ]
    account = read_account(tmp_path / "out")
    lab = account.tables["lab"]
    assert (lab.records, dict(lab.excluded), lab.dropped) == (5, {OTHERS: 2}, 0)
    assert lab.columns["STUDY"].read_by == ("exclude_rows",)
    assert coverage_text(account).endswith(f"\n\nrecords excluded:\n  2 of lab: {OTHERS}\n")


def test_without_the_word_they_are_faults(tmp_path: Path) -> None:
    plain = TABLE.replace(f",\n     exclude_rows: {{\"STUDY != 'T1'\": {OTHERS}}}", "")
    found = said(tmp_path, FILES, plain)
    assert [one.split()[1] for one in found] == ["CED253", "CED259", "CED260"]


def test_the_defaults_hold_where_the_columns_are(tmp_path: Path) -> None:
    """A person who is no subject is in every table; one reason may have several conditions."""
    plain, tried = tmp_path / "plain", tmp_path / "tried"
    expected = unchecked(written(plain, {})).frames
    words = "{\"SUBJ = '999'\": Tests of the form, \"starts(TERM, 'TEST')\": Tests of the form}"
    sources = SOURCES.replace("trim: yes", f"trim: yes, exclude_rows: {words}")
    written(tried, {"mappings/sources.yaml": sources})
    for name, rows in {
        "demog": "999,,x,\n",
        "dose": "999,1,,\n",
        "ae": "999,1,,,,\n002,7,TEST,x,,\n",
    }.items():
        with (tried / f"raw/{name}.csv").open("a") as file:
            file.write(rows)
    done = unchecked(tried)
    assert done.frames.keys() == expected.keys()
    assert all(frame.equals(expected[name]) for name, frame in done.frames.items())
    assert [str(one).replace(f"{tried}/", "") for one in done.findings if one.code == "CED891"] == [
        "mappings/sources.yaml:1:53 CED891 demog.csv: 1 row is excluded: Tests of the form",
        "mappings/sources.yaml:1:53 CED891 dose.csv: 1 row is excluded: Tests of the form",
        "mappings/sources.yaml:1:53 CED891 ae.csv: 1 row is excluded: Tests of the form",
        "mappings/sources.yaml:1:88 CED891 ae.csv: 1 row is excluded: Tests of the form",
    ]
    tables = json.loads((tried / "out/build.json").read_bytes())["raw"]["tables"]
    assert {name: one.get("records excluded") for name, one in tables.items()} == {
        "demog": {"Tests of the form": 1},
        "dose": {"Tests of the form": 1},
        "ae": {"Tests of the form": 2},
    }


def test_every_way_to_build_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = written(tmp_path, FILES, TABLE)
    outputs: list[dict[str, bytes]] = []
    for way in ({}, {"parts": 2}, {"incremental": True}, {"incremental": True}):
        notes = [one for one in unchecked(folder, **way).findings if one.code == "CED891"]
        assert len(notes) == 1
        outputs.append({file.name: file.read_bytes() for file in (folder / "out").rglob("*.x*")})
    assert all(one == outputs[0] for one in outputs)


def test_another_condition_is_another_build(tmp_path: Path) -> None:
    folder = written(tmp_path, FILES, TABLE)
    assert len(unchecked(folder, incremental=True)["LB"]) == 3
    sources = folder / "mappings/sources.yaml"
    sources.write_text(sources.read_text().replace("STUDY != 'T1'", "STUDY != 'T1' or STUDY is missing"))
    assert len(unchecked(folder, incremental=True)["LB"]) == 2


def test_a_delivery_is_compared_by_the_rows_that_a_build_takes(tmp_path: Path) -> None:
    folder = written(tmp_path, FILES, TABLE)
    (folder / "new").mkdir()
    for file in (folder / "raw").iterdir():
        (folder / "new" / file.name).write_bytes(file.read_bytes())
    (folder / "new/lab.csv").write_text(CSV.replace("T2,001,05-FEB-2020,x", "T2,001,08-FEB-2020,y\nT2,2,,"))
    plan = unchecked(folder).plan
    (lab,) = (
        one for one in compare_deliveries(plan, folder / "raw", folder / "new").tables if one.table == "lab"
    )
    assert (lab.old, lab.new, lab.changes) == (3, 3, ())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "STUDY != 'T1'",
            "STUDY !!= 'T1'",
            "mappings/sources.yaml:10:28 CED015 '!' cannot stand here; texts are joined with join('', A, B)",
        ),
        (
            "STUDY != 'T1'",
            "STUDI != 'T1'",
            "mappings/sources.yaml:10:22 CED012 table lab lists no column STUDI; did you mean STUDY?",
        ),
        ("STUDY != 'T1'", "STUDY", "mappings/sources.yaml:10:22 CED014 a condition is needed here"),
        (
            "STUDY != 'T1'",
            "count(STUDY) > 1",
            "mappings/sources.yaml:10:22 CED156 whether table lab excludes a row hangs on other rows",
        ),
        (
            "STUDY != 'T1'",
            "number(AL) > 41",
            "mappings/sources.yaml:10:21 CED253 exclude_rows of lab: 'x' of AL is not a number; correct the data, or tell the reason under `not_done`; numeric(..) loses the text\n    lab.csv line 3",
        ),
        (
            "tables:",
            "  exclude_rows: {\"SITE = '9'\": Tests}\ntables:",
            "mappings/sources.yaml:4:18 CED012 no table of subjects has all columns of 'SITE = '9''",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    sources = SOURCES.replace(
        "defaults: {subject: SUBJ, trim: yes}", "defaults:\n  subject: SUBJ\n  trim: yes"
    )
    text = (sources + TABLE).replace(old, new)
    assert expected == said(tmp_path, {**FILES, "mappings/sources.yaml": text})[0]


NOTHING = "correct the condition, unless such rows are yet to come"


def idle(folder: Path, files: dict[str, str], tables: str = "") -> list[str]:
    return [one for one in said(folder, files, tables) if "CED876" in one]


def test_a_condition_that_excludes_nothing_is_told(tmp_path: Path) -> None:
    """One whose rows another one has excluded is not idle."""
    conditions = "\"STUDY != 'T1'\": Others, \"STUDY = 'T3'\": A third, \"SUBJ = '900'\": A test"
    table = TABLE.replace(f"\"STUDY != 'T1'\": {OTHERS}", conditions)
    assert conditions in table
    assert idle(tmp_path, FILES, table) == [
        f"mappings/sources.yaml:8:46 CED876 lab.csv: no row is excluded: A third; {NOTHING}"
    ]


def test_a_condition_of_the_defaults_is_idle_where_it_excludes_nothing_of_any_table(tmp_path: Path) -> None:
    words = "{\"starts(TERM, 'TEST')\": Tests of the form, \"SUBJ = '999'\": Nobody}"
    sources = SOURCES.replace("trim: yes", f"trim: yes, exclude_rows: {words}")
    files = {"mappings/sources.yaml": sources}
    found = [
        "mappings/sources.yaml:1:53 CED876 ae.csv: no row is excluded: Tests of the form; " + NOTHING,
        f"mappings/sources.yaml:1:96 CED876 all 3 tables with its columns: no row is excluded: Nobody; {NOTHING}",
    ]
    assert idle(tmp_path / "none", files) == found
    ae = "SUBJ,AENO,TERM,SEV,START,STOP\n999,1,Headache,1,10-FEB-2020,12-FEB-2020\n"
    assert idle(tmp_path / "one", {**files, "raw/ae.csv": ae}) == found[:1]
    assert idle(tmp_path / "empty", {**files, "raw/ae.csv": ae.splitlines()[0] + "\n"}) == found[1:]
