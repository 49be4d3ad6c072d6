"""Which datasets are made anew and which are taken from an earlier build, and why.

The key of a dataset stands for all that it is made of, name by name: its plan with the places that findings
name, its raw tables, visits, study, tool, and the datasets that it reads. An SDTM dataset may read others
that are half finished, so for it these are what they are made of; an analysis dataset reads finished ones, so
for it these are the data themselves, and one that came out as before makes no reader anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ced_cdisc.core.findings import Stopped
from ced_cdisc.plan.dataset_key import VISITS, Digests, is_read, may_read
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.spec.plan_key import tool_digest
from ced_cdisc.stages.kept_checks import KeptChecks
from ced_cdisc.stages.kept_packages import KeptPackages
from ced_cdisc.stages.reasons import reason
from ced_cdisc.write.kept_files import KeptFiles, digest_of
from ced_cdisc.write.plan_cache import cache_folder

if TYPE_CHECKING:
    import polars as pl

    from ced_cdisc.convert.faults import Found
    from ced_cdisc.convert.kept import KeptDataset
    from ced_cdisc.read.tables import RawTable

KEPT = "kept"
"""The folder of what builds keep; and what is said of a dataset that is taken from it."""
_LAST = "last"
Made = dict[str, str]
"""What a dataset is made of: digests by name."""


@dataclass
class _Entry:
    """A dataset of this build, as it is to be kept; a thread turns it into bytes and their digest."""

    made: Made
    height: int
    packed: Future[tuple[bytes, str]]
    value: dict[str, Any] = field(default_factory=dict[str, Any])


class Kept:
    """What earlier builds of a study keep, and what this one adds.

    Attributes:
        reasons: by qualified name, in words, why the data were made anew, or :data:`KEPT`.
        packages: what is kept of finished datasets.
    """

    def __init__(self, files: KeptFiles, plan: StudyPlan, tool: str) -> None:
        self.files = files
        self.reasons: dict[str, str] = {}
        self._plan = plan
        self._digests = Digests()
        self._study = {one.folder: self._digests.study(one) for one in plan.studies}
        self._tool = tool
        self._raw: Mapping[str, str] = {}
        self._last: dict[str, Any] = {}
        self._contents: dict[str, str] = {}
        self._thread = ThreadPoolExecutor(1)
        self.packages = KeptPackages(files, tool, self.content)
        self._entries: dict[str, _Entry] = {}
        self._last_key = _digest([_LAST, plan.profile])
        self._seen: dict[str, Made] = {}

    @classmethod
    def open(cls, study: StudyFolders, plan: StudyPlan) -> Kept | None:
        """What is kept of a study.

        Gives None where nothing can be kept: the cache is off, or it cannot be told what a plan came from.
        """
        base, tool = cache_folder(KEPT), tool_digest()
        if base is None or tool is None or not all(one.digests for one in plan.studies):
            return None
        where = [str(folder.resolve()) for folder in (study.mappings, study.define)]
        files = KeptFiles.of_study(base, _digest(where), tool[:16])
        return None if files is None else cls(files, plan, tool)

    def begin(self, tables: Mapping[str, RawTable]) -> None:
        """Go by the raw tables as they were read: their files, or the rows of a query."""
        self._raw = {name: f"{table.sha256} {table.rows_sha256}" for name, table in tables.items()}
        last = self.files.read(_LAST, self._last_key)
        if last is not None and isinstance(last[0], dict):
            self._last = last[0]

    # While datasets are made

    def tabulated(self, study: StudyPlan) -> dict[str, KeptDataset]:
        """The SDTM datasets of a study that need not be made, by name."""
        found = {d.name: self._taken(study, d) for d in study.datasets if d.kind == "sdtm"}
        return {name: one for name, one in found.items() if one is not None}

    def analysed(self, dataset: DatasetPlan) -> KeptDataset | None:
        """An analysis dataset that need not be made, once all are made that it reads."""
        return self._taken(self._plan, dataset)

    def made(self, study: StudyPlan, dataset: DatasetPlan, frame: pl.DataFrame) -> None:
        """Remember a dataset that was made."""
        name, made = study.qualified(dataset.name), self._made(study, dataset)
        if name not in self.reasons:
            self._explain(study, dataset, made)
        self._entries[name] = _Entry(made, frame.height, self._thread.submit(_packed, frame))

    def finished(
        self, study: StudyPlan, noted: Mapping[str, Found], changes: TextChanges, spent: Mapping[str, float]
    ) -> None:
        """Remember what was found in the datasets of a study, and write all that is new."""
        from ced_cdisc.convert.kept import found_to_json

        for dataset in study.datasets:
            entry = self._entries.get(study.qualified(dataset.name))
            if entry is None or entry.value:
                continue
            entry.value = {
                "found": found_to_json(noted.get(dataset.name, {})),
                "parts": [[d, v, n] for (d, v), n in sorted(changes.parts.items()) if d == dataset.name],
                "in_ascii": [[d, v] for d, v in sorted(changes.in_ascii) if d == dataset.name],
                "seconds": spent.get(dataset.name, 0.0),
                "height": entry.height,
            }

    # At the end

    def checks(self, outputs: Mapping[str, str], places: Mapping[str, Any]) -> KeptChecks:
        """What the rules said of the same output before; see :class:`KeptChecks`."""
        return KeptChecks(self.files, self._tool, outputs, places)

    def content(self, name: str) -> str:
        """What stands for the data of a dataset, by its qualified name; empty where it is not made yet."""
        if name in self._entries:
            return self._entries[name].packed.result()[1]
        return self._contents.get(name, "")

    def keep(self) -> None:
        """Write what this build made, and of what; and throw away what is too much."""
        last = dict(self._last)
        for study in self._plan.studies:
            for dataset in study.datasets:
                name = study.qualified(dataset.name)
                if name in self._contents or name in self._entries:
                    parts = study.digests[dataset.name].parts
                    last[name] = {"made": self._made(study, dataset), "parts": dict(parts)}
        for name, entry in self._entries.items():
            if entry.value:
                body, digest = entry.packed.result()
                value = entry.value | {"digest": digest}
                self.files.write(name, _key(entry.made, self._tool), value, body, digest)
        self._thread.shutdown()
        if last != self._last:
            self.files.write(_LAST, self._last_key, last)
        self.files.sweep()

    def _taken(self, study: StudyPlan, dataset: DatasetPlan) -> KeptDataset | None:
        name, made = study.qualified(dataset.name), self._made(study, dataset)
        key = _key(made, self._tool)
        found = self.files.read(name, key)
        if found is not None:
            kept = _dataset(*found)
            if kept is not None:
                self._contents[name] = found[0]["digest"]
                self.reasons[name] = KEPT
                return kept
            self.files.throw_away(name, key)
        self._explain(study, dataset, made)
        return None

    def _explain(self, study: StudyPlan, dataset: DatasetPlan, made: Made) -> None:
        name = study.qualified(dataset.name)
        last = self._last.get(name)
        parts = study.digests[dataset.name].parts
        self.reasons[name] = reason(study, dataset, made, parts, last, damaged=name in self.files.damaged)

    def told(self) -> dict[str, str]:
        """By dataset, in words, why it was made anew, or that it was kept and what of it was not."""
        lost = self.packages.lost
        return {
            name: f"{why}, but {lost[name]} was damaged" if why == KEPT and name in lost else why
            for name, why in self.reasons.items()
        }

    # What a dataset is made of

    def _made(self, study: StudyPlan, dataset: DatasetPlan) -> Made:
        name = study.qualified(dataset.name)
        if name not in self._seen:
            self._seen[name] = self._all_made(study, dataset)
        return self._seen[name]

    def _all_made(self, study: StudyPlan, dataset: DatasetPlan) -> Made:
        digest = study.digests[dataset.name]
        made = {"tool": self._tool, "study": self._study[study.folder], "plan": digest.whole}
        if dataset.pinned is not None:
            pinned = dataset.pinned
            made["numbers"] = _digest(
                [pinned.variable, sorted(pinned.known.items()), sorted(pinned.highest.items())]
            )
        made |= self._tables(study, digest.reads)
        if dataset.kind == "adam":
            return made | self._read_finished(digest.reads - {dataset.name})
        others = [d for d in study.datasets if d.kind == "sdtm" and d.name != dataset.name]
        for other in others:
            if is_read(other, digest.reads):
                made[f"reads {other.name}"] = self._made_of(study, others, other)
        return made

    def _made_of(self, study: StudyPlan, others: Iterable[DatasetPlan], dataset: DatasetPlan) -> str:
        """What stands for all that an SDTM dataset's records are made of."""
        names = sorted(may_read(others, [dataset.name], study.digests))
        parts: list[Any] = []
        for name in names:
            digest = study.digests[name]
            numbers = study.dataset(name).pinned
            pinned = (
                None if numbers is None else [sorted(numbers.known.items()), sorted(numbers.highest.items())]
            )
            parts.append([name, digest.made, sorted(self._tables(study, digest.reads).items()), pinned])
        return _digest(parts)

    def _read_finished(self, names: Collection[str]) -> Made:
        """The data of datasets that are finished, those of all studies that are pooled."""
        made: Made = {}
        for study in self._plan.studies:
            for dataset in study.datasets:
                if is_read(dataset, names):
                    name = study.qualified(dataset.name)
                    made[f"reads {name}"] = self.content(name)
        return made

    def _tables(self, study: StudyPlan, names: Iterable[str]) -> Made:
        """Raw tables and their contracts; of visits those that witness them."""
        wanted = {name for name in names if name in study.tables}
        made: Made = {}
        if VISITS in names and study.visits is not None:
            made["visits"] = self._digests.of(study.visits)
            witnesses = [(table, name, date) for table, name, date in study.visits.tables]
            witnesses += [
                (block.source, *block.visit)
                for dataset in study.datasets
                for block in dataset.blocks
                if block.visit is not None
            ]
            made["visit columns"] = _digest(witnesses)
            wanted |= {table for table, *_ in witnesses}
            wanted |= {study.visits.day1[0]} if study.visits.day1 is not None else set()
        for name in sorted(wanted):
            made[f"table {name}"] = self._digests.table(study.tables[name])
            made[f"raw {name}"] = self._raw.get(study.qualified(name), "")
        return made


@contextmanager
def keeping(kept: Kept | None, tables: Mapping[str, RawTable]) -> Generator[None]:
    """What is made while the block lasts is kept, though it end with faults of the data."""
    if kept is None:
        yield
        return
    kept.begin(tables)
    try:
        yield
    except Stopped:
        kept.keep()
        raise
    kept.keep()


def _key(made: Made, tool: str) -> str:
    return _digest([tool, sorted(made.items())])


def _digest(value: object) -> str:
    return hashlib.sha256(
        json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass")
    ).hexdigest()


def _packed(frame: pl.DataFrame) -> tuple[bytes, str]:
    """A frame as an Arrow IPC file, the same for the same columns and values, and its digest."""
    import io

    import polars as pl

    stream = io.BytesIO()
    frame.rechunk().write_ipc(stream, compression="lz4", compat_level=pl.CompatLevel.oldest())
    body = stream.getvalue()
    return body, digest_of(body)


def _dataset(value: Any, body: bytes) -> KeptDataset | None:
    """A dataset of an entry, or None where it is no such thing."""
    from polars.exceptions import PolarsError

    from ced_cdisc.convert.kept import KeptDataset, found_of_json
    from ced_cdisc.core.later import packed

    try:
        changes = TextChanges(
            {(dataset, variable): number for dataset, variable, number in value["parts"]},
            {(dataset, variable) for dataset, variable in value["in_ascii"]},
        )
        found = found_of_json(value["found"])
        return KeptDataset(packed(body, int(value["height"])), found, changes, float(value["seconds"]))
    except (LookupError, TypeError, ValueError, AttributeError, OSError, PolarsError):
        return None
