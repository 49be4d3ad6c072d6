"""Datasets of a build as Dataset-JSON or Parquet, beside or instead of their transport files."""

from __future__ import annotations

from typing import BinaryIO, Literal

import polars as pl
from msgspec.structs import replace

from ced_cdisc.core.metadata import DatasetMetadata, PackageMetadata
from ced_cdisc.write.dataset_json import Form, json_dataset, write_dataset_json


def write_other(
    stream: BinaryIO,
    form: Literal[Form, "parquet"],
    package: PackageMetadata,
    dataset: DatasetMetadata,
    frame: pl.DataFrame,
    reference: str,
) -> None:
    """Write a dataset in a format that is not XPT.

    Args:
        stream: a binary stream.
        form: the format.
        package: whose define.xml describes it.
        dataset: the finished metadata.
        frame: the data; columns as the variables.
        reference: the way from the file to its define.xml.
    """
    told = replace(json_dataset(package, dataset, frame), metadata_ref=reference)
    if form == "parquet":
        from ced_cdisc.write.parquet import write_parquet  # loads a part of pyarrow that no other needs

        write_parquet(stream, told, frame.height, [frame])
    else:
        write_dataset_json(stream, told, frame.height, [frame], form)
