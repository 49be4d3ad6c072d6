"""Texts that expressions ask for and the data have in another spelling only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Finding, Location, Severity, Stage, misspelt
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.raw import AskedText
from ced_cdisc.read.tables import RawTable

_MOST = 1000
"""Of a column with more texts, as one of free text, nothing is told."""
_LETTERS = 5
"""A text of fewer is not taken for a slip: LE is another code than AE."""


def asked_texts(
    plan: StudyPlan, tables: Mapping[str, RawTable], blocks: Mapping[str, Blocks]
) -> Iterator[Finding]:
    """CED844, a note for each text that an expression compares with, that no record has and some have in
    another spelling: the condition is true for none of the records that are meant."""
    seen: dict[str, list[str]] = {}
    for study in plan.studies:
        raw, built = study.own(tables), {dataset.name for dataset in study.datasets}
        # An expression that goes into another one has a place there, too, which is that of its line.
        asked = {(a.column, a.text, a.where.file, a.where.line): a for a in sorted(study.asked, key=_place)}
        for one in asked.values():
            if one.dataset not in built:
                continue
            owner, _, name = one.column.partition(".")
            key = study.qualified(one.column) if owner in raw else one.column
            if key not in seen:
                seen[key] = _texts(
                    _raw(raw[owner], name) if owner in raw else _made(plan, blocks, owner, name)
                )
            stands = one.text in seen[key] or not one.text.isascii()  # which a variable may be written in
            near = "" if stands else _near(one.text, seen[key])
            if near:
                message = f"no record has {one.column} '{one.text}', and some have {one.column} '{near}'"
                hint = "write the text as the data have it"
                yield Finding("CED844", message, one.where, hint, Stage.RAW, Severity.NOTE)


def _place(one: AskedText) -> Location:
    return one.where


def _raw(table: RawTable, name: str) -> Iterator[pl.Series]:
    if name in table.frame.columns:
        yield table.frame[name]


def _made(plan: StudyPlan, blocks: Mapping[str, Blocks], owner: str, name: str) -> Iterator[pl.Series]:
    """A variable in the datasets of that name of all studies."""
    for study in plan.studies:
        held = blocks.get(study.qualified(owner))
        if held is not None and held.schema.get(name) == pl.String:
            yield held.column(name)


def _texts(columns: Iterable[pl.Series]) -> list[str]:
    found: set[str] = set()
    for column in columns:
        found.update(column.drop_nulls().unique())
        if len(found) > _MOST:
            return []
    return sorted(found)


def _near(text: str, texts: Sequence[str]) -> str:
    """The first of the texts that is another spelling, or else one that a slip makes of it."""
    spelled = [one for one in texts if _alike(one) == _alike(text)]
    return next(iter(spelled or [one for one in texts if _is_slip(text, one)]), "")


def _alike(text: str) -> str:
    """A text without what spellings differ in: case, blanks, hyphens; of a number its value."""
    if re.fullmatch(r"[-+]?[0-9]+([.][0-9]+)?", text):
        return f"{float(text):g}"
    return re.sub(r"[\s_/.-]", "", text.casefold()) or text


def _is_slip(text: str, other: str) -> bool:
    """Whether one letter tells the texts apart; another digit is another visit or grade."""
    if min(len(text), len(other)) < _LETTERS or re.sub(r"\D", "", text) != re.sub(r"\D", "", other):
        return False
    return bool(misspelt(text, f"did you mean {other}?"))
