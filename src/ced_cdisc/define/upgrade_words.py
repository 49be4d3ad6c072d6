"""The words of Define-XML 2.0 and those of 2.1 that say the same.

Source: the codelists of the Define-XML terminology that the schema of 2.1 carries; Define-XML 2.0.
"""

from __future__ import annotations

from ced_cdisc.define.datasets import Class, SubClass

DICTIONARIES = (
    "CDISC CT", "COSTART", "CTCAE", "D-U-N-S NUMBER", "ICD", "ICD-O", "ISO 21090", "ISO 3166", "LOINC",
    "MED-RT", "MedDRA", "SNOMED", "UNII", "WHO ATC CLASSIFICATION SYSTEM", "WHOART", "WHODD",
)  # fmt: skip

_CLASS_NAMES = (
    "ADAM OTHER", "BASIC DATA STRUCTURE", "DEVICE LEVEL ANALYSIS DATASET", "EVENTS", "FINDINGS",
    "FINDINGS ABOUT", "INTERVENTIONS", "MEDICAL DEVICE BASIC DATA STRUCTURE",
    "MEDICAL DEVICE OCCURRENCE DATA STRUCTURE", "OCCURRENCE DATA STRUCTURE", "REFERENCE DATA STRUCTURE",
    "RELATIONSHIP", "SPECIAL PURPOSE", "STUDY REFERENCE", "SUBJECT LEVEL ANALYSIS DATASET", "TRIAL DESIGN",
)  # fmt: skip


def folded(word: str | None) -> str:
    """A word without case, hyphens and repeated blanks, to be looked up."""
    return " ".join((word or "").replace("-", " ").casefold().split())


CLASSES = {folded(name): Class(name=name) for name in _CLASS_NAMES} | {
    "special purpose datasets": Class(name="SPECIAL PURPOSE"),
    "adae": Class(name="OCCURRENCE DATA STRUCTURE", subclasses=(SubClass(name="ADVERSE EVENT"),)),
    "adsl": Class(name="SUBJECT LEVEL ANALYSIS DATASET"),
    "bds": Class(name="BASIC DATA STRUCTURE"),
    "occds": Class(name="OCCURRENCE DATA STRUCTURE"),
}
"""The class of 2.1 by the folded name that 2.0 files use."""

ORIGINS: dict[str, tuple[str, str | None]] = {
    "crf": ("Collected", "Investigator"),
    "edt": ("Collected", "Vendor"),
    "derived": ("Derived", "Sponsor"),
    "assigned": ("Assigned", "Sponsor"),
    "protocol": ("Protocol", "Sponsor"),
    "predecessor": ("Predecessor", None),
}
"""Type and proposed source of an origin in 2.1 by the folded type of 2.0."""

SOURCES = {
    "Collected": ("Investigator", "Subject", "Vendor"),
    "Derived": ("Sponsor", "Investigator", "Vendor"),
    "Assigned": ("Sponsor", "Vendor"),
}
"""The sources of an origin in tabulations; in analysis data all but Collected are the sponsor's."""

STANDARDS = {
    "sdtm ig": "SDTMIG", "sdtmig": "SDTMIG", "sdtm ig md": "SDTMIG-MD", "sdtmig md": "SDTMIG-MD",
    "sdtm ig ap": "SDTMIG-AP", "sdtmig ap": "SDTMIG-AP", "adam ig": "ADaMIG", "adamig": "ADaMIG",
    "send ig": "SENDIG", "sendig": "SENDIG",
}  # fmt: skip
"""The standard in 2.1 by the folded name of 2.0."""

SETS = {"SDTMIG": "SDTM", "ADaMIG": "ADaM", "SENDIG": "SEND"}
"""The set of controlled terminology that goes with a standard."""
