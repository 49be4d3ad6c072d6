"""Files with bytes changed, cut or put in at random: a finding or a table, never an exception."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import test_raw_dataset_json as dataset_json
import test_raw_odm as odm
import test_raw_parquet as parquet
from msgspec.structs import replace

from ced_cdisc.core.findings import Severity, Stage
from ced_cdisc.read.tables import TableContract, read_table


def by_lines() -> bytes:
    return dataset_json.by_lines(dataset_json.written([["1", "x"]] * 5))


CASES: dict[str, tuple[Callable[[], bytes], TableContract]] = {
    "Parquet": (lambda: parquet.written([1.5, None, 2.5] * 40), parquet.LAB),
    "ODM-XML": (lambda: odm.file(odm.METADATA + odm.BODY), replace(odm.VS, column_policy="ignore")),
    "JSON": (lambda: dataset_json.written([["1", "x"]] * 5), dataset_json.LAB),
    "NDJSON": (by_lines, replace(dataset_json.LAB, file="lab.ndjson")),
    "DSJC": (lambda: zlib.compress(by_lines()), replace(dataset_json.LAB, file="lab.dsjc")),
}


@pytest.mark.parametrize("form", list(CASES))
def test_a_damaged_file_is_a_finding(form: str) -> None:
    made, contract = CASES[form]
    whole, chance = made(), random.Random(form)
    refused = 0
    for _ in range(80):
        content = bytearray(whole)
        place = chance.randrange(len(content))
        match chance.randrange(3):
            case 0:
                del content[place:]
            case 1:
                for _ in range(chance.randrange(1, 9)):
                    content[chance.randrange(len(content))] = chance.randrange(256)
            case _:
                content[place : place + chance.randrange(20)] = chance.randbytes(chance.randrange(20))
        Path("raw", contract.file).write_bytes(content)
        table, found = read_table(Path("raw"), contract)
        assert all(finding.stage is Stage.RAW for finding in found)
        assert (table is None) == any(finding.severity is Severity.ERROR for finding in found)
        refused += table is None
    assert refused > 40
