"""Numbers of records that are kept from build to build: --SEQ pinned to what a record was made from.

Each SDTM record gets a hidden line :data:`KEY`, its identity in words: the source, the test, and the values
of the raw table's key (``vitals SYSBP SUBJ=001 VISIT=V1``); never a place in a file. Blocks that are alike in
source and test, as those of ``for``, are told apart by their number among them.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ced_cdisc.core.metadata import Method, Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.model import KEY, Block, DatasetPlan, Identity, Line, Pinned, StudyPlan
from ced_cdisc.plan.raw import RawTable

_METHOD = (
    "Number of the record within the subject, given once, in the order of the key variables, and kept in "
    "later builds; a later record gets the next number, and that of a removed record is not given again."
)


def pin(
    plan: StudyPlan,
    known: Mapping[str, Mapping[Identity, int]],
    highest: Mapping[str, Mapping[str, int]],
) -> StudyPlan:
    """The plan with pinned numbers.

    Args:
        plan: the study's plan.
        known: by dataset, the number of each record: (USUBJID, identity).
        highest: by dataset and subject, the highest number ever given.
    """
    made: list[DatasetPlan] = []
    for dataset in plan.datasets:
        if dataset.kind == "sdtm":
            dataset = replace(dataset, blocks=_with_keys(dataset.blocks, plan.tables))
        if dataset.kind == "sdtm" and dataset.numbered:
            name = dataset.numbered
            dataset = replace(
                dataset,
                pinned=Pinned(name, known.get(dataset.name, {}), highest.get(dataset.name, {})),
                lines=tuple(
                    replace(line, method=_kept(line.method)) if line.variable == name else line
                    for line in dataset.lines
                ),
                variables=tuple(
                    replace(variable, method=_kept(variable.method)) if variable.name == name else variable
                    for variable in dataset.variables
                ),
            )
        made.append(dataset)
    return replace(plan, datasets=tuple(made))


def _kept(method: Method | None) -> Method | None:
    return replace(method, text=_METHOD) if method is not None else None


def _with_keys(blocks: tuple[Block, ...], tables: Mapping[str, RawTable]) -> tuple[Block, ...]:
    made: list[Block] = []
    alike: dict[tuple[str, ...], int] = {}
    for block in blocks:
        if block.kind == "rows":
            rows = tuple({**row, KEY: _content(row)} for row in block.rows)
            made.append(replace(block, rows=rows))
            continue
        name = (block.source, *_test(block))
        alike[name] = alike.get(name, 0) + 1
        words = [*name, f"#{alike[name]}"] if alike[name] > 1 else [*name]
        made.append(replace(block, lines=(*block.lines, _key(block, " ".join(words), tables))))
    return tuple(made)


def _test(block: Block) -> tuple[str, ...]:
    """The code of the test that the block makes, if it makes one."""
    codes = [line.tree for line in block.lines if line.variable.endswith("TESTCD")]
    return tuple(str(node.value) for node in codes if isinstance(node, tree.Literal))


def _content(row: Mapping[str, str | float | None]) -> str:
    return " ".join(f"{name}={value}" for name, value in row.items() if value is not None)


def _key(block: Block, name: str, tables: Mapping[str, RawTable]) -> Line:
    parts: list[tree.Node] = [_text(name)]
    if block.kind == "dataset":
        parts.append(tree.Column(name=f"{block.source}.{KEY}", scope=Scope.DATASET, type=Type.TEXT))
    elif block.kind == "visits":
        number = tree.Column(name="visits.VISITNUM", scope=Scope.RAW, type=Type.NUMBER)
        parts.append(_join("=", _text("VISITNUM"), tree.Call(name="text", args=(number,), type=Type.TEXT)))
    else:
        for column in tables[block.source].key:
            value = tree.Column(name=f"{block.source}.{column}", scope=Scope.RAW, type=Type.TEXT)
            parts.append(_join("=", _text(column), value))
    if block.each is not None:
        part = tree.Column(name="each.NUMBER", scope=Scope.RAW, type=Type.NUMBER)
        parts.append(_join("", _text("part "), tree.Call(name="text", args=(part,), type=Type.TEXT)))
    node = _join(" ", *parts)
    origin = Origin("Assigned", "Sponsor")
    return Line(variable=KEY, tree=node, type=Type.TEXT, verb="assign", where=block.where, origin=origin)


def _join(separator: str, *parts: tree.Node) -> tree.Node:
    return tree.Call(name="join", args=(_text(separator), *parts), type=Type.TEXT)


def _text(value: str) -> tree.Literal:
    # of its own: the planner's would load the parsers, which a known plan does without
    return tree.Literal(value=value, type=Type.TEXT)
