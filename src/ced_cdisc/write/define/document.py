"""define.xml as a whole: ODM, Study and MetaDataVersion, with the standards and documents it opens with.

Source: Define-XML 2.1, the elements ODM, Study, GlobalVariables, MetaDataVersion, def:Standards,
def:AnnotatedCRF and def:SupplementalDoc.
"""

from __future__ import annotations

from typing import Literal

from ced_cdisc.core import metadata
from ced_cdisc.core.guide import GUIDES
from ced_cdisc.core.metadata import Document, PackageMetadata
from ced_cdisc.define.model import (
    AnnotatedCRF,
    GlobalVariables,
    MetaDataVersion,
    Odm,
    ProtocolName,
    Standard,
    Standards,
    Study,
    StudyDescription,
    StudyName,
    SupplementalDoc,
)
from ced_cdisc.define.shared import DocumentRef
from ced_cdisc.define.write import write_define
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.codelists import code_list
from ced_cdisc.write.define.datasets import item_group_def
from ced_cdisc.write.define.definitions import Definitions, definitions
from ced_cdisc.write.define.methods import comment_def, comment_oid, method_def
from ced_cdisc.write.define.parts import STYLESHEET, leaf
from ced_cdisc.write.define.results import result_displays
from ced_cdisc.write.define.values import value_list_defs, where_clause_def
from ced_cdisc.write.define.variables import item_defs

DEFINE_VERSION = "2.1.10"


def define_xml(package: PackageMetadata) -> bytes:
    """The define.xml of a package.

    The same metadata gives the same bytes: identifiers come from names, the time from ``package.created``,
    the order from the package (datasets, variables, values, documents) or from the identifiers (codelists,
    methods, comments, where clauses). ``package.extra`` may hold the ODM attributes ``SourceSystem``,
    ``SourceSystemVersion`` and ``AsOfDateTime``.

    Args:
        package: the metadata of one SDTM or ADaM package.

    Returns:
        UTF-8 bytes, to be written as ``define.xml`` beside the transport files and ``define2-1.xsl``.

    Raises:
        DefineModelError: the metadata contradicts itself (a bug of what built it); see
            :func:`ced_cdisc.write.define.definitions.definitions`.
    """
    return write_define(define_model(package))


def define_model(package: PackageMetadata) -> Odm:
    """The define model of a package: its metadata with identifiers, as :func:`define_xml` writes them.

    Its context is Submission, which makes standards and keys a must.

    Raises:
        DefineModelError: as :func:`define_xml`.
    """
    return Odm(
        odm_version="1.3.2",
        file_type="Snapshot",
        file_oid=oids.file(package),
        creation_date_time=package.created.isoformat(timespec="seconds"),
        as_of_date_time=package.extra.get("AsOfDateTime"),
        originator=package.originator or None,
        source_system=package.extra.get("SourceSystem"),
        source_system_version=package.extra.get("SourceSystemVersion"),
        context="Submission",
        study=_study(package, definitions(package)),
        prolog=(f'<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>',),
    )


def _study(package: PackageMetadata, shared: Definitions) -> Study:
    """The study with its three global variables and the one MetaDataVersion."""
    return Study(
        oid=package.study_oid,
        global_variables=GlobalVariables(
            study_name=StudyName(text=package.study_name),
            study_description=StudyDescription(text=package.study_description),
            protocol_name=ProtocolName(text=package.protocol_name),
        ),
        metadata_version=_metadata_version(package, shared),
    )


def _metadata_version(package: PackageMetadata, shared: Definitions) -> MetaDataVersion:
    """All definitions."""
    crf = _document_refs("acrf", shared.documents)
    supplemental = _document_refs("supplemental", shared.documents)
    return MetaDataVersion(
        oid=oids.metadata_version(package),
        name=package.name,
        description=package.description or None,
        define_version=DEFINE_VERSION,
        comment_oid=comment_oid(package.comment),
        standards=_standards(package.standards),
        annotated_crf=AnnotatedCRF(documents=crf) if crf else None,
        supplemental_doc=SupplementalDoc(documents=supplemental) if supplemental else None,
        value_lists=tuple(values for dataset in package.datasets for values in value_list_defs(dataset)),
        where_clauses=tuple(where_clause_def(clause) for clause in shared.where_clauses),
        item_groups=tuple(item_group_def(dataset) for dataset in package.datasets),
        items=tuple(item for dataset in package.datasets for item in item_defs(dataset)),
        code_lists=tuple(code_list(codelist) for codelist in shared.codelists),
        methods=tuple(method_def(method) for method in shared.methods),
        comments=tuple(comment_def(comment) for comment in shared.comments),
        leaves=tuple(leaf(oids.document_leaf(d.id), d.href, d.title) for d in shared.documents),
        result_displays=result_displays(package.displays),
    )


def _standards(standards: tuple[metadata.Standard, ...]) -> Standards | None:
    """The standards. The schema requires Status, although the text of the specification does not."""
    if not standards:
        return None
    return Standards(
        standards=tuple(
            Standard(
                oid=oids.standard(standard.id),
                name=standard.name,
                type=standard.type,
                publishing_set=standard.publishing_set or None,
                version=standard.version,
                status=standard.status,
                comment_oid=comment_oid(standard.comment),
            )
            for standard in standards
        )
    )


def _document_refs(
    kind: Literal["acrf", "supplemental"], documents: tuple[Document, ...]
) -> tuple[DocumentRef, ...]:
    """The documents of one kind."""
    return tuple(
        DocumentRef(leaf_id=oids.document_leaf(document.id))
        for document in documents
        if document.kind == kind or (kind == "supplemental" and document.kind in GUIDES)
    )
