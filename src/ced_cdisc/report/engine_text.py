"""The part of a check's text that tells what the CDISC CORE engine says."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.conformance import EngineNote, EngineResult, EngineRule, Failure
from ced_cdisc.core.findings import one_of
from ced_cdisc.report.record_text import cut, record_lines
from ced_cdisc.report.standing_text import listed, standing_lines


def engine_lines(result: EngineResult, *, accepted: bool = False) -> Iterator[str]:
    """A summary, the findings, and apart from these what was skipped or could not be carried out.

    Accepted findings are listed where asked for.
    """
    count = {s: len(result.with_status(s)) for s in ("issues", "passed", "skipped", "execution error")}
    out = result.with_status("out of scope")
    rules = "1 rule" if len(result.rules) == 1 else f"{len(result.rules):,} rules"
    yield f"CDISC CORE engine {result.version} ({result.source}), {result.standard}: {rules}"
    yield (
        f"  {count['passed']} passed, {count['issues']} with findings, {count['skipped']} skipped, "
        f"{count['execution error']} not carried out, {len(out)} out of scope"
    )
    for rule in result.rules:
        if failures := listed(rule.failures, accepted):
            yield from _findings(rule, failures)
    yield from _notes("skipped by the engine, so not checked:", [(r, r.skips) for r in result.rules])
    yield from _notes("not carried out by the engine, so not checked:", [(r, r.errors) for r in result.rules])
    if out:
        yield f"out of the scope of every dataset: {one_of([r.id for r in out])}"


def _findings(rule: EngineRule, failures: tuple[Failure, ...]) -> Iterator[str]:
    named = [*rule.public, *(f"= {ours}" for ours in rule.ours)]
    ids = f" [{' '.join(named)}]" if named else ""
    yield f"warning {rule.id} (engine)  {cut(rule.message)}{ids}"
    for failure in failures:
        records = "1 record" if failure.count == 1 else f"{failure.count:,} records"
        yield f"  {cut(failure.text)}: {records}"
        yield from standing_lines(failure)
        yield from record_lines(failure)


def _notes(title: str, notes: list[tuple[EngineRule, tuple[EngineNote, ...]]]) -> Iterator[str]:
    lines = [line for rule, given in notes for line in _note_lines(rule, given)]
    if lines:
        yield title
        yield from lines


def _note_lines(rule: EngineRule, notes: tuple[EngineNote, ...]) -> Iterator[str]:
    """A line for each reason, with the datasets that it holds for."""
    datasets: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        datasets.setdefault((note.cause, note.reason), []).append(note.dataset)
    for (cause, reason), names in datasets.items():
        said = ": ".join(part for part in (one_of(names), cause, reason) if part)
        yield f"  {rule.id}  {cut(said)}"
