"""Questions put to a block of records: those that share their columns are one step of polars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import ROW, Answer, Look, Question, ValueQuestion
from ced_cdisc.conformance.records import Block


class Asking:
    """A look that is under way.

    Attributes:
        error: why it cannot be carried out.
    """

    def __init__(self) -> None:
        self.error: pl.exceptions.PolarsError | None = None


class AskedQuestion(Asking):
    """A question, and what was found so far."""

    def __init__(self, look: Question) -> None:
        super().__init__()
        self.look = look
        self._looked = self._follow = self._told_of = self._seen = 0
        self._bad: list[pl.DataFrame] = []
        self._is_lost = False
        """It is settled that there is no answer."""

    @property
    def is_open(self) -> bool:
        """Whether it needs the blocks to come."""
        return self.error is None and not self._is_lost

    @property
    def needs(self) -> set[str]:
        """The columns that it looks at and shows."""
        look = self.look
        found = {name for one in (look.of, look.wrong) if one is not None for name in one.meta.root_names()}
        return found | set(look.dataset.shown(look.variable, *look.show))

    def expressions(self, number: int, skipped: int) -> dict[str, pl.Expr]:
        """The numbers that are asked of a block but for its first records, by names that end in this one.

        Questions with the same ``of`` share the number of records that they look at.
        """
        look, asked = self.look, dict[str, pl.Expr]()
        if look.of is not None and look.looked is None:
            asked[f"of{id(look.of)}"] = (
                pl.len() - skipped if self._is_of_all else _behind(look.of, skipped).sum()
            )
        if look.way is None:
            asked[f"bad{number}"] = _behind(self._chosen, skipped).any()
        return asked

    @cached_property
    def _is_of_all(self) -> bool:
        return self.look.of is not None and self.look.of.meta.is_literal()

    @cached_property
    def _chosen(self) -> pl.Expr:
        """True for the records at fault."""
        of, wrong = self.look.of, self.look.wrong
        return wrong if of is None or self._is_of_all else of & wrong

    def take(
        self,
        block: Block,
        frame: pl.DataFrame,
        told: Mapping[str, int],
        way: pl.Series | None,
        number: int,
        skipped: int,
    ) -> None:
        """Take in what a block says: the numbers, and the column of its way but for the first records."""
        look = self.look
        self._looked += told.get(f"of{id(look.of)}") or 0
        if way is not None and look.told is not None:
            follow, can_say = int(way.sum() or 0), len(way) - way.null_count()
            self._follow += follow
            self._told_of += can_say
            self._looked += can_say if look.of is None else 0
            self._seen += frame.height - skipped
            left = look.dataset.height - self._seen
            if not look.told(self._follow + left, self._told_of + left):
                self._is_lost, self._bad = True, []
                return
            is_bad = follow < can_say
        else:
            is_bad = bool(told[f"bad{number}"])
        if is_bad:
            bad = frame.select(self._chosen.fill_null(value=False).alias("bad")).to_series()
            if len(bad) < frame.height:
                bad = pl.repeat(bool(bad[0]), frame.height, eager=True)
            if skipped:
                bad = bad.scatter(range(skipped), False)
            if bad.any():
                self._bad.append(look.dataset.at_fault(block, frame, bad, look.variable, *look.show))

    @property
    def is_way(self) -> bool:
        """Whether it has a way, and that is the way of the dataset."""
        look = self.look
        return not self._is_lost and look.told is not None and look.told(self._follow, self._told_of)

    def lose(self) -> None:
        """There is nothing to look at."""
        self._is_lost = True

    def given(self, asked: Mapping[Question, AskedQuestion]) -> list[Look] | pl.exceptions.PolarsError:
        """The answer, if there is one."""
        look = self.look
        if self.error is not None:
            return self.error
        if self._is_lost or (look.told is not None and not self.is_way):
            return []
        if any(asked[other].is_way for other in look.instead_of):
            return []
        looked = self._looked if look.looked is None else look.looked
        return [Answer(look.dataset, look.variable, looked, bool(self._bad), joined(self._bad), look.words)]


def _behind(column: pl.Expr, skipped: int) -> pl.Expr:
    """A column without the first records."""
    return column.slice(skipped) if skipped else column


class AskedValues(Asking):
    """A question about values, and what was found so far."""

    def __init__(self, look: ValueQuestion) -> None:
        super().__init__()
        self.look = look
        self._bad: dict[str, list[pl.DataFrame]] = {}

    @property
    def expression(self) -> pl.Expr:
        """What is wrong, in a question that has an expression."""
        assert isinstance(self.look.wrong, pl.Expr)
        return self.look.wrong

    def ask(self, block: Block, name: str) -> None:
        """Take in the values of a variable that a block has."""
        wrong = self.look.wrong
        if isinstance(wrong, pl.Expr):
            bad = block.values(name).to_frame("value").filter(wrong)["value"]
        else:
            chosen = [one for one in block.listed(name) if wrong(one)] if callable(wrong) else sorted(wrong)
            if not chosen:
                return
            bad = pl.Series("value", chosen, block.frame.schema[name])
        rows = block.frame.select(pl.col(name).is_in(bad.implode()).fill_null(value=False)).to_series()
        if rows.any():
            found = self.look.dataset.at_fault(block, block.frame, rows, name, *self.look.show)
            self._bad.setdefault(name, []).append(found)

    def given(self, asked: Mapping[Question, AskedQuestion]) -> list[Look] | pl.exceptions.PolarsError:
        """An answer for each variable that has wrong values, and one for all others."""
        if self.error is not None:
            return self.error
        data, words = self.look.dataset, self.look.words
        filled = {name: data.height - data.records_held.missing(name) for name in self.look.variables}
        found: list[Look] = []
        for name, looked in filled.items():
            if name in self._bad:
                found.append(
                    Answer(data, name, looked, failed=True, bad=joined(self._bad[name]), words=words)
                )
        right = sum(looked for name, looked in filled.items() if name not in self._bad)
        return [*found, Answer(data, "", right, failed=False)] if right or not found else found


def joined(parts: Sequence[pl.DataFrame]) -> pl.DataFrame | None:
    """The records at fault of all blocks, in the order of the file; None of none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    whole = pl.concat(parts)
    return whole if whole[ROW].is_sorted() else whole.sort(ROW)


def ask_questions(block: Block, asked: Iterable[AskedQuestion], skipped: int = 0) -> None:
    """Put questions to a block; its first records may be there to be compared with alone."""
    groups: dict[int, list[AskedQuestion]] = {}
    for one in asked:
        if one.is_open:
            groups.setdefault(id(one.look.beside), []).append(one)
    together: list[_Together] = []
    for group in groups.values():
        beside = group[0].look.beside
        try:
            frame = block.frame if beside is None else beside(block)
        except pl.exceptions.PolarsError as error:
            for one in group:
                one.error = error
            continue
        if frame is None:
            for one in group:
                one.lose()
            continue
        if not any(one.add(frame, group) for one in together):
            together.append(_Together(block.frame, frame, group))
    for one in together:
        one.ask(block, skipped)


class _Together:
    """Questions whose further columns have different names, so that they can be asked of one frame."""

    def __init__(self, plain: pl.DataFrame, frame: pl.DataFrame, asked: Iterable[AskedQuestion]) -> None:
        self._plain = plain
        self._known = set(plain.columns)
        self._more: dict[str, pl.Series] = {}
        self._asked: list[tuple[AskedQuestion, pl.DataFrame]] = []
        self.add(frame, asked)

    def add(self, frame: pl.DataFrame, asked: Iterable[AskedQuestion]) -> bool:
        """Take in questions to a frame, if their further columns have other names."""
        names = [name for name in frame.columns if name not in self._known]
        if any(name in self._more for name in names):
            return False
        self._more |= {name: frame[name] for name in names}
        self._asked += [(one, frame) for one in asked]
        return True

    def ask(self, block: Block, skipped: int) -> None:
        """Put them."""
        frame = self._plain.hstack(list(self._more.values())) if self._more else self._plain
        try:
            _ask(block, frame, self._asked, skipped)
        except pl.exceptions.PolarsError:
            for one, own in self._asked:
                try:
                    _ask(block, own, [(one, own)], skipped)
                except pl.exceptions.PolarsError as error:
                    one.error = error


def _ask(
    block: Block, frame: pl.DataFrame, asked: Sequence[tuple[AskedQuestion, pl.DataFrame]], skipped: int
) -> None:
    every: dict[str, pl.Expr] = {}
    for number, (one, _) in enumerate(asked):
        every |= one.expressions(number, skipped)
    told = frame.select(**every).row(0, named=True) if every else {}
    # A way is looked at whole: both how many follow it and of how many it can be said are read off it.
    columns = {
        f"way{number}": _behind(each.look.way, skipped)
        for number, (each, _) in enumerate(asked)
        if each.look.way is not None
    }
    ways = frame.select(**columns) if columns else frame
    for number, (one, own) in enumerate(asked):
        way = ways.get_column(f"way{number}") if one.look.way is not None else None
        try:
            one.take(block, own, told, way, number, skipped)
        except pl.exceptions.PolarsError as error:
            one.error = error


def ask_values(block: Block, data: Dataset, asked: Sequence[AskedValues]) -> None:
    """Put questions about values to a block."""
    together: list[AskedValues] = []
    by_name: dict[str, list[AskedValues]] = {}
    for one in asked:
        if one.error is not None:
            continue
        names, is_expression = one.look.variables, isinstance(one.look.wrong, pl.Expr)
        if is_expression and len(names) > 1 and not data.records_held.is_large:
            together.append(one)
            continue
        for name in names:
            if is_expression:
                by_name.setdefault(name, []).append(one)
            else:
                one.ask(block, name)
    if together:
        _ask_values(block, block.texts(data.texts()), [(one, one.look.variables) for one in together])
    for name, about in by_name.items():
        _ask_values(block, block.values(name), [(one, (name,)) for one in about])


def _ask_values(
    block: Block, values: pl.Series, asked: Sequence[tuple[AskedValues, tuple[str, ...]]]
) -> None:
    """Put expressions to values, and where one is wrong look for it in each of the variables."""
    every = [one.expression.any().alias(f"bad{number}") for number, (one, _) in enumerate(asked)]
    try:
        told = values.to_frame("value").select(every).row(0)
    except pl.exceptions.PolarsError as error:
        if len(asked) == 1:
            asked[0][0].error = error
            return
        for one in asked:
            _ask_values(block, values, [one])
        return
    for (one, names), is_bad in zip(asked, told, strict=True):
        for name in names if is_bad else ():
            one.ask(block, name)
