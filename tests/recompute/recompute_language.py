"""What the tests of the second engine share: expressions as text, with names typed by their first letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import Origin
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr.parse import parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.tree import Node, Scope, Type
from ced_cdisc.plan.model import Block, DatasetPlan, Line, StudyPlan, VariablePlan
from ced_cdisc.plan.raw import RawTable
from ced_cdisc.recompute import Value, evaluate, recompute

KINDS = {
    "n": Type.NUMBER,
    "s": Type.TEXT,
    "d": Type.DTC,
    "t": Type.TRUTH,
    "day": Type.DATE,
    "moment": Type.DATETIME,
}
"""Type of a test's name by its letters: n1, s, d2, t, day1, moment."""

NUMBERS = {"AVAL", "VISITNUM", "VISITDY", "EXDOSE", "XXSEQ", "ANL"}
"""Variables of the test studies that are numbers; those in DTC, START and END are dates, the rest is text."""


class Names:
    """Every name is known; its type is read off it."""

    def find(self, name: str, inside: str | None) -> tuple[Scope, Type]:
        short = name.rpartition(".")[2]
        letters = short.rstrip("0123456789")
        if letters in KINDS:
            return Scope.VARIABLE, KINDS[letters]
        if short in NUMBERS:
            return Scope.VARIABLE, Type.NUMBER
        return Scope.VARIABLE, Type.DTC if short.endswith(("DTC", "START", "END")) else Type.TEXT

    def unknown(self, name: str, inside: str | None) -> tuple[str, str]:
        raise AssertionError(name)

    def is_dataset(self, owner: str) -> bool:
        return True

    def is_own(self, owner: str) -> bool:
        return False


def tree_of(text: str) -> Node:
    """The resolved tree of an expression."""
    return resolve(parse(text), Names(), FUNCTIONS)


def value(text: str, **names: object) -> object:
    """The value of an expression; names are given as keywords."""
    return evaluate(tree_of(text), names.__getitem__)


WHERE = Location("test.yaml")


def line(variable: str, tree: str | Node) -> Line:
    """A line of a plan."""
    node = tree_of(tree) if isinstance(tree, str) else tree
    return Line(variable, node, node.type or Type.TEXT, "derive", WHERE, Origin("Derived"))


def lines(**trees: str | Node) -> tuple[Line, ...]:
    """Lines in the order given."""
    return tuple(line(variable, tree) for variable, tree in trees.items())


def block(number: int, source: str, kind: str = "raw", **more: object) -> Block:
    """A block of a plan."""
    return Block(number, source, kind, **{"lines": (), **more})


def dataset(
    name: str,
    *blocks: Block,
    kind: str = "sdtm",
    sort: tuple[str, ...] = ("USUBJID",),
    variables: tuple[VariablePlan, ...] = (),
    **more: object,
) -> DatasetPlan:
    """A dataset of a plan, with no more metadata than is asked for."""
    made = {"computed": (), "lines": (), **more}
    return DatasetPlan(
        name=name,
        kind=kind,
        label=name,
        domain=name,
        class_name="FINDINGS",
        structure="",
        blocks=blocks,
        sort=sort,
        variables=variables,
        where=WHERE,
        **made,
    )


def variable(name: str) -> VariablePlan:
    """A character variable of a plan."""
    return VariablePlan(name, name, "Char", Type.TEXT, "Req", "", None, Origin("Derived"), WHERE)


def raw(name: str, columns: str, key: str = "SUBJ", subject: str = "SUBJ") -> RawTable:
    """A raw table of a plan."""
    return RawTable(
        name, f"{name}.csv", "csv", tuple(columns.split()), WHERE, key=tuple(key.split()), subject=subject
    )


def study(tables: Iterable[RawTable], *datasets: DatasetPlan, visits: object = None) -> StudyPlan:
    """A plan; USUBJID is 'S-' and the subject. What the engine does not read is empty."""
    known = {
        "tables": {table.name: table for table in tables},
        "usubjid": tree_of("join('-', 'S', SUBJECT)"),
        "visits": visits,
        "datasets": tuple(datasets),
        "pooled": (),
        "folder": "",
    }
    return StudyPlan(**{name: known.get(name) for name in StudyPlan.__struct_fields__})


Raw = Mapping[str, Sequence[Mapping[str, str | None]]]


def table(header: str, *rows: str) -> list[dict[str, str | None]]:
    """Raw rows; a dot is missing."""
    return [
        {n: None if c == "." else c for n, c in zip(header.split(), row.split(), strict=True)} for row in rows
    ]


def shown(rows: Sequence[Mapping[str, Value]], variables: str) -> list[str]:
    """Rows as text, a dot for missing."""
    return [" ".join("." if row[v] is None else str(row[v]) for v in variables.split()) for row in rows]


def built(plan: StudyPlan, tables: Raw) -> dict[str, list[dict[str, Value]]]:
    """The rows of a study without faults."""
    done, faults = recompute(plan, tables)
    assert faults == []
    return done
