"""The mapping language as classes: the reference docs and the JSON Schema are generated from these.

Every text is a :class:`~ced_cdisc.spec.source.Text` that knows its place; expressions stay text here and are
parsed by :mod:`ced_cdisc.plan`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ced_cdisc.spec.base import Also, For, Model, Whole, Words, Yes, collected
from ced_cdisc.spec.rows import EachSpec, Match, MatchSpec, RelateSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.study import TextPolicy


class Case(Model):
    """One branch of ``cases:``; the first whose condition is true wins. ``else`` stands last."""

    when: Text | None = Field(None, description="A condition.")
    then: Text | None = Field(None, description="The value where it is true, an expression.")
    else_: Text | None = Field(None, alias="else", description="The value where no condition is true.")
    number: Whole | None = Field(None, description="The number of the branch, where the line has `number`.")


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
    nth: Whole | None = Field(None, description="ticks: the term of the nth that is ticked, of several.")

    ct: dict[Text, Text | None] | None = Field(None, description="Raw codes and their terms.")
    match: Literal["submission value", "synonym", "preferred term"] | None = Field(
        None, description="Codes that are not in ct are matched with the terms of the codelist."
    )
    case: Literal["ignore"] | None = Field(None, description="ct, match: letter case does not matter.")
    else_: Text | None = Field(None, alias="else", description="The term for every code not in ct.")
    date: Words | None = Field(
        None, description="Formats of a date, of collect, derive or cases, or the name of a list of them."
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
    gaps: Literal["accept"] | None = Field(
        None, description="cases: where no case holds the value is missing; else that is an error."
    )
    overlaps: Literal["accept"] | None = Field(
        None, description="cases: that cases with different values hold for a record is told of no more."
    )
    never: Literal["accept"] | None = Field(
        None, description="when: that the condition is true for no record is told of no more."
    )
    as_: Text | None = Field(None, alias="as", description="Method text that replaces the generated one.")
    number: Text | None = Field(
        None, description="cases of an analysis dataset: the variable that holds the number of the branch."
    )
    label: Text | None = Field(None, description="The label, where the standard gives none.")
    codelist: Text | None = Field(None, description="Codelist by NCI code or by name in define/define.yaml.")
    format: Text | None = Field(None, description="Analysis datasets: SAS format, such as DATE9.")
    decimals: Whole | None = Field(None, ge=0, description="Number of decimals planned.")
    length: Whole | None = Field(None, description="Planned length in the XPT file [bytes].")
    comment: Text | None = Field(None, description="The comment in define.xml.")
    source: Literal["Subject", "Investigator", "Vendor", "Sponsor"] | None = Field(
        None, description="Who recorded it, in place of the table."
    )
    page: Whole | None = Field(None, description="Page of the annotated CRF, in place of the table's.")
    evaluator: Text | None = Field(None, description="supp: QEVAL.")
    idvar: Text | None = Field(None, description="supp: IDVAR, in place of --SEQ.")
    text: TextPolicy | None = Field(
        None, description="Texts that a transport file cannot hold: error, split, transliterate."
    )

    @property
    def decodes(self) -> bool:
        """Whether raw codes become terms: by ``ct``, ``match`` or ``case``."""
        return self.ct is not None or self.match is not None or self.case is not None


Line = Annotated[LineSpec, BeforeValidator(collected), Also((Text,))]


class NotDone(Model):
    """When a test was not done, and why: --STAT and --REASND."""

    when: Text = Field(description="A condition: --STAT is NOT DONE.")
    reason: Line | None = Field(None, description="The line of --REASND.")


class RangeSpec(Model):
    """The reference range beside a result, in the unit of the result."""

    low: Line | None = Field(None, description="The line of --ORNRLO.")
    high: Line | None = Field(None, description="The line of --ORNRHI.")


class CodedTest(Model):
    """One test of a table that has its tests in rows; what it leaves open, the block says."""

    label: Text | None = Field(None, description="--TEST, where the terminology has none for the code.")
    unit: Line | None = Field(None, description="A unit, or the line of --ORRESU.")
    standard: Text | None = Field(None, description="Standard unit; the result is converted to it.")
    decimals: Whole | None = Field(None, ge=0, description="Decimals of the standard result.")
    value: Text | None = Field(None, description="Expression of --STRESN, in the standard unit.")
    kind: Literal["number", "text"] = Field("number", description="Whether results are numbers.")
    answers: Words | None = Field(
        None,
        description="The possible results: the codelist of --ORRES in define.xml; another one is a fault.",
    )
    range: RangeSpec | None = Field(None, description="The reference range.")
    flags: dict[Text, Text] | None = Field(None, description="Flags behind numbers (10.2 H) and their terms.")
    variables: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="Lines that hold for this test."
    )


class TestSpec(CodedTest):
    """One test of a findings domain made from one raw column (wide to long)."""

    __test__ = False

    test: Text = Field(description="--TESTCD.")
    result: Line = Field(description="The line of --ORRES.")


class InstrumentUse(Model):
    """The items of an instrument as tests; {column} in ``result`` stands for the item's raw column."""

    instrument: Text = Field(description="The instrument.")
    result: Line = Field(description="The line of --ORRES.")


class BlockSpec(Model):
    """Rows from one source; ``for`` repeats the block with {names} replaced."""

    from_: Text | None = Field(None, alias="from", description="A raw table, a dataset, or visits.")
    with_: dict[Text, Match] = Field(
        default_factory=dict[Text, MatchSpec],
        alias="with",
        description="Look-ups by name, with what they match by.",
    )
    each: EachSpec | None = Field(None, description="One record for each part of a text list.")
    where: Text | None = Field(None, description="Rows to take: a condition.")
    unknown: Literal["report", "accept"] | None = Field(
        None, description="Whether records for which `where` is unknown are reported."
    )
    for_: For | None = Field(
        None, alias="for", description="Sets of {names}: the block is repeated for each."
    )
    visit: Yes = Field(False, description="Take VISITNUM, VISIT and VISITDY from the table's visit.")
    long: list[TestSpec] | None = Field(None, description="One record for each of these tests.")
    test: Line | None = Field(None, description="Tests in rows: the raw column of the test; ct gives codes.")
    tests: dict[Text, CodedTest | None] = Field(
        default_factory=dict[Text, CodedTest | None],
        description="Tests in rows: what holds for a test, by its code.",
    )
    result: Line | None = Field(None, description="Tests in rows: the raw column of the result.")
    unit: Line | None = Field(None, description="The unit of tests that give none.")
    range: RangeSpec | None = Field(None, description="The reference range of tests that give none.")
    flags: dict[Text, Text] | None = Field(None, description="Flags behind numbers (10.2 H) and their terms.")
    items: InstrumentUse | None = Field(None, description="The items of an instrument as tests.")
    not_done: NotDone | None = Field(None, description="When a test was not done, and why.")
    variables: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="The lines of the variables."
    )
    supp: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="The lines of supplemental qualifiers."
    )


class DomainSpec(BlockSpec):
    """mappings/sdtm/xx.yaml: one SDTM domain."""

    domain: Text = Field(description="The code of the domain.")
    dataset: Text | None = Field(
        None, description="The name of a part, where a domain is split into several datasets."
    )
    label: Text | None = Field(None, description="The label of the dataset; needed by a custom domain.")
    class_: Literal["Findings", "Findings About", "Events", "Interventions"] | None = Field(
        None, alias="class", description="A custom domain: its class."
    )
    like: Text | None = Field(
        None, description="A custom domain: the published domain whose labels and codelists it takes over."
    )
    noun: Text | None = Field(
        None, description="A custom domain: what its tests are, for the labels of --TESTCD and --CAT."
    )
    structure: Text | None = Field(None, description="What one record is, in define.xml.")
    stack: list[BlockSpec] | None = Field(None, description="Blocks one below the other.")
    rows: list[dict[Text, Text | None]] | None = Field(None, description="Records written out.")
    relate: list[RelateSpec] | None = Field(None, description="RELREC: what a collected identifier links.")
    origin: Literal["Protocol", "Assigned"] | None = Field(
        None, description="Where written values come from, and columns of a table without subjects."
    )
    sort: Words | None = Field(
        None, description="The order of records, after STUDYID and USUBJID: --SEQ and the keys."
    )
    omit: Words = Field(default_factory=list[Text], description="Variables not to fill in by default.")
    baseline: Text | None = Field(None, description="Condition of --LOBXFL; default: before DM.RFXSTDTC.")
    same_day: Literal["begun"] | None = Field(
        None,
        description="SE: an element counts as begun for what is dated on the day of its start, where one of "
        "the two has no time; else a note names the records.",
    )
    checks: Words = Field(
        default_factory=list[Text], description="Conditions that should hold; a warning names where not."
    )
    comment: Text | None = Field(None, description="The comment on the dataset.")
