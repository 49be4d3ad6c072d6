"""The build of the example study for all tests of its reviewer's guides."""

from __future__ import annotations

import pytest

from shared_builds import Made


@pytest.fixture(scope="session")
def guided(example_build: Made) -> Made:
    return example_build
