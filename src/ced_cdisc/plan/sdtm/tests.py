"""Findings domains from wide tables: the lines of one test, made from one raw column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import sentence
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.codelists import Codelists, named_list
from ced_cdisc.plan.language.expressions import both, literal
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.templates import fill
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import Line
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.spec.models import Case, LineSpec, TestSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.units import conversion, substances, unit_of


RANGES = ("--ORNRLO", "--ORNRHI", "--STNRLO", "--STNRHI")
RESULTS = ("--ORRES", "--ORRESU", "--STRESC", "--STRESN", "--STRESU", *RANGES, "--NRIND")
"""The variables (with --) whose values each test has in its own way."""

_SUBSTANCE = ("mass", "amount", "equivalents")
_NUMBER_END = "[0-9.] *"
_SERIES = ("--CAT", "--SPEC", "--METHOD")
"""What makes tests of one code different ones, each with its standard unit (SDTMIG 3.4, LB and others)."""


@dataclass(frozen=True)
class LinesOfTest:
    """The lines of a test, and which rows of the source make a record."""

    lines: tuple[Line, ...]
    keep: tree.Node | None


def variables_of(test: TestSpec, not_done: bool, reason: bool) -> list[str]:
    """The variables (with --) that a test fills in."""
    names = ["--TESTCD", "--TEST", "--ORRES", "--STRESC", "--STRESN"]
    if test.unit is not None:
        names.append("--ORRESU")
    if test.unit is not None or test.standard is not None:
        names.append("--STRESU")
    names += range_variables(test)
    if not_done:
        names.append("--STAT")
    if reason:
        names.append("--REASND")
    return names


def range_variables(test: TestSpec) -> list[str]:
    """The variables (with --) of the reference range and its indicator that a test fills in."""
    names: list[str] = []
    for limit, end in _limits(test):
        names += [f"--ORNR{end}"] * (limit is not None)
        names += [f"--STNR{end}"] * (limit is not None and test.kind == "number")
    if (names and test.kind == "number") or test.flags is not None:
        names.append("--NRIND")
    return names


def _limits(test: TestSpec) -> tuple[tuple[LineSpec | None, str], ...]:
    return ((test.range.low, "LO"), (test.range.high, "HI")) if test.range is not None else ()


def lines_of_test(
    domain: Domain, rows: Rows, names: RowNames, lines: Lines, findings: Findings
) -> LinesOfTest:
    """--TESTCD to --STRESU, --STAT and --REASND of one test.

    A record is made where the result is present, or where the test was not done. The numeric result is
    ``value`` if given, else the result as a number, converted to the standard unit and rounded as planned; the
    limits of the reference range go the same way.
    """
    return _Test(domain, rows, names, lines, findings).make()


def sponsor_tests(domain: Domain, codelists: Codelists) -> tuple[Codelist, Codelist] | None:
    """The lists of test codes and names of a domain whose tests no published list binds."""
    found = domain.ig.variable(domain.full("--TESTCD"))
    if found is None or not domain.tests or codelists.of_variable(found.name, found.codelists) is not None:
        return None
    title = f"{domain.ig.label} Test Code"
    return named_list(found.name, title, dict(sorted(domain.tests.items())), domain.full("--TEST"))


class _Test:
    def __init__(self, domain: Domain, rows: Rows, names: RowNames, lines: Lines, findings: Findings) -> None:
        assert rows.test is not None
        self._domain = domain
        self._rows = rows
        self._test = rows.test
        self._names = names
        self._lines = lines
        self._findings = findings
        self._written = {domain.full(str(key)) for key in rows.variables}
        self._made: list[Line] = []

    def make(self) -> LinesOfTest:
        test = self._test
        place = test.test
        result = test.result.collect
        not_done = self._rows.spec.not_done
        if result is not None and not_done is not None:
            not_done = fill(not_done, {"result": result})
        self._add("--TESTCD", spec_line(place.where, assign=test.test), check=True)
        self._add("--TEST", spec_line(place.where, assign=Text(self._name(), place.where)))
        done = Text(f"not ({not_done.when})", not_done.when.where) if not_done is not None else None
        self._add("--ORRES", _only_when(test.result, done), change=self._without_flag)
        self._units()
        self._standard()
        self._range()
        if not_done is not None:
            status = spec_line(place.where, assign=Text("NOT DONE", place.where), when=not_done.when)
            self._add("--STAT", status)
            if not_done.reason is not None:
                self._add("--REASND", _only_when(not_done.reason, not_done.when))
        keep = self._keep(result, not_done.when if not_done is not None else None)
        return LinesOfTest(tuple(self._made), both(keep, self._is_this_test()))

    def _is_this_test(self) -> tree.Node | None:
        """Tests in rows: whether the row is one of this test; a code without test is a fault."""
        spec = self._rows.spec.test
        if not self._rows.codes or spec is None or spec.collect is None:
            return None
        column = self._lines.expressions.compile(spec.collect, self._names)
        if column is None:
            return None
        given = tree.Call(name="coalesce", args=(column, literal("(none)")), type=Type.TEXT)
        test = tree.Recode(of=given, pairs=self._rows.codes, type=Type.TEXT)
        return tree.Compare(op="=", left=test, right=literal(str(self._test.test)), type=Type.TRUTH)

    def _keep(self, result: Text | None, not_done: Text | None) -> tree.Node | None:
        present: tree.Node | None = None
        if result is not None:
            node = self._lines.expressions.compile(result, self._names)
            if node is None:
                return None
            present = tree.IsMissing(of=node, negated=True, type=Type.TRUTH)
        if not_done is None:
            return present
        undone = self._lines.expressions.condition(not_done, self._names)
        if undone is None or present is None:
            return undone or present
        return tree.Either(left=present, right=undone, type=Type.TRUTH)

    def _name(self) -> str:
        """The decode of the test's code: the spec's label, else the paired terminology."""
        test = self._test
        codelist = self._codelist("--TESTCD")
        term = next((t for t in codelist.terms if t.value == str(test.test)), None) if codelist else None
        name = str(test.label) if test.label is not None else term.decode if term else ""
        if not name:
            hint = did_you_mean(str(test.test), [t.value for t in codelist.terms] if codelist else [])
            self._findings.add(
                Finding(
                    "CED021",
                    f"the terminology has no name for test {test.test}",
                    test.test.where,
                    hint=hint or "give it with 'label'",
                )
            )
        if len(name.encode()) > 40 or len(str(test.test)) > 8:
            self._findings.add(
                Finding("CED024", f"'{test.test}' is over 8 or '{name}' over 40 bytes", test.test.where)
            )
        self._domain.tests[str(test.test)] = name
        return name

    def _units(self) -> None:
        unit = self._test.unit
        if unit is None:
            return
        if unit.collect is not None and unit.ct is None and "." not in unit.collect:
            unit = spec_line(unit.collect.where, assign=unit.collect)  # a bare word is the unit itself
        present = Text(f"{self._domain.full('--ORRES')} is present", self._test.test.where)
        self._add("--ORRESU", _only_when(unit, present), change=self._as_term if unit.ct is None else None)

    def _as_term(self, column: tree.Node) -> tree.Node:
        """A collected unit as the term of the terminology."""
        return self._lines.expressions.units.apply(
            tree.Call(name="unit", args=(column,), at=column.at, type=Type.TEXT)
        )

    def _unit_word(self) -> Text | None:
        """The unit, where it is one for all records."""
        unit = self._test.unit
        if unit is None:
            return None
        return unit.assign or (unit.collect if unit.collect is not None and "." not in unit.collect else None)

    def _standard(self) -> None:
        domain, test = self._domain, self._test
        place = test.test.where
        orres, stresn, stresc = domain.full("--ORRES"), domain.full("--STRESN"), domain.full("--STRESC")
        if test.result.absent is not None:
            return  # a record that only says that nothing was done
        if test.kind == "text":
            self._add("--STRESC", spec_line(place, derive=Text(orres, place)))
            return
        standard = test.standard or self._unit_word()
        if test.value is not None:
            self._add("--STRESN", spec_line(place, derive=self._formula(orres)))
            self._add("--STRESC", spec_line(place, derive=Text(f"text({stresn})", place)))
        else:
            self._compared()
        if standard is not None:
            present = Text(f"{stresc} is present", place)
            self._add("--STRESU", spec_line(place, assign=Text(standard, place), when=present))
            self._one_standard(standard)
        elif test.unit is not None:
            self._findings.add(
                Finding("CED027", f"test {test.test} has units that vary: 'standard' must name one", place)
            )

    def _compared(self) -> None:
        """--STRESN and --STRESC of a result that may have a comparator, such as <0.18."""
        domain, place = self._domain, self._test.test.where
        orres, stresn = domain.full("--ORRES"), domain.full("--STRESN")
        plain = self._plain(orres, self._test.result)
        formula = self._formula(orres)
        node = self._lines.expressions.compile(formula, self._names)
        if node is None:
            return
        number = Text(f"if(comparator({plain}) is missing, {formula}, missing)", place)
        words = f"{sentence(node, FUNCTIONS)[:-1]}; missing where {orres} has a comparator."
        self._add("--STRESN", spec_line(place, derive=number, as_=Text(words, place)))
        below = str(formula).replace(f"number({plain})", f"numeral({plain})")
        result = f"join('', comparator({plain}), text({below}))"
        text = Text(f"if(comparator({plain}) is missing, text({stresn}), {result})", place)
        same = "" if below == f"numeral({plain})" else f", converted and rounded as {stresn}"
        words = f"{stresn} as text; where {orres} has a comparator, the comparator and its number{same}."
        self._add("--STRESC", spec_line(place, derive=text, as_=Text(words, place)))

    def _formula(self, variable: str, spec: LineSpec | None = None) -> Text:
        """The expression of a standard value from a variable with a collected one."""
        test, place = self._test, self._test.test.where
        if test.value is not None:
            return fill(test.value, {"result": Text(variable, place)})
        text = f"number({self._plain(variable, spec or test.result)})"
        fixed = self._unit_word()
        standard = str(test.standard or fixed or "")
        if test.unit is not None and standard and str(fixed) != standard:
            units = self._lines.expressions.units
            source = f"'{fixed}'" if fixed is not None else self._domain.full("--ORRESU")
            substance = str(test.test) if self._needs_substance(fixed, standard) else ""
            for word in [fixed] if fixed is not None else (test.unit.ct or {}).values():
                if word is not None and not units.conversion_exists(str(word), standard, str(test.test)):
                    where = test.standard.where if test.standard is not None else place
                    self._findings.add(Finding("CED027", f"no conversion from {word} to {standard}", where))
            more = f", '{substance}'" if substance else ""
            text = f"convert({text}, {source}, '{standard}'{more})"
        if test.decimals is not None:
            text = f"round({text}, {test.decimals})"
        return Text(text, place)

    def _needs_substance(self, fixed: Text | None, standard: str) -> bool:
        """Whether molar mass or valence of what the test measures count in a conversion."""
        if str(self._test.test) not in substances() or self._test.unit is None:
            return False
        table = self._test.unit.ct
        words = [fixed] if fixed is not None else list(table.values()) if table is not None else None
        if words is None:
            unit = unit_of(standard)
            return unit is not None and any(q in _SUBSTANCE and n == 1 for q, n in unit.dimension)
        found = [conversion(str(word), standard, str(self._test.test)) for word in words if word]
        return any(one is not None and (one.by_mass or one.by_valence) for one in found)

    def _plain(self, variable: str, spec: LineSpec) -> str:
        """A variable with collected numbers, read as its table writes them."""
        notation = self._lines.expressions.units.notation(spec.collect)
        return f"decimal({variable}, '{notation}')" if notation else variable

    def _one_standard(self, standard: Text) -> None:
        """CED070: a test has one standard unit in all blocks of its category, specimen and method."""
        series: list[str] = []
        for key, spec in self._rows.variables.items():
            if self._domain.full(str(key)) in map(self._domain.full, _SERIES):
                series.append(f"{key} {spec.assign or spec.collect or spec.derive or ''}")
        key = (str(self._test.test), *sorted(series))
        first = self._domain.standards.setdefault(key, standard)
        if str(first) != str(standard):
            test = f"{self._domain.name}.{self._test.test}"
            message = f"{test} has two standard units: {standard} here, {first} in {first.where}"
            hint = "a test has one standard unit in a dataset"
            self._findings.add(Finding("CED070", message, standard.where, hint=hint))

    def _range(self) -> None:
        """The reference range, converted as the result is, and where the result lies."""
        domain, test, place = self._domain, self._test, self._test.test.where
        present = Text(f"{domain.full('--ORRES')} is present", place)
        sides: dict[str, str] = {}
        for spec, end in _limits(test):
            if spec is None:
                continue
            collected = domain.full(f"--ORNR{end}")
            self._add(f"--ORNR{end}", _only_when(spec, present))
            sides[end] = f"numeric({self._plain(collected, spec)})"
            if test.kind == "number" and test.result.absent is None:
                self._add(f"--STNR{end}", spec_line(place, derive=self._formula(collected, spec)))
        if "--NRIND" in range_variables(test) and test.result.absent is None:
            self._indicator(sides if test.kind == "number" else {}, present)

    def _indicator(self, sides: dict[str, str], present: Text) -> None:
        """--NRIND: the flag behind the result if there is one, else by comparison."""
        test, place = self._test, self._test.test.where
        result = f"numeric({self._plain(self._domain.full('--ORRES'), test.result)})"
        flags = self._flags()
        if not sides:
            if test.result.collect is not None:
                self._add("--NRIND", _only_when(test.result, None), change=self._flag)
            return
        cases = [
            _case(place, f"matches({test.result.collect}, '{_NUMBER_END}{re.escape(flag)}$')", term)
            for flag, term in flags.items()
        ]
        if "LO" in sides:
            cases.append(_case(place, f"{result} < {sides['LO']}", "LOW"))
        if "HI" in sides:
            cases.append(_case(place, f"{result} > {sides['HI']}", "HIGH"))
        known = " or ".join(f"{side} is present" for side in sides.values())
        cases.append(_case(place, f"{result} is present and ({known})", "NORMAL"))
        self._add("--NRIND", spec_line(place, cases=cases, when=present))

    def _flags(self) -> dict[str, str]:
        """The flags that may stand behind a number, longest first, with their terms."""
        flags = self._test.flags or {}
        return {str(flag): str(flags[flag]) for flag in sorted(flags, key=lambda f: (-len(f), f))}

    def _without_flag(self, column: tree.Node) -> tree.Node:
        """The collected result without the flag behind its number."""
        if not self._flags():
            return column
        pattern = f"^(.*[0-9.]) *(?:{'|'.join(map(re.escape, self._flags()))})$"
        number = tree.Call(name="extract", args=(column, literal(pattern)), at=column.at, type=Type.TEXT)
        return tree.Call(name="coalesce", args=(number, column), at=column.at, type=Type.TEXT)

    def _flag(self, column: tree.Node) -> tree.Node:
        """The term of the flag behind a collected number."""
        pattern = f"{_NUMBER_END}({'|'.join(map(re.escape, self._flags()))})$"
        flag = tree.Call(name="extract", args=(column, literal(pattern)), at=column.at, type=Type.TEXT)
        return tree.Recode(of=flag, pairs=tuple(self._flags().items()), type=Type.TEXT)

    def _codelist(self, name: str) -> Codelist | None:
        found = self._domain.ig.variable(self._domain.full(name))
        return self._lines.codelists.of_variable(found.name, found.codelists) if found else None

    def _add(
        self,
        name: str,
        spec: LineSpec,
        *,
        check: bool = False,
        change: Callable[[tree.Node], tree.Node] | None = None,
    ) -> None:
        """Make a line, unless the spec writes it; ``change`` is applied to the raw column that it collects."""
        full = self._domain.full(name)
        found = self._domain.ig.variable(full)
        if found is None or full in self._written:
            return
        kind = Type.NUMBER if found.type == "Num" else Type.TEXT
        codelist = (
            self._codelist(name)
            if name not in ("--TEST", "--STRESC") and (check or name != "--TESTCD")
            else None
        )
        if name == "--TESTCD" and self._test.label is not None:
            codelist = None
        made = self._lines.make(spec, Target(self._domain.name, full, kind, codelist), self._names)
        if made is not None and change is not None and spec.collect is not None:
            made = replace(made, tree=_at_column(made.tree, change))
        if made is not None:
            self._made.append(made)


def _at_column(node: tree.Node, change: Callable[[tree.Node], tree.Node]) -> tree.Node:
    """The tree of a collected line with its raw column changed; conditions stay."""
    if isinstance(node, tree.Call) and node.name == "if":
        return replace(node, args=(node.args[0], _at_column(node.args[1], change), *node.args[2:]))
    if isinstance(node, tree.Recode):
        return replace(node, of=_at_column(node.of, change))
    return change(node)


def _case(place: Location, when: str, then: str) -> Case:
    return Case(when=Text(when, place), then=Text(f"'{then}'", place))


def _only_when(spec: LineSpec, condition: Text | None) -> LineSpec:
    """The line with a further condition."""
    if condition is None:
        return spec
    joined = condition if spec.when is None else Text(f"({spec.when}) and ({condition})", spec.when.where)
    return spec.model_copy(update={"when": joined})
