"""Findings grouped by code, as text or JSON: what a check of files prints to standard output."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from ced_cdisc.core.codes import CODES
from ced_cdisc.core.findings import Finding, Severity, printable

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def as_text(findings: Sequence[Finding], most: int) -> Iterator[str]:
    """Lines of text: a head for each code, then its findings, at most ``most`` of them (0: all)."""
    ordered = sorted(findings, key=lambda f: (_ORDER[f.severity], f.code, f.where, f.message))
    for (severity, code), group in groupby(ordered, key=lambda f: (f.severity, f.code)):
        items = list(group)
        known = CODES[code]
        ids = sorted({one for item in items for one in item.ids})
        also = f" [{', '.join(ids)}]" if ids else ""
        yield f"{severity.value} {code}{also} {known.title} ({len(items)}): {known.remedy}"
        shown = items if most == 0 else items[:most]
        for item in shown:
            hint = f"; {item.hint}" if item.hint else ""
            yield f"  {item.where} {printable(item.message + hint)}"
            yield from (f"      {printable(record)}" for record in item.records)
        if len(shown) < len(items):
            yield f"  and {len(items) - len(shown)} more; --all shows them"


def as_json(findings: Sequence[Finding]) -> str:
    """A JSON document with one object a finding, in the order of their places."""
    listed = [
        {
            "code": one.code,
            "ids": list(one.ids),
            "severity": one.severity.value,
            "file": one.where.file,
            "line": one.where.line,
            "message": one.message,
            "hint": one.hint,
            "records": list(one.records),
        }
        for one in findings
    ]
    return json.dumps({"findings": listed}, indent=2, ensure_ascii=False)


def counted(findings: Sequence[Finding]) -> str:
    """How many findings of each kind: ``2 errors, 1 warning, no notes``."""
    parts: list[str] = []
    for severity in _ORDER:
        count = sum(one.severity is severity for one in findings)
        parts.append(f"{count or 'no'} {severity.value}{'' if count == 1 else 's'}")
    return ", ".join(parts)
