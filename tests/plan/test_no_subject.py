"""Tables without subjects: how they are declared and looked up, and what is refused without data."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs
from ranges_study import WHERE, write_ranges_study

SPEC, SOURCES = "mappings/sdtm/lb.yaml", "mappings/sources.yaml"
ON = "    on: LAB\n"
CONDITION = f'    where: "{WHERE}"\n'
LOOK_UP = "look its record up: with: {ranges: {where: ..}}"


def messages(folder: Path, *changes: tuple[str, str, str]) -> list[str]:
    write_ranges_study(folder, *changes)
    findings = Findings()
    specs = load_specs(folder / "mappings", folder / "define", findings)
    if specs is not None:
        plan_study(specs, findings)
    return [str(finding).replace(f"{folder}/", "") for finding in findings.sorted()]


def test_what_is_good(tmp_path: Path) -> None:
    assert messages(tmp_path) == []


def test_columns_that_every_table_has_are_none_of_it(tmp_path: Path) -> None:
    """Nor does the visit of the defaults hold for it, though it has columns of these names."""
    visit = "{subject: SUBJ, columns: [SUBJ], visit: {name: SEX, date: UNIT}, trim"
    changes = [(SOURCES, "{subject: SUBJ, trim", visit)]
    changes += [
        (SOURCES, f"columns: [SUBJ, {first}", f"columns: [{first}")
        for first in ("BRTHDAT", "DAY", "AENO", "LAB")
    ]
    assert messages(tmp_path, *changes) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            SOURCES,
            "    subject: none\n",
            "",
            [
                f"{SPEC}:7:12 CED143 'where' is for the look-up of a table without subjects, and ranges has some; only(ranges.. where ..) reads one of its records",
                f"{SOURCES}:12:5 CED012 table ranges lists no column SUBJ; it is the subject of the defaults: write 'subject: ..', or 'subject: none' of a table without subjects",
            ],
        ),
        (
            SOURCES,
            "LOW, HIGH, UNIT]",
            "LOW, HIGH, UNIT, none]",
            [
                f"{SOURCES}:13:14 CED142 'subject: none' says that table ranges has no subjects, and it lists a column none; call the column by another name, with 'names'"
            ],
        ),
        (
            SOURCES,
            "    subject: none\n",
            "    subject: none\n    page: 3\n    visit: {name: TEST}\n",
            [
                f"{SOURCES}:12:5 CED128 'page' has no effect in table ranges, which has no subjects; take it out",
                f"{SOURCES}:12:5 CED128 'visit' has no effect in table ranges, which has no subjects; take it out",
            ],
        ),
        (
            SPEC,
            ON,
            "    on: [subject, LAB]\n",
            [f"{SPEC}:6:10 CED143 ranges has no subjects to be matched by; name columns, or write a 'where'"],
        ),
        (SPEC, ON, "    on: LBA\n", [f"{SPEC}:6:9 CED012 lab has no column LBA; did you mean LAB?"]),
        (
            SPEC,
            ON,
            f"{ON}    many: yes\n",
            [
                f"{SPEC}:8:12 CED143 'where' and 'many' of a look-up do not go together; choose by the 'where' of the rows"
            ],
        ),
        (
            SPEC,
            ON + CONDITION,
            "    unmatched: accept\n",
            [
                f"{SPEC}:5:3 CED007 the look-up of ranges says not what matches; give 'on', the columns that match"
            ],
        ),
        (
            SPEC,
            "ranges.SEX = DM.SEX",
            "ranges.SX = DM.SEX",
            [f"{SPEC}:7:40 CED012 unknown column ranges.SX; did you mean ranges.SEX?"],
        ),
        (
            SPEC,
            "ranges.SEX = DM.SEX",
            "ranges.SEX = only(demog.SEX)",
            [
                f"{SPEC}:7:12 CED143 the condition of a look-up is of one row, without plug-ins and functions over records; give that value a variable of its own, and read it"
            ],
        ),
        (
            SPEC,
            "ranges.TEST = lab.TEST",
            "ranges.TEST = LBSPEC",
            [
                f"{SPEC}:7:12 CED054 LB.LBSPEC has no value in these rows, so that it can find no record of ranges; find by what has a line here"
            ],
        ),
        (
            SPEC,
            "ranges.TEST = lab.TEST",
            "number(ranges.TEST) = LBSEQ",
            [
                f"{SPEC}:7:12 CED052 LB.LBSEQ is made when all rows are there, so that it can find no record of ranges; find by what is collected, or by a date"
            ],
        ),
        (
            SPEC,
            "ranges.TEST = lab.TEST",
            "ranges.TEST = LBORNRLO",
            [
                f"{SPEC}:11:15 CED025 LB.LBORNRLO is computed from itself",
            ],
        ),
        (
            SPEC,
            "from: lab",
            "from: ranges",
            [
                f"{SPEC}:2:7 CED144 ranges has no subjects, so that no records of LB can be made of it; look its records up: with: {{ranges: {{where: ..}}}}"
            ],
        ),
        (
            SPEC,
            "low: ranges.LOW,",
            'low: {derive: "only(ranges.LOW where ranges.TEST = lab.TEST)"},',
            [
                f"{SPEC}:11:25 CED144 ranges has no subjects, so that only() has no records to go over; {LOOK_UP}",
            ],
        ),
        (
            SPEC,
            f"with:\n  ranges:\n{ON}{CONDITION}",
            "",
            [
                f"{SPEC}:7:15 CED012 ranges is not looked up here; add it: with: {{ranges: {{where: ..}}}}",
            ],
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, file: str, old: str, new: str, said: list[str]) -> None:
    assert messages(tmp_path, (file, old, new))[: len(said)] == said


def test_a_condition_at_fault_brings_no_other_fault(tmp_path: Path) -> None:
    assert len(messages(tmp_path, (SPEC, "ranges.SEX = DM.SEX", "ranges.SX = DM.SEX"))) == 1


def test_a_table_that_says_nothing_of_subjects(tmp_path: Path) -> None:
    changes = [(SOURCES, "    subject: none\n", ""), (SOURCES, "{subject: SUBJ, trim", "{trim")]
    assert messages(tmp_path, *changes)[-1] == (
        f"{SOURCES}:12:5 CED007 table ranges needs 'subject', here or in the defaults; of a table without subjects it is 'subject: none'"
    )
