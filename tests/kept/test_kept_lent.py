"""Kept SDTM datasets that others read while they are made: lent as they stood, or made along where they cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kept_builds import built, change, cut, entries, files
from msgspec.structs import replace

from ced_cdisc.convert import sdtm
from ced_cdisc.convert.kept import KeptDataset, begun, lent
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.texts import TextChanges
from small_study import write_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    made = write_study(tmp_path / "study")
    change(made / "mappings/sdtm/ae.yaml", "AEENDTC:", 'AEDUR: {absent: "Not collected"}\n  AEENDTC:')
    return made


@pytest.fixture
def rows_made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SDTM datasets whose rows were made."""
    made: list[str] = []
    stack: Callable[..., Any] = sdtm.stack_blocks

    def noted(dataset: Any, *given: Any) -> Any:
        made.append(dataset.name)
        return stack(dataset, *given)

    monkeypatch.setattr(sdtm, "stack_blocks", noted)
    return made


def after(study: Path, rows_made: list[str]) -> list[str]:
    """What an incremental build makes the rows of; it must write what a full one does."""
    rows_made.clear()
    built(study, check=False)
    made = list(rows_made)
    built(study, "whole", incremental=False, check=False)
    assert files(study) == files(study, "whole")
    return made


def test_what_is_read_is_lent(study: Path, rows_made: list[str]) -> None:
    assert set(after(study, rows_made)) == {"AE", "DM", "EX"}
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    assert after(study, rows_made) == ["AE"]
    change(study / "raw/ae.csv", "UN-FEB-2020", "01-FEB-2020")  # its study day, of the first dose in DM
    assert after(study, rows_made) == ["AE"]
    change(study / "mappings/sdtm/ae.yaml", "AESER:    {assign: N}", "AESER:    {assign: Y}")
    assert after(study, rows_made) == ["AE"]


def test_records_are_lent_in_the_order_of_their_making(study: Path, rows_made: list[str]) -> None:
    """A sum of doubles hangs on their order, which is another one once EX is sorted."""
    change(study / "mappings/sdtm/ex.yaml", "sort: [EXSTDTC]", "sort: [EXDOSE, EXSTDTC]")
    change(study / "mappings/sdtm/ex.yaml", "EXDOSE:   dose.DOSE", "EXDOSE:   {derive: number(dose.DOSE)}")
    doses = "".join(
        f"001,{day},{9 + day}-FEB-2020,{dose}\n" for day, dose in enumerate(("0.3", "0.2", "0.1"), 1)
    )
    (study / "raw/dose.csv").write_text(f"SUBJ,DAY,DOSDT,DOSE\n{doses}002,1,12-FEB-2020,2\n")
    change(study / "mappings/sdtm/ae.yaml", "ae.AENO", "{derive: \"if(sum(EX.EXDOSE) = 0.6, 'A', 'B')\"}")
    first = after(study, rows_made)
    assert set(first) == {"AE", "DM", "EX"}
    assert 0.3 + 0.2 + 0.1 != 0.1 + 0.2 + 0.3
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    assert after(study, rows_made) == ["AE"]


@pytest.mark.parametrize("name", ["EX", "DM"])
def test_of_two_that_read_one_another_one_is_made(study: Path, rows_made: list[str], name: str) -> None:
    """DM takes its reference dates from EX, EX its study days from DM; only one of them is lost."""
    change(study / "mappings/sdtm/dm.yaml", "{assign: Arm A}", "{derive: text(count(EX.EXSEQ))}")
    after(study, rows_made)
    (entry,) = entries(study, f"{name}-*.kept")
    cut(entry)
    assert after(study, rows_made) == [name]
    home = study / f"mappings/sdtm/{name.lower()}.yaml"
    change(home, f"domain: {name}", f"domain: {name}\nlabel: Another Label")
    assert after(study, rows_made) == [name]


CE = """\
domain: CE
from: dose
variables:
  CETERM: {derive: "if(count(AE.AETERM where contains(AE.AETERM, 'the end')) > 0, 'Long', 'Short')"}
  CEDTC: {collect: dose.DOSDT, date: edc}
"""


def test_split_texts_are_read_whole(study: Path, rows_made: list[str]) -> None:
    """CE reads a long text of AE, which is in parts once AE is finished: so AE is made along."""
    (study / "mappings/sdtm/ce.yaml").write_text(CE)
    change(study / "mappings/sdtm/ae.yaml", '{derive: "upper(AETERM)"}', "{assign: SOMETHING}")
    change(study / "mappings/sdtm/ae.yaml", "AETERM:   ae.TERM", "AETERM:   {collect: ae.TERM, text: split}")
    after(study, rows_made)
    change(study / "mappings/sdtm/ce.yaml", "'Short'", "'Brief'")
    assert after(study, rows_made) == ["CE"]
    change(study / "raw/ae.csv", "Bone pain", "Bone pain" + " that lasted" * 18 + " to the end")
    after(study, rows_made)
    assert b"Long" in (study / "out/sdtm/ce.xpt").read_bytes()
    change(study / "mappings/sdtm/ce.yaml", "'Brief'", "'Short'")
    assert set(after(study, rows_made)) == {"CE", "AE"}


def test_which_datasets_can_be_lent(study: Path) -> None:
    plan = built(study, check=False).plan
    (dataset,) = (one for one in plan.datasets if one.name == "EX")
    finished = KeptDataset(Blocks({}, ()), {}, TextChanges(), 0.0)
    assert lent([dataset], {"EX": finished}) == {"EX": finished.data}
    assert lent([dataset], {}) == {}
    split = replace(finished, changes=TextChanges({("EX", "EXTRT"): 1}, set()))
    assert lent([dataset], {"EX": split}) == {}
    line = dataset.lines[0]
    others = {
        "records that only fed others": replace(dataset, keep=line.tree),
        "a line over the whole that was one of the rows": replace(
            dataset, lines=(*dataset.lines, dataset.blocks[0].lines[-1])
        ),
        "a qualifier that is a number": replace(
            dataset, lines=(*dataset.lines, replace(line, variable="supp.A", type=Type.NUMBER))
        ),
    }
    for name, other in others.items():
        assert lent([other], {"EX": finished}) == {}, name


def test_a_finished_dataset_as_it_stood_before(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is lent to others is what the build itself had, once the rows were made."""
    change(study / "mappings/sdtm/ex.yaml", "sort: [EXSTDTC]", "sort: [EXDOSE, EXSTDTC]")
    doses = "".join(f"001,{day},{9 + day}-FEB-2020,{9 - day}\n" for day in range(1, 9))
    (study / "raw/dose.csv").write_text(f"SUBJ,DAY,DOSDT,DOSE\n{doses}002,1,12-FEB-2020,2\n")
    before: dict[str, Any] = {}
    related, kept = sdtm.add_related, sdtm.sort_and_keep
    compared: list[str] = []

    def noted(rows: Any, dataset: Any, world: Any) -> Any:
        before[dataset.name] = rows
        return related(rows, dataset, world)

    def finished(rows: Any, dataset: Any, world: Any) -> Any:
        made = kept(rows, dataset, world)
        old, lent_frame = before[dataset.name], begun(dataset, Blocks.of(made)).frame()
        columns = [name for name in old.columns if "." not in name]
        assert lent_frame.select(columns).equals(old.select(columns))
        assert dataset.name != "EX" or not made.select(columns).equals(old.select(columns))
        compared.append(dataset.name)
        return made

    monkeypatch.setattr(sdtm, "add_related", noted)
    monkeypatch.setattr(sdtm, "sort_and_keep", finished)
    built(study, check=False)
    assert set(compared) == {"AE", "DM", "EX"}
