"""Numbers through many builds: whatever comes and goes, none changes and none is given twice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ced_cdisc.convert import build_datasets
from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.model import KEY, StudyPlan
from ced_cdisc.plan.numbers import pin
from ced_cdisc.plan.study import plan_study
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.spec.load import load_specs
from ced_cdisc.write.sequence_lock import Entry, SequenceLock, parse_lock
from small_study import write_study

Cells = dict[str, str]
DEMOG: list[Cells] = [
    {"SUBJ": subject, "BRTHDAT": "05-JUN-1970", "SEX": "1", "ICFDT": "01-FEB-2020"} for subject in ("1", "2")
]
EVENTS = st.lists(
    st.builds(
        lambda subject, number, day: {
            "SUBJ": subject,
            "AENO": str(number),
            "TERM": "Pain",
            "SEV": "1",
            "START": f"{day:02}-FEB-2020",
            "STOP": "",
        },
        st.sampled_from(["1", "2"]),
        st.integers(1, 6),
        st.integers(1, 4),
    ),
    max_size=8,
    unique_by=lambda row: (row["SUBJ"], row["AENO"]),
)
COLUMNS = ["SUBJ", "AENO", "TERM", "SEV", "START", "STOP"]


@dataclass
class Raw:
    frame: pl.DataFrame
    file: str


@cache
def plan() -> StudyPlan:
    with TemporaryDirectory() as folder:
        write_study(Path(folder))
        findings = Findings()
        specs = load_specs(Path(folder, "mappings"), Path(folder, "define"), findings)
        assert specs is not None
        made = plan_study(specs, findings)
    assert made is not None
    return made


def frame(rows: list[Cells], columns: list[str]) -> pl.DataFrame:
    cells = {name: [row[name] or None for row in rows] for name in columns}
    made = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String))
    return made.with_columns(pl.int_range(2, len(rows) + 2, dtype=pl.Int64).alias("__row"))


def numbers(events: list[Cells], lock: SequenceLock) -> dict[tuple[str, str], int]:
    """AESEQ by subject and identity, as both engines have it; the lock takes it over."""
    pinned = pin(plan(), lock.known(), lock.highest())
    tables = {
        "demog": Raw(frame(DEMOG, [*DEMOG[0]]), "demog.csv"),
        "dose": Raw(frame([], ["SUBJ", "DAY", "DOSDT", "DOSE"]), "dose.csv"),
        "ae": Raw(frame(events, COLUMNS), "ae.csv"),
    }
    built, _ = build_datasets(pinned, tables)
    again, faults = recompute(pinned, {n: t.frame.drop("__row").to_dicts() for n, t in tables.items()})
    assert faults == []
    ae = built["AE"]
    assert compare(ae.to_dicts(), again["AE"], ae.columns, "AE") == []
    found = {(row["USUBJID"], row[KEY]): int(row["AESEQ"]) for row in ae.to_dicts()}
    assert len(found) == len(events)
    lock.take("AE", [(*record, number) for record, number in found.items()], Findings())
    return found


@settings(max_examples=25)
@given(st.lists(EVENTS, min_size=2, max_size=4))
def test_no_number_changes_and_none_is_given_twice(builds: list[list[Cells]]) -> None:
    lock = SequenceLock(Path("sequence.lock"), "sequence.lock", None, ())
    given_so_far: dict[tuple[str, str], int] = {}
    for events in builds:
        found = numbers(events, lock)
        for record, number in found.items():
            assert given_so_far.setdefault(record, number) == number
        owners = {(subject, number) for (subject, _), number in given_so_far.items()}
        assert len(owners) == len(given_so_far)
        for name in ("1", "2"):
            mine = [number for (subject, _), number in given_so_far.items() if subject == f"T1-{name}"]
            assert sorted(mine) == list(range(1, len(mine) + 1))
        findings = Findings()
        kept = parse_lock(lock.content(), "sequence.lock", findings)
        assert {(one.subject, one.identity): one.number for one in kept} == given_so_far
        assert {(one.subject, one.identity) for one in kept if one.used} == set(found)
        assert list(findings) == []


TEXT = st.text(st.characters(blacklist_categories=("Cs",)), max_size=8) | st.sampled_from(
    ["\t", "\\t", "a\r\nb", "\\", "\x85", "\u2028", "<<<<<<< x"]
)


@given(st.lists(st.tuples(TEXT, st.integers(1, 999999999), TEXT, st.booleans()), max_size=6))
def test_a_lock_reads_back_as_it_was_written(records: list[tuple[str, int, str, bool]]) -> None:
    numbered = {
        (subject, number): Entry("AE", subject, number, key, used) for subject, number, key, used in records
    }
    entries = sorted({(one.subject, one.identity): one for one in numbered.values()}.values())
    lock = SequenceLock(Path("sequence.lock"), "sequence.lock", None, entries)
    findings = Findings()
    assert parse_lock(lock.content(), "sequence.lock", findings) == entries
    assert list(findings) == []
