"""The codelists of the test codes and test names of a domain."""

from __future__ import annotations

from collections.abc import Iterable

from ced_cdisc.core.metadata import Codelist
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.sdtm.domain import Domain


def choose_lists(domain: Domain, codelists: Codelists) -> None:
    """Bind lists to --TESTCD and --TEST where one that the guide or the sponsor names is not enough.

    Of several lists that the guide names, the first that has all tests of the domain. Tests that none of them
    has, as those of an instrument beside RECIST in RS, come from the one published list that has them: then
    the variables have lists of their own, with the terms of all these lists.
    """
    codes, names = (domain.ig.variable(domain.full(name)) for name in ("--TESTCD", "--TEST"))
    tests = list(dict.fromkeys(str(rows.test.test) for rows in domain.rows if rows.test is not None))
    if codes is None or names is None or not tests:
        return
    for code, name in zip(codes.codelists, names.codelists, strict=False):
        published = codelists.published(code)
        if len(codes.codelists) > 1 and published is not None and set(tests) <= set(published[1].values):
            codelists.choose(codes.name, code)
            codelists.choose(names.name, name)
            return
    bound = codelists.of_variable(codes.name, codes.codelists)
    lists = [bound] if bound is not None else [codelists.find(code) for code in codes.codelists]
    first = [codelist for codelist in lists if codelist is not None and codelist.code]
    more = _others(tests, first, codelists) if first else []
    if not more:
        return
    every = [*first, *more]
    known = {term.value for codelist in every for term in codelist.terms}
    if known.issuperset(tests) and all(rows.test is not None for rows in domain.rows):
        every = [one for one in every if not {term.value for term in one.terms}.isdisjoint(tests)]
    named = [codelists.names_of(codelist) for codelist in every]
    if len(every) > 1:
        title = f"{domain.ig.label} Test Code"
        own = codelists.of_variable(names.name, names.codelists)
        every = [_joined(codes.name, title, every)]
        named = [_joined(names.name, f"{title}, Names", filter(None, (own, *named)))]
    for variable, codelist in ((codes.name, every[0]), (names.name, named[0])):
        if codelist is not None:
            codelists.bind(variable, codelist, first[0].code)


def _others(tests: Iterable[str], lists: Iterable[Codelist], codelists: Codelists) -> list[Codelist]:
    """The published lists of the tests that no list has, each where it is the only one that has the test."""
    known = {term.value for codelist in lists for term in codelist.terms}
    having = [codelists.with_test(test) for test in tests if test not in known]
    return list({found[0].code: found[0] for found in having if len(found) == 1}.values())


def _joined(variable: str, name: str, lists: Iterable[Codelist]) -> Codelist:
    terms = {term.value: term for codelist in lists for term in codelist.terms}
    return Codelist(id=variable, name=name, terms=tuple(terms.values()))
