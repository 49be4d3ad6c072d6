"""The visit that the day of a record decides: what define.xml and the annotated CRF say of it."""

from __future__ import annotations

from pathlib import Path

from test_made_crf import MADE, TABLES, lines
from test_visit_rules import TABLE, VISITS, XA

from structures import Files, made, rows, unchecked, written

NAMELESS = TABLE.replace("visit: {name: VIS, date: LBDT}", "visit: {date: LBDT}").replace(
    "LBDT, VIS, RES]", "LBDT, RES]"
)
DAYS: Files = {
    **MADE,
    "mappings/visits.yaml": VISITS,
    "mappings/sdtm/xa.yaml": XA,
    "raw/lab.csv": "SUBJ,LBDT,RES\n001,05-FEB-2020,10\n001,11-FEB-2020,20\n001,14-FEB-2020,30\n",
}
MEANT = (
    "of the planned visit that the study day of the collected date means: SCREENING on days up to -1, DAY 1 on "
    "days 1 to 2 and WEEK 1 on days 6 to 10. Day 1 is the earliest date in dose.DOSDT. "
)
NUMBER = (
    f"The number {MEANT}On another day that of the last planned visit of the subject that began by then, "
)
NUMBER += "and 0.01 for each such day since, in their order."
NAME = f"The name {MEANT}On another day UNSCHEDULED and VISITNUM."


def files(table: str, more: Files) -> Files:
    return {**DAYS, "mappings/sources.yaml": TABLES + table.replace("page: 4", "page: 5"), **more}


def form(folder: Path) -> list[str]:
    return lines(folder)[4]


def test_a_visit_of_the_day_alone_is_derived(tmp_path: Path) -> None:
    done = made(tmp_path, files(NAMELESS, {}))
    assert rows(done, "XA", "VISITNUM", "VISIT") == [
        (1, "SCREENING"),
        (2, "DAY 1"),
        (2.01, "UNSCHEDULED 2.01"),
    ]
    said = {v.name: (v.origin.type, v.method and v.method.text) for v in done.plan.dataset("XA").variables}
    assert said["VISITNUM"] == ("Derived", NUMBER)
    assert said["VISIT"] == ("Derived", NAME)
    assert said["VISITDY"] == ("Protocol", None)
    page = form(tmp_path)
    assert page[page.index("LBDT") : page.index("RES")] == [
        "LBDT",
        "XA.XADTC",
        "VISIT, VISITNUM in XA (derived)",
    ]


def test_what_visits_yaml_says_of_other_days_and_of_the_untreated(tmp_path: Path) -> None:
    visits = VISITS.replace("unscheduled: [UNS]\n", "untreated: SCR\n")
    raw = "SUBJ,LBDT,RES\n001,05-FEB-2020,10\n"
    done = made(tmp_path, files(NAMELESS, {"mappings/visits.yaml": visits, "raw/lab.csv": raw}))
    said = {v.name: v.method and v.method.text for v in done.plan.dataset("XA").variables}
    assert said["VISIT"] == f"The name {MEANT}Without day 1 it is SCREENING."


def test_visits_that_are_named_are_assigned(tmp_path: Path) -> None:
    raw = "SUBJ,LBDT,VIS,RES\n001,05-FEB-2020,SCR,10\n"
    done = made(tmp_path, files(TABLE, {"raw/lab.csv": raw}))
    assert {v.name: v.origin.type for v in done.plan.dataset("XA").variables}["VISITNUM"] == "Assigned"
    page = form(tmp_path)
    assert page[page.index("LBDT") : page.index("RES")] == [
        "LBDT",
        "XA.XADTC",
        "VIS",
        "VISIT, VISITNUM in XA",
    ]


def test_a_date_that_decides_the_visit_and_goes_nowhere_else_is_submitted_as_that(tmp_path: Path) -> None:
    table = TABLE.replace("LBDT, VIS, RES]", "LBDT, VIS, RES, COLDT]")
    raw = "SUBJ,LBDT,VIS,RES,COLDT\n001,05-FEB-2020,SCR,10,05-FEB-2020\n001,11-FEB-2020,,20,11-FEB-2020\n"
    more = {"raw/lab.csv": raw, "mappings/sdtm/xa.yaml": XA.replace("lab.LBDT", "lab.COLDT")}
    made(tmp_path / "days", files(table, more))
    page = form(tmp_path / "days")
    assert page[page.index("LBDT") + 1] == "VISIT, VISITNUM in XA (derived)"
    named = "date: edc\nvisits:\n  - {number: 1, visit: SCREENING, raw: SCR}\n"
    more |= {
        "mappings/visits.yaml": named,
        "raw/lab.csv": raw.replace(",,20", ",SCR,20").replace("11-FEB", "05-FEB"),
    }
    made(tmp_path / "named", files(table, more))
    page = form(tmp_path / "named")
    assert (
        page[page.index("LBDT") + 1] == "[NOT SUBMITTED] Tells the rows of a subject apart; dates the visit."
    )


def test_blocks_of_both_kinds_stand_in_one_domain(tmp_path: Path) -> None:
    """Each has its origin; define.xml has no fault."""
    table = NAMELESS + NAMELESS.replace("lab:", "ecg:").replace("lab.csv", "ecg.csv").replace(
        "visit: {date: LBDT}", "visit: {name: VIS, date: LBDT}"
    ).replace("LBDT, RES]", "LBDT, VIS, RES]").replace("page: 4", "page: 6")
    head = XA.split("from: lab\n")[0]
    block = "  - from: {}\n    visit: yes\n    long: [{{test: {}, label: {}, result: {}.RES, unit: U/L}}]\n"
    block += "    variables: {{XADTC: {{collect: {}.LBDT, date: edc}}}}\n"
    spec = f"{head}sort: [XADTC, XATESTCD]\nstack:\n" + block.format("lab", "A", "Aa", "lab", "lab")
    spec += block.format("ecg", "B", "Bb", "ecg", "ecg")
    more = {"mappings/sdtm/xa.yaml": spec, "raw/ecg.csv": "SUBJ,LBDT,VIS,RES\n001,05-FEB-2020,SCR,10\n"}
    made(tmp_path, files(table.replace("page: 6", "page: 8"), more))
    define = (tmp_path / "out/sdtm/define.xml").read_text(encoding="utf-8")
    assert NUMBER in define
    checked = unchecked(written(tmp_path / "again", files(table.replace("page: 6", "page: 8"), more)))
    assert not [one for one in checked.findings if one.code.startswith("CED5")]
