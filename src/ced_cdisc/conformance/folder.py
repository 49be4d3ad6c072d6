"""Reading a folder of XPT or Dataset-JSON files and its define.xml: whatever it holds, each file at fault has
one finding, and the others are read.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import polars as pl
from lxml import etree
from msgspec import Struct

from ced_cdisc.build_file import NAME as BUILD_FILE
from ced_cdisc.check.define.document import DefineDocument
from ced_cdisc.conformance.classify import make_dataset
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.file import FileTold, ReadFile, Unreadable, read_file
from ced_cdisc.conformance.halves import halves
from ced_cdisc.conformance.records import Profile
from ced_cdisc.conformance.standard import governing
from ced_cdisc.conformance.submission import Submission
from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage
from ced_cdisc.core.partner import Partner, PartnerLost

_KINDS = (".xpt", ".ndjson", ".json", ".dsjc")
_NOT_READ = (".sas7bdat", ".xpt8", ".v8xpt", ".xport", ".cpt", ".parquet")
_BELOW = ("sdtm", "adam", "tabulations/sdtm", "analysis/adam/datasets")
MOST_FILES = 2000
"""More files than any submission has in one folder."""
LARGEST_DEFINE = 1 << 28
"""Of a define.xml [bytes]."""
_NAME = re.compile(r"[a-z][a-z0-9]{0,7}")
_NOT_DATA = (BUILD_FILE, "results.json", "findings.json")


class ReadFolder(Struct, frozen=True):
    """A submission and the faults met while reading it."""

    submission: Submission
    findings: Findings


def read_folder(
    folder: Path,
    *,
    define: Path | None = None,
    standard: Iterable[str] = (),
    known: Callable[[str], Profile | None] = lambda _: None,
    partner: Partner | None = None,
) -> ReadFolder:
    """Read all datasets of a folder; where it has none itself, those of its subfolders sdtm and adam.

    Args:
        folder: the folder.
        define: the define.xml; by default the one in the folder.
        standard: flags such as ``SDTMIG=3.3``.
        known: gives what an earlier reading of the same transport file told, by its path below the folder.
        partner: who goes through half of the files, if any.

    Raises:
        WrongStandard: a flag names no known standard.
    """
    findings = Findings()
    files = _files(folder, findings)
    places = (
        [define] if define else sorted({f.parent / "define.xml" for f in files} | {folder / "define.xml"})
    )
    defines = [d for d in (_define(p, folder, findings, define is not None) for p in places) if d]
    datasets: dict[str, Dataset] = {}
    for file, read in _read(files, folder, known, partner).items():
        shown = _shown(file, folder)
        if isinstance(read, Unreadable):
            findings.extend(read.findings)
            continue
        head = read.head
        findings.extend(head.findings)
        data = make_dataset(
            head.name, head.label, read.records, head.columns,
            file=shown, format=head.format, defines=defines,
        )  # fmt: skip
        if data.name in datasets:
            _add(
                findings, "CED603", shown, f"holds {data.name}, which {datasets[data.name].file} holds, too",
                "keep one of them",
            )  # fmt: skip
            continue
        datasets[data.name] = data
        if data.name.lower() != file.stem.lower() or not _NAME.fullmatch(file.stem.lower()):
            _add(
                findings, "CED602", shown, f"holds the dataset {data.name!r}",
                "a file has the name of its dataset, up to 8 letters and digits", Severity.WARNING,
            )  # fmt: skip
    if not datasets and not findings:
        where = folder.as_posix()
        _add(
            findings, "CED600", where, "holds no dataset", "a folder of .xpt, .json or .ndjson files is read"
        )
    ordered = dict(sorted(datasets.items()))
    governs = governing(defines, standard, _told_by_ts(ordered.get("TS")))
    return ReadFolder(Submission(ordered, governs, tuple(defines), folder), findings)


def _read(
    files: Sequence[Path], folder: Path, known: Callable[[str], Profile | None], partner: Partner | None
) -> dict[Path, ReadFile | Unreadable]:
    """What each file holds, or why it cannot be read.

    Two processes go through half of the files each. What a partner does not tell of is gone through here.
    """
    shown = {file: _shown(file, folder) for file in files}

    def read(file: Path) -> ReadFile | Unreadable:
        return read_file(file, shown[file], known(shown[file]))

    if partner is None:
        return {file: read(file) for file in files}
    found = {file: read(file) for file in halves({one: _size(one) for one in files})[partner.half]}
    mine = {shown[file]: one.told() if isinstance(one, ReadFile) else one for file, one in found.items()}
    theirs: dict[str, FileTold | Unreadable] = {}
    with suppress(PartnerLost):
        theirs = partner.swap(mine)
    for file in files:
        if file not in found:
            one = theirs.get(shown[file])
            found[file] = one.opened(file, shown[file]) if isinstance(one, FileTold) else one or read(file)
    return {file: found[file] for file in files}


def _size(file: Path) -> int:
    """Of a file [bytes]; 0 of one that has gone."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


def would_be_read(file: Path, folder: Path) -> bool:
    """Whether a check of the folder would take this file, by its real path, for data or a define.xml."""
    if not file.is_relative_to(folder.resolve()):
        return False
    is_data = file.suffix.lower() in (*_KINDS, *_NOT_READ) and file.name not in _NOT_DATA
    return is_data or file.name.lower() == "define.xml"


def _told_by_ts(summary: Dataset | None) -> str:
    """The version of the SDTMIG that TS gives, or an empty text."""
    if summary is None or not {"TSPARMCD", "TSVAL"} <= set(summary.texts()):
        return ""
    told = summary.read("TSPARMCD", "TSVAL").filter(pl.col("TSPARMCD") == "SDTIGVER")["TSVAL"].drop_nulls()
    return str(told[0]) if len(told) else ""


def _files(folder: Path, findings: Findings) -> list[Path]:
    for place in (folder, *(folder / name for name in _BELOW)):
        found = _in(place, folder, findings)
        if found and place == folder:
            return found
        if found:
            others = [
                f for name in _BELOW if folder / name != place for f in _in(folder / name, folder, findings)
            ]
            return found + others
    return []


def _in(place: Path, folder: Path, findings: Findings) -> list[Path]:
    """The dataset files of one folder; links and other things that are no files have a finding."""
    try:
        listed = sorted(p for p in place.iterdir() if p.suffix.lower() in _KINDS and p.name not in _NOT_DATA)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        _add(findings, "CED604", _shown(place, folder), f"cannot be read: {error.strerror}")
        return []
    for path in sorted(place.iterdir()):
        if path.suffix.lower() in _NOT_READ:
            shown = _shown(path, folder)
            hint = "export it as XPT version 5, or as Dataset-JSON or NDJSON"
            _add(findings, "CED610", shown, "is no kind of file that is read", hint, Severity.WARNING)
    if len(listed) > MOST_FILES:
        _add(
            findings,
            "CED601",
            place.as_posix(),
            f"holds {len(listed):,} files, at most {MOST_FILES:,} are read",
        )
        listed = listed[:MOST_FILES]
    found: list[Path] = []
    for path in listed:
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode):
            found.append(path)
        else:
            what = "is a link" if stat.S_ISLNK(mode) else "is no ordinary file"
            _add(findings, "CED601", _shown(path, folder), f"{what} and is not read", "put the file there")
    return found


def _define(path: Path, folder: Path, findings: Findings, named: bool) -> DefineDocument | None:
    shown = path.as_posix() if named else _shown(path, folder)
    try:
        mode = path.stat() if named else path.lstat()
        if not stat.S_ISREG(mode.st_mode):
            _add(findings, "CED601", shown, "is no ordinary file and is not read", "put the file there")
            return None
        if mode.st_size > LARGEST_DEFINE:
            _add(findings, "CED609", shown, f"has {mode.st_size:,} bytes, more than a define.xml has")
            return None
        document = DefineDocument(path.read_bytes(), shown)
    except FileNotFoundError:
        return None
    except OSError as error:
        _add(findings, "CED609", shown, f"cannot be read: {error.strerror}")
        return None
    except etree.XMLSyntaxError as error:
        _add(findings, "CED609", shown, f"is no XML: {str(error.msg).splitlines()[0]}", "write it again")
        return None
    if document.has_document_type:
        _add(findings, "CED609", shown, "declares a document type and is not read", "take the DOCTYPE out")
        return None
    return document


def _add(
    findings: Findings, code: str, file: str, what: str, hint: str = "", severity: Severity = Severity.ERROR
) -> None:
    findings.add(Finding(code, f"{file} {what}", Location(file), hint, Stage.CHECK, severity))


def _shown(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    return name.encode("utf-8", "backslashreplace").decode()
