"""What a dataset is made of, in digests by name: the key under which it is kept.

That is its plan with the places that findings name, its raw tables, visits, study, tool, and the datasets
that it reads. An SDTM dataset may read others that are half finished, so for it these are what they are made
of in turn. An analysis dataset reads finished ones, so for it these are the data themselves, and one that
came out as before makes no reader anew. But where a study is built in parts, what is to be made is settled
before any data are: there an analysis dataset is looked at as one of SDTM is. How many parts there are is no
part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ced_cdisc.plan.dataset_key import VISITS, Digests, is_read, may_read
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.reach import all_read, owned, read_by, tables_read, visit_columns

Made = dict[str, str]
"""What a dataset is made of: digests by name."""


class MadeOf:
    """What the datasets of a plan are made of.

    Args:
        plan: the study.
        tool: the digest of the tool.
        content: gives the digest of the data of a finished dataset, by its qualified name.
    """

    def __init__(self, plan: StudyPlan, tool: str, content: Callable[[str], str]) -> None:
        self._plan, self._tool, self._content = plan, tool, content
        self._digests = Digests()
        self._study = {one.folder: self._digests.study(one) for one in plan.studies}
        self._raw: Mapping[str, str] = {}
        self._in_parts = False
        self._seen: dict[str, Made] = {}
        self._records_of: dict[str, list[Any]] = {}
        self._table_of: dict[str, Made] = {}
        self._visits_of: dict[str, Made] = {}
        self._bases: dict[str, str] = {}
        self._whole: dict[str, str] = {}

    def begin(self, raw: Mapping[str, str], in_parts: bool) -> None:
        """Go by the digests of the raw tables, by qualified name, and by how the study is built."""
        self._raw, self._in_parts = raw, in_parts

    def made(self, study: StudyPlan, dataset: DatasetPlan) -> Made:
        """What a dataset is made of; of an analysis dataset, once all are made that it reads."""
        name = study.qualified(dataset.name)
        if name not in self._seen:
            if dataset.kind == "adam":
                ways = self.in_parts if self._in_parts else self._of_data
                self._seen[name] = ways(study, dataset)
            else:
                self._seen[name] = self._own(study, dataset) | self._half_finished(study, dataset)
        return self._seen[name]

    def in_parts(self, study: StudyPlan, dataset: DatasetPlan) -> Made:
        """What an analysis dataset is made of to a build in parts."""
        made = self._own(study, dataset)
        for one, other in read_by(self._plan, study, dataset):
            name = one.qualified(other.name)
            made[f"of {name}"] = self._with_all_read(name)
        return made

    def _with_all_read(self, name: str) -> str:
        """What stands for all that a dataset is made of, those that it reads included, by qualified name."""
        if name not in self._whole:
            self._whole[name] = digest([self._base(one) for one in sorted(all_read(self._plan, [name]))])
        return self._whole[name]

    def _own(self, study: StudyPlan, dataset: DatasetPlan) -> Made:
        own = study.digests[dataset.name]
        made = {"tool": self._tool, "study": self._study[study.folder], "plan": own.whole}
        made |= {f"plug-in {shown}": one for shown, one in own.plug_ins.items()}
        for block in dataset.blocks:  # messages on names of visits point at the contract
            if block.visit is not None and block.source in study.tables:
                made[f"place {block.source}"] = digest(str(study.tables[block.source].where))
        if dataset.pinned is not None:
            made["numbers"] = digest([dataset.pinned.variable, *_numbers(dataset)])
        return made | self._tables(study, own.reads)

    def _of_data(self, study: StudyPlan, dataset: DatasetPlan) -> Made:
        """An analysis dataset, by the data of those that it reads, in all studies that are pooled."""
        made = self._own(study, dataset)
        for one, other in read_by(self._plan, study, dataset):
            name = one.qualified(other.name)
            made[f"reads {name}"] = self._content(name)
        return made

    def _half_finished(self, study: StudyPlan, dataset: DatasetPlan) -> Made:
        """The SDTM datasets that one of SDTM reads, by what their records are made of."""
        others = [d for d in study.datasets if d.kind == "sdtm" and d.name != dataset.name]
        reads = study.digests[dataset.name].reads
        return {
            f"reads {other.name}": self._made_of(study, others, other)
            for other in others
            if is_read(other, reads)
        }

    def _made_of(self, study: StudyPlan, others: Iterable[DatasetPlan], dataset: DatasetPlan) -> str:
        """What stands for all that an SDTM dataset's records are made of."""
        names = sorted(may_read(others, [dataset.name], study.digests))
        return digest([self._records(study, study.dataset(name)) for name in names])

    def _base(self, name: str) -> str:
        """What stands for what a dataset's own records are made of, by its qualified name."""
        if name not in self._bases:
            study, dataset = owned(self._plan)[name]
            self._bases[name] = digest([name, self._study[study.folder], self._records(study, dataset)])
        return self._bases[name]

    def _records(self, study: StudyPlan, dataset: DatasetPlan) -> list[Any]:
        name = study.qualified(dataset.name)
        if name not in self._records_of:
            own = study.digests[dataset.name]
            pinned = None if dataset.pinned is None else _numbers(dataset)
            tables = sorted(self._tables(study, own.reads).items())
            self._records_of[name] = [dataset.name, own.made, tables, pinned]
        return self._records_of[name]

    def _tables(self, study: StudyPlan, names: Iterable[str]) -> Made:
        """Raw tables and their contracts; of visits those that witness them."""
        read = frozenset(names)
        made = dict(self._visits(study)) if VISITS in read else {}
        for name in sorted(tables_read(study, read)):
            made |= self._table(study, name)
        return made

    def _visits(self, study: StudyPlan) -> Made:
        if study.folder not in self._visits_of:
            self._visits_of[study.folder] = (
                {"visits": self._digests.of(study.visits), "visit columns": digest(visit_columns(study))}
                if study.visits is not None
                else {}
            )
        return self._visits_of[study.folder]

    def _table(self, study: StudyPlan, name: str) -> Made:
        qualified = study.qualified(name)
        if qualified not in self._table_of:
            contract, raw = self._digests.table(study.tables[name]), self._raw.get(qualified, "")
            self._table_of[qualified] = {f"table {name}": contract, f"raw {name}": raw}
        return self._table_of[qualified]


def key_of(made: Made, tool: str) -> str:
    """The key under which a dataset is kept that is made of this."""
    return digest([tool, sorted(made.items())])


def digest(value: object) -> str:
    """The SHA-256 of a JSON value, hexadecimal."""
    return hashlib.sha256(
        json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass")
    ).hexdigest()


def _numbers(dataset: DatasetPlan) -> list[Any]:
    assert dataset.pinned is not None
    return [sorted(dataset.pinned.known.items()), sorted(dataset.pinned.highest.items())]
