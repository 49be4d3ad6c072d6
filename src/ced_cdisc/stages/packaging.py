"""Datasets to transport files and define.xml, checked against each other, and to results."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ced_cdisc.check.define import check_define, check_define_against_xpt
from ced_cdisc.core.findings import Finding, Findings, Stopped
from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata
from ced_cdisc.core.partner import Partner, PartnerLost
from ced_cdisc.core.xpt import XptMember, xpt_member
from ced_cdisc.describe.annotated_crf import annotated_crf
from ced_cdisc.describe.crf_visits import forms_by_visit
from ced_cdisc.describe.packages import describe_package
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.stages.analysing import analyse, is_analysed
from ced_cdisc.stages.planning import stop_on_errors
from ced_cdisc.write.define import define_xml, stylesheet
from ced_cdisc.write.define_page import beside, define_page
from ced_cdisc.write.xpt import write_xpt
from ced_cdisc.write.xpt_check import check_xpt

_Package = tuple[PackageMetadata | None, dict[str, bytes], list[Finding]]
_Analysed = tuple[dict[str, bytes], list[Finding]]
_PAGE = "define.html"
_Transport = tuple[dict[str, bytes], list[XptMember], list[Finding]]


def package(
    plan: StudyPlan,
    frames: Mapping[str, pl.DataFrame],
    extra: Mapping[str, pl.DataFrame],
    raw: Mapping[str, pl.DataFrame],
    findings: Findings,
    partner: Partner | None = None,
) -> tuple[dict[str, PackageMetadata], dict[str, bytes]]:
    """The SDTM and ADaM packages of the study and the SDTM of those it pools, as far as they have datasets.

    Gives metadata by folder (``sdtm``, ``adam``, ``controls/sdtm``), and files by path.

    Among the files are those of the analysis results.

    Raises:
        Stopped: the data cannot be held by a transport file, or a check failed, or OUT was refused.
    """
    try:
        made = share_out(plan, frames, extra, raw, partner) if partner is not None else None
    except PartnerLost:
        made = None
    if made is None:
        made = (
            {place.folder: _package(place, frames, extra, raw) for place in _places(plan)},
            analyse(plan, frames),
        )
    packed, (analysed, said) = made
    findings.extend(said)
    packages: dict[str, PackageMetadata] = {}
    files: dict[str, bytes] = {}
    for place in _places(plan):
        metadata, written, found = packed[place.folder]
        findings.extend(found)
        files |= written
        if metadata is not None:
            packages[place.folder] = metadata
    files |= analysed
    stop_on_errors(findings)
    described = {
        place.plan.qualified(dataset.name)
        for place in _places(plan)
        if place.folder in packages
        for dataset in packages[place.folder].datasets
    }
    if described != {*frames, *extra}:
        raise RuntimeError(f"datasets without metadata: {sorted({*frames, *extra} ^ described)}")
    return packages, files


@dataclass(frozen=True)
class _Place:
    """One package: whose it is, and of which kind."""

    plan: StudyPlan
    kind: str

    @property
    def folder(self) -> str:
        return self.plan.qualified(self.kind)


def _places(plan: StudyPlan) -> list[_Place]:
    return [_Place(plan, "sdtm"), _Place(plan, "adam"), *(_Place(one, "sdtm") for one in plan.pooled)]


def share_out(
    plan: StudyPlan,
    frames: Mapping[str, pl.DataFrame],
    extra: Mapping[str, pl.DataFrame],
    raw: Mapping[str, pl.DataFrame],
    partner: Partner,
) -> tuple[dict[str, _Package], _Analysed]:
    """All packages and the results: the second half makes ADaM, then what the first has no time for.

    That are the results, for which scipy takes a second to load; where there are none, define.xml of SDTM
    while the first half writes its files. The first half, which waits for ADaM, makes the annotated CRF.

    Raises:
        PartnerLost: the partner is gone.
    """
    analysed = is_analysed(plan)
    sdtm, adam, *pooled = _places(plan)
    if partner.half:
        described: PackageMetadata | None = partner.swap(_package(adam, frames, extra, raw))
        if analysed:
            partner.swap(analyse(plan, frames))
        else:
            partner.swap(None if described is None else _define(sdtm.folder, described))
        return {}, ({}, [])
    made = {place.folder: _package(place, frames, extra, raw) for place in pooled}
    metadata = _described(sdtm, frames, extra)
    made[adam.folder] = partner.swap(metadata)
    if metadata is None:
        made[sdtm.folder] = None, {}, []
        return made, partner.swap(None) or ({}, [])
    written, documents = _transport(sdtm, metadata, {**frames, **extra}), _documents(sdtm, raw)
    if analysed:
        defined = _define(sdtm.folder, metadata)
        made[sdtm.folder] = _joined(sdtm, metadata, written, defined, documents)
        return made, partner.swap(None)
    made[sdtm.folder] = _joined(sdtm, metadata, written, partner.swap(None), documents)
    return made, ({}, [])


def _described(
    place: _Place, frames: Mapping[str, pl.DataFrame], extra: Mapping[str, pl.DataFrame]
) -> PackageMetadata | None:
    return describe_package(place.plan, place.kind, place.plan.own(frames), place.plan.own(extra))


def _package(
    place: _Place,
    frames: Mapping[str, pl.DataFrame],
    extra: Mapping[str, pl.DataFrame],
    raw: Mapping[str, pl.DataFrame],
) -> _Package:
    """Describe the datasets, write them, and check define.xml against the schema and against their bytes."""
    metadata = _described(place, frames, extra)
    if metadata is None:
        return None, {}, []
    written = _transport(place, metadata, {**frames, **extra})
    return _joined(place, metadata, written, _define(place.folder, metadata), _documents(place, raw))


def _transport(place: _Place, metadata: PackageMetadata, frames: Mapping[str, pl.DataFrame]) -> _Transport:
    files: dict[str, bytes] = {}
    found: list[Finding] = []
    members: list[XptMember] = []
    for dataset in metadata.datasets:
        member = xpt_member(dataset, metadata.created)
        frame = frames[place.plan.qualified(dataset.name)].select(v.name for v in dataset.variables)
        try:
            files |= _written(place, metadata, dataset, frame, member)
        except Stopped as stopped:
            found.extend(stopped.findings)
            continue
        members.append(member)
    return files, members, found


def _written(
    place: _Place,
    metadata: PackageMetadata,
    dataset: DatasetMetadata,
    frame: pl.DataFrame,
    member: XptMember,
) -> dict[str, bytes]:
    """A dataset in each format: the first beside define.xml, every other in a folder of its own.

    What a transport file cannot hold is refused whatever the format, so that all formats hold the same.
    """
    files: dict[str, bytes] = {}
    first, *_ = place.plan.formats
    for form in place.plan.formats:
        stream = io.BytesIO()
        if form == "xpt":
            write_xpt(stream, frame, member)
        else:
            from ced_cdisc.stages.exchanging import write_other

            if findings := check_xpt(frame, member):
                raise Stopped(Findings(findings))
            reference = "define.xml" if form == first else f"{_up(place.folder)}/define.xml"
            write_other(stream, form, metadata, dataset, frame, reference)
        folder = place.folder if form == first else f"{form}/{place.folder}"
        files[f"{folder}/{dataset.name.lower()}.{form}"] = stream.getvalue()
    return files


def _up(folder: str) -> str:
    """The way from ``json/controls/sdtm`` to ``controls/sdtm``."""
    return "../" * (folder.count("/") + 2) + folder


def _define(folder: str, metadata: PackageMetadata) -> tuple[bytes, list[Finding]]:
    xml = define_xml(metadata)
    found = check_define(xml, f"{folder}/define.xml")
    # Terms are those of the study's own package by the plan, which need not be at hand here.
    return xml, [finding for finding in found if finding.code != "CED546"]


def _page(place: _Place, metadata: PackageMetadata) -> bytes:
    """The page for readers; that of the analysis datasets links to that of the SDTM datasets they read."""
    sdtm = (dataset for dataset in place.plan.datasets if dataset.kind == "sdtm")
    return define_page(metadata, beside(sdtm, f"../sdtm/{_PAGE}") if place.kind == "adam" else {})


def _documents(place: _Place, raw: Mapping[str, pl.DataFrame]) -> dict[str, bytes]:
    """The documents that define.xml names and the build makes; the library is loaded for these alone."""
    made: dict[str, bytes] = {}
    for document in place.plan.sdtm_documents if place.kind == "sdtm" else ():
        if document.made and document.kind == "acrf":
            from ced_cdisc.write.annotated_crf import annotated_crf_pdf

            crf = annotated_crf(place.plan, document, forms_by_visit(place.plan, raw))
            made[f"{place.folder}/{document.href}"] = annotated_crf_pdf(crf)
    return made


def _joined(
    place: _Place,
    metadata: PackageMetadata,
    written: _Transport,
    defined: tuple[bytes, list[Finding]],
    documents: Mapping[str, bytes],
) -> _Package:
    """The files of a package; where a dataset could not be written, define.xml would describe what is not."""
    (files, members, found), (xml, said) = written, defined
    if found:
        return metadata, files, found
    folder = place.folder
    shown = f"{folder}/define.xml"
    found = [*said, *check_define_against_xpt(xml, members, file=shown)]
    files |= {
        shown: xml,
        f"{folder}/define2-1.xsl": stylesheet(),
        f"{folder}/{_PAGE}": _page(place, metadata),
    }
    return metadata, {**files, **documents}, found
