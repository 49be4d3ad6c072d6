"""What define.xml says of a domain: its variables, supplemental qualifiers, and value levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

from msgspec.structs import replace

from ced_cdisc.core.findings import Findings
from ced_cdisc.core.metadata import Codelist, Comment, Method, Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.branches import Levels, of_block, tell_apart
from ced_cdisc.plan.by_source import merge_comments, source_in_words
from ced_cdisc.plan.known_texts import KnownTexts
from ced_cdisc.plan.language.codelists import Codelists, is_closed
from ced_cdisc.plan.language.origins import ASSIGNED
from ced_cdisc.plan.model import SUPP, Block, Line, SupplementalPlan, VariablePlan
from ced_cdisc.plan.sdtm import standard, tests
from ced_cdisc.plan.sdtm.domain import DOMAINS, SINGLE, Domain, kind_of
from ced_cdisc.plan.sdtm.results import RESULTS
from ced_cdisc.plan.texts import IN_DOMAIN
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.standards.ig import IgVariable

EVALUATORS = "C78735"
"""The published codelist of evaluators: INVESTIGATOR, INDEPENDENT ASSESSOR, .."""


class Metadata:
    """Describes one domain whose blocks are planned."""

    def __init__(self, domain: Domain, specs: Specs, codelists: Codelists, blocks: list[Block]) -> None:
        self._domain = domain
        self._specs = specs
        self._codelists = codelists
        self._blocks = blocks

    def variables(self, whole: list[Line]) -> tuple[VariablePlan, ...]:
        """The variables in the order of the guide; ``whole`` are the lines over all rows of the domain."""
        made: list[VariablePlan] = []
        own_tests = tests.sponsor_tests(self._domain, self._codelists)
        lines_of: dict[str, list[Line]] = {}
        comments = self._comments(whole)
        for line in (*(line for block in self._blocks for line in block.lines), *whole):
            lines_of.setdefault(line.variable, []).append(line)
        for found in self._domain.ig.variables:
            if found.name not in self._domain.names:
                continue
            lines = lines_of.get(found.name, [])
            codes = () if self._holds_numbers(found.name) else found.codelists
            named = {line.codelist for line in lines if line.verb != "absent"}
            codelist = named.pop() if len(named) == 1 else None  # of all records, or of some alone
            codelist = codelist or self._bound(found.name, codes, lines)
            if found.name == "DOMAIN":
                codelist = self._domain_names()
            if own_tests is not None and found.name == self._domain.full("--TESTCD"):
                codelist = own_tests[0]
            if own_tests is not None and found.name == self._domain.full("--TEST"):
                codelist = own_tests[1]
            first = next((b for b in lines if b.verb != "absent"), lines[0] if lines else None)
            origin, method = self._origin(found, first)
            made.append(
                VariablePlan(
                    name=found.name,
                    label=self._labels.get(found.name, found.label),
                    length=self._planned(found.name, "length"),
                    decimals=self._planned(found.name, "decimals"),
                    type=found.type,
                    kind=kind_of(found),
                    core="" if found.core == "Cond" else found.core,
                    role=found.role,
                    codelist=codelist,
                    origin=origin,
                    where=first.where if first else self._domain.spec.domain.where,
                    method=method,
                    comment=comments.get(found.name) or self._why_empty(found.name),
                    closed=is_closed(codelist, kind_of(found)),
                    split=self._splits(found, lines),
                    absent=bool(lines) and all(b.verb == "absent" for b in lines),
                    optional=found.core == "Perm"
                    and found.name not in self._domain.written
                    and self._domain.spec.rows is None,
                )
            )
        return tuple(made)

    def supplemental(self, whole: list[Line]) -> tuple[SupplementalPlan, ...]:
        """The supplemental qualifiers, in the order in which the blocks make them, then ``whole``."""
        made: dict[str, SupplementalPlan] = {}
        comments = self._comments(whole)
        evaluators = self._codelists.of_variable("QEVAL", (EVALUATORS,))
        labels: dict[str, LineSpec] = {}
        for rows in self._domain.rows:
            for key, spec in rows.supp.items():
                labels.setdefault(str(key), spec)
        for lines in (*(block.lines for block in self._blocks), whole):
            for built in lines:
                name = built.variable.removeprefix(SUPP)
                if not built.variable.startswith(SUPP) or name in made:
                    continue
                spec = labels[name]
                if spec.evaluator is not None:
                    label = f"{self._domain.name}.{name}"
                    self._codelists.check(evaluators, str(spec.evaluator), spec.evaluator.where, label)
                made[name] = SupplementalPlan(
                    name=name,
                    label=str(spec.label),
                    origin=built.origin,
                    evaluator=str(spec.evaluator or ""),
                    where=built.where,
                    codelist=built.codelist,
                    method=built.method,
                    comment=comments[built.variable],
                    split=any(
                        line.policy.split
                        for b in self._blocks
                        for line in b.lines
                        if line.variable == built.variable
                    ),
                    idvar=self._idvar(spec),
                    evaluators=evaluators,
                )
        return tuple(made.values())

    def _bound(self, variable: str, codes: tuple[str, ...], lines: list[Line]) -> Codelist | None:
        """The list of a variable; of several that are joined, the one that has all that the spec writes."""
        bound = self._codelists.of_variable(variable, codes, self._domain.name)
        if bound is None:
            return None
        rows = {str(row[variable]) for block in self._blocks for row in block.rows if variable in row}
        texts = KnownTexts({}, ()).given(self._domain.name, (line.tree for line in lines))
        return self._codelists.narrowed(bound, texts if texts is None else texts | rows)

    def _domain_names(self) -> Codelist | None:
        """The list of domains, where this one is a term of it: a custom domain may be none."""
        listed = self._codelists.of_variable("DOMAIN", (DOMAINS,))
        known = listed is not None and any(term.value == self._domain.code for term in listed.terms)
        return listed if known else None

    def _idvar(self, spec: LineSpec) -> str:
        """What identifies the parent record: the written variable, else --SEQ; nothing for one a subject."""
        if spec.idvar is not None:
            return self._domain.full(str(spec.idvar))
        return "" if self._domain.name in SINGLE else self._domain.full("--SEQ")

    def levels(self, whole: Mapping[str, Mapping[int, Line]], findings: Findings) -> Levels:
        """Results differ by test; other variables by what tells the blocks apart of which it is said.

        Args:
            whole: the lines over the whole dataset that each block has of its own, by variable and block.
            findings: receives CED058.
        """
        late = [[x[block.number] for x in whole.values() if block.number in x] for block in self._blocks]
        branches = [
            of_block(replace(b, lines=(*b.lines, *x))) for b, x in zip(self._blocks, late, strict=True)
        ]
        names = dict.fromkeys(self._domain.names)
        names |= dict.fromkeys(name for branch in branches for name in branch.lines if name.startswith(SUPP))
        results = {self._domain.full(name) for name in RESULTS}
        told = tell_apart(self._domain.name, branches, names, self._pairs(), results, findings, {*whole})
        about = self._domain.full("--OBJ")
        if self._domain.ig.class_name != "Findings About" or about not in names:
            return told
        # One test may be asked of several objects, with other answers.
        tests = {name: about for name, by in told.by if name in results and by != about}
        return replace(told, also={**tests, **told.also})

    def _pairs(self) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        testcd = self._domain.full("--TESTCD")
        if self._domain.ig.class_name.startswith("Findings") and testcd in self._domain.names:
            for name in RESULTS:
                if self._domain.full(name) in self._domain.names:
                    pairs.append((self._domain.full(name), testcd))
        if self._domain.name == "TS":
            pairs.append(("TSVAL", "TSPARMCD"))
        divider = _divider(self._blocks)
        if divider is not None:
            done = {a for a, _ in pairs} | {divider}
            for variable in self._domain.names:
                if variable not in done and _differs(variable, self._blocks):
                    pairs.append((variable, divider))
        return pairs

    def _holds_numbers(self, variable: str) -> bool:
        """Whether it is --STRESC with results of numeric tests, which no published list of answers binds."""
        is_result = variable == self._domain.full("--STRESC")
        return is_result and any(r.test is not None and r.test.kind == "number" for r in self._domain.rows)

    @cached_property
    def _labels(self) -> dict[str, str]:
        """The labels that lines give, the first one of each variable."""
        found: dict[str, str] = {}
        for rows in self._domain.rows:
            for key, spec in rows.variables.items():
                if spec.label is not None:
                    found.setdefault(self._domain.full(str(key)), str(spec.label))
        return found

    def _planned(self, variable: str, word: Literal["length", "decimals"]) -> int | None:
        """The largest length or number of decimals that the variable's lines plan."""
        return self._plans.get((variable, word))

    @cached_property
    def _plans(self) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for rows in self._domain.rows:
            for key, spec in rows.variables.items():
                for word, value in (("length", spec.length), ("decimals", spec.decimals)):
                    if value is not None:
                        name = self._domain.full(str(key))
                        found[name, word] = max(value, found.get((name, word), value))
        return found

    def _splits(self, variable: IgVariable, lines: list[Line]) -> bool:
        """Whether long texts are split: a line or, of written records, ``variables`` or the study says so."""
        name, spec = variable.name, self._domain.spec
        if spec.rows is None:
            has_home = self._domain.ig.class_name != "Trial Design" or name in IN_DOMAIN
            return has_home and any(line.policy.split for line in lines)
        given = next((s.text for k, s in spec.variables.items() if self._domain.full(str(k)) == name), None)
        words = given if given is not None else self._specs.study.text
        return name in IN_DOMAIN and "split" in (words or ())

    def _comments(self, whole: Iterable[Line]) -> dict[str, Comment | None]:
        """What the lines of all blocks, and those over the whole domain, say of each variable."""
        said: dict[str, list[tuple[str, Comment | None]]] = {}
        for block in self._blocks:
            for line in block.lines:
                said.setdefault(line.variable, []).append((source_in_words(block), line.comment))
        for line in whole:
            said.setdefault(line.variable, []).append(("", line.comment))
        return {variable: merge_comments(sourced) for variable, sourced in said.items()}

    def _why_empty(self, variable: str) -> Comment | None:
        """With written rows, the reason that ``variables`` gives for one that holds nothing."""
        if self._domain.spec.rows is None:
            return None
        for key, spec in self._domain.spec.variables.items():
            if self._domain.full(str(key)) == variable and spec.absent is not None:
                return Comment(f"{self._domain.name}.{variable}", str(spec.absent))
        return None

    def _origin(self, variable: IgVariable, first: Line | None) -> tuple[Origin, Method | None]:
        if first is not None:
            return first.origin, first.method
        if variable.name == "USUBJID" and (self._domain.spec.rows is None or self._domain.spec.relate):
            return standard.usubjid(self._specs)
        if variable.name == "STUDYID":
            return Origin("Protocol", "Sponsor"), None
        if self._domain.spec.rows is not None and variable.name != "DOMAIN":
            if variable.name == self._domain.full("--SEQ"):
                return ASSIGNED, None
            default = "Assigned" if self._domain.spec.relate else "Protocol"
            return Origin(self._domain.spec.origin or default, "Sponsor"), None
        return ASSIGNED, None


def _divider(blocks: list[Block]) -> str | None:
    """The variable to which each block assigns a constant of its own: what tells the blocks apart."""
    if len(blocks) < 2:
        return None
    topics = ("CAT", "TRT", "TESTCD", "DECOD", "TERM")
    texts = [line for line in blocks[0].lines if line.type is Type.TEXT]
    for candidate in sorted(texts, key=lambda line: not line.variable.endswith(topics)):
        values: list[object] = []
        for block in blocks:
            found = next((b for b in block.lines if b.variable == candidate.variable), None)
            if found is None or not isinstance(found.tree, tree.Literal) or found.tree.value is None:
                break
            values.append(found.tree.value)
        else:
            if len(set(values)) > 1:
                return candidate.variable
    return None


def _differs(variable: str, blocks: list[Block]) -> bool:
    """Whether the blocks' lines of a variable have different origins, methods or codelists."""
    seen: set[object] = set()
    for block in blocks:
        for built in block.lines:
            if built.variable == variable and built.verb != "absent":
                seen.add(
                    (
                        built.origin.type,
                        built.origin.source,
                        built.method.text if built.method else "",
                        built.codelist.id if built.codelist else "",
                    )
                )
    return len(seen) > 1
