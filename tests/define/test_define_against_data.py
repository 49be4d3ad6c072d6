"""define.xml against records: every rule is met by a clean file and broken by one edit of the data."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from define_packages import ADAM, SDTM

from ced_cdisc.check.define import open_define
from ced_cdisc.check.define.against_data import check_define_against_data
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.write.define import define_xml

AE = {
    "STUDYID": ["CED-01", "CED-01", "CED-01"],
    "DOMAIN": ["AE", "AE", "AE"],
    "USUBJID": ["CED-01-1", "CED-01-1", "CED-01-2"],
    "AESEQ": [1.0, 2.0, 1.0],
    "AETERM": ["Headache", "Nausea", "Headache"],
    "AEDECOD": ["Headache", "Nausea", None],
    "AESER": ["N", "Y", None],
    "AESTDTC": ["2026-01-02", "2026-01", "2026"],
    "AESTDY": [1.0, -4.0, None],
}
XF = {
    "STUDYID": ["CED-01", "CED-01"],
    "DOMAIN": ["XF", "XF"],
    "USUBJID": ["CED-01-1", "CED-01-1"],
    "XFTESTCD": ["CFR", "SPASM"],
    "XFMETHOD": ["ANGIOGRAPHY", None],
    "XFORRES": ["2.75", "no"],
}
DM = {
    "STUDYID": ["CED-01"],
    "DOMAIN": ["DM"],
    "USUBJID": ["CED-01-1"],
    "RFSTDTC": ["2026-01-02"],
    "SEX": ["F"],
    "ETHNIC": pl.Series([None], dtype=pl.String),
}
CLEAN: dict[str, dict[str, Any]] = {"AE": AE, "XF": XF, "DM": DM}
JOIN = (
    "CED546 ItemRef IT.XF.XFORRES.XFTESTCD.a0e7ad1f9588 in def:ValueListDef VL.XF.XFORRES: "
    "its where clause asks for other datasets; values were not compared"
)


def found(package: PackageMetadata = SDTM, **changes: dict[str, Any]) -> list[str]:
    """What is found where columns of datasets are replaced."""
    document, _ = open_define(define_xml(package), "define.xml")
    assert document is not None
    frames = {name: pl.DataFrame(columns | changes.get(name, {})) for name, columns in CLEAN.items()}
    findings = check_define_against_data(document, frames)
    assert all(finding.where.line for finding in findings)
    texts = ["\n".join((f"{f.known_as} {f.message}", *f.records)) for f in findings]
    return [text for text in texts if text != JOIN]


def test_clean_records_have_no_finding_but_what_was_not_compared() -> None:
    assert found() == []
    document, _ = open_define(define_xml(SDTM), "define.xml")
    assert document is not None
    frames = {name: pl.DataFrame(columns) for name, columns in CLEAN.items()}
    (finding,) = check_define_against_data(document, frames)
    assert f"{finding.code} {finding.message}" == JOIN
    assert finding.severity.value == "note"


@pytest.mark.parametrize(
    ("dataset", "change", "expected"),
    [
        # row 30: keys that do not identify records
        (
            "AE",
            {"AETERM": ["Headache"] * 3, "AESTDTC": ["2026", "2026", "2026"]},
            "CED542 [CG0019] ItemGroupDef IG.AE: the keys STUDYID, USUBJID, AETERM, AESTDTC "
            "are those of several records, 2 in all\n"
            "AE record 1, subject CED-01-1\nAE record 2, subject CED-01-1",
        ),
        # row 31: a variable without values, or with values that are said not to be there
        (
            "AE",
            {"AEDECOD": pl.Series([None, None, None], dtype=pl.String)},
            "CED544 [CG0015, CG0651] ItemRef IT.AE.AEDECOD in ItemGroupDef IG.AE "
            "has no value and no HasNoData",
        ),
        (
            "DM",
            {"ETHNIC": ["X"]},
            "CED544 [CG0015, CG0651] ItemRef IT.DM.ETHNIC in ItemGroupDef IG.DM has HasNoData, "
            "and 1 records have a value\nDM record 1, subject CED-01-1: 'X'",
        ),
        (
            "AE",
            {"AETERM": ["Headache", None, "Headache"]},
            "CED544 [CG0015, CG0651] ItemRef IT.AE.AETERM in ItemGroupDef IG.AE is mandatory "
            "and missing in 1 records\nAE record 2, subject CED-01-1",
        ),
        # row 35: a value that is in no codelist
        (
            "AE",
            {"AESER": ["N", "U", "n"]},
            "CED543 [SD0037] ItemDef IT.AE.AESER: 'U', 'n' not in CodeList CL.NY, in 2 records\n"
            "AE record 2, subject CED-01-1: 'U'\nAE record 3, subject CED-01-2: 'n'",
        ),
        # row 24: longer than said, or of another type
        (
            "XF",
            {"XFMETHOD": ["ANGIOGRAPHY", "INTRACORONARY DOPPLER"], "STUDYID": ["CED-01", "CED-01-EXTENSION"]},
            "CED545 [DD0069] ItemDef IT.XF.STUDYID has Length 10, and values of up to 16 bytes\n"
            "XF record 2, subject CED-01-1: 'CED-01-EXTENSION'",
        ),
        (
            "AE",
            {"AESTDY": [1.5, None, 2.0]},
            "CED545 [DD0069] ItemDef IT.AE.AESTDY has the type integer, and 1 records have another value\n"
            "AE record 1, subject CED-01-1: 1.5",
        ),
        (
            "AE",
            {"AESTDTC": ["2026-01-02", "2026-02-30T10", "2 JAN 2026"]},
            "CED545 [DD0069] ItemDef IT.AE.AESTDTC has the type partialDate, "
            "and 2 records have another value\n"
            "AE record 2, subject CED-01-1: '2026-02-30T10'\nAE record 3, subject CED-01-2: '2 JAN 2026'",
        ),
        (
            "XF",
            {"XFORRES": ["none", "no"]},
            "CED545 [DD0069] ItemDef IT.XF.XFORRES.XFTESTCD.EQ.CFR has the type float, "
            "and 1 records have another value\nXF record 1, subject CED-01-1: 'none'",
        ),
    ],
)
def test_each_fault_is_found_with_its_records(dataset: str, change: Any, expected: str) -> None:
    assert found(**{dataset: change}) == [expected]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("date", ["2026-01-31"], ["2026-1-31", "2026-01", "2026-13-01", "2026-01-31T10:00:00"]),
        ("time", ["10:00:00", "23:59:59.5"], ["24:00:00", "10:00"]),
        ("datetime", ["2026-01-31T10:00:00", "2026-01-31T10:00:00Z"], ["2026-01-31", "2026-01-31T10:00"]),
        ("partialDate", ["2026", "2026-01", "2026-01-31"], ["26", "2026-01-31T10"]),
        ("partialTime", ["10", "10:05"], ["1005", "10:5"]),
        ("partialDatetime", ["2026", "2026-01-31T10:05"], ["2026-01T10", "2026--01"]),
        ("incompleteDatetime", ["2026---15", "--12-15", "-----T07:15", "2026-01-31"], ["15 JAN", "2026/01"]),
        ("durationDatetime", ["P1Y2M", "PT30M", "P2W", "-P1D"], ["1 day", "PT"]),
        ("intervalDatetime", ["2026-01/2026-02", "2026-01-31T10:05/PT1H"], ["2026-01", "P1D"]),
    ],
)
def test_dates_fit_the_form_of_their_type(kind: str, good: list[str], bad: list[str]) -> None:
    xml = define_xml(SDTM).replace(
        b'Name="AESTDTC" DataType="partialDate"', f'Name="AESTDTC" DataType="{kind}"'.encode()
    )
    document, _ = open_define(xml, "define.xml")
    assert document is not None
    values = [*good, *bad]
    frame = pl.DataFrame({"AESTDTC": values})
    (finding,) = check_define_against_data(document, {"AE": frame})
    shown = [record.split(": ", 1)[1].strip("'") for record in finding.records]
    assert shown == bad[:5]
    assert finding.message.endswith(f"has the type {kind}, and {len(bad)} records have another value")


def test_numbers_are_compared_with_lists_as_numbers_and_where_clauses_choose_by_them() -> None:
    xml = define_xml(ADAM).decode()
    document, _ = open_define(xml.encode(), "define.xml")
    assert document is not None
    frame = pl.DataFrame({"USUBJID": ["1", "1"], "PARAMCD": ["AFREQ", "SUM"], "AVAL": [70.5, 70.5]})
    (finding,) = check_define_against_data(document, {"ADQS": frame})
    assert finding.message == (
        "ItemDef IT.ADQS.AVAL.PARAMCD.IN.AFREQ-QOL has the type integer, and 1 records have another value"
    )
    assert finding.records == ("ADQS record 1, subject 1: 70.5",)
