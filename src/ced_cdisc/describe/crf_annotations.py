"""What is written beside each raw column on the annotated CRF: the variables that it goes into, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from ced_cdisc.core.metadata import OriginType
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns
from ced_cdisc.plan.crf_pages import collected
from ced_cdisc.plan.model import SUPP, Block, DatasetPlan, Line, StudyPlan, prefix_of
from ced_cdisc.plan.persons import READER
from ced_cdisc.plan.raw import RawTable
from ced_cdisc.plan.texts import IN_DOMAIN, part_name

_FIXED = ("STUDYID", "DOMAIN")
_RESULT = ("ORRES", "ORRESU")
_VISIT = ("VISITNUM", "VISIT", "VISITDY")
_TIMES = ("visits.START", "visits.END")
_NOT_VALUES = {
    "where": "chooses the records of",
    "with": "finds the records of other tables for",
    "each": "is taken apart into the records of",
    "checks": "is compared with other fields in",
}


class Annotation(Struct, frozen=True):
    """One annotation of a column.

    Attributes:
        dataset: the dataset whose colour it has: AE for AE and SUPPAE; empty for what several share.
        text: ``AE.AESEV``, ``VS.VSORRES where VSTESTCD = SYSBP``.
        codes: the raw codes and what is written for them.
    """

    dataset: str
    text: str
    codes: tuple[tuple[str, str], ...] = ()


class _Use(Struct):
    """The lines of one variable that read one column, and the values that they give for it."""

    blocks: list[Block] = field(default_factory=list[Block])
    origins: set[OriginType] = field(default_factory=set[OriginType])
    codes: dict[tuple[str, str], None] = field(default_factory=dict[tuple[str, str], None])
    constants: dict[str, None] = field(default_factory=dict[str, None])


class Annotations:
    """The annotations of the columns of a study."""

    def __init__(self, plan: StudyPlan) -> None:
        self._plan = plan
        self._tabulations = [dataset for dataset in plan.datasets if dataset.kind == "sdtm"]
        self._visits: list[str] = []
        self._uses: dict[tuple[str, str], dict[tuple[str, str], _Use]] = {}
        self._sources: dict[tuple[str, str, str], dict[int, set[str]]] = {}
        """By table, dataset and variable: the columns that the variable comes from, by block."""
        self._consts: dict[int, dict[str, str]] = {}
        for dataset in self._tabulations:
            self._read(dataset)

    def of(self, table: RawTable, column: str) -> tuple[Annotation, ...]:
        """What a column goes into, in the order of the datasets and of their lines."""
        made: list[Annotation] = []
        if column in table.subject_columns or READER in table.readers.get(column, ()):
            made.append(Annotation("", "USUBJID"))
        readers = table.readers.get(column, ())
        found = self._uses.get((table.name, column), {})
        visits: list[str] = []
        holders = {name for name, _ in found}
        for dataset in self._tabulations:
            for (name, variable), use in found.items() if dataset.name in holders else ():
                if name == dataset.name and variable in _VISIT and "Collected" not in use.origins:
                    visits.append(name)
                elif name == dataset.name:
                    made += self._annotations(dataset, variable, use, table.name)
        made += self._of_visits(table, column, readers, visits)
        made += self._of_days(table, column, is_alone=not made)
        names = {dataset.name for dataset in self._tabulations}
        for reader in readers:  # a build of some datasets shows what the others take, too
            owner, dot, _ = reader.partition(".")
            if dot and owner.removeprefix("SUPP") not in names:
                made.append(Annotation(owner.removeprefix("SUPP"), reader))
        return tuple(made)

    def _read(self, dataset: DatasetPlan) -> None:
        for block in dataset.blocks:
            self._consts[id(block)] = {
                line.variable: _text(line.tree)
                for line in block.lines
                if isinstance(line.tree, tree.Literal) and line.tree.value is not None
            }
            for line in block.lines:
                self._note(dataset, line, block)
                if block.kind == "visits" and {n.name for n in columns(line.tree)} & set(_TIMES):
                    self._visits.append(f"{dataset.name}.{line.variable}")
        for line in (*(line for part in dataset.computed for line in part.lines), *dataset.lines):
            self._note(dataset, line, None)

    def _note(self, dataset: DatasetPlan, line: Line, block: Block | None) -> None:
        if line.verb == "absent":
            return
        read = (
            collected(line.tree, block.each[0] if block.each is not None else "")
            if block is not None and line.verb == "collect"
            else _read_columns(line.tree, block)
        )
        names = [name for name in dict.fromkeys(read) if name[0] in self._plan.tables]
        if not names:
            return
        codes = [
            (node, _read_columns(node.of, block))
            for node in tree.walk(line.tree)
            if isinstance(node, tree.Recode)
        ]
        constants = dict.fromkeys(_branches(line.tree) if line.verb in ("assign", "protocol") else ())
        for table, column in names:
            uses = self._uses.setdefault((table, column), {})
            use = uses.setdefault((dataset.name, line.variable), _Use())
            use.origins.add(line.origin.type)
            if block is not None:
                use.blocks.append(block)
                sources = self._sources.setdefault((table, dataset.name, line.variable), {})
                sources.setdefault(id(block), set()).add(column)
            for node in (node for node, read in codes if (table, column) in read):
                use.codes |= dict.fromkeys(node.pairs)
                if node.otherwise is not None:
                    use.codes["other", node.otherwise] = None
            use.constants |= constants

    def _annotations(
        self, dataset: DatasetPlan, variable: str, use: _Use, table: str
    ) -> Iterator[Annotation]:
        owner = f"SUPP{dataset.name}" if variable.startswith(SUPP) else dataset.name
        short = variable.removeprefix(SUPP)
        end = f" = {' or '.join(use.constants)}" if use.constants else ""
        end += self._condition(dataset, variable, use, table)
        if not use.constants and "Collected" not in use.origins:
            end += " (assigned)" if use.origins == {"Assigned"} else " (derived)"
        names = [f"{owner}.{short}", *_parts(dataset, variable)]
        for name in names:
            yield Annotation(dataset.name, name + end, tuple(use.codes) if name == names[0] else ())

    def _condition(self, dataset: DatasetPlan, variable: str, use: _Use, table: str) -> str:
        """What tells the records into which this column goes from those of other columns of the table."""
        mine = {id(block) for block in use.blocks}
        read = self._sources.get((table, dataset.name, variable), {})
        here = {column for block in mine for column in read[block]}
        others = {block for block in read.keys() - mine if not read[block] <= here}
        if not mine:
            return ""
        code = f"{prefix_of(dataset.domain)}TESTCD"
        parts: list[str] = []
        for name in self._telling(use.blocks[0], code):
            values = dict.fromkeys(self._consts[block].get(name, "") for block in (id(b) for b in use.blocks))
            if "" in values:
                continue
            beyond = {block for block in others if self._consts[block].get(name) not in values}
            always = name == code and not parts and variable[len(code) - 6 :] in _RESULT and len(values) == 1
            if beyond or always:
                listed = list(values)
                parts.append(
                    f"{name} = {listed[0]}" if len(listed) == 1 else f"{name} in ({_values(listed)})"
                )
                others -= beyond
            elif not others:
                break
        return " where " + " and ".join(parts) if parts else ""

    def _telling(self, block: Block, code: str) -> list[str]:
        """The variables with a constant in a block, those first that say what a record is about."""
        names = [name for name in self._consts[id(block)] if name not in _FIXED]
        prefix = code[:2]
        first = [code, *(prefix + end for end in ("TRT", "TERM", "OBJ", "LOC", "TPTNUM"))]
        return [*(n for n in first if n in names), *(n for n in names if n not in first)]

    def _of_visits(
        self, table: RawTable, column: str, readers: Iterable[str], derived: Iterable[str]
    ) -> Iterator[Annotation]:
        """The visit of a row names that of its records; its date is one of the dates of the visit."""
        rows = [*(r.partition(" ")[0] for r in readers if r.endswith(" visit")), *derived]
        listed = self._plan.visits.tables if self._plan.visits is not None else ()
        witness = next((one for one in listed if one[0] == table.name), None)
        dated = witness is not None and witness[2] == column
        if dated:
            for name in self._visits:
                yield Annotation(name.partition(".")[0], f"{name} (derived)")
        named = (witness is not None and witness[1] == column) or (rows and not self._is_date(table, column))
        if named:
            owners = [*rows, *(["SV"] if witness is not None and self._visits else [])]
            end = f" in {', '.join(dict.fromkeys(owners))}" if owners else ""
            yield Annotation("", f"VISIT, VISITNUM{end}")

    def _of_days(self, table: RawTable, column: str, *, is_alone: bool) -> Iterator[Annotation]:
        """A date that decides which visit a record is of: always where no column names it, else at times."""
        plan = self._plan.visits
        decides = plan is not None and bool(plan.windows or plan.unscheduled)
        owners = {
            dataset.name: None
            for dataset in self._tabulations
            for block in dataset.blocks
            if block.source == table.name and block.visit is not None
            if block.visit[1].rpartition(".")[2] == column and (is_alone or not block.visit[0])
        }
        if decides and owners:
            yield Annotation("", f"VISIT, VISITNUM in {', '.join(owners)} (derived)")

    def _is_date(self, table: RawTable, column: str) -> bool:
        """Whether a column is the date of the table's visits."""
        pairs = (b.visit for d in self._tabulations for b in d.blocks if b.source == table.name and b.visit)
        return any(date.rpartition(".")[2] == column for _, date in pairs)


def not_submitted(table: RawTable, column: str) -> str:
    """Why a column goes into no variable."""
    readers = table.readers.get(column, ())
    if not readers:
        return table.exclude.get(column, "Nothing reads it.")
    said: dict[str, list[str]] = {}
    for reader in readers:
        owner, _, use = reader.partition(" ")
        if use in _NOT_VALUES:
            said.setdefault(_NOT_VALUES[use], []).append(owner)
    texts = [f"{words} {', '.join(dict.fromkeys(owners))}" for words, owners in said.items()]
    if "key" in readers:
        texts.append("tells the rows of a subject apart")
    if "duplicates" in readers:
        texts.append("tells which version of a row counts")
    if any(reader == "visits" or reader.endswith(" visit") for reader in readers):
        texts.append("dates the visit")
    text = "; ".join(texts) or "only a condition reads it"
    return f"{text[0].upper()}{text[1:]}."


def _read_columns(node: tree.Node, block: Block | None) -> list[tuple[str, str]]:
    """All columns below a node, with what they are of."""
    found: list[tuple[str, str]] = []
    for below in columns(node):
        name = block.each[0] if below.owner == "each" and block and block.each else below.name
        found.append((name.partition(".")[0], name.rpartition(".")[2]))
    return found


def _branches(node: tree.Node) -> Iterator[str]:
    """The constants that a line gives under its conditions."""
    if isinstance(node, tree.Literal) and node.value is not None:
        yield _text(node)
    elif isinstance(node, tree.Call) and node.name == "if":
        for branch in node.args[1:]:
            yield from _branches(branch)


def _text(literal: tree.Literal) -> str:
    value = literal.value
    if isinstance(value, float):
        return literal.digits or f"{value:g}"
    return str(value)


def _values(values: list[str]) -> str:
    """Values as a list; in quotation marks where one holds the comma that parts them."""
    marked = [f'"{one}"' for one in values] if any("," in one for one in values) else values
    return ", ".join(marked)


def _parts(dataset: DatasetPlan, variable: str) -> Iterator[str]:
    """The variables and qualifiers in which the long texts of a variable go on."""
    qualifiers = {one.name: one for one in dataset.supplemental}
    variables: Mapping[str, object] = {one.name: one for one in dataset.variables}
    short = variable.removeprefix(SUPP)
    whole = qualifiers.get(short) if variable.startswith(SUPP) else None
    split = whole.split if whole else any(one.name == variable and one.split for one in dataset.variables)
    for number in range(1, 100 if split else 1):
        name = part_name(short, number)
        if short in IN_DOMAIN and name in variables:
            yield f"{dataset.name}.{name}"
        elif short not in IN_DOMAIN and name in qualifiers:
            yield f"SUPP{dataset.name}.{name}"
        else:
            return
