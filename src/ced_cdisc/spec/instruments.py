"""Questionnaires: items and scores, as classes of the mapping language."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ced_cdisc.spec.base import Model, Number, Whole, Words, Yes
from ced_cdisc.spec.source import Text


class ItemSpec(Model):
    """One item of an instrument."""

    label: Text = Field(description="--TEST, in words of your own.")
    column: Text = Field(description="The item's raw column.")
    scale: Text | None = Field(None, description="--SCAT.")
    answers: Words | None = Field(
        None,
        description="The possible answers: the codelist of --ORRES in define.xml; another one is a fault.",
    )


class RecodeSpec(Model):
    """An answer that counts as another one, or as missing, in a score."""

    code: Number = Field(description="The answer.")
    to: Text = Field(description="What it counts as: a number, or missing.")
    items: Words | None = Field(None, description="The items for which this holds; default: all.")


class ScaleSpec(Model):
    """A score of answered items: their mean or sum, as it is or rescaled.

    By itself a mean is rescaled to 0..100, and a sum is not.
    """

    label: Text = Field(description="PARAM.")
    items: Words = Field(description="The items that count.")
    score: Literal["mean", "sum"] = Field("mean", description="Their mean or their sum.")
    lowest: Number | None = Field(None, description="The lowest answer; needed to reverse or to rescale.")
    highest: Number | None = Field(None, description="The highest answer.")
    reverse: Words = Field(
        default_factory=list[Text], description="Items that count as lowest + highest - answer."
    )
    least: Text = Field(description="The fewest answered items, as a number or a share such as 50%.")
    prorate: Yes = Field(False, description="sum: items without answer count as the mean of the others.")
    to: Text | None = Field(None, description="The ends to rescale to, such as 0..100, or `as answered`.")
    recode: list[RecodeSpec] = Field(
        default_factory=list[RecodeSpec], description="Answers that count as others."
    )
    decimals: Whole | None = Field(
        None, ge=0, description="Decimals that the score is shown with (DisplayFormat in define.xml)."
    )


class InstrumentSpec(Model):
    """mappings/instruments/xx.yaml."""

    instrument: Text = Field(description="The code that specs use; the tests begin with it.")
    category: Text = Field(description="--CAT.")
    items: dict[Text, ItemSpec] = Field(description="The items by their test code.")
    scales: dict[Text, ScaleSpec] = Field(
        default_factory=dict[Text, ScaleSpec], description="The scores by their parameter code."
    )
