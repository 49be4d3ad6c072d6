"""Parameters of time to event: the events and censoring dates of several datasets, and which counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.core.metadata import Origin
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.doubts import to_tell
from ced_cdisc.expr.english import clause, sentence
from ced_cdisc.expr.marks import UNCOUNTED
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.adam.kinds import Analysis
from ced_cdisc.plan.adam.parts import Part
from ced_cdisc.plan.adam.time_demands import demands_of, own
from ced_cdisc.plan.adam.trace import sequence_of
from ced_cdisc.plan.language.expressions import Expressions, choose, literal, missing
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.language.origins import ASSIGNED, DERIVED, derivation
from ced_cdisc.plan.language.reports import check_unknown
from ced_cdisc.plan.model import Demand, Line
from ced_cdisc.plan.told import Report
from ced_cdisc.spec.analysis import CandidateSpec, ParameterSpec
from ced_cdisc.spec.source import Text

_DAYS = {"DAYS": 1.0, "WEEKS": 7.0, "MONTHS": 30.4375, "YEARS": 365.25}
_LATEST = "latest"
_FOR_SOME = "for some subjects alone, give it a block of 'stack' with 'where'"


class _Candidate(Struct, frozen=True):
    """An event or a censoring date of a subject.

    Attributes:
        spec: what the spec says of it.
        date: the subject's one date, and how it reads in words.
        sequence: the number of the record that it comes from, or None.
        variable: the variable that holds the date, or empty where it is computed.
        hidden: the name of the column that holds the date.
        undated: the number of its records without a date.
    """

    spec: CandidateSpec
    date: tree.Node
    words: str
    sequence: tree.Node | None
    variable: str
    hidden: str
    undated: tree.Node
    reports: tuple[Report, ...]


class TimesToEvent:
    """Makes the lines of such parameters in one dataset, and the demands on their records."""

    def __init__(
        self, analysis: Analysis, catalogue: Catalogue, expressions: Expressions, findings: Findings
    ) -> None:
        self._analysis = analysis
        self._catalogue = catalogue
        self._expressions = expressions
        self._findings = findings
        self._demands: dict[str, tuple[Demand, ...]] = {}

    @property
    def demands(self) -> tuple[Demand, ...]:
        """Each record has a start, and an event or a censoring date."""
        return tuple(demand for demands in self._demands.values() for demand in demands)

    def lines(self, code: Text, parameter: ParameterSpec, part: Part, names: RowNames) -> dict[str, Line]:
        """The lines of STARTDT, ADT, AVAL, CNSR, the descriptions and the trace; none with findings.

        Findings: CED035 for what is missing or does not go together, and those of the expressions.
        """
        if not self._is_complete(code, parameter, part):
            return {}
        assert parameter.start is not None
        start = self._expressions.compile(parameter.start, names)
        events = self._candidates("e", parameter.events or (), parameter.event, part, names)
        censors = self._candidates("c", parameter.censors or (), parameter.censor or _LATEST, part, names)
        if start is None or events is None or censors is None:
            return {}
        if start.type is not Type.DATE:
            self._fault("CED014", "'start' is a date, such as ADSL.TRTSDT", parameter.start.where)
            return {}
        censor = _chosen(censors, parameter.censor or _LATEST)
        self._demands[str(code)] = demands_of(code, [(one.hidden, one.spec) for one in events], censor)
        return _Lines(self._analysis.name, code, parameter).make(start, events, censors)

    def _is_complete(self, code: Text, parameter: ParameterSpec, part: Part) -> bool:
        said = len(self._findings)
        where = code.where
        if self._analysis.spec.class_ != "TTE":
            self._fault("CED035", f"parameter {code} has events: the dataset needs 'class: TTE'", where)
        for word in ("value", "text", "rows", "by"):
            given = getattr(parameter, word)
            if given is not None:
                problem = f"'{word}' does not go with the events of parameter {code}"
                self._fault("CED035", problem, where, _FOR_SOME if word == "rows" else "")
        for word in ("start", "events", "censors"):
            if not getattr(parameter, word):
                self._fault("CED035", f"parameter {code}, a time to event, needs '{word}'", where)
        if len(parameter.censors or ()) > 1 and parameter.censor is None:
            hint = "add censor: latest, earliest or listed"
            self._fault("CED035", f"parameter {code} does not say which censoring date counts", where, hint)
        for one in parameter.events or ():
            for word in sorted(one.model_fields_set & {"code", "dated"}):
                problem = f"'{word}' is of a censoring date, and parameter {code} has it in an event"
                self._fault("CED035", problem, one.from_.where, "an event has CNSR 0 and no CNSDTDSC")
        for one in parameter.censors or ():
            if one.code < 1:
                problem = f"the code {one.code} of a censoring date of parameter {code}: CNSR 0 is an event"
                self._fault("CED035", problem, one.from_.where, "codes of censoring are 1 and above")
        if str(part.source) not in self._catalogue.single:
            hint = "from: ADSL"
            problem = f"parameter {code} needs a source with one record a subject, not {part.source}"
            self._fault("CED035", problem, part.source.where, hint)
        return len(self._findings) == said

    def _candidates(
        self, letter: str, specs: Sequence[CandidateSpec], rule: str, part: Part, names: RowNames
    ) -> list[_Candidate] | None:
        made = [
            self._candidate(f"__{letter}{number}", spec, rule, part, names)
            for number, spec in enumerate(specs, 1)
        ]
        found = [one for one in made if one is not None]
        return found if len(found) == len(specs) else None

    def _candidate(
        self, hidden: str, spec: CandidateSpec, rule: str, part: Part, names: RowNames
    ) -> _Candidate | None:
        owner = str(spec.from_)
        if owner not in self._catalogue.datasets:
            hint = did_you_mean(owner, self._catalogue.datasets)
            self._fault("CED016", f"unknown dataset {owner}", spec.from_.where, hint)
            return None
        date = self._expressions.parse(spec.date)
        where = self._expressions.parse(spec.where) if spec.where is not None else None
        if date is None or (spec.where is not None and where is None):
            return None
        date = _owned(date, owner)
        where = _owned(where, owner) if where is not None else None
        here = owner == str(part.source)
        wanted = _picked(date, where, owner, rule, here=here)
        made = self._expressions.resolve(wanted, names, spec.date)
        if made is None:
            return None
        if made.type is not Type.DATE:
            self._fault("CED014", f"'{spec.date}' is no date", spec.date.where, "date(..) takes its day")
            return None
        reports: tuple[Report, ...] = ()
        check_unknown(spec, where is not None, self._findings)
        if here and spec.where is not None and isinstance(made, tree.Call):
            dated = tree.IsMissing(of=made.args[1], negated=True, type=Type.TRUTH)
            unknown = to_tell(made.args[0], dated, spec.unknown or "note")
            if unknown is not None:
                reports = (Report("unknown", unknown, spec.where.where, spec.unknown == "report"),)
        undated = self._expressions.resolve(_undated(date, where, owner, here=here), names, spec.date)
        if undated is None:
            return None
        sequence = None
        if (name := sequence_of(owner, self._catalogue)) and not here:
            number = tree.Column(name=f"{owner}.{name}", scope=Scope.DATASET, type=Type.NUMBER)
            sequence = self._expressions.resolve(
                _numbered(number, date, where, owner, rule), names, spec.date
            )
        return _Candidate(
            spec=spec,
            date=made,
            words=_in_words(*_resolved(made, date, where, here=here), rule, here=here),
            sequence=sequence,
            variable=date.short if isinstance(date, tree.Column) else "",
            hidden=hidden,
            undated=undated,
            reports=reports,
        )

    def _fault(self, code: str, problem: str, where: Location, hint: str = "") -> None:
        self._findings.add(Finding(code, problem, where, hint=hint))


class _Lines:
    """The lines of one parameter."""

    def __init__(self, dataset: str, code: Text, parameter: ParameterSpec) -> None:
        self._dataset = dataset
        self._code = code
        self._parameter = parameter

    def make(
        self, start: tree.Node, events: Sequence[_Candidate], censors: Sequence[_Candidate]
    ) -> dict[str, Line]:
        event = _chosen(events, self._parameter.event)
        censor = _chosen(censors, self._parameter.censor or _LATEST)
        happened = own("__event", Type.DATE)
        marks = [(_is(happened, one), one) for one in events]
        marks += [(_is(own("__censor", Type.DATE), one), one) for one in censors]
        codes = [0.0] * len(events) + [float(one.spec.code) for one in censors]
        adt = tree.Call(name="coalesce", args=(happened, own("__censor", Type.DATE)), type=Type.DATE)
        made = [self._dated(one) for one in (*events, *censors)]
        made += [self._hidden(f"{one.hidden}_undated", one.undated) for one in events]
        made += [self._hidden("__event", event), self._hidden("__censor", choose(_absent(happened), censor))]
        made += [
            self._start(start),
            self._derived("ADT", adt, self._words(events, censors)),
            self._derived("AVAL", self._time(), self._time_words()),
            self._derived("CNSR", _first(marks, [literal(c) for c in codes]), self._code_words(censors)),
            self._texts("EVNTDESC", marks, [str(one.spec.describe) for one in (*events, *censors)]),
        ]
        dates = [str(one.spec.dated or one.spec.describe) for one in censors]
        made.append(self._texts("CNSDTDSC", marks[len(events) :], dates))
        every = (*events, *censors)
        made.append(self._texts("SRCDOM", marks, [str(one.spec.from_) for one in every]))
        made.append(self._texts("SRCVAR", marks, [one.variable for one in every]))
        numbers = [one.sequence or missing() for one in every]
        words = "Sequence number of the record in SRCDOM that ADT comes from; missing where it has none."
        made.append(self._derived("SRCSEQ", _first(marks, numbers), words))
        return {line.variable: line for line in made}

    def _dated(self, one: _Candidate) -> Line:
        line, where = self._hidden(one.hidden, one.date), one.spec.where or one.spec.date
        return replace(line, where=where.where, reports=one.reports, unknown=one.spec.unknown or "note")

    def _start(self, node: tree.Node) -> Line:
        if isinstance(node, tree.Column):
            origin = Origin("Predecessor", description=node.name)
            return replace(self._hidden("STARTDT", node), verb="copy", origin=origin)
        return self._derived("STARTDT", node, sentence(node, FUNCTIONS))

    def _time(self) -> tree.Node:
        days = tree.Call(
            name="days_between",
            args=(own("STARTDT", Type.DATE), own("ADT", Type.DATE)),
            type=Type.NUMBER,
        )
        node = tree.Arithmetic(op="+", left=days, right=literal(1), type=Type.NUMBER)
        length = _DAYS[self._parameter.unit]
        if length == 1:
            return node
        return tree.Arithmetic(op="/", left=node, right=literal(length), type=Type.NUMBER)

    def _time_words(self) -> str:
        if self._parameter.as_ is not None:
            return str(self._parameter.as_)
        unit = self._parameter.unit
        if unit == "DAYS":
            return "ADT minus STARTDT plus 1, in days."
        return f"ADT minus STARTDT plus 1, in days, divided by {_DAYS[unit]:g} ({unit.lower()})."

    def _words(self, events: Sequence[_Candidate], censors: Sequence[_Candidate]) -> str:
        first = _ruled(events, self._parameter.event)
        return (
            f"{first[:1].upper()}{first[1:]}. "
            f"Without such a date: {_ruled(censors, self._parameter.censor or '')}."
        )

    def _code_words(self, censors: Iterable[_Candidate]) -> str:
        said: dict[int, list[str]] = {}
        for one in censors:
            said.setdefault(one.spec.code, []).append(str(one.spec.describe))
        reasons = "; ".join(f"{code} ({', '.join(dict.fromkeys(said[code]))})" for code in sorted(said))
        by = " by the censoring date that counts (of equal ones that named first for ADT):"
        return f"0 if ADT is the date of an event, otherwise{by if len(said) > 1 else ''} {reasons}."

    def _texts(
        self, variable: str, marks: Sequence[tuple[tree.Node, _Candidate]], texts: Sequence[str]
    ) -> Line:
        node = _first(marks, [literal(text) if text else missing() for text in texts])
        return replace(self._hidden(variable, node), type=Type.TEXT, verb="assign", origin=ASSIGNED)

    def _derived(self, variable: str, node: tree.Node, words: str) -> Line:
        method = derivation(self._dataset, variable, words)
        return replace(self._hidden(variable, node), verb="derive", origin=DERIVED, method=method)

    def _hidden(self, variable: str, node: tree.Node) -> Line:
        kind = node.type if node.type not in (None, Type.MISSING) else Type.NUMBER
        return Line(
            variable=variable,
            tree=node,
            type=kind or Type.NUMBER,
            verb="derive",
            where=self._code.where,
            origin=DERIVED,
        )


def _owned(node: tree.Node, owner: str) -> tree.Node:
    """The tree with bare names as those of a dataset."""
    if isinstance(node, tree.Column):
        return node if node.owner else replace(node, name=f"{owner}.{node.name}")
    return tree.rebuild(node, lambda below: _owned(below, owner))


def _picked(date: tree.Node, where: tree.Node | None, owner: str, rule: str, *, here: bool) -> tree.Node:
    """The subject's one date among the records of a dataset, or of the record at hand."""
    if here:
        return date if where is None else tree.Call(name="if", args=(where, date, missing()))
    func = "max" if rule == _LATEST else "min"
    return tree.Aggregate(func=func, of=date, where=where, dataset=owner)


def _numbered(
    number: tree.Column, date: tree.Node, where: tree.Node | None, owner: str, rule: str
) -> tree.Node:
    """The number of the record that :func:`_picked` takes; of two with one date the first."""
    dated = tree.IsMissing(of=date, negated=True)
    order = (tree.Ordering(of=date, falling=rule == _LATEST), tree.Ordering(of=number))
    kept = dated if where is None else tree.Both(left=where, right=dated)
    return tree.Aggregate(
        func="first", of=number, where=kept, order=order, dataset=owner, untold=(UNCOUNTED,)
    )


def _undated(date: tree.Node, where: tree.Node | None, owner: str, *, here: bool) -> tree.Node:
    """The number of the subject's records that meet the condition and have no date."""
    lacking: tree.Node = tree.IsMissing(of=date)
    lacking = lacking if where is None else tree.Both(left=where, right=lacking)
    if here:
        # A subject's record without a date is a subject without the event.
        return literal(0)
    return tree.Aggregate(func="count", of=None, where=lacking, dataset=owner, untold=(UNCOUNTED,))


def _resolved(
    made: tree.Node, date: tree.Node, where: tree.Node | None, *, here: bool
) -> tuple[tree.Node, tree.Node | None]:
    """Date and condition with their types, by which a later date is after another one, and not above it."""
    if here and where is not None and isinstance(made, tree.Call):
        return made.args[1], made.args[0]
    if not here and isinstance(made, tree.Aggregate) and made.of is not None:
        return made.of, made.where
    return date, where


def _in_words(date: tree.Node, where: tree.Node | None, rule: str, *, here: bool) -> str:
    what = clause(date, FUNCTIONS)
    if not here:
        what = f"the {_LATEST if rule == _LATEST else 'earliest'} {what.removeprefix('the ')}"
    dated = isinstance(where, tree.IsMissing) and where.negated and where.of == date
    return what if where is None or dated else f"{what} where {clause(where, FUNCTIONS)}"


def _ruled(candidates: Sequence[_Candidate], rule: str) -> str:
    """Which of the dates counts, in words."""
    listed = [f"{one.words} ({one.spec.describe})" for one in candidates]
    if len(listed) == 1:
        return listed[0]
    head = "the first that is present" if rule == "listed" else f"the {rule}"
    return f"{head} of these dates: {'; '.join(listed)}"


def _chosen(candidates: Sequence[_Candidate], rule: str) -> tree.Node:
    columns = tuple(own(one.hidden, Type.DATE) for one in candidates)
    name = {"earliest": "least", "latest": "greatest", "listed": "coalesce"}[rule]
    return columns[0] if len(columns) == 1 else tree.Call(name=name, args=columns, type=Type.DATE)


def _absent(node: tree.Node) -> tree.Node:
    return tree.IsMissing(of=node, type=Type.TRUTH)


def _is(chosen: tree.Node, candidate: _Candidate) -> tree.Node:
    return tree.Compare(op="=", left=own(candidate.hidden, Type.DATE), right=chosen, type=Type.TRUTH)


def _first(marks: Sequence[tuple[tree.Node, _Candidate]], values: Sequence[tree.Node]) -> tree.Node:
    """The value of the first candidate whose date is the one that counts."""
    node: tree.Node = missing()
    for (test, _), value in reversed(list(zip(marks, values, strict=True))):
        kind = value.type if value.type is not Type.MISSING else node.type
        node = tree.Call(name="if", args=(test, value, node), type=kind)
    return node
