"""What define.xml says of an analysis dataset's variables: order, labels, codelists, origins."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.metadata import Codelist, Origin, Term
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.adam.kinds import PARAMETER_VARIABLES, WINDOW_KINDS, Analysis
from ced_cdisc.plan.branches import Levels, of_block, of_computed, tell_apart
from ced_cdisc.plan.language.codelists import Codelists, is_closed
from ced_cdisc.plan.model import Block, Computed, DatasetPlan, Line, SupplementalPlan, VariablePlan
from ced_cdisc.plan.texts import check_label
from ced_cdisc.spec.instruments import InstrumentSpec
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import adam_variable

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMATS = {Type.DATE: "DATE9.", Type.DATETIME: "DATETIME20."}


def _assigned(lines: Mapping[Text, LineSpec], variable: str) -> str:
    """The constant that a variable is assigned, or an empty text."""
    line = next((line for name, line in lines.items() if name == variable), None)
    return "" if line is None or line.assign is None else str(line.assign)


class Metadata:
    """Describes the variables of one analysis dataset."""

    def __init__(
        self,
        analysis: Analysis,
        codelists: Codelists,
        instruments: Mapping[str, InstrumentSpec],
        plans: Mapping[str, DatasetPlan],
        findings: Findings,
        pairs: Mapping[str, tuple[str, Mapping[str, int]]],
    ) -> None:
        self._pairs = pairs
        self._analysis = analysis
        self._spec = analysis.spec
        self._codelists = codelists
        self._instruments = instruments
        self._plans = plans
        self._findings = findings

    def codelist(self, name: str) -> Codelist | None:
        """The list of a variable: the study's or the guide's, else that of the variable it is copied from."""
        found = adam_variable(self._analysis.structure, name)
        own = self._codelists.of_variable(name, found.codelists if found else (), self._analysis.name)
        if own is not None:
            return own
        source = self._predecessor(self._copied(name))
        return source.codelist if source is not None else None

    def _copied(self, name: str) -> str:
        """DATASET.VARIABLE that a variable is copied from; empty where none is said."""
        line = self._analysis.lines.get(name)
        if line is not None and line.copy_ is not None:
            return str(line.copy_)
        given = (*self._spec.copy_, *(text for part in self._analysis.parts for text in part.copied))
        return next((str(text) for text in given if text.rpartition(".")[2] == name), "")

    def variables(
        self, blocks: Sequence[Block], computed: Sequence[Computed], whole: Sequence[Line]
    ) -> tuple[VariablePlan, ...]:
        """The variables in their order, each as the first line that counts describes it."""
        lists = {**self._pair_lists(), **self._own_lists()}
        by_name: dict[str, Line] = {}
        kept = [block for block in blocks if not self._dropped(block)]
        own = [line for records in computed for line in records.lines]
        telling = [line for line in own if line.method is not None or line.verb == "assign"]
        # What records that are not kept say of a variable counts only where nothing else says more.
        for line in (
            *(line for block in kept for line in block.lines),
            *whole,
            *telling,
            *(line for block in blocks for line in block.lines),
            *own,
        ):
            by_name.setdefault(line.variable, line)
        return tuple(
            self._variable(name, by_name.get(name), lists.get(name) or self.codelist(name))
            for name in self._ordered()
        )

    def levels(
        self,
        blocks: Sequence[Block],
        computed: Sequence[Computed],
        whole: Sequence[Line],
        given: Sequence[tuple[str, str]],
    ) -> Levels:
        """What tells the records of a variable apart: the parameter, or what its origins ask for.

        Where records derived within a parameter have a value of their own of what differs by parameter, the
        method of the parameter says so by DTYPE.
        """
        late, fixed = {line.variable for line in whole}, {name for name, _ in given}
        names = [name for name in self._analysis.kinds if name not in late]
        branches = [of_block(block) for block in blocks if not self._dropped(block)]
        for one in computed:
            lines = tuple(line for line in one.lines if not (one.dtype and line.variable in fixed))
            branches.append(of_computed(replace(one, lines=lines)))
        return tell_apart(self._analysis.name, branches, names, given, fixed, self._findings)

    def _in_every_source(self, name: str) -> str:
        """A variable of that name in each of the sources."""
        sources = dict.fromkeys(str(part.source) for part in self._analysis.parts)
        return " or ".join(f"{source}.{name}" for source in sources)

    def _predecessor(self, text: str) -> VariablePlan | SupplementalPlan | None:
        owner, _, short = text.rpartition(".")
        plan = self._plans.get(owner)
        every = (*plan.variables, *plan.supplemental) if plan else ()
        return next((v for v in every if v.name == short), None)

    def _dropped(self, block: Block) -> bool:
        """Whether a block makes the records of a parameter that only feeds others."""
        trees = [line.tree for line in block.lines if line.variable == "PARAMCD"]
        return any(isinstance(node, tree.Literal) and node.value in self._analysis.dropped for node in trees)

    def _own_lists(self) -> dict[str, Codelist]:
        """The lists of parameters and analysis visits, which the dataset's spec itself makes."""
        spec, name = self._spec, self._analysis.name
        parameters = self._analysis.parameters
        terms = {str(c): str(p.param) for c, p in parameters.items() if p.keep}
        if spec.scales is not None:
            instrument = self._instruments.get(str(spec.scales.instrument))
            terms |= {str(c): str(s.label) for c, s in instrument.scales.items()} if instrument else {}
        made: dict[str, Codelist] = {}
        if terms:
            codes = tuple(Term(code, decode=decode) for code, decode in terms.items())
            decodes = tuple(Term(decode) for decode in dict.fromkeys(terms.values()))
            made["PARAMCD"] = Codelist(f"{name}.PARAMCD", f"{spec.label}: Parameter Code", terms=codes)
            made["PARAM"] = Codelist(f"{name}.PARAM", f"{spec.label}: Parameter", terms=decodes)
            every = dict.fromkeys((*map(str, parameters), *terms))  # those not kept are counted, too
            numbers = {str(n): terms[code] for n, code in enumerate(every, 1) if code in terms}
            made["PARAMN"] = self._numbers("PARAMN", "Parameter (N)", numbers)
        if spec.windows is not None:
            numbered = {str(visit): f"{window.number:g}" for visit, window in spec.windows.visits.items()}
            for records in spec.records:
                visit, number = (_assigned(records.variables, v) for v in ("AVISIT", "AVISITN"))
                numbered |= {visit: number} if visit else {}
            visits = tuple(Term(visit) for visit in numbered)
            made["AVISIT"] = Codelist(f"{name}.AVISIT", f"{spec.label}: Analysis Visit", terms=visits)
            if all(_NUMBER.fullmatch(number) for number in numbered.values()):
                coded = {number: visit for visit, number in numbered.items()}
                made["AVISITN"] = self._numbers("AVISITN", "Analysis Visit (N)", coded)
        return made

    def _pair_lists(self) -> dict[str, Codelist]:
        """The lists of a text and its number that one line makes, where nothing else gives them one."""
        made: dict[str, Codelist] = {}
        for number, (text, numbers) in self._pairs.items():
            label = self._label(text)
            if self.codelist(number) is None:
                made[number] = self._numbers(number, f"{label} (N)", {str(n): t for t, n in numbers.items()})
            if self.codelist(text) is None:
                terms = tuple(Term(value) for value in numbers)
                title = f"{self._spec.label}: {label}"
                made[text] = Codelist(f"{self._analysis.name}.{text}", title, terms=terms)
        return made

    def _label(self, name: str) -> str:
        found = adam_variable(self._analysis.structure, name)
        line = self._analysis.lines.get(name)
        given = str(line.label) if line is not None and line.label is not None else ""
        return given or (found.label if found else "") or name

    def _numbers(self, variable: str, title: str, terms: dict[str, str]) -> Codelist:
        """A list of numbers and what they stand for."""
        return Codelist(
            f"{self._analysis.name}.{variable}",
            f"{self._spec.label}: {title}",
            data_type="float" if any("." in number for number in terms) else "integer",
            terms=tuple(Term(number, decode=text) for number, text in terms.items()),
        )

    def _ordered(self) -> list[str]:
        """The variables in the order of the spec; what a parameter makes stands after the copied ones."""
        spec = self._spec
        given = self._analysis.known(spec.order, self._findings) if spec.order is not None else []
        names = (
            "STUDYID",
            "USUBJID",
            *given,
            "ASEQ",
            *(text.rpartition(".")[2] for text in spec.copy_),
            *(text.rpartition(".")[2] for part in self._analysis.parts for text in part.copied),
            *(str(name) for part in self._analysis.parts for name in part.rows),
            *PARAMETER_VARIABLES,
            *(WINDOW_KINDS if spec.windows else ()),
            *map(str, spec.variables),
            *self._analysis.kinds,
        )
        return [name for name in dict.fromkeys(names) if name in self._analysis.kinds]

    def _variable(self, name: str, line: Line | None, codelist: Codelist | None) -> VariablePlan:
        found = adam_variable(self._analysis.structure, name)
        spec, spec_class = self._analysis.lines.get(name), self._spec.class_
        kind = self._analysis.kinds[name]
        copied = line is not None and line.verb == "copy"
        said = self._copied(name) or (line.origin.description if line is not None else "")
        source = self._predecessor(said) if copied else None
        label = found.label if found and found.label else source.label if source else ""
        if spec is not None and spec.label is not None:
            label = str(spec.label)
        where = line.where if line else self._spec.dataset.where
        check_label(f"{self._analysis.name}.{name}", label, where, self._findings)
        if not label:
            problem = f"{self._analysis.name}.{name} needs a label of up to 40 bytes"
            self._findings.add(Finding("CED024", problem, where, hint="give it with 'label'"))
        shown = str(spec.format) if spec is not None and spec.format is not None else _FORMATS.get(kind, "")
        return VariablePlan(
            name=name,
            label=label,
            type="Char" if kind in (Type.TEXT, Type.DTC) else "Num",
            kind=kind,
            core=found.core if found and spec_class != "OTHER" else "",
            role="",
            codelist=codelist,
            origin=line.origin
            if line is not None
            else Origin("Predecessor", description=self._in_every_source(name)),
            where=where,
            method=line.method if line else None,
            comment=line.comment if line else None,
            format=shown,
            closed=is_closed(codelist, kind),
            absent=line is not None and line.verb == "absent",
            decimals=spec.decimals if spec is not None else None,
            length=spec.length if spec is not None else None,
        )
