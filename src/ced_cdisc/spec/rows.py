"""What makes several rows of one, or points from row to row, as classes of the mapping language."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ced_cdisc.spec.base import Also, Model, Words, Yes
from ced_cdisc.spec.source import Mapping, Sequence, Text


class EachSpec(Model):
    """One record for each part of a text list: ``each.TEXT`` and its ``each.NUMBER``."""

    of: Text = Field(description="The raw column that holds the list.")
    by: Text = Field(description="What separates the parts; blanks around them do not count.")


def _match(value: Any) -> Any:
    """Bare columns of a look-up mean ``{on: columns}``."""
    if isinstance(value, Text | Sequence):
        made = Mapping()
        made.where = value.where
        made[Text("on", value.where)] = value
        return made
    return value


class MatchSpec(Model):
    """What a look-up matches by; ``many: yes`` makes a record of each match."""

    on: Words = Field(default_factory=list[Text], description="`subject`, or the columns that match.")
    where: Text | None = Field(
        None,
        description="Of a table without subjects: the condition that its record meets, as "
        "ranges.SEX = DM.SEX and lab.AGE between number(ranges.FROM) and number(ranges.TO).",
    )
    many: Yes = Field(False, description="Each match makes a record.")
    unmatched: Literal["accept"] | None = Field(
        None,
        description="That records of one of the tables find none in the other is told no more; in a table "
        "without subjects it is no fault.",
    )


Match = Annotated[MatchSpec, BeforeValidator(_match), Also((Text, list[Text]))]


class RelateSpec(Model):
    """RELREC: records of two datasets that a collected identifier links."""

    id: Text = Field(description="RELID begins with it; --SEQ of the first record of `from` follows.")
    from_: Text = Field(alias="from", description="DATASET.VARIABLE that holds the identifier.")
    to: Text = Field(description="DATASET.VARIABLE (or qualifier) that names the identifier.")
    by: Text | None = Field(None, description="What separates several identifiers in one text.")
    idvar: Text | None = Field(None, description="IDVAR, in place of --SEQ: --LNKID, --SPID, ..")
