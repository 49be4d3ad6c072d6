"""By which variables records are paired.

In this order: the keys that the user names; those of define.xml; the natural keys of the standard, completed
by timing variables and --SEQ until they are unique; the position of the record, which is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from ced_cdisc.standards.ig import load_sdtmig
from ced_cdisc.standards.keys import natural_keys
from ced_cdisc.standards.tables import UnknownStandard

_MORE = (
    r"VISITNUM|AVISITN|AVISIT|..DTC|..STDTC|ADT|ADTM|ASTDT|ASTDTM|..TPTNUM|ATPTN|..TPT|ATPT|DTYPE|BASETYPE|..CAT|"
    r"..SPEC|..LOC|..LAT|..METHOD|..EVAL|..REFID|..SPID|..LNKID"
)
_BDS = ("STUDYID", "USUBJID", "PARAMCD")
_OCCURRENCE = ("STUDYID", "USUBJID")


class Keys(Struct, frozen=True):
    """The key variables in order (none: records are paired by position), and where they come from."""

    names: tuple[str, ...]
    source: str


def choose_keys(
    dataset: str,
    shared: Sequence[str],
    defined: Sequence[tuple[str, Sequence[str]]],
    is_unique: Callable[[Sequence[str]], bool],
) -> Keys:
    """The keys of two datasets for which the user names none.

    Args:
        dataset: its name.
        shared: variables that both sides have.
        defined: for each define.xml: how it is named, and the key variables that it gives.
        is_unique: whether variables are unique in both sides; asked for keys of the standard only.
    """
    for source, names in defined:
        if names and set(names) <= set(shared):
            return Keys(tuple(names), source)
    base = [name for name in _standard(dataset, shared) if name in shared]
    if not base:
        return Keys((), "")
    more = [n for p in _MORE.split("|") for n in shared if re.fullmatch(p, n) and n not in base]
    numbers = [n for n in ("ASEQ", *sorted(shared)) if re.fullmatch(r"ASEQ|..SEQ", n) and n in shared]
    subject = [n for n in ("STUDYID", "USUBJID", *numbers[:1]) if n in shared]
    attempts = [tuple(base), (*base, *more)]
    if numbers and "USUBJID" in shared:
        attempts.append(tuple(dict.fromkeys(subject)))
    for names in dict.fromkeys(attempts):
        if is_unique(names):
            return Keys(names, "the standard" if names == attempts[0] else "the standard, completed")
    return Keys(attempts[0], "the standard")


def _standard(dataset: str, shared: Sequence[str]) -> tuple[str, ...]:
    if "PARAMCD" in shared:
        return _BDS
    if re.fullmatch(r"SQ.+", dataset) or {"RDOMAIN", "QNAM"} <= set(shared):
        return ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
    if dataset.startswith("AD") and "USUBJID" in shared:
        terms = [n for n in shared if re.fullmatch(r"..DECOD|..TERM|..TRT|ASTDT", n)]
        return (*_OCCURRENCE, *([] if dataset == "ADSL" else terms))
    for name in (dataset, dataset[:2]):  # a split dataset such as LBCH has the keys of LB
        try:
            return natural_keys(load_sdtmig().dataset(name))
        except UnknownStandard:
            continue
    return ()
