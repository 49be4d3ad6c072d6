"""A define.xml as frozen values: every element and attribute of Define-XML 2.1 and 2.0 and of ARM 1.0.

Values are the texts of the file (``Length`` is ``"8"``), so that what was read is written again. References
are OIDs as in the file. Fields stand in the order that the schema asks for. What the two versions do not
share is marked; the other version leaves it None.

Source: Define-XML 2.1 and 2.0, and Analysis Results Metadata 1.0 for Define-XML.
"""

from __future__ import annotations

from ced_cdisc.define.datasets import ItemDef, ItemGroupDef, ValueListDef, WhereClauseDef
from ced_cdisc.define.node import Node, Version, attribute, child, children, text
from ced_cdisc.define.results import AnalysisResultDisplays
from ced_cdisc.define.shared import CodeList, CommentDef, DocumentRef, Leaf, MethodDef


class StudyName(Node):
    """The short name of the study."""

    tag = "StudyName"
    text: str = text()


class StudyDescription(Node):
    """What the study is about."""

    tag = "StudyDescription"
    text: str = text()


class ProtocolName(Node):
    """The sponsor's name of the protocol."""

    tag = "ProtocolName"
    text: str = text()


class GlobalVariables(Node):
    """The names of the study."""

    tag = "GlobalVariables"
    study_name: StudyName | None = child(StudyName)
    study_description: StudyDescription | None = child(StudyDescription)
    protocol_name: ProtocolName | None = child(ProtocolName)


class Standard(Node):
    """A standard or a package of controlled terminology (2.1)."""

    tag = "def:Standard"
    oid: str = attribute("OID", required=True)
    name: str | None = attribute("Name")
    type: str | None = attribute("Type")
    publishing_set: str | None = attribute("PublishingSet")
    version: str | None = attribute("Version")
    status: str | None = attribute("Status")
    comment_oid: str | None = attribute("def:CommentOID")


class Standards(Node):
    """All standards (2.1)."""

    tag = "def:Standards"
    standards: tuple[Standard, ...] = children(Standard)


class AnnotatedCRF(Node):
    """References to the annotated CRF."""

    tag = "def:AnnotatedCRF"
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


class SupplementalDoc(Node):
    """References to reviewer's guides and other documents."""

    tag = "def:SupplementalDoc"
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


class MetaDataVersion(Node):
    """All definitions. ``standard_name`` and ``standard_version`` are of 2.0, ``standards`` is of 2.1."""

    tag = "MetaDataVersion"
    oid: str = attribute("OID", required=True)
    name: str | None = attribute("Name")
    description: str | None = attribute("Description")
    define_version: str | None = attribute("def:DefineVersion")
    standard_name: str | None = attribute("def:StandardName")
    standard_version: str | None = attribute("def:StandardVersion")
    comment_oid: str | None = attribute("def:CommentOID")
    standards: Standards | None = child(Standards)
    annotated_crf: AnnotatedCRF | None = child(AnnotatedCRF)
    supplemental_doc: SupplementalDoc | None = child(SupplementalDoc)
    value_lists: tuple[ValueListDef, ...] = children(ValueListDef)
    where_clauses: tuple[WhereClauseDef, ...] = children(WhereClauseDef)
    item_groups: tuple[ItemGroupDef, ...] = children(ItemGroupDef)
    items: tuple[ItemDef, ...] = children(ItemDef)
    code_lists: tuple[CodeList, ...] = children(CodeList)
    methods: tuple[MethodDef, ...] = children(MethodDef)
    comments: tuple[CommentDef, ...] = children(CommentDef)
    leaves: tuple[Leaf, ...] = children(Leaf)
    result_displays: AnalysisResultDisplays | None = child(AnalysisResultDisplays)


class Study(Node):
    """The study."""

    tag = "Study"
    oid: str = attribute("OID", required=True)
    global_variables: GlobalVariables | None = child(GlobalVariables)
    metadata_version: MetaDataVersion = child(MetaDataVersion, required=True)


class Odm(Node):
    """The whole file.

    Attributes:
        version: of Define-XML, by the namespace of the file.
        namespaces: prefix and address of the vendor namespaces that the root declares.
        prolog: markup of comments and processing instructions before the root, such as the stylesheet.
        epilog: the same after the root.
    """

    tag = "ODM"
    odm_version: str | None = attribute("ODMVersion")
    file_type: str | None = attribute("FileType")
    granularity: str | None = attribute("Granularity")
    archival: str | None = attribute("Archival")
    file_oid: str | None = attribute("FileOID")
    creation_date_time: str | None = attribute("CreationDateTime")
    prior_file_oid: str | None = attribute("PriorFileOID")
    as_of_date_time: str | None = attribute("AsOfDateTime")
    originator: str | None = attribute("Originator")
    source_system: str | None = attribute("SourceSystem")
    source_system_version: str | None = attribute("SourceSystemVersion")
    id: str | None = attribute("ID")
    description: str | None = attribute("Description")
    context: str | None = attribute("def:Context")
    study: Study = child(Study, required=True)
    version: Version = "2.1"
    namespaces: tuple[tuple[str, str], ...] = ()
    prolog: tuple[str, ...] = ()
    epilog: tuple[str, ...] = ()

    @property
    def metadata(self) -> MetaDataVersion:
        """All definitions."""
        return self.study.metadata_version
