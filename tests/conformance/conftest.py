"""What the checks of this folder read: the packages of the example, on disk and in memory."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "example"))  # the reader of transport files stands there

from conformance_study import Study, read_study

from shared_builds import Made


@pytest.fixture(scope="session")
def folders(example_build: Made, example_ig34: Made) -> dict[str, Path]:
    """Where the packages stand: of the study, of the controls, of the analysis, and of the profile ig34."""
    custom, guide = example_build[1], example_ig34[1]
    return {
        "study": custom / "sdtm",
        "controls": custom / "controls" / "sdtm",
        "adam": custom / "adam",
        "ig34": guide / "sdtm",
    }


@pytest.fixture(scope="session")
def studies(folders: dict[str, Path]) -> dict[str, Study]:
    """The packages, read with pyreadstat and lxml; ADaM has both tabulations beside it."""
    packages = {"study": "sdtm", "controls": "controls/sdtm", "ig34": "sdtm"}
    read = {name: read_study(name, package, folders[name]) for name, package in packages.items()}
    return read | {"adam": read_study("adam", "adam", folders["adam"], (read["study"], read["controls"]))}
