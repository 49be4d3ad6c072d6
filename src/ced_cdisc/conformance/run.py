"""Carrying out rules on a submission."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import polars as pl
from msgspec import Struct

from ced_cdisc.conformance.answer import answered, answers_of
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.known import KnownDataset, KnownLooks, NotSaid, OfOne, Said
from ced_cdisc.conformance.look import ROW, Answer, Look, Question
from ced_cdisc.conformance.rule import OF_EACH, Rule, Scope
from ced_cdisc.conformance.submission import Datasets, LookUp, Submission, WithOthers
from ced_cdisc.core.conformance import RECORDS_SHOWN, Failure, Record, RuleResult
from ced_cdisc.core.covered import covered
from ced_cdisc.core.partner import Partner, PartnerLost

_TEXTS = 1 << 16
"""Records whose texts are made, and are in memory as objects of Python, at a time."""
_GUIDES = ("SDTMIG", "ADaMIG")
NOTHING_OF_ITS_KIND = "nothing in the folder is of its kind"
"""Why a rule that could be carried out does not apply."""


def run_rules(
    study: Submission,
    rules: Iterable[Rule],
    *,
    records: int = RECORDS_SHOWN,
    partner: Partner | None = None,
    known: Mapping[Dataset, KnownDataset] | None = None,
) -> tuple[RuleResult, ...]:
    """Carry out rules.

    Args:
        study: what was read.
        rules: the rules, in the order of the results.
        records: how many records a failure lists at most; all are counted.
        partner: who answers the looks at the datasets that it has at hand, if any; the result is the same.
        known: what earlier checks said of files of the same bytes, and who is told what this one says; the
            result is the same.
    """
    lacking = {rule: _lacking(study, rule) for rule in rules}
    able = [rule for rule, reason in lacking.items() if not reason]
    memory = KnownLooks(study, known, records) if known else None
    here = [data for data in study.datasets.values() if partner is None or data.records_held.is_at_hand]
    # Of each dataset by itself: what is known, and the looks of those of which it is not.
    by_itself: dict[str, dict[str, Said | NotSaid]] = {data.name: {} for data in here}
    new: list[_OfScope] = []
    for scope in OF_EACH:
        found = {} if memory is None else memory.said_of_each(scope, here)
        for name, of_one in found.items():
            by_itself[name] |= of_one
        others = [data for data in here if data.name not in found]
        new.append(_of_scope(study, scope, others, able))
    # Of several together, all looks: a partner has the same ones, of which each answers its own.
    of_all = {rule: _looks(study, rule) for rule in able if rule.scope == "all"}
    asked = _to_ask(of_all.items())
    said = _answers(_to_ask(pair for one in new for pair in one.of_rules()) | asked, records, memory)
    for one in new:
        told_of = one.told(said, records)
        for data, of_one in told_of.items():
            by_itself[data.name] |= of_one
        if memory is not None:
            memory.learn_of_each(one.scope, told_of, one.looked_up)
    if partner is not None:
        theirs, said = _shared(by_itself, asked, said, records, partner)
        by_itself = {name: dict(of_one) for name, of_one in theirs.items()} | by_itself
        # Of whatever it did not tell of.
        lost = [data for data in study.datasets.values() if data.name not in by_itself]
        for scope in OF_EACH:
            one = _of_scope(study, scope, lost, able)
            for data, of_one in one.told(_asked(_to_ask(one.of_rules()), records), records).items():
                by_itself.setdefault(data.name, {}).update(of_one)

    def told(rule: Rule) -> Said | NotSaid:
        if rule.scope == "all":
            return _together(rule, of_all[rule], said, records)
        found = (by_itself[data.name].get(rule.text.id) for data in study.datasets.values())
        return _joined(one for one in found if one is not None)

    return tuple(_result(rule, reason or told(rule)) for rule, reason in lacking.items())


class _OfScope(Struct, frozen=True):
    """The looks of the rules of a scope at datasets, each by itself.

    Attributes:
        datasets: all of them, those without looks included.
        looks: of each dataset and rule, or why those at one could not be told.
        looked_up: by dataset what else was looked up for it.
    """

    scope: Scope
    datasets: Sequence[Dataset]
    looks: dict[tuple[Dataset, Rule], list[Look] | NotSaid]
    looked_up: Mapping[str, Iterable[LookUp]]

    def of_rules(self) -> Iterator[tuple[Rule, list[Look] | NotSaid]]:
        """The looks, each list with its rule."""
        return ((rule, found) for (_, rule), found in self.looks.items())

    def told(
        self, said: Mapping[Look, Said | NotSaid], records: int
    ) -> dict[Dataset, dict[str, Said | NotSaid]]:
        """What the rules say of the datasets, by their ids."""
        found: dict[Dataset, dict[str, Said | NotSaid]] = {data: {} for data in self.datasets}
        for (data, rule), of_one in self.looks.items():
            found[data][rule.text.id] = _together(rule, of_one, said, records)
        return found


def _of_scope(
    study: Submission, scope: Scope, datasets: Sequence[Dataset], rules: Iterable[Rule]
) -> _OfScope:
    """The looks of those of the rules that are of a scope."""
    found: dict[tuple[Dataset, Rule], list[Look] | NotSaid] = {}
    looked_up: dict[str, set[LookUp]] = {}

    def chosen(some: Iterable[Dataset]) -> Datasets:
        return study.with_others(some, looked_up) if scope == "each with others" else study.some(some)

    all_of_them = chosen(datasets)
    for rule in rules if datasets else ():
        if rule.scope != scope:
            continue
        looks = _looks(all_of_them, rule)
        if isinstance(looks, NotSaid):
            for data in datasets:
                one = _looks(chosen([data]), rule)
                if one:
                    found[data, rule] = one
            continue
        for look in looks:
            of_one = found.setdefault((look.dataset, rule), [])
            assert isinstance(of_one, list)
            of_one.append(look)
    return _OfScope(scope, datasets, found, looked_up)


def _to_ask(looks: Iterable[tuple[Rule, list[Look] | NotSaid]]) -> dict[Look, Rule]:
    """Those of looks that are no answers yet, with their rules."""
    return {
        look: rule
        for rule, found in looks
        if isinstance(found, list)
        for look in found
        if not isinstance(look, Answer)
    }


def _answers(
    asked: Mapping[Look, Rule], records: int, memory: KnownLooks | None
) -> dict[Look, Said | NotSaid]:
    """What looks said that are known, or at datasets that are at hand."""
    said: dict[Look, Said | NotSaid] = {}
    if memory is not None:
        said |= memory.answers((rule, look) for look, rule in asked.items())
    left = {
        look: rule
        for look, rule in asked.items()
        if look not in said and look.dataset.records_held.is_at_hand
    }
    new = _asked(left, records)
    if memory is not None:
        memory.learn(new)
    return said | new


def _asked(asked: Mapping[Look, Rule], records: int) -> dict[Look, Said | NotSaid]:
    """What looks said, which are given with their rules."""
    answers = answered(_with_others(asked))
    return {look: _said(rule, answers_of(look, answers), records) for look, rule in asked.items()}


def _shared(
    by_itself: Mapping[str, OfOne],
    asked: Mapping[Look, Rule],
    said: Mapping[Look, Said | NotSaid],
    records: int,
    partner: Partner,
) -> tuple[Mapping[str, OfOne], dict[Look, Said | NotSaid]]:
    """What a partner says of its datasets by themselves; and what looks said, here or to it.

    It has the same looks in the same order. What it does not tell of these, since it is gone or saw other
    files, is asked here.
    """
    of_each: Mapping[str, OfOne] = {}
    theirs: list[Said | NotSaid | None] = []
    with suppress(PartnerLost):
        of_each, theirs = partner.swap((by_itself, [said.get(look) for look in asked]))
    told = dict(said)
    if len(theirs) == len(asked):
        told |= {look: one for look, one in zip(asked, theirs, strict=True) if one is not None}
    left = {look: rule for look, rule in asked.items() if look not in told}
    return of_each, told | _asked(left, records)


def _with_others(looks: Iterable[Look]) -> Iterable[Look]:
    """Looks, and those whose answers theirs hang on."""
    found = dict.fromkeys(looks)
    waiting = list(found)
    while waiting:
        look = waiting.pop()
        others = look.instead_of if isinstance(look, Question) else ()
        waiting += [one for one in others if one not in found]
        found |= dict.fromkeys(others)
    return found


def run_rule(study: Submission, rule: Rule, *, records: int = RECORDS_SHOWN) -> RuleResult:
    """Carry out one rule; data that its function cannot take give the status ``not run``."""
    return run_rules(study, [rule], records=records)[0]


def _looks(study: Datasets, rule: Rule) -> list[Look] | NotSaid:
    """The looks of a rule, or why it could not be carried out."""
    if isinstance(study, WithOthers):
        study.begin()
    try:
        return list(rule.check(study))
    except pl.exceptions.PolarsError as error:
        return _not_said(error)


def _together(
    rule: Rule, looks: list[Look] | NotSaid, said: Mapping[Look, Said | NotSaid], records: int
) -> Said | NotSaid:
    """What looks of a rule said."""
    if isinstance(looks, NotSaid):
        return looks
    return _joined(_answered(rule, one, records) if isinstance(one, Answer) else said[one] for one in looks)


def _answered(rule: Rule, look: Answer, records: int) -> Said:
    return Said(look.looked, (_failure(rule, look, records),) if look.failed else ())


def _joined(said: Iterable[Said | NotSaid]) -> Said | NotSaid:
    """All of it as one; where something could not be said, the first of that."""
    looked, failures = 0, list[Failure]()
    for one in said:
        if isinstance(one, NotSaid):
            return one
        looked += one.looked
        failures += one.failures
    return Said(looked, tuple(failures))


def _result(rule: Rule, said: Said | NotSaid | str) -> RuleResult:
    """The result of a rule, of what it said or why it cannot apply."""
    if isinstance(said, str):
        return RuleResult(rule.text, "not applicable", reason=said)
    if isinstance(said, NotSaid):
        return RuleResult(rule.text, "not run", reason=said.reason)
    if said.failures:
        return RuleResult(rule.text, "failed", said.looked, failures=said.failures)
    if not said.looked:
        return RuleResult(rule.text, "not applicable", reason=NOTHING_OF_ITS_KIND)
    return RuleResult(rule.text, "passed", said.looked)


def _not_said(error: pl.exceptions.PolarsError) -> NotSaid:
    # A foreign dataset may hold a variable of another type than any standard gives it.
    said = str(error).splitlines()[0]
    return NotSaid(f"the data do not let it: {said}")


def _said(rule: Rule, answers: Iterable[Answer | pl.exceptions.PolarsError], records: int) -> Said | NotSaid:
    """What the answers to a look say together, or the first error among them."""
    looked, failures = 0, list[Failure]()
    for one in answers:
        if isinstance(one, Exception):
            return _not_said(one)
        looked += one.looked
        if one.failed:
            failures.append(_failure(rule, one, records))
    return Said(looked, tuple(failures))


def _lacking(study: Submission, rule: Rule) -> str:
    """Why a rule cannot apply whatever the data hold, or an empty text."""
    needs, governing = rule.needs, study.governing
    if rule.versions:
        number = governing.version(rule.text.standard)
        if not number:
            return _no_tables(rule.text.standard, "")
        if number not in rule.versions:
            return f"{rule.text.standard} {number} has no such rule"
    if needs in _GUIDES and not governing.has_tables(needs):
        return _no_tables(needs, governing.version(needs))
    publisher = needs.removesuffix(" CT")
    if needs.endswith(" CT") and governing.package(publisher) is None:
        return _no_tables(needs, governing.ct_version(publisher))
    if needs == "define" and not study.defines:
        return "no define.xml"
    return ""


def _no_tables(name: str, version: str) -> str:
    return f"no tables of {name} {version}" if version else f"the version of {name} is not told"


def _failure(rule: Rule, look: Answer, most: int) -> Failure:
    data, bad = look.dataset, look.bad
    count = 0 if bad is None else bad.height
    words = {
        "dataset": data.name,
        "variable": look.variable,
        "records": "1 record" if count == 1 else f"{count:,} records",
        **look.words,
    }
    text = rule.text.says.format_map(words)
    listed: list[Record] = []
    if bad is not None:
        who = {"USUBJID", "APID", data.v("--SEQ"), "ASEQ"}
        for row in bad.head(most).iter_rows(named=True):
            sequence = row.get(data.v("--SEQ")) if data.v("--SEQ") in row else row.get("ASEQ")
            listed.append(
                Record(
                    row[ROW],
                    row.get("USUBJID") or row.get("APID") or "",
                    _shown(sequence) or "",
                    tuple(
                        (n, _shown(v)) for n, v in row.items() if n != ROW and n not in who - {look.variable}
                    ),
                )
            )
    return Failure(data.name, look.variable, text, count, tuple(listed), _digest(rule, look))


def _digest(rule: Rule, look: Answer) -> str:
    """Of the values of all records at fault, missing ones told from empty ones, without their rows."""
    where = (rule.text.id, look.dataset.name, look.variable, look.words)
    if look.bad is None:
        return covered(*where)
    names = sorted(name for name in look.bad.columns if name != ROW)
    parts = [
        pl.when(pl.col(name).is_null())
        .then(pl.lit("-"))
        .otherwise(pl.concat_str(pl.col(name).str.len_chars(), pl.lit(":"), pl.col(name)))
        for name in names
    ]
    if not parts:
        return covered(*where, names)
    found = [
        some.select(_texts(some[name]) for name in names).select(pl.concat_str(parts).alias("record"))
        for some in look.bad.iter_slices(_TEXTS)
    ]
    # The texts of polars are in the order of their bytes, which is that of their characters.
    records = pl.concat(found).sort("record")
    return covered(*where, names, (some["record"].to_list() for some in records.iter_slices(_TEXTS)))


def _texts(values: pl.Series) -> pl.Series:
    """A column as texts that hang on no version of polars: a number as a reader sees it."""
    if not values.dtype.is_float():
        return values.cast(pl.String)
    whole = values.cast(pl.Int64, strict=False)
    if (whole.cast(values.dtype) == values).sum() == values.len() and (whole.abs() < 10**15).all():
        return whole.cast(pl.String)  # the same texts, in one step: numbers of records are whole
    return pl.Series(values.name, [_shown(value) for value in values.to_list()], pl.String)


def _shown(value: object) -> str | None:
    """A value as a reader of the dataset sees it."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return None if value is None else str(value)
