"""The formats that a build writes its datasets in, as the user names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from msgspec.structs import replace

from ced_cdisc.core.findings import did_you_mean
from ced_cdisc.core.metadata import FileFormat
from ced_cdisc.plan.model import StudyPlan


class UnknownFormat(ValueError):
    """A format that datasets are not written in."""


def file_formats(names: Iterable[str]) -> tuple[FileFormat, ...]:
    """The formats, each once; the first is that of the files beside define.xml: XPT where it is among them.

    Raises:
        UnknownFormat: there is no such format, or none is named.

    >>> file_formats(["json", "xpt"])
    ('xpt', 'json')
    """
    known: tuple[FileFormat, ...] = get_args(FileFormat)
    asked = {name.lower() for name in names}
    for name in sorted(asked - set(known)):
        near = did_you_mean(name, known)
        raise UnknownFormat(f"there is no format {name}; {near or 'there are ' + ', '.join(known)}")
    if not asked:
        raise UnknownFormat(f"no format is named; there are {', '.join(known)}")
    return tuple(form for form in known if form in asked)


def written_as(plan: StudyPlan, formats: tuple[FileFormat, ...]) -> StudyPlan:
    """The plan with its datasets written in these formats, those of pooled studies too."""
    return replace(plan, formats=formats, pooled=tuple(written_as(one, formats) for one in plan.pooled))
