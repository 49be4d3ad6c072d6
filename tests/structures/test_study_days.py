"""Study days that are filled in, also where the guide's table of a domain lists none."""

from __future__ import annotations

from pathlib import Path

from structures import made, rows

MH = """\
domain: MH
from: ae
sort: [MHSTDTC, MHTERM]
variables:
  MHTERM: ae.TERM
  MHDECOD: {absent: Not coded}
  MHBODSYS: {absent: Not coded}
  MHSTDTC: {collect: ae.START, date: edc}
  MHENDTC: {collect: ae.STOP, date: edc}
"""


def test_history_has_the_study_days_of_its_dates(tmp_path: Path) -> None:
    """SDTMIG 3.4 lists MHDY alone, and the FDA wants the study day of every date of an observation."""
    done = made(tmp_path, {"mappings/sdtm/mh.yaml": MH})
    assert rows(done, "MH", "USUBJID", "MHSTDTC", "MHSTDY", "MHENDTC", "MHENDY") == [
        ("T1-001", "2020-02", None, None, None),
        ("T1-001", "2020-02-10", 1, "2020-02-12", 3),
        ("T1-002", "2020-02-14", 3, "2020-02-14", 3),
    ]


def test_study_days_are_left_out_where_the_spec_says_so(tmp_path: Path) -> None:
    done = made(tmp_path, {"mappings/sdtm/mh.yaml": MH + "omit: [MHSTDY, MHENDY]\n"})
    assert not {"MHSTDY", "MHENDY"} & set(done.frames["MH"].columns)
