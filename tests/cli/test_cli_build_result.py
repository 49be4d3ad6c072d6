"""What ``ced_cdisc.build`` gives in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import ced_cdisc
from small_study import write_study


def test_a_dataset_that_is_not_there_is_answered_with_the_nearest_or_with_all(tmp_path: Path) -> None:
    write_study(tmp_path)
    built = ced_cdisc.build(
        tmp_path / "raw",
        tmp_path / "out",
        mappings=tmp_path / "mappings",
        define=tmp_path / "define",
        check=False,
    )
    assert list(built["DM"]["DOMAIN"].unique()) == ["DM"]
    with pytest.raises(KeyError) as near:
        built["AEE"]
    assert near.value.args == ("the build has no dataset AEE; did you mean AE?",)
    with pytest.raises(KeyError) as far:
        built["PHARMACOKINETICS"]
    assert far.value.args == (
        f"the build has no dataset PHARMACOKINETICS; there are {', '.join(sorted(built.frames))}",
    )
