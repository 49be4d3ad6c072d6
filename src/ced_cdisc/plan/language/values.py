"""The value of a line: what each verb and the code table ``ct`` make of the words of a spec."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.decimals import decimal_number, is_cut
from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.expr import tree
from ced_cdisc.expr.marks import UNCOUNTED
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.codelists import Codelists, shown
from ced_cdisc.plan.language.dates import TIME_FORMATS, Formats, date_formats, time_formats
from ced_cdisc.plan.language.expressions import Expressions, Rewrite, choose, literal, missing
from ced_cdisc.plan.language.imputation import FlagLine, Imputations, flag_value
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.model import SUPP
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text

_BETWEEN = "\x1f"  # stands between ticked terms; no term holds it
Value = tuple[tree.Node, Text | None]
"""A resolved tree, and the text of the spec that it was made from, if one text alone makes it."""


class Target(Struct, frozen=True):
    """The variable a line is for: what the standard or the spec says of it.

    A variable that is ``shown_by_format`` is of an analysis dataset: files of SDTM have no SAS formats.
    """

    dataset: str
    name: str
    kind: Type
    codelist: Codelist | None = None
    shown_by_format: bool = False

    @property
    def shown(self) -> str:
        """The name in messages: AE.AESEV."""
        return f"{self.dataset}.{self.name.removeprefix(SUPP)}"


def constant_number(text: Text, shown: str, findings: Findings) -> float | None:
    """The number that a spec writes for a variable, or None with a finding (CED014)."""
    number = decimal_number(text)
    if number is None:
        hint = "no number of a dataset has so many digits" if is_cut(text) else ""
        findings.add(Finding("CED014", f"{shown} is a number, but '{text}' is not", text.where, hint=hint))
    return number


class Values:
    """Makes the values of lines; collects findings."""

    def __init__(
        self, expressions: Expressions, codelists: Codelists, formats: Formats, findings: Findings
    ) -> None:
        self._expressions = expressions
        self._codelists = codelists
        self._formats = formats
        self._findings = findings
        self._imputations = Imputations(expressions, findings)

    def of(
        self, verb: str, spec: LineSpec, target: Target, names: RowNames, rewrite: Rewrite | None
    ) -> Value | None:
        """The value that the verb of a line stands for, or None with findings.

        Args:
            verb: the line's one verb.
            spec: the line.
            target: the variable that it is for.
            names: the names that its expressions may use.
            rewrite: changes parsed expressions before their names are looked up.
        """
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
            return self._cases(spec, target, names, rewrite)
        if verb == "ticks":
            assert spec.ticks is not None
            return self._ticked(spec, spec.ticks, target, names)
        if verb == "flag":
            return self._flag(spec, names)
        if verb == "impute":
            return self._imputed(spec, target, names, rewrite)
        text = spec.derive if verb == "derive" else spec.copy_
        assert text is not None
        node = self._result(text, spec, target, names, rewrite)
        if node is None:
            return None
        raw = isinstance(node, tree.Column) and node.scope is tree.Scope.RAW
        if verb == "copy" and (raw or not isinstance(node, tree.Column)):
            hint = "use collect for a raw column" if raw else "use derive for an expression"
            self._findings.add(Finding("CED018", "'copy' takes one DATASET.VARIABLE", text.where, hint=hint))
            return None
        return node, text

    def recode(self, spec: LineSpec, node: tree.Node, target: Target) -> tree.Node | None:
        """The terms for the codes that ``node`` gives, by the table ``ct`` and by ``match``.

        None with a finding where they cannot be told (CED014, CED080, CED081).
        """
        if node.type not in (Type.TEXT, Type.MISSING):
            word = "ct" if spec.ct is not None else "match" if spec.match is not None else "case"
            self._findings.add(
                Finding(
                    "CED014",
                    f"'{word}' decodes text, not {node.type.value if node.type else 'this'}",
                    spec.place,
                )
            )
            return None
        codelist = self._codelist(spec, target)
        numeric = target.kind is Type.NUMBER
        match = spec.match or ("submission value" if spec.ct is None else "")
        terms = self._terms(match, spec, codelist, target) if match else ()
        if terms is None:
            return None
        if spec.case is not None and not self._distinct(spec.ct or {}, target):
            return None
        pairs: list[tuple[str, str]] = []
        for code, term in (spec.ct or {}).items():
            if not str(code):
                message = f"the code '' of {target.shown} is never met: an empty cell is missing"
                hint = "write cases: [{when: .. is missing, then: ..}, ..]"
                self._findings.add(Finding("CED110", message, code.where, hint=hint))
            pairs.append((str(code), str(term or "")))
            if term is not None and not numeric:
                self._codelists.check(codelist, str(term), term.where, target.shown)
        if spec.else_ is not None and not numeric:
            self._codelists.check(codelist, str(spec.else_), spec.else_.where, target.shown)
        otherwise = None if spec.else_ is None else str(spec.else_)
        made: tree.Node = tree.Recode(
            of=node,
            pairs=tuple(pairs),
            otherwise=otherwise,
            terms=terms,
            match=match,
            codelist=shown(codelist) if codelist is not None and match else "",
            ignore_case=spec.case is not None,
            type=Type.TEXT,
        )
        return tree.ReadNumber(of=made, type=Type.NUMBER) if numeric else made

    def _terms(
        self, match: str, spec: LineSpec, codelist: Codelist | None, target: Target
    ) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
        """The terms that a line matches codes with, or None with a finding (CED080)."""
        word = "match" if spec.match is not None else "case"
        hint = ""
        if target.kind is not Type.TEXT:
            problem = f"gives text, and {target.shown} is {target.kind.value}"
        elif codelist is None:
            problem, hint = f"needs a codelist, and {target.shown} has none", "bind one with codelist:"
        elif codelist.dictionary:
            problem = f"needs terms, and the codelist {codelist.id} of {target.shown} is a dictionary"
        elif match == "synonym" and not codelist.code:
            problem = f"needs a published codelist for synonyms, and {codelist.id} is the sponsor's"
        else:
            return self._codelists.spellings(codelist, match)
        self._findings.add(Finding("CED080", f"'{word}' {problem}", spec.place, hint=hint))
        return None

    def _distinct(self, table: dict[Text, Text | None], target: Target) -> bool:
        """Whether the codes of a table differ by more than case or have one term; else CED081."""
        first: dict[str, Text] = {}
        for code, term in table.items():
            other = first.setdefault(code.lower(), code)
            if (table[other] or "") != (term or ""):
                message = f"codes '{other}' and '{code}' of {target.shown} are one where case is ignored"
                self._findings.add(Finding("CED081", message, code.where, hint="give them one term"))
                return False
        return True

    def _collected(self, spec: LineSpec, text: Text, target: Target, names: RowNames) -> Value | None:
        node = self._expressions.compile(text, names)
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
        if target.kind is Type.NUMBER and not spec.decodes and node.type is Type.TEXT:
            return self._expressions.units.apply(tree.ReadNumber(of=node, type=Type.NUMBER)), text
        return node, text

    def read_date(self, words: list[Text], node: tree.Node) -> tree.Node:
        """A computed text, such as the first of two columns that is filled, read by date formats."""
        formats = date_formats(words, self._formats, self._findings)
        pivot = self._formats.pivot
        return tree.ReadDate(date=node, time=None, formats=formats, pivot=pivot, type=Type.DTC)

    def _date(self, spec: LineSpec, words: list[Text], node: tree.Node, names: RowNames) -> tree.Node:
        formats = date_formats(words, self._formats, self._findings)
        clock: tree.Node | None = None
        if spec.time is not None:
            clock = self._expressions.compile(spec.time, names)
        clocks = (
            TIME_FORMATS if spec.times is None else time_formats(spec.times, self._formats, self._findings)
        )
        if spec.times is not None and spec.time is None:
            problem = "'times' says how 'time' is written, and the line has none"
            hint = "a time in the column of the date stands in its format: DD-MON-YYYY HH:MM"
            self._findings.add(Finding("CED018", problem, spec.place, hint=hint))
        return tree.ReadDate(
            date=node,
            time=clock,
            formats=formats,
            time_formats=clocks if clock else (),
            pivot=self._formats.pivot,
            type=Type.DTC,
        )

    def _imputed(
        self, spec: LineSpec, target: Target, names: RowNames, rewrite: Rewrite | None
    ) -> Value | None:
        if isinstance(spec, FlagLine):
            node = flag_value(spec, names, self._expressions, rewrite)
        else:
            node = self._imputations.value(spec, target.shown, target.kind, names, rewrite)
        return None if node is None else (node, spec.impute)

    def _constant(self, text: Text, spec: LineSpec, target: Target) -> Value | None:
        if target.kind is Type.NUMBER:
            number = constant_number(text, target.shown, self._findings)
            return None if number is None else (literal(number), None)
        if len(text) > 1 and text.startswith("'") and text.endswith("'"):
            problem = f"{target.shown} would hold the quotes of {text}"
            hint = f"a constant stands without them: {text[1:-1]}"
            self._findings.add(Finding("CED057", problem, text.where, hint=hint))
            return None
        codelist = self._codelist(spec, target)
        self._codelists.check(codelist, str(text), text.where, target.shown)
        return replace(literal(str(text)), type=target.kind if target.kind is Type.DTC else Type.TEXT), None

    def _cases(
        self, spec: LineSpec, target: Target, names: RowNames, rewrite: Rewrite | None
    ) -> Value | None:
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
                made = self._result(case.else_, spec, target, names, rewrite)
                good, result = good and made is not None, made or result
                continue
            if case.when is None or case.then is None:
                self._findings.add(Finding("CED018", "a case needs 'when' and 'then'", case.place))
                return None
            condition = self._expressions.condition(case.when, names)
            then = self._result(case.then, spec, target, names, rewrite)
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

    def _flag(self, spec: LineSpec, names: RowNames) -> Value | None:
        if not spec.order:
            self._findings.add(Finding("CED018", "'flag' needs 'order'", spec.place))
            return None
        orders: list[tree.Ordering] = []
        for text in spec.order:
            falling = str(text).endswith(" desc")
            word = Text(str(text).removesuffix(" desc"), text.where, text.span)
            parsed = self._expressions.parse(word)
            if parsed is None or self._expressions.resolve(parsed, names, word) is None:
                return None  # resolved by itself, so that a fault is told at its word
            orders.append(tree.Ordering(of=parsed, falling=falling != (spec.flag == "last")))
        for name in spec.by or ():
            group = self._expressions.parse(name)
            if group is None or self._expressions.resolve(group, names, name) is None:
                return None  # told at its word, too
        where = self._expressions.parse(spec.where) if spec.where is not None else None
        if spec.where is not None and where is None:
            return None
        rank = tree.Aggregate(
            func="rank",
            of=None,
            where=where,
            on=tuple(str(name) for name in spec.by or ()),
            order=tuple(orders),
            take=spec.flag or "",
            untold=(UNCOUNTED,),
        )
        text = spec.where if spec.where is not None else spec.order[0]
        resolved = self._expressions.resolve(rank, names, text)
        if resolved is None:
            return None
        first = tree.Compare(op="=", left=resolved, right=literal(1), type=Type.TRUTH)
        return choose(first, literal("Y")), text

    def _ticked(
        self, spec: LineSpec, ticks: dict[Text, Text], target: Target, names: RowNames
    ) -> Value | None:
        """The term ticked, ``several`` for more than one, ``else`` for none; or the ``nth`` of several."""
        yes = {str(code): term == "Y" for code, term in (spec.ct or {}).items()}
        if not any(yes.values()) or (spec.several is None) == (spec.nth is None):
            self._findings.add(
                Finding(
                    "CED018",
                    f"the ticks of {target.shown} need 'ct' (what a tick is) and 'several' or 'nth'",
                    spec.place,
                    hint="for example ct: {1: Y, 0: N}, several: MULTIPLE",
                )
            )
            return None
        codelist = self._codelist(spec, target)
        for term in (*ticks.values(), spec.several, spec.else_):
            if term is not None:
                self._codelists.check(codelist, str(term), term.where, target.shown)
        parts: list[tree.Node] = []
        for column, term in ticks.items():
            node = self._expressions.compile(column, names)
            if node is None:
                return None
            pairs = tuple((code, str(term) if ticked else "") for code, ticked in yes.items())
            parts.append(tree.Recode(of=node, pairs=pairs, type=Type.TEXT))
        joined = tree.Call(name="join", args=(literal(_BETWEEN), *parts), type=Type.TEXT)
        more = tree.Call(name="contains", args=(joined, literal(_BETWEEN)), type=Type.TRUTH)
        if spec.nth is not None:
            pattern = f"^(?:[^{_BETWEEN}]*{_BETWEEN}){{{spec.nth - 1}}}([^{_BETWEEN}]*)"
            return choose(
                more, tree.Call(name="extract", args=(joined, literal(pattern)), type=Type.TEXT)
            ), None
        none = missing() if spec.else_ is None else literal(str(spec.else_))
        one = tree.Call(name="coalesce", args=(joined, none), type=Type.TEXT)
        return choose(more, literal(str(spec.several)), one), None

    def _result(
        self, text: Text, spec: LineSpec, target: Target, names: RowNames, rewrite: Rewrite | None
    ) -> tree.Node | None:
        """The tree of an expression; the texts that it writes as they stand are terms of the codelist."""
        node = self._expressions.compile(text, names, rewrite)
        if node is not None and not spec.decodes and target.kind is Type.TEXT:
            for written in _written(node):
                where = text.locate(written.at)
                self._codelists.check(self._codelist(spec, target), str(written.value), where, target.shown)
        return node

    def _codelist(self, spec: LineSpec, target: Target) -> Codelist | None:
        """The list that binds what a line writes: its own, else the variable's."""
        return target.codelist if spec.codelist is None else self._codelists.named(spec.codelist)


def _written(node: tree.Node) -> list[tree.Literal]:
    """The texts that a tree gives as they stand."""
    if isinstance(node, tree.Literal):
        return [node] if isinstance(node.value, str) else []
    if isinstance(node, tree.Call) and node.name in ("if", "coalesce"):
        args = node.args[1:] if node.name == "if" else node.args
        return [literal for arg in args for literal in _written(arg)]
    return []
