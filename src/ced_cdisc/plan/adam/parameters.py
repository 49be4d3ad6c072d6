"""Parameters of a BDS dataset: their constants, and the records of those computed from others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Scope
from ced_cdisc.plan.adam.formulas import formula_in_words, parameters_to_aggregates
from ced_cdisc.plan.adam.kinds import Analysis
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.made_lines import constant, spec_line
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.origins import DERIVED
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import Computed, Line
from ced_cdisc.plan.order import in_order, single_lines
from ced_cdisc.spec.analysis import ParameterSpec
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text


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


class ComputedRecords(Struct, frozen=True):
    """Makes the records of computed parameters.

    Attributes:
        analysis: the dataset.
        carried: the variables that a computed record takes over where its source records share the value.
        names: the names that the lines may use.
        lines: makes the lines.
        target: gives what is known of a variable by name.
        findings: receives CED025 for lines that go in a circle.
    """

    analysis: Analysis
    carried: tuple[str, ...]
    names: RowNames
    lines: Lines
    target: Callable[[str], Target]
    findings: Findings

    def make(
        self,
        code: Text,
        number: int,
        parameter: ParameterSpec,
        by: tuple[str, ...],
        value: LineSpec,
        codes: frozenset[str] = frozenset(),
    ) -> Computed:
        """The records of one parameter: one a subject and ``by`` group.

        Args:
            code: the parameter's code, whose place is that of the records.
            number: its PARAMN.
            parameter: its texts, the condition on the source records, and its variables.
            by: the variables that, with the subject, form a group.
            value: the line of AVAL.
            codes: the codes that stand for parameters' values in the lines.
        """
        own, known = {*by, *map(str, parameter.variables)}, self.analysis.kinds
        rows = {
            name: self._shared(name, by, code.where)
            for name in self.carried
            if name in known and name not in own
        }
        rows.update(parameter_lines(code, number, parameter))

        def rewrite(node: tree.Node) -> tree.Node:
            return parameters_to_aggregates(node, codes, by)

        for name, line in (("AVAL", value), *((str(k), v) for k, v in parameter.variables.items())):
            built = self.lines.make(line, self.target(name), self.names, rewrite)
            if built is not None:
                rows[name] = built
        singles = single_lines(rows.values(), self.names.catalogue)
        return Computed(
            by=by,
            keep=self.lines.expressions.condition(parameter.rows, self.names)
            if parameter.rows is not None
            else None,
            lines=ordered((*singles, *rows.values()), self.findings, self.analysis.name),
            where=code.where,
            present="AVAL",
        )

    def _shared(self, name: str, by: tuple[str, ...], where: Location) -> Line:
        """A variable of a computed record: what its source records share."""
        kind = self.analysis.kinds[name]
        column = tree.Column(name=name, scope=Scope.VARIABLE, type=kind)
        node = tree.Aggregate(func="same", of=column, on=by, type=kind)
        return Line(variable=name, tree=node, type=kind, verb="derive", where=where, origin=DERIVED)


def computed_parameters(records: ComputedRecords) -> list[Computed]:
    """The records of each computed parameter, in the order of the spec; an unknown ``by`` is CED012."""
    analysis, lines = records.analysis, records.lines
    parameters = analysis.parameters
    codes = frozenset(map(str, parameters))
    made: list[Computed] = []
    for code, parameter in analysis.computed.items():
        assert parameter.computed is not None
        number = analysis.number(code)
        if any(not analysis.known([name], records.findings) for name in parameter.by or ()):
            return made
        by = tuple(map(str, parameter.by or ()))
        where = parameter.computed.where
        words = str(parameter.as_ or "")
        words = words or formula_in_words(parameter.computed, parameters, by, lines.expressions)
        value = spec_line(where, derive=parameter.computed, as_=Text(words, where) if words else None)
        made.append(records.make(code, number, parameter, by, value, codes))
    return made


def ordered(lines: Iterable[Line], findings: Findings, dataset: str) -> tuple[Line, ...]:
    """As :func:`in_order`; what a line reads from the records so far is no value of the new record."""
    given = {line.variable: line for line in lines}
    shown = [replace(line, tree=_of_the_record(line.tree)) for line in given.values()]
    return tuple(given[line.variable] for line in in_order(shown, findings, dataset))


def _of_the_record(node: tree.Node) -> tree.Node:
    if isinstance(node, tree.Aggregate) and not node.dataset:
        return tree.changed(node, of=None, where=None, order=())
    return tree.rebuild(node, _of_the_record)
