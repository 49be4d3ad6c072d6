"""Who the study is, its raw tables and its visits, as classes of the mapping language."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ced_cdisc.core.rawformat import RawFormat
from ced_cdisc.spec.base import Also, Model, Number, Whole, Words, Yes, kept, texts
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.units import Unit

_TextPolicy = Literal["error", "split", "transliterate"]
TextPolicy = Annotated[list[_TextPolicy], BeforeValidator(texts), Also((_TextPolicy,))]
"""What is done with a text over 200 bytes and with one that is not ASCII; ``error`` stands alone."""


class StudyInfo(Model):
    """Who the study is."""

    id: Text = Field(description="STUDYID.")
    name: Text = Field(description="The name in define.xml.")
    title: Text = Field(description="The title in define.xml.")
    protocol: Text = Field(description="The protocol in define.xml.")


class Standards(Model):
    """The pinned standards."""

    sdtmig: Text = Field(description="Version of the SDTMIG.")
    sdtm: Text = Field(description="Version of the SDTM.")
    adamig: Text = Field(description="Version of the ADaMIG.")
    ct: dict[Text, Text] = Field(description="Date of the package of each publisher: SDTM, ADaM, DEFINE-XML.")


class ProfileSpec(Model):
    """One way in which the study is submitted."""

    into: dict[Text, Text] = Field(
        default_factory=dict[Text, Text],
        description="Domains that go into another one: XC: CV. The rows stay, and names take its prefix.",
    )


class PersonsSpec(Model):
    """What may be so in the raw tables that ``usubjid`` reads, and in a pool; what has no word is a fault."""

    chain: Literal["follow"] | None = Field(
        default=None, description="A number that has an earlier one itself: the earliest one counts."
    )
    empty: Literal["accept"] | None = Field(
        default=None, description="Rows that name no number: `usubjid` says what the person is then."
    )
    unmatched: Literal["accept"] | None = Field(
        default=None, description="Numbers that no other raw table has, as those of another study."
    )
    studies: Literal["accept"] | None = Field(
        default=None,
        description="`pool`: persons who are in DM of several studies, as of an extension.",
    )


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
    pool: Words = Field(
        default_factory=list[Text],
        description="Studies of their own whose SDTM the analysis datasets read too: each the name of a "
        "folder below this one, and below define, RAW and OUT.",
    )
    derivations: Words = Field(
        default_factory=list[Text],
        description="Plug-ins: Python files below this folder (derivations.py), entry points of installed "
        "packages. Naming one lets its code run.",
    )
    study: StudyInfo = Field(description="Who the study is.")
    standards: Standards = Field(description="The standards and packages of terminology that are pinned.")
    snapshot: Text = Field(description="When the data were cut, in ISO 8601.")
    created: Text | None = Field(
        None, description="When the files are made, which is the time that they show; default: the snapshot."
    )
    usubjid: Text = Field(
        description="USUBJID, an expression over SUBJECT, the subject of a raw row, and columns of raw "
        "tables, which are looked up by their subject."
    )
    persons: PersonsSpec = Field(
        default_factory=PersonsSpec, description="What may be so in the raw tables that `usubjid` reads."
    )
    sequence: Literal["sorted", "pinned"] = Field(
        "sorted", description="--SEQ: by the order of the keys, or kept from build to build in sequence.lock."
    )
    profiles: dict[Text, ProfileSpec] = Field(
        default_factory=dict[Text, ProfileSpec], description="The ways in which the study can be submitted."
    )
    profile: Text | None = Field(None, description="The profile that is taken where --profile names none.")
    formats: dict[Text, Words] = Field(
        default_factory=dict[Text, list[Text]], description="Lists of date formats."
    )
    times: dict[Text, Words] = Field(
        default_factory=dict[Text, list[Text]], description="Lists of time formats."
    )
    pivot: Whole | None = Field(None, description="The first of the hundred years that two-digit years mean.")
    text: TextPolicy | None = Field(None, description="The text policy of lines that give none.")
    units: dict[Text, Unit] = Field(
        default_factory=dict[Text, Unit],
        description="Spellings of units and factors of the study; they go before the table.",
    )


class TableVisit(Model):
    """The columns that name a table's visit and its date; without a name the day decides.

    A table without a date is none that a visit took place by, and has no unscheduled ones.
    """

    name: Text | None = Field(None, description="The column of the visit's name; without it the day decides.")
    date: Text | None = Field(
        None, description="The column of the visit's date; without it the table is no witness of visits."
    )
    witness: Yes = Field(True, description="Whether a row with a date proves that the visit took place.")


_Keep = Literal["identical", "latest", "earliest", "last", "first"]


class DuplicatesSpec(Model):
    """Which of several records with one key is kept: by a date, or by a number."""

    keep: _Keep = Field(
        description="identical, or the row with the latest, earliest, last or first value of `by`."
    )
    by: Text | None = Field(None, description="The column that decides.")
    date: Words | None = Field(None, description="latest, earliest: formats of `by`; default: ISO 8601.")


class TableSpec(Model):
    """One raw table: the contract."""

    file: Text | None = Field(None, description="The file below the raw folder; sql: its query.")
    format: RawFormat | None = Field(
        None,
        description="csv is any delimited text, xpt a SAS transport file, json Dataset-JSON, "
        "odm clinical data of ODM-XML, sql a query; by default from the ending of the file.",
    )
    sheet: Text | None = Field(None, description="xlsx: the sheet; default: the only one.")
    delimiter: Text | None = Field(None, description="csv: what separates cells; default: a comma.")
    titles: Whole | None = Field(None, ge=0, description="csv, xlsx: how many rows stand above the header.")
    labels: Whole | None = Field(
        None,
        ge=0,
        description="csv, xlsx: how many rows below the header say more of the columns (labels, units) and "
        "are no records.",
    )
    encoding: Text | None = Field(
        None,
        description="csv, xpt: default utf-8, csv with or without mark; sas7bdat: as it says.",
    )
    group: Text | None = Field(None, description="odm: the ItemGroupOID of the records of the table.")
    items: Literal["oid", "name", "sas"] | None = Field(
        None,
        description="odm: what names the columns of items: ItemOID, or Name or SASFieldName of the ItemDef "
        "in the same file; default: oid.",
    )
    database: Text | None = Field(
        None,
        description="sql: the environment variable that holds the address of the database, as SQLAlchemy "
        "writes it. The address itself, which may hold a password, never stands in a spec.",
    )
    query: Text | None = Field(None, description="sql: the query, in place of a file that holds it.")
    names: dict[Text, Text] = Field(
        default_factory=dict[Text, Text],
        description="What a column of the contract is called in the file, where that is another name.",
    )
    key: Words = Field(description="The columns that identify a row.")
    subject: Text | None = Field(
        None,
        description="The column of the subject's identifier, or an expression over columns; none: the "
        "records are of no subject, as reference ranges are, and are looked up.",
    )
    identifying: Words = Field(
        default_factory=list[Text],
        description="Columns whose values tell who somebody is: names, days of birth, free text. Messages "
        "show their shape alone.",
    )
    page: Whole | None = Field(
        None,
        description="The page of the annotated CRF; of one that the build makes, the first page of the form.",
    )
    form: Text | None = Field(
        None, description="The name of the form, for an annotated CRF that is made; default: the table's."
    )
    recorded_by: Literal["Subject", "Investigator", "Vendor", "Sponsor"] | None = Field(
        None, description="Who recorded the data."
    )
    visit: TableVisit | None = Field(None, description="The columns of visit and date.")
    trim: Yes | None = Field(None, description="Take blanks at both ends of cells away.")
    missing: Words | None = Field(
        None, description="Texts that mean that there is no value; xpt: special missing values too, .A, ._"
    )
    special_missing: Words | None = Field(
        None,
        description="xpt, sas7bdat: special missing values that lines read as the text .A, for the reason "
        "that they give.",
    )
    decimal: Literal["point", "comma", "either"] | None = Field(
        None, description="The decimal sign of its numbers; either: a point or a comma, without thousands."
    )
    thousands: Yes | None = Field(None, description="Whether thousands are separated: 1,234.5.")
    policy: Literal["strict", "warn", "ignore"] | None = Field(
        None, description="What a column is that only the file or only the contract has."
    )
    duplicates: Annotated[DuplicatesSpec, BeforeValidator(kept), Also((_Keep,))] | None = Field(
        None, description="Which of several rows with one key is kept."
    )
    columns: Words = Field(description="The contract: every column, in any order.")
    exclude: dict[Text, Text] = Field(
        default_factory=dict[Text, Text], description="Columns that are left out, with the reason."
    )
    exclude_rows: dict[Text, Text] = Field(
        default_factory=dict[Text, Text],
        description="Conditions over columns, of rows that are left out, each with the reason.",
    )

    @property
    def of_no_subject(self) -> bool:
        """Whether the spec says that the records are of no subject."""
        return self.subject == "none"


class TableDefaults(Model):
    """What holds for every table that does not say otherwise."""

    subject: Text | None = Field(
        default=None, description="The column of the subject's identifier, or an expression over columns."
    )
    recorded_by: Literal["Subject", "Investigator", "Vendor", "Sponsor"] = Field(
        default="Investigator", description="Who recorded the data: the source of the origin Collected."
    )
    trim: Yes = Field(default=False, description="Take blanks at both ends of cells away.")
    missing: Words = Field(default_factory=list[Text], description="Texts that mean that there is no value.")
    decimal: Literal["point", "comma", "either"] = Field(
        default="point", description="The decimal sign of numbers; either: a point or a comma."
    )
    thousands: Yes = Field(default=False, description="Whether thousands are separated.")
    policy: Literal["strict", "warn", "ignore"] = Field(
        default="strict", description="What a column is that only the file or only the contract has."
    )
    visit: TableVisit | None = Field(default=None, description="The columns of visit and date.")
    columns: Words = Field(
        default_factory=list[Text], description="Columns that every table has, but those without subjects."
    )
    identifying: Words = Field(
        default_factory=list[Text],
        description="Columns whose values tell who somebody is, in each table that has them.",
    )
    exclude: dict[Text, Text] = Field(
        default_factory=dict[Text, Text],
        description="Columns that are left out, with the reason, where nothing reads them.",
    )
    exclude_rows: dict[Text, Text] = Field(
        default_factory=dict[Text, Text],
        description="Conditions of rows that are left out, each with the reason, in every table of subjects "
        "that has the columns.",
    )

    def columns_of(self, table: TableSpec) -> tuple[Text, ...]:
        """The contract of a table: what all have, and its own."""
        return (*table.columns,) if table.of_no_subject else (*self.columns, *table.columns)


class SourcesSpec(Model):
    """mappings/sources.yaml."""

    defaults: TableDefaults = Field(default_factory=TableDefaults, description="What holds for all tables.")
    tables: dict[Text, TableSpec] = Field(description="The raw tables by the name that specs use.")

    @property
    def without_subjects(self) -> frozenset[str]:
        """The tables whose records are of no subject."""
        return frozenset(str(name) for name, table in self.tables.items() if table.of_no_subject)


class VisitSpec(Model):
    """A visit of the protocol."""

    number: Number = Field(description="VISITNUM.")
    visit: Text = Field(description="VISIT.")
    day: Whole | None = Field(None, description="VISITDY.")
    days: Text | None = Field(
        None, description="Days that mean the visit where no name was collected: -3..3."
    )
    raw: Words = Field(default_factory=list[Text], description="The raw names that mean it.")
    repeats: Yes = Field(False, description="One table may have the visit on several dates.")
    mode: Text | None = Field(None, description="How it is planned to take place, for SVCNTMOD.")


class VisitsSpec(Model):
    """mappings/visits.yaml."""

    visits: list[VisitSpec] = Field(description="The visits of the protocol.")
    unscheduled: Words = Field(
        default_factory=list[Text], description="Raw names of visits that were not planned."
    )
    date: Words = Field(description="Formats of visit dates, or the name of a list of them.")
    day1: Text | None = Field(None, description="Raw column whose earliest date is the subject's day 1.")
    untreated: Text | None = Field(
        None, description="Raw name of the visit that a row without one means, of a subject without day 1."
    )
