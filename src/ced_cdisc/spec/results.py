"""Analysis results and figures as classes: what is selected, how it is analysed, how it is printed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ced_cdisc.spec.base import For, Model, Number, Words, Yes
from ced_cdisc.spec.source import Text

Method = Literal[
    "count",
    "n and percent",
    "percent and exact CI",
    "difference of percentages",
    "mean and SD",
    "median and quartiles",
    "min and max",
    "event rate",
    "geometric mean",
    "geometric mean ratio",
    "crossover ratio",
    "wilcoxon signed rank",
    "paired t",
    "mann whitney",
    "ancova",
]
Quantiles = Literal[
    "type 1", "type 2", "type 3", "type 4", "type 5", "type 6", "type 7", "type 8", "type 9", "SAS 5"
]


class AnalysisMethodSpec(Model):
    """A method with its variant."""

    method: Method = Field(description="How the values are analysed.")
    zeros: Literal["drop", "pratt", "zsplit"] | None = Field(
        None,
        description="wilcoxon signed rank: zeros are dropped (the default), or ranked and dropped, "
        "or ranked and split.",
    )
    correction: Yes | None = Field(
        None,
        description="wilcoxon signed rank, mann whitney: the continuity correction of the normal "
        "approximation; default: yes.",
    )
    exact: Literal["auto", "yes", "no"] | None = Field(
        None,
        description="wilcoxon signed rank, mann whitney: the exact distribution; auto (the default): with "
        "fewer than 50 values and neither ties nor zeros.",
    )
    quantiles: Quantiles | None = Field(
        None,
        description="median and quartiles: how they are interpolated, types as in Hyndman and Fan; SAS 5 is "
        "type 2. It must be given.",
    )
    group: Text | None = Field(
        None,
        description="mann whitney, ancova, geometric mean ratio, difference of percentages: the variable of "
        "the two groups; crossover ratio: of the two treatments.",
    )
    reference: Text | None = Field(
        None,
        description="geometric mean ratio, crossover ratio: the group that the other is divided by; "
        "difference of percentages: the group that is taken from the other; default: the one with the "
        "smaller value.",
    )
    variances: Literal["equal", "unequal"] | None = Field(
        None,
        description="geometric mean ratio: whether the logarithms of both groups have one variance, which is "
        "pooled, or each its own (Welch, Satterthwaite). It must be given.",
    )
    period: Text | None = Field(
        None, description="crossover ratio: the variable of the two periods, such as APERIOD."
    )
    confidence: Literal["80", "90", "95", "98", "99"] | None = Field(
        None, description="Methods with a confidence interval: its level in percent; default: 95."
    )
    covariate: Text | None = Field(None, description="ancova: the covariate, such as BASE.")
    value: Text | None = Field(
        None,
        description="count, n and percent, percent and exact CI, difference of percentages: the value of the "
        "variable that is counted.",
    )
    time: Text | None = Field(
        None,
        description="event rate: the variable of the time in which the events were counted, such as PYRS.",
    )
    per: Number | None = Field(
        None,
        description="event rate: of how much of that time the rate is told, such as 100. It must be given.",
    )
    show: Text | None = Field(
        None,
        description="How it is printed, such as '{median:1} [{q1:1}, {q3:1}]'; default: as usual for the "
        "method, in `sensitivity` as the result itself where the method is the same.",
    )


class ResultSpec(AnalysisMethodSpec):
    """One result of an analysis dataset."""

    id: Text = Field(description="Its name, such as T3.1.R3.")
    for_: For | None = Field(None, alias="for", description="Sets of {names}: there is a result for each.")
    display: Text = Field(description="The display of define.yaml that shows it.")
    what: Text = Field(description="What it says, as a reader calls it.")
    data: Text = Field(
        description="The records analysed: comparisons with constants, `in` and `not in`, joined by `and`."
    )
    variable: Text = Field(description="The variable analysed.")
    reason: Text | None = Field(None, description="Why it was done; default: that of the display.")
    purpose: Text | None = Field(None, description="What it is for; default: that of the display.")
    note: Text | None = Field(
        None,
        description="What a reader must know beside the method; it ends the documentation in define.xml.",
    )
    sensitivity: list[AnalysisMethodSpec] = Field(
        default_factory=list[AnalysisMethodSpec], description="Other methods or variants, shown beside it."
    )


class PanelSpec(Model):
    """One panel of a figure."""

    data: Text = Field(description="Its records, beside the condition of the figure.")
    title: Text | None = Field(None, description="The title of the panel.")
    result: Text | None = Field(None, description="The result whose test is printed in the panel.")


class FigureSpec(Model):
    """A paired change: one line a subject from one analysis visit to another."""

    id: Text = Field(description="Its name, and that of its file.")
    for_: For | None = Field(None, alias="for", description="Sets of {names}: there is a figure for each.")
    what: Text = Field(description="What it shows.")
    data: Text = Field(description="The records shown: a condition as in results.")
    variable: Text = Field(description="The variable shown, such as AVAL.")
    visits: Words = Field(description="The two values of AVISIT, from left to right.")
    axis: Text = Field(description="The label of the axis, with the unit.")
    centre: Literal["median and quartiles", "mean and SD"] = Field(
        description="What is marked beside the subjects."
    )
    quantiles: Quantiles | None = Field(
        None, description="centre: median and quartiles: how they are interpolated."
    )
    limits: list[Number] | None = Field(None, description="The ends of the axis; default: those of the data.")
    ticks: list[Number] | None = Field(None, description="The marks of the axis; default: round numbers.")
    panels: list[PanelSpec] | None = Field(None, description="Several panels side by side; default: one.")
    result: Text | None = Field(None, description="The result whose test is printed in the only panel.")
