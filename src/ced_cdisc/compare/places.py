"""Where differences are: one value of a subject, parameter, test or visit variable that they all share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.compare.model import ComparedTable
from ced_cdisc.compare.pairing import Pairing
from ced_cdisc.compare.showing import value_text

_LEAST = 3
_MOST_VALUES = 3
# In the order in which a programmer thinks of them.
_NAMES = (
    r"PARAMCD|..TESTCD|QNAM|RDOMAIN|..DECOD|..TRT|..CAT|..SCAT|AVISIT|VISIT|AVISITN|VISITNUM|..TPT|ATPT|DTYPE|"
    r"BASETYPE|..SPEC|..METHOD|ANL01FL|ABLFL|TRT01A|TRTA|ARMCD|SITEID|USUBJID|SUBJID|STUDYID"
)


class Places:
    """Finds what the records of a difference have in common.

    Args:
        table: side A, whose values are looked at.
        pairing: the pairs.
        names: variables of both sides.
        known: the columns of A that are in memory already.
    """

    def __init__(
        self, table: ComparedTable, pairing: Pairing, names: Sequence[str], known: pl.DataFrame
    ) -> None:
        self._table = table
        self._pairing = pairing
        self._known = known
        order = _NAMES.split("|")
        matched = [(i, n) for n in names for i, p in enumerate(order) if re.fullmatch(p, n)]
        self._names = list(dict.fromkeys(name for _, name in sorted(matched)))

    @cached_property
    def _columns(self) -> dict[str, pl.Series]:
        """The values of the pairs; texts, of which few are different, as categories of four bytes each."""
        found: dict[str, pl.Series] = {}
        for name in self._names:
            whole = self._known[name] if name in self._known.columns else self._table.column(name)
            column = self._pairing.of_a(whole)
            found[name] = column.cast(pl.Categorical) if column.dtype == pl.String else column
        return found

    def shared(self, pairs: NDArray[np.uint32], but: str = "") -> str:
        """What all of the pairs, and not all records, have in common, or an empty text.

        Of several variables the one whose value says most: of which the largest part of the records differs.

        Args:
            pairs: the differing pairs.
            but: the variable that differs, which is no place.
        """
        if len(pairs) < _LEAST:
            return ""
        best: tuple[float, str] = (0.0, "")
        for name, column in self._columns.items():
            if name == but:
                continue
            here = column.gather(pl.Series(pairs)).unique()
            if len(here) > _MOST_VALUES or here.null_count():
                continue
            total = int(column.is_in(here).sum())
            if total == len(column) or len(pairs) < _LEAST * len(here):
                continue
            share = len(pairs) / total
            if share > best[0]:
                values = sorted(value_text(v) for v in here.to_list())
                said = f"{name}={values[0]}" if len(values) == 1 else f"{name} in ({', '.join(values)})"
                many = len(here) > 1
                if total == len(pairs):
                    best = (share, f"exactly the records with {said}")
                else:
                    best = (
                        share,
                        f"all with {said} ({len(pairs):,} of {'their' if many else 'its'} {total:,})",
                    )
        return best[1]
