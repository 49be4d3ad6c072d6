"""Texts of a transport file as polars holds them, against Python's own reading of the bytes."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from xpt_samples import member, text, written

from ced_cdisc.core.xpt import XptVariable
from ced_cdisc.read import xpt_texts
from ced_cdisc.read.xpt import XptFile
from ced_cdisc.read.xpt_block import Block, Field
from ced_cdisc.read.xpt_columns import column_of
from ced_cdisc.read.xpt_texts import Undecodable

LETTERS = "ab C.~!\x00\x1f\x7f"


def read(texts: list[bytes], length: int, encoding: str = "utf-8", block: int = 7) -> list[str | None]:
    column = column_of(XptVariable("X", "", "Char", length), len(texts), encoding, -(-len(texts) // block))
    data = np.frombuffer(b"".join(text.ljust(length) for text in texts), np.uint8).reshape(-1, length)
    rows = Block(data, [Field(0, length)], block)
    decoder = column.decoder()
    for number, start in enumerate(range(0, len(texts), block)):
        rows.load(start, min(start + block, len(texts)))
        decoder.fill(rows, rows.fields[0], start, number)
    series = column.series()
    assert series.dtype == pl.String
    return series.to_list()


@pytest.mark.parametrize("length", [1, 2, 4, 7, 8, 9, 11, 12, 13, 16, 17, 40, 200])
@pytest.mark.parametrize("different", [3, 1000])
@pytest.mark.parametrize("many", [1, 4096], ids=["as of many rows", "as of few"])
def test_texts_of_every_length(
    length: int, different: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xpt_texts, "_PAYS_FROM", many)
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


def test_a_text_of_another_encoding_has_its_row() -> None:
    with pytest.raises(Undecodable) as caught:
        read([b"ok", b"ok", b"\xff\xfe"], 8)
    assert (caught.value.row, caught.value.text) == (2, b"\xff\xfe")


@pytest.mark.parametrize("rows", [4095, 4096])
def test_what_takes_blanks_off_many_texts_is_loaded_for_many(rows: int, tmp_path: Path) -> None:
    frame = pl.DataFrame({"A": [f"{'long ' * (n % 4)}text {n}" for n in range(rows)]})
    path = tmp_path / "xx.xpt"
    path.write_bytes(written(frame, member(text("A", 30))))
    code = f"""import sys
from pathlib import Path
from ced_cdisc.read.xpt import XptFile
print(XptFile(Path({str(path)!r})).read()[0]["A"][-1], "pyarrow.compute" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    assert run.stdout == f"{frame['A'][-1]} {rows == 4096}\n"


def test_some_rows_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"A": [f"{'long ' * (n % 4)}text {n}" for n in range(50)]})
    path = tmp_path / "xx.xpt"
    path.write_bytes(written(frame, member(text("A", 30))))
    rows = np.array([7, 49, 0, 7], np.uint32)
    for size in (1, 100, 1 << 21):
        monkeypatch.setattr("ced_cdisc.read.xpt._BLOCK_BYTES", size)
        assert XptFile(path).read(rows=rows)[0].equals(frame[rows.tolist()])
