"""Terminology: values against the published codelists that govern, and against those of define.xml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import polars as pl

from ced_cdisc.check.define.document import DefineDocument
from ced_cdisc.conformance.beside import with_columns
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.records import Block
from ced_cdisc.conformance.submission import Datasets
from ced_cdisc.standards.ct import CtCodelist

# Values that the guide itself gives beside the terms.
_BESIDE_TERMS = {"RACE": ("MULTIPLE",)}


def closed_codelists(study: Datasets) -> Iterator[Look]:
    """Values that are no term of a codelist that cannot be extended."""
    for data, name, lists in _coded(study):
        if not any(codelist.extensible for codelist in lists):
            terms = _terms(study, lists) | {*_BESIDE_TERMS.get(name, ())}
            yield data.values_wrong(name, partial(_is_not, terms), codelist=_named(lists))


def spelling_of_terms(study: Datasets) -> Iterator[Look]:
    """Values of extensible codelists that are terms but for the case of their letters."""
    for data, name, lists in _coded(study):
        if any(codelist.extensible for codelist in lists):
            terms, folded = _terms(study, lists), _folded(study, lists)

            def wrong(value: str, terms: set[str] = terms, folded: set[str] = folded) -> bool:
                return value not in terms and value.casefold() in folded

            yield data.values_wrong(name, wrong, codelist=_named(lists))


def synonyms_of_terms(study: Datasets) -> Iterator[Look]:
    """Values of extensible codelists that are synonyms of one of their terms."""
    for data, name, lists in _coded(study):
        if any(codelist.extensible for codelist in lists):
            folded = _folded(study, lists)

            def wrong(value: str, folded: set[str] = folded, lists: list[CtCodelist] = lists) -> bool:
                unknown = value.casefold() not in folded
                return unknown and any(codelist.by_synonym(value) for codelist in lists)

            yield data.values_wrong(name, wrong, codelist=_named(lists))


def code_and_name(study: Datasets) -> Iterator[Look]:
    """Test codes of published codelists with another name than the published one."""
    package = study.governing.package("SDTM")
    for data in study.having("--TESTCD", "--TEST") if package else ():
        test, name = data.v("--TESTCD"), pl.col("published name")
        known = data.expected.get(test)
        for code in known.codelists if known else ():
            names = package.paired_name_list(code) if package and code in package else None
            if package and names:
                frame = partial(_with_names, test, package.codelist(code), names)
                yield data.records(
                    data.col("--TEST") != name, "--TEST", test, of=name.is_not_null(), frame=frame
                )


def _with_names(test: str, codes: CtCodelist, names: CtCodelist, block: Block) -> pl.DataFrame:
    """Records with the ``published name`` of their test, null of a code that is not published."""
    found: dict[str, str] = {}
    for value in block.listed(test):
        term = codes.term(value)
        name = names.by_code(term.code) if term else None
        if name:
            found[value] = name.submission_value
    published = pl.col(test).replace_strict(found, default=None, return_dtype=pl.String)
    return with_columns(block.frame, [block.frame.select(published.alias("published name")).to_series()])


def define_codelists(study: Datasets) -> Iterator[Look]:
    """Values that the codelist of the variable in define.xml does not have."""
    for data in study.datasets.values():
        for name, terms in _define_terms(data).items():
            listed = terms if data.columns[name].type == "Char" else [_float(term) for term in terms]
            yield data.values_wrong(name, partial(_is_not, set(listed)))


def _terms(study: Datasets, lists: list[CtCodelist]) -> set[str]:
    return study.once(f"terms of {_named(lists)}", lambda: {term for one in lists for term in one.values})


def _folded(study: Datasets, lists: list[CtCodelist]) -> set[str]:
    terms = _terms(study, lists)
    return study.once(f"folded terms of {_named(lists)}", lambda: {term.casefold() for term in terms})


def _is_not(terms: set[Any], value: object) -> bool:
    return value not in terms


def _coded(study: Datasets) -> Iterable[tuple[Dataset, str, list[CtCodelist]]]:
    """The character variables of SDTM with codelists of the guide that are all in the package."""
    return study.once("coded variables", lambda: list(_with_codelists(study)))


def _with_codelists(study: Datasets) -> Iterator[tuple[Dataset, str, list[CtCodelist]]]:
    for data in study.sdtm():
        for name, known in data.expected.items():
            lists = [study.governing.codelist(code) for code in known.codelists]
            found = [codelist for codelist in lists if codelist is not None]
            if found and len(found) == len(lists) and data.has(name) and data.columns[name].type == "Char":
                yield data, name, found


def _named(lists: list[CtCodelist]) -> str:
    return " and ".join(f"{codelist.short_name} ({codelist.code})" for codelist in lists)


def _define_terms(data: Dataset) -> dict[str, list[str]]:
    """The values of the enumerated codelists of a dataset's variables in define.xml, by variable."""
    if data.define is None:
        return {}
    document, element = data.define
    lists = document.once("terms by OID", lambda: _terms_by_oid(document))
    found: dict[str, list[str]] = {}
    for item in document.refs(element):
        ref, name = document.child(item, "CodeListRef"), item.get("Name", "")
        terms = lists.get(ref.get("CodeListOID", "")) if ref is not None else None
        if terms is not None and name in data.columns:
            found[name] = terms
    return found


def _terms_by_oid(document: DefineDocument) -> dict[str, list[str] | None]:
    """The values of each codelist of a define.xml; None of a dictionary that is outside of it."""
    return {
        one.get("OID", ""): None
        if one.find("{*}ExternalCodeList") is not None
        else [term.get("CodedValue", "") for term in one if term.get("CodedValue") is not None]
        for one in document.all("CodeList")
    }


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
