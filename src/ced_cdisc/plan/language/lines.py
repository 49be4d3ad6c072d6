"""One line of a spec to one line of the plan: the verb is the origin, the expression is the method."""

from __future__ import annotations

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.metadata import Comment
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.dates import Formats
from ced_cdisc.plan.language.expressions import Expressions, Rewrite, choose
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.origins import Origins, method_of
from ced_cdisc.plan.language.templates import UNFILLED
from ced_cdisc.plan.language.values import Target, Values
from ced_cdisc.plan.model import Line
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text

VERBS = ("collect", "assign", "protocol", "derive", "cases", "copy", "flag", "absent")
_TEXTS = (
    "collect",
    "assign",
    "protocol",
    "derive",
    "copy_",
    "absent",
    "time",
    "when",
    "as_",
    "label",
    "comment",
)
_ATTRIBUTES = {"copy": "copy_", "else": "else_", "as": "as_"}
_VERBS = tuple((verb, _ATTRIBUTES.get(verb, verb)) for verb in VERBS)
_MODIFIERS = {
    "ct": ("collect", "derive", "cases", "copy"),
    "else": ("collect", "derive", "cases", "copy"),
    "date": ("collect",),
    "time": ("collect",),
    "where": ("flag",),
    "by": ("flag",),
    "order": ("flag",),
    "as": ("derive", "cases", "flag"),
    "page": ("collect",),
    "source": ("collect", "derive", "assign"),
}
_MODIFIED = tuple((word, _ATTRIBUTES.get(word, word), verbs) for word, verbs in _MODIFIERS.items())


class Lines:
    """Makes plan lines from spec lines; collects findings."""

    def __init__(
        self,
        expressions: Expressions,
        codelists: Codelists,
        origins: Origins,
        formats: Formats,
        findings: Findings,
    ) -> None:
        self.expressions = expressions
        self.codelists = codelists
        self._origins = origins
        self._values = Values(expressions, codelists, formats, findings)
        self._findings = findings

    def make(
        self, spec: LineSpec, target: Target, names: RowNames, rewrite: Rewrite | None = None
    ) -> Line | None:
        """The plan's line, or None where a fault was found."""
        verb = self._verb(spec, target)
        if verb is None or self._unfilled(spec):
            return None
        built = self._values.of(verb, spec, target, names, rewrite)
        if built is None:
            return None
        node, text = built
        if spec.ct is not None:
            node = self._values.recode(spec, spec.ct, node, target)
            if node is None:
                return None
        if spec.when is not None:
            condition = self.expressions.condition(spec.when, names)
            if condition is None:
                return None
            node = choose(condition, node)
        if not self._fits(node, target, text or Text("", spec.place)):
            return None
        comment = (
            Comment(f"{target.dataset}.{target.name}", str(spec.comment or spec.absent))
            if spec.comment or spec.absent
            else None
        )
        return Line(
            variable=target.name,
            tree=node,
            type=target.kind,
            verb=verb,
            where=spec.place,
            origin=self._origins.of(spec, verb),
            method=method_of(spec, verb, node, target.dataset, target.name, text),
            comment=comment,
            codelist=self.codelists.named(spec.codelist) if spec.codelist is not None else None,
            text=text,
        )

    def _verb(self, spec: LineSpec, target: Target) -> str | None:
        """The one verb of a line, or None with a finding (CED017, CED018)."""
        given = [verb for verb, name in _VERBS if getattr(spec, name) is not None]
        if len(given) != 1:
            problem = "has no verb" if not given else f"has {len(given)} verbs: {', '.join(given)}"
            self._findings.add(
                Finding(
                    "CED017",
                    f"the line of {target.shown} {problem}",
                    spec.place,
                    hint=f"one of {', '.join(VERBS)}",
                )
            )
            return None
        for word, name, verbs in _MODIFIED:
            if getattr(spec, name) is not None and given[0] not in verbs:
                self._findings.add(
                    Finding(
                        "CED018",
                        f"'{word}' does not go with '{given[0]}' in the line of {target.shown}",
                        spec.place,
                        hint=f"it goes with {', '.join(verbs)}",
                    )
                )
                return None
        return given[0]

    def _unfilled(self, spec: LineSpec) -> bool:
        """Report {names} that no ``for`` has filled in (CED012)."""
        texts = [getattr(spec, name) for name in _TEXTS]
        found = [text for text in texts if isinstance(text, Text) and "{" in text and UNFILLED.search(text)]
        for text in found:
            word = UNFILLED.findall(text)[0]
            self._findings.add(Finding("CED012", f"nothing fills {word} in", text.where))
        return bool(found)

    def _fits(self, node: tree.Node, target: Target, text: Text) -> bool:
        kind = node.type
        if kind in (target.kind, Type.MISSING) or {kind, target.kind} <= {Type.TEXT, Type.DTC}:
            return True
        shown = kind.value if kind else "value"
        hint = (
            "number(..) reads a number from text" if kind is Type.TEXT and target.kind is Type.NUMBER else ""
        )
        if kind is Type.NUMBER and target.kind is Type.TEXT:
            hint = "text(..) writes a number as text"
        self._findings.add(
            Finding(
                "CED014",
                f"{target.shown} is {target.kind.value}, but this gives {shown}",
                text.locate(0),
                hint=hint,
            )
        )
        return False
