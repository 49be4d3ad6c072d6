"""``on``: the same value as the record at hand, which is never the raw code beside the term made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.pipeline import build
from small_study import write_study
from spec_messages import messages

EX, SOURCES, DOSE = "mappings/sdtm/ex.yaml", "mappings/sources.yaml", "raw/dose.csv"
VISITS = """\
date: edc
visits:
  - {number: 1, visit: CYCLE 1 DAY 1, raw: C1D1, repeats: yes}
  - {number: 2, visit: CYCLE 2 DAY 1, raw: CYCLE 2 DAY 1}
"""
ROWS = """\
SUBJ,DAY,DOSDT,DOSE,VISIT,VISITNUM,EXADJ,SITE
001,1,10-FEB-2020,5,C1D1,1,A,LEFT
001,2,11-FEB-2020,5,C1D1,1,A,LEFT
001,3,10-MAR-2020,5,CYCLE 2 DAY 1,2,A,LEFT
002,1,12-FEB-2020,2.5,C1D1,1,A,
"""
LINES = """\
  EXADJ:    {{collect: dose.EXADJ, ct: {{A: ADVERSE EVENT}}}}
  EXDOSRGM: {{derive: "text({})"}}
  EXTRT:"""


def study(folder: Path, expression: str) -> Path:
    """Doses with a visit, of which a line counts others."""
    write_study(folder, {EX: ("  EXTRT:", LINES.format(expression))})
    columns = "columns: [SUBJ, DAY, DOSDT, DOSE"
    text = (folder / SOURCES).read_text()
    visit = f"visit: {{name: VISIT, date: DOSDT}}, {columns}, VISIT, VISITNUM, EXADJ, SITE"
    (folder / SOURCES).write_text(text.replace(columns, visit))
    spec = (folder / EX).read_text()
    (folder / EX).write_text(spec.replace("from: dose\n", "from: dose\nvisit: yes\n"))
    (folder / "mappings/visits.yaml").write_text(VISITS)
    (folder / DOSE).write_text(ROWS)
    return folder


NEVER = "which EX.{} never is; compare it with a raw column, as `on dose.{}` does among the rows of dose"
CASES = {
    "count(dose.DAY on VISIT)": "CED110 dose.VISIT has 'C1D1', " + NEVER.format("VISIT", "VISIT"),
    "count(dose.DAY where dose.VISIT = VISIT)": "CED110 dose.VISIT has 'C1D1', "
    + NEVER.format("VISIT", "VISIT"),
    "count(dose.DAY on EXADJ)": "CED110 dose.EXADJ has 'A', " + NEVER.format("EXADJ", "EXADJ"),
    "count(dose.DAY on VISITNUM)": "CED014 'on VISITNUM': VISITNUM is number, but dose.VISITNUM is text; "
    "write `on dose.VISITNUM`",
    "count(dose.DAY on SITE)": "CED012 the record at hand has no variable SITE; write `on dose.SITE`",
    "count(ae.AENO on ae.TERM)": "CED012 'on' takes a variable that both records have, without a dataset: "
    "not ae.TERM; compare it in 'where' with a value of the record at hand",
}


@pytest.mark.parametrize(("expression", "said"), CASES.items(), ids=list(CASES))
def test_what_no_record_shares(tmp_path: Path, expression: str, said: str) -> None:
    (found,) = messages(study(tmp_path, expression))
    assert found.partition(" ")[2] == said


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(dose.DAY on dose.VISIT)", ["2", "2", "1", "1"]),
        ("count(dose.DAY where number(dose.DAY) > 1 on dose.VISIT, dose.EXADJ)", ["1", "1", "1", "0"]),
        ("count(dose.DAY on dose.SITE)", ["3", "3", "3", "0"]),
    ],
)
def test_rows_of_one_table_are_matched_by_its_columns(
    tmp_path: Path, expression: str, expected: list[str]
) -> None:
    """Both engines; a missing value matches nothing in another table."""
    folder = study(tmp_path, expression)
    assert messages(folder) == []
    made = build(
        folder / "raw",
        folder / "out",
        mappings=folder / "mappings",
        define=folder / "define",
        only="EX",
        verify=True,
        check=False,
    )
    assert made.frames["EX"]["EXDOSRGM"].to_list() == expected
