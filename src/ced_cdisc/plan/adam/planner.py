"""One analysis dataset's spec to its plan: the order of work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Comment, Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type, both
from ced_cdisc.plan.adam.figures import plan_figures
from ced_cdisc.plan.adam.in_time import check_in_time
from ced_cdisc.plan.adam.kinds import PARAMETER_VARIABLES, TRACE_KINDS, declare
from ced_cdisc.plan.adam.metadata import Metadata
from ced_cdisc.plan.adam.numbers import numbered_pairs, with_numbers
from ced_cdisc.plan.adam.parameters import (
    ComputedRecords,
    computed_parameters,
    of_dataset,
    of_records,
    parameter_lines,
)
from ced_cdisc.plan.adam.parts import Part, is_computed, is_time_to_event
from ced_cdisc.plan.adam.records import derived_records
from ced_cdisc.plan.adam.results import Results
from ced_cdisc.plan.adam.scales import scale_parameters
from ced_cdisc.plan.adam.time_to_event import TimesToEvent
from ced_cdisc.plan.adam.trace import is_name, trace_lines
from ced_cdisc.plan.adam.windows import whole_days, window_lines
from ced_cdisc.plan.branches import of_block, of_computed
from ced_cdisc.plan.language.imputation import with_flags
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.lookups import plan_lookups, said_of
from ced_cdisc.plan.language.made_lines import numbered, spec_line
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.reports import reports_of_rows
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import Block, Computed, DatasetPlan, Demand, Line, Lookup
from ced_cdisc.plan.order import check_alone, in_order, single_lines
from ced_cdisc.plan.texts import check_homes
from ced_cdisc.plan.told import Report
from ced_cdisc.spec.analysis import AnalysisSpec, ParameterSpec
from ced_cdisc.spec.instruments import ScaleSpec
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import load_adamig

_STRUCTURES = {
    "ADSL": "One record per subject",
    "BDS": "One or more records per subject per parameter",
    "TTE": "One record per subject per parameter",
    "OCCDS": "One record per subject per occurrence",
    "AE": "One record per subject per adverse event",
    "OTHER": "One record per subject per key variables",
}
_PER = {"BASETYPE": "baseline type", "AVISIT": "analysis visit", "ATPT": "analysis timepoint"}
"""What further tells records of a parameter apart, where the dataset has it; a visit may have several."""


class AnalysisPlanner:
    """Plans one analysis dataset against the finished SDTM and earlier ADaM datasets."""

    def __init__(
        self,
        spec: AnalysisSpec,
        specs: Specs,
        catalogue: Catalogue,
        lines: Lines,
        findings: Findings,
        plans: Mapping[str, DatasetPlan],
    ) -> None:
        spec = with_flags(spec, findings)
        pairs = numbered_pairs(spec)
        self.name = str(spec.dataset)
        self._specs = specs
        self._catalogue = catalogue
        self._lines = lines
        self._findings = findings
        self._analysis = declare(with_numbers(spec), catalogue, findings)
        self.spec = self._analysis.spec
        self._metadata = Metadata(self._analysis, lines.codelists, specs.instruments, plans, findings, pairs)
        self._names = self._analysis.whole_names(catalogue)
        self._times = TimesToEvent(self._analysis, catalogue, lines.expressions, findings)

    def plan(self) -> DatasetPlan:
        """The dataset's plan; findings say what is wrong with it."""
        spec = self.spec
        blocks = self._blocks()
        records = self._computed_records()
        computed = self._computed(records, blocks)
        whole = self._whole()
        check_in_time(self._analysis, blocks, computed, whole, self._findings)
        derived, rest = derived_records(spec.records, whole, records, self._in_order)
        lines = self._in_order(self._numbered(rest))
        every = tuple(dict.fromkeys((*(line for one in derived for line in one.first), *lines)))
        made = (*(line for part in (*blocks, *computed, *derived) for line in part.lines), *every)
        check_homes(self.name, made, self._findings)
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", self.name):
            problem = f"'{self.name}' is no name of a dataset: up to 8 capitals and digits"
            self._findings.add(Finding("CED024", problem, spec.dataset.where))
        results = Results(self._names, self._lines.expressions, self._specs.define.displays, self._findings)
        levels = self._metadata.levels(
            blocks, (*computed, *derived), every, self._value_level(blocks, computed)
        )
        structure = load_adamig(str(self._specs.study.standards.adamig)).structure(self._analysis.structure)
        return DatasetPlan(
            name=self.name,
            kind="adam",
            label=str(spec.label),
            domain="",
            class_name="ADAM OTHER" if spec.class_ == "OTHER" else structure.class_name,
            subclass=structure.subclass,
            structure=self._structure(),
            blocks=blocks,
            computed=(*computed, *derived),
            lines=lines,
            sort=self._sort(),
            variables=self._metadata.variables(blocks, (*computed, *derived), every),
            where=spec.dataset.where,
            keep=self._analysis.kept,
            standard="ADAMIG",
            one_per_subject=spec.class_ == "ADSL",
            comment=self._comment(blocks),
            checks=self._lines.expressions.checks(spec.checks, self._names),
            demands=(*self._times.demands, *self._whole_days()),
            decimals=self._decimals(),
            value_level=levels.by,
            value_level_also=levels.also,
            results=results.plan(spec.results),
            figures=plan_figures(spec.figures, results),
        )

    def _comment(self, blocks: Sequence[Block]) -> Comment | None:
        """What is written, else which records of its sources the dataset has, if no AVAL says it."""
        if self.spec.comment is not None:
            return Comment(self.name, str(self.spec.comment))
        return of_dataset(self.name, blocks) if self.spec.class_ != "BDS" else None

    def _structure(self) -> str:
        if self.spec.structure is not None:
            return str(self.spec.structure)
        per = [words for name, words in _PER.items() if name in self._analysis.kinds]
        return " per ".join([_STRUCTURES[self.spec.class_], *(per if self.spec.class_ == "BDS" else [])])

    def _target(self, name: str) -> Target:
        kind = self._analysis.kinds.get(name, Type.NUMBER)
        return Target(self.name, name, kind, self._metadata.codelist(name), shown_by_format=True)

    # rows

    def _blocks(self) -> tuple[Block, ...]:
        made: list[Block] = []
        for part in self._analysis.parts:
            made += self._part_blocks(part, len(made))
        return tuple(made)

    def _part_blocks(self, part: Part, before: int) -> list[Block]:
        """The blocks of one part: one for each parameter made from its source."""
        source = str(part.source)
        if source not in self._catalogue.datasets:
            hint = did_you_mean(source, self._catalogue.datasets)
            self._findings.add(Finding("CED016", f"unknown dataset {source}", part.source.where, hint=hint))
            return []
        self._findings.extend(
            Finding(
                "CED143",
                f"{name} is a raw table of subjects, which analysis datasets do not read",
                name.where,
                hint="make records of SDTM of it, and look those up",
            )
            for name in part.with_
            if name in self._catalogue.tables and name not in self._catalogue.without_subjects
        )

        def condition(text: Text, looked: Sequence[str]) -> tree.Node | None:
            return self._lines.expressions.condition(text, self._analysis.names_of(self._catalogue, looked))

        lookups = plan_lookups(part.with_, source, self._catalogue, self._findings, condition)
        names = self._analysis.row_names(self._catalogue, part, said_of(lookups, self._catalogue))
        keep = self._choice(part.where, names)
        shared = self._row_lines(part, names)
        if not self._analysis.parameters:
            traced = trace_lines(self.spec, part, None, self._catalogue)
            reports = reports_of_rows(part.spec, keep, None, None, self._findings)
            return [self._block(before + 1, part, keep, lookups, {**traced, **shared}, reports)]
        made: list[Block] = []
        for code, parameter in part.parameters.items():
            if is_computed(parameter):
                continue
            rows = self._choice(parameter.rows, names)
            traced = trace_lines(self.spec, part, parameter, self._catalogue)
            lines = {**traced, **shared, **self._parameter(code, parameter, part, names)}
            if not is_time_to_event(parameter):  # of which the method says all
                lines = of_records(lines, self.name, source, both(keep, rows))
            number = before + len(made) + 1
            asked = (parameter.rows, rows) if parameter.rows is not None and rows is not None else None
            reports = reports_of_rows(part.spec, keep, rows, asked, self._findings)
            made.append(self._block(number, part, both(keep, rows), lookups, lines, reports))
        return made

    def _choice(self, text: Text | None, names: RowNames) -> tree.Node | None:
        """The condition that chooses records of a source."""
        node = self._lines.expressions.condition(text, names) if text is not None else None
        if text is not None and node is not None:
            check_alone(self.name, "", node, text.where, self._findings)
        return node

    def _block(
        self,
        number: int,
        part: Part,
        keep: tree.Node | None,
        lookups: tuple[Lookup, ...],
        lines: Mapping[str, Line],
        reports: tuple[Report, ...],
    ) -> Block:
        singles = single_lines(lines.values(), self._catalogue, lookups)
        return Block(
            number=number,
            source=str(part.source),
            kind="dataset",
            lines=in_order((*singles, *lines.values()), self._findings, self.name, lookups),
            keep=keep,
            reports=reports,
            unknown=part.spec.unknown or "",
            lookups=lookups,
            where=part.place,
        )

    def _row_lines(self, part: Part, names: RowNames) -> dict[str, Line]:
        made: dict[str, Line] = {}
        source = str(part.source)
        copied = {text.rpartition(".")[2]: text for text in self._copied(part)}
        if "STUDYID" not in copied:
            copied = {"STUDYID": Text(f"{source}.STUDYID", part.source.where), **copied}
        for name, text in copied.items():
            if name != "USUBJID":
                self._keep(spec_line(text.where, copy_=text), name, names, made)
        for key, line in part.rows.items():
            self._keep(line, str(key), names, made)
        return made

    def _copied(self, part: Part) -> list[Text]:
        """What is copied to the records of a part: all that it says itself, and of the whole dataset's copies
        those of its own sources, and of a source of another part that has one record a subject."""
        own = part.spec.copy_ if self.spec.stack is not None else ()
        owners = {str(part.source), *map(str, part.with_), *(self._near() & self._catalogue.single)}
        return [text for text in part.copied if text in own or text.partition(".")[0] in owners]

    def _keep(self, line: LineSpec, name: str, names: RowNames, made: dict[str, Line]) -> None:
        built = self._lines.make(line, self._target(name), names)
        if built is not None:
            made[name] = replace(built, origin=self._predecessor(built)) if built.verb == "copy" else built

    def _predecessor(self, line: Line) -> Origin:
        """Where a copied variable comes from; a qualifier stands in SUPPxx, in the records with its QNAM."""
        owner, _, short = line.origin.description.partition(".")
        if short not in self._catalogue.qualifiers.get(owner, ()):
            return line.origin
        return replace(line.origin, description=f"SUPP{owner}.QVAL where SUPP{owner}.QNAM is {short}")

    def _parameter(
        self, code: Text, parameter: ParameterSpec, part: Part, names: RowNames
    ) -> dict[str, Line]:
        made = parameter_lines(code, self._analysis.number(code), parameter)
        if is_time_to_event(parameter):
            self._check_described(parameter)
            made |= self._times.lines(code, parameter, part, names)
        elif parameter.value is None and parameter.text is None:
            problem = f"parameter {code} needs 'value', 'text', 'computed' or 'events'"
            self._findings.add(Finding("CED017", problem, parameter.place))
        for name, text in (("AVAL", parameter.value), ("AVALC", parameter.text)):
            if text is not None:
                plain = name == "AVALC" or parameter.as_ is None
                words = {"copy_": text} if plain and is_name(text) else {"derive": text}
                if name == "AVAL" and parameter.as_ is not None:
                    words["as_"] = parameter.as_
                self._keep(spec_line(text.where, **words), name, names, made)
        for key, line in parameter.variables.items():
            self._keep(line, str(key), names, made)
        return made

    def _check_described(self, parameter: ParameterSpec) -> None:
        """CED021 for descriptions of events and censorings that are no terms of the study's lists."""
        for one in (*(parameter.events or ()), *(parameter.censors or ())):
            for name, text in (("EVNTDESC", one.describe), ("CNSDTDSC", one.dated)):
                if text is not None:
                    codelist = self._metadata.codelist(name)
                    self._lines.codelists.check(codelist, text, text.where, f"{self.name}.{name}")

    # the whole

    def _computed_records(self) -> ComputedRecords:
        spec, parts = self.spec, self._analysis.parts
        copied = (
            text.rpartition(".")[2]
            for part in parts
            for text in self._copied(part)
            if text.partition(".")[0] in (str(part.source), *self._catalogue.single)
        )
        own = ("USUBJID", "ASEQ", *PARAMETER_VARIABLES, *(TRACE_KINDS if spec.trace else ()))
        carried = dict.fromkeys(("STUDYID", *copied, *(str(name) for part in parts for name in part.rows)))
        return ComputedRecords(
            analysis=self._analysis,
            carried=tuple(name for name in carried if name not in own),
            names=replace(self._names, at_hand=False),
            lines=self._lines,
            target=self._target,
            findings=self._findings,
        )

    def _computed(self, records: ComputedRecords, blocks: Sequence[Block]) -> tuple[Computed, ...]:
        made, scales = computed_parameters(records, blocks), self.spec.scales
        if scales is not None:
            number = len(self._analysis.parameters)
            made += scale_parameters(scales, self._specs.instruments, number, records, self._findings)
        return tuple(made)

    def _whole(self) -> dict[str, Line]:
        spec = self.spec
        made: dict[str, Line] = {}
        if spec.windows is not None:
            moved = [
                str(one.dtype) for one in spec.records if one.fill or "AVISIT" in map(str, one.variables)
            ]
            made |= window_lines(
                spec.windows,
                self.name,
                self._names,
                self._lines.expressions,
                self._findings,
                list(dict.fromkeys(moved)),
            )
        near = self._near()
        for text in spec.copy_:
            if text.partition(".")[0] not in near:
                self._keep(spec_line(text.where, copy_=text), text.rpartition(".")[2], self._names, made)
        for key, line in spec.variables.items():
            self._keep(line, str(key), self._names, made)
        return made

    def _whole_days(self) -> tuple[Demand, ...]:
        windows = self.spec.windows
        return whole_days(windows, self._names, self._lines.expressions) if windows is not None else ()

    def _near(self) -> set[str]:
        """The datasets that records come from, and their look-ups."""
        return {str(name) for part in self._analysis.parts for name in (part.source, *part.with_)}

    def _in_order(self, lines: Mapping[str, Line], readers: Iterable[Line] = ()) -> tuple[Line, ...]:
        singles = single_lines((*lines.values(), *readers), self._catalogue)
        return in_order((*singles, *lines.values()), self._findings, self.name)

    def _numbered(self, lines: dict[str, Line]) -> dict[str, Line]:
        """The lines with ASEQ, unless the spec gives it."""
        kinds = self._analysis.kinds
        if "ASEQ" not in kinds or "ASEQ" in lines:
            return lines
        keys = [key for key in self._sort() if key not in ("STUDYID", "USUBJID", "ASEQ")]
        where = self.spec.dataset.where
        return {**lines, "ASEQ": numbered(self.name, "ASEQ", keys, kinds, where, self._analysis.kept)}

    def _sort(self) -> tuple[str, ...]:
        keys = self._analysis.known(self.spec.sort, self._findings)
        return tuple(dict.fromkeys(("STUDYID", "USUBJID", *keys)))

    def _decimals(self) -> dict[str, int]:
        scored: list[tuple[Text, ParameterSpec | ScaleSpec]] = [*self._analysis.parameters.items()]
        if self.spec.scales is not None:
            instrument = self._specs.instruments.get(str(self.spec.scales.instrument))
            scored += instrument.scales.items() if instrument else ()
        return {str(code): one.decimals for code, one in scored if one.decimals is not None}

    def _value_level(
        self, blocks: Sequence[Block], computed: Sequence[Computed]
    ) -> tuple[tuple[str, str], ...]:
        parameters = self._analysis.parameters.values()
        if not parameters:
            return ()
        names = ("AVAL", "AVALC", *(("BASE", "CHG") if self._decimals() else ()))
        names += ("STARTDT", "ADT", "CNSR") if any(map(is_time_to_event, parameters)) else ()
        own = dict.fromkeys(str(name) for parameter in parameters for name in parameter.variables)
        names += tuple(name for name in own if name not in names and _differs(name, blocks, computed))
        return tuple((name, "PARAMCD") for name in names if name in self._analysis.kinds)


def _differs(name: str, blocks: Sequence[Block], computed: Sequence[Computed]) -> bool:
    """Whether the lines of parameters say different things of a variable."""
    branches = (*map(of_block, blocks), *map(of_computed, computed))
    lines = [line for branch in branches for line in branch.lines.get(name, ())]
    return len({(line.origin, line.method and line.method.text) for line in lines}) > 1
