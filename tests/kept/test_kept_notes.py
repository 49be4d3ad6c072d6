"""Notes that name the values of a record, of datasets that an earlier build made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kept_builds import built

from small_study import write_study

PERIOD = """  APERIOD: {cases: [{when: "%s >= %s", then: "2"}, {when: "%s >= %s", then: "1"}]}
"""
ADAE = (
    """dataset: ADAE
label: Adverse Event Analysis Dataset
class: AE
from: AE
rows:
  ASTDT: {impute: AE.AESTDTC, highest: day, to: first}
  ASTDTM: {impute: AE.AESTDTC, highest: day, to: first, time: first}
variables:
"""
    + PERIOD
)


@pytest.mark.parametrize(
    ("variable", "limits", "shown"),
    [
        ("ASTDT", ("date('2020-02-11')", "date('2020-02-01')"), "2020-02-14"),
        (
            "ASTDTM",
            ("datetime('2020-02-11T00:00')", "datetime('2020-02-01T00:00')"),
            "2020-02-14 00:00:00",
        ),
    ],
)
@pytest.mark.parametrize("words", [{}, {"parts": 2}])
def test_a_note_that_shows_a_date(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: dict[str, Any],
    variable: str,
    limits: tuple[str, str],
    shown: str,
) -> None:
    """JSON, as what is noted is kept, has no dates."""
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    study = write_study(tmp_path / "study")
    spec = ADAE % (variable, limits[0], variable, limits[1]) + "sort: [ASTDT]\n"
    (study / "mappings/adam/adae.yaml").write_text(spec, encoding="utf-8")
    told = [[str(one) for one in built(study, check=False, **words).findings] for _ in range(2)]
    assert told[0] == told[1]
    [line] = [one for one in told[0] if "CED832" in one]
    assert line.partition(", the first with ")[2].partition(",")[0] == f"{variable} '{shown}'"
