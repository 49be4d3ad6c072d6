"""The datasets of a build by name, of which those that are kept are read when somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping

import polars as pl

from ced_cdisc.core.blocks import Blocks


class Held(MutableMapping[str, pl.DataFrame]):
    """Frames by name. One that was put there as blocks is a frame once it was taken as one.

    Names, and whether one is there, are known without reading any.
    """

    def __init__(self, held: Mapping[str, pl.DataFrame | Blocks] | None = None) -> None:
        self._held: dict[str, pl.DataFrame | Blocks] = dict(held or {})

    def __getitem__(self, name: str) -> pl.DataFrame:
        one = self._held[name]
        if isinstance(one, Blocks):
            self._held[name] = one = one.frame()
        return one

    def __setitem__(self, name: str, data: pl.DataFrame | Blocks) -> None:
        self._held[name] = data

    def __delitem__(self, name: str) -> None:
        del self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __contains__(self, name: object) -> bool:
        return name in self._held

    def __len__(self) -> int:
        return len(self._held)

    def as_held(self, name: str) -> pl.DataFrame | Blocks:
        """A dataset as it is held."""
        return self._held[name]

    def of(self, name: str) -> Blocks:
        """A dataset as blocks, none of which is read."""
        one = self._held[name]
        return one if isinstance(one, Blocks) else Blocks.of(one)

    @property
    def blocks(self) -> Mapping[str, Blocks]:
        """All of them as blocks."""
        return {name: self.of(name) for name in self._held}

    def copy(self) -> Held:
        """The same datasets, to which others can be added."""
        return Held(self._held)
