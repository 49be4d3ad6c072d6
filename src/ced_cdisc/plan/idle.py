"""What the specs declare and nothing takes up: a misspelling, or forgotten data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import aggregates, columns
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.models import BlockSpec, LineSpec
from ced_cdisc.spec.source import Text


def check_idle(specs: Specs, plans: Mapping[str, DatasetPlan], findings: Findings) -> None:
    """Report what the specs declare in vain.

    That is look-ups that nothing uses (CED114), variables of codelists that no dataset has (CED111), written
    visits that are none (CED113), and default exclusions that no table has (CED012). And a dataset whose
    name is not that of its file (CED047).

    To be called where the specs have no other faults: a line at fault uses nothing.
    """
    _files(specs, findings)
    _excluded(specs, findings)
    _lookups(plans, findings)
    _codelists(specs, plans, findings)
    _visits(specs, findings)


def _files(specs: Specs, findings: Findings) -> None:
    """The name of a dataset stands in its spec and in that of the file, so that a slip in one is seen."""
    names = [*(d.dataset if d.dataset is not None else d.domain for d in specs.sdtm)]
    for name in (*names, *(analysis.dataset for analysis in specs.adam)):
        file = Path(name.where.file).name
        made = file == "study.yaml"  # a domain that a profile makes of others
        if not made and file.lower() != f"{name.lower()}.yaml":
            message = f"the file {file} holds the dataset {name}"
            hint = f"call the file {name.lower()}.yaml, or correct the name"
            findings.add(Finding("CED047", message, name.where, hint=hint))


def _trees(dataset: DatasetPlan) -> Iterator[tree.Node]:
    for part in (*dataset.blocks, *dataset.computed):
        yield from (line.tree for line in part.lines)
        if part.keep is not None:
            yield part.keep
    yield from (line.tree for line in dataset.lines)
    yield from (node for _, node in dataset.checks)


def _names(dataset: DatasetPlan) -> set[str]:
    """The names that the expressions of a dataset read."""
    found: set[str] = set()
    for node in _trees(dataset):
        found.update(column.name for column in columns(node))
        for one in aggregates(node):
            if one.dataset:
                found.update(one.looked_at(name) for name in one.on)
    return found


def _excluded(specs: Specs, findings: Findings) -> None:
    """A column that the defaults exclude or call identifying is one of some table (CED012)."""
    defaults = specs.sources.defaults
    columns = (*defaults.columns, *(c for spec in specs.sources.tables.values() for c in spec.columns))
    listed = {str(column) for column in columns}
    for column in (*defaults.exclude, *defaults.identifying):
        if str(column) not in listed:
            hint = did_you_mean(str(column), listed)
            findings.add(Finding("CED012", f"no table lists a column {column}", column.where, hint=hint))


def _lookups(plans: Mapping[str, DatasetPlan], findings: Findings) -> None:
    for dataset in plans.values():
        owners = {name.partition(".")[0] for name in _names(dataset)}
        for lookup in (one for block in dataset.blocks for one in block.lookups):
            owners.update(
                name.partition(".")[0] for name in (lookup.reads if lookup.keep is not None else ())
            )
        for lookup in (lookup for block in dataset.blocks for lookup in block.lookups):
            if lookup.name not in owners:
                message = f"{dataset.name} looks {lookup.name} up and uses nothing of it"
                findings.add(Finding("CED114", message, lookup.where, hint="take it out of 'with'"))


def _codelists(specs: Specs, plans: Mapping[str, DatasetPlan], findings: Findings) -> None:
    names = {d.name: {v.name for v in d.variables} | {q.name for q in d.supplemental} for d in plans.values()}
    known = {name for found in names.values() for name in found}
    for list_name, spec in specs.define.codelists.items():
        for text in [*spec.variables, *([spec.names] if spec.names is not None else [])]:
            owner, dot, short = str(text).partition(".")
            of_dataset = owner in names and bool(dot)
            good = short in names[owner] if of_dataset else owner in known
            values: set[str] | None = None
            if good and dot and not of_dataset:  # VARIABLE.VALUE, where another variable has that value
                values = {v for d in plans.values() if owner in names[d.name] for v in _texts(d)}
                good = short in values
            if not good:
                if values is not None:
                    near = [f"{owner}.{value}" for value in values]
                elif of_dataset:
                    near = [f"{owner}.{name}" for name in names[owner]]
                else:
                    near = [f"{name}{dot}{short}" for name in (*known, *(names if dot else ()))]
                message = f"codelist {list_name} is for {text}, which no dataset has"
                findings.add(Finding("CED111", message, text.where, hint=did_you_mean(str(text), near)))


def _texts(dataset: DatasetPlan) -> Iterator[str]:
    """The texts that blocks of a dataset assign, and those of written rows."""
    for block in dataset.blocks:
        for line in block.lines:
            if isinstance(line.tree, tree.Literal) and line.tree.value is not None:
                yield str(line.tree.value)
        yield from (str(value) for row in block.rows for value in row.values() if value is not None)


def _blocks(specs: Specs) -> Iterator[BlockSpec]:
    for domain in specs.sdtm:
        yield domain
        yield from domain.stack or []


def _written(lines: Mapping[Text, LineSpec]) -> Iterator[Text]:
    line = next((line for name, line in lines.items() if name == "VISIT"), None)
    if line is not None:
        yield from (text for text in (line.assign, line.protocol) if text is not None)


def _visits(specs: Specs, findings: Findings) -> None:
    """VISIT written in a line or row must be a visit of the protocol."""
    if specs.visits is None:
        return
    known = [str(visit.visit) for visit in specs.visits.visits]
    texts: list[Text] = [text for block in _blocks(specs) for text in _written(block.variables)]
    for domain in specs.sdtm:
        texts += _cells(domain.rows or [], "VISIT")
    for text in texts:
        if "{" not in text and text not in known:
            hint = did_you_mean(str(text), known)
            findings.add(Finding("CED113", f"'{text}' is no visit of visits.yaml", text.where, hint=hint))


def _cells(rows: Iterable[Mapping[Text, Text | None]], name: str) -> list[Text]:
    return [value for row in rows for key, value in row.items() if key == name and value is not None]
