"""Records derived within a parameter (DTYPE): averages, values carried forward, endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.core.metadata import Method
from ced_cdisc.expr import tree
from ced_cdisc.expr.marks import UNCOUNTED
from ced_cdisc.expr.tree import Scope, Type, both
from ced_cdisc.plan.adam.kinds import PARAMETER_VARIABLES, TRACE_KINDS, WINDOW_KINDS
from ced_cdisc.plan.adam.parameters import ComputedRecords, ordered
from ced_cdisc.plan.adam.record_order import check_own_value, needed
from ced_cdisc.plan.adam.record_words import Entry, in_words, taken_in_words
from ced_cdisc.plan.adam.windows import window_values
from ced_cdisc.plan.language.expressions import choose, literal, missing
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.origins import DERIVED, derivation
from ced_cdisc.plan.language.reports import check_unknown, reports_of_choice
from ced_cdisc.plan.model import Computed, Line
from ced_cdisc.plan.order import single_lines
from ced_cdisc.plan.told import Report
from ced_cdisc.spec.analysis import DerivedSpec
from ced_cdisc.spec.source import Text

InOrder = Callable[[Mapping[str, Line], Iterable[Line]], tuple[Line, ...]]
_OF_VISIT = ("AVISIT", "AVISITN")
_TOLD = (UNCOUNTED,)
"""Of records for which its condition is unknown, the entry tells, and not each of its lines."""


def derived_records(
    specs: Sequence[DerivedSpec], whole: Mapping[str, Line], records: ComputedRecords, in_order: InOrder
) -> tuple[tuple[Computed, ...], dict[str, Line]]:
    """The records of each entry of ``records``, and the lines over the whole that are left for the end.

    Lines that an entry reads, and analysis windows, are computed before its records are made, which carry
    the values of the records that they come from, but for flags; all other lines follow, over all records.

    Args:
        specs: the entries.
        whole: the lines over the whole dataset by variable.
        records: what makes records of parameters.
        in_order: puts lines in order, after those that fetch what they and others read of ADSL.
    """
    made: list[Computed] = []
    rest = dict(whole)
    maker = _Maker(records)
    methods: list[Method] = []
    for number, spec in enumerate(specs, 1):
        entry = maker.read(number, spec)
        if entry is None:
            continue
        early = needed(entry, rest, whole)
        check_own_value(entry, early, whole, records.findings)
        first = {name: rest.pop(name) for name in list(rest) if name in early}
        # A flag is on one record of a group: a record that repeats it does not take it over.
        known = [name for name, line in whole.items() if name not in rest and line.verb != "flag"]
        computed = maker.make(entry, known)
        first |= {line.variable: line for line in computed[0].first}
        # Fetched anew by each entry: records that an earlier one made have nothing of ADSL yet.
        lines = [line for one in computed for line in one.lines]
        made += [replace(computed[0], first=in_order(first, lines)), *computed[1:]]
        methods += [line.method for line in lines if line.method and line.variable == "DTYPE"]
    return _with_one_method(made, methods), rest


class _Maker:
    """Makes the records of the entries of one dataset."""

    def __init__(self, records: ComputedRecords) -> None:
        self._records = records
        self._spec = records.analysis.spec
        self._kinds = records.analysis.kinds
        self._expressions = records.lines.expressions
        self._findings: Findings = records.findings

    def read(self, number: int, spec: DerivedSpec) -> Entry | None:
        """The entry with its expressions resolved, or None with findings (CED012, CED036)."""
        if not self._fits(spec):
            return None
        analysis = self._records.analysis
        by = tuple(analysis.known(spec.by, self._findings))
        codelists, known = self._records.lines.codelists, self._records.target("DTYPE").codelist
        codelists.check(known, str(spec.dtype), spec.dtype.where, f"{analysis.name}.DTYPE")
        where = self._expressions.condition(spec.where, self._records.names) if spec.where else None
        if len(by) < len(spec.by) or (spec.where is not None and where is None):
            return None
        order = [self._ordering(text) for text in spec.order or ()]
        lines = self._own_lines(spec, by, where)
        if lines is None or any(one is None for one in order):
            return None
        return Entry(number, spec, by, where, tuple(one for one in order if one is not None), lines)

    def make(self, entry: Entry, known: Iterable[str]) -> list[Computed]:
        """The records: one step for the group, or one for each visit to fill."""
        given = [*self._carried(), *(name for name in known if name in self._kinds)]
        skipped = {"USUBJID", "ASEQ", "DTYPE", "PARAMCD", *TRACE_KINDS, *entry.by, *entry.lines}
        if "AVISIT" in entry.lines:
            skipped |= WINDOW_KINDS.keys()  # those of another analysis visit
        carried = [name for name in dict.fromkeys(given) if name not in skipped]
        if entry.spec.value is not None:
            made = [self._averaged(entry, carried)]
        elif entry.spec.fill is None:
            pick = self._rank(entry, entry.pick, None)
            made = [self._taken(entry, carried, entry.pick, (pick,), {}, None)]
        else:
            made = self._filled(entry, carried)
        check_unknown(entry.spec, _may_be_open(entry), self._findings)
        told = reports_of_choice(entry.spec.where, entry.where, entry.spec.unknown, self._is_there())
        held = self._held(entry)
        return [replace(one, reports=(*told * (i == 0), *held[i : i + 1])) for i, one in enumerate(made)]

    # words

    def _fits(self, spec: DerivedSpec) -> bool:
        what = f"the records {spec.dtype}"
        problems: list[tuple[str, str]] = []
        if not self._records.analysis.parameters:
            problems.append((f"{what} need parameters", ""))
        if (spec.value is None) == (spec.take is None):
            problems.append((f"{what} need either 'value' or 'take'", "value: mean(AVAL), or take: last"))
        if spec.take is not None and not spec.order:
            problems.append((f"'take' of {what} needs 'order'", "order: [ADT]"))
        if spec.held is not None and (spec.fill is None or spec.where is None):
            problems.append((f"'held' of {what} goes with 'fill' and 'where'", ""))
        for word in ("order", "fill"):
            if spec.take is None and getattr(spec, word) is not None:
                problems.append((f"'{word}' of {what} goes with 'take'", ""))
        for problem, hint in problems:
            self._findings.add(Finding("CED036", problem, spec.dtype.where, hint=hint))
        return not problems and self._known_visits(spec)

    def _known_visits(self, spec: DerivedSpec) -> bool:
        """Whether the visits to fill are known by name and number, and AVISIT and AVISITN are there."""
        good = True
        windows = self._spec.windows
        for name, number in (spec.fill or {}).items():
            if windows is None and number is None:
                hint = f"fill: {{{name}: 1}} gives its AVISITN"
                problem = f"the number of {name} is unknown, for the dataset has no windows"
            elif windows is not None and name not in windows.visits:
                hint = did_you_mean(str(name), map(str, windows.visits))
                problem = f"{name} is no analysis visit of the windows"
            else:
                continue
            self._findings.add(Finding("CED036", problem, name.where, hint=hint))
            good = False
        for variable in _OF_VISIT:
            if spec.fill and variable not in self._kinds:
                problem = f"'fill' needs a line for {variable}, or windows"
                self._findings.add(Finding("CED036", problem, spec.dtype.where))
                good = False
        return good

    def _ordering(self, text: Text) -> tree.Ordering | None:
        word = Text(str(text).removesuffix(" desc"), text.where, text.span)
        node = self._expressions.compile(word, self._records.names)
        if node is None:
            return None
        return tree.Ordering(of=node, falling=str(text).endswith(" desc"), type=node.type)

    def _own_lines(
        self, spec: DerivedSpec, by: tuple[str, ...], where: tree.Node | None
    ) -> dict[str, Line] | None:
        """The lines that the entry itself gives; what goes over records goes over those of the group."""
        condition = self._expressions.parse(spec.where) if spec.where is not None and where else None

        def rewrite(node: tree.Node) -> tree.Node:
            if isinstance(node, tree.Aggregate) and not node.dataset:
                kept = both(condition, node.where)
                on = tuple(dict.fromkeys(("PARAMCD", *by, *node.on)))
                untold = _TOLD if node.where is None else ()
                return replace(node, where=kept, on=on, untold=untold)
            return tree.rebuild(node, rewrite)

        made: dict[str, Line] = {}
        wanted = dict(spec.variables)
        if spec.value is not None:
            place = spec.value.where
            line = spec_line(place, derive=spec.value, as_=spec.as_, unknown=spec.unknown)
            wanted[Text("AVAL", place)] = line
        for name, line in wanted.items():
            built = self._records.lines.make(
                line, self._records.target(str(name)), self._records.names, rewrite
            )
            if built is None:
                return None
            made[str(name)] = built
        return made

    def _carried(self) -> list[str]:
        analysis = self._records.analysis
        own = (str(n) for p in analysis.parameters.values() for n in p.variables)
        scales = map(str, self._spec.scales.variables) if self._spec.scales is not None else ()
        names = (*self._records.carried, *PARAMETER_VARIABLES, *own, *scales)
        return [name for name in names if name in self._kinds]

    # records

    def _averaged(self, entry: Entry, carried: Iterable[str]) -> Computed:
        on = ("PARAMCD", *entry.by)
        lines = dict(entry.lines)
        for name in carried:
            if name not in ("AVAL", "AVALC"):
                of, kind = self._column(name), self._kinds[name]
                node = tree.Aggregate(func="same", of=of, where=entry.where, on=on, type=kind, untold=_TOLD)
                lines[name] = self._line(entry, name, node)
        return self._computed(entry, lines, entry.where, ())

    def _taken(
        self,
        entry: Entry,
        carried: Iterable[str],
        pick: str,
        first: tuple[Line, ...],
        fixed: Mapping[str, tree.Node],
        visit: str | None,
    ) -> Computed:
        on = ("PARAMCD", *entry.by)
        is_picked = self._is(pick, 1, Type.NUMBER)

        def of_it(name: str) -> tree.Aggregate:
            kind = self._kinds[name]
            return tree.Aggregate(func="only", of=self._column(name), where=is_picked, on=on, type=kind)

        lines = {name: self._line(entry, name, of_it(name)) for name in carried}
        lines |= {name: self._line(entry, name, node) for name, node in fixed.items()}
        value: tree.Node = of_it("AVAL")
        empty: tree.Node | None = None
        if visit is not None:
            there = self._is("AVISIT", visit)
            count = tree.Aggregate(
                func="count", of=self._column("AVAL"), where=there, on=on, type=Type.NUMBER
            )
            empty = tree.Compare(op="=", left=count, right=literal(0), type=Type.TRUTH)
            value = choose(empty, value)
        words = str(entry.spec.as_ or f"AVAL of {taken_in_words(entry, 'the same')}.")
        lines["AVAL"] = replace(
            self._line(entry, "AVAL", value), method=derivation(self._records.analysis.name, "AVAL", words)
        )
        lines |= entry.lines
        if empty is not None and "AVAL" in entry.lines:
            own = entry.lines["AVAL"]
            lines["AVAL"] = replace(own, tree=choose(empty, own.tree))
        return self._computed(entry, lines, is_picked, first)

    def _filled(self, entry: Entry, carried: Iterable[str]) -> list[Computed]:
        """One step for each visit; what each may take is known before the first is made."""
        assert entry.spec.fill is not None
        names = [name for name in carried if name not in WINDOW_KINDS and name not in _OF_VISIT]
        values = {str(n): self._of_visit(n, number) for n, number in entry.spec.fill.items()}
        picks = _picks(entry)
        ranks = tuple(self._rank(entry, picks[visit], fixed) for visit, fixed in values.items())
        return [
            self._taken(entry, names, picks[visit], () if i else ranks, fixed, visit)
            for i, (visit, fixed) in enumerate(values.items())
        ]

    def _held(self, entry: Entry) -> list[Report]:
        """For each visit to fill, the records to take that do not fill it, as one left out has AVAL there."""
        if entry.where is None or entry.spec.held is not None:
            return []
        made: list[Report] = []
        on = ("PARAMCD", *entry.by)
        for name, pick in zip(entry.spec.fill or (), _picks(entry).values(), strict=True):
            is_picked = self._is(pick, 1, Type.NUMBER)
            there = self._is("AVISIT", str(name))
            counts = [
                tree.Aggregate(
                    func="count", of=self._column("AVAL"), where=where, on=on, type=Type.NUMBER, untold=_TOLD
                )
                for where in (there, both(entry.where, there))
            ]
            any_, none = (
                tree.Compare(op=op, left=count, right=literal(0), type=Type.TRUTH)
                for op, count in zip((">", "="), counts, strict=True)
            )
            words = (
                f"no {entry.spec.dtype} is made for {name}, where a record that 'where' leaves out has AVAL"
            )
            node = both(is_picked, both(any_, none))
            assert node is not None
            made.append(Report("held", node, name.where, words=words))
        return made

    def _of_visit(self, name: Text, number: float | None) -> dict[str, tree.Node]:
        """AVISIT and its companions on the records of a visit that is filled."""
        windows = self._spec.windows
        if windows is None:
            assert number is not None
            return {"AVISIT": literal(str(name)), "AVISITN": literal(number)}
        given = window_values(windows, name)
        return {k: missing() if v is None else literal(v) for k, v in given.items()}

    def _rank(self, entry: Entry, variable: str, visit: Mapping[str, tree.Node] | None) -> Line:
        """The place of each record among those of its group that may be taken; 1 is taken."""
        kept = both(entry.where, self._is_there())
        if visit is not None:
            number = self._column("AVISITN")
            before = tree.Compare(op="<", left=number, right=visit["AVISITN"], type=Type.TRUTH)
            kept = both(kept, before)
        last = entry.spec.take == "last"
        order = tuple(replace(one, falling=one.falling != last) for one in entry.order)
        on, take = ("PARAMCD", *entry.by), entry.spec.take or ""
        node = tree.Aggregate(
            func="rank", of=None, where=kept, on=on, order=order, take=take, type=Type.NUMBER, untold=_TOLD
        )
        return replace(self._line(entry, variable, node), type=Type.NUMBER)

    def _is(self, name: str, value: str | float, kind: Type | None = None) -> tree.Node:
        return tree.Compare(op="=", left=self._column(name, kind), right=literal(value), type=Type.TRUTH)

    def _is_there(self) -> tree.Node:
        return tree.IsMissing(of=self._column("AVAL"), negated=True, type=Type.TRUTH)

    def _computed(
        self,
        entry: Entry,
        lines: dict[str, Line],
        keep: tree.Node | None,
        first: tuple[Line, ...],
    ) -> Computed:
        spec, name = entry.spec, self._records.analysis.name
        dtype = replace(
            self._line(entry, "DTYPE", literal(str(spec.dtype))),
            method=derivation(name, "DTYPE", in_words(entry)),
        )
        made = [dtype, *(line for line in lines.values() if line.variable != "DTYPE")]
        singles = single_lines(made, self._records.names.catalogue)
        return Computed(
            by=("PARAMCD", *entry.by),
            keep=keep,
            lines=ordered((*singles, *made), self._findings, name),
            where=spec.dtype.where,
            present="AVAL",
            first=first,
            dtype=str(spec.dtype),
            unknown=spec.unknown or "",
        )

    def _line(self, entry: Entry, name: str, node: tree.Node) -> Line:
        kind = self._kinds.get(name, Type.NUMBER)
        where = entry.spec.dtype.where
        return Line(name, node, kind, "derive", where, DERIVED, unknown=entry.spec.unknown or "")

    def _column(self, name: str, kind: Type | None = None) -> tree.Column:
        return tree.Column(name=name, scope=Scope.VARIABLE, type=kind or self._kinds[name])


def _picks(entry: Entry) -> dict[str, str]:
    """The hidden variables that rank the records to take, by the visit to fill."""
    return {str(name): f"{entry.pick}_{i}" for i, name in enumerate(entry.spec.fill or (), 1)}


def _may_be_open(entry: Entry) -> bool:
    """Whether anything can leave open what the records are made from."""
    return entry.where is not None or not entry.order or any(one.of.type is Type.DTC for one in entry.order)


def _with_one_method(made: Sequence[Computed], methods: Sequence[Method]) -> tuple[Computed, ...]:
    """The records with one method of DTYPE, which says all of its values."""
    if not methods:
        return tuple(made)
    texts = dict.fromkeys(method.text for method in methods)
    method = replace(methods[0], text=f"{' '.join(texts)} Missing on all other records.")

    def told(line: Line) -> Line:
        return replace(line, method=method) if line.variable == "DTYPE" else line

    return tuple(replace(one, lines=tuple(map(told, one.lines))) for one in made)
