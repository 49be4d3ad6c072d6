"""One change of a spec file, as :mod:`ced_cdisc.spec.edit` carries it out, and where a difference belongs."""

from __future__ import annotations

from msgspec import Struct

from ced_cdisc.core.findings import Location
from ced_cdisc.workbook.compare import Difference


class Replace(Struct, frozen=True):
    """Another text in place of a scalar."""

    where: Location
    old: str
    new: str


class Give(Struct, frozen=True):
    """A line that is one word (``AETERM: ae.TERM``) gets braces, its verb and one more key."""

    where: Location
    old: str
    verb: str
    key: str
    value: str


class Add(Struct, frozen=True):
    """One more key in a mapping, behind the last of ``after`` that it has, else at its end."""

    where: Location
    key: str
    value: str
    after: tuple[str, ...] = ()


class Remove(Struct, frozen=True):
    """A key that goes with its value."""

    where: Location


Edit = Replace | Give | Add | Remove


class Target(Struct, frozen=True):
    """Where a difference belongs in the specs.

    Attributes:
        difference: the difference.
        where: the line of the specs that rules it; its file is empty where no line does.
        edits: the changes that make the specs say what the workbook says; none where there is no key for it.
        reason: why there are no edits.
    """

    difference: Difference
    where: Location
    edits: tuple[Edit, ...] = ()
    reason: str = ""
