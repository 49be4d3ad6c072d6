"""What the writer refuses: the whole text of every finding."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import polars as pl
import pytest
from msgspec.structs import replace
from xpt_samples import member, number, small, text

from ced_cdisc.core.findings import Stage, Stopped
from ced_cdisc.core.xpt import XptLibrary, XptMember
from ced_cdisc.write.xpt import write_xpt, write_xpt_blocks
from ced_cdisc.write.xpt_check import check_member, check_xpt

ONE = pl.DataFrame({"A": [""]})
ASCII = "; XPT v5 holds printable ASCII characters only"
LONG = "Abcdefghi " * 21


def found(frame: pl.DataFrame, headers: XptMember, **more: Any) -> list[str]:
    findings = check_xpt(frame, headers, **more)
    assert all(f.stage is Stage.OUTPUT for f in findings)
    return [str(f) for f in findings]


def column(values: list[Any], dtype: Any = None, name: str = "A") -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(values, dtype=dtype)})


HEADERS = [
    (
        member(text("A"), name="DEMOGRAPH"),
        'demograph.xpt CED301 dataset name "DEMOGRAPH" has 9 bytes, XPT v5 holds 8',
    ),
    (
        member(text("A"), name="1DM"),
        '1dm.xpt CED302 dataset name "1DM" is not made of A-Z, 0-9 and _, beginning with a letter or _',
    ),
    (
        member(text("A"), label="L" * 41),
        f'xx.xpt CED304 label of dataset XX has 41 bytes, XPT v5 holds 40: "{"L" * 41}"',
    ),
    (
        member(text("A", label="L" * 41)),
        f'xx.xpt CED303 label of XX.A has 41 bytes, XPT v5 holds 40: "{"L" * 41}"',
    ),
    (
        member(text("A", label="Größe")),
        f"xx.xpt CED307 label of XX.A holds the character 'ö' (U+00F6): \"Größe\"{ASCII}",
    ),
    (
        member(text("A"), label="a\nb"),
        f'xx.xpt CED308 label of dataset XX holds the character (U+000A): "a\\nb"{ASCII}',
    ),
    (member(text("A", 0)), "xx.xpt CED317 XX.A has the length 0, a text takes 1 to 200 bytes"),
    (member(text("A", 201)), "xx.xpt CED317 XX.A has the length 201, a text takes 1 to 200 bytes"),
    (
        member(text("A", format="VERYLONGF", format_width=8, format_decimals=2)),
        'xx.xpt CED321 format "VERYLONGF" 8.2 of XX.A does not fit into XPT v5',
    ),
    (
        member(text("A", informat="$", informat_width=40000)),
        'xx.xpt CED321 informat "$" 40000.0 of XX.A does not fit into XPT v5',
    ),
    (
        member(text("A"), created="2012-10-15T22:56:22"),
        'xx.xpt CED322 created stamp "2012-10-15T22:56:22" of XX does not fit into 16 ASCII bytes',
    ),
    (
        member(text("A"), library=XptLibrary("x", "x", "9.4 (TS1M7)", "")),
        'xx.xpt CED322 SAS version of the library "9.4 (TS1M7)" of XX does not fit into 8 ASCII bytes',
    ),
]


@pytest.mark.parametrize(("headers", "message"), HEADERS)
def test_headers(headers: XptMember, message: str):
    assert found(ONE, headers) == [message]


def test_variable_names():
    frame = pl.DataFrame({"treatment": ["x"]})
    assert found(frame, member(text("treatment"))) == [
        'xx.xpt CED301 variable name "treatment" of XX has 9 bytes, XPT v5 holds 8',
        'xx.xpt CED302 variable name "treatment" of XX is not made of A-Z, 0-9 and _, beginning with a '
        "letter or _",
    ]


def test_length_of_a_number():
    assert found(column([1]), member(number("A", 9))) == [
        "xx.xpt CED317 XX.A has the length 9, a number takes 2 to 8 bytes"
    ]


def test_no_variables():
    assert found(pl.DataFrame(), member()) == ["xx.xpt CED312 dataset XX has no variables"]


def test_too_many_variables():
    headers = member(*(text(f"V{index}", 1) for index in range(10_000)))
    (finding,) = check_member(headers)
    assert str(finding) == "xx.xpt CED318 dataset XX has 10000 variables, XPT v5 holds 9999"


def test_two_variables_of_one_name():
    assert found(ONE, member(text("A"), text("A"))) == ["xx.xpt CED313 dataset XX has 2 variables named A"]


def test_columns_that_are_not_planned_and_variables_without_a_column():
    assert found(column(["x"], name="B"), member(text("A"))) == [
        "xx.xpt CED315 XX.B is in the data but not planned",
        "xx.xpt CED314 XX.A is planned but not in the data",
    ]


@pytest.mark.parametrize(
    ("frame", "planned", "held"),
    [
        (column([1]), text("A"), "Char, the data hold Int64"),
        (column(["1"]), number("A"), "Num, the data hold String"),
        (column([True]), number("A"), "Num, the data hold Boolean"),
        (
            column([datetime(2020, 1, 1, tzinfo=UTC)]),
            number("A"),
            "Num, the data hold Datetime(time_unit='us', time_zone='UTC')",
        ),
    ],
)
def test_types(frame: pl.DataFrame, planned: Any, held: str):
    assert found(frame, member(planned)) == [f"xx.xpt CED316 XX.A is planned as {held}"]


def test_text_over_200_bytes():
    assert found(column(["x", LONG, LONG]), member(text("A", 200))) == [
        "xx.xpt CED305 XX.A row 2: text of 210 bytes, XPT v5 holds 200: "
        '"Abcdefghi Abcdefghi Abcdefghi Abcdefghi ...", and 1 more row'
        "; move the rest to supplemental qualifiers or to a further variable"
    ]


def test_text_over_the_planned_length():
    assert found(column(["abc", "abcd", None, "abcd", "abcd"]), member(text("A", 3))) == [
        'xx.xpt CED306 XX.A row 2: text of 4 bytes, the planned length is 3: "abcd", and 2 more rows'
    ]


def test_text_that_is_not_ascii_and_the_records_concerned():
    frame = pl.DataFrame({"USUBJID": ["01", "02"], "A": ["plain", "37 °C"]})
    assert found(frame, member(text("USUBJID"), text("A"), name="VS")) == [
        f"vs.xpt CED307 VS.A row 2: the character '°' (U+00B0) in \"37 °C\"{ASCII}\n    VS row 2, subject 02"
    ]


@pytest.mark.parametrize(
    ("value", "character", "shown"),
    [
        ("a\nb", "U+000A", '"a\\nb"'),
        ("a\0", "U+0000", '"a\\u0000"'),
        ("\t", "U+0009", '"\\t"'),
        ("\x7f", "U+007F", '"\x7f"'),
    ],
)
def test_control_characters(value: str, character: str, shown: str):
    assert found(column(["x", value]), member(text("A"))) == [
        f"xx.xpt CED308 XX.A row 2: the character ({character}) in {shown}{ASCII}"
    ]


@pytest.mark.parametrize("value", [7.3e75, -1e300, 5.3e-79, 5e-324])
def test_numbers_out_of_range(value: float):
    assert found(column([1.0, None, value]), member(number("A"))) == [
        f"xx.xpt CED309 XX.A row 3: {value!r} is outside the range of XPT v5, 5.4e-79 to 7.2e75"
    ]


@pytest.mark.parametrize(("value", "shown"), [(float("nan"), "nan"), (float("-inf"), "-inf")])
def test_numbers_that_are_not_finite(value: float, shown: str):
    assert found(column([None, value]), member(number("A"))) == [
        f"xx.xpt CED310 XX.A row 2: {shown} is not a number that SAS knows; a missing value is null"
    ]


@pytest.mark.parametrize("value", [2**53 + 1, -(2**63)])
def test_whole_numbers_that_sas_would_round(value: int):
    assert found(column([1, value]), member(number("A"))) == [
        f"xx.xpt CED319 XX.A row 2: {value} is a whole number of 2**53 or more, SAS would round it"
        "; plan it as text"
    ]
    assert found(column([2**53 - 1]), member(number("A"))) == []


def test_short_numbers_that_lose_digits():
    assert found(column([65536.0, None, 65537.0, 0.1]), member(number("A", 3))) == [
        "xx.xpt CED320 XX.A row 3: 65537.0 loses digits at the planned length of 3 bytes, and 1 more row"
        "; plan 8 bytes"
    ]


def test_blank_rows_at_the_end_of_a_dataset_of_texts():
    headers = member(text("A"), text("B"))
    blank = "every value is blank, such rows at the end vanish on reading"
    hint = "leave the rows out or give a key variable a value"
    end = pl.DataFrame({"A": ["x", None, " ", ""], "B": ["x", "x", None, ""]})
    assert found(end, headers) == [f"xx.xpt CED311 XX rows 3 to 4: {blank}; {hint}"]
    assert found(end[:3], headers) == [f"xx.xpt CED311 XX row 3: {blank}; {hint}"]
    assert found(end[:2], headers) == []
    assert found(end.with_columns(N=None), member(*headers.variables, number())) == []


def test_the_one_number_whose_bytes_are_blanks():
    value = 0x20202020202020 * 2.0 ** (4 * (0x20 - 64) - 56)
    assert found(column([value]), member(number("A")))[0].startswith("xx.xpt CED311 XX row 1: every value")


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ({"B": ["A"]}, "special missing values are given for XX.B, which is no numeric variable"),
        ({"A": ["A", "B"]}, "XX.A has 1 rows and 2 special missing values"),
        ({"A": ["a"]}, 'XX.A row 1: "a" is no special missing value, expected A to Z or _'),
    ],
)
def test_special_missing_values(codes: dict[str, list[str]], message: str):
    given = {name: pl.Series(values) for name, values in codes.items()}
    assert found(column([None], pl.Float64), member(number("A")), special_missing=given) == [
        f"xx.xpt CED323 {message}"
    ]


def test_special_missing_value_beside_a_value():
    assert found(column([1.5]), member(number("A")), special_missing={"A": pl.Series(["A"])}) == [
        "xx.xpt CED323 XX.A row 1: the value 1.5 has the special missing value A as well"
    ]


def test_nothing_is_written_and_all_faults_are_told():
    frame, headers = small()
    bad = frame.with_columns(SEX=pl.lit("female"), AVAL=pl.lit(float("inf")))
    stream = BytesIO()
    with pytest.raises(Stopped) as stopped:
        write_xpt(stream, bad, replace(headers, label="é"))
    assert [f.code for f in stopped.value.findings.sorted()] == ["CED306", "CED307", "CED310"]
    assert stopped.value.findings.exit_code() == 12
    assert stream.getvalue() == b""


def test_blocks_count_rows_through():
    frame, headers = small()
    bad = frame.with_columns(SEX=pl.lit("XY"))
    with pytest.raises(Stopped, match=r"DM\.SEX row 4: text of 2 bytes"):
        write_xpt_blocks(BytesIO(), [frame, bad], headers)
    texts = member(text("A"))
    with pytest.raises(Stopped, match="XX row 3: every value is blank"):
        write_xpt_blocks(
            BytesIO(), [column(["a", "b"]), column([None], pl.String), column([], pl.String)], texts
        )
    with pytest.raises(Stopped, match="CED304"):
        write_xpt_blocks(BytesIO(), [], replace(texts, label="L" * 41))


def test_a_file_of_another_encoding_can_be_rewritten():
    headers = member(text("A", 5), encoding="windows-1252")
    assert found(column(["37 °C"]), headers) == []
    assert found(column(["37 °C "]), headers)[0].startswith("xx.xpt CED306 XX.A row 1: text of 6 bytes")
    assert found(column(["≥7"]), headers)[0].startswith(
        "xx.xpt CED307 XX.A row 1: the character '≥' (U+2265)"
    )
