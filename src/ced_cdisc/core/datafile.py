"""What a file of one dataset says of it, whatever its format: the attributes of Dataset-JSON 1.1, and what
XPT knows besides.

Values are those of SAS: texts without trailing blanks, where empty is missing, and numbers, where a date is
the days and a datetime the seconds since 1960-01-01, a time the seconds since midnight.

Source: CDISC Dataset-JSON 1.1; SAS technical paper TS-140.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

import polars as pl
from msgspec import Struct

from ced_cdisc.core.moments import Moment

JsonType = Literal[
    "string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI"
]

NO_TIME = "1960-01-01T00:00:00"
"""The time of creation of a file whose source knows none: the zero of SAS. No clock is read."""
_JSON_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([+-][0-9]{2}:[0-9]{2}|Z)?"
)


def is_json_time(text: str) -> bool:
    """Whether a text is a time as the attributes of Dataset-JSON have it: to the second, a zone may follow.

    >>> is_json_time("2020-12-01T00:00:00"), is_json_time("2020-12-01"), is_json_time("2020-02-30T00:00:00")
    (True, False, False)
    """
    if not _JSON_TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


class FileVariable(Struct, frozen=True):
    """A variable as its file describes it; what the format does not know is empty or 0.

    Attributes:
        name: of the variable.
        label: of the variable.
        type: of SAS.
        data_type: logical type of Dataset-JSON.
        target: what a date, time or decimal becomes in SAS; empty for texts.
        length: characters of a text, as planned.
        bytes: length of a value in a transport file; 0 = unknown, for numbers 8.
        format: SAS format such as ``DATE9.``
        informat: SAS informat.
        key: place among the keys, from 1; 0 = no key.
        oid: ItemDef of define.xml.
    """

    name: str
    label: str
    type: Literal["Char", "Num"]
    data_type: JsonType
    target: Literal["integer", "decimal", ""] = ""
    length: int = 0
    bytes: int = 0
    format: str = ""
    informat: str = ""
    key: int = 0
    oid: str = ""

    @property
    def moment(self) -> Moment:
        """Whether the numbers of the variable are exchanged as ISO 8601 texts, and of which kind."""
        if self.type == "Num" and self.data_type in ("date", "datetime", "time"):
            return self.data_type
        return ""


class FileDataset(Struct, frozen=True):
    """A dataset as its file describes it.

    Attributes:
        created: ISO 8601 text, empty where the format does not know it.
        modified: the same, of the last change.
        database_modified: the same, of the database behind the file.
        oid: ItemGroupDef of define.xml.
        source_system: name and version.
        dataset_type: of SAS; empty for ordinary data.
        others: attributes that the file has and no format knows, as messages name them.
    """

    name: str
    label: str
    variables: tuple[FileVariable, ...]
    created: str = ""
    modified: str = ""
    database_modified: str = ""
    file_oid: str = ""
    originator: str = ""
    source_system: tuple[str, str] = ("", "")
    study_oid: str = ""
    metadata_version_oid: str = ""
    metadata_ref: str = ""
    oid: str = ""
    dataset_type: str = ""
    others: tuple[str, ...] = ()


class Rows(NamedTuple):
    """Some records: Float64 or String, null where missing; the columns are the variables in order.

    ``codes`` holds the special missing values by numeric variable that has any among these records: ``A`` to
    ``Z`` or ``_`` where the value is one, else null.
    """

    frame: pl.DataFrame
    codes: Mapping[str, pl.Series] = MappingProxyType({})
