"""What a define.xml says of one dataset, in the terms of a file."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from ced_cdisc.core.datafile import FileDataset, FileVariable, JsonType
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped, did_you_mean
from ced_cdisc.core.moments import moment_of
from ced_cdisc.define.datasets import ItemDef
from ced_cdisc.define.read import read_define
from ced_cdisc.define.shared import Description

LARGEST_DEFINE = 1 << 28
"""Of a define.xml [bytes]."""
_TYPES = ("integer", "float", "date", "time", "datetime")


def defined_dataset(path: Path, name: str) -> FileDataset:
    """The dataset of that name in a define.xml, 2.1 or 2.0.

    A numeric variable with the format of a date (``DATE9.``) holds dates, as SAS numbers.

    Raises:
        Stopped: the file cannot be read (CED550 to CED554, CED721), or describes no such dataset (CED721).
    """
    shown = path.as_posix()
    try:
        if path.stat().st_size > LARGEST_DEFINE:
            raise refused(shown, f"{shown} has more than {LARGEST_DEFINE:,} bytes")
        document = read_define(path.read_bytes(), shown)
    except OSError as error:
        raise refused(shown, f"{shown} cannot be read: {error.strerror or error}") from None
    groups = {group.name: group for group in document.metadata.item_groups}
    group = groups.get(name)
    if group is None:
        known = [known for known in groups if known]
        raise refused(shown, f"{shown} describes no dataset {name}", did_you_mean(name, known))
    items = {item.oid: item for item in document.metadata.items}
    return FileDataset(
        name=name,
        label=_words(group.description),
        variables=tuple(
            _variable(items[ref.item_oid], ref.key_sequence or "")
            for ref in group.items
            if ref.item_oid in items
        ),
        created=document.creation_date_time or "",
        originator=document.originator or "",
        study_oid=document.study.oid,
        metadata_version_oid=document.metadata.oid,
        metadata_ref=path.name,
        oid=group.oid,
    )


def _variable(item: ItemDef, key: str) -> FileVariable:
    kind, form = item.data_type or "text", item.display_format or ""
    moment = moment_of(form) if kind in ("integer", "float") else ""
    numeric = kind in ("integer", "float")
    said = item.length or ""
    length = int(said) if said.isdecimal() else 0
    return FileVariable(
        name=item.name or "",
        label=_words(item.description),
        type="Num" if numeric else "Char",
        data_type=moment or cast(JsonType, kind if kind in _TYPES else "string"),
        target="integer" if moment else "",
        length=0 if numeric else length,
        format=form,
        key=int(key) if key.isdecimal() else 0,
        oid=item.oid,
    )


def _words(description: Description | None) -> str:
    return description.texts[0].text if description is not None and description.texts else ""


def refused(shown: str, message: str, hint: str = "") -> Stopped:
    """The exception for a define.xml that does not serve."""
    return Stopped(Findings([Finding("CED721", message, Location(shown), hint, Stage.RAW)]))
