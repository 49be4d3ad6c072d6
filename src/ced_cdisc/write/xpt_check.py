"""What a SAS transport file of version 5 or 8 cannot hold, found before a byte is written.

Other writers cut long texts and labels, saturate large numbers and replace letters without a word. Here
every such fault is a finding that names dataset, variable, value and row.

Source: SAS technical papers TS-140, see :mod:`ced_cdisc.core.xpt`; FDA Study Data Technical Conformance Guide
(ASCII only).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.core.findings import Finding
from ced_cdisc.core.ibm import ieee_to_ibm
from ced_cdisc.core.threads import threads
from ced_cdisc.core.xpt import (
    LABEL_BYTES,
    LIMITS,
    LONGEST_NUMBER,
    NAME_BYTES,
    SHORTEST_NUMBER,
    STAMP_BYTES,
    WIDTH_LIMIT,
    XptMember,
    XptVariable,
)
from ced_cdisc.write.xpt_check_values import (
    Block,
    Tell,
    ascii_only,
    character_of,
    code_faults,
    encoded_size,
    finding_of,
    first_foreign,
    number_faults,
    quoted,
    text_faults,
)
from ced_cdisc.write.xpt_values import sas_numbers, sas_text, sas_type

_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_PLAIN_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_LONG_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MANY = 1 << 15
"""Rows from which on columns are looked at side by side."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_xpt(
    frame: pl.DataFrame,
    member: XptMember,
    special_missing: Mapping[str, pl.Series] | None = None,
    tell: Tell | None = None,
) -> list[Finding]:
    """Everything that keeps a dataset out of its file; an empty list means that it can be written.

    Trailing blanks of a text are no fault: SAS knows no difference between ``"A"`` and ``"A "``.

    Args:
        frame: the data; columns may stand in any order.
        member: the planned headers.
        special_missing: codes ``A`` to ``Z`` or ``_`` by numeric variable, see :func:`..xpt.write_xpt`.
        tell: makes the findings of values; without it, they name the rows.

    Returns:
        Findings CED301 to CED323 of stage OUTPUT, at most one per variable and kind of fault,
        unless ``tell`` makes several of it.
    """
    findings = [*check_member(member), *check_block(frame, member, special_missing or {}, 1, tell)]
    return findings or check_last_row(frame, member, first_row=1)


def check_member(member: XptMember) -> list[Finding]:
    """The faults of the headers: names, labels, lengths, formats, stamps."""
    name, count, limits = member.name, len(member.variables), member.limits
    found = [
        *_name_faults(member, f"dataset name {quoted(name)}", name),
        *_label_faults(member, "CED304", f"dataset {name}", member.label, LABEL_BYTES),
        *_stamp_faults(member),
    ]
    if not count:
        found.append(finding_of(member, "CED312", f"dataset {name} has no variables"))
    if count > limits.variables:
        message = f"dataset {name} has {count} variables, {limits.shown} holds {limits.variables}"
        found.append(finding_of(member, "CED318", message))
    for upper, times in Counter(v.name.upper() for v in member.variables).items():
        if times > 1:  # small letters and capitals are one to SAS
            spelt = list(dict.fromkeys(v.name for v in member.variables if v.name.upper() == upper))
            also = f", written {', '.join(spelt)}" if len(spelt) > 1 else ""
            message = f"dataset {name} has {times} variables named {spelt[0]}{also}"
            found.append(finding_of(member, "CED313", message))
    for variable in member.variables:
        if not _is_plain(variable):
            found += _variable_faults(member, variable)
    return found


def _is_plain(variable: XptVariable) -> bool:
    """Whether each version of the file holds what is said of a variable, as it does of almost all."""
    shortest, longest = (1, LIMITS[5].texts) if variable.type == "Char" else (SHORTEST_NUMBER, LONGEST_NUMBER)
    label = variable.label
    return (
        _PLAIN_NAME.fullmatch(variable.name) is not None
        and (len(label) <= LABEL_BYTES and label.isascii() and label.isprintable())
        and shortest <= variable.length <= longest
        and _is_held(variable.format, variable.format_width, variable.format_decimals, NAME_BYTES)
        and _is_held(variable.informat, variable.informat_width, variable.informat_decimals, NAME_BYTES)
    )


def _is_held(form: str, width: int, decimals: int, longest: int) -> bool:
    """Whether a file holds a format whose name has so many bytes at most."""
    named = len(form) <= longest and form.isascii()
    return named and 0 <= width <= WIDTH_LIMIT and 0 <= decimals <= WIDTH_LIMIT


def check_block(
    frame: pl.DataFrame,
    member: XptMember,
    special_missing: Mapping[str, pl.Series],
    first_row: int,
    tell: Tell | None = None,
) -> list[Finding]:
    """The faults of the values, and of the columns against the planned variables."""
    block = Block(frame, member, first_row, tell)
    planned = {variable.name: variable for variable in member.variables}
    found: list[Finding] = []
    columns = set(frame.columns)
    for name in frame.columns:
        if name not in planned:
            found.append(finding_of(member, "CED315", f"{member.name}.{name} is in the data but not planned"))

    def faults(variable: XptVariable) -> list[Finding]:
        if variable.name in columns:
            return list(_column_faults(block, variable))
        what = f"{member.name}.{variable.name} is planned but not in the data"
        return [finding_of(member, "CED314", what)]

    if frame.height < _MANY:
        found += chain.from_iterable(map(faults, planned.values()))
    else:
        with ThreadPoolExecutor(threads()) as pool:
            found += chain.from_iterable(pool.map(faults, planned.values()))
    for name, codes in special_missing.items():
        found += code_faults(block, name, codes)
    return found


def _column_faults(block: Block, variable: XptVariable) -> Iterator[Finding]:
    member, dtype = block.member, block.frame[variable.name].dtype
    kind = sas_type(dtype)
    if kind not in (variable.type, "Any"):
        message = f"{member.name}.{variable.name} is planned as {variable.type}, the data hold {dtype}"
        yield finding_of(member, "CED316", message)
    elif kind == "Char":
        yield from text_faults(block, variable)
    elif kind == "Num":
        yield from number_faults(block, variable)


def check_last_row(frame: pl.DataFrame, member: XptMember, first_row: int) -> list[Finding]:
    """Rows at the end whose bytes are all blank: readers take them for the padding of the last record.

    Only an all-character dataset can have them (and one number, 3.7e-40, whose eight bytes are blanks), and
    only in version 5: version 8 says how many rows there are. The frame must be free of other faults.
    """
    if frame.is_empty() or member.version == 8:
        return []
    last_row = (frame[variable.name][-1] for variable in member.variables)
    if any(isinstance(value, str) and value.strip(" ") for value in last_row):
        return []
    if not _is_blank(frame.tail(1), member)[0]:
        return []
    values = np.flatnonzero(~_is_blank(frame, member))
    first = (int(values[-1]) + 1 if len(values) else 0) + first_row
    last = frame.height + first_row - 1
    rows = f"row {first}" if first == last else f"rows {first} to {last}"
    message = f"{member.name} {rows}: every value is blank, such rows at the end vanish on reading"
    return [finding_of(member, "CED311", message, "leave the rows out or give a key variable a value")]


def _name_faults(member: XptMember, what: str, name: str) -> Iterator[Finding]:
    size, limits = len(name.encode()), member.limits
    if size > limits.names:
        yield finding_of(member, "CED301", f"{what} has {size} bytes, {limits.shown} holds {limits.names}")
    pattern, letters = (_NAME, "A-Z") if member.version == 5 else (_LONG_NAME, "letters")
    if not pattern.fullmatch(name):
        message = f"{what} is not made of {letters}, 0-9 and _, beginning with a letter or _"
        yield finding_of(member, "CED302", message)


def _label_faults(member: XptMember, code: str, what: str, label: str, most: int) -> Iterator[Finding]:
    size = encoded_size(label, member.encoding)
    if size > most:
        message = f"label of {what} has {size} bytes, {member.limits.shown} holds {most}: {quoted(label, 80)}"
        yield finding_of(member, code, message)
    control = _CONTROL.search(label)
    for fault_code, character in (
        ("CED307", first_foreign(label, member.encoding)),
        ("CED308", control[0] if control else None),
    ):
        if character:
            message = f"label of {what} holds {character_of(character)}: {quoted(label)}"
            yield finding_of(member, fault_code, message, ascii_only(member))


def _stamp_faults(member: XptMember) -> Iterator[Finding]:
    texts = [
        ("created stamp", member.created, STAMP_BYTES),
        ("modified stamp", member.modified, STAMP_BYTES),
        ("SAS version", member.sas_version, NAME_BYTES),
        ("SAS system", member.sas_os, NAME_BYTES),
        ("dataset type", member.dataset_type, NAME_BYTES),
    ]
    if library := member.library:
        texts += [
            ("created stamp of the library", library.created, STAMP_BYTES),
            ("modified stamp of the library", library.modified, STAMP_BYTES),
            ("SAS version of the library", library.sas_version, NAME_BYTES),
            ("SAS system of the library", library.sas_os, NAME_BYTES),
        ]
    for what, text, size in texts:
        if len(text) > size or not text.isascii():
            message = f"{what} {quoted(text)} of {member.name} does not fit into {size} ASCII bytes"
            yield finding_of(member, "CED322", message)


def _variable_faults(member: XptMember, variable: XptVariable) -> Iterator[Finding]:
    what, limits = f"{member.name}.{variable.name}", member.limits
    name = f"variable name {quoted(variable.name)} of {member.name}"
    yield from _name_faults(member, name, variable.name)
    yield from _label_faults(member, "CED303", what, variable.label, limits.labels)
    kind, low, high = "text", 1, limits.texts
    if variable.type == "Num":
        kind, low, high = "number", SHORTEST_NUMBER, LONGEST_NUMBER
    if not low <= variable.length <= high:
        message = f"{what} has the length {variable.length}, a {kind} takes {low} to {high} bytes"
        yield finding_of(member, "CED317", message)
    for word, form, width, decimals in (
        ("format", variable.format, variable.format_width, variable.format_decimals),
        ("informat", variable.informat, variable.informat_width, variable.informat_decimals),
    ):
        if not _is_held(form, width, decimals, limits.names):
            message = f"{word} {quoted(form)} {width}.{decimals} of {what} does not fit into {limits.shown}"
            yield finding_of(member, "CED321", message)


def _is_blank(frame: pl.DataFrame, member: XptMember) -> NDArray[np.bool_]:
    blank = np.ones(frame.height, np.bool_)
    for variable in member.variables:
        series = frame[variable.name]
        if variable.type == "Char":
            blank &= (sas_text(series).fill_null("").str.strip_chars_end(" ") == "").to_numpy()
        else:
            raw = ieee_to_ibm(sas_numbers(series).to_numpy()) >> np.uint64(8 * (8 - variable.length))
            blank &= raw == int.from_bytes(b" " * variable.length)
    return blank
