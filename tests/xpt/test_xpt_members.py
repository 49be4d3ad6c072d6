"""Transport files of several datasets, joined by hand: one library, then the headers and rows of each."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from xpt_samples import member, number, small, text, written

from ced_cdisc.core.findings import Stopped
from ced_cdisc.read.xpt import XptFile, read_xpt, read_xpt_members

LIBRARY = 240
"""Bytes before the first dataset."""
OTHER = pl.DataFrame({"AETERM": ["Pain", None], "AESEQ": [1.0, 2.0]})
HEADERS = member(text("AETERM", 40), number("AESEQ"), name="AE", label="Adverse Events")


def joined(*files: bytes) -> bytes:
    return files[0] + b"".join(file[LIBRARY:] for file in files[1:])


def three(version: int = 5) -> bytes:
    frame, headers = small()
    last = pl.DataFrame({"A": ["a", "b"]})
    return joined(
        written(frame, headers if version == 5 else member(*headers.variables, name="DM", version=8)),
        written(OTHER, HEADERS if version == 5 else member(*HEADERS.variables, name="AE", version=8)),
        written(last, member(text(length=50), name="XX", version=version)),
    )


def refusal(data: bytes, name: str = "") -> str:
    with pytest.raises(Stopped) as stopped:
        read_xpt(data, member=name)
    assert stopped.value.findings.exit_code() == 11
    return str(next(iter(stopped.value.findings)))


@pytest.mark.parametrize("version", [5, 8])
def test_each_dataset_is_that_of_its_own_file(version: int) -> None:
    data = three(version)
    assert [one.name for one in read_xpt_members(data)] == ["DM", "AE", "XX"]
    assert read_xpt(data, member="DM")[0].equals(small()[0].cast({"FL": pl.Float64}))
    assert read_xpt(data, member="ae")[0].equals(OTHER)
    assert read_xpt(data, member="XX")[0].equals(pl.DataFrame({"A": ["a", "b"]}))


def test_headers_of_the_second_are_its_own() -> None:
    made = read_xpt(three(), member="AE")[1]
    assert (made.label, [v.name for v in made.variables]) == ("Adverse Events", ["AETERM", "AESEQ"])
    assert made.library is not None
    assert made.library.sas_version == "9.3"  # of the file, where its dataset says 9.4


def test_datasets_without_rows_among_others() -> None:
    data = joined(
        written(OTHER.clear(), HEADERS),
        written(*small()),
        written(OTHER.clear(), member(*HEADERS.variables, name="BE")),
    )
    assert [XptFile(data, member=name).rows for name in ("AE", "DM", "BE")] == [0, 3, 0]


def test_one_has_to_be_named() -> None:
    assert refusal(three()) == (
        "<bytes> CED336 <bytes> holds 3 datasets: DM, AE, XX; "
        "take them apart: ced-cdisc convert <bytes> FOLDER/"
    )


def test_a_name_that_it_does_not_hold() -> None:
    assert refusal(three(), "AEE") == "<bytes> CED339 <bytes> holds no dataset AEE; did you mean AE?"
    assert refusal(three(), "LB") == "<bytes> CED339 <bytes> holds no dataset LB; there are DM, AE, XX"
    assert refusal(written(*small()), "LB") == "<bytes> CED339 <bytes> holds no dataset LB; there is DM"


def test_two_of_one_name() -> None:
    data = written(*small())
    assert refusal(joined(data, data), "DM") == (
        "<bytes> CED340 <bytes> holds two datasets named DM; export it again"
    )


def test_a_damaged_second_dataset_is_told() -> None:
    data = bytearray(three())
    place = data.index(b"NAMESTR", data.index(b"SAS     AE"))
    data[place : place + 7] = b"NAMESTX"
    start = data.rindex(b"HEADER", 0, place)
    assert refusal(bytes(data), "DM") == (
        f"<bytes> CED333 <bytes> lacks the NAMESTR header at byte {start}, "
        "it has b'HEADER RECORD*******NAMESTX '"
    )


def test_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "all.xpt"
    path.write_bytes(three())
    assert read_xpt(path, member="XX")[0]["A"].to_list() == ["a", "b"]
