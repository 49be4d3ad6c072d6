"""Scale scores of an instrument as computed parameters: the score by the rule that its YAML states."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.plan.adam.parameters import ComputedRecords
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.templates import fill, find_instrument
from ced_cdisc.plan.model import Computed
from ced_cdisc.spec.analysis import ParameterSpec, ScaleUse
from ced_cdisc.spec.instruments import InstrumentSpec, ScaleSpec
from ced_cdisc.spec.source import Text

_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")


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
        findings: receives CED016 for an unknown instrument, CED012 for an unknown item, and CED037.
    """
    instrument = find_instrument(use.instrument, instruments, findings)
    if instrument is None:
        return []
    if any(not records.analysis.known([name], findings) for name in use.by):
        return []
    by = tuple(str(name) for name in use.by)
    before = {str(code): records.analysis.number(code) for code in records.analysis.computed}
    made: list[Computed] = []
    for place, (code, scale) in enumerate(instrument.scales.items(), number + 1):
        items = [*scale.items, *(item for rule in scale.recode for item in rule.items or ())]
        for item in items:
            if item not in instrument.items:
                hint = did_you_mean(str(item), map(str, instrument.items))
                problem = f"scale {code} has an unknown item {item}"
                findings.add(Finding("CED012", problem, item.where, hint=hint))
        where = code.where
        rule = check_scale(code, scale, findings)
        if rule is None:
            continue
        formula, answers = scale_formula(scale, rule)
        words = scale_in_words(scale, rule)
        constants = {"answered": Text(answers, where), "items": Text(str(len(scale.items)), where)}
        parameter = ParameterSpec.model_construct(
            param=scale.label,
            category=use.category,
            rows=Text(f"PARAMCD in ({_listed(scale.items)})", where),
            variables={key: fill(line, constants) for key, line in use.variables.items()},
        )
        value = spec_line(where, derive=Text(formula, where), as_=Text(words, where))
        made.append(records.make(code, place, parameter, by, value, before))
        before[str(code)] = place
    return made


class _Rule(Struct, frozen=True):
    """A scale's rule with its words read.

    Attributes:
        least: the fewest answered items.
        ends: what the score is rescaled from and to; None if it stays as it is.
    """

    least: int
    ends: tuple[float, float, float, float] | None


def check_scale(code: Text, scale: ScaleSpec, findings: Findings) -> _Rule | None:
    """The rule of a scale, or None with findings (CED037)."""
    count = len(scale.items)
    problems: list[tuple[str, Location]] = []
    least = _least(scale.least, count)
    if least is None or not 1 <= least <= count:
        problems.append(
            (
                f"'least' of scale {code} is a number from 1 to {count} or a share such as 50%",
                scale.least.where,
            )
        )
    for item in scale.reverse:
        if item not in scale.items:
            problems.append((f"scale {code} reverses {item}, which is no item of it", item.where))
    if scale.prorate and scale.score == "mean":
        problems.append((f"'prorate' of scale {code} goes with score: sum", code.where))
    to = str(scale.to) if scale.to is not None else "0..100" if scale.score == "mean" else "as answered"
    match = _RANGE.fullmatch(to)
    if match is None and to != "as answered":
        problems.append(
            (
                f"'to' of scale {code} is from..to, such as 0..100, or: as answered",
                scale.to.where if scale.to else code.where,
            )
        )
    needs = "to rescale it" if match else "to reverse items" if scale.reverse else ""
    if needs and (scale.lowest is None or scale.highest is None):
        problems.append((f"scale {code} needs 'lowest' and 'highest' {needs}", code.where))
    for problem, where in problems:
        findings.add(Finding("CED037", problem, where))
    if problems or least is None:
        return None
    if match is None or scale.lowest is None or scale.highest is None:
        return _Rule(least, None)
    factor = count if scale.score == "sum" else 1
    return _Rule(least, (scale.lowest * factor, scale.highest * factor, float(match[1]), float(match[2])))


def scale_formula(scale: ScaleSpec, rule: _Rule) -> tuple[str, str]:
    """A scale's score as an expression, and the count of its answered items as another.

    Numbers have as many digits as every double holds, so that 0.1 + 0.2 is 0.3 and no code is cut.
    """
    value = "AVAL"
    if scale.reverse:
        assert scale.lowest is not None and scale.highest is not None
        value = f"if(PARAMCD in ({_listed(scale.reverse)}), {scale.lowest + scale.highest:.15g} - AVAL, AVAL)"
    for recode in scale.recode:
        test = f"AVAL = {recode.code:.15g}"
        if recode.items is not None:
            test = f"PARAMCD in ({_listed(recode.items)}) and {test}"
        value = f"if({test}, {recode.to}, {value})"
    where = f"where PARAMCD in ({_listed(scale.items)})"
    answered = f"count({value} {where})"
    score = f"{scale.score}({value} {where})"
    if scale.prorate:
        score = f"{len(scale.items)} * mean({value} {where})"
    if rule.ends is not None:
        low, high, bottom, top = rule.ends
        score = f"{top - bottom:.15g} * ({score} - {low:.15g}) / ({high:.15g} - {low:.15g})"
        score = score if bottom == 0 else f"{bottom:.15g} + {score}"
    return f"if({answered} >= {rule.least}, {score}, missing)", answered


def scale_in_words(scale: ScaleSpec, rule: _Rule) -> str:
    """The rule of a scale's score for the reviewer."""
    count = len(scale.items)
    rescaled = ""
    if rule.ends is not None:
        low, high, bottom, top = (f"{end:.15g}" for end in rule.ends)
        rescaled = f"rescaled from {low}-{high} to {bottom}-{top}"
    words = f"{scale.items[0]} {rescaled or 'as answered'}"
    if count > 1:
        items = ", ".join(map(str, scale.items))
        answered = f"{rule.least} of {count} {'is' if rule.least == 1 else 'are'} answered"
        head = f"{scale.score.capitalize()} of the answered items among {items}"
        if scale.prorate:
            head += f", times {count} and divided by the number answered"
        words = f"{head}{f', {rescaled}' if rescaled else ''}, if at least {answered}, otherwise missing"
    notes: list[str] = []
    if scale.reverse:
        assert scale.lowest is not None and scale.highest is not None
        total = f"{scale.lowest + scale.highest:.15g}"
        notes.append(f"an answer of {', '.join(map(str, scale.reverse))} counts as {total} minus the answer")
    for recode in scale.recode:
        code = f"{recode.code:.15g}"
        which = "an answer"
        if recode.items is not None:
            which = f"an answer of {', '.join(map(str, recode.items))} with code"
        notes.append(f"{which} {code} counts as {recode.to}")
    return f"{'; '.join([words, *notes])}."


def _least(text: Text, count: int) -> int | None:
    """The fewest items of a number or a share; half an item counts as one."""
    if text.isdecimal():
        return int(text)
    match = re.fullmatch(r"(\d{1,3})%", text)
    return -(-int(match[1]) * count // 100) if match else None


def _listed(items: list[Text]) -> str:
    return ", ".join(f"'{item}'" for item in items)
