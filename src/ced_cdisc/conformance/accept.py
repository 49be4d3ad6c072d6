"""``ced-cdisc check --accept``: findings written into findings.yaml as accepted.

A fault of reading has no entry and is never accepted. ``all`` stands for warnings alone: an error is accepted
only where its rule is named. What stands in the file keeps its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from ced_cdisc.conformance.memory import Spoken
from ced_cdisc.conformance.recall import Recalled
from ced_cdisc.core.conformance import ANY
from ced_cdisc.core.findings import Severity, did_you_mean
from ced_cdisc.spec.edit import CannotEdit
from ced_cdisc.spec.findings_edit import edited
from ced_cdisc.spec.known_findings import CODE, DIGITS, KnownFinding

ALL = "all"
_BOM = "\ufeff"


class NotAccepted(Exception):
    """The call cannot be carried out, and nothing was written; the text says why."""


class Words(Struct, frozen=True):
    """What the person says: why the findings may stand, who says so, and until when (or empty)."""

    reason: str
    person: str
    until: str


def accept(held: Recalled, wanted: Sequence[str], file: Path, words: Words, today: str) -> list[str]:
    """Write findings into a findings.yaml, and say in lines what was done.

    Args:
        held: the check, held against the file as it is.
        wanted: which findings: ``all``, ``CED-S025``, ``CED-S025:BE``, ``CED-S025:BE.BEDY``.
        file: the file; it is made where it is not there.
        words: what the person says.
        today: the day as YYYY-MM-DD.

    Raises:
        NotAccepted: nothing is found of what is wanted, or the words do not suffice.
    """
    shown = held.shown
    if held.faults:
        told = "".join(f"\n  {fault}" for fault in held.faults)
        raise NotAccepted(f"{shown} has faults; mend them first:{told}")
    chosen = _chosen(held.told, wanted)
    renewed = [one for one in chosen if one.entry is not None and _own_entry(one)]
    new = [one for one in chosen if one not in renewed]
    _check(new, renewed, words, today)
    text = file.read_bytes().decode("utf-8") if file.is_file() else ""
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    try:
        made = edited(text, [_entry(one, words) for one in new], _renewals(renewed, words))
    except CannotEdit as error:
        raise NotAccepted(f"{shown} cannot be written to: {error}") from None
    try:
        _write(file, (mark + made).encode("utf-8"))
    except OSError as error:
        raise NotAccepted(f"{shown} cannot be written to: {error.strerror}") from None
    return [*_said(new, renewed, shown), *_left(held.told, chosen, wanted)]


def _chosen(told: Iterable[Spoken], wanted: Sequence[str]) -> list[Spoken]:
    """The findings that are wanted and not accepted yet, in the order of the check."""
    told = list(told)
    open_ = [one for one in told if not one.failure.accepted]
    chosen: list[Spoken] = []
    for what in wanted:
        found = [one for one in open_ if _is(one, what)]
        if not found:
            raise NotAccepted(f"--accept {what}: {_why_none(what, told)}")
        chosen += found
    return [one for one in open_ if one in chosen]


def _is(one: Spoken, what: str) -> bool:
    if what == ALL:
        return one.severity is Severity.WARNING
    rule, _, place = what.partition(":")
    return rule == one.rule and place in ("", one.failure.dataset, place_of(one))


def _why_none(what: str, told: Sequence[Spoken]) -> str:
    if what == ALL:
        return "no warning is new, changed or expired"
    if any(_is(one, what) for one in told):
        return "it is accepted already"
    rule, _, place = what.partition(":")
    if CODE.fullmatch(rule):
        return "the fault of a file cannot be accepted; mend the file"
    found = [one for one in told if one.rule == rule]
    if not found:
        near = did_you_mean(rule, [one.rule for one in told])
        return f"the check finds nothing of {rule}" + (f"; {near}" if near else "")
    places = sorted({place_of(one) for one in found})
    return f"{rule} finds nothing in {place}; it does in {', '.join(places)}"


def place_of(one: Spoken) -> str:
    """Dataset and variable of a finding."""
    return ".".join(part for part in (one.failure.dataset, one.failure.variable) if part) or "the study"


def _own_entry(one: Spoken) -> bool:
    """Whether the entry is of this finding first; beside a rule of ours, the engine's gets one of its own."""
    return one.entry is not None and one.entry.ours in ("", one.rule)


def _check(new: Sequence[Spoken], renewed: Sequence[Spoken], words: Words, today: str) -> None:
    if new and not words.reason.strip():
        raise NotAccepted(f"--accept needs --reason for what is new: {new[0].rule} in {place_of(new[0])}")
    if words.until and words.until < today:
        raise NotAccepted(f"--until {words.until} is past; today is {today}")
    for one in renewed:
        until = "" if one.failure.acceptance is None else one.failure.acceptance.until
        if until and until < today and not words.until:
            message = f"{one.rule} in {place_of(one)} was accepted until {until}"
            raise NotAccepted(f"{message}; say with --until how long it may stand now")


def _renewals(renewed: Sequence[Spoken], words: Words) -> list[tuple[KnownFinding, dict[str, str]]]:
    """The entries to be renewed, each once, and their new values; the reason is none of them."""
    made: dict[int, tuple[KnownFinding, dict[str, str]]] = {}
    for one in renewed:
        entry = one.entry
        if entry is None:
            continue
        changes = {} if str(entry.records) == ANY else _extent(one)
        changes["person"] = words.person
        if words.until:
            changes["until"] = words.until
        made[id(entry)] = (entry, changes)
    return list(made.values())


def _extent(one: Spoken) -> dict[str, str]:
    """How many records are covered, and the digest of them."""
    count = one.failure.count
    known = one.entry is not None and str(one.entry.records) != "1"
    records = {"records": str(max(count, 1))} if count > 1 or known else {}
    return {**records, "digest": one.failure.digest[:DIGITS]}


def _entry(one: Spoken, words: Words) -> dict[str, str]:
    count = one.failure.count
    return {
        "rule": one.rule,
        "package": one.package,
        "dataset": one.failure.dataset,
        "variable": one.failure.variable,
        **({"records": str(count)} if count > 1 else {}),
        "digest": one.failure.digest[:DIGITS],
        "person": words.person,
        "until": words.until,
        "reason": words.reason,
    }


def _write(file: Path, content: bytes) -> None:
    """Put a file in place as a whole, behind a link where it is one."""
    target = file.resolve()
    beside = target.with_name(f"{target.name}.new")
    beside.write_bytes(content)
    beside.replace(target)


def _said(new: Sequence[Spoken], renewed: Sequence[Spoken], shown: str) -> list[str]:
    lines = [f"{shown}: {len(new)} added, {len(renewed)} renewed"]
    lines += [f"  added    {one.severity.value} {one.rule} in {place_of(one)}" for one in new]
    lines += [
        f"  renewed  {one.severity.value} {one.rule} in {place_of(one)}; its reason stays" for one in renewed
    ]
    return lines


def _left(told: Iterable[Spoken], chosen: Sequence[Spoken], wanted: Sequence[str]) -> list[str]:
    """With ``all``: which errors it does not stand for."""
    errors = [
        one
        for one in told
        if one.severity is Severity.ERROR and not one.failure.accepted and one not in chosen
    ]
    if ALL not in wanted or not errors:
        return []
    number = "1 error is" if len(errors) == 1 else f"{len(errors)} errors are"
    return [
        f"{number} not accepted; an error is accepted by its rule alone, such as --accept {errors[0].rule}"
    ]
