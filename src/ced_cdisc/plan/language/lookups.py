"""``with:``: records of other tables and datasets that a row may look at, one at most unless told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause
from ced_cdisc.expr.tree import Node, Scope, Type, both
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.model import Lookup
from ced_cdisc.spec.models import MatchSpec
from ced_cdisc.spec.source import Text

Condition = Callable[[Text, Sequence[str]], Node | None]
"""The tree of a condition over a row that carries these tables and datasets."""


def _none(text: Text, looked: Sequence[str]) -> Node | None:
    return None


def plan_lookups(
    specs: Mapping[Text, MatchSpec],
    source: str,
    catalogue: Catalogue,
    findings: Findings,
    condition: Condition = _none,
) -> tuple[Lookup, ...]:
    """The look-ups of a block: ``{demog: subject}``, ``{infusion: [subject, VISITNM]}``, ``{ADSL: USUBJID}``,
    and of a table without subjects ``{ranges: {where: "ranges.TEST = lab.TEST and .."}}``.

    The word ``subject`` (for datasets also USUBJID) matches the subject; any other word is a column that
    both the source and the other table have. Those with a condition come last: it may read of the others.
    Faults: CED016 unknown table, CED012 unknown column, CED143 words that do not go together.
    """
    made: list[Lookup] = []
    own = _columns(source, catalogue)
    for name, match in specs.items():
        other = _columns(str(name), catalogue)
        if other is None:
            known = [*catalogue.tables, *catalogue.datasets]
            findings.add(
                Finding(
                    "CED016",
                    f"unknown table or dataset {name}",
                    name.where,
                    hint=did_you_mean(str(name), known),
                )
            )
            continue
        bare = str(name) in catalogue.without_subjects
        if not _goes_together(name, match, findings, bare=bare):
            continue
        pairs: list[tuple[str, str]] = []
        for word in match.on:
            if word in ("subject", "USUBJID") and not bare:
                pairs.append(("USUBJID", "USUBJID"))
                continue
            if source == "visits":
                message = f"rows of visits are matched by {'a condition' if bare else 'the subject'} alone"
                hint = "write a 'where'" if bare else _of_its_records(name)
                findings.add(Finding("CED143", message, word.where, hint=hint))
                continue
            for columns, where in ((own or (), source), (other, str(name))):
                if str(word) not in columns:
                    hint = did_you_mean(str(word), columns if bare else [*columns, "subject"])
                    findings.add(Finding("CED012", f"{where} has no column {word}", word.where, hint=hint))
                    break
            else:
                pairs.append((f"{source}.{word}", str(word)))
        if pairs or match.where is not None:
            made.append(
                Lookup(
                    str(name),
                    tuple(dict.fromkeys(pairs)),
                    name.where,
                    match.many,
                    alone=str(name) in catalogue.looked_up_once,
                    accepted=match.unmatched == "accept",
                    one=bare and not match.many,
                    text=match.where,
                )
            )
    return _with_conditions(made, source, findings, condition)


def _goes_together(name: Text, match: MatchSpec, findings: Findings, *, bare: bool) -> bool:
    """Whether the words of a look-up say something, and go with its table."""
    subject = next((word for word in match.on if word == "subject"), None)
    if not match.on and match.where is None:
        message, hint = f"the look-up of {name} says not what matches", "give 'on', the columns that match"
        findings.add(Finding("CED007", message, name.where, hint=hint))
    elif bare and subject is not None:
        message, hint = f"{name} has no subjects to be matched by", "name columns, or write a 'where'"
        findings.add(Finding("CED143", message, subject.where, hint=hint))
    elif match.where is not None and not bare:
        message = f"'where' is for the look-up of a table without subjects, and {name} has some"
        findings.add(Finding("CED143", message, match.where.where, hint=_of_its_records(name)))
    elif match.where is not None and match.many:
        message, hint = (
            "'where' and 'many' of a look-up do not go together",
            "choose by the 'where' of the rows",
        )
        findings.add(Finding("CED143", message, match.where.where, hint=hint))
    else:
        return True
    return False


def _of_its_records(name: Text) -> str:
    return f"only({name}.. where ..) reads one of its records"


def _with_conditions(
    made: Sequence[Lookup], source: str, findings: Findings, condition: Condition
) -> tuple[Lookup, ...]:
    """The look-ups with the trees of their conditions, which are of the row and the other look-ups alone."""
    done = [one for one in made if one.text is None]
    plain = [one.name for one in done]
    for one in made:
        if one.text is None:
            continue
        keep = condition(one.text, [source, *plain, one.name])
        if keep is None:
            continue
        below = tree.walk(keep)
        if any(isinstance(node, tree.Aggregate | tree.Plugin) for node in below):
            message = "the condition of a look-up is of one row, without plug-ins and functions over records"
            hint = "give that value a variable of its own, and read it"
            findings.add(Finding("CED143", message, one.text.where, hint=hint))
            continue
        done.append(replace(one, keep=keep))
    return tuple(done)


def said_of(lookups: Iterable[Lookup], catalogue: Catalogue) -> dict[str, str]:
    """Which record of a table without subjects goes with a row, as a sentence, by the table."""

    def equal(lookup: Lookup, mine: str, theirs: str) -> Node:
        scope = Scope.RAW if mine.partition(".")[0] in catalogue.tables else Scope.DATASET
        left = tree.Column(name=f"{lookup.name}.{theirs}", scope=Scope.RAW, type=Type.TEXT)
        right = tree.Column(name=mine, scope=scope, type=Type.TEXT)
        return tree.Compare(op="=", left=left, right=right, type=Type.TRUTH)

    said: dict[str, str] = {}
    for one in lookups:
        whole = both(reduce(both, (equal(one, *pair) for pair in one.on), None), one.keep)
        if one.one and whole is not None:
            said[one.name] = f"The record of {one.name} is the one where {clause(whole, FUNCTIONS)}."
    return said


def _columns(name: str, catalogue: Catalogue) -> tuple[str, ...] | None:
    if name in catalogue.tables:
        return catalogue.tables[name]
    if name in catalogue.datasets:
        return tuple(catalogue.datasets[name])
    return None
