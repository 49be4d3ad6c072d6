"""Natural keys: the variables that make a record of an SDTM dataset unique, as far as the guide says.

Source: the class of the dataset and its structure sentence in SDTMIG 3.4 ("per visit", "per location").
They are defaults; a sponsor's specification overrides them.
"""

from __future__ import annotations

import re

from ced_cdisc.standards.ig import IgDataset

_FIXED = {
    "DM": "STUDYID USUBJID",
    "CO": "STUDYID USUBJID COSEQ",
    "SE": "STUDYID USUBJID ETCD SESTDTC",
    "SM": "STUDYID USUBJID MIDS",
    "SV": "STUDYID USUBJID VISITNUM SVSTDTC",
    "TA": "STUDYID ARMCD TAETORD",
    "TD": "STUDYID TDORDER",
    "TE": "STUDYID ETCD",
    "TI": "STUDYID IETESTCD TIVERS",
    "TM": "STUDYID MIDSTYPE",
    "TS": "STUDYID TSPARMCD TSSEQ",
    "TV": "STUDYID VISITNUM ARMCD",
    "OI": "STUDYID NHOID OISEQ",
    "RELREC": "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL RELID",
    "RELSPEC": "STUDYID USUBJID REFID",
    "RELSUB": "STUDYID USUBJID RSUBJID SREL",
    "SUPPQUAL": "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM",
}
# Words of the structure sentence and the variables that they stand for, in key order.
_FINDINGS = (
    (r"object", ("--OBJ",)),
    (r"", ("--TESTCD",)),
    (r"tumor", ("--LNKID",)),
    (r"specimen", ("--SPEC", "--REFID")),
    (r"location", ("--LOC",)),
    (r"method", ("--METHOD",)),
    (r"assessor", ("--EVAL", "--EVALID")),
    (r"visit", ("VISITNUM",)),
    (r"time[- ]?point", ("--TPTREF", "--TPTNUM")),
    (r"replicate", ("--REPNUM",)),
)


def natural_keys(dataset: IgDataset) -> tuple[str, ...]:
    """The default key variables of a dataset, in key order.

    Events are keyed by --DECOD where it is required (AE, DS), else by --TERM, and by --STDTC;
    interventions by --TRT and --STDTC; findings by --TESTCD and what the structure sentence names.
    """
    name = "SUPPQUAL" if dataset.name.startswith("SUPP") else dataset.name
    associated = dataset.variable("APID") is not None and name.startswith("AP")
    name = name[2:] if associated else name
    if name in _FIXED:
        return tuple(_FIXED[name].split())
    if dataset.class_name == "Interventions":
        wanted = ["--TRT", "--STDTC"]
    elif dataset.class_name == "Events":
        decod = dataset.variable(f"{name}DECOD")
        wanted = ["--DECOD" if decod and decod.core == "Req" else "--TERM", "--STDTC"]
    elif dataset.class_name.startswith("Findings"):
        text = dataset.structure.casefold()
        wanted = [v for word, names in _FINDINGS if re.search(word, text) for v in names]
    else:
        return ()
    keys = ["STUDYID", "APID" if associated else "USUBJID", *(w.replace("--", name, 1) for w in wanted)]
    return tuple(k for k in keys if dataset.variable(k))
