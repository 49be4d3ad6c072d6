"""The time that the files of a study show: `created`, else the snapshot of the data; never a clock."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ced_cdisc.core.findings import Stopped
from ced_cdisc.pipeline import build
from small_study import write_study

STUDY = "mappings/study.yaml"
SNAPSHOT = "snapshot: 2020-12-01T00:00:00"


def built(folder: Path, created: str) -> Path:
    write_study(folder, {STUDY: (SNAPSHOT, f"{SNAPSHOT}\n{created}")})
    out = folder / "out"
    build(folder / "raw", out, mappings=folder / "mappings", define=folder / "define", check=False)
    return out


@pytest.mark.parametrize(
    ("created", "shown", "stamp"),
    [
        ("", "2020-12-01T00:00:00", b"01DEC20:00:00:00"),
        ("created: 2025-01-15T08:30:00", "2025-01-15T08:30:00", b"15JAN25:08:30:00"),
    ],
)
def test_files_show_when_they_are_made(tmp_path: Path, created: str, shown: str, stamp: bytes) -> None:
    out = built(tmp_path, created)
    for package in ("sdtm", "adam"):
        text = (out / package / "define.xml").read_text()
        assert re.findall('CreationDateTime="([^"]*)"', text) == [shown]
        assert shown.replace("-", "").replace(":", "") in text  # the FileOID
    assert (out / "sdtm/ae.xpt").read_bytes().count(stamp) == 4
    assert json.loads((out / "build.json").read_text())["snapshot"] == "2020-12-01T00:00:00"


def test_a_time_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(Stopped) as stopped:
        built(tmp_path, "created: soon")
    line = (tmp_path / STUDY).read_text().splitlines().index("created: soon") + 1
    assert str(stopped.value) == (
        f"{tmp_path}/{STUDY}:{line}:10 CED023 'soon' is no date-time; write YYYY-MM-DDTHH:MM:SS"
    )
