"""Two processes share the datasets out: each is handed over once, with all it needs at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.halves import halves
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.only import needed
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan
from small_study import write_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=["sdtm", "adam"])
def datasets(request: pytest.FixtureRequest) -> list[DatasetPlan]:
    plan, _ = make_plan(find_study(ROOT / "mappings", ROOT / "define", ROOT), Findings())
    return [dataset for dataset in plan.datasets if dataset.kind == request.param]


def test_each_dataset_is_handed_over_once(datasets: list[DatasetPlan]) -> None:
    first, second = halves(datasets)
    assert first.handed | second.handed == {dataset.name for dataset in datasets}
    assert first.handed.isdisjoint(second.handed)
    assert second.handed, "the second process has something to do"


def test_each_builds_what_its_datasets_need(datasets: list[DatasetPlan]) -> None:
    by_name = {dataset.name: dataset for dataset in datasets}
    for half in halves(datasets):
        assert half.handed <= half.built
        for name in half.built:
            assert needed(by_name[name]) & by_name.keys() <= half.built


def test_datasets_that_read_each_other_and_nothing_else_reads_are_built_too(tmp_path: Path) -> None:
    study = find_study(write_study(tmp_path) / "mappings", tmp_path / "define", tmp_path)
    plan, _ = make_plan(study, Findings(), ["EX"])
    assert {d.name for d in plan.datasets} == {"DM", "EX"} == needed(plan.dataset("DM")) | {"DM"}
    assert needed(plan.dataset("EX")) == {"DM"}
    first, second = halves(plan.datasets)
    assert (first.handed, second.handed) == ({"DM", "EX"}, frozenset())


def test_the_parts_do_not_depend_on_the_order_of_the_datasets(datasets: list[DatasetPlan]) -> None:
    assert halves(datasets[::-1]) == halves(datasets)


def test_no_datasets_make_no_parts() -> None:
    assert [half.handed for half in halves([])] == [frozenset(), frozenset()]
