"""One small study at random, carried out by both engines: DM, YY, and XX with the expressions to compare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import strategies as st
from random_expressions import DATES, LETTERS, OWN, TEXTS

from ced_cdisc.convert.faults import Faults
from ced_cdisc.convert.sdtm import build_sdtm
from ced_cdisc.convert.sources import World, raw_records
from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.core.metadata import Origin
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.parse import parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.names import Catalogue, RowNames
from ced_cdisc.plan.model import Block, DatasetPlan, Line, StudyPlan, VariablePlan
from ced_cdisc.plan.order import single_lines
from ced_cdisc.plan.raw import RawTable
from ced_cdisc.recompute import Difference, compare, recompute
from ced_cdisc.spec.source import Text

Rows = list[dict[str, str | None]]
WHERE = Location("spec.yaml", 1, 1)
ORIGIN = Origin("Derived", "Sponsor")
COLUMNS = ("SUBJ", "NO", "T1", "T2", "N1", "N2", "D1", "D2")
VARIABLES = {"USUBJID": Type.TEXT, **{name: LETTERS[name[0]] for name in OWN}}
CATALOGUE = Catalogue(
    tables=dict.fromkeys(("dm", "xx", "yy"), COLUMNS),
    datasets={name: dict(VARIABLES) for name in ("DM", "XX", "YY")},
    single={"DM"},
)
_BASE = {
    "T1": "{t}.T1", "T2": "{t}.T2", "N1": "number({t}.N1)", "N2": "number({t}.N2)",
    "D1": "{t}.D1", "D2": "{t}.D2", "X1": "date(D1)", "Y1": "datetime(D2)",
}  # fmt: skip


def written(number: float) -> str:
    """A number as a raw table has it: without exponent."""
    return format(Decimal(repr(number)), "f")


_NUMBER = st.one_of(
    st.sampled_from(
        ["0", "-0", "1", "2", "3", "0.1", "0.2", "0.3", "2.5", "-2.5", "2.675", "-7", "1000000000000000"]
    ),
    st.floats(allow_nan=False, allow_infinity=False).map(written),
    st.sampled_from([1.7976931348623157e308, 5e-324, 2.0**53 + 2]).map(written),
)
_CELLS = {
    "T": st.one_of(
        st.sampled_from(TEXTS), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
    ),
    "N": _NUMBER,
    "D": st.sampled_from(DATES),
}


@st.composite
def tables(draw: Any) -> dict[str, Rows]:
    """Raw rows of dm (one a subject), xx and yy, in any order, with ties and missing values."""
    subjects = ["1", "2", "3"]

    def row(subject: str, number: int) -> dict[str, str | None]:
        cells = {name: draw(st.none() | _CELLS[name[0]]) for name in COLUMNS[2:]}
        return {"SUBJ": subject, "NO": str(number), **cells}

    made = {"dm": [row(subject, 1) for subject in subjects]}
    for name in ("xx", "yy"):
        owners = draw(st.lists(st.sampled_from(subjects), max_size=6))
        made[name] = draw(st.permutations([row(subject, i) for i, subject in enumerate(owners)]))
    return made


def compiled(text: str, names: RowNames) -> tree.Node:
    """The resolved tree of an expression.

    Raises:
        ExpressionError: it is not in the language.
    """
    return resolve(parse(text), names, FUNCTIONS)


def line(variable: str, kind: Type, text: str, names: RowNames) -> Line:
    """A line of the plan."""
    node = compiled(text, names)
    return Line(variable, node, kind, "derive", WHERE, ORIGIN, text=Text(text, WHERE))


def dataset(name: str, expressions: Sequence[tuple[str, Type, str]]) -> DatasetPlan:
    """A dataset with the variables T1 .. Y1 from its raw table, and further lines over the whole."""
    table = name.lower()
    names = RowNames(CATALOGUE, name, VARIABLES, tables=(table,))
    base = tuple(line(v, VARIABLES[v], text.format(t=table), names) for v, text in _BASE.items())
    whole = RowNames(CATALOGUE, name, VARIABLES)
    lines = [line(v, kind, text, whole) for v, kind, text in expressions]
    kinds = VARIABLES | {v: kind for v, kind, _ in expressions}
    return DatasetPlan(
        name=name, kind="sdtm", label=name, domain=name, class_name="", structure="",
        blocks=(Block(1, table, "raw", base, where=WHERE),), computed=(),
        lines=(*single_lines(lines, CATALOGUE), *lines), sort=("USUBJID", "N1", "T1"),
        variables=tuple(variable(v, kind) for v, kind in kinds.items()), where=WHERE,
    )  # fmt: skip


def variable(name: str, kind: Type) -> VariablePlan:
    """A variable of a plan."""
    shape = "Char" if kind in (Type.TEXT, Type.DTC) else "Num"
    return VariablePlan(name, name, shape, kind, "", "", None, ORIGIN, WHERE)


def study(expressions: Sequence[tuple[str, Type, str]]) -> StudyPlan:
    """The plan of the study, XX last."""
    raw = {
        name: RawTable(name, f"{name}.csv", "csv", COLUMNS, WHERE, key=("SUBJ", "NO"), subject="SUBJ")
        for name in ("dm", "xx", "yy")
    }
    return StudyPlan(
        study_id="S", study_name="S", study_title="S", protocol="S", snapshot=datetime(2020, 1, 1),  # noqa: DTZ001
        created=datetime(2020, 1, 1),  # noqa: DTZ001
        tables=raw,
        usubjid=compiled("join('-', 'S', SUBJECT)", RowNames(CATALOGUE, "", {"SUBJECT": Type.TEXT})),
        visits=None, datasets=(dataset("DM", ()), dataset("YY", ()), dataset("XX", expressions)),
        sdtm_standards=(), adam_standards=(), sdtm_documents=(), adam_documents=(), versions={},
    )  # fmt: skip


@dataclass(frozen=True)
class Raw:
    """A raw table for the fast engine."""

    frame: pl.DataFrame
    file: str


@dataclass(frozen=True)
class Outcome:
    """What both engines made: the variables of XX at fault in each, and the cells that differ."""

    fast: frozenset[str]
    slow: frozenset[str]
    differences: tuple[Difference, ...]
    records: int


def carried_out(expressions: Sequence[tuple[str, Type, str]], rows: dict[str, Rows]) -> Outcome:
    """Both engines on one study; values are compared where neither finds a fault."""
    plan = study(expressions)
    frames = {
        name: Raw(
            pl.DataFrame(
                {column: pl.Series([row[column] for row in table], dtype=pl.String) for column in COLUMNS}
                | {"__row": pl.Series(range(2, len(table) + 2), dtype=pl.Int64)}
            ),
            f"{name}.csv",
        )
        for name, table in rows.items()
    }
    theirs, found = recompute(plan, rows)
    slow = frozenset(fault.variable for fault in found)
    # without the checks of what a transport file can hold, which come after the engine
    faults = Faults(plan.tables, {name: one.file for name, one in frames.items()})
    world = World(plan, faults, raw_records(plan, frames, faults))
    build_sdtm(plan.datasets, world, None, lambda name, seconds: None)
    for noted in world.noted.values():
        faults.update(noted.found())
    fast = at_fault(faults.findings())
    mine = world.frames["XX"]
    sound = [v for v, _, _ in expressions if v not in slow]
    return Outcome(fast, slow, tuple(compare(mine.to_dicts(), theirs["XX"], sound, "XX")), mine.height)


def at_fault(findings: Findings) -> frozenset[str]:
    """The variables of XX that errors name."""
    found = {re.match(r"XX\.(\w+):", finding.message) for finding in findings.errors}
    assert None not in found, str([str(f) for f in findings])
    return frozenset(match[1] for match in found if match)
