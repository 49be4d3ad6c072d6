"""Whom the tables of a run are about: what its messages and reports mask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.masking import IDENTIFYING, SUBJECTS, Identifiers, Mask

if TYPE_CHECKING:
    from ced_cdisc.plan.model import StudyPlan
    from ced_cdisc.read.tables import RawTable


def identifiers_of(plan: StudyPlan, tables: Mapping[str, RawTable]) -> Identifiers:
    """Whom raw tables are about.

    Args:
        plan: the study, whose contracts say which columns tell who somebody is.
        tables: those that were read, by qualified name.
    """
    from ced_cdisc.plan.model import PERSON  # not loaded by a check of files, which has no plan
    from ced_cdisc.plan.persons import looked_up

    subjects, columns, variables = {"USUBJID", PERSON}, set[str](), set[str]()
    for study in plan.studies:
        leading = looked_up(study.usubjid)
        for name, table in study.tables.items():
            if table.subject_of is None:
                subjects |= {table.subject, f"{name}.{table.subject}"} if table.subject else set()
            else:
                columns |= {full for one in table.subject_columns for full in (one, f"{name}.{one}")}
            for column in leading.get(name, ()):
                subjects |= {column, f"{name}.{column}"}
            for column in table.identifying:
                columns |= {column, f"{name}.{column}"}
                made = {one for one in table.readers.get(column, ()) if "." in one}
                variables |= made
                columns |= {one.partition(".")[2] for one in made}  # so its own dataset calls it

    def people() -> dict[str, str]:
        from ced_cdisc.convert.persons import numbers_of
        from ced_cdisc.recompute.persons import persons  # only where something is to be masked

        made: dict[str, str] = {}
        for study in plan.studies:
            leading, own = looked_up(study.usubjid), study.own(tables)
            person_of = persons(study, {name: own[name].frame.to_dicts() for name in leading if name in own})
            for name, table in study.tables.items():
                read = tables.get(study.qualified(name))
                if read is None or not table.subject or not {*table.subject_columns} <= {*read.frame.columns}:
                    continue
                named = [numbers_of(table, read.frame)]
                named += [read.frame[one] for one in leading.get(name, ()) if one in read.frame.columns]
                for series in named:
                    for text in series.drop_nulls().unique().sort().to_list():
                        if text not in made:
                            person = person_of(text) or text
                            made |= {text: person, person: person}
        return made

    digests = [f"{name} {table.sha256}{table.rows_sha256}" for name, table in sorted(tables.items())]
    return Identifiers(Mask(digests), people, subjects, columns - subjects, variables)


_HEAD_BYTES = 1 << 24
_OF_SUBJECTS = ("DM", "ADSL", "APDM")
_JSON = (".json", ".ndjson", ".dsjc")


def identifiers_of_files(files: Iterable[Path], told: Collection[Path], encoding: str = "") -> Identifiers:
    """Whom datasets are about, as files of SDTM and ADaM tell it.

    Nothing is read before something has to be masked. The key is of the size and the first 16 MiB of each
    file, which nobody guesses. Where a file cannot be read, the identifiers know that they are not whole.

    Args:
        files: the datasets, in an order that depends on the data alone.
        told: those of which a report tells something: their subjects count, with those of DM and ADSL.
        encoding: of texts in transport files and CSV; empty where they were read as a check reads them: as
            UTF-8, else as windows-1252.
    """
    listed = tuple(files)
    unread: list[str] = []

    def people() -> dict[str, str]:
        made: dict[str, str] = {}
        chosen = [file for file in listed if file in told or file.stem.upper() in _OF_SUBJECTS]
        for file in chosen:
            try:
                for person, *others in _subjects(file, encoding):
                    made |= dict.fromkeys((person, *others), person)
            except (Stopped, OSError):
                unread.append(file.name)
        return made

    return Identifiers(Mask(_heads(listed)), people, SUBJECTS, IDENTIFYING, unread=unread)


def _heads(files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        try:
            with file.open("rb") as opened:
                yield str(file.stat().st_size).encode()
                yield opened.read(_HEAD_BYTES)
        except OSError:
            yield b""


def _subjects(file: Path, encoding: str) -> list[tuple[str, ...]]:
    """The texts that stand for each subject of a file, USUBJID first.

    Raises:
        Stopped, OSError: it cannot be read.
    """
    if file.suffix.lower() in _JSON:
        from ced_cdisc.read.dataset_json import read_dataset_json

        frame, _ = read_dataset_json(file, shown=file.name)
        read = [frame.select([pl.col(name).cast(pl.String) for name in SUBJECTS if name in frame.columns])]
    else:
        read = [_texts(file, encoding)] if encoding else _as_checked(file)
    rows = pl.concat(
        [frame.rename(lambda name, n=n: f"{n} {name}") for n, frame in enumerate(read)], how="horizontal"
    )
    kept = (tuple(text for text in row if text) for row in rows.unique().rows())
    return sorted({row for row in kept if row})


def _texts(file: Path, encoding: str) -> pl.DataFrame:
    """The columns of :data:`SUBJECTS` that a file has, as texts."""
    from ced_cdisc.read.compared import open_table

    table = open_table(file, encoding=encoding, shown=file.name)
    names = {variable.name for variable in table.variables}
    columns = [table.column(name).cast(pl.String).alias(name) for name in SUBJECTS if name in names]
    return pl.DataFrame(columns)


def _as_checked(file: Path) -> list[pl.DataFrame]:
    """The columns as a check may have read them: a text of any column decides how the file is read."""
    from ced_cdisc.conformance.file import windows_text

    read: list[pl.DataFrame] = []
    try:
        read.append(_texts(file, "utf-8"))
        if all(column.str.contains(r"^[\x00-\x7F]*$").all() for column in read[0]):
            return read
    except Stopped as stopped:
        if next(iter(stopped.findings)).code != "CED337":
            raise
    columns = pl.col(pl.String).map_elements(windows_text, pl.String, skip_nulls=True)
    return [*read, _texts(file, "latin-1").with_columns(columns)]
