"""Blocks of a domain spelled out: ``for`` repeated, ``items`` and ``long`` turned into one block a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, did_you_mean, misspelt
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.templates import entries_of, fill, find_instrument
from ced_cdisc.spec.instruments import InstrumentSpec
from ced_cdisc.spec.models import BlockSpec, CodedTest, InstrumentUse, LineSpec, TestSpec
from ced_cdisc.spec.source import Text


class Rows(Struct, frozen=True):
    """One block, spelled out: a source, its lines, and for findings the one test it makes."""

    spec: BlockSpec
    variables: dict[Text, LineSpec]
    supp: dict[Text, LineSpec]
    test: TestSpec | None = None
    codes: tuple[tuple[str, str], ...] = ()
    """Tests in rows: the raw codes of the source's column and the tests that they mean."""


def expand(
    shared: BlockSpec,
    blocks: Sequence[BlockSpec],
    instruments: Mapping[str, InstrumentSpec],
    findings: Findings,
    full: Callable[[str], str],
) -> list[Rows]:
    """All blocks of a domain; ``shared`` holds the variables that every block takes over.

    ``full`` gives the name of a variable: --SCAT and QSSCAT are one, so that the line of either goes before
    one of the other.
    """
    made: list[Rows] = []

    def merged(base: dict[Text, LineSpec], over: dict[Text, LineSpec]) -> dict[Text, LineSpec]:
        """The lines of both; one of ``over`` goes before one of ``base``, and its key keeps its own place."""
        given = {full(key) for key in over}
        return {key: line for key, line in base.items() if full(key) not in given} | over

    if all(block is not shared for block in blocks):
        _check_shared(shared, findings)
    for block in blocks:
        above = [getattr(shared, name) for name in ("variables", "tests", *_SHARED)]
        for constants in entries_of(block.for_, [block, *above], findings):
            filled = fill(block, constants)
            variables, supp = filled.variables, filled.supp
            if block is not shared:
                lines = {key: fill(line, constants) for key, line in shared.variables.items()}
                variables, supp = merged(lines, variables), merged(shared.supp, supp)
                filled = _inherited(filled, fill(shared, constants))
            tests = [_completed(test, filled) for test in filled.long or []]
            if filled.items is not None:
                tests += _items(filled.items, instruments, findings)
            coded, codes = _coded(filled, findings)
            if not tests and not coded:
                made.append(Rows(filled, variables, supp))
            for test in tests:
                made.append(Rows(filled, merged(variables, test.variables), supp, test))
            for test in coded:
                made.append(Rows(filled, merged(variables, test.variables), supp, test, codes))
    _check_tests([shared, *blocks], made, findings)
    return made


def _check_shared(shared: BlockSpec, findings: Findings) -> None:
    """CED018 for words beside ``stack`` that only a block can have."""
    for name in _OF_BLOCKS:
        given = getattr(shared, name)
        if given is None or given is False or given == {}:
            continue
        where = given.where if isinstance(given, Text) else shared.place
        problem = f"beside 'stack', the word '{name.rstrip('_')}' stands in its blocks"
        findings.add(Finding("CED018", problem, where, hint="write it in each block that it is meant for"))


def _inherited(block: BlockSpec, shared: BlockSpec) -> BlockSpec:
    """The block with what the domain says of the tests of all blocks."""
    words = {name: getattr(shared, name) for name in _SHARED if getattr(block, name) is None}
    return block.model_copy(update={**words, "tests": {**shared.tests, **block.tests}})


def _check_tests(blocks: Sequence[BlockSpec], made: Sequence[Rows], findings: Findings) -> None:
    """CED073: an entry of ``tests`` for a test that no row makes."""
    if any(finding.code == "CED073" for finding in findings):
        return
    known = {str(rows.test.test) for rows in made if rows.test is not None}
    for block in blocks:
        for code in block.tests:
            if str(code) not in known:
                hint = did_you_mean(str(code), known)
                findings.add(Finding("CED073", f"no record is made of test {code}", code.where, hint=hint))


def _completed(test: TestSpec, block: BlockSpec) -> TestSpec:
    """The test with what ``tests`` says of it and its block of all; {test} stands for its code there."""
    constants = {"test": test.test}
    entry = next((spec for code, spec in block.tests.items() if code == test.test), None)
    said = {name: _first(getattr(entry, name, None), getattr(block, name)) for name in _SHARED}
    said |= {name: getattr(entry, name, None) for name in _OF_TESTS}  # a `label` of the domain is its own
    found = {
        name: fill(value, constants)
        for name, value in said.items()
        if value is not None and getattr(test, name) is None
    }
    return test.model_copy(update=found) if found else test


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)


def _coded(block: BlockSpec, findings: Findings) -> tuple[list[TestSpec], tuple[tuple[str, str], ...]]:
    """The tests of a block whose source has a test in each row, and the raw codes with their tests."""
    if block.test is None:
        if block.result is not None:
            message = "'result' needs 'test', the raw column that says which test a row is"
            findings.add(Finding("CED073", message, block.result.place))
        return [], ()
    if block.test.collect is None or block.test.else_ is not None or block.result is None:
        message = "'test' takes a raw column, 'ct' with it, and 'result' beside it"
        findings.add(Finding("CED073", message, block.test.place))
        return [], ()
    table = block.test.ct if block.test.ct is not None else {code: code for code in block.tests}
    own = {str(code): (code, spec) for code, spec in block.tests.items()}
    terms = {str(term): term for term in table.values() if term}
    made: list[TestSpec] = []
    for term in terms.values():
        code, spec = own.get(str(term)) or (term, _meant_of(term, own.keys() - terms.keys(), block))
        words = {field: getattr(spec or _PLAIN, field) for field in CodedTest.model_fields}
        test = TestSpec.model_construct(None, **{**words, "test": code, "result": block.result})
        made.append(_completed(test, block))
    return made, tuple((str(code), str(term or "")) for code, term in table.items())


def _meant_of(term: Text, others: Iterable[str], block: BlockSpec) -> CodedTest | None:
    """What ``tests`` says of a test under a name that one slip tells from it: the slip is told elsewhere."""
    meant = misspelt(term, did_you_mean(term, others))
    return next((spec for code, spec in block.tests.items() if code == meant), None)


_PLAIN = CodedTest.model_construct()
_SHARED = ("unit", "range", "flags")
_OF_BLOCKS = (
    "from_",
    "with_",
    "each",
    "where",
    "unknown",
    "for_",
    "visit",
    "long",
    "test",
    "result",
    "items",
    "not_done",
)
_OF_TESTS = ("label", "standard", "decimals", "answers")


def _items(
    use: InstrumentUse, instruments: Mapping[str, InstrumentSpec], findings: Findings
) -> list[TestSpec]:
    instrument = find_instrument(use.instrument, instruments, findings)
    if instrument is None:
        return []
    tests: list[TestSpec] = []
    for code, item in instrument.items.items():
        constants = {"column": item.column, "item": code, "scale": item.scale or Text("", item.place)}
        result = fill(use.result, constants)
        tests.append(
            TestSpec.model_construct(
                test=code,
                label=item.label,
                result=result,
                unit=None,
                standard=None,
                decimals=None,
                value=Text("number({result})", item.place),
                kind="number",
                answers=item.answers,
                range=None,
                flags=None,
                variables=_scale(item.scale),
            )
        )
    return tests


def _scale(scale: Text | None) -> dict[Text, LineSpec]:
    if scale is None:
        return {}
    return {Text("--SCAT", scale.where): spec_line(scale.where, assign=scale)}
