"""Both readers of collected dates agree on every text and every format."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core import dates
from ced_cdisc.plan.language.dates import is_date_format, is_time_format
from ced_cdisc.recompute import written
from ced_cdisc.recompute.values import DataFault

FORMATS = [
    "DD-MON-YYYY", "UN-MON-YYYY", "UN-UNK-YYYY", "DD-UNK-YYYY", "UN-UNK-UNK", "DD/MM/YYYY", "MM/DD/YYYY",
    "M/D/YYYY", "DMONYY", "DD-MM-YY", "YY-MM-DD", "MONTH YYYY", "D MONTH YYYY", "ISO", "DDMONYYYY:HH:MM:SS",
    "DD-MON-YYYY HH:MM", "YYYY-MM-DDTH:MM", "M/D/YYYY H:MM AM", "DD-MON-YYYY UN:UN", "YYYYMMDD",
    "YYYY-MM-DD HH+:MM", "D/M/YYYY H+:MM:SS",
]  # fmt: skip
TIMES = [
    "HH:MM", "HHMM", "H:MM", "HH:MM:SS", "HMM", "H:MM AM", "HH:MM:SS.F", "HH:MM:SS(.F)", "UNK", "UN:UN",
    "HH:UN", "H AM", "HH+:MM", "HH+MM", "H+:MM:SS", "HH+",
]  # fmt: skip
_FIELDS = {
    "YYYY": ["2018", "2020", "0000", "1899"], "YY": ["18", "49", "50", "00"], "MON": ["MAR", "feb", "Mai"],
    "MONTH": ["March", "FEBRUARY", "may"], "MM": ["03", "02", "13", "00"], "DD": ["05", "29", "31", "00"],
    "M": ["3", "12", "13"], "D": ["5", "29", "0"], "HH": ["00", "08", "12", "24"], "H": ["0", "8", "12"],
    "HH+": ["08", "24", "49"], "H+": ["8", "24", "49"],
    "SS": ["00", "59", "60"], "AM": ["AM", "pm", "xm"], ".F": [".5", ".25", "."], "(.F)": [".5", ".125"],
}  # fmt: skip


def texts_of(form: str, *, clock: bool) -> st.SearchStrategy[str]:
    """Texts of a format, some with values that no calendar has."""
    if form == "ISO":
        return st.sampled_from(
            ["2018", "2018-03", "2018---15", "2018-02-29", "2018-03-05T08:30", "2018-03-05T08"]
        )
    day, time = dates.parts_of(form)
    parts = dates.clock_parts_of(form) if clock else (*day, *time)
    return st.tuples(*(st.sampled_from(_FIELDS.get(part, [part])) for part in parts)).map("".join)


def second(day: str | None, time: str | None, formats: tuple[str, ...], times: tuple[str, ...]) -> object:
    try:
        return written.read_date(day, time, formats, times, 1950)
    except DataFault:
        return "fault"


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_one(form: str) -> None:
    assert is_date_format(form)


@pytest.mark.parametrize("form", TIMES)
def test_each_time_format_is_one(form: str) -> None:
    assert is_time_format(form)


@given(st.data())
def test_both_readers_agree(data: st.DataObject) -> None:
    formats = tuple(data.draw(st.lists(st.sampled_from(FORMATS), min_size=1, max_size=4, unique=True)))
    times = tuple(data.draw(st.lists(st.sampled_from(TIMES), min_size=1, max_size=4, unique=True)))
    day = data.draw(st.one_of(st.none(), *(texts_of(form, clock=False) for form in formats)))
    time = data.draw(st.one_of(st.none(), *(texts_of(form, clock=True) for form in times)))
    reading = dates.read_date(day, time, formats, times, 1950)
    assert second(day, time, formats, times) == (reading.dtc if not reading.trouble else "fault")
