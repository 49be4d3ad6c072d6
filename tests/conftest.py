"""Makes the modules beside this file importable from every test, and keeps them from the user's cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
os.environ["CED_CDISC_CACHE"] = "off"  # in the environment, for the processes that tests start
settings.register_profile("untimed", deadline=None)  # time is measured by benchmarks, never by tests
settings.load_profile("untimed")
