"""A second process for small studies: it does half of the work.

A study of ordinary size is thousands of short steps, too short for threads to share. So the command line has
a build fork once the plan is made and before polars is loaded, whose threads would not outlive that. Each
of the two reads, builds, renders and checks its half, and they swap what they made. A check by itself forks
at once. No byte depends on it: where the companion cannot be had or dies, the work is done alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ced_cdisc.core.partner import PartnerLost
from ced_cdisc.plan.model import StudyPlan

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class Side:
    """One end of the pair; the second speaks first, so that never both wait for a reader.

    Attributes:
        half: 0 in the process that was started, 1 in its companion.
    """

    def __init__(self, half: int, connection: Connection) -> None:
        self.half = half
        self._connection = connection

    def swap(self, mine: Any) -> Any:
        """Hand ours over and take what the other hands over at this step.

        Raises:
            PartnerLost: the other is gone.
        """
        try:
            if self.half == 1:
                self._connection.send(mine)
                return self._connection.recv()
            theirs = self._connection.recv()
            self._connection.send(mine)
            return theirs
        except (OSError, EOFError) as error:
            raise PartnerLost from error


@contextmanager
def companion(work: Callable[[Side], None], *, wanted: bool) -> Generator[Side | None]:
    """The other half of a work, for as long as the block lasts.

    Gives None where it is not wanted, there is one processor only, or a fork is not safe: outside Linux, and
    once polars is loaded.

    Args:
        work: what the companion does.
        wanted: whether there is to be one.
    """
    if not wanted or sys.platform != "linux" or "polars" in sys.modules or len(os.sched_getaffinity(0)) < 2:
        yield None
        return
    from multiprocessing import get_context

    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_accompany, args=(theirs, ours, work), daemon=True)
    try:
        process.start()
    except OSError:
        yield None
        return
    theirs.close()
    try:
        yield Side(0, ours)
    finally:
        ours.close()
        with suppress(OSError):
            process.kill()


def _accompany(connection: Connection, other: Connection, work: Callable[[Side], None]) -> None:
    """The life of the companion. Whatever is at fault, the main process finds too, and says it."""
    other.close()
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    with suppress(PartnerLost):
        work(Side(1, connection))


def half_of_build(raw: Path, plan: StudyPlan, side: Side) -> None:
    """What the companion of a build does: half of the datasets, of the packages, and of the check.

    Raises:
        PartnerLost: the build is at its end, or has stopped.
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.stages.converting import convert
    from ced_cdisc.stages.guiding import render
    from ced_cdisc.stages.packaging import share_out
    from ced_cdisc.stages.reading import read_raw
    from ced_cdisc.write.output_files import OutputFiles

    findings = Findings()
    tables = read_raw(raw, plan, findings, side)
    plan, frames, extra, _ = convert(plan, tables, findings, partner=side)
    rows = {name: table.frame for name, table in tables.items()}
    share_out(plan, frames | extra, rows, OutputFiles(None), side)
    guides = side.swap(None)
    side.swap(render(guides))
    half_of_check(side.swap(None), side)


def half_of_check(folders: Iterable[Path], side: Side, **options: Any) -> None:
    """What the companion of a check does: half of the rules on each folder.

    Raises:
        PartnerLost: the check is at its end, or has stopped.
    """
    from ced_cdisc.conformance.check import check_folder

    for folder in folders:
        check_folder(folder, **options, partner=side)
