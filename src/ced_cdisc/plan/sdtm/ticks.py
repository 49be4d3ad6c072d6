"""Boxes to tick: one variable with the term that is ticked, and qualifiers for each of several ticks."""

from __future__ import annotations

from msgspec.structs import replace

from ced_cdisc.expr.english import listed
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.source import Text

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def with_ticks(rows: Rows) -> Rows:
    """The block with words for its ticks; a line with ``several`` gets a qualifier for each box.

    RACE gives RACE1, RACE2, .. (SDTMIG 3.4, 4.2.8.3), labelled Race 1, Race 2, .. unless ``supp:`` has them.
    """
    variables, supp = dict(rows.variables), dict(rows.supp)
    for key, line in rows.variables.items():
        if line.ticks is None:
            continue
        variables[key] = _worded(line)
        if line.several is None:
            continue
        for number in range(1, len(line.ticks) + 1):
            name = Text(f"{key}{number}", key.where)
            if name not in supp:
                label = Text(f"{line.label or str(key).capitalize()} {number}", key.where)
                changes = {
                    "nth": number,
                    "several": None,
                    "else_": None,
                    "label": label,
                    "as_": None,
                    "when": line.when,
                }
                supp[name] = _worded(line.model_copy(update=changes))
    for key, line in rows.supp.items():
        if line.ticks is not None:
            supp[key] = _worded(line)
    return replace(rows, variables=variables, supp=supp)


def _worded(line: LineSpec) -> LineSpec:
    """The line with a method text, unless it has words of its own."""
    if line.as_ is not None or line.ticks is None:
        return line
    if line.nth is not None:
        ordinal = _ORDINALS[line.nth - 1] if 0 < line.nth <= len(_ORDINALS) else f"{line.nth}th"
        columns = listed([str(column) for column in line.ticks])
        text = f"The {ordinal} of the boxes ticked, in the order {columns}, where more than one is ticked."
    else:
        pairs = listed([f"{term} ({column})" for column, term in line.ticks.items()])
        text = (
            f"{line.several} where more than one box is ticked of {pairs}; otherwise the one that is ticked"
        )
        text += f"; {line.else_} where none is." if line.else_ is not None else "."
    return line.model_copy(update={"as_": Text(text, line.place)})
