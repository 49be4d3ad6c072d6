"""Expression texts of the specs to resolved trees; faults become findings at the word's place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.derivations.record import Derivation
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import aggregates
from ced_cdisc.expr.parse import ExpressionError, parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.signature import signature_of
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.units import StudyUnits
from ced_cdisc.spec.source import Text

Rewrite = Callable[[tree.Node], tree.Node]


class Compiled(Struct, frozen=True):
    """An expression of a spec: its text, its resolved tree, and the dataset whose names it may use."""

    text: Text
    node: tree.Node
    dataset: str


class Expressions:
    """Compiles the texts of one study; collects findings."""

    def __init__(
        self,
        findings: Findings,
        units: StudyUnits | None = None,
        derivations: Mapping[str, Derivation] | None = None,
    ) -> None:
        self._findings = findings
        plug_ins = {name: signature_of(one) for name, one in (derivations or {}).items()}
        self.functions = {**FUNCTIONS, **plug_ins}
        self.units = units or StudyUnits()
        self.compiled: list[Compiled] = []

    def parse(self, text: Text) -> tree.Node | None:
        """The tree of a text without types, or None with a finding."""
        try:
            return parse(str(text))
        except ExpressionError as error:
            self._report(text, error)
            return None

    def compile(self, text: Text, names: RowNames, rewrite: Rewrite | None = None) -> tree.Node | None:
        """The resolved tree of a text, or None with a finding."""
        known = names.resolved if rewrite is None else None
        made = known.get(text) if known is not None else None
        if made is not None:
            self.compiled.append(Compiled(text, made, names.dataset))
            return made
        parsed = self.parse(text)
        if parsed is None:
            return None
        made = self.resolve(rewrite(parsed) if rewrite else parsed, names, text)
        if made is not None and known is not None:
            known[str(text)] = made
        return made

    def resolve(self, node: tree.Node, names: RowNames, text: Text) -> tree.Node | None:
        """A parsed or composed tree with types, or None with findings at ``text``.

        All names that are misspelt are told. What else is wrong may follow from them, and is left for later.
        """
        slips: list[ExpressionError] = []
        wrong: list[ExpressionError] = []
        try:
            made = self.units.apply(resolve(node, names, self.functions, slips))
            for over in aggregates(made):
                if over.dataset in names.catalogue.without_subjects:
                    problem = (
                        f"{over.dataset} has no subjects, so that {over.func}() has no records to go over"
                    )
                    hint = f"look its record up: with: {{{over.dataset}: {{where: ..}}}}"
                    raise ExpressionError(problem, over.at, hint, "CED144")
            if not slips:
                self.compiled.append(Compiled(text, made, names.dataset))
                return made
        except ExpressionError as error:
            wrong = [error]
        for error in slips or wrong:
            self._report(text, error)
        return None

    def condition(self, text: Text, names: RowNames) -> tree.Node | None:
        """As :meth:`compile`, and the expression must be a condition."""
        node = self.compile(text, names)
        if node is not None and node.type is not tree.Type.TRUTH:
            self._report(text, ExpressionError("a condition is needed here", node.at, code="CED014"))
            return None
        return node

    def checks(self, texts: Iterable[Text], names: RowNames) -> tuple[tuple[Text, tree.Node], ...]:
        """The conditions that a dataset's records must meet, each with its text."""
        made = [(text, self.condition(text, names)) for text in texts]
        return tuple((text, node) for text, node in made if node is not None)

    def _report(self, text: Text, error: ExpressionError) -> None:
        self._findings.add(Finding(error.code, error.message, text.locate(error.at), hint=error.hint))


def missing() -> tree.Literal:
    """The literal ``missing``."""
    return tree.Literal(value=None, type=tree.Type.MISSING)


def literal(value: str | float) -> tree.Literal:
    """A literal text or number, with its type."""
    if isinstance(value, str):
        return tree.Literal(value=value, type=tree.Type.TEXT)
    digits = str(int(value)) if float(value).is_integer() else repr(float(value))
    return tree.Literal(value=float(value), digits=digits, type=tree.Type.NUMBER)


def choose(condition: tree.Node, then: tree.Node, otherwise: tree.Node | None = None) -> tree.Call:
    """``if(condition, then, otherwise)``."""
    return tree.Call(name="if", args=(condition, then, otherwise or missing()), type=then.type)
