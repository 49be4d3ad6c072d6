"""Files that SAS wrote. None is in the repository: they are test data of other packages.

The wheel of pandas 0.20.3 holds 19 of them (pandas/tests/io/sas/data); put them into a folder and name it in
CED_CDISC_SAS7BDAT. Without them the tests skip.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[3] / "shared" / "reference" / "sas7bdat"


def sas_file(name: str) -> Path:
    folder = Path(os.environ.get("CED_CDISC_SAS7BDAT") or _SHARED)
    if not (folder / name).is_file():
        pytest.skip(
            f"no {name} here: CED_CDISC_SAS7BDAT names no folder with the files that pandas 0.20.3 ships"
        )
    return folder / name
