"""What is written once for many: texts with {names} to fill in, and the instruments that fill them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.spec.instruments import InstrumentSpec
from ced_cdisc.spec.source import Text

T = TypeVar("T")
_NAME = re.compile(r"\{([A-Za-z_]+)\}")
UNFILLED = re.compile(r"\{[A-Za-z_]+\}")
"""A name in braces that nothing has replaced."""


def fill(value: T, constants: Mapping[str, Text]) -> T:
    """The value with {name} replaced in every text below it; an unknown name stays (``{result}``)."""
    if not constants:
        return value
    return cast(T, _fill(value, constants))


def find_instrument(
    name: Text, instruments: Mapping[str, InstrumentSpec], findings: Findings
) -> InstrumentSpec | None:
    """The instrument of that name, or None with a finding (CED016)."""
    found = instruments.get(str(name))
    if found is None:
        hint = did_you_mean(str(name), instruments) or "instruments stand in mappings/instruments/"
        findings.add(Finding("CED016", f"unknown instrument {name}", name.where, hint=hint))
    return found


def _fill(value: Any, constants: Mapping[str, Text]) -> Any:
    if isinstance(value, Text):
        if "{" not in value:
            return value
        replaced = _NAME.sub(lambda m: str(constants.get(m[1], m[0])), value)
        return value if replaced == value else Text(replaced, value.where)
    if isinstance(value, BaseModel):
        filled = {name: _fill(old, constants) for name, old in value.__dict__.items() if old}
        changes = {name: new for name, new in filled.items() if new is not value.__dict__[name]}
        return value.model_copy(update=changes) if changes else value
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value)
        made: dict[Any, Any] = {_fill(k, constants): _fill(v, constants) for k, v in items.items()}
        same = all(a is b for a, b in zip((*made, *made.values()), (*items, *items.values()), strict=False))
        return items if same and len(made) == len(items) else made
    if isinstance(value, list):
        old_items = cast("list[Any]", value)
        new_items = [_fill(v, constants) for v in old_items]
        return new_items if any(a is not b for a, b in zip(new_items, old_items, strict=True)) else old_items
    return value
