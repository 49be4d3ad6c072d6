"""The units of a study: its own spellings and factors in study.yaml, and how its tables write numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Severity, did_you_mean
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.expr import tree
from ced_cdisc.expr.parse import ExpressionError
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.study import SourcesSpec, TableDefaults, TableSpec
from ced_cdisc.spec.units import UnitSpec
from ced_cdisc.standards.ct import load_ct
from ced_cdisc.standards.units import UNIT_LIST, canonical_unit, conversion, unit_of

_TOLERANCE = Fraction(1, 1000)
_READERS = ("numeric", "numeral", "comparator")
TWO_WAYS = "a text is made of numbers that are written in two ways"
TWO_WAYS_HINT = "decimal(.., 'comma') gives one of them with a point"
_CHOOSERS = {"if": 1, "join": 1, "coalesce": 0}
"""Functions that give texts of their arguments, and from which argument on."""
_CHANGERS = ("upper", "lower", "trim", "extract", "replace")
"""Functions that give the text of their first argument, changed."""


class StudyUnits(Struct, frozen=True):
    """What a study says of units and numbers.

    Attributes:
        synonyms: spellings of its tables and the terms that they mean: ``TABL = TABLET``; the terms that
            define.yaml adds mean themselves.
        rules: units with a factor of the study: ``LB = 0.4536 kg``.
        notations: the raw tables that write numbers in another way: ``comma``, ``groups``, ``comma groups``.
        variables: the SDTM variables whose texts come of tables, and how these write numbers.
    """

    synonyms: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    notations: Mapping[str, str] = field(default_factory=dict[str, str])
    variables: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def rules_for(self, unit: str | None, to: str, substance: str = "") -> tuple[str, ...]:
        """The rules that bear on a conversion from a unit (None: from any) to another."""
        names = {unit, canonical_unit(unit)} if unit is not None else None
        return tuple(
            rule
            for rule in self.rules
            if (names is None or (start := rule.partition(" = ")[0]) in names or start in _both(to))
            and conversion(rule.partition(" = ")[0], to, substance, (rule,)) is not None
        )

    def conversion_exists(self, unit: str, to: str, substance: str = "") -> bool:
        """Whether a unit can be converted to another, for a test."""
        return conversion(unit, to, substance, self.rules) is not None

    def notation(self, column: Text | str | None) -> str:
        """How the table of a raw column writes numbers; empty for a plain decimal point."""
        return self.notations.get(str(column or "").partition(".")[0], "")

    def notations_in(self, node: tree.Node) -> set[str]:
        """How numbers in the text of an expression may be written: as the tables of its columns do."""
        if isinstance(node, tree.Column):
            return {self.notation(node.name)} if node.owner in self.notations else self._collected(node)
        if isinstance(node, tree.Aggregate) and node.of is not None:
            return self.notations_in(node.of)
        if isinstance(node, tree.Call) and node.name in _CHANGERS:
            return self.notations_in(node.args[0])
        if isinstance(node, tree.Call) and node.name in _CHOOSERS:
            return set[str]().union(*map(self.notations_in, node.args[_CHOOSERS[node.name] :]))
        return set() if isinstance(node, tree.Literal) else {""}

    def _collected(self, column: tree.Column) -> set[str]:
        """How numbers in the text of a variable are written.

        Where blocks of its domain write them in several ways, a line there reads it as it stands.
        """
        found = self.variables.get(column.short, {""})
        return {""} if len(found) > 1 and column.scope is Scope.VARIABLE else found

    def apply(self, node: tree.Node) -> tree.Node:
        """A resolved tree that follows the study's units and notations."""
        if not (self.synonyms or self.rules or self.notations):
            return node
        return self._applied(node)

    def _applied(self, node: tree.Node) -> tree.Node:
        node = tree.rebuild(node, self._applied)
        if isinstance(node, tree.ReadNumber):
            of = self._plain(node.of)
            return node if of is node.of else replace(node, of=of)
        if not isinstance(node, tree.Call):
            return node
        if node.name in _READERS:
            of = self._plain(node.args[0])
            return node if of is node.args[0] else replace(node, args=(of, *node.args[1:]))
        if node.name == "unit":
            return self.as_term(node.args[0], None, node.at)
        if node.name == "convert":
            unit, to, *more = (arg.value if isinstance(arg, tree.Literal) else None for arg in node.args[1:])
            substance = str(more[0]) if more else ""
            rules = self.rules_for(None if unit is None else str(unit), str(to), substance)
            return replace(node, args=(*node.args, *map(_text, rules)))
        return node

    def as_term(self, of: tree.Node, codelist: Codelist | None, at: int) -> tree.Node:
        """The unit that a text stands for, as a term of a list; terms of the list mean themselves."""
        code, own = "", list(self.synonyms)
        if codelist is not None and codelist.code != UNIT_LIST:
            package = load_ct("SDTM")
            listed = set(package.codelist(codelist.code).values) if codelist.code in package else set[str]()
            code = codelist.code if not listed.issubset(package.codelist(UNIT_LIST).values) else ""
            others = [term.value for term in codelist.terms if not code or term.value not in listed]
            own += [f"{term} = {term}" for term in others if canonical_unit(term) != term]
        more = [code, *own] if code or own else []
        return tree.Call(name="unit", args=(of, *map(_text, more)), at=at, type=Type.TEXT)

    def _plain(self, of: tree.Node) -> tree.Node:
        """The text with a decimal point, where it comes from a table that writes numbers in another way.

        Of several texts each is read in its own way; CED165 where what is made of them does not tell which.
        """
        if len(self.notations_in(of)) > 1:
            if not isinstance(of, tree.Call) or of.name not in ("if", "coalesce"):
                raise ExpressionError(TWO_WAYS, of.at, TWO_WAYS_HINT, "CED165")
            start = _CHOOSERS[of.name]
            return replace(of, args=(*of.args[:start], *map(self._plain, of.args[start:])))
        below = list(tree.walk(of))
        if any(isinstance(one, tree.Call) and one.name == "decimal" for one in below):
            return of
        for one in below:
            notation = "".join(self.notations_in(one)) if isinstance(one, tree.Column) else ""
            if notation:
                return tree.Call(name="decimal", args=(of, _text(notation)), at=of.at, type=Type.TEXT)
        return of


def study_units(
    units: Mapping[Text, UnitSpec], sources: SourcesSpec, codelists: Codelists, findings: Findings
) -> StudyUnits:
    """The units and notations of a study; what is no unit or no factor is CED071.

    A factor that differs from the table's by more than 0.1 % is told in a note, CED072.
    """
    terms = codelists.find(UNIT_LIST)
    known = [term.value for term in terms.terms] if terms else []
    synonyms = [f"{term.value} = {term.value}" for term in terms.terms if term.extended] if terms else []
    rules: list[str] = []
    for name, spec in units.items():
        if spec.factor is None:
            if str(spec.to) not in known:
                hint = did_you_mean(str(spec.to), known)
                message = f"'{spec.to}' is no unit of the terminology"
                findings.add(Finding("CED071", message, spec.to.where, hint=hint))
            else:
                synonyms.append(f"{name} = {spec.to}")
            continue
        factor = _factor(spec.factor)
        if factor is None:
            message = f"'{spec.factor}' is no factor"
            findings.add(
                Finding("CED071", message, spec.factor.where, hint="a number above 0, such as 0.4536")
            )
        elif unit_of(str(spec.to)) is None:
            hint = did_you_mean(str(spec.to), known)
            message = f"'{spec.to}' is no unit with a factor that is known"
            findings.add(Finding("CED071", message, spec.to.where, hint=hint))
        else:
            rules.append(f"{canonical_unit(str(name)) or name} = {spec.factor} {spec.to}")
            _compare(name, spec, factor, findings)
    return StudyUnits(tuple(synonyms), tuple(rules), _notations(sources, findings))


def _compare(name: Text, spec: UnitSpec, factor: Fraction, findings: Findings) -> None:
    found = conversion(str(name), str(spec.to))
    if found is None or found.offset or abs(factor / found.factor - 1) <= _TOLERANCE or spec.factor is None:
        return
    message = f"1 {name} is {spec.factor} {spec.to} in this study, {float(found.factor):.6g} in the table"
    hint = "the study's factor is used"
    findings.add(Finding("CED072", message, spec.factor.where, hint=hint, severity=Severity.NOTE))


def _factor(text: Text) -> Fraction | None:
    try:
        factor = Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return None
    return factor if factor > 0 and " " not in text else None


def _notations(sources: SourcesSpec, findings: Findings) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, table in sources.tables.items():
        notation = notation_of(table, sources.defaults)
        if notation == "either" and _has_groups(table, sources.defaults):
            message = (
                f"table {name}: numbers with 'decimal: either' have no thousands, since 1,234 could be two"
            )
            findings.add(
                Finding("CED018", message, name.where, hint="take 'thousands' away, or say which sign")
            )
        if notation:
            found[str(name)] = notation
    return found


def notation_of(table: TableSpec, defaults: TableDefaults) -> str:
    """How a table writes numbers; empty for a decimal point alone."""
    sign = table.decimal or defaults.decimal
    groups = sign != "either" and _has_groups(table, defaults)
    return " ".join([sign] * (sign != "point") + ["groups"] * groups)


def _has_groups(table: TableSpec, defaults: TableDefaults) -> bool:
    return defaults.thousands if table.thousands is None else table.thousands


def _both(unit: str) -> tuple[str, str]:
    return unit, canonical_unit(unit) or unit


def _text(value: str) -> tree.Literal:
    return tree.Literal(value=value, type=Type.TEXT)
