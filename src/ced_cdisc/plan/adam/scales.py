"""Scale scores of an instrument as computed parameters: the score by the rule that its YAML states."""

from __future__ import annotations

from collections.abc import Mapping

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.plan.adam.parameters import ComputedRecords
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.templates import fill, find_instrument
from ced_cdisc.plan.model import Computed
from ced_cdisc.spec.models import InstrumentSpec, ParameterSpec, ScaleSpec, ScaleUse
from ced_cdisc.spec.source import Text


def scale_parameters(
    use: ScaleUse,
    instruments: Mapping[str, InstrumentSpec],
    number: int,
    records: ComputedRecords,
    findings: Findings,
) -> list[Computed]:
    """The records of the scale scores of an instrument, one a subject and ``by`` group.

    Args:
        use: what the dataset's spec says of the scores.
        instruments: all instruments of the study.
        number: the number of parameters before the scores, for PARAMN.
        records: makes the records.
        findings: receives CED016 for an unknown instrument and CED012 for an unknown item.
    """
    instrument = find_instrument(use.instrument, instruments, findings)
    if instrument is None:
        return []
    if any(not records.analysis.known([name], findings) for name in use.by):
        return []
    by = tuple(str(name) for name in use.by)
    made: list[Computed] = []
    for place, (code, scale) in enumerate(instrument.scales.items(), number + 1):
        items = [*scale.items, *(item for rule in scale.recode for item in rule.items or ())]
        for item in items:
            if item not in instrument.items:
                hint = did_you_mean(str(item), map(str, instrument.items))
                problem = f"scale {code} has an unknown item {item}"
                findings.add(Finding("CED012", problem, item.where, hint=hint))
        where = code.where
        formula, answers = scale_formula(scale)
        words = scale_in_words(scale)
        constants = {"answered": Text(answers, where), "items": Text(str(len(scale.items)), where)}
        parameter = ParameterSpec.model_construct(
            param=scale.label,
            category=use.category,
            rows=Text(f"PARAMCD in ({_listed(scale.items)})", where),
            variables={key: fill(line, constants) for key, line in use.variables.items()},
        )
        value = spec_line(where, derive=Text(formula, where), as_=Text(words, where))
        made.append(records.make(code, place, parameter, by, value))
    return made


def scale_formula(scale: ScaleSpec) -> tuple[str, str]:
    """A scale's score as an expression, and the count of its answered items as another."""
    value = "AVAL"
    for rule in scale.recode:
        test = f"AVAL = {rule.code:g}"
        if rule.items is not None:
            test = f"PARAMCD in ({_listed(rule.items)}) and {test}"
        value = f"if({test}, {rule.to}, {value})"
    where = f"where PARAMCD in ({_listed(scale.items)})"
    answered = f"count({value} {where})"
    low, high = f"{scale.lowest:g}", f"{scale.highest:g}"
    score = f"100 * (mean({value} {where}) - {low}) / ({high} - {low})"
    return f"if({answered} >= {scale.least}, {score}, missing)", answered


def scale_in_words(scale: ScaleSpec) -> str:
    """The rule of a scale's score for the reviewer."""
    low, high, count = f"{scale.lowest:g}", f"{scale.highest:g}", len(scale.items)
    words = f"{scale.items[0]} rescaled from {low}-{high} to 0-100"
    if count > 1:
        items = ", ".join(map(str, scale.items))
        answered = f"{scale.least} of {count} {'is' if scale.least == 1 else 'are'} answered"
        words = (
            f"Mean of the answered items among {items}, rescaled from {low}-{high} to 0-100, "
            f"if at least {answered}, otherwise missing"
        )
    notes: list[str] = []
    for rule in scale.recode:
        code = f"{rule.code:g}"
        which = "an answer"
        if rule.items is not None:
            which = f"an answer of {', '.join(map(str, rule.items))} with code"
        notes.append(f"{which} {code} counts as {rule.to}")
    return f"{'; '.join([words, *notes])}."


def _listed(items: list[Text]) -> str:
    return ", ".join(f"'{item}'" for item in items)
