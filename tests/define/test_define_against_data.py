"""define.xml against records: every rule is met by a clean file and broken by one edit of the data."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from data_faults import CASES, CLEAN, JOIN
from define_packages import ADAM, SDTM

from ced_cdisc.check.define import open_define
from ced_cdisc.check.define.against_data import check_define_against_data, chosen_by
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.write.define import define_xml


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


@pytest.mark.parametrize(("dataset", "change", "expected"), [case[1:] for case in CASES])
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


@pytest.mark.parametrize(
    ("variable", "value", "values"),
    [("AVAL", "10", [9.0, 10.0, 11.0, None]), ("PARAMCD", "B", ["A", "B", "C", None])],
)
@pytest.mark.parametrize(
    ("comparator", "places"),
    [
        ("EQ", [1]),
        ("NE", [0, 2, 3]),
        ("LT", [0]),
        ("LE", [0, 1]),
        ("GT", [2]),
        ("GE", [1, 2]),
        ("IN", [1]),
        ("NOTIN", [0, 2, 3]),
        ("NEAR", []),
    ],
)
def test_each_comparator_of_a_where_clause_chooses_its_records(
    comparator: str, places: list[int], variable: str, value: str, values: list[Any]
) -> None:
    before = 'Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.ADQS.PARAMCD">\n          <CheckValue>SUM<'
    after = f'Comparator="{comparator}" SoftHard="Soft" def:ItemOID="IT.ADQS.{variable}"><CheckValue>{value}<'
    xml = define_xml(ADAM).decode()
    assert before in xml
    document, _ = open_define(xml.replace(before, after, 1).encode(), "define.xml")
    assert document is not None
    dataset = next(one for one in document.all("ItemGroupDef") if one.get("Name") == "ADQS")
    clause = next(one for one in document.all("def:WhereClauseDef") if one.get("OID", "").endswith("SUM"))
    frame = pl.DataFrame({"at": range(4), variable: values})
    chosen = chosen_by(document, dataset, frame.schema, clause)
    assert chosen is not None
    assert frame.filter(chosen)["at"].to_list() == places


def test_numbers_have_no_more_digits_than_is_said() -> None:
    document, _ = open_define(define_xml(ADAM), "define.xml")
    assert document is not None
    subjects = ["CED-01-1", "CED-01-2", "CED-01-3"]

    def told(*values: float) -> list[str]:
        frame = pl.DataFrame({"USUBJID": subjects[: len(values)], "BASE": values})
        findings = check_define_against_data(document, {"ADQS": frame})
        assert all(finding.severity.value == "warning" for finding in findings)
        return ["\n".join((f"{f.known_as} {f.message}", *f.records)) for f in findings]

    assert told(1.5, -9999.5, 12.0) == []
    assert told(1.25, 0.1 + 0.2, 12.5) == [
        "CED549 ItemDef IT.ADQS.BASE has SignificantDigits 1, and values of up to 17 decimals\n"
        "ADQS record 1, subject CED-01-1: 1.25\n"
        "ADQS record 2, subject CED-01-2: 0.30000000000000004"
    ]
    assert told(1.5, 10000.0) == [
        "CED549 ItemDef IT.ADQS.BASE has Length 5 with SignificantDigits 1, and 1 records have more than 4 "
        "digits before the point\nADQS record 2, subject CED-01-2: 10000"
    ]
