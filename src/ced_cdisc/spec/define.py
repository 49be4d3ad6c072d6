"""What only define.xml needs, as classes of the mapping language."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ced_cdisc.spec.base import Model, Words, Yes
from ced_cdisc.spec.source import Text


class DocumentSpec(Model):
    """A document that define.xml points to."""

    title: Text = Field(description="Its title.")
    href: Text = Field(description="Where it lies beside define.xml.")
    kind: Literal["acrf", "csdrg", "adrg", "supplemental", "other"] = Field(
        "other",
        description="acrf is the annotated CRF, to whose pages origins point; csdrg and adrg are the "
        "reviewer's guides of SDTM and of ADaM.",
    )
    made: Yes = Field(
        False,
        description="kind acrf, csdrg, adrg: whether the build makes the file, of the specs and the data; "
        "else it is your own, and is named only.",
    )
    file: Text | None = Field(
        None,
        description="The file of your own that the build puts there: its path from the folder of "
        "define.yaml, such as documents/sap.pdf.",
    )
    package: Literal["sdtm", "adam", "both"] = Field("both", description="The define.xml that lists it.")


class CodelistSpec(Model):
    """A codelist of the sponsor, or terms added to a published one (``extends``)."""

    name: Text | None = Field(None, description="The name of a list of the sponsor.")
    extends: Text | None = Field(
        None, description="The published list that it adds to or takes from, by code or short name."
    )
    subset: Words = Field(
        default_factory=list[Text], description="extends: the only published terms of this list."
    )
    type: Literal["text", "integer"] = Field("text", description="The type of the coded values.")
    open: Yes = Field(False, description="Other values are no fault; those found are listed.")
    terms: dict[Text, Text | None] = Field(
        default_factory=dict[Text, Text | None], description="Terms with their decodes."
    )
    dictionary: Text | None = Field(None, description="An external dictionary in place of terms.")
    version: Text | None = Field(None, description="The version of the dictionary.")
    variables: Words = Field(
        default_factory=list[Text],
        description="Variables that use the list: AEREL, ADCF.CRIT1 in one dataset only, "
        "TSVAL.KEYWORD where the variable that divides it has that value.",
    )
    exception: Text | None = Field(
        None, description="extends: why terms may be added to a list that is not extensible."
    )
    comment: Text | None = Field(None, description="The comment on the list.")
    names: Text | None = Field(None, description="The list whose terms are the decodes' own codelist.")


class DisplaySpec(Model):
    """A table or figure of the report that shows analysis results."""

    title: Text = Field(description="Its title.")
    documents: dict[Text, Text | None] = Field(
        default_factory=dict[Text, Text | None],
        description="The documents that hold it, each with its pages (12, 14) or a named destination.",
    )
    reason: Text | None = Field(
        None, description="Why its results were made, such as SPECIFIED IN SAP (ARM AnalysisReason)."
    )
    purpose: Text | None = Field(
        None, description="What they are for, such as PRIMARY OUTCOME MEASURE (ARM AnalysisPurpose)."
    )


class DefineSpec(Model):
    """define/define.yaml: what only define.xml needs."""

    documents: dict[Text, DocumentSpec] = Field(
        default_factory=dict[Text, DocumentSpec], description="Documents that define.xml points to."
    )
    codelists: dict[Text, CodelistSpec] = Field(
        default_factory=dict[Text, CodelistSpec],
        description="Codelists of the sponsor, and choices of published ones.",
    )
    comments: dict[Text, Text] = Field(
        default_factory=dict[Text, Text], description="Comments on datasets and variables by name."
    )
    displays: dict[Text, DisplaySpec] = Field(
        default_factory=dict[Text, DisplaySpec],
        description="Tables and figures that show the analysis results of the specs, in their order.",
    )
