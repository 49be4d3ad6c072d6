"""Codelists looked up by what a person knows of them: a name, a code, or a variable that has them.

They are those of the study as its specs are, with faults or without, else the shipped ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import cast

from msgspec import Struct

from ced_cdisc.core.findings import Findings, did_you_mean
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.schema.names import declared, packages_of
from ced_cdisc.spec.define import DefineSpec
from ced_cdisc.spec.load import Specs
from ced_cdisc.standards.adam import Structure, adam_variable, load_adamig
from ced_cdisc.standards.ct import PUBLISHERS, CtPackage, Publisher, ct_versions, load_ct
from ced_cdisc.standards.ig import IgVariable, load_sdtmig
from ced_cdisc.standards.model import additions

_ALIKE = 5
"""So many lists are named at most where none is called as was asked."""


class UnknownList(Exception):
    """Neither a codelist nor a variable that has one; the text says so, with what comes near."""


class ShownTerm(Struct, frozen=True):
    """A term: the value to submit, its NCI code, what it means, and its synonyms.

    ``added`` are those that the study added to a published list.
    """

    value: str
    code: str
    decode: str
    synonyms: tuple[str, ...]
    added: bool

    def has(self, word: str) -> bool:
        """Whether a word stands in it somewhere, case ignored."""
        texts = (self.value, self.code, self.decode, *self.synonyms)
        return any(word.casefold() in text.casefold() for text in texts)


class FoundList(Struct, frozen=True):
    """A codelist with its terms, its package (empty: the sponsor's), and whether it takes others."""

    codelist: Codelist
    package: str
    extensible: bool
    terms: tuple[ShownTerm, ...]


class Terminology:
    """The codelists that can be asked for.

    Args:
        specs: the study; without one, the newest shipped packages are asked.
    """

    def __init__(self, specs: Specs | None) -> None:
        self._specs = specs
        self._packages: Mapping[str, CtPackage] = packages_of(specs) if specs is not None else _shipped()
        self._define = specs.define if specs is not None else DefineSpec()
        self._lists = Codelists(self._packages, self._define, Findings())

    @property
    def missing(self) -> list[str]:
        """The packages that the study pins and that are not there."""
        pinned = self._specs.study.standards.ct.items() if self._specs is not None else ()
        return [f"{name} CT {version}" for name, version in pinned if name not in self._packages]

    def find(self, name: str) -> list[FoundList]:
        """The lists of that name, code or variable; of a variable there may be several.

        Raises:
            UnknownList: there is none.
        """
        known = self._called.get(name.casefold())
        one = self._lists.find(known) if known else self._lists.of_variable(name.upper(), ())
        found = [one] if one is not None else self._of_variable(name.upper())
        if not found:
            raise UnknownList(self._miss(name))
        return [self._found(codelist) for codelist in found]

    def of_tests(self, name: str, word: str) -> str:
        """The lists of test codes that have a word, for a variable of tests: each instrument has its own."""
        if not name.upper().endswith(("TESTCD", "TEST")):
            return ""
        found: list[str] = []
        for package in self._packages.values():
            for one in map(package.codelist, package.test_lists):
                said = (" ".join((term.submission_value, *term.synonyms)) for term in one.terms)
                if any(word.casefold() in text.casefold() for text in (one.name, *said)):
                    found.append(f"{one.short_name} ({one.name})")
        return f"it is in {_few(found)}" if found else ""

    @cached_property
    def _called(self) -> dict[str, str]:
        """What lists are called, case ignored, each with the name that finds it."""
        made: dict[str, str] = {}
        for name in map(str, self._define.codelists):
            made.setdefault(name.casefold(), name)
        for package in self._packages.values():
            for name in (*package.short_names, *package):
                made.setdefault(name.casefold(), name)
            for title, code in package.titles.items():
                made.setdefault(title.casefold(), code)
        return made

    @cached_property
    def _variables(self) -> dict[str, IgVariable]:
        """The variables of SDTM datasets by DATASET.VARIABLE."""
        published = load_sdtmig(self._specs.standards_version if self._specs is not None else "3.4").datasets
        own = [(one.name, one.ig) for one in declared(self._specs)] if self._specs is not None else []
        return {
            f"{name}.{variable.name}": variable
            for name, dataset in (*((one.name, one) for one in published), *own)
            for variable in (*additions(dataset), *dataset.variables)
        }

    def _known(self, name: str) -> list[IgVariable]:
        """DATASET.VARIABLE, or all variables of that name, as the guides have them."""
        dataset, _, variable = name.rpartition(".")
        tabulated = [v for full, v in self._variables.items() if name in (full, v.name)]
        return [*tabulated, *filter(None, self._analysed(dataset, variable))]

    def _of_variable(self, name: str) -> list[Codelist]:
        """The lists of DATASET.VARIABLE, or of all variables of that name."""
        dataset, _, variable = name.rpartition(".")
        made: dict[str, Codelist] = {}
        for one in self._known(name):
            own = self._lists.of_variable(variable, one.codelists, dataset)
            for found in (own,) if own is not None else map(self._lists.find, one.codelists):
                if found is not None:
                    made.setdefault(found.id, found)
        return list(made.values())

    def _analysed(self, dataset: str, variable: str) -> Iterator[IgVariable | None]:
        """What the ADaMIG has for a variable of an analysis dataset: those of the study, and ADSL."""
        classes = {"ADSL": "ADSL"}
        for spec in self._specs.adam if self._specs is not None else ():
            classes[str(spec.dataset)] = "BDS" if spec.class_ == "OTHER" else str(spec.class_)
        structures = [s.name for s in load_adamig().structures] if not dataset else []
        for structure in structures or filter(None, [classes.get(dataset)]):
            yield adam_variable(cast(Structure, structure), variable)

    def _found(self, codelist: Codelist) -> FoundList:
        published = self._lists.published(codelist.code) if codelist.code else None
        terms: list[ShownTerm] = []
        for term in codelist.terms:
            listed = published[1].by_code(term.code) if published and term.code else None
            synonyms = listed.synonyms if listed is not None else ()
            terms.append(ShownTerm(term.value, term.code, term.decode, synonyms, term.extended))
        if published is None:
            return FoundList(codelist, "", codelist.open, tuple(terms))
        package, listed_in = published
        named = f"{package.publisher} CT {package.version}"
        return FoundList(codelist, named, listed_in.extensible, tuple(terms))

    def _miss(self, name: str) -> str:
        known = self._known(name.upper())
        if known and known[0].codelists:
            return f"{name.upper()} has the codelist {known[0].codelists[0]}, which no package has"
        if known:
            values = f"; the guide lists {', '.join(known[0].values)}" if known[0].values else ""
            return f"{name.upper()} has no published codelist{values}"
        titles = [
            f"{package.codelist(code).short_name} ({title})"
            for package in self._packages.values()
            for title, code in package.titles.items()
            if name.casefold() in title.casefold()
        ]
        dataset = name.upper().rpartition(".")[0]
        among = [full for full in self._variables if dataset and full.startswith(f"{dataset}.")]
        alone = [one.name for one in self._variables.values() if one.codelists]
        near = did_you_mean(name, among or [*self._variables, *alone, *self._called.values()])
        if titles and not dataset:
            near = f"there are {_few(titles)}"
        return "; ".join(filter(None, (f"{name} is no codelist, and no variable that has one", near)))


def _few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _ALIKE} more" if len(texts) > _ALIKE else ""
    return ", ".join(texts[:_ALIKE]) + more


def _shipped() -> dict[str, CtPackage]:
    found = ((name, ct_versions(name)) for name in PUBLISHERS)
    return {name: load_ct(cast(Publisher, name), versions[-1]) for name, versions in found if versions}
