"""One file into another format: read twice, what is lost told first, and written beside the target."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from ced_cdisc.core.datafile import NO_TIME, FileDataset, FileVariable
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped, did_you_mean
from ced_cdisc.core.xpt import LONGEST_NUMBER, TEXT_BYTES, XptMember, XptVariable, sas_stamp, split_format
from ced_cdisc.read.datafiles import DataFile, open_datafile
from ced_cdisc.read.defined import defined_dataset, refused
from ced_cdisc.stages.file_losses import Kind, Survey, fitted, survey
from ced_cdisc.write.dataset_json import Form, write_dataset_json
from ced_cdisc.write.delimited import write_csv
from ced_cdisc.write.xpt import write_xpt_blocks


@dataclass(frozen=True)
class Converted:
    """A finished conversion; the findings are notes and warnings."""

    name: str
    rows: int
    variables: int
    findings: Findings


def convert_file(
    source: Path,
    target: Path,
    *,
    define: Path | None = None,
    name: str = "",
    created: str = "",
    encoding: str = "",
    allowed: Collection[str] = (),
    replaces: bool = False,
) -> Converted:
    """Convert a file of one dataset; formats are those of the endings of the names.

    Args:
        source: the file to read.
        target: the file to write; it comes to stand there once it is whole.
        define: a define.xml: types of CSV, and labels, lengths, formats, keys and OIDs that the file lacks.
        name: of the dataset, in place of the one that the file says or has.
        created: the time of creation, ISO 8601, in place of that of the file.
        encoding: of texts in XPT and CSV, read and written; by default UTF-8, and ASCII for XPT to write.
        allowed: losses that are allowed: ``labels``, ``special-missing``, ``digits``.
        replaces: whether the target may be there already.

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
    file, found, findings = _opened(source, define, name, created, encoding, kind)
    dataset, losses = fitted(file, found, kind, allowed, shown, source.as_posix())
    findings.extend(losses)
    if findings.errors:
        raise Stopped(findings)
    member = _member(dataset, found, shown, encoding or "ascii") if kind == "xpt" else None
    try:
        _write(file, dataset, found, target, member, encoding or "utf-8")
    except OSError as error:
        raise _refused("CED737", shown, f"cannot be written: {error.strerror or error}") from None
    except UnicodeEncodeError as error:
        what = f"cannot be written in {encoding}, which lacks {error.object[error.start]!r}"
        raise _refused("CED737", shown, what) from None
    return Converted(dataset.name, found.rows, len(dataset.variables), findings)


def _opened(
    source: Path, define: Path | None, name: str, created: str, encoding: str, kind: Kind
) -> tuple[DataFile, Survey, Findings]:
    """The file with all that is known of it, and what its rows hold."""
    file = open_datafile(source, encoding=encoding or "utf-8")
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


def _member(dataset: FileDataset, found: Survey, shown: str, encoding: str) -> XptMember:
    """The headers of the transport file."""
    stamp = _stamp(dataset.created)
    variables: list[XptVariable] = []
    for v in dataset.variables:
        try:
            form, informat = split_format(v.format), split_format(v.informat)
        except ValueError as error:
            raise _refused("CED321", shown, f"{dataset.name}.{v.name}: {error}") from None
        length = v.bytes or LONGEST_NUMBER
        if v.type == "Char":
            length = v.bytes or min(TEXT_BYTES, max(1, found.bytes.get(v.name, 0), v.length))
        variables.append(XptVariable(v.name, v.label, v.type, length, *form, *informat))
    return XptMember(
        dataset.name,
        dataset.label,
        tuple(variables),
        created=stamp,
        modified=_stamp(dataset.modified) if dataset.modified else stamp,
        dataset_type=dataset.dataset_type,
        encoding=encoding,
    )


def _time(text: str) -> str:
    """A time of creation that a file says, or nothing if it is none."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return ""
    return text


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
        write_xpt_blocks(stream, file.blocks(), member)
    elif target.suffix.lower() == ".csv":
        write_csv(stream, dataset, file.blocks(), encoding)
    elif target.suffix.lower() == ".parquet":
        from ced_cdisc.write.parquet import write_parquet  # loads a part of pyarrow that no other needs

        write_parquet(stream, dataset, found.rows, (block.frame for block in file.blocks()))
    else:
        form = cast(Form, target.suffix.lower()[1:])
        frames = (block.frame for block in file.blocks())
        write_dataset_json(stream, dataset, found.rows, frames, form)


def _refused(code: str, shown: str, what: str, hint: str = "") -> Stopped:
    return Stopped(Findings([Finding(code, f"{shown} {what}", Location(shown), hint, Stage.OUTPUT)]))
