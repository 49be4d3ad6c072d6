"""Which datasets can be built in parts of subjects is read off the plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from many_subjects import files, write

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.parts import cells_by_row, parting
from ced_cdisc.spec.locate import StudyFolders, find_study
from ced_cdisc.stages.planning import make_plan

DM, EX = "mappings/sdtm/dm.yaml", "mappings/sdtm/ex.yaml"
ADSL = "mappings/adam/adsl.yaml"


def study(folder: Path, changes: Mapping[str, tuple[str, str]]) -> StudyFolders:
    content = files(2)
    for file, (old, new) in changes.items():
        assert old in content[file], (file, old)
        content[file] = content[file].replace(old, new, 1)
    write(folder, content)
    return find_study(folder / "mappings", folder / "define", folder)


def whole(folder: Path, changes: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What is built from the records of all subjects, and why."""
    plan, _ = make_plan(study(folder, changes), Findings(), [], None)
    return dict(parting(plan).whole)


def test_nothing_of_a_usual_study_reaches_over_subjects(tmp_path: Path) -> None:
    plan, _ = make_plan(study(tmp_path, {}), Findings(), [], None)
    found = parting(plan)
    assert sorted(found.local) == ["ADSL", "ADVS", "AE", "DM", "EX", "VS"]
    assert sorted(found.shared) == ["TA"]
    assert found.whole == {}
    assert found.needed == frozenset()


def test_a_lookup_by_other_columns_than_the_subject(tmp_path: Path) -> None:
    changes = {
        EX: ("from: dose\n", 'from: dose\nwith: {ae: DAY}\nwhere: "ae.TERM is missing"\n'),
        "mappings/sources.yaml": (
            "[SUBJ, AENO, TERM, SEV, START, STOP]}",
            "[SUBJ, AENO, DAY, TERM, SEV, START, STOP], policy: ignore}",
        ),
    }
    found = whole(tmp_path, changes)
    assert found["EX"] == "it looks ae up by other columns than the subject"
    assert found["DM"] == "it reads EX, which is built from the records of all subjects"
    assert found["ADSL"] == "it reads DM, which is built from the records of all subjects"
    assert "TA" not in found


def test_relations_of_the_example_that_are_partly_written(tmp_path: Path) -> None:
    plan, _ = make_plan(find_study(None, None, tmp_path), Findings(), [], None)
    found = parting(plan)
    assert found.whole == {"RELREC": "it has written records"}
    assert {"TA", "TE", "TI", "TS", "TV", "controls/TS", "controls/RELREC"} == found.shared
    assert found.needed == {"AE", "CM", "DM", "DS", "EX", "HO", "PR", "RELREC", "SE"}


def test_what_a_row_comes_to(tmp_path: Path) -> None:
    plan, _ = make_plan(study(tmp_path, {}), Findings(), [], None)
    sizes = {dataset.name: len(dataset.variables) for dataset in plan.datasets}
    assert cells_by_row(plan)["vit"] == 2 * sizes["VS"] + 2 * sizes["ADVS"]
    assert cells_by_row(plan)["dose"] == sizes["EX"]
