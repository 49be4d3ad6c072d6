"""Faults planted in the built package: kinds that a check always finds, a sample, and no fault at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from mutate_package import Package, outcomes, packages
from package_faults import Fault, holding

ALWAYS = ("day that does not exist", "date in another format", "record twice", "unknown subject")
"""Kinds of which every one is found."""
FLOOR = 0.95
"""Of all kinds; docs/check-mutations.md has the whole numbers."""


@pytest.fixture(scope="module")
def controls(out: Path) -> Package:
    return dict(packages(out))["controls/sdtm"]


def test_some_kinds_are_always_found(out: Path) -> None:
    done = list(outcomes(out, sample=700, kinds=ALWAYS))
    assert {o.fault.kind for o in done} == set(ALWAYS)
    assert [str(o.fault) for o in done if not o.rule] == []


def test_a_sample_of_all_kinds_in_the_controls(out: Path) -> None:
    done = list(outcomes(out / "controls" / "sdtm", sample=700))
    caught = sum(bool(o.rule) for o in done)
    assert len(done) > 30
    assert caught / len(done) >= FLOOR, [f"{o.fault.kind} {o.fault}" for o in done if not o.rule]


def test_data_without_a_fault_are_not_caught(controls: Package) -> None:
    for name, data in controls.study.datasets.items():
        same = Fault("none", name, "", "", "", lambda data=data: data)
        assert controls.caught(same) == ""


def test_a_lost_subject_is_found_by_those_who_refer_to_it(controls: Package) -> None:
    data = controls.study.datasets["DM"]
    lost = Fault("record lost", "DM", "", "", "", lambda: holding(data, data.frame[1:]))
    assert controls.caught(lost).startswith("CED-")
