"""The mapping language as classes: the reference docs and the JSON Schema are generated from these.

Every text is a :class:`~ced_cdisc.spec.source.Text` that knows its place; expressions stay text here and are
parsed by :mod:`ced_cdisc.plan`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ced_cdisc.spec.base import Model, Words, Yes, collected, kept, listed
from ced_cdisc.spec.rows import EachSpec, Match, MatchSpec, RelateSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.units import Unit


class Case(Model):
    """One branch of ``cases:``; the first whose condition is true wins. ``else`` stands last."""

    when: Text | None = None
    then: Text | None = None
    else_: Text | None = Field(None, alias="else")
    number: int | None = Field(None, description="The number of the branch, where the line has `number`.")


TextPolicy = Annotated[list[Literal["error", "split", "transliterate"]], BeforeValidator(listed)]
"""What is done with a text over 200 bytes and with one that is not ASCII; ``error`` stands alone."""


class LineSpec(Model):
    """One variable: exactly one verb, which is its origin, and modifiers."""

    collect: Text | None = Field(None, description="A raw column: origin Collected.")
    assign: Text | None = Field(None, description="A constant: origin Assigned.")
    protocol: Text | None = Field(None, description="A constant of the protocol: origin Protocol.")
    derive: Text | None = Field(None, description="An expression: origin Derived, with a method.")
    cases: list[Case] | None = Field(
        None, description="Branches, first match wins: origin Derived, with a method."
    )
    copy_: Text | None = Field(None, alias="copy", description="DATASET.VARIABLE: origin Predecessor.")
    flag: Literal["first", "last"] | None = Field(
        None, description="Y on one record of each group: origin Derived."
    )
    absent: Text | None = Field(None, description="Planned but not collected, and why: no data.")
    impute: Text | None = Field(None, description="A complete date from ISO 8601 text: origin Derived.")
    ticks: dict[Text, Text] | None = Field(
        None, description="Raw columns that may be ticked, each with its term: origin Derived."
    )
    several: Text | None = Field(None, description="ticks: the term where more than one is ticked.")
    nth: int | None = Field(None, description="ticks: the term of the nth that is ticked, of several.")

    ct: dict[Text, Text | None] | None = Field(None, description="Raw codes and their terms.")
    match: Literal["submission value", "synonym", "preferred term"] | None = Field(
        None, description="Codes that are not in ct are matched with the terms of the codelist."
    )
    case: Literal["ignore"] | None = Field(None, description="ct, match: letter case does not matter.")
    else_: Text | None = Field(None, alias="else", description="The term for every code not in ct.")
    date: Words | None = Field(
        None, description="Formats of a collected date, or the name of a list of them."
    )
    time: Text | None = Field(
        None, description="The raw column of the time; impute: first, last or HH:MM:SS."
    )
    times: Words | None = Field(None, description="Formats of the time, or the name of a list of them.")
    when: Text | None = Field(None, description="The value is set only where this condition is true.")
    where: Text | None = Field(None, description="flag: the records that may be flagged.")
    by: Words | None = Field(None, description="flag: the variables that, with the subject, form a group.")
    order: Words | None = Field(None, description="flag: what orders the records of a group; 'desc' falls.")
    highest: Literal["none", "second", "minute", "hour", "day", "month", "year"] | None = Field(
        None, description="impute: the highest part that may be imputed."
    )
    to: Text | None = Field(None, description="impute: first, mid, last, or a month and day such as 06-15.")
    not_before: Words | None = Field(None, description="impute: dates that the imputed one is not before.")
    not_after: Words | None = Field(None, description="impute: dates that the imputed one is not after.")
    flags: Words | None = Field(
        None, description="impute: the names of the imputation flags, of date and time; or none."
    )
    unknown: Literal["report", "accept"] | None = Field(
        None, description="Whether records for which a condition of the line is unknown are reported."
    )
    as_: Text | None = Field(None, alias="as", description="Method text that replaces the generated one.")
    number: Text | None = Field(
        None, description="cases of an analysis dataset: the variable that holds the number of the branch."
    )
    label: Text | None = None
    codelist: Text | None = Field(
        None, description="Codelist by NCI code or by name in define/codelists.yaml."
    )
    format: Text | None = Field(None, description="SAS format, such as DATE9.")
    decimals: int | None = Field(None, description="Number of decimals planned.")
    length: int | None = Field(None, description="Planned length in the XPT file [bytes].")
    comment: Text | None = None
    source: Literal["Subject", "Investigator", "Vendor", "Sponsor"] | None = None
    page: int | None = Field(None, description="Page of the annotated CRF, where the table has none.")
    evaluator: Text | None = Field(None, description="supp: QEVAL.")
    idvar: Text | None = Field(None, description="supp: IDVAR, in place of --SEQ.")
    text: TextPolicy | None = Field(
        None, description="Texts that a transport file cannot hold: error, split, transliterate."
    )

    @property
    def decodes(self) -> bool:
        """Whether raw codes become terms: by ``ct``, ``match`` or ``case``."""
        return self.ct is not None or self.match is not None or self.case is not None


Line = Annotated[LineSpec, BeforeValidator(collected)]


class NotDone(Model):
    """When a test was not done, and why: --STAT and --REASND."""

    when: Text
    reason: Line | None = None


class RangeSpec(Model):
    """The reference range beside a result, in the unit of the result."""

    low: Line | None = None
    high: Line | None = None


class CodedTest(Model):
    """One test of a table that has its tests in rows; what it leaves open, the block says."""

    label: Text | None = Field(None, description="--TEST, where the terminology has none for the code.")
    unit: Line | None = None
    standard: Text | None = Field(None, description="Standard unit; the result is converted to it.")
    decimals: int | None = Field(None, description="Decimals of the standard result.")
    value: Text | None = Field(None, description="Expression of the numeric standard result.")
    kind: Literal["number", "text"] = "number"
    range: RangeSpec | None = None
    flags: dict[Text, Text] | None = None
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])


class TestSpec(CodedTest):
    """One test of a findings domain made from one raw column (wide to long)."""

    __test__ = False

    test: Text
    result: Line


class InstrumentUse(Model):
    """The items of an instrument as tests; {column} in ``result`` stands for the item's raw column."""

    instrument: Text
    result: Line


class BlockSpec(Model):
    """Rows from one source; ``for`` repeats the block with {names} replaced."""

    from_: Text | None = Field(None, alias="from")
    with_: dict[Text, Match] = Field(default_factory=dict[Text, MatchSpec], alias="with")
    each: EachSpec | None = None
    where: Text | None = Field(None, description="Rows to take: a condition.")
    for_: list[dict[Text, Text]] | None = Field(None, alias="for")
    visit: Yes = False
    long: list[TestSpec] | None = None
    test: Line | None = Field(None, description="Tests in rows: the raw column of the test; ct gives codes.")
    tests: dict[Text, CodedTest | None] = Field(default_factory=dict[Text, CodedTest | None])
    result: Line | None = Field(None, description="Tests in rows: the raw column of the result.")
    unit: Line | None = Field(None, description="The unit of tests that give none.")
    range: RangeSpec | None = Field(None, description="The reference range of tests that give none.")
    flags: dict[Text, Text] | None = Field(None, description="Flags behind numbers (10.2 H) and their terms.")
    items: InstrumentUse | None = None
    not_done: NotDone | None = None
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])
    supp: dict[Text, Line] = Field(default_factory=dict[Text, Line])


class DomainSpec(BlockSpec):
    """mappings/sdtm/xx.yaml: one SDTM domain."""

    domain: Text
    dataset: Text | None = Field(
        None, description="The name of a part, where a domain is split into several datasets."
    )
    label: Text | None = None
    class_: Literal["Findings", "Findings About", "Events", "Interventions"] | None = Field(
        None, alias="class"
    )
    like: Text | None = Field(
        None, description="A custom domain: the published domain whose labels and codelists it takes over."
    )
    noun: Text | None = Field(
        None, description="A custom domain: what its tests are, for the labels of --TESTCD and --CAT."
    )
    structure: Text | None = None
    stack: list[BlockSpec] | None = None
    rows: list[dict[Text, Text | None]] | None = None
    relate: list[RelateSpec] | None = None
    origin: Literal["Protocol", "Assigned"] | None = Field(
        None, description="rows: where written values come from."
    )
    sort: Words | None = None
    omit: Words = Field(default_factory=list[Text], description="Variables not to fill in by default.")
    baseline: Text | None = Field(None, description="Condition of --LOBXFL; default: before DM.RFXSTDTC.")
    checks: Words = Field(default_factory=list[Text])
    comment: Text | None = None


class StudyInfo(Model):
    """Who the study is."""

    id: Text
    name: Text
    title: Text
    protocol: Text


class Standards(Model):
    """The pinned standards."""

    sdtmig: Text
    sdtm: Text
    adamig: Text
    ct: dict[Text, Text]


class StudySpec(Model):
    """mappings/study.yaml."""

    extends: Words = Field(
        default_factory=list[Text],
        description="Layers: folders of mappings, relative to this file; later ones go before earlier ones.",
    )
    datasets: Words = Field(
        default_factory=list[Text],
        description="Datasets of a layer to build, beside those of which the study has a file.",
    )
    study: StudyInfo
    standards: Standards
    snapshot: Text
    usubjid: Text
    sequence: Literal["sorted", "pinned"] = Field(
        "sorted", description="--SEQ: by the order of the keys, or kept from build to build in sequence.lock."
    )
    formats: dict[Text, Words] = Field(
        default_factory=dict[Text, list[Text]], description="Lists of date formats."
    )
    times: dict[Text, Words] = Field(
        default_factory=dict[Text, list[Text]], description="Lists of time formats."
    )
    pivot: int | None = Field(None, description="The first of the hundred years that two-digit years mean.")
    text: TextPolicy | None = Field(None, description="The text policy of lines that give none.")
    units: dict[Text, Unit] = Field(
        default_factory=dict[Text, Unit],
        description="Spellings of units and factors of the study; they go before the table.",
    )


class TableVisit(Model):
    """The columns that name a table's visit and its date; without a name the day decides."""

    name: Text | None = None
    date: Text
    witness: Yes = True


class DuplicatesSpec(Model):
    """Which of several records with one key is kept: by a date, or by a number."""

    keep: Literal["identical", "latest", "earliest", "last", "first"]
    by: Text | None = Field(None, description="The column that decides.")
    date: Words | None = Field(None, description="latest, earliest: formats of `by`; default: ISO 8601.")


class TableSpec(Model):
    """One raw table: the contract."""

    file: Text
    format: Literal["csv", "xlsx"] | None = None
    sheet: Text | None = None
    delimiter: Text | None = None
    encoding: Text | None = None
    key: Words
    subject: Text | None = None
    page: int | None = None
    recorded_by: Literal["Subject", "Investigator", "Vendor", "Sponsor"] | None = None
    visit: TableVisit | None = None
    trim: Yes | None = None
    missing: Words | None = None
    decimal: Literal["point", "comma"] | None = Field(None, description="The decimal sign of its numbers.")
    thousands: Yes | None = Field(None, description="Whether thousands are separated: 1,234.5.")
    policy: Literal["strict", "warn", "ignore"] | None = Field(
        None, description="What a column is that only the file or only the contract has."
    )
    duplicates: Annotated[DuplicatesSpec, BeforeValidator(kept)] | None = None
    columns: Words
    exclude: dict[Text, Text] = Field(default_factory=dict[Text, Text])


class TableDefaults(Model):
    """What holds for every table that does not say otherwise."""

    subject: Text | None = None
    recorded_by: Literal["Subject", "Investigator", "Vendor", "Sponsor"] = "Investigator"
    trim: Yes = False
    missing: Words = Field(default_factory=list[Text])
    decimal: Literal["point", "comma"] = "point"
    thousands: Yes = False
    policy: Literal["strict", "warn", "ignore"] = "strict"
    visit: TableVisit | None = None
    columns: Words = Field(default_factory=list[Text])
    exclude: dict[Text, Text] = Field(default_factory=dict[Text, Text])


class SourcesSpec(Model):
    """mappings/sources.yaml."""

    defaults: TableDefaults = Field(default_factory=TableDefaults)
    tables: dict[Text, TableSpec]


class VisitSpec(Model):
    """A visit of the protocol."""

    number: float
    visit: Text
    day: int | None = None
    days: Text | None = Field(
        None, description="Days that mean the visit where no name was collected: -3..3."
    )
    raw: Words = Field(default_factory=list[Text])
    repeats: Yes = Field(False, description="One table may have the visit on several dates.")
    mode: Text | None = None


class VisitsSpec(Model):
    """mappings/visits.yaml."""

    visits: list[VisitSpec]
    unscheduled: Words = Field(default_factory=list[Text])
    date: Words
    day1: Text | None = Field(None, description="Raw column whose earliest date is the subject's day 1.")


class ItemSpec(Model):
    """One item of an instrument."""

    label: Text
    column: Text
    scale: Text | None = None


class RecodeSpec(Model):
    """An answer that counts as another one, or as missing, in a score."""

    code: float
    to: Text
    items: Words | None = None


class ScaleSpec(Model):
    """A score of answered items: their mean or sum, as it is or rescaled.

    By itself a mean is rescaled to 0..100, and a sum is not.
    """

    label: Text
    items: Words
    score: Literal["mean", "sum"] = "mean"
    lowest: float | None = Field(None, description="The lowest answer; needed to reverse or to rescale.")
    highest: float | None = Field(None, description="The highest answer.")
    reverse: Words = Field(
        default_factory=list[Text], description="Items that count as lowest + highest - answer."
    )
    least: Text = Field(description="The fewest answered items, as a number or a share such as 50%.")
    prorate: Yes = Field(False, description="sum: items without answer count as the mean of the others.")
    to: Text | None = Field(None, description="The ends to rescale to, such as 0..100, or `as answered`.")
    recode: list[RecodeSpec] = Field(default_factory=list[RecodeSpec])
    decimals: int | None = Field(None, description="Decimals of the score in define.xml.")


class InstrumentSpec(Model):
    """mappings/instruments/xx.yaml."""

    instrument: Text
    category: Text
    items: dict[Text, ItemSpec]
    scales: dict[Text, ScaleSpec] = Field(default_factory=dict[Text, ScaleSpec])


class DocumentSpec(Model):
    """A document that define.xml points to."""

    title: Text
    href: Text
    kind: Literal["acrf", "supplemental", "other"] = "other"
    package: Literal["sdtm", "adam", "both"] = "both"


class CodelistSpec(Model):
    """A codelist of the sponsor, or terms added to a published one (``extends``)."""

    name: Text | None = None
    extends: Text | None = None
    subset: Words = Field(
        default_factory=list[Text], description="extends: the only published terms of this list."
    )
    type: Literal["text", "integer"] = Field("text", description="The type of the coded values.")
    open: Yes = Field(False, description="Other values are no fault; those found are listed.")
    terms: dict[Text, Text | None] = Field(default_factory=dict[Text, Text | None])
    dictionary: Text | None = None
    version: Text | None = None
    variables: Words = Field(
        default_factory=list[Text],
        description="Variables that use the list: AEREL, ADCF.CRIT1 in one dataset only, "
        "TSVAL.SEXPOP where the variable that divides it has that value.",
    )
    exception: Text | None = Field(
        None, description="extends: why terms may be added to a list that is not extensible."
    )
    comment: Text | None = None
    names: Text | None = Field(None, description="The list whose terms are the decodes' own codelist.")


class DefineSpec(Model):
    """define/define.yaml: what only define.xml needs."""

    documents: dict[Text, DocumentSpec] = Field(default_factory=dict[Text, DocumentSpec])
    codelists: dict[Text, CodelistSpec] = Field(default_factory=dict[Text, CodelistSpec])
    comments: dict[Text, Text] = Field(default_factory=dict[Text, Text])
