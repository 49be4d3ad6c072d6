"""One analysis dataset's spec to its plan: the order of work."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Comment
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.adam.kinds import PARAMETER_VARIABLES, declare
from ced_cdisc.plan.adam.metadata import Metadata
from ced_cdisc.plan.adam.parameters import ComputedRecords, computed_parameters, parameter_lines
from ced_cdisc.plan.adam.scales import scale_parameters
from ced_cdisc.plan.adam.windows import window_lines
from ced_cdisc.plan.language.expressions import both
from ced_cdisc.plan.language.imputation import with_flags
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.lookups import plan_lookups
from ced_cdisc.plan.language.made_lines import numbered, spec_line
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import Block, Computed, DatasetPlan, Line, Lookup
from ced_cdisc.plan.order import in_order, single_lines
from ced_cdisc.plan.texts import check_homes
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import AnalysisSpec, LineSpec, ParameterSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import load_adamig

_STRUCTURES = {
    "ADSL": "One record per subject",
    "BDS": "One record per subject per parameter per analysis visit per analysis timepoint",
    "OCCDS": "One record per subject per occurrence",
}


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
        self.spec = spec
        self.name = str(spec.dataset)
        self._specs = specs
        self._catalogue = catalogue
        self._lines = lines
        self._findings = findings
        self._analysis = declare(spec, catalogue, findings)
        self._metadata = Metadata(self._analysis, lines.codelists, specs.instruments, plans, findings)
        self._names = self._analysis.whole_names(catalogue)

    def plan(self) -> DatasetPlan:
        """The dataset's plan; findings say what is wrong with it."""
        spec = self.spec
        blocks = self._blocks()
        computed = self._computed()
        whole = self._whole()
        made = (*(line for part in (*blocks, *computed) for line in part.lines), *whole)
        check_homes(self.name, made, self._findings)
        structure = load_adamig(str(self._specs.study.standards.adamig)).structure(spec.class_)
        return DatasetPlan(
            name=self.name,
            kind="adam",
            label=str(spec.label),
            domain="",
            class_name=structure.class_name,
            structure=str(spec.structure or _STRUCTURES[spec.class_]),
            blocks=blocks,
            computed=computed,
            lines=whole,
            sort=self._sort(),
            variables=self._metadata.variables(blocks, computed, whole),
            where=spec.dataset.where,
            keep=self._analysis.kept,
            standard="ADAMIG",
            one_per_subject=spec.class_ == "ADSL",
            comment=Comment(self.name, str(spec.comment)) if spec.comment is not None else None,
            checks=self._lines.expressions.checks(spec.checks, self._names),
            value_level=self._value_level(),
        )

    def _target(self, name: str) -> Target:
        kind = self._analysis.kinds.get(name, Type.NUMBER)
        return Target(self.name, name, kind, self._metadata.codelist(name))

    # rows

    def _blocks(self) -> tuple[Block, ...]:
        spec = self.spec
        source = str(spec.from_)
        if source not in self._catalogue.datasets:
            hint = did_you_mean(source, self._catalogue.datasets)
            self._findings.add(Finding("CED016", f"unknown dataset {source}", spec.from_.where, hint=hint))
            return ()
        names = self._analysis.row_names(self._catalogue)
        lookups = plan_lookups(spec.with_, source, self._catalogue, self._findings)
        keep = self._lines.expressions.condition(spec.where, names) if spec.where is not None else None
        shared = self._row_lines(names)
        parameters = [(i, c, p) for i, (c, p) in enumerate(spec.parameters.items(), 1) if p.computed is None]
        if not spec.parameters:
            return (self._block(1, source, keep, lookups, shared),)
        made: list[Block] = []
        for number, code, parameter in parameters:
            rows = (
                self._lines.expressions.condition(parameter.rows, names)
                if parameter.rows is not None
                else None
            )
            lines = {**shared, **self._parameter(code, number, parameter, names)}
            made.append(self._block(number, source, both(keep, rows), lookups, lines))
        return tuple(made)

    def _block(
        self,
        number: int,
        source: str,
        keep: tree.Node | None,
        lookups: tuple[Lookup, ...],
        lines: dict[str, Line],
    ) -> Block:
        singles = single_lines(lines.values(), self._catalogue)
        return Block(
            number=number,
            source=source,
            kind="dataset",
            lines=in_order((*singles, *lines.values()), self._findings, self.name),
            keep=keep,
            lookups=lookups,
            where=self.spec.place,
        )

    def _row_lines(self, names: RowNames) -> dict[str, Line]:
        made: dict[str, Line] = {}
        source = str(self.spec.from_)
        copied = {
            text.rpartition(".")[2]: text
            for text in self.spec.copy_
            if text.partition(".")[0] in names.sources
        }
        if "STUDYID" not in copied:
            copied = {"STUDYID": Text(f"{source}.STUDYID", self.spec.from_.where), **copied}
        for name, text in copied.items():
            if name != "USUBJID":
                self._keep(spec_line(text.where, copy_=text), name, names, made)
        for key, line in self.spec.rows.items():
            self._keep(line, str(key), names, made)
        return made

    def _keep(self, line: LineSpec, name: str, names: RowNames, made: dict[str, Line]) -> None:
        built = self._lines.make(line, self._target(name), names)
        if built is not None:
            made[name] = built

    def _parameter(
        self, code: Text, number: int, parameter: ParameterSpec, names: RowNames
    ) -> dict[str, Line]:
        made = parameter_lines(code, number, parameter)
        if parameter.value is None and parameter.text is None:
            self._findings.add(
                Finding("CED017", f"parameter {code} needs 'value', 'text' or 'computed'", parameter.place)
            )
        for name, text in (("AVAL", parameter.value), ("AVALC", parameter.text)):
            if text is not None:
                alone = re.fullmatch(r"[A-Z][A-Z0-9]*\.[A-Z][A-Z0-9]*", text.strip())
                verb = "copy_" if alone else "derive"
                self._keep(spec_line(text.where, **{verb: text}), name, names, made)
        for key, line in parameter.variables.items():
            self._keep(line, str(key), names, made)
        return made

    # the whole

    def _computed(self) -> tuple[Computed, ...]:
        spec = self.spec
        copied = (t.rpartition(".")[2] for t in spec.copy_ if t.partition(".")[0] == str(spec.from_))
        own = ("USUBJID", "ASEQ", *PARAMETER_VARIABLES)
        carried = dict.fromkeys(("STUDYID", *copied, *map(str, spec.rows)))
        records = ComputedRecords(
            analysis=self._analysis,
            carried=tuple(name for name in carried if name not in own),
            names=self._names,
            lines=self._lines,
            target=self._target,
            findings=self._findings,
        )
        made = computed_parameters(records)
        if spec.scales is not None:
            number = len(spec.parameters)
            made += scale_parameters(spec.scales, self._specs.instruments, number, records, self._findings)
        return tuple(made)

    def _whole(self) -> tuple[Line, ...]:
        spec, kinds = self.spec, self._analysis.kinds
        made: dict[str, Line] = {}
        if spec.windows is not None:
            made |= window_lines(
                spec.windows, self.name, self._names, self._lines.expressions, self._findings
            )
        for text in spec.copy_:
            if text.partition(".")[0] not in (str(spec.from_), *map(str, spec.with_)):
                self._keep(spec_line(text.where, copy_=text), text.rpartition(".")[2], self._names, made)
        for key, line in spec.variables.items():
            self._keep(line, str(key), self._names, made)
        if "ASEQ" in kinds and "ASEQ" not in made:
            keys = [key for key in self._sort() if key not in ("STUDYID", "USUBJID", "ASEQ")]
            made["ASEQ"] = numbered(self.name, "ASEQ", keys, kinds, spec.dataset.where, self._analysis.kept)
        singles = single_lines(made.values(), self._catalogue)
        return in_order((*singles, *made.values()), self._findings, self.name)

    def _sort(self) -> tuple[str, ...]:
        keys = self._analysis.known(self.spec.sort, self._findings)
        return tuple(dict.fromkeys(("STUDYID", "USUBJID", *keys)))

    def _value_level(self) -> tuple[tuple[str, str], ...]:
        if not self.spec.parameters:
            return ()
        return tuple((name, "PARAMCD") for name in ("AVAL", "AVALC") if name in self._analysis.kinds)
