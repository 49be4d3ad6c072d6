"""Names and labels that a transport file does not hold are found before anything is built."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from small_study import write_study

LONG = "Subject-Level Analysis Dataset of the Crossover Study"
TOO_LONG = "has 53 bytes, SAS holds 40; shorten it with 'label'"
ADSL, AE = "mappings/adam/adsl.yaml", "mappings/sdtm/ae.yaml"


def planned(folder: Path) -> list[str]:
    """The faults of the specs, without the folder."""
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    assert specs is not None
    plan_study(specs, findings)
    return [str(finding).replace(f"{folder}/", "") for finding in findings.sorted()]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            ADSL,
            "label: Subject-Level Analysis Dataset",
            f"label: {LONG}",
            f"{ADSL}:2:8 CED024 the label of dataset ADSL {TOO_LONG}",
        ),
        (AE, "from: ae", f"label: {LONG}\nfrom: ae", f"{AE}:2:8 CED024 the label of dataset AE {TOO_LONG}"),
        (
            AE,
            "AESPID:   ae.AENO",
            f"AESPID: {{collect: ae.AENO, label: {LONG}}}",
            f"{AE}:5:11 CED024 the label of AE.AESPID {TOO_LONG}",
        ),
    ],
)
def test_a_label_over_40_bytes(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    assert planned(write_study(tmp_path, {file: (old, new)})) == [message]


def test_a_name_over_8_characters(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {ADSL: ("dataset: ADSL", "dataset: ADSLTOOLONG")})
    (folder / ADSL).rename(folder / "mappings/adam/adsltoolong.yaml")
    assert planned(folder) == [
        "mappings/adam/adsltoolong.yaml:1:10 CED024 'ADSLTOOLONG' is no name of a dataset: up to 8 capitals and digits"
    ]


def test_a_variable_after_on_stands_without_its_dataset(tmp_path: Path) -> None:
    count = 'derive: "count(AE.AESEQ)"'
    folder = write_study(tmp_path, {ADSL: (count, 'derive: "count(AE.AESEQ on AE.USUBJID)"')})
    assert planned(folder) == [
        f"{ADSL}:8:21 CED012 'on' takes a variable that both records have, without a dataset: not AE.USUBJID; write USUBJID"
    ]


ADAE = """\
dataset: ADAE
label: Adverse Event Analysis Dataset
class: AE
from: AE
copy: [AE.AETERM, AE.AEDECOD, AE.AEBODSYS]
variables:
  TRTA:   {assign: Drug}
  TRTAN:  {derive: "1"}
  APHASEN: {derive: "1"}
sort: [USUBJID, AETERM]
"""


def test_the_treatment_of_an_occurrence_has_the_label_and_type_of_the_guide(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {})
    (folder / "mappings" / "adam" / "adae.yaml").write_text(ADAE, encoding="utf-8")
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    assert specs is not None
    plan = plan_study(specs, findings)
    assert plan is not None, [str(one) for one in findings]
    made = {one.name: (one.label, one.type) for one in plan.dataset("ADAE").variables}
    assert {name: made[name] for name in ("TRTA", "TRTAN", "APHASEN")} == {
        "TRTA": ("Actual Treatment", "Char"),
        "TRTAN": ("Actual Treatment (N)", "Num"),
        "APHASEN": ("Phase (N)", "Num"),
    }
