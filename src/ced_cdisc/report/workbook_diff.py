"""The differences of a workbook as text: by sheet, each with its place in the specs or why it has none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ced_cdisc.workbook.compare import Difference
from ced_cdisc.workbook.edits import Target

_MOST = 400


def differences_text(targets: Sequence[Target]) -> str:
    """All differences, grouped by sheet; empty where there are none.

    Each difference is one line (row key, column, old and new text), and a second one with its place.
    """
    lines: list[str] = []
    for sheet, group in groupby(targets, key=lambda one: one.difference.sheet):
        listed = list(group)
        lines.append(f"{sheet}: {_count(len(listed), 'difference')}")
        for target in listed:
            lines += [f"  {_said(target.difference)}", f"      {_placed(target)}"]
    return "".join(f"{line}\n" for line in lines)


def summary(targets: Sequence[Target]) -> str:
    """How many differences there are, and how many the specs can say."""
    if not targets:
        return "the workbook says what the build says"
    can = sum(bool(one.edits) for one in targets)
    return f"{_count(len(targets), 'difference')}, of which the specs have a key for {can}"


def _said(one: Difference) -> str:
    name = (
        ".".join(filter(None, one.key[:2])) if one.sheet == "Variables" else ", ".join(filter(None, one.key))
    )
    if one.kind == "added":
        return f"{name}: only in the workbook (row {one.row})"
    if one.kind == "missing":
        return f"{name}: not in the workbook"
    return f"{name} {one.column} (row {one.row}): {_text(one.old)} -> {_text(one.new)}"


def _placed(target: Target) -> str:
    where = str(target.where) if target.where.file else ""
    if target.edits:
        return where
    return f"{where}: {target.reason}" if where else target.reason


def _text(text: str) -> str:
    """A cell's text on one line; of a long one its beginning."""
    shown = " ".join(text.split())
    if not shown:
        return "(empty)"
    return f'"{shown[:_MOST]}..."' if len(shown) > _MOST else f'"{shown}"'


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
