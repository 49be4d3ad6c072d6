"""The results of an analysis dataset to their plan: methods, options and print formats checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from ced_cdisc.core.decimals import decimal_number
from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean, one_of
from ced_cdisc.core.metadata import DocumentRef
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.adam.selections import selection
from ced_cdisc.plan.adam.templates import second, written_out
from ced_cdisc.plan.analyses import (
    COUNTING,
    NEEDED,
    OPTIONS,
    SHOWN,
    VALUES,
    AnalysisMethod,
    DisplayPlan,
    ResultPlan,
    ShowError,
    Shown,
    print_format,
)
from ced_cdisc.plan.language.expressions import Expressions
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.spec.define import DefineSpec, DisplaySpec
from ced_cdisc.spec.results import AnalysisMethodSpec, ResultSpec
from ced_cdisc.spec.source import Text

_NEEDED = {
    "quantiles": "such as 'type 7' (R, NumPy) or 'SAS 5' (SAS)",
    "variances": "'equal' pools those of the logarithms of both groups, 'unequal' is Welch's interval",
    "time": "the variable of the time, such as PYRS",
    "per": "such as 100, of events per 100 person-years",
    "period": "the variable of the two periods, such as APERIOD",
}
"""What an option that is missing may be."""


class Results(Struct, frozen=True):
    """Plans the results of one dataset; ``names`` are those of its variables."""

    names: RowNames
    expressions: Expressions
    displays: Mapping[Text, DisplaySpec]
    findings: Findings

    def plan(self, specs: Iterable[ResultSpec]) -> tuple[ResultPlan, ...]:
        """The results that have no faults; the others have findings."""
        made = [self._result(spec) for spec in written_out(specs, self.findings)]
        return tuple(one for one in made if one is not None)

    def _result(self, spec: ResultSpec) -> ResultPlan | None:
        where = selection(spec.data, self.names, self.expressions, self.findings)
        method = self._method(spec, spec.variable)
        others = [self._method(_shown_like(other, spec), spec.variable) for other in spec.sensitivity]
        sound = self.variable(spec.variable, numeric=spec.method not in COUNTING)
        display = self._display(spec)
        said = {
            key: getattr(spec, key) or (getattr(display, key) if display is not None else None)
            for key in ("reason", "purpose")
        }
        for key, value in said.items():
            if value is None and display is not None:
                message = f"neither the result {spec.id} nor its display says its {key}"
                hint = f"give the display {spec.display} a '{key}'"
                self.findings.add(Finding("CED121", message, spec.id.where, hint=hint))
        if where is None or method is None or display is None or not sound or None in others:
            return None
        return ResultPlan(
            id=str(spec.id),
            dataset=self.names.dataset,
            display=str(spec.display),
            what=str(spec.what),
            data=" ".join(spec.data.split()),
            where=where,
            variable=str(spec.variable),
            method=method,
            sensitivity=tuple(other for other in others if other is not None),
            reason=str(said["reason"]),
            purpose=str(said["purpose"]),
            place=spec.id.where,
            note=" ".join((spec.note or "").split()),
        )

    def _display(self, spec: ResultSpec) -> DisplaySpec | None:
        display = self.displays.get(spec.display)
        if display is None:
            hint = did_you_mean(spec.display, self.displays) or "declare it under 'displays' in define.yaml"
            message = f"unknown display {spec.display}"
            self.findings.add(Finding("CED123", message, spec.display.where, hint=hint))
        return display

    def variable(self, name: Text, *, numeric: bool = True) -> bool:
        """Whether the dataset has the variable, with numbers where that is needed."""
        kind = self.names.own.get(name)
        if kind is None:
            message, hint = self.names.unknown(name, None)
            self.findings.add(Finding("CED012", message, name.where, hint=hint))
        elif numeric and kind is not Type.NUMBER:
            message = f"{name} is {kind.value}, and a number is needed here"
            self.findings.add(Finding("CED014", message, name.where))
            return False
        return kind is not None

    def _method(self, spec: AnalysisMethodSpec, variable: Text) -> AnalysisMethod | None:
        options = self._options(spec)
        sound = options is not None
        value: str | None = None
        if spec.value is not None and "value" in OPTIONS[spec.method]:
            value = self._value(spec.value, variable)
            sound = sound and value is not None
        beside = ((spec.group, False), (spec.covariate, True), (spec.period, False), (spec.time, True))
        for name, numeric in beside:
            if name is not None and sound:
                sound = self.variable(name, numeric=numeric)
        if sound and spec.reference is not None and spec.group is not None:
            sound = self._value(spec.reference, spec.group) is not None
        show = self._show(spec)
        if not sound or show is None:
            return None
        return AnalysisMethod(
            name=spec.method,
            show=show,
            zeros=spec.zeros or "drop",
            correction=spec.correction if spec.correction is not None else True,
            exact=spec.exact or "auto",
            quantiles=quantile_type(spec.quantiles),
            group=str(spec.group) if spec.group is not None else "",
            covariate=str(spec.covariate) if spec.covariate is not None else "",
            value=value,
            equal_variances=spec.variances != "unequal",
            reference=str(spec.reference or ""),
            period=str(spec.period or ""),
            confidence=int(spec.confidence or 95),
            time=str(spec.time or ""),
            per=spec.per if spec.per is not None else 1.0,
        )

    def _options(self, spec: AnalysisMethodSpec) -> dict[str, object] | None:
        """The options given; None where one does not go with the method, or is missing."""
        every = dict.fromkeys(key for keys in OPTIONS.values() for key in keys)
        given = {key: getattr(spec, key) for key in every if getattr(spec, key) is not None}
        goes = OPTIONS[spec.method]
        strange = [key for key in given if key not in goes]
        for key in strange:
            hint = f"it takes {one_of(goes)}" if goes else "it takes no option"
            self._fault(spec, f"'{key}' does not go with {spec.method}", hint)
        lacking = [key for key in NEEDED.get(spec.method, ()) if key not in given]
        for key in lacking:
            self._fault(spec, f"{spec.method} needs '{key}'", _NEEDED.get(key, ""))
        split = given.get("zeros") == "zsplit" and given.get("exact") == "yes"
        if split:
            hint = "take zeros: drop or zeros: pratt, or exact: no"
            self._fault(spec, "there is no exact distribution with zeros split", hint)
        nothing = spec.per is not None and spec.per <= 0
        if nothing:
            self._fault(spec, f"'per: {spec.per:.15g}' is no time", "write how much of it, such as 100")
        return None if strange or lacking or split or nothing else given

    def _value(self, text: Text, variable: Text) -> str | None:
        """The value as it is compared with the variable's; a text must be one that it can have."""
        if variable not in self.names.own:  # told by itself
            return None
        if self.names.own.get(variable) is Type.NUMBER:
            if decimal_number(text) is None:
                message = f"{variable} is a number, and '{text}' is none"
                self.findings.add(Finding("CED014", message, text.where))
                return None
            return str(text)
        return str(text) if self.compared(variable, text) else None

    def compared(self, variable: str, text: Text) -> bool:
        """Whether a text can be compared with a variable; one that it never has is found with all others."""
        column, value = tree.Column(name=variable), tree.Literal(value=str(text))
        node = tree.Compare(op="=", left=column, right=value)
        return self.expressions.resolve(node, self.names, text) is not None

    def _show(self, spec: AnalysisMethodSpec) -> tuple[str | Shown, ...] | None:
        try:
            return print_format(str(spec.show or SHOWN[spec.method]), spec.method)
        except ShowError as error:
            known = VALUES[spec.method]
            hint = did_you_mean(error.word, known) or f"it gives {one_of(known)}" if error.word else ""
            where = spec.show.where if spec.show is not None else spec.place
            self.findings.add(Finding("CED122", str(error), where, hint=hint))
            return None

    def _fault(self, spec: AnalysisMethodSpec, message: str, hint: str) -> None:
        self.findings.add(Finding("CED121", message, spec.place, hint=hint))


def _shown_like(other: AnalysisMethodSpec, spec: ResultSpec) -> AnalysisMethodSpec:
    """A sensitivity analysis by the method of its result is printed like it, unless it says so itself."""
    if other.show is not None or other.method != spec.method:
        return other
    return other.model_copy(update={"show": spec.show})


def quantile_type(word: str | None) -> int:
    """The type of Hyndman and Fan; definition 5 of SAS is type 2."""
    return {"SAS 5": 2}.get(word or "", int((word or "type 7")[-1]))


def plan_displays(
    define: DefineSpec, plans: Mapping[str, DatasetPlan], findings: Findings
) -> tuple[DisplayPlan, ...]:
    """The displays of define.yaml in their order.

    Reports two results of one id (CED029), displays without result (CED124), and documents that
    are none (CED123).
    """
    seen: dict[str, Location] = {}
    for result in (result for plan in plans.values() for result in plan.results):
        if result.id in seen:
            findings.add(second("result", result.id, result.place, seen[result.id]))
        seen.setdefault(result.id, result.place)
    used = {result.display for plan in plans.values() for result in plan.results}
    made: list[DisplayPlan] = []
    for name, display in define.displays.items():
        if name not in used and not findings.errors:
            hint = "write a result of it, or take it out"
            findings.add(Finding("CED124", f"no result is shown in {name}", name.where, hint=hint))
        documents: list[DocumentRef] = []
        for document, at in display.documents.items():
            if document not in define.documents:
                hint = did_you_mean(document, define.documents)
                findings.add(Finding("CED123", f"unknown document {document}", document.where, hint=hint))
            pages = [part.strip() for part in (at or "").split(",")]
            if all(part.isdigit() for part in pages):
                documents.append(DocumentRef(str(document), pages=tuple(int(part) for part in pages)))
            else:
                documents.append(DocumentRef(str(document), destination=str(at or "")))
        made.append(DisplayPlan(str(name), str(display.title), tuple(documents)))
    return tuple(made)
