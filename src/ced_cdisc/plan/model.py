"""The plan: what is to be built, with every name, type, term and order resolved, before any data is read.

Two engines carry the same plan out: :mod:`ced_cdisc.convert` on polars frames, and
:mod:`ced_cdisc.recompute` one record at a time. The plan holds no frames and imports no engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeVar

from msgspec import Struct, field

from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.core.metadata import Codelist, Comment, Document, FileFormat, Method, Origin, Standard
from ced_cdisc.derivations.record import Derivation
from ced_cdisc.expr.tree import Node, Type
from ced_cdisc.plan.analyses import DisplayPlan, FigurePlan, ResultPlan
from ced_cdisc.plan.lookup import Lookup
from ced_cdisc.plan.persons import Persons
from ced_cdisc.plan.raw import AskedText, IsoDate, RawTable, VisitPlan
from ced_cdisc.plan.told import Asked, Report
from ced_cdisc.spec.text import Text

T = TypeVar("T")

SUPP = "supp."
"""Prefix of a supplemental qualifier's name among the lines of its parent: ``supp.AERELAPH``."""


PERSON = "APID"
"""Who a record of associated persons is about; elsewhere that is USUBJID."""


def is_associated(domain: str) -> bool:
    """Whether a domain code is one of associated persons (SDTM 2.0), such as APMH."""
    return len(domain) == 4 and domain.startswith("AP")


def prefix_of(domain: str) -> str:
    """The prefix of a domain's variables: AE of AE, MH of APMH."""
    return domain[2:] if is_associated(domain) else domain[:2]


NONE = "(none)"
"""Stands for a missing text in an expression where that is a fault."""


class TextPolicy(Struct, frozen=True):
    """What is done with texts of a line that a transport file cannot hold; else they are faults.

    ``split``: texts over 200 bytes are continued elsewhere. ``transliterate``: other characters are written
    in ASCII. ``given``: the line itself says so, not the study.
    """

    split: bool = False
    transliterate: bool = False
    given: bool = False


KEY = "__KEY"
"""Hidden variable of pinned studies: what a record was made from, in words."""
Identity = tuple[str, str]
"""What tells a record from all others of its dataset, in every build: USUBJID and KEY."""


class Pinned(Struct, frozen=True):
    """Numbers of records that are kept from build to build.

    After the line of ``variable`` has numbered the records in the order of the keys, those in ``known`` get
    their number back; the others get, in that order, the numbers above the subject's ``highest``.
    """

    variable: str
    known: Mapping[Identity, int]
    highest: Mapping[str, int]


class Line(Struct, frozen=True):
    """One variable of one block: its expression and what define.xml will say of it.

    ``tree`` gives the value; a ``when`` of the spec is already in it. ``origin`` and ``method`` are compiled
    from the same line. ``text`` is the expression's text in the spec, for messages that point into it.
    """

    variable: str
    tree: Node
    type: Type
    verb: str
    where: Location
    origin: Origin
    method: Method | None = None
    comment: Comment | None = None
    codelist: Codelist | None = None
    """A codelist that binds this line's values alone, beside the variable's."""
    text: Text | None = None
    policy: TextPolicy = TextPolicy()
    reports: tuple[Report, ...] = ()
    unknown: Asked = ""
    """What the spec says of conditions of the line that are neither true nor false."""


class Block(Struct, frozen=True, weakref=True):
    """Rows from one source.

    ``source`` is a raw table, a dataset, ``visits`` (one row a subject and visit), or empty for written
    ``rows``. ``keep`` selects rows of the source. ``lines`` stand in the order in which they can be
    computed; each may refer to raw columns (``ae.AETERM``), columns of look-ups, and variables of earlier
    lines. No line of a block looks at other rows of its dataset.
    """

    number: int
    source: str
    kind: Literal["raw", "dataset", "visits", "rows"]
    lines: tuple[Line, ...]
    keep: Node | None = None
    lookups: tuple[Lookup, ...] = ()
    rows: tuple[Mapping[str, str | float | None], ...] = ()
    where: Location = field(default_factory=lambda: Location(""))
    each: tuple[str, str] | None = None
    """A raw column that holds a list of texts, and what separates them: the row is repeated for each part
    that is not blank, with ``each.TEXT`` and ``each.NUMBER``. A row without a part is a fault of the data,
    unless ``keep`` is false for it (both of these are missing there)."""
    each_where: Location = field(default_factory=lambda: Location(""))
    reports: tuple[Report, ...] = ()
    unknown: Asked = ""
    """What the spec says of records for which ``keep`` is neither true nor false."""
    visit: tuple[str, str] | None = None
    """Of a raw block with visits the raw columns of the visit's name and date; empty where there is none."""


class Computed(Struct, frozen=True):
    """Records that are computed from the records so far: one for each subject and values of ``by``.

    Groups are formed from the records for which ``keep`` is true. In ``lines`` the ``by`` variables stand for
    the group's values, and an aggregate without dataset goes over the records so far, matched by subject and
    its ``on`` variables. The new records are appended after each :class:`Computed`. ``first`` are lines over
    the records so far, computed before the groups are formed.
    """

    by: tuple[str, ...]
    keep: Node | None
    lines: tuple[Line, ...]
    where: Location
    present: str = ""
    """A record is kept only where this variable came out non-missing (AVAL); empty: always."""
    first: tuple[Line, ...] = ()
    dtype: str = ""
    """DTYPE, where the records are derived within their parameter."""
    reports: tuple[Report, ...] = ()
    """What is told of the records that groups are formed from."""
    unknown: Asked = ""


class Demand(Struct, frozen=True):
    """A condition that every finished record must meet; one that does not is a fault, a warning or a note."""

    code: str
    message: str
    where: Location
    node: Node
    hint: str = ""
    severity: Severity = Severity.ERROR


class VariablePlan(Struct, frozen=True):
    """Metadata of a variable, before lengths and value levels are known from the data."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    kind: Type
    core: Literal["Req", "Exp", "Perm", "Cond", ""]
    role: str
    codelist: Codelist | None
    origin: Origin
    where: Location
    method: Method | None = None
    comment: Comment | None = None
    format: str = ""
    closed: bool = False
    """Whether values outside the codelist are a fault."""
    lists: tuple[Codelist, ...] = ()
    """Where lines have codelists of their own, those of all lines: each binds the values of its line."""
    absent: bool = False
    optional: bool = False
    """Filled in by the standard and permissible: left out where it holds nothing."""
    length: int | None = None
    decimals: int | None = None
    split: bool = False
    """Texts over 200 bytes are continued in supplemental qualifiers or further variables."""


class SupplementalPlan(Struct, frozen=True):
    """A supplemental qualifier: QNAM, QLABEL, QORIG, QEVAL."""

    name: str
    label: str
    origin: Origin
    evaluator: str
    where: Location
    codelist: Codelist | None = None
    method: Method | None = None
    comment: Comment | None = None
    split: bool = False
    idvar: str = ""
    """The variable of the parent that says which records it belongs to; empty: the person alone does."""
    evaluators: Codelist | None = None
    """The codelist of ``evaluator``."""


class Side(Struct, frozen=True):
    """One side of a relation: ``column`` (a variable or ``supp.QNAM``) links, ``idvar`` says which record."""

    dataset: str
    domain: str
    column: str
    idvar: str


class Relation(Struct, frozen=True):
    """Records of two datasets that a collected identifier links, within the subject.

    Each identifier that a record of ``other`` names (several, if ``separator`` is not empty) is one
    relationship with all records of ``one`` that have it; there must be one at least. RELID is ``id`` and
    --SEQ of the first of those records, so that it stays where the number stays.
    """

    id: str
    one: Side
    other: Side
    separator: str
    where: Location


class DatasetPlan(Struct, frozen=True):
    """One dataset.

    Building: the blocks' rows are stacked; ``computed`` appends records one after the other; ``lines`` are
    computed in order over the whole (they may use aggregates over this dataset without a dataset name, and
    variables of finished datasets); ``keep`` drops records that only fed others; records are sorted by
    ``sort`` (missing first, text by character code) and last by their key.
    ``phase`` 1 lines and blocks may refer to blocks of other datasets, ``lines`` to whole ones.
    """

    name: str
    kind: Literal["sdtm", "adam"]
    label: str
    domain: str
    class_name: str
    structure: str
    blocks: tuple[Block, ...]
    computed: tuple[Computed, ...]
    lines: tuple[Line, ...]
    sort: tuple[str, ...]
    variables: tuple[VariablePlan, ...]
    where: Location
    keep: Node | None = None
    numbered: str = ""
    """The variable that the standard numbers the records with, such as AESEQ; empty where it does not."""
    pinned: Pinned | None = None
    supplemental: tuple[SupplementalPlan, ...] = ()
    standard: str = ""
    subclass: str = ""
    reference_data: bool = False
    one_per_subject: bool = False
    comment: Comment | None = None
    checks: tuple[tuple[Text, Node], ...] = ()
    demands: tuple[Demand, ...] = ()
    decimals: Mapping[str, int] = field(default_factory=dict[str, int])
    """Decimals of AVAL, BASE and CHG by PARAMCD, where the spec gives them."""
    value_level: tuple[tuple[str, str], ...] = ()
    """Pairs (variable, variable by whose values its metadata differ): ("LBORRES", "LBTESTCD")."""
    value_level_also: Mapping[str, str] = field(default_factory=dict[str, str])
    """A second such variable, where the origins of the first one differ among the records of one value."""
    value_lists: Mapping[tuple[str, str], Codelist] = field(default_factory=dict[tuple[str, str], Codelist])
    """Codelists by (variable, value of the variable that divides it): ("TSVAL", "SEXPOP")."""
    relations: tuple[Relation, ...] = ()
    """RELREC: the relations whose records are made when all datasets are finished."""
    domain_label: str = ""
    """The label of the domain that this dataset is a part of; empty where it is the whole domain."""
    results: tuple[ResultPlan, ...] = ()
    figures: tuple[FigurePlan, ...] = ()

    @property
    def sequence(self) -> str:
        """The name of its --SEQ."""
        return f"{prefix_of(self.domain)}SEQ"

    def key_choices(self, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """What may identify a record: the variables of ``sort``, or these and the sequence number."""
        keys = tuple(key for key in self.sort if key in columns)
        number = self.sequence if self.kind == "sdtm" else "ASEQ"
        more = () if number in keys or number not in columns else ((*keys, number),)
        return (keys, *more) if keys else ()

    @property
    def person(self) -> str:
        """The variable that says who a record is about: USUBJID, or APID."""
        return PERSON if is_associated(self.domain) else "USUBJID"


class DatasetDigest(Struct, frozen=True):
    """What the plan of a dataset comes to, in digests: see :mod:`ced_cdisc.plan.dataset_key`.

    Attributes:
        whole: of everything, the places in the specs among it, which findings name, but for ``plug_ins``.
        made: of what its records are made of; labels, origins, comments and places are left out.
        reads: the names of all tables and datasets that it refers to, and ``visits``.
        plug_ins: of the files and packages whose plug-ins it calls, by how messages name them.
    """

    whole: str
    made: str
    reads: frozenset[str]
    plug_ins: Mapping[str, str]


class StudyPlan(Struct, frozen=True):
    """A whole study: raw tables, visits and datasets in the order in which they are built.

    The data were cut at ``snapshot``; ``created`` is the time that the files show, as no clock is read.
    ``usubjid`` is over ``SUBJECT``, the identifier in a raw table, and over tables that are looked up by it.
    Its analysis datasets read the SDTM of the ``pooled`` studies too, each in a folder below this one's.
    """

    study_id: str
    study_name: str
    study_title: str
    protocol: str
    snapshot: datetime
    created: datetime
    tables: Mapping[str, RawTable]
    usubjid: Node
    visits: VisitPlan | None
    datasets: tuple[DatasetPlan, ...]
    sdtm_standards: tuple[Standard, ...]
    adam_standards: tuple[Standard, ...]
    sdtm_documents: tuple[Document, ...]
    adam_documents: tuple[Document, ...]
    versions: Mapping[str, str]
    sequence: Literal["sorted", "pinned"] = "sorted"
    """Whether --SEQ is the order of the keys, or kept from build to build."""
    pooled: tuple[StudyPlan, ...] = ()
    folder: str = ""
    """Where a pooled study's specs, raw tables and output stand; empty for the study itself."""
    profile: str = ""
    displays: tuple[DisplayPlan, ...] = ()
    """The tables and figures of the report that show analysis results, in their order."""
    specs: tuple[str, str] = ("mappings", "mappings")
    """The folder of its specs: how messages name it, and how outputs do, wherever it stands."""
    derivations: tuple[Derivation, ...] = ()
    """The plug-ins that its specs may call; those that they do stand in the trees too."""
    persons: Persons = Persons()
    formats: tuple[FileFormat, ...] = ("xpt",)
    """What the datasets are written as; the first is what define.xml names."""
    iso_dates: tuple[IsoDate, ...] = ()
    """What its lines read as ISO 8601, those of datasets that are not built this time too."""
    asked: tuple[AskedText, ...] = ()
    """Texts that its expressions compare with what only the data tell, those of all its datasets."""
    digests: Mapping[str, DatasetDigest] = field(default_factory=dict[str, DatasetDigest])
    """What the plan of each dataset comes to, as the specs have it; empty where nothing is kept."""

    @property
    def studies(self) -> tuple[StudyPlan, ...]:
        """The study and those pooled with it."""
        return (self, *self.pooled)

    def qualified(self, name: str) -> str:
        """The name of a dataset, raw table or file among all studies: ``controls/DM``."""
        return f"{self.folder}/{name}" if self.folder else name

    def own(self, by_name: Mapping[str, T]) -> dict[str, T]:
        """What is this study's of a mapping by qualified names, by its plain names."""
        start = self.qualified("")
        found = {name.removeprefix(start): item for name, item in by_name.items() if name.startswith(start)}
        return {name: item for name, item in found.items() if "/" not in name}

    def dataset(self, name: str) -> DatasetPlan:
        """The plan of a dataset.

        Raises:
            KeyError: there is none of that name.
        """
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise KeyError(name)
