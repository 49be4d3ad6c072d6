"""The example, built once: what the checks of this folder read is on disk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "example"))  # the reader of transport files stands there

from conformance_study import Study, read_study
from example_study import DEFINE, MAPPINGS, RAW

import ced_cdisc


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where the packages stand: of the study, of the controls, of the analysis, and of the profile ig34."""
    out = tmp_path_factory.mktemp("conformance")
    ced_cdisc.build(RAW, out / "custom", mappings=MAPPINGS, define=DEFINE, check=False)
    ced_cdisc.build(RAW, out / "ig34", mappings=MAPPINGS, define=DEFINE, profile="ig34", check=False)
    return {
        "study": out / "custom" / "sdtm",
        "controls": out / "custom" / "controls" / "sdtm",
        "adam": out / "custom" / "adam",
        "ig34": out / "ig34" / "sdtm",
    }


@pytest.fixture(scope="session")
def studies(folders: dict[str, Path]) -> dict[str, Study]:
    """The packages, read with pyreadstat and lxml; ADaM has both tabulations beside it."""
    packages = {"study": "sdtm", "controls": "controls/sdtm", "ig34": "sdtm"}
    read = {name: read_study(name, package, folders[name]) for name, package in packages.items()}
    return read | {"adam": read_study("adam", "adam", folders["adam"], (read["study"], read["controls"]))}
