"""Who builds a study: this process, others, or a cluster. Loads nothing, so that a build may still fork."""

from __future__ import annotations

import sys

from msgspec import Struct

from ced_cdisc.core.threads import threads


class How(Struct, frozen=True):
    """How a study is built in parts.

    Attributes:
        parts: how many; None goes by the size of the study.
        workers: how many processes; 1 is this one alone. None: where the size asks for parts, one for each
            processor, at most four, else this one.
        dask: the address of the scheduler of a cluster; None: no cluster.
    """

    parts: int | None = None
    workers: int | None = None
    dask: str | None = None

    @property
    def is_asked(self) -> bool:
        """Whether anything but the size of the study asks for parts."""
        return self.parts is not None or (self.workers or 1) > 1 or self.dask is not None

    @property
    def processes(self) -> int:
        """How many processes of this machine build the parts."""
        if self.workers is not None:
            return self.workers
        return 1 if self.is_asked or not sys.executable else threads()
