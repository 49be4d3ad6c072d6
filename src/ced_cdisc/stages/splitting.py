"""Large transport files in pieces, beside the whole, as the FDA asks for datasets over 5 GB.

The pieces stand in the folder ``split`` beside the whole dataset. They have its headers but for the name, so
lengths are common, and its records in its order: joined they are the whole. Each subject is in one piece.
define.xml describes the whole; how it was split is said in the reviewer's guide.

Source: FDA Study Data Technical Conformance Guide, section "Dataset Size".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage, one_of
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.core.sizes import shown_bytes

if TYPE_CHECKING:
    from ced_cdisc.stages.pieces import Piece
    from ced_cdisc.write.output_files import OutputFiles

FOLDER = "split"
"""Where the pieces stand, beside the whole datasets."""
_LISTED = 20


def split_datasets(
    packages: Mapping[str, PackageMetadata],
    source: Callable[[str], bytes | Path],
    limit: int,
    findings: Findings,
    *,
    within_subjects: bool = False,
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The pieces of all transport files over a limit: the path of each, and its bytes one after the other.

    Args:
        packages: by folder.
        source: gives the transport file of a path such as ``sdtm/lb.xpt``.
        limit: the most bytes of a file.
        findings: takes a note for each dataset that is split (CED415), and the errors of those that cannot
            be: a name is taken (CED416), a subject or a record does not fit (CED417, CED418).
        within_subjects: whether a piece may end between two records of a subject.
    """
    for folder, package in packages.items():
        taken = {dataset.name for dataset in package.datasets}
        for dataset in package.datasets:
            path = f"{folder}/{dataset.name.lower()}.xpt"
            content = source(path)
            size = content.stat().st_size if isinstance(content, Path) else len(content)
            if size <= limit:
                continue
            # Loaded for a file that is too large, as few are.
            from ced_cdisc.read.xpt import XptFile
            from ced_cdisc.stages.pieces import Refused, bytes_of, pieces_of

            file = XptFile(content, shown=path)
            try:
                pieces, subjects = pieces_of(file, limit, taken, within_subjects=within_subjects)
            except Refused as refused:
                findings.add(_finding(path, refused.code, refused.what, refused.hint, Severity.ERROR))
                continue
            taken.update(piece.name for piece in pieces)
            findings.add(_note(path, size, limit, pieces, subjects))
            for piece in pieces:
                yield f"{folder}/{FOLDER}/{piece.name.lower()}.xpt", bytes_of(file, piece)


def write_pieces(
    packages: Mapping[str, PackageMetadata],
    files: OutputFiles,
    limit: int,
    findings: Findings,
    *,
    within_subjects: bool,
) -> None:
    """Write the pieces of transport files over a limit beside them (:func:`split_datasets`)."""
    for name, pieces in split_datasets(
        packages, files.path, limit, findings, within_subjects=within_subjects
    ):
        with files.open(name) as stream:
            stream.writelines(pieces)


def _note(path: str, size: int, limit: int, pieces: list[Piece], subjects: list[tuple[str, str]]) -> Finding:
    told = [f"{piece.name} ({piece.last - piece.first:,} records)" for piece in pieces]
    if subjects:
        told = [
            f"{piece.name} ({piece.last - piece.first:,} records, subjects {first} to {last})"
            for piece, (first, last) in zip(pieces, subjects, strict=True)
        ]
    what = (
        f"has {size:,} bytes, more than {shown_bytes(limit)}; in {FOLDER}/ it is also written in "
        f"{len(pieces)} pieces: {one_of(told, _LISTED)}"
    )
    hint = "submit both, and say in the reviewer's guide how it was split"
    return _finding(path, "CED415", what, hint, Severity.NOTE)


def _finding(path: str, code: str, what: str, hint: str, severity: Severity) -> Finding:
    return Finding(code, f"{path} {what}", Location(path), hint, Stage.OUTPUT, severity)
