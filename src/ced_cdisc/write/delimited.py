"""The writer of CSV: a header of names, then a row of texts for each record, in UTF-8 unless told otherwise.

Numbers have the shortest digits that read back, dates are ISO 8601, a special missing value is ``.A``; what
is missing is empty. Cells are quoted where they must be: with a comma, a quote, a line feed or a carriage
return.
"""

from __future__ import annotations

import csv
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
    lines = _Lines()
    writer = csv.writer(lines, lineterminator=_Lines.END)
    writer.writerow([variable.name for variable in dataset.variables])
    if lines.texts[0].startswith("\ufeff"):  # the mark of UTF-8 at the start of a file is no part of a name
        lines.texts[0] = _with_first_quoted(lines.texts[0])
    for block in blocks:
        columns = [_texts(variable, block) for variable in dataset.variables]
        writer.writerows(zip(*columns, strict=True))
        stream.write(lines.taken().encode(encoding))
    stream.write(lines.taken().encode(encoding))


class _Lines:
    """The lines that Python's csv writes, each ended by a line feed alone.

    Python's csv quotes a cell for what ends its own lines, and not every version for more than that; a reader
    of CSV ends a line at either character.
    """

    END = "\r\n"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def write(self, line: str) -> None:
        self.texts.append(line.removesuffix(self.END))

    def taken(self) -> str:
        text = "".join([f"{line}\n" for line in self.texts])
        self.texts.clear()
        return text


def _with_first_quoted(line: str) -> str:
    first, comma, rest = line.partition(",")
    return f'"{first}"{comma}{rest}'


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
