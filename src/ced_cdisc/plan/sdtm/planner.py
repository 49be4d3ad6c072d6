"""One domain's spec to its plan: what the standard says is filled in, what the spec says goes before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Comment
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.expressions import both
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.lookups import plan_lookups
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import SUPP, Block, DatasetPlan, Line
from ced_cdisc.plan.order import in_order, single_lines
from ced_cdisc.plan.sdtm import standard, tests
from ced_cdisc.plan.sdtm.domain import SINGLE, Domain, kind_of
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.plan.sdtm.metadata import Metadata
from ced_cdisc.plan.tables import table_visit
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import BlockSpec, LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.keys import natural_keys


class DomainPlanner:
    """Plans one domain against the catalogue of all."""

    def __init__(
        self, domain: Domain, specs: Specs, catalogue: Catalogue, lines: Lines, findings: Findings
    ) -> None:
        self.domain = domain
        self._specs = specs
        self._catalogue = catalogue
        self._lines = lines
        self._findings = findings
        self._whole: dict[str, Line] = {}

    def plan(self) -> DatasetPlan:
        """The dataset's plan; findings say what is wrong with it."""
        domain, spec = self.domain, self.domain.spec
        blocks = (
            [self._written()]
            if spec.rows is not None
            else [self._block(i, r) for i, r in enumerate(domain.rows, 1)]
        )
        for made in standard.whole_dataset(domain, self._catalogue, self._lines):
            self._whole.setdefault(made.variable, made)
        whole = list(self._whole.values())
        singles = single_lines(whole, self._catalogue)
        metadata = Metadata(domain, self._specs, self._lines.codelists, blocks)
        return DatasetPlan(
            name=domain.name,
            kind="sdtm",
            label=str(spec.label or domain.ig.label),
            domain="" if domain.name == "RELREC" else domain.name,
            class_name=domain.ig.class_name,
            structure=str(spec.structure or domain.ig.structure),
            blocks=tuple(blocks),
            computed=(),
            lines=in_order((*singles, *whole), self._findings, domain.name),
            sort=self._keys(),
            numbered=standard.numbering(domain),
            variables=metadata.variables(whole),
            where=spec.domain.where,
            supplemental=metadata.supplemental(),
            standard="" if domain.custom else "SDTMIG",
            reference_data=domain.ig.class_name == "Trial Design",
            one_per_subject=domain.name in SINGLE,
            comment=Comment(domain.name, str(spec.comment)) if spec.comment is not None else None,
            checks=self._lines.expressions.checks(spec.checks, domain.row_names(self._catalogue)),
            value_level=metadata.value_level(),
            value_lists={
                (name, value): codelist
                for name in domain.names
                for value, codelist in self._lines.codelists.of_values(name).items()
            },
        )

    # rows

    def _written(self) -> Block:
        spec = self.domain.spec
        records: list[Mapping[str, str | float | None]] = []
        for record in spec.rows or []:
            values: dict[str, str | float | None] = {}
            for key, value in record.items():
                variable = self.domain.full(str(key))
                found = self.domain.ig.variable(variable)
                if found is None or not value:
                    continue
                if found.type == "Num":
                    try:
                        values[variable] = float(value)
                    except ValueError:
                        self._findings.add(
                            Finding(
                                "CED014",
                                f"{self.domain.name}.{variable} is a number, but '{value}' is not",
                                value.where,
                            )
                        )
                    continue
                codelist = self._lines.codelists.of_variable(found.name, found.codelists, self.domain.name)
                if variable == "TSVAL":
                    code = next((str(v) for k, v in record.items() if str(k) == "TSPARMCD"), "")
                    codelist = self._lines.codelists.of_values(variable).get(code, codelist)
                self._lines.codelists.check(
                    codelist,
                    str(value),
                    value.where,
                    f"{self.domain.name}.{variable}",
                )
                values[variable] = str(value)
            records.append({"STUDYID": str(self._specs.study.study.id), "DOMAIN": self.domain.name, **values})
        return Block(number=1, source="", kind="rows", lines=(), rows=tuple(records), where=spec.place)

    def _block(self, number: int, rows: Rows) -> Block:
        spec = rows.spec
        source = str(spec.from_ or "")
        kind = self._source_kind(source, spec)
        if kind is None:
            return Block(number=number, source="", kind="rows", lines=(), where=spec.place)
        lookups = plan_lookups(spec.with_, source, self._catalogue, self._findings)
        looked = [lookup.name for lookup in lookups]
        names = RowNames(
            catalogue=self._catalogue,
            dataset=self.domain.name,
            own=self.domain.names | {"USUBJID": Type.TEXT},
            tables=tuple(t for t in (source, *looked) if t in self._catalogue.tables),
            sources=tuple(t for t in (source, *looked) if t in self._catalogue.datasets),
            visits=spec.visit or kind == "visits",
        )
        keep = self._lines.expressions.condition(spec.where, names) if spec.where is not None else None
        made = {line.variable: line for line in standard.block_lines(self.domain, self._specs, spec)}
        if rows.test is not None:
            plan = tests.lines_of_test(self.domain, rows, names, self._lines, self._findings)
            keep = both(keep, plan.keep)
            made.update({built.variable: built for built in plan.lines})
        for key, spec_line in rows.variables.items():
            self._add(key, spec_line, names, made)
        for key, spec_line in rows.supp.items():
            self._add_supp(key, spec_line, names, made)
        singles = single_lines(made.values(), self._catalogue)
        return Block(
            number=number,
            source=source,
            kind=kind,
            lines=in_order((*singles, *made.values()), self._findings, self.domain.name),
            keep=keep,
            lookups=lookups,
            where=spec.place,
            visit=self._visit(spec, source) if spec.visit else None,
        )

    def _source_kind(self, source: str, spec: BlockSpec) -> Literal["raw", "dataset", "visits"] | None:
        if source == "visits":
            return "visits"
        if source in self._catalogue.tables:
            return "raw"
        if source in self._catalogue.datasets:
            return "dataset"
        known = [*self._catalogue.tables, *self._catalogue.datasets]
        where = spec.from_.where if spec.from_ is not None else spec.place
        message = f"unknown table or dataset {source}" if source else "the block has no 'from'"
        self._findings.add(Finding("CED016", message, where, hint=did_you_mean(source, known)))
        return None

    def _visit(self, spec: BlockSpec, source: str) -> tuple[str, str] | None:
        table = next((t for n, t in self._specs.sources.tables.items() if n == source), None)
        columns = set(self._catalogue.tables.get(source, ()))
        found = table_visit(table, self._specs.sources.defaults, columns) if table is not None else None
        if found is None:
            self._findings.add(
                Finding("CED030", f"table {source} names no visit in sources.yaml", spec.place)
            )
            return None
        return found[0], found[1]

    def _add(self, key: Text, spec: LineSpec, names: RowNames, made: dict[str, Line]) -> None:
        variable = self.domain.full(str(key))
        found = self.domain.ig.variable(variable)
        if found is None:
            return
        if spec.place.line == 0:
            spec = spec.at(key.where)
        target = Target(
            self.domain.name,
            variable,
            kind_of(found),
            self._lines.codelists.of_variable(found.name, found.codelists, self.domain.name),
        )
        built = self._lines.make(spec, target, names)
        if built is None:
            return
        if any(isinstance(n, tree.Aggregate) and not n.dataset for n in tree.walk(built.tree)):
            self._whole[variable] = built
            made.pop(variable, None)
        else:
            made[variable] = built

    def _add_supp(self, key: Text, spec: LineSpec, names: RowNames, made: dict[str, Line]) -> None:
        label = str(spec.label or "")
        if len(str(key)) > 8 or not str(key).isupper() or not label or len(label.encode()) > 40:
            self._findings.add(
                Finding(
                    "CED024",
                    f"the supplemental qualifier {key} needs a name of up to 8 capitals "
                    "and a label of up to 40 bytes",
                    key.where,
                )
            )
        codelist = self._lines.codelists.of_variable(str(key), ())
        built = self._lines.make(spec, Target(self.domain.name, SUPP + str(key), Type.TEXT, codelist), names)
        if built is not None:
            made[built.variable] = replace(built, codelist=built.codelist or codelist)

    # the whole

    def _keys(self) -> tuple[str, ...]:
        spec = self.domain.spec
        names = self.domain.names
        if spec.sort is not None:
            keys: list[str] = []
            for text in spec.sort:
                variable = self.domain.full(str(text))
                if variable not in names:
                    hint = did_you_mean(variable, names)
                    self._findings.add(Finding("CED012", f"unknown variable {text}", text.where, hint=hint))
                else:
                    keys.append(variable)
        else:
            keys = [k for k in natural_keys(self.domain.ig) if k in names]
        common = ("STUDYID", "USUBJID") if spec.rows is None else ("STUDYID",)
        first = [k for k in common if k in names]
        return (*first, *(k for k in keys if k not in first))
