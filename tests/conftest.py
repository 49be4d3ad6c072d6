"""Makes the modules beside this file importable from every test, and keeps them from the user's cache."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
os.environ["CED_CDISC_CACHE"] = "off"  # in the environment, for the processes that tests start
settings.register_profile("untimed", deadline=None)  # time is measured by benchmarks, never by tests
settings.load_profile("untimed")

import shared_builds as shared  # noqa: E402


def pytest_collection_finish() -> None:
    """What thousands of collected tests hold stays to the end: the collector need not go through it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _without_waiting_for_the_disk() -> Iterator[None]:
    """No output of a test outlives a power cut; what is written to the disk, and when, is held in ``folder``.

    A build waits for each of its files, 5 to 50 ms on a busy disk, and the tests make thousands.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: os.fstat(handle) and None)
        yield


@pytest.fixture(scope="session")
def example_build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[shared.Made]:
    """What the build of the example study handed out, and the folder that it wrote."""
    yield from shared.made_once(tmp_path_factory, shared.example)


@pytest.fixture(scope="session")
def example_by_command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[shared.Called]:
    """The build of the example study by the command line."""
    yield from shared.once(tmp_path_factory, "example_by_command", shared.example_by_command)


@pytest.fixture(scope="session")
def example_ig34(tmp_path_factory: pytest.TempPathFactory) -> Iterator[shared.Made]:
    """The same in the profile ig34."""
    yield from shared.made_once(tmp_path_factory, shared.example_ig34)


@pytest.fixture(scope="session")
def second_example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[shared.Made]:
    """The same of the second example study."""
    yield from shared.made_once(tmp_path_factory, shared.second_example)
