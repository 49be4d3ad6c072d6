"""One domain's spec to its plan: what the standard says is filled in, what the spec says goes before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.core.metadata import Comment, merge_origins
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns, own_columns
from ced_cdisc.expr.tree import Type, both
from ced_cdisc.plan.by_source import merge_comments, merge_methods, source_in_words
from ced_cdisc.plan.language.expressions import choose, literal, missing
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.lookups import plan_lookups, said_of
from ced_cdisc.plan.language.made_lines import constant
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.origins import ASSIGNED
from ced_cdisc.plan.language.reports import reports_of_rows, within
from ced_cdisc.plan.language.values import Target, constant_number
from ced_cdisc.plan.model import SUPP, Block, DatasetPlan, Demand, Line
from ced_cdisc.plan.order import check_alone, in_order, single_lines
from ced_cdisc.plan.sdtm import standard, tests
from ced_cdisc.plan.sdtm.domain import SINGLE, Domain, kind_of
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.plan.sdtm.metadata import Metadata
from ced_cdisc.plan.sdtm.relations import check_references, hint_of_part, plan_relations
from ced_cdisc.plan.sdtm.sheets import check_lookups, check_read, check_sheet, sheet_of, verbs_of
from ced_cdisc.plan.sdtm.waiting import Waiting
from ced_cdisc.plan.tables import table_visit
from ced_cdisc.plan.texts import IN_DOMAIN, check_homes
from ced_cdisc.plan.told import Report
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import BlockSpec, LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.keys import natural_keys


def _of_block(name: str, kind: Type) -> tree.Column:
    return tree.Column(name=f"block.{name}", scope=tree.Scope.RAW, type=kind)


def _kept_lines(block: Block, apart: Mapping[str, Mapping[int, Line]]) -> list[Line]:
    """The number of a block, and copies of those of its variables that lines over the dataset make anew."""
    made = [constant("block.NUMBER", float(block.number), block.where)]
    own = {line.variable: line for line in block.lines}
    for variable, lines in apart.items():
        kind = next(iter(lines.values())).type
        node: tree.Node = missing()
        if variable in own:
            node = tree.Column(name=variable, scope=tree.Scope.VARIABLE, type=kind)
        made.append(
            Line(f"block.{variable}", replace(node, type=kind), kind, "derive", block.where, ASSIGNED)
        )
    return made


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
        self._whole_of: dict[str, dict[int, Line]] = {}
        self._demands: dict[tuple[Location, str], Demand] = {}
        self._qualifiers: dict[str, LineSpec] = {}
        self._waiting = Waiting(domain, catalogue, findings)
        self._names: dict[tuple[object, ...], RowNames] = {}

    def plan(self) -> DatasetPlan:
        """The dataset's plan; findings say what is wrong with it."""
        domain, spec = self.domain, self.domain.spec
        blocks = (
            [self._written()]
            if spec.rows is not None
            else [self._block(i, r) for i, r in enumerate(domain.rows, 1)]
        )
        blocks = self._whole_lines(blocks)
        for made in standard.whole_dataset(domain, self._specs, self._catalogue, self._lines, self._findings):
            self._whole.setdefault(made.variable, made)
        whole = list(self._whole.values())
        singles = single_lines(whole, self._catalogue)
        if domain.ig.class_name == "Trial Design":
            made = (line for part in blocks for line in part.lines if line.variable not in IN_DOMAIN)
            check_homes(domain.name, made, self._findings)
        metadata = Metadata(domain, self._specs, self._lines.codelists, blocks)
        levels = metadata.levels(self._whole_of, self._findings)
        return DatasetPlan(
            name=domain.name,
            kind="sdtm",
            label=str(spec.label or domain.ig.label),
            domain="" if domain.name in ("RELREC", "POOLDEF") else domain.code,
            class_name=domain.ig.class_name,
            structure=str(spec.structure or domain.ig.structure),
            blocks=tuple(blocks),
            computed=(),
            lines=in_order((*singles, *whole), self._findings, domain.name),
            sort=self._keys(),
            numbered=standard.numbering(domain) if self._has_own_numbers() else "",
            variables=metadata.variables(whole),
            where=spec.domain.where,
            supplemental=metadata.supplemental(whole),
            standard="" if domain.custom else "SDTMIG",
            reference_data=domain.ig.class_name == "Trial Design",
            one_per_subject=domain.name in SINGLE,
            comment=Comment(domain.name, str(spec.comment)) if spec.comment is not None else None,
            demands=tuple(self._demands.values()),
            checks=self._lines.expressions.checks(spec.checks, domain.row_names(self._catalogue)),
            value_level=levels.by,
            value_level_also=levels.also,
            value_lists={
                (name, value): codelist
                for name in domain.names
                for value, codelist in self._lines.codelists.of_values(name).items()
            },
            relations=plan_relations(spec, self._catalogue, self._findings),
            domain_label=domain.ig.label if domain.name != domain.code else "",
        )

    def _has_own_numbers(self) -> bool:
        """Whether --SEQ counts the records of this dataset and subject alone."""
        domain = self.domain
        return not domain.of_associated_persons and len(self._catalogue.parts.get(domain.code, ())) < 2

    # rows

    def _written(self) -> Block:
        spec = self.domain.spec
        records: list[Mapping[str, str | float | None]] = []
        check_references(spec, self._catalogue, self._findings)
        for record in spec.rows or []:
            values: dict[str, str | float | None] = {}
            for key, value in record.items():
                variable = self.domain.full(str(key))
                found = self.domain.ig.variable(variable)
                if found is None or not value:
                    continue
                if found.type == "Num":
                    shown = f"{self.domain.name}.{variable}"
                    if (number := constant_number(value, shown, self._findings)) is not None:
                        values[variable] = number
                    continue
                codelist = self._lines.codelists.of_variable(found.name, found.codelists, self.domain.name)
                if variable == "TSVAL":
                    code = next((str(v) for k, v in record.items() if str(k) == "TSPARMCD"), "")
                    codelist = self._lines.codelists.of_values(variable).get(code, codelist)
                shown, hint = f"{self.domain.name}.{variable}", ""
                if variable == "RDOMAIN":
                    hint = hint_of_part(str(value), self._catalogue)
                self._lines.codelists.check(codelist, str(value), value.where, shown, hint)
                values[variable] = str(value)
            records.append({"STUDYID": str(self._specs.study.study.id), "DOMAIN": self.domain.code, **values})
        return Block(number=1, source="", kind="rows", lines=(), rows=tuple(records), where=spec.place)

    def _block(self, number: int, rows: Rows) -> Block:
        spec = rows.spec
        source = str(spec.from_ or "")
        kind = self._source_kind(source, spec)
        if kind is None:
            return Block(number=number, source="", kind="rows", lines=(), where=spec.place)
        visits = spec.visit or kind == "visits"

        def condition(text: Text, looked: Iterable[str]) -> tree.Node | None:
            known = self._row_names(looked, {}, spec, visits=visits)
            return self._lines.expressions.condition(text, known)

        lookups = plan_lookups(spec.with_, source, self._catalogue, self._findings, condition)
        if sheet_of(spec, self._catalogue):
            self._findings.extend(check_lookups(self.domain.name, lookups, self._catalogue))
        looked = [source, *map(str, spec.with_)]
        names = self._row_names(looked, said_of(lookups, self._catalogue), spec, visits=visits)
        each = self._each(spec, names)
        keep = self._lines.expressions.condition(spec.where, names) if spec.where is not None else None
        if keep is not None and spec.where is not None:
            self._waiting.waits(columns(keep), spec.where.where, "choose by what is collected, or by a date")
            check_alone(self.domain.name, "", keep, spec.where.where, self._findings)
            self._findings.extend(check_read(names, keep, "where", spec.where.where))
        made = {line.variable: line for line in standard.block_lines(self.domain, self._specs, spec)}
        where, more = keep, None
        if rows.test is not None:
            plan = tests.lines_of_test(self.domain, rows, names, self._lines, self._findings)
            keep, more = both(keep, plan.keep), plan.keep
            made.update({built.variable: built for built in plan.lines})
            self._demands |= {(demand.where, demand.message): demand for demand in plan.demands}
        for key, spec_line in rows.variables.items():
            self._add(key, spec_line, names, made, number)
        for key, spec_line in rows.supp.items():
            self._add_supp(key, spec_line, names, made, number)
        if keep is not None and spec.where is not None:
            self._waiting.known(keep, made, self._whole_of, spec.where.where)
        for lookup in lookups:
            if lookup.keep is not None and lookup.text is not None:
                place, task = lookup.text.where, f"find no record of {lookup.name}"
                self._waiting.waits(columns(lookup.keep), place, "look up by what is collected, or by a date")
                self._waiting.known(lookup.keep, made, self._whole_of, place, task)
        singles = single_lines(made.values(), self._catalogue, lookups)
        return Block(
            number=number,
            source=source,
            kind=kind,
            lines=in_order((*singles, *made.values()), self._findings, self.domain.name, lookups),
            keep=keep,
            reports=reports_of_rows(spec, where, more, None, self._findings),
            unknown=spec.unknown or "",
            lookups=lookups,
            where=spec.test.place if spec.test is not None else spec.place,
            each=each,
            each_where=spec.each.of.where if spec.each is not None else Location(""),
            visit=self._visit(spec, source) if spec.visit and self.domain.has_subjects else None,
        )

    def _row_names(
        self, read: Iterable[str], said: Mapping[str, str], spec: BlockSpec, *, visits: bool
    ) -> RowNames:
        """The names that the lines of a block may use; blocks that may use the same ones share them."""
        tables = tuple(t for t in read if t in self._catalogue.tables)
        sources = tuple(t for t in read if t in self._catalogue.datasets)
        each = str(spec.each.of) if spec.each is not None else ""
        sheet = sheet_of(spec, self._catalogue)
        key = (tables, sources, visits, each, sheet, *said.values())
        if key not in self._names:
            own = self.domain.names | ({"USUBJID": Type.TEXT} if self.domain.has_subjects else {})
            shown = (self._catalogue, self.domain.name, own, tables, sources, visits, each)
            self._names[key] = RowNames(*shown, resolved={}, said=said, verbs=verbs_of(self.domain, sheet))
        return self._names[key]

    def _source_kind(self, source: str, spec: BlockSpec) -> Literal["raw", "dataset", "visits"] | None:
        if source == "visits":
            return "visits"
        if (fault := check_sheet(self.domain, spec, self._catalogue)) is not None:
            self._findings.add(fault)
            return None
        if source in self._catalogue.tables:
            return "raw"
        itself = source == self.domain.name
        if source in self._catalogue.datasets and not itself:
            return "dataset"
        known = [*self._catalogue.tables, *(d for d in self._catalogue.datasets if d != source)]
        where = spec.from_.where if spec.from_ is not None else spec.place
        message = f"unknown table or dataset {source}" if source else "the block has no 'from'"
        message = f"{source} cannot be made of itself" if itself else message
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

    def _each(self, spec: BlockSpec, names: RowNames) -> tuple[str, str] | None:
        if spec.each is None:
            return None
        node = self._lines.expressions.compile(spec.each.of, names)
        if node is not None and not (isinstance(node, tree.Column) and node.scope is tree.Scope.RAW):
            message = f"'each' takes one raw column, not '{spec.each.of}'"
            self._findings.add(Finding("CED018", message, spec.each.of.where))
            return None
        return str(spec.each.of), str(spec.each.by)

    def _add(self, key: Text, spec: LineSpec, names: RowNames, made: dict[str, Line], number: int) -> None:
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
        self._place(built, names, made, number)

    def _place(self, built: Line, names: RowNames, made: dict[str, Line], number: int) -> None:
        """A line goes to its block, or over the whole dataset where it reads what is made there."""
        self._findings.extend(check_read(names, built.tree, built.verb, built.where))
        own = any(isinstance(n, tree.Aggregate) and not n.dataset for n in tree.walk(built.tree))
        if own or self._waiting.late(columns(built.tree)):
            here = [c for c in own_columns(built.tree) if c.scope is tree.Scope.DATASET]
            self._waiting.waits(here, built.where, f"read it with only({self._waiting.late(here)} where ..)")
            self._whole_of.setdefault(built.variable, {})[number] = built
            made.pop(built.variable, None)
        else:
            made[built.variable] = built

    def _add_supp(
        self, key: Text, spec: LineSpec, names: RowNames, made: dict[str, Line], number: int
    ) -> None:
        self._check_qualifier(key, spec)
        label = str(spec.label or "")
        if len(str(key)) > 8 or not str(key).isupper() or not label:
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
            self._place(replace(built, codelist=built.codelist or codelist), names, made, number)

    def _check_qualifier(self, key: Text, spec: LineSpec) -> None:
        """CED051: a qualifier that is a variable of its parent, has two labels, or finds no parent record."""
        domain = self.domain

        def fault(message: str, where: Location, hint: str) -> None:
            self._findings.add(Finding("CED051", message, where, hint=hint))

        if not domain.has_subjects:
            fault(f"{domain.name} has no subjects, so no qualifiers", key.where, "take it out")
        if domain.ig.variable(str(key)) is not None:
            fault(f"{key} is a variable of {domain.name}", key.where, "write it under 'variables'")
        first = self._qualifiers.setdefault(str(key), spec)
        if str(first.label) != str(spec.label):
            message = f"the qualifier {key} is labelled '{spec.label}' here and '{first.label}' elsewhere"
            fault(message, spec.label.where if spec.label else key.where, "QNAM and QLABEL go together")
        if first.idvar != spec.idvar:
            fault(f"the qualifier {key} has another 'idvar' elsewhere", key.where, "write the same one")
        if spec.idvar is not None and domain.full(str(spec.idvar)) not in domain.names:
            hint = did_you_mean(str(spec.idvar), domain.names)
            fault(f"{domain.name} has no variable {spec.idvar} to be IDVAR", spec.idvar.where, hint)
        elif spec.idvar is None and domain.name not in SINGLE and domain.full("--SEQ") not in domain.names:
            message = f"{domain.name} has no {domain.full('--SEQ')} to identify the records of {key}"
            fault(message, key.where, "name a variable that does, such as idvar: VISITNUM")

    # the whole

    def _whole_lines(self, blocks: list[Block]) -> list[Block]:
        """The lines over the whole dataset; where blocks differ in one, each has its own rows' value.

        The blocks then say which they are (``block.NUMBER``), and keep what they make of the variable
        themselves (``block.AESTDTC``).
        """
        apart: dict[str, dict[int, Line]] = {}
        for variable, lines in self._whole_of.items():
            if len(lines) == len(blocks) and len({line.tree for line in lines.values()}) == 1:
                self._whole[variable] = next(iter(lines.values()))
            else:
                apart[variable] = lines
        if not apart:
            return blocks
        for variable, lines in apart.items():
            first, reports = next(iter(lines.values())), list[Report]()
            node: tree.Node = _of_block(variable, first.type)
            for number, line in reversed(lines.items()):
                is_here = tree.Compare(
                    op="=", left=_of_block("NUMBER", Type.NUMBER), right=literal(number), type=Type.TRUTH
                )
                node = choose(is_here, line.tree, node)
                node = replace(node, type=first.type)
                reports += within(is_here, line.reports)
            named = {block.number: source_in_words(block) for block in blocks}
            listed = first.codelist if len({line.codelist for line in lines.values()}) == 1 else None
            method = merge_methods((named[number], line.method) for number, line in lines.items())
            origin = merge_origins(line.origin for line in lines.values())
            comment = merge_comments((named[number], line.comment) for number, line in lines.items())
            said = {"origin": origin, "method": method, "comment": comment, "codelist": listed, "tree": node}
            self._whole[variable] = replace(first, reports=tuple(reports), **said)
        return [replace(block, lines=(*block.lines, *_kept_lines(block, apart))) for block in blocks]

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
        who = "APID" if self.domain.of_associated_persons else "USUBJID"
        common = ("STUDYID", who) if spec.rows is None else ("STUDYID",)
        first = [k for k in common if k in names]
        return (*first, *(k for k in keys if k not in first))
