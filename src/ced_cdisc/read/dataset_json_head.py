"""What a Dataset-JSON file says of its dataset and columns, held against the published schema.

Source: CDISC Dataset-JSON 1.1, dataset.schema.json.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

from ced_cdisc.core.datafile import FileDataset, FileVariable, is_json_time
from ced_cdisc.read.json_text import stop

TEXTS = ("string", "URI", "date", "datetime", "time")
NUMBERS = ("integer", "decimal", "float", "double", "boolean")
_TARGETS = ("integer", "decimal")
_ATTRIBUTES = frozenset(
    (
        "datasetJSONCreationDateTime",
        "datasetJSONVersion",
        "fileOID",
        "dbLastModifiedDateTime",
        "originator",
        "sourceSystem",
        "studyOID",
        "metaDataVersionOID",
        "metaDataRef",
        "itemGroupOID",
        "records",
        "name",
        "label",
        "columns",
        "rows",
    )
)
_OF_COLUMNS = frozenset(
    (
        "itemOID",
        "name",
        "label",
        "dataType",
        "targetDataType",
        "length",
        "displayFormat",
        "keySequence",
    )
)


def described_dataset(head: dict[str, Any], file: str) -> FileDataset:
    """The attributes of a dataset, as a file says them; ``null`` says nothing.

    Raises:
        Stopped: they are not those of Dataset-JSON (CED606).
    """
    name, label, columns = head.get("name"), head.get("label"), head.get("columns")
    if not isinstance(name, str) or not isinstance(label, str) or not isinstance(columns, list):
        stop("CED606", file, "has no name, label and columns of the right kind")
    made = tuple(_column(c, n, file) for n, c in enumerate(cast("list[Any]", columns), 1))
    names = [column.name for column in made]
    twice = next((n for n in names if names.count(n) > 1), "") if len(set(names)) < len(names) else ""
    if twice or not made:
        stop("CED606", file, f"has two columns named {twice}" if twice else "has no columns")
    system: Any = head.get("sourceSystem") or {}
    if not isinstance(system, dict):
        stop("CED606", file, f"has the sourceSystem {_short(system)}, which has no name and version")
    system = cast("dict[str, Any]", system)
    changed = _text(head, "dbLastModifiedDateTime", file)
    return FileDataset(
        name=name,
        label=label,
        variables=made,
        created=_text(head, "datasetJSONCreationDateTime", file),
        database_modified=changed if is_json_time(changed) else "",
        file_oid=_text(head, "fileOID", file),
        originator=_text(head, "originator", file),
        source_system=(_text(system, "name", file), _text(system, "version", file)),
        study_oid=_text(head, "studyOID", file),
        metadata_version_oid=_text(head, "metaDataVersionOID", file),
        metadata_ref=_text(head, "metaDataRef", file),
        oid=_text(head, "itemGroupOID", file),
        others=tuple(_others(head, system, made)),
    )


def _others(head: dict[str, Any], system: dict[str, Any], columns: Collection[FileVariable]) -> Iterator[str]:
    """Attributes that the format does not have, or whose value is none of theirs, as messages name them."""
    yield from (name for name in head if name not in _ATTRIBUTES)
    known = ("name", "version") if system.get("name") else ()
    yield from (f"{name} of sourceSystem" for name in system if name not in known)
    changed = head.get("dbLastModifiedDateTime")
    if changed and not is_json_time(changed):
        yield f"dbLastModifiedDateTime {_short(changed)}"
    for column, entry in zip(columns, head["columns"], strict=True):
        lost = [name for name in entry if name not in _OF_COLUMNS]
        if entry.get("targetDataType") and column.type == "Char":
            lost.append("targetDataType")
        yield from (f"{name} of {column.name}" for name in lost)


def _column(said: Any, number: int, file: str) -> FileVariable:
    entry: dict[str, Any] = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    name, label, kind = entry.get("name"), entry.get("label", ""), entry.get("dataType")
    if not isinstance(name, str) or not name or not isinstance(label, str):
        stop("CED606", file, f"has no name or label for column {number}")
    if kind not in TEXTS + NUMBERS:
        stop("CED606", file, f"has the dataType {kind!r} for {name}", f"one of {', '.join(TEXTS + NUMBERS)}")
    target = entry.get("targetDataType") or ""
    if target not in (*_TARGETS, ""):
        what = f"has the targetDataType {_short(target)} for {name}"
        stop("CED606", file, what, f"one of {', '.join(_TARGETS)}")
    target = "" if kind in ("string", "URI") else target
    return FileVariable(
        name=name,
        label=label,
        type="Num" if kind in NUMBERS or target else "Char",
        data_type=kind,
        target=target,
        length=_whole(entry, "length", name, file),
        format=_text(entry, "displayFormat", file, name),
        key=_whole(entry, "keySequence", name, file),
        oid=_text(entry, "itemOID", file, name),
    )


def _text(said: dict[str, Any], name: str, file: str, column: str = "") -> str:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        of = f" for {column}" if column else ""
        stop("CED606", file, f"has the {name} {_short(value)}{of}, which is no text")
    return value or ""


def _whole(said: dict[str, Any], name: str, column: str, file: str) -> int:
    """A number from 1 on; 0 stands for none, as programs write it that always write one."""
    value = said.get(name)
    if value is None:
        return 0
    is_whole = not isinstance(value, bool) and isinstance(value, int | float) and value == value // 1
    if not is_whole or value < 0:
        stop(
            "CED606", file, f"has the {name} {_short(value)} for {column}, which is no whole number from 1 on"
        )
    return int(value)


def _short(value: Any) -> str:
    return repr(value)[:60]
