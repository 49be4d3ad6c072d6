"""The verb ``impute``: the rule of an imputed date, and the lines of its flags, which no spec writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeVar

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.imputation import PARTS, Imputation
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.expressions import Expressions, Rewrite
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.spec.analysis import AnalysisBlock, AnalysisSpec, ParameterSpec, ScaleUse
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.adam import adam_variable

_DATES = (Type.DTC, Type.DATE, Type.DATETIME, Type.MISSING)
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
_LONGEST = {"02": "29", "04": "30", "06": "30", "09": "30", "11": "30"}
S = TypeVar("S", AnalysisBlock, AnalysisSpec, ParameterSpec, ScaleUse)


class FlagLine(LineSpec):
    """The line of an imputation flag: ``impute`` is the collected date, ``of`` the imputed variable."""

    of: Text
    part: Literal["date", "time"]

    @property
    def formula(self) -> str:
        """The expression that gives the flag."""
        return f"{self.part}_flag({self.impute}, {self.of})"


def flag_value(
    spec: FlagLine, names: RowNames, expressions: Expressions, rewrite: Rewrite | None
) -> tree.Node | None:
    """The tree of a flag; None where the imputed line has a fault, which is told there."""
    assert spec.impute is not None
    dtc, found = expressions.compile(spec.impute, names, rewrite), names.find(str(spec.of), None)
    if dtc is None or found is None or dtc.type not in (Type.DTC, Type.MISSING):
        return None
    if found[1] not in (Type.DATE, Type.DATETIME):
        return None
    column = tree.Column(name=str(spec.of), scope=Scope.VARIABLE, type=found[1])
    return tree.Call(name=f"{spec.part}_flag", args=(dtc, column), type=Type.TEXT)


class Imputations:
    """Makes the trees of ``impute`` lines; a rule that cannot be is CED063."""

    def __init__(self, expressions: Expressions, findings: Findings) -> None:
        self._expressions = expressions
        self._findings = findings

    def value(
        self, spec: LineSpec, shown: str, kind: Type, names: RowNames, rewrite: Rewrite | None
    ) -> tree.Node | None:
        """The tree of an imputed date, or None with findings.

        Args:
            spec: the line.
            shown: the variable's name in messages.
            kind: its type; a date or a date-time.
            names: the names that its expressions may use.
            rewrite: changes parsed expressions before their names are looked up.
        """
        assert spec.impute is not None
        if kind is Type.DTC:
            problem = f"{shown} is ISO 8601 text and keeps the precision that was collected"
            self._fault(problem, spec, "impute makes the dates of analysis datasets, such as ASTDT")
            return None
        rule = self._rule(spec, shown, kind)
        dtc = self._date(spec.impute, (Type.DTC, Type.MISSING), "an ISO 8601 date", names, rewrite)
        lows = [self._date(text, _DATES, "a date", names, rewrite) for text in spec.not_before or ()]
        highs = [self._date(text, _DATES, "a date", names, rewrite) for text in spec.not_after or ()]
        before, after = [n for n in lows if n is not None], [n for n in highs if n is not None]
        if rule is None or dtc is None or len(before) < len(lows) or len(after) < len(highs):
            return None
        made = Type.DATETIME if rule.moment else Type.DATE
        return tree.Impute(of=dtc, rule=rule, not_before=tuple(before), not_after=tuple(after), type=made)

    def _date(
        self, text: Text, kinds: tuple[Type, ...], wanted: str, names: RowNames, rewrite: Rewrite | None
    ) -> tree.Node | None:
        node = self._expressions.compile(text, names, rewrite)
        if node is not None and node.type not in kinds:
            given = node.type.value if node.type else "value"
            message = f"{wanted} is needed here, not {given}"
            self._findings.add(Finding("CED014", message, text.locate(node.at)))
            return None
        return node

    def _rule(self, spec: LineSpec, shown: str, kind: Type) -> Imputation | None:
        """The rule, or None with the first thing that is wrong with it (CED063)."""
        moment, highest = kind is Type.DATETIME, spec.highest or "none"
        level = PARTS.index(highest)
        to, time = str(spec.to or "first"), None if spec.time is None else str(spec.time)
        is_day = level >= PARTS.index("day")
        bounds = {"first": spec.not_before, "last": spec.not_after}
        problems = (
            (spec.highest is None, f"{shown} has no 'highest'", f"it is one of {', '.join(PARTS)}"),
            (
                not moment and 0 < level < PARTS.index("day"),
                f"'highest: {highest}' says nothing of the date {shown}",
                "it is one of none, day, month, year",
            ),
            (is_day and spec.to is None, f"{shown} has no 'to'", _TO),
            (
                not is_day and spec.to is not None,
                f"'to' says nothing with 'highest: {highest}'",
                "take it out",
            ),
            (not (to in ("first", "last", "mid") or _is_month_day(to)), f"'to: {to}' is no day", _TO),
            (time is not None and not moment, f"'time' says nothing of the date {shown}", ""),
            (
                time is not None and time not in ("first", "last") and not _TIME.fullmatch(time),
                f"'time: {time}' is no time",
                "it is first, last or a time such as 12:00:00",
            ),
            (
                highest == "year" and not bounds.get(to),
                "a date of which nothing is known is imputed by a bound only",
                "write to: first with not_before, or to: last with not_after",
            ),
        )
        for wrong, problem, hint in problems:
            if wrong:
                self._fault(problem, spec, hint)
                return None
        return Imputation(highest, to, time or ("last" if to == "last" else "first"), moment)

    def _fault(self, problem: str, spec: LineSpec, hint: str) -> None:
        self._findings.add(Finding("CED063", problem, spec.place, hint=hint))


_TO = "it is first, mid, last, or a month and day such as 06-15"


def _is_month_day(text: str) -> bool:
    match = _MONTH_DAY.fullmatch(text)
    return match is not None and match[2] <= _LONGEST.get(match[1], "31")


def formula_of(spec: LineSpec) -> str:
    """An imputed line as one text, for the formal expression of its method."""
    words = [f"impute {spec.impute} highest {spec.highest}"]
    words += [f"to {spec.to}"] if spec.to else []
    words += [f"time {spec.time}"] if spec.time else []
    words += [f"not before {', '.join(map(str, spec.not_before))}"] if spec.not_before else []
    words += [f"not after {', '.join(map(str, spec.not_after))}"] if spec.not_after else []
    return " ".join(words)


def with_flags(spec: AnalysisSpec, findings: Findings) -> AnalysisSpec:
    """The spec of a dataset with a line for each imputation flag, after the line of its date (CED064)."""
    maker = _Flags(spec, findings)
    parameters = {code: maker.added(one, "variables") for code, one in spec.parameters.items()}
    made = maker.added(maker.added(spec, "rows"), "variables")
    scales = None if spec.scales is None else maker.added(spec.scales, "variables")
    stack = None if spec.stack is None else [maker.block(one) for one in spec.stack]
    if not maker.count:
        return spec
    return made.model_copy(update={"parameters": parameters, "scales": scales, "stack": stack})


class _Flags:
    def __init__(self, spec: AnalysisSpec, findings: Findings) -> None:
        self._spec = spec
        self._findings = findings
        self._written = {str(name) for section in (spec.rows, spec.variables) for name in section}
        self.count = 0

    def block(self, part: AnalysisBlock) -> AnalysisBlock:
        """One of several sources with the flags of its imputed dates."""
        parameters = {code: self.added(one, "variables") for code, one in part.parameters.items()}
        return self.added(part, "rows").model_copy(update={"parameters": parameters})

    def added(self, part: S, section: Literal["rows", "variables"]) -> S:
        """A part of the spec with the flags of the imputed dates in one of its sections."""
        lines: Mapping[Text, LineSpec] = getattr(part, section)
        if all(line.impute is None for line in lines.values()):
            return part
        written = self._written | set(map(str, lines))
        made: dict[Text, LineSpec] = {}
        for key, line in lines.items():
            made[key] = line
            for flag in self._of(key, line, written, made):
                made[flag[0]] = flag[1]
                self.count += 1
        return part.model_copy(update={section: made})

    def _of(
        self, key: Text, line: LineSpec, written: set[str], made: Mapping[Text, LineSpec]
    ) -> list[tuple[Text, FlagLine]]:
        if line.impute is None or line.highest in (None, "none"):
            return []
        shown = f"{self._spec.dataset}.{key}"
        parts = self._parts(key, line)
        names = self._names(key, line, parts)
        if names is None:
            hint = f"write flags: [{', '.join(f'NAME of the {part} flag' for part in parts)}], or flags: none"
            self._fault(f"{shown} needs {_counted(len(parts))} of its own", line, hint)
            return []
        flags: list[tuple[Text, FlagLine]] = []
        for part, name in zip(parts, names, strict=False):
            if name in written:
                if line.flags is not None:
                    self._fault(
                        f"{name} is the flag of {shown}, and has a line of its own", line, "delete one"
                    )
                continue
            flag = self._line(key, line, name, part)
            other = made.get(flag[0])
            if other is None:
                flags.append(flag)
            elif not isinstance(other, FlagLine) or not _alike(other, flag[1]):
                of = f" of {self._spec.dataset}.{other.of}" if isinstance(other, FlagLine) else ""
                hint = "name it with flags: NAME, or write flags: none"
                self._fault(f"the flag {name} of {shown} is another one than that{of}", line, hint)
        return flags

    def _parts(self, key: Text, line: LineSpec) -> list[Literal["date", "time"]]:
        is_day = PARTS.index(line.highest or "none") >= PARTS.index("day")
        if not key.endswith("DTM"):
            return ["date"]
        return ["date", "time"] if is_day else ["time"]

    def _names(self, key: Text, line: LineSpec, parts: list[Literal["date", "time"]]) -> list[str] | None:
        """The names of the flags; None where they cannot be told."""
        if line.flags is not None:
            given = [str(name) for name in line.flags]
            return [] if given == ["none"] else given if len(given) == len(parts) else None
        stem = next((key[: -len(end)] for end in ("DTM", "DT") if key.endswith(end)), None)
        if stem is None or len(stem) > 5:
            return None
        return [f"{stem}DTF" if part == "date" else f"{stem}TMF" for part in parts]

    def _line(
        self, key: Text, line: LineSpec, name: str, part: Literal["date", "time"]
    ) -> tuple[Text, FlagLine]:
        found = adam_variable(self._spec.class_, name)
        label = None
        if found is None or not found.label:
            label = Text(f"{part.capitalize()} Imputation Flag of {key}", line.place)
        made = FlagLine.model_construct(
            impute=line.impute, highest=line.highest, of=key, part=part, label=label, when=line.when
        )
        return Text(name, key.where, key.span), made.at(line.place)

    def _fault(self, message: str, line: LineSpec, hint: str) -> None:
        self._findings.add(Finding("CED064", message, line.place, hint=hint))


def _alike(one: FlagLine, other: FlagLine) -> bool:
    """Whether two flags hold the same: of one collected date, imputed where the same part is missing."""
    return (one.impute, one.highest, one.when) == (other.impute, other.highest, other.when)


def _counted(number: int) -> str:
    return "the name of an imputation flag" if number == 1 else f"the names of {number} imputation flags"
