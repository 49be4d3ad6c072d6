"""What the columns of a finished dataset hold, alone and by the value of others, read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from ced_cdisc.core.blocks import Blocks


class Held:
    """The different values of a dataset's columns, missing ones (None) among them.

    A small dataset is read once and kept as lists: to find its values takes less time than one query of
    polars for each. Of a large one each column is read where it is asked for.
    """

    def __init__(self, data: Blocks) -> None:
        self._data = data
        self._lists: dict[str, list[Any]] | None = None
        if data.is_small:
            self._lists = data.frame().to_dict(as_series=False)

    def __contains__(self, name: str) -> bool:
        return name in self._data.schema

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._data.columns

    def tell_apart(self, names: Sequence[str]) -> bool:
        """Whether no two rows agree in all of these columns, as files hold them."""
        if self._lists is not None:
            lists = [map(_held, self._lists[name]) for name in names]
            return len(set(zip(*lists, strict=True))) == self._data.height
        return self._data.is_unique(names)

    def values(self, name: str) -> AbstractSet[Any]:
        """The different values of a column."""
        if self._lists is not None:
            return set(self._lists[name])
        return set(self._data.values(name)[name].to_list())

    def rows(self, *names: str) -> Iterable[tuple[Any, ...]]:
        """What columns hold side by side, each combination once, in the order in which it first comes."""
        if self._lists is not None:
            return dict.fromkeys(zip(*(self._lists[name] for name in names), strict=True))
        return self._data.values(*names).iter_rows()

    def groups(self, by: tuple[str, ...], name: str) -> Iterator[tuple[tuple[Any, ...], AbstractSet[Any]]]:
        """The values of a column for each combination that the columns ``by`` hold."""
        if self._lists is not None:
            found: dict[tuple[Any, ...], set[Any]] = {}
            for row in self.rows(*by, name):
                found.setdefault(row[:-1], set()).add(row[-1])
            yield from found.items()
            return
        frame = self._data.values(*dict.fromkeys((*by, name)))
        for values, part in frame.partition_by(by, as_dict=True, maintain_order=True).items():
            yield values, set(part[name].to_list())


def _held(value: Any) -> Any:
    """A text as files hold it, which pad with blanks."""
    return (value.rstrip(" ") or None) if isinstance(value, str) else value
