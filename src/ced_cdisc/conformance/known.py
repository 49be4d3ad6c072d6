"""What earlier checks said of files of the same bytes: what asks the same of the same is not asked again.

Every rule goes through what the datasets are, as it always does, and yields its looks; so what there is to be
asked is never kept. An answer is kept, under the digest of all that it hangs on
(:mod:`ced_cdisc.conformance.look_digest`), beside the other answers about its dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from ced_cdisc.conformance.as_json import failure_of_json, failure_to_json
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Look
from ced_cdisc.conformance.look_digest import LookDigests
from ced_cdisc.conformance.records import Profile
from ced_cdisc.core.conformance import Failure


class Said(Struct, frozen=True):
    """What came of a look: how many records or facts it looked at, and what is wrong."""

    looked: int
    failures: tuple[Failure, ...] = ()


class NotSaid(Struct, frozen=True):
    """Why a look could not be carried out."""

    reason: str


class KnownDataset(Struct):
    """What is known of a file, and what this check adds.

    Attributes:
        digest: of its bytes.
        profile: what a reading of all of it tells; None where it is not known.
        before: the answers of earlier checks, by the digests of the looks.
        now: those of this check.
        new: whether this check told something else than the earlier ones.
    """

    digest: str
    profile: Profile | None = None
    before: Mapping[str, Said] = field(default_factory=dict[str, Said])
    now: dict[str, Said] = field(default_factory=dict[str, Said])
    new: bool = False

    def read(self, profile: Profile) -> None:
        """Take notice of what a reading of all of it told."""
        if self.profile is None:
            self.profile, self.new = profile, True

    def answer(self, look: str) -> Said | None:
        """What was said of a look, by its digest; None where that is not known."""
        found = self.before.get(look)
        if found is not None:
            self.now[look] = found
        return found

    def learn(self, look: str, said: Said) -> None:
        """Take notice of what a look said."""
        self.now[look], self.new = said, True


class KnownLooks:
    """What is known of the looks of a check.

    Args:
        known: by dataset.
        records: how many records a failure lists at most.
    """

    def __init__(self, known: Mapping[Dataset, KnownDataset], records: int) -> None:
        self._known, self._records = known, records
        self._digests = LookDigests({data: _stands_for(data, one) for data, one in known.items()})
        self._to_learn: dict[Look, str] = {}

    def answers(self, asked: Iterable[tuple[str, Look]]) -> dict[Look, Said]:
        """The answers that are known to the looks of rules, by their ids; the others are to be asked.

        Those at datasets that a partner looks at are known to it.
        """
        found: dict[Look, Said] = {}
        for rule, look in asked:
            known = self._known.get(look.dataset)
            if known is None or not look.dataset.records_held.is_at_hand:
                continue
            digest = self._digests.of(look, rule, self._records)
            if digest is None:
                continue
            said = known.answer(digest)
            if said is None:
                self._to_learn[look] = digest
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
        for look, digest in self._to_learn.items():
            one = said[look]
            if isinstance(one, Said):
                self._known[look.dataset].learn(digest, one)


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
        "looks": {
            look: [said.looked, *(failure_to_json(one) for one in said.failures)]
            for look, said in known.now.items()
        },
    }


def known_of_json(value: Any, digest: str) -> KnownDataset:
    """What was kept of a dataset.

    Raises:
        ValueError, TypeError, LookupError, AttributeError: it is none.
    """
    looks = {
        str(look): Said(int(looked), tuple(map(failure_of_json, failures)))
        for look, (looked, *failures) in value["looks"].items()
    }
    told = value["profile"]
    profile = None if told is None else Profile(*(_numbers(one) for one in told))
    return KnownDataset(digest, profile, looks)


def _numbers(value: Mapping[Any, Any]) -> dict[str, int]:
    return {str(name): int(number) for name, number in value.items()}
