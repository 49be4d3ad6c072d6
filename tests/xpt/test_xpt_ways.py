"""The quick ways to the bytes of transport files and back, each against a plain one, on drawn columns.

Columns are made to take each way: one text for all, few that recur, runs, texts that share a slot of a table,
none alike; with nulls, in one piece of memory or several. pyreadstat reads what was written.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xpt_samples import member, number, text

from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.ibm import IBM_LIMIT, IBM_SMALLEST, ibm_to_ieee, ieee_to_ibm, in_range
from ced_cdisc.read.xpt import read_xpt
from ced_cdisc.write import xpt, xpt_rows, xpt_views
from ced_cdisc.write.xpt import write_xpt, write_xpt_blocks
from ced_cdisc.write.xpt_text_check import are_held

ROWS = 3000
SHORT = "".join(map(chr, range(0x20, 0x7F)))


@pytest.fixture(autouse=True, scope="module")
def as_large() -> Iterator[None]:
    """So few rows would else be written in the way of small datasets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xpt, "FEW", 0)
        yield


@st.composite
def columns(draw: st.DrawFn, most: int = 40) -> pl.Series:
    """A column of texts, of the shapes that columns of datasets have."""
    seed = draw(st.integers(0, 2**32 - 1))
    chance = np.random.default_rng(seed)
    longest = draw(st.integers(1, most))
    few = draw(st.lists(st.text(SHORT, min_size=0, max_size=longest), min_size=1, max_size=12))
    shape = draw(st.sampled_from(["one", "few", "runs", "many", "unlike"]))
    if shape == "one":
        column = pl.Series([few[0]]).new_from_index(0, ROWS)
    elif shape == "few":
        column = pl.Series(few).gather(chance.integers(0, len(few), ROWS))
    elif shape == "runs":
        column = pl.Series(few).gather(np.sort(chance.integers(0, len(few), ROWS)))
    else:
        distinct = 700 if shape == "many" else ROWS
        texts = [f"{few[n % len(few)]}{n * 7919 % 1_000_003}"[-longest:] for n in range(distinct)]
        column = pl.Series(texts).gather(chance.permutation(ROWS) % distinct)
    nulls = draw(st.sampled_from([0, 0, 0.02, 0.5, 0.99, 1]))
    # The views of nulls keep their texts: whoever reads them without a look at the nulls is found out.
    column = pl.select(pl.when(pl.lit(chance.random(ROWS) >= nulls)).then(pl.lit(column))).to_series()
    cuts = draw(st.lists(st.integers(0, ROWS), max_size=3).map(sorted))
    parts = [column.slice(a, b - a) for a, b in zip([0, *cuts], [*cuts, ROWS], strict=True)]
    return pl.concat([part for part in parts if len(part)], rechunk=draw(st.booleans()))


def padded(column: pl.Series, length: int) -> list[bytes]:
    return [(value or "").encode().ljust(length) for value in column.to_list()]


@settings(max_examples=40, deadline=None)
@given(st.lists(columns(), min_size=1, max_size=3), st.integers(0, 13), st.integers(1, ROWS))
def test_texts_are_padded_and_read_as_one_by_one(made: list[pl.Series], more: int, cut: int) -> None:
    lengths = [max(1, column.str.len_bytes().max() or 0) + more for column in made]  # type: ignore[operator]
    frame = pl.DataFrame([column.alias(f"T{n}") for n, column in enumerate(made)])
    frame = frame.with_columns(KEY=pl.int_range(ROWS) / 4)
    headers = member(*(text(f"T{n}", length) for n, length in enumerate(lengths)), number("KEY"))
    whole, parted = io.BytesIO(), io.BytesIO()
    write_xpt(whole, frame, headers)
    write_xpt_blocks(parted, [frame[:cut], frame[cut:]], headers)
    assert parted.getvalue() == whole.getvalue()
    size = sum(lengths) + 8
    rows = whole.getvalue()[-(-(-size * ROWS // 80) * 80) :]
    texts = zip(*(padded(c, n) for c, n in zip(made, lengths, strict=True)), strict=True)
    places = range(0, size * ROWS, size)
    assert [rows[at : at + size - 8] for at in places] == [b"".join(one) for one in texts]
    found, _ = read_xpt(whole.getvalue())
    for n, column in enumerate(made):
        assert found[f"T{n}"].to_list() == [(v or "").rstrip(" ") or None for v in column.to_list()]


@settings(max_examples=30, deadline=None)
@given(columns(), st.sampled_from(["\x00", "\x1f", "\x7f", "é", "\n"]), st.integers(0, ROWS - 1), st.data())
def test_one_character_that_does_not_belong_is_found(
    column: pl.Series, wrong: str, row: int, data: st.DataObject
) -> None:
    most = column.str.len_bytes().max() or 0
    assert are_held(column, most)  # type: ignore[arg-type]
    values = column.to_list()
    value = values[row] or ""
    place = data.draw(st.integers(0, len(value)))
    values[row] = value[:place] + wrong + value[place:]
    assert not are_held(pl.Series(values), 300)
    values[row] = "x" * 41
    assert not are_held(pl.Series(values), 40)
    if most:
        assert not are_held(column, most - 1)  # type: ignore[operator]


@settings(max_examples=20, deadline=None)
@given(st.lists(columns(24), min_size=2, max_size=2), st.integers(0, 2**32 - 1))
def test_pyreadstat_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, made: list[pl.Series], seed: int
) -> None:
    chance = np.random.default_rng(seed)
    values = np.round(chance.normal(0, 1000, ROWS), 2)
    values[chance.random(ROWS) < 0.1] = 0
    frame = pl.DataFrame([column.alias(f"T{n}") for n, column in enumerate(made)])
    frame = frame.with_columns(
        NUM=pl.when(pl.lit(pl.Series(chance.random(ROWS) > 0.1))).then(pl.lit(pl.Series(values))),
        KEY=pl.int_range(ROWS) + 1.0,
    )
    path: Path = tmp_path_factory.mktemp("ways") / "xx.xpt"
    with path.open("wb") as stream:
        write_xpt(stream, frame, member(text("T0", 24), text("T1", 30), number("NUM"), number("KEY")))
    found, _ = pyreadstat.read_xport(str(path), output_format="dict")
    for name in ("T0", "T1"):
        assert list(found[name]) == [(value or "").rstrip(" ") for value in frame[name].to_list()]
    np.testing.assert_array_equal(np.array(found["NUM"], float), frame["NUM"].to_numpy())


def test_texts_with_the_same_slot_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of two slots: nearly all texts push each other out."""
    monkeypatch.setattr(xpt_views, "_SLOTS", 2)
    monkeypatch.setattr(xpt_views, "_SLOT_SHIFT", np.uint64(63))
    monkeypatch.setattr("ced_cdisc.read.xpt_words.Known._BITS", 1)
    known = pl.Series([f"{n} of several long texts" for n in range(9)] + ["short", None])
    column = known.gather(np.arange(ROWS) * 7919 % 11)
    stream = io.BytesIO()
    write_xpt(stream, pl.DataFrame({"A": column, "B": range(ROWS)}), member(text("A", 30), number("B")))
    assert read_xpt(stream.getvalue())[0]["A"].to_list() == column.to_list()
    with pytest.raises(Stopped):
        wrong = known.set(pl.Series([False] * 8 + [True] + [False] * 2), "a long text with \x7f in it")
        write_xpt(
            stream,
            pl.DataFrame({"A": wrong.gather(np.arange(ROWS) * 7919 % 11), "B": range(ROWS)}),
            member(text("A", 30), number("B")),
        )


def test_what_was_learned_of_one_piece_is_not_taken_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces whose long texts have the same lengths, first letters and places in buffers of their own."""
    monkeypatch.setattr(xpt_rows, "_BLOCK_BYTES", 19 * 2000)
    one = pl.Series(["the first long text", "another long text.."]).gather([0, 1] * 2000)
    two = pl.Series(["the FIRST LONG TEXT", "anotHER LONG TEXT.."]).gather([0, 1] * 2000)
    frame = pl.DataFrame({"A": pl.concat([one, two, two, one, one] * 4, rechunk=False)})
    stream = io.BytesIO()
    write_xpt(stream, frame, member(text("A", 19)))
    assert read_xpt(stream.getvalue())[0].equals(frame)
    bad = pl.Series(["the FIRST LONG\x7fTEXT", "anotHER LONG TEXT.."]).gather([0, 1] * 2000)
    assert not are_held(pl.concat([one, bad], rechunk=False), 19)


def test_a_field_that_held_one_value_takes_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of one value, between blocks of others and of other counts of rows."""
    rows = 500
    monkeypatch.setattr(xpt_rows, "_BLOCK_BYTES", 31 * rows)
    blocks = [[1.5] * rows, [1.5, 2.5] * (rows // 2), [2.5] * rows, [None] * rows, [0.0] * rows]
    order = np.random.default_rng(1).integers(0, len(blocks), 100)
    values = [value for n in order.tolist() for value in blocks[n]] + [1.5] * 7
    texts = [None if value is None else f"text {value}" for value in values]
    frame = pl.DataFrame({"T": texts, "L": [t and f"a long {t}" for t in texts], "N": values})
    stream = io.BytesIO()
    write_xpt(stream, frame, member(text("T", 8), text("L", 15), number("N")))
    assert read_xpt(stream.getvalue())[0].equals(frame)


@given(st.lists(st.floats(width=64), max_size=50))
def test_numbers_in_range_are_those_by_comparison(values: list[float]) -> None:
    for below in (IBM_LIMIT, 2.0**53):
        expected = all(v == 0 or IBM_SMALLEST <= abs(v) < below for v in values)
        assert in_range(np.array(values, np.float64), below) == expected
    array = np.array(values, np.float64)
    if all(v == 0 or v != v or IBM_SMALLEST <= abs(v) < IBM_LIMIT for v in values):
        np.testing.assert_array_equal(ibm_to_ieee(ieee_to_ibm(array)), array)
    else:
        with pytest.raises(OverflowError):
            ieee_to_ibm(array)
