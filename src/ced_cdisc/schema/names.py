"""The names of a study that an editor can complete: raw columns, datasets, variables, terms.

They are taken from the specs as they are, with faults or without: an editor is used while there are some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from msgspec import Struct

from ced_cdisc.core.findings import Findings
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.derivations import plan_derivations
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.names import EACH_COLUMNS, VISIT_COLUMNS
from ced_cdisc.plan.sdtm.declare import declare
from ced_cdisc.plan.sdtm.domain import Domain, kind_of
from ced_cdisc.spec.analysis import AnalysisSpec
from ced_cdisc.spec.load import Specs
from ced_cdisc.standards.adam import Structure, adam_variable, load_adamig
from ced_cdisc.standards.ct import CtPackage, Publisher, load_ct
from ced_cdisc.standards.ig import IgDataset, IgVariable, load_sdtmig
from ced_cdisc.standards.model import additions
from ced_cdisc.standards.tables import DamagedTable, UnknownStandard

STRUCTURES: tuple[Structure, ...] = ("ADSL", "BDS", "TTE", "OCCDS", "AE")


class KnownVariable(Struct, frozen=True):
    """A variable that a line can be for: its name, what an editor says of it, and its terms if they bind."""

    name: str
    about: str
    codelist: str = ""
    """The name under which :attr:`Names.terms` has its terms; empty where any text is good."""


class Names:
    """What exists in a study, by what it is named in specs.

    Attributes:
        tables: raw tables and their columns, those of pooled studies left out.
        columns: all that ``collect`` can name: ``ae.AETERM``, ``visits.VISIT``, ``each.TEXT``.
        domains: SDTM datasets of the study and of the guide, with the variables that their lines can be for.
        qualifiers: the supplemental qualifiers of each domain of the study.
        analyses: the variables of each analysis dataset of the study that have lines or are copied.
        layered: whether the study builds on layers.
        plug_ins: the functions that the study brings along.
        terms: the terms of codelists by the name of the list.
    """

    def __init__(self, specs: Specs) -> None:
        self.specs = specs
        self.layered = bool(specs.study.extends)
        self.plug_ins = tuple(plan_derivations(specs.study.derivations, specs.derivations, Findings()))
        self.terms: dict[str, tuple[str, ...]] = {}
        self._lists = Codelists(packages_of(specs), specs.define, Findings())
        self.tables = {str(name): _columns(specs, str(name)) for name in specs.sources.tables}
        self.columns = [
            *(f"{table}.{column}" for table, columns in self.tables.items() for column in columns),
            *(f"visits.{column}" for column in VISIT_COLUMNS),
            *(f"each.{column}" for column in EACH_COLUMNS),
        ]
        self.domains: dict[str, list[KnownVariable]] = {}
        self.qualifiers: dict[str, list[str]] = {}
        for domain in declared(specs):
            self.domains[domain.name] = self._of_domain(domain.ig, domain.name)
            self.domains.setdefault(domain.code, self.domains[domain.name])
            supp = [str(key) for rows in domain.rows for key in rows.supp]
            known = self.qualifiers.setdefault(domain.name, [])
            known += [name for name in dict.fromkeys(supp) if name not in known]
        for published in _guide(specs):
            if published.name not in self.domains and published.name not in ("SUPPQUAL",):
                self.domains[published.name] = self._of_domain(published, published.name)
        self.analyses = {
            str(spec.dataset): [self._of_analysis(spec, name) for name in _analysed(spec)]
            for spec in specs.adam
        }

    def structure(self, name: Structure) -> list[KnownVariable]:
        """The variables of an ADaM structure whose names leave nothing open."""
        found = load_adamig().structure(name).variables
        plain = [one for one in found if one.name.isalnum() and one.name.isupper()]
        return [KnownVariable(one.name, _about(one)) for one in plain]

    @property
    def datasets(self) -> list[str]:
        """The SDTM datasets of the study and of those that it pools."""
        pooled = [other for _, other in self.specs.pooled]
        listed = [str(spec.dataset or spec.domain) for specs in (self.specs, *pooled) for spec in specs.sdtm]
        return list(dict.fromkeys(listed))

    @property
    def lists(self) -> list[str]:
        """The names by which a line can name a codelist."""
        own = [str(name) for name in self.specs.define.codelists]
        published = [name for package in packages_of(self.specs).values() for name in package.short_names]
        return list(dict.fromkeys((*own, *published)))

    def _of_domain(self, ig: IgDataset, name: str) -> list[KnownVariable]:
        return [
            KnownVariable(one.name, _about(one), self._bound(one.name, one.codelists, name, kind_of(one)))
            for one in (*ig.variables, *additions(ig))
        ]

    def _of_analysis(self, spec: AnalysisSpec, name: str) -> KnownVariable:
        structure = spec.class_ if spec.class_ != "OTHER" else None
        found = adam_variable(structure, name) if structure is not None else None
        text = found is None or found.type == "Char"
        codes = found.codelists if found is not None else ()
        bound = self._bound(name, codes, str(spec.dataset), Type.TEXT) if text else ""
        return KnownVariable(name, _about(found) if found is not None else "", bound)

    def _bound(self, variable: str, codes: tuple[str, ...], dataset: str, kind: Type) -> str:
        if kind is Type.NUMBER:
            return ""
        found = self._lists.of_variable(variable, codes, dataset)
        if found is None or found.dictionary or found.open:
            return ""
        return self._noted(found)

    def _noted(self, codelist: Codelist) -> str:
        self.terms.setdefault(codelist.id, tuple(term.value for term in codelist.terms))
        return codelist.id


def declared(specs: Specs) -> Iterator[Domain]:
    """The SDTM datasets of a study and of those that it pools, as far as they can be told."""
    for one in (specs, *(other for _, other in specs.pooled)):
        for spec in one.sdtm:
            domain = declare(spec, one, Findings())
            if domain is not None:
                yield domain


def _columns(specs: Specs, table: str) -> tuple[str, ...]:
    spec = next(found for name, found in specs.sources.tables.items() if name == table)
    return tuple(dict.fromkeys(map(str, specs.sources.defaults.columns_of(spec))))


def packages_of(specs: Specs) -> Mapping[str, CtPackage]:
    """The pinned packages that are there; the plan says which are not."""
    folder = specs.terminology[0] if specs.terminology is not None else None
    made: dict[str, CtPackage] = {}
    for publisher, version in specs.study.standards.ct.items():
        try:
            made[str(publisher)] = load_ct(cast(Publisher, str(publisher)), str(version), folder)
        except (UnknownStandard, DamagedTable):
            continue
    return made


def _guide(specs: Specs) -> Iterable[IgDataset]:
    try:
        return load_sdtmig(str(specs.standards_version)).datasets
    except UnknownStandard:
        return ()


def _analysed(spec: AnalysisSpec) -> Iterator[str]:
    """The variables of an analysis dataset that its lines name, each once."""
    blocks = [spec, *(spec.stack or [])]
    parameters = [one for block in blocks for one in block.parameters.values()]
    keys = [
        *(text.rpartition(".")[2] for block in blocks for text in block.copy_),
        *(key for block in blocks for key in block.rows),
        *(key for one in parameters for key in one.variables),
        *(key for one in spec.records for key in one.variables),
        *(key for key in (spec.scales.variables if spec.scales is not None else {})),
        *spec.variables,
    ]
    return iter(dict.fromkeys(map(str, keys)))


def _about(variable: IgVariable) -> str:
    """A variable in a few words: ``Severity/Intensity. Char, Perm``."""
    said = ", ".join(filter(None, (variable.type, variable.core)))
    return f"{variable.label}. {said}" if variable.label else said
