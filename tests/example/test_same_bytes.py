"""The same input gives the same bytes, whatever the machine, the moment and the order of the raw rows."""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyreadstat
import pytest
from example_study import DEFINE, MAPPINGS, RAW, ROOT, contents

import ced_cdisc
from ced_cdisc.core.findings import Findings
from ced_cdisc.plan import study
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan
from shared_builds import Called

SETTING = {
    "POLARS_MAX_THREADS": "8",
    "PYTHONHASHSEED": "3",
    "TZ": "America/Chicago",
    "LC_ALL": "C.UTF-8",
}
KNOWN_IN_PARTS = """\
import sys
import ced_cdisc
from ced_cdisc.plan import study
study.plan_study = None  # would fail, if it were called
raw, out, mappings, define = sys.argv[1:]
ced_cdisc.build(raw, out, mappings=mappings, define=define, check=False, parts=3)
"""


def differing(one: Path, other: Path) -> list[str]:
    """The files of two folders that are not the same; where names differ, these."""
    mine, theirs = contents(one), contents(other)
    assert len(mine) > 40
    return sorted(mine.keys() ^ theirs.keys()) or [name for name in mine if mine[name] != theirs[name]]


def test_the_command_line_gives_the_same_bytes_in_another_setting(
    out: Path, example_by_command: Called
) -> None:
    """With other threads, hash seed, time zone and locale, which are no parts of a study."""
    there = example_by_command.top / "work" / "out"
    assert differing(out, there) == ["build.json"]
    here = (out / "build.json").read_text("utf-8")
    by_command = here.replace(f"{ROOT}/", "")  # findings name the specs as they were given
    assert by_command == (there / "build.json").read_text("utf-8")


def test_a_known_plan_and_parts_of_the_subjects_give_the_same_bytes_in_another_setting(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the controls that are pooled."""
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    make_plan(find_study(MAPPINGS, DEFINE, Path()), Findings())
    words = [str(RAW), str(tmp_path / "there"), str(MAPPINGS), str(DEFINE)]
    subprocess.run(
        [sys.executable, "-c", KNOWN_IN_PARTS, *words],
        check=True,
        env=os.environ | SETTING,
        capture_output=True,
        cwd=tmp_path,
    )
    assert differing(out, tmp_path / "there") == []


def shuffle_rows(source: Path, target: Path) -> None:
    """A copy of a raw table with its records in another order below the header."""
    dice = random.Random(f"order of {source.name}")
    if source.suffix == ".xlsx":
        book = openpyxl.load_workbook(io.BytesIO(source.read_bytes()))
        for sheet in book.worksheets:
            rows = [[(c.value, c.number_format) for c in row] for row in sheet.iter_rows(min_row=2)]
            dice.shuffle(rows)
            for row, cells in zip(sheet.iter_rows(min_row=2), rows, strict=True):
                for cell, (value, number_format) in zip(row, cells, strict=True):
                    cell.value, cell.number_format = value, number_format
        book.save(target)
        return
    if source.suffix == ".xpt":
        _, described = pyreadstat.read_xport(source, metadataonly=True)
        length = sum(described.variable_storage_width.values())
        content = source.read_bytes()
        start = content.index(b"HEADER RECORD*******OBS") + 80
        count = (len(content) - start) // length
        records = [content[start + n * length : start + (n + 1) * length] for n in range(count)]
        dice.shuffle(records)
        target.write_bytes(content[:start] + b"".join(records) + content[start + count * length :])
        return
    header, *lines = source.read_bytes().splitlines(keepends=True)
    encoding = "cp1252" if source.suffix == ".txt" else "utf-8-sig"
    with source.open(newline="", encoding=encoding) as stream:
        assert sum(1 for _ in csv.reader(stream)) == len(lines) + 1, "a record goes over several lines"
    dice.shuffle(lines)
    target.write_bytes(header + b"".join(line.rstrip(b"\r\n") + b"\n" for line in lines))


def test_the_order_of_the_raw_rows_changes_no_dataset_and_no_define_xml(out: Path, tmp_path: Path) -> None:
    shuffled = tmp_path / "raw"
    shutil.copytree(RAW, shuffled)
    tables = [path.relative_to(RAW) for path in RAW.rglob("*.*") if path.is_file()]
    for path in tables:
        shuffle_rows(RAW / path, shuffled / path)
    assert [p for p in tables if (RAW / p).read_bytes() == (shuffled / p).read_bytes()] == []
    ced_cdisc.build(shuffled, tmp_path / "out", mappings=MAPPINGS, define=DEFINE, check=False)
    # the guide names the lines of the raw files that were left out or written otherwise, as build.json does
    guide = ["guides/csdrg.docx", "guides/csdrg.md", "sdtm/csdrg.pdf"]
    assert differing(out, tmp_path / "out") == ["build.json", *guide]


def test_a_plan_that_is_known_already_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    made, _ = make_plan(find_study(MAPPINGS, DEFINE, Path()), Findings())
    assert len(list((tmp_path / "cache" / "plans").iterdir())) == 1
    monkeypatch.setattr(study, "plan_study", None)  # would fail, if it were called
    known, _ = make_plan(find_study(MAPPINGS, DEFINE, Path()), Findings())
    assert known == made
