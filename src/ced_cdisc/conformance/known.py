"""What earlier checks said of files of the same bytes: what asks the same of the same is not asked again.

What the rules that look at each dataset by itself said of one is kept as a whole, as long as its file, its
define.xml and the standards are the same. Else, and of all other rules, what there is to be asked is never
kept: a rule goes through the datasets and yields its looks. An answer is kept, under the digest of all that
it hangs on (:mod:`ced_cdisc.conformance.look_digest`), beside the other answers about its dataset.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from ced_cdisc.conformance.as_json import failure_of_json, failure_to_json
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.look_digest import LookDigests
from ced_cdisc.conformance.records import Profile
from ced_cdisc.conformance.rule import Rule
from ced_cdisc.conformance.submission import Submission
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


class KnownDataset:
    """What is known of a file, and what this check adds.

    Args:
        digest: of its bytes.
        profile: what a reading of all of it tells; None where it is not known.

    Attributes:
        looks: the answers to rules that look at several datasets, and to those that look at each by itself.
        key: what stands for all that the latter hang on; empty where it is not known what they said.
        rules: what each of these said, by its id.
        new: whether this check told something else than the earlier ones.
    """

    def __init__(self, digest: str, profile: Profile | None = None) -> None:
        self.digest, self.profile = digest, profile
        self.looks = Answers(), Answers()
        self.key, self.rules = "", dict[str, Said]()
        self.new = False

    def read(self, profile: Profile) -> None:
        """Take notice of what a reading of all of it told."""
        if self.profile is None:
            self.profile, self.new = profile, True

    def learn(self, look: str, said: Said, *, of_each: bool) -> None:
        """Take notice of what a look said."""
        self.looks[of_each].now[look], self.new = said, True

    def said_by_itself(self, key: str) -> Mapping[str, Said] | None:
        """What the rules said that look at it by itself; None where that is not known."""
        if self.key != key:
            return None
        self.looks[True].now |= self.looks[True].before  # which are not asked for
        return self.rules

    def learn_by_itself(self, key: str, rules: Mapping[str, Said]) -> None:
        """Take notice of what they said."""
        self.key, self.rules, self.new = key, dict(rules), True


class KnownLooks:
    """What is known of the looks of a check.

    Args:
        known: by dataset.
        records: how many records a failure lists at most.
    """

    def __init__(self, known: Mapping[Dataset, KnownDataset], records: int) -> None:
        self._known, self._records = known, records
        self._digests = LookDigests({data: _stands_for(data, one) for data, one in known.items()})
        self._to_learn: dict[Look, tuple[str, bool]] = {}

    def said_by_itself(self, datasets: Iterable[Dataset], study: Submission) -> dict[str, OfOne]:
        """What rules said that look at each dataset by itself, by its name, where that is known."""
        found: dict[str, OfOne] = {}
        for data in datasets:
            known = self._known.get(data)
            said = None if known is None else known.said_by_itself(self._key(data, known, study))
            if said is not None:
                found[data.name] = said
        return found

    def learn_by_itself(self, said: Mapping[Dataset, OfOne], study: Submission) -> None:
        """Take notice of what they said; nothing is kept of a dataset of which one could not say anything."""
        for data, by_rule in said.items():
            known = self._known.get(data)
            rules = {rule: one for rule, one in by_rule.items() if isinstance(one, Said)}
            if known is not None and len(rules) == len(by_rule):
                known.learn_by_itself(self._key(data, known, study), rules)

    def _key(self, data: Dataset, known: KnownDataset, study: Submission) -> str:
        """What stands for all that they look at, and for which of them there are."""
        governs = [sorted((n, v.number) for n, v in said.items()) for said in study.governing.told]
        described = None if data.described is None else data.described[0].digest
        hangs_on = _stands_for(data, known), described, bool(study.defines), governs, self._records
        return hashlib.sha256(repr(hangs_on).encode("utf-8", "surrogatepass")).hexdigest()

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
            said = known.looks[rule.is_of_each].answer(digest)
            if said is None:
                self._to_learn[look] = digest, rule.is_of_each
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
        for look, (digest, of_each) in self._to_learn.items():
            one = said[look]
            if isinstance(one, Said):
                self._known[look.dataset].learn(digest, one, of_each=of_each)


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
        "looks": [_to_json(one.now) for one in known.looks],
        "key": known.key,
        "rules": _to_json(known.rules),
    }


def known_of_json(value: Any, digest: str) -> KnownDataset:
    """What was kept of a dataset.

    Raises:
        ValueError, TypeError, LookupError, AttributeError: it is none.
    """
    told = value["profile"]
    profile = None if told is None else Profile(*(_numbers(one) for one in told))
    known = KnownDataset(digest, profile)
    several, alone = (Answers(_of_json(one)) for one in value["looks"])
    known.looks = several, alone
    known.key, known.rules = str(value["key"]), _of_json(value["rules"])
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
