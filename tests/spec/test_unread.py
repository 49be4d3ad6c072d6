"""One slip in one file is told alone: what follows from it in other files is counted, not shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from ced_cdisc.spec.unread import without_consequences
from small_study import write_study

ROOT = Path(__file__).parents[2]
AE, DM, EX, ADSL = (f"mappings/{name}.yaml" for name in ("sdtm/ae", "sdtm/dm", "sdtm/ex", "adam/adsl"))
DEFINE = "define/define.yaml"


def told(folder: Path, edited: dict[Path, str] | None = None) -> list[str]:
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings, edited=edited or {})
    assert specs is not None
    plan_study(specs, findings)
    return [str(finding) for finding in without_consequences(findings, specs).sorted()]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "mappings/sdtm/ae.yaml",
            "  AESEV:",
            "   AESEV:",
            "mappings/sdtm/ae.yaml:20:4 CED001 this line is indented by 3 blanks, and line 19 by 2 blanks; "
            "the lines of one level begin below each other; N errors that follow are not shown",
        ),
        (
            "mappings/sdtm/ae.yaml",
            "\nvariables:",
            "\nvariables_of:",
            "mappings/sdtm/ae.yaml:5:1 CED006 unknown key 'variables_of'; did you mean variables?; "
            "N errors that follow are not shown",
        ),
        (
            "mappings/adam/adsl.yaml",
            "\nlabel: ",
            "\nlabel: [",
            "mappings/adam/adsl.yaml:3:8 CED001 the bracket that opens here is not closed, or a quote within "
            "it is not; it was read as far as line 4; N errors that follow are not shown",
        ),
        (
            "define/define.yaml",
            "kind: acrf",
            "kind: aCRF",
            "define/define.yaml:3:67 CED008 'aCRF' is not a value of 'kind'; did you mean acrf?; "
            "N errors that follow are not shown",
        ),
    ],
)
def test_one_slip_in_the_example(file: str, old: str, new: str, said: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert old in text
    found = told(ROOT, {(ROOT / file).resolve(): text.replace(old, new, 1)})
    assert [re.sub(r"[0-9]{2,3} errors that follow", "N errors that follow", one) for one in found] == [said]


def test_another_fault_is_told_beside_it(tmp_path: Path) -> None:
    """A misspelt column of a raw table, and one in the file itself, do not follow from it."""
    folder = write_study(tmp_path, {AE: ("domain: AE", "domain: [AE"), EX: ("dose.DOSE", "dose.DOZE")})
    assert told(folder) == [
        "mappings/sdtm/ae.yaml:1:9 CED001 the bracket that opens here is not closed, or a quote within it is "
        "not; it was read as far as line 2; 1 error that follows is not shown",
        "mappings/sdtm/ex.yaml:6:13 CED012 unknown column dose.DOZE; did you mean dose.DOSE?",
    ]


def test_a_key_that_nothing_hangs_on_hides_nothing(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {AE: ("sort: [AESTDTC, AETERM]", "sorted: [AESTDTC]\nomit: [AX]")})
    assert told(folder) == [
        "mappings/sdtm/ae.yaml:3:1 CED006 unknown key 'sorted'; did you mean sort?",
        "mappings/sdtm/ae.yaml:4:8 CED019 AE has no variable AX",
    ]


def test_a_file_that_is_not_utf_8_and_one_below_a_layer(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    (folder / AE).write_bytes(b"domain: AE\nlabel: \xe4\n")
    assert told(folder) == [
        "mappings/sdtm/ae.yaml CED011 this file is not UTF-8: byte 19 cannot be read; "
        "1 error that follows is not shown"
    ]
