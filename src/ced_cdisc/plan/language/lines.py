"""One line of a spec to one line of the plan: the verb is the origin, the expression is the method."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Codelist, Comment, DocumentRef, Method, Origin
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause, listed, sentence
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.codelists import Codelists
from ced_cdisc.plan.language.expressions import Expressions, Rewrite, choose, literal, missing
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.model import SUPP, Line
from ced_cdisc.spec.models import LineSpec, TableDefaults, TableSpec
from ced_cdisc.spec.source import Text

VERBS = ("collect", "assign", "protocol", "derive", "cases", "copy", "flag", "window", "absent")
_MODIFIERS = {
    "ct": ("collect", "derive", "cases", "copy"),
    "else": ("collect", "derive", "cases", "copy"),
    "date": ("collect",),
    "time": ("collect",),
    "where": ("flag",),
    "by": ("flag",),
    "order": ("flag",),
    "as": ("derive", "cases", "flag", "window"),
    "page": ("collect",),
    "source": ("collect", "derive", "assign"),
}


@dataclass(frozen=True)
class Target:
    """The variable a line is for: what the standard or the spec says of it."""

    dataset: str
    name: str
    kind: Type
    codelist: Codelist | None = None

    @property
    def shown(self) -> str:
        """The name in messages: AE.AESEV."""
        return f"{self.dataset}.{self.name.removeprefix(SUPP)}"


class Lines:
    """Makes plan lines from spec lines."""

    def __init__(
        self,
        expressions: Expressions,
        codelists: Codelists,
        findings: Findings,
        tables: dict[str, TableSpec],
        defaults: TableDefaults,
        formats: dict[str, tuple[str, ...]],
        crf: str,
    ) -> None:
        self.expressions = expressions
        self.codelists = codelists
        self._findings = findings
        self._tables = tables
        self._defaults = defaults
        self._formats = formats
        self._crf = crf

    def verb(self, spec: LineSpec, target: Target) -> str | None:
        """The one verb of a line, or None with a finding (CED017, CED018)."""
        given = [verb for verb in VERBS if getattr(spec, _attribute(verb)) is not None]
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
        for word, verbs in _MODIFIERS.items():
            if getattr(spec, _attribute(word)) is not None and given[0] not in verbs:
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

    def make(
        self, spec: LineSpec, target: Target, names: RowNames, rewrite: Rewrite | None = None
    ) -> Line | None:
        """The plan's line, or None where a fault was found."""
        verb = self.verb(spec, target)
        if verb is None:
            return None
        built = self._value(verb, spec, target, names, rewrite)
        if built is None:
            return None
        node, text = built
        if spec.ct is not None:
            node = self._recode(spec, spec.ct, node, target)
            if node is None:
                return None
        if spec.when is not None:
            condition = self.expressions.condition(spec.when, names)
            if condition is None:
                return None
            node = choose(condition, node)
        if not self._fits(node, target, text or Text("", spec.place)):
            return None
        method = self.method(spec, verb, node, target, text)
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
            origin=self.origin(spec, verb),
            method=method,
            comment=comment,
            codelist=self._own_codelist(spec),
            text=text,
        )

    def _own_codelist(self, spec: LineSpec) -> Codelist | None:
        if spec.codelist is None:
            return None
        found = self.codelists.find(str(spec.codelist))
        if found is None:
            hint = did_you_mean(str(spec.codelist), self.codelists.known())
            self._findings.add(
                Finding("CED022", f"unknown codelist {spec.codelist}", spec.codelist.where, hint=hint)
            )
        return found

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

    # values by verb

    def _value(
        self, verb: str, spec: LineSpec, target: Target, names: RowNames, rewrite: Rewrite | None
    ) -> tuple[tree.Node, Text | None] | None:
        if verb == "collect":
            assert spec.collect is not None
            return self._collected(spec, spec.collect, target, names)
        if verb in ("assign", "protocol"):
            text = spec.assign if spec.assign is not None else spec.protocol
            assert text is not None
            return self._constant(text, spec, target)
        if verb == "absent":
            return missing(), None
        if verb == "cases":
            return self._cases(spec, names, rewrite)
        if verb == "flag":
            return self._flag(spec, names)
        text = spec.derive if verb == "derive" else spec.copy_
        assert text is not None
        node = self.expressions.compile(text, names, rewrite)
        if node is None:
            return None
        if verb == "copy" and not isinstance(node, tree.Column):
            self._findings.add(
                Finding(
                    "CED018",
                    "'copy' takes one DATASET.VARIABLE",
                    text.where,
                    hint="use derive for an expression",
                )
            )
            return None
        return node, text

    def _collected(
        self, spec: LineSpec, text: Text, target: Target, names: RowNames
    ) -> tuple[tree.Node, Text | None] | None:
        node = self.expressions.compile(text, names)
        if node is None:
            return None
        if not isinstance(node, tree.Column) or node.scope is not tree.Scope.RAW:
            self._findings.add(
                Finding(
                    "CED018",
                    f"'collect' takes one raw column, not '{text}'",
                    text.where,
                    hint="a line that computes is written derive:",
                )
            )
            return None
        if spec.date is not None:
            return self._date(spec, spec.date, node, names), text
        if target.kind is Type.DTC and spec.ct is None:
            self._findings.add(
                Finding(
                    "CED018",
                    f"{target.shown} is a date: 'date' must say how {text} is written",
                    text.where,
                    hint="for example date: DD-MON-YYYY",
                )
            )
            return None
        if target.kind is Type.NUMBER and spec.ct is None and node.type is Type.TEXT:
            return tree.ReadNumber(of=node, type=Type.NUMBER), text
        return node, text

    def _date(self, spec: LineSpec, words: list[Text], node: tree.Node, names: RowNames) -> tree.Node:
        formats = self.date_formats(words, time=False)
        clock: tree.Node | None = None
        if spec.time is not None:
            clock = self.expressions.compile(spec.time, names)
        return tree.ReadDate(
            date=node, time=clock, formats=formats, time_formats=TIME_FORMATS if clock else (), type=Type.DTC
        )

    def date_formats(self, words: list[Text], *, time: bool) -> tuple[str, ...]:
        """Formats by name or as written; an unknown word is CED023."""
        found: list[str] = []
        for word in words:
            if str(word) in self._formats:
                found.extend(self._formats[str(word)])
            elif is_date_format(str(word)):
                found.append(str(word))
            else:
                self._findings.add(
                    Finding(
                        "CED023",
                        f"'{word}' is no date format",
                        word.where,
                        hint=did_you_mean(str(word), self._formats)
                        or "parts are YYYY, MON, MM, M, DD, D, UN, UNK; or ISO",
                    )
                )
        return tuple(found)

    def _constant(self, text: Text, spec: LineSpec, target: Target) -> tuple[tree.Node, Text | None] | None:
        if target.kind is Type.NUMBER:
            try:
                return literal(float(text)), None
            except ValueError:
                self._findings.add(
                    Finding("CED014", f"{target.shown} is a number, but '{text}' is not", text.where)
                )
                return None
        codelist = self._own_codelist(spec) if spec.codelist is not None else target.codelist
        self.codelists.check(codelist, str(text), text.where, target.shown)
        return replace(literal(str(text)), type=target.kind if target.kind is Type.DTC else Type.TEXT), None

    def _cases(
        self, spec: LineSpec, names: RowNames, rewrite: Rewrite | None
    ) -> tuple[tree.Node, Text | None] | None:
        assert spec.cases is not None
        result: tree.Node = missing()
        good = True
        for number, case in enumerate(reversed(spec.cases)):
            if case.else_ is not None:
                if number or case.when is not None or case.then is not None:
                    self._findings.add(
                        Finding("CED018", "'else' stands alone in the last case", case.else_.where)
                    )
                    return None
                made = self.expressions.compile(case.else_, names, rewrite)
                good, result = good and made is not None, made or result
                continue
            if case.when is None or case.then is None:
                self._findings.add(Finding("CED018", "a case needs 'when' and 'then'", case.place))
                return None
            condition = self.expressions.condition(case.when, names)
            then = self.expressions.compile(case.then, names, rewrite)
            if condition is None or then is None:
                good = False
                continue
            kind = then.type if then.type is not Type.MISSING else result.type
            if result.type not in (Type.MISSING, then.type) and then.type is not Type.MISSING:
                self._findings.add(
                    Finding("CED014", "the cases give values of different types", case.then.where)
                )
                return None
            result = tree.Call(name="if", args=(condition, then, result), type=kind)
        first = spec.cases[0].when if spec.cases else None
        return (result, first) if good else None

    def _flag(self, spec: LineSpec, names: RowNames) -> tuple[tree.Node, Text | None] | None:
        if not spec.order:
            self._findings.add(Finding("CED018", "'flag' needs 'order'", spec.place))
            return None
        orders: list[tree.Ordering] = []
        for text in spec.order:
            falling = str(text).endswith(" desc")
            word = Text(str(text).removesuffix(" desc"), text.where, text.span)
            parsed = self.expressions.parse(word)
            if parsed is None:
                return None
            orders.append(tree.Ordering(of=parsed, falling=falling != (spec.flag == "last")))
        where = self.expressions.parse(spec.where) if spec.where is not None else None
        if spec.where is not None and where is None:
            return None
        rank = tree.Aggregate(
            func="rank",
            of=None,
            where=where,
            on=tuple(str(name) for name in spec.by or ()),
            order=tuple(orders),
        )
        text = spec.where if spec.where is not None else spec.order[0]
        resolved = self.expressions.resolve(rank, names, text)
        if resolved is None:
            return None
        first = tree.Compare(op="=", left=resolved, right=literal(1), type=Type.TRUTH)
        return choose(first, literal("Y")), text

    def _recode(
        self, spec: LineSpec, table: dict[Text, Text | None], node: tree.Node, target: Target
    ) -> tree.Node | None:
        if node.type not in (Type.TEXT, Type.MISSING):
            self._findings.add(
                Finding(
                    "CED014", f"'ct' decodes text, not {node.type.value if node.type else 'this'}", spec.place
                )
            )
            return None
        codelist = self._own_codelist(spec) if spec.codelist is not None else target.codelist
        numeric = target.kind is Type.NUMBER
        pairs: list[tuple[str, str]] = []
        for code, term in table.items():
            pairs.append((str(code), str(term or "")))
            if term is not None and not numeric:
                self.codelists.check(codelist, str(term), term.where, target.shown)
        if spec.else_ is not None and not numeric:
            self.codelists.check(codelist, str(spec.else_), spec.else_.where, target.shown)
        otherwise = None if spec.else_ is None else str(spec.else_)
        made: tree.Node = tree.Recode(of=node, pairs=tuple(pairs), otherwise=otherwise, type=Type.TEXT)
        return tree.ReadNumber(of=made, type=Type.NUMBER) if numeric else made

    # what define.xml says

    def origin(self, spec: LineSpec, verb: str) -> Origin:
        """The origin that the verb stands for."""
        if verb == "collect":
            assert spec.collect is not None
            owner = spec.collect.partition(".")[0]
            table = self._tables.get(owner)
            recorded = table.recorded_by if table and table.recorded_by else self._defaults.recorded_by
            source = spec.source or recorded
            page = spec.page or (table.page if table else None)
            refs = (
                (DocumentRef(self._crf, (page,)),)
                if page and self._crf and source in ("Subject", "Investigator")
                else ()
            )
            if source == "Sponsor":  # what the sponsor entered into the raw table, such as dictionary codes
                return Origin("Assigned", "Sponsor")
            return Origin("Collected", source, documents=refs)
        if verb in ("assign", "absent"):
            return Origin("Assigned", spec.source or "Sponsor")
        if verb == "protocol":
            return Origin("Protocol", "Sponsor")
        if verb == "copy":
            return Origin("Predecessor", description=str(spec.copy_))
        return Origin("Derived", spec.source or "Sponsor")

    def method(
        self, spec: LineSpec, verb: str, node: tree.Node, target: Target, text: Text | None
    ) -> Method | None:
        """The method of a computed line: its own words if given, else English from the tree."""
        if verb not in ("derive", "cases", "flag", "window"):
            return None
        name = target.name.removeprefix(SUPP)
        formula = "" if text is None else str(spec.derive) if verb == "derive" else _formula(spec)
        words = str(spec.as_) if spec.as_ is not None else said(node, spec, verb)
        return Method(
            id=f"{target.dataset}.{name}",
            name=f"Derivation of {name}",
            type="Computation",
            text=words,
            formula=formula,
        )


def said(node: tree.Node, spec: LineSpec | None = None, verb: str = "derive") -> str:
    """The generated method text of a tree."""
    if verb == "flag" and spec is not None:
        return _flag_text(node, spec)
    return sentence(node, FUNCTIONS)


def _flag_text(node: tree.Node, spec: LineSpec) -> str:
    rank = next(n for n in tree.walk(node) if isinstance(n, tree.Aggregate))
    group = listed(["subject", *map(str, spec.by or ())])
    order = listed([str(word).replace(" desc", " (falling)") for word in spec.order or ()])
    text = f"Y on the {spec.flag} record, in the order of {order}, of each {group}"
    if rank.where is not None:
        text += f", among the records where {clause(rank.where, FUNCTIONS)}"
    return f"{text}; otherwise missing."


def _formula(spec: LineSpec) -> str:
    if spec.cases is not None:
        parts = [
            f"else {case.else_}" if case.else_ is not None else f"when {case.when} then {case.then}"
            for case in spec.cases
        ]
        return "; ".join(parts)
    if spec.flag is not None:
        parts = [f"flag {spec.flag}"]
        parts += [f"where {spec.where}"] if spec.where else []
        parts += [f"by {', '.join(map(str, spec.by))}"] if spec.by else []
        return " ".join([*parts, f"order by {', '.join(map(str, spec.order or ()))}"])
    return ""


TIME_FORMATS = ("HH:MM", "HHMM", "H:MM", "HH:MM:SS")
"""The ways a time may be written; they cannot be mistaken for each other."""


def is_date_format(text: str) -> bool:
    """Whether a text is a date format: parts and separators, with a year."""
    import re

    if text == "ISO":
        return True
    rest = re.sub(r"YYYY|MON|UNK|UN|ND|MM|DD|M|D", "", text)
    return "YYYY" in text and re.fullmatch(r"[-/. ,]*", rest) is not None


def _attribute(word: str) -> str:
    return {"copy": "copy_", "else": "else_", "as": "as_"}.get(word, word)
