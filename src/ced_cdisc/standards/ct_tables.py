"""Controlled terminology as this tool's own tables: the index of codelists, and the terms list after list.

The columns stand in ``data/README.md``. The same terminology gives the same bytes.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

_HEADER = ("code", "short_name", "name", "extensible", "name_list", "offset", "length")


class ListRow(Struct, frozen=True):
    """A codelist as published. ``extensible`` is Yes, No, or empty where the publisher says nothing."""

    code: str
    short_name: str
    name: str
    extensible: str


class TermRow(Struct, frozen=True):
    """A term as published; ``synonyms`` are joined by ``; ``."""

    code: str
    value: str
    synonyms: str
    preferred_term: str


def package_tables(
    publisher: str, version: str, lists: Iterable[ListRow], terms: Mapping[str, Sequence[TermRow]]
) -> dict[str, bytes]:
    """The files of one package by name, compressed without a time stamp.

    Args:
        publisher: SDTM, ADaM, ...
        version: the date of the package, YYYY-MM-DD.
        lists: its codelists.
        terms: the terms of each codelist by the list's code, in published order.

    Raises:
        ValueError: a cell holds a tab or a line end.
    """
    ordered = sorted(lists, key=lambda row: (row.short_name, row.code))
    names = name_lists(ordered, terms)
    index = ["\t".join(_HEADER) + "\n"]
    blocks: list[bytes] = []
    offset = 0
    for row in ordered:
        listed = terms.get(row.code, ())
        block = "".join(_line(t.code, t.value, t.synonyms, t.preferred_term) for t in listed).encode()
        size = (names.get(row.code, ""), str(offset), str(len(block)))
        index.append(_line(row.code, row.short_name, row.name, row.extensible, *size))
        blocks.append(block)
        offset += len(block)
    content = {"codelists": "".join(index).encode(), "terms": b"".join(blocks)}
    return {
        f"ct-{publisher}-{version}.{part}.tsv.gz": gzip.compress(table, compresslevel=9, mtime=0)
        for part, table in content.items()
    }


def name_lists(lists: Sequence[ListRow], terms: Mapping[str, Sequence[TermRow]]) -> dict[str, str]:
    """The list of names that belongs to each list of codes: the same concepts under other values.

    Lists of codes end in CD (LBTESTCD, TSPARMCD), TC (a QRS test) or PC (a QRS parameter). The name list is
    the one list with the same term codes; where several have them, the one that the naming rule points to.
    """
    short = {row.code: row.short_name for row in lists}
    concepts = {code: frozenset(term.code for term in terms.get(code, ())) for code in short}
    same: dict[frozenset[str], list[str]] = defaultdict(list)
    for code, group in concepts.items():
        same[group].append(code)
    found: dict[str, str] = {}
    for code, name in short.items():
        if not name.endswith(("CD", "TC", "PC")):
            continue
        candidates = [c for c in same[concepts[code]] if not short[c].endswith(("CD", "TC", "PC"))]
        rule = name[:-2] if name.endswith("CD") else name[:-1] + "N"
        by_rule = [c for c in candidates if short[c] == rule]
        if len(by_rule or candidates) == 1:
            found[code] = (by_rule or candidates)[0]
    return found


def _line(*cells: str) -> str:
    if any("\t" in cell or len(cell.splitlines()) > 1 for cell in cells):
        raise ValueError(f"a cell holds a tab or a line end: {cells}")
    return "\t".join(cells) + "\n"
