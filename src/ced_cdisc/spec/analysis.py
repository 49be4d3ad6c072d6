"""Analysis datasets as classes: their sources, parameters, derived records, windows and variables."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ced_cdisc.spec.base import Model, Words, Yes, texts
from ced_cdisc.spec.models import Line
from ced_cdisc.spec.rows import Match, MatchSpec
from ced_cdisc.spec.source import Mapping, Sequence, Text


class CandidateSpec(Model):
    """A date that can be the event or the censoring of a time to event; bare names are of ``from``."""

    from_: Text = Field(alias="from")
    where: Text | None = None
    date: Text = Field(description="A date: a variable of `from`, or an expression.")
    describe: Text = Field(description="EVNTDESC.")
    dated: Text | None = Field(None, description="censors: CNSDTDSC; default: as `describe`.")
    code: int = Field(1, description="censors: CNSR.")


class ParameterSpec(Model):
    """One parameter of a BDS dataset."""

    param: Text
    category: Text | None = Field(None, description="PARCAT1.")
    rows: Text | None = Field(None, description="Records of the source: a condition.")
    value: Text | None = Field(None, description="AVAL, an expression.")
    text: Text | None = Field(None, description="AVALC, an expression.")
    computed: Text | None = Field(None, description="AVAL from other parameters, one record for each `by`.")
    by: Words | None = None
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
    keep: Yes = True
    decimals: int | None = Field(None, description="Decimals of AVAL, BASE and CHG in define.xml.")
    as_: Text | None = Field(None, alias="as", description="Method text of AVAL.")
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
    nearest: Literal["earlier", "later"] | None = Field(
        None, description="Visits without days: the nearest target, of two the earlier or later one."
    )
    visits: dict[Text, Window]


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

    dtype: Text
    where: Text | None = Field(None, description="The records that they are made from: a condition.")
    by: Words = Field(default_factory=list[Text])
    value: Text | None = Field(None, description="AVAL, from the records of the group.")
    take: Literal["first", "last"] | None = Field(None, description="The record of the group taken over.")
    order: Words | None = Field(None, description="take: what orders the records; 'desc' falls.")
    fill: Annotated[dict[Text, float | None] | None, BeforeValidator(_visits)] = Field(
        None, description="take: one record for each of these visits without AVAL, from earlier visits."
    )
    as_: Text | None = Field(None, alias="as", description="Method text of AVAL.")
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])


class AnalysisBlock(Model):
    """Records from one source; ``for`` repeats them with {names} replaced."""

    from_: Text | None = Field(None, alias="from")
    with_: dict[Text, Match] = Field(default_factory=dict[Text, MatchSpec], alias="with")
    where: Text | None = None
    for_: list[dict[Text, Text]] | None = Field(None, alias="for")
    copy_: Words = Field(default_factory=list[Text], alias="copy")
    rows: dict[Text, Line] = Field(
        default_factory=dict[Text, Line], description="Lines of each source record."
    )
    parameters: dict[Text, ParameterSpec] = Field(default_factory=dict[Text, ParameterSpec])


class AnalysisSpec(AnalysisBlock):
    """mappings/adam/adxx.yaml: one ADaM dataset."""

    dataset: Text
    label: Text
    class_: Literal["ADSL", "BDS", "TTE", "OCCDS", "AE", "OTHER"] = Field(alias="class")
    structure: Text | None = None
    stack: list[AnalysisBlock] | None = Field(None, description="Several sources, one below the other.")
    trace: Yes = Field(False, description="SRCDOM, SRCVAR and SRCSEQ of records from one source record.")
    scales: ScaleUse | None = None
    windows: WindowsSpec | None = None
    records: list[DerivedSpec] = Field(default_factory=list[DerivedSpec])
    variables: dict[Text, Line] = Field(default_factory=dict[Text, Line])
    order: Words | None = Field(None, description="The order of the variables; default: the standard's.")
    sort: Words
    checks: Words = Field(default_factory=list[Text])
    comment: Text | None = None
