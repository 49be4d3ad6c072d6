"""Findings domains from wide tables: the lines of one test, made from one raw column."""

from __future__ import annotations

from dataclasses import dataclass

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.codelists import Codelists, named_list
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.templates import fill
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import Line
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.spec.models import LineSpec, TestSpec
from ced_cdisc.spec.source import Text
from ced_cdisc.standards.units import convert_factor


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
    if not_done:
        names.append("--STAT")
    if reason:
        names.append("--REASND")
    return names


def lines_of_test(
    domain: Domain, rows: Rows, names: RowNames, lines: Lines, findings: Findings
) -> LinesOfTest:
    """--TESTCD to --STRESU, --STAT and --REASND of one test.

    A record is made where the result is present, or where the test was not done. The numeric result is
    ``value`` if given, else the result as a number, converted to the standard unit and rounded as planned.
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
        done = None
        if not_done is not None:  # done also where the condition is unknown, as with an empty raw column
            done = Text(f"if({not_done.when}, 0, 1) = 1", not_done.when.where)
        self._add("--ORRES", _only_when(test.result, done))
        self._units(done)
        self._standard()
        if not_done is not None:
            status = spec_line(place.where, assign=Text("NOT DONE", place.where), when=not_done.when)
            self._add("--STAT", status)
            if not_done.reason is not None:
                self._add("--REASND", _only_when(not_done.reason, not_done.when))
        keep = self._keep(result, not_done.when if not_done is not None else None)
        return LinesOfTest(tuple(self._made), keep)

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

    def _units(self, done: Text | None) -> None:
        unit = self._test.unit
        if unit is None:
            return
        if unit.collect is not None and unit.ct is None and "." not in unit.collect:
            unit = spec_line(unit.collect.where, assign=unit.collect)  # a bare word is the unit itself
        present = Text(f"{self._domain.full('--ORRES')} is present", self._test.test.where)
        self._add("--ORRESU", _only_when(unit, present))

    def _unit_text(self) -> str | None:
        unit = self._test.unit
        if unit is None:
            return None
        word = unit.assign or (unit.collect if unit.collect is not None and "." not in unit.collect else None)
        return str(word) if word is not None else None

    def _standard(self) -> None:
        domain, test = self._domain, self._test
        place = test.test.where
        orres, stresn, stresc = domain.full("--ORRES"), domain.full("--STRESN"), domain.full("--STRESC")
        if test.result.absent is not None:
            return  # a record that only says that nothing was done
        if test.kind == "text":
            self._add("--STRESC", spec_line(place, derive=Text(orres, place)))
            return
        fixed = self._unit_text()
        standard = str(test.standard) if test.standard is not None else fixed
        if test.value is not None:
            formula = fill(test.value, {"result": Text(orres, place)})
        else:
            text = f"number({orres})"
            if test.unit is not None and standard is not None and fixed != standard:
                source = f"'{fixed}'" if fixed is not None else domain.full("--ORRESU")
                self._convertible(fixed, standard)
                text = f"convert({text}, {source}, '{standard}')"
            if test.decimals is not None:
                text = f"round({text}, {test.decimals})"
            formula = Text(text, place)
        self._add("--STRESN", spec_line(place, derive=formula))
        self._add("--STRESC", spec_line(place, derive=Text(f"text({stresn})", place)))
        if standard is not None:
            present = Text(f"{stresc} is present", place)
            self._add("--STRESU", spec_line(place, assign=Text(standard, place), when=present))
        elif test.unit is not None:
            self._findings.add(
                Finding("CED027", f"test {test.test} has units that vary: 'standard' must name one", place)
            )

    def _convertible(self, unit: str | None, standard: str) -> None:
        if unit is not None and convert_factor(unit, standard) is None:
            where = self._test.standard.where if self._test.standard is not None else self._test.test.where
            self._findings.add(Finding("CED027", f"no conversion from {unit} to {standard}", where))

    def _codelist(self, name: str) -> Codelist | None:
        found = self._domain.ig.variable(self._domain.full(name))
        return self._lines.codelists.of_variable(found.name, found.codelists) if found else None

    def _add(self, name: str, spec: LineSpec, *, check: bool = False) -> None:
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
        if codelist is None:  # a list for the records of this test alone
            codelist = self._lines.codelists.of_values(full).get(str(self._test.test))
        made = self._lines.make(spec, Target(self._domain.name, full, kind, codelist), self._names)
        if made is not None:
            self._made.append(made)


def _only_when(spec: LineSpec, condition: Text | None) -> LineSpec:
    """The line with a further condition."""
    if condition is None:
        return spec
    joined = condition if spec.when is None else Text(f"({spec.when}) and ({condition})", spec.when.where)
    return spec.model_copy(update={"when": joined})
