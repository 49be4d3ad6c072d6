"""The chain from a variable down to the raw columns that it comes from, in words and with spec lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from ced_cdisc.core.findings import Location, did_you_mean
from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.describe.lineage import Trace
from ced_cdisc.expr import tree
from ced_cdisc.expr.english import clause, listed, phrase
from ced_cdisc.plan.model import SUPP, Block, Computed, DatasetPlan, Line, Lookup, StudyPlan

_HIDDEN = re.compile(r"__\w+")
"""Variables that only others are made of."""
_TOPICS = ("PARAMCD", "TESTCD")


class Way(Struct, frozen=True):
    """One way in which a variable is made.

    Attributes:
        where: the line of the specs.
        words: what it gives, in English.
        of: what its records are of: ``PARAMCD CBF``, or empty where that is not one thing.
        rows: where its records come from: ``rows of ae for which ..``; empty for lines over a whole dataset.
    """

    where: Location
    words: str
    of: str = ""
    rows: str = ""


class Step(Struct, frozen=True):
    """A variable or raw column on a chain.

    Attributes:
        name: ``AE.AESTDY``, ``ae.AESTDT``; with the folder of a pooled study, ``controls/DM.AGE``.
        about: its label and kind; of a raw column its file and page.
        where: the place of a raw column in the contract.
        ways: how it is made, each place of the specs with what it says there; none of a raw column.
        reads: the names that it is made of, each a step of its own.
        read_by: of a raw column, what reads it in the whole study.
    """

    name: str
    about: str
    where: Location
    ways: tuple[Way, ...] = ()
    reads: tuple[str, ...] = ()
    read_by: tuple[str, ...] = ()


class UnknownName(Exception):
    """A name that the study does not have; the text says so, with the nearest known one."""


class Chains:
    """Chains of the variables and raw columns of a study.

    Args:
        plan: the whole study.
    """

    def __init__(self, plan: StudyPlan) -> None:
        self._plan = plan
        self._studies = {study.folder: study for study in plan.studies}
        self._traces: dict[str, Trace] = {}

    def chain(self, name: str) -> list[Step]:
        """A variable or raw column and all that it comes from, each once: what is read follows its reader.

        Raises:
            UnknownName: the study has none of that name.
        """
        made: dict[str, Step] = {}
        waiting = [self.known(name)]
        while waiting:
            one = waiting.pop()
            if one in made:
                continue
            made[one] = self.step(one)
            waiting += reversed([read for read in made[one].reads if read not in made])
        return list(made.values())

    def known(self, name: str) -> str:
        """The name as the study spells it.

        Raises:
            UnknownName: there is none.
        """
        if name in self._names:
            return name
        folded = {known.casefold(): known for known in self._names}
        if name.casefold() in folded:
            return folded[name.casefold()]
        owner, dot, _ = name.rpartition(".")
        if not dot:
            of = did_you_mean(name, {known.rpartition(".")[0] for known in self._names})
            first = next((one for one in self._names if f"mean {one.rpartition('.')[0]}?" in of), "")
            example = f", such as {first}" if first else ""
            raise UnknownName(f"{name} names no variable; write DATASET.VARIABLE or table.COLUMN{example}")
        among = [known for known in self._names if known.rpartition(".")[0].casefold() == owner.casefold()]
        hint = did_you_mean(name, among or self._names)
        if not hint and among:
            hint = f"it has {listed(sorted(one.rpartition('.')[2] for one in among), 'and')}"
        kind = "column" if among and self._dataset(among[0]) is None else "variable"
        there = f"{owner} has no {kind} {name.rpartition('.')[2]}" if among else ""
        raise UnknownName("; ".join(filter(None, (there or f"there is no variable {name}", hint))))

    def step(self, name: str) -> Step:
        """One step of a chain by its name as :meth:`known` gives it."""
        found = self._dataset(name)
        if found is None:
            return self._column(name)
        study, dataset, variable = found
        trace = self._traces.setdefault(study.qualified(dataset.name), Trace(dataset, study))
        place, about = self._about(dataset, variable)
        lineage = trace.lineage(variable, place)
        ways = [self._way(dataset, trace, line, block) for line, block in trace.lines(variable)]
        ways = ways or self._unmade(study, dataset, variable, place)
        read = [
            *(one for name in lineage.variables for one in self._resolved(study, dataset, name)),
            *(
                study.qualified(column)
                for column in lineage.columns
                if study.qualified(column) in self._names
            ),
        ]
        return Step(name, about, place, tuple(_joined(ways)), tuple(dict.fromkeys(read)))

    def variables(self, dataset: str) -> list[Step]:
        """The variables of a dataset, then its qualifiers, in their order, each as a step of its own."""
        folder, slash, short = dataset.rpartition("/")
        owners = (dataset, f"{folder}{slash}SUPP{short}")
        return [
            self.step(name) for owner in owners for name in self._names if name.rpartition(".")[0] == owner
        ]

    @cached_property
    def _names(self) -> dict[str, None]:
        """All names that can be asked for."""
        made: dict[str, None] = {}
        for study in self._plan.studies:
            for dataset in study.datasets:
                start = study.qualified(dataset.name)
                made |= dict.fromkeys(f"{start}.{variable.name}" for variable in dataset.variables)
                supp = study.qualified(f"SUPP{dataset.name}")
                made |= dict.fromkeys(f"{supp}.{one.name}" for one in dataset.supplemental)
            for table in study.tables.values():
                start = study.qualified(table.name)
                made |= dict.fromkeys(f"{start}.{column}" for column in table.columns)
        return made

    def _dataset(self, name: str) -> tuple[StudyPlan, DatasetPlan, str] | None:
        """The study, dataset and variable of a name; None for a raw column."""
        folder, _, rest = name.rpartition("/")
        owner, _, variable = rest.partition(".")
        for dataset in self._studies[folder].datasets if folder in self._studies else ():
            if dataset.name == owner:
                return self._studies[folder], dataset, variable
            if f"SUPP{dataset.name}" == owner:
                return self._studies[folder], dataset, SUPP + variable
        return None

    def _resolved(self, study: StudyPlan, reader: DatasetPlan, name: str) -> Iterator[str]:
        """The steps that a name read by a dataset stands for: analysis datasets read those of all studies."""
        owner, _, variable = name.partition(".")
        studies = self._plan.studies if reader.kind == "adam" else (study,)
        for one in studies:
            for known in (f"{owner}.{variable}", f"SUPP{owner}.{variable}"):
                if one.qualified(known) in self._names:
                    yield one.qualified(known)
                    break

    def _about(self, dataset: DatasetPlan, variable: str) -> tuple[Location, str]:
        for one in dataset.variables:
            if one.name == variable:
                return one.where, f"{one.label} ({one.type}, {one.origin.type})"
        for one in dataset.supplemental:
            if SUPP + one.name == variable:
                return one.where, f"{one.label} (qualifier of {dataset.name}, {one.origin.type})"
        return dataset.where, ""

    def _way(self, dataset: DatasetPlan, trace: Trace, line: Line, block: Block | None) -> Way:
        made_of = block.lines if block is not None else self._computed(dataset, line)
        words = _with_hidden(_words(line), trace)
        return Way(line.where, words, _topic(made_of), _rows(block) if block is not None else "")

    def _computed(self, dataset: DatasetPlan, line: Line) -> tuple[Line, ...]:
        """The lines beside one of computed records."""
        parts: list[Computed] = [one for one in dataset.computed if any(own is line for own in one.lines)]
        return parts[0].lines if parts else ()

    def _unmade(self, study: StudyPlan, dataset: DatasetPlan, variable: str, place: Location) -> list[Way]:
        """How a variable without lines comes about."""
        written = [block for block in dataset.blocks if any(variable in row for row in block.rows)]
        if written:
            return [Way(block.where, "Written out with the records.") for block in written]
        if variable == dataset.person and any(block.kind == "raw" for block in dataset.blocks):
            said = phrase(study.usubjid, FUNCTIONS)
            return [Way(place, f"{said[:1].upper()}{said[1:]}, for the subject of each raw record.")]
        if dataset.relations:
            return [Way(one.where, "Of the records that the relation links.") for one in dataset.relations]
        return [Way(place, "Filled in by the standard.")]

    def _column(self, name: str) -> Step:
        folder, _, rest = name.rpartition("/")
        study = self._studies[folder]
        owner, _, column = rest.partition(".")
        table = study.tables[owner]
        about = f"raw column of {table.file}"
        if table.sheet:
            about += f", sheet {table.sheet}"
        if table.page is not None:
            about += f", form {table.form or table.name} from page {table.page}"
        if column in table.exclude and column not in table.readers:
            about += f"; left out: {table.exclude[column]}"
        return Step(name, about, table.places.get(column, table.where), read_by=table.readers.get(column, ()))


def _words(line: Line) -> str:
    """What a line gives, as a sentence."""
    if line.method is not None:
        return line.method.text
    if line.verb == "absent":
        return f"Holds no data: {line.comment.text}" if line.comment is not None else "Holds no data."
    said = phrase(line.tree, FUNCTIONS)
    if isinstance(line.tree, tree.Literal):
        return f"The constant {said}."
    return f"{said[:1].upper()}{said[1:]}." if " " in said else f"{said}."


def _with_hidden(words: str, trace: Trace) -> str:
    """Words in which names that no dataset shows (``__take1``) are told, and written without their mark."""
    told: list[str] = []
    waiting = _HIDDEN.findall(words)
    while waiting:
        name = waiting.pop(0)
        if name not in told:
            told.append(name)
            said = [clause(line.tree, FUNCTIONS) for line, _ in trace.lines(name)]
            if said:
                words += f" Here {name} is {listed(list(dict.fromkeys(said)), 'or')}."
                waiting += _HIDDEN.findall(words)
    return _HIDDEN.sub(lambda match: match[0].removeprefix("__"), words)


def _topic(lines: tuple[Line, ...]) -> str:
    """What the records of lines are of, where one constant says it: ``PARAMCD CBF``."""
    for line in lines:
        if line.variable.endswith(_TOPICS) and isinstance(line.tree, tree.Literal):
            return f"{line.variable} {line.tree.value}"
    return ""


def _rows(block: Block) -> str:
    """Where the records of a block come from, in words."""
    if block.kind == "rows" or not block.source:
        return ""
    text = f"rows of {block.source}"
    if block.lookups:
        text += f" with {listed(list(map(_looked_up, block.lookups)), 'and')}"
    if block.each is not None:
        text += f", one for each part of {block.each[0]}"
    if block.keep is not None:
        text += f" for which {clause(block.keep, FUNCTIONS)}"
    return text


def _looked_up(lookup: Lookup) -> str:
    """A look-up in words: ``aex by AENO``."""
    text = lookup.name
    if lookup.on:
        text += f" by {listed([right for _, right in lookup.on], 'and')}"
    return text if lookup.keep is None else f"{text} where {clause(lookup.keep, FUNCTIONS)}"


def _joined(ways: list[Way]) -> Iterator[Way]:
    """The ways without those that say the same of the same place."""
    yield from dict.fromkeys(ways)
