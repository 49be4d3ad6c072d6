"""Planning and building hold the collector, and leave it as it was, whatever becomes of them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from ced_cdisc import build
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages import planning
from small_study import write_study


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    gc.enable()


@pytest.mark.parametrize("at_work", [True, False])
def test_the_collector_is_left_as_it_was(
    at_work: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_study(tmp_path)
    study = find_study(tmp_path / "mappings", tmp_path / "define", tmp_path)
    seen: list[bool] = []
    digest = planning.layers_digest
    monkeypatch.setattr(
        planning,
        "layers_digest",
        lambda *given, **named: seen.append(gc.isenabled()) or digest(*given, **named),
    )
    (gc.enable if at_work else gc.disable)()
    planning.make_plan(study, Findings())
    assert (seen, gc.isenabled()) == ([False], at_work)
    spec = tmp_path / "mappings/sdtm/ae.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("domain: AE", "domain: AEX"), encoding="utf-8")
    with pytest.raises(Stopped):
        planning.make_plan(study, Findings())
    assert gc.isenabled() is at_work


def test_a_build_from_python_holds_it_too(tmp_path: Path) -> None:
    write_study(tmp_path)
    seen: list[bool] = []
    specs = {"mappings": tmp_path / "mappings", "define": tmp_path / "define"}
    build(tmp_path / "raw", tmp_path / "out", **specs, watch=lambda *_: seen.append(gc.isenabled()))
    assert (set(seen), gc.isenabled()) == ({False}, True)
    (tmp_path / "raw/ae.csv").unlink()
    with pytest.raises(Stopped):
        build(tmp_path / "raw", tmp_path / "out", **specs)
    assert gc.isenabled()
