"""The example study as it was built, and its transport files, for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from transport_files import Dataset, read_folder

from ced_cdisc.pipeline import Build
from shared_builds import Made


@pytest.fixture(scope="session")
def build(example_build: Made) -> Build:
    """What the build handed out."""
    return example_build[0]


@pytest.fixture(scope="session")
def out(example_build: Made) -> Path:
    """The folder that the build wrote."""
    return example_build[1]


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
