"""Which versions of the standards govern a folder, and of which of them there are tables.

The folder's define.xml says it, else TS (its parameter SDTIGVER), and a flag overrides both. Where nobody
says it, nothing is assumed: rules that read tables of that standard are not applicable, and the result says
so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ced_cdisc.standards.ct import CtCodelist, CtPackage, Publisher, ct_versions, load_ct
from ced_cdisc.standards.ig import SdtmIg, load_sdtmig
from ced_cdisc.standards.tables import UnknownStandard

if TYPE_CHECKING:
    from ced_cdisc.check.define.document import DefineDocument

GUIDES: Mapping[str, tuple[str, ...]] = {
    "SDTMIG": ("3.1.2", "3.1.3", "3.2", "3.3", "3.4"),
    "ADaMIG": ("1.0", "1.1", "1.2", "1.3"),
}
"""The versions that can be named; tables are shipped of the last one of each."""
TABLES = {"SDTMIG": "3.4", "ADaMIG": "1.3"}
_NAMES = {name.casefold(): name for name in ("SDTMIG", "ADaMIG")}
_PUBLISHERS: dict[str, Publisher] = {"SDTM": "SDTM", "ADaM": "ADaM", "DEFINE-XML": "DEFINE-XML"}


class WrongStandard(ValueError):
    """A flag that names no standard or version; the text says what can be named."""


class Version(Struct, frozen=True):
    """A version and who said so: ``define.xml``, ``TS`` or ``--standard``."""

    number: str
    source: str


class Governing(Struct, frozen=True, dict=True):
    """The guides and terminology of a folder, by name (``SDTMIG``, ``ADaMIG``; CT: ``SDTM``, ``ADaM``)."""

    guides: Mapping[str, Version] = field(default_factory=dict[str, Version])
    ct: Mapping[str, Version] = field(default_factory=dict[str, Version])

    @property
    def told(self) -> tuple[Mapping[str, Version], Mapping[str, Version]]:
        """All that is told."""
        return self.guides, self.ct

    def version(self, guide: str) -> str:
        """The version of a guide, or an empty text where it is not told."""
        found = self.guides.get(guide)
        return found.number if found else ""

    def has_tables(self, guide: str) -> bool:
        """Whether the tables of the version that governs are shipped."""
        return self.version(guide) == TABLES[guide]

    @cached_property
    def sdtmig(self) -> SdtmIg:
        """The shipped SDTMIG, whatever version governs: ask :meth:`has_tables` first."""
        return load_sdtmig(TABLES["SDTMIG"])

    def ct_version(self, publisher: str) -> str:
        """The CT date that governs a publisher's terms, or an empty text where it is not told."""
        found = self.ct.get(publisher)
        return found.number if found else ""

    def package(self, publisher: str) -> CtPackage | None:
        """The CT package that governs, or None where it is not shipped."""
        name = _PUBLISHERS.get(publisher)
        try:
            return load_ct(name, self.ct_version(publisher)) if name else None
        except UnknownStandard:
            return None

    def codelist(self, code: str, publisher: str = "SDTM") -> CtCodelist | None:
        """A codelist by NCI code or short name from the package that governs, or None."""
        package = self.package(publisher)
        return package.codelist(code) if package is not None and code in package else None

    def lines(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """What governs, in a line each, for the kinds of dataset (SDTM, ADaM) that the folder holds."""
        said: list[str] = []
        for kind, guide in (("SDTM", "SDTMIG"), ("ADaM", "ADaMIG")):
            if kind in kinds:
                for name, told in ((guide, self.guides.get(guide)), (f"{kind} CT", self.ct.get(kind))):
                    said.append(f"{name} {told.number} ({told.source})" if told else f"{name} (not told)")
        return tuple(said)


def governing(
    defines: Iterable[DefineDocument], flags: Iterable[str] = (), trial_summary: str = ""
) -> Governing:
    """What the define.xml files say, overridden by flags such as ``SDTMIG=3.3`` or ``CT=2024-09-27``.

    Args:
        defines: the define.xml files of the folder.
        flags: what the user says.
        trial_summary: the version of the SDTMIG that TS says.

    Raises:
        WrongStandard: a flag that names no known standard or version.
    """
    guides: dict[str, Version] = {}
    ct: dict[str, Version] = {}
    for document in defines:
        for name, kind, number, publishing in _cited(document):
            if kind == "IG" and (guide := _NAMES.get(name.casefold())):
                guides.setdefault(guide, Version(number, "define.xml"))
            elif kind == "CT" and publishing in _PUBLISHERS:
                ct.setdefault(publishing, Version(number, "define.xml"))
    if trial_summary:
        guides.setdefault("SDTMIG", Version(trial_summary, "TS"))
    for flag in flags:
        name, _, number = flag.replace(" ", "=").partition("=")
        guide = _NAMES.get(name.strip().casefold())
        if guide and number in GUIDES[guide]:
            guides[guide] = Version(number, "--standard")
        elif name.upper() == "CT" and number:
            missing = [p for p in ("SDTM", "ADaM") if number not in ct_versions(p)]
            if missing:
                raise WrongStandard(
                    f"{flag}: no CT of {number}; shipped: {', '.join(ct_versions(missing[0]))}"
                )
            ct |= {p: Version(number, "--standard") for p in ("SDTM", "ADaM")}
        else:
            known = "; ".join(f"{g} {', '.join(v)}" for g, v in GUIDES.items())
            raise WrongStandard(f"{flag} is no standard that can be named: {known}; CT and its date")
    return Governing(guides, ct)


def _cited(document: DefineDocument) -> Iterable[tuple[str, str, str, str]]:
    """Name, type, version and publishing set of the standards: def:Standard of 2.1, attributes of 2.0."""
    for element in document.root.iter("{*}Standard"):
        yield (
            element.get("Name", ""),
            element.get("Type", ""),
            element.get("Version", ""),
            element.get("PublishingSet", ""),
        )
    for element in document.root.iter("{*}MetaDataVersion"):
        for key, value in element.attrib.items():
            if str(key).endswith("}StandardName"):
                number = element.get(str(key).replace("StandardName", "StandardVersion"), "")
                yield str(value).replace("-", "").replace(" ", ""), "IG", number, ""
