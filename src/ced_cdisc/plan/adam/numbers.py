"""A text and its number from one line: ``AVALCAT1: {cases: [..], number: AVALCA1N}``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.expr.english import listed
from ced_cdisc.spec.analysis import AnalysisBlock, AnalysisSpec
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.models import Case, LineSpec
from ced_cdisc.spec.source import Text

_TEXT = re.compile(r"'((?:[^']|'')*)'")
_FLAGS = {"Y": 1, "N": 0}
_TREATMENT = re.compile(r"TRT\d\d[PA]|TRT[PA]")
Block = TypeVar("Block", bound=AnalysisBlock)


def with_numbers(spec: AnalysisSpec) -> AnalysisSpec:
    """The spec with a line of its own for each variable that holds the number of another one's branches."""
    made = _block(spec)
    return made.model_copy(
        update={
            "variables": _lines(spec.variables),
            "stack": None if spec.stack is None else [_block(block) for block in spec.stack],
            "records": [one.model_copy(update={"variables": _lines(one.variables)}) for one in spec.records],
            "scales": None
            if spec.scales is None
            else spec.scales.model_copy(update={"variables": _lines(spec.scales.variables)}),
        }
    )


def numbers_of(line: LineSpec) -> dict[str, int]:
    """The texts that the branches of a line give and their numbers.

    Branches count from 1 in their order, one text once; Y is 1 and N is 0; ``number`` of a branch rules.
    A branch that gives no text has no number.
    """
    found: dict[str, int] = {}
    for case in line.cases or ():
        if _gives_none(case):
            continue
        text = _text(case)
        number = case.number if case.number is not None else _FLAGS.get(text, len(found) + 1)
        found.setdefault(text, number)
    return found


def numbered_pairs(spec: AnalysisSpec) -> dict[str, tuple[str, dict[str, int]]]:
    """The variables that hold numbers of branches: of which variable, and the texts with their numbers."""
    return {str(line.number): (str(key), numbers_of(line)) for key, line in _with_number(spec)}


def check_treatments(specs: Iterable[AnalysisSpec], findings: Findings) -> None:
    """CED127: a treatment has one number in all lines of TRTxxP, TRTxxA, TRTP and TRTA of a study."""
    known: dict[str, tuple[int, str]] = {}
    for spec in specs:
        for key, line in _with_number(spec):
            if line.number is None or not _TREATMENT.fullmatch(key):
                continue
            written = {_text(case) for case in line.cases or () if _written(case) is not None}
            name = f"{spec.dataset}.{line.number}"
            for text, number in numbers_of(line).items():
                first, other = known.setdefault(text, (number, name)) if text in written else (number, name)
                if number != first:
                    problem = f"{name} gives '{text}' the number {number}, and {other} gives it {first}"
                    hint = "branches count from 1 in their order; 'number:' of a branch gives another"
                    findings.add(Finding("CED127", problem, line.number.where, hint=hint))


def _with_number(spec: AnalysisSpec) -> Iterator[tuple[Text, LineSpec]]:
    """The lines that have the number of their branches in a variable."""
    blocks: list[AnalysisBlock] = [spec, *(spec.stack or ())]
    sections = [spec.variables, *(block.rows for block in blocks)]
    sections += [p.variables for block in blocks for p in block.parameters.values()]
    for section in sections:
        yield from ((key, line) for key, line in section.items() if line.number is not None)


def _block(block: Block) -> Block:
    parameters = {
        code: parameter.model_copy(update={"variables": _lines(parameter.variables)})
        for code, parameter in block.parameters.items()
    }
    return block.model_copy(update={"rows": _lines(block.rows), "parameters": parameters})


def _lines(lines: Mapping[Text, LineSpec]) -> dict[Text, LineSpec]:
    made: dict[Text, LineSpec] = {}
    for key, line in lines.items():
        if line.number is None or line.cases is None:
            made[key] = line
            continue
        numbers = numbers_of(line)
        # the number of a branch without text stays, and is told as one that says nothing
        texts = [case if _gives_none(case) else _with(case, number=None) for case in line.cases]
        made[key] = _with(line, number=None, cases=texts)
        cases = [_numbered(case, numbers, line) for case in line.cases]
        as_ = Text(f"{_listed(str(key), numbers)}.", line.number.where)
        label = Text(f"{line.label} (N)", line.label.where) if line.label is not None else None
        made[line.number] = _with(
            line,
            number=None,
            cases=cases,
            as_=as_,
            label=label,
            codelist=None,
            comment=None,
            length=None,
            unknown="accept",
            gaps=None if line.cases[-1].else_ is not None else "accept",
            overlaps="accept",  # the text's line tells of all that
        )
    return made


def _numbered(case: Case, numbers: Mapping[str, int], line: LineSpec) -> Case:
    """The branch with its number, which is missing where the text is: always, or for a record."""
    assert line.number is not None
    given = "missing" if _gives_none(case) else str(numbers[_text(case)])
    if _written(case) is None and given != "missing":
        given = f"if(({_given(case)}) is missing, missing, {given})"
    value = Text(given, line.number.where)
    new = {"else_": value} if case.else_ is not None else {"then": value}
    return _with(case, number=None, **new)


def _text(case: Case) -> str:
    """What a branch gives: a written text without its quotes, else the expression."""
    written = _written(case)
    return written if written is not None else str(_given(case) or "")


def _written(case: Case) -> str | None:
    """The text that a branch gives, without its quotes; None where it gives an expression."""
    match = _TEXT.fullmatch((_given(case) or "").strip())
    return match[1].replace("''", "'") if match else None


def _gives_none(case: Case) -> bool:
    return (_given(case) or "").strip() == "missing"


def _given(case: Case) -> Text | None:
    return case.else_ if case.else_ is not None else case.then


def _listed(variable: str, numbers: Mapping[str, int]) -> str:
    """Which number stands for which text: 1 where X is "a", 2 where it is "b"."""
    parts = [f'{number} where it is "{text}"' for text, number in numbers.items()]
    return listed([parts[0].replace("it", variable, 1), *parts[1:]])


Part = TypeVar("Part", bound=Model)


def _with(part: Part, **changes: object) -> Part:
    return part.model_copy(update=changes)
