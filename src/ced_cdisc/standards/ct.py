"""CDISC Controlled Terminology: packages, codelists and terms, looked up lazily.

Source: the CDISC CT packages published by NCI EVS (codes, submission values, synonyms, preferred terms).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from msgspec import Struct

from ced_cdisc.standards.tables import DamagedTable, read_bytes, read_table, table_names, unknown

Publisher = Literal["SDTM", "ADaM", "DEFINE-XML", "Protocol", "SEND", "CDASH"]
PUBLISHERS: tuple[str, ...] = get_args(Publisher)
"""The standards whose terminology can be pinned, as they are written in study.yaml."""


class CtTerm(NamedTuple):  # of which thousands are made
    """One term: its NCI code, the value to submit, its synonyms and NCI's preferred term."""

    code: str
    submission_value: str
    synonyms: tuple[str, ...]
    preferred_term: str


class CtCodelist(Struct, frozen=True, dict=True):
    """One codelist with its terms in published order. A list that does not say so is not extensible."""

    code: str
    short_name: str
    name: str
    extensible: bool
    terms: tuple[CtTerm, ...]

    def made_of(self) -> object:
        """All of it, in texts: thousands of terms are told from others as fast as one."""
        return self.code, self.short_name, self.name, self.extensible, repr(self.terms)

    def term(self, value: str) -> CtTerm | None:
        """The term with that submission value, which is case-sensitive as CT is."""
        return self._by_value.get(value)

    def by_code(self, code: str) -> CtTerm | None:
        """The term with that NCI code."""
        return self._by_code.get(code)

    def by_synonym(self, text: str) -> CtTerm | None:
        """The one term that has ``text`` as a synonym; None if no term or several terms have it.

        Case is ignored, unless the exact spelling decides between terms (``M/L`` and ``m/L``).
        """
        exact = self._by_synonym.get(text, ())
        found = exact if len(exact) == 1 else self._by_folded_synonym.get(text.casefold(), ())
        return found[0] if len(found) == 1 else None

    @property
    def values(self) -> tuple[str, ...]:
        """All submission values."""
        return tuple(self._by_value)

    @cached_property
    def _by_value(self) -> dict[str, CtTerm]:
        return {term.submission_value: term for term in self.terms}

    @cached_property
    def _by_code(self) -> dict[str, CtTerm]:
        return {term.code: term for term in self.terms}

    @cached_property
    def _by_synonym(self) -> dict[str, list[CtTerm]]:
        return _index(self.terms, fold=False)

    @cached_property
    def _by_folded_synonym(self) -> dict[str, list[CtTerm]]:
        return _index(self.terms, fold=True)


class CtPackage:
    """One publisher's terminology of one date. Iterating gives the codes of its codelists."""

    def __init__(self, publisher: Publisher, version: str, folder: Path | None = None) -> None:
        self.publisher: Publisher = publisher
        self.version = version
        self._table = f"ct-{publisher}-{version}"
        self._folder = folder
        rows = read_table(f"{self._table}.codelists", folder)
        if folder is not None:
            self._check(rows)
        self._rows = {row["code"]: row for row in rows}
        self._codes = {row["short_name"]: row["code"] for row in rows}
        self._lists: dict[str, CtCodelist] = {}
        self._values: dict[str, dict[str, str]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._rows or name in self._codes

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def short_names(self) -> tuple[str, ...]:
        """The short names of all codelists, for messages."""
        return tuple(self._codes)

    @property
    def titles(self) -> Mapping[str, str]:
        """The names in full of all codelists, each with its NCI code."""
        return {row["name"]: code for code, row in self._rows.items()}

    @property
    def test_lists(self) -> tuple[str, ...]:
        """The NCI codes of the lists of codes that have a list of names."""
        return tuple(code for code, row in self._rows.items() if row["name_list"])

    def code(self, name: str) -> str:
        """The NCI code of the codelist with that code or short name; a name that is unknown, as it is."""
        return self._codes.get(name, name)

    def codelist(self, name: str) -> CtCodelist:
        """The codelist with that NCI code or short name: ``C66742`` or ``NY``.

        Raises:
            UnknownStandard: the package has no such codelist (a KeyError).
        """
        code = self.code(name)
        if code not in self._lists:
            self._lists[code] = self._read(self._row(code))
        return self._lists[code]

    def codes(self, name: str) -> Mapping[str, str]:
        """The NCI code of each submission value of a codelist, in a tenth of the time that its terms take.

        Raises:
            UnknownStandard: the package has no such codelist (a KeyError).
        """
        code = self.code(name)
        if code not in self._values:
            cells = (line.split("\t", 2) for line in self._lines(self._row(code)))
            self._values[code] = {value: code for code, value, _ in cells}
        return self._values[code]

    def paired_name_list(self, name: str) -> CtCodelist | None:
        """The names for a list of codes: VSTEST for VSTESTCD, TSPARM for TSPARMCD, ...TN for ...TC.

        Both lists hold the same concepts (term codes) under different submission values.
        """
        paired = self._rows[self.codelist(name).code]["name_list"]
        return self.codelist(paired) if paired else None

    def decode(self, name: str, value: str) -> str | None:
        """The name of a code: ``decode("VSTESTCD", "SYSBP")`` is "Systolic Blood Pressure".

        None if the value is no term of the list, or the list has no paired list of names.
        """
        names = self.paired_name_list(name)
        term = self.codelist(name).term(value)
        other = names.by_code(term.code) if names and term else None
        return other.submission_value if other else None

    @cached_property
    def _terms(self) -> bytes:
        return read_bytes(f"{self._table}.terms", self._folder)

    def _check(self, rows: list[dict[str, str]]) -> None:
        """Whether index and terms of a study's own package belong together."""
        end = 0
        try:
            for row in rows:
                named = row["code"] and row["short_name"] and row["name"]
                if not named or int(row["offset"]) != end or row["extensible"] not in ("Yes", "No", ""):
                    raise ValueError(row["name_list"])
                end += int(row["length"])
        except (KeyError, ValueError) as error:
            raise DamagedTable(f"{self._table}.codelists.tsv.gz is no table of this tool") from error
        lines = self._terms.count(b"\n")
        if len(self._terms) != end or self._terms.count(b"\t") != 3 * lines:
            raise DamagedTable(
                f"{self._table}.terms.tsv.gz does not belong to {self._table}.codelists.tsv.gz"
            )

    def _row(self, code: str) -> dict[str, str]:
        if code not in self._rows:
            raise unknown(
                "codelist", code, (f"{self.publisher} CT {self.version} with {len(self)} codelists",)
            )
        return self._rows[code]

    def _lines(self, row: dict[str, str]) -> list[str]:
        start = int(row["offset"])
        return self._terms[start : start + int(row["length"])].decode().splitlines()

    def _read(self, row: dict[str, str]) -> CtCodelist:
        cells = (line.split("\t") for line in self._lines(row))
        return CtCodelist(
            code=row["code"],
            short_name=row["short_name"],
            name=row["name"],
            extensible=row["extensible"] == "Yes",
            terms=tuple(
                CtTerm(code, value, tuple(synonyms.split("; ")) if synonyms else (), preferred)
                for code, value, synonyms, preferred in cells
            ),
        )


def load_ct(publisher: Publisher, version: str = "2024-09-27", folder: Path | None = None) -> CtPackage:
    """The CT package of a publisher and date: the one in the folder of a study, else the shipped one.

    Raises:
        UnknownStandard: there is none; the text names those that are shipped (a KeyError).
        DamagedTable: the package in the folder cannot be read.
    """
    if folder is not None and version in ct_versions(publisher, folder):
        return CtPackage(publisher, version, folder)
    return _shipped(publisher, version)


@lru_cache(maxsize=16)
def _shipped(publisher: Publisher, version: str) -> CtPackage:
    shipped = ct_versions(publisher)
    if version not in shipped:
        raise unknown(f"{publisher} CT version", version, shipped or ("none",))
    return CtPackage(publisher, version)


def ct_versions(publisher: str, folder: Path | None = None) -> list[str]:
    """The versions of a publisher's terminology that are shipped, or that a folder holds, oldest first."""
    return table_names(f"ct-{publisher}-", ".codelists", folder)


def ct_files(publisher: str, version: str, folder: Path) -> list[Path]:
    """The files of a package in the folder of a study; none if it is not there."""
    names = [f"ct-{publisher}-{version}.{part}.tsv.gz" for part in ("codelists", "terms")]
    return [folder / name for name in names if (folder / name).is_file()]


def _index(terms: tuple[CtTerm, ...], *, fold: bool) -> dict[str, list[CtTerm]]:
    index: dict[str, list[CtTerm]] = {}
    for term in terms:
        for text in dict.fromkeys(s.casefold() if fold else s for s in term.synonyms):
            index.setdefault(text, []).append(term)
    return index
