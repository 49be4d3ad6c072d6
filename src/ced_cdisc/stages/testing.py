"""Tests of specs: rows through the engine of the build and the second one, and plug-ins tried alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.convert import build_datasets
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped, did_you_mean, one_of
from ced_cdisc.derivations.load import declared_in
from ced_cdisc.derivations.record import Derivation
from ced_cdisc.derivations.run import Runner
from ced_cdisc.expr.signature import signature_of
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.model import SUPP, DatasetPlan, StudyPlan
from ced_cdisc.plan.needed import lines_for
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import Value, agree, as_text, compare, recompute
from ced_cdisc.recompute.records import variables_of
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.spec_tests import DatasetTest, DatasetTests, DerivationTest, TestFile
from ced_cdisc.stages.given_rows import NotWritten, frames_of, given_rows, of_rows, typed
from ced_cdisc.stages.planning import stop_on_errors
from ced_cdisc.stages.plugging import run_again, same_type
from ced_cdisc.stages.reading import of_the_study
from ced_cdisc.stages.subject_rows import with_tables

_SHOWN = 5


class Tested(Struct, frozen=True):
    """One test and why it failed; nothing, if it passed.

    Attributes:
        group: what it is of: a dataset, or the call of a plug-in.
        name: what it shows.
        failures: CED782, CED786 and CED787.
    """

    group: str
    name: str
    failures: tuple[Finding, ...] = ()


def run_tests(
    plan: StudyPlan, files: Sequence[tuple[str, Path, TestFile]], findings: Findings
) -> list[Tested]:
    """Run all tests: those of the files in their order, then the examples of plug-ins.

    Args:
        plan: the whole study.
        files: how messages name each file, its path, and what it holds.
        findings: receives CED785 for tests that are not written right; such a test is not run.
    """
    done: list[Tested] = []
    known = {one.name: one for one in plan.derivations}
    for _, path, file in files:
        for test in file.tests:
            try:
                if isinstance(file, DatasetTests):
                    assert isinstance(test, DatasetTest)
                    done.append(_of_dataset(plan, file.dataset, test, path.parent))
                else:
                    assert isinstance(test, DerivationTest)
                    if file.derivation not in known:
                        hint = did_you_mean(file.derivation, known)
                        message = f"the study has no derivation {file.derivation}"
                        raise NotWritten(message, file.derivation.where, hint)
                    done.append(_of_derivation(known[str(file.derivation)], test))
            except NotWritten as error:
                findings.add(error.finding)
    for one in plan.derivations:
        done.extend(_examples(one))
    return done


def _of_dataset(plan: StudyPlan, name: Text, test: DatasetTest, folder: Path) -> Tested:
    dataset = next((one for one in plan.datasets if one.name == name), None)
    if dataset is None:
        hint = did_you_mean(name, [one.name for one in plan.datasets])
        raise NotWritten(f"there is no dataset {name} in this study", name.where, hint)
    asked = _asked(dataset, test)
    plan = replace(plan, datasets=(*_of_pooled(plan), *plan.datasets), pooled=())
    given = given_rows(plan, test, folder)
    if name in given.datasets:
        raise NotWritten(f"the test gives {name} itself", test.name.where, "give what it is made of")
    replaced = tuple(given.datasets.get(one.name, one) for one in plan.datasets)
    part = _part(replace(plan, datasets=replaced), dataset, asked)
    _are_read(part, dataset, test)
    if test.fault is None:  # a number may be the subject of a table that the test does not give
        part = replace(part, persons=replace(part.persons, unmatched=True))
    tables, found = frames_of(part, given), Findings()
    label = str(test.name)
    try:
        taken = of_the_study(part, tables, found)
        stop_on_errors(found)
        frames, _ = build_datasets(part, taken)
    except Stopped as stopped:
        return Tested(str(name), label, tuple(_stopped(f"{name}: {label}", test, stopped.findings.errors)))
    if test.fault is not None:
        message = f"{name}: {label}: these rows stop nothing, expected the fault '{test.fault}'"
        return Tested(str(name), label, (_failure(message, test.fault.where),))
    rows = frames[dataset.name].to_dicts()
    texts = {table: one.frame.drop(ROW).to_dicts() for table, one in tables.items()}
    again, faults = recompute(part, texts, run_again())
    failures = [*_cells(dataset, test, rows, asked)]
    for fault in faults:
        message = f"{name}: {label}: the second engine alone says: {fault.message}"
        failures.append(_failure(message, test.name.where))
    names = [_column(rows, variable) for variable in asked]
    for one in compare(rows, again[dataset.name], names, dataset.name):
        message = f"{name}: {label}: the engines differ in {one.variable or 'the number of records'}"
        message += f" of record {one.row + 1}: {_shown(one.mine)} and {_shown(one.theirs)}"
        failures.append(_failure(message, test.name.where))
    return Tested(str(name), label, tuple(failures))


def _of_pooled(plan: StudyPlan) -> list[DatasetPlan]:
    """The datasets that only pooled studies have, without rows: a test may give some."""
    own = {one.name for one in plan.datasets}
    theirs = {one.name: one for study in plan.pooled for one in study.datasets if one.name not in own}
    return [of_rows(one, []) for one in theirs.values()]


def _part(plan: StudyPlan, dataset: DatasetPlan, asked: Sequence[str]) -> StudyPlan:
    """The dataset alone with what the variables of a test need; nothing else is made or checked."""
    wanted = [*asked, *dataset.sort]  # no record at all may be what is expected
    if any(one.name in asked for one in dataset.supplemental):
        wanted += [dataset.numbered, *(one.idvar for one in dataset.supplemental if one.idvar)]
    part = lines_for(plan, dataset.name, wanted)
    made = tuple(
        replace(one, checks=(), demands=()) if one.name != dataset.name else one for one in part.datasets
    )
    return with_tables(replace(part, datasets=made))


def _asked(dataset: DatasetPlan, test: DatasetTest) -> list[str]:
    """The variables that a test expects values of; for a fault all of the dataset."""
    known = [name.removeprefix(SUPP) for name in variables_of(dataset) if not name.startswith("__")]
    if test.expect is None:
        return known
    for row in test.expect:
        for name in row:
            if name not in known:
                hint = did_you_mean(name, known)
                raise NotWritten(f"{dataset.name} has no variable {name}", name.where, hint)
    return list(dict.fromkeys(str(name) for row in test.expect for name in row))


def _are_read(part: StudyPlan, dataset: DatasetPlan, test: DatasetTest) -> None:
    """A table that a test gives and that nothing reads says nothing: it is a fault of the test."""
    read = {*part.tables, *(one.name for one in part.datasets)} - {dataset.name}
    for name in test.given:
        if name not in read:
            message = f"nothing that the test '{test.name}' expects reads {name}"
            hint = f"what is expected reads {one_of(sorted(read))}"
            raise NotWritten(message, name.where, hint)


def _stopped(label: str, test: DatasetTest, errors: list[Finding]) -> Iterator[Finding]:
    if test.fault is not None and any(test.fault in f"{one.code} {one.message}" for one in errors):
        return
    for one in errors[:_SHOWN]:
        expected = f", expected the fault '{test.fault}'" if test.fault is not None else ""
        message = f"{label}: stopped by {one.code} {one.message}{expected}"
        where = test.fault.where if test.fault is not None else test.name.where
        yield Finding("CED786", message, where, f"made by {one.where}", Stage.CHECK, records=one.records)


def _cells(
    dataset: DatasetPlan, test: DatasetTest, rows: Sequence[Mapping[str, Value]], asked: Sequence[str]
) -> Iterator[Finding]:
    """What differs between the records and what a test expects."""
    expected = test.expect or []
    if len(rows) != len(expected):
        told = tuple(
            f"record {number}: "
            + ", ".join(f"{name} {_shown(row.get(_column(rows, name)))}" for name in asked or dataset.sort)
            for number, row in enumerate(rows[:_SHOWN], 1)
        )
        come = "record comes" if len(rows) == 1 else "records come"
        message = f"{dataset.name}: {test.name}: {len(rows)} {come} out, expected {len(expected)}"
        yield replace(_failure(message, test.name.where), records=told)
        return
    kinds = {one.name: one.kind for one in dataset.variables}
    places = _places(dataset)
    for number, (row, wanted) in enumerate(zip(rows, expected, strict=True), 1):
        for name, text in wanted.items():
            value = typed(text, kinds.get(str(name), Type.TEXT), str(name))
            mine = row.get(_column(rows, str(name)))
            if not agree(mine, value):
                message = f"{dataset.name}: {test.name}: {name} of record {number} is {_shown(mine)}"
                message += f", expected {_shown(value)}"
                where = name.where if text is None else text.where
                lines = places.get(str(name), [dataset.where])
                yield _failure(message, where, f"made by {one_of([str(line) for line in lines], 3)}")


def _places(dataset: DatasetPlan) -> dict[str, list[Location]]:
    """The lines of the specs behind each variable."""
    lines = [line for block in dataset.blocks for line in block.lines]
    lines += [line for one in dataset.computed for line in (*one.first, *one.lines)]
    found: dict[str, list[Location]] = {}
    for line in (*lines, *dataset.lines):
        places = found.setdefault(line.variable.removeprefix(SUPP), [])
        if line.where not in places:
            places.append(line.where)
    return found


def _column(rows: Sequence[Mapping[str, Value]], name: str) -> str:
    """The column of a variable, or of a supplemental qualifier."""
    return SUPP + name if rows and name not in rows[0] and SUPP + name in rows[0] else name


def _shown(value: Value) -> str:
    if value is None:
        return "missing"
    return f"'{value}'" if isinstance(value, str) else as_text(value) or ""


def _failure(message: str, where: Location, hint: str = "") -> Finding:
    return Finding("CED786", message, where, hint, Stage.CHECK)


def _of_derivation(one: Derivation, test: DerivationTest) -> Tested:
    """A plug-in for the records of a test."""
    kinds = {p.name: p.types[0] for p in signature_of(one).parameters}
    rows: list[tuple[Value, ...]] = []
    for row in test.given:
        for name in row:
            if name not in kinds:
                hint = did_you_mean(name, kinds) or f"it has {one_of(list(kinds))}"
                raise NotWritten(f"{one.name}() has no input {name}", name.where, hint)
        values = {str(name): typed(text, kinds[str(name)], str(name)) for name, text in row.items()}
        rows.append(tuple(values.get(name) for name in kinds))
    output = signature_of(one).result or Type.TEXT
    wanted = [typed(text, output, one.name) for text in test.expect]
    places = [test.name.where if text is None else text.where for text in test.expect]
    label = f"{one.name}: {test.name}"
    return Tested(f"{one.name}()", str(test.name), tuple(_tried(one, rows, wanted, places, label, "CED786")))


def _examples(one: Derivation) -> Iterator[Tested]:
    """The examples in a plug-in's declaration."""
    declared = next(found for found in declared_in(one.source) if found.name == one.name)
    where = Location(one.source.shown, one.line)
    for number, (given, result) in enumerate(declared.examples, 1):
        records = [given] if one.group is None else list(given)
        wanted = [result] if one.group is None else list(result)
        label = f"{one.name}: example {number}"
        strange = [name for record in records for name in record if name not in one.names]
        if strange or len(records) != len(wanted):
            what = f"gives {strange[0]}, which is no input" if strange else "has not a value for each record"
            failures = (Finding("CED787", f"{label} {what}", where, stage=Stage.CHECK),)
        else:
            rows = [tuple(same_type(record.get(name)) for name in one.names) for record in records]
            values = [same_type(value) for value in wanted]
            failures = tuple(_tried(one, rows, values, [where] * len(wanted), label, "CED787"))
        yield Tested(f"{one.name}()", f"example {number}", failures)


def _tried(
    one: Derivation,
    rows: list[tuple[Value, ...]],
    wanted: Sequence[Value],
    places: Sequence[Location],
    label: str,
    code: str,
) -> Iterator[Finding]:
    """What a plug-in gives, and gives again, beside what is wanted."""
    runners = (Runner(), Runner(again=True))
    first, second = ((r.rows if one.group is None else r.group)(one, rows) for r in runners)
    made = enumerate(zip(first, second, wanted, places, strict=True), 1)
    for number, (outcome, again, value, where) in made:
        of = f" for record {number}" if len(rows) > 1 else ""
        hint = "" if code == "CED787" else f"made by {one.place}"
        if outcome.trouble:
            yield Finding(code, f"{label}: {outcome.trouble}", where, hint, Stage.CHECK)
        elif not agree(outcome.value, value):
            what = f"gives {_shown(outcome.value)}{of}, expected {_shown(value)}"
            yield Finding(code, f"{label}: {what}", where, hint, Stage.CHECK)
        elif outcome.value != again.value:
            what = f"gives {_shown(again.value)}{of} when it is run again, {_shown(outcome.value)} before"
            yield Finding("CED782", f"{label}: {what}", where, hint, Stage.CHECK)
