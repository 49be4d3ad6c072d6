"""The object identifiers of define.xml, each a function of names in the metadata and of nothing else.

========  ==========================================  =============================
prefix    object                                      example
========  ==========================================  =============================
``IG``    dataset                                     IG.AE
``IT``    variable, and value of a variable           IT.AE.AETERM
``VL``    value list                                  VL.SUPPAE.QVAL
``WC``    where clause                                WC.SUPPAE.QNAM.EQ.AETRTEM
``CL``    codelist                                    CL.SEX
``MT``    method                                      MT.AE.AESTDY
``COM``   comment                                     COM.AE
``LF``    file                                        LF.AE, LF.acrf
``STD``   standard                                    STD.SDTMIG
``RD``    display of results                          RD.T3.1
``AR``    analysis result                             AR.T3.1.R3
========  ==========================================  =============================

Source: the conventions of the CDISC Define-XML 2.1 examples.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

from ced_cdisc.core.metadata import PackageMetadata, RangeCheck

_READABLE = re.compile(r"[A-Za-z0-9_]+")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST = 60


def file(package: PackageMetadata) -> str:
    """The FileOID: study, package and time of creation, so that no two files share one."""
    return f"{package.study_oid}.{plain(package.name)}.{package.created:%Y%m%dT%H%M%S}"


def metadata_version(package: PackageMetadata) -> str:
    """The OID of the one MetaDataVersion."""
    return f"MDV.{package.study_oid}.{plain(package.name)}"


def item_group(dataset: str) -> str:
    """The OID of a dataset."""
    return f"IG.{dataset}"


def item(dataset: str, variable: str) -> str:
    """The OID of a variable."""
    return f"IT.{dataset}.{variable}"


def value_item(dataset: str, variable: str, where: Sequence[RangeCheck]) -> str:
    """The OID of the value-level definition of a variable for the records that meet ``where``."""
    return f"IT.{dataset}.{variable}.{_condition(dataset, where)}"


def value_list(dataset: str, variable: str) -> str:
    """The OID of the value list of a variable."""
    return f"VL.{dataset}.{variable}"


def where_clause(dataset: str, where: Sequence[RangeCheck]) -> str:
    """The OID of a where clause; variables of one dataset with the same condition share it.

    >>> where_clause("ADQS", [RangeCheck("ADQS", "PARAMCD", "IN", ("AFREQ", "QOL"))])
    'WC.ADQS.PARAMCD.IN.AFREQ-QOL'
    """
    return f"WC.{dataset}.{_condition(dataset, where)}"


def codelist(identifier: str) -> str:
    """The OID of a codelist."""
    return f"CL.{identifier}"


def method(identifier: str) -> str:
    """The OID of a method."""
    return f"MT.{identifier}"


def comment(identifier: str) -> str:
    """The OID of a comment."""
    return f"COM.{identifier}"


def standard(identifier: str) -> str:
    """The OID of a standard."""
    return f"STD.{identifier}"


def display(identifier: str) -> str:
    """The OID of a display of analysis results."""
    return f"RD.{identifier}"


def result(identifier: str) -> str:
    """The OID of an analysis result."""
    return f"AR.{identifier}"


def dataset_leaf(dataset: str) -> str:
    """The ID of a dataset's file."""
    return f"LF.{dataset}"


def document_leaf(identifier: str) -> str:
    """The ID of a document's file; an xs:ID, so characters outside a name become underscores."""
    return f"LF.{plain(identifier)}"


def _condition(dataset: str, where: Sequence[RangeCheck]) -> str:
    """Three readable parts for each check, or the first variable and a hash of the whole condition.

    Readable means: only this dataset, only letters, digits and underscores in the values, not too long.
    Values are joined by a hyphen, which no readable value holds, so that two conditions never share a text.
    """
    readable = all(c.dataset == dataset and all(_READABLE.fullmatch(v) for v in c.values) for c in where)
    text = ".".join(f"{c.variable}.{c.comparator}.{'-'.join(c.values)}" for c in where)
    if readable and len(text) <= _LONGEST:
        return text
    content = repr([(c.dataset, c.variable, c.comparator, c.values) for c in where])
    return f"{where[0].variable}.{sha256(content.encode()).hexdigest()[:12]}"


def plain(text: str) -> str:
    """A text as part of an identifier: characters outside a name become underscores."""
    return _NOT_IN_ID.sub("_", text)
