"""Raw tables that are kept: of the same bytes they are not read again, and say what they said."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import kept_builds
import polars as pl
import pytest
from kept_builds import a_link, a_pipe, change, cut, entries, files, flipped
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Location, Severity
from ced_cdisc.pipeline import Build
from ced_cdisc.read.tables import TableContract, read_tables
from ced_cdisc.stages.kept_tables import KeptTables
from ced_cdisc.write.kept_files import KeptFiles
from small_study import write_study

built = partial(kept_builds.built, check=False)
"""No rule of the check reads raw tables."""

READERS = {
    "csv": "ced_cdisc.read.delimited.read_delimited",
    "xlsx": "ced_cdisc.read.xlsx.read_xlsx",
    "odm": "ced_cdisc.read.raw_odm.read_odm_tables",
}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    return write_study(tmp_path / "study")


def not_again(*_: object, **__: object) -> None:
    raise AssertionError("it is read again")


FULL: dict[tuple[bytes, ...], tuple[dict[str, bytes], list[Finding], Build]] = {}
"""What a full build makes of the files that it reads, where nothing is found; many tests begin alike."""


def in_full(study: Path, name: str) -> tuple[dict[str, bytes], list[Finding], Build]:
    """The files of a full build, its findings sorted, and what it handed out."""
    read = sorted(p for one in ("raw", "mappings", "define") for p in (study / one).rglob("*.*"))
    given = tuple(part for p in read for part in (str(p.relative_to(study)).encode(), p.read_bytes()))
    if given in FULL:
        return FULL[given]
    whole = built(study, name, incremental=False)
    made = files(study, name), whole.findings.sorted(), whole
    if not made[1]:  # findings name the folder of one test
        FULL[given] = made
    return made


def as_in_full(study: Path, name: str = "whole") -> None:
    """An incremental build must write what a full one does, its account and findings included."""
    made = built(study)
    written, found, whole = in_full(study, name)
    assert files(study) == written
    assert made.findings.sorted() == found
    assert made.raw_columns == whole.raw_columns
    assert [one.quotes for one in made.findings.sorted()] == [one.quotes for one in found]


def test_a_table_of_the_same_bytes_is_not_read_again(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(study)
    whole = files(study)
    monkeypatch.setattr(READERS["csv"], not_again)
    again = built(study)
    assert files(study) == whole
    assert again.raw_columns == first.raw_columns and again.findings.sorted() == first.findings.sorted()
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    with pytest.raises(AssertionError, match="it is read again"):
        built(study)


def test_another_cell_in_a_file_of_the_same_size_and_time(study: Path) -> None:
    built(study)
    path = study / "raw/ae.csv"
    before = path.stat()
    change(path, "Headache", "Backache")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    )
    as_in_full(study)
    assert b"BACKACHE" in (study / "out/sdtm/ae.xpt").read_bytes()


def test_what_was_found_in_a_table_is_said_each_time(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(study / "mappings/sources.yaml", "  ae:    {file", "  ae:    {policy: warn, file")
    change(study / "raw/ae.csv", "START,STOP\n", "START,STOP,LATER\n")
    for row in ("12-FEB-2020", "UN-FEB-2020,", "14-FEB-2020,14-FEB-2020"):
        change(study / "raw/ae.csv", f"{row}\n", f"{row},x\n")
    change(study / "raw/ae.csv", "002,1,Nausea", ",,,,,,\n002,1,Nausea")
    (study / "raw/notes.csv").write_text("A\n1\n")
    as_in_full(study)
    codes = {one.code for one in built(study).findings}
    assert {"CED218", "CED235"} <= codes and len(codes) > 2
    monkeypatch.setattr("ced_cdisc.stages.kept_tables.KeptTables.read", not_again)
    as_in_full(study, "again")


def test_another_contract_reads_anew(study: Path) -> None:
    built(study)
    sources = study / "mappings/sources.yaml"
    for old, new in (
        ("trim: yes", "trim: no"),
        ("page: 3,", "page: 3, missing: ['2'],"),
        ("\ntables:", "\n# a line\ntables:"),
        ("columns: [SUBJ, AENO, TERM, SEV, START, STOP]", "columns: [AENO, SUBJ, TERM, SEV, START, STOP]"),
    ):
        change(sources, old, new)
        as_in_full(study)


def test_of_another_folder_the_findings_name_that(tmp_path: Path) -> None:
    known = KeptTables(KeptFiles(tmp_path, "tool"), "tool")
    contract = TableContract("ae", "ae.csv", "csv", ("SUBJ", "TERM"), Location("sources.yaml"))
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        (folder / "ae.csv").write_text("SUBJ,TERM\n001,Headache\n,\n")
        for _ in range(2):
            _, found = read_tables(folder, [contract], known=known)
            assert [(one.code, one.where.file) for one in found] == [
                ("CED218", f"{folder.as_posix()}/ae.csv")
            ]


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_another_tool(path: Path) -> None:
    head, rest = path.read_bytes().split(b"\n", 1)
    words = head.split(b" ")
    words[3] = b"0" * len(words[3])
    path.write_bytes(b" ".join(words) + b"\n" + rest)


@pytest.mark.parametrize("damage", [flipped, cut, a_link, a_pipe, emptied, of_another_tool])
def test_what_does_not_hold_is_read_again(study: Path, damage: Callable[[Path], None]) -> None:
    built(study)
    (entry,) = entries(study, "raw-ae-*.kept")
    sound = entry.read_bytes()
    damage(entry)
    as_in_full(study)
    (healed,) = entries(study, "raw-ae-*.kept")
    assert healed.read_bytes() == sound and not healed.is_symlink()


def arrow(frame: pl.DataFrame) -> bytes:
    from io import BytesIO

    stream = BytesIO()
    frame.write_ipc(stream)
    return stream.getvalue()


NO_TABLES: dict[str, tuple[Any, bytes]] = {
    "no Arrow file": ({"new": [], "found": []}, b"ARROW1 and no more"),
    "no bytes": ({"new": [], "found": []}, b""),
    "another table": ({"new": [], "found": []}, arrow(pl.DataFrame({"SUBJ": ["001"], "__row": [2]}))),
    "no lists": ({"new": 1, "found": []}, arrow(pl.DataFrame({"SUBJ": ["001"], "__row": [2]}))),
    "a text": ("new", b""),
    "no words": ({}, b""),
    "no finding": ({"new": [], "found": [[1]]}, b""),
}


@pytest.mark.parametrize("name", NO_TABLES)
def test_a_sound_entry_that_is_no_such_table(study: Path, name: str) -> None:
    built(study)
    (entry,) = entries(study, "raw-ae-*.kept")
    head, body = entry.read_bytes().split(b"\n", 1)
    words = head.decode().split(" ")
    store, key = KeptFiles(entry.parent, words[3]), words[-4]
    value, given = NO_TABLES[name]
    arrow_file = body[int(words[-1]) :]
    store.write("raw ae", key, value, arrow_file if name in ("a text", "no words", "no finding") else given)
    assert store.read("raw ae", key) is not None
    as_in_full(study)
    assert entry.read_bytes() == head + b"\n" + body


def test_an_error_is_not_kept(study: Path) -> None:
    from ced_cdisc.core.findings import Stopped

    change(study / "raw/ae.csv", "002,1,Nausea,3", "002,1,Nausea")
    said: list[list[Finding]] = []
    for _ in range(2):
        with pytest.raises(Stopped) as stopped:
            built(study)
        said.append(stopped.value.findings.sorted())
    assert said[0] == said[1] and any(one.code == "CED216" for one in said[0])
    assert not entries(study, "raw-ae-*.kept")


ODM = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot" FileOID="F.1">
<ClinicalData StudyOID="S" MetaDataVersionOID="1"><SubjectData SubjectKey="001"><StudyEventData StudyEventOID="V1">
<FormData FormOID="F"><ItemGroupData ItemGroupOID="IG.VS"><ItemData ItemOID="IT.SYSBP" Value="120"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG.AE"><ItemData ItemOID="IT.TERM" Value="Headache"/></ItemGroupData></FormData>
</StudyEventData></SubjectData></ClinicalData></ODM>
"""


def test_the_tables_of_one_file_and_of_workbooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import openpyxl

    from ced_cdisc.read.odm import KEYS

    (tmp_path / "export.xml").write_text(ODM)
    book = openpyxl.Workbook()
    book.active.title = "AE"  # pyright: ignore[reportOptionalMemberAccess]
    for row in (("SUBJ", "TERM"), ("001", "Head ache"), (None, None), ("002", None)):
        book["AE"].append(row)
    book.save(tmp_path / "ae.xlsx")
    where = Location("sources.yaml", 3)
    columns = (*KEYS, "IT.SYSBP")
    vs = TableContract("vs", "export.xml", "odm", columns, where, group="IG.VS")
    ae = replace(vs, name="ae", columns=(*KEYS, "IT.TERM"), group="IG.AE")
    sheet = TableContract("listed", "ae.xlsx", "xlsx", ("SUBJ", "TERM"), where)
    contracts = [vs, sheet, ae]
    plain, said = read_tables(tmp_path, contracts)
    assert not [one for one in said if one.severity is Severity.ERROR], said
    known = KeptTables(KeptFiles(tmp_path, "tool"), "tool")
    for _ in range(2):
        tables, found = read_tables(tmp_path, contracts, known=known)
        assert found == said and list(tables) == list(plain)
        for name, table in tables.items():
            assert table.frame.equals(plain[name].frame) and table.frame.schema == plain[name].frame.schema
            assert replace(table, frame=plain[name].frame) == plain[name]
        for reader in READERS.values():
            monkeypatch.setattr(reader, not_again)
    (entry,) = tmp_path.glob("raw-ae-*.kept")
    entry.unlink()
    with pytest.raises(AssertionError, match="it is read again"):
        read_tables(tmp_path, contracts, known=known)


def test_a_large_table_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ced_cdisc.stages.kept_tables.MOST_BYTES", 100)
    for name, rows in (("small", 2), ("large", 40)):
        (tmp_path / f"{name}.csv").write_text("A\n" + "1\n" * rows)
    contracts = [
        TableContract(name, f"{name}.csv", "csv", ("A",), Location("sources.yaml"))
        for name in ("small", "large")
    ]
    known = KeptTables(KeptFiles(tmp_path, "tool"), "tool")
    read_tables(tmp_path, contracts, known=known)
    assert [path.name.split("-")[1] for path in tmp_path.glob("*.kept")] == ["small"]
