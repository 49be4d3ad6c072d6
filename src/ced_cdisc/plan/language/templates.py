"""What is written once for many: texts with {names} to fill in, and the instruments that fill them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, misspelt
from ced_cdisc.spec.instruments import InstrumentSpec
from ced_cdisc.spec.source import Text

T = TypeVar("T")
_NAME = re.compile(r"\{([A-Za-z_]+)\}")


def fill(value: T, constants: Mapping[str, Text]) -> T:
    """The value with {name} replaced in every text below it; an unknown name stays (``{result}``)."""
    if not constants:
        return value
    return cast(T, _fill(value, constants))


def entries_of(
    entries: Sequence[Mapping[Text, Text]] | None, lines: Sequence[object], findings: Findings
) -> list[dict[str, Text]]:
    """The constants of each entry of ``for``; one entry without any where there is no ``for``.

    Args:
        entries: what is written there.
        lines: the parts of the spec that the entries fill in.
        findings: receives CED114 for a name that nothing uses. One that is misspelt is read as it is meant.
    """
    if not entries:
        return [{}]
    wanted = {name for text in texts_of(lines) for name in _NAME.findall(text)}
    return [{_used(name, entry, wanted, findings): text for name, text in entry.items()} for entry in entries]


def texts_of(value: Any, but: Collection[str] = ()) -> Iterator[Text]:
    """All texts of a part of a spec, but those of the fields named."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, BaseModel):
        for name, one in value.__dict__.items():
            if name not in but:
                yield from texts_of(one, but)
    elif isinstance(value, dict):
        for pair in cast("dict[Any, Any]", value).items():
            yield from texts_of(pair, but)
    elif isinstance(value, list | tuple):
        for one in cast("list[Any]", value):
            yield from texts_of(one, but)


def unfilled(texts: Iterable[object], findings: Findings) -> bool:
    """Whether a text has a {name} that no ``for`` has filled in (CED012)."""
    found = [(text, _NAME.search(text)) for text in texts if isinstance(text, Text) and "{" in text]
    left = [(text, name) for text, name in found if name is not None]
    for text, name in left:
        findings.add(Finding("CED012", f"nothing fills {name[0]} in", text.where))
    return bool(left)


def _used(name: Text, entry: Mapping[Text, Text], wanted: Set[str], findings: Findings) -> str:
    if name in wanted:
        return str(name)
    near = did_you_mean(name, wanted - entry.keys())
    hint = near or f"take it out, or write {{{name}}} where it is to stand"
    findings.add(Finding("CED114", f"nothing uses {{{name}}} of this 'for'", name.where, hint=hint))
    return misspelt(name, near) or str(name)


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
