"""Datasets to transport files and define.xml, checked against each other, and to results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import BinaryIO

import polars as pl
from msgspec import Struct

from ced_cdisc.convert.build import faults_of
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Finding, Findings, Stage, Stopped
from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata
from ced_cdisc.core.partner import Partner, PartnerLost
from ced_cdisc.core.xpt import XptMember, xpt_member
from ced_cdisc.describe.annotated_crf import AnnotatedCrf, annotated_crf
from ced_cdisc.describe.crf_visits import forms_by_visit
from ced_cdisc.describe.datasets import describe_dataset, describe_supplemental
from ced_cdisc.describe.packages import describe_package
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.read.tables import RawTable
from ced_cdisc.stages.analysing import analyse
from ced_cdisc.stages.kept_packages import Descriptions, KeptPackages
from ced_cdisc.stages.kept_products import KeptProducts, Product
from ced_cdisc.stages.planning import stop_on_errors
from ced_cdisc.write.output_files import OutputFiles

Package = tuple[PackageMetadata | None, list[Finding]]
_PAGE = "define.html"


class Defined(Struct, frozen=True):
    """define.xml, the style and the page for readers beside it, and what the checks of define.xml found."""

    xml: bytes
    style: bytes
    page: bytes
    found: list[Finding]


def package(
    plan: StudyPlan,
    data: Mapping[str, Blocks],
    tables: Mapping[str, RawTable],
    files: OutputFiles,
    findings: Findings,
    partner: Partner | None = None,
    kept: KeptPackages | None = None,
    options: str = "",
) -> dict[str, PackageMetadata]:
    """The SDTM and ADaM packages of the study and the SDTM of those it pools, as far as they have datasets.

    Gives metadata by folder (``sdtm``, ``adam``, ``controls/sdtm``). The files are written to ``files``,
    those of the analysis results among them. ``options`` are those of the command line that ``ced-cdisc why``
    needs, too, to find the study.

    Raises:
        Stopped: the data cannot be held by a transport file, or a check failed, or OUT was refused.
    """
    raw = {name: table.frame for name, table in tables.items()}
    try:
        made = _taken_over(plan, data, raw, files, partner, kept) if partner is not None and data else None
    except PartnerLost:
        made = None
    if made is None:
        products = None if kept is None else kept.products
        made = (
            {
                place.folder: package_of(
                    place, metadata_of(place, data, kept), data, raw, files, products, kept
                )
                for place in places_of(plan)
            },
            _analysed(plan, data, kept),
        )
    packed, (analysed, said) = made
    findings.extend(said)
    packages: dict[str, PackageMetadata] = {}
    for place in places_of(plan):
        metadata, found = packed[place.folder]
        if metadata is not None and any(finding.stage is Stage.OUTPUT for finding in found):
            from ced_cdisc.stages.refused import with_origins  # for what is wrong, as little is

            faults = faults_of(place.plan, tables)
            found = with_origins(found, place.plan, metadata, data, faults, options)
        findings.extend(found)
        if metadata is not None:
            packages[place.folder] = metadata
    files.put(analysed)
    stop_on_errors(findings)
    described = {
        place.plan.qualified(dataset.name)
        for place in places_of(plan)
        if place.folder in packages
        for dataset in packages[place.folder].datasets
    }
    if described != set(data):
        raise RuntimeError(f"datasets without metadata: {sorted(set(data) ^ described)}")
    return packages


class Place(Struct, frozen=True):
    """One package: whose it is, and of which kind."""

    plan: StudyPlan
    kind: str

    @property
    def folder(self) -> str:
        """Where it stands in the output: ``sdtm``, ``adam``, ``controls/sdtm``."""
        return self.plan.qualified(self.kind)

    @property
    def datasets(self) -> list[DatasetPlan]:
        """The plans of its datasets."""
        return [dataset for dataset in self.plan.datasets if dataset.kind == self.kind]


def places_of(plan: StudyPlan) -> list[Place]:
    """The packages of a study and of those that it pools."""
    return [Place(plan, "sdtm"), Place(plan, "adam"), *(Place(one, "sdtm") for one in plan.pooled)]


def finished_in_turn(plan: StudyPlan) -> tuple[list[Place], list[Place]]:
    """The packages that have datasets, in the order in which all of these are finished: pooled, and own."""
    sdtm, adam, *pooled = places_of(plan)
    return [place for place in pooled if place.datasets], [place for place in (sdtm, adam) if place.datasets]


def _taken_over(
    plan: StudyPlan,
    data: Mapping[str, Blocks],
    raw: Mapping[str, pl.DataFrame],
    files: OutputFiles,
    partner: Partner,
    kept: KeptPackages | None,
) -> tuple[dict[str, Package], Product]:
    """All packages as :func:`.packing.pack` makes them, and the results.

    Of the study's own packages the partner makes define.xml alone, which takes as long as all other files. It
    tells how it described the datasets where that is to be kept.

    Raises:
        PartnerLost: the partner is gone.
    """
    pooled, own = finished_in_turn(plan)
    analysed = _analysed(plan, data, kept)
    descriptions: Descriptions = {}
    made: dict[str, Package] = {place.folder: (None, []) for place in places_of(plan)}
    for place in pooled:
        made[place.folder], theirs, told = partner.receive()
        files.put(theirs)
        descriptions |= told
    metadata: PackageMetadata | None
    for place in own:
        metadata, told = partner.receive()
        descriptions |= told
        if metadata is not None:
            written = transport(place, metadata, data, files, kept)
            documents = documents_of(place, raw, None if kept is None else kept.products)
            made[place.folder] = joined(place, metadata, written, partner.receive(), documents, files)
    if kept is not None:
        kept.described(descriptions)
        for place in pooled:
            _take_notice(place, made[place.folder][0], files, kept)
    return made, analysed


def _take_notice(
    place: Place, metadata: PackageMetadata | None, files: OutputFiles, kept: KeptPackages
) -> None:
    """Have the transport files kept that a partner made."""
    if metadata is None:
        return
    for dataset in metadata.datasets:
        name = _file_of(place, "xpt", dataset)
        if name in files.digests:
            own, member = place.plan.qualified(dataset.name), xpt_member(dataset, metadata.created)
            kept.wrote(own, member, files.path(name), files.digests[name])


def metadata_of(
    place: Place, data: Mapping[str, Blocks], kept: KeptPackages | None = None
) -> PackageMetadata | None:
    """What a package says of its datasets; None if there are none."""
    own = place.plan.own(data)
    if kept is None:
        return describe_package(place.plan, place.kind, own)
    describe = kept.describing(place.plan, 0, describe_dataset)
    return describe_package(
        place.plan, place.kind, own, describe, kept.describing(place.plan, 1, describe_supplemental)
    )


def package_of(
    place: Place,
    metadata: PackageMetadata | None,
    data: Mapping[str, Blocks],
    raw: Mapping[str, pl.DataFrame],
    files: OutputFiles,
    products: KeptProducts | None = None,
    kept: KeptPackages | None = None,
) -> Package:
    """Write the datasets of a package, and check define.xml against the schema and their headers."""
    if metadata is None:
        return None, []
    written = transport(place, metadata, data, files, kept)
    defined = define(place, metadata, products)
    return joined(place, metadata, written, defined, documents_of(place, raw, products), files)


def transport(
    place: Place,
    metadata: PackageMetadata,
    data: Mapping[str, Blocks],
    files: OutputFiles,
    kept: KeptPackages | None = None,
) -> list[Finding]:
    """Write the datasets; gives what their files cannot hold."""
    found: list[Finding] = []
    for dataset in metadata.datasets:
        member = xpt_member(dataset, metadata.created)
        rows = data[place.plan.qualified(dataset.name)].select([v.name for v in dataset.variables])
        try:
            _write(place, metadata, dataset, rows, member, files, kept)
        except Stopped as stopped:
            found.extend(stopped.findings)
    return found


def _write(
    place: Place,
    metadata: PackageMetadata,
    dataset: DatasetMetadata,
    data: Blocks,
    member: XptMember,
    files: OutputFiles,
    kept: KeptPackages | None,
) -> None:
    """A dataset in each format: the first beside define.xml, every other in a folder of its own.

    What a transport file cannot hold is refused whatever the format, so that all formats hold the same.
    """
    first, *_ = place.plan.formats
    for form in place.plan.formats:
        name, own = _file_of(place, form, dataset), place.plan.qualified(dataset.name)
        if form == "xpt" and kept is not None:
            _keep_transport(name, own, data, member, files, kept)
            continue
        with files.open(name) as stream:
            if form == "xpt":
                _write_transport(stream, data, member)
                continue
            from ced_cdisc.stages.exchanging import write_other
            from ced_cdisc.write.xpt_check import check_xpt

            frame = data.frame()
            if findings := check_xpt(frame, member):
                raise Stopped(Findings(findings))
            reference = "define.xml" if form == first else f"{_up(place.folder)}/define.xml"
            write_other(stream, form, metadata, dataset, frame, reference)


def _file_of(place: Place, form: str, dataset: DatasetMetadata) -> str:
    """The path of a dataset in a format."""
    folder = place.folder if form == place.plan.formats[0] else f"{form}/{place.folder}"
    return f"{folder}/{dataset.name.lower()}.{form}"


def _keep_transport(
    name: str, dataset: str, data: Blocks, member: XptMember, files: OutputFiles, kept: KeptPackages
) -> None:
    """Copy a transport file that an earlier build kept, or write it and have it kept.

    Raises:
        Stopped: it cannot hold the data.
    """
    if not files.take(name, partial(kept.copy, dataset, member)):
        with files.open(name) as stream:
            _write_transport(stream, data, member)
        kept.wrote(dataset, member, files.path(name), files.digests[name])


def _write_transport(stream: BinaryIO, data: Blocks, member: XptMember) -> None:
    """Write a transport file, block by block where the dataset has several.

    Raises:
        Stopped: it cannot hold the data.
    """
    from ced_cdisc.write.xpt import write_xpt, write_xpt_blocks

    if len(data.parts) == 1:
        write_xpt(stream, data.frame(), member)
        return
    write_xpt_blocks(stream, data.blocks(), member)


def _up(folder: str) -> str:
    """The way from ``json/controls/sdtm`` to ``controls/sdtm``."""
    return "../" * (folder.count("/") + 2) + folder


def _define(place: Place, metadata: PackageMetadata) -> Defined:
    """define.xml and its page; that of analysis datasets links to that of the SDTM datasets they read.

    What define.xml says is checked, and compared with the headers that the transport files have.
    """
    # Loaded for what is made: a package of which nothing changed is not.
    from ced_cdisc.check.define import check_define_against_xpt, check_document, open_define
    from ced_cdisc.write.define import define_xml, stylesheet
    from ced_cdisc.write.define_page import beside, define_page

    xml = define_xml(metadata)
    document, opened = open_define(xml, f"{place.folder}/define.xml")
    found = list(opened)
    if document is not None:
        members = [xpt_member(dataset, metadata.created) for dataset in metadata.datasets]
        found = [*check_document(document), *check_define_against_xpt(document, members)]
    page = define_page(metadata, beside(_read_by(place), f"../sdtm/{_PAGE}"))
    # Terms are those of the study's own package by the plan, which need not be at hand here.
    return Defined(xml, stylesheet(), page, [finding for finding in found if finding.code != "CED546"])


def _read_by(place: Place) -> list[DatasetPlan]:
    """The SDTM datasets that analysis datasets read, to whose page theirs links."""
    return [one for one in place.plan.datasets if place.kind == "adam" and one.kind == "sdtm"]


def define(place: Place, metadata: PackageMetadata, products: KeptProducts | None = None) -> Defined:
    """define.xml and its page, from an earlier build where nothing of it changed."""
    if products is None:
        return _define(place, metadata)

    def make() -> Product:
        made = _define(place, metadata)
        return {"xml": made.xml, "style": made.style, "page": made.page}, made.found

    linked = [(dataset.name, [one.name for one in dataset.supplemental]) for dataset in _read_by(place)]
    made_of = place.folder, metadata, linked
    files, found = products.of(f"define {place.folder}", made_of, make)
    return Defined(files["xml"], files["style"], files["page"], found)


def _analysed(plan: StudyPlan, data: Mapping[str, Blocks], kept: KeptPackages | None) -> Product:
    """The results and figures, from an earlier build where nothing of them changed."""
    if kept is None:
        return analyse(plan, data)
    read = [dataset.name for dataset in plan.datasets if dataset.results or dataset.figures]
    made_of = plan.study_id, plan.displays, [(name, kept.stands_for(name)) for name in read]
    return kept.products.of("results", made_of, partial(analyse, plan, data))


def documents_of(
    place: Place, raw: Mapping[str, pl.DataFrame], products: KeptProducts | None = None
) -> dict[str, bytes]:
    """The documents that define.xml names and the build makes; the library is loaded for these alone."""
    made: dict[str, bytes] = {}
    for document in place.plan.sdtm_documents if place.kind == "sdtm" else ():
        if document.made and document.kind == "acrf":
            path = f"{place.folder}/{document.href}"
            crf = annotated_crf(place.plan, document, forms_by_visit(place.plan, raw))
            make = partial(_annotated, path, crf)
            files, _ = make() if products is None else products.of(f"acrf {place.folder}", (path, crf), make)
            made |= files
    return made


def _annotated(path: str, crf: AnnotatedCrf) -> Product:
    from ced_cdisc.write.annotated_crf import annotated_crf_pdf

    return {path: annotated_crf_pdf(crf)}, []


def joined(
    place: Place,
    metadata: PackageMetadata,
    written: list[Finding],
    defined: Defined,
    documents: Mapping[str, bytes],
    files: OutputFiles,
) -> Package:
    """The files of a package; where a dataset could not be written, define.xml would describe what is not."""
    if written:
        return metadata, written
    folder = place.folder
    files.put(
        {
            f"{folder}/define.xml": defined.xml,
            f"{folder}/define2-1.xsl": defined.style,
            f"{folder}/{_PAGE}": defined.page,
        }
    )
    files.put(documents)
    return metadata, defined.found
