"""What a built define.xml is read as by the checklist: the file, its folder and the bytes beside it.

Independent of the product: lxml reads the file, pyreadstat the transport files, pypdf the documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
from lxml import etree
from pypdf import PdfReader

NS = {
    "odm": "http://www.cdisc.org/ns/odm/v1.3",
    "def": "http://www.cdisc.org/ns/def/v2.1",
    "arm": "http://www.cdisc.org/ns/arm/v1.0",
    "xlink": "http://www.w3.org/1999/xlink",
}
PREFIXES = {uri: f"{prefix}:" for prefix, uri in NS.items() if prefix != "odm"} | {NS["odm"]: ""}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
DATES = {"date", "time", "datetime", "partialDate", "partialTime", "partialDatetime", "incompleteDatetime"}
DURATIONS = {"durationDatetime", "intervalDatetime"}
TYPES = {"text", "integer", "float"} | DATES | DURATIONS

Element = etree._Element
Faults = Iterator[str]


def short(name: str) -> str:
    """``def:Origin`` of the name of an element or attribute with its namespace."""
    uri, _, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
    return PREFIXES.get(uri, f"{{{uri}}}" if uri else "") + local


def children(element: Element) -> list[str]:
    return [short(str(child.tag)) for child in element.iterchildren("*")]


@dataclass
class File:
    """One define.xml: ``kind`` is sdtm or adam; ``folder`` holds what it names."""

    root: Element
    folder: Path
    kind: str
    pages: dict[str, int] = field(default_factory=dict)

    def all(self, path: str, at: Element | None = None) -> list[Any]:
        return (self.root if at is None else at).xpath(path, namespaces=NS)

    @staticmethod
    def get(element: Element, name: str) -> str | None:
        prefix, _, local = name.rpartition(":")
        return element.get(f"{{{NS[prefix]}}}{local}" if prefix else local)

    @cached_property
    def by_oid(self) -> dict[str, Element]:
        return {e.get("OID", ""): e for e in self.root.iter("*") if e.get("OID")}

    @cached_property
    def datasets(self) -> dict[str, Element]:
        return {g.get("Name", ""): g for g in self.all("//odm:ItemGroupDef")}

    def variables(self, group: Element) -> list[tuple[Element, Element]]:
        """Reference and definition of each variable of a dataset, or of each row of a value list."""
        return [
            (r, self.by_oid[r.get("ItemOID", "")])
            for r in self.all("odm:ItemRef", group)
            if r.get("ItemOID") in self.by_oid
        ]

    def levels(self, item: Element) -> list[tuple[Element, Element]]:
        """Reference and definition of each row of an item's value list."""
        oids = self.all("def:ValueListRef/@ValueListOID", item)
        return [pair for oid in oids if oid in self.by_oid for pair in self.variables(self.by_oid[oid])]

    def pairs(self) -> Iterator[tuple[Element, Element, Element]]:
        """Dataset, reference and definition of every variable."""
        for group in self.datasets.values():
            for ref, item in self.variables(group):
                yield group, ref, item

    def every(self) -> Iterator[tuple[str, Element, Element, Element | None]]:
        """Dataset, reference, definition and parent (None: a variable) of each variable and value."""
        for group, ref, item in self.pairs():
            yield group.get("Name", ""), ref, item, None
            for low_ref, low in self.levels(item):
                yield group.get("Name", ""), low_ref, low, item

    def path(self, dataset: str) -> Path:
        return self.folder / f"{dataset.lower()}.xpt"

    def data(self, dataset: str) -> pd.DataFrame:
        """The records of a dataset; an empty text is a missing value."""
        return read(self.path(dataset))

    def chosen(self, dataset: str, ref: Element, column: str) -> pd.Series:
        """The values of a variable in the records that a row of a value list speaks of."""
        clauses = frozenset(
            frozenset(
                (
                    str(self.by_oid[str(self.get(check, "def:ItemOID"))].get("Name")),
                    check.get("Comparator") not in ("NE", "NOTIN"),
                    frozenset(c.text or "" for c in self.all("odm:CheckValue", check)),
                )
                for check in self.all("odm:RangeCheck", self.by_oid[oid])
            )
            for oid in self.all("def:WhereClauseRef/@WhereClauseOID", ref)
        )
        return self.data(dataset).loc[meant(self.path(dataset), clauses), column]

    def pages_of(self, href: str) -> int:
        """Number of pages of a document of the folder."""
        return page_count(self.folder / href)


@lru_cache(maxsize=200)
def read(path: Path) -> pd.DataFrame:
    frame, _ = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
    return frame.replace("", None)


@lru_cache(maxsize=1000)
def texts(path: Path, name: str) -> pd.Series:
    """The values of a variable as define.xml writes them."""
    return read(path)[name].map(text)


@lru_cache(maxsize=2000)
def meant(path: Path, clauses: frozenset[frozenset[tuple[str, bool, frozenset[str]]]]) -> pd.Series:
    """Whether a record meets all checks of one of the clauses: variable, whether it is in, and the values."""
    rows = read(path)
    mask = pd.Series(False, index=rows.index)
    for clause in clauses:
        one = pd.Series(True, index=rows.index)
        for name, within, values in clause:
            one &= texts(path, name).isin(values) == within
        mask |= one
    return mask


@lru_cache(maxsize=1000)
def distinct(path: Path, name: str) -> frozenset[str]:
    """The values of a variable as define.xml writes them, each once."""
    return frozenset(texts(path, name)) - {""}


def forget() -> None:
    """Let go of what was read, a hundred megabytes."""
    for kept in (read, texts, meant, distinct):
        kept.cache_clear()


@lru_cache(maxsize=20)
def page_count(path: Path) -> int:
    return len(PdfReader(path).pages)


def text(value: object) -> str:
    """A value as define.xml writes it; nothing for a missing one."""
    if value is None or value != value:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


CHECKS: dict[str, Callable[[File], Faults]] = {}


def check(rule: Callable[[File], Faults]) -> Callable[[File], Faults]:
    """A group of the checklist, known by its function's name."""
    CHECKS[rule.__name__] = rule
    return rule


def attributes(element: Element, required: str, optional: str = "") -> Faults:
    """Attributes that lack, are empty or may not be there."""
    held = {short(str(k)): v for k, v in element.attrib.items()}
    shown = f"{short(str(element.tag))} {element.get('OID') or element.get('ItemOID') or ''}".strip()
    for name in required.split():
        if not held.get(name, "").strip():
            yield f"{shown} has no {name}"
    for name in held.keys() - set(required.split()) - set(optional.split()):
        yield f"{shown} has {name}"


def order(element: Element, allowed: str) -> Faults:
    """Children that stand in another order, too often, or may not be there.

    ``allowed`` names them in order, each with ``?``, ``*``, ``+`` or nothing (once).
    """
    pattern = "".join(
        f"(?:{re.escape(word.rstrip('?*+'))} ){word[len(word.rstrip('?*+')) :]}" for word in allowed.split()
    )
    found = "".join(f"{child} " for child in children(element))
    if not re.fullmatch(pattern, found):
        shown = element.get("OID") or element.get("Name") or ""
        yield f"{short(str(element.tag))} {shown} holds {found.strip()}"


def described(element: Element) -> Faults:
    """A Description that has no English text."""
    for one in element.findall("odm:Description", NS):
        texts = one.findall("odm:TranslatedText", NS)
        if len(texts) != 1 or texts[0].get(LANG) != "en" or not (texts[0].text or "").strip():
            yield f"{element.get('OID')} has a Description without one English text"


def numbered(refs: list[Element], name: str, where: str) -> Faults:
    """Numbers that are not given to all or not 1 to k."""
    held = [ref.get(name) for ref in refs]
    if any(held) and held != [str(n) for n in range(1, len(refs) + 1)]:
        yield f"{where} has {name} {held}"
