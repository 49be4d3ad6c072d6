"""What the user sees of a build: one line a dataset, findings in groups, a progress bar on a terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby

import click

from ced_cdisc.core.findings import Finding, Findings, Severity, Stage, printable
from ced_cdisc.core.masking import NOTICE, masked

_MANY = 20
"""More findings than these of one place are counted below the list."""
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_HEADS = {
    Stage.SPEC: "in the specs",
    Stage.RAW: "in the raw data",
    Stage.OUTPUT: "in the output",
    Stage.CHECK: "from the checks",
}


class BuildConsole:
    """Prints to standard error; standard output stays free for results. Colours show on a terminal only."""

    wide = 8
    """How wide the names of datasets are."""

    def __init__(self, *, show_ids: bool = True) -> None:
        """A console; ``show_ids`` is whether findings name subjects, or mask them."""
        self._show_ids = show_ids

    def say(self, text: str) -> None:
        """One plain line."""
        click.echo(printable(text), err=True)

    def dataset(self, name: str, shape: tuple[int, int], seconds: float | None = None) -> None:
        """The line of a finished dataset: rows, columns, and the seconds it took (with its qualifiers)."""
        spent = "" if seconds is None else f" {seconds:>7.2f} s"
        click.echo(f"  {name:<{self.wide}} {shape[0]:>9,} rows {shape[1]:>4} columns{spent}", err=True)

    def reasons(self, datasets: Iterable[str], reasons: Mapping[str, str]) -> None:
        """A line for each dataset: why it was made anew, or that it was kept."""
        for name in datasets:
            click.echo(
                f"  {name:<{self.wide}} {printable(reasons.get(name, 'made: nothing is kept'))}", err=True
            )

    @contextmanager
    def progress(self) -> Generator[Callable[[str, int, int], None], None, None]:
        """A bar that follows the datasets on a terminal, and nothing elsewhere."""
        if not sys.stderr.isatty():
            yield lambda name, done, total: None
            return
        from rich.console import Console  # loaded where it shows something
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        task = bar.add_task("reading", total=None)

        def watch(name: str, done: int, total: int) -> None:
            bar.start()  # here, since its thread must not run when the build forks
            bar.update(task, description=name, completed=done, total=total)

        try:
            yield watch
        finally:
            bar.stop()

    def findings(self, findings: Findings) -> None:
        """All findings, by stage and severity, errors last so that they stay in sight."""
        order = {Severity.NOTE: 0, Severity.WARNING: 1, Severity.ERROR: 2}
        whole, hides = findings, False
        if not self._show_ids and len(whole):
            findings = masked(whole)
            hides = any(one not in findings for one in whole)
        listed = sorted(findings.sorted(), key=lambda f: (order[f.severity], f.stage.value))
        for (severity, stage), group in groupby(listed, key=lambda f: (f.severity, f.stage)):
            items = list(group)
            word = severity.value if len(items) == 1 else f"{severity.value}s"
            colour = _COLOURS[severity]
            click.secho(f"{len(items)} {word} {_HEADS[stage]}", fg=colour, err=True)
            for item in items:
                self._finding(item)
            self._many(items)
        if hides:
            self.say(NOTICE)

    def _many(self, findings: Sequence[Finding]) -> None:
        """Below a long list, the places that much of it is of: one wrong format may be told for each date."""
        counts = Counter((str(one.where), one.known_as) for one in findings)
        for (place, code), number in counts.items():
            if number > _MANY:
                self.say(f"{number} of these {len(findings)} are {code} at {place}")

    def _finding(self, finding: Finding) -> None:
        place = click.style(printable(str(finding.where)), bold=True)
        code = click.style(finding.known_as, fg=_COLOURS[finding.severity])
        hint = f"; {printable(finding.hint)}" if finding.hint else ""
        click.echo(f"{place} {code} {printable(finding.message)}{hint}", err=True)
        for record in finding.records:
            click.echo(f"    {printable(record)}", err=True)
