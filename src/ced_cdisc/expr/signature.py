"""What the language knows of a function: its types, its English, its source. No values are computed here."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ced_cdisc.derivations.record import Derivation
from ced_cdisc.expr.tree import Type

T, N, D = Type.TEXT, Type.NUMBER, Type.DTC


class Parameter(Struct, frozen=True):
    """One parameter: its name in messages and docs, the types it takes, and whether it must be a literal."""

    name: str
    types: tuple[Type, ...]
    literal: bool = False


class Signature(Struct, frozen=True):
    """A function of one record.

    Attributes:
        name: as written in expressions.
        parameters: in order; the last may repeat.
        result: the type of the value; None means the common type of the ``same`` parameters.
        english: the value in words, with {0}, {1} for the arguments (``{*}`` for a list of all).
        source: the rule that is followed (guide and section), or empty.
        repeats: the last parameter may be given any number of times, at least once.
        same: indexes of the parameters that must have one common type.
        optional: the last parameter may be left out.
        admiral: the function of the R package admiral that computes the same, for people who come from there.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Type | None
    english: str
    source: str = ""
    repeats: bool = False
    same: tuple[int, ...] = ()
    optional: bool = False
    admiral: str = ""
    derivation: Derivation | None = None
    """The plug-in behind it; None for a function of the language."""

    def usage(self) -> str:
        """The call as documented: ``round(x, digits)``."""
        names = [p.name for p in self.parameters[: -1 if self.optional else None]]
        more = ", ..." if self.repeats and not self.optional else ""
        return f"{self.name}({', '.join(names)}{more})"


_KINDS = {
    "text": Type.TEXT,
    "number": Type.NUMBER,
    "dtc": Type.DTC,
    "date": Type.DATE,
    "datetime": Type.DATETIME,
    "truth": Type.TRUTH,
}


def signature_of(derivation: Derivation) -> Signature:
    """The signature of a plug-in; a text may be given ISO 8601 text."""
    parameters = tuple(
        Parameter(name, (Type.TEXT, Type.DTC) if kind == "text" else (_KINDS[kind],))
        for name, kind in derivation.inputs
    )
    return Signature(
        derivation.name, parameters, _KINDS[derivation.output], derivation.method, derivation=derivation
    )


Registry = Mapping[str, Signature]
"""Function name to signature; handed in by the caller, so that the language knows no derivation itself."""
