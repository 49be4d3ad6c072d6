"""The writer of CSV: a header of names, then a row of texts for each record, in UTF-8 unless told otherwise.

Numbers have the shortest digits that read back, dates are ISO 8601, a special missing value is ``.A``; what
is missing is empty. Cells are quoted where they must be.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

import polars as pl

from ced_cdisc.core.datafile import FileDataset, FileVariable, Rows
from ced_cdisc.core.moments import moment_texts
from ced_cdisc.write.dataset_json import number_texts


def write_csv(
    stream: BinaryIO, dataset: FileDataset, blocks: Iterable[Rows], encoding: str = "utf-8"
) -> None:
    """Write one dataset; the stream is not closed.

    Raises:
        UnicodeEncodeError: the encoding lacks a character.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([variable.name for variable in dataset.variables])
    for block in blocks:
        columns = [_texts(variable, block) for variable in dataset.variables]
        writer.writerows(zip(*columns, strict=True))
        stream.write(text.getvalue().encode(encoding))
        text.seek(0)
        text.truncate()
    stream.write(text.getvalue().encode(encoding))


def _texts(variable: FileVariable, block: Rows) -> list[str]:
    values = block.frame[variable.name]
    if variable.type == "Char":
        texts = values
    else:
        texts = moment_texts(values, variable.moment) if variable.moment else number_texts(values)
        codes = block.codes.get(variable.name)
        if codes is not None:
            texts = pl.select(pl.when(codes.is_not_null()).then("." + codes).otherwise(texts)).to_series()
    return texts.fill_null("").to_list()
