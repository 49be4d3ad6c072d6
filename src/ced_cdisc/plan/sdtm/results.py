"""The results of a test: standard value, reference range and where the result lies in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import sentence
from ced_cdisc.expr.lineage import columns
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.expressions import literal
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.templates import fill
from ced_cdisc.plan.language.units import TWO_WAYS, TWO_WAYS_HINT
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.plan.sdtm.notation import notations_of, noted
from ced_cdisc.spec.models import Case, LineSpec, TestSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.units import conversion, substances, unit_of

RANGES = ("--ORNRLO", "--ORNRHI", "--STNRLO", "--STNRHI")
RESULTS = ("--ORRES", "--ORRESU", "--STRESC", "--STRESN", "--STRESU", *RANGES, "--NRIND")
"""The variables (with --) whose values each test has in its own way."""

_ANY = {"gaps": "accept", "overlaps": "accept"}
"""The cases of --NRIND leave it missing where nothing is known, and the first that holds counts."""
_SUBSTANCE = ("mass", "amount", "equivalents")
_NUMBER_END = "[0-9.] *"
_DIGITS_OF_LIMIT = 2
_AS_COLLECTED = ("numeric", "numeral", "round", "signif", "abs", "floor", "if", "coalesce")
"""Functions that give a number in the unit of the one that they read."""
_ALL_OR_FAULT = ("decimal", "seconds", "convert", "round", "signif", "abs", "floor", "sqrt")
"""Functions that give a number of every text, or stop the build."""
_SERIES = ("--CAT", "--SPEC", "--METHOD")
"""What makes tests of one code different ones, each with its standard unit (SDTMIG 3.4, LB and others)."""

Change = Callable[[tree.Node], tree.Node]


class Add(Protocol):
    """Adds the line of a variable to those of the test; ``change`` is applied to the collected column."""

    def __call__(
        self, name: str, spec: LineSpec, *, change: Change | None = None, own: LineSpec | None = None
    ) -> None:
        """Add the line of ``name``, a variable with --; ``own`` is the one that is written."""
        ...


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


class Results:
    """Makes the lines of one test that follow from its collected result."""

    def __init__(
        self, domain: Domain, rows: Rows, names: RowNames, lines: Lines, findings: Findings, add: Add
    ) -> None:
        assert rows.test is not None
        self._domain = domain
        self._rows = rows
        self._test = rows.test
        self._names = names
        self._lines = lines
        self._findings = findings
        self._add = add

    def standard(self) -> None:
        """--STRESC, --STRESN and --STRESU."""
        domain, test = self._domain, self._test
        place = test.test.where
        orres, stresc = domain.full("--ORRES"), domain.full("--STRESC")
        if test.result.absent is not None:
            return  # a record that only says that nothing was done
        if test.kind == "text":
            self._add("--STRESC", spec_line(place, derive=Text(orres, place)))
            return
        standard = test.standard or self._unit_word()
        if test.value is not None:
            self._valued(test.value, standard)
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
        words = f"{sentence(node, FUNCTIONS)[:-1]}; missing where {orres} has a comparator such as <."
        self._add("--STRESN", spec_line(place, derive=number, as_=Text(words, place)))
        result = f"join('', comparator({plain}), text({self._limit(plain)}))"
        text = Text(f"if(comparator({plain}) is missing, text({stresn}), {result})", place)
        below_words = (
            f"the comparator followed by the number, made as in {stresn}, "
            f"but rounded to no fewer than {_DIGITS_OF_LIMIT} significant digits"
        )
        words = f"{stresn} as text; where {orres} has a comparator such as <, {below_words}."
        self._add("--STRESC", spec_line(place, derive=text, as_=Text(words, place)))

    def _valued(self, value: Text, standard: Text | None) -> None:
        """--STRESN by ``value``; --STRESC keeps what it makes no number of, such as BLQ."""
        domain, place = self._domain, self._test.test.where
        orres, stresn = domain.full("--ORRES"), domain.full("--STRESN")
        formula = self._formula(orres)
        node = self._lines.expressions.compile(formula, self._names)
        if node is None:
            return
        self._add("--STRESN", spec_line(place, derive=formula))
        other = standard is not None and self._has_other_unit(standard)
        if other and not self._sees_unit(node):
            unit = self._unit_word() or f"the unit of {domain.full('--ORRESU')}"
            message = (
                f"'value' of test {self._test.test} is the number as collected, in {unit}, "
                f"but {stresn} is in {standard}"
            )
            hint = f'write value: "{self.converted(str(value))}"'
            self._findings.add(Finding("CED027", message, value.where, hint=hint))
            return
        if all(map(_loses_no_text, tree.walk(node))):
            self._add("--STRESC", spec_line(place, derive=Text(f"text({stresn})", place)))
            return
        kept, words = orres, f"{stresn} as text; where it is missing, {orres}"
        if other:  # the number behind a comparator is in the other unit
            plain = self._plain(orres, self._test.result)
            limit = f"join('', comparator({plain}), text({self._limit(plain)}))"
            kept = f"if(comparator({plain}) is missing, {orres}, {limit})"
            words += f", with the number behind a comparator such as < converted to {standard}"
        text = Text(f"if({stresn} is present, text({stresn}), {kept})", place)
        self._add("--STRESC", spec_line(place, derive=text, as_=Text(f"{words}.", place)))

    def _has_other_unit(self, standard: Text) -> bool:
        """Whether results may be collected in another unit than the standard one."""
        unit = self._test.unit
        if unit is None or str(self._unit_word()) == standard:
            return False
        return unit.ct is None or any(str(term) != standard for term in unit.ct.values())

    def _sees_unit(self, value: tree.Node) -> bool:
        """Whether a value reads the collected unit; where that is one for all, whether it computes."""
        unit = self._test.unit
        if unit is not None and self._unit_word() is None:
            names = {self._domain.full("--ORRESU"), str(unit.collect)}
            return any(column.name in names for column in columns(value))
        return any(
            isinstance(node, tree.Arithmetic | tree.Plugin)
            or (isinstance(node, tree.Call) and node.type is Type.NUMBER and node.name not in _AS_COLLECTED)
            for node in tree.walk(value)
        )

    def _limit(self, plain: str) -> str:
        """The expression of the number behind a comparator.

        Rounded to decimals alone, <0.04 would be <0, which no result is.
        """
        exact = self.converted(f"numeral({plain})")
        decimals = self._test.decimals
        if decimals is None:
            return exact
        enough = Decimal(1).scaleb(_DIGITS_OF_LIMIT - 1 - int(decimals))
        rounded = f"round({exact}, {decimals})"
        return f"if(abs({exact}) >= {enough:f}, {rounded}, signif({exact}, {_DIGITS_OF_LIMIT}))"

    def _formula(self, variable: str, spec: LineSpec | None = None) -> Text:
        """The expression of a standard value from a variable with a collected one."""
        test, place = self._test, self._test.test.where
        if test.value is not None:
            notation = self._notation(spec or test.result)
            value = noted(str(test.value), "{result}", notation) if notation else str(test.value)
            text = fill(Text(value, test.value.where), {"result": Text(variable, place)})
        else:
            text = Text(self.converted(f"number({self._plain(variable, spec or test.result)})"), place)
        return text if test.decimals is None else Text(f"round({text}, {test.decimals})", text.where)

    def converted(self, number: str) -> str:
        """The expression of a collected number in the standard unit."""
        test = self._test
        fixed = self._unit_word()
        standard = str(test.standard or fixed or "")
        if test.unit is None or not standard or str(fixed) == standard:
            return number
        units = self._lines.expressions.units
        source = f"'{fixed}'" if fixed is not None else self._domain.full("--ORRESU")
        substance = str(test.test) if self._needs_substance(fixed, standard) else ""
        for word in [fixed] if fixed is not None else (test.unit.ct or {}).values():
            if word is not None and not units.conversion_exists(str(word), standard, str(test.test)):
                where = test.standard.where if test.standard is not None else test.test.where
                self._findings.add(Finding("CED027", f"no conversion from {word} to {standard}", where))
        more = f", '{substance}'" if substance else ""
        return f"convert({number}, {source}, '{standard}'{more})"

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
        notation = self._notation(spec)
        return f"decimal({variable}, '{notation}')" if notation else variable

    def _notation(self, spec: LineSpec) -> str:
        """How the numbers in the texts of a line are written; CED165 where it takes them in two ways."""
        found = notations_of(spec, self._lines.expressions)
        if len(found) > 1:
            self._findings.add(Finding("CED165", TWO_WAYS, spec.place, hint=TWO_WAYS_HINT))
        return found.pop() if len(found) == 1 else ""

    def number_of(self, orres: tree.Node) -> tree.Node:
        """The number of a collected result, with or without comparator."""
        notation = self._notation(self._test.result)
        if notation:
            orres = tree.Call(name="decimal", args=(orres, literal(notation)), at=orres.at, type=Type.TEXT)
        return tree.Call(name="numeral", args=(orres,), at=orres.at, type=Type.NUMBER)

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

    def reference_range(self) -> None:
        """The reference range, converted as the result is, and where the result lies."""
        domain, test, place = self._domain, self._test, self._test.test.where
        present = Text(f"{domain.full('--ORRES')} is present", place)
        sides: dict[str, str] = {}
        for spec, end in _limits(test):
            if spec is None:
                continue
            collected = domain.full(f"--ORNR{end}")
            self._add(f"--ORNR{end}", only_when(spec, present), own=spec)
            sides[end] = f"numeric({self._plain(collected, spec)})"
            if test.kind == "number" and test.result.absent is None:
                self._add(f"--STNR{end}", spec_line(place, derive=self._formula(collected, spec)))
        if "--NRIND" in range_variables(test) and test.result.absent is None:
            self._indicator(sides if test.kind == "number" else {}, present)

    def _indicator(self, sides: dict[str, str], present: Text) -> None:
        """--NRIND: the flag behind the result if there is one, else by comparison."""
        test, place = self._test, self._test.test.where
        orres = self._domain.full("--ORRES")
        result = f"numeric({self._plain(orres, test.result)})"
        flags = self._flags()
        found = self._domain.ig.variable(self._domain.full("--NRIND"))
        codelists = self._lines.codelists
        codelist = codelists.of_variable(found.name, found.codelists) if found is not None else None
        for term in (test.flags or {}).values():
            codelists.check(codelist, str(term), term.where, f"{self._domain.name}.{found and found.name}")
        known = {term.value for term in codelist.terms} if codelist is not None else set(flags.values())
        flags = {flag: term for flag, term in flags.items() if term in known}
        if not sides:
            if test.result.collect is not None:
                self._add("--NRIND", only_when(test.result, None), change=self._flag)
            return
        words = [
            f"{term} where the collected result ends with the flag {flag}" for flag, term in flags.items()
        ]
        cases = [
            _case(place, f"matches({test.result.collect}, '{_NUMBER_END}{re.escape(flag)}$')", term)
            for flag, term in flags.items()
        ]
        if "LO" in sides:
            cases.append(_case(place, f"{result} < {sides['LO']}", "LOW"))
            words.append(f"LOW where {orres} is below {self._domain.full('--ORNRLO')}")
        if "HI" in sides:
            cases.append(_case(place, f"{result} > {sides['HI']}", "HIGH"))
            words.append(f"HIGH where {orres} is above {self._domain.full('--ORNRHI')}")
        cases += self._compared_cases(sides)
        limits = " or ".join(f"{side} is present" for side in sides.values())
        cases.append(_case(place, f"{result} is present and ({limits})", "NORMAL"))
        words.append(
            "otherwise NORMAL. A result with a comparator, such as <6, has an indicator only if all values "
            "that it may stand for have the same one. Missing also where the result is not a number or has "
            "no normal range."
        )
        method = Text("; ".join(words), place)
        self._add("--NRIND", spec_line(place, cases=cases, when=present, as_=method, **_ANY))

    def _compared_cases(self, sides: dict[str, str]) -> list[Case]:
        """--NRIND of a result with a comparator: where all values that it may be lie on one side."""
        place = self._test.test.where
        plain = self._plain(self._domain.full("--ORRES"), self._test.result)
        number = f"numeral({plain})"
        cases: list[Case] = []
        for end, other, sign, beyond, term in (
            ("LO", "HI", "<", "<=", "LOW"),
            ("HI", "LO", ">", ">=", "HIGH"),
        ):
            own, opposite = sides.get(end), sides.get(other)
            compared = f"comparator({plain}) = '{sign}'"
            or_equal = f"comparator({plain}) = '{sign}='"
            if own is not None:
                cases.append(_case(place, f"{compared} and {number} {beyond} {own}", term))
                cases.append(_case(place, f"{or_equal} and {number} {sign} {own}", term))
            if opposite is not None:
                free = f"{own} is missing and " if own is not None else ""
                inside = f"{free}({compared} or {or_equal}) and {number} {beyond} {opposite}"
                cases.append(_case(place, inside, "NORMAL"))
        return cases

    def _flags(self) -> dict[str, str]:
        """The flags that may stand behind a number, longest first, with their terms."""
        flags = self._test.flags or {}
        return {str(flag): str(flags[flag]) for flag in sorted(flags, key=lambda f: (-len(f), f))}

    def without_flag(self, column: tree.Node) -> tree.Node:
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

    def _unit_word(self) -> Text | None:
        """The unit, where it is one for all records."""
        unit = self._test.unit
        if unit is None:
            return None
        return unit.assign or (unit.collect if unit.collect is not None and "." not in unit.collect else None)


def _case(place: Location, when: str, then: str) -> Case:
    return Case.model_construct(when=Text(when, place), then=Text(f"'{then}'", place))


def _loses_no_text(node: tree.Node) -> bool:
    """Whether what an expression does here never makes a text missing without a word."""
    plain = tree.Column | tree.Literal | tree.Arithmetic | tree.Negative | tree.ReadNumber
    return isinstance(node, plain) or (isinstance(node, tree.Call) and node.name in _ALL_OR_FAULT)


def only_when(spec: LineSpec, condition: Text | None) -> LineSpec:
    """The line with a further condition."""
    if condition is None:
        return spec
    joined = condition if spec.when is None else Text(f"({spec.when}) and ({condition})", spec.when.where)
    return spec.model_copy(update={"when": joined})
