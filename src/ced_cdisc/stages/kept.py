"""Which datasets are made anew and which are taken from an earlier build, and why.

A dataset is taken where all is the same that it is made of (:mod:`.made_of`). What a build in parts takes and
keeps is in :mod:`.kept_parts`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct, field

from ced_cdisc.core.findings import Stopped
from ced_cdisc.plan.dataset_key import Digests
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.reach import owned
from ced_cdisc.plan.texts import TextChanges
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.spec.plan_key import tool_digest
from ced_cdisc.stages.kept_checks import KeptChecks
from ced_cdisc.stages.kept_packages import KeptPackages
from ced_cdisc.stages.kept_tables import KeptTables
from ced_cdisc.stages.kept_values import elsewhere, pieces_of, said_by, said_of
from ced_cdisc.stages.made_of import Made, MadeOf, digest, key_of
from ced_cdisc.stages.reasons import TOOL, reason
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
_BYTES_A_TEXT = 16.125  # with the bit that says that there is none
_IN_PARTS = "kept by a build in parts, which gives no order of records that others could read"


class _Entry(Struct):
    """A dataset of this build, as it is to be kept; a thread turns it into bytes and their digest."""

    made: Made
    shape: dict[str, Any]
    packed: Future[tuple[bytes, str]]
    value: dict[str, Any] = field(default_factory=dict[str, Any])


class Kept:
    """What earlier builds of a study keep, and what this one adds.

    Attributes:
        is_new: whether no build of the study keeps anything yet: this one takes nothing then, whatever others
            keep meanwhile, and a companion may have its part of it as of a full build.
        reasons: by qualified name, in words, why the data were made anew, or :data:`KEPT`.
        tables: what is kept of raw tables.
        packages: what is kept of finished datasets.
    """

    def __init__(self, files: KeptFiles, plan: StudyPlan, tool: str, specs: Mapping[str, str]) -> None:
        self.files = files
        self.is_new = not files.has_any(_LAST)
        self.reasons: dict[str, str] = {}
        self.made_of = MadeOf(plan, tool, self.content)
        self._plan = plan
        self._tool = tool
        self._specs, self._specs_key = specs, digest(sorted(specs.items()))
        self._last: dict[str, Any] = {}
        self._specs_were: dict[str, Any] = {}
        self._contents: dict[str, str] = {}
        self._parts_of: dict[str, dict[str, str]] = {}
        self._digests = Digests()
        self._thread = ThreadPoolExecutor(1)
        self.tables = KeptTables(files, tool)
        self.packages = KeptPackages(files, tool, self.content)
        self._entries: dict[str, _Entry] = {}
        self._last_key = digest([_LAST, plan.profile])
        self._is_of_another_tool = self.is_new and files.has(_LAST, self._last_key)

    @classmethod
    def open(cls, study: StudyFolders, plan: StudyPlan, specs: Mapping[str, str]) -> Kept | None:
        """What is kept of a study.

        Gives None where nothing can be kept: the cache is off, or it cannot be told what a plan came from.

        Args:
            study: where its specs stand.
            plan: the study.
            specs: the digests of the files of specs, as build.json names them.
        """
        base, tool = cache_folder(KEPT), tool_digest()
        if base is None or tool is None or not all(one.digests for one in plan.studies):
            return None
        where = [str(folder.resolve()) for folder in (study.mappings, study.define)]
        files = KeptFiles.of_study(base, digest(where), tool[:16])
        return None if files is None else cls(files, plan, tool, specs)

    def begin(self, tables: Mapping[str, RawTable], *, in_parts: bool) -> None:
        """Go by the raw tables as they were read: their files, or the rows of a query."""
        self.made_of.begin(
            {n: f"{table.sha256} {table.rows_sha256}" for n, table in tables.items()}, in_parts
        )
        last = self.files.read(_LAST, self._last_key)
        match last[0] if last is not None else None:
            case {"datasets": {**datasets}, "specs": {**specs}}:
                self._last, self._specs_were = datasets, specs
            case _:
                pass

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
        name, made = study.qualified(dataset.name), self.made_of.made(study, dataset)
        if name not in self.reasons:
            self.explain(study, dataset, made)
        self._entries[name] = _Entry(made, _shape(frame), self._thread.submit(_packed, frame))

    def finished(
        self, study: StudyPlan, noted: Mapping[str, Found], changes: TextChanges, spent: Mapping[str, float]
    ) -> None:
        """Remember what was found in the datasets of a study, and write all that is new."""
        for dataset in study.datasets:
            entry = self._entries.get(study.qualified(dataset.name))
            if entry is None or entry.value:
                continue
            entry.value = {
                **said_of(dataset, noted.get(dataset.name, {}), changes, spent.get(dataset.name, 0.0)),
                **entry.shape,
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

    def stands_for(self, name: str, content: str) -> None:
        """Take notice of what stands for the data of a dataset, by its qualified name."""
        self._contents[name] = content

    def keep(self) -> None:
        """Write what this build made, and of what; and throw away what is too much."""
        last = dict(self._last)
        for study in self._plan.studies:
            for dataset in study.datasets:
                name = study.qualified(dataset.name)
                if name in self._contents or name in self._entries:
                    made = self.made_of.made(study, dataset)
                    parts = self._parts(study, dataset)
                    last[name] = {"made": made, "parts": parts, "specs": self._specs_key}
        for name, entry in self._entries.items():
            if entry.value:
                body, content = entry.packed.result()
                value = entry.value | {"digest": content}
                self.files.write(name, key_of(entry.made, self._tool), value, body, content)
                self._say_where(name)
        self._thread.shutdown()
        if last != self._last:
            known = self._specs_were | {self._specs_key: dict(self._specs)}
            used = {one["specs"] for one in last.values()}
            specs = {key: files for key, files in known.items() if key in used}
            self.files.write(_LAST, self._last_key, {"datasets": last, "specs": specs})
        self.files.sweep()

    def _say_where(self, name: str) -> None:
        """Let builds in parts, which know an analysis dataset by another key, find it."""
        study, dataset = owned(self._plan)[name]
        if dataset.kind == "adam":
            key = key_of(self.made_of.made(study, dataset), self._tool)
            self.files.write(name, self._key_in_parts(study, dataset), elsewhere(key))

    def _key_in_parts(self, study: StudyPlan, dataset: DatasetPlan) -> str:
        return key_of(self.made_of.in_parts(study, dataset), self._tool)

    def _taken(self, study: StudyPlan, dataset: DatasetPlan) -> KeptDataset | None:
        name, made = study.qualified(dataset.name), self.made_of.made(study, dataset)
        if self.is_new:
            self.explain(study, dataset, made)
            return None
        key = key_of(made, self._tool)
        found = self.files.read(name, key)
        other = found
        if found is None and dataset.kind == "adam":
            other = self.files.read(name, self._key_in_parts(study, dataset))
        if other is not None and _is_of_parts(other[0]):
            self.reasons[name] = _IN_PARTS
            return None
        if found is not None:
            kept = _dataset(*found)
            if kept is not None:
                self._contents[name] = found[0]["digest"]
                self.reasons[name] = KEPT
                return kept
            self.files.throw_away(name, key)
        self.explain(study, dataset, made)
        return None

    def explain(self, study: StudyPlan, dataset: DatasetPlan, made: Made) -> None:
        """Note why a dataset is made anew."""
        name = study.qualified(dataset.name)
        if self._is_of_another_tool:
            self.reasons[name] = TOOL
            return
        parts, last = self._parts(study, dataset), self._last.get(name)
        damaged, specs = name in self.files.damaged, self._changed_specs(last)
        self.reasons[name] = reason(study, dataset, made, parts, specs, last, damaged=damaged)

    def _changed_specs(self, last: Any) -> set[str]:
        """The files of specs that are not as they were when a dataset was made of which ``last`` tells."""
        match last:
            case {"specs": str(key)}:
                were: Any = self._specs_were.get(key)
            case _:
                were = None
        known = cast("dict[str, str]", were) if isinstance(were, dict) else {}
        return {name for name in {*known, *self._specs} if known.get(name) != self._specs.get(name)}

    def _parts(self, study: StudyPlan, dataset: DatasetPlan) -> dict[str, str]:
        """The digests of the parts of a dataset's plan; those that the last build told, of the same plan."""
        name = study.qualified(dataset.name)
        if name not in self._parts_of:
            made = self.made_of.made(study, dataset)
            match self._last.get(name):
                case {"made": {"plan": str(plan), "study": str(of_study)}, "parts": {**parts}}:
                    # Whether numbers are kept is a matter of the study, and changes lines of the dataset.
                    known = (plan, of_study) == (made["plan"], made["study"])
                case _:
                    known, parts = False, {}
            self._parts_of[name] = parts if known else self._digests.parts(dataset)
        return self._parts_of[name]

    def told(self) -> dict[str, str]:
        """By dataset, in words, why it was made anew, or that it was kept and what of it was not."""
        lost = self.packages.lost
        return {
            name: f"{why}, but {lost[name]} was damaged" if why == KEPT and name in lost else why
            for name, why in self.reasons.items()
        }


@contextmanager
def keeping(kept: Kept | None, tables: Mapping[str, RawTable], *, in_parts: bool) -> Generator[None]:
    """What is made while the block lasts is kept, though it end with faults of the data."""
    if kept is None:
        yield
        return
    kept.begin(tables, in_parts=in_parts)
    try:
        yield
    except Stopped:
        kept.keep()
        raise
    kept.keep()


def _shape(frame: pl.DataFrame) -> dict[str, Any]:
    """The rows and columns of a frame, as a JSON value."""
    from ced_cdisc.core.arrow import schema_to_json

    return {"height": frame.height, "columns": schema_to_json(frame.schema)}


def _packed(frame: pl.DataFrame) -> tuple[bytes, str]:
    """A frame in bytes, the same for the same columns and values, and its digest."""
    import polars as pl

    from ced_cdisc.core.arrow import to_bytes

    frame = frame.rechunk()
    # Texts of up to 12 bytes stand in a column of 16 bytes a row, longer ones beside it, where those of rows
    # that are long gone may stand, too: such columns are made anew.
    texts = frame.select(pl.col(pl.String))
    longer = [one.name for one in texts if one.estimated_size() > _BYTES_A_TEXT * texts.height]
    body = to_bytes(frame.with_columns(pl.col(longer) + ""))
    return body, digest_of(body)


def _is_of_parts(value: Any) -> bool:
    try:
        return pieces_of(value) is not None
    except (TypeError, ValueError, AttributeError):
        return False


def _dataset(value: Any, body: bytes) -> KeptDataset | None:
    """A dataset of an entry, or None where it is no such thing."""
    from polars.exceptions import PolarsError

    from ced_cdisc.convert.kept import KeptDataset
    from ced_cdisc.core.arrow import schema_of_json
    from ced_cdisc.core.later import packed

    try:
        columns = value["columns"]
        schema = None if columns is None else schema_of_json(columns)
        return KeptDataset(packed(body, int(value["height"]), schema), *said_by(value))
    except (LookupError, TypeError, ValueError, AttributeError, OSError, PolarsError):
        return None
