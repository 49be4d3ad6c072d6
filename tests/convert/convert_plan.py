"""Hand-made plans: a study of small tables, built in a few lines.

    study = Study(ae=[{"SUBJ": "1", "TERM": "Rash"}])
    study.add("AE", [raw("ae", AETERM="ae.TERM")])
    study.rows("AE", "AETERM") == [("Rash",)]

The type of a variable is read off its name: ..DTC and START, END are ISO 8601, ..DT dates, ..DTM date-times,
names in NUMBERS (and ..SEQ, ..DY) numbers, all others text. Raw columns are text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from ced_cdisc.convert import build_datasets
from ced_cdisc.core.findings import Findings, Location, Stopped
from ced_cdisc.core.metadata import Codelist, Origin, Term
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.parse import parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.tree import Node, Scope, Type
from ced_cdisc.plan.model import (
    SUPP,
    Block,
    Computed,
    DatasetPlan,
    Line,
    Lookup,
    StudyPlan,
    SupplementalPlan,
    VariablePlan,
)
from ced_cdisc.plan.raw import RawTable, VisitPlan
from ced_cdisc.spec.source import Text

NUMBERS = {"AVAL", "BASE", "CHG", "VISITNUM", "VISITDY", "EXDOSE", "N", "NREC", "AGE", "RANK", "TOTAL"}


def kind_of(name: str) -> Type:
    short = name.rpartition(".")[2]
    if short in NUMBERS or short.endswith(("SEQ", "DY", "NUM")):
        return Type.NUMBER
    if short.endswith("DTM"):
        return Type.DATETIME
    if short.endswith("DT"):
        return Type.DATE
    return Type.DTC if short.endswith(("DTC", "START", "END")) else Type.TEXT


class Names:
    """Every name is known; lower-case owners are raw tables."""

    def find(self, name: str, inside: str | None) -> tuple[Scope, Type] | None:
        owner = name.rpartition(".")[0]
        if owner == "visits":
            return Scope.RAW, kind_of(name)
        if owner.islower() and owner != "supp":
            return Scope.RAW, Type.TEXT
        return (Scope.DATASET if owner and owner == inside else Scope.VARIABLE), kind_of(name)

    def unknown(self, name: str, inside: str | None) -> tuple[str, str]:
        raise AssertionError(name)

    def is_dataset(self, owner: str) -> bool:
        return owner not in ("visits", "supp")

    def is_own(self, owner: str) -> bool:
        return False


def tree_of(expression: str | Node) -> Node:
    return resolve(parse(expression) if isinstance(expression, str) else expression, Names(), FUNCTIONS)


def at(line: int) -> Location:
    return Location("spec.yaml", line)


def line(variable: str, expression: str | Node) -> Line:
    node = tree_of(expression)
    text = Text(expression, Location("spec.yaml", 7, 5)) if isinstance(expression, str) else None
    return Line(variable, node, kind_of(variable), "derive", at(7), Origin("Derived"), text=text)


def lines_of(expressions: Mapping[str, str | Node]) -> tuple[Line, ...]:
    return tuple(line(variable, expression) for variable, expression in expressions.items())


def block(source: str, kind: str, expressions: Mapping[str, str | Node], **more: Any) -> Block:
    if "keep" in more:
        more["keep"] = tree_of(more["keep"])
    return Block(1, source, kind, lines_of(expressions), where=at(3), **more)  # type: ignore[arg-type]


def raw(source: str, expressions: Mapping[str, str | Node] | None = None, **variables: str | Node) -> Block:
    return block(source, "raw", {**(expressions or {}), **variables})


def look_up(name: str, *on: tuple[str, str]) -> Lookup:
    return Lookup(name, on, at(4))


def computed(by: Sequence[str], keep: str | None, present: str = "", **variables: str | Node) -> Computed:
    return Computed(tuple(by), tree_of(keep) if keep else None, lines_of(variables), at(5), present)


def ct(of: str, *pairs: tuple[str, str], otherwise: str | None = None) -> Node:
    return tree.Recode(of=tree_of(of), pairs=pairs, otherwise=otherwise, type=Type.TEXT)


def read_date(date: str, *formats: str, time: str | None = None, times: Sequence[str] = ()) -> Node:
    return tree.ReadDate(
        date=tree_of(date),
        time=tree_of(time) if time else None,
        formats=formats,
        time_formats=tuple(times),
        type=Type.DTC,
    )


@dataclass(frozen=True)
class Raw:
    frame: pl.DataFrame
    file: str


class Study:
    """Raw tables (rows as dictionaries; the column SUBJ is the subject) and the datasets planned so far."""

    def __init__(self, visits: VisitPlan | None = None, **tables: Sequence[Mapping[str, str | None]]) -> None:
        self.visits = visits
        self.datasets: list[DatasetPlan] = []
        self.tables: dict[str, RawTable] = {}
        self.raw: dict[str, Raw] = {}
        for name, rows in tables.items():
            self.table(name, rows)

    def table(
        self, name: str, rows: Sequence[Mapping[str, str | None]], key: Sequence[str] = (), form: str = "csv"
    ) -> Study:
        columns = list(dict.fromkeys(column for row in rows for column in row))
        subject = "SUBJ" if "SUBJ" in columns else ""
        file = f"{name}.{form}"
        self.tables[name] = RawTable(
            name,
            file,
            form,
            tuple(columns),
            Location("sources.yaml", len(self.tables) + 1),
            key=tuple(key),
            subject=subject,
        )  # type: ignore[arg-type]
        frame = pl.DataFrame(
            {column: pl.Series([row.get(column) for row in rows], dtype=pl.String) for column in columns}
        )
        numbers = pl.Series("__row", range(2, len(rows) + 2), dtype=pl.Int64)
        self.raw[name] = Raw(frame.with_columns(numbers), file)
        return self

    def shuffled(self, seed: int) -> Study:
        """The same study with the raw rows in another order."""
        other = Study(self.visits)
        other.tables, other.datasets = self.tables, self.datasets
        other.raw = {
            name: Raw(one.frame.sample(fraction=1, shuffle=True, seed=seed), one.file)
            for name, one in self.raw.items()
        }
        return other

    def add(
        self,
        name: str,
        blocks: Sequence[Block],
        lines: Mapping[str, str | Node] | None = None,
        *,
        sort: Sequence[str] = (),
        keep: str | None = None,
        computed: Sequence[Computed] = (),
        checks: Sequence[str] = (),
        closed: Mapping[str, Sequence[str]] | None = None,
        extra: Sequence[str] = (),
    ) -> Study:
        closed = closed or {}
        made = [one.variable for part in (*blocks, *computed) for one in part.lines]
        written = [column for part in blocks for row in part.rows for column in row]
        names = dict.fromkeys((*made, *written, *(lines or {}), *extra))
        kind = "adam" if name.startswith("AD") else "sdtm"
        self.datasets.append(
            DatasetPlan(
                name=name,
                kind=kind,
                label=name,
                domain=name,
                class_name="",
                structure="",
                blocks=tuple(blocks),
                computed=tuple(computed),
                lines=lines_of(lines or {}),
                sort=tuple(sort),
                variables=tuple(self._variable(n, closed) for n in names if "." not in n),
                where=at(1),
                keep=tree_of(keep) if keep else None,
                supplemental=tuple(
                    SupplementalPlan(
                        n.removeprefix(SUPP),
                        f"Label of {n}",
                        Origin("Collected"),
                        "",
                        at(8),
                        idvar="" if name == "DM" else f"{name}SEQ",
                    )
                    for n in names
                    if n.startswith(SUPP)
                ),
                checks=tuple((Text(check, at(9)), tree_of(check)) for check in checks),
            )
        )
        return self

    def _variable(self, name: str, closed: Mapping[str, Sequence[str]]) -> VariablePlan:
        terms = tuple(Term(value) for value in closed.get(name, ()))
        codelist = (
            Codelist(f"CL.{name}", f"List of {name}", code="C1", terms=terms) if name in closed else None
        )
        kind = kind_of(name)
        shape = "Num" if kind in (Type.NUMBER, Type.DATE, Type.DATETIME) else "Char"
        return VariablePlan(
            name, name, shape, kind, "", "", codelist, Origin("Derived"), at(6), closed=name in closed
        )

    def plan(self) -> StudyPlan:
        return StudyPlan(
            study_id="S1",
            study_name="S1",
            study_title="S1",
            protocol="S1",
            snapshot=datetime(2020, 1, 1),  # noqa: DTZ001
            created=datetime(2020, 1, 1),  # noqa: DTZ001
            tables=self.tables,
            usubjid=tree_of("join('-', 'S1', SUBJECT)"),
            visits=self.visits,
            datasets=tuple(self.datasets),
            sdtm_standards=(),
            adam_standards=(),
            sdtm_documents=(),
            adam_documents=(),
            versions={},
        )

    def build(self) -> tuple[dict[str, pl.DataFrame], Findings]:
        return build_datasets(self.plan(), self.raw)

    def rows(self, name: str, *columns: str) -> list[tuple[Any, ...]]:
        """The values of some columns of a dataset, record by record."""
        frames, _ = self.build()
        return frames[name].select(columns or frames[name].columns).rows()

    def faults(self) -> list[str]:
        """The whole text of what stops the build."""
        try:
            self.build()
        except Stopped as stop:
            return [str(finding) for finding in stop.findings.sorted()]
        return []


def subjects(*numbers: str, **columns: Iterable[str | None]) -> list[dict[str, str | None]]:
    """Rows of a raw table, one for each subject number."""
    cells = {name: list(values) for name, values in columns.items()}
    return [{"SUBJ": n, **{name: values[i] for name, values in cells.items()}} for i, n in enumerate(numbers)]
