"""What a BDS spec says in short: parameters, computed parameters, scale scores and analysis windows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.core.metadata import Method, Origin
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.expressions import literal, missing, parameters_to_aggregates
from ced_cdisc.plan.language.lines import Lines, Target
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.model import Computed, Line
from ced_cdisc.plan.order import in_order
from ced_cdisc.spec.models import (
    AnalysisSpec,
    InstrumentSpec,
    LineSpec,
    ParameterSpec,
    ScaleSpec,
    ScaleUse,
    WindowsSpec,
)
from ced_cdisc.spec.source import Text

MakeTarget = Callable[[str], Target]


def constant(name: str, value: str | float, where: Location) -> Line:
    """A line with a constant that the spec assigns."""
    node = literal(value)
    assert node.type is not None
    return Line(
        variable=name,
        tree=node,
        type=node.type,
        verb="assign",
        where=where,
        origin=Origin("Assigned", "Sponsor"),
    )


def parameter_lines(code: Text, number: int, parameter: ParameterSpec) -> dict[str, Line]:
    """PARAMCD, PARAM, PARAMN and PARCAT1 of a parameter; the number is its place in the spec."""
    made = {
        "PARAMCD": constant("PARAMCD", str(code), code.where),
        "PARAM": constant("PARAM", str(parameter.param), parameter.param.where),
        "PARAMN": constant("PARAMN", number, code.where),
    }
    if parameter.category is not None:
        made["PARCAT1"] = constant("PARCAT1", str(parameter.category), parameter.category.where)
    return made


def _same(name: str, kind: Type, by: tuple[str, ...], where: Location) -> Line:
    """A variable of a computed record: what its source records share."""
    node = tree.Aggregate(
        func="same", of=tree.Column(name=name, scope=Scope.VARIABLE, type=kind), on=by, type=kind
    )
    return Line(
        variable=name, tree=node, type=kind, verb="derive", where=where, origin=Origin("Derived", "Sponsor")
    )


def _ordered(lines: Iterable[Line], findings: Findings, dataset: str) -> tuple[Line, ...]:
    """As :func:`in_order`; what a line reads from the records so far is no value of the new record."""
    given = {line.variable: line for line in lines}
    shown = [replace(line, tree=_of_the_record(line.tree)) for line in given.values()]
    return tuple(given[line.variable] for line in in_order(shown, findings, dataset))


def _of_the_record(node: tree.Node) -> tree.Node:
    if isinstance(node, tree.Aggregate) and not node.dataset:
        return replace(node, of=None, where=None, order=())
    return tree.rebuild(node, _of_the_record)


def computed_parameters(
    spec: AnalysisSpec,
    dataset: str,
    kinds: Mapping[str, Type],
    carried: list[str],
    names: RowNames,
    lines: Lines,
    target: MakeTarget,
    findings: Findings,
) -> list[Computed]:
    """The records of each computed parameter: one a subject and ``by`` group."""
    codes = {str(code) for code in spec.parameters}
    made: list[Computed] = []
    for number, (code, parameter) in enumerate(spec.parameters.items(), 1):
        if parameter.computed is None:
            continue
        by = tuple(str(name) for name in parameter.by or ())
        for name in parameter.by or ():
            if str(name) not in kinds:
                findings.add(
                    Finding(
                        "CED012", f"unknown variable {name}", name.where, hint=did_you_mean(str(name), kinds)
                    )
                )
                return made
        rows = _carried(carried, by, kinds, parameter.variables, code.where)
        rows.update(parameter_lines(code, number, parameter))

        def rewrite(node: tree.Node, by: tuple[str, ...] = by) -> tree.Node:
            return parameters_to_aggregates(node, codes, by)

        words = Text(_in_words(parameter.computed, spec.parameters, by, lines), parameter.computed.where)
        line = _line("derive", parameter.computed).model_copy(update={"as_": words if words else None})
        value = lines.make(line, target("AVAL"), names, rewrite)
        if value is not None:
            rows["AVAL"] = value
        for key, line in parameter.variables.items():
            built = lines.make(line, target(str(key)), names, rewrite)
            if built is not None:
                rows[str(key)] = built
        keep = lines.expressions.condition(parameter.rows, names) if parameter.rows is not None else None
        ordered = _ordered(rows.values(), findings, dataset)
        made.append(Computed(by=by, keep=keep, lines=ordered, where=code.where, present="AVAL"))
    return made


_AGGREGATES = {
    "first": "first",
    "last": "last",
    "min": "smallest",
    "max": "largest",
    "sum": "sum of",
    "mean": "mean of",
    "count": "number of records with",
}


def _and(words: tuple[str, ...]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _in_words(
    formula: Text, parameters: Mapping[Text, ParameterSpec], by: tuple[str, ...], lines: Lines
) -> str:
    """A computed parameter's formula for the reviewer: in the parameters' codes, without what they stand for."""
    parsed = lines.expressions.parse(formula)
    if parsed is None:
        return ""

    def said(node: tree.Node) -> tree.Node:
        if isinstance(node, tree.Selected) and node.name in parameters and node.where is not None:
            return tree.Column(name=f"({node.name} where {clause(node.where, FUNCTIONS)})")
        if (
            isinstance(node, tree.Aggregate)
            and node.func in _AGGREGATES
            and node.of is not None
            and not node.dataset
            and not node.on
        ):
            text = f"{_AGGREGATES[node.func]} {clause(node.of, FUNCTIONS)}"
            if node.where is not None:
                text += f" where {clause(node.where, FUNCTIONS)}"
            if node.order:
                parts = [f"{clause(o.of, FUNCTIONS)}{' (falling)' if o.falling else ''}" for o in node.order]
                text += f", ordered by {', '.join(parts)}"
            return tree.Column(name=f"(the {text})")
        return tree.rebuild(node, said)

    text = clause(said(parsed), FUNCTIONS)
    text = f"{text[:1].upper()}{text[1:]}. A parameter's code stands for its AVAL with the same {_and(('USUBJID', *by))}."
    named = {n.name for n in tree.walk(parsed) if isinstance(n, tree.Column | tree.Selected)}
    for code, parameter in parameters.items():
        value = lines.expressions.parse(parameter.value) if parameter.value is not None else None
        if str(code) in named and not parameter.keep and value is not None:
            text += f" {code}, not kept as a parameter, is {parameter.param}: {clause(value, FUNCTIONS)}."
    return text


def _carried(
    carried: list[str],
    by: tuple[str, ...],
    kinds: Mapping[str, Type],
    over: Mapping[Text, LineSpec],
    where: Location,
) -> dict[str, Line]:
    own = {str(key) for key in over}
    return {
        name: _same(name, kinds[name], by, where) for name in carried if name not in by and name not in own
    }


def _line(verb: str, text: Text) -> LineSpec:
    line = LineSpec.model_construct(**dict.fromkeys(LineSpec.model_fields)).model_copy(
        update={verb: text}
    )
    line._place = text.where  # pyright: ignore[reportPrivateUsage]
    return line


def scale_parameters(
    spec: AnalysisSpec,
    use: ScaleUse,
    instruments: Mapping[str, InstrumentSpec],
    number: int,
    dataset: str,
    kinds: Mapping[str, Type],
    carried: list[str],
    names: RowNames,
    lines: Lines,
    target: MakeTarget,
    findings: Findings,
) -> list[Computed]:
    """The scale scores of an instrument, each by the rule its YAML states."""
    instrument = instruments.get(str(use.instrument))
    if instrument is None:
        hint = did_you_mean(str(use.instrument), instruments) or "instruments stand in mappings/instruments/"
        findings.add(
            Finding("CED016", f"unknown instrument {use.instrument}", use.instrument.where, hint=hint)
        )
        return []
    by = tuple(str(name) for name in use.by)
    made: list[Computed] = []
    for place, (code, scale) in enumerate(instrument.scales.items(), number + 1):
        for item in scale.items:
            if item not in instrument.items:
                hint = did_you_mean(str(item), map(str, instrument.items))
                findings.add(
                    Finding("CED012", f"scale {code} has an unknown item {item}", item.where, hint=hint)
                )
        rows = _carried(carried, by, kinds, use.variables, code.where)
        parameter = ParameterSpec.model_construct(param=scale.label, category=use.category)
        rows.update(parameter_lines(code, place, parameter))
        formula, answers, words = scale_formula(scale)
        line = _line("derive", Text(formula, code.where)).model_copy(update={"as_": Text(words, code.where)})

        def rewrite(node: tree.Node) -> tree.Node:
            return parameters_to_aggregates(node, set(), by)

        value = lines.make(line, target("AVAL"), names, rewrite)
        if value is not None:
            rows["AVAL"] = value
        constants = {"answered": Text(answers, code.where), "items": Text(str(len(scale.items)), code.where)}
        from ced_cdisc.plan.sdtm.expand import fill

        for key, own in use.variables.items():
            built = lines.make(fill(own, constants, findings), target(str(key)), names, rewrite)
            if built is not None:
                rows[str(key)] = built
        keep_text = Text(f"PARAMCD in ({_listed(scale.items)})", code.where)
        keep = lines.expressions.condition(keep_text, names)
        made.append(
            Computed(
                by=by,
                keep=keep,
                lines=_ordered(rows.values(), findings, dataset),
                where=code.where,
                present="AVAL",
            )
        )
    return made


def scale_formula(scale: ScaleSpec) -> tuple[str, str, str]:
    """A scale's score as an expression, the count of its answered items as another, and the rule in words."""
    value = "AVAL"
    notes: list[str] = []
    for rule in scale.recode:
        goal = str(rule.to)
        code = f"{rule.code:g}"
        test = f"AVAL = {code}"
        which = "an answer"
        if rule.items is not None:
            test = f"PARAMCD in ({_listed(rule.items)}) and {test}"
            which = f"an answer of {', '.join(map(str, rule.items))} with code"
        value = f"if({test}, {goal}, {value})"
        notes.append(f"{which} {code} counts as {goal}")
    where = f"where PARAMCD in ({_listed(scale.items)})"
    answered = f"count({value} {where})"
    low, high = f"{scale.lowest:g}", f"{scale.highest:g}"
    score = f"100 * (mean({value} {where}) - {low}) / ({high} - {low})"
    what = (
        f"Mean of the answered items among {', '.join(map(str, scale.items))}"
        if len(scale.items) > 1
        else str(scale.items[0])
    )
    words = f"{what}, rescaled from {low}-{high} to 0-100, if at least {scale.least} of {len(scale.items)} {'is' if scale.least == 1 else 'are'} answered, otherwise missing"
    if len(scale.items) == 1:
        words = f"{what} rescaled from {low}-{high} to 0-100"
    if notes:
        words += f"; {'; '.join(notes)}"
    return f"if({answered} >= {scale.least}, {score}, missing)", answered, f"{words}."


def _listed(items: list[Text]) -> str:
    return ", ".join(f"'{item}'" for item in items)


_RANGE = re.compile(r"(-?\d+)?\.\.(-?\d+)?")


def window_lines(
    windows: WindowsSpec,
    dataset: str,
    kinds: Mapping[str, Type],
    names: RowNames,
    lines: Lines,
    findings: Findings,
) -> dict[str, Line]:
    """AVISIT, AVISITN, AWTARGET, AWTDIFF, AWLO, AWHI, AWRANGE and AWU from a table of windows."""
    day = str(windows.on)
    choices: list[tuple[tree.Node, dict[str, str | float | None]]] = []
    shown: list[str] = []
    for name, window in windows.visits.items():
        low: float | None = None
        high: float | None = None
        parts: list[str] = []
        if window.where is not None:
            parts.append(f"({window.where})")
        if window.days is not None:
            match = _RANGE.fullmatch(str(window.days))
            if match is None:
                findings.add(
                    Finding(
                        "CED023",
                        f"'{window.days}' is no range of days",
                        window.days.where,
                        hint="write from..to, such as 15..60",
                    )
                )
                continue
            low, high = (float(match[1]) if match[1] else None), (float(match[2]) if match[2] else None)
            if match[1] and match[2]:
                parts.append(f"{day} between {match[1]} and {match[2]}")
            else:
                parts += [f"{day} >= {match[1]}"] if match[1] else []
                parts += [f"{day} <= {match[2]}"] if match[2] else []
        if not parts:
            findings.add(Finding("CED017", f"window {name} needs 'days' or 'where'", window.place))
            continue
        text = Text(" and ".join(parts), window.where.where if window.where is not None else name.where)
        condition = lines.expressions.condition(text, names)
        if condition is None:
            return {}
        ends = f"{'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}".strip()
        # A window without days of its own carries no range.
        choices.append(
            (
                condition,
                {
                    "AVISIT": str(name),
                    "AVISITN": window.number,
                    "AWTARGET": None if window.target is None else float(window.target),
                    "AWLO": low,
                    "AWHI": high,
                    "AWRANGE": ends if window.days is not None else None,
                    "AWU": str(windows.unit) if window.days is not None else None,
                },
            )
        )
        shown.append(f"{name} if {clause(condition, FUNCTIONS)}")
    made: dict[str, Line] = {}
    where = windows.on.where
    words = f"Analysis window, the first that applies: {'; '.join(shown)}."
    for variable in ("AVISIT", "AVISITN", "AWTARGET", "AWLO", "AWHI", "AWRANGE", "AWU"):
        node: tree.Node = missing()
        for condition, values in reversed(choices):
            value = values[variable]
            node = tree.Call(
                name="if",
                args=(condition, missing() if value is None else literal(value), node),
                type=kinds[variable],
            )
        text = (
            words if variable == "AVISIT" else f"{_WINDOW_WORDS[variable]} of the analysis window of AVISIT."
        )
        method = Method(
            id=f"{dataset}.{variable}", name=f"Derivation of {variable}", type="Computation", text=text
        )
        made[variable] = Line(
            variable=variable,
            tree=node,
            type=kinds[variable],
            verb="window",
            where=where,
            origin=Origin("Derived", "Sponsor"),
            method=method,
        )
    difference = Text(f"abs({day} - AWTARGET)", where)
    node = lines.expressions.compile(difference, names)
    if node is not None:
        text = f"Absolute difference of {day} and AWTARGET."
        method = Method(
            id=f"{dataset}.AWTDIFF",
            name="Derivation of AWTDIFF",
            type="Computation",
            text=text,
            formula=str(difference),
        )
        made["AWTDIFF"] = Line(
            variable="AWTDIFF",
            tree=node,
            type=Type.NUMBER,
            verb="window",
            where=where,
            origin=Origin("Derived", "Sponsor"),
            method=method,
        )
    return made


_WINDOW_WORDS = {
    "AVISITN": "Number",
    "AWTARGET": "Target day",
    "AWLO": "First day",
    "AWHI": "Last day",
    "AWRANGE": "Range",
    "AWU": "Unit",
}
