"""Comparing two files or two folders: which datasets belong together, with which keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from lxml import etree
from msgspec import Struct, field

from ced_cdisc.check.define.document import DefineDocument
from ced_cdisc.compare.datasets import Settings, UnknownKeys, compare_tables
from ced_cdisc.compare.model import Comparison, DatasetComparison, Difference
from ced_cdisc.core.findings import (
    Finding,
    Findings,
    Location,
    Severity,
    Stage,
    Stopped,
    did_you_mean,
    one_of,
)
from ced_cdisc.read.compared import dataset_files, open_table

_DEFINE = "define.xml"
_LARGEST_DEFINE = 1 << 28


class Keyed(Struct, frozen=True):
    """Keys that the user names: for all datasets, and by dataset."""

    all: tuple[str, ...] = ()
    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def compare_paths(
    a: Path,
    b: Path,
    settings: Settings,
    keys: Keyed = Keyed(),  # noqa: B008 # which is frozen
    *,
    encoding: str = "utf-8",
    only: Sequence[str] = (),
) -> Comparison:
    """Compare two files, two folders, or a folder and a file of one of its datasets.

    Args:
        a: a file or a folder that exists.
        b: likewise.
        settings: tolerance and what to leave out.
        keys: keys that the user names; those for all datasets count where a dataset has them.
        encoding: of texts in transport files and CSV.
        only: names of datasets, in capitals; none for all.

    Raises:
        Stopped: a file cannot be read (CED330 to CED337, CED714), a folder has a dataset twice (CED715) or
            there is nothing to compare (CED716).
        UnknownKeys: a dataset lacks a key that the user names for it, or no dataset takes the keys.
    """
    defines = _Defines()
    made: list[DatasetComparison] = []
    if a.is_file() and b.is_file():
        made.append(_pair(a, b, a.as_posix(), b.as_posix(), "", settings, keys, encoding, defines))
    else:
        pairs = _pairs(a, b, only)
        for name, one, other in pairs:
            shown_a, shown_b = _shown(one), _shown(other)
            if one is None or other is None:
                alike = [n for n, _, _ in pairs if n != name and n.split("/")[-1] == name.split("/")[-1]]
                hint = f"the same name have {', '.join(alike)}: compare their folders to pair them" * bool(
                    alike
                )
                made.append(_alone(name, one, other, encoding, hint))
                continue
            made.append(_pair(one, other, shown_a, shown_b, name, settings, keys, encoding, defines))
        _all_used(keys, made, only)
    return Comparison(a.as_posix(), b.as_posix(), settings.tolerance, tuple(made), tuple(defines.notes))


def _all_used(keys: Keyed, made: Sequence[DatasetComparison], only: Sequence[str]) -> None:
    """Keys that no dataset took are misspelt: other keys would stand in for them unnoticed."""
    names = {one.name.split("/")[-1].upper(): one for one in made}
    general = [one for name, one in names.items() if name not in keys.of]
    if keys.all and general and not any(one.keys == keys.all for one in general):
        raise UnknownKeys(f"no dataset has the variables {one_of(keys.all)} on both sides")
    for name in () if only else keys.of:
        if name not in names:
            near = did_you_mean(name, names)
            raise UnknownKeys(f"there is no dataset {name}" + (f"; {near}" if near else ""))


def _shown(path: Path | None) -> str:
    return "" if path is None else path.as_posix()


def _pair(
    a: Path,
    b: Path,
    shown_a: str,
    shown_b: str,
    name: str,
    settings: Settings,
    keys: Keyed,
    encoding: str,
    defines: _Defines,
) -> DatasetComparison:
    one = open_table(a, encoding=encoding, shown=shown_a)
    other = open_table(b, encoding=encoding, shown=shown_b)
    defined = [(f"{_DEFINE} of {side}", defines.keys(path, one.name)) for side, path in (("A", a), ("B", b))]
    named = keys.of.get(one.name, ())
    both = {v.name for v in one.variables} & {v.name for v in other.variables}
    if not named and keys.all and (set(keys.all) <= both or name == ""):
        named = keys.all
    return compare_tables(one, other, settings, named, defined, name or one.name)


def _alone(name: str, a: Path | None, b: Path | None, encoding: str, hint: str) -> DatasetComparison:
    path = a or b
    assert path is not None
    side = "A" if b is None else "B"
    rows = open_table(path, encoding=encoding).rows
    message = f"{name} is only in {side}: {path.as_posix()}"
    details = (hint,) if hint else ()
    return DatasetComparison(
        name,
        _shown(a),
        _shown(b),
        rows if b is None else None,
        rows if a is None else None,
        differences=(Difference("CED703", message, cause=f"only in {side}", count=1, details=details),),
    )


def _pairs(a: Path, b: Path, only: Sequence[str]) -> list[tuple[str, Path | None, Path | None]]:
    """Which files belong together: of one place below the folders, else of a name that each side has once."""
    sides = [_datasets(path) for path in (a, b)]
    if a.is_file() or b.is_file():
        file = sides[0] if a.is_file() else sides[1]
        names = {name for _, name in file}
        sides = [{key: path for key, path in side.items() if key[1] in names} for side in sides]
    if only:
        sides = [{key: path for key, path in side.items() if key[1] in only} for side in sides]
    for path, side in zip((a, b), sides, strict=True):
        if not side:
            what = "no dataset to compare" if only or a.is_file() or b.is_file() else "no dataset"
            hint = "compare looks for .xpt, .parquet and .csv files, also in folders below"
            raise _stopped("CED716", path, f"there is {what} in {path.as_posix()}", hint)
    left, right = sides
    together: dict[tuple[str, str], tuple[Path | None, Path | None]] = {
        key: (path, right[key]) for key, path in left.items() if key in right
    }
    rest_a = {key: path for key, path in left.items() if key not in together}
    rest_b = {key: path for key, path in right.items() if key not in together}
    for key, path in rest_a.items():
        same = [other for other in rest_b if other[1] == key[1]]
        alike = [other for other in rest_a if other[1] == key[1]]
        if len(same) == 1 and len(alike) == 1:
            together[key] = (path, rest_b.pop(same[0]))
        else:
            together[key] = (path, None)
    clashes = {key: (None, path) for key, path in rest_b.items()}
    listed = [*together.items(), *clashes.items()]
    names = [key[1] for key, _ in listed]
    return [
        (name if names.count(name) == 1 else f"{place}/{name}".lstrip("/"), one, other)
        for (place, name), (one, other) in sorted(listed, key=lambda item: (item[0], item[1][0] is None))
    ]


def _datasets(path: Path) -> dict[tuple[str, str], Path]:
    """The files of a side by place below the folder, and name, in capitals."""
    if path.is_file():
        return {("", path.stem.upper()): path}
    found: dict[tuple[str, str], Path] = {}
    try:
        for file in dataset_files(path):
            key = (file.parent.relative_to(path).as_posix().casefold().removeprefix("."), file.stem.upper())
            if key in found:
                first = found[key]
                message = f"{key[1]} stands twice in {file.parent.as_posix()}: {first.name} and {file.name}"
                raise _stopped("CED715", path, message, "take one of them away, or compare the files")
            found[key] = file
    except OSError as error:
        message = f"{path.as_posix()} cannot be read: {error.strerror}"
        raise _stopped("CED714", path, message, "") from None
    return found


def _stopped(code: str, path: Path, message: str, hint: str) -> Stopped:
    return Stopped(Findings([Finding(code, message, Location(path.as_posix()), hint, Stage.RAW)]))


class _Defines:
    """The keys of the define.xml beside a file; each is read once, and what is wrong with it is kept."""

    def __init__(self) -> None:
        self._known: dict[Path, dict[str, tuple[str, ...]]] = {}
        self.notes: list[Difference] = []

    def keys(self, file: Path, dataset: str) -> tuple[str, ...]:
        """The key variables of a dataset in order; none without a define.xml that says them."""
        folder = file.parent
        if folder not in self._known:
            self._known[folder] = self._read(folder / _DEFINE)
        return self._known[folder].get(dataset, ())

    def _read(self, path: Path) -> dict[str, tuple[str, ...]]:
        if not path.is_file():
            return {}
        made: dict[str, tuple[str, ...]] = {}
        try:
            if path.stat().st_size <= _LARGEST_DEFINE:
                made = _defined_keys(DefineDocument(path.read_bytes(), path.name))
        except (OSError, etree.XMLSyntaxError):
            made = {}
        if not any(made.values()):
            message = f"{path.as_posix()} gives no keys: it cannot be read, or has no KeySequence"
            self.notes.append(Difference("CED713", message, severity=Severity.WARNING))
        return made


def _defined_keys(document: DefineDocument) -> dict[str, tuple[str, ...]]:
    made: dict[str, tuple[str, ...]] = {}
    for dataset in document.datasets:
        keyed = [
            (int(number), document.items[ref.get("ItemOID", "")].get("Name", ""))
            for ref in dataset.iterchildren("{*}ItemRef")
            if re.fullmatch("[0-9]{1,4}", number := ref.get("KeySequence", ""))
            and ref.get("ItemOID", "") in document.items
        ]
        made[dataset.get("Name", "").upper()] = tuple(name.upper() for _, name in sorted(keyed))
    return made
