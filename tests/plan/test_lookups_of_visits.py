"""Look-ups from the rows of ``visits``, which have no columns of a raw table."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path

import pytest

from small_study import FILES, write_study
from spec_messages import messages

SV = """\
domain: SV
from: visits
with: {%s}
sort: [VISITNUM]
variables:
  VISITNUM: {derive: visits.VISITNUM}
  VISIT:    {derive: visits.VISIT}
  VISITDY:  {derive: visits.VISITDY}
  SVSTDTC:  {derive: visits.START}
  SVENDTC:  {derive: visits.END}
  SVPRESP:  {derive: visits.PLANNED}
  SVOCCUR:  {absent: Not needed}
  SVUPDES:  {derive: %s}
"""
VISITS = "date: edc\nvisits:\n  - {number: 1, visit: DAY 1, day: 1, raw: D1}\n"
SOURCES = (
    FILES["mappings/sources.yaml"]
    + "  vis: {file: vis.csv, key: [SUBJ, VISIT], page: 4, visit: {name: VISIT, date: DT}, columns: [SUBJ, VISIT, DT, MODE]}\n"
    + "  modes: {file: modes.csv, subject: none, key: [VISIT], columns: [VISIT, MODE]}\n"
)


@pytest.mark.parametrize(
    ("lookup", "value", "said"),
    [
        (
            "vis: [subject, VISIT]",
            "vis.MODE",
            "3:23 CED143 rows of visits are matched by the subject alone; only(vis.. where ..) reads one of its records",
        ),
        (
            "modes: VISIT",
            "modes.MODE",
            "3:15 CED143 rows of visits are matched by a condition alone; write a 'where'",
        ),
    ],
)
def test_a_column_is_none_of_visits(tmp_path: Path, lookup: str, value: str, said: str) -> None:
    study = write_study(tmp_path)
    (study / "mappings/sources.yaml").write_text(SOURCES, encoding="utf-8")
    (study / "mappings/visits.yaml").write_text(VISITS, encoding="utf-8")
    (study / "mappings/sdtm/sv.yaml").write_text(SV % (lookup, value), encoding="utf-8")
    found = [one.partition("sv.yaml:")[2] for one in messages(study) if "sv.yaml" in one]
    assert found[:1] == [said]
