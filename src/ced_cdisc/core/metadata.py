"""The metadata model that the XPT files and define.xml are both written from.

Values are final: the builders fill them from the plan and the data, the writers only write them.
Terms are those of Define-XML 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from ced_cdisc.core.arm import ResultDisplay


XPT_TEXT_BYTES = 200
"""The longest text that XPT v5 holds [bytes]; longer values are refused, never cut."""

DataType = Literal[
    "text",
    "integer",
    "float",
    "date",
    "time",
    "datetime",
    "partialDate",
    "partialTime",
    "partialDatetime",
    "incompleteDatetime",
    "durationDatetime",
    "intervalDatetime",
]
OriginType = Literal["Collected", "Derived", "Assigned", "Protocol", "Predecessor"]
OriginSource = Literal["Subject", "Investigator", "Vendor", "Sponsor"]
FileFormat = Literal["xpt", "json", "ndjson", "dsjc", "parquet"]
"""What a build writes datasets as; of several the first in this order is the file that define.xml names."""
DocumentKind = Literal["acrf", "csdrg", "adrg", "supplemental", "other"]
Comparator = Literal["EQ", "NE", "IN", "NOTIN", "LT", "LE", "GT", "GE"]


class Document(Struct, frozen=True):
    """A file that define.xml points to (leaf): annotated CRF, reviewer's guide, SAP."""

    id: str
    title: str
    href: str
    kind: DocumentKind = "other"
    made: bool = False
    """Whether the build makes it; else it is the user's own."""
    file: str = ""
    """Where the user's own lies, from the folder of define.yaml; empty where that is not told."""


class DocumentRef(Struct, frozen=True):
    """A reference into a document, with physical pages or one named destination."""

    document: str
    pages: tuple[int, ...] = ()
    destination: str = ""


class Origin(Struct, frozen=True):
    """Where values come from. ``description`` holds DATASET.VARIABLE for a predecessor."""

    type: OriginType
    source: OriginSource | None = None
    description: str = ""
    documents: tuple[DocumentRef, ...] = ()


class Method(Struct, frozen=True):
    """How a derived value is computed: a sentence for people and the formula of the spec."""

    id: str
    name: str
    type: Literal["Computation", "Imputation"]
    text: str
    formula: str = ""
    documents: tuple[DocumentRef, ...] = ()


class Comment(Struct, frozen=True):
    """A comment that define.xml attaches to a dataset, a variable, a value, a codelist or a standard."""

    id: str
    text: str
    documents: tuple[DocumentRef, ...] = ()
    is_condition: bool = False
    """It tells the condition of values whose line has no words of its own."""


class Term(Struct, frozen=True):
    """One value of a codelist. ``extended`` marks a sponsor term that the published list lacks."""

    value: str
    decode: str = ""
    code: str = ""
    extended: bool = False


class Codelist(Struct, frozen=True):
    """A codelist: published (``code`` is its NCI code), the sponsor's own, or an external dictionary.

    ``standard`` is the id of the :class:`Standard` the list was published in, or empty for sponsor lists.
    An ``open`` list takes in the values that the data hold besides its terms.
    """

    id: str
    name: str
    data_type: Literal["text", "integer", "float"] = "text"
    code: str = ""
    standard: str = ""
    terms: tuple[Term, ...] = ()
    dictionary: str = ""
    version: str = ""
    comment: Comment | None = None
    open: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether its terms are all there may be."""
        return not self.dictionary and not self.open


class Lineage(Struct, frozen=True):
    """Which lines of the specs make a value, and what these lines read; define.xml has no place for it.

    Attributes:
        places: lines of spec files, named from the folder that holds them: ``mappings/sdtm/ae.yaml:20``.
        variables: variables and supplemental qualifiers of the study's datasets: ``AE.AESTDTC``.
        columns: columns of raw tables, and what is known of visits: ``ae.AESTDT``.
    """

    places: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


class RangeCheck(Struct, frozen=True):
    """One condition of a where clause; several in one clause are joined by AND."""

    dataset: str
    variable: str
    comparator: Comparator
    values: tuple[str, ...]


class ValueLevel(Struct, frozen=True):
    """Metadata of a variable for the records that meet ``where``.

    ``where_comment`` says how the records are joined where ``where`` looks into another dataset.
    """

    where: tuple[RangeCheck, ...]
    label: str
    type: DataType
    length: int
    significant_digits: int | None = None
    display_format: str = ""
    mandatory: bool = False
    origin: Origin | None = None
    method: Method | None = None
    codelist: Codelist | None = None
    comment: Comment | None = None
    where_comment: Comment | None = None
    lineage: Lineage | None = None


class Variable(Struct, frozen=True):
    """A variable of a dataset, as it stands in the XPT file and in define.xml.

    ``xpt_type`` and ``xpt_length`` [bytes] rule the file; ``type`` and ``length`` [characters or digits]
    rule define.xml. ``format`` is a SAS format such as ``DATE9.``, written into the XPT as well.
    """

    name: str
    label: str
    type: DataType
    length: int
    xpt_type: Literal["Char", "Num"]
    xpt_length: int
    significant_digits: int | None = None
    format: str = ""
    core: Literal["Req", "Exp", "Perm", "Cond", ""] = ""
    role: str = ""
    mandatory: bool = False
    key: int | None = None
    origin: Origin | None = None
    method: Method | None = None
    codelist: Codelist | None = None
    comment: Comment | None = None
    value_level: tuple[ValueLevel, ...] = ()
    has_no_data: bool = False
    lineage: Lineage | None = None


class DatasetMetadata(Struct, frozen=True):
    """A dataset: its name, label, class, structure and variables in order.

    ``domain`` is empty for ADaM and RELREC; for SUPPAE it is AE. ``standard`` is the id of a
    :class:`Standard`; empty means a non-standard dataset (a custom domain). ``has_no_data`` marks a planned
    dataset that has no file; its ``comment`` says why. ``format`` is that of the file define.xml names.
    """

    name: str
    label: str
    domain: str
    class_name: str
    structure: str
    variables: tuple[Variable, ...]
    purpose: Literal["Tabulation", "Analysis"]
    standard: str = ""
    subclass: str = ""
    repeating: bool = True
    reference_data: bool = False
    comment: Comment | None = None
    parent_label: str = ""
    has_no_data: bool = False
    format: FileFormat = "xpt"

    @property
    def file(self) -> str:
        """The name of the file beside define.xml."""
        return f"{self.name.lower()}.{self.format}"

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the key variables in key order."""
        keyed = [(v.key, v.name) for v in self.variables if v.key is not None]
        return tuple(name for _, name in sorted(keyed))

    def variable(self, name: str) -> Variable:
        """The variable of that name.

        Raises:
            KeyError: the dataset has no such variable.
        """
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise KeyError(name)


class Standard(Struct, frozen=True):
    """A standard that the package cites: an implementation guide or a CT package."""

    id: str
    name: str
    type: Literal["IG", "CT"]
    version: str
    status: str = "Final"
    publishing_set: str = ""
    comment: Comment | None = None


class PackageMetadata(Struct, frozen=True):
    """Everything one define.xml says: a study's SDTM or ADaM package.

    ``created`` is the time that the study gives its files, and the data were cut at ``snapshot``; no clock
    is read anywhere.
    """

    study_oid: str
    study_name: str
    study_description: str
    protocol_name: str
    name: str
    description: str
    created: datetime
    standards: tuple[Standard, ...]
    datasets: tuple[DatasetMetadata, ...]
    documents: tuple[Document, ...] = ()
    comment: Comment | None = None
    displays: tuple[ResultDisplay, ...] = ()
    originator: str = ""
    snapshot: datetime | None = None
    extra: dict[str, str] = field(default_factory=dict[str, str])


def merge_origins(origins: Iterable[Origin]) -> Origin:
    """Origins of one type and source as one, with all their pages; of different types, the first."""
    listed = list(origins)
    first = listed[0]
    if any(
        (o.type, o.source, o.description) != (first.type, first.source, first.description) for o in listed
    ):
        return first
    refs: dict[tuple[str, str], set[int]] = {}
    for ref in (ref for origin in listed for ref in origin.documents):
        refs.setdefault((ref.document, ref.destination), set()).update(ref.pages)
    documents = (DocumentRef(name, tuple(sorted(pages)), where) for (name, where), pages in refs.items())
    return replace(first, documents=tuple(documents))
