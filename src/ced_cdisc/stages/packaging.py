"""Datasets to transport files and define.xml, checked against each other, and to results."""

from __future__ import annotations

import io
from collections.abc import Mapping

import polars as pl

from ced_cdisc.check.define import check_define
from ced_cdisc.check.define_against_xpt import check_define_against_xpt
from ced_cdisc.convert import Partner, PartnerLost
from ced_cdisc.core.findings import Finding, Findings, Stopped
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.core.xpt import XptMember, xpt_member
from ced_cdisc.describe.packages import describe_package
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.stages.analysing import analyse, is_analysed
from ced_cdisc.stages.planning import stop_on_errors
from ced_cdisc.write.define import define_xml, stylesheet
from ced_cdisc.write.xpt import write_xpt

_Package = tuple[PackageMetadata | None, dict[str, bytes], list[Finding]]
_Analysed = tuple[dict[str, bytes], list[Finding]]
_Transport = tuple[dict[str, bytes], list[XptMember], list[Finding]]


def package(
    plan: StudyPlan,
    frames: Mapping[str, pl.DataFrame],
    extra: Mapping[str, pl.DataFrame],
    findings: Findings,
    partner: Partner | None = None,
) -> tuple[dict[str, PackageMetadata], dict[str, bytes]]:
    """The SDTM and the ADaM package, as far as they have datasets: metadata by kind, and files by path.

    Among the files are those of the analysis results.

    Raises:
        Stopped: the data cannot be held by a transport file, or a check failed, or OUT was refused.
    """
    kinds = ("sdtm", "adam")
    try:
        made = share_out(plan, frames, extra, partner) if partner is not None else None
    except PartnerLost:
        made = None
    if made is None:
        made = [_package(plan, kind, frames, extra) for kind in kinds], analyse(plan, frames)
    packages: dict[str, PackageMetadata] = {}
    files: dict[str, bytes] = {}
    packed, (analysed, said) = made
    findings.extend(said)
    for kind, (metadata, written, found) in zip(kinds, packed, strict=True):
        findings.extend(found)
        files |= written
        if metadata is not None:
            packages[kind] = metadata
    files |= analysed
    stop_on_errors(findings)
    described = {dataset.name for metadata in packages.values() for dataset in metadata.datasets}
    if described != {*frames, *extra}:
        raise RuntimeError(f"datasets without metadata: {sorted({*frames, *extra} ^ described)}")
    return packages, files


def share_out(
    plan: StudyPlan, frames: Mapping[str, pl.DataFrame], extra: Mapping[str, pl.DataFrame], partner: Partner
) -> tuple[list[_Package], _Analysed]:
    """Both packages and the results: the second half makes ADaM, then what the first has no time for.

    That are the results, for which scipy takes a second to load; where there are none, define.xml of SDTM
    while the first half writes its files.

    Raises:
        PartnerLost: the partner is gone.
    """
    analysed = is_analysed(plan)
    if partner.half:
        adam = _package(plan, "adam", frames, extra)
        described: PackageMetadata | None = partner.swap(adam)
        if analysed:
            partner.swap(analyse(plan, frames))
        else:
            partner.swap(None if described is None else _define("sdtm", described))
        return [], ({}, [])
    metadata = describe_package(plan, "sdtm", frames, extra)
    adam = partner.swap(metadata)
    sdtm: _Package = (None, {}, [])
    if metadata is None:
        return [sdtm, adam], partner.swap(None) or ({}, [])
    written = _transport("sdtm", metadata, {**frames, **extra})
    if analysed:
        return [_joined("sdtm", metadata, written, _define("sdtm", metadata)), adam], partner.swap(None)
    return [_joined("sdtm", metadata, written, partner.swap(None)), adam], ({}, [])


def _package(
    plan: StudyPlan, kind: str, frames: Mapping[str, pl.DataFrame], extra: Mapping[str, pl.DataFrame]
) -> _Package:
    """Describe the datasets, write them, and check define.xml against the schema and against their bytes."""
    metadata = describe_package(plan, kind, frames, extra)
    if metadata is None:
        return None, {}, []
    return _joined(kind, metadata, _transport(kind, metadata, {**frames, **extra}), _define(kind, metadata))


def _transport(kind: str, metadata: PackageMetadata, frames: Mapping[str, pl.DataFrame]) -> _Transport:
    files: dict[str, bytes] = {}
    found: list[Finding] = []
    members: list[XptMember] = []
    for dataset in metadata.datasets:
        member = xpt_member(dataset, metadata.created)
        stream = io.BytesIO()
        try:
            write_xpt(stream, frames[dataset.name].select(v.name for v in dataset.variables), member)
        except Stopped as stopped:
            found.extend(stopped.findings)
            continue
        files[f"{kind}/{dataset.name.lower()}.xpt"] = stream.getvalue()
        members.append(member)
    return files, members, found


def _define(kind: str, metadata: PackageMetadata) -> tuple[bytes, list[Finding]]:
    xml = define_xml(metadata)
    return xml, list(check_define(xml, f"{kind}/define.xml"))


def _joined(
    kind: str, metadata: PackageMetadata, written: _Transport, defined: tuple[bytes, list[Finding]]
) -> _Package:
    """The files of a package; where a dataset could not be written, define.xml would describe what is not."""
    (files, members, found), (xml, said) = written, defined
    if found:
        return metadata, files, found
    shown = f"{kind}/define.xml"
    found = [*said, *check_define_against_xpt(xml, members, file=shown)]
    return metadata, files | {shown: xml, f"{kind}/define2-1.xsl": stylesheet()}, found
