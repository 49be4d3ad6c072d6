"""What earlier builds made of finished datasets: their descriptions and their transport files.

It stands under the digest of the data and of the plan of a dataset. So a dataset that is not made anew is
not described anew, and its file is copied; its data are not even read unless something else looks at them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct, field

from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges
from ced_cdisc.stages.kept_products import KeptProducts
from ced_cdisc.write.kept_files import KeptFiles

if TYPE_CHECKING:
    from ced_cdisc.core.blocks import Blocks
    from ced_cdisc.core.metadata import DatasetMetadata
    from ced_cdisc.core.xpt import XptMember
    from ced_cdisc.describe.lists import UsedTerms

Submitted = tuple["Blocks", "Blocks | None"]
"""A dataset with the variables that are submitted, and its supplemental qualifiers."""
Describe = Callable[[DatasetPlan, "Blocks", "UsedTerms"], "DatasetMetadata"]
Descriptions = dict[tuple[str, int], Any]
"""By the qualified name of a dataset, and whether it is itself (0) or its qualifiers (1), as JSON values."""
_DATASET, _QUALIFIERS = 0, 1


class _Entry(Struct):
    """What is kept of one dataset.

    Attributes:
        dataset: its qualified name.
        value: ``columns``; ``qualifiers``, their columns and how many there are, or None; ``described`` and
            ``files`` (digests of the headers and of the file) by number: 0 is the dataset, 1 its qualifiers.
        new: whether the value is not yet kept as it is.
        files: those that were written by this build, by number.
        copies: those that are copies of what is kept, by number.
    """

    name: str
    dataset: str
    key: str
    value: dict[str, Any]
    new: bool = False
    files: dict[int, Path] = field(default_factory=dict[int, Path])
    copies: dict[int, Path] = field(default_factory=dict[int, Path])


class KeptPackages:
    """Descriptions and transport files of the datasets of a build.

    Args:
        files: where they are kept.
        tool: the digest of the tool.
        content: gives the digest of the data of a dataset, by its qualified name.

    Attributes:
        products: what is made of descriptions and data together.
        lost: by qualified name of a dataset, in words, what of it did not hold and was made anew.
    """

    def __init__(self, files: KeptFiles, tool: str, content: Callable[[str], str]) -> None:
        self._files, self._tool, self._content = files, tool, content
        self.products = KeptProducts(files, tool)
        self.lost: dict[str, str] = {}
        self._entries: dict[str, tuple[_Entry, int]] = {}

    def submitted(
        self,
        study: StudyPlan,
        dataset: DatasetPlan,
        changes: TextChanges,
        whole: Blocks,
        make: Callable[[DatasetPlan, Blocks], Submitted],
    ) -> Submitted:
        """What ``make`` makes of a finished dataset; where that is known, nothing is read.

        Args:
            study: whose dataset it is.
            dataset: its plan, with the variables and qualifiers that continue long texts.
            changes: what was done with texts of the study.
            whole: the dataset, all its columns.
            make: gives the dataset as it is submitted, and its qualifiers.
        """
        entry = self._opened(study, dataset, changes)
        value = entry.value
        if not value:
            data, qualifiers = make(dataset, whole)
            found = None if qualifiers is None else [qualifiers.columns, qualifiers.height]
            value |= {"columns": data.columns, "qualifiers": found, "described": {}, "files": {}}
            entry.new = True
            return data, qualifiers
        import polars as pl

        from ced_cdisc.core.later import later

        data = whole.select(value["columns"])
        if value["qualifiers"] is None:
            return data, None
        columns, height = value["qualifiers"]

        def melted() -> pl.DataFrame:
            qualifiers = make(dataset, whole)[1]
            assert qualifiers is not None, "the same data have the same qualifiers"
            return qualifiers.frame()

        return data, later(dict.fromkeys(columns, pl.String()), height, melted)

    def describing(self, study: StudyPlan, number: int, describe: Describe) -> Describe:
        """What describes a dataset (0) or its qualifiers (1) of a study; what is known is not made anew."""
        return partial(self._described, study, number, describe)

    def described(self, descriptions: Descriptions) -> None:
        """Take notice of descriptions that were made elsewhere."""
        for (name, number), described in descriptions.items():
            entry, _ = self._entries[name]
            entry.value["described"][str(number)], entry.new = described, True

    def copy(self, name: str, member: XptMember, stream: BinaryIO, former: Path | None) -> str:
        """Write the transport file of a dataset, by its qualified name, if one with these headers is kept.

        Where ``former``, the file that this one replaces, is the kept one, it stays in its place. Gives its
        SHA-256, or an empty text if none is that holds: the stream may have a part of it.
        """
        entry, number = self._entries[name]
        known = entry.value["files"].get(str(number))
        if known is None or known[0] != _headers(member):
            return ""
        if self._files.copy_beside(entry.name, entry.key, number, known[1], stream, former):
            entry.copies[number] = Path(stream.name)
            return known[1]
        del entry.value["files"][str(number)]
        entry.new = True
        self.lost.setdefault(entry.dataset, f"the transport file of {name}")
        return ""

    def wrote(self, name: str, member: XptMember, path: Path, digest: str) -> None:
        """Take notice of a transport file that was made, and what it hashes to."""
        entry, number = self._entries[name]
        entry.value["files"][str(number)] = [_headers(member), digest]
        entry.files[number], entry.new = path, True

    def stands_for(self, name: str) -> str:
        """What stands for a dataset as it is submitted, and for its plan, by its qualified name."""
        return self._entries[name][0].key

    def keep(self) -> None:
        """Write what is new. The files must still be where they were written."""
        for entry, number in self._entries.values():
            if number == _DATASET:
                for one, path in entry.copies.items():  # the next build finds it in the output
                    self._files.share_beside(entry.name, entry.key, one, path)
            if number == _DATASET and entry.new:
                for one, path in entry.files.items():
                    self._files.write_beside(entry.name, entry.key, one, path)
                self._files.write(entry.name, entry.key, entry.value)

    def _opened(self, study: StudyPlan, dataset: DatasetPlan, changes: TextChanges) -> _Entry:
        name = study.qualified(dataset.name)
        parts = sorted((v, n) for (d, v), n in changes.parts.items() if d == dataset.name)
        in_ascii = sorted(v for d, v in changes.in_ascii if d == dataset.name)
        own = study.digests[dataset.name]
        made = [self._tool, self._content(name), own.whole, sorted(own.plug_ins.items()), parts, in_ascii]
        key = hashlib.sha256(json.dumps(["package", name, made]).encode("utf-8", "surrogatepass")).hexdigest()
        shown = f"package {name}"
        found = self._files.read(shown, key)
        if found is not None and not _is_value(found[0]):
            self._files.throw_away(shown, key)
            found = None
        if shown in self._files.damaged:
            self.lost[name] = "the description"
        entry = _Entry(shown, name, key, {} if found is None else found[0])
        self._entries[name] = entry, _DATASET
        self._entries[study.qualified(f"SUPP{dataset.name}")] = entry, _QUALIFIERS
        return entry

    def _described(
        self,
        study: StudyPlan,
        number: int,
        describe: Describe,
        dataset: DatasetPlan,
        data: Blocks,
        used: UsedTerms,
    ) -> DatasetMetadata:
        from ced_cdisc.describe.as_json import description_of_json, description_to_json
        from ced_cdisc.describe.lists import UsedTerms

        entry, _ = self._entries[study.qualified(dataset.name)]
        known = entry.value["described"].get(str(number))
        if known is not None:
            try:
                described, own = description_of_json(dataset, known)
            except (ValueError, TypeError, LookupError):
                self._files.throw_away(entry.name, entry.key)
            else:
                used.update(own)
                return described
        own = UsedTerms()
        described = describe(dataset, data, own)
        entry.value["described"][str(number)] = description_to_json(dataset, described, own)
        entry.new = True
        used.update(own)
        return described


def _is_value(value: Any) -> bool:
    """Whether a JSON value has the form of :attr:`_Entry.value`."""
    try:
        given: tuple[list[Any], int] = value["qualifiers"] or ([], 0)
        columns, height = given
        texts: list[Any] = [*value["columns"], *columns]
        texts += [text for member, digest in value["files"].values() for text in (member, digest)]
        return all(isinstance(one, str) for one in texts) and int(height) >= 0 and "described" in value
    except (TypeError, ValueError, LookupError, AttributeError):
        return False


def _headers(member: XptMember) -> str:
    return hashlib.sha256(repr(member).encode("utf-8", "surrogatepass")).hexdigest()
