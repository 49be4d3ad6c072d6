"""Codelists of the study: published terminology, the sponsor's extensions of it, and lists of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean, misspelt, one_of
from ced_cdisc.core.metadata import Codelist, Comment, Term
from ced_cdisc.expr.tree import Type
from ced_cdisc.spec.define import CodelistSpec, DefineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.ct import CtCodelist, CtPackage
from ced_cdisc.standards.summary import SUMMARY_LISTS
from ced_cdisc.standards.tables import UnknownStandard


class Codelists:
    """Looks codelists up by NCI code, short name, or the sponsor's name."""

    def __init__(self, packages: Mapping[str, CtPackage], define: DefineSpec, findings: Findings) -> None:
        self._packages = packages
        self._define = define
        self._findings = findings
        self._cache: dict[str, Codelist | None] = {}
        self._values: dict[int, tuple[Codelist, frozenset[str]]] = {}
        self._by_variable: dict[str, str] = {}
        self._joined: dict[str, list[str]] = {}
        self._answers: dict[str, dict[str, Codelist]] = {}
        self._made_of: dict[str, tuple[str, ...]] = {}
        for name, spec in define.codelists.items():
            for variable in spec.variables:
                other = self._by_variable.setdefault(str(variable), str(name))
                if other != name:
                    message = f"{variable} is bound to the codelists {other} and {name}"
                    findings.add(Finding("CED029", message, variable.where))
            if spec.names is not None:
                self._by_variable[str(spec.names)] = f"{name}:names"

    def choose(self, variable: str, name: str) -> None:
        """Bind a list to a variable, unless the sponsor has chosen one."""
        self._by_variable.setdefault(variable, name)

    def choose_together(self, variable: str, codes: Sequence[str], values: Collection[str]) -> None:
        """Bind one of several published lists to a variable, unless the sponsor has chosen one.

        It is the first that has all values that are written, else the first, and takes the terms of the
        others as added ones: a variable has one list in define.xml.
        """
        listed = {code: found[1].values for code in codes if (found := self.published(code)) is not None}
        if listed:
            first = next((code for code in listed if set(values).issubset(listed[code])), next(iter(listed)))
            self.choose(variable, first)
            self._joined[first] = [code for code in listed if code != first]

    def bind(self, variable: str, codelist: Codelist, *codes: str) -> None:
        """Give a variable a list that is made of several; ``codes`` are those that may be extended."""
        name = f"{variable}:joined"
        self._cache[name], self._by_variable[variable] = codelist, name
        self._made_of[codelist.id] = codes

    def join(self, variable: str, codes: Sequence[str]) -> None:
        """Bind the terms of several published lists to a variable, unless the sponsor has chosen one."""
        lists = [found for found in map(self.find, codes) if found is not None]
        if lists and variable not in self._by_variable:
            terms = {term.value: term for one in reversed(lists) for term in one.terms}
            made, name = "_".join(one.id for one in lists), ", ".join(one.name for one in lists)
            joined = Codelist(made, name, terms=tuple(terms.values()))
            self.bind(variable, joined, *(one.code for one in lists))

    def narrowed(self, codelist: Codelist, texts: Collection[str] | None) -> Codelist:
        """Of several lists that are joined, the first that has all texts; all where they are not known."""
        codes = self._codes(codelist) if texts else ()
        for found in map(self.find, codes if len(codes) > 1 else ()):
            if found is not None and self._values_of(found).issuperset(texts or ()):
                return found
        return codelist

    def with_test(self, test: str) -> list[Codelist]:
        """The published lists of test codes that have a test, with the sponsor's extensions."""
        codes = [
            code
            for package in self._packages.values()
            for code in package.test_lists
            if test in package.codes(code)
        ]
        return [found for found in map(self.find, codes) if found is not None]

    def names_of(self, codelist: Codelist) -> Codelist | None:
        """The published list of the names to a list of test codes, with the sponsor's extensions."""
        found = self.published(codelist.code)
        names = found[0].paired_name_list(codelist.code) if found else None
        return self.find(names.code) if names else None

    def answers(self, dataset: str, test: str, answers: Sequence[str], variables: Sequence[str]) -> Codelist:
        """The list of the answers to a test; tests of a dataset with the same answers share one.

        It is bound to the variables where their records are divided by the test.
        """
        terms = tuple(Term(answer) for answer in answers)
        bound = [one for variable in variables for one in self._answers.get(variable, {}).values()]
        name = f"Answers in {dataset}: {', '.join(answers)}"
        made = next((x for x in bound if x.terms == terms), Codelist(f"{dataset}.{test}", name, terms=terms))
        for variable in variables:
            self._answers.setdefault(variable, {})[test] = made
        return made

    def published(self, name: str) -> tuple[CtPackage, CtCodelist] | None:
        """The published list with that code or short name, SDTM before ADaM."""
        for package in self._packages.values():
            try:
                return package, package.codelist(name)
            except UnknownStandard:
                continue
        return None

    def find(self, name: str) -> Codelist | None:
        """The list with that code or name, with the sponsor's extensions; None if there is none."""
        if name not in self._cache:
            self._cache[name] = self._make(name)
        return self._cache[name]

    def of_variable(self, variable: str, codes: tuple[str, ...], dataset: str = "") -> Codelist | None:
        """The list of a variable: the sponsor's choice or that of several, else the guide's one."""
        own = self._by_variable.get(f"{dataset}.{variable}") or self._by_variable.get(variable)
        if own is not None:
            return self.find(own)
        if len(codes) == 1:
            return self.find(codes[0])
        return None

    def of_values(self, variable: str) -> dict[str, Codelist]:
        """The lists of a variable by the value of the variable that divides its records.

        The sponsor's choice, else the guide's one of a parameter of the trial summary.
        """
        is_chosen = not self._by_variable.keys().isdisjoint(("TSVAL", "TS.TSVAL"))
        names = dict(SUMMARY_LISTS if variable == "TSVAL" and not is_chosen else {})
        names |= self._divided.get(variable, {})
        found = {value: self.find(own) for value, own in names.items()}
        chosen = {value: codelist for value, codelist in found.items() if codelist is not None}
        return self._answers.get(variable, {}) | chosen

    @cached_property
    def _divided(self) -> dict[str, dict[str, str]]:
        """The choices for VARIABLE.VALUE by variable."""
        made: dict[str, dict[str, str]] = {}
        for name, own in self._by_variable.items():
            variable, dot, value = name.partition(".")
            if dot:
                made.setdefault(variable, {})[value] = own
        return made

    def named(self, name: Text) -> Codelist | None:
        """The list that a line names, or None with a finding (CED022)."""
        found = self.find(str(name))
        if found is None:
            hint = did_you_mean(str(name), self._known())
            self._findings.add(Finding("CED022", f"unknown codelist {name}", name.where, hint=hint))
        return found

    def spellings(self, codelist: Codelist, match: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each term of a list with the texts that mean it: its value, and its synonyms or preferred term.

        The decode of a sponsor's term is its preferred term; it has no synonyms.
        """
        found = self.published(codelist.code) if codelist.code else None
        made: list[tuple[str, tuple[str, ...]]] = []
        for term in codelist.terms:
            listed = found[1].by_code(term.code) if found and term.code else None
            others: tuple[str, ...] = ()
            if match == "synonym":
                others = listed.synonyms if listed else ()
            elif match == "preferred term":
                others = (listed.preferred_term if listed else term.decode,)
            made.append((term.value, tuple(dict.fromkeys(filter(None, (term.value, *others))))))
        return tuple(made)

    def check(
        self, codelist: Codelist | None, value: str, where: Location, variable: str, hint: str = ""
    ) -> None:
        """Report a written value that is no term of its list (CED021); ``hint`` is what the caller knows."""
        if codelist is None or not codelist.is_closed or not value:
            return
        if value in self._values_of(codelist):
            return
        hint = hint or self._hint(codelist, value, [term.value for term in codelist.terms])
        self._findings.add(
            Finding(
                "CED021",
                f"'{value}' is no term of codelist {self._shown(codelist)} of {variable}",
                where,
                hint=hint,
            )
        )

    def _values_of(self, codelist: Codelist) -> frozenset[str]:
        """The values of the terms of a list, gathered once: a value is looked up for every line."""
        known = self._values.get(id(codelist))
        if known is None:
            known = self._values[id(codelist)] = codelist, frozenset(term.value for term in codelist.terms)
        return known[1]

    def _hint(self, codelist: Codelist, value: str, values: list[str]) -> str:
        codes = self._codes(codelist)
        published = [found[1] for found in map(self.published, codes) if found is not None]
        synonym = next(filter(None, (one.by_synonym(value) for one in published)), None)
        if synonym:
            return f"CT has it as a synonym of {synonym.submission_value}"
        near = did_you_mean(value, values)
        if misspelt(value, near):
            return near
        if extensible := [one.code for one in published if one.extensible]:
            return (
                f"{near} if not, "
                * bool(near)
                + "the list is extensible: declare the term in define/define.yaml under codelists, "
                f"extends: {' or '.join(extensible)}"
            )
        return near or f"terms: {one_of(values)}"

    def _codes(self, codelist: Codelist) -> tuple[str, ...]:
        """The code of a published list, or those of which it is made."""
        return (codelist.code,) if codelist.code else self._made_of.get(codelist.id, ())

    def _shown(self, codelist: Codelist) -> str:
        lists = [found for found in map(self.find, self._codes(codelist)) if found is not None]
        return " or ".join(map(shown, lists)) if len(lists) > 1 else shown(codelist)

    def _known(self) -> list[str]:
        """All names, for messages."""
        names = [str(name) for name in self._define.codelists]
        for package in self._packages.values():
            names += package.short_names
        return names

    def _make(self, name: str) -> Codelist | None:
        own, _, part = name.partition(":")
        spec = next((s for n, s in self._define.codelists.items() if n == own), None)
        if spec is not None and spec.extends is None:
            terms = tuple(Term(str(value), decode=str(decode or "")) for value, decode in spec.terms.items())
            if part == "names":
                terms = tuple(Term(term.decode) for term in terms)
                return Codelist(id=f"{own}.NAMES", name=f"{spec.name or own}, Names", terms=terms)
            return Codelist(
                id=own,
                name=str(spec.name or own),
                data_type=spec.type,
                terms=terms,
                open=spec.open,
                dictionary=str(spec.dictionary or ""),
                version=str(spec.version or ""),
                comment=_comment(own, spec),
            )
        code = str(spec.extends) if spec is not None and spec.extends is not None else name
        found = self.published(code)
        if found is None:
            if spec is not None and spec.extends is not None:
                hint = did_you_mean(code, self._known())
                self._findings.add(
                    Finding("CED022", f"unknown codelist {code}", spec.extends.where, hint=hint)
                )
            return None
        package, listed = found
        if spec is not None and spec.subset:
            return self._subset(own, spec, self._published(package, listed))
        return self._extended(self._published(package, listed))

    def _subset(self, name: str, spec: CodelistSpec, codelist: Codelist) -> Codelist:
        """Some terms of a published list as a list of their own."""
        known = {term.value: term for term in codelist.terms}
        for value in spec.subset:
            if str(value) not in known:
                hint = did_you_mean(str(value), known)
                message = f"'{value}' is no term of codelist {shown(codelist)}"
                self._findings.add(Finding("CED021", message, value.where, hint=hint))
        return replace(
            codelist,
            id=name,
            name=str(spec.name or f"{codelist.name}, {', '.join(map(str, spec.subset))}"),
            terms=tuple(known[str(value)] for value in spec.subset if str(value) in known),
            comment=_comment(name, spec),
        )

    def _published(self, package: CtPackage, listed: CtCodelist) -> Codelist:
        names = package.paired_name_list(listed.code)
        terms: list[Term] = []
        for term in listed.terms:
            decode = term.preferred_term
            if names is not None:
                named = names.by_code(term.code)
                decode = named.submission_value if named else decode
            terms.append(Term(term.submission_value, decode=decode, code=term.code))
        return Codelist(
            id=listed.short_name.replace(" ", "_"),
            name=listed.name,
            code=listed.code,
            standard=f"CT.{package.publisher}",
            terms=tuple(terms),
        )

    def _extended(self, codelist: Codelist) -> Codelist:
        """The list with the sponsor's terms; one that is not extensible takes them by ``exception`` only."""
        known = {term.value for term in codelist.terms}
        added: list[Term] = []
        comment = codelist.comment
        for spec in self._define.codelists.values():
            if spec.extends is None or spec.subset or str(spec.extends) not in (codelist.code, codelist.id):
                continue
            found = self.published(codelist.code)
            if spec.terms and spec.exception is None and found and not found[1].extensible:
                self._findings.add(
                    Finding(
                        "CED022",
                        f"codelist {shown(codelist)} is not extensible: no term can be added",
                        spec.extends.where,
                    )
                )
                continue
            for value, decode in spec.terms.items():
                if any(str(value) == term.value for term in added):
                    message = f"'{value}' is added to codelist {shown(codelist)} twice"
                    self._findings.add(Finding("CED029", message, value.where))
                    continue
                if str(value) in known:
                    self._findings.add(
                        Finding(
                            "CED022",
                            f"'{value}' is a published term of {shown(codelist)} already",
                            value.where,
                        )
                    )
                    continue
                added.append(Term(str(value), decode=str(decode or value), extended=True))
            comment = _comment(codelist.id, spec) or comment
        known |= {term.value for term in added}
        joined = filter(None, map(self.published, self._joined.get(codelist.code, ())))
        more = {term.value: term for found in joined for term in self._published(*found).terms}
        added += [replace(t, extended=True, code="") for value, t in more.items() if value not in known]
        return (
            replace(codelist, terms=(*codelist.terms, *added), comment=comment)
            if added or comment
            else codelist
        )


def is_closed(codelist: Codelist | None, kind: Type) -> bool:
    """Whether a value outside the list of a variable is a fault; dictionaries and numbers are not closed."""
    return codelist is not None and codelist.is_closed and kind is Type.TEXT


def named_list(
    name: str, title: str, terms: Mapping[str, str], variable: Text | str
) -> tuple[Codelist, Codelist]:
    """The sponsor's lists of codes with decodes, and of the decodes alone: XCTESTCD and XCTEST."""
    codes = Codelist(id=name, name=title, terms=tuple(Term(c, decode=d) for c, d in terms.items()))
    decodes = Codelist(
        id=str(variable), name=f"{title}, Names", terms=tuple(Term(d) for d in dict.fromkeys(terms.values()))
    )
    return codes, decodes


def _comment(name: str, spec: CodelistSpec) -> Comment | None:
    text = " ".join(str(part) for part in (spec.exception, spec.comment) if part is not None)
    return Comment(f"CL.{name}", text) if text else None


def shown(codelist: Codelist) -> str:
    """A codelist in messages: ``AESEV (C66769)``."""
    return f"{codelist.id} ({codelist.code})" if codelist.code else codelist.id
