"""An analysis dataset on its way: the variables that it will have, and their types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, misspelt
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.adam.parts import (
    Part,
    check_parameters,
    is_computed,
    is_time_to_event,
    parameters_of,
    parts_of,
)
from ced_cdisc.plan.adam.trace import source_variable
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.language.imputation import FlagLine
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.variable_words import together
from ced_cdisc.spec.analysis import AnalysisBlock, AnalysisSpec, ParameterSpec
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import Structure, adam_variable
from ced_cdisc.standards.ig import IgVariable

PARAMETER_VARIABLES = ("PARAMCD", "PARAM", "PARAMN", "PARCAT1", "AVAL", "AVALC")
WINDOW_KINDS = {
    "AVISIT": Type.TEXT,
    "AVISITN": Type.NUMBER,
    "AWTARGET": Type.NUMBER,
    "AWTDIFF": Type.NUMBER,
    "AWLO": Type.NUMBER,
    "AWHI": Type.NUMBER,
    "AWRANGE": Type.TEXT,
    "AWU": Type.TEXT,
}
TRACE_KINDS = {"SRCDOM": Type.TEXT, "SRCVAR": Type.TEXT, "SRCSEQ": Type.NUMBER}
_TIME_KINDS = {
    "STARTDT": Type.DATE,
    "ADT": Type.DATE,
    "CNSR": Type.NUMBER,
    "EVNTDESC": Type.TEXT,
    "CNSDTDSC": Type.TEXT,
    **TRACE_KINDS,
}


class Analysis(Struct):
    """An analysis dataset on its way.

    Attributes:
        spec: the dataset's spec.
        parts: its sources.
        parameters: its parameters by code; the place in this order is PARAMN.
        kinds: the variables that it will have, with their types.
        lines: the first line of each variable that has one, with the label and the like that others give.
    """

    spec: AnalysisSpec
    parts: list[Part] = field(default_factory=list[Part])
    parameters: dict[Text, ParameterSpec] = field(default_factory=dict[Text, ParameterSpec])
    kinds: dict[str, Type] = field(default_factory=dict[str, Type])
    lines: dict[str, LineSpec] = field(default_factory=dict[str, LineSpec])

    @property
    def name(self) -> str:
        """The dataset's name."""
        return str(self.spec.dataset)

    @property
    def dropped(self) -> list[str]:
        """The codes of the parameters that only feed others."""
        return [str(code) for code, parameter in self.parameters.items() if not parameter.keep]

    @property
    def kept(self) -> tree.Node | None:
        """The condition that a record is not of a dropped parameter; None if none is dropped."""
        values = tuple(tree.Literal(value=code, type=Type.TEXT) for code in self.dropped)
        if not values:
            return None
        column = tree.Column(name="PARAMCD", scope=Scope.VARIABLE, type=Type.TEXT)
        return tree.Member(of=column, values=values, negated=True, type=Type.TRUTH)

    def known(self, names: Iterable[Text], findings: Findings) -> list[str]:
        """Those of the names that the dataset has; the others are CED012."""
        found: list[str] = []
        for name in names:
            if str(name) in self.kinds:
                found.append(str(name))
            else:
                hint = did_you_mean(str(name), self.kinds)
                findings.add(Finding("CED012", f"unknown variable {name}", name.where, hint=hint))
        return found

    @property
    def computed(self) -> dict[Text, ParameterSpec]:
        """The computed parameters by code; one may have records from a source as well."""
        listed = [item for part in self.parts for item in part.parameters.items()]
        listed += self.spec.parameters.items() if self.spec.stack is not None else ()
        return {code: parameter for code, parameter in listed if is_computed(parameter)}

    @property
    def source(self) -> str:
        """The dataset that the first records are made from."""
        return str(self.parts[0].source) if self.parts else ""

    @property
    def structure(self) -> Structure:
        """The structure whose names the variables follow; a dataset of another class follows the BDS."""
        return "BDS" if self.spec.class_ == "OTHER" else self.spec.class_

    def number(self, code: Text) -> int:
        """PARAMN of a parameter."""
        return list(self.parameters).index(code) + 1

    def row_names(self, catalogue: Catalogue, part: Part, said: Mapping[str, str] | None = None) -> RowNames:
        """The names that a line of a source's records may use."""
        given = (str(part.source), *map(str, part.with_))
        return self.names_of(catalogue, given, said)

    def names_of(
        self, catalogue: Catalogue, read: Iterable[str], said: Mapping[str, str] | None = None
    ) -> RowNames:
        """The names of a row that carries these datasets, and tables without subjects."""
        read = tuple(read)
        tables = tuple(name for name in read if name in catalogue.without_subjects)
        sources = tuple(name for name in read if name in catalogue.datasets)
        return RowNames(catalogue, self.name, self.kinds, tables, sources, said=said or {})

    def whole_names(self, catalogue: Catalogue) -> RowNames:
        """The names that a line over the whole dataset may use."""
        carried = {str(name) for part in self.parts for name in (part.source, *part.with_)}
        return RowNames(catalogue, self.name, self.kinds, carried=carried)


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


def declare(spec: AnalysisSpec, catalogue: Catalogue, findings: Findings) -> Analysis:
    """The variables that a dataset will have, with their types, before its lines are planned."""
    spec = _with_known_copies(spec, catalogue, findings)
    parts = parts_of(spec, findings)
    check_parameters(spec, parts, findings)
    made = Analysis(spec, parts, parameters_of(spec, parts), {"STUDYID": Type.TEXT, "USUBJID": Type.TEXT})
    for text in dict.fromkeys((*spec.copy_, *(text for part in parts for text in part.copied))):
        owner, _, short = text.rpartition(".")
        made.kinds.setdefault(short, catalogue.datasets[owner][short])
    made.kinds |= _made(made)
    for part in parts:
        _declare_lines(made, part, part.rows, catalogue, findings)
    first = parts[0] if parts else None
    for section in (
        spec.variables,
        *(parameter.variables for parameter in made.parameters.values()),
        *(records.variables for records in spec.records),
        *([spec.scales.variables] if spec.scales is not None else []),
    ):
        _declare_lines(made, first, section, catalogue, findings)
    return made


def _with_known_copies(spec: AnalysisSpec, catalogue: Catalogue, findings: Findings) -> AnalysisSpec:
    """The spec without copies of what is unknown (CED016, CED012), and what is misspelt as it is meant."""

    def known(block: AnalysisBlock) -> dict[str, list[Text]]:
        return {"copy_": [m for text in block.copy_ if (m := _meant(text, catalogue, findings)) is not None]}

    stack = spec.stack and [block.model_copy(update=known(block)) for block in spec.stack]
    return spec.model_copy(update={**known(spec), "stack": stack})


def _declare_lines(
    made: Analysis,
    part: Part | None,
    section: Mapping[Text, LineSpec],
    catalogue: Catalogue,
    findings: Findings,
) -> None:
    for key, line in section.items():
        first = made.lines.setdefault(str(key), line)
        if first is not line:
            made.lines[str(key)] = together(first, line, f"{made.name}.{key}", findings)
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", key):
            problem = f"'{key}' is no variable name: up to 8 capitals and digits"
            findings.add(Finding("CED024", problem, key.where))
        kind = _kind(made, part, str(key), line, catalogue, findings)
        made.kinds.setdefault(str(key), kind)


def _made(made: Analysis) -> Mapping[str, Type]:
    """The variables that parameters, windows, derived records and the class bring with them."""
    spec, kinds = made.spec, dict[str, Type]()
    parameters = made.parameters.values()
    if parameters:
        kinds |= {"PARAMCD": Type.TEXT, "PARAM": Type.TEXT, "PARAMN": Type.NUMBER, "AVAL": Type.NUMBER}
        if any(parameter.text is not None for parameter in parameters):
            kinds["AVALC"] = Type.TEXT
        if any(parameter.category is not None for parameter in parameters) or (
            spec.scales and spec.scales.category
        ):
            kinds["PARCAT1"] = Type.TEXT
    if any(is_time_to_event(parameter) for parameter in parameters):
        kinds |= _TIME_KINDS
    if spec.windows is not None:
        kinds |= WINDOW_KINDS
    if spec.records:
        kinds["DTYPE"] = Type.TEXT
    if spec.trace:
        named = any(
            is_time_to_event(parameter) or source_variable(parameter, str(part.source))
            for part in made.parts
            for parameter in part.parameters.values()
        )
        kinds |= TRACE_KINDS if named else {k: v for k, v in TRACE_KINDS.items() if k != "SRCVAR"}
    if spec.class_ != "ADSL":
        kinds["ASEQ"] = Type.NUMBER
    return kinds


def _kind(
    made: Analysis, part: Part | None, name: str, line: LineSpec, catalogue: Catalogue, findings: Findings
) -> Type:
    """The type of a variable with a line: by the standard, else by its source, else by its value."""
    kind = kind_by_name(adam_variable(made.structure, name), name)
    if kind is None and line.copy_ is not None:
        kind = _copied(line.copy_, catalogue, findings)
    if kind is None and line.impute is not None:
        kind = Type.TEXT if isinstance(line, FlagLine) else Type.DATE
    if kind is None and (line.flag or line.assign or line.collect or (line.decodes and not line.decimals)):
        kind = Type.TEXT
    if kind is None:
        # The expressions of a sponsor's own variable tell its type, where their names are already known.
        names = made.row_names(catalogue, part) if part is not None else made.whole_names(catalogue)
        branches = (text for case in line.cases or () for text in (case.then, case.else_))
        for text in (text for text in (line.derive, *branches) if text is not None):
            node = Expressions(Findings(), derivations=catalogue.derivations).compile(text, names)
            if kind is None and node is not None and node.type is not Type.MISSING:
                kind = node.type
    return kind or Type.NUMBER


def _meant(text: Text, catalogue: Catalogue, findings: Findings) -> Text | None:
    """DATASET.VARIABLE where there is one, or the one that is meant or None, with a finding."""
    owner, _, short = text.rpartition(".")
    if owner not in catalogue.datasets:
        hint = did_you_mean(owner, catalogue.datasets)
        findings.add(Finding("CED016", f"unknown dataset {owner or text}", text.where, hint=hint))
        owner = misspelt(owner, hint)
        known = short in catalogue.datasets.get(owner, ())
        return Text(f"{owner}.{short}", text.where) if known else None
    if short not in catalogue.datasets[owner]:
        hint = did_you_mean(str(text), [f"{owner}.{v}" for v in catalogue.datasets[owner]])
        findings.add(Finding("CED012", f"unknown variable {text}", text.where, hint=hint))
        meant = misspelt(text, hint)
        return Text(meant, text.where) if meant else None
    return text


def _copied(text: Text, catalogue: Catalogue, findings: Findings) -> Type | None:
    """The type of DATASET.VARIABLE, or None with a finding."""
    owner, _, short = (_meant(text, catalogue, findings) or "").rpartition(".")
    return catalogue.datasets[owner][short] if owner else None
