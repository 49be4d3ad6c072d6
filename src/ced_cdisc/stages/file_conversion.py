"""One file into another format: read twice, what is lost told first, and written beside the target."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.datafile import NO_TIME, FileDataset, FileVariable, Rows, is_json_time
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped, did_you_mean
from ced_cdisc.core.xpt import (
    LIMITS,
    LONGEST_NUMBER,
    Version,
    XptMember,
    XptVariable,
    sas_stamp,
    split_format,
)
from ced_cdisc.read.datafiles import DataFile, open_datafile
from ced_cdisc.read.defined import defined_dataset, refused
from ced_cdisc.read.xpt import read_xpt_members
from ced_cdisc.stages.file_losses import Kind, Survey, fitted, survey
from ced_cdisc.write.dataset_json import Form, write_dataset_json
from ced_cdisc.write.delimited import write_csv
from ced_cdisc.write.xpt import write_xpt_blocks

_LONGER = {"CED301": "rename it", "CED305": "shorten it"}
"""What version 8 holds and version 5 does not, and what else helps."""


class Converted(Struct, frozen=True):
    """A finished conversion; the findings are notes and warnings."""

    name: str
    file: str
    rows: int
    variables: int
    findings: Findings


def convert_file(
    source: Path,
    target: Path,
    *,
    define: Path | None = None,
    member: str = "",
    name: str = "",
    created: str = "",
    encoding: str = "",
    allowed: Collection[str] = (),
    replaces: bool = False,
    version: Version = 5,
) -> Converted:
    """Convert a dataset of a file; formats are those of the endings of the names.

    Args:
        source: the file to read.
        target: the file to write; it comes to stand there once it is whole.
        define: a define.xml: types of CSV, and labels, lengths, formats, keys and OIDs that the file lacks.
        member: the dataset of a transport file that holds several.
        name: of the dataset, in place of the one that the file says or has.
        created: the time of creation, ISO 8601, in place of that of the file.
        encoding: of texts in XPT and CSV, read and written; by default UTF-8, and ASCII for XPT to write.
        allowed: losses that are allowed: ``labels``, ``names``, ``special-missing``, ``digits``.
        replaces: whether the target may be there already.
        version: of a transport file to write; agencies take 5.

    Raises:
        Stopped: the file cannot be read (exit code 11), the format cannot hold it or the target is refused
            (12).
        LookupError: Python knows no such encoding.
    """
    shown = target.as_posix()
    if os.path.lexists(target) and not (replaces and target.is_file()):
        what = "is there already" if target.is_file() else "is there already and no file"
        raise _refused("CED736", shown, what, "name another file, or replace it with --replace")
    ending = target.suffix.lower()
    kind = cast(Kind, {".xpt": "xpt", ".csv": "csv", ".parquet": "parquet"}.get(ending, "json"))
    file, found, findings = _opened(source, define, member, name, created, encoding, kind)
    of_xpt = encoding or "ascii"
    dataset, losses = fitted(file, found, kind, allowed, shown, source.as_posix(), version, of_xpt)
    findings.extend(losses)
    if findings.errors:
        raise Stopped(findings)
    headers = _member(dataset, found, shown, of_xpt, version) if kind == "xpt" else None
    try:
        _write(file, dataset, found, target, headers, encoding or "utf-8")
    except Stopped as stopped:
        told = [_with_way_out(_of_target(f, dataset, shown), version) for f in stopped.findings]
        raise Stopped(Findings(told)) from None
    except OSError as error:
        raise _refused("CED737", shown, f"cannot be written: {error.strerror or error}") from None
    except UnicodeEncodeError as error:
        what = f"cannot be written in {encoding or 'utf-8'}, which lacks {error.object[error.start]!r}"
        raise _refused("CED737", shown, what) from None
    return Converted(dataset.name, shown, found.rows, len(dataset.variables), findings)


def convert_members(
    source: Path,
    folder: Path,
    *,
    encoding: str = "",
    allowed: Collection[str] = (),
    replaces: bool = False,
    version: Version = 5,
) -> list[Converted]:
    """Take the datasets of a transport file apart: one file each in a folder, named as the dataset.

    Arguments are those of :func:`convert_file`; the folder is made where it is missing.

    Raises:
        Stopped: as :func:`convert_file`, with the faults of all datasets; those without any are written.
    """
    members = read_xpt_members(source, encoding=encoding or "utf-8", shown=source.as_posix())
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _refused("CED737", folder.as_posix(), f"cannot be made: {error.strerror or error}") from None
    done: list[Converted] = []
    faults = Findings()
    for one in members:
        target = folder / f"{one.name.lower()}.xpt"
        try:
            done.append(
                convert_file(
                    source,
                    target,
                    member=one.name,
                    encoding=encoding,
                    allowed=allowed,
                    replaces=replaces,
                    version=version,
                )
            )
        except Stopped as stopped:
            faults.extend(stopped.findings)
    if faults:
        raise Stopped(faults)
    return done


def _of_target(finding: Finding, dataset: FileDataset, shown: str) -> Finding:
    """A fault of the rows names the file that was to be written, whatever the dataset is called."""
    is_ours = finding.where.file == f"{dataset.name.lower()}.xpt" and finding.stage is Stage.OUTPUT
    return replace(finding, where=replace(finding.where, file=shown)) if is_ours else finding


def _with_way_out(finding: Finding, version: Version) -> Finding:
    """The finding, with the other version where that holds what version 5 does not."""
    if version == 8 or finding.code not in _LONGER:
        return finding
    return replace(finding, hint=f"{_LONGER[finding.code]}, or write XPT v8 with --xpt-version 8")


def _opened(
    source: Path, define: Path | None, member: str, name: str, created: str, encoding: str, kind: Kind
) -> tuple[DataFile, Survey, Findings]:
    """The file with all that is known of it, and what its rows hold."""
    file = open_datafile(source, member=member, encoding=encoding or "utf-8")
    said = name or file.dataset.name
    if define is not None:
        defined = defined_dataset(define, said)
        if source.suffix.lower() == ".csv":
            file = open_datafile(source, encoding=encoding or "utf-8", defined=defined)
        file.dataset = _completed(file.dataset, defined, define)
    file.dataset = replace(file.dataset, name=said, created=created or _time(file.dataset.created))
    return file, survey(file, (encoding or "utf-8") if kind == "xpt" else "utf-8"), Findings()


def _completed(dataset: FileDataset, defined: FileDataset, define: Path) -> FileDataset:
    """The dataset with what define.xml knows and the file does not."""
    known = {variable.name: variable for variable in defined.variables}
    if unknown := [v.name for v in dataset.variables if v.name not in known]:
        message = f"{define.as_posix()} has no variable {unknown[0]} in {defined.name}"
        raise refused(define.as_posix(), message, did_you_mean(unknown[0], known))

    def joined(own: FileVariable) -> FileVariable:
        other = known[own.name]
        kept = replace(
            own,
            label=own.label or other.label,
            length=other.length or own.length,
            format=own.format or other.format,
            key=own.key or other.key,
            oid=other.oid,
        )
        same = own.type == other.type and not own.target and own.data_type in ("string", "double")
        return replace(kept, data_type=other.data_type, target=other.target) if same else kept

    return replace(
        dataset,
        label=dataset.label or defined.label,
        variables=tuple(joined(variable) for variable in dataset.variables),
        created=dataset.created or defined.created,
        originator=dataset.originator or defined.originator,
        study_oid=defined.study_oid,
        metadata_version_oid=defined.metadata_version_oid,
        metadata_ref=dataset.metadata_ref or defined.metadata_ref,
        oid=defined.oid,
    )


def _member(dataset: FileDataset, found: Survey, shown: str, encoding: str, version: Version) -> XptMember:
    """The headers of the transport file."""
    stamp = _stamp(dataset.created)
    variables: list[XptVariable] = []
    for v in dataset.variables:
        try:
            form, informat = split_format(v.format, version), split_format(v.informat, version)
        except ValueError as error:
            raise _refused("CED321", shown, f"{dataset.name}.{v.name}: {error}") from None
        length = v.bytes or LONGEST_NUMBER
        if v.type == "Char":
            longest = found.bytes.get(_origin(v.name, found), 0)
            length = min(LIMITS[version].texts, v.bytes or max(1, longest, v.length))
        variables.append(XptVariable(v.name, v.label, v.type, length, *form, *informat))
    return XptMember(
        dataset.name,
        dataset.label,
        tuple(variables),
        created=stamp,
        modified=_stamp(dataset.modified) if dataset.modified else stamp,
        dataset_type=dataset.dataset_type,
        encoding=encoding,
        version=version,
    )


def _origin(name: str, found: Survey) -> str:
    """The name that the file has for a variable whose name is written in capitals."""
    return next((own for own in found.bytes if own.upper() == name), name)


def _time(text: str) -> str:
    """A time of creation that a file says, or nothing if it is none."""
    return text if is_json_time(text) else ""


def _stamp(text: str) -> str:
    return sas_stamp(datetime.fromisoformat(text or NO_TIME))


def _write(
    file: DataFile, dataset: FileDataset, found: Survey, target: Path, member: XptMember | None, encoding: str
) -> None:
    work = target.with_name(f".{target.name}.ced-cdisc")
    work.unlink(missing_ok=True)
    try:
        with work.open("xb") as stream:
            _fill(stream, file, dataset, found, target, member, encoding)
            stream.flush()
            os.fsync(stream.fileno())
        work.replace(target)
    except BaseException:
        work.unlink(missing_ok=True)
        raise


def _fill(
    stream: BinaryIO,
    file: DataFile,
    dataset: FileDataset,
    found: Survey,
    target: Path,
    member: XptMember | None,
    encoding: str,
) -> None:
    if member is not None:
        write_xpt_blocks(stream, _named(file, dataset), member)
    elif target.suffix.lower() == ".csv":
        write_csv(stream, dataset, file.blocks(), encoding)
    elif target.suffix.lower() == ".parquet":
        from ced_cdisc.write.parquet import write_parquet  # loads a part of pyarrow that no other needs

        write_parquet(stream, dataset, found.rows, (block.frame for block in file.blocks()))
    else:
        form = cast(Form, target.suffix.lower()[1:])
        frames = (block.frame for block in file.blocks())
        write_dataset_json(stream, dataset, found.rows, frames, form)


def _named(file: DataFile, dataset: FileDataset) -> Iterator[Rows]:
    """The rows, with the names that are written."""
    names = {
        own.name: new.name
        for own, new in zip(file.dataset.variables, dataset.variables, strict=True)
        if own.name != new.name
    }
    for block in file.blocks():
        codes = {names.get(name, name): series for name, series in block.codes.items()}
        yield Rows(block.frame.rename(names), codes) if names else block


def _refused(code: str, shown: str, what: str, hint: str = "") -> Stopped:
    return Stopped(Findings([Finding(code, f"{shown} {what}", Location(shown), hint, Stage.OUTPUT)]))
