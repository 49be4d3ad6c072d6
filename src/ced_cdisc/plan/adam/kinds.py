"""An analysis dataset on its way: the variables that it will have, and their types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.language.imputation import FlagLine
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.spec.models import AnalysisSpec, LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import adam_variable
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


@dataclass
class Analysis:
    """An analysis dataset on its way.

    Attributes:
        spec: the dataset's spec.
        kinds: the variables that it will have, with their types.
        lines: the first line of each variable that has one.
    """

    spec: AnalysisSpec
    kinds: dict[str, Type] = field(default_factory=dict[str, Type])
    lines: dict[str, LineSpec] = field(default_factory=dict[str, LineSpec])

    @property
    def name(self) -> str:
        """The dataset's name."""
        return str(self.spec.dataset)

    @property
    def dropped(self) -> list[str]:
        """The codes of the parameters that only feed others."""
        return [str(code) for code, parameter in self.spec.parameters.items() if not parameter.keep]

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

    def row_names(self, catalogue: Catalogue) -> RowNames:
        """The names that a line of the source's records may use."""
        given = (str(self.spec.from_), *map(str, self.spec.with_))
        sources = tuple(name for name in given if name in catalogue.datasets)
        return RowNames(catalogue, self.name, self.kinds, sources=sources)

    def whole_names(self, catalogue: Catalogue) -> RowNames:
        """The names that a line over the whole dataset may use."""
        return RowNames(catalogue, self.name, self.kinds)


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
    made = Analysis(spec, {"STUDYID": Type.TEXT, "USUBJID": Type.TEXT})
    for text in spec.copy_:
        kind = _copied(text, catalogue, findings)
        if kind is not None:
            made.kinds[text.rpartition(".")[2]] = kind
    made.kinds |= _made(spec)
    for section in (
        spec.rows,
        spec.variables,
        *(parameter.variables for parameter in spec.parameters.values()),
        *([spec.scales.variables] if spec.scales is not None else []),
    ):
        for key, line in section.items():
            made.lines.setdefault(str(key), line)
            if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", key):
                problem = f"'{key}' is no variable name: up to 8 capitals and digits"
                findings.add(Finding("CED024", problem, key.where))
            kind = _kind(made, str(key), line, catalogue, findings)
            made.kinds.setdefault(str(key), kind)
    return made


def _made(spec: AnalysisSpec) -> Mapping[str, Type]:
    """The variables that parameters, windows and the class bring with them."""
    kinds: dict[str, Type] = {}
    parameters = spec.parameters.values()
    if parameters:
        kinds |= {"PARAMCD": Type.TEXT, "PARAM": Type.TEXT, "PARAMN": Type.NUMBER, "AVAL": Type.NUMBER}
        if any(parameter.text is not None for parameter in parameters):
            kinds["AVALC"] = Type.TEXT
        if any(parameter.category is not None for parameter in parameters) or (
            spec.scales and spec.scales.category
        ):
            kinds["PARCAT1"] = Type.TEXT
    if spec.windows is not None:
        kinds |= WINDOW_KINDS
    if spec.class_ != "ADSL":
        kinds["ASEQ"] = Type.NUMBER
    return kinds


def _kind(made: Analysis, name: str, line: LineSpec, catalogue: Catalogue, findings: Findings) -> Type:
    """The type of a variable with a line: by the standard, else by its source, else by its value."""
    kind = kind_by_name(adam_variable(made.spec.class_, name), name)
    if kind is None and line.copy_ is not None:
        kind = _copied(line.copy_, catalogue, findings)
    if kind is None and line.impute is not None:
        kind = Type.TEXT if isinstance(line, FlagLine) else Type.DATE
    if kind is None and (line.flag or line.assign or (line.decodes and not line.decimals)):
        kind = Type.TEXT
    if kind is None and line.derive is not None:
        # An expression of a sponsor's own variable tells its type, where its names are already known.
        node = Expressions(Findings()).compile(line.derive, made.row_names(catalogue))
        kind = node.type if node is not None and node.type is not Type.MISSING else None
    return kind or Type.NUMBER


def _copied(text: Text, catalogue: Catalogue, findings: Findings) -> Type | None:
    """The type of DATASET.VARIABLE, or None with a finding."""
    owner, _, short = text.rpartition(".")
    variables = catalogue.datasets.get(owner)
    if variables is None:
        hint = did_you_mean(owner, catalogue.datasets)
        findings.add(Finding("CED016", f"unknown dataset {owner or text}", text.where, hint=hint))
        return None
    if short not in variables:
        hint = did_you_mean(str(text), [f"{owner}.{v}" for v in variables])
        findings.add(Finding("CED012", f"unknown variable {text}", text.where, hint=hint))
        return None
    return variables[short]
