"""What the user sees of a build: one line a dataset, findings in groups, a progress bar on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ced_cdisc.core.findings import Finding, Findings, Severity, Stage

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_HEADS = {
    Stage.SPEC: "in the specs",
    Stage.RAW: "in the raw data",
    Stage.OUTPUT: "in the output",
    Stage.CHECK: "from the checks",
}


class BuildConsole:
    """Prints to standard error; standard output stays free for results."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

    def say(self, text: str) -> None:
        """One plain line."""
        self._console.print(_plain(text))

    def dataset(self, name: str, shape: tuple[int, int], seconds: float | None = None) -> None:
        """The line of a finished dataset: rows, columns, and the seconds it took (with its qualifiers)."""
        spent = "" if seconds is None else f" {seconds:>7.2f} s"
        self._console.print(f"  {name:<8} {shape[0]:>9,} rows {shape[1]:>4} columns{spent}")

    @contextmanager
    def progress(self) -> Generator[Callable[[str, int, int], None], None, None]:
        """A bar that follows the datasets on a terminal, and nothing elsewhere."""
        if not self._console.is_terminal:
            yield lambda name, done, total: None
            return
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task("reading", total=None)
            yield lambda name, done, total: bar.update(task, description=name, completed=done, total=total)

    def findings(self, findings: Findings) -> None:
        """All findings, by stage and severity, errors last so that they stay in sight."""
        order = {Severity.NOTE: 0, Severity.WARNING: 1, Severity.ERROR: 2}
        listed = sorted(findings.sorted(), key=lambda f: (order[f.severity], f.stage.value))
        for (severity, stage), group in groupby(listed, key=lambda f: (f.severity, f.stage)):
            items = list(group)
            word = severity.value if len(items) == 1 else f"{severity.value}s"
            colour = _COLOURS[severity]
            self._console.print(f"[{colour}]{len(items)} {word} {_HEADS[stage]}[/{colour}]")
            for item in items:
                self._finding(item)

    def _finding(self, finding: Finding) -> None:
        colour = _COLOURS[finding.severity]
        head = f"[bold]{_plain(str(finding.where))}[/bold] [{colour}]{finding.code}[/{colour}] "
        head += _plain(finding.message)
        if finding.hint:
            head += f"; {_plain(finding.hint)}"
        self._console.print(head)
        for record in finding.records:
            self._console.print(f"    {_plain(record)}")


def _plain(text: str) -> str:
    """Text without markup; line breaks and control characters of a raw value are shown, not carried out."""
    return escape("".join(char if char.isprintable() else repr(char)[1:-1] for char in text))
