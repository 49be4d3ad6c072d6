"""define.xml as a whole: ODM, Study and MetaDataVersion, with the standards and documents it opens with.

Source: Define-XML 2.1, the elements ODM, Study, GlobalVariables, MetaDataVersion, def:Standards,
def:AnnotatedCRF and def:SupplementalDoc. The order of the children of MetaDataVersion is normative.
"""

from __future__ import annotations

from typing import Literal

from ced_cdisc.core.guide import GUIDES
from ced_cdisc.core.metadata import Document, PackageMetadata, Standard
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.codelists import code_list
from ced_cdisc.write.define.datasets import item_group_def
from ced_cdisc.write.define.definitions import Definitions, definitions
from ced_cdisc.write.define.markup import Element, element, leaf, serialise
from ced_cdisc.write.define.methods import comment_def, comment_oid, method_def
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
    return serialise(_odm(package, definitions(package)))


def _odm(package: PackageMetadata, shared: Definitions) -> Element:
    """The root. Its context is Submission, which makes standards and keys a must."""
    return element(
        "ODM",
        {
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "FileOID": oids.file(package),
            "CreationDateTime": package.created.isoformat(timespec="seconds"),
            "AsOfDateTime": package.extra.get("AsOfDateTime"),
            "Originator": package.originator or None,
            "SourceSystem": package.extra.get("SourceSystem"),
            "SourceSystemVersion": package.extra.get("SourceSystemVersion"),
            "def:Context": "Submission",
        },
        _study(package, shared),
    )


def _study(package: PackageMetadata, shared: Definitions) -> Element:
    """The study with its three global variables and the one MetaDataVersion."""
    return element(
        "Study",
        {"OID": package.study_oid},
        element(
            "GlobalVariables",
            {},
            element("StudyName", {}, text=package.study_name),
            element("StudyDescription", {}, text=package.study_description),
            element("ProtocolName", {}, text=package.protocol_name),
        ),
        _metadata_version(package, shared),
    )


def _metadata_version(package: PackageMetadata, shared: Definitions) -> Element:
    """All definitions, in the order that the specification and the schema ask for."""
    return element(
        "MetaDataVersion",
        {
            "OID": oids.metadata_version(package),
            "Name": package.name,
            "Description": package.description or None,
            "def:DefineVersion": DEFINE_VERSION,
            "def:CommentOID": comment_oid(package.comment),
        },
        _standards(package.standards),
        _documents("def:AnnotatedCRF", "acrf", shared.documents),
        _documents("def:SupplementalDoc", "supplemental", shared.documents),
        *(values for dataset in package.datasets for values in value_list_defs(dataset)),
        *(where_clause_def(clause) for clause in shared.where_clauses),
        *(item_group_def(dataset) for dataset in package.datasets),
        *(item for dataset in package.datasets for item in item_defs(dataset)),
        *(code_list(codelist) for codelist in shared.codelists),
        *(method_def(method) for method in shared.methods),
        *(comment_def(comment) for comment in shared.comments),
        *(leaf(oids.document_leaf(d.id), d.href, d.title) for d in shared.documents),
        result_displays(package.displays),
    )


def _standards(standards: tuple[Standard, ...]) -> Element | None:
    """The standards. The schema requires Status, although the text of the specification does not."""
    if not standards:
        return None
    return element(
        "def:Standards",
        {},
        *(
            element(
                "def:Standard",
                {
                    "OID": oids.standard(standard.id),
                    "Name": standard.name,
                    "Type": standard.type,
                    "PublishingSet": standard.publishing_set or None,
                    "Version": standard.version,
                    "Status": standard.status,
                    "def:CommentOID": comment_oid(standard.comment),
                },
            )
            for standard in standards
        ),
    )


def _documents(
    tag: str, kind: Literal["acrf", "supplemental"], documents: tuple[Document, ...]
) -> Element | None:
    """The list of documents of one kind, or None if there is none."""
    references = [
        element("def:DocumentRef", {"leafID": oids.document_leaf(document.id)})
        for document in documents
        if document.kind == kind or (kind == "supplemental" and document.kind in GUIDES)
    ]
    return element(tag, {}, *references) if references else None
