"""The limits of an assay, --LLOQ and --ULOQ, which SDTM has in the unit of the standard result."""

from __future__ import annotations

from ced_cdisc.plan.language.lines import Lines
from ced_cdisc.plan.language.names import RowNames
from ced_cdisc.plan.model import Demand
from ced_cdisc.plan.sdtm.domain import Domain
from ced_cdisc.plan.sdtm.expand import Rows
from ced_cdisc.spec.source import Text

_LIMITS = ("--LLOQ", "--ULOQ")


def demands_of_limits(
    domain: Domain, rows: Rows, names: RowNames, lines: Lines, factor: str
) -> tuple[Demand, ...]:
    """CED858: a collected limit stands as it is beside results of its test that are converted.

    Only the data tell which results are: a unit that is collected may be the standard one. A limit that is
    computed says itself in which unit it is.

    Args:
        domain: the domain.
        rows: the rows of one test.
        names: what its expressions may name.
        lines: compiles them.
        factor: 1 in the collected unit as an expression in the standard one; 1 where they are one.
    """
    test = rows.test
    if test is None or test.kind != "number" or test.standard is None or factor == "1":
        return ()
    made: list[Demand] = []
    result, unit, code = (domain.full(name) for name in ("--STRESC", "--ORRESU", "--TESTCD"))
    for key, spec in rows.variables.items():
        variable = domain.full(str(key))
        if spec.collect is None or variable not in map(domain.full, _LIMITS):
            continue
        here = f"{code} = '{test.test}' and {variable} is present and {result} is present"
        # one `if`, so that a unit without conversion is told of the result alone
        text = f"if({here} and {unit} != '{test.standard}', {factor}, 1) = 1"
        node = lines.expressions.condition(Text(text, spec.collect.where), names)
        if node is None:
            continue
        named = f"{variable} of {test.test}"
        message = f"{named} is as collected beside results that are converted to {test.standard}"
        number = f"number({spec.collect})"
        converted = factor.replace("convert(1,", f"convert({number},", 1)
        hint = (
            f"under 'variables' of the test write {variable}: {{derive: \"{converted}\"}}, "
            f'or {{derive: "{number}"}} if the table has it in {test.standard}'
        )
        made.append(Demand("CED858", message, spec.collect.where, node, hint))
    return tuple(made)
