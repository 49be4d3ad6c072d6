"""A value that is compared with itself: mostly the second is meant to be of the record at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import write_study
from spec_messages import messages

AE, ADAE = "mappings/sdtm/ae.yaml", "mappings/adam/adae.yaml"
ADAE_TEXT = """\
dataset: ADAE
label: Adverse Events Analysis Dataset
class: OCCDS
from: AE
copy: [AE.AETERM, AE.AESTDTC, AE.AESEQ]
rows:
  ASTDT: {derive: "date(AE.AESTDTC)"}
variables:
  EARLIER: {derive: "EXPRESSION", label: Earlier Events}
sort: [ASTDT, AETERM]
"""
OTHER = (
    "a name with {} is of the records looked at; "
    "give the record at hand a line with its value, and compare with that"
)
ALWAYS = "is compared with itself, which holds wherever there is a value"
NEVER = "is compared with itself, which never holds"
CASES = {
    "count(AE.AESEQ where AE.AESTDTC < AE.AESTDTC)": f"43 CED171 AE.AESTDTC {NEVER}; {OTHER.format('AE')}",
    "count(ADAE.AESEQ where ADAE.ASTDT <= ADAE.ASTDT)": f"45 CED171 ASTDT {ALWAYS}; "
    "ADAE.ASTDT is of the records looked at, and ASTDT alone of the record at hand",
    "count(AESEQ where ASTDT != ASTDT)": f"40 CED171 ASTDT {NEVER}; without the name of this dataset every "
    "name is of the records looked at; write it before theirs, and ASTDT alone is of the record at hand",
    "if(AESEQ = AESEQ, 1, 0)": f"25 CED171 AESEQ {ALWAYS}",
    "if(AESEQ between 1 and AESEQ, 1, 0)": f"25 CED171 AESEQ {ALWAYS}",
    "if(abs(AESEQ) > abs(AESEQ), 1, 0)": f"25 CED171 a value {NEVER}",
}


@pytest.mark.parametrize("expression", CASES)
def test_a_value_compared_with_itself_is_a_fault(tmp_path: Path, expression: str) -> None:
    write_study(tmp_path, {})
    (tmp_path / ADAE).write_text(ADAE_TEXT.replace("EXPRESSION", expression))
    assert messages(tmp_path) == [f"{ADAE}:9:{CASES[expression]}"]


def test_a_raw_table_within_a_domain(tmp_path: Path) -> None:
    line = '  AESPID:   {derive: "text(count(ae.AENO where ae.SEV = ae.SEV))"}\n'
    write_study(tmp_path, {AE: ("  AESPID:   ae.AENO\n", line)})
    assert messages(tmp_path) == [f"{AE}:5:48 CED171 ae.SEV {ALWAYS}; {OTHER.format('ae')}"]


@pytest.mark.parametrize(
    "expression",
    [
        "count(ADAE.AESEQ where ADAE.ASTDT < ASTDT)",
        "count(AE.AESEQ where AE.AESEQ < AESEQ)",
        "if(1 = 1, AESEQ, 0)",
    ],
)
def test_two_values_are_none(tmp_path: Path, expression: str) -> None:
    write_study(tmp_path, {})
    (tmp_path / ADAE).write_text(ADAE_TEXT.replace("EXPRESSION", expression))
    assert messages(tmp_path) == []
