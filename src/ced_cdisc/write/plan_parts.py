"""A kept plan in parts, so that a question about one dataset reads what that needs.

The datasets of a plan share little but codelists, which hold a third of all its objects, and no value is
computed of them. So the study, each dataset and all codelists are pickled for themselves, and refer to each
other by name. An index, one line of JSON, says where each part stands, what it hashes to, and which datasets
each dataset needs; the parts follow it without a gap.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.only import needed_for_each
from ced_cdisc.write.pickled import Reference, pickled, unpickled

_STUDY, _CODELISTS, _DATASET = "study", "codelists", "dataset "


class KnownPlan(Struct, frozen=True):
    """A plan, and what was found and read in making it.

    Attributes:
        plan: the plan of the whole study.
        findings: warnings and notes.
        files: the path of each file of specs, by the name under which build.json lists it.
        layers: the folders of the layers.
        layers_state: the digest of what stood in them.
    """

    plan: StudyPlan
    findings: tuple[Finding, ...]
    files: Mapping[str, str]
    layers: tuple[str, ...]
    layers_state: str = ""


def packed(known: KnownPlan) -> tuple[bytes, bytes]:
    """The index of a plan, and its parts.

    Raises:
        RecursionError: an expression is too deep.
    """
    datasets = {
        id(dataset): (study.qualified(dataset.name), dataset)
        for study in known.plan.studies
        for dataset in study.datasets
    }
    codelists: dict[int, tuple[int, Codelist]] = {}

    def of_codelist(codelist: Codelist) -> Reference:
        number, _ = codelists.setdefault(id(codelist), (len(codelists), codelist))
        return refer, (number,)

    def of_dataset(dataset: DatasetPlan) -> Reference:
        return refer, (datasets[id(dataset)][0],)

    parts = {_DATASET + name: pickled(one, {Codelist: of_codelist}) for name, one in datasets.values()}
    parts[_STUDY] = pickled(known, {Codelist: of_codelist, DatasetPlan: of_dataset})
    parts[_CODELISTS] = pickled([codelist for _, codelist in codelists.values()])
    places = {name: (len(part), _digest(part)) for name, part in parts.items()}
    index = json.dumps({"parts": places, "needs": needed_for_each(known.plan)}).encode()
    return index, b"".join(parts.values())


class PlanParts:
    """The parts of a plan as :func:`packed` made them.

    Args:
        index: the index.
        body: the parts.

    Raises:
        UnpicklingError: the parts are longer or shorter than the index says.
    """

    def __init__(self, index: bytes, body: bytes | memoryview) -> None:
        read: dict[str, Any] = json.loads(index)
        self._needs: dict[str, list[str]] = read["needs"]
        self._parts: dict[str, tuple[memoryview, str]] = {}
        rest = memoryview(body)
        for name, (length, digest) in read["parts"].items():
            self._parts[name] = rest[:length], digest
            rest = rest[length:]
        if len(body) != sum(length for length, _ in read["parts"].values()):
            raise pickle.UnpicklingError("the parts are not those of the index")

    def whole(self) -> KnownPlan:
        """The plan.

        Raises:
            Exception: any of :mod:`pickle`, where a part is damaged.
        """
        codelists: list[Codelist] = self._read(_CODELISTS, _nothing)

        def found(name: str | int) -> Any:
            return codelists[name] if isinstance(name, int) else self._read(_DATASET + name, found)

        return self._read(_STUDY, found)

    def of_dataset(self, name: str) -> KnownPlan | None:
        """The plan with one dataset and those that it needs, without codelists; None if there is no such one.

        Args:
            name: of the dataset, with the folder of a pooled study, in any case.

        Raises:
            Exception: any of :mod:`pickle`, where a part is damaged.
        """
        asked = next((one for one in self._needs if one.casefold() == name.casefold()), None)
        if asked is None:
            return None
        needed = {asked, *self._needs[asked]}

        def found(name: str | int) -> Any:
            wanted = isinstance(name, str) and name in needed
            return self._read(f"{_DATASET}{name}", _nothing) if wanted else None

        known: KnownPlan = self._read(_STUDY, found)
        own, *pooled = (
            replace(study, datasets=tuple(filter(None, study.datasets))) for study in known.plan.studies
        )
        return replace(known, plan=replace(own, pooled=tuple(pooled)))

    def _read(self, name: str, found: Callable[[str | int], Any]) -> Any:
        part, digest = self._parts[name]
        if _digest(part) != digest:
            raise pickle.UnpicklingError(f"{name} is damaged")
        return unpickled(part, {(__name__, refer.__name__): found})


def refer(name: str | int) -> Any:
    """Stands in the parts for what reads a dataset by its name, or a codelist by its number."""
    raise pickle.UnpicklingError(f"{name} can be read among the parts of a plan only")


def _nothing(name: str | int) -> None:
    """Gives nothing for a reference."""


def _digest(part: bytes | memoryview) -> str:
    return hashlib.sha256(part).hexdigest()
