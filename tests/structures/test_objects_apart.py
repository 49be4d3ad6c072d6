"""A test of several objects of findings: where the records differ by the object, the where clause names it."""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.core.metadata import ValueLevel
from structures import made

FA = "  fa: {file: fa.csv, key: [SUBJ, DT], page: 5, columns: [SUBJ, DT, HSEV, HDIAM, RSEV, RDIAM]}\n"
ASSIGNED = ("assign: HEADACHE", "assign: RASH")
CSV = "SUBJ,DT,HSEV,HDIAM,RSEV,RDIAM\n001,10-FEB-2020,1,WIDE,2,4.5\n002,11-FEB-2020,2,SMALL,1,3\n"


def levels(
    folder: Path, variable: str, headache: str, rash: str, objects: tuple[str, str] = ASSIGNED
) -> list[ValueLevel]:
    """The value level of a variable of FA, whose tests are asked of two objects."""
    spec = f"""\
domain: FA
sort: [FAOBJ, FATESTCD, FADTC]
stack:
  - from: fa
    long: [{headache}]
    variables: {{FAOBJ: {{{objects[0]}}}}}
  - from: fa
    long: [{rash}]
    variables: {{FAOBJ: {{{objects[1]}}}}}
variables:
  FADTC: {{collect: fa.DT, date: edc}}
  FALOC: {{absent: "Not collected"}}
  VISITNUM: {{absent: "Not collected"}}
"""
    done = made(folder, {"raw/fa.csv": CSV, "mappings/sdtm/fa.yaml": spec}, FA)
    found = [one for package in done.packages.values() for one in package.datasets if one.name == "FA"]
    return list(next(one for one in found[0].variables if one.name == variable).value_level)


def rows(found: list[ValueLevel]) -> list[tuple[object, ...]]:
    """Of each row the values that its where clause names, its type and its codelist."""
    return [
        (
            *((check.variable, *check.values) for check in row.where),
            row.type,
            row.codelist and row.codelist.id,
        )
        for row in found
    ]


SEVERITY = "{test: SEV, kind: text, result: {collect: fa.HSEV, ct: {1: MILD, 2: MODERATE}, codelist: AESEV}}"
YES_NO = '{test: SEV, kind: text, result: {collect: fa.RSEV, ct: {1: "Y", 2: "N"}, codelist: NY}}'
WORDS = "{test: LDIAM, kind: text, result: fa.HDIAM}"
NUMBERS = "{test: LDIAM, result: fa.RDIAM, unit: cm}"


def test_other_codelists_of_one_test_stand_in_rows_of_their_objects(tmp_path: Path) -> None:
    assert rows(levels(tmp_path, "FAORRES", SEVERITY, YES_NO)) == [
        (("FATESTCD", "SEV"), ("FAOBJ", "HEADACHE"), "text", "AESEV"),
        (("FATESTCD", "SEV"), ("FAOBJ", "RASH"), "text", "NY"),
    ]


def test_words_of_one_object_and_numbers_of_another_do_too(tmp_path: Path) -> None:
    assert rows(levels(tmp_path, "FAORRES", WORDS, NUMBERS)) == [
        (("FATESTCD", "LDIAM"), ("FAOBJ", "HEADACHE"), "text", None),
        (("FATESTCD", "LDIAM"), ("FAOBJ", "RASH"), "float", None),
    ]
    described = levels(tmp_path, "FASTRESC", WORDS, NUMBERS)
    assert [row.method and row.method.name for row in described] == [
        "Derivation of FASTRESC for LDIAM of HEADACHE",
        "Derivation of FASTRESC for LDIAM of RASH",
    ]
    assert described[0].method is not None and described[0].method.text == "Equal to FAORRES."


def test_a_test_that_is_alike_for_all_objects_needs_no_object(tmp_path: Path) -> None:
    other = SEVERITY.replace("HSEV", "RSEV")
    found = levels(tmp_path, "FAORRES", f"{SEVERITY}, {WORDS}", f"{other}, {WORDS.replace('HDIAM', 'RDIAM')}")
    assert rows(found) == [(("FATESTCD", "LDIAM"), "text", None), (("FATESTCD", "SEV"), "text", "AESEV")]


def test_objects_that_the_data_name_tell_nothing_apart(tmp_path: Path) -> None:
    named = ("collect: fa.HDIAM", "collect: fa.HSEV")
    found = levels(tmp_path, "FAORRES", f"{SEVERITY}, {WORDS}", f"{YES_NO}, {NUMBERS}", named)
    assert [len(row.where) for row in found] == [1, 1]
