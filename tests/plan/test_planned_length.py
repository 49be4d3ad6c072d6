"""``length:`` of a line is the length in the transport file and in define.xml; a longer value is a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

import ced_cdisc
from small_study import write_study

AE = "mappings/sdtm/ae.yaml"


def test_the_planned_length_rules(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {AE: ("AETERM:   ae.TERM", "AETERM:   {collect: ae.TERM, length: 40}")})
    built = ced_cdisc.build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", check=False
    )
    variable = next(d for d in built.packages["sdtm"].datasets if d.name == "AE").variable("AETERM")
    assert (variable.length, variable.xpt_length) == (40, 40)


def test_a_longer_value_is_a_fault(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {AE: ("AETERM:   ae.TERM", "AETERM:   {collect: ae.TERM, length: 8}")})
    with pytest.raises(ced_cdisc.Stopped) as stopped:
        ced_cdisc.build(
            folder / "raw",
            folder / "out",
            mappings=folder / "mappings",
            define=folder / "define",
            check=False,
        )
    assert [str(finding) for finding in stopped.value.findings.sorted()] == [
        f"{folder}/mappings/sdtm/ae.yaml:6:13 CED306 AE.AETERM: text of 9 bytes, the planned length is 8: "
        '"Bone pain"\n'
        "    ae.csv line 3, subject T1-001"
    ]
    assert stopped.value.findings.exit_code() == 12
