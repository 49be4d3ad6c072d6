"""A second process for small studies: it carries the same plan out and builds half of the datasets.

A study of ordinary size is thousands of short steps, too short for threads to share. So the command line
forks itself before anything heavy is loaded, both processes read the specs and the raw tables, each builds
its half, and they swap what they made. No byte of the output depends on it. Where the companion cannot be
had, dies, or has read other bytes, the datasets are built alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess


class _Side:
    """One end of the pair; the second speaks first, so that never both wait for a reader."""

    def __init__(self, half: int, connection: Connection) -> None:
        self.half = half
        self._connection = connection

    def swap(self, mine: Any) -> Any:
        """Hand ours over and take what the other hands over at this step.

        Raises:
            PartnerLost: the other is gone.
        """
        from ced_cdisc.convert import PartnerLost  # loads polars, which must not be loaded before the fork

        try:
            if self.half == 1:
                self._connection.send(mine)
                return self._connection.recv()
            theirs = self._connection.recv()
            self._connection.send(mine)
            return theirs
        except (OSError, EOFError) as error:
            raise PartnerLost from error

    def agrees(self, inputs: Mapping[str, str]) -> bool:
        """Whether the other has read the same bytes."""
        from ced_cdisc.convert import PartnerLost

        try:
            return self.swap(dict(inputs)) == inputs
        except PartnerLost:
            return False


class Companion(_Side):
    """The companion as the main process sees it."""

    def __init__(self, connection: Connection, process: BaseProcess) -> None:
        super().__init__(0, connection)
        self._process = process

    def dismiss(self) -> None:
        """Let it end, whatever it is doing."""
        self._connection.close()
        with suppress(OSError):
            self._process.kill()


def call_companion(
    raw: Path, mappings: Path | None, define: Path | None, only: list[str], renumber: bool
) -> Companion | None:
    """Fork the companion of a build; None where that cannot be done safely, or there is one processor only.

    Must be called before polars is loaded: its threads do not outlive a fork.
    """
    if sys.platform != "linux" or "polars" in sys.modules or len(os.sched_getaffinity(0)) < 2:
        return None
    from multiprocessing import get_context

    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_accompany, args=(theirs, ours, raw, mappings, define, only, renumber), daemon=True
    )
    try:
        process.start()
    except OSError:
        return None
    theirs.close()
    return Companion(ours, process)


def _accompany(
    connection: Connection,
    other: Connection,
    raw: Path,
    mappings: Path | None,
    define: Path | None,
    only: list[str],
    renumber: bool,
) -> None:
    """The life of the companion. Whatever is at fault, the main process finds too, and says it."""
    other.close()
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.spec.locate import find_study
    from ced_cdisc.stages import convert, digests, make_plan, package, pin_numbers, read_raw

    findings = Findings()
    study = find_study(mappings, define, Path())
    plan, specs = make_plan(study, findings, only)
    plan, lock = pin_numbers(plan, study, findings, renumber=renumber)
    side = _Side(1, connection)
    if side.agrees(digests(specs, lock)):
        tables = read_raw(raw, plan, findings, side)
        plan, frames, extra, _ = convert(plan, tables, findings, partner=side)
        package(plan, frames, extra, findings, side)
