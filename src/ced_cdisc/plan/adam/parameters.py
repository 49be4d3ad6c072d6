"""Parameters of a BDS dataset: their constants, and the records of those computed from others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.core.metadata import Comment
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause
from ced_cdisc.expr.lineage import aggregates, own_columns
from ced_cdisc.expr.tree import Scope, Type, both
from ced_cdisc.plan.adam.formulas import formula_in_words, parameters_to_aggregates
from ced_cdisc.plan.adam.kinds import Analysis
from ced_cdisc.plan.language.expressions import literal
from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.made_lines import constant, spec_line
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.origins import DERIVED
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import Block, Computed, Line
from ced_cdisc.plan.order import in_order, single_lines
from ced_cdisc.spec.analysis import ParameterSpec
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text

_COMPUTED = "__computed"
"""PARAMN on a computed record; a record of a source does not have it."""
_COMPUTED_AS = tree.Column(name=_COMPUTED, scope=Scope.VARIABLE, type=Type.NUMBER)
_OF_SOURCE = tree.IsMissing(of=_COMPUTED_AS, type=Type.TRUTH)


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


def of_records(
    lines: Mapping[str, Line], dataset: str, source: str, keep: tree.Node | None
) -> Mapping[str, Line]:
    """The lines of a parameter, whose value says of which records it is: no other word of define.xml does.

    A comment that is written in the spec stands as it is.
    """
    value = lines.get("AVAL") or lines.get("AVALC")
    if keep is None or value is None:
        return lines
    words = f"The records of {source} where {clause(keep, FUNCTIONS)}."
    if value.comment is not None:
        words = f"{words} {value.comment.text}" if value.comment.is_condition else value.comment.text
    # It is of these records alone: where others are made from another source, their parameter has its own.
    said = Comment(f"{dataset}.{value.variable}", words, is_condition=True)
    return {**lines, value.variable: replace(value, comment=said)}


def of_dataset(dataset: str, blocks: Sequence[Block]) -> Comment | None:
    """Which records of its sources a dataset has, where no value says it: an occurrence has no AVAL, and the
    method of a time to event tells of events alone."""
    if all(block.keep is None for block in blocks):
        return None
    said = [
        f"the records of {block.source}"
        + (f" where {clause(block.keep, FUNCTIONS)}" if block.keep is not None else "")
        for block in blocks
    ]
    words = "; ".join(dict.fromkeys(said))
    return Comment(dataset, f"{words[:1].upper()}{words[1:]}.")


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
        before: Mapping[str, int],
        codes: frozenset[str] = frozenset(),
    ) -> Computed:
        """The records of one parameter: one a subject and ``by`` group.

        The group's records are those of the sources, and of the computed parameters that are named.

        Args:
            code: the parameter's code, whose place is that of the records.
            number: its PARAMN.
            parameter: its texts, the condition on the source records, and its variables.
            by: the variables that, with the subject, form a group.
            value: the line of AVAL.
            before: PARAMN of the parameters that are computed before, by code.
            codes: the codes that stand for parameters' values in the lines.
        """
        own, known = {*by, *map(str, parameter.variables)}, self.analysis.kinds
        shared = [name for name in self.carried if name in known and name not in own]
        keep = None
        if parameter.rows is not None:
            keep = self.lines.expressions.condition(parameter.rows, self.names)

        def rewrite(node: tree.Node) -> tree.Node:
            return parameters_to_aggregates(node, codes, by)

        told = {"AVAL": parameter.as_, **{str(name): line.as_ for name, line in parameter.variables.items()}}
        made: dict[str, Line] = {}
        for name, line in (("AVAL", value), *((str(k), v) for k, v in parameter.variables.items())):
            built = self.lines.make(line, self.target(name), self.names, rewrite)
            if built is not None:
                made[name] = built
        made = {name: _of_sources(line, told[name]) for name, line in made.items()}
        known_records = None
        if before:
            trees = [line.tree for line in made.values()] + ([keep] if keep is not None else [])
            known_records = _of_sources_or(sorted(before[code] for code in _texts(trees) & before.keys()))
            if keep is None or not _names_parameter(keep):
                keep = both(keep, known_records)
            made = {name: replace(line, tree=_narrowed(line.tree)) for name, line in made.items()}
        rows = {name: self._shared(name, by, known_records, code.where) for name in shared}
        rows |= parameter_lines(code, number, parameter)
        rows |= {_COMPUTED: constant(_COMPUTED, number, code.where), **made}
        singles = single_lines(rows.values(), self.names.catalogue)
        over = [one for line in rows.values() for one in aggregates(line.tree)]
        readers = [replace(rows[_COMPUTED], tree=node) for node in (*over, *([] if keep is None else [keep]))]
        return Computed(
            by=by,
            keep=keep,
            lines=ordered((*singles, *rows.values()), self.findings, self.analysis.name),
            where=code.where,
            present="AVAL",
            first=tuple(single_lines(readers, self.names.catalogue)),
        )

    def _shared(
        self, name: str, by: tuple[str, ...], known_records: tree.Node | None, where: Location
    ) -> Line:
        """A variable of a computed record: what its source records share."""
        kind = self.analysis.kinds[name]
        column = tree.Column(name=name, scope=Scope.VARIABLE, type=kind)
        node = tree.Aggregate(func="same", of=column, where=known_records, on=by, type=kind)
        return Line(variable=name, tree=node, type=kind, verb="derive", where=where, origin=DERIVED)


def computed_parameters(records: ComputedRecords, blocks: Sequence[Block]) -> list[Computed]:
    """The records of each computed parameter, in the order of the spec; an unknown ``by`` is CED012.

    Args:
        records: makes them.
        blocks: what makes those of the sources.
    """
    analysis, lines = records.analysis, records.lines
    parameters = analysis.parameters
    codes = frozenset(map(str, parameters))
    before: dict[str, int] = {}
    made: list[Computed] = []
    for code, parameter in analysis.computed.items():
        assert parameter.computed is not None
        number = analysis.number(code)
        if any(not analysis.known([name], records.findings) for name in parameter.by or ()):
            return made
        by = tuple(map(str, parameter.by or ()))
        where = parameter.computed.where
        words = str(parameter.as_ or "")
        words = words or formula_in_words(parameter.computed, parameters, by, lines.expressions, blocks)
        value = spec_line(where, derive=parameter.computed, as_=Text(words, where) if words else None)
        made.append(records.make(code, number, parameter, by, value, before, codes))
        before[str(code)] = number
    return made


def _of_sources(line: Line, told: Text | None) -> Line:
    """The line, whose method says what :func:`_narrowed` does, unless the spec has its words."""
    if line.method is None or told is not None or _narrowed(line.tree) == line.tree:
        return line
    text = f"{line.method.text} Where no parameter is named, computed records do not count."
    return replace(line, method=replace(line.method, text=text))


def _narrowed(node: tree.Node) -> tree.Node:
    """The tree, where what goes over records and names no parameter goes over those of the sources."""
    if isinstance(node, tree.Aggregate) and not node.dataset and not _names_parameter(node):
        return replace(node, where=both(node.where, _OF_SOURCE))
    return tree.rebuild(node, _narrowed)


def _names_parameter(node: tree.Node) -> bool:
    """Whether a condition or an aggregate says itself of which parameters the records are."""
    grouped = isinstance(node, tree.Aggregate) and "PARAMCD" in node.on
    return grouped or any(one.name in ("PARAMCD", "PARAM", "PARAMN") for one in own_columns(node))


def _texts(nodes: Iterable[tree.Node]) -> set[str]:
    """All texts that stand in trees, the codes of the parameters that they name among them."""
    below = (one for node in nodes for one in tree.walk(node))
    return {one.value for one in below if isinstance(one, tree.Literal) and isinstance(one.value, str)}


def _of_sources_or(numbers: Iterable[int]) -> tree.Node:
    """The condition that a record is of a source, or of one of the computed parameters."""
    values = tuple(map(literal, numbers))
    if not values:
        return _OF_SOURCE
    named = tree.Member(of=_COMPUTED_AS, values=values, type=Type.TRUTH)
    return tree.Either(left=_OF_SOURCE, right=named, type=Type.TRUTH)


def ordered(lines: Iterable[Line], findings: Findings, dataset: str) -> tuple[Line, ...]:
    """As :func:`in_order`; what a line reads from the records so far is no value of the new record."""
    given = {line.variable: line for line in lines}
    shown = [replace(line, tree=_of_the_record(line.tree)) for line in given.values()]
    return tuple(given[line.variable] for line in in_order(shown, findings, dataset))


def _of_the_record(node: tree.Node) -> tree.Node:
    if isinstance(node, tree.Aggregate) and not node.dataset:
        return replace(node, of=None, where=None, order=())
    return tree.rebuild(node, _of_the_record)
