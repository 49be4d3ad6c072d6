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

    subjects, columns, variables = {"USUBJID", PERSON}, set[str](), set[str]()
    for study in plan.studies:
        for name, table in study.tables.items():
            subjects |= {table.subject, f"{name}.{table.subject}"} if table.subject else set()
            for column in table.identifying:
                columns |= {column, f"{name}.{column}"}
                variables |= {one for one in table.readers.get(column, ()) if "." in one}

    def people() -> dict[str, str]:
        from ced_cdisc.recompute.records import usubjid_of  # only where something is to be masked

        made: dict[str, str] = {}
        for study in plan.studies:
            for name, table in study.tables.items():
                read = tables.get(study.qualified(name))
                if read is None or table.subject not in read.frame.columns:
                    continue
                for text in read.frame[table.subject].drop_nulls().unique().sort().to_list():
                    if text not in made:
                        person = usubjid_of(study, text) or text
                        made |= {text: person, person: person}
        return made

    digests = [f"{name} {table.sha256}{table.rows_sha256}" for name, table in sorted(tables.items())]
    return Identifiers(Mask(digests), people, subjects, columns - subjects, variables)


_HEAD_BYTES = 1 << 24
_OF_SUBJECTS = ("DM", "ADSL", "APDM")
_JSON = (".json", ".ndjson", ".dsjc")


def identifiers_of_files(files: Iterable[Path], told: Collection[Path]) -> Identifiers:
    """Whom datasets are about, as files of SDTM and ADaM tell it.

    Nothing is read before something has to be masked. The key is of the size and the first 16 MiB of each
    file, which nobody guesses.

    Args:
        files: the datasets, in an order that depends on the data alone.
        told: those of which a report tells something: their subjects count, with those of DM and ADSL.
    """
    listed = tuple(files)

    def people() -> dict[str, str]:
        made: dict[str, str] = {}
        chosen = [file for file in listed if file in told or file.stem.upper() in _OF_SUBJECTS]
        for file in chosen:
            for person, *others in _subjects(file):
                made |= dict.fromkeys((person, *others), person)
        return made

    return Identifiers(Mask(_heads(listed)), people, SUBJECTS, IDENTIFYING)


def _heads(files: Iterable[Path]) -> Iterator[bytes]:
    for file in files:
        try:
            with file.open("rb") as opened:
                yield str(file.stat().st_size).encode()
                yield opened.read(_HEAD_BYTES)
        except OSError:
            yield b""


def _subjects(file: Path) -> list[tuple[str, ...]]:
    """The texts that stand for each subject of a file, USUBJID first; none where it cannot be read."""
    from ced_cdisc.read.compared import open_table
    from ced_cdisc.read.dataset_json import read_dataset_json

    try:
        if file.suffix.lower() in _JSON:
            frame, _ = read_dataset_json(file, shown=file.name)
            columns = [frame[name] for name in SUBJECTS if name in frame.columns]
        else:
            table = open_table(file, encoding="latin-1", shown=file.name)
            names = {variable.name for variable in table.variables}
            columns = [table.column(name) for name in SUBJECTS if name in names]
    except (Stopped, OSError):
        return []
    if not columns:
        return []
    rows = pl.DataFrame([column.cast(pl.String).alias(column.name) for column in columns]).unique().rows()
    return sorted({kept for row in rows if (kept := tuple(text for text in row if text))})
