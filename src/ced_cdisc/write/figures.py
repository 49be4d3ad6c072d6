"""Figures as SVG: the paired change of each subject, as papers show it.

Written directly, so that the bytes depend on the values alone and not on the release of a drawing library.
Lengths are in pixels of a user unit; text is text, in the reader's sans-serif font.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence

from lxml import etree

from ced_cdisc.analyse.numbers import fixed
from ced_cdisc.analyse.paired import Panel
from ced_cdisc.plan.analyses import FigurePlan

SVG = "http://www.w3.org/2000/svg"
_HEIGHT = 230.0  # of the plot
_TOP, _BOTTOM, _LEFT, _RIGHT = 46.0, 50.0, 58.0, 14.0
_APART = 4.6  # between dots of one value
_DOT = 2.1
_GAP = 18.0  # from the dots to the mark of the centre
_BETWEEN = 84.0  # from the dots of one visit to those of the other
_SUBJECT, _INK = "#8a8f98", "#111111"
_NARROWEST = 210.0  # of a figure's plot, so that its legend fits
_TICKS = 6
_Scale = Callable[[float], float]


class _Drawing:
    """An SVG on its way."""

    def __init__(self, width: float, height: float, title: str, words: str) -> None:
        size = {"width": _n(width), "height": _n(height), "viewBox": f"0 0 {_n(width)} {_n(height)}"}
        self.root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})  # pyright: ignore[reportArgumentType]
        for name, value in {**size, "role": "img", "font-family": "Helvetica, Arial, sans-serif"}.items():
            self.root.set(name, value)
        self._add("title", {}, title)
        self._add("desc", {}, words)
        self._add("rect", {"width": _n(width), "height": _n(height), "fill": "#ffffff"})

    def _add(self, tag: str, attributes: dict[str, str], text: str | None = None) -> None:
        node = etree.SubElement(self.root, f"{{{SVG}}}{tag}")
        for name, value in attributes.items():
            node.set(name, value)
        node.text = text

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> None:
        """A straight line."""
        ends = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2)}
        self._add("line", {**ends, "stroke": colour, "stroke-width": _n(width)})

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle."""
        self._add("circle", {"cx": _n(x), "cy": _n(y), "r": _n(radius), "fill": colour})

    def diamond(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled diamond."""
        corners = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
        points = " ".join(f"{_n(px)},{_n(py)}" for px, py in corners)
        self._add("polygon", {"points": points, "fill": colour})

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 11,
        anchor: str = "middle",
        turn: float = 0,
        weight: str = "",
    ) -> None:
        """A line of text at its base line."""
        place = {"x": _n(x), "y": _n(y), "font-size": _n(size), "text-anchor": anchor, "fill": _INK}
        if turn:
            place["transform"] = f"rotate({_n(turn)} {_n(x)} {_n(y)})"
        if weight:
            place["font-weight"] = weight
        self._add("text", place, text)

    def done(self) -> bytes:
        """The bytes of the file."""
        etree.indent(self.root, space=" ")
        head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
        return head + etree.tostring(self.root, encoding="UTF-8", xml_declaration=False) + b"\n"


def figure_svg(plan: FigurePlan, panels: Sequence[Panel]) -> bytes:
    """A figure: its panels side by side over one axis."""
    low, high = _limits(plan, panels)
    ticks = list(plan.ticks) or _round_ticks(low, high)
    half = max((_half_width(panel, side) for panel in panels for side in (0, 1)), default=0.0)
    inner = max(2 * (half + _GAP + 10) + 2 * half + _BETWEEN, _NARROWEST / len(panels))
    between = inner - 2 * (half + _GAP + 10) - 2 * half
    step = inner + _RIGHT
    width = _LEFT + step * len(panels)
    drawing = _Drawing(width, _TOP + _HEIGHT + _BOTTOM, plan.what, _described(plan, panels))

    def y(value: float) -> float:
        return _TOP + _HEIGHT * (high - value) / (high - low)

    drawing.text(14, _TOP + _HEIGHT / 2, plan.axis, turn=-90)
    for i, panel in enumerate(panels):
        left = _LEFT + i * step
        if low < 0 < high:
            drawing.line(left, y(0.0), left + inner, y(0.0), "#d0d3d8", 0.8)
        _axis(drawing, left, left + inner, ticks, y, labelled=i == 0)
        centre = left + inner / 2
        if panel.title:
            drawing.text(centre, 16, panel.title, 12, weight="bold")
        sign = "" if panel.p.startswith("<") else "= "
        test = f", P {sign}{panel.p.replace('<', '< ')}" if panel.p else ""
        drawing.text(centre, 34, f"n = {len(panel.pairs)}{test}")
        xs = (centre - half - between / 2, centre + half + between / 2)
        for x, visit in zip(xs, plan.visits, strict=True):
            drawing.text(x, _TOP + _HEIGHT + 18, visit)
        _subjects(drawing, panel, xs, y)
        _marks(drawing, panel, (xs[0] - half - _GAP, xs[1] + half + _GAP), y)
    drawing.text(_LEFT, _TOP + _HEIGHT + 40, _legend(plan, panels), 9, "start")
    return drawing.done()


def _axis(
    drawing: _Drawing, left: float, right: float, ticks: Sequence[float], y: _Scale, *, labelled: bool
) -> None:
    bottom = _TOP + _HEIGHT
    drawing.line(left, _TOP, left, bottom, _INK, 1)
    drawing.line(left, bottom, right, bottom, _INK, 1)
    decimals = _decimals(ticks)
    for tick in ticks:
        drawing.line(left - 4, y(tick), left, y(tick), _INK, 1)
        if labelled:
            shown = fixed(tick, decimals).replace("-", "\N{MINUS SIGN}")
            drawing.text(left - 7, y(tick) + 3.7, shown, 10, "end")


def _subjects(drawing: _Drawing, panel: Panel, xs: tuple[float, float], y: _Scale) -> None:
    """One line a subject; dots of one value stand side by side, so that each can be seen."""
    places = [_spread(panel, side, xs[side]) for side in (0, 1)]
    for (first, second), x1, x2 in zip(panel.pairs, *places, strict=True):
        drawing.line(x1, y(first), x2, y(second), _SUBJECT, 0.8)
    for (first, second), x1, x2 in zip(panel.pairs, *places, strict=True):
        drawing.dot(x1, y(first), _DOT, _SUBJECT)
        drawing.dot(x2, y(second), _DOT, _SUBJECT)


def _marks(drawing: _Drawing, panel: Panel, xs: tuple[float, float], y: _Scale) -> None:
    """Centre and spread beside the dots of each visit."""
    for x, (middle, low, high) in zip(xs, panel.marks, strict=False):
        drawing.line(x, y(low), x, y(high), _INK, 1.6)
        for end in (low, high):
            drawing.line(x - 4, y(end), x + 4, y(end), _INK, 1.6)
        drawing.diamond(x, y(middle), 5, _INK)


def _spread(panel: Panel, side: int, x: float) -> list[float]:
    """Where each subject's dot stands: those of one value side by side, in the order of their other value."""
    alike: dict[float, list[int]] = defaultdict(list)
    for i, pair in enumerate(panel.pairs):
        alike[round(pair[side], 6)].append(i)
    made = [x] * len(panel.pairs)
    for group in alike.values():
        group.sort(key=lambda i: (panel.pairs[i][1 - side], i))
        for k, i in enumerate(group):
            made[i] = x + _APART * (k - (len(group) - 1) / 2)
    return made


def _half_width(panel: Panel, side: int) -> float:
    return max((abs(x) for x in _spread(panel, side, 0.0)), default=0.0)


def _limits(plan: FigurePlan, panels: Sequence[Panel]) -> tuple[float, float]:
    """The ends of the axis: as said, else what is drawn and a little more."""
    if plan.limits is not None:
        return plan.limits
    drawn = [value for panel in panels for pair in panel.pairs for value in pair]
    drawn += [value for panel in panels for mark in panel.marks for value in mark]
    low, high = min(drawn, default=0.0), max(drawn, default=1.0)
    more = 0.04 * (high - low) or 0.5
    return low - more, high + more


def _round_ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten within the limits."""
    raw = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def _decimals(ticks: Sequence[float]) -> int:
    """The decimals that all ticks need."""
    return max((len(f"{tick:.10f}".rstrip("0").partition(".")[2]) for tick in ticks), default=0)


def _legend(plan: FigurePlan, panels: Sequence[Panel]) -> str:
    mark = "median and quartiles" if plan.centre.name == "median and quartiles" else "mean and SD"
    left_out = max((panel.unpaired for panel in panels), default=0)
    more = f"; not drawn: {left_out} without both values" if left_out else ""
    return f"Grey: subjects. Black: {mark}{more}."


def _described(plan: FigurePlan, panels: Sequence[Panel]) -> str:
    """The figure in words, for readers who do not see it."""
    parts: list[str] = []
    for panel in panels:
        words = [f"{panel.title}: " if panel.title else "", f"{len(panel.pairs)} subjects"]
        for visit, (middle, low, high) in zip(plan.visits, panel.marks, strict=False):
            words.append(f"; {visit} {fixed(middle, 1)} ({fixed(low, 1)} to {fixed(high, 1)})")
        parts.append("".join(words))
    return f"{plan.axis}, {plan.visits[0]} to {plan.visits[1]}. {'. '.join(parts)}."


def _n(value: float) -> str:
    """A length with two decimals at most."""
    return fixed(value, 2).rstrip("0").rstrip(".")
