"""The mapping language as classes: the reference docs and the JSON Schema are generated from these.

Every text is a :class:`~ced_cdisc.spec.source.Text` that knows its place; expressions stay text here and are
parsed by :mod:`ced_cdisc.plan`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ced_cdisc.spec.base import Model, Words, Yes, collected
from ced_cdisc.spec.source import Text


class Case(Model):
    """One branch of ``cases:``; the first whose condition is true wins. ``else`` stands last."""

    when: Text | None = None
    then: Text | None = None
    else_: Text | None = Field(None, alias="else")


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

    ct: dict[Text, Text | None] | None = Field(None, description="Raw codes and their terms.")
    else_: Text | None = Field(None, alias="else", description="The term for every code not in ct.")
    date: Words | None = Field(
        None, description="Formats of a collected date, or the name of a list of them."
    )
    time: Text | None = Field(None, description="The raw column of the time that belongs to the date.")
    when: Text | None = Field(None, description="The value is set only where this condition is true.")
    where: Text | None = Field(None, description="flag: the records that may be flagged.")
    by: Words | None = Field(None, description="flag: the variables that, with the subject, form a group.")
    order: Words | None = Field(None, description="flag: what orders the records of a group; 'desc' falls.")
    as_: Text | None = Field(None, alias="as", description="Method text that replaces the generated one.")
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


Line = Annotated[LineSpec, BeforeValidator(collected)]


class NotDone(Model):
    """When a test was not done, and why: --STAT and --REASND."""

    when: Text
    reason: Line | None = None


class TestSpec(Model):
    """One test of a findings domain made from one raw column (wide to long)."""

    __test__ = False

    test: Text
    label: Text | None = Field(None, description="--TEST, where the terminology has none for the code.")
    result: Line
    unit: Line | None = None
    standard: Text | None = Field(None, description="Standard unit; the result is converted to it.")
    decimals: int | None = Field(None, description="Decimals of the standard result.")
    value: Text | None = Field(None, description="Expression of the numeric standard result.")
    kind: Literal["number", "text"] = "number"
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])


class InstrumentUse(Model):
    """The items of an instrument as tests; {column} in ``result`` stands for the item's raw column."""

    instrument: Text
    result: Line


class BlockSpec(Model):
    """Rows from one source; ``for`` repeats the block with {names} replaced."""

    from_: Text | None = Field(None, alias="from")
    with_: dict[Text, Words] = Field(default_factory=dict[Text, list[Text]], alias="with")
    where: Text | None = Field(None, description="Rows to take: a condition.")
    for_: list[dict[Text, Text]] | None = Field(None, alias="for")
    visit: Yes = False
    long: list[TestSpec] | None = None
    items: InstrumentUse | None = None
    not_done: NotDone | None = None
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])
    supp: dict[Text, Line] = Field(default_factory=dict[Text, Line])


class DomainSpec(BlockSpec):
    """mappings/sdtm/xx.yaml: one SDTM domain."""

    domain: Text
    label: Text | None = None
    class_: Literal["Findings", "Events", "Interventions"] | None = Field(None, alias="class")
    like: Text | None = Field(
        None, description="A custom domain: the published domain whose labels and codelists it takes over."
    )
    noun: Text | None = Field(
        None, description="A custom domain: what its tests are, for the labels of --TESTCD and --CAT."
    )
    structure: Text | None = None
    stack: list[BlockSpec] | None = None
    rows: list[dict[Text, Text | None]] | None = None
    origin: Literal["Protocol", "Assigned"] | None = Field(
        None, description="rows: where written values come from."
    )
    sort: Words | None = None
    omit: Words = Field(default_factory=list[Text], description="Variables not to fill in by default.")
    baseline: Text | None = Field(None, description="Condition of --LOBXFL; default: before DM.RFXSTDTC.")
    checks: Words = Field(default_factory=list[Text])
    comment: Text | None = None


class ParameterSpec(Model):
    """One parameter of a BDS dataset."""

    param: Text
    category: Text | None = Field(None, description="PARCAT1.")
    rows: Text | None = Field(None, description="Records of the source: a condition.")
    value: Text | None = Field(None, description="AVAL, an expression.")
    text: Text | None = Field(None, description="AVALC, an expression.")
    computed: Text | None = Field(None, description="AVAL from other parameters, one record for each `by`.")
    by: Words | None = None
    keep: Yes = True
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])


class ScaleUse(Model):
    """The scale scores of an instrument as computed parameters."""

    instrument: Text
    by: Words
    category: Text | None = None
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])


class Window(Model):
    """One analysis visit: whole days (or the condition ``where``) and the target day."""

    number: float
    days: Text | None = Field(None, description="From..to, both included; an end may be left open.")
    target: int | None = None
    where: Text | None = None


class WindowsSpec(Model):
    """AVISIT and its companions from a day count."""

    on: Text
    unit: Text
    visits: dict[Text, Window]


class AnalysisSpec(Model):
    """mappings/adam/adxx.yaml: one ADaM dataset."""

    dataset: Text
    label: Text
    class_: Literal["ADSL", "BDS", "OCCDS"] = Field(alias="class")
    structure: Text | None = None
    from_: Text = Field(alias="from")
    with_: dict[Text, Words] = Field(default_factory=dict[Text, list[Text]], alias="with")
    where: Text | None = None
    copy_: Words = Field(default_factory=list[Text], alias="copy")
    rows: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="Lines of each source record."
    )
    parameters: dict[Text, ParameterSpec] = Field(default_factory=dict[Text, ParameterSpec])
    scales: ScaleUse | None = None
    windows: WindowsSpec | None = None
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])
    order: Words | None = Field(None, description="The order of the variables; default: the standard's.")
    sort: Words
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
    formats: dict[Text, Words] = Field(default_factory=dict[Text, list[Text]])


class TableVisit(Model):
    """The columns that name a table's visit and its date."""

    name: Text
    date: Text
    witness: Yes = True


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
    policy: Literal["strict", "warn", "ignore"] | None = None
    columns: Words
    exclude: dict[Text, Text] = Field(default_factory=dict[Text, Text])


class TableDefaults(Model):
    """What holds for every table that does not say otherwise."""

    subject: Text | None = None
    recorded_by: Literal["Subject", "Investigator", "Vendor", "Sponsor"] = "Investigator"
    trim: Yes = False
    missing: Words = Field(default_factory=list[Text])
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
    raw: Words
    mode: Text | None = None


class VisitsSpec(Model):
    """mappings/visits.yaml."""

    visits: list[VisitSpec]
    unscheduled: Words = Field(default_factory=list[Text])
    date: Words


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
    """A score: the mean of the answered items, rescaled from lowest..highest to 0..100."""

    label: Text
    items: Words
    lowest: float
    highest: float
    least: int = Field(description="The fewest answered items for which a score is given.")
    recode: list[RecodeSpec] = Field(default_factory=list[RecodeSpec])


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
