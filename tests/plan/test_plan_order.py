"""A plan has its parts in the same order in every process, by which builds know what has not changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "mappings", ROOT / "define"
SECOND = ROOT / "examples/vitals_labs/mappings", ROOT / "examples/vitals_labs/define"
DIGESTS = """\
import sys
from pathlib import Path
from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.dataset_key import Digests
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan
plan, _ = make_plan(find_study(Path(sys.argv[1]), Path(sys.argv[2]), Path()), Findings())
digests = Digests()
for study in plan.studies:
    for name in StudyPlan.__struct_fields__:
        if name not in ("datasets", "pooled"):
            print(study.qualified(name), digests.of(getattr(study, name)))
    for dataset in study.datasets:
        for name in dataset.__struct_fields__:
            print(f"{study.qualified(dataset.name)}.{name}", digests.of(getattr(dataset, name)))
"""


@pytest.mark.parametrize("study", [EXAMPLE, SECOND], ids=["example", "second example"])
def test_no_part_hangs_on_the_order_of_sets(study: tuple[Path, Path]) -> None:
    command = [sys.executable, "-c", DIGESTS, *map(str, study)]
    running = [
        subprocess.Popen(
            command, env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True
        )
        for seed in ("1", "2")
    ]
    one, other = (set(process.communicate()[0].splitlines()) for process in running)
    assert len(one) > 100
    assert one == other, sorted(line.split()[0] for line in one - other)
