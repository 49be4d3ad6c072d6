"""EPOCH of a record on the day on which an element begins: where the time of one of them is not known, the element
counts as begun, and a note names the records unless the spec of SE says that this is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main
from small_study import FILES
from structures import made, rows, said, written

SE = "mappings/sdtm/se.yaml"
AE = "mappings/sdtm/ae.yaml"
ELEMENTS = """\
domain: SE
from: DM
for:
  - {etcd: SCRN, element: Screening, order: 1, epoch: SCREENING, start: DM.RFICDTC}
  - {etcd: TRT, element: Treatment, order: 2, epoch: TREATMENT, start: "'2020-02-14T08:00'"}
sort: [TAETORD]
variables:
  ETCD: {protocol: "{etcd}"}
  ELEMENT: {protocol: "{element}"}
  TAETORD: {derive: "number('{order}')"}
  EPOCH: {protocol: "{epoch}"}
  SESTDTC: {derive: "{start}"}
  SEENDTC: {assign: 2020-03-01T08:00}
  SEUPDES: {absent: "No subject went through an unplanned element"}
"""
NOTE = (
    f"{AE}:1:9 CED870 AE.EPOCH: AESTDTC is on the day on which an element begins, and which is earlier is not "
    "known; the element counts as begun; 'same_day: begun' in se.yaml says that this is meant; a line of EPOCH "
    "says otherwise\n    ae.csv line 4, subject T1-002"
)
"""Nausea of the second subject is of 14 February 2020."""


def with_elements(old: str = "", new: str = "") -> dict[str, str]:
    """The small study with elements, of which one part is another."""
    assert old in ELEMENTS
    return {SE: ELEMENTS.replace(old, new) if old else ELEMENTS}


def test_a_day_on_which_an_element_begins_at_a_time_is_told(tmp_path: Path) -> None:
    done = made(tmp_path, with_elements())
    assert rows(done, "AE", "AETERM", "EPOCH") == [
        ("Bone pain", None),
        ("Headache", "SCREENING"),
        ("Nausea", "TREATMENT"),
    ]
    assert [one.severity.value for one in done.findings] == ["note"]
    assert [str(one).replace(f"{tmp_path}/", "") for one in done.findings] == [NOTE]


def test_the_spec_of_the_elements_says_that_it_is_meant(tmp_path: Path) -> None:
    done = made(tmp_path, with_elements("sort:", "same_day: begun\nsort:"))
    assert rows(done, "AE", "EPOCH") == [(None,), ("SCREENING",), ("TREATMENT",)]
    assert list(done.findings) == []


def test_why_shows_both_dates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(written(tmp_path, with_elements()))
    asked = ["why", "AE", "USUBJID=T1-002", "AETERM=Nausea", "EPOCH"]
    assert (
        CliRunner().invoke(main, asked, prog_name="ced-cdisc").stdout
        == """\
AE.EPOCH = 'TREATMENT'  (AESTDTC 2020-02-14, AETERM Nausea)  mappings/sdtm/ae.yaml:1
  AE.AESTDTC = '2020-02-14'  mappings/sdtm/ae.yaml:23
    ae.START = '14-FEB-2020'  line 4 of ae.csv
  SE.EPOCH = 'TREATMENT'  (TAETORD 2)  mappings/sdtm/se.yaml:11
  SE.SESTDTC = '2020-02-14T08:00'  (TAETORD 2)  mappings/sdtm/se.yaml:12
"""
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2020-02-14T08:00", "2020-02-14"),  # both are days
        ("2020-02-14T08:00", "2020-02-13T08:00"),  # the day after
        ("epoch: TREATMENT", "epoch: SCREENING"),  # the epoch is the same, begun or not
    ],
)
def test_what_is_certain_is_not_told(tmp_path: Path, old: str, new: str) -> None:
    assert said(tmp_path, with_elements(old, new)) == []


def test_a_time_on_the_day_on_which_an_element_begins_is_told_alike(tmp_path: Path) -> None:
    later = "if(ae.START = '14-FEB-2020', '2020-02-14T09:30', '2020-02-05T09:30')"
    line = f'  AESTDTC:  {{derive: "{later}"}}'
    collected = "  AESTDTC:  {collect: ae.START, date: edc}"
    assert collected in FILES[AE]
    files = with_elements("2020-02-14T08:00", "2020-02-14")
    assert said(tmp_path, {**files, AE: FILES[AE].replace(collected, line)}) == [NOTE]


def test_a_line_of_epoch_says_otherwise(tmp_path: Path) -> None:
    line = '  EPOCH: {derive: "last(SE.EPOCH where SE.SESTDTC <= AESTDTC order by SE.SESTDTC)", unknown: accept}\n'
    done = made(tmp_path, {**with_elements(), AE: FILES[AE] + line})
    assert rows(done, "AE", "AETERM", "EPOCH")[2] == ("Nausea", "SCREENING")
    assert list(done.findings) == []


def test_another_domain_has_no_elements(tmp_path: Path) -> None:
    spec = FILES[AE].replace("sort:", "same_day: begun\nsort:")
    assert said(tmp_path, {**with_elements(), AE: spec}) == [
        f"{AE}:1:1 CED018 'same_day' goes with the elements of SE, not with AE; write it in se.yaml, for all domains"
    ]


def without(name: str, variable: str) -> str:
    """The elements without a variable, and without what it is made of."""
    lines = [line for line in ELEMENTS.splitlines() if not line.startswith(f"  {variable}:")]
    text = "\n".join(lines).replace("[TAETORD]", "[SESTDTC]") + "\n"
    return re.sub(rf" {name}: \w+,", "", text)


def test_elements_without_their_order_go_by_their_start(tmp_path: Path) -> None:
    done = made(tmp_path, {SE: without("order", "TAETORD")})
    assert rows(done, "AE", "EPOCH") == [(None,), ("SCREENING",), ("TREATMENT",)]


def test_elements_without_epochs_are_told_once(tmp_path: Path) -> None:
    """Whoever wrote no EPOCH is told why it is asked for, and where to write it."""
    text = "EPOCH is filled in from SE.EPOCH, which SE does not have"
    fix = "write EPOCH in the spec of SE, or omit: [EPOCH] here"
    assert said(tmp_path, {SE: without("epoch", "EPOCH")}) == [
        f"{AE}:1:9 CED012 {text}; {fix}; also in mappings/sdtm/ex.yaml:1"
    ]


def test_elements_that_begin_on_one_day_with_and_without_a_time(tmp_path: Path) -> None:
    """Consent on the day of the first dose: the note says what to change, and that settles it."""
    files = with_elements("start: DM.RFICDTC", "start: \"'2020-02-14'\"")
    named = "partial dates leave open which record is the last, and their texts decide; "
    hint = "in se.yaml give starts on one day the same precision, as day(..), or write a line of EPOCH"
    assert [fault for fault in said(tmp_path, files) if "the last" in fault] == [
        f"{AE}:1:9 CED270 AE.EPOCH: {named}{hint}\n    ae.csv line 4, subject T1-002"
    ]
    files[SE] = files[SE].replace('SESTDTC: {derive: "{start}"}', 'SESTDTC: {derive: "day({start})"}')
    done = made(tmp_path / "days", files)
    assert rows(done, "AE", "AETERM", "EPOCH")[2] == ("Nausea", "TREATMENT")
    assert list(done.findings) == []
