"""One line of a spec to one line of the plan: the verb is the origin, the expression is the method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ced_cdisc.core.dates import ISO
from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.metadata import Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.dates import Formats
from ced_cdisc.plan.language.expressions import Expressions, Rewrite, choose
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.language.origins import ON_FORMS, Origins, comment_of, method_of
from ced_cdisc.plan.language.reports import reports_of
from ced_cdisc.plan.language.sas_formats import check_format, check_length
from ced_cdisc.plan.language.templates import unfilled
from ced_cdisc.plan.language.values import Target, Values
from ced_cdisc.plan.model import SUPP, Line, TextPolicy
from ced_cdisc.plan.texts import text_policy
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text

VERBS = ("collect", "assign", "protocol", "derive", "cases", "copy", "flag", "impute", "ticks", "absent")
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
MODIFIERS: Mapping[str, tuple[str, ...]] = {
    "ct": ("collect", "derive", "cases", "copy", "ticks"),
    "match": ("collect", "derive", "cases", "copy"),
    "case": ("collect", "derive", "cases", "copy"),
    "else": ("collect", "derive", "cases", "copy", "ticks"),
    "date": ("collect", "derive", "cases"),
    "time": ("collect", "impute"),
    "times": ("collect",),
    "where": ("flag",),
    "by": ("flag",),
    "order": ("flag",),
    "highest": ("impute",),
    "to": ("impute",),
    "not_before": ("impute",),
    "not_after": ("impute",),
    "flags": ("impute",),
    "as": ("derive", "cases", "flag", "impute", "ticks"),
    "several": ("ticks",),
    "nth": ("ticks",),
    "page": ("collect",),
    "gaps": ("cases",),
    "overlaps": ("cases",),
    "number": ("cases",),
    "source": ("collect", "derive", "assign", "impute"),
    "text": ("collect", "derive", "cases"),
    "comment": tuple(verb for verb in VERBS if verb != "absent"),
}
"""Words that go with some verbs only, and these verbs."""
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "else": ("ct", "match", "case"),
    "time": ("date", "impute"),
    "times": ("date",),
    "never": ("when",),
}
"""Words that say something beside one of certain others only, and these; of ticks, ``else`` is the verb's."""
_MODIFIED = tuple((word, _ATTRIBUTES.get(word, word), verbs) for word, verbs in MODIFIERS.items())


class Lines:
    """Makes plan lines from spec lines; collects findings."""

    def __init__(
        self,
        expressions: Expressions,
        codelists: Codelists,
        origins: Origins,
        formats: Formats,
        findings: Findings,
        policy: TextPolicy | None = None,
    ) -> None:
        self.expressions = expressions
        self.codelists = codelists
        self._origins = origins
        self._values = Values(expressions, codelists, formats, findings)
        self._findings = findings
        self._no_policy = TextPolicy()
        self._study_policy = replace(policy or self._no_policy, given=False)

    def make(
        self,
        spec: LineSpec,
        target: Target,
        names: RowNames,
        rewrite: Rewrite | None = None,
        *,
        is_as_written: bool = True,
    ) -> Line | None:
        """The plan's line, or None where a fault was found.

        Args:
            spec: the line.
            target: the variable.
            names: what the names in the line mean.
            rewrite: a change of what the line gives.
            is_as_written: whether somebody wrote the line as it is; of another one, its condition is not
                told by a comment, and its words are looked at elsewhere.
        """
        verb = self._verb(spec, target)
        texts = (getattr(spec, name) for name in _TEXTS if name in spec.model_fields_set)
        if verb is None or unfilled(texts, self._findings):
            return None
        check_format(target.shown, target.kind, spec, self._findings)
        check_length(target.shown, target, spec, self._findings)
        built = self._values.of(verb, spec, target, names, rewrite)
        if built is None:
            return None
        node, text = built
        if spec.decodes and verb != "ticks":
            node = self._values.recode(spec, node, target)
            if node is None:
                return None
        computes = not isinstance(node, tree.Literal) and node.type is Type.TEXT
        if spec.date is not None and verb != "collect":
            if not computes:
                self._findings.add(_needless_date(spec.date, node, target))
                return None
            node = self._values.read_date(spec.date, node)
        elif target.kind is Type.DTC and computes:
            node = tree.ReadDate(date=node, time=None, formats=(ISO,), type=Type.DTC)
        condition = None
        if spec.when is not None:
            condition = self.expressions.condition(spec.when, names)
            if condition is None:
                return None
            node = choose(condition, node)
        if not self._fits(node, target, text or Text("", spec.place)):
            return None
        told = condition if is_as_written else None
        made_by = self._made_by(verb, spec, node, names)
        origin = self._origins.of(spec, made_by, node, names.each)
        if is_as_written:
            self._findings.extend(idle_page(spec, origin, target.shown))
        return Line(
            variable=target.name,
            tree=node,
            type=target.kind,
            verb=verb,
            where=spec.place,
            origin=origin,
            method=method_of(spec, made_by, node, target.dataset, target.name, text, names.said),
            comment=comment_of(spec, made_by, told, target.dataset, target.name, names.said),
            codelist=self.codelists.named(spec.codelist) if spec.codelist is not None else None,
            text=text,
            policy=self._policy(spec, target, verb),
            reports=reports_of(spec, verb, built[0], node, self._findings),
            unknown=spec.unknown or "",
        )

    def _made_by(self, verb: str, spec: LineSpec, node: tree.Node, names: RowNames) -> str:
        """The verb whose origin a line has: what a table without subjects holds was collected of nobody."""
        apart = {column.owner for column in columns(node)} & names.catalogue.without_subjects
        if verb != "collect" or not apart:
            return verb
        if apart <= names.verbs.keys():  # of records that are made of it the line, or the domain, says whence
            return verb if spec.source is not None else names.verbs[apart.pop()]
        return "derive"

    def _policy(self, spec: LineSpec, target: Target, verb: str) -> TextPolicy:
        """What is done with texts: what the line says, else the study."""
        given = text_policy(spec.text, spec.place, self._findings)
        if given is None:
            fits = target.kind is Type.TEXT and verb in MODIFIERS["text"]
            return self._study_policy if fits else self._no_policy
        if target.kind is not Type.TEXT:
            message = f"'text' is for texts, and {target.shown} is {target.kind.value}"
            self._findings.add(Finding("CED091", message, spec.place, hint="take 'text' out"))
        return given

    def _verb(self, spec: LineSpec, target: Target) -> str | None:
        """The one verb of a line, or None with a finding (CED017, CED018)."""
        written = {name for name in spec.model_fields_set if getattr(spec, name) is not None}
        given = [verb for verb, name in _VERBS if name in written]
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
            if name in written and given[0] not in verbs:
                self._findings.add(
                    Finding(
                        "CED018",
                        f"'{word}' does not go with '{given[0]}' in the line of {target.shown}",
                        spec.place,
                        hint=f"it goes with {', '.join(verbs)}",
                    )
                )
                return None
        for word, needed in _NEEDS.items():
            here = _ATTRIBUTES.get(word, word) in written and given[0] != "ticks"
            if here and written.isdisjoint(needed):
                self._findings.add(alone(word, needed, target.shown, spec))
                return None
        if "gaps" in written and spec.cases and spec.cases[-1].else_ is not None:
            problem = f"'gaps' of {target.shown} says nothing beside 'else', which leaves none"
            self._findings.add(Finding("CED018", problem, spec.place, hint="take 'gaps' out"))
            return None
        if spec.number is not None:  # of an analysis dataset it is a line of its own by now
            problem = f"'number' of {target.shown} goes with analysis datasets only"
            self._findings.add(Finding("CED018", problem, spec.place))
            return None
        if any(
            case.number is not None for case in spec.cases or ()
        ):  # those that count are lines of their own
            problem = f"'number' of a branch of {target.shown} says nothing"
            hint = "it goes with 'number' of the line, and with a branch that gives a value"
            self._findings.add(Finding("CED018", problem, spec.place, hint=hint))
            return None
        if spec.format is not None and not target.shown_by_format:
            problem = f"'format' of {target.shown} goes with analysis datasets only"
            hint = "files of SDTM have no SAS formats; take it out"
            self._findings.add(Finding("CED018", problem, spec.format.where, hint=hint))
            return None
        for word in ("evaluator", "idvar"):
            if (text := getattr(spec, word)) is not None and not target.name.startswith(SUPP):
                problem = f"'{word}' of {target.shown} goes with supplemental qualifiers only"
                self._findings.add(Finding("CED018", problem, text.where, hint="take it out"))
                return None
        return given[0]

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
        if kind in (Type.DTC, Type.DATETIME) and target.kind is Type.DATE:
            hint = "date(..) gives the date"
        if kind is Type.DTC and target.kind is Type.DATETIME:
            hint = "datetime(..) gives the date and time"
        if kind in (Type.DATE, Type.DATETIME) and target.kind in (Type.DTC, Type.TEXT):
            hint = "iso(..) writes a date in ISO 8601"
        self._findings.add(
            Finding(
                "CED014",
                f"{target.shown} is {target.kind.value}, but this gives {shown}",
                text.locate(0),
                hint=hint,
            )
        )
        return False


def alone(word: str, needed: tuple[str, ...], shown: str, spec: LineSpec) -> Finding:
    """CED018: a word of a line that says something beside one of others only, and stands without them."""
    problem = f"'{word}' of {shown} says nothing without {' or '.join(map(repr, needed))}"
    return Finding("CED018", problem, spec.place, hint=f"take '{word}' out")


def _needless_date(words: list[Text], node: tree.Node, target: Target) -> Finding:
    kind = node.type.value if node.type is not None else "missing"
    given = "a constant" if isinstance(node, tree.Literal) else f"{kind} values"
    problem = f"'date' says how a text is written, and the line of {target.shown} gives {given}"
    where = words[0].where if words else Location("")
    return Finding("CED018", problem, where, hint="take 'date' out")


def idle_page(spec: LineSpec, origin: Origin, shown: str) -> Iterator[Finding]:
    """CED128: the page of a value that stands on no form."""
    if spec.page is not None and origin.source not in ON_FORMS:
        problem = f"'page' of {shown} has no effect, since the value is on no form"
        hint = "take it out, or say with 'source' who wrote the form: Subject or Investigator"
        yield Finding("CED128", problem, spec.place, hint=hint)
