"""The CDISC CORE engine beside our own rules, with the rules named that are about the same matter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from ced_cdisc.check.core.run import CoreSettings, CoreStudy, run_core
from ced_cdisc.conformance.submission import Submission
from ced_cdisc.core.conformance import EngineResult, RuleText
from ced_cdisc.core.findings import Finding, Location, Stage


def core_opinion(
    study: Submission,
    settings: CoreSettings,
    *,
    folder: Path,
    define: Path | None,
    rules: Iterable[RuleText],
    records: int,
) -> tuple[EngineResult | None, list[Finding]]:
    """What the CORE engine says of all datasets of a folder but those of ADaM.

    It always gets the whole study, since a part of it gives false findings. The public lists have next to no
    rules of ADaM, so these datasets are not handed to it. Without others there is no result.
    """
    files = tuple(folder / d.file for d in study.datasets.values() if d.kind != "ADaM")
    if not files:
        return None, []
    version = study.governing.version("SDTMIG")
    if not version:
        said = f"the version of SDTMIG of {folder.as_posix()} is not told, which the CORE engine needs"
        where, hint = Location(folder.as_posix()), "name it with --standard, such as --standard SDTMIG=3.4"
        return None, [Finding("CED684", said, where, hint, Stage.CHECK)]
    beside = files[0].parent / "define.xml"
    asked = CoreStudy(
        version,
        files,
        define or (beside if beside.is_file() else None),
        (f"sdtmct-{study.governing.ct_version('SDTM')}",),
    )
    result, findings = run_core(settings, asked, records=records)
    return (None if result is None else with_ours(result, rules)), findings


def with_ours(result: EngineResult, rules: Iterable[RuleText]) -> EngineResult:
    """The result with our rules of the same public id named beside each of the engine's."""
    texts = tuple(rules)
    named = tuple(
        replace(rule, ours=tuple(t.id for t in texts if {rule.id} & set(t.public))) for rule in result.rules
    )
    return replace(result, rules=named)
