"""Units in study.yaml: spellings of terms, and factors of the study."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ced_cdisc.spec.base import Also, Model
from ced_cdisc.spec.source import Mapping, Text


class UnitSpec(Model):
    """A unit of the study: another spelling of ``to``, or with a factor, 1 unit = factor * to."""

    to: Text = Field(description="A unit that is known.")
    factor: Text | None = Field(None, description="How much of it one is.")


def _spelling(value: Any) -> Any:
    """``TABL: TABLET`` means ``TABL: {to: TABLET}``."""
    if isinstance(value, Text):
        made = Mapping()
        made.where = value.where
        made[Text("to", value.where)] = value
        return made
    return value


Unit = Annotated[UnitSpec, BeforeValidator(_spelling), Also((Text,))]
