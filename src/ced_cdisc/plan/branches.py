"""The kinds of records of a dataset, and which variable tells those of different origins apart.

One variable has one origin in define.xml, or a value level in which each row has one. Which records a row is
about must be read from the records themselves: from texts that the specs assign to each kind of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations, product
from typing import NamedTuple

from msgspec import Struct, field

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.metadata import Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.by_source import source_in_words
from ced_cdisc.plan.model import SUPP, Block, Computed, Line

STUDY = "STUDYID"
_TOPICS = ("CAT", "TRT", "TESTCD", "DECOD", "TERM", "DTYPE")
"""How the names of variables end that tell kinds of records apart rather than others do."""
_TRACES = ("SRCDOM", "SRCVAR")
"""What does so only where nothing else does."""


class Branch(NamedTuple):
    """Records that have lines of their own: those of a block, or computed ones.

    Attributes:
        source: where they come from, in words; empty for computed ones.
        study: the one STUDYID that they are of, where the spec takes those of one study alone.
        lines: their lines by variable.
        carried: variables that they take over from the records that they are computed from.
    """

    source: str
    study: str
    lines: Mapping[str, Sequence[Line]]
    carried: AbstractSet[str] = frozenset()

    def texts(self, variable: str) -> AbstractSet[str | None] | None:
        """The texts that a variable can have in these records, None for a missing one.

        None where the specs do not say it: the texts are those of the data.
        """
        if variable == STUDY and self.study:
            return {self.study}
        if variable in self.carried:
            return None
        found = [_texts(line.tree) for line in self.lines.get(variable, ())]
        known = [texts for texts in found if texts is not None]
        if len(known) < len(found):
            return None
        return set[str | None]().union(*known) if known else {None}


class Levels(Struct, frozen=True):
    """By which variables the metadata of others differ.

    Attributes:
        by: pairs (variable, variable by whose values its metadata differ).
        also: a second such variable, where the origins differ among the records of one value.
    """

    by: tuple[tuple[str, str], ...]
    also: Mapping[str, str] = field(default_factory=dict[str, str])


def of_block(block: Block) -> Branch:
    """The records of a block."""
    return Branch(source_in_words(block), _study(block.keep), by_variable(block.lines))


def of_computed(computed: Computed) -> Branch:
    """Computed records; a line without method that assigns nothing takes a value over."""
    own = [line for line in computed.lines if line.method is not None or line.verb == "assign"]
    carried = {line.variable for line in computed.lines} - {line.variable for line in own}
    return Branch("", "", by_variable(own), carried | set(computed.by))


def by_variable(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Lines by the variable that they make."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.variable, []).append(line)
    return found


def tell_apart(
    dataset: str,
    branches: Sequence[Branch],
    names: Iterable[str],
    given: Sequence[tuple[str, str]],
    fixed: AbstractSet[str],
    findings: Findings,
    late: AbstractSet[str] = frozenset(),
) -> Levels:
    """The value levels of a dataset, each variable of several origins among them; CED058 if that cannot be.

    Args:
        dataset: its name.
        branches: its kinds of records.
        names: its variables, and supplemental qualifiers with ``supp.`` before their names.
        given: the pairs that its class asks for.
        fixed: the variables whose metadata differ by the given variable in any case.
        findings: receives CED058.
        late: the variables that are made over all records at once, by one line in the end.
    """
    submitted = list(dict.fromkeys(names))
    pairs = dict(reversed(given))  # of several, the first counts
    also: dict[str, str] = {}
    for variable in submitted:
        made = [(b, x) for b in branches for x in b.lines.get(variable, ()) if x.verb != "absent"]
        kinds: dict[object, list[Branch]] = {}
        for branch, line in made:
            kinds.setdefault(_kind(line.origin), []).append(branch)
        by = pairs.get(variable)
        whole = variable in late or variable.startswith(SUPP)
        if len(kinds) < 2 or (not whole and by is not None and _separate(kinds.values(), (by,))):
            continue
        choices = [] if whole else _choices(made, variable, {*submitted} - late)
        one = (c for c in choices if variable not in fixed and _separate(kinds.values(), (c,)))
        two = (c for c in choices if by is not None and _separate(kinds.values(), (by, c)))
        if (chosen := next(one, None)) is not None:
            pairs[variable] = chosen
        elif (second := next(two, None)) is not None:
            also[variable] = second
        else:
            _refuse(dataset, variable, made, findings)
    kept = [(name, by) for name, by in given if pairs[name] == by]
    new = [(name, by) for name, by in pairs.items() if (name, by) not in kept]
    return Levels((*kept, *new), also)


def _choices(made: Sequence[tuple[Branch, Line]], variable: str, known: AbstractSet[str]) -> list[str]:
    """The variables to which one of the branches assigns a text; first the study and those of a topic."""
    found = {
        name: None
        for branch, _ in made
        for name, lines in branch.lines.items()
        if name in known and name != variable and not name.startswith(SUPP)
        if any(x.type is Type.TEXT and isinstance(x.tree, tree.Literal) and x.tree.value for x in lines)
    }
    studies = [STUDY] if all(branch.study for branch, _ in made) else []
    listed = sorted(found, key=lambda name: (name in _TRACES, not name.endswith(_TOPICS)))
    return list(dict.fromkeys([*studies, *listed]))


def _separate(kinds: Iterable[Sequence[Branch]], by: Sequence[str]) -> bool:
    """Whether the branches of each kind have values of ``by`` that those of no other kind have."""
    held: list[set[tuple[str | None, ...]]] = []
    for branches in kinds:
        values: set[tuple[str | None, ...]] = set()
        for branch in branches:
            texts = [branch.texts(name) for name in by]
            known = [one for one in texts if one is not None]
            if len(known) < len(texts):
                return False
            values.update(product(*known))
        held.append(values)
    return all(one.isdisjoint(other) for one, other in combinations(held, 2))


def _refuse(dataset: str, variable: str, made: Sequence[tuple[Branch, Line]], findings: Findings) -> None:
    first = made[0][1]
    other = next(line for _, line in made if _kind(line.origin) != _kind(first.origin))
    name = variable.removeprefix(SUPP)
    problem = (
        f"{dataset}.{name} is {_in_words(other.origin)} here and {_in_words(first.origin)} at "
        f"{first.where}, and no variable tells these records apart"
    )
    hint = "assign each kind of record a text of its own, as of --CAT or --TPT, or give both lines one origin"
    if name != variable:
        problem = problem.rpartition(", and ")[0] + ", and a qualifier has one origin"
        hint = "make two qualifiers of it, or give both lines one origin"
    findings.add(Finding("CED058", problem, other.where, hint=hint))


def _kind(origin: Origin) -> object:
    return origin.type, origin.source


def _in_words(origin: Origin) -> str:
    return f"{origin.type} ({origin.source})" if origin.source else origin.type


def _texts(node: tree.Node) -> AbstractSet[str | None] | None:
    """All texts that a tree can give, None for a missing one; None where they are not written in it."""
    if isinstance(node, tree.Literal):
        return {None if node.value in (None, "") else str(node.value)}
    if isinstance(node, tree.Recode):
        terms = (*(term for _, term in node.pairs), *(term for term, _ in node.terms), node.otherwise)
        return {None, *filter(None, terms)}
    if isinstance(node, tree.Call) and node.name == "if":
        branches = [_texts(branch) for branch in node.args[1:]]
        known = [texts for texts in branches if texts is not None]
        return set[str | None]().union(*known) if len(known) == len(branches) else None
    return None


def _study(keep: tree.Node | None) -> str:
    """The one STUDYID of the records that a condition takes, if it names one."""
    if isinstance(keep, tree.Both):
        return _study(keep.left) or _study(keep.right)
    if isinstance(keep, tree.Compare) and keep.op == "=":
        for one, other in ((keep.left, keep.right), (keep.right, keep.left)):
            if isinstance(one, tree.Column) and one.short == STUDY and isinstance(other, tree.Literal):
                return str(other.value)
    return ""
