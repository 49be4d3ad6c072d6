"""Raw tables as an earlier build read them, of the same bytes by the same contract.

A file is read and hashed in every build; what is kept is what its bytes say. So no time of change or size is
trusted, and a table comes out as it was read, with what was found in it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ced_cdisc.core.findings import Finding, Location, Severity, Stage
from ced_cdisc.plan.dataset_key import Digests
from ced_cdisc.read.contract import ROW, TableContract
from ced_cdisc.write.kept_files import KeptFiles

if TYPE_CHECKING:
    from ced_cdisc.read.tables import RawTable

MOST_BYTES = 1 << 28
"""Of a table in memory: a larger one is read anew, so that it does not push out all else that is kept."""


class KeptTables:
    """The raw tables of a study (:class:`ced_cdisc.read.tables.Known`).

    Args:
        files: where they are kept.
        tool: the digest of the tool, of which the readers are a part.
    """

    def __init__(self, files: KeptFiles, tool: str) -> None:
        self._files, self._tool = files, tool

    def of(self, contract: TableContract, shown: str, digest: str) -> tuple[RawTable, list[Finding]] | None:
        """A table that was read of these bytes, and what was found in it; None if it is not kept."""
        import polars as pl
        from polars.exceptions import PolarsError

        from ced_cdisc.core.arrow import of_bytes
        from ced_cdisc.read.tables import RawTable

        entry = self._entry(contract, shown, digest)
        found = self._files.read(*entry)
        if found is None:
            return None
        value, body = found
        try:
            frame = of_bytes(body)
            if dict(frame.schema) != {**dict.fromkeys(contract.columns, pl.String()), ROW: pl.Int64()}:
                raise ValueError("it is the frame of another table")
            new = tuple(map(str, value["new"]))
            return RawTable(contract.name, frame, digest, contract.file, new), _findings(value["found"])
        except (LookupError, TypeError, ValueError, AttributeError, OSError, PolarsError):
            self._files.throw_away(*entry)
            return None

    def read(self, contract: TableContract, shown: str, table: RawTable, found: list[Finding]) -> None:
        """Keep a table that was read."""
        from ced_cdisc.core.arrow import to_bytes

        if table.frame.estimated_size() > MOST_BYTES:
            return
        value = {"new": table.new, "found": [_as_json(one) for one in found]}
        self._files.write(*self._entry(contract, shown, table.sha256), value, to_bytes(table.frame))

    def _entry(self, contract: TableContract, shown: str, digest: str) -> tuple[str, str]:
        """The name and key of a table: findings name its file, and the lines of its contract."""
        name = f"raw {contract.name}"
        made = [name, self._tool, Digests().of(contract), shown, digest]
        return name, hashlib.sha256(json.dumps(made).encode("utf-8", "surrogatepass")).hexdigest()


def _as_json(one: Finding) -> list[Any]:
    where = [one.where.file, one.where.line, one.where.column]
    words = [one.code, one.message, where, one.hint, one.stage.name, one.severity.name]
    return [*words, one.records, one.ids, one.quotes]


def _findings(value: Any) -> list[Finding]:
    """Findings of a JSON value.

    Raises:
        ValueError, TypeError, LookupError: it is none.
    """
    made: list[Finding] = []
    for code, message, (file, line, column), hint, stage, severity, records, ids, quotes in value:
        words = str(code), str(message), Location(str(file), int(line), int(column)), str(hint)
        lists = (tuple(map(str, one)) for one in (records, ids, quotes))
        made.append(Finding(*words, Stage[stage], Severity[severity], *lists))
    return made
