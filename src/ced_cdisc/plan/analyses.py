"""The plan of analysis results and figures: selections, methods with their variants, and print formats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import DocumentRef, RangeCheck

VALUES: Mapping[str, tuple[str, ...]] = {
    "count": ("n", "total"),
    "n and percent": ("n", "total", "percent"),
    "percent and exact CI": ("n", "total", "percent", "lower", "upper"),
    "difference of percentages": ("n1", "n2", "percent1", "percent2", "difference", "lower", "upper"),
    "mean and SD": ("n", "mean", "sd"),
    "median and quartiles": ("n", "median", "q1", "q3"),
    "min and max": ("n", "min", "max"),
    "event rate": ("n", "events", "time", "rate", "lower", "upper"),
    "geometric mean": ("n", "mean", "lower", "upper", "cv"),
    "geometric mean ratio": ("n1", "n2", "ratio", "lower", "upper"),
    "crossover ratio": ("n", "unpaired", "ratio", "lower", "upper", "cv"),
    "wilcoxon signed rank": ("n", "used", "statistic", "p"),
    "paired t": ("n", "mean", "sd", "lower", "upper", "statistic", "p"),
    "mann whitney": ("n1", "n2", "statistic", "p"),
    "ancova": ("n1", "n2", "difference", "lower", "upper", "statistic", "p"),
}
"""The methods, and what each of them gives."""
COUNTS = frozenset({"n", "total", "used", "n1", "n2", "unpaired", "events"})
"""Of these, the whole numbers."""
BARE = COUNTS | {"p"}
"""What a print format names without decimals."""
COUNTING = ("count", "n and percent", "percent and exact CI", "difference of percentages")
"""Methods that count values, of any kind; the others take numbers."""
TWO_GROUPS = ("mann whitney", "ancova", "geometric mean ratio", "difference of percentages")
CROSSOVER = "crossover ratio"
"""The method that takes a record of each subject and group."""
TESTS = ("wilcoxon signed rank", "paired t", "mann whitney", "ancova")
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "count": ("value",),
    "n and percent": ("value",),
    "percent and exact CI": ("value", "confidence"),
    "difference of percentages": ("value", "group", "reference", "confidence"),
    "mean and SD": (),
    "median and quartiles": ("quantiles",),
    "min and max": (),
    "event rate": ("time", "per", "confidence"),
    "geometric mean": ("confidence",),
    "geometric mean ratio": ("group", "variances", "reference", "confidence"),
    "crossover ratio": ("group", "period", "reference", "confidence"),
    "wilcoxon signed rank": ("zeros", "correction", "exact"),
    "paired t": ("confidence",),
    "mann whitney": ("group", "correction", "exact"),
    "ancova": ("group", "covariate", "confidence"),
}
"""The keys that go with each method."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    "n and percent": ("value",),
    "percent and exact CI": ("value",),
    "difference of percentages": ("value", "group"),
    "event rate": ("time", "per"),
    "geometric mean ratio": ("group", "variances"),
    "crossover ratio": ("group", "period"),
    "median and quartiles": ("quantiles",),
    "mann whitney": ("group",),
    "ancova": ("group", "covariate"),
}
SHOWN: Mapping[str, str] = {
    "count": "{n}",
    "n and percent": "{n} ({percent:0}%)",
    "percent and exact CI": "{n}/{total} {percent:1}% ({lower:1}%, {upper:1}%)",
    "difference of percentages": "{difference:1}% ({lower:1}%, {upper:1}%)",
    "mean and SD": "{mean:1}±{sd:1}",
    "median and quartiles": "{median:1} [{q1:1}, {q3:1}]",
    "min and max": "{min:1} to {max:1}",
    "event rate": "{events}/{time:1} {rate:2} ({lower:2}, {upper:2})",
    "geometric mean": "{mean:1} ({lower:1}, {upper:1})",
    "geometric mean ratio": "{ratio:2} ({lower:2}, {upper:2})",
    "crossover ratio": "{ratio:2} ({lower:2}, {upper:2})",
    **dict.fromkeys(TESTS, "P={p}"),
}
"""How a result is printed unless the spec says so."""

NUMPY_QUANTILES = (
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
)
"""The quantiles of types 1 to 9 of Hyndman and Fan as numpy names them."""

_PIECE = re.compile(r"\{([^{}]*)\}")
_PLACE = re.compile(r"(\w+)(?::([0-9])( strip)?)?")


class Shown(Struct, frozen=True):
    """One value within a print format.

    ``decimals`` is None for whole numbers, and for P values, which have two significant digits. ``strip``
    leaves decimals out that are all 0.
    """

    name: str
    decimals: int | None = None
    strip: bool = False


class ShowError(ValueError):
    """A print format that is none: ``word`` is the unknown name, if that is the reason."""

    def __init__(self, message: str, word: str = "") -> None:
        super().__init__(message)
        self.word = word


def print_format(text: str, method: str) -> tuple[str | Shown, ...]:
    """A print format such as ``{median:1} [{q1:1}, {q3:1}]`` as texts and places.

    Raises:
        ShowError: it is none, or names what the method does not give.
    """
    made: list[str | Shown] = []
    for i, part in enumerate(_PIECE.split(text)):
        if i % 2 == 0:
            if "{" in part or "}" in part:
                raise ShowError(f"'{text}' has a brace without its partner")
            made += [part] if part else []
            continue
        found = _PLACE.fullmatch(part)
        if found is None:
            raise ShowError(f"'{{{part}}}' is no place of a print format")
        name, decimals, strip = found.groups()
        if name not in VALUES[method]:
            raise ShowError(f"{method} gives no '{name}'", name)
        whole = name in BARE
        if whole and decimals is not None:
            kind = "two significant digits" if name == "p" else "no decimals"
            raise ShowError(f"'{name}' is printed with {kind}, write {{{name}}}")
        if not whole and decimals is None:
            raise ShowError(f"'{name}' needs its decimals, such as {{{name}:1}}")
        made.append(Shown(name, None if decimals is None else int(decimals), strip is not None))
    if not any(isinstance(piece, Shown) for piece in made):
        raise ShowError(f"'{text}' shows no value")
    return tuple(made)


class AnalysisMethod(Struct, frozen=True):
    """A method with its exact variant.

    Attributes:
        name: one of :data:`VALUES`.
        show: how its values are printed.
        zeros: wilcoxon signed rank: what becomes of differences of 0.
        correction: the continuity correction of a normal approximation.
        exact: whether the exact distribution is taken; ``auto`` by R's rule.
        quantiles: the type of Hyndman and Fan, 1 to 9.
        group: the variable of the two groups.
        covariate: of the analysis of covariance.
        value: the value counted, as it stands in the data.
        equal_variances: of the two groups' logarithms.
        reference: the group that the other is divided by or compared with; empty for the one whose value is
            smaller.
        period: the variable of the two periods of a crossover.
        confidence: the level of a confidence interval, in percent.
        time: the variable of the time in which events were counted.
        per: of how much of it a rate is told.
    """

    name: str
    show: tuple[str | Shown, ...]
    zeros: Literal["drop", "pratt", "zsplit"] = "drop"
    correction: bool = True
    exact: Literal["auto", "yes", "no"] = "auto"
    quantiles: int = 7
    group: str = ""
    covariate: str = ""
    value: str | None = None
    equal_variances: bool = True
    reference: str = ""
    period: str = ""
    confidence: int = 95
    time: str = ""
    per: float = 1.0

    @property
    def beside(self) -> tuple[str, ...]:
        """The variables that are read beside the one analysed."""
        return tuple(name for name in (self.group, self.covariate, self.period, self.time) if name)


class ResultPlan(Struct, frozen=True):
    """One analysis result: how ``variable`` is analysed of the records that meet ``where``.

    ``data`` is that condition as the spec has it, ``note`` what a reader must know beside the method.
    """

    id: str
    dataset: str
    display: str
    what: str
    data: str
    where: tuple[RangeCheck, ...]
    variable: str
    method: AnalysisMethod
    sensitivity: tuple[AnalysisMethod, ...]
    reason: str
    purpose: str
    place: Location
    note: str = ""


class DisplayPlan(Struct, frozen=True):
    """A table or figure of the report that shows results."""

    id: str
    title: str
    documents: tuple[DocumentRef, ...] = ()


class PanelPlan(Struct, frozen=True):
    """One panel of a figure; ``result`` is the id of the test printed in it, or empty.

    ``place`` is where the spec names the result.
    """

    where: tuple[RangeCheck, ...]
    title: str
    result: str
    place: Location


class FigurePlan(Struct, frozen=True):
    """A paired change: in each panel one line a subject, from the first of two visits to the second."""

    id: str
    dataset: str
    what: str
    variable: str
    visits: tuple[str, str]
    axis: str
    centre: AnalysisMethod
    panels: tuple[PanelPlan, ...]
    place: Location
    limits: tuple[float, float] | None = None
    ticks: tuple[float, ...] = ()
