"""Texts of a transport file as polars holds them, against Python's own reading of the bytes."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace
from xpt_samples import member, number, text, written

from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.xpt import XptVariable
from ced_cdisc.read.xpt import XptFile
from ced_cdisc.read.xpt_block import Block, Field
from ced_cdisc.read.xpt_columns import column_of, frame_of
from ced_cdisc.read.xpt_texts import Undecodable

LETTERS = "ab C.~!\x00\x1f\x7f"


def read(texts: list[bytes], length: int, encoding: str = "utf-8", block: int = 7) -> list[str | None]:
    variable = XptVariable("X", "", "Char", length)
    column = column_of(variable, len(texts), encoding, -(-len(texts) // block))
    data = np.frombuffer(b"".join(text.ljust(length) for text in texts), np.uint8).reshape(-1, length)
    rows = Block(data, [Field(0, length)], block)
    decoder = column.decoder()
    for at, start in enumerate(range(0, len(texts), block)):
        rows.load(start, min(start + block, len(texts)))
        decoder.fill(rows, rows.fields[0], start, at)
    series = frame_of([variable], [column])["X"]
    assert series.dtype == pl.String
    return series.to_list()


@pytest.mark.parametrize("length", [1, 2, 4, 7, 8, 9, 11, 12, 13, 16, 17, 40, 200])
@pytest.mark.parametrize("different", [3, 1000])
def test_texts_of_every_length(length: int, different: int) -> None:
    draw = random.Random(length * different)
    known = ["".join(draw.choices(LETTERS, k=draw.randrange(length + 1))).encode() for _ in range(different)]
    texts = [draw.choice([*known, b"", b" " * length, b"Z" * length]) for _ in range(500)]
    assert read(texts, length) == [text.decode().rstrip(" ") or None for text in texts]


@pytest.mark.parametrize("length", [3, 12, 30])
def test_texts_of_other_encodings_among_ascii(length: int) -> None:
    words = ["é", "abc", "", "ÄÖ", "z" * (length - 1), " x"]
    texts = [word.encode("latin-1") for word in words * 20]
    assert read(texts, length, "latin-1") == [word or None for word in words * 20]
    utf8 = [word.encode()[:length] for word in ("é", "µ", "ab")]
    assert read(utf8, length) == ["é", "µ"[: length // 2], "ab"]


def surveyed(frame: pl.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """What a frame tells as a survey of its file does."""
    longest = frame.select(pl.col(pl.String).str.len_bytes().max()).row(0, named=True)
    return frame.null_count().row(0, named=True), {name: most or 0 for name, most in longest.items()}


@pytest.mark.parametrize("length", [1, 7, 8, 9, 12, 16, 17, 40, 200])
@pytest.mark.parametrize("letters", ["ab ", "a C.~!", "aé "])
def test_a_survey_tells_what_the_values_tell(
    length: int, letters: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ced_cdisc.read.xpt._BLOCK_BYTES", 5000)  # several blocks, and threads
    monkeypatch.setattr("ced_cdisc.read.xpt.threads", lambda: 3)
    draw = random.Random(f"{length} {letters}")
    texts = ["".join(draw.choices(letters, k=draw.randrange(length + 1))) for _ in range(600)]
    behind = (
        [" " * min(9, length - 1) + "x", "y" * length][: 2 if length > 1 else 1]
        if "é" not in letters
        else ["é" * (length // 2)]
    )
    frame = pl.DataFrame(
        {
            "A": [word.encode()[:length].decode(errors="ignore").rstrip(" ") or None for word in texts]
            + behind,
            "N": [draw.choice([None, 0.0, -0.0, 1.5, 46.0, -1e70]) for _ in range(600 + len(behind))],
            "M": [draw.choice([None, 46.0, 95.0]) for _ in range(600 + len(behind))],
            "NONE": pl.Series([None] * (600 + len(behind)), dtype=pl.String),
        }
    )
    headers = member(text(length=length), number("N"), number("M", length=4), text("NONE", length=20))
    special = {"N": pl.Series(["A", *[None] * (frame.height - 1)], dtype=pl.String)}
    frame = frame.with_columns(N=pl.when(pl.int_range(pl.len()) == 0).then(None).otherwise("N"))
    file = tmp_path / "x.xpt"
    file.write_bytes(written(frame, replace(headers, encoding="utf-8"), special_missing=special))
    opened = XptFile(file)
    for rows in (range(frame.height), range(3, 500), range(7, 7)):
        assert opened.survey(rows) == surveyed(opened.read(None, rows)[0])


def test_a_survey_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "x.xpt"
    file.write_bytes(written(pl.DataFrame({"A": ["ok", "né"]}), replace(member(text()), encoding="latin-1")))
    with pytest.raises(Stopped) as read:
        XptFile(file).read(None, range(2))
    with pytest.raises(Stopped) as seen:
        XptFile(file).survey(range(2))
    assert str(seen.value) == str(read.value) and "XX.A row 2" in str(seen.value)


def test_a_text_of_another_encoding_has_its_row() -> None:
    with pytest.raises(Undecodable) as caught:
        read([b"ok", b"ok", b"\xff\xfe"], 8)
    assert (caught.value.row, caught.value.text) == (2, b"\xff\xfe")


def test_some_rows_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"A": [f"{'long ' * (n % 4)}text {n}" for n in range(50)]})
    path = tmp_path / "xx.xpt"
    path.write_bytes(written(frame, member(text("A", 30))))
    rows = np.array([7, 49, 0, 7], np.uint32)
    for size in (1, 100, 1 << 21):
        monkeypatch.setattr("ced_cdisc.read.xpt._BLOCK_BYTES", size)
        assert XptFile(path).read(rows=rows)[0].equals(frame[rows.tolist()])
