"""The published codelists of the values of trial summary parameters.

By the code of the parameter, as SDTMIG 3.4 gives them among its trial summary codes. A parameter of which the
guide gives free text, a number, a date, a duration or a dictionary has none.
"""

from __future__ import annotations

from collections.abc import Mapping

YES_NO = "C66742"
_ANSWERED = (
    *("ADAPT", "ADDON", "BRDNAIND", "BRIND", "DMCIND", "EPDISIND", "EURSBIND", "EXTTIND", "FDADEIND"),
    *("FDADRIND", "HLTSUBJI", "MSEUTIND", "ONGOSIND", "PASSIND", "PDPSTIND", "PDSTIND", "PIPIND", "RANDOM"),
    *("RDIND", "RXMLCIND", "SDXMLIND", "SREVIND", "SRNCAIND", "SSEUTIND", "SSTDYIND"),
)
SUMMARY_LISTS: Mapping[str, str] = {
    **dict.fromkeys(_ANSWERED, YES_NO),
    "CONROLE": "C127257",
    "DOSFRM": "C66726",
    "DOSFRQ": "C71113",
    "DOSU": "C71620",
    "INTMODEL": "C99076",
    "INTTYPE": "C99078",
    "OBSMODEL": "C127259",
    "OBSTIMP": "C127261",
    "OBSTSMM": "C127260",
    "ROUTE": "C66729",
    "SEXPOP": "C66732",
    "STYPE": "C99077",
    "TBLIND": "C66735",
    "TCNTRL": "C66785",
    "TINDTP": "C66736",
    "TPHASE": "C66737",
    "TTYPE": "C66739",
}
