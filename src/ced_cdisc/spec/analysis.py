"""Analysis datasets as classes: sources, parameters, derived records, windows, variables and results."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ced_cdisc.spec.base import Also, For, Model, Number, Whole, Words, Yes, texts
from ced_cdisc.spec.models import Line
from ced_cdisc.spec.results import FigureSpec, ResultSpec
from ced_cdisc.spec.rows import Match, MatchSpec
from ced_cdisc.spec.source import Mapping, Sequence, Text


class CandidateSpec(Model):
    """A date that can be the event or the censoring of a time to event; bare names are of ``from``."""

    from_: Text = Field(alias="from", description="The dataset.")
    where: Text | None = Field(None, description="Its records that count: a condition.")
    unknown: Literal["report", "accept"] | None = Field(
        None, description="Whether records for which `where` is unknown are reported."
    )
    date: Text = Field(description="A date: a variable of `from`, or an expression.")
    describe: Text = Field(description="EVNTDESC.")
    dated: Text | None = Field(None, description="censors: CNSDTDSC; default: as `describe`.")
    code: Whole = Field(1, description="censors: CNSR.")


class ParameterSpec(Model):
    """One parameter of a BDS dataset."""

    param: Text = Field(description="PARAM.")
    category: Text | None = Field(None, description="PARCAT1.")
    rows: Text | None = Field(None, description="Records of the source: a condition.")
    value: Text | None = Field(None, description="AVAL, an expression.")
    text: Text | None = Field(None, description="AVALC, an expression.")
    computed: Text | None = Field(None, description="AVAL from other parameters, one record for each `by`.")
    by: Words | None = Field(
        None, description="computed: the variables that, with the subject, form a group."
    )
    start: Text | None = Field(None, description="Time to event: STARTDT, an expression.")
    events: list[CandidateSpec] | None = Field(None, description="Time to event: what ends the time.")
    event: Literal["earliest", "listed"] = Field(
        "earliest", description="The event that counts: the earliest, or the first as listed."
    )
    censors: list[CandidateSpec] | None = Field(None, description="Time to event: where none of them is.")
    censor: Literal["earliest", "latest", "listed"] | None = Field(
        None, description="The censoring date that counts, where there are several."
    )
    unit: Literal["DAYS", "WEEKS", "MONTHS", "YEARS"] = Field("DAYS", description="Time to event: of AVAL.")
    keep: Yes = Field(True, description="no: it only feeds others.")
    decimals: Whole | None = Field(
        None,
        ge=0,
        description="Decimals that AVAL, BASE and CHG are shown with (DisplayFormat in define.xml).",
    )
    as_: Text | None = Field(None, alias="as", description="Method text of AVAL.")
    variables: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="Lines that hold for this parameter."
    )


class ScaleUse(Model):
    """The scale scores of an instrument as computed parameters."""

    instrument: Text = Field(description="The instrument.")
    by: Words = Field(description="The variables that, with the subject, form a group.")
    category: Text | None = Field(None, description="PARCAT1.")
    variables: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="Lines that hold for the scores."
    )


class Window(Model):
    """One analysis visit: whole days (or the condition ``where``) and the target day."""

    number: Number = Field(description="AVISITN.")
    days: Text | None = Field(None, description="From..to, both included; an end may be left open.")
    target: Whole | None = Field(None, description="AWTARGET.")
    where: Text | None = Field(None, description="A condition, in place of days.")


class WindowsSpec(Model):
    """AVISIT and its companions from a day count."""

    on: Text = Field(description="The variable that counts days.")
    unit: Text = Field(description="AWU.")
    nearest: Literal["earlier", "later"] | None = Field(
        None, description="Visits without days: the nearest target, of two the earlier or later one."
    )
    unknown: Literal["report", "accept"] | None = Field(
        None, description="Whether records for which the `where` of a visit is unknown are reported."
    )
    visits: dict[Text, Window] = Field(description="The analysis visits by AVISIT.")


def _visits(value: Any) -> Any:
    """Names alone stand for visits whose numbers the windows know."""
    value = texts(value)
    if isinstance(value, Sequence):
        named = Mapping()
        named.where = value.where
        for name in value:
            if not isinstance(name, Text):
                return value
            named[name] = None
        return named
    return value


class DerivedSpec(Model):
    """Records made from those of a parameter: one a subject, parameter and ``by`` group."""

    dtype: Text = Field(description="DTYPE.")
    where: Text | None = Field(None, description="The records that they are made from: a condition.")
    unknown: Literal["report", "accept"] | None = Field(
        None, description="Whether records for which `where` or `order` is unknown are reported."
    )
    by: Words = Field(
        default_factory=list[Text],
        description="The variables that, with subject and parameter, form a group.",
    )
    value: Text | None = Field(None, description="AVAL, from the records of the group.")
    take: Literal["first", "last"] | None = Field(None, description="The record of the group taken over.")
    order: Words | None = Field(None, description="take: what orders the records; 'desc' falls.")
    fill: Annotated[dict[Text, Number | None], BeforeValidator(_visits), Also((Text, list[Text]))] | None = (
        Field(
            None, description="take: one record for each of these visits without AVAL, from earlier visits."
        )
    )
    held: Literal["accept"] | None = Field(
        None,
        description="fill: that a value which `where` leaves out holds its visit is told no more.",
    )
    as_: Text | None = Field(None, alias="as", description="Method text of AVAL.")
    variables: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="Lines that hold for these records."
    )


class AnalysisBlock(Model):
    """Records from one source; ``for`` repeats them with {names} replaced."""

    from_: Text | None = Field(None, alias="from", description="The dataset that records come from.")
    with_: dict[Text, Match] = Field(
        default_factory=dict[Text, MatchSpec],
        alias="with",
        description="Look-ups by name, with what they match by.",
    )
    where: Text | None = Field(None, description="Records to take: a condition.")
    unknown: Literal["report", "accept"] | None = Field(
        None, description="Whether records for which `where` is unknown are reported."
    )
    for_: For | None = Field(
        None, alias="for", description="Sets of {names}: the records are repeated for each."
    )
    copy_: Words = Field(
        default_factory=list[Text], alias="copy", description="Variables taken over: DATASET.VARIABLE."
    )
    rows: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="Lines of each source record."
    )
    parameters: dict[Text, ParameterSpec] = Field(
        default_factory=dict[Text, ParameterSpec], description="The parameters by PARAMCD."
    )


class AnalysisSpec(AnalysisBlock):
    """mappings/adam/adxx.yaml: one ADaM dataset."""

    dataset: Text = Field(description="The name of the dataset.")
    label: Text = Field(description="Its label.")
    class_: Literal["ADSL", "BDS", "TTE", "OCCDS", "AE", "OTHER"] = Field(
        alias="class", description="Its class."
    )
    structure: Text | None = Field(None, description="What one record is, in define.xml.")
    stack: list[AnalysisBlock] | None = Field(None, description="Several sources, one below the other.")
    trace: Yes = Field(False, description="SRCDOM, SRCVAR and SRCSEQ of records from one source record.")
    scales: ScaleUse | None = Field(None, description="The scores of an instrument as parameters.")
    windows: WindowsSpec | None = Field(None, description="Analysis visits.")
    records: list[DerivedSpec] = Field(
        default_factory=list[DerivedSpec], description="Derived records (DTYPE)."
    )
    variables: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="Lines over the whole dataset."
    )
    results: list[ResultSpec] = Field(
        default_factory=list[ResultSpec], description="Analysis results: what tables and texts print."
    )
    figures: list[FigureSpec] = Field(
        default_factory=list[FigureSpec], description="Figures, written as SVG."
    )
    order: Words | None = Field(None, description="The order of the variables; default: the standard's.")
    sort: Words = Field(description="The order of records, after STUDYID and USUBJID.")
    checks: Words = Field(
        default_factory=list[Text], description="Conditions that should hold; a warning names where not."
    )
    comment: Text | None = Field(None, description="The comment on the dataset.")
