"""A terminology file as NCI EVS publishes it to a package of this tool, with every fault by file and line.

Taken are codes, names, submission values, synonyms and preferred terms; definitions are not.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePath

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location, one_of
from ced_cdisc.standards.ct import PUBLISHERS, CtCodelist, CtTerm
from ced_cdisc.standards.ct_diff import Edition
from ced_cdisc.standards.ct_forms import Content, Row, read_form
from ced_cdisc.standards.ct_tables import ListRow, TermRow, package_tables

_CODE = re.compile(r"C\d+")
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_PUBLISHER = re.compile(rf"(?<![A-Za-z])({'|'.join(PUBLISHERS)})(?![A-Za-z])", re.IGNORECASE)


class Published(Struct, frozen=True):
    """One package as published, in the order of its file."""

    publisher: str
    version: str
    lists: tuple[ListRow, ...]
    terms: dict[str, tuple[TermRow, ...]]

    def tables(self) -> dict[str, bytes]:
        """The package's files by name."""
        return package_tables(self.publisher, self.version, self.lists, self.terms)

    def edition(self) -> Edition:
        """The package to compare with another one."""
        made: dict[str, CtCodelist] = {}
        for row in self.lists:
            terms = tuple(
                CtTerm(t.code, t.value, tuple(filter(None, t.synonyms.split("; "))), t.preferred_term)
                for t in self.terms[row.code]
            )
            made[row.code] = CtCodelist(row.code, row.short_name, row.name, row.extensible == "Yes", terms)
        return Edition(self.publisher, self.version, made)


def read_published(
    raw: bytes, shown: str, findings: Findings, *, publisher: str = "", version: str = ""
) -> Published | None:
    """A published file as a package, or None with findings (CED083, CED084, CED085).

    Args:
        raw: the bytes of the file.
        shown: its path, for messages and for the standard and the date.
        findings: receives every fault.
        publisher: the standard, where the file does not say it; rules over what the file says.
        version: the date likewise, YYYY-MM-DD.
    """
    before = len(findings)
    content = read_form(raw, shown, findings)
    lists, terms = _checked(content, shown, findings)
    sources = [PurePath(shown).name, *content.titles]
    known = {name.upper(): name for name in PUBLISHERS}
    standards = [known[found.upper()] for text in sources for found in _PUBLISHER.findall(text)]
    dates = [found for text in sources for found in _DATE.findall(text)]
    publisher = publisher or _told("standard", standards, f"one of {', '.join(PUBLISHERS)}", shown, findings)
    version = version or _told("date", dates, "YYYY-MM-DD", shown, findings)
    if version and not _is_date(version):
        findings.add(Finding("CED085", f"'{version}' is no date", Location(shown), hint="write YYYY-MM-DD"))
    if len(findings) > before:
        return None
    return Published(publisher, version, lists, terms)


def _told(what: str, found: list[str], form: str, shown: str, findings: Findings) -> str:
    """The one standard or date that a file tells, else an empty text with a finding."""
    words = list(dict.fromkeys(found))
    if len(words) == 1:
        return words[0]
    message = f"the file tells several {what}s: {one_of(words)}" if words else f"the file tells no {what}"
    findings.add(Finding("CED085", message, Location(shown), hint=f"give it with --{what}, {form}"))
    return ""


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class _Faults:
    """Faults of rows; ``first`` remembers where something was seen."""

    def __init__(self, shown: str, findings: Findings) -> None:
        self._shown = shown
        self._findings = findings
        self._first: dict[tuple[str, ...], int] = {}

    def add(self, row: Row, message: str, hint: str = "") -> None:
        self._findings.add(Finding("CED084", message, Location(self._shown, row.line), hint=hint))

    def once(self, row: Row, what: str, *key: str) -> bool:
        """Whether this is seen for the first time; else a fault."""
        if (what, *key) in self._first:
            self.add(row, f"{what} {key[-1]} stands in line {self._first[what, *key]} already")
            return False
        self._first[what, *key] = row.line
        return True


def _checked(
    content: Content, shown: str, findings: Findings
) -> tuple[tuple[ListRow, ...], dict[str, tuple[TermRow, ...]]]:
    faults = _Faults(shown, findings)
    lists: list[ListRow] = []
    terms: dict[str, list[TermRow]] = {row.code: [] for row in content.rows if not row.codelist}
    for row in content.rows:
        if not _sound(row, faults):
            continue
        if not row.codelist:
            if row.extensible not in ("Yes", "No", ""):
                faults.add(row, f"codelist {row.code} is extensible: '{row.extensible}'", "it is Yes or No")
            elif not row.name:
                faults.add(row, f"codelist {row.code} has no name")
            elif faults.once(row, "codelist", row.code) and faults.once(row, "the short name", row.value):
                lists.append(ListRow(row.code, row.value, row.name, row.extensible))
        elif row.codelist not in terms:
            faults.add(row, f"term {row.code} is in codelist {row.codelist}, which the file does not have")
        elif faults.once(row, f"codelist {row.codelist}: term", row.code) and faults.once(
            row, f"codelist {row.codelist}: the submission value", row.value
        ):
            synonyms = "; ".join(filter(None, (text.strip() for text in row.synonyms.split(";"))))
            terms[row.codelist].append(TermRow(row.code, row.value, synonyms, row.preferred_term))
    if not content.rows and not findings:
        findings.add(Finding("CED083", "the file holds no codelist", Location(shown)))
    return tuple(lists), {code: tuple(listed) for code, listed in terms.items()}


def _sound(row: Row, faults: _Faults) -> bool:
    what = "term" if row.codelist else "codelist"
    cells = (row.code, row.codelist, row.name, row.value, row.synonyms, row.preferred_term)
    if any("\t" in cell or len(cell.splitlines()) > 1 for cell in cells):
        faults.add(row, "a cell holds a tab or a line end")
    elif any(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in cells):
        faults.add(row, "a cell in quotes, as a spreadsheet program writes it", "take the file as published")
    elif not _CODE.fullmatch(row.code):
        faults.add(row, f"'{row.code}' is no NCI code of a {what}", "a code is C and digits")
    elif row.codelist and not _CODE.fullmatch(row.codelist):
        faults.add(row, f"'{row.codelist}' is no NCI code of a codelist", "a code is C and digits")
    elif not row.value:
        faults.add(row, f"{what} {row.code} has no submission value")
    else:
        return True
    return False
