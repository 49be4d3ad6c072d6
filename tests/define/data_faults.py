"""Clean records of the packages of define_packages, and faults of data planted into them.

A fault is the row of the list of common mistakes, the dataset, the columns that are replaced, and the whole
text of what is found.
"""

from __future__ import annotations

from typing import Any

import polars as pl

AE = {
    "STUDYID": ["CED-01", "CED-01", "CED-01"],
    "DOMAIN": ["AE", "AE", "AE"],
    "USUBJID": ["CED-01-1", "CED-01-1", "CED-01-2"],
    "AESEQ": [1.0, 2.0, 1.0],
    "AETERM": ["Headache", "Nausea", "Headache"],
    "AEDECOD": ["Headache", "Nausea", None],
    "AESER": ["N", "Y", None],
    "AESTDTC": ["2026-01-02", "2026-01", "2026"],
    "AESTDY": [1.0, -4.0, None],
}
XF = {
    "STUDYID": ["CED-01", "CED-01"],
    "DOMAIN": ["XF", "XF"],
    "USUBJID": ["CED-01-1", "CED-01-1"],
    "XFTESTCD": ["CFR", "SPASM"],
    "XFMETHOD": ["ANGIOGRAPHY", None],
    "XFORRES": ["2.75", "no"],
}
DM = {
    "STUDYID": ["CED-01"],
    "DOMAIN": ["DM"],
    "USUBJID": ["CED-01-1"],
    "RFSTDTC": ["2026-01-02"],
    "SEX": ["F"],
    "ETHNIC": pl.Series([None], dtype=pl.String),
}
CLEAN: dict[str, dict[str, Any]] = {"AE": AE, "XF": XF, "DM": DM}
JOIN = (
    "CED546 ItemRef IT.XF.XFORRES.XFTESTCD.a0e7ad1f9588 in def:ValueListDef VL.XF.XFORRES: "
    "its where clause asks for other datasets; values were not compared"
)
CASES: list[tuple[int, str, dict[str, Any], str]] = [
    # row 30: keys that do not identify records
    (
        30,
        "AE",
        {"AETERM": ["Headache"] * 3, "AESTDTC": ["2026", "2026", "2026"]},
        "CED542 [CG0019] ItemGroupDef IG.AE: the keys STUDYID, USUBJID, AETERM, AESTDTC "
        "are those of several records, 2 in all\n"
        "AE record 1, subject CED-01-1\nAE record 2, subject CED-01-1",
    ),
    # row 31: a variable without values, or with values that are said not to be there
    (
        31,
        "AE",
        {"AEDECOD": pl.Series([None, None, None], dtype=pl.String)},
        "CED544 [CG0015, CG0651] ItemRef IT.AE.AEDECOD in ItemGroupDef IG.AE has no value and no HasNoData",
    ),
    (
        31,
        "DM",
        {"ETHNIC": ["X"]},
        "CED544 [CG0015, CG0651] ItemRef IT.DM.ETHNIC in ItemGroupDef IG.DM has HasNoData, "
        "and 1 records have a value\nDM record 1, subject CED-01-1: 'X'",
    ),
    (
        31,
        "AE",
        {"AETERM": ["Headache", None, "Headache"]},
        "CED544 [CG0015, CG0651] ItemRef IT.AE.AETERM in ItemGroupDef IG.AE is mandatory "
        "and missing in 1 records\nAE record 2, subject CED-01-1",
    ),
    # row 35: a value that is in no codelist
    (
        35,
        "AE",
        {"AESER": ["N", "U", "n"]},
        "CED543 [SD0037] ItemDef IT.AE.AESER: 'U', 'n' not in CodeList CL.NY, in 2 records\n"
        "AE record 2, subject CED-01-1: 'U'\nAE record 3, subject CED-01-2: 'n'",
    ),
    # row 24: longer than said, or of another type
    (
        24,
        "XF",
        {"XFMETHOD": ["ANGIOGRAPHY", "INTRACORONARY DOPPLER"], "STUDYID": ["CED-01", "CED-01-EXTENSION"]},
        "CED545 [DD0069] ItemDef IT.XF.STUDYID has Length 10, and values of up to 16 bytes\n"
        "XF record 2, subject CED-01-1: 'CED-01-EXTENSION'",
    ),
    (
        24,
        "AE",
        {"AESTDY": [1.5, None, 2.0]},
        "CED545 [DD0069] ItemDef IT.AE.AESTDY has the type integer, and 1 records have another value\n"
        "AE record 1, subject CED-01-1: 1.5",
    ),
    (
        24,
        "AE",
        {"AESTDTC": ["2026-01-02", "2026-02-30T10", "2 JAN 2026"]},
        "CED545 [DD0069] ItemDef IT.AE.AESTDTC has the type partialDate, "
        "and 2 records have another value\n"
        "AE record 2, subject CED-01-1: '2026-02-30T10'\nAE record 3, subject CED-01-2: '2 JAN 2026'",
    ),
    (
        24,
        "XF",
        {"XFORRES": ["none", "no"]},
        "CED545 [DD0069] ItemDef IT.XF.XFORRES.XFTESTCD.EQ.CFR has the type float, "
        "and 1 records have another value\nXF record 1, subject CED-01-1: 'none'",
    ),
]
