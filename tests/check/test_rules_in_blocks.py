"""Large datasets are looked at in blocks of whole subjects, with the same findings as a look at the whole."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from ced_cdisc.conformance import records
from ced_cdisc.conformance.check import check_folder
from ced_cdisc.conformance.records import Held, Records
from ced_cdisc.conformance.rule import Rule, all_rules
from ced_cdisc.conformance.run import run_rule
from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.write.xpt import write_xpt
from rule_cases import submission_of

STAMP = "01JAN26:00:00:00"


def in_blocks(monkeypatch: pytest.MonkeyPatch, few: int, block: int) -> None:
    """Datasets of more than ``few`` records in blocks of about so many."""
    monkeypatch.setattr(records, "FEW", few)
    monkeypatch.setattr(records, "BLOCK", block)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.text.id)
def test_the_cases_of_a_rule(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rule.cases
    for case in (*rule.cases["passes"], *rule.cases["fails"]):
        whole = run_rule(submission_of(case), rule)
        for few, block in ((0, 1), (2, 2)):
            with monkeypatch.context() as patch:
                in_blocks(patch, few, block)
                assert run_rule(submission_of(case), rule) == whole, (few, block, case)


@pytest.mark.parametrize("is_sorted", [True, False])
def test_blocks_have_whole_subjects_and_every_record_once(
    is_sorted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_blocks(monkeypatch, 10, 25)
    draw = random.Random(7)
    subjects = [one for number in range(30) for one in [f"S{number:02}"] * draw.randint(1, 40)] + [None] * 3
    if not is_sorted:
        draw.shuffle(subjects)
    frame = pl.DataFrame({"USUBJID": subjects, "N": [float(one) for one in range(len(subjects))]})
    held = Records(Held(frame), frame.columns)
    seen: dict[str | None, int] = {}
    rows: list[int] = []
    for number, block in enumerate(held.blocks()):
        every = pl.repeat(value=True, n=block.frame.height, eager=True)
        told = block.rows(every).to_list()
        assert told == sorted(told)
        assert [row - 1 for row in told] == block.frame["N"].to_list(), "the rows in the file"
        rows += told
        for subject in block.frame["USUBJID"].unique():
            assert seen.setdefault(subject, number) == number, "a subject in two blocks"
        others = held.of_subjects(block, ["N"])
        assert set(others["N"]) == set(block.frame["N"])
    assert sorted(rows) == list(range(1, len(subjects) + 1))
    assert len(set(seen.values())) > 5


def test_records_in_the_order_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    in_blocks(monkeypatch, 0, 4)
    frame = pl.DataFrame({"USUBJID": list("abacbcaab"), "N": range(9)})
    held = Records(Held(frame), frame.columns)
    told = [(block.frame["N"].to_list(), before) for block, before in held.in_order(["N"])]
    assert told == [([0, 1, 2, 3], 0), ([3, 4, 5, 6, 7], 1), ([7, 8], 1)]


@pytest.mark.parametrize("is_sorted", [True, False])
def test_a_folder_is_checked_alike(is_sorted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of every kind: of a record, between records of a subject, and among all."""
    write_faulty(tmp_path, is_sorted=is_sorted)
    whole = told(check_folder(tmp_path, standard=["SDTMIG=3.4", "CT=2024-09-27"]))
    assert sum(count for *_, count, _ in whole) > 100
    for few, block in ((0, 1), (10, 7), (50, 40)):
        with monkeypatch.context() as patch:
            in_blocks(patch, few, block)
            assert told(check_folder(tmp_path, standard=["SDTMIG=3.4", "CT=2024-09-27"])) == whole


def test_a_windows_text_in_a_late_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"USUBJID": [f"S{n:02}" for n in range(40)], "AETERM": ["ACHE"] * 39 + ["MENI~RE"]})
    write(tmp_path, "AE", frame)
    file = tmp_path / "ae.xpt"
    file.write_bytes(file.read_bytes().replace(b"MENI~RE", b"MENI\xc8RE"))
    in_blocks(monkeypatch, 5, 8)
    result = check_folder(tmp_path, standard=["SDTMIG=3.4"])
    assert [one.code for one in result.reading] == ["CED608"]
    assert "AE.AETERM row 40" in result.reading[0].message
    found = [
        one for rule in result.rules for one in rule.failures if one.variable == "AETERM" and one.records
    ]
    assert any(("AETERM", "MENIÈRE") in one.records[0].values for one in found)


def told(result: CheckResult) -> list[tuple[str, str, int, str, str, int, str]]:
    """Every rule with how much it looked at, and every failure with its digest, in their order."""
    return [
        (
            rule.rule.id,
            rule.status,
            rule.looked,
            one.dataset,
            f"{one.text} {one.records}",
            one.count,
            one.digest,
        )
        for rule in result.rules
        for one in rule.failures
    ] + [(rule.rule.id, rule.status, rule.looked, "", rule.reason, 0, "") for rule in result.rules]


def write_faulty(folder: Path, *, is_sorted: bool) -> None:
    """DM, and VS with numbers given twice, units that differ, baselines too many, gaps and odd values."""
    draw = random.Random(11)
    subjects = [f"STUDY-{n:03}" for n in range(12)]
    rows = [
        {
            "STUDYID": "STUDY", "DOMAIN": "VS", "USUBJID": one, "VSSEQ": float(number + (number == 9)),
            "VSTESTCD": ("PULSE", "TEMP")[number % 2], "VSTEST": draw.choice(["Pulse Rate", "Temperature"]),
            "VSORRES": str(50 + number), "VSORRESU": draw.choice(["beats/min", "C", None]),
            "VSSTRESC": draw.choice([str(50 + number), " x", None]), "VSSTRESN": 50.0 + number % 5,
            "VSSTRESU": draw.choice(["beats/min", "C"]), "VSLOBXFL": "Y" if number % 5 == 0 else None,
            "VISITNUM": float(number // 4), "VISIT": f"VISIT {draw.choice([number // 4, 1])}",
            "VSDTC": draw.choice(["2020-01-02", "2020-02-30", "2020"]), "VSDY": float(draw.choice([0, 2, 3])),
        }
        for one in [*subjects, "STUDY-999"]
        for number in range(1, draw.randint(5, 20))
    ]  # fmt: skip
    rows += [dict(row) for row in rows[5:8]]
    rows.sort(key=lambda row: str(row["USUBJID"]))
    if not is_sorted:
        draw.shuffle(rows)
    write(folder, "VS", pl.DataFrame(rows, infer_schema_length=None))
    dm = {"STUDYID": "STUDY", "DOMAIN": "DM", "RFSTDTC": "2020-01-01", "RFXSTDTC": "2020-01-01"}
    write(folder, "DM", pl.DataFrame([{**dm, "USUBJID": one, "SUBJID": one[-3:]} for one in subjects]))


def write(folder: Path, name: str, frame: pl.DataFrame) -> None:
    """The frame as a transport file."""
    longest = frame.select(pl.col(pl.String).str.len_bytes().max()).row(0, named=True)
    variables = tuple(
        XptVariable(n, n, "Char" if n in longest else "Num", longest.get(n) or 8) for n in frame.columns
    )
    with (folder / f"{name.lower()}.xpt").open("wb") as stream:
        write_xpt(stream, frame, XptMember(name, name, variables, STAMP, STAMP))
