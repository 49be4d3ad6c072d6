"""Findings domains from wide tables: the lines of one test, made from one raw column."""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, one_of
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns
from ced_cdisc.expr.tree import Type, both
from ced_cdisc.plan.language.codelists import Codelists, named_list, shown
from ced_cdisc.plan.language.expressions import choose, literal, missing
from ced_cdisc.plan.language.lines import Lines, alone, idle_page
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.origins import comment_of
from ced_cdisc.plan.language.templates import fill
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import NONE, Demand, Line
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.plan.sdtm.limits import demands_of_limits
from ced_cdisc.plan.sdtm.results import Change, Results, only_when, range_variables
from ced_cdisc.plan.told import Report
from ced_cdisc.spec.models import LineSpec, TestSpec
from ced_cdisc.spec.source import Text

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")


class LinesOfTest(Struct, frozen=True):
    """The lines of a test, and which rows of the source make a record."""

    lines: tuple[Line, ...]
    keep: tree.Node | None
    demands: tuple[Demand, ...] = ()


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


def lines_of_test(
    domain: Domain, rows: Rows, names: RowNames, lines: Lines, findings: Findings
) -> LinesOfTest:
    """--TESTCD to --STRESU, --STAT and --REASND of one test.

    A record is made where the result is present, or where the test was not done. The numeric result is
    ``value`` if given, else the result as a number, converted to the standard unit and rounded as planned;
    the limits of the reference range go the same way.
    """
    return _Test(domain, rows, names, lines, findings).make()


def sponsor_tests(domain: Domain, codelists: Codelists) -> tuple[Codelist, Codelist] | None:
    """The lists of test codes and names of a domain whose tests no published list binds."""
    found = domain.ig.variable(domain.full("--TESTCD"))
    if found is None or not domain.tests or codelists.of_variable(found.name, found.codelists) is not None:
        return None
    label, name, names = domain.ig.label, found.name, domain.full("--TEST")
    if domain.name != domain.code:  # each part of a split domain has tests of its own
        label = str(domain.spec.label or domain.name)
        name, names = f"{domain.name}.{name}", f"{domain.name}.{names}"
    title = f"{label} Test Code"
    return named_list(name, title, dict(sorted(domain.tests.items())), names)


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
        self._results = Results(domain, rows, names, lines, findings, self._add)

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
        self._add(
            "--ORRES", only_when(self._result(), done), change=self._results.without_flag, own=test.result
        )
        if not_done is not None:
            self._refuse_results(not_done.when, result)
        self._units()
        self._results.standard()
        self._results.reference_range()
        if not_done is not None:
            status = spec_line(place.where, assign=Text("NOT DONE", place.where), when=not_done.when)
            self._add("--STAT", status)
            if not_done.reason is not None:
                reason = not_done.reason
                self._add("--REASND", only_when(reason, not_done.when), own=reason)
                self._refuse_reasons(not_done.reason, result)
        keep = self._keep(result, not_done.when if not_done is not None else None)
        factor = self._results.converted("1")
        demands = demands_of_limits(self._domain, self._rows, self._names, self._lines, factor)
        return LinesOfTest(tuple(self._made), both(keep, self._is_this_test()), demands)

    def _result(self) -> LineSpec:
        """The line of --ORRES; a raw value that is none of the answers of the test is a fault."""
        test = self._test
        if not test.answers:
            return test.result
        answers, variables = [str(answer) for answer in test.answers], [self._domain.full("--ORRES")]
        if self._answers_are_standard():
            variables.append(self._domain.full("--STRESC"))
        self._lines.codelists.answers(self._domain.name, str(test.test), answers, variables)
        if test.result.collect is None or test.result.decodes:
            return test.result
        return test.result.model_copy(update={"match": "submission value"})

    def _answers_are_standard(self) -> bool:
        """Whether --STRESC holds the answers as they are: no unit, and numbers in their shortest form."""
        test = self._test
        if test.unit or test.standard or self._domain.full("--STRESC") in self._written:
            return False
        return test.kind == "text" or all(_INTEGER.fullmatch(answer) for answer in test.answers or ())

    def _refuse_results(self, not_done: Text, result: Text | None) -> None:
        """A result of a test that was not done is a fault, unless the result itself is what says so."""
        made = next((line for line in self._made if line.variable == self._domain.full("--ORRES")), None)
        condition = self._lines.expressions.condition(not_done, self._names)
        column = self._lines.expressions.compile(result, self._names) if result is not None else None
        if made is None or condition is None or not isinstance(column, tree.Column):
            return
        if column.name in {c.name for c in columns(condition)} or not isinstance(made.tree, tree.Call):
            return
        refused = tree.Recode(of=column, pairs=(), at=column.at, type=Type.TEXT)
        done, value, _ = made.tree.args
        guarded = replace(made, tree=replace(made.tree, args=(done, value, refused)))
        self._made = [guarded if line is made else line for line in self._made]

    def _refuse_reasons(self, reason: LineSpec, result: Text | None) -> None:
        """A reason beside results alone is a fault, unless its line says when it is one.

        The reason may be of another test of the row. What is read as result or by a condition is none.
        """
        name = self._domain.full("--REASND")
        made = next((line for line in self._made if line.variable == name), None)
        if made is None or reason.collect is None or reason.when is not None:
            return
        column = self._lines.expressions.compile(reason.collect, self._names)
        undone = [
            self._lines.expressions.condition(one, self._names) for one in self._all_undone(reason.collect)
        ]
        read = [one for one in undone if one is not None]
        value = self._lines.expressions.compile(result, self._names) if result is not None else None
        told = {c.name for node in (*read, *([value] if value is not None else [])) for c in columns(node)}
        if not isinstance(column, tree.Column) or column.name in told or not isinstance(made.tree, tree.Call):
            return
        refused: tree.Node = tree.Recode(of=column, pairs=(), at=column.at, type=Type.TEXT)
        for one in read[1:]:
            refused = tree.Call(name="if", args=(one, missing(), refused), type=Type.TEXT)
        guarded = replace(made, tree=replace(made.tree, args=(*made.tree.args[:2], refused)))
        self._made = [guarded if line is made else line for line in self._made]

    def _all_undone(self, reason: Text) -> list[Text]:
        """The conditions of this and all other tests of the same rows that have this reason."""
        own, found = self._rows, dict[Text, None]()
        for rows in (own, *self._domain.rows):
            spec, test = rows.spec.not_done, rows.test
            if spec is None or test is None or spec.reason is None or spec.reason.collect != reason:
                continue
            if (rows.spec.from_, rows.spec.with_) == (own.spec.from_, own.spec.with_):
                result = test.result.collect
                found[fill(spec.when, {"result": result} if result is not None else {})] = None
        return list(found)

    def _is_this_test(self) -> tree.Node | None:
        """Tests in rows: whether the row is one of this test; a code without test is a fault."""
        spec = self._rows.spec.test
        if not self._rows.codes or spec is None or spec.collect is None:
            return None
        column = self._lines.expressions.compile(spec.collect, self._names)
        if column is None:
            return None
        given = tree.Call(name="coalesce", args=(column, literal(NONE)), type=Type.TEXT)
        test = tree.Recode(of=given, pairs=self._rows.codes, type=Type.TEXT)
        return tree.Compare(op="=", left=test, right=literal(str(self._test.test)), type=Type.TRUTH)

    def _keep(self, result: Text | None, not_done: Text | None) -> tree.Node | None:
        present: tree.Node | None = None
        if result is not None:
            node = self._lines.expressions.compile(result, self._names)
            if node is None:
                return None
            present = tree.IsMissing(of=self._meaning(node), negated=True, type=Type.TRUTH)
            if self._test.result.when is not None:
                condition = self._lines.expressions.condition(self._test.result.when, self._names)
                if condition is None:
                    return None
                present = both(present, condition)
        elif self._test.result.derive is not None or self._test.result.cases is not None:
            made = next((x for x in self._made if x.variable == self._domain.full("--ORRES")), None)
            if made is None:
                return None
            present = tree.IsMissing(of=made.tree, negated=True, type=Type.TRUTH)
        if not_done is None:
            return present
        undone = self._lines.expressions.condition(not_done, self._names)
        if undone is None or present is None:
            return undone or present
        return tree.Either(left=present, right=undone, type=Type.TRUTH)

    def _meaning(self, column: tree.Node) -> tree.Node:
        """The raw result, or nothing where ``ct`` gives its code no term; a code at fault means something."""
        result = self._test.result
        pairs = tuple((str(code), str(term or "")) for code, term in (result.ct or {}).items())
        others = "" if result.else_ == "" and result.match is None else NONE
        if others and all(term for _, term in pairs):
            return column
        ignored = result.case is not None
        return tree.Recode(of=column, pairs=pairs, otherwise=others, ignore_case=ignored, type=Type.TEXT)

    def _name(self) -> str:
        """The decode of the test's code: the spec's label, else the paired terminology."""
        test = self._test
        codelist = self._codelist("--TESTCD")
        term = next((t for t in codelist.terms if t.value == str(test.test)), None) if codelist else None
        name = str(test.label) if test.label is not None else term.decode if term else ""
        if not name:
            hint = did_you_mean(str(test.test), [t.value for t in codelist.terms] if codelist else [])
            having = self._lines.codelists.with_test(str(test.test))
            if having:
                lists, variable = one_of([shown(one) for one in having]), self._domain.full("--TESTCD")
                hint = f"{lists} has it: bind the list to {variable} in define/define.yaml under codelists"
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
        term = unit.ct is None
        self._add(
            "--ORRESU", only_when(unit, present), change=lambda c: self._unit_of(c, as_term=term), own=unit
        )

    def _unit_of(self, column: tree.Node, *, as_term: bool) -> tree.Node:
        """A collected unit, as the term of the terminology; a number to convert without one is a fault."""
        node = column
        if self._test.standard is not None and self._test.kind == "number":
            orres = tree.Column(
                name=self._domain.full("--ORRES"), scope=tree.Scope.VARIABLE, at=column.at, type=Type.TEXT
            )
            number = tree.IsMissing(
                of=self._results.number_of(orres), negated=True, at=column.at, type=Type.TRUTH
            )
            given = tree.Call(name="coalesce", args=(column, literal(NONE)), at=column.at, type=Type.TEXT)
            node = replace(choose(number, given, column), at=column.at)
        if not as_term:
            return node
        return self._lines.expressions.units.as_term(node, self._codelist("--ORRESU"), column.at)

    def _codelist(self, name: str) -> Codelist | None:
        found = self._domain.ig.variable(self._domain.full(name))
        return self._lines.codelists.of_variable(found.name, found.codelists) if found else None

    def _add(
        self,
        name: str,
        spec: LineSpec,
        *,
        check: bool = False,
        change: Change | None = None,
        own: LineSpec | None = None,
    ) -> None:
        """Make a line, unless the spec writes it; ``change`` is applied to the raw column collected.

        ``own`` is the line as it is written, without the conditions that the test adds.
        """
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
        if codelist is None:  # a list for the records of this test alone
            codelist = self._lines.codelists.of_values(full).get(str(self._test.test))
        target = Target(self._domain.name, full, kind, codelist)
        made = self._lines.make(spec, target, self._names, is_as_written=False)
        if made is not None and change is not None and spec.collect is not None:
            made = replace(made, tree=_at_column(made.tree, change))
        if made is not None:  # its condition is not the written one, or not that alone
            reports = tuple(report for report in made.reports if report.kind != "idle")
            made = replace(made, reports=reports)
            self._made.append(made if own is None else self._with_condition(made, own))

    def _with_condition(self, made: Line, own: LineSpec) -> Line:
        """A line with what is said of its written condition, and what tells that no record meets it."""
        shown = f"{self._domain.name}.{made.variable}"
        self._findings.extend(idle_page(own, made.origin, shown))
        if own.when is None:
            if own.never is not None:  # what the test adds is no condition of the line
                self._findings.add(alone("never", ("when",), shown, own))
            return made
        condition = self._lines.expressions.condition(own.when, self._names)
        said, name = self._names.said, self._domain.name
        comment = comment_of(own, made.verb, condition, name, made.variable, said)
        if condition is None or own.never is not None:
            return replace(made, comment=comment)
        return replace(
            made, comment=comment, reports=(*made.reports, Report("idle", condition, own.when.where))
        )


def _at_column(node: tree.Node, change: Change) -> tree.Node:
    """The tree of a collected line with its raw column changed; conditions stay."""
    if isinstance(node, tree.Call) and node.name == "if":
        return replace(node, args=(node.args[0], _at_column(node.args[1], change), *node.args[2:]))
    if isinstance(node, tree.Recode):
        return replace(node, of=_at_column(node.of, change))
    return change(node)
