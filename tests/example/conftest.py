"""The example study, built once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_study import DEFINE, MAPPINGS, RAW
from transport_files import Dataset, read_folder

import ced_cdisc
from ced_cdisc.pipeline import Build


@pytest.fixture(scope="session")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Path]:
    out = tmp_path_factory.mktemp("example") / "out"
    return ced_cdisc.build(RAW, out, mappings=MAPPINGS, define=DEFINE, check=False), out


@pytest.fixture(scope="session")
def build(_whole: tuple[Build, Path]) -> Build:
    """What the build handed out."""
    return _whole[0]


@pytest.fixture(scope="session")
def out(_whole: tuple[Build, Path]) -> Path:
    """The folder that the build wrote."""
    return _whole[1]


@pytest.fixture(scope="session")
def files(out: Path) -> dict[str, Dataset]:
    """Every transport file of the study, as pyreadstat reads it."""
    return read_folder(out)


@pytest.fixture(scope="session")
def controls(out: Path) -> dict[str, Dataset]:
    """Every transport file of the historic controls."""
    return read_folder(out / "controls")


@pytest.fixture(scope="session")
def every(files: dict[str, Dataset], controls: dict[str, Dataset]) -> dict[str, Dataset]:
    """The transport files of both studies, by qualified name."""
    return files | {f"controls/{name}": data for name, data in controls.items()}
