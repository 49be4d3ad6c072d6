"""What a dataset's plan refers to is all that is read while it is made."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ced_cdisc.convert import adam, kept, relations, sdtm
from ced_cdisc.convert import build as build_module
from ced_cdisc.convert.sources import Records, World
from ced_cdisc.core.findings import Findings
from ced_cdisc.pipeline import build
from ced_cdisc.plan.dataset_key import VISITS, with_digests
from ced_cdisc.plan.model import Side
from ced_cdisc.plan.reach import owned
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan

ROOT = Path(__file__).parents[2]
STUDIES = {
    "improve_ced": (ROOT / "examples/improve_ced/raw", ROOT),
    "vitals_labs": (ROOT / "examples/vitals_labs/raw", ROOT / "examples/vitals_labs"),
}


@pytest.mark.parametrize("name", STUDIES)
def test_nothing_is_read_that_the_plan_does_not_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: set[tuple[str, str]] = set()
    making: list[str] = []
    records, side = World.records, relations._side

    @contextmanager
    def noting(world: World, made: str) -> Generator[None]:
        making.append(world.plan.qualified(made))
        with kept.noting(world, made):
            yield
        making.pop()

    def seen(world: World, source: str) -> Records:
        read.add((making[-1], source))
        return records(world, source)

    def linked(one: Side, world: World) -> object:
        read.add((making[-1], one.dataset))
        return side(one, world)

    for module in (sdtm, adam, build_module):
        monkeypatch.setattr(module, "noting", noting)
    monkeypatch.setattr(World, "records", seen)
    monkeypatch.setattr(relations, "_side", linked)
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    raw, specs = STUDIES[name]
    folders = specs / "mappings", specs / "define"
    build(raw, tmp_path / "out", mappings=folders[0], define=folders[1], check=False, processes=1)
    plan = with_digests(make_plan(find_study(*folders, Path()), Findings())[0])
    datasets = owned(plan)
    assert {made for made, _ in read} >= {one for one, (_, dataset) in datasets.items() if dataset.lines}
    for made, source in sorted(read):
        study, dataset = datasets[made]
        assert source in {dataset.name, *study.digests[dataset.name].reads}, (made, source)
    named = {(made, one) for made, (study, d) in datasets.items() for one in study.digests[d.name].reads}
    for made, source in named - read:  # what written rows of RELREC refer to is looked at in every build
        assert source == VISITS or made.endswith("RELREC"), (made, source)
