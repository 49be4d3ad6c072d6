"""Values that no file of a build can hold: each is told with the line that made it and the record it is of.

Writers know the rows of a file alone, and nobody can look into a file that is not written. So what they
refuse is looked at again here, with the plan and with the raw rows that finished datasets still know.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from msgspec.structs import replace

from ced_cdisc.convert.faults import SUBJECT, Faults, records_of, value_in_words
from ced_cdisc.convert.made_by import by_line
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Finding, Location, Stage
from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata
from ced_cdisc.core.xpt import xpt_member
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.lineage import aggregates, columns
from ced_cdisc.expr.values import Argument
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.write.xpt_check import check_xpt
from ced_cdisc.write.xpt_check_values import RECORDS, Wrong, file_of

_AT = "__at"


def with_origins(
    found: Sequence[Finding],
    study: StudyPlan,
    metadata: PackageMetadata,
    data: Mapping[str, Blocks],
    faults: Faults,
    options: str,
) -> list[Finding]:
    """What was found of a package, those of its values with their origin.

    Args:
        found: what was found.
        study: whose package it is.
        metadata: the package.
        data: the datasets by qualified name.
        faults: knows how messages name raw records.
        options: those with which ``ced-cdisc why`` finds the study, each after a blank.
    """
    files = {finding.where.file for finding in found if finding.stage is Stage.OUTPUT}
    refused = [dataset for dataset in metadata.datasets if file_of(dataset.name) in files]
    made = [finding for finding in found if finding.where.file not in {file_of(one.name) for one in refused}]
    for dataset in refused:
        held = data[study.qualified(dataset.name)]
        origins = _Origins(study, dataset, held, faults, options)
        frame = held.frame([variable.name for variable in dataset.variables])
        for finding in check_xpt(frame, xpt_member(dataset, metadata.created), tell=origins.tell):
            is_told = finding.where.file != file_of(dataset.name)
            made.append(finding if is_told else replace(finding, where=origins.plan.where))
    return made


class _Origins:
    """Where the values of a dataset come from. Of supplemental qualifiers it is known whose they are."""

    def __init__(
        self, study: StudyPlan, dataset: DatasetMetadata, data: Blocks, faults: Faults, options: str
    ) -> None:
        plans = {one.name: one for one in study.datasets}
        self.plan: DatasetPlan = plans.get(dataset.name) or plans[dataset.name.removeprefix("SUPP")]
        self._study, self._dataset, self._data = study, dataset, data
        self._faults, self._options = faults, options

    def tell(self, wrong: Wrong) -> Iterator[Finding]:
        """A finding for each line that made some of the values."""
        variables = {variable.name: variable.where for variable in self.plan.variables}
        usual = variables.get(wrong.variable, self.plan.where)
        for where, rows in by_line(wrong.variable, self._rows(wrong.rows), self.plan, usual):
            message = f"{self._dataset.name}.{wrong.variable}: {wrong.say(rows[_AT][0])}"
            if (more := rows.height - 1) > 0:
                message += f", and {more} more record{'s' * (more > 1)}"
            first = rows.head(RECORDS)
            records = [
                self._faults.in_words(record) if record[0] else self._in_words(row, record[2])
                for record, row in zip(records_of(first), first.to_dicts(), strict=True)
            ]
            hints = [wrong.hint] if wrong.hint else []
            if not (records_of(first)[0][0] and self._is_of_its_row(wrong.variable, where)):
                hints += self._why(wrong.variable, first.head(1))
            yield Finding(wrong.code, message, where, "; ".join(hints), Stage.OUTPUT, records=tuple(records))

    def _rows(self, rows: list[int]) -> pl.DataFrame:
        """Records with all that is known of them."""
        found: list[pl.DataFrame] = []
        first = 0
        for part in self._data.parts:
            own = [row - first for row in rows if first <= row < first + part.height]
            if own:
                found.append(part.read(part.columns)[own])
            first += part.height
        return pl.concat(found, how="diagonal").with_columns(pl.Series(_AT, rows))

    def _is_of_its_row(self, variable: str, where: Location) -> bool:
        """Whether a line makes a value of the raw row alone that its record is of."""
        return any(
            line.variable == variable
            and line.where == where
            and not aggregates(line.tree)
            and all(column.owner in ("", block.source) for column in columns(line.tree))
            for block in self.plan.blocks
            if block.kind == "raw"
            for line in block.lines
        )

    def _keys(self, names: Sequence[str]) -> list[str]:
        """What tells a record from the others of its subject."""
        if self.plan.kind == "sdtm" and self.plan.sequence in names:
            return [self.plan.sequence]
        return [key for key in self._dataset.keys if key not in ("STUDYID", "DOMAIN", SUBJECT)]

    def _in_words(self, row: Mapping[str, str | float | None], subject: str) -> str:
        """A record that no raw row stands for."""
        keys = ", ".join(value_in_words(key, row[key]) for key in self._keys([*row]))
        named = f"{self._dataset.name} with {keys}" if keys else self._dataset.name
        return f"{named}, subject {subject}" if subject else named

    def _why(self, variable: str, record: pl.DataFrame) -> list[str]:
        """The command that traces the value of a record; qualifiers are none that it knows."""
        if self._dataset.name != self.plan.name:
            return []
        kinds = {one.name: one.kind for one in self.plan.variables}
        keys = [key for key in (SUBJECT, *self._keys(record.columns)) if key in kinds]
        values = record.select(text([Argument(pl.col(key), kinds[key])]).alias(key) for key in keys).row(0)
        given = [f"{key}={shlex.quote(value or '')}" for key, value in zip(keys, values, strict=True)]
        words = " ".join((self._study.qualified(self.plan.name), *given, variable))
        return [f"ced-cdisc why {words}{self._options} traces it"]
