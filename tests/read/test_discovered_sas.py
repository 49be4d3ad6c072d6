"""A SAS dataset of which nothing is known: its columns and rows as another package reads them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from sas_files import sas_file

from ced_cdisc.core.findings import Finding
from ced_cdisc.read.discover import find_tables


@pytest.mark.parametrize("name", ["airline", "productsales", "test1"])
def test_columns_and_rows_are_found(tmp_path: Path, name: str) -> None:
    source = sas_file(f"{name}.sas7bdat")
    (tmp_path / source.name).write_bytes(source.read_bytes())
    (found,) = find_tables(tmp_path)
    assert not isinstance(found, Finding)
    frame, meta = pyreadstat.read_sas7bdat(source)
    assert (found.format, found.encoding, list(found.header)) == ("sas7bdat", "", meta.column_names)
    assert len(pl.concat(found.blocks)) == len(frame)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "ae.sas7bdat").write_bytes(b"no SAS dataset")
    (found,) = find_tables(tmp_path)
    assert isinstance(found, Finding)
    assert str(found).replace(tmp_path.as_posix(), "raw") == (
        "raw/ae.sas7bdat CED246 the file of table ae.sas7bdat is damaged or no SAS dataset: "
        "Unable to read from file; copy it again; "
        "if texts are the reason, write its encoding at raw/ae.sas7bdat"
    )
