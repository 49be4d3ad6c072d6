"""The cases of a rule: small tables in YAML that the rule has to pass, or to fail.

A case is a mapping. Keys in capitals are datasets: a list of records, or a mapping with ``label``,
``variables`` (a mapping of names to ``{label, type, length, format}``, for what the records do not tell) and
``records``. Keys in small letters: ``standard`` (a list of flags; by
default the versions that have tables), ``define`` (XML within MetaDataVersion),
``found`` (of a failing case: what is found, as ``AE.AESEQ 2``, one or a list; without it, any failure).

Metadata that a case does not give are those of the guide: label, type, and a length that fits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import polars as pl

from ced_cdisc.check.define.document import DefineDocument
from ced_cdisc.conformance.classify import make_dataset
from ced_cdisc.conformance.column import Column
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.rule import Rule
from ced_cdisc.conformance.run import run_rule
from ced_cdisc.conformance.standard import governing
from ced_cdisc.conformance.submission import Submission

_DEFINE = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" FileOID="F" FileType="Snapshot"><Study OID="S">'
    '<MetaDataVersion OID="M" Name="M" def:DefineVersion="2.1.0">{}</MetaDataVersion></Study></ODM>'
)
_STANDARD = ("SDTMIG=3.4", "ADaMIG=1.3", "CT=2024-09-27")


def failures_of(rule: Rule, case: dict[str, Any]) -> tuple[str, list[str]]:
    """The status of a rule on a case, and what it finds: ``AE.AESEQ 2``, or ``AE.AESEQ`` without records."""
    result = run_rule(submission_of(case), rule)
    found = [
        f"{f.dataset}{f'.{f.variable}' if f.variable else ''}{f' {f.count}' if f.count else ''}"
        for f in result.failures
    ]
    return result.status, found


def submission_of(case: dict[str, Any]) -> Submission:
    """The submission that a case describes."""
    defines: list[DefineDocument] = []
    if "define" in case:
        defines.append(DefineDocument(_DEFINE.format(case["define"]).encode(), "define.xml"))
    datasets = [_dataset(n, d, defines) for n, d in case.items() if n.isupper()]
    flags = cast("list[str]", case.get("standard", []))
    governs = governing(defines, [*_STANDARD, *flags])
    return Submission({d.name: d for d in datasets}, governs, tuple(defines))


def _dataset(name: str, described: Any, defines: Iterable[DefineDocument]) -> Dataset:
    whole: dict[str, Any] = {"records": described or []}
    if isinstance(described, dict):
        whole = cast("dict[str, Any]", described)
    records: list[dict[str, Any]] = whole.get("records", [])
    said: dict[str, dict[str, Any]] = {n: v or {} for n, v in whole.get("variables", {}).items()}
    names = list(dict.fromkeys([*said, *(n for row in records for n in row)]))
    texts = {n: [row.get(n) for row in records] for n in names}
    # The guide says the type where the case and its values do not.
    draft = make_dataset(name, "", pl.DataFrame(), [Column(n, "", "Char") for n in names])
    columns: list[Column] = []
    for n in names:
        known, values = draft.expected.get(n), [v for v in texts[n] if v is not None]
        numeric = (
            all(isinstance(v, int | float) for v in values) if values else bool(known and known.type == "Num")
        )
        kind = said.get(n, {}).get("type") or ("Num" if numeric else "Char")
        length = 8 if kind == "Num" else max([len(str(v).encode()) for v in values], default=1)
        columns.append(
            Column(
                n,
                said.get(n, {}).get("label", known.label if known else n.title()),
                kind,
                said.get(n, {}).get("length", length),
                said.get(n, {}).get("format", ""),
            )
        )
    frame = pl.DataFrame(
        [
            pl.Series(c.name, [float(v) if v is not None else None for v in texts[c.name]], pl.Float64)
            if c.type == "Num"
            else pl.Series(c.name, [None if v is None else str(v) for v in texts[c.name]], pl.String)
            for c in columns
        ]
    )
    label = whole.get("label", draft.ig.label if draft.ig else f"{name} Data")
    return make_dataset(name, label, frame, columns, file=f"{name.lower()}.xpt", defines=defines)
