"""One analysis dataset's spec to its plan."""

from __future__ import annotations

import re

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Codelist, Comment, Method, Origin, Term
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.adam.parameters import (
    computed_parameters,
    parameter_lines,
    scale_parameters,
    window_lines,
)
from ced_cdisc.plan.language.expressions import both
from ced_cdisc.plan.language.lines import Lines, Target
from ced_cdisc.plan.language.lookups import plan_lookups
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.model import Block, Computed, DatasetPlan, Line, VariablePlan
from ced_cdisc.plan.order import in_order, single_lines
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import AnalysisSpec, LineSpec, ParameterSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import Structure, adam_variable, load_adamig
from ced_cdisc.standards.ig import IgVariable

_STRUCTURES = {
    "ADSL": "One record per subject",
    "BDS": "One record per subject per parameter per analysis visit per analysis timepoint",
    "OCCDS": "One record per subject per occurrence",
}
# Variables whose meaning and type do not hang on what the guide lists for the class.
_MADE = ("STUDYID", "USUBJID", "PARAMCD", "PARAM", "PARAMN", "PARCAT1", "AVAL", "AVALC", "ASEQ")


def kind_by_name(variable: IgVariable | None, name: str) -> Type | None:
    """The type of an ADaM variable as far as standard and name tell."""
    numeric = variable is not None and variable.type == "Num"
    if name.endswith("DTC"):
        return Type.DTC
    if name.endswith("DTM") and (numeric or variable is None):
        return Type.DATETIME
    if name.endswith("DT") and (numeric or variable is None):
        return Type.DATE
    if variable is None:
        return None
    return Type.NUMBER if numeric else Type.TEXT


class AnalysisPlanner:
    """Plans one analysis dataset against the finished SDTM and earlier ADaM datasets."""

    def __init__(
        self,
        spec: AnalysisSpec,
        specs: Specs,
        catalogue: Catalogue,
        lines: Lines,
        findings: Findings,
        plans: dict[str, DatasetPlan],
    ) -> None:
        self.spec = spec
        self.name = str(spec.dataset)
        self._specs = specs
        self._catalogue = catalogue
        self._lines = lines
        self._findings = findings
        self._plans = plans
        self._kinds: dict[str, Type] = {}
        self._specs_of: dict[str, LineSpec] = {}
        self._lists: dict[str, Codelist] = {}
        self._structure: Structure = (
            "ADSL" if spec.class_ == "ADSL" else "OCCDS" if spec.class_ == "OCCDS" else "BDS"
        )

    def plan(self) -> DatasetPlan:
        """The dataset's plan; findings say what is wrong with it."""
        spec = self.spec
        self._declare()
        blocks = self._blocks()
        computed = self._computed()
        whole = self._whole()
        made = self._variables(blocks, computed, whole)
        structure = load_adamig(str(self._specs.study.standards.adamig)).structure(self._structure)
        dropped = [str(code) for code, parameter in spec.parameters.items() if not parameter.keep]
        keep: tree.Node | None = None
        if dropped:
            values = tuple(tree.Literal(value=code, type=Type.TEXT) for code in dropped)
            column = tree.Column(name="PARAMCD", scope=Scope.VARIABLE, type=Type.TEXT)
            keep = tree.Member(of=column, values=values, negated=True, type=Type.TRUTH)
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
            variables=made,
            where=spec.dataset.where,
            keep=keep,
            standard="ADAMIG",
            one_per_subject=spec.class_ == "ADSL",
            comment=Comment(self.name, str(spec.comment)) if spec.comment is not None else None,
            checks=self._checks(),
            value_level=self._value_level(),
        )

    # names and types

    def _declare(self) -> None:
        spec = self.spec
        self._kinds = {"STUDYID": Type.TEXT, "USUBJID": Type.TEXT}
        for text in spec.copy_:
            source = self._source(text)
            if source is not None:
                self._kinds[text.rpartition(".")[2]] = source
        if spec.parameters:
            self._kinds |= {
                "PARAMCD": Type.TEXT,
                "PARAM": Type.TEXT,
                "PARAMN": Type.NUMBER,
                "AVAL": Type.NUMBER,
            }
            if any(p.text is not None for p in spec.parameters.values()):
                self._kinds["AVALC"] = Type.TEXT
            if any(p.category is not None for p in spec.parameters.values()) or (
                spec.scales and spec.scales.category
            ):
                self._kinds["PARCAT1"] = Type.TEXT
        if spec.windows is not None:
            self._kinds |= {
                "AVISIT": Type.TEXT,
                "AVISITN": Type.NUMBER,
                "AWTARGET": Type.NUMBER,
                "AWTDIFF": Type.NUMBER,
                "AWLO": Type.NUMBER,
                "AWHI": Type.NUMBER,
                "AWRANGE": Type.TEXT,
                "AWU": Type.TEXT,
            }
        if spec.class_ != "ADSL":
            self._kinds["ASEQ"] = Type.NUMBER
        of_scales = [spec.scales.variables] if spec.scales is not None else []
        for section in (
            spec.rows,
            spec.variables,
            *(p.variables for p in spec.parameters.values()),
            *of_scales,
        ):
            for key, line in section.items():
                self._specs_of.setdefault(str(key), line)
                self._name(key, line)

    def _name(self, key: Text, line: LineSpec) -> None:
        name = str(key)
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", name):
            self._findings.add(
                Finding("CED024", f"'{name}' is no variable name: up to 8 capitals and digits", key.where)
            )
        kind = kind_by_name(adam_variable(self._structure, name), name)
        if kind is None and line.copy_ is not None:
            kind = self._source(line.copy_)
        if kind is None:
            kind = Type.TEXT if line.flag or line.assign or (line.ct and not line.decimals) else None
        if kind is None and line.derive is not None:
            kind = self._by_tree(line.derive)
        self._kinds.setdefault(name, kind or Type.NUMBER)

    def _by_tree(self, text: Text) -> Type | None:
        """The type of an expression of a sponsor's own variable, where its names are already known."""
        quiet = Lines(
            type(self._lines.expressions)(Findings()),
            self._lines.codelists,
            Findings(),
            {},
            self._specs.sources.defaults,
            {},
            "",
        )
        node = quiet.expressions.compile(text, self._row_names())
        return node.type if node is not None and node.type is not Type.MISSING else None

    def _source(self, text: Text) -> Type | None:
        owner, _, short = text.rpartition(".")
        variables = self._catalogue.datasets.get(owner)
        if variables is None:
            hint = did_you_mean(owner, self._catalogue.datasets)
            self._findings.add(Finding("CED016", f"unknown dataset {owner or text}", text.where, hint=hint))
            return None
        if short not in variables:
            hint = did_you_mean(str(text), [f"{owner}.{v}" for v in variables])
            self._findings.add(Finding("CED012", f"unknown variable {text}", text.where, hint=hint))
            return None
        return variables[short]

    def _row_names(self) -> RowNames:
        spec = self.spec
        lookups = [str(name) for name in spec.with_]
        sources = tuple(n for n in (str(spec.from_), *lookups) if n in self._catalogue.datasets)
        return RowNames(self._catalogue, self.name, self._kinds, sources=sources)

    def _whole_names(self) -> RowNames:
        return RowNames(self._catalogue, self.name, self._kinds)

    def _target(self, name: str) -> Target:
        return Target(self.name, name, self._kinds.get(name, Type.NUMBER), self._codelist(name))

    def _codelist(self, name: str) -> Codelist | None:
        if name in self._lists:
            return self._lists[name]
        found = adam_variable(self._structure, name)
        own = self._lines.codelists.of_variable(name, found.codelists if found else ())
        if own is not None:
            return own
        line = self._specs_of.get(name)
        origin = (
            str(line.copy_)
            if line is not None and line.copy_ is not None
            else next((str(t) for t in self.spec.copy_ if t.rpartition(".")[2] == name), "")
        )
        return self._predecessor(origin).codelist if origin and self._predecessor(origin) else None  # type: ignore[union-attr]

    def _predecessor(self, text: str) -> VariablePlan | None:
        owner, _, short = text.rpartition(".")
        plan = self._plans.get(owner)
        return next((v for v in plan.variables if v.name == short), None) if plan else None

    # rows

    def _blocks(self) -> tuple[Block, ...]:
        spec = self.spec
        source = str(spec.from_)
        if source not in self._catalogue.datasets:
            hint = did_you_mean(source, self._catalogue.datasets)
            self._findings.add(Finding("CED016", f"unknown dataset {source}", spec.from_.where, hint=hint))
            return ()
        names = self._row_names()
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
        lookups: tuple[object, ...],
        lines: dict[str, Line],
    ) -> Block:
        singles = single_lines(lines.values(), self._catalogue)
        return Block(
            number=number,
            source=source,
            kind="dataset",
            lines=in_order((*singles, *lines.values()), self._findings, self.name),
            keep=keep,
            lookups=lookups,  # type: ignore[arg-type]
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
                self._keep(self._copy(text), name, names, made)
        for key, line in self.spec.rows.items():
            self._keep(line, str(key), names, made)
        return made

    def _copy(self, text: Text) -> LineSpec:
        line = LineSpec.model_construct(**dict.fromkeys(LineSpec.model_fields)).model_copy(
            update={"copy_": text}
        )
        line._place = text.where  # pyright: ignore[reportPrivateUsage]
        return line

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
                self._keep(self._copy(text) if alone else self._derive(text), name, names, made)
        for key, line in parameter.variables.items():
            self._keep(line, str(key), names, made)
        return made

    def _derive(self, text: Text) -> LineSpec:
        line = LineSpec.model_construct(**dict.fromkeys(LineSpec.model_fields)).model_copy(
            update={"derive": text}
        )
        line._place = text.where  # pyright: ignore[reportPrivateUsage]
        return line

    def _computed(self) -> tuple[Computed, ...]:
        carried = [str(key) for key in self.spec.rows]
        carried = [
            "STUDYID",
            *(t.rpartition(".")[2] for t in self.spec.copy_ if t.partition(".")[0] == str(self.spec.from_)),
            *carried,
        ]
        carried = [name for name in dict.fromkeys(carried) if name not in ("USUBJID", *_MADE[2:])]
        number = len(self.spec.parameters)
        made = computed_parameters(
            self.spec,
            self.name,
            self._kinds,
            carried,
            self._whole_names(),
            self._lines,
            self._target,
            self._findings,
        )
        if self.spec.scales is not None:
            made += scale_parameters(
                self.spec,
                self.spec.scales,
                self._specs.instruments,
                number,
                self.name,
                self._kinds,
                carried,
                self._whole_names(),
                self._lines,
                self._target,
                self._findings,
            )
        return tuple(made)

    # the whole

    def _whole(self) -> tuple[Line, ...]:
        names = self._whole_names()
        made: dict[str, Line] = {}
        source = str(self.spec.from_)
        if self.spec.windows is not None:
            made.update(
                window_lines(self.spec.windows, self.name, self._kinds, names, self._lines, self._findings)
            )
        for text in self.spec.copy_:
            if text.partition(".")[0] not in (source, *map(str, self.spec.with_)):
                self._keep(self._copy(text), text.rpartition(".")[2], names, made)
        for key, line in self.spec.variables.items():
            self._keep(line, str(key), names, made)
        if "ASEQ" in self._kinds and "ASEQ" not in made:
            made["ASEQ"] = self._aseq()
        singles = single_lines(made.values(), self._catalogue)
        return in_order((*singles, *made.values()), self._findings, self.name)

    def _aseq(self) -> Line:
        keys = [k for k in self._sort() if k not in ("STUDYID", "USUBJID", "ASEQ")]
        order = tuple(
            tree.Ordering(
                of=tree.Column(name=k, scope=Scope.VARIABLE, type=self._kinds[k]), type=self._kinds[k]
            )
            for k in keys
        )
        node = tree.Aggregate(func="rank", of=None, order=order, type=Type.NUMBER, where=self._kept())
        text = "Number of the record within the subject, from 1, in the order of the key variables."
        method = Method(id=f"{self.name}.ASEQ", name="Derivation of ASEQ", type="Computation", text=text)
        return Line(
            variable="ASEQ",
            tree=node,
            type=Type.NUMBER,
            verb="derive",
            where=self.spec.dataset.where,
            origin=Origin("Derived", "Sponsor"),
            method=method,
        )

    def _kept(self) -> tree.Node | None:
        dropped = [str(code) for code, parameter in self.spec.parameters.items() if not parameter.keep]
        if not dropped:
            return None
        column = tree.Column(name="PARAMCD", scope=Scope.VARIABLE, type=Type.TEXT)
        return tree.Member(
            of=column,
            values=tuple(tree.Literal(value=c, type=Type.TEXT) for c in dropped),
            negated=True,
            type=Type.TRUTH,
        )

    def _sort(self) -> tuple[str, ...]:
        keys: list[str] = []
        for text in self.spec.sort:
            if str(text) not in self._kinds:
                self._findings.add(
                    Finding(
                        "CED012",
                        f"unknown variable {text}",
                        text.where,
                        hint=did_you_mean(str(text), self._kinds),
                    )
                )
            else:
                keys.append(str(text))
        return tuple(dict.fromkeys(("STUDYID", "USUBJID", *keys)))

    def _checks(self) -> tuple[tuple[Text, tree.Node], ...]:
        made = [
            (text, self._lines.expressions.condition(text, self._whole_names())) for text in self.spec.checks
        ]
        return tuple((text, node) for text, node in made if node is not None)

    def _value_level(self) -> tuple[tuple[str, str], ...]:
        if not self.spec.parameters:
            return ()
        return tuple((name, "PARAMCD") for name in ("AVAL", "AVALC") if name in self._kinds)

    def _variables(
        self, blocks: tuple[Block, ...], computed: tuple[Computed, ...], whole: tuple[Line, ...]
    ) -> tuple[VariablePlan, ...]:
        names = self._parameter_lists()
        self._lists.update(names)
        by_name: dict[str, Line] = {}
        kept = [b for b in blocks if not self._dropped(b)]
        own = [x for c in computed for x in c.lines]
        telling = [x for x in own if x.method is not None or x.verb == "assign"]
        # What records that are not kept say of a variable counts only where nothing else says more.
        for line in (
            *(x for b in kept for x in b.lines),
            *whole,
            *telling,
            *(x for b in blocks for x in b.lines),
            *own,
        ):
            by_name.setdefault(line.variable, line)
        return tuple(self._variable(name, by_name.get(name)) for name in self._ordered())

    def _dropped(self, block: Block) -> bool:
        """Whether a block makes the records of a parameter that only feeds others."""
        codes = {str(code) for code, parameter in self.spec.parameters.items() if not parameter.keep}
        trees = [line.tree for line in block.lines if line.variable == "PARAMCD"]
        return any(isinstance(node, tree.Literal) and node.value in codes for node in trees)

    def _parameter_lists(self) -> dict[str, Codelist]:
        terms: dict[str, str] = {str(c): str(p.param) for c, p in self.spec.parameters.items() if p.keep}
        if self.spec.scales is not None:
            instrument = self._specs.instruments.get(str(self.spec.scales.instrument))
            terms |= {str(c): str(s.label) for c, s in instrument.scales.items()} if instrument else {}
        made: dict[str, Codelist] = {}
        if terms:
            made["PARAMCD"] = Codelist(
                f"{self.name}.PARAMCD",
                f"{self.spec.label}: Parameter Code",
                terms=tuple(Term(c, decode=d) for c, d in terms.items()),
            )
            made["PARAM"] = Codelist(
                f"{self.name}.PARAM",
                f"{self.spec.label}: Parameter",
                terms=tuple(Term(d) for d in dict.fromkeys(terms.values())),
            )
        if self.spec.windows is not None:
            made["AVISIT"] = Codelist(
                f"{self.name}.AVISIT",
                f"{self.spec.label}: Analysis Visit",
                terms=tuple(Term(str(v)) for v in self.spec.windows.visits),
            )
        return made

    def _ordered(self) -> list[str]:
        """The variables in the order of the spec; what a parameter makes stands after the copied ones."""
        spec = self.spec
        copied = [t.rpartition(".")[2] for t in spec.copy_]
        made = [n for n in ("PARAMCD", "PARAM", "PARAMN", "PARCAT1", "AVAL", "AVALC") if n in self._kinds]
        visits = [
            n
            for n in ("AVISIT", "AVISITN", "AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWRANGE", "AWU")
            if n in self._kinds and spec.windows
        ]
        names = [
            "STUDYID",
            "USUBJID",
            *(["ASEQ"] if "ASEQ" in self._kinds else []),
            *copied,
            *map(str, spec.rows),
            *made,
            *visits,
            *map(str, spec.variables),
            *self._kinds,
        ]
        if spec.order is not None:
            for text in spec.order:
                if str(text) not in self._kinds:
                    hint = did_you_mean(str(text), self._kinds)
                    self._findings.add(Finding("CED012", f"unknown variable {text}", text.where, hint=hint))
            names = [
                "STUDYID",
                "USUBJID",
                *(str(text) for text in spec.order if str(text) in self._kinds),
                *names,
            ]
        return [name for name in dict.fromkeys(names) if name in self._kinds]

    def _variable(self, name: str, line: Line | None) -> VariablePlan:
        found = adam_variable(self._structure, name)
        spec = self._specs_of.get(name)
        kind = self._kinds[name]
        source = (
            self._predecessor(line.origin.description) if line is not None and line.verb == "copy" else None
        )
        label = (
            str(spec.label)
            if spec is not None and spec.label is not None
            else (found.label if found and found.label else source.label if source else "")
        )
        where = line.where if line else self.spec.dataset.where
        if not label or len(label.encode()) > 40:
            self._findings.add(
                Finding(
                    "CED024",
                    f"{self.name}.{name} needs a label of up to 40 bytes",
                    where,
                    hint="give it with 'label'",
                )
            )
        formats = {Type.DATE: "DATE9.", Type.DATETIME: "DATETIME20."}
        origin = (
            line.origin
            if line is not None
            else Origin("Predecessor", description=f"{self.spec.from_}.{name}")
        )
        codelist = self._codelist(name)
        core = found.core if found else ""
        return VariablePlan(
            name=name,
            label=label,
            type="Char" if kind in (Type.TEXT, Type.DTC) else "Num",
            kind=kind,
            core=core,
            role="",
            codelist=codelist,
            origin=origin,
            where=where,
            method=line.method if line else None,
            comment=line.comment if line else None,
            format=str(spec.format)
            if spec is not None and spec.format is not None
            else formats.get(kind, ""),
            closed=codelist is not None and not codelist.dictionary and kind is Type.TEXT,
            absent=line is not None and line.verb == "absent",
            decimals=spec.decimals if spec is not None else None,
        )
