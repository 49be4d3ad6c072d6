"""What earlier checks said of files of the same bytes: what asks the same of the same is not asked again.

What the rules that look at each dataset by itself said of one is kept as a whole, as long as its file, its
define.xml, the standards, and what they looked up beside it are the same. Else, and of all other rules, what
there is to be asked is never kept: a rule goes through the datasets and yields its looks. An answer is kept,
under the digest of all that it hangs on (:mod:`ced_cdisc.conformance.look_digest`), beside the other answers
about its dataset.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from msgspec import Struct, field

from ced_cdisc.conformance.as_json import failure_of_json, failure_to_json
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.look_digest import LookDigests
from ced_cdisc.conformance.records import Profile
from ced_cdisc.conformance.rule import OF_EACH, SCOPES, Rule, Scope
from ced_cdisc.conformance.submission import KINDS, LookUp, Submission
from ced_cdisc.core.conformance import Failure


class Said(Struct, frozen=True):
    """What came of a look: how many records or facts it looked at, and what is wrong."""

    looked: int
    failures: tuple[Failure, ...] = ()


class NotSaid(Struct, frozen=True):
    """Why a look could not be carried out."""

    reason: str


OfOne: TypeAlias = Mapping[str, Said | NotSaid]
"""What rules say of one dataset, by their ids."""


class Answers:
    """Answers to looks at a dataset, by the digests of the looks.

    Attributes:
        before: those of earlier checks.
        now: those of this check.
    """

    def __init__(self, before: Mapping[str, Said] | None = None) -> None:
        self.before: Mapping[str, Said] = before or {}
        self.now: dict[str, Said] = {}

    def answer(self, look: str) -> Said | None:
        """What was said of a look; None where that is not known."""
        found = self.before.get(look)
        if found is not None:
            self.now[look] = found
        return found


class OfScope(Struct, frozen=True):
    """What rules that look at each dataset by itself said of one.

    Attributes:
        key: what stands for all that this hangs on.
        looked_up: what they looked up beside it, in order.
        rules: what each of them said, by its id.
    """

    key: str
    looked_up: tuple[LookUp, ...] = ()
    rules: Mapping[str, Said] = field(default_factory=dict[str, Said])


class KnownDataset:
    """What is known of a file, and what this check adds.

    Args:
        digest: of its bytes.
        profile: what a reading of all of it tells; None where it is not known.

    Attributes:
        looks: the answers to the looks of rules, by the scope of these.
        of_each: what the rules said that look at each dataset by itself, by their scope.
        new: whether this check told something else than the earlier ones.
    """

    def __init__(self, digest: str, profile: Profile | None = None) -> None:
        self.digest, self.profile = digest, profile
        self.looks: Mapping[Scope, Answers] = {scope: Answers() for scope in SCOPES}
        self.of_each: dict[Scope, OfScope] = {}
        self.new = False

    def read(self, profile: Profile) -> None:
        """Take notice of what a reading of all of it told."""
        if self.profile is None:
            self.profile, self.new = profile, True

    def learn(self, scope: Scope, look: str, said: Said) -> None:
        """Take notice of what a look said."""
        self.looks[scope].now[look], self.new = said, True

    def take_over(self, scope: Scope) -> Mapping[str, Said]:
        """What the rules of a scope said, whose looks are not asked for."""
        answers = self.looks[scope]
        answers.now |= answers.before
        return self.of_each[scope].rules

    def learn_of_each(self, scope: Scope, said: OfScope) -> None:
        """Take notice of what the rules of a scope said."""
        self.of_each[scope], self.new = said, True


class KnownLooks:
    """What is known of the looks of a check of a submission.

    Args:
        study: the submission.
        known: by dataset.
        records: how many records a failure lists at most.
    """

    def __init__(self, study: Submission, known: Mapping[Dataset, KnownDataset], records: int) -> None:
        self._study, self._known, self._records = study, known, records
        self._digests = LookDigests({data: _stands_for(data, one) for data, one in known.items()})
        self._to_learn: dict[Look, tuple[str, Scope]] = {}
        self._others: dict[LookUp, list[object] | None] = {}

    def said_of_each(self, scope: Scope, datasets: Iterable[Dataset]) -> dict[str, OfOne]:
        """What the rules of a scope said of datasets, by their names, where that is known."""
        found: dict[str, OfOne] = {}
        for data in datasets:
            known = self._known.get(data)
            before = None if known is None else known.of_each.get(scope)
            if known is None or before is None:
                continue
            if before.key == self._key(data, before.looked_up):
                found[data.name] = known.take_over(scope)
        return found

    def learn_of_each(
        self, scope: Scope, said: Mapping[Dataset, OfOne], looked_up: Mapping[str, Iterable[LookUp]]
    ) -> None:
        """Take notice of what they said; nothing is kept of a dataset of which one could not say anything."""
        for data, by_rule in said.items():
            known = self._known.get(data)
            rules = {rule: one for rule, one in by_rule.items() if isinstance(one, Said)}
            if known is None or len(rules) < len(by_rule):
                continue
            asked = tuple(sorted(looked_up.get(data.name, ()), key=lambda one: (one.kind, one.code)))
            key = self._key(data, asked)
            if key is not None:
                known.learn_of_each(scope, OfScope(key, asked, rules))

    def _key(self, data: Dataset, looked_up: Iterable[LookUp]) -> str | None:
        """What stands for all that they look at and up, and for which rules there are; None if unknown."""
        governs = [sorted((n, v.number) for n, v in said.items()) for said in self._study.governing.told]
        others = [self._looked_up(asked) for asked in looked_up]
        if None in others:
            return None
        hangs_on = self._with_define(data), others, bool(self._study.defines), governs, self._records
        return hashlib.sha256(repr(hangs_on).encode("utf-8", "surrogatepass")).hexdigest()

    def _looked_up(self, asked: LookUp) -> list[object] | None:
        """What stands for all that was looked up, the same for each dataset; None if it is not known."""
        if asked not in self._others:
            found = asked.among(self._study.datasets)
            told: list[object] | None = None
            if asked.kind == "names":
                told = [(one.name, one.domain, one.kind, one.is_supplemental) for one in found]
            elif all(one in self._known for one in found):
                told = [self._with_define(one) for one in found]
            self._others[asked] = told
        return self._others[asked]

    def _with_define(self, data: Dataset) -> tuple[str, str | None]:
        """What stands for a dataset that is known, its define.xml included."""
        described = None if data.described is None else data.described[0].digest
        return _stands_for(data, self._known[data]), described

    def answers(self, asked: Iterable[tuple[Rule, Look]]) -> dict[Look, Said]:
        """The answers that are known to the looks of rules; the others are to be asked.

        Those at datasets that a partner looks at are known to it.
        """
        found: dict[Look, Said] = {}
        for rule, look in asked:
            known = self._known.get(look.dataset)
            if known is None or not look.dataset.records_held.is_at_hand:
                continue
            digest = self._digests.of(look, rule.text.id, self._records)
            if digest is None:
                continue
            said = known.looks[rule.scope].answer(digest)
            if said is None:
                self._to_learn[look] = digest, rule.scope
            else:
                found[look] = said
        for data in self._known:
            data.is_define_read = False
        return found

    def learn(self, said: Mapping[Look, Said | NotSaid]) -> None:
        """Take notice of what the others said.

        A digest has nothing of define.xml but what a rule took out of it. So if it was read while looks were
        carried out, their answers may hang on it, and none of them is kept.
        """
        if any(data.is_define_read for data in self._known):
            return
        for look, (digest, scope) in self._to_learn.items():
            one = said[look]
            if isinstance(one, Said):
                self._known[look.dataset].learn(scope, digest, one)


def _stands_for(data: Dataset, known: KnownDataset) -> str:
    """What stands for the records of a dataset, and for all that is told of it but its define.xml."""
    told = (known.digest, data.name, data.file, data.kind, data.domain, data.class_name)
    return " ".join(map(repr, told))


class Known(Protocol):
    """Who keeps what checks say from one to the next."""

    def of(self, file: str) -> KnownDataset | None:
        """What is known of a file of the folder that is checked; None of one that nothing can be known of."""
        ...


def known_to_json(known: KnownDataset) -> Any:
    """What is to be kept of a dataset."""
    profile = known.profile
    return {
        "profile": None if profile is None else [profile.missing, profile.longest],
        "looks": {scope: _to_json(one.now) for scope, one in known.looks.items()},
        "of each": {
            scope: [one.key, [[asked.kind, asked.code] for asked in one.looked_up], _to_json(one.rules)]
            for scope, one in known.of_each.items()
        },
    }


def known_of_json(value: Any, digest: str) -> KnownDataset:
    """What was kept of a dataset.

    Raises:
        ValueError, TypeError, LookupError, AttributeError: it is none.
    """
    told = value["profile"]
    profile = None if told is None else Profile(*(_numbers(one) for one in told))
    known = KnownDataset(digest, profile)
    known.looks = {scope: Answers(_of_json(value["looks"][scope])) for scope in SCOPES}
    for scope in OF_EACH:
        if scope in value["of each"]:
            key, looked_up, rules = value["of each"][scope]
            asked = tuple(LookUp(KINDS[kind], str(code)) for kind, code in looked_up)
            known.of_each[scope] = OfScope(str(key), asked, _of_json(rules))
    return known


def _to_json(said: Mapping[str, Said]) -> dict[str, list[Any]]:
    return {name: [one.looked, *map(failure_to_json, one.failures)] for name, one in said.items()}


def _of_json(value: Any) -> dict[str, Said]:
    return {
        str(name): Said(int(looked), tuple(map(failure_of_json, failures)))
        for name, (looked, *failures) in value.items()
    }


def _numbers(value: Mapping[Any, Any]) -> dict[str, int]:
    return {str(name): int(number) for name, number in value.items()}
