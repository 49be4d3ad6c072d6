"""SAS formats and lengths that lines plan: whether a variable of the type can have them."""

from __future__ import annotations

import re

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.core.metadata import XPT_TEXT_BYTES
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.values import Target
from ced_cdisc.plan.model import SUPP
from ced_cdisc.spec.models import LineSpec

_FORMAT = re.compile(r"(\$?)([A-Z_](?:[A-Z0-9_]*[A-Z_])?)?([0-9]*)\.([0-9]*)", re.IGNORECASE)
_PARTS = ("DDMMYY", "MMDDYY", "YYMMDD", "MMYY", "YYMM", "YYQ", "YYQR")
_DATES = {
    *(
        "B8601DA",
        "E8601DA",
        "IS8601DA",
        "DATE",
        "DAY",
        "DOWNAME",
        "JULDAY",
        "JULIAN",
        "MONNAME",
        "MONTH",
        "MONYY",
    ),
    *("NLDATE", "QTR", "QTRR", "WEEKDATE", "WEEKDATX", "WEEKDAY", "WEEKU", "WEEKV", "WEEKW", "WORDDATE"),
    *(
        "WORDDATX",
        "YEAR",
        "YYMON",
        "EURDFDD",
        "EURDFDE",
        "EURDFDN",
        "EURDFMN",
        "EURDFMY",
        "EURDFWDX",
        "EURDFWKX",
    ),
    *(f"{parts}{between}" for parts in _PARTS for between in ("", *"BCDNPS")),
}
_DATETIMES = {
    *(f"{iso}8601{form}" for iso in ("B", "E", "IS") for form in ("DN", "DT", "DX", "DZ", "LX")),
    *("DATEAMPM", "DATETIME", "DTDATE", "DTMONYY", "DTWKDATX", "DTYEAR", "DTYYQC", "MDYAMPM", "NLDATM"),
}
_OF_TYPE = {Type.DATE: (_DATES, "DATE9."), Type.DATETIME: (_DATETIMES, "DATETIME20.")}


def check_format(shown: str, kind: Type, spec: LineSpec, findings: Findings) -> None:
    """CED055: a format that is none of SAS, or that a variable of the type cannot have.

    A variable of dates has one of the formats for dates, one of dates and times one for these. A number may
    have a format of the sponsor's own, which is not known here, but none for dates.
    """
    if spec.format is None:
        return
    text, where = str(spec.format), spec.format.where
    match = _FORMAT.fullmatch(text)
    known, usual = _OF_TYPE.get(kind, (set[str](), "$20." if kind in (Type.TEXT, Type.DTC) else "8.2"))
    problem, hint = "", f"write it like {usual}"
    if match is None or not any(match.groups()):
        problem = f"'{text}' is no SAS format"
        hint = f"did you mean {text}.?" if _FORMAT.fullmatch(f"{text}.") else hint
    elif kind in (Type.TEXT, Type.DTC):
        problem = "" if match[1] else f"{text} is a format of numbers, and {shown} is text"
    elif match[1]:
        problem = f"{text} is a format of texts, and {shown} is {kind.value}"
    elif kind in _OF_TYPE and (match[2] or "").upper() not in known:
        problem = f"{text} is no format of a {kind.value}, as {shown} is"
    elif kind is Type.NUMBER and (match[2] or "").upper() in _DATES | _DATETIMES:
        problem = f"{text} is a format of dates, and {shown} is number"
    if problem:
        findings.add(Finding("CED055", problem, where, hint=hint))


def check_length(shown: str, target: Target, spec: LineSpec, findings: Findings) -> None:
    """CED056: a planned length or number of decimals that a variable cannot have."""

    def fault(problem: str, hint: str) -> None:
        findings.add(Finding("CED056", f"{shown} {problem}", spec.place, hint=hint))

    is_text, supplemental = target.kind in (Type.TEXT, Type.DTC), target.name.startswith(SUPP)
    if spec.length is not None and supplemental:
        fault(
            "cannot have a length: all qualifiers stand in QVAL, which is as long as the longest",
            "take it out",
        )
    elif spec.length is not None and not is_text:
        hint = "take 'length' out" + "; 'decimals' plans its decimals" * (target.kind is Type.NUMBER)
        fault(
            f"cannot have a length: a {target.kind.value} has 8 bytes, and the digits that the data show",
            hint,
        )
    elif spec.length is not None and not 1 <= spec.length <= XPT_TEXT_BYTES:
        hint = "longer texts are continued elsewhere with `text: split`" if spec.length > 0 else ""
        fault(f"cannot have the length {spec.length}: a text has 1 to {XPT_TEXT_BYTES} bytes", hint)
    if spec.decimals is not None and target.kind is not Type.NUMBER:
        fault(f"cannot have decimals: it is {target.kind.value}", "take 'decimals' out")
